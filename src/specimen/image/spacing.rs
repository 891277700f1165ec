//! A voxel size as it is written: one length, or three along x, y, z.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::numerics::quantity::Length;

/// Voxel size along x, y, z: "20 um", or "20 um, 20 um, 40 um".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing([Length; 3]);

impl Spacing {
    /// The sizes, um.
    pub fn um(self) -> [f64; 3] {
        self.0.map(Length::get)
    }

    /// True when every size is above zero.
    pub fn is_positive(self) -> bool {
        self.um().iter().all(|&size| size > 0.0)
    }
}

impl FromStr for Spacing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sizes: Vec<Length> = text
            .split(',')
            .map(|size| size.trim().parse::<Length>())
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let spacing = match sizes[..] {
            [one] => Self([one; 3]),
            [x, y, z] => Self([x, y, z]),
            _ => {
                return Err(format!(
                    "found \"{text}\", expected one length or three, such as \"20 um\" or \
                     \"20 um, 20 um, 40 um\""
                ));
            }
        };
        if spacing.is_positive() {
            Ok(spacing)
        } else {
            Err(format!("found \"{text}\", expected lengths above zero"))
        }
    }
}

impl fmt::Display for Spacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.0;
        if x == y && y == z {
            write!(f, "{x}")
        } else {
            write!(f, "{x}, {y}, {z}")
        }
    }
}

impl Serialize for Spacing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [x, y, z] = self.0;
        if x == y && y == z {
            x.serialize(serializer)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Spacing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrThree;
        impl<'de> Visitor<'de> for OneOrThree {
            type Value = Spacing;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length such as \"20 um\", or three")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Spacing, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sizes: A) -> Result<Spacing, A::Error> {
                let mut found = Vec::new();
                while let Some(size) = sizes.next_element::<Length>()? {
                    found.push(size);
                }
                let sizes = <[Length; 3]>::try_from(found).map_err(|found| {
                    de::Error::custom(format!(
                        "found {} lengths, expected one, or three along x, y, z",
                        found.len()
                    ))
                })?;
                let spacing = Spacing(sizes);
                if spacing.is_positive() {
                    Ok(spacing)
                } else {
                    Err(de::Error::custom(format!(
                        "found {spacing}, expected lengths above zero"
                    )))
                }
            }
        }
        deserializer.deserialize_any(OneOrThree)
    }
}

impl JsonSchema for Spacing {
    fn schema_name() -> Cow<'static, str> {
        "Spacing".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a length, such as \"20 um\", or three along x, y, z",
            "type": ["string", "array"],
            "items": { "type": "string" },
            "minItems": 3,
            "maxItems": 3
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_three_lengths_are_read_and_written_again() {
        let three: Spacing = "20 um, 0.02 mm,40 um".parse().unwrap();
        assert_eq!(three.um().map(|size| size.to_string()), ["20", "20", "40"]);
        assert_eq!(three.to_string(), "20 um, 20 um, 40 um");
        let one: Spacing = "19.5 um".parse().unwrap();
        assert_eq!(one.um().map(|size| size.to_string()), ["19.5"; 3]);
        for spacing in [one, three] {
            let text = serde_json::to_string(&spacing).unwrap();
            assert_eq!(serde_json::from_str::<Spacing>(&text).unwrap(), spacing);
        }
        for (wrong, words) in [
            ("20", "without a unit"),
            ("20 um, 20 um", "one length or three"),
            ("-5 um", "below zero"),
            ("20 um, 0 um, 20 um", "above zero"),
            ("x", "expected a length"),
        ] {
            let error = wrong.parse::<Spacing>().unwrap_err();
            assert!(error.contains(words), "{wrong}: {error}");
        }
        assert!(serde_json::from_str::<Spacing>("[\"1 um\", \"2 um\"]").is_err());
    }
}
