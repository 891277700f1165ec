//! `howship trial`: virtual trials.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::{Args, Subcommand};

use super::Stop;
use super::progress::Progress;
use super::run::on_threads;
use crate::cohort::lattice::{Lattice, TURNOVER_PER_D};
use crate::cohort::report::write;
use crate::cohort::run::run as run_trial;
use crate::cohort::tissue::Tissue;
use crate::cohort::trial::Trial;
use crate::run::ours::Replacement;

/// Arguments of `howship trial`.
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
    /// Hold the reduced tissue of trials against the course of a lesion on the lattice.
    Tissue(TissueArguments),
    /// Follow every patient in every arm; leaves tables, curves and what a clinical paper shows.
    Run(RunArguments),
}

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
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
    /// Replace the folder of an earlier trial.
    #[arg(long)]
    force: bool,
}

fn open(path: &Path, patients: Option<u64>, seed: Option<u64>) -> Result<Trial, Stop> {
    Trial::read(path, patients, seed).map_err(|found| Stop::Request(found.render(false)))
}

pub(super) fn trial(arguments: &TrialArguments) -> Result<(), Stop> {
    match &arguments.command {
        TrialCommand::Check { trial } => {
            say!("{}", open(trial, None, None)?.outline());
            Ok(())
        }
        TrialCommand::Tissue(arguments) => tissue(arguments),
        TrialCommand::Run(arguments) => on_threads(arguments.threads, || run(arguments)),
    }
}

fn tissue(arguments: &TissueArguments) -> Result<(), Stop> {
    let stop = |error| Stop::Failed(format!("error: {error}"));
    let lattice = arguments
        .course
        .as_deref()
        .map_or_else(Lattice::shipped, Lattice::read)
        .map_err(stop)?;
    let (tissue, turnover_per_d) = if arguments.fit {
        let fit = lattice.fit(arguments.seed).map_err(stop)?;
        say!("{fit}");
        (fit.tissue, fit.turnover_per_d)
    } else {
        (Tissue::default(), TURNOVER_PER_D)
    };
    say!("reduced tissue against the mean of three seeds of the lattice");
    for one in lattice.compare(&tissue, turnover_per_d) {
        say!("{one}");
    }
    Ok(())
}

fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let trial = open(&arguments.trial, arguments.patients, arguments.seed)?;
    let inputs = [arguments.trial.clone()];
    Replacement::check(&arguments.out, arguments.force, &inputs)?;
    Replacement::try_place(&arguments.out)?;
    let progress = Mutex::new(Progress::new(trial.patients, arguments.quiet));
    let done = AtomicU64::new(0);
    let results = run_trial(&trial, &|| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.at(done, || format!("{done} of {} patients", trial.patients));
    })
    .map_err(|error| Stop::Failed(format!("error: {error}")))?;
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .finish();
    // Again: whatever came there meanwhile stays.
    Replacement::check(&arguments.out, arguments.force, &inputs)?;
    let replacement = Replacement::begin(&arguments.out, &inputs)?;
    let (found, _) = write(replacement.folder(), &trial, &results)?;
    replacement.place()?;
    if !arguments.quiet {
        say!("{found}");
        say!("results in {}", arguments.out.display());
    }
    Ok(())
}
