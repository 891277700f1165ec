//! The scenario: every key that a file may hold. One struct per table; unknown keys are errors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::conversion::Conversion;
use crate::biology::cue::DeclaredCue;
use crate::biology::immune::Immune;
use crate::biology::osteoblast::mineralisation::Mineralisation;
use crate::biology::osteoblast::{Lining, Osteoblast, Precursor};
use crate::biology::osteoclast::Osteoclast;
use crate::biology::parameters::Parameters;
use crate::biology::residents::Residents;
use crate::biology::signal::Signal;
use crate::biology::tumour::Tumour;
use crate::biology::tumour::colonisation::Colonisation;
use crate::engine::parts::{Asked, patient, radiation};
use crate::mechanics::follow_up::FollowUp;
use crate::mechanics::mechanostat::Mechanostat;
use crate::mechanics::strength_course::StrengthCourse;
use crate::numerics::quantity::{Length, Time};
use crate::patient::Patient;
use crate::scenario::volumes::Volumes;
use crate::specimen::image::{BoneOptions, ReadOptions, Segmentation, Spacing};
use crate::specimen::prepare::{Gaussian, Preparation};
use crate::specimen::synthetic::{Cortical, Slab, Trabecular};
use crate::therapy::drug::Drug;
use crate::therapy::irradiation::RadiationCourse;
use crate::therapy::plan::Therapy;
use crate::therapy::radiotherapy::Radiobiology;
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;
use crate::tissue::grid::Grid;

/// A scenario file with its preset and base merged in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name; names the run folder.
    pub name: String,
    /// What the scenario shows, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// Seed of all chance.
    #[serde(default)]
    pub seed: u64,
    /// Duration and tick.
    pub run: Run,
    /// Sites.
    pub lattice: LatticeTable,
    /// The bone.
    pub specimen: Specimen,
    /// Retired keys of older scenarios: read, said to do nothing, and left aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeding: Option<Seeding>,
    /// Vessels.
    pub vessels: Vessels,
    /// Arrival of the tumour; none without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inoculation: Option<Inoculation>,
    /// Arrival of single tumour cells from the circulation; none without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colonisation: Option<Colonisation>,
    /// How signals are solved.
    pub transport: Transport,
    /// Signals by name.
    pub signals: BTreeMap<String, Signal>,
    /// Conversions of a signal into another, or its uptake, by a name of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conversions: BTreeMap<String, Conversion>,
    /// Declared cues by name.
    #[serde(default)]
    pub cues: BTreeMap<String, DeclaredCue>,
    /// Who is treated.
    #[serde(default)]
    pub subject: Subject,
    /// Drugs by name; those that come with howship are there when a course names them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drugs: BTreeMap<String, Drug>,
    /// Courses of drugs, by a name of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub therapy: BTreeMap<String, Course>,
    /// Courses of radiation, by a name of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub radiotherapy: BTreeMap<String, RadiationCourse>,
    /// What radiation does to cells; it comes with howship when a course of radiation is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radiobiology: Option<Radiobiology>,
    /// The body around the lattice: calcium, markers, neutrophils; not followed without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient>,
    /// Rigidity of the lattice against its day 0; not followed without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rigidity: Option<FollowUp>,
    /// Strength of the lattice by finite elements against its day 0; not followed without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<StrengthCourse>,
    /// Bone that feels its load: the cue `strain` by finite elements; without this table it is a declared cue, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanostat: Option<Mechanostat>,
    /// Tumour cells.
    pub tumour: Tumour,
    /// Osteoclasts.
    pub osteoclast: Osteoclast,
    /// Lining cells.
    pub lining: Lining,
    /// Precursors of osteoblasts.
    pub precursor: Precursor,
    /// Osteoblasts.
    pub osteoblast: Osteoblast,
    /// Osteocytes: cells in mineralised bone, by volume; none are counted without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub osteocyte: Option<Residents>,
    /// Stroma: cells in marrow, by volume; none are counted without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stroma: Option<Residents>,
    /// Mineralisation of osteoid.
    pub mineralisation: Mineralisation,
    /// Immune cells; none without this table, which may be empty over a preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immune: Option<Immune>,
    /// What is written.
    #[serde(default)]
    pub output: Output,
    /// When a run saves what it needs to go on.
    #[serde(default)]
    pub checkpoint: Checkpoint,
    /// Other futures from the same past, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arms: BTreeMap<String, Arm>,
    /// The arm that a run takes; without it the run is the control, and its arms follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

/// A future that turns off from the control at a time, with the same random numbers until they differ.
///
/// Every other key of its table is one of the scenario, and its value holds from the turn on: a table as in the scenario
/// (`[arms.late.therapy.zoledronate]`), or a path in quotes (`"tumour.division.rate" = "0.1 /d"`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("additionalProperties" = true))]
pub struct Arm {
    /// Time of the turn, after day 0; a whole number of ticks.
    pub at: Time,
    /// Assignments as of `--set`; files of before 0.2 have these alone. What is read holds all changes here, those by keys too.
    #[serde(default)]
    pub set: Vec<String>,
}

/// Duration and tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Time simulated after day 0.
    pub duration: Time,
    /// Length of a tick; must divide a day.
    pub tick: Time,
    /// Remodelling before day 0, so that health starts in its steady state. What it holds open by then is
    /// given back to the bone, so that day 0 has the volume of the specimen.
    pub burn_in: Time,
}

/// Sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatticeTable {
    /// Edge of a site, 5 to 25 um. An image without it keeps its own voxels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Length>,
    /// Sites along x, y, z, for synthetic bone; z = 1 is a section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 3]>,
    /// Thickness of a section; that of an image of one layer without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section_thickness: Option<Length>,
}

/// The bone; exactly one kind is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Specimen {
    /// Real bone from an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageFile>,
    /// A plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slab: Option<Slab>,
    /// Trabecular bone grown from a seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trabecular: Option<Trabecular>,
    /// A cortical shell with Haversian canals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cortical: Option<Cortical>,
    /// No bone: soft tissue, as beside or far from bone. The table is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_tissue: Option<SoftTissue>,
}

/// Tissue without bone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SoftTissue {}

/// Real bone from an image.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a key of the file by itself"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageFile {
    /// The file, or a folder of TIFFs; relative to the scenario.
    pub file: PathBuf,
    /// Grey value above which a voxel is bone; Otsu's of the whole image without it. Two-valued
    /// images are masks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// The labels that are bone, in an image of labels; not with a threshold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<u32>,
    /// Voxel size, one or three along x, y, z; where the file has none, or another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing: Option<Spacing>,
    /// Whether a header may name a data file outside of its own folder.
    #[serde(default)]
    pub data_anywhere: bool,
    /// Part of the image to take, in voxels; thresholds are those of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<Crop>,
    /// A Gaussian over the grey values before they are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaussian: Option<Gaussian>,
    /// Reach of a cube whose mean is taken from each grey value: the threshold then says how far above its
    /// surroundings bone lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<Length>,
    /// Density above which a voxel is bone, mg HA/cm3, of a calibrated file; in place of a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
    /// Keep the largest piece of bone alone, 26-connected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub largest: bool,
    /// Fill pores that are closed on all sides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fill_pores: bool,
    /// Turn the bone, on its sites, until its long axis lies along z.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rotate: bool,
    /// Tumour that is in the scan already, by labels; instead of an inoculation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tumour: Option<TumourLabels>,
}

impl ImageFile {
    /// How the file is read.
    pub fn reading(&self) -> ReadOptions {
        ReadOptions {
            spacing_um: self.spacing.map(Spacing::um),
            data_anywhere: self.data_anywhere,
        }
    }

    /// What tells bone from marrow.
    pub fn segmentation(&self) -> Segmentation {
        Segmentation {
            threshold: self.threshold,
            labels: self.labels.clone(),
        }
    }

    /// What of the image becomes bone, on sites of an edge in um or on its own voxels, as `howship specimen`
    /// makes it of the same options.
    pub fn bone_options(&self, edge_um: Option<f64>) -> BoneOptions {
        BoneOptions {
            by: self.segmentation(),
            part: self.crop.as_ref().map(|crop| [crop.start, crop.size]),
            edge_um,
            prepare: Preparation {
                gaussian: self.gaussian,
                local_um: self.local.map(Length::get),
                density: self.density,
                largest: self.largest,
                fill: self.fill_pores,
                rotate: self.rotate,
                cortex: None,
            },
        }
    }
}

/// Tumour that is in the scan, by labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TumourLabels {
    /// An image of labels on the voxels of the specimen, relative to the scenario; without it the
    /// image of the specimen holds the labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The labels that are tumour: whole numbers from 1 on. What has them must be marrow.
    pub labels: Vec<u32>,
    /// Day on which the cells are there, filling the marrow that has these labels.
    #[serde(default)]
    pub time: Time,
}

/// Part of an image, in voxels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    /// First voxel along x, y, z.
    pub start: [usize; 3],
    /// Voxels along x, y, z.
    pub size: [usize; 3],
}

/// Retired: day 0 is the specimen by the books of the burn-in, and no share is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seeding {
    /// Retired: does nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remodelling_space: Option<f64>,
}

/// Vessels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vessels {
    /// Mean distance between vessels in marrow. Cortical bone has its canals besides.
    pub spacing: Length,
}

/// Arrival of the tumour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inoculation {
    /// Cells in all; 0 is no tumour, as in a sham operation.
    pub cells: u32,
    /// Colonies among which the cells are shared out.
    #[serde(default = "one")]
    pub colonies: u32,
    /// Where they settle.
    #[serde(default)]
    pub site: InoculationSite,
    /// Place of a single colony from the corner of the lattice, with `site = "position"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<[Length; 3]>,
    /// Day of arrival.
    #[serde(default)]
    pub time: Time,
}

const fn one() -> u32 {
    1
}

/// Where tumour cells settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InoculationSite {
    /// The marrow nearest to the centre of the lattice (direct, intratibial inoculation).
    #[default]
    Centre,
    /// A given position.
    Position,
    /// Vessels drawn by chance (arrival from the circulation): sinusoids, or Haversian canals.
    Vessels,
}

/// How signals are solved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transport {
    /// Scheme in time. `auto` is chosen for each signal by regime and shown by `howship check`:
    /// `exact` where nothing stands in its way (`bone_factor = 1`, no `vessel_exchange`), else
    /// `implicit`.
    #[serde(default)]
    pub scheme: SchemeChoice,
    /// Relative residual at which the solver stops.
    pub tolerance: f64,
    /// Signals have one level per block of sites: along each axis the longest block that divides the
    /// lattice and whose edge is at most this.
    pub block: Length,
}

impl Transport {
    /// Sites of a block along x, y, z.
    pub fn block_sites(&self, grid: &Grid) -> [usize; 3] {
        let longest = (self.block.get() / grid.edge_um * (1.0 + 1e-9)).floor() as usize;
        grid.dims.map(|sites| {
            (1..=longest.min(sites))
                .rev()
                .find(|&size| sites.is_multiple_of(size))
                .unwrap_or(1)
        })
    }
}

/// Scheme in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemeChoice {
    /// By regime: exact where nothing stands in the way of the signal, else implicit.
    #[default]
    Auto,
    /// Exact in time; takes `bone_factor = 1` and no `vessel_exchange` for every signal.
    Exact,
    /// Backward Euler over the tick: keeps what is in solution.
    Implicit,
    /// The steady field of the sources of the tick.
    QuasiSteady,
}

/// What is written.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of a file of its own"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Output {
    /// Time between rows of `series.csv`: whole ticks, at most a day.
    pub series_every: Time,
    /// Days of which a map is drawn, besides the first and the last; at most 1000.
    pub map_days: Vec<f64>,
    /// Time between frames of the film: whole ticks, at most 1000 frames; 0 for a short
    /// film of at least 60 (fewer of a lattice so large that they would take more than 256 MiB).
    pub film_every: Time,
    /// Files of the film: `plots/map.gif` of 256 colours, `plots/map.apng` of all colours.
    pub film: Film,
    /// Time between rows of `structure.csv` (Tb.Th, Tb.Sp, surface, osteoclasts at the tumour): whole
    /// ticks; 0 for none.
    pub structure_every: Time,
    /// Columns of `structure.csv`, by the names of docs/columns.md; the first twelve of them without it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub structure: Vec<String>,
    /// Write `stores.csv`: the amount of each factor stored in bone, with a row per row of `series.csv`.
    pub stores: bool,
    /// Write `cell_events.csv`: each cell that came, went or changed its kind, each site of bone that was resorbed
    /// or filled, by the tick. They stay in memory until the end.
    pub events: bool,
    /// Write every table as Parquet beside its CSV, with units and descriptions.
    pub parquet: bool,
    /// Write `final.vti` when the run is over: tissue, matrix of bone and tumour cells of the last day as
    /// VTK image data, for `ParaView` and pyvista.
    pub final_volume: bool,
    /// Volumes, cells and surfaces for other programs; none without this table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Volumes>,
}

/// Files of the film of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Film {
    /// `plots/map.gif`.
    #[default]
    Gif,
    /// `plots/map.apng`.
    Apng,
    /// Both.
    GifAndApng,
    /// None.
    None,
}

impl Film {
    /// Names of the files.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Gif => &["map.gif"],
            Self::Apng => &["map.apng"],
            Self::GifAndApng => &["map.gif", "map.apng"],
            Self::None => &[],
        }
    }
}

impl Default for Output {
    fn default() -> Self {
        Self {
            series_every: Time::h(24.0),
            map_days: Vec::new(),
            film_every: Time::h(0.0),
            film: Film::default(),
            structure_every: Time::h(0.0),
            structure: Vec::new(),
            stores: false,
            events: false,
            parquet: false,
            final_volume: true,
            volumes: None,
        }
    }
}

/// When a run saves what it needs to go on; without either time, every 5 minutes of wall time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checkpoint {
    /// Simulated time between checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Time>,
    /// Wall time between checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_wall: Option<Time>,
    /// Checkpoints that are kept.
    pub keep: usize,
}

impl Default for Checkpoint {
    fn default() -> Self {
        Self {
            every: None,
            every_wall: None,
            keep: 2,
        }
    }
}

impl Checkpoint {
    /// Wall time between checkpoints, s; infinite where only simulated time counts.
    pub fn every_wall_s(&self) -> f64 {
        const DEFAULT_S: f64 = 300.0;
        match (self.every_wall, self.every) {
            (Some(every), _) => every.get() * 3600.0,
            (None, Some(_)) => f64::INFINITY,
            (None, None) => DEFAULT_S,
        }
    }
}

impl Scenario {
    /// True where tumour cells are put in or may arrive.
    pub fn has_tumour(&self) -> bool {
        let is_scanned = |specimen: &Specimen| {
            let image = specimen.image.as_ref();
            image.is_some_and(|image| image.tumour.is_some())
        };
        self.colonisation.is_some()
            || self.inoculation.as_ref().is_some_and(|one| one.cells > 0)
            || is_scanned(&self.specimen)
    }

    /// What is given to whom.
    fn treatment(&self) -> Therapy {
        Therapy {
            subject: self.subject.clone(),
            drugs: self.drugs.clone(),
            courses: self.therapy.clone(),
            duration_h: self.run.duration.get(),
        }
    }

    /// What is asked of optional features.
    pub fn asked(&self) -> Asked {
        Asked {
            clones: (),
            rigidity: self.rigidity.clone(),
            strength: self.strength.clone(),
            mechanostat: self.mechanostat.clone(),
            radiation: radiation::Asked {
                biology: self.radiobiology,
                courses: self.radiotherapy.clone(),
            },
            patient: patient::Asked {
                patient: self.patient.clone(),
                species: self.subject.species,
            },
            immune: (),
            drugs: self.treatment(),
            colonisation: (),
        }
    }

    /// The biology alone.
    pub fn parameters(&self) -> Parameters {
        Parameters {
            signals: self.signals.clone(),
            conversions: self.conversions.clone(),
            cues: self.cues.clone(),
            tumour: self.tumour.clone(),
            colonisation: self.colonisation.clone(),
            osteoclast: self.osteoclast.clone(),
            lining: self.lining.clone(),
            precursor: self.precursor.clone(),
            osteoblast: self.osteoblast.clone(),
            osteocyte: self.osteocyte.clone(),
            stroma: self.stroma.clone(),
            mineralisation: self.mineralisation.clone(),
            immune: self.immune.clone(),
        }
    }
}
