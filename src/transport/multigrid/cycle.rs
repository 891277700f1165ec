//! One V-cycle over the hierarchy, and the operator on the lattice as its smoother needs it.

use crate::numerics::parallel::prelude::*;

use super::graph::for_nodes;
use super::{Coarser, Hierarchy, SOFTENING, TASK, Work};
use crate::transport::checkerboard::{Halves, Stencil, dot, set_row};

impl Hierarchy {
    /// Approximate solution on the first level for a residual of the lattice.
    pub(super) fn correct(&self, exchange: f32, red_residual: &[f32], work: &mut [Work]) {
        self.levels[0].restrict(red_residual, &mut work[0].b);
        let mut softened = exchange;
        for (depth, level) in self.levels.iter().enumerate() {
            softened *= SOFTENING;
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            {
                let Work { inverse, b, x, .. } = &mut *here;
                for_nodes(&mut x[0], |node| b[0][node] * inverse[0][node]);
            }
            level.relax(1, softened, here);
            if let Some(coarser) = self.levels.get(depth + 1) {
                // After red then black from 0, black is satisfied and red lacks what black gave.
                let Work {
                    x, red_residual, ..
                } = &mut *here;
                for_nodes(red_residual, |node| {
                    softened * level.parts[0].neighbour_sum(node, &x[1])
                });
                coarser.restrict(red_residual, &mut below[0].b);
            }
        }
        for depth in (0..self.levels.len()).rev() {
            let level = &self.levels[depth];
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            if let Some(coarser) = self.levels.get(depth + 1) {
                let from = &below[0].x;
                add_to_nodes(&mut here.x[0], |node| coarser.above(node, from));
            }
            level.relax(1, softened, here);
            level.relax(0, softened, here);
            softened /= SOFTENING;
        }
    }
}

fn add_to_nodes(out: &mut [f32], value: impl Fn(usize) -> f32 + Sync) {
    out.par_chunks_mut(TASK)
        .enumerate()
        .for_each(|(task, chunk)| {
            for (i, entry) in chunk.iter_mut().enumerate() {
                *entry += value(task * TASK + i);
            }
        });
}

/// One V-cycle on the lattice: the black half of `x` approximates that of the solution for a
/// right-hand side that is `b` on black sites and 0 on red ones. Returns the product of `b` and it.
pub(in crate::transport) fn cycle(
    fine: &Fine<'_>,
    coarser: &Coarser,
    b: &[f32],
    x: &mut Halves,
    red_residual: &mut [f32],
    work: &mut [Work],
) -> f64 {
    let Fine {
        stencil,
        exchange,
        inverse,
    } = *fine;
    let board = stencil.board;
    board.for_rows(&mut x[1], |row, out| {
        let (b, inverse) = (board.row(b, row), board.row(&inverse[1], row));
        set_row!(out; b, inverse; b * inverse);
    });
    board.for_rows(red_residual, |row, out| {
        let inverse = board.row(&inverse[0], row);
        stencil.set_from_sum((row, 0), &x[1], [inverse; 2], out, |sum, inverse, _| {
            if inverse > 0.0 { exchange * sum } else { 0.0 }
        });
    });
    match coarser {
        Coarser::Boxes(layers) => {
            layers.correct(&board, exchange, red_residual, work);
            layers.descend(&board, &inverse[0], work, &mut x[0]);
        }
        Coarser::Graphs(hierarchy) => {
            hierarchy.correct(exchange, red_residual, work);
            let (above, from) = (&hierarchy.levels[0], &work[0].x);
            board.for_rows(&mut x[0], |row, out| {
                let start = row.index * board.stride + 1;
                let inverse = board.row(&inverse[0], row);
                for (i, (value, &inverse)) in out.iter_mut().zip(inverse).enumerate() {
                    *value = if inverse > 0.0 {
                        above.above(start + i, from)
                    } else {
                        0.0
                    };
                }
            });
        }
    }
    let [red, black] = x;
    board.sum_rows(black, |row, out| {
        let b = board.row(b, row);
        let own = [b, board.row(&inverse[1], row)];
        stencil.set_from_sum((row, 1), red, own, out, |sum, b, inverse| {
            (b + exchange * sum) * inverse
        });
        dot(b, out)
    })
}

/// The operator on the lattice as the smoother needs it.
#[derive(Debug, Clone, Copy)]
pub(in crate::transport) struct Fine<'a> {
    pub(in crate::transport) stencil: &'a Stencil,
    /// Rate per unit of conductance.
    pub(in crate::transport) exchange: f32,
    /// Inverse of the diagonal; 0 where a site is no unknown.
    pub(in crate::transport) inverse: &'a Halves,
}

impl Fine<'_> {
    /// Red half that satisfies the red equations for right-hand side `b` (0 if none) and this
    /// black half.
    pub(in crate::transport) fn red_for(&self, b: Option<&[f32]>, black: &[f32], red: &mut [f32]) {
        let (board, exchange) = (self.stencil.board, self.exchange);
        board.for_rows(red, |row, out| {
            let inverse = board.row(&self.inverse[0], row);
            if let Some(b) = b {
                let own = [board.row(b, row), inverse];
                let value = |sum, b, inverse| (b + exchange * sum) * inverse;
                self.stencil.set_from_sum((row, 0), black, own, out, value);
            } else {
                let own = [inverse; 2];
                let value = |sum, inverse, _| exchange * sum * inverse;
                self.stencil.set_from_sum((row, 0), black, own, out, value);
            }
        });
    }

    /// Black half of the operator on a vector whose red half satisfies the red equations; returns
    /// the product of the vector and it.
    pub(in crate::transport) fn apply_to_black(&self, vector: &Halves, out: &mut [f32]) -> f64 {
        let (board, exchange) = (self.stencil.board, self.exchange);
        board.sum_rows(out, |row, out| {
            let own = board.row(&vector[1], row);
            let rows = [own, board.row(&self.inverse[1], row)];
            let value = |sum, own: f32, inverse| {
                if inverse > 0.0 {
                    own / inverse - exchange * sum
                } else {
                    0.0
                }
            };
            self.stencil
                .set_from_sum((row, 1), &vector[0], rows, out, value);
            dot(own, out)
        })
    }

    /// What a red half of a right-hand side brings to the black equations once the red unknowns
    /// are eliminated; `scratch` is of the size of the red half.
    pub(in crate::transport) fn eliminated(&self, b: &[f32], scratch: &mut [f32], out: &mut [f32]) {
        let (board, exchange) = (self.stencil.board, self.exchange);
        board.for_rows(scratch, |row, out| {
            let (b, inverse) = (board.row(b, row), board.row(&self.inverse[0], row));
            set_row!(out; b, inverse; b * inverse);
        });
        board.for_rows(out, |row, out| {
            let own = [board.row(&self.inverse[1], row); 2];
            self.stencil
                .set_from_sum((row, 1), scratch, own, out, |sum, inverse, _| {
                    if inverse > 0.0 { exchange * sum } else { 0.0 }
                });
        });
    }
}
