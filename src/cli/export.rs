//! `howship export`: the tissue of a run on any of its days, for other programs.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::run::How;
use crate::run::day::Asked;
use crate::run::export::{ExportPlace, Wish, export as tissue, simulation_on};
use crate::run::place::PlaceError;
use crate::scenario::volumes::VolumeFormat;

/// Arguments of `howship export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// A run folder, or one of its checkpoints.
    run: PathBuf,
    /// Day of the run. A day of which there is no checkpoint is run again from the one before it, which
    /// comes out the same. Without it the last day that is there.
    #[arg(long, value_name = "N")]
    day: Option<f64>,
    /// vti: fields for ParaView; zarr: fields and labels for napari and Fiji; nifti: one field, for BoneJ;
    /// vtp, parquet: cells; stl, ply: the surface of bone.
    #[arg(long)]
    format: VolumeFormat,
    /// A field to write; several times for several. Without it bone, tumour cells and all signals, for nifti
    /// the labels of tissue.
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<String>,
    /// File, or folder of a zarr; its name ends as the format says (.nii.gz for nifti).
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Replace that file.
    #[arg(long)]
    force: bool,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

pub(super) fn export(arguments: &ExportArguments) -> Result<(), Stop> {
    let (format, out) = (arguments.format, &arguments.out);
    let place = ExportPlace::at(out, format, arguments.force).map_err(|error| {
        let more = match error {
            PlaceError::Exists(_) => ", or replace it with --force",
            _ => "",
        };
        Stop::wrong(format_args!("--out {error}{more}"))
    })?;
    let quiet = arguments.how.quiet;
    arguments.how.go(|console| {
        let asked = Asked {
            run: &arguments.run,
            day: arguments.day,
            inputs: arguments.inputs.as_deref(),
        };
        let wish = Wish {
            format,
            fields: &arguments.fields,
        };
        let (loaded, simulation) = simulation_on(asked, wish, console)?;
        place.write(&tissue(&loaded.title(), &simulation, wish)?)?;
        if !quiet {
            say!("{}", out.display());
        }
        Ok(())
    })
}
