//! Of which runs an analysis is, so that one of before is told from one of what the store holds now.

use std::path::Path;

use serde::{Deserialize, Serialize};

#[cfg(feature = "cli")]
use crate::numerics::files::read_text;
use crate::output::{OutputError, write_whole};
use crate::study::plan::Study;
use crate::study::store::Outcome;
#[cfg(feature = "cli")]
use crate::study::store::Store;

/// The file beside the tables of an analysis.
const FILE: &str = "analysis.json";

/// The runs of an analysis, and what was asked of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Analysed {
    /// Runs with results.
    done: u64,
    /// Runs of the study.
    runs: u64,
    /// Digest of what was asked, and of the keys of those with results.
    of: String,
}

/// What an analysis is of, run by run.
pub(crate) struct Reading {
    hash: blake3::Hasher,
    found: Analysed,
}

impl Reading {
    /// Of a study, none of whose runs was read yet.
    pub(crate) fn of(study: &Study) -> Self {
        let mut hash = blake3::Hasher::new();
        // A struct of texts and numbers does not fail to be written.
        let asked = serde_json::to_string(&study.header.responses).unwrap_or_default();
        hash.update(asked.as_bytes());
        Self {
            hash,
            found: Analysed {
                done: 0,
                runs: study.header.runs,
                of: String::new(),
            },
        }
    }

    /// Reads one more run.
    pub(crate) fn add(&mut self, key: &str, outcome: &Outcome) {
        if matches!(outcome, Outcome::Done(_)) {
            self.hash.update(key.as_bytes());
            self.hash.update(b"\n");
            self.found.done += 1;
        }
    }

    /// All that was read.
    pub(crate) fn end(self) -> Analysed {
        Analysed {
            of: self.hash.finalize().to_hex()[..32].to_owned(),
            ..self.found
        }
    }
}

impl Analysed {
    /// Writes it beside the tables.
    ///
    /// # Errors
    /// The file system says no.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), OutputError> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        write_whole(&folder.join(FILE), text.as_bytes())
    }
}

#[cfg(feature = "cli")]
impl Study {
    /// What a reader of the analysis in the folder of the tables must know: that it is of other runs than the store holds now.
    /// Nothing where there is none, or one of a version that did not say it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn outdated(
        &self,
        store: &Store,
        folder: &Path,
    ) -> Result<Option<String>, OutputError> {
        let Some(there) = read_text(&folder.join(FILE))
            .ok()
            .and_then(|text| serde_json::from_str::<Analysed>(&text).ok())
        else {
            return Ok(None);
        };
        let mut now = Reading::of(self);
        for run in 0..self.header.runs {
            let key = self.run(run).line.key;
            now.add(&key, &store.outcome(&key)?);
        }
        let now = now.end();
        Ok((now != there).then(|| {
            format!(
                "the analysis in {} is of before: of {} runs of {}, or of other responses; {} of {} are there now. Make it anew \
                 with `howship study analyse`",
                folder.display(),
                there.done,
                there.runs,
                now.done,
                now.runs
            )
        }))
    }
}
