//! Osteoclasts: they fuse from precursors, resorb or migrate, and die.

pub mod apoptosis;
pub mod fusion;
pub mod migration;
pub mod resorption;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::Length;

/// Parameters of osteoclasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Osteoclast {
    /// Diameter of the footprint, at least two sites.
    pub diameter: Length,
    /// Fusion from precursors.
    pub fusion: fusion::Fusion,
    /// Removal of matrix.
    pub resorption: resorption::Resorption,
    /// Motion over the surface.
    pub migration: migration::Migration,
    /// Death.
    pub apoptosis: apoptosis::Apoptosis,
}

impl Osteoclast {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("osteoclast.diameter", self.diameter.get(), "um");
        self.fusion.check(problems);
        self.resorption.check(problems);
        self.migration.check(problems);
        self.apoptosis.check(problems);
        let least = self.apoptosis.nuclei_least;
        if least == 0 || least > self.fusion.nuclei_min {
            problems.add(
                "osteoclast.apoptosis.nuclei_least",
                format!(
                    "found {} with osteoclast.fusion.nuclei_min = {}",
                    self.apoptosis.nuclei_least, self.fusion.nuclei_min
                ),
                "give a whole number from 1 to nuclei_min, so that new cells live and empty ones die",
            );
        }
    }
}
