//! `howship resume`: a run that was stopped or killed goes on from its last whole checkpoint.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::console::Console;
use super::run::on_threads;
use crate::run::members::is_group;
use crate::run::{group, resume as one};

/// Arguments of `howship resume`.
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// The run folder.
    folder: PathBuf,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

pub(super) fn resume(arguments: &ResumeArguments) -> Result<(), Stop> {
    on_threads(arguments.threads, || {
        let host = Console::new(arguments.quiet);
        if is_group(&arguments.folder) {
            group::go_on(&arguments.folder, &host)?;
        } else {
            one::go_on(&arguments.folder, &host)?;
        }
        Ok(())
    })
}
