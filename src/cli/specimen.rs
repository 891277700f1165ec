//! `howship specimen`: what an image holds, with its morphometry.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, check_picture, label, say_assumed, warn};
use crate::numerics::quantity::Length;
use crate::observe::figures::{Figures, implausible, thin};
use crate::observe::morphometry::{Morphometry, measure};
use crate::observe::picture::Shown;
use crate::plot::map::{Cut, Frame, write_map};
use crate::specimen::image::{BoneImage, BoneOptions, Segmentation, read_with};

/// Arguments of `howship specimen`.
#[derive(Debug, Args)]
pub(super) struct SpecimenArguments {
    /// A NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs.
    image: PathBuf,
    /// Grey value above which a voxel is bone; Otsu's without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Labels that are bone, of an image of labels: "1,2".
    #[arg(long, value_delimiter = ',', value_parser = label)]
    labels: Vec<u32>,
    /// Edge of the cubic sites to which the voxels are resampled: "20 um".
    #[arg(long)]
    edge: Option<Length>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Draw three cuts into this picture, a PNG or an SVG, which must not be there.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Replace the picture.
    #[arg(long, requires = "picture")]
    force: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn specimen(arguments: &SpecimenArguments) -> Result<(), Stop> {
    let wrong = |error: &dyn std::fmt::Display| Stop::Request(format!("error: {error}"));
    if let Some(picture) = &arguments.picture {
        check_picture(picture, arguments.force).map_err(|error| wrong(&error))?;
    }
    let options = BoneOptions {
        by: Segmentation {
            threshold: arguments.threshold,
            labels: arguments.labels.clone(),
        },
        part: None,
        edge_um: arguments.edge.map(Length::get),
    };
    let mut bone = read_with(&arguments.image, &arguments.reading.options())
        .and_then(|image| image.to_bone_with(&options))
        .map_err(|error| wrong(&error))?;
    let figures = measure(&bone.bone, bone.dims, bone.spacing_um);
    let native = bone
        .native
        .as_ref()
        .map(|native| Figures::of(&native.bone, native.dims, native.spacing_um, true));
    let scanned_mm = native.as_ref().and_then(|native| native.tb_th_mm);
    let doubts = [
        implausible(scanned_mm.or(figures.tb_th_mm)),
        thin(figures.tb_th_mm, bone.spacing_um),
    ];
    bone.warnings.extend(doubts.into_iter().flatten());
    if arguments.json {
        let object = json(arguments, &bone, &figures, native.as_ref());
        say!("{object}");
    } else {
        say(arguments, &bone, &figures, native.as_ref());
    }
    warn(&bone.warnings);
    if let Some(path) = &arguments.picture {
        let caption = format!(
            "BV/TV {:.2} %, {}",
            100.0 * figures.bv_tv,
            bone.binarisation
        );
        let title = arguments.image.display().to_string();
        let frame = Frame {
            day: 0.0,
            caption,
            cuts: cuts(&bone),
            clones: Vec::new(),
        };
        write_map(path, &title, &frame)?;
    }
    Ok(())
}

fn json(
    arguments: &SpecimenArguments,
    bone: &BoneImage,
    figures: &Morphometry,
    native: Option<&Figures>,
) -> serde_json::Value {
    serde_json::json!({
        "file": arguments.image.display().to_string(),
        "format": bone.format,
        "dims": bone.dims,
        "spacing_um": bone.spacing_um,
        "binarisation": bone.binarisation.to_string(),
        "threshold": bone.binarisation.threshold(),
        "threshold_automatic": bone.binarisation.is_automatic(),
        "bone_voxels": figures.bone_voxels,
        "bv_tv": figures.bv_tv,
        "tb_th_mm": figures.tb_th_mm,
        "tb_th_sd_mm": figures.tb_th_sd_mm,
        "tb_th_max_mm": figures.tb_th_max_mm,
        "tb_sp_mm": figures.tb_sp_mm,
        "tb_sp_sd_mm": figures.tb_sp_sd_mm,
        "bs_tv_per_mm": figures.bs_tv_per_mm,
        "bs_bv_per_mm": figures.bs_bv_per_mm,
        "native": native,
        "native_covered_bv_tv": bone.native.as_ref().map(|native| native.covered_bv_tv),
        "assumed": bone.assumed,
        "warnings": bone.warnings,
    })
}

fn say(
    arguments: &SpecimenArguments,
    bone: &BoneImage,
    figures: &Morphometry,
    native: Option<&Figures>,
) {
    let shown = |value: Option<f64>, unit: &str| {
        value.map_or_else(
            || "not defined".to_owned(),
            |value| format!("{value:.4} {unit}"),
        )
    };
    say!("{} ({})", arguments.image.display(), bone.format);
    if let Some(native) = native {
        let [nx, ny, nz] = native.dims;
        let [dx, dy, dz] = native.spacing_um;
        say!(
            "scan    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} um, {}",
            native.words()
        );
    }
    say!(
        "size    {} x {} x {} {} of {} um",
        bone.dims[0],
        bone.dims[1],
        bone.dims[2],
        if native.is_some() { "sites" } else { "voxels" },
        bone.spacing_um
    );
    say!("bone    {}", bone.binarisation);
    say!(
        "BV/TV   {:.6} ({} voxels)",
        figures.bv_tv,
        figures.bone_voxels
    );
    say!(
        "Tb.Th   {} (sd {})",
        shown(figures.tb_th_mm, "mm"),
        shown(figures.tb_th_sd_mm, "mm")
    );
    say!("Tb.Sp   {}", shown(figures.tb_sp_mm, "mm"));
    say!("BS/TV   {:.4} /mm", figures.bs_tv_per_mm);
    say_assumed(&bone.assumed);
}

/// Three cuts through the middle.
fn cuts(bone: &BoneImage) -> Vec<Cut> {
    let names = ["x", "y", "z"];
    [[0, 1, 2], [0, 2, 1], [1, 2, 0]]
        .into_iter()
        .map(|[a, b, fixed]| {
            let layer = bone.dims[fixed] / 2;
            let mut tissue = Vec::new();
            for j in 0..bone.dims[b] {
                for i in 0..bone.dims[a] {
                    let mut at = [0; 3];
                    (at[a], at[b], at[fixed]) = (i, j, layer);
                    let site = (at[2] * bone.dims[1] + at[1]) * bone.dims[0] + at[0];
                    tissue.push(if bone.bone[site] {
                        Shown::Bone
                    } else {
                        Shown::Marrow
                    });
                }
            }
            Cut {
                name: format!(
                    "at {} = {:.2} mm",
                    names[fixed],
                    (layer as f64 + 0.5) * bone.spacing_um / 1e3
                ),
                axes: [names[a], names[b]],
                width: bone.dims[a],
                height: bone.dims[b],
                pixel_um: bone.spacing_um,
                tissue,
            }
        })
        .collect()
}
