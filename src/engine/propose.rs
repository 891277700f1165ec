//! Phase 4 of a tick: every cell, in parallel and from a frozen picture, asks for one thing.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::numerics::elementary::exp_m1;
use crate::numerics::parallel::prelude::*;

use crate::biology::osteoblast::formation::laid_um3;
use crate::biology::osteoblast::maturation::may_mature;
use crate::biology::tumour::clones::TumourRates;
use crate::biology::tumour::walk_steps;
use crate::engine::apart::Frozen;
use crate::engine::model::Model;
use crate::engine::parts::colonisation::arrive::{Arrival, arrivals};
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Draws, Stream, uniform_of};
use crate::numerics::response::{offspring, probability};
use crate::therapy::plan::Hits;
use crate::tissue::bone::{Bone, SurfaceSite};
use crate::tissue::population::{HIT, OsteoblastStage};
use crate::tissue::space::BLOCKED;

/// Cells in a piece of parallel work; a constant, so that nothing depends on the pool.
const PIECE: usize = 2048;

/// A tumour cell that moves; contested space goes to the lowest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Move {
    /// Rank in the contest.
    pub rank: u32,
    /// Of the cell.
    pub id: u64,
    /// Place of the cell in their list.
    pub cell: u32,
    /// Where to.
    pub to: u32,
}

/// A tumour cell that divides; contested space goes to the lowest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Birth {
    /// Rank in the contest.
    pub rank: u32,
    /// Of the mother.
    pub id: u64,
    /// Place of the mother in their list.
    pub cell: u32,
}

/// What tumour cells ask for; cells by their place in the list.
#[derive(Debug, Default)]
pub(crate) struct TumourProposals {
    /// Cells that die, in their order.
    pub deaths: Vec<u32>,
    /// Of these, those that treatment killed, in their order: they lie there until they are cleared.
    pub killed: Vec<u32>,
    /// How many of them radiation let come as far as a division.
    pub spent: u64,
    /// Cells that a drug hit, which die at their next attempt to divide.
    pub hit: Vec<u32>,
    /// Cells that cycle again.
    pub wakes: Vec<u32>,
    /// Cells that move.
    pub moves: Vec<Move>,
    /// Cells that divide.
    pub births: Vec<Birth>,
}

impl TumourProposals {
    /// Puts what contests for room into the order of the drawn ranks.
    pub(crate) fn rank(&mut self) {
        self.moves.par_sort_unstable_by(Ord::cmp);
        self.births.par_sort_unstable_by(Ord::cmp);
    }

    fn extend(&mut self, other: Self) {
        self.deaths.extend(other.deaths);
        self.killed.extend(other.killed);
        self.spent += other.spent;
        self.hit.extend(other.hit);
        self.wakes.extend(other.wakes);
        self.moves.extend(other.moves);
        self.births.extend(other.births);
    }
}

/// What a cell of the osteoblast lineage asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum OsteoblastFate {
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
pub(crate) enum SurfaceEvent {
    /// A patch opens.
    Activate,
    /// An osteoclast forms.
    Fuse,
    /// Lining cells begin to form on whole surface.
    Model,
    /// Precursors of osteoblasts arrive.
    Arrive {
        /// How many.
        cells: u8,
    },
}

/// All that was asked for in a tick.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    /// Of tumour cells.
    pub tumour: TumourProposals,
    /// By cell of the osteoblast lineage.
    pub osteoblasts: Vec<OsteoblastFate>,
    /// By site, in order of the sites.
    pub surface: Vec<(SurfaceSite, SurfaceEvent)>,
    /// Tumour cells from the circulation, by vessel, in order of the vessels.
    pub arrivals: Vec<Arrival>,
}

/// Asks every cell but those of the tumour, and works out what may happen to these.
pub(crate) fn propose(model: &Model, state: &State, scratch: &mut Scratch) -> Proposals {
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
        tumour: TumourProposals::default(),
        osteoblasts: osteoblasts(model, state, scratch),
        surface: surface(model, state, scratch),
        arrivals: arrivals(model, state, scratch),
    }
}

/// Sites of which the chances are worked out together.
const RUN: usize = 128;

/// Cells of which the first words are drawn together.
const BATCH: usize = 512;

/// Distance to room, in thirds of a site, of a cell that has a neighbour with room: one corner step.
const RIM: u16 = 5;

/// Chances are the same for all parental cells of a site: worked out once for each.
fn tumour_chances(model: &Model, state: &State, scratch: &mut Scratch) {
    let mut chances = std::mem::take(&mut scratch.tumour_chances);
    let now = Frozen::of(model, state, scratch);
    let odds = Odds::new(model, now);
    (
        chances.event.par_chunks_mut(PIECE),
        chances.death_share.par_chunks_mut(PIECE),
        chances.death_per_h.par_chunks_mut(PIECE),
    )
        .into_par_iter()
        .enumerate()
        .for_each(|(piece, (event, death_share, death_per_h))| {
            let runs = event.chunks_mut(RUN).zip(death_share.chunks_mut(RUN));
            for (run, ((event, death_share), death_per_h)) in
                runs.zip(death_per_h.chunks_mut(RUN)).enumerate()
            {
                odds.run(piece * PIECE + run * RUN, event, death_share, death_per_h);
            }
        });
    scratch.tumour_chances = chances;
}

/// What may happen to a cycling cell of a clone at a site in a tick.
struct Chances {
    event: f32,
    death_share: f32,
    death_per_h: f32,
}

/// What the chances of tumour cells follow from.
struct Odds<'a> {
    model: &'a Model,
    now: Frozen<'a>,
    /// Steps of a walk in a tick, by clone, where the motility is the same everywhere.
    steps: Vec<Option<f64>>,
}

impl<'a> Odds<'a> {
    fn new(model: &'a Model, now: Frozen<'a>) -> Self {
        let steps = |rates: &TumourRates| {
            let motility = &rates.motility;
            let even = motility.is_constant().then_some(motility.basal);
            even.map(|motility| steps_of(model, motility))
        };
        Self {
            model,
            now,
            steps: model.rates.tumour.iter().map(steps).collect(),
        }
    }

    /// Chances of parental cells at consecutive sites, where any of them holds tumour cells.
    fn run(
        &self,
        first: usize,
        event: &mut [f32],
        death_share: &mut [f32],
        death_per_h: &mut [f32],
    ) {
        let count = event.len();
        let cells = &self.now.view.room.tumour[first..first + count];
        if cells.iter().all(|&cells| cells == 0) {
            return;
        }
        let rates = &self.model.rates.tumour[0];
        let (mut deaths, mut divisions) = ([0.0; RUN], [0.0; RUN]);
        rates
            .death
            .fill(&self.now.view, first, &mut deaths[..count]);
        rates
            .division
            .fill(&self.now.view, first, &mut divisions[..count]);
        let (kill, kill_dividing) = self.kills_of(rates);
        Arch::new().dispatch(Run {
            tick_h: self.model.tick_h,
            kill,
            kill_dividing,
            deaths: &mut deaths[..count],
            divisions: &mut divisions[..count],
            distance: &self.now.distance[first..first + count],
            event,
            death_share,
            death_per_h,
        });
    }

    /// Hazards by which drugs hit a clone, per h: of every cell; and, where there is one, of a cell that
    /// divides at the basal rate, with that rate.
    fn kills_of(&self, rates: &TumourRates) -> (f64, Option<(f64, f64)>) {
        // A clone that divides faster than the parental cell offers more to drugs that kill dividing
        // cells.
        let basal = self.model.rates.tumour[0].division.basal;
        let Hits { any, dividing } = self.now.hits;
        let (kill, dividing) = (
            any.sum() * rates.drug_kills,
            dividing.sum() * rates.drug_kills,
        );
        let is_killed = dividing > 0.0 && basal > 0.0;
        (kill, is_killed.then_some((dividing, basal)))
    }

    /// Chances of a cycling cell of one clone at a site.
    fn at(&self, rates: &TumourRates, site: usize) -> Chances {
        let death = rates.death.at(|cue| self.now.view.level(cue, site));
        let division = if self.now.distance[site] == BLOCKED {
            0.0
        } else {
            rates.division.at(|cue| self.now.view.level(cue, site))
        };
        // Kills by drugs add to each other and to all other death.
        let (kill, kill_dividing) = self.kills_of(rates);
        let resting_death = death + kill;
        let dividing = kill_dividing.map_or(0.0, |(kill, basal)| kill * division / basal);
        let tick_h = self.model.tick_h;
        let dies = probability(resting_death + dividing, tick_h);
        let (event, death_share) = event_of(dies, offspring(division, tick_h));
        Chances {
            event,
            death_share,
            death_per_h: resting_death as f32,
        }
    }

    /// Probability of an event of a cell, and the share of those events that are deaths.
    fn of_cell(&self, cell: usize) -> (f64, f64) {
        let cells = self.now.cells;
        let site = cells.site[cell] as usize;
        let clone = usize::from(cells.clone[cell]);
        let here = &self.now.chances;
        if clone == 0 && !cells.dormant[cell] {
            let event = here.event[site].abs();
            return (event.into(), here.death_share[site].into());
        }
        let rates = &self.model.rates.tumour[clone];
        let chances = if clone == 0 {
            Chances {
                event: here.event[site].abs(),
                death_share: here.death_share[site],
                death_per_h: here.death_per_h[site],
            }
        } else {
            self.at(rates, site)
        };
        if cells.dormant[cell] {
            let factor = self.model.parameters.tumour.dormancy.death;
            let death = f64::from(chances.death_per_h) * factor;
            let both = death + rates.waking.at(|cue| self.now.view.level(cue, site));
            (probability(both, self.model.tick_h), death / both)
        } else {
            (chances.event.into(), chances.death_share.into())
        }
    }

    /// Expected steps of the walk of a cell in a tick.
    fn steps_of_cell(&self, cell: usize) -> f64 {
        let cells = self.now.cells;
        let clone = usize::from(cells.clone[cell]);
        self.steps[clone].unwrap_or_else(|| {
            let site = cells.site[cell] as usize;
            let rates = &self.model.rates.tumour[clone];
            let motility = rates.motility.at(|cue| self.now.view.level(cue, site));
            steps_of(self.model, motility)
        })
    }

    /// What the cells of a piece ask for: events, then walks, of one batch after another. The first
    /// word of each cell says whether anything happens to it at all, and these are drawn side by side.
    fn piece(&self, piece: Range<usize>) -> TumourProposals {
        let cells = self.now.cells;
        let tick = self.now.tick;
        let chance = Chance::new(self.now.seed);
        let mut asked = TumourProposals::default();
        let mut words = [0; BATCH];
        let mut here = [0.0; BATCH];
        let (mut happens, mut is_rim) = ([false; BATCH], [false; BATCH]);
        let (mut events, mut rim, mut ids) = ([0; BATCH], [0; BATCH], [0; BATCH]);
        for first in piece.clone().step_by(BATCH) {
            let batch = first..piece.end.min(first + BATCH);
            let count = batch.len();
            let id = &cells.id[batch.clone()];
            chance.first_words(Stream::TumourFate, tick, id, &mut words);
            let is_plain = self.chances(batch, &mut here[..count]);
            decide(
                (&words[..count], &here[..count]),
                (&mut happens[..count], &mut is_rim[..count]),
            );
            if !is_plain {
                for at in 0..count {
                    if cells.clone[first + at] != 0 || cells.dormant[first + at] {
                        let event = self.of_cell(first + at).0;
                        happens[at] = uniform_of(words[at]) < event;
                        is_rim[at] = !happens[at] & here[at].is_sign_negative();
                    }
                }
            }
            // Who has an event, and who is at the rim, is as good as chance: nothing branches on it.
            let (mut with_event, mut at_rim) = (0, 0);
            for at in 0..count {
                events[with_event] = at;
                with_event += usize::from(happens[at]);
                rim[at_rim] = at;
                ids[at_rim] = id[at];
                at_rim += usize::from(is_rim[at]);
            }
            for &at in &events[..with_event] {
                let (_, death_share) = self.of_cell(first + at);
                self.event(chance, first + at, death_share, &mut asked);
            }
            chance.first_words(Stream::TumourMotion, tick, &ids[..at_rim], &mut words);
            let alike = self.steps[0].filter(|_| is_plain);
            for (&at, &word) in rim[..at_rim].iter().zip(&words) {
                let cell = first + at;
                let expected = alike.unwrap_or_else(|| self.steps_of_cell(cell));
                // Most cells make no step.
                if expected >= 1.0 || uniform_of(word) < expected {
                    asked.moves.extend(self.walk(chance, cell as u32, expected));
                }
            }
        }
        asked
    }

    /// Chances at the sites of these cells, and whether those are all that decides of each of them. A site
    /// lies anywhere in memory: one look at it says enough of most cells.
    fn chances(&self, batch: Range<usize>, here: &mut [f32]) -> bool {
        let cells = self.now.cells;
        let event = &self.now.chances.event;
        for (here, &site) in here.iter_mut().zip(&cells.site[batch.clone()]) {
            *here = event[site as usize];
        }
        let clones = &cells.clone[batch.clone()];
        let dormant = &cells.dormant[batch];
        let other = |(&clone, &dormant): (&u8, &bool)| (clone != 0) | dormant;
        !clones
            .iter()
            .zip(dormant)
            .fold(false, |any, cell| any | other(cell))
    }

    /// Enters the event that happens to a cell.
    fn event(&self, chance: Chance, at: usize, death_share: f64, asked: &mut TumourProposals) {
        let cells = self.now.cells;
        let (cell, id) = (at as u32, cells.id[at]);
        let mut draws = chance.at(Stream::TumourFate, self.now.tick, id);
        // The word that said that there is one.
        draws.word();
        if draws.happens(death_share) {
            match self.cause(at, &mut draws) {
                Cause::Itself => asked.deaths.push(cell),
                Cause::DrugAtOnce => {
                    asked.deaths.push(cell);
                    asked.killed.push(cell);
                }
                Cause::DrugAtDivision if cells.doomed[at] == 0 => asked.hit.push(cell),
                Cause::DrugAtDivision => {}
            }
        } else if cells.dormant[at] {
            asked.wakes.push(cell);
        } else if cells.doomed[at] == 1 || cells.doomed[at] == HIT {
            // Treatment let it come as far as this division.
            asked.deaths.push(cell);
            asked.killed.push(cell);
            asked.spent += u64::from(cells.doomed[at] == 1);
        } else {
            let rank = draws.word();
            asked.births.push(Birth { rank, id, cell });
        }
    }

    /// Of what a cell dies that dies, by the shares of the hazards where it is.
    fn cause(&self, cell: usize, draws: &mut Draws) -> Cause {
        if self.now.hits == Hits::default() {
            return Cause::Itself;
        }
        let cells = self.now.cells;
        let site = cells.site[cell] as usize;
        let rates = &self.model.rates.tumour[usize::from(cells.clone[cell])];
        let level = |cue| self.now.view.level(cue, site);
        let basal = self.model.rates.tumour[0].division.basal;
        let divides = !cells.dormant[cell] && self.now.distance[site] != BLOCKED;
        let cycle = if divides && basal > 0.0 {
            rates.division.at(level) / basal
        } else {
            0.0
        };
        let Hits { any, dividing } = self.now.hits;
        let at_once = rates.drug_kills * (any.at_once + dividing.at_once * cycle);
        let at_division = rates.drug_kills * (any.at_division + dividing.at_division * cycle);
        let all = rates.death.at(level) + at_once + at_division;
        let drawn = draws.uniform() * all;
        if drawn < at_division {
            Cause::DrugAtDivision
        } else if drawn < at_division + at_once {
            Cause::DrugAtOnce
        } else {
            Cause::Itself
        }
    }

    /// Where a random walk over sites with room ends, if not where it began.
    fn walk(&self, chance: Chance, cell: u32, expected: f64) -> Option<Move> {
        let grid = &self.model.grid;
        let cells = self.now.cells;
        let id = cells.id[cell as usize];
        let mut draws = chance.at(Stream::TumourMotion, self.now.tick, id);
        // A step that meets bone or a full site is not made. The model was refused if a walk could be
        // longer than `MOST_WALK`.
        let steps = draws.round(expected);
        let from = cells.site[cell as usize] as usize;
        let mut place = grid.place(from);
        let mut site = from;
        for _ in 0..steps {
            let direction = draws.below(2 * grid.axes() as u32);
            let axis = direction as usize / 2;
            let mut next = place;
            next[axis] = if direction.is_multiple_of(2) {
                place[axis].wrapping_sub(1)
            } else {
                place[axis] + 1
            };
            if next[axis] >= grid.dims[axis] {
                continue;
            }
            let there = grid.index(next[0], next[1], next[2]);
            if self.now.view.room.is_at(there) {
                (site, place) = (there, next);
            }
        }
        (site != from).then(|| Move {
            rank: draws.word(),
            id,
            cell,
            to: site as u32,
        })
    }
}

/// Chances of parental cells at consecutive sites from what their cues make of death and division, for the widest
/// registers that there are.
struct Run<'a> {
    tick_h: f64,
    /// As [`Odds::kills_of`] gives them.
    kill: f64,
    kill_dividing: Option<(f64, f64)>,
    /// Hazards, per h.
    deaths: &'a mut [f64],
    divisions: &'a mut [f64],
    distance: &'a [u16],
    event: &'a mut [f32],
    death_share: &'a mut [f32],
    death_per_h: &'a mut [f32],
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (deaths, divisions) = (self.deaths, self.divisions);
        for (division, &distance) in divisions.iter_mut().zip(self.distance) {
            *division = if distance == BLOCKED { 0.0 } else { *division };
        }
        for (per_h, death) in self.death_per_h.iter_mut().zip(&mut *deaths) {
            *death += self.kill;
            *per_h = *death as f32;
        }
        if let Some((kill, basal)) = self.kill_dividing {
            for (death, &division) in deaths.iter_mut().zip(&*divisions) {
                *death += kill * division / basal;
            }
        }
        // As `probability` and `offspring` say, many at once.
        for (death, division) in deaths.iter_mut().zip(&mut *divisions) {
            *death = -exp_m1(-*death * self.tick_h);
            *division = exp_m1(*division * self.tick_h);
        }
        let grown = deaths.iter().zip(&*divisions);
        let here = self.event.iter_mut().zip(self.death_share);
        for ((&dies, &grown), ((event, share), &distance)) in grown.zip(here.zip(self.distance)) {
            (*event, *share) = event_of(dies, grown);
            *event = if distance <= RIM { -*event } else { *event };
        }
    }
}

/// Of parental cells that cycle, by their first words and by what [`TumourChances::event`] says of their sites:
/// to whom something happens, and who of the others has a neighbour with room.
///
/// [`TumourChances::event`]: crate::engine::scratch::TumourChances::event
fn decide((words, here): (&[u32], &[f32]), (happens, is_rim): (&mut [bool], &mut [bool])) {
    Arch::new().dispatch(Decided {
        words,
        here,
        happens,
        is_rim,
    });
}

/// [`decide`], for the widest registers that there are.
struct Decided<'a> {
    words: &'a [u32],
    here: &'a [f32],
    happens: &'a mut [bool],
    is_rim: &'a mut [bool],
}

impl WithSimd for Decided<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let cells = self.words.iter().zip(self.here);
        let decided = self.happens.iter_mut().zip(self.is_rim);
        for ((happens, is_rim), (&word, &here)) in decided.zip(cells) {
            *happens = uniform_of(word) < f64::from(here.abs());
            *is_rim = !*happens & here.is_sign_negative();
        }
    }
}

/// Of what a tumour cell dies.
enum Cause {
    Itself,
    DrugAtOnce,
    DrugAtDivision,
}

/// Probability that a cell dies or divides, and the share of deaths, from the probability that it dies and
/// the number of its offspring if it does not.
#[inline(always)]
fn event_of(dies: f64, offspring: f64) -> (f32, f32) {
    let event = dies + (1.0 - dies) * offspring;
    let share = (dies / event) as f32;
    (event as f32, if event > 0.0 { share } else { 0.0 })
}

/// Expected steps of a walk in a tick at this motility, um2/h.
fn steps_of(model: &Model, motility: f64) -> f64 {
    let grid = &model.grid;
    walk_steps(motility, model.tick_h, grid.edge_um, grid.axes())
}

/// Asks every tumour cell.
pub(crate) fn tumour(model: &Model, now: Frozen<'_>) -> TumourProposals {
    let count = now.cells.len();
    let odds = Odds::new(model, now);
    let pieces: Vec<TumourProposals> = (0..count.div_ceil(8 * PIECE))
        .into_par_iter()
        // Whoever is done with osteoclasts takes part in what is left: no piece may hang on to another.
        .with_max_len(1)
        .map(|piece| odds.piece(piece * 8 * PIECE..count.min((piece + 1) * 8 * PIECE)))
        .collect();
    let mut all = TumourProposals::default();
    for piece in pieces {
        all.extend(piece);
    }
    all
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
    let formation = &model.parameters.osteoblast.formation;
    let has_room = formation.among_tumour || state.occupancy.tumour[site] == 0;
    if let Some(modelling) = &model.rates.modelling {
        if quiescent
            && !eroded
            && has_room
            && happens(
                Stream::Modelling,
                modelling.at(level) / model.modelled_patch_share,
            )
        {
            return Some(SurfaceEvent::Model);
        }
        // What lining cells began they finish themselves.
        if bone.is_modelled(site) {
            return None;
        }
    }
    if !eroded || !has_room {
        return None;
    }
    let free = model
        .osteoblast_room(area_mm2 * 1e6, chance, at.site)
        .saturating_sub(state.occupancy.osteoblast[site]);
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
