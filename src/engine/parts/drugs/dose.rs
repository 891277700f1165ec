//! Phase 1 of a tick: what is due is given, drugs go their way through the body, and the one that
//! binds to bone is laid on its surface.
//!
//! Cells act by the mean level of the tick, so that a dose that comes and goes within a long tick is
//! felt as much as in short ones, as far as its action is linear.

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::Bone;

/// Takes every drug through the tick.
///
/// # Errors
/// A [`Fault`] when a level cannot be integrated.
pub(crate) fn dose(model: &Model, state: &mut State, scratch: &mut Scratch) -> Result<(), Fault> {
    let plan = &model.parts.drugs.plan;
    if plan.is_empty() {
        return Ok(());
    }
    let from_h = state.time_h;
    // As the time at the end of the tick is found, so that no dose falls between two ticks.
    let to_h = f64::from(state.tick + 1) * model.tick_h + state.start_h;
    let calendar = plan.calendar(&state.parts.drugs.courses.dates);
    scratch.drug_peaks_mg_per_l.clear();
    for (drug, body) in state.parts.drugs.bodies.iter_mut().enumerate() {
        let peak = plan
            .advance_by(drug, body, &calendar, (from_h, to_h))
            .map_err(|reason| {
                let reason = format!("{}: {reason}", plan.agents[drug].name);
                Fault::of_part("drugs", (state.tick, from_h / 24.0), &reason)
            })?;
        scratch.drug_peaks_mg_per_l.push(peak);
    }
    scratch.drugs_pm = model.parts.drugs.drugs_pm(&state.parts.drugs.bodies);
    scratch.decoys = model.parts.drugs.decoys(&state.parts.drugs.bodies);
    if let Some(drug) = plan.bone_agent {
        let load = state.parts.drugs.bodies[drug].bone_amol_per_um2;
        if load > 0.0 {
            lay_on_bone(model, state, scratch, drug, load);
        }
    }
    Ok(())
}

/// Lays drug on the surface: on the matrix of the site, where it has some, else on the bone that its
/// faces touch.
fn lay_on_bone(model: &Model, state: &mut State, scratch: &Scratch, drug: usize, load: f64) {
    let Some(law) = &model.parts.drugs.plan.agents[drug].bone else {
        return;
    };
    let bone = &mut state.bone;
    let mut loads = Vec::with_capacity(scratch.surface.len());
    for at in &scratch.surface {
        let site = at.site as usize;
        let affinity = if bone.is_eroded(site) {
            law.eroded_affinity
        } else {
            1.0
        };
        let area = Bone::surface_area_um2(&model.grid, u32::from(at.faces));
        let amol = load * affinity * area;
        loads.push(amol);
        bone.bind_drug(&model.grid, site, amol);
    }
    state.parts.drugs.on_bone.bound += ordered_sum(loads.len(), |index| loads[index]);
}
