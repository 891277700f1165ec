//! Formation on whole surface, and room for bone that forms among tumour cells.

use crate::biology::osteoblast::modelling::owed;
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Stream};
use crate::tissue::bone::{Bone, SurfaceSite};
use crate::tissue::population::OsteoblastStage;

/// Lining cells of the patch around a site become osteoblasts, and bone is owed there.
pub(super) fn begin(model: &Model, state: &mut State, at: SurfaceSite) {
    let Some(law) = &model.parameters.lining.modelling else {
        return;
    };
    let most_um2 = model.disc_um2(law.radius.get());
    let chance = Chance::new(state.seed);
    let mut taken_um2 = 0.0;
    for site in model.modelled_patch.around(&model.grid, at.site as usize) {
        if taken_um2 >= most_um2 {
            break;
        }
        let faces = state.bone.bone_faces(&model.grid, site);
        if faces == 0 || !is_whole(model, state, site) {
            continue;
        }
        let area_um2 = Bone::surface_area_um2(&model.grid, faces);
        taken_um2 += area_um2;
        owe(model, state, site, law.thickness.get());
        for _ in 0..model.osteoblast_room(area_um2, chance, site as u32) {
            let id = state.new_id();
            state.osteoblasts.push(id, site as u32);
            if let Some(stage) = state.osteoblasts.stage.last_mut() {
                *stage = OsteoblastStage::Mature;
            }
            state.occupancy.osteoblast[site] = state.occupancy.osteoblast[site].saturating_add(1);
        }
    }
}

/// True for a marrow site where nothing is owed, open or at work and bone may come to lie.
fn is_whole(model: &Model, state: &State, site: usize) -> bool {
    let (bone, occupancy) = (&state.bone, &state.occupancy);
    let formation = &model.parameters.osteoblast.formation;
    !bone.solid[site]
        && !bone.is_eroded(site)
        && !bone.is_activated(site, state.time_h)
        && occupancy.osteoclast[site] == 0
        && occupancy.osteoblast[site] == 0
        && (formation.among_tumour || occupancy.tumour[site] == 0)
        && state.vessels.binary_search(&(site as u32)).is_err()
}

/// Owes a thickness of bone on a site and, where it is more than that holds, on those further out.
fn owe(model: &Model, state: &mut State, site: usize, thickness_um: f64) {
    let outwards = outwards(model, state, site);
    let mut at = site;
    let mut left_um = thickness_um;
    loop {
        let (goal, rest_um) = owed(left_um, state.bone.matrix[at].into(), model.grid.edge_um);
        state.bone.owe(at, goal as f32);
        left_um = rest_um;
        if left_um <= 0.0 {
            return;
        }
        let next = outwards.and_then(|by| model.grid.shifted(at, by));
        match next.filter(|&next| is_whole(model, state, next)) {
            Some(next) => at = next,
            None => return,
        }
    }
}

/// Step away from the bone that a site touches, the first of its faces for which there is marrow behind.
fn outwards(model: &Model, state: &State, site: usize) -> Option<[i32; 3]> {
    let steps = (0..model.grid.axes()).flat_map(|axis| {
        [-1, 1].map(|sign| {
            let mut by = [0; 3];
            by[axis] = sign;
            by
        })
    });
    let is_solid = |by: [i32; 3]| {
        let next = model.grid.shifted(site, by)?;
        Some(state.bone.solid[next])
    };
    let mut out = steps.filter(|&by| {
        let behind = by.map(|step| -step);
        is_solid(behind) == Some(true) && is_solid(by) == Some(false)
    });
    out.next()
}

/// Moves the tumour cells of sites that bone is about to fill to the nearest room; the sites, in order, that are
/// free of them then.
pub(super) fn make_room(model: &Model, state: &mut State, sites: &[u32]) -> Vec<u32> {
    // Room is looked for elsewhere: for the while these sites are as bone.
    for &site in sites {
        state.bone.solid[site as usize] = true;
    }
    let chance = Chance::new(state.seed);
    for cell in 0..state.tumour.len() {
        let from = state.tumour.site[cell];
        if sites.binary_search(&from).is_err() {
            continue;
        }
        let mut draws = chance.at(Stream::Modelling, state.tick, state.tumour.id[cell]);
        let (grid, solid) = (&model.grid, &state.bone.solid);
        let pick = |count| draws.below(count);
        if let Some(to) = (state.occupancy).nearest_room(grid, solid, from as usize, pick) {
            state.occupancy.tumour[from as usize] -= 1;
            state.occupancy.tumour[to] += 1;
            state.tumour.site[cell] = to as u32;
        }
    }
    for &site in sites {
        state.bone.solid[site as usize] = false;
    }
    let is_free = |site: &&u32| state.occupancy.tumour[**site as usize] == 0;
    sites.iter().filter(is_free).copied().collect()
}
