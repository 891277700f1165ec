//! A course of radiotherapy as a scenario writes it, checked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::beam::{Beam, Extent, Field, Shape};
use super::{NEAR_H, PlannedCourse};
use crate::biology::problem::Problems;
use crate::numerics::quantity::{AbsorbedDose, Length, Position, Time};
use crate::therapy::radiotherapy::{Law, LawName};

/// Fractions of one course at most.
const MOST_FRACTIONS: u32 = 200;

/// Dose per fraction at most, Gy.
const MOST_GY: f64 = 100.0;

/// Time from fraction to fraction, h: nearer ones are refused, and none waits for longer than ten years.
const INTERVALS_H: [f64; 2] = [1.0, 3650.0 * 24.0];

/// When the fractions of a course fall: from `start` every `interval`; with `weekdays_only` none falls on the last two days of each
/// week counted from the start, and the turns of those days are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calendar {
    /// Number of fractions.
    pub fractions: u32,
    /// Time of the first one.
    pub start: Time,
    /// Time from one to the next.
    pub interval: Time,
    /// True where none falls on the sixth and seventh day of each week from the start.
    pub weekdays_only: bool,
}

impl Calendar {
    /// Times of the fractions, h, of a course in a run (or a trial, as `of` calls it) of this length. What is wrong goes to
    /// `problems`, and there are no times then.
    ///
    /// ```
    /// use howship::biology::problem::Problems;
    /// use howship::numerics::quantity::Time;
    /// use howship::therapy::irradiation::Calendar;
    ///
    /// let calendar = Calendar {
    ///     fractions: 6,
    ///     start: Time::h(24.0),
    ///     interval: Time::h(24.0),
    ///     weekdays_only: true,
    /// };
    /// let mut problems = Problems::default();
    /// let times = calendar.times("radiotherapy.a", "run", 720.0, &mut problems);
    /// assert_eq!(times, [24.0, 48.0, 72.0, 96.0, 120.0, 192.0]);
    /// ```
    pub fn times(
        &self,
        path: &str,
        of: &str,
        duration_h: f64,
        problems: &mut Problems,
    ) -> Vec<f64> {
        let before = problems.found.len();
        let at = |key: &str| format!("{path}.{key}");
        let start_h = self.start.get();
        if !(0.0..duration_h).contains(&start_h) {
            problems.add(
                &at("start"),
                format!(
                    "found day {}, in a {of} from day 0 to day {}",
                    start_h / 24.0,
                    duration_h / 24.0
                ),
                format!("give a time inside the {of}"),
            );
        }
        let interval_h = self.interval.get();
        let [least, most] = INTERVALS_H;
        if !(least..=most).contains(&interval_h) {
            problems.add(
                &at("interval"),
                format!("found {interval_h} h"),
                format!("give {least} h to {} d", most / 24.0),
            );
        }
        if self.fractions == 0 || self.fractions > MOST_FRACTIONS {
            problems.add(
                &at("fractions"),
                format!("found {} fractions", self.fractions),
                format!("give 1 to {MOST_FRACTIONS}, or take the course out"),
            );
        }
        if problems.found.len() > before {
            return Vec::new();
        }
        let rests = |at_h: f64| {
            let day = ((at_h - start_h + NEAR_H) / 24.0).floor();
            self.weekdays_only && day.rem_euclid(7.0) >= 5.0
        };
        let mut times = Vec::new();
        let mut turn = 0_u32;
        while times.len() < self.fractions as usize {
            let at_h = start_h + f64::from(turn) * interval_h;
            turn += 1;
            if at_h + NEAR_H >= duration_h {
                problems.add(
                    &at("fractions"),
                    format!(
                        "fraction {} of {} would fall on day {}, in a {of} to day {}",
                        times.len() + 1,
                        self.fractions,
                        at_h / 24.0,
                        duration_h / 24.0
                    ),
                    format!("give fewer fractions, a shorter interval, an earlier start or a longer {of}"),
                );
                return Vec::new();
            }
            if !rests(at_h) {
                times.push(at_h);
            }
        }
        times
    }
}

/// The dose of a fraction, Gy, where it is one that is given.
pub fn checked_dose(path: &str, dose: AbsorbedDose, problems: &mut Problems) -> f64 {
    let dose_gy = dose.get();
    if !(dose_gy > 0.0 && dose_gy <= MOST_GY) {
        problems.add(
            path,
            format!("found {dose} for a fraction"),
            format!("give a dose above zero and up to {MOST_GY} Gy"),
        );
    }
    dose_gy
}

/// The law of a name, with the dose per fraction at which its tangent begins where it has one.
pub fn checked_law(
    path: &str,
    law: LawName,
    transition: Option<AbsorbedDose>,
    problems: &mut Problems,
) -> Law {
    let at = format!("{path}.transition");
    match (law, transition) {
        (LawName::LinearQuadratic, None) => Law::LinearQuadratic,
        (LawName::LinearQuadratic, Some(_)) => {
            problems.add(
                &at,
                "the linear-quadratic law has no transition",
                "set law = \"linear_quadratic_linear\", or remove the transition",
            );
            Law::LinearQuadratic
        }
        (LawName::LinearQuadraticLinear, None) => {
            problems.add(
                &at,
                "is missing, but the law becomes linear above it",
                "set transition = \"10 Gy\", or law = \"linear_quadratic\"",
            );
            Law::LinearQuadratic
        }
        (LawName::LinearQuadraticLinear, Some(transition)) => {
            problems.positive(&at, transition.get(), "Gy");
            Law::LinearQuadraticLinear {
                transition_gy: transition.get(),
            }
        }
    }
}

/// One course of radiation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RadiationCourse {
    /// Dose of one fraction at the isocentre.
    pub dose: AbsorbedDose,
    /// Number of fractions.
    #[serde(default = "one")]
    pub fractions: u32,
    /// Time of the first fraction.
    #[serde(default)]
    pub start: Time,
    /// Time from fraction to fraction.
    #[serde(default = "day")]
    pub interval: Time,
    /// True where no fraction falls on the sixth and seventh day of each week from the start.
    #[serde(default)]
    pub weekdays_only: bool,
    /// Law of survival.
    pub law: LawName,
    /// Dose per fraction above which `linear_quadratic_linear` is a straight line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<AbsorbedDose>,
    /// What it aims at.
    #[serde(default)]
    pub field: Field,
    /// Isocentre from the corner of the lattice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centre: Option<[Position; 3]>,
    /// Radius of a sphere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<Length>,
    /// Edges of a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[Length; 3]>,
    /// Width by which the field is larger than its target on every side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Length>,
    /// Distance over which the dose falls from 80 to 20 % at the border; 0 for a sharp one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penumbra: Option<Length>,
}

pub(super) const fn one() -> u32 {
    1
}

const fn day() -> Time {
    Time::h(24.0)
}

impl RadiationCourse {
    /// When its fractions fall.
    pub(super) fn calendar(&self) -> Calendar {
        Calendar {
            fractions: self.fractions,
            start: self.start,
            interval: self.interval,
            weekdays_only: self.weekdays_only,
        }
    }

    pub(super) fn planned(
        &self,
        name: &str,
        path: &str,
        extent: Extent,
        problems: &mut Problems,
    ) -> PlannedCourse {
        let at = |key: &str| format!("{path}.{key}");
        let dose_gy = checked_dose(&at("dose"), self.dose, problems);
        let law = checked_law(path, self.law, self.transition, problems);
        self.check_keys(path, problems);
        let margin_um = self.margin.map_or(0.0, Length::get);
        let penumbra_um = self.penumbra.map_or(0.0, Length::get);
        problems.not_negative(&at("margin"), margin_um, "um");
        problems.not_negative(&at("penumbra"), penumbra_um, "um");
        let shape = self.shape(path, extent, margin_um, problems);
        PlannedCourse {
            name: name.to_owned(),
            dose_gy,
            law,
            beam: shape.map(|shape| Beam { shape, penumbra_um }),
            margin_um,
            penumbra_um,
        }
    }

    /// Keys that the field needs, and those that would do nothing.
    fn check_keys(&self, path: &str, problems: &mut Problems) {
        let (needs, takes): (&[&str], &[&str]) = match self.field {
            Field::Whole => (&[], &[]),
            Field::Tumour => (&[], &["margin", "penumbra"]),
            Field::Sphere => (&["centre", "radius"], &["margin", "penumbra"]),
            Field::Box => (&["centre", "size"], &["margin", "penumbra"]),
        };
        for (key, given, example) in [
            (
                "centre",
                self.centre.is_some(),
                "[\"1 mm\", \"1 mm\", \"1 mm\"]",
            ),
            ("radius", self.radius.is_some(), "\"500 um\""),
            (
                "size",
                self.size.is_some(),
                "[\"1 mm\", \"1 mm\", \"1 mm\"]",
            ),
            ("margin", self.margin.is_some(), "\"100 um\""),
            ("penumbra", self.penumbra.is_some(), "\"100 um\""),
        ] {
            let is_needed = needs.contains(&key);
            if is_needed && !given {
                problems.add(
                    &format!("{path}.{key}"),
                    "is missing, but the field needs it",
                    format!("set {key} = {example}, or field = \"tumour\" or \"whole\""),
                );
            }
            if given && !is_needed && !takes.contains(&key) {
                problems.add(
                    &format!("{path}.{key}"),
                    "is given, but the field does not use it",
                    format!("remove {key}, or choose another field"),
                );
            }
        }
    }

    /// The field over the lattice; none where it waits for the tumour.
    fn shape(
        &self,
        path: &str,
        extent: Extent,
        margin_um: f64,
        problems: &mut Problems,
    ) -> Option<Shape> {
        let um = |lengths: [Length; 3]| lengths.map(Length::get);
        let mut centre_um = self.centre.unwrap_or_default().map(Position::get);
        if extent.is_section {
            centre_um[2] = extent.um[2] / 2.0;
        }
        let half_um = match self.field {
            Field::Whole => return Some(Shape::Everywhere),
            Field::Tumour => return None,
            Field::Sphere => {
                let radius = self.radius.unwrap_or_default();
                if self.radius.is_some() {
                    problems.positive(&format!("{path}.radius"), radius.get(), "um");
                }
                [radius.get() + margin_um; 3]
            }
            Field::Box => {
                let size = um(self.size.unwrap_or_default());
                if self.size.is_some() {
                    for edge_um in size {
                        problems.positive(&format!("{path}.size"), edge_um, "um");
                    }
                }
                size.map(|edge_um| edge_um / 2.0 + margin_um)
            }
        };
        for axis in 0..3 {
            let (at_um, reach_um) = (centre_um[axis], half_um[axis]);
            if self.centre.is_some()
                && (at_um + reach_um <= 0.0 || at_um - reach_um >= extent.um[axis])
            {
                problems.add(
                    &format!("{path}.centre"),
                    format!(
                        "the field from {} to {} um along {} lies outside of the lattice of {} um",
                        at_um - reach_um,
                        at_um + reach_um,
                        ["x", "y", "z"][axis],
                        extent.um[axis]
                    ),
                    "give a centre inside of the lattice, from its corner, or a larger field",
                );
                break;
            }
        }
        Some(match self.field {
            Field::Box => Shape::Box {
                centre_um,
                half_um: if extent.is_section {
                    [half_um[0], half_um[1], f64::INFINITY]
                } else {
                    half_um
                },
            },
            _ => Shape::Sphere {
                centre_um,
                radius_um: half_um[0],
            },
        })
    }
}
