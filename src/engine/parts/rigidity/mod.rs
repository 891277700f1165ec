//! Every so many days: the rigidity of the lattice against its day 0. The tissue does not feel it.

mod columns;

use std::borrow::Cow;

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry, abouts, cells, whole};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::{Setting, Times};
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::mechanics::follow_up::{Findings, FollowUp};
use crate::mechanics::rigidity::RigidityError;
use crate::numerics::quantity::Time;
use crate::tissue::grid::Grid;
use columns::{COLUMNS, CUT_COLUMNS, CUTS, Cut, PICTURE, Reading, TABLE};

/// Rigidity followed through a run.
#[derive(Debug)]
pub struct Rigidity;

impl Part for Rigidity {
    type Asked = Option<FollowUp>;
    type Plan = Option<FollowUp>;
    /// From day 0 on.
    type State = Option<Findings>;

    const FILES: &'static [&'static str] = &[TABLE, CUTS];
    const PICTURES: &'static [Picture] = &[PICTURE];
    const SHARED: &'static [&'static str] = &["rigidity"];

    fn plan(asked: &Self::Asked, _: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        if let Some(follow_up) = asked {
            follow_up.check(problems);
        }
        asked.clone()
    }

    fn notices(asked: &Self::Asked, times: Times) -> Vec<String> {
        let duration = Time::h(times.duration_h);
        let is_long = |follow_up: &&FollowUp| follow_up.every > duration;
        let said = asked.as_ref().filter(is_long).map(|follow_up| {
            format!(
                "rigidity.every = {} is longer than the run of {duration}: the rigidity is read on day 0 \
                 and at the end alone",
                follow_up.every
            )
        });
        said.into_iter().collect()
    }

    fn on_day_0(model: &Model, state: &mut State) -> Result<(), Fault> {
        begin(model, state)
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let cuts = match &model.parts.rigidity {
            // It is followed from day 0 on.
            Some(follow_up) if state.time_h >= -1e-6 => {
                Some(model.grid.dims[follow_up.axis.index()])
            }
            _ => None,
        };
        let fits = match (cuts, &state.parts.rigidity) {
            (None, None) => true,
            (Some(cuts), Some(findings)) => findings.makes_sense(cuts),
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err("rigidities that do not fit the scenario".to_owned())
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![(TABLE, abouts(&COLUMNS)), (CUTS, abouts(&CUT_COLUMNS))]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let (Some(law), Some(findings)) = (&now.model.parts.rigidity, &now.state.parts.rigidity)
        else {
            return;
        };
        let (grid, state) = (&now.model.grid, now.state);
        let mut findings = Cow::Borrowed(findings);
        if (findings.read_h - state.time_h).abs() > 1e-6 {
            if !now.is_last {
                return;
            }
            // What could be read at day 0 can be read at the end.
            if let Ok(found) = law.read(grid, &state.bone) {
                let last = findings.to_mut();
                (last.now, last.read_h) = (found, state.time_h);
            }
        }
        if let Ok(found) = findings.comparison() {
            let time_d = findings.read_h / 24.0;
            entries.push(Entry::Row {
                table: TABLE,
                cells: cells(&COLUMNS, &Reading { time_d, found }).collect(),
            });
        }
        entries.push(whole(CUTS, &CUT_COLUMNS, cuts(law, grid, &findings)));
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        if !values.keys().any(|path| path.starts_with("rigidity.")) {
            return Vec::new();
        }
        let or = |path: &str, default: &'static str| values.get(path).copied().unwrap_or(default);
        vec![format!(
            "Every {} the rigidity of all cuts across {} is compared with day 0; tissue does not feel it.",
            or("rigidity.every", "7 d"),
            or("rigidity.axis", "z"),
        )]
    }
}

/// All cuts at day 0 and at the last reading.
fn cuts(law: &FollowUp, grid: &Grid, findings: &Findings) -> impl Iterator<Item = Cut> {
    let edge_mm = [grid.edge_um, grid.edge_um, grid.depth_um][law.axis.index()] * 1e-3;
    let pairs = findings.intact.iter().zip(&findings.now).enumerate();
    pairs.map(move |(number, (day_0, now))| Cut {
        number,
        position_mm: (number as f64 + 0.5) * edge_mm,
        day_0: *day_0,
        now: *now,
    })
}

fn fault(state: &State, reason: &RigidityError) -> Fault {
    Fault::of_part("rigidity", (state.tick, state.day()), reason)
}

/// Takes the bone as it is now for the intact one.
fn begin(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(follow_up) = &model.parts.rigidity else {
        return Ok(());
    };
    let intact = follow_up
        .read(&model.grid, &state.bone)
        .map_err(|reason| fault(state, &reason))?;
    let findings = Findings {
        now: intact.clone(),
        intact,
        read_h: state.time_h,
    };
    findings
        .comparison()
        .map_err(|reason| fault(state, &reason))?;
    state.parts.rigidity = Some(findings);
    Ok(())
}

/// Reads the rigidity where it is due; before day 0 it is not.
///
/// # Errors
/// [`Fault::Part`].
pub fn follow(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(follow_up) = &model.parts.rigidity else {
        return Ok(());
    };
    if state.time_h <= 1e-6 || !follow_up.is_due(state.time_h) {
        return Ok(());
    }
    let now = follow_up
        .read(&model.grid, &state.bone)
        .map_err(|reason| fault(state, &reason))?;
    let read_h = state.time_h;
    if let Some(findings) = &mut state.parts.rigidity {
        findings.now = now;
        findings.read_h = read_h;
    }
    Ok(())
}
