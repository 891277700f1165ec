//! The way from full sites to free space.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use pulp::{Arch, Simd, WithSimd};

use super::Occupancy;
use crate::numerics::parallel::prelude::*;
use crate::tissue::grid::Grid;

/// Steps to a near neighbour with their length in the 3-4-5 chamfer metric (Borgefors 1986), so
/// that a colony that pushes along them stays round.
const CHAMFER: [u16; 4] = [0, 3, 4, 5];

/// Distance of a site from which no free space can be reached.
pub const BLOCKED: u16 = u16::MAX;

/// Sites that one task works on at least.
const TASK: usize = 16_384;

/// Distance from each full site to free space, over marrow, in thirds of a site.
#[derive(Debug, Clone, Default)]
pub struct WayOut {
    /// 0 where there is room, [`BLOCKED`] where none is within reach or the site is bone.
    pub distance: Vec<u16>,
    next: Vec<u16>,
    /// What a row of sites did in the round before.
    rows: Vec<RowState>,
    last_rows: Vec<RowState>,
}

/// What happened to a row of sites in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum RowState {
    /// No site of it is full: its distances are what they are.
    #[default]
    Free,
    /// Its distances are as they were.
    Still,
    /// A distance became shorter.
    Changed,
}

impl WayOut {
    /// Finds the way out of every full site, up to `reach_um` away.
    ///
    /// In rounds, every site takes the shortest of what its neighbours offer, until none changes: the
    /// shortest paths have one fixed point, whatever the order. A row of sites is looked at again where it
    /// or a row beside it changed in the round before.
    pub fn find(&mut self, grid: &Grid, solid: &[bool], occupancy: &Occupancy, reach_um: f64) {
        let reach = (reach_um / grid.edge_um * 3.0) as u32;
        let reach = reach.min(u32::from(BLOCKED) - 6) as u16;
        let [nx, ny, nz] = grid.dims;
        self.distance.resize(grid.len(), BLOCKED);
        self.next.resize(grid.len(), BLOCKED);
        self.rows.resize(ny * nz, RowState::Free);
        self.last_rows.resize(ny * nz, RowState::Free);
        let task_rows = (TASK / nx).max(1);
        let task = task_rows * nx;
        (
            self.distance.par_chunks_mut(task),
            self.next.par_chunks_mut(task),
            self.rows.par_chunks_mut(task_rows),
            solid.par_chunks(task),
        )
            .into_par_iter()
            .enumerate()
            .for_each(|(number, (distance, next, rows, solid))| {
                let first = number * task;
                for (row, state) in rows.iter_mut().enumerate() {
                    let sites = row * nx..(row + 1) * nx;
                    *state = begin(
                        &mut distance[sites.clone()],
                        &solid[sites.clone()],
                        &occupancy.tumour[first..][sites.clone()],
                        &occupancy.capacity[first..][sites.clone()],
                    );
                    next[sites.clone()].copy_from_slice(&distance[sites]);
                }
            });
        let arch = Arch::new();
        while self.rows.contains(&RowState::Changed) {
            std::mem::swap(&mut self.rows, &mut self.last_rows);
            let (before, last_rows) = (&self.distance, &self.last_rows);
            (
                self.next.par_chunks_mut(task),
                self.rows.par_chunks_mut(task_rows),
                solid.par_chunks(task),
            )
                .into_par_iter()
                .enumerate()
                .for_each(|(number, (next, rows, solid))| {
                    arch.dispatch(Round {
                        grid,
                        reach,
                        first_row: number * task_rows,
                        before,
                        last_rows,
                        next,
                        rows,
                        solid,
                    });
                });
            std::mem::swap(&mut self.distance, &mut self.next);
        }
    }

    /// One step from a site towards free space, chosen by `pick` among those that lead there
    /// straight, or `None` where there is none.
    pub fn step(&self, grid: &Grid, site: usize, pick: impl FnOnce(u32) -> u32) -> Option<usize> {
        let here = u32::from(self.distance[site]);
        let mut found = [0; 26];
        let mut count = 0;
        for (other, axes) in grid.near_neighbours(site) {
            let there = self.distance[other];
            if there != BLOCKED && u32::from(there) + u32::from(CHAMFER[axes]) == here {
                found[count] = other;
                count += 1;
            }
        }
        (count > 0).then(|| found[pick(count as u32) as usize])
    }
}

/// Sets a row of sites to what it is before any way is known.
fn begin(distance: &mut [u16], solid: &[bool], cells: &[u16], capacity: &[u16]) -> RowState {
    let mut is_full = false;
    let sites = solid.iter().zip(cells.iter().zip(capacity));
    for (distance, (&solid, (&cells, &capacity))) in distance.iter_mut().zip(sites) {
        let has_room = !solid && cells < capacity;
        *distance = if has_room { 0 } else { BLOCKED };
        is_full |= !solid && !has_room;
    }
    if is_full {
        RowState::Changed
    } else {
        RowState::Free
    }
}

/// A round over some rows.
struct Round<'a> {
    grid: &'a Grid,
    reach: u16,
    first_row: usize,
    before: &'a [u16],
    last_rows: &'a [RowState],
    next: &'a mut [u16],
    rows: &'a mut [RowState],
    solid: &'a [bool],
}

impl WithSimd for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            grid,
            reach,
            first_row,
            before,
            last_rows,
            next,
            rows,
            solid,
        } = self;
        let [nx, ny, nz] = grid.dims;
        for (at, state) in rows.iter_mut().enumerate() {
            let row = first_row + at;
            if last_rows[row] == RowState::Free {
                *state = RowState::Free;
                continue;
            }
            let (y, z) = (row % ny, row / ny);
            let beside = move |by: [isize; 2]| {
                let (y, z) = (y.wrapping_add_signed(by[0]), z.wrapping_add_signed(by[1]));
                (y < ny && z < nz).then(|| z * ny + y)
            };
            let has_changed = ROWS
                .iter()
                .any(|&by| beside(by).is_some_and(|beside| last_rows[beside] == RowState::Changed));
            *state = RowState::Still;
            if !has_changed {
                continue;
            }
            let sites = at * nx..(at + 1) * nx;
            let out = &mut next[sites.clone()];
            let own = &before[row * nx..(row + 1) * nx];
            out.copy_from_slice(own);
            for &by in &ROWS {
                if let Some(other) = beside(by) {
                    let axes = usize::from(by[0] != 0) + usize::from(by[1] != 0);
                    let other = &before[other * nx..(other + 1) * nx];
                    offer(out, other, CHAMFER[axes]);
                    offer(&mut out[1..], &other[..nx - 1], CHAMFER[axes + 1]);
                    offer(&mut out[..nx - 1], &other[1..], CHAMFER[axes + 1]);
                }
            }
            let mut differs = false;
            for ((out, &solid), &own) in out.iter_mut().zip(&solid[sites]).zip(own) {
                let closed = solid || *out > reach;
                *out = if closed { BLOCKED } else { *out };
                differs |= *out != own;
            }
            if differs {
                *state = RowState::Changed;
            }
        }
    }
}

/// Rows around a row, itself among them, by their steps along y and z.
const ROWS: [[isize; 2]; 9] = [
    [0, 0],
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
];

/// Takes what is shorter by way of the neighbour.
#[inline(always)]
fn offer(out: &mut [u16], from: &[u16], cost: u16) {
    for (out, &from) in out.iter_mut().zip(from) {
        *out = (*out).min(from.saturating_add(cost));
    }
}
