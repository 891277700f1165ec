//! Courses of radiation as a trial writes them: schemes by name, or dose and fractions.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{AbsorbedDose, Time};
use crate::therapy::radiotherapy::{Law, LawName};

const DAY_H: f64 = 24.0;
/// Limits as in scenarios.
pub(super) const MOST_FRACTIONS: u32 = 200;
pub(super) const MOST_GY: f64 = 100.0;
/// Dose per fraction above which the default law is a straight line, Gy.
const TRANSITION_GY: f64 = 10.0;

const SCHEMES: &str = include_str!("schemes.toml");

/// Dose and fractions of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Dose of a fraction.
    pub dose: AbsorbedDose,
    /// Number of fractions.
    #[serde(default = "once")]
    pub fractions: u32,
}

const fn once() -> u32 {
    1
}

fn schemes() -> BTreeMap<String, Scheme> {
    toml::from_str(SCHEMES).unwrap_or_default()
}

/// What a course aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The lesion that hurts.
    #[default]
    Tumour,
    /// All lesions in bone.
    Whole,
}

/// A course of radiation in an arm.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrialCourse {
    /// A scheme by name, in place of dose and fractions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Dose of one fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<AbsorbedDose>,
    /// Number of fractions; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fractions: Option<u32>,
    /// Time of the first fraction.
    pub start: Time,
    /// Time from fraction to fraction; a day without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Time>,
    /// True where no fraction falls on the last two days of each week from the start.
    pub weekdays_only: bool,
    /// What it aims at.
    pub field: Target,
    /// Law of survival; linear-quadratic up to 10 Gy and its tangent above without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<LawName>,
    /// Dose per fraction from which `linear_quadratic_linear` is a straight line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition: Option<AbsorbedDose>,
}

/// Courses of an arm: one, or several by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a course with the keys scheme, or dose and fractions, and start, interval, weekdays_only, field (\"tumour\" or \"whole\"), law and transition; or several such courses by name"
)]
pub enum TrialRadiotherapy {
    /// One course.
    One(TrialCourse),
    /// Courses by name.
    Named(BTreeMap<String, TrialCourse>),
}

impl Default for TrialRadiotherapy {
    fn default() -> Self {
        Self::Named(BTreeMap::new())
    }
}

/// A fraction of a patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shot {
    pub(super) day: u32,
    pub(super) dose_gy: f64,
    pub(super) law: Law,
    pub(super) field: Target,
}

impl TrialRadiotherapy {
    /// True without a course.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(courses) if courses.is_empty())
    }

    /// Courses with their paths under `[arms.<name>]`.
    pub fn courses(&self) -> Vec<(String, &TrialCourse)> {
        match self {
            Self::One(course) => vec![("radiotherapy".to_owned(), course)],
            Self::Named(courses) => courses
                .iter()
                .map(|(name, course)| (format!("radiotherapy.{name}"), course))
                .collect(),
        }
    }

    /// All fractions within `days`, by day. What is wrong goes to `problems`.
    pub(super) fn shots(&self, path: &str, days: u32, problems: &mut Problems) -> Vec<Shot> {
        let mut all = Vec::new();
        for (name, course) in self.courses() {
            course.add(&format!("{path}.{name}"), days, &mut all, problems);
        }
        all.sort_by_key(|shot| shot.day);
        all
    }
}

impl fmt::Display for TrialCourse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.scheme, self.dose) {
            (Some(scheme), _) => write!(f, "radiation {scheme}"),
            (None, Some(dose)) => write!(f, "radiation {} x {dose}", self.fractions.unwrap_or(1)),
            (None, None) => write!(f, "radiation without a dose"),
        }
    }
}

impl TrialCourse {
    fn law(&self, path: &str, problems: &mut Problems) -> Law {
        let at = format!("{path}.transition");
        match (self.law, self.transition) {
            (Some(LawName::LinearQuadratic), None) => Law::LinearQuadratic,
            (Some(LawName::LinearQuadratic), Some(_)) => {
                problems.add(
                    &at,
                    "is given, but the law has none",
                    "remove it, or set law = \"linear_quadratic_linear\"",
                );
                Law::LinearQuadratic
            }
            (None | Some(LawName::LinearQuadraticLinear), transition) => {
                let transition_gy = transition.map_or(TRANSITION_GY, AbsorbedDose::get);
                problems.positive(&at, transition_gy, "Gy");
                Law::LinearQuadraticLinear { transition_gy }
            }
        }
    }

    fn add(&self, path: &str, days: u32, all: &mut Vec<Shot>, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        let known = schemes();
        let (dose_gy, fractions) = match (&self.scheme, self.dose) {
            (Some(name), None) if self.fractions.is_none() => {
                let Some(scheme) = known.get(name) else {
                    let names: Vec<&str> = known.keys().map(String::as_str).collect();
                    problems.add(
                        &at("scheme"),
                        format!("there is no scheme \"{name}\""),
                        format!(
                            "schemes are {}; or give dose and fractions",
                            names.join(", ")
                        ),
                    );
                    return;
                };
                (scheme.dose.get(), scheme.fractions)
            }
            (Some(_), _) => {
                problems.add(
                    &at("scheme"),
                    "is given beside dose or fractions",
                    "give the scheme, or dose and fractions",
                );
                return;
            }
            (None, Some(dose)) => (dose.get(), self.fractions.unwrap_or(1)),
            (None, None) => {
                problems.add(
                    &at("dose"),
                    "is missing",
                    "set dose = \"8 Gy\", or scheme = \"single_8\"",
                );
                return;
            }
        };
        if !(dose_gy > 0.0 && dose_gy <= MOST_GY) {
            problems.add(
                &at("dose"),
                format!("found {dose_gy} Gy"),
                format!("give more than 0 and at most {MOST_GY} Gy"),
            );
        }
        if !(1..=MOST_FRACTIONS).contains(&fractions) {
            problems.add(
                &at("fractions"),
                format!("found {fractions}"),
                format!("give 1 to {MOST_FRACTIONS}"),
            );
            return;
        }
        let start_d = self.start.get() / DAY_H;
        let interval_d = self.interval.map_or(1.0, |time| time.get() / DAY_H);
        if !(0.0..f64::from(days)).contains(&start_d) {
            problems.add(
                &at("start"),
                format!("found {start_d} d"),
                format!("give a day of the trial, 0 to {} d", days.saturating_sub(1)),
            );
            return;
        }
        if !(0.2..=3650.0).contains(&interval_d) {
            problems.add(
                &at("interval"),
                format!("found {interval_d} d"),
                "give 5 h to 10 yr",
            );
            return;
        }
        let law = self.law(path, problems);
        let mut offset = 0.0_f64;
        for _ in 0..fractions {
            while self.weekdays_only && offset.rem_euclid(7.0) >= 5.0 {
                offset += 1.0;
            }
            let day = start_d + offset;
            if day >= f64::from(days) {
                break;
            }
            all.push(Shot {
                day: day as u32,
                dose_gy,
                law,
                field: self.field,
            });
            offset += interval_d;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shots(text: &str) -> (Vec<Shot>, Vec<String>) {
        let course: TrialRadiotherapy =
            toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let mut problems = Problems::default();
        let shots = course.shots("arms.x", 90, &mut problems);
        (
            shots,
            problems.found.into_iter().map(|one| one.path).collect(),
        )
    }

    #[test]
    fn a_scheme_a_course_and_courses_by_name_read_alike() {
        let (scheme, _) = shots("scheme = \"five_20\"");
        let (written, _) = shots("dose = \"4 Gy\"\nfractions = 5");
        let (named, none) = shots("[spine]\ndose = \"4 Gy\"\nfractions = 5");
        assert!(none.is_empty() && scheme == written && written == named && named.len() == 5);
        let (week, _) = shots("scheme = \"ten_30\"\nweekdays_only = true");
        assert_eq!(week.last().map(|shot| shot.day), Some(11));
        assert_eq!(shots("scheme = \"one\"").1, ["arms.x.radiotherapy.scheme"]);
        assert_eq!(shots("start = \"3 d\"").1, ["arms.x.radiotherapy.dose"]);
        assert_eq!(
            shots("dose = \"8 Gy\"\nstart = \"90 d\"").1,
            ["arms.x.radiotherapy.start"]
        );
    }
}
