//! Quantities: text with a unit in ("12 d", "100 pM", "13 um2/s"), one canonical unit inside.
//!
//! | type | canonical unit |
//! |---|---|
//! | [`Length`], [`Position`] | um |
//! | [`Area`] | um2 |
//! | [`Volume`] | um3 |
//! | [`Time`], [`Moment`] | h |
//! | [`Rate`] | per h |
//! | [`Speed`] | um/h |
//! | [`VolumeRate`] | um3/h |
//! | [`Diffusivity`] | um2/h |
//! | [`Concentration`] | pM |
//! | [`Secretion`] | amol/h (per cell) |
//! | [`NumberDensity`] | per mm3 |
//! | [`SurfaceDensity`] | per mm2 |
//! | [`SurfaceRate`] | per mm2 and h |
//! | [`VolumeEventRate`] | per mm3 and h |
//! | [`MassDensity`] | g/cm3 |
//! | [`Mass`] | mg |
//! | [`MassRate`] | mg/h |
//! | [`MassConcentration`] | mg/L |
//! | [`MolarMass`] | g/mol |
//! | [`FluidVolume`] | L |
//! | [`Clearance`] | L/h |
//! | [`AbsorbedDose`] | Gy |
//! | [`Radiosensitivity`] | per Gy |
//! | [`ElasticModulus`] | MPa |
//!
//! A month is 30.4375 d and a year 365.25 d.
//!
//! No quantity but a [`Position`] and a [`Moment`] is below zero: each is an extent, an amount or a rate, so that a key which forgets to
//! look cannot be given less. None is above what its dimension can mean ([`Dimension::most`]), and none
//! that is not zero below [`LEAST`] of its canonical unit, so that no product of them is infinite.

mod error;
mod types;
mod units;

pub use error::QuantityError;
pub use types::{
    AbsorbedDose, Amount, AmountRate, Area, BodyVolume, BoneTurnover, Clearance, Concentration,
    Diffusivity, ElasticModulus, FluidVolume, Length, Mass, MassConcentration, MassDensity,
    MassRate, MolarMass, Moment, NumberDensity, Position, Radiosensitivity, Rate, Secretion, Slope,
    Speed, SurfaceDensity, SurfaceRate, Time, Untyped, Volume, VolumeEventRate, VolumeRate,
};
use units::{plain, units};

/// One amol in one um3 is this many pM.
pub const PM_PER_AMOL_PER_UM3: f64 = 1e9;

/// Smallest quantity that is not zero, in the canonical unit.
pub const LEAST: f64 = 1e-18;

/// What a quantity measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Length, canonical um.
    Length,
    /// Area, canonical um2.
    Area,
    /// Volume, canonical um3.
    Volume,
    /// Time, canonical h.
    Time,
    /// Events per time, canonical per h.
    Rate,
    /// Speed, canonical um/h.
    Speed,
    /// Volume per time, canonical um3/h.
    VolumeRate,
    /// Diffusivity, canonical um2/h.
    Diffusivity,
    /// Molar concentration, canonical pM.
    Concentration,
    /// Amount per time and cell, canonical amol/h.
    Secretion,
    /// Number per volume, canonical per mm3.
    NumberDensity,
    /// Number per area, canonical per mm2.
    SurfaceDensity,
    /// Events per area and time, canonical per mm2 and h.
    SurfaceRate,
    /// Events per volume and time, canonical per mm3 and h.
    VolumeEventRate,
    /// Mass per volume, canonical g/cm3.
    MassDensity,
    /// Mass, canonical mg.
    Mass,
    /// Mass per time, canonical mg/h.
    MassRate,
    /// Mass per volume of fluid, canonical mg/L.
    MassConcentration,
    /// Mass per amount, canonical g/mol.
    MolarMass,
    /// Volume of body fluid, canonical L.
    FluidVolume,
    /// Volume of body fluid cleared per time, canonical L/h.
    Clearance,
    /// Amount of a substance in the body, canonical mmol.
    Amount,
    /// Amount of a substance per time, canonical mmol/h.
    AmountRate,
    /// Volume of bone turned over in the body per time, canonical cm3/h.
    BoneTurnover,
    /// Volume of bone and marrow in the body, canonical cm3.
    BodyVolume,
    /// Effect per concentration, canonical /pM.
    Slope,
    /// Absorbed dose of radiation, canonical Gy.
    AbsorbedDose,
    /// Effect per absorbed dose, canonical /Gy.
    Radiosensitivity,
    /// Elastic modulus, canonical MPa.
    ElasticModulus,
    /// Place along an axis, from the corner of the lattice, canonical um; may be below zero.
    Position,
    /// Point in time, from day 0, canonical h; may be below zero.
    Moment,
    /// A number without unit.
    Number,
}

impl Dimension {
    /// All that have units.
    pub const WITH_UNITS: [Self; 31] = [
        Self::Length,
        Self::Area,
        Self::Volume,
        Self::Time,
        Self::Rate,
        Self::Speed,
        Self::VolumeRate,
        Self::Diffusivity,
        Self::Concentration,
        Self::Secretion,
        Self::NumberDensity,
        Self::SurfaceDensity,
        Self::SurfaceRate,
        Self::VolumeEventRate,
        Self::MassDensity,
        Self::Mass,
        Self::MassRate,
        Self::MassConcentration,
        Self::MolarMass,
        Self::FluidVolume,
        Self::Clearance,
        Self::Amount,
        Self::AmountRate,
        Self::BoneTurnover,
        Self::BodyVolume,
        Self::Slope,
        Self::AbsorbedDose,
        Self::Radiosensitivity,
        Self::ElasticModulus,
        Self::Position,
        Self::Moment,
    ];

    /// Name in an error message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Length => "a length",
            Self::Area => "an area",
            Self::Volume => "a volume",
            Self::Time => "a time",
            Self::Rate => "a rate",
            Self::Speed => "a speed",
            Self::VolumeRate => "a volume per time",
            Self::Diffusivity => "a diffusivity",
            Self::Concentration => "a concentration",
            Self::Secretion => "an amount per time",
            Self::NumberDensity => "a number per volume",
            Self::SurfaceDensity => "a number per area",
            Self::SurfaceRate => "a number of events per area and time",
            Self::VolumeEventRate => "a number of events per volume and time",
            Self::MassDensity => "a mass per volume",
            Self::Mass => "a mass",
            Self::MassRate => "a mass per time",
            Self::MassConcentration => "a mass per volume of fluid",
            Self::MolarMass => "a molar mass",
            Self::FluidVolume => "a volume of fluid",
            Self::Clearance => "a volume of fluid per time",
            Self::Amount => "an amount",
            Self::AmountRate => "an amount in the body per time",
            Self::BoneTurnover => "a volume of bone per time",
            Self::BodyVolume => "a volume in the body",
            Self::Slope => "an effect per concentration",
            Self::AbsorbedDose => "an absorbed dose",
            Self::Radiosensitivity => "an effect per absorbed dose",
            Self::ElasticModulus => "an elastic modulus",
            Self::Position => "a place along an axis",
            Self::Moment => "a time before or after day 0",
            Self::Number => "a number without unit",
        }
    }

    /// An example of a value in an error message.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Length => "10 um",
            Self::Area => "150 um2",
            Self::Volume => "1767 um3",
            Self::Time => "12 d",
            Self::Rate => "0.5 /d",
            Self::Speed => "105 um/h",
            Self::VolumeRate => "390 um3/h",
            Self::Diffusivity => "13 um2/s",
            Self::Concentration => "100 pM",
            Self::Secretion => "0.0126 amol/h",
            Self::NumberDensity => "2000 /mm3",
            Self::SurfaceDensity => "400 /mm2",
            Self::SurfaceRate => "30 /mm2/yr",
            Self::VolumeEventRate => "5 /mm3/d",
            Self::MassDensity => "0.45 g/cm3",
            Self::Mass => "70 kg",
            Self::MassRate => "0.075 mg/d",
            Self::MassConcentration => "0.19 mg/L",
            Self::MolarMass => "147 kDa",
            Self::FluidVolume => "2.6 L",
            Self::Clearance => "0.09 L/d",
            Self::Amount => "100 mmol",
            Self::AmountRate => "4.2 mmol/d",
            Self::BoneTurnover => "0.5 cm3/d",
            Self::BodyVolume => "20 cm3",
            Self::Slope => "8.58 /uM",
            Self::AbsorbedDose => "8 Gy",
            Self::Radiosensitivity => "0.3 /Gy",
            Self::ElasticModulus => "18 GPa",
            Self::Position => "1 mm",
            Self::Moment => "60 d",
            Self::Number => "0.5",
        }
    }

    /// Largest value, in the canonical unit: beyond every use of the dimension, and far below what
    /// arithmetic can hold.
    pub const fn most(self) -> f64 {
        match self {
            Self::MassDensity => 1e2,
            Self::FluidVolume | Self::AbsorbedDose | Self::Radiosensitivity => 1e5,
            Self::Clearance | Self::BoneTurnover | Self::Slope => 1e6,
            Self::MassConcentration | Self::BodyVolume | Self::ElasticModulus => 1e7,
            Self::Length | Self::Position => 1e8,
            Self::Rate
            | Self::Speed
            | Self::SurfaceDensity
            | Self::SurfaceRate
            | Self::MassRate
            | Self::MolarMass
            | Self::Amount
            | Self::AmountRate => 1e9,
            Self::Time | Self::Moment | Self::Mass => 1e10,
            Self::Diffusivity | Self::NumberDensity | Self::VolumeEventRate | Self::Number => 1e12,
            Self::Area | Self::Concentration => 1e14,
            Self::VolumeRate => 1e15,
            Self::Secretion => 1e18,
            Self::Volume => 1e20,
        }
    }

    /// The value, where it lies in what the dimension can mean.
    fn bounded(self, value: f64, text: &str) -> Result<f64, QuantityError> {
        let is_number = self == Self::Number;
        let is_signed = matches!(self, Self::Position | Self::Moment | Self::Number);
        if value < 0.0 && !is_signed {
            return Err(QuantityError::BelowZero {
                found: text.into(),
                dimension: self,
            });
        }
        let size = value.abs();
        if size > self.most() || (size > 0.0 && size < LEAST && !is_number) {
            return Err(QuantityError::OutOfRange {
                found: text.into(),
                dimension: self,
            });
        }
        // Minus zero is zero.
        Ok(value + 0.0)
    }

    /// The canonical unit.
    pub const fn canonical_unit(self) -> &'static str {
        units(self)[0].0
    }

    /// Reads text such as "12 d"; the value in the canonical unit.
    ///
    /// # Errors
    /// Says what was found, which units are allowed, and gives an example.
    pub fn parse(self, text: &str) -> Result<f64, QuantityError> {
        let trimmed = text.trim();
        // The number is the longest prefix that reads as one; the rest is the unit.
        let split = trimmed
            .char_indices()
            .map(|(at, _)| at)
            .chain([trimmed.len()])
            .rev()
            .find(|&at| trimmed[..at].trim_end().parse::<f64>().is_ok());
        let Some(split) = split else {
            return Err(QuantityError::NoNumber {
                found: text.into(),
                dimension: self,
            });
        };
        let number: f64 = trimmed[..split].trim_end().parse().unwrap_or(f64::NAN);
        let unit = trimmed[split..].trim();
        if !number.is_finite() {
            return Err(QuantityError::NotFinite {
                found: text.into(),
                dimension: self,
            });
        }
        if self == Self::Number {
            return if unit.is_empty() {
                self.bounded(number, text)
            } else {
                Err(QuantityError::UnknownUnit {
                    found: text.into(),
                    unit: unit.into(),
                    dimension: self,
                })
            };
        }
        if unit.is_empty() {
            return Err(QuantityError::MissingUnit {
                found: text.into(),
                dimension: self,
            });
        }
        let plain = plain(unit);
        units(self)
            .iter()
            .find(|(name, _)| *name == plain)
            .map(|(_, size)| number * size)
            .ok_or_else(|| QuantityError::UnknownUnit {
                found: text.into(),
                unit: unit.into(),
                dimension: self,
            })
            .and_then(|value| self.bounded(value, text))
    }

    /// A value in the unit in which its number is shortest and reads back as it is; in the canonical one where
    /// several are as short.
    ///
    /// ```
    /// # use howship::numerics::quantity::Dimension;
    /// let said = [1680.0, 0.25, 30.0, 1e300].map(|hours| Dimension::Time.say(hours));
    /// assert_eq!(said, ["70 d", "15 min", "30 h", "1e300 h"]);
    /// ```
    pub fn say(self, value: f64) -> String {
        let number = |number: f64| {
            let (plain, short) = (number.to_string(), format!("{number:e}"));
            if plain.len() > 10 && short.len() < plain.len() {
                short
            } else {
                plain
            }
        };
        let mut best = (number(value), self.canonical_unit());
        for (unit, size) in units(self) {
            let shorter = number(value / size);
            let reads_back = || {
                self.parse(&format!("{shorter} {unit}"))
                    .is_ok_and(|read| read.to_bits() == value.to_bits())
            };
            if shorter.len() < best.0.len() && reads_back() {
                best = (shorter, unit);
            }
        }
        format!("{} {}", best.0, best.1).trim_end().to_owned()
    }

    /// How many of one unit are one of another, where both measure the same.
    pub fn conversion(from: &str, to: &str) -> Option<f64> {
        let (from, to) = (plain(from), plain(to));
        Self::WITH_UNITS.into_iter().find_map(|dimension| {
            let size = |unit: &str| {
                let mut all = units(dimension).iter();
                all.find(|(name, _)| *name == unit).map(|(_, size)| *size)
            };
            Some(size(&from)? / size(&to)?)
        })
    }

    /// True for a text that is a unit of anything.
    pub fn is_unit(text: &str) -> bool {
        Self::conversion(text, text).is_some()
    }

    /// Units that are understood, for messages and schemas.
    pub fn allowed_units(self) -> Vec<&'static str> {
        units(self).iter().map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests;
