//! Quantiles of samples, with and without weights.

/// Ends of the middle 95 % of samples; no number without any that is finite.
pub fn interval(samples: &[f64]) -> (f64, f64) {
    let mut sorted: Vec<f64> = samples.iter().copied().filter(|s| s.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    (quantile(&sorted, 0.025), quantile(&sorted, 0.975))
}

/// Quantile of sorted samples, on straight lines between them.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// Quantile of samples with weights that add up to 1, which are put in order: on straight lines between
/// them, each standing in the middle of its weight. No number without any sample.
pub fn weighted_quantile(samples: &mut [(f64, f64)], share: f64) -> f64 {
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut below = 0.0;
    let mut before: Option<(f64, f64)> = None;
    for &(x, weight) in samples.iter() {
        let middle = below + 0.5 * weight;
        if middle >= share {
            return before.map_or(x, |(left, at)| {
                left + (x - left) * (share - at) / (middle - at)
            });
        }
        below += weight;
        before = Some((x, middle));
    }
    before.map_or(f64::NAN, |(x, _)| x)
}

/// Quantile of what a weighted sample from 0 to 1 was drawn from. A further draw falls between two
/// neighbours of n equal ones, or beyond the outer ones, with a chance of 1 / (n + 1) each (Weibull 1939);
/// for n stand the effective samples. Few samples thus widen an interval up to the ends of the range.
pub fn bounded_quantile(samples: &mut [(f64, f64)], share: f64) -> f64 {
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    let effective = 1.0
        / samples
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f64>();
    let mut below = 0.0;
    let (mut left, mut at) = (0.0, 0.0);
    let inner = samples.iter().map(|&(x, weight)| {
        let middle = below + 0.5 * weight;
        below += weight;
        (x, (effective * middle + 0.5) / (effective + 1.0))
    });
    for (x, place) in inner.chain([(1.0, 1.0)]) {
        if place >= share && place > at {
            return left + (x - left) * (share - at) / (place - at);
        }
        (left, at) = (x, place);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{Chance, Stream};

    #[test]
    fn equal_weights_give_the_quantiles_of_hazen() {
        let mut samples: Vec<(f64, f64)> = (0..10).map(|i| (f64::from(9 - i), 0.1)).collect();
        assert!((weighted_quantile(&mut samples, 0.5) - 4.5).abs() < 1e-12);
        assert!((weighted_quantile(&mut samples, 0.25) - 2.0).abs() < 1e-12);
        assert!(weighted_quantile(&mut samples, 0.01).abs() < 1e-12);
        assert!((weighted_quantile(&mut samples, 0.99) - 9.0).abs() < 1e-12);
        let mut one_counts = [(3.0, 0.0), (1.0, 1.0), (2.0, 0.0)];
        assert!((weighted_quantile(&mut one_counts, 0.5) - 1.0).abs() < 1e-12);
        assert!(weighted_quantile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn few_samples_say_little_of_the_ends_of_what_they_were_drawn_from() {
        let mut samples: Vec<(f64, f64)> =
            (1..=9).map(|i| (f64::from(i) / 10.0, 1.0 / 9.0)).collect();
        for share in [0.0, 0.025, 0.1, 0.37, 0.5, 0.95, 1.0] {
            assert!((bounded_quantile(&mut samples, share) - share).abs() < 1e-12);
        }
        assert!((bounded_quantile(&mut [(0.3, 1.0)], 0.25) - 0.15).abs() < 1e-12);
        // 2000 times five numbers around an unknown middle: the sixth lies between the least and the greatest
        // with a chance of 4 in 6, by symmetry.
        let mut inside = 0;
        for turn in 0..2000 {
            let mut draws = Chance::new(4).at(Stream::Test, turn, 0);
            let mut drawn = || (0.5 + 0.1 * (draws.uniform() + draws.uniform() - 1.0), 0.2);
            let (truth, _) = drawn();
            let mut five = [(); 5].map(|()| drawn());
            let [low, high] =
                [1.0 / 6.0, 5.0 / 6.0].map(|share| bounded_quantile(&mut five, share));
            inside += usize::from((low..=high).contains(&truth));
        }
        assert!((1270..=1397).contains(&inside), "{inside}");
    }
}
