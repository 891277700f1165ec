//! What bone structure says about strength: rigidity of every transverse cut, finite elements of its voxels,
//! laws from density to modulus, and the score of Mirels. Knows no cell.
//!
//! # Biology
//! A lytic lesion weakens bone by what it takes and by where: a hole far from the axis costs more
//! bending rigidity than one in the middle. A bone is taken to be as strong as its weakest transverse
//! cut (Hong 2004; Snyder 2009), so that the mean over a volume says little.

#[cfg(feature = "cli")]
pub(crate) mod asked;
pub mod assessment;
pub mod density_laws;
pub mod elements;
pub mod follow_up;
pub mod loaded;
pub(crate) mod loading;
pub mod measured;
pub mod mechanostat;
pub mod mirels;
pub mod rigidity;
pub mod strength;
pub mod strength_course;
pub(crate) mod torsion;
