//! Volumes, cells and surfaces as the bytes of files that other programs open: pure functions of arrays.

pub(crate) mod nifti;
pub(crate) mod surface;
pub(crate) mod vtk;
pub(crate) mod zarr;

use std::io::Write as _;

/// Compressed by zlib, fast: files are written while a run waits.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory does not fail.
    let _ = out.write_all(bytes);
    out.finish().unwrap_or_default()
}

/// The same as a gzip file, without a name or a time in it.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let _ = out.write_all(bytes);
    out.finish().unwrap_or_default()
}
