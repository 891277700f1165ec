//! What tifffile says of the shape of an array.

use std::path::Path;

use super::{Described, Resolution, by_tags};
use crate::specimen::image::{Claim, ImageError, text};

/// What tifffile writes: the shape, layers first, then rows and columns, and what its user adds.
pub(super) struct Shape {
    sizes: Vec<u64>,
    axes: Option<String>,
    json: serde_json::Value,
}

impl Shape {
    pub(super) fn of(description: &str) -> Option<Self> {
        if !description.starts_with('{') || !description.contains("\"shape\"") {
            return None;
        }
        let json: serde_json::Value =
            serde_json::from_str(description.trim_end_matches('\0')).ok()?;
        let sizes: Option<Vec<u64>> = json
            .get("shape")?
            .as_array()?
            .iter()
            .map(serde_json::Value::as_u64)
            .collect();
        let axes = json.get("axes").and_then(|axes| axes.as_str());
        Some(Self {
            sizes: sizes?,
            axes: axes.map(str::to_uppercase),
            json,
        })
    }

    /// The sizes of more than one voxel before rows and columns, and the letters of their axes.
    fn leading(&self, path: &Path) -> Result<Vec<(char, u64)>, ImageError> {
        let sizes = &self.sizes;
        let Some(axes) = &self.axes else {
            let leading = &sizes[..sizes.len().saturating_sub(2)];
            let several = leading.iter().filter(|&&size| size > 1);
            return Ok(several.map(|&size| ('Q', size)).collect());
        };
        let is_plane = |axis: char| matches!(axis, 'Y' | 'X');
        let mut named: Vec<(char, u64)> = axes.chars().zip(sizes.iter().copied()).collect();
        named.retain(|&(axis, size)| size > 1 || is_plane(axis));
        let rows = named.len().saturating_sub(2);
        let known = |axis: char| matches!(axis, 'I' | 'Z' | 'Q' | 'C' | 'T' | 'S');
        let plane = named.split_off(rows);
        if axes.chars().count() == sizes.len()
            && plane.iter().map(|&(axis, _)| axis).eq(['Y', 'X'])
            && named.iter().all(|&(axis, _)| known(axis))
        {
            return Ok(named);
        }
        Err(ImageError::header(
            path,
            "tifffile's description: axes",
            format!("{} of the shape {sizes:?}", text::shortened(axes)),
            "ZYX, IYX or QYX: layers, then rows, then columns, of one image",
        ))
    }
}

pub(super) fn by_shape(
    path: &Path,
    shape: &Shape,
    resolution: Resolution,
    mut found: Described,
) -> Result<Described, ImageError> {
    found.writer = "tifffile's description";
    let several = shape.leading(path)?;
    if several.len() > 1
        || several
            .iter()
            .any(|&(axis, _)| matches!(axis, 'C' | 'T' | 'S'))
    {
        return Err(ImageError::Several {
            path: path.into(),
            found: format!(
                "tifffile's description says the shape {:?}{}",
                shape.sizes,
                shape.axes.as_ref().map_or_else(String::new, |axes| format!(
                    " with the axes {}",
                    text::shortened(axes)
                ))
            ),
            remedy: "write one volume of layers, rows and columns to a file of its own",
        });
    }
    found.images = several.first().map(|&(_, size)| size);
    found.one_directory = true;
    if let Some(claim) = shape_claim(&shape.json, resolution) {
        found.claim = claim;
        found.from = "tifffile's description and resolution tags";
    }
    Ok(found)
}

/// The voxel size by `spacing` (between layers) and `unit` beside the shape, which are those of
/// `ImageJ`'s description; `None` where neither is there.
///
/// Resolution tags in inches or cm have their own unit; those without one have that of `unit`.
fn shape_claim(json: &serde_json::Value, resolution: Resolution) -> Option<Claim> {
    let looked = |key: &str, why: &str| {
        let value = json.get(key).map(ToString::to_string).unwrap_or_default();
        let value = text::shortened(&value);
        Some(Claim::Nothing(format!(
            "tifffile's description says {key} {value}, {why}"
        )))
    };
    let elsewhere = [
        "PhysicalSizeX",
        "PhysicalSizeY",
        "PhysicalSizeZ",
        "scale",
        "zunit",
        "yunit",
        "voxel_size",
    ];
    if let Some(key) = elsewhere.into_iter().find(|key| json.get(key).is_some()) {
        return looked(key, "of which only spacing and unit are read");
    }
    let unit_um = match json.get("unit") {
        None => None,
        Some(unit) => match unit.as_str().and_then(text::unit_um) {
            None => return looked("unit", "which is no unit of length"),
            unit_um => unit_um,
        },
    };
    let layer = match (json.get("spacing"), unit_um) {
        (None, None) => return None,
        (None, Some(_)) => None,
        (Some(_), None) => return looked("spacing", "without a unit"),
        (Some(spacing), Some(unit_um)) => match spacing.as_f64() {
            None => return looked("spacing", "which is no number"),
            Some(spacing) => Some(spacing * unit_um),
        },
    };
    let plane = match (resolution.unit, resolution.per_unit, unit_um) {
        // One pixel per unit is what tifffile writes where no resolution is given.
        (1, [Some(x), Some(y)], Some(unit_um))
            if (x - 1.0).abs() > 0.0 || (y - 1.0).abs() > 0.0 =>
        {
            [unit_um / x, unit_um / y]
        }
        _ => match by_tags(resolution) {
            Claim::Um { plane, .. } => plane,
            other => return Some(other),
        },
    };
    Some(Claim::Um { plane, layer })
}
