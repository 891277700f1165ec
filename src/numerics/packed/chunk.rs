//! One chunk in the fewest bytes of five forms.

use super::word::Word;
use super::{put, take, take_bits, value};

pub(super) const SAME: u8 = 0;

const CONSTANT: u8 = 1;

const TWO: u8 = 2;

const CODES: u8 = 3;

const DIFFERENCES: u8 = 4;

pub(super) fn pack_chunk<T: Word>(chunk: &[T], last: &mut u64, bytes: &mut Vec<u8>) {
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
pub(super) struct Found {
    others: usize,
    literals: usize,
}

pub(super) fn count<T: Word>(chunk: &[T], [a, b]: [u64; 2]) -> Found {
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

pub(super) fn unpack_chunk<T: Word>(
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
