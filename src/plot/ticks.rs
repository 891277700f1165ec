//! Ticks of every axis: steps of 1, 2 or 5, labels that are exact and differ from each other.

/// A tick with its label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Where it stands: the number nearest to what its label says, times the power of ten.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// Ticks of an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ticks {
    /// Ticks with labels, in rising order.
    pub labelled: Vec<Tick>,
    /// Places of ticks without labels.
    pub minor: Vec<f64>,
    /// Labels are numbers of this power of ten, which the title of the axis names; 0 for plain ones.
    pub power: i32,
}

/// Figures before the point from which on thousands are set apart.
const GROUPED_FROM: usize = 5;

/// Labels reach at most this far from 1 before a power of ten goes into the title.
const PLAIN: std::ops::Range<f64> = 1e-3..1e6;

/// A true minus sign, as wide as a plus.
const MINUS: char = '\u{2212}';

/// A space that does not break and is thinner than others, for thousands.
const THIN: char = '\u{202f}';

/// A count with its thousands set apart.
pub(crate) fn count(number: usize) -> String {
    decimal(i64::try_from(number).unwrap_or(i64::MAX), 0)
}

/// The number `digits` times ten to the `exponent`, exactly, with thousands set apart.
pub(crate) fn decimal(digits: i64, exponent: i32) -> String {
    if digits == 0 {
        return "0".to_owned();
    }
    let mut figures = digits.unsigned_abs().to_string();
    let mut after = 0;
    if exponent >= 0 {
        figures.push_str(&"0".repeat(exponent as usize));
    } else {
        after = exponent.unsigned_abs() as usize;
        if figures.len() <= after {
            figures.insert_str(0, &"0".repeat(after + 1 - figures.len()));
        }
    }
    let (whole, part) = figures.split_at(figures.len() - after);
    let mut text = String::new();
    if digits < 0 {
        text.push(MINUS);
    }
    for (place, figure) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && whole.len() >= GROUPED_FROM && left.is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(figure);
    }
    if !part.is_empty() {
        text.push('.');
        text.push_str(part);
    }
    text
}

/// Ten to a power, with the power raised.
pub(crate) fn power_of_ten(power: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let mut text = "10".to_owned();
    if power < 0 {
        text.push('⁻');
    }
    for figure in power.unsigned_abs().to_string().bytes() {
        text.push(RAISED[usize::from(figure - b'0')]);
    }
    text
}

/// A number for a cell or a sentence: three figures, in plain decimals where they are few.
pub(crate) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "none".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: i64 = mantissa.replace('.', "").parse().unwrap_or(0);
    if (-3..6).contains(&exponent) {
        let (mut digits, mut tail) = (digits, exponent - 2);
        while digits % 10 == 0 && tail < 0 {
            digits /= 10;
            tail += 1;
        }
        decimal(digits, tail)
    } else {
        let (mut digits, mut tail) = (digits, -2);
        while digits % 10 == 0 && tail < 0 {
            digits /= 10;
            tail += 1;
        }
        format!("{}\u{d7}{}", decimal(digits, tail), power_of_ten(exponent))
    }
}

/// The number nearest to a decimal.
fn nearest(digits: i64, exponent: i32) -> f64 {
    // Rust reads decimals exactly, so that the tick stands where its label says.
    format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// A range opened where its ends are too near each other to be told apart.
pub(super) fn opened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if size == 0.0 {
        (0.0, 1.0)
    } else if high - low > 1e-9 * size {
        (low, high)
    } else {
        (low - 0.05 * size, high + 0.05 * size)
    }
}

/// Ticks at steps of 1, 2 or 5 times a power of ten: two at least, and at most `most` of them where such
/// steps allow it (five otherwise).
///
/// A range without width is opened; ends that are not finite give no ticks.
pub(crate) fn linear(low: f64, high: f64, most: usize) -> Ticks {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Ticks::default();
    }
    let (low, high) = opened(low, high);
    let first = ((high - low).log10().floor() as i32).saturating_sub(2);
    let mut finer: Option<(Vec<i64>, i32)> = None;
    for exponent in first..first + 5 {
        for factor in [1_i64, 2, 5] {
            let step = nearest(factor, exponent);
            if step < f64::MIN_POSITIVE {
                // Steps that small are no longer of 1, 2 or 5.
                continue;
            }
            let slack = 1e-6;
            let from = (low / step - slack).ceil();
            let to = (high / step + slack).floor();
            let numbers: Vec<i64> = (from as i64..=to as i64).map(|k| k * factor).collect();
            // A range around zero may hold no two of larger steps.
            if to - from < 1.0 {
                return finer.map_or_else(Ticks::default, |(numbers, exponent)| {
                    labelled(&numbers, exponent)
                });
            }
            if to - from + 1.0 <= most as f64 {
                return labelled(&numbers, exponent);
            }
            finer = Some((numbers, exponent));
        }
    }
    Ticks::default()
}

fn labelled(numbers: &[i64], exponent: i32) -> Ticks {
    let size = numbers
        .iter()
        .map(|&number| nearest(number, exponent).abs())
        .fold(0.0, f64::max);
    let power = if size == 0.0 || PLAIN.contains(&size) {
        0
    } else {
        3 * (size.log10() / 3.0).floor() as i32
    };
    let label = |number: i64| decimal(number, exponent - power);
    Ticks {
        labelled: numbers
            .iter()
            .map(|&number| Tick {
                at: nearest(number, exponent),
                label: label(number),
            })
            .collect(),
        minor: Vec::new(),
        power,
    }
}

/// Steps of days; beyond them there are none.
const STEPS_D: [u32; 22] = [
    1, 2, 7, 10, 14, 20, 28, 30, 50, 60, 90, 100, 120, 180, 200, 300, 360, 500, 1000, 2000, 5000,
    10_000,
];
/// Runs of up to so many days are counted in weeks.
const WEEKLY_D: f64 = 42.0;

/// Ticks of days from 0 to the last one, which has one: weeks up to six of them, else the smallest steps
/// that come out even, else the smallest. None where no steps fit.
pub(super) fn days(last: f64, most: usize, fits: impl Fn(&Ticks) -> bool) -> Option<Ticks> {
    if !(2.0..1e6).contains(&last) || (last - last.round()).abs() > 1e-6 {
        return None;
    }
    let last = last.round() as i64;
    let of = |step: i64| {
        let mut numbers: Vec<i64> = (0..=last / step).map(|count| count * step).collect();
        if last % step != 0 {
            // The last day stands in place of a tick that is too near.
            if numbers.len() > 1 && 2 * (last % step) < step {
                numbers.pop();
            }
            numbers.push(last);
        }
        labelled(&numbers, 0)
    };
    let is_weekly = (14..=WEEKLY_D as i64).contains(&last);
    let steps: Vec<i64> = STEPS_D.into_iter().map(i64::from).collect();
    let weeks = [7, 14].into_iter().filter(|_| is_weekly);
    let even = steps.iter().copied().filter(|step| last % step == 0);
    let mut tried = weeks
        .chain(even)
        .map(of)
        .filter(|ticks| ticks.labelled.len() > 2);
    let good = |ticks: &Ticks| ticks.labelled.len() <= most && fits(ticks);
    let found = tried.find(|ticks| good(ticks));
    let uneven = || steps.iter().map(|&step| of(step)).find(|ticks| good(ticks));
    // Ends alone are few: steps that do not come out even say more, where they fit.
    found.or_else(uneven)
}

/// Ticks of a logarithmic axis: whole powers of ten, at most `most` of them, with 2 and 5 between where
/// there are few powers, and linear steps where the range is narrower still.
///
/// Ends must be greater than 0; others give no ticks.
pub(crate) fn logarithmic(low: f64, high: f64, most: usize) -> Ticks {
    if !(low > 0.0 && low <= high && high.is_finite()) {
        return Ticks::default();
    }
    let slack = 1e-9;
    let first = (low.log10() - slack).ceil() as i32;
    let last = (high.log10() + slack).floor() as i32;
    let most = most.max(2);
    let count = usize::try_from(last - first + 1).unwrap_or(0);
    let inside = |value: f64| value >= low * (1.0 - slack) && value <= high * (1.0 + slack);
    let between = |factors: &[i64]| -> Vec<(i64, i32)> {
        (first - 1..=last)
            .flat_map(|power| factors.iter().map(move |&factor| (factor, power)))
            .filter(|&(factor, power)| inside(nearest(factor, power)))
            .collect()
    };
    if count >= 3 || (count == 2 && most < 4) {
        let step = count.div_ceil(most);
        // Steps are counted from 1, so that panels with like ranges have like ticks.
        let powers: Vec<i32> = (first..=last)
            .filter(|power| power.rem_euclid(step as i32) == 0)
            .collect();
        if powers.len() >= 2 {
            let is_plain = powers.iter().all(|power| (-2..=4).contains(power));
            let label = |power: i32| {
                if is_plain {
                    decimal(1, power)
                } else {
                    power_of_ten(power)
                }
            };
            let minor = if step == 1 && count < 7 {
                between(&[2, 3, 4, 5, 6, 7, 8, 9])
            } else {
                (first..=last).map(|power| (1, power)).collect()
            };
            return Ticks {
                labelled: powers
                    .iter()
                    .map(|&power| Tick {
                        at: nearest(1, power),
                        label: label(power),
                    })
                    .collect(),
                minor: minor.iter().map(|&(f, power)| nearest(f, power)).collect(),
                power: 0,
            };
        }
    }
    for factors in [&[1_i64, 2, 5][..], &[1, 3], &[1]] {
        let found = between(factors);
        if (2..=most).contains(&found.len()) && (found.len() > 2 || count > 0) {
            return Ticks {
                labelled: found
                    .iter()
                    .map(|&(factor, power)| Tick {
                        at: nearest(factor, power),
                        label: if (-3..=5).contains(&power) {
                            decimal(factor, power)
                        } else {
                            format!("{factor}\u{d7}{}", power_of_ten(power))
                        },
                    })
                    .collect(),
                minor: between(&[1, 2, 3, 4, 5, 6, 7, 8, 9])
                    .iter()
                    .map(|&(factor, power)| nearest(factor, power))
                    .collect(),
                power: 0,
            };
        }
    }
    linear(low, high, most.min(5))
}

/// What a label says as a number, with the power of ten that labels leave out.
#[cfg(test)]
pub(super) fn read(label: &str, power: i32) -> f64 {
    const RAISED: [char; 11] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁻'];
    let lower = |letter: char| match RAISED.iter().position(|&raised| raised == letter) {
        Some(10) => '-',
        Some(figure) => char::from(b'0' + figure as u8),
        None => letter,
    };
    let letters = label.chars().filter(|&letter| letter != THIN);
    let plain: String = letters
        .map(|letter| if letter == MINUS { '-' } else { letter })
        .collect();
    let (plain, raised) = match plain.find(RAISED) {
        Some(at) => plain.split_at(at),
        None => (plain.as_str(), ""),
    };
    let is_power = !raised.is_empty();
    let raised: String = raised.chars().map(lower).collect();
    let raised: i32 = raised.parse().unwrap_or(0);
    let (digits, power) = match (plain.strip_suffix("\u{d7}10"), plain) {
        (Some(factor), _) => (factor, power + raised),
        (None, "10") if is_power => ("1", power + raised),
        (None, plain) => (plain, power),
    };
    format!("{digits}e{power}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::derived_seed;

    /// Ranges of all sizes, signs and widths.
    fn ranges(count: u64) -> impl Iterator<Item = (f64, f64, usize)> {
        (0..count).map(|index| {
            let draw = |which: u64| derived_seed(which, index) as f64 / u64::MAX as f64;
            let middle = (draw(1) - 0.5) * 10_f64.powf(24.0 * draw(2) - 12.0);
            // From a millionth of its middle to a million times it.
            let width = middle.abs() * 10_f64.powf(12.0 * draw(3) - 6.0);
            let most = 2 + (draw(4) * 9.0) as usize;
            (middle - width * draw(5), middle + width * draw(6), most)
        })
    }

    fn hold(ticks: &Ticks, low: f64, high: f64, most: usize) {
        let all = &ticks.labelled;
        assert!(
            (2..=most.max(5)).contains(&all.len()),
            "{low} to {high}, {most}: {all:?}"
        );
        let slack = 1e-6 * (high - low);
        for tick in all {
            let inside = (low - slack..=high + slack).contains(&tick.at);
            assert!(inside, "{low} to {high}: {tick:?}");
        }
        for pair in all.windows(2) {
            assert!(pair[0].at < pair[1].at && pair[0].label != pair[1].label);
        }
    }

    #[test]
    fn linear_ticks_are_few_distinct_and_say_exactly_where_they_stand() {
        for (low, high, most) in ranges(20_000) {
            let (low, high) = opened(low, high);
            let ticks = linear(low, high, most);
            hold(&ticks, low, high, most);
            for tick in &ticks.labelled {
                let said = read(&tick.label, ticks.power);
                assert_eq!(said.to_bits(), tick.at.to_bits(), "{tick:?}");
                assert!(tick.label.chars().count() <= 20, "{tick:?}");
            }
            let step = ticks.labelled[1].at - ticks.labelled[0].at;
            let first = format!("{step:.3e}").chars().next().unwrap();
            assert!("1259".contains(first), "{low} to {high}: {step}");
        }
    }

    #[test]
    fn logarithmic_ticks_are_few_and_distinct() {
        for index in 0..20_000 {
            let draw = |which: u64| derived_seed(which, index) as f64 / u64::MAX as f64;
            let low = 10_f64.powf(30.0 * draw(1) - 15.0);
            let high = low * 10_f64.powf(16.0 * draw(2).powi(3) + 1e-3);
            let most = 2 + (draw(3) * 7.0) as usize;
            hold(&logarithmic(low, high, most), low, high, most);
        }
    }

    #[test]
    fn short_runs_have_no_label_twice() {
        let labels = |low, high, most| -> Vec<String> {
            let ticks = linear(low, high, most).labelled;
            ticks.into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(
            labels(0.0, 4.0, 10),
            ["0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"]
        );
        assert_eq!(
            labels(0.0, 1.0, 6),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(0.0, 365.0, 5), ["0", "100", "200", "300"]);
        assert_eq!(labels(-0.1, 0.1, 3), ["\u{2212}0.1", "0", "0.1"]);
        assert_eq!(
            labels(0.0, 25_000.0, 4),
            ["0", "10\u{202f}000", "20\u{202f}000"]
        );
        assert_eq!(labels(0.299_999_999_999, 0.3, 3).len(), 3);
    }

    #[test]
    fn powers_go_into_the_title_and_log_axes_have_powers() {
        let ticks = linear(0.0, 3e-6, 4);
        assert_eq!(ticks.power, -6);
        assert_eq!(ticks.labelled[1].label, "1");
        let label = |ticks: &Ticks, at: usize| ticks.labelled[at].label.clone();
        let ticks = logarithmic(1.0, 1e4, 6);
        assert_eq!(label(&ticks, 4), "10\u{202f}000");
        let ticks = logarithmic(1e-9, 1.0, 6);
        assert_eq!(label(&ticks, 0), "10\u{207b}\u{2078}");
        let ticks = logarithmic(30.0, 700.0, 6);
        let all: Vec<&str> = ticks.labelled.iter().map(|t| t.label.as_str()).collect();
        assert_eq!(all, ["50", "100", "200", "500"]);
    }

    #[test]
    fn what_is_no_range_has_no_ticks() {
        for (low, high) in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (2.0, 1.0)] {
            assert_eq!(linear(low, high, 5), Ticks::default());
            assert_eq!(logarithmic(low, high, 5), Ticks::default());
        }
        assert_eq!(logarithmic(-1.0, 1.0, 5), Ticks::default());
    }

    #[test]
    fn numbers_in_cells_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (-1.0, "\u{2212}1"),
            (1234.5, "1230"),
            (56_789.0, "56\u{202f}800"),
            (1.5e-7, "1.5\u{d7}10\u{207b}\u{2077}"),
            (f64::NAN, "none"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
