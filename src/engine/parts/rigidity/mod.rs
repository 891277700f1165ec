//! Every so many days: the rigidity of the lattice against its day 0. The tissue does not feel it.

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::mechanics::follow_up::Findings;
use crate::mechanics::rigidity::RigidityError;

fn fault(state: &State, reason: &RigidityError) -> Fault {
    Fault::Rigidity {
        tick: state.tick,
        day: state.day(),
        reason: reason.to_string(),
    }
}

/// Takes the bone as it is now for the intact one.
///
/// # Errors
/// [`Fault::Rigidity`].
pub fn begin(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(follow_up) = &model.rigidity else {
        return Ok(());
    };
    let intact = follow_up
        .read(&model.grid, &state.bone)
        .map_err(|reason| fault(state, &reason))?;
    let findings = Findings {
        now: intact.clone(),
        intact,
        read_h: state.time_h,
    };
    findings
        .comparison()
        .map_err(|reason| fault(state, &reason))?;
    state.rigidity = Some(findings);
    Ok(())
}

/// Reads the rigidity where it is due; before day 0 it is not.
///
/// # Errors
/// [`Fault::Rigidity`].
pub fn follow(model: &Model, state: &mut State) -> Result<(), Fault> {
    let Some(follow_up) = &model.rigidity else {
        return Ok(());
    };
    if state.time_h <= 1e-6 || !follow_up.is_due(state.time_h) {
        return Ok(());
    }
    let now = follow_up
        .read(&model.grid, &state.bone)
        .map_err(|reason| fault(state, &reason))?;
    let read_h = state.time_h;
    if let Some(findings) = &mut state.rigidity {
        findings.now = now;
        findings.read_h = read_h;
    }
    Ok(())
}
