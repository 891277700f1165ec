//! Every few days: the strain energy of bone under the loads of a day becomes the cue `strain`.

mod columns;

use crate::biology::problem::Problems;
use crate::biology::surroundings::Strain;
use crate::engine::column::{About, Entry, abouts, cells};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Setting;
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::mechanics::mechanostat::{Felt, FeltError, Mechanostat};
use columns::{COLUMNS, PICTURE, Row, TABLE};

/// Bone that feels its load.
#[derive(Debug)]
pub struct Loaded;

impl Part for Loaded {
    type Asked = Option<Mechanostat>;
    type Plan = Option<Mechanostat>;
    /// From day 0 on.
    type State = Option<Felt>;

    const FILES: &'static [&'static str] = &[TABLE];
    const PICTURES: &'static [Picture] = &[PICTURE];
    /// What bone is used to was found on day 0; the level of the load may change.
    const SHARED: &'static [&'static str] = &[
        "mechanostat.every",
        "mechanostat.loads",
        "mechanostat.reach",
        "mechanostat.reference",
        "mechanostat.day_0",
        "mechanostat.law",
        "mechanostat.modulus",
        "mechanostat.poisson",
    ];
    const FROM_THE_START: &'static [&'static str] = &["mechanostat"];

    fn plan(asked: &Self::Asked, setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        if let Some(law) = asked {
            law.check(setting.grid, problems);
        }
        asked.clone()
    }

    fn on_day_0(model: &Model, state: &mut State) -> Result<(), Fault> {
        let Some(law) = &model.parts.mechanostat else {
            return Ok(());
        };
        let felt = law.begin(&model.grid, &state.bone, state.time_h);
        state.parts.mechanostat = Some(felt.map_err(|reason| fault(state, &reason))?);
        Ok(())
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let law = model.parts.mechanostat.as_ref();
        // It begins on day 0.
        let law = law.filter(|_| state.time_h >= -1e-6);
        let fits = match (law, &state.parts.mechanostat) {
            (None, None) => true,
            (Some(law), Some(felt)) => {
                felt.makes_sense(model.grid.len(), law.loads(&model.grid).len())
            }
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err("a strain of bone that does not fit the scenario".to_owned())
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, abouts(&COLUMNS))]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let (Some(law), Some(felt), true) = (
            &now.model.parts.mechanostat,
            &now.state.parts.mechanostat,
            now.has_row,
        ) else {
            return;
        };
        let row = Row {
            time_d: now.state.day(),
            level: law.level(now.state.time_h),
            spread: felt.spread,
            solved_d: felt.read_h / 24.0,
        };
        entries.push(Entry::Row {
            table: TABLE,
            cells: cells(&COLUMNS, &row).collect(),
        });
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        if !values.keys().any(|path| path.starts_with("mechanostat.")) {
            return Vec::new();
        }
        let every = values.get("mechanostat.every").copied().unwrap_or("5 d");
        vec![format!(
            "Every {every} the cue `strain` is found anew: strain energy of bone under its loads, over what bone is used to."
        )]
    }
}

fn fault(state: &State, reason: &FeltError) -> Fault {
    Fault::of_part("mechanostat", (state.tick, state.day()), reason)
}

/// What cells feel at this time.
pub(crate) fn felt<'a>(model: &Model, felt: Option<&'a Felt>, time_h: f64) -> Option<Strain<'a>> {
    let (law, felt) = (model.parts.mechanostat.as_ref()?, felt?);
    let level = law.level(time_h);
    Some(Strain {
        usual: &felt.strain,
        factor: level * level,
    })
}

/// Finds the strain anew where it is due; before day 0 it is not.
///
/// # Errors
/// [`Fault::Part`].
pub fn follow(model: &Model, state: &mut State) -> Result<(), Fault> {
    let (Some(law), Some(before)) = (&model.parts.mechanostat, &state.parts.mechanostat) else {
        return Ok(());
    };
    if state.time_h <= 1e-6 || !law.is_due(state.time_h) {
        return Ok(());
    }
    let felt = law.again(&model.grid, &state.bone, before, state.time_h);
    state.parts.mechanostat = Some(felt.map_err(|reason| fault(state, &reason))?);
    Ok(())
}
