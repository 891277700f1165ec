//! Once a day: the body of the patient and its bones, from what the tissue did.

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::patient::reading::reading;
use crate::engine::parts::radiation::strength::strength_factor;
use crate::engine::state::State;
use crate::mechanics::rigidity::RigidityError;
use crate::numerics::random::Chance;
use crate::patient::skeletal_events::SkeletalState;
use crate::patient::{BreaksBy, LatticeBone};

/// Counts what the drugs of a tick do to marrow.
pub(crate) fn expose(model: &Model, state: &mut State) {
    let (Some(patient), Some(body)) = (&model.parts.patient, &mut state.parts.patient.body) else {
        return;
    };
    let agents = model
        .parts
        .drugs
        .plan
        .agents
        .iter()
        .zip(&state.parts.drugs.bodies);
    let effect: f64 = agents
        .filter_map(|(agent, drug)| {
            let slope = patient.neutrophils.toxicity.get(&agent.name)?;
            Some(slope.get() * drug.plasma_mg_per_l * agent.pm_per_mg_per_l)
        })
        .sum();
    body.marrow_effect_h += effect * model.tick_h;
    let drugs = &state.parts.drugs.bodies;
    body.free_rankl_h += model.parts.drugs.plan.left_free(drugs, "rankl") * model.tick_h;
    body.laid += drugs.iter().map(|drug| drug.bone_amol_per_um2).sum::<f64>();
}

/// Share of a signal in plasma that drugs leave free: their level there, far above that of the signal, over its
/// sum with the dissociation constant.
fn free_in_plasma(model: &Model, state: &State, signal: &str) -> f64 {
    let agents = &model.parts.drugs.plan.agents;
    let bound = agents.iter().zip(&state.parts.drugs.bodies);
    bound
        .flat_map(|(agent, drug)| {
            let plasma_pm = drug.plasma_mg_per_l * agent.pm_per_mg_per_l;
            let laws = agent.neutralises.iter();
            laws.filter(|(name, ..)| name == signal)
                .map(move |(_, kd, most)| 1.0 - most * plasma_pm / (plasma_pm + kd))
        })
        .product()
}

/// How strong bone was at its last reading, over day 0; none where it is not followed.
fn strength(breaks_by: BreaksBy, state: &State) -> Option<Result<f64, RigidityError>> {
    match breaks_by {
        BreaksBy::Rigidity => {
            let findings = state.parts.rigidity.as_ref()?;
            Some(findings.comparison().map(|found| found.least_ratio()))
        }
        BreaksBy::Strength => state.parts.strength.as_ref()?.least_ratio().map(Ok),
    }
}

/// Takes the body on by the day that has just ended.
///
/// # Errors
/// [`Fault::Part`].
pub(crate) fn follow(model: &Model, state: &mut State) -> Result<(), Fault> {
    let (Some(patient), Some(mut body)) = (&model.parts.patient, state.parts.patient.body) else {
        return Ok(());
    };
    let when = (state.tick, state.day());
    let fault = |reason: &dyn std::fmt::Display| Fault::of_part("patient", when, reason);
    let now = reading(model, state);
    let dates = &state.parts.drugs.courses.dates;
    let doses = model.parts.drugs.plan.last_doses(dates, state.time_h);
    patient.turn_rest_over(&mut body, state.time_h);
    let resorbed_um3 = now.resorbed_um3 - body.last.resorbed_um3;
    let lattice_um3 = model.grid.site_volume_um3() * model.grid.len() as f64;
    let lattice = LatticeBone {
        volume_um3: lattice_um3,
        // Of 1 cm3, 1e12 um3, in mmol.
        mature_mmol_per_cm3: {
            let law = &model.parameters.mineralisation;
            law.calcium_fmol(1e12, law.final_fraction) * 1e-12
        },
    };
    patient
        .advance(
            &mut body,
            state.time_h,
            lattice,
            now,
            free_in_plasma(model, state, "pthrp"),
        )
        .map_err(|reason| fault(&reason))?;
    patient.add_harm(&mut body, state.time_h, &doses);
    if let Some(law) = &patient.skeletal_events
        && state.time_h > 1e-6
        && let Some(strength) = strength(patient.breaks_by, state)
    {
        let strength = strength.map_err(|reason| fault(&reason))?;
        let irradiated = strength_factor(model, state);
        let (scale, _) = patient
            .scale(&body, lattice_um3)
            .map_err(|reason| fault(&reason))?;
        let cell_um3 = model.parameters.tumour.cell_volume_um3();
        let now = SkeletalState {
            strength: strength * irradiated,
            burden_cm3: scale * state.tumour.len() as f64 * cell_um3 * 1e-12,
            resorption: resorbed_um3 * body.health_days / body.health.resorbed_um3,
            calcium_mm: patient.calcium.level_mm(&body.pools),
            ..SkeletalState::HEALTH
        };
        // The day that has ended.
        let day = (state.day() - 1.0).round() as u32;
        if let Some(bones) = &mut state.parts.patient.bones {
            bones.advance(law, &now, day, Chance::new(state.seed));
        }
    }
    state.parts.patient.body = Some(body);
    Ok(())
}
