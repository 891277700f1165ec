//! What an optional feature of a simulation says of itself. What it does in a tick is called by name
//! from `engine/tick.rs` and the phases.

#![allow(
    unnameable_types,
    reason = "what the engine asks its own parts: plans and states are named, the trait is its own"
)]

use std::collections::BTreeMap;

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::setting::{Setting, Times};
use crate::engine::picture::Picture;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;

/// Plain values of a scenario by their paths, in the words and units of its files.
pub(crate) type Values<'a> = BTreeMap<&'a str, &'a str>;

/// A part of the engine that a simulation may have or not: its types, and what it says where others
/// ask all parts.
pub trait Part {
    /// What a scenario asks of it.
    type Asked;
    /// What a model holds of it; never changed by a run.
    type Plan;
    /// What a state holds of it, saved and digested by its fields.
    type State: Default;

    /// Tables and other files that it may put on record.
    const FILES: &'static [&'static str] = &[];
    /// Pictures of its tables.
    const PICTURES: &'static [Picture] = &[];
    /// Keys of a scenario that no arm can change, as the past went by them.
    const SHARED: &'static [&'static str] = &[];
    /// Tables of a scenario that no arm can bring.
    const FROM_THE_START: &'static [&'static str] = &[];
    /// What each of its rates says, before its value.
    const RULES: &'static [(&'static str, &'static str)] = &[];
    /// Its lineages that secrete, and who that is.
    const SECRETING: &'static [(&'static str, &'static str)] = &[];

    /// Its plan; what makes no sense goes to the problems.
    fn plan(asked: &Self::Asked, setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan;

    /// What a reader may not expect of what is asked: sentences for a warning.
    fn notices(_asked: &Self::Asked, _times: Times) -> Vec<String> {
        Vec::new()
    }

    /// Its share of the first state, all else of which is there.
    fn begin(_model: &Model, _state: &mut State) {}

    /// What it does at day 0, after the books were opened anew: its figures do not count the burn-in.
    ///
    /// # Errors
    /// A [`Fault`] that stops the run.
    fn on_day_0(_model: &Model, _state: &mut State) -> Result<(), Fault> {
        Ok(())
    }

    /// Holds its share of a state that was read back against the model.
    ///
    /// # Errors
    /// What does not fit, with what was found and what is allowed.
    fn check(model: &Model, state: &State) -> Result<(), String>;

    /// Its share of the state goes from one model to that of an arm.
    fn turn(_before: &Model, _now: &Model, _state: &mut State) {}

    /// Levels of this tick whose highest since the row before a row holds.
    fn watch(_model: &Model, _scratch: &Scratch, _highest: &mut BTreeMap<String, f64>) {}

    /// What it puts on record now.
    fn record(_now: &Now<'_>, _entries: &mut Vec<Entry>) {}

    /// Columns of its tables in words, by file. A name that begins with `_` stands behind that of a drug, a
    /// course or a clone.
    fn columns() -> Vec<(&'static str, Vec<About>)> {
        Vec::new()
    }

    /// Its rules as sentences, beside those of its rates.
    fn sentences(_values: &Values<'_>) -> Vec<String> {
        Vec::new()
    }
}

/// A run at a time at which it is recorded.
pub struct Now<'a> {
    /// Its model.
    pub model: &'a Model,
    /// Its state.
    pub state: &'a State,
    /// True when `series.csv` has a row of this time.
    pub has_row: bool,
    /// True when the last tick is done.
    pub is_last: bool,
    /// Highest levels of what is watched since the row before.
    pub highest: &'a BTreeMap<String, f64>,
    /// Columns of a table until now; none before its first row.
    pub columns: &'a dyn Fn(&str) -> &'a [String],
}
