//! Bone, site by site: matrix, mineral, stored factors, erosion and what lines the surface.

mod surface;

use serde::{Deserialize, Serialize};

use crate::numerics::packed;
use crate::numerics::parallel::prelude::*;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::grid::Grid;

pub use self::surface::SurfaceSite;

/// "Never" on the clock of a site, h.
pub const NEVER_H: f32 = f32::NEG_INFINITY;

/// A factor that the matrix stores, in amol per site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Store {
    /// Index of the signal that is stored.
    pub signal: usize,
    /// Content of fully mineralised matrix, pM.
    pub content_pm: f64,
    /// Amount in each site, amol.
    #[serde(with = "packed")]
    pub amol: Vec<f64>,
}

/// Bone over the lattice. Every array has one entry per site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bone {
    /// Share of the site's volume that is matrix, osteoid included: 0 to 1.
    #[serde(with = "packed")]
    pub matrix: Vec<f32>,
    /// Share of the site's volume that is osteoid, at most `matrix`.
    #[serde(with = "packed")]
    pub osteoid: Vec<f32>,
    /// Mineral volume fraction of the mineralised part (0.121 after primary mineralisation, towards
    /// 0.442).
    #[serde(with = "packed")]
    pub mineral: Vec<f32>,
    /// Time at which the youngest matrix of the site was laid, h; day 0 of the run is 0.
    #[serde(with = "packed")]
    pub formed_h: Vec<f32>,
    /// Drug bound to the site, amol.
    #[serde(with = "packed")]
    pub drug_amol: Vec<f32>,
    /// Matrix share to which an eroded site is to be refilled; 0 where nothing is owed.
    #[serde(with = "packed")]
    pub goal: Vec<f32>,
    /// Depth of an eroded site below the surface from which its unit began, um.
    #[serde(with = "packed")]
    pub depth_um: Vec<f32>,
    /// Time at which the unit that works on the site began to dig it, h.
    #[serde(with = "packed")]
    pub opened_h: Vec<f32>,
    /// Time at which an osteoclast last held or dug the site, h.
    #[serde(with = "packed")]
    pub vacated_h: Vec<f32>,
    /// Time until which the site is open for resorption, h.
    #[serde(with = "packed")]
    pub activated_until_h: Vec<f32>,
    /// True where a site is bone to cells and signals. A site stays solid until its last matrix is
    /// gone, and becomes solid when it is full.
    #[serde(with = "packed")]
    pub solid: Vec<bool>,
    /// Stored factors.
    pub stores: Vec<Store>,
}

/// Mineral volume fraction of old bone (Martinez-Reina and Pivonka 2019: towards 0.442).
pub const OLD_MINERAL: f32 = 0.442;

impl Bone {
    /// Old, fully mineralised bone where `solid`, marrow elsewhere; stores are added apart.
    pub fn of_mask(solid: &[bool]) -> Self {
        let share: Vec<f32> = solid
            .iter()
            .map(|&bone| f32::from(u8::from(bone)))
            .collect();
        let count = solid.len();
        Self {
            mineral: share.iter().map(|share| share * OLD_MINERAL).collect(),
            matrix: share,
            osteoid: vec![0.0; count],
            formed_h: vec![NEVER_H; count],
            drug_amol: vec![0.0; count],
            goal: vec![0.0; count],
            depth_um: vec![0.0; count],
            opened_h: vec![NEVER_H; count],
            vacated_h: vec![NEVER_H; count],
            activated_until_h: vec![NEVER_H; count],
            solid: solid.to_vec(),
            stores: Vec::new(),
        }
    }

    /// Fills a store with the content of the mineralised matrix.
    pub fn add_store(&mut self, signal: usize, content_pm: f64, grid: &Grid) {
        let amol_per_site = content_pm * grid.site_volume_um3() * 1e-9;
        let amol = self
            .matrix
            .par_iter()
            .zip(&self.osteoid)
            .map(|(&matrix, &osteoid)| f64::from(matrix - osteoid) * amol_per_site)
            .collect();
        self.stores.push(Store {
            signal,
            content_pm,
            amol,
        });
    }

    /// True where matrix is owed: an eroded site that a unit has yet to refill.
    pub fn is_eroded(&self, site: usize) -> bool {
        self.goal[site] > self.matrix[site]
    }

    /// True where matrix is owed that no osteoclast dug: bone that forms on whole surface.
    pub fn is_modelled(&self, site: usize) -> bool {
        self.is_eroded(site) && self.vacated_h[site].is_infinite()
    }

    /// Owes matrix up to a share at a site of whole surface.
    pub fn owe(&mut self, site: usize, goal: f32) {
        self.goal[site] = goal;
        self.depth_um[site] = 0.0;
        self.opened_h[site] = NEVER_H;
        self.vacated_h[site] = NEVER_H;
    }

    /// True while the site is open for resorption.
    pub fn is_activated(&self, site: usize, now_h: f64) -> bool {
        f64::from(self.activated_until_h[site]) > now_h
    }

    /// Volume of matrix, osteoid included, um3 (BV of histomorphometry, Dempster 2013).
    pub fn volume_um3(&self, grid: &Grid) -> f64 {
        ordered_sum(self.matrix.len(), |site| f64::from(self.matrix[site])) * grid.site_volume_um3()
    }

    /// Takes up to `share` of the site's volume out of it, with the same part of every store.
    ///
    /// Returns the share taken; `released` receives the amount of each store in amol.
    pub fn dig(&mut self, site: usize, share: f32, now_h: f64, released: &mut [f64]) -> f32 {
        let before = self.matrix[site];
        let after = if share >= before { 0.0 } else { before - share };
        if !self.is_eroded(site) {
            self.opened_h[site] = now_h as f32;
        }
        if self.goal[site] < before {
            self.goal[site] = before;
        }
        self.matrix[site] = after;
        let part = if after > 0.0 {
            f64::from(before - after) / f64::from(before)
        } else {
            1.0
        };
        self.osteoid[site] *= (1.0 - part) as f32;
        for (store, out) in self.stores.iter_mut().zip(released) {
            let amount = if after > 0.0 {
                store.amol[site] * part
            } else {
                store.amol[site]
            };
            store.amol[site] -= amount;
            *out += amount;
        }
        if after <= 0.0 {
            self.solid[site] = false;
            self.mineral[site] = 0.0;
        }
        before - after
    }

    /// Owes so much less at a site that was dug.
    pub fn owe_less(&mut self, site: usize, share: f32) {
        self.goal[site] = (self.goal[site] - share).max(self.matrix[site]);
    }

    /// Takes the drug out of a site of which a layer of `dug_um` was dug: it lies in the outermost
    /// `layer_um`, so that what is freed does not depend on the size of a site. A site without matrix
    /// keeps none.
    ///
    /// Returns the amount in amol.
    pub fn free_drug(&mut self, site: usize, dug_um: f64, layer_um: f64) -> f64 {
        let bound = f64::from(self.drug_amol[site]);
        let left = if self.matrix[site] > 0.0 {
            (bound * (1.0 - dug_um / layer_um).max(0.0)) as f32
        } else {
            0.0
        };
        self.drug_amol[site] = left;
        bound - f64::from(left)
    }

    /// Lays a drug on the bone at a marrow site: on the matrix that the site has, else on the solid
    /// bone that its faces touch, in equal parts.
    ///
    /// Returns false, and lays nothing, where there is no bone.
    pub fn bind_drug(&mut self, grid: &Grid, site: usize, amol: f64) -> bool {
        if self.matrix[site] > 0.0 {
            self.drug_amol[site] += amol as f32;
            return true;
        }
        let faces = self.bone_faces(grid, site);
        if faces == 0 {
            return false;
        }
        let each = (amol / f64::from(faces)) as f32;
        for next in grid.face_neighbours(site) {
            if self.solid[next] {
                self.drug_amol[next] += each;
            }
        }
        true
    }

    /// Lays up to `share` of the site's volume of osteoid, never beyond what is owed.
    ///
    /// Returns the share laid. A site that is full becomes solid and owes nothing.
    pub fn lay(&mut self, site: usize, share: f32, now_h: f64) -> f32 {
        let before = self.matrix[site];
        let goal = self.goal[site].min(1.0);
        if goal <= before {
            return 0.0;
        }
        let full = share >= goal - before;
        let after = if full { goal } else { before + share };
        self.matrix[site] = after;
        self.osteoid[site] += after - before;
        self.formed_h[site] = now_h as f32;
        if full {
            self.goal[site] = 0.0;
            self.depth_um[site] = 0.0;
            self.activated_until_h[site] = NEVER_H;
            if after >= 1.0 {
                self.solid[site] = true;
            }
        }
        after - before
    }

    /// True where a share laid on a site makes it solid.
    pub fn is_filled_by(&self, site: usize, share: f32) -> bool {
        let goal = self.goal[site].min(1.0);
        goal >= 1.0 && share >= goal - self.matrix[site]
    }

    /// Gives up what is owed at a site: the surface there is lined as it is.
    pub fn arrest(&mut self, site: usize) {
        self.goal[site] = 0.0;
        self.depth_um[site] = 0.0;
    }

    /// Faces of a marrow site that touch solid bone.
    pub fn bone_faces(&self, grid: &Grid, site: usize) -> u32 {
        faces_of(&self.solid, grid, site)
    }

    /// Area of bone surface that a face count stands for, um2.
    ///
    /// The mean projection of a random plane on the three axes makes the faces of a voxel set 3/2
    /// of its true area (Crofton); on the two axes of a section 4/pi.
    pub fn surface_area_um2(grid: &Grid, faces: u32) -> f64 {
        let staircase = if grid.is_section() {
            std::f64::consts::FRAC_PI_4
        } else {
            2.0 / 3.0
        };
        f64::from(faces) * grid.face_area_um2() * staircase
    }
}

/// Faces of a site that touch what is solid.
pub(crate) fn faces_of(solid: &[bool], grid: &Grid, site: usize) -> u32 {
    grid.face_neighbours(site)
        .map(|other| u32::from(solid[other]))
        .sum()
}

#[cfg(test)]
mod tests;
