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
use crate::transport::multigrid::Work;
use check::check_physics;
use coefficients::Prepared;
use equations::{Problem, close_exact};
pub use physics::{Balance, Physics, Scheme, block_error, diffusion_length_um};
use search::{Search, Vectors};

/// Concentrations below this, pM, are set to zero: far less than one molecule in a site, and
/// the range where single precision becomes slow.
pub(crate) const SMALLEST_PM: f32 = 1e-30;

/// Iterations after which the search for a field is given up.
pub(crate) const MOST_ITERATIONS: u32 = 200;

/// Levels up to which signals are solved beside each other, each with vectors of its own: beyond, the
/// vectors would take more memory than the fields, and the loops inside of one signal are long enough.
const TOGETHER: usize = 1 << 18;

/// The lattice with its bone and vessels, ready to solve any signal on it.
///
/// Holds what the solver needs between ticks and nothing that is state: a fresh medium over the
/// same bone gives the same fields.
#[derive(Debug, Clone)]
pub struct Medium {
    ground: Ground,
    desks: Vec<Desk>,
    /// Levels of two fields by block, and of what is made of them.
    levels: [Vec<f32>; 4],
}

/// A signal that is to be brought to the end of a tick.
#[derive(Debug)]
pub struct Task<'a> {
    /// How it spreads and is lost.
    pub physics: &'a Physics,
    /// What is made of it at each site, pM/h, constant over the tick.
    pub source_pm_per_h: &'a [f32],
    /// Rate at which each site takes it up, 1/h.
    pub uptake_per_h: Option<&'a [f32]>,
    /// The field before, pM, which becomes the field after; on a fault it is as it was.
    pub field_pm: &'a mut [f32],
}

/// What all signals share.
#[derive(Debug, Clone)]
struct Ground {
    /// The lattice of sites.
    grid: Grid,
    /// Blocks that have one level each, unless every site has its own.
    blocks: Option<Blocks>,
    solid: Vec<bool>,
    /// Per site, or mean per block.
    leak_weight: Vec<f32>,
    /// Counts changes of the bone.
    revision: u64,
    prepared: Vec<Prepared>,
}

/// What the solver works with while it solves one signal.
#[derive(Debug, Clone)]
struct Desk {
    /// Means per block of source, uptake and field.
    averaged: [Vec<f32>; 3],
    vectors: Vectors,
    /// Vectors of the coarser graphs of this number, formed at this revision of the bone.
    work: Vec<Work>,
    work_of: Option<(usize, u64)>,
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
        let ground = Ground {
            grid,
            blocks: (block != [1; 3]).then_some(layout),
            solid: vec![false; grid.len()],
            leak_weight: vec![0.0; layout.count()],
            revision: 0,
            prepared: Vec::new(),
        };
        let mut medium = Self {
            desks: vec![ground.desk()],
            ground,
            levels: Default::default(),
        };
        medium.update(solid, leak_weight)?;
        Ok(medium)
    }

    /// Sites of a block that share one level, along x, y, z.
    pub const fn block(&self) -> [usize; 3] {
        match &self.ground.blocks {
            Some(blocks) => blocks.size(),
            None => [1; 3],
        }
    }

    /// Takes over bone and vessels as they are now. Costs one comparison per site when the bone
    /// has not changed; else the coefficients are formed anew when a signal next needs them.
    pub fn update(&mut self, solid: &[bool], leak_weight: &[f32]) -> Result<(), TransportFault> {
        let ground = &mut self.ground;
        ground.length("bone", solid.len())?;
        ground.length("leak weight", leak_weight.len())?;
        let fit = if let Some(blocks) = &ground.blocks {
            blocks.average(leak_weight, &mut ground.leak_weight)
        } else {
            ground.leak_weight.copy_from_slice(leak_weight);
            false
        };
        if !fit {
            ground.check("leak weight", leak_weight)?;
        }
        if ground.solid != solid {
            ground.solid.copy_from_slice(solid);
            ground.revision += 1;
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
        let task = Task {
            physics,
            source_pm_per_h,
            uptake_per_h,
            field_pm,
        };
        // Inside the pool, so that each of the many short parallel loops starts at once.
        inside(|| {
            self.ground.prepare(task.physics);
            self.ground.solve(&mut self.desks[0], task, dt_h)
        })
    }

    /// Brings several signals to their fields at the end of a tick of `dt_h`, each as
    /// [`Medium::advance`] does, to the last bit; beside each other where the lattice is small enough.
    pub fn advance_all(
        &mut self,
        tasks: Vec<Task<'_>>,
        dt_h: f64,
    ) -> Vec<Result<Balance, TransportFault>> {
        let Self {
            ground,
            desks,
            levels: _,
        } = self;
        inside(|| {
            for task in &tasks {
                ground.prepare(task.physics);
            }
            let ground = &*ground;
            if ground.levels() > TOGETHER {
                let desk = &mut desks[0];
                let one = |task| ground.solve(desk, task, dt_h);
                return tasks.into_iter().map(one).collect();
            }
            while desks.len() < tasks.len() {
                desks.push(ground.desk());
            }
            tasks
                .into_par_iter()
                .zip(desks.par_iter_mut())
                .map(|(task, desk)| ground.solve(desk, task, dt_h))
                .collect()
        })
    }
}

impl Medium {
    /// Makes two fields out of two, site by site: once for each block, where the sites of every block share
    /// a level of both, as [`Medium::advance`] leaves them.
    ///
    /// # Errors
    /// Those of `make`, and fields of another length.
    pub fn by_level(
        &mut self,
        from: [&[f32]; 2],
        to: [&mut [f32]; 2],
        make: impl FnOnce([&[f32]; 2], [&mut [f32]; 2]) -> Result<(), TransportFault>,
    ) -> Result<(), TransportFault> {
        for length in from
            .map(<[f32]>::len)
            .into_iter()
            .chain(to.iter().map(|to| to.len()))
        {
            self.ground.length("field", length)?;
        }
        let [one, other, first, second] = &mut self.levels;
        let shared = self.ground.blocks.filter(|blocks| {
            let mut pairs = from.iter().zip([&mut *one, &mut *other]);
            pairs.all(|(field, levels)| blocks.levels(field, levels))
        });
        let Some(blocks) = shared else {
            return make(from, to);
        };
        for made in [&mut *first, &mut *second] {
            made.resize(blocks.count(), 0.0);
        }
        make([one, other], [first, second])?;
        for (made, to) in [first, second].into_iter().zip(to) {
            blocks.spread(made, to);
        }
        Ok(())
    }
}

impl Ground {
    /// Levels that are sought of each signal.
    const fn levels(&self) -> usize {
        match &self.blocks {
            Some(blocks) => blocks.count(),
            None => self.grid.len(),
        }
    }

    fn desk(&self) -> Desk {
        let dims = self.blocks.map_or(self.grid.dims, |blocks| blocks.dims);
        let board = Board::new(dims);
        let averaged = || vec![0.0; self.blocks.map_or(0, |blocks| blocks.count())];
        Desk {
            averaged: [averaged(), averaged(), averaged()],
            vectors: Vectors {
                change: board.zeros(),
                residual: board.zeros(),
                smoothed: board.zeros(),
                direction: board.zeros(),
                image: board.zeros(),
                inverse: board.zeros(),
                rate: board.zeros(),
            },
            work: Vec::new(),
            work_of: None,
            exact: None,
        }
    }

    fn solve(&self, desk: &mut Desk, task: Task<'_>, dt_h: f64) -> Result<Balance, TransportFault> {
        let Task {
            physics,
            source_pm_per_h: source,
            uptake_per_h: uptake,
            field_pm: field,
        } = task;
        check_physics(physics, dt_h)?;
        self.length("source", source.len())?;
        self.length("field", field.len())?;
        if let Some(uptake) = uptake {
            self.length("uptake", uptake.len())?;
            self.check("uptake in 1/h", uptake)?;
        }
        let empty = |array: &[f32]| array.par_iter().all(|&value| value == 0.0);
        let unfed = physics.leak_per_h == 0.0 || physics.plasma_pm == 0.0;
        let blocks = self.blocks.filter(|_| physics.scheme != Scheme::Exact);
        let Some(blocks) = blocks else {
            self.check("source in pM/h", source)?;
            self.check("field in pM", field)?;
            if unfed && empty(source) && empty(field) {
                return Ok(Balance::default());
            }
            return if physics.scheme == Scheme::Exact {
                self.exact(desk, physics, source, uptake, dt_h, field)
            } else {
                self.find(desk, physics, source, uptake, dt_h, field)
            };
        };
        let [mut mean_source, mut mean_uptake, mut mean_field] = std::mem::take(&mut desk.averaged);
        // Each is read once: whether it fits is seen on the way.
        let fit = blocks.average(source, &mut mean_source);
        let fit = blocks.average(field, &mut mean_field) && fit;
        if let Some(uptake) = uptake {
            blocks.average(uptake, &mut mean_uptake);
        }
        let mean = uptake.map(|_| mean_uptake.as_slice());
        let found = if !fit {
            self.check("source in pM/h", source)
                .and_then(|()| self.check("field in pM", field))
                .map(|()| Balance::default())
        } else if unfed && empty(&mean_source) && empty(&mean_field) {
            Ok(Balance::default())
        } else if physics.bone_factor == 0.0 {
            Err(TransportFault::Parameter {
                name: "bone factor",
                value: physics.bone_factor,
                allowed: "above 0 where blocks of sites share a level (or use blocks of one site)",
            })
        } else {
            let found = self.find(desk, physics, &mean_source, mean, dt_h, &mut mean_field);
            if found.is_ok() {
                blocks.spread(&mean_field, field);
            }
            found.map(|balance| balance.times(blocks.volume() as f64))
        };
        desk.averaged = [mean_source, mean_uptake, mean_field];
        found
    }

    /// The exact tick. The amplitudes of the field are formed anew, so that nothing but the field
    /// goes from tick to tick.
    fn exact(
        &self,
        desk: &mut Desk,
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
        let space = match desk.exact.take() {
            Some(space) => space,
            None => ExactBox::new(self.grid, [Wall::NoFlux; 3])?,
        };
        let space = desk.exact.insert(space);
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
        &self,
        desk: &mut Desk,
        physics: &Physics,
        source: &[f32],
        uptake: Option<&[f32]>,
        dt_h: f64,
        field: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        let Some(at) = self.prepared_for(physics.bone_factor) else {
            return Err(TransportFault::Parameter {
                name: "bone factor",
                value: physics.bone_factor,
                allowed: "one that the medium was prepared for",
            });
        };
        let prepared = &self.prepared[at];
        let Desk {
            vectors,
            work,
            work_of,
            ..
        } = desk;
        if *work_of != Some((at, prepared.formed)) {
            *work = prepared.coarser.work();
            *work_of = Some((at, prepared.formed));
        }
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
            vectors,
            stencil: &prepared.stencil,
            coarser: &prepared.coarser,
            work,
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
        let balance = problem.commit(&board, &search.vectors.change, dt_h, field);
        Ok(Balance {
            residual,
            iterations,
            ..balance
        })
    }

    fn prepared_for(&self, bone_factor: f64) -> Option<usize> {
        let bits = bone_factor.to_bits();
        let mut all = self.prepared.iter();
        all.position(|prepared| prepared.bone_factor.to_bits() == bits)
    }

    /// Forms the coefficients for the bone factor of a signal anew where bone has changed.
    fn prepare(&mut self, physics: &Physics) {
        let closes = self.blocks.is_some() && physics.bone_factor == 0.0;
        if physics.scheme == Scheme::Exact || closes || !(0.0..=1.0).contains(&physics.bone_factor)
        {
            // It needs none, or will be refused.
            return;
        }
        let bone_factor = physics.bone_factor;
        let found = self.prepared_for(bone_factor);
        if found.is_some_and(|at| self.prepared[at].revision == self.revision) {
            return;
        }
        let blocks = self.blocks.as_ref();
        if let Some(at) = found
            && self.prepared[at].renew(blocks, &self.solid, self.revision)
        {
            return;
        }
        let dims = blocks.map_or(self.grid.dims, |blocks| blocks.dims);
        let fresh = Prepared::new(dims, blocks, &self.solid, bone_factor, self.revision);
        match found {
            Some(at) => self.prepared[at] = fresh,
            None => self.prepared.push(fresh),
        }
    }
}
