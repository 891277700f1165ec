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
//! approaches `final_fraction` as `dm/dt = secondary (final - m)`, and with the rate of `early` while it is
//! below `early.until`. The store takes up its content
//! with the osteoid that mineralises. Done once a day.
//!
//! # Limits
//! Primary mineralisation is immediate at the end of the lag. Without `early` new bone has less mineral than
//! measured: osteons of rabbits have 67 % of the final mineral by day 18 (Fuchs 2008).
//!
//! # References
//! Martinez-Reina 2019; Fuchs 2008.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::quantity::{MassDensity, Rate, Time};

/// Parameters of mineralisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mineralisation {
    /// Mean time between laying and mineralisation.
    pub lag: Time,
    /// Mineral volume fraction after primary mineralisation.
    pub primary: f64,
    /// Fast part of secondary mineralisation; none without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<Early>,
    /// Rate of secondary mineralisation.
    pub secondary: Rate,
    /// Mineral volume fraction of old bone.
    pub final_fraction: f64,
    /// Calcium in old bone, per volume of bone.
    pub calcium: MassDensity,
}

/// Fast part of secondary mineralisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Early {
    /// Mineral volume fraction at which it ends.
    pub until: f64,
    /// Rate until then.
    pub rate: Rate,
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
        if let Some(early) = self.early {
            let path = "mineralisation.early.until";
            problems.within(path, early.until, self.primary, self.final_fraction);
            problems.positive("mineralisation.early.rate", early.rate.get(), "/h");
        }
        problems.not_negative("mineralisation.calcium", self.calcium.get(), "g/cm3");
    }

    /// Calcium in a volume of bone of this mineral fraction, fmol.
    ///
    /// 40.08 g/mol; 1 g/cm3 is 1e-12 g/um3.
    pub fn calcium_fmol(&self, volume_um3: f64, mineral: f64) -> f64 {
        self.calcium.get() * 1e-12 / 40.08 * 1e15 * volume_um3 * mineral / self.final_fraction
    }
}

/// What a time makes of mineral: the same for every site.
#[derive(Debug, Clone, Copy)]
pub struct Hardening<'a> {
    law: &'a Mineralisation,
    duration_h: f64,
    /// Share of what mineral lacks that the time leaves, at the secondary rate.
    left: f64,
}

impl Mineralisation {
    /// What a time makes of mineral.
    pub fn over(&self, duration_h: f64) -> Hardening<'_> {
        Hardening {
            law: self,
            duration_h,
            left: exp(-self.secondary.get() * duration_h),
        }
    }

    /// Mineral after a time, at the early rate as far as it holds and at the secondary rate from then on.
    #[inline]
    pub fn hardened(&self, mineral: f64, duration_h: f64) -> f64 {
        self.over(duration_h).of(mineral)
    }
}

impl Hardening<'_> {
    /// Mineral after the time, as [`Mineralisation::hardened`].
    #[inline]
    pub fn of(&self, mineral: f64) -> f64 {
        let (last, secondary) = (self.law.final_fraction, self.law.secondary.get());
        let Some(early) = self.law.early.filter(|early| mineral < early.until) else {
            return last - (last - mineral) * self.left;
        };
        let rate = early.rate.get();
        let ends_h = ln((last - mineral) / (last - early.until)) / rate;
        if ends_h < self.duration_h {
            hardened(early.until, last, secondary, self.duration_h - ends_h)
        } else {
            hardened(mineral, last, rate, self.duration_h)
        }
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

    /// A rate that ends at 67 % by day 18, from the 27 % of primary mineralisation.
    #[test]
    fn early_mineral_reaches_its_end_by_its_day_and_slows_there() {
        let early = Early {
            until: 0.296,
            rate: Rate::per_h(0.0438 / 24.0),
        };
        let law = Mineralisation {
            lag: Time::h(288.0),
            primary: 0.121,
            early: Some(early),
            secondary: Rate::per_h(0.007 / 24.0),
            final_fraction: 0.442,
            calcium: MassDensity::g_per_cm3(0.45),
        };
        let at = |days: f64| law.hardened(0.121, 24.0 * days) / 0.442;
        assert!((at(18.0) - 0.67).abs() < 0.005, "{}", at(18.0));
        let in_steps = (0..60).fold(0.121, |mineral, _| law.hardened(mineral, 24.0));
        assert!((in_steps / 0.442 - at(60.0)).abs() < 1e-12);
        let slow = Mineralisation { early: None, ..law };
        assert!((slow.hardened(0.3, 24.0) - law.hardened(0.3, 24.0)).abs() < 1e-15);
    }

    /// 1 mm3 of old bone at 0.45 g/cm3 holds 0.0112 mmol of calcium.
    #[test]
    fn a_cubic_millimetre_holds_the_published_calcium() {
        let law = Mineralisation {
            lag: Time::h(288.0),
            primary: 0.121,
            early: None,
            secondary: Rate::per_h(0.007 / 24.0),
            final_fraction: 0.442,
            calcium: MassDensity::g_per_cm3(0.45),
        };
        assert!((law.calcium_fmol(1e9, 0.442) * 1e-12 - 0.01123).abs() < 1e-5);
    }
}
