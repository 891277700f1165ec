//! Fusion of precursors into an osteoclast on open bone, and with one that is there.
//!
//! # Biology
//! Mononuclear precursors are plentiful in marrow (2.8 % of sites in Bishop 2024) and are held
//! constant here. They fuse on bone surface that lining cells have opened, in proportion to how much
//! of their RANK is engaged; without RANKL there is no osteoclast (Kong 1999).
//!
//! # Law
//! On activated surface that no osteoclast holds, the hazard per area is `rate` times its
//! modulators; `needs.rank_occupancy` makes it zero without RANKL. The number of nuclei is drawn
//! uniformly from `nuclei_min..=nuclei_max`. Each osteoclast takes in single precursors with the
//! hazard `gain` times its modulators, up to `nuclei_most`; every nucleus has an age of its own (see
//! [`apoptosis`](super::apoptosis)).
//!
//! # Limits
//! Precursors are not agents, so they cannot be exhausted.
//!
//! # References
//! Bishop 2024; Kong 1999; Jacome-Galarza 2019.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Rate, SurfaceRate};

/// Parameters of fusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// Osteoclasts formed per area of open, unheld surface and time.
    pub formation: Modulated<SurfaceRate>,
    /// Fewest nuclei of a new osteoclast.
    pub nuclei_min: u16,
    /// Most nuclei of a new osteoclast.
    pub nuclei_max: u16,
    /// Nuclei that an osteoclast gains per time.
    pub gain: Modulated<Rate>,
    /// Most nuclei that an osteoclast comes to have.
    pub nuclei_most: u16,
}

impl Fusion {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        if self.nuclei_min == 0 || self.nuclei_min > self.nuclei_max {
            problems.add(
                "osteoclast.fusion.nuclei_min",
                format!(
                    "found {} with nuclei_max = {}",
                    self.nuclei_min, self.nuclei_max
                ),
                "give a whole number from 1 to nuclei_max",
            );
        }
        if self.nuclei_most < self.nuclei_max {
            problems.add(
                "osteoclast.fusion.nuclei_most",
                format!(
                    "found {} with nuclei_max = {}",
                    self.nuclei_most, self.nuclei_max
                ),
                "give a whole number not below nuclei_max",
            );
        }
    }

    /// Number of nuclei for a uniform draw in `0..1`.
    ///
    /// ```
    /// # use howship::biology::osteoclast::fusion::nuclei;
    /// assert_eq!((nuclei(3, 9, 0.0), nuclei(3, 9, 0.999)), (3, 9));
    /// ```
    pub fn nuclei(&self, uniform: f64) -> u16 {
        nuclei(self.nuclei_min, self.nuclei_max, uniform)
    }

    /// Mean number of nuclei, to which the resorption rate refers.
    pub fn mean_nuclei(&self) -> f64 {
        0.5 * (f64::from(self.nuclei_min) + f64::from(self.nuclei_max))
    }
}

/// Whole number drawn evenly from `least..=most` by a uniform draw.
pub fn nuclei(least: u16, most: u16, uniform: f64) -> u16 {
    least + (uniform * (f64::from(most - least) + 1.0)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nuclei_are_even_over_their_range() {
        let counts = (0..700).map(|i| nuclei(3, 9, f64::from(i) / 700.0));
        let mean = counts.map(f64::from).sum::<f64>() / 700.0;
        assert!((mean - 6.0).abs() < 0.01, "{mean}");
    }
}
