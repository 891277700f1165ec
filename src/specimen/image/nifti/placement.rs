//! How the voxels lie: by rows, by a quaternion, by sizes alone.

use std::path::Path;

use super::header::Header;
use crate::specimen::image::{
    Claim, ImageError, Orientation, ReadOptions, UNORIENTED, check_upright,
};

/// Orientation, and the length of a voxel's edges by the transform (in the file's unit).
pub(super) fn placement(
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
pub(in crate::specimen::image) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
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
pub(super) fn claim(
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
