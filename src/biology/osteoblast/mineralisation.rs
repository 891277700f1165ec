//! Mineralisation: osteoid becomes bone after a lag, takes up growth factors, and hardens on.
//!
//! # Biology
//! Osteoid mineralises with a lag (12 d in man) to 27 % of its final mineral (0.121 of the volume),
//! then slowly (0.007 /d) towards 0.442 (Martinez-Reina and Pivonka 2019). TGF-beta and IGF are stored
//! on the way.
//!
//! # Law
//! Osteoid turns into mineralised matrix with the hazard `1 / lag`, so that the seam is as thick as
//! apposition x lag on sites of any size. New bone starts at `primary`; the mineral `m` of a site
//! approaches `final_fraction` as `dm/dt = secondary (final - m)`. The store takes up its content
//! with the osteoid that mineralises. Done once a day.
//!
//! # Limits
//! Primary mineralisation is immediate at the end of the lag, and less than measured: osteons of
//! rabbits have 67 % of the final mineral by day 18 (Fuchs 2008).
//!
//! # References
//! Martinez-Reina 2019; Fuchs 2008.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary::exp;
use crate::numerics::quantity::{MassDensity, Rate, Time};

/// Parameters of mineralisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mineralisation {
    /// Mean time between laying and mineralisation.
    pub lag: Time,
    /// Mineral volume fraction after primary mineralisation.
    pub primary: f64,
    /// Rate of secondary mineralisation.
    pub secondary: Rate,
    /// Mineral volume fraction of old bone.
    pub final_fraction: f64,
    /// Calcium in old bone, per volume of bone.
    pub calcium: MassDensity,
}

impl Mineralisation {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("mineralisation.lag", self.lag.get(), "h");
        problems.positive("mineralisation.final_fraction", self.final_fraction, "");
        problems.within(
            "mineralisation.final_fraction",
            self.final_fraction,
            0.0,
            1.0,
        );
        problems.within(
            "mineralisation.primary",
            self.primary,
            0.0,
            self.final_fraction,
        );
        problems.not_negative("mineralisation.secondary", self.secondary.get(), "/h");
        problems.not_negative("mineralisation.calcium", self.calcium.get(), "g/cm3");
    }

    /// Calcium in a volume of bone of this mineral fraction, fmol.
    ///
    /// 40.08 g/mol; 1 g/cm3 is 1e-12 g/um3.
    pub fn calcium_fmol(&self, volume_um3: f64, mineral: f64) -> f64 {
        self.calcium.get() * 1e-12 / 40.08 * 1e15 * volume_um3 * mineral / self.final_fraction
    }
}

/// Mineral after a time, approaching the final fraction.
///
/// ```
/// # use howship::biology::osteoblast::mineralisation::hardened;
/// assert_eq!(hardened(0.121, 0.442, 0.007 / 24.0, 0.0), 0.121);
/// assert!((hardened(0.121, 0.442, 0.007 / 24.0, 1e7) - 0.442).abs() < 1e-12);
/// ```
#[inline]
pub fn hardened(mineral: f64, final_fraction: f64, rate_per_h: f64, duration_h: f64) -> f64 {
    final_fraction - (final_fraction - mineral) * exp(-rate_per_h * duration_h)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 mm3 of old bone at 0.45 g/cm3 holds 0.0112 mmol of calcium.
    #[test]
    fn a_cubic_millimetre_holds_the_published_calcium() {
        let law = Mineralisation {
            lag: Time::h(288.0),
            primary: 0.121,
            secondary: Rate::per_h(0.007 / 24.0),
            final_fraction: 0.442,
            calcium: MassDensity::g_per_cm3(0.45),
        };
        assert!((law.calcium_fmol(1e9, 0.442) * 1e-12 - 0.01123).abs() < 1e-5);
    }
}
