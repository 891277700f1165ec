//! Entry: immune cells leave the vessels of marrow.
//!
//! # Biology
//! T cells come by the blood and leave it where endothelium and chemokines (CXCL9, CXCL10) call them;
//! TGF-beta keeps them out (Mariathasan 2018). How many come that know the tumour is a matter of
//! priming by antigen, which CTLA-4 brakes and tolerogenic myeloid cells weaken.
//!
//! # Law
//! A Poisson process at every vessel that lies in marrow: with marrow of volume `V` and `n` open
//! vessel sites, `entry V / n` cells of a kind per time, its modulators taken at that vessel. For CD8
//! cells the rate is multiplied by `priming`, a factor with modulators of its own.
//!
//! # Parameters
//! `cd8`, `treg`, `myeloid`, `nk`: cells per mm3 of marrow and time. With a life `L` a tissue without
//! division holds `entry L` cells per mm3.
//!
//! # Limits
//! Priming takes place in nodes and marrow and is felt at once; there is no delay of days.
//!
//! # References
//! Mariathasan S et al. Nature 2018;554:544-548.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::VolumeEventRate;

/// Largest number of cells per mm3 and h: above it the marrow would be full within hours.
const MOST_PER_MM3_H: f64 = 1e5;

/// Parameters of entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// CD8 cells that know the tumour.
    pub cd8: Modulated<VolumeEventRate>,
    /// Regulatory T cells.
    pub treg: Modulated<VolumeEventRate>,
    /// Myeloid suppressors.
    pub myeloid: Modulated<VolumeEventRate>,
    /// Natural killer cells.
    pub nk: Modulated<VolumeEventRate>,
    /// Factor on the entry of CD8 cells.
    pub priming: Modulated<f64>,
}

impl Entry {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let folds = |rate: f64, raises: &dyn Fn() -> f64| rate * raises();
        let priming = self
            .priming
            .raised_by
            .values()
            .fold(self.priming.rate, |most, raise| most * raise.fold);
        for (kind, rate, factor) in [
            ("cd8", &self.cd8, priming),
            ("treg", &self.treg, 1.0),
            ("myeloid", &self.myeloid, 1.0),
            ("nk", &self.nk, 1.0),
        ] {
            let most = folds(rate.rate.get() * factor, &|| {
                rate.raised_by.values().map(|raise| raise.fold).product()
            });
            if most.is_nan() || most > MOST_PER_MM3_H {
                problems.add(
                    &format!("immune.entry.{kind}.rate"),
                    format!("found up to {most} cells per mm3 and h"),
                    format!("give at most {MOST_PER_MM3_H} per mm3 and h, all cues at their full"),
                );
            }
        }
    }
}

/// Cells expected at one of `vessels` vessel sites that serve `marrow_mm3` of marrow.
///
/// ```
/// # use howship::biology::immune::entry::expected;
/// // 10 per mm3 and h over 0.5 mm3 with 50 vessels, for half an hour.
/// assert!((expected(10.0, 0.5, 50, 0.5) - 0.05).abs() < 1e-12);
/// ```
pub fn expected(per_mm3_h: f64, marrow_mm3: f64, vessels: usize, duration_h: f64) -> f64 {
    if vessels == 0 {
        return 0.0;
    }
    per_mm3_h * marrow_mm3 / vessels as f64 * duration_h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_vessel_takes_no_cell_and_more_vessels_share_the_same_cells() {
        assert_eq!(expected(10.0, 1.0, 0, 1.0).to_bits(), 0.0_f64.to_bits());
        let of_all = |vessels: usize| expected(10.0, 1.0, vessels, 1.0) * vessels as f64;
        assert!((of_all(3) - of_all(70)).abs() < 1e-12);
    }
}
