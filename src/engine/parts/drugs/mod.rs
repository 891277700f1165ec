//! Drugs: in the body, on bone, in fluid, and the courses by which they are given.

mod columns;
pub(crate) mod conditions;
pub(crate) mod dose;
mod plan;
mod sentences;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry};
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::{Setting, Times};
use crate::engine::picture::Picture;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::therapy::plan::{Dates, DrugInBody, Therapy};
use crate::therapy::regimen::Course;
use columns::{PICTURE, TABLE};
pub use plan::DrugsPlan;

/// Drugs and their courses.
#[derive(Debug)]
pub struct Drugs;

/// What is saved of drugs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DrugsState {
    /// Drugs in the body, in the order of the plan.
    pub bodies: Vec<DrugInBody>,
    /// Books of the drug that binds to bone.
    pub on_bone: BoneDrugBook,
    /// Courses that begin or end by a condition.
    pub courses: Courses,
}

/// What courses with conditions go by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Courses {
    /// BV/TV on day 0; 0 before.
    pub bv_tv_day_0: f64,
    /// When they began and ended, in the order of the plan.
    pub dates: Vec<Dates>,
}

/// Where the drug that binds to bone went since the start, amol.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BoneDrugBook {
    /// Bound to surface.
    pub bound: f64,
    /// Set free by resorption and taken up by osteoclasts.
    pub taken_up: f64,
    /// Carried away with the blood.
    pub carried_away: f64,
    /// Bound again: of what was set free and not taken up, and from osteoclasts that died.
    pub given_back: f64,
}

/// What goes by names from one list to another; what comes new begins anew.
fn carried<'a, T: Default>(
    before: impl Iterator<Item = &'a str>,
    values: Vec<T>,
    now: impl Iterator<Item = &'a str>,
) -> Vec<T> {
    let mut values: BTreeMap<&str, T> = before.zip(values).collect();
    now.map(|name| values.remove(name).unwrap_or_default())
        .collect()
}

impl Part for Drugs {
    type Asked = Therapy;
    type Plan = DrugsPlan;
    type State = DrugsState;

    const FILES: &'static [&'static str] = &[TABLE];
    const PICTURES: &'static [Picture] = &[PICTURE];

    fn plan(asked: &Therapy, setting: &Setting<'_>, problems: &mut Problems) -> DrugsPlan {
        DrugsPlan::new(asked, setting, problems)
    }

    fn notices(asked: &Therapy, times: Times) -> Vec<String> {
        let left_out = |(name, course): (&String, &Course)| {
            let left_out = course.after_the_end(times.duration_h);
            (left_out > 0).then(|| {
                format!(
                    "therapy.{name}: {left_out} of the doses asked for would fall after the end of the \
                     run on day {} and are not given",
                    times.duration_h / 24.0
                )
            })
        };
        asked.courses.iter().filter_map(left_out).collect()
    }

    fn begin(model: &Model, state: &mut State) {
        let plan = &model.parts.drugs.plan;
        state.parts.drugs = DrugsState {
            bodies: vec![DrugInBody::default(); plan.agents.len()],
            on_bone: BoneDrugBook::default(),
            courses: Courses {
                bv_tv_day_0: if state.start_h < 0.0 {
                    0.0
                } else {
                    state.bv_tv(model)
                },
                dates: vec![Dates::default(); plan.conditional.len()],
            },
        };
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let plan = &model.parts.drugs.plan;
        let DrugsState {
            bodies, courses, ..
        } = &state.parts.drugs;
        for (what, found, allowed) in [
            ("drugs", bodies.len(), plan.agents.len()),
            (
                "courses with conditions",
                courses.dates.len(),
                plan.conditional.len(),
            ),
        ] {
            if found != allowed {
                return Err(format!("{found} {what}, where {allowed} are due"));
            }
        }
        for (agent, drug) in plan.agents.iter().zip(bodies) {
            if !drug.makes_sense() {
                return Err(format!(
                    "an amount of {} that is negative or not finite",
                    agent.name
                ));
            }
        }
        let fit = |dates: &Dates| dates.make_sense(state.time_h);
        if !courses.dates.iter().all(fit) || !(0.0..=1.0 + 1e-6).contains(&courses.bv_tv_day_0) {
            return Err("a course that began or ended before day 0 or after now".to_owned());
        }
        Ok(())
    }

    /// Drugs keep their levels by name, and so do courses that began or ended by a condition.
    fn turn(before: &Model, now: &Model, state: &mut State) {
        let [before, now] = [before, now].map(|model| &model.parts.drugs.plan);
        let drugs = &mut state.parts.drugs;
        drugs.bodies = carried(
            before.agents.iter().map(|agent| agent.name.as_str()),
            std::mem::take(&mut drugs.bodies),
            now.agents.iter().map(|agent| agent.name.as_str()),
        );
        drugs.courses.dates = carried(
            before.conditional.iter().map(|entry| entry.name.as_str()),
            std::mem::take(&mut drugs.courses.dates),
            now.conditional.iter().map(|entry| entry.name.as_str()),
        );
    }

    fn watch(model: &Model, scratch: &Scratch, highest: &mut BTreeMap<String, f64>) {
        let agents = model.parts.drugs.plan.agents.iter();
        for (agent, &peak) in agents.zip(&scratch.drug_peaks_mg_per_l) {
            let so_far = highest.entry(agent.name.clone()).or_default();
            *so_far = so_far.max(peak);
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, columns::about())]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let is_kept = now.model.parts.drugs.has_courses || !(now.columns)(TABLE).is_empty();
        if now.has_row && is_kept {
            entries.push(Entry::Row {
                table: TABLE,
                cells: columns::row(now),
            });
        }
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        sentences::sentences(values)
    }
}
