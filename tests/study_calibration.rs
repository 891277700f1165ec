//! Calibrations as a user runs them: runs that end early, ratios as data, pictures, and known parameters.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

#[path = "../examples/coverage/repeat.rs"]
#[allow(dead_code, reason = "the example reports more than the test looks at")]
mod repeat;

use std::fs;
use std::path::{Path, PathBuf};

use howship::numerics::quantity::Time;
use howship::study::data::{Datum, ErrorClass, distance};
use howship::study::file::read_calibration;
use howship::study::store::{Outcome, Store};

const SMALL: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "1 d"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 60
[output]
series_every = "6 h"
"#;

const CALIBRATION: &str = r#"name = "rate"
base = "small.toml"
[vary]
"tumour.division.rate" = { from = "0.1 /d", to = "3 /d" }
"tumour.death.rate" = { from = "0.1 /d", to = "0.6 /d" }
[fit]
data = "cells.csv"
particles = 12
populations = 4
runs = 120
"#;

const DATA: &str = "# ratios to the cells of day 0\ntime_d,column,value,error,relative_to_d\n\
                    0.5,tumour_cells,1.25,0.1,0\n1,tumour_cells,1.6,0.1,0\n2,tumour_cells,150,20,\n";

fn folder_with(study: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    fs::write(folder.path().join("cells.csv"), DATA).unwrap();
    let path = folder.path().join("study.toml");
    fs::write(&path, study).unwrap();
    (folder, path)
}

fn calibrate(path: &Path, store: &Path) -> String {
    calibrated(path, store, 0)
}

/// What a calibration says that ends with this code.
fn calibrated(path: &Path, store: &Path, code: i32) -> String {
    let output = common::howship()
        .args(["study", "calibrate", path.to_str().unwrap()])
        .args(["--store", store.to_str().unwrap(), "--jobs", "2"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn read(store: &Path, name: &str) -> String {
    fs::read_to_string(store.join("studies/rate").join(name)).unwrap()
}

/// Sum of a column of `populations.csv`.
fn sum(store: &Path, column: usize) -> u64 {
    read(store, "populations.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(column).unwrap().parse::<u64>().unwrap())
        .sum()
}

fn partial_keys(store: &Path) -> Vec<String> {
    let mut keys = Vec::new();
    for shelf in fs::read_dir(store.join("partial")).unwrap() {
        for file in fs::read_dir(shelf.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            keys.push(path.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    keys.sort();
    keys
}

#[test]
fn runs_that_end_early_change_no_particle_and_are_no_results() {
    let (folder, path) = folder_with(CALIBRATION);
    let [early, whole] = ["early", "whole"].map(|name| folder.path().join(name));
    let said = calibrate(&path, &early);
    let ended = sum(&early, 3);
    assert!(ended > 0 && said.contains("ended early"), "{said}");
    assert!(
        sum(&early, 4) >= 6 * ended,
        "at least a quarter of a day of ticks each"
    );
    let keys = partial_keys(&early);
    assert!(!keys.is_empty());
    let store = Store::existing(&early).unwrap();
    for key in &keys {
        assert_eq!(store.outcome(key).unwrap(), Outcome::Missing);
        let rows = store.partial(key).unwrap().unwrap().rows.len();
        assert!((2..9).contains(&rows), "{rows} rows");
    }
    // Again: nothing is run, and all that is written is the same.
    let tables = ["particles.csv", "populations.csv", "fit.csv"];
    let first = tables.map(|name| read(&early, name));
    calibrate(&path, &early);
    assert_eq!(tables.map(|name| read(&early, name)), first);
    assert_eq!(partial_keys(&early), keys);
    let telemetry: String = fs::read_dir(early.join("telemetry"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let rejected = telemetry.lines().filter(|line| line.contains(",rejected,"));
    assert_eq!(rejected.count(), keys.len(), "each was ended once");

    // Without: the same particles, from whole runs.
    fs::write(&path, format!("{CALIBRATION}early_rejection = false\n")).unwrap();
    calibrate(&path, &whole);
    assert_eq!(read(&whole, "particles.csv"), first[0]);
    assert_eq!(read(&whole, "fit.csv"), first[2]);
    assert!(!whole.join("partial").read_dir().unwrap().any(|_| true));
    assert_eq!(sum(&whole, 3), 0);
    // A store of whole runs says the same of an early search as one that ended them.
    fs::write(&path, CALIBRATION).unwrap();
    calibrate(&path, &whole);
    assert_eq!(read(&whole, "populations.csv"), first[1]);
    // Runs that were given up are run to their end where they are wanted whole.
    fs::write(&path, format!("{CALIBRATION}early_rejection = false\n")).unwrap();
    calibrate(&path, &early);
    assert_eq!(read(&early, "particles.csv"), first[0]);
    assert!(partial_keys(&early).is_empty());
}

#[test]
fn other_data_judge_a_run_that_was_given_up_anew() {
    let (folder, path) = folder_with(CALIBRATION);
    let [shared, fresh] = ["shared", "fresh"].map(|name| folder.path().join(name));
    calibrate(&path, &shared);
    let given_up = partial_keys(&shared);
    // Many more cells: what was hopeless before may now be near.
    let more = DATA
        .replace("1.25", "2.4")
        .replace("1.6", "5.8")
        .replace("150", "900");
    fs::write(folder.path().join("cells.csv"), more).unwrap();
    // So many that no run comes near, which the exit code says.
    calibrated(&path, &shared, 1);
    calibrated(&path, &fresh, 1);
    for name in ["particles.csv", "populations.csv", "fit.csv"] {
        assert_eq!(read(&shared, name), read(&fresh, name), "{name}");
    }
    let now = Store::existing(&shared).unwrap();
    let is_done = |key: &String| matches!(now.outcome(key).unwrap(), Outcome::Done(_));
    assert!(
        given_up.iter().any(is_done),
        "some had to be run to their end"
    );
}

#[test]
fn a_calibration_draws_its_posterior_and_what_it_predicts() {
    let (folder, path) = folder_with(CALIBRATION);
    let store = folder.path().join("store");
    let said = calibrate(&path, &store);
    for (file, words) in [
        (
            "fit_tumour_cells.svg",
            &["middle 50 %", "two standard errors"][..],
        ),
        ("fit_tumour_cells_of_d0.svg", &["% of day 0"]),
        ("marginals.svg", &["division of tumour cells (1/d", "prior"]),
        ("pairs.svg", &["of tumour", "weighted correlation"]),
    ] {
        assert!(said.contains(file), "{file} is not named: {said}");
        let picture = read(&store, &format!("plots/{file}"));
        for word in words {
            assert!(picture.contains(word), "{file} lacks {word}");
        }
    }
    // The weights of the particles add up to 1, and their distances are those of the kept runs.
    let (study, fit) = read_calibration(&path).unwrap();
    let data = howship::study::data::read_data(&fit.data, 48.0).unwrap();
    assert_eq!(
        data[0],
        Datum {
            time: Time::h(12.0),
            column: "tumour_cells".into(),
            value: 1.25,
            error: 0.1,
            relative_to: Some(Time::h(0.0)),
            error_class: ErrorClass::Measured,
        }
    );
    let table = read(&store, "particles.csv");
    let kept = Store::existing(&store).unwrap();
    let mut whole = 0.0;
    for row in table.lines().skip(1) {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
        whole += cells[0];
        let at = [(cells[2] - 0.1) / 0.5, (cells[3] - 0.1) / 2.9];
        let mut nearest = f64::INFINITY;
        if let Outcome::Done(series) = kept.outcome(&study.at(0, &at).line.key).unwrap() {
            nearest = distance(&series, &data).unwrap();
        }
        // The place in the range is rounded on its way through the table: not every key is met.
        assert!(
            nearest.is_infinite() || (nearest - cells[1]).abs() < 1e-9,
            "{row}"
        );
    }
    assert!((whole - 1.0).abs() < 1e-9, "{whole}");
}

#[test]
fn a_design_that_is_no_grid_gets_response_surfaces() {
    let study = r#"name = "rate"
base = "small.toml"
[design.latin_hypercube]
points = 24
[vary]
"tumour.division.rate" = { from = "0.1 /d", to = "3 /d" }
"tumour.death.rate" = { from = "0.1 /d", to = "0.6 /d" }
"osteoclast.resorption.volume.rate" = { from = "200 um3/h", to = "780 um3/h" }
[responses]
cells = { column = "tumour_cells" }
"#;
    let (folder, path) = folder_with(study);
    let store = folder.path().join("store");
    let howship = |arguments: &[&str], code: i32| {
        let output = common::howship()
            .args(["study", arguments[0], path.to_str().unwrap()])
            .args(["--store", store.to_str().unwrap()])
            .args(&arguments[1..])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
    };
    howship(&["run", "--quiet"], 0);
    howship(&["analyse"], 0);
    let explained = |picture: &str| -> f64 {
        let (_, after) = picture.split_once("R\u{b2} = ").unwrap();
        let end = after.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        after[..end.unwrap_or(after.len())]
            .trim_end_matches('.')
            .parse()
            .unwrap()
    };
    let chief = read(&store, "plots/surface_cells.svg");
    for words in [
        "division of tumour cells (1/d)",
        "death of tumour cells (1/d)",
        "24 points",
    ] {
        assert!(chief.contains(words), "{words} is not on the surface");
    }
    assert!(explained(&chief) > 0.7, "{}", explained(&chief));
    let over = ["osteoclast.resorption.volume.rate", "tumour.death.rate"];
    howship(&["analyse", "--surface", over[0], over[1]], 0);
    let asked = read(&store, "plots/surface_cells.svg");
    assert!(asked.contains("resorption by an osteoclast"));
    assert!(explained(&asked) < explained(&chief));
    howship(&["analyse", "--surface", over[0], "tumour.birth"], 2);
}

/// A share of what `cargo run --release --example coverage` does (docs/studies.md has its figures): the
/// repeats that take the fewest runs.
#[test]
fn known_parameters_of_a_shortened_lesion_are_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let mut covered = 0;
    for number in 3..=5 {
        let place = folder.path().join(number.to_string());
        let found = repeat::repeat(number, false, &place, 2).unwrap();
        assert!(found.is_weighed, "{found:?}");
        covered += found
            .parameters
            .iter()
            .filter(|one| one.is_covered())
            .count();
        let division = &found.parameters[1];
        assert_eq!(division.parameter, "tumour.division.rate");
        assert!(division.width < 0.6, "{found:?}");
    }
    // Of six intervals of 95 %, at least four hold the truth with a chance of 0.998.
    assert!(covered >= 4, "{covered} of 6");
}
