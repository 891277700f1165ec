//! Colonisation: single tumour cells from the circulation.

pub(crate) mod arrive;
mod columns;

use crate::biology::problem::Problems;
use crate::biology::rate::CompiledRate;
use crate::biology::tumour::colonisation::Colonisation;
use crate::engine::column::{About, Entry, abouts, cells};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Setting;
use crate::engine::state::State;
use crate::tissue::ledger::Arrivals;
use columns::{COLUMNS, TABLE};

/// Tumour cells from the circulation; their parameters are those of the tissue.
#[derive(Debug)]
pub struct Arriving;

/// Arrival from the circulation in a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ColonisationPlan {
    /// Parameters.
    pub law: Colonisation,
    /// Cells that leave the circulation, per mm3 and h.
    pub rate: CompiledRate,
    /// Clone of all that arrive; without it they are shared out as in an inoculation.
    pub clone: Option<u8>,
}

impl Part for Arriving {
    type Asked = ();
    type Plan = Option<ColonisationPlan>;
    /// Cells since day 0.
    type State = Arrivals;

    const FILES: &'static [&'static str] = &[TABLE];
    const RULES: &'static [(&'static str, &'static str)] = &[(
        "colonisation.arrival",
        "Tumour cells leave the circulation at",
    )];

    fn plan((): &(), setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        let law = setting.parameters.colonisation.as_ref()?;
        let clones = setting.parameters.tumour.clone_names();
        law.check(&clones, problems);
        let rate = law
            .arrival
            .compile("colonisation.arrival", setting.cues, problems);
        let place = |name| clones.iter().position(|known| known == name);
        let clone = law.clone.as_ref().and_then(place);
        Some(ColonisationPlan {
            clone: clone.and_then(|at| u8::try_from(at).ok()),
            law: law.clone(),
            rate,
        })
    }

    fn on_day_0(_: &Model, state: &mut State) -> Result<(), Fault> {
        state.parts.colonisation = Arrivals::default();
        Ok(())
    }

    /// Any numbers make sense.
    fn check(_: &Model, _: &State) -> Result<(), String> {
        Ok(())
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, abouts(&COLUMNS))]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let is_kept = now.model.parts.colonisation.is_some() || !(now.columns)(TABLE).is_empty();
        if now.has_row && is_kept {
            entries.push(Entry::Row {
                table: TABLE,
                cells: cells(&COLUMNS, now.state).collect(),
            });
        }
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        let survival = values.get("colonisation.survival");
        let said = survival.map(|survival| {
            format!(
                "Of the tumour cells that leave the circulation, a share of {survival} survives."
            )
        });
        said.into_iter().collect()
    }
}
