//! Regimens: what is given, how much, how and when.
//!
//! # Law
//! Doses fall due at `start`, `start + interval`, ... until `number` of them are given, `stop` is
//! reached or the run ends; none is given inside a holiday (`from` included, `to` not), and none is
//! made up for. A course may wait for a [`Condition`] instead of a date: its first dose falls due when
//! that holds, not before `not_before`; and it may end by one. A dose in mg/kg, mg/m2 or by area under the curve is converted with the size of the
//! subject; carboplatin after Calvert 1989: `mg = AUC (GFR + 25)`, AUC in mg min/mL, GFR in mL/min.

mod dose;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::Time;
use crate::therapy::condition::Condition;
use crate::therapy::subject::Subject;
use dose::LARGEST_DOSE;
pub use dose::{Dose, DoseError};

/// Doses of one course at most.
const MOST_DOSES: usize = 10_000;

/// How a drug is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Into a vein.
    Intravenous,
    /// Under the skin.
    Subcutaneous,
    /// Into the peritoneal cavity.
    Intraperitoneal,
    /// By mouth.
    Oral,
}

/// Time in which no dose is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// First moment without a dose.
    pub from: Time,
    /// First moment at which doses are given again.
    pub to: Time,
}

/// One course of one drug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Name of the drug: one that comes with howship, or one declared as `[drugs.<name>]`.
    pub drug: String,
    /// Amount of one dose.
    pub dose: Dose,
    /// How it is given.
    pub route: Route,
    /// Length of an infusion into a vein; 0 for a bolus.
    #[serde(default)]
    pub infusion: Time,
    /// Time of the first dose; day 0 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Time>,
    /// The first dose is given when this holds, instead of at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_when: Option<Condition>,
    /// Time before which `start_when` is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
    /// Time from dose to dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Time>,
    /// Doses in all; without it until `stop` or the end of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// No dose from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Time>,
    /// No dose from the day on which this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_when: Option<Condition>,
    /// Times without doses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
}

impl Course {
    /// The earliest time of the first dose, h.
    pub fn earliest_h(&self) -> f64 {
        let given = if self.start_when.is_some() {
            self.not_before
        } else {
            self.start
        };
        given.map_or(0.0, Time::get)
    }

    /// True when only the state of a run tells its dates.
    pub const fn is_conditional(&self) -> bool {
        self.start_when.is_some() || self.stop_when.is_some()
    }

    /// Times of the doses, h, as far as no condition is known to hold, and the amount of each, mg. What
    /// is wrong goes to `problems`.
    pub fn doses(
        &self,
        path: &str,
        subject: &Subject,
        duration_h: f64,
        problems: &mut Problems,
    ) -> (Vec<f64>, f64) {
        let before = problems.found.len();
        let at = |key: &str| format!("{path}.{key}");
        let value = self.dose.value();
        if !(value > 0.0 && value <= LARGEST_DOSE) {
            problems.add(
                &at("dose"),
                format!("found {}", self.dose),
                format!(
                    "give a dose above zero and of at most {LARGEST_DOSE:e}, or take the course out"
                ),
            );
        }
        let amount = self.dose.milligrams(&at("dose"), subject, problems);
        self.check_dates(path, duration_h, problems);
        self.check_conditions(path, problems);
        self.check_infusion(path, problems);
        let (Some(amount), true) = (amount, problems.found.len() == before) else {
            return (Vec::new(), 0.0);
        };
        if self.start_when.is_some() {
            return (Vec::new(), amount);
        }
        let times = self.times(self.earliest_h(), None, duration_h);
        if times.is_empty() {
            problems.add(
                path,
                "has no dose: holidays leave none",
                "shorten the holidays, or take the course out",
            );
        }
        (times, amount)
    }

    /// Times of the doses, h, of a course that begins at a time, and ends at one if that is known.
    pub fn times(&self, start_h: f64, stopped_h: Option<f64>, duration_h: f64) -> Vec<f64> {
        let stops = [self.stop.map(Time::get), stopped_h];
        let end = stops.into_iter().flatten().fold(duration_h, f64::min);
        let most = match (self.interval, self.number) {
            (None, _) => 1,
            (Some(_), None) => MOST_DOSES,
            (Some(_), Some(number)) => MOST_DOSES.min(number as usize),
        };
        let interval = self.interval.map_or(f64::INFINITY, Time::get);
        let mut times = Vec::new();
        let mut turn = 0_u32;
        // A dose that falls into a holiday counts as none: the course goes on behind it.
        while times.len() < most {
            let time = if turn == 0 {
                start_h
            } else {
                start_h + f64::from(turn) * interval
            };
            if time >= end {
                break;
            }
            let rests = self
                .holidays
                .iter()
                .any(|holiday| (holiday.from.get()..holiday.to.get()).contains(&time));
            if !rests {
                times.push(time);
            }
            turn += 1;
        }
        times
    }

    /// Doses of a course by the calendar that would fall after the end of the run and are not given.
    pub fn after_the_end(&self, duration_h: f64) -> usize {
        match (self.number, self.start_when, self.stop) {
            (Some(number), None, None) if number as usize <= MOST_DOSES => {
                let given = self.times(self.earliest_h(), None, duration_h).len();
                number as usize - given
            }
            _ => 0,
        }
    }

    fn check_dates(&self, path: &str, duration_h: f64, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        let start = self.earliest_h();
        if !(0.0..duration_h).contains(&start) {
            let key = if self.start_when.is_some() {
                "not_before"
            } else {
                "start"
            };
            problems.add(
                &at(key),
                format!(
                    "found day {}, in a run from day 0 to day {}",
                    start / 24.0,
                    duration_h / 24.0
                ),
                "give a time inside the run",
            );
        }
        if let Some(interval) = self.interval {
            problems.positive(&at("interval"), interval.get(), "h");
        }
        if let Some(number) = self.number
            && !(1..=MOST_DOSES).contains(&(number as usize))
        {
            problems.add(
                &at("number"),
                format!("found {number} doses"),
                format!("give 1 to {MOST_DOSES}, or take the course out"),
            );
        }
        if let Some(interval) = self.interval.map(Time::get)
            && interval > 0.0
            && duration_h / interval > MOST_DOSES as f64
        {
            problems.add(
                &at("interval"),
                format!("makes more than {MOST_DOSES} doses"),
                "give a longer interval",
            );
        }
        let repeats = self.number.is_some_and(|number| number > 1)
            || self.stop.is_some()
            || self.stop_when.is_some();
        if repeats && self.interval.is_none() {
            problems.add(
                &at("interval"),
                "is missing, but more than one dose is asked for",
                "set interval = \"28 d\", or remove number, stop and stop_when for a single dose",
            );
        }
        if let Some(stop) = self.stop.filter(|stop| stop.get() <= start) {
            problems.add(
                &at("stop"),
                format!(
                    "found day {}, not after the start on day {}",
                    stop.get() / 24.0,
                    start / 24.0
                ),
                "give a time after the start",
            );
        }
        for (index, holiday) in self.holidays.iter().enumerate() {
            if holiday.to <= holiday.from {
                problems.add(
                    &at(&format!("holidays[{index}]")),
                    format!("found {} to {}", holiday.from, holiday.to),
                    "give a holiday that ends after it begins",
                );
            }
        }
    }

    fn check_conditions(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (key, condition) in [
            ("start_when", self.start_when),
            ("stop_when", self.stop_when),
        ] {
            if let Some(condition) = condition {
                condition.check(&at(key), problems);
            }
        }
        if let (Some(start), Some(condition)) = (self.start, self.start_when) {
            problems.add(
                &at("start_when"),
                format!("found {condition} beside start = {start}"),
                "give one of them: a time, or a condition with not_before",
            );
        }
        if let (Some(time), None) = (self.not_before, self.start_when) {
            problems.add(
                &at("not_before"),
                format!("found {time} without start_when"),
                "set start to that time, or give a condition",
            );
        }
        if let (Some(start), Some(stop)) = (self.start_when, self.stop_when)
            && start == stop
        {
            problems.add(
                &at("stop_when"),
                format!("found {stop}, by which the course starts"),
                "give another condition: this course would end as soon as it began",
            );
        }
    }

    fn check_infusion(&self, path: &str, problems: &mut Problems) {
        let infusion = self.infusion.get();
        let key = format!("{path}.infusion");
        problems.not_negative(&key, infusion, "h");
        if infusion > 0.0 && self.route != Route::Intravenous {
            problems.add(
                &key,
                "an infusion is given, but the route is not into a vein",
                "set route = \"intravenous\", or remove the infusion",
            );
        }
        if let Some(interval) = self.interval.filter(|interval| infusion > interval.get()) {
            problems.add(
                &key,
                format!("found {} in an interval of {interval}", self.infusion),
                "give an infusion that ends before the next begins",
            );
        }
    }
}

#[cfg(test)]
mod tests;
