//! What every batch of runs is asked for, and how one says that it stopped.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::Stop;
use super::progress::Counter;
use crate::numerics::parallel::MOST_THREADS;
use crate::study::batch::{Event, Listener, Summary};

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

impl Batch {
    /// Runs at once, and whether those are done again that failed.
    pub(super) fn shared(&self) -> (Option<usize>, bool) {
        (self.jobs, self.retry_failed)
    }

    /// Has runs worked off, so many in all; shows where they are, and says how many ended how.
    pub(super) fn show<E: Into<Stop>>(
        &self,
        total: u64,
        work: impl FnOnce(&Listener<'_>) -> Result<Summary, E>,
    ) -> Result<Summary, Stop> {
        let counter = Counter::new(total, self.quiet, "runs");
        let found = work(&|run, event| match event {
            Event::Failed(reason) => counter.one(Some(&format!("run {run} failed: {reason}"))),
            _ => counter.one(None),
        });
        counter.finish();
        let summary = found.map_err(Into::into)?;
        if !self.quiet {
            say!("{summary}");
        }
        Ok(summary)
    }
}

/// Cores or runs at once.
pub(super) fn cores() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MOST_THREADS as u64)
}
