//! How images are read, what is said of them, and the file that is made of one.

use std::path::Path;

use clap::Args;

use super::Stop;
use crate::run::place::{NewFile, PlaceError};
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
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            spacing_um: self.spacing.map(Spacing::um),
            data_anywhere: self.data_anywhere,
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
    NewFile::at(path, endings, force.unwrap_or(false)).map_err(|error| {
        let more = match (&error, force) {
            (PlaceError::Exists(_), Some(_)) => ", or replace it with --force",
            _ => "",
        };
        Stop::wrong(format_args!("{option} {error}{more}"))
    })
}
