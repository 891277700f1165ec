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

/// A load on voxels: what is held, and where every node would be without the bone's say.
pub(super) struct Applied {
    pub(super) held: Held,
    /// What moves, between which planes.
    motion: Motion,
    axis: usize,
    spacing_mm: [f64; 3],
    /// Planes that stand, and from which on all move.
    between: [f64; 2],
    /// Displacement of the end, mm, or its angle.
    pub(super) by: f64,
    centre_mm: [f64; 3],
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
            motion: self.motion,
            axis,
            spacing_mm: voxels.spacing_mm,
            between: [self.locked as f64, (slices - self.locked) as f64],
            by: match self.motion {
                Motion::Compression => -STRAIN * length_mm,
                Motion::Shear(_) => STRAIN * length_mm,
                Motion::Torsion => STRAIN,
            },
            centre_mm,
        }
    }
}

impl Applied {
    /// A uniform strain (xx, yy, zz, yz, zx, xy; shear as angles) on all faces of the box.
    pub(super) fn share(&self, at: [usize; 3]) -> f64 {
        let [low, high] = self.between;
        ((at[self.axis] as f64 - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// Displacement of a node, mm: as prescribed where it is held, and evenly between the ends elsewhere.
    pub(super) fn displacement(&self, at: [usize; 3]) -> [f64; 3] {
        let mut by = [0.0; 3];
        let share = self.share(at);
        match self.motion {
            Motion::Compression => by[self.axis] = share * self.by,
            Motion::Shear(along) => by[along.index()] = share * self.by,
            Motion::Torsion => {
                let [one, other] = [(self.axis + 1) % 3, (self.axis + 2) % 3];
                let from_centre =
                    |axis: usize| at[axis] as f64 * self.spacing_mm[axis] - self.centre_mm[axis];
                by[one] = -share * self.by * from_centre(other);
                by[other] = share * self.by * from_centre(one);
            }
        }
        by
    }

    /// Which way a node of the upper end goes for a unit of the load's motion: mm per mm, or mm per rad.
    pub(super) fn per_unit(&self, at: [usize; 3]) -> [f64; 3] {
        self.displacement(at).map(|by| by / self.by)
    }
}
