//! Values that fall into three groups, where one threshold parts two: air around the bone, marrow and
//! bone; or marrow, bone and metal.

use super::otsu::{are_whole, otsu};

/// Fewest values of which groups are told.
const FEWEST: usize = 1000;
/// Least share of the values that a group has.
const GROUP: f64 = 0.02;
/// Share of the variance of a class that its two groups explain; 0.75 of even values, 0.64 of normal
/// noise, up to 0.83 of an edge that is smeared over voxels.
const EXPLAINED: f64 = 0.78;
/// Between two groups lie at most half as many values as in the middle of either.
const VALLEY: f64 = 0.5;
/// Least distance of the two groups over that of the third from them; and in grey levels.
const APART: [f64; 2] = [0.02, 4.0];

/// Three groups of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Groups {
    /// The thresholds that part them, rising.
    pub(super) thresholds: [f32; 2],
    /// Their means, rising.
    pub(super) means: [f64; 3],
    /// Shares of the values above the thresholds.
    pub(super) above: [f64; 2],
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64
}

/// The threshold that parts a class in two groups, and their means; `None` for one group.
fn two_groups(class: &[f32], least: f64) -> Option<(f32, [f64; 2])> {
    let inner = otsu(class)?;
    let (low, high): (Vec<f32>, Vec<f32>) = class.iter().partition(|&&value| value <= inner);
    if (low.len().min(high.len()) as f64) < least {
        return None;
    }
    let means = [mean(&low), mean(&high)];
    let [below, above] = [low.len(), high.len()].map(|count| count as f64 / class.len() as f64);
    let middle = mean(class);
    let variance = class
        .iter()
        .map(|&value| (f64::from(value) - middle).powi(2))
        .sum::<f64>()
        / class.len() as f64;
    let distance = means[1] - means[0];
    let explained = below * above * distance * distance / variance;
    let near = |centre: f64| {
        let count = class
            .iter()
            .filter(|&&value| (f64::from(value) - centre).abs() <= distance / 8.0)
            .count();
        count as f64
    };
    let valley = near(0.5 * (means[0] + means[1]));
    let is_parted = explained >= EXPLAINED
        && valley <= VALLEY * near(means[0]).min(near(means[1]))
        && !(distance < APART[1] && are_whole(class));
    is_parted.then_some((inner, means))
}

/// Three groups, of which Otsu's threshold parts two.
pub(super) fn three_groups(values: &[f32], threshold: f32) -> Option<Groups> {
    if values.len() < FEWEST {
        return None;
    }
    let least = GROUP * values.len() as f64;
    let (low, high): (Vec<f32>, Vec<f32>) = values.iter().partition(|&&value| value <= threshold);
    if low.is_empty() || high.is_empty() {
        return None;
    }
    let (thresholds, means) = if let Some((inner, [one, two])) = two_groups(&low, least) {
        ([inner, threshold], [one, two, mean(&high)])
    } else {
        let (inner, [one, two]) = two_groups(&high, least)?;
        ([threshold, inner], [mean(&low), one, two])
    };
    let [first, second] = [means[1] - means[0], means[2] - means[1]];
    if first.min(second) < APART[0] * first.max(second) {
        return None;
    }
    let above = thresholds.map(|cut| {
        let above = values.iter().filter(|&&value| value > cut).count();
        above as f64 / values.len() as f64
    });
    Some(Groups {
        thresholds,
        means,
        above,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Normal noise of standard deviation 1 about 0, by the sum of twelve even numbers.
    fn noise(state: &mut u64) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (*state >> 11) as f64 / (1_u64 << 53) as f64;
        }
        sum
    }

    /// Values about a mean each, with a share and a deviation, rounded.
    fn drawn(groups: &[(f64, f64, f64)]) -> Vec<f32> {
        let mut state = 7;
        let mut values = Vec::new();
        for &(share, mean, deviation) in groups {
            for _ in 0..(share * 40_000.0) as usize {
                values.push((mean + deviation * noise(&mut state)).round() as f32);
            }
        }
        values
    }

    fn found(groups: &[(f64, f64, f64)]) -> Option<Groups> {
        let values = drawn(groups);
        three_groups(&values, otsu(&values).unwrap())
    }

    #[test]
    fn metal_over_bone_and_air_around_it_make_a_third_group() {
        for metal in [0.005, 0.006, 0.01, 0.03] {
            let all = [
                (0.7 - metal, -80.0, 80.0),
                (0.3, 900.0, 80.0),
                (metal, 12000.0, 600.0),
            ];
            let groups = found(&all).unwrap();
            assert!((groups.above[0] - 0.3 - metal).abs() < 0.005, "{groups:?}");
            assert!((groups.above[1] - metal).abs() < 0.001, "{groups:?}");
            assert!((200.0..600.0).contains(&groups.thresholds[0]));
        }
        for bone in [0.03, 0.1, 0.18, 0.3] {
            let air = [
                (0.48, -1000.0, 15.0),
                (0.52 - bone, -80.0, 80.0),
                (bone, 900.0, 80.0),
            ];
            let groups = found(&air).unwrap();
            assert!((groups.above[1] - bone).abs() < 0.003, "{groups:?}");
            // Otsu's threshold of so unlike groups takes a little of the marrow.
            assert!((groups.above[0] - 0.52).abs() < 0.01, "{groups:?}");
        }
    }

    #[test]
    fn bone_and_marrow_are_two_groups_whatever_their_shares_and_noise() {
        for bone in [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8] {
            for deviation in [0.3, 1.0, 10.0, 40.0, 100.0, 200.0, 300.0] {
                let all = [(1.0 - bone, -80.0, deviation), (bone, 900.0, deviation)];
                assert_eq!(found(&all), None, "{bone} {deviation}");
            }
        }
    }

    /// Edges that are smeared over voxels fill what lies between marrow and bone.
    #[test]
    fn partial_volume_is_no_third_group() {
        for noise in [3.0, 30.0, 80.0] {
            let mut all = vec![(0.5, 0.0, noise), (0.15, 1000.0, noise)];
            all.extend((1..20).map(|step| (0.35 / 19.0, f64::from(step) * 50.0, noise)));
            assert_eq!(found(&all), None, "{noise}");
        }
    }
}
