//! Results belong to scenario and seed: not to threads, to who watches, or to what else runs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::{load_file, on_threads, repository};
use howship::engine::fingerprint::{Field, fields};
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;

/// Every mechanism at work, on more sites than one piece of a parallel loop holds.
fn lively(sets: &[&str]) -> Loaded {
    load_file(&repository("tests/data/lively.toml"), sets).unwrap()
}

const WIDE: [&str; 4] = [
    "inoculation.time=0.25 d",
    "lattice.size=[72, 64, 15]",
    "run.burn_in=12 d",
    "run.duration=3 d",
];

fn end(loaded: &Loaded) -> (Vec<Field>, Simulation) {
    let mut simulation = loaded.build().unwrap();
    simulation.run(|_| {}).unwrap();
    (fields(&simulation.state).unwrap(), simulation)
}

#[test]
fn one_two_three_and_eight_threads_end_in_the_same_state() {
    let loaded = lively(&WIDE);
    // The burn-in is there to have all of bone remodelling; one is enough.
    let past = {
        let mut simulation = loaded.build().unwrap();
        simulation.begin().unwrap();
        while !simulation.is_past_burn_in() {
            simulation.step().unwrap();
        }
        let record = Record::new(&loaded);
        loaded.checkpoint(&simulation, &record, 0.0).unwrap()
    };
    let end = || {
        let mut simulation = open(&past).unwrap().restore().unwrap().simulation;
        while !simulation.is_done() {
            simulation.step().unwrap();
        }
        (fields(&simulation.state).unwrap(), simulation)
    };
    let (one, simulation) = on_threads(1, end);
    let state = &simulation.state;
    assert!(simulation.model.grid.len() > 65_536);
    // What the test is worth: all of it happened.
    let (resorbed, formed) = (state.ledger.resorbed_um3, state.ledger.formed_um3);
    assert!(resorbed > 0.0 && formed > 0.0, "{resorbed}, {formed} um3");
    assert!(!state.osteoclasts.is_empty() && !state.osteoblasts.is_empty());
    assert!(state.tumour.len() > 200, "no birth: {}", state.tumour.len());
    assert!(state.ledger.total.iter().any(|book| book.released > 0.0));
    assert!(
        state
            .parts
            .drugs
            .bodies
            .iter()
            .all(|drug| drug.given_mg > 0.0)
            && state.parts.drugs.bodies.len() == 3
    );
    assert!(
        state
            .osteoclasts
            .drug_amol
            .iter()
            .any(|&amount| amount > 0.0)
    );
    let ages = &state.osteoclasts.nuclei_end_h;
    assert!(
        ages.iter()
            .any(|nuclei| nuclei[1..].iter().any(|&end| end > nuclei[0]))
    );
    for threads in [2, 3, 8] {
        let (other, _) = on_threads(threads, end);
        let differing: Vec<&str> = one
            .iter()
            .zip(&other)
            .filter(|(a, b)| a != b)
            .map(|(part, _)| part.path.as_str())
            .collect();
        assert!(differing.is_empty(), "{threads} threads: {differing:?}");
    }
}

#[test]
fn nothing_that_watches_changes_what_it_sees() {
    let alone = lively(&[]);
    let (unseen, _) = end(&alone);
    let watched = lively(&[
        "output.series_every=6 h",
        "output.map_days=[0, 1, 2]",
        "output.film_every=6 h",
    ]);
    let mut simulation = watched.build().unwrap();
    let mut record = Record::new(&watched);
    simulation
        .run(|now| {
            record.take(&watched, now);
            watched.checkpoint(now, &record, 0.0).unwrap();
        })
        .unwrap();
    assert!(record.series.rows.len() > 8);
    assert!(fields(&simulation.state).unwrap() == unseen);
}

#[test]
fn runs_beside_each_other_do_not_meet() {
    let (a, b) = (lively(&[]), lively(&["seed=4"]));
    let ((alone_a, _), (alone_b, _)) = (end(&a), end(&b));
    assert!(alone_a != alone_b, "the seed changes nothing");
    let (mut one, mut other) = (a.build().unwrap(), b.build().unwrap());
    one.begin().unwrap();
    other.begin().unwrap();
    // The second runs ahead by a tick, then they take turns.
    other.step().unwrap();
    while !one.is_done() {
        one.step().unwrap();
        if !other.is_done() {
            other.step().unwrap();
        }
    }
    assert!(fields(&one.state).unwrap() == alone_a);
    assert!(fields(&other.state).unwrap() == alone_b);
}
