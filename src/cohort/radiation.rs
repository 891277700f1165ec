//! Radiation in trials: schemes, tumour cells that are doomed, relief, weakness and fracture of irradiated bone.
//!
//! # Law
//! A fraction of `d` takes `-ln S(d)` from the tumour in its field, by the linear-quadratic law of single runs and its
//! sensitivity times that of the patient; doomed cells die over `doom`. What relieves pain is the biologically effective dose
//! `B` of tumours: it adds over fractions, wears off over `lasts`, and of the pain by acid and tumour a share
//! `B / (B + relief_half)` goes, within `onset`. Bone after a high dose per fraction is weaker for months
//! ([`crate::therapy::radiotherapy::Strength`]), each fraction by its own law; a fraction from `great` Gy on multiplies the hazard of fracture
//! by `1 + (fracture - 1) a` instead, with the share `a` of its effect that acts by the same law: none at once, whole for months, gone when
//! bone is mineralised anew. Of several such fractions the one acts that acts most. `after_fracture` multiplies it where the
//! patient had a fracture. Radiation that an event brings about is one fraction on the day of the event.
//!
//! # Limits
//! Fields are the painful lesion or all lesions; no organ beside them is harmed. Sleeping cells, hypoxia and the effect on
//! CD8 cells are left out.
//!
//! # References
//! Chow12 (relief, retreatment); Sahgal et al. 2013 (fracture by dose per fraction, fracture before, lytic tumour: here by
//! the strength of bone).

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::courses::Scheme;
use crate::numerics::quantity::{AbsorbedDose, Time};
use crate::therapy::catalogue::RADIOBIOLOGY;
use crate::therapy::irradiation::checked_dose;
use crate::therapy::radiotherapy::{Law, Radiobiology};

const DAY_H: f64 = 24.0;
/// Parameters of radiation in trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Radiation {
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
    /// Factor on the hazard of fracture while such a fraction acts whole. 4.9 (Sahgal 2013, from memory).
    pub fracture: f64,
    /// Factor on the hazard of fracture of an irradiated lesion of a patient who had one. 1.7 [1 to 9]; design, direction by Sahgal
    /// 2013.
    pub after_fracture: f64,
    /// Radiation that an event brings about: one fraction, on the day of the event. 8 Gy.
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

/// Sensitivity of cells and strength of bone, as in single runs; read once. A test holds that they read.
pub(super) fn radiobiology() -> Option<&'static Radiobiology> {
    static READ: LazyLock<Option<Cells>> = LazyLock::new(|| toml::from_str(RADIOBIOLOGY).ok());
    READ.as_ref().map(|cells| &cells.radiobiology)
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
    /// Day, dose and law of each fraction, d and Gy.
    given: Vec<(f64, f64, Law)>,
}

impl Radiation {
    /// Looks for values that make no sense.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
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
        checked_dose(&at("palliation.dose"), dose, problems);
        if fractions != 1 {
            problems.add(
                &at("palliation.fractions"),
                format!("found {fractions}"),
                "radiation of an event is one fraction: give 1, with its dose, or leave it out",
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
        lesion.given.push((f64::from(day), dose_gy, law));
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
        let since_h = |at: f64| (day - at) * DAY_H;
        let below = lesion.given.iter().filter(|(_, dose, _)| *dose < great);
        let below = below.map(|&(at, dose, law)| (since_h(at), dose, law));
        let strength = cells.strength.factor_since(below);
        let acts = (lesion.given.iter())
            .filter(|(_, dose, _)| *dose >= great)
            .map(|&(at, ..)| cells.strength.acting(since_h(at)))
            .fold(0.0, f64::max);
        let hazard = (1.0 + (self.fracture - 1.0) * acts)
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
        Radiation::give(cells, &mut lesion, (8.0, Law::LinearQuadratic), 0, 1.0);
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

    /// A fraction from 20 Gy on does nothing at once, most for months and nothing later; by which law another fraction is given shows.
    #[test]
    fn great_fractions_break_bone() {
        let cells = radiobiology().unwrap_or_else(|| panic!("radiobiology reads"));
        let law = Radiation::default();
        let after = |day: f64, given: &[(f64, f64, Law)], broken: bool| {
            let lesion = Irradiated {
                given: given.to_vec(),
                ..Irradiated::default()
            };
            law.weakness(cells, &lesion, day, broken)
        };
        let one = |dose: f64| [(0.0, dose, Law::LinearQuadratic)];
        let strength = |dose: f64| after(30.0, &one(dose), false).0;
        assert!(strength(4.0) > 0.995 && strength(12.0) < 0.98 && strength(12.0) > 0.7);
        assert!((after(30.0, &one(12.0), false).1 - 1.0).abs() < 1e-12);
        let great = |day: f64| after(day, &one(24.0), true);
        let acts = 1.0 - (-1.0_f64).exp();
        assert!((great(30.0).1 - (1.0 + 3.9 * acts) * 1.7).abs() < 1e-9);
        assert!((great(30.0).0 - 1.0).abs() < 1e-12);
        for (day, factor) in [(0.0, 1.0), (135.0, 4.86), (202.5, 2.95), (270.0, 1.0)] {
            assert!(
                (great(day).1 / 1.7 - factor).abs() < 0.02,
                "{day} {great:?}",
                great = great(day)
            );
        }
        let twice = [one(24.0)[0], (100.0, 24.0, Law::LinearQuadratic)];
        assert!(after(220.0, &twice, false).1 > 4.8);
        let none = law.weakness(cells, &Irradiated::default(), 30.0, true);
        assert_eq!(none, (1.0, 1.0));
        let bent = Law::LinearQuadraticLinear {
            transition_gy: 10.0,
        };
        let of = |law: Law| after(100.0, &[(0.0, 18.0, law)], false).0;
        assert!(
            of(bent) > of(Law::LinearQuadratic) + 1e-3,
            "{} {}",
            of(bent),
            of(Law::LinearQuadratic)
        );
    }

    #[test]
    fn radiation_of_an_event_is_one_fraction() {
        let law = Radiation {
            palliation: Scheme {
                dose: AbsorbedDose::gy(4.0),
                fractions: 5,
            },
            ..Radiation::default()
        };
        let mut problems = Problems::default();
        law.check("radiation", &mut problems);
        assert_eq!(problems.found.len(), 1);
        assert_eq!(problems.found[0].path, "radiation.palliation.fractions");
        assert!(problems.found[0].help.contains("one fraction"));
    }
}
