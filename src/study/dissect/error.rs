//! Why a dissection leaves no folder.

use std::path::PathBuf;

use crate::layers::diagnostic::Diagnostics;
use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::run::error::RunError;

/// Why a dissection leaves no folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DissectError {
    /// The scenario, alone or with values laid over it.
    #[error("{}", .0.render(false))]
    Scenario(Diagnostics),
    /// Signals cannot be heard.
    #[error(transparent)]
    Signals(#[from] RunError),
    /// A parameter of the map with its range.
    #[error("--map {found}: {reason}")]
    Map {
        /// As typed.
        found: String,
        /// What is wrong, and what is allowed.
        reason: String,
    },
    /// More seeds than there are from that of the scenario on.
    #[error("found {seeds} seeds from {first} on: seeds end at {}", i64::MAX)]
    Seeds {
        /// How many.
        seeds: u64,
        /// That of the scenario.
        first: u64,
    },
    /// The folder is there already.
    #[error("{} exists already: choose another folder with --out", .0.display())]
    Exists(PathBuf),
    /// A run did not come to its end.
    #[error("{run}, seed {seed}: {reason}")]
    Run {
        /// Link and action, or the point of the map.
        run: String,
        /// Its seed.
        seed: u64,
        /// What it said.
        reason: String,
    },
    /// It was asked to stop.
    #[error("stopped before all runs were done: nothing was written")]
    Stopped,
    /// A worker could not begin, or broke off.
    #[error("a thread of the dissection stopped: {0}")]
    Worker(String),
    /// A file.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl From<Diagnostics> for DissectError {
    fn from(found: Diagnostics) -> Self {
        Self::Scenario(found)
    }
}

impl Refusal for DissectError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Scenario(_) | Self::Map { .. } | Self::Seeds { .. } | Self::Exists(_) => true,
            Self::Output(error) => error.is_refusal(),
            Self::Run { .. } | Self::Stopped | Self::Worker(_) | Self::Signals(_) => false,
        }
    }

    fn is_stop(&self) -> bool {
        matches!(self, Self::Stopped)
    }
}
