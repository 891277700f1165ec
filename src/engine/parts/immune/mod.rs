//! Immune cells: CD8 and regulatory T cells, myeloid suppressors, natural killer cells, and their books.

pub mod act;
mod columns;
mod plan;
mod sentences;

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry, abouts, cells};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part};
use crate::engine::parts::setting::Setting;
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::tissue::ledger::ImmuneBook;
use crate::tissue::population;
use columns::{COLUMNS, Counts, PICTURE, TABLE};
pub use plan::{ImmunePlan, ImmuneReach};

/// Immune cells; their parameters are those of the tissue.
#[derive(Debug)]
pub struct ImmuneCells;

/// What is saved of immune cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImmuneState {
    /// The cells; none without their parameters.
    pub cells: population::ImmuneCells,
    /// What they did.
    pub book: ImmuneBook,
}

impl Part for ImmuneCells {
    type Asked = ();
    type Plan = Option<ImmunePlan>;
    type State = ImmuneState;

    const FILES: &'static [&'static str] = &[TABLE];
    const PICTURES: &'static [Picture] = &[PICTURE];
    const FROM_THE_START: &'static [&'static str] = &["immune"];
    const RULES: &'static [(&'static str, &'static str)] = &sentences::RULES;
    const SECRETING: &'static [(&'static str, &'static str)] = &sentences::SECRETING;

    fn plan((): &(), setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        plan::plan(setting, problems)
    }

    fn on_day_0(_: &Model, state: &mut State) -> Result<(), Fault> {
        state.parts.immune.book = ImmuneBook::default();
        Ok(())
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let cells = &state.parts.immune.cells;
        for (what, found) in [
            ("sites of immune cells", cells.site.len()),
            ("kinds of immune cells", cells.kind.len()),
            ("exhaustion of immune cells", cells.exhausted.len()),
            ("counters of immune cells", cells.counter.len()),
            ("ages of immune cells", cells.age_h.len()),
        ] {
            if found != cells.id.len() {
                return Err(format!("{found} {what}, where {} are due", cells.id.len()));
            }
        }
        if model.parts.immune.is_none() && !cells.is_empty() {
            return Err(format!("{} immune cells, where 0 are due", cells.len()));
        }
        let fits = |value: &f32| (0.0..=f32::MAX).contains(value);
        if !cells.counter.iter().chain(&cells.age_h).all(fits) {
            return Err(
                "a counter or an age of an immune cell that is negative or not finite".to_owned(),
            );
        }
        if let Some(id) = cells.id.iter().find(|&&id| id >= cells.next_id) {
            return Err(format!(
                "an immune cell with id {id}, where the next is {}",
                cells.next_id
            ));
        }
        let sites = model.grid.len();
        match cells.site.iter().find(|&&at| at as usize >= sites) {
            None => Ok(()),
            Some(at) => Err(format!(
                "immune cell at site {at}, where the last is {}",
                sites - 1
            )),
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, abouts(&COLUMNS))]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        if now.has_row && now.model.parts.immune.is_some() {
            entries.push(Entry::Row {
                table: TABLE,
                cells: cells(&COLUMNS, &Counts::of(now.model, now.state)).collect(),
            });
        }
    }
}
