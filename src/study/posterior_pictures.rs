//! Pictures over parameters: densities and pairs of a posterior, what it predicts, and response surfaces,
//! as SVG and PNG.

use std::cmp::Ordering;
use std::path::Path;

use crate::output::OutputError;
use crate::plot::chart::{
    self, Chart, Curve, Discs, Heat, Interval, Layer, Level, Panel, Point, Points, Tone, Words,
};
use crate::plot::error_bars::{BARS, ERRORS, Value, at};
use crate::plot::words::{note, sentence};
use crate::statistics::quantile::{bounded_quantile, weighted_quantile};
use crate::study::pictures::save;
use crate::study::surface::Surface;

/// A parameter over its coordinate from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// What it is.
    pub name: String,
    /// Unit and scale of its ticks; empty without.
    pub unit: String,
    /// Coordinates and what stands there; nothing at a minor tick.
    pub ticks: Vec<(f64, String)>,
}

/// A particle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    /// Coordinates from 0 to 1.
    pub at: Vec<f64>,
    /// Weight; all add up to 1.
    pub weight: f64,
}

/// What a posterior says of a column over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prediction {
    /// Days.
    pub days: Vec<f64>,
    /// At each day: ends of the outer band, of the inner one, and between them the median.
    pub quantiles: Vec<[f64; 5]>,
    /// Of how many runs.
    pub of: Weighed,
}

/// How many runs something is of, and how many of equal weight tell as much: the effective sample size of Kish (1965).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    /// Runs.
    pub runs: usize,
    /// Runs of equal weight.
    pub effective: f64,
}

impl Weighed {
    /// Below so many, a share of 2.5 % is of about one run or of none: densities are drawn in steps, bands faint.
    const FEW: f64 = 50.0;

    /// Of runs with these weights.
    pub(crate) fn of(weights: impl Iterator<Item = f64>) -> Self {
        let (mut runs, mut sum, mut squares) = (0, 0.0, 0.0);
        for weight in weights {
            runs += 1;
            sum += weight;
            squares += weight * weight;
        }
        let effective = if squares > 0.0 {
            sum * sum / squares
        } else {
            0.0
        };
        Self { runs, effective }
    }

    fn are_few(self) -> bool {
        self.effective < Self::FEW
    }

    /// In words, with what few of them are drawn as.
    fn said(self, few: &str) -> String {
        let Self { runs, effective } = self;
        let worth = format!(
            "{runs} runs were kept, their weights worth {effective:.0} of equal weight (effective sample size)"
        );
        if self.are_few() {
            format!("{worth}: below {:.0}, {few}", Self::FEW)
        } else {
            worth
        }
    }
}

fn weighed(samples: &[Sample]) -> Weighed {
    Weighed::of(samples.iter().map(|sample| sample.weight))
}

/// What a surface shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heading<'a> {
    /// Title.
    pub title: &'a str,
    /// How well it is known.
    pub note: &'a str,
    /// The response.
    pub response: &'a str,
    /// Its unit; empty without one.
    pub unit: &'a str,
    /// It cannot be below zero.
    pub is_never_negative: bool,
}

/// The colour of runs.
fn runs() -> Tone {
    Tone::Named("runs".to_owned())
}

impl Axis {
    /// From 0 to 1, with its ticks and its name.
    fn named(&self) -> chart::Axis {
        chart::Axis {
            ticks: self.ticks.clone(),
            ..untitled(chart::Axis::linear(self.name.as_str(), self.unit.as_str()))
        }
    }
}

/// The axis from 0 to 1.
fn untitled(axis: chart::Axis) -> chart::Axis {
    chart::Axis {
        least: Some(0.0),
        most: Some(1.0),
        ..axis
    }
}

/// Data of a kind as a picture says them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Said<'a> {
    /// What the study asks, and of which scenario.
    pub of: &'a str,
    /// What was measured, behind a word for it; empty where it is the column.
    pub measured_as: &'a str,
    /// Where the data are from.
    pub source: &'a str,
}

/// Draws bands of a prediction with the data over them.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_prediction(
    path: &Path,
    what: chart::Axis,
    prediction: &Prediction,
    data: &[Value],
    said: Said<'_>,
) -> Result<(), OutputError> {
    save(path, &prediction_chart(what, prediction, data, said))
}

fn prediction_chart(
    what: chart::Axis,
    prediction: &Prediction,
    data: &[Value],
    said: Said<'_>,
) -> Chart {
    let days = || prediction.days.iter().copied().zip(&prediction.quantiles);
    let of = prediction.of;
    let faint = if of.are_few() { 0.45 } else { 1.0 };
    let band = |label: &str, low: usize, high: usize, strength: f64| {
        Layer::Curve(Curve {
            label: label.to_owned(),
            tone: runs(),
            band: days().map(|(day, at)| (day, at[low], at[high])).collect(),
            band_strength: faint * strength,
            ..Curve::default()
        })
    };
    let median = Layer::Curve(Curve {
        label: "runs, median".to_owned(),
        tone: runs(),
        points: days().map(|(day, at)| (day, at[2])).collect(),
        ..Curve::default()
    });
    let points = |label: &str, are_assumed: bool| {
        let of_kind = data.iter().filter(|at| at.is_error_assumed == are_assumed);
        let points = of_kind.map(|at| Point {
            x: at.day,
            y: at.value,
            low: at.value - ERRORS * at.error,
            high: at.value + ERRORS * at.error,
        });
        Layer::Points(Points {
            label: label.to_owned(),
            tone: Tone::Named("data".to_owned()),
            points: points.collect(),
            are_assumed,
        })
    };
    let middle: Vec<(f64, f64)> = days().map(|(day, at)| (day, at[2])).collect();
    let scored = data.iter().filter(|datum| !datum.is_error_assumed);
    let known = scored.filter_map(|datum| Some((datum, at(&middle, datum.day)?)));
    let (inside, known) = known.fold((0, 0), |(inside, known), (datum, median)| {
        let holds = (median - datum.value).abs() <= ERRORS * datum.error;
        (inside + usize::from(holds), known + 1)
    });
    let bars = if known > 0 {
        format!("bars {BARS}, {inside} of {known} bars hold the median of the runs")
    } else {
        String::new()
    };
    let assumed = if data.iter().any(|datum| datum.is_error_assumed) {
        "dashed bars: two errors that are assumed, not measured, so that no bar that holds the median counts"
    } else {
        ""
    };
    Chart {
        title: sentence(&format!(
            "{}: data, and runs with the values that they leave likely",
            what.title
        )),
        note: note([
            said.of,
            "points: data to which the runs were fitted",
            &bars,
            assumed,
            &if of.runs == 1 {
                "of one run, that of the best point".to_owned()
            } else {
                of.said("the ends of the bands rest on single runs, so that they are faint")
            },
            &format!("data: {}", said.source),
        ]),
        panels: vec![Panel {
            x: chart::Axis::days(),
            y: what,
            layers: vec![
                band("runs, middle 95 %", 0, 4, 0.2),
                band("runs, middle 50 %", 1, 3, 0.45),
                median,
                points(&format!("measured{}", said.measured_as), false),
                points(
                    &format!("measured{}, error assumed", said.measured_as),
                    true,
                ),
            ],
            ..Panel::default()
        }],
        order: vec!["runs".to_owned(), "data".to_owned()],
        ..Chart::default()
    }
}

/// Posterior density over prior density along a coordinate: normal kernels of Silverman's width,
/// folded back at both ends of the range.
fn density(samples: &[Sample], dimension: usize) -> Vec<(f64, f64)> {
    const STEPS: u32 = 120;
    let mut along: Vec<(f64, f64)> = samples
        .iter()
        .map(|s| (s.at[dimension], s.weight))
        .collect();
    let Weighed { effective, .. } = weighed(samples);
    let [low, high] = [0.25, 0.75].map(|share| weighted_quantile(&mut along, share));
    let mean: f64 = along.iter().map(|(x, weight)| x * weight).sum();
    let variance: f64 = along.iter().map(|(x, w)| w * (x - mean).powi(2)).sum();
    let spread = variance.sqrt().min((high - low) / 1.34);
    let width = (0.9 * spread * effective.powf(-0.2)).max(0.005);
    (0..=STEPS)
        .map(|step| {
            let x = f64::from(step) / f64::from(STEPS);
            let of = |y: f64| (-0.5 * ((x - y) / width).powi(2)).exp();
            let sum: f64 = along
                .iter()
                .map(|&(y, weight)| weight * (of(y) + of(-y) + of(2.0 - y)))
                .sum();
            (x, sum / (width * (2.0 * std::f64::consts::PI).sqrt()))
        })
        .collect()
}

/// Share of the weight in each of as many equal steps as Sturges' rule gives so few runs, over the share that the
/// prior has there: few runs bear no smooth curve.
fn steps(samples: &[Sample], dimension: usize) -> Vec<(f64, f64)> {
    let count = (1.0 + weighed(samples).effective.max(1.0).log2()).ceil();
    let whole: f64 = samples.iter().map(|sample| sample.weight).sum();
    let mut heights = vec![0.0; count as usize];
    for sample in samples {
        let step = (count * sample.at[dimension]).clamp(0.0, count - 1.0) as usize;
        heights[step] += count * sample.weight / whole;
    }
    let ends =
        |(step, height): (usize, f64)| [step, step + 1].map(|edge| (edge as f64 / count, height));
    heights.into_iter().enumerate().flat_map(ends).collect()
}

/// Ends of the middle 95 % and the median of a parameter, as `fit.csv` has them.
pub(super) fn interval(samples: impl Iterator<Item = (f64, f64)>) -> [f64; 3] {
    let mut along: Vec<(f64, f64)> = samples.collect();
    [0.025, 0.5, 0.975].map(|share| bounded_quantile(&mut along, share))
}

fn along(samples: &[Sample], dimension: usize) -> impl Iterator<Item = (f64, f64)> {
    samples.iter().map(move |s| (s.at[dimension], s.weight))
}

/// What an interval is that goes farther than the runs that were kept; empty where none of these parameters has one.
fn beyond(samples: &[Sample], dimensions: usize) -> &'static str {
    let is_beyond = |dimension: usize| {
        let [low, _, high] = interval(along(samples, dimension));
        let is_inside = |end: f64, of: fn(f64, f64) -> f64| {
            let least = along(samples, dimension).map(|one| one.0).reduce(of);
            least.is_some_and(|last| of(last, end) >= last && of(last, end) <= last)
        };
        !(is_inside(low, f64::min) && is_inside(high, f64::max))
    };
    if (0..dimensions).any(is_beyond) {
        "intervals are widened for few runs: a further run may fall beyond the outermost that were kept, with a chance of 1 in \
         1 + the effective sample size at either end, so that an interval may reach where no run is"
    } else {
        ""
    }
}

/// A density with its median and middle 95 %, and the prior as a dashed line.
fn density_layers(
    samples: &[Sample],
    dimension: usize,
    prior: &str,
    middle_95: &str,
) -> Vec<Layer> {
    let [low, middle, high] = interval(along(samples, dimension));
    let few = weighed(samples).are_few();
    vec![
        Layer::Curve(Curve {
            tone: runs(),
            points: if few {
                steps(samples, dimension)
            } else {
                density(samples, dimension)
            },
            band_strength: if few { 0.1 } else { 0.0 },
            is_filled: true,
            ..Curve::default()
        }),
        Layer::Level(Level {
            label: prior.to_owned(),
            value: 1.0,
        }),
        Layer::Interval(Interval {
            label: middle_95.to_owned(),
            low,
            middle,
            high,
        }),
    ]
}

/// Draws the density of each parameter over its prior, with the median and the middle 95 %.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_densities(
    path: &Path,
    axes: &[Axis],
    samples: &[Sample],
    fitted_to: &str,
) -> Result<(), OutputError> {
    save(path, &densities_chart(axes, samples, fitted_to))
}

fn densities_chart(axes: &[Axis], samples: &[Sample], fitted_to: &str) -> Chart {
    let panel = |(place, axis): (usize, &Axis)| Panel {
        x: axis.named(),
        y: chart::Axis::linear("times as likely as before", "").with_zero(),
        layers: density_layers(samples, place, "as before the data", "median, middle 95 %"),
        ..Panel::default()
    };
    Chart {
        title: "How likely the data make the values of each parameter".to_owned(),
        note: format!(
            "{fitted_to}; curve: density after the data (posterior) over density before them (prior); {}",
            note([
                &weighed(samples).said("the curve is drawn in steps")[..],
                beyond(samples, axes.len())
            ])
        ),
        panels: axes.iter().enumerate().map(panel).collect(),
        ..Chart::default()
    }
}

/// Draws every parameter against every other: below the diagonal the particles, larger by their weight,
/// on it the densities, above it the weighted correlation.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_pairs(
    path: &Path,
    axes: &[Axis],
    samples: &[Sample],
    fitted_to: &str,
) -> Result<(), OutputError> {
    save(path, &pairs_chart(axes, samples, fitted_to))
}

fn pairs_chart(axes: &[Axis], samples: &[Sample], fitted_to: &str) -> Chart {
    let heaviest = samples.iter().map(|s| s.weight).fold(0.0, f64::max);
    let mut panels = Vec::new();
    for (row, up) in axes.iter().enumerate() {
        for (column, across) in axes.iter().enumerate() {
            let layers = match column.cmp(&row) {
                Ordering::Equal => density_layers(samples, row, "", ""),
                Ordering::Less => vec![Layer::Discs(Discs {
                    tone: runs(),
                    discs: samples
                        .iter()
                        .map(|s| (s.at[column], s.at[row], s.weight / heaviest))
                        .collect(),
                    ..Discs::default()
                })],
                Ordering::Greater => {
                    let value = correlation(samples, column, row);
                    vec![Layer::Words(Words {
                        text: format!("{value:.2}").replace('-', "\u{2212}"),
                        size: 10.0 + 8.0 * value.abs(),
                    })]
                }
            };
            let is_last = row + 1 == axes.len();
            panels.push(Panel {
                x: if is_last {
                    across.named()
                } else {
                    untitled(chart::Axis::hidden())
                },
                y: match column {
                    _ if column == row => chart::Axis::hidden().with_zero(),
                    0 => up.named(),
                    _ => untitled(chart::Axis::hidden()),
                },
                layers,
                aspect: 1.0,
                ..Panel::default()
            });
        }
    }
    Chart {
        title: "Which pairs of values the data leave likely".to_owned(),
        note: format!(
            "{fitted_to}; discs: runs that were kept, larger by their weight; numbers: their weighted \
             correlation; on the diagonal: density after the data (posterior) with median and middle 95 %, \
             dashed before them (prior); {}",
            note([
                &weighed(samples).said("densities are drawn in steps, and correlations are rough")
                    [..],
                beyond(samples, axes.len())
            ])
        ),
        panels,
        columns: axes.len(),
        is_matrix: true,
        ..Chart::default()
    }
}

/// Draws a surface over two parameters, with its points in the same colours and a scale.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_surface(
    path: &Path,
    heading: &Heading<'_>,
    axes: &[Axis; 2],
    surface: &Surface,
    points: &[(f64, f64, f64)],
) -> Result<(), OutputError> {
    save(path, &surface_chart(heading, axes, surface, points))
}

fn surface_chart(
    heading: &Heading<'_>,
    axes: &[Axis; 2],
    surface: &Surface,
    points: &[(f64, f64, f64)],
) -> Chart {
    const CELLS: usize = 44;
    let middle = |cell: usize| (cell as f64 + 0.5) / CELLS as f64;
    let values: Vec<f64> = (0..CELLS * CELLS)
        .map(|cell| surface.at(middle(cell % CELLS), middle(cell / CELLS)))
        .map(|value| {
            let is_impossible = heading.is_never_negative && value < 0.0;
            if is_impossible { f64::NAN } else { value }
        })
        .collect();
    let outside = if values.iter().any(|value| value.is_nan()) {
        "; hatched: the fitted surface is below 0 there, which is impossible, and is not drawn"
    } else {
        ""
    };
    Chart {
        title: heading.title.to_owned(),
        note: format!(
            "{}; discs: means of runs in which all parameters are varied{outside}",
            heading.note
        ),
        panels: vec![Panel {
            x: axes[0].named(),
            y: axes[1].named(),
            layers: vec![Layer::Heat(Heat {
                title: heading.response.to_owned(),
                unit: heading.unit.to_owned(),
                columns: CELLS,
                rows: CELLS,
                values,
                is_hatched: true,
                extent: [0.0, 1.0, 0.0, 1.0],
                discs: points.to_vec(),
                ..Heat::default()
            })],
            aspect: 0.8,
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

fn correlation(samples: &[Sample], one: usize, other: usize) -> f64 {
    let mean = |dimension: usize| -> f64 {
        let parts = samples.iter().map(|s| s.weight * s.at[dimension]);
        parts.sum()
    };
    let [first, second] = [mean(one), mean(other)];
    let moment = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        let parts = samples
            .iter()
            .map(|s| s.weight * f(s.at[one] - first, s.at[other] - second));
        parts.sum()
    };
    moment(&|a, b| a * b) / (moment(&|a, _| a * a) * moment(&|_, b| b * b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::{hold, hold_rules, hold_words};

    fn line() -> Vec<Sample> {
        (0..100)
            .map(|i| {
                let x = (f64::from(i) + 0.5) / 100.0;
                Sample {
                    at: vec![x, 1.0 - x],
                    weight: 0.01,
                }
            })
            .collect()
    }

    #[test]
    fn an_even_sample_has_the_density_of_the_prior_up_to_both_ends() {
        for (x, height) in density(&line(), 0) {
            assert!((height - 1.0).abs() < 0.02, "{x}: {height}");
        }
    }

    #[test]
    fn runs_of_unlike_weight_are_worth_fewer_and_few_are_drawn_in_steps_and_said() {
        let all = Weighed::of([0.25; 4].into_iter());
        assert_eq!((all.runs, all.effective), (4, 4.0));
        // (1 / 2 + 2 / 4)^2 / (1 / 4 + 2 / 16) = 8 / 3.
        let some = Weighed::of([0.5, 0.25, 0.25].into_iter());
        assert!((some.effective - 8.0 / 3.0).abs() < 1e-12);
        assert!(
            some.said("faint")
                .ends_with("worth 3 of equal weight (effective sample size): below 50, faint")
        );
        assert!(!weighed(&line()).said("faint").contains("faint"));
        // An even sample is as likely as the prior in every step.
        let few: Vec<Sample> = line().into_iter().step_by(10).collect();
        let steps = steps(&few, 0);
        assert_eq!(steps.len(), 10);
        assert!(
            steps.iter().all(|step| (step.1 - 1.0).abs() < 1e-12),
            "{steps:?}"
        );
    }

    /// Four runs with the weights 0.4, 0.3, 0.2 and 0.1 are worth 10 / 3 of equal weight: each stands in the middle of its
    /// weight, (n m + 1 / 2) / (n + 1), so that the lowest 0.269 and the highest 0.846 leave both ends of 95 % beyond them.
    #[test]
    fn an_interval_of_a_weighted_sample_is_that_of_fit_csv_and_says_where_it_goes_beyond_the_runs()
    {
        let weighted = [(0.2, 0.4), (0.4, 0.3), (0.6, 0.2), (0.8, 0.1)];
        let [low, middle, high] = interval(weighted.into_iter());
        let n = 10.0 / 3.0;
        let place = |m: f64| (n * m + 0.5) / (n + 1.0);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(low, 0.2 * 0.025 / place(0.2));
        near(
            middle,
            0.2 + 0.2 * (0.5 - place(0.2)) / (place(0.55) - place(0.2)),
        );
        near(
            high,
            0.8 + 0.2 * (0.975 - place(0.95)) / (1.0 - place(0.95)),
        );
        let of = |sample: &[(f64, f64)]| -> Vec<Sample> {
            let sample = sample.iter();
            sample
                .map(|&(x, weight)| Sample {
                    at: vec![x],
                    weight,
                })
                .collect()
        };
        assert!(beyond(&of(&weighted), 1).contains("where no run is"));
        assert_eq!(beyond(&line(), 2), "");
        let layers = density_layers(&of(&weighted), 0, "", "");
        let Layer::Interval(drawn) = &layers[2] else {
            panic!("{layers:?}");
        };
        near(drawn.low, low);
        near(drawn.middle, middle);
        near(drawn.high, high);
    }

    #[test]
    fn a_falling_line_has_correlation_minus_one() {
        assert!((correlation(&line(), 0, 1) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn each_picture_of_a_calibration_is_drawn_as_it_was_seen_to_be_right() {
        let axis = |name: &str, unit: &str| Axis {
            name: name.to_owned(),
            unit: unit.to_owned(),
            ticks: vec![
                (0.0, "0.001".to_owned()),
                (0.5, String::new()),
                (1.0, "0.1".to_owned()),
            ],
        };
        let axes = [
            axis("division of tumour cells", "1/d, log scale"),
            axis("PTHrP made by a tumour cell", "amol/h, log scale"),
        ];
        let samples: Vec<Sample> = line().into_iter().step_by(10).collect();
        let samples: Vec<Sample> = samples
            .into_iter()
            .map(|sample| Sample {
                weight: 0.1,
                ..sample
            })
            .collect();
        let fitted_to = "fitted to BV/TV (% of day 0)";
        hold(
            "calibration_marginals",
            &densities_chart(&axes, &samples, fitted_to),
        );
        hold(
            "calibration_pairs",
            &pairs_chart(&axes, &samples, fitted_to),
        );
        let prediction = Prediction {
            days: vec![0.0, 7.0, 14.0, 21.0],
            of: Weighed {
                runs: 400,
                effective: 310.0,
            },
            quantiles: [100.0, 90.0, 76.0, 60.0]
                .map(|bone| [0.8, 0.95, 1.0, 1.04, 1.1].map(|times| times * bone))
                .to_vec(),
        };
        let datum = |day, value, error, is_error_assumed| Value {
            day,
            value,
            error,
            is_error_assumed,
        };
        let data = [
            datum(7.0, 86.0, 2.0, false),
            datum(14.0, 80.0, 3.0, false),
            datum(21.0, 51.0, 4.0, true),
        ];
        let what = chart::Axis::linear("BV/TV", "% of day 0");
        let chart = prediction_chart(
            what,
            &prediction,
            &data,
            Said {
                of: "Values that fit; scenario: a lesion",
                measured_as: "",
                source: "mice.csv: a paper",
            },
        );
        // The error of the last is assumed: of the others none holds the median.
        assert!(chart.note.contains(" of 2 bars hold"), "{}", chart.note);
        hold("calibration_prediction", &chart);
        let points: Vec<(f64, f64, f64)> = (0..16)
            .map(|at| (f64::from(at % 4) / 3.0, f64::from(at / 4) / 3.0))
            .map(|(u, v)| (u, v, 60.0 - 20.0 * u + 9.0 * v * v))
            .collect();
        let surface = Surface::through(&points).unwrap();
        let heading = Heading {
            title: "Bone left",
            note: "R\u{b2} = 1.00: share of the variance that this surface explains",
            response: "bone left",
            unit: "% of day 0",
            is_never_negative: true,
        };
        let chart = surface_chart(&heading, &axes, &surface, &points);
        assert!(!chart.note.contains("hatched"));
        // Where it falls below nothing it is no value.
        let low: Vec<(f64, f64, f64)> =
            points.iter().map(|&(u, v, at)| (u, v, at - 50.0)).collect();
        let surface_low = Surface::through(&low).unwrap();
        let count = |is_never_negative: bool| {
            let heading = Heading {
                is_never_negative,
                ..heading
            };
            let chart = surface_chart(&heading, &axes, &surface_low, &low);
            let Layer::Heat(heat) = &chart.panels[0].layers[0] else {
                panic!("{chart:?}");
            };
            let impossible = heat.values.iter().filter(|value| value.is_nan()).count();
            assert_eq!(impossible > 0, chart.note.contains("hatched"));
            assert!(
                heat.values
                    .iter()
                    .all(|&value| !is_never_negative || value.is_nan() || value >= 0.0)
            );
            impossible
        };
        assert!(count(true) > 100);
        assert_eq!(count(false), 0);
        // The whole field is drawn of 44 by 44 cells: a snapshot of it would be nothing but rectangles.
        hold_rules("study_surface", &chart);
        hold_words("study_surface", &chart);
    }
}
