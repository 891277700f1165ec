//! The turn of a run into its arm: from its time on other values, and the same random numbers
//! until they make the first difference.

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::restored;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::run::inoculum::{Inoculum, has_come};
use crate::run::workspace::workspace;
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// The turn of a run into its arm.
#[derive(Debug)]
pub(crate) struct Turning {
    tick: u32,
    model: Model,
    inoculum: Option<(f64, Inoculum)>,
}

impl Loaded {
    /// The turn into the arm of this run; the models of arms that others take are looked at too.
    pub(super) fn turning(&self, grid: Grid) -> Result<Option<Box<Turning>>, Diagnostics> {
        let mut chosen = None;
        for (name, arm) in &self.scenario.arms {
            let is_chosen = self.scenario.arm.as_ref() == Some(name);
            if !is_chosen && self.scenario.arm.is_some() {
                continue;
            }
            let beyond = self.beyond(name, arm)?;
            let noted = |fault: Diagnostic| fault.with_note(format!("in `arms.{name}`"));
            let model = beyond
                .model(grid)
                .map_err(|found| Diagnostics(found.0.into_iter().map(noted).collect()))?;
            // Room is for the arrival itself to find.
            let everywhere = vec![false; grid.len()];
            let inoculum = beyond.inoculum(&grid, &everywhere).map_err(noted)?;
            if is_chosen {
                chosen = Some(Box::new(Turning {
                    tick: self.fork_tick(arm.at),
                    model,
                    inoculum,
                }));
            }
        }
        Ok(chosen)
    }
}

impl Turning {
    /// True when this is its time.
    pub(super) const fn is_due(&self, state: &State) -> bool {
        self.tick == state.tick
    }

    /// Turns a run into the arm; gives what arrives from now on.
    pub(super) fn turn(
        self,
        before: &mut Model,
        state: &mut State,
        scratch: &mut Scratch,
    ) -> Result<Option<(f64, Inoculum)>, Fault> {
        let Self {
            tick,
            model,
            inoculum,
        } = self;
        each::turn(before, &model, state);
        let carried = std::mem::take(&mut scratch.rank_occupancy);
        *scratch = restored::check(&model, state)
            .and_then(|()| workspace(&model, state, carried))
            .map_err(|reason| Fault::Turn { tick, reason })?;
        *before = model;
        Ok(inoculum.filter(|(at_h, _)| !has_come(state, *at_h)))
    }
}
