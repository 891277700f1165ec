//! Skeletal-related events of one patient along a run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use crate::common::{Bench, refusal};
use howship::patient::skeletal_events::{Event, Kind};
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;

const SMALL: &str = r#"
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
[patient]
lattice = "lesion"
lesions = "10 cm3"
health_window = "10 d"
[rigidity]
every = "2 d"
"#;

/// Fractures come on most days, other kinds not at all.
const OFTEN: &str = r#"
[patient.skeletal_events]
scale = 1.0
fracture = "0.8 /d"
fracture_exponent = 0.0
radiation = "0 /d"
surgery = "0 /d"
repair = "0 /d"
collapse = "0 /d"
canal = "0 /d"
window = "3 d"
"#;

fn loaded(more: &str) -> Loaded {
    common::loaded(&format!("{SMALL}{more}"), &[])
}

/// A run to its end, with a checkpoint at the end of day 4.
fn run(loaded: &Loaded) -> (Simulation, Record, Vec<u8>) {
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(loaded);
    let mut saved = Vec::new();
    simulation.begin().unwrap();
    loop {
        record.take(loaded, &simulation);
        if (simulation.state.time_h - 96.0).abs() < 1e-6 {
            saved = loaded.checkpoint(&simulation, &record, 0.0).unwrap();
        }
        if simulation.is_done() {
            return (simulation, record, saved);
        }
        simulation.step().unwrap();
    }
}

fn events(simulation: &Simulation) -> &[Event] {
    &simulation
        .state
        .parts
        .patient
        .bones
        .as_ref()
        .unwrap()
        .course
        .events
        .all
}

#[test]
fn events_are_drawn_and_leave_tissue_and_body_as_they_are() {
    let (bare, bare_record, _) = run(&loaded(""));
    let with = loaded(OFTEN);
    let (followed, record, saved) = run(&with);
    // Tissue and body do not feel it.
    assert!(
        bare.state.parts.patient.bones.is_none() && bare_record.tables.text("events.csv").is_none()
    );
    assert_eq!(bare_record.series, record.series);
    assert_eq!(
        bare.state.parts.patient.body,
        followed.state.parts.patient.body
    );
    let [bare_table, table] =
        [&bare_record, &record].map(|record| record.tables.get("patient.csv").unwrap());
    let mut cleared = followed.state.clone();
    cleared.parts.patient.bones = None;
    assert_eq!(bare.state.digest(), cleared.digest());
    let width = bare_table.columns.len();
    assert_eq!(table.columns[..width], bare_table.columns);
    assert_eq!(
        table.columns[width..].join(","),
        "strength,pain,burden_cm3,first_event_hazard,first_event_probability,events,events_counted"
    );
    for (without, with) in bare_table.rows.iter().zip(&table.rows) {
        assert_eq!(without[..], with[..width]);
    }
    // With 0.8 /d over 10 days: at most one fracture a day, and with this seed some.
    let found = events(&followed);
    assert!((2..=10).contains(&found.len()), "{found:?}");
    assert!(found.iter().all(|event| event.kind == Kind::Fracture));
    assert!(found.iter().all(|event| (0.0..10.0).contains(&event.day)));
    // Events that count lie further apart than the window; each of the others has one within it.
    let counted: Vec<f64> = found.iter().filter(|e| e.counted).map(|e| e.day).collect();
    assert!(counted.windows(2).all(|pair| pair[1] - pair[0] > 3.0));
    assert!(found[0].counted && counted.len() < found.len());
    for event in found.iter().filter(|event| !event.counted) {
        let behind = |&&day: &&f64| event.day >= day && event.day - day <= 3.0;
        assert!(counted.iter().any(|day| behind(&day)), "{event:?}");
    }
    let text = record.tables.text("events.csv").unwrap();
    assert_eq!(text.lines().count(), found.len() + 1);
    assert!(
        text.lines()
            .nth(1)
            .unwrap()
            .starts_with(&format!("{},fracture,1,1", found[0].day))
    );
    // The sum of 0.8 /d over ten days, and the probability that follows from it.
    let column = |name: &str| table.column(name).unwrap();
    let hazard = column("first_event_hazard");
    assert!(
        (hazard[0]).abs() < 1e-15 && (hazard[10] - 8.0).abs() < 1e-12,
        "{hazard:?}"
    );
    let probability = column("first_event_probability")[10];
    assert!((probability - (1.0 - (-8.0_f64).exp())).abs() < 1e-12);
    assert_eq!(column("events")[10] as usize, found.len());
    assert_eq!(column("events_counted")[10] as usize, counted.len());
    // Strength is the rigidity that was read last: on day 9 that of day 8.
    let rigidity = record.tables.get("rigidity.csv").unwrap();
    let least = rigidity.column("least_ratio").unwrap();
    let days = rigidity.column("time_d").unwrap();
    assert!((days[4] - 8.0).abs() < 1e-9);
    for day in [8, 9] {
        assert!((column("strength")[day] - least[4]).abs() < 1e-15);
    }
    // Tumour of the lattice, over the lattice, times the lesions: 800 cells on day 0.
    let grid = &followed.model.grid;
    let cells = followed.state.tumour.len() as f64;
    let cell_um3 = followed.model.parameters.tumour.cell_volume_um3();
    let share = cells * cell_um3 / (grid.volume_mm3() * 1e9);
    assert!((column("burden_cm3")[10] / (10.0 * share) - 1.0).abs() < 1e-9);
    // A resumed run has the same events.
    let restored = open(&saved).unwrap().restore().unwrap();
    let (mut again, mut again_record) = (restored.simulation, restored.record);
    assert!(events(&again).len() < found.len());
    while !again.is_done() {
        again.step().unwrap();
        again_record.take(&with, &again);
    }
    assert_eq!(events(&again), found);
    assert_eq!(again_record.tables, record.tables);
    assert_eq!(again.state.digest(), followed.state.digest());
}

#[test]
fn the_run_folder_holds_events_by_name() {
    let bench = Bench::small(&format!("{SMALL}{OFTEN}"));
    bench.done("run small.toml --quiet --out out");
    let text = bench.read("out/events.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time_d,kind,first,counted"));
    let first: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(first[1..], ["fracture", "1", "1"]);
    assert!(lines.all(|line| line.contains(",fracture,0,")));
    for file in [
        "rigidity.csv",
        "rigidity_cuts.csv",
        "plots/rigidity.png",
        "plots/skeletal_events.svg",
    ] {
        assert!(bench.path("out").join(file).exists(), "{file} is missing");
    }
}

#[test]
fn events_that_make_no_sense_are_refused_by_name() {
    let said = |text: String| refusal(&text, &[]);
    let without = SMALL.replace("[rigidity]\nevery = \"2 d\"\n", "");
    for (text, words) in [
        (
            format!("{without}[patient.skeletal_events]\n"),
            ["patient.skeletal_events", "[rigidity]"],
        ),
        (
            format!("{SMALL}[patient.skeletal_events]\nscale = -1.0\n"),
            ["patient.skeletal_events.scale", "below zero"],
        ),
        (
            format!("{SMALL}[patient.skeletal_events]\nfractures = \"1 /d\"\n"),
            ["fractures", "fracture"],
        ),
        (
            format!("{SMALL}[patient.skeletal_events]\nwindow = 21\n"),
            ["without a unit", "12 d"],
        ),
    ] {
        let found = said(text);
        for word in words {
            assert!(found.contains(word), "no {word} in: {found}");
        }
    }
}
