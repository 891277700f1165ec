//! `howship verify`: runs a run again from its own manifest, and says whether it comes out the same.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::console::Console;
use super::run::on_threads;
use crate::run::verify as again;

/// Arguments of `howship verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The run folder.
    folder: PathBuf,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Stop> {
    on_threads(arguments.threads, || {
        let host = Console::new(arguments.quiet);
        let inputs = arguments.inputs.as_deref();
        match again::verify(&arguments.folder, inputs, &host)? {
            None => Ok(()),
            Some(other) => Err(Stop::Failed(format!("{} is different", other.display()))),
        }
    })
}
