//! `howship export`: the tissue of a run on any of its days, for other programs.

use clap::Args;

use super::Stop;
use super::reading::{DayArguments, no_place};
use crate::run::export::{ExportPlace, Wish, export as tissue, simulation_on};
use crate::scenario::volumes::VolumeFormat;

/// Arguments of `howship export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    of: DayArguments,
    /// vti: fields for ParaView; zarr: fields and labels for napari and Fiji; nifti: one field, for BoneJ;
    /// vtp, parquet: cells; stl, ply: the surface of bone.
    #[arg(long)]
    format: VolumeFormat,
    /// A field to write; several times for several. Without it bone, tumour cells and all signals, for nifti
    /// the labels of tissue.
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<String>,
}

pub(super) fn export(arguments: &ExportArguments) -> Result<(), Stop> {
    let ExportArguments { of, format, fields } = arguments;
    let place = ExportPlace::at(&of.out, *format, of.force)
        .map_err(|error| no_place("--out", &error, true))?;
    of.how.go(|console| {
        let wish = Wish {
            format: *format,
            fields,
        };
        let (loaded, simulation) = simulation_on(of.asked(), wish, console)?;
        place.write(&tissue(&loaded.title(), &simulation, wish)?)?;
        of.say_place();
        Ok(())
    })
}
