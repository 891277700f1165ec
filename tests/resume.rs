//! Runs that are stopped, killed and tampered with, as a user sees them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use crate::common;

use crate::common::said;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 5
[run]
duration = "20 d"
burn_in = "2 d"
[lattice]
size = [60, 60, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "150 um"
[inoculation]
cells = 100
time = "1 d"
[output]
series_every = "12 h"
[checkpoint]
every = "6 h"
keep = 3
"#;

fn howship(words: &[&str], folder: &Path) -> Output {
    common::howship().args(words).arg(folder).output().unwrap()
}

struct Bench {
    base: tempfile::TempDir,
    scenario: PathBuf,
}

impl Bench {
    fn new(text: &str) -> Self {
        let base = tempfile::tempdir().unwrap();
        let scenario = base.path().join("small.toml");
        fs::write(&scenario, text).unwrap();
        Self { base, scenario }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.base.path().join(name)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = common::howship();
        command
            .arg("run")
            .arg(&self.scenario)
            .arg("--quiet")
            .arg("--out")
            .arg(self.path(name));
        command
    }

    /// A run that nothing disturbs.
    fn straight(&self) -> PathBuf {
        let output = self.command("straight").output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        self.path("straight")
    }

    /// Starts a run, waits for some checkpoints and sends a signal; its exit code.
    fn stop(&self, name: &str, signal: &str, checkpoints: usize) -> (Option<i32>, String) {
        let child = self
            .command(name)
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let patience = Instant::now();
        let mut last = Vec::new();
        let mut seen = 0;
        while seen < checkpoints {
            let now = ticks(&self.path(name));
            if now != last {
                seen += 1;
                last = now;
            }
            assert!(
                patience.elapsed() < Duration::from_secs(60),
                "no checkpoint"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        (output.status.code(), said(&output))
    }
}

/// Ticks of the checkpoints, the last first.
fn ticks(run: &Path) -> Vec<u32> {
    let mut found: Vec<u32> = fs::read_dir(run.join("checkpoints"))
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_prefix("tick-")?
                .strip_suffix(".howship")?
                .parse()
                .ok()
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

/// All files of a run but the checkpoints and `run.json`, which says how long it took.
fn files(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["", "plots"] {
        for entry in fs::read_dir(run.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.ends_with("run.json") {
                let name = path.strip_prefix(run).unwrap().display().to_string();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn manifest(run: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(run.join("run.json")).unwrap()).unwrap()
}

fn assert_same(one: &Path, other: &Path) {
    let (a, b) = (files(one), files(other));
    assert_eq!(
        a.keys().collect::<Vec<_>>(),
        b.keys().collect::<Vec<_>>(),
        "other files"
    );
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{name} differs");
    }
    let (a, b) = (manifest(one), manifest(other));
    for key in ["digest", "outputs", "exit_state", "bone", "scenario"] {
        assert_eq!(a[key], b[key], "{key} of run.json");
    }
    assert_eq!(a["exit_state"], "done");
}

fn path_of(run: &Path, tick: u32) -> PathBuf {
    run.join(format!("checkpoints/tick-{tick}.howship"))
}

#[test]
fn a_run_stopped_by_a_signal_goes_on_to_the_bytes_of_a_straight_one() {
    let bench = Bench::new(SMALL);
    let straight = bench.straight();
    for (name, signal, code) in [
        ("term", "-TERM", 143),
        ("int", "-INT", 130),
        ("hup", "-HUP", 129),
    ] {
        let run = bench.path(name);
        let (ended, words) = bench.stop(name, signal, 3);
        assert_eq!(ended, Some(code), "{words}");
        assert!(words.contains("howship resume"), "{words}");
        let state = manifest(&run)["exit_state"].as_str().unwrap().to_owned();
        assert!(state.starts_with("stopped by SIG"), "{state}");
        // What is there is whole, and what cannot be told is not said.
        assert!(
            fs::read_to_string(run.join("series.csv"))
                .unwrap()
                .starts_with("time_d,")
        );
        assert_eq!(howship(&["verify"], &run).status.code(), Some(2));
        let resumed = howship(&["resume", "--quiet", "--threads", "1"], &run);
        assert!(resumed.status.success(), "{}", said(&resumed));
        assert_same(&straight, &run);
    }
    let again = howship(&["resume"], &straight);
    assert!(again.status.success() && said(&again).contains("done already"));
}

#[test]
fn a_killed_run_goes_on_and_a_torn_checkpoint_is_named_and_skipped() {
    let bench = Bench::new(SMALL);
    let straight = bench.straight();
    let run = bench.path("killed");
    let (ended, _) = bench.stop("killed", "-KILL", 6);
    assert_eq!(ended, None, "a killed process has no exit code");
    assert_eq!(manifest(&run)["exit_state"], "running");
    let saved = ticks(&run);
    // A fourth, where the kill came before the oldest was removed.
    assert!(matches!(saved.len(), 3 | 4), "{saved:?}");
    // What a kill can leave behind.
    fs::write(run.join(".tmpa1B2c3"), "half a table").unwrap();
    fs::write(run.join("plots/.tmpa1B2c3"), "half a picture").unwrap();
    let mut last = fs::read(path_of(&run, saved[0])).unwrap();
    last.truncate(last.len() / 2);
    fs::write(path_of(&run, saved[0]), &last).unwrap();
    let mut middle = fs::read(path_of(&run, saved[1])).unwrap();
    let at = middle.len() / 3;
    middle[at] ^= 4;
    fs::write(path_of(&run, saved[1]), &middle).unwrap();
    let resumed = howship(&["resume"], &run);
    let words = said(&resumed);
    assert!(resumed.status.success(), "{words}");
    for tick in &saved[..2] {
        assert!(
            words.contains(&format!("tick-{tick}.howship is torn or altered")),
            "{words}"
        );
    }
    assert!(
        words.contains(&format!("going on at tick {} ", saved[2])),
        "{words}"
    );
    assert_same(&straight, &run);
}

#[test]
fn with_no_whole_checkpoint_nothing_is_begun_anew() {
    let bench = Bench::new(SMALL);
    let run = bench.path("torn");
    bench.stop("torn", "-TERM", 2);
    for tick in ticks(&run) {
        fs::write(path_of(&run, tick), "not one").unwrap();
    }
    let before = files(&run);
    let resumed = howship(&["resume"], &run);
    let words = said(&resumed);
    assert_eq!(resumed.status.code(), Some(2), "{words}");
    assert!(
        words.contains("no whole checkpoint") && words.contains("is no checkpoint"),
        "{words}"
    );
    assert!(files(&run) == before, "something was written");
    let foreign = bench.path("thesis");
    fs::create_dir(&foreign).unwrap();
    assert_eq!(howship(&["resume"], &foreign).status.code(), Some(2));
    assert!(fs::read_dir(&foreign).unwrap().next().is_none());
}

#[test]
fn a_changed_scenario_is_not_taken_for_that_of_the_run() {
    let bench = Bench::new(SMALL);
    bench.stop("changed", "-TERM", 2);
    let run = bench.path("changed");
    let scenario = run.join("scenario.toml");
    let text = fs::read_to_string(&scenario).unwrap();
    fs::write(&scenario, text.replace("20 d", "30 d")).unwrap();
    let resumed = howship(&["resume"], &run);
    assert_eq!(resumed.status.code(), Some(2), "{}", said(&resumed));
    fs::remove_file(&scenario).unwrap();
    assert!(howship(&["resume", "--quiet"], &run).status.success());
    assert_eq!(fs::read_to_string(&scenario).unwrap(), text);
}

#[test]
fn verify_tells_equal_from_different_from_what_it_cannot_tell() {
    let bench = Bench::new(&SMALL.replace("20 d", "4 d"));
    let run = bench.straight();
    let check = |code, words: &[&str]| {
        let output = howship(&["verify", "--quiet"], &run);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        for word in words {
            assert!(said.contains(word), "{word} is not said: {said}");
        }
    };
    check(0, &["equal"]);
    let keep = |name: &str| fs::read(run.join(name)).unwrap();
    // A file that was changed afterwards.
    let series = keep("series.csv");
    fs::write(run.join("series.csv"), "time_d\n1\n").unwrap();
    check(1, &["series.csv was altered"]);
    fs::remove_file(run.join("series.csv")).unwrap();
    check(1, &["series.csv is missing"]);
    fs::write(run.join("series.csv"), series).unwrap();
    // A run that came out differently: its tables say so, and so does its manifest.
    let (table, words) = (keep("digests.csv"), keep("run.json"));
    let text = String::from_utf8(table.clone()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let column = lines[0]
        .split(',')
        .position(|name| name == "bone.matrix")
        .unwrap();
    for line in &mut lines[4..] {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[1] = "0000000000000000";
        cells[column] = "00000000";
        *line = cells.join(",");
    }
    let tick: String = lines[4].split(',').next().unwrap().to_owned();
    let forged = lines.join("\n") + "\n";
    fs::write(run.join("digests.csv"), &forged).unwrap();
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let other = String::from_utf8(words.clone())
        .unwrap()
        .replace(&digest(&table), &digest(forged.as_bytes()));
    fs::write(run.join("run.json"), other).unwrap();
    check(
        1,
        &[
            &format!("the state differs at tick {tick}, equal at tick"),
            ": bone.matrix\n",
            "digests.csv comes out differently",
        ],
    );
    fs::write(run.join("digests.csv"), table).unwrap();
    fs::write(run.join("run.json"), &words).unwrap();
    check(0, &["equal"]);
    // What cannot be told.
    let text = String::from_utf8(words).unwrap();
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let older = text.replace(&version, "\"0.0.9\"");
    fs::write(run.join("run.json"), older).unwrap();
    check(2, &["cannot tell", "0.0.9"]);
    fs::write(run.join("run.json"), &text[..text.len() / 2]).unwrap();
    check(2, &["cannot tell", "run.json"]);
    fs::write(run.join("run.json"), text).unwrap();
    let scenario = run.join("scenario.toml");
    let kept = fs::read_to_string(&scenario).unwrap();
    fs::write(&scenario, kept.replace("seed = 5", "seed = 6")).unwrap();
    check(2, &["cannot tell", "scenario.toml was altered"]);
    fs::remove_file(run.join("run.json")).unwrap();
    check(2, &["cannot tell"]);
}

/// A colony for which a healing marrow has no room any more.
#[test]
fn a_fault_leaves_the_state_before_it() {
    let text = SMALL
        .replace(
            "cells = 100\ntime = \"1 d\"",
            "cells = 7639\ntime = \"60 h\"",
        )
        .replace("every = \"6 h\"", "every = \"24 h\"");
    let bench = Bench::new(&text);
    let run = bench.path("fault");
    let output = bench.command("fault").output().unwrap();
    let words = said(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("do not fit"), "{words}");
    assert!(words.contains("the state before it is saved in"), "{words}");
    // Two days of burn-in and 60 h lead to tick 108.
    assert_eq!(ticks(&run)[0], 107, "{words}");
    assert!(run.join("series.csv").exists() && run.join("plots/bone_loss.svg").exists());
    let digests = |run: &Path| manifest(run)["outputs"].clone();
    let before = digests(&run);
    let resumed = howship(&["resume"], &run);
    assert_eq!(resumed.status.code(), Some(1), "{}", said(&resumed));
    assert!(said(&resumed).contains("going on at tick 107"));
    assert_eq!(digests(&run), before);
    assert_eq!(howship(&["verify"], &run).status.code(), Some(0));
}

#[test]
fn times_and_numbers_of_checkpoints_are_checked() {
    for (from, to, words) in [
        ("every = \"6 h\"", "every = \"0 h\"", "checkpoint.every"),
        (
            "every = \"6 h\"",
            "every_wall = \"0 min\"",
            "checkpoint.every_wall",
        ),
        ("keep = 3", "keep = 0", "checkpoint.keep"),
        ("keep = 3", "kep = 3", "keep"),
    ] {
        let bench = Bench::new(&SMALL.replace(from, to));
        let output = howship(&["check"], &bench.scenario);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}
