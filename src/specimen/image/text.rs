//! Fields of text headers (`MetaImage`, NRRD).

use std::path::{Path, PathBuf};

use super::{ImageError, samples};

/// At most 80 characters of what was found, for a message.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        None => text.into(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// Exactly `N` finite numbers, separated by spaces.
pub(super) fn numbers<const N: usize>(
    path: &Path,
    field: &'static str,
    value: &str,
) -> Result<[f64; N], ImageError> {
    let read: Option<Vec<f64>> = value
        .split_whitespace()
        .map(|word| word.parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    read.and_then(|read| read.try_into().ok()).ok_or_else(|| {
        ImageError::header(path, field, shortened(value), format!("{N} finite numbers"))
    })
}

/// Three voxel sizes above 0.
pub(super) fn sizes(path: &Path, field: &'static str, value: &str) -> Result<[f64; 3], ImageError> {
    let sizes = numbers(path, field, value)?;
    if sizes.iter().all(|size| *size > 0.0) {
        Ok(sizes)
    } else {
        Err(ImageError::header(
            path,
            field,
            shortened(value),
            "3 numbers above 0",
        ))
    }
}

/// Three sizes in voxels.
pub(super) fn dims(
    path: &Path,
    field: &'static str,
    value: Option<&str>,
) -> Result<[usize; 3], ImageError> {
    let found = value.unwrap_or("missing");
    let read: Option<Vec<u64>> = found
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    let dims: [u64; 3] = read
        .and_then(|read| read.try_into().ok())
        .ok_or_else(|| ImageError::header(path, field, shortened(found), "3 numbers of voxels"))?;
    samples::checked_dims(path, field, dims)
}

/// The data file a header names, relative to the header's folder.
pub(super) fn data_file(
    path: &Path,
    field: &'static str,
    name: &str,
) -> Result<PathBuf, ImageError> {
    if name.is_empty() || name.starts_with("LIST") || name.contains('%') || name.contains('\0') {
        return Err(ImageError::header(
            path,
            field,
            format!("\"{}\"", shortened(name)),
            "the name of one data file (lists and patterns are not read)",
        ));
    }
    let data = path.parent().unwrap_or_else(|| Path::new("")).join(name);
    if data.exists() {
        Ok(data)
    } else {
        Err(ImageError::MissingDataFile {
            path: path.into(),
            field,
            data,
        })
    }
}

/// A unit of length in um.
pub(super) fn unit_um(name: &str) -> Option<f64> {
    match name.trim().to_lowercase().as_str() {
        "nm" | "nanometer" | "nanometre" => Some(1e-3),
        // ImageJ writes the micro sign as an escape in TIFF descriptions.
        "um" | "\u{b5}m" | "\u{3bc}m" | "\\u00b5m" | "micron" | "microns" | "micrometer"
        | "micrometre" => Some(1.0),
        "mm" | "millimeter" | "millimetre" => Some(1e3),
        "cm" | "centimeter" | "centimetre" => Some(1e4),
        "m" | "meter" | "metre" => Some(1e6),
        _ => None,
    }
}
