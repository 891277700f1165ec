//! AIM v020 and v030: a list of the sizes of its blocks, the header, the log of the evaluation, the data.

use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use super::{bytes, int, vax_float};
use crate::specimen::image::density::Density;
use crate::specimen::image::samples::{self, Layout, Sample};
use crate::specimen::image::{
    Claim, Image, ImageError, Orientation, ReadOptions, Stated, UNORIENTED, image_of,
};

/// What an AIM of version 030 begins with.
const MAGIC_030: &[u8] = b"AIMDATA_V030   \0";
/// Longest log that is read, bytes.
const LONGEST_LOG: u64 = 1 << 24;
/// Most voxels that a byte stands for, in runs of two values.
const PACKED: u64 = 254;

/// How voxels are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Plain numbers of 8 or 16 bits.
    Plain(Sample),
    /// Plain VAX floats.
    Floats,
    /// Runs of two values by turns (`D1TbinCmp`).
    TwoValues,
    /// Runs, each with its value (`D1TcharCmp`).
    Runs,
    /// A bit per voxel, a byte for a cube of eight (`D3Tbit8`).
    Bits,
}

struct Header {
    kind: Kind,
    dims: [usize; 3],
    /// Layers at each face that packed data leave out.
    margin: [usize; 3],
    um: [f64; 3],
    position: [i64; 3],
    log: String,
    /// Where the data lie, and how many bytes they have.
    data: [u64; 2],
    /// Bytes of a number in the header.
    width: usize,
}

/// Reads an AIM file.
pub(in super::super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let header = header(path)?;
    let [start, size] = header.data;
    let voxels = header.dims.iter().product::<usize>() as u64;
    let (least, most) = match header.kind {
        Kind::Plain(sample) => (voxels * sample.bytes() as u64, u64::MAX),
        Kind::Floats => (voxels * 4, u64::MAX),
        Kind::TwoValues | Kind::Runs | Kind::Bits => (0, size.saturating_mul(PACKED)),
    };
    let (mut file, length) = samples::open(path)?;
    let held = length.saturating_sub(start);
    if held < size.max(least) {
        return Err(ImageError::Truncated {
            path: path.into(),
            expected: size.max(least),
            found: held,
        });
    }
    if voxels > most {
        return Err(ImageError::TooLarge {
            path: path.into(),
            field: "dim",
            dims: header.dims.map(|n| n as u64),
            reason: format!("{size} packed bytes cannot hold so many"),
        });
    }
    let count = if least > 0 { least } else { size };
    let mut data = vec![0_u8; count as usize];
    file.seek(SeekFrom::Start(start))
        .map_err(|source| ImageError::io(path, source))?;
    let found = samples::fill(path, &mut file, &mut data)?;
    if found < data.len() {
        return Err(ImageError::Truncated {
            path: path.into(),
            expected: count,
            found: found as u64,
        });
    }
    image(path, &header, &data, options)
}

/// Dimensions without the margin that packed data leave out.
fn inner(header: &Header) -> [usize; 3] {
    [0, 1, 2].map(|axis| header.dims[axis].saturating_sub(2 * header.margin[axis]))
}

fn image(
    path: &Path,
    header: &Header,
    data: &[u8],
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let damaged = |reason: &str| ImageError::Damaged {
        path: path.into(),
        reason: reason.to_owned(),
    };
    let layout = |sample| Layout::plain(header.dims, sample);
    let (values, sample) = match header.kind {
        Kind::Plain(sample) => (
            samples::from_stream(path, &mut &data[..], &layout(sample))?,
            sample,
        ),
        Kind::Floats => (
            data.as_chunks::<4>()
                .0
                .iter()
                .map(|&f| vax_float(f))
                .collect(),
            Sample::F32,
        ),
        Kind::Bits => (
            bits(data, header.dims).ok_or_else(|| damaged("packed bits end early"))?,
            Sample::I8,
        ),
        Kind::TwoValues | Kind::Runs => {
            let runs = data.get(header.width..).unwrap_or_default();
            let count = inner(header).iter().product();
            let values = if header.kind == Kind::Runs {
                runs_of_values(runs, count)
            } else {
                runs_of_two(runs, count)
            };
            let values = values.ok_or_else(|| damaged("its runs do not fill the volume"))?;
            (with_margin(&values, header), Sample::I8)
        }
    };
    let mut orientation: Orientation = UNORIENTED;
    orientation.origin_mm =
        [0, 1, 2].map(|axis| header.position[axis] as f64 * header.um[axis] * 1e-3);
    let stated = Stated {
        format: "Scanco AIM",
        claim: Claim::Um {
            plane: [header.um[0], header.um[1]],
            layer: Some(header.um[2]),
        },
        spacing_from: "el_size",
        orientation,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    let mut image = image_of(path, values, &layout(sample), stated, options)?;
    image.density = calibration(&header.log);
    Ok(image)
}

/// Runs of two values by turns: both values, then lengths; 255 is a run of 254 that goes on.
fn runs_of_two(bytes: &[u8], count: usize) -> Option<Vec<f32>> {
    let [first, second, runs @ ..] = bytes else {
        return None;
    };
    let pair = [*first, *second].map(|value| f32::from(value as i8));
    let (mut values, mut at) = (Vec::new(), 0);
    for &run in runs {
        let length = usize::from(run.min(254));
        values.resize(values.len() + length, pair[at]);
        if run != 255 {
            at = 1 - at;
        }
        if values.len() > count {
            return None;
        }
    }
    (values.len() == count).then_some(values)
}

/// Runs with a value each: value and length by turns.
fn runs_of_values(bytes: &[u8], count: usize) -> Option<Vec<f32>> {
    let mut values = Vec::new();
    for &[value, length] in bytes.as_chunks::<2>().0 {
        values.resize(values.len() + usize::from(length), f32::from(value as i8));
        if values.len() > count {
            return None;
        }
    }
    (values.len() == count).then_some(values)
}

/// A bit for each voxel of a cube of eight; the last byte is the value of what is set.
fn bits(bytes: &[u8], dims: [usize; 3]) -> Option<Vec<f32>> {
    let [nx, ny, _] = dims.map(|n| n.div_ceil(2));
    let packed: usize = dims.iter().map(|n| n.div_ceil(2)).product();
    let value = f32::from(*bytes.get(packed)? as i8);
    let mut values = Vec::with_capacity(dims.iter().product());
    for z in 0..dims[2] {
        for y in 0..dims[1] {
            for x in 0..dims[0] {
                let byte = bytes[(z / 2 * ny + y / 2) * nx + x / 2];
                let bit = byte >> (4 * (z % 2) + 2 * (y % 2) + x % 2) & 1;
                values.push(if bit == 1 { value } else { 0.0 });
            }
        }
    }
    Some(values)
}

/// Puts zeros around what was packed without its margin.
fn with_margin(values: &[f32], header: &Header) -> Vec<f32> {
    let [mx, my, mz] = header.margin;
    if header.margin == [0; 3] {
        return values.to_vec();
    }
    let [nx, ny, _] = header.dims;
    let [ix, iy, iz] = inner(header);
    let mut all = vec![0.0; header.dims.iter().product()];
    for z in 0..iz {
        for y in 0..iy {
            let to = ((z + mz) * ny + y + my) * nx + mx;
            let from = (z * iy + y) * ix;
            all[to..to + ix].copy_from_slice(&values[from..from + ix]);
        }
    }
    all
}

/// The header with the log.
fn header(path: &Path) -> Result<Header, ImageError> {
    let (mut file, length) = samples::open(path)?;
    let truncated = |expected: u64| ImageError::Truncated {
        path: path.into(),
        expected,
        found: length,
    };
    // List of sizes and header of either version.
    let mut start = vec![0_u8; 512.min(length) as usize];
    samples::fill(path, &mut file, &mut start)?;
    let is_030 = start.starts_with(MAGIC_030);
    let (width, list, own) = if is_030 { (8, 16, 224) } else { (4, 0, 140) };
    let whole = |at: usize| -> Result<i64, ImageError> {
        let found = if is_030 {
            bytes(&start, at).map(i64::from_le_bytes)
        } else {
            int(&start, at).map(i64::from)
        };
        found.ok_or_else(|| truncated(at as u64 + 8))
    };
    let sizes = [
        whole(list)?,
        whole(list + width)?,
        whole(list + 2 * width)?,
        whole(list + 3 * width)?,
    ];
    if !(sizes[0] == 5 * width as i64 && sizes[1] == own) {
        return Err(ImageError::header(
            path,
            "the list of blocks",
            format!("{sizes:?}"),
            format!(
                "{} and {own} first, as in an AIM of version {}",
                5 * width,
                if is_030 { "030" } else { "020" }
            ),
        ));
    }
    let at = list + 5 * width;
    let kind_at = at + if is_030 { 12 } else { 20 };
    let kind = kind(path, int(&start, kind_at).ok_or_else(|| truncated(512))?)?;
    let triple = |which: usize| -> Result<[i64; 3], ImageError> {
        let from = kind_at + 4 + 3 * which * width;
        Ok([whole(from)?, whole(from + width)?, whole(from + 2 * width)?])
    };
    let (position, sizes_p, margin) = (triple(0)?, triple(1)?, triple(2)?);
    let dims = samples::checked_dims(path, "dim", sizes_p.map(|n| u64::try_from(n).unwrap_or(0)))?;
    let bad_margin = (0..3).any(|axis| margin[axis] < 0 || margin[axis] > sizes_p[axis] / 2);
    if bad_margin {
        return Err(ImageError::header(
            path,
            "off",
            format!("{margin:?}"),
            format!("margins of 0 to half of dim, {sizes_p:?}"),
        ));
    }
    let um = if is_030 {
        triple(7)?.map(|nanometres| nanometres as f64 * 1e-3)
    } else {
        let from = kind_at + 4 + 21 * width;
        let mut um = [0.0; 3];
        for (axis, um) in um.iter_mut().enumerate() {
            let stored = bytes(&start, from + 4 * axis).ok_or_else(|| truncated(512))?;
            *um = samples::as_written(vax_float(stored)) * 1e3;
        }
        um
    };
    if um.iter().any(|&um| !(um.is_finite() && um > 0.0)) {
        return Err(ImageError::header(
            path,
            "el_size",
            format!("{um:?} um"),
            "sizes of a voxel above 0",
        ));
    }
    let log_at = at as u64 + own as u64;
    let [log, data] = [sizes[2], sizes[3]].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
    let data_at = log_at.saturating_add(log);
    if log > LONGEST_LOG || data_at.saturating_add(data) > length {
        return Err(truncated(data_at.saturating_add(data)));
    }
    Ok(Header {
        kind,
        dims,
        margin: margin.map(|n| n as usize),
        um,
        position,
        log: log_text(path, &mut file, log_at, log)?,
        data: [data_at, data],
        width,
    })
}

fn log_text(
    path: &Path,
    file: &mut std::fs::File,
    at: u64,
    length: u64,
) -> Result<String, ImageError> {
    file.seek(SeekFrom::Start(at))
        .map_err(|source| ImageError::io(path, source))?;
    let mut text = vec![0_u8; length as usize];
    let found = samples::fill(path, file, &mut text)?;
    text.truncate(found);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn kind(path: &Path, found: i32) -> Result<Kind, ImageError> {
    Ok(match found {
        0x0001_0001 => Kind::Plain(Sample::I8),
        0x0002_0002 => Kind::Plain(Sample::I16),
        0x0003_0004 => Kind::Plain(Sample::I32),
        0x0016_0001 => Kind::Plain(Sample::U8),
        0x0017_0002 => Kind::Plain(Sample::U16),
        0x0004_0004 | 0x001a_0004 => Kind::Floats,
        0x0015_0001 => Kind::TwoValues,
        0x0008_0002 => Kind::Runs,
        0x0006_0001 => Kind::Bits,
        other => {
            return Err(ImageError::header(
                path,
                "type",
                format!("{other:#010x}"),
                "char, short, int, float, or packed as D1TbinCmp, D1TcharCmp or D3Tbit8",
            ));
        }
    })
}

/// The calibration that the log states.
fn calibration(log: &str) -> Option<Density> {
    // A key and its value are two blanks or more apart.
    let value = |key: &str| {
        log.lines()
            .filter(|line| !line.starts_with('!'))
            .find_map(|line| line.trim().strip_prefix(key))
            .map(str::trim)
    };
    let number = |key: &str| value(key).and_then(|word| word.parse::<f64>().ok());
    Density::of_scanco(
        value("Density: unit")?,
        number("Density: slope")?,
        number("Density: intercept")?,
        number("Mu_Scaling")?,
    )
}
