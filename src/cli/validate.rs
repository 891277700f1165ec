//! `howship validate`.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::progress::Counter;
use crate::run::ours::refuse_inside;
use crate::validate::{Plan, validate as run_plan};

/// Arguments of `howship validate`.
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
pub(super) fn validate(arguments: &ValidateArguments) -> Result<(), Stop> {
    refuse_inside(&arguments.out)?;
    let plan = Plan::new(
        &arguments.only,
        arguments.quick,
        arguments.seeds,
        arguments.out.clone(),
    )?;
    let counter = Counter::new(plan.runs() as u64, arguments.quiet, "runs");
    let outcome = run_plan(plan, &|_| counter.one(None))?;
    counter.finish();
    say!("{outcome}");
    Ok(())
}
