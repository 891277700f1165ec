//! `howship trial`: virtual trials.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Stop;
use super::progress::Counter;
use super::run::How;
use crate::cohort::lattice::comparison;
use crate::cohort::report::{TrialError, run_into};
use crate::cohort::trial::Trial;

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
    /// Compare the reduced tissue of trials with the course of a lesion on the lattice.
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
        TrialCommand::Tissue(arguments) => tissue(arguments),
        TrialCommand::Run(arguments) => arguments.how.go(|_| run(arguments)),
    }
}

fn tissue(arguments: &TissueArguments) -> Result<(), Stop> {
    let seed = arguments.fit.then_some(arguments.seed);
    for line in comparison(arguments.course.as_deref(), seed)? {
        say!("{line}");
    }
    Ok(())
}

fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let (file, out) = (&arguments.trial, &arguments.out);
    let trial = Trial::read(file, arguments.patients, arguments.seed)?;
    let counter = Counter::new(trial.patients, arguments.how.quiet, "patients");
    let seen = || counter.one(None);
    let found = run_into(out, &trial, (file, arguments.force), &|| false, &seen);
    let found = found.map_err(|error| match error {
        // Of a folder the program says which option helps.
        TrialError::Output(error) => Stop::from(error),
        other => Stop::from(other),
    })?;
    counter.finish();
    if !arguments.how.quiet {
        say!("{found}");
        say!("results in {}", out.display());
    }
    Ok(())
}
