//! What a signal is: how it spreads, how it is lost, and whether bone stores it.
//!
//! PTHrP, soluble RANKL, OPG and TGF-beta always exist; a scenario declares any other:
//!
//! ```toml
//! [signals.il6]
//! diffusivity = "80 um2/s"
//! half_life = "30 min"
//! [tumour.secretion.il6]
//! rate = "0.01 amol/h"
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Concentration, Diffusivity, Rate, Time};

/// Names of the signals that always exist, in their fixed order.
pub const CORE: [&str; 4] = ["pthrp", "rankl", "opg", "tgf_beta"];

/// A signal in solution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Diffusivity in marrow.
    pub diffusivity: Diffusivity,
    /// Half-life in marrow: decay and uptake that are not modelled apart.
    pub half_life: Time,
    /// Diffusivity in bone as a share of that in marrow: 0 to 0.1, or 1 to leave bone out of account.
    #[serde(default = "bone_factor")]
    pub bone_factor: f64,
    /// Exchange with plasma at the sites of vessels.
    #[serde(default)]
    pub vessel_exchange: Rate,
    /// Level in plasma.
    #[serde(default)]
    pub plasma: Concentration,
    /// Content of fully mineralised matrix, set free by resorption.
    #[serde(default)]
    pub matrix_content: Concentration,
    /// Share of what is set free that is active, 0 to 1.
    #[serde(default = "all")]
    pub active_fraction: f64,
    /// Signal into which the rest of what is set free goes, its inactive form; without it the rest is counted
    /// and gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive_form: Option<String>,
    /// False cuts the release from matrix: the store is counted but does not reach the fluid.
    #[serde(default = "yes")]
    pub matrix_release: bool,
}

const fn bone_factor() -> f64 {
    0.1
}

const fn all() -> f64 {
    1.0
}

const fn yes() -> bool {
    true
}

impl Signal {
    /// True when bone is as marrow to it and no vessel takes it: what the exact tick needs.
    pub fn meets_no_obstacle(&self) -> bool {
        self.bone_factor >= 1.0 && self.vessel_exchange.get() == 0.0
    }

    /// First-order loss, per h.
    pub fn loss_per_h(&self) -> f64 {
        std::f64::consts::LN_2 / self.half_life.get()
    }

    /// Length over which a steady field falls by a factor e, um.
    pub fn diffusion_length_um(&self) -> f64 {
        (self.diffusivity.get() / self.loss_per_h()).sqrt()
    }

    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        problems.positive(
            &format!("{path}.diffusivity"),
            self.diffusivity.get(),
            "um2/h",
        );
        problems.positive(&format!("{path}.half_life"), self.half_life.get(), "h");
        problems.within(&format!("{path}.bone_factor"), self.bone_factor, 0.0, 1.0);
        problems.not_negative(
            &format!("{path}.vessel_exchange"),
            self.vessel_exchange.get(),
            "/h",
        );
        problems.not_negative(&format!("{path}.plasma"), self.plasma.get(), "pM");
        problems.not_negative(
            &format!("{path}.matrix_content"),
            self.matrix_content.get(),
            "pM",
        );
        problems.within(
            &format!("{path}.active_fraction"),
            self.active_fraction,
            0.0,
            1.0,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D 13 um2/s with a half-life of 2 min spreads over 47 um.
    #[test]
    fn tgf_beta_of_plasma_spreads_over_47_um() {
        let signal: Signal =
            toml::from_str("diffusivity = \"13 um2/s\"\nhalf_life = \"2 min\"").unwrap();
        assert!((signal.diffusion_length_um() - 47.4).abs() < 0.1);
    }
}
