//! `howship study`: many runs of one scenario, here or in the shards of a cluster.
//!
//! Exit codes: 0 all rows done, 1 some failed or are missing, 2 the study is wrong, 65 the plan does not
//! fit, 75 stopped by the budget or a signal and to be started again.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Stop;
use super::batch::{Batch, EngineArguments, REQUEUE, cores};
use super::console::{Terminal, note_loss};
use super::run::How;
use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::run::ours::refuse_inside;
use crate::run::start::begin;
use crate::study::jobs::{Jobs, Place, Shard};
use crate::study::plan::Study;
use crate::study::slurm::Script;

/// Many runs of one scenario: sweeps, sensitivity, arms and replicates.
#[derive(Debug, Args)]
pub(super) struct StudyArguments {
    #[command(subcommand)]
    command: StudyCommand,
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
        #[arg(long, value_parser = cores())]
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
    let jobs = Jobs {
        screen: &Terminal,
        quiet: false,
        shared: (None, false),
    };
    match &arguments.command {
        StudyCommand::Check { study, jobs } => {
            let study = Study::open(study)?;
            say!("{}", study.outline());
            if study.header.runs > 0 {
                say!("{}", study.forecast(*jobs)?);
            }
        }
        StudyCommand::Plan { study, out } => plan(&Study::open(study)?, out.as_deref())?,
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
        StudyCommand::RunOne(it) => jobs.some(&it.plan, &it.index, it.threads, it.stop_at_eof)?,
        StudyCommand::Status { stored } => jobs.status(stored.place())?,
        StudyCommand::Collect { stored, from } => {
            jobs.collect(stored.place(), from, std::io::stdin().lock())?;
        }
        StudyCommand::Calibrate { stored, batch } => batch.jobs().calibrate(stored.place())?,
        StudyCommand::Analyse { stored, surface } => jobs.analyse(stored.place(), surface)?,
        StudyCommand::Table {
            stored,
            filters,
            columns,
        } => {
            let asked = (filters.as_slice(), columns.as_slice());
            note_loss(jobs.table(stored.place(), asked, std::io::stdout().lock())?);
        }
        StudyCommand::Rerun {
            study,
            row,
            out,
            how,
        } => {
            let loaded = Study::open(study)?.scenario_of(*row)?;
            how.go(|console| Ok(begin(loaded, out, false, console)?))?;
        }
        StudyCommand::SlurmScript(arguments) => slurm_script(arguments)?,
    }
    Ok(())
}

fn plan(study: &Study, out: Option<&Path>) -> Result<(), Stop> {
    let Some(out) = out else {
        note_loss(study.write(BufWriter::new(std::io::stdout().lock())));
        return Ok(());
    };
    refuse_inside(out)?;
    study.write_file(out)?;
    say!("{} runs in {}", study.header.runs, out.display());
    Ok(())
}

fn slurm_script(arguments: &SlurmArguments) -> Result<(), Stop> {
    let study = Study::open(&arguments.plan)?;
    let script = Script {
        plan: &arguments.plan,
        store: &arguments.store,
        shards: arguments.shards,
        cores: arguments.cores,
        memory: arguments.memory,
        time: arguments.time,
        requeue: REQUEUE,
    };
    say!("{}", script.text(&study));
    Ok(())
}
