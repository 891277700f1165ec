//! Streams that cannot be written and signals, which end nothing that they should not end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(target_os = "linux")]

use crate::common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use howship::run::folder::Manifest;

const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 5
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
cells = 20
[checkpoint]
every = "12 h"
"#;

const STUDY: &str = r#"name = "doses"
base = "small.toml"
[vary]
"tumour.division.rate" = ["0.2 /d", "0.5 /d"]
[responses]
bone = { column = "bv_tv" }
"#;

fn bench() -> tempfile::TempDir {
    let base = tempfile::tempdir().unwrap();
    fs::write(base.path().join("small.toml"), SMALL).unwrap();
    base
}

/// Exit code of a line of the shell in which `howship` is the program.
fn shell(base: &Path, line: &str) -> Option<i32> {
    let program = env!("CARGO_BIN_EXE_howship");
    let status = Command::new("sh")
        .current_dir(base)
        .args(["-c", &format!("howship() {{ {program} \"$@\"; }}; {line}")])
        .stdout(Stdio::null())
        .status();
    status.unwrap().code()
}

#[test]
fn words_that_nobody_can_read_change_no_exit_code() {
    let base = bench();
    let at = |line: &str| shell(base.path(), line);
    for to in [
        "2>/dev/full",
        "2>&-",
        ">&- 2>&-",
        "> /dev/full 2> /dev/full",
    ] {
        let _ = fs::remove_dir_all(base.path().join("run"));
        assert_eq!(
            at(&format!("howship run small.toml --out run {to}")),
            Some(0),
            "{to}"
        );
        assert_eq!(at(&format!("howship verify run {to}")), Some(0), "{to}");
        assert_eq!(
            at(&format!("howship run small.toml --out run {to}")),
            Some(2),
            "{to}"
        );
        for quiet in ["", "--quiet"] {
            let missing = format!("howship run missing.toml {quiet} {to}");
            assert_eq!(at(&missing), Some(2), "{missing}");
        }
        assert_eq!(
            at(&format!("howship check missing.toml {to}")),
            Some(2),
            "{to}"
        );
        assert_eq!(
            at(&format!("howship run --no-such-flag {to}")),
            Some(2),
            "{to}"
        );
        assert_eq!(at(&format!("howship resume missing {to}")), Some(2), "{to}");
        assert_eq!(
            at(&format!("howship study check missing.toml {to}")),
            Some(2),
            "{to}"
        );
    }
}

#[test]
fn a_reader_of_errors_that_goes_away_ends_nothing() {
    let base = bench();
    for (words, code) in [("run small.toml --out run", 0), ("run missing.toml", 2)] {
        let mut child = common::howship()
            .current_dir(base.path())
            .args(words.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(code), "{words}");
    }
}

/// A run with a long burn-in that has its first checkpoint, begun behind some words of the shell.
fn begun(base: &Path, before: &str) -> Child {
    let program = env!("CARGO_BIN_EXE_howship");
    let line = format!(
        "{before} exec {program} run small.toml --out run --quiet --set run.burn_in='120 d'"
    );
    let child = Command::new("sh")
        .current_dir(base)
        .args(["-c", &line])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now();
    while ticks(base).is_empty() {
        let elapsed = patience.elapsed();
        assert!(elapsed < Duration::from_secs(120), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// Ticks of the checkpoints.
fn ticks(base: &Path) -> Vec<u32> {
    let found = fs::read_dir(base.join("run/checkpoints"));
    let found = found.into_iter().flatten().filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let name = name.strip_prefix("tick-")?.strip_suffix(".howship")?;
        name.parse().ok()
    });
    found.collect()
}

fn hang_up(child: &mut Child) -> Option<i32> {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-HUP", &id]).status();
    assert!(sent.unwrap().success());
    child.wait().unwrap().code()
}

fn exit_state(base: &Path) -> String {
    Manifest::read(&base.join("run")).unwrap().exit_state
}

/// A folder under the name of a checkpoint keeps it from being written, also by root.
#[test]
fn a_terminal_that_goes_saves_the_run_and_a_warning_that_nobody_reads_is_no_fault() {
    let base = bench();
    let code = hang_up(&mut begun(base.path(), ""));
    assert_eq!(code, Some(129));
    let state = exit_state(base.path());
    let tick: u32 = state
        .strip_prefix("stopped by SIGHUP at tick ")
        .unwrap()
        .parse()
        .unwrap();
    assert!(tick < 120 * 24, "{state}, where the burn-in should go on");
    assert!(ticks(base.path()).contains(&tick), "{tick} is not saved");
    for later in (tick + 1)..=122 * 24 {
        let path = format!("run/checkpoints/tick-{later}.howship");
        fs::create_dir(base.path().join(path)).unwrap();
    }
    let resumed = shell(base.path(), "howship resume run 2>/dev/full");
    assert_eq!(resumed, Some(0));
    assert_eq!(exit_state(base.path()), "done");
}

#[test]
fn what_nohup_started_outlives_its_terminal() {
    let base = bench();
    let code = hang_up(&mut begun(base.path(), "trap '' HUP;"));
    assert_eq!(code, Some(0));
    assert_eq!(exit_state(base.path()), "done");
}

#[test]
fn a_product_that_is_lost_on_the_way_out_is_said_by_the_exit_code() {
    let base = bench();
    let at = |line: &str| shell(base.path(), line);
    assert_eq!(at("howship schema > /dev/full"), Some(1));
    assert_eq!(at("howship describe small.toml > /dev/full"), Some(1));
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/trials");
    let trial = fs::read_dir(shipped)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let trial = trial.unwrap().display().to_string();
    fs::write(base.path().join("study.toml"), STUDY).unwrap();
    let made = "howship study run study.toml --store store > /dev/null 2>&1";
    assert_eq!(at(made), Some(0));
    let check = format!("howship trial check {trial}");
    for product in [
        "howship schema",
        "howship study plan study.toml",
        "howship study table study.toml --store store",
        &check,
    ] {
        assert_eq!(at(&format!("{product} > /dev/full")), Some(1), "{product}");
        // A reader that has seen enough loses nothing.
        let seen = format!("({product}; echo $? > code) | head -c 1 > /dev/null; grep -qx 0 code");
        assert_eq!(at(&seen), Some(0), "{product}");
        // Nor does one that is gone before the first word.
        let seen = format!("(sleep 0.2; {product}; echo $? > code) | true; grep -qx 0 code");
        assert_eq!(at(&seen), Some(0), "{product}");
    }
}
