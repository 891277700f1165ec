//! Ordinary differential equations that are not stiff, by extrapolation of the modified midpoint rule
//! (Gragg 1965; Bulirsch 1966).
//!
//! By sums, products and quotients alone, steps by halves and doubles: the same bits on every platform.
//! Integrators of embedded pairs choose their steps by a power function, which is the system's.

/// Numbers of midpoint steps of the columns, to order 16.
const SUBSTEPS: [u32; 8] = [2, 4, 6, 8, 10, 12, 14, 16];
/// A column that is exact enough this early doubles the next step.
const EARLY: usize = 4;
/// Halvings of a step, above which there is no step that is small enough.
const MOST_HALVINGS: u32 = 40;

/// Where a solution ended.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("no step is small enough {from} after the start of {duration}")]
pub(crate) struct Stuck {
    /// Reached so far, in the caller's unit of time.
    pub from: f64,
    /// Asked for.
    pub duration: f64,
}

/// The state after `duration`, of `dy/dt = rates(y)`.
///
/// The error of a step, from one column of the extrapolation to the next, is at most
/// `absolute + relative |y|` in root mean square over the values.
///
/// # Errors
/// [`Stuck`], where rates are not finite or change without bound.
pub(crate) fn solve<const N: usize>(
    rates: impl Fn(&[f64; N]) -> [f64; N],
    start: [f64; N],
    duration: f64,
    relative: f64,
    absolute: f64,
) -> Result<[f64; N], Stuck> {
    let mut at = start;
    let mut done = 0.0;
    let mut step = duration;
    let mut halvings = 0;
    while done < duration {
        let is_last = step >= duration - done;
        let length = if is_last { duration - done } else { step };
        if let Some((next, columns)) = extrapolated(&rates, &at, length, relative, absolute) {
            at = next;
            done = if is_last { duration } else { done + length };
            if columns <= EARLY {
                step *= 2.0;
                halvings = halvings.max(1) - 1;
            }
        } else {
            step = 0.5 * length;
            halvings += 1;
            if halvings > MOST_HALVINGS {
                return Err(Stuck {
                    from: done,
                    duration,
                });
            }
        }
    }
    Ok(at)
}

/// The state a step on and the columns that it took; nothing where they do not come together.
fn extrapolated<const N: usize>(
    rates: &impl Fn(&[f64; N]) -> [f64; N],
    at: &[f64; N],
    length: f64,
    relative: f64,
    absolute: f64,
) -> Option<([f64; N], usize)> {
    let first = rates(at);
    // Of the column before: its value extrapolated over 0, 1, ... columns more.
    let mut last = [[0.0; N]; SUBSTEPS.len()];
    for (column, &substeps) in SUBSTEPS.iter().enumerate() {
        let mut now = [[0.0; N]; SUBSTEPS.len()];
        now[0] = midpoint(rates, at, &first, length, substeps);
        for over in 1..=column {
            let ratio = f64::from(substeps) / f64::from(SUBSTEPS[column - over]);
            let weight = 1.0 / (ratio * ratio - 1.0);
            now[over] = std::array::from_fn(|n| {
                now[over - 1][n] + (now[over - 1][n] - last[over - 1][n]) * weight
            });
        }
        if column > 0 {
            let (best, other) = (&now[column], &now[column - 1]);
            let squares: f64 = (0..N)
                .map(|n| {
                    let allowed = absolute + relative * best[n].abs().max(at[n].abs());
                    let off = (best[n] - other[n]) / allowed;
                    off * off
                })
                .sum();
            // Not a number compares as too much.
            if squares <= N as f64 {
                return Some((*best, column + 1));
            }
        }
        last = now;
    }
    None
}

/// The modified midpoint rule over `length` in a number of steps, without the smoothing of its end: numbers
/// of steps are even, so that its error has even powers alone.
fn midpoint<const N: usize>(
    rates: &impl Fn(&[f64; N]) -> [f64; N],
    at: &[f64; N],
    first: &[f64; N],
    length: f64,
    substeps: u32,
) -> [f64; N] {
    let step = length / f64::from(substeps);
    let mut before = *at;
    let mut now: [f64; N] = std::array::from_fn(|n| at[n] + step * first[n]);
    for _ in 1..substeps {
        let slope = rates(&now);
        let next = std::array::from_fn(|n| before[n] + 2.0 * step * slope[n]);
        before = now;
        now = next;
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_and_a_circle_are_exact_within_what_was_asked() {
        let [left] = solve(|[y]| [-0.7 * y], [3.0], 24.0, 1e-11, 1e-14).unwrap();
        let exact = 3.0 * (-0.7_f64 * 24.0).exp();
        assert!((left - exact).abs() < 1e-12, "{left} {exact}");
        let turn = std::f64::consts::TAU * 5.0;
        let [x, y] = solve(|[x, y]| [*y, -x], [1.0, 0.0], turn, 1e-11, 1e-13).unwrap();
        assert!((x - 1.0).abs() < 1e-9 && y.abs() < 1e-9, "{x} {y}");
    }

    #[test]
    fn saturable_loss_keeps_its_first_integral() {
        // dy/dt = -v y / (k + y): k ln(y / y0) + y - y0 = -v t.
        let (v, k, start, duration) = (2.0, 0.3, 5.0, 2.6);
        let [left] = solve(|[y]| [-v * y / (k + y)], [start], duration, 1e-12, 1e-15).unwrap();
        let integral = k * (left / start).ln() + left - start;
        assert!((integral + v * duration).abs() < 1e-10, "{left} {integral}");
    }

    #[test]
    fn a_fast_beginning_is_met_by_short_steps() {
        // Relaxes within 0.001 onto 1, over a duration of 1.
        let [end] = solve(|[y]| [1000.0 * (1.0 - y)], [0.0], 1.0, 1e-10, 1e-13).unwrap();
        assert!((end - 1.0).abs() < 1e-9, "{end}");
    }

    #[test]
    fn what_bursts_is_refused() {
        let stuck = solve(|[y]| [y * y], [1.0], 2.0, 1e-10, 1e-13).unwrap_err();
        assert!((stuck.from - 1.0).abs() < 1e-3, "{stuck}");
        assert!(solve(|_| [f64::NAN], [1.0], 1.0, 1e-10, 1e-13).is_err());
    }
}
