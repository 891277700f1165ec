//! How fast each site converts a signal, and what of it becomes another signal.

use crate::numerics::parallel::prelude::*;

use crate::engine::by_site::{BySite, RUN, RUNS};
use crate::engine::model::{ConversionRates, Model};
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings_of;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::population::OsteoclastMode;

/// Rate of a conversion at every site, 1/h, from the levels of the last tick.
pub(super) fn rate_by_site(
    model: &Model,
    state: &State,
    scratch: &Scratch,
    law: &ConversionRates,
    rate_per_h: &mut [f32],
) {
    let everywhere = law.everywhere_per_h as f32;
    for (rate, &solid) in rate_per_h.iter_mut().zip(&state.bone.solid) {
        *rate = if solid { 0.0 } else { everywhere };
    }
    let per_um3 = 1.0 / model.grid.site_volume_um3();
    let cells = BySite::new(model, state, scratch, per_um3);
    if let Some(tumour) = &law.tumour {
        cells.add_tumour(tumour, &[], rate_per_h);
    }
    if let Some(lining) = &law.lining {
        cells.add_lining(lining, rate_per_h);
    }
    cells.add_osteoblasts(law.precursor.as_ref(), law.osteoblast.as_ref(), rate_per_h);
    if let Some(osteoclast) = &law.osteoclast {
        let cells = &state.osteoclasts;
        for cell in 0..cells.len() {
            if cells.mode[cell] == OsteoclastMode::Resorbing {
                let site = cells.site[cell] as usize;
                let view = surroundings_of(model, state, scratch, cell);
                let cleared = osteoclast.at(|cue| view.level(cue, site)) * model.osteoclast_share;
                rate_per_h[site] += (cleared * per_um3) as f32;
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
