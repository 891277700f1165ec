//! Killing: a CD8 or natural killer cell that touches a tumour cell may kill it.
//!
//! # Biology
//! In the living tissue one cytotoxic T cell kills 2 to 16 cells a day, and several at one target help
//! each other (Halle 2016). TGF-beta, regulatory T cells and myeloid cells lower it; an exhausted cell
//! kills a third as often.
//!
//! # Law
//! A cell within `contact` of a tumour cell kills one with the hazard `cd8` (or `nk`), its modulators
//! taken where it is; times `exhaustion.killing` when it is exhausted. A step of `dt` makes of it
//! `1 - exp(-hazard dt)`: at most one kill per cell and step of an hour. The target is drawn among the
//! tumour cells in contact, all alike; when two cells draw the same one it dies once, so that it
//! survives with the product of their chances, and the kill counts for the lower drawn rank.
//!
//! # Limits
//! The hazard is per cell in contact and does not rise with the number of tumour cells that it
//! touches. Tumour cells do not lose their antigen.
//!
//! # References
//! Halle S et al. Immunity 2016;44:233-245.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, Rate};
use crate::numerics::response::probability;

/// Parameters of killing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Killing {
    /// Hazard of a kill by a CD8 cell in contact.
    pub cd8: Modulated<Rate>,
    /// Hazard of a kill by a natural killer cell in contact.
    pub nk: Modulated<Rate>,
    /// Distance between centres within which cells touch; a site always touches itself.
    pub contact: Length,
}

impl Killing {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.not_negative("immune.killing.contact", self.contact.get(), "um");
    }
}

/// Chance that a cell in contact kills within a step.
///
/// ```
/// # use howship::biology::immune::killing::chance;
/// let (fresh, tired) = (chance(0.1, false, 0.3, 1.0), chance(0.1, true, 0.3, 1.0));
/// assert!((fresh - 0.0952).abs() < 1e-4 && (tired - 0.0296).abs() < 1e-4);
/// ```
pub fn chance(hazard_per_h: f64, exhausted: bool, share_exhausted: f64, duration_h: f64) -> f64 {
    let share = if exhausted { share_exhausted } else { 1.0 };
    probability(hazard_per_h * share, duration_h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_half_steps_spare_as_many_as_a_whole_one() {
        let spared = |dt: f64| 1.0 - chance(0.2, false, 0.3, dt);
        assert!((spared(0.5).powi(2) - spared(1.0)).abs() < 1e-12);
        assert!(chance(0.0, false, 0.3, 1.0).abs() < 1e-15);
    }
}
