//! The books of signals as figures.

use crate::engine::column::{About, Column, abouts, values};
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::tissue::ledger::SignalBook;

/// What comes behind the name of a signal; sums since day 0.
const OF_SIGNAL: [Column<SignalBook>; 5] = [
    Column::new("_made_amol", "amol", "secreted", |book| book.made),
    Column::new("_released_amol", "amol", "set free from matrix", |book| {
        book.released
    }),
    Column::new("_decayed_amol", "amol", "lost by decay", |book| {
        book.decayed
    }),
    Column::new("_leaked_amol", "amol", "lost through vessels", |book| {
        book.leaked
    }),
    Column::new(
        "_change_amol",
        "amol",
        "change of what is in solution",
        |book| book.change,
    ),
];

/// Besides, where signals are converted.
const OF_CONVERSION: [Column<SignalBook>; 2] = [
    Column::new(
        "_taken_up_amol",
        "amol",
        "taken up or converted into another signal",
        |book| book.taken_up,
    ),
    Column::new(
        "_converted_amol",
        "amol",
        "made by conversion of another signal",
        |book| book.converted,
    ),
];

/// Names of the columns of `ledger.csv` of a run with these signals, and with conversions of them or without.
pub(crate) fn columns(signals: &[String], conversions: bool) -> Vec<String> {
    let of = |signal: &String| {
        let more: &[Column<SignalBook>] = if conversions { &OF_CONVERSION } else { &[] };
        let columns = OF_SIGNAL.iter().chain(more);
        let names = columns.map(|column| format!("{signal}{}", column.name));
        names.collect::<Vec<_>>()
    };
    let time = "time_d".to_owned();
    std::iter::once(time)
        .chain(signals.iter().flat_map(of))
        .collect()
}

/// The columns in words; all but the first stand behind the name of a signal.
pub(crate) fn about() -> Vec<About> {
    let time = About {
        name: "time_d".to_owned(),
        unit: "d",
        about: "time".to_owned(),
    };
    let of_signals = [abouts(&OF_SIGNAL), abouts(&OF_CONVERSION)].concat();
    std::iter::once(time).chain(of_signals).collect()
}

/// One row, in the order of [`columns`].
pub(crate) fn row(model: &Model, state: &State) -> Vec<f64> {
    let mut row = vec![state.day()];
    for book in &state.ledger.total {
        row.extend(values(&OF_SIGNAL, book));
        if !model.conversions.is_empty() {
            row.extend(values(&OF_CONVERSION, book));
        }
    }
    row
}
