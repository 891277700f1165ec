//! Courses of radiation as a trial writes them: schemes by name, or dose and fractions. When fractions fall, and what a course may be, is that of
//! scenarios ([`crate::therapy::irradiation`]).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::layers::diagnostic::nearest;
use crate::layers::path::write_key;
use crate::numerics::quantity::{AbsorbedDose, Time};
use crate::therapy::irradiation::{Calendar, NEAR_H, checked_dose, checked_law};
use crate::therapy::radiotherapy::{Law, LawName};

const DAY_H: f64 = 24.0;
/// Dose per fraction above which the law that a course does not name is a straight line, Gy.
const TRANSITION_GY: f64 = 10.0;
/// The law of fractions whose course names none.
pub(super) const USUAL_LAW: Law = Law::LinearQuadraticLinear {
    transition_gy: TRANSITION_GY,
};

const SCHEMES: &str = include_str!("schemes.toml");

/// Dose and fractions of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scheme {
    /// Dose of a fraction.
    pub dose: AbsorbedDose,
    /// Number of fractions.
    #[serde(default = "once")]
    pub fractions: u32,
}

const fn once() -> u32 {
    1
}

/// All schemes by name, read once; a test holds that they read.
fn schemes() -> &'static BTreeMap<String, Scheme> {
    static READ: LazyLock<BTreeMap<String, Scheme>> =
        LazyLock::new(|| toml::from_str(SCHEMES).unwrap_or_default());
    &READ
}

/// What a course aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// The lesion that hurts.
    #[default]
    Tumour,
    /// All lesions in bone.
    Whole,
}

/// A course of radiation in an arm.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TrialCourse {
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

/// Keys of [`TrialCourse`].
const KEYS: [&str; 9] = [
    "scheme",
    "dose",
    "fractions",
    "start",
    "interval",
    "weekdays_only",
    "field",
    "law",
    "transition",
];

/// Courses of an arm: one, or several by name.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum TrialRadiotherapy {
    /// One course.
    One(TrialCourse),
    /// Courses by name.
    Named(BTreeMap<String, TrialCourse>),
}

/// By the first key: that of a course, or a name of one. Not `untagged`, which would lose the lines of what is wrong.
impl<'de> Deserialize<'de> for TrialRadiotherapy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TrialRadiotherapy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table: a course of radiation, or several by name")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let Some(first) = map.next_key::<String>()? else {
                    return Ok(TrialRadiotherapy::default());
                };
                if KEYS.contains(&first.as_str()) {
                    let whole = FromFirst {
                        first: Some(first),
                        map,
                    };
                    let course = TrialCourse::deserialize(MapAccessDeserializer::new(whole))?;
                    return Ok(TrialRadiotherapy::One(course));
                }
                let mut courses = BTreeMap::new();
                let mut next = Some(first);
                while let Some(name) = next {
                    let course = map.next_value_seed(NamedCourse(&name))?;
                    courses.insert(name, course);
                    next = map.next_key()?;
                }
                Ok(TrialRadiotherapy::Named(courses))
            }
        }
        deserializer.deserialize_map(Either)
    }
}

/// A map of which the first key was taken.
struct FromFirst<M> {
    first: Option<String>,
    map: M,
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for FromFirst<M> {
    type Error = M::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, M::Error> {
        match self.first.take() {
            Some(first) => seed
                .deserialize(de::value::StringDeserializer::new(first))
                .map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, M::Error> {
        self.map.next_value_seed(seed)
    }
}

/// A course under a name: a table, else its name was a key that is misspelt.
struct NamedCourse<'a>(&'a str);

impl NamedCourse<'_> {
    fn refused<E: de::Error>(&self) -> E {
        if KEYS.contains(&self.0) {
            return E::custom(
                "is a key of a course of radiation, beside courses by name: put it into the table of one of them",
            );
        }
        let meant = nearest(self.0, &KEYS)
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        let keys = KEYS.join(", ");
        E::custom(format!(
            "is neither a key of a course of radiation nor a table, which a course by its name is{meant}; allowed: {keys}"
        ))
    }
}

impl<'de> DeserializeSeed<'de> for NamedCourse<'_> {
    type Value = TrialCourse;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<TrialCourse, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NamedCourse<'_> {
    type Value = TrialCourse;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a course of radiation")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<TrialCourse, M::Error> {
        TrialCourse::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<TrialCourse, E> {
        Err(self.refused())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<TrialCourse, E> {
        Err(self.refused())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<TrialCourse, E> {
        Err(self.refused())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<TrialCourse, E> {
        Err(self.refused())
    }
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
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Named(courses) if courses.is_empty())
    }

    /// Courses with their paths under `[arms.<name>]`.
    pub(crate) fn courses(&self) -> Vec<(String, &TrialCourse)> {
        match self {
            Self::One(course) => vec![("radiotherapy".to_owned(), course)],
            Self::Named(courses) => courses
                .iter()
                .map(|(name, course)| (format!("radiotherapy.{}", write_key(name)), course))
                .collect(),
        }
    }

    /// Names of courses that have one.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        let named = match self {
            Self::One(_) => None,
            Self::Named(courses) => Some(courses.keys()),
        };
        named.into_iter().flatten()
    }

    /// All fractions of a trial of these days, by day. What is wrong goes to `problems`.
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
        let law = self.law.unwrap_or(LawName::LinearQuadraticLinear);
        let usual = matches!(law, LawName::LinearQuadraticLinear)
            .then_some(AbsorbedDose::gy(TRANSITION_GY));
        checked_law(path, law, self.transition.or(usual), problems)
    }

    fn add(&self, path: &str, days: u32, all: &mut Vec<Shot>, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        let known = schemes();
        let (dose, fractions) = match (&self.scheme, self.dose) {
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
                (scheme.dose, scheme.fractions)
            }
            (Some(_), _) => {
                problems.add(
                    &at("scheme"),
                    "is given beside dose or fractions",
                    "give the scheme, or dose and fractions",
                );
                return;
            }
            (None, Some(dose)) => (dose, self.fractions.unwrap_or(1)),
            (None, None) => {
                problems.add(
                    &at("dose"),
                    "is missing",
                    "set dose = \"8 Gy\", or scheme = \"single_8\"",
                );
                return;
            }
        };
        let dose_gy = checked_dose(&at("dose"), dose, problems);
        let law = self.law(path, problems);
        let calendar = Calendar {
            fractions,
            start: self.start,
            interval: self.interval.unwrap_or(Time::h(DAY_H)),
            weekdays_only: self.weekdays_only,
        };
        let times = calendar.times(path, "trial", f64::from(days) * DAY_H, problems);
        all.extend(times.into_iter().map(|at_h| Shot {
            // Turns of a part of a day add up to whole days but for rounding.
            day: ((at_h + NEAR_H) / DAY_H) as u32,
            dose_gy,
            law,
            field: self.field,
        }));
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
    fn keys_are_those_of_a_course_and_all_schemes_read() {
        let schema = serde_json::to_value(schemars::schema_for!(TrialCourse));
        let schema = schema.unwrap_or_else(|error| panic!("{error}"));
        let keys = schema["properties"].as_object().map(|all| {
            let mut keys: Vec<&str> = all.keys().map(String::as_str).collect();
            keys.sort_unstable();
            keys
        });
        let mut written = KEYS.to_vec();
        written.sort_unstable();
        assert_eq!(keys, Some(written));
        assert_eq!(schemes().len(), SCHEMES.matches("dose = ").count());
    }

    /// Those that would fall on a weekend are left out, as in scenarios, and none is dropped at the end of the trial.
    #[test]
    fn the_calendar_is_that_of_scenarios() {
        let days = |text: &str| -> Vec<u32> {
            let (found, wrong) = shots(text);
            assert!(wrong.is_empty(), "{wrong:?}");
            found.into_iter().map(|shot| shot.day).collect()
        };
        let every_other =
            "dose = \"4 Gy\"\nfractions = 5\ninterval = \"2 d\"\nweekdays_only = true";
        assert_eq!(days(every_other), [0, 2, 4, 8, 10]);
        let course: crate::therapy::irradiation::RadiationCourse =
            toml::from_str(&format!("{every_other}\nlaw = \"linear_quadratic\""))
                .unwrap_or_else(|error| panic!("{error}"));
        let calendar = Calendar {
            fractions: course.fractions,
            start: course.start,
            interval: course.interval,
            weekdays_only: course.weekdays_only,
        };
        let times = calendar.times("a", "run", 90.0 * DAY_H, &mut Problems::default());
        assert_eq!(times, [0.0, 48.0, 96.0, 192.0, 240.0]);
        let late = "dose = \"4 Gy\"\nfractions = 5\nstart = \"87 d\"";
        assert_eq!(shots(late).1, ["arms.x.radiotherapy.fractions"]);
    }

    #[test]
    fn each_course_keeps_its_law() {
        let (both, _) = shots(
            "[a]\ndose = \"12 Gy\"\nlaw = \"linear_quadratic\"\n[b]\ndose = \"12 Gy\"\nstart = \"1 d\"",
        );
        let laws: Vec<Law> = both.iter().map(|shot| shot.law).collect();
        assert_eq!(laws, [Law::LinearQuadratic, USUAL_LAW]);
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
