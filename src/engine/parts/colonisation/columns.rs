//! Columns of `colonisation.csv`.

use crate::engine::column::{Before, Column};
use crate::engine::state::State;

/// The file.
pub(super) const TABLE: &str = "colonisation.csv";

/// Its columns.
pub(super) const COLUMNS: [Column<State>; 6] = [
    Column::new("time_d", "d", "time", State::day).before(Before::Series("time_d")),
    Column::new(
        "arrived",
        "",
        "cells that left the circulation since day 0",
        |now| now.parts.colonisation.arrived as f64,
    ),
    Column::new("survived", "", "of these, cells that survived", |now| {
        now.parts.colonisation.survived as f64
    }),
    Column::new("settled", "", "of these, cells that found room", |now| {
        now.parts.colonisation.settled as f64
    }),
    Column::new("tumour_cells", "", "tumour cells now", |now: &State| {
        now.tumour.len() as f64
    })
    .before(Before::Series("tumour_cells")),
    Column::new(
        "dormant_cells",
        "",
        "of these, dormant cells",
        |now: &State| {
            now.tumour
                .dormant
                .iter()
                .filter(|&&dormant| dormant)
                .count() as f64
        },
    )
    .before(Before::Is(f64::NAN)),
];
