//! `howship study`: many runs of one scenario, here or in the shards of a cluster.
//!
//! Exit codes: 0 all rows done, 1 some failed or are missing, 2 the study is wrong, 65 the plan does not
//! fit, 75 stopped by the budget or a signal and to be started again.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::run::How;
use super::terminal::TERMINAL;
use super::{Stop, as_error};
use crate::numerics::memory::Memory;
use crate::numerics::parallel::MOST_THREADS;
use crate::numerics::quantity::Time;
use crate::run::start::begin;
use crate::study::dask::{Dask, DaskError};
use crate::study::jobs::{JobError, Jobs, Place, Shard};
use crate::study::plan::Study;
use crate::study::slurm::Script;

/// Many runs of one scenario: sweeps, sensitivity, arms and replicates.
#[derive(Debug, Args)]
pub(super) struct StudyArguments {
    #[command(subcommand)]
    command: StudyCommand,
}

/// How a batch is run.
#[derive(Debug, Default, Args)]
struct Batch {
    /// Runs at once; one per core without it.
    #[arg(long, short, alias = "threads", value_parser = cores())]
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
    fn jobs(&self) -> Jobs<'static> {
        Jobs {
            screen: TERMINAL,
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
struct EngineArguments {
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
    fn cluster(&self, batch: &Batch) -> Result<Option<Dask>, DaskError> {
        let asked = &self.dask;
        let cluster = Dask {
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
        };
        cluster.where_asked(self.engine == Engine::Dask, batch.jobs)
    }
}

/// A study and where its results lie.
#[derive(Debug, Args)]
struct Stored {
    /// The study file, or its plan.
    study: PathBuf,
    /// Folder of results; several studies may share one.
    #[arg(long)]
    store: PathBuf,
}

/// Run the lines of a plan whose number leaves SHARD when divided by SHARDS; exit 75 asks for more time.
#[derive(Debug, Args)]
struct ShardArguments {
    /// The plan (or the study file).
    #[arg(long)]
    plan: PathBuf,
    /// Number of shards.
    #[arg(long)]
    shards: u64,
    /// Number of this shard from 0, or `auto`: the task number of Slurm, `HyperQueue`, PBS or SGE.
    #[arg(long)]
    shard: String,
    /// Folder of results.
    #[arg(long)]
    store: PathBuf,
    /// Stop after this time, such as "50 min".
    #[arg(long)]
    budget: Option<Time>,
    /// Stop when standard input ends: whoever asked has gone.
    #[arg(long)]
    stop_at_eof: bool,
    #[command(flatten)]
    batch: Batch,
}

/// Do one or a few runs of a plan and write a line for each to standard output, without a store.
#[derive(Debug, Args)]
struct RunOneArguments {
    /// The plan (or the study file); its first line is enough.
    #[arg(long)]
    plan: PathBuf,
    /// Numbers of runs from 0, as in 7 or 3,4,8 or 10..20 (without 20).
    #[arg(long)]
    index: String,
    /// Where the results go: `-`.
    #[arg(long = "emit", value_name = "EMIT", default_value = "-", value_parser = ["-"])]
    _emit: String,
    /// Threads inside a run; all cores without it.
    #[arg(long)]
    threads: Option<usize>,
    /// Stop when standard input ends: whoever asked has gone.
    #[arg(long)]
    stop_at_eof: bool,
}

/// Print an sbatch script: an array of shards of many runs each.
#[derive(Debug, Args)]
struct SlurmArguments {
    /// The plan.
    #[arg(long)]
    plan: PathBuf,
    /// Folder of results, which all nodes see.
    #[arg(long)]
    store: PathBuf,
    /// Number of shards.
    #[arg(long, default_value_t = 100)]
    shards: u64,
    /// Cores of a shard: --cpus-per-task.
    #[arg(long, default_value_t = 1, value_parser = cores())]
    cores: usize,
    /// Memory of a shard, such as "2 GB": --mem; estimated without it.
    #[arg(long)]
    memory: Option<Memory>,
    /// Time of a shard: --time. A minute before its end the shard stops and asks for more.
    #[arg(long, default_value = "4 h")]
    time: Time,
}

#[derive(Debug, Subcommand)]
enum StudyCommand {
    /// Say how many runs a study has, how long they will take and in how much memory.
    Check {
        /// The study file, or its plan.
        study: PathBuf,
        /// Runs at once; one per core without it.
        #[arg(long, short, alias = "threads", value_parser = cores())]
        jobs: Option<usize>,
    },
    /// Write one line per run, with the key of its content.
    Plan {
        /// The study file.
        study: PathBuf,
        /// The file; standard output without it.
        #[arg(long, short)]
        out: Option<PathBuf>,
    },
    /// Run what the store does not hold yet, and write the tables.
    Run {
        #[command(flatten)]
        stored: Stored,
        #[command(flatten)]
        batch: Batch,
        #[command(flatten)]
        engine: EngineArguments,
    },
    Shard(ShardArguments),
    RunOne(RunOneArguments),
    /// Count what is done, failed and missing.
    Status {
        #[command(flatten)]
        stored: Stored,
    },
    /// Write the tables from what the store holds, after taking in results of `run-one`.
    Collect {
        #[command(flatten)]
        stored: Stored,
        /// File of results of `run-one`, one per line; `-` is standard input.
        #[arg(long)]
        from: Vec<PathBuf>,
    },
    /// Say which parameters and arms matter and how many replicates are enough, in tables and pictures.
    Analyse {
        #[command(flatten)]
        stored: Stored,
        /// Two parameters under the response surfaces; the two that matter most without it.
        #[arg(long, num_args = 2, value_names = ["ACROSS", "UP"])]
        surface: Vec<String>,
    },
    /// Find which values of the parameters give series like the data; start again to go on.
    Calibrate {
        #[command(flatten)]
        stored: Stored,
        #[command(flatten)]
        batch: Batch,
    },
    /// Print rows of the table of runs.
    Table {
        #[command(flatten)]
        stored: Stored,
        /// Take rows with COLUMN=VALUE, or != < <= > >=; all of several.
        #[arg(long = "where", value_name = "FILTER")]
        filters: Vec<String>,
        /// Columns, by commas; all without it.
        #[arg(long, value_delimiter = ',')]
        columns: Vec<String>,
    },
    /// Do a run of a study again in full, with pictures.
    Rerun {
        /// The study file, or its plan.
        study: PathBuf,
        /// Number of the run.
        row: u64,
        /// Folder for the results.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        how: How,
    },
    SlurmScript(SlurmArguments),
}

impl Stored {
    fn place(&self) -> Place<'_> {
        let (study, store) = (&self.study, &self.store);
        Place { study, store }
    }
}

pub(super) fn study(arguments: &StudyArguments) -> Result<(), Stop> {
    let here = Batch::default().jobs();
    match &arguments.command {
        StudyCommand::Check { study, jobs } => here.check(study, *jobs)?,
        StudyCommand::Plan { study, out } => here.plan(study, out.as_deref())?,
        StudyCommand::Run {
            stored,
            batch,
            engine,
        } => (batch.jobs()).run(stored.place(), || engine.cluster(batch))?,
        StudyCommand::Shard(it) => {
            let (study, store) = (&it.plan, &it.store);
            let shard = Shard {
                number: &it.shard,
                of: it.shards,
                budget: it.budget,
                stop_at_eof: it.stop_at_eof,
            };
            it.batch.jobs().shard(Place { study, store }, shard)?;
        }
        StudyCommand::RunOne(it) => here.some(&it.plan, &it.index, it.threads, it.stop_at_eof)?,
        StudyCommand::Status { stored } => here.status(stored.place())?,
        StudyCommand::Collect { stored, from } => {
            here.collect(stored.place(), from, std::io::stdin().lock())?;
        }
        StudyCommand::Calibrate { stored, batch } => batch.jobs().calibrate(stored.place())?,
        StudyCommand::Analyse { stored, surface } => here.analyse(stored.place(), surface)?,
        StudyCommand::Table {
            stored,
            filters,
            columns,
        } => here.table(stored.place(), (filters, columns))?,
        StudyCommand::Rerun {
            study,
            row,
            out,
            how,
        } => {
            let loaded = Study::open(study)?.scenario_of(*row)?;
            how.go(|console| Ok(begin(loaded, out, false, console)?))?;
        }
        StudyCommand::SlurmScript(it) => here.script(&Script {
            plan: &it.plan,
            store: &it.store,
            shards: it.shards,
            cores: it.cores,
            memory: it.memory,
            time: it.time,
        })?,
    }
    Ok(())
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        let code = error.exit_code();
        if error.is_tally() {
            return Self(code, error.to_string());
        }
        Self(code, as_error(error))
    }
}
