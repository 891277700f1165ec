//! Phase 4 of a tick: every cell, in parallel and from a frozen picture, asks for one thing.

use crate::numerics::parallel::prelude::*;

use crate::biology::osteoblast::formation::laid_um3;
use crate::biology::osteoblast::maturation::may_mature;
use crate::biology::osteoblast::recruitment::room;
use crate::biology::surroundings::Surroundings;
use crate::biology::tumour::clones::TumourRates;
use crate::biology::tumour::walk_steps;
use crate::engine::model::Model;
use crate::engine::parts::colonisation::arrive::{Arrival, arrivals};
use crate::engine::scratch::{Scratch, SurfaceSite, TumourChances};
use crate::engine::secrete::surroundings;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Draws, Stream};
use crate::numerics::response::{offspring, probability};
use crate::tissue::bone::Bone;
use crate::tissue::population::OsteoblastStage;
use crate::tissue::space::{BLOCKED, WayOut};

/// Cells in a piece of parallel work; a constant, so that nothing depends on the pool.
const PIECE: usize = 2048;

/// What a tumour cell asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TumourFate {
    /// To die.
    Die,
    /// To divide; contested space goes to the lowest rank.
    Divide {
        /// Rank in the contest.
        rank: u32,
    },
    /// To cycle again.
    Wake,
    /// To move to a site; contested space goes to the lowest rank.
    Move {
        /// Rank in the contest.
        rank: u32,
        /// Where to.
        to: u32,
    },
}

/// What a cell of the osteoblast lineage asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OsteoblastFate {
    /// Nothing.
    Stay,
    /// To die.
    Die,
    /// To become an osteoblast.
    Mature,
    /// To lay this volume of osteoid, um3.
    Lay(f64),
}

/// What happens on a site of the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurfaceEvent {
    /// A patch opens.
    Activate,
    /// An osteoclast forms.
    Fuse,
    /// Precursors of osteoblasts arrive.
    Arrive {
        /// How many.
        cells: u8,
    },
}

/// All that was asked for in a tick.
#[derive(Debug, Default)]
pub struct Proposals {
    /// By tumour cell, in their order, those that ask for nothing left out.
    pub tumour: Vec<(u32, TumourFate)>,
    /// By cell of the osteoblast lineage.
    pub osteoblasts: Vec<OsteoblastFate>,
    /// By site, in order of the sites.
    pub surface: Vec<(SurfaceSite, SurfaceEvent)>,
    /// Tumour cells from the circulation, by vessel, in order of the vessels.
    pub arrivals: Vec<Arrival>,
}

/// Asks every cell.
pub fn propose(model: &Model, state: &State, scratch: &mut Scratch) -> Proposals {
    if !state.tumour.is_empty() {
        scratch.way_out.find(
            &model.grid,
            &state.bone.solid,
            &state.occupancy,
            model.parameters.tumour.pushing_depth.get(),
        );
        tumour_chances(model, state, scratch);
    }
    Proposals {
        tumour: tumour(model, state, scratch),
        osteoblasts: osteoblasts(model, state, scratch),
        surface: surface(model, state, scratch),
        arrivals: arrivals(model, state, scratch),
    }
}

/// Chances are the same for all parental cells of a site: worked out once for each.
fn tumour_chances(model: &Model, state: &State, scratch: &mut Scratch) {
    let mut chances = std::mem::take(&mut scratch.tumour_chances);
    let view = surroundings(model, state, scratch);
    let kills = kills(model, state);
    chances
        .par_iter_mut()
        .enumerate()
        .with_min_len(PIECE)
        .for_each(|(site, chances)| {
            if state.occupancy.tumour[site] == 0 {
                return;
            }
            let parental = &model.rates.tumour[0];
            *chances = chances_at(model, &scratch.way_out, &view, kills, parental, site);
        });
    scratch.tumour_chances = chances;
}

/// Hazards of death of parental cells by drugs, per h: of every cell, and of one that divides at the
/// basal rate on top.
fn kills(model: &Model, state: &State) -> (f64, f64) {
    let is_mutant = model.parameters.tumour.egfr_mutant;
    let bodies = &state.parts.drugs.bodies;
    model.parts.drugs.plan.kills(bodies, is_mutant)
}

/// Chances of a cycling cell of one clone at a site, under these hazards of death by drugs.
fn chances_at(
    model: &Model,
    way_out: &WayOut,
    view: &Surroundings<'_>,
    (kill, kill_dividing): (f64, f64),
    rates: &TumourRates,
    site: usize,
) -> TumourChances {
    // A clone that divides faster than the parental cell offers more to drugs that kill dividing cells.
    let basal_division = model.rates.tumour[0].division.basal;
    let (kill, kill_dividing) = (kill * rates.drug_kills, kill_dividing * rates.drug_kills);
    let death = rates.death.at(|cue| view.level(cue, site));
    let division = if way_out.distance[site] == BLOCKED {
        0.0
    } else {
        rates.division.at(|cue| view.level(cue, site))
    };
    // Kills by drugs add to each other and to all other death.
    let resting_death = death + kill;
    let mut death = resting_death;
    if kill_dividing > 0.0 && basal_division > 0.0 {
        death += kill_dividing * division / basal_division;
    }
    let dies = probability(death, model.tick_h);
    let event = dies + (1.0 - dies) * offspring(division, model.tick_h);
    TumourChances {
        event: event as f32,
        death_share: if event > 0.0 {
            (dies / event) as f32
        } else {
            0.0
        },
        death_per_h: resting_death as f32,
        // Five thirds of a site is one corner step.
        at_rim: way_out.distance[site] <= 5,
    }
}

fn tumour(model: &Model, state: &State, scratch: &Scratch) -> Vec<(u32, TumourFate)> {
    let pieces: Vec<Vec<(u32, TumourFate)>> = state
        .tumour
        .site
        .par_chunks(8 * PIECE)
        .enumerate()
        .map(|(piece, sites)| {
            let first = piece * 8 * PIECE;
            (first..first + sites.len())
                .filter_map(|cell| Some((cell as u32, tumour_fate(model, state, scratch, cell)?)))
                .collect()
        })
        .collect();
    pieces.concat()
}

fn tumour_fate(model: &Model, state: &State, scratch: &Scratch, cell: usize) -> Option<TumourFate> {
    let chance = Chance::new(state.seed);
    let view = surroundings(model, state, scratch);
    let cells = &state.tumour;
    let site = cells.site[cell] as usize;
    let mut draws = chance.at(Stream::TumourFate, state.tick, cells.id[cell]);
    let clone = usize::from(cells.clone[cell]);
    let rates = &model.rates.tumour[clone];
    let chances = if clone == 0 {
        scratch.tumour_chances[site]
    } else {
        let kills = kills(model, state);
        chances_at(model, &scratch.way_out, &view, kills, rates, site)
    };
    let dormant = cells.dormant[cell];
    let (event, death_share) = if dormant {
        let factor = model.parameters.tumour.dormancy.death;
        let death = f64::from(chances.death_per_h) * factor;
        let both = death + rates.waking.at(|cue| view.level(cue, site));
        (probability(both, model.tick_h), death / both)
    } else {
        (f64::from(chances.event), f64::from(chances.death_share))
    };
    if draws.happens(event) {
        return Some(if draws.happens(death_share) {
            TumourFate::Die
        } else if dormant {
            TumourFate::Wake
        } else {
            TumourFate::Divide { rank: draws.word() }
        });
    }
    if !chances.at_rim {
        return None;
    }
    let motility = rates.motility.at(|cue| view.level(cue, site));
    let mut draws = chance.at(Stream::TumourMotion, state.tick, cells.id[cell]);
    walk(model, state, site, motility, &mut draws).map(|to| TumourFate::Move {
        rank: draws.word(),
        to,
    })
}

/// Where a random walk over sites with room ends, if not where it began.
fn walk(
    model: &Model,
    state: &State,
    from: usize,
    motility_um2_per_h: f64,
    draws: &mut Draws,
) -> Option<u32> {
    let grid = &model.grid;
    let expected = walk_steps(motility_um2_per_h, model.tick_h, grid.edge_um, grid.axes());
    // A step that meets bone or a full site is not made. The model was refused if a walk could be
    // longer than `MOST_WALK`.
    let steps = draws.round(expected);
    let mut site = from;
    for _ in 0..steps {
        let direction = draws.below(2 * grid.axes() as u32);
        let mut by = [0_i32; 3];
        by[direction as usize / 2] = if direction.is_multiple_of(2) { -1 } else { 1 };
        if let Some(next) = grid.shifted(site, by)
            && state.occupancy.has_room(&state.bone.solid, next)
        {
            site = next;
        }
    }
    (site != from).then_some(site as u32)
}

fn osteoblasts(model: &Model, state: &State, scratch: &Scratch) -> Vec<OsteoblastFate> {
    let chance = Chance::new(state.seed);
    let view = surroundings(model, state, scratch);
    let cells = &state.osteoblasts;
    let footprint = model.parameters.osteoblast.footprint.get();
    let least_age = model.parameters.precursor.maturation.least_age.get();
    let mut fates = vec![OsteoblastFate::Stay; cells.len()];
    fates
        .par_iter_mut()
        .enumerate()
        .with_min_len(PIECE)
        .for_each(|(cell, fate)| {
            let site = cells.site[cell] as usize;
            let level = |cue| view.level(cue, site);
            let mut draws = chance.at(Stream::OsteoblastFate, state.tick, cells.id[cell]);
            match cells.stage[cell] {
                OsteoblastStage::Precursor => {
                    let held = state.occupancy.osteoclast[site] != 0;
                    let death = model.rates.precursor_death.at(level);
                    let maturing = if may_mature(f64::from(cells.age_h[cell]), least_age, held) {
                        model.rates.maturing.at(level)
                    } else {
                        0.0
                    };
                    if draws.happens(probability(death + maturing, model.tick_h)) {
                        *fate = if draws.happens(death / (death + maturing)) {
                            OsteoblastFate::Die
                        } else {
                            OsteoblastFate::Mature
                        };
                    }
                }
                OsteoblastStage::Mature => {
                    let death = model.rates.osteoblast_death.at(level);
                    *fate = if draws.happens(probability(death, model.tick_h)) {
                        OsteoblastFate::Die
                    } else {
                        OsteoblastFate::Lay(laid_um3(
                            model.rates.apposition.at(level),
                            footprint,
                            model.tick_h,
                        ))
                    };
                }
            }
        });
    fates
}

fn surface(model: &Model, state: &State, scratch: &Scratch) -> Vec<(SurfaceSite, SurfaceEvent)> {
    let pieces: Vec<Vec<(SurfaceSite, SurfaceEvent)>> = scratch
        .surface
        .par_chunks(PIECE)
        .map(|sites| {
            sites
                .iter()
                .filter_map(|&at| Some((at, surface_event(model, state, scratch, at)?)))
                .collect()
        })
        .collect();
    pieces.concat()
}

fn surface_event(
    model: &Model,
    state: &State,
    scratch: &Scratch,
    at: SurfaceSite,
) -> Option<SurfaceEvent> {
    let site = at.site as usize;
    if state.occupancy.osteoclast[site] != 0 {
        return None;
    }
    let view = surroundings(model, state, scratch);
    let level = |cue| view.level(cue, site);
    let chance = Chance::new(state.seed);
    let bone = &state.bone;
    let area_mm2 = Bone::surface_area_um2(&model.grid, u32::from(at.faces)) * 1e-6;
    let happens = |stream, per_mm2_h: f64| {
        chance
            .at(stream, state.tick, u64::from(at.site))
            .happens(probability(per_mm2_h * area_mm2, model.tick_h))
    };
    if bone.is_activated(site, state.time_h) {
        // A pit that has its full depth needs no further osteoclast.
        let deepest = model.parameters.osteoclast.resorption.pit_depth_max.get();
        let full = f64::from(bone.depth_um[site]) + 0.5 * model.grid.edge_um > deepest;
        let occupied = state.occupancy.osteoblast[site] > 0;
        let per_mm2_h = model.rates.fusion.at(level) / model.osteoclast_share
            * scratch.supply.osteoclasts(site);
        return (!full && !occupied && happens(Stream::Fusion, per_mm2_h))
            .then_some(SurfaceEvent::Fuse);
    }
    let quiescent = state.occupancy.osteoblast[site] == 0;
    let recruitment = &model.parameters.precursor.recruitment;
    let vacated_for = state.time_h - f64::from(bone.vacated_h[site]);
    let eroded = bone.is_eroded(site);
    if eroded && vacated_for < recruitment.reversal.get() {
        return None;
    }
    if quiescent
        && happens(
            Stream::Activation,
            model.rates.activation.at(level) / model.patch_share,
        )
    {
        return Some(SurfaceEvent::Activate);
    }
    if !eroded || state.occupancy.tumour[site] > 0 {
        return None;
    }
    let footprint = model.parameters.osteoblast.footprint.get();
    let fixed = chance.at(Stream::Site, 1, u64::from(at.site)).uniform();
    let free =
        room(area_mm2 * 1e6, footprint, fixed).saturating_sub(state.occupancy.osteoblast[site]);
    if free == 0 {
        return None;
    }
    let expected =
        model.rates.arrival.at(level) * area_mm2 * model.tick_h * scratch.supply.osteoblasts(site);
    let cells = chance
        .at(Stream::Recruitment, state.tick, u64::from(at.site))
        .round(expected.min(f64::from(u8::MAX)));
    let cells = (cells as u8).min(free);
    (cells > 0).then_some(SurfaceEvent::Arrive { cells })
}
