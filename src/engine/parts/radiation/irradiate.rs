//! Phase 1 of a tick, after drugs: fractions of radiation that are due.
//!
//! A tumour cell that a fraction hits for good is doomed: it stays, secretes and waits, and dies at one
//! of its next attempts to divide (`engine/commit.rs`). Cells on bone die at once, and their progenitors
//! in the field are fewer until they have recovered. Draws are addressed by the tick and the cell.

use crate::engine::model::Model;
use crate::engine::osteoclasts::release;
use crate::engine::parts::immune::act::remove_where;
use crate::engine::parts::radiation::supply::{dose_gy, middle_um};
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::numerics::random::{Chance, Draws, Stream};
use crate::numerics::reduce::ordered_sum;
use crate::therapy::irradiation::{Beam, Fraction, PlannedCourse, Shape};
use crate::therapy::radiotherapy::Sensitivity;
use crate::tissue::population::OsteoblastStage;

/// Gives the fractions that are due in this tick.
pub(crate) fn irradiate(model: &Model, state: &mut State, scratch: &mut Scratch) {
    let Some(plan) = &model.parts.radiation else {
        return;
    };
    // As the time at the end of the tick is found, so that no fraction falls between two ticks.
    let to_h = f64::from(state.tick + 1) * model.tick_h + state.start_h;
    for (turn, (at_h, course)) in plan.due(state.time_h, to_h).enumerate() {
        // The first fraction finds the tumour, and the others keep to that field.
        let beam = course
            .beam
            .or_else(|| state.parts.radiation.beam_of(&course.name))
            .or_else(|| around_tumour(model, state, course));
        let Some(beam) = beam else {
            state.parts.radiation.without_target += 1;
            continue;
        };
        let mut fraction = Fraction {
            course: course.name.clone(),
            time_h: at_h,
            dose_gy: course.dose_gy,
            law: course.law,
            beam,
            sound: 0,
            mean_gy: 0.0,
            expected_survival: 1.0,
            doomed: 0,
            precursors_killed: 0,
            osteoblasts_killed: 0,
            osteoclasts_killed: 0,
            immune_killed: 0,
        };
        doom_tumour(model, state, &mut fraction, turn);
        kill_osteoblasts(model, state, &mut fraction, turn);
        kill_osteoclasts(model, state, &mut fraction, turn);
        kill_immune(model, state, &mut fraction, turn);
        scratch.supply.lose(model, &fraction);
        state.parts.radiation.fractions.push(fraction);
    }
    scratch.supply.pass(model, state.time_h);
}

/// The sphere around all tumour cells with its margin; none without a cell.
fn around_tumour(model: &Model, state: &State, course: &PlannedCourse) -> Option<Beam> {
    let grid = &model.grid;
    let places = || {
        state
            .tumour
            .site
            .iter()
            .map(|&at| middle_um(grid, at as usize))
    };
    places().next()?;
    let mut centre_um = [0.0; 3];
    for (axis, centre) in centre_um.iter_mut().enumerate() {
        let ends = places().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
            (low.min(at[axis]), high.max(at[axis]))
        });
        *centre = f64::midpoint(ends.0, ends.1);
    }
    let farthest2 = places()
        .map(|at| {
            let square = |axis: usize| (at[axis] - centre_um[axis]).powi(2);
            square(0) + square(1) + square(2)
        })
        .fold(0.0, f64::max);
    Some(Beam {
        shape: Shape::Sphere {
            centre_um,
            // To the border of the farthest site.
            radius_um: farthest2.sqrt() + 0.5 * grid.edge_um + course.margin_um,
        },
        penumbra_um: course.penumbra_um,
    })
}

/// Draws of a cell for one of the fractions of this tick.
fn draws(state: &State, id: u64, turn: usize) -> Draws {
    let mut draws = Chance::new(state.seed).at(Stream::Radiotherapy, state.tick, id);
    // Two words to a fraction, so that two in one tick do not share their random numbers.
    for _ in 0..2 * turn {
        draws.word();
    }
    draws
}

fn doom_tumour(model: &Model, state: &mut State, fraction: &mut Fraction, turn: usize) {
    let Some(plan) = &model.parts.radiation else {
        return;
    };
    let sound: Vec<usize> = (0..state.tumour.len())
        .filter(|&cell| state.tumour.doomed[cell] == 0)
        .collect();
    let mut doses = Vec::with_capacity(sound.len());
    let mut survivals = Vec::with_capacity(sound.len());
    for &cell in &sound {
        let dose = dose_gy(&model.grid, fraction, state.tumour.site[cell] as usize);
        let clone = usize::from(state.tumour.clone[cell]);
        let factor = model.rates.tumour[clone].radiosensitivity;
        let survival = plan.biology.tumour.survival_of(fraction.law, dose, factor);
        let mut draws = draws(state, state.tumour.id[cell], turn);
        if !draws.happens(survival) {
            let divisions = draws.below(u32::from(plan.biology.abortive_divisions) + 1);
            state.tumour.doomed[cell] = 1 + divisions as u8;
            fraction.doomed += 1;
        }
        doses.push(dose);
        survivals.push(survival);
    }
    if !sound.is_empty() {
        let count = sound.len() as f64;
        fraction.sound = sound.len() as u64;
        fraction.mean_gy = ordered_sum(doses.len(), |at| doses[at]) / count;
        fraction.expected_survival = ordered_sum(survivals.len(), |at| survivals[at]) / count;
    }
}

/// True for a cell of this sensitivity, id and site that lives through a fraction, which is the
/// `turn`-th of its tick, from 0.
pub(crate) fn survives(
    model: &Model,
    state: &State,
    fraction: &Fraction,
    turn: usize,
    sensitivity: &Sensitivity,
    (id, site): (u64, u32),
) -> bool {
    let dose = dose_gy(&model.grid, fraction, site as usize);
    draws(state, id, turn).happens(sensitivity.survival(fraction.law, dose))
}

/// Immune cells have ids of their own; this keeps their draws apart from those of other cells.
const IMMUNE_ID: u64 = 1 << 63;

fn kill_immune(model: &Model, state: &mut State, fraction: &mut Fraction, turn: usize) {
    let Some(plan) = &model.parts.radiation else {
        return;
    };
    let cells = &state.parts.immune.cells;
    let doomed: Vec<u64> = (0..cells.len())
        .filter(|&cell| {
            let who = (cells.id[cell] | IMMUNE_ID, cells.site[cell]);
            !survives(model, state, fraction, turn, &plan.biology.lymphocyte, who)
        })
        .map(|cell| cells.id[cell])
        .collect();
    fraction.immune_killed = doomed.len() as u64;
    let doomed: std::collections::BTreeSet<u64> = doomed.into_iter().collect();
    remove_where(state, |cell| doomed.contains(&cell.id));
}

fn kill_osteoblasts(model: &Model, state: &mut State, fraction: &mut Fraction, turn: usize) {
    let Some(plan) = &model.parts.radiation else {
        return;
    };
    let cells = &state.osteoblasts;
    let keep: Vec<bool> = (0..cells.len())
        .map(|cell| {
            let sensitivity = match cells.stage[cell] {
                OsteoblastStage::Precursor => &plan.biology.precursor,
                OsteoblastStage::Mature => &plan.biology.osteoblast,
            };
            let who = (cells.id[cell], cells.site[cell]);
            survives(model, state, fraction, turn, sensitivity, who)
        })
        .collect();
    for (cell, _) in keep.iter().enumerate().filter(|(_, kept)| !**kept) {
        match state.osteoblasts.stage[cell] {
            OsteoblastStage::Precursor => fraction.precursors_killed += 1,
            OsteoblastStage::Mature => fraction.osteoblasts_killed += 1,
        }
        let site = state.osteoblasts.site[cell] as usize;
        state.occupancy.osteoblast[site] = state.occupancy.osteoblast[site].saturating_sub(1);
    }
    state.osteoblasts.retain(&keep);
}

fn kill_osteoclasts(model: &Model, state: &mut State, fraction: &mut Fraction, turn: usize) {
    let Some(plan) = &model.parts.radiation else {
        return;
    };
    let cells = &state.osteoclasts;
    let keep: Vec<bool> = (0..cells.len())
        .map(|cell| {
            let who = (cells.id[cell], cells.site[cell]);
            survives(model, state, fraction, turn, &plan.biology.osteoclast, who)
        })
        .collect();
    for (cell, _) in keep.iter().enumerate().filter(|(_, kept)| !**kept) {
        fraction.osteoclasts_killed += 1;
        let (site, id) = (state.osteoclasts.site[cell], state.osteoclasts.id[cell]);
        let holders = &mut state.occupancy.osteoclast;
        release(
            model,
            &mut state.bone,
            holders,
            (site as usize, id),
            state.time_h,
        );
    }
    state.osteoclasts.retain(&keep);
}
