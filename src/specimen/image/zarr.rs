//! OME-Zarr 0.4 (Zarr 2) and 0.5 (Zarr 3): the finest level of an image with one channel at one time.
//!
//! Open Microscopy Environment, next-generation file formats (ngff.openmicroscopy.org). Chunks are plain or
//! packed by gzip, zlib, zstd or Blosc with LZ4, zlib or zstd; other codecs are refused by name. A chunk that is missing
//! holds the fill value, as the format says.

mod array;
mod levels;

use std::path::Path;

use serde_json::Value;

use super::samples;
use super::{Image, ImageError, ReadOptions, image_of};

/// Longest file of metadata, bytes.
const LONGEST: u64 = 1 << 24;

/// Whether a folder is one.
pub(super) fn is_zarr(folder: &Path) -> bool {
    ["zarr.json", ".zattrs", ".zgroup", ".zarray"]
        .iter()
        .any(|name| folder.join(name).exists())
}

/// Reads the finest level.
pub(super) fn read(folder: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (level, stated) = levels::finest(folder)?;
    let (values, layout) = array::read(&folder.join(&level.path), level.axes)?;
    image_of(folder, values, &layout, stated, options)
}

/// A file of metadata; `None` where it is not there.
fn json(path: &Path) -> Result<Option<Value>, ImageError> {
    if !path.exists() {
        return Ok(None);
    }
    let (mut file, length) = samples::open(path)?;
    if length > LONGEST {
        return Err(ImageError::Damaged {
            path: path.into(),
            reason: format!("metadata of {length} bytes, expected at most {LONGEST}"),
        });
    }
    let mut text = vec![0_u8; length as usize];
    let found = samples::fill(path, &mut file, &mut text)?;
    serde_json::from_slice(&text[..found])
        .map(Some)
        .map_err(|error| ImageError::Damaged {
            path: path.into(),
            reason: format!("is no JSON: {error}"),
        })
}
