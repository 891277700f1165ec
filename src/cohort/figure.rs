//! Figures of a trial with their intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statistics::student::Z_975;
use crate::statistics::survival::{Median, Ratio};

/// A figure with its 95 % interval; none where it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// The value.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// p value against no difference, where one is asked for.
    pub p: Option<f64>,
}

impl Figure {
    pub(crate) const NONE: Self = Self {
        value: None,
        low: None,
        high: None,
        p: None,
    };

    pub(crate) fn ratio(ratio: Option<Ratio>, robust: bool) -> Self {
        Self::ratio_by(ratio, |ratio| {
            if robust {
                ratio.robust_error
            } else {
                ratio.error
            }
        })
    }

    /// A ratio of two arms of the same patients.
    pub(crate) fn paired_ratio(ratio: Option<Ratio>) -> Self {
        Self::ratio_by(ratio, |ratio| ratio.paired_error)
    }

    fn ratio_by(ratio: Option<Ratio>, error: impl FnOnce(&Ratio) -> f64) -> Self {
        ratio.map_or(Self::NONE, |ratio| {
            let error = error(&ratio);
            let (low, high) = ratio.interval(error);
            Self {
                value: Some(ratio.ratio()),
                low: Some(low),
                high: Some(high),
                // Without any spread, as of equal arms, there is nothing to test.
                p: Some(ratio.p(error)).filter(|p| p.is_finite()),
            }
        })
    }

    pub(crate) fn median(median: Median) -> Self {
        Self {
            value: median.time,
            low: median.low,
            high: median.high,
            p: None,
        }
    }

    /// A share with the interval of Wilson.
    pub(crate) fn share(count: usize, of: usize) -> Self {
        const Z2: f64 = Z_975 * Z_975;
        if of == 0 {
            return Self::NONE;
        }
        let n = of as f64;
        let share = count as f64 / n;
        let middle = (share + Z2 / (2.0 * n)) / (1.0 + Z2 / n);
        let half = (Z2 * (share * (1.0 - share) / n + Z2 / (4.0 * n * n))).sqrt() / (1.0 + Z2 / n);
        Self {
            value: Some(share),
            // Of none and of all the ends are 0 and 1, which rounding would miss.
            low: Some(if count == 0 { 0.0 } else { middle - half }),
            high: Some(if count == of { 1.0 } else { middle + half }),
            p: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_none_and_of_all_end_at_zero_and_at_one() {
        for of in 1..2000 {
            let (none, all) = (Figure::share(0, of), Figure::share(of, of));
            assert_eq!(none.low.map(f64::to_bits), Some(0.0_f64.to_bits()));
            assert_eq!(all.high.map(f64::to_bits), Some(1.0_f64.to_bits()));
            // Of none the upper end is z^2 / (n + z^2).
            let z2 = 1.959_963_984_540_054_f64.powi(2);
            let high = z2 / (of as f64 + z2);
            assert!((none.high.unwrap() - high).abs() < 1e-12);
            assert!((all.low.unwrap() - (1.0 - high)).abs() < 1e-12);
        }
    }
}
