//! docs/columns.md says what the tables of a run hold, and every column that a run writes stands in it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "../examples/columns/document.rs"]
mod document;

use std::path::Path;

use howship::engine::column::Entry;
use howship::prelude::*;
use howship::run::columns::{about, columns};

use crate::common::{assert_fresh, load_file, repository};

#[test]
fn the_table_of_columns_is_fresh() {
    let fresh = document::document(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_fresh(document::FILE, &fresh, document::MEND);
}

/// Names of columns at day 0, by table.
#[derive(Default)]
struct Named(Vec<(String, String)>);

impl Observer for Named {
    fn schedule(&self) -> Schedule {
        Schedule::Days(vec![0.0])
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        let mut add = |table: &str, column: String| self.0.push((table.to_owned(), column));
        for column in howship::observe::series::columns(view.signals()) {
            add("series.csv", column);
        }
        for column in view.ledger_columns() {
            add("ledger.csv", column);
        }
        for entry in view.record() {
            match entry {
                Entry::Row { table, cells } => {
                    for cell in cells {
                        add(table, cell.column);
                    }
                }
                Entry::Whole { table, columns, .. } => {
                    for column in columns {
                        add(table, column);
                    }
                }
                Entry::Text { file, text } => {
                    for column in text.lines().next().unwrap().split(',') {
                        add(file, column.to_owned());
                    }
                }
            }
        }
        Ok(())
    }
}

#[test]
fn every_column_that_a_run_writes_is_described() {
    let mut tables = std::collections::BTreeSet::new();
    let small = [
        "run.burn_in=1 d",
        "patient.health_window=1 d",
        "specimen.image.crop.size=[24, 24, 24]",
        "inoculation.cells=200",
    ];
    let without_burn_in = &["run.burn_in=0 d"][..];
    for (name, sets) in [
        ("fracture_risk.toml", &small[..]),
        ("immune.toml", without_burn_in),
        ("clones.toml", without_burn_in),
        ("colonisation.toml", without_burn_in),
        ("two_pools.toml", without_burn_in),
        ("therapy/zoledronate.toml", without_burn_in),
        ("therapy/radiotherapy_8gy.toml", without_burn_in),
    ] {
        let path = repository(&format!("scenarios/{name}"));
        let loaded = load_file(&path, sets).unwrap();
        let mut simulation = loaded.build().unwrap();
        simulation.begin().unwrap();
        while !simulation.is_past_burn_in() {
            simulation.step().unwrap();
        }
        let mut named = Named::default();
        named.observe(&simulation.view()).unwrap();
        let known = columns(&simulation.model.signals);
        assert!(named.0.len() > 30, "{name}: {}", named.0.len());
        for (table, column) in named.0 {
            assert!(
                about(&known, &table, &column).is_some(),
                "{name}: {table} has a column {column} of which nothing is said"
            );
            tables.insert(table);
        }
    }
    assert!(tables.len() >= 9, "{tables:?}");
}
