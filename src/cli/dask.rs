//! Where the runs of a study are done: on this machine, or by the workers of a Dask cluster.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::batch::{BAD_PLAN, Batch, REQUEUE, cores};
use super::{Stop, as_error};
use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::study::dask::{Dask, DaskError};

/// What does the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
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
    pub(super) engine: Engine,
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
    /// Refuses what does not go together.
    pub(super) fn check(&self, batch: &Batch) -> Result<(), Stop> {
        let wrong = match self.engine {
            Engine::Local if self.dask.scheduler.is_some() => {
                "--scheduler is for --engine dask; add that"
            }
            Engine::Dask if self.dask.scheduler.is_none() => {
                "--engine dask needs --scheduler, as in tcp://127.0.0.1:8786"
            }
            Engine::Dask if batch.jobs.is_some() => {
                "--jobs is for --engine local: with dask the workers say how many go at once"
            }
            _ => return Ok(()),
        };
        Err(Stop::wrong(wrong))
    }

    /// The cluster; `folder` is that of the store.
    pub(super) fn cluster(&self, folder: &Path, batch: &Batch) -> Dask {
        let asked = &self.dask;
        let shared = |shards| (shards, folder.to_path_buf());
        Dask {
            python: asked.python.clone(),
            scheduler: asked.scheduler.clone(),
            tls: [&asked.tls_ca, &asked.tls_cert, &asked.tls_key].map(Clone::clone),
            program: asked.program.clone(),
            cores: asked.cores,
            retries: asked.retries,
            memory_bytes: asked.memory.map(Memory::bytes),
            time_s: asked.time.map(|time| time.get() * 3600.0),
            shared_store: asked.shared_store.map(shared),
            retry_failed: batch.retry_failed,
        }
    }
}

impl From<DaskError> for Stop {
    fn from(error: DaskError) -> Self {
        let code = match error {
            DaskError::Output(error) => return error.into(),
            DaskError::NoDriver(_) | DaskError::NoPython { .. } | DaskError::Refused => 2,
            DaskError::PlanRefused => BAD_PLAN,
            DaskError::Stopped | DaskError::Damaged { .. } => REQUEUE,
            _ => 1,
        };
        Self(code, as_error(error))
    }
}
