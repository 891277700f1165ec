//! Columns of `strength.csv`, and what is drawn of them.

use crate::engine::column::{About, Cell, Column, abouts, cells, cells_of};
use crate::engine::picture::{Curve, Drawn, Mark, Panel, Picture};
use crate::mechanics::rigidity::Axis;
use crate::mechanics::strength_course::{Borne, Strengths};

/// What an axis bears, now and at day 0.
pub(super) struct Pair {
    now: Borne,
    intact: Borne,
}

impl Pair {
    /// A figure over that of day 0; no number where the axis bore nothing then.
    fn over(&self, figure: fn(&Borne) -> f64) -> f64 {
        let intact = figure(&self.intact);
        if intact > 0.0 {
            figure(&self.now) / intact
        } else {
            f64::NAN
        }
    }
}

/// The file of all readings.
pub(super) const TABLE: &str = "strength.csv";

/// Of the whole reading.
const WHOLE: [Column<Strengths>; 2] = [
    Column::new("time_d", "d", "time of the reading", |read: &Strengths| {
        read.read_h / 24.0
    }),
    Column::new(
        "least_ratio",
        "",
        "the least failure load of all axes over that of day 0",
        |read: &Strengths| read.least_ratio().unwrap_or(f64::NAN),
    ),
];

/// Of an axis, behind its letter.
const OF_AXIS: [Column<Pair>; 6] = [
    Column::new(
        "_stiffness_n_per_mm",
        "N/mm",
        "force over displacement of a compression along the axis",
        |at| at.now.stiffness,
    ),
    Column::new(
        "_e_apparent_mpa",
        "MPa",
        "stress on bone and marrow over strain",
        |at| at.now.apparent_mpa,
    ),
    Column::new(
        "_failure_load_n",
        "N",
        "load at which 2 % of the bone is beyond 7000 microstrain",
        |at| at.now.failure_n,
    ),
    Column::new(
        "_yield_load_n",
        "N",
        "load at which 2 % of the bone is strained beyond yield",
        |at| at.now.yield_n,
    ),
    Column::new("_stiffness_ratio", "", "stiffness over its day 0", |at| {
        at.over(|borne| borne.stiffness)
    }),
    Column::new(
        "_failure_load_ratio",
        "",
        "failure load over its day 0",
        |at| at.over(|borne| borne.failure_n),
    ),
];

/// All columns in words.
pub(super) fn columns() -> Vec<About> {
    let mut all = abouts(&WHOLE);
    for axis in [Axis::X, Axis::Y, Axis::Z] {
        all.extend(abouts(&OF_AXIS).into_iter().map(|about| About {
            name: format!("{}{}", axis.name(), about.name),
            ..about
        }));
    }
    all
}

/// A row: of the axes that are loaded alone.
pub(super) fn row(axes: &[Axis], read: &Strengths) -> Vec<Cell> {
    let mut row: Vec<Cell> = cells(&WHOLE, read).collect();
    for (axis, (&now, &intact)) in axes.iter().zip(read.now.iter().zip(&read.intact)) {
        row.extend(cells_of(axis.name(), &OF_AXIS, &Pair { now, intact }));
    }
    row
}

/// Stiffness and failure load against day 0.
pub(super) const PICTURE: Picture = Picture {
    name: "strength",
    heading: "strength of the bone by finite elements",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new(
            "stiffness in compression (% of day 0)",
            &[
                Curve::new("x_stiffness_ratio", "along x")
                    .times(100.0)
                    .marked(),
                Curve::new("y_stiffness_ratio", "along y")
                    .times(100.0)
                    .marked(),
                Curve::new("z_stiffness_ratio", "along z")
                    .times(100.0)
                    .marked(),
            ],
        )
        .against(&[DAY_0]),
        Panel::new(
            "failure load (% of day 0)",
            &[
                Curve::new("x_failure_load_ratio", "along x")
                    .times(100.0)
                    .marked(),
                Curve::new("y_failure_load_ratio", "along y")
                    .times(100.0)
                    .marked(),
                Curve::new("z_failure_load_ratio", "along z")
                    .times(100.0)
                    .marked(),
            ],
        )
        .against(&[DAY_0]),
    ]),
};

const DAY_0: Mark = Mark::Level {
    label: "day 0",
    value: 100.0,
};
