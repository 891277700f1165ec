//! The tissue as a picture in space needs it: shares of sites in a byte each, and cells with their places.

use serde::{Deserialize, Serialize};

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::observe::volume_size::{MOST_CELLS, coarseness};
use crate::tissue::grid::Grid;
use crate::tissue::population::OsteoblastStage;

/// Kinds of cells that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CellKind {
    /// Osteoclast.
    Osteoclast,
    /// Osteoblast that lays matrix.
    Osteoblast,
    /// Its precursor.
    Precursor,
}

impl CellKind {
    /// All kinds in the order of a legend, and of [`Volume::counts`].
    pub(crate) const ALL: [Self; 3] = [Self::Osteoclast, Self::Osteoblast, Self::Precursor];
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// Kind.
    pub kind: CellKind,
    /// Place from the corner of the lattice, um.
    pub at_um: [f32; 3],
    /// Radius of its footprint, um.
    pub radius_um: f32,
}

/// Tissue of one moment; arrays run x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Volume {
    /// Time, d.
    pub day: f64,
    /// Volume of bone matrix over that of the lattice.
    pub bv_tv: f64,
    /// Sites along x, y and z; each of them is one of the lattice or the mean of a cube of them.
    pub dims: [usize; 3],
    /// Edge of such a site, um.
    pub edge_um: f64,
    /// Share of bone matrix, of 255.
    pub bone: Vec<u8>,
    /// Share of the room for tumour cells that they fill, of 255; empty where there are none.
    pub tumour: Vec<u8>,
    /// Tumour cells.
    pub tumour_cells: u64,
    /// Osteoclasts, mature osteoblasts and precursors in all.
    pub counts: [u32; 3],
    /// Cells of bone: all of them, or of more than [`MOST_CELLS`] every second, third and so on.
    pub cells: Vec<Cell>,
}

/// Radius of a cell that is read back at most, um: beyond it a picture would be nothing else.
const MOST_RADIUS_UM: f64 = 1e6;

impl Volume {
    /// The volume of a state; none of a section.
    pub(crate) fn of(model: &Model, state: &State) -> Option<Self> {
        let grid = &model.grid;
        if grid.is_section() {
            return None;
        }
        let by = coarseness(grid);
        let dims = grid.dims.map(|sites| sites.div_ceil(by));
        let bone = means(grid, by, |site| state.bone.matrix[site]);
        let capacity = &state.occupancy.capacity;
        let room: u64 = capacity.iter().map(|&room| u64::from(room)).sum();
        let tumour = if state.tumour.is_empty() || room == 0 {
            Vec::new()
        } else {
            // Sites hold whole cells: their room is that of the mean site.
            let each = room as f32 / capacity.len() as f32;
            means(grid, by, |site| {
                f32::from(state.occupancy.tumour[site]) / each
            })
        };
        let stages = state.osteoblasts.stage.iter();
        let mature = stages
            .filter(|&&stage| stage == OsteoblastStage::Mature)
            .count();
        let counts = [
            state.osteoclasts.len(),
            mature,
            state.osteoblasts.len() - mature,
        ];
        Some(Self {
            day: state.day(),
            bv_tv: state.bv_tv(model),
            dims,
            edge_um: grid.edge_um * by as f64,
            bone,
            tumour,
            tumour_cells: state.tumour.len() as u64,
            counts: counts.map(|count| count as u32),
            cells: cells(model, state),
        })
    }
}

impl Volume {
    /// Checks a volume that was read back by its lattice.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn check(&self, grid: &Grid) -> Result<(), String> {
        let by = coarseness(grid);
        let dims = grid.dims.map(|sites| sites.div_ceil(by));
        let sites: usize = dims.iter().product();
        let edge_um = grid.edge_um * by as f64;
        let fits = !grid.is_section()
            && self.dims == dims
            && self.edge_um.to_bits() == edge_um.to_bits()
            && self.bone.len() == sites
            && (self.tumour.is_empty() || self.tumour.len() == sites);
        if !fits {
            return Err("a volume that does not fit the lattice".to_owned());
        }
        let size_um = dims.map(|sites| sites as f64 * edge_um);
        let is_inside = |cell: &Cell| {
            let radius = f64::from(cell.radius_um);
            (0..3).all(|axis| (0.0..=size_um[axis]).contains(&f64::from(cell.at_um[axis])))
                && radius > 0.0
                && radius <= MOST_RADIUS_UM
        };
        let all: u64 = self.counts.iter().copied().map(u64::from).sum();
        let are_counted = self.cells.len() as u64 <= all;
        if are_counted
            && self.cells.iter().all(is_inside)
            && self.day.is_finite()
            && self.bv_tv.is_finite()
        {
            Ok(())
        } else {
            Err("a volume with a cell, a count, a day or a share that is none".to_owned())
        }
    }
}

/// Means over cubes of sites, of 255.
fn means(grid: &Grid, by: usize, share: impl Fn(usize) -> f32) -> Vec<u8> {
    let dims = grid.dims.map(|sites| sites.div_ceil(by));
    let mut found = Vec::with_capacity(dims.iter().product());
    for z in 0..dims[2] {
        for y in 0..dims[1] {
            for x in 0..dims[0] {
                let range =
                    |place: usize, axis: usize| place * by..((place + 1) * by).min(grid.dims[axis]);
                let (mut sum, mut count) = (0.0_f32, 0.0_f32);
                for c in range(z, 2) {
                    for b in range(y, 1) {
                        for a in range(x, 0) {
                            sum += share(grid.index(a, b, c)).clamp(0.0, 1.0);
                            count += 1.0;
                        }
                    }
                }
                found.push((255.0 * sum / count).round() as u8);
            }
        }
    }
    found
}

fn cells(model: &Model, state: &State) -> Vec<Cell> {
    let grid = &model.grid;
    let centre = |site: u32| {
        let place = grid.place(site as usize);
        place.map(|at| ((at as f64 + 0.5) * grid.edge_um) as f32)
    };
    let parameters = &model.parameters;
    let osteoclast_um = 0.5 * parameters.osteoclast.diameter.get() as f32;
    let osteoblast_um =
        (parameters.osteoblast.footprint.get() / std::f64::consts::PI).sqrt() as f32;
    let osteoclasts = state.osteoclasts.site.iter().map(|&site| Cell {
        kind: CellKind::Osteoclast,
        at_um: centre(site),
        radius_um: osteoclast_um,
    });
    let lineage = state.osteoblasts.site.iter().zip(&state.osteoblasts.stage);
    let osteoblasts = lineage.map(|(&site, stage)| Cell {
        kind: match stage {
            OsteoblastStage::Precursor => CellKind::Precursor,
            OsteoblastStage::Mature => CellKind::Osteoblast,
        },
        at_um: centre(site),
        radius_um: osteoblast_um,
    });
    let count = state.osteoclasts.len() + state.osteoblasts.len();
    let each = count.div_ceil(MOST_CELLS).max(1);
    osteoclasts.chain(osteoblasts).step_by(each).collect()
}
