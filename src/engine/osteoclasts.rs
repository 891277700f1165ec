//! Osteoclasts act hour by hour, also inside a longer tick, each on the bone as the ones before it
//! left it. The order of every hour is drawn by rank, so that none is favoured. How much a cell removes
//! goes by what it senses at the start of the hour.
//!
//! Draws are addressed by the hour since the start: a tick of 12 h and twelve ticks of 1 h use the
//! same random numbers.

use crate::biology::osteoblast::recruitment::given_up;
use crate::biology::osteoclast::resorption::removed_um3;
use crate::engine::apart::AtBone;
use crate::engine::model::Model;
use crate::engine::sense::bone_binding;
use crate::engine::set_free::set_free;
use crate::engine::struts;
use crate::numerics::parallel::prelude::*;
use crate::numerics::random::{Chance, Draws, Stream};
use crate::numerics::response::probability;
use crate::tissue::bone::Bone;
use crate::tissue::grid::MOST_NEIGHBOURS;
use crate::tissue::population::OsteoclastMode;

/// Matrix with more osteoid than this is not resorbed.
const RESORBABLE_OSTEOID: f32 = 0.5;

/// Power of RANK occupancy by which a migrating cell weighs its next step: steep, so that a cell
/// stays on the patch that was opened for it.
const PREFERENCE: i32 = 4;

/// Cells in a piece of parallel work.
const PIECE: usize = 128;

/// So many cells before its turn, what lies around a cell is read.
const AHEAD: usize = 4;

/// What a cell is about to do in an hour.
struct Intent {
    rank: u32,
    id: u64,
    cell: usize,
    mode: OsteoclastMode,
    /// Matrix that it removes if it resorbs and finds any, um3.
    volume_um3: f64,
    draws: Draws,
}

/// All osteoclasts act for one tick.
///
/// Every hour each cell, in parallel and from the bone at the start of the hour, draws its rank and its
/// mode and finds how much it removes; then all act in the order of the ranks.
pub(crate) fn act(model: &Model, state: &mut AtBone<'_>) {
    let steps = model.steps_per_tick();
    let mut released = vec![0.0; state.bone.stores.len()];
    for step in 0..steps {
        let when = state.tick * steps + step;
        let now_h = state.time_h + f64::from(step) * model.step_h;
        let mut order: Vec<Intent> = (0..state.osteoclasts.len())
            .into_par_iter()
            .with_min_len(PIECE)
            .map(|cell| intent(model, state, cell, when))
            .collect();
        order.par_sort_unstable_by(|a, b| (a.rank, a.id).cmp(&(b.rank, b.id)));
        let cells: Vec<usize> = order.iter().map(|intent| intent.cell).collect();
        for (at, intent) in order.into_iter().enumerate() {
            if let Some(&cell) = cells.get(at + AHEAD) {
                look_ahead(model, state, cell);
            }
            act_once(model, state, intent, now_h, &mut released);
        }
        die(model, state, when);
    }
}

/// Reads what a cell will ask for some cells later. Cells act in an order that is as good as chance, and each
/// would wait for its rows of sites to come from memory, one after the other; so they are on their way.
fn look_ahead(model: &Model, state: &AtBone<'_>, cell: usize) {
    let [nx, ny, _] = model.grid.dims;
    let site = state.osteoclasts.site[cell] as usize;
    let mut seen = 0;
    for z in 0..3 {
        for y in 0..3 {
            let at = (site + z * ny * nx + y * nx).wrapping_sub(ny * nx + nx);
            // Beyond the lattice there is nothing to be read.
            if let Some(&engaged) = state.rank_occupancy.get(at) {
                seen |= u64::from(engaged.to_bits())
                    | u64::from(state.bone.matrix[at].to_bits())
                    | u64::from(state.bone.solid[at])
                    | state.holders[at];
            }
        }
    }
    std::hint::black_box(seen);
}

fn intent(model: &Model, state: &AtBone<'_>, cell: usize, when: u32) -> Intent {
    let id = state.osteoclasts.id[cell];
    let mut draws = Chance::new(state.seed).at(Stream::OsteoclastAct, when, id);
    let rank = draws.word();
    let migration = &model.parameters.osteoclast.migration;
    let mut mode = state.osteoclasts.mode[cell];
    let episode = match mode {
        OsteoclastMode::Resorbing => migration.resorbing.get(),
        OsteoclastMode::Migrating => migration.migrating.get(),
    };
    if draws.happens(probability(1.0 / episode, model.step_h)) {
        mode = match mode {
            OsteoclastMode::Resorbing => OsteoclastMode::Migrating,
            OsteoclastMode::Migrating => OsteoclastMode::Resorbing,
        };
    }
    let volume_um3 = match mode {
        OsteoclastMode::Migrating => 0.0,
        OsteoclastMode::Resorbing => {
            let view = state.around(model, Some(cell));
            let site = state.osteoclasts.site[cell] as usize;
            removed_um3(
                model.rates.resorption.at(|cue| view.level(cue, site)),
                state.osteoclasts.nuclei_end_h[cell].len() as f64,
                model.parameters.osteoclast.fusion.mean_nuclei(),
                model.osteoclast_share,
                model.step_h,
            )
        }
    };
    Intent {
        rank,
        id,
        cell,
        mode,
        volume_um3,
        draws,
    }
}

fn act_once(
    model: &Model,
    state: &mut AtBone<'_>,
    intent: Intent,
    now_h: f64,
    released: &mut [f64],
) {
    let Intent {
        cell,
        mode,
        volume_um3,
        mut draws,
        ..
    } = intent;
    state.osteoclasts.mode[cell] = mode;
    match mode {
        OsteoclastMode::Migrating => migrate(model, state, cell, &mut draws),
        OsteoclastMode::Resorbing => {
            state.ledger.remodelling.resorbing_h += model.step_h;
            resorb(model, state, (cell, volume_um3), now_h, released);
        }
    }
}

impl AtBone<'_> {
    /// A cell goes to another site, and holds what lies under it there.
    fn step(&mut self, model: &Model, cell: usize, to: usize, now_h: f64) {
        let id = self.osteoclasts.id[cell];
        let from = self.osteoclasts.site[cell] as usize;
        release(model, self.bone, self.holders, (from, id), now_h);
        self.osteoclasts.site[cell] = to as u32;
        hold(model, self.bone, self.holders, to, id);
    }
}

/// Marks the marrow sites under a cell as held by it.
pub(crate) fn hold(model: &Model, bone: &Bone, holders: &mut [u64], site: usize, id: u64) {
    for at in model.footprint.around(&model.grid, site) {
        if !bone.solid[at] && holders[at] == 0 {
            holders[at] = id;
        }
    }
}

/// Gives up the sites that a cell holds, which are now vacated.
pub(crate) fn release(
    model: &Model,
    bone: &mut Bone,
    holders: &mut [u64],
    (site, id): (usize, u64),
    now_h: f64,
) {
    for at in model.digging_reach.around(&model.grid, site) {
        if holders[at] == id {
            holders[at] = 0;
            if bone.is_eroded(at) {
                bone.vacated_h[at] = now_h as f32;
            }
        }
    }
}

fn migrate(model: &Model, state: &mut AtBone<'_>, cell: usize, draws: &mut Draws) {
    let id = state.osteoclasts.id[cell];
    let start = state.osteoclasts.site[cell] as usize;
    let path = model.parameters.osteoclast.migration.speed.get() * model.step_h;
    let steps = draws.round(path / model.grid.edge_um);
    let mut site = start;
    for _ in 0..steps {
        let near = model.neighbours.sites(&model.grid, site);
        // Most sites around are no surface: what else is known of them lies elsewhere in memory, and is not
        // asked. Which are is as good as chance, so nothing here branches on it.
        let mut surface = [0; MOST_NEIGHBOURS];
        let mut count = 0;
        for &next in near.as_slice() {
            surface[count] = next;
            count += usize::from(state.rank_occupancy[next] > 0.0);
        }
        let surface = &surface[..count];
        let mut weights = [0.0; MOST_NEIGHBOURS];
        for (weight, &next) in weights.iter_mut().zip(surface) {
            let holder = state.holders[next];
            let is_open = (holder == 0 || holder == id) && !state.bone.solid[next];
            let engaged = f64::from(state.rank_occupancy[next]);
            *weight = if is_open {
                engaged.powi(PREFERENCE)
            } else {
                0.0
            };
        }
        if let Some(attraction) = &model.rates.attraction {
            let view = state.around(model, None);
            for (weight, &next) in weights.iter_mut().zip(surface) {
                if *weight > 0.0 {
                    *weight *= attraction.at(|cue| view.level(cue, next));
                }
            }
        }
        let total = weights.iter().fold(0.0, |sum, weight| sum + weight);
        let mut left = draws.uniform() * total;
        for (&next, &weight) in surface.iter().zip(&weights) {
            left -= weight;
            if weight > 0.0 && left <= 0.0 {
                site = next;
                break;
            }
        }
    }
    if site != start {
        state.step(model, cell, site, state.time_h);
    }
}

fn resorb(
    model: &Model,
    state: &mut AtBone<'_>,
    (cell, volume_um3): (usize, f64),
    now_h: f64,
    released: &mut [f64],
) {
    let id = state.osteoclasts.id[cell];
    let site_volume = model.grid.site_volume_um3();
    let mut share = volume_um3 / site_volume;
    while share > 1e-9 {
        let Some(target) = next_target(model, state, cell, now_h) else {
            state.osteoclasts.mode[cell] = OsteoclastMode::Migrating;
            return;
        };
        let centre = state.osteoclasts.site[cell] as usize;
        let depth = target_depth_um(model, state, target);
        let mineral = f64::from(state.bone.mineral[target]);
        released.fill(0.0);
        let opened_faces = faces_opened(model, state, target);
        let taken = f64::from(state.bone.dig(target, share as f32, now_h, released));
        share -= taken;
        if let Some(refill) = &model.rates.refill {
            let view = state.around(model, None);
            let refill = refill.at(|cue| view.level(cue, target));
            let given_up = (given_up(refill) * taken) as f32;
            state.bone.owe_less(target, given_up);
        }
        take_up(model, state, cell, target, taken);
        let done = &mut state.ledger.remodelling;
        done.opened_um2 += Bone::surface_area_um2(&model.grid, opened_faces);
        if state.osteoclasts.mode[cell] == OsteoclastMode::Migrating {
            done.by_migrating_um3 += taken * site_volume;
        }
        state.bone.vacated_h[target] = now_h as f32;
        state.bone.depth_um[target] = depth as f32;
        state.osteoclasts.resorbed_um3[cell] += (taken * site_volume) as f32;
        state.ledger.resorbed_um3 += taken * site_volume;
        state.ledger.calcium_released_fmol += model
            .parameters
            .mineralisation
            .calcium_fmol(taken * site_volume, mineral);
        let books = (&mut *state.ledger, &mut *state.released);
        set_free(model, &state.bone.stores, books, centre, released);
        if !state.bone.solid[target] && taken > 0.0 {
            struts::look(model, state.bone, target);
        }
        if !state.bone.solid[target] && state.holders[target] == 0 {
            // The cell follows its pit down.
            state.holders[target] = id;
            state.rank_occupancy[target] = state.rank_occupancy[centre];
            state.step(model, cell, target, now_h);
        }
        if taken <= 0.0 {
            return;
        }
    }
}

/// An osteoclast takes up its share of the drug that a dig set free. The rest divides as drug in plasma
/// does: a share binds again, to the bone that is nearest, and what is left is carried away.
fn take_up(model: &Model, state: &mut AtBone<'_>, cell: usize, target: usize, taken: f64) {
    let Some(bone) = bone_binding(model) else {
        return;
    };
    if state.bone.drug_amol[target] <= 0.0 {
        return;
    }
    let dug_um = taken * model.grid.edge_um;
    let freed_amol = state.bone.free_drug(target, dug_um, bone.layer.get());
    let own = bone.uptake * freed_amol;
    state.osteoclasts.drug_amol[cell] += own as f32;
    state.on_bone.taken_up += own;
    bind_again(model, state, cell, bone.share * (freed_amol - own));
    state.on_bone.carried_away += (1.0 - bone.share) * (freed_amol - own);
}

/// Binds drug to the bone at an osteoclast; where there is none, it is carried away.
fn bind_again(model: &Model, state: &mut AtBone<'_>, cell: usize, amol: f64) {
    if amol <= 0.0 {
        return;
    }
    let site = state.osteoclasts.site[cell] as usize;
    if state.bone.bind_drug(&model.grid, site, amol) {
        state.on_bone.given_back += amol;
    } else {
        state.on_bone.carried_away += amol;
    }
}

/// Faces of a site of bone towards the surface from which a unit begins, when it begins to dig it.
fn faces_opened(model: &Model, state: &AtBone<'_>, site: usize) -> u32 {
    if !state.bone.solid[site] || state.bone.is_eroded(site) {
        return 0;
    }
    // Depth 0: lined surface, or the floor of an old pit from which a new unit begins.
    let whole = |&at: &usize| !state.bone.solid[at] && state.bone.depth_um[at] <= 0.0;
    model.grid.face_neighbours(site).filter(whole).count() as u32
}

/// Depth of a site below the surface of its unit once it is dug, um.
fn target_depth_um(model: &Model, state: &AtBone<'_>, site: usize) -> f64 {
    if !state.bone.solid[site] {
        return f64::from(state.bone.depth_um[site]);
    }
    let above = model
        .grid
        .face_neighbours(site)
        .filter(|&other| !state.bone.solid[other])
        .map(|other| f64::from(state.bone.depth_um[other]))
        .fold(f64::INFINITY, f64::min);
    if above.is_finite() {
        above + model.grid.edge_um
    } else {
        0.0
    }
}

/// The shallowest matrix within reach, what was begun first; `None` when the pit is done.
fn next_target(model: &Model, state: &AtBone<'_>, cell: usize, now_h: f64) -> Option<usize> {
    let id = state.osteoclasts.id[cell];
    let centre = state.osteoclasts.site[cell] as usize;
    let deepest = f64::from(state.osteoclasts.pit_depth_um[cell]);
    let (grid, reach) = (&model.grid, &model.digging_reach);
    let is_inner = reach.is_inner(grid, grid.place(centre));
    let mut best: Option<(f64, f32, usize)> = None;
    for site in reach.around(grid, centre) {
        let matrix = state.bone.matrix[site];
        if matrix <= 0.0 || state.bone.osteoid[site] > RESORBABLE_OSTEOID * matrix {
            continue;
        }
        // Most matrix in reach does not touch the cell: seen before anything else is worked out.
        let is_held = |&at: &usize| state.holders[at] == id;
        let solid = state.bone.solid[site];
        let touches = if solid {
            grid.faces(site, is_inner).any(|at| is_held(&at))
        } else {
            // Matrix of a marrow site: a thin rest, not a refill that is under way.
            is_held(&site) && state.osteoblasts[site] == 0
        };
        if !touches {
            continue;
        }
        let depth = target_depth_um(model, state, site);
        // A unit goes down from the patch that was opened for it and does not spread beyond.
        let may_begin =
            |at: usize| depth > 1.5 * grid.edge_um || state.bone.is_activated(at, now_h);
        let exposed = if solid {
            let mut held = grid.faces(site, is_inner).filter(is_held);
            held.any(may_begin)
        } else {
            may_begin(site)
        };
        if !exposed {
            continue;
        }
        if depth - 0.5 * grid.edge_um > deepest {
            continue;
        }
        let better = best.is_none_or(|(least, rest, _)| {
            depth < least - 1e-6 || (depth < least + 1e-6 && matrix < rest)
        });
        if better {
            best = Some((depth, matrix, site));
        }
    }
    best.map(|(.., site)| site)
}

/// What becomes of a cell in an hour, from what it senses.
struct Fate {
    ageing: f64,
    withdrawn: bool,
    gains: bool,
    draws: Draws,
}

/// Nuclei come by fusion and go with age; withdrawal takes whole cells.
fn die(model: &Model, state: &mut AtBone<'_>, when: u32) {
    let chance = Chance::new(state.seed);
    let osteoclast = &model.parameters.osteoclast;
    let fates: Vec<Fate> = (0..state.osteoclasts.len())
        .into_par_iter()
        .with_min_len(PIECE)
        .map(|cell| {
            let site = state.osteoclasts.site[cell] as usize;
            let view = state.around(model, Some(cell));
            let level = |cue| view.level(cue, site);
            let withdrawal = model.rates.withdrawal.at(level);
            let gain = model.rates.nuclei_gain.at(level);
            let mut draws = chance.at(Stream::OsteoclastDeath, when, state.osteoclasts.id[cell]);
            Fate {
                ageing: model.rates.ageing.at(level),
                withdrawn: draws.happens(probability(withdrawal, model.step_h)),
                gains: draws.happens(probability(gain, model.step_h)),
                draws,
            }
        })
        .collect();
    let mut keep = vec![true; fates.len()];
    for (cell, (mut fate, kept)) in fates.into_iter().zip(&mut keep).enumerate() {
        let cells = &mut *state.osteoclasts;
        cells.age_h[cell] += (fate.ageing * model.step_h) as f32;
        let age = cells.age_h[cell];
        let nuclei = &mut cells.nuclei_end_h[cell];
        nuclei.retain(|&end| age < end);
        if fate.gains && nuclei.len() < usize::from(osteoclast.fusion.nuclei_most) {
            nuclei.push(age + osteoclast.apoptosis.draw_life_h(&mut fate.draws) as f32);
        }
        *kept = !fate.withdrawn && nuclei.len() >= usize::from(osteoclast.apoptosis.nuclei_least);
    }
    if keep.iter().all(|&kept| kept) {
        return;
    }
    let now_h = state.time_h + model.step_h;
    for (cell, &kept) in keep.iter().enumerate() {
        if !kept {
            let (site, id) = (
                state.osteoclasts.site[cell] as usize,
                state.osteoclasts.id[cell],
            );
            release(model, state.bone, state.holders, (site, id), now_h);
            let inside = f64::from(state.osteoclasts.drug_amol[cell]);
            bind_again(model, state, cell, inside);
        }
    }
    state.osteoclasts.retain(&keep);
}
