//! What a tick spends its time on: `cargo bench --bench tick`.
//!
//! Prints one plain line per phase and size: `<phase>-<size> <ns per site or cell> <share of the tick>
//! <speed-up on 2 threads>`. Phases `propose` and `commit` count per tumour cell, all others per site.
//! Medians over [`TICKS`] ticks (12 h in man, 1 h in mice), one thread; `serial-<size>` is the share of the tick that two
//! threads do not shorten, and the time on sixteen that follows from it. `record` and `digest` are what
//! a row of the tables and its digest cost, beside the tick.
//!
//! Sizes: `section` (200 x 200, the 2-D scenario), `case` (100^3 sites of real bone with 900 000 tumour
//! cells in 300 colonies) and, where `HOWSHIP_BENCH_LARGE` is set, `large` (256^3 sites of synthetic
//! bone, some GB of memory).

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a bench reports, and stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use howship::engine::tick::{Phase, tick_watched};
use howship::observe::series::row;
use howship::run::simulation::Simulation;
use howship::scenario::build::load;

/// Ticks that are measured.
const TICKS: usize = 15;

/// Name, scenario, settings.
type Size = (&'static str, &'static str, &'static [&'static str]);

const SIZES: [Size; 3] = [
    (
        "section",
        "vicious_cycle_2d",
        &["run.burn_in=\"2 d\"", "run.duration=\"12 d\""],
    ),
    (
        "case",
        "vicious_cycle",
        &[
            "run.burn_in=\"2 d\"",
            "run.duration=\"12 d\"",
            "inoculation.cells=900000",
            "inoculation.colonies=300",
        ],
    ),
    (
        "large",
        "healthy_mouse",
        &[
            "run.burn_in=\"12 h\"",
            "run.duration=\"12 d\"",
            "lattice.size=[256, 256, 256]",
            "inoculation.cells=400000",
            "inoculation.colonies=100",
            "inoculation.site=\"vessels\"",
        ],
    ),
];

fn main() {
    let large = std::env::var_os("HOWSHIP_BENCH_LARGE").is_some();
    for (size, scenario, sets) in SIZES {
        if size == "large" && !large {
            continue;
        }
        let one = on(1, scenario, sets);
        let two = on(2, scenario, sets);
        report(size, &one, &two);
    }
}

/// Median nanoseconds by phase, and what they count for.
struct Times {
    phases: BTreeMap<&'static str, f64>,
    tick_ns: f64,
    row_ns: f64,
    digest_ns: f64,
    sites: f64,
    cells: f64,
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn on(threads: usize, scenario: &str, sets: &[&str]) -> Times {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool of threads");
    pool.install(|| measure(scenario, sets))
}

fn measure(scenario: &str, sets: &[&str]) -> Times {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(format!("{scenario}.toml"));
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let mut simulation = load(&path, &sets)
        .and_then(|loaded| loaded.build())
        .expect("a shipped scenario");
    simulation.begin().expect("a run without fault");
    while !simulation.is_past_burn_in() {
        simulation.step().expect("a run without fault");
    }
    simulation.step().expect("a run without fault");
    let mut phases: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut ticks = Vec::new();
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    for _ in 0..TICKS {
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = &mut simulation;
        let begun = Instant::now();
        let mut last = begun;
        tick_watched(model, state, scratch, |phase| {
            let now = Instant::now();
            let name = Phase::ALL[phase as usize].1;
            let taken = (now - last).as_secs_f64() * 1e9;
            phases.entry(name).or_default().push(taken);
            last = now;
        })
        .expect("a tick without fault");
        ticks.push(begun.elapsed().as_secs_f64() * 1e9);
        let clock = Instant::now();
        std::hint::black_box(row(model, state, scratch));
        rows.push(clock.elapsed().as_secs_f64() * 1e9);
        let clock = Instant::now();
        std::hint::black_box(state.digest());
        digests.push(clock.elapsed().as_secs_f64() * 1e9);
    }
    Times {
        phases: phases
            .into_iter()
            .map(|(name, mut times)| (name, median(&mut times)))
            .collect(),
        tick_ns: median(&mut ticks),
        row_ns: median(&mut rows),
        digest_ns: median(&mut digests),
        sites: simulation.model.grid.len() as f64,
        cells: simulation.state.tumour.len() as f64,
    }
}

fn report(size: &str, one: &Times, two: &Times) {
    println!(
        "# {size}: {} sites, {} tumour cells, a tick of {:.1} ms on one thread and {:.1} ms on two",
        one.sites,
        one.cells,
        one.tick_ns * 1e-6,
        two.tick_ns * 1e-6
    );
    let line = |name: &str, first: f64, second: f64| {
        let per = match name {
            "propose" | "commit" => one.cells,
            _ => one.sites,
        };
        println!(
            "{name}-{size} {:.2} {:.3} {:.2}",
            first / per.max(1.0),
            first / one.tick_ns,
            first / second
        );
    };
    for (_, name) in Phase::ALL {
        line(name, one.phases[name], two.phases[name]);
    }
    line("tick", one.tick_ns, two.tick_ns);
    line("record", one.row_ns, two.row_ns);
    line("digest", one.digest_ns, two.digest_ns);
    // Amdahl: t2 = s + (1 - s) / 2 of t1.
    let serial = (2.0 * two.tick_ns / one.tick_ns - 1.0).max(0.0);
    let sixteen = 1.0 / (serial + (1.0 - serial) / 16.0);
    println!("serial-{size} {serial:.3} 1.000 {sixteen:.2}");
}
