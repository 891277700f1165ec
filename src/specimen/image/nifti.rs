//! `NIfTI`-1 in one file (`.nii`, `.nii.gz`), either byte order, with slope and intercept.
//!
//! Header fields are those of `nifti1.h` (NIMH, 2003). The file's axes are RAS (x to the right,
//! y to the front, z up); the first two rows of its transform change sign to give LPS.

use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::samples::{self, Layout, Packing, Sample, as_written};
use super::{Image, ImageError, Orientation, ReadOptions, Stated, UNORIENTED, assembled};

const HEADER: usize = 348;

/// The header's bytes in its byte order.
struct Header<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Header<'_> {
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

    fn float(&self, at: usize) -> f32 {
        f32::from_le_bytes(self.array(at))
    }
}

/// Reads a `NIfTI`-1 file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (bytes, packing) = header_bytes(path)?;
    let header = Header {
        bytes: &bytes,
        big_endian: byte_order(path, &bytes)?,
    };
    let dims = dims(path, &header)?;
    let (slope, intercept) = scaling(path, &header)?;
    let layout = Layout {
        dims,
        sample: sample(path, &header)?,
        big_endian: header.big_endian,
        packing,
        file_offset: 0,
        stream_offset: data_offset(path, &header)?,
        slope,
        intercept,
    };
    let unit_um = match bytes[123] & 7 {
        1 => Some(1e6),
        2 => Some(1e3),
        3 => Some(1.0),
        0 => None,
        other => {
            return Err(ImageError::header(
                path,
                "xyzt_units",
                format!("{other} (of 8)"),
                "0 (unknown), 1 (m), 2 (mm) or 3 (um)",
            ));
        }
    };
    // Without a unit the origin is read as mm, the unit of most writers.
    let (orientation, steps) = placement(path, &header, unit_um.unwrap_or(1e3) * 1e-3)?;
    let sizes = match (options.spacing_um, unit_um) {
        (Some(given), _) => given,
        (None, None) => {
            return Err(ImageError::MissingSpacing {
                path: path.into(),
                looked: format!(
                    "pixdim is {:?}, but xyzt_units is 0: their unit is unknown",
                    [80, 84, 88].map(|at| header.float(at))
                ),
            });
        }
        (None, Some(unit_um)) => stated_spacing(path, &header, steps, unit_um)?,
    };
    let stated = Stated {
        format: "NIfTI",
        spacing_um: sizes,
        spacing_from: "pixdim",
        orientation,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    assembled(path, path, &layout, stated)
}

fn header_bytes(path: &Path) -> Result<(Vec<u8>, Packing), ImageError> {
    let (file, _) = samples::open(path)?;
    let mut buffered = BufReader::new(file);
    let mut bytes = vec![0; HEADER];
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
    if found < HEADER {
        return Err(ImageError::Truncated {
            path: path.into(),
            expected: HEADER as u64,
            found: found as u64,
        });
    }
    Ok((bytes, packing))
}

/// True for big-endian; `sizeof_hdr` is 348 in one of the orders.
fn byte_order(path: &Path, bytes: &[u8]) -> Result<bool, ImageError> {
    let size = [bytes[0], bytes[1], bytes[2], bytes[3]];
    let magic = &bytes[344..348];
    let big_endian = match (u32::from_le_bytes(size), u32::from_be_bytes(size)) {
        (348, _) => false,
        (_, 348) => true,
        (little, _) => {
            return Err(ImageError::header(
                path,
                "sizeof_hdr",
                little.to_string(),
                "348, as in NIfTI-1 (540 would be NIfTI-2, which is not read)",
            ));
        }
    };
    if magic != b"n+1\0" {
        return Err(ImageError::header(
            path,
            "magic",
            format!("\"{}\"", magic.escape_ascii()),
            "\"n+1\\x00\", header and data in one file",
        ));
    }
    Ok(big_endian)
}

fn dims(path: &Path, header: &Header<'_>) -> Result<[usize; 3], ImageError> {
    let sizes: Vec<i16> = (0..8).map(|i| header.short(40 + 2 * i)).collect();
    let axes = sizes[0];
    let beyond = sizes
        .iter()
        .take(usize::try_from(axes).map_or(0, |n| n + 1))
        .skip(4);
    if !(3..=7).contains(&axes) || beyond.clone().any(|&n| n != 1) {
        return Err(ImageError::header(
            path,
            "dim",
            format!("{sizes:?}"),
            "3 axes, and size 1 along any further axis",
        ));
    }
    if sizes[1..4].iter().any(|&n| n < 1) {
        return Err(ImageError::header(
            path,
            "dim",
            format!("{sizes:?}"),
            "at least 1 voxel along each axis",
        ));
    }
    samples::checked_dims(path, "dim", [1, 2, 3].map(|i| sizes[i] as u64))
}

fn sample(path: &Path, header: &Header<'_>) -> Result<Sample, ImageError> {
    let code = header.short(70);
    Ok(match code {
        2 => Sample::U8,
        256 => Sample::I8,
        4 => Sample::I16,
        512 => Sample::U16,
        8 => Sample::I32,
        768 => Sample::U32,
        1024 => Sample::I64,
        1280 => Sample::U64,
        16 => Sample::F32,
        64 => Sample::F64,
        _ => {
            return Err(ImageError::header(
                path,
                "datatype",
                code.to_string(),
                "one of 2, 256 (8 bit), 4, 512 (16 bit), 8, 768 (32 bit), 1024, 1280 (64 bit), \
                 16, 64 (floating)",
            ));
        }
    })
}

fn data_offset(path: &Path, header: &Header<'_>) -> Result<u64, ImageError> {
    let offset = header.float(108);
    // A file without extensions may say 0 and mean 352.
    if offset == 0.0 {
        return Ok(352);
    }
    if (348.0..=1e9).contains(&offset) && offset.fract() == 0.0 {
        Ok(offset as u64)
    } else {
        Err(ImageError::header(
            path,
            "vox_offset",
            offset.to_string(),
            "a whole number of bytes from 348 to 1e9",
        ))
    }
}

/// Slope and intercept; a slope of 0 means that the stored values are the values.
fn scaling(path: &Path, header: &Header<'_>) -> Result<(f64, f64), ImageError> {
    let (slope, intercept) = (header.float(112), header.float(116));
    if slope == 0.0 {
        return Ok((1.0, 0.0));
    }
    if slope.is_finite() && intercept.is_finite() {
        Ok((f64::from(slope), f64::from(intercept)))
    } else {
        Err(ImageError::header(
            path,
            "scl_slope, scl_inter",
            format!("{slope}, {intercept}"),
            "finite numbers",
        ))
    }
}

/// Orientation, and the length of a voxel's edges by the transform (in the file's unit).
fn placement(
    path: &Path,
    header: &Header<'_>,
    unit_mm: f64,
) -> Result<(Orientation, Option<[f64; 3]>), ImageError> {
    let (qform, sform) = (header.short(252), header.short(254));
    if sform > 0 {
        let rows: [[f64; 4]; 3] = std::array::from_fn(|row| {
            std::array::from_fn(|column| as_written(header.float(280 + 16 * row + 4 * column)))
        });
        let steps: [f64; 3] = std::array::from_fn(|axis| {
            rows.iter()
                .map(|row| row[axis] * row[axis])
                .sum::<f64>()
                .sqrt()
        });
        let origin = rows.map(|row| row[3]);
        if !steps.iter().all(|s| s.is_finite() && *s > 0.0) || !origin.iter().all(|o| o.is_finite())
        {
            return Err(ImageError::header(
                path,
                "srow_x, srow_y, srow_z",
                format!("{rows:?}"),
                "finite numbers, no column of zeros",
            ));
        }
        let direction = rows.map(|row| [0, 1, 2].map(|axis| row[axis] / steps[axis]));
        return Ok((to_lps(direction, origin, unit_mm), Some(steps)));
    }
    if qform > 0 {
        let [b, c, d] = [256, 260, 264].map(|at| f64::from(header.float(at)));
        let origin = [268, 272, 276].map(|at| as_written(header.float(at)));
        let rest = 1.0 - (b * b + c * c + d * d);
        // Rounding of the stored parts may carry the sum a little over 1.
        if rest.is_nan() || rest < -1e-5 || !origin.iter().all(|o| o.is_finite()) {
            return Err(ImageError::header(
                path,
                "quatern_b, quatern_c, quatern_d, qoffset",
                format!("{b}, {c}, {d}, {origin:?}"),
                "a unit quaternion and finite offsets",
            ));
        }
        // As in the reference library: a half turn, whose first part is lost to rounding.
        let (a, [b, c, d]) = if rest < 1e-7 {
            let length = (b * b + c * c + d * d).sqrt();
            (0.0, [b, c, d].map(|part| part / length))
        } else {
            (rest.sqrt(), [b, c, d])
        };
        // pixdim[0] holds the sign of the third axis.
        let flip = if header.float(76) < 0.0 { -1.0 } else { 1.0 };
        let direction = [
            [
                a * a + b * b - c * c - d * d,
                2.0 * (b * c - a * d),
                flip * 2.0 * (b * d + a * c),
            ],
            [
                2.0 * (b * c + a * d),
                a * a + c * c - b * b - d * d,
                flip * 2.0 * (c * d - a * b),
            ],
            [
                2.0 * (b * d - a * c),
                2.0 * (c * d + a * b),
                flip * (a * a + d * d - b * b - c * c),
            ],
        ];
        return Ok((to_lps(direction, origin, unit_mm), None));
    }
    Ok((UNORIENTED, None))
}

fn to_lps(mut direction: [[f64; 3]; 3], mut origin: [f64; 3], unit_mm: f64) -> Orientation {
    for row in 0..2 {
        // Zero minus the number: a negated zero would print as -0.
        direction[row] = direction[row].map(|part| 0.0 - part);
        origin[row] = 0.0 - origin[row];
    }
    Orientation {
        origin_mm: origin.map(|part| part * unit_mm),
        direction,
        frame: "LPS",
    }
}

/// Voxel size by `pixdim`, which the transform must not contradict by more than 1 %.
fn stated_spacing(
    path: &Path,
    header: &Header<'_>,
    steps: Option<[f64; 3]>,
    unit_um: f64,
) -> Result<[f64; 3], ImageError> {
    let pixdim = [80, 84, 88].map(|at| as_written(header.float(at)));
    if !pixdim.iter().all(|size| size.is_finite() && *size > 0.0) {
        return Err(ImageError::MissingSpacing {
            path: path.into(),
            looked: format!("pixdim is {pixdim:?}"),
        });
    }
    if let Some(steps) = steps
        && pixdim
            .iter()
            .zip(&steps)
            .any(|(size, step)| (size - step).abs() > 0.01 * step)
    {
        return Err(ImageError::header(
            path,
            "pixdim",
            format!("{pixdim:?}"),
            format!("{steps:?}, the voxel size of srow_x, srow_y, srow_z; or give the voxel size"),
        ));
    }
    Ok(pixdim.map(|size| size * unit_um))
}
