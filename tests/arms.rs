//! Several futures from one past, as a user sees them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::Bench;
use std::fs;
use std::path::Path;

const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 5
[run]
duration = "6 d"
burn_in = "1 d"
[lattice]
size = [48, 48, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "120 um"
[inoculation]
cells = 100
[checkpoint]
every = "24 h"
"#;

const ARMS: &str = r#"
[arms.same]
at = "2 d"
set = []
[arms.slow]
at = "3 d"
set = ["tumour.division.rate = 0.01 /d", "tumour.death.rate = 0.5 /d"]
"#;

fn rows(run: &Path) -> Vec<String> {
    let text = fs::read_to_string(run.join("series.csv")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn digest(run: &Path) -> String {
    let text = fs::read_to_string(run.join("run.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["exit_state"], "done");
    manifest["digest"].as_str().unwrap().to_owned()
}

#[test]
fn arms_share_the_past_and_the_random_numbers_until_the_first_difference() {
    let bench = Bench::small(&format!("{SMALL}{ARMS}"));
    let said = bench.done("run small.toml --out all");
    assert!(
        said.contains("slow minus control on day 6.0: BV/TV"),
        "{said}"
    );
    let (control, same, slow) = (
        bench.path("all/control"),
        bench.path("all/same"),
        bench.path("all/slow"),
    );
    // An arm that changes nothing ends in the same state, row by row.
    assert_eq!(digest(&control), digest(&same));
    assert_eq!(rows(&control), rows(&same));
    // An arm that does shares the rows of days 0 to 3 and none behind them.
    let (a, b) = (rows(&control), rows(&slow));
    assert_eq!(a.len(), 8);
    assert_eq!(a[..5], b[..5]);
    assert!(
        a[5..].iter().zip(&b[5..]).all(|(a, b)| a != b),
        "{a:#?} {b:#?}"
    );
    // Arms change nothing in the control.
    let alone = Bench::small(SMALL);
    alone.done("run small.toml --out alone --quiet");
    assert_eq!(digest(&alone.path("alone")), digest(&control));
    // Every arm runs from its own scenario to the same bytes.
    let said = bench.done("verify all --quiet");
    assert_eq!(said.matches("equal").count(), 3, "{said}");
    let table = fs::read_to_string(bench.path("all/compared/arms.csv")).unwrap();
    let heads: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let column = |name: &str| {
        let at = heads.iter().position(|head| *head == name).unwrap();
        let values = table
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(at).unwrap());
        values
            .map(|value| value.parse::<f64>().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(
        column("tumour_cells_same_minus_control")
            .iter()
            .all(|&d| d == 0.0)
    );
    let fewer = column("tumour_cells_slow_minus_control");
    assert!(fewer[3] == 0.0 && fewer[6] < 0.0, "{fewer:?}");
    assert!(bench.path("all/compared/plots/arms.svg").exists());
}

#[test]
fn a_fork_is_the_arm_of_the_same_scenario_and_can_be_killed() {
    let bench = Bench::small(&format!("{SMALL}{ARMS}"));
    bench.done("run small.toml --quiet --out all");
    let plain = Bench::small(SMALL);
    plain.done("run small.toml --quiet --out past");
    let sets = "--set tumour.division.rate=0.01~/d --set tumour.death.rate=0.5~/d";
    // Day 3 lies before the checkpoints that are kept: the past is run again.
    plain.done(&format!("fork past --at 3~d --arm slow {sets} --quiet"));
    let (arm, fork) = (bench.path("all/slow"), plain.path("past-slow"));
    assert_eq!(digest(&arm), digest(&fork));
    assert_eq!(rows(&arm), rows(&fork));
    assert!(fork.join("compared/arms.csv").exists());
    plain.done("verify past-slow --quiet");
    // As if it had been killed: the manifest says that it runs, and its last checkpoint is there.
    let manifest = fs::read_to_string(fork.join("run.json")).unwrap();
    fs::write(
        fork.join("run.json"),
        manifest.replace("\"done\"", "\"running\""),
    )
    .unwrap();
    plain.done("resume past-slow --quiet --threads 1");
    assert_eq!(digest(&arm), digest(&fork));
    // Killed between the control and its arms.
    fs::remove_dir_all(bench.path("all/same")).unwrap();
    fs::remove_dir_all(bench.path("all/slow")).unwrap();
    fs::remove_dir_all(bench.path("all/compared")).unwrap();
    bench.done("resume all --quiet");
    assert_eq!(digest(&arm), digest(&fork));
    assert!(bench.path("all/compared/arms.csv").exists());
}

#[test]
fn differences_over_seeds_have_an_interval() {
    let bench = Bench::small(&format!("{SMALL}{ARMS}"));
    for seed in [1, 2] {
        bench.done(&format!(
            "run small.toml --quiet --seed {seed} --out all-{seed}"
        ));
    }
    let said = bench.done("compare all-1 all-2 --out both");
    assert!(said.contains("(95 % interval"), "{said}");
    let table = fs::read_to_string(bench.path("both/arms.csv")).unwrap();
    assert!(table.contains("bv_tv_slow_minus_control_low95"), "{table}");
    bench.refused("compare all-1 all-2 --out both", &["exists already"]);
    bench.refused(
        "compare all-1 all-2/control --out more",
        &["has the seeds [1], the control [1, 2]"],
    );
    bench.refused("compare all-1/slow --out more", &["no run is the control"]);
    bench.refused(
        "compare all-1 all-1/slow --out more",
        &["was given already"],
    );
    assert!(!bench.path("more").exists());
}

/// The form of before is read, with a note; both forms are one run.
#[test]
fn an_arm_is_a_table_of_what_it_changes() {
    let [before, now] = [
        "set = [\"tumour.division.rate = 0.01 /d\", \"tumour.death.rate = 0.5 /d\"]",
        "\"tumour.division.rate\" = \"0.01 /d\"\ntumour.death.rate = \"0.5 /d\"",
    ]
    .map(|changes| {
        let bench = Bench::small(&format!("{SMALL}[arms.slow]\nat = \"3 d\"\n{changes}\n"));
        let said = bench.done("check small.toml");
        assert!(
            said.contains("arm       slow from 3 d on: tumour.division.rate = "),
            "{said}"
        );
        bench.done("run small.toml --out all");
        let resumed = bench.done("verify all/slow");
        (said, digest(&bench.path("all/slow")), resumed)
    });
    assert!(before.0.contains("is the form of before"), "{}", before.0);
    assert!(!now.0.contains("is the form of before"), "{}", now.0);
    assert_eq!(before.1, now.1);
    // A fork of a run writes the form of now, and its time is said by --at alone.
    let bench = Bench::small(SMALL);
    bench.done("run small.toml --quiet --out past");
    bench.done("fork past --at 3~d --arm slow --set tumour.division.rate=0.01~/d --set tumour.death.rate=0.5~/d --out slow");
    assert_eq!(digest(&bench.path("slow")), now.1);
    let text = fs::read_to_string(bench.path("slow/scenario.toml")).unwrap();
    assert!(!text.contains("set ="), "{text}");
}

#[test]
fn arms_that_cannot_be_are_refused_before_anything_runs() {
    for (arms, words) in [
        ("[arms.a]\nat = \"7 d\"\nset = []", "arms.a.at"),
        ("[arms.a]\nat = \"90 min\"\nset = []", "whole ticks"),
        ("[arms.control]\nat = \"1 d\"\nset = []", "not \"control\""),
        (
            "[arms.a]\nat = \"1 d\"\nset = [\"seed = 2\"]",
            "`seed` is shared by all arms",
        ),
        (
            "[arms.a]\nat = \"1 d\"\nset = [\"lattice.site = 20 um\"]",
            "`lattice` is shared",
        ),
        (
            "[arms.a]\nat = \"1 d\"\nset = [\"inoculation.cells = 7\"]",
            "`inoculation` is shared",
        ),
        (
            "[arms.a]\nat = \"1 d\"\nset = [\"tumour.divsion.rate = 1 /d\"]",
            "divsion",
        ),
        (
            "[arms.a]\nat = \"1 d\"\nset = [\"tumour.division.rate = -1 /d\"]",
            "tumour.division",
        ),
        ("[arms.a]\nat = \"1 d\"\nset = [\"tumour\"]", "in `arms.a`"),
        (
            "[arms.a]\nat = \"1 d\"\ntumour.divsion.rate = \"1 /d\"",
            "divsion",
        ),
        (
            "[arms.a]\nat = \"1 d\"\n\"lattice.site\" = \"20 um\"",
            "`lattice` is shared",
        ),
        (
            "[arms.a]\nat = \"1 d\"\ntumour.division.rate = \"1 um\"",
            "in `arms.a`",
        ),
        ("[arms.a]\ntumour.division.rate = \"1 /d\"", "arms.a.at"),
    ] {
        let bench = Bench::small(&format!("{SMALL}{arms}\n"));
        bench.refused("run small.toml --out all", &[words]);
        assert!(!bench.path("all").exists());
    }
    let bench = Bench::small(&format!("arm = \"c\"\n{SMALL}{ARMS}"));
    bench.refused("run small.toml --out all", &["found \"c\"", "[same, slow]"]);
    let bench = Bench::small(SMALL);
    bench.done("run small.toml --quiet --out past --set run.duration=1~d");
    bench.refused("fork past --at 3~d --arm a", &["arms.a.at"]);
    bench.refused("fork past --at 3 --arm a", &["--at", "3 without a unit"]);
    bench.refused("fork past --at 12~h --arm a/b", &["names no arm"]);
    bench.refused(
        "fork past --at 12~h --arm a --set at=1~d",
        &["`at` is no key of a scenario", "--at gives its time"],
    );
    bench.refused("fork small.toml --at 12~h --arm a", &["run.json"]);
    bench.done("fork past --at 12~h --arm a --quiet");
    bench.refused("fork past --at 12~h --arm a", &["exists already"]);
    bench.refused("fork past-a --at 12~h --arm b", &["itself an arm"]);
}

#[test]
fn an_arm_may_bring_a_drug_and_says_what_was_given() {
    let arm = r#"
[subject]
mass = "20 g"
[arms.treated]
at = "3 d"
set = ["therapy.weekly.drug = zoledronate", "therapy.weekly.dose = 0.1 mg/kg", "therapy.weekly.route = intravenous", "therapy.weekly.start = 4 d"]
"#;
    let bench = Bench::small(&format!("{SMALL}{arm}"));
    bench.done("run small.toml --out all");
    assert!(!bench.path("all/control/drugs.csv").exists());
    let text = fs::read_to_string(bench.path("all/treated/drugs.csv")).unwrap();
    let days = rows(&bench.path("all/treated"));
    assert_eq!(text.lines().count(), days.len());
    assert!(text.starts_with("time_d,tumour_cells_hit,zoledronate_plasma_mg_per_l,"));
    let head: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let given_at = head.iter().position(|name| *name == "zoledronate_given_mg");
    let given_at = given_at.unwrap();
    for (row, series) in text.lines().zip(&days).skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[0], series.split(',').next().unwrap());
        let (day, given): (f64, f64) =
            (cells[0].parse().unwrap(), cells[given_at].parse().unwrap());
        let expected = if day > 4.0 { 0.002 } else { 0.0 };
        assert!((given - expected).abs() < 1e-12, "{row}");
    }
    assert!(bench.path("all/treated/plots/drugs.png").exists());
    fs::write(
        bench.path("small.toml"),
        format!("{SMALL}{arm}").replace("start = 4 d", "start = 2 d"),
    )
    .unwrap();
    bench.refused(
        "run small.toml --out early",
        &["therapy.weekly", "before the turn"],
    );
}
