//! The equations of one signal in one tick: what a site receives and loses, and how the amounts close.

use crate::numerics::parallel::prelude::*;

use super::SMALLEST_PM;
use super::physics::{Balance, Physics, Scheme};
use super::search::Search;
use crate::numerics::reduce::ordered_sum;
use crate::transport::checkerboard::{Board, Halves, add_only, add_scaled};
use crate::transport::multigrid::{Compartments, Fine, Role};

/// The equations of one signal in one tick.
pub(super) struct Problem<'a> {
    pub(super) physics: &'a Physics,
    pub(super) source: &'a [f32],
    pub(super) uptake: Option<&'a [f32]>,
    pub(super) leak_weight: &'a [f32],
    pub(super) compartments: &'a Compartments,
    /// 1/tick, or 0 for a steady state.
    pub(super) storage: f64,
    /// Diffusivity over edge squared, 1/h.
    pub(super) exchange: f64,
}

/// Share of the turnover that the transforms of the exact tick may miss before the field is closed.
const CLOSE: f64 = 5e-6;

/// Closes a field of the exact tick. Its transforms round in single precision to about `1e-7` of what
/// is stored: nothing where a signal turns over within some ticks, but more than the ledger allows
/// where it lasts for hundreds of them. The mean, whose law is exact, then sets the amount.
pub(super) fn close_exact(balance: &mut Balance, field: &mut [f32]) {
    let wanted = balance.made + balance.stored_before - balance.decayed;
    let found = balance.stored_after;
    let change = (found - balance.stored_before).abs();
    let turnover = balance.made.max(balance.decayed + change);
    if (found - wanted).abs() <= CLOSE * turnover || wanted <= 0.0 || found <= 0.0 {
        return;
    }
    let factor = wanted / found;
    balance.rounded = ordered_sum(field.len(), |site| {
        let exact = f64::from(field[site]) * factor;
        exact - f64::from(exact as f32)
    });
    field
        .par_iter_mut()
        .for_each(|value| *value = (f64::from(*value) * factor) as f32);
    balance.stored_after = ordered_sum(field.len(), |site| f64::from(field[site]));
    let missed = wanted - balance.rounded - balance.stored_after;
    balance.relative_mass_error = missed.abs() / (balance.made + balance.stored_before);
}

/// Sums that close the amounts of one compartment.
#[derive(Debug, Clone, Copy, Default)]
struct Closing {
    /// Right-hand side.
    wanted: f64,
    /// Rate times value of the solution.
    found: f64,
    /// Rate.
    rate: f64,
}

impl Closing {
    /// Factor and addend that make `found` equal `wanted`.
    fn correction(self) -> (f64, f64) {
        if self.found > 0.0 {
            (self.wanted / self.found, 0.0)
        } else if self.wanted > 0.0 && self.rate > 0.0 {
            (0.0, self.wanted / self.rate)
        } else {
            (1.0, 0.0)
        }
    }
}

/// Sums over the field after the tick.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Before what is too little to keep was taken off.
    held: f64,
    stored: f64,
    exchanged: f64,
    supplied: f64,
    taken_up: f64,
    clipped: f64,
    /// Rate times what single precision took off each value.
    rounded: f64,
}

impl Problem<'_> {
    /// Rate at which a site loses what it holds, neighbours apart, 1/h (storage included).
    fn rate(&self, site: usize) -> f64 {
        let uptake = self.uptake.map_or(0.0, |uptake| f64::from(uptake[site]));
        self.storage
            + self.physics.loss_per_h
            + self.physics.leak_per_h * f64::from(self.leak_weight[site])
            + uptake
    }

    /// What a site receives, neighbours apart, pM/h (storage included).
    fn supply(&self, site: usize, before: f32) -> f64 {
        self.storage * f64::from(before)
            + f64::from(self.source[site])
            + self.physics.leak_per_h * f64::from(self.leak_weight[site]) * self.physics.plasma_pm
    }

    /// Fills the vectors of the search: diagonals, and the residual of the field before.
    pub(super) fn load(&self, field: &[f32], search: &mut Search<'_>) {
        let stencil = search.stencil;
        let board = stencil.board;
        let nx = board.dims[0];
        let vectors = &mut *search.vectors;
        let mut norm = 0.0;
        for colour in 0..2 {
            vectors.change[colour].fill(0.0);
            let parts: Vec<f64> = (
                vectors.residual[colour].par_chunks_mut(board.task()),
                vectors.direction[colour].par_chunks_mut(board.task()),
                vectors.inverse[colour].par_chunks_mut(board.task()),
                vectors.rate[colour].par_chunks_mut(board.task()),
                stencil.face_sum[colour].par_chunks(board.task()),
            )
                .into_par_iter()
                .enumerate()
                .map(|(task, (b, u, inverse, rates, face_sum))| {
                    let mut norm = 0.0;
                    for j in 0..face_sum.len() / board.stride {
                        let row = task * board.task_rows + j;
                        let inner = j * board.stride + 1..j * board.stride + 1 + board.half;
                        let (b, u) = (&mut b[inner.clone()], &mut u[inner.clone()]);
                        let inverse = &mut inverse[inner.clone()];
                        let rates = &mut rates[inner.clone()];
                        let first = row * nx + (board.parity(row) ^ colour);
                        for (i, &sum) in face_sum[inner].iter().enumerate() {
                            if sum < 0.0 {
                                (b[i], u[i], inverse[i], rates[i]) = (0.0, 0.0, 0.0, 0.0);
                                continue;
                            }
                            let site = first + 2 * i;
                            let (rate, supply) = (self.rate(site), self.supply(site, field[site]));
                            norm += supply * supply;
                            (b[i], u[i]) = (supply as f32, field[site]);
                            rates[i] = rate as f32;
                            inverse[i] = 1.0 / (self.exchange as f32 * sum + rates[i]);
                        }
                    }
                    norm
                })
                .collect();
            norm += parts.iter().sum::<f64>();
        }
        search
            .coarser
            .prepare(&board, search.exchange, &vectors.rate, search.work);
        stencil.apply(
            search.exchange,
            &vectors.rate,
            &vectors.direction,
            &mut vectors.image,
        );
        search.scale = norm.sqrt();
        for (image, residual) in vectors.image.iter().zip(&mut vectors.residual) {
            add_only(-1.0, image, residual);
        }
        let fine = Fine {
            stencil,
            exchange: search.exchange,
            inverse: &vectors.inverse,
        };
        fine.eliminated(
            &vectors.residual[0],
            &mut vectors.smoothed[0],
            &mut vectors.image[1],
        );
        search.norm = add_scaled(1.0, &vectors.image[1], &mut vectors.residual[1]);
    }

    /// Adds the change to the field, closes the amounts, and takes stock.
    pub(super) fn commit(
        &self,
        board: &Board,
        change: &Halves,
        dt_h: f64,
        field: &mut [f32],
    ) -> Balance {
        let stored_before = ordered_sum(field.len(), |site| f64::from(field[site]));
        let others = &self.compartments.others;
        let mut closings: Vec<Closing> = others
            .iter()
            .map(|sites| Closing {
                wanted: sites
                    .iter()
                    .map(|&site| self.supply(site as usize, field[site as usize]))
                    .sum(),
                ..Closing::default()
            })
            .collect();
        let (main, undershoot, mut rounded) = self.add_change(board, change, field);
        for (closing, sites) in closings.iter_mut().zip(others) {
            for &site in sites {
                let rate = self.rate(site as usize);
                closing.found += rate * f64::from(field[site as usize]);
                closing.rate += rate;
            }
            let (factor, addend) = closing.correction();
            for &site in sites {
                let rate = self.rate(site as usize);
                let value = &mut field[site as usize];
                let exact = f64::from(*value) * factor + addend;
                *value = exact as f32;
                rounded += rate * (exact - f64::from(*value));
            }
        }
        let tally = self.close(board, main, field);
        let physics = self.physics;
        let made = dt_h * ordered_sum(self.source.len(), |site| f64::from(self.source[site]));
        let leak = dt_h * physics.leak_per_h;
        let supplied = leak * physics.plasma_pm * tally.supplied;
        let mut balance = Balance {
            made,
            decayed: dt_h * physics.loss_per_h * tally.held,
            leaked: leak * tally.exchanged - supplied,
            taken_up: dt_h * tally.taken_up,
            clipped: tally.clipped,
            rounded: dt_h * (rounded + tally.rounded),
            stored_before,
            stored_after: tally.stored,
            undershoot,
            ..Balance::default()
        };
        if physics.scheme == Scheme::QuasiSteady {
            balance.imposed = tally.held - stored_before;
        }
        let came = made + stored_before + balance.imposed;
        let went = balance.decayed
            + balance.leaked
            + balance.taken_up
            + balance.clipped
            + balance.rounded
            + balance.stored_after;
        let gross = made + stored_before + supplied;
        if gross > 0.0 {
            balance.relative_mass_error = (came - went).abs() / gross;
        }
        balance
    }

    /// Field plus change, at least 0; returns what closes the largest compartment, the negative
    /// values raised, and what rounding took off closed sites.
    fn add_change(&self, board: &Board, change: &Halves, field: &mut [f32]) -> (Closing, f64, f64) {
        let nx = board.dims[0];
        let role = &self.compartments.role;
        let parts: Vec<(Closing, f64, f64)> = field
            .par_chunks_mut(board.task_rows * nx)
            .enumerate()
            .map(|(task, chunk)| {
                let (mut closing, mut undershoot, mut rounded) = (Closing::default(), 0.0, 0.0);
                for (j, values) in chunk.chunks_exact_mut(nx).enumerate() {
                    let row = task * board.task_rows + j;
                    let change = board.halves_of_row(change, row);
                    for (x, value) in values.iter_mut().enumerate() {
                        let site = row * nx + x;
                        let (rate, supply) = (self.rate(site), self.supply(site, *value));
                        if role[site] == Role::Closed {
                            *value = (supply / rate) as f32;
                            rounded += supply - rate * f64::from(*value);
                            continue;
                        }
                        let solved = *value + change[x & 1][x >> 1];
                        if solved < 0.0 {
                            undershoot -= f64::from(solved);
                        }
                        *value = solved.max(0.0);
                        if role[site] == Role::Main {
                            closing.wanted += supply;
                            closing.found += rate * f64::from(*value);
                            closing.rate += rate;
                        }
                    }
                }
                (closing, undershoot, rounded)
            })
            .collect();
        let mut total = (Closing::default(), 0.0, 0.0);
        for (closing, undershoot, rounded) in parts {
            total.0.wanted += closing.wanted;
            total.0.found += closing.found;
            total.0.rate += closing.rate;
            total.1 += undershoot;
            total.2 += rounded;
        }
        total
    }

    /// Closes the largest compartment and sums up the field.
    fn close(&self, board: &Board, main: Closing, field: &mut [f32]) -> Tally {
        let task = board.task_rows * board.dims[0];
        let (factor, addend) = main.correction();
        let role = &self.compartments.role;
        let parts: Vec<Tally> = field
            .par_chunks_mut(task)
            .enumerate()
            .map(|(number, chunk)| {
                let mut tally = Tally::default();
                for (i, value) in chunk.iter_mut().enumerate() {
                    let site = number * task + i;
                    if role[site] == Role::Main {
                        let exact = f64::from(*value) * factor + addend;
                        *value = exact as f32;
                        tally.rounded += self.rate(site) * (exact - f64::from(*value));
                    }
                    let (held, weight) = (f64::from(*value), f64::from(self.leak_weight[site]));
                    tally.held += held;
                    tally.exchanged += weight * held;
                    tally.supplied += weight;
                    if let Some(uptake) = self.uptake {
                        tally.taken_up += f64::from(uptake[site]) * held;
                    }
                    if *value < SMALLEST_PM {
                        tally.clipped += held;
                        *value = 0.0;
                    } else {
                        tally.stored += held;
                    }
                }
                tally
            })
            .collect();
        let mut total = Tally::default();
        for part in parts {
            total.held += part.held;
            total.stored += part.stored;
            total.exchanged += part.exchanged;
            total.supplied += part.supplied;
            total.taken_up += part.taken_up;
            total.clipped += part.clipped;
            total.rounded += part.rounded;
        }
        total
    }
}
