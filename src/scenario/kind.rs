//! What a file is by its first level, so that one in the place of another is told as what it is, and not by keys
//! that would all be unknown.

use crate::layers::diagnostic::Diagnostic;
use crate::layers::path::Segment;
use crate::layers::tree::Tree;

/// A file that a user writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub(crate) enum Kind {
    /// For `howship run`.
    Scenario,
    /// For `howship study`.
    Study,
    /// For `howship trial`.
    Trial,
}

impl Kind {
    /// What a file is, with the key that tells; none where nothing does.
    fn of(tree: &Tree) -> Option<(Self, &'static str)> {
        let has = |key: &str| tree.get(key).is_some();
        let any = |keys: &[&'static str]| keys.iter().copied().find(|&key| has(key));
        if has("base") && any(&["responses", "vary", "design", "fit"]).is_some() {
            Some((Self::Study, "base"))
        } else if has("patients") && any(&["traits", "follow_up"]).is_some() {
            Some((Self::Trial, "patients"))
        } else {
            any(&["preset", "extends", "lattice", "specimen", "run"])
                .map(|key| (Self::Scenario, key))
        }
    }

    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Scenario => ["scenario", "howship run", ""],
            Self::Study => ["study", "howship study run", " --store FOLDER"],
            Self::Trial => ["trial", "howship trial run", " --out FOLDER"],
        }
    }

    /// Refuses a file that is of another kind.
    ///
    /// # Errors
    /// With the key that tells it, and the command that takes it.
    pub(crate) fn expect(self, tree: &Tree, file: &str) -> Result<(), Diagnostic> {
        let Some((found, key)) = Self::of(tree).filter(|&(found, _)| found != self) else {
            return Ok(());
        };
        let ([what, command, rest], [expected, ..]) = (found.words(), self.words());
        let fault = Diagnostic::new(format!("`{file}` is a {what}, and no {expected}"));
        Err(tree
            .point(fault, &[Segment::Key(key.to_owned())], true)
            .with_help(format!("{command} {file}{rest}")))
    }
}
