//! Columns of `mechanostat.csv`, and what is drawn of them.

use crate::engine::column::Column;
use crate::engine::picture::{Curve, Drawn, Mark, Panel, Picture};

/// A row: what is felt, and by which load.
pub(super) struct Row {
    pub(super) time_d: f64,
    pub(super) level: f64,
    /// Mean of the cue over bone at the usual load, and its 10th and 90th percentiles.
    pub(super) spread: [f64; 3],
    pub(super) solved_d: f64,
}

impl Row {
    fn strain(&self, which: usize) -> f64 {
        self.level * self.level * self.spread[which]
    }
}

/// The file.
pub(super) const TABLE: &str = "mechanostat.csv";

/// Its columns.
pub(super) const COLUMNS: [Column<Row>; 6] = [
    Column::new("time_d", "d", "time", |row| row.time_d),
    Column::new("load", "", "load over that of day 0", |row| row.level),
    Column::new(
        "strain",
        "",
        "mean of the cue over bone: strain energy over what bone is used to",
        |row| row.strain(0),
    ),
    Column::new("strain_p10", "", "its 10th percentile over bone", |row| {
        row.strain(1)
    }),
    Column::new("strain_p90", "", "its 90th percentile over bone", |row| {
        row.strain(2)
    }),
    Column::new("solved_d", "d", "time of the last solution", |row| {
        row.solved_d
    }),
];

/// What bone feels.
pub(super) const PICTURE: Picture = Picture {
    name: "mechanostat",
    heading: "what bone feels of its load",
    table: TABLE,
    drawn: Drawn::Panels(&[Panel::new(
        "strain energy over what bone is used to",
        &[
            Curve::new("strain", "mean over bone"),
            Curve::new("strain_p10", "10th percentile"),
            Curve::new("strain_p90", "90th percentile"),
            Curve::new("load", "load over that of day 0"),
        ],
    )
    .against(&[Mark::Level {
        label: "what bone is used to",
        value: 1.0,
    }])]),
};
