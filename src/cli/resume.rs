//! `howship resume`: a run that was stopped or killed goes on from its last whole checkpoint; `howship verify`:
//! a run again from its own manifest, to say whether it comes out the same.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::run::How;
use crate::run::members::is_group;
use crate::run::{group, resume as one, verify as again};

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

/// Arguments of `howship verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The run folder.
    folder: PathBuf,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Stop> {
    arguments.how.go(|console| {
        let inputs = arguments.inputs.as_deref();
        match again::verify(&arguments.folder, inputs, console)? {
            None => Ok(()),
            Some(other) => Err(Stop(1, format!("{} is different", other.display()))),
        }
    })
}
