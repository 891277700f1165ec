//! Bytes and words to values.

use std::io::{BufRead, Read};
use std::path::Path;

use super::{Layout, PIECE, Sample, fill};
use crate::specimen::image::ImageError;

/// Appends the samples of a stream.
pub(super) fn decode(
    path: &Path,
    stream: &mut impl Read,
    layout: &Layout,
    values: &mut Vec<f32>,
) -> Result<(), ImageError> {
    let voxels: usize = layout.dims.iter().product();
    let size = layout.sample.bytes();
    let truncated = |found: u64| ImageError::Truncated {
        path: path.into(),
        expected: voxels as u64 * size as u64,
        found,
    };
    let mut piece = vec![0_u8; PIECE];
    let mut skip = layout.stream_offset;
    while skip > 0 {
        let count = skip.min(PIECE as u64) as usize;
        if fill(path, stream, &mut piece[..count])? < count {
            return Err(truncated(0));
        }
        skip -= count as u64;
    }
    // Grows with the data: the header alone never reserves memory.
    let mut done = 0;
    while done < voxels {
        let count = (voxels - done).min(PIECE / size);
        let bytes = &mut piece[..count * size];
        let found = fill(path, stream, bytes)?;
        if found < bytes.len() {
            return Err(truncated((done * size + found) as u64));
        }
        append(bytes, layout, values);
        done += count;
    }
    Ok(())
}

/// Appends numbers that are written out; the bytes of those that follow.
pub(super) fn decode_text(
    path: &Path,
    stream: &mut impl BufRead,
    layout: &Layout,
    values: &mut Vec<f32>,
) -> Result<u64, ImageError> {
    /// Longer words are no numbers.
    const LONGEST: usize = 400;
    let voxels: usize = layout.dims.iter().product();
    let (mut done, mut left) = (0, 0);
    let mut word = Vec::new();
    let mut bytes = stream.bytes();
    loop {
        let byte = bytes
            .next()
            .transpose()
            .map_err(|source| ImageError::io(path, source))?;
        if let Some(byte) = byte.filter(|byte| !(byte.is_ascii_whitespace() || *byte == b',')) {
            if done == voxels {
                left += 1;
            } else if word.len() < LONGEST {
                word.push(byte);
            }
            continue;
        }
        if !word.is_empty() {
            let number = std::str::from_utf8(&word)
                .ok()
                .and_then(|word| number(word, layout.sample))
                .ok_or_else(|| ImageError::Damaged {
                    path: path.into(),
                    reason: format!(
                        "value {} is \"{}\", expected a number of the type {:?}",
                        done + 1,
                        word.escape_ascii(),
                        layout.sample
                    ),
                })?;
            values.push((layout.slope * number + layout.intercept) as f32);
            done += 1;
            word.clear();
        }
        if byte.is_none() {
            break;
        }
    }
    if done < voxels {
        return Err(ImageError::Damaged {
            path: path.into(),
            reason: format!("the data end early: expected {voxels} numbers, found {done}"),
        });
    }
    Ok(left)
}

/// A number that a sample can hold.
pub(super) fn number(word: &str, sample: Sample) -> Option<f64> {
    let bits = 8 * sample.bytes() as u32;
    let (lowest, highest) = match sample {
        Sample::F32 | Sample::F64 => return word.parse().ok(),
        Sample::U8 | Sample::U16 | Sample::U32 | Sample::U64 => (0, (1_i128 << bits) - 1),
        Sample::I8 | Sample::I16 | Sample::I32 | Sample::I64 => {
            (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
        }
    };
    let read: i128 = word.parse().ok()?;
    (lowest..=highest).contains(&read).then_some(read as f64)
}

/// Appends the values of whole samples.
fn append(bytes: &[u8], layout: &Layout, values: &mut Vec<f32>) {
    let (slope, intercept) = (layout.slope, layout.intercept);
    // Compared bit by bit: only the exact identity may skip the arithmetic.
    let plain = slope.to_bits() == 1.0_f64.to_bits() && intercept.to_bits() == 0.0_f64.to_bits();
    let scaled = move |stored: f64| {
        if plain {
            stored as f32
        } else {
            (slope * stored + intercept) as f32
        }
    };
    macro_rules! each {
        ($kind:ty) => {
            values.extend(
                bytes
                    .as_chunks::<{ size_of::<$kind>() }>()
                    .0
                    .iter()
                    .map(|&chunk| {
                        let stored = if layout.big_endian {
                            <$kind>::from_be_bytes(chunk)
                        } else {
                            <$kind>::from_le_bytes(chunk)
                        };
                        scaled(stored as f64)
                    }),
            )
        };
    }
    #[allow(
        clippy::cast_lossless,
        reason = "one macro serves all sample types, some of which f64 cannot hold exactly"
    )]
    match layout.sample {
        Sample::U8 => each!(u8),
        Sample::I8 => each!(i8),
        Sample::U16 => each!(u16),
        Sample::I16 => each!(i16),
        Sample::U32 => each!(u32),
        Sample::I32 => each!(i32),
        Sample::U64 => each!(u64),
        Sample::I64 => each!(i64),
        Sample::F32 => each!(f32),
        Sample::F64 => each!(f64),
    }
}
