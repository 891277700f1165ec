//! Volumes, cells and surfaces as the bytes of files that other programs open: pure functions of arrays.

pub(crate) mod nifti;
mod rows;
pub(crate) mod surface;
pub(crate) mod vtk;
pub(crate) mod zarr;

use std::io::Write as _;

/// A gzip file, without a name or a time in it, fast: files are written while a run waits.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let _ = out.write_all(bytes);
    out.finish().unwrap_or_default()
}
