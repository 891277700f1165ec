//! Day 0 is the specimen.
//!
//! # Biology
//! Bone is always under repair: some of it is dug and not yet refilled (the remodelling space). A
//! scan shows bone with its pits in it, so that its volume is what is left beside them.
//!
//! # Law
//! The burn-in digs pits into a lattice that begins without any, so that by day 0 bone is short by
//! exactly what its ledger says was resorbed and not formed again. As much old bone is laid on
//! quiescent surface: the volume is that of the specimen, whatever the turnover, the surface, the
//! site and the length of the burn-in, and pits stay open as the burn-in left them. It is laid in
//! whole sites, so that it counts in thickness as in volume, and in concave places first, the
//! hollowest before the others, which is where osteoblasts lay bone first (Bidan 2012) and where it
//! adds no surface. A place is the hollower the more of its neighbours by face, edge and corner are
//! bone: on flat bone, along an axis or at 45 degrees to it, they are 9 of 26 (3 of 8 in a section).
//! Faces alone would take every step of a slope for a hollow.
//!
//! # Limits
//! Without a burn-in there are no pits and nothing is laid. Where the pits lie is chance; those that
//! the scanned bone had are not looked for. Volume is exact and thickness is not: a pit in thick bone
//! takes more of it than bone laid elsewhere gives back, so that Tb.Th of a small crop varies by some
//! percent between seeds.
//!
//! # References
//! Bidan 2012.

use crate::numerics::parallel::prelude::*;

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::quantity::PM_PER_AMOL_PER_UM3;
use crate::numerics::random::{Chance, Stream};
use crate::tissue::bone::OLD_MINERAL;

/// What may be missing, in sites.
const LEAST_SITES: f64 = 1e-3;

/// Gives the bone its volume back, on day 0 of a run that had a burn-in.
///
/// # Errors
/// [`Fault::NoSurface`] when no quiescent surface is left.
pub fn give_back(model: &Model, state: &mut State) -> Result<(), Fault> {
    let ledger = &state.ledger;
    let mut owed = (ledger.resorbed_um3 - ledger.formed_um3) / model.grid.site_volume_um3();
    while owed > LEAST_SITES {
        let mut ranked = quiescent(model, state);
        ranked.sort_unstable_by(|one, other| other.cmp(one));
        // Flat surface: one site begins a terrace, whose edge is concave.
        let taken = match ranked.first() {
            Some(&(Place::Flat, ..)) | None => ranked.len().min(1),
            Some(&(best, ..)) => ranked.partition_point(|&(place, ..)| place == best),
        };
        if taken == 0 {
            return Err(Fault::NoSurface {
                volume_um3: owed * model.grid.site_volume_um3(),
                tick: state.tick,
            });
        }
        for &(.., site) in &ranked[..taken] {
            owed -= lay_old_bone(model, state, site, owed);
            if owed <= LEAST_SITES {
                break;
            }
        }
    }
    Ok(())
}

/// How a site of marrow lies to the bone that it touches; the later, the sooner it is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// One face on bone.
    Flat,
    /// A step: two faces or more on bone.
    Step,
    /// More bone around it than on flat surface.
    Hollow,
}

/// Marrow sites on bone where nothing is open, owed or at work: their place, the bone sites among
/// their neighbours by face, edge and corner, a draw, the site.
fn quiescent(model: &Model, state: &State) -> Vec<(Place, usize, u32, usize)> {
    let (bone, occupancy) = (&state.bone, &state.occupancy);
    let mut taken = vec![false; model.grid.len()];
    let held = state.vessels.iter().chain(&state.parts.immune.cells.site);
    for &site in held.chain(&state.lesion.sites) {
        taken[site as usize] = true;
    }
    let chance = Chance::new(state.seed);
    let on_flat_bone = if model.grid.is_section() { 3 } else { 9 };
    (0..model.grid.len())
        .into_par_iter()
        .with_min_len(16_384)
        .filter(|&site| {
            !bone.solid[site]
                && !taken[site]
                && !bone.is_eroded(site)
                && !bone.is_activated(site, state.time_h)
                && occupancy.osteoclast[site] == 0
                && occupancy.osteoblast[site] == 0
                && occupancy.tumour[site] == 0
        })
        .filter_map(|site| {
            let faces = bone.bone_faces(&model.grid, site);
            if faces == 0 {
                return None;
            }
            let near = model.grid.near_neighbours(site);
            let around = near.filter(|&(other, _)| bone.solid[other]).count();
            let place = match faces {
                _ if around > on_flat_bone => Place::Hollow,
                1 => Place::Flat,
                _ => Place::Step,
            };
            let draw = chance.at(Stream::Seeding, 4, site as u64).word();
            Some((place, around, draw, site))
        })
        .collect()
}

/// Lays up to so many sites' worth of old bone on a site, with its stores; a full site is solid.
///
/// Returns the share laid.
fn lay_old_bone(model: &Model, state: &mut State, site: usize, most: f64) -> f64 {
    let bone = &mut state.bone;
    let before = bone.matrix[site];
    let full = most >= f64::from(1.0 - before);
    let after = if full { 1.0 } else { before + most as f32 };
    let laid = f64::from(after - before);
    let hard = f64::from(before - bone.osteoid[site]);
    bone.mineral[site] = ((hard * f64::from(bone.mineral[site]) + laid * f64::from(OLD_MINERAL))
        / (hard + laid)) as f32;
    bone.matrix[site] = after;
    if full {
        bone.solid[site] = true;
        bone.arrest(site);
    }
    let site_um3 = model.grid.site_volume_um3();
    for (store, book) in bone.stores.iter_mut().zip(&mut state.ledger.stores) {
        let amol = laid * store.content_pm * site_um3 / PM_PER_AMOL_PER_UM3;
        store.amol[site] += amol;
        book.initial += amol;
    }
    laid
}
