//! The level of one drug in blood over time, without a tissue: what labels and trials report.

use std::collections::BTreeMap;

use crate::biology::problem::{Problem, Problems};
use crate::therapy::catalogue::fragment;
use crate::therapy::drug::Drug;
use crate::therapy::pharmacokinetics::PharmacokineticsError;
use crate::therapy::plan::{DrugInBody, Therapy};
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;

/// Why there are no levels.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LevelsError {
    /// The catalogue has no such drug.
    #[error("there is no drug `{0}` in the catalogue")]
    NoDrug(String),
    /// The text of the drug does not read.
    #[error("drug `{0}`: {1}")]
    Text(String, String),
    /// The course makes no sense for the subject.
    #[error("{}: {}; {}", .0.path, .0.message, .0.help)]
    Course(Problem),
    /// The integrator gave up.
    #[error(transparent)]
    Integration(#[from] PharmacokineticsError),
}

/// Level in the central compartment at the end of every hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// mg/L; the first is that before the first dose.
    pub hourly: Vec<f64>,
}

impl Levels {
    /// Follows a drug of the catalogue under one course.
    ///
    /// # Errors
    /// [`LevelsError`].
    pub fn of(subject: Subject, course: Course, days: u32) -> Result<Self, LevelsError> {
        let name = course.drug.clone();
        let wrong = |error: toml::de::Error| LevelsError::Text(name.clone(), error.to_string());
        let text = fragment(&name).ok_or_else(|| LevelsError::NoDrug(name.clone()))?;
        let mut layer: toml::Table = toml::from_str(text).map_err(wrong)?;
        let drug: Drug = layer
            .remove("drugs")
            .and_then(|mut drugs| drugs.as_table_mut()?.remove(&name))
            .ok_or_else(|| LevelsError::NoDrug(name.clone()))?
            .try_into()
            .map_err(wrong)?;
        let therapy = Therapy {
            subject,
            drugs: BTreeMap::from([(name.clone(), drug)]),
            courses: BTreeMap::from([("course".to_owned(), course)]),
            duration_h: f64::from(days) * 24.0,
        };
        let mut problems = Problems::default();
        let plan = therapy.plan(&mut problems);
        if let Some(problem) = problems.found.into_iter().next() {
            return Err(LevelsError::Course(problem));
        }
        let mut body = DrugInBody::default();
        let volume = plan.agents[0].system.central_l;
        let mut hourly = vec![0.0];
        for hour in 0..24 * days {
            let now = f64::from(hour);
            plan.advance(0, &mut body, now, now + 1.0)?;
            hourly.push(body.amounts.central_mg / volume);
        }
        Ok(Self { hourly })
    }

    /// Level right before a day's dose, mg/L; NaN after the end.
    pub fn trough(&self, day: usize) -> f64 {
        self.hourly.get(24 * day).copied().unwrap_or(f64::NAN)
    }

    /// Day and size of the highest level after `from_day`, up to `to_day`.
    pub fn peak(&self, from_day: usize, to_day: usize) -> (f64, f64) {
        let last = (24 * to_day).min(self.hourly.len() - 1);
        (24 * from_day + 1..=last)
            .map(|hour| (hour as f64 / 24.0, self.hourly[hour]))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((f64::NAN, f64::NAN))
    }

    /// Area under the level from one day to another by trapezia, mg h/L.
    pub fn area(&self, from_day: usize, to_day: usize) -> f64 {
        let last = (24 * to_day).min(self.hourly.len() - 1);
        (24 * from_day..last)
            .map(|hour| f64::midpoint(self.hourly[hour], self.hourly[hour + 1]))
            .sum()
    }

    /// Half-lives in h of a level that falls by two exponentials, from four levels `step_h` apart
    /// (Prony), the first at `from_h`.
    pub fn two_half_lives(&self, from_h: usize, step_h: usize) -> (f64, f64) {
        let at = |index: usize| {
            let level = self.hourly.get(from_h + step_h * index);
            level.copied().unwrap_or(f64::NAN)
        };
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        let det = b * b - a * c;
        let sum = (b * c - a * d) / det;
        let product = (c * c - b * d) / det;
        let root = (sum * sum - 4.0 * product).sqrt();
        let half_life = |share: f64| -(step_h as f64) * std::f64::consts::LN_2 / share.ln();
        (
            half_life(0.5 * (sum - root)),
            half_life(f64::midpoint(sum, root)),
        )
    }
}
