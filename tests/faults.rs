//! What must not be stops a run with a name, a place and a tick; what the machine lacks is said
//! clearly, and harms nothing that is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::said;
use howship::engine::fault::Fault;
use howship::run::checkpoint::{Checkpoints, open};
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::{Loaded, load};

const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 5
[run]
duration = "4 d"
burn_in = "1 d"
[lattice]
size = [40, 40, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "100 um"
[inoculation]
cells = 50
[checkpoint]
every = "12 h"
"#;

fn scenario(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("small.toml");
    fs::write(&path, text).unwrap();
    path
}

/// A run of which so many ticks are done.
fn after(ticks: u32) -> (tempfile::TempDir, Loaded, Simulation, Record) {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load(&scenario(folder.path(), SMALL), &[]).unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    simulation.begin().unwrap();
    while simulation.state.tick < ticks {
        simulation.step().unwrap();
        record.take(&loaded, &simulation);
    }
    (folder, loaded, simulation, record)
}

/// The fault to which a wrong state leads, from 47 ticks of an hour on: the next one ends a day.
fn fault_of(harm: impl FnOnce(&mut Simulation)) -> Fault {
    let (_folder, _, mut simulation, _) = after(47);
    harm(&mut simulation);
    simulation.step().unwrap_err()
}

#[test]
fn a_value_that_must_not_be_is_named_with_its_site_and_tick() {
    // A marrow site that no cell uses.
    let corner = 0;
    for wrong in [f32::NAN, f32::INFINITY, -1.0] {
        let fault = fault_of(|run| run.state.bone.osteoid[corner] = wrong);
        let words = fault.to_string();
        assert!(
            matches!(&fault, Fault::BadValue { quantity, x: 0, y: 0, z: 0, tick: 48, .. }
                if quantity == "the osteoid share"),
            "{words}"
        );
        assert!(
            words.contains("site (0, 0, 0), tick 48; it must be finite"),
            "{words}"
        );
        let fault = fault_of(|run| run.state.fields_pm[0][corner] = wrong);
        let words = fault.to_string();
        assert!(
            matches!(&fault, Fault::Transport { signal, tick: 47, .. } if signal == "pthrp"),
            "{words}"
        );
        assert!(words.contains("site 0 (x, y, z = [0, 0, 0])"), "{words}");
    }
}

#[test]
fn a_clash_of_cells_is_named_with_its_site_and_tick() {
    let mut at = 0;
    let fault = fault_of(|run| {
        at = run.state.tumour.site[0] as usize;
        // Enough to keep this site from being the goal of a division.
        run.state.occupancy.tumour[at] += 1000;
    });
    let words = fault.to_string();
    assert!(
        matches!(&fault, Fault::Occupancy { x, y, tick: 48, .. } if [*x, *y] == [at % 40, at / 40]),
        "{at}: {words}"
    );
    assert!(
        words.contains("tumour cells by the lists of cells but"),
        "{words}"
    );
}

#[test]
fn books_that_do_not_close_are_named_with_their_substance_and_tick() {
    let fault = fault_of(|run| run.state.ledger.stores[0].initial *= 1.0 + 1e-6);
    let words = fault.to_string();
    assert!(
        matches!(&fault, Fault::Ledger { tick: 48, .. })
            && words.contains("in the matrix does not close at tick 48: relative residual"),
        "{words}"
    );
}

fn howship(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let output = common::howship()
        .current_dir(folder)
        .args(words)
        .output()
        .unwrap();
    (output.status.code(), said(&output))
}

/// A checkpoint whose books were tampered with is whole; the run that goes on from it stops at the
/// next closing of the books.
#[test]
fn a_faulty_run_ends_with_its_fault_the_state_before_it_and_what_was_recorded() {
    let (folder, loaded, mut simulation, record) = after(40);
    simulation.state.ledger.stores[0].initial *= 1.001;
    let run = folder.path().join("run");
    fs::create_dir_all(run.join("plots")).unwrap();
    let bytes = loaded.checkpoint(&simulation, &record, 1.0).unwrap();
    open(&bytes).unwrap().restore().unwrap();
    Checkpoints::hold(&run)
        .unwrap()
        .save(40, &bytes, 2)
        .unwrap();
    let (code, words) = howship(folder.path(), &["resume", "run", "--quiet"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("in the matrix does not close at tick 48"),
        "{words}"
    );
    assert!(
        words.contains("saved in run/checkpoints/tick-47.howship"),
        "{words}"
    );
    let manifest = fs::read_to_string(run.join("run.json")).unwrap();
    assert!(manifest.contains("does not close at tick 48"), "{manifest}");
    let before = fs::read(run.join("checkpoints/tick-47.howship")).unwrap();
    let before = open(&before).unwrap().restore().unwrap();
    assert_eq!(before.simulation.state.tick, 47);
    let series = fs::read_to_string(run.join("series.csv")).unwrap();
    assert_eq!(series.lines().count(), 2, "a header and day 0: {series}");
    assert!(run.join("plots/bone_loss.svg").exists());
}

/// A limit on the size of files stands for a full disk, which a test cannot have without rights.
#[test]
fn a_full_disk_is_an_error_and_what_lay_there_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path(), SMALL);
    let limited = |blocks: u32, words: &str| {
        let program = env!("CARGO_BIN_EXE_howship");
        let output = Command::new("bash")
            .current_dir(folder.path())
            .args(["-c", &format!("ulimit -f {blocks}; exec {program} {words}")])
            .output()
            .unwrap();
        (output.status.code(), said(&output))
    };
    let (code, words) = howship(
        folder.path(),
        &["run", "small.toml", "--quiet", "--out", "free"],
    );
    assert_eq!(code, Some(0), "{words}");
    // 28 KiB hold the scenario, tables and checkpoints, and not every picture.
    let (code, words) = limited(28, "run small.toml --quiet --out full");
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("error: full/plots/") && words.contains("File too large"),
        "{words}"
    );
    let full = folder.path().join("full");
    for table in ["series.csv", "ledger.csv", "digests.csv", "scenario.toml"] {
        let free = fs::read(folder.path().join("free").join(table)).unwrap();
        assert!(
            fs::read(full.join(table)).unwrap() == free,
            "{table} is not whole"
        );
    }
    for entry in fs::read_dir(full.join("plots")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let free = fs::read(folder.path().join("free/plots").join(name)).unwrap();
        assert!(
            fs::read(&path).unwrap() == free,
            "{} is not whole",
            path.display()
        );
    }
    // With room again the run comes to its end.
    let (code, words) = howship(folder.path(), &["resume", "full", "--quiet"]);
    assert_eq!(code, Some(0), "{words}");
    for file in ["series.csv", "plots/bone_loss.png", "plots/map.gif"] {
        let free = fs::read(folder.path().join("free").join(file)).unwrap();
        assert!(fs::read(full.join(file)).unwrap() == free, "{file} differs");
    }
    // 20 KiB hold the scenario and no checkpoint: the run says so and goes on.
    let (code, words) = limited(20, "run small.toml --quiet --out fuller");
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("warning: no checkpoint at tick 24"),
        "{words}"
    );
    for entry in fs::read_dir(folder.path().join("fuller/checkpoints")).unwrap() {
        let path = entry.unwrap().path();
        let is_whole = path.ends_with("lock") || open(&fs::read(&path).unwrap()).is_ok();
        assert!(is_whole, "{} is half of a checkpoint", path.display());
    }
}

#[test]
fn folders_and_inputs_that_cannot_be_used_are_told_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path(), SMALL);
    let at = |words: &[&str]| howship(folder.path(), words);
    // A folder that cannot be made, also by root.
    fs::write(folder.path().join("file"), "words").unwrap();
    let (code, words) = at(&["run", "small.toml", "--out", "file/run"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("error: file/run: Not a directory"),
        "{words}"
    );
    // A folder that is there.
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("thesis.tex"), "words").unwrap();
    for more in [&[][..], &["--force"]] {
        let (code, words) = at(&[&["run", "small.toml", "--out", "taken"], more].concat());
        assert_eq!(code, Some(2), "{words}");
        assert!(words.contains("taken exists"), "{words}");
    }
    assert_eq!(
        fs::read_to_string(taken.join("thesis.tex")).unwrap(),
        "words"
    );
    // Inputs that cannot be read.
    let (code, words) = at(&["run", "taken"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(
        words.contains("cannot read `taken`: it is a directory"),
        "{words}"
    );
    let image = SMALL.replace(
        "size = [40, 40, 1]\nsite = \"10 um\"\nsection_thickness = \"50 um\"\n[specimen.slab]\nthickness = \"100 um\"",
        "[specimen.image]\nfile = \"taken/thesis.tif\"",
    );
    fs::write(taken.join("thesis.tif"), "words").unwrap();
    fs::write(folder.path().join("image.toml"), image).unwrap();
    let (code, words) = at(&["run", "image.toml"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("taken/thesis.tif"), "{words}");
    // A scenario of 100 MB: its first 4 MiB are looked at.
    let large = fs::File::create(folder.path().join("large.toml")).unwrap();
    large.set_len(100 << 20).unwrap();
    let (code, words) = at(&["check", "large.toml"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("4 MiB"), "{words}");
    assert!(!folder.path().join("runs").exists());
}

/// Nothing is made of a lattice that the machine has no memory for.
#[test]
fn memory_is_estimated_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let text = SMALL
        .replace("[40, 40, 1]", "[4096, 4096, 64]")
        .replace("section_thickness = \"50 um\"\n", "");
    scenario(folder.path(), &text);
    let program = env!("CARGO_BIN_EXE_howship");
    // 2 GiB of address space: what would be made would not fit.
    let output = Command::new("bash")
        .current_dir(folder.path())
        .args([
            "-c",
            &format!("ulimit -v 2097152; exec {program} run small.toml --threads 1"),
        ])
        .output()
        .unwrap();
    let words = said(&output);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(
        words.contains("GB of memory, and this machine has"),
        "{words}"
    );
    assert!(!folder.path().join("runs").exists());
}
