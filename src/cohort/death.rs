//! Death: by the disease outside of bone, and sooner by what bone metastases and drugs do.
//!
//! # Law
//! The hazard of a patient, `traits.death`, is that at the reference volume outside of bone, with half of the effect of tumour in
//! bone, performance status 1, stage N2, and none of the following; each that is there multiplies it: a fracture that has
//! happened, a spinal cord that was compressed, calcium above `calcium_limit` on the day. The volume outside of bone multiplies it
//! by `(V / outside_reference)^outside_exponent`, tumour in bone by `(1 + bone H) / (1 + bone / 2)` with
//! `H = B / (B + bone_half)`, performance by `performance` for each step from 1. Drugs add a hazard of their own in the 21 days after
//! a dose. A patient dies when the hazard, summed over days, reaches a draw that is the same in every arm: arms that do
//! alike have the same deaths, to the day.
//!
//! # Limits
//! Patients with a fracture differ from others in more than the fracture; here all of the difference is the fracture's. Performance is
//! that of day 0.
//!
//! # References
//! Calcium: Penel 2008, 260 patients with cancer and hypercalcaemia. Cord: pooled hazard ratio of those who cannot walk,
//! PMC6594537. Fracture: direction by Oliveira 2018 (lung cancer; median survival of 2 months after a fracture, 4 after the
//! diagnosis of bone metastases). Volume: Liao et al. 2012. Bone: Zhang and Gong 2017, several metastases against one. Drugs:
//! deaths by therapy in Mok et al. 2019.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{BodyVolume, Concentration, Rate};
use crate::patient::skeletal_events::{Event, Kind};

const DAY_H: f64 = 24.0;

/// What multiplies the hazard of death.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Death {
    /// A fracture that has happened. 1.3; design, direction by Oliveira 2018.
    pub fracture: f64,
    /// A cord that was compressed. 1.96; that of patients with spinal metastases who cannot walk, PMC6594537 (1.65 to
    /// 2.34).
    pub cord_compression: f64,
    /// Calcium above the limit. 2.21; Penel 2008.
    pub hypercalcaemia: f64,
    /// From which calcium on. 2.83 mM; Penel 2008.
    pub calcium_limit: Concentration,
    /// Exponent of the volume outside of bone. 0.39; measured, the logarithm of 1.48 (Liao 2012).
    pub outside_exponent: f64,
    /// Volume outside of bone at which `traits.death` holds. 100 cm3; design, the median of `illness.outside`.
    pub outside_reference: BodyVolume,
    /// What much tumour in bone adds. 0.72; derived: 1.72 of several against one metastasis (Zhang 2017).
    pub bone: f64,
    /// Tumour in bone of half of that. 30 cm3; design, as for pain.
    pub bone_half: BodyVolume,
    /// Factor for each step of performance status from 1. 1.5 [1.2 to 2]; design, direction by Zhang 2017.
    pub performance: f64,
    /// Factors of stage N0 to N3. Design, direction by Deng 2018.
    pub n: [f64; 4],
    /// Hazard that cytotoxic drugs add in the 21 days after a dose. 0.00023 /d; derived: 14 of 615 over some five cycles
    /// (Mok 2019).
    pub cytotoxic: Rate,
    /// Hazard that antibodies on CD8 cells add in the 21 days after a dose. 0.00011 /d; derived: 13 of 636 over half a year
    /// (Mok 2019).
    pub checkpoint: Rate,
}

/// What of a patient modulates the hazard on a day, beside events and calcium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Burden {
    /// Living tumour outside of bone, cm3.
    pub(super) outside_cm3: f64,
    /// Living tumour in bone, cm3.
    pub(super) bone_cm3: f64,
    /// Performance status.
    pub(super) performance: u8,
    /// Stage N.
    pub(super) n: u8,
    /// A cytotoxic drug, and one on CD8 cells, within a cycle.
    pub(super) given: (bool, bool),
}

impl Default for Death {
    fn default() -> Self {
        Self {
            fracture: 1.3,
            cord_compression: 1.96,
            hypercalcaemia: 2.21,
            calcium_limit: Concentration::pm(2.83e9),
            outside_exponent: 0.39,
            outside_reference: BodyVolume::cm3(100.0),
            bone: 0.72,
            bone_half: BodyVolume::cm3(30.0),
            performance: 1.5,
            n: [0.9, 0.95, 1.0, 1.1],
            cytotoxic: Rate::per_h(0.00023 / DAY_H),
            checkpoint: Rate::per_h(0.00011 / DAY_H),
        }
    }
}

impl Death {
    /// Looks for values that make no sense.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (key, factor) in [
            ("fracture", self.fracture),
            ("cord_compression", self.cord_compression),
            ("hypercalcaemia", self.hypercalcaemia),
            ("bone", self.bone),
        ] {
            problems.within(&at(key), factor, 0.0, 1e3);
        }
        // Status 0 is divided by it, status 4 multiplied by its cube.
        problems.within(&at("performance"), self.performance, 0.01, 100.0);
        for (stage, factor) in self.n.into_iter().enumerate() {
            problems.within(&at(&format!("n[{stage}]")), factor, 0.0, 1e3);
        }
        problems.within(&at("outside_exponent"), self.outside_exponent, 0.0, 10.0);
        for (key, volume) in [
            ("outside_reference", self.outside_reference),
            ("bone_half", self.bone_half),
        ] {
            let volume_cm3 = volume.get();
            if !(1e-3..=1e6).contains(&volume_cm3) {
                problems.add(
                    &at(key),
                    format!("found {volume_cm3} cm3"),
                    "give 0.001 cm3 to 1000 L",
                );
            }
        }
        for (key, rate) in [
            ("cytotoxic", self.cytotoxic),
            ("checkpoint", self.checkpoint),
        ] {
            let per_d = rate.get() * DAY_H;
            // The rounding of a unit is no fault.
            if !(0.0..=1.0 + 1e-9).contains(&per_d) {
                problems.add(
                    &at(key),
                    format!("found {per_d} /d"),
                    "give 0 to 1 /d, as in \"0.0002 /d\"",
                );
            }
        }
        // Below the calcium of health, 2.2 to 2.65 mM, everyone would be above it.
        let limit_mm = self.calcium_limit.get() * 1e-9;
        if !(2.0..=10.0).contains(&limit_mm) {
            problems.add(
                &at("calcium_limit"),
                format!("found {limit_mm} mM"),
                "give 2 to 10 mM, as in \"2.83 mM\"".to_owned(),
            );
        }
    }

    /// Hazard per day of a patient whose own is `own_per_d`.
    pub(super) fn hazard(
        &self,
        own_per_d: f64,
        burden: &Burden,
        events: &[Event],
        calcium_mm: f64,
    ) -> f64 {
        let outside =
            (burden.outside_cm3 / self.outside_reference.get()).powf(self.outside_exponent);
        let bone = burden.bone_cm3 / (burden.bone_cm3 + self.bone_half.get());
        let steps = f64::from(burden.performance) - 1.0;
        let when = |is_given: bool, rate: Rate| if is_given { rate.get() * DAY_H } else { 0.0 };
        own_per_d * self.factor(events, calcium_mm) * outside * (1.0 + self.bone * bone)
            / (1.0 + 0.5 * self.bone)
            * self.performance.powf(steps)
            * self.n[usize::from(burden.n).min(3)]
            + when(burden.given.0, self.cytotoxic)
            + when(burden.given.1, self.checkpoint)
    }

    /// Factor on the hazard of a patient with these events and this calcium, mM.
    pub(crate) fn factor(&self, events: &[Event], calcium_mm: f64) -> f64 {
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

    #[test]
    fn every_number_has_its_range_and_its_path() {
        let cm3 = BodyVolume::cm3;
        let per_d = |rate: f64| Rate::per_h(rate / DAY_H);
        let law = Death {
            fracture: -1.0,
            cord_compression: 1e4,
            hypercalcaemia: -0.1,
            calcium_limit: Concentration::pm(1e9),
            outside_exponent: 11.0,
            outside_reference: cm3(0.0),
            bone: -2.0,
            bone_half: cm3(1e7),
            performance: 0.0,
            n: [1.0, -0.5, 1.0, 2e3],
            cytotoxic: per_d(2.0),
            checkpoint: per_d(-1.0),
        };
        let mut problems = Problems::default();
        law.check("death", &mut problems);
        let mut paths: Vec<&str> = problems.found.iter().map(|one| one.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [
                "death.bone",
                "death.bone_half",
                "death.calcium_limit",
                "death.checkpoint",
                "death.cord_compression",
                "death.cytotoxic",
                "death.fracture",
                "death.hypercalcaemia",
                "death.n[1]",
                "death.n[3]",
                "death.outside_exponent",
                "death.outside_reference",
                "death.performance",
            ]
        );
        let mut none = Problems::default();
        Death::default().check("death", &mut none);
        assert!(none.found.is_empty());
    }

    #[test]
    fn tumour_performance_and_drugs_modulate_it() {
        let law = Death::default();
        let usual = Burden {
            outside_cm3: 100.0,
            bone_cm3: 30.0,
            performance: 1,
            n: 2,
            given: (false, false),
        };
        let of = |burden: &Burden| law.hazard(0.004, burden, &[], 2.4);
        assert!((of(&usual) - 0.004).abs() < 1e-12);
        // 1.48 for each unit of the logarithm of the volume.
        let larger = Burden {
            outside_cm3: 100.0 * 1.0_f64.exp(),
            ..usual
        };
        assert!((of(&larger) / 0.004 - 1.48).abs() < 0.005);
        let none = Burden {
            bone_cm3: 0.0,
            ..usual
        };
        assert!((of(&none) / 0.004 - 1.0 / 1.36).abs() < 1e-9);
        let worse = Burden {
            performance: 2,
            ..usual
        };
        assert!((of(&worse) / 0.004 - 1.5).abs() < 1e-9);
        let treated = Burden {
            given: (true, true),
            ..usual
        };
        assert!((of(&treated) - 0.004 - 0.00034).abs() < 1e-9);
    }
}
