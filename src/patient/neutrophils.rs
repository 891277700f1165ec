//! Neutrophils under cytotoxic drugs: proliferating cells, three stages of transit, blood.
//!
//! # Law
//! `P' = k P (1 - E) (usual / N)^gamma - k P`, `T1' = k (P - T1)`, `T2' = k (T1 - T2)`,
//! `T3' = k (T2 - T3)`, `N' = k (T3 - N)` with `k = 4 / transit` and `E` the sum of slope times plasma
//! level over drugs (Friberg 2002). `E` above 1 takes away more than is born.
//!
//! # Limits
//! Growth factors given as drugs, and loss of marrow to tumour or radiation, are not followed.
//!
//! # References
//! Friberg 2002; values for docetaxel.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Slope, Time};
use crate::numerics::{elementary, extrapolation};

/// Relative error of a step.
const TOLERANCE: f64 = 1e-10;

/// Parameters of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Neutrophils {
    /// Usual number in blood, 1e9 per L. 5.05, Friberg 2002.
    pub usual: f64,
    /// Mean time from division to blood. 88.7 h, Friberg 2002.
    pub transit: Time,
    /// Exponent of the feedback. 0.161, Friberg 2002.
    pub gamma: f64,
    /// Loss of division per plasma level, by drug. Docetaxel 8.58 /uM, Friberg 2002; a drug that is
    /// not named spares the marrow.
    pub toxicity: BTreeMap<String, Slope>,
}

impl Default for Neutrophils {
    fn default() -> Self {
        Self {
            usual: 5.05,
            transit: Time::h(88.7),
            gamma: 0.161,
            toxicity: BTreeMap::from([("docetaxel".to_owned(), Slope::per_pm(8.58e-6))]),
        }
    }
}

/// The chain of a body, each over its usual number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// Proliferating, three stages of transit, blood.
    pub relative: [f64; 5],
}

impl Default for Chain {
    fn default() -> Self {
        Self { relative: [1.0; 5] }
    }
}

/// The integrator gave up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("neutrophils could not be followed: {0}")]
pub struct NeutrophilError(String);

impl Neutrophils {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        problems.positive(&format!("{path}.usual"), self.usual, "1e9/L");
        problems.positive(&format!("{path}.transit"), self.transit.get(), "h");
        problems.not_negative(&format!("{path}.gamma"), self.gamma, "");
        for (drug, slope) in &self.toxicity {
            problems.not_negative(&format!("{path}.toxicity.{drug}"), slope.get(), "/pM");
        }
    }

    /// Number in blood, 1e9 per L.
    pub fn count(&self, chain: &Chain) -> f64 {
        self.usual * chain.relative[4]
    }

    /// Takes the chain on under a constant effect.
    ///
    /// # Errors
    /// [`NeutrophilError`].
    pub fn advance(
        &self,
        chain: &mut Chain,
        effect: f64,
        duration_h: f64,
    ) -> Result<(), NeutrophilError> {
        let k = 4.0 / self.transit.get();
        let rates = |at: &[f64; 5]| -> [f64; 5] {
            // Blood comes to lie near 0 in deep suppression; the feedback stays finite.
            let feedback = elementary::pow(at[4].max(1e-12), -self.gamma);
            [
                k * at[0] * ((1.0 - effect) * feedback - 1.0),
                k * (at[0] - at[1]),
                k * (at[1] - at[2]),
                k * (at[2] - at[3]),
                k * (at[3] - at[4]),
            ]
        };
        let end = extrapolation::solve(
            rates,
            chain.relative,
            duration_h,
            TOLERANCE,
            TOLERANCE * 1e-3,
        )
        .map_err(|error| NeutrophilError(format!("{error}, in hours")))?;
        chain.relative = end.map(|value| value.max(0.0));
        Ok(())
    }

    /// Depth, 1e9 per L, and day of the nadir after an effect that lasts a day.
    ///
    /// # Errors
    /// [`NeutrophilError`].
    pub fn nadir_after_a_day(&self, effect: f64) -> Result<(f64, f64), NeutrophilError> {
        const STEP_H: f64 = 0.6;
        let mut chain = Chain::default();
        let mut nadir = (f64::INFINITY, 0.0);
        for step in 0..1000_u32 {
            let from_h = f64::from(step) * STEP_H;
            let now = if from_h < 24.0 - 1e-9 { effect } else { 0.0 };
            self.advance(&mut chain, now, STEP_H)?;
            let count = self.count(&chain);
            if count < nadir.0 {
                nadir = (count, (from_h + STEP_H) / 24.0);
            }
        }
        Ok(nadir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nadir_has_its_published_depth_and_day() {
        let law = Neutrophils::default();
        for (effect, depth, day) in [(1.0, 2.12, 7.3), (2.0, 0.93, 7.8)] {
            let (found, when) = law.nadir_after_a_day(effect).unwrap();
            assert!((found / depth - 1.0).abs() < 0.02, "{found} for {depth}");
            assert!((when / day - 1.0).abs() < 0.03, "day {when} for {day}");
        }
    }

    #[test]
    fn without_a_drug_nothing_moves_and_after_one_it_comes_back() {
        let law = Neutrophils::default();
        let mut chain = Chain::default();
        law.advance(&mut chain, 0.0, 240.0).unwrap();
        assert!(
            chain
                .relative
                .iter()
                .all(|value| (value - 1.0).abs() < 1e-9)
        );
        law.advance(&mut chain, 1.0, 24.0).unwrap();
        law.advance(&mut chain, 0.0, 24.0 * 120.0).unwrap();
        assert!((law.count(&chain) / 5.05 - 1.0).abs() < 0.02);
    }
}
