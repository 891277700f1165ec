//! Confidence intervals of a mean of few values.

/// 97.5 % quantiles of Student's t for 1 to 9 degrees of freedom.
const SMALL: [f64; 9] = [
    12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004,
    2.262_157,
];

/// 97.5 % quantile of the normal distribution: half of a 95 % interval, in standard errors.
pub const Z_975: f64 = 1.959_963_984_540_054;

/// 97.5 % quantile of Student's t; beyond 9 degrees of freedom within 2e-4 by the expansion about the
/// normal quantile (Abramowitz and Stegun 1964, 26.7.5). Infinite without a degree of freedom.
pub fn quantile_975(freedom: usize) -> f64 {
    const Z: f64 = Z_975;
    if freedom == 0 {
        return f64::INFINITY;
    }
    if let Some(&t) = SMALL.get(freedom - 1) {
        return t;
    }
    let n = freedom as f64;
    let odd = |power: i32| Z.powi(power);
    Z + (odd(3) + Z) / (4.0 * n)
        + (5.0 * odd(5) + 16.0 * odd(3) + 3.0 * Z) / (96.0 * n * n)
        + (3.0 * odd(7) + 19.0 * odd(5) + 17.0 * odd(3) - 15.0 * Z) / (384.0 * n.powi(3))
}

/// Mean, and half the width of its 95 % confidence interval; infinite for one value.
pub fn mean_and_half_width(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return (mean, f64::INFINITY);
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    (mean, quantile_975(values.len() - 1) * error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, table) in [
            (1, 12.7062),
            (9, 2.2622),
            (10, 2.2281),
            (30, 2.0423),
            (120, 1.9799),
        ] {
            assert!((quantile_975(freedom) - table).abs() < 2.5e-4, "{freedom}");
        }
    }

    #[test]
    fn an_interval_is_that_of_the_textbook_and_one_value_has_none() {
        // 1, 2, 3: standard error 1/sqrt(3), t = 4.302653.
        let (mean, half) = mean_and_half_width(&[1.0, 2.0, 3.0]);
        assert!(
            (mean - 2.0).abs() < 1e-12 && (half - 2.484_137_7).abs() < 1e-6,
            "{half}"
        );
        assert!(mean_and_half_width(&[4.0]).1.is_infinite());
    }
}
