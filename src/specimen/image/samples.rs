//! Stored samples to `f32`, in pieces, never more than the file holds.

mod decode;

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::ImageError;
use decode::{decode, decode_text};

/// Most voxels that are read.
pub const MOST_VOXELS: u64 = 1 << 33;
/// Deflate stores at most about 1032 bytes in one (zlib's technical notes).
const DEFLATE_RATIO: u64 = 1032;
/// Bytes decoded at a time; a multiple of every sample size.
const PIECE: usize = 1 << 16;

/// How a sample is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Sample {
    /// Bytes of one sample.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

/// What packs the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Raw,
    Gzip,
    Zlib,
    /// Numbers written out, separated by blanks or commas.
    Text,
}

/// What is stored where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) dims: [usize; 3],
    pub(super) sample: Sample,
    pub(super) big_endian: bool,
    pub(super) packing: Packing,
    /// Bytes of the file before the (packed) data.
    pub(super) file_offset: u64,
    /// Bytes of the unpacked stream before the first sample.
    pub(super) stream_offset: u64,
    /// Value = slope x stored + intercept.
    pub(super) slope: f64,
    /// See `slope`.
    pub(super) intercept: f64,
}

impl Layout {
    /// Samples one after another from the first byte on, lowest byte first, as they are stored.
    pub(super) const fn plain(dims: [usize; 3], sample: Sample) -> Self {
        Self {
            dims,
            sample,
            big_endian: false,
            packing: Packing::Raw,
            file_offset: 0,
            stream_offset: 0,
            slope: 1.0,
            intercept: 0.0,
        }
    }
}

/// Checks dimensions against the cap; the dimensions as `usize`.
///
/// # Errors
/// A zero, an overflow, or more than [`MOST_VOXELS`].
pub(super) fn checked_dims(
    path: &Path,
    field: &'static str,
    dims: [u64; 3],
) -> Result<[usize; 3], ImageError> {
    if dims.contains(&0) {
        return Err(ImageError::header(
            path,
            field,
            dims.map(|n| n.to_string()).join(" x "),
            "at least 1 voxel along each axis",
        ));
    }
    let too_large = || ImageError::TooLarge {
        path: path.into(),
        field,
        dims,
        reason: format!("at most {MOST_VOXELS} are read"),
    };
    let count = dims[0]
        .checked_mul(dims[1])
        .and_then(|area| area.checked_mul(dims[2]))
        .ok_or_else(too_large)?;
    if count > MOST_VOXELS {
        return Err(too_large());
    }
    let mut sizes = [0_usize; 3];
    for (size, &n) in sizes.iter_mut().zip(&dims) {
        *size = usize::try_from(n).map_err(|_| too_large())?;
    }
    Ok(sizes)
}

/// Opens a regular file; the file and its length.
///
/// # Errors
/// The file cannot be opened or is no regular file (a pipe, a socket, a device).
pub(super) fn open(path: &Path) -> Result<(File, u64), ImageError> {
    // Looked at first: opening a pipe would wait for a writer, and opening a device may act on it.
    // Looked at again when open: the name may stand for something else by then.
    let about = std::fs::metadata(path).map_err(|source| ImageError::io(path, source))?;
    if !about.is_file() {
        return Err(ImageError::NotAFile { path: path.into() });
    }
    let file = File::open(path).map_err(|source| ImageError::io(path, source))?;
    let about = file
        .metadata()
        .map_err(|source| ImageError::io(path, source))?;
    if !about.is_file() {
        return Err(ImageError::NotAFile { path: path.into() });
    }
    Ok((file, about.len()))
}

/// Reads all samples of a layout from its files, each of which holds the same number of layers; the
/// values, and the bytes that follow after them.
///
/// # Errors
/// A file is too short for the layout (before anything is reserved), ends early, cannot be decoded,
/// has another checksum than it states, or holds a value that is not finite.
pub(super) fn read(files: &[PathBuf], layout: &Layout) -> Result<(Vec<f32>, u64), ImageError> {
    let mut part = *layout;
    part.dims[2] /= files.len().max(1);
    let (mut values, mut left) = (Vec::new(), 0_u64);
    for file in files {
        left = left.saturating_add(read_part(file, &part, &mut values)?);
    }
    if let (Some(first), true) = (files.first(), files.len() * part.dims[2] == layout.dims[2]) {
        check_finite(first, &values, layout.dims)?;
    }
    Ok((values, left))
}

/// The samples of a stream that holds them unpacked.
///
/// # Errors
/// The stream ends early or cannot be read.
pub(super) fn from_stream(
    path: &Path,
    stream: &mut impl Read,
    layout: &Layout,
) -> Result<Vec<f32>, ImageError> {
    let mut values = Vec::new();
    decode(path, stream, layout, &mut values)?;
    Ok(values)
}

/// The samples that are written out as numbers.
///
/// # Errors
/// A word is no number of the type, or there are fewer or more than the dimensions ask for.
pub(super) fn from_text(
    path: &Path,
    stream: &mut impl BufRead,
    layout: &Layout,
) -> Result<Vec<f32>, ImageError> {
    let mut values = Vec::new();
    let left = decode_text(path, stream, layout, &mut values)?;
    if left > 0 {
        return Err(ImageError::Damaged {
            path: path.into(),
            reason: format!("{left} letters follow after the last number"),
        });
    }
    Ok(values)
}

/// Appends the samples of one file; the bytes that follow after them.
fn read_part(path: &Path, layout: &Layout, values: &mut Vec<f32>) -> Result<u64, ImageError> {
    let (mut file, length) = open(path)?;
    let voxels: usize = layout.dims.iter().product();
    let needed = voxels as u64 * layout.sample.bytes() as u64;
    let held = length.saturating_sub(layout.file_offset);
    let total = needed.saturating_add(layout.stream_offset);
    match layout.packing {
        Packing::Raw if held < total => {
            return Err(ImageError::Truncated {
                path: path.into(),
                expected: needed,
                found: held.saturating_sub(layout.stream_offset),
            });
        }
        // A digit and what parts it from the next.
        Packing::Text if held.saturating_add(1) / 2 < voxels as u64 => {
            return Err(ImageError::TooLarge {
                path: path.into(),
                field: "the header",
                dims: layout.dims.map(|n| n as u64),
                reason: format!("{held} bytes of text cannot hold so many numbers"),
            });
        }
        Packing::Gzip | Packing::Zlib if held.saturating_mul(DEFLATE_RATIO) < total => {
            return Err(ImageError::TooLarge {
                path: path.into(),
                field: "the header",
                dims: layout.dims.map(|n| n as u64),
                reason: format!("{held} packed bytes cannot hold {total}"),
            });
        }
        _ => {}
    }
    file.seek(SeekFrom::Start(layout.file_offset))
        .map_err(|source| ImageError::io(path, source))?;
    let mut buffered = BufReader::with_capacity(PIECE, file);
    match layout.packing {
        Packing::Raw => {
            decode(path, &mut buffered, layout, values)?;
            Ok(held - total)
        }
        Packing::Text => decode_text(path, &mut buffered, layout, values),
        Packing::Gzip => {
            let mut stream = MultiGzDecoder::new(buffered);
            decode(path, &mut stream, layout, values)?;
            drain(path, &mut stream)
        }
        Packing::Zlib => {
            let mut stream = ZlibDecoder::new(&mut buffered);
            decode(path, &mut stream, layout, values)?;
            let left = drain(path, &mut stream)?;
            let after = buffered
                .fill_buf()
                .map_err(|source| ImageError::io(path, source))?;
            if after.is_empty() {
                Ok(left)
            } else {
                Err(ImageError::Damaged {
                    path: path.into(),
                    reason: "bytes follow after the end of the zlib stream".into(),
                })
            }
        }
    }
}

/// Reads a packed stream to its end, where its checksum is; the bytes found on the way.
///
/// # Errors
/// The stream ends before its checksum, or the checksum is another.
pub(super) fn drain(path: &Path, stream: &mut impl Read) -> Result<u64, ImageError> {
    std::io::copy(stream, &mut std::io::sink()).map_err(|error| ImageError::Damaged {
        path: path.into(),
        reason: format!("its packed data do not end as they must: {error}"),
    })
}

/// Fills `buffer` as far as the stream goes; the bytes found.
///
/// # Errors
/// The stream cannot be decoded. An early end of a packed stream is an early end.
pub(super) fn fill(
    path: &Path,
    stream: &mut impl Read,
    buffer: &mut [u8],
) -> Result<usize, ImageError> {
    let mut found = 0;
    while found < buffer.len() {
        match stream.read(&mut buffer[found..]) {
            Ok(0) => break,
            Ok(count) => found += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => {
                return Err(ImageError::Damaged {
                    path: path.into(),
                    reason: error.to_string(),
                });
            }
        }
    }
    Ok(found)
}

/// Says how many values of whole samples are so large that neighbouring samples may be one value.
///
/// Values are `f32`, which holds every whole number up to 2^24 (IEEE 754, 24 bits of precision). Samples
/// that are scaled are as far apart as the slope.
pub(super) fn rounded(values: &[f32], sample: Sample, slope: f64) -> Option<String> {
    const EXACT: f64 = 16_777_216.0;
    if matches!(sample, Sample::F32 | Sample::F64) {
        return None;
    }
    let least = EXACT * slope.abs();
    let (mut count, mut largest) = (0_u64, 0.0_f64);
    for &value in values {
        let size = f64::from(value).abs();
        if size >= least && size > 0.0 {
            count += 1;
            largest = largest.max(size);
        }
    }
    (count > 0).then(|| {
        format!(
            "{count} of {} values are of the size {least} or larger (up to {largest}), beyond which \
             32-bit floating point cannot tell neighbouring stored integers apart: they are rounded, and \
             different ones may have become one; number labels anew from 0, or subtract an offset",
            values.len()
        )
    })
}

/// Refuses values that are infinite or not numbers.
///
/// # Errors
/// The first such voxel.
pub(super) fn check_finite(
    path: &Path,
    values: &[f32],
    dims: [usize; 3],
) -> Result<(), ImageError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(ImageError::NotFinite {
            path: path.into(),
            at: [at % dims[0], at / dims[0] % dims[1], at / dims[0] / dims[1]],
            value: values[at],
        }),
    }
}

/// The number that a stored `f32` was meant to be: 0.0195 and not 0.019500000402331352.
pub(super) fn as_written(stored: f32) -> f64 {
    stored
        .to_string()
        .parse()
        .unwrap_or_else(|_| f64::from(stored))
}
