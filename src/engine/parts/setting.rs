//! What parts are planned for.

#![allow(
    unnameable_types,
    reason = "what the engine asks its own parts: plans and states are named, the trait is its own"
)]

use crate::biology::cue::CueTable;
use crate::biology::parameters::Parameters;
use crate::engine::parts::Asked;
use crate::tissue::grid::Grid;

/// Lengths of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// Length of a tick, h.
    pub tick_h: f64,
    /// Burn-in before day 0, h.
    pub burn_in_h: f64,
    /// Time after day 0, h.
    pub duration_h: f64,
}

/// What parts are planned for.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What is asked of all parts.
    pub asked: &'a Asked,
    /// Parameters of the tissue.
    pub parameters: &'a Parameters,
    /// The lattice.
    pub grid: &'a Grid,
    /// Lengths of the run and its tick.
    pub times: Times,
    /// Names of the signals.
    pub signals: &'a [String],
    /// What cells sense.
    pub cues: &'a CueTable,
}
