//! Exponential and logarithm by arithmetic alone: the same bits on every platform, where those of the
//! standard library are those of the system's mathematical library. They hold loops along arrays
//! together, because nothing in them branches.
//!
//! Errors, measured over their range by the tests: [`exp_m1`] and [`exp`] 3 units in the last place,
//! [`ln`] 2, [`pow`] 1e-14 relative for powers of `e` up to 40.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

/// 1.5 x 2^52: added to a small number, it leaves its nearest whole number in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, of which the first times a whole number up to 2^11 is exact (Cody and Waite 1980).
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];

/// `e^x - 1`, exact to the last places also where `x` is small.
///
/// Infinite above 709, -1 below -50; not a number of what is none.
#[inline(always)]
pub(crate) fn exp_m1(x: f64) -> f64 {
    let (power, part) = reduced(x.clamp(-50.0, 709.0));
    let near = x.is_nan() || x <= 709.0;
    let value = power * part + (power - 1.0);
    let value = if x < -50.0 { -1.0 } else { value };
    if near { value } else { f64::INFINITY }
}

/// `e^x`; 0 below -708, infinite above 709.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (power, part) = reduced(x.clamp(-708.0, 709.0));
    let value = power + power * part;
    let value = if x < -708.0 { 0.0 } else { value };
    let near = x.is_nan() || x <= 709.0;
    if near { value } else { f64::INFINITY }
}

/// `2^k` and `e^r - 1`, with `x = k ln 2 + r` and `|r|` at most half of ln 2.
#[inline(always)]
fn reduced(x: f64) -> (f64, f64) {
    /// 1 / 2!, 1 / 3!, ... 1 / 14!.
    const SERIES: [f64; 13] = [
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5_040.0,
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0,
        1.0 / 87_178_291_200.0,
    ];
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x - whole * LN_2[0]) - whole * LN_2[1];
    let mut sum = 0.0;
    for term in SERIES.iter().rev() {
        sum = sum * r + term;
    }
    // The lowest bits of the shifted number are those of the whole one.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    (power, r + r * r * sum)
}

/// Natural logarithm; minus infinity of 0, not a number below.
#[inline]
pub(crate) fn ln(x: f64) -> f64 {
    /// Bits of the square root of one half.
    const HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    if x <= 0.0 {
        return if x == 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::NAN
        };
    }
    if !x.is_finite() {
        return x;
    }
    // What is below the smallest normal number is raised first.
    let (x, raised) = if x < f64::MIN_POSITIVE {
        (x * 18_014_398_509_481_984.0, 54)
    } else {
        (x, 0)
    };
    // x = 2^k m, with m from the square root of 1/2 to that of 2.
    let from_half = x.to_bits().wrapping_sub(HALF);
    let k = (from_half.cast_signed() >> 52) as i32;
    let m = f64::from_bits(x.to_bits().wrapping_sub(from_half & (0xFFF << 52)));
    let f = (m - 1.0) / (m + 1.0);
    let square = f * f;
    let mut sum = 0.0;
    for odd in (0..11).rev() {
        sum = sum * square + 1.0 / f64::from(2 * odd + 3);
    }
    let k = f64::from(k - raised);
    let part = 2.0 * f;
    k * LN_2[0] + (part + (part * square * sum + k * LN_2[1]))
}

/// `base` to a power, of a base of at least 0: by `e^(exponent ln base)`.
#[inline]
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 {
        return 1.0;
    }
    exp((exponent * ln(base)).clamp(-800.0, 800.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units of the last place of the expected value.
    fn apart(found: f64, expected: f64) -> f64 {
        let unit = (f64::from_bits(expected.abs().to_bits() + 1) - expected.abs()).max(5e-324);
        (found - expected).abs() / unit
    }

    /// From tiny to large, both signs, whole multiples of ln 2 and their halves among them.
    fn places() -> impl Iterator<Item = f64> {
        let sizes = (0..40_000)
            .map(|at| 1e-12 * 1.0009_f64.powi(at))
            .filter(|&x| x < 700.0);
        let turns = (1..60).map(|at| 0.5 * f64::from(at) * std::f64::consts::LN_2);
        sizes.chain(turns).flat_map(|x| [x, -x])
    }

    #[test]
    fn exponentials_lie_within_three_units_of_the_last_place() {
        for x in places() {
            assert!(
                apart(exp_m1(x), x.exp_m1()) <= 3.0,
                "{x}: {} {}",
                exp_m1(x),
                x.exp_m1()
            );
            assert!(apart(exp(x), x.exp()) <= 3.0, "{x}: {} {}", exp(x), x.exp());
        }
        assert_eq!(exp_m1(0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!((exp(0.0), exp_m1(-1e9), exp(-1e9)), (1.0, -1.0, 0.0));
        assert!(exp(1e9).is_infinite() && exp_m1(f64::INFINITY).is_infinite());
        assert_eq!(
            (exp_m1(f64::NEG_INFINITY), exp(f64::NEG_INFINITY)),
            (-1.0, 0.0)
        );
        assert!(exp(f64::NAN).is_nan() && exp_m1(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_lie_within_two_units_of_the_last_place() {
        for x in places().filter(|&x| x > 0.0) {
            for x in [x, 1.0 + x, 1.0 / x, f64::MIN_POSITIVE * x] {
                assert!(apart(ln(x), x.ln()) <= 2.0, "{x}: {} {}", ln(x), x.ln());
            }
        }
        assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
        assert!(ln(0.0).is_infinite() && ln(-1.0).is_nan() && ln(f64::INFINITY).is_infinite());
    }

    #[test]
    fn powers_lose_no_more_than_their_logarithm() {
        for base in [1e-6, 0.03, 0.7, 1.0, 1.9, 240.0, 1e6] {
            for exponent in [0.0, 0.3, 0.7, 1.5, 2.5, -1.3] {
                let expected = f64::powf(base, exponent);
                let relative = (pow(base, exponent) / expected - 1.0).abs();
                assert!(relative < 1e-14, "{base}^{exponent}: {relative:e}");
            }
        }
        assert_eq!(
            (pow(0.0, 0.7), pow(f64::INFINITY, 0.7)),
            (0.0, f64::INFINITY)
        );
    }
}
