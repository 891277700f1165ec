//! From numbers to places along an axis, with its ticks and the words of its title.

use crate::plot::chart::{Axis, Scale, Steps};
use crate::plot::text::{SIZE, width};
use crate::plot::ticks::{Tick, Ticks, days, decimal, linear, logarithmic, opened, power_of_ten};

/// Room below a logarithmic axis for zeros, points: a label there stands clear of the lowest above.
const FOOT: f64 = 23.0;
/// Where in it zeros stand, and where the axis is broken above them.
const ZERO: f64 = 0.35;
pub(super) const BREAK: f64 = 0.75;
/// Room above and below the data, as a share of the range.
const MARGIN: f64 = 0.04;
/// Least distance between two labels, points.
const APART: f64 = 7.0;
/// Least distance between two ticks of an upright axis, points.
const TICK_ROOM: f64 = 19.0;

/// Numbers to distances from the low end of an axis, in points.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    low: f64,
    high: f64,
    is_log: bool,
    /// Categories stand from the top or the left, with one step each.
    pub(super) is_categorical: bool,
    length: f64,
    /// Room at the low end where zeros stand; 0 for none.
    pub(super) foot: f64,
    /// What is lower than this stands there too.
    floor: f64,
    /// Something that is no zero is lower than the floor.
    is_below: bool,
    /// The highest number that is shown, on the scale of the axis.
    top: f64,
    pub(super) ticks: Ticks,
}

/// What a projection is made for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish {
    /// Length, points.
    pub(super) length: f64,
    /// The axis is upright.
    pub(super) is_upright: bool,
    /// Room is left at both ends.
    pub(super) is_padded: bool,
    /// Share of the length that is kept free above the data.
    pub(super) headroom: f64,
}

/// Numbers beyond this are gaps: differences and margins of them would be no numbers.
const MOST: f64 = 1e150;

fn is_shown(number: f64) -> bool {
    number.abs() <= MOST
}

impl Projection {
    pub(super) fn new(axis: &Axis, numbers: &[f64], wish: Wish) -> Self {
        let mut made = Self {
            low: 0.0,
            high: 1.0,
            is_log: axis.scale == Scale::Log,
            is_categorical: false,
            length: wish.length,
            foot: 0.0,
            floor: axis.floor.unwrap_or(0.0),
            is_below: false,
            top: f64::NEG_INFINITY,
            ticks: Ticks::default(),
        };
        if let Scale::Categories(names) = &axis.scale {
            made.is_categorical = true;
            (made.low, made.high) = (-0.5, names.len() as f64 - 0.5);
            let ticks = names.iter().enumerate().map(|(place, name)| Tick {
                at: place as f64,
                label: name.clone(),
            });
            made.ticks.labelled = ticks.collect();
            return made;
        }
        if numbers.iter().any(|&number| made.is_at_foot(number)) {
            made.foot = FOOT;
        }
        let is_below = |&number: &f64| number > 0.0 && made.is_at_foot(number);
        made.is_below = numbers.iter().any(is_below);
        let shown = numbers
            .iter()
            .copied()
            .filter(|&number| is_shown(number) && (!made.is_log || number > 0.0))
            .filter(|&number| !made.is_at_foot(number))
            .map(|number| made.scaled(number));
        let ends = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        made.top = ends.1;
        (made.low, made.high) = made.ends(axis, ends, wish);
        made.set_ticks(axis, wish.is_upright);
        made
    }

    /// True where something that is no zero stands at the foot.
    pub(super) fn is_below(&self) -> bool {
        self.is_below
    }

    fn scaled(&self, number: f64) -> f64 {
        if self.is_log { number.log10() } else { number }
    }

    /// Ends of the axis that hold all numbers, and what is asked for.
    fn ends(&self, axis: &Axis, (mut low, mut high): (f64, f64), wish: Wish) -> (f64, f64) {
        if axis.with_zero && !self.is_log {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        let given = |end: Option<f64>| end.map(|end| self.scaled(end)).filter(|&end| is_shown(end));
        // An axis goes down to its floor where something lies below it, else as far as its numbers: decades
        // without any say nothing.
        let floor = axis.floor.filter(|_| self.is_log && self.is_below);
        let least = axis.least.or(floor);
        let (least, most) = (given(least), given(axis.most));
        low = least.map_or(low, |least| low.min(least));
        high = most.map_or(high, |most| high.max(most));
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if self.is_log {
            // A quarter of a power of ten at least on either side of a constant.
            if high - low < 0.5 {
                (low, high) = (low - 0.25, high + 0.25);
            }
        } else {
            (low, high) = opened(low, high);
        }
        let room = MARGIN * (high - low);
        if wish.is_padded {
            let holds_zero = axis.with_zero && !self.is_log;
            if least.is_none_or(|least| low < least) && !(holds_zero && low == 0.0) {
                low -= room;
            }
            if most.is_none_or(|most| high > most) && !(holds_zero && high == 0.0) {
                high += room;
            }
        }
        high += (high - low) * wish.headroom / (1.0 - wish.headroom);
        (low, high)
    }

    /// Ends of the axis as numbers.
    pub(super) fn range(&self) -> (f64, f64) {
        if self.is_log {
            (10_f64.powf(self.low), 10_f64.powf(self.high))
        } else {
            (self.low, self.high)
        }
    }

    /// Distance from the low end; none of a gap. Zeros stand in the foot of a logarithmic axis.
    pub(super) fn at(&self, number: f64) -> Option<f64> {
        if !is_shown(number) || (self.is_log && number < 0.0) {
            return None;
        }
        if self.is_at_foot(number) {
            return (self.foot > 0.0).then_some(ZERO * self.foot);
        }
        let share = (self.scaled(number) - self.low) / (self.high - self.low);
        Some(self.foot + share * (self.length - self.foot))
    }

    /// True of a number that has no place on a logarithmic axis but its foot.
    pub(super) fn is_at_foot(&self, number: f64) -> bool {
        self.is_log && number >= 0.0 && (number == 0.0 || number < self.floor)
    }

    /// Share of the way between two numbers at which a line leaves a logarithmic axis through its floor, or
    /// enters it there. Of a zero nothing says how it was come by.
    pub(super) fn through_floor(&self, from: f64, to: f64) -> Option<f64> {
        let crosses = self.is_at_foot(from) != self.is_at_foot(to) && from.min(to) > 0.0;
        crosses.then(|| (self.floor / from).ln() / (to / from).ln())
    }

    /// Distance of the low end of a logarithmic axis, above its foot.
    pub(super) fn floor(&self) -> Option<f64> {
        (self.floor > 0.0).then_some(self.foot)
    }

    fn set_ticks(&mut self, axis: &Axis, is_upright: bool) {
        if axis.is_hidden {
            return;
        }
        if !axis.ticks.is_empty() {
            for (at, label) in &axis.ticks {
                if label.is_empty() {
                    self.ticks.minor.push(*at);
                } else {
                    self.ticks.labelled.push(Tick {
                        at: *at,
                        label: label.clone(),
                    });
                }
            }
            return;
        }
        let length = self.length - self.foot;
        let most = if is_upright {
            ((length / TICK_ROOM) as usize).clamp(2, 8)
        } else {
            11
        };
        if axis.steps == Steps::Days
            && let Some(ticks) = self.ticks_of_days(axis, most)
        {
            self.ticks = ticks;
            return;
        }
        self.choose_ticks(axis, most, is_upright);
        if self.is_log && axis.most.is_none() {
            self.reach_top(axis, most, is_upright);
        }
        // A short axis may have no steps that fit: its ends say enough.
        let count = self.ticks.labelled.len();
        let is_tight = if is_upright {
            count > 2 && length < 1.2 * SIZE * count as f64
        } else {
            count > 2 && !self.labels_fit()
        };
        if is_tight {
            self.ticks.labelled.drain(1..count - 1);
        }
        if self.foot > 0.0 {
            let zero = Tick {
                at: 0.0,
                label: self.foot_label(),
            };
            self.ticks.labelled.insert(0, zero);
        }
    }

    /// What stands at the foot: nothing at all, or what is lower than the axis reaches.
    fn foot_label(&self) -> String {
        if !self.is_below {
            return "0".to_owned();
        }
        let power = self.floor.log10().round() as i32;
        let floor = if (-3..=4).contains(&power) {
            decimal(1, power)
        } else {
            power_of_ten(power)
        };
        format!("<{floor}")
    }

    /// Days in steps of weeks, months or tens, with one at the last day.
    fn ticks_of_days(&self, axis: &Axis, most: usize) -> Option<Ticks> {
        let last = axis.most.map_or(self.top, |most| most.max(self.top));
        let (low, high) = self.range();
        // An axis that does not begin near day 0 or goes on far behind the last day is none of a run.
        if !(low.abs() <= 0.1 * last && high <= 1.1 * last) {
            return None;
        }
        days(last, most, |ticks| {
            let mut tried = self.clone();
            tried.ticks = ticks.clone();
            tried.labels_fit()
        })
    }

    /// Draws a logarithmic axis out to the next tick above its highest number, where that is near.
    fn reach_top(&mut self, axis: &Axis, most: usize, is_upright: bool) {
        const NEAR: f64 = 0.4;
        let (high, ticks) = (self.high, self.ticks.clone());
        if !self.top.is_finite() || self.reaches_top() {
            return;
        }
        let top = self.top;
        let power = top.floor();
        let nexts = [2.0, 3.0, 5.0, 10.0, 100.0, 1e3].map(|factor: f64| power + factor.log10());
        for next in nexts.into_iter().filter(|&next| next > top) {
            if next - high > NEAR * (high - self.low) {
                break;
            }
            self.high = high.max(next);
            self.choose_ticks(axis, most, is_upright);
            if self.reaches_top() {
                return;
            }
        }
        (self.high, self.ticks) = (high, ticks);
    }

    /// True where no number is above the last tick that has a label.
    pub(super) fn reaches_top(&self) -> bool {
        let last = self.ticks.labelled.last();
        last.is_some_and(|tick| self.scaled(tick.at) >= self.top - 1e-9)
    }

    fn choose_ticks(&mut self, axis: &Axis, most: usize, is_upright: bool) {
        let (low, high) = self.range();
        for most in (2..=most).rev() {
            self.ticks = if self.is_log {
                logarithmic(low, high, most)
            } else {
                linear(low, high, most)
            };
            let is_whole = || {
                self.ticks
                    .labelled
                    .iter()
                    .all(|tick| tick.at.fract() == 0.0)
            };
            if (is_upright || self.labels_fit()) && (axis.steps != Steps::Whole || is_whole()) {
                break;
            }
        }
    }

    fn labels_fit(&self) -> bool {
        let ends: Vec<(f64, f64)> = self
            .ticks
            .labelled
            .iter()
            .filter_map(|tick| {
                let half = 0.5 * width(&tick.label, SIZE, false);
                self.at(tick.at).map(|at| (at - half, at + half))
            })
            .collect();
        ends.windows(2).all(|pair| pair[1].0 - pair[0].1 >= APART)
    }

    /// Title of an axis with its unit, what its labels leave out, and its scale where steps are factors.
    pub(super) fn title(&self, name: &str, unit: &str) -> String {
        let scale = if self.is_log { "log scale" } else { "" };
        title(name, unit, self.ticks.power, scale)
    }

    /// A projection with the same ends of numbers that are `factor` times those of this one.
    pub(super) fn times(&self, factor: f64) -> Self {
        let mut other = Self {
            low: self.low * factor,
            high: self.high * factor,
            ticks: Ticks::default(),
            ..self.clone()
        };
        other.set_ticks(&Axis::default(), true);
        other
    }
}

/// Title of an axis with its unit, the power of ten that its labels leave out, and its scale.
fn title(name: &str, unit: &str, power: i32, scale: &str) -> String {
    let unit = match (unit, power) {
        (unit, 0) => unit.to_owned(),
        ("", power) => format!("\u{d7}{}", power_of_ten(power)),
        (unit, power) => format!("{} {unit}", power_of_ten(power)),
    };
    let inside: Vec<&str> = [unit.as_str(), scale]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if inside.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({})", inside.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(axis: &Axis, numbers: &[f64]) -> Projection {
        let wish = Wish {
            length: 120.0,
            is_upright: true,
            is_padded: true,
            headroom: 0.0,
        };
        Projection::new(axis, numbers, wish)
    }

    #[test]
    fn zeros_stand_at_the_foot_of_a_log_axis_and_gaps_nowhere() {
        let axis = Axis::log("tumour cells", "");
        let found = made(&axis, &[0.0, 10.0, 1000.0, f64::NAN]);
        let zero = found.at(0.0).unwrap();
        assert!(zero > 0.0 && zero < found.at(10.0).unwrap());
        assert_eq!(found.ticks.labelled[0].label, "0");
        assert_eq!(found.at(f64::NAN), None);
        assert_eq!(found.at(-1.0), None);
        // The axis does not run from a number that only stands for none.
        assert!(found.range().0 > 5.0, "{:?}", found.range());
        assert_eq!(made(&axis, &[10.0, 1000.0]).at(0.0), None);
    }

    #[test]
    fn what_is_lower_than_a_log_axis_reaches_is_named_so_and_is_no_zero() {
        let axis = Axis {
            floor: Some(1e-6),
            ..Axis::log("level", "mg/L")
        };
        let found = made(&axis, &[0.1, 2e-5, 4e-9]);
        let low = found.at(4e-9).unwrap();
        assert!(low > 0.0 && low < found.floor().unwrap());
        assert_eq!(found.at(0.0), Some(low));
        assert!(
            (found.range().0 / 1e-6 - 1.0).abs() < 1e-9,
            "{:?}",
            found.range()
        );
        assert_eq!(found.ticks.labelled[0].label, "<10\u{207b}\u{2076}");
        // Half of the decades from 1e-4 to 1e-8 lie above it; of a zero nothing says how it was come by.
        let share = found.through_floor(1e-4, 1e-8).unwrap();
        assert!((share - 0.5).abs() < 1e-9, "{share}");
        assert_eq!(found.through_floor(1e-4, 0.0), None);
        assert_eq!(found.through_floor(1e-4, 1e-5), None);
        // Nothing lower: no foot, and no decades without a number.
        let found = made(&axis, &[0.1, 2e-5]);
        assert_eq!((found.at(4e-9), found.foot), (None, 0.0));
        assert!(found.range().0 > 1e-5, "{:?}", found.range());
        // Nothing but zeros below: they are called so.
        let found = made(&axis, &[0.1, 2e-5, 0.0]);
        assert_eq!(found.ticks.labelled[0].label, "0");
        let axis = Axis {
            floor: Some(1e-3),
            ..axis
        };
        assert_eq!(made(&axis, &[0.1, 1e-9]).ticks.labelled[0].label, "<0.001");
    }

    #[test]
    fn a_log_axis_has_a_tick_above_its_highest_number() {
        for numbers in [[0.27, 1e-4], [9685.0, 123.0], [480.0, 3.0], [40.0, 31.0]] {
            let found = made(&Axis::log("", ""), &numbers);
            assert!(found.reaches_top(), "{numbers:?}: {:?}", found.ticks);
        }
    }

    #[test]
    fn days_are_counted_in_weeks_and_the_last_has_a_tick() {
        let labels = |last: f64, length: f64| -> Vec<String> {
            let wish = Wish {
                length,
                ..Wish::default()
            };
            let made = Projection::new(&Axis::days().with_zero(), &[0.0, last], wish);
            let labelled = made.ticks.labelled.into_iter();
            labelled.map(|tick| tick.label).collect()
        };
        assert_eq!(labels(28.0, 400.0), ["0", "7", "14", "21", "28"]);
        assert_eq!(labels(28.0, 190.0), ["0", "7", "14", "21", "28"]);
        assert_eq!(labels(42.0, 190.0).join(" "), "0 7 14 21 28 35 42");
        assert_eq!(labels(270.0, 190.0).join(" "), "0 90 180 270");
        for last in 1..=1000_i32 {
            for length in [90.0, 190.0, 400.0] {
                let found = labels(f64::from(last), length);
                let end = decimal(i64::from(last), 0);
                assert!(
                    found.len() > 1 && found.last() == Some(&end) || last < 2,
                    "{last}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn axes_hold_all_numbers_and_zero_where_asked() {
        let linear = Axis::linear("calcium", "mM");
        let found = made(&linear, &[2.1, 3.4]);
        let (low, high) = found.range();
        assert!(low > 1.9 && low < 2.1 && high > 3.4);
        let (low, high) = made(&linear.clone().with_zero(), &[2.1, 3.4]).range();
        assert!(low == 0.0 && high > 3.4);
        let to_100 = Axis {
            most: Some(100.0),
            ..linear.with_zero()
        };
        assert_eq!(made(&to_100, &[20.0, 100.0]).range(), (0.0, 100.0));
        // Nothing to show, and a constant.
        assert_eq!(made(&Axis::default(), &[]).ticks.labelled.len(), 6);
        assert!(made(&Axis::default(), &[5.0, 5.0]).ticks.labelled.len() > 1);
        assert!(made(&Axis::log("", ""), &[5.0]).ticks.labelled.len() > 1);
    }

    #[test]
    fn titles_name_unit_power_and_scale() {
        assert_eq!(title("time", "d", 0, ""), "time (d)");
        assert_eq!(title("EA over day 0", "", 0, ""), "EA over day 0");
        assert_eq!(
            title("formed", "mm\u{b3}", -3, ""),
            "formed (10\u{207b}\u{b3} mm\u{b3})"
        );
        assert_eq!(title("cells", "", 6, ""), "cells (\u{d7}10\u{2076})");
        assert_eq!(
            title("level", "pM", 0, "log scale"),
            "level (pM, log scale)"
        );
        let log = made(&Axis::log("tumour cells", ""), &[1.0, 100.0]);
        assert_eq!(log.title("tumour cells", ""), "tumour cells (log scale)");
    }
}
