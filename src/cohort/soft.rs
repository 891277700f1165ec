//! Disease outside of bone: one volume that grows, answers to drugs, and kills.
//!
//! # Law
//! Gompertz: `V' = g V ln(K / V) - k V`, with `g` such that the doubling time on day 0 is that of the patient, and `k` the
//! hazards of death by drugs and CD8 cells. Between steps of a day both parts are exact. Dead cells leave with a
//! half-life; a share of the volume of day 0 is stroma and stays. What a scan sees is the sum of the three.
//!
//! # Limits
//! One volume stands for the primary and all metastases outside of bone: they grow and answer alike. Nothing spreads from
//! it to bone, and it feels nothing of bone but by blood levels of drugs.
//!
//! # References
//! Honda et al. 2009 (doubling times); Liao et al. 2012 (volume and death).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{BodyVolume, Time};

const DAY_H: f64 = 24.0;
/// Least capacity, cm3: above all volumes that `illness.outside` may give.
const LEAST_CM3: f64 = 3000.0;

/// Parameters of the disease outside of bone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Soft {
    /// Volume to which it tends. 3 L [1 to 5 L]; design, no one lives with more.
    pub capacity: BodyVolume,
    /// Half-life of dead cells. 10 d [5 to 20 d]; design, also of those in bone.
    pub clearance: Time,
    /// Share of the volume of day 0 that is stroma and stays. 0.1 [0.05 to 0.3]; design, also in bone. From 0.143 on `scans.gone` has
    /// to be above its default, or no tumour would be gone.
    pub stroma: f64,
}

impl Default for Soft {
    fn default() -> Self {
        Self {
            capacity: BodyVolume::cm3(3000.0),
            clearance: Time::h(10.0 * DAY_H),
            stroma: 0.1,
        }
    }
}

/// The disease outside of bone of a patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Visceral {
    /// Living tumour, cm3.
    pub(super) living_cm3: f64,
    /// Dead cells and stroma.
    rest_cm3: [f64; 2],
}

impl Visceral {
    /// What a scan measures, cm3.
    pub(super) fn seen_cm3(&self) -> f64 {
        self.living_cm3 + self.rest_cm3.iter().sum::<f64>()
    }
}

impl Soft {
    /// Looks for values that make no sense.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        let capacity = self.capacity.get();
        if !(LEAST_CM3..=1e6).contains(&capacity) {
            problems.add(
                &at("capacity"),
                format!("found {capacity} cm3"),
                format!("give {LEAST_CM3} to 1000000 cm3: disease may begin with a little less"),
            );
        }
        problems.positive(&at("clearance"), self.clearance.get(), "h");
        problems.within(&at("stroma"), self.stroma, 0.0, 1.0);
    }

    /// The disease on day 0.
    pub(super) fn at_start(&self, volume_cm3: f64) -> Visceral {
        Visceral {
            living_cm3: volume_cm3,
            rest_cm3: [0.0, self.stroma * volume_cm3],
        }
    }

    /// Share of dead cells that is left after a day.
    pub(super) fn left(&self) -> f64 {
        (-std::f64::consts::LN_2 * DAY_H / self.clearance.get()).exp()
    }

    /// Takes it on by a day: `start_cm3` and `doubling_d` are those of day 0, `kills` the hazard of death over the day.
    pub(super) fn advance(&self, at: &mut Visceral, start_cm3: f64, doubling_d: f64, kills: f64) {
        let capacity = self.capacity.get();
        let pace = std::f64::consts::LN_2 / doubling_d / (capacity / start_cm3).ln();
        let room = (capacity / at.living_cm3).ln() * (-pace).exp();
        let grown = capacity * (-room).exp();
        at.living_cm3 = grown * (-kills).exp();
        at.rest_cm3[0] = self.left() * (at.rest_cm3[0] + (grown - at.living_cm3).max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_at_first_in_its_time_and_slower_later() {
        let law = Soft::default();
        let mut at = law.at_start(1.0);
        for _ in 0..100 {
            law.advance(&mut at, 1.0, 100.0, 0.0);
        }
        // ln 3000 is 8: over one doubling the pace falls by 4 %.
        assert!((1.9..2.0).contains(&at.living_cm3), "{at:?}");
        for _ in 0..20_000 {
            law.advance(&mut at, 1.0, 100.0, 0.0);
        }
        assert!((at.living_cm3 / 3000.0 - 1.0).abs() < 1e-3, "{at:?}");
    }

    #[test]
    fn what_dies_is_seen_until_it_is_cleared() {
        let law = Soft::default();
        let mut at = law.at_start(100.0);
        law.advance(&mut at, 100.0, 1e9, 2.0_f64.ln());
        assert!((at.living_cm3 - 50.0).abs() < 1e-6);
        assert!((at.seen_cm3() - 60.0 - 50.0 * law.left()).abs() < 1e-6);
        for _ in 0..200 {
            law.advance(&mut at, 100.0, 1e9, 0.0);
        }
        assert!((at.seen_cm3() - 60.0).abs() < 1e-3, "{at:?}");
    }
}
