//! Conditions on a patient and a tissue, by which a course begins or ends.
//!
//! # Law
//! Looked at once a day from day 0 on, after the body of the patient, from the state alone. What a
//! condition compares with day 0 is compared with the state at the end of the burn-in. A course that
//! has begun stays begun, and one that has ended stays ended.
//!
//! # Limits
//! A clinic sees bone by an image and tumour by a scan, with an error and not every day.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::Concentration;
use crate::patient::calcium::hypercalcaemia;

/// A condition: one key and its limit, as in `{ calcium_above = "2.9 mM" }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Total calcium, at normal albumin, is above this. Needs `[patient]`.
    CalciumAbove(Concentration),
    /// Total calcium, at normal albumin, is below this. Needs `[patient]`.
    CalciumBelow(Concentration),
    /// The grade of hypercalcaemia is at least this, 1 to 3. Needs `[patient]`.
    HypercalcaemiaGrade(u8),
    /// Neutrophils, 1e9 per L, are below this. Needs `[patient]`.
    NeutrophilsBelow(f64),
    /// CTX, over its level in health, is above this. Needs `[patient]`.
    CtxAbove(f64),
    /// CEA, over its level in health, is above this. Needs `[patient]`.
    CeaAbove(f64),
    /// BV/TV has fallen by at least this share of that on day 0, above 0 and below 1.
    BvTvFalls(f64),
    /// BV/TV has risen by at least this share of that on day 0.
    BvTvRises(f64),
    /// There are more tumour cells than this.
    TumourCellsAbove(u64),
    /// There are fewer tumour cells than this.
    TumourCellsBelow(u64),
}

/// What is known of the body of the patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blood {
    /// Total calcium, mM.
    pub calcium_mm: f64,
    /// Neutrophils, 1e9 per L.
    pub neutrophils: f64,
    /// CTX, over its level in health.
    pub ctx: f64,
    /// CEA, over its level in health.
    pub cea: f64,
}

/// What is known on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Findings {
    /// BV/TV.
    pub bv_tv: f64,
    /// BV/TV on day 0.
    pub bv_tv_day_0: f64,
    /// Tumour cells.
    pub tumour_cells: usize,
    /// Blood, if a patient is followed.
    pub blood: Option<Blood>,
}

impl Condition {
    /// Key and limit, for messages.
    fn parts(self) -> (&'static str, String) {
        match self {
            Self::CalciumAbove(limit) => ("calcium_above", mm(limit)),
            Self::CalciumBelow(limit) => ("calcium_below", mm(limit)),
            Self::HypercalcaemiaGrade(grade) => ("hypercalcaemia_grade", grade.to_string()),
            Self::NeutrophilsBelow(limit) => ("neutrophils_below", limit.to_string()),
            Self::CtxAbove(limit) => ("ctx_above", limit.to_string()),
            Self::CeaAbove(limit) => ("cea_above", limit.to_string()),
            Self::BvTvFalls(share) => ("bv_tv_falls", share.to_string()),
            Self::BvTvRises(share) => ("bv_tv_rises", share.to_string()),
            Self::TumourCellsAbove(cells) => ("tumour_cells_above", cells.to_string()),
            Self::TumourCellsBelow(cells) => ("tumour_cells_below", cells.to_string()),
        }
    }

    /// True where it speaks of what only a patient has.
    pub const fn needs_patient(self) -> bool {
        matches!(
            self,
            Self::CalciumAbove(_)
                | Self::CalciumBelow(_)
                | Self::HypercalcaemiaGrade(_)
                | Self::NeutrophilsBelow(_)
                | Self::CtxAbove(_)
                | Self::CeaAbove(_)
        )
    }

    /// Looks for limits that make no sense.
    pub fn check(self, path: &str, problems: &mut Problems) {
        let at = format!("{path}.{}", self.parts().0);
        match self {
            Self::CalciumAbove(limit) | Self::CalciumBelow(limit) => {
                problems.positive(&at, limit.get(), "pM");
            }
            Self::HypercalcaemiaGrade(grade) => {
                problems.within(&at, f64::from(grade), 1.0, 3.0);
            }
            Self::NeutrophilsBelow(limit) | Self::CtxAbove(limit) | Self::CeaAbove(limit) => {
                problems.positive(&at, limit, "");
            }
            Self::BvTvFalls(share) => {
                if !(share > 0.0 && share < 1.0) {
                    problems.add(
                        &at,
                        format!("found {share}"),
                        "give a share of day 0 above 0 and below 1, such as 0.2 for 20 %",
                    );
                }
            }
            Self::BvTvRises(share) => problems.positive(&at, share, ""),
            Self::TumourCellsAbove(_) => {}
            Self::TumourCellsBelow(cells) => {
                if cells == 0 {
                    problems.add(
                        &at,
                        "found 0, below which there is no number",
                        "give 1 for a tumour that is gone, or more",
                    );
                }
            }
        }
    }

    /// True when it holds. What needs a patient does not hold without one.
    pub fn holds(self, found: &Findings) -> bool {
        let blood = |test: &dyn Fn(&Blood) -> bool| found.blood.as_ref().is_some_and(test);
        match self {
            Self::CalciumAbove(limit) => blood(&|blood| blood.calcium_mm > limit.get() / 1e9),
            Self::CalciumBelow(limit) => blood(&|blood| blood.calcium_mm < limit.get() / 1e9),
            Self::HypercalcaemiaGrade(grade) => {
                blood(&|blood| hypercalcaemia(blood.calcium_mm) >= grade)
            }
            Self::NeutrophilsBelow(limit) => blood(&|blood| blood.neutrophils < limit),
            Self::CtxAbove(limit) => blood(&|blood| blood.ctx > limit),
            Self::CeaAbove(limit) => blood(&|blood| blood.cea > limit),
            Self::BvTvFalls(share) => found.bv_tv <= (1.0 - share) * found.bv_tv_day_0,
            Self::BvTvRises(share) => found.bv_tv >= (1.0 + share) * found.bv_tv_day_0,
            Self::TumourCellsAbove(cells) => found.tumour_cells as u64 > cells,
            Self::TumourCellsBelow(cells) => (found.tumour_cells as u64) < cells,
        }
    }
}

fn mm(limit: Concentration) -> String {
    format!("{} mM", limit.get() / 1e9)
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, limit) = self.parts();
        write!(f, "{key} {limit}")
    }
}

#[cfg(test)]
mod tests;
