//! A target: a published finding, what is run for it, and how it is measured.

use std::path::Path;

use super::ValidationError;
use super::arm::Arm;
use super::class::Class;
use super::part::{Part, Parts};
use super::picture::Picture;
use super::runs::Runs;

/// A published finding.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its number, such as "A14".
    pub id: &'static str,
    /// The finding, in a few words.
    pub finding: &'static str,
    /// What its figures say of the model when they are met; a figure of another class has its own.
    pub class: Class,
    /// Why it is of that class, and its figures of theirs: what was known, or chosen by it.
    pub why: &'static str,
    /// What is run; nothing for a law that needs no tissue.
    pub arms: &'static [Arm],
    /// True for a target that `--quick` runs.
    pub quick: bool,
    /// Measures its figures and gives each its published value and its band.
    pub(super) measure: fn(&mut Parts<'_>) -> Result<(), ValidationError>,
    /// Its picture, of the runs with published points.
    pub(super) picture: Option<fn(&Runs) -> Option<Picture>>,
}

impl Target {
    /// Every figure of the target; `scenarios` is the folder that holds the files of
    /// [`super::scenarios`].
    ///
    /// # Errors
    /// An arm that was not run, or a calculation that failed.
    pub(crate) fn evaluate(
        &self,
        runs: &Runs,
        scenarios: &Path,
    ) -> Result<Vec<Part>, ValidationError> {
        let mut parts = Parts {
            id: self.id,
            class: self.class,
            runs,
            scenarios,
            found: Vec::new(),
        };
        (self.measure)(&mut parts)?;
        Ok(parts.found)
    }
}

/// Which figures of a target are met.
#[cfg(test)]
pub(super) fn verdicts(target: &Target, runs: &Runs) -> Vec<bool> {
    let parts = target.evaluate(runs, Path::new("")).unwrap();
    parts.iter().map(Part::is_met).collect()
}
