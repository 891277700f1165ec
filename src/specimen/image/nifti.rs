//! `NIfTI`-1 and `NIfTI`-2 in one file (`.nii`, `.nii.gz`), either byte order, with slope and intercept.
//!
//! Header fields are those of `nifti1.h` (NIMH, 2003) and `nifti2.h` (2011). The file's axes are RAS (x
//! to the right, y to the front, z up); the first two rows of its transform change sign to give LPS.

use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::samples::{self, Layout, Packing, Sample, as_written};
use super::{
    Claim, Image, ImageError, Orientation, ReadOptions, Stated, UNORIENTED, assembled,
    check_upright,
};

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
struct Header {
    big_endian: bool,
    /// Where the data begin when `offset` is 0.
    data_at: u64,
    dim: [i64; 8],
    datatype: i16,
    pixdim: [f64; 8],
    offset: f64,
    slope: f64,
    intercept: f64,
    units: i32,
    qform: i32,
    sform: i32,
    quaternion: [f64; 3],
    shift: [f64; 3],
    rows: [[f64; 4]; 3],
}

/// Reads a `NIfTI` file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (bytes, packing) = header_bytes(path)?;
    let header = header(path, &bytes)?;
    let dims = dims(path, &header)?;
    let mut assumed = Vec::new();
    let (slope, intercept) = scaling(path, &header, &mut assumed)?;
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
    let unit_um = match header.units & 7 {
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
    let claim = claim(path, &header, steps, unit_um, options, &mut assumed)?;
    let stated = Stated {
        format: "NIfTI",
        claim,
        spacing_from: "pixdim",
        orientation,
        assumed,
        warnings: Vec::new(),
    };
    assembled(path, &[path.to_path_buf()], &layout, stated, options)
}

/// The first bytes of the unpacked stream: enough for either header, or as many as there are.
fn header_bytes(path: &Path) -> Result<(Vec<u8>, Packing), ImageError> {
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
fn header(path: &Path, bytes: &[u8]) -> Result<Header, ImageError> {
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

/// Voxels along the axes; an image of two axes has one layer.
fn dims(path: &Path, header: &Header) -> Result<[usize; 3], ImageError> {
    let dim = header.dim;
    let refused = |allowed: &str| Err(ImageError::header(path, "dim", format!("{dim:?}"), allowed));
    let axes = match usize::try_from(dim[0]) {
        Ok(axes) if (2..=7).contains(&axes) => axes,
        _ => return refused("2 or 3 axes, and size 1 along any further axis"),
    };
    if let Some(&several) = dim[..=axes].iter().skip(4).find(|&&n| n != 1) {
        return if several > 1 {
            Err(ImageError::Several {
                path: path.into(),
                found: format!("dim is {dim:?}: {several} volumes or components"),
                remedy: "write one of them to a file of its own",
            })
        } else {
            refused("2 or 3 axes, and size 1 along any further axis")
        };
    }
    let sizes = [1, 2, 3].map(|axis| if axis > axes { 1 } else { dim[axis] });
    if sizes.iter().any(|&n| n < 1) {
        return refused("at least 1 voxel along each axis");
    }
    samples::checked_dims(path, "dim", sizes.map(|n| n as u64))
}

fn sample(path: &Path, header: &Header) -> Result<Sample, ImageError> {
    Ok(match header.datatype {
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
        code => {
            let name = match code {
                1 => " (bits)",
                32 | 1792 | 2048 => " (complex)",
                128 | 2304 => " (colour)",
                1536 => " (128-bit floating)",
                _ => "",
            };
            return Err(ImageError::header(
                path,
                "datatype",
                format!("{code}{name}"),
                "one of 2, 256 (8 bit), 4, 512 (16 bit), 8, 768 (32 bit), 1024, 1280 (64 bit), \
                 16, 64 (floating)",
            ));
        }
    })
}

fn data_offset(path: &Path, header: &Header) -> Result<u64, ImageError> {
    let offset = header.offset;
    // A file without extensions may say 0 and mean the first byte after the header.
    if offset == 0.0 {
        return Ok(header.data_at);
    }
    let least = header.data_at - 4;
    if (least as f64..=1e9).contains(&offset) && offset.fract() == 0.0 {
        Ok(offset as u64)
    } else {
        Err(ImageError::header(
            path,
            "vox_offset",
            offset.to_string(),
            format!("a whole number of bytes from {least} to 1e9"),
        ))
    }
}

/// Slope and intercept; with a slope of 0, or none that is finite, the stored values are the values.
fn scaling(
    path: &Path,
    header: &Header,
    assumed: &mut Vec<String>,
) -> Result<(f64, f64), ImageError> {
    let (slope, intercept) = (header.slope, header.intercept);
    if slope == 0.0 {
        return Ok((1.0, 0.0));
    }
    if !slope.is_finite() {
        assumed.push(format!(
            "scl_slope is {slope}: the stored values are the values"
        ));
        return Ok((1.0, 0.0));
    }
    if intercept.is_finite() {
        Ok((slope, intercept))
    } else {
        Err(ImageError::header(
            path,
            "scl_inter",
            intercept.to_string(),
            format!("a finite number beside scl_slope {slope}"),
        ))
    }
}

/// Orientation, and the length of a voxel's edges by the transform (in the file's unit).
fn placement(
    path: &Path,
    header: &Header,
    unit_mm: f64,
) -> Result<(Orientation, Option<[f64; 3]>), ImageError> {
    if header.sform > 0 {
        return by_rows(path, header, unit_mm);
    }
    if header.qform > 0 {
        return Ok((by_quaternion(path, header, unit_mm)?, None));
    }
    Ok((UNORIENTED, None))
}

fn by_rows(
    path: &Path,
    header: &Header,
    unit_mm: f64,
) -> Result<(Orientation, Option<[f64; 3]>), ImageError> {
    let mut rows = header.rows;
    let length = |rows: &[[f64; 4]; 3], axis: usize| {
        let squares = rows.iter().map(|row| row[axis] * row[axis]);
        squares.sum::<f64>().sqrt()
    };
    // One layer needs no third step: it stands upright on the other two.
    let flat = header.dim[0] == 2 && length(&rows, 2) == 0.0;
    if flat {
        let [a, b] = [0, 1].map(|axis| rows.map(|row| row[axis]));
        let third = cross(a, b);
        for (row, part) in rows.iter_mut().zip(third) {
            row[2] = part;
        }
    }
    let mut steps = [0, 1, 2].map(|axis| length(&rows, axis));
    let origin = rows.map(|row| row[3]);
    if !steps.iter().all(|s| s.is_finite() && *s > 0.0) || !origin.iter().all(|o| o.is_finite()) {
        return Err(ImageError::header(
            path,
            "srow_x, srow_y, srow_z",
            format!("{:?}", header.rows),
            "finite numbers, no column of zeros",
        ));
    }
    let direction = rows.map(|row| [0, 1, 2].map(|axis| row[axis] / steps[axis]));
    check_upright(path, "srow_x, srow_y, srow_z", direction)?;
    if flat {
        steps[2] = header.pixdim[3].abs();
    }
    Ok((to_lps(direction, origin, unit_mm), Some(steps)))
}

/// The vector that stands upright on two others.
pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn by_quaternion(path: &Path, header: &Header, unit_mm: f64) -> Result<Orientation, ImageError> {
    let [b, c, d] = header.quaternion;
    let origin = header.shift;
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
    let flip = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
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
    Ok(to_lps(direction, origin, unit_mm))
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
///
/// Writers that mirror an axis give it a negative size, of which the amount is the size.
fn claim(
    path: &Path,
    header: &Header,
    steps: Option<[f64; 3]>,
    unit_um: Option<f64>,
    options: &ReadOptions,
    assumed: &mut Vec<String>,
) -> Result<Claim, ImageError> {
    let stored = [1, 2, 3].map(|axis| header.pixdim[axis]);
    let mut sizes = stored.map(f64::abs);
    let is_size = |size: f64| size.is_finite() && size > 0.0;
    // The third size of an image of two axes says nothing.
    let layered = header.dim[0] > 2;
    if !layered {
        sizes[2] = sizes[0];
    }
    if !sizes.iter().all(|&size| is_size(size)) {
        return Ok(Claim::Nothing(format!("pixdim is {stored:?}")));
    }
    let Some(unit_um) = unit_um else {
        return Ok(Claim::Unitless {
            sizes,
            looked: format!("pixdim is {stored:?}, but xyzt_units is 0: their unit is unknown"),
        });
    };
    let compared = if layered { 3 } else { 2 };
    if options.spacing_um.is_none()
        && let Some(steps) = steps
        && sizes[..compared]
            .iter()
            .zip(&steps)
            .any(|(size, step)| (size - step).abs() > 0.01 * step)
    {
        return Err(ImageError::header(
            path,
            "pixdim",
            format!("{stored:?}"),
            format!("{steps:?}, the voxel size of srow_x, srow_y, srow_z; or give the voxel size"),
        ));
    }
    if stored.iter().any(|size| *size < 0.0) {
        assumed.push(format!(
            "pixdim is {stored:?}: the sizes are taken without their sign"
        ));
    }
    Ok(Claim::Um {
        plane: [sizes[0] * unit_um, sizes[1] * unit_um],
        layer: layered.then_some(sizes[2] * unit_um),
    })
}
