//! `howship validate`: scenarios whose outcome was published, run over seeds and judged by bands that
//! stood before.
//!
//! [`targets`] has a file for each: what is run, what is measured, the published value and the band in which it
//! passes. `runs` does the runs of their arms, `figure` puts a figure together over seeds with its interval,
//! `part` compares it with its band, [`class`] says how much of it was put in, `report` shows it. A target that
//! is missed is shown as missed; nothing here changes a parameter.

pub(crate) mod arm;
pub(crate) mod at_end;
mod blood;
pub mod class;
pub(crate) mod course;
mod figure;
pub mod fitted;
pub(crate) mod part;
mod picture;
pub(crate) mod report;
pub(crate) mod runs;
pub(crate) mod scenarios;
mod shared;
pub(crate) mod target;
pub mod targets;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub use self::arm::Arm;
pub use self::part::Part;
use self::runs::{Runs, run_arms};
pub use self::scenarios::ScenarioFile;
pub use self::target::Target;

use self::targets::TARGETS;
use crate::numerics::refusal::Refusal;
use crate::output::{OutputError, write_whole};
#[cfg(feature = "cli")]
use crate::run::{ours::refuse_inside, screen::Console, words::Weight};

/// Why a validation stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidationError {
    /// A run did not load or stopped.
    #[error("arm {arm}, seed {seed}: {message}")]
    Arm {
        /// Name of the arm.
        arm: &'static str,
        /// Its seed.
        seed: u64,
        /// What it said.
        message: String,
    },
    /// A target needs an arm that was not run.
    #[error("the arm {0} was not run")]
    NoArm(String),
    /// A figure without a run failed.
    #[error("{0}")]
    Calculation(String),
    /// A target that does not exist.
    #[error("there is no target `{found}`; targets are {}", targets::names())]
    NoTarget {
        /// What was asked for.
        found: String,
    },
    /// The folder is there already.
    #[error("{} exists already and is not empty: choose another folder with --out", .0.display())]
    Exists(PathBuf),
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for ValidationError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::NoTarget { .. } | Self::Exists(_) => true,
            Self::Output(error) => error.is_refusal(),
            _ => false,
        }
    }
}

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Targets, in their order.
    pub targets: Vec<Target>,
    /// Seeds 1 to so many for each arm.
    pub seeds: u64,
    /// Folder of the report.
    pub out: PathBuf,
}

impl Plan {
    /// A plan for the targets of these names, for the quick ones, or for all.
    ///
    /// # Errors
    /// [`ValidationError::NoTarget`].
    pub fn new(
        only: &[String],
        quick: bool,
        seeds: Option<u64>,
        out: PathBuf,
    ) -> Result<Self, ValidationError> {
        for found in only {
            if !TARGETS.iter().any(|target| target.id == found) {
                return Err(ValidationError::NoTarget {
                    found: found.clone(),
                });
            }
        }
        let chosen = |target: &&Target| match only {
            [] => !quick || target.quick,
            _ => only.iter().any(|id| id == target.id),
        };
        Ok(Self {
            targets: TARGETS.iter().filter(chosen).copied().collect(),
            seeds: seeds.unwrap_or(if quick { 3 } else { 20 }),
            out,
        })
    }

    /// The arms that the targets need, each once.
    pub fn arms(&self) -> Vec<Arm> {
        let mut arms: Vec<Arm> = Vec::new();
        for arm in self.targets.iter().flat_map(|target| target.arms) {
            if !arms.iter().any(|known| known.name == arm.name) {
                arms.push(*arm);
            }
        }
        arms
    }

    /// How many runs it takes.
    pub fn runs(&self) -> usize {
        self.arms().len() * self.seeds as usize
    }

    /// Runs it and writes its report, as [`validate`]; a console shows where it is, and what was found.
    ///
    /// # Errors
    /// [`ValidationError`]; of a folder that howship wrote nothing is run.
    #[cfg(feature = "cli")]
    pub(crate) fn shown(self, console: &Console<'_>) -> Result<(), ValidationError> {
        refuse_inside(&self.out)?;
        let counter = console.counter(self.runs() as u64, "runs");
        let outcome = validate(self, &|_| counter.one(None))?;
        counter.finish();
        console.show(Weight::Answer, outcome);
        Ok(())
    }
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// The plan.
    pub plan: Plan,
    /// Figures of each target, in the order of the plan.
    pub parts: Vec<(Target, Vec<Part>)>,
    /// The runs.
    pub(crate) runs: Runs,
}

impl Outcome {
    /// Targets of which every figure is met.
    pub fn met(&self) -> usize {
        let whole = |parts: &Vec<Part>| !parts.is_empty() && parts.iter().all(Part::is_met);
        self.parts.iter().filter(|(_, parts)| whole(parts)).count()
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            to,
            "{}\n{} of {} targets met; report in {}",
            self.verdicts(),
            self.met(),
            self.parts.len(),
            self.plan.out.display()
        )
    }
}

/// The scenarios of all targets, by name.
fn scenario_files() -> BTreeSet<ScenarioFile> {
    let arms = TARGETS.iter().flat_map(|target| target.arms);
    arms.map(|arm| arm.scenario).collect()
}

/// Runs a plan and writes its report. `seen` is called after each run with how many are done.
///
/// # Errors
/// [`ValidationError`]: a folder that is there, a run that stops, a file that cannot be written.
pub fn validate(plan: Plan, seen: &(impl Fn(usize) + Sync)) -> Result<Outcome, ValidationError> {
    let io = |path: PathBuf| move |source| OutputError::Io { path, source };
    let scenarios = plan.out.join("scenarios");
    if let Ok(mut inside) = std::fs::read_dir(&plan.out)
        && inside.next().is_some()
    {
        return Err(ValidationError::Exists(plan.out));
    }
    std::fs::create_dir_all(&scenarios).map_err(io(scenarios.clone()))?;
    // All of them: some extend others.
    for ScenarioFile { name, text } in scenario_files() {
        write_whole(&scenarios.join(name), text.as_bytes())?;
    }
    let runs = run_arms(&scenarios, &plan.arms(), plan.seeds, seen)?;
    let parts = plan
        .targets
        .iter()
        .map(|&target| Ok((target, target.evaluate(&runs, &scenarios)?)))
        .collect::<Result<_, ValidationError>>()?;
    let outcome = Outcome { plan, parts, runs };
    report::write(&outcome)?;
    Ok(outcome)
}
