//! The equations of one signal in one tick: what a site receives and loses, and how the amounts close.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

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

/// Sites of which rates and supplies are worked out together: an even number, so that those of a colour are as
/// many as those of the other.
const RUN: usize = 64;

/// Rates and supplies of some sites.
struct Terms {
    rate: [f64; RUN],
    supply: [f64; RUN],
}

/// [`Problem::terms`], for the widest registers that there are.
struct TermsOf<'a> {
    problem: &'a Problem<'a>,
    first: usize,
    before: &'a [f32],
    terms: &'a mut Terms,
}

impl WithSimd for TermsOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Problem {
            physics,
            source,
            uptake,
            leak_weight,
            storage,
            ..
        } = *self.problem;
        let sites = self.first..self.first + self.before.len();
        let own = self.before.iter().zip(&source[sites.clone()]);
        let terms = self.terms.rate.iter_mut().zip(&mut self.terms.supply);
        for ((rate, supply), ((&before, &source), &weight)) in
            terms.zip(own.zip(&leak_weight[sites.clone()]))
        {
            let leak = physics.leak_per_h * f64::from(weight);
            *rate = storage + physics.loss_per_h + leak;
            *supply = storage * f64::from(before) + f64::from(source) + leak * physics.plasma_pm;
        }
        if let Some(uptake) = uptake {
            for (rate, &uptake) in self.terms.rate.iter_mut().zip(&uptake[sites]) {
                *rate += f64::from(uptake);
            }
        }
    }
}

/// Vectors of one colour that are filled when a search begins.
struct Loaded<'a> {
    b: &'a mut [f32],
    u: &'a mut [f32],
    inverse: &'a mut [f32],
    rates: &'a mut [f32],
    sum: &'a [f32],
}

/// The same vectors, as a loop gives them.
type Chunks<'a> = (
    &'a mut [f32],
    &'a mut [f32],
    &'a mut [f32],
    &'a mut [f32],
    &'a [f32],
);

impl<'a> From<Chunks<'a>> for Loaded<'a> {
    fn from((b, u, inverse, rates, sum): Chunks<'a>) -> Self {
        Self {
            b,
            u,
            inverse,
            rates,
            sum,
        }
    }
}

impl Loaded<'_> {
    fn part(&mut self, at: Range<usize>) -> Loaded<'_> {
        Loaded {
            b: &mut self.b[at.clone()],
            u: &mut self.u[at.clone()],
            inverse: &mut self.inverse[at.clone()],
            rates: &mut self.rates[at.clone()],
            sum: &self.sum[at],
        }
    }
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

    /// Rates and supplies of consecutive sites from `first` on that hold `before`, side by side.
    fn terms(&self, first: usize, before: &[f32]) -> Terms {
        let mut terms = Terms {
            rate: [0.0; RUN],
            supply: [0.0; RUN],
        };
        Arch::new().dispatch(TermsOf {
            problem: self,
            first,
            before,
            terms: &mut terms,
        });
        terms
    }

    /// Fills the vectors of the search: diagonals, and the residual of the field before.
    pub(super) fn load(&self, field: &[f32], search: &mut Search<'_>) {
        let stencil = search.stencil;
        let board = stencil.board;
        let vectors = &mut *search.vectors;
        for change in &mut vectors.change {
            change.fill(0.0);
        }
        let task = board.task();
        let [red, black] = {
            let [b0, b1] = &mut vectors.residual;
            let [u0, u1] = &mut vectors.direction;
            let [d0, d1] = &mut vectors.inverse;
            let [r0, r1] = &mut vectors.rate;
            let [s0, s1] = &stencil.face_sum;
            [(b0, u0, d0, r0, s0), (b1, u1, d1, r1, s1)].map(|(b, u, inverse, rate, sum)| {
                let chunks = (
                    b.par_chunks_mut(task),
                    u.par_chunks_mut(task),
                    inverse.par_chunks_mut(task),
                    rate.par_chunks_mut(task),
                    sum.par_chunks(task),
                );
                chunks.into_par_iter()
            })
        };
        let parts: Vec<[f64; 2]> = red
            .zip(black)
            .enumerate()
            .map(|(number, (red, black))| {
                let first = number * board.task_rows;
                self.load_rows(&board, first, field, [red, black].map(Loaded::from))
            })
            .collect();
        let of = |colour: usize| parts.iter().map(|part| part[colour]).sum::<f64>();
        let norm = 0.0 + of(0) + of(1);
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

    /// Fills the vectors of some rows; the squares of what the unknowns of each colour receive.
    fn load_rows(
        &self,
        board: &Board,
        first_row: usize,
        field: &[f32],
        mut halves: [Loaded<'_>; 2],
    ) -> [f64; 2] {
        let nx = board.dims[0];
        let exchange = self.exchange as f32;
        let mut norms = [0.0; 2];
        for j in 0..halves[0].sum.len() / board.stride {
            let row = first_row + j;
            if nx % 2 == 1 {
                // The end of a row of odd length is no unknown.
                let end = j * board.stride + board.half;
                let Loaded {
                    b,
                    u,
                    inverse,
                    rates,
                    ..
                } = &mut halves[board.parity(row) ^ 1];
                (b[end], u[end], inverse[end], rates[end]) = (0.0, 0.0, 0.0, 0.0);
            }
            for x in (0..nx).step_by(RUN) {
                let sites = row * nx + x..row * nx + nx.min(x + RUN);
                let before = &field[sites.clone()];
                let Terms { rate, supply } = self.terms(sites.start, before);
                for side in 0..2 {
                    let colour = board.parity(row) ^ side;
                    let count = (before.len() + 1 - side) / 2;
                    let from = j * board.stride + 1 + x / 2;
                    let Loaded {
                        b,
                        u,
                        inverse,
                        rates,
                        sum,
                    } = halves[colour].part(from..from + count);
                    let mut square = [0.0; RUN / 2];
                    for at in 0..count {
                        let site = 2 * at + side;
                        let is_known = sum[at] >= 0.0;
                        let given = |value: f32| if is_known { value } else { 0.0 };
                        b[at] = given(supply[site] as f32);
                        u[at] = given(before[site]);
                        rates[at] = given(rate[site] as f32);
                        inverse[at] = given(1.0 / (exchange * sum[at] + rate[site] as f32));
                        square[at] = if is_known {
                            supply[site] * supply[site]
                        } else {
                            0.0
                        };
                    }
                    norms[colour] = square[..count]
                        .iter()
                        .fold(norms[colour], |sum, square| sum + square);
                }
            }
        }
        norms
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
                    for (run, values) in values.chunks_mut(RUN).enumerate() {
                        let first = row * nx + run * RUN;
                        let terms = self.terms(first, values);
                        let change = change.map(|half| &half[run * RUN / 2..]);
                        for (at, value) in values.iter_mut().enumerate() {
                            let (rate, supply) = (terms.rate[at], terms.supply[at]);
                            let role = role[first + at];
                            if role == Role::Closed {
                                *value = (supply / rate) as f32;
                                rounded += supply - rate * f64::from(*value);
                                continue;
                            }
                            let solved = *value + change[at & 1][at >> 1];
                            if solved < 0.0 {
                                undershoot -= f64::from(solved);
                            }
                            *value = solved.max(0.0);
                            if role == Role::Main {
                                closing.wanted += supply;
                                closing.found += rate * f64::from(*value);
                                closing.rate += rate;
                            }
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
                for (run, values) in chunk.chunks_mut(RUN).enumerate() {
                    let first = number * task + run * RUN;
                    let Terms { rate, .. } = self.terms(first, values);
                    for (at, value) in values.iter_mut().enumerate() {
                        let site = first + at;
                        if role[site] == Role::Main {
                            let exact = f64::from(*value) * factor + addend;
                            *value = exact as f32;
                            tally.rounded += rate[at] * (exact - f64::from(*value));
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
