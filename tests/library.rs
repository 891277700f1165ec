//! The library as another program uses it: scenarios from text, observers and their schedules, views.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use howship::prelude::*;
use howship::run::checkpoint::open;
use howship::run::record::Record;

const STRIP: &str = r#"
name = "strip"
preset = "mouse"
seed = 5
[run]
duration = "3 d"
burn_in = "1 d"
[lattice]
size = [30, 30, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "100 um"
[inoculation]
cells = 40
"#;

/// Ticks at which it was called, and what it saw there.
struct Seen {
    schedule: Schedule,
    ticks: Vec<u32>,
    sums: Vec<u64>,
    /// Raised at this tick.
    stop_at: Option<u32>,
}

impl Seen {
    fn on(schedule: Schedule) -> Self {
        Self {
            schedule,
            ticks: Vec::new(),
            sums: Vec::new(),
            stop_at: None,
        }
    }
}

static STOP: AtomicBool = AtomicBool::new(false);

impl Observer for Seen {
    fn schedule(&self) -> Schedule {
        self.schedule.clone()
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        self.ticks.push(view.tick());
        let opg_pm = view.signal_pm("opg").unwrap();
        let sum: f64 = opg_pm.iter().map(|&level| f64::from(level)).sum();
        self.sums.push((sum + view.bv_tv()).to_bits());
        if self.stop_at == Some(view.tick()) {
            STOP.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::EveryTick,
        Schedule::EveryHours(12.0),
        Schedule::Days(vec![-0.5, 0.0, 1.25]),
        Schedule::Ticks(vec![1, 7]),
        Schedule::Last,
    ]
}

fn watch(simulation: &mut Simulation, seen: &mut [Seen]) -> Ended {
    let mut observers: Vec<&mut dyn Observer> = Vec::new();
    observers.extend(seen.iter_mut().map(|one| one as &mut dyn Observer));
    simulation.drive(&mut observers, &STOP).unwrap()
}

/// A run that is stopped at several ticks, one of them day 0, saved, forgotten and restored shows every
/// observer the same ticks and the same values as one that runs through, each once.
#[test]
fn each_asked_tick_is_seen_once_over_a_run_that_is_stopped_and_restored() {
    let loaded = parse("strip.toml", STRIP, &[]).unwrap();
    let all = || -> Vec<Seen> { schedules().into_iter().map(Seen::on).collect() };
    let mut through = all();
    let mut simulation = loaded.build().unwrap();
    assert_eq!(watch(&mut simulation, &mut through), Ended::Done);
    let per_day = (24.0 / simulation.model.tick_h).round() as u32;
    let last = 4 * per_day;
    assert_eq!(through[0].ticks, (0..=last).collect::<Vec<u32>>());
    assert_eq!(
        through[1].ticks,
        (0..=8).map(|half| half * per_day / 2).collect::<Vec<u32>>()
    );
    assert_eq!(through[2].ticks, [per_day / 2, per_day, 9 * per_day / 4]);
    assert_eq!(through[3].ticks, [1, 7]);
    assert_eq!(through[4].ticks, [last]);
    let digest = simulation.state.digest();

    let mut parts = all();
    let mut simulation = loaded.build().unwrap();
    for stop_at in [0, 1, per_day, 2 * per_day + 1] {
        STOP.store(false, Ordering::SeqCst);
        parts[0].stop_at = Some(stop_at);
        assert_eq!(watch(&mut simulation, &mut parts), Ended::Stopped);
        assert_eq!(simulation.state.tick, stop_at);
        let record = Record::new(&loaded);
        let bytes = loaded.checkpoint(&simulation, &record, 0.0).unwrap();
        simulation = open(&bytes).unwrap().restore().unwrap().simulation;
    }
    STOP.store(false, Ordering::SeqCst);
    parts[0].stop_at = None;
    assert_eq!(watch(&mut simulation, &mut parts), Ended::Done);
    for (one, other) in through.iter().zip(&parts) {
        assert_eq!(one.ticks, other.ticks, "{:?}", one.schedule);
        assert_eq!(one.sums, other.sums, "{:?}", one.schedule);
    }
    assert_eq!(simulation.state.digest(), digest);
}

struct Refusing(Schedule);

impl Observer for Refusing {
    fn schedule(&self) -> Schedule {
        self.0.clone()
    }

    fn observe(&mut self, _: &View<'_>) -> Result<(), Refusal> {
        Err("the disk is full".into())
    }
}

#[test]
fn an_observer_stops_a_run_and_a_schedule_no_run_can_keep_starts_none() {
    let go_on = AtomicBool::new(false);
    let loaded = parse("strip.toml", STRIP, &[]).unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut refusing = Refusing(Schedule::Ticks(vec![2]));
    let error = simulation.drive(&mut [&mut refusing], &go_on).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an observer stopped the run at tick 2: the disk is full"
    );
    assert_eq!(simulation.state.tick, 2);
    // The state is sound: another loop goes on from it.
    assert_eq!(simulation.drive(&mut [], &go_on).unwrap(), Ended::Done);

    let mut simulation = loaded.build().unwrap();
    let mut refusing = Refusing(Schedule::Days(vec![30.0]));
    let error = simulation.drive(&mut [&mut refusing], &go_on).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a schedule asks for day 30; give days of the run, -1 to 3"
    );
    assert_eq!((simulation.state.tick, simulation.is_begun()), (0, false));
}

#[test]
fn wall_time_calls_when_it_has_passed() {
    let loaded = parse("strip.toml", STRIP, &[]).unwrap();
    let go_on = AtomicBool::new(false);
    let counted = |every: Duration| {
        let mut seen = Seen::on(Schedule::Wall(every));
        let mut simulation = loaded.build().unwrap();
        simulation.drive(&mut [&mut seen], &go_on).unwrap();
        seen.ticks
    };
    assert_eq!(counted(Duration::from_secs(3600)), [0_u32; 0]);
    assert!(counted(Duration::ZERO).len() > 4);
}

#[test]
fn every_field_covers_the_lattice_under_a_name_of_its_own() {
    let mut simulation = parse("strip.toml", STRIP, &[]).unwrap().build().unwrap();
    simulation.run(|_| {}).unwrap();
    let view = simulation.view();
    let fields = view.fields();
    for (at, field) in fields.iter().enumerate() {
        assert_eq!(field.dims, [30, 30, 1], "{}", field.name);
        assert_eq!(field.values.len(), 900, "{}", field.name);
        assert!(
            fields[..at].iter().all(|other| other.name != field.name),
            "{} stands twice",
            field.name
        );
        assert_eq!(view.field(&field.name).as_ref(), Some(field));
    }
    for (name, unit) in [
        ("pthrp", "pM"),
        ("tgf_beta_stored", "amol"),
        ("bone_matrix", "1"),
    ] {
        assert_eq!(
            view.field(name).map(|field| field.unit),
            Some(unit),
            "{name}"
        );
    }
    assert!(view.field("phlogiston").is_none() && view.signal_pm("phlogiston").is_none());
    for cells in view.cells() {
        assert_eq!(cells.id.len(), cells.site.len(), "{}", cells.name);
        assert!(cells.site.iter().all(|&site| site < 900), "{}", cells.name);
    }
    assert!(!view.cells()[0].id.is_empty(), "no tumour cell was left");
}

#[test]
fn a_text_is_read_as_the_file_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("strip.toml");
    fs::write(&path, STRIP).unwrap();
    let sets = ["seed=9".to_owned()];
    let read = load(&path, &sets).unwrap();
    let parsed = parse(path.to_str().unwrap(), STRIP, &sets).unwrap();
    assert_eq!(parsed.scenario, read.scenario);
    assert_eq!(
        parsed.tree.to_toml_with_sources(),
        read.tree.to_toml_with_sources()
    );
    assert_eq!(parsed.folder, read.folder);

    // What it extends lies where it would; the text itself need not.
    let above = "extends = \"strip.toml\"\nname = \"above\"\n";
    let name = folder.path().join("above.toml");
    let loaded = parse(name.to_str().unwrap(), above, &[]).unwrap();
    assert_eq!(loaded.scenario.name, "above");
    assert_eq!(loaded.scenario.seed, 5);
}

#[test]
fn what_is_wrong_with_a_text_is_said_under_its_name() {
    let wrong = STRIP.replace("seed = 5", "sede = 5");
    let found = parse("strip of the page", &wrong, &[]).unwrap_err();
    let fault = &found.0[0];
    assert_eq!(fault.file(), Some("strip of the page"));
    assert_eq!(fault.line(), Some(4));
    assert!(fault.to_string().contains("seed"), "{fault}");
    let missing = "extends = \"no_such.toml\"\n";
    let found = parse("strip of the page", missing, &[]).unwrap_err();
    assert!(found.to_string().contains("no_such.toml"), "{found}");
}
