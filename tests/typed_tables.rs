//! Tables as Parquet beside their CSV: the same values, with units and descriptions, and files of the run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use howship::output::table::Table;
use howship::run::folder::Manifest;
use howship::run::host::Silent;
use howship::run::start::begin;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

use crate::common::loaded;

const SCENARIO: &str = r#"name = "small"
preset = "mouse"
seed = 3
run = { duration = "2 d", burn_in = "0 d" }
lattice = { size = [40, 30, 1], site = "10 um", section_thickness = "50 um" }
specimen.slab.thickness = "80 um"
subject.mass = "20 g"
inoculation.cells = 40
output = { parquet = true, film = "none", stores = true, structure_every = "1 d" }
[therapy.zoledronate]
drug = "zoledronate"
dose = "0.002 mg"
route = "intravenous"
start = "0 d"
"#;

fn reader(path: &Path) -> SerializedFileReader<fs::File> {
    SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap()
}

#[test]
fn every_table_lies_beside_its_csv_with_its_values_units_and_descriptions() {
    let bench = tempfile::tempdir().unwrap();
    let out = bench.path().join("run");
    let scenario = || loaded(SCENARIO, &[]);
    begin(scenario(), &out, false, &Silent).unwrap();
    let manifest = Manifest::read(&out).unwrap();
    let mut tables = 0;
    for name in manifest
        .outputs
        .keys()
        .filter(|name| name.strip_suffix(".csv").is_some())
    {
        if name == "digests.csv" {
            continue;
        }
        tables += 1;
        let table = Table::read_csv(&out.join(name)).unwrap();
        let name = name.replace(".csv", ".parquet");
        assert!(manifest.outputs.contains_key(&name), "{name}");
        let read = reader(&out.join(&name));
        let rows = read.get_row_iter(None).unwrap().map(Result::unwrap);
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), table.rows.len(), "{name}");
        for (row, truth) in rows.iter().zip(&table.rows) {
            let names: Vec<&str> = row
                .get_column_iter()
                .map(|(name, _)| name.as_str())
                .collect();
            assert_eq!(names, table.columns, "{name}");
            for ((column, field), truth) in row.get_column_iter().zip(truth) {
                match field {
                    Field::Double(value) => {
                        assert_eq!(value.to_bits(), truth.to_bits(), "{column}");
                    }
                    other => assert!(truth.is_nan(), "{name}: {column} is {other:?} for {truth}"),
                }
            }
        }
        let facts = read
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .unwrap();
        let said = facts.iter().find(|fact| fact.key == "howship.descriptions");
        let said: serde_json::Value =
            serde_json::from_str(said.unwrap().value.as_ref().unwrap()).unwrap();
        for column in &table.columns {
            assert!(said[column].is_string(), "{name} says nothing of {column}");
        }
    }
    assert_eq!(tables, 5);
    // They are the run's own: a run that replaces this folder may, and leaves the same bytes.
    begin(scenario(), &out, true, &Silent).unwrap();
    let again = Manifest::read(&out).unwrap();
    assert_eq!(manifest.outputs, again.outputs);
}

#[test]
fn a_run_that_is_not_asked_writes_none() {
    let bench = tempfile::tempdir().unwrap();
    let out = bench.path().join("run");
    begin(
        loaded(SCENARIO, &["output.parquet=false"]),
        &out,
        false,
        &Silent,
    )
    .unwrap();
    let manifest = Manifest::read(&out).unwrap();
    assert!(
        manifest
            .outputs
            .keys()
            .all(|name| !name.ends_with(".parquet"))
    );
}
