//! Colonisation: single tumour cells reach the marrow from the circulation, for as long as it lasts.
//!
//! # Biology
//! Disseminated cells leave the blood through the sinusoids of marrow, drawn by CXCL12 among others
//! (Muller 2001), or come by the Haversian canals of cortical bone. Few survive extravasation, and
//! those that do may stay dormant until resorption near them wakes them (Lawson 2015, myeloma in mice).
//!
//! # Law
//! Arrivals are a Poisson process. Marrow of volume `V` with `n` vessel sites takes `rate V / n` cells
//! per time at each of them, times the modulators of the rate at that site: a cue that raises it
//! (`arrival.raised_by.cxcl12`) both calls more cells and homes them. A cell survives with
//! `survival`, settles in the nearest room within four sites of the vessel, and is lost where there is
//! none. A tick that lies partly between `start` and `stop` takes its share.
//!
//! # Limits
//! The circulation is a constant supply; it does not know how many cells the tumour sheds. Vessel
//! sites that became bone take no cells.
//!
//! # References
//! Muller A et al. Nature 2001;410:50-56. Lawson MA et al. Nat Commun 2015;6:8983.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Time, VolumeEventRate};

/// Largest number of cells per mm3 and h: above it the marrow would be full within hours.
const MOST_PER_MM3_H: f64 = 1e5;

/// Arrival of single cells from the circulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Colonisation {
    /// Cells that leave the circulation, per volume of marrow and time.
    pub arrival: Modulated<VolumeEventRate>,
    /// Share of them that survives, 0 to 1.
    #[serde(default = "all")]
    pub survival: f64,
    /// Day of the first.
    #[serde(default)]
    pub start: Time,
    /// Day after which none arrives; without it they arrive to the end of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Time>,
    /// Clone of all that arrive; without it they are shared out as in an inoculation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone: Option<String>,
}

const fn all() -> f64 {
    1.0
}

impl Colonisation {
    /// Looks for values that make no sense, with the names of all clones.
    pub fn check(&self, clones: &[String], problems: &mut Problems) {
        let most = self
            .arrival
            .raised_by
            .values()
            .fold(self.arrival.rate.get(), |rate, raise| rate * raise.fold);
        if most.is_nan() || most > MOST_PER_MM3_H {
            problems.add(
                "colonisation.arrival.rate",
                format!("found up to {most} cells per mm3 and h"),
                format!("give at most {MOST_PER_MM3_H} per mm3 and h, all cues at their full"),
            );
        }
        problems.within("colonisation.survival", self.survival, 0.0, 1.0);
        problems.not_negative("colonisation.start", self.start.get(), "h");
        if let Some(stop) = self.stop
            && stop.get() <= self.start.get()
        {
            problems.add(
                "colonisation.stop",
                format!(
                    "found {stop}, which is not after the start at {}",
                    self.start
                ),
                "give a later time, or leave it out",
            );
        }
        if let Some(name) = &self.clone
            && !clones.contains(name)
        {
            problems.add(
                "colonisation.clone",
                format!("there is no clone \"{name}\""),
                format!(
                    "known clones: {}; or declare [tumour.clones.{name}]",
                    clones.join(", ")
                ),
            );
        }
    }

    /// Hours of the tick from `from_h` on in which cells arrive.
    ///
    /// ```
    /// # use howship::biology::{rate::Modulated, tumour::colonisation::Colonisation};
    /// # use howship::numerics::quantity::{Time, VolumeEventRate};
    /// let seeding = Colonisation {
    ///     arrival: Modulated::constant(VolumeEventRate::per_mm3_h(1.0)),
    ///     survival: 1.0,
    ///     start: Time::h(6.0),
    ///     stop: Some(Time::h(20.0)),
    ///     clone: None,
    /// };
    /// assert_eq!([0.0, 12.0, 24.0].map(|from_h| seeding.exposure_h(from_h, 12.0)), [6.0, 8.0, 0.0]);
    /// ```
    pub fn exposure_h(&self, from_h: f64, tick_h: f64) -> f64 {
        let stop_h = self.stop.map_or(f64::INFINITY, Time::get);
        let first = from_h.max(self.start.get());
        (stop_h.min(from_h + tick_h) - first).max(0.0)
    }
}
