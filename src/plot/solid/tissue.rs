//! What a picture of bone in space is made of: plain arrays over a lattice, and cells as points.

use std::collections::BTreeMap;

use crate::observe::volume::CellKind;

/// What marks cells: each osteoclast has a body of its own, those of the osteoblast lineage that share a site one
/// together. The lattice knows no places within a site: bodies of their own would lie in each other, and all but
/// one of them would never be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Body {
    /// Kind: that of osteoblasts where one of several cells is such.
    pub kind: CellKind,
    /// Place from the corner of the lattice, um.
    pub at_um: [f64; 3],
    /// Radius of the footprint of one cell, um.
    pub radius_um: f64,
    /// Cells that it stands for.
    pub cells: usize,
}

impl Body {
    /// One cell.
    pub(crate) const fn of(kind: CellKind, at_um: [f64; 3], radius_um: f64) -> Self {
        Self {
            kind,
            at_um,
            radius_um,
            cells: 1,
        }
    }

    /// Radius of the surface that its cells cover, um: that of their footprints together, but of several cells no
    /// more than a site with this edge has. As many as come can stand on a site.
    pub(super) fn covers_um(&self, edge_um: f64) -> f64 {
        let together = self.radius_um * (self.cells as f64).sqrt();
        let site = edge_um / std::f64::consts::PI.sqrt();
        together.min(site.max(self.radius_um))
    }

    /// Cells with those of the osteoblast lineage on one site together, in the order in which sites come up.
    pub(crate) fn by_site(cells: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut bodies: Vec<Self> = Vec::new();
        let mut on_site: BTreeMap<[u64; 3], usize> = BTreeMap::new();
        for cell in cells {
            if cell.kind == CellKind::Osteoclast {
                bodies.push(cell);
                continue;
            }
            let place = *on_site
                .entry(cell.at_um.map(f64::to_bits))
                .or_insert(bodies.len());
            let Some(body) = bodies.get_mut(place) else {
                bodies.push(cell);
                continue;
            };
            body.cells += cell.cells;
            if cell.kind == CellKind::Osteoblast {
                body.kind = cell.kind;
            }
        }
        bodies
    }
}

/// Tissue of one moment over a lattice of cubic sites; arrays run x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tissue {
    /// Time, d; no number of what has none.
    pub day: f64,
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
    /// What is drawn of them.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_the_osteoblast_lineage_on_one_site_are_one_body_as_large_as_what_they_cover() {
        let cell = |kind, x: f64| Body::of(kind, [x, 0.0, 0.0], 7.0);
        let found = Body::by_site([
            cell(CellKind::Osteoclast, 5.0),
            cell(CellKind::Osteoclast, 5.0),
            cell(CellKind::Precursor, 5.0),
            cell(CellKind::Precursor, 15.0),
            cell(CellKind::Osteoblast, 5.0),
            cell(CellKind::Precursor, 5.0),
            cell(CellKind::Osteoblast, 5.0),
        ]);
        let said: Vec<_> = (found.iter())
            .map(|body| (body.kind, body.at_um[0], body.cells))
            .collect();
        assert_eq!(
            said,
            [
                (CellKind::Osteoclast, 5.0, 1),
                (CellKind::Osteoclast, 5.0, 1),
                (CellKind::Osteoblast, 5.0, 4),
                (CellKind::Precursor, 15.0, 1),
            ]
        );
        let covered = |edge_um| found[2].covers_um(edge_um);
        assert!((covered(40.0) - 14.0).abs() < 1e-12);
        assert!((covered(20.0) - 20.0 / std::f64::consts::PI.sqrt()).abs() < 1e-12);
        assert!((covered(10.0) - 7.0).abs() < 1e-12);
    }
}
