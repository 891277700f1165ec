//! Figures over seeds: a value with its spread and its 95 % interval.
//!
//! # Law
//! - A mean: Student's t.
//! - A mean that cannot be below 0 (a count, a fold of a count): t on the logarithm of the mean, whose standard error
//!   is that of the mean over the mean (delta method), so that the interval stays above 0.
//! - A ratio of means of paired seeds: Fieller's interval, without ends where the mean below may be 0.
//! - A ratio of counts of paired seeds: t on its logarithm.
//!
//! One seed says nothing of chance: its interval has no ends, and no band holds it.
//!
//! # References
//! Fieller 1954; Cochran 1977 (spread of a ratio).

use crate::statistics::estimate::mean_and_deviation;
use crate::statistics::replicates::half_width;
use crate::statistics::student::quantile_975;

/// A value with what chance does to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    /// Standard deviation of one seed; no number for one.
    pub(super) sd: f64,
    /// 95 % interval.
    pub(super) interval: (f64, f64),
}

const UNKNOWN: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

const NO_NUMBER: Figure = Figure {
    value: f64::NAN,
    sd: f64::NAN,
    interval: (f64::NAN, f64::NAN),
};

impl Figure {
    /// A figure without chance.
    pub(super) const fn certain(value: f64) -> Self {
        Self {
            value,
            sd: 0.0,
            interval: (value, value),
        }
    }

    /// A value whose standard error is `sd` over the root of the number of seeds.
    pub(super) fn about(value: f64, sd: f64, seeds: usize) -> Self {
        let half = half_width(sd, seeds);
        let interval = match seeds {
            0 | 1 => UNKNOWN,
            _ => (value - half, value + half),
        };
        Self {
            value,
            sd,
            interval,
        }
    }

    /// The same on the scale of the logarithm, for what cannot be below 0.
    fn positive(value: f64, sd: f64, seeds: usize) -> Self {
        let factor = (half_width(sd, seeds) / value).exp();
        let interval = match seeds {
            0 | 1 => (0.0, f64::INFINITY),
            // No seed has any.
            _ if value == 0.0 && sd == 0.0 => (0.0, 0.0),
            _ => (value / factor, value * factor),
        };
        Self {
            value,
            sd,
            interval,
        }
    }

    /// The same in another unit.
    pub(super) fn scaled(self, factor: f64) -> Self {
        let (one, other) = (factor * self.interval.0, factor * self.interval.1);
        Self {
            value: factor * self.value,
            sd: factor.abs() * self.sd,
            interval: if factor < 0.0 {
                (other, one)
            } else {
                (one, other)
            },
        }
    }

    /// With a constant added.
    pub(super) fn shifted(self, by: f64) -> Self {
        Self {
            value: self.value + by,
            sd: self.sd,
            interval: (self.interval.0 + by, self.interval.1 + by),
        }
    }
}

/// Mean over seeds.
pub(super) fn spread(values: &[f64]) -> Figure {
    let (mean, deviation) = mean_and_deviation(values);
    Figure::about(mean, deviation, values.len())
}

/// Mean over seeds of what cannot be below 0; no number where a value is.
pub(super) fn spread_of_counts(values: &[f64]) -> Figure {
    if values.iter().any(|&value| value < 0.0) {
        return NO_NUMBER;
    }
    let (mean, deviation) = mean_and_deviation(values);
    Figure::positive(mean, deviation, values.len())
}

/// What each seed has above or below a ratio, over the mean below.
fn off(over: &[f64], under: &[f64], ratio: f64, mean: f64) -> Vec<f64> {
    let pairs = over.iter().zip(under);
    pairs.map(|(a, b)| (a - ratio * b) / mean).collect()
}

/// Ratio of the means of two samples, paired by seed.
///
/// No number, which no band holds, where the sample below is not above zero on average: over a loss that
/// is a gain, or over nothing, harm would pass for benefit.
pub(super) fn ratio(over: &[f64], under: &[f64]) -> Figure {
    let ((a, sa), (b, sb)) = (mean_and_deviation(over), mean_and_deviation(under));
    if b.is_nan() || b <= 0.0 {
        return NO_NUMBER;
    }
    let ratio = a / b;
    let sd = mean_and_deviation(&off(over, under, ratio, b)).1;
    let seeds = over.len();
    if seeds < 2 {
        return Figure::about(ratio, sd, seeds);
    }
    // (a - r b)^2 = k Var(a - r b), solved for r.
    let k = quantile_975(seeds - 1).powi(2) / seeds as f64;
    let covariance = over
        .iter()
        .zip(under)
        .map(|(x, y)| (x - a) * (y - b))
        .sum::<f64>()
        / (seeds as f64 - 1.0);
    let square = b * b - k * sb * sb;
    let half = a * b - k * covariance;
    let constant = a * a - k * sa * sa;
    let interval = if square > 0.0 {
        let root = (half * half - square * constant).max(0.0).sqrt();
        ((half - root) / square, (half + root) / square)
    } else {
        UNKNOWN
    };
    Figure {
        value: ratio,
        sd,
        interval,
    }
}

/// Ratio of the means of two samples that cannot be below 0, paired by seed; no number where one is, or where the
/// sample below is 0 on average.
pub(super) fn ratio_of_counts(over: &[f64], under: &[f64]) -> Figure {
    let (a, b) = (mean_and_deviation(over).0, mean_and_deviation(under).0);
    if b.is_nan() || b <= 0.0 || over.iter().chain(under).any(|&value| value < 0.0) {
        return NO_NUMBER;
    }
    let ratio = a / b;
    let sd = mean_and_deviation(&off(over, under, ratio, b)).1;
    Figure::positive(ratio, sd, over.len())
}

/// What the first sample has above the second, seed by seed.
pub(super) fn paired(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(a, b)| a - b).collect()
}

/// The largest of figures that shall be small; no number where one of them is none.
pub(super) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |most: f64, value| {
        if most.is_nan() || value.is_nan() {
            f64::NAN
        } else {
            most.max(value)
        }
    })
}

/// Doubling time and R2 of a straight line through the logarithms.
pub(super) fn exponential(days: &[f64], cells: &[f64]) -> (f64, f64) {
    let logs: Vec<f64> = cells.iter().map(|cells| cells.max(1.0).log2()).collect();
    let count = days.len() as f64;
    let (mx, my) = (
        days.iter().sum::<f64>() / count,
        logs.iter().sum::<f64>() / count,
    );
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in days.iter().zip(&logs) {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    (xx / xy, xy * xy / (xx * yy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
            "{found} for {expected}"
        );
    }

    #[test]
    fn a_mean_has_the_interval_of_the_textbook_and_one_seed_none() {
        // 1, 2, 3: t = 4.302653, standard error 1/sqrt(3).
        let figure = spread(&[1.0, 2.0, 3.0]);
        close(figure.interval.0, 2.0 - 2.484_137_7);
        close(figure.interval.1, 2.0 + 2.484_137_7);
        assert_eq!(spread(&[2.0]).interval, UNKNOWN);
        assert_eq!(spread_of_counts(&[2.0]).interval, (0.0, f64::INFINITY));
        assert_eq!(Figure::certain(2.0).interval, (2.0, 2.0));
    }

    #[test]
    fn intervals_of_counts_stay_above_zero() {
        // One osteoclast in one of five seeds: t alone would go below 0.
        let rare = [0.0, 0.0, 0.0, 0.0, 1.0];
        assert!(spread(&rare).interval.0 < 0.0);
        let counted = spread_of_counts(&rare);
        // t = 2.776445, standard error 0.2 of a mean of 0.2.
        close(counted.interval.0, 0.2 * (-2.776_445_f64).exp());
        close(counted.interval.1, 0.2 * 2.776_445_f64.exp());
        assert_eq!(spread_of_counts(&[0.0; 4]).interval, (0.0, 0.0));
        let ratio = ratio_of_counts(&rare, &[1.0; 5]);
        assert!(ratio.interval.0 > 0.0);
        assert!(spread_of_counts(&[-1.0, 1.0]).value.is_nan());
        assert!(ratio_of_counts(&[1.0, 1.0], &[0.0, 0.0]).value.is_nan());
    }

    #[test]
    fn a_ratio_of_paired_seeds_has_the_interval_of_fieller() {
        // Seeds that differ in size alone leave no doubt of the ratio.
        let under = [4.0, 5.0, 6.0];
        let twice = under.map(|value| 2.0 * value);
        for figure in [ratio(&twice, &under), ratio_of_counts(&twice, &under)] {
            close(figure.value, 2.0);
            close(figure.interval.0, 2.0);
            close(figure.interval.1, 2.0);
        }
        // At each end the difference a - r b is just not different from 0.
        let (over, under) = ([3.0, 4.5, 4.0, 5.0], [1.0, 1.6, 1.1, 1.9]);
        let figure = ratio(&over, &under);
        for end in [figure.interval.0, figure.interval.1] {
            let rest: Vec<f64> = over.iter().zip(under).map(|(a, b)| a - end * b).collect();
            let Figure { interval, .. } = spread(&rest);
            assert!(
                interval.0.abs().min(interval.1.abs()) < 1e-9,
                "{interval:?}"
            );
        }
        assert!(figure.interval.0 < figure.value && figure.value < figure.interval.1);
        // Over what may be nothing there is no end.
        assert_eq!(ratio(&[1.0, 1.0], &[-1.0, 3.0]).interval, UNKNOWN);
        assert!(ratio(&[1.0, 1.0], &[-1.0, -3.0]).value.is_nan());
    }

    #[test]
    fn intervals_hold_the_truth_in_nineteen_of_twenty_draws() {
        use crate::numerics::random::{Chance, Stream};
        let mut draws = Chance::new(7).at(Stream::Test, 0, 0);
        let (mut of_means, mut of_ratios) = (0, 0);
        for _ in 0..2000 {
            // Sums of twelve uniform draws, 12 on average: nearly normal.
            let mut eight = || -> Vec<f64> {
                (0..8)
                    .map(|_| (0..12).map(|_| 2.0 * draws.uniform()).sum())
                    .collect()
            };
            let (over, under) = (eight(), eight());
            let holds = |figure: Figure, truth: f64| {
                usize::from((figure.interval.0..=figure.interval.1).contains(&truth))
            };
            of_means += holds(spread_of_counts(&over), 12.0);
            of_ratios += holds(ratio(&over, &under), 1.0);
        }
        for held in [of_means, of_ratios] {
            assert!((1870..=1930).contains(&held), "{held} of 2000");
        }
    }
}
