//! What a study varies: factors with their values, arms, and whose chance the points have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use crate::numerics::quantity::Dimension;
use crate::study::design::{Design, Levels, MOST_DIMENSIONS, MOST_SOBOL};

/// Which random numbers the points have. Arms always have common random numbers, which pairs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RandomNumbers {
    /// Common random numbers: a replicate has the same seed at every point, which takes chance out of the
    /// differences between points.
    #[default]
    Shared,
    /// Every point has seeds of its own, from its values.
    Own,
}

/// A parameter of the scenario that a study varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// Its dotted path.
    pub path: String,
    /// What it may be.
    pub values: Values,
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// One of these.
    Listed(Vec<Value>),
    /// Anything between two ends.
    Range {
        /// Lower end, in `unit`.
        from: f64,
        /// Upper end, in `unit`.
        to: f64,
        /// Unit of both; empty for a number.
        unit: String,
        /// Steps are equal as ratios, not as differences.
        log: bool,
        /// Whole numbers only.
        whole: bool,
        /// Steps in a grid.
        levels: Option<u32>,
    },
}

impl Factor {
    /// The value at a coordinate from 0 to 1.
    pub fn value(&self, coordinate: f64) -> Value {
        match &self.values {
            Values::Listed(values) => {
                let place = (coordinate * values.len() as f64) as usize;
                values
                    .get(place.min(values.len().saturating_sub(1)))
                    .cloned()
                    .unwrap_or(Value::Boolean(false))
            }
            Values::Range {
                from,
                to,
                unit,
                log,
                whole,
                ..
            } => {
                let number = if coordinate <= 0.0 {
                    *from
                } else if coordinate >= 1.0 {
                    *to
                } else if *log {
                    from * (to / from).powf(coordinate)
                } else {
                    from + coordinate * (to - from)
                };
                if *whole {
                    Value::Integer(number.round() as i64)
                } else if unit.is_empty() {
                    Value::Float(number)
                } else {
                    Value::String(format!("{number} {unit}"))
                }
            }
        }
    }

    /// Unit of its numbers; empty where there is none. Listed quantities have that of the first, into
    /// which the others are converted.
    pub fn unit(&self) -> &str {
        match &self.values {
            Values::Range { unit, .. } => unit,
            Values::Listed(values) => {
                let mut units = values
                    .iter()
                    .map(|value| value.as_str().and_then(quantity).map(|(_, unit)| unit));
                match units.next().flatten() {
                    Some(first)
                        if Dimension::is_unit(first)
                            && units.all(|unit| {
                                unit.is_some_and(|unit| {
                                    Dimension::conversion(unit, first).is_some()
                                })
                            }) =>
                    {
                        first
                    }
                    _ => "",
                }
            }
        }
    }

    /// A value of it as a cell of a table: the number alone, in the unit that [`Self::unit`] names.
    pub fn cell(&self, value: &Value) -> String {
        let unit = self.unit();
        let Value::String(text) = value else {
            return value.to_string();
        };
        let number = quantity(text).and_then(|(number, found)| {
            if unit.is_empty() {
                None
            } else if found == unit {
                Some(number)
            } else {
                Some(tidy(number * Dimension::conversion(found, unit)?))
            }
        });
        number.map_or_else(|| text.clone(), |number| number.to_string())
    }

    /// What makes its values none.
    pub fn problem(&self) -> Option<String> {
        match &self.values {
            Values::Listed(values) if values.is_empty() => Some("it has no value".to_owned()),
            Values::Listed(values) if values.len() > 1 << 20 => {
                Some("it has more than 2^20 values".to_owned())
            }
            Values::Listed(values) => {
                let unit = |value: &Value| {
                    let unit = value.as_str().and_then(quantity)?.1.to_owned();
                    Dimension::is_unit(&unit).then_some(unit)
                };
                let units: Vec<String> = values.iter().filter_map(unit).collect();
                let first = units.first()?;
                let other = units
                    .iter()
                    .find(|unit| Dimension::conversion(unit, first).is_none())?;
                Some(format!(
                    "\"{first}\" and \"{other}\" do not measure the same"
                ))
            }
            Values::Range {
                from,
                to,
                unit,
                log,
                levels,
                ..
            } => {
                let is_open = from.is_finite() && to.is_finite() && from < to;
                if !is_open || (*log && *from <= 0.0) {
                    Some(format!("found {from} to {to} {unit}"))
                } else if levels.is_some_and(|levels| !(2..=100_000).contains(&levels)) {
                    Some("its levels are not 2 to 100000".to_owned())
                } else {
                    None
                }
            }
        }
    }

    /// Its values or steps in a grid; none of a range without levels.
    pub(super) const fn levels(&self) -> Option<Levels> {
        match &self.values {
            Values::Listed(values) => Some(Levels::Listed(values.len() as u32)),
            Values::Range {
                levels: Some(levels),
                ..
            } => Some(Levels::Range(*levels)),
            Values::Range { levels: None, .. } => None,
        }
    }
}

/// A product without the digits that come of binary fractions.
pub(super) fn tidy(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// Number and unit of a text.
pub(super) fn quantity(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    (1..=text.len())
        .rev()
        .filter(|&end| text.is_char_boundary(end))
        .find_map(|end| {
            let number: f64 = text[..end].trim_end().parse().ok()?;
            (number.is_finite() && !text[..end].contains(['i', 'n', 'I', 'N']))
                .then(|| (number, text[end..].trim()))
        })
}

/// One of several treatments, laid over every point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyArm {
    /// Its name.
    pub name: String,
    /// Paths and values.
    pub sets: Vec<(String, Value)>,
}

/// Why a design cannot be laid over parameters, and what it needs.
pub(crate) fn problem_of_design(design: Design, factors: &[Factor]) -> Option<String> {
    let dimensions = factors.len();
    let sobol = |points: u32, columns: usize| {
        (points == 0 || u64::from(points) > MOST_SOBOL || columns > MOST_DIMENSIONS).then(|| {
            format!("give 1 to {MOST_SOBOL} points, over at most {MOST_DIMENSIONS} columns")
        })
    };
    let problem = match design {
        Design::Grid => None,
        Design::List => {
            let lengths: Vec<usize> = factors
                .iter()
                .map(|factor| match &factor.values {
                    Values::Listed(values) => values.len(),
                    Values::Range { .. } => 0,
                })
                .collect();
            (lengths.contains(&0) || lengths.windows(2).any(|pair| pair[0] != pair[1]))
                .then(|| "a list needs values of every parameter, as many of each".to_owned())
        }
        Design::LatinHypercube { points } => {
            (points == 0 || points > 1 << 30).then(|| "give 1 to 2^30 points".to_owned())
        }
        Design::Sobol { points } => sobol(points, dimensions),
        Design::Saltelli { points } => sobol(points, 2 * dimensions),
        Design::Morris {
            trajectories,
            levels,
        } => (trajectories == 0 || levels < 2 || levels % 2 == 1)
            .then(|| "give at least one trajectory and an even number of levels".to_owned()),
    };
    let is_idle = dimensions == 0 && !matches!(design, Design::Grid | Design::List);
    problem.or_else(|| is_idle.then(|| "nothing is varied: give a table [vary]".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_falls_into_number_and_unit() {
        assert_eq!(quantity("0.5 /d"), Some((0.5, "/d")));
        assert_eq!(quantity(" 1e-3nM"), Some((1e-3, "nM")));
        assert_eq!(quantity("4"), Some((4.0, "")));
        assert_eq!(quantity("inf h"), None);
        assert_eq!(quantity("basic"), None);
    }

    #[test]
    fn coordinates_become_values_in_their_unit() {
        let factor = |log, whole, unit: &str| Factor {
            path: "x".into(),
            values: Values::Range {
                from: 1.0,
                to: 100.0,
                unit: unit.into(),
                log,
                whole,
                levels: None,
            },
        };
        assert_eq!(factor(true, false, "").value(0.5), Value::Float(10.0));
        assert_eq!(
            factor(false, false, "pM").value(0.5),
            Value::String("50.5 pM".into())
        );
        assert_eq!(factor(true, true, "").value(0.5), Value::Integer(10));
        let listed = Factor {
            path: "x".into(),
            values: Values::Listed(vec!["1 d".into(), "2 d".into(), "8 d".into()]),
        };
        assert_eq!(listed.value(0.5), Value::String("2 d".into()));
        assert_eq!(listed.value(1.0), Value::String("8 d".into()));
        assert_eq!(listed.unit(), "d");
        assert_eq!(listed.cell(&Value::String("8 d".into())), "8");
    }
}
