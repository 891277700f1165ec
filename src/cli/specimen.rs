//! `howship specimen`: what an image holds, with its morphometry.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::elements::ElementsArguments;
use super::reading::{ReadingArguments, file, label, warn};
use crate::numerics::quantity::Length;
use crate::observe::scanned::Scanned;
use crate::plot::map::write_map;
use crate::run::scan::frame;
use crate::specimen::image::{BoneOptions, Segmentation, read_with};

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
    #[command(flatten)]
    elements: ElementsArguments,
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
    let place = |path| file("--picture", path, &["png", "svg"], Some(arguments.force));
    let picture = arguments.picture.as_deref().map(place).transpose()?;
    let read = arguments.reading.options();
    let options = BoneOptions {
        by: Segmentation {
            threshold: arguments.threshold,
            labels: arguments.labels.clone(),
        },
        part: None,
        edge_um: arguments.edge.map(Length::get),
    };
    if arguments.elements.are_asked() {
        return arguments
            .elements
            .answer(&arguments.image, read, options, arguments.json);
    }
    let bone = read_with(&arguments.image, &read).and_then(|image| image.to_bone_with(&options))?;
    let scanned = Scanned::of(arguments.image.clone(), bone);
    if arguments.json {
        say!("{}", scanned.json());
    } else {
        say!("{scanned}");
    }
    warn(&scanned.bone.warnings);
    if let Some(picture) = picture {
        let title = arguments.image.display().to_string();
        write_map(picture.path(), &title, &frame(&scanned))?;
    }
    Ok(())
}
