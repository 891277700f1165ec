//! The plan of a run: drugs ready for their first dose, and what is given when.
//!
//! Doses of courses with dates are known before the run. A course that waits for a condition, or ends
//! by one, is kept as it is; with its [`Dates`], which the state of the run remembers, its doses follow.

mod conditional;
mod in_body;
mod treatment;

use std::borrow::Cow;

use crate::patient::toxicity::LastDose;
use crate::therapy::drug::{BoneBinding, Kills};
use crate::therapy::pharmacokinetics::System;
pub use conditional::{ConditionalCourse, Dates};
pub use in_body::{DrugInBody, Hazard, Hits};
pub use treatment::Therapy;
use treatment::sort;

/// A moment is met when it is this near, h: times are sums of decimals.
const NEAR_H: f64 = 1e-9;

/// A drug in the body of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Name, also of its cue.
    pub name: String,
    /// Its way through the body.
    pub system: System,
    /// Share of a dose in the depot that is absorbed.
    pub bioavailability: f64,
    /// pM in one mg/L.
    pub pm_per_mg_per_l: f64,
    /// False where its target is that of another species.
    pub acts: bool,
    /// Signals it binds: name, dissociation constant in pM, share within reach.
    pub neutralises: Vec<(String, f64, f64)>,
    /// Death of tumour cells.
    pub kills: Option<Kills>,
    /// Binding to bone, with the skeleton of the subject.
    pub bone: Option<BoneBinding>,
}

/// One dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Administration {
    /// Index of the drug.
    pub agent: usize,
    /// Time, h.
    pub time_h: f64,
    /// Amount, mg.
    pub mg: f64,
    /// True into a vein, false into the depot.
    pub into_vein: bool,
    /// Length of the infusion, h; 0 for a bolus.
    pub infusion_h: f64,
}

/// Drugs and doses of a run, immutable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Drugs, by name.
    pub agents: Vec<Agent>,
    /// Doses of the courses with dates, by time.
    pub doses: Vec<Administration>,
    /// Courses that begin or end by a condition, by name.
    pub conditional: Vec<ConditionalCourse>,
    /// The drug that binds to bone, if there is one.
    pub bone_agent: Option<usize>,
    /// Length of the run, h.
    pub duration_h: f64,
}

impl Plan {
    /// True when nothing is ever given.
    pub const fn is_empty(&self) -> bool {
        self.doses.is_empty() && self.conditional.is_empty()
    }

    /// All doses that are known, by time: those of courses with dates, and those of conditional courses
    /// that have begun.
    pub fn calendar(&self, dates: &[Dates]) -> Cow<'_, [Administration]> {
        if self.conditional.is_empty() {
            return Cow::Borrowed(&self.doses);
        }
        let mut doses = self.doses.clone();
        for (entry, dates) in self.conditional.iter().zip(dates) {
            if let Some(start_h) = entry.start_h(dates) {
                let times = entry
                    .course
                    .times(start_h, dates.stopped_h, self.duration_h);
                doses.extend(times.into_iter().map(|time_h| Administration {
                    time_h,
                    ..entry.dose
                }));
            }
        }
        sort(&mut doses);
        Cow::Owned(doses)
    }

    /// Each drug that was given before a time, with the time since its last dose.
    pub fn last_doses(&self, dates: &[Dates], time_h: f64) -> Vec<LastDose<'_>> {
        let calendar = self.calendar(dates);
        let last = |agent: usize| {
            let given = calendar.iter().rev();
            given
                .filter(|dose| dose.agent == agent)
                .map(|dose| dose.time_h)
                .find(|&at| at < time_h - NEAR_H)
        };
        let agents = self.agents.iter().enumerate();
        agents
            .filter_map(|(agent, drug)| {
                Some(LastDose {
                    drug: &drug.name,
                    ago_h: time_h - last(agent)?,
                })
            })
            .collect()
    }
}
