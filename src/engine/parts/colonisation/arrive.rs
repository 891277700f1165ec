//! Tumour cells leave the circulation at vessels, drawn with all other cells, and settle with the tumour.

use crate::numerics::parallel::prelude::*;

use crate::engine::model::Model;
use crate::engine::parts::colonisation::ColonisationPlan;
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Stream};

/// Vessels in a piece of parallel work; a constant, so that nothing depends on the pool.
const PIECE: usize = 2048;

/// Tumour cells that leave the circulation at a vessel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Site of the vessel.
    pub site: u32,
    /// Cells that leave.
    pub cells: u32,
    /// Of these, cells that survive.
    pub surviving: u32,
}

/// Tumour cells that leave the circulation in this tick.
pub(crate) fn arrivals(model: &Model, state: &State, scratch: &Scratch) -> Vec<Arrival> {
    let Some(ColonisationPlan { law, rate, .. }) = &model.parts.colonisation else {
        return Vec::new();
    };
    let exposure_h = law.exposure_h(state.time_h, model.tick_h);
    let solid = &state.bone.solid;
    let is_open = |&&site: &&u32| !solid[site as usize];
    let vessels = state.vessels.iter().filter(is_open).count();
    if exposure_h <= 0.0 || vessels == 0 {
        return Vec::new();
    }
    let marrow = solid.par_iter().filter(|&&bone| !bone).count();
    let served_mm3 = marrow as f64 * model.grid.site_volume_um3() * 1e-9 / vessels as f64;
    let chance = Chance::new(state.seed);
    let view = surroundings(model, state, scratch);
    let pieces: Vec<Vec<Arrival>> = state
        .vessels
        .par_chunks(PIECE)
        .map(|vessels| {
            vessels
                .iter()
                .filter(is_open)
                .filter_map(|&site| {
                    let per_mm3_h = rate.at(|cue| view.level(cue, site as usize));
                    let mut draws = chance.at(Stream::Colonisation, state.tick, u64::from(site));
                    let cells = draws.poisson(per_mm3_h * served_mm3 * exposure_h);
                    let mut surviving = 0;
                    for _ in 0..cells {
                        surviving += u32::from(draws.happens(law.survival));
                    }
                    (cells > 0).then_some(Arrival {
                        site,
                        cells,
                        surviving,
                    })
                })
                .collect()
        })
        .collect();
    pieces.concat()
}

/// Tumour cells from the circulation settle near their vessel; those that find no room are lost.
pub(crate) fn colonise(model: &Model, state: &mut State, arrivals: &[Arrival]) {
    let Some(plan) = &model.parts.colonisation else {
        return;
    };
    let chance = Chance::new(state.seed);
    for arrival in arrivals {
        state.parts.colonisation.arrived += u64::from(arrival.cells);
        state.parts.colonisation.survived += u64::from(arrival.surviving);
        let vessel = arrival.site as usize;
        for _ in 0..arrival.surviving {
            let mut draws = chance.at(Stream::Colonisation, u32::MAX, state.next_id);
            let room =
                state
                    .occupancy
                    .nearest_room(&model.grid, &state.bone.solid, vessel, |count| {
                        draws.below(count)
                    });
            let Some(site) = room else {
                break;
            };
            state.settle_cell(model, site, plan.clone);
            state.parts.colonisation.settled += 1;
        }
    }
}
