//! A run that is resumed from a checkpoint goes on as if it had never stopped, and a checkpoint
//! that is not what was written is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use crate::common::{load_file, loaded};
use howship::engine::fingerprint::fields;
use howship::numerics::random::{Chance, Stream};
use howship::output::table::Table;
use howship::run::checkpoint::{CheckpointError, Checkpoints, FORMAT, open};
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::{Loaded, load};
use howship::scenario::restorable::MOST_SIGNALS;

/// Everything happens: pits, refilling, a colony that arrives on the way, a signal made from what is
/// bound, and rows between days.
const LIVELY: &str = r#"
name = "lively"
preset = "mouse"
seed = 3
[run]
duration = "4 d"
burn_in = "8 d"
tick = "6 h"
[lattice]
size = [24, 24, 12]
site = "10 um"
[specimen.slab]
thickness = "80 um"
[inoculation]
cells = 200
time = "1.5 d"
[lining.activation]
events = { rate = "20000 /mm2/yr" }
[lining.secretion.opg]
raised_by.rank_occupancy = { fold = 4.0, half_max = 0.02 }
[output]
series_every = "6 h"
map_days = [1]
"#;

fn lively(sets: &[&str]) -> Loaded {
    loaded(LIVELY, sets)
}

/// A run to its end, with a checkpoint of every tick.
fn straight(loaded: &Loaded) -> (Simulation, Record, Vec<Vec<u8>>) {
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(loaded);
    let mut checkpoints = Vec::new();
    simulation.begin().unwrap();
    loop {
        record.take(loaded, &simulation);
        checkpoints.push(loaded.checkpoint(&simulation, &record, 1.5).unwrap());
        if simulation.is_done() {
            return (simulation, record, checkpoints);
        }
        simulation.step().unwrap();
    }
}

fn csv(table: &Table) -> String {
    table.to_csv()
}

#[test]
fn a_run_resumed_at_any_tick_ends_in_the_same_state_and_record() {
    let loaded = lively(&[]);
    let (end, record, checkpoints) = straight(&loaded);
    assert_eq!(checkpoints.len(), 49);
    assert!(end.state.tumour.len() >= 200, "{}", end.state.tumour.len());
    assert!(end.state.ledger.resorbed_um3 > 0.0);
    assert!(!end.state.osteoclasts.is_empty() && !end.state.osteoblasts.is_empty());
    for (tick, bytes) in checkpoints.iter().enumerate() {
        let sealed = open(bytes).unwrap();
        assert_eq!(sealed.heading.tick as usize, tick);
        let mut resumed = sealed.restore().unwrap();
        assert!((resumed.wall_s - 1.5).abs() < f64::EPSILON);
        while !resumed.simulation.is_done() {
            resumed.simulation.step().unwrap();
            resumed.record.take(&resumed.loaded, &resumed.simulation);
        }
        let state = &resumed.simulation.state;
        assert_eq!(
            fields(state).unwrap(),
            fields(&end.state).unwrap(),
            "resumed at tick {tick}"
        );
        assert_eq!(state.digest(), end.state.digest());
        assert_eq!(resumed.record, record, "resumed at tick {tick}");
        assert_eq!(csv(&resumed.record.series), csv(&record.series));
    }
}

#[test]
fn a_checkpoint_is_the_same_bytes_on_any_number_of_threads() {
    let loaded = lively(&["run.duration=1 d", "inoculation.time=0.5 d"]);
    let bytes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| straight(&loaded).2)
    };
    assert!(bytes(1) == bytes(3), "the bytes differ");
}

#[test]
fn a_checkpoint_with_one_byte_flipped_or_missing_is_refused() {
    let loaded = lively(&["run.duration=1 d", "inoculation.time=0.5 d"]);
    let bytes = straight(&loaded).2.pop().unwrap();
    let mut draws = Chance::new(1).at(Stream::Test, 0, 0);
    for _ in 0..500 {
        let at = draws.below(bytes.len() as u32) as usize;
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 + draws.below(255) as u8;
        let error = open(&flipped).unwrap_err();
        let named = matches!(
            error,
            CheckpointError::Checksum { .. } | CheckpointError::Foreign
        );
        assert!(named, "byte {at}: {error}");
        assert!(open(&bytes[..at]).is_err(), "cut at byte {at}");
    }
    assert!(open(&[]).is_err());
    let longer = [&bytes[..], &[0]].concat();
    assert!(open(&longer).is_err());
}

/// Gives altered bytes the checksum that belongs to them, as a forger would.
fn seal(mut content: Vec<u8>) -> Vec<u8> {
    let sum = blake3::hash(&content);
    content.extend_from_slice(sum.as_bytes());
    content
}

/// What is forged may be refused or taken, but ends nothing and takes no memory beyond what
/// `run::checkpoint` states.
#[test]
fn a_forged_checkpoint_makes_nothing_panic() {
    let loaded = lively(&["run.duration=1 d", "inoculation.time=0.5 d"]);
    let bytes = straight(&loaded).2.pop().unwrap();
    let content = &bytes[..bytes.len() - 32];
    let mut draws = Chance::new(2).at(Stream::Test, 0, 0);
    let mut refused = 0;
    for _ in 0..2000 {
        let mut forged = content.to_vec();
        for _ in 0..=draws.below(3) {
            // As often in the heading as in the whole body.
            let reach = if draws.below(2) == 0 {
                5000
            } else {
                forged.len() as u32
            };
            let at = 16 + draws.below(reach - 16) as usize;
            forged[at] = draws.word() as u8;
        }
        if draws.below(8) == 0 {
            forged.truncate(12 + draws.below(forged.len() as u32 - 12) as usize);
        }
        let forged = seal(forged);
        let taken = open(&forged).and_then(|sealed| sealed.restore());
        refused += usize::from(taken.is_err());
    }
    assert!(refused > 1500, "only {refused} of 2000 were refused");
}

/// Forges behind zstd, where the packed arrays and lists lie open.
#[test]
fn a_forged_body_makes_nothing_panic() {
    let loaded = lively(&["run.duration=1 d", "inoculation.time=0.5 d"]);
    let bytes = straight(&loaded).2.pop().unwrap();
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let (head, packed) = bytes[..bytes.len() - 32].split_at(16 + length);
    let raw = zstd::decode_all(packed).unwrap();
    let mut draws = Chance::new(3).at(Stream::Test, 0, 0);
    let mut refused = 0;
    for _ in 0..3000 {
        let mut forged = raw.clone();
        for _ in 0..=draws.below(4) {
            let at = draws.below(forged.len() as u32) as usize;
            forged[at] = draws.word() as u8;
        }
        let body = zstd::encode_all(&forged[..], 1).unwrap();
        let forged = seal([head, &body].concat());
        refused += usize::from(open(&forged).unwrap().restore().is_err());
    }
    assert!(refused > 300, "only {refused} of 3000 were refused");
}

#[test]
fn headings_that_promise_terabytes_are_refused_before_anything_is_unpacked() {
    let loaded = lively(&["run.duration=1 d", "inoculation.time=0.5 d"]);
    let bytes = straight(&loaded).2.swap_remove(0);
    let sealed = open(&bytes).unwrap();
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let body = &bytes[16 + length..bytes.len() - 32];
    let with = |change: &dyn Fn(&mut howship::run::checkpoint::Heading)| {
        let mut heading = sealed.heading.clone();
        change(&mut heading);
        let head = postcard::to_stdvec(&heading).unwrap();
        let size = (head.len() as u32).to_le_bytes();
        seal([&bytes[..12], &size, &head, body].concat())
    };
    assert!(open(&with(&|_| {})).unwrap().restore().is_ok());
    for forged in [
        with(&|heading| heading.raw_bytes = 1 << 50),
        with(&|heading| heading.grid.dims = [1 << 20, 1 << 20, 1]),
        with(&|heading| heading.grid.dims = [usize::MAX, 2, 2]),
        with(&|heading| heading.grid.dims = [0, 24, 12]),
        with(&|heading| heading.signals = u32::MAX),
    ] {
        assert!(matches!(open(&forged), Err(CheckpointError::Bound { .. })));
    }
    for edge_um in [1e-9, -10.0, 0.0, f64::NAN, f64::INFINITY] {
        let forged = with(&|heading| heading.grid.edge_um = edge_um);
        assert!(matches!(open(&forged), Err(CheckpointError::Sense(_))));
    }
    let other = with(&|heading| "0.0.0".clone_into(&mut heading.version));
    assert!(matches!(open(&other), Err(CheckpointError::Version { .. })));
    let longer = with(&|heading| heading.raw_bytes += 1);
    assert!(matches!(
        open(&longer).unwrap().restore(),
        Err(CheckpointError::Sense(_))
    ));
    let lattice = with(&|heading| heading.grid.dims = [12, 24, 12]);
    assert!(open(&lattice).unwrap().restore().is_err());
    let mut later = bytes[..bytes.len() - 32].to_vec();
    later[8..12].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    assert!(matches!(
        open(&seal(later)),
        Err(CheckpointError::Format { found }) if found == FORMAT + 1
    ));
    // A bomb: zeros without end behind the heading.
    let zeros = zstd::encode_all(std::io::Read::take(std::io::repeat(0), 3 << 30), 1).unwrap();
    let bomb = seal([&bytes[..16 + length], &zeros].concat());
    assert!(open(&bomb).unwrap().restore().is_err());
}

/// At most 8 bytes per site and 4 per level of a signal before zstd, cells apart.
#[test]
fn a_checkpoint_is_compact() {
    let loaded = lively(&[
        "lattice.size=[48, 48, 48]",
        "inoculation.cells=20",
        "run.duration=4 d",
    ]);
    let (end, _, mut checkpoints) = straight(&loaded);
    let heading = open(&checkpoints.pop().unwrap()).unwrap().heading;
    let sites = end.model.grid.len() as u64;
    let allowed = sites * (8 + 4 * u64::from(heading.signals));
    assert!(
        heading.raw_bytes < allowed,
        "{} bytes for {sites} sites, allowed {allowed}",
        heading.raw_bytes
    );
}

#[test]
fn the_last_few_are_kept_and_a_folder_is_held_by_one_process() {
    let run = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::hold(run.path()).unwrap();
    for tick in [5, 10, 15] {
        checkpoints.save(tick, b"bytes", 2).unwrap();
    }
    let ticks = || -> Vec<u32> {
        checkpoints
            .list()
            .unwrap()
            .into_iter()
            .map(|(tick, _)| tick)
            .collect()
    };
    assert_eq!(ticks(), [15, 10]);
    // A run that was resumed at tick 10 leaves nothing of what came after it.
    checkpoints.save(12, b"bytes", 2).unwrap();
    assert_eq!(ticks(), [12, 10]);
    assert!(Checkpoints::hold(run.path()).is_err());
    fs::write(run.path().join(".tmpAb3xYz"), "half").unwrap();
    fs::write(run.path().join("checkpoints/tick-13.part"), "half").unwrap();
    fs::write(run.path().join("notes.txt"), "mine").unwrap();
    checkpoints.tidy().unwrap();
    assert!(!run.path().join(".tmpAb3xYz").exists());
    assert!(!run.path().join("checkpoints/tick-13.part").exists());
    assert!(run.path().join("notes.txt").exists());
    drop(checkpoints);
    assert!(Checkpoints::hold(run.path()).is_ok());
}

/// What `check` accepts can be saved and restored: each bound of the reader is one of the scenario.
#[test]
fn what_is_accepted_can_be_resumed() {
    const TINY: &str = r#"
name = "tiny"
preset = "mouse"
[run]
duration = "1 d"
burn_in = "0 d"
[lattice]
size = [8, 8, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "20 um"
"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.toml");
    let read = |text: &str, sets: &[&str]| {
        fs::write(&path, text).unwrap();
        load_file(&path, sets)
    };
    let goes_round = |loaded: &Loaded| {
        let mut simulation = loaded.build().unwrap();
        let mut record = Record::new(loaded);
        simulation.begin().unwrap();
        record.take(loaded, &simulation);
        let bytes = loaded.checkpoint(&simulation, &record, 0.0).unwrap();
        let again = open(&bytes).unwrap().restore().unwrap();
        assert_eq!(again.simulation.state, simulation.state);
        let resolved = again.loaded.tree.to_toml_with_sources();
        assert_eq!(resolved, loaded.tree.to_toml_with_sources());
    };
    let refused = |text: &str, sets: &[&str], word: &str| {
        let words = read(text, sets).unwrap_err().render(false);
        assert!(words.contains(word), "{word} is not said: {words}");
    };
    // Thickness.
    for thickness in ["1 um", "100 um", "1 mm"] {
        let set = format!("lattice.section_thickness={thickness}");
        goes_round(&read(TINY, &[&set]).unwrap());
    }
    for thickness in ["0.9 um", "0 um", "-1 um", "1.01 mm", "1e300 um"] {
        let set = format!("lattice.section_thickness={thickness}");
        refused(TINY, &[&set], "lattice.section_thickness");
    }
    // Signals, those of the preset included.
    let shipped = read(TINY, &[]).unwrap().scenario.signals.len();
    let signals = |count: usize| {
        let table = |at: usize| {
            format!("[signals.s{at}]\ndiffusivity = \"80 um2/s\"\nhalf_life = \"60 min\"\n")
        };
        let all: String = (0..count).map(table).collect();
        format!("{TINY}{all}")
    };
    goes_round(&read(&signals(MOST_SIGNALS as usize - shipped), &[]).unwrap());
    let words = "found 1001 signals";
    refused(&signals(MOST_SIGNALS as usize + 1 - shipped), &[], words);
    // The scenario, merged.
    let described = |bytes: usize| format!("description = \"{}\"{TINY}", "x".repeat(bytes));
    goes_round(&read(&described(3 << 20), &[]).unwrap());
    fs::write(folder.path().join("base.toml"), described((4 << 20) - 1000)).unwrap();
    let above = format!("extends = \"base.toml\"\n# {}\n", "y".repeat(1000));
    refused(&above, &[], "merged has");
    // Rows and pictures.
    let dense = ["run.duration=1000000 d", "output.series_every=1 h"];
    let found = read(TINY, &dense).unwrap().build().unwrap_err();
    assert!(found.render(false).contains("output"), "{found:?}");
    // Anything else that is accepted.
    let mut draws = Chance::new(9).at(Stream::Test, 0, 0);
    for _ in 0..40 {
        let edge = 5 + draws.below(21);
        let sets = [
            format!("lattice.site={edge} um"),
            format!(
                "lattice.size=[{}, {}, 1]",
                6 + draws.below(6),
                6 + draws.below(6)
            ),
            format!("specimen.slab.thickness={} um", edge * (1 + draws.below(5))),
            format!("run.tick={} h", [1, 2, 3, 6][draws.below(4) as usize]),
            format!("lattice.section_thickness={} um", 1 + draws.below(1000)),
            format!("seed={}", draws.below(1 << 30)),
            format!("checkpoint.keep={}", 1 + draws.below(9)),
        ];
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        match read(TINY, &sets) {
            Ok(loaded) if loaded.build().is_ok() => goes_round(&loaded),
            _ => {}
        }
    }
}

/// A patient whose lattice says what health is before day 0.
const FOLLOWED: &str = r#"
name = "followed"
preset = "human"
seed = 5
[run]
duration = "2 d"
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
"#;

/// No part of the state is left out of its digest, the body of the patient included.
#[test]
fn two_runs_with_another_calcium_have_another_digest() {
    let end = |usual: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patient.toml");
        fs::write(&path, FOLLOWED).unwrap();
        let sets = [format!("patient.calcium.usual={usual}")];
        let mut simulation = load(&path, &sets).unwrap().build().unwrap();
        simulation.run(|_| ()).unwrap();
        simulation.state
    };
    let (one, other) = (end("1.2 mM"), end("1.25 mM"));
    let changed: Vec<String> = fields(&one)
        .unwrap()
        .into_iter()
        .zip(fields(&other).unwrap())
        .filter(|(a, b)| a != b)
        .map(|(part, _)| part.path)
        .collect();
    assert_eq!(changed, ["parts.patient.body"]);
    assert_ne!(one.digest(), other.digest());
}
