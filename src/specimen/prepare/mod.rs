//! What is done to a scan before it is measured or lived in: filters, pieces, compartments.

pub mod compartments;
pub mod components;
pub mod filter;

/// What is done, in this order: the Gaussian and the local mean to grey values; then the largest bone, closed
/// pores and compartments to bone. Nothing without a word of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Preparation {
    /// A Gaussian over the grey values before they are cut.
    pub gaussian: Option<Gaussian>,
    /// Reach of a cube, um, whose mean is taken from each grey value: a threshold then says how far above its
    /// surroundings bone lies.
    pub local_um: Option<f64>,
    /// Density above which a voxel is bone, mg HA/cm3, of a calibrated image; in place of a threshold.
    pub density: Option<f64>,
    /// The largest piece of bone alone.
    pub largest: bool,
    /// Pores that touch no face of the image become bone.
    pub fill: bool,
    /// Cortex and marrow cavity are told apart.
    pub cortex: Option<Cortex>,
}

/// A Gaussian filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    /// Standard deviation, voxels.
    pub sigma: f64,
    /// Voxels to either side that count.
    pub support: usize,
}

/// Balls that part the cortex from the marrow cavity ([`compartments::Radii`]), um.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cortex {
    /// Radius that bridges the openings of the cortex.
    pub openings_um: f64,
    /// Radius that swallows trabeculae.
    pub trabeculae_um: f64,
}
