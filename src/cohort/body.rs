//! Parameters of the body of a trial's patient, and what is seen and kept of one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::traits::TraitError;
use crate::numerics::quantity::{BodyVolume, BoneTurnover, MassDensity, Secretion, Volume};
use crate::patient::calcium::{Calcium, CalciumError};
use crate::patient::markers::Markers;
use crate::patient::skeletal_events::Event;
use crate::therapy::pharmacokinetics::PharmacokineticsError;

/// Days between the records of a patient.
pub(crate) const RECORD_D: u32 = 7;

/// Parameters of the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BodyParameters {
    /// Bone that the healthy skeleton turns over; design: 0.48 cm3/d, as in a single run.
    pub turnover: BoneTurnover,
    /// Bone of the skeleton. 1.75 L, textbook.
    pub bone: BodyVolume,
    /// Calcium in bone. 0.45 g/cm3, as the preset of man.
    pub calcium_content: MassDensity,
    /// Exponent of strength by bone. 2, Carter and Hayes 1977.
    pub strength_exponent: f64,
    /// Volume of a tumour cell; 15 um wide, as the preset of man.
    pub cell_volume: Volume,
    /// Output of PTHrP of a cell without TGF-beta, as the preset of man.
    pub pthrp: Secretion,
    /// Calcium in the body.
    pub calcium: Calcium,
    /// Markers of turnover.
    pub markers: Markers,
}

impl Default for BodyParameters {
    fn default() -> Self {
        Self {
            turnover: BoneTurnover::cm3_per_h(0.48 / 24.0),
            bone: BodyVolume::cm3(1750.0),
            calcium_content: MassDensity::g_per_cm3(0.45),
            strength_exponent: 2.0,
            cell_volume: Volume::um3(1767.0),
            pthrp: Secretion::amol_per_h(0.0126),
            calcium: Calcium::default(),
            markers: Markers::default(),
        }
    }
}

impl BodyParameters {
    /// Looks for values that make no sense.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        problems.positive(&at("turnover"), self.turnover.get(), "cm3/h");
        problems.positive(&at("bone"), self.bone.get(), "cm3");
        problems.positive(&at("calcium_content"), self.calcium_content.get(), "g/cm3");
        problems.positive(&at("strength_exponent"), self.strength_exponent, "");
        problems.positive(&at("cell_volume"), self.cell_volume.get(), "um3");
        problems.not_negative(&at("pthrp"), self.pthrp.get(), "amol/h");
        self.calcium.check(&at("calcium"), problems);
        self.markers.check(&at("markers"), problems);
    }
}

/// What was seen of a patient on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// CTX over health.
    pub ctx: f64,
    /// NTX over health.
    pub ntx: f64,
    /// Calcium, mM.
    pub calcium_mm: f64,
    /// Bone in lesions over that before them.
    pub bone: f64,
    /// Share of the marrow of lesions that tumour fills.
    pub fill: f64,
    /// Resorption in lesions over health.
    pub resorption: f64,
    /// Strength of the weakest cut over that before the lesion.
    pub strength: f64,
    /// Pain of the lesion that hurts, 0 to 10.
    pub pain: f64,
    /// What the patient feels of it, 0 to 10.
    pub felt_pain: f64,
    /// Tumour in bone as a scan sees it, dead cells and stroma too, cm3.
    pub in_bone_cm3: f64,
    /// The same outside of bone.
    pub outside_cm3: f64,
}

/// How many things are seen.
pub(crate) const SEEN_COLUMNS: usize = 11;

/// Names of what is seen, in tables.
pub(crate) const SEEN: [&str; SEEN_COLUMNS] = [
    "ctx",
    "ntx",
    "calcium_mm",
    "bone",
    "fill",
    "resorption",
    "strength",
    "pain",
    "felt_pain",
    "in_bone_cm3",
    "outside_cm3",
];

impl Seen {
    /// Its numbers, in the order of its fields.
    pub const fn row(&self) -> [f64; SEEN_COLUMNS] {
        [
            self.ctx,
            self.ntx,
            self.calcium_mm,
            self.bone,
            self.fill,
            self.resorption,
            self.strength,
            self.pain,
            self.felt_pain,
            self.in_bone_cm3,
            self.outside_cm3,
        ]
    }
}

/// Why follow-up ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The trial was over.
    Trial,
    /// Death.
    Death,
    /// The patient left.
    Leaving,
}

impl End {
    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trial => "end_of_trial",
            Self::Death => "death",
            Self::Leaving => "left",
        }
    }
}

/// What became of a patient in an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// End of follow-up, d.
    pub end_d: f64,
    /// Why.
    pub end: End,
    /// Events up to then.
    pub events: Vec<Event>,
    /// Days of radiation as an event to the lesion that hurts.
    pub irradiated_d: Vec<f64>,
    /// Every seven days from day 0 to the end.
    pub seen: Vec<Seen>,
}

/// Why a patient could not be followed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CohortError {
    /// It was asked to stop.
    #[error("stopped before all patients were followed; nothing is kept")]
    Stopped,
    /// Traits.
    #[error(transparent)]
    Trait(#[from] TraitError),
    /// Drugs.
    #[error("patient {patient}, arm {arm}: {reason}")]
    Drug {
        /// The patient.
        patient: u64,
        /// The arm.
        arm: String,
        /// What it said.
        reason: PharmacokineticsError,
    },
    /// A plan that does not hold for this patient.
    #[error("patient {patient}, arm {arm}: {reason}")]
    Plan {
        /// The patient.
        patient: u64,
        /// The arm.
        arm: String,
        /// What is wrong.
        reason: String,
    },
    /// Calcium.
    #[error("patient {patient}, day {day}: {reason}")]
    Calcium {
        /// The patient.
        patient: u64,
        /// The day.
        day: i64,
        /// What it said.
        reason: CalciumError,
    },
    /// The lesions turn over more than the skeleton.
    #[error(
        "patient {patient}: lesions of {lesions_cm3:.0} cm3 turn over {share:.2} of what the skeleton does in health; give traits.lesions a lower `most`, or a larger body.turnover"
    )]
    TooLarge {
        /// The patient.
        patient: u64,
        /// Their volume.
        lesions_cm3: f64,
        /// Share of the turnover.
        share: f64,
    },
}
