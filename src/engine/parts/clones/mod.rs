//! Clones of the tumour: which cells settle and are born as which, and how many there are of each. Their rates stand
//! with those of the tumour, in `engine/model.rs`; a cell carries its clone by index.

mod columns;
mod sentences;

pub use columns::{CELLS, TABLE};

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::tumour::clones::Clones;
use crate::engine::column::{About, Entry};
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Setting;
use crate::engine::picture::Picture;
use crate::engine::state::State;
use columns::PICTURE;

/// Clones of the tumour; their parameters are those of the tissue.
#[derive(Debug)]
pub struct TumourClones;

/// Nothing: the cells have it all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NoState {}

impl Part for TumourClones {
    type Asked = ();
    type Plan = Clones;
    type State = NoState;

    const FILES: &'static [&'static str] = &[TABLE];
    const PICTURES: &'static [Picture] = &[PICTURE];

    fn plan((): &(), setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        Clones::new(&setting.parameters.tumour, problems)
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let clones = model.parts.clones.names.len();
        let mut cells = state.tumour.clone.iter();
        match cells.find(|&&at| usize::from(at) >= clones) {
            None => Ok(()),
            Some(clone) => Err(format!(
                "a tumour cell of clone {clone}, where the last is {}",
                clones - 1
            )),
        }
    }

    /// Tumour cells keep their clone by its name.
    fn turn(before: &Model, now: &Model, state: &mut State) {
        // What is no clone any more is refused with the state.
        let place = |name: &String| now.parts.clones.find(name).unwrap_or(u8::MAX);
        let places: Vec<u8> = before.parts.clones.names.iter().map(place).collect();
        for clone in &mut state.tumour.clone {
            *clone = places.get(usize::from(*clone)).copied().unwrap_or(u8::MAX);
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, columns::about())]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let row = now.has_row.then(|| columns::row(now.model, now.state));
        let row = row.flatten();
        entries.extend(row.map(|cells| Entry::Row {
            table: TABLE,
            cells,
        }));
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        sentences::sentences(values)
    }
}
