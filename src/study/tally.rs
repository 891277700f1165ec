//! How far a study is: what is done, failed, missing and damaged in the store.

#[cfg(feature = "cli")]
use std::collections::BTreeMap;
use std::fmt;
#[cfg(feature = "cli")]
use std::path::PathBuf;

use crate::output::OutputError;
use crate::study::analysed::{Analysed, Reading};
use crate::study::plan::Study;
use crate::study::store::{Outcome, Store};

/// Runs of a study by what the store says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// With a result.
    pub done: u64,
    /// That failed.
    pub failed: u64,
    /// Of which nothing is there.
    pub missing: u64,
    /// Whose file is not what was written.
    pub damaged: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            failed,
            missing,
            damaged,
        } = self;
        write!(f, "{done} done, {failed} failed, {missing} missing")?;
        if *damaged > 0 {
            write!(f, ", {damaged} damaged")?;
        }
        Ok(())
    }
}

impl Tally {
    /// Counts one more run.
    pub(crate) const fn add(&mut self, outcome: &Outcome) {
        let place = match outcome {
            Outcome::Done(_) => &mut self.done,
            Outcome::Failed(_) => &mut self.failed,
            Outcome::Missing => &mut self.missing,
            Outcome::Damaged(_) => &mut self.damaged,
        };
        *place += 1;
    }

    /// What a reader of results must know where not all runs are there.
    pub fn gaps(&self) -> Option<String> {
        let all = self.done + self.failed + self.missing + self.damaged;
        (self.done < all).then(|| {
            format!(
                "{} of {all} runs have results ({self}): what is written is of those alone",
                self.done
            )
        })
    }
}

impl Study {
    /// Counts the runs.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn tally(&self, store: &Store) -> Result<Tally, OutputError> {
        Ok(self.count(store)?.0)
    }

    /// Counts the runs, and says what an analysis of them would be of.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn count(&self, store: &Store) -> Result<(Tally, Analysed), OutputError> {
        let (mut tally, mut reading) = (Tally::default(), Reading::of(self));
        for run in 0..self.header.runs {
            let key = self.run(run).line.key;
            let outcome = store.outcome(&key)?;
            tally.add(&outcome);
            reading.add(&key, &outcome);
        }
        Ok((tally, reading.end()))
    }
}

/// Files of a store that are not what was written, and why. None of them counts.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage(BTreeMap<PathBuf, String>);

#[cfg(feature = "cli")]
impl Damage {
    /// What was found in a store until now, where there is any.
    pub(crate) fn of(store: &Store) -> Option<Self> {
        Some(store.damage())
            .filter(|found| !found.is_empty())
            .map(Self)
    }
}

#[cfg(feature = "cli")]
impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED: usize = 5;
        match self.0.len() {
            1 => write!(f, "1 file is")?,
            files => write!(f, "{files} files are")?,
        }
        write!(
            f,
            " damaged in the store, which count for nothing (their runs are done again by \
             `howship study run`, `shard` or `calibrate`):"
        )?;
        for (path, why) in self.0.iter().take(NAMED) {
            write!(f, "\n  {}: {why}", path.display())?;
        }
        if self.0.len() > NAMED {
            write!(f, "\n  and {} more", self.0.len() - NAMED)?;
        }
        Ok(())
    }
}
