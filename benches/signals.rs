//! How fast signals spread: `cargo bench --bench signals`.
//!
//! One plain line per workload and size: name, nanoseconds per site and field (median), and the
//! share of the bandwidth of scaling an array in place, measured in the same run on an array that
//! fits no cache. Lines that start with `#` say more. One thread but where the name says two.
//!
//! Workloads: `w-d3`, the exact tick of an hour after 5 % of the sources have moved; `w-d4`, the
//! steady state around bone after the same, from the last field; `lod` and `explicit`, one step in
//! a box. A suffix names another regime than "mid", double precision, or two threads.
//!
//! Bytes that count for the share, per site in single precision: `w-d3` 32 (three passes in place
//! and the state), `lod` 16 (two passes in place), `explicit` 8, `w-d4` 12 (what it has to read
//! and write at least).

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on the screen and stops when it cannot go on"
)]

use std::hint::black_box;
use std::time::Instant;

use howship::numerics::random::{Chance, Stream};
use howship::tissue::grid::Grid;
use howship::transport::exact::{ExactBox, Real, Spread, Wall};
use howship::transport::marching::{Explicit, Split};
use howship::transport::{Medium, Physics, Scheme};

/// Name, D in um2/s, half-life in min, edge in um.
type Regime = (&'static str, f64, f64, f64);

const MID: Regime = ("mid", 50.0, 30.0, 20.0);
const OTHERS: [Regime; 3] = [
    ("fast", 10.0, 10.0, 20.0),
    ("slow", 100.0, 240.0, 20.0),
    ("fine", 100.0, 30.0, 10.0),
];

fn spread(regime: Regime) -> Spread {
    Spread {
        diffusivity_um2_per_h: regime.1 * 3600.0,
        loss_per_h: 2.0_f64.ln() * 60.0 / regime.2,
    }
}

fn draw(who: usize) -> f64 {
    Chance::new(11).at(Stream::Test, 0, who as u64).uniform()
}

/// Seconds of each of `count` repetitions after one that is not counted, in ascending order.
/// `prepare` is not timed.
fn times(count: usize, mut prepare: impl FnMut(), mut work: impl FnMut()) -> Vec<f64> {
    let mut seconds = Vec::with_capacity(count);
    for repetition in 0..=count {
        prepare();
        let start = Instant::now();
        work();
        if repetition > 0 {
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    seconds.sort_by(f64::total_cmp);
    seconds
}

/// What the lines are measured against.
struct Report {
    /// Bytes per second, scaling in place, one thread.
    bandwidth: f64,
}

impl Report {
    /// Prints the line of a workload and gives its median in ns per site.
    fn line(&self, name: &str, seconds: &[f64], sites: usize, bytes: f64) -> f64 {
        let ns = |at: usize| seconds[at] * 1e9 / sites as f64;
        let median = ns(seconds.len() / 2);
        println!(
            "{name} {median:.3} {:.3}",
            bytes / median / self.bandwidth * 1e9
        );
        println!(
            "#   {name}: fastest {:.3}, slowest {:.3} ns of {} repetitions",
            ns(0),
            ns(seconds.len() - 1),
            seconds.len()
        );
        median
    }
}

fn bandwidth() -> f64 {
    let mut array = vec![1.0_f32; 64 << 20];
    let bytes = 8.0 * array.len() as f64;
    let seconds = times(
        9,
        || (),
        || {
            for value in black_box(&mut array) {
                *value *= 1.000_001;
            }
        },
    );
    let median = bytes / seconds[seconds.len() / 2];
    println!(
        "# in place: {:.1} GB/s median, {:.1} best (f32, 256 MiB, one thread)",
        median * 1e-9,
        bytes / seconds[0] * 1e-9
    );
    median
}

/// Sources at one site in a hundred, before and after 5 % of them have moved; none in `solid`.
fn moving(grid: &Grid, solid: Option<&[bool]>) -> [Vec<f64>; 2] {
    let mut sources = [vec![0.0; grid.len()], vec![0.0; grid.len()]];
    let free = |first: usize| {
        (first..)
            .step_by(40_000_000)
            .map(|number| (draw(number) * grid.len() as f64) as usize)
            .find(|&site| solid.is_none_or(|solid| !solid[site]))
            .unwrap_or(0)
    };
    for source in 0..grid.len() / 100 {
        let site = free(source);
        sources[0][site] += 1.0;
        let moved = draw(source + 10_000_000) < 0.05;
        sources[1][if moved {
            free(source + 20_000_000)
        } else {
            site
        }] += 1.0;
    }
    sources
}

fn numbers<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::from_f64(value)).collect()
}

/// Largest error over the largest value, and the error in the mean square.
fn errors<T: Real>(found: &[T], expected: &[f64]) -> (f64, f64) {
    let (mut most, mut largest, mut squares, mut all) = (0.0_f64, 0.0_f64, 0.0, 0.0);
    for (found, expected) in found.iter().zip(expected) {
        let error = found.to_f64() - expected;
        most = most.max(error.abs());
        largest = largest.max(expected.abs());
        squares += error * error;
        all += expected * expected;
    }
    (most / largest, (squares / all).sqrt())
}

/// The exact tick: its field, and the seconds of each.
fn exact<T: Real>(n: usize, regime: Regime, repetitions: usize) -> (Vec<T>, Vec<f64>) {
    let grid = Grid::cubic([n; 3], regime.3);
    let [first, second] = moving(&grid, None).map(|source| numbers::<T>(&source));
    let space = ExactBox::<T>::new(grid, [Wall::NoFlux; 3]).unwrap();
    let mut field = vec![T::ZERO; grid.len()];
    let mut state = space.state(&field).unwrap();
    space
        .advance(
            &spread(regime),
            &first,
            f64::INFINITY,
            &mut state,
            &mut field,
        )
        .unwrap();
    space
        .advance(&spread(regime), &second, 1.0, &mut state, &mut field)
        .unwrap();
    let after = field.clone();
    let seconds = times(
        repetitions,
        || (),
        || {
            space
                .advance(&spread(regime), &second, 1.0, &mut state, &mut field)
                .unwrap();
        },
    );
    (after, seconds)
}

fn exact_lines(report: &Report, two: &rayon::ThreadPool) {
    for n in [64, 100, 128] {
        let sites = n * n * n;
        let repetitions = 60_000_000 / sites;
        let mut regimes = vec![MID];
        if n == 128 {
            regimes.extend(OTHERS);
        }
        for regime in regimes {
            let (field, seconds) = exact::<f32>(n, regime, repetitions);
            let suffix = if regime.0 == "mid" {
                String::new()
            } else {
                format!("-{}", regime.0)
            };
            let name = format!("w-d3-{n}{suffix}");
            let one = report.line(&name, &seconds, sites, 32.0);
            let (reference, double) =
                exact::<f64>(n, regime, if suffix.is_empty() { 9 } else { 1 });
            let (most, square) = errors(&field, &reference);
            println!("#   {name}: error against f64 relMax {most:.1e}, relL2 {square:.1e}");
            if suffix.is_empty() {
                report.line(&format!("{name}-f64"), &double, sites, 64.0);
                let fastest = seconds[0];
                let (_, seconds) = two.install(|| exact::<f32>(n, regime, repetitions));
                let name = format!("{name}-2threads");
                let both = report.line(&name, &seconds, sites, 32.0);
                println!(
                    "#   {name}: {:.2} times one thread, {:.2} by the fastest of each",
                    one / both,
                    fastest / seconds[0]
                );
            }
        }
    }
    let grid = Grid::cubic([128; 3], 20.0);
    let space = ExactBox::<f32>::new(grid, [Wall::NoFlux; 3]).unwrap();
    let state = space.state(&vec![0.0; grid.len()]).unwrap();
    let sites = grid.len() as f64;
    let signal = 4.0 + state.bytes() as f64 / sites;
    let scratch = space.scratch_bytes() as f64 / sites;
    println!(
        "# memory of w-d3-128, bytes per site: {signal:.2} per signal (field and state), \
         4 for the source, {scratch:.2} of scratch per thread; four signals {:.1}",
        4.0 * signal + 4.0 + scratch
    );
}

/// About 30 % bone: the highest part of a sum of 24 plane waves, 25 sites long.
fn smooth(grid: &Grid) -> Vec<bool> {
    let waves: Vec<[f64; 4]> = (0..24)
        .map(|wave| {
            let up = 2.0 * draw(3 * wave) - 1.0;
            let around = std::f64::consts::TAU * draw(3 * wave + 1);
            let flat = (1.0 - up * up).sqrt();
            let number = std::f64::consts::TAU / 25.0;
            [
                number * flat * around.cos(),
                number * flat * around.sin(),
                number * up,
                std::f64::consts::TAU * draw(3 * wave + 2),
            ]
        })
        .collect();
    let heights: Vec<f64> = (0..grid.len())
        .map(|site| {
            let [x, y, z] = grid.place(site).map(|at| at as f64);
            waves
                .iter()
                .map(|wave| (wave[0] * x + wave[1] * y + wave[2] * z + wave[3]).cos())
                .sum()
        })
        .collect();
    let mut sorted = heights.clone();
    sorted.sort_by(f64::total_cmp);
    let level = sorted[grid.len() * 7 / 10];
    heights.into_iter().map(|height| height > level).collect()
}

/// Walls one site thick, every 12 sites across z and every 24 across y, with holes in 5 % of the
/// blocks of four sites.
fn plates(grid: &Grid) -> Vec<bool> {
    (0..grid.len())
        .map(|site| {
            let [x, y, z] = grid.place(site);
            let block = grid.index(x / 4 * 4, y / 4 * 4, z / 4 * 4);
            (z % 12 == 5 || y % 24 == 11) && draw(block) >= 0.05
        })
        .collect()
}

/// Closed chambers: walls one site thick every 16 sites across each axis.
fn closed(grid: &Grid) -> Vec<bool> {
    (0..grid.len())
        .map(|site| grid.place(site).iter().any(|at| at % 16 == 15))
        .collect()
}

fn obstacle(report: &Report, name: &str, n: usize, bone: fn(&Grid) -> Vec<bool>, again: usize) {
    let grid = Grid::cubic([n; 3], MID.3);
    let solid = bone(&grid);
    let sources = moving(&grid, Some(&solid)).map(|source| numbers::<f32>(&source));
    let mut medium = Medium::new(grid, &solid, &vec![0.0; grid.len()]).unwrap();
    let physics = |tolerance: f64| Physics {
        diffusivity_um2_per_h: spread(MID).diffusivity_um2_per_h,
        bone_factor: 0.0,
        loss_per_h: spread(MID).loss_per_h,
        leak_per_h: 0.0,
        plasma_pm: 0.0,
        scheme: Scheme::QuasiSteady,
        tolerance,
    };
    let mut before = vec![0.0; grid.len()];
    medium
        .advance(&physics(1e-6), &sources[0], None, 1.0, &mut before)
        .unwrap();
    let mut reference = before.clone();
    medium
        .advance(&physics(1e-6), &sources[1], None, 1.0, &mut reference)
        .unwrap();
    let field = std::cell::RefCell::new(before.clone());
    let mut iterations = 0;
    let seconds = times(
        again,
        || field.borrow_mut().copy_from_slice(&before),
        || {
            let usual = physics(Physics::TOLERANCE);
            let mut field = field.borrow_mut();
            iterations = medium
                .advance(&usual, &sources[1], None, 1.0, &mut field)
                .unwrap()
                .iterations;
        },
    );
    report.line(name, &seconds, grid.len(), 12.0);
    let reference: Vec<f64> = reference.iter().map(|&value| f64::from(value)).collect();
    let (most, square) = errors(&field.borrow(), &reference);
    let share = solid.iter().filter(|&&solid| solid).count() as f64 / grid.len() as f64;
    println!(
        "#   {name}: {iterations} iterations, bone {:.1} %, error against a residual of 1e-6 \
         relMax {most:.1e}, relL2 {square:.1e}",
        100.0 * share
    );
}

/// Steps of workloads W-D1 (`lod`) and W-D2 (`explicit`).
fn steps<T: Real>(report: &Report, n: usize, suffix: &str, size: f64) {
    let grid = Grid::cubic([n; 3], 20.0);
    let spread = Spread {
        diffusivity_um2_per_h: 3000.0 * 60.0,
        loss_per_h: 0.0231 * 60.0,
    };
    let wave = |at: usize| (std::f64::consts::PI * (at as f64 + 0.5) / n as f64).cos();
    let start: Vec<f64> = (0..grid.len())
        .map(|site| {
            let [x, y, _] = grid.place(site);
            1.0 + wave(x) * wave(y)
        })
        .collect();
    let repetitions = 100_000_000 / grid.len();
    let mut field = numbers::<T>(&start);
    let split = Split::<T>::new(grid, &spread, 0.01 / 60.0).unwrap();
    let seconds = times(repetitions, || (), || split.step(None, &mut field).unwrap());
    report.line(
        &format!("lod-{n}{suffix}"),
        &seconds,
        grid.len(),
        4.0 * size,
    );
    let dt_h = 0.1 * 400.0 / spread.diffusivity_um2_per_h;
    let explicit = Explicit::<T>::new(grid, &spread, dt_h).unwrap();
    let (mut field, mut next) = (numbers::<T>(&start), numbers::<T>(&start));
    let seconds = times(
        repetitions,
        || (),
        || {
            explicit.step(&field, None, &mut next).unwrap();
            std::mem::swap(&mut field, &mut next);
        },
    );
    report.line(
        &format!("explicit-{n}{suffix}"),
        &seconds,
        grid.len(),
        2.0 * size,
    );
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

fn main() {
    let (one, two) = (pool(1), pool(2));
    one.install(|| {
        let report = Report {
            bandwidth: bandwidth(),
        };
        exact_lines(&report, &two);
        obstacle(&report, "w-d4-smooth-128", 128, smooth, 5);
        obstacle(&report, "w-d4-plates-96", 96, plates, 5);
        obstacle(&report, "w-d4-closed-96", 96, closed, 5);
        steps::<f32>(&report, 100, "", 4.0);
        steps::<f32>(&report, 200, "", 4.0);
        steps::<f64>(&report, 100, "-f64", 8.0);
        two.install(|| steps::<f32>(&report, 100, "-2threads", 4.0));
    });
}
