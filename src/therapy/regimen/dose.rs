//! A dose, by weight, area or clearance, or absolute.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::biology::problem::Problems;
use crate::therapy::subject::{Species, Subject};

/// Units of a dose, for messages.
const DOSE_UNITS: &str = "ng, ug, mg, g, ug/kg, mg/kg, mg/m2, or \"AUC 5\"";

/// Largest dose, in the unit of its kind (mg, mg/kg, mg/m2, mg min/mL): beyond every drug.
pub(super) const LARGEST_DOSE: f64 = 1e7;

/// mL/min in one L/h.
const ML_PER_MIN: f64 = 1000.0 / 60.0;

/// An amount of drug, absolute or by the size of the body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dose {
    /// mg.
    Mg(f64),
    /// mg per kg of body mass.
    MgPerKg(f64),
    /// mg per m2 of body surface.
    MgPerM2(f64),
    /// Area under the curve, mg min/mL.
    Auc(f64),
}

/// Text that is no dose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found \"{found}\", expected a dose such as \"4 mg\" (units: {DOSE_UNITS})")]
pub struct DoseError {
    found: String,
}

impl FromStr for Dose {
    type Err = DoseError;

    fn from_str(text: &str) -> Result<Self, DoseError> {
        let wrong = || DoseError {
            found: text.to_owned(),
        };
        let trimmed = text.trim();
        let number = |digits: &str| {
            digits
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
                .ok_or_else(wrong)
        };
        if let Some(area) = trimmed.strip_prefix("AUC") {
            return number(area).map(Self::Auc);
        }
        let split = trimmed
            .find(|letter: char| letter.is_ascii_alphabetic() && letter != 'e' && letter != 'E')
            .ok_or_else(wrong)?;
        let value = number(&trimmed[..split])?;
        let unit = trimmed[split..].replace(' ', "");
        match unit.as_str() {
            "g" => Ok(Self::Mg(value * 1e3)),
            "mg" => Ok(Self::Mg(value)),
            "ug" => Ok(Self::Mg(value * 1e-3)),
            "ng" => Ok(Self::Mg(value * 1e-6)),
            "mg/kg" => Ok(Self::MgPerKg(value)),
            "ug/kg" => Ok(Self::MgPerKg(value * 1e-3)),
            "mg/m2" => Ok(Self::MgPerM2(value)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Dose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mg(value) => write!(f, "{value} mg"),
            Self::MgPerKg(value) => write!(f, "{value} mg/kg"),
            Self::MgPerM2(value) => write!(f, "{value} mg/m2"),
            Self::Auc(value) => write!(f, "AUC {value}"),
        }
    }
}

impl<'de> Deserialize<'de> for Dose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Dose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Dose {
    fn schema_name() -> Cow<'static, str> {
        "Dose".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a dose, such as \"4 mg\", \"0.1 mg/kg\", \"75 mg/m2\" or \"AUC 5\"",
            "type": "string",
            "examples": ["4 mg"]
        })
    }
}

impl Dose {
    pub(super) const fn value(self) -> f64 {
        match self {
            Self::Mg(value) | Self::MgPerKg(value) | Self::MgPerM2(value) | Self::Auc(value) => {
                value
            }
        }
    }

    /// The dose for a subject, mg; a problem where its size is not given.
    pub(super) fn milligrams(
        self,
        path: &str,
        subject: &Subject,
        problems: &mut Problems,
    ) -> Option<f64> {
        let mut missing = |key: &str, example: &str| {
            problems.add(
                path,
                format!("found {self}, but subject.{key} is not given"),
                format!("set subject.{key} = \"{example}\", or give the dose in mg"),
            );
            None
        };
        match self {
            Self::Mg(value) => Some(value),
            Self::MgPerKg(value) => match subject.mass {
                Some(mass) => Some(value * mass.get() * 1e-6),
                None => missing("mass", "70 kg"),
            },
            Self::MgPerM2(value) => match subject.surface {
                Some(surface) => Some(value * surface.get() * 1e-12),
                None => missing("surface", "1.8 m2"),
            },
            Self::Auc(_) if subject.species != Species::Human => {
                problems.add(
                    path,
                    format!("found {self} for a {}", subject.species.name()),
                    "give the dose in mg/kg: the formula of Calvert is that of man",
                );
                None
            }
            Self::Auc(value) => match subject.filtration {
                Some(filtration) => Some(value * (filtration.get() * ML_PER_MIN + 25.0)),
                None => missing("filtration", "90 mL/min"),
            },
        }
    }
}
