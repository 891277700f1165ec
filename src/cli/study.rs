//! `howship study`: many runs of one scenario, here or in the shards of a cluster.
//!
//! Exit codes: 0 all rows done, 1 some failed or are missing, 2 the study is wrong, 65 the plan does not
//! fit, 75 stopped by the budget or a signal and to be started again.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::batch::{BAD_PLAN, Batch, REQUEUE, cores};
use super::dask::{Engine, EngineArguments};
use super::progress::Counter;
use super::run::How;
use super::{Stop, note_loss};
use crate::layers::diagnostic::Diagnostics;
use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::run::error::RunError;
use crate::run::ours::refuse_inside;
use crate::run::signals::{Signals, end_of_input};
use crate::run::start::begin;
use crate::study::calibrate;
use crate::study::plan::Study;
use crate::study::select::{RowsError, Selection};
use crate::study::shard::shard_number;
use crate::study::slurm::Script;
use crate::study::store::Store;
use crate::study::tally::Damage;
use crate::study::travel::{Emitted, LeftOut};
use clap::{Args, Subcommand};

/// Arguments of `howship study`.
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

/// A shard of a plan.
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

/// Runs of a plan by their numbers.
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

/// What an array of shards asks of Slurm.
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
    /// Run the lines of a plan whose number leaves SHARD when divided by SHARDS; exit 75 asks for more time.
    Shard(ShardArguments),
    /// Do one or a few runs of a plan and write a line for each to standard output, without a store.
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
    /// Print an sbatch script: an array of shards of many runs each.
    SlurmScript(SlurmArguments),
}

pub(super) fn study(arguments: &StudyArguments) -> Result<(), Stop> {
    match &arguments.command {
        StudyCommand::Check { study, jobs } => check(&Study::open(study)?, *jobs),
        StudyCommand::Plan { study, out } => plan(&Study::open(study)?, out.as_deref()),
        StudyCommand::Run {
            stored,
            batch,
            engine,
        } => run(stored, batch, engine),
        StudyCommand::Shard(arguments) => run_shard(arguments),
        StudyCommand::RunOne(arguments) => run_one(arguments),
        StudyCommand::Status { stored } => status(stored),
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
        } => rerun(&Study::open(study)?, *row, out, how),
        StudyCommand::SlurmScript(arguments) => slurm_script(arguments),
    }
}

fn check(study: &Study, jobs: Option<usize>) -> Result<(), Stop> {
    say!("{}", study.outline());
    if study.header.runs > 0 {
        say!("{}", study.forecast(jobs)?);
    }
    Ok(())
}

fn plan(study: &Study, out: Option<&Path>) -> Result<(), Stop> {
    let Some(out) = out else {
        let mut stdout = BufWriter::new(std::io::stdout().lock());
        note_loss(study.write(&mut stdout).and_then(|()| stdout.flush()));
        return Ok(());
    };
    refuse_inside(out)?;
    study.write_file(out)?;
    say!("{} runs in {}", study.header.runs, out.display());
    Ok(())
}

fn refuse_signal(signals: &Signals) -> Result<(), Stop> {
    let Some((name, code)) = signals.caught() else {
        return Ok(());
    };
    Err(Stop(
        code,
        format!("stopped by {name}; what is done is kept: start again to go on"),
    ))
}

fn run(stored: &Stored, arguments: &Batch, engine: &EngineArguments) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    engine.check(arguments)?;
    let store = Store::open(&stored.store)?;
    // Before the work: tables of another study of this name stay.
    let folder = study.tables_folder(&store)?;
    let signals = Signals::listen().map_err(RunError::Deaf)?;
    let runs = study.header.runs;
    let stop = || signals.caught().is_some();
    let summary = match engine.engine {
        Engine::Local => arguments.show(runs, |heard| {
            study.work_off((0..runs, runs), &store, arguments.shared(), &stop, heard)
        }),
        Engine::Dask => arguments.show(runs, |heard| {
            let cluster = engine.cluster(&stored.store, arguments);
            cluster.run(&study, &store, &stop, heard)
        }),
    }?;
    refuse_signal(&signals)?;
    study.write_tables(&store, &folder)?;
    warn_of_damage(&store);
    if !arguments.quiet {
        say!("tables in {}", folder.display());
    }
    verdict(summary.failed, 0)
}

/// Exit 1 where some runs have no result.
fn verdict(failed: u64, missing: u64) -> Result<(), Stop> {
    if failed + missing == 0 {
        return Ok(());
    }
    Err(Stop(
        1,
        format!("{failed} runs failed, {missing} are missing; the table says which and why"),
    ))
}

fn run_shard(arguments: &ShardArguments) -> Result<(), Stop> {
    let clock = Instant::now();
    let left_alone = end_of_input(arguments.stop_at_eof);
    let shard = shard_number(&arguments.shard, arguments.shards)?;
    // Exit 65, as a worker says it.
    let bad_plan = |found: Diagnostics| Stop(BAD_PLAN, found.render(false));
    let study = Study::open_whole(&arguments.plan).map_err(bad_plan)?;
    let store = Store::open(&arguments.store)?;
    let signals = Signals::listen().map_err(RunError::Deaf)?;
    let budget_s = (arguments.budget).map_or(f64::INFINITY, |time| time.get() * 3600.0);
    let stop = || {
        signals.caught().is_some()
            || clock.elapsed().as_secs_f64() > budget_s
            || left_alone.load(Ordering::SeqCst)
    };
    let mine = study.runs_of_shard(shard, arguments.shards);
    let batch = &arguments.batch;
    let summary = batch.show(mine.1, |heard| {
        study.work_off(mine, &store, batch.shared(), &stop, heard)
    })?;
    warn_of_damage(&store);
    if summary.stopped {
        let message = "stopped before all was done: start this shard again";
        return Err(Stop(REQUEUE, message.to_owned()));
    }
    verdict(summary.failed, 0)
}

fn run_one(arguments: &RunOneArguments) -> Result<(), Stop> {
    let left_alone = end_of_input(arguments.stop_at_eof);
    let bad_plan = |found: Diagnostics| Stop(BAD_PLAN, found.render(false));
    let study = Study::open(&arguments.plan).map_err(bad_plan)?;
    let numbers = study.runs_called(&arguments.index)?;
    let signals = Signals::listen().map_err(RunError::Deaf)?;
    let stop = || signals.caught().is_some() || left_alone.load(Ordering::SeqCst);
    let say_result = |result: &Emitted| {
        say!("{}", serde_json::to_string(result).unwrap_or_default());
    };
    match study.emit_all(&numbers, arguments.threads, &stop, &say_result) {
        Ok(Some(without_result)) => verdict(without_result, 0),
        Ok(None) => Err(Stop(REQUEUE, "stopped: start again".to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// Says which files of a store are not what was written.
fn warn_of_damage(store: &Store) {
    if let Some(damage) = Damage::of(store) {
        tell!("warning: {damage}");
    }
}

fn status(stored: &Stored) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    let store = Store::existing(&stored.store)?;
    say!("{}", study.tally(&store)?);
    warn_of_damage(&store);
    Ok(())
}

fn collect(stored: &Stored, from: &[PathBuf]) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    let store = Store::open(&stored.store)?;
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
    for path in study.analyse(&store, &folder, over)? {
        say!("{}", path.display());
    }
    warn_of_damage(&store);
    Ok(())
}

fn calibrate(stored: &Stored, arguments: &Batch) -> Result<(), Stop> {
    let opened = calibrate::open(&stored.study)?;
    let store = Store::open(&stored.store)?;
    let folder = opened.study.tables_folder(&store)?;
    let signals = Signals::listen().map_err(RunError::Deaf)?;
    let counter = Counter::new(opened.fit.runs as u64, arguments.quiet, "runs at most");
    let (stop, heard) = (
        || signals.caught().is_some(),
        |_: u64, _: &_| counter.one(None),
    );
    let calibration = opened.over(&store, arguments.shared(), &stop, &heard);
    let found = calibration.search();
    warn_of_damage(&store);
    counter.finish();
    refuse_signal(&signals)?;
    let found = found?;
    let written = calibration.write(&found, &folder)?;
    if !arguments.quiet {
        say!("{found}");
        for path in written {
            say!("{}", path.display());
        }
    }
    match calibration.miss(&found)? {
        None => Ok(()),
        Some(miss) => Err(Stop::failed(miss)),
    }
}

fn table(stored: &Stored, filters: &[String], asked: &[String]) -> Result<(), Stop> {
    let study = Study::open(&stored.study)?;
    let store = Store::existing(&stored.store)?;
    let selection = Selection::new(filters, asked, study.columns())?;
    match study.write_rows(&store, &selection, std::io::stdout().lock()) {
        Err(RowsError::Store(error)) => return Err(error.into()),
        Err(RowsError::To(error)) => note_loss(Err(error)),
        Ok(()) => {}
    }
    warn_of_damage(&store);
    Ok(())
}

fn rerun(study: &Study, row: u64, out: &Path, how: &How) -> Result<(), Stop> {
    let loaded = study.scenario_of(row)?;
    how.go(|console| Ok(begin(loaded, out, false, console)?))
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
