//! `howship fork` and `howship compare`: several futures from one past.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::console::Console;
use super::run::How;
use crate::numerics::quantity::Time;
use crate::run::compare;
use crate::run::group::{self, Fork};
use crate::scenario::file::Arm;

/// Arguments of `howship fork`.
#[derive(Debug, Args)]
pub(super) struct ForkArguments {
    /// The run folder of the past.
    folder: PathBuf,
    /// Time of the turn, as in --at "14 d".
    #[arg(long)]
    at: Time,
    /// Name of the new arm.
    #[arg(long)]
    arm: String,
    /// Set a value from the turn on, as in --set tumour.division.rate="0.1 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Folder for the arm; <RUN FOLDER>-<ARM> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// Arguments of `howship compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// Run folders of the control and its arms, of one seed or of the same seeds each; folders of
    /// runs with arms stand for all that they hold.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the table and the picture.
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn fork(arguments: ForkArguments) -> Result<(), Stop> {
    let asked = Fork {
        folder: arguments.folder,
        name: arguments.arm,
        arm: Arm {
            at: arguments.at,
            set: arguments.sets,
        },
        out: arguments.out,
        inputs: arguments.inputs,
    };
    let how = arguments.how;
    how.go(|console| Ok(group::fork(&asked, console)?))
}

pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Stop> {
    let host = Console::new(false);
    Ok(compare::compare(&arguments.folders, &arguments.out, &host)?)
}
