//! Traits of patients, drawn from distributions.
//!
//! # Law
//! A trait of a patient is drawn at the address (seed, trait, patient): the same patient has it in every
//! arm, and another number of patients changes none. Values outside of `least` to `most` are drawn
//! again, so that the distribution is the truncated one.

use rand_distr::{Distribution as _, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Area, BodyVolume, Clearance, Dimension, Mass, Rate, Time};
use crate::numerics::random::{Chance, Stream};

/// Draws of one trait at most, until one lies within its bounds.
const MOST_DRAWS: u32 = 10_000;

/// What a distribution is of.
pub trait Measured: Copy {
    /// The value in the canonical unit.
    fn value(self) -> f64;
}

impl Measured for f64 {
    fn value(self) -> f64 {
        self
    }
}

macro_rules! measured {
    ($($name:ty),*) => {$(
        impl Measured for $name {
            fn value(self) -> f64 {
                self.get()
            }
        }
    )*};
}

measured!(Area, BodyVolume, Clearance, Mass, Rate, Time);

/// What a trait may be, in a unit that a clinic uses.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    low: f64,
    high: f64,
    unit: &'static str,
    /// Unit of the program; none of a bare number.
    canonical: &'static str,
}

impl Allowed {
    const fn new(low: f64, high: f64, [unit, canonical]: [&'static str; 2]) -> Self {
        Self {
            low,
            high,
            unit,
            canonical,
        }
    }

    /// A bare number.
    const fn number(low: f64, high: f64) -> Self {
        Self::new(low, high, ["", ""])
    }

    /// How many of the program's units are one of this.
    fn size(self) -> f64 {
        Dimension::conversion(self.unit, self.canonical).unwrap_or(1.0)
    }

    /// True for a canonical value that is allowed; the rounding of a unit is no fault.
    fn holds(self, value: f64) -> bool {
        const NEAR: f64 = 1.0 + 1e-9;
        (self.low * self.size() / NEAR..=self.high * self.size() * NEAR).contains(&value)
    }

    /// A canonical value in this unit.
    fn said(self, value: f64) -> String {
        let number = value / self.size();
        let digits = if number.abs() >= 1e5 || (number != 0.0 && number.abs() < 1e-3) {
            format!("{number:.3e}")
        } else {
            format!("{number:.4}")
        };
        format!("{digits} {}", self.unit).trim_end().to_owned()
    }

    fn remedy(self, words: &str) -> String {
        let Self {
            low, high, unit, ..
        } = self;
        format!("{words} from {low} to {high} {unit}")
            .trim_end()
            .to_owned()
    }
}

/// A distribution of a trait.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution<Q> {
    /// The same value in all.
    Fixed(Q),
    /// Normal.
    Normal {
        /// Mean, before it is cut.
        mean: Q,
        /// Standard deviation.
        sd: Q,
        /// Least value.
        least: Option<Q>,
        /// Greatest value.
        most: Option<Q>,
    },
    /// The logarithm is normal.
    Lognormal {
        /// Median, before it is cut.
        median: Q,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
        /// Least value.
        least: Option<Q>,
        /// Greatest value.
        most: Option<Q>,
    },
    /// Every value alike.
    Uniform {
        /// From.
        low: Q,
        /// To.
        high: Q,
    },
}

impl<Q: Measured> Distribution<Q> {
    fn bounds(&self) -> (f64, f64) {
        let (least, most) = match self {
            Self::Fixed(_) | Self::Uniform { .. } => (None, None),
            Self::Normal { least, most, .. } | Self::Lognormal { least, most, .. } => {
                (*least, *most)
            }
        };
        (
            least.map_or(f64::NEG_INFINITY, Q::value),
            most.map_or(f64::INFINITY, Q::value),
        )
    }

    /// The draw of a patient, in the canonical unit; none where nothing lies within the bounds.
    fn draw(&self, chance: Chance, number: u32, patient: u64) -> Option<f64> {
        let mut draws = chance.at(Stream::Cohort, number, patient);
        let (least, most) = self.bounds();
        (0..MOST_DRAWS)
            .map(|_| match *self {
                Self::Fixed(value) => value.value(),
                Self::Uniform { low, high } => {
                    low.value() + (high.value() - low.value()) * draws.uniform()
                }
                Self::Normal { mean, sd, .. } => {
                    let normal: f64 = StandardNormal.sample(&mut draws);
                    mean.value() + sd.value() * normal
                }
                Self::Lognormal { median, sigma, .. } => {
                    let normal: f64 = StandardNormal.sample(&mut draws);
                    median.value() * (sigma * normal).exp()
                }
            })
            .find(|value| (least..=most).contains(value))
    }

    fn check(&self, path: &str, allowed: Allowed, problems: &mut Problems) {
        let before = problems.found.len();
        let at = |key: &str| format!("{path}.{key}");
        match *self {
            Self::Fixed(_) => {}
            Self::Uniform { low, high } => {
                if low.value().is_nan() || high.value().is_nan() || low.value() > high.value() {
                    problems.add(
                        &at("uniform"),
                        format!("low {} is above high {}", low.value(), high.value()),
                        "give low below high",
                    );
                }
            }
            Self::Normal { sd, .. } => problems.not_negative(&at("normal.sd"), sd.value(), ""),
            Self::Lognormal { median, sigma, .. } => {
                problems.positive(&at("lognormal.median"), median.value(), "");
                problems.not_negative(&at("lognormal.sigma"), sigma, "");
            }
        }
        if problems.found.len() > before {
            return;
        }
        // The first patients stand for all: a value that makes no sense shows before the run.
        for patient in 0..200 {
            match self.draw(Chance::new(0), 0, patient) {
                None => {
                    problems.add(
                        path,
                        format!("of {MOST_DRAWS} draws none lies from least to most"),
                        "widen the bounds",
                    );
                    return;
                }
                Some(value) if !allowed.holds(value) => {
                    problems.add(
                        path,
                        format!("draws {}", allowed.said(value)),
                        allowed.remedy(match self {
                            Self::Fixed(_) => "give a value",
                            Self::Uniform { .. } => "give low and high",
                            Self::Normal { .. } | Self::Lognormal { .. } => {
                                "bound it by least and most,"
                            }
                        }),
                    );
                    return;
                }
                Some(_) => {}
            }
        }
    }
}

/// Distributions of all traits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traits {
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
}

/// Names of the traits in tables, with their units.
pub const COLUMNS: [&str; 13] = [
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
    /// The traits in the order of [`COLUMNS`].
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

impl Traits {
    /// Looks for distributions that make no sense.
    /// `most_growth` is the largest factor on the growth of a tumour that the step of a day holds.
    pub fn check(&self, path: &str, most_growth: f64, problems: &mut Problems) {
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
    }

    /// Draws a patient.
    ///
    /// # Errors
    /// [`TraitError`] where a distribution has nothing within its bounds.
    pub fn draw(&self, chance: Chance, patient: u64) -> Result<Person, TraitError> {
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
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(distribution: Distribution<f64>) -> Vec<f64> {
        (0..4000)
            .filter_map(|patient| distribution.draw(Chance::new(3), 1, patient))
            .collect()
    }

    #[test]
    fn draws_have_their_median_and_keep_their_bounds() {
        let mut values = drawn(Distribution::Lognormal {
            median: 5.0,
            sigma: 0.5,
            least: None,
            most: None,
        });
        values.sort_by(f64::total_cmp);
        // Error of a median of 4000: 1.25 sigma / sqrt(4000) of the logarithm, here 0.01.
        assert!((values[2000] / 5.0).ln().abs() < 0.04, "{}", values[2000]);
        let values = drawn(Distribution::Normal {
            mean: 0.0,
            sd: 1.0,
            least: Some(0.5),
            most: Some(1.0),
        });
        assert!(values.len() == 4000 && values.iter().all(|value| (0.5..=1.0).contains(value)));
        let values = drawn(Distribution::Uniform {
            low: 2.0,
            high: 3.0,
        });
        let mean = values.iter().sum::<f64>() / 4000.0;
        assert!((mean - 2.5).abs() < 5.0 * (1.0 / 12.0_f64 / 4000.0).sqrt());
    }

    #[test]
    fn distributions_that_make_no_sense_are_named() {
        let wrong = |distribution: Distribution<f64>| {
            let mut problems = Problems::default();
            distribution.check("traits.x", Allowed::number(0.0, 1.0), &mut problems);
            problems
                .found
                .iter()
                .map(|p| p.path.clone())
                .collect::<Vec<_>>()
        };
        let uniform = |low, high| Distribution::Uniform { low, high };
        assert_eq!(wrong(uniform(0.9, 0.1)), ["traits.x.uniform"]);
        assert_eq!(wrong(uniform(0.5, 1.5)), ["traits.x"]);
        assert!(wrong(uniform(0.0, 1.0)).is_empty());
        let normal = |sd, least| Distribution::Normal {
            mean: 0.5,
            sd,
            least,
            most: Some(1.0),
        };
        assert_eq!(wrong(normal(-1.0, None)), ["traits.x.normal.sd"]);
        assert_eq!(wrong(normal(0.01, Some(0.99))), ["traits.x"]);
    }

    #[test]
    fn a_value_out_of_bounds_is_said_in_the_unit_of_the_bounds() {
        let hazard = Allowed::new(0.0, 1.0, ["/d", "/h"]);
        let said = |per_h: f64| {
            let mut problems = Problems::default();
            Distribution::Fixed(per_h).check("traits.death", hazard, &mut problems);
            problems
                .found
                .pop()
                .map(|found| (found.message, found.help))
        };
        let found = |value: &str| {
            (
                format!("draws {value}"),
                "give a value from 0 to 1 /d".into(),
            )
        };
        assert_eq!(said(2.0 / 24.0), Some(found("2.0000 /d")));
        assert_eq!(said(1e9 / 24.0), Some(found("1.000e9 /d")));
        // The bound itself is allowed, however its unit rounds.
        assert_eq!(said(1.0 / 24.0 * (1.0 + 1e-15)), None);
        assert_eq!(said(0.0), None);
    }
}
