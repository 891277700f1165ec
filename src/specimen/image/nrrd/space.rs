//! How the axes lie in space, and their unit.

use std::path::Path;

use super::Axes;
use super::header::Fields;
use crate::specimen::image::text;
use crate::specimen::image::{
    Claim, ImageError, Orientation, UNORIENTED, check_upright, nifti, same_size,
};

/// Signs that turn the space to LPS, and the name of the frame; `None` for other spaces.
pub(super) fn space(value: Option<&str>) -> Option<([f64; 3], &'static str)> {
    match value?.to_ascii_lowercase().as_str() {
        "left-posterior-superior" | "lps" => Some(([1.0, 1.0, 1.0], "LPS")),
        "right-anterior-superior" | "ras" => Some(([-1.0, -1.0, 1.0], "LPS")),
        "left-anterior-superior" | "las" => Some(([1.0, -1.0, 1.0], "LPS")),
        _ => None,
    }
}

/// A vector of the form (x,y,z), or (x,y) in a plane. Parts that are no numbers are NaN.
fn vector(path: &Path, field: &'static str, value: &str) -> Result<[f64; 3], ImageError> {
    value
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|inner| {
            let parts: Option<Vec<f64>> = inner
                .split(',')
                .map(|part| part.trim().parse().ok().filter(|n: &f64| !n.is_infinite()))
                .collect();
            match parts?.as_slice() {
                [x, y, z] => Some([*x, *y, *z]),
                [x, y] => Some([*x, *y, 0.0]),
                _ => None,
            }
        })
        .ok_or_else(|| {
            ImageError::header(
                path,
                field,
                text::shortened(value),
                "vectors of 3 finite numbers such as (0.02,0,0)",
            )
        })
}

/// One vector per axis of the file, none of length 0; `None` for axes that are none of space.
pub(super) fn directions(
    path: &Path,
    value: &str,
    count: usize,
) -> Result<Vec<Option<[f64; 3]>>, ImageError> {
    let refused = || {
        ImageError::header(
            path,
            "space directions",
            text::shortened(value),
            format!("{count} vectors that are not zero, or none for axes of lists"),
        )
    };
    let mut axes = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let end = if let Some(after) = rest.strip_prefix("none") {
            rest = after.trim_start();
            axes.push(None);
            continue;
        } else {
            rest.find(')').ok_or_else(refused)? + 1
        };
        let axis = vector(path, "space directions", &rest[..end])?;
        rest = rest[end..].trim_start();
        let squared: f64 = axis.iter().map(|part| part * part).sum();
        // Not a number in every part: the form of older writers for "none".
        if axis.iter().all(|part| part.is_nan()) {
            axes.push(None);
        } else if squared > 0.0 && squared.is_finite() {
            axes.push(Some(axis));
        } else {
            return Err(refused());
        }
    }
    if axes.len() == count {
        Ok(axes)
    } else {
        Err(refused())
    }
}

/// What is claimed of the voxel size, and where the image lies.
pub(super) fn placed(
    path: &Path,
    fields: &Fields,
    axes: &Axes,
    assumed: &mut Vec<String>,
) -> Result<(Claim, Orientation), ImageError> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    let space_name = get("space");
    let space = space(space_name);
    let vectors: Vec<[f64; 3]> = match get("space directions") {
        None => Vec::new(),
        Some(value) => {
            let all = directions(path, value, axes.count)?;
            axes.kept.iter().filter_map(|&axis| all[axis]).collect()
        }
    };
    let unit_um = match (unit(path, fields, axes, !vectors.is_empty())?, space_name) {
        (Unit::Missing, Some(name)) if space.is_some() => {
            assumed.push(format!("lengths without a unit in the space {name} are mm"));
            Unit::Um(1e3)
        }
        (unit, _) => unit,
    };
    let spaced = spacings(path, get("spacings"), axes)?;
    let sizes = if vectors.is_empty() {
        spaced
    } else {
        let length = |axis: &[f64; 3]| axis.iter().map(|part| part * part).sum::<f64>().sqrt();
        let lengths: Vec<f64> = vectors.iter().map(length).collect();
        if let Some(spaced) = spaced {
            let per_axis = unit(path, fields, axes, false)?;
            check_same(path, (&spaced, &per_axis), (&lengths, &unit_um))?;
        }
        Some(lengths)
    };
    let claim = match (sizes, &unit_um) {
        (None, _) => Claim::Nothing("neither space directions nor spacings give a size".into()),
        (Some(sizes), Unit::Um(unit)) => Claim::Um {
            plane: [sizes[0] * unit, sizes[1] * unit],
            layer: sizes.get(2).map(|size| size * unit),
        },
        (Some(sizes), Unit::Missing) => Claim::Unitless {
            sizes: [0, 1, 2].map(|axis| sizes.get(axis).copied().unwrap_or(sizes[0])),
            looked: format!(
                "there are sizes, {sizes:?}, but neither a unit nor an anatomical space, so their \
                 unit is unknown"
            ),
        },
        (Some(sizes), Unit::Unknown(name)) => Claim::Unitless {
            sizes: [0, 1, 2].map(|axis| sizes.get(axis).copied().unwrap_or(sizes[0])),
            looked: format!(
                "there are sizes, {sizes:?}, in the unit \"{}\", expected nm, um, mm, cm, m or inch",
                text::shortened(name)
            ),
        },
    };
    let [first, second, rest @ ..] = vectors.as_slice() else {
        return Ok((claim, UNORIENTED));
    };
    let third = rest
        .first()
        .copied()
        .unwrap_or_else(|| nifti::cross(*first, *second));
    let vectors = [*first, *second, third];
    let steps = vectors.map(|axis| axis.iter().map(|p| p * p).sum::<f64>().sqrt());
    let origin = match get("space origin") {
        None => [0.0; 3],
        Some(value) => vector(path, "space origin", value)?,
    };
    if !steps.iter().all(|step| *step > 0.0) || !origin.iter().all(|part| part.is_finite()) {
        return Err(ImageError::header(
            path,
            "space directions, space origin",
            format!("{vectors:?}, {origin:?}"),
            "vectors in different directions, and a finite origin",
        ));
    }
    let (flips, frame) = space.unwrap_or(([1.0; 3], "file"));
    let unit_mm = match unit_um {
        Unit::Um(unit) => unit * 1e-3,
        _ => 1.0,
    };
    let orientation = Orientation {
        // Adding zero turns a negated zero into a plain one.
        origin_mm: [0, 1, 2].map(|row| origin[row] * flips[row] * unit_mm + 0.0),
        direction: [0, 1, 2].map(|row| {
            [0, 1, 2].map(|axis: usize| vectors[axis][row] * flips[row] / steps[axis] + 0.0)
        }),
        frame,
    };
    check_upright(path, "space directions", orientation.direction)?;
    Ok((claim, orientation))
}

/// The unit of lengths.
pub(super) enum Unit<'a> {
    /// In um.
    Um(f64),
    Missing,
    /// One that is no length.
    Unknown(&'a str),
}

/// Refuses `spacings` beside `space directions` of other lengths; the format has one or the other.
fn check_same(
    path: &Path,
    (spaced, unit): (&[f64], &Unit<'_>),
    (lengths, its): (&[f64], &Unit<'_>),
) -> Result<(), ImageError> {
    let um = |unit: &Unit<'_>| match unit {
        Unit::Um(um) => *um,
        _ => 1.0,
    };
    let mut pairs = spaced.iter().zip(lengths);
    if pairs.all(|(one, other)| same_size(one * um(unit), other * um(its))) {
        return Ok(());
    }
    Err(ImageError::header(
        path,
        "spacings",
        format!("{spaced:?} beside space directions of the lengths {lengths:?}"),
        "one of the two fields, or the same sizes in both",
    ))
}

/// The unit by `space units` (one per axis of space) or `units` (one per axis of the file), of which the
/// first belongs to directions and the second to spacings.
pub(super) fn unit<'a>(
    path: &Path,
    fields: &'a Fields,
    axes: &Axes,
    of_space: bool,
) -> Result<Unit<'a>, ImageError> {
    let get = |name: &str| fields.get(name);
    let (field, value, per_axis) = match (get("space units"), get("units")) {
        (Some(value), None) => ("space units", value, false),
        (Some(value), Some(_)) if of_space => ("space units", value, false),
        (_, Some(value)) => ("units", value, true),
        (None, None) => return Ok(Unit::Missing),
    };
    let names: Vec<&str> = if value.contains('"') {
        value.split('"').skip(1).step_by(2).map(str::trim).collect()
    } else {
        value.split_whitespace().collect()
    };
    let names: Vec<&str> = if per_axis && names.len() == axes.count {
        axes.kept.iter().map(|&axis| names[axis]).collect()
    } else {
        names
    };
    let meant: Vec<&str> = names
        .into_iter()
        .filter(|name| !matches!(*name, "" | "???" | "none"))
        .collect();
    let Some(first) = meant.first() else {
        return Ok(Unit::Missing);
    };
    if meant
        .iter()
        .any(|name| name != first && text::unit_um(name) != text::unit_um(first))
    {
        return Err(ImageError::header(
            path,
            field,
            text::shortened(value),
            "the same unit for each axis",
        ));
    }
    Ok(text::unit_um(first).map_or(Unit::Unknown(first), Unit::Um))
}

/// The sizes along the axes of the image; `None` where they are missing or no numbers.
pub(super) fn spacings(
    path: &Path,
    value: Option<&str>,
    axes: &Axes,
) -> Result<Option<Vec<f64>>, ImageError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let refused = || {
        ImageError::header(
            path,
            "spacings",
            text::shortened(value),
            format!("{} numbers above 0, or NaN for axes of lists", axes.count),
        )
    };
    let all: Option<Vec<f64>> = value
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    let all = all
        .filter(|all| all.len() == axes.count)
        .ok_or_else(refused)?;
    let kept: Vec<f64> = axes.kept.iter().map(|&axis| all[axis]).collect();
    if kept.iter().any(|size| size.is_nan()) {
        return Ok(None);
    }
    if kept.iter().all(|size| *size > 0.0 && size.is_finite()) {
        Ok(Some(kept))
    } else {
        Err(refused())
    }
}
