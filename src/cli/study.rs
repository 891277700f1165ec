//! `howship study`: many runs of one scenario, here or in the shards of a cluster.
//!
//! Exit codes: 0 all rows done, 1 some failed or are missing, 2 the study is wrong, 65 the plan does not
//! fit, 75 stopped by the budget or a signal and to be started again.

use std::fmt::Write as _;
use std::io::{BufReader, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::engine::{Engine, EngineArguments, bytes, cores};
use super::progress::Progress;
use super::run::{begin, on_threads};
use super::signals::Signals;
use super::{Stop, note_loss};
use crate::layers::diagnostic::Diagnostics;
use crate::numerics::files::{open_regular, read_bytes};
use crate::numerics::quantity::Time;
use crate::output::{OutputError, write_new};
use crate::run::memory::machine_bytes;
use crate::run::ours::refuse_inside;
use crate::study::batch::{Event, Summary, Work, work_off};
use crate::study::calibrate::{Calibration, CalibrationError, Found};
use crate::study::data::read_data_of;
use crate::study::file::read_calibration;
use crate::study::plan::{Line, Study};
use crate::study::store::{Outcome, Store};
use clap::{Args, Subcommand};

/// Exit code of a plan that does not fit.
pub(super) const BAD_PLAN: u8 = 65;
/// Exit code of a shard that is to be started again.
pub(super) const REQUEUE: u8 = 75;

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

#[derive(Debug, Subcommand)]
enum StudyCommand {
    /// Say how many runs a study has, how long they will take and in how much memory.
    Check {
        /// The study file, or its plan.
        study: PathBuf,
        /// Runs at once; one per core without it.
        #[arg(long, value_parser = cores)]
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
    Shard {
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
    },
    /// Do one or a few runs of a plan and write a line for each to standard output, without a store.
    RunOne {
        /// The plan (or the study file); its first line is enough.
        #[arg(long)]
        plan: PathBuf,
        /// Numbers of runs from 0, as in 7 or 3,4,8 or 10..20 (without 20).
        #[arg(long)]
        index: String,
        /// Where the results go: `-`.
        #[arg(long, default_value = "-")]
        emit: String,
        /// Threads inside a run; all cores without it.
        #[arg(long)]
        threads: Option<usize>,
        /// Stop when standard input ends: whoever asked has gone.
        #[arg(long)]
        stop_at_eof: bool,
    },
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
        /// Threads.
        #[arg(long)]
        threads: Option<usize>,
    },
    /// Print an sbatch script: an array of shards of many runs each.
    SlurmScript {
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
        #[arg(long, default_value_t = 1, value_parser = cores)]
        cores: usize,
        /// Memory of a shard, such as "2 GB": --mem; estimated without it.
        #[arg(long, value_parser = bytes)]
        memory: Option<f64>,
        /// Time of a shard: --time. A minute before its end the shard stops and asks for more.
        #[arg(long, default_value = "4 h")]
        time: Time,
    },
}

/// How a batch is run.
#[derive(Debug, Args)]
pub(super) struct Batch {
    /// Runs at once; one per core without it.
    #[arg(long, value_parser = cores)]
    pub(super) jobs: Option<usize>,
    /// Run again what failed before.
    #[arg(long)]
    pub(super) retry_failed: bool,
    /// Say nothing on the way.
    #[arg(long)]
    pub(super) quiet: bool,
}

pub(super) fn study(arguments: &StudyArguments) -> Result<(), Stop> {
    match &arguments.command {
        StudyCommand::Check { study, jobs } => check(&open(study)?, *jobs),
        StudyCommand::Plan { study, out } => plan(&open(study)?, out.as_deref()),
        StudyCommand::Run {
            stored,
            batch,
            engine,
        } => run(stored, batch, engine),
        StudyCommand::Shard {
            plan,
            shards,
            shard,
            store,
            budget,
            stop_at_eof,
            batch,
        } => {
            let left_alone = watch_input(*stop_at_eof);
            run_shard(
                plan,
                (shard_number(shard, *shards)?, *shards),
                store,
                *budget,
                batch,
                &left_alone,
            )
        }
        StudyCommand::RunOne {
            plan,
            index,
            emit,
            threads,
            stop_at_eof,
        } => {
            let left_alone = watch_input(*stop_at_eof);
            run_one(plan, index, emit, *threads, &left_alone)
        }
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
            threads,
        } => rerun(&open(study)?, *row, out, *threads),
        StudyCommand::SlurmScript {
            plan,
            store,
            shards,
            cores,
            memory,
            time,
        } => slurm_script(plan, store, *shards, *cores, *memory, *time),
    }
}

fn wrong(found: &Diagnostics) -> Stop {
    Stop::Request(found.render(false))
}

fn open(path: &Path) -> Result<Study, Stop> {
    Study::open(path).map_err(|found| wrong(&found))
}

fn no_such_run(study: &Study, run: u64) -> Result<(), Stop> {
    if run < study.header.runs {
        return Ok(());
    }
    Err(Stop::Request(format!(
        "error: there is no run {run}: the study has {} runs, numbered from 0",
        study.header.runs
    )))
}

/// Bytes that a run takes, from the first that can be built.
fn run_bytes(study: &Study) -> u64 {
    let first = study.run(0).loaded.ok();
    first
        .and_then(|loaded| loaded.needed_bytes().ok())
        .unwrap_or(0)
}

fn check(study: &Study, jobs: Option<usize>) -> Result<(), Stop> {
    const TRIAL_S: f64 = 2.0;
    let header = &study.header;
    say!("{}: {}", header.study, header.description);
    say!(
        "runs      {}: {} points, {} arms, {} replicates",
        header.runs,
        study.points.count(),
        study.arms(),
        header.replicates
    );
    for (factor, (low, high)) in header
        .factors
        .iter()
        .map(|factor| (factor, (factor.value(0.0), factor.value(1.0))))
    {
        say!("varied    {} from {low} to {high}", factor.path);
    }
    let names: Vec<&str> = header.responses.keys().map(String::as_str).collect();
    say!("responses {}", names.join(", "));
    if header.runs == 0 {
        return Ok(());
    }
    let loaded = study
        .run(0)
        .loaded
        .map_err(|reason| Stop::Request(format!("error: run 0 makes no sense: {reason}")))?;
    on_threads(Some(1), || {
        let mut simulation = loaded.build().map_err(|found| wrong(&found))?;
        let bytes = loaded.memory_bytes(&simulation.model.grid);
        let ticks = simulation.burn_in_ticks + simulation.ticks;
        let failed = |fault: crate::engine::fault::Fault| {
            Stop::Failed(format!("error: run 0 stopped: {fault}"))
        };
        let clock = Instant::now();
        simulation.begin().map_err(failed)?;
        while !simulation.is_done() && clock.elapsed().as_secs_f64() < TRIAL_S {
            simulation.step().map_err(failed)?;
        }
        let share = f64::from(simulation.state.tick) / f64::from(ticks);
        let each_s = clock.elapsed().as_secs_f64() / share.max(1e-9);
        let work = Work::share(header.runs, jobs, bytes, machine_bytes());
        let hours = each_s * header.runs as f64 / (work.jobs * work.threads) as f64 / 3600.0;
        say!(
            "memory    about {:.2} GB, {} runs at once on {} threads each",
            bytes as f64 * work.jobs as f64 / 1e9,
            work.jobs,
            work.threads
        );
        say!(
            "time      about {hours:.2} h: {each_s:.1} s a run on one thread, from the first {:.0} % of run 0 \
             (later ticks have more cells)",
            100.0 * share
        );
        Ok(())
    })
}

fn plan(study: &Study, out: Option<&Path>) -> Result<(), Stop> {
    let Some(out) = out else {
        let mut stdout = BufWriter::new(std::io::stdout().lock());
        note_loss(study.write(&mut stdout).and_then(|()| stdout.flush()));
        return Ok(());
    };
    refuse_inside(out)?;
    let mut bytes = Vec::new();
    study
        .write(&mut bytes)
        .map_err(|error| Stop::Failed(format!("error: {}: {error}", out.display())))?;
    let taken = |what: &str| {
        Stop::Request(format!(
            "error: {} {what}; choose another file with --out",
            out.display()
        ))
    };
    // A device or a pipe would be replaced by a file of its name, and a link leads to what is
    // somebody's.
    match out.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => write_new(out, &bytes)?,
        Err(error) => return Err(taken(&format!("cannot be looked at: {error}"))),
        Ok(found) if !found.is_file() => {
            return Err(taken("exists and is no regular file"));
        }
        Ok(_) => match read_bytes(out) {
            Ok(there) if there == bytes => {}
            Ok(_) => return Err(taken("exists and holds something else")),
            Err(error) => return Err(taken(&format!("exists and does not read: {error}"))),
        },
    }
    say!("{} runs in {}", study.header.runs, out.display());
    Ok(())
}

/// Works off runs, shows where they are, and says how many ended how.
fn batch_of(
    study: &Study,
    runs: impl Iterator<Item = u64> + Send,
    count: u64,
    store: &Store,
    arguments: &Batch,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Summary, Stop> {
    let mut work = Work::share(count, arguments.jobs, run_bytes(study), machine_bytes());
    work.retry_failed = arguments.retry_failed;
    let progress = Mutex::new((Progress::new(count, arguments.quiet), 0_u64));
    let heard = |line: &Line, event: &Event| {
        let mut seen = progress.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1 += 1;
        let at = seen.1;
        if let Event::Failed(reason) = event
            && !arguments.quiet
        {
            seen.0.line(&format!("run {} failed: {reason}", line.run));
        }
        seen.0.at(at, || format!("{at} of {count} runs"));
    };
    let summary = work_off(&|run| study.run(run), runs, store, work, stop, &heard)?;
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .0
        .finish();
    if !arguments.quiet {
        say!(
            "{} runs done, {} were there, {} failed",
            summary.done,
            summary.kept,
            summary.failed
        );
    }
    Ok(summary)
}

fn listen() -> Result<Signals, Stop> {
    Signals::listen()
        .map_err(|error| Stop::Failed(format!("error: signals cannot be heard: {error}")))
}

/// True from when standard input has ended, where that is asked for.
fn watch_input(asked: bool) -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    if asked {
        let ended = Arc::clone(&ended);
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            ended.store(true, Ordering::SeqCst);
        });
    }
    ended
}

fn run(stored: &Stored, arguments: &Batch, engine: &EngineArguments) -> Result<(), Stop> {
    let study = open(&stored.study)?;
    engine.check(arguments)?;
    let store = Store::open(&stored.store)?;
    let signals = listen()?;
    let runs = study.header.runs;
    let stop = || signals.caught().is_some();
    let summary = match engine.engine {
        Engine::Local => batch_of(&study, 0..runs, runs, &store, arguments, &stop)?,
        Engine::Dask => engine.run_dask(&study, &store, &stored.store, arguments, &stop)?,
    };
    if let Some((name, code)) = signals.caught() {
        return Err(Stop::Signal(
            code,
            format!("stopped by {name}; what is done is kept: start again to go on"),
        ));
    }
    let folder = store.study_folder(&study.header.study)?;
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
    Err(Stop::Failed(format!(
        "{failed} runs failed, {missing} are missing; the table says which and why"
    )))
}

fn shard_number(shard: &str, shards: u64) -> Result<u64, Stop> {
    const NAMES: [&str; 4] = [
        "SLURM_ARRAY_TASK_ID",
        "HQ_TASK_ID",
        "PBS_ARRAY_INDEX",
        "SGE_TASK_ID",
    ];
    let text = if shard == "auto" {
        NAMES
            .into_iter()
            .find_map(|name| std::env::var(name).ok())
            .ok_or_else(|| {
                Stop::Request(format!(
                    "error: --shard auto: none of {} is set; give a number",
                    NAMES.join(", ")
                ))
            })?
    } else {
        shard.to_owned()
    };
    match text.parse::<u64>() {
        // An array from 1 to N numbers the same shards.
        Ok(number) if number < shards || (shard == "auto" && number == shards) => {
            Ok(number % shards.max(1))
        }
        _ => Err(Stop::Request(format!(
            "error: --shard: found \"{text}\", expected a number from 0 to {}",
            shards.saturating_sub(1)
        ))),
    }
}

/// Opens a plan for a worker, which says by exit 65 that it does not fit.
fn open_plan(path: &Path) -> Result<Study, Stop> {
    Study::open(path).map_err(|found| Stop::Signal(BAD_PLAN, found.render(false)))
}

fn run_shard(
    plan: &Path,
    (shard, shards): (u64, u64),
    store: &Path,
    budget: Option<Time>,
    arguments: &Batch,
    left_alone: &AtomicBool,
) -> Result<(), Stop> {
    let clock = Instant::now();
    let study = open_plan(plan)?;
    if study.written == Some(0) {
        let message = format!(
            "error: {}, line 1: the plan has a head and no runs: write it anew with `howship study plan`",
            plan.display()
        );
        return Err(Stop::Signal(BAD_PLAN, message));
    }
    let store = Store::open(store)?;
    let signals = listen()?;
    let budget_s = budget.map_or(f64::INFINITY, |time| time.get() * 3600.0);
    let stop = || {
        signals.caught().is_some()
            || clock.elapsed().as_secs_f64() > budget_s
            || left_alone.load(Ordering::SeqCst)
    };
    let runs = study.header.runs;
    let mine = (shard..runs).step_by(usize::try_from(shards).unwrap_or(usize::MAX));
    let count = runs.saturating_sub(shard).div_ceil(shards);
    let summary = batch_of(&study, mine, count, &store, arguments, &stop)?;
    warn_of_damage(&store);
    if summary.stopped {
        return Err(Stop::Signal(
            REQUEUE,
            "stopped before all was done: start this shard again".to_owned(),
        ));
    }
    verdict(summary.failed, 0)
}

/// Numbers of runs out of a list of numbers and ranges.
fn run_numbers(text: &str) -> Result<Vec<u64>, Stop> {
    let wrong = || {
        Stop::Request(format!(
            "error: --index: found \"{text}\", expected numbers such as 7 or 3,4,8 or 10..20"
        ))
    };
    let mut numbers = Vec::new();
    for part in text.split(',') {
        let number = |part: &str| part.trim().parse::<u64>().map_err(|_| wrong());
        match part.split_once("..") {
            None => numbers.push(number(part)?),
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                if from >= to || to - from > 1_000_000 {
                    return Err(wrong());
                }
                numbers.extend(from..to);
            }
        }
    }
    Ok(numbers)
}

fn run_one(
    plan: &Path,
    index: &str,
    emit: &str,
    threads: Option<usize>,
    left_alone: &AtomicBool,
) -> Result<(), Stop> {
    if emit != "-" {
        return Err(Stop::Request(format!(
            "error: --emit: found \"{emit}\", expected - (standard output)"
        )));
    }
    let numbers = run_numbers(index)?;
    let study = open_plan(plan)?;
    for &run in &numbers {
        no_such_run(&study, run)?;
    }
    let signals = listen()?;
    let threads = threads.unwrap_or_else(crate::study::batch::cores).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Stop::Failed(format!("error: {error}")))?;
    let stop = || signals.caught().is_some() || left_alone.load(Ordering::SeqCst);
    let mut failed = 0;
    for run in numbers {
        let Some(result) = pool.install(|| study.emit(run, threads, &stop)) else {
            return Err(Stop::Signal(REQUEUE, "stopped: start again".to_owned()));
        };
        failed += u64::from(result.error.is_some());
        say!("{}", serde_json::to_string(&result).unwrap_or_default());
    }
    verdict(failed, 0)
}

/// Runs that are done, failed, missing and damaged.
fn count(study: &Study, store: &Store) -> Result<[u64; 4], Stop> {
    let mut counts = [0; 4];
    for run in 0..study.header.runs {
        let key = study.run(run).line.key;
        let place = match store.outcome(&key)? {
            Outcome::Done(_) => 0,
            Outcome::Failed(_) => 1,
            Outcome::Missing => 2,
            Outcome::Damaged(_) => 3,
        };
        counts[place] += 1;
    }
    Ok(counts)
}

/// Says which files of a store are not what was written. None of them counted.
pub(super) fn warn_of_damage(store: &Store) {
    const NAMED: usize = 5;
    let damage = store.damage();
    if damage.is_empty() {
        return;
    }
    let mut words = format!(
        "warning: {} damaged in the store, which count for nothing (their runs are done again by \
         `howship study run`, `shard` or `calibrate`):",
        if damage.len() == 1 {
            "1 file is".to_owned()
        } else {
            format!("{} files are", damage.len())
        }
    );
    for (path, why) in damage.iter().take(NAMED) {
        let _ = write!(words, "\n  {}: {why}", path.display());
    }
    if damage.len() > NAMED {
        let _ = write!(words, "\n  and {} more", damage.len() - NAMED);
    }
    // Who does not read warnings is not stopped by them.
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn status(stored: &Stored) -> Result<(), Stop> {
    let study = open(&stored.study)?;
    let store = Store::existing(&stored.store)?;
    let [done, failed, missing, damaged] = count(&study, &store)?;
    let more = if damaged > 0 {
        format!(", {damaged} damaged")
    } else {
        String::new()
    };
    say!("{done} done, {failed} failed, {missing} missing{more}");
    warn_of_damage(&store);
    Ok(())
}

fn collect(stored: &Stored, from: &[PathBuf]) -> Result<(), Stop> {
    let study = open(&stored.study)?;
    let store = Store::open(&stored.store)?;
    let mut refused = Vec::new();
    for path in from {
        take_in(&study, &store, path, &mut refused)?;
    }
    let folder = store.study_folder(&study.header.study)?;
    study.write_tables(&store, &folder)?;
    say!("tables in {}", folder.display());
    let [_, failed, missing, damaged] = count(&study, &store)?;
    warn_of_damage(&store);
    if let Some(first) = refused.first() {
        return Err(Stop::Request(format!(
            "error: {first}\n{} of the lines are no results of this study and were left out; the others \
             are in the store. Do these runs again, or give the file of this study with --from",
            refused.len()
        )));
    }
    verdict(failed, missing + damaged)
}

/// Takes results of `run-one` into the store; lines that are none of this study are left out and named.
fn take_in(
    study: &Study,
    store: &Store,
    path: &Path,
    refused: &mut Vec<OutputError>,
) -> Result<(), Stop> {
    let io = |error: std::io::Error| Stop::Request(format!("error: {}: {error}", path.display()));
    let mut lines: Box<dyn std::io::BufRead> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(open_regular(path).map_err(io)?))
    };
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if lines.read_until(b'\n', &mut bytes).map_err(io)? == 0 {
            return Ok(());
        }
        number += 1;
        match study.take_in(store, &String::from_utf8_lossy(&bytes), path, number) {
            Ok(_) => {}
            Err(error @ OutputError::Table { .. }) => refused.push(error),
            Err(error) => return Err(error.into()),
        }
    }
}

fn analyse(stored: &Stored, surface: &[String]) -> Result<(), Stop> {
    let study = open(&stored.study)?;
    let paths: Vec<String> = study
        .header
        .factors
        .iter()
        .map(|f| f.path.clone())
        .collect();
    let over = match surface {
        [across, up] => Some([column_of(across, &paths)?, column_of(up, &paths)?]),
        _ => None,
    };
    let store = Store::existing(&stored.store)?;
    let folder = store.study_folder(&study.header.study)?;
    for path in study.analyse(&store, &folder, over)? {
        say!("{}", path.display());
    }
    warn_of_damage(&store);
    Ok(())
}

fn calibrate(stored: &Stored, arguments: &Batch) -> Result<(), Stop> {
    let (study, fit) = read_calibration(&stored.study).map_err(|found| wrong(&found))?;
    let middle = vec![0.5; study.points.dimensions()];
    let first = study
        .at(0, &middle)
        .loaded
        .map_err(|reason| Stop::Request(format!("error: the middle makes no sense: {reason}")))?;
    let signals = first.scenario.parameters().signal_names();
    let data = read_data_of(&fit.data, first.scenario.run.duration.get(), &signals)?;
    let store = Store::open(&stored.store)?;
    let signals = listen()?;
    let at_once = fit.particles as u64;
    let mut work = Work::share(at_once, arguments.jobs, run_bytes(&study), machine_bytes());
    work.retry_failed = arguments.retry_failed;
    let progress = Mutex::new((Progress::new(fit.runs as u64, arguments.quiet), 0_u64));
    let calibration = Calibration {
        study: &study,
        fit: &fit,
        data: &data,
        store: &store,
        work,
        stop: &|| signals.caught().is_some(),
        heard: &|_, _| {
            let mut seen = progress.lock().unwrap_or_else(PoisonError::into_inner);
            seen.1 += 1;
            let at = seen.1;
            seen.0.at(at, || format!("{at} runs"));
        },
    };
    let found = calibration.search();
    warn_of_damage(&store);
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .0
        .finish();
    if let Some((name, code)) = signals.caught() {
        return Err(Stop::Signal(
            code,
            format!("stopped by {name}; what is done is kept: start again to go on"),
        ));
    }
    let found = match found {
        Ok(found) => found,
        Err(CalibrationError::Output(error)) => return Err(error.into()),
        Err(error) => return Err(Stop::Failed(format!("error: {error}"))),
    };
    let folder = store.study_folder(&study.header.study)?;
    let written = calibration.write(&found, &folder)?;
    if !arguments.quiet {
        match &found {
            Found::Posterior(populations) => {
                for (number, population) in populations.iter().enumerate() {
                    say!(
                        "population {}: tolerance {:.4}, {} runs, {} of them ended early, {} ticks saved{}",
                        number + 1,
                        population.tolerance,
                        population.runs,
                        population.rejected_early,
                        population.ticks_saved,
                        if population.is_weighed {
                            format!(
                                ", {:.0} effective particles",
                                population.effective_particles()
                            )
                        } else {
                            String::new()
                        }
                    );
                }
            }
            Found::Best(best) => say!(
                "least distance {:.4} after {} runs",
                best.distance,
                best.runs
            ),
        }
        for path in written {
            say!("{}", path.display());
        }
    }
    match calibration.miss(&found)? {
        None => Ok(()),
        Some(miss) => Err(Stop::Failed(format!(
            "error: {miss}\nThe tables are written, but say nothing of the parameters: look at the units of \
             the data and their errors, and at the ranges in [vary]"
        ))),
    }
}

/// A condition on a column.
struct Filter {
    column: usize,
    holds: fn(&str, &str) -> bool,
    value: String,
}

impl Filter {
    fn parse(text: &str, columns: &[String]) -> Result<Self, Stop> {
        fn numbers(found: &str, asked: &str, holds: fn(f64, f64) -> bool) -> bool {
            match (found.parse(), asked.parse()) {
                (Ok(found), Ok(asked)) => holds(found, asked),
                _ => false,
            }
        }
        fn equal(found: &str, asked: &str) -> bool {
            found == asked || numbers(found, asked, |a, b| a.total_cmp(&b).is_eq())
        }
        type Test = fn(&str, &str) -> bool;
        const TESTS: [(&str, Test); 6] = [
            ("!=", |a, b| !equal(a, b)),
            ("<=", |a, b| numbers(a, b, |a, b| a <= b)),
            (">=", |a, b| numbers(a, b, |a, b| a >= b)),
            ("<", |a, b| numbers(a, b, |a, b| a < b)),
            (">", |a, b| numbers(a, b, |a, b| a > b)),
            ("=", equal),
        ];
        let found = TESTS.iter().find_map(|(sign, holds)| {
            let (column, value) = text.split_once(sign)?;
            Some((column.trim(), value.trim(), *holds))
        });
        let Some((name, value, holds)) = found else {
            return Err(Stop::Request(format!(
                "error: --where: found \"{text}\", expected COLUMN=VALUE, or != < <= > >="
            )));
        };
        Ok(Self {
            column: column_of(name, columns)?,
            holds,
            value: value.to_owned(),
        })
    }
}

/// Place of a column, with or without its unit.
fn column_of(name: &str, columns: &[String]) -> Result<usize, Stop> {
    let found = columns
        .iter()
        .position(|column| column == name)
        .or_else(|| {
            columns
                .iter()
                .position(|column| column.split(" [").next() == Some(name))
        });
    found.ok_or_else(|| {
        Stop::Request(format!(
            "error: there is no column \"{name}\"; columns: {}",
            columns.join(", ")
        ))
    })
}

fn table(stored: &Stored, filters: &[String], asked: &[String]) -> Result<(), Stop> {
    let study = open(&stored.study)?;
    let store = Store::existing(&stored.store)?;
    let columns = study.columns();
    let filters = filters
        .iter()
        .map(|text| Filter::parse(text, &columns))
        .collect::<Result<Vec<_>, _>>()?;
    let places = if asked.is_empty() {
        (0..columns.len()).collect()
    } else {
        asked
            .iter()
            .map(|name| column_of(name, &columns))
            .collect::<Result<Vec<_>, _>>()?
    };
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    let mut written = out.write_record(places.iter().map(|&place| &columns[place]));
    for run in 0..study.header.runs {
        if written.is_err() {
            break;
        }
        let cells = study.cells(&study.row(&store, run)?);
        if filters
            .iter()
            .all(|filter| (filter.holds)(&cells[filter.column], &filter.value))
        {
            written = out.write_record(places.iter().map(|&place| &cells[place]));
        }
    }
    let written = written.map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    });
    note_loss(written.and_then(|()| out.flush()));
    warn_of_damage(&store);
    Ok(())
}

fn rerun(study: &Study, row: u64, out: &Path, threads: Option<usize>) -> Result<(), Stop> {
    no_such_run(study, row)?;
    let loaded = study
        .run(row)
        .loaded
        .map_err(|reason| Stop::Failed(format!("error: run {row} makes no sense: {reason}")))?;
    on_threads(threads, || begin(*loaded, out, false, false))
}

fn slurm_script(
    plan: &Path,
    store: &Path,
    shards: u64,
    cores: usize,
    memory: Option<f64>,
    time: Time,
) -> Result<(), Stop> {
    let study = open(plan)?;
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let shards = shards.clamp(1, study.header.runs.max(1));
    let megabytes = memory.map_or_else(
        || (run_bytes(&study) as f64 * cores as f64 * 1.5 / 1e6).max(500.0),
        |bytes| (bytes / 1e6).ceil(),
    );
    let quote = |path: PathBuf| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let minutes = (time.get() * 60.0).ceil().max(2.0);
    say!("#!/bin/sh");
    say!("#SBATCH --job-name={}", study.header.study);
    say!("#SBATCH --array=0-{}", shards - 1);
    say!("#SBATCH --cpus-per-task={cores}");
    say!("#SBATCH --mem={megabytes:.0}M");
    say!("#SBATCH --time={minutes:.0}");
    say!("#SBATCH --requeue");
    say!("#SBATCH --signal=B:TERM@60");
    say!("#SBATCH --output=%x-%A_%a.log");
    say!("# {} runs; submit with: sbatch FILE", study.header.runs);
    say!(
        "howship study shard --plan {} --shards {shards} --shard auto \\",
        quote(absolute(plan))
    );
    say!(
        "  --store {} --jobs {cores} --budget '{:.0} min' --quiet &",
        quote(absolute(store)),
        minutes - 1.0
    );
    say!("shard=$!");
    say!("trap 'kill -TERM $shard' TERM");
    say!("wait $shard; code=$?");
    say!("[ $code -gt 128 ] && {{ wait $shard; code=$?; }}");
    say!(
        "[ $code -eq {REQUEUE} ] && scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}\""
    );
    say!("exit $code");
    Ok(())
}
