//! What is made of the tissue of a run on its days: `howship render`, `export`, `strength`, `compare-scan`.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::bone::{ReadingArguments, label, one_of};
use super::run::Again;
use super::terminal::TERMINAL;
use crate::mechanics::asked::SITE_LAWS;
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loading::Loading;
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::ElasticModulus;
use crate::plot::solid::{Cutaway, Look, Turn, View};
use crate::run::compare_scan::{FollowUpScan, compare_scan as compare};
use crate::run::day::Asked;
use crate::run::export::{ExportPlace, Wish, export as tissue, simulation_on};
use crate::run::place::NewFiles;
use crate::run::render::RenderRequest;
use crate::run::strength_of_seeds::AskedStrength;
use crate::scenario::volumes::VolumeFormat;
use crate::specimen::image::Segmentation;

/// The tissue of a run on a day.
#[derive(Debug, Args)]
struct DayArguments {
    /// A run folder, or one of its checkpoints.
    run: PathBuf,
    /// Day of the run. A day that was not kept is run again from the checkpoint before it, which comes out
    /// the same. Without it the last day that is there.
    #[arg(long, value_name = "N")]
    day: Option<f64>,
    #[command(flatten)]
    again: Again,
}

impl DayArguments {
    fn asked(&self) -> Asked<'_> {
        Asked {
            run: &self.run,
            day: self.day,
            inputs: self.again.inputs.as_deref(),
        }
    }
}

/// The file that is made of it.
#[derive(Debug, Args)]
struct FileArguments {
    /// The file, whose name ends as its kind does (.png, .gif, .vti, .nii.gz, ...), or the folder of a zarr.
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Replace that file.
    #[arg(long)]
    force: bool,
}

/// Draw the bone of a run in space on any day: its surface in light, tumour, osteoclasts and
/// osteoblasts, before and after, or a film that turns.
#[derive(Debug, Args)]
pub(super) struct RenderArguments {
    #[command(flatten)]
    of: DayArguments,
    #[command(flatten)]
    file: FileArguments,
    /// front, side, top, isometric, or AZIMUTH,ELEVATION in degrees, as in 30,25.
    #[arg(long, default_value = "isometric")]
    view: View,
    /// What is cut away: auto (the front eighth before the tumour of day 0, where bone hides more than half of
    /// that: the same on all days and in all arms), none, octant (that eighth in any case), octant=X,Y,Z, or a
    /// plane as in x=0.9; places in mm.
    #[arg(long, default_value = "auto")]
    cut: Cutaway,
    /// Day 0, with what was lost since in colour, beside the day, with what was formed in colour.
    #[arg(long, conflicts_with = "film")]
    before_after: bool,
    /// A full turn: GIF where the name ends in .gif, APNG where it ends in .png or .apng.
    #[arg(long)]
    film: bool,
    /// Frames of the film.
    #[arg(long, value_name = "N", default_value_t = Turn::default().frames,
          value_parser = clap::value_parser!(u32).range(12..=720), requires = "film")]
    frames: u32,
    /// Pixels of the film across.
    #[arg(long, value_name = "PIXELS", default_value_t = Turn::default().width,
          value_parser = clap::value_parser!(u32).range(190..=1200), requires = "film")]
    width: u32,
}

pub(super) fn render(it: &RenderArguments) -> Result<(), Stop> {
    let asked = RenderRequest {
        day: it.of.asked(),
        out: &it.file.out,
        force: it.file.force,
        look: Look {
            view: it.view,
            cut: it.cut,
        },
        film: it.film.then_some(Turn {
            frames: it.frames,
            width: it.width,
        }),
        beside: it.before_after,
    };
    it.of.again.how.go(|console| Ok(asked.go(console)?))
}

/// Write the tissue of a run on any day for other programs: fields for ParaView, napari, Fiji and BoneJ,
/// cells, the surface of bone.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    of: DayArguments,
    #[command(flatten)]
    file: FileArguments,
    /// vti: fields for ParaView; zarr: fields and labels for napari and Fiji; nifti: one field, for BoneJ;
    /// vtp, parquet: cells; stl, ply: the surface of bone.
    /// Without it what the name of the file ends in.
    #[arg(long)]
    format: Option<VolumeFormat>,
    /// A field to write; several times for several. Without it bone, tumour cells and all signals, for nifti
    /// the labels of tissue.
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<String>,
}

pub(super) fn export(it: &ExportArguments) -> Result<(), Stop> {
    let file = &it.file;
    let (format, place) = ExportPlace::asked("--out", &file.out, it.format, file.force)?;
    it.of.again.how.go(|console| {
        let fields = &it.fields;
        let wish = Wish { format, fields };
        let (loaded, simulation) = simulation_on(it.of.asked(), wish, console)?;
        place.write(&tissue(&loaded.title(), &simulation, wish)?)?;
        console.show_place(&file.out);
        Ok(())
    })
}

/// Find how stiff and strong the bone of a run is on its days against day 0, by finite elements along all axes.
#[derive(Debug, Args)]
pub(super) struct StrengthArguments {
    /// Run folders, or checkpoints of runs; several, runs of one scenario, give means over their seeds.
    #[arg(required = true)]
    runs: Vec<PathBuf>,
    /// Days beside day 0, as in 90,180,365; the last day of the run without it. A day that was not kept is run
    /// again from the checkpoint before it, which comes out the same.
    #[arg(long, value_delimiter = ',', value_name = "DAYS")]
    days: Vec<f64>,
    /// From a site to its modulus.
    #[arg(long, value_parser = one_of(&SITE_LAWS), default_value = "tissue")]
    law: SiteLaw,
    /// Modulus of mineralised tissue; 18 GPa without it.
    #[arg(long)]
    modulus: Option<ElasticModulus>,
    /// Poisson's ratio.
    #[arg(long, default_value_t = 0.3)]
    poisson: f64,
    /// Write a row per day into this CSV.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Draw the strain energy of bone on day 0 and the last of the days into this PNG.
    #[arg(long, value_name = "PNG")]
    picture: Option<PathBuf>,
    /// Axis of the load of the picture.
    #[arg(long, default_value = "z", requires = "picture")]
    axis: Axis,
    /// View of the picture: front, side, top, isometric, or AZIMUTH,ELEVATION in degrees.
    #[arg(long, default_value = "isometric", requires = "picture")]
    view: View,
    /// What is cut away in the picture, as of `howship render`.
    #[arg(long, default_value = "none", requires = "picture")]
    cut: Cutaway,
    /// Replace these files.
    #[arg(long)]
    force: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    again: Again,
}

pub(super) fn strength(it: &StrengthArguments) -> Result<(), Stop> {
    let asked = AskedStrength {
        runs: &it.runs,
        inputs: it.again.inputs.as_deref(),
        days: &it.days,
        loading: Loading {
            law: it.law,
            modulus: it.modulus,
            poisson: it.poisson,
        },
        out: it.out.as_ref(),
        picture: it.picture.as_ref(),
        axis: it.axis,
        look: Look {
            view: it.view,
            cut: it.cut,
        },
        force: it.force,
        json: it.json,
    };
    it.again.how.go(|console| Ok(asked.go(console)?))
}

/// Compare a run with a follow-up scan of its specimen: bone lost in both, in one and in none, overlap and distance.
#[derive(Debug, Args)]
pub(super) struct CompareScanArguments {
    #[command(flatten)]
    of: DayArguments,
    /// The follow-up scan, taken on that day: NIfTI, MetaImage, NRRD or TIFF, registered onto the scan of the run and
    /// on its voxels, or on the sites of the run.
    #[arg(long, value_name = "FILE")]
    scan: PathBuf,
    /// Grey value above which a voxel of the scan is bone; as the run reads its own scan without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Labels of the scan that are bone: "1,2".
    #[arg(long, value_delimiter = ',', value_parser = label)]
    labels: Vec<u32>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Draw what became of the bone into this picture, a PNG or an SVG, which must not be there.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Replace the picture.
    #[arg(long, requires = "picture")]
    force: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn compare_scan(it: &CompareScanArguments) -> Result<(), Stop> {
    let mut files = NewFiles::new(Some(it.force));
    let picture = files.asked("--picture", it.picture.as_ref(), &["png", "svg"])?;
    files.check_apart(&[&it.scan])?;
    let scan = FollowUpScan {
        file: &it.scan,
        reading: it.reading.options(),
        by: Segmentation {
            threshold: it.threshold,
            labels: it.labels.clone(),
        },
    };
    it.of.again.how.go(|console| {
        let found = compare(it.of.asked(), &scan, console)?;
        TERMINAL.say_either(it.json, &found, || found.json());
        TERMINAL.warn(&found.warnings);
        if let Some(picture) = picture {
            found.write_picture(picture.path())?;
        }
        Ok(())
    })
}
