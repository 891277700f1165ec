//! Radiation in trials: schemes, tumour cells that are doomed, relief, weakness and fracture of irradiated bone.
//!
//! # Law
//! A fraction of `d` takes `-ln S(d)` from the tumour in its field, by the linear-quadratic law of single runs and its
//! sensitivity times that of the patient; doomed cells die over `doom`. What relieves pain is the biologically effective dose
//! `B` of tumours: it adds over fractions, wears off over `lasts`, and of the pain by acid and tumour a share
//! `B / (B + relief_half)` goes, within `onset`. Bone after a high dose per fraction is weaker for months
//! ([`crate::therapy::radiotherapy::Strength`]); from `great` Gy per fraction on the hazard of fracture is
//! `fracture` times as large instead, and `after_fracture` times where the patient had one.
//!
//! # Limits
//! Fields are the painful lesion or all lesions; no organ beside them is harmed. Sleeping cells, hypoxia and the effect on
//! CD8 cells are left out.
//!
//! # References
//! Chow12 (relief, retreatment); Sahgal et al. 2013 (fracture by dose per fraction, fracture before, lytic tumour: here by
//! the strength of bone).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::courses::{MOST_FRACTIONS, MOST_GY, Scheme};
use crate::numerics::quantity::{AbsorbedDose, Time};
use crate::therapy::catalogue::RADIOBIOLOGY;
use crate::therapy::radiotherapy::{Law, Radiobiology};

const DAY_H: f64 = 24.0;
/// Parameters of radiation in trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Radiation {
    /// Share of the volume of all lesions that is in the one that hurts. 0.35 [0.2 to 0.6]; design.
    pub painful: f64,
    /// Mean time in which doomed cells die. 14 d [5 to 30 d]; design, their first divisions.
    pub doom: Time,
    /// Biologically effective dose, for tumours, that takes half of the pain by acid and tumour. 5 Gy; derived: 4 Gy (5.6 Gy)
    /// relieve less often than 8 Gy (14.4 Gy).
    pub relief_half: AbsorbedDose,
    /// Mean time to relief. 10 d; design, relief comes within one to four weeks.
    pub onset: Time,
    /// Time in which what relieves falls to 37 %, beside what becomes of the tumour. 180 d [90 to 360 d]; design.
    pub lasts: Time,
    /// Dose per fraction from which bone breaks more often. 20 Gy (Sahgal 2013).
    pub great: AbsorbedDose,
    /// Factor on the hazard of fracture then. 4.9 (Sahgal 2013, from memory).
    pub fracture: f64,
    /// Factor on the hazard of fracture of an irradiated lesion of a patient who had one. 1.7 [1 to 9]; design, direction by Sahgal
    /// 2013.
    pub after_fracture: f64,
    /// Scheme of radiation that an event brings about; 8 Gy once.
    pub palliation: Scheme,
}

impl Default for Radiation {
    fn default() -> Self {
        let days = |days: f64| Time::h(days * DAY_H);
        Self {
            painful: 0.35,
            doom: days(14.0),
            relief_half: AbsorbedDose::gy(5.0),
            onset: days(10.0),
            lasts: days(180.0),
            great: AbsorbedDose::gy(20.0),
            fracture: 4.9,
            after_fracture: 1.7,
            palliation: Scheme {
                dose: AbsorbedDose::gy(8.0),
                fractions: 1,
            },
        }
    }
}

#[derive(Deserialize)]
struct Cells {
    radiobiology: Radiobiology,
}

/// Sensitivity of cells and strength of bone, as in single runs.
pub(super) fn radiobiology() -> Option<Radiobiology> {
    let cells: Option<Cells> = toml::from_str(RADIOBIOLOGY).ok();
    cells.map(|cells| cells.radiobiology)
}

/// What a lesion got.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Irradiated {
    /// Of the tumour still to die: minus the logarithm of what is left.
    pending: f64,
    /// Biologically effective dose that is left to relieve, Gy.
    effective_gy: f64,
    /// Share of pain that is relieved.
    pub(super) relief: f64,
    /// Day and dose of each fraction, d and Gy.
    given: Vec<(f64, f64)>,
}

impl Radiation {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        problems.within(&at("painful"), self.painful, 0.01, 1.0);
        for (key, time) in [
            ("doom", self.doom),
            ("onset", self.onset),
            ("lasts", self.lasts),
        ] {
            if time.get().is_nan() || time.get() < DAY_H {
                problems.add(
                    &at(key),
                    format!("found {} h", time.get()),
                    "give at least a day, the step of a trial",
                );
            }
        }
        problems.positive(&at("relief_half"), self.relief_half.get(), "Gy");
        problems.positive(&at("great"), self.great.get(), "Gy");
        problems.within(&at("fracture"), self.fracture, 0.0, 1e3);
        problems.within(&at("after_fracture"), self.after_fracture, 0.0, 1e3);
        let Scheme { dose, fractions } = self.palliation;
        let is_dose = dose.get() > 0.0 && dose.get() <= MOST_GY;
        let is_number = (1..=MOST_FRACTIONS).contains(&fractions);
        if !is_dose || !is_number {
            problems.add(
                &at("palliation"),
                format!("found {fractions} fractions of {dose}"),
                format!("give 1 to {MOST_FRACTIONS} fractions of at most {MOST_GY} Gy"),
            );
        }
    }

    /// Gives a lesion a fraction.
    pub(super) fn give(
        cells: &Radiobiology,
        lesion: &mut Irradiated,
        (dose_gy, law): (f64, Law),
        day: u32,
        sensitivity: f64,
    ) {
        let tumour = &cells.tumour;
        lesion.pending -= tumour.survival_of(law, dose_gy, sensitivity).ln();
        lesion.effective_gy += law.effective_gy(dose_gy, tumour.alpha_beta_gy());
        lesion.given.push((f64::from(day), dose_gy));
    }

    /// Takes a lesion on by a day; hazard of death of its tumour cells over it.
    pub(super) fn advance(&self, lesion: &mut Irradiated) -> f64 {
        if lesion.given.is_empty() {
            return 0.0;
        }
        let share = |time: Time| 1.0 - (-DAY_H / time.get()).exp();
        let half = self.relief_half.get();
        let goal = lesion.effective_gy / (lesion.effective_gy + half);
        lesion.relief += share(self.onset) * (goal - lesion.relief);
        lesion.effective_gy *= 1.0 - share(self.lasts);
        let dies = share(self.doom) * lesion.pending;
        lesion.pending -= dies;
        dies
    }

    /// Factors on the strength of an irradiated lesion and on its hazard of fracture.
    pub(super) fn weakness(
        &self,
        cells: &Radiobiology,
        lesion: &Irradiated,
        day: f64,
        was_broken: bool,
    ) -> (f64, f64) {
        if lesion.given.is_empty() {
            return (1.0, 1.0);
        }
        let great = self.great.get();
        let below = lesion.given.iter().filter(|(_, dose)| *dose < great);
        let below = below.map(|&(at, dose)| (at * DAY_H, dose));
        let strength = (cells.strength).factor_at(Law::LinearQuadratic, below, day * DAY_H);
        let is_great = lesion.given.iter().any(|(_, dose)| *dose >= great);
        let hazard = if is_great { self.fracture } else { 1.0 }
            * if was_broken { self.after_fracture } else { 1.0 };
        (strength, hazard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8 Gy leave exp(-(0.3 x 8 + 0.03 x 64)) of the tumour, over weeks, and relieve most of what can be relieved.
    #[test]
    fn a_fraction_kills_by_the_law_and_relieves_within_weeks() {
        let cells = radiobiology().unwrap_or_else(|| panic!("radiobiology reads"));
        let law = Radiation::default();
        let mut lesion = Irradiated::default();
        Radiation::give(&cells, &mut lesion, (8.0, Law::LinearQuadratic), 0, 1.0);
        let mut killed = 0.0;
        let mut reliefs = Vec::new();
        for _ in 0..400 {
            killed += law.advance(&mut lesion);
            reliefs.push(lesion.relief);
        }
        assert!((killed - 4.32).abs() < 1e-6, "{killed}");
        assert!(
            reliefs[3] < 0.35 && reliefs[27] > 0.6 && reliefs[399] < 0.3,
            "{reliefs:?}"
        );
    }

    #[test]
    fn great_fractions_break_bone() {
        let cells = radiobiology().unwrap_or_else(|| panic!("radiobiology reads"));
        let law = Radiation::default();
        let after = |dose: f64, broken: bool| {
            let lesion = Irradiated {
                given: vec![(0.0, dose)],
                ..Irradiated::default()
            };
            law.weakness(&cells, &lesion, 30.0, broken)
        };
        let strength = |dose: f64| after(dose, false).0;
        assert!(strength(4.0) > 0.995 && strength(12.0) < 0.98 && strength(12.0) > 0.7);
        assert!((after(12.0, false).1 - 1.0).abs() < 1e-12);
        assert_eq!(after(24.0, true), (1.0, 4.9 * 1.7));
        let none = law.weakness(&cells, &Irradiated::default(), 30.0, true);
        assert_eq!(none, (1.0, 1.0));
    }
}
