//! What a study file says, apart from paths of the scenario.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::study::design::Design;
use crate::study::factor::RandomNumbers;
use crate::study::response::Response;

/// Keys of a study file, apart from `set`, `vary` and `arms`, which hold paths of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::study) struct Keys {
    /// Short name; names the folder of the tables in the store.
    pub name: String,
    /// What the study asks, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// The scenario under every run; relative to the study.
    pub base: PathBuf,
    /// Seed of the design and of the replicates.
    #[serde(default = "one_seed")]
    pub seed: u64,
    /// Runs of each point and arm that differ in their random numbers alone.
    #[serde(default = "one")]
    pub replicates: u32,
    /// Which random numbers the points have. Files of before 0.1 call it `luck`.
    #[serde(default, alias = "luck")]
    pub random_numbers: RandomNumbers,
    /// How the points are laid.
    #[serde(default = "grid")]
    pub design: Design,
    /// One number each out of the series of every run.
    #[serde(default)]
    pub responses: BTreeMap<String, Response>,
    /// Data to come near to; makes the study a calibration.
    #[serde(default)]
    pub fit: Option<Fit>,
}

/// How a calibration searches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// CSV with the columns `time_d`, `column`, `value`, `error`, for ratios `relative_to_d`, and where an error was
    /// not measured `error_class` (`design`, else `measured`); relative to the study.
    pub data: PathBuf,
    /// What searches.
    #[serde(default)]
    pub method: Method,
    /// Particles of a population.
    #[serde(default = "hundred")]
    pub particles: usize,
    /// Populations, at most.
    #[serde(default = "ten")]
    pub populations: usize,
    /// Share of a population that the next tolerance would still take.
    #[serde(default = "half")]
    pub keep: f64,
    /// Runs in all, at most.
    #[serde(default = "thousand")]
    pub runs: usize,
    /// The weight of a distance within the tolerance.
    #[serde(default)]
    pub kernel: AcceptanceKernel,
    /// End a run as soon as its distance from the data that it has passed exceeds the tolerance. The
    /// particles are the same without.
    #[serde(default = "yes")]
    pub early_rejection: bool,
}

/// The kernel of acceptance: the weight of a distance within the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceKernel {
    /// The density of normal errors. The tolerance falls until these errors decide.
    #[default]
    Normal,
    /// The same for all. The tolerance falls as long as there are runs and populations.
    Uniform,
}

/// What searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Approximate Bayesian computation by sequential Monte Carlo: a posterior.
    #[default]
    Abc,
    /// Covariance matrix adaptation: the best point.
    Cma,
}

const fn hundred() -> usize {
    100
}

const fn ten() -> usize {
    10
}

const fn yes() -> bool {
    true
}

const fn half() -> f64 {
    0.5
}

const fn thousand() -> usize {
    1000
}

const fn one() -> u32 {
    1
}

const fn one_seed() -> u64 {
    1
}

const fn grid() -> Design {
    Design::Grid
}
