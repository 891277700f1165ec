//! `howship specimen`: what images hold, with their morphometry.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::elements::ElementsArguments;
use super::outcomes::OutcomeArguments;
use super::preparing::PreparingArguments;
use super::reading::{ReadingArguments, apart, file, label, warn};
use crate::numerics::quantity::Length;
use crate::observe::scanned::Scanned;
use crate::plot::map::write_map;
use crate::run::scan::frame;
use crate::run::scan_maps::write_lesions;
use crate::specimen::image::{BoneOptions, ImageError, Segmentation, read_with};

/// Arguments of `howship specimen`.
#[derive(Debug, Args)]
pub(super) struct SpecimenArguments {
    /// NIfTI, MetaImage, NRRD, TIFF, ISQ, AIM or VTI files, or folders: slices, DICOM or OME-Zarr.
    #[arg(required = true)]
    images: Vec<PathBuf>,
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
    preparing: PreparingArguments,
    #[command(flatten)]
    elements: ElementsArguments,
    #[command(flatten)]
    outcomes: OutcomeArguments,
    /// Draw three cuts into this picture, a PNG or an SVG, which must not be there; with --before the bone in
    /// space with what was lost in colour, a PNG.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Replace the picture and other files.
    #[arg(long)]
    force: bool,
    /// Print one JSON object; of several images a list.
    #[arg(long)]
    json: bool,
    /// Print a table as CSV, a row for each image.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(super) fn specimen(arguments: &SpecimenArguments) -> Result<(), Stop> {
    let endings: &[&str] = if arguments.outcomes.have_before() {
        &["png"]
    } else {
        &["png", "svg"]
    };
    let place = |path| file("--picture", path, endings, Some(arguments.force));
    let picture = arguments.picture.as_deref().map(place).transpose()?;
    if picture.is_some() && arguments.images.len() > 1 {
        return Err(Stop::wrong(format_args!(
            "--picture shows one image, found {}",
            arguments.images.len()
        )));
    }
    if arguments.outcomes.are_asked() && arguments.images.len() > 1 {
        return Err(Stop::wrong(format_args!(
            "--slices, --map and --before take one image, found {}",
            arguments.images.len()
        )));
    }
    let prepare = arguments.preparing.preparation();
    let outcomes = (arguments.outcomes).files(&prepare, arguments.force)?;
    let picture_file = picture.iter().map(|file| ("--picture", file));
    let written: Vec<_> = picture_file.chain(outcomes.written()).collect();
    if arguments.force && written.is_empty() {
        return Err(Stop::wrong(
            "--force replaces files, and none is asked for: give --picture, --slices, --map or --lesions, or leave it out",
        ));
    }
    let images = arguments.images.iter().map(PathBuf::as_path);
    apart(
        &written,
        &images.chain(outcomes.before()).collect::<Vec<_>>(),
    )?;
    if arguments.csv && outcomes.before().is_some() && !outcomes.show_lesions() && picture.is_none()
    {
        return Err(Stop::wrong(
            "--csv has no columns of lesions, and nothing else shows them: give --lesions or --picture, or --json in its place",
        ));
    }
    if arguments.elements.are_asked() {
        let [image] = arguments.images.as_slice() else {
            return Err(Stop::wrong(format_args!(
                "--fe loads one image, found {}",
                arguments.images.len()
            )));
        };
        let read = arguments.reading.options();
        let options = arguments.options();
        return (arguments.elements).answer(image, read, options, arguments.json);
    }
    let (mut bones, mut refused) = (Vec::new(), 0);
    for image in &arguments.images {
        match arguments.scanned(image) {
            Ok(scanned) => bones.push(scanned),
            Err(error) if arguments.images.len() == 1 => return Err(error.into()),
            // One bad file of many does not cost the table of the others.
            Err(error) => {
                refused += 1;
                tell!("error: {error}");
            }
        }
    }
    let mut before = None;
    if let [scanned] = bones.as_mut_slice() {
        let mut again =
            |options: &BoneOptions| Ok(arguments.measured(&arguments.images[0], options)?);
        let reading = arguments.reading.options();
        before = outcomes.compare(scanned, reading, &arguments.options(), &mut again)?;
    }
    let of_many = arguments.images.len() > 1;
    for scanned in &bones {
        if of_many && !scanned.bone.warnings.is_empty() {
            tell!("{}:", scanned.file.display());
        }
        warn(&scanned.bone.warnings);
    }
    if arguments.csv {
        say!("{}", Scanned::csv(&bones).trim_end());
    } else if arguments.json && of_many {
        let list = bones.iter().map(Scanned::json).collect();
        say!("{}", serde_json::Value::Array(list));
    } else {
        for scanned in &bones {
            if arguments.json {
                say!("{}", scanned.json());
            } else {
                say!("{scanned}");
            }
        }
    }
    if let [scanned] = bones.as_slice() {
        outcomes.write(scanned)?;
        if let Some(picture) = picture {
            let title = scanned.file.display().to_string();
            match (&before, &scanned.lesions) {
                (Some(before), Some(lesions)) => {
                    write_lesions(before, &scanned.bone, lesions, &picture)?;
                }
                _ => write_map(picture.path(), &title, &frame(scanned))?,
            }
        }
    }
    if refused > 0 {
        return Err(Stop::wrong(format_args!(
            "{refused} of {} images could not be measured",
            arguments.images.len()
        )));
    }
    Ok(())
}

impl SpecimenArguments {
    fn options(&self) -> BoneOptions {
        BoneOptions {
            by: Segmentation {
                threshold: self.threshold,
                labels: self.labels.clone(),
            },
            part: self.preparing.crop,
            edge_um: self.edge.map(Length::get),
            prepare: self.preparing.preparation(),
        }
    }

    fn scanned(&self, image: &Path) -> Result<Scanned, ImageError> {
        self.measured(image, &self.options())
    }

    fn measured(&self, image: &Path, options: &BoneOptions) -> Result<Scanned, ImageError> {
        let bone = read_with(image, &self.reading.options())?.to_bone_with(options)?;
        Ok(Scanned::of(image.to_path_buf(), bone))
    }
}
