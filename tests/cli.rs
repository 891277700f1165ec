//! The program as a user types it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn howship() -> Command {
    Command::new(env!("CARGO_BIN_EXE_howship"))
}

const SMALL: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "1 d"
[lattice]
size = [40, 40, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "100 um"
[inoculation]
cells = 50
"#;

#[test]
fn a_run_leaves_what_the_readme_says() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("small.toml");
    fs::write(&scenario, SMALL).unwrap();
    let out = folder.path().join("out");
    let run = |more: &[&str]| {
        howship()
            .arg("run")
            .arg(&scenario)
            .arg("--out")
            .arg(&out)
            .args(more)
            .output()
            .unwrap()
    };
    let first = run(&[]);
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    for file in [
        "series.csv",
        "ledger.csv",
        "run.json",
        "scenario.toml",
        "plots/bone_loss.svg",
        "plots/bone_loss.png",
        "plots/map_d0.png",
        "plots/map_d2.png",
        "plots/map.gif",
    ] {
        assert!(out.join(file).exists(), "{file} is missing");
    }
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    assert!(series.starts_with("time_d,bv_tv,"), "{series}");
    assert_eq!(series.lines().count(), 4, "a header and days 0, 1, 2");
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    for key in ["version", "seed", "threads", "wall_s", "digest", "outputs"] {
        assert!(!manifest[key].is_null(), "{key} is missing");
    }
    assert!(manifest["outputs"]["plots/bone_loss.svg"].is_string());
    // A second run is refused, and forced it gives the same.
    assert_eq!(run(&[]).status.code(), Some(2));
    assert!(run(&["--force", "--threads", "1"]).status.success());
    let again: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    assert_eq!(again["digest"], manifest["digest"]);
    assert_eq!(again["outputs"], manifest["outputs"]);
}

#[test]
fn a_specimen_is_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = howship()
        .args(["specimen", "--json"])
        .arg(root.join("scenarios/specimens/shrew/shrew_seg.nii.gz"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["dims"], serde_json::json!([114, 114, 115]));
    assert_eq!(read["bone_voxels"], 438_636);
    let thickness = read["tb_th_mm"].as_f64().unwrap();
    // BoneJ reads 0.06190 mm.
    assert!((thickness / 0.0619 - 1.0).abs() < 0.02, "{thickness}");
}

#[test]
fn every_shipped_scenario_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let output = howship().arg("check").arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {said}", path.display());
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} scenarios were found");
}

/// Fifteen bad scenarios: what is replaced in the small one, by what, and what the message says.
#[test]
fn bad_scenarios_are_refused_with_line_and_remedy() {
    let bad: [(&str, &str, &[&str]); 15] = [
        (
            "[inoculation]\ncells",
            "[inoculation]\ncels",
            &["cels", "cells"],
        ),
        ("\"2 d\"", "\"2 um\"", &["um", "12 d"]),
        ("\"2 d\"", "2", &["without a unit", "12 d"]),
        ("\"2 d\"", "\"-2 d\"", &["run.duration", "below zero"]),
        ("\"mouse\"", "\"rat\"", &["rat", "mouse"]),
        (
            "thickness = \"100 um\"",
            "thickness = \"9 mm\"",
            &["specimen.slab"],
        ),
        (
            "\"10 um\"\nsection",
            "\"100 um\"\nsection",
            &["lattice.site", "25 um"],
        ),
        (
            "cells = 50",
            "cells = 50\nsite = \"position\"\nposition = [\"9 mm\", \"0 um\", \"0 um\"]",
            &["outside the lattice", "position"],
        ),
        ("name = \"small\"", "name = \"a b\"", &["name", "letters"]),
        (
            "size = [40, 40, 1]\nsite = \"10 um\"\nsection_thickness = \"50 um\"\n[specimen.slab]\nthickness = \"100 um\"",
            "[specimen.image]\nfile = \"nowhere.nii\"",
            &["nowhere.nii", "specimen.image.file"],
        ),
        (
            "cells = 50",
            "cells = 50\n[tumour.death]\nrate = \"-1 /d\"",
            &["tumour.death.rate", "below zero"],
        ),
        (
            "cells = 50",
            "cells = 50\n[tumour.secretion.il6]\nrate = \"1 amol/h\"",
            &["il6", "signals.il6"],
        ),
        ("cells = 50", "cells = 5000000", &["has room for about"]),
        (
            "\"2 d\"",
            "\"90 min\"",
            &["whole number of ticks", "run.tick = 1 h"],
        ),
        ("\"2 d\"", "\"1e9 d\"", &["run.duration", "1e10 h"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (index, (from, to, words)) in bad.into_iter().enumerate() {
        assert!(SMALL.contains(from), "case {index} replaces nothing");
        let name = format!("bad{index}.toml");
        fs::write(folder.path().join(&name), SMALL.replace(from, to)).unwrap();
        let output = howship()
            .current_dir(folder.path())
            .args(["check", &name])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "case {index}: {said}");
        assert!(
            said.contains(&format!("{name}:")),
            "case {index} names no line: {said}"
        );
        assert!(
            said.contains("help"),
            "case {index} gives no remedy: {said}"
        );
        for word in words {
            assert!(
                said.contains(word),
                "case {index} does not say {word}: {said}"
            );
        }
        insta::assert_snapshot!(format!("bad_{index}"), said);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    use std::process::{Command, Stdio};
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_howship"))
        .arg("describe")
        .arg(root.join("scenarios/vicious_cycle_2d.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
}

/// The rules are said in sentences, and every value with its source.
#[test]
fn a_description_says_rules_and_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = howship()
        .arg("describe")
        .arg(root.join("scenarios/no_tgf_beta_release.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for words in [
        "Tumour cells divide at 0.4 /d; igf raises it up to 1.5-fold",
        "which resorption does not set free",
        "Kanehisa88",
    ] {
        assert!(said.contains(words), "{words} is not said:\n{said}");
    }
}
