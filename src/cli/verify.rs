//! `howship verify`: runs a run again from its own manifest, and says whether it comes out the same.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::run::How;
use crate::run::verify as again;

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
