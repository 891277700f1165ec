//! Size and speed of checkpoints: `cargo bench --bench checkpoint [-- EDGE]`.
//!
//! Prints for a cube of trabecular bone with EDGE sites along each axis (100 without it), after a
//! burn-in of remodelling and days of tumour: bytes per site before zstd and in the file, seconds to
//! save (bytes, then file with fsync), to restore, and to digest all parts of the state.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a bench reports, and stops where it cannot go on"
)]

use std::time::Instant;

use howship::engine::parts::parts;
use howship::run::checkpoint::{Checkpoints, open};
use howship::run::record::Record;
use howship::scenario::build::load;

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let clock = Instant::now();
    let result = work();
    println!("{name} {:.3} s", clock.elapsed().as_secs_f64());
    result
}

fn main() {
    let edge: usize = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(100);
    let days = if edge > 150 { 1 } else { 14 };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cube.toml");
    let text = format!(
        "name = \"cube\"\npreset = \"mouse\"\n[run]\nduration = \"{days} d\"\nburn_in = \"{days} d\"\n\
         tick = \"6 h\"\n[lattice]\nsize = [{edge}, {edge}, {edge}]\nsite = \"10 um\"\n\
         [specimen.trabecular]\nbv_tv = 0.2\ntb_th = \"60 um\"\n[inoculation]\ncells = 2000\n"
    );
    std::fs::write(&path, text).expect("a file");
    let loaded = load(&path, &[]).expect("a scenario");
    let mut simulation = timed("build", || loaded.build()).expect("a simulation");
    let mut record = Record::new(&loaded);
    timed("run", || simulation.run(|now| record.take(&loaded, now))).expect("no fault");
    let sites = simulation.model.grid.len() as f64;
    let bytes = timed("save", || loaded.checkpoint(&simulation, &record, 0.0)).expect("bytes");
    let checkpoints = Checkpoints::hold(folder.path()).expect("a folder of checkpoints");
    timed("write", || checkpoints.save(1, &bytes, 2)).expect("a file");
    let sealed = open(&bytes).expect("a whole checkpoint");
    let restored = timed("restore", || sealed.restore()).expect("a run");
    assert!(
        restored.simulation.state == simulation.state,
        "not the same state"
    );
    timed("digest", || parts(&simulation.state)).expect("parts");
    timed("tick", || simulation.step()).expect("no fault");
    println!(
        "{edge}^3 sites, {} signals: {:.3} bytes per site before zstd (allowed {}), {:.3} in the file",
        sealed.heading.signals,
        sealed.heading.raw_bytes as f64 / sites,
        8 + 4 * sealed.heading.signals,
        bytes.len() as f64 / sites
    );
}
