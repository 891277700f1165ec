//! Cues that a scenario declares from other cues.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CueSource, CueTable};
use crate::biology::problem::Problems;
use crate::numerics::quantity::{Dimension, QuantityError, Untyped};

/// A cue that a scenario declares; exactly one of the fields is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredCue {
    /// A level that is the same everywhere, such as endogenous PTH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<Untyped>,
    /// The sum of these cues, which must measure the same thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Vec<String>>,
    /// A cue times a factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaled: Option<Scaled>,
    /// 1 where a cue is far below a threshold, 1/2 at it, 0 far above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Threshold>,
    /// 0 where a cue is far below a threshold, 1/2 at it, 1 far above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Threshold>,
}

/// A cue times a factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaled {
    /// Name of the cue.
    pub cue: String,
    /// The factor, at least 0.
    pub by: f64,
}

impl Eq for Scaled {}

/// A soft threshold on a cue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Name of the cue.
    pub cue: String,
    /// Level at which the answer is one half, in the unit of the cue.
    pub threshold: Untyped,
    /// Steepness (Hill exponent).
    #[serde(default = "steep")]
    pub hill: f64,
}

impl Eq for Threshold {}

const fn steep() -> f64 {
    4.0
}

/// Cues that a scenario declares at most.
pub(super) const MOST_DECLARED: usize = 256;

/// Factor of a scaled cue at most.
const LARGEST_FACTOR: f64 = 1e6;

/// Levels that a cue adds up at most.
const MOST_PARTS: usize = 1000;

impl CueTable {
    /// True when the cue was taken in (or found wrong), false while its parts are unknown.
    pub(super) fn declare(
        &mut self,
        name: &str,
        cue: &DeclaredCue,
        problems: &mut Problems,
    ) -> bool {
        let path = format!("cues.{name}");
        let given = usize::from(cue.constant.is_some())
            + usize::from(cue.sum.is_some())
            + usize::from(cue.scaled.is_some())
            + usize::from(cue.below.is_some())
            + usize::from(cue.above.is_some());
        if given != 1 {
            problems.add(
                &path,
                format!("has {given} definitions"),
                "give exactly one of: constant, sum, scaled, below, above",
            );
            return true;
        }
        if self.find(name).is_some() {
            problems.add(
                &path,
                "is the name of a cue that exists already",
                "choose another name",
            );
            return true;
        }
        if let Some(constant) = &cue.constant {
            self.declare_constant(name, constant, problems);
            return true;
        }
        if let Some(parts) = &cue.sum {
            let Some(ids) = parts
                .iter()
                .map(|part| self.find(part))
                .collect::<Option<Vec<_>>>()
            else {
                return false;
            };
            let dimension = ids
                .first()
                .map_or(Dimension::Number, |&id| self.dimensions[id]);
            if ids.is_empty() || ids.iter().any(|&id| self.dimensions[id] != dimension) {
                problems.add(
                    &format!("{path}.sum"),
                    "adds cues that do not measure the same thing",
                    "sum cues of one dimension, at least one",
                );
                return true;
            }
            self.push(name, dimension, CueSource::Sum(ids));
            let parts = self.parts.last().copied().unwrap_or(1);
            if parts > MOST_PARTS {
                problems.add(
                    &format!("{path}.sum"),
                    format!("adds {parts} levels, those of the cues that it names counted"),
                    format!("sum at most {MOST_PARTS}: each is looked up at every site"),
                );
                // What rests on it is no more than one.
                if let Some(last) = self.parts.last_mut() {
                    *last = 1;
                }
            }
            return true;
        }
        if let Some(scaled) = &cue.scaled {
            let Some(id) = self.find(&scaled.cue) else {
                return false;
            };
            problems.within(&format!("{path}.scaled.by"), scaled.by, 0.0, LARGEST_FACTOR);
            self.push(name, self.dimensions[id], CueSource::Scaled(id, scaled.by));
            return true;
        }
        let (threshold, key, is_below) = match (&cue.below, &cue.above) {
            (Some(threshold), _) => (threshold, "below", true),
            (None, Some(threshold)) => (threshold, "above", false),
            (None, None) => return true,
        };
        let Some(id) = self.find(&threshold.cue) else {
            return false;
        };
        problems.steepness(&format!("{path}.{key}.hill"), threshold.hill);
        match self.dimensions[id].parse(&threshold.threshold.0) {
            Ok(level) if level > 0.0 => {
                let source = if is_below {
                    CueSource::Below(id, level, threshold.hill)
                } else {
                    CueSource::Above(id, level, threshold.hill)
                };
                self.push(name, Dimension::Number, source);
            }
            Ok(level) => {
                problems.positive(&format!("{path}.{key}.threshold"), level, "");
            }
            Err(error) => problems.add(
                &format!("{path}.{key}.threshold"),
                error.to_string(),
                "give the level in the unit of the cue",
            ),
        }
        true
    }

    fn declare_constant(&mut self, name: &str, constant: &Untyped, problems: &mut Problems) {
        let path = format!("cues.{name}.constant");
        let kinds = [
            Dimension::Concentration,
            Dimension::Length,
            Dimension::Number,
        ];
        let readings = kinds.map(|dimension| (dimension, dimension.parse(&constant.0)));
        let beyond = readings.iter().find_map(|(_, read)| match read {
            Err(
                error @ (QuantityError::BelowZero { .. }
                | QuantityError::OutOfRange { .. }
                | QuantityError::NotFinite { .. }),
            ) => Some(error.to_string()),
            _ => None,
        });
        let parsed = readings
            .into_iter()
            .find_map(|(dimension, read)| Some((dimension, read.ok()?)));
        match parsed {
            Some((dimension, value)) => {
                problems.not_negative(&path, value, "");
                self.push(name, dimension, CueSource::Constant(value));
            }
            None => problems.add(
                &path,
                beyond.unwrap_or_else(|| format!("found \"{}\"", constant.0)),
                "give a concentration (\"3.9 pM\"), a length (\"50 um\") or a number",
            ),
        }
    }
}

impl DeclaredCue {
    /// True of a constant.
    pub(super) const fn is_constant(&self) -> bool {
        self.constant.is_some()
            && self.sum.is_none()
            && self.scaled.is_none()
            && self.below.is_none()
            && self.above.is_none()
    }

    pub(super) fn parts(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.sum.iter().flatten().map(String::as_str).collect();
        parts.extend(self.scaled.iter().map(|scaled| scaled.cue.as_str()));
        parts.extend(self.below.iter().map(|threshold| threshold.cue.as_str()));
        parts.extend(self.above.iter().map(|threshold| threshold.cue.as_str()));
        parts
    }
}
