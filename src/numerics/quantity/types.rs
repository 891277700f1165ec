//! A type for every dimension, read from and written as text with its unit.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::Dimension;
use super::error::QuantityError;

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
