//! Formation: osteoblasts lay osteoid until the pit is full, on depth and not on a clock.
//!
//! # Biology
//! 0.63 +- 0.11 um/d in man (wall 59.4 um in about 100 d), 1 to 2 um/d in mice. At the end 10 to
//! 30 % are embedded as osteocytes, 5 to 15 % become lining cells, the rest die.
//!
//! # Law
//! Volume per hour and cell = `apposition` x its modulators x footprint. It goes to the site of the
//! cell, and once that one is full to the nearest eroded site that touches bone and whose surface has room for one more
//! cell (one per footprint, one at least); nothing is laid on a site that an osteoclast holds or that tumour cells fill,
//! unless `among_tumour` lets them. A cell without a site to fill within `reach` ends, and so does one that finds all of
//! them covered by others: osteocyte, lining cell or death by the given shares (precursors are lost). Where what is owed
//! cannot be filled yet, it waits. Besides, cells die with the hazard `death` x its modulators.
//!
//! # Limits
//! Apposition does not slow as the pit fills.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, Rate, Speed};

/// Parameters of formation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Formation {
    /// Matrix apposition rate.
    pub apposition: Modulated<Speed>,
    /// Hazard of death at work.
    pub death: Modulated<Rate>,
    /// Distance within which a cell looks for the next site to fill; the sites around its own always count.
    pub reach: Length,
    /// Share of cells that end as osteocytes, 0 to 1.
    pub osteocyte_share: f64,
    /// Share of cells that end as lining cells, 0 to 1.
    pub lining_share: f64,
    /// True where osteoblasts settle and form among tumour cells, which go to the nearest room as a site
    /// fills, or wait until there is some.
    #[serde(default, skip_serializing_if = "is_off")]
    pub among_tumour: bool,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
const fn is_off(key: &bool) -> bool {
    !*key
}

impl Formation {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let at = |key: &str| format!("osteoblast.formation.{key}");
        problems.within(&at("osteocyte_share"), self.osteocyte_share, 0.0, 1.0);
        problems.within(&at("lining_share"), self.lining_share, 0.0, 1.0);
        problems.positive(&at("reach"), self.reach.get(), "um");
        if self.osteocyte_share + self.lining_share > 1.0 {
            problems.add(
                &at("lining_share"),
                format!(
                    "found {} beside osteocyte_share = {}: more than all cells",
                    self.lining_share, self.osteocyte_share
                ),
                "give shares that add up to at most 1",
            );
        }
    }
}

/// Volume that a cell lays in a time, um3.
///
/// ```
/// # use howship::biology::osteoblast::formation::laid_um3;
/// // 0.63 um/d over 150 um2: 94.5 um3 in a day.
/// assert!((laid_um3(0.63 / 24.0, 150.0, 24.0) - 94.5).abs() < 1e-9);
/// ```
pub fn laid_um3(apposition_um_per_h: f64, footprint_um2: f64, duration_h: f64) -> f64 {
    apposition_um_per_h * footprint_um2 * duration_h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_half_ticks_lay_what_one_lays() {
        let whole = laid_um3(0.03, 150.0, 2.0);
        assert!((2.0 * laid_um3(0.03, 150.0, 1.0) - whole).abs() < 1e-12);
        assert!(laid_um3(0.0, 150.0, 2.0).abs() < 1e-15);
    }
}
