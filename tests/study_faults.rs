//! What a store, a plan or a result from elsewhere may have suffered: each is seen, named, and run again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

const SMALL: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "1 d"
burn_in = "1 d"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 20
"#;

const STUDY: &str = r#"name = "doses"
base = "small.toml"
[set]
"output.series_every" = "6 h"
[vary]
"tumour.division.rate" = ["0.2 /d", "0.5 /d", "0.8 /d"]
[responses]
bone = { column = "bv_tv" }
cells = { column = "tumour_cells" }
"#;

fn folder_with(study: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    let path = folder.path().join("study.toml");
    fs::write(&path, study).unwrap();
    (folder, path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn howship(arguments: &[&str]) -> Output {
    Command::from_std(common::howship())
        .args(arguments)
        .timeout(std::time::Duration::from_secs(120))
        .output()
        .unwrap()
}

/// Standard output and standard error of `howship study ...`, which has to end with `code`.
fn ran(arguments: &[&str], code: i32) -> (String, String) {
    let output = howship(&[&["study"], arguments].concat());
    let [said, complained] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complained}"
    );
    (said, complained)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, &place).unwrap();
    }
}

fn edit(path: &Path, change: impl Fn(String) -> String) {
    fs::write(path, change(fs::read_to_string(path).unwrap())).unwrap();
}

/// A value of the last row of a series, raised in its last digit.
fn other_digit(text: &str) -> String {
    let at = text.rfind("\n#").unwrap();
    let digit = text[..at]
        .rfind(|c: char| ('1'..='8').contains(&c))
        .unwrap();
    let next = char::from(text.as_bytes()[digit] + 1);
    format!("{}{next}{}", &text[..digit], &text[digit + 1..])
}

fn line_out(text: &str, number: usize) -> String {
    let kept = text.split_inclusive('\n').enumerate();
    kept.filter(|(at, _)| *at != number)
        .map(|(_, line)| line)
        .collect()
}

type Corruption = (&'static str, fn(&[PathBuf]));

/// What befalls the results of a store.
const CORRUPTIONS: [Corruption; 18] = [
    ("a digit is another", |r| edit(&r[0], |t| other_digit(&t))),
    ("a row is missing", |r| edit(&r[0], |t| line_out(&t, 2))),
    ("the last row is missing", |r| {
        edit(&r[0], |t| line_out(&t, t.lines().count() - 2));
    }),
    ("the last line is cut", |r| {
        edit(&r[0], |t| t[..t.len() - 5].to_owned());
    }),
    ("the last end of line is missing", |r| {
        edit(&r[0], |t| t.trim_end().to_owned());
    }),
    ("half is there", |r| {
        edit(&r[0], |t| t[..t.len() / 2].to_owned());
    }),
    ("the head is alone", |r| {
        edit(&r[0], |t| format!("{}\n", t.lines().next().unwrap()));
    }),
    ("head and digest are alone", |r| {
        edit(&r[0], |t| {
            format!(
                "{}\n{}\n",
                t.lines().next().unwrap(),
                t.lines().last().unwrap()
            )
        });
    }),
    ("it is empty", |r| fs::write(&r[0], "").unwrap()),
    ("a number is none", |r| {
        edit(&r[0], |t| t.replacen("\n0,", "\nNaN,", 1));
    }),
    ("a column has another name", |r| {
        edit(&r[0], |t| t.replacen("bv_tv", "tumour", 1));
    }),
    ("two columns have changed names", |r| {
        edit(&r[0], |t| {
            t.replacen("bv_tv,bone_volume_mm3", "bone_volume_mm3,bv_tv", 1)
        });
    }),
    ("two rows have changed places", |r| {
        edit(&r[0], |t| {
            let lines: Vec<&str> = t.split_inclusive('\n').collect();
            [&lines[..1], &[lines[2], lines[1]], &lines[3..]]
                .concat()
                .concat()
        });
    }),
    ("two runs have changed places", |r| {
        let first = fs::read(&r[0]).unwrap();
        fs::copy(&r[1], &r[0]).unwrap();
        fs::write(&r[1], first).unwrap();
    }),
    ("it is that of another run", |r| {
        fs::copy(&r[1], &r[0]).unwrap();
    }),
    ("a byte is no text", |r| {
        let mut bytes = fs::read(&r[0]).unwrap();
        let at = bytes.len() / 2;
        bytes[at] = 0xff;
        fs::write(&r[0], bytes).unwrap();
    }),
    ("the digest is gone", |r| {
        edit(&r[0], |t| line_out(&t, t.lines().count() - 1));
    }),
    ("lines end as on Windows", |r| {
        edit(&r[0], |t| t.replace('\n', "\r\n"));
    }),
];

#[test]
fn each_of_18_corruptions_of_a_store_is_seen_and_its_run_done_again() {
    let (folder, path) = folder_with(STUDY);
    let sound = folder.path().join("sound");
    ran(&["run", text(&path), "--store", text(&sound), "--quiet"], 0);
    let table = fs::read_to_string(sound.join("studies/doses/runs.csv")).unwrap();
    for (number, (what, corrupt)) in CORRUPTIONS.into_iter().enumerate() {
        let store = folder.path().join(format!("store{number}"));
        copy(&sound, &store);
        let results = files(&store.join("results"));
        assert_eq!(results.len(), 3);
        let before: Vec<Vec<u8>> = results.iter().map(|file| fs::read(file).unwrap()).collect();
        corrupt(&results);
        let hurt = results
            .iter()
            .zip(&before)
            .filter(|(file, before)| fs::read(file).unwrap() != **before)
            .count();
        assert!(hurt > 0, "{what}: nothing was changed");
        let at = ["--store", text(&store)];
        let (said, warned) = ran(&[&["status", text(&path)], &at[..]].concat(), 0);
        let expected = format!("{} done, 0 failed, 0 missing, {hurt} damaged\n", 3 - hurt);
        assert_eq!(said, expected, "{what}");
        assert!(warned.contains(text(&results[0])), "{what}: {warned}");
        let (listed, _) = ran(&[&["collect", text(&path)], &at[..]].concat(), 1);
        assert!(listed.contains("tables in"), "{what}");
        let rows = fs::read_to_string(store.join("studies/doses/runs.csv")).unwrap();
        assert_eq!(rows.matches(",damaged,").count(), hurt, "{what}: {rows}");
        let (said, warned) = ran(&[&["run", text(&path)], &at[..]].concat(), 0);
        let expected = format!("{hurt} runs done, {} were there, 0 failed", 3 - hurt);
        assert!(said.contains(&expected), "{what}: {said}");
        assert!(warned.contains("damaged"), "{what}: {warned}");
        for (file, before) in results.iter().zip(&before) {
            assert_eq!(&fs::read(file).unwrap(), before, "{what}");
        }
        assert_eq!(
            fs::read_to_string(store.join("studies/doses/runs.csv")).unwrap(),
            table,
            "{what}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_result_is_not_waited_for() {
    let (folder, path) = folder_with(STUDY);
    let store = folder.path().join("store");
    ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
    let results = files(&store.join("results"));
    fs::remove_file(&results[0]).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&results[0])
        .status();
    assert!(made.unwrap().success());
    let (said, warned) = ran(&["run", text(&path), "--store", text(&store)], 0);
    assert!(said.contains("1 runs done, 2 were there"), "{said}");
    assert!(warned.contains("no plain file"), "{warned}");
}

#[test]
fn a_damaged_reason_of_a_failure_is_no_reason_and_telemetry_stops_nothing() {
    let (folder, path) = folder_with(&STUDY.replace(
        "[responses]",
        "\"inoculation.cells\" = [20, 100000000]\n[responses]",
    ));
    let store = folder.path().join("store");
    let at = ["--store", text(&store)];
    let run = [&["run", text(&path)], &at[..]].concat();
    ran(&run, 1);
    let table = fs::read_to_string(store.join("studies/doses/runs.csv")).unwrap();
    let failed = files(&store.join("failed"));
    assert_eq!(failed.len(), 3);
    edit(&failed[0], |reason| reason.replacen("cells", "bells", 1));
    let (said, _) = ran(&[&["status", text(&path)], &at[..]].concat(), 0);
    assert_eq!(said, "3 done, 2 failed, 0 missing, 1 damaged\n");
    // A damaged series does not hide that the run fails when it is done again.
    let key = failed[1].file_stem().unwrap().to_str().unwrap();
    let place = store.join("results").join(&key[..2]);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{key}.csv")), "time_d\n0\n").unwrap();
    // One byte that is no text, a torn line and a folder among the telemetry.
    let telemetry = files(&store.join("telemetry")).remove(0);
    let mut bytes = fs::read(&telemetry).unwrap();
    let lines = String::from_utf8_lossy(&bytes).lines().count();
    bytes[3] = 0xff;
    bytes.extend_from_slice(b"abc,done,1.0,1,,ho");
    fs::write(&telemetry, bytes).unwrap();
    fs::create_dir(store.join("telemetry/folder")).unwrap();
    let (said, warned) = ran(&run, 1);
    assert!(
        said.contains("0 runs done, 3 were there, 3 failed"),
        "{said}"
    );
    assert!(warned.contains("2 of its lines do not read"), "{warned}");
    assert_eq!(
        fs::read_to_string(store.join("studies/doses/runs.csv")).unwrap(),
        table
    );
    let attempts = fs::read_to_string(store.join("studies/doses/telemetry.csv")).unwrap();
    // All but the one with the byte, and the two that were done again.
    assert_eq!(attempts.lines().count(), 1 + lines - 1 + 2, "{attempts}");
    let (said, _) = ran(&[&["status", text(&path)], &at[..]].concat(), 0);
    assert_eq!(said, "3 done, 3 failed, 0 missing\n");
}

#[test]
fn a_store_of_another_form_is_refused_by_name() {
    let (folder, path) = folder_with(STUDY);
    let store = folder.path().join("store");
    fs::create_dir(&store).unwrap();
    let old = "results of howship studies, by the digest of their content\n";
    fs::write(store.join("howship-store"), old).unwrap();
    for command in ["run", "status", "collect"] {
        let (_, said) = ran(&[command, text(&path), "--store", text(&store)], 2);
        assert!(
            said.contains(text(&store)) && said.contains("form 2"),
            "{said}"
        );
    }
    assert_eq!(files(&store).len(), 1, "nothing was made in it");
}

/// A line of a plan or a result, with a digest that fits what it says now, as a forger would make it.
fn resealed(purpose: &[&str], line: &str) -> String {
    let (content, _) = line.rsplit_once(",\"digest\":\"").unwrap();
    let digest = howship::study::seal::seal(&[purpose, &[content]].concat());
    format!("{content},\"digest\":\"{digest}\"}}")
}

/// A plan of the study over a range: its folder, file and text, and a store that is not there yet.
fn planned() -> (TempDir, PathBuf, PathBuf, String) {
    let (folder, path) = folder_with(&STUDY.replace(
        "[\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
        "{ from = \"0.2 /d\", to = \"0.8 /d\", levels = 3 }",
    ));
    let plan = folder.path().join("plan.jsonl");
    let store = folder.path().join("store");
    ran(&["plan", text(&path), "--out", text(&plan)], 0);
    let sound = fs::read_to_string(&plan).unwrap();
    (folder, plan, store, sound)
}

#[test]
fn a_plan_that_was_edited_is_refused_by_file_and_line() {
    let (_folder, plan, store, sound) = planned();
    let lines: Vec<&str> = sound.split_inclusive('\n').collect();
    let key = lines[1].split("\"key\":\"").nth(1).unwrap()[..32].to_owned();
    let other = lines[2].split("\"key\":\"").nth(1).unwrap()[..32].to_owned();
    let with = |what: &str, by: &str| sound.replacen(what, by, 1);
    let seed = lines[1]
        .split("\"seed\":")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let changes: [(&str, usize, String); 12] = [
        (
            "the seed of the study",
            1,
            with("\"seed\":1,", "\"seed\":2,"),
        ),
        ("a range", 1, with("\"to\":0.8", "\"to\":0.9")),
        ("the scenario", 1, with("cells = 20", "cells = 21")),
        (
            "the name",
            1,
            with("\"study\":\"doses\"", "\"study\":\"../../../evil\""),
        ),
        ("the number of runs", 1, with("\"runs\":3", "\"runs\":2")),
        ("the head is cut", 1, sound[..200].to_owned()),
        (
            "the seed of a run",
            2,
            with(&format!("\"seed\":{seed}"), "\"seed\":7"),
        ),
        ("a key", 2, with(&key, &other)),
        (
            "a value",
            3,
            [
                lines[0],
                lines[1],
                &lines[2].replacen("0.5", "0.6", 1),
                lines[3],
            ]
            .concat(),
        ),
        (
            "a line is missing",
            3,
            [lines[0], lines[1], lines[3]].concat(),
        ),
        (
            "two lines have changed places",
            2,
            [lines[0], lines[2], lines[1], lines[3]].concat(),
        ),
        (
            "the last line is cut",
            4,
            sound[..sound.len() - 9].to_owned(),
        ),
    ];
    for (what, line, text_of_plan) in changes {
        assert_ne!(text_of_plan, sound, "{what}");
        fs::write(&plan, text_of_plan).unwrap();
        let shard = [
            "shard",
            "--plan",
            text(&plan),
            "--shards",
            "1",
            "--shard",
            "0",
        ];
        let at = ["--store", text(&store)];
        for (arguments, code) in [
            ([&shard[..], &at[..]].concat(), 65),
            ([&["run", text(&plan)][..], &at[..]].concat(), 2),
            ([&["collect", text(&plan)][..], &at[..]].concat(), 2),
        ] {
            let (_, said) = ran(&arguments, code);
            assert!(
                said.contains(&format!("line {line} of the plan")) && said.contains("plan.jsonl"),
                "{what}: {said}"
            );
        }
        assert!(!store.exists(), "{what}");
    }
    // Cut between lines, it says where it ends.
    fs::write(&plan, lines[..3].concat()).unwrap();
    let (_, said) = ran(&["run", text(&plan), "--store", text(&store)], 2);
    assert!(said.contains("2 of 3 runs"), "{said}");
}

#[test]
fn who_makes_the_digest_of_a_plan_anew_is_held_to_the_rules_of_a_study() {
    let (_folder, plan, store, sound) = planned();
    for (what, by, words) in [
        (
            "\"study\":\"doses\"",
            "\"study\":\"../../../evil\"",
            "../../../evil",
        ),
        ("\"bone\":", "\"a/b\":", "a/b"),
        (
            "\"column\":\"bv_tv\"",
            "\"column\":\"../../bv_tv\"",
            "bv_tv",
        ),
        (
            "\"arms\":[]",
            "\"arms\":[{\"name\":\"../x\",\"sets\":[]}]",
            "../x",
        ),
        ("\"replicates\":1", "\"replicates\":0", "runs"),
        ("\"levels\":3", "\"levels\":0", "levels"),
        (
            "\"design\":\"grid\"",
            "\"design\":{\"sobol\":{\"points\":99999}}",
            "65536",
        ),
    ] {
        let head = resealed(
            &["head"],
            sound.replacen(what, by, 1).lines().next().unwrap(),
        );
        fs::write(&plan, format!("{head}\n")).unwrap();
        let (_, said) = ran(&["run", text(&plan), "--store", text(&store)], 2);
        assert!(said.contains(words), "{by}: {said}");
        assert!(!store.exists(), "{by}");
    }
}

#[test]
fn a_result_that_was_edited_on_its_way_is_left_out_and_the_others_are_kept() {
    let (folder, path) = folder_with(STUDY);
    let [store, whole] = ["store", "whole"].map(|name| folder.path().join(name));
    let (sound, _) = ran(&["run-one", "--plan", text(&path), "--index", "0..3"], 0);
    ran(&["run", text(&path), "--store", text(&whole), "--quiet"], 0);
    let lines: Vec<&str> = sound.lines().collect();
    let from = folder.path().join("results.jsonl");
    let first = serde_json::from_str::<howship::study::travel::Emitted>(lines[0]).unwrap();
    let mut cut = first.clone();
    let series = cut.series.clone().unwrap();
    cut.series = Some(format!("{}\n", series.lines().next().unwrap()));
    let mut short = first.clone();
    short.series = Some(line_out(&series, series.lines().count() - 1));
    let mut renamed = first.clone();
    renamed.series = Some(series.replacen("bv_tv", "bv", 1));
    let json =
        |line: howship::study::travel::Emitted| serde_json::to_string(&line.sealed()).unwrap();
    let bare = lines[0].rsplit_once(",\"digest\"").unwrap().0.to_owned() + "}";
    for (what, line) in [
        ("a digit", lines[0].replacen("\\n0,0.", "\\n0,1.", 1)),
        ("the key of another run", {
            let key = |line: &str| line.split("\"key\":\"").nth(1).unwrap()[..32].to_owned();
            lines[0].replacen(&key(lines[0]), &key(lines[1]), 1)
        }),
        ("a series that became a failure", {
            let at = lines[0].find("\"series\":").unwrap();
            let end = lines[0].find("\"error\":null").unwrap();
            format!(
                "{}\"series\":null,\"error\":\"no\"{}",
                &lines[0][..at],
                &lines[0][end + 12..]
            )
        }),
        ("no digest", bare),
        ("a cut line", lines[0][..lines[0].len() / 2].to_owned()),
        ("a head alone, sealed anew", json(cut)),
        ("a row less, sealed anew", json(short)),
        ("another column, sealed anew", json(renamed)),
        ("no text", "\u{fffd}".to_owned()),
    ] {
        assert_ne!(line, lines[0], "{what}");
        fs::write(&from, format!("{line}\n{}\n{}\n", lines[1], lines[2])).unwrap();
        let _ = fs::remove_dir_all(&store);
        let arguments = [
            "collect",
            text(&path),
            "--store",
            text(&store),
            "--from",
            text(&from),
        ];
        let (_, said) = ran(&arguments, 2);
        assert!(
            said.contains("results.jsonl, line 1") && said.contains("1 of the lines"),
            "{what}: {said}"
        );
        let (said, _) = ran(&["status", text(&path), "--store", text(&store)], 0);
        assert_eq!(said, "2 done, 0 failed, 1 missing\n", "{what}");
        ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
        let table = |store: &Path| fs::read_to_string(store.join("studies/doses/runs.csv"));
        assert_eq!(table(&store).unwrap(), table(&whole).unwrap(), "{what}");
    }
}

#[test]
fn names_and_paths_that_clash_are_refused_by_line() {
    let vary = "[vary]\n";
    let cases: [(&str, &str, &str, usize); 18] = [
        ("\"doses\"", "\"../../../evil\"", "../../../evil", 1),
        ("\"doses\"", "\"\"", "1 to 64", 1),
        ("\"doses\"", "\"..\"", "\"..\"", 1),
        ("\"doses\"", "\"a,b\"", "a,b", 1),
        ("\"doses\"", "\"a\\nb\"", "a\\nb", 1),
        ("\"doses\"", "\".hidden\"", ".hidden", 1),
        ("bone =", "run =", "columns of its own", 8),
        ("bone =", "Seed =", "columns of its own", 8),
        ("bone =", "\"a,b\" =", "a,b", 8),
        ("bone =", "\"a\\nb\" =", "a\\nb", 8),
        ("bone =", "\"\" =", "1 to 64", 8),
        (
            "bone =",
            "\"tumour.division.rate\" =",
            "a parameter is called so",
            8,
        ),
        ("[responses]", "[arms.\"a/b\"]\n[responses]", "a/b", 7),
        (
            vary,
            "[vary]\n\"output.series_every\" = [\"6 h\"]\n",
            "varied and set",
            6,
        ),
        (
            vary,
            "[vary]\noutput = { series_every = [\"6 h\"] }\n",
            "varied and set",
            6,
        ),
        (
            vary,
            "[vary]\ntumour = { division.rate = [\"1 /d\"] }\n",
            "varied twice",
            6,
        ),
        (
            vary,
            "[vary]\n\"lattice.size[0]\" = [24]\n\"lattice.size\" = [[24, 24, 1]]\n",
            "varied twice",
            6,
        ),
        (
            "[vary]",
            "\"output . series_every\" = \"1 d\"\n[vary]",
            "set twice",
            4,
        ),
    ];
    for (what, by, words, line) in cases {
        let (folder, path) = folder_with(&STUDY.replacen(what, by, 1));
        let store = folder.path().join("store");
        for command in ["run", "plan"] {
            let more = ["--store", text(&store)];
            let more = if command == "run" { &more[..] } else { &[] };
            let (_, said) = ran(&[&[command, text(&path)], more].concat(), 2);
            assert!(said.contains(words), "{by} lacks {words}: {said}");
            let place = format!("study.toml:{line}");
            let near = format!("study.toml:{}", line + 1);
            assert!(
                said.contains(&place) || said.contains(&near),
                "{by}: {said}"
            );
        }
        assert_eq!(files(folder.path()).len(), 2, "{by}");
    }
    // An element of a list that is set may be varied, and a dot in the name of an arm is no step.
    let finer = STUDY
        .replacen("[set]\n", "[set]\n\"lattice.size\" = [24, 24, 1]\n", 1)
        .replacen(vary, "[vary]\n\"lattice.size[0]\" = [24, 26]\n", 1)
        .replacen(
            "[responses]",
            "[arms.\"no.pthrp\"]\n\"tumour.secretion.pthrp.rate\" = \"0 amol/h\"\n[responses]",
            1,
        );
    let (_folder, path) = folder_with(&finer);
    let (plan, _) = ran(&["plan", text(&path)], 0);
    assert!(plan.contains("\"arm\":\"no.pthrp\""));
    assert!(
        plan.lines()
            .next()
            .unwrap()
            .contains("[\"tumour.secretion.pthrp.rate\",\"0 amol/h\"]")
    );
}

/// Column of the table of runs.
fn column(store: &Path, study: &str, name: &str) -> Vec<String> {
    let path = store.join("studies").join(study).join("runs.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|head| head == name)
        .unwrap();
    reader
        .records()
        .map(|row| row.unwrap()[at].to_owned())
        .collect()
}

#[test]
fn a_range_that_a_law_refuses_at_an_end_is_refused_at_its_line() {
    let (_folder, study) = folder_with(&STUDY.replace(
        "\"tumour.division.rate\" = [\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
        "\"tumour.dormancy.share\" = { from = 0.0, to = 1.5, levels = 3 }",
    ));
    let (_, said) = ran(&["check", text(&study)], 2);
    for part in ["found 1.5", "study.toml:6", "tumour.dormancy.share = 1.5"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_order_of_a_list_turns_no_sign() {
    let of = |list: &str| {
        let list = format!("\"tumour.division.rate\" = {list}");
        let (folder, study) = folder_with(&STUDY.replace(
            "\"tumour.division.rate\" = [\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
            &list,
        ));
        let store = folder.path().join("store");
        let place = [text(&study), "--store", text(&store)];
        ran(&[&["run"], &place[..], &["--quiet"]].concat(), 0);
        ran(&[&["analyse"], &place[..]].concat(), 0);
        let table = fs::read_to_string(store.join("studies/doses/sensitivity.csv")).unwrap();
        let row = table.lines().find(|row| row.starts_with("cells,")).unwrap();
        row.split(',').nth(4).unwrap().parse::<f64>().unwrap()
    };
    let rising = of(r#"["0.1 /d", "0.5 /d", "1 /d", "2 /d", "3 /d"]"#);
    let falling = of(r#"["3 /d", "2 /d", "1 /d", "0.5 /d", "0.1 /d"]"#);
    assert!(rising > 0.5, "{rising}");
    assert!((rising - falling).abs() < 1e-9, "{rising} and {falling}");
}

#[test]
fn indices_say_how_many_base_points_they_are_of() {
    let design = "[design.saltelli]\npoints = 4\n[vary]";
    let vary = "\"tumour.division.rate\" = { from = \"0.2 /d\", to = \"0.8 /d\" }";
    let (folder, study) = folder_with(&STUDY.replace("[vary]", design).replace(
        "\"tumour.division.rate\" = [\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
        vary,
    ));
    let store = folder.path().join("store");
    let place = [text(&study), "--store", text(&store)];
    // By the name that others have for the number of runs at once.
    ran(
        &[&["run"], &place[..], &["--threads", "2", "--quiet"]].concat(),
        0,
    );
    ran(&[&["analyse"], &place[..]].concat(), 0);
    let table = fs::read_to_string(store.join("studies/doses/sensitivity.csv")).unwrap();
    let note = "no interval: 4 of 4 base points have all their runs";
    assert!(
        table.lines().skip(1).all(|line| line.contains(note)),
        "{table}"
    );
}

#[test]
fn lists_of_quantities_are_numbers_in_the_unit_of_the_first() {
    let mixed = STUDY.replace("\"0.5 /d\", \"0.8 /d\"", "\"0.02 /h\", \"2.1 per wk\"");
    let (folder, path) = folder_with(&mixed);
    let store = folder.path().join("store");
    ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
    assert_eq!(
        column(&store, "doses", "tumour.division.rate [/d]"),
        ["0.2", "0.48", "0.3"]
    );
    fs::write(&path, STUDY.replace("\"0.5 /d\"", "\"0.5 um\"")).unwrap();
    let (_, said) = ran(&["plan", text(&path)], 2);
    assert!(
        said.contains("do not measure the same") && said.contains("study.toml:6"),
        "{said}"
    );
}

#[test]
fn shares_are_of_the_value_that_the_base_has() {
    let relative = STUDY
        .replace(
            "[\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
            "{ relative = [0, 0.5, 1] }\n\
             \"inoculation.cells\" = { relative = { from = 0.5, to = 2.0, levels = 2 } }",
        )
        .replace("[set]\n", "[set]\n\"tumour.division.rate\" = \"0.3 /d\"\n");
    // What is varied may not be set: the base has it from its own file.
    let (folder, path) = folder_with(&relative);
    let (_, said) = ran(&["plan", text(&path)], 2);
    assert!(said.contains("varied and set"), "{said}");
    fs::write(
        &path,
        relative.replace("\"tumour.division.rate\" = \"0.3 /d\"\n", ""),
    )
    .unwrap();
    let base = format!("{SMALL}[tumour.division]\nrate = \"0.3 /d\"\n");
    fs::write(folder.path().join("small.toml"), base).unwrap();
    let store = folder.path().join("store");
    ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
    assert_eq!(
        column(&store, "doses", "inoculation.cells"),
        ["10", "10", "10", "40", "40", "40"]
    );
    assert_eq!(
        column(&store, "doses", "tumour.division.rate [/d]"),
        ["0", "0.15", "0.3", "0", "0.15", "0.3"]
    );
    for (what, by, words) in [
        ("[0, 0.5, 1]", "[0, \"0.5 /d\"]", "no shares"),
        ("[0, 0.5, 1]", "[]", "no shares"),
        ("[0, 0.5, 1] }", "[0, 1], levels = 3 }", "stands beside"),
        ("from = 0.5", "from = 0.33", "no whole number"),
        ("from = 0.5", "from = \"0.5 d\"", "same unit"),
        ("\"tumour.division.rate\"", "\"preset\"", "not varied"),
        ("\"tumour.division.rate\"", "\"specimen.slab\"", "no number"),
        (
            "\"tumour.division.rate\"",
            "\"inoculation.time\"",
            "sets no",
        ),
    ] {
        let study = relative.replace("\"tumour.division.rate\" = \"0.3 /d\"\n", "");
        fs::write(&path, study.replacen(what, by, 1)).unwrap();
        let (_, said) = ran(&["plan", text(&path)], 2);
        assert!(said.contains(words), "{by} lacks {words}: {said}");
    }
}

#[test]
fn the_shipped_doses_leave_all_of_what_the_mouse_secretes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "studies/anti_pthrp_dose.toml",
        "studies/small/anti_pthrp_dose.toml",
    ] {
        let study = howship::study::file::read_study(&root.join(file)).unwrap();
        let base = study.resolve(&[]).unwrap();
        let whole = base.tree.get("tumour.secretion.pthrp.rate").unwrap();
        let factor = &study.header.factors[0];
        assert_eq!(factor.value(0.0), whole, "{file}");
        assert_eq!(factor.cell(&factor.value(1.0)), "0", "{file}");
        assert_eq!(factor.unit(), "amol/h", "{file}");
    }
}

#[test]
fn an_arm_without_cells_has_no_tumour() {
    let sham = STUDY.replace(
        "\"tumour.division.rate\" = [\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]",
        "\"inoculation.cells\" = [0, 20, 60]",
    ) + "ratio = { column = \"tumour_cells\", relative = true }\n\
         released = { column = \"calcium_released_fmol\" }\n";
    let (folder, path) = folder_with(&sham);
    let store = folder.path().join("store");
    ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
    let cells = column(&store, "doses", "cells");
    assert_eq!(cells[0], "0");
    assert!(cells[1] != "0" && cells[2] != "0", "{cells:?}");
    // A share of nothing is no number, and its cell empty.
    let ratio = column(&store, "doses", "ratio");
    assert!(ratio[0].is_empty() && !ratio[1].is_empty(), "{ratio:?}");
    assert!(
        column(&store, "doses", "bone")
            .iter()
            .all(|bone| !bone.is_empty())
    );
    let small = folder.path().join("small.toml");
    for sets in [
        &["--set", "inoculation.cells=0"][..],
        &[
            "--set",
            "inoculation.cells=0",
            "--set",
            "inoculation.colonies=5",
            "--set",
            "inoculation.site=\"vessels\"",
        ],
    ] {
        let said = howship(&[&["check", text(&small)], sets].concat());
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        assert!(String::from_utf8_lossy(&said.stdout).contains("no tumour"));
    }
    let out = folder.path().join("out");
    let run = [
        "run",
        text(&small),
        "--out",
        text(&out),
        "--quiet",
        "--set",
        "inoculation.cells=0",
    ];
    assert_eq!(howship(&run).status.code(), Some(0));
    let series = howship::output::table::Table::read_csv(&out.join("series.csv")).unwrap();
    assert!(
        series
            .column("tumour_cells")
            .unwrap()
            .iter()
            .all(|&cells| cells == 0.0)
    );
    assert!(
        series
            .rows
            .iter()
            .flatten()
            .all(|number| number.is_finite())
    );
    // No injection at all is the same run.
    let bare = folder.path().join("bare.toml");
    fs::write(&bare, SMALL.replace("[inoculation]\ncells = 20\n", "")).unwrap();
    let other = folder.path().join("other");
    let run = ["run", text(&bare), "--out", text(&other), "--quiet"];
    assert_eq!(howship(&run).status.code(), Some(0));
    let read = |folder: &Path| fs::read_to_string(folder.join("series.csv")).unwrap();
    assert_eq!(read(&out), read(&other));
}

#[test]
fn a_calibration_that_comes_nowhere_near_says_so() {
    let calibration = "name = \"far\"\nbase = \"small.toml\"\n[vary]\n\
                       \"tumour.division.rate\" = { from = \"0.2 /d\", to = \"0.6 /d\" }\n\
                       [fit]\ndata = \"data.csv\"\nparticles = 4\npopulations = 2\nruns = 12\n";
    let (folder, path) = folder_with(calibration);
    let store = folder.path().join("store");
    let data = |rows: &str| {
        let text = format!("time_d,column,value,error\n{rows}");
        fs::write(folder.path().join("data.csv"), text).unwrap();
    };
    data("1,tumour_cells,23,5\n1,bv_tv,20,2\n");
    let arguments = ["calibrate", text(&path), "--store", text(&store), "--quiet"];
    let (_, said) = ran(&arguments, 2);
    for words in ["data.csv, line 3", "20", "bv_tv", "percent", "0.2"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    for method in ["abc", "cma"] {
        fs::write(
            &path,
            calibration.replace("[fit]", &format!("[fit]\nmethod = \"{method}\"")),
        )
        .unwrap();
        data("1,tumour_cells,180,20\n");
        let (_, said) = ran(&arguments, 1);
        for words in [
            "no run came near",
            "tumour_cells on day 1",
            "measured 180",
            "simulated 2",
        ] {
            assert!(said.contains(words), "{method}, {words}: {said}");
        }
        assert!(store.join("studies/far/particles.csv").exists());
        data("1,tumour_cells,25,5\n");
        ran(&arguments, 0);
    }
    let fit = fs::read_to_string(store.join("studies/far/fit.csv")).unwrap();
    assert!(
        fit.lines().nth(1).unwrap().ends_with(",,"),
        "one point has no interval: {fit}"
    );
}

#[test]
fn a_picture_of_spread_says_which_points_it_draws() {
    let (folder, path) = folder_with(STUDY);
    let store = folder.path().join("store");
    let picture = || {
        ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
        ran(&["analyse", text(&path), "--store", text(&store)], 0);
        let svg = store.join("studies/doses/plots/spread_bv_tv.svg");
        let svg = fs::read_to_string(svg).unwrap();
        // Words alone: a caption goes on from line to line.
        let words = svg.lines().filter(|line| !line.starts_with('<'));
        words.collect::<Vec<_>>().join(" ")
    };
    assert!(!picture().contains("are drawn"));
    let levels = |count: u32| {
        let range = format!("{{ from = \"0.2 /d\", to = \"0.8 /d\", levels = {count} }}");
        let many = STUDY.replace("[\"0.2 /d\", \"0.5 /d\", \"0.8 /d\"]", &range);
        fs::write(&path, many).unwrap();
        picture()
    };
    let said = levels(14);
    assert!(
        said.contains("12 of 14 points and arms are drawn") && said.contains("not drawn: "),
        "{said}"
    );
    assert!(!levels(9).contains("are drawn"));
    let table = fs::read_to_string(store.join("studies/doses/sensitivity.csv")).unwrap();
    assert!(table.starts_with("response,arm,parameter,measure,value,low,high,note\n"));
    assert!(
        table
            .lines()
            .skip(1)
            .all(|row| row.contains(",,,no interval")),
        "nine points have no interval: {table}"
    );
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_plan_replaces_nothing_that_is_there_whatever_it_is() {
    let (base, study) = folder_with(STUDY);
    let at = |name: &str| base.path().join(name);
    pipe(&at("pipe"));
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("mine"), "words").unwrap();
    std::os::unix::fs::symlink("mine", at("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
    // No text at all is no reason either.
    fs::write(at("bytes"), [0xff, 0, 0xfe]).unwrap();
    for name in ["pipe", "folder", "mine", "link", "dangling", "bytes"] {
        let before = at(name).symlink_metadata().unwrap();
        let (_, said) = ran(&["plan", text(&study), "--out", text(&at(name))], 2);
        assert!(said.contains(text(&at(name))), "{said}");
        assert!(said.contains("--out"), "{said}");
        let after = at(name).symlink_metadata().unwrap();
        assert_eq!(before.file_type(), after.file_type(), "{name}");
        assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    }
    assert!(!at("nowhere").exists());
    assert_eq!(fs::read_to_string(at("mine")).unwrap(), "words");
    // The same plan is the same plan.
    for _ in 0..2 {
        ran(&["plan", text(&study), "--out", text(&at("plan.jsonl"))], 0);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_others_becomes_no_store() {
    let (base, study) = folder_with(STUDY);
    let at = |name: &str| base.path().join(name);
    for (theirs, file) in [
        ("results", "results/march.csv"),
        ("studies", "studies/doses/runs.csv"),
        ("telemetry", "telemetry/car/1.csv"),
        ("failed", "failed"),
        ("temporary", ".tmp-of-mine"),
        ("mark", "howship-store/words"),
    ] {
        let store = at(&format!("store-{theirs}"));
        let file = store.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "mine").unwrap();
        let (_, said) = ran(&["run", text(&study), "--store", text(&store)], 2);
        assert!(said.contains("--store"), "{said}");
        assert_eq!(files(&store), std::slice::from_ref(&file), "{theirs}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
    // A link in the place of a part is somebody else's too.
    let elsewhere = at("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let linked = at("linked");
    fs::create_dir(&linked).unwrap();
    std::os::unix::fs::symlink(&elsewhere, linked.join("results")).unwrap();
    ran(&["run", text(&study), "--store", text(&linked)], 2);
    // What a process leaves that was killed before it wrote the mark.
    let begun = at("begun");
    fs::create_dir_all(begun.join("results")).unwrap();
    fs::write(begun.join(".tmpAb12Cd"), "resu").unwrap();
    ran(
        &["run", text(&study), "--store", text(&begun), "--quiet"],
        0,
    );
    // The tables of a study go into the store, not where a link leads.
    let tables = begun.join("studies/doses");
    let (there, theirs) = (elsewhere.join("tables"), elsewhere.join("tables/runs.csv"));
    fs::rename(&tables, &there).unwrap();
    fs::write(&theirs, "mine").unwrap();
    std::os::unix::fs::symlink(&there, &tables).unwrap();
    let (_, said) = ran(&["collect", text(&study), "--store", text(&begun)], 2);
    assert!(
        said.contains("studies/doses") && said.contains("link"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
}
