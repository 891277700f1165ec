//! `howship dissect`: the loop of a scenario, link by link.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::batch::cores;
use super::progress::Counter;
use super::run::ScenarioArguments;
use crate::run::error::RunError;
use crate::run::signals::Signals;
use crate::scenario::build::load;
use crate::study::dissect::map::Map;
use crate::study::dissect::{Asked, Plan, check_place};

/// Arguments of `howship dissect`.
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

pub(super) fn dissect(arguments: &DissectArguments) -> Result<(), Stop> {
    let out = &arguments.out;
    check_place(out)?;
    let loaded = load(&arguments.of.scenario, &arguments.of.sets)?;
    let map = match arguments.map.as_slice() {
        [across, up] => Some(Map::of(&loaded, [across, up], arguments.steps)?),
        _ => None,
    };
    let asked = Asked {
        seeds: arguments.seeds,
        map,
        threads: arguments.threads,
    };
    let plan = Plan::new(&loaded, asked)?;
    if !arguments.quiet {
        for one in &plan.left_out {
            tell!("left out: {one}");
        }
    }
    let signals = Signals::listen().map_err(RunError::Deaf)?;
    let total = plan.runs();
    let counter = Counter::new(total, arguments.quiet, "runs");
    let found = plan.run(&|| signals.caught().is_some(), &|| counter.one(None));
    counter.finish();
    found?.write(out)?;
    if !arguments.quiet {
        say!("{total} runs; tables and pictures in {}", out.display());
    }
    Ok(())
}
