//! Who is where: counts and holders per site, and the way to free space.

mod way_out;

pub use self::way_out::{BLOCKED, WayOut};
use serde::{Deserialize, Serialize};

use crate::numerics::packed;
use crate::numerics::parallel::prelude::*;
use crate::numerics::random::{Chance, Stream};
use crate::numerics::reduce::PIECE;
use crate::tissue::grid::Grid;

/// Distance within which a daughter looks for room beyond the end of a row, um, along an axis.
pub const SEARCH_UM: f64 = 80.0;

/// Rings of near neighbours that are searched at most, on sites finer than an eighth of [`SEARCH_UM`].
const MOST_RINGS: usize = 8;

/// Edge of the box that so many rings fill, in sites.
const MOST_SPAN: usize = 2 * MOST_RINGS + 1;

/// Rings that make up [`SEARCH_UM`].
fn rings(grid: &Grid) -> usize {
    ((SEARCH_UM / grid.edge_um).round() as usize).clamp(1, MOST_RINGS)
}

/// Occupancy of the sites.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Occupancy {
    /// Tumour cells in each site.
    #[serde(with = "packed")]
    pub tumour: Vec<u16>,
    /// Cells of the osteoblast lineage in each site.
    #[serde(with = "packed")]
    pub osteoblast: Vec<u8>,
    /// Id of the osteoclast that holds each site, 0 where none does.
    #[serde(with = "packed")]
    pub osteoclast: Vec<u64>,
    /// Tumour cells that each site can hold beside the dead ones that lie there.
    #[serde(with = "packed")]
    pub capacity: Vec<u16>,
}

impl Occupancy {
    /// An empty tissue whose sites hold as many cells as their volume.
    ///
    /// A site holds `site volume / cell volume` cells on average: the whole part, and one more in
    /// the share of sites that the rest asks for, so that densities do not depend on the site.
    pub fn new(grid: &Grid, cell_volume_um3: f64, chance: Chance) -> Self {
        let expected = grid.site_volume_um3() / cell_volume_um3;
        let count = grid.len();
        Self {
            tumour: vec![0; count],
            osteoblast: vec![0; count],
            osteoclast: vec![0; count],
            capacity: (0..count)
                .into_par_iter()
                .with_min_len(PIECE)
                .map(|site| {
                    let cells = chance.at(Stream::Site, 0, site as u64).round(expected);
                    u16::try_from(cells).unwrap_or(u16::MAX)
                })
                .collect(),
        }
    }

    /// True when a marrow site has room for one more tumour cell.
    pub fn has_room(&self, solid: &[bool], site: usize) -> bool {
        !solid[site] && self.tumour[site] < self.capacity[site]
    }
}

/// What decides whether a site has room for a tumour cell, lent apart from all else that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// True where a site is bone.
    pub solid: &'a [bool],
    /// Tumour cells in each site.
    pub tumour: &'a [u16],
    /// Tumour cells that each site can hold.
    pub capacity: &'a [u16],
}

impl<'a> Room<'a> {
    /// The room that a tissue has.
    pub fn of(solid: &'a [bool], occupancy: &'a Occupancy) -> Self {
        Self {
            solid,
            tumour: &occupancy.tumour,
            capacity: &occupancy.capacity,
        }
    }

    /// True when a marrow site has room for one more tumour cell.
    pub fn is_at(&self, site: usize) -> bool {
        !self.solid[site] && self.tumour[site] < self.capacity[site]
    }
}

impl Occupancy {
    /// A marrow site with room, the nearest over marrow to `from` (itself, if it has room) in rings
    /// of near neighbours and chosen by `pick` among those of its ring; `None` when there is none
    /// within [`SEARCH_UM`].
    pub fn nearest_room(
        &self,
        grid: &Grid,
        solid: &[bool],
        from: usize,
        pick: impl FnOnce(u32) -> u32,
    ) -> Option<usize> {
        if self.has_room(solid, from) {
            return Some(from);
        }
        let rings = rings(grid);
        let span = 2 * rings + 1;
        let mut seen = boxed(grid, from, rings);
        let steps = near_steps(grid, span);
        let middle = (rings * span + rings) * span + rings;
        seen[middle] = true;
        // Place in the box, and site: every site once, ring after ring.
        let mut found = Vec::with_capacity(256);
        found.push((middle, from));
        let mut ring = 0;
        for _ in 0..rings {
            let end = found.len();
            let mut free = 0;
            for at in ring..end {
                let (inside, site) = found[at];
                for &(by_box, by_site) in &steps {
                    let next = inside.wrapping_add(by_box);
                    if std::mem::replace(&mut seen[next], true) {
                        continue;
                    }
                    let other = site.wrapping_add(by_site);
                    if !solid[other] {
                        found.push((next, other));
                        free += u32::from(self.tumour[other] < self.capacity[other]);
                    }
                }
            }
            if free > 0 {
                let chosen = pick(free) as usize;
                return found[end..]
                    .iter()
                    .map(|&(_, site)| site)
                    .filter(|&site| self.has_room(solid, site))
                    .nth(chosen);
            }
            ring = end;
        }
        None
    }
}

/// Flags of the box of so many rings around a site: true where it reaches beyond the lattice.
fn boxed(grid: &Grid, centre: usize, rings: usize) -> [bool; MOST_SPAN * MOST_SPAN * MOST_SPAN] {
    let centre = grid.place(centre);
    let span = 2 * rings + 1;
    let beyond = [0, 1, 2].map(|axis| {
        std::array::from_fn::<bool, MOST_SPAN, _>(|at| {
            let place = centre[axis] + at;
            at < span && (place < rings || place >= grid.dims[axis] + rings)
        })
    });
    let mut flags = [false; MOST_SPAN * MOST_SPAN * MOST_SPAN];
    if beyond.iter().flatten().any(|&outside| outside) {
        for (z, plane) in flags.chunks_mut(span * span).take(span).enumerate() {
            if beyond[2][z] {
                plane.fill(true);
                continue;
            }
            for (y, row) in plane.chunks_mut(span).enumerate() {
                if beyond[1][y] {
                    row.fill(true);
                } else {
                    row.copy_from_slice(&beyond[0][..span]);
                }
            }
        }
    }
    flags
}

/// Steps to the 26 near neighbours in the order of their index: in the box, and over the lattice.
/// To be added with wrapping.
fn near_steps(grid: &Grid, span: usize) -> [(usize, usize); 26] {
    let mut steps = [(0, 0); 26];
    let mut count = 0;
    for z in -1..=1_isize {
        for y in -1..=1_isize {
            for x in -1..=1_isize {
                if (x, y, z) != (0, 0, 0) {
                    let along = |[_, ny, nz]: [isize; 3]| (z * nz + y * ny + x) as usize;
                    let (nx, plane) = (grid.dims[0], grid.dims[0] * grid.dims[1]);
                    let span = span as isize;
                    steps[count] = (
                        along([1, span, span * span]),
                        along([1, nx as isize, plane as isize]),
                    );
                    count += 1;
                }
            }
        }
    }
    steps
}

/// Euclidean distance from every site to the nearest of `targets`, um; infinite without targets.
///
/// Exact separable transform (Felzenszwalb and Huttenlocher 2012).
pub fn distance_um(grid: &Grid, targets: &[usize]) -> Vec<f32> {
    let mut squared = vec![f64::INFINITY; grid.len()];
    for &site in targets {
        squared[site] = 0.0;
    }
    let [nx, ny, nz] = grid.dims;
    let strides = [1, nx, nx * ny];
    let edges = [grid.edge_um, grid.edge_um, grid.depth_um];
    for axis in 0..3 {
        let length = grid.dims[axis];
        if length == 1 {
            continue;
        }
        let (one, two) = ((axis + 1) % 3, (axis + 2) % 3);
        for a in 0..[nx, ny, nz][one] {
            for b in 0..[nx, ny, nz][two] {
                let start = a * strides[one] + b * strides[two];
                let line: Vec<f64> = (0..length)
                    .map(|i| squared[start + i * strides[axis]])
                    .collect();
                for (i, value) in lower_envelope(&line, edges[axis]).into_iter().enumerate() {
                    squared[start + i * strides[axis]] = value;
                }
            }
        }
    }
    squared
        .into_iter()
        .map(|value| value.sqrt() as f32)
        .collect()
}

/// Lower envelope of the parabolas `values[i] + (x - i)^2 edge^2`, at every whole x.
fn lower_envelope(values: &[f64], edge: f64) -> Vec<f64> {
    let mut hull: Vec<(usize, f64)> = Vec::new();
    for (i, &value) in values.iter().enumerate() {
        if value.is_infinite() {
            continue;
        }
        let position = i as f64 * edge;
        let mut from = f64::NEG_INFINITY;
        while let Some(&(last, start)) = hull.last() {
            let other = last as f64 * edge;
            let meet = ((value + position * position) - (values[last] + other * other))
                / (2.0 * (position - other));
            if meet <= start {
                hull.pop();
            } else {
                from = meet;
                break;
            }
        }
        hull.push((i, from));
    }
    let mut result = Vec::with_capacity(values.len());
    let mut at = 0;
    for i in 0..values.len() {
        let position = i as f64 * edge;
        while at + 1 < hull.len() && hull[at + 1].1 <= position {
            at += 1;
        }
        result.push(match hull.get(at) {
            Some(&(near, _)) => values[near] + (position - near as f64 * edge).powi(2),
            None => f64::INFINITY,
        });
    }
    result
}

#[cfg(test)]
mod tests;
