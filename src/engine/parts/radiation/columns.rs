//! What radiation does over time.

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::therapy::radiotherapy::Law;

/// Names of the columns of [`row`].
pub const COLUMNS: [&str; 9] = [
    "time_d",
    "fractions",
    "isocentre_gy",
    "bed10_gy",
    "tumour_cells_sound",
    "tumour_cells_doomed",
    "tumour_deaths",
    "fractions_without_target",
    "strength_factor",
];

/// Day; fractions, their doses at the isocentre and their `BED` by the linear-quadratic law with an
/// alpha/beta of 10 Gy, summed; sound and doomed tumour cells now, and doomed ones that died; fractions
/// that found no tumour to aim at; factor on the strength of irradiated bone.
pub fn row(model: &Model, state: &State) -> Vec<f64> {
    let given = &state.radiation;
    let doses = || given.fractions.iter().map(|fraction| fraction.dose_gy);
    // An empty sum of floats is -0.
    let sum = |of: &dyn Fn(f64) -> f64| doses().fold(0.0, |sum, dose_gy| sum + of(dose_gy));
    let doomed = state.tumour.doomed();
    let strength = model
        .radiotherapy
        .as_ref()
        .map_or(1.0, |plan| plan.strength_factor(given, state.time_h));
    vec![
        state.day(),
        given.fractions.len() as f64,
        sum(&|dose_gy| dose_gy),
        sum(&|dose_gy| Law::LinearQuadratic.effective_gy(dose_gy, 10.0)),
        (state.tumour.len() - doomed) as f64,
        doomed as f64,
        given.tumour_deaths as f64,
        f64::from(given.without_target),
        strength,
    ]
}

/// The row of a time, d, before any radiation, with so many tumour cells.
pub fn row_before(day: f64, tumour_cells: f64) -> Vec<f64> {
    vec![day, 0.0, 0.0, 0.0, tumour_cells, 0.0, 0.0, 0.0, 1.0]
}
