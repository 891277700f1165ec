//! `howship resume`: a run that was stopped or killed goes on from its last whole checkpoint.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::run::How;
use crate::run::members::is_group;
use crate::run::{group, resume as one};

/// Arguments of `howship resume`.
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// The run folder.
    folder: PathBuf,
    #[command(flatten)]
    how: How,
}

pub(super) fn resume(arguments: &ResumeArguments) -> Result<(), Stop> {
    arguments.how.go(|console| {
        if is_group(&arguments.folder) {
            group::go_on(&arguments.folder, console)?;
        } else {
            one::go_on(&arguments.folder, console)?;
        }
        Ok(())
    })
}
