//! Figures of targets: a value with its band, and what collects and averages them over seeds.

use std::path::Path;

use super::ValidationError;
use super::arm::Arm;
use super::course::Course;
use super::runs::Runs;
use crate::statistics::estimate::mean_and_deviation;

/// One figure of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Target, such as "A14".
    pub target: &'static str,
    /// What the figure is, with its unit.
    pub what: String,
    /// The published value, in words.
    pub published: &'static str,
    /// Mean over seeds.
    pub simulated: f64,
    /// Standard deviation over seeds; 0 where nothing is drawn by chance.
    pub sd: f64,
    /// Least value that passes.
    pub low: f64,
    /// Largest value that passes.
    pub high: f64,
}

impl Part {
    /// True inside the band.
    pub fn is_met(&self) -> bool {
        self.simulated >= self.low && self.simulated <= self.high
    }

    /// Distance from the nearer end of the band in units of its width (or of the end itself for an
    /// open band); below 0 outside.
    pub fn margin(&self) -> f64 {
        let scale = match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => (self.high - self.low).max(f64::MIN_POSITIVE),
            (true, false) => self.low.abs().max(1.0),
            _ => self.high.abs().max(1.0),
        };
        let margin = (self.simulated - self.low).min(self.high - self.simulated) / scale;
        if margin.is_nan() {
            f64::NEG_INFINITY
        } else {
            margin
        }
    }
}

/// Mean and standard deviation over seeds; that of one seed is 0, as a figure without chance has.
pub(super) fn spread(values: &[f64]) -> (f64, f64) {
    let (mean, deviation) = mean_and_deviation(values);
    (mean, if values.len() > 1 { deviation } else { 0.0 })
}

/// Ratio of the means of two samples, with its spread by propagation (Cochran 1977).
///
/// No number, which no band holds, where the sample below is not above zero on average: over a loss that
/// is a gain, or over nothing, harm would pass for benefit.
pub(super) fn ratio(over: &[f64], under: &[f64]) -> (f64, f64) {
    let ((a, sa), (b, sb)) = (spread(over), spread(under));
    if b > 0.0 {
        let ratio = a / b;
        (ratio, sa.hypot(ratio * sb) / b)
    } else {
        (f64::NAN, f64::NAN)
    }
}

/// What the first sample has above the second, seed by seed.
pub(super) fn paired(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(a, b)| a - b).collect()
}

/// The largest of figures that shall be small; no number where one of them is none.
pub(super) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |most: f64, value| {
        if most.is_nan() || value.is_nan() {
            f64::NAN
        } else {
            most.max(value)
        }
    })
}

/// The band of what must be above a value. Arms have common random numbers, so that what has no effect gives
/// exactly the value, and must not pass.
pub(super) const fn above(value: f64) -> (f64, f64) {
    (value.next_up(), NO_END)
}

/// The band of what must be below a value, down to a least one.
pub(super) const fn below(value: f64, least: f64) -> (f64, f64) {
    (least, value.next_down())
}

/// Collects the parts of a target.
pub(super) struct Parts<'a> {
    pub(super) id: &'static str,
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

    pub(super) fn push(
        &mut self,
        what: &str,
        published: &'static str,
        (simulated, sd): (f64, f64),
        band: (f64, f64),
    ) {
        self.found.push(Part {
            target: self.id,
            what: what.to_owned(),
            published,
            simulated,
            sd,
            low: band.0,
            high: band.1,
        });
    }

    /// A figure without chance.
    pub(super) fn push_certain(
        &mut self,
        what: &str,
        published: &'static str,
        simulated: f64,
        band: (f64, f64),
    ) {
        self.push(what, published, (simulated, 0.0), band);
    }
}

/// A calculation that failed.
pub(super) fn failed(error: impl std::fmt::Display) -> ValidationError {
    ValidationError::Calculation(error.to_string())
}

/// A band of so many per cent on both sides of a value.
pub(super) fn around(value: f64, per_cent: f64) -> (f64, f64) {
    (
        value * (1.0 - per_cent / 100.0),
        value * (1.0 + per_cent / 100.0),
    )
}

pub(super) const NO_END: f64 = f64::INFINITY;

/// Doubling time and R2 of a straight line through the logarithms.
pub(super) fn exponential(days: &[f64], cells: &[f64]) -> (f64, f64) {
    let logs: Vec<f64> = cells.iter().map(|cells| cells.max(1.0).log2()).collect();
    let count = days.len() as f64;
    let (mx, my) = (
        days.iter().sum::<f64>() / count,
        logs.iter().sum::<f64>() / count,
    );
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in days.iter().zip(&logs) {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    (xx / xy, xy * xy / (xx * yy))
}
