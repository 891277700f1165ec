//! What all twins share: a checked integration, and the polish of a steady state.

use differential_equations::prelude::{IVP, ImplicitRungeKutta};

use crate::mean_field::{
    GREATEST_TOLERANCE, LEAST_TOLERANCE, LONGEST_RUN_D, MeanFieldError, Series,
};

/// What a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Finite and above 0.
    Positive,
    /// Finite and not below 0.
    NotNegative,
    /// Finite, of either sign: the exponent of a power law.
    Exponent,
}

impl Allowed {
    pub(super) fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Positive => value > 0.0,
                Self::NotNegative => value >= 0.0,
                Self::Exponent => true,
            }
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Positive => "finite and above 0",
            Self::NotNegative => "finite and not below 0",
            Self::Exponent => "finite",
        }
    }
}

/// Steps that one run may take; the twins need some hundreds per cycle at the tightest tolerance.
const MOST_STEPS: usize = 5_000_000;

/// Longest step, d. Bone changes only while cells are above rest; a longer step passes over the kinks
/// of that law, and the error of bone is then not seen.
const LONGEST_STEP_D: f64 = 0.5;

/// Integrates from day 0 to `until_d` and keeps one state per day.
///
/// `typical` holds the usual size of each value: the error of a step is held below `tolerance` times
/// the value, or `tolerance` times a thousandth of its usual size where that is more.
pub(super) fn integrate<const N: usize>(
    model: &'static str,
    typical: [f64; N],
    rates_per_d: impl Fn(&[f64; N]) -> [f64; N],
    initial: [f64; N],
    until_d: f64,
    tolerance: f64,
) -> Result<Series<[f64; N]>, MeanFieldError> {
    if !(until_d > 0.0 && until_d <= LONGEST_RUN_D) {
        return Err(MeanFieldError::Until { value: until_d });
    }
    if !(LEAST_TOLERANCE..=GREATEST_TOLERANCE).contains(&tolerance) {
        return Err(MeanFieldError::Tolerance { value: tolerance });
    }
    // In shares of the usual size, so that concentrations of 1e-4 pM and percents of bone are alike
    // to the integrator.
    let scaled = |state: &[f64; N]| -> [f64; N] {
        let whole: [f64; N] = std::array::from_fn(|at| state[at] * typical[at]);
        let rates = rates_per_d(&whole);
        std::array::from_fn(|at| rates[at] / typical[at])
    };
    let start: [f64; N] = std::array::from_fn(|at| initial[at] / typical[at]);
    let solution = IVP::ode_from_fn(
        |_day: f64, state: &[f64; N], rates: &mut [f64; N]| *rates = scaled(state),
        0.0,
        until_d,
        start,
    )
    .even(1.0)
    .method(
        ImplicitRungeKutta::radau5()
            .rtol(tolerance)
            .atol(tolerance * 1e-3)
            .h_max(LONGEST_STEP_D)
            .max_steps(MOST_STEPS),
    )
    .solve()
    .map_err(|error| MeanFieldError::Integration {
        model,
        reason: format!("{error:?}"),
    })?;
    let states: Vec<[f64; N]> = solution
        .y
        .iter()
        .map(|state| std::array::from_fn(|at| state[at] * typical[at]))
        .collect();
    if let Some((day, _)) = solution
        .t
        .iter()
        .zip(&states)
        .find(|(_, state)| state.iter().any(|value| !value.is_finite()))
    {
        return Err(MeanFieldError::Integration {
            model,
            reason: format!("a value is not finite on day {day}"),
        });
    }
    Ok(Series {
        days: solution.t,
        states,
    })
}

/// The state near `guess` in which no value changes, by Newton's method with central differences.
///
/// All values must be positive, and every rate must vanish to a relative 1e-12 of its parts, which
/// the last correction shows.
pub(super) fn polish<const N: usize>(
    model: &'static str,
    rates_per_d: impl Fn(&[f64; N]) -> [f64; N],
    guess: [f64; N],
) -> Result<[f64; N], MeanFieldError> {
    /// Largest relative correction that counts as none.
    const AT_REST: f64 = 1e-12;
    let none = |reason| MeanFieldError::NoSteadyState { model, reason };
    let mut state = guess;
    for _ in 0..50 {
        let mut jacobian = [[0.0; N]; N];
        for column in 0..N {
            let reach = state[column] * 1e-6;
            let (mut above, mut below) = (state, state);
            above[column] += reach;
            below[column] -= reach;
            let (high, low) = (rates_per_d(&above), rates_per_d(&below));
            for row in 0..N {
                jacobian[row][column] = (high[row] - low[row]) / (2.0 * reach);
            }
        }
        let step = solved(jacobian, rates_per_d(&state))
            .ok_or_else(|| none("the rates do not determine it"))?;
        let largest = step
            .iter()
            .zip(&state)
            .map(|(change, value)| (change / value).abs())
            .fold(0.0, f64::max);
        // A correction of more than half a value would jump to another root or below zero.
        let share = (0.5 / largest).min(1.0);
        for (value, change) in state.iter_mut().zip(step) {
            *value -= share * change;
        }
        if !state.iter().all(|value| value.is_finite() && *value > 0.0) {
            return Err(none("Newton's method left the positive states"));
        }
        if largest < AT_REST {
            return Ok(state);
        }
    }
    Err(none("Newton's method did not settle in 50 steps"))
}

/// Solves a small linear system by elimination with row exchange; `None` for a singular one.
fn solved<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N)
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < f64::MIN_POSITIVE || !matrix[pivot][column].is_finite() {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..N {
            let share = matrix[row][column] / matrix[column][column];
            let above = matrix[column];
            for (value, over) in matrix[row].iter_mut().zip(above).skip(column) {
                *value -= share * over;
            }
            right[row] -= share * right[column];
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_system_is_solved_with_a_zero_on_the_diagonal() {
        let found = solved([[0.0, 2.0], [4.0, 1.0]], [6.0, 7.0]).unwrap();
        assert!((found[0] - 1.0).abs() < 1e-14 && (found[1] - 3.0).abs() < 1e-14);
        assert_eq!(solved([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
    }

    #[test]
    fn decay_is_integrated_to_its_tolerance() {
        let series = integrate(
            "decay",
            [1.0],
            |y: &[f64; 1]| [-0.3 * y[0]],
            [5.0],
            20.5,
            1e-9,
        )
        .unwrap();
        assert_eq!(series.days.len(), 22);
        for (day, state) in series.iter() {
            let exact = 5.0 * (-0.3 * day).exp();
            assert!((state[0] / exact - 1.0).abs() < 1e-6, "day {day}");
        }
    }

    #[test]
    fn newton_finds_a_root_and_says_when_there_is_none() {
        let root = polish("root", |y: &[f64; 1]| [2.0 - y[0] * y[0]], [1.0]).unwrap();
        assert!((root[0] - 2.0_f64.sqrt()).abs() < 1e-14);
        let none = polish("none", |y: &[f64; 1]| [1.0 + y[0] * y[0]], [1.0]);
        assert!(matches!(none, Err(MeanFieldError::NoSteadyState { .. })));
    }
}
