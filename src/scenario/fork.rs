//! Several futures from one past: a run goes on from a time with other values, and with the same luck
//! until they make the first difference.

use crate::engine::fault::Fault;
use crate::scenario::build::{Loaded, Simulation};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::file::Scenario;
use crate::scenario::record::Record;
use crate::scenario::restore::Carried;

/// Keys that say what has been before a fork, and can be no other behind it.
const PAST: [&str; 8] = [
    "seed",
    "run.tick",
    "run.burn_in",
    "lattice",
    "specimen",
    "seeding",
    "vessels",
    "tumour.cell_diameter",
];

impl Loaded {
    /// This scenario with assignments laid over it, for an arm that begins when `now` is.
    ///
    /// # Errors
    /// What is wrong with an assignment; one that would change what has been.
    pub fn arm(&self, name: &str, sets: &[String], now: &Simulation) -> Result<Self, Diagnostics> {
        let mut tree = self.tree.clone();
        tree.set(&format!("name=\"{}_{name}\"", self.scenario.name))?;
        for set in sets {
            tree.set(set)?;
        }
        let scenario: Scenario = tree.deserialize()?;
        let arm = Self {
            scenario,
            tree,
            folder: self.folder.clone(),
        };
        arm.check()?;
        let mut found = Diagnostics::default();
        let mut fixed: Vec<String> = PAST.iter().map(|&path| path.to_owned()).collect();
        for signal in self.scenario.signals.keys() {
            fixed.push(format!("signals.{signal}.matrix_content"));
        }
        if self.scenario.inoculation.is_some() && now.arrival.is_none() {
            fixed.push("inoculation".to_owned());
        }
        for path in fixed {
            if self.tree.get(&path) != arm.tree.get(&path) {
                found.push(arm.past(&path));
            }
        }
        if !self.scenario.signals.keys().eq(arm.scenario.signals.keys()) {
            found.push(arm.past("signals"));
        }
        if let Some(inoculation) = &arm.scenario.inoculation
            && now.arrival.is_none()
            && self.scenario.inoculation.is_none()
            && Simulation::has_come(&now.state, inoculation.time.get())
        {
            found.push(arm.past("inoculation.time"));
        }
        found.into_result()?;
        Ok(arm)
    }

    fn past(&self, path: &str) -> Diagnostic {
        self.tree.error_at(
            path,
            "this belongs to the past that the arms share",
            "set what acts from the fork on, or run the changed scenario from its start",
        )
    }

    /// The simulation of this arm, which goes on from where another is.
    ///
    /// # Errors
    /// Parameters that make no sense, or not with the state.
    pub fn part(&self, now: Simulation) -> Result<Simulation, String> {
        let model = self
            .model(now.model.grid)
            .map_err(|found| found.render(false))?;
        let carried = Carried {
            state: now.state,
            rank_occupancy: now.scratch.rank_occupancy,
            specimen: now.specimen,
            bone: now.bone,
        };
        self.assemble(model, carried)
    }

    /// Takes a simulation on to a tick, and records what is due on the way.
    ///
    /// # Errors
    /// The [`Fault`] that stopped it.
    pub fn grow(
        &self,
        simulation: &mut Simulation,
        record: &mut Record,
        tick: u32,
    ) -> Result<(), Fault> {
        while simulation.state.tick < tick {
            simulation.step()?;
            record.take(self, simulation);
        }
        Ok(())
    }
}
