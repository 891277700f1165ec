//! Turnover: immune cells divide and die.
//!
//! # Biology
//! Effector T cells live for about a month and divide at most once a day where they meet antigen
//! (Froid); interleukin 2 is shared among them, so that crowds divide less.
//!
//! # Law
//! Hazards with modulators. A cell that was born, came or divided less than `refractory` ago does not divide. Both
//! daughters are where the mother is and have her counter.
//!
//! # Limits
//! Natural killer cells and myeloid cells do not divide in marrow lesions; they come by vessels.
//!
//! # References
//! Froid, `mfroid/myelomaSimpleABM`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Rate, Time};

/// Parameters of division.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Division {
    /// CD8 cells.
    pub cd8: Modulated<Rate>,
    /// Regulatory T cells.
    pub treg: Modulated<Rate>,
    /// Time after a division in which a cell does not divide again.
    pub refractory: Time,
}

/// Parameters of death.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Death {
    /// CD8 cells.
    pub cd8: Modulated<Rate>,
    /// Regulatory T cells.
    pub treg: Modulated<Rate>,
    /// Myeloid suppressors.
    pub myeloid: Modulated<Rate>,
    /// Natural killer cells.
    pub nk: Modulated<Rate>,
}

impl Division {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.not_negative("immune.division.refractory", self.refractory.get(), "h");
    }
}

/// Hazard of division of a cell of this age.
///
/// ```
/// # use howship::biology::immune::turnover::division_per_h;
/// assert_eq!([1.0, 6.0].map(|age_h| division_per_h(0.02, age_h, 6.0)), [0.0, 0.02]);
/// ```
pub fn division_per_h(rate_per_h: f64, age_h: f64, refractory_h: f64) -> f64 {
    if age_h < refractory_h {
        0.0
    } else {
        rate_per_h
    }
}
