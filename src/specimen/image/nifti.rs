//! `NIfTI`-1 and `NIfTI`-2 in one file (`.nii`, `.nii.gz`), either byte order, with slope and intercept.
//!
//! Header fields are those of `nifti1.h` (NIMH, 2003) and `nifti2.h` (2011). The file's axes are RAS (x
//! to the right, y to the front, z up); the first two rows of its transform change sign to give LPS.

mod header;
mod placement;

use std::path::Path;

use super::samples::{self, Layout, Sample};
use super::{Image, ImageError, ReadOptions, Stated, assembled};
use header::{Header, header, header_bytes};
pub(super) use placement::cross;
use placement::{claim, placement};

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

/// Kind of the values; `bitpix` says their size once more, or 0.
fn sample(path: &Path, header: &Header) -> Result<Sample, ImageError> {
    let sample = by_datatype(path, header.datatype)?;
    let bits = 8 * sample.bytes() as i64;
    if header.bits != 0 && i64::from(header.bits) != bits {
        return Err(ImageError::header(
            path,
            "bitpix",
            header.bits.to_string(),
            format!("{bits}, as datatype {} has", header.datatype),
        ));
    }
    Ok(sample)
}

fn by_datatype(path: &Path, datatype: i16) -> Result<Sample, ImageError> {
    Ok(match datatype {
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
