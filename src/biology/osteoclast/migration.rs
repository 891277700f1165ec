//! Migration: an osteoclast that does not resorb walks over the surface.
//!
//! # Biology
//! 105 +- 10 um/h (30 to 248) while migrating (Kanehisa and Heersche 1988). It prefers surface where
//! its RANK is engaged.
//!
//! # Law
//! Episodes of resorption and of migration end with hazards `1 / resorbing` and `1 / migrating`;
//! the duty cycle of resorption is `resorbing / (resorbing + migrating)`. A migrating cell walks
//! `speed` x time in steps to near neighbours on the surface that no other osteoclast holds, each
//! chosen with a weight of its RANK occupancy, times `attraction` there (chemotaxis).
//!
//! # Limits
//! A cell senses levels, not slopes: it compares the sites around it.
//!
//! # References
//! Kanehisa 1988; Soe 2017.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Speed, Time};

/// Parameters of migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// Speed over the surface.
    pub speed: Speed,
    /// Mean length of an episode of resorption.
    pub resorbing: Time,
    /// Mean length of an episode of migration.
    pub migrating: Time,
    /// Weight of a step towards a site, by what a cell senses there; all are alike without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attraction: Option<Modulated<f64>>,
}

impl Migration {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.not_negative("osteoclast.migration.speed", self.speed.get(), "um/h");
        problems.positive("osteoclast.migration.resorbing", self.resorbing.get(), "h");
        problems.positive("osteoclast.migration.migrating", self.migrating.get(), "h");
    }

    /// Share of its life that a cell spends resorbing.
    pub fn duty(&self) -> f64 {
        duty(self.resorbing.get(), self.migrating.get())
    }
}

/// Share of time in the first of two alternating states with these mean lengths.
///
/// ```
/// # use howship::biology::osteoclast::migration::duty;
/// assert_eq!(duty(10.0, 10.0), 0.5);
/// ```
pub fn duty(first_h: f64, second_h: f64) -> f64 {
    first_h / (first_h + second_h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_never_rests_is_always_resorbing() {
        assert!((duty(10.0, 0.0) - 1.0).abs() < 1e-12);
        assert!(duty(0.0, 10.0).abs() < 1e-12);
    }
}
