//! Courses of radiation: what is given, when, and where in space it falls.
//!
//! # Law
//! A course gives `fractions` of `dose` at its isocentre, `start`, `start + interval` and so on; with
//! `weekdays_only` none falls on the last two days of each week counted from the start, whose turns are left out. Trials have the same
//! calendar. A field is the
//! whole lattice, a sphere, a box, or the sphere around all tumour cells at the first fraction, each
//! wider by `margin`. Its border is where half of the dose falls; across it the dose goes as a logistic
//! function whose distance from 80 to 20 % is the `penumbra`, or from all to nothing where that is 0.
//!
//! # Limits
//! No depth dose, no beams and no scatter: a field is the sum of all beams of a fraction. In a section
//! the place of its centre along z does not count. A fraction falls at the start of the tick that holds
//! its time.

mod beam;
mod course;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::therapy::radiotherapy::{Law, Radiobiology};
pub use beam::{Beam, Extent, Field, Shape};
pub use course::{Calendar, RadiationCourse, checked_dose, checked_law};

/// A moment is met when it is this near, h: times are sums of decimals.
pub(crate) const NEAR_H: f64 = 1e-9;
/// Natural logarithm of 4: a logistic edge falls from 80 to 20 % over twice this many of its lengths.
const LN_4: f64 = 2.0 * std::f64::consts::LN_2;

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
            let times = course.calendar().times(&path, "run", duration_h, problems);
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
