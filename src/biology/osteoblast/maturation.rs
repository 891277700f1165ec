//! Maturation: precursors become osteoblasts once TGF-beta has fallen.
//!
//! # Biology
//! TGF-beta recruits precursors and holds them from maturing; they mature when resorption there is
//! over and TGF-beta has fallen (Bishop 2024). Tumour cells (DKK-1, activin, contact) hold them too.
//!
//! # Law
//! A precursor older than `least_age` matures with the hazard `maturing` x its modulators, on a site
//! that no osteoclast holds; it dies with the hazard `death` x its modulators.
//!
//! # Limits
//! Precursors do not divide; their supply is the recruitment rate.
//!
//! # References
//! Bishop 2024.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Rate, Time};

/// Parameters of maturation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maturation {
    /// Age before which no precursor matures.
    pub least_age: Time,
    /// Hazard of maturing after that.
    pub maturing: Modulated<Rate>,
    /// Hazard of death.
    pub death: Modulated<Rate>,
}

/// True when a precursor may mature at all.
pub fn may_mature(age_h: f64, least_age_h: f64, held_by_osteoclast: bool) -> bool {
    age_h >= least_age_h && !held_by_osteoclast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_matures_too_young_or_under_an_osteoclast() {
        assert!(may_mature(120.0, 120.0, false));
        assert!(!may_mature(119.0, 120.0, false));
        assert!(!may_mature(500.0, 120.0, true));
    }
}
