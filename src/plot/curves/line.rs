//! A curve of a column against time: of one run, or the mean of several with its band.

use crate::output::table::Table;
use crate::plot::chart::{Curve, Layer, Tone};
use crate::plot::happened::Change;
use crate::plot::quantities::of_quantity;

/// A curve with its band.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Least and greatest over the runs at each day, or an interval; empty for one run.
    pub(crate) band: Vec<(f64, f64, f64)>,
    /// Runs of which it is the mean, 1 for a run itself; 0 where the band is something else.
    pub(crate) runs: usize,
    /// Constant between its points.
    pub(crate) is_stepped: bool,
    /// Its points are readings, with nothing known between them.
    pub(crate) is_marked: bool,
}

/// Radius of the mark of a reading, points.
const MARK: f64 = 1.9;

/// Times nearer than this are one, d.
const SLIP: f64 = 1e-6;

impl Line {
    /// One column of all runs: the mean over runs at each day that all of them have, and its band.
    pub(crate) fn over(
        runs: &[Table],
        name: &str,
        label: &str,
        factor: impl Fn(&[f64]) -> f64,
    ) -> Option<Self> {
        let columns: Vec<(Vec<f64>, Vec<f64>)> = runs
            .iter()
            .map(|run| {
                let values = run.column(name)?;
                let factor = factor(&values);
                Some((
                    run.column("time_d")?,
                    values.iter().map(|v| v * factor).collect(),
                ))
            })
            .collect::<Option<_>>()?;
        let (days, _) = columns.first()?;
        let mut line = Self {
            label: label.to_owned(),
            points: vec![],
            band: vec![],
            runs: runs.len(),
            is_stepped: false,
            is_marked: false,
        };
        for day in days {
            let at: Vec<f64> = columns
                .iter()
                .filter_map(|(days, values)| {
                    let place = days.iter().position(|other| (other - day).abs() < 1e-6)?;
                    values.get(place).copied()
                })
                .collect();
            if at.len() == columns.len() {
                line.points
                    .push((*day, at.iter().sum::<f64>() / at.len() as f64));
                if at.len() > 1 {
                    let least = at.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    line.band.push((*day, least, most));
                }
            }
        }
        Some(line)
    }

    /// What the law of colours names has its colour in every chart, all else that of its name.
    pub(super) fn tone(&self) -> Tone {
        of_quantity(&self.label).map_or_else(
            || Tone::Named(self.label.clone()),
            |(colour, number)| Tone::Own { colour, number },
        )
    }

    /// True where it has a value above zero.
    pub(super) fn is_there(&self) -> bool {
        self.points.iter().any(|point| point.1 > 0.0)
    }

    /// The curve in the colour and dash of a tone.
    pub(crate) fn curve(self, tone: Tone) -> Layer {
        Layer::Curve(Curve {
            label: self.label,
            tone,
            points: self.points,
            band: self.band,
            is_stepped: self.is_stepped,
            mark: if self.is_marked { MARK } else { 0.0 },
            ..Curve::default()
        })
    }

    /// With what fractions changed of a column at once: rows of a table stand before a fraction of their own
    /// time. Of a mean over runs nothing is known between its rows.
    pub(super) fn changed(mut self, column: &str, changes: &[Change]) -> Self {
        if self.runs > 1 {
            return self;
        }
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, mut now)) = points.last() {
                let of = |change: &&Change| {
                    let is_between = change.day > from - SLIP && change.day < day - SLIP;
                    change.column == column && is_between && change.by != 0.0
                };
                for change in changes.iter().filter(of) {
                    points.extend((change.day > from + SLIP).then_some((change.day, now)));
                    now += change.by;
                    points.push((change.day, now));
                }
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }

    /// Each value from the row before on: it is of all the time between them.
    pub(super) fn spanning(mut self) -> Self {
        let days: Vec<f64> = self.points.iter().map(|point| point.0).collect();
        let last = self.points.last().copied();
        if self.points.len() > 1 {
            self.points.remove(0);
            for (point, day) in self.points.iter_mut().zip(days) {
                point.0 = day;
            }
            self.points.extend(last);
        }
        self.is_stepped = true;
        self
    }

    /// With jumps on the day of each dose, to the value of the row behind it: rows of a table stand before a
    /// dose of their own time.
    pub(super) fn jumping(mut self, dose_days: &[f64]) -> Self {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, before)) = points.last() {
                let mut doses = dose_days.iter().copied();
                let dose = doses.find(|&dose| dose > from - SLIP && dose < day - SLIP);
                if let Some(dose) = dose {
                    points.extend((dose > from + SLIP).then_some((dose, before)));
                    points.push((dose, value));
                }
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }

    /// Constant between its points, with jumps on the day of the dose behind them: rows of a table stand
    /// before a dose of their own time. A jump without a dose is seen at the row that has it.
    pub(super) fn stepped(mut self, dose_days: &[f64]) -> Self {
        self.is_stepped = true;
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, before)) = points.last()
                && before.total_cmp(&value).is_ne()
            {
                let mut doses = dose_days.iter().copied();
                let dose = doses.find(|&dose| dose > from - SLIP && dose < day - SLIP);
                points.extend(dose.map(|dose| (dose, value)));
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }
}

/// The value that all lines keep to within a hundredth; none where one of them moves.
pub(crate) fn flat(lines: &[Line]) -> Option<f64> {
    let first = lines.first()?.points.first()?.1;
    let mut values = lines.iter().flat_map(|line| &line.points);
    let is_near = |value: f64| (value - first).abs() <= 0.01 * first.abs();
    values.all(|point| is_near(point.1)).then_some(first)
}
