//! `howship specimen`: what an image holds, with its morphometry.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use crate::numerics::quantity::Length;
use crate::observe::morphometry::measure;
use crate::observe::picture::Shown;
use crate::plot::map::{Cut, Frame, write_map};
use crate::specimen::image::read;

/// Arguments of `howship specimen`.
#[derive(Debug, Args)]
pub(super) struct SpecimenArguments {
    /// A NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs.
    image: PathBuf,
    /// Grey value above which a voxel is bone; Otsu's without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Voxel size, where the file has none: "19.5 um".
    #[arg(long)]
    spacing: Option<Length>,
    /// Draw three cuts into this PNG.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn specimen(arguments: &SpecimenArguments) -> Result<(), Stop> {
    let wrong = |error: &dyn std::fmt::Display| Stop::Request(format!("error: {error}"));
    let image = read(
        &arguments.image,
        arguments.spacing.map(|edge| [edge.get(); 3]),
    )
    .map_err(|error| wrong(&error))?;
    let bone = image
        .to_bone(arguments.threshold, None)
        .map_err(|error| wrong(&error))?;
    let figures = measure(&bone.bone, bone.dims, bone.spacing_um);
    if arguments.json {
        let object = serde_json::json!({
            "file": arguments.image.display().to_string(),
            "format": bone.format,
            "dims": bone.dims,
            "spacing_um": bone.spacing_um,
            "binarisation": bone.binarisation.to_string(),
            "bone_voxels": figures.bone_voxels,
            "bv_tv": figures.bv_tv,
            "tb_th_mm": figures.tb_th_mm,
            "tb_th_sd_mm": figures.tb_th_sd_mm,
            "tb_th_max_mm": figures.tb_th_max_mm,
            "tb_sp_mm": figures.tb_sp_mm,
            "tb_sp_sd_mm": figures.tb_sp_sd_mm,
            "bs_tv_per_mm": figures.bs_tv_per_mm,
            "bs_bv_per_mm": figures.bs_bv_per_mm,
        });
        say!("{object}");
    } else {
        let shown = |value: Option<f64>, unit: &str| {
            value.map_or_else(
                || "not defined".to_owned(),
                |value| format!("{value:.4} {unit}"),
            )
        };
        say!("{} ({})", arguments.image.display(), bone.format);
        say!(
            "size    {} x {} x {} voxels of {} um",
            bone.dims[0],
            bone.dims[1],
            bone.dims[2],
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
        if let Some(thickness) = figures.tb_th_mm
            && thickness * 1e3 / bone.spacing_um < 5.0
        {
            say!(
                "warning: {:.1} voxels per Tb.Th; below 5, thin trabeculae lose their connections",
                thickness * 1e3 / bone.spacing_um
            );
        }
    }
    if let Some(path) = &arguments.picture {
        let names = ["x", "y", "z"];
        let cuts = [[0, 1, 2], [0, 2, 1], [1, 2, 0]]
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
            .collect();
        let caption = format!(
            "BV/TV {:.2} %, {}",
            100.0 * figures.bv_tv,
            bone.binarisation
        );
        let title = arguments.image.display().to_string();
        write_map(
            path,
            &title,
            &Frame {
                day: 0.0,
                caption,
                cuts,
            },
        )?;
    }
    Ok(())
}
