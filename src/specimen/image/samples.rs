//! Stored samples to `f32`, in pieces, never more than the file holds.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::ImageError;

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
/// The file cannot be opened or is no regular file.
pub(super) fn open(path: &Path) -> Result<(File, u64), ImageError> {
    // Looked at first: opening a pipe would wait for a writer.
    let about = std::fs::metadata(path).map_err(|source| ImageError::io(path, source))?;
    if !about.is_file() {
        return Err(ImageError::NotAFile { path: path.into() });
    }
    let file = File::open(path).map_err(|source| ImageError::io(path, source))?;
    Ok((file, about.len()))
}

/// Reads all samples of a layout from a file.
///
/// # Errors
/// The file is too short for the layout (before anything is reserved), ends early, cannot be
/// decoded, or holds a value that is not finite.
pub(super) fn read(path: &Path, layout: &Layout) -> Result<Vec<f32>, ImageError> {
    let (mut file, length) = open(path)?;
    let voxels: usize = layout.dims.iter().product();
    let needed = voxels as u64 * layout.sample.bytes() as u64;
    let held = length.saturating_sub(layout.file_offset);
    let total = needed.saturating_add(layout.stream_offset);
    if layout.packing == Packing::Raw {
        if held < total {
            return Err(ImageError::Truncated {
                path: path.into(),
                expected: needed,
                found: held.saturating_sub(layout.stream_offset),
            });
        }
    } else if held.saturating_mul(DEFLATE_RATIO) < total {
        return Err(ImageError::TooLarge {
            path: path.into(),
            field: "the header",
            dims: layout.dims.map(|n| n as u64),
            reason: format!("{held} packed bytes cannot hold {total}"),
        });
    }
    file.seek(SeekFrom::Start(layout.file_offset))
        .map_err(|source| ImageError::io(path, source))?;
    let buffered = BufReader::with_capacity(PIECE, file);
    match layout.packing {
        Packing::Raw => decode(path, buffered, layout),
        Packing::Gzip => decode(path, MultiGzDecoder::new(buffered), layout),
        Packing::Zlib => decode(path, ZlibDecoder::new(buffered), layout),
    }
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

fn decode(path: &Path, mut stream: impl Read, layout: &Layout) -> Result<Vec<f32>, ImageError> {
    let voxels: usize = layout.dims.iter().product();
    let size = layout.sample.bytes();
    let needed = voxels as u64 * size as u64;
    let truncated = |found: u64| ImageError::Truncated {
        path: path.into(),
        expected: needed,
        found,
    };
    let mut piece = vec![0_u8; PIECE];
    let mut skip = layout.stream_offset;
    while skip > 0 {
        let count = skip.min(PIECE as u64) as usize;
        if fill(path, &mut stream, &mut piece[..count])? < count {
            return Err(truncated(0));
        }
        skip -= count as u64;
    }
    // Grows with the data: the header alone never reserves memory.
    let mut values: Vec<f32> = Vec::new();
    while values.len() < voxels {
        let count = (voxels - values.len()).min(PIECE / size) * size;
        let found = fill(path, &mut stream, &mut piece[..count])?;
        if found < count {
            return Err(truncated((values.len() * size + found) as u64));
        }
        append(&piece[..count], layout, &mut values);
    }
    check_finite(path, &values, layout.dims)?;
    Ok(values)
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
