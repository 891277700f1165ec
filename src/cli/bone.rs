//! Bone of images: `howship specimen`, `rigidity` and `mirels`; and how images are read.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::Stop;
use super::terminal::{TERMINAL, say};
use crate::mechanics::asked::{
    AskedRigidity, BOUNDARIES, GivenConstants, ImageLoad, LOADS, Named, Question,
};
use crate::mechanics::assessment::CutRange;
use crate::mechanics::elements::Ends;
use crate::mechanics::loaded::{LabelModulus, Made};
use crate::mechanics::mirels::{self, Lesion, LesionSite, Pain};
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::{ElasticModulus, Length, Rate};
use crate::run::scan_outcomes::{Form, MapFile, ScanRequest};
use crate::run::scan_rigidity::scan_rigidity;
use crate::specimen::image::{BoneOptions, ReadOptions, Segmentation, Spacing};
use crate::specimen::prepare::{Cortex, Gaussian, Preparation, part};

/// How an image is read.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Voxel size, one or three along x, y, z, where the file has none: "19.5 um", or
    /// "20 um, 20 um, 40 um".
    #[arg(long)]
    spacing: Option<Spacing>,
    /// Let a header name a data file outside of its own folder.
    #[arg(long)]
    data_anywhere: bool,
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

/// A value by its name: one of these, which help lists with what each is.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [Named<T>],
) -> impl TypedValueParser<Value = T> {
    let names = values
        .iter()
        .map(|(name, what, _)| PossibleValue::new(*name).help(*what));
    PossibleValuesParser::new(names).try_map(|found| {
        let value = values.iter().find(|(name, ..)| *name == found);
        value
            .map(|(.., value)| *value)
            .ok_or("found none of the values")
    })
}

/// Read a bone image, say what it is and measure it.
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

/// What is done to a scan before it is measured, in the order of these options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Preparing")]
struct PreparingArguments {
    /// Take this part of the image: first voxel and size along x, y, z, as in 10,10,0,100,100,50.
    #[arg(long, value_name = "X,Y,Z,NX,NY,NZ", value_parser = part)]
    crop: Option<[[usize; 3]; 2]>,
    /// Smooth grey values by a Gaussian: standard deviation and support to either side, voxels, as in 0.8,1.
    #[arg(long, value_name = "SIGMA,SUPPORT")]
    gaussian: Option<Gaussian>,
    /// Take from each grey value the mean of a cube that reaches so far about it; --threshold is then how far
    /// above its surroundings bone lies.
    #[arg(long, value_name = "LENGTH", requires = "threshold")]
    local: Option<Length>,
    /// Density above which a voxel is bone, mg HA/cm3, of a calibrated file.
    #[arg(long, value_name = "MG_PER_CM3", conflicts_with_all = ["threshold", "labels", "local"])]
    density: Option<f64>,
    /// Keep the largest piece of bone alone.
    #[arg(long)]
    largest: bool,
    /// Fill pores that are closed on all sides.
    #[arg(long)]
    fill_pores: bool,
    /// Turn the bone until its long axis lies along z.
    #[arg(long)]
    rotate: bool,
    /// Part cortex and marrow cavity: radius of a ball that bridges the openings of the cortex, and of one that
    /// swallows trabeculae, as in "0.3 mm,0.1 mm".
    #[arg(long, value_name = "OPENINGS,TRABECULAE")]
    cortex: Option<Cortex>,
}

/// What is made of one image beside its table.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files and lesions")]
struct OutcomeArguments {
    /// Write a table with a row for each layer along z.
    #[arg(long, value_name = "FILE.csv")]
    slices: Option<PathBuf>,
    /// Write the local thickness `tb_th`, `tb_sp` or `ct_th`: a volume (.nii.gz, .vti), a picture with a histogram
    /// (.png, .svg) or the histogram (.csv), as in `tb_th=thickness.nii.gz`; may be given several times.
    #[arg(long = "map", value_name = "NAME=FILE")]
    maps: Vec<MapFile>,
    /// The scan before, on the same voxels: bone that is lost since then is told as lesions.
    #[arg(long, value_name = "IMAGE")]
    before: Option<PathBuf>,
    /// Depth that a lesion exceeds; one and a half voxels without it.
    #[arg(long, value_name = "LENGTH", requires = "before")]
    least_depth: Option<Length>,
    /// Write the lesions: a table (.csv), or the number of each at its voxels (.nii.gz, .vti).
    #[arg(long, value_name = "FILE", requires = "before")]
    lesions: Option<PathBuf>,
}

/// Options by which an image becomes bone; one whose voxels have moduli of their own is taken as it is.
const MAKE_BONE: [&str; 10] = [
    "threshold",
    "labels",
    "edge",
    "crop",
    "gaussian",
    "local",
    "density",
    "largest",
    "fill_pores",
    "rotate",
];

/// Options of `howship specimen --fe`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Finite elements")]
struct ElementsArguments {
    /// Load the bone, with a brick per voxel, in place of its morphometry: stiffness, apparent modulus and failure
    /// load.
    #[arg(
        long,
        conflicts_with_all = ["picture", "csv", "cortex", "slices", "maps", "before", "force"]
    )]
    fe: bool,
    /// Axis of the load, from end to end: x, y or z of the file; z without it.
    #[arg(long, requires = "fe")]
    axis: Option<Axis>,
    /// Modulus of bone tissue.
    #[arg(long, requires = "fe", default_value = "18 GPa")]
    modulus: ElasticModulus,
    /// Moduli of the labels of an image of labels, as in "1=18 GPa,2=2 GPa"; other labels carry nothing.
    #[arg(
        long,
        requires = "fe",
        value_name = "LABEL=MODULUS",
        value_delimiter = ',',
        conflicts_with_all = ["modulus", "law"],
        conflicts_with_all = MAKE_BONE
    )]
    materials: Vec<LabelModulus>,
    /// Law from the density of each voxel, mg/cm3, to its modulus, as of `howship rigidity`.
    #[arg(long, requires = "fe", value_name = "NAME", conflicts_with = "modulus", conflicts_with_all = MAKE_BONE)]
    law: Option<String>,
    /// Give voxels of negative density (fat, partial volume) 1e-4 MPa instead of refusing them.
    #[arg(long, requires = "law")]
    floor: bool,
    /// Poisson's ratio.
    #[arg(long, requires = "fe", default_value_t = 0.3)]
    poisson: f64,
    /// What the ends hold: all directions, or that of the axis alone.
    #[arg(long, requires = "fe", value_parser = one_of(&BOUNDARIES), default_value = "clamped")]
    boundary: Ends,
    /// Slices at each end that move as a whole with it, as if they were cast in.
    #[arg(long, requires = "fe", default_value_t = 0, value_name = "SLICES")]
    locked: usize,
    /// What is done to the bone.
    #[arg(long, requires = "fe", value_parser = one_of(&LOADS), default_value = "compression")]
    load: Question,
}

pub(super) fn specimen(it: &SpecimenArguments) -> Result<(), Stop> {
    let asked = it.request();
    if it.elements.fe {
        return loaded(it, asked.options);
    }
    Ok(asked.go(TERMINAL)?)
}

impl SpecimenArguments {
    fn request(&self) -> ScanRequest<'_> {
        let (prepare, files) = (&self.preparing, &self.outcomes);
        ScanRequest {
            images: &self.images,
            reading: self.reading.options(),
            options: BoneOptions {
                by: Segmentation {
                    threshold: self.threshold,
                    labels: self.labels.clone(),
                },
                part: prepare.crop,
                edge_um: self.edge.map(Length::get),
                prepare: Preparation {
                    gaussian: prepare.gaussian,
                    local_um: prepare.local.map(Length::get),
                    density: prepare.density,
                    largest: prepare.largest,
                    fill: prepare.fill_pores,
                    rotate: prepare.rotate,
                    cortex: prepare.cortex,
                },
            },
            slices: files.slices.as_ref(),
            maps: &files.maps,
            picture: self.picture.as_ref(),
            before: files.before.as_ref(),
            least_depth: files.least_depth,
            lesions: files.lesions.as_ref(),
            force: self.force,
            form: Form::of(self.csv, self.json),
        }
    }
}

/// Says what the bone of an image bears.
fn loaded(it: &SpecimenArguments, bone: BoneOptions) -> Result<(), Stop> {
    let asked = &it.elements;
    let load = ImageLoad {
        options: it.reading.options(),
        made: Made::by(
            asked.law.as_deref(),
            &asked.materials,
            (bone, asked.modulus),
        ),
        floor: asked.floor,
        poisson: asked.poisson,
        question: asked.load,
        axis: asked.axis,
        ends: asked.boundary,
        locked: asked.locked,
    };
    let found = load.answer(&it.images)?;
    TERMINAL.say_either(it.json, &found, || found.json());
    TERMINAL.warn(&found.image.warnings);
    Ok(())
}

/// Find the rigidity (EA, EI, GJ) of every transverse cut of a bone, and its weakest cut against the intact bone.
#[derive(Debug, Args)]
pub(super) struct RigidityArguments {
    /// A volume of density in mg/cm3, or of segmented bone: NIfTI, MetaImage, NRRD or TIFF.
    volume: PathBuf,
    /// Law from density to modulus: morgan_vertebra, morgan_femoral_neck, morgan_tibia,
    /// morgan_trochanter, morgan_pooled, kopperdahl, crawford, rice_snyder, keller, carter_hayes; or,
    /// for segmented bone, hernandez or tissue. Volumes of two values have tissue without it.
    #[arg(long, value_name = "NAME")]
    law: Option<String>,
    /// Labels of the same size as the volume; the rest of the body is left out.
    #[arg(long, value_name = "FILE", requires = "include")]
    labels: Option<PathBuf>,
    /// The labels that count, as in 1,2,3,4; without --labels, those of a segmented volume that are
    /// bone.
    #[arg(long, value_delimiter = ',', value_parser = label)]
    include: Vec<u32>,
    /// Axis to which cuts are transverse: x, y or z of the file.
    #[arg(long, default_value = "z")]
    axis: Axis,
    /// Cuts that are looked at, from 0, as in 31-51; all without it.
    #[arg(long, value_name = "FIRST-LAST")]
    cuts: Option<CutRange>,
    /// The same bone intact: its day 0, or the other side of the body, of the same size along the axis.
    #[arg(long, value_name = "VOLUME")]
    intact: Option<PathBuf>,
    /// Labels of the intact bone; those of --labels without it.
    #[arg(long, value_name = "FILE", requires_all = ["intact", "labels"])]
    intact_labels: Option<PathBuf>,
    /// Give voxels of negative density (fat, partial volume) 1e-4 MPa instead of refusing them.
    #[arg(long)]
    floor: bool,
    /// Grey value above which a voxel is bone, with hernandez and tissue; Otsu's without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Modulus of the tissue, with --law tissue; 18 GPa without it.
    #[arg(long)]
    modulus: Option<ElasticModulus>,
    /// Ash fraction, with --law hernandez; 0.64 without it.
    #[arg(long)]
    ash_fraction: Option<f64>,
    /// Strain rate, with --law carter_hayes; 0.01 /s without it.
    #[arg(long)]
    strain_rate: Option<Rate>,
    /// Poisson's ratio.
    #[arg(long, default_value_t = 0.3)]
    poisson: f64,
    /// Solve the torsion of each cut (Saint-Venant) beside its polar form, which overstates open sections.
    #[arg(long)]
    torsion: bool,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Write a row per cut into this CSV, which must not be there.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
}

pub(super) fn rigidity(it: &RigidityArguments) -> Result<(), Stop> {
    let asked = AskedRigidity {
        volume: &it.volume,
        labels: it.labels.as_deref(),
        intact: it.intact.as_deref(),
        intact_labels: it.intact_labels.as_deref(),
        options: it.reading.options(),
        law: it.law.as_deref(),
        given: GivenConstants {
            modulus: it.modulus,
            ash_fraction: it.ash_fraction,
            strain_rate: it.strain_rate,
        },
        floor: it.floor,
        threshold: it.threshold,
        include: &it.include,
        axis: it.axis,
        cuts: it.cuts,
        poisson: it.poisson,
        torsion: it.torsion,
    };
    Ok(scan_rigidity(&asked, it.out.as_ref(), TERMINAL)?)
}

/// Score an impending fracture of a long bone after Mirels.
#[derive(Debug, Args)]
pub(super) struct MirelsArguments {
    /// upper_limb, lower_limb or peritrochanteric.
    #[arg(long)]
    site: LesionSite,
    /// mild, moderate or functional.
    #[arg(long)]
    pain: Pain,
    /// blastic, mixed or lytic.
    #[arg(long)]
    lesion: Lesion,
    /// Size over the diameter of the shaft, 0 to 1.
    #[arg(long)]
    size: f64,
}

pub(super) fn mirels(it: &MirelsArguments) -> Result<(), Stop> {
    let points = mirels::score(it.site, it.pain, it.lesion, it.size)?;
    say!("{points} of 12 points: {}", mirels::advice(points));
    Ok(())
}
