//! `howship study`: many runs of one scenario, here or in the shards of a cluster.
//!
//! Exit codes: 0 all rows done, 1 some failed or are missing, 2 the study is wrong, 65 the plan does not
//! fit, 75 stopped by the budget or a signal and to be started again.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::batch::{BAD_PLAN, Batch, EngineArguments, REQUEUE, cores};
use super::console::Counter;
use super::run::How;
use super::{Stop, note_loss, say_files, warn};
use crate::layers::diagnostic::Diagnostics;
use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::run::ours::refuse_inside;
use crate::run::signals::Halt;
use crate::run::start::begin;
use crate::study::calibrate;
use crate::study::plan::Study;
use crate::study::select::{RowsError, Selection};
use crate::study::shard::shard_number;
use crate::study::slurm::Script;
use crate::study::store::Store;
use crate::study::tally::Damage;
use crate::study::travel::{Emitted, LeftOut};

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
    /// The study and its store, which is made where there is none.
    fn open(&self) -> Result<(Study, Store), Stop> {
        Ok((Study::open(&self.study)?, Store::open(&self.store)?))
    }

    /// The study and its store, which must be there.
    fn existing(&self) -> Result<(Study, Store), Stop> {
        Ok((Study::open(&self.study)?, Store::existing(&self.store)?))
    }
}

pub(super) fn study(arguments: &StudyArguments) -> Result<(), Stop> {
    match &arguments.command {
        StudyCommand::Check { study, jobs } => {
            let study = Study::open(study)?;
            say!("{}", study.outline());
            if study.header.runs > 0 {
                say!("{}", study.forecast(*jobs)?);
            }
            Ok(())
        }
        StudyCommand::Plan { study, out } => plan(&Study::open(study)?, out.as_deref()),
        StudyCommand::Run {
            stored,
            batch,
            engine,
        } => run(stored, batch, engine),
        StudyCommand::Shard(arguments) => run_shard(arguments),
        StudyCommand::RunOne(arguments) => run_one(arguments),
        StudyCommand::Status { stored } => {
            let (study, store) = stored.existing()?;
            say!("{}", study.tally(&store)?);
            warn_of_damage(&store);
            Ok(())
        }
        StudyCommand::Collect { stored, from } => collect(stored, from),
        StudyCommand::Calibrate { stored, batch } => calibrate(stored, batch),
        StudyCommand::Analyse { stored, surface } => analyse(stored, surface),
        StudyCommand::Table {
            stored,
            filters,
            columns,
        } => table(stored, filters, columns),
        StudyCommand::Rerun {
            study,
            row,
            out,
            how,
        } => {
            let loaded = Study::open(study)?.scenario_of(*row)?;
            how.go(|console| Ok(begin(loaded, out, false, console)?))
        }
        StudyCommand::SlurmScript(arguments) => slurm_script(arguments),
    }
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

fn run(stored: &Stored, batch: &Batch, engine: &EngineArguments) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    let cluster = engine.cluster(batch)?;
    let store = Store::open(&stored.store)?;
    // Before the work: tables of another study of this name stay.
    let folder = study.tables_folder(&store)?;
    let halt = Halt::at_signal()?;
    let (runs, stop) = (study.header.runs, || halt.is_asked());
    let summary = batch.show(runs, |heard| match &cluster {
        None => Ok(study.work_off((0..runs, runs), &store, batch.shared(), &stop, heard)?),
        Some(cluster) => Ok(cluster.run(&study, (&store, &stored.store), &stop, heard)?),
    })?;
    refuse_signal(&halt)?;
    study.write_tables(&store, &folder)?;
    warn_of_damage(&store);
    if !batch.quiet {
        say!("tables in {}", folder.display());
    }
    verdict(summary.failed, 0)
}

fn refuse_signal(halt: &Halt) -> Result<(), Stop> {
    halt.signal().map_or(Ok(()), |(name, code)| {
        let words = format!("stopped by {name}; what is done is kept: start again to go on");
        Err(Stop(code, words))
    })
}

/// Exit 1 where some runs have no result.
fn verdict(failed: u64, missing: u64) -> Result<(), Stop> {
    if failed + missing == 0 {
        return Ok(());
    }
    let which = "the table says which and why";
    Err(Stop(
        1,
        format!("{failed} runs failed, {missing} are missing; {which}"),
    ))
}

/// Exit 65 for a plan that does not fit, as a worker says it.
fn fitting(study: Result<Study, Diagnostics>) -> Result<Study, Stop> {
    study.map_err(|found| Stop(BAD_PLAN, found.render(false)))
}

fn run_shard(arguments: &ShardArguments) -> Result<(), Stop> {
    let halt = Halt::after(arguments.budget, arguments.stop_at_eof);
    let shard = shard_number(&arguments.shard, arguments.shards)?;
    let study = fitting(Study::open_whole(&arguments.plan))?;
    let store = Store::open(&arguments.store)?;
    let halt = halt.listening()?;
    let mine = study.runs_of_shard(shard, arguments.shards);
    let batch = &arguments.batch;
    let summary = batch.show(mine.1, |heard| {
        Ok(study.work_off(mine, &store, batch.shared(), &|| halt.is_asked(), heard)?)
    })?;
    warn_of_damage(&store);
    if summary.stopped {
        let message = "stopped before all was done: start this shard again";
        return Err(Stop(REQUEUE, message.to_owned()));
    }
    verdict(summary.failed, 0)
}

fn run_one(arguments: &RunOneArguments) -> Result<(), Stop> {
    let halt = Halt::after(None, arguments.stop_at_eof);
    let study = fitting(Study::open(&arguments.plan))?;
    let numbers = study.runs_called(&arguments.index)?;
    let (halt, threads) = (halt.listening()?, arguments.threads);
    let said = |result: &Emitted| say!("{}", result.line());
    match study.emit_all(&numbers, threads, &|| halt.is_asked(), &said)? {
        Some(without_result) => verdict(without_result, 0),
        None => Err(Stop(REQUEUE, "stopped: start again".to_owned())),
    }
}

/// Says which files of a store are not what was written.
fn warn_of_damage(store: &Store) {
    warn(Damage::of(store));
}

fn collect(stored: &Stored, from: &[PathBuf]) -> Result<(), Stop> {
    let (study, store) = stored.open()?;
    let folder = study.tables_folder(&store)?;
    let refused = study.take_in_files(&store, from, std::io::stdin().lock())?;
    study.write_tables(&store, &folder)?;
    say!("tables in {}", folder.display());
    let tally = study.tally(&store)?;
    warn_of_damage(&store);
    LeftOut::of(refused).map_or(Ok(()), Err)?;
    verdict(tally.failed, tally.missing + tally.damaged)
}

fn analyse(stored: &Stored, surface: &[String]) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    let over = match surface {
        [across, up] => Some(study.parameters_called([across, up])?),
        _ => None,
    };
    let store = Store::existing(&stored.store)?;
    let folder = study.tables_folder(&store)?;
    say_files(&study.analyse(&store, &folder, over)?);
    warn_of_damage(&store);
    Ok(())
}

fn calibrate(stored: &Stored, batch: &Batch) -> Result<(), Stop> {
    let opened = calibrate::open(&stored.study)?;
    let store = Store::open(&stored.store)?;
    let folder = opened.study.tables_folder(&store)?;
    let halt = Halt::at_signal()?;
    let counter = Counter::new(opened.fit.runs as u64, batch.quiet, "runs at most");
    let (stop, heard) = (|| halt.is_asked(), |_: u64, _: &_| counter.one(None));
    let calibration = opened.over(&store, batch.shared(), &stop, &heard);
    let found = calibration.search();
    warn_of_damage(&store);
    counter.finish();
    refuse_signal(&halt)?;
    let found = found?;
    let written = calibration.write(&found, &folder)?;
    if !batch.quiet {
        say!("{found}");
        say_files(&written);
    }
    let miss = calibration.miss(&found)?;
    miss.map_or(Ok(()), |miss| Err(Stop::failed(miss)))
}

fn table(stored: &Stored, filters: &[String], asked: &[String]) -> Result<(), Stop> {
    let (study, store) = stored.existing()?;
    let selection = Selection::new(filters, asked, study.columns())?;
    match study.write_rows(&store, &selection, std::io::stdout().lock()) {
        Err(RowsError::Store(error)) => return Err(error.into()),
        Err(RowsError::To(error)) => note_loss(Err(error)),
        Ok(()) => {}
    }
    warn_of_damage(&store);
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
