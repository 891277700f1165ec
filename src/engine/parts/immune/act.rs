//! Immune cells act hour by hour, also inside a longer tick, after all others: they crawl, kill what
//! they touch, tire, divide, die, and new ones leave the vessels.
//!
//! In every step each cell, in parallel and from a frozen picture, draws what it does; then all is done
//! in a fixed order: kills by drawn rank, moves and births in the order of the list, deaths, entries in
//! the order of the vessels. Draws are addressed by the step since the start and the cell.

use std::collections::BTreeMap;

use crate::numerics::parallel::prelude::*;

use crate::biology::immune::entry::expected;
use crate::biology::immune::exhaustion::is_exhausted;
use crate::biology::immune::killing;
use crate::biology::immune::motility::{is_made, walk_steps};
use crate::biology::immune::turnover::division_per_h;
use crate::biology::immune::{Immune, ImmuneRates};
use crate::biology::surroundings::Surroundings;
use crate::engine::model::Model;
use crate::engine::parts::immune::ImmuneState;
use crate::engine::parts::immune::plan::{ImmunePlan, ImmuneReach};
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Draws, Stream};
use crate::numerics::response::probability;
use crate::tissue::population::{ImmuneCell, ImmuneKind};

/// Cells in a piece of parallel work; a constant, so that nothing depends on the pool.
const PIECE: usize = 256;

/// What a cell that lives does in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Act {
    to: u32,
    kill: Option<Kill>,
    in_contact: bool,
    divides: bool,
    returns: bool,
    /// Rise of the counter by exposure.
    exposed: f64,
    /// Rise of the counter by a kill.
    per_kill: f64,
    /// Counter at which it is exhausted.
    threshold: f64,
}

/// A tumour cell that is to be killed: the one of this place, by id, among those of its site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kill {
    rank: u32,
    site: u32,
    place: u32,
}

/// Finds where immune cells are, and how suppressive the myeloid ones.
pub fn look(model: &Model, state: &State, scratch: &mut Scratch) {
    let (Some(plan), Some(mut picture)) = (&model.parts.immune, scratch.immune.take()) else {
        return;
    };
    picture.cd8.fill(0);
    picture.treg.fill(0);
    picture.suppression.fill(0.0);
    let cells = &state.parts.immune.cells;
    for (&kind, &site) in cells.kind.iter().zip(&cells.site) {
        let count = match kind {
            ImmuneKind::Cd8 => &mut picture.cd8[site as usize],
            ImmuneKind::Treg => &mut picture.treg[site as usize],
            ImmuneKind::Myeloid | ImmuneKind::Nk => continue,
        };
        *count = count.saturating_add(1);
    }
    let (mut room, mut marrow) = (0_u64, 0_u64);
    for (&solid, &capacity) in state.bone.solid.iter().zip(&state.occupancy.capacity) {
        if !solid {
            room += u64::from(capacity);
            marrow += 1;
        }
    }
    picture.tumour_share = if room == 0 {
        0.0
    } else {
        state.tumour.len() as f64 / room as f64
    };
    picture.marrow_mm3 = marrow as f64 * model.grid.site_volume_um3() * 1e-9;
    scratch.immune = Some(picture);
    let activities: Vec<(u32, f32)> = {
        let view = surroundings(model, state, scratch);
        let cells = cells.kind.iter().zip(&cells.site);
        cells
            .filter(|&(&kind, _)| kind == ImmuneKind::Myeloid)
            .map(|(_, &site)| {
                let activity = plan
                    .rates
                    .myeloid_activity
                    .at(|cue| view.level(cue, site as usize));
                (site, activity as f32)
            })
            .collect()
    };
    if let Some(picture) = &mut scratch.immune {
        for (site, activity) in activities {
            picture.suppression[site as usize] += activity;
        }
    }
}

/// All immune cells act for one tick.
pub fn act(model: &Model, state: &mut State, scratch: &mut Scratch) {
    let Some(ImmunePlan { law, rates, reach }) = &model.parts.immune else {
        return;
    };
    let steps = model.steps_per_tick();
    for step in 0..steps {
        let when = state.tick * steps + step;
        leave_bone(model, state);
        look(model, state, scratch);
        let (acts, entering) = {
            let view = surroundings(model, state, scratch);
            let asked = Asked {
                model,
                state,
                view,
                law,
                rates,
                reach,
                when,
            };
            let marrow_mm3 = scratch
                .immune
                .as_ref()
                .map_or(0.0, |picture| picture.marrow_mm3);
            (asked.acts(), asked.entering(marrow_mm3))
        };
        let killed = kill(state, scratch, &acts);
        settle(model, state, &acts, &killed);
        for (site, kind) in entering {
            state.parts.immune.cells.push(site, kind, false, 0.0);
            state.parts.immune.book.entered[kind.index()] += 1;
        }
    }
}

/// Cells whose site was filled with bone go to the first open face, or end where there is none.
fn leave_bone(model: &Model, state: &mut State) {
    let solid = &state.bone.solid;
    let mut walled_in = Vec::new();
    for (cell, site) in state.parts.immune.cells.site.iter_mut().enumerate() {
        if solid[*site as usize] {
            let mut faces = model.grid.face_neighbours(*site as usize);
            match faces.find(|&next| !solid[next]) {
                Some(next) => *site = next as u32,
                None => walled_in.push(state.parts.immune.cells.id[cell]),
            }
        }
    }
    if !walled_in.is_empty() {
        remove_where(state, |cell| walled_in.binary_search(&cell.id).is_ok());
    }
}

/// Removes the immune cells that `dies` picks, asked one after another in the order of the list, and
/// enters them in the books as dead; how many of each kind.
pub fn remove_where(state: &mut State, dies: impl FnMut(ImmuneCell) -> bool) -> [u64; 4] {
    let dead = state.parts.immune.cells.remove_where(dies);
    for (died, dead) in state.parts.immune.book.died.iter_mut().zip(dead) {
        *died += dead;
    }
    dead
}

/// A frozen picture, from which cells draw what they do.
struct Asked<'a> {
    model: &'a Model,
    state: &'a State,
    view: Surroundings<'a>,
    law: &'a Immune,
    rates: &'a ImmuneRates,
    reach: &'a ImmuneReach,
    when: u32,
}

impl Asked<'_> {
    /// What each cell does; nothing where it dies.
    fn acts(&self) -> Vec<Option<Act>> {
        let cells = &self.state.parts.immune.cells;
        let pieces: Vec<Vec<Option<Act>>> = cells
            .id
            .par_chunks(PIECE)
            .enumerate()
            .map(|(piece, ids)| {
                let first = piece * PIECE;
                (first..first + ids.len())
                    .map(|cell| self.act_of(cells.cell(cell)))
                    .collect()
            })
            .collect();
        pieces.concat()
    }

    fn act_of(&self, cell: ImmuneCell) -> Option<Act> {
        let chance = Chance::new(self.state.seed);
        let kind = cell.kind.index();
        let step_h = self.model.step_h;
        let mut draws = chance.at(Stream::ImmuneFate, self.when, cell.id);
        let here = cell.site as usize;
        let death = self.rates.death[kind].at(|cue| self.view.level(cue, here));
        if draws.happens(probability(death, step_h)) {
            return None;
        }
        let mut act = Act {
            to: cell.site,
            kill: None,
            in_contact: false,
            divides: false,
            returns: false,
            exposed: 0.0,
            per_kill: 0.0,
            threshold: f64::INFINITY,
        };
        let to = self.walk(
            here,
            kind,
            chance.at(Stream::ImmuneMotion, self.when, cell.id),
        );
        act.to = to as u32;
        let level = |cue| self.view.level(cue, to);
        if matches!(cell.kind, ImmuneKind::Cd8 | ImmuneKind::Nk) {
            let touched = self.touched(to);
            act.in_contact = touched > 0;
            if act.in_contact {
                act.kill = self.kill_by(cell, to, touched, &mut draws);
            }
        }
        if cell.kind == ImmuneKind::Cd8 {
            if act.in_contact {
                act.exposed = self.rates.exposure.at(level) * step_h;
                act.threshold = self.rates.threshold.at(level);
            }
            if act.kill.is_some() {
                act.per_kill = self.rates.per_kill.at(level);
            }
            if cell.exhausted {
                act.returns = draws.happens(probability(self.rates.recovery.at(level), step_h));
            }
        }
        let divides = match cell.kind {
            ImmuneKind::Cd8 if cell.exhausted => {
                self.rates.division[0].at(level) * self.law.exhaustion.division
            }
            ImmuneKind::Cd8 => self.rates.division[0].at(level),
            ImmuneKind::Treg => self.rates.division[1].at(level),
            ImmuneKind::Myeloid | ImmuneKind::Nk => 0.0,
        };
        let refractory_h = self.law.division.refractory.get();
        let divides = division_per_h(divides, f64::from(cell.age_h), refractory_h);
        act.divides = divides > 0.0 && draws.happens(probability(divides, step_h));
        Some(act)
    }

    /// Tumour cells in contact with a site.
    fn touched(&self, site: usize) -> u32 {
        let tumour = &self.state.occupancy.tumour;
        let around = self.reach.contact.around(&self.model.grid, site);
        around.map(|at| u32::from(tumour[at])).sum()
    }

    fn kill_by(
        &self,
        cell: ImmuneCell,
        site: usize,
        touched: u32,
        draws: &mut Draws,
    ) -> Option<Kill> {
        let rate = if cell.kind == ImmuneKind::Nk {
            &self.rates.killing_nk
        } else {
            &self.rates.killing_cd8
        };
        let hazard = rate.at(|cue| self.view.level(cue, site));
        let left = self.law.exhaustion.killing;
        let chance = killing::chance(hazard, cell.exhausted, left, self.model.step_h);
        if !draws.happens(chance) {
            return None;
        }
        let rank = draws.word();
        let mut place = draws.below(touched);
        for at in self.reach.contact.around(&self.model.grid, site) {
            let here = u32::from(self.state.occupancy.tumour[at]);
            if place < here {
                return Some(Kill {
                    rank,
                    site: at as u32,
                    place,
                });
            }
            place -= here;
        }
        None
    }

    /// Where a walk that prefers some sites ends.
    fn walk(&self, from: usize, kind: usize, mut draws: Draws) -> usize {
        let grid = &self.model.grid;
        let speed = self.rates.speed[kind].at(|cue| self.view.level(cue, from));
        let persistence = self.law.motility.persistence.get();
        let steps = walk_steps(speed, persistence, self.model.step_h, grid.edge_um);
        let steps = draws.round(steps);
        let weight = |site: usize| {
            let preference = &self.rates.preference;
            preference.at(|cue| self.view.level(cue, site))
        };
        let uniform = self.rates.preference.is_constant() || self.state.tumour.is_empty();
        let (mut site, mut here) = (from, 0.0);
        if steps > 0 && !uniform {
            here = weight(site);
        }
        for _ in 0..steps {
            let direction = draws.below(2 * grid.axes() as u32);
            let mut by = [0_i32; 3];
            by[direction as usize / 2] = if direction.is_multiple_of(2) { -1 } else { 1 };
            let accepts = draws.uniform();
            let Some(next) = grid.shifted(site, by) else {
                continue;
            };
            if self.state.bone.solid[next] {
                continue;
            }
            if uniform {
                site = next;
                continue;
            }
            let there = weight(next);
            if is_made(accepts, here, there) {
                (site, here) = (next, there);
            }
        }
        site
    }

    /// Cells that leave vessels in this step, in the order of the vessels and kinds.
    fn entering(&self, marrow_mm3: f64) -> Vec<(u32, ImmuneKind)> {
        let Self {
            model, state, view, ..
        } = self;
        let solid = &state.bone.solid;
        let is_open = |&&site: &&u32| !solid[site as usize];
        let vessels = state.vessels.iter().filter(is_open).count();
        let chance = Chance::new(state.seed);
        let pieces: Vec<Vec<(u32, ImmuneKind)>> = state
            .vessels
            .par_chunks(PIECE)
            .map(|sites| {
                let mut found = Vec::new();
                for &site in sites.iter().filter(is_open) {
                    let level = |cue| view.level(cue, site as usize);
                    let mut draws = chance.at(Stream::ImmuneEntry, self.when, u64::from(site));
                    for kind in ImmuneKind::ALL {
                        let mut rate = self.rates.entry[kind.index()].at(level);
                        if kind == ImmuneKind::Cd8 {
                            rate *= self.rates.priming.at(level);
                        }
                        let cells =
                            draws.poisson(expected(rate, marrow_mm3, vessels, model.step_h));
                        found.extend((0..cells).map(|_| (site, kind)));
                    }
                }
                found
            })
            .collect();
        pieces.concat()
    }
}

/// Tumour cells die: each once, whoever drew it; true where a cell has the kill to its name.
fn kill(state: &mut State, scratch: &mut Scratch, acts: &[Option<Act>]) -> Vec<bool> {
    let mut credited = vec![false; acts.len()];
    let Some(picture) = &mut scratch.immune else {
        return credited;
    };
    let mut asked: Vec<(u32, u64, usize, Kill)> = acts
        .iter()
        .enumerate()
        .filter_map(|(cell, act)| {
            let kill = act.as_ref()?.kill?;
            Some((kill.rank, state.parts.immune.cells.id[cell], cell, kill))
        })
        .collect();
    if asked.is_empty() {
        return credited;
    }
    asked.sort_unstable_by_key(|&(rank, id, ..)| (rank, id));
    for (.., kill) in &asked {
        picture.attacked[kill.site as usize] = true;
    }
    // Places in the list of tumour cells, by site, in the order of their ids.
    let attacked = &picture.attacked;
    let found: Vec<Vec<(u32, usize)>> = state
        .tumour
        .site
        .par_chunks(16_384)
        .enumerate()
        .map(|(piece, sites)| {
            let cells = sites.iter().enumerate();
            cells
                .filter(|&(_, &site)| attacked[site as usize])
                .map(|(at, &site)| (site, piece * 16_384 + at))
                .collect()
        })
        .collect();
    let mut by_site: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (site, place) in found.into_iter().flatten() {
        by_site.entry(site).or_default().push(place);
    }
    for places in by_site.values_mut() {
        places.sort_unstable_by_key(|&place| state.tumour.id[place]);
    }
    let mut dead: BTreeMap<usize, u32> = BTreeMap::new();
    for &(_, _, cell, kill) in &asked {
        let places = by_site.get(&kill.site);
        if let Some(&victim) = places.and_then(|places| places.get(kill.place as usize))
            && dead.insert(victim, kill.site).is_none()
        {
            credited[cell] = true;
        }
    }
    for &site in dead.values() {
        state.occupancy.tumour[site as usize] -= 1;
    }
    for (.., kill) in &asked {
        picture.attacked[kill.site as usize] = false;
    }
    let places: Vec<u32> = dead.into_keys().map(|place| place as u32).collect();
    state.tumour.remove(&places);
    credited
}

/// Cells take their places, tire, return, divide and die.
fn settle(model: &Model, state: &mut State, acts: &[Option<Act>], credited: &[bool]) {
    let ImmuneState { cells, book } = &mut state.parts.immune;
    let mut keep = vec![true; acts.len()];
    for (cell, (act, &credited)) in acts.iter().zip(credited).enumerate() {
        let kind = cells.kind[cell].index();
        let Some(act) = act else {
            keep[cell] = false;
            book.died[kind] += 1;
            continue;
        };
        cells.site[cell] = act.to;
        cells.age_h[cell] += model.step_h as f32;
        if act.returns {
            cells.exhausted[cell] = false;
            cells.counter[cell] = 0.0;
        } else {
            let mut counter = f64::from(cells.counter[cell]) + act.exposed;
            if credited {
                counter += act.per_kill;
            }
            cells.counter[cell] = counter as f32;
        }
        if credited {
            book.kills[kind] += 1;
            book.kills_exhausted += u64::from(cells.exhausted[cell]);
        }
        if act.in_contact && cells.kind[cell] == ImmuneKind::Cd8 {
            book.contact_h += model.step_h;
        }
        if !act.returns {
            let counter = f64::from(cells.counter[cell]);
            cells.exhausted[cell] = is_exhausted(cells.exhausted[cell], counter, act.threshold);
        }
        if act.divides {
            cells.age_h[cell] = 0.0;
            let (exhausted, counter) = (cells.exhausted[cell], cells.counter[cell]);
            cells.push(act.to, cells.kind[cell], exhausted, counter);
            book.born[kind] += 1;
            keep.push(true);
        }
    }
    cells.retain(&keep);
}
