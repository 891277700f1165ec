//! Every so many days: what the bone of the lattice bears along its axes, by finite elements, against its day 0.
//! The tissue does not feel it.

mod columns;

use std::borrow::Cow;

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::{Setting, Times};
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::mechanics::strength_course::{StrengthCourse, Strengths};
use columns::{PICTURE, TABLE, row};

/// Strength followed through a run.
#[derive(Debug)]
pub struct Strength;

impl Part for Strength {
    type Asked = Option<StrengthCourse>;
    type Plan = Option<StrengthCourse>;
    /// From day 0 on.
    type State = Option<Strengths>;

    const FILES: &'static [&'static str] = &[TABLE];
    const PICTURES: &'static [Picture] = &[PICTURE];
    const SHARED: &'static [&'static str] = &["strength"];

    fn plan(asked: &Self::Asked, setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        if let Some(course) = asked {
            course.check(setting.grid, problems);
        }
        asked.clone()
    }

    fn notices(asked: &Self::Asked, times: Times) -> Vec<String> {
        let Some(course) = asked else {
            return Vec::new();
        };
        let mut said = Vec::new();
        if let Some(every) = course.interval()
            && every.get() > times.duration_h
        {
            said.push(format!(
                "strength.every = {every} is longer than the run: the strength is read on day 0 and at the end alone"
            ));
        }
        let last = times.duration_h / 24.0;
        let beyond = course.days.iter().filter(|&&day| day > last + 1e-9);
        said.extend(beyond.map(|day| {
            format!("strength.days names day {day}, after the end of the run: it is not read then")
        }));
        said
    }

    fn on_day_0(model: &Model, state: &mut State) -> Result<(), Fault> {
        begin(model, state)
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let axes = match &model.parts.strength {
            // It is followed from day 0 on.
            Some(course) if state.time_h >= -1e-6 => Some(course.axes(&model.grid).len()),
            _ => None,
        };
        let fits = match (axes, &state.parts.strength) {
            (None, None) => true,
            (Some(axes), Some(read)) => read.makes_sense(axes),
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err("strengths that do not fit the scenario".to_owned())
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, columns::columns())]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let (Some(course), Some(read)) = (&now.model.parts.strength, &now.state.parts.strength)
        else {
            return;
        };
        let (grid, state) = (&now.model.grid, now.state);
        let mut read = Cow::Borrowed(read);
        if (read.read_h - state.time_h).abs() > 1e-6 {
            if !now.is_last {
                return;
            }
            // Forces that are not balanced at the end leave the last reading as it is.
            let Ok(found) = course.read(grid, &state.bone) else {
                return;
            };
            let last = read.to_mut();
            (last.now, last.read_h) = (found, state.time_h);
        }
        entries.push(Entry::Row {
            table: TABLE,
            cells: row(&course.axes(grid), &read),
        });
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        if !values.keys().any(|path| path.starts_with("strength.")) {
            return Vec::new();
        }
        let when = match values.get("strength.every") {
            Some(every) => format!("Every {every}"),
            None if values.keys().any(|path| path.starts_with("strength.days")) => {
                "On chosen days".to_owned()
            }
            None => "Every 30 d".to_owned(),
        };
        vec![format!(
            "{when} the bone is compressed by finite elements and compared with day 0; tissue does not feel it."
        )]
    }
}

fn fault(state: &State, reason: &impl std::fmt::Display) -> Fault {
    Fault::of_part("strength", (state.tick, state.day()), reason)
}

/// Takes the bone as it is now for the intact one.
fn begin(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(course) = &model.parts.strength else {
        return Ok(());
    };
    let read = course.read(&model.grid, &state.bone);
    let intact = read.map_err(|reason| fault(state, &reason))?;
    if intact.iter().all(|borne| borne.stiffness <= 0.0) {
        return Err(fault(
            state,
            &"no bone joins both ends along any of the axes: there is nothing to compare with; name other axes in \
             strength.axes, or take a piece of bone that holds together",
        ));
    }
    state.parts.strength = Some(Strengths {
        now: intact.clone(),
        intact,
        read_h: state.time_h,
    });
    Ok(())
}

/// Reads the strength where it is due; before day 0 it is not.
///
/// # Errors
/// [`Fault::Part`].
pub fn follow(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(course) = &model.parts.strength else {
        return Ok(());
    };
    if state.time_h <= 1e-6 || !course.is_due(state.time_h) {
        return Ok(());
    }
    let read = course.read(&model.grid, &state.bone);
    let now = read.map_err(|reason| fault(state, &reason))?;
    let read_h = state.time_h;
    if let Some(read) = &mut state.parts.strength {
        read.now = now;
        read.read_h = read_h;
    }
    Ok(())
}
