//! Results that travel as lines, from workers that share no disk with the store.

use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::output::OutputError;
use crate::output::table::Table;
use crate::study::batch::{NoSeries, simulate_safely};
use crate::study::plan::Study;
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
        Some(Emitted {
            run: run.line.run,
            attempt: Some(Attempt::now(&run.line.key, state, cost)),
            key: run.line.key,
            series,
            error,
        })
    }

    /// Takes a line with a result into the store.
    ///
    /// # Errors
    /// A line, the `number`th from `path`, that is torn or of another study; the store cannot be written.
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
        let Emitted { run, key, .. } = &result;
        if *run >= self.header.runs || self.run(*run).line.key != *key {
            return Err(bad(format!(
                "run {run} with key {key} is not of this study"
            )));
        }
        match (&result.series, &result.error) {
            (Some(series), None) => store.keep(key, &Table::from_csv(series, path)?)?,
            (_, reason) => {
                store.keep_failure(key, reason.as_deref().unwrap_or("no reason given"))?;
            }
        }
        if let Some(attempt) = &mut result.attempt {
            attempt.key.clone_from(&result.key);
            if !attempt.is_sound() {
                return Err(bad(format!(
                    "run {}: the attempt does not read",
                    result.run
                )));
            }
            store.note_attempt(attempt)?;
        }
        Ok(result)
    }
}
