//! The shipped model on a small tissue: same bits on any number of threads, closed books, and
//! laws that hold at every tick.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::{ended, loaded, on_threads, recorded, refusal, simulation};
use howship::engine::state::State;

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 3
[run]
duration = "6 d"
burn_in = "6 d"
[lattice]
size = [30, 30, 30]
site = "10 um"
[specimen.slab]
thickness = "100 um"
[inoculation]
cells = 300
"#;

fn run(sets: &[&str], threads: usize) -> State {
    on_threads(threads, || ended(SMALL, sets).state)
}

#[test]
fn the_digest_does_not_depend_on_threads_but_on_the_seed() {
    let one = run(&[], 1);
    assert!(
        one.osteoclasts.len() + one.osteoblasts.len() > 0,
        "nothing lives in the tissue"
    );
    for threads in [2, 3, 8] {
        assert_eq!(
            run(&[], threads).digest(),
            one.digest(),
            "{threads} threads"
        );
    }
    assert_ne!(run(&["seed=4"], 2).digest(), one.digest());
}

#[test]
fn the_books_close_every_tick() {
    let state = run(&[], 2);
    assert!(state.ledger.resorbed_um3 > 0.0, "nothing was resorbed");
    assert!(
        state.ledger.worst_signal_residual < 1e-5,
        "{}",
        state.ledger.worst_signal_residual
    );
    assert!(
        state.ledger.worst_store_residual < 1e-9,
        "{}",
        state.ledger.worst_store_residual
    );
}

/// Kong 1999: without RANKL there is no osteoclast, and tumour cells alone remove no bone.
/// A nucleus lives 7 d; without new ones a cell ends with the last but two of its first nuclei.
#[test]
fn nuclei_age_one_by_one_and_a_cell_lives_on_what_it_gains() {
    let lives = |gain: &str| {
        let mut simulation = simulation(
            SMALL,
            &[
                "run.duration=12 d",
                "lattice.size=[30, 30, 20]",
                &format!("osteoclast.fusion.gain.rate={gain}"),
                "osteoclast.apoptosis.life_sd=1 d",
            ],
        );
        simulation.begin().unwrap();
        let (mut oldest, mut shrunk, mut least) = (0.0_f32, false, usize::MAX);
        let mut before = std::collections::BTreeMap::new();
        while !simulation.is_done() {
            simulation.step().unwrap();
            let cells = &simulation.state.osteoclasts;
            for cell in 0..cells.len() {
                let count = cells.nuclei_end_h[cell].len();
                oldest = oldest.max(cells.age_h[cell]);
                least = least.min(count);
                shrunk |= before
                    .insert(cells.id[cell], count)
                    .is_some_and(|past| past > count);
            }
        }
        assert!(shrunk, "no cell lost a nucleus and went on");
        assert_eq!(least, 3, "a cell with fewer than three nuclei");
        oldest / 24.0
    };
    let (alone, renewed) = (lives("0 /d"), lives("2 /d"));
    // Lives of nuclei are cut at 14 d; TGF-beta does not slow their clock below a half.
    assert!(alone < 12.0, "{alone} d without new nuclei");
    assert!(
        renewed > 14.0 && renewed > alone,
        "{renewed} d with 2 a day"
    );
}

#[test]
fn without_rankl_nothing_is_resorbed() {
    let state = run(
        &[
            "lining.contact_rankl.resting.rate=0.0",
            "lining.contact_rankl.opened.rate=0.0",
            "lining.secretion.rankl.rate=0 amol/h",
            "precursor.secretion.rankl.rate=0 amol/h",
        ],
        2,
    );
    assert!(state.osteoclasts.is_empty());
    assert!(state.tumour.len() > 300, "the tumour does not grow");
    assert!(state.ledger.resorbed_um3.abs() < f64::MIN_POSITIVE);
}

/// Soft tissue: a tumour grows, no bone comes or goes, and every figure of every row is a number.
#[test]
fn tissue_without_bone_is_legal() {
    let text = "name = \"soft\"\npreset = \"mouse\"\nseed = 1\nrun.duration = \"3 d\"\n\
                lattice = { size = [40, 40, 1], site = \"10 um\", section_thickness = \"50 um\" }\n\
                specimen.soft_tissue = {}\ninoculation = { cells = 100, site = \"centre\" }\n";
    let (record, simulation) = recorded(&loaded(text, &[]));
    assert!(simulation.state.tumour.len() > 120);
    assert!(simulation.state.osteoclasts.is_empty() && simulation.state.osteoblasts.is_empty());
    for row in &record.series.rows {
        assert!(row.iter().all(|value| value.is_finite()), "{row:?}");
    }
    // What is told of bone has nothing to go by.
    for table in ["patient", "rigidity", "strength", "mechanostat"] {
        let more = if table == "patient" {
            "lattice = \"lesion\"\nlesions = \"1 cm3\"\n"
        } else {
            ""
        };
        let human = text.replace("mouse", "human");
        let said = refusal(&format!("{human}[{table}]\n{more}"), &[]);
        for word in [
            "on a lattice without bone",
            &format!("leave out [{table}]"),
            "small.toml:8",
        ] {
            assert!(said.contains(word), "{word} is not in {said}");
        }
    }
    let both = format!("{text}specimen.slab.thickness = \"50 um\"\n");
    let said = match loaded(&both, &[]).build() {
        Ok(_) => String::new(),
        Err(found) => found.render(false),
    };
    assert!(said.contains("2 kinds of bone are given"), "{said}");
}
