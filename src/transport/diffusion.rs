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

use crate::numerics::parallel::{inside, prelude::*};

use super::MOST_SITES;
use super::blocks::{Blocks, Walls};
use super::checkerboard::{Board, Halves, Stencil, add_only, add_scaled, scale_and_add};
use super::exact::{ExactBox, Spread, Wall};
use super::fault::TransportFault;
use super::multigrid::{Compartments, Fine, Hierarchy, Role, Work, cycle};
use crate::numerics::reduce::ordered_sum;
use crate::tissue::grid::Grid;

/// Concentrations below this, pM, are set to zero: far less than one molecule in a site, and
/// the range where single precision becomes slow.
pub const SMALLEST_PM: f32 = 1e-30;

/// Iterations after which the search for a field is given up.
pub const MOST_ITERATIONS: u32 = 200;

/// How a field follows its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// One backward-Euler step over the tick.
    Implicit,
    /// The steady state of this tick's sources; needs a loss above 0.
    QuasiSteady,
    /// Exact in time ([`super::exact`]), one level per site whatever the blocks: where nothing
    /// stands in the way, which takes a bone factor of 1, no leak and no uptake.
    Exact,
}

impl Scheme {
    /// Share by which the answer to a change of the source is wrong after one tick, for a loss of
    /// `loss_per_h` and a tick of `dt_h`: the part of the change that has come is
    /// `1 - exp(-loss dt)`; backward Euler gives `1 - 1 / (1 + loss dt)`, a steady state 1.
    ///
    /// ```
    /// use howship::transport::Scheme;
    /// assert_eq!(Scheme::Exact.lag(0.5, 1.0), 0.0);
    /// assert!((Scheme::Implicit.lag(1.0, 1.0) - 0.132).abs() < 1e-3);
    /// assert!((Scheme::QuasiSteady.lag(1.0, 1.0) - 0.368).abs() < 1e-3);
    /// ```
    pub fn lag(self, loss_per_h: f64, dt_h: f64) -> f64 {
        let lost = loss_per_h * dt_h;
        match self {
            Self::Implicit => 1.0 / (1.0 + lost) - (-lost).exp(),
            Self::QuasiSteady => (-lost).exp(),
            Self::Exact => 0.0,
        }
    }
}

/// What a signal does in the marrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Physics {
    /// Diffusivity in marrow, um2/h, at least 0.
    pub diffusivity_um2_per_h: f64,
    /// Diffusivity in bone relative to marrow, 0 to 1; 0 closes bone.
    pub bone_factor: f64,
    /// Rate of loss everywhere, 1/h, at least 0.
    pub loss_per_h: f64,
    /// Rate of exchange with plasma at a site of leak weight 1, 1/h, at least 0.
    pub leak_per_h: f64,
    /// Level in plasma, pM, at least 0.
    pub plasma_pm: f64,
    /// How the field follows its sources.
    pub scheme: Scheme,
    /// Residual at which the search ends, relative to the right-hand side; above 0, below 1.
    pub tolerance: f64,
}

impl Physics {
    /// The usual tolerance: its error is far below that of the tick itself.
    pub const TOLERANCE: f64 = 1e-4;
}

/// Amounts of one tick in pM x site, and how well the field was found.
///
/// `made + stored_before + imposed = decayed + leaked + taken_up + clipped + rounded + stored_after`,
/// up to `relative_mass_error`; every term is computed by itself from the sources and the final field.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Balance {
    /// Secreted.
    pub made: f64,
    /// Lost everywhere.
    pub decayed: f64,
    /// Net out through vessels; negative when plasma feeds the marrow.
    pub leaked: f64,
    /// Taken up.
    pub taken_up: f64,
    /// Set to zero because it was below [`SMALLEST_PM`].
    pub clipped: f64,
    /// Lost (or gained, negative) because levels are kept in single precision: little of what is
    /// stored, which can be much of the turnover of a signal that lasts.
    pub rounded: f64,
    /// In the field before.
    pub stored_before: f64,
    /// In the field after.
    pub stored_after: f64,
    /// Added (or removed, when negative) because the field was set to a steady state; 0 for
    /// [`Scheme::Implicit`].
    pub imposed: f64,
    /// Sum of the negative values of the solver, in pM x site and as a positive number, that were
    /// raised to zero before the amounts were closed. Part of the tolerance, not of the balance.
    pub undershoot: f64,
    /// Residual relative to the right-hand side, as the search carries it along. Rounding the
    /// field to single precision adds its own, of the order of `1e-7 D / (edge^2 (1/tick + loss))`.
    pub residual: f64,
    /// Iterations of the search.
    pub iterations: u32,
    /// What the balance misses, relative to all that came in.
    pub relative_mass_error: f64,
}

/// Relative difference (L2, over marrow) to expect between levels per block of this edge and levels
/// per site, for a steady field of this diffusion length: 0.12 edge / length, which holds the two
/// figures measured between smooth struts (`tests/transport.rs`): 0.9 % at 40 and 500 um, 2.8 % at 40
/// and 180 um.
///
/// ```
/// assert!((howship::transport::block_error(40.0, 180.0) - 0.0267).abs() < 1e-4);
/// ```
pub fn block_error(edge_um: f64, diffusion_length_um: f64) -> f64 {
    0.12 * edge_um / diffusion_length_um
}

impl Balance {
    /// The same with all amounts multiplied.
    fn times(self, factor: f64) -> Self {
        Self {
            made: self.made * factor,
            decayed: self.decayed * factor,
            leaked: self.leaked * factor,
            taken_up: self.taken_up * factor,
            clipped: self.clipped * factor,
            rounded: self.rounded * factor,
            stored_before: self.stored_before * factor,
            stored_after: self.stored_after * factor,
            imposed: self.imposed * factor,
            undershoot: self.undershoot * factor,
            ..self
        }
    }
}

/// Distance over which a steady field falls to 1/e, um: `sqrt(D / loss)`.
///
/// ```
/// // D = 13 um2/s and a half-life of 2 min.
/// let length = howship::transport::diffusion_length_um(13.0 * 3600.0, 2.0_f64.ln() * 30.0);
/// assert!((length - 47.4).abs() < 0.1);
/// ```
pub fn diffusion_length_um(diffusivity_um2_per_h: f64, loss_per_h: f64) -> f64 {
    (diffusivity_um2_per_h / loss_per_h).sqrt()
}

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

/// Faces and coarser graphs for one bone factor.
#[derive(Debug, Clone)]
struct Prepared {
    bone_factor: f64,
    revision: u64,
    stencil: Stencil,
    hierarchy: Hierarchy,
    compartments: Compartments,
    work: Vec<Work>,
}

impl Prepared {
    fn new(
        dims: [usize; 3],
        blocks: Option<&Blocks>,
        solid: &[bool],
        bone_factor: f64,
        revision: u64,
    ) -> Self {
        let faces = blocks.map(|blocks| blocks.faces(solid, bone_factor));
        let walls = match &faces {
            Some(faces) => Walls::Blocks { faces },
            None => Walls::Sites {
                solid,
                bone: bone_factor,
            },
        };
        let stencil = Stencil::new(dims, &walls);
        let hierarchy = Hierarchy::new(&stencil, &walls);
        let compartments = if bone_factor > 0.0 {
            Compartments {
                role: vec![Role::Main; dims[0] * dims[1] * dims[2]],
                others: Vec::new(),
            }
        } else {
            hierarchy.compartments(&stencil, solid)
        };
        let work = hierarchy.work();
        Self {
            bone_factor,
            revision,
            stencil,
            hierarchy,
            compartments,
            work,
        }
    }
}

/// Vectors of the search, reused by every signal.
#[derive(Debug, Clone)]
struct Vectors {
    /// Change of the field.
    change: Halves,
    /// Red: of the field before. Black: of the search, the red unknowns eliminated.
    residual: Halves,
    /// Residual after the preconditioner.
    smoothed: Halves,
    direction: Halves,
    /// Operator times direction.
    image: Halves,
    /// Inverse of the diagonal; 0 where a site is no unknown.
    inverse: Halves,
    /// Rate at which a site loses what it holds, neighbours apart; 0 where no unknown.
    rate: Halves,
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

    fn length(&self, what: &'static str, found: usize) -> Result<(), TransportFault> {
        if found == self.grid.len() {
            return Ok(());
        }
        Err(TransportFault::Length {
            what,
            found,
            expected: self.grid.len(),
        })
    }

    /// Every number finite and at least 0, else a fault that names the first site.
    fn check(&self, what: &'static str, array: &[f32]) -> Result<(), TransportFault> {
        const PIECE: usize = 65_536;
        let fits = |value: f32| (0.0..=f32::MAX).contains(&value);
        let wrong = array
            .par_chunks(PIECE)
            .enumerate()
            .filter(|(_, piece)| !piece.iter().fold(true, |all, &value| all & fits(value)))
            .map(|(number, _)| number)
            .min();
        let Some(piece) = wrong else {
            return Ok(());
        };
        let site = (piece * PIECE..array.len())
            .find(|&site| !fits(array[site]))
            .unwrap_or(piece * PIECE);
        Err(TransportFault::Site {
            what,
            site,
            place: self.grid.place(site),
            value: array[site],
        })
    }
}

fn check_physics(physics: &Physics, dt_h: f64) -> Result<(), TransportFault> {
    let finite = "finite, at least 0";
    let known = |value: f64| value.is_finite() && value >= 0.0;
    for (name, value, fits, allowed) in [
        (
            "diffusivity in um2/h",
            physics.diffusivity_um2_per_h,
            known(physics.diffusivity_um2_per_h),
            finite,
        ),
        (
            "bone factor",
            physics.bone_factor,
            (0.0..=1.0).contains(&physics.bone_factor),
            "0 to 1",
        ),
        (
            "loss in 1/h",
            physics.loss_per_h,
            known(physics.loss_per_h),
            finite,
        ),
        (
            "loss in 1/h",
            physics.loss_per_h,
            physics.scheme != Scheme::QuasiSteady || physics.loss_per_h > 0.0,
            "above 0 for a quasi-steady signal, which has no steady state without loss",
        ),
        (
            "leak in 1/h",
            physics.leak_per_h,
            known(physics.leak_per_h),
            finite,
        ),
        (
            "plasma level in pM",
            physics.plasma_pm,
            known(physics.plasma_pm),
            finite,
        ),
        (
            "tolerance",
            physics.tolerance,
            physics.tolerance > 0.0 && physics.tolerance < 1.0,
            "above 0, below 1",
        ),
        (
            "tick in h",
            dt_h,
            dt_h.is_finite() && dt_h > 0.0,
            "finite, above 0",
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
    Ok(())
}

/// The equations of one signal in one tick.
struct Problem<'a> {
    physics: &'a Physics,
    source: &'a [f32],
    uptake: Option<&'a [f32]>,
    leak_weight: &'a [f32],
    compartments: &'a Compartments,
    /// 1/tick, or 0 for a steady state.
    storage: f64,
    /// Diffusivity over edge squared, 1/h.
    exchange: f64,
}

/// Share of the turnover that the transforms of the exact tick may miss before the field is closed.
const CLOSE: f64 = 5e-6;

/// Closes a field of the exact tick. Its transforms round in single precision to about `1e-7` of what
/// is stored: nothing where a signal turns over within some ticks, but more than the ledger allows
/// where it lasts for hundreds of them. The mean, whose law is exact, then sets the amount.
fn close_exact(balance: &mut Balance, field: &mut [f32]) {
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
    fn load(&self, field: &[f32], search: &mut Search<'_>) {
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
            .hierarchy
            .prepare(search.exchange, &vectors.rate, search.work);
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
    fn commit(&self, board: &Board, change: &Halves, dt_h: f64, field: &mut [f32]) -> Balance {
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

/// Preconditioned conjugate gradients for the black half of the change: a red site has black
/// neighbours only, so its equation gives its level once theirs are known.
struct Search<'a> {
    vectors: &'a mut Vectors,
    stencil: &'a Stencil,
    hierarchy: &'a Hierarchy,
    work: &'a mut [Work],
    exchange: f32,
    /// Length of the right-hand side.
    scale: f64,
    /// Square of the length of the residual.
    norm: f64,
    /// Product of residual and preconditioned residual in the last iteration.
    progress: f64,
    iterations: u32,
}

impl Search<'_> {
    fn relative(&self) -> f64 {
        if self.scale > 0.0 {
            self.norm.sqrt() / self.scale
        } else {
            0.0
        }
    }

    /// Lowest and largest value of the solution before it is closed.
    fn extremes(&self, field: &[f32]) -> (f64, f64) {
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
    fn reach(&mut self, target: f64) -> Result<(), TransportFault> {
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
    fn fill_red(&mut self) {
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
            self.hierarchy,
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
