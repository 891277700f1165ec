//! Strength and strain along a run: `[strength]`, bones that break by it, and `[mechanostat]`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::{self, Bench, on_threads, recorded, refusal};
use howship::mechanics::rigidity::Axis;
use howship::mechanics::strength_course::Borne;
use howship::output::table::Table;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;

/// A block whose bone joins both ends along all axes, with a tumour.
const SMALL: &str = r#"
name = "small"
preset = "human"
seed = 5
[run]
duration = "10 d"
burn_in = "20 d"
tick = "12 h"
[lattice]
size = [20, 16, 14]
site = "20 um"
[specimen.trabecular]
bv_tv = 0.4
tb_th = "120 um"
tb_sp = "140 um"
[lining.activation]
events = { rate = "200 /mm2/yr" }
[inoculation]
cells = 200
[checkpoint]
every = "4 d"
"#;

const STRENGTH: &str = r#"
[strength]
every = "2 d"
days = [3]
modulus = "10 GPa"
"#;

const FELT: &str = r#"
[mechanostat]
every = "2 d"
loads = [{ axis = "x", share = 2 }, { axis = "z" }, { axis = "z", way = "shear_y" }]
levels = [{ from = "6 d", level = 0.5 }]
[cues.strain]
constant = "1"
[osteoblast.formation]
apposition = { rate = "0.45 um/d", raised_by.strain = { fold = 2, half_max = 1 } }
[precursor.recruitment]
refill = { rate = 1, needs.strain = { half_max = 0.2 } }
"#;

/// A slab with cells at work in health, for a patient.
const SLAB: &str = r#"
name = "small"
preset = "human"
seed = 5
[run]
duration = "10 d"
burn_in = "60 d"
tick = "12 h"
[lattice]
size = [24, 24, 12]
site = "20 um"
[specimen.slab]
thickness = "120 um"
[lining.activation]
events = { rate = "3000 /mm2/yr" }
[inoculation]
cells = 800
"#;

const PATIENT: &str = r#"
[patient]
lattice = "lesion"
lesions = "10 cm3"
health_window = "10 d"
breaks_by = "strength"
[patient.skeletal_events]
"#;

fn loaded(more: &str, sets: &[&str]) -> Loaded {
    common::loaded(&format!("{SMALL}{more}"), sets)
}

/// A run to its end, with a checkpoint at the end of day 5.
fn run(loaded: &Loaded) -> (Simulation, Record, Vec<u8>) {
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(loaded);
    let mut saved = Vec::new();
    simulation.begin().unwrap();
    loop {
        record.take(loaded, &simulation);
        if (simulation.state.time_h - 120.0).abs() < 1e-6 {
            saved = loaded.checkpoint(&simulation, &record, 0.0).unwrap();
        }
        if simulation.is_done() {
            return (simulation, record, saved);
        }
        simulation.step().unwrap();
    }
}

fn resumed(loaded: &Loaded, saved: &[u8]) -> (Simulation, Record) {
    let restored = open(saved).unwrap().restore().unwrap();
    let (mut simulation, mut record) = (restored.simulation, restored.record);
    while !simulation.is_done() {
        simulation.step().unwrap();
        record.take(loaded, &simulation);
    }
    (simulation, record)
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.column(name).unwrap()
}

/// The state without what is known of its strength.
fn tissue(simulation: &Simulation) -> String {
    let mut state = simulation.state.clone();
    state.parts.strength = None;
    state.digest()
}

#[test]
fn strength_is_read_on_its_days_and_the_tissue_does_not_feel_it() {
    let with = loaded(STRENGTH, &[]);
    let (simulation, record, _) = run(&with);
    let table = record.tables.get("strength.csv").unwrap();
    assert_eq!(
        column(table, "time_d"),
        [0.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0]
    );
    for axis in ["x", "y", "z"] {
        for ratio in ["stiffness_ratio", "failure_load_ratio"] {
            assert_eq!(
                column(table, &format!("{axis}_{ratio}"))[0].to_bits(),
                1.0_f64.to_bits()
            );
        }
        let force = column(table, &format!("{axis}_stiffness_n_per_mm"));
        let ratios = column(table, &format!("{axis}_stiffness_ratio"));
        assert!((force[6] / force[0] / ratios[6] - 1.0).abs() < 1e-12);
        // Pits were dug: bone is not as it was.
        assert!(
            (ratios[6] - 1.0).abs() > 1e-6 && (0.05..2.0).contains(&ratios[6]),
            "{ratios:?}"
        );
    }
    let least: Vec<f64> = (0..7)
        .map(|row| {
            let of = |axis: &str| column(table, &format!("{axis}_failure_load_ratio"))[row];
            of("x").min(of("y")).min(of("z"))
        })
        .collect();
    assert_eq!(column(table, "least_ratio"), least);
    // The figures of the last row are those of the bone at the end.
    let course = simulation.model.parts.strength.as_ref().unwrap();
    let now = course
        .read(&simulation.model.grid, &simulation.state.bone)
        .unwrap();
    let of = |axis: usize, of: fn(&Borne) -> f64| of(&now[axis]).to_bits();
    assert_eq!(
        column(table, "y_failure_load_n")[6].to_bits(),
        of(1, |borne| borne.failure_n)
    );
    assert_eq!(
        column(table, "z_e_apparent_mpa")[6].to_bits(),
        of(2, |borne| borne.apparent_mpa)
    );
    // The tissue is that of a run without it.
    let without = loaded("", &[]);
    let (bare, bare_record, _) = run(&without);
    assert_eq!(bare.state.digest(), tissue(&simulation));
    assert_eq!(bare_record.series, record.series);
    assert!(bare_record.tables.get("strength.csv").is_none());
}

#[test]
fn chosen_axes_and_days_are_all_that_is_read() {
    let with = loaded("[strength]\ndays = [4]\naxes = [\"z\"]\n", &[]);
    let (record, simulation) = recorded(&with);
    let table = record.tables.get("strength.csv").unwrap();
    // Day 0, the day, and the end.
    assert_eq!(column(table, "time_d"), [0.0, 4.0, 10.0]);
    assert!(table.column("x_stiffness_ratio").is_none());
    assert_eq!(table.columns.len(), 8);
    let course = simulation.model.parts.strength.as_ref().unwrap();
    assert_eq!(course.axes(&simulation.model.grid), [Axis::Z]);
}

#[test]
fn no_bit_of_strength_and_strain_depends_on_threads_or_on_a_stop() {
    let with = loaded(&format!("{STRENGTH}{FELT}"), &[]);
    let (straight, record, saved) = on_threads(1, || run(&with));
    let (other, other_record, _) = on_threads(3, || run(&with));
    assert_eq!(straight.state.digest(), other.state.digest());
    assert_eq!(record.tables, other_record.tables);
    let (again, again_record) = resumed(&with, &saved);
    assert_eq!(straight.state.digest(), again.state.digest());
    assert_eq!(record.tables, again_record.tables);
    assert_eq!(record.series, again_record.series);
}

#[test]
fn bone_is_used_to_its_load_on_day_0_and_feels_half_of_it_by_a_quarter() {
    let with = loaded(FELT, &[]);
    let (simulation, record, _) = run(&with);
    let table = record.tables.get("mechanostat.csv").unwrap();
    assert_eq!(column(table, "solved_d")[..5], [0.0, 0.0, 2.0, 2.0, 4.0]);
    let strain = column(table, "strain");
    // Each site is held against its own day 0.
    assert!((strain[0] - 1.0).abs() < 1e-6, "{strain:?}");
    let load = column(table, "load");
    assert_eq!((load[5], load[6]), (1.0, 0.5));
    assert!((strain[6] / strain[5] - 0.25).abs() < 0.1, "{strain:?}");
    let felt = simulation.state.parts.mechanostat.as_ref().unwrap();
    assert_eq!(felt.forces.len(), 3);
    // Cells answer: what forms is not what forms where the cue stays 1.
    let level = loaded(&FELT.replace("[mechanostat]\nevery = \"2 d\"\nloads = [{ axis = \"x\", share = 2 }, { axis = \"z\" }, { axis = \"z\", way = \"shear_y\" }]\nlevels = [{ from = \"6 d\", level = 0.5 }]\n", ""), &[]);
    let (constant, _, _) = run(&level);
    assert!(constant.state.parts.mechanostat.is_none());
    assert!(constant.state.bone.matrix != simulation.state.bone.matrix);
}

#[test]
fn an_arm_may_change_the_level_of_the_load_and_not_the_loads() {
    let arm = |set: &str| format!("{SMALL}{FELT}[arms.rest]\nat = \"2 d\"\nset = ['{set}']\n");
    let bench = Bench::small(&arm(
        "mechanostat.levels = [{ from = \"0 d\", level = 0.1 }]",
    ));
    bench.done("run small.toml --quiet --out out");
    let rows = |path: &str| -> Vec<Vec<f64>> {
        let text = bench.read(path);
        let of = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
        text.lines().skip(1).map(of).collect()
    };
    let (control, rest) = (
        rows("out/control/mechanostat.csv"),
        rows("out/rest/mechanostat.csv"),
    );
    assert_eq!(control[..3], rest[..3]);
    assert!((rest[3][1] - 0.1).abs() < 1e-12 && (control[3][1] - 1.0).abs() < 1e-12);
    let said = refusal(&arm("mechanostat.reach = \"50 um\""), &[]);
    assert!(
        said.contains("`mechanostat.reach` is shared by all arms"),
        "{said}"
    );
}

#[test]
fn bones_break_by_strength_where_it_is_asked() {
    let with = common::loaded(&format!("{SLAB}{STRENGTH}{PATIENT}"), &[]);
    let (record, _) = recorded(&with);
    let table = record.tables.get("strength.csv").unwrap();
    let (days, least) = (column(table, "time_d"), column(table, "least_ratio"));
    let at = days
        .iter()
        .position(|day| (day - 8.0).abs() < 1e-9)
        .unwrap();
    assert!(least[at] < 1.0, "{least:?}");
    // On day 9 the reading of day 8.
    let strength = column(record.tables.get("patient.csv").unwrap(), "strength");
    for day in [8, 9] {
        assert_eq!(strength[day].to_bits(), least[at].to_bits());
    }
    let said = refusal(&format!("{SLAB}{PATIENT}"), &[]);
    assert!(
        said.contains("patient.breaks_by") && said.contains("[strength]"),
        "{said}"
    );
    let no_events = PATIENT.replace("[patient.skeletal_events]\n", "");
    let said = refusal(&format!("{SLAB}{STRENGTH}{no_events}"), &[]);
    assert!(said.contains("no events are drawn"), "{said}");
}

#[test]
fn what_makes_no_sense_is_refused_by_its_key() {
    for (text, sets, words) in [
        (
            STRENGTH,
            "strength.every=\"36 h\"",
            ["strength.every", "whole days"],
        ),
        (
            STRENGTH,
            "strength.poisson=0.49",
            ["strength.poisson", "0.45"],
        ),
        (
            STRENGTH,
            "strength.law=\"hernandez\"",
            ["strength.modulus", "hernandez"],
        ),
        (
            STRENGTH,
            "strength.axes=[\"x\",\"x\"]",
            ["strength.axes", "twice"],
        ),
        (
            FELT,
            "mechanostat.reach=\"0 um\"",
            ["mechanostat.reach", "above"],
        ),
        (
            FELT,
            "mechanostat.loads=[{ axis = \"x\", way = \"shear_x\" }]",
            ["mechanostat.loads[0].way", "across"],
        ),
    ] {
        let said = refusal(&format!("{SMALL}{text}"), &[sets]);
        assert!(
            words.iter().all(|word| said.contains(word)),
            "{sets}: {said}"
        );
    }
    let otherwise = FELT.replace("constant = \"1\"", "sum = [\"rank_occupancy\"]");
    let said = refusal(&format!("{SMALL}{otherwise}"), &[]);
    assert!(
        said.contains("cues.strain") && said.contains("exists already"),
        "{said}"
    );
    let section = SMALL.replace("[20, 16, 14]", "[40, 40, 1]\nsection_thickness = \"50 um\"");
    let said = refusal(&format!("{section}[strength]\naxes = [\"z\"]\n"), &[]);
    assert!(
        said.contains("strength.axes") && said.contains("one site"),
        "{said}"
    );
}

/// A plate across y joins the ends along x and z alone: what is asked along y would end the run on day 0.
#[test]
fn bone_that_joins_no_ends_is_refused_before_the_run() {
    for more in [
        "[strength]\n",
        "[strength]\naxes = [\"y\", \"x\"]\n",
        "[mechanostat]\nloads = [{ axis = \"x\" }, { axis = \"z\" }]\n",
    ] {
        common::loaded(&format!("{SLAB}{more}"), &[])
            .build()
            .unwrap();
    }
    for (more, key) in [
        ("[strength]\naxes = [\"y\"]\n", "strength.axes"),
        ("[mechanostat]\n", "`mechanostat`"),
        (
            "[mechanostat]\nloads = [{ axis = \"x\" }, { axis = \"y\" }]\n",
            "mechanostat.loads",
        ),
    ] {
        let said = refusal(&format!("{SLAB}{more}"), &[]);
        for word in [key, "no bone joins both ends along y", "small.toml:"] {
            assert!(said.contains(word), "{word} is not in {said}");
        }
    }
}

#[test]
fn means_over_seeds_are_of_one_scenario_and_of_each_seed_once() {
    let short = SLAB
        .replace("\"10 d\"", "\"2 d\"")
        .replace("\"60 d\"", "\"0 d\"")
        .replace("[24, 24, 12]", "[8, 12, 6]")
        .replace("\"120 um\"", "\"60 um\"")
        .replace("800", "200");
    let bench = Bench::small(&short);
    for (out, more) in [
        ("one", "--seed 1"),
        ("two", "--seed 2 --set name=other --set output.map_days=[1]"),
        ("again", "--seed 1"),
        ("less", "--seed 3 --set inoculation.cells=100"),
    ] {
        bench.done(&format!("run small.toml --quiet --out {out} {more}"));
    }
    let said = bench.done("strength one two --quiet --out s.csv");
    assert!(said.contains("2 runs"), "{said}");
    bench.refused(
        "strength one two again --quiet --out t.csv",
        &["one and again have the same seed 1"],
    );
    bench.refused(
        "strength one one --quiet",
        &["one and one have the same seed 1"],
    );
    bench.refused(
        "strength one less --quiet",
        &[
            "one and less are runs of other scenarios",
            "inoculation.cells = 200 against inoculation.cells = 100",
        ],
    );
    bench.refused(
        "strength one --quiet --force",
        &["--force", "--out or --picture"],
    );
}
