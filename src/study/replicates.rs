//! What chance does to a response: differences between paired arms, and how many replicates a wanted
//! interval takes.

use crate::study::sensitivity::{Estimate, mean_and_deviation};

/// Replicates that the adviser looks at, at most.
const MOST: usize = 100_000;

/// Upper 2.5 % point of Student's t: exact for 1 and 2 degrees of freedom, else the expansion of Fisher
/// and Cornish (1960), within 1 % at 3 and 0.1 % from 6 on.
pub fn student(freedom: usize) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    match freedom {
        0 => f64::INFINITY,
        1 => (std::f64::consts::PI * 0.475).tan(),
        2 => 0.95 * (2.0_f64 / (1.0 - 0.95 * 0.95)).sqrt(),
        _ => {
            let n = freedom as f64;
            let z2 = Z * Z;
            Z + Z * (z2 + 1.0) / (4.0 * n)
                + Z * (5.0 * z2 * z2 + 16.0 * z2 + 3.0) / (96.0 * n * n)
                + Z * (3.0 * z2.powi(3) + 19.0 * z2 * z2 + 17.0 * z2 - 15.0) / (384.0 * n.powi(3))
        }
    }
}

/// Mean of values with its 95 % interval; no interval for fewer than two.
pub fn mean_interval(values: &[f64]) -> Estimate {
    let (value, deviation) = mean_and_deviation(values);
    let half = half_width(deviation, values.len());
    Estimate {
        value,
        low: value - half,
        high: value + half,
    }
}

/// Half of the 95 % interval of a mean of so many values with this standard deviation.
pub fn half_width(deviation: f64, count: usize) -> f64 {
    if count < 2 {
        return f64::NAN;
    }
    student(count - 1) * deviation / (count as f64).sqrt()
}

/// Standard deviation within groups, pooled over those with at least two values.
pub fn pooled_deviation(groups: &[Vec<f64>]) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for group in groups.iter().filter(|group| group.len() > 1) {
        let (_, deviation) = mean_and_deviation(group);
        squares += deviation.powi(2) * (group.len() - 1) as f64;
        freedom += (group.len() - 1) as f64;
    }
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

/// Fewest replicates whose interval is at most so wide to either side.
pub fn needed(deviation: f64, half: f64) -> Option<usize> {
    if !(half > 0.0 && deviation.is_finite()) {
        return None;
    }
    (2..=MOST).find(|&count| half_width(deviation, count) <= half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (freedom, table, slip) in [
            (1, 12.706, 1e-4),
            (2, 4.3027, 1e-4),
            (3, 3.1824, 1e-2),
            (6, 2.4469, 1e-3),
            (30, 2.0423, 1e-4),
        ] {
            assert!((student(freedom) / table - 1.0).abs() < slip, "{freedom}");
        }
    }

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
