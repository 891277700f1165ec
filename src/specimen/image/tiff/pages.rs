//! The pages of a file, appended to a stack.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use ::tiff::ColorType;
use ::tiff::decoder::DecodingResult;
use ::tiff::tags::{ByteOrder, Tag};
use flate2::bufread::ZlibDecoder;

use super::{FirstPage, Pages, Reader};
use crate::specimen::image::samples::{self, Sample};
use crate::specimen::image::{ImageError, MOST_VOXELS};

/// Most bytes that a packed byte can stand for, by the code of the compression.
const fn packing_ratio(compression: u16) -> Option<u64> {
    match compression {
        1 => Some(1),
        // Twelve bits of LZW stand for at most 3837 bytes.
        5 => Some(2600),
        8 | 32_946 => Some(1032),
        32_773 => Some(64),
        _ => None,
    }
}

/// Appends a page. `budget` is what is left of the file's bytes, each of which can stand for
/// only so many bytes of data ([`packing_ratio`]); the rest of it.
pub(super) fn add_page(
    path: &Path,
    decoder: &mut Reader,
    pages: &mut Pages,
    budget: u64,
) -> Result<u64, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let (width, height) = decoder.dimensions().map_err(damaged)?;
    let colour = decoder.colortype().map_err(damaged)?;
    if !matches!(colour, ColorType::Gray(1 | 8 | 16 | 32 | 64)) {
        return Err(ImageError::header(
            path,
            "PhotometricInterpretation, BitsPerSample",
            format!("{colour:?}"),
            "grey of 1, 8, 16, 32 or 64 bits",
        ));
    }
    if *pages.size.get_or_insert((width, height)) != (width, height)
        || *pages.colour.get_or_insert(colour) != colour
    {
        return Err(ImageError::Stack {
            path: path.into(),
            reason: format!(
                "page {} is {width} x {height} {colour:?}, those before are {} x {} {:?}",
                pages.count + 1,
                pages.size.unwrap_or_default().0,
                pages.size.unwrap_or_default().1,
                pages.colour.unwrap_or(colour)
            ),
        });
    }
    let fill_order = decoder
        .find_tag_unsigned::<u16>(Tag::FillOrder)
        .map_err(damaged)?
        .unwrap_or(1);
    if fill_order != 1 && colour == ColorType::Gray(1) {
        return Err(ImageError::header(
            path,
            "FillOrder",
            fill_order.to_string(),
            "1, the first pixel in the highest bit",
        ));
    }
    let dims = [u64::from(width), u64::from(height), pages.count as u64 + 1];
    samples::checked_dims(path, "ImageWidth, ImageLength", dims)?;
    let bytes = decoder.image_buffer_layout().map_err(damaged)?.complete_len as u64;
    let compression = decoder
        .find_tag_unsigned::<u16>(Tag::Compression)
        .map_err(damaged)?
        .unwrap_or(1);
    let Some(ratio) = packing_ratio(compression) else {
        return Err(ImageError::header(
            path,
            "Compression",
            compression.to_string(),
            "1 (none), 5 (LZW), 8 or 32946 (deflate) or 32773 (PackBits)",
        ));
    };
    let too_large = || ImageError::TooLarge {
        path: path.into(),
        field: "ImageWidth, ImageLength",
        dims,
        reason: format!("at most {MOST_VOXELS} are read, and the file cannot hold so many"),
    };
    let left = budget.checked_sub(bytes / ratio).ok_or_else(too_large)?;
    let page = decoder.read_image().map_err(damaged)?;
    if matches!(compression, 8 | 32_946) {
        pages.left += checked_streams(path, decoder, bytes, u64::from(height))?;
    }
    match &pages.first {
        None => pages.first = Some(first_page(decoder, &page, compression).map_err(damaged)?),
        Some(first) if first.sample == sample(&page) => {}
        Some(first) => {
            return Err(ImageError::Stack {
                path: path.into(),
                reason: format!(
                    "page {} has samples of the type {:?}, those before {:?} (SampleFormat)",
                    pages.count + 1,
                    sample(&page),
                    first.sample
                ),
            });
        }
    }
    let tag = |decoder: &mut Reader, tag| decoder.find_tag_unsigned::<u64>(tag).ok().flatten();
    pages.turned += usize::from(tag(decoder, Tag::Orientation).unwrap_or(1) != 1);
    pages.nested |= decoder.image_ifd().find_entry(Tag::SubIfd).is_some();
    let from = pages.values.len();
    append(&page, colour, width as usize, &mut pages.values);
    let found = pages.values.len() - from;
    if found as u64 != dims[0] * dims[1] {
        return Err(ImageError::Truncated {
            path: path.into(),
            expected: dims[0] * dims[1],
            found: found as u64,
        });
    }
    pages.count += 1;
    Ok(left)
}

/// Places and lengths of the strips or tiles of the current page.
fn chunks(decoder: &mut Reader) -> Result<Vec<(u64, u64)>, ::tiff::TiffError> {
    for (places, lengths) in [
        (Tag::StripOffsets, Tag::StripByteCounts),
        (Tag::TileOffsets, Tag::TileByteCounts),
    ] {
        if let Some(places) = decoder.find_tag_unsigned_vec::<u64>(places)? {
            let lengths = decoder
                .find_tag_unsigned_vec::<u64>(lengths)?
                .unwrap_or_default();
            return Ok(places.into_iter().zip(lengths).collect());
        }
    }
    Ok(Vec::new())
}

/// Unpacks the deflate streams of the current page to their ends, where their checksums are, which the
/// decoder does not reach; the bytes beyond the last row.
fn checked_streams(
    path: &Path,
    decoder: &mut Reader,
    page_bytes: u64,
    rows: u64,
) -> Result<u64, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let chunks = chunks(decoder).map_err(damaged)?;
    let mut unpacked = 0;
    for (place, length) in &chunks {
        let file = decoder.inner();
        file.seek(SeekFrom::Start(*place))
            .map_err(|source| ImageError::io(path, source))?;
        unpacked += samples::drain(path, &mut ZlibDecoder::new(file.take(*length)))?;
    }
    let strip_rows = decoder
        .find_tag_unsigned::<u64>(Tag::RowsPerStrip)
        .map_err(damaged)?
        .unwrap_or(rows)
        .min(rows);
    let is_strips = decoder.image_ifd().find_entry(Tag::StripOffsets).is_some();
    // The last strip may be filled up with rows.
    let most = (page_bytes / rows.max(1)).saturating_mul(strip_rows * chunks.len() as u64);
    Ok(if is_strips {
        unpacked.saturating_sub(most)
    } else {
        0
    })
}

fn first_page(
    decoder: &mut Reader,
    page: &DecodingResult,
    compression: u16,
) -> Result<FirstPage, ::tiff::TiffError> {
    let chunks = chunks(decoder)?;
    let follow = chunks
        .windows(2)
        .all(|pair| pair[0].0.checked_add(pair[0].1) == Some(pair[1].0));
    let strips = decoder.image_ifd().find_entry(Tag::StripOffsets).is_some();
    Ok(FirstPage {
        offset: chunks.first().map_or(0, |chunk| chunk.0),
        plain: compression == 1 && strips && follow,
        big_endian: decoder.byte_order() == ByteOrder::BigEndian,
        sample: sample(page),
    })
}

/// The type of the samples; `None` for one that only pages have.
pub(super) fn sample(page: &DecodingResult) -> Option<Sample> {
    Some(match page {
        DecodingResult::U8(_) => Sample::U8,
        DecodingResult::I8(_) => Sample::I8,
        DecodingResult::U16(_) => Sample::U16,
        DecodingResult::I16(_) => Sample::I16,
        DecodingResult::U32(_) => Sample::U32,
        DecodingResult::I32(_) => Sample::I32,
        DecodingResult::U64(_) => Sample::U64,
        DecodingResult::I64(_) => Sample::I64,
        DecodingResult::F32(_) => Sample::F32,
        DecodingResult::F64(_) => Sample::F64,
        DecodingResult::F16(_) => return None,
    })
}

/// Appends the values of a page.
fn append(page: &DecodingResult, colour: ColorType, width: usize, values: &mut Vec<f32>) {
    macro_rules! each {
        ($samples:expr) => {
            values.extend($samples.iter().map(|&sample| sample as f32))
        };
    }
    match page {
        // Eight pixels in a byte, the first in the highest bit; rows begin with a byte.
        DecodingResult::U8(rows) if colour == ColorType::Gray(1) => {
            for row in rows.chunks_exact(width.div_ceil(8)) {
                values.extend((0..width).map(|x| f32::from(row[x / 8] >> (7 - x % 8) & 1)));
            }
        }
        DecodingResult::U8(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::U16(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::U32(samples) => each!(samples),
        DecodingResult::U64(samples) => each!(samples),
        DecodingResult::I8(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::I16(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::I32(samples) => each!(samples),
        DecodingResult::I64(samples) => each!(samples),
        DecodingResult::F16(samples) => values.extend(samples.iter().map(|s| s.to_f32())),
        DecodingResult::F32(samples) => values.extend_from_slice(samples),
        DecodingResult::F64(samples) => each!(samples),
    }
}
