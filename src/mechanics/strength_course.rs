//! Strength of the lattice followed through a run by finite elements, against its own day 0.
//!
//! # Law
//! The bone is compressed between clamped ends along each axis ([`crate::mechanics::elements`]). A site is a
//! brick where at least half of it is mineralised matrix, with the modulus of its law times its mineralised
//! share, as for the rigidity of cuts ([`crate::mechanics::follow_up`]); osteoid, marrow and tumour carry nothing.
//! An axis along which no bone joins both ends any more bears nothing: all of its figures are 0. The tissue does
//! not feel it, unless the patient breaks by it.
//!
//! # Limits
//! Those of the elements: an index of a small cube with cut struts, to be held against its own day 0 and against a
//! run without a tumour.
//!
//! # References
//! Bayraktar 2004; Hernandez 2001; Pistoia 2002.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::mechanics::elements::{Answer, ElementsError, Failure, Load, Precision};
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loading::{self, Loading};
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::{ElasticModulus, Time};
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;

/// Poisson's ratio from which on bricks lock.
const MOST_POISSON: f64 = 0.45;

/// Strength followed through a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrengthCourse {
    /// Time between readings, whole days; 30 d without it and without `days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Time>,
    /// Days on which it is read, besides; whole days after day 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<f64>,
    /// Axes of the loads; all along which the lattice has more than one site without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Axis>,
    /// From a site to its modulus.
    #[serde(default)]
    pub law: SiteLaw,
    /// Modulus of mineralised tissue, for `law = "tissue"`; 18 GPa without it (Bayraktar 2004).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulus: Option<ElasticModulus>,
    /// Poisson's ratio (0.3, usual for bone; design).
    #[serde(default = "poisson")]
    pub poisson: f64,
}

const fn poisson() -> f64 {
    0.3
}

/// What bone bears along an axis; all 0 where no bone joins both ends.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Borne {
    /// Force over displacement, N/mm.
    pub stiffness: f64,
    /// Apparent modulus on the gross area, MPa.
    pub apparent_mpa: f64,
    /// Load at which 2 % of the bone is strained beyond 7000 microstrain, N (Pistoia 2002).
    pub failure_n: f64,
    /// Load at which 2 % of the bone is strained beyond yield, N (Bayraktar 2004).
    pub yield_n: f64,
}

/// What the lattice bears along its axes, at day 0 and at the last reading.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Strengths {
    /// At day 0, in the order of the axes.
    pub intact: Vec<Borne>,
    /// At the last reading.
    pub now: Vec<Borne>,
    /// Time of the last reading, h.
    pub read_h: f64,
}

impl From<&Answer> for Borne {
    fn from(answer: &Answer) -> Self {
        Self {
            stiffness: answer.stiffness(),
            apparent_mpa: answer.apparent_modulus_mpa().unwrap_or(0.0),
            failure_n: answer.failure_load(&Failure::PISTOIA),
            yield_n: answer.failure_load(&Failure::YIELD),
        }
    }
}

/// Looks for a law, a modulus and a Poisson's ratio that make no sense.
pub(crate) fn check_material(
    table: &str,
    (law, modulus, poisson): (SiteLaw, Option<ElasticModulus>, f64),
    problems: &mut Problems,
) {
    let at = |key: &str| format!("{table}.{key}");
    match (law, modulus) {
        (SiteLaw::Hernandez, Some(_)) => problems.add(
            &at("modulus"),
            "a modulus is given, but law = \"hernandez\" finds its own",
            "remove it, or write law = \"tissue\"",
        ),
        (_, Some(modulus)) => problems.positive(&at("modulus"), modulus.get(), "MPa"),
        (_, None) => {}
    }
    problems.within(&at("poisson"), poisson, 0.0, MOST_POISSON);
}

/// Looks for a time that is not whole days.
pub(crate) fn check_days(path: &str, every: Time, problems: &mut Problems) {
    if !is_whole(every.get() / 24.0) {
        problems.add(
            path,
            format!("found {every}"),
            "give whole days, such as \"7 d\"",
        );
    }
}

fn is_whole(days: f64) -> bool {
    days.is_finite() && days >= 1.0 - 1e-9 && (days - days.round()).abs() < 1e-9
}

/// True when a time, h, is a whole number of times this one.
pub(crate) fn is_due(time_h: f64, every: Time) -> bool {
    let turns = time_h / every.get();
    time_h >= -1e-6 && (turns - turns.round()).abs() * every.get() < 1e-6
}

/// Looks for axes that a lattice does not have, or that are named twice.
fn check_axes(given: &[Axis], grid: &Grid, problems: &mut Problems) {
    for (place, axis) in given.iter().enumerate() {
        if grid.dims[axis.index()] <= 1 {
            problems.add(
                "strength.axes",
                format!("names {axis}, along which the lattice has one site"),
                "name axes of the plane of the section",
            );
        }
        if given[..place].contains(axis) {
            problems.add(
                "strength.axes",
                format!("names {axis} twice"),
                "name each once",
            );
        }
    }
}

impl StrengthCourse {
    /// Looks for values that make no sense.
    pub fn check(&self, grid: &Grid, problems: &mut Problems) {
        if let Some(every) = self.every {
            check_days("strength.every", every, problems);
        }
        for (place, &day) in self.days.iter().enumerate() {
            if !is_whole(day) {
                problems.add(
                    &format!("strength.days[{place}]"),
                    format!("found {day}"),
                    "give whole days after day 0, such as 90",
                );
            }
        }
        check_axes(&self.axes, grid, problems);
        check_material("strength", (self.law, self.modulus, self.poisson), problems);
    }

    /// Time between readings, h, if they come at one.
    pub fn interval(&self) -> Option<Time> {
        match self.every {
            None if self.days.is_empty() => Some(Time::h(30.0 * 24.0)),
            every => every,
        }
    }

    /// True when a reading is due at this time, h, which ends a day.
    pub fn is_due(&self, time_h: f64) -> bool {
        self.interval().is_some_and(|every| is_due(time_h, every))
            || self
                .days
                .iter()
                .any(|day| (24.0 * day - time_h).abs() < 1e-6)
    }

    /// Axes of the loads on a lattice, in order.
    pub fn axes(&self, grid: &Grid) -> Vec<Axis> {
        let asked = |axis: &Axis| self.axes.is_empty() || self.axes.contains(axis);
        loading::axes(grid).filter(asked).collect()
    }

    /// From a site to a brick.
    pub(crate) const fn loading(&self) -> Loading {
        Loading {
            law: self.law,
            modulus: self.modulus,
            poisson: self.poisson,
        }
    }

    /// True where bone joins both ends along one of the axes: without any there is nothing to read.
    pub fn is_carried(&self, grid: &Grid, bone: &Bone) -> bool {
        let loading = self.loading();
        let moduli = loading.moduli(bone);
        let mut axes = self.axes(grid).into_iter();
        axes.any(|axis| loading.joins(grid, &moduli, axis))
    }

    /// What the bone bears now along each axis.
    ///
    /// # Errors
    /// [`ElementsError`], all but that no bone joins both ends.
    pub fn read(&self, grid: &Grid, bone: &Bone) -> Result<Vec<Borne>, ElementsError> {
        let loading = self.loading();
        let moduli = loading.moduli(bone);
        let of = |axis| {
            let load = Load {
                axis,
                ..Load::default()
            };
            let answer = loading.answer_if_joined(grid, &moduli, &load, &Precision::default())?;
            Ok(answer.as_ref().map_or_else(Borne::default, Borne::from))
        };
        self.axes(grid).into_iter().map(of).collect()
    }
}

impl Strengths {
    /// The least failure load of all axes that carried on day 0, over that of day 0; none where none did.
    pub fn least_ratio(&self) -> Option<f64> {
        let pairs = self.now.iter().zip(&self.intact);
        let ratios = pairs
            .filter(|(_, intact)| intact.failure_n > 0.0)
            .map(|(now, intact)| now.failure_n / intact.failure_n);
        ratios.fold(None, |least, ratio| {
            Some(least.map_or(ratio, |least: f64| least.min(ratio)))
        })
    }

    /// True when there are finite values for so many axes.
    pub fn makes_sense(&self, axes: usize) -> bool {
        let finite = |all: &[Borne]| {
            all.len() == axes
                && all.iter().all(|borne| {
                    [
                        borne.stiffness,
                        borne.apparent_mpa,
                        borne.failure_n,
                        borne.yield_n,
                    ]
                    .iter()
                    .all(|value| value.is_finite() && *value >= 0.0)
                })
        };
        self.read_h.is_finite() && finite(&self.intact) && finite(&self.now)
    }
}
