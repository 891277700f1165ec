//! Activation: lining cells retract from a patch of surface and open it to osteoclasts.
//!
//! # Biology
//! In health, patches open at a rate that sets the turnover of the skeleton (trabecular bone of man
//! about 25 %/yr); PTH and PTHrP open more. Eroded surface that no osteoblast comes to can be opened
//! again: reversal surfaces are where secondary osteoclasts deepen cavities of man (Lassen 2017).
//!
//! # Law
//! On quiescent surface, and on eroded surface that osteoclasts left at least `reversal` ago and that
//! no cell of the lineage has reached, the hazard per area is `events` x its modulators. An event
//! opens the sites within `radius` for `duration`, nearest first and no more surface than a disc of
//! that radius has: the patch and the bone beneath it, so that a pit may deepen. A new unit counts its depth from the surface where it begins.
//!
//! # Limits
//! Micro-damage and unloading are not modelled: events fall evenly over the surface.
//!
//! # References
//! Lassen 2017.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, SurfaceRate, Time};

/// Parameters of activation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// Events per area of quiescent surface and time.
    pub events: Modulated<SurfaceRate>,
    /// Radius of the patch that an event opens, at least one site.
    pub radius: Length,
    /// Time for which it stays open.
    pub duration: Time,
}

impl Activation {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("lining.activation.radius", self.radius.get(), "um");
        problems.positive("lining.activation.duration", self.duration.get(), "h");
    }
}

/// Events per area and year that keep up a turnover.
///
/// `turnover_per_yr` of the bone volume, in units of `unit_volume_um3`, over the surface that
/// `bs_bv_per_mm` (mm2 of surface per mm3 of bone) gives.
///
/// ```
/// # use howship::biology::osteoblast::activation::events_per_mm2_yr;
/// // 25 %/yr in units of 2e5 um3 on 12 mm2 of surface per mm3 of bone: about 104 /mm2/yr.
/// assert!((events_per_mm2_yr(0.25, 2e5, 12.0) - 104.2).abs() < 0.1);
/// ```
pub fn events_per_mm2_yr(turnover_per_yr: f64, unit_volume_um3: f64, bs_bv_per_mm: f64) -> f64 {
    turnover_per_yr * 1e9 / (unit_volume_um3 * bs_bv_per_mm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_turnover_needs_twice_the_events() {
        let one = events_per_mm2_yr(0.25, 1e5, 10.0);
        assert!((events_per_mm2_yr(0.5, 1e5, 10.0) - 2.0 * one).abs() < 1e-9);
    }
}
