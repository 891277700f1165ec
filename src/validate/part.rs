//! Figures of targets: a figure with its claim, and what collects them.
//!
//! # The rule
//! A figure is met when its 95 % interval over seeds lies in the band; a comparison of arms when the interval
//! besides excludes no effect. A figure without a band claims nothing and is not judged.

use std::path::Path;

use super::ValidationError;
use super::arm::Arm;
use super::class::Class;
use super::course::Course;
use super::figure::Figure;
use super::runs::Runs;

/// One figure of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Target, such as "A14".
    pub target: &'static str,
    /// What the figure is, with its unit.
    pub what: String,
    /// The published value, in words.
    pub published: &'static str,
    /// What it says of the model when it is met.
    pub class: Class,
    /// Mean over seeds.
    pub simulated: f64,
    /// Standard deviation of one seed; 0 where nothing is drawn by chance, no number for one seed.
    pub sd: f64,
    /// 95 % interval over seeds.
    pub interval: (f64, f64),
    /// Least value that passes.
    pub low: f64,
    /// Largest value that passes.
    pub high: f64,
    /// Of a comparison: the figure where one arm does as the other.
    pub no_effect: Option<f64>,
    /// Ends of what was published, where that is a range.
    pub range: Option<(f64, f64)>,
}

impl Part {
    /// True where there is a band.
    pub fn is_judged(&self) -> bool {
        self.low.is_finite() || self.high.is_finite()
    }

    /// True where the interval lies in the band and, of a comparison, excludes no effect; also where nothing is
    /// claimed.
    pub fn is_met(&self) -> bool {
        let (low, high) = self.interval;
        let shows = |none: f64| !(low..=high).contains(&none);
        !self.is_judged()
            || (low >= self.low && high <= self.high && self.no_effect.is_none_or(shows))
    }

    /// True where the mean alone is in the band.
    pub fn mean_is_inside(&self) -> bool {
        self.simulated >= self.low && self.simulated <= self.high
    }

    /// True where the mean lies outside of the published range.
    pub fn is_outside_of_range(&self) -> bool {
        self.range
            .is_some_and(|(low, high)| !(low..=high).contains(&self.simulated))
    }

    /// Distance of the interval from the nearer end of the band in units of its width (or of the end itself for
    /// an open band); below 0 outside, no end where nothing is claimed.
    pub fn margin(&self) -> f64 {
        let scale = match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => (self.high - self.low).max(f64::MIN_POSITIVE),
            (true, false) => self.low.abs().max(1.0),
            (false, true) => self.high.abs().max(1.0),
            (false, false) => return f64::INFINITY,
        };
        let (low, high) = self.interval;
        let margin = (low - self.low).min(self.high - high) / scale;
        if margin.is_nan() {
            f64::NEG_INFINITY
        } else {
            margin
        }
    }

    /// A class other than that of the target.
    pub(super) fn of_class(&mut self, class: Class) -> &mut Self {
        self.class = class;
        self
    }

    /// A comparison of two arms, which gives this figure where they do not differ.
    pub(super) fn against(&mut self, no_effect: f64) -> &mut Self {
        self.no_effect = Some(no_effect);
        self
    }

    /// The ends of what was published.
    pub(super) fn of_range(&mut self, low: f64, high: f64) -> &mut Self {
        self.range = Some((low, high));
        self
    }
}

/// The band of what must be above a value. Arms have common random numbers, so that what has no effect gives
/// exactly the value, and must not pass.
pub(super) const fn above(value: f64) -> (f64, f64) {
    (value.next_up(), NO_END)
}

/// The least share by which an arm must differ where a direction alone was published. An experiment with some ten
/// animals an arm sees no less, so that less is no finding.
pub(super) const LEAST_EFFECT: f64 = 0.1;

/// The band of a ratio of arms of which "less" was published; where the figure may be a gain, down to no end.
pub(super) const fn less(least: f64) -> (f64, f64) {
    (least, 1.0 - LEAST_EFFECT)
}

/// The band of a ratio of arms of which "more" was published.
pub(super) const MORE: (f64, f64) = (1.0 + LEAST_EFFECT, NO_END);

/// A band of so many per cent on both sides of a value.
pub(super) fn around(value: f64, per_cent: f64) -> (f64, f64) {
    (
        value * (1.0 - per_cent / 100.0),
        value * (1.0 + per_cent / 100.0),
    )
}

pub(super) const NO_END: f64 = f64::INFINITY;

/// Nothing is claimed.
pub(super) const NO_BAND: (f64, f64) = (-NO_END, NO_END);

/// Collects the parts of a target.
pub(super) struct Parts<'a> {
    pub(super) id: &'static str,
    pub(super) class: Class,
    pub(super) runs: &'a Runs,
    /// Folder of the scenarios.
    pub(super) scenarios: &'a Path,
    pub(super) found: Vec<Part>,
}

impl Parts<'_> {
    pub(super) fn of(&self, arm: &Arm) -> Result<&[Course], ValidationError> {
        self.runs
            .get(arm.name)
            .map(Vec::as_slice)
            .ok_or_else(|| ValidationError::NoArm(arm.name.to_owned()))
    }

    pub(super) fn each(
        &self,
        arm: &Arm,
        figure: impl Fn(&Course) -> f64,
    ) -> Result<Vec<f64>, ValidationError> {
        Ok(self.of(arm)?.iter().map(figure).collect())
    }

    /// Adds a figure with the published value and the band, of the class of the target.
    pub(super) fn push(
        &mut self,
        what: &str,
        published: &'static str,
        figure: Figure,
        band: (f64, f64),
    ) -> &mut Part {
        self.found.push(Part {
            target: self.id,
            what: what.to_owned(),
            published,
            class: self.class,
            simulated: figure.value,
            sd: figure.sd,
            interval: figure.interval,
            low: band.0,
            high: band.1,
            no_effect: None,
            range: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Adds a figure without chance.
    pub(super) fn push_certain(
        &mut self,
        what: &str,
        published: &'static str,
        simulated: f64,
        band: (f64, f64),
    ) -> &mut Part {
        self.push(what, published, Figure::certain(simulated), band)
    }
}

/// A calculation that failed.
pub(super) fn failed(error: impl std::fmt::Display) -> ValidationError {
    ValidationError::Calculation(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::figure::{ratio, spread, spread_of_counts};
    use super::*;

    fn part(figure: Figure, band: (f64, f64)) -> Part {
        let runs = Runs::new();
        let mut parts = Parts {
            id: "A0",
            class: Class::Informed,
            runs: &runs,
            scenarios: Path::new(""),
            found: Vec::new(),
        };
        parts.push("", "", figure, band).clone()
    }

    #[test]
    fn a_mean_inside_of_a_band_is_not_enough() {
        let noisy = part(spread(&[0.2, 1.0, 1.8]), (0.5, 1.5));
        assert!(noisy.mean_is_inside() && !noisy.is_met() && noisy.margin() < 0.0);
        let sure = part(spread(&[0.9, 1.0, 1.1]), (0.5, 1.5));
        assert!(sure.is_met() && sure.margin() > 0.0);
        assert!(!part(spread(&[2.0, 2.1, 2.2]), (0.5, 1.5)).is_met());
        // One seed, or no number, is no evidence.
        assert!(!part(spread(&[1.0]), (0.5, 1.5)).is_met());
        assert!(!part(spread(&[f64::NAN; 3]), (0.5, 1.5)).is_met());
        assert!(part(Figure::certain(1.0), (1.0, 1.0)).is_met());
        assert!(part(spread_of_counts(&[0.0; 3]), (0.0, 0.0)).is_met());
    }

    #[test]
    fn a_comparison_must_exclude_no_effect_whatever_its_band_accepts() {
        let (treated, control) = ([0.8, 1.3, 0.9, 1.1], [1.0, 1.0, 1.2, 0.9]);
        let generous = part(ratio(&treated, &control), (0.1, 10.0));
        assert!(generous.is_met());
        let compared = generous.clone().against(1.0).clone();
        assert!(!compared.is_met());
        let strong = treated.map(|value| 3.0 * value);
        let mut strong = part(ratio(&strong, &control), (0.1, 10.0));
        assert!(strong.against(1.0).is_met());
        // An arm that does nothing gives exactly 1 on common random numbers.
        let mut inert = part(ratio(&control, &control), (0.1, 10.0));
        assert!(!inert.against(1.0).is_met());
        // A tenth is the least that a direction may show.
        let sixteenth = control.map(|value| 0.94 * value);
        assert!(
            !part(ratio(&sixteenth, &control), less(0.0))
                .against(1.0)
                .is_met()
        );
        let fifth = control.map(|value| 0.8 * value);
        assert!(
            part(ratio(&fifth, &control), less(0.0))
                .against(1.0)
                .is_met()
        );
    }

    #[test]
    fn what_claims_nothing_is_not_judged_and_a_published_range_is_not_a_band() {
        let shown = part(spread(&[1.0, 5.0]), NO_BAND);
        assert!(!shown.is_judged() && shown.is_met() && shown.margin() == f64::INFINITY);
        let mut beside = part(Figure::certain(62.0), (60.0, 115.0));
        assert!(!beside.is_outside_of_range());
        assert!(beside.of_range(69.0, 100.0).is_met() && beside.is_outside_of_range());
    }
}
