//! What goes from one simulation to another of the same past: from a checkpoint to the run that goes on, from
//! a run to the arm that turns off from it.

use crate::engine::model::Model;
use crate::engine::restored;
use crate::engine::state::State;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::run::inoculum::has_come;
use crate::run::simulation::Simulation;
use crate::run::workspace::workspace;
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// What goes from one simulation to the next: a run as it is between two ticks.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(super) grid: Grid,
    pub(super) state: State,
    pub(super) rank_occupancy: Vec<f32>,
    pub(super) specimen: String,
    pub(super) bone: String,
}

impl Loaded {
    /// A simulation of this scenario that goes on from a state.
    pub(super) fn assemble(&self, model: Model, carried: Carried) -> Result<Simulation, String> {
        let Carried {
            grid: _,
            state,
            rank_occupancy,
            specimen,
            bone,
        } = carried;
        restored::check(&model, &state)?;
        if state.seed != self.scenario.seed {
            return Err(format!(
                "seed {}, where its scenario has {}",
                state.seed, self.scenario.seed
            ));
        }
        let (burn_in_ticks, ticks) = (self.burn_in_ticks(&model), self.ticks(&model));
        if state.start_h.to_bits() != (-self.scenario.run.burn_in.get()).to_bits()
            || state.tick > burn_in_ticks + ticks
        {
            return Err(format!(
                "tick {} from hour {}, where its scenario ends before",
                state.tick, state.start_h
            ));
        }
        let scratch = workspace(&model, &state, rank_occupancy)?;
        let turning = self
            .turning(model.grid)
            .map_err(|found| found.render(false))?;
        // Room is for the arrival itself to find.
        let everywhere = vec![false; model.grid.len()];
        let inoculum = self
            .inoculum(&model.grid, &everywhere)
            .map_err(|found| Diagnostics::from(found).render(false))?
            .filter(|(at_h, _)| !has_come(&state, *at_h));
        Ok(Simulation {
            model,
            state,
            scratch,
            inoculum,
            burn_in_ticks,
            ticks,
            specimen,
            bone,
            report: None,
            turning,
            begun: true,
        })
    }
}

impl Carried {
    /// Ticks done.
    pub(crate) const fn tick(&self) -> u32 {
        self.state.tick
    }
}

impl Simulation {
    /// A copy of what another simulation needs to go on from here.
    pub(crate) fn carried(&self) -> Carried {
        Carried {
            grid: self.model.grid,
            state: self.state.clone(),
            rank_occupancy: self.scratch.rank_occupancy.clone(),
            specimen: self.specimen.clone(),
            bone: self.bone.clone(),
        }
    }
}

impl Loaded {
    /// A simulation of this scenario that goes on from the state of another of the same past, as from its
    /// checkpoint: an arm of that run ([`Loaded::forked`]), or the run itself.
    ///
    /// # Errors
    /// A state that is none of this scenario; parameters that make no sense.
    pub(crate) fn going_on(&self, carried: Carried) -> Result<Simulation, Diagnostics> {
        let acting = self.acting(carried.tick())?;
        let model = acting.model(carried.grid)?;
        let reason = |reason: String| Diagnostics::from(Diagnostic::new(reason));
        acting.assemble(model, carried).map_err(reason)
    }
}
