//! What cells make or clear per time, summed over the cells of each site.

use crate::numerics::parallel::prelude::*;

use crate::biology::rate::CompiledRate;
use crate::biology::residents::{Residents, cells_in};
use crate::biology::surroundings::Surroundings;
use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::state::State;
use crate::tissue::bone::Bone;
use crate::tissue::population::OsteoblastStage;

/// Sites whose rates are worked out together, and how many such runs a task takes at least.
pub(super) const RUN: usize = 128;
pub(super) const RUNS: usize = 128;

/// Cells per site that do otherwise than the parental cell, with their rate.
pub(super) type Others<'a> = [(&'a CompiledRate, Vec<u16>)];

/// Sums over the cells of each site, times a factor, from what they sense now.
pub(super) struct BySite<'a> {
    pub(super) model: &'a Model,
    pub(super) state: &'a State,
    pub(super) scratch: &'a Scratch,
    pub(super) view: Surroundings<'a>,
    pub(super) factor: f64,
}

impl<'a> BySite<'a> {
    pub(super) fn new(
        model: &'a Model,
        state: &'a State,
        scratch: &'a Scratch,
        factor: f64,
    ) -> Self {
        Self {
            model,
            state,
            scratch,
            view: surroundings(model, state, scratch),
            factor,
        }
    }

    /// Adds what tumour cells do at a rate, those apart that do otherwise.
    pub(super) fn add_tumour(&self, rate: &CompiledRate, others: &Others<'_>, sums: &mut [f32]) {
        let view = &self.view;
        sums.par_chunks_mut(RUN)
            .with_min_len(RUNS)
            .enumerate()
            .for_each(|(run, sums)| {
                let first = run * RUN;
                let cells = &self.state.occupancy.tumour[first..first + sums.len()];
                if cells.iter().all(|&cells| cells == 0) {
                    return;
                }
                let mut rates = [0.0; RUN];
                let rates = &mut rates[..sums.len()];
                rate.fill(view, first, rates);
                if others.is_empty() {
                    for ((sum, rate), &cells) in sums.iter_mut().zip(rates).zip(cells) {
                        *sum += (*rate * f64::from(cells) * self.factor) as f32;
                    }
                    return;
                }
                for (at, (sum, &cells)) in sums.iter_mut().zip(cells).enumerate() {
                    if cells == 0 {
                        continue;
                    }
                    let site = first + at;
                    let others_here: u16 = others.iter().map(|(_, counts)| counts[site]).sum();
                    let mut all = rates[at] * f64::from(cells - others_here);
                    for (rate, counts) in others {
                        if counts[site] > 0 {
                            let each = rate.at(|cue| view.level(cue, site));
                            all += each * f64::from(counts[site]);
                        }
                    }
                    *sum += (all * self.factor) as f32;
                }
            });
    }

    /// Adds what lining cells do, on surface that is not eroded.
    pub(super) fn add_lining(&self, rate: &CompiledRate, sums: &mut [f32]) {
        let footprint = self.model.parameters.lining.footprint.get();
        let surface = &self.scratch.surface;
        let amounts: Vec<f32> = surface
            .par_iter()
            .with_min_len(4096)
            .map(|at| {
                let site = at.site as usize;
                if self.state.bone.is_eroded(site) {
                    return 0.0;
                }
                let area_um2 = Bone::surface_area_um2(&self.model.grid, u32::from(at.faces));
                let each = rate.at(|cue| self.view.level(cue, site));
                (each * (area_um2 / footprint) * self.factor) as f32
            })
            .collect();
        for (at, amount) in surface.iter().zip(amounts) {
            sums[at.site as usize] += amount;
        }
    }

    /// Adds what cells do that are as dense everywhere in a share of each site.
    pub(super) fn add_residents(
        &self,
        rate: &CompiledRate,
        residents: &Residents,
        share: impl Fn(usize) -> f32 + Sync,
        sums: &mut [f32],
    ) {
        let whole = cells_in(residents.density.get(), self.model.grid.site_volume_um3());
        sums.par_chunks_mut(RUN)
            .with_min_len(RUNS)
            .enumerate()
            .for_each(|(run, sums)| {
                let first = run * RUN;
                let mut rates = [0.0; RUN];
                let rates = &mut rates[..sums.len()];
                rate.fill(&self.view, first, rates);
                for (at, (sum, rate)) in sums.iter_mut().zip(rates).enumerate() {
                    let cells = whole * f64::from(share(first + at));
                    *sum += (*rate * cells * self.factor) as f32;
                }
            });
    }

    /// Adds what precursors and osteoblasts do.
    pub(super) fn add_osteoblasts(
        &self,
        precursor: Option<&CompiledRate>,
        osteoblast: Option<&CompiledRate>,
        sums: &mut [f32],
    ) {
        if precursor.is_none() && osteoblast.is_none() {
            return;
        }
        let cells = &self.state.osteoblasts;
        for (&stage, &site) in cells.stage.iter().zip(&cells.site) {
            let rate = match stage {
                OsteoblastStage::Precursor => precursor,
                OsteoblastStage::Mature => osteoblast,
            };
            if let Some(rate) = rate {
                let site = site as usize;
                let each = rate.at(|cue| self.view.level(cue, site));
                sums[site] += (each * self.factor) as f32;
            }
        }
    }
}
