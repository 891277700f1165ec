//! How a body is loaded: what is held, and how far it is moved.

use serde::{Deserialize, Serialize};

use super::error::ElementsError;
use super::held::Held;
use crate::mechanics::rigidity::{Axis, Voxels};

/// What the ends do to the bone that touches them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// Hold it in all directions, as cement or rough platens do.
    #[default]
    Clamped,
    /// Hold it along the axis alone and let it slide across, as polished platens with a lubricant do.
    Uniaxial,
}

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Motion {
    /// The upper end comes nearer.
    #[default]
    Compression,
    /// The upper end moves along another axis.
    Shear(Axis),
    /// The upper end turns about the axis through the centre of the bone.
    Torsion,
}

/// A load between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// From end to end.
    pub axis: Axis,
    /// What the ends hold.
    pub ends: Ends,
    /// What moves.
    pub motion: Motion,
    /// Slices at each end, all nodes of which move with it, as if they were cast in; 0 for the faces alone.
    pub locked: usize,
}

/// Strain of a compression at which fields are given: displacement of the end over the length of the body. A
/// shear is this angle too, and a torsion this angle in rad.
pub const STRAIN: f64 = 0.01;

/// How the held nodes move.
enum Way {
    /// One end against the other, between planes that stand and planes that all move.
    Ends {
        motion: Motion,
        axis: usize,
        between: [f64; 2],
        centre_mm: [f64; 3],
    },
    /// By a uniform strain.
    Strain([f64; 6]),
}

/// A load on voxels: what is held, and where every node would be without the bone's say.
pub(super) struct Applied {
    pub(super) held: Held,
    way: Way,
    spacing_mm: [f64; 3],
    /// Displacement of the end, mm, or its angle, or 1 of a strain.
    pub(super) by: f64,
}

impl Load {
    /// Looks for what makes no sense on these voxels.
    pub(super) fn check(&self, voxels: Voxels) -> Result<(), ElementsError> {
        let slices = voxels.dims[self.axis.index()];
        if self.locked.checked_mul(2).is_none_or(|both| both >= slices) {
            return Err(ElementsError::Locked {
                locked: self.locked,
                slices,
                axis: self.axis,
            });
        }
        let name = match self.motion {
            Motion::Compression => return Ok(()),
            Motion::Shear(along) if along == self.axis => {
                return Err(ElementsError::ShearAlongAxis(along));
            }
            Motion::Shear(_) => "shear",
            Motion::Torsion => "torsion",
        };
        if self.ends == Ends::Uniaxial {
            return Err(ElementsError::NeedsClamps(name));
        }
        Ok(())
    }

    /// The load on voxels whose bone has its centre here, mm from the corner of the box.
    pub(super) fn on(&self, voxels: Voxels, centre_mm: [f64; 3]) -> Applied {
        let axis = self.axis.index();
        let slices = voxels.dims[axis];
        let length_mm = slices as f64 * voxels.spacing_mm[axis];
        let components = match self.ends {
            Ends::Clamped => 7,
            Ends::Uniaxial => 1 << axis,
        };
        let mut held = Held::none(voxels.dims);
        for plane in 0..=self.locked {
            held.hold(axis, plane, components);
            held.hold(axis, slices - plane, components);
        }
        Applied {
            held,
            way: Way::Ends {
                motion: self.motion,
                axis,
                between: [self.locked as f64, (slices - self.locked) as f64],
                centre_mm,
            },
            spacing_mm: voxels.spacing_mm,
            by: match self.motion {
                Motion::Compression => -STRAIN * length_mm,
                Motion::Shear(_) => STRAIN * length_mm,
                Motion::Torsion => STRAIN,
            },
        }
    }
}

impl Applied {
    /// A uniform strain (xx, yy, zz, yz, zx, xy; shear as angles) of all faces of the box.
    pub(super) fn strained(voxels: Voxels, strain: [f64; 6]) -> Self {
        let mut held = Held::none(voxels.dims);
        for (axis, last) in voxels.dims.into_iter().enumerate() {
            held.hold(axis, 0, 7);
            held.hold(axis, last, 7);
        }
        Self {
            held,
            way: Way::Strain(strain),
            spacing_mm: voxels.spacing_mm,
            by: 1.0,
        }
    }

    /// Displacement of a node, mm: as prescribed where it is held, and evenly between elsewhere.
    pub(super) fn displacement(&self, at: [usize; 3]) -> [f64; 3] {
        let place_mm = [0, 1, 2].map(|axis| at[axis] as f64 * self.spacing_mm[axis]);
        let (motion, axis, [low, high], centre_mm) = match self.way {
            Way::Strain([xx, yy, zz, yz, zx, xy]) => {
                let [x, y, z] = place_mm;
                let (yz, zx, xy) = (0.5 * yz, 0.5 * zx, 0.5 * xy);
                return [
                    xx * x + xy * y + zx * z,
                    xy * x + yy * y + yz * z,
                    zx * x + yz * y + zz * z,
                ];
            }
            Way::Ends {
                motion,
                axis,
                between,
                centre_mm,
            } => (motion, axis, between, centre_mm),
        };
        let share = ((at[axis] as f64 - low) / (high - low)).clamp(0.0, 1.0);
        let mut by = [0.0; 3];
        match motion {
            Motion::Compression => by[axis] = share * self.by,
            Motion::Shear(along) => by[along.index()] = share * self.by,
            Motion::Torsion => {
                let [one, other] = [(axis + 1) % 3, (axis + 2) % 3];
                by[one] = -share * self.by * (place_mm[other] - centre_mm[other]);
                by[other] = share * self.by * (place_mm[one] - centre_mm[one]);
            }
        }
        by
    }
}
