//! Survival after Kaplan and Meier, its median and its band.

use super::Z;

/// How long a patient was followed, and whether it ended with the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    /// Time, days.
    pub time: f64,
    /// True for the event, false for the end of follow-up.
    pub event: bool,
}

/// A step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Time of the events.
    pub time: f64,
    /// At risk just before.
    pub at_risk: u32,
    /// Events.
    pub events: u32,
    /// Survival from here on.
    pub survival: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A survival curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KaplanMeier {
    /// Steps by time.
    pub steps: Vec<Step>,
    /// All times, in order.
    times: Vec<f64>,
}

/// A median with its 95 % interval; an end that was not reached is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Median {
    /// The median.
    pub time: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl KaplanMeier {
    /// The curve of these patients.
    pub fn of(patients: &[Followed]) -> Self {
        let mut sorted = patients.to_vec();
        sorted.sort_by(|one, other| one.time.total_cmp(&other.time));
        let mut curve = Self {
            steps: Vec::new(),
            times: sorted.iter().map(|patient| patient.time).collect(),
        };
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut from = 0;
        while from < sorted.len() {
            let time = sorted[from].time;
            let to = sorted.partition_point(|patient| patient.time <= time);
            let events = sorted[from..to].iter().filter(|one| one.event).count();
            let at_risk = sorted.len() - from;
            if events > 0 {
                let (n, d) = (at_risk as f64, events as f64);
                survival *= 1.0 - d / n;
                greenwood += d / (n * (n - d));
                let (low, high) = log_log_interval(survival, greenwood);
                curve.steps.push(Step {
                    time,
                    at_risk: at_risk as u32,
                    events: events as u32,
                    survival,
                    low,
                    high,
                });
            }
            from = to;
        }
        curve
    }

    /// Survival at a time, with its interval.
    pub fn at(&self, time: f64) -> (f64, f64, f64) {
        let place = self.steps.partition_point(|step| step.time <= time);
        place.checked_sub(1).map_or((1.0, 1.0, 1.0), |last| {
            let step = &self.steps[last];
            (step.survival, step.low, step.high)
        })
    }

    /// Patients still followed at a time: those with their time at it or behind it.
    pub fn at_risk(&self, time: f64) -> usize {
        self.times.len() - self.times.partition_point(|&other| other < time)
    }

    /// The median with its interval.
    pub fn median(&self) -> Median {
        const HALF: f64 = 0.5 + 1e-12;
        let first =
            |value: fn(&Step) -> f64| self.steps.iter().position(|step| value(step) <= HALF);
        let time = first(|step| step.survival).map(|place| {
            let step = &self.steps[place];
            // A curve that runs along a half has its median in the middle of that piece.
            match self.steps.get(place + 1) {
                Some(next) if (step.survival - 0.5).abs() < 1e-9 => 0.5 * (step.time + next.time),
                _ => step.time,
            }
        });
        let end = |value| first(value).map(|place| self.steps[place].time);
        Median {
            time,
            low: end(|step| step.low),
            high: end(|step| step.high),
        }
    }
}

/// 95 % interval of survival on the scale of `ln(-ln S)`; the point itself where it is 0 or 1.
fn log_log_interval(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 {
        return (survival, survival);
    }
    let log = survival.ln();
    let width = Z * greenwood.sqrt() / log.abs();
    ((log * width.exp()).exp(), (log * (-width).exp()).exp())
}
