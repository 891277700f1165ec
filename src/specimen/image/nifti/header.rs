//! The header in either version.

use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::specimen::image::ImageError;
use crate::specimen::image::samples::{self, Packing, as_written};

/// Bytes of the header of `NIfTI`-1.
const FIRST: usize = 348;

/// Bytes of the header of `NIfTI`-2.
const SECOND: usize = 540;

/// The header's bytes in its byte order.
struct Bytes<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Bytes<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.bytes[at..at + N]);
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    fn short(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.array(at))
    }

    fn int(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.array(at))
    }

    fn long(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }

    fn float(&self, at: usize) -> f64 {
        as_written(f32::from_le_bytes(self.array(at)))
    }

    fn double(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.array(at))
    }
}

/// The fields that are used, of either version.
pub(super) struct Header {
    pub(super) big_endian: bool,
    /// Where the data begin when `offset` is 0.
    pub(super) data_at: u64,
    pub(super) dim: [i64; 8],
    pub(super) datatype: i16,
    /// Bits of a value, as the file says once more; 0 where it does not.
    pub(super) bits: i16,
    pub(super) pixdim: [f64; 8],
    pub(super) offset: f64,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) units: i32,
    pub(super) qform: i32,
    pub(super) sform: i32,
    pub(super) quaternion: [f64; 3],
    pub(super) shift: [f64; 3],
    pub(super) rows: [[f64; 4]; 3],
}

/// The first bytes of the unpacked stream: enough for either header, or as many as there are.
pub(super) fn header_bytes(path: &Path) -> Result<(Vec<u8>, Packing), ImageError> {
    let (file, _) = samples::open(path)?;
    let mut buffered = BufReader::new(file);
    let mut bytes = vec![0; SECOND];
    let mut magic = [0; 2];
    let first = samples::fill(path, &mut buffered, &mut magic)?;
    let packing = if magic == [0x1f, 0x8b] {
        Packing::Gzip
    } else {
        Packing::Raw
    };
    let found = if packing == Packing::Gzip {
        let mut stream = MultiGzDecoder::new(BufReader::new((&magic[..]).chain(buffered)));
        samples::fill(path, &mut stream, &mut bytes)?
    } else {
        bytes[..2].copy_from_slice(&magic);
        first + samples::fill(path, &mut buffered, &mut bytes[2..])?
    };
    bytes.truncate(found);
    Ok((bytes, packing))
}

/// The header; `sizeof_hdr` is 348 or 540 in one of the byte orders.
pub(super) fn header(path: &Path, bytes: &[u8]) -> Result<Header, ImageError> {
    let truncated = |expected: usize| ImageError::Truncated {
        path: path.into(),
        expected: expected as u64,
        found: bytes.len() as u64,
    };
    let size: [u8; 4] = bytes
        .first_chunk()
        .copied()
        .ok_or_else(|| truncated(FIRST))?;
    let (little, big) = (u32::from_le_bytes(size), u32::from_be_bytes(size));
    let is = |length: usize| little as usize == length || big as usize == length;
    let length = if is(FIRST) {
        FIRST
    } else if is(SECOND) {
        SECOND
    } else {
        return Err(ImageError::header(
            path,
            "sizeof_hdr",
            little.to_string(),
            "348 (NIfTI-1) or 540 (NIfTI-2)",
        ));
    };
    if bytes.len() < length {
        return Err(truncated(length));
    }
    let (magic, expected): (&[u8], &[u8]) = if length == FIRST {
        (&bytes[344..348], b"n+1\0")
    } else {
        (&bytes[4..12], b"n+2\0\r\n\x1a\n")
    };
    if magic != expected {
        return Err(ImageError::header(
            path,
            "magic",
            format!("\"{}\"", magic.escape_ascii()),
            format!(
                "\"{}\", header and data in one file",
                expected.escape_ascii()
            ),
        ));
    }
    let bytes = Bytes {
        bytes,
        big_endian: little as usize != length,
    };
    Ok(if length == FIRST {
        first_version(&bytes)
    } else {
        second_version(&bytes)
    })
}

fn first_version(bytes: &Bytes<'_>) -> Header {
    Header {
        big_endian: bytes.big_endian,
        data_at: 352,
        dim: std::array::from_fn(|i| i64::from(bytes.short(40 + 2 * i))),
        datatype: bytes.short(70),
        bits: bytes.short(72),
        pixdim: std::array::from_fn(|i| bytes.float(76 + 4 * i)),
        offset: bytes.float(108),
        slope: f64::from(f32::from_le_bytes(bytes.array(112))),
        intercept: f64::from(f32::from_le_bytes(bytes.array(116))),
        units: i32::from(bytes.bytes[123]),
        qform: i32::from(bytes.short(252)),
        sform: i32::from(bytes.short(254)),
        quaternion: [256, 260, 264].map(|at| f64::from(f32::from_le_bytes(bytes.array(at)))),
        shift: [268, 272, 276].map(|at| bytes.float(at)),
        rows: std::array::from_fn(|row| {
            std::array::from_fn(|column| bytes.float(280 + 16 * row + 4 * column))
        }),
    }
}

fn second_version(bytes: &Bytes<'_>) -> Header {
    Header {
        big_endian: bytes.big_endian,
        data_at: 544,
        dim: std::array::from_fn(|i| bytes.long(16 + 8 * i)),
        datatype: bytes.short(12),
        bits: bytes.short(14),
        pixdim: std::array::from_fn(|i| bytes.double(104 + 8 * i)),
        offset: bytes.long(168) as f64,
        slope: bytes.double(176),
        intercept: bytes.double(184),
        units: bytes.int(500),
        qform: bytes.int(344),
        sform: bytes.int(348),
        quaternion: [352, 360, 368].map(|at| bytes.double(at)),
        shift: [376, 384, 392].map(|at| bytes.double(at)),
        rows: std::array::from_fn(|row| {
            std::array::from_fn(|column| bytes.double(400 + 32 * row + 8 * column))
        }),
    }
}
