//! Reduced tissue: a lesion as five numbers, for thousands of patients.
//!
//! # Biology
//! Tumour cells make PTHrP, which raises RANKL over OPG; osteoclasts follow within a life; what they
//! set free lets the tumour grow and make more PTHrP. Formation follows resorption, and less so beside
//! tumour cells.
//!
//! # Law
//! Bone `b` over that before the lesion, fill `f` of the marrow by tumour cells, resorption `r` and
//! formation `q` over health, drug on bone surface `d`; per day, with `H(x, y) = x / (x + y)`:
//! - `h = H(r g, factors_half)`: growth factors of bone, of which `g` is left free by antibodies;
//! - `P = phenotype f (1 + (link - 1) h) p`: PTHrP over that of a full marrow, `p` left free;
//! - `s = (1 + rankl_gain P / (1 + P / pthrp_half)) k`: RANKL over health, `k` left free; cells answer to PTHrP
//!   up to a most;
//! - `r' = (s (1 + rankl_half) / (s + rankl_half) (1 - drug_most H(d, drug_half)) - r) / time`: `time` is `life`
//!   where osteoclasts become more, and `withdrawal` where they become fewer;
//! - `q' = (r (1 - (1 - refill) H(f, refill_half)) - q) / refill_time`;
//! - `b' = turnover b (q - r)`;
//! - `f' = f (pace (growth + growth_by_factors h) (1 - f) - kills)`;
//! - `d' = laid - d turnover thickness (r + q) / layer`: drug goes with the bone that is taken away, and
//!   under bone that is laid on it.
//!
//! Levels of drugs are their means of the day by the pharmacokinetics of `therapy`, and free shares
//! those of its antibodies. One step of the classical Runge-Kutta method a day.
//!
//! # Parameters
//! Those marked fitted were fitted together to the mean courses of three seeds of
//! `trials/lattice/lesion.toml` (bone, tumour cells and resorbed bone over 240 d): untreated at 0.3 times, at the
//! basal and at 3 times the basal output of PTHrP, and both drugs at the basal one. The drugs at the two other
//! outputs were not fitted. The courses and what is left of the difference stand in `trials/lattice` and
//! docs/trials.md.
//!
//! # Limits
//! No space: a lesion neither spreads nor loses a plate. Kills by cytotoxic drugs were not compared with
//! the lattice. At health, without tumour and drugs, nothing moves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Length, Rate, Time};
use crate::patient::skeleton::{
    DRUG_HALF, DRUG_MOST, LAYER_UM, RANKL_HALF, THICKNESS_UM, drug_lost_per_d, goal,
};

/// Outputs of PTHrP, over the basal one, between which the courses of the lattice lie.
pub(crate) const COMPARED_PTHRP: [f64; 2] = [0.3, 3.0];

const DAY_H: f64 = 24.0;

/// Parameters of the reduced tissue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tissue {
    /// Net growth of a tumour that bone does not feed. 0.0139 /d; fitted to the lattice.
    pub growth: Rate,
    /// Growth that growth factors of bone add at full effect. 0.01199 /d; fitted to the lattice.
    pub growth_by_factors: Rate,
    /// RANKL over health that a full marrow adds at the basal output of PTHrP. 27.3; fitted to the
    /// lattice.
    pub rankl_gain: f64,
    /// PTHrP, over that of a full marrow at the basal output, of half the most that it does. 2.59; fitted to the lattice.
    pub pthrp_half: f64,
    /// RANKL over health at which osteoclasts are at half of their most. 14; design: PTHrP alone does not tell it from
    /// `pthrp_half`, and 14 was fitted before cells answered to PTHrP up to a most.
    pub rankl_half: f64,
    /// Share of resorbed bone that is formed again beside many tumour cells. 0.228; fitted to the
    /// lattice.
    pub refill: f64,
    /// Share of resorption that drug on bone takes away at most. 0.922; fitted to the lattice.
    pub drug_most: f64,
    /// Drug on surface of half that effect, amol/um2. 0.3; derived from healthy bone of the lattice after 1 and 5 mg of zoledronate
    /// and four times 4 mg (`patient::skeleton`).
    pub drug_half: f64,
    /// Resorption over health of half the effect of growth factors. 11.7; fitted to the lattice.
    pub factors_half: f64,
    /// PTHrP at full effect of TGF-beta over that without. 5; as the preset of man (Yin 1999).
    pub link: f64,
    /// Fill of half the effect on formation; design: it begins where tumour touches bone.
    pub refill_half: f64,
    /// Mean time by which osteoclasts become more; 14 d, their life in the preset of man.
    pub life: Time,
    /// Mean time by which they become fewer; 2 d, that in which they go without RANKL in the preset of man.
    pub withdrawal: Time,
    /// Mean time by which formation follows; 40 d, design: reversal, maturation, half of formation.
    pub refill_time: Time,
    /// Bone volume over bone surface; design: 100 um.
    pub thickness: Length,
    /// Depth to which drug on a surface is spread; 20 um, a site of the lattice.
    pub layer: Length,
}

impl Default for Tissue {
    fn default() -> Self {
        Self {
            growth: Rate::per_h(0.01390 / DAY_H),
            growth_by_factors: Rate::per_h(0.01199 / DAY_H),
            rankl_gain: 27.29,
            pthrp_half: 2.591,
            rankl_half: RANKL_HALF,
            refill: 0.228,
            drug_most: DRUG_MOST,
            drug_half: DRUG_HALF,
            factors_half: 11.72,
            link: 5.0,
            refill_half: 0.03,
            life: Time::h(14.0 * DAY_H),
            withdrawal: Time::h(2.0 * DAY_H),
            refill_time: Time::h(40.0 * DAY_H),
            thickness: Length::um(THICKNESS_UM),
            layer: Length::um(LAYER_UM),
        }
    }
}

/// A lesion, or bone without one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lesion {
    /// Bone over that before the lesion.
    pub bone: f64,
    /// Share of the marrow that tumour cells fill.
    pub fill: f64,
    /// Resorption over health, of the bone that is there.
    pub resorption: f64,
    /// Formation over health, of the bone that is there.
    pub formation: f64,
    /// Drug on the surface, amol/um2.
    pub drug: f64,
}

impl Lesion {
    /// Healthy bone with tumour cells in a share of its marrow.
    pub const fn new(fill: f64) -> Self {
        Self {
            bone: 1.0,
            fill,
            resorption: 1.0,
            formation: 1.0,
            drug: 0.0,
        }
    }
}

/// What is particular to a lesion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phenotype {
    /// Output of PTHrP per cell over the basal one.
    pub pthrp: f64,
    /// Growth over that of the preset.
    pub pace: f64,
    /// Bone turned over in health, per day.
    pub turnover_per_d: f64,
}

/// What drugs do on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Action {
    /// RANKL that is left free.
    pub free_rankl: f64,
    /// PTHrP that is left free.
    pub free_pthrp: f64,
    /// TGF-beta that tumour cells still sense: neither bound in the fluid nor hidden from them.
    pub free_factors: f64,
    /// Drug laid on bone, amol/um2 and day.
    pub laid: f64,
    /// Hazard of death of tumour cells, per day.
    pub kills: f64,
}

impl Action {
    /// No drug.
    pub const NONE: Self = Self {
        free_rankl: 1.0,
        free_pthrp: 1.0,
        free_factors: 1.0,
        laid: 0.0,
        kills: 0.0,
    };
}

fn share(value: f64, half: f64) -> f64 {
    value / (value + half)
}

/// Fastest growth, 1/d, that a step of a day of the Runge-Kutta method of fourth order holds: it is
/// stable up to 2.78, and a tumour that divides twice a day is faster than any.
const FASTEST_PER_D: f64 = 2.0;

type Vector = [f64; 5];

impl Tissue {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (key, rate) in [
            ("growth", self.growth),
            ("growth_by_factors", self.growth_by_factors),
        ] {
            if rate.get() * DAY_H > 0.5 * FASTEST_PER_D {
                problems.add(
                    &at(key),
                    format!("found {rate}"),
                    format!(
                        "give at most {} /d: more is not held by the step of a day",
                        0.5 * FASTEST_PER_D
                    ),
                );
            }
        }
        problems.not_negative(&at("rankl_gain"), self.rankl_gain, "");
        problems.positive(&at("pthrp_half"), self.pthrp_half, "");
        problems.positive(&at("rankl_half"), self.rankl_half, "");
        problems.within(&at("refill"), self.refill, 0.0, 1.0);
        problems.within(&at("drug_most"), self.drug_most, 0.0, 1.0);
        problems.positive(&at("drug_half"), self.drug_half, "amol/um2");
        problems.positive(&at("factors_half"), self.factors_half, "");
        problems.within(&at("link"), self.link, 1.0, 1e3);
        problems.positive(&at("refill_half"), self.refill_half, "");
        // A day must stay well below twice the fastest time, else its step does not hold.
        for (key, time) in [
            ("life", self.life),
            ("withdrawal", self.withdrawal),
            ("refill_time", self.refill_time),
        ] {
            if time.get().is_nan() || time.get() < DAY_H {
                problems.add(
                    &at(key),
                    format!("found {} h", time.get()),
                    "give at least a day, the step of the reduced tissue",
                );
            }
        }
        problems.positive(&at("thickness"), self.thickness.get(), "um");
        problems.positive(&at("layer"), self.layer.get(), "um");
    }

    /// Largest factor on the growth of a tumour that the step of a day holds.
    pub(crate) fn most_pace(&self) -> f64 {
        FASTEST_PER_D / ((self.growth.get() + self.growth_by_factors.get()) * DAY_H)
    }

    /// Effect of growth factors of bone, 0 to 1, of which a share is left free.
    pub fn factors(&self, resorption: f64, free: f64) -> f64 {
        share(resorption.max(0.0) * free, self.factors_half)
    }

    /// Output of PTHrP of a cell over the basal one, free or not.
    pub fn pthrp(&self, lesion: &Lesion, phenotype: &Phenotype, action: &Action) -> f64 {
        phenotype.pthrp
            * (1.0 + (self.link - 1.0) * self.factors(lesion.resorption, action.free_factors))
    }

    fn rates(&self, at: &Vector, phenotype: &Phenotype, action: &Action) -> Vector {
        let [bone, fill, resorption, formation, drug] = *at;
        let lesion = Lesion {
            bone,
            fill,
            resorption,
            formation,
            drug,
        };
        let factors = self.factors(resorption, action.free_factors);
        let pthrp = fill * self.pthrp(&lesion, phenotype, action) * action.free_pthrp;
        let answered = pthrp / (1.0 + pthrp / self.pthrp_half);
        let rankl = (1.0 + self.rankl_gain * answered) * action.free_rankl;
        let goal = goal(
            (rankl, self.rankl_half),
            (drug, self.drug_half),
            self.drug_most,
        );
        let time = if goal < resorption {
            self.withdrawal
        } else {
            self.life
        };
        let refilled = 1.0 - (1.0 - self.refill) * share(fill.max(0.0), self.refill_half);
        let growth = (self.growth.get() + self.growth_by_factors.get() * factors) * DAY_H;
        let lost_per_d = drug_lost_per_d(
            phenotype.turnover_per_d,
            (resorption, formation),
            self.thickness,
            self.layer,
        );
        [
            phenotype.turnover_per_d * bone * (formation - resorption),
            fill * (phenotype.pace * growth * (1.0 - fill) - action.kills),
            (goal - resorption) * DAY_H / time.get(),
            (resorption * refilled - formation) * DAY_H / self.refill_time.get(),
            action.laid - drug * lost_per_d,
        ]
    }

    /// Takes a lesion on by a day.
    ///
    /// ```
    /// use howship::cohort::tissue::{Action, Lesion, Phenotype, Tissue};
    /// let healthy = Phenotype { pthrp: 1.0, pace: 1.0, turnover_per_d: 0.25 / 365.25 };
    /// let mut bone = Lesion::new(0.0);
    /// for _ in 0..1000 {
    ///     Tissue::default().advance(&mut bone, &healthy, &Action::NONE);
    /// }
    /// assert_eq!(bone, Lesion::new(0.0));
    /// ```
    pub fn advance(&self, lesion: &mut Lesion, phenotype: &Phenotype, action: &Action) {
        let start: Vector = [
            lesion.bone,
            lesion.fill,
            lesion.resorption,
            lesion.formation,
            lesion.drug,
        ];
        let rates = |at: &Vector| self.rates(at, phenotype, action);
        let moved = |by: f64, along: &Vector| -> Vector {
            std::array::from_fn(|place| start[place] + by * along[place])
        };
        let first = rates(&start);
        let second = rates(&moved(0.5, &first));
        let third = rates(&moved(0.5, &second));
        let fourth = rates(&moved(1.0, &third));
        let mean: Vector = std::array::from_fn(|place| {
            (first[place] + 2.0 * (second[place] + third[place]) + fourth[place]) / 6.0
        });
        let [bone, fill, resorption, formation, drug] = moved(1.0, &mean);
        *lesion = Lesion {
            bone,
            fill,
            resorption,
            formation,
            drug,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Phenotype = Phenotype {
        pthrp: 1.0,
        pace: 1.0,
        turnover_per_d: 0.25 / 365.25,
    };

    fn after(days: usize, phenotype: &Phenotype, action: &Action) -> Lesion {
        let law = Tissue::default();
        let mut lesion = Lesion::new(0.05);
        for _ in 0..days {
            law.advance(&mut lesion, phenotype, action);
        }
        lesion
    }

    #[test]
    fn a_tumour_takes_bone_and_each_blockade_saves_some() {
        let untreated = after(180, &USUAL, &Action::NONE);
        assert!(
            untreated.bone < 0.8 && untreated.resorption > 4.0,
            "{untreated:?}"
        );
        for action in [
            Action {
                free_rankl: 0.1,
                ..Action::NONE
            },
            Action {
                free_pthrp: 0.2,
                ..Action::NONE
            },
            Action {
                free_factors: 0.2,
                ..Action::NONE
            },
            Action {
                laid: 0.9 / 28.0,
                ..Action::NONE
            },
            Action {
                kills: 0.01,
                ..Action::NONE
            },
        ] {
            let treated = after(180, &USUAL, &action);
            assert!(treated.bone > untreated.bone, "{action:?}: {treated:?}");
            assert!(treated.fill < untreated.fill, "{action:?}: {treated:?}");
        }
        let silent = Phenotype {
            pthrp: 0.0,
            ..USUAL
        };
        let quiet = after(180, &silent, &Action::NONE);
        assert!(quiet.resorption < 1.0 + 1e-9 && quiet.fill < untreated.fill);
    }

    /// Without factors, kills or a limit growth is exponential.
    #[test]
    fn a_small_tumour_grows_by_its_rate() {
        let law = Tissue {
            growth_by_factors: Rate::per_h(0.0),
            ..Tissue::default()
        };
        let mut lesion = Lesion::new(1e-9);
        for _ in 0..100 {
            law.advance(&mut lesion, &USUAL, &Action::NONE);
        }
        assert!((lesion.fill / 1e-9 / 1.39_f64.exp() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_step_that_does_not_hold_is_refused() {
        let law = Tissue {
            life: Time::h(1.0),
            refill: 1.5,
            ..Tissue::default()
        };
        let mut problems = Problems::default();
        law.check("tissue", &mut problems);
        let found: Vec<&str> = problems.found.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(found, ["tissue.refill", "tissue.life"]);
    }
}
