//! `howship run`: a scenario in, a folder out.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::console::Console;
use crate::numerics::parallel::on_threads;
use crate::run::start::{begin, usual_folder};
use crate::scenario::build::load;

/// A scenario with values set in it.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// The scenario file.
    pub(super) scenario: PathBuf,
    /// Set a value by its dotted path, as in --set tumour.division.rate="0.5 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
}

/// Arguments of `howship run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    of: ScenarioArguments,
    /// Folder for the results; runs/<name>-<seed> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of all chance, instead of the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    how: How,
    /// Replace the folder of an earlier run.
    #[arg(long)]
    force: bool,
}

/// How a run is done.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    pub(super) quiet: bool,
}

impl How {
    /// Does something on the threads that were asked for.
    pub(super) fn go(
        &self,
        work: impl FnOnce(&Console) -> Result<(), Stop> + Send,
    ) -> Result<(), Stop> {
        on_threads(self.threads, || work(&Console::new(self.quiet)))?
    }
}

pub(super) fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let mut sets = arguments.of.sets.clone();
    if let Some(seed) = arguments.seed {
        sets.push(format!("seed={seed}"));
    }
    arguments.how.go(|console| {
        let loaded = load(&arguments.of.scenario, &sets)?;
        let out = match &arguments.out {
            Some(out) => out.clone(),
            None => usual_folder(&loaded),
        };
        Ok(begin(loaded, &out, arguments.force, console)?)
    })
}
