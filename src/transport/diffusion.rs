//! One signal to its field at the end of a tick, with bone as an obstacle.
//!
//! *Law*, per site:
//!
//! ```text
//! du/dt = div(D grad u) - loss u - leak w (u - plasma) - uptake u + source
//! ```
//!
//! with `D` in marrow and `bone_factor D` in bone, faces by the harmonic mean, no flux through the
//! border of the lattice and, in a section, none along z. [`Scheme::Implicit`] takes one
//! backward-Euler step over the tick, [`Scheme::QuasiSteady`] sets `du/dt = 0`, [`Scheme::Exact`]
//! is exact in time but takes marrow without obstacle.
//!
//! *Closed bone* (`bone_factor = 0`): a solid site exchanges nothing. What it holds when it turns
//! solid stays there, decays by the same equation without the flux term, and is counted; it is
//! free again when the bone goes.
//!
//! *Method*: conjugate gradients for the change of the field since the last tick, preconditioned by
//! one multigrid cycle, until the residual has fallen below `tolerance` times the right-hand side.
//! The solution is then scaled, in every compartment of the marrow by its own factor, such that
//! the amounts close; the factor differs from 1 by the order of the tolerance. Scalar products are
//! in double precision and in a fixed order: the result has the same bits on any number of threads.
//!
//! *Limits*: one backward-Euler step is first order in the tick; a signal without source, whose
//! loss times the tick is not small, decays by `1 / (1 + loss dt)` and not by `exp(-loss dt)`.
//! Values below [`SMALLEST_PM`] are set to zero and counted as `clipped`.

mod check;
mod coefficients;
mod equations;
mod physics;
mod search;

use crate::numerics::parallel::{inside, prelude::*};

use super::MOST_SITES;
use super::blocks::Blocks;
use super::checkerboard::Board;
use super::exact::{ExactBox, Spread, Wall};
use super::fault::TransportFault;
use crate::tissue::grid::Grid;
use check::check_physics;
use coefficients::Prepared;
use equations::{Problem, close_exact};
pub use physics::{Balance, Physics, Scheme, block_error, diffusion_length_um};
use search::{Search, Vectors};

/// Concentrations below this, pM, are set to zero: far less than one molecule in a site, and
/// the range where single precision becomes slow.
pub const SMALLEST_PM: f32 = 1e-30;

/// Iterations after which the search for a field is given up.
pub const MOST_ITERATIONS: u32 = 200;

/// The lattice with its bone and vessels, ready to solve any signal on it.
///
/// Holds what the solver needs between ticks and nothing that is state: a fresh medium over the
/// same bone gives the same fields.
#[derive(Debug, Clone)]
pub struct Medium {
    /// The lattice of sites.
    grid: Grid,
    /// Blocks that have one level each, unless every site has its own.
    blocks: Option<Blocks>,
    solid: Vec<bool>,
    /// Per site, or mean per block.
    leak_weight: Vec<f32>,
    /// Means per block of source, uptake and field.
    averaged: [Vec<f32>; 3],
    /// Counts changes of the bone.
    revision: u64,
    prepared: Vec<Prepared>,
    vectors: Vectors,
    /// Made when a signal first asks for it.
    exact: Option<ExactBox<f32>>,
}

impl Medium {
    /// A medium over this lattice with one level per site. `solid`: bone, per site. `leak_weight`:
    /// share of the exchange with plasma, per site, 0 where no vessel is and 1 at a vessel.
    pub fn new(grid: Grid, solid: &[bool], leak_weight: &[f32]) -> Result<Self, TransportFault> {
        Self::with_blocks(grid, [1; 3], solid, leak_weight)
    }

    /// As [`Medium::new`], with one level per block of `block` sites along x, y, z, which must
    /// divide the lattice. Sources, uptake and fields are still given per site.
    pub fn with_blocks(
        grid: Grid,
        block: [usize; 3],
        solid: &[bool],
        leak_weight: &[f32],
    ) -> Result<Self, TransportFault> {
        if grid.is_empty() || grid.len() > MOST_SITES {
            return Err(TransportFault::Size {
                sites: grid.len(),
                most: MOST_SITES,
            });
        }
        if !(grid.edge_um.is_finite() && grid.edge_um > 0.0) {
            return Err(TransportFault::Parameter {
                name: "edge of a site in um",
                value: grid.edge_um,
                allowed: "finite, above 0",
            });
        }
        let layout = Blocks::new(grid.dims, block).ok_or(TransportFault::Block {
            block,
            sites: grid.dims,
        })?;
        let blocks = (block != [1; 3]).then_some(layout);
        let board = Board::new(layout.dims);
        let averaged = || vec![0.0; if blocks.is_some() { layout.count() } else { 0 }];
        let mut medium = Self {
            grid,
            blocks,
            solid: vec![false; grid.len()],
            leak_weight: vec![0.0; layout.count()],
            averaged: [averaged(), averaged(), averaged()],
            revision: 0,
            prepared: Vec::new(),
            vectors: Vectors {
                change: board.zeros(),
                residual: board.zeros(),
                smoothed: board.zeros(),
                direction: board.zeros(),
                image: board.zeros(),
                inverse: board.zeros(),
                rate: board.zeros(),
            },
            exact: None,
        };
        medium.update(solid, leak_weight)?;
        Ok(medium)
    }

    /// Sites of a block that share one level, along x, y, z.
    pub const fn block(&self) -> [usize; 3] {
        match &self.blocks {
            Some(blocks) => blocks.size(),
            None => [1; 3],
        }
    }

    /// Takes over bone and vessels as they are now. Costs one comparison per site when the bone
    /// has not changed; else the coefficients are formed anew when a signal next needs them.
    pub fn update(&mut self, solid: &[bool], leak_weight: &[f32]) -> Result<(), TransportFault> {
        self.length("bone", solid.len())?;
        self.length("leak weight", leak_weight.len())?;
        self.check("leak weight", leak_weight)?;
        match &self.blocks {
            Some(blocks) => blocks.average(leak_weight, &mut self.leak_weight),
            None => self.leak_weight.copy_from_slice(leak_weight),
        }
        if self.solid != solid {
            self.solid.copy_from_slice(solid);
            self.revision += 1;
        }
        Ok(())
    }

    /// Brings one signal to its field at the end of a tick of `dt_h`.
    ///
    /// `source_pm_per_h` and `uptake_per_h` (1/h) hold one number per site and are constant over
    /// the tick; `field_pm` is the field before and becomes the field after. On a fault the field
    /// is as it was.
    pub fn advance(
        &mut self,
        physics: &Physics,
        source_pm_per_h: &[f32],
        uptake_per_h: Option<&[f32]>,
        dt_h: f64,
        field_pm: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        // Inside the pool, so that each of the many short parallel loops starts at once.
        inside(|| self.solve(physics, source_pm_per_h, uptake_per_h, dt_h, field_pm))
    }

    fn solve(
        &mut self,
        physics: &Physics,
        source: &[f32],
        uptake: Option<&[f32]>,
        dt_h: f64,
        field: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        check_physics(physics, dt_h)?;
        self.length("source", source.len())?;
        self.length("field", field.len())?;
        self.check("source in pM/h", source)?;
        self.check("field in pM", field)?;
        if let Some(uptake) = uptake {
            self.length("uptake", uptake.len())?;
            self.check("uptake in 1/h", uptake)?;
        }
        let empty = |array: &[f32]| array.par_iter().all(|&value| value == 0.0);
        if (physics.leak_per_h == 0.0 || physics.plasma_pm == 0.0) && empty(source) && empty(field)
        {
            return Ok(Balance::default());
        }
        if physics.scheme == Scheme::Exact {
            return self.exact(physics, source, uptake, dt_h, field);
        }
        let Some(blocks) = self.blocks else {
            return self.find(physics, source, uptake, dt_h, field);
        };
        if physics.bone_factor == 0.0 {
            return Err(TransportFault::Parameter {
                name: "bone factor",
                value: physics.bone_factor,
                allowed: "above 0 where blocks of sites share a level (or use blocks of one site)",
            });
        }
        let [mut mean_source, mut mean_uptake, mut mean_field] = std::mem::take(&mut self.averaged);
        blocks.average(source, &mut mean_source);
        blocks.average(field, &mut mean_field);
        if let Some(uptake) = uptake {
            blocks.average(uptake, &mut mean_uptake);
        }
        let mean = uptake.map(|_| mean_uptake.as_slice());
        let found = self.find(physics, &mean_source, mean, dt_h, &mut mean_field);
        if found.is_ok() {
            blocks.spread(&mean_field, field);
        }
        self.averaged = [mean_source, mean_uptake, mean_field];
        found.map(|balance| balance.times(blocks.volume() as f64))
    }

    /// The exact tick. The amplitudes of the field are formed anew, so that nothing but the field
    /// goes from tick to tick.
    fn exact(
        &mut self,
        physics: &Physics,
        source: &[f32],
        uptake: Option<&[f32]>,
        dt_h: f64,
        field: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        for (name, value, fits, allowed) in [
            (
                "bone factor",
                physics.bone_factor,
                physics.bone_factor >= 1.0,
                "1 for the exact tick, which knows no obstacle",
            ),
            (
                "leak in 1/h",
                physics.leak_per_h,
                physics.leak_per_h == 0.0,
                "0 for the exact tick, which loses alike everywhere",
            ),
            (
                "largest uptake in 1/h",
                uptake.map_or(0.0, |uptake| {
                    uptake.iter().copied().fold(0.0, f32::max).into()
                }),
                uptake.is_none_or(|uptake| uptake.iter().all(|&rate| rate == 0.0)),
                "0 for the exact tick, which loses alike everywhere",
            ),
        ] {
            if !fits {
                return Err(TransportFault::Parameter {
                    name,
                    value,
                    allowed,
                });
            }
        }
        let space = match self.exact.take() {
            Some(space) => space,
            None => ExactBox::new(self.grid, [Wall::NoFlux; 3])?,
        };
        let space = self.exact.insert(space);
        let spread = Spread {
            diffusivity_um2_per_h: physics.diffusivity_um2_per_h,
            loss_per_h: physics.loss_per_h,
        };
        let before = field.to_vec();
        let advanced = space
            .state(field)
            .and_then(|mut state| space.advance(&spread, source, dt_h, &mut state, field));
        let amounts = match advanced {
            Ok(amounts) => amounts,
            Err(fault) => {
                field.copy_from_slice(&before);
                return Err(fault);
            }
        };
        let mut balance = Balance {
            made: amounts.made,
            decayed: amounts.lost,
            stored_before: amounts.stored_before,
            stored_after: amounts.stored_after,
            undershoot: amounts.raised,
            relative_mass_error: amounts.relative_mass_error,
            ..Balance::default()
        };
        close_exact(&mut balance, field);
        Ok(balance)
    }

    /// Finds the field on the lattice of the solver.
    fn find(
        &mut self,
        physics: &Physics,
        source: &[f32],
        uptake: Option<&[f32]>,
        dt_h: f64,
        field: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        let at = self.prepare(physics.bone_factor);
        let prepared = &mut self.prepared[at];
        let problem = Problem {
            physics,
            source,
            uptake,
            leak_weight: &self.leak_weight,
            compartments: &prepared.compartments,
            storage: match physics.scheme {
                Scheme::Implicit | Scheme::Exact => 1.0 / dt_h,
                Scheme::QuasiSteady => 0.0,
            },
            exchange: physics.diffusivity_um2_per_h / (self.grid.edge_um * self.grid.edge_um),
        };
        let mut search = Search {
            vectors: &mut self.vectors,
            stencil: &prepared.stencil,
            hierarchy: &prepared.hierarchy,
            work: &mut prepared.work,
            exchange: problem.exchange as f32,
            scale: 0.0,
            norm: 0.0,
            progress: 0.0,
            iterations: 0,
        };
        problem.load(field, &mut search);
        let mut target = physics.tolerance;
        loop {
            search.reach(target)?;
            search.fill_red();
            let (lowest, largest) = search.extremes(field);
            if lowest >= -physics.tolerance * largest {
                break;
            }
            target *= 0.1;
            if target < 1e-3 * physics.tolerance {
                return Err(TransportFault::Negative {
                    lowest,
                    largest,
                    tolerance: physics.tolerance,
                });
            }
        }
        let (residual, iterations) = (search.relative(), search.iterations);
        let board = prepared.stencil.board;
        let balance = problem.commit(&board, &self.vectors.change, dt_h, field);
        Ok(Balance {
            residual,
            iterations,
            ..balance
        })
    }

    /// Index of the coefficients for this bone factor, formed anew when bone has changed.
    fn prepare(&mut self, bone_factor: f64) -> usize {
        let found = self
            .prepared
            .iter()
            .position(|p| p.bone_factor.to_bits() == bone_factor.to_bits());
        let fresh = |this: &Self| {
            let blocks = this.blocks.as_ref();
            let dims = blocks.map_or(this.grid.dims, |blocks| blocks.dims);
            Prepared::new(dims, blocks, &this.solid, bone_factor, this.revision)
        };
        match found {
            Some(at) if self.prepared[at].revision == self.revision => at,
            Some(at) => {
                self.prepared[at] = fresh(self);
                at
            }
            None => {
                self.prepared.push(fresh(self));
                self.prepared.len() - 1
            }
        }
    }
}
