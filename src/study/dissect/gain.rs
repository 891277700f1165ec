//! The local gain of the loop: how many pM of mean TGF-beta come back for one more pM that tumour cells sense.
//!
//! # Definition
//! Let `T` be the mean of TGF-beta over marrow in the week until a time, and let every rate of tumour cells
//! that TGF-beta raises, lowers or needs sense `a T` in place of `T`, from the first tick on (its half effect
//! is divided by `a`). What comes back is a function of what is sensed: `T = f(a T)`. The gain is the slope of
//! `f` between the levels that are sensed at `a = 1/2` and `a = 2`:
//!
//! `gain = (T(2) - T(1/2)) / (2 T(2) - T(1/2) / 2)`
//!
//! It is the slope itself where `f` is a line, whatever it begins at, and holds what a turn of the cycle did
//! until that time: a loop that takes weeks to turn has a small gain in its first days. Below 0.5, one more
//! pM is at most doubled in the end (`1 / (1 - gain)`); towards 1 the loop carries itself.

use toml::Value;

use crate::scenario::build::Loaded;
use crate::scenario::silent::modulator;
use crate::statistics::estimate::Estimate;
use crate::statistics::replicates::mean_interval;
use crate::study::dissect::runs::Course;
use crate::study::factor::{quantity, tidy};

/// What is sensed over what there is, in the two runs of a seed.
pub(crate) const SENSED: [f64; 2] = [0.5, 2.0];
/// Days over which levels are averaged.
const WEEK_D: f64 = 7.0;

/// The gain at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gain {
    /// The time, d.
    pub day: f64,
    /// The gain.
    pub gain: Estimate,
    /// Mean TGF-beta in the week until then, pM: of the full loop, then with half and twice of it sensed.
    pub levels_pm: [f64; 3],
}

/// Settings by which tumour cells sense TGF-beta at so many times its level; none where none of their rates
/// senses it.
pub(crate) fn sensing(loaded: &Loaded, times: f64) -> Vec<(String, Value)> {
    let leaves = loaded.tree.leaves().into_iter();
    let of_tumour = leaves.filter(|leaf| {
        modulator(&leaf.path, "half_max")
            .is_some_and(|(rate, _, cue)| rate.starts_with("tumour.") && cue == "tgf_beta")
    });
    of_tumour
        .filter_map(|leaf| {
            let value = loaded.tree.get(&leaf.path)?;
            let (number, unit) = quantity(value.as_str()?)?;
            let text = format!("{} {unit}", tidy(number / times));
            Some((leaf.path, Value::String(text)))
        })
        .collect()
}

/// Slope of what comes back over what is sensed, from the levels at each of [`SENSED`].
pub(crate) fn slope([half_pm, double_pm]: [f64; 2]) -> f64 {
    let [low, high] = SENSED;
    (double_pm - half_pm) / (high * double_pm - low * half_pm)
}

/// Mean of the week until a row.
fn week(course: &Course, row: usize) -> f64 {
    let until = course.days[row];
    let rows = (0..=row).filter(|&other| course.days[other] > until - WEEK_D - 1e-6);
    let (sum, count) = rows.fold((0.0, 0.0), |(sum, count), other| {
        (sum + course.tgf_beta_pm[other], count + 1.0)
    });
    sum / count
}

/// The gain over time, from runs of the same seeds: full, with half and with twice of TGF-beta sensed.
pub(crate) fn over_time(runs: [&[Course]; 3]) -> Vec<Gain> {
    let [full, half, double] = runs;
    let rows = full.first().map_or(0, |course| course.days.len());
    let at = |row: usize| {
        let levels = |courses: &[Course]| -> Vec<f64> {
            courses.iter().map(|course| week(course, row)).collect()
        };
        let [full_pm, half_pm, double_pm] = [full, half, double].map(levels);
        let pairs = half_pm.iter().zip(&double_pm);
        let slopes: Vec<f64> = pairs
            .map(|(&half, &double)| slope([half, double]))
            .collect();
        Gain {
            day: full[0].days[row],
            gain: mean_interval(&slopes),
            levels_pm: [full_pm, half_pm, double_pm].map(|levels| mean_interval(&levels).value),
        }
    };
    (0..rows).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns of a loop that gives back `f` of what is sensed, until it stands still.
    fn settled(times: f64, f: impl Fn(f64) -> f64) -> f64 {
        (0..2000).fold(1.0, |level, _| f(times * level))
    }

    #[test]
    fn a_linear_loop_has_its_own_slope_as_its_gain() {
        for gain in [0.0, 0.1, 0.3, 0.45] {
            let levels = SENSED.map(|times| settled(times, |sensed| 2.7 + gain * sensed));
            assert!((slope(levels) - gain).abs() < 1e-9, "{gain}: {levels:?}");
        }
        // Before a first turn nothing has come back.
        assert!(slope([2.7, 2.7]).abs() < 1e-12);
    }

    #[test]
    fn a_loop_that_saturates_has_the_slope_between_what_is_sensed() {
        let f = |sensed: f64| 1.0 + 6.0 * sensed / (sensed + 8.0);
        let levels = SENSED.map(|times| settled(times, f));
        let [low, high] = [0.5 * levels[0], 2.0 * levels[1]];
        let secant = (f(high) - f(low)) / (high - low);
        assert!((slope(levels) - secant).abs() < 1e-9);
        // Within those of its ends.
        let own = |sensed: f64| 48.0 / (sensed + 8.0).powi(2);
        assert!(own(high) < secant && secant < own(low));
    }

    #[test]
    fn levels_are_those_of_the_week_and_seeds_are_paired() {
        let course = |levels: [f64; 3]| Course {
            days: vec![0.0, 6.0, 9.0],
            tgf_beta_pm: levels.to_vec(),
            ..Course::default()
        };
        let half = [course([1.0, 3.0, 5.0])];
        let double = [course([1.0, 3.0, 7.0])];
        let full = [course([1.0, 3.0, 6.0])];
        let found = over_time([&full, &half, &double]);
        let levels = |row: usize| {
            found[row]
                .levels_pm
                .map(|level| level.to_string())
                .join(" ")
        };
        assert_eq!(levels(2), "4.5 4 5");
        assert!((found[2].gain.value - 1.0 / 8.0).abs() < 1e-12);
        assert_eq!(levels(1), "2 2 2");
        assert!(found[1].gain.value.abs() < 1e-12 && found[1].gain.low.is_nan());
    }
}
