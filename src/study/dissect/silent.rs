//! Couplings that never matter in a run: rates whose cue stays far below the level of its half effect.

use std::collections::BTreeMap;

use toml::Value;

use crate::biology::cue::{Brought, CueId, CueSource, CueTable};
use crate::biology::problem::Problems;
use crate::engine::sense::surroundings;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::scenario::silent::modulator;

/// Share of its half effect below which a cue is silent.
pub(crate) const SILENT: f64 = 0.05;
/// Sites whose levels are looked up together.
const RUN: usize = 128;

/// A rate and a cue that it is raised or lowered by, or needs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coupling {
    /// Path of the rate.
    pub rate: String,
    /// `raised_by`, `lowered_by` or `needs`.
    pub kind: String,
    /// The cue.
    pub cue: String,
    /// Its half effect as the scenario has it.
    pub half_max: String,
    id: CueId,
    half: f64,
}

/// Highest level of each cue that has been seen on marrow.
pub(crate) type Highest = BTreeMap<CueId, f64>;

/// The couplings of a scenario. What an osteoclast has taken up of a drug is no level of a site, so that
/// couplings by it are not among them.
pub(crate) fn couplings(loaded: &Loaded) -> Vec<Coupling> {
    let parameters = loaded.scenario.parameters();
    let cues = CueTable::with_agents(
        &parameters.signal_names(),
        &parameters.cues,
        &loaded.scenario.asked().drugs.agents(),
        Brought {
            immune: parameters.immune.is_some(),
            strain: loaded.scenario.mechanostat.is_some(),
        },
        &mut Problems::default(),
    );
    let coupling = |path: String| {
        let (rate, kind, cue) = modulator(&path, "half_max")?;
        let id = cues.find(cue)?;
        if cues.rests_on(id, |source| matches!(source, CueSource::Inside)) {
            return None;
        }
        let half_max = match loaded.tree.get(&path)? {
            Value::String(text) => text,
            number => number.to_string(),
        };
        Some(Coupling {
            rate: rate.to_owned(),
            kind: kind.to_owned(),
            cue: cue.to_owned(),
            half: cues.dimension(id).parse(&half_max).ok()?,
            half_max,
            id,
        })
    };
    let leaves = loaded.tree.leaves().into_iter();
    leaves.filter_map(|leaf| coupling(leaf.path)).collect()
}

/// Takes the levels of a simulation into the highest that have been seen, on all sites of marrow.
pub(crate) fn see(couplings: &[Coupling], simulation: &Simulation, highest: &mut Highest) {
    let state = &simulation.state;
    let view = surroundings(&simulation.model, state, &simulation.scratch);
    let mut ids: Vec<CueId> = couplings.iter().map(|coupling| coupling.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut levels = [0.0; RUN];
    for id in ids {
        let mut most = highest.get(&id).copied().unwrap_or(0.0);
        for (run, solid) in state.bone.solid.chunks(RUN).enumerate() {
            if solid.iter().all(|&solid| solid) {
                continue;
            }
            let levels = &mut levels[..solid.len()];
            view.levels(id, run * RUN, levels);
            let marrow = levels.iter().zip(solid).filter(|&(_, &solid)| !solid);
            most = marrow.fold(most, |most, (&level, _)| most.max(level));
        }
        highest.insert(id, most);
    }
}

/// The higher of two.
pub(crate) fn merge(one: &mut Highest, other: &Highest) {
    for (&id, &level) in other {
        let most = one.entry(id).or_insert(level);
        *most = most.max(level);
    }
}

/// Every coupling with the highest level of its cue over its half effect.
pub(crate) fn shares<'a>(
    couplings: &'a [Coupling],
    highest: &'a Highest,
) -> impl Iterator<Item = (&'a Coupling, f64)> {
    couplings.iter().filter_map(|coupling| {
        let share = highest.get(&coupling.id)? / coupling.half;
        Some((coupling, share))
    })
}
