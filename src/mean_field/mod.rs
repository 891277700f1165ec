//! Mean-field twins: published models of remodelling as small systems of ordinary differential
//! equations, to compare the agents with.
//!
//! A twin knows no space, no chance and no single cell. Where the agents and a twin agree, a result
//! needs no geometry; where they differ, geometry, chance or the few cells of a site matter.
//!
//! | twin | state | what it is good for |
//! |---|---|---|
//! | [`komarova`] | osteoclasts, osteoblasts, bone of one unit | autocrine and paracrine power laws |
//! | [`ayati`] | the same and a tumour | cycles of health, and their loss in myeloma |
//! | [`lemaire`] | precursors, osteoblasts, osteoclasts in pM | RANK, RANKL, OPG, PTH, TGF-beta at their balance |
//! | [`pivonka`] | the same | PTH and the removal of RANKL, as ratios to health |
//!
//! A twin is a struct of named parameters; `published()` gives those of its source, `steady_state()`
//! the state in which nothing changes, `run()` its course with one state per day. All times are
//! days, because the sources give all rates per day.
//!
//! The integrator is Radau IIA of order 5 (crate `differential-equations`), whose steps are not bound
//! by the fastest rate of a model near rest.

use crate::mean_field::solve::Allowed;

pub mod ayati;
pub mod cells;
pub mod komarova;
pub mod lemaire;
pub mod pivonka;

mod solve;

/// Longest course that a twin runs, d: 2700 years, so that a slip in a unit does not fill memory.
pub const LONGEST_RUN_D: f64 = 1e6;
/// Least relative tolerance per step; below it round-off decides the length of a step.
pub const LEAST_TOLERANCE: f64 = 1e-12;
/// Greatest relative tolerance per step.
pub const GREATEST_TOLERANCE: f64 = 1e-2;

/// The course of a twin: one state at day 0, at every whole day, and at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<State> {
    /// Days, rising.
    pub days: Vec<f64>,
    /// States, one per day.
    pub states: Vec<State>,
}

impl<State> Series<State> {
    /// Days and states in pairs.
    pub fn iter(&self) -> impl Iterator<Item = (f64, &State)> {
        self.days.iter().copied().zip(&self.states)
    }

    /// The state at the end; `None` only for a series that somebody emptied.
    pub fn last(&self) -> Option<&State> {
        self.states.last()
    }
}

/// Why a twin gives no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeanFieldError {
    /// A parameter lies outside what its law allows.
    #[error("{model}: {name} is {value}; it must be {allowed}")]
    Parameter {
        /// Name of the model.
        model: &'static str,
        /// Name of the parameter, as in the struct.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A value of the initial state lies outside what it may be.
    #[error("{model}: {name} is {value} at the start; it must be {allowed}")]
    Initial {
        /// Name of the model.
        model: &'static str,
        /// Name of the value, as in the struct.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The length of the run is not finite, not above 0, or beyond [`LONGEST_RUN_D`].
    #[error("a run of {value} d; it must last longer than 0 and at most {LONGEST_RUN_D} d")]
    Until {
        /// What was found, d.
        value: f64,
    },
    /// The tolerance is outside [`LEAST_TOLERANCE`] to [`GREATEST_TOLERANCE`].
    #[error(
        "a relative tolerance of {value}; it must be {LEAST_TOLERANCE} to {GREATEST_TOLERANCE}"
    )]
    Tolerance {
        /// What was found.
        value: f64,
    },
    /// The integrator gave up, or a value ceased to be finite.
    #[error("{model}: the integration stopped: {reason}")]
    Integration {
        /// Name of the model.
        model: &'static str,
        /// What the integrator said.
        reason: String,
    },
    /// No steady state was found with these parameters.
    #[error("{model}: no steady state: {reason}")]
    NoSteadyState {
        /// Name of the model.
        model: &'static str,
        /// What was tried.
        reason: &'static str,
    },
}

/// Looks at named parameters in their order.
fn check_parameters(
    model: &'static str,
    parameters: &[(&'static str, f64, Allowed)],
) -> Result<(), MeanFieldError> {
    match parameters
        .iter()
        .find(|(_, value, allowed)| !allowed.holds(*value))
    {
        None => Ok(()),
        Some(&(name, value, allowed)) => Err(MeanFieldError::Parameter {
            model,
            name,
            value,
            allowed: allowed.text(),
        }),
    }
}

/// Looks at the values of an initial state in their order.
fn check_initial(
    model: &'static str,
    values: &[(&'static str, f64, Allowed)],
) -> Result<(), MeanFieldError> {
    match values
        .iter()
        .find(|(_, value, allowed)| !allowed.holds(*value))
    {
        None => Ok(()),
        Some(&(name, value, allowed)) => Err(MeanFieldError::Initial {
            model,
            name,
            value,
            allowed: allowed.text(),
        }),
    }
}
