//! Runs what the store does not hold yet: as many runs at once as asked, each on threads of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::observe::series::{columns, row};
use crate::output::OutputError;
use crate::output::table::Table;
use crate::run::record::has_row;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::study::plan::{Line, Run, Study};
use crate::study::store::{Cost, Outcome, Store};

/// How a batch is worked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Runs at once.
    pub jobs: usize,
    /// Threads inside each run.
    pub threads: usize,
    /// Run again what failed before.
    pub retry_failed: bool,
}

impl Work {
    /// One run per core, each on one thread; several threads only where runs are fewer than cores. The
    /// memory of the machine may allow fewer runs at once.
    pub fn share(
        runs: u64,
        jobs: Option<usize>,
        run_bytes: u64,
        machine_bytes: Option<u64>,
    ) -> Self {
        let cores = jobs.unwrap_or_else(cores).max(1);
        let room = machine_bytes.map_or(u64::MAX, |bytes| bytes / 5 * 4 / run_bytes.max(1));
        let most = runs.min(room).max(1);
        let at_once = cores.min(usize::try_from(most).unwrap_or(usize::MAX));
        Self {
            jobs: at_once,
            threads: (cores / at_once).max(1),
            retry_failed: false,
        }
    }
}

/// Cores that this process may use: affinity and the quota of its control group are heeded, and what a
/// scheduler gave to the task.
pub fn cores() -> usize {
    let seen = std::thread::available_parallelism().map_or(1, usize::from);
    [
        "SLURM_CPUS_PER_TASK",
        "HQ_CPUS_COUNT",
        "PBS_NUM_PPN",
        "NSLOTS",
    ]
    .into_iter()
    .filter_map(|name| std::env::var(name).ok()?.parse().ok())
    .fold(seen, |least: usize, given: usize| least.min(given.max(1)))
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Its result was there.
    Kept,
    /// It is done.
    Done,
    /// It failed.
    Failed(String),
    /// It was given up on the way as hopeless, now or before.
    Rejected,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Results that were there.
    pub kept: u64,
    /// Runs that were done now.
    pub done: u64,
    /// Runs that failed, now or before.
    pub failed: u64,
    /// True when it was stopped before all were worked off.
    pub stopped: bool,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            kept, done, failed, ..
        } = self;
        write!(to, "{done} runs done, {kept} were there, {failed} failed")
    }
}

/// Why a run has no series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSeries {
    /// It failed.
    Failed(String),
    /// It was asked to stop.
    Stopped,
}

/// True when the work is to stop.
pub type Stop<'a> = dyn Fn() -> bool + Sync + 'a;

/// Called with the number and the event of every run, on the thread that did it.
pub type Listener<'a> = dyn Fn(u64, &Event) + Sync + 'a;

/// True for the rows so far of a run that can no longer reach the tolerance and may end there.
pub type Hopeless<'a> = dyn Fn(&Table) -> bool + Sync + 'a;

/// Simulates one run; `stop` is asked before every tick.
///
/// # Errors
/// What went wrong, or that it was stopped.
pub fn simulate(loaded: &Loaded, stop: &(dyn Fn() -> bool + Sync)) -> Result<Table, NoSeries> {
    simulate_while(loaded, stop, &|_| false).map(|(series, _)| series)
}

/// As [`simulate`]; a run that is hopeless ends early, and its series is not whole (`false`).
///
/// # Errors
/// As [`simulate`].
pub(crate) fn simulate_while(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
    hopeless: &Hopeless<'_>,
) -> Result<(Table, bool), NoSeries> {
    let mut series = Table::default();
    let is_whole = follow(loaded, stop, &mut |simulation, row| {
        if series.columns.is_empty() {
            series.columns = columns(&simulation.model.signals);
        }
        series.rows.push(row);
        simulation.is_done() || !hopeless(&series)
    })?;
    Ok((series, is_whole))
}

/// Simulates one run and shows it with each row of its series; false when `each` let it end before its time.
/// `stop` is asked before every tick.
///
/// # Errors
/// As [`simulate`].
pub(crate) fn follow(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
    each: &mut dyn FnMut(&Simulation, Vec<f64>) -> bool,
) -> Result<bool, NoSeries> {
    let failed = |fault: &dyn std::fmt::Display| NoSeries::Failed(fault.to_string());
    let mut simulation = loaded.build().map_err(|found| {
        let first = found.0.first();
        NoSeries::Failed(first.map_or_else(String::new, |fault| {
            let key = fault.key_path().unwrap_or_default();
            format!("{key}: {}", fault.title())
        }))
    })?;
    simulation.begin().map_err(|fault| failed(&fault))?;
    loop {
        if has_row(loaded, &simulation) {
            let row = row(&simulation.model, &simulation.state, &simulation.scratch);
            if !each(&simulation, row) {
                return Ok(false);
            }
        }
        if simulation.is_done() {
            return Ok(true);
        }
        if stop() {
            return Err(NoSeries::Stopped);
        }
        simulation.step().map_err(|fault| failed(&fault))?;
    }
}

/// As [`simulate`]; a run that panics has failed, and the others go on.
///
/// # Errors
/// As [`simulate`].
pub(crate) fn simulate_safely(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Table, NoSeries> {
    simulate_safely_while(loaded, stop, &|_| false).map(|(series, _)| series)
}

/// As [`simulate_while`]; a run that panics has failed, and the others go on.
fn simulate_safely_while(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
    hopeless: &Hopeless<'_>,
) -> Result<(Table, bool), NoSeries> {
    let simulated = || simulate_while(loaded, stop, hopeless);
    catch_unwind(AssertUnwindSafe(simulated)).unwrap_or_else(|cause| {
        let words = cause
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| cause.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(NoSeries::Failed(format!("the program broke off: {words}")))
    })
}

/// One thing that all workers of a batch see.
struct Shared<'a> {
    source: &'a (dyn Fn(u64) -> Run + Sync),
    store: &'a Store,
    work: Work,
    stop: &'a (dyn Fn() -> bool + Sync),
    heard: &'a Listener<'a>,
    hopeless: &'a Hopeless<'a>,
    stopped: AtomicBool,
    broken: Mutex<Option<OutputError>>,
    counts: [AtomicU64; 3],
}

/// Does something on as many workers as runs are done at once, each with a pool of threads of its own or
/// with what the system said of it.
pub(crate) fn on_workers(work: Work, worker: &(dyn Fn(Result<&rayon::ThreadPool, String>) + Sync)) {
    std::thread::scope(|scope| {
        for _ in 0..work.jobs.max(1) {
            scope.spawn(|| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(work.threads.max(1))
                    .build();
                match &pool {
                    Ok(pool) => worker(Ok(pool)),
                    Err(error) => worker(Err(error.to_string())),
                }
            });
        }
    });
}

/// Does so many tasks, several at once, and gives what they gave in their order. After the first that goes
/// wrong no other begins; `broken` says that a worker could not begin, and why.
pub(crate) fn all_of<T: Send, E: Send>(
    tasks: usize,
    work: Work,
    one: &(dyn Fn(usize) -> Result<T, E> + Sync),
    broken: &(dyn Fn(String) -> E + Sync),
) -> Result<Vec<T>, E> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, E>)>> = Mutex::new(Vec::new());
    let is_over = AtomicBool::new(false);
    let keep = |task: usize, found: Result<T, E>| {
        is_over.fetch_or(found.is_err(), Ordering::SeqCst);
        done.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((task, found));
    };
    on_workers(work, &|pool| {
        let pool = match pool {
            Ok(pool) => pool,
            Err(error) => return keep(0, Err(broken(error))),
        };
        while !is_over.load(Ordering::SeqCst) {
            let task = next.fetch_add(1, Ordering::SeqCst);
            if task >= tasks {
                break;
            }
            keep(task, pool.install(|| one(task)));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    // The first task that failed says more than those that were stopped for it.
    done.sort_by_key(|&(task, _)| task);
    done.into_iter().map(|(_, found)| found).collect()
}

impl Study {
    /// Works off runs by their numbers, of which there are `count`, with so many at once and with those again
    /// that failed before.
    ///
    /// # Errors
    /// The store cannot be written; what is in it stays whole.
    pub fn work_off(
        &self,
        (runs, count): (impl Iterator<Item = u64> + Send, u64),
        store: &Store,
        (jobs, retry_failed): (Option<usize>, bool),
        stop: &Stop<'_>,
        heard: &Listener<'_>,
    ) -> Result<Summary, OutputError> {
        let work = self.work(count, jobs, retry_failed);
        let source = |run| self.run(run);
        work_off_while(&source, runs, store, work, (stop, heard), &|_| false)
    }
}

/// Works off runs by their numbers, which `source` turns into runs; one that turns out hopeless is given up,
/// and what it came to is kept apart from whole results.
///
/// # Errors
/// As [`Study::work_off`].
pub(crate) fn work_off_while(
    source: &(dyn Fn(u64) -> Run + Sync),
    runs: impl Iterator<Item = u64> + Send,
    store: &Store,
    work: Work,
    (stop, heard): (&Stop<'_>, &Listener<'_>),
    hopeless: &Hopeless<'_>,
) -> Result<Summary, OutputError> {
    let shared = Shared {
        source,
        store,
        work,
        stop,
        heard,
        hopeless,
        stopped: AtomicBool::new(false),
        broken: Mutex::new(None),
        counts: Default::default(),
    };
    let runs = Mutex::new(runs);
    let next = || runs.lock().unwrap_or_else(PoisonError::into_inner).next();
    on_workers(work, &|pool| match pool {
        Ok(pool) => {
            while !shared.is_over()
                && let Some(run) = next()
            {
                pool.install(|| shared.one(run));
            }
        }
        Err(error) => shared.broke("a worker", &error),
    });
    if let Some(error) = shared
        .broken
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        return Err(error);
    }
    let [kept, done, failed] = shared.counts.map(AtomicU64::into_inner);
    let stopped = shared.stopped.into_inner()
        || runs
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
            .is_some();
    Ok(Summary {
        kept,
        done,
        failed,
        stopped,
    })
}

impl Shared<'_> {
    fn is_over(&self) -> bool {
        if (self.stop)() {
            self.stopped.store(true, Ordering::SeqCst);
        }
        self.stopped.load(Ordering::SeqCst)
    }

    fn broke(&self, what: &str, message: &str) {
        self.hold(OutputError::Io {
            path: what.into(),
            source: std::io::Error::other(message.to_owned()),
        });
    }

    fn hold(&self, error: OutputError) {
        self.stopped.store(true, Ordering::SeqCst);
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn count(&self, line: &Line, event: &Event) {
        let place = match event {
            Event::Kept => 0,
            Event::Done | Event::Rejected => 1,
            Event::Failed(_) => 2,
        };
        self.counts[place].fetch_add(1, Ordering::SeqCst);
        (self.heard)(line.run, event);
    }

    fn one(&self, run: u64) {
        let Run { line, loaded } = (self.source)(run);
        if let Err(error) = self.settle(&line, loaded) {
            self.hold(error);
        }
    }

    fn settle(&self, line: &Line, loaded: Result<Box<Loaded>, String>) -> Result<(), OutputError> {
        let key = &line.key;
        match self.store.outcome(key)? {
            Outcome::Done(_) => {
                self.count(line, &Event::Kept);
                return Ok(());
            }
            Outcome::Failed(reason) if !self.work.retry_failed => {
                self.count(line, &Event::Failed(reason));
                return Ok(());
            }
            Outcome::Failed(_) | Outcome::Missing | Outcome::Damaged(_) => {}
        }
        // What an earlier search gave up may be near enough for this one.
        let begun = self.store.partial(key)?;
        if begun.is_some_and(|series| (self.hopeless)(&series)) {
            self.count(line, &Event::Rejected);
            return Ok(());
        }
        let clock = Instant::now();
        let found = match loaded {
            Ok(loaded) => simulate_safely_while(&loaded, self.stop, self.hopeless),
            Err(reason) => Err(NoSeries::Failed(reason)),
        };
        let wall_s = clock.elapsed().as_secs_f64();
        let cost = Cost {
            wall_s,
            threads: self.work.threads,
        };
        match found {
            Ok((series, false)) => {
                self.store.keep_partial(key, &series)?;
                self.store.note(key, "rejected", cost)?;
                self.count(line, &Event::Rejected);
            }
            Ok((series, true)) => {
                self.store.keep(key, &series)?;
                self.store.note(key, "done", cost)?;
                self.count(line, &Event::Done);
            }
            Err(NoSeries::Failed(reason)) => {
                self.store.keep_failure(key, &reason)?;
                self.store.note(key, "failed", cost)?;
                self.count(line, &Event::Failed(reason));
            }
            Err(NoSeries::Stopped) => {
                self.stopped.store(true, Ordering::SeqCst);
                self.store.note(key, "stopped", cost)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_go_to_runs_first_and_memory_sets_a_limit() {
        let of = |runs, bytes, machine| {
            let work = Work::share(runs, Some(8), bytes, machine);
            (work.jobs, work.threads)
        };
        assert_eq!(of(1000, 1, None), (8, 1));
        assert_eq!(of(2, 1, None), (2, 4));
        assert_eq!(of(1000, 10, Some(50)), (4, 2));
        assert_eq!(of(1000, 100, Some(50)), (1, 8));
        assert_eq!(of(0, 1, None), (1, 8));
    }
}
