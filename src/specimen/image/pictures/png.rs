//! PNG: grey of up to 16 bits, an index of colours, or colours that are all grey.

use std::io::BufReader;
use std::path::Path;

use ::png::{BitDepth, ColorType, Decoder, Limits, Transformations};

use super::{Picture, checked, grey};
use crate::specimen::image::ImageError;
use crate::specimen::image::samples::{self, Sample};

/// Deflate stores at most about 1032 bytes in one.
const DEFLATE_RATIO: u64 = 1032;

pub(super) fn read(path: &Path) -> Result<Picture, ImageError> {
    let damaged = |reason: String| ImageError::Damaged {
        path: path.into(),
        reason,
    };
    let (file, length) = samples::open(path)?;
    let most = length.saturating_mul(DEFLATE_RATIO).min(1 << 32) as usize;
    let limits = Limits {
        bytes: most.max(1 << 16),
    };
    let mut decoder = Decoder::new_with_limits(BufReader::new(file), limits);
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder
        .read_info()
        .map_err(|error| damaged(error.to_string()))?;
    let info = reader.info();
    let size = checked(path, u64::from(info.width), u64::from(info.height))?;
    let (colour, depth, is_animated) = (
        info.color_type,
        info.bit_depth,
        info.animation_control.is_some(),
    );
    if is_animated {
        return Err(damaged("holds several frames, expected one".to_owned()));
    }
    let bits = depth as u64;
    let channels = match colour {
        ColorType::Grayscale | ColorType::Indexed => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
    };
    if channels > 1 && depth != BitDepth::Eight {
        return Err(ImageError::header(
            path,
            "colour type, bit depth",
            format!("{colour:?} of {bits} bits"),
            "grey of 1 to 16 bits, or colours of 8 bits that are all grey",
        ));
    }
    let needed = (size[0] * size[1]) as u64 * channels * bits / 8;
    if needed > most as u64 {
        return Err(damaged(format!(
            "states {needed} bytes of pixels, which {length} bytes cannot hold"
        )));
    }
    let buffer = reader
        .output_buffer_size()
        .ok_or_else(|| damaged("states too many pixels".to_owned()))?;
    let mut bytes = vec![0_u8; buffer];
    let frame = reader
        .next_frame(&mut bytes)
        .map_err(|error| damaged(error.to_string()))?;
    let mut values = Vec::with_capacity(size[0] * size[1]);
    for row in bytes.chunks_exact(frame.line_size.max(1)).take(size[1]) {
        match (colour, depth) {
            (ColorType::Grayscale | ColorType::Indexed, BitDepth::Eight) => {
                values.extend(row.iter().map(|&value| f32::from(value)));
            }
            (ColorType::Grayscale, BitDepth::Sixteen) => {
                let pairs = row.as_chunks::<2>().0.iter();
                values.extend(pairs.map(|&pair| f32::from(u16::from_be_bytes(pair))));
            }
            (ColorType::Grayscale | ColorType::Indexed, _) => {
                let (bits, each) = (bits as usize, 8 / bits as usize);
                values.extend((0..size[0]).map(|x| {
                    let shift = 8 - bits * (x % each + 1);
                    f32::from(row[x / each] >> shift & ((1_u16 << bits) - 1) as u8)
                }));
            }
            _ => {
                let opaque = if channels > 2 { 3 } else { 1 };
                for pixel in row.chunks_exact(channels as usize) {
                    values.push(grey(path, &pixel[..opaque])?);
                }
            }
        }
    }
    if values.len() != size[0] * size[1] {
        return Err(damaged("its rows are not as long as its width".to_owned()));
    }
    Ok(Picture {
        size,
        sample: if depth == BitDepth::Sixteen {
            Sample::U16
        } else {
            Sample::U8
        },
        values,
        is_palette: colour == ColorType::Indexed,
    })
}
