//! What chance does to a response: differences between paired arms, and how many replicates a wanted
//! interval takes.

use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::statistics::student::quantile_975;

/// Replicates that the adviser looks at, at most.
const MOST: usize = 100_000;

/// Mean of values with its 95 % interval; no interval for fewer than two.
pub(crate) fn mean_interval(values: &[f64]) -> Estimate {
    let (value, deviation) = mean_and_deviation(values);
    let half = half_width(deviation, values.len());
    Estimate {
        value,
        low: value - half,
        high: value + half,
    }
}

/// Half of the 95 % interval of a mean of so many values with this standard deviation.
pub(crate) fn half_width(deviation: f64, count: usize) -> f64 {
    if count < 2 {
        return f64::NAN;
    }
    quantile_975(count - 1) * deviation / (count as f64).sqrt()
}

/// Standard deviation within groups, pooled over those with at least two values.
pub(crate) fn pooled_deviation(groups: &[Vec<f64>]) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for group in groups.iter().filter(|group| group.len() > 1) {
        let (_, deviation) = mean_and_deviation(group);
        squares += deviation.powi(2) * (group.len() - 1) as f64;
        freedom += (group.len() - 1) as f64;
    }
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

/// Fewest replicates whose interval is at most so wide to either side.
pub(crate) fn needed(deviation: f64, half: f64) -> Option<usize> {
    if !(half > 0.0 && deviation.is_finite()) {
        return None;
    }
    (2..=MOST).find(|&count| half_width(deviation, count) <= half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advised_number_is_the_first_that_is_enough() {
        let count = needed(1.0, 0.5).unwrap();
        assert!(half_width(1.0, count) <= 0.5 && half_width(1.0, count - 1) > 0.5);
        assert_eq!(count, 18);
        assert_eq!(needed(1.0, 0.0), None);
        assert_eq!(needed(0.0, 0.1), Some(2));
    }

    #[test]
    fn a_pooled_deviation_does_not_see_the_differences_between_groups() {
        let groups = vec![vec![1.0, 3.0], vec![101.0, 103.0], vec![7.0]];
        let deviation = pooled_deviation(&groups).unwrap();
        assert!((deviation - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(pooled_deviation(&groups[2..]), None);
    }
}
