//! A body of voxels, and what it answers to a load.

use std::sync::Arc;

use super::answer::{Answer, Whole};
use super::brick::Brick;
use super::conjugate::relax;
use super::connected::{Carrying, between_ends};
use super::cycle::Hierarchy;
use super::error::ElementsError;
use super::fine::Fine;
use super::held::Held;
use super::lattice::{Lattice, Nodes};
use super::load::{Applied, Load};
use super::precision::Precision;
use crate::mechanics::rigidity::{Axis, Voxels};

/// Largest Poisson's ratio of a brick: above it trilinear bricks lock.
const MOST_POISSON: f64 = 0.45;

/// Refuses a Poisson's ratio of which bricks make nothing.
///
/// # Errors
/// [`ElementsError::Poisson`].
pub fn check_poisson(poisson: f64) -> Result<(), ElementsError> {
    if poisson > -1.0 && poisson <= MOST_POISSON {
        return Ok(());
    }
    Err(ElementsError::Poisson(poisson))
}

/// Moduli of the voxels.
#[derive(Debug, Clone, Copy)]
pub enum Moduli<'a> {
    /// One for all that is bone.
    One {
        /// Which voxels are bone.
        bone: &'a [bool],
        /// Their modulus, MPa.
        modulus_mpa: f64,
    },
    /// Each its own, MPa; zero where nothing is.
    Each(&'a [f32]),
}

/// Linear elastic voxels.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// The box.
    pub voxels: Voxels,
    /// What they are made of.
    pub moduli: Moduli<'a>,
    /// Poisson's ratio of all.
    pub poisson: f64,
}

impl Body<'_> {
    /// Whether a voxel is there.
    pub(super) fn is_there(&self, voxel: usize) -> bool {
        match self.moduli {
            Moduli::One { bone, .. } => bone[voxel],
            Moduli::Each(moduli) => moduli[voxel] > 0.0,
        }
    }

    /// True where bone joins both ends along an axis.
    pub fn joins(&self, axis: Axis) -> bool {
        between_ends(self.voxels, axis, &|voxel| self.is_there(voxel)).is_ok()
    }

    /// Modulus of the stiffest voxel, MPa.
    pub fn stiffest_mpa(&self) -> f64 {
        match self.moduli {
            Moduli::One { modulus_mpa, .. } => modulus_mpa,
            Moduli::Each(moduli) => f64::from(moduli.iter().copied().fold(0.0, f32::max)),
        }
    }

    /// Looks for what makes no sense.
    pub(super) fn check(&self, precision: &Precision) -> Result<(), ElementsError> {
        let Voxels { dims, spacing_mm } = self.voxels;
        let count = match self.moduli {
            Moduli::One { bone, .. } => bone.len(),
            Moduli::Each(moduli) => moduli.len(),
        };
        let total = dims
            .iter()
            .try_fold(1_usize, |total, &along| total.checked_mul(along));
        let sizes = spacing_mm
            .iter()
            .all(|size| size.is_finite() && *size > 0.0);
        if total != Some(count) || count == 0 || !sizes {
            return Err(ElementsError::Shape {
                voxels: count,
                dims,
                spacing_mm,
            });
        }
        let places = dims.iter().try_fold(1_u32, |total, &along| {
            total.checked_mul(u32::try_from(along).ok()?.checked_add(4)?)
        });
        if places.is_none_or(|places| places == u32::MAX) {
            return Err(ElementsError::TooLarge { dims });
        }
        check_poisson(self.poisson)?;
        match self.moduli {
            Moduli::One { modulus_mpa, .. } if !(modulus_mpa.is_finite() && modulus_mpa > 0.0) => {
                return Err(ElementsError::Modulus(modulus_mpa));
            }
            Moduli::Each(moduli) => {
                let wrong = |modulus: &f32| !(modulus.is_finite() && *modulus >= 0.0);
                if let Some(voxel) = moduli.iter().position(wrong) {
                    let [nx, ny, _] = dims;
                    return Err(ElementsError::VoxelModulus {
                        modulus_mpa: moduli[voxel],
                        at: [voxel % nx, voxel / nx % ny, voxel / (nx * ny)],
                    });
                }
            }
            Moduli::One { .. } => {}
        }
        if !(precision.tolerance > 0.0 && precision.tolerance < 1.0) {
            return Err(ElementsError::Tolerance(precision.tolerance));
        }
        Ok(())
    }

    /// The level of the bricks that carry, held like this.
    pub(super) fn fine(&self, carrying: &Carrying, held: &Held) -> Fine {
        let lattice = Lattice::new(self.voxels.dims);
        let mut around = vec![0_u8; lattice.len()];
        let mut moduli = match self.moduli {
            Moduli::One { .. } => None,
            Moduli::Each(_) => Some(vec![0.0_f32; lattice.len()]),
        };
        let stiffest = self.stiffest_mpa();
        for_voxels(self.voxels.dims, |voxel, at| {
            if !carrying.is_in[voxel] {
                return;
            }
            let cell = lattice.place(at);
            for corner in 0..8 {
                around[lattice.corner(cell, corner)] |= 1 << (7 ^ corner);
            }
            if let (Some(to), Moduli::Each(from)) = (&mut moduli, self.moduli) {
                to[cell] = (f64::from(from[voxel]) / stiffest) as f32;
            }
        });
        let nodes = Nodes::new(lattice, |place, _| around[place] != 0, |at| held.at(at));
        let sets = nodes
            .places
            .iter()
            .map(|&place| around[place as usize])
            .collect();
        drop(around);
        let brick = Brick::new(self.voxels.spacing_mm, self.poisson);
        Fine::new(nodes, brick, sets, moduli)
    }

    /// Centre of the bone that carries, mm from the corner of the box.
    fn centre_mm(&self, carrying: &Carrying) -> [f64; 3] {
        let mut sums = [0_u64; 3];
        for_voxels(self.voxels.dims, |voxel, at| {
            if carrying.is_in[voxel] {
                for (sum, along) in sums.iter_mut().zip(at) {
                    *sum += along as u64;
                }
            }
        });
        [0, 1, 2].map(|axis| {
            (sums[axis] as f64 / carrying.count as f64 + 0.5) * self.voxels.spacing_mm[axis]
        })
    }

    /// What the body answers to a load between two ends.
    ///
    /// # Errors
    /// [`ElementsError`]: a body, load or precision that makes no sense, no bone that joins the ends, or forces
    /// that were not balanced.
    pub fn under(&self, load: &Load, precision: &Precision) -> Result<Answer, ElementsError> {
        self.check(precision)?;
        load.check(self.voxels)?;
        let carrying = between_ends(self.voxels, load.axis, &|voxel| self.is_there(voxel))?;
        let applied = load.on(self.voxels, self.centre_mm(&carrying));
        let fine = self.fine(&carrying, &applied.held);
        let left_out = carrying.left_out;
        drop(carrying);
        let mut motion = start(&fine, &applied);
        let fine = Arc::new(fine);
        let hierarchy = Hierarchy::new(Arc::clone(&fine), &applied.held);
        let progress = relax(&fine, &hierarchy, &mut motion, precision)?;
        drop(hierarchy);
        let whole = Whole {
            fine,
            motion,
            applied,
        };
        let stiffest_mpa = self.stiffest_mpa();
        Ok(Answer::new(
            self.voxels,
            stiffest_mpa,
            *load,
            whole,
            progress,
            left_out,
        ))
    }
}

/// Where the nodes begin: as the load says, and evenly between.
pub(super) fn start(fine: &Fine, applied: &Applied) -> Vec<[f64; 3]> {
    let lattice = fine.nodes.lattice;
    let places = fine.nodes.places.iter();
    let moved = places.map(|&place| applied.displacement(lattice.at(place as usize)));
    // Behind the last node one that stays.
    moved.chain([[0.0; 3]]).collect()
}

/// Does something with every voxel and its place.
pub(super) fn for_voxels(dims: [usize; 3], mut each: impl FnMut(usize, [usize; 3])) {
    let mut voxel = 0;
    for z in 0..dims[2] {
        for y in 0..dims[1] {
            for x in 0..dims[0] {
                each(voxel, [x, y, z]);
                voxel += 1;
            }
        }
    }
}
