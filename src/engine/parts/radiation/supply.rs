//! Progenitors of bone cells that radiation left.

use crate::numerics::parallel::prelude::*;

use crate::engine::model::Model;
use crate::numerics::elementary::exp;
use crate::therapy::irradiation::Fraction;
use crate::tissue::grid::Grid;

/// Sites in a piece of parallel work; a constant, so that nothing depends on the pool.
const PIECE: usize = 16_384;

/// Progenitors that radiation left, by site. Follows from the fractions that were given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Supply {
    /// Share lost at the last fraction, of progenitors of osteoblasts and of osteoclasts; empty before
    /// the first.
    lost: Vec<[f32; 2]>,
    /// Time of the last fraction, h.
    since_h: f64,
    /// Share of that loss that still is.
    left: [f64; 2],
}

impl Supply {
    /// The supply after these fractions.
    pub fn of(model: &Model, fractions: &[Fraction]) -> Self {
        let mut supply = Self::default();
        if model.parts.radiation.is_some() {
            for fraction in fractions {
                supply.lose(model, fraction);
            }
        }
        supply
    }

    pub(crate) fn lose(&mut self, model: &Model, fraction: &Fraction) {
        let Some(plan) = &model.parts.radiation else {
            return;
        };
        self.pass(model, fraction.time_h);
        let left = self.left;
        let progenitors = [
            plan.biology.osteoblast_progenitor.sensitivity(),
            plan.biology.osteoclast_progenitor.sensitivity(),
        ];
        self.lost.resize(model.grid.len(), [0.0; 2]);
        self.lost
            .par_iter_mut()
            .enumerate()
            .with_min_len(PIECE)
            .for_each(|(site, lost)| {
                let dose_gy = dose_gy(&model.grid, fraction, site);
                for ((lost, left), sensitivity) in lost.iter_mut().zip(left).zip(&progenitors) {
                    let alive = 1.0 - f64::from(*lost) * left;
                    *lost = (1.0 - alive * sensitivity.survival(fraction.law, dose_gy)) as f32;
                }
            });
        self.since_h = fraction.time_h;
        self.left = [1.0; 2];
    }

    /// Progenitors recover until a time, h.
    pub(crate) fn pass(&mut self, model: &Model, now_h: f64) {
        let Some(plan) = &model.parts.radiation else {
            return;
        };
        if self.lost.is_empty() {
            return;
        }
        let since_h = self.since_h;
        let now_h = now_h.max(since_h);
        let left = |recovery_h: f64| exp(-(now_h - since_h) / recovery_h);
        self.left = [
            left(plan.biology.osteoblast_progenitor.recovery.get()),
            left(plan.biology.osteoclast_progenitor.recovery.get()),
        ];
    }

    fn share(&self, site: usize, kind: usize) -> f64 {
        let lost = self.lost.get(site);
        lost.map_or(1.0, |lost| 1.0 - f64::from(lost[kind]) * self.left[kind])
    }

    /// Share of the progenitors of osteoblasts that a site has.
    pub fn osteoblasts(&self, site: usize) -> f64 {
        self.share(site, 0)
    }

    /// Share of the progenitors of osteoclasts that a site has.
    pub fn osteoclasts(&self, site: usize) -> f64 {
        self.share(site, 1)
    }
}

/// Middle of a site, um from the corner of the lattice.
pub(crate) fn middle_um(grid: &Grid, site: usize) -> [f64; 3] {
    let [x, y, z] = grid.place(site).map(|at| at as f64 + 0.5);
    [x * grid.edge_um, y * grid.edge_um, z * grid.depth_um]
}

/// Dose of a fraction at a site, Gy.
pub fn dose_gy(grid: &Grid, fraction: &Fraction, site: usize) -> f64 {
    fraction.dose_gy * fraction.beam.share(middle_um(grid, site))
}
