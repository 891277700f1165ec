//! Resorption: an attached osteoclast removes matrix, and what the matrix held is set free once.
//!
//! # Biology
//! Time-lapse of osteoclasts on bone slices gives 390 um3/h (43 to 1225) while they resorb, nothing
//! while they migrate (Kanehisa and Heersche 1988); they alternate (pits) or plough on (trenches;
//! Soe and Delaisse 2017). A unit of trabecular bone digs 40 to 60 um deep.
//!
//! # Law
//! Volume per hour = `rate` x its modulators x nuclei / mean nuclei x share of the cell that lies in
//! a section. It comes off the shallowest matrix under the footprint first; a site is left alone
//! whose centre lies deeper than the pit depth of the cell, or whose matrix is mostly osteoid. Once a
//! day pieces of bone of at most `loose_fragment` that touch no other bone and no face of the lattice
//! are resorbed whole, with what they store.
//!
//! # Limits
//! The acid phase and the collagen phase are one; the ruffled border has no area of its own.
//!
//! # References
//! Kanehisa 1988; Soe 2017.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::{Basal, Modulated};
use crate::numerics::quantity::{Length, Volume, VolumeRate};

impl Basal for VolumeRate {
    fn canonical(&self) -> f64 {
        self.get()
    }
}

/// Parameters of resorption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resorption {
    /// Volume removed per time by an attached osteoclast with the mean number of nuclei.
    pub volume: Modulated<VolumeRate>,
    /// Least depth of a unit below the surface from which it began.
    pub pit_depth_min: Length,
    /// Greatest depth of a unit.
    pub pit_depth_max: Length,
    /// Pieces of bone that nothing holds are resorbed within a day up to this volume; they stay without
    /// it. Not in a section, which cuts whole struts into islands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loose_fragment: Option<Volume>,
}

impl Resorption {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let (least, most) = (self.pit_depth_min.get(), self.pit_depth_max.get());
        problems.positive("osteoclast.resorption.pit_depth_min", least, "um");
        if least > most {
            problems.add(
                "osteoclast.resorption.pit_depth_max",
                format!("found {most} um, below pit_depth_min = {least} um"),
                "give a depth of at least pit_depth_min",
            );
        }
        if let Some(volume) = self.loose_fragment {
            let path = "osteoclast.resorption.loose_fragment";
            problems.positive(path, volume.get(), "um3");
        }
    }
}

/// Volume that a cell removes in a time, um3.
///
/// ```
/// # use howship::biology::osteoclast::resorption::removed_um3;
/// // Half the nuclei remove half the volume.
/// assert_eq!(removed_um3(390.0, 3.0, 6.0, 1.0, 1.0), 195.0);
/// ```
pub fn removed_um3(
    rate_um3_per_h: f64,
    nuclei: f64,
    mean_nuclei: f64,
    share_in_section: f64,
    duration_h: f64,
) -> f64 {
    rate_um3_per_h * nuclei / mean_nuclei * share_in_section * duration_h
}

/// Share of an object of this diameter that lies in a section: 1 in 3-D or when it fits.
pub fn share_in_section(depth_um: f64, is_section: bool, diameter_um: f64) -> f64 {
    if is_section {
        (depth_um / diameter_um).min(1.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A working day removes the 9360 um3 of Kanehisa and Heersche.
    #[test]
    fn a_day_of_resorption_is_the_published_volume() {
        assert!((removed_um3(390.0, 6.0, 6.0, 1.0, 24.0) - 9360.0).abs() < 1e-9);
    }

    #[test]
    fn a_thin_section_holds_its_share_of_a_cell() {
        assert!((share_in_section(10.0, true, 50.0) - 0.2).abs() < 1e-12);
        assert!((share_in_section(10.0, false, 50.0) - 1.0).abs() < 1e-12);
        assert!((share_in_section(80.0, true, 50.0) - 1.0).abs() < 1e-12);
    }
}
