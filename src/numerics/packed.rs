//! Arrays over the lattice in few bytes, without loss: most sites hold what their neighbours hold.
//!
//! A field of a saved type is marked `#[serde(with = "crate::numerics::packed")]` where it holds one
//! number per site, and `#[serde(with = "crate::numerics::packed::each")]` where it is a list of such
//! arrays. An array without the mark is saved all the same, only in more bytes.
//!
//! Values are taken [`CHUNK`] at a time, and each chunk in the shortest of five forms: the constant of
//! the chunk before, a new constant, two values with a bit each, two bits each (the two most frequent
//! values, the neighbour's, or one that follows), or the differences to the neighbour, their lowest
//! bytes first. Bit patterns are compared and never numbers, so that a not-a-number and the sign of
//! zero come back as they were.
//!
//! Reading is bounded: outside of [`within`] nothing is read, inside it every array must have as many
//! values as the lattice has sites, and all of them together stay below a number of bytes.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values of a chunk.
pub const CHUNK: usize = 256;
/// Values that are packed apart from all others, in parallel.
const PIECE: usize = 256 * CHUNK;

const SAME: u8 = 0;
const CONSTANT: u8 = 1;
const TWO: u8 = 2;
const CODES: u8 = 3;
const DIFFERENCES: u8 = 4;

/// A number that an array over the lattice may hold.
pub trait Word: Copy + Send + Sync {
    /// Bytes of the number.
    const BYTES: usize;
    /// Its bit pattern.
    fn to_bits(self) -> u64;
    /// The number with a bit pattern, if there is one.
    fn from_bits(bits: u64) -> Option<Self>;
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl Word for $kind {
            const BYTES: usize = size_of::<$kind>();
            fn to_bits(self) -> u64 {
                u64::from(self)
            }
            fn from_bits(bits: u64) -> Option<Self> {
                Self::try_from(bits).ok()
            }
        }
    )*};
}

whole!(u8 u16 u32 u64);

impl Word for bool {
    const BYTES: usize = 1;
    fn to_bits(self) -> u64 {
        u64::from(self)
    }
    fn from_bits(bits: u64) -> Option<Self> {
        (bits < 2).then_some(bits == 1)
    }
}

impl Word for f32 {
    const BYTES: usize = 4;
    fn to_bits(self) -> u64 {
        u64::from(Self::to_bits(self))
    }
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().map(Self::from_bits)
    }
}

impl Word for f64 {
    const BYTES: usize = 8;
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }
    fn from_bits(bits: u64) -> Option<Self> {
        Some(Self::from_bits(bits))
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    sites: usize,
    bytes: usize,
}

thread_local! {
    static LIMITS: Cell<Limits> = const { Cell::new(Limits { sites: 0, bytes: 0 }) };
    static DIGESTED: Cell<bool> = const { Cell::new(false) };
}

/// Reads on this thread with these limits: each array has `sites` values, and all arrays together
/// take at most `bytes`.
pub fn within<R>(sites: usize, bytes: usize, read: impl FnOnce() -> R) -> R {
    struct Back(Limits);
    impl Drop for Back {
        fn drop(&mut self) {
            LIMITS.set(self.0);
        }
    }
    let _back = Back(LIMITS.replace(Limits { sites, bytes }));
    read()
}

/// Saves on this thread with the digest of each array in its place: quicker where only a digest of
/// the whole is wanted.
pub fn digested<R>(save: impl FnOnce() -> R) -> R {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            DIGESTED.set(self.0);
        }
    }
    let _back = Back(DIGESTED.replace(true));
    save()
}

/// Digest of the bit patterns of an array.
pub fn digest<T: Word>(values: &[T]) -> blake3::Hash {
    let pieces: Vec<blake3::Hash> = values
        .par_chunks(PIECE)
        .map(|piece| {
            let mut bytes = vec![0; T::BYTES * piece.len()];
            for (to, value) in bytes.chunks_exact_mut(T::BYTES).zip(piece) {
                to.copy_from_slice(&value.to_bits().to_le_bytes()[..T::BYTES]);
            }
            blake3::hash(&bytes)
        })
        .collect();
    let mut whole = blake3::Hasher::new();
    whole.update(&(values.len() as u64).to_le_bytes());
    for piece in pieces {
        whole.update(piece.as_bytes());
    }
    whole.finalize()
}

/// Takes the bytes of one array from what is left.
fn allow<T>(count: usize) -> Result<(), String> {
    let limits = LIMITS.get();
    if count != limits.sites {
        return Err(format!(
            "an array of {count} values, where the lattice has {} sites",
            limits.sites
        ));
    }
    let bytes = count.saturating_mul(size_of::<T>());
    let left = limits.bytes.checked_sub(bytes).ok_or_else(|| {
        format!(
            "an array of {bytes} bytes, where {} are left of those allowed",
            limits.bytes
        )
    })?;
    LIMITS.set(Limits {
        bytes: left,
        ..limits
    });
    Ok(())
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

fn pack_chunk<T: Word>(chunk: &[T], last: &mut u64, bytes: &mut Vec<u8>) {
    let Some(first) = chunk.first().map(|value| value.to_bits()) else {
        return;
    };
    let Some(other) = chunk
        .iter()
        .map(|value| value.to_bits())
        .find(|&bits| bits != first)
    else {
        if first == *last {
            bytes.push(SAME);
        } else {
            bytes.push(CONSTANT);
            put::<T>(first, bytes);
            *last = first;
        }
        return;
    };
    let mut common = [first, other];
    let mut found = count(chunk, common);
    // Noise is not searched for what it does not have.
    if found.literals > 0 && found.literals < chunk.len() - chunk.len() / 4 {
        common = most_frequent(chunk);
        found = count(chunk, common);
    }
    let [a, b] = common;
    let code = |previous: u64, bits: u64| match bits {
        _ if bits == a => 0_u8,
        _ if bits == b => 1,
        _ if bits == previous => 2,
        _ => 3,
    };
    let Found { literals, others } = found;
    if others == 0 {
        bytes.push(TWO);
        put::<T>(a, bytes);
        put::<T>(b, bytes);
        for eight in chunk.chunks(8) {
            bytes.push(eight.iter().enumerate().fold(0, |byte, (at, value)| {
                byte | (u8::from(value.to_bits() == b) << at)
            }));
        }
    } else if 2 * T::BYTES + chunk.len().div_ceil(4) + literals * T::BYTES < T::BYTES * chunk.len()
    {
        bytes.push(CODES);
        put::<T>(a, bytes);
        put::<T>(b, bytes);
        let mut previous = a;
        for four in chunk.chunks(4) {
            bytes.push(four.iter().enumerate().fold(0, |byte, (at, value)| {
                let bits = value.to_bits();
                let code = code(previous, bits);
                previous = bits;
                byte | (code << (2 * at))
            }));
        }
        let mut previous = a;
        for value in chunk {
            let bits = value.to_bits();
            if code(previous, bits) == 3 {
                put::<T>(bits, bytes);
            }
            previous = bits;
        }
    } else {
        bytes.push(DIFFERENCES);
        let from = bytes.len();
        bytes.resize(from + T::BYTES * chunk.len(), 0);
        let planes = &mut bytes[from..];
        let mut previous = 0;
        for (at, value) in chunk.iter().enumerate() {
            let bits = value.to_bits();
            let difference = zigzag::<T>(bits.wrapping_sub(previous)).to_le_bytes();
            for (plane, byte) in difference[..T::BYTES].iter().enumerate() {
                planes[plane * chunk.len() + at] = *byte;
            }
            previous = bits;
        }
    }
}

/// Values of a chunk that are neither of two, and those of them that are not the neighbour's either.
struct Found {
    others: usize,
    literals: usize,
}

fn count<T: Word>(chunk: &[T], [a, b]: [u64; 2]) -> Found {
    let mut found = Found {
        others: 0,
        literals: 0,
    };
    let mut previous = a;
    for value in chunk {
        let bits = value.to_bits();
        let other = bits != a && bits != b;
        found.others += usize::from(other);
        found.literals += usize::from(other && bits != previous);
        previous = bits;
    }
    found
}

/// The two values that a chunk holds most often, among the first dozen that it holds.
fn most_frequent<T: Word>(chunk: &[T]) -> [u64; 2] {
    const MOST: usize = 12;
    let mut seen: [(u64, u32); MOST] = [(0, 0); MOST];
    let mut known = 0;
    for value in chunk {
        let bits = value.to_bits();
        match seen[..known].iter_mut().find(|(other, _)| *other == bits) {
            Some((_, count)) => *count += 1,
            None if known < MOST => {
                seen[known] = (bits, 1);
                known += 1;
            }
            None => {}
        }
    }
    // A stable order: of two that are as frequent, the first in the chunk.
    seen[..known].sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    [seen[0].0, seen[1].0]
}

const fn unused_bits<T: Word>() -> u32 {
    64 - 8 * T::BYTES as u32
}

/// A difference of bit patterns with its sign in the lowest bit, so that a small one has small bytes.
fn zigzag<T: Word>(difference: u64) -> u64 {
    let signed = ((difference << unused_bits::<T>()) as i64) >> unused_bits::<T>();
    ((signed << 1) ^ (signed >> 63)) as u64
}

fn unzigzag<T: Word>(zigzag: u64) -> u64 {
    let difference = (zigzag >> 1) ^ (zigzag & 1).wrapping_neg();
    difference & (u64::MAX >> unused_bits::<T>())
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

fn unpack_chunk<T: Word>(
    rest: &mut &[u8],
    length: usize,
    last: &mut u64,
    values: &mut Vec<T>,
) -> Result<(), String> {
    match take(rest, 1)?[0] {
        form @ (SAME | CONSTANT) => {
            if form == CONSTANT {
                *last = take_bits::<T>(rest)?;
            }
            values.resize(values.len() + length, value::<T>(*last)?);
        }
        TWO => {
            let pair = [take_bits::<T>(rest)?, take_bits::<T>(rest)?];
            let pair = [value::<T>(pair[0])?, value::<T>(pair[1])?];
            let codes = take(rest, length.div_ceil(8))?;
            values.extend((0..length).map(|at| pair[usize::from(codes[at / 8] >> (at % 8) & 1)]));
        }
        CODES => {
            let pair = [take_bits::<T>(rest)?, take_bits::<T>(rest)?];
            let codes = take(rest, length.div_ceil(4))?;
            let mut previous = pair[0];
            for at in 0..length {
                previous = match codes[at / 4] >> (2 * (at % 4)) & 3 {
                    0 => pair[0],
                    1 => pair[1],
                    2 => previous,
                    _ => take_bits::<T>(rest)?,
                };
                values.push(value(previous)?);
            }
        }
        DIFFERENCES => {
            let planes = take(rest, T::BYTES * length)?;
            let mut previous: u64 = 0;
            for at in 0..length {
                let mut bytes = [0; 8];
                for (plane, byte) in bytes[..T::BYTES].iter_mut().enumerate() {
                    *byte = planes[plane * length + at];
                }
                let difference = unzigzag::<T>(u64::from_le_bytes(bytes));
                previous = previous.wrapping_add(difference) & (u64::MAX >> unused_bits::<T>());
                values.push(value(previous)?);
            }
        }
        form => return Err(format!("form {form} of a chunk, where 0 to 4 are known")),
    }
    Ok(())
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
