//! `howship compare-scan`: a run beside a follow-up scan of its specimen.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, apart, file, label, warn};
use super::run::How;
use crate::run::compare_scan::{FollowUpScan, compare_scan as compare};
use crate::run::day::Asked;
use crate::specimen::image::Segmentation;

/// Arguments of `howship compare-scan`.
#[derive(Debug, Args)]
pub(super) struct CompareScanArguments {
    /// A run folder, or one of its checkpoints.
    run: PathBuf,
    /// The follow-up scan: NIfTI, MetaImage, NRRD or TIFF, registered onto the scan of the run and on its voxels, or
    /// on the sites of the run.
    #[arg(long, value_name = "FILE")]
    scan: PathBuf,
    /// Day of the run on which it was taken; the last that is there without it.
    #[arg(long, value_name = "N")]
    day: Option<f64>,
    /// Grey value above which a voxel of the scan is bone; as the run reads its own scan without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Labels of the scan that are bone: "1,2".
    #[arg(long, value_delimiter = ',', value_parser = label)]
    labels: Vec<u32>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    /// Draw what became of the bone into this picture, a PNG or an SVG, which must not be there.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Replace the picture.
    #[arg(long, requires = "picture")]
    force: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    how: How,
}

pub(super) fn compare_scan(arguments: &CompareScanArguments) -> Result<(), Stop> {
    let place = |path| file("--picture", path, &["png", "svg"], Some(arguments.force));
    let picture = arguments.picture.as_deref().map(place).transpose()?;
    let written: Vec<_> = picture.iter().map(|file| ("--picture", file)).collect();
    apart(&written, &[&arguments.scan])?;
    let asked = Asked {
        run: &arguments.run,
        day: arguments.day,
        inputs: arguments.inputs.as_deref(),
    };
    let scan = FollowUpScan {
        file: &arguments.scan,
        reading: arguments.reading.options(),
        by: Segmentation {
            threshold: arguments.threshold,
            labels: arguments.labels.clone(),
        },
    };
    arguments.how.go(|console| {
        let found = compare(asked, &scan, console)?;
        if arguments.json {
            say!("{}", found.json());
        } else {
            say!("{found}");
        }
        warn(&found.warnings);
        if let Some(picture) = picture {
            found.write_picture(picture.path())?;
        }
        Ok(())
    })
}
