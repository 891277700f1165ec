//! Struts that were cut through, and pieces of bone that nothing holds.

use crate::biology::osteoblast::perforation::is_cut;
use crate::engine::model::Model;
use crate::engine::sense::bone_binding;
use crate::engine::set_free::set_free;
use crate::engine::state::State;
use crate::tissue::bone::Bone;

/// Gives up what is owed around a site that was dug out, where a strut was cut through there.
pub(super) fn look(model: &Model, bone: &mut Bone, site: usize) {
    if model.perforation_reach.is_empty() {
        return;
    }
    // Displacements are in the order of the sites.
    let sites: Vec<usize> = (model.perforation_reach.around(&model.grid, site)).collect();
    let mut seen = vec![false; sites.len()];
    if let Ok(own) = sites.binary_search(&site) {
        seen[own] = true;
    }
    let near = |at: usize| -> Vec<usize> {
        let near = model.grid.near_neighbours(at);
        near.map(|(next, _)| next).collect()
    };
    let faces = |at: usize| -> Vec<usize> { model.grid.face_neighbours(at).collect() };
    let is_bone = |at: usize| bone.solid[at];
    let counts = |_: usize| true;
    let bones = pieces(&sites, &mut seen, (&near, &is_bone), &counts, site);
    let is_fluid = |at: usize| !bone.solid[at];
    let is_open = |at: usize| !bone.is_eroded(at);
    let marrow = pieces(&sites, &mut seen, (&faces, &is_fluid), &is_open, site);
    if is_cut(&bones, &marrow, sites.len()) {
        for at in sites {
            if !bone.solid[at] && bone.is_eroded(at) {
                bone.arrest(at);
            }
        }
    }
}

/// Sizes of the pieces beside a site among `sites`, in sites that `counts` counts.
fn pieces(
    sites: &[usize],
    seen: &mut [bool],
    (beside, belongs): (&impl Fn(usize) -> Vec<usize>, &impl Fn(usize) -> bool),
    counts: &impl Fn(usize) -> bool,
    site: usize,
) -> Vec<usize> {
    let mut found = Vec::new();
    for start in beside(site) {
        let (mut size, mut open) = (0, vec![start]);
        while let Some(at) = open.pop() {
            let Ok(place) = sites.binary_search(&at) else {
                continue;
            };
            if !belongs(at) || std::mem::replace(&mut seen[place], true) {
                continue;
            }
            size += usize::from(counts(at));
            open.extend(beside(at));
        }
        if size > 0 {
            found.push(size);
        }
    }
    found
}

/// Resorbs the pieces of bone that touch no face of the lattice and are no larger than the given volume,
/// with what they store.
pub(super) fn clear_fragments(model: &Model, state: &mut State) {
    let Some(most) = model.parameters.osteoclast.resorption.loose_fragment else {
        return;
    };
    let most = (most.get() / model.grid.site_volume_um3()).floor() as usize;
    for site in loose(model, state, most) {
        resorb_whole(model, state, site);
    }
}

/// Sites of such pieces of at most so many sites, in the order in which the pieces are met.
fn loose(model: &Model, state: &State, most: usize) -> Vec<usize> {
    let (grid, solid) = (&model.grid, &state.bone.solid);
    let mut seen = vec![false; solid.len()];
    let mut found = Vec::new();
    for start in 0..solid.len() {
        if seen[start] || !solid[start] {
            continue;
        }
        seen[start] = true;
        let mut piece = vec![start];
        let mut next = 0;
        let mut is_held = false;
        while let Some(&at) = piece.get(next) {
            next += 1;
            let place = grid.place(at);
            is_held |= (0..3).any(|axis| place[axis] == 0 || place[axis] + 1 == grid.dims[axis]);
            for (other, _) in grid.near_neighbours(at) {
                if solid[other] && !std::mem::replace(&mut seen[other], true) {
                    piece.push(other);
                }
            }
        }
        if !is_held && piece.len() <= most {
            found.extend(piece);
        }
    }
    found
}

/// Takes all matrix of a site, and enters it in the books; drug on it is carried away.
fn resorb_whole(model: &Model, state: &mut State, site: usize) {
    let mineral = f64::from(state.bone.mineral[site]);
    let mut released = vec![0.0; state.bone.stores.len()];
    let taken = f64::from(state.bone.dig(site, 1.0, state.time_h, &mut released));
    state.bone.arrest(site);
    let volume_um3 = taken * model.grid.site_volume_um3();
    state.ledger.resorbed_um3 += volume_um3;
    let calcium = (model.parameters.mineralisation).calcium_fmol(volume_um3, mineral);
    state.ledger.calcium_released_fmol += calcium;
    let books = (&mut state.ledger, &mut state.released[..]);
    set_free(model, &state.bone.stores, books, site, &released);
    if let Some(binding) = bone_binding(model) {
        let dug_um = taken * model.grid.edge_um;
        let freed_amol = state.bone.free_drug(site, dug_um, binding.layer.get());
        state.parts.drugs.on_bone.carried_away += freed_amol;
    }
}
