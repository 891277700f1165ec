//! Combinations: what two treatments do together against what they do alone.
//!
//! # Law
//! An arm is a combination where its courses are those of two other arms together. Of a share `p` the two would have together, if
//! they did not touch each other (Bliss), `1 - (1 - p1)(1 - p2) / (1 - p0)`, with `p0` of the control. Excess over it and over the
//! better of the two have intervals by the differences within patients, who are the same in all arms.
//!
//! # References
//! Bliss 1939.

use std::collections::BTreeSet;

use crate::cohort::figure::Figure;
use crate::cohort::outcomes::{Outcome, SHARES};
use crate::cohort::run::Results;
use crate::cohort::trial::Trial;

/// A combination, and the excess of a share over what was expected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Combination {
    /// The arm, and the two that it combines.
    pub(crate) arms: [String; 3],
    /// The share.
    pub(crate) outcome: &'static str,
    /// What it was.
    pub(crate) found: f64,
    /// What Bliss expects.
    pub(crate) bliss: f64,
    /// That of the better of the two.
    pub(crate) better: f64,
    /// Found less Bliss.
    pub(crate) over_bliss: Figure,
    /// Found less the better.
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
    const Z: f64 = 1.959_963_985;
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
    let half = Z * (square / n).sqrt();
    Figure {
        value: Some(value),
        low: Some(value - half),
        high: Some(value + half),
        p: None,
    }
}

/// All combinations of a trial.
pub(crate) fn combinations(
    trial: &Trial,
    results: &Results,
    outcomes: &[Vec<Outcome>],
) -> Vec<Combination> {
    let given: Vec<BTreeSet<String>> = results.arms.iter().map(|arm| courses(trial, arm)).collect();
    let mut found = Vec::new();
    for (both, union) in given.iter().enumerate() {
        for (one, first) in given.iter().enumerate() {
            for (other, second) in given.iter().enumerate().skip(one + 1) {
                let is_parted =
                    !first.is_empty() && !second.is_empty() && first.is_disjoint(second);
                if is_parted && first.union(second).cloned().collect::<BTreeSet<_>>() == *union {
                    let arms = [both, one, other].map(|arm| results.arms[arm].clone());
                    found.extend(compared(&arms, [0, one, other, both], outcomes));
                }
            }
        }
    }
    found
}

fn compared(
    arms: &[String; 3],
    [none, one, other, both]: [usize; 4],
    outcomes: &[Vec<Outcome>],
) -> Vec<Combination> {
    let mut found = Vec::new();
    for (outcome, asked) in SHARES {
        // Whether it is asked is told on day 0: alike in all arms.
        let of = |arm: usize| -> Vec<f64> {
            let answers = outcomes[arm].iter().filter_map(asked);
            answers.map(f64::from).collect()
        };
        let [x0, x1, x2, x12] = [none, one, other, both].map(of);
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let [p0, p1, p2, p12] = [&x0, &x1, &x2, &x12].map(|all| mean(all));
        if x0.len() < 2 || p0 >= 1.0 {
            continue;
        }
        let bliss = 1.0 - (1.0 - p1) * (1.0 - p2) / (1.0 - p0);
        let (better, best) = if p1 >= p2 { (p1, &x1) } else { (p2, &x2) };
        let slopes = [
            (1.0 - p1) * (1.0 - p2) / (1.0 - p0).powi(2),
            -(1.0 - p2) / (1.0 - p0),
            -(1.0 - p1) / (1.0 - p0),
        ];
        found.push(Combination {
            arms: arms.clone(),
            outcome,
            found: p12,
            bliss,
            better,
            over_bliss: excess(
                p12 - bliss,
                &[
                    (1.0, &x12),
                    (slopes[0], &x0),
                    (slopes[1], &x1),
                    (slopes[2], &x2),
                ],
            ),
            over_better: excess(p12 - better, &[(1.0, &x12), (-1.0, best)]),
        });
    }
    found
}
