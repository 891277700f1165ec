//! How the runs of a study are done, here or by the workers of a Dask cluster, and how a batch says that it stopped.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};

use super::console::Terminal;
use super::{Stop, as_error};
use crate::numerics::memory::Memory;
use crate::numerics::parallel::MOST_THREADS;
use crate::numerics::quantity::Time;
use crate::study::dask::{Dask, DaskError};
use crate::study::jobs::{JobError, Jobs};

/// How a batch is run.
#[derive(Debug, Args)]
pub(super) struct Batch {
    /// Runs at once; one per core without it.
    #[arg(long, value_parser = cores())]
    jobs: Option<usize>,
    /// Run again what failed before.
    #[arg(long)]
    retry_failed: bool,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

impl Batch {
    /// How the runs are done.
    pub(super) fn jobs(&self) -> Jobs<'static> {
        Jobs {
            screen: &Terminal,
            quiet: self.quiet,
            shared: (self.jobs, self.retry_failed),
        }
    }
}

/// Cores or runs at once.
pub(super) fn cores() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MOST_THREADS as u64)
}

/// What does the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The cores of this machine.
    Local,
    /// The workers of a Dask cluster.
    Dask,
}

/// Where runs are done, and what each asks for there.
#[derive(Debug, Args)]
pub(super) struct EngineArguments {
    /// What does the runs.
    #[arg(long, value_enum, default_value_t = Engine::Local)]
    engine: Engine,
    #[command(flatten)]
    dask: DaskArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Dask")]
struct DaskArguments {
    /// Scheduler of Dask: <tls://HOST:PORT>, or <tcp://127.0.0.1:PORT>.
    #[arg(long)]
    scheduler: Option<String>,
    /// Certificate of the authority, PEM.
    #[arg(long, value_name = "FILE", requires = "scheduler")]
    tls_ca: Option<PathBuf>,
    /// Certificate of this client, PEM.
    #[arg(long, value_name = "FILE", requires = "scheduler")]
    tls_cert: Option<PathBuf>,
    /// Key of this client, PEM.
    #[arg(long, value_name = "FILE", requires = "scheduler")]
    tls_key: Option<PathBuf>,
    /// Cores of a run; above 1, workers must offer the resource `cores`.
    #[arg(long, default_value_t = 1, value_parser = cores(), requires = "scheduler")]
    cores: usize,
    /// Memory of a run, such as "2 GB"; workers must offer the resource `memory`, in bytes.
    #[arg(long, requires = "scheduler")]
    memory: Option<Memory>,
    /// Time that a run may take at most.
    #[arg(long, requires = "scheduler")]
    time: Option<Time>,
    /// Times that a run is given out again whose process or worker was lost.
    #[arg(long, default_value_t = 2, requires = "scheduler")]
    retries: u32,
    /// The workers see the store: whole shards go straight into it.
    #[arg(long, value_name = "SHARDS", requires = "scheduler")]
    shared_store: Option<u64>,
    /// howship on the workers; without it the path of this program.
    #[arg(long, value_name = "PATH", requires = "scheduler")]
    program: Option<PathBuf>,
    /// Python that has `howship.dask`.
    #[arg(long, default_value = "python3", requires = "scheduler")]
    python: PathBuf,
}

impl EngineArguments {
    /// The cluster; none where the runs are done here.
    pub(super) fn cluster(&self, batch: &Batch) -> Result<Option<Dask>, Stop> {
        let asked = &self.dask;
        let wrong = match self.engine {
            Engine::Local if asked.scheduler.is_none() => return Ok(None),
            Engine::Local => "--scheduler is for --engine dask; add that",
            Engine::Dask if asked.scheduler.is_none() => {
                "--engine dask needs --scheduler, as in tcp://127.0.0.1:8786"
            }
            Engine::Dask if batch.jobs.is_some() => {
                "--jobs is for --engine local: with dask the workers say how many go at once"
            }
            Engine::Dask => "",
        };
        if !wrong.is_empty() {
            return Err(Stop::wrong(wrong));
        }
        Ok(Some(Dask {
            python: asked.python.clone(),
            scheduler: asked.scheduler.clone(),
            tls: [&asked.tls_ca, &asked.tls_cert, &asked.tls_key].map(Clone::clone),
            program: asked.program.clone(),
            cores: asked.cores,
            retries: asked.retries,
            memory: asked.memory,
            time: asked.time,
            shards: asked.shared_store,
            retry_failed: batch.retry_failed,
        }))
    }
}

/// Exit code of a plan that does not fit.
const BAD_PLAN: u8 = 65;
/// Exit code of a shard that is to be started again.
pub(super) const REQUEUE: u8 = 75;

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        let code = match &error {
            JobError::Plan(_) => BAD_PLAN,
            JobError::Again(_) => REQUEUE,
            JobError::Signal(_, code) => *code,
            JobError::Unfinished { .. } => 1,
            JobError::Dask(DaskError::PlanRefused) => return Self(BAD_PLAN, as_error(error)),
            JobError::Dask(DaskError::Stopped | DaskError::Damaged { .. }) => {
                return Self(REQUEUE, as_error(error));
            }
            other if other.is_refusal() => return Self::wrong(error),
            _ => return Self::failed(error),
        };
        Self(code, error.to_string())
    }
}
