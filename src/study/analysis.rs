//! From the rows of a study to what they say: sensitivity, arms and replicates, as tables and pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::output::table::{Table, quoted};
use crate::output::{OutputError, write_whole};
use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::statistics::replicates::{half_width, mean_interval, needed, pooled_deviation};
use crate::study::design::Design;
use crate::study::factor::Values;
use crate::study::pictures::{Bar, Curve, HeatMap, draw_bars, draw_curves, draw_heat_map};
use crate::study::plan::Study;
use crate::study::posterior::axis;
use crate::study::posterior_pictures::draw_surface;
use crate::study::response::level;
use crate::study::sensitivity::{morris, partial_ranks, sobol_indices};
use crate::study::store::{Outcome, Store};
use crate::study::surface::Surface;

/// Curves of a picture of spread, at most: more cannot be told apart.
const MOST_CURVES: u64 = 5;
/// Replicates in the curve of the adviser, at most.
const MOST_ADVISED: usize = 50;

/// Why a measure stands without its interval.
const NO_INTERVAL: &str = "no interval: too few points or ranks that agree wholly";

/// The responses of all runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Responses {
    /// Their names.
    pub names: Vec<String>,
    /// By run, then by response; none of a run without one.
    pub values: Vec<Vec<Option<f64>>>,
}

/// How much a response depends on a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependence {
    /// The response.
    pub response: String,
    /// The arm; empty without arms.
    pub arm: String,
    /// Path of the parameter.
    pub parameter: String,
    /// `mu`, `mu_star`, `sigma`, `first`, `total` or `partial_rank`.
    pub measure: &'static str,
    /// How much, with its 95 % interval where there is one.
    pub estimate: Estimate,
}

impl Dependence {
    /// True for the measure by which parameters are ranked.
    fn is_chief(&self) -> bool {
        ["mu_star", "total", "partial_rank"].contains(&self.measure)
    }
}

/// A table of texts.
struct Text {
    out: String,
}

impl Text {
    fn new(columns: &[&str]) -> Self {
        Self {
            out: format!("{}\n", columns.join(",")),
        }
    }

    /// A number that is none leaves its cell empty.
    fn row(&mut self, names: &[&str], numbers: &[f64]) {
        let cells = Self::cells(names, numbers);
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{}", cells.join(","));
    }

    /// As [`Self::row`], with words at the end.
    fn noted_row(&mut self, names: &[&str], numbers: &[f64], note: &str) {
        let cells = Self::cells(names, numbers);
        let _ = writeln!(self.out, "{},{}", cells.join(","), quoted(note));
    }

    fn cells(names: &[&str], numbers: &[f64]) -> Vec<String> {
        let mut cells: Vec<String> = names.iter().map(|&name| quoted(name)).collect();
        cells.extend(numbers.iter().map(|number| {
            if number.is_finite() {
                number.to_string()
            } else {
                String::new()
            }
        }));
        cells
    }
}

impl Study {
    /// Reads the responses of all runs.
    ///
    /// # Errors
    /// A result that does not read.
    pub fn responses(&self, store: &Store) -> Result<Responses, OutputError> {
        let values = (0..self.header.runs)
            .map(|run| Ok(self.row(store, run)?.responses))
            .collect::<Result<_, OutputError>>()?;
        Ok(Responses {
            names: self.header.responses.keys().cloned().collect(),
            values,
        })
    }

    fn arm_name(&self, arm: u64) -> &str {
        let arm = self.header.arms.get(arm as usize);
        arm.map_or("", |arm| arm.name.as_str())
    }

    fn number(&self, point: u64, arm: u64, replicate: u32) -> usize {
        let replicates = u64::from(self.header.replicates);
        ((point * self.arms() + arm) * replicates + u64::from(replicate)) as usize
    }

    /// Values of a response at a point of an arm, one per replicate that has one.
    fn replicates_of(&self, all: &Responses, response: usize, point: u64, arm: u64) -> Vec<f64> {
        (0..self.header.replicates)
            .filter_map(|replicate| all.values[self.number(point, arm, replicate)][response])
            .collect()
    }

    /// Mean over replicates at each point of an arm.
    fn means(&self, all: &Responses, response: usize, arm: u64) -> Vec<Option<f64>> {
        (0..self.points.count())
            .map(|point| {
                let values = self.replicates_of(all, response, point, arm);
                (!values.is_empty()).then(|| mean_and_deviation(&values).0)
            })
            .collect()
    }

    /// How much each response depends on each parameter, by the measure that fits the design.
    pub fn dependences(&self, all: &Responses) -> Vec<Dependence> {
        let mut found = Vec::new();
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let means = self.means(all, place, arm);
                for (factor, measures) in self
                    .header
                    .factors
                    .iter()
                    .zip(self.measures(&means).unwrap_or_default())
                {
                    for (measure, estimate) in measures {
                        found.push(Dependence {
                            response: response.clone(),
                            arm: self.arm_name(arm).to_owned(),
                            parameter: factor.path.clone(),
                            measure,
                            estimate,
                        });
                    }
                }
            }
        }
        found
    }

    fn measures(&self, means: &[Option<f64>]) -> Option<Vec<Vec<(&'static str, Estimate)>>> {
        let bare = |value| Estimate {
            value,
            low: f64::NAN,
            high: f64::NAN,
        };
        let dimensions = self.points.dimensions();
        Some(match self.header.design {
            Design::Morris { .. } => morris(&self.points, means)
                .into_iter()
                .map(|effects| {
                    let half = 1.96 * effects.mu_star_error;
                    let mu_star = Estimate {
                        value: effects.mu_star,
                        low: effects.mu_star - half,
                        high: effects.mu_star + half,
                    };
                    vec![
                        ("mu_star", mu_star),
                        ("mu", bare(effects.mu)),
                        ("sigma", bare(effects.sigma)),
                    ]
                })
                .collect(),
            Design::Saltelli { .. } => sobol_indices(dimensions, means, self.header.seed)
                .into_iter()
                .map(|shares| vec![("total", shares.total), ("first", shares.first)])
                .collect(),
            _ => {
                let (rows, values): (Vec<Vec<f64>>, Vec<f64>) = (0_u64..)
                    .zip(means)
                    .filter_map(|(point, mean)| Some((self.points.at(point), (*mean)?)))
                    .unzip();
                partial_ranks(&rows, &values)?
                    .into_iter()
                    .map(|estimate| vec![("partial_rank", estimate)])
                    .collect()
            }
        })
    }

    /// Writes all tables and pictures that the design allows into a folder, and says which. Response
    /// surfaces lie over two parameters, by their numbers; without any, over the two that matter most.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn analyse(
        &self,
        store: &Store,
        folder: &Path,
        over: Option<[usize; 2]>,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let all = self.responses(store)?;
        let plots = folder.join("plots");
        std::fs::create_dir_all(&plots).map_err(|source| OutputError::Io {
            path: plots.clone(),
            source,
        })?;
        let mut written = Vec::new();
        self.write_dependences(&all, folder, &mut written)?;
        self.write_arms(&all, folder, &mut written)?;
        self.write_replicates(&all, folder, &mut written)?;
        self.draw_heat_maps(&all, &plots, &mut written)?;
        self.draw_surfaces(&all, &plots, over, &mut written)?;
        self.draw_spread(store, &plots, &mut written)?;
        Ok(written)
    }

    fn write_dependences(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let found = self.dependences(all);
        if found.is_empty() {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "parameter",
            "measure",
            "value",
            "low",
            "high",
            "note",
        ]);
        let mut bars: BTreeMap<(String, String), Vec<Bar>> = BTreeMap::new();
        for one in &found {
            let Estimate { value, low, high } = one.estimate;
            let has_interval = !["mu", "sigma"].contains(&one.measure);
            table.noted_row(
                &[&one.response, &one.arm, &one.parameter, one.measure],
                &[value, low, high],
                if has_interval && !low.is_finite() {
                    NO_INTERVAL
                } else {
                    ""
                },
            );
            if one.is_chief() {
                let bars = bars
                    .entry((one.response.clone(), one.arm.clone()))
                    .or_default();
                bars.push(Bar {
                    label: one.parameter.clone(),
                    value,
                    low,
                    high,
                });
            }
        }
        let path = folder.join("sensitivity.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        let what = match self.header.design {
            Design::Morris { .. } => "mu*, mean size of the effect over the range",
            Design::Saltelli { .. } => "total Sobol index",
            _ => "partial rank correlation",
        };
        for ((response, arm), mut bars) in bars {
            bars.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
            let path = folder.join(format!("plots/tornado_{}.svg", named(&response, &arm)));
            draw_bars(&path, &titled(&response, &arm), what, &bars)?;
            written.push(path);
        }
        Ok(())
    }

    /// Differences between arms, paired by point and replicate.
    fn write_arms(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        if self.arms() < 2 {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "minus",
            "pairs",
            "difference",
            "low",
            "high",
        ]);
        for (place, response) in all.names.iter().enumerate() {
            for other in 0..self.arms() {
                for arm in other + 1..self.arms() {
                    let mut differences = Vec::new();
                    for point in 0..self.points.count() {
                        for replicate in 0..self.header.replicates {
                            let of = |arm| all.values[self.number(point, arm, replicate)][place];
                            if let (Some(one), Some(two)) = (of(arm), of(other)) {
                                differences.push(one - two);
                            }
                        }
                    }
                    let Estimate { value, low, high } = mean_interval(&differences);
                    table.row(
                        &[response, self.arm_name(arm), self.arm_name(other)],
                        &[differences.len() as f64, value, low, high],
                    );
                }
            }
        }
        let path = folder.join("arms.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        Ok(())
    }

    /// How many replicates an interval of the mean takes, from the spread that these show.
    fn write_replicates(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        const SHARES: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];
        if self.header.replicates < 2 {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "mean",
            "deviation",
            "half_width_now",
            "for_1_percent",
            "for_2_percent",
            "for_5_percent",
            "for_10_percent",
            "for_20_percent",
        ]);
        let mut curves = Vec::new();
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let groups: Vec<Vec<f64>> = (0..self.points.count())
                    .map(|point| self.replicates_of(all, place, point, arm))
                    .collect();
                let Some(deviation) = pooled_deviation(&groups) else {
                    continue;
                };
                let every: Vec<f64> = groups.concat();
                let (mean, _) = mean_and_deviation(&every);
                let now = half_width(deviation, self.header.replicates as usize);
                let mut numbers = vec![mean, deviation, now];
                numbers.extend(SHARES.map(|share| {
                    needed(deviation, share * mean.abs()).map_or(f64::NAN, |count| count as f64)
                }));
                table.row(&[response, self.arm_name(arm)], &numbers);
                if mean != 0.0 {
                    curves.push(Curve {
                        label: titled(response, self.arm_name(arm)),
                        points: (2..=MOST_ADVISED)
                            .map(|count| {
                                let half = half_width(deviation, count);
                                (count as f64, 100.0 * half / mean.abs())
                            })
                            .collect(),
                        band: Vec::new(),
                    });
                }
            }
        }
        let path = folder.join("replicates.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        if !curves.is_empty() {
            let path = folder.join("plots/replicates.svg");
            draw_curves(
                &path,
                "How many replicates?",
                ["replicates", "half of the 95 % interval (% of the mean)"],
                &curves,
            )?;
            written.push(path);
        }
        Ok(())
    }

    /// Heat maps of each response over a grid of two parameters.
    fn draw_heat_maps(
        &self,
        all: &Responses,
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let (Design::Grid, [down, across]) = (self.header.design, self.header.factors.as_slice())
        else {
            return Ok(());
        };
        let count = |values: &Values| match values {
            Values::Listed(values) => values.len(),
            Values::Range { levels, .. } => levels.unwrap_or(2) as usize,
        };
        let size = [count(&across.values), count(&down.values)];
        let tick = |point: usize, factor: usize| {
            let value = self.values(point as u64).swap_remove(factor);
            self.header.factors[factor].cell(&value)
        };
        let name = |factor: &crate::study::factor::Factor| match factor.unit() {
            "" => factor.path.clone(),
            unit => format!("{} ({unit})", factor.path),
        };
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let arm_name = self.arm_name(arm);
                let map = HeatMap {
                    title: titled(response, arm_name),
                    axes: [name(across), name(down)],
                    ticks: [
                        (0..size[0]).map(|column| tick(column, 1)).collect(),
                        (0..size[1]).map(|row| tick(row * size[0], 0)).collect(),
                    ],
                    // The first parameter runs slowest, so that each of its levels is a row.
                    values: self.means(all, place, arm),
                };
                let path = plots.join(format!("heat_map_{}.svg", named(response, arm_name)));
                draw_heat_map(&path, &map)?;
                written.push(path);
            }
        }
        Ok(())
    }

    /// The two parameters on which a response depends most.
    fn chief(found: &[Dependence], response: &str, arm: &str) -> Option<[usize; 2]> {
        let mut sizes: Vec<(f64, usize)> = found
            .iter()
            .filter(|one| one.response == response && one.arm == arm && one.is_chief())
            .map(|one| one.estimate.value.abs())
            .zip(0..)
            .filter(|(size, _)| size.is_finite())
            .collect();
        sizes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        match sizes.as_slice() {
            [first, second, ..] => Some([first.1, second.1]),
            _ => None,
        }
    }

    /// Quadratic surfaces of each response, where no heat map shows all there is.
    fn draw_surfaces(
        &self,
        all: &Responses,
        plots: &Path,
        over: Option<[usize; 2]>,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let is_map = self.header.design == Design::Grid && self.points.dimensions() == 2;
        if is_map || self.points.dimensions() < 2 {
            return Ok(());
        }
        let found = self.dependences(all);
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let arm_name = self.arm_name(arm);
                let Some([across, up]) = over.or_else(|| Self::chief(&found, response, arm_name))
                else {
                    continue;
                };
                let points: Vec<(f64, f64, f64)> = (0..)
                    .zip(self.means(all, place, arm))
                    .filter_map(|(point, mean)| {
                        let at = self.points.at(point);
                        Some((at[across], at[up], mean?))
                    })
                    .collect();
                let Some(surface) = Surface::through(&points) else {
                    continue;
                };
                // Designs that change one parameter at a time come back to the same place.
                let places: BTreeSet<[u64; 2]> = points
                    .iter()
                    .map(|(u, v, _)| [u.to_bits(), v.to_bits()])
                    .collect();
                let title = format!(
                    "{}: quadratic, R2 = {:.2} (points left out {:.2}; n = {} at {} places)",
                    titled(response, arm_name),
                    surface.explained,
                    surface.predicted,
                    surface.points,
                    places.len()
                );
                let axes = [across, up].map(|factor| axis(&self.header.factors[factor]));
                let path = plots.join(format!("surface_{}.svg", named(response, arm_name)));
                draw_surface(&path, &title, &axes, &surface, &points)?;
                written.push(path);
            }
        }
        Ok(())
    }

    /// Every column that is asked for over time: mean and extremes over replicates, of the arms of the
    /// first points.
    fn draw_spread(
        &self,
        store: &Store,
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let mut columns: Vec<&str> = self
            .header
            .responses
            .values()
            .map(|response| response.column.as_str())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let mut groups = Vec::new();
        'all: for point in 0..self.points.count() {
            for arm in 0..self.arms() {
                if groups.len() as u64 == MOST_CURVES {
                    break 'all;
                }
                let mut tables = Vec::new();
                for replicate in 0..self.header.replicates {
                    let run = self.number(point, arm, replicate) as u64;
                    if let Outcome::Done(series) = store.outcome(&self.run(run).line.key)? {
                        tables.push(series);
                    }
                }
                let label = match (self.points.count(), self.arm_name(arm)) {
                    (1, "") => "all".to_owned(),
                    (1, name) => name.to_owned(),
                    (_, "") => format!("point {point}"),
                    (_, name) => format!("point {point}, {name}"),
                };
                groups.push((label, tables));
            }
        }
        let all = self.points.count().saturating_mul(self.arms());
        for column in columns {
            let curves: Vec<Curve> = groups
                .iter()
                .filter_map(|(label, tables)| spread(label, tables, column))
                .collect();
            if curves.is_empty() {
                continue;
            }
            let path = plots.join(format!("spread_{column}.svg"));
            draw_curves(
                &path,
                &if (curves.len() as u64) < all {
                    format!(
                        "{column}: mean and range of replicates; the first {} of {all} points and arms",
                        curves.len()
                    )
                } else {
                    format!("{column}: mean, band from least to greatest replicate")
                },
                ["time (d)", column],
                &curves,
            )?;
            written.push(path);
        }
        Ok(())
    }
}

/// Mean, least and greatest of a column over runs, at the times of the first.
fn spread(label: &str, tables: &[Table], column: &str) -> Option<Curve> {
    let days = tables.first()?.column("time_d")?;
    let series: Vec<(Vec<f64>, Vec<f64>)> = tables
        .iter()
        .map(|table| Some((table.column("time_d")?, table.column(column)?)))
        .collect::<Option<_>>()?;
    let mut curve = Curve {
        label: label.to_owned(),
        points: Vec::new(),
        band: Vec::new(),
    };
    for day in days {
        let at: Vec<f64> = series
            .iter()
            .filter_map(|(days, values)| level(days, values, day))
            .collect();
        curve.points.push((day, mean_and_deviation(&at).0));
        if at.len() > 1 {
            let least = at.iter().copied().fold(f64::INFINITY, f64::min);
            let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            curve.band.push((day, least, most));
        }
    }
    Some(curve)
}

fn named(response: &str, arm: &str) -> String {
    if arm.is_empty() {
        response.to_owned()
    } else {
        format!("{response}_{arm}")
    }
}

fn titled(response: &str, arm: &str) -> String {
    if arm.is_empty() {
        response.to_owned()
    } else {
        format!("{response}, {arm}")
    }
}
