//! One signal to its field at the end of a tick, exactly, in a box without obstacles.
//!
//! *Law*, per site, with one diffusivity and one rate of loss for the whole box:
//!
//! ```text
//! du/dt = D (second differences of u) / edge^2 - loss u + source
//! ```
//!
//! The source is constant over the tick. Waves along each axis diagonalise the second
//! differences, so that each amplitude follows on its own, with `rate` the sum of the loss and the
//! eigenvalues of the three axes:
//!
//! ```text
//! a(dt) = exp(-rate dt) a(0) + (1 - exp(-rate dt)) / rate * s
//! ```
//!
//! An infinite tick gives the steady state of the source. The only error is that of rounding and
//! of space: the eigenvalues are those of the lattice, not of the continuum, which makes the
//! spread between any two sites positive, so that no negative value arises but by rounding.
//! `1 - exp` is carried along as a number of its own, as a sum of terms of one sign, and is exact to
//! rounding however small the rate.
//!
//! *Walls*, per axis: no flux (cosine waves), value 0 on the face of the outermost sites (sine
//! waves), periodic (Fourier waves). A section (one layer) has no z axis.
//!
//! *State*: amplitudes are kept between ticks ([`ExactState`]), so that a tick is one transform of
//! the source forward and one of the field back. Their order is internal.
//!
//! *Cost*: `n log n` for `n = 2^a 3^b 5^c` sites along an axis; another prime factor `p` costs as
//! `n p`. Three passes over memory; 16 lines share the registers; 12 bytes per site for source,
//! state and field in single precision.
//!
//! *Same bits* on every instruction set and any number of threads: the set is chosen at run time,
//! products are never contracted with sums, lanes are independent lines, and pieces of work depend
//! on the lattice alone. [`ExactBox::portable`] runs without vector instructions, for comparison.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined by force is compiled for the instruction set of its caller"
)]

mod axis;
mod check;
mod fourier;
pub(crate) mod lanes;
mod modes;
pub(crate) mod passes;
mod summary;

use self::axis::Axis;
use self::lanes::Line;
pub use self::lanes::Real;
use self::modes::{Follow, Invert, Rates, Recall, Store, rates};
use self::passes::Passes;
use self::summary::{Summarise, Summary};
use super::MOST_SITES;
use super::fault::TransportFault;
use crate::tissue::grid::Grid;
use check::at_least_zero;

/// Negative values down to this share of the largest value are rounding and raised to zero; a
/// lower one is a fault.
pub const ROUNDING: f64 = 1e-6;

/// What holds at both ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// Nothing passes.
    NoFlux,
    /// The value is 0 on the outer face of the outermost sites: half an edge from their centre.
    FixedZero,
    /// The first site follows the last.
    Periodic,
}

/// How a signal spreads and decays: one number each for the whole box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Diffusivity, um2/h, at least 0.
    pub diffusivity_um2_per_h: f64,
    /// Rate of loss, 1/h, at least 0.
    pub loss_per_h: f64,
}

/// A lattice without obstacles, ready to bring any signal through a tick.
#[derive(Debug, Clone)]
pub struct ExactBox<T> {
    grid: Grid,
    walls: [Wall; 3],
    passes: Passes<T>,
}

/// A field as amplitudes of waves, between ticks. Belongs to boxes of the same sites and walls.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactState<T> {
    dims: [usize; 3],
    walls: [Wall; 3],
    amplitudes: Vec<Line<T>>,
    /// Sum over the sites of the field, as it was last written.
    stored: f64,
}

impl<T> ExactState<T> {
    /// Bytes of the amplitudes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.amplitudes.as_slice())
    }
}

/// Amounts of one tick in pM x site, and the extremes of the field.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ExactBalance {
    /// Secreted; for an infinite tick, per hour.
    pub made: f64,
    /// In the field before.
    pub stored_before: f64,
    /// In the field after, summed from the sites.
    pub stored_after: f64,
    /// Decayed, by the exact law of the mean; with fixed walls, decayed and lost through the walls,
    /// by the difference of the other amounts. For an infinite tick, per hour.
    pub lost: f64,
    /// What the balance misses, relative to what came in: rounding. 0 with fixed walls, where it
    /// is not known.
    pub relative_mass_error: f64,
    /// Lowest value before rounding was raised to zero, pM.
    pub lowest: f64,
    /// Largest value, pM.
    pub largest: f64,
    /// Sum of the negative values that were raised to zero, as a positive number.
    pub raised: f64,
}

impl<T: Real> ExactBox<T> {
    /// A box over this lattice with these walls along x, y, z. In a section the walls along z are
    /// of no account.
    pub fn new(grid: Grid, walls: [Wall; 3]) -> Result<Self, TransportFault> {
        if grid.is_empty() || grid.len() > MOST_SITES {
            return Err(TransportFault::Size {
                sites: grid.len(),
                most: MOST_SITES,
            });
        }
        at_least_zero("edge of a site in um", grid.edge_um)?;
        if grid.edge_um == 0.0 {
            return Err(TransportFault::Parameter {
                name: "edge of a site in um",
                value: 0.0,
                allowed: "finite, above 0",
            });
        }
        let [nx, ny, nz] = grid.dims;
        let axes = if grid.is_section() {
            [
                Axis::new(nx, walls[0]),
                Axis::new(1, Wall::NoFlux),
                Axis::new(ny, walls[1]),
            ]
        } else {
            [
                Axis::new(nx, walls[0]),
                Axis::new(ny, walls[1]),
                Axis::new(nz, walls[2]),
            ]
        };
        let walls = if grid.is_section() {
            [walls[0], walls[1], Wall::NoFlux]
        } else {
            walls
        };
        Ok(Self {
            grid,
            walls,
            passes: Passes::new(axes),
        })
    }

    /// The same box without vector instructions: slower, with the same bits.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.passes.set(pulp::Arch::Scalar);
        self
    }

    /// Bytes of working memory of each thread during a tick.
    pub fn scratch_bytes(&self) -> usize {
        self.passes.scratch_bytes()
    }

    /// The state of a field, which has to be finite; one value per site, pM.
    pub fn state(&self, field_pm: &[T]) -> Result<ExactState<T>, TransportFault> {
        self.length("field", field_pm.len())?;
        let mut work = field_pm.to_vec();
        let planes = self
            .passes
            .planes_forward(field_pm, &mut work, |plane| self.summary(plane));
        let summary = Summary::of(&planes);
        if !summary.total.is_finite() {
            self.check("field in pM", field_pm, T::finite)?;
        }
        let mut state = ExactState {
            dims: self.grid.dims,
            walls: self.walls,
            amplitudes: vec![Line::ZERO; self.passes.state_lines()],
            stored: summary.total,
        };
        let scale = T::from_f64(1.0 / self.grid.len() as f64);
        let stores = self
            .passes
            .share(&mut state.amplitudes)
            .map(|(_, amplitudes)| Store {
                amplitudes,
                scale,
                waves: self.passes.axes[0].length,
            })
            .collect();
        self.passes.blocks_through(&mut work, stores);
        Ok(state)
    }

    /// Writes the field of `state`, as the tick that made it did but for values raised to zero.
    pub fn field(&self, state: &ExactState<T>, field_pm: &mut [T]) -> Result<(), TransportFault> {
        self.length("field", field_pm.len())?;
        self.fits(state)?;
        let sizes = self.passes.blocks().map(|rows| rows.len());
        let mut rest = state.amplitudes.as_slice();
        let mut recalls = Vec::new();
        for rows in sizes {
            let (amplitudes, others) = rest.split_at(self.passes.block_lines(rows));
            recalls.push(Recall {
                amplitudes,
                waves: self.passes.axes[0].length,
            });
            rest = others;
        }
        self.passes.blocks_through(field_pm, recalls);
        self.passes.planes_backward(field_pm, |_| ());
        Ok(())
    }

    /// Brings `state` through a tick of `dt_h` hours, which may be infinite, and writes its field.
    ///
    /// `source_pm_per_h` (finite, at least 0) and `field_pm` hold one number per site; what
    /// `field_pm` held before is of no account. On a fault of an argument the state is as it was
    /// and `field_pm` undefined. A field that is negative beyond [`ROUNDING`] is a fault after
    /// which the state is that at the end of the tick: it takes a state that came from a negative
    /// field.
    pub fn advance(
        &self,
        spread: &Spread,
        source_pm_per_h: &[T],
        dt_h: f64,
        state: &mut ExactState<T>,
        field_pm: &mut [T],
    ) -> Result<ExactBalance, TransportFault> {
        self.length("source", source_pm_per_h.len())?;
        self.length("field", field_pm.len())?;
        self.fits(state)?;
        let rates = self.rates(spread, dt_h)?;
        let planes = self
            .passes
            .planes_forward(source_pm_per_h, field_pm, |plane| self.summary(plane));
        let source = Summary::of(&planes);
        if source.lowest < 0.0 || !source.total.is_finite() {
            let fits = |value: T| value >= T::ZERO && value.finite();
            self.check("source in pM/h", source_pm_per_h, fits)?;
        }
        let scale = 1.0 / self.grid.len() as f64;
        let follows = self
            .passes
            .share(&mut state.amplitudes)
            .map(|(rows, amplitudes)| Follow::new(&rates, rows, scale, amplitudes))
            .collect();
        self.passes.blocks_through(field_pm, follows);
        let planes = self.passes.planes_backward(field_pm, |plane| {
            let found = self.summary(plane);
            if found.lowest < 0.0 {
                for value in plane {
                    if *value < T::ZERO {
                        *value = T::ZERO;
                    }
                }
            }
            found
        });
        let field = Summary::of(&planes);
        let balance = self.balance(spread, dt_h, state.stored, &source, &field);
        state.stored = balance.stored_after;
        if field.lowest < -ROUNDING * field.largest || !field.total.is_finite() {
            return Err(TransportFault::Negative {
                lowest: field.lowest,
                largest: field.largest,
                tolerance: ROUNDING,
            });
        }
        Ok(balance)
    }

    /// Solves `(storage + loss) u - D (second differences of u) / edge^2 = right` in place, for
    /// any sign of the right-hand side: one transform forward and one back.
    pub fn invert(
        &self,
        spread: &Spread,
        storage_per_h: f64,
        right: &mut [T],
    ) -> Result<(), TransportFault> {
        self.length("right-hand side", right.len())?;
        at_least_zero("storage in 1/h", storage_per_h)?;
        let whole = Spread {
            loss_per_h: spread.loss_per_h + storage_per_h,
            ..*spread
        };
        let rates = self.rates(&whole, f64::INFINITY)?;
        let mut work = vec![T::ZERO; right.len()];
        self.passes.planes_forward(right, &mut work, |_| ());
        let scale = 1.0 / self.grid.len() as f64;
        let inverts = self
            .passes
            .blocks()
            .map(|rows| Invert(Follow::new(&rates, rows, scale, &mut [])))
            .collect();
        self.passes.blocks_through(&mut work, inverts);
        self.passes.planes_backward(&mut work, |_| ());
        right.copy_from_slice(&work);
        Ok(())
    }

    fn summary(&self, values: &[T]) -> Summary {
        self.passes.arch.dispatch(Summarise(values))
    }

    fn balance(
        &self,
        spread: &Spread,
        dt_h: f64,
        before: f64,
        source: &Summary,
        field: &Summary,
    ) -> ExactBalance {
        let after = field.total + field.negative;
        let loss = spread.loss_per_h;
        let steady = dt_h.is_infinite();
        let made = source.total * if steady { 1.0 } else { dt_h };
        let open = self.walls.contains(&Wall::FixedZero);
        let gone = -(-loss * dt_h).exp_m1();
        // The mean follows the law of one site without neighbours.
        let lost = match (steady, open) {
            (true, true) => made,
            (true, false) => loss * after,
            (false, true) => made + before - after,
            (false, false) if loss == 0.0 => 0.0,
            (false, false) => before * gone + source.total * (dt_h - gone / loss),
        };
        let missing = match (steady, open) {
            (_, true) => 0.0,
            (true, false) => made - lost,
            (false, false) => made + before - lost - after,
        };
        let came = made + if steady { 0.0 } else { before.abs() };
        ExactBalance {
            made,
            stored_before: before,
            stored_after: after,
            lost,
            relative_mass_error: if came > 0.0 {
                missing.abs() / came
            } else {
                0.0
            },
            lowest: field.lowest,
            largest: field.largest,
            raised: field.negative,
        }
    }

    fn rates(&self, spread: &Spread, dt_h: f64) -> Result<[Rates; 3], TransportFault> {
        at_least_zero("diffusivity in um2/h", spread.diffusivity_um2_per_h)?;
        at_least_zero("loss in 1/h", spread.loss_per_h)?;
        if dt_h.is_nan() || dt_h <= 0.0 {
            return Err(TransportFault::Parameter {
                name: "tick in h",
                value: dt_h,
                allowed: "above 0; infinite for the steady state",
            });
        }
        let exchange = spread.diffusivity_um2_per_h / (self.grid.edge_um * self.grid.edge_um);
        let open = self.walls.contains(&Wall::FixedZero) && exchange > 0.0;
        if dt_h.is_infinite() && spread.loss_per_h == 0.0 && !open {
            return Err(TransportFault::Parameter {
                name: "loss in 1/h",
                value: 0.0,
                allowed: "above 0 where a steady state is sought and no wall takes anything",
            });
        }
        Ok(rates(&self.passes.axes, exchange, spread.loss_per_h, dt_h))
    }
}

#[cfg(test)]
mod tests;
