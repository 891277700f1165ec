//! What a picture of bone in space is made of: plain arrays over a lattice, and cells as points.

use crate::observe::volume::CellKind;

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Body {
    /// Kind.
    pub kind: CellKind,
    /// Place from the corner of the lattice, um.
    pub at_um: [f64; 3],
    /// Radius, um.
    pub radius_um: f64,
}

/// Tissue of one moment over a lattice of cubic sites; arrays run x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tissue {
    /// Sites along x, y and z.
    pub dims: [usize; 3],
    /// Edge of a site, um.
    pub edge_um: f64,
    /// Share of each site that is bone matrix, 0 to 1.
    pub bone: Vec<f32>,
    /// Share of the room of each site that tumour cells fill, 0 to 1; empty where there is no tumour.
    pub tumour: Vec<f32>,
    /// Cells of each of [`CellKind::ALL`], drawn or not.
    pub counts: [usize; 3],
    /// Cells that are drawn.
    pub bodies: Vec<Body>,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SolidError {
    /// A lattice of one layer.
    #[error(
        "found a section of {0} x {1} sites in one layer, and bone in space needs at least 2 layers: \
         the maps of a section show it (plots/map_d<day>.png)"
    )]
    Section(usize, usize),
    /// Arrays that do not fit the lattice.
    #[error("found {found} values of {what} for {expected} sites: give one for each site")]
    Shape {
        /// What the array holds.
        what: &'static str,
        /// Values in it.
        found: usize,
        /// Sites of the lattice.
        expected: usize,
    },
    /// No site is at least half bone.
    #[error(
        "found no bone: the fullest site holds {0} of its volume, and a surface needs more than 0.5"
    )]
    NoBone(f32),
    /// A cut that takes all bone away, or lies outside.
    #[error("found the cut {cut}: {problem}")]
    Cut {
        /// What was asked.
        cut: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// Nothing that could be drawn into.
    #[error("found a picture of {0} x {1} pixels, where 16 to 16384 along each side are allowed")]
    Size(usize, usize),
    /// What an encoder or the plotter said.
    #[error("{0}")]
    Drawing(String),
}

impl Tissue {
    /// Refuses what has no surface.
    pub(super) fn check(&self) -> Result<(), SolidError> {
        let [x, y, z] = self.dims;
        if z < 2 || x < 2 || y < 2 {
            return Err(SolidError::Section(x, y));
        }
        let expected = x.saturating_mul(y).saturating_mul(z);
        let shape = |what, found| SolidError::Shape {
            what,
            found,
            expected,
        };
        if self.bone.len() != expected {
            return Err(shape("bone", self.bone.len()));
        }
        if !self.tumour.is_empty() && self.tumour.len() != expected {
            return Err(shape("tumour", self.tumour.len()));
        }
        let most = self.bone.iter().copied().fold(0.0, f32::max);
        if most > 0.5 {
            Ok(())
        } else {
            Err(SolidError::NoBone(most))
        }
    }

    /// Edge of the lattice along each axis, mm.
    pub(super) fn size_mm(&self) -> [f64; 3] {
        self.dims.map(|sites| sites as f64 * self.edge_um / 1e3)
    }
}
