//! Courses that begin and stop on conditions, and the dates that they have found.

use serde::{Deserialize, Serialize};

use super::{Administration, NEAR_H, Plan};
use crate::therapy::condition::Findings;
use crate::therapy::regimen::Course;

/// A course that begins or ends by a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalCourse {
    /// Its name.
    pub name: String,
    /// The course.
    pub course: Course,
    /// One of its doses, at any time.
    pub dose: Administration,
}

/// When a conditional course began and ended, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Dates {
    /// Time at which its condition came true, h; none for a course that still waits.
    pub started_h: Option<f64>,
    /// Time at which it ended by a condition, h.
    pub stopped_h: Option<f64>,
}

impl Dates {
    /// True when no date lies before day 0 or after a time, and none ends before it starts.
    pub fn make_sense(&self, now_h: f64) -> bool {
        let fits =
            |time: Option<f64>| time.is_none_or(|time| (0.0..=now_h.max(0.0)).contains(&time));
        let in_order = match (self.started_h, self.stopped_h) {
            (Some(started), Some(stopped)) => started <= stopped,
            _ => true,
        };
        fits(self.started_h) && fits(self.stopped_h) && in_order
    }
}

impl ConditionalCourse {
    /// Time of its first dose, h, if that is known.
    pub fn start_h(&self, dates: &Dates) -> Option<f64> {
        if self.course.start_when.is_some() {
            dates.started_h
        } else {
            Some(self.course.earliest_h())
        }
    }
}

impl Plan {
    /// Looks at the conditions of all courses on a day.
    pub fn evaluate_conditions(&self, dates: &mut [Dates], time_h: f64, found: &Findings) {
        for (entry, dates) in self.conditional.iter().zip(dates) {
            let course = &entry.course;
            match entry.start_h(dates) {
                None => {
                    let is_due = time_h > course.earliest_h() - NEAR_H;
                    if is_due && course.start_when.is_some_and(|when| when.holds(found)) {
                        dates.started_h = Some(time_h);
                    }
                }
                Some(start_h) => {
                    if dates.stopped_h.is_none()
                        && time_h > start_h + NEAR_H
                        && course.stop_when.is_some_and(|when| when.holds(found))
                    {
                        dates.stopped_h = Some(time_h);
                    }
                }
            }
        }
    }
}
