//! Results that travel as lines, from workers that share no disk with the store.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::numerics::files::open_regular;
use crate::numerics::parallel::{ThreadsError, on_threads};
use crate::numerics::refusal::Refusal;
use crate::observe::series::columns;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::scenario::build::Loaded;
use crate::study::batch::{NoSeries, cores, simulate_safely};
use crate::study::plan::Study;
use crate::study::seal::seal;
use crate::study::store::{Attempt, Cost, Store};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emitted {
    /// Number of the run.
    pub run: u64,
    /// Its key.
    pub key: String,
    /// The series as CSV; none of a run that failed.
    pub series: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
    /// Digest of all this. A driver that says that a run was lost gives none; such a line has neither a
    /// series nor an attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Emitted {
    /// The line with the digest of what it says.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.digest = Some(self.own_digest());
        self
    }

    /// It as a line, without the end of it.
    pub fn line(&self) -> String {
        // A struct of texts and numbers does not fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn own_digest(&self) -> String {
        let attempt = self.attempt.as_ref();
        // A struct of texts and numbers does not fail to be written.
        let attempt = attempt.map(|one| serde_json::to_string(one).unwrap_or_default());
        let of = |text: &Option<String>| match text {
            Some(text) => format!("+{text}"),
            None => "-".to_owned(),
        };
        seal(&[
            "line",
            &self.run.to_string(),
            &self.key,
            &of(&self.series),
            &of(&self.error),
            &of(&attempt),
        ])
    }

    /// What makes a line unfit, apart from the study that it is of.
    fn problem(&self) -> Option<&'static str> {
        let is_loss = self.series.is_none() && self.attempt.is_none();
        match &self.digest {
            Some(digest) if *digest != self.own_digest() => Some("it does not fit its digest"),
            None if !is_loss => Some("it has no digest"),
            _ if self.series.is_some() == self.error.is_some() => {
                Some("it needs either a series or an error")
            }
            _ => None,
        }
    }
}

/// What a whole series of a run lacks.
fn gap(series: &Table, loaded: &Loaded) -> Option<String> {
    if series.columns != columns(&loaded.scenario.parameters().signal_names()) {
        return Some("its columns are not those of series.csv".to_owned());
    }
    let days = series.column("time_d").unwrap_or_default();
    let end = loaded.scenario.run.duration.get() / 24.0;
    match days.last() {
        Some(last) if (last - end).abs() < 1e-6 => {}
        _ => return Some(format!("its series does not reach day {end}")),
    }
    (!days.windows(2).all(|pair| pair[0] < pair[1])).then(|| "its days are not in order".to_owned())
}

/// Lines that were no results of a study, and were left out.
#[derive(Debug, thiserror::Error)]
#[error(
    "{first}\n{count} of the lines are no results of this study and were left out; the others are in the \
     store. Do these runs again, or give the file of this study"
)]
pub struct LeftOut {
    /// What is wrong with the first.
    pub first: OutputError,
    /// How many.
    pub count: usize,
}

impl Refusal for LeftOut {}

impl LeftOut {
    /// The lines that were refused, where there are any.
    pub fn of(refused: Vec<OutputError>) -> Option<Self> {
        let count = refused.len();
        let first = refused.into_iter().next()?;
        Some(Self { first, count })
    }
}

impl Study {
    /// Does a run and says what came of it; none where it was stopped.
    pub fn emit(
        &self,
        run: u64,
        threads: usize,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Emitted> {
        let run = self.run(run);
        let clock = Instant::now();
        let found = match &run.loaded {
            Ok(loaded) => simulate_safely(loaded, stop),
            Err(reason) => Err(NoSeries::Failed(reason.clone())),
        };
        let (series, error) = match found {
            Ok(series) => (Some(series.to_csv()), None),
            Err(NoSeries::Failed(reason)) => (None, Some(reason)),
            Err(NoSeries::Stopped) => return None,
        };
        let cost = Cost {
            wall_s: clock.elapsed().as_secs_f64(),
            threads,
        };
        let state = if error.is_none() { "done" } else { "failed" };
        let emitted = Emitted {
            run: run.line.run,
            attempt: Some(Attempt::now(&run.line.key, state, cost)),
            key: run.line.key,
            series,
            error,
            digest: None,
        };
        Some(emitted.sealed())
    }

    /// Does runs one after another, on threads that they share, and gives each result to `each`: how many have
    /// none, or nothing where they were stopped.
    ///
    /// # Errors
    /// [`ThreadsError`].
    pub fn emit_all(
        &self,
        runs: &[u64],
        threads: Option<usize>,
        stop: &(dyn Fn() -> bool + Sync),
        each: &(dyn Fn(&Emitted) + Sync),
    ) -> Result<Option<u64>, ThreadsError> {
        let threads = threads.unwrap_or_else(cores);
        on_threads(Some(threads), || {
            let mut without_result = 0;
            for &run in runs {
                let result = self.emit(run, threads, stop)?;
                without_result += u64::from(result.error.is_some());
                each(&result);
            }
            Some(without_result)
        })
    }

    /// Takes the lines of files into the store, as [`Self::take_in_all`]; `-` is the input.
    ///
    /// # Errors
    /// As [`Self::take_in_file`].
    pub fn take_in_files(
        &self,
        store: &Store,
        paths: &[PathBuf],
        mut input: impl BufRead,
    ) -> Result<Vec<OutputError>, OutputError> {
        let mut refused = Vec::new();
        for path in paths {
            refused.extend(if path == Path::new("-") {
                self.take_in_all(store, &mut input, path)?
            } else {
                self.take_in_file(store, path)?
            });
        }
        Ok(refused)
    }

    /// Takes the lines of a file into the store, as [`Self::take_in_all`].
    ///
    /// # Errors
    /// As [`Self::take_in_all`], and where the file cannot be read.
    pub fn take_in_file(
        &self,
        store: &Store,
        path: &Path,
    ) -> Result<Vec<OutputError>, OutputError> {
        let file = open_regular(path).map_err(|error| OutputError::Refused {
            path: path.to_path_buf(),
            reason: error.to_string(),
        })?;
        self.take_in_all(store, BufReader::new(file), path)
    }

    /// Takes lines of [`Emitted`] into the store; lines that are none of this study are left out and returned.
    ///
    /// # Errors
    /// [`OutputError::Refused`] where the lines, which come from `path`, cannot be read; else the store cannot
    /// be written.
    pub fn take_in_all(
        &self,
        store: &Store,
        mut lines: impl BufRead,
        path: &Path,
    ) -> Result<Vec<OutputError>, OutputError> {
        let mut refused = Vec::new();
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = lines.read_until(b'\n', &mut bytes);
            let read = read.map_err(|error| OutputError::Refused {
                path: path.to_path_buf(),
                reason: error.to_string(),
            })?;
            if read == 0 {
                break;
            }
            match self.take_in(store, &String::from_utf8_lossy(&bytes), path, number) {
                Ok(_) => {}
                Err(error @ OutputError::Table { .. }) => refused.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }

    /// Takes a line with a result into the store.
    ///
    /// # Errors
    /// [`OutputError::Table`]: a line, the `number`th from `path`, that is torn, edited or of another
    /// study, of which nothing is kept. Else the store cannot be written.
    pub fn take_in(
        &self,
        store: &Store,
        text: &str,
        path: &Path,
        number: usize,
    ) -> Result<Emitted, OutputError> {
        let bad = |message: String| OutputError::Table {
            path: path.to_path_buf(),
            line: number,
            message,
        };
        let mut result: Emitted =
            serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let run = result.run;
        if let Some(problem) = result.problem() {
            return Err(bad(format!("run {run}: {problem}")));
        }
        let own = (run < self.header.runs).then(|| self.run(run));
        let Some(own) = own.filter(|own| own.line.key == result.key) else {
            let key = &result.key;
            return Err(bad(format!(
                "run {run} with key {key:?} is not of this study"
            )));
        };
        if let Some(attempt) = &mut result.attempt {
            attempt.key.clone_from(&result.key);
            if !attempt.is_sound() {
                return Err(bad(format!("run {run}: the attempt does not read")));
            }
        }
        if let Some(text) = &result.series {
            let series = Table::from_csv(text, path).map_err(|error| match error {
                OutputError::Table { line, message, .. } => {
                    bad(format!("run {run}: line {line} of its series: {message}"))
                }
                other => other,
            })?;
            let lacks = match &own.loaded {
                Ok(loaded) => gap(&series, loaded),
                Err(reason) => Some(format!(
                    "there is a series, and it makes no sense: {reason}"
                )),
            };
            if let Some(lacks) = lacks {
                return Err(bad(format!("run {run}: {lacks}")));
            }
            store.keep(&result.key, &series)?;
        } else {
            store.keep_failure(&result.key, result.error.as_deref().unwrap_or_default())?;
        }
        if let Some(attempt) = &result.attempt {
            store.note_attempt(attempt)?;
        }
        Ok(result)
    }
}
