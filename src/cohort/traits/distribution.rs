//! Distributions of traits, and what a trait may be.

use rand_distr::{Distribution as _, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Area, BodyVolume, Clearance, Dimension, Mass, Rate, Time};
use crate::numerics::random::{Chance, Stream};

/// Draws of one trait at most, until one lies within its bounds.
pub(super) const MOST_DRAWS: u32 = 10_000;

/// What a distribution is of.
pub(crate) trait Measured: Copy {
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
pub(crate) struct Allowed {
    low: f64,
    high: f64,
    unit: &'static str,
    /// Unit of the program; none of a bare number.
    canonical: &'static str,
}

impl Allowed {
    pub(crate) const fn new(low: f64, high: f64, [unit, canonical]: [&'static str; 2]) -> Self {
        Self {
            low,
            high,
            unit,
            canonical,
        }
    }

    /// A bare number.
    pub(crate) const fn number(low: f64, high: f64) -> Self {
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
pub(crate) enum Distribution<Q> {
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
    pub(super) fn bounds(&self) -> (f64, f64) {
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
    pub(crate) fn draw(&self, chance: Chance, number: u32, patient: u64) -> Option<f64> {
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

    pub(crate) fn check(&self, path: &str, allowed: Allowed, problems: &mut Problems) {
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
