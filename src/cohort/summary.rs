//! What a trial found: arms, comparisons with the control, curves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cohort::body::{End, History, RECORD_D, SEEN_COLUMNS};
pub use crate::cohort::figure::Figure;
use crate::cohort::outcomes::{Outcome, against, outcomes, shares};
use crate::cohort::run::Results;
use crate::cohort::trial::Trial;
use crate::patient::skeletal_events::{Event, Kind};
use crate::statistics::survival::{
    AtRisk, First, Followed, Incidence, KaplanMeier, Ties, aalen_johansen, cox, log_rank, rate,
};

const YEAR_D: f64 = 365.25;

/// An arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArmSummary {
    /// Its name.
    pub arm: String,
    /// Patients.
    pub patients: usize,
    /// Share of patients with a skeletal-related event.
    pub with_event: Figure,
    /// The same without hypercalcaemia.
    pub with_event_without_hypercalcaemia: Figure,
    /// Median time to the first event, d.
    pub median_d: Figure,
    /// Counted events per patient and year (skeletal morbidity rate).
    pub events_per_yr: Figure,
    /// Patients with a first event of each kind.
    pub first: BTreeMap<String, usize>,
    /// Counted events of each kind.
    pub counted: BTreeMap<String, usize>,
    /// All events of each kind, those within the window too.
    pub all: BTreeMap<String, usize>,
    /// Deaths.
    pub deaths: usize,
    /// Patients that left.
    pub left: usize,
    /// Median survival, d.
    pub survival_d: Figure,
    /// Median time to progression of the tumour, in bone or outside, or death, d.
    pub progression_free_d: Figure,
    /// Shares with a response of tumour or pain, by name.
    pub outcomes: BTreeMap<String, Figure>,
}

/// An arm against the control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The arm.
    pub arm: String,
    /// The control.
    pub control: String,
    /// Hazard of the first event over that of the control.
    pub hazard_ratio: Figure,
    /// Log-rank test of the first event: chi square as value, with its p.
    pub log_rank: Figure,
    /// Hazard of all counted events over that of the control, patients as clusters.
    pub multiple_event_ratio: Figure,
    /// Hazard of death over that of the control.
    pub death_ratio: Figure,
    /// Hazard of progression or death over that of the control.
    pub progression_ratio: Figure,
    /// Differences and ratios of shares with a response, by name.
    pub outcomes: BTreeMap<String, Figure>,
}

/// What a trial found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Version of the program.
    pub version: String,
    /// Name of the trial.
    pub trial: String,
    /// Seed.
    pub seed: u64,
    /// Patients per arm.
    pub patients: u64,
    /// Follow-up, d.
    pub follow_up_d: f64,
    /// True when hypercalcaemia counts as an event.
    pub counts_hypercalcaemia: bool,
    /// Arms, the control first.
    pub arms: Vec<ArmSummary>,
    /// Other arms against the control.
    pub comparisons: Vec<Comparison>,
}

/// Curves of an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmCurves {
    /// Without an event.
    pub first: KaplanMeier,
    /// Alive.
    pub survival: KaplanMeier,
    /// How the time to the first event of each patient ended, by the kinds of events and then death without one.
    pub firsts: Vec<First>,
    /// Incidence of each kind of first event and then of death without one, at [`Curves::days`].
    pub incidence: Vec<Vec<Incidence>>,
    /// Means of what was seen (in the order of `SEEN`) of those still followed, with half of the 95 %
    /// interval, every `RECORD_D` days.
    pub seen: Vec<(usize, [(f64, f64); SEEN_COLUMNS])>,
}

/// Curves of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// Days of the incidences.
    pub days: Vec<f64>,
    /// By arm.
    pub arms: Vec<ArmCurves>,
}

fn first(history: &History, counts: impl Fn(&Event) -> bool) -> Option<&Event> {
    history.events.iter().find(|event| counts(event))
}

/// Times to the first event of all patients of an arm.
pub(crate) fn to_first(results: &Results, arm: usize) -> Vec<(u64, Followed)> {
    results
        .people
        .iter()
        .zip(results.arm(arm))
        .map(|(person, history)| {
            let event = first(history, |_| true);
            let followed = Followed {
                time: event.map_or(history.end_d, |event| event.day),
                event: event.is_some(),
            };
            (person.number, followed)
        })
        .collect()
}

pub(crate) fn to_death(results: &Results, arm: usize) -> Vec<(u64, Followed)> {
    results
        .people
        .iter()
        .zip(results.arm(arm))
        .map(|(person, history)| {
            let followed = Followed {
                time: history.end_d,
                event: history.end == End::Death,
            };
            (person.number, followed)
        })
        .collect()
}

pub(crate) fn to_progression(results: &Results, outcomes: &[Outcome]) -> Vec<(u64, Followed)> {
    let people = results.people.iter().map(|person| person.number);
    people
        .zip(outcomes.iter().map(|one| one.progression))
        .collect()
}

pub(crate) fn at_risk(times: &[(u64, Followed)], arm: usize) -> impl Iterator<Item = AtRisk> + '_ {
    times.iter().map(move |&(patient, followed)| AtRisk {
        patient,
        arm,
        start: 0.0,
        stop: followed.time,
        event: followed.event,
    })
}

/// Times at risk of every counted event: a patient is not at risk inside of the window after one.
fn recurrent(results: &Results, arm: usize, label: usize, window_d: f64) -> Vec<AtRisk> {
    let mut times = Vec::new();
    for (person, history) in results.people.iter().zip(results.arm(arm)) {
        let mut start = 0.0;
        for event in history.events.iter().filter(|event| event.counted) {
            times.push(AtRisk {
                patient: person.number,
                arm: label,
                start,
                stop: event.day,
                event: true,
            });
            start = event.day + window_d;
        }
        if start < history.end_d {
            times.push(AtRisk {
                patient: person.number,
                arm: label,
                start,
                stop: history.end_d,
                event: false,
            });
        }
    }
    times
}

fn count<'a>(events: impl Iterator<Item = &'a Event>) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = Kind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), 0))
        .collect();
    for event in events {
        *counts.entry(event.kind.name().to_owned()).or_insert(0) += 1;
    }
    counts
}

fn curve(times: &[(u64, Followed)]) -> KaplanMeier {
    let followed: Vec<Followed> = times.iter().map(|(_, followed)| *followed).collect();
    KaplanMeier::of(&followed)
}

fn arm_summary(results: &Results, arm: usize, outcomes: &[Outcome]) -> ArmSummary {
    let patients = results.people.len();
    let having = |counts: fn(&Event) -> bool| {
        let hit = results
            .arm(arm)
            .filter(|history| first(history, counts).is_some())
            .count();
        Figure::share(hit, patients)
    };
    let rates: Vec<(f64, f64)> = results
        .arm(arm)
        .map(|history| {
            let events = history.events.iter().filter(|event| event.counted).count();
            (events as f64, history.end_d / YEAR_D)
        })
        .collect();
    let (mean, low, high) = rate(&rates);
    let ended = |end| results.arm(arm).filter(|one| one.end == end).count();
    let events = || results.arm(arm).flat_map(|history| &history.events);
    ArmSummary {
        arm: results.arms[arm].clone(),
        patients,
        with_event: having(|_| true),
        with_event_without_hypercalcaemia: having(|event| event.kind != Kind::Hypercalcaemia),
        median_d: Figure::median(curve(&to_first(results, arm)).median()),
        events_per_yr: Figure {
            value: Some(mean),
            low: Some(low),
            high: Some(high),
            p: None,
        },
        first: count(results.arm(arm).filter_map(|one| first(one, |_| true))),
        counted: count(events().filter(|event| event.counted)),
        all: count(events()),
        deaths: ended(End::Death),
        left: ended(End::Leaving),
        survival_d: Figure::median(curve(&to_death(results, arm)).median()),
        progression_free_d: Figure::median(curve(&to_progression(results, outcomes)).median()),
        outcomes: shares(outcomes),
    }
}

fn comparison(
    results: &Results,
    arm: usize,
    window_d: f64,
    outcomes: &[Vec<Outcome>],
) -> Comparison {
    let both = |of: fn(&Results, usize) -> Vec<(u64, Followed)>| -> Vec<AtRisk> {
        let (control, other) = (of(results, 0), of(results, arm));
        at_risk(&control, 0).chain(at_risk(&other, 1)).collect()
    };
    let firsts = both(to_first);
    let mut all = recurrent(results, 0, 0, window_d);
    all.extend(recurrent(results, arm, 1, window_d));
    let (control, other) = (
        to_progression(results, &outcomes[0]),
        to_progression(results, &outcomes[arm]),
    );
    let progressions: Vec<AtRisk> = at_risk(&control, 0).chain(at_risk(&other, 1)).collect();
    Comparison {
        arm: results.arms[arm].clone(),
        control: results.arms[0].clone(),
        hazard_ratio: Figure::ratio(cox(&firsts, Ties::Efron), false),
        log_rank: log_rank(&firsts).map_or(Figure::NONE, |test| Figure {
            value: Some(test.chi_square),
            p: Some(test.p),
            ..Figure::NONE
        }),
        multiple_event_ratio: Figure::ratio(cox(&all, Ties::Efron), true),
        death_ratio: Figure::ratio(cox(&both(to_death), Ties::Efron), false),
        progression_ratio: Figure::ratio(cox(&progressions, Ties::Efron), false),
        outcomes: against(&outcomes[0], &outcomes[arm]),
    }
}

/// Sums up a trial.
pub fn summary(trial: &Trial, results: &Results) -> Summary {
    let window_d = trial.events.window_d();
    let outcomes = outcomes(trial, results);
    Summary {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        trial: trial.name.clone(),
        seed: trial.seed,
        patients: trial.patients,
        follow_up_d: f64::from(trial.days()),
        counts_hypercalcaemia: trial.events.count_hypercalcaemia,
        arms: (0..results.arms.len())
            .map(|arm| arm_summary(results, arm, &outcomes[arm]))
            .collect(),
        comparisons: (1..results.arms.len())
            .map(|arm| comparison(results, arm, window_d, &outcomes))
            .collect(),
    }
}

/// Curves of a trial.
pub fn curves(trial: &Trial, results: &Results) -> Curves {
    let days: Vec<f64> = (0..=trial.days())
        .step_by(RECORD_D as usize)
        .map(f64::from)
        .collect();
    let arms = (0..results.arms.len())
        .map(|arm| {
            let firsts: Vec<First> = results
                .arm(arm)
                .map(|history| {
                    let event = first(history, |_| true);
                    let kind = event.map(|event| {
                        let found = Kind::ALL.iter().position(|&kind| kind == event.kind);
                        found.unwrap_or(0)
                    });
                    First {
                        time: event.map_or(history.end_d, |event| event.day),
                        kind: kind.or((history.end == End::Death).then_some(Kind::ALL.len())),
                    }
                })
                .collect();
            ArmCurves {
                first: curve(&to_first(results, arm)),
                survival: curve(&to_death(results, arm)),
                incidence: aalen_johansen(&firsts, Kind::ALL.len() + 1, &days),
                firsts,
                seen: (0..days.len())
                    .map(|week| means(results, arm, week))
                    .collect(),
            }
        })
        .collect();
    Curves { days, arms }
}

fn means(results: &Results, arm: usize, week: usize) -> (usize, [(f64, f64); SEEN_COLUMNS]) {
    let rows: Vec<[f64; SEEN_COLUMNS]> = results
        .arm(arm)
        .filter_map(|history| history.seen.get(week).map(super::body::Seen::row))
        .collect();
    let means = std::array::from_fn(|column| {
        let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        if values.is_empty() {
            (f64::NAN, f64::NAN)
        } else {
            crate::statistics::student::mean_and_half_width(&values)
        }
    });
    (rows.len(), means)
}
