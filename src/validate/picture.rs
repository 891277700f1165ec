//! What pictures of targets are made from: courses of runs, and published points.

use super::arm::Arm;
use super::course::Course;
use super::runs::Runs;
use crate::output::table::Table;
use crate::plot::curves::{Line, Panel, Published};

/// A picture of a target.
pub(super) struct Picture {
    /// File name without its ending.
    pub(super) name: &'static str,
    /// What stands above it.
    pub(super) heading: &'static str,
    /// Its panels.
    pub(super) panels: Vec<Panel<'static>>,
}

/// Tables of the runs of an arm.
pub(super) fn tables_of(runs: &Runs, arm: &Arm) -> Option<Vec<Table>> {
    let courses = runs.get(arm.name)?;
    Some(courses.iter().map(Course::table).collect())
}

/// Factor to per cent of day 0.
pub(super) fn per_cent(values: &[f64]) -> f64 {
    100.0 / values.first().copied().unwrap_or(1.0)
}

/// Factor to multiples of day 0.
pub(super) fn fold(values: &[f64]) -> f64 {
    1.0 / values.first().copied().unwrap_or(1.0)
}

/// Factor to multiples of day 7.
pub(super) fn of_week_one(values: &[f64]) -> f64 {
    1.0 / values.get(7).copied().unwrap_or(1.0)
}

pub(super) fn published(label: &str, points: &[(f64, f64, f64)]) -> Published {
    Published {
        label: label.to_owned(),
        points: points.to_vec(),
    }
}

pub(super) fn panel(
    y_label: &'static str,
    logarithmic: bool,
    lines: impl IntoIterator<Item = Line>,
    published: Vec<Published>,
) -> Panel<'static> {
    Panel {
        y_label,
        lines: lines.into_iter().collect(),
        published,
        logarithmic,
        ..Panel::default()
    }
}
