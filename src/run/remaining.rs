//! How long a course of steps goes on, by those that are done, and when it is said.

use std::time::{Duration, Instant};

use crate::run::span::span;

/// Marks that are kept of a course.
const MOST_MARKS: u64 = 512;

/// Windows into which the recent half of a course is cut.
const WINDOWS: usize = 8;

/// What is left of a course whose steps may become dearer, as those of a growing tumour do.
///
/// The recent half of what is done is cut into windows, and a straight line is laid through the times
/// that a step takes in them. Where it rises by more than twice its standard error, it goes on to rise;
/// else a step goes on to take what it took of late. What makes steps dearer later on is not foreseen:
/// the time is one at least.
#[derive(Debug)]
pub(crate) struct Remaining {
    total: f64,
    stride: f64,
    /// Steps done and seconds until then.
    marks: Vec<(f64, f64)>,
}

impl Remaining {
    /// Nothing is done yet of so many steps.
    pub(crate) fn of(total: u64) -> Self {
        Self {
            total: total as f64,
            stride: total.div_ceil(MOST_MARKS).max(1) as f64,
            marks: Vec::new(),
        }
    }

    /// So many steps are done after this time, s.
    pub(crate) fn see(&mut self, done: u64, elapsed_s: f64) {
        let done = done as f64;
        if self
            .marks
            .last()
            .is_none_or(|&(last, _)| done >= last + self.stride)
        {
            self.marks.push((done, elapsed_s));
        }
    }

    /// Forgets what was done: it says nothing about what comes.
    pub(crate) fn begin_anew(&mut self) {
        self.marks.clear();
    }

    /// Seconds left; none while too little is done to tell.
    pub(crate) fn seconds(&self) -> Option<f64> {
        let (&(first, _), &(now, now_s)) = (self.marks.first()?, self.marks.last()?);
        let left = self.total - now;
        let half = f64::midpoint(first, now);
        let from = self.marks.partition_point(|&(done, _)| done < half);
        let recent = &self.marks[from..];
        let &(since, since_s) = recent.first()?;
        if recent.len() < 3 || left <= 0.0 {
            return None;
        }
        let flat_s = left * (now_s - since_s) / (now - since);
        let Some((middle, cost, slope, error)) = rise(recent) else {
            return Some(flat_s);
        };
        if slope <= 2.0 * error {
            return Some(flat_s);
        }
        let at_now = cost + slope * (now - middle);
        Some(left * (at_now + 0.5 * slope * left))
    }
}

/// Says now and then how far a course is.
pub(crate) struct Pace {
    every: Duration,
    said: Instant,
    begun: Instant,
    remaining: Remaining,
}

impl Pace {
    /// A course of so many steps, of which something is said after this time at the soonest.
    pub(crate) fn new(total: u64, every: Duration) -> Self {
        Self {
            every,
            said: Instant::now(),
            begun: Instant::now(),
            remaining: Remaining::of(total),
        }
    }

    /// So many steps are done: words and the time that is left, where it is time to say them.
    pub(crate) fn at(&mut self, done: u64, words: impl FnOnce() -> String) -> Option<String> {
        self.remaining.see(done, self.begun.elapsed().as_secs_f64());
        if self.said.elapsed() <= self.every {
            return None;
        }
        self.said = Instant::now();
        Some(match self.remaining.seconds() {
            Some(left_s) => format!("{}, at least {} left", words(), span(left_s)),
            None => words(),
        })
    }

    /// What was done says nothing about what comes: the time that is left is told from here on.
    pub(crate) fn begin_anew(&mut self) {
        self.remaining.begin_anew();
    }
}

/// A straight line through the seconds per step in windows of a course: middle, value there, slope,
/// and its standard error. None where the windows are too few.
fn rise(marks: &[(f64, f64)]) -> Option<(f64, f64, f64, f64)> {
    if marks.len() <= WINDOWS {
        return None;
    }
    let ends: Vec<(f64, f64)> = (0..=WINDOWS)
        .map(|end| marks[end * (marks.len() - 1) / WINDOWS])
        .collect();
    let costs: Vec<(f64, f64)> = ends
        .windows(2)
        .map(|pair| {
            let ((a, a_s), (b, b_s)) = (pair[0], pair[1]);
            (f64::midpoint(a, b), (b_s - a_s) / (b - a))
        })
        .collect();
    let count = costs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| costs.iter().map(of).sum::<f64>() / count;
    let (middle, cost) = (mean(|at| at.0), mean(|at| at.1));
    let (mut xx, mut xy) = (0.0, 0.0);
    for &(x, y) in &costs {
        xx += (x - middle) * (x - middle);
        xy += (x - middle) * (y - cost);
    }
    let slope = xy / xx;
    let off = costs
        .iter()
        .map(|&(x, y)| (y - cost - slope * (x - middle)).powi(2));
    let error = (off.sum::<f64>() / (count - 2.0) / xx).sqrt();
    Some((middle, cost, slope, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Estimated over true time left after a share of a course with these costs of its steps.
    fn estimate(steps: u64, cost_s: impl Fn(f64) -> f64, share: f64) -> f64 {
        let mut remaining = Remaining::of(steps);
        let (mut elapsed_s, mut found, mut left_s) = (0.0, None, 0.0);
        let end = (share * steps as f64) as u64;
        for step in 0..steps {
            if step <= end {
                remaining.see(step, elapsed_s);
                found = remaining.seconds();
            } else {
                left_s += cost_s(step as f64 / steps as f64);
            }
            elapsed_s += cost_s(step as f64 / steps as f64);
        }
        found.unwrap() / left_s
    }

    /// Steps that take ten times as long at the end as at the start.
    #[test]
    fn a_course_that_becomes_ten_times_dearer_is_foreseen_within_a_factor_of_two() {
        for steps in [100, 672, 20_000] {
            let straight = estimate(steps, |at| 0.1 * (1.0 + 9.0 * at), 0.3);
            assert!((0.9..1.1).contains(&straight), "{straight} of {steps}");
            let exponential = estimate(steps, |at| 0.1 * 10_f64.powf(at), 0.3);
            assert!((0.5..2.0).contains(&exponential), "{exponential}");
            // A mean over all that is done would say less than half.
            let later = estimate(steps, |at| 0.1 * 10_f64.powf(at), 0.6);
            assert!((0.7..1.3).contains(&later), "{later}");
        }
    }

    #[test]
    fn steps_of_one_length_and_of_chance_are_not_made_to_rise() {
        let even = estimate(1000, |_| 0.2, 0.3);
        assert!((even - 1.0).abs() < 1e-2, "{even}");
        // Every fourth step takes twice as long.
        let uneven = |at: f64| 0.1 * (1.0 + f64::from((1000.0 * at).round() as u32 % 4 / 3));
        let found = estimate(1000, uneven, 0.3);
        assert!((0.9..1.1).contains(&found), "{found}");
    }

    #[test]
    fn nothing_is_foreseen_from_nothing_and_a_run_that_was_taken_up_counts_from_there() {
        let mut remaining = Remaining::of(100);
        assert_eq!(remaining.seconds(), None);
        for step in 60..=90 {
            remaining.see(step, (step - 60) as f64);
        }
        let left_s = remaining.seconds().unwrap();
        assert!((left_s - 10.0).abs() < 1e-9, "{left_s}");
        assert_eq!(span(0.2), "1 s");
        assert_eq!(span(700.0), "12 min");
        assert_eq!(span(90_000.0), "25.0 h");
    }
}
