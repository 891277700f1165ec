//! `howship specimen`: what an image holds, with its morphometry.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, check_picture, label, say_assumed, warn};
use crate::numerics::quantity::Length;
use crate::observe::picture::Shown;
use crate::observe::scanned::Scanned;
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
    let bone = read_with(&arguments.image, &arguments.reading.options())
        .and_then(|image| image.to_bone_with(&options))
        .map_err(|error| wrong(&error))?;
    let scanned = Scanned::of(arguments.image.clone(), bone);
    let (bone, figures) = (&scanned.bone, &scanned.figures);
    if arguments.json {
        say!("{}", scanned.json());
    } else {
        say!("{scanned}");
        say_assumed(&bone.assumed);
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
            cuts: cuts(bone),
            clones: Vec::new(),
        };
        write_map(path, &title, &frame)?;
    }
    Ok(())
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
