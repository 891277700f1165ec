//! Columns of `rigidity.csv` and `rigidity_cuts.csv`, and what is drawn of them.

use crate::engine::column::Column;
use crate::engine::picture::{Curve, Drawn, Mark, Panel, Picture};
use crate::mechanics::rigidity::{
    Comparison, FALL_ADULT, FALL_CHILD, Measure, Rigidities, Weakest,
};

/// A reading: the weakest cuts against day 0.
pub(super) struct Reading {
    pub(super) time_d: f64,
    pub(super) found: Comparison,
}

impl Reading {
    const fn at(&self, measure: Measure) -> Weakest {
        self.found.at(measure)
    }

    fn flag(&self, fall: f64) -> f64 {
        f64::from(u8::from(self.found.has_fallen_by(fall)))
    }
}

/// The file of all readings.
pub(super) const TABLE: &str = "rigidity.csv";

/// Its columns.
pub(super) const COLUMNS: [Column<Reading>; 10] = [
    Column::new("time_d", "d", "time of the reading", |read| read.time_d),
    Column::new(
        "ea_ratio",
        "",
        "axial, of the weakest cut over its day 0",
        |read| read.at(Measure::Axial).value,
    ),
    Column::new("ea_cut", "", "the axially weakest cut, from 0", |read| {
        read.at(Measure::Axial).cut as f64
    }),
    Column::new(
        "ei_min_ratio",
        "",
        "bending, of the weakest cut over its day 0",
        |read| read.at(Measure::Bending).value,
    ),
    Column::new(
        "ei_min_cut",
        "",
        "the cut weakest in bending, from 0",
        |read| read.at(Measure::Bending).cut as f64,
    ),
    Column::new(
        "gj_ratio",
        "",
        "torsion, of the weakest cut over its day 0",
        |read| read.at(Measure::Torsion).value,
    ),
    Column::new("gj_cut", "", "the cut weakest in torsion, from 0", |read| {
        read.at(Measure::Torsion).cut as f64
    }),
    Column::new("least_ratio", "", "the least of the three ratios", |read| {
        read.found.least_ratio()
    }),
    Column::new(
        "fallen_33",
        "",
        "1 where one has fallen by the rule for children",
        |read| read.flag(FALL_CHILD),
    ),
    Column::new(
        "fallen_35",
        "",
        "1 where one has fallen by the rule for adults",
        |read| read.flag(FALL_ADULT),
    ),
];

/// A cut at day 0 and at the last reading.
pub(super) struct Cut {
    pub(super) number: usize,
    pub(super) position_mm: f64,
    pub(super) day_0: Rigidities,
    pub(super) now: Rigidities,
}

/// The file of all cuts at the last reading.
pub(super) const CUTS: &str = "rigidity_cuts.csv";

/// Its columns.
pub(super) const CUT_COLUMNS: [Column<Cut>; 8] = [
    Column::new("cut", "", "the cut, from 0", |at| at.number as f64),
    Column::new(
        "position_mm",
        "mm",
        "its middle, from the edge of the lattice",
        |at| at.position_mm,
    ),
    Column::new("ea_day_0_n", "N", "axial, at day 0", |at| {
        at.day_0.of(Measure::Axial)
    }),
    Column::new("ea_n", "N", "axial, at the last reading", |at| {
        at.now.of(Measure::Axial)
    }),
    Column::new("ei_min_day_0_n_mm2", "N mm2", "bending, at day 0", |at| {
        at.day_0.of(Measure::Bending)
    }),
    Column::new(
        "ei_min_n_mm2",
        "N mm2",
        "bending, at the last reading",
        |at| at.now.of(Measure::Bending),
    ),
    Column::new("gj_day_0_n_mm2", "N mm2", "torsion, at day 0", |at| {
        at.day_0.of(Measure::Torsion)
    }),
    Column::new("gj_n_mm2", "N mm2", "torsion, at the last reading", |at| {
        at.now.of(Measure::Torsion)
    }),
];

/// The weakest cuts against day 0, with the line of the clinical rule.
pub(super) const PICTURE: Picture = Picture {
    name: "rigidity",
    heading: "rigidity of the cut through the bone that has lost most",
    table: TABLE,
    drawn: Drawn::Panels(&[Panel::new(
        "rigidity (% of day 0)",
        &[
            Curve::new("ea_ratio", "axial, EA").times(100.0).marked(),
            Curve::new("ei_min_ratio", "bending, least EI").times(100.0).marked(),
            Curve::new("gj_ratio", "torsion, GJ").times(100.0).marked(),
        ],
    )
    .noting(
        "each value is of the cut that has lost the largest share of its own rigidity of day 0 by then, which may be \
         another from reading to reading and from load to load; marks: readings",
    )
    .against(&[Mark::Level {
        label: "35 % lost: rule for whole long bones, not made for a few mm",
        value: 100.0 * (1.0 - FALL_ADULT),
    }])]),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_labelled_as_the_rule_has_it() {
        let Mark::Level { label, .. } = PICTURE.panels()[0].marks[0] else {
            panic!("{PICTURE:?}");
        };
        assert!(
            label.starts_with(&format!("{} %", 100.0 * FALL_ADULT)),
            "{label}"
        );
    }
}
