//! How images are read and what is said of them, for every command that takes one.

use std::path::Path;

use clap::Args;

use crate::observe::figures::{Figures, SpecimenReport};
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

/// One line of what was assumed, for standard output.
pub(super) fn say_assumed(assumed: &[String]) {
    if !assumed.is_empty() {
        say!("assumed   {}", assumed.join("; "));
    }
}

/// Warnings, for standard error.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        tell!("warning: {warning}");
    }
}

/// Scan, lattice and day 0 below each other.
pub(super) fn say_stages(report: &SpecimenReport, day0: Option<(&Figures, &str)>) {
    let stage = |name: &str, figures: &Figures, more: &str| {
        let [nx, ny, nz] = figures.dims;
        let [dx, dy, dz] = figures.spacing_um;
        let size = if dx.to_bits() == dy.to_bits() && dy.to_bits() == dz.to_bits() {
            format!("{dx} um")
        } else {
            format!("{dx} x {dy} x {dz} um")
        };
        say!(
            "{name:9} {nx} x {ny} x {nz} of {size}, {}{more}",
            figures.words()
        );
    };
    if let Some(scan) = &report.scan {
        let covered = report.scan_covered_bv_tv.map_or_else(String::new, |share| {
            format!("; where the sites lie BV/TV {share:.4}")
        });
        stage("scan", scan, &covered);
    }
    stage("sites", &report.lattice, "");
    if let Some((day0, more)) = day0 {
        stage("day 0", day0, more);
    }
}

/// The ending of a picture that is to be drawn, and whether it may be written.
///
/// # Errors
/// Another ending than .png or .svg; a folder that is not there; a file that is there already,
/// without `force`; the name of a folder.
pub(super) fn check_picture(path: &Path, force: bool) -> Result<(), String> {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    if !matches!(ending.as_deref(), Some("png" | "svg")) {
        return Err(format!(
            "--picture {}: found the ending \"{}\", expected .png or .svg",
            path.display(),
            ending.unwrap_or_default()
        ));
    }
    check_folder("--picture", path)?;
    if path.is_dir() {
        return Err(format!(
            "--picture {} is a folder: give the name of a file, .png or .svg",
            path.display()
        ));
    }
    if path.symlink_metadata().is_ok() && !force {
        return Err(format!(
            "--picture {} exists already: choose another name, or replace it with --force",
            path.display()
        ));
    }
    Ok(())
}

/// Holds the folder in which a file is to be written against the disk, before any work is done.
///
/// # Errors
/// It is not there, or is no folder.
pub(super) fn check_folder(option: &str, path: &Path) -> Result<(), String> {
    let folder = path.parent().filter(|at| !at.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(format!(
            "{option} {}: there is no folder {}; make it, or name a file in one that is there",
            path.display(),
            folder.display()
        )),
        _ => Ok(()),
    }
}
