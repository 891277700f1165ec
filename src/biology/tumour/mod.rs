//! Tumour cells: they divide, die, move, secrete, and never remove bone.
//!
//! # Biology
//! A metastasis in marrow grows where there is room, is fed by what resorption sets free (TGF-beta,
//! IGF) and answers TGF-beta with more `PTHrP` (Yin 1999). Osteoclasts, not tumour cells, destroy
//! bone: nothing in this folder can change matrix.
//!
//! # Law
//! Division and death are hazards, modulated by cues. The daughter goes to the nearest free space
//! within `pushing_depth`, the cells between moving up; a cell with no free space in reach does not
//! divide. Cells at the rim move by a random walk of the given motility. What radiation and cytotoxic
//! drugs harm is doomed and dies at an attempt to divide; the dead take room until they are cleared.
//!
//! # Limits
//! Division is memoryless: a colony grows at the net rate from the first tick, without the
//! synchrony of a cycle. Cells that die by themselves are cleared within the tick. Marrow cells that the colony displaces are not counted.

pub mod clones;
pub mod colonisation;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::biology::tumour::clones::{Mutations, Phenotype};
use crate::numerics::quantity::{Diffusivity, Length, Rate, Secretion, Time};

/// Parameters of tumour cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tumour {
    /// Diameter of a cell; sets how many a site holds.
    pub cell_diameter: Length,
    /// Hazard of division where there is room.
    pub division: Modulated<Rate>,
    /// Hazard of death.
    pub death: Modulated<Rate>,
    /// Depth from free space at which a cell still divides, pushing its neighbours.
    pub pushing_depth: Length,
    /// Random motility of cells at the rim.
    pub motility: Modulated<Diffusivity>,
    /// Cells that wait.
    pub dormancy: Dormancy,
    /// Half-life of a cell that radiation or a drug killed, until its room is free again; at once without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clearance: Option<Time>,
    /// True for cells with an activating mutation of EGFR, which some drugs kill alone.
    #[serde(default)]
    pub egfr_mutant: bool,
    /// What a cell makes, by signal.
    #[serde(default)]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
    /// Heritable clones by name, relative to the parental cell that the other keys describe.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clones: BTreeMap<String, Phenotype>,
    /// Changes of clone at division, by the clone of the mother.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mutation: BTreeMap<String, Mutations>,
}

/// Cells that arrive and wait before they cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dormancy {
    /// Share of the seeded cells that are dormant, 0 to 1.
    pub share: f64,
    /// Factor on the hazard of death while dormant.
    #[serde(default = "one")]
    pub death: f64,
    /// Hazard of waking; for good.
    pub exit: Modulated<Rate>,
}

const fn one() -> f64 {
    1.0
}

impl Tumour {
    /// Volume of a cell, um3.
    pub fn cell_volume_um3(&self) -> f64 {
        std::f64::consts::PI / 6.0 * self.cell_diameter.get().powi(3)
    }

    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("tumour.cell_diameter", self.cell_diameter.get(), "um");
        problems.not_negative("tumour.pushing_depth", self.pushing_depth.get(), "um");
        if let Some(clearance) = self.clearance {
            problems.positive("tumour.clearance", clearance.get(), "h");
        }
        problems.within("tumour.dormancy.death", self.dormancy.death, 0.0, 1000.0);
        problems.within("tumour.dormancy.share", self.dormancy.share, 0.0, 1.0);
    }
}

/// Steps of a random walk in a tick at most: more would take the time of a run.
pub const MOST_WALK: f64 = 64.0;

/// Mean number of steps of length `edge_um` in `duration_h` that a random walk of this motility
/// makes along `axes` axes: `2 n D t / edge^2`.
///
/// ```
/// // 50 um2/h over 12 h in three dimensions on sites of 10 um: 36 steps.
/// let steps = howship::biology::tumour::walk_steps(50.0, 12.0, 10.0, 3);
/// assert!((steps - 36.0).abs() < 1e-9);
/// ```
pub fn walk_steps(motility_um2_per_h: f64, duration_h: f64, edge_um: f64, axes: usize) -> f64 {
    2.0 * axes as f64 * motility_um2_per_h * duration_h / (edge_um * edge_um)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_of_no_motility_makes_no_step_and_halves_with_the_tick() {
        assert!(walk_steps(0.0, 1.0, 10.0, 3).abs() < 1e-15);
        let whole = walk_steps(8.0, 1.0, 10.0, 2);
        assert!((2.0 * walk_steps(8.0, 0.5, 10.0, 2) - whole).abs() < 1e-12);
    }
}
