//! A state taken apart while osteoclasts act: what they change is theirs alone, and tumour cells ask beside them
//! from the picture that was frozen before.

use crate::biology::surroundings::Surroundings;
use crate::engine::model::Model;
use crate::engine::parts::drugs::BoneDrugBook;
use crate::engine::parts::mechanostat::felt;
use crate::engine::scratch::{Scratch, TumourChances};
use crate::engine::sense::{immune_near, inside_pm, surroundings};
use crate::engine::state::State;
use crate::therapy::plan::{DrugInBody, Hits};
use crate::tissue::bone::Bone;
use crate::tissue::ledger::Ledger;
use crate::tissue::population::{Osteoclasts, TumourCells};
use crate::tissue::space::Room;

/// What osteoclasts change, with what they read beside it.
pub(crate) struct AtBone<'a> {
    pub tick: u32,
    pub seed: u64,
    /// At the start of the tick, h.
    pub time_h: f64,
    pub bone: &'a mut Bone,
    /// Id of the osteoclast that holds each site, 0 where none does.
    pub holders: &'a mut [u64],
    pub osteoclasts: &'a mut Osteoclasts,
    pub ledger: &'a mut Ledger,
    pub released: &'a mut [Vec<(u32, f64)>],
    pub on_bone: &'a mut BoneDrugBook,
    pub rank_occupancy: &'a mut [f32],
    /// Cells of the osteoblast lineage in each site.
    pub osteoblasts: &'a [u8],
    frozen: Surroundings<'a>,
}

impl AtBone<'_> {
    /// The tissue as it is now, to no cell or to one of the osteoclasts.
    pub(crate) fn around(&self, model: &Model, cell: Option<usize>) -> Surroundings<'_> {
        Surroundings {
            room: Room {
                solid: &self.bone.solid,
                ..self.frozen.room
            },
            rank_occupancy: self.rank_occupancy,
            inside_pm: cell.map_or(0.0, |cell| inside_pm(model, self.osteoclasts, cell)),
            ..self.frozen
        }
    }
}

/// What tumour cells ask from: the tissue before osteoclasts acted.
pub(crate) struct Frozen<'a> {
    pub tick: u32,
    pub seed: u64,
    pub cells: &'a TumourCells,
    pub view: Surroundings<'a>,
    /// Hazards by which drugs hit parental cells.
    pub hits: Hits,
    /// Distance to room, by site.
    pub distance: &'a [u16],
    pub chances: &'a TumourChances,
}

impl<'a> Frozen<'a> {
    /// The tissue as it is.
    pub(crate) fn of(model: &'a Model, state: &'a State, scratch: &'a Scratch) -> Self {
        Self {
            tick: state.tick,
            seed: state.seed,
            cells: &state.tumour,
            view: surroundings(model, state, scratch),
            hits: hits(model, &state.parts.drugs.bodies),
            distance: &scratch.way_out.distance,
            chances: &scratch.tumour_chances,
        }
    }
}

/// Hazards by which drugs hit parental cells.
fn hits(model: &Model, bodies: &[DrugInBody]) -> Hits {
    let is_mutant = model.parameters.tumour.egfr_mutant;
    model.parts.drugs.plan.kills(bodies, is_mutant)
}

/// Takes a state apart.
pub(crate) fn apart<'a>(
    model: &'a Model,
    state: &'a mut State,
    scratch: &'a mut Scratch,
) -> (AtBone<'a>, Frozen<'a>) {
    let before = &mut scratch.before;
    if !state.tumour.is_empty() {
        before.solid.clone_from(&state.bone.solid);
        before.rank_occupancy.clone_from(&scratch.rank_occupancy);
    }
    let drugs = &mut state.parts.drugs;
    let view = Surroundings {
        grid: &model.grid,
        cues: &model.cues,
        room: Room {
            solid: &before.solid,
            tumour: &state.occupancy.tumour,
            capacity: &state.occupancy.capacity,
        },
        fields_pm: &state.fields_pm,
        free_rankl_pm: &scratch.free_rankl_pm,
        free_opg_pm: &scratch.free_opg_pm,
        rank_occupancy: &before.rank_occupancy,
        vessel_distance_um: &scratch.vessel_distance_um,
        drugs_pm: &scratch.drugs_pm,
        decoys: &scratch.decoys,
        inside_pm: 0.0,
        immune: immune_near(model, scratch.immune.as_ref()),
        strain: felt(model, state.parts.mechanostat.as_ref(), state.time_h),
    };
    let at_bone = AtBone {
        tick: state.tick,
        seed: state.seed,
        time_h: state.time_h,
        bone: &mut state.bone,
        holders: &mut state.occupancy.osteoclast,
        osteoclasts: &mut state.osteoclasts,
        ledger: &mut state.ledger,
        released: &mut state.released,
        on_bone: &mut drugs.on_bone,
        rank_occupancy: &mut scratch.rank_occupancy,
        osteoblasts: &state.occupancy.osteoblast,
        frozen: view,
    };
    let frozen = Frozen {
        tick: state.tick,
        seed: state.seed,
        cells: &state.tumour,
        view,
        hits: hits(model, &drugs.bodies),
        distance: &scratch.way_out.distance,
        chances: &scratch.tumour_chances,
    };
    (at_bone, frozen)
}
