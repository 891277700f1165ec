//! `howship run`: a scenario in, a folder out.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::console::Console;
use crate::run::start;
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

/// Runs a scenario into a folder of its own.
pub(super) fn begin(loaded: Loaded, out: &Path, force: bool, quiet: bool) -> Result<(), Stop> {
    Ok(start::begin(loaded, out, force, &Console::new(quiet))?)
}
