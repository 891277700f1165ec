//! The workspace of a state that goes on.

use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::secrete::bind_in_fluid;
use crate::engine::state::State;

/// Workspace for a state at the end of a tick.
pub(super) fn workspace(
    model: &Model,
    state: &State,
    rank_occupancy: Vec<f32>,
) -> Result<Scratch, String> {
    let mut scratch = Scratch::new(model, state).map_err(|error| error.to_string())?;
    // Cells that secrete sense what was bound at the end of the last tick. Free levels follow
    // from the levels; the share of RANK engaged goes by a surface that has changed since.
    scratch.rank_occupancy = rank_occupancy;
    bind_in_fluid(model, state, &mut scratch).map_err(|error| error.to_string())?;
    Ok(scratch)
}
