//! How images and the days of runs are read, what is said of them, and the file that is made of one.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::run::How;
use crate::run::day::Asked;
use crate::run::place::{self, NewFile, PlaceError};
use crate::specimen::image::{ReadOptions, Spacing};

/// How an image is read.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Voxel size, one or three along x, y, z, where the file has none: "19.5 um", or
    /// "20 um, 20 um, 40 um".
    #[arg(long)]
    pub(super) spacing: Option<Spacing>,
    /// Let a header name a data file outside of its own folder.
    #[arg(long)]
    pub(super) data_anywhere: bool,
}

impl ReadingArguments {
    /// True where one of them is given.
    pub(super) fn are_asked(&self) -> bool {
        self.spacing.is_some() || self.data_anywhere
    }

    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            spacing_um: self.spacing.map(Spacing::um),
            data_anywhere: self.data_anywhere,
        }
    }
}

/// The tissue of a run on a day, and the file that is made of it.
#[derive(Debug, Args)]
pub(super) struct DayArguments {
    /// A run folder, or one of its checkpoints.
    run: PathBuf,
    /// Day of the run. A day that was not kept is run again from the checkpoint before it, which comes out
    /// the same. Without it the last day that is there.
    #[arg(long, value_name = "N")]
    day: Option<f64>,
    /// The file, whose name ends as its kind does (.png, .gif, .vti, .nii.gz, ...), or the folder of a zarr.
    #[arg(long, value_name = "PATH")]
    pub(super) out: PathBuf,
    /// Replace that file.
    #[arg(long)]
    pub(super) force: bool,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
}

impl DayArguments {
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            run: &self.run,
            day: self.day,
            inputs: self.inputs.as_deref(),
        }
    }

    /// Says where the file is.
    pub(super) fn say_place(&self) {
        if !self.how.quiet {
            say!("{}", self.out.display());
        }
    }
}

/// A label of an option that takes several, as in "1, 2".
pub(super) fn label(text: &str) -> Result<u32, String> {
    text.trim()
        .parse()
        .map_err(|_| "expected labels such as 1,2 (whole numbers from 0 on)".to_owned())
}

/// Warnings, for standard error.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        tell!("warning: {warning}");
    }
}

/// The file that an option names, before any work is done; it is replaced where there is a `force` that is
/// set.
pub(super) fn file(
    option: &str,
    path: &Path,
    endings: &'static [&'static str],
    force: Option<bool>,
) -> Result<NewFile, Stop> {
    let found = NewFile::at(path, endings, force.unwrap_or(false));
    found.map_err(|error| no_place(option, &error, force.is_some()))
}

/// Refuses files to be written, each with the option that names it, that are one file or that are read.
pub(super) fn apart(written: &[(&str, &NewFile)], read: &[&Path]) -> Result<(), Stop> {
    place::apart(written, read).map_err(|(option, error)| no_place(option, &error, false))
}

/// Why a file cannot be had under the name that an option gives.
pub(super) fn no_place(option: &str, error: &PlaceError, has_force: bool) -> Stop {
    let more = match error {
        PlaceError::Exists(_) if has_force => ", or replace it with --force",
        _ => "",
    };
    Stop::wrong(format_args!("{option} {error}{more}"))
}
