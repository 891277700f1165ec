//! Why a run, or what is done with its folder, comes to no good end.

use std::path::{Path, PathBuf};

use crate::engine::fault::Fault;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::output::OutputError;

/// Why a run, or what is done with its folder, comes to no good end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The scenario makes no sense; shown on its lines.
    #[error("{}", .0.render(false))]
    Scenario(Diagnostics),
    /// A file or folder could not be read, written or believed.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// What was asked for cannot be had of these folders.
    #[error("{0}")]
    Refused(String),
    /// Something went wrong that was not asked for.
    #[error("{0}")]
    Failed(String),
    /// Whether a run comes out the same cannot be told.
    #[error("cannot tell: {0}")]
    CannotTell(String),
    /// The bone, whose source is named, is not that of the run that is repeated.
    #[error("cannot tell: the bone is not that of the run ({0})")]
    OtherBone(String),
    /// Runs that are compared are no arms of one past.
    #[error(
        "{} and {} have not the same past: beside the seed and the arm their scenarios differ: {differences}",
        first.display(),
        other.display()
    )]
    OtherPast {
        /// The first run.
        first: PathBuf,
        /// The run that is not of its past.
        other: PathBuf,
        /// In what they differ.
        differences: String,
    },
    /// Names of curves that do not fit the runs, or are missing.
    #[error("{0}")]
    Labels(String),
    /// No wish to stop could be heard.
    #[error("signals cannot be heard: {0}")]
    Deaf(std::io::Error),
    /// The state became one that must not be, before there was a folder.
    #[error("the run stopped: {0}")]
    Fault(#[from] Fault),
    /// The same in a run that writes a folder.
    #[error("the run stopped: {fault}\nwhat was recorded until then lies in {}\n{}", folder.display(), said(saved))]
    FaultIn {
        /// What went wrong.
        fault: Fault,
        /// The folder.
        folder: PathBuf,
        /// Where the state before it lies, or why it could not be saved.
        saved: Result<PathBuf, String>,
    },
    /// The run was asked to stop.
    #[error(transparent)]
    Stopped(Stopped),
    /// A folder was to be replaced, and is as it was.
    #[error("{error}\n{} is as it was; what was to replace it lies in {}", out.display(), new.display())]
    Unreplaced {
        /// Why.
        error: Box<Self>,
        /// The folder.
        out: PathBuf,
        /// What was to replace it.
        new: PathBuf,
    },
}

/// A run that was asked to stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct Stopped {
    /// Who asked.
    pub by: String,
    /// Tick, file of its state and run folder; none before a folder was made.
    pub saved: Option<(u32, PathBuf, PathBuf)>,
    /// The folder of all arms, where it is one of them.
    pub group: Option<PathBuf>,
}

impl Stopped {
    fn words(&self) -> String {
        let by = &self.by;
        match &self.saved {
            Some((tick, file, _)) => {
                format!(
                    "stopped by {by} at tick {tick}, saved in {}",
                    file.display()
                )
            }
            None => format!("stopped by {by} before the turn: nothing is written yet"),
        }
    }
}

fn said(saved: &Result<PathBuf, String>) -> String {
    match saved {
        Ok(path) => format!("the state before it is saved in {}", path.display()),
        Err(reason) => format!("the state before it could not be saved: {reason}"),
    }
}

impl From<Diagnostics> for RunError {
    fn from(found: Diagnostics) -> Self {
        Self::Scenario(found)
    }
}

impl From<Diagnostic> for RunError {
    fn from(found: Diagnostic) -> Self {
        Self::Scenario(found.into())
    }
}

impl RunError {
    /// Names the folder of all arms in which a run was stopped.
    #[must_use]
    pub(super) fn in_group(mut self, group: &Path) -> Self {
        if let Self::Stopped(stopped) = &mut self {
            stopped.group = Some(group.to_path_buf());
        }
        self
    }

    pub(super) fn cannot_tell(reason: impl std::fmt::Display) -> Self {
        Self::CannotTell(reason.to_string())
    }
}
