//! Why a run, or what is done with its folder, comes to no good end.

use std::path::{Path, PathBuf};

use crate::engine::fault::Fault;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::numerics::refusal::Refusal;
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
    #[error(
        "cannot tell: the bone is not that of the run ({0}); name the folder of its image with --inputs"
    )]
    OtherBone(String),
    /// Runs that are compared are no arms of one past.
    #[error(
        "{0} and {1} have not the same past: beside the seed and the arm their scenarios differ: {differences}\n\
         help: draw unlike runs over each other with `howship plot {0} {1} --label NAME --label NAME --out DIR`, \
         or make the change an arm of one past ([arms] in the scenario, or howship fork)",
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
    #[error("{0} (by --label NAME)")]
    Labels(String),
    /// Fields that a run has not, or a format holds none of.
    #[error("--field: {0}")]
    Fields(String),
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
        let said = match &self.saved {
            Some((tick, file, run)) => format!(
                "stopped by {by} at tick {tick}, saved in {}\ngo on with: howship resume {}",
                file.display(),
                run.display()
            ),
            None => format!("stopped by {by} before the turn: nothing is written yet"),
        };
        match &self.group {
            Some(group) => {
                let group = group.display();
                format!("{said}\nor with its arms too: howship resume {group}")
            }
            None => said,
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

impl Refusal for RunError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Output(error) => error.is_refusal(),
            Self::Unreplaced { error, .. } => error.is_refusal(),
            Self::Scenario(_)
            | Self::Refused(_)
            | Self::CannotTell(_)
            | Self::OtherBone(_)
            | Self::OtherPast { .. }
            | Self::Labels(_)
            | Self::Fields(_) => true,
            Self::Failed(_)
            | Self::Deaf(_)
            | Self::Fault(_)
            | Self::FaultIn { .. }
            | Self::Stopped(_) => false,
        }
    }

    fn is_stop(&self) -> bool {
        match self {
            Self::Unreplaced { error, .. } => error.is_stop(),
            _ => matches!(self, Self::Stopped(_)),
        }
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
