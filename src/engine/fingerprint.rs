//! A digest of every field of a state, to say where two runs part ways.
//!
//! The fields are found by walking over the state as it is saved: a new one is digested without a word
//! here.

use std::fmt;

use postcard::ser_flavors::Flavor;
use postcard::serialize_with_flavor;
use serde::ser::{Error as _, Impossible, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::numerics::packed;
use crate::numerics::parallel::prelude::*;

/// Bytes that are hashed at once.
const HASHED_AT_ONCE: usize = 65_536;

/// Bytes of a number at most, as it is saved.
const MOST_OF_NUMBER: usize = 10;

/// What is saved value by value, hashed many bytes at once.
struct Hashing {
    hasher: blake3::Hasher,
    bytes: Vec<u8>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            hasher: blake3::Hasher::new(),
            bytes: Vec::with_capacity(2 * HASHED_AT_ONCE),
        }
    }
}

impl Hashing {
    #[inline]
    fn hash_if_full(&mut self) {
        if self.bytes.len() >= HASHED_AT_ONCE {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
    }
}

impl Flavor for Hashing {
    type Output = blake3::Hash;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.bytes.push(byte);
        self.hash_if_full();
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        if bytes.len() <= MOST_OF_NUMBER {
            // A number has few bytes: to copy them one by one takes less time than a copy of any length.
            for &byte in bytes {
                self.bytes.push(byte);
            }
        } else {
            self.bytes.extend_from_slice(bytes);
        }
        self.hash_if_full();
        Ok(())
    }

    fn finalize(mut self) -> postcard::Result<blake3::Hash> {
        self.hasher.update(&self.bytes);
        Ok(self.hasher.finalize())
    }
}

/// A field by its path, such as `bone.matrix`, with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Fields from the outermost, joined by dots.
    pub path: String,
    /// BLAKE3 of the field as it is saved, arrays over the lattice by their bit patterns.
    pub digest: blake3::Hash,
}

/// Digests of all fields in their order, found beside each other; structs inside structs are taken apart.
///
/// # Errors
/// What a field said that cannot be saved, or a value that is no struct.
pub fn fields<T: Serialize + Sync>(value: &T) -> Result<Vec<Field>, Unfit> {
    let paths = paths(value)?;
    let digests: Vec<Result<blake3::Hash, Unfit>> = (0..paths.len())
        .into_par_iter()
        .map(|place| digest_of(value, place))
        .collect();
    let found = paths.into_iter().zip(digests);
    found
        .map(|(path, digest)| digest.map(|digest| Field { path, digest }))
        .collect()
}

/// Digest of the field at this place in their order.
fn digest_of<T: Serialize>(value: &T, place: usize) -> Result<blake3::Hash, Unfit> {
    let (mut at, mut found) = (0, None);
    value.serialize(Walk {
        above: None,
        visit: &mut |_, digest| {
            if at == place {
                found = Some(digest()?);
            }
            at += 1;
            Ok(())
        },
    })?;
    found.ok_or(Unfit::NoStruct)
}

/// Digest of the whole: that of the digests of its fields.
pub fn whole(fields: &[Field]) -> blake3::Hash {
    let mut hash = blake3::Hasher::new();
    for field in fields {
        hash.update(field.digest.as_bytes());
    }
    hash.finalize()
}

/// Paths of all fields, which are the same for every value of a type.
///
/// # Errors
/// A value that is no struct.
pub fn paths<T: Serialize>(value: &T) -> Result<Vec<String>, Unfit> {
    let mut found = Vec::new();
    value.serialize(Walk {
        above: None,
        visit: &mut |name, _| {
            found.push(name.path());
            Ok(())
        },
    })?;
    Ok(found)
}

/// Name of a field, with those of the fields that it lies in.
#[derive(Clone, Copy)]
struct Name<'a> {
    above: Option<&'a Self>,
    key: &'static str,
}

impl Name<'_> {
    /// Names from the outermost, joined by dots.
    fn path(&self) -> String {
        match self.above {
            Some(above) => format!("{}.{}", above.path(), self.key),
            None => self.key.to_owned(),
        }
    }
}

type Visit<'a> =
    dyn FnMut(&Name<'_>, &dyn Fn() -> Result<blake3::Hash, Unfit>) -> Result<(), Unfit> + 'a;

/// A value that has no fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It is no struct.
    NoStruct,
    /// It cannot be saved.
    Unsaved(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStruct => to.write_str("a value that is no struct has no fields"),
            Self::Unsaved(reason) => write!(to, "a field cannot be saved: {reason}"),
        }
    }
}

impl std::error::Error for Unfit {}

impl serde::ser::Error for Unfit {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Unsaved(reason.to_string())
    }
}

struct Walk<'a, 'b> {
    above: Option<&'a Name<'a>>,
    visit: &'a mut Visit<'b>,
}

impl SerializeStruct for Walk<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        let name = Name {
            above: self.above,
            key,
        };
        let inside = value.serialize(Walk {
            above: Some(&name),
            visit: self.visit,
        });
        if inside == Err(Unfit::NoStruct) {
            (self.visit)(&name, &|| {
                let to = Hashing::default();
                packed::digested(|| serialize_with_flavor(value, to)).map_err(Unfit::custom)
            })
        } else {
            inside
        }
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

/// Everything but a struct is said to be none.
macro_rules! no_struct {
    ($($name:ident($($kind:ty),*) -> $out:ty;)*) => {$(
        fn $name(self, $(_: $kind),*) -> Result<$out, Unfit> {
            Err(Unfit::NoStruct)
        }
    )*};
}

type Never = Impossible<(), Unfit>;

impl<'a, 'b> Serializer for Walk<'a, 'b> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Walk<'a, 'b>;
    type SerializeStructVariant = Never;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    no_struct! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Unfit> {
        Err(Unfit::NoStruct)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unfit> {
        Err(Unfit::NoStruct)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unfit> {
        Err(Unfit::NoStruct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tissue::ledger::Ledger;
    use crate::tissue::population::TumourCells;

    #[derive(Serialize, Default)]
    struct Tissue {
        tick: u32,
        tumour: TumourCells,
        ledger: Ledger,
    }

    #[test]
    fn every_field_is_digested_and_a_change_shows_in_it_alone() {
        let one = Tissue::default();
        let mut other = Tissue::default();
        other.tumour.push(7, 3, false, 0);
        let (one, other) = (fields(&one).unwrap(), fields(&other).unwrap());
        let paths: Vec<&str> = one.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(
            paths[..4],
            ["tick", "tumour.id", "tumour.site", "tumour.dormant"]
        );
        assert!(paths.contains(&"ledger.formed_um3"));
        let changed: Vec<&str> = one
            .iter()
            .zip(&other)
            .filter(|(a, b)| a != b)
            .map(|(field, _)| field.path.as_str())
            .collect();
        assert_eq!(
            changed,
            [
                "tumour.id",
                "tumour.site",
                "tumour.dormant",
                "tumour.clone",
                "tumour.doomed"
            ]
        );
    }
}
