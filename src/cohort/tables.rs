//! Tables of a trial beside those of events: patients, responses, subgroups, risk factors, combinations.

use std::fmt::Write as _;

use crate::cohort::body::History;
use crate::cohort::combination::Combination;
use crate::cohort::figure::Figure;
use crate::cohort::illness::ILL_COLUMNS;
use crate::cohort::outcomes::Outcome;
use crate::cohort::run::Results;
use crate::cohort::subgroups::GroupRatios;
use crate::cohort::traits::{COLUMNS, Person};
use crate::output::sheet::Kind;

/// Columns of words, by these names in any table of a trial.
const WORDS: [&str; 18] = [
    "arm",
    "against",
    "of",
    "and",
    "outcome",
    "scale",
    "without_bliss",
    "figure",
    "event",
    "curve",
    "factor",
    "level",
    "line",
    "end",
    "first_event",
    "best_bone",
    "best_soft",
    "pain",
];

/// What a column of a table of a trial holds.
pub(super) fn kind(column: &str) -> Kind {
    if WORDS.contains(&column) {
        Kind::Text
    } else {
        Kind::Number
    }
}

pub(super) fn option(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Traits, illness and fate of each patient in each arm.
pub(super) fn patients(results: &Results, outcomes: &[Vec<Outcome>]) -> String {
    let mut text = format!(
        "arm,patient,{},end_d,end,first_event_d,first_event,events_counted,events_all,{},best_bone,change_bone,best_soft,change_soft,progression_d,felt_pain_at_start,pain,ntx_at_start_nmol_per_mmol,ntx_last_nmol_per_mmol\n",
        COLUMNS.join(","),
        ILL_COLUMNS.join(",")
    );
    for (arm, name) in results.arms.iter().enumerate() {
        let patients = results.people.iter().zip(&results.ill);
        let fates = results.arm(arm).zip(&outcomes[arm]);
        for ((person, ill), (history, outcome)) in patients.zip(fates) {
            let traits = person.row().map(|value| value.to_string()).join(",");
            let first = history.events.first();
            let counted = history.events.iter().filter(|event| event.counted).count();
            let progressed = [outcome.bone.progression_d, outcome.outside.progression_d];
            let _ = writeln!(
                text,
                "{name},{},{traits},{},{},{},{},{counted},{},{},{},{},{},{},{},{},{},{},{}",
                person.number,
                history.end_d,
                history.end.name(),
                option(first.map(|event| event.day)),
                first.map_or("", |event| event.kind.name()),
                history.events.len(),
                ill.row().join(","),
                outcome.bone.best.name(),
                option(outcome.bone.change),
                outcome.outside.best.name(),
                option(outcome.outside.change),
                option(progressed.into_iter().flatten().min_by(f64::total_cmp)),
                option(history.seen.first().map(|seen| seen.felt_pain)),
                outcome.pain.name(),
                option(person.ntx_nmol_per_mmol),
                option(ntx_last(person, history)),
            );
        }
    }
    text
}

fn ntx_last(person: &Person, history: &History) -> Option<f64> {
    let (first, last) = (history.seen.first()?, history.seen.last()?);
    person.ntx(last.ntx, first.ntx)
}

fn cells(figure: &Figure) -> String {
    let Figure {
        value, low, high, ..
    } = figure;
    [*value, *low, *high].map(option).join(",")
}

/// Subgroups or risk factors.
pub(super) fn groups(rows: &[GroupRatios]) -> String {
    let mut text = "arm,factor,level,patients,hazard_ratio_death,death_low,death_high,hazard_ratio_first_event,first_event_low,first_event_high,response_soft,response_soft_low,response_soft_high\n".to_owned();
    for row in rows {
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{}",
            row.arm,
            row.factor,
            row.level,
            row.patients,
            cells(&row.death),
            cells(&row.first_event),
            cells(&row.response)
        );
    }
    text
}

/// Combinations against Bliss and against the better of the two.
pub(super) fn combinations(rows: &[Combination]) -> String {
    let mut text = "arm,of,and,outcome,scale,found,better,over_better,over_better_low,over_better_high,bliss,over_bliss,over_bliss_low,over_bliss_high,without_bliss\n".to_owned();
    for row in rows {
        let (bliss, over_bliss, why) = match &row.bliss {
            Ok((bliss, over)) => (Some(*bliss), *over, ""),
            Err(why) => (None, Figure::NONE, why.words()),
        };
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{why}",
            row.arms.join(","),
            row.outcome,
            row.scale.name(),
            option(row.found),
            option(row.better),
            cells(&row.over_better),
            option(bliss),
            cells(&over_bliss),
        );
    }
    text
}
