//! Which runs of a study a worker does: the shard of an array job, or runs by their numbers.

use crate::numerics::refusal::Refusal;
use crate::scenario::build::Loaded;
use crate::study::plan::Study;

/// Exit code of a worker whose plan does not fit, as schedulers and the driver of Dask know it.
pub(crate) const BAD_PLAN: u8 = 65;
/// Exit code of a worker that is to be started again.
pub(crate) const START_AGAIN: u8 = 75;

/// Where schedulers say the number of a task.
const TASK_NUMBERS: [&str; 4] = [
    "SLURM_ARRAY_TASK_ID",
    "HQ_TASK_ID",
    "PBS_ARRAY_INDEX",
    "SGE_TASK_ID",
];
/// Runs of one range of numbers at most.
const LONGEST_RANGE: u64 = 1_000_000;

/// A number that was asked for and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NumberError {
    /// No scheduler says a number.
    #[error("--shard auto: none of {} is set; give a number", TASK_NUMBERS.join(", "))]
    NoTask,
    /// A shard that is not there.
    #[error("--shard: found \"{found}\", expected a number from 0 to {}", shards.saturating_sub(1))]
    Shard {
        /// What was said.
        found: String,
        /// Number of shards.
        shards: u64,
    },
    /// Numbers that do not read.
    #[error("--index: found \"{0}\", expected numbers such as 7 or 3,4,8 or 10..20")]
    Index(String),
    /// A run that is not there.
    #[error("there is no run {run}: the study has {runs} runs, numbered from 0")]
    NoRun {
        /// What was asked for.
        run: u64,
        /// Number of runs.
        runs: u64,
    },
    /// A run whose values make no scenario.
    #[error("run {run} makes no sense: {reason}")]
    NoScenario {
        /// The run.
        run: u64,
        /// Why.
        reason: String,
    },
}

impl Refusal for NumberError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::NoScenario { .. })
    }
}

/// Number of a shard out of a text; that of `auto` is the task number of the scheduler.
///
/// # Errors
/// [`NumberError`].
pub(crate) fn shard_number(shard: &str, shards: u64) -> Result<u64, NumberError> {
    let is_auto = shard == "auto";
    let text = if is_auto {
        TASK_NUMBERS
            .into_iter()
            .find_map(|name| std::env::var(name).ok())
            .ok_or(NumberError::NoTask)?
    } else {
        shard.to_owned()
    };
    match text.parse::<u64>() {
        // An array from 1 to N numbers the same shards.
        Ok(number) if number < shards || (is_auto && number == shards) => {
            Ok(number % shards.max(1))
        }
        _ => Err(NumberError::Shard {
            found: text,
            shards,
        }),
    }
}

/// Numbers out of a list of numbers and ranges, without the end.
fn run_numbers(text: &str) -> Result<Vec<u64>, NumberError> {
    let wrong = || NumberError::Index(text.to_owned());
    let mut numbers = Vec::new();
    for part in text.split(',') {
        let number = |part: &str| part.trim().parse::<u64>().map_err(|_| wrong());
        match part.split_once("..") {
            None => numbers.push(number(part)?),
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                if from >= to || to - from > LONGEST_RANGE {
                    return Err(wrong());
                }
                numbers.extend(from..to);
            }
        }
    }
    Ok(numbers)
}

impl Study {
    fn has_run(&self, run: u64) -> Result<(), NumberError> {
        let runs = self.header.runs;
        if run < runs {
            Ok(())
        } else {
            Err(NumberError::NoRun { run, runs })
        }
    }

    /// The runs of a list such as `3,4,10..20`, all of which are there.
    ///
    /// # Errors
    /// `NumberError`.
    pub(crate) fn runs_called(&self, text: &str) -> Result<Vec<u64>, NumberError> {
        let runs = run_numbers(text)?;
        runs.iter().try_for_each(|&run| self.has_run(run))?;
        Ok(runs)
    }

    /// The scenario of a run.
    ///
    /// # Errors
    /// `NumberError::NoRun`, `NumberError::NoScenario`.
    pub(crate) fn scenario_of(&self, run: u64) -> Result<Loaded, NumberError> {
        self.has_run(run)?;
        let loaded = self.run(run).loaded;
        let loaded = loaded.map_err(|reason| NumberError::NoScenario { run, reason })?;
        Ok(*loaded)
    }

    /// The runs whose number leaves `shard` when divided by `shards`, and how many these are.
    pub(crate) fn runs_of_shard(
        &self,
        shard: u64,
        shards: u64,
    ) -> (impl Iterator<Item = u64> + Send + use<>, u64) {
        let runs = self.header.runs;
        let step = usize::try_from(shards.max(1)).unwrap_or(usize::MAX);
        let count = runs.saturating_sub(shard).div_ceil(shards.max(1));
        ((shard..runs).step_by(step), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_runs_and_shards_read_or_are_refused() {
        assert_eq!(run_numbers("7"), Ok(vec![7]));
        assert_eq!(run_numbers("3, 4,10..12"), Ok(vec![3, 4, 10, 11]));
        for wrong in ["", "a", "3..3", "5..2", "0..2000000", "1,,2", "-1"] {
            assert_eq!(run_numbers(wrong), Err(NumberError::Index(wrong.into())));
        }
        assert_eq!(shard_number("2", 3), Ok(2));
        assert!(shard_number("3", 3).is_err());
        assert!(shard_number("0", 0).is_err());
    }
}
