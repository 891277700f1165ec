//! Three small problems on which simulators of tissue can be compared with each other, after the
//! diffusion problems of the `PerMedCoE` benchmark, with every value stated once, here.
//!
//! ```sh
//! cargo run --release --example shared_problems   # prints, and draws docs/pictures/shared_problems.svg
//! ```
//!
//! | value | 1: one sink | 2: a thousand sinks | 3: a gradient |
//! |---|---|---|---|
//! | box, um | 60 | 240 | 120 |
//! | sites of 20 um | 3 x 3 x 3 | 12 x 12 x 12 | 6 x 6 x 6 |
//! | walls | no flux | no flux | no flux |
//! | diffusivity, um2/min | 2000 | 2000 | 2000 |
//! | loss, /min | 0 | 0 | 0 |
//! | level at the start, uM | 10 | 10 | 0 |
//! | uptake, first order | 20 /min in the middle site | 20 /min in the 10 x 10 x 10 middle sites | 20 /min in the layer at low x |
//! | source | none | none | 10 uM/min in the layer at high x |
//! | tick, min | 0.01 | 0.01 | 0.01 |
//! | end, min | 10 | 10 | 30 |
//! | walker | none | none | from x = 30 um at 2 um/min up the gradient |
//!
//! The uptake of a site is per minute and proportional to the level there: the published appendix gives
//! it once per minute and once per step, which is why the tools that ran it disagree. Cells of howship
//! do not follow gradients; the walker of the third problem shows that the gradient is right.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

use howship::tissue::grid::Grid;
use howship::transport::{Medium, Physics, Scheme};

const SITE_UM: f64 = 20.0;
const DIFFUSIVITY_UM2_PER_MIN: f64 = 2000.0;
const UPTAKE_PER_MIN: f64 = 20.0;
const TICK_MIN: f64 = 0.01;
const START_PM: f32 = 1.0e7;
const SOURCE_PM_PER_MIN: f64 = 1.0e7;
const WALKER_FROM_UM: f64 = 30.0;
const WALKER_UM_PER_MIN: f64 = 2.0;

/// What a problem gave.
pub(crate) struct Solved {
    /// Minutes.
    pub(crate) minutes: Vec<f64>,
    /// Mean level, uM.
    pub(crate) mean_um: Vec<f64>,
    /// Level in the site that the problem is about (a sink, or the layer of the source), uM.
    pub(crate) at_site_um: Vec<f64>,
    /// Place of the walker along x, um; empty without one.
    pub(crate) walker_um: Vec<f64>,
    /// Largest difference of the mean level from that of explicit steps a hundred times as fine, as a
    /// share of the largest mean level.
    pub(crate) error: f64,
}

struct Problem {
    edge: usize,
    start_pm: f32,
    end_min: f64,
    sink: fn(usize, [usize; 3]) -> bool,
    source: fn(usize, [usize; 3]) -> bool,
    watched: [usize; 3],
    walks: bool,
}

const PROBLEMS: [Problem; 3] = [
    Problem {
        edge: 3,
        start_pm: START_PM,
        end_min: 10.0,
        sink: |_, at| at == [1, 1, 1],
        source: |_, _| false,
        watched: [1, 1, 1],
        walks: false,
    },
    Problem {
        edge: 12,
        start_pm: START_PM,
        end_min: 10.0,
        sink: |edge, at| at.iter().all(|&place| place > 0 && place + 1 < edge),
        source: |_, _| false,
        watched: [6, 6, 6],
        walks: false,
    },
    Problem {
        edge: 6,
        start_pm: 0.0,
        end_min: 30.0,
        sink: |_, at| at[0] == 0,
        source: |edge, at| at[0] + 1 == edge,
        watched: [5, 3, 3],
        walks: true,
    },
];

/// Solves problem 1, 2 or 3, and the reference for its first minute.
///
/// # Errors
/// A number of another problem, or a fault of the solver.
pub(crate) fn solve(number: usize) -> Result<Solved, Box<dyn std::error::Error>> {
    let problem = number
        .checked_sub(1)
        .and_then(|index| PROBLEMS.get(index))
        .ok_or_else(|| format!("found problem {number}; allowed are 1, 2 and 3"))?;
    let edge = problem.edge;
    let grid = Grid::cubic([edge; 3], SITE_UM);
    let marks = |mark: fn(usize, [usize; 3]) -> bool, value: f64| -> Vec<f32> {
        (0..grid.len())
            .map(|site| {
                if mark(edge, place(edge, site)) {
                    value as f32
                } else {
                    0.0
                }
            })
            .collect()
    };
    let uptake = marks(problem.sink, UPTAKE_PER_MIN * 60.0);
    let source = marks(problem.source, SOURCE_PM_PER_MIN * 60.0);
    let physics = Physics {
        diffusivity_um2_per_h: DIFFUSIVITY_UM2_PER_MIN * 60.0,
        bone_factor: 1.0,
        loss_per_h: 0.0,
        leak_per_h: 0.0,
        plasma_pm: 0.0,
        scheme: Scheme::Implicit,
        tolerance: 1e-6,
    };
    let none = vec![0.0; grid.len()];
    let mut medium = Medium::new(grid, &vec![false; grid.len()], &none)?;
    let mut field = vec![problem.start_pm; grid.len()];
    let watched = grid.index(problem.watched[0], problem.watched[1], problem.watched[2]);
    let mut solved = Solved {
        minutes: vec![],
        mean_um: vec![],
        at_site_um: vec![],
        walker_um: vec![],
        error: 0.0,
    };
    let mut walker = WALKER_FROM_UM;
    let ticks = (problem.end_min / TICK_MIN).round() as usize;
    for tick in 0..=ticks {
        let mean = field.iter().map(|&level| f64::from(level)).sum::<f64>() / field.len() as f64;
        solved.minutes.push(tick as f64 * TICK_MIN);
        solved.mean_um.push(mean * 1e-6);
        solved.at_site_um.push(f64::from(field[watched]) * 1e-6);
        if problem.walks {
            solved.walker_um.push(walker);
            let column = ((walker / SITE_UM) as usize).clamp(1, edge - 2);
            let level = |x: usize| field[grid.index(x, 3, 3)];
            let uphill = level(column + 1) - level(column - 1);
            if uphill != 0.0 {
                let step = f64::from(uphill.signum()) * WALKER_UM_PER_MIN * TICK_MIN;
                walker = (walker + step).clamp(0.0, edge as f64 * SITE_UM);
            }
        }
        medium.advance(
            &physics,
            &source,
            Some(&uptake),
            TICK_MIN / 60.0,
            &mut field,
        )?;
    }
    let reference = explicit(edge, problem.start_pm, &uptake, &source);
    let most = reference.iter().copied().fold(0.0, f64::max);
    for (tick, mean) in reference.iter().enumerate() {
        let apart = (solved.mean_um[tick] - mean).abs() / most;
        solved.error = solved.error.max(apart);
    }
    Ok(solved)
}

fn place(edge: usize, site: usize) -> [usize; 3] {
    [site % edge, site / edge % edge, site / (edge * edge)]
}

/// Mean level of the first minute at every tick, uM, by explicit steps of a hundredth of a tick in f64.
fn explicit(edge: usize, start_pm: f32, uptake: &[f32], source: &[f32]) -> Vec<f64> {
    let step_min = TICK_MIN / 100.0;
    let weight = DIFFUSIVITY_UM2_PER_MIN * step_min / (SITE_UM * SITE_UM);
    let mut now = vec![f64::from(start_pm); edge.pow(3)];
    let mut means = Vec::new();
    for step in 0..=10_000 {
        if step % 100 == 0 {
            means.push(now.iter().sum::<f64>() / now.len() as f64 * 1e-6);
        }
        let next = (0..now.len())
            .map(|site| {
                let at = place(edge, site);
                let mut change = 0.0;
                for (axis, stride) in [1, edge, edge * edge].into_iter().enumerate() {
                    if at[axis] > 0 {
                        change += now[site - stride] - now[site];
                    }
                    if at[axis] + 1 < edge {
                        change += now[site + stride] - now[site];
                    }
                }
                let local =
                    f64::from(source[site]) / 60.0 - f64::from(uptake[site]) / 60.0 * now[site];
                now[site] + weight * change + step_min * local
            })
            .collect();
        now = next;
    }
    means
}

#[allow(dead_code, reason = "a test includes this file for its problems alone")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use plotters::prelude::*;
    use plotters::style::{FontStyle, register_font};

    let regular: &[u8] = include_bytes!("../assets/font/DejaVuSans.ttf");
    let _ = register_font("sans-serif", FontStyle::Normal, regular);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (1100, 360)).into_drawing_area();
        area.fill(&WHITE)?;
        let titles = [
            "1: one sink in 27 sites",
            "2: a thousand sinks",
            "3: a gradient and a walker",
        ];
        for (part, (index, title)) in area
            .split_evenly((1, 3))
            .iter()
            .zip(titles.iter().enumerate())
        {
            let solved = solve(index + 1)?;
            println!(
                "problem {}: mean {:.4} uM, watched site {:.4} uM, walker {:?} um at the end; \
                 error of the first minute {:.1e}",
                index + 1,
                solved.mean_um.last().unwrap_or(&f64::NAN),
                solved.at_site_um.last().unwrap_or(&f64::NAN),
                solved.walker_um.last(),
                solved.error
            );
            let end = solved.minutes.last().copied().unwrap_or(1.0);
            let high = solved.at_site_um.iter().chain(&solved.mean_um).copied();
            let high = high.fold(0.0, f64::max) * 1.15;
            let mut chart = ChartBuilder::on(part)
                .caption(title, ("sans-serif", 16))
                .margin(10)
                .x_label_area_size(40)
                .y_label_area_size(60)
                .build_cartesian_2d(0.0..end, 0.0..high)?;
            chart
                .configure_mesh()
                .light_line_style(WHITE)
                .x_desc("time (min)")
                .y_desc("level (\u{b5}M)")
                .draw()?;
            let blue = RGBColor(0, 114, 178);
            let orange = RGBColor(213, 94, 0);
            let thin = |values: &[f64]| -> Vec<(f64, f64)> {
                let points = solved.minutes.iter().copied().zip(values.iter().copied());
                points.step_by(5).collect()
            };
            chart
                .draw_series(LineSeries::new(thin(&solved.mean_um), blue.stroke_width(2)))?
                .label("mean")
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], blue));
            chart
                .draw_series(LineSeries::new(
                    thin(&solved.at_site_um),
                    orange.stroke_width(2),
                ))?
                .label(if index == 2 {
                    "layer of the source"
                } else {
                    "middle sink"
                })
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], orange));
            if !solved.walker_um.is_empty() {
                let scale = high / 120.0;
                let path: Vec<f64> = solved.walker_um.iter().map(|um| um * scale).collect();
                chart
                    .draw_series(LineSeries::new(thin(&path), BLACK.stroke_width(1)))?
                    .label("walker, x of 120 \u{b5}m over the height")
                    .legend(|(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], BLACK));
            }
            chart
                .configure_series_labels()
                .position(if index == 2 {
                    SeriesLabelPosition::LowerRight
                } else {
                    SeriesLabelPosition::UpperRight
                })
                .background_style(WHITE.mix(0.8))
                .border_style(RGBColor(180, 180, 180))
                .draw()?;
        }
        area.present()?;
    }
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/shared_problems.svg");
    howship::output::write_whole(&path, text.as_bytes())?;
    println!("{}", path.display());
    Ok(())
}
