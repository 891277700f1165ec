//! All that a rule may read: a frozen picture of the tissue around a site.

use crate::biology::cue::{CueId, CueSource};
use crate::numerics::response::hill;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;
use crate::tissue::space::Occupancy;

/// The tissue as cells sense it. Arrays have one entry per site; levels are in pM.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The lattice.
    pub grid: &'a Grid,
    /// Cue table of the model.
    pub cues: &'a [CueSource],
    /// Bone.
    pub bone: &'a Bone,
    /// Who is where.
    pub occupancy: &'a Occupancy,
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
}

impl Surroundings<'_> {
    /// Level of a cue at a site, in its canonical unit.
    pub fn level(&self, cue: CueId, site: usize) -> f64 {
        match &self.cues[cue] {
            CueSource::Signal(signal) => f64::from(self.fields_pm[*signal][site]),
            CueSource::FreeRankl => f64::from(self.free_rankl_pm[site]),
            CueSource::FreeOpg => f64::from(self.free_opg_pm[site]),
            CueSource::RankOccupancy => f64::from(self.rank_occupancy[site]),
            CueSource::TumourPacking => self.tumour_packing(site),
            CueSource::BoneContact => {
                let faces = 2 * self.grid.axes() as u32;
                f64::from(self.bone.bone_faces(self.grid, site)) / f64::from(faces)
            }
            CueSource::VesselDistance => f64::from(self.vessel_distance_um[site]),
            CueSource::Constant(value) => *value,
            CueSource::Sum(parts) => parts.iter().map(|&part| self.level(part, site)).sum(),
            CueSource::Below(part, threshold, exponent) => {
                1.0 - hill(self.level(*part, site), *threshold, *exponent)
            }
            CueSource::Above(part, threshold, exponent) => {
                hill(self.level(*part, site), *threshold, *exponent)
            }
        }
    }

    /// Share of the room for tumour cells in the site and its near neighbours that is taken.
    pub fn tumour_packing(&self, site: usize) -> f64 {
        let (mut taken, mut room) = (0_u32, 0_u32);
        for (at, _) in self.grid.near_neighbours(site).chain([(site, 0)]) {
            if !self.bone.solid[at] {
                taken += u32::from(self.occupancy.tumour[at]);
                room += u32::from(self.occupancy.capacity[at]);
            }
        }
        if room == 0 {
            0.0
        } else {
            (f64::from(taken) / f64::from(room)).min(1.0)
        }
    }
}
