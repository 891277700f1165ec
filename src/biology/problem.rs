//! Parameters that read well but make no sense: found before the first tick, all at once.

/// A parameter out of its range, or a name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Problem {
    /// Dotted path of the parameter.
    pub path: String,
    /// What was found.
    pub message: String,
    /// What is allowed.
    pub help: String,
}

/// Collects problems under a path.
#[derive(Debug, Default)]
pub struct Problems {
    /// What was found so far.
    pub found: Vec<Problem>,
}

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Problem {
            path: path.to_owned(),
            message: message.into(),
            help: help.into(),
        });
    }

    /// The value must be above zero.
    pub fn positive(&mut self, path: &str, value: f64, unit: &str) {
        if value.is_nan() || value <= 0.0 {
            self.add(
                path,
                format!("found {value} {unit}, which is not above zero").replace(" ,", ","),
                "give a value above zero",
            );
        }
    }

    /// The value must not be below zero.
    pub fn not_negative(&mut self, path: &str, value: f64, unit: &str) {
        if value.is_nan() || value < 0.0 {
            self.add(
                path,
                format!("found {value} {unit}, which is below zero").replace(" ,", ","),
                "give zero or a value above it",
            );
        }
    }

    /// An exponent of a response: above zero, and not so large that powers of levels have no value.
    pub fn steepness(&mut self, path: &str, value: f64) {
        const STEEPEST: f64 = 100.0;
        if !(value > 0.0 && value <= STEEPEST) {
            self.add(
                path,
                format!("found {value}"),
                format!("give an exponent above zero, up to {STEEPEST}"),
            );
        }
    }

    /// The value must lie in `low..=high`.
    pub fn within(&mut self, path: &str, value: f64, low: f64, high: f64) {
        if value.is_nan() || value < low || value > high {
            self.add(
                path,
                format!("found {value}"),
                format!("give a value from {low} to {high}"),
            );
        }
    }
}
