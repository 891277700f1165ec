//! Names and columns of the tables that a scenario asks for under `[output]` beside the series.

use crate::engine::column::About;
use crate::observe::structure;

/// Files of these tables.
#[cfg(feature = "plots")]
pub(super) const FURTHER: [&str; 3] = [STRUCTURE, STORES, EVENTS];
pub(super) const STRUCTURE: &str = "structure.csv";
pub(super) const STORES: &str = "stores.csv";
pub(super) const EVENTS: &str = "cell_events.csv";

/// What stands behind the name of a signal that is stored.
pub(super) const STORED: &str = "_stored_amol";

/// Columns of events.
pub(super) const OF_EVENTS: [(&str, &str, &str); 7] = [
    ("time_d", "d", "end of the tick in which it happened"),
    (
        "event",
        "",
        "0 a cell came: by division, arrival, recruitment, or as an osteoclast by fusion; 1 a cell went: by death, \
         differentiation, burial or leaving; 2 a cell changed its kind; 3 a site of bone was resorbed; 4 a site became bone",
    ),
    (
        "kind",
        "",
        "number of the kind of the cell after the event, before it where it went (docs/volumes.md); NaN of a site",
    ),
    ("id", "", "identity of the cell; number of the site"),
    (
        "x_um",
        "um",
        "centre of its site, from the corner of the lattice",
    ),
    ("y_um", "um", "the same along y"),
    ("z_um", "um", "the same along z"),
];

fn about(columns: &[(&str, &'static str, &str)]) -> Vec<About> {
    let columns = columns.iter().map(|&(name, unit, about)| About {
        name: name.to_owned(),
        unit,
        about: about.to_owned(),
    });
    columns.collect()
}

/// The columns of these tables in words, by file.
pub(super) fn columns() -> Vec<(&'static str, Vec<About>)> {
    let stores = [
        ("time_d", "d", "time"),
        (STORED, "amol", "stored in all bone of the lattice"),
    ];
    let of_structure: Vec<_> = [("time_d", "d", "time")]
        .into_iter()
        .chain(structure::STRUCTURE)
        .collect();
    vec![
        (STRUCTURE, about(&of_structure)),
        (STORES, about(&stores)),
        (EVENTS, about(&OF_EVENTS)),
    ]
}
