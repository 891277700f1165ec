//! Folders of runs, as careless and hostile hands treat them: nothing of others is touched, and what
//! was altered is seen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Bench, all, said};
use howship::engine::fingerprint::fields;
use howship::run::checkpoint::{open, read_bytes};
use howship::run::folder::Manifest;

const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 5
[run]
duration = "1 d"
burn_in = "0 d"
tick = "6 h"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 20
[output]
series_every = "6 h"
"#;

const ARMS: &str = r#"
[arms.slow]
at = "12 h"
set = ["tumour.division.rate = 0.01 /d"]
"#;

/// A folder with the small scenario, and one with an arm.
fn bench() -> Bench {
    Bench::new(&[
        ("small.toml", SMALL),
        ("arms.toml", &format!("{SMALL}{ARMS}")),
    ])
}

fn names(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

fn write(path: &Path, words: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, words).unwrap();
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(status.unwrap().success());
}

/// Changes one digit somewhere in the last line of a table.
fn edit_digit(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
    bytes[at] = if bytes[at] == b'7' { b'3' } else { b'7' };
    fs::write(path, bytes).unwrap();
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn force_replaces_what_howship_left_and_leaves_nothing_beside_it() {
    let bench = bench();
    bench.done("run small.toml --out run --quiet");
    bench.refused("run small.toml --out run", &["exists already", "--force"]);
    bench.done("run small.toml --out run --force --quiet --seed 6");
    assert_eq!(Manifest::read(&bench.path("run")).unwrap().seed, 6);
    // Pictures that were drawn again are ours.
    bench.done("plot run");
    let said = bench.done("run small.toml --out run --force");
    assert!(said.contains("run was replaced by it"), "{said}");
    bench.done("verify run --quiet");
    // Arms, with one that was added.
    bench.done("run arms.toml --out all --quiet");
    bench.done("fork all --at 6~h --arm more --quiet");
    bench.done("verify all --quiet");
    bench.done("run arms.toml --out all --force --quiet");
    assert_eq!(
        names(&bench.path("all")),
        [
            "compared",
            "control",
            "folder.json",
            "scenario.toml",
            "slow"
        ]
    );
    // An empty folder.
    fs::create_dir(bench.path("empty")).unwrap();
    bench.done("run small.toml --out empty --force --quiet");
    assert_eq!(
        names(bench.folder()),
        ["all", "arms.toml", "empty", "run", "small.toml"]
    );
}

/// What is done to a run folder before it is to be replaced.
type Harm = fn(&Path);

#[test]
fn force_keeps_every_folder_with_anything_that_howship_did_not_write() {
    let bench = bench();
    bench.done("run small.toml --out made --quiet");
    let (made, run) = (bench.path("made"), bench.path("run"));
    let harms: [(&str, Harm); 15] = [
        ("thesis.tex", |run| write(&run.join("thesis.tex"), "words")),
        ("plots/mine.svg", |run| {
            write(&run.join("plots/mine.svg"), "<svg/>");
        }),
        ("checkpoints/notes", |run| {
            write(&run.join("checkpoints/notes"), "words");
        }),
        ("checkpoints/tick-9.howship", |run| {
            write(&run.join("checkpoints/tick-9.howship"), "no checkpoint");
        }),
        (".hidden", |run| write(&run.join(".hidden"), "words")),
        (".tmpa1B2c3", |run| write(&run.join(".tmpa1B2c3"), "words")),
        ("thesis", |run| {
            write(&run.join("thesis/chapters/one.tex"), "words");
        }),
        ("void", |run| fs::create_dir(run.join("void")).unwrap()),
        ("plots/link", |run| {
            symlink("../../small.toml", run.join("plots/link")).unwrap();
        }),
        ("series.csv", |run| {
            fs::remove_file(run.join("series.csv")).unwrap();
            symlink("../small.toml", run.join("series.csv")).unwrap();
        }),
        ("scenario.toml (changed", |run| {
            replace(&run.join("scenario.toml"), "seed = 5", "seed = 7");
        }),
        ("run.json (not as it was written)", |run| {
            replace(
                &run.join("run.json"),
                "\"outputs\": {",
                "\"outputs\": {\n    \"a.tex\": \"\",",
            );
        }),
        ("run.json (not as it was written)", |run| {
            write(&run.join("run.json"), "");
        }),
        ("run.json (not as it was written)", |run| {
            write(&run.join("run.json"), "x");
        }),
        ("compared", |run| {
            write(&run.join("compared/arms.csv"), "time_d\n");
        }),
    ];
    for (named, harm) in harms {
        copy(&made, &run);
        harm(&run);
        bench.refused(
            "run small.toml --out run --force",
            &["run exists and holds", named],
        );
        fs::remove_dir_all(&run).unwrap();
    }
    // Files that only look like ours.
    for name in ["scenario.toml", "run.json", "summary.json", "trial.toml"] {
        write(&run.join(name), "x");
        write(&run.join("thesis.tex"), "words");
        bench.refused("run small.toml --out run --force", &[name]);
        fs::remove_dir_all(&run).unwrap();
    }
    write(&run, "a file");
    bench.refused("run small.toml --out run --force", &["it is no folder"]);
}

#[test]
fn force_never_takes_the_place_of_what_is_in_use() {
    let bench = bench();
    bench.done("run small.toml --out run --quiet");
    let at = "small.toml --force --out";
    bench.refused(&format!("run {at} ."), &["is not replaced"]);
    bench.refused(&format!("run {at} run/.."), &["is not replaced"]);
    bench.refused(&format!("run {at} /"), &["root of all folders"]);
    let home = bench.folder().display().to_string();
    bench.refused(&format!("run {at} {home}"), &["is not replaced"]);
    symlink("run", bench.path("link")).unwrap();
    bench.refused(&format!("run {at} link"), &["it is a link"]);
    symlink("nowhere", bench.path("dead")).unwrap();
    bench.refused("run small.toml --out dead", &["exists already"]);
    // The scenario, its base and its image.
    bench.refused("run run/scenario.toml --out run --force", &["lies in it"]);
    write(
        &bench.path("over.toml"),
        "extends = \"run/scenario.toml\"\nname = \"over\"\n",
    );
    bench.refused("run over.toml --out run --force", &["lies in it"]);
    let inside = |path: &str, words: &str| {
        let output = bench
            .command(words)
            .current_dir(bench.path(path))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("current folder"),
            "{}",
            said(&output)
        );
    };
    inside("run", "run ../small.toml --out ../run --force");
    inside("run/plots", "run ../../small.toml --out ../../run --force");
    bench.done("verify run --quiet");
}

#[test]
fn a_replacement_that_fails_leaves_what_was_there() {
    let bench = bench();
    bench.done("run small.toml --out run --quiet");
    let before = all(&bench.path("run"));
    // A limit on the size of files stands for a full disk.
    let program = env!("CARGO_BIN_EXE_howship");
    let line = format!("ulimit -f 16; exec {program} run small.toml --out run --force --quiet");
    let output = Command::new("bash")
        .current_dir(bench.folder())
        .args(["-c", &line])
        .output()
        .unwrap();
    let (code, words) = (output.status.code(), said(&output));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("run is as it was"), "{words}");
    assert!(before == all(&bench.path("run")), "something was written");
    // A signal on the way: what is unfinished is named, and can be resumed.
    let child = bench
        .command("run small.toml --out run --force --set run.duration=1000~d --quiet")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let new = bench.path(&format!(".run.new-{}", child.id()));
    wait_for(&new.join("run.json"));
    kill("-TERM", child.id());
    let output = child.wait_with_output().unwrap();
    let words = said(&output);
    assert_eq!(output.status.code(), Some(143), "{words}");
    for word in ["howship resume .run.new-", "run is as it was"] {
        assert!(words.contains(word), "{word} is not said: {words}");
    }
    assert!(before == all(&bench.path("run")), "something was written");
    let manifest = Manifest::read(&new).unwrap();
    assert!(manifest.exit_state.starts_with("stopped by SIGTERM"));
    // What was stopped can be replaced too.
    let name = new.file_name().unwrap().to_str().unwrap().to_owned();
    bench.done(&format!("run small.toml --out {name} --force --quiet"));
}

#[test]
fn comparisons_arms_and_trials_keep_what_is_not_theirs() {
    let bench = bench();
    bench.done("run arms.toml --out all --quiet");
    write(&bench.path("all/slow/plots/mine.svg"), "<svg/>");
    bench.refused("run arms.toml --out all --force", &["slow/plots/mine.svg"]);
    assert_eq!(bench.howship("verify all --quiet").0, Some(1));
    fs::remove_file(bench.path("all/slow/plots/mine.svg")).unwrap();
    write(&bench.path("all/notes"), "words");
    bench.refused("run arms.toml --out all --force", &["notes"]);
    let (code, words) = bench.howship("verify all --quiet");
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("notes is not of the run"), "{words}");
    write(&bench.path("mine/plots/arms.svg"), "<svg/>");
    bench.refused(
        "compare all --out mine",
        &["exists already and is not empty"],
    );
    let root = env!("CARGO_MANIFEST_DIR");
    let trial = format!("trial run {root}/trials/small/zoledronate_sre.toml --patients 4 --quiet");
    bench.done(&format!("{trial} --out trial"));
    assert!(names(&bench.path("trial")).contains(&"folder.json".to_owned()));
    bench.done(&format!("{trial} --out trial --force"));
    write(&bench.path("trial/plots/.notes"), "words");
    bench.refused(&format!("{trial} --out trial --force"), &["plots/.notes"]);
    write(&bench.path("thesis/summary.json"), "x");
    write(&bench.path("thesis/trial.toml"), "x");
    bench.refused(&format!("{trial} --out thesis --force"), &["summary.json"]);
    bench.refused(&format!("{trial} --out . --force"), &["is not replaced"]);
    assert!(
        names(bench.folder())
            .iter()
            .all(|name| !name.contains(".new-"))
    );
}

fn wait_for(path: &Path) {
    let patience = Instant::now();
    while !path.exists() {
        let elapsed = patience.elapsed();
        assert!(elapsed < Duration::from_secs(120), "{}", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(signal: &str, id: u32) {
    let status = Command::new("kill")
        .args([signal, &id.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_run_whose_folder_was_taken_from_it_stops_and_leaves_the_new_one_alone() {
    let bench = bench();
    let long =
        "run small.toml --out run --quiet --set run.duration=1000~d --set checkpoint.every=6~h";
    for removed in ["run", "run/checkpoints"] {
        let child = bench
            .command(long)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(&bench.path("run/run.json"));
        let moved = bench.path("moved");
        fs::rename(bench.path(removed), &moved).unwrap();
        if removed == "run" {
            bench.done("run small.toml --out run --quiet");
        }
        let output = child.wait_with_output().unwrap();
        let words = said(&output);
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains("run was removed or replaced"), "{words}");
        if removed == "run" {
            bench.done("verify run --quiet");
        }
        fs::remove_dir_all(bench.path("run")).unwrap();
        fs::remove_dir_all(moved).unwrap();
    }
    // Nor is a folder replaced in which a run goes on.
    let mut child = bench.command(long).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&bench.path("run/run.json"));
    let (code, words) = bench.howship("run small.toml --out run --force --quiet");
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("another howship"), "{words}");
    kill("-KILL", child.id());
    child.wait().unwrap();
    bench.done("run small.toml --out run --force --quiet");
}

/// What is done to a finished run, with the exit code that `verify` gives (1 different, 2 cannot tell)
/// and a word of what it says.
type Tampering = (&'static str, i32, &'static str, fn(&Path));

const TAMPERINGS: [Tampering; 30] = [
    ("a digit of a table", 1, "series.csv was altered", |run| {
        edit_digit(&run.join("series.csv"));
    }),
    ("a line cut off", 1, "series.csv was altered", |run| {
        let path = run.join("series.csv");
        let text = fs::read_to_string(&path).unwrap();
        let cut = text.trim_end().rfind('\n').unwrap();
        fs::write(&path, &text[..=cut]).unwrap();
    }),
    ("a table removed", 1, "ledger.csv is missing", |run| {
        fs::remove_file(run.join("ledger.csv")).unwrap();
    }),
    ("two files swapped", 1, "ledger.csv was altered", |run| {
        fs::rename(run.join("series.csv"), run.join("kept")).unwrap();
        fs::rename(run.join("ledger.csv"), run.join("series.csv")).unwrap();
        fs::rename(run.join("kept"), run.join("ledger.csv")).unwrap();
    }),
    ("the ledger", 1, "ledger.csv was altered", |run| {
        edit_digit(&run.join("ledger.csv"));
    }),
    ("the digests", 1, "digests.csv was altered", |run| {
        edit_digit(&run.join("digests.csv"));
    }),
    (
        "a picture cut",
        1,
        "plots/bone_loss.svg was altered",
        |run| {
            let path = run.join("plots/bone_loss.svg");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        },
    ),
    ("a picture emptied", 1, "plots/map.gif was altered", |run| {
        write(&run.join("plots/map.gif"), "");
    }),
    ("a table that leads elsewhere", 1, "series.csv", |run| {
        fs::rename(run.join("series.csv"), run.join("../away.csv")).unwrap();
        symlink("../away.csv", run.join("series.csv")).unwrap();
    }),
    ("a file added", 1, "notes.txt is not of the run", |run| {
        write(&run.join("notes.txt"), "words");
    }),
    (
        "a hidden file added",
        1,
        "plots/.x is not of the run",
        |run| {
            write(&run.join("plots/.x"), "words");
        },
    ),
    ("a folder added", 1, "more is not of the run", |run| {
        write(&run.join("more/series.csv"), "time_d\n");
    }),
    ("the seed", 1, "run.json says seed 6, and it is 5", |run| {
        replace(&run.join("run.json"), "\"seed\": 5", "\"seed\": 6");
    }),
    ("the bone in words", 1, "specimen", |run| {
        replace(&run.join("run.json"), "synthetic, ", "synthetic: ");
    }),
    ("the name", 1, "scenario large", |run| {
        replace(&run.join("run.json"), "\"small\"", "\"large\"");
    }),
    ("the inputs", 1, "run.json was altered", |run| {
        replace(&run.join("run.json"), "\"inputs\": \"", "\"inputs\": \"/x");
    }),
    ("the threads", 1, "run.json was altered", |run| {
        replace(&run.join("run.json"), "\"threads\": ", "\"threads\": 9");
    }),
    ("the wall time", 1, "run.json was altered", |run| {
        replace(&run.join("run.json"), "\"wall_s\": ", "\"wall_s\": 9");
    }),
    ("the digest", 1, "the last state has digest", |run| {
        replace(&run.join("run.json"), "\"digest\": \"", "\"digest\": \"0");
    }),
    ("the end", 1, "it ended with", |run| {
        replace(&run.join("run.json"), "\"done\"", "\"a fault\"");
    }),
    ("an output left out", 1, "ledger.csv", |run| {
        let path = run.join("run.json");
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.contains("\"ledger.csv\""));
        let text: Vec<&str> = lines.collect();
        fs::write(&path, text.join("\n") + "\n").unwrap();
    }),
    ("an output put in", 1, "mine.csv", |run| {
        write(&run.join("mine.csv"), "words");
        let digest = blake3::hash(b"words").to_hex();
        let entry = format!("\"outputs\": {{\n    \"mine.csv\": \"{digest}\",");
        replace(&run.join("run.json"), "\"outputs\": {", &entry);
    }),
    (
        "an output outside",
        1,
        "../small.toml in run.json is no file",
        |run| {
            let digest = blake3::hash(&fs::read(run.join("../small.toml")).unwrap()).to_hex();
            let entry = format!("\"outputs\": {{\n    \"../small.toml\": \"{digest}\",");
            replace(&run.join("run.json"), "\"outputs\": {", &entry);
        },
    ),
    (
        "an output from the root",
        1,
        "/dev/zero in run.json is no file",
        |run| {
            let entry = "\"outputs\": {\n    \"/dev/zero\": \"00\",";
            replace(&run.join("run.json"), "\"outputs\": {", entry);
        },
    ),
    (
        "the final state of another run",
        1,
        "tick-4.howship",
        |run| {
            fs::copy(
                run.join("../other/checkpoints/tick-4.howship"),
                run.join("checkpoints/tick-4.howship"),
            )
            .unwrap();
        },
    ),
    (
        "the final state removed",
        1,
        "tick-4.howship is missing",
        |run| {
            fs::remove_file(run.join("checkpoints/tick-4.howship")).unwrap();
        },
    ),
    ("the digest of the bone", 2, "the bone is not that", |run| {
        replace(&run.join("run.json"), "\"bone\": \"", "\"bone\": \"0");
    }),
    ("the version", 2, "whose results may differ", |run| {
        replace(
            &run.join("run.json"),
            "\"version\": \"",
            "\"version\": \"9.",
        );
    }),
    ("the scenario", 2, "scenario.toml was altered", |run| {
        replace(&run.join("scenario.toml"), "cells = 20", "cells = 21");
    }),
    (
        "a key added to the manifest",
        2,
        "unknown field `mine`",
        |run| {
            replace(
                &run.join("run.json"),
                "\"outputs\": {",
                "\"mine\": 1,\n  \"outputs\": {",
            );
        },
    ),
];

#[test]
fn thirty_tamperings_of_a_run_folder_are_seen() {
    let bench = bench();
    bench.done("run small.toml --out made --quiet");
    bench.done("run small.toml --out other --seed 6 --quiet");
    bench.done("verify made --quiet");
    let run = bench.path("run");
    for (what, code, word, tamper) in TAMPERINGS {
        copy(&bench.path("made"), &run);
        tamper(&run);
        let (found, said) = bench.howship("verify run --quiet");
        assert_eq!(found, Some(code), "{what}: {said}");
        assert!(said.contains(word), "{what}: {word} is not said: {said}");
        fs::remove_dir_all(&run).unwrap();
    }
    // A manifest with a seal that fits says as much as the run that comes out again.
    copy(&bench.path("made"), &run);
    let path = run.join("run.json");
    replace(&path, "\"seed\": 5", "\"seed\": 6");
    let text = fs::read_to_string(&path).unwrap();
    let seal = Manifest::read(&run).unwrap().seal;
    let bare = text.replacen(&seal, "", 1);
    let fits = blake3::hash(bare.as_bytes()).to_hex();
    fs::write(&path, text.replacen(&seal, fits.as_str(), 1)).unwrap();
    let (code, said) = bench.howship("verify run --quiet");
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("run.json was altered"), "{said}");
    assert!(said.contains("run.json says seed 6"), "{said}");
}

/// Checkpoints go when a run is over; its final state stays, and is the one that its digest names.
#[test]
fn a_finished_run_keeps_its_final_state_and_the_sources_of_its_values() {
    let bench = bench();
    bench.done(
        "run small.toml --out run --quiet --set checkpoint.every=6~h --set checkpoint.keep=9",
    );
    let run = bench.path("run");
    assert_eq!(names(&run.join("checkpoints")), ["lock", "tick-4.howship"]);
    let bytes = read_bytes(&run.join("checkpoints/tick-4.howship")).unwrap();
    let state = open(&bytes).unwrap().restore().unwrap().simulation.state;
    assert_eq!(state.digest(), Manifest::read(&run).unwrap().digest);
    let digests = fs::read_to_string(run.join("digests.csv")).unwrap();
    let last: Vec<&str> = digests.lines().last().unwrap().split(',').collect();
    assert_eq!(last[1], &state.digest()[..16]);
    assert_eq!(last.len(), 2 + fields(&state).unwrap().len());
    let text = fs::read_to_string(run.join("scenario.toml")).unwrap();
    for line in [
        "cells = 20 # [small.toml, line 15]",
        "every = \"6 h\" # [--set]",
        "[preset mouse, line ",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    // The scenario of a run can be run, and says the same.
    bench.done("run run/scenario.toml --out again --quiet");
    let again = fs::read_to_string(bench.path("again/scenario.toml")).unwrap();
    assert_eq!(again, text);
}

#[test]
fn links_and_pipes_in_a_run_folder_are_neither_written_through_nor_waited_for() {
    let bench = bench();
    bench.done("run small.toml --out whole");
    let begun = |name: &str| {
        copy(&bench.path("whole"), &bench.path(name));
        fs::remove_file(bench.path(name).join("run.json")).unwrap();
        bench.path(name)
    };
    for inner in ["plots", "checkpoints"] {
        let run = begun(&format!("begun-{inner}"));
        let elsewhere = bench.path(&format!("elsewhere-{inner}"));
        fs::rename(run.join(inner), &elsewhere).unwrap();
        symlink(&elsewhere, run.join(inner)).unwrap();
        bench.refused(&format!("resume begun-{inner}"), &[inner, "is a link"]);
    }
    let done = bench.path("begun-plots");
    copy(&bench.path("whole/run.json"), &done.join("run.json"));
    bench.refused("plot begun-plots", &["plots", "is a link"]);

    let held = begun("held");
    let lock = held.join("checkpoints/lock");
    let _ = fs::remove_file(&lock);
    assert!(
        Command::new("mkfifo")
            .arg(&lock)
            .status()
            .unwrap()
            .success()
    );
    let (code, said) = bench.howship("resume held");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("checkpoints/lock"), "{said}");
    fs::remove_file(&lock).unwrap();
    bench.done("resume held");
}

#[test]
fn tamperings_of_a_folder_of_arms_are_seen_and_named() {
    type Tamper = fn(&Path);
    const TAMPERINGS: [(&str, &str, Tamper); 7] = [
        ("a figure", "compared/arms.csv was altered", |all| {
            edit_digit(&all.join("compared/arms.csv"));
        }),
        ("a picture", "compared/plots/arms.svg is missing", |all| {
            fs::remove_file(all.join("compared/plots/arms.svg")).unwrap();
        }),
        ("the comparison", "compared is missing", |all| {
            fs::remove_dir_all(all.join("compared")).unwrap();
        }),
        ("an arm", "slow is missing", |all| {
            fs::remove_dir_all(all.join("slow")).unwrap();
        }),
        ("the control", "control is missing", |all| {
            fs::remove_dir_all(all.join("control")).unwrap();
        }),
        ("the scenario", "scenario.toml was altered", |all| {
            edit_digit(&all.join("scenario.toml"));
        }),
        ("the list", "folder.json was altered", |all| {
            replace(&all.join("folder.json"), "\"compared\",", "");
        }),
    ];
    let bench = bench();
    bench.done("run arms.toml --out made --quiet");
    bench.done("verify made --quiet");
    let all = bench.path("all");
    for (what, words, tamper) in TAMPERINGS {
        copy(&bench.path("made"), &all);
        tamper(&all);
        let (code, said) = bench.howship("verify all --quiet");
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(said.contains(words), "{what}: {said}");
        fs::remove_dir_all(&all).unwrap();
    }
}

#[test]
fn tables_that_were_altered_are_not_believed() {
    let bench = bench();
    bench.done("run arms.toml --out made --quiet");
    bench.done("run small.toml --out plain --quiet");
    for (at, words) in [
        ("all/slow", "compare all --out cmp"),
        ("all/slow", "plot all"),
        ("all/slow", "plot all/slow"),
        ("all/control", "fork all --at 12~h --arm b"),
        ("all/slow", "resume all"),
    ] {
        copy(&bench.path("made"), &bench.path("all"));
        let table = bench.path(at).join("series.csv");
        edit_digit(&table);
        bench.refused(words, &[&format!("{at}/series.csv was altered")]);
        fs::remove_dir_all(bench.path("all")).unwrap();
    }
    // A folder that names no digests is drawn as it is, with the reason why it has no name.
    edit_digit(&bench.path("plain/series.csv"));
    fs::remove_file(bench.path("plain/run.json")).unwrap();
    bench.done("plot plain");
}

#[test]
fn folders_that_howship_wrote_hold_nothing_else() {
    let bench = bench();
    bench.done("run arms.toml --out all --quiet");
    bench.done("run small.toml --out one --quiet");
    bench.done("run small.toml --out two --seed 6 --quiet");
    symlink(bench.path("one"), bench.path("link")).unwrap();
    for inner in [
        "one/plots/x",
        "one/checkpoints/x",
        "one/x/y",
        "all/x",
        "all/slow/x",
        "link/x",
    ] {
        for words in [
            "run small.toml --out",
            "run small.toml --force --out",
            "plot one two --out",
            "plot one --force --out",
            "fork one --at 12~h --arm x --out",
            "compare all --out",
        ] {
            bench.refused(&format!("{words} {inner}"), &["which howship wrote"]);
        }
    }
    bench.refused(
        "fork all/control --at 12~h --arm x",
        &["which howship wrote"],
    );
    // What a group itself makes is its own.
    bench.done("fork all --at 12~h --arm b --set tumour.division.rate=0.02~/d --quiet");
    bench.done("verify all --quiet");
    // A plot of the group lies beside it.
    let said = bench.done("plot all");
    assert!(said.contains("all-control-and-2-more"), "{said}");
    bench.done("verify all --quiet");
}

#[test]
fn a_plot_takes_a_new_or_empty_folder_or_the_place_of_a_plot() {
    let bench = bench();
    bench.done("run small.toml --out one --quiet");
    bench.done("run small.toml --out two --seed 6 --quiet");
    write(&bench.path("thesis/notes"), "words");
    write(&bench.path("data/curves.csv"), "mine");
    for runs in ["one", "one two"] {
        bench.refused(&format!("plot {runs} --out thesis"), &["exists already"]);
        for theirs in ["thesis", "data"] {
            let forced = format!("plot {runs} --out {theirs} --force");
            bench.refused(&forced, &["did not write"]);
        }
        fs::create_dir(bench.path("empty")).unwrap();
        bench.done(&format!("plot {runs} --out empty"));
        bench.refused(&format!("plot {runs} --out empty"), &["--force"]);
        bench.done(&format!("plot {runs} --out empty --force"));
        write(&bench.path("empty/notes"), "words");
        bench.refused(&format!("plot {runs} --out empty --force"), &["notes"]);
        fs::remove_dir_all(bench.path("empty")).unwrap();
    }
}
