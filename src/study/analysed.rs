//! Of which runs an analysis is, so that one of before is told from one of what the store holds now.

use std::path::Path;

use serde::{Deserialize, Serialize};

#[cfg(feature = "cli")]
use crate::numerics::files::read_text;
use crate::output::{OutputError, write_whole};
use crate::study::plan::Study;
use crate::study::store::Outcome;

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

/// True where there is an analysis that says of which runs it is.
#[cfg(feature = "cli")]
pub(crate) fn is_there(folder: &Path) -> bool {
    folder.join(FILE).exists()
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

    /// What a reader of the analysis in the folder of the tables must know: that it is of other runs than these, which the store
    /// holds now. Nothing where there is none, or one of a version that did not say it.
    #[cfg(feature = "cli")]
    pub(crate) fn outdates(&self, folder: &Path) -> Option<String> {
        let text = read_text(&folder.join(FILE)).ok()?;
        let there: Self = serde_json::from_str(&text).ok()?;
        (*self != there).then(|| {
            format!(
                "the analysis in {} is of before: of {} runs of {}, or of other responses; {} of {} are there now. Make it anew \
                 with `howship study analyse`",
                folder.display(),
                there.done,
                there.runs,
                self.done,
                self.runs
            )
        })
    }
}
