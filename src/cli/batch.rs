//! What every batch of runs is asked for, and how one says that it stopped.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::numerics::parallel::MOST_THREADS;

/// Exit code of a plan that does not fit.
pub(super) const BAD_PLAN: u8 = 65;
/// Exit code of a shard that is to be started again.
pub(super) const REQUEUE: u8 = 75;

/// How a batch is run.
#[derive(Debug, Args)]
pub(super) struct Batch {
    /// Runs at once; one per core without it.
    #[arg(long, value_parser = cores())]
    pub(super) jobs: Option<usize>,
    /// Run again what failed before.
    #[arg(long)]
    pub(super) retry_failed: bool,
    /// Say nothing on the way.
    #[arg(long)]
    pub(super) quiet: bool,
}

/// Cores or runs at once.
pub(super) fn cores() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MOST_THREADS as u64)
}

/// What is said of a run that failed.
pub(super) fn failure(run: u64, reason: &str) -> String {
    format!("run {run} failed: {reason}")
}
