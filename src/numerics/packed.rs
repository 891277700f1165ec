//! Arrays over the lattice in few bytes, without loss: most sites hold what their neighbours hold.
//!
//! A field of a saved type carries `#[serde(with = "crate::numerics::packed")]` where it holds one
//! number per site, and `#[serde(with = "crate::numerics::packed::each")]` where it is a list of such
//! arrays. An array without the attribute is saved too, in more bytes.
//!
//! Values are taken [`CHUNK`] at a time, and each chunk in the shortest of five forms: the constant of
//! the chunk before, a new constant, two values with a bit each, two bits each (the two most frequent
//! values, the neighbour's, or one that follows), or the differences to the neighbour, their lowest
//! bytes first. Bit patterns are compared and never numbers, so that a not-a-number and the sign of
//! zero come back as they were.
//!
//! Why not a byte shuffle before zstd: the 22 arrays of one checkpoint (100 x 100 x 100 sites, a week of
//! burn-in and a week of tumour, 90.0 MB) take 3.10 MB packed and compressed at level 1, which checkpoints use,
//! 5.27 MB shuffled at level 1 (4.98 MB at level 3), and 5.09 MB by zstd alone. At level 3 zstd alone comes as
//! low (3.05 MB), but has to take in all 90 MB on one thread; packed they are 13.7 MB, made by all threads, and an
//! array's length is known and bounded before it is unpacked.
//!
//! Reading is bounded: outside of [`within`] nothing is read, inside it every array must have as many
//! values as the lattice has sites, and all of them together stay below a number of bytes.

mod chunk;
mod limits;
mod word;

use std::fmt;
use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use chunk::{pack_chunk, unpack_chunk};
use limits::{DIGESTED, allow};
pub use limits::{digested, within};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use word::Word;

/// Values of a chunk.
pub const CHUNK: usize = 256;
/// Values that are packed apart from all others, in parallel.
const PIECE: usize = 256 * CHUNK;

/// Digest of the bit patterns of an array.
pub fn digest<T: Word>(values: &[T]) -> blake3::Hash {
    let pieces: Vec<blake3::Hash> = values
        .par_chunks(PIECE)
        .map(|piece| blake3::hash(&T::bytes(piece)))
        .collect();
    let mut whole = blake3::Hasher::new();
    whole.update(&(values.len() as u64).to_le_bytes());
    for piece in pieces {
        whole.update(piece.as_bytes());
    }
    whole.finalize()
}

/// Bytes that stand for an array.
pub fn pack<T: Word>(values: &[T]) -> Vec<u8> {
    let pieces: Vec<Vec<u8>> = values
        .par_chunks(PIECE)
        .map(|piece| {
            let mut bytes = Vec::new();
            let mut last = 0;
            for chunk in piece.chunks(CHUNK) {
                pack_chunk(chunk, &mut last, &mut bytes);
            }
            bytes
        })
        .collect();
    let mut bytes = (values.len() as u64).to_le_bytes().to_vec();
    bytes.reserve_exact(pieces.iter().map(Vec::len).sum());
    for piece in pieces {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

fn put<T: Word>(bits: u64, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&bits.to_le_bytes()[..T::BYTES]);
}

/// The array that bytes stand for.
///
/// # Errors
/// What is wrong with the bytes, or beyond the limits of [`within`].
pub fn unpack<T: Word>(bytes: &[u8]) -> Result<Vec<T>, String> {
    let mut rest = bytes;
    let count = u64::from_le_bytes(
        take(&mut rest, 8)?
            .try_into()
            .map_err(|_| torn().to_owned())?,
    );
    let count = usize::try_from(count).map_err(|_| torn().to_owned())?;
    allow::<T>(count)?;
    let mut values: Vec<T> = Vec::with_capacity(count);
    let mut last = 0;
    while values.len() < count {
        if values.len().is_multiple_of(PIECE) {
            last = 0;
        }
        let length = CHUNK.min(count - values.len());
        unpack_chunk(&mut rest, length, &mut last, &mut values)?;
    }
    if rest.is_empty() {
        Ok(values)
    } else {
        Err(format!("{} bytes too many behind an array", rest.len()))
    }
}

const fn torn() -> &'static str {
    "an array breaks off"
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(count).ok_or_else(torn)?;
    *rest = left;
    Ok(taken)
}

fn take_bits<T: Word>(rest: &mut &[u8]) -> Result<u64, String> {
    let mut bytes = [0; 8];
    bytes[..T::BYTES].copy_from_slice(take(rest, T::BYTES)?);
    Ok(u64::from_le_bytes(bytes))
}

fn value<T: Word>(bits: u64) -> Result<T, String> {
    T::from_bits(bits).ok_or_else(|| format!("{bits:#x} in an array of true and false"))
}

/// An array, packed only when its bytes are asked for.
struct Packed<'a, T>(&'a [T]);

struct Bytes<'a, T>(&'a [T]);

impl<T: Word> Serialize for Packed<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_newtype_struct("Packed", &Bytes(self.0))
    }
}

impl<T: Word> Serialize for Bytes<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if DIGESTED.get() {
            to.serialize_bytes(digest(self.0).as_bytes())
        } else {
            to.serialize_bytes(&pack(self.0))
        }
    }
}

struct Unpacked<T>(Vec<T>);

impl<'de, T: Word> Deserialize<'de> for Unpacked<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Newtype<T>(PhantomData<T>);
        impl<'de, T: Word> Visitor<'de> for Newtype<T> {
            type Value = Unpacked<T>;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a packed array")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                from: D,
            ) -> Result<Self::Value, D::Error> {
                from.deserialize_bytes(self)
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                unpack(bytes).map(Unpacked).map_err(E::custom)
            }
        }
        from.deserialize_newtype_struct("Packed", Newtype(PhantomData))
    }
}

/// Saves an array over the lattice in few bytes.
///
/// # Errors
/// Those of the writer.
pub fn serialize<T: Word, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
    Packed(values).serialize(to)
}

/// Reads what [`serialize`](fn@serialize) wrote.
///
/// # Errors
/// Those of the reader; bytes that are not in form, or beyond the limits of [`within`].
pub fn deserialize<'de, T: Word, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Unpacked::deserialize(from).map(|read| read.0)
}

/// A list of arrays over the lattice.
pub mod each {
    use super::{
        Deserializer, Packed, PhantomData, SeqAccess, SerializeSeq, Serializer, Unpacked, Visitor,
        Word, fmt,
    };

    /// Saves a list of arrays over the lattice in few bytes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn serialize<T: Word, S: Serializer>(arrays: &[Vec<T>], to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(arrays.len()))?;
        for values in arrays {
            list.serialize_element(&Packed(values))?;
        }
        list.end()
    }

    /// Reads what [`serialize`](fn@serialize) wrote.
    ///
    /// # Errors
    /// Those of the reader; bytes that are not in form, or beyond the limits of
    /// [`within`](super::within).
    pub fn deserialize<'de, T: Word, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Vec<T>>, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Word> Visitor<'de> for List<T> {
            type Value = Vec<Vec<T>>;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a list of packed arrays")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut arrays = Vec::new();
                while let Some(Unpacked(values)) = list.next_element::<Unpacked<T>>()? {
                    arrays.push(values);
                }
                Ok(arrays)
            }
        }
        from.deserialize_seq(List(PhantomData))
    }
}

#[cfg(test)]
mod tests;
