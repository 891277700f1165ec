//! How fast each site converts a signal, and what of it becomes another signal.

use crate::numerics::parallel::prelude::*;

use crate::engine::model::{ConversionRates, Model};
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::sense::surroundings_of;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::Bone;
use crate::tissue::population::{OsteoblastStage, OsteoclastMode};

/// Sites whose rates are worked out together, and how many such runs a task takes at least.
const RUN: usize = 128;
const RUNS: usize = 128;

/// Rate of a conversion at every site, 1/h, from the levels of the last tick.
pub(super) fn rate_by_site(
    model: &Model,
    state: &State,
    scratch: &Scratch,
    law: &ConversionRates,
    rate_per_h: &mut [f32],
) {
    let view = surroundings(model, state, scratch);
    let site_um3 = model.grid.site_volume_um3();
    let everywhere = law.everywhere_per_h as f32;
    rate_per_h
        .par_chunks_mut(RUN)
        .with_min_len(RUNS)
        .enumerate()
        .for_each(|(run, rates)| {
            let first = run * RUN;
            for (at, rate) in rates.iter_mut().enumerate() {
                *rate = if state.bone.solid[first + at] {
                    0.0
                } else {
                    everywhere
                };
            }
            let cells = &state.occupancy.tumour[first..first + rates.len()];
            let Some(tumour) = &law.tumour else {
                return;
            };
            if cells.iter().all(|&cells| cells == 0) {
                return;
            }
            let mut cleared = [0.0; RUN];
            let cleared = &mut cleared[..rates.len()];
            tumour.fill(&view, first, cleared);
            for ((rate, &cells), cleared) in rates.iter_mut().zip(cells).zip(cleared) {
                *rate += (*cleared * f64::from(cells) / site_um3) as f32;
            }
        });
    if let Some(lining) = &law.lining {
        let footprint = model.parameters.lining.footprint.get();
        for at in &scratch.surface {
            let site = at.site as usize;
            if !state.bone.is_eroded(site) {
                let cells = Bone::surface_area_um2(&model.grid, u32::from(at.faces)) / footprint;
                let cleared = lining.at(|cue| view.level(cue, site)) * cells;
                rate_per_h[site] += (cleared / site_um3) as f32;
            }
        }
    }
    let cells = &state.osteoblasts;
    if law.precursor.is_some() || law.osteoblast.is_some() {
        for cell in 0..cells.len() {
            let cleared = match cells.stage[cell] {
                OsteoblastStage::Precursor => &law.precursor,
                OsteoblastStage::Mature => &law.osteoblast,
            };
            if let Some(cleared) = cleared {
                let site = cells.site[cell] as usize;
                let cleared = cleared.at(|cue| view.level(cue, site));
                rate_per_h[site] += (cleared / site_um3) as f32;
            }
        }
    }
    if let Some(osteoclast) = &law.osteoclast {
        let cells = &state.osteoclasts;
        for cell in 0..cells.len() {
            if cells.mode[cell] == OsteoclastMode::Resorbing {
                let site = cells.site[cell] as usize;
                let view = surroundings_of(model, state, scratch, cell);
                let cleared = osteoclast.at(|cue| view.level(cue, site)) * model.osteoclast_share;
                rate_per_h[site] += (cleared / site_um3) as f32;
            }
        }
    }
}

/// Rate at which each site takes a signal, 1/h, by all conversions of it; `None` where there is none.
pub(super) fn uptake(model: &Model, scratch: &Scratch, signal: usize) -> Option<Vec<f32>> {
    let laws = model.conversions.iter().zip(&scratch.conversions_per_h);
    let mut rates = laws
        .filter(|(law, _)| law.from == signal)
        .map(|(_, rates)| rates);
    let mut all = rates.next()?.clone();
    for more in rates {
        for (all, more) in all.iter_mut().zip(more) {
            *all += more;
        }
    }
    Some(all)
}

/// Adds what was converted in this tick to the sources of the signals that it makes, pM/h; gives the signals
/// with what of it goes to them, as amounts in the unit of `taken_up`.
///
/// `field_pm` is the level of the signal at the end of the tick, at which it was taken, and `taken_up` what the
/// solver booked: what is made is scaled to it, so that rounding makes nothing.
pub(super) fn hand_on(
    model: &Model,
    conversions_per_h: &[Vec<f32>],
    signal: usize,
    field_pm: &[f32],
    taken_up: f64,
    sources_pm_per_h: &mut [Vec<f32>],
) -> Vec<(usize, f64)> {
    let of_signal = || {
        let laws = model.conversions.iter().zip(conversions_per_h);
        laws.filter(move |(law, _)| law.from == signal)
    };
    let rate_of = |rates: &[f32]| {
        ordered_sum(rates.len(), |site| {
            f64::from(rates[site]) * f64::from(field_pm[site])
        })
    };
    let found: Vec<f64> = of_signal().map(|(_, rates)| rate_of(rates)).collect();
    let all: f64 = found.iter().sum();
    if all <= 0.0 || taken_up <= 0.0 {
        return Vec::new();
    }
    let scale = taken_up / (all * model.tick_h);
    let mut given = Vec::new();
    for ((law, rates), found) in of_signal().zip(found) {
        let Some(to) = law.to else {
            continue;
        };
        sources_pm_per_h[to]
            .par_iter_mut()
            .with_min_len(RUN * RUNS)
            .enumerate()
            .for_each(|(site, source)| {
                let made = f64::from(rates[site]) * f64::from(field_pm[site]) * scale;
                *source += made as f32;
            });
        given.push((to, taken_up * found / all));
    }
    given
}
