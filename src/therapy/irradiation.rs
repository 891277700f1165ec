//! Courses of radiation: what is given, when, and where in space it falls.
//!
//! # Law
//! A course gives `fractions` of `dose` at its isocentre, `start`, `start + interval` and so on; with
//! `weekdays_only` none falls on the last two days of each week counted from the start. A field is the
//! whole lattice, a sphere, a box, or the sphere around all tumour cells at the first fraction, each
//! wider by `margin`. Its border is where half of the dose falls; across it the dose goes as a logistic
//! function whose distance from 80 to 20 % is the `penumbra`, or from all to nothing where that is 0.
//!
//! # Limits
//! No depth dose, no beams and no scatter: a field is the sum of all beams of a fraction. In a section
//! the place of its centre along z does not count. A fraction falls at the start of the tick that holds
//! its time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{AbsorbedDose, Length, Position, Time};
use crate::therapy::radiotherapy::{Law, LawName, Radiobiology};

/// A moment is met when it is this near, h: times are sums of decimals.
const NEAR_H: f64 = 1e-9;
/// Fractions of one course at most.
const MOST_FRACTIONS: u32 = 200;
/// Dose per fraction at most, Gy.
const MOST_GY: f64 = 100.0;
/// Natural logarithm of 4: a logistic edge falls from 80 to 20 % over twice this many of its lengths.
const LN_4: f64 = 2.0 * std::f64::consts::LN_2;

/// What a course aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The whole lattice, evenly.
    #[default]
    Whole,
    /// A sphere; needs `centre` and `radius`.
    Sphere,
    /// A box along the axes; needs `centre` and `size`.
    Box,
    /// The sphere around all tumour cells at the first fraction of the course.
    Tumour,
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

const fn one() -> u32 {
    1
}

const fn day() -> Time {
    Time::h(24.0)
}

/// Extent of a lattice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Lengths along x, y, z, um.
    pub um: [f64; 3],
    /// True for a section.
    pub is_section: bool,
}

/// Where the dose of a fraction falls.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Everywhere alike.
    Everywhere,
    /// A sphere; a disc in a section.
    Sphere {
        /// Isocentre, um from the corner of the lattice.
        centre_um: [f64; 3],
        /// Radius to half of the dose, um.
        radius_um: f64,
    },
    /// A box.
    Box {
        /// Isocentre, um from the corner of the lattice.
        centre_um: [f64; 3],
        /// Half of its edges to half of the dose, um; infinite along an axis that does not count.
        half_um: [f64; 3],
    },
}

/// A field with its border.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beam {
    /// Where half of the dose falls.
    pub shape: Shape,
    /// Distance from 80 to 20 % of the dose at the border, um.
    pub penumbra_um: f64,
}

impl Beam {
    /// Share of the dose at the isocentre that falls at a place, um from the corner of the lattice.
    ///
    /// ```
    /// use howship::therapy::irradiation::{Beam, Shape};
    /// let beam = Beam {
    ///     shape: Shape::Sphere { centre_um: [1000.0; 3], radius_um: 500.0 },
    ///     penumbra_um: 100.0,
    /// };
    /// let at = |x: f64| beam.share([x, 1000.0, 1000.0]);
    /// assert!((at(1000.0) - 1.0).abs() < 1e-12);
    /// assert!((at(1500.0) - 0.5).abs() < 1e-5);
    /// assert!((at(1450.0) - 0.8).abs() < 1e-5 && (at(1550.0) - 0.2).abs() < 1e-5);
    /// ```
    pub fn share(&self, place_um: [f64; 3]) -> f64 {
        match self.shape {
            Shape::Everywhere => 1.0,
            Shape::Sphere {
                centre_um,
                radius_um,
            } => {
                let squared: f64 = (0..3)
                    .map(|axis| (place_um[axis] - centre_um[axis]).powi(2))
                    .sum();
                self.within(squared.sqrt(), radius_um)
            }
            Shape::Box { centre_um, half_um } => (0..3)
                .map(|axis| self.within((place_um[axis] - centre_um[axis]).abs(), half_um[axis]))
                .product(),
        }
    }

    /// Share at a distance from the middle of something that reaches this far, 1 in the middle.
    fn within(&self, distance_um: f64, reach_um: f64) -> f64 {
        if reach_um.is_infinite() {
            return 1.0;
        }
        if self.penumbra_um <= 0.0 {
            return f64::from(u8::from(distance_um <= reach_um));
        }
        let length_um = self.penumbra_um / (2.0 * LN_4);
        let fallen = |beyond_um: f64| 1.0 / (1.0 + (beyond_um / length_um).exp());
        fallen(distance_um - reach_um) / fallen(-reach_um)
    }
}

/// A course ready to be given.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCourse {
    /// Name.
    pub name: String,
    /// Dose of a fraction at the isocentre, Gy.
    pub dose_gy: f64,
    /// Law of survival.
    pub law: Law,
    /// Where it falls; without it around the tumour at the first fraction.
    pub beam: Option<Beam>,
    /// Width around the tumour, um.
    pub margin_um: f64,
    /// Distance from 80 to 20 % of the dose at the border, um.
    pub penumbra_um: f64,
}

/// Radiation of a run, immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct RadiationPlan {
    /// What it does to cells.
    pub biology: Radiobiology,
    /// Courses, by name.
    pub courses: Vec<PlannedCourse>,
    /// Fractions by time, h, each with the index of its course.
    pub fractions: Vec<(f64, usize)>,
}

impl RadiationPlan {
    /// The plan of courses over a lattice of this extent in a run of this length, h. What is wrong
    /// goes to `problems`.
    pub fn new(
        biology: Radiobiology,
        courses: &BTreeMap<String, RadiationCourse>,
        extent: Extent,
        duration_h: f64,
        problems: &mut Problems,
    ) -> Self {
        biology.check(problems);
        let mut plan = Self {
            biology,
            courses: Vec::new(),
            fractions: Vec::new(),
        };
        for (name, course) in courses {
            let path = format!("radiotherapy.{name}");
            let times = course.times(&path, duration_h, problems);
            let index = plan.courses.len();
            plan.fractions
                .extend(times.into_iter().map(|at_h| (at_h, index)));
            plan.courses
                .push(course.planned(name, &path, extent, problems));
        }
        plan.fractions
            .sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        plan
    }

    /// Fractions that fall from one time to before another, h.
    pub fn due(&self, from_h: f64, to_h: f64) -> impl Iterator<Item = (f64, &PlannedCourse)> {
        self.fractions
            .iter()
            .filter(move |(at_h, _)| *at_h > from_h - NEAR_H && *at_h < to_h - NEAR_H)
            .map(|&(at_h, course)| (at_h, &self.courses[course]))
    }

    /// Factor on the strength of bone in the field at a time, h, after what was given by then.
    pub fn strength_factor(&self, given: &Radiation, now_h: f64) -> f64 {
        let fractions = given.fractions.iter();
        self.biology.strength.factor_at(
            fractions.map(|fraction| (fraction.time_h, fraction.dose_gy)),
            now_h,
        )
    }
}

impl RadiationCourse {
    /// Times of the fractions, h.
    fn times(&self, path: &str, duration_h: f64, problems: &mut Problems) -> Vec<f64> {
        let before = problems.found.len();
        let at = |key: &str| format!("{path}.{key}");
        let start_h = self.start.get();
        if !(0.0..duration_h).contains(&start_h) {
            problems.add(
                &at("start"),
                format!(
                    "found day {}, in a run from day 0 to day {}",
                    start_h / 24.0,
                    duration_h / 24.0
                ),
                "give a time inside the run",
            );
        }
        problems.positive(&at("interval"), self.interval.get(), "h");
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
            let at_h = start_h + f64::from(turn) * self.interval.get();
            turn += 1;
            if at_h >= duration_h {
                problems.add(
                    &at("fractions"),
                    format!(
                        "fraction {} of {} would fall on day {}, in a run to day {}",
                        times.len() + 1,
                        self.fractions,
                        at_h / 24.0,
                        duration_h / 24.0
                    ),
                    "give fewer fractions, a shorter interval, an earlier start or a longer run",
                );
                break;
            }
            if !rests(at_h) {
                times.push(at_h);
            }
        }
        times
    }

    fn planned(
        &self,
        name: &str,
        path: &str,
        extent: Extent,
        problems: &mut Problems,
    ) -> PlannedCourse {
        let at = |key: &str| format!("{path}.{key}");
        let dose_gy = self.dose.get();
        if !(dose_gy > 0.0 && dose_gy <= MOST_GY) {
            problems.add(
                &at("dose"),
                format!("found {} for a fraction", self.dose),
                format!("give a dose above zero and up to {MOST_GY} Gy"),
            );
        }
        let law = match (self.law, self.transition) {
            (LawName::LinearQuadratic, None) => Law::LinearQuadratic,
            (LawName::LinearQuadratic, Some(_)) => {
                problems.add(
                    &at("transition"),
                    "the linear-quadratic law has no transition",
                    "set law = \"linear_quadratic_linear\", or remove the transition",
                );
                Law::LinearQuadratic
            }
            (LawName::LinearQuadraticLinear, None) => {
                problems.add(
                    &at("transition"),
                    "is missing, but the law becomes linear above it",
                    "set transition = \"10 Gy\", or law = \"linear_quadratic\"",
                );
                Law::LinearQuadratic
            }
            (LawName::LinearQuadraticLinear, Some(transition)) => {
                problems.positive(&at("transition"), transition.get(), "Gy");
                Law::LinearQuadraticLinear {
                    transition_gy: transition.get(),
                }
            }
        };
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

/// A fraction that was given, and what it did at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fraction {
    /// Course.
    pub course: String,
    /// Time, h.
    pub time_h: f64,
    /// Dose at the isocentre, Gy.
    pub dose_gy: f64,
    /// Law of survival.
    pub law: Law,
    /// Where it fell.
    pub beam: Beam,
    /// Tumour cells that were sound before it.
    pub sound: u64,
    /// Mean dose to these, Gy; 0 without any.
    pub mean_gy: f64,
    /// Mean of the probabilities with which these stayed sound; 1 without any.
    pub expected_survival: f64,
    /// Of these, cells that are doomed.
    pub doomed: u64,
    /// Precursors of osteoblasts that died.
    pub precursors_killed: u64,
    /// Osteoblasts that died.
    pub osteoblasts_killed: u64,
    /// Osteoclasts that died.
    pub osteoclasts_killed: u64,
    /// Immune cells that died.
    pub immune_killed: u64,
}

/// Radiation that was given in a run, as it is saved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Radiation {
    /// Fractions, by time.
    pub fractions: Vec<Fraction>,
    /// Fractions that were aimed at a tumour that was not there, and not given.
    pub without_target: u32,
    /// Tumour cells that died at an attempt to divide because radiation had doomed them.
    pub tumour_deaths: u64,
}

impl Radiation {
    /// The field of the first fraction of a course, which the later ones keep.
    pub fn beam_of(&self, course: &str) -> Option<Beam> {
        self.fractions
            .iter()
            .find(|fraction| fraction.course == course)
            .map(|fraction| fraction.beam)
    }

    /// True when every value is finite and not negative; half of a box may be infinite.
    pub fn makes_sense(&self) -> bool {
        self.fractions.iter().all(|fraction| {
            let values = [
                fraction.time_h,
                fraction.dose_gy,
                fraction.mean_gy,
                fraction.expected_survival,
                fraction.beam.penumbra_um,
            ];
            let shape = match fraction.beam.shape {
                Shape::Everywhere => true,
                Shape::Sphere {
                    centre_um,
                    radius_um,
                } => centre_um.iter().all(|at| at.is_finite()) && radius_um >= 0.0,
                Shape::Box { centre_um, half_um } => {
                    centre_um.iter().all(|at| at.is_finite())
                        && half_um.iter().all(|half| *half >= 0.0)
                }
            };
            shape && values.iter().all(|value| (0.0..=f64::MAX).contains(value))
        })
    }
}
