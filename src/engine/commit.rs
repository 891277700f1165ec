//! Phases 5 and 6 of a tick: contests are resolved by drawn rank, and what was asked for is done in
//! a fixed order.

use crate::numerics::parallel::prelude::*;

use crate::engine::model::Model;
use crate::engine::modelling;
use crate::engine::osteoclasts::hold;
use crate::engine::parts::colonisation::arrive::colonise;
use crate::engine::propose::{Move, OsteoblastFate, Proposals, SurfaceEvent, TumourProposals};
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::engine::struts;
use crate::numerics::elementary::exp_m1;
use crate::numerics::quantity::PM_PER_AMOL_PER_UM3;
use crate::numerics::random::{Chance, Draws, Stream};
use crate::numerics::reduce::PIECE;
use crate::tissue::bone::{Bone, SurfaceSite};
use crate::tissue::population::{HIT, OsteoblastStage, OsteoclastMode};

/// Rows of cells that one task follows at least.
const ROWS: usize = 256;

/// Sites that are looked at at once.
const RUN: usize = 64;

/// Does what the cells asked for.
pub(crate) fn commit(model: &Model, state: &mut State, scratch: &Scratch, proposals: Proposals) {
    osteoblasts(model, state, &proposals.osteoblasts);
    tumour(model, state, scratch, proposals.tumour);
    colonise(model, state, &proposals.arrivals);
    for (at, event) in proposals.surface {
        match event {
            SurfaceEvent::Activate => activate(model, state, at),
            SurfaceEvent::Fuse => fuse(model, state, at),
            SurfaceEvent::Arrive { cells } => arrive(state, at, cells),
            SurfaceEvent::Model => modelling::begin(model, state, at),
        }
    }
}

/// Opens the patch around a site, nearest sites first, until it has the area of its disc: around a
/// narrow canal a ball would hold more surface than its lining cells cover. Where it lies on eroded
/// surface that nobody works on, a new unit begins from the floor of the old pit; what is owed there
/// stays owed.
fn activate(model: &Model, state: &mut State, at: SurfaceSite) {
    let until = (state.time_h + model.parameters.lining.activation.duration.get()) as f32;
    let mut opened_um2 = 0.0;
    for site in model.patch.around(&model.grid, at.site as usize) {
        if opened_um2 >= model.patch_um2 {
            break;
        }
        if !state.bone.solid[site] {
            let faces = state.bone.bone_faces(&model.grid, site);
            opened_um2 += Bone::surface_area_um2(&model.grid, faces);
        }
        let opened = &mut state.bone.activated_until_h[site];
        *opened = opened.max(until);
        if state.occupancy.osteoclast[site] == 0 && state.occupancy.osteoblast[site] == 0 {
            state.bone.depth_um[site] = 0.0;
        }
    }
}

/// An osteoclast forms, unless another came to hold the site since it was asked for.
fn fuse(model: &Model, state: &mut State, at: SurfaceSite) {
    let site = at.site as usize;
    if state.occupancy.osteoclast[site] != 0 || state.bone.solid[site] {
        return;
    }
    let id = state.new_id();
    let osteoclast = &model.parameters.osteoclast;
    let mut draws = Chance::new(state.seed).at(Stream::Fusion, u32::MAX, id);
    let depths = &osteoclast.resorption;
    let (least, most) = (depths.pit_depth_min.get(), depths.pit_depth_max.get());
    let cells = &mut state.osteoclasts;
    cells.id.push(id);
    cells.site.push(at.site);
    cells.mode.push(OsteoclastMode::Resorbing);
    let nuclei = osteoclast.fusion.nuclei(draws.uniform());
    cells.age_h.push(0.0);
    cells
        .pit_depth_um
        .push((least + (most - least) * draws.uniform()) as f32);
    cells.nuclei_end_h.push(
        (0..nuclei)
            .map(|_| osteoclast.apoptosis.draw_life_h(&mut draws) as f32)
            .collect(),
    );
    cells.resorbed_um3.push(0.0);
    cells.drug_amol.push(0.0);
    hold(
        model,
        &state.bone,
        &mut state.occupancy.osteoclast,
        site,
        id,
    );
}

/// Precursors of osteoblasts arrive, unless an osteoclast came back.
fn arrive(state: &mut State, at: SurfaceSite, cells: u8) {
    let site = at.site as usize;
    if state.occupancy.osteoclast[site] != 0 || !state.bone.is_eroded(site) {
        return;
    }
    for _ in 0..cells {
        let id = state.new_id();
        state.osteoblasts.push(id, at.site);
        state.occupancy.osteoblast[site] = state.occupancy.osteoblast[site].saturating_add(1);
    }
}

fn osteoblasts(model: &Model, state: &mut State, fates: &[OsteoblastFate]) {
    let chance = Chance::new(state.seed);
    let mut keep = vec![true; fates.len()];
    let mut crowded: Vec<Crowded> = Vec::new();
    for (cell, fate) in fates.iter().enumerate() {
        state.osteoblasts.age_h[cell] += model.tick_h as f32;
        match *fate {
            OsteoblastFate::Stay => {
                // A precursor whose site was filled by others goes on to the next one.
                let site = state.osteoblasts.site[cell] as usize;
                if !state.bone.is_eroded(site) {
                    match nearest_to_fill(model, state, site) {
                        Next::Site(next) => move_osteoblast(state, cell, next),
                        Next::Later => {}
                        Next::Nowhere => keep[cell] = false,
                    }
                }
            }
            OsteoblastFate::Die => keep[cell] = false,
            OsteoblastFate::Mature => state.osteoblasts.stage[cell] = OsteoblastStage::Mature,
            OsteoblastFate::Lay(volume_um3) => {
                let share = volume_um3 / model.grid.site_volume_um3();
                keep[cell] = lay(model, state, cell, share, chance, &mut crowded);
            }
        }
    }
    fill_among_tumour(model, state, crowded);
    for (cell, kept) in keep.iter().enumerate() {
        if !kept {
            let site = state.osteoblasts.site[cell] as usize;
            state.occupancy.osteoblast[site] = state.occupancy.osteoblast[site].saturating_sub(1);
        }
    }
    state.osteoblasts.retain(&keep);
}

/// A site that is full with what is laid there once tumour cells have left it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Crowded {
    site: u32,
    share: f32,
}

/// One osteoblast lays this share of a site of osteoid; false when its work is over and it ends.
fn lay(
    model: &Model,
    state: &mut State,
    cell: usize,
    mut share: f64,
    chance: Chance,
    crowded: &mut Vec<Crowded>,
) -> bool {
    while share > 1e-9 {
        let site = state.osteoblasts.site[cell] as usize;
        if !may_fill(model, state, site) {
            match nearest_to_fill(model, state, site) {
                Next::Site(next) => {
                    move_osteoblast(state, cell, next);
                    continue;
                }
                Next::Later => return true,
                Next::Nowhere => {
                    let formation = &model.parameters.osteoblast.formation;
                    let id = state.osteoblasts.id[cell];
                    let fate = chance.at(Stream::OsteoblastFate, u32::MAX, id).uniform();
                    if fate < formation.osteocyte_share {
                        state.osteoblasts.osteocytes += 1;
                    } else if fate < formation.osteocyte_share + formation.lining_share {
                        state.osteoblasts.became_lining += 1;
                    }
                    return false;
                }
            }
        }
        if state.occupancy.tumour[site] > 0 && state.bone.is_filled_by(site, share as f32) {
            crowded.push(Crowded {
                site: site as u32,
                share: share as f32,
            });
            return true;
        }
        let laid = lay_at(model, state, site, share as f32);
        share -= laid;
        if laid <= 0.0 {
            return true;
        }
    }
    true
}

/// Lays a share of a site of osteoid, and enters it in the books; the share laid.
fn lay_at(model: &Model, state: &mut State, site: usize, share: f32) -> f64 {
    let site_volume = model.grid.site_volume_um3();
    let bone = &mut state.bone;
    let at_brim = f64::from(bone.depth_um[site]) < 1.5 * model.grid.edge_um;
    let laid = f64::from(bone.lay(site, share, state.time_h));
    state.ledger.formed_um3 += laid * site_volume;
    let done = &mut state.ledger.remodelling;
    if state.occupancy.osteoclast[site] != 0 {
        done.under_osteoclast_um3 += laid * site_volume;
    }
    let opened_h = f64::from(bone.opened_h[site]);
    if at_brim && laid > 0.0 && !bone.is_eroded(site) && opened_h > state.start_h - 1.0 {
        done.closed += 1;
        done.resorption_h += f64::from(bone.vacated_h[site]) - opened_h;
        done.cycle_h += state.time_h - opened_h;
    }
    laid
}

/// Fills the sites from which tumour cells find room elsewhere; the others wait.
fn fill_among_tumour(model: &Model, state: &mut State, mut crowded: Vec<Crowded>) {
    if crowded.is_empty() {
        return;
    }
    crowded.sort_by_key(|one| one.site);
    crowded.dedup_by_key(|one| one.site);
    let sites: Vec<u32> = crowded.iter().map(|one| one.site).collect();
    for site in modelling::make_room(model, state, &sites) {
        if let Ok(at) = sites.binary_search(&site) {
            lay_at(model, state, site as usize, crowded[at].share);
        }
    }
}

/// True where matrix is owed, next to bone, and nobody is in the way.
fn may_fill(model: &Model, state: &State, site: usize) -> bool {
    !state.bone.solid[site]
        && state.bone.is_eroded(site)
        && state.occupancy.osteoclast[site] == 0
        && (state.occupancy.tumour[site] == 0 || model.parameters.osteoblast.formation.among_tumour)
        && state.bone.bone_faces(&model.grid, site) > 0
}

enum Next {
    /// A site to fill.
    Site(usize),
    /// Sites are owed in reach, but none can be filled now.
    Later,
    /// Nothing is owed in reach.
    Nowhere,
}

/// The nearest site to fill whose surface has room for one more osteoblast; the cell's work is over where all that can be
/// filled in reach is covered by others.
fn nearest_to_fill(model: &Model, state: &State, from: usize) -> Next {
    let chance = Chance::new(state.seed);
    let (mut is_owed, mut is_fillable) = (false, false);
    for site in model.forming_reach.around(&model.grid, from) {
        if state.bone.solid[site] || !state.bone.is_eroded(site) {
            continue;
        }
        is_owed = true;
        if !may_fill(model, state, site) {
            continue;
        }
        is_fillable = true;
        let area_um2 =
            Bone::surface_area_um2(&model.grid, state.bone.bone_faces(&model.grid, site));
        // A cell is wider than a small site: one at least finds room.
        let room = model.osteoblast_room(area_um2, chance, site as u32).max(1);
        if state.occupancy.osteoblast[site] < room {
            return Next::Site(site);
        }
    }
    if is_owed && !is_fillable {
        Next::Later
    } else {
        Next::Nowhere
    }
}

fn move_osteoblast(state: &mut State, cell: usize, to: usize) {
    let from = state.osteoblasts.site[cell] as usize;
    state.occupancy.osteoblast[from] = state.occupancy.osteoblast[from].saturating_sub(1);
    state.occupancy.osteoblast[to] = state.occupancy.osteoblast[to].saturating_add(1);
    state.osteoblasts.site[cell] = to as u32;
}

fn tumour(model: &Model, state: &mut State, scratch: &Scratch, asked: TumourProposals) {
    let TumourProposals {
        deaths,
        killed,
        spent,
        hit,
        wakes,
        moves,
        births,
    } = asked;
    clear_dead(model, state);
    for &cell in &deaths {
        state.occupancy.tumour[state.tumour.site[cell as usize] as usize] -= 1;
    }
    if model.parameters.tumour.clearance.is_some() {
        lay_dead(state, &killed);
    }
    for cell in hit {
        state.tumour.doomed[cell as usize] = HIT;
    }
    state.parts.radiation.tumour_deaths += spent;
    for cell in wakes {
        state.tumour.dormant[cell as usize] = false;
    }
    for Move { cell, to, .. } in moves {
        if state.occupancy.has_room(&state.bone.solid, to as usize) {
            let from = &mut state.tumour.site[cell as usize];
            state.occupancy.tumour[*from as usize] -= 1;
            state.occupancy.tumour[to as usize] += 1;
            *from = to;
        }
    }
    let chance = Chance::new(state.seed);
    // Room only goes while births are done: what is full now stays full, and a row can be followed to
    // its end for all births at once.
    let rows: Vec<(usize, Draws)> = births
        .par_iter()
        .with_min_len(ROWS)
        .map(|birth| {
            let mut draws = chance.at(Stream::TumourMotion, state.tick, birth.id);
            let mother = state.tumour.site[birth.cell as usize] as usize;
            let end = row_end(model, state, scratch, mother, &mut draws);
            (end, draws)
        })
        .collect();
    let mut went_on = WentOn::new(births.len());
    for (birth, (end, mut draws)) in births.into_iter().zip(rows) {
        let cell = birth.cell as usize;
        let row_end = row_end(model, state, scratch, end, &mut draws);
        // Others may have filled the end of the row in this tick: it goes on from where the last
        // of them found room, so that no birth is lost to the length of the tick.
        let found = went_on.begin(row_end);
        let end = found.and_then(|from| {
            let (grid, solid) = (&model.grid, &state.bone.solid);
            let occupancy = &state.occupancy;
            occupancy.nearest_room(grid, solid, from, |count| draws.below(count))
        });
        went_on.enter(row_end, end);
        if let Some(site) = end {
            state.occupancy.tumour[site] += 1;
            let daughter = state.new_id();
            let mut clone = state.tumour.clone[cell];
            if model.parts.clones.mutates(clone) {
                let mut draws = chance.at(Stream::Mutation, state.tick, daughter);
                clone = model.parts.clones.daughter(clone, draws.uniform());
            }
            state.tumour.push(daughter, site as u32, false, clone);
            let doomed = state.tumour.doomed[cell];
            if doomed > 0 {
                // Both daughters of a doomed cell are doomed, one division nearer to the end.
                state.tumour.doomed[cell] = doomed - 1;
                if let Some(last) = state.tumour.doomed.last_mut() {
                    *last = doomed - 1;
                }
            }
        }
    }
    state.tumour.remove(&deaths);
}

/// Where the births of a tick that came to the end of a row found room, or that there is none: a table with open
/// addressing, because it is asked for every birth.
struct WentOn {
    /// The end of a row and where the last birth that came there found room; a power of two of them, at most half
    /// of them taken.
    slots: Vec<(u32, u32)>,
    shift: u32,
}

impl WentOn {
    /// No site.
    const NONE: u32 = u32::MAX;

    fn new(births: usize) -> Self {
        let slots = (2 * births).next_power_of_two().max(2);
        Self {
            slots: vec![(Self::NONE, Self::NONE); slots],
            shift: u64::BITS - slots.trailing_zeros(),
        }
    }

    /// The slot of an end: its own, or the free one that it would take.
    fn slot(&self, row_end: u32) -> usize {
        // By the high bits of a product that mixes all bits (Fibonacci hashing).
        let mixed = u64::from(row_end).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut slot = (mixed >> self.shift) as usize;
        while ![row_end, Self::NONE].contains(&self.slots[slot].0) {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }

    /// From where the next birth at the end of a row looks for room; none where there is none.
    fn begin(&self, row_end: usize) -> Option<usize> {
        match self.slots[self.slot(row_end as u32)] {
            (Self::NONE, _) => Some(row_end),
            (_, Self::NONE) => None,
            (_, found) => Some(found as usize),
        }
    }

    fn enter(&mut self, row_end: usize, found: Option<usize>) {
        let slot = self.slot(row_end as u32);
        self.slots[slot] = (row_end as u32, found.map_or(Self::NONE, |site| site as u32));
    }
}

/// The dead take the room that they had.
fn lay_dead(state: &mut State, killed: &[u32]) {
    for &cell in killed {
        let (id, site) = (
            state.tumour.id[cell as usize],
            state.tumour.site[cell as usize],
        );
        let capacity = &mut state.occupancy.capacity[site as usize];
        if *capacity > 0 {
            *capacity -= 1;
            state.dead.push(id, site);
        }
    }
}

/// Dead cells are cleared, and their room is free again; all of them where they have no half-life.
fn clear_dead(model: &Model, state: &mut State) {
    if state.dead.is_empty() {
        return;
    }
    let cleared = model.parameters.tumour.clearance.map_or(1.0, |half_life| {
        -exp_m1(-std::f64::consts::LN_2 * model.tick_h / half_life.get())
    });
    let chance = Chance::new(state.seed);
    let cells = state.dead.id.iter().zip(&state.dead.site);
    let mut keep = Vec::with_capacity(state.dead.len());
    for (&id, &site) in cells {
        let mut draws = chance.at(Stream::Clearance, state.tick, id);
        let stays = !draws.happens(cleared);
        if !stays {
            state.occupancy.capacity[site as usize] += 1;
        }
        keep.push(stays);
    }
    state.dead.retain(&keep);
}

/// Where the row of cells ends that moves up by one for a birth at a site: cells between the mother and
/// free space each move, and on the lattice the daughter appears at the end of the row.
fn row_end(
    model: &Model,
    state: &State,
    scratch: &Scratch,
    mut site: usize,
    draws: &mut Draws,
) -> usize {
    while !state.occupancy.has_room(&state.bone.solid, site)
        && let Some(next) = scratch
            .way_out
            .step(&model.grid, site, |count| draws.below(count))
    {
        site = next;
    }
    site
}

/// Once a day: osteoid mineralises and takes up factors, old bone hardens, eroded surface that nobody came to is
/// given up, and loose pieces are cleared where the model says so.
pub(crate) fn daily(model: &Model, state: &mut State) {
    mineralise(model, state);
    arrest(model, state);
    struts::clear_fragments(model, state);
}

fn mineralise(model: &Model, state: &mut State) {
    const DAY_H: f64 = 24.0;
    let law = &model.parameters.mineralisation;
    let share = -exp_m1(-DAY_H / law.lag.get());
    let hardening = law.over(DAY_H);
    let bone = &mut state.bone;
    // Osteoid lies on few sites: what each piece of the lattice gains, with the places in it.
    let gains: Vec<Vec<(u32, f32)>> = (
        bone.osteoid.par_chunks_mut(PIECE),
        bone.mineral.par_chunks_mut(PIECE),
        bone.matrix.par_chunks(PIECE),
    )
        .into_par_iter()
        .map(|(osteoid, mineral, matrix)| {
            let mut gained = Vec::new();
            let sites = osteoid.iter_mut().zip(mineral).zip(matrix).enumerate();
            for (at, ((osteoid, mineral), &matrix)) in sites {
                if matrix <= 0.0 {
                    continue;
                }
                let old = matrix - *osteoid;
                let fresh = (f64::from(*osteoid) * share) as f32;
                let hard = hardening.of(f64::from(*mineral));
                let whole = f64::from(old + fresh);
                if whole > 0.0 {
                    *mineral =
                        ((f64::from(old) * hard + f64::from(fresh) * law.primary) / whole) as f32;
                }
                *osteoid -= fresh;
                if fresh > 0.0 {
                    gained.push((at as u32, fresh));
                }
            }
            gained
        })
        .collect();
    let sums = gains.iter().map(|piece| {
        let fresh = piece.iter().map(|&(_, fresh)| f64::from(fresh));
        fresh.sum::<f64>()
    });
    let gained: f64 = sums.sum();
    for (store, book) in bone.stores.iter_mut().zip(&mut state.ledger.stores) {
        let amol_per_share = store.content_pm * model.grid.site_volume_um3() / PM_PER_AMOL_PER_UM3;
        store
            .amol
            .par_chunks_mut(PIECE)
            .zip(&gains)
            .for_each(|(amounts, gained)| {
                for &(at, fresh) in gained {
                    amounts[at as usize] += f64::from(fresh) * amol_per_share;
                }
            });
        book.deposited += gained * amol_per_share;
    }
}

fn arrest(model: &Model, state: &mut State) {
    let patience = model.parameters.precursor.recruitment.arrest.get();
    let now_h = state.time_h;
    let occupancy = &state.occupancy;
    let bone = &state.bone;
    let is_given_up = |site: usize| {
        !bone.solid[site]
            && bone.is_eroded(site)
            && !bone.is_activated(site, now_h)
            && now_h - f64::from(bone.vacated_h[site]) > patience
            && !model
                .arrest_reach
                .around(&model.grid, site)
                .any(|at| occupancy.osteoblast[at] > 0 || occupancy.osteoclast[at] != 0)
    };
    let given_up: Vec<Vec<usize>> = (bone.goal.par_chunks(PIECE))
        .zip(bone.matrix.par_chunks(PIECE))
        .enumerate()
        .map(|(piece, (goal, matrix))| {
            let mut found = Vec::new();
            // Most sites owe nothing: many are looked at at once.
            let runs = goal.chunks(RUN).zip(matrix.chunks(RUN)).enumerate();
            for (run, (goal, matrix)) in runs {
                let pairs = goal.iter().zip(matrix);
                if pairs.fold(0, |owing, (goal, matrix)| owing | u8::from(goal > matrix)) > 0 {
                    let first = piece * PIECE + run * RUN;
                    let sites = first..first + goal.len();
                    found.extend(sites.filter(|&site| is_given_up(site)));
                }
            }
            found
        })
        .collect();
    for site in given_up.into_iter().flatten() {
        state.bone.arrest(site);
    }
}
