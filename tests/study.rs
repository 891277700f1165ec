//! Studies as a user runs them: plans, kills, shards and tables.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use howship::layers::diagnostic::Diagnostics;
use howship::study::data::read_data;
use howship::study::file::{read_calibration, read_study};
use tempfile::TempDir;

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
cells = 20
"#;

const STUDY: &str = r#"name = "doses"
base = "small.toml"
replicates = 2
[set]
"output.series_every" = "12 h"
[vary]
"tumour.division.rate" = { from = "0.2 /d", to = "0.8 /d", levels = 3 }
inoculation.cells = [10, 20]
[arms.control]
[arms.no_pthrp]
"tumour.secretion.pthrp.rate" = "0 amol/h"
[responses]
bone = { column = "bv_tv" }
cells_d1 = { column = "tumour_cells", at = "1 d" }
late = { column = "bv_tv", time_to = 0.0 }
"#;

fn folder_with(study: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    let path = folder.path().join("study.toml");
    fs::write(&path, study).unwrap();
    (folder, path)
}

fn study(arguments: &[&str]) -> Output {
    common::howship()
        .arg("study")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn ran(arguments: &[&str], code: i32) -> String {
    let output = study(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// One of two shards of a plan.
fn shard_of_two(plan: &Path, store: &Path, (number, more): (&str, &[&str]), code: i32) -> String {
    let arguments = ["shard", "--plan", text(plan), "--shards", "2", "--shard"];
    let place = [number, "--store", text(store), "--quiet"];
    ran(&[&arguments[..], &place, more].concat(), code)
}

fn runs_csv(store: &Path) -> String {
    fs::read_to_string(store.join("studies/doses/runs.csv")).unwrap()
}

#[test]
fn a_plan_is_the_same_each_time_and_a_wider_study_keeps_its_keys() {
    let (folder, path) = folder_with(STUDY);
    let plan = ran(&["plan", text(&path)], 0);
    assert_eq!(plan.lines().count(), 1 + 24);
    assert_eq!(plan, ran(&["plan", text(&path)], 0));
    let out = folder.path().join("p.jsonl");
    ran(&["plan", text(&path), "--out", text(&out)], 0);
    assert_eq!(fs::read_to_string(&out).unwrap(), plan);
    // A plan holds all that is needed to make it again.
    assert_eq!(ran(&["plan", text(&out)], 0), plan);
    let keys = |plan: &str| {
        let of = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["key"].as_str().unwrap().to_owned()
        };
        plan.lines()
            .skip(1)
            .map(of)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let narrow = keys(&plan);
    assert_eq!(narrow.len(), 24, "no two runs are the same");
    let wider = STUDY
        .replace("replicates = 2", "replicates = 3")
        .replace("levels = 3", "levels = 5")
        .replace("[10, 20]", "[10, 20, 30]");
    fs::write(&path, wider).unwrap();
    assert!(keys(&ran(&["plan", text(&path)], 0)).is_superset(&narrow));
    // Names and pictures decide nothing, the version of a value's unit neither.
    let same = SMALL
        .replace("\"small\"", "\"other\"")
        .replace("\"1 d\"", "\"24 h\"");
    fs::write(folder.path().join("small.toml"), same).unwrap();
    fs::write(&path, STUDY).unwrap();
    assert_eq!(keys(&ran(&["plan", text(&path)], 0)), narrow);
    // An existing file of other content is not replaced.
    fs::write(&out, "mine").unwrap();
    ran(&["plan", text(&path), "--out", text(&out)], 2);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
}

#[test]
fn a_study_that_was_killed_ends_in_the_same_table() {
    let (folder, path) = folder_with(STUDY);
    let straight = folder.path().join("straight");
    let broken = folder.path().join("broken");
    ran(
        &[
            "run",
            text(&path),
            "--store",
            text(&straight),
            "--jobs",
            "2",
            "--quiet",
        ],
        0,
    );
    let table = runs_csv(&straight);
    assert_eq!(table.lines().count(), 25);
    assert!(table.starts_with("run,point,arm,replicate,seed,key,status,inoculation.cells,"));
    assert!(table.contains("tumour.division.rate [/d],bone,cells_d1,late,error\n"));
    assert!(!table.contains("missing") && !table.contains("failed"));
    for wait_ms in [30, 60, 90, 120, 150] {
        let mut child = common::howship()
            .args([
                "study",
                "run",
                text(&path),
                "--store",
                text(&broken),
                "--jobs",
                "1",
                "--quiet",
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = child.kill();
        child.wait().unwrap();
    }
    ran(
        &[
            "run",
            text(&path),
            "--store",
            text(&broken),
            "--jobs",
            "1",
            "--quiet",
        ],
        0,
    );
    assert_eq!(runs_csv(&broken), table);
    // All is there: nothing is run again.
    let said = ran(&["run", text(&path), "--store", text(&broken)], 0);
    assert!(
        said.contains("0 runs done, 24 were there, 0 failed"),
        "{said}"
    );
    // The arms of a point and replicate share their seed, and the treatment shows.
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .collect();
    assert_eq!(rows[0][4], rows[2][4]);
    assert_ne!(rows[0][4], rows[1][4]);
    assert_eq!((rows[0][2], rows[2][2]), ("control", "no_pthrp"));
}

#[test]
fn shards_and_single_runs_collect_into_the_table_of_a_local_run() {
    let (folder, path) = folder_with(STUDY);
    let plan = folder.path().join("plan.jsonl");
    let (local, shared, alone) = (
        folder.path().join("local"),
        folder.path().join("shared"),
        folder.path().join("alone"),
    );
    ran(&["run", text(&path), "--store", text(&local), "--quiet"], 0);
    ran(&["plan", text(&path), "--out", text(&plan)], 0);
    let shard =
        |number: &str, more: &[&str], code: i32| shard_of_two(&plan, &shared, (number, more), code);
    // Out of time before anything was done: asks to be started again.
    shard("0", &["--budget", "0 s"], 75);
    let said = ran(&["status", text(&plan), "--store", text(&shared)], 0);
    assert_eq!(said, "0 done, 0 failed, 24 missing\n");
    // The same shard twice at once.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| shard("0", &[], 0));
        }
    });
    ran(&["collect", text(&plan), "--store", text(&shared)], 1);
    shard("1", &[], 0);
    ran(&["collect", text(&plan), "--store", text(&shared)], 0);
    assert_eq!(runs_csv(&shared), runs_csv(&local));
    shard("2", &[], 2);
    // Without a shared disk.
    let results = folder.path().join("results.jsonl");
    let emitted = ran(
        &[
            "run-one",
            "--plan",
            text(&plan),
            "--index",
            "5",
            "--emit",
            "-",
        ],
        0,
    );
    fs::write(&results, &emitted).unwrap();
    let from = [
        "collect",
        text(&plan),
        "--store",
        text(&alone),
        "--from",
        text(&results),
    ];
    ran(&from, 1);
    let row = |store: &Path| runs_csv(store).lines().nth(6).unwrap().to_owned();
    assert_eq!(row(&alone), row(&local));
    // The rest in two processes; a result that comes twice was made once.
    let mut emitted = emitted;
    for index in ["0..5,5,6..12", "12..24"] {
        emitted += &ran(&["run-one", "--plan", text(&plan), "--index", index], 0);
    }
    let numbers: Vec<&str> = emitted
        .lines()
        .map(|line| line.split([':', ',']).nth(1).unwrap())
        .collect();
    let mut expected: Vec<String> = (0..24).map(|run| run.to_string()).collect();
    expected.insert(0, "5".to_owned());
    assert_eq!(numbers, expected);
    for _ in 0..2 {
        let collected = assert_cmd::Command::from_std(common::howship())
            .args(["study", "collect", text(&plan), "--store", text(&alone)])
            .args(["--from", "-"])
            .write_stdin(emitted.as_str())
            .output()
            .unwrap();
        assert_eq!(collected.status.code(), Some(0));
    }
    assert_eq!(runs_csv(&alone), runs_csv(&local));
    let telemetry = fs::read_to_string(alone.join("studies/doses/telemetry.csv")).unwrap();
    assert_eq!(telemetry.lines().count(), 1 + 25, "{telemetry}");
    for wrong in ["", "1,", "5..5", "7..3", "a", "-1", "24", "0..25"] {
        let index = format!("--index={wrong}");
        ran(&["run-one", "--plan", text(&plan), &index], 2);
    }
    // A worker whose master has gone stops.
    let mut left_alone = common::howship()
        .args(["study", "run-one", "--plan", text(&plan), "--index"])
        .args([vec!["3"; 2000].join(","), "--stop-at-eof".to_owned()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(left_alone.stdin.take());
    assert_eq!(left_alone.wait().unwrap().code(), Some(75));
    let foreign = emitted.replace("\"run\":5", "\"run\":6");
    fs::write(&results, foreign).unwrap();
    ran(&from, 2);
    // A plan that was cut is refused.
    let whole = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, &whole[..whole.len() - 200]).unwrap();
    shard("0", &[], 65);
}

#[test]
fn a_run_that_fails_is_a_row_and_the_others_go_on() {
    let (folder, path) = folder_with(&STUDY.replace("[10, 20]", "[10, 100000000]"));
    let store = folder.path().join("store");
    let output = study(&["run", text(&path), "--store", text(&store)]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("inoculation.cells") && said.contains("12 runs failed"),
        "{said}"
    );
    let filter = |more: &[&str]| {
        let mut arguments = vec!["table", text(&path), "--store", text(&store)];
        arguments.extend(more);
        ran(&arguments, 0)
    };
    let failed = filter(&["--where", "status=failed", "--columns", "run,bone,error"]);
    assert_eq!(failed.lines().count(), 13, "{failed}");
    assert!(failed.contains("marrow has room"), "{failed}");
    let done = filter(&[
        "--where",
        "tumour.division.rate>0.3",
        "--where",
        "status!=failed",
    ]);
    assert_eq!(done.lines().count(), 1 + 8, "{done}");
    let output = study(&[
        "table",
        text(&path),
        "--store",
        text(&store),
        "--where",
        "bonn>1",
    ]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_row_can_be_run_again_in_full() {
    let (folder, path) = folder_with(STUDY);
    let out = folder.path().join("row");
    ran(&["rerun", text(&path), "3", "--out", text(&out)], 0);
    assert!(out.join("plots/bone_loss.svg").exists());
    let emitted = ran(&["run-one", "--plan", text(&path), "--index", "3"], 0);
    let emitted: serde_json::Value = serde_json::from_str(&emitted).unwrap();
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    assert_eq!(emitted["series"].as_str().unwrap(), series);
    ran(&["rerun", text(&path), "24", "--out", "nowhere"], 2);
}

#[test]
fn a_check_counts_runs_time_and_memory_and_a_script_names_its_shards() {
    let (_folder, path) = folder_with(STUDY);
    let said = ran(&["check", text(&path)], 0);
    for words in [
        "24: 6 points, 2 arms, 2 replicates",
        "design    grid",
        "B, ",
        " runs at once on",
        "time      about ",
        " s a run on one thread",
        "bone, cells_d1, late",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let arguments = [
        "slurm-script",
        "--plan",
        text(&path),
        "--store",
        "s",
        "--shards",
        "5",
    ];
    let script = ran(&arguments, 0);
    assert!(script.starts_with("#!/bin/sh\n#SBATCH"), "{script}");
    assert!(script.contains("--array=0-4") && script.contains("--shards 5 --shard auto"));
    let with = |more: &[&str], code| ran(&[&arguments[..], more].concat(), code);
    let script = with(&["--cores", "4", "--memory", "2 GB", "--time", "90 min"], 0);
    for words in [
        "#SBATCH --cpus-per-task=4\n",
        "#SBATCH --mem=2000M\n",
        "#SBATCH --time=90\n",
        "--jobs 4 --budget '89 min'",
    ] {
        assert!(script.contains(words), "{words}: {script}");
    }
    with(&["--memory", "2"], 2);
    with(&["--cores", "0"], 2);
}

#[test]
fn an_engine_says_what_it_lacks() {
    let (folder, path) = folder_with(STUDY);
    let store = folder.path().join("store");
    let bare = folder.path().join("python");
    fs::write(&bare, "#!/bin/sh\nexit 1\n").unwrap();
    #[cfg(unix)]
    fs::set_permissions(&bare, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let here = "tcp://127.0.0.1:1";
    let cases: [(&[&str], &str); 7] = [
        (&["--memory", "2 GB"], "--scheduler"),
        (&["--cores", "2"], "--scheduler"),
        (&["--engine", "dask"], "needs --scheduler"),
        (&["--scheduler", here], "--engine dask"),
        (
            &["--engine", "dask", "--scheduler", here, "--jobs", "2"],
            "--jobs is for --engine local",
        ),
        (
            &[
                "--engine",
                "dask",
                "--scheduler",
                here,
                "--python",
                "/no/python",
            ],
            "does not start",
        ),
        (
            &[
                "--engine",
                "dask",
                "--scheduler",
                here,
                "--python",
                text(&bare),
            ],
            "-m pip install ./python",
        ),
    ];
    for (more, words) in cases {
        let output = study(&[&["run", text(&path), "--store", text(&store)], more].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {said}");
        assert!(said.contains(words), "{more:?} lacks {words}: {said}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn tables_are_there_as_parquet_and_the_same_bytes_again() {
    let (folder, path) = folder_with(STUDY);
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    for store in [&one, &other] {
        ran(&["run", text(&path), "--store", text(store), "--quiet"], 0);
    }
    let part = |store: &Path, table: &str| {
        fs::read(store.join(format!("studies/doses/{table}/part-00000.parquet"))).unwrap()
    };
    assert_eq!(part(&one, "runs"), part(&other, "runs"));
    assert_eq!(&part(&one, "telemetry")[..4], b"PAR1");
}

#[test]
fn a_wrong_study_is_refused_with_line_and_remedy() {
    let bad: [(&str, &str, &[&str]); 11] = [
        (
            "tumour.division.rate",
            "tumour.divison.rate",
            &["divison", "division"],
        ),
        ("\"0.8 /d\"", "\"0.8 um\"", &["same unit"]),
        ("to = \"0.8 /d\"", "to = \"0.1 /d\"", &["lower end first"]),
        (", levels = 3", "", &["levels = 5"]),
        ("replicates = 2", "replicates = 0", &["at least 1"]),
        ("\"bv_tv\" }", "\"bvtv\" }", &["bvtv", "tumour_cells"]),
        ("\"1 d\"", "\"3 d\"", &["run.duration"]),
        (
            "small.toml",
            "smal.toml",
            &["smal.toml", "folder of the study"],
        ),
        (
            "name = \"doses\"",
            "name = \"do ses\"",
            &["letters, digits"],
        ),
        ("inoculation.cells", "seed", &["gives the seeds"]),
        ("replicates", "replicats", &["replicats", "replicates"]),
    ];
    for (what, by, words) in bad {
        let (folder, path) = folder_with(&STUDY.replacen(what, by, 1));
        let output = study(&["plan", text(&path)]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{by}: {said}");
        for word in words {
            assert!(said.contains(word), "{by} lacks {word}: {said}");
        }
        drop(folder);
    }
}

#[test]
fn an_analysis_says_what_matters_and_how_many_replicates_are_enough() {
    let (folder, path) = folder_with(STUDY);
    let store = folder.path().join("store");
    ran(&["run", text(&path), "--store", text(&store), "--quiet"], 0);
    let output = study(&["analyse", text(&path), "--store", text(&store)]);
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(!warned.contains("have results"), "all are there: {warned}");
    let said = String::from_utf8(output.stdout).unwrap();
    let here = store.join("studies/doses");
    for file in [
        "sensitivity.csv",
        "arms.csv",
        "replicates.csv",
        "plots/tornado_cells_d1_control.svg",
        "plots/heat_map_cells_d1_control.svg",
        "plots/replicates.svg",
        "plots/spread_bv_tv.svg",
    ] {
        assert!(said.contains(file), "{file} is not named: {said}");
        assert!(here.join(file).exists(), "{file} is missing");
    }
    let table = fs::read_to_string(here.join("sensitivity.csv")).unwrap();
    let row = table
        .lines()
        .find(|row| row.starts_with("cells_d1,control,inoculation.cells,partial_rank,"))
        .unwrap();
    let value: f64 = row.split(',').nth(4).unwrap().parse().unwrap();
    assert!(
        value > 0.9,
        "twice the cells are more cells a day later: {row}"
    );
    let map = fs::read_to_string(here.join("plots/heat_map_cells_d1_control.svg")).unwrap();
    for words in [
        "division of tumour cells (1/d)",
        "inoculation, cells",
        "0.2",
        "0.8",
    ] {
        assert!(map.contains(words), "{words} is not on the map");
    }
}

#[test]
fn every_shipped_study_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("studies");
    for (folder, least) in [(root.clone(), 4), (root.join("small"), 4)] {
        let mut count = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let named = |found: Diagnostics| format!("{}: {found}", path.display());
                if fs::read_to_string(&path).unwrap().contains("\n[fit]\n") {
                    let (study, fit) = read_calibration(&path).map_err(named).unwrap();
                    let run = study.at(0, &vec![0.5; study.points.dimensions()]);
                    let hours = run.loaded.unwrap().scenario.run.duration.get();
                    read_data(&fit.data, hours).unwrap();
                } else {
                    read_study(&path).map_err(named).unwrap();
                }
                count += 1;
            }
        }
        assert!(count >= least, "only {count} studies were found");
    }
}

const CALIBRATION: &str = r#"name = "rate"
base = "small.toml"
[set]
"inoculation.cells" = 100
[vary]
"tumour.division.rate" = { from = "0.1 /d", to = "3 /d" }
[fit]
data = "cells.csv"
particles = 24
populations = 4
runs = 240
"#;

#[test]
fn a_calibration_finds_the_rate_that_made_the_data_and_is_the_same_again() {
    let (folder, path) = folder_with(CALIBRATION);
    let scenario =
        SMALL.replace("cells = 20", "cells = 100") + "[tumour.division]\nrate = \"1 /d\"\n";
    let truth = folder.path().join("truth.toml");
    fs::write(&truth, scenario).unwrap();
    let mut simulation = howship::scenario::build::load(&truth, &[])
        .unwrap()
        .build()
        .unwrap();
    simulation.run(|_| ()).unwrap();
    let cells = simulation.state.tumour.len();
    let data = format!("time_d,column,value,error\n2,tumour_cells,{cells},20\n");
    fs::write(folder.path().join("cells.csv"), data).unwrap();
    let store = folder.path().join("store");
    let summary = store.join("studies/rate/fit.csv");
    let calibrate = |path: &Path| {
        ran(&["calibrate", text(path), "--store", text(&store)], 0);
        let table = fs::read_to_string(&summary).unwrap();
        let row = table.lines().nth(1).unwrap();
        let mut numbers = row
            .split(',')
            .skip(1)
            .map(|cell| cell.parse::<f64>().unwrap_or(f64::NAN));
        [(); 3].map(|()| numbers.next().unwrap())
    };
    let [median, low, high] = calibrate(&path);
    assert!(
        low - 0.1 <= 1.0 && 1.0 <= high + 0.1 && high - low < 1.5,
        "{low} {median} {high}"
    );
    let particles = store.join("studies/rate/particles.csv");
    let first = fs::read_to_string(&particles).unwrap();
    calibrate(&path);
    assert_eq!(fs::read_to_string(&particles).unwrap(), first);
    assert!(
        store
            .join("studies/rate/plots/fit_tumour_cells.svg")
            .exists()
    );
    let cma = CALIBRATION
        .replace("[fit]", "[fit]\nmethod = \"cma\"")
        .replace("= 240", "= 40");
    fs::write(&path, cma).unwrap();
    let [best, _, _] = calibrate(&path);
    // One run against one run: at the same rate they differ by a quarter of the cells, 0.15 /d.
    assert!((best - 1.0).abs() < 0.45, "{best}");
    // A calibration is no study, and data are checked against the scenario.
    ran(&["run", text(&path), "--store", text(&store)], 2);
    let late = "time_d,column,value,error\n2,tumour_cells,1,20\n9,tumour_cells,1,20\n";
    fs::write(folder.path().join("cells.csv"), late).unwrap();
    let output = study(&["calibrate", text(&path), "--store", text(&store)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("line 3") && said.contains("day 9"), "{said}");
}

/// Results of a study that was broken off are said to be of a part of its runs.
#[test]
fn an_analysis_of_a_part_of_the_runs_says_so() {
    let design = "[design.saltelli]\npoints = 2\n[vary]\n";
    let text_of = STUDY
        .replacen("[vary]\n", design, 1)
        .replacen(", levels = 3", "", 1)
        .replacen(
            "inoculation.cells = [10, 20]",
            "inoculation.cells = { from = 10, to = 20 }",
            1,
        );
    let (folder, path) = folder_with(&text_of);
    let said = ran(&["check", text(&path)], 0);
    assert!(
        said.contains("first and total Sobol indices; fewer than 10 base points"),
        "{said}"
    );
    let plan = folder.path().join("plan.jsonl");
    ran(&["plan", text(&path), "--out", text(&plan)], 0);
    let store = folder.path().join("store");
    shard_of_two(&plan, &store, ("0", &[]), 0);
    let output = study(&["analyse", text(&path), "--store", text(&store)]);
    let warned = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{warned}");
    assert!(
        warned.contains("16 of 32 runs have results (16 done, 0 failed, 16 missing)"),
        "{warned}"
    );
}
