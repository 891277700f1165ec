//! The program as a user types it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use crate::common::howship;

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
        "final.vti",
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
    // The film is of the form that is asked for, and that of the run before is gone.
    let plots = out.join("plots");
    for (film, files) in [
        ("gif_and_apng", [true, true]),
        ("apng", [false, true]),
        ("none", [false, false]),
    ] {
        let set = format!("output.film={film}");
        assert!(run(&["--force", "--set", &set]).status.success());
        let found = ["map.gif", "map.apng"].map(|name| plots.join(name).exists());
        assert_eq!(found, files, "{film}");
    }
    // So does the volume of the last day go, where it is not wanted.
    assert!(
        run(&["--force", "--set", "output.final_volume=false"])
            .status
            .success()
    );
    assert!(!out.join("final.vti").exists());
}

/// A file that is not there is told with the one that is meant, one in the place of another by what it is, and an unknown option
/// without the advice to give it as a value.
#[test]
fn what_was_most_likely_meant_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("first.toml"), SMALL).unwrap();
    let study = "name = \"s\"\nbase = \"first.toml\"\n[responses]\nbone = { column = \"bv_tv\" }\n";
    fs::write(folder.path().join("sweep.toml"), study).unwrap();
    let trial = include_str!("../trials/small/zoledronate_sre.toml");
    fs::write(folder.path().join("trial.toml"), trial).unwrap();
    for (arguments, words, never) in [
        (
            &["run", "first"][..],
            "did you mean `first.toml`?",
            "examples",
        ),
        (
            &["run", "frist.toml"],
            "did you mean `first.toml`?",
            "examples",
        ),
        (&["run", "nothing.toml"], "howship examples", "did you mean"),
        (
            &["run", "sweep.toml"],
            "howship study run sweep.toml",
            "unknown key",
        ),
        (
            &["study", "check", "first.toml"],
            "`first.toml` is a scenario, and no study",
            "unknown key",
        ),
        (
            &["trial", "check", "sweep.toml"],
            "howship study run sweep.toml",
            "unknown key",
        ),
        (
            &["check", "trial.toml"],
            "howship trial run trial.toml",
            "unknown key",
        ),
        (
            &["run", "first.toml", "--days", "3"],
            "--days",
            "as a value",
        ),
    ] {
        let output = howship()
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.contains(words) && !said.contains(never),
            "{arguments:?}: {said}"
        );
    }
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
    assert_eq!(read["euler"], -19);
    for key in ["tb_n_per_mm", "conn_d_per_mm3", "da", "da_ratio", "smi"] {
        assert!(
            read[key].as_f64().is_some_and(f64::is_finite),
            "{key}: {read}"
        );
    }
    let plate = read["bv_tv"].as_f64().unwrap() / thickness;
    assert!((read["tb_n_per_mm"].as_f64().unwrap() - plate).abs() < 1e-12 * plate);
    assert!(read["tb_n_definition"].as_str().unwrap().contains("plate"));
}

/// Several images make one table, and one that cannot be read does not cost that of the others.
#[test]
fn several_specimens_make_one_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/synthetic");
    let files = ["ball_r20", "torus_R18_r6"].map(|name| folder.join(format!("{name}.nii.gz")));
    let output = howship()
        .args(["specimen", "--csv"])
        .args(&files)
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let at = table
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "euler");
    let numbers: Vec<String> = table
        .records()
        .map(|row| row.unwrap()[at.unwrap()].to_owned())
        .collect();
    assert_eq!(numbers, ["1", "0"], "{text}");

    let output = howship()
        .args(["specimen", "--json"])
        .args(&files)
        .arg("absent.nii")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("absent.nii") && said.contains("1 of 3"),
        "{said}"
    );
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let thickness = [0, 1].map(|i| list[i]["tb_th_max_mm"].as_f64().unwrap());
    assert!((thickness[0] - 0.768_375).abs() < 1e-6 && (thickness[1] - 0.229_783).abs() < 1e-6);
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

/// Runs of the small scenario in one folder.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::write(bench.0.path().join("small.toml"), SMALL).unwrap();
        bench
    }

    /// Exit code and words.
    fn at(&self, arguments: &[&str]) -> (i32, String) {
        let output = howship()
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let words = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(words).unwrap(),
        )
    }

    fn run(&self, out: &str, more: &[&str]) {
        let start = ["run", "small.toml", "--quiet", "--out", out];
        let (code, words) = self.at(&[&start, more].concat());
        assert_eq!(code, 0, "{words}");
    }

    fn table(&self, path: &str) -> Vec<csv::StringRecord> {
        let mut table = csv::Reader::from_path(self.0.path().join(path)).unwrap();
        let heads = table.headers().unwrap().clone();
        std::iter::once(heads)
            .chain(table.records().map(Result::unwrap))
            .collect()
    }
}

/// Value of a column in a row, the heads standing first.
fn value(table: &[csv::StringRecord], row: usize, column: &str) -> f64 {
    let at = table[0].iter().position(|head| head == column).unwrap();
    table[row][at].parse().unwrap()
}

#[test]
fn unlike_runs_are_drawn_over_each_other_and_never_averaged() {
    let bench = Bench::new();
    bench.run("a", &[]);
    bench.run("b", &["--seed", "2"]);
    let slower = ["--seed", "3", "--set", "tumour.division.rate=0.05 /d"];
    bench.run("slower", &slower);
    let (code, words) = bench.at(&["plot", "a", "b", "slower"]);
    assert_eq!(code, 0, "{words}");
    // Beside the first run, called after them; the curves by what sets them apart.
    let table = bench.table("a-and-2-more/curves.csv");
    let labels: Vec<(&str, &str)> = table[1..].iter().map(|row| (&row[0], &row[2])).collect();
    let (base, other) = (
        ("tumour.division.rate = 0.4 /d", "2"),
        ("tumour.division.rate = 0.05 /d", "1"),
    );
    assert_eq!(labels, [base, base, base, other, other, other]);
    let ends = ["a", "b", "slower"].map(|run| {
        let series = bench.table(&format!("{run}/series.csv"));
        value(&series, 3, "tumour_cells")
    });
    assert!(ends[2] < ends[0] && ends[2] < ends[1], "{ends:?}");
    for (row, column, expected) in [
        (3, "tumour_cells_mean", 0.5 * (ends[0] + ends[1])),
        (3, "tumour_cells_least", ends[0].min(ends[1])),
        (6, "tumour_cells_mean", ends[2]),
        (6, "tumour_cells_greatest", ends[2]),
    ] {
        let found = value(&table, row, column);
        assert!((found - expected).abs() < 1e-9, "{column}: {found}");
    }
    // With names of their own.
    let named = [
        "plot", "a", "slower", "--label", "base", "--label", "slow", "--out", "both",
    ];
    assert_eq!(bench.at(&named).0, 0);
    let drawn = fs::read_to_string(bench.0.path().join("both/cells.svg")).unwrap();
    for words in ["base", "slow", "tumour cells", "osteoclasts", "time (d)"] {
        assert!(drawn.contains(words), "{words} is not drawn");
    }
    // Nothing is replaced unasked.
    let (code, words) = bench.at(&named);
    assert_eq!(code, 2);
    assert!(words.contains("--force"), "{words}");
    assert_eq!(bench.at(&[&named[..], &["--force"]].concat()).0, 0);
    // Each folder as a curve of its own.
    let each = [
        "--label", "one", "--label", "two", "--label", "three", "--out", "each",
    ];
    assert_eq!(
        bench
            .at(&[&["plot", "a", "b", "slower"], &each[..]].concat())
            .0,
        0
    );
    assert_eq!(bench.table("each/curves.csv").len(), 1 + 9);
}

#[test]
fn a_plot_that_means_nothing_is_refused_with_what_is_allowed() {
    let bench = Bench::new();
    bench.run("a", &[]);
    bench.run("again", &[]);
    bench.run("slower", &["--set", "tumour.division.rate=0.05 /d"]);
    let refused = |arguments: &[&str], words: &[&str]| {
        let (code, said) = bench.at(arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?}: {word} is not in {said}"
            );
        }
    };
    refused(&["plot", "a", "a"], &["given twice"]);
    refused(&["plot", "a", "again"], &["same seed 0", "label for each"]);
    let three = ["--label", "x", "--label", "y", "--label", "z"];
    refused(
        &[&["plot", "a", "slower"], &three[..]].concat(),
        &["3 labels for 2 curve(s) of 2 runs", "0.05 /d"],
    );
    refused(
        &["plot", "a", "slower", "--label", "x", "--label", "x"],
        &["given twice"],
    );
    refused(
        &["plot", "a", "slower", "--label", "", "--label", "x"],
        &["a name"],
    );
    refused(&["plot", "a", "small.toml"], &["no series.csv"]);
    refused(&["plot", "a", "nowhere"], &["there is no folder nowhere"]);
    // Without its scenario a run has a curve by a label alone.
    fs::remove_file(bench.0.path().join("slower/scenario.toml")).unwrap();
    refused(
        &["plot", "a", "slower"],
        &["scenario.toml", "label for each"],
    );
    let named = ["plot", "a", "slower", "--label", "x", "--label", "y"];
    assert_eq!(bench.at(&named).0, 0);
    // Unlike runs have no common past, and are told where to go.
    bench.run("faster", &["--set", "tumour.division.rate=0.9 /d"]);
    refused(
        &["compare", "a", "faster", "--out", "compared"],
        &[
            "tumour.division.rate = 0.4 /d against tumour.division.rate = 0.9 /d",
            "howship plot a faster --label",
            "fork",
        ],
    );
}

/// One run is drawn again to the same bytes, doses and all.
#[test]
fn a_run_is_drawn_again_as_it_was() {
    let bench = Bench::new();
    bench.run("a", &[]);
    let picture = bench.0.path().join("a/plots/cells.png");
    let before = fs::read(&picture).unwrap();
    fs::remove_file(&picture).unwrap();
    assert_eq!(bench.at(&["plot", "a"]).0, 0);
    assert!(fs::read(&picture).unwrap() == before);
}

#[test]
fn a_check_says_tumour_arms_doses_time_and_size() {
    let bench = Bench::new();
    let treated = format!(
        "{SMALL}[subject]\nmass = \"20 g\"\n\
         [therapy.a]\ndrug = \"zoledronate\"\ndose = \"0.1 mg/kg\"\nroute = \"intravenous\"\n\
         start = \"6 h\"\ninterval = \"1 d\"\n\
         [arms.stopped]\nat = \"1 d\"\nset = [\"therapy.a.number = 1\"]\n"
    );
    fs::write(bench.0.path().join("treated.toml"), treated).unwrap();
    let (code, words) = bench.at(&["check", "treated.toml"]);
    assert_eq!(code, 0, "{words}");
    for said in [
        "tumour    50 cells in one colony at the centre, on day 0",
        "doses     zoledronate: 2 doses of 0.002 mg, day 0.25 to 1.25",
        "arm       stopped from 1 d on: therapy.a.number = 1",
        "doses     stopped: zoledronate: 1 dose of 0.002 mg, on day 0.25",
        // 24 of burn-in, 48, and 24 of the arm.
        " here: 96 ticks",
        "roughly",
        "3 rows in tables",
    ] {
        assert!(words.contains(said), "{said} is not said:\n{words}");
    }
    let healthy = SMALL.replace("[inoculation]\ncells = 50\n", "");
    fs::write(bench.0.path().join("healthy.toml"), healthy).unwrap();
    let (_, words) = bench.at(&["check", "healthy.toml"]);
    assert!(words.contains("tumour    no tumour"), "{words}");
    assert!(words.contains("doses     none"), "{words}");
}

/// An infusion that is gone from plasma before the next row has its peak in the table.
#[test]
fn a_dose_into_a_vein_shows_in_the_table_of_drugs() {
    let bench = Bench::new();
    let treated = format!(
        "{SMALL}[subject]\nmass = \"20 g\"\n[therapy.a]\ndrug = \"zoledronate\"\n\
         dose = \"0.1 mg/kg\"\nroute = \"intravenous\"\nstart = \"6 h\"\n"
    );
    fs::write(bench.0.path().join("small.toml"), treated).unwrap();
    bench.run("treated", &[]);
    let table = bench.table("treated/drugs.csv");
    // Rows of days 0, 1 and 2.
    let peaks = [1, 2, 3].map(|row| value(&table, row, "zoledronate_plasma_max_mg_per_l"));
    assert!(
        peaks[0] == 0.0 && peaks[1] > 0.1 && peaks[2] < 1e-3 * peaks[1],
        "{peaks:?}"
    );
    assert!(value(&table, 2, "zoledronate_plasma_mg_per_l") < 1e-3 * peaks[1]);
    let on_bone = [1, 2, 3].map(|row| value(&table, row, "bone_drug_on_bone_amol"));
    assert!(on_bone[0] == 0.0 && on_bone[1] > 0.0, "{on_bone:?}");
    assert!(value(&table, 2, "bone_drug_bound_amol") >= on_bone[1]);
    let series = bench.table("treated/series.csv");
    let level = |name: &str| value(&series, 3, name);
    assert!(level("pthrp_pm") > 0.0 && level("opg_pm") > 0.0);
    assert!(level("rankl_pm") > level("rankl_free_pm"));
    // Bone sets both factors free or none.
    assert_eq!(level("igf_pm") > 0.0, level("tgf_beta_pm") > 0.0);
}
