//! The cells that Lemaire and Pivonka share, their rest and their course.

use crate::mean_field::solve::{Allowed, integrate, polish};
use crate::mean_field::{MeanFieldError, Series, check_initial};

/// Usual size of all three populations, pM.
const USUAL_PM: [f64; 3] = [1e-3; 3];

/// Time after which cells from anywhere near health are close to rest, d: many times the slowest of
/// their times, which is about a month.
const TO_REST_D: f64 = 4000.0;

/// Tolerance of the long course before Newton's method takes over.
const TO_REST_TOLERANCE: f64 = 1e-8;

/// Cells in pM.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellsPm {
    /// Precursors of osteoblasts, pM.
    pub precursors_pm: f64,
    /// Active osteoblasts, pM.
    pub osteoblasts_pm: f64,
    /// Active osteoclasts, pM.
    pub osteoclasts_pm: f64,
}

impl CellsPm {
    const fn to_array(self) -> [f64; 3] {
        [self.precursors_pm, self.osteoblasts_pm, self.osteoclasts_pm]
    }

    const fn from_array(cells: [f64; 3]) -> Self {
        Self {
            precursors_pm: cells[0],
            osteoblasts_pm: cells[1],
            osteoclasts_pm: cells[2],
        }
    }

    fn check(&self, model: &'static str) -> Result<(), MeanFieldError> {
        use Allowed::NotNegative;
        check_initial(
            model,
            &[
                ("precursors_pm", self.precursors_pm, NotNegative),
                ("osteoblasts_pm", self.osteoblasts_pm, NotNegative),
                ("osteoclasts_pm", self.osteoclasts_pm, NotNegative),
            ],
        )
    }

    /// Formation less resorption, as a share of the turnover of `health`, in which both are equal.
    ///
    /// The sources give formation per osteoblast and resorption per osteoclast in proportions that
    /// balance in health; below 0 bone is lost.
    pub fn bone_balance(&self, health: &Self) -> f64 {
        self.osteoblasts_pm / health.osteoblasts_pm - self.osteoclasts_pm / health.osteoclasts_pm
    }
}

/// The steady state: a long course from cells of the usual size, and Newton's method at its end.
pub(super) fn at_rest(
    model: &'static str,
    rates_pm_per_d: impl Fn(&CellsPm) -> [f64; 3],
) -> Result<CellsPm, MeanFieldError> {
    let rates = |cells: &[f64; 3]| rates_pm_per_d(&CellsPm::from_array(*cells));
    let long = integrate(
        model,
        USUAL_PM,
        rates,
        USUAL_PM,
        TO_REST_D,
        TO_REST_TOLERANCE,
    )?;
    let end = long.last().copied().unwrap_or(USUAL_PM);
    polish(model, rates, end).map(CellsPm::from_array)
}

/// The course from an initial state, one state per day.
pub(super) fn course(
    model: &'static str,
    rates_pm_per_d: impl Fn(&CellsPm) -> [f64; 3],
    initial: CellsPm,
    until_d: f64,
    tolerance: f64,
) -> Result<Series<CellsPm>, MeanFieldError> {
    initial.check(model)?;
    let series = integrate(
        model,
        USUAL_PM,
        |cells| rates_pm_per_d(&CellsPm::from_array(*cells)),
        initial.to_array(),
        until_d,
        tolerance,
    )?;
    Ok(Series {
        days: series.days,
        states: series.states.into_iter().map(CellsPm::from_array).collect(),
    })
}
