//! Statistics of times to events, as a clinical paper gives them.
//!
//! # Law
//! - Survival after Kaplan and Meier; variance of its logarithm after Greenwood, intervals on the scale
//!   of `ln(-ln S)`; the median where the curve first lies at or below a half, its interval after
//!   Brookmeyer and Crowley: where the ends of the band do so.
//! - Two arms by the log-rank test and by the proportional hazards of Cox with one covariate (0 control,
//!   1 arm), ties after Efron. Times may be intervals at risk, several for one patient (Andersen and
//!   Gill); the variance is then also given with the patients as clusters (Lin and Wei).
//! - Incidence of each kind of first event, death among them, after Aalen and Johansen, with its
//!   variance by the delta method (Marubini and Valsecchi).
//!
//! Numbers at risk are whole, so that sums do not depend on the order of patients.
//!
//! # References
//! Kaplan and Meier 1958; Greenwood 1926; Brookmeyer and Crowley 1982; Efron 1977; Andersen and Gill
//! 1982; Lin and Wei 1989; Aalen and Johansen 1978; Marubini and Valsecchi 1995.

mod incidence;
mod kaplan_meier;
mod two_arms;

pub use self::incidence::{First, Incidence, aalen_johansen};
pub use self::kaplan_meier::{Followed, KaplanMeier, Median, Step};
pub use self::two_arms::{AtRisk, LogRank, Ratio, Ties, cox, log_rank};

use super::student::Z_975 as Z;

/// Steps of Newton's method at most.
const MOST_STEPS: usize = 60;

/// Events per time over patients, with the ends of its 95 % interval, patients as clusters: the mean
/// `sum(events) / sum(time)`.
pub fn rate(patients: &[(f64, f64)]) -> (f64, f64, f64) {
    let (events, time) = patients.iter().fold((0.0, 0.0), |(events, time), one| {
        (events + one.0, time + one.1)
    });
    let mean = events / time;
    let spread: f64 = patients
        .iter()
        .map(|(events, time)| (events - mean * time).powi(2))
        .sum();
    let half = Z * spread.sqrt() / time;
    (mean, mean - half, mean + half)
}

/// Share of the chi square distribution with one degree of freedom above a value.
pub fn chi_square_tail(value: f64) -> f64 {
    complementary_error(((value / 2.0).max(0.0)).sqrt())
}

/// `erfc(x)` for `x >= 0`: the series of the error function near zero, its continued fraction beyond.
fn complementary_error(x: f64) -> f64 {
    const TERMS: i32 = 100;
    if x < 2.0 {
        let mut term = x;
        let mut sum = x;
        for n in 1..TERMS {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        1.0 - sum * std::f64::consts::FRAC_2_SQRT_PI
    } else {
        // x + (1/2)/(x + 1/(x + (3/2)/(x + ...))), from the end.
        let tail = (1..TERMS)
            .rev()
            .fold(x, |tail, n| x + f64::from(n) / 2.0 / tail);
        (-x * x).exp() / tail * std::f64::consts::FRAC_2_SQRT_PI / 2.0
    }
}

#[cfg(test)]
mod tests;
