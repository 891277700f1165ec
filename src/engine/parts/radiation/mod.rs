//! Radiation: fractions that are due, what they do to cells, and progenitors that are fewer after them.

mod columns;
pub(crate) mod irradiate;
mod sentences;
pub(crate) mod strength;
pub mod supply;

use std::collections::BTreeMap;

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry, abouts, cells, whole};
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Setting;
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::therapy::irradiation::{Extent, RadiationCourse, RadiationPlan};
use crate::therapy::radiotherapy::Radiobiology;
use columns::{At, FRACTIONS, PICTURE, TABLE, columns, of_fraction};
use strength::strength_factor;

/// Radiation and what cells make of it.
#[derive(Debug)]
pub struct Radiation;

/// What radiation is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// What it does to cells.
    pub biology: Option<Radiobiology>,
    /// Courses, by name.
    pub courses: BTreeMap<String, RadiationCourse>,
}

impl Part for Radiation {
    type Asked = Asked;
    type Plan = Option<RadiationPlan>;
    /// What was given, and what it did.
    type State = crate::therapy::irradiation::Radiation;

    const FILES: &'static [&'static str] = &[TABLE, FRACTIONS];
    const PICTURES: &'static [Picture] = &[PICTURE];

    fn plan(asked: &Asked, setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        let biology = asked.biology.filter(|_| !asked.courses.is_empty())?;
        let grid = setting.grid;
        let [nx, ny, nz] = grid.dims.map(|sites| sites as f64);
        let extent = Extent {
            um: [nx * grid.edge_um, ny * grid.edge_um, nz * grid.depth_um],
            is_section: grid.is_section(),
        };
        let duration_h = setting.times.duration_h;
        let plan = RadiationPlan::new(biology, &asked.courses, extent, duration_h, problems);
        Some(plan)
    }

    fn check(_: &Model, state: &State) -> Result<(), String> {
        if state.parts.radiation.makes_sense() {
            Ok(())
        } else {
            Err("a fraction of radiation that is negative or not finite".to_owned())
        }
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![
            (TABLE, abouts(&columns())),
            (FRACTIONS, abouts(&of_fraction())),
        ]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let (plan, state) = (&now.model.parts.radiation, now.state);
        if !now.has_row || plan.is_none() && (now.columns)(TABLE).is_empty() {
            return;
        }
        let given = &state.parts.radiation;
        let strength = strength_factor(now.model, state);
        let doomed = state.tumour.doomed() - state.tumour.hit();
        let at = At {
            state,
            doomed,
            strength,
        };
        entries.push(Entry::Row {
            table: TABLE,
            cells: cells(&columns(), &at).collect(),
        });
        entries.push(whole(FRACTIONS, &of_fraction(), given.fractions.iter()));
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        sentences::sentences(values)
    }
}
