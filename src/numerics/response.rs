//! Dose responses and hazards.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::numerics::elementary::{exp_m1, pow};

/// Hill response `c^n / (c^n + half_max^n)` of a level `c >= 0`: 0 at 0, 1/2 at `half_max`.
///
/// ```
/// use howship::numerics::response::hill;
/// assert_eq!(hill(0.0, 20.0, 1.0), 0.0);
/// assert_eq!(hill(20.0, 20.0, 3.0), 0.5);
/// ```
pub fn hill(level: f64, half_max: f64, exponent: f64) -> f64 {
    if level <= 0.0 {
        return 0.0;
    }
    1.0 / (1.0 + power(half_max / level, exponent))
}

/// `ratio` to a power: whole ones up to 4 are the usual ones, and need no power function.
fn power(ratio: f64, exponent: f64) -> f64 {
    match whole(exponent) {
        Some(1) => product::<1>(ratio),
        Some(2) => product::<2>(ratio),
        Some(3) => product::<3>(ratio),
        Some(4) => product::<4>(ratio),
        _ => pow(ratio, exponent),
    }
}

/// The exponent as a whole number up to 4, if it is one.
fn whole(exponent: f64) -> Option<u32> {
    (1..=4).find(|&whole| f64::from(whole).to_bits() == exponent.to_bits())
}

#[inline(always)]
fn product<const FACTORS: u32>(ratio: f64) -> f64 {
    let square = ratio * ratio;
    match FACTORS {
        1 => ratio,
        2 => square,
        3 => square * ratio,
        _ => square * square,
    }
}

/// [`hill`] of every level, in its place.
pub fn hills(levels: &mut [f64], half_max: f64, exponent: f64) {
    match whole(exponent) {
        Some(1) => Arch::new().dispatch(Hills::<1> { levels, half_max }),
        Some(2) => Arch::new().dispatch(Hills::<2> { levels, half_max }),
        Some(3) => Arch::new().dispatch(Hills::<3> { levels, half_max }),
        Some(4) => Arch::new().dispatch(Hills::<4> { levels, half_max }),
        _ => {
            for level in levels {
                *level = hill(*level, half_max, exponent);
            }
        }
    }
}

/// [`hills`] of a whole exponent, for the widest registers that there are.
struct Hills<'a, const EXPONENT: u32> {
    levels: &'a mut [f64],
    half_max: f64,
}

impl<const EXPONENT: u32> WithSimd for Hills<'_, EXPONENT> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for level in self.levels {
            let effect = 1.0 / (1.0 + product::<EXPONENT>(self.half_max / *level));
            *level = if *level <= 0.0 { 0.0 } else { effect };
        }
    }
}

/// Factor of a raising modulator: 1 at no effect, `fold` at full effect.
pub fn raised(fold: f64, effect: f64) -> f64 {
    1.0 + (fold - 1.0) * effect
}

/// Factor of a lowering modulator: 1 at no effect, `to` at full effect.
pub fn lowered(to: f64, effect: f64) -> f64 {
    1.0 - (1.0 - to) * effect
}

/// Probability that an event of this hazard (per hour) happens within `duration_h`.
///
/// ```
/// use howship::numerics::response::probability;
/// let (hour, two_halves) = (probability(0.3, 1.0), probability(0.3, 0.5));
/// assert!((1.0 - hour - (1.0 - two_halves) * (1.0 - two_halves)).abs() < 1e-12);
/// ```
#[inline]
pub fn probability(hazard_per_h: f64, duration_h: f64) -> f64 {
    -exp_m1(-hazard_per_h * duration_h)
}

/// Chance that a cell divides within `duration_h`, given that it lives: the expected number of its
/// descendants less itself, those that divide again within the same time included (a Yule process).
///
/// With death by [`probability`] before it, cells grow by `exp((division - death) duration)` in the
/// mean, whatever the tick. Above 1 for a division of more than `ln 2` within the time.
///
/// ```
/// use howship::numerics::response::{offspring, probability};
/// let grown = (1.0 - probability(0.01, 12.0)) * (1.0 + offspring(0.03, 12.0));
/// assert!((grown - (0.02_f64 * 12.0).exp()).abs() < 1e-12);
/// ```
#[inline]
pub fn offspring(hazard_per_h: f64, duration_h: f64) -> f64 {
    exp_m1(hazard_per_h * duration_h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hill_rises_from_zero_to_one() {
        assert!(hill(1e9, 20.0, 1.0) > 0.999_999);
        assert!(hill(10.0, 20.0, 2.0) < hill(11.0, 20.0, 2.0));
        assert!((hill(10.0, 20.0, 3.0) - 1.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn many_levels_have_the_effect_of_one_after_another() {
        for exponent in [1.0, 2.0, 3.0, 4.0, 5.0, 0.7] {
            let mut levels = [0.0, -1.0, 1e-300, 0.3, 20.0, 1e300, f64::INFINITY];
            let one = levels.map(|level| hill(level, 20.0, exponent).to_bits());
            hills(&mut levels, 20.0, exponent);
            assert_eq!(levels.map(f64::to_bits), one);
        }
    }

    #[test]
    fn modulators_meet_their_ends() {
        assert!((raised(5.0, 1.0) - 5.0).abs() < 1e-12);
        assert!((raised(5.0, 0.0) - 1.0).abs() < 1e-12);
        assert!((lowered(0.2, 1.0) - 0.2).abs() < 1e-12);
        assert!((lowered(0.2, 0.5) - 0.6).abs() < 1e-12);
    }
}
