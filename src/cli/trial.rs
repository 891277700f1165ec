//! `howship trial`: virtual trials.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::{Args, Subcommand};

use super::Stop;
use super::progress::Progress;
use super::run::on_threads;
use crate::cohort::lattice::{Fit, Lattice, TURNOVER_PER_D};
use crate::cohort::report::write;
use crate::cohort::run::run as run_trial;
use crate::cohort::summary::{Figure, Summary};
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
            check(&open(trial, None, None)?);
            Ok(())
        }
        TrialCommand::Tissue(arguments) => tissue(arguments),
        TrialCommand::Run(arguments) => on_threads(arguments.threads, || run(arguments)),
    }
}

fn check(trial: &Trial) {
    say!("{}: {}", trial.name, trial.description);
    say!(
        "{} patients per arm, the same in every arm, followed for {} d; seed {}",
        trial.patients,
        trial.days(),
        trial.seed
    );
    for name in trial.arm_names() {
        let courses: Vec<String> = trial.arms.get(name).map_or_else(Vec::new, |arm| {
            arm.therapy
                .values()
                .map(|course| format!("{} {}", course.drug, course.dose))
                .collect()
        });
        say!(
            "arm {name}{}: {}",
            if name == trial.control {
                " (control)"
            } else {
                ""
            },
            if courses.is_empty() {
                "no drug".to_owned()
            } else {
                courses.join(", ")
            }
        );
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
        let Fit {
            tissue,
            turnover_per_d,
            left,
            runs,
        } = lattice.fit(arguments.seed).map_err(stop)?;
        say!("fitted over {runs} courses; what is left is {left:.3}");
        say!("growth = {:.5} /d", 24.0 * tissue.growth.get());
        say!(
            "growth_by_factors = {:.5} /d",
            24.0 * tissue.growth_by_factors.get()
        );
        say!("rankl_gain = {:.4}", tissue.rankl_gain);
        say!("rankl_half = {:.4}", tissue.rankl_half);
        say!("refill = {:.4}", tissue.refill);
        say!("drug_most = {:.4}", tissue.drug_most);
        say!("turnover of this piece of bone = {turnover_per_d:.3e} /d");
        (tissue, turnover_per_d)
    } else {
        (Tissue::default(), TURNOVER_PER_D)
    };
    say!("reduced tissue against the mean of three seeds of the lattice");
    for one in lattice.compare(&tissue, turnover_per_d) {
        say!(
            "{:<12} bone on the last day {:.1} % of day 0 (lattice {:.1}), difference {:.2} points root mean square and {:.2} at most; resorbed {:.1} % (lattice {:.1}), {:.2} points root mean square; tumour cells {:.0} (lattice {:.0}), {:.1} % root mean square",
            one.arm,
            100.0 * one.reduced_bone,
            100.0 * one.bone,
            100.0 * one.bone_error,
            100.0 * one.most_bone_error,
            100.0 * one.reduced_resorbed,
            100.0 * one.resorbed,
            100.0 * one.resorbed_error,
            one.reduced_cells,
            one.cells,
            100.0 * one.cell_error
        );
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
        tell(&found);
        say!("results in {}", arguments.out.display());
    }
    Ok(())
}

fn per_cent(figure: &Figure) -> String {
    figure.value.map_or_else(
        || "none".to_owned(),
        |value| format!("{:.1} %", 100.0 * value),
    )
}

fn days(figure: &Figure) -> String {
    let end = |value: Option<f64>| {
        value.map_or_else(|| "not reached".to_owned(), |value| format!("{value:.0}"))
    };
    match figure.value {
        Some(value) => format!("{value:.0} d ({} to {})", end(figure.low), end(figure.high)),
        None => "not reached".to_owned(),
    }
}

fn ratio(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => {
            let p = match figure.p {
                Some(p) if p < 0.001 => ", p < 0.001".to_owned(),
                Some(p) => format!(", p {p:.3}"),
                None => String::new(),
            };
            format!("{value:.3} ({low:.3} to {high:.3}{p})")
        }
        _ => "none, as one arm has no events".to_owned(),
    }
}

fn tell(found: &Summary) {
    for arm in &found.arms {
        say!(
            "{}: {} patients; with an event {} (without hypercalcaemia {}), median {}; {:.2} events per year; {} deaths, median survival {}",
            arm.arm,
            arm.patients,
            per_cent(&arm.with_event),
            per_cent(&arm.with_event_without_hypercalcaemia),
            days(&arm.median_d),
            arm.events_per_yr.value.unwrap_or(f64::NAN),
            arm.deaths,
            days(&arm.survival_d)
        );
        let kinds: Vec<String> = arm
            .first
            .iter()
            .map(|(kind, count)| format!("{} {count}", kind.replace('_', " ")))
            .collect();
        say!("    first events: {}", kinds.join(", "));
    }
    for one in &found.comparisons {
        say!(
            "{} against {}: hazard ratio of the first event {}; of all events {}; of death {}",
            one.arm,
            one.control,
            ratio(&one.hazard_ratio),
            ratio(&one.multiple_event_ratio),
            ratio(&one.death_ratio)
        );
    }
}
