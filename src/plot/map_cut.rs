//! One cut through the tissue, as a map takes it.

use crate::observe::picture::Shown;

/// One cut through the tissue; pixels run along the first axis fastest.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cut {
    /// Where it lies, such as "at z = 0.98 mm"; empty for a section.
    pub name: String,
    /// Names of the axes across and up.
    pub axes: [&'static str; 2],
    /// Pixels across.
    pub width: usize,
    /// Pixels up.
    pub height: usize,
    /// Edge of a pixel, um: of a site, or of a voxel.
    pub pixel_um: f64,
    /// Pixels are voxels of a scan, and no sites of a lattice.
    pub is_scan: bool,
    /// What each pixel shows.
    pub tissue: Vec<Shown>,
    /// Pixels with immune cells, and which they show.
    pub immune: Vec<(u32, Shown)>,
    /// Pixels that osteoclasts hold, each with the identity of its cell.
    pub osteoclasts: Vec<(u32, u64)>,
    /// Pixels beside eroded surface, in their order.
    pub eroded: Vec<u32>,
    /// Where the other cuts cross it, along each axis, um.
    pub crossed_um: [Option<f64>; 2],
}
