//! Why there is no answer.

use crate::mechanics::rigidity::Axis;
use crate::numerics::refusal::Refusal;

/// Why the stiffness of a body cannot be found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ElementsError {
    /// A size that is none, or not that of the voxels.
    #[error(
        "{voxels} voxels in a box of {dims:?} voxels of {spacing_mm:?} mm; sizes must be finite and above zero, \
         and there must be as many voxels as the box has"
    )]
    Shape {
        /// Voxels that were given.
        voxels: usize,
        /// Voxels along x, y, z.
        dims: [usize; 3],
        /// Their size, mm.
        spacing_mm: [f64; 3],
    },
    /// Too many voxels for the numbers of nodes.
    #[error("a box of {dims:?} voxels has more nodes than the 4294967295 that can be numbered")]
    TooLarge {
        /// Voxels along x, y, z.
        dims: [usize; 3],
    },
    /// Poisson's ratio at which the brick is singular or worthless.
    #[error(
        "Poisson's ratio {0}; bricks need one above -1 and at most 0.45 (near 0.5 they lock: such a body comes \
         out too stiff)"
    )]
    Poisson(f64),
    /// A modulus that is none.
    #[error("a modulus of {0} MPa; it must be finite and above zero")]
    Modulus(f64),
    /// A modulus of a voxel that is none.
    #[error(
        "a modulus of {modulus_mpa} MPa at voxel {at:?}; it must be finite, and zero where nothing is"
    )]
    VoxelModulus {
        /// What was found, MPa.
        modulus_mpa: f32,
        /// Its voxel: x, y, z.
        at: [usize; 3],
    },
    /// Nothing carries the load.
    #[error(
        "no bone joins both ends along {axis} ({bone} voxels of bone, {lower} of them in the first slice and \
         {upper} in the last): take another axis, or crop the image to slices that the bone reaches"
    )]
    NoBone {
        /// The axis of the load.
        axis: Axis,
        /// Voxels of bone.
        bone: usize,
        /// Of these in the first slice.
        lower: usize,
        /// Of these in the last slice.
        upper: usize,
    },
    /// Nothing reaches a face of the box.
    #[error("no bone reaches a face of the box ({bone} voxels of bone)")]
    Adrift {
        /// Voxels of bone.
        bone: usize,
    },
    /// Ends that leave nothing between them.
    #[error(
        "{locked} slices locked at each end of the {slices} along {axis}: at least one slice must stay free, so \
         at most {} can be locked", slices.saturating_sub(1) / 2
    )]
    Locked {
        /// Slices locked at each end.
        locked: usize,
        /// Slices along the axis.
        slices: usize,
        /// The axis of the load.
        axis: Axis,
    },
    /// A load across its own axis that is not across.
    #[error("shear along {0} of ends across {0}: it must be along one of the two other axes")]
    ShearAlongAxis(Axis),
    /// A shear or torsion with ends that let go.
    #[error("{0} needs clamped ends: uniaxial ones hold the component along the axis alone")]
    NeedsClamps(&'static str),
    /// A tolerance that is none.
    #[error("a tolerance of {0}; it must lie above 0 and below 1")]
    Tolerance(f64),
    /// It was not found.
    #[error(
        "after {iterations} iterations the forces are balanced to {residual:.2e} of what holds the ends, not to \
         {tolerance:.0e}: allow more iterations, or a larger tolerance"
    )]
    NotConverged {
        /// Iterations taken.
        iterations: usize,
        /// What is left of the forces.
        residual: f64,
        /// What was asked for.
        tolerance: f64,
    },
}

impl Refusal for ElementsError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::NotConverged { .. })
    }
}
