//! Osteoclasts on the surface of bone by the distance from the tumour (names after Dempster 2013).

use std::ops::RangeInclusive;

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::tissue::bone::{Bone, SurfaceSite};
use crate::tissue::space::distance_um;

/// Where the front of the tumour ends: distance of a site from the nearest tumour cell, um.
pub(crate) const FRONT_UM: f32 = 100.0;

/// Part of the surface of bone, with the osteoclasts on it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Part {
    /// Surface, mm2.
    pub surface_mm2: f64,
    /// Of this, surface under osteoclasts, mm2.
    pub under_osteoclasts_mm2: f64,
    /// Osteoclasts whose centre lies there.
    pub osteoclasts: usize,
}

impl Part {
    /// Surface under osteoclasts over surface (Oc.S/BS); no number without surface.
    pub(crate) fn oc_s_bs(&self) -> f64 {
        self.under_osteoclasts_mm2 / self.surface_mm2
    }

    /// Osteoclasts over surface (N.Oc/BS), /mm2; no number without surface, whatever osteoclasts there are.
    pub(crate) fn per_mm2(&self) -> f64 {
        if self.surface_mm2 > 0.0 {
            self.osteoclasts as f64 / self.surface_mm2
        } else {
            f64::NAN
        }
    }
}

/// What of a surface lies at these distances from the nearest tumour cell, um, site centre to site centre; without a tumour
/// all of it is infinitely far.
pub(crate) fn parts<const N: usize>(
    model: &Model,
    state: &State,
    surface: &[SurfaceSite],
    distances_um: [RangeInclusive<f32>; N],
) -> [Part; N] {
    let grid = &model.grid;
    let tumour = state.tumour.site.iter().map(|&site| site as usize);
    let distance = distance_um(grid, &tumour.collect::<Vec<_>>());
    distances_um.map(|range| {
        let holds = |site: u32| range.contains(&distance[site as usize]);
        let mut part = Part::default();
        for &SurfaceSite { site, faces } in surface.iter().filter(|at| holds(at.site)) {
            let area_mm2 = Bone::surface_area_um2(grid, faces.into()) * 1e-6;
            part.surface_mm2 += area_mm2;
            if state.occupancy.osteoclast[site as usize] != 0 {
                part.under_osteoclasts_mm2 += area_mm2;
            }
        }
        let cells = state.osteoclasts.site.iter();
        part.osteoclasts = cells.filter(|&&site| holds(site)).count();
        part
    })
}
