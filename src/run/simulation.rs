//! A run: built from a scenario, ready for its first tick, and stepped.

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::scratch::Scratch;
use crate::engine::seeding::{Start, Vessels};
use crate::engine::state::State;
use crate::engine::tick::tick;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::observe::figures::{Figures, SpecimenReport};
use crate::run::bone::{Bone, digest_of};
use crate::run::inoculum::{Inoculum, has_come};
use crate::run::turning::Turning;
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// A run that is ready for its first tick.
#[derive(Debug)]
pub struct Simulation {
    /// Parameters.
    pub model: Model,
    /// State.
    pub state: State,
    /// Workspace.
    pub scratch: Scratch,
    /// Tumour cells that arrive, with the hour of their arrival.
    pub(super) inoculum: Option<(f64, Inoculum)>,
    /// Ticks before day 0.
    pub burn_in_ticks: u32,
    /// Ticks after day 0.
    pub ticks: u32,
    /// What the specimen is, in a sentence.
    pub specimen: String,
    /// Figures from the scan to day 0; none of a run that was resumed.
    pub report: Option<SpecimenReport>,
    /// Digest of the bone from which the run begins.
    pub bone: String,
    /// The turn into an arm, while it is to come.
    pub(super) turning: Option<Box<Turning>>,
    /// True when what is due at the present time is done.
    pub(super) begun: bool,
}

impl Loaded {
    /// At most a vessel in a site.
    fn check_vessels(&self, grid: &Grid) -> Result<(), Diagnostic> {
        let spacing = self.scenario.vessels.spacing;
        let least_um = grid.site_volume_um3().cbrt();
        if spacing.get() >= least_um {
            return Ok(());
        }
        Err(self.error(
            "vessels.spacing",
            &format!("found {spacing}, on sites of {} um", grid.edge_um),
            &format!("give at least {least_um:.1} um: a site holds one vessel"),
        ))
    }

    /// Bone that is to be loaded joins its ends, as seeded: it would stop the run on day 0.
    fn check_joined(&self, model: &Model, state: &State) -> Result<(), Diagnostics> {
        let (grid, bone) = (&model.grid, &state.bone);
        let mut found = Diagnostics::default();
        if let Some(course) = &model.parts.strength
            && !course.is_carried(grid, bone)
        {
            let axes: Vec<&str> = course.axes(grid).iter().map(|axis| axis.name()).collect();
            found.push(self.error(
                if course.axes.is_empty() {
                    "strength"
                } else {
                    "strength.axes"
                },
                &format!("no bone joins both ends along {}", axes.join(" or ")),
                "take a piece of bone that holds together, name other axes in strength.axes, or leave out [strength]",
            ));
        }
        if let Some(law) = &model.parts.mechanostat
            && let Some(axis) = law.not_carried(grid, bone)
        {
            found.push(self.error(
                if law.loads.is_empty() {
                    "mechanostat"
                } else {
                    "mechanostat.loads"
                },
                &format!("no bone joins both ends along {axis}"),
                "take a piece of bone that holds together, leave that load out of mechanostat.loads, or leave out [mechanostat]",
            ));
        }
        found.into_result()
    }

    /// Builds the simulation.
    ///
    /// # Errors
    /// All parameters that make no sense, with file, line and remedy.
    pub fn build(&self) -> Result<Simulation, Diagnostics> {
        self.build_with(false)
    }

    /// Builds the simulation and measures the thickness of its bone, for [`Simulation::report`].
    ///
    /// # Errors
    /// Those of [`Loaded::build`].
    pub fn build_measured(&self) -> Result<Simulation, Diagnostics> {
        self.build_with(true)
    }

    fn build_with(&self, measured: bool) -> Result<Simulation, Diagnostics> {
        let scenario = &self.scenario;
        let Bone {
            grid,
            solid,
            canals,
            sentence: specimen,
            report,
        } = self.bone(measured)?;
        self.check_memory(&grid)?;
        if !solid.contains(&true) {
            let mut found = Diagnostics::default();
            self.check_needs_bone(&mut found);
            found.into_result()?;
        }
        if canals.is_empty() {
            self.check_vessels(&grid)?;
        }
        let bone = digest_of(&grid, &solid);
        let model = self.model(grid)?;
        let inoculum = self.inoculum(&grid, &solid)?;
        let turning = self.turning(grid)?;
        let lesion = self.lesion(&grid, &solid)?;
        let start = Start {
            seed: scenario.seed,
            burn_in_h: scenario.run.burn_in.get(),
            vessels: if canals.is_empty() {
                Vessels::Spaced(scenario.vessels.spacing.get())
            } else {
                Vessels::At(canals)
            },
            lesion,
        };
        let state = State::new(&model, &solid, &start);
        self.check_lesion_cells(&state)?;
        self.check_joined(&model, &state)?;
        if scenario.colonisation.is_some() && state.vessels.is_empty() {
            return Err(self
                .error(
                    "colonisation",
                    "there is no vessel from which tumour cells could come",
                    "give a larger lattice or a shorter vessels.spacing",
                )
                .into());
        }
        let scratch = Scratch::new(&model, &state)
            .map_err(|error| self.error("lattice", &error.to_string(), "choose another lattice"))?;
        Ok(Simulation {
            burn_in_ticks: self.burn_in_ticks(&model),
            ticks: self.ticks(&model),
            model,
            state,
            scratch,
            inoculum,
            specimen,
            bone,
            report: Some(report),
            turning,
            begun: false,
        })
    }

    /// Ticks before day 0.
    pub(super) fn burn_in_ticks(&self, model: &Model) -> u32 {
        (self.scenario.run.burn_in.get() / model.tick_h).round() as u32
    }

    /// Ticks after day 0.
    pub(super) fn ticks(&self, model: &Model) -> u32 {
        let ticks = self.scenario.run.duration.get() / model.tick_h;
        ticks.round() as u32
    }
}

impl Simulation {
    /// Runs to the end, through the burn-in first. `watch` sees the simulation before every tick and
    /// after the last, with what is due at that time (the arrival of the tumour) done.
    ///
    /// # Errors
    /// A [`Fault`] that names what went wrong, where and in which tick.
    pub fn run(&mut self, mut watch: impl FnMut(&Self)) -> Result<(), Fault> {
        if !self.begun {
            self.begin()?;
        }
        loop {
            watch(self);
            if self.is_done() {
                return Ok(());
            }
            self.step()?;
        }
    }

    /// Does what is due before the first tick.
    ///
    /// # Errors
    /// A [`Fault`] when the tumour finds no room, or there is no bone whose rigidity could be followed.
    pub fn begin(&mut self) -> Result<(), Fault> {
        if self.state.tick == self.burn_in_ticks {
            self.state.open_books(&self.model);
            each::on_day_0(&self.model, &mut self.state)?;
        }
        if !self.state.lesion.sites.is_empty() && has_come(&self.state, self.state.lesion.at_h) {
            self.state.settle_lesion(&self.model);
        }
        if let Some((at_h, inoculum)) = &self.inoculum
            && has_come(&self.state, *at_h)
        {
            let colony = inoculum.colony(&self.model, &self.state);
            self.state.settle(&self.model, &colony)?;
            self.inoculum = None;
        }
        self.begun = true;
        Ok(())
    }

    /// True when what is due before the next tick is done.
    pub const fn is_begun(&self) -> bool {
        self.begun
    }

    /// One tick, and what is due at the time that it leads to.
    ///
    /// # Errors
    /// A [`Fault`] that names what went wrong, where and in which tick; the state is then not to be
    /// used.
    pub fn step(&mut self) -> Result<(), Fault> {
        if let Some(turning) = self.turning.take_if(|turning| turning.is_due(&self.state)) {
            self.inoculum = turning.turn(&mut self.model, &mut self.state, &mut self.scratch)?;
        }
        tick(&self.model, &mut self.state, &mut self.scratch)?;
        self.begin()
    }

    /// Volume fraction and thickness of the bone as it is now. Solid sites are bone to the thickness,
    /// as they are to cells; the volume fraction is that of the matrix.
    pub fn figures(&self) -> Figures {
        let grid = &self.model.grid;
        let bone = &self.state.bone.solid;
        let spacing_um = [grid.edge_um, grid.edge_um, grid.depth_um];
        let mut figures = Figures::of(bone, grid.dims, spacing_um, true);
        figures.bv_tv = self.state.bv_tv(&self.model);
        figures
    }

    /// True from day 0 on.
    pub const fn is_past_burn_in(&self) -> bool {
        self.state.tick >= self.burn_in_ticks
    }

    /// True when the last tick is done.
    pub const fn is_done(&self) -> bool {
        self.state.tick >= self.burn_in_ticks + self.ticks
    }
}
