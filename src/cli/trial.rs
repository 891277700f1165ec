//! `howship trial`, `dissect` and `validate`: many runs, and what they say together.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Stop;
use super::run::{How, ScenarioArguments};
use super::study::cores;
use super::terminal::{TERMINAL, say};
use crate::cohort::lattice::comparison;
use crate::cohort::report;
use crate::cohort::trial::Trial;
use crate::run::screen::Console;
use crate::scenario::build::load;
use crate::study::dissect::map::Map;
use crate::study::dissect::{Asked, Plan, check_place};
use crate::validate;

/// Virtual trials: thousands of patients in arms with common random numbers, and the curves of a clinical paper.
#[derive(Debug, Args)]
pub(super) struct TrialArguments {
    #[command(subcommand)]
    command: TrialCommand,
}

impl TrialArguments {
    /// True where what it gives is words on standard output.
    pub(super) fn gives_words(&self) -> bool {
        !matches!(self.command, TrialCommand::Run(_))
    }
}

#[derive(Debug, Subcommand)]
enum TrialCommand {
    /// Read a trial and say what it would do, without running it.
    Check {
        /// The trial file.
        trial: PathBuf,
    },
    Tissue(TissueArguments),
    Run(RunArguments),
}

/// Compare the reduced tissue of trials with the course of a lesion on the lattice.
#[derive(Debug, Args)]
struct TissueArguments {
    /// Another course of the lattice, as trials/lattice/course.py writes it; without, the shipped one.
    #[arg(long)]
    course: Option<PathBuf>,
    /// Fit the constants that are marked as fitted to that course first; some seconds.
    #[arg(long)]
    fit: bool,
    /// Seed of the search.
    #[arg(long, default_value_t = 1, requires = "fit")]
    seed: u64,
}

/// Follow every patient in every arm; leaves tables, curves and what a clinical paper shows.
#[derive(Debug, Args)]
struct RunArguments {
    /// The trial file.
    trial: PathBuf,
    /// Folder for the results.
    #[arg(long)]
    out: PathBuf,
    /// Patients per arm, instead of those of the trial; the first are the same ones.
    #[arg(long)]
    patients: Option<u64>,
    /// Seed of all chance, instead of the trial's.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    how: How,
    /// Replace the folder of an earlier trial.
    #[arg(long)]
    force: bool,
}

pub(super) fn trial(arguments: &TrialArguments) -> Result<(), Stop> {
    match &arguments.command {
        TrialCommand::Check { trial } => {
            say!("{}", Trial::read(trial, None, None)?.outline());
            Ok(())
        }
        TrialCommand::Tissue(it) => {
            let seed = it.fit.then_some(it.seed);
            for line in comparison(it.course.as_deref(), seed)? {
                say!("{line}");
            }
            Ok(())
        }
        TrialCommand::Run(it) => {
            let asked = report::Asked {
                patients: it.patients,
                seed: it.seed,
                replaces: it.force,
            };
            (it.how).go(|console| Ok(report::shown(&it.trial, &it.out, asked, console)?))
        }
    }
}

/// Take the cycle of a scenario apart: what it loses with each link cut, halved and doubled, the gain of the
/// loop, and couplings that never matter.
#[derive(Debug, Args)]
pub(super) struct DissectArguments {
    #[command(flatten)]
    of: ScenarioArguments,
    /// Seeds of every variant, from that of the scenario on.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: u64,
    /// Two parameters with their ranges, as in --map "tumour.division.rate=0.2 /d..0.6 /d"
    /// "inoculation.cells=100..900".
    #[arg(long, num_args = 2, value_names = ["A=FROM..TO", "B=FROM..TO"])]
    map: Vec<String>,
    /// Values of each parameter of the map.
    #[arg(long, default_value_t = 5, requires = "map", value_parser = clap::value_parser!(u32).range(2..=100))]
    steps: u32,
    /// Folder of tables and pictures; it must not exist.
    #[arg(long)]
    out: PathBuf,
    /// Threads of all runs together; results are the same for any number. One per core without it.
    #[arg(long, value_parser = cores())]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

pub(super) fn dissect(it: &DissectArguments) -> Result<(), Stop> {
    check_place(&it.out)?;
    let loaded = load(&it.of.scenario, &it.of.sets)?;
    let map = match it.map.as_slice() {
        [across, up] => Some(Map::of(&loaded, [across, up], it.steps)?),
        _ => None,
    };
    let asked = Asked {
        seeds: it.seeds,
        map,
        threads: it.threads,
    };
    let plan = Plan::new(&loaded, asked)?;
    Ok(plan.shown(&it.out, &Console::new(TERMINAL, it.quiet))?)
}

/// Run the scenarios whose outcome was published and write a report: one row per target, met or missed.
#[derive(Debug, Args)]
pub(super) struct ValidateArguments {
    /// Folder of the report; it must not exist, or be empty.
    #[arg(long)]
    out: PathBuf,
    /// A subset with three seeds, some minutes.
    #[arg(long)]
    quick: bool,
    /// Only these targets, as in --only A1,A9.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Seeds per arm; 20 unless told, 3 with --quick.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: Option<u64>,
    /// Say nothing while it runs.
    #[arg(long)]
    quiet: bool,
}

/// Runs the targets; the exit code does not depend on the verdicts.
pub(super) fn validate(it: &ValidateArguments) -> Result<(), Stop> {
    let plan = validate::Plan::new(&it.only, it.quick, it.seeds, it.out.clone())?;
    Ok(plan.shown(&Console::new(TERMINAL, it.quiet))?)
}
