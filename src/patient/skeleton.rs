//! The rest of the skeleton, which the lattice does not show: its turnover under antiresorptive drugs.
//!
//! # Biology
//! An antiresorptive drug stops resorption everywhere within days; formation follows over months, as
//! units that were opened before are filled. Until then bone takes calcium from blood.
//!
//! # Law
//! Over their level in health, resorption `r` and formation `f`: `r' = (goal - r) / time`,
//! `f' = (r - f) / coupling`, with `goal = 1 - suppression` and `time = onset` while a drug acts, and
//! `goal = 1`, `time = recovery` while none does. Solved exactly over a day.
//!
//! # Limits
//! No overshoot after denosumab, no effect of PTH or PTHrP on the rest, no other drugs.
//!
//! # References
//! Stopeck 2010: NTX falls by 80 and 68 %, BSAP by 37 and 29 % in 13 weeks under denosumab and
//! zoledronate. From the first pair, less the background of NTX ([`super::markers`]), the suppression (0.96 and
//! 0.82); from the second the coupling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary;
use crate::numerics::quantity::Time;

/// Times of the rest of the skeleton. Values that are not given are those of the references.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Skeleton {
    /// Mean time by which resorption falls. 3 d; label of denosumab: CTX is down within three days.
    pub onset: Time,
    /// Mean time by which it comes back. 60 d; design.
    pub recovery: Time,
    /// Mean time by which formation follows resorption. 190 d; from BSAP in Stopeck 2010.
    pub coupling: Time,
}

impl Default for Skeleton {
    fn default() -> Self {
        Self {
            onset: Time::h(3.0 * 24.0),
            recovery: Time::h(60.0 * 24.0),
            coupling: Time::h(190.0 * 24.0),
        }
    }
}

/// Turnover over that in health, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Turnover {
    /// Resorbed volume.
    pub resorption: f64,
    /// Formed volume.
    pub formation: f64,
}

impl Default for Turnover {
    fn default() -> Self {
        Self {
            resorption: 1.0,
            formation: 1.0,
        }
    }
}

impl Skeleton {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        for (key, time) in [
            ("onset", self.onset),
            ("recovery", self.recovery),
            ("coupling", self.coupling),
        ] {
            problems.positive(&format!("{path}.{key}"), time.get(), "h");
        }
    }

    /// Takes the turnover on, under drugs that suppress this share of resorption (0 for none).
    pub fn advance(&self, turnover: &mut Turnover, suppression: f64, duration_h: f64) {
        let time_h = if suppression > 0.0 {
            self.onset.get()
        } else {
            self.recovery.get()
        };
        let goal = 1.0 - suppression;
        let (fast, slow) = (1.0 / time_h, 1.0 / self.coupling.get());
        let (left_fast, left_slow) = (
            elementary::exp(-fast * duration_h),
            elementary::exp(-slow * duration_h),
        );
        let off = turnover.resorption - goal;
        let gain = if (fast - slow).abs() > 1e-9 * slow {
            slow / (slow - fast) * (left_fast - left_slow)
        } else {
            slow * duration_h * left_slow
        };
        turnover.formation = goal + (turnover.formation - goal) * left_slow + off * gain;
        turnover.resorption = goal + off * left_fast;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 13 weeks: NTX by 80 and 68 %, of which 83 are resorption; BSAP by 37 and 29 %.
    #[test]
    fn turnover_falls_as_markers_do_in_trials_and_comes_back() {
        let law = Skeleton::default();
        for (suppression, low, high) in [(0.96, 0.34, 0.40), (0.82, 0.28, 0.34)] {
            let mut rest = Turnover::default();
            for _ in 0..91 {
                law.advance(&mut rest, suppression, 24.0);
            }
            assert!((1.0 - rest.resorption - suppression).abs() < 1e-6);
            let fall = 1.0 - rest.formation;
            assert!((low..high).contains(&fall), "{fall}");
            for _ in 0..2000 {
                law.advance(&mut rest, 0.0, 24.0);
            }
            assert!((rest.resorption - 1.0).abs() < 1e-5 && (rest.formation - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn one_long_step_equals_many_short_ones_and_health_stays() {
        let law = Skeleton {
            onset: Time::h(100.0),
            coupling: Time::h(100.0),
            ..Skeleton::default()
        };
        let (mut once, mut often) = (Turnover::default(), Turnover::default());
        law.advance(&mut once, 0.5, 240.0);
        for _ in 0..240 {
            law.advance(&mut often, 0.5, 1.0);
        }
        assert!((once.formation - often.formation).abs() < 1e-12);
        assert!((once.resorption - often.resorption).abs() < 1e-12);
        let mut health = Turnover::default();
        law.advance(&mut health, 0.0, 1e4);
        assert_eq!(health, Turnover::default());
    }
}
