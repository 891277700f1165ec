//! What the metadata of an OME-Zarr say of its levels: axes, sizes, place.

use std::path::{Component, Path};

use serde_json::Value;

use super::json;
use crate::specimen::image::{Claim, ImageError, Orientation, Stated, UNORIENTED, text};

/// The finest level of an image.
pub(super) struct Level {
    /// Where its array lies, below the folder.
    pub(super) path: String,
    /// Its axes, and how many of them, the last, are those of the image.
    pub(super) axes: [usize; 2],
}

/// The finest level and what is stated of it.
pub(super) fn finest(folder: &Path) -> Result<(Level, Stated), ImageError> {
    let refused = |field: &'static str, found: String, allowed: &str| {
        Err(ImageError::header(folder, field, found, allowed))
    };
    let third = json(&folder.join("zarr.json"))?;
    let second = json(&folder.join(".zattrs"))?;
    let (root, format) = match (&third, &second) {
        (Some(all), _) => (&all["attributes"]["ome"], "OME-Zarr 0.5"),
        (None, Some(all)) => (all, "OME-Zarr 0.4"),
        (None, None) => (&Value::Null, ""),
    };
    let images = root["multiscales"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let [image] = images else {
        return refused(
            "multiscales",
            format!("{} images", images.len()),
            "1, the metadata of an OME-Zarr image (zarr.json or .zattrs); of a plate or a collection give the \
             folder of one image",
        );
    };
    let axes = image["axes"].as_array().map_or(&[][..], Vec::as_slice);
    let name = |axis: &Value| {
        axis["name"]
            .as_str()
            .or(axis.as_str())
            .unwrap_or("?")
            .to_owned()
    };
    let names: Vec<String> = axes.iter().map(name).collect();
    let space = match names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [.., "z", "y", "x"] => 3,
        [.., "y", "x"] => 2,
        _ => {
            return refused(
                "axes",
                text::shortened(&names.join(", ")),
                "z, y, x last, or y, x",
            );
        }
    };
    let level = &image["datasets"][0];
    let Some(path) = level["path"].as_str() else {
        return refused(
            "datasets",
            "no path".to_owned(),
            "the path of an array for each level",
        );
    };
    let inside = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !inside {
        return refused(
            "datasets path",
            format!("\"{}\"", text::shortened(path)),
            "a folder below that of the image",
        );
    }
    let transform = |of: &Value, kind: &str| -> Result<Option<Vec<f64>>, ImageError> {
        let all = of["coordinateTransformations"].as_array();
        let Some(found) = all.into_iter().flatten().find(|one| one["type"] == kind) else {
            return Ok(None);
        };
        let numbers: Option<Vec<f64>> = found[kind]
            .as_array()
            .and_then(|all| all.iter().map(Value::as_f64).collect());
        let numbers = numbers.filter(|numbers| numbers.len() == axes.len());
        numbers.map(Some).ok_or_else(|| {
            ImageError::header(
                folder,
                "coordinateTransformations",
                text::shortened(&found.to_string()),
                format!("{} numbers", axes.len()),
            )
        })
    };
    let own = transform(level, "scale")?;
    let whole = transform(image, "scale")?;
    let moved = transform(level, "translation")?;
    let mut units = axes
        .iter()
        .rev()
        .take(space)
        .map(|axis| axis["unit"].as_str());
    let units: Vec<Option<f64>> = units
        .by_ref()
        .map(|unit| unit.and_then(text::unit_um))
        .collect();
    let mut orientation: Orientation = UNORIENTED;
    let claim = claim(folder, own, whole, space, &units)?;
    if let (Some(moved), true) = (moved, units.iter().all(Option::is_some)) {
        let parts = of_space(&moved, space)
            .into_iter()
            .zip(units.iter().flatten());
        for (to, (part, unit)) in orientation.origin_mm.iter_mut().zip(parts) {
            *to = part * unit * 1e-3;
        }
    }
    let stated = Stated {
        format,
        claim,
        spacing_from: "coordinateTransformations scale",
        orientation,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    let level = Level {
        path: path.to_owned(),
        axes: [axes.len(), space],
    };
    Ok((level, stated))
}

/// What the scales of a level and of the whole image say of the voxels, in the order of the array.
fn claim(
    folder: &Path,
    own: Option<Vec<f64>>,
    whole: Option<Vec<f64>>,
    space: usize,
    units: &[Option<f64>],
) -> Result<Claim, ImageError> {
    let Some(own) = own else {
        return Ok(Claim::Nothing(
            "coordinateTransformations hold no scale".into(),
        ));
    };
    let factors = whole.unwrap_or_else(|| vec![1.0; own.len()]);
    let sizes: Vec<f64> = own.iter().zip(&factors).map(|(a, b)| a * b).collect();
    let sizes = of_space(&sizes, space);
    if !sizes.iter().all(|size| size.is_finite() && *size > 0.0) {
        return Err(ImageError::header(
            folder,
            "scale",
            format!("{sizes:?}"),
            "numbers above 0",
        ));
    }
    let um: Option<Vec<f64>> = sizes
        .iter()
        .zip(units)
        .map(|(size, unit)| unit.map(|unit| unit * size))
        .collect();
    Ok(match um {
        Some(um) => Claim::Um {
            plane: [um[0], um[1]],
            layer: um.get(2).copied(),
        },
        None => Claim::Unitless {
            sizes: [
                sizes[0],
                sizes[1],
                sizes.get(2).copied().unwrap_or(sizes[0]),
            ],
            looked: format!("the axes state no unit of length; scale is {sizes:?}"),
        },
    })
}

/// From the order of the array (z, y, x last) to that of places.
fn of_space(numbers: &[f64], space: usize) -> Vec<f64> {
    numbers.iter().rev().take(space).copied().collect()
}
