//! The illness of each patient: tumour, stage, disease outside of bone, what it answers to, what the patient feels of it.
//!
//! # Law
//! Drawn at addresses of their own as traits are: the same patient has the same illness in every arm. A tumour of
//! [`super::tumours`] sets medians of doubling time, PTHrP, PD-L1, antigenicity and resistance, which the distributions here spread.
//! Stage T scales the volume outside of bone, stage N the hazard of death ([`super::death`]).
//!
//! # References
//! Deng JQ et al. 2018 (T, N and histology as prognostic factors; SEER); Zhang and Gong 2017.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::traits::{Allowed, Distribution, TraitError};
use crate::cohort::tumours::{REFERENCE_D, Tumour, tumours};
use crate::layers::path::write_key;
use crate::numerics::quantity::{BodyVolume, Time};
use crate::numerics::random::{Chance, Stream};

/// Addresses of draws; those of traits and of death lie outside.
const TUMOUR: u32 = 20;
const STAGES: [u32; 3] = [21, 22, 23];
const OTHERS: u32 = 30;

/// Factor on the volume outside of bone by stage T1 to T4; design, by the size of the primary.
const T_VOLUME: [f64; 4] = [0.6, 0.8, 1.0, 1.4];

/// Distributions of the illness. Each has a default, so that a trial names what it asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Illness {
    /// Volume of disease outside of bone on day 0, at stage T3. Median 100 cm3; design, within the quartiles of metabolic
    /// volume of all stages (10, 53 and 155 cm3; Pu et al. 2018), in stage IV above.
    pub outside: Distribution<BodyVolume>,
    /// Volume doubling time outside of bone on day 0, where the trial names no tumour, which has its own. Median 150 d without it;
    /// design, between squamous and adenocarcinoma (Honda 2009).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubling: Option<Distribution<Time>>,
    /// Share of patients by stage T1 to T4. Design: most are T3 or T4 with metastases.
    pub t: [f64; 4],
    /// Share of patients by stage N0 to N3. Design: most have mediastinal nodes.
    pub n: [f64; 4],
    /// Share of patients by performance status 0 to 4 (ECOG). Without a share all have 1.
    pub performance: [f64; 5],
    /// Odds that a tumour cell shows PD-L1, over the median of the tumour. Spread 4.8; derived, see tumours.toml.
    pub pd_l1: Distribution<f64>,
    /// Antigenicity over the median of the tumour. Spread 1.0; fitted with `immunity.kill` (Garon 2015).
    pub antigenicity: Distribution<f64>,
    /// Odds of cells that cytotoxic drugs spare, over the median of the tumour. Median 0.4, spread 2.0; fitted to a response of
    /// 30 % (Scagliotti 2008).
    pub resistant_to_cytotoxics: Distribution<f64>,
    /// Odds of cells with mutant EGFR that drugs against it spare. Median 0.02, spread 3.4; fitted to a response of 70 %
    /// (Petrelli 2012).
    pub resistant_to_egfr: Distribution<f64>,
    /// Odds of cells without antigen. Median 0.05, spread 1.5; design.
    pub without_antigen: Distribution<f64>,
    /// Radiosensitivity of the tumour over the usual one. Spread 0.3 [0.2 to 0.5]; design.
    pub radiosensitivity: Distribution<f64>,
    /// Share of the greatest pain by acid and tumour that stays whatever becomes of the lesion: nerves that were harmed. 0 to 0.95;
    /// fitted with `tolerance` to the response of pain to 8 Gy (Chow 2012).
    pub lasting_pain: Distribution<f64>,
    /// Pain, on the scale of 10 of `events`, that a patient with analgesics that do not change does not feel. Median
    /// 2; fitted as `lasting_pain`.
    pub tolerance: Distribution<f64>,
}

fn spread<Q>(median: Q, sigma: f64, least: Option<Q>, most: Option<Q>) -> Distribution<Q> {
    Distribution::Lognormal {
        median,
        sigma,
        least,
        most,
    }
}

/// The doubling time where neither the trial nor a tumour tells it.
fn usual_doubling() -> Distribution<Time> {
    let days = |days: f64| Time::h(24.0 * days);
    spread(days(150.0), 0.5, Some(days(20.0)), Some(days(2000.0)))
}

impl Default for Illness {
    fn default() -> Self {
        let cm3 = BodyVolume::cm3;
        Self {
            outside: spread(cm3(100.0), 1.0, Some(cm3(2.0)), Some(cm3(1500.0))),
            doubling: None,
            t: [0.10, 0.25, 0.25, 0.40],
            n: [0.20, 0.10, 0.40, 0.30],
            performance: [0.0; 5],
            pd_l1: spread(1.0, 4.8, None, None),
            antigenicity: spread(1.0, 1.0, None, None),
            resistant_to_cytotoxics: spread(0.4, 2.0, None, None),
            resistant_to_egfr: spread(0.02, 3.4, None, None),
            without_antigen: spread(0.05, 1.5, None, None),
            radiosensitivity: spread(1.0, 0.3, None, None),
            lasting_pain: Distribution::Uniform {
                low: 0.0,
                high: 0.95,
            },
            tolerance: spread(2.0, 0.5, None, Some(5.0)),
        }
    }
}

/// The illness of a patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Ill {
    /// The tumour; empty where the trial names none.
    pub tumour: String,
    /// Stage T, 1 to 4.
    pub t: u8,
    /// Stage N, 0 to 3.
    pub n: u8,
    /// Performance status, 0 to 4.
    pub performance: u8,
    /// Volume outside of bone on day 0, cm3.
    pub outside_cm3: f64,
    /// Its doubling time on day 0, d.
    pub doubling_d: f64,
    /// Share of tumour cells that show PD-L1.
    pub pd_l1: f64,
    /// Antigenicity.
    pub antigenicity: f64,
    /// True with an activating mutation of EGFR.
    pub egfr_mutant: bool,
    /// Resistant over sensitive cells: cytotoxic drugs, drugs against EGFR, CD8 cells.
    pub resistant: [f64; 3],
    /// Radiosensitivity of the tumour over the usual one.
    pub radiosensitivity: f64,
    /// Share of pain that lasts.
    pub lasting_pain: f64,
    /// Pain that is not felt.
    pub tolerance: f64,
    /// Factor on growth in bone.
    pub growth: f64,
    /// Factor on the output of PTHrP.
    pub pthrp: f64,
    /// PTHrP at full effect of TGF-beta over that without, where the tumour tells it.
    pub link: Option<f64>,
}

/// Names of the illness in tables.
pub(crate) const ILL_COLUMNS: [&str; 11] = [
    "line",
    "t",
    "n",
    "performance",
    "outside_cm3",
    "outside_doubling_d",
    "pd_l1",
    "antigenicity",
    "egfr_mutant",
    "lasting_pain",
    "tolerance",
];

impl Ill {
    /// In the order of [`ILL_COLUMNS`].
    pub(crate) fn row(&self) -> [String; 11] {
        [
            self.tumour.clone(),
            self.t.to_string(),
            self.n.to_string(),
            self.performance.to_string(),
            self.outside_cm3.to_string(),
            self.doubling_d.to_string(),
            self.pd_l1.to_string(),
            self.antigenicity.to_string(),
            u8::from(self.egfr_mutant).to_string(),
            self.lasting_pain.to_string(),
            self.tolerance.to_string(),
        ]
    }
}

/// The place among shares at which a uniform draw falls; the last one with a share takes what rounding leaves.
fn chosen(shares: &[f64], uniform: f64) -> usize {
    let all: f64 = shares.iter().sum();
    let mut sum = 0.0;
    for (place, share) in shares.iter().enumerate() {
        sum += share / all;
        if uniform < sum {
            return place;
        }
    }
    shares.iter().rposition(|share| *share > 0.0).unwrap_or(0)
}

impl Illness {
    /// Looks for distributions that make no sense. `named` are the tumours of the trial with their shares.
    pub(crate) fn check(&self, path: &str, named: &BTreeMap<String, f64>, problems: &mut Problems) {
        const VOLUME: Allowed = Allowed::new(1e-3, 2900.0, ["cm3", "cm3"]);
        const DOUBLING: Allowed = Allowed::new(1.0, 36_525.0, ["d", "h"]);
        const SHARE: Allowed = Allowed::number(0.0, 1.0);
        const ODDS: Allowed = Allowed::number(0.0, f64::MAX);
        const FACTOR: Allowed = Allowed::number(0.0, 1e3);
        let at = |key: &str| format!("{path}.{key}");
        self.outside.check(&at("outside"), VOLUME, problems);
        if let Some(doubling) = &self.doubling {
            doubling.check(&at("doubling"), DOUBLING, problems);
            if !named.is_empty() {
                problems.add(
                    &at("doubling"),
                    "is given beside a line, which has its own doubling time",
                    "remove it, or name no line",
                );
            }
        }
        for (key, law, allowed) in [
            ("pd_l1", &self.pd_l1, ODDS),
            ("antigenicity", &self.antigenicity, FACTOR),
            (
                "resistant_to_cytotoxics",
                &self.resistant_to_cytotoxics,
                ODDS,
            ),
            ("resistant_to_egfr", &self.resistant_to_egfr, ODDS),
            ("without_antigen", &self.without_antigen, ODDS),
            ("radiosensitivity", &self.radiosensitivity, FACTOR),
            ("lasting_pain", &self.lasting_pain, SHARE),
            ("tolerance", &self.tolerance, Allowed::number(0.0, 9.0)),
        ] {
            law.check(&at(key), allowed, problems);
        }
        let sum = |shares: &[f64]| shares.iter().sum::<f64>();
        let share = |key: &str, shares: &[f64], may_be_none: bool, problems: &mut Problems| {
            let is_share = shares.iter().all(|one| (0.0..=1.0).contains(one));
            let is_none = may_be_none && sum(shares).abs() < 1e-12;
            if !is_share || !(is_none || (sum(shares) - 1.0).abs() < 1e-6) {
                problems.add(
                    key,
                    format!("found shares {shares:?}"),
                    "give shares from 0 to 1 that sum to 1",
                );
            }
        };
        share(&at("t"), &self.t, false, problems);
        share(&at("n"), &self.n, false, problems);
        share(&at("performance"), &self.performance, true, problems);
        let shares: Vec<f64> = named.values().copied().collect();
        if !named.is_empty() {
            share("lines", &shares, false, problems);
        }
        let known = tumours();
        for name in named.keys().filter(|name| !known.contains_key(*name)) {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            problems.add(
                &format!("lines.{}", write_key(name)),
                format!("there is no line \"{name}\""),
                format!("lines are {}", names.join(", ")),
            );
        }
    }

    /// Draws the illness of a patient.
    ///
    /// # Errors
    /// [`TraitError`] where a distribution has nothing within its bounds.
    pub(crate) fn draw(
        &self,
        chance: Chance,
        patient: u64,
        named: &BTreeMap<String, f64>,
    ) -> Result<Ill, TraitError> {
        let uniform = |address| chance.at(Stream::Cohort, address, patient).uniform();
        let shares: Vec<f64> = named.values().copied().collect();
        let name = named.keys().nth(chosen(&shares, uniform(TUMOUR)));
        let tumour: Option<Tumour> = name.and_then(|name| tumours().get(name).copied());
        macro_rules! of {
            ($name:ident, $number:literal) => {
                self.$name
                    .draw(chance, OTHERS + $number, patient)
                    .ok_or(TraitError::new(stringify!($name), patient))?
            };
        }
        let t = chosen(&self.t, uniform(STAGES[0]));
        let n = chosen(&self.n, uniform(STAGES[1]));
        let performance = if self.performance.iter().sum::<f64>() > 0.0 {
            chosen(&self.performance, uniform(STAGES[2]))
        } else {
            1
        };
        let times = |factor: fn(&Tumour) -> f64| tumour.as_ref().map_or(1.0, factor);
        let none = || TraitError::new("doubling", patient);
        let doubling_d = if let Some(tumour) = &tumour {
            // The draw of `doubling`, with the median and the spread of the tumour.
            let share = spread(1.0, tumour.spread, Some(0.2), Some(5.0));
            let factor = share.draw(chance, OTHERS + 1, patient);
            tumour.doubling * factor.ok_or_else(none)?
        } else {
            let law = self.doubling.unwrap_or_else(usual_doubling);
            law.draw(chance, OTHERS + 1, patient).ok_or_else(none)? / 24.0
        };
        let odds = of!(pd_l1, 2) * times(|one| one.pd_l1_odds);
        // Without a tumour of its own that of a trial is adenocarcinoma.
        let odds = if tumour.is_some() { odds } else { odds * 0.039 };
        Ok(Ill {
            tumour: name.cloned().unwrap_or_default(),
            t: t as u8 + 1,
            n: n as u8,
            performance: performance as u8,
            outside_cm3: (of!(outside, 0) * T_VOLUME[t]).min(2900.0),
            doubling_d,
            pd_l1: if odds.is_finite() {
                odds / (1.0 + odds)
            } else {
                1.0
            },
            antigenicity: of!(antigenicity, 3) * times(|one| one.antigenicity),
            egfr_mutant: tumour.as_ref().is_some_and(|one| one.egfr_mutant),
            resistant: [
                of!(resistant_to_cytotoxics, 4) * times(|one| one.resistant),
                of!(resistant_to_egfr, 5),
                of!(without_antigen, 6),
            ],
            radiosensitivity: of!(radiosensitivity, 7),
            lasting_pain: of!(lasting_pain, 8),
            tolerance: of!(tolerance, 9),
            growth: times(|one| REFERENCE_D / one.doubling),
            pthrp: times(|one| one.pthrp),
            link: tumour.map(|one| one.link),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_drawn_and_a_tumour_sets_its_medians() {
        let law = Illness::default();
        let named = BTreeMap::from([
            ("adenocarcinoma_egfr".to_owned(), 0.5),
            ("small_cell".to_owned(), 0.5),
        ]);
        let all: Vec<Ill> = (0..2000)
            .map(|patient| {
                law.draw(Chance::new(1), patient, &named)
                    .unwrap_or_else(|error| panic!("{error}"))
            })
            .collect();
        let of = |name: &str| {
            all.iter()
                .filter(|one| one.tumour == name)
                .collect::<Vec<_>>()
        };
        let (slow, fast) = (of("adenocarcinoma_egfr"), of("small_cell"));
        assert!((900..1100).contains(&slow.len()));
        assert!(slow.iter().all(|one| one.egfr_mutant) && fast.iter().all(|one| !one.egfr_mutant));
        let median = |all: &[&Ill]| {
            let mut days: Vec<f64> = all.iter().map(|one| one.doubling_d).collect();
            days.sort_by(f64::total_cmp);
            days[days.len() / 2]
        };
        assert!(
            (median(&slow) / 258.0).ln().abs() < 0.1 && (median(&fast) / 53.0).ln().abs() < 0.1
        );
        let t4 = all.iter().filter(|one| one.t == 4).count();
        assert!((700..900).contains(&t4), "{t4}");
        assert!(all.iter().all(|one| one.performance == 1));
    }

    #[test]
    fn an_unknown_tumour_and_wrong_shares_are_named() {
        let law = Illness {
            t: [0.5, 0.0, 0.0, 0.0],
            ..Illness::default()
        };
        let mut problems = Problems::default();
        law.check(
            "illness",
            &BTreeMap::from([("oat_cell".to_owned(), 1.0)]),
            &mut problems,
        );
        let paths: Vec<&str> = problems.found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["illness.t", "lines.oat_cell"]);
    }

    /// A line of no patient, and a doubling time that a line would not heed, are refused.
    #[test]
    fn shares_of_nobody_and_a_second_doubling_time_are_refused() {
        let found = |law: &Illness, named: &[(&str, f64)]| -> Vec<String> {
            let named = named
                .iter()
                .map(|(name, share)| ((*name).to_owned(), *share));
            let mut problems = Problems::default();
            law.check("illness", &named.collect(), &mut problems);
            problems.found.into_iter().map(|one| one.path).collect()
        };
        let law = Illness::default();
        let nobody = [("squamous", 0.0), ("adenocarcinoma", 0.0)];
        assert_eq!(found(&law, &nobody), ["lines"]);
        assert!(found(&law, &[]).is_empty() && found(&law, &[("squamous", 1.0)]).is_empty());
        let doubling = Illness {
            doubling: Some(usual_doubling()),
            ..Illness::default()
        };
        assert!(found(&doubling, &[]).is_empty());
        assert_eq!(found(&doubling, &[("squamous", 1.0)]), ["illness.doubling"]);
        // Written, it is the distribution that stands for none.
        let draw = |law: &Illness| law.draw(Chance::new(1), 3, &BTreeMap::new());
        assert_eq!(draw(&doubling), draw(&law));
    }
}
