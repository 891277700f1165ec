//! Whole ticks of shipped scenarios: `cargo bench --bench tick`.
//!
//! Prints one plain line per scenario and number of threads: `<scenario>-<threads> <median ms per tick>
//! <fastest> <slowest>` over blocks of ticks, after the tumour has come.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a bench reports, and stops where it cannot go on"
)]

use std::path::Path;
use std::time::Instant;

use howship::engine::tick::tick;
use howship::scenario::build::load;

const BLOCKS: usize = 9;

fn main() {
    for (scenario, ticks) in [("vicious_cycle_2d", 24), ("vicious_cycle", 2)] {
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a pool of threads");
            let mut times = pool.install(|| blocks(scenario, ticks));
            times.sort_by(f64::total_cmp);
            println!(
                "{scenario}-{threads} {:.2} {:.2} {:.2}",
                times[BLOCKS / 2],
                times[0],
                times[BLOCKS - 1]
            );
        }
    }
}

/// Milliseconds per tick, by block.
fn blocks(scenario: &str, ticks: u32) -> Vec<f64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(format!("{scenario}.toml"));
    let short = [
        "run.burn_in=\"2 d\"".to_owned(),
        "run.duration=\"3 d\"".to_owned(),
    ];
    let mut simulation = load(&path, &short)
        .and_then(|loaded| loaded.build())
        .expect("a shipped scenario");
    simulation.run(|_| {}).expect("a run without fault");
    (0..BLOCKS)
        .map(|_| {
            let clock = Instant::now();
            for _ in 0..ticks {
                tick(
                    &simulation.model,
                    &mut simulation.state,
                    &mut simulation.scratch,
                )
                .expect("a tick without fault");
            }
            clock.elapsed().as_secs_f64() * 1e3 / f64::from(ticks)
        })
        .collect()
}
