//! Death: by the disease elsewhere, and sooner by what bone metastases do.
//!
//! # Law
//! The hazard of a patient, `traits.death`, is that of one with none of the following; each that is there multiplies it:
//! a fracture that has happened, a spinal cord that was compressed, calcium above `calcium_limit` on the day. A patient dies when
//! the hazard, summed over days, reaches a draw that is the same in every arm: arms that do alike to bone have the
//! same deaths, to the day.
//!
//! # Limits
//! The disease outside of bone neither grows nor answers to a drug, and harm by drugs kills nobody. Patients with a
//! fracture differ from others in more than the fracture; here all of the difference is the fracture's.
//!
//! # References
//! Calcium: Penel 2008, 260 patients with cancer and hypercalcaemia. Cord: pooled hazard ratio of those who cannot walk,
//! PMC6594537. Fracture: direction by Oliveira 2018 (lung cancer; median survival of 2 months after a fracture, 4 after the
//! diagnosis of bone metastases).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::Concentration;
use crate::patient::skeletal_events::{Event, Kind};

/// What multiplies the hazard of death.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Death {
    /// A fracture that has happened. 1.3; design, direction by Oliveira 2018.
    pub fracture: f64,
    /// A cord that was compressed. 1.96; that of patients with spinal metastases who cannot walk, PMC6594537 (1.65 to
    /// 2.34).
    pub cord_compression: f64,
    /// Calcium above the limit. 2.21; Penel 2008.
    pub hypercalcaemia: f64,
    /// From which calcium on. 2.83 mM; Penel 2008.
    pub calcium_limit: Concentration,
}

impl Default for Death {
    fn default() -> Self {
        Self {
            fracture: 1.3,
            cord_compression: 1.96,
            hypercalcaemia: 2.21,
            calcium_limit: Concentration::pm(2.83e9),
        }
    }
}

impl Death {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        for (key, factor) in [
            ("fracture", self.fracture),
            ("cord_compression", self.cord_compression),
            ("hypercalcaemia", self.hypercalcaemia),
        ] {
            problems.within(&format!("{path}.{key}"), factor, 0.0, 1e3);
        }
        // Below the calcium of health, 2.2 to 2.65 mM, everyone would be above it.
        let limit_mm = self.calcium_limit.get() * 1e-9;
        if !(2.0..=10.0).contains(&limit_mm) {
            problems.add(
                &format!("{path}.calcium_limit"),
                format!("found {limit_mm} mM"),
                "give 2 to 10 mM, as in \"2.83 mM\"".to_owned(),
            );
        }
    }

    /// Factor on the hazard of a patient with these events and this calcium, mM.
    pub fn factor(&self, events: &[Event], calcium_mm: f64) -> f64 {
        let had = |kind: Kind, factor: f64| {
            let happened = events.iter().any(|event| event.kind == kind);
            if happened { factor } else { 1.0 }
        };
        let is_high = calcium_mm * 1e9 > self.calcium_limit.get();
        had(Kind::Fracture, self.fracture)
            * had(Kind::CordCompression, self.cord_compression)
            * if is_high { self.hypercalcaemia } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_that_is_there_multiplies_the_hazard() {
        let law = Death::default();
        let event = |kind| Event {
            day: 1.0,
            kind,
            counted: true,
        };
        assert!((law.factor(&[], 2.4) - 1.0).abs() < 1e-12);
        let broken = [event(Kind::Fracture), event(Kind::Fracture)];
        assert!((law.factor(&broken, 2.4) - 1.3).abs() < 1e-12);
        let both = [event(Kind::Fracture), event(Kind::CordCompression)];
        assert!((law.factor(&both, 2.9) - 1.3 * 1.96 * 2.21).abs() < 1e-12);
        assert!((law.factor(&[event(Kind::Radiation)], 2.83) - 1.0).abs() < 1e-12);
    }
}
