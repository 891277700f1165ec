//! `howship run`: a scenario in, a folder out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::Stop;
use super::arms;
use super::reading::warn;
use super::session::{SCENARIO, Session};
use crate::output::write_whole;
use crate::run::checkpoint::Checkpoints;
use crate::run::folder::{RunFolder, make};
use crate::run::ours::{COMPARED, Listing, Replacement};
use crate::run::record::Record;
use crate::run::simulation::Simulation;
use crate::scenario::arms::CONTROL;
use crate::scenario::build::{Loaded, load};

/// Arguments of `howship run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The scenario file.
    scenario: PathBuf,
    /// Folder for the results; runs/<name>-<seed> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of all chance, instead of the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Set a value by its dotted path, as in --set tumour.division.rate="0.5 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
    /// Replace the folder of an earlier run.
    #[arg(long)]
    force: bool,
}

/// Threads at most.
pub(super) const MOST_THREADS: usize = 1024;

/// Does something on so many threads, or on as many as the machine has.
pub(super) fn on_threads(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<(), Stop> + Send,
) -> Result<(), Stop> {
    if let Some(given) = threads.filter(|given| !(1..=MOST_THREADS).contains(given)) {
        return Err(Stop::Request(format!(
            "error: --threads {given}: give 1 to {MOST_THREADS}, or leave it out for as many as the \
             machine has"
        )));
    }
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Stop::Request(format!("error: --threads {threads}: {error}")))?;
    pool.install(work)
}

pub(super) fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let mut sets = arguments.sets.clone();
    if let Some(seed) = arguments.seed {
        sets.push(format!("seed={seed}"));
    }
    on_threads(arguments.threads, || run_on_pool(arguments, &sets))
}

fn run_on_pool(arguments: &RunArguments, sets: &[String]) -> Result<(), Stop> {
    let loaded =
        load(&arguments.scenario, sets).map_err(|found| Stop::Request(found.render(false)))?;
    let scenario = &loaded.scenario;
    let out = arguments.out.clone().unwrap_or_else(|| {
        let arm = scenario.arm.as_ref().map(|arm| format!("-{arm}"));
        let name = format!(
            "{}{}-{}",
            scenario.name,
            arm.unwrap_or_default(),
            scenario.seed
        );
        PathBuf::from("runs").join(name)
    });
    begin(loaded, &out, arguments.force, arguments.quiet)
}

/// Says that what was to be replaced is as it was.
fn kept(stop: Stop, out: &Path, new: &Path) -> Stop {
    let more = |message: String| {
        format!(
            "{message}\n{} is as it was; what was to replace it lies in {}",
            out.display(),
            new.display()
        )
    };
    match stop {
        Stop::Request(message) => Stop::Request(more(message)),
        Stop::Failed(message) => Stop::Failed(more(message)),
        Stop::Signal(code, message) => Stop::Signal(code, more(message)),
    }
}

/// Runs a scenario into a folder of its own.
pub(super) fn begin(loaded: Loaded, out: &Path, force: bool, quiet: bool) -> Result<(), Stop> {
    let clock = Instant::now();
    let files = loaded.files();
    // Before the bone is made, and again when all that can be refused has been.
    Replacement::check(out, force, &files)?;
    let simulation = loaded
        .build_measured()
        .map_err(|found| Stop::Request(found.render(false)))?;
    warn(&loaded.notices());
    if let Some(report) = &simulation.report {
        warn(&report.warnings);
    }
    if !force || out.symlink_metadata().is_err() {
        make(out)?;
        return into(loaded, simulation, out, clock, quiet);
    }
    let replacement = Replacement::begin(out, &files)?;
    let new = replacement.folder().to_path_buf();
    into(loaded, simulation, &new, clock, quiet).map_err(|stop| kept(stop, out, &new))?;
    replacement.place().map_err(|error| {
        if new.exists() {
            kept(error.into(), out, &new)
        } else {
            // It is in its place; what is left of the old one is named.
            error.into()
        }
    })?;
    if !quiet {
        say!("{} was replaced by it", out.display());
    }
    Ok(())
}

/// Runs a scenario, and its arms, into an empty folder.
fn into(
    loaded: Loaded,
    simulation: Simulation,
    out: &Path,
    clock: Instant,
    quiet: bool,
) -> Result<(), Stop> {
    if loaded.scenario.arms.is_empty() || loaded.scenario.arm.is_some() {
        return start(loaded, simulation, RunFolder::reopen(out)?, clock, quiet);
    }
    let text = loaded.tree.to_toml_with_sources();
    write_whole(&out.join(SCENARIO), text.as_bytes())?;
    let mut folders = vec![CONTROL.to_owned(), COMPARED.to_owned()];
    folders.extend(loaded.scenario.arms.keys().cloned());
    Listing::write(out, arms::ARMS, &folders)?;
    let control = RunFolder::create(&out.join(CONTROL))?;
    start(loaded, simulation, control, clock, quiet).map_err(|stop| arms::then(stop, out))?;
    arms::go_on(out, quiet)
}

/// A run from its start.
fn start(
    loaded: Loaded,
    simulation: Simulation,
    folder: RunFolder,
    clock: Instant,
    quiet: bool,
) -> Result<(), Stop> {
    let checkpoints = Checkpoints::hold(&folder.path)?;
    write_whole(
        &folder.path.join(SCENARIO),
        loaded.tree.to_toml_with_sources().as_bytes(),
    )?;
    Session {
        record: Record::new(&loaded),
        loaded,
        simulation,
        folder,
        checkpoints: Some(checkpoints),
        taken_up: false,
        before_s: 0.0,
        clock,
        quiet,
    }
    .go()
}
