//! Exhaustion: a counter rises with kills and with exposure, and a cell over its threshold tires.
//!
//! # Biology
//! T cells that meet antigen for long show PD-1 and other receptors and do less. PD-L1 of the tumour
//! engages PD-1; an antibody against PD-1 takes that away, lets cells go further before they tire and
//! brings some of the tired ones back, though not for good (Pauken 2016).
//!
//! # Law
//! The counter of a CD8 cell rises by `per_kill` with each kill and by `exposure` per time in contact
//! with tumour cells. At `threshold` the cell is exhausted: it kills with `killing` and divides with
//! `division` times the rates of a fresh one. It returns with the hazard `recovery`, with its counter
//! at zero. Daughters have the counter of their mother. The cue `pd_l1` is the share of tumour cells that
//! show it times the packing with tumour cells; an antibody against PD-1 hides it from these rates by
//! its receptor occupancy `C / (C + Kd)` (`drugs.<name>.blocks`), so that it does nothing for a tumour
//! without PD-L1.
//!
//! # Parameters
//! Thresholds of 10 to 20 kills and 0.3 over 0.9 of the killing are those of Froid; a threshold 3 to 5
//! times higher and a return of 0.05 to 0.2 per day without PD-L1 are design values.
//!
//! # Limits
//! One counter stands for all receptors. PD-L1 does not rise with interferon unless a scenario says so.
//!
//! # References
//! Froid, `mfroid/myelomaSimpleABM`. Pauken KE et al. Science 2016;354:1160-1165.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::Rate;

/// Parameters of exhaustion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exhaustion {
    /// Share of tumour cells that show PD-L1, 0 to 1.
    pub pd_l1: f64,
    /// Rise of the counter with a kill.
    pub per_kill: Modulated<f64>,
    /// Rise of the counter per time in contact with tumour cells.
    pub exposure: Modulated<Rate>,
    /// Counter at which a cell is exhausted.
    pub threshold: Modulated<f64>,
    /// Hazard of the return of an exhausted cell.
    pub recovery: Modulated<Rate>,
    /// Killing of an exhausted cell relative to a fresh one, 0 to 1.
    pub killing: f64,
    /// Division of an exhausted cell relative to a fresh one, 0 to 1.
    pub division: f64,
}

impl Exhaustion {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        for (key, share) in [
            ("pd_l1", self.pd_l1),
            ("killing", self.killing),
            ("division", self.division),
        ] {
            problems.within(&format!("immune.exhaustion.{key}"), share, 0.0, 1.0);
        }
        problems.positive("immune.exhaustion.threshold.rate", self.threshold.rate, "");
    }
}

/// True when a cell with this counter is, or stays, exhausted.
///
/// ```
/// # use howship::biology::immune::exhaustion::is_exhausted;
/// assert!(is_exhausted(false, 12.0, 12.0) && !is_exhausted(false, 11.9, 12.0));
/// // A higher threshold alone brings no exhausted cell back.
/// assert!(is_exhausted(true, 12.0, 48.0));
/// ```
pub fn is_exhausted(exhausted: bool, counter: f64, threshold: f64) -> bool {
    exhausted || counter >= threshold
}
