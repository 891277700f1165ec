//! Traits of patients, drawn from distributions.
//!
//! # Law
//! A trait of a patient is drawn at the address (seed, trait, patient): the same patient has it in every
//! arm, and another number of patients changes none. Values outside of `least` to `most` are drawn
//! again, so that the distribution is the truncated one.
//!
//! Patients differ in urinary NTX over creatinine by far more than lesions of a trial tell, which are a few hundredths of the turnover of a
//! skeleton: age, the rest of the skeleton and creatinine differ as well. `ntx` is what was measured on day 0; the level on a day is that
//! times NTX of the day over that of day 0, both over health. It has no part in events or death.

mod distribution;

pub(crate) use self::distribution::{Allowed, Distribution};

use self::distribution::MOST_DRAWS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Area, BodyVolume, Clearance, Mass, Rate, Time};
use crate::numerics::random::Chance;

/// Distributions of all traits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traits {
    /// Body mass; scales pharmacokinetics.
    pub mass: Distribution<Mass>,
    /// Volume of all lesions, bone and marrow.
    pub lesions: Distribution<BodyVolume>,
    /// Bone volume over total volume where lesions are, before them.
    pub bone: Distribution<f64>,
    /// Turnover of that bone in health.
    pub turnover: Distribution<Rate>,
    /// Time from the first tumour cells of a lesion to the first day of the trial.
    pub disease: Distribution<Time>,
    /// Share of the marrow that tumour fills at the beginning of that time.
    pub seeded: Distribution<f64>,
    /// Growth over that of the preset.
    pub growth: Distribution<f64>,
    /// Output of PTHrP per cell over that of the preset.
    pub pthrp: Distribution<f64>,
    /// Share of the weakest cut that the lesion occupies.
    pub section: Distribution<f64>,
    /// Share of the spinal canal that a full lesion fills.
    pub canal: Distribution<f64>,
    /// Load over the usual one: activity, falls.
    pub load: Distribution<f64>,
    /// Hazard of death by disease outside of bone.
    pub death: Distribution<Rate>,
    /// Hazard of leaving the trial.
    pub dropout: Distribution<Rate>,
    /// Body surface, for doses in mg/m2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Distribution<Area>>,
    /// Glomerular filtration, for doses by area under the curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filtration: Option<Distribution<Clearance>>,
    /// Urinary NTX on day 0, nmol of bone collagen equivalents per mmol of creatinine. Without it NTX is told over health alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ntx: Option<Distribution<f64>>,
}

/// A patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// Number, from 0.
    pub number: u64,
    /// Body mass, mg.
    pub mass_mg: f64,
    /// Volume of all lesions, cm3.
    pub lesions_cm3: f64,
    /// BV/TV before the lesion.
    pub bone: f64,
    /// Turnover in health, per day.
    pub turnover_per_d: f64,
    /// Time of disease before the trial, d.
    pub disease_d: f64,
    /// Fill at its beginning.
    pub seeded: f64,
    /// Growth over the preset.
    pub growth: f64,
    /// PTHrP per cell over the preset.
    pub pthrp: f64,
    /// Share of the weakest cut.
    pub section: f64,
    /// Share of the canal at full fill.
    pub canal: f64,
    /// Load over the usual one.
    pub load: f64,
    /// Hazard of death, per day.
    pub death_per_d: f64,
    /// Hazard of leaving, per day.
    pub dropout_per_d: f64,
    /// Body surface, um2.
    pub surface_um2: Option<f64>,
    /// Glomerular filtration, L/h.
    pub filtration_l_per_h: Option<f64>,
    /// Urinary NTX on day 0, nmol per mmol of creatinine.
    pub ntx_nmol_per_mmol: Option<f64>,
}

/// Names of the traits in tables, with their units.
pub(crate) const COLUMNS: [&str; 13] = [
    "mass_kg",
    "lesions_cm3",
    "bv_tv_before",
    "turnover_per_yr",
    "disease_d",
    "seeded",
    "growth",
    "pthrp",
    "section",
    "canal",
    "load",
    "death_per_d",
    "dropout_per_d",
];

impl Person {
    /// Urinary NTX, nmol per mmol of creatinine, where it is over health `now` and was `start` on day 0; none where the trial does not tell it.
    pub fn ntx(&self, now: f64, start: f64) -> Option<f64> {
        self.ntx_nmol_per_mmol.map(|level| level * now / start)
    }

    /// The traits as the table of patients holds them.
    pub fn row(&self) -> [f64; 13] {
        [
            self.mass_mg * 1e-6,
            self.lesions_cm3,
            self.bone,
            self.turnover_per_d * 365.25,
            self.disease_d,
            self.seeded,
            self.growth,
            self.pthrp,
            self.section,
            self.canal,
            self.load,
            self.death_per_d,
            self.dropout_per_d,
        ]
    }
}

/// A trait could not be drawn within its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "patient {patient}: of {MOST_DRAWS} draws of traits.{name} none lies from least to most; widen the bounds"
)]
pub struct TraitError {
    name: &'static str,
    patient: u64,
}

impl TraitError {
    pub(crate) const fn new(name: &'static str, patient: u64) -> Self {
        Self { name, patient }
    }
}

impl Traits {
    /// Looks for distributions that make no sense.
    /// `most_growth` is the largest factor on the growth of a tumour that the step of a day holds.
    pub(crate) fn check(&self, path: &str, most_growth: f64, problems: &mut Problems) {
        const SHARE: Allowed = Allowed::number(0.0, 1.0);
        // Of a hazard of one a day a patient in a thousand is left after a week.
        const HAZARD: Allowed = Allowed::new(0.0, 1.0, ["/d", "/h"]);
        // Bone that turns over wholly in four days, or in a million years.
        const TURNOVER: Allowed = Allowed::new(1e-6, 100.0, ["/yr", "/h"]);
        // A century: the disease is followed day by day before the trial.
        const DISEASE: Allowed = Allowed::new(0.0, 36_525.0, ["d", "h"]);
        const MASS: Allowed = Allowed::new(1.0, 1000.0, ["kg", "mg"]);
        const LESIONS: Allowed = Allowed::new(1e-9, 1e5, ["cm3", "cm3"]);
        const SURFACE: Allowed = Allowed::new(0.01, 10.0, ["m2", "um2"]);
        const FILTRATION: Allowed = Allowed::new(0.0, 60.0, ["L/h", "L/h"]);
        const NTX: Allowed = Allowed::number(0.0, 1e5);
        let at = |key: &str| format!("{path}.{key}");
        let growth = Allowed::number(0.0, most_growth);
        self.mass.check(&at("mass"), MASS, problems);
        self.lesions.check(&at("lesions"), LESIONS, problems);
        self.bone
            .check(&at("bone"), Allowed::number(0.01, 0.99), problems);
        self.turnover.check(&at("turnover"), TURNOVER, problems);
        self.disease.check(&at("disease"), DISEASE, problems);
        self.seeded.check(&at("seeded"), SHARE, problems);
        self.growth.check(&at("growth"), growth, problems);
        self.pthrp
            .check(&at("pthrp"), Allowed::number(0.0, 1e4), problems);
        self.section.check(&at("section"), SHARE, problems);
        self.canal.check(&at("canal"), SHARE, problems);
        self.load
            .check(&at("load"), Allowed::number(0.0, 100.0), problems);
        self.death.check(&at("death"), HAZARD, problems);
        self.dropout.check(&at("dropout"), HAZARD, problems);
        if let Some(surface) = &self.surface {
            surface.check(&at("surface"), SURFACE, problems);
        }
        if let Some(filtration) = &self.filtration {
            filtration.check(&at("filtration"), FILTRATION, problems);
        }
        if let Some(ntx) = &self.ntx {
            ntx.check(&at("ntx"), NTX, problems);
        }
    }

    /// Draws a patient.
    ///
    /// # Errors
    /// [`TraitError`] where a distribution has nothing within its bounds.
    pub(crate) fn draw(&self, chance: Chance, patient: u64) -> Result<Person, TraitError> {
        const PER_D: f64 = 24.0;
        let none = |name| TraitError { name, patient };
        macro_rules! of {
            ($name:ident, $number:literal) => {
                self.$name
                    .draw(chance, $number, patient)
                    .ok_or(none(stringify!($name)))?
            };
        }
        macro_rules! of_given {
            ($name:ident, $number:literal) => {
                match &self.$name {
                    Some(one) => Some(
                        one.draw(chance, $number, patient)
                            .ok_or(none(stringify!($name)))?,
                    ),
                    None => None,
                }
            };
        }
        Ok(Person {
            number: patient,
            mass_mg: of!(mass, 1),
            lesions_cm3: of!(lesions, 2),
            bone: of!(bone, 3),
            turnover_per_d: of!(turnover, 4) * PER_D,
            disease_d: of!(disease, 5) / PER_D,
            seeded: of!(seeded, 6),
            growth: of!(growth, 7),
            pthrp: of!(pthrp, 8),
            section: of!(section, 9),
            canal: of!(canal, 10),
            load: of!(load, 11),
            death_per_d: of!(death, 12) * PER_D,
            dropout_per_d: of!(dropout, 13) * PER_D,
            surface_um2: of_given!(surface, 14),
            filtration_l_per_h: of_given!(filtration, 15),
            ntx_nmol_per_mmol: of_given!(ntx, 16),
        })
    }
}

#[cfg(test)]
mod tests;
