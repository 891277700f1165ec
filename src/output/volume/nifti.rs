//! `NIfTI`-1 in one gzip file (`.nii.gz`), after `nifti1.h` (NIMH, 2003).
//!
//! Lengths in mm. The transform is straight: x to the right, y to the front, z up, with the corner of the
//! lattice at 0, so that the centre of the first site lies half a site from it.

use crate::observe::sites::{Array, Frame, Numbers};

use super::gzip;

/// Bytes before the data: the header, and four that say that no extension follows.
const DATA_AT: usize = 352;

/// Sites along an axis at most: the header has 16 bits for them.
pub(crate) const MOST: usize = i16::MAX as usize;

/// A field of a lattice of at most [`MOST`] sites along each axis, as a `NIfTI` file; none of a longer one,
/// nor of ids, for which few readers have a type.
pub(crate) fn nii_gz(frame: &Frame, field: &Array<'_>) -> Option<Vec<u8>> {
    let step = frame.spacing_um.map(|um| um * 1e-3);
    let row = |axis: usize| {
        let mut row = [0.0; 4];
        (row[axis], row[3]) = (step[axis], 0.5 * step[axis]);
        row
    };
    placed(frame, field, [row(0), row(1), row(2)])
}

/// The same where the file says: rows of the transform from the numbers of a voxel to mm to the right, to the
/// front and up.
pub(crate) fn placed(
    frame: &Frame,
    field: &Array<'_>,
    transform: [[f64; 4]; 3],
) -> Option<Vec<u8>> {
    let code: i16 = match field.values {
        Numbers::U8(_) => 2,
        Numbers::U16(_) => 512,
        Numbers::F32(_) => 16,
        Numbers::U64(_) => return None,
    };
    if frame.dims.iter().any(|&sites| sites > MOST) {
        return None;
    }
    let mut bytes = vec![0_u8; DATA_AT];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    put(38, b"r");
    let dim = [3, frame.dims[0], frame.dims[1], frame.dims[2], 1, 1, 1, 1];
    for (place, sites) in dim.into_iter().enumerate() {
        put(40 + 2 * place, &(sites as i16).to_le_bytes());
    }
    put(70, &code.to_le_bytes());
    put(72, &(8 * field.values.width() as i16).to_le_bytes());
    let step_mm = frame.spacing_um.map(|um| (um * 1e-3) as f32);
    // The first says that axes are not mirrored.
    let pixdim = [1.0, step_mm[0], step_mm[1], step_mm[2], 0.0, 0.0, 0.0, 0.0];
    for (place, step) in pixdim.into_iter().enumerate() {
        put(76 + 4 * place, &step.to_le_bytes());
    }
    put(108, &(DATA_AT as f32).to_le_bytes());
    // Slope 1, intercept 0; mm and s.
    put(112, &1.0_f32.to_le_bytes());
    put(123, &[2 + 8]);
    let words = format!("howship {} [{}] d{}", field.name, field.unit, frame.day);
    let words: Vec<u8> = words.bytes().filter(u8::is_ascii).take(79).collect();
    put(148, &words);
    // Both transforms, of the scanner, where nothing is turned; else the rows alone.
    let is_straight = (0..3).all(|row| {
        (0..3).all(|axis| (axis == row) == (transform[row][axis].abs() > 0.0))
            && transform[row][row] > 0.0
    });
    put(252, &i16::from(is_straight).to_le_bytes());
    put(254, &1_i16.to_le_bytes());
    for (axis, row) in transform.into_iter().enumerate() {
        if is_straight {
            put(268 + 4 * axis, &(row[3] as f32).to_le_bytes());
        }
        for (place, part) in row.into_iter().enumerate() {
            put(280 + 16 * axis + 4 * place, &(part as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    bytes.extend(field.values.bytes().iter());
    Some(gzip(&bytes))
}
