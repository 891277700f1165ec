//! Preconditioned conjugate gradients for the change of a field.

use crate::numerics::parallel::prelude::*;

use super::MOST_ITERATIONS;
use crate::transport::checkerboard::{Halves, Stencil, add_only, add_scaled, scale_and_add};
use crate::transport::fault::TransportFault;
use crate::transport::multigrid::{Coarser, Fine, Work, cycle};

/// Vectors of the search, reused by every signal.
#[derive(Debug, Clone)]
pub(super) struct Vectors {
    /// Change of the field.
    pub(super) change: Halves,
    /// Red: of the field before. Black: of the search, the red unknowns eliminated.
    pub(super) residual: Halves,
    /// Residual after the preconditioner.
    pub(super) smoothed: Halves,
    pub(super) direction: Halves,
    /// Operator times direction.
    pub(super) image: Halves,
    /// Inverse of the diagonal; 0 where a site is no unknown.
    pub(super) inverse: Halves,
    /// Rate at which a site loses what it holds, neighbours apart; 0 where no unknown.
    pub(super) rate: Halves,
}

/// Preconditioned conjugate gradients for the black half of the change: a red site has black
/// neighbours only, so its equation gives its level once theirs are known.
pub(super) struct Search<'a> {
    pub(super) vectors: &'a mut Vectors,
    pub(super) stencil: &'a Stencil,
    pub(super) coarser: &'a Coarser,
    pub(super) work: &'a mut [Work],
    pub(super) exchange: f32,
    /// Length of the right-hand side.
    pub(super) scale: f64,
    /// Square of the length of the residual.
    pub(super) norm: f64,
    /// Product of residual and preconditioned residual in the last iteration.
    pub(super) progress: f64,
    pub(super) iterations: u32,
}

impl Search<'_> {
    pub(super) fn relative(&self) -> f64 {
        if self.scale > 0.0 {
            self.norm.sqrt() / self.scale
        } else {
            0.0
        }
    }

    /// Lowest and largest value of the solution before it is closed.
    pub(super) fn extremes(&self, field: &[f32]) -> (f64, f64) {
        let board = self.stencil.board;
        let nx = board.dims[0];
        let change = &self.vectors.change;
        let parts: Vec<(f32, f32)> = field
            .par_chunks(board.task_rows * nx)
            .enumerate()
            .map(|(task, chunk)| {
                let (mut lowest, mut largest) = (0.0_f32, 0.0_f32);
                for (j, before) in chunk.chunks_exact(nx).enumerate() {
                    let change = board.halves_of_row(change, task * board.task_rows + j);
                    for (x, &before) in before.iter().enumerate() {
                        let value = before + change[x & 1][x >> 1];
                        lowest = lowest.min(value);
                        largest = largest.max(value);
                    }
                }
                (lowest, largest)
            })
            .collect();
        parts
            .iter()
            .fold((0.0, 0.0), |(low, high), &(lowest, largest)| {
                (f64::min(low, lowest.into()), f64::max(high, largest.into()))
            })
    }

    /// Iterates until the relative residual is at most `target`.
    pub(super) fn reach(&mut self, target: f64) -> Result<(), TransportFault> {
        while self.relative() > target {
            let going = self.iterations < MOST_ITERATIONS && self.step();
            if !going {
                return Err(TransportFault::NotConverged {
                    iterations: self.iterations,
                    residual: self.relative(),
                    tolerance: target,
                });
            }
        }
        Ok(())
    }

    /// Sets the red half of the change, which the search leaves out.
    pub(super) fn fill_red(&mut self) {
        let vectors = &mut *self.vectors;
        let fine = Fine {
            stencil: self.stencil,
            exchange: self.exchange,
            inverse: &vectors.inverse,
        };
        let [red, black] = &mut vectors.change;
        fine.red_for(Some(&vectors.residual[0]), black, red);
    }

    /// One iteration; false when the numbers have broken down.
    fn step(&mut self) -> bool {
        let vectors = &mut *self.vectors;
        let fine = Fine {
            stencil: self.stencil,
            exchange: self.exchange,
            inverse: &vectors.inverse,
        };
        let progress = cycle(
            &fine,
            self.coarser,
            &vectors.residual[1],
            &mut vectors.smoothed,
            &mut vectors.image[0],
            self.work,
        );
        // The first direction is the preconditioned residual itself.
        let keep = if self.iterations == 0 {
            0.0
        } else {
            progress / self.progress
        };
        let [red, black] = &mut vectors.direction;
        scale_and_add(keep as f32, &vectors.smoothed[1], black);
        fine.red_for(None, black, red);
        let energy = fine.apply_to_black(&vectors.direction, &mut vectors.image[1]);
        let length = progress / energy;
        if !(length.is_finite() && length > 0.0) {
            return false;
        }
        add_only(length as f32, &vectors.direction[1], &mut vectors.change[1]);
        self.norm = add_scaled(-length as f32, &vectors.image[1], &mut vectors.residual[1]);
        self.progress = progress;
        self.iterations += 1;
        self.norm.is_finite()
    }
}
