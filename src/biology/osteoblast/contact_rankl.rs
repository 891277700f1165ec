//! Contact RANKL: what a precursor or osteoclast senses of the lining cell it touches.
//!
//! # Biology
//! Mice without soluble RANKL have almost normal bone: membrane RANKL dominates. It is expressed as
//! the share of RANK that a facing cell has engaged: little on quiescent lining, much where the
//! surface was opened; PTH and PTHrP raise it, OPG in the fluid blocks it.
//!
//! # Law
//! Contact part `c` = `resting` or `opened` with its modulators, at most 1; soluble part `s` = free
//! RANKL / (free RANKL + `kd_rank`). RANK occupancy = `1 - (1 - c)(1 - s)`.
//!
//! # Limits
//! Occupancies are a scale of the design, not measured; only ratios to the half effects matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::Concentration;

/// Parameters of contact RANKL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRankl {
    /// Occupancy by contact on quiescent surface.
    pub resting: Modulated<f64>,
    /// Occupancy by contact on opened surface.
    pub opened: Modulated<f64>,
    /// Affinity of RANK for soluble RANKL.
    pub kd_rank: Concentration,
    /// Affinity of OPG for soluble RANKL.
    pub kd_opg: Concentration,
}

impl ContactRankl {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let at = |key: &str| format!("lining.contact_rankl.{key}");
        problems.positive(&at("kd_rank"), self.kd_rank.get(), "pM");
        problems.positive(&at("kd_opg"), self.kd_opg.get(), "pM");
    }
}

/// RANK occupancy from its two independent parts.
///
/// ```
/// # use howship::biology::osteoblast::contact_rankl::rank_occupancy;
/// assert_eq!(rank_occupancy(0.0, 0.0, 1000.0), 0.0);
/// assert!((rank_occupancy(0.5, 1000.0, 1000.0) - 0.75).abs() < 1e-12);
/// ```
pub fn rank_occupancy(contact: f64, free_rankl_pm: f64, kd_rank_pm: f64) -> f64 {
    let soluble = free_rankl_pm / (free_rankl_pm + kd_rank_pm);
    1.0 - (1.0 - contact.min(1.0)) * (1.0 - soluble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_part_alone_engages_rank_and_none_goes_beyond_one() {
        assert!((rank_occupancy(0.3, 0.0, 1000.0) - 0.3).abs() < 1e-12);
        assert!(rank_occupancy(0.0, 1e9, 1000.0) > 0.999);
        assert!(rank_occupancy(7.0, 1e9, 1000.0) <= 1.0);
    }
}
