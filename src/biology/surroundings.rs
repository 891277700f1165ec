//! All that a rule may read: a frozen picture of the tissue around a site.

use crate::biology::cue::{CueId, CueSource};
use crate::numerics::response::hill;
use crate::tissue::bone::faces_of;
use crate::tissue::grid::Grid;
use crate::tissue::reach::Reach;
use crate::tissue::space::Room;
use crate::transport::binding::free_ligand;

/// The tissue as cells sense it. Arrays have one entry per site; levels are in pM.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The lattice.
    pub grid: &'a Grid,
    /// Cue table of the model.
    pub cues: &'a [CueSource],
    /// Where bone and tumour cells are.
    pub room: Room<'a>,
    /// Total level of each signal.
    pub fields_pm: &'a [Vec<f32>],
    /// Soluble RANKL that is free.
    pub free_rankl_pm: &'a [f32],
    /// OPG that is free.
    pub free_opg_pm: &'a [f32],
    /// Share of RANK engaged at each surface site.
    pub rank_occupancy: &'a [f32],
    /// Distance to the nearest vessel, um.
    pub vessel_distance_um: &'a [f32],
    /// Level of each drug at its site of action, pM.
    pub drugs_pm: &'a [f64],
    /// Drugs that bind a signal in fluid at this time.
    pub decoys: &'a [Decoy],
    /// Level of the drug that binds to bone inside of the cell that senses, pM.
    pub inside_pm: f64,
    /// Immune cells, where there are any.
    pub immune: Option<ImmuneNear<'a>>,
    /// What bone feels of its load, once it is known.
    pub strain: Option<Strain<'a>>,
}

/// What bone feels of its load.
#[derive(Debug, Clone, Copy)]
pub struct Strain<'a> {
    /// Strain energy around each site under the usual load, over the mean of day 0.
    pub usual: &'a [f32],
    /// By how much the load of now raises it.
    pub factor: f64,
}

impl Strain<'_> {
    fn at(&self, site: usize) -> f64 {
        self.factor * f64::from(self.usual[site])
    }
}

/// Immune cells as a site senses them.
#[derive(Debug, Clone, Copy)]
pub struct ImmuneNear<'a> {
    /// What counts as near, as displacements.
    pub(crate) reach: &'a Reach,
    /// Weight of a cell found there, so that the sum is the number in a ball.
    pub weight: f64,
    /// CD8 cells in each site.
    pub cd8: &'a [u16],
    /// Regulatory T cells in each site.
    pub treg: &'a [u16],
    /// Suppressive activity of the myeloid cells in each site.
    pub suppression: &'a [f32],
    /// Share of tumour cells that show PD-L1.
    pub pd_l1: f64,
    /// Share of the room of the whole marrow that tumour cells take.
    pub tumour_share: f64,
}

impl ImmuneNear<'_> {
    fn near<T: Copy + Into<f64>>(&self, grid: &Grid, site: usize, values: &[T]) -> f64 {
        let found: f64 = (self.reach)
            .around(grid, site)
            .map(|at| -> f64 { values[at].into() })
            .sum();
        found * self.weight
    }
}

/// A drug that binds a signal in fluid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decoy {
    /// Index of the signal.
    pub signal: usize,
    /// Level of the drug at its site of action, pM.
    pub level_pm: f64,
    /// Dissociation constant, pM.
    pub kd_pm: f64,
    /// Share of the signal within its reach.
    pub most: f64,
}

impl Decoy {
    /// What is free of a level, pM.
    pub fn free_pm(&self, total_pm: f64) -> f64 {
        (1.0 - self.most) * total_pm + self.most * free_ligand(total_pm, self.level_pm, self.kd_pm)
    }
}

impl Surroundings<'_> {
    /// Level of a cue at a site, in its canonical unit.
    pub fn level(&self, cue: CueId, site: usize) -> f64 {
        match &self.cues[cue] {
            CueSource::Signal(signal) => self.free_signal_pm(*signal, site),
            CueSource::FreeRankl => f64::from(self.free_rankl_pm[site]),
            CueSource::FreeOpg => f64::from(self.free_opg_pm[site]),
            CueSource::RankOccupancy => f64::from(self.rank_occupancy[site]),
            CueSource::TumourPacking => self.tumour_packing(site),
            CueSource::BoneContact => {
                let faces = 2 * self.grid.axes() as u32;
                f64::from(faces_of(self.room.solid, self.grid, site)) / f64::from(faces)
            }
            CueSource::VesselDistance => f64::from(self.vessel_distance_um[site]),
            CueSource::Cd8Near => self
                .immune
                .map_or(0.0, |cells| cells.near(self.grid, site, cells.cd8)),
            CueSource::TregNear => self
                .immune
                .map_or(0.0, |cells| cells.near(self.grid, site, cells.treg)),
            CueSource::Suppression => self
                .immune
                .map_or(0.0, |cells| cells.near(self.grid, site, cells.suppression)),
            CueSource::PdL1 => self
                .immune
                .map_or(0.0, |cells| cells.pd_l1 * self.tumour_packing(site)),
            CueSource::TumourShare => self.immune.map_or(0.0, |cells| cells.tumour_share),
            CueSource::Strain => self.strain.map_or(1.0, |strain| strain.at(site)),
            CueSource::Drug(drug) => self.drugs_pm[*drug],
            CueSource::Inside => self.inside_pm,
            CueSource::Constant(value) => *value,
            CueSource::Sum(parts) => parts.iter().map(|&part| self.level(part, site)).sum(),
            CueSource::Scaled(part, factor) => factor * self.level(*part, site),
            CueSource::Below(part, threshold, exponent) => {
                1.0 - hill(self.level(*part, site), *threshold, *exponent)
            }
            CueSource::Above(part, threshold, exponent) => {
                hill(self.level(*part, site), *threshold, *exponent)
            }
        }
    }

    /// Levels of a cue at consecutive sites from `first` on, to the last bit those of
    /// [`Surroundings::level`].
    pub fn levels(&self, cue: CueId, first: usize, out: &mut [f64]) {
        let count = out.len();
        let copy = |out: &mut [f64], values: &[f32]| {
            for (out, &value) in out.iter_mut().zip(&values[first..first + count]) {
                *out = f64::from(value);
            }
        };
        match &self.cues[cue] {
            CueSource::Signal(signal) => {
                copy(out, &self.fields_pm[*signal]);
                for decoy in self.decoys.iter().filter(|decoy| decoy.signal == *signal) {
                    for level in &mut *out {
                        *level = decoy.free_pm(*level);
                    }
                }
            }
            CueSource::FreeRankl => copy(out, self.free_rankl_pm),
            CueSource::FreeOpg => copy(out, self.free_opg_pm),
            CueSource::RankOccupancy => copy(out, self.rank_occupancy),
            CueSource::VesselDistance => copy(out, self.vessel_distance_um),
            CueSource::TumourShare
            | CueSource::Drug(_)
            | CueSource::Inside
            | CueSource::Constant(_) => out.fill(self.level(cue, first)),
            CueSource::TumourPacking
            | CueSource::BoneContact
            | CueSource::Cd8Near
            | CueSource::TregNear
            | CueSource::Suppression
            | CueSource::PdL1
            | CueSource::Strain
            | CueSource::Sum(_)
            | CueSource::Scaled(..)
            | CueSource::Below(..)
            | CueSource::Above(..) => {
                for (site, level) in (first..).zip(out) {
                    *level = self.level(cue, site);
                }
            }
        }
    }

    /// What drugs leave free of a signal at a site, pM. Each drug binds from what those before it
    /// left: exact for one, and for several while they are in excess.
    fn free_signal_pm(&self, signal: usize, site: usize) -> f64 {
        let total = f64::from(self.fields_pm[signal][site]);
        self.decoys
            .iter()
            .filter(|decoy| decoy.signal == signal)
            .fold(total, |left, decoy| decoy.free_pm(left))
    }

    /// Share of the room for tumour cells in the site and its near neighbours that is taken.
    pub fn tumour_packing(&self, site: usize) -> f64 {
        let (mut taken, mut room) = (0_u32, 0_u32);
        for (at, _) in self.grid.near_neighbours(site).chain([(site, 0)]) {
            if !self.room.solid[at] {
                taken += u32::from(self.room.tumour[at]);
                room += u32::from(self.room.capacity[at]);
            }
        }
        if room == 0 {
            0.0
        } else {
            (f64::from(taken) / f64::from(room)).min(1.0)
        }
    }
}
