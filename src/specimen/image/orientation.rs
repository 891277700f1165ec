//! How an image lies in space.

use std::path::Path;

use super::ImageError;
use super::written;

/// Where the image lies.
///
/// A file without an orientation has the origin 0, the unit matrix and the frame "file".
#[derive(Debug, Clone, PartialEq)]
pub struct Orientation {
    /// Centre of the first voxel, mm.
    pub origin_mm: [f64; 3],
    /// `direction[row][axis]`: part along frame axis `row` of the unit vector of image axis `axis`.
    pub direction: [[f64; 3]; 3],
    /// "LPS" (x to the patient's left, y to the back, z up, as in DICOM and ITK) or "file".
    ///
    /// Files in RAS (`NIfTI`; some NRRD) are turned to LPS: the first two rows of the direction and
    /// the first two parts of the origin change sign. The voxels stay in the order of the file.
    pub frame: &'static str,
}

impl Orientation {
    /// The orientation of a part or a resampling, whose first voxel lies `by_mm` further along
    /// the image axes.
    pub(super) fn moved(&self, by_mm: [f64; 3]) -> Self {
        let mut moved = self.clone();
        for row in 0..3 {
            for (part, by) in self.direction[row].iter().zip(&by_mm) {
                moved.origin_mm[row] += part * by;
            }
        }
        moved
    }

    /// How voxels lie elsewhere than others of this size: [`super::Image::lies_elsewhere`].
    pub(super) fn lies_elsewhere(&self, other: &Self, spacing_um: [f64; 3]) -> Option<String> {
        /// Rounding of directions, which are often stated in 32 bits.
        const TURNED: f64 = 1e-3;
        let (one, its) = (self, other);
        if one.frame != its.frame || [one, its].contains(&&UNORIENTED) {
            return None;
        }
        let mut parts = one.direction.iter().flatten();
        if its
            .direction
            .iter()
            .flatten()
            .any(|part| parts.next().is_some_and(|own| (own - part).abs() > TURNED))
        {
            return Some(format!(
                "its axes {:?} are not those of the other image, {:?}",
                one.direction, its.direction
            ));
        }
        let away: [f64; 3] = [0, 1, 2].map(|row| one.origin_mm[row] - its.origin_mm[row]);
        let is_away = (0..3).any(|axis| {
            let along: f64 = (0..3).map(|row| away[row] * its.direction[row][axis]).sum();
            along.abs() > 0.5e-3 * spacing_um[axis]
        });
        is_away.then(|| {
            format!(
                "its first voxel lies at {:?} mm, more than half a voxel from that of the other \
                 image, {:?}",
                one.origin_mm, its.origin_mm
            )
        })
    }

    /// The orientation on other axes, `axes[i]` in those of before, whose first voxel lies `by_mm` along those
    /// of before.
    pub(super) fn turned(&self, by_mm: [f64; 3], axes: [[f64; 3]; 3]) -> Self {
        let mut turned = self.moved(by_mm);
        for (row, old) in turned.direction.iter_mut().zip(&self.direction) {
            *row = axes.map(|axis| (0..3).map(|k| old[k] * axis[k]).sum());
        }
        turned
    }
}

pub(super) const UNORIENTED: Orientation = Orientation {
    origin_mm: [0.0; 3],
    direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    frame: "file",
};

/// Most of a cosine between two axes that stand upright on each other, and of what an edge of a direction
/// may be longer or shorter than 1: rounding to three decimals.
pub(super) const UPRIGHT: f64 = 1e-3;

/// Refuses axes that do not stand upright on each other, given as columns of length 1: voxels are boxes.
///
/// # Errors
/// Two axes are sheared, or lie in one direction.
pub(super) fn check_upright(
    path: &Path,
    field: &'static str,
    direction: [[f64; 3]; 3],
) -> Result<(), ImageError> {
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let cosine: f64 = direction.iter().map(|row| row[one] * row[other]).sum();
        if cosine.is_nan() || cosine.abs() > UPRIGHT {
            let names = ["x", "y", "z"];
            return Err(ImageError::header(
                path,
                field,
                format!(
                    "axes {} and {} at a cosine of {}",
                    names[one],
                    names[other],
                    written(&[cosine])
                ),
                format!(
                    "axes at right angles (cosines within {UPRIGHT}); resample the image to such axes"
                ),
            ));
        }
    }
    Ok(())
}
