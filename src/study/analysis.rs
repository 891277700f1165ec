//! From the rows of a study to what they say: sensitivity, arms and replicates, as tables and pictures.

mod dose_response;
mod draw;
mod tables;

use std::path::{Path, PathBuf};

use toml::Value;

use crate::output::OutputError;
use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::study::analysed::{Analysed, Reading};
use crate::study::design::Design;
use crate::study::factor::{Factor, Values};
use crate::study::plan::Study;
#[cfg(feature = "cli")]
use crate::study::select::{SelectError, place_of};
use crate::study::sensitivity::{morris, partial_ranks, sobol_indices, whole_base_points};
use crate::study::store::Store;
use crate::study::tally::Tally;

/// Curves of a picture of spread, at most: panels of a page.
const MOST_CURVES: u64 = 12;
/// Replicates in the curve of the adviser, at most.
const MOST_ADVISED: usize = 50;

/// Why a first-order index is not to be trusted.
const ABOVE_TOTAL: &str = "above its total index, which no variance allows: too few base points";
/// Why a measure stands without its interval.
const NO_INTERVAL: &str = "no interval: too few points or ranks that agree wholly";

/// The responses of all runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Responses {
    /// Their names.
    pub names: Vec<String>,
    /// By run, then by response; none of a run without one.
    pub values: Vec<Vec<Option<f64>>>,
    /// How many runs they are of.
    pub tally: Tally,
    /// Of which runs they are.
    analysed: Analysed,
}

/// How much a response depends on a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependence {
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
    /// Base points that it is of, with all their runs; none of another measure than a Sobol index.
    pub base_points: Option<u64>,
}

impl Dependence {
    /// True for this response of this arm.
    fn is_of(&self, [response, arm]: [&str; 2]) -> bool {
        self.response == response && self.arm == arm
    }

    /// True for a first-order index above the total one of the same parameter.
    fn is_above_total(&self, all: &[Self]) -> bool {
        let of = |one: &Self| {
            (one.response == self.response && one.arm == self.arm)
                && (one.parameter == self.parameter && one.measure == "total")
        };
        self.measure == "first"
            && all
                .iter()
                .any(|one| of(one) && self.estimate.value > one.estimate.value)
    }

    /// True for the measure by which parameters are ranked.
    fn is_chief(&self) -> bool {
        ["mu_star", "total", "partial_rank"].contains(&self.measure)
    }
}

impl Study {
    /// Reads the responses of all runs.
    ///
    /// # Errors
    /// A result that does not read.
    pub(crate) fn responses(&self, store: &Store) -> Result<Responses, OutputError> {
        let mut tally = Tally::default();
        let mut reading = Reading::of(self);
        let mut values = Vec::new();
        for run in 0..self.header.runs {
            let key = self.run(run).line.key;
            let outcome = store.outcome(&key)?;
            tally.add(&outcome);
            reading.add(&key, &outcome);
            values.push(self.responses_of(&outcome));
        }
        Ok(Responses {
            names: self.header.responses.keys().cloned().collect(),
            values,
            tally,
            analysed: reading.end(),
        })
    }

    /// What the study asks, and the scenario under all runs in words, with the species of its host.
    pub(super) fn of_scenario(&self) -> String {
        let base: toml::Table = self.header.base.parse().unwrap_or_default();
        let text = |table: &toml::Table, key: &str| {
            let value = table.get(key).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let subject = base.get("subject").and_then(Value::as_table);
        let species = subject.map_or_else(String::new, |table| text(table, "species"));
        let [name, said] = ["name", "description"].map(|key| text(&base, key));
        let of = crate::plot::words::of_scenario(&name, &said, &species);
        let asks = self.header.description.trim().trim_end_matches('.');
        if asks.is_empty() {
            of
        } else {
            let asks = crate::plot::words::heading("", asks);
            crate::plot::words::note([&asks[..], &format!("scenario: {of}")])
        }
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
    pub(crate) fn dependences(&self, all: &Responses) -> Vec<Dependence> {
        let mut found = Vec::new();
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let means = self.means(all, place, arm);
                let is_of_bases = matches!(self.header.design, Design::Saltelli { .. });
                let dimensions = self.points.dimensions();
                let base_points = is_of_bases.then(|| whole_base_points(dimensions, &means) as u64);
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
                            base_points,
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
                    .filter_map(|(point, mean)| Some((self.in_order(point), (*mean)?)))
                    .unzip();
                partial_ranks(&rows, &values)?
                    .into_iter()
                    .map(|estimate| vec![("partial_rank", estimate)])
                    .collect()
            }
        })
    }

    /// Where a point lies on each parameter, for ranks: of listed values by their size where they have one, as they may
    /// stand in any order; else by their places in the list.
    fn in_order(&self, point: u64) -> Vec<f64> {
        let at = self.points.at(point);
        let factors = self.header.factors.iter().zip(at);
        let order = |(factor, coordinate): (&Factor, f64)| {
            let Values::Listed(values) = &factor.values else {
                return coordinate;
            };
            let size = |value: &Value| factor.cell(value).parse::<f64>().ok();
            if values.iter().any(|value| size(value).is_none()) {
                return coordinate;
            }
            size(&factor.value(coordinate)).unwrap_or(coordinate)
        };
        factors.map(order).collect()
    }

    /// The numbers of two parameters by their paths.
    ///
    /// # Errors
    /// `SelectError::NoColumn`.
    #[cfg(feature = "cli")]
    pub(crate) fn parameters_called(&self, names: [&str; 2]) -> Result<[usize; 2], SelectError> {
        let factors = self.header.factors.iter();
        let paths: Vec<String> = factors.map(|factor| factor.path.clone()).collect();
        let [across, up] = names.map(|name| place_of(name, &paths));
        Ok([across?, up?])
    }

    /// Writes all tables and pictures that the design allows into a folder, and says which, and of how many runs
    /// they are. Response
    /// surfaces lie over two parameters, by their numbers; without any, over the two that matter most.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn analyse(
        &self,
        store: &Store,
        folder: &Path,
        over: Option<[usize; 2]>,
    ) -> Result<(Vec<PathBuf>, Tally), OutputError> {
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
        self.draw_dose_responses(&all, &plots, &mut written)?;
        self.draw_heat_maps(&all, &plots, &mut written)?;
        self.draw_surfaces(&all, &plots, over, &mut written)?;
        self.draw_spread(store, &all, &plots, &mut written)?;
        all.analysed.write(folder)?;
        Ok((written, all.tally))
    }
}

fn named(response: &str, arm: &str) -> String {
    if arm.is_empty() {
        response.to_owned()
    } else {
        format!("{response}_{arm}")
    }
}
