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

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

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

/// A unit as the lists below spell it.
fn plain(unit: &str) -> String {
    unit.replace("per ", "/")
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '^')
        .map(|c| match c {
            // Micro sign and Greek mu are both typed for "u".
            '\u{b5}' | '\u{3bc}' => 'u',
            '\u{b2}' => '2',
            '\u{b3}' => '3',
            other => other,
        })
        .collect()
}

const HOURS_PER_YEAR: f64 = 365.25 * 24.0;
const HOURS_PER_MONTH: f64 = HOURS_PER_YEAR / 12.0;

/// Units of a dimension with their size in canonical units; the first is the canonical one.
const fn units(dimension: Dimension) -> &'static [(&'static str, f64)] {
    match dimension {
        Dimension::Length | Dimension::Position => {
            &[("um", 1.0), ("nm", 1e-3), ("mm", 1e3), ("cm", 1e4)]
        }
        Dimension::Area => &[("um2", 1.0), ("mm2", 1e6), ("cm2", 1e8), ("m2", 1e12)],
        Dimension::Volume => &[("um3", 1.0), ("mm3", 1e9), ("pL", 1e3), ("fL", 1.0)],
        Dimension::Time | Dimension::Moment => &[
            ("h", 1.0),
            ("s", 1.0 / 3600.0),
            ("min", 1.0 / 60.0),
            ("d", 24.0),
            ("wk", 168.0),
            ("month", HOURS_PER_MONTH),
            ("yr", HOURS_PER_YEAR),
        ],
        Dimension::Rate => &[
            ("/h", 1.0),
            ("/s", 3600.0),
            ("/min", 60.0),
            ("/d", 1.0 / 24.0),
            ("/wk", 1.0 / 168.0),
            ("/month", 1.0 / HOURS_PER_MONTH),
            ("/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::Speed => &[
            ("um/h", 1.0),
            ("um/min", 60.0),
            ("um/s", 3600.0),
            ("um/d", 1.0 / 24.0),
            ("mm/d", 1e3 / 24.0),
        ],
        Dimension::VolumeRate => &[("um3/h", 1.0), ("um3/d", 1.0 / 24.0), ("um3/min", 60.0)],
        Dimension::Diffusivity => &[
            ("um2/h", 1.0),
            ("um2/s", 3600.0),
            ("um2/min", 60.0),
            ("um2/d", 1.0 / 24.0),
            ("mm2/d", 1e6 / 24.0),
        ],
        Dimension::Concentration => &[
            ("pM", 1.0),
            ("fM", 1e-3),
            ("nM", 1e3),
            ("uM", 1e6),
            ("mM", 1e9),
            ("M", 1e12),
        ],
        Dimension::Secretion => &[
            ("amol/h", 1.0),
            ("amol/d", 1.0 / 24.0),
            ("zmol/h", 1e-3),
            ("fmol/h", 1e3),
            ("fmol/d", 1e3 / 24.0),
            ("mol/s", 3.6e21),
        ],
        Dimension::NumberDensity => &[("/mm3", 1.0), ("/um3", 1e9), ("/cm3", 1e-3)],
        Dimension::SurfaceDensity => &[("/mm2", 1.0), ("/um2", 1e6)],
        Dimension::SurfaceRate => &[
            ("/mm2/h", 1.0),
            ("/mm2/d", 1.0 / 24.0),
            ("/mm2/wk", 1.0 / 168.0),
            ("/mm2/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::VolumeEventRate => &[
            ("/mm3/h", 1.0),
            ("/mm3/d", 1.0 / 24.0),
            ("/mm3/wk", 1.0 / 168.0),
            ("/mm3/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::MassDensity => &[("g/cm3", 1.0), ("mg/cm3", 1e-3)],
        Dimension::Mass => &[
            ("mg", 1.0),
            ("ug", 1e-3),
            ("ng", 1e-6),
            ("g", 1e3),
            ("kg", 1e6),
        ],
        Dimension::MassRate => &[
            ("mg/h", 1.0),
            ("mg/d", 1.0 / 24.0),
            ("ug/h", 1e-3),
            ("ug/d", 1e-3 / 24.0),
            ("ng/h", 1e-6),
        ],
        Dimension::MassConcentration => &[
            ("mg/L", 1.0),
            ("ug/mL", 1.0),
            ("ug/L", 1e-3),
            ("ng/mL", 1e-3),
            ("g/L", 1e3),
        ],
        Dimension::MolarMass => &[("g/mol", 1.0), ("Da", 1.0), ("kDa", 1e3)],
        Dimension::FluidVolume => &[("L", 1.0), ("mL", 1e-3), ("uL", 1e-6)],
        Dimension::Clearance => &[
            ("L/h", 1.0),
            ("L/d", 1.0 / 24.0),
            ("mL/h", 1e-3),
            ("mL/d", 1e-3 / 24.0),
            ("mL/min", 0.06),
            ("L/min", 60.0),
        ],
        Dimension::Amount => &[("mmol", 1.0), ("umol", 1e-3), ("mol", 1e3)],
        Dimension::AmountRate => &[("mmol/h", 1.0), ("mmol/d", 1.0 / 24.0), ("umol/h", 1e-3)],
        Dimension::BoneTurnover => &[
            ("cm3/h", 1.0),
            ("cm3/d", 1.0 / 24.0),
            ("mm3/d", 1e-3 / 24.0),
            ("cm3/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::BodyVolume => &[("cm3", 1.0), ("mm3", 1e-3), ("mL", 1.0), ("L", 1e3)],
        Dimension::Slope => &[("/pM", 1.0), ("/nM", 1e-3), ("/uM", 1e-6)],
        Dimension::AbsorbedDose => &[("Gy", 1.0), ("cGy", 1e-2), ("mGy", 1e-3)],
        Dimension::Radiosensitivity => &[("/Gy", 1.0)],
        Dimension::ElasticModulus => &[("MPa", 1.0), ("GPa", 1e3), ("kPa", 1e-3)],
        Dimension::Number => &[("", 1.0)],
    }
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

/// Text that is not the quantity asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// There is no number at the start.
    #[error("found \"{found}\", expected {} such as \"{}\"", dimension.name(), dimension.example())]
    NoNumber {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// The number is infinite or not a number.
    #[error("found \"{found}\", expected {} that is finite, such as \"{}\"", dimension.name(), dimension.example())]
    NotFinite {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A quantity that cannot be below zero is.
    #[error("found \"{found}\", which is below zero; write {} of zero or above, such as \"{}\"", dimension.name(), dimension.example())]
    BelowZero {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A quantity beyond every use of its dimension.
    #[error("found \"{found}\"; write {} {}", dimension.name(), range(*dimension))]
    OutOfRange {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A number without its unit.
    #[error("found {found} without a unit, expected {} such as \"{}\" (units: {})", dimension.name(), dimension.example(), dimension.allowed_units().join(", "))]
    MissingUnit {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A unit of another dimension, or none at all.
    #[error("unit \"{unit}\" in \"{found}\" does not measure {}; {}", dimension.name(), allowed(*dimension))]
    UnknownUnit {
        /// The text.
        found: String,
        /// The unit in it.
        unit: String,
        /// What was asked for.
        dimension: Dimension,
    },
}

fn range(dimension: Dimension) -> String {
    let (most, unit) = (dimension.most(), dimension.canonical_unit());
    if dimension == Dimension::Number {
        format!("of at most {most:e}")
    } else {
        format!("of zero, or of {LEAST:e} {unit} to {most:e} {unit}")
    }
}

fn allowed(dimension: Dimension) -> String {
    if dimension == Dimension::Number {
        format!("write the number alone, such as {}", dimension.example())
    } else {
        format!(
            "units: {} (example: \"{}\")",
            dimension.allowed_units().join(", "),
            dimension.example()
        )
    }
}

struct QuantityVisitor(Dimension);

impl Visitor<'_> for QuantityVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} such as \"{}\"", self.0.name(), self.0.example())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        self.0.parse(text).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
        self.0.parse(&number.to_string()).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
        self.0.parse(&number.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<f64, E> {
        self.0.parse(&number.to_string()).map_err(E::custom)
    }
}

/// Text or number of a dimension that is known only later (a modulator's `half_max`, whose
/// dimension is that of its cue).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Untyped(pub String);

impl<'de> Deserialize<'de> for Untyped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Untyped;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity such as \"20 pM\", or a number where the cue has no unit")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Untyped, E> {
                Ok(Untyped(text.to_owned()))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Untyped, E> {
                Ok(Untyped(number.to_string()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Untyped, E> {
                Ok(Untyped(number.to_string()))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl JsonSchema for Untyped {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Untyped".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A quantity in the unit of the cue, such as \"20 pM\"; a number where the cue has no unit.",
            "type": ["string", "number"]
        })
    }
}

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident, $canonical:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(f64);

        impl $name {
            /// From a value in the canonical unit.
            pub const fn $canonical(value: f64) -> Self {
                Self(value)
            }

            /// The value in the canonical unit.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = QuantityError;
            fn from_str(text: &str) -> Result<Self, QuantityError> {
                Dimension::$name.parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&Dimension::$name.say(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(QuantityVisitor(Dimension::$name)).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&format_args!(
                    "{} {}",
                    self.0,
                    Dimension::$name.canonical_unit()
                ))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let dimension = Dimension::$name;
                let units: Vec<String> = dimension
                    .allowed_units()
                    .iter()
                    .map(|unit| unit.replace('/', "\\/"))
                    .collect();
                json_schema!({
                    "description": format!("{}, such as \"{}\"", dimension.name(), dimension.example()),
                    "type": "string",
                    "pattern": format!(
                        "^\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*({})\\s*$",
                        units.join("|")
                    ),
                    "examples": [dimension.example()]
                })
            }
        }
    )*};
}

quantities! {
    /// A length.
    Length, um;
    /// An area.
    Area, um2;
    /// A volume.
    Volume, um3;
    /// A time.
    Time, h;
    /// A rate of events.
    Rate, per_h;
    /// A speed.
    Speed, um_per_h;
    /// A volume per time.
    VolumeRate, um3_per_h;
    /// A diffusivity.
    Diffusivity, um2_per_h;
    /// A molar concentration.
    Concentration, pm;
    /// An amount per time and cell.
    Secretion, amol_per_h;
    /// A number per volume.
    NumberDensity, per_mm3;
    /// A number per area.
    SurfaceDensity, per_mm2;
    /// A number of events per area and time.
    SurfaceRate, per_mm2_h;
    /// A number of events per volume and time.
    VolumeEventRate, per_mm3_h;
    /// A mass per volume.
    MassDensity, g_per_cm3;
    /// A mass of drug or body.
    Mass, mg;
    /// A mass per time.
    MassRate, mg_per_h;
    /// A mass per volume of body fluid.
    MassConcentration, mg_per_l;
    /// A mass per amount.
    MolarMass, g_per_mol;
    /// A volume of body fluid.
    FluidVolume, l;
    /// A volume of body fluid cleared per time.
    Clearance, l_per_h;
    /// An amount of a substance in the body.
    Amount, mmol;
    /// An amount of a substance per time.
    AmountRate, mmol_per_h;
    /// A volume of bone turned over per time.
    BoneTurnover, cm3_per_h;
    /// A volume of bone and marrow.
    BodyVolume, cm3;
    /// An effect per concentration.
    Slope, per_pm;
    /// An absorbed dose of radiation.
    AbsorbedDose, gy;
    /// An effect per absorbed dose.
    Radiosensitivity, per_gy;
    /// An elastic modulus.
    ElasticModulus, mpa;
    /// A place along an axis, which may lie before the corner of the lattice.
    Position, um;
    /// A point in time, which may lie before day 0.
    Moment, h;
}

#[cfg(test)]
mod tests;
