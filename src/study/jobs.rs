//! What a program is asked to do with a study and its store: open both, work off what is missing, say how far it is,
//! and leave the tables.

use std::fmt;
use std::io::{BufRead, BufWriter};
use std::path::{Path, PathBuf};

use crate::layers::diagnostic::Diagnostics;
use crate::numerics::parallel::ThreadsError;
use crate::numerics::quantity::Time;
use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::run::error::RunError;
use crate::run::ours::refuse_inside;
use crate::run::screen::{Counter, Screen};
use crate::run::signals::Halt;
use crate::study::analysed;
use crate::study::batch::{Event, Listener, Summary};
use crate::study::calibrate::{self, CalibrationError, Miss, OpenError};
use crate::study::dask::{Dask, DaskError};
use crate::study::forecast::ForecastError;
use crate::study::plan::Study;
use crate::study::select::{RowsError, SelectError, Selection};
use crate::study::shard::{BAD_PLAN, NumberError, START_AGAIN, shard_number};
use crate::study::slurm::Script;
use crate::study::store::Store;
use crate::study::tally::Damage;
use crate::study::travel::{Emitted, LeftOut};

/// Why a job is not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum JobError {
    /// The study.
    #[error(transparent)]
    Study(#[from] Diagnostics),
    /// The plan of a worker.
    #[error("{}", .0.render(false))]
    Plan(Diagnostics),
    /// A file of the store or a table.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Signals cannot be heard.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The cluster.
    #[error(transparent)]
    Dask(#[from] DaskError),
    /// A number of a run or of a shard.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// What a study will take.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// Threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// The study of a calibration.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A calibration.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// A calibration that came near no data.
    #[error("{0}")]
    Miss(Miss),
    /// Rows or columns that are asked for.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// Lines that are no results.
    #[error(transparent)]
    LeftOut(#[from] LeftOut),
    /// Some runs have no result.
    #[error("{failed} runs failed, {missing} are missing; the table says which and why")]
    Unfinished {
        /// Runs that failed.
        failed: u64,
        /// Runs that were not done.
        missing: u64,
    },
    /// A signal, by its name and exit code.
    #[error("stopped by {0}; what is done is kept: start again to go on")]
    Signal(&'static str, u8),
    /// A worker was stopped.
    #[error("{0}")]
    Again(&'static str),
}

impl JobError {
    /// The exit code that says it: of workers those that schedulers know, else 2 where what was asked for was wrong, and
    /// 1 where something failed.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Plan(_) | Self::Dask(DaskError::PlanRefused) => BAD_PLAN,
            Self::Again(_) | Self::Dask(DaskError::Stopped | DaskError::Damaged { .. }) => {
                START_AGAIN
            }
            Self::Signal(_, code) => *code,
            other if other.is_refusal() => 2,
            _ => 1,
        }
    }

    /// True where no mistake is told, but how far the runs came.
    pub(crate) const fn is_tally(&self) -> bool {
        matches!(
            self,
            Self::Again(_) | Self::Signal(..) | Self::Unfinished { .. }
        )
    }

    fn is_refusal(&self) -> bool {
        match self {
            Self::Study(_) => true,
            Self::Output(error) | Self::Dask(DaskError::Output(error)) => error.is_refusal(),
            Self::Run(error) => error.is_refusal(),
            Self::Number(error) => error.is_refusal(),
            Self::Threads(error) => error.is_refusal(),
            Self::Forecast(error) => error.is_refusal(),
            Self::Open(error) => error.is_refusal(),
            Self::Calibration(error) => error.is_refusal(),
            Self::Select(error) => error.is_refusal(),
            Self::LeftOut(error) => error.is_refusal(),
            Self::Dask(error) => matches!(
                error,
                DaskError::NoDriver(_)
                    | DaskError::NoPython { .. }
                    | DaskError::Refused
                    | DaskError::Engine(_)
            ),
            _ => false,
        }
    }
}

/// Where a study and its results lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The study file, or its plan.
    pub study: &'a Path,
    /// Folder of results.
    pub store: &'a Path,
}

/// How runs are done, and what shows them.
#[derive(Clone, Copy)]
pub(crate) struct Jobs<'a> {
    /// What shows them.
    pub screen: &'a dyn Screen,
    /// Says nothing on the way.
    pub quiet: bool,
    /// Runs at once, and whether those are done again that failed.
    pub shared: (Option<usize>, bool),
}

/// The task of a worker: one of so many shards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shard<'a> {
    /// Its number, or `auto`.
    pub number: &'a str,
    /// How many there are.
    pub of: u64,
    /// Time after which it stops.
    pub budget: Option<Time>,
    /// Stops when standard input ends.
    pub stop_at_eof: bool,
}

fn verdict(failed: u64, missing: u64) -> Result<(), JobError> {
    if failed + missing == 0 {
        return Ok(());
    }
    Err(JobError::Unfinished { failed, missing })
}

fn refuse_signal(halt: &Halt) -> Result<(), JobError> {
    let caught = halt.signal();
    caught.map_or(Ok(()), |(name, code)| Err(JobError::Signal(name, code)))
}

impl Place<'_> {
    fn open(self) -> Result<(Study, Store), JobError> {
        Ok((Study::open(self.study)?, Store::open(self.store)?))
    }

    fn existing(self) -> Result<(Study, Store), JobError> {
        Ok((Study::open(self.study)?, Store::existing(self.store)?))
    }
}

impl Jobs<'_> {
    fn say(&self, words: impl fmt::Display) {
        self.screen.say(format_args!("{words}"));
    }

    /// Says which files of a store are not what was written.
    fn warn_of_damage(&self, store: &Store) {
        self.screen.warn(Damage::of(store));
    }

    /// Has runs worked off, so many in all; shows where they are, and says how many ended how.
    fn show(
        &self,
        total: u64,
        work: impl FnOnce(&Listener<'_>) -> Result<Summary, JobError>,
    ) -> Result<Summary, JobError> {
        let counter = Counter::new(self.screen, self.quiet, total, "runs");
        let summary = work(&|run, event| match event {
            Event::Failed(reason) => counter.one(Some(&format!("run {run} failed: {reason}"))),
            _ => counter.one(None),
        });
        counter.finish();
        let summary = summary?;
        if !self.quiet {
            self.say(summary);
        }
        Ok(summary)
    }

    /// Says what a study is and what it will take, with so many runs at once.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn check(&self, study: &Path, at_once: Option<usize>) -> Result<(), JobError> {
        let study = Study::open(study)?;
        self.say(study.outline());
        if study.header.runs > 0 {
            self.say(study.forecast(at_once)?);
        }
        Ok(())
    }

    /// Writes the plan into a file, or shows it without one.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn plan(&self, study: &Path, out: Option<&Path>) -> Result<(), JobError> {
        let study = Study::open(study)?;
        let Some(out) = out else {
            self.screen.take(&mut |to| study.write(BufWriter::new(to)));
            return Ok(());
        };
        refuse_inside(out)?;
        study.write_file(out)?;
        let runs = study.header.runs;
        self.say(format_args!("{runs} runs in {}", out.display()));
        Ok(())
    }

    /// Does what the store does not hold yet, here or by a cluster, and writes the tables. `cluster` is asked for once
    /// the study is read.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn run(
        &self,
        place: Place<'_>,
        cluster: impl FnOnce() -> Result<Option<Dask>, DaskError>,
    ) -> Result<(), JobError> {
        let study = Study::open(place.study)?;
        let cluster = cluster()?;
        let store = Store::open(place.store)?;
        // Before the work: tables of another study of this name stay.
        let tables = study.tables_folder(&store)?;
        let halt = Halt::at_signal()?;
        let (runs, stop) = (study.header.runs, || halt.is_asked());
        let summary = self.show(runs, |heard| match &cluster {
            None => Ok(study.work_off((0..runs, runs), &store, self.shared, &stop, heard)?),
            Some(cluster) => Ok(cluster.run(&study, (&store, place.store), &stop, heard)?),
        })?;
        // Of a study that was stopped too: the table is that of what is done.
        study.write_tables(&store, &tables)?;
        refuse_signal(&halt)?;
        self.warn_of_damage(&store);
        // Every result is read for it.
        if analysed::is_there(&tables) {
            self.screen.warn(study.count(&store)?.1.outdates(&tables));
        }
        if !self.quiet {
            self.say(format_args!("tables in {}", tables.display()));
        }
        verdict(summary.failed, 0)
    }

    /// Does the runs of a shard.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn shard(&self, place: Place<'_>, shard: Shard<'_>) -> Result<(), JobError> {
        let halt = Halt::after(shard.budget, shard.stop_at_eof);
        let number = shard_number(shard.number, shard.of)?;
        let study = Study::open_whole(place.study).map_err(JobError::Plan)?;
        let store = Store::open(place.store)?;
        let halt = halt.listening()?;
        let mine = study.runs_of_shard(number, shard.of);
        let summary = self.show(mine.1, |heard| {
            Ok(study.work_off(mine, &store, self.shared, &|| halt.is_asked(), heard)?)
        })?;
        self.warn_of_damage(&store);
        if summary.stopped {
            let words = "stopped before all was done: start this shard again";
            return Err(JobError::Again(words));
        }
        verdict(summary.failed, 0)
    }

    /// Does a few runs and says a line for each, without a store.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn some(
        &self,
        plan: &Path,
        numbers: &str,
        threads: Option<usize>,
        stop_at_eof: bool,
    ) -> Result<(), JobError> {
        let halt = Halt::after(None, stop_at_eof);
        let study = Study::open(plan).map_err(JobError::Plan)?;
        let numbers = study.runs_called(numbers)?;
        let halt = halt.listening()?;
        let said = |result: &Emitted| self.say(result.line());
        match study.emit_all(&numbers, threads, &|| halt.is_asked(), &said)? {
            Some(without_result) => verdict(without_result, 0),
            None => Err(JobError::Again("stopped: start again")),
        }
    }

    /// Says what is done, failed and missing.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn status(&self, place: Place<'_>) -> Result<(), JobError> {
        let (study, store) = place.existing()?;
        let (tally, now) = study.count(&store)?;
        self.say(tally);
        self.warn_of_damage(&store);
        let tables = store.place_of_study(&study.header.study);
        self.screen.warn(now.outdates(&tables));
        Ok(())
    }

    /// Takes in results that travelled, and writes the tables.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn collect(
        &self,
        place: Place<'_>,
        from: &[PathBuf],
        input: impl BufRead,
    ) -> Result<(), JobError> {
        let (study, store) = place.open()?;
        let tables = study.tables_folder(&store)?;
        let refused = study.take_in_files(&store, from, input)?;
        study.write_tables(&store, &tables)?;
        self.say(format_args!("tables in {}", tables.display()));
        let (tally, now) = study.count(&store)?;
        self.warn_of_damage(&store);
        self.screen.warn(now.outdates(&tables));
        LeftOut::of(refused).map_or(Ok(()), Err)?;
        verdict(tally.failed, tally.missing + tally.damaged)
    }

    /// Writes what the results say; with the response surface over two parameters that are named.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn analyse(&self, place: Place<'_>, surface: &[String]) -> Result<(), JobError> {
        let study = Study::open(place.study)?;
        let over = match surface {
            [across, up] => Some(study.parameters_called([across, up])?),
            _ => None,
        };
        let store = Store::existing(place.store)?;
        let tables = study.tables_folder(&store)?;
        let (written, tally) = study.analyse(&store, &tables, over)?;
        self.screen.say_files(&written);
        self.warn_of_damage(&store);
        self.screen.warn(tally.gaps());
        Ok(())
    }

    /// Finds which values of the parameters give series like the data.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn calibrate(&self, place: Place<'_>) -> Result<(), JobError> {
        let opened = calibrate::open(place.study)?;
        let store = Store::open(place.store)?;
        let tables = opened.study.tables_folder(&store)?;
        let halt = Halt::at_signal()?;
        let most = opened.fit.runs as u64;
        let counter = Counter::new(self.screen, self.quiet, most, "runs at most");
        let (stop, heard) = (|| halt.is_asked(), |_: u64, _: &_| counter.one(None));
        let calibration = opened.over(&store, self.shared, &stop, &heard);
        let found = calibration.search();
        self.warn_of_damage(&store);
        counter.finish();
        refuse_signal(&halt)?;
        let found = found?;
        let written = calibration.write(&found, &tables)?;
        if !self.quiet {
            self.say(&found);
            self.screen.say_files(&written);
        }
        let miss = calibration.miss(&found)?;
        miss.map_or(Ok(()), |miss| Err(JobError::Miss(miss)))
    }

    /// Shows rows of the table of runs.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn table(
        &self,
        place: Place<'_>,
        (filters, columns): (&[String], &[String]),
    ) -> Result<(), JobError> {
        let (study, store) = place.existing()?;
        let selection = Selection::new(filters, columns, study.columns())?;
        let mut read = Ok(());
        self.screen
            .take(&mut |to| match study.write_rows(&store, &selection, to) {
                Ok(()) => Ok(()),
                Err(RowsError::To(error)) => Err(error),
                Err(RowsError::Store(error)) => {
                    read = Err(error);
                    Ok(())
                }
            });
        read?;
        self.warn_of_damage(&store);
        Ok(())
    }

    /// Shows the script by which Slurm runs the shards of a plan.
    ///
    /// # Errors
    /// [`JobError::Study`].
    pub(crate) fn script(&self, script: &Script<'_>) -> Result<(), JobError> {
        self.say(script.text(&Study::open(script.plan)?));
        Ok(())
    }
}
