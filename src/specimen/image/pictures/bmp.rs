//! Windows bitmaps that are not packed: 8 bits with a palette, as scanners write them, or 24 and 32 bits of grey.

use std::io::Read as _;
use std::path::Path;

use super::{Picture, checked, grey};
use crate::specimen::image::ImageError;
use crate::specimen::image::samples::{self, Sample};

pub(super) fn read(path: &Path) -> Result<Picture, ImageError> {
    let (file, length) = samples::open(path)?;
    let mut bytes = Vec::new();
    file.take(length)
        .read_to_end(&mut bytes)
        .map_err(|source| ImageError::io(path, source))?;
    let truncated = |expected: u64| ImageError::Truncated {
        path: path.into(),
        expected,
        found: length,
    };
    let four = |at: usize| -> Result<[u8; 4], ImageError> {
        let found = bytes
            .get(at..at + 4)
            .and_then(|found| found.try_into().ok());
        found.ok_or_else(|| truncated(54))
    };
    if !bytes.starts_with(b"BM") {
        return Err(ImageError::header(
            path,
            "the first 2 bytes",
            format!("\"{}\"", bytes[..bytes.len().min(2)].escape_ascii()),
            "\"BM\", with which a bitmap begins",
        ));
    }
    let offset = u64::from(u32::from_le_bytes(four(10)?));
    let width = i32::from_le_bytes(four(18)?);
    let height = i32::from_le_bytes(four(22)?);
    let [_, _, bits, high] = four(26)?;
    let bits = u16::from_le_bytes([bits, high]);
    let packing = u32::from_le_bytes(four(30)?);
    if packing != 0 {
        return Err(ImageError::header(
            path,
            "biCompression",
            packing.to_string(),
            "0 (none)",
        ));
    }
    let pixel = match bits {
        8 => 1,
        24 => 3,
        32 => 4,
        other => {
            return Err(ImageError::header(
                path,
                "biBitCount",
                other.to_string(),
                "8, 24 or 32",
            ));
        }
    };
    let size = checked(
        path,
        u64::try_from(width).unwrap_or(0),
        u64::from(height.unsigned_abs()),
    )?;
    let row = (size[0] as u64 * pixel).next_multiple_of(4);
    let needed = row
        .checked_mul(size[1] as u64)
        .and_then(|all| all.checked_add(offset))
        .ok_or_else(|| truncated(u64::MAX))?;
    if needed > length || (bytes.len() as u64) < needed {
        return Err(truncated(needed));
    }
    let mut values = Vec::with_capacity(size[0] * size[1]);
    for y in 0..size[1] {
        // The last row comes first, unless the height is below zero.
        let at = if height > 0 { size[1] - 1 - y } else { y };
        let start = offset as usize + at * row as usize;
        for pixel in bytes[start..].chunks_exact(pixel as usize).take(size[0]) {
            values.push(match pixel {
                [index] => f32::from(*index),
                colours => grey(path, &colours[..3])?,
            });
        }
    }
    // An index that stands for the grey of its own number is no palette.
    let table = u32::from_le_bytes(four(14)?) as usize + 14;
    let is_palette = bits == 8
        && (0..=255_usize).any(|i| {
            let entry = bytes
                .get(table + 4 * i..table + 4 * i + 3)
                .filter(|_| table + 4 * i < offset as usize);
            entry.is_some_and(|entry| entry.iter().any(|&part| usize::from(part) != i))
        });
    Ok(Picture {
        size,
        sample: Sample::U8,
        values,
        is_palette,
    })
}
