//! Combinations: what two treatments do together against what they do alone.
//!
//! # Law
//! An arm is a combination where its courses are those of two other arms together. Of a share `p` that is wanted, such as a response,
//! the two would have together, if they did not touch each other (Bliss), `1 - (1 - p1)(1 - p2) / (1 - p0)`, with `p0` of patients whom
//! nobody treats; of one that is not wanted, such as radiation, `p1 p2 / p0`, which is the same of those who are spared. Excess over it and
//! over the better of the two have intervals by the differences within patients, who are the same in all arms. Of hazard ratios over the
//! control that of the combination is given over that of the better of the two, with the spread of patients who are the same in both arms. Better is more of what is wanted and less of
//! what is not: a hazard ratio is better the lower it is.
//!
//! # Limits
//! Where the control is treated there is no `p0`, and no Bliss independence is given. Arms that share a course are no parts of a combination: where
//! each adds a drug to that of the control nothing is told.
//!
//! # References
//! Bliss 1939.

use std::collections::BTreeSet;

use crate::cohort::figure::Figure;
use crate::cohort::outcomes::{Outcome, SHARES, Wanted};
use crate::cohort::run::Results;
use crate::cohort::summary::{at_risk, to_death, to_first, to_progression};
use crate::cohort::trial::Trial;
use crate::statistics::student::Z_975;
use crate::statistics::survival::{AtRisk, Followed, Ties, cox};

/// What a figure of a combination is, and how it is set against another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A share; against another by their difference.
    Share,
    /// A hazard ratio over the control; against another by their ratio.
    HazardRatio,
}

impl Scale {
    /// Name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::HazardRatio => "hazard_ratio",
        }
    }
}

/// Why there is no Bliss independence of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithoutBliss {
    /// The control is treated.
    TreatedControl,
    /// Everybody has what is wanted, or nobody what is not, without any treatment.
    NothingToGain,
    /// It is of shares alone.
    NoShare,
}

impl WithoutBliss {
    /// Words in tables.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::TreatedControl => "the control is treated",
            Self::NothingToGain => "nothing to gain over the control",
            Self::NoShare => "not a share",
        }
    }
}

/// A combination, and the excess of a figure over what was expected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Combination {
    /// The arm, and the two that it combines.
    pub(crate) arms: [String; 3],
    /// The outcome.
    pub(crate) outcome: &'static str,
    /// What its figures are.
    pub(crate) scale: Scale,
    /// What it was; none where it cannot be told.
    pub(crate) found: Option<f64>,
    /// What Bliss expects, and found less that; or why there is none.
    pub(crate) bliss: Result<(f64, Figure), WithoutBliss>,
    /// That of the better of the two.
    pub(crate) better: Option<f64>,
    /// Found less the better, of a hazard ratio over the better.
    pub(crate) over_better: Figure,
}

/// Courses of an arm as texts that tell whether two are the same.
fn courses(trial: &Trial, arm: &str) -> BTreeSet<String> {
    let Some(arm) = trial.arms.get(arm) else {
        return BTreeSet::new();
    };
    let drugs = arm.therapy.values().map(|course| format!("{course:?}"));
    let fields = arm.radiotherapy.courses();
    drugs
        .chain(fields.into_iter().map(|(_, course)| format!("{course:?}")))
        .collect()
}

/// Excess whose gradient by the shares of arms is given: interval by patients.
fn excess(value: f64, gradient: &[(f64, &[f64])]) -> Figure {
    let patients = gradient.first().map_or(0, |(_, all)| all.len());
    let each: Vec<f64> = (0..patients)
        .map(|patient| {
            gradient
                .iter()
                .map(|(weight, all)| weight * all[patient])
                .sum()
        })
        .collect();
    let n = patients as f64;
    let mean = each.iter().sum::<f64>() / n;
    let square = each.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let half = Z_975 * (square / n).sqrt();
    Figure {
        value: Some(value),
        low: Some(value - half),
        high: Some(value + half),
        p: None,
    }
}

/// An arm that combines two others, by their places among the arms of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    both: usize,
    one: usize,
    other: usize,
}

/// Arms whose courses are those of two others together.
fn parts(given: &[BTreeSet<String>]) -> Vec<Parts> {
    let mut found = Vec::new();
    for (both, union) in given.iter().enumerate() {
        for (one, first) in given.iter().enumerate() {
            for (other, second) in given.iter().enumerate().skip(one + 1) {
                let is_parted =
                    !first.is_empty() && !second.is_empty() && first.is_disjoint(second);
                if is_parted && first.union(second).cloned().collect::<BTreeSet<_>>() == *union {
                    found.push(Parts { both, one, other });
                }
            }
        }
    }
    found
}

impl Trial {
    /// Arms that combine two others, with the names of the three, and whether Bliss independence can be told.
    pub(super) fn combined(&self) -> (Vec<[&str; 3]>, bool) {
        let arms = self.arm_names();
        let given: Vec<BTreeSet<String>> = arms.iter().map(|arm| courses(self, arm)).collect();
        let is_untreated = given.first().is_some_and(BTreeSet::is_empty);
        let names = parts(&given)
            .into_iter()
            .map(|Parts { both, one, other }| [both, one, other].map(|arm| arms[arm]))
            .collect();
        (names, is_untreated)
    }
}

/// All combinations of a trial.
pub(crate) fn combinations(
    trial: &Trial,
    results: &Results,
    outcomes: &[Vec<Outcome>],
) -> Vec<Combination> {
    let given: Vec<BTreeSet<String>> = results.arms.iter().map(|arm| courses(trial, arm)).collect();
    // The control is first.
    let is_untreated = given.first().is_some_and(BTreeSet::is_empty);
    let mut found = Vec::new();
    for parts in parts(&given) {
        let arms = [parts.both, parts.one, parts.other].map(|arm| results.arms[arm].clone());
        found.extend(shares(&arms, parts, outcomes, is_untreated));
        found.extend(hazards(&arms, parts, results, outcomes));
    }
    found
}

fn shares(
    arms: &[String; 3],
    Parts { both, one, other }: Parts,
    outcomes: &[Vec<Outcome>],
    is_untreated: bool,
) -> Vec<Combination> {
    let mut found = Vec::new();
    for share in SHARES {
        // Whether it is asked is told on day 0: alike in all arms.
        let of = |arm: usize| -> Vec<f64> {
            let answers = outcomes[arm].iter().filter_map(share.asked);
            answers.map(f64::from).collect()
        };
        let [x0, x1, x2, x12] = [0, one, other, both].map(of);
        if x0.len() < 2 {
            continue;
        }
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let [p0, p1, p2, p12] = [&x0, &x1, &x2, &x12].map(|all| mean(all));
        let is_first = match share.wanted {
            Wanted::More => p1 >= p2,
            Wanted::Less => p1 <= p2,
        };
        let (better, best) = if is_first { (p1, &x1) } else { (p2, &x2) };
        // What Bliss expects, and its slopes by the three shares.
        let expected = match share.wanted {
            _ if !is_untreated => Err(WithoutBliss::TreatedControl),
            Wanted::More if p0 < 1.0 => Ok((
                1.0 - (1.0 - p1) * (1.0 - p2) / (1.0 - p0),
                [
                    -(1.0 - p1) * (1.0 - p2) / (1.0 - p0).powi(2),
                    (1.0 - p2) / (1.0 - p0),
                    (1.0 - p1) / (1.0 - p0),
                ],
            )),
            Wanted::Less if p0 > 0.0 => {
                Ok((p1 * p2 / p0, [-p1 * p2 / (p0 * p0), p2 / p0, p1 / p0]))
            }
            Wanted::More | Wanted::Less => Err(WithoutBliss::NothingToGain),
        };
        found.push(Combination {
            arms: arms.clone(),
            outcome: share.name,
            scale: Scale::Share,
            found: Some(p12),
            bliss: expected.map(|(bliss, slopes)| {
                let gradient: [(f64, &[f64]); 4] = [
                    (1.0, &x12),
                    (-slopes[0], &x0),
                    (-slopes[1], &x1),
                    (-slopes[2], &x2),
                ];
                (bliss, excess(p12 - bliss, &gradient))
            }),
            better: Some(better),
            over_better: excess(p12 - better, &[(1.0, &x12), (-1.0, best)]),
        });
    }
    found
}

fn hazards(
    arms: &[String; 3],
    Parts { both, one, other }: Parts,
    results: &Results,
    outcomes: &[Vec<Outcome>],
) -> Vec<Combination> {
    type Times = Vec<(u64, Followed)>;
    let of = |name: &'static str, times: &dyn Fn(usize) -> Times| {
        let over = |from: usize, to: usize| {
            let (from, to) = (times(from), times(to));
            let all: Vec<AtRisk> = at_risk(&from, 0).chain(at_risk(&to, 1)).collect();
            Figure::paired_ratio(cox(&all, Ties::Efron))
        };
        let [first, second, found] = [one, other, both].map(|arm| over(0, arm).value);
        // Less of what nobody wants is better.
        let best = match (first, second) {
            (Some(first), Some(second)) => Some(if first <= second {
                (one, first)
            } else {
                (other, second)
            }),
            // Of two of which one is not known none is the better.
            _ => None,
        };
        Combination {
            arms: arms.clone(),
            outcome: name,
            scale: Scale::HazardRatio,
            found,
            bliss: Err(WithoutBliss::NoShare),
            better: best.map(|(_, ratio)| ratio),
            over_better: best.map_or(Figure::NONE, |(arm, _)| over(arm, both)),
        }
    };
    vec![
        of("first_event", &|arm| to_first(results, arm)),
        of("death", &|arm| to_death(results, arm)),
        of("progression", &|arm| {
            to_progression(results, &outcomes[arm])
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::pain::Relief;
    use crate::cohort::response::{Best, Read};

    fn outcome(responds: bool, is_irradiated: bool) -> Outcome {
        let read = Read {
            best: if responds {
                Best::Partial
            } else {
                Best::Stable
            },
            change: None,
            progression_d: None,
        };
        Outcome {
            bone: read,
            outside: read,
            pain: Relief::NotPainful,
            is_irradiated,
            progression: Followed {
                time: 1.0,
                event: false,
            },
        }
    }

    /// Ten patients: of the control, the two and both arms so many respond and so many are irradiated.
    fn rows(counts: [(usize, usize); 4], is_untreated: bool) -> Vec<Combination> {
        let outcomes: Vec<Vec<Outcome>> = counts
            .into_iter()
            .map(|(respond, irradiated)| {
                (0..10)
                    .map(|patient| outcome(patient < respond, patient < irradiated))
                    .collect()
            })
            .collect();
        let arms = ["both", "one", "other"].map(str::to_owned);
        let parts = Parts {
            both: 3,
            one: 1,
            other: 2,
        };
        shares(&arms, parts, &outcomes, is_untreated)
    }

    fn of<'a>(rows: &'a [Combination], name: &str) -> &'a Combination {
        let row = rows.iter().find(|row| row.outcome == name);
        row.unwrap_or_else(|| panic!("no row {name}"))
    }

    /// A response is better the more, radiation the less; Bliss of what is spared is that of what is gained.
    #[test]
    fn better_follows_what_is_wanted() {
        let rows = rows([(2, 8), (4, 4), (6, 6), (7, 3)], true);
        let near = |found: Option<f64>, value: f64| {
            found.is_some_and(|found| (found - value).abs() < 1e-12)
        };
        let response = of(&rows, "response_bone");
        assert!(near(response.better, 0.6) && near(response.over_better.value, 0.1));
        assert!(
            response.bliss.is_ok_and(|(bliss, over)| {
                (bliss - 0.7).abs() < 1e-12 && near(over.value, 0.0)
            })
        );
        let radiation = of(&rows, "radiation_of_painful_lesion");
        assert!(near(radiation.better, 0.4) && near(radiation.over_better.value, -0.1));
        assert!(
            radiation.bliss.is_ok_and(|(bliss, over)| {
                (bliss - 0.3).abs() < 1e-12 && near(over.value, 0.0)
            })
        );
        assert!(rows.iter().all(|row| row.outcome != "pain_response"));
    }

    #[test]
    fn bliss_needs_a_control_that_nobody_treats() {
        let treated = rows([(2, 8), (4, 4), (6, 6), (7, 3)], false);
        for row in &treated {
            assert_eq!(row.bliss, Err(WithoutBliss::TreatedControl));
            assert!(row.better.is_some() && row.over_better.value.is_some());
        }
        let whole = rows([(10, 0), (10, 0), (10, 0), (10, 0)], true);
        for row in &whole {
            if row.outcome != "complete_response_soft" {
                assert_eq!(
                    row.bliss,
                    Err(WithoutBliss::NothingToGain),
                    "{}",
                    row.outcome
                );
            }
        }
    }
}
