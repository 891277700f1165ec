//! The books of signals as figures.

use crate::engine::column::{Column, values};
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

/// Names of the columns of `ledger.csv` of a run with these signals.
pub fn columns(signals: &[String]) -> Vec<String> {
    let of = |signal: &String| OF_SIGNAL.map(|column| format!("{signal}{}", column.name));
    let time = "time_d".to_owned();
    std::iter::once(time)
        .chain(signals.iter().flat_map(of))
        .collect()
}

/// One row, in the order of [`columns`].
pub fn row(state: &State) -> Vec<f64> {
    let books = state.ledger.total.iter();
    let mut row = vec![state.day()];
    row.extend(books.flat_map(|book| values(&OF_SIGNAL, book)));
    row
}
