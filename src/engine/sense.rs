//! The tissue as cells sense it in a tick.

use crate::biology::surroundings::{ImmuneNear, Surroundings};
use crate::engine::model::Model;
use crate::engine::parts::mechanostat::felt;
use crate::engine::scratch::{ImmunePicture, Scratch};
use crate::engine::state::State;
use crate::numerics::quantity::PM_PER_AMOL_PER_UM3;
use crate::therapy::drug::BoneBinding;
use crate::tissue::population::Osteoclasts;
use crate::tissue::space::Room;

/// The tissue as cells sense it in this tick.
pub fn surroundings<'a>(
    model: &'a Model,
    state: &'a State,
    scratch: &'a Scratch,
) -> Surroundings<'a> {
    Surroundings {
        grid: &model.grid,
        cues: &model.cues,
        room: Room::of(&state.bone.solid, &state.occupancy),
        fields_pm: &state.fields_pm,
        free_rankl_pm: &scratch.free_rankl_pm,
        free_opg_pm: &scratch.free_opg_pm,
        rank_occupancy: &scratch.rank_occupancy,
        vessel_distance_um: &scratch.vessel_distance_um,
        drugs_pm: &scratch.drugs_pm,
        decoys: &scratch.decoys,
        inside_pm: 0.0,
        immune: immune_near(model, scratch.immune.as_ref()),
        strain: felt(model, state.parts.mechanostat.as_ref(), state.time_h),
    }
}

pub(super) fn immune_near<'a>(
    model: &'a Model,
    picture: Option<&'a ImmunePicture>,
) -> Option<ImmuneNear<'a>> {
    let picture = picture?;
    let reaches = &model.parts.immune.as_ref()?.reach;
    Some(ImmuneNear {
        reach: &reaches.near,
        weight: reaches.weight,
        cd8: &picture.cd8,
        treg: &picture.treg,
        suppression: &picture.suppression,
        pd_l1: reaches.pd_l1,
        tumour_share: picture.tumour_share,
    })
}

/// The tissue as this osteoclast senses it, with the drug inside of it.
pub(crate) fn surroundings_of<'a>(
    model: &'a Model,
    state: &'a State,
    scratch: &'a Scratch,
    cell: usize,
) -> Surroundings<'a> {
    let mut view = surroundings(model, state, scratch);
    view.inside_pm = inside_pm(model, &state.osteoclasts, cell);
    view
}

/// Level of the drug that binds to bone inside of an osteoclast, pM.
pub(super) fn inside_pm(model: &Model, osteoclasts: &Osteoclasts, cell: usize) -> f64 {
    bone_binding(model).map_or(0.0, |bone| {
        f64::from(osteoclasts.drug_amol[cell]) / bone.cell_volume.get() * PM_PER_AMOL_PER_UM3
    })
}

pub(super) fn bone_binding(model: &Model) -> Option<&BoneBinding> {
    let plan = &model.parts.drugs.plan;
    plan.agents[plan.bone_agent?].bone.as_ref()
}
