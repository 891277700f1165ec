//! What became of tumour and pain of each patient, and shares of arms.
//!
//! # Law
//! Shares have the interval of Wilson; differences that of Newcombe from the two of them, ratios that of the logarithm. Shares of response
//! are of all patients, those of pain of patients with pain of 2 and more on day 0. Arms that do alike differ by exactly 0, with
//! a ratio of exactly 1.
//!
//! # References
//! Newcombe 1998.

use std::collections::BTreeMap;

use crate::cohort::body::{End, History};
use crate::cohort::figure::Figure;
use crate::cohort::pain::Relief;
use crate::cohort::response::{Best, Read};
use crate::cohort::run::Results;
use crate::cohort::trial::Trial;
use crate::numerics::random::Chance;
use crate::statistics::student::Z_975;
use crate::statistics::survival::Followed;

/// What became of a patient in an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outcome {
    /// Response in bone.
    pub(crate) bone: Read,
    /// Response outside of bone.
    pub(crate) outside: Read,
    /// Response of pain.
    pub(crate) pain: Relief,
    /// True where radiation that was an event went to the lesion that hurts.
    pub(crate) is_irradiated: bool,
    /// Progression, in bone or outside, or death.
    pub(crate) progression: Followed,
}

fn outcome(trial: &Trial, patient: u64, history: &History) -> Outcome {
    let chance = Chance::new(trial.seed);
    let volumes =
        |of: fn(&super::body::Seen) -> f64| -> Vec<f64> { history.seen.iter().map(of).collect() };
    let bone = (trial.scans).read(&volumes(|seen| seen.in_bone_cm3), 0, chance, patient);
    let outside = (trial.scans).read(&volumes(|seen| seen.outside_cm3), 1, chance, patient);
    let seen = [bone.progression_d, outside.progression_d];
    let progressed = seen.into_iter().flatten().min_by(f64::total_cmp);
    Outcome {
        bone,
        outside,
        pain: Relief::of(&volumes(|seen| seen.felt_pain)),
        is_irradiated: !history.irradiated_d.is_empty(),
        progression: Followed {
            time: progressed.unwrap_or(history.end_d),
            event: progressed.is_some() || history.end == End::Death,
        },
    }
}

/// Outcomes of all patients: by arm, then by patient.
pub(crate) fn outcomes(trial: &Trial, results: &Results) -> Vec<Vec<Outcome>> {
    let of = |arm| {
        let patients = results.people.iter().zip(results.arm(arm));
        patients
            .map(|(person, history)| outcome(trial, person.number, history))
            .collect()
    };
    (0..results.arms.len()).map(of).collect()
}

/// A yes or no of a patient; none where it is not asked.
pub(crate) type Asked = fn(&Outcome) -> Option<bool>;

/// Which way an outcome is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The more the better.
    More,
    /// The less the better.
    Less,
}

/// A share that a trial reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// Its name.
    pub(crate) name: &'static str,
    /// What a patient had.
    pub(crate) asked: Asked,
    /// Which way it is better.
    pub(crate) wanted: Wanted,
}

const fn wanted(name: &'static str, asked: Asked) -> Share {
    Share {
        name,
        asked,
        wanted: Wanted::More,
    }
}

/// Shares that a trial reports.
pub(crate) const SHARES: [Share; 6] = [
    wanted("response_bone", |one| Some(one.bone.best.is_response())),
    wanted("response_soft", |one| Some(one.outside.best.is_response())),
    wanted("complete_response_soft", |one| {
        Some(one.outside.best == Best::Complete)
    }),
    wanted("pain_response", |one| {
        let is_response = matches!(one.pain, Relief::Partial | Relief::Complete);
        (one.pain != Relief::NotPainful).then_some(is_response)
    }),
    wanted("pain_complete_response", |one| {
        (one.pain != Relief::NotPainful).then_some(one.pain == Relief::Complete)
    }),
    Share {
        name: "radiation_of_painful_lesion",
        asked: |one| Some(one.is_irradiated),
        wanted: Wanted::Less,
    },
];

fn counted(outcomes: &[Outcome], asked: Asked) -> (usize, usize) {
    let answers: Vec<bool> = outcomes.iter().filter_map(asked).collect();
    (answers.iter().filter(|yes| **yes).count(), answers.len())
}

/// Shares of an arm by name.
pub(crate) fn shares(outcomes: &[Outcome]) -> BTreeMap<String, Figure> {
    let of = |share: Share| {
        let (yes, all) = counted(outcomes, share.asked);
        (share.name.to_owned(), Figure::share(yes, all))
    };
    SHARES.into_iter().map(of).collect()
}

/// Differences and ratios of shares against the control, by name.
pub(crate) fn against(control: &[Outcome], arm: &[Outcome]) -> BTreeMap<String, Figure> {
    let mut found = BTreeMap::new();
    for Share { name, asked, .. } in SHARES {
        let (control, arm) = (counted(control, asked), counted(arm, asked));
        found.insert(format!("{name}_difference"), difference(control, arm));
        found.insert(format!("{name}_ratio"), ratio(control, arm));
    }
    found
}

/// Difference of two shares with the interval of Newcombe.
fn difference(control: (usize, usize), arm: (usize, usize)) -> Figure {
    let (from, to) = (
        Figure::share(control.0, control.1),
        Figure::share(arm.0, arm.1),
    );
    match (from.value, from.low, from.high, to.value, to.low, to.high) {
        (Some(p0), Some(low0), Some(high0), Some(p1), Some(low1), Some(high1)) => {
            let by = p1 - p0;
            Figure {
                value: Some(by),
                low: Some(by - (p1 - low1).hypot(high0 - p0)),
                high: Some(by + (high1 - p1).hypot(p0 - low0)),
                p: None,
            }
        }
        _ => Figure::NONE,
    }
}

/// Ratio of two shares with the interval of its logarithm; none where one is 0.
fn ratio(control: (usize, usize), arm: (usize, usize)) -> Figure {
    if control.0 == 0 || arm.0 == 0 {
        return Figure::NONE;
    }
    let share = |(yes, all): (usize, usize)| yes as f64 / all as f64;
    let variance = |(yes, all): (usize, usize)| 1.0 / yes as f64 - 1.0 / all as f64;
    let value = share(arm) / share(control);
    let half = Z_975 * (variance(control) + variance(arm)).sqrt();
    Figure {
        value: Some(value),
        low: Some(value * (-half).exp()),
        high: Some(value * half.exp()),
        p: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe 1998, example (a): 56 of 70 against 48 of 80 differ by 0.2 (0.0524 to 0.3339).
    #[test]
    fn a_difference_has_the_published_interval() {
        let found = difference((48, 80), (56, 70));
        for (found, published) in [
            (found.value, 0.2),
            (found.low, 0.0524),
            (found.high, 0.3339),
        ] {
            assert!(
                (found.unwrap_or(f64::NAN) - published).abs() < 1e-4,
                "{found:?}"
            );
        }
        let same = difference((17, 33), (17, 33));
        assert_eq!(same.value.map(f64::to_bits), Some(0.0_f64.to_bits()));
        assert_eq!(
            ratio((17, 33), (17, 33)).value.map(f64::to_bits),
            Some(1.0_f64.to_bits())
        );
        assert_eq!(ratio((0, 33), (17, 33)), Figure::NONE);
    }
}
