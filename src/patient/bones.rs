//! The bones of one patient along a run: what their hazards depend on, and the events that came.
//!
//! # Law
//! Once a day after day 0 the hazards of [`crate::patient::skeletal_events`] act on what the lattice shows:
//!
//! - strength: the smallest of EA, `EImin` and GJ over that of the same cut at day 0, as last read;
//! - burden: volume of the tumour cells of the lattice times the factor `s` of the body;
//! - resorption: that of the day over the mean of a day in health;
//! - calcium: that of the body, at the end of the day.
//!
//! The load is the usual one, and how full the spinal canal is is not known. An event falls inside the
//! day that has ended; with the same seed, arms of a run have common random numbers.
//!
//! The hazard of a first event is summed over kinds and days; `1 - exp(-sum)` is the probability that a
//! patient with this course had had an event, whatever this one had.
//!
//! # Limits
//! One patient is one draw: a run shows a course, a cohort shows rates. Events do not change the tissue,
//! and a lattice of some millimetres stands for all lesions.
//!
//! # References
//! Rosen et al. 2003.

use serde::{Deserialize, Serialize};

use crate::numerics::random::Chance;
use crate::patient::skeletal_events::{Course, SkeletalEvents, SkeletalState};

/// The bones of a patient, as they are saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bones {
    /// Painful days and events.
    pub course: Course,
    /// Rigidity of the weakest cut over that at day 0.
    pub strength: f64,
    /// Pain, 0 to 10.
    pub pain: f64,
    /// Tumour in bone, cm3.
    pub burden_cm3: f64,
    /// Hazard of a first event, summed since day 0; infinite where nothing holds any more.
    pub first_event_hazard: f64,
}

impl Default for Bones {
    fn default() -> Self {
        Self {
            course: Course::default(),
            strength: SkeletalState::HEALTH.strength,
            pain: 0.0,
            burden_cm3: SkeletalState::HEALTH.burden_cm3,
            first_event_hazard: 0.0,
        }
    }
}

impl Bones {
    /// Takes the bones on by the day that begins at `day`.
    pub fn advance(
        &mut self,
        law: &SkeletalEvents,
        state: &SkeletalState,
        day: u32,
        chance: Chance,
    ) {
        law.advance(&mut self.course, state, day, chance, 0);
        self.strength = state.strength;
        self.pain = law.pain(state);
        self.burden_cm3 = state.burden_cm3;
        // A first event has no fracture before it. Nothing times infinite is no hazard.
        let hazards = law.hazards(state, self.course.painful_days, None);
        let due = hazards.iter().filter(|&&hazard| hazard > 0.0);
        self.first_event_hazard += due.sum::<f64>();
    }

    /// Probability that a patient with this course had an event.
    pub fn first_event_probability(&self) -> f64 {
        -(-self.first_event_hazard).exp_m1()
    }

    /// True when no value is out of range and events are in their order.
    pub fn makes_sense(&self) -> bool {
        let days: Vec<f64> = self.course.events.all.iter().map(|e| e.day).collect();
        let values = [
            self.course.painful_days,
            self.strength,
            self.pain,
            self.burden_cm3,
        ];
        values
            .iter()
            .chain(&days)
            .all(|value| value.is_finite() && *value >= 0.0)
            && self.first_event_hazard >= 0.0
            && days.windows(2).all(|pair| pair[0] <= pair[1])
    }
}
