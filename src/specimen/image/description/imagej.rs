//! What `ImageJ` says of voxels and values.

use std::path::Path;

use super::{Calibration, Described, Resolution, SPLIT, by_tags, in_print_units};
use crate::specimen::image::written;
use crate::specimen::image::{Claim, ImageError, text};

pub(super) fn is_imagej(description: &str) -> bool {
    description.starts_with("ImageJ=") || description.starts_with("SCIFIO=")
}

/// The value of a line `name=value`.
pub(super) fn line<'a>(description: &'a str, name: &str) -> Option<&'a str> {
    description
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim_end_matches('\0').trim())
}

pub(super) fn by_imagej(
    path: &Path,
    description: &str,
    resolution: Resolution,
    mut found: Described,
) -> Result<Described, ImageError> {
    let count = |name: &'static str| match line(description, name) {
        None => Ok(None),
        Some(value) => value.parse::<u64>().map(Some).map_err(|_| {
            ImageError::header(
                path,
                "ImageJ's description",
                format!("{name}={}", text::shortened(value)),
                format!("a whole number of {name}"),
            )
        }),
    };
    for name in ["channels", "frames"] {
        if let Some(several) = count(name)?.filter(|n| *n > 1) {
            return Err(ImageError::Several {
                path: path.into(),
                found: format!("ImageJ's description says {name}={several}"),
                remedy: SPLIT,
            });
        }
    }
    let (images, slices) = (count("images")?, count("slices")?);
    if let (Some(images), Some(slices)) = (images, slices)
        && images != slices
    {
        return Err(ImageError::header(
            path,
            "ImageJ's description",
            format!("images={images} and slices={slices}"),
            "as many slices as images, with one channel and one frame",
        ));
    }
    found.writer = "ImageJ's description";
    found.images = images.or(slices);
    found.one_directory = true;
    found.calibration = calibration(path, description)?;
    found.from = "ImageJ's description and resolution tags";
    if let Some(claim) = by_scales(description) {
        found.claim = claim;
    } else {
        let stack = found.images.is_some_and(|images| images > 1);
        found.claim = imagej_claim(description, resolution, stack, &mut found.assumed);
    }
    Ok(found)
}

/// The voxel size by `unit`, `spacing` and the resolution tags.
fn imagej_claim(
    description: &str,
    resolution: Resolution,
    stack: bool,
    assumed: &mut Vec<String>,
) -> Claim {
    let unit = line(description, "unit");
    let spacing = match line(description, "spacing").map(str::parse::<f64>) {
        None => None,
        // ImageJ writes a negative spacing for stacks in reverse order.
        Some(Ok(spacing)) => Some(spacing.abs()),
        Some(Err(_)) => {
            return Claim::Nothing(format!(
                "ImageJ's spacing is \"{}\"",
                text::shortened(line(description, "spacing").unwrap_or_default())
            ));
        }
    };
    let Some(unit) = unit.filter(|unit| !unit.is_empty()) else {
        let unit_um = match resolution.unit {
            2 => 25_400.0,
            3 => 1e4,
            _ => 0.0,
        };
        return match by_tags(resolution) {
            Claim::Um { plane, .. } => Claim::Um {
                plane,
                layer: spacing.map(|spacing| spacing * unit_um),
            },
            other => other,
        };
    };
    let in_um = |name: &str| {
        let unit = line(description, name).unwrap_or(unit);
        text::unit_um(unit).ok_or_else(|| {
            format!(
                "ImageJ's {name} is \"{}\", which is no unit of length",
                text::shortened(unit)
            )
        })
    };
    let units = [in_um("unit"), in_um("yunit"), in_um("zunit")];
    let [Ok(x_um), Ok(y_um), Ok(z_um)] = units else {
        let looked = units.into_iter().find_map(Result::err);
        return Claim::Nothing(looked.unwrap_or_default());
    };
    let [Some(x), Some(y)] = resolution.per_unit else {
        return Claim::Nothing(format!(
            "ImageJ's unit is \"{}\", but resolution tags are missing",
            text::shortened(unit)
        ));
    };
    // ImageJ takes inches and centimetres from the tags of other programs.
    let for_print = [25_400.0, 1e4]
        .into_iter()
        .find(|unit_um| (x_um - unit_um).abs() < 1e-6);
    if let Some(unit_um) = for_print
        && let Claim::Nothing(looked) = in_print_units(x, y, unit_um < 2e4)
    {
        return Claim::Nothing(looked);
    }
    let layer = spacing.map(|spacing| spacing * z_um).or_else(|| {
        stack.then(|| {
            assumed.push(format!(
                "ImageJ's description states a unit and no spacing: layers are one unit ({} um) apart, \
                 as ImageJ reads and writes it",
                written(&[z_um])
            ));
            z_um
        })
    });
    Claim::Um {
        plane: [x_um / x, y_um / y],
        layer,
    }
}

/// The voxel size by SCIFIO's lists `axes`, `scales` and `units`.
fn by_scales(description: &str) -> Option<Claim> {
    let list = |name| Some(line(description, name)?.split(',').map(str::trim));
    let axes: Vec<&str> = list("axes")?.collect();
    let scales: Vec<&str> = list("scales")?.collect();
    let units: Vec<&str> = list("units")?.collect();
    let size = |axis: &str| {
        let at = axes.iter().position(|name| *name == axis)?;
        let unit = text::unit_um(units.get(at)?)?;
        Some(scales.get(at)?.parse::<f64>().ok()? * unit)
    };
    Some(match (size("X"), size("Y")) {
        (Some(x), Some(y)) => Claim::Um {
            plane: [x, y],
            layer: size("Z"),
        },
        _ => Claim::Nothing(format!(
            "SCIFIO's scales are \"{}\" in the units \"{}\"",
            text::shortened(&scales.join(",")),
            text::shortened(&units.join(","))
        )),
    })
}

/// `ImageJ`'s calibration of values; `None` where there is none, or one that changes nothing.
pub(super) fn calibration(
    path: &Path,
    description: &str,
) -> Result<Option<Calibration>, ImageError> {
    let get = |name| line(description, name);
    let refused = |found: String, allowed: &str| {
        ImageError::header(path, "ImageJ's calibration", found, allowed)
    };
    let line_or_none = "cf=0, a straight line with c0 and c1, or cf=20, none; convert the image to \
                        calibrated values";
    match get("cf") {
        None if get("c0").is_none() && get("c1").is_none() => return Ok(None),
        Some("20") => return Ok(None),
        None | Some("0") => {}
        Some(other) => {
            return Err(refused(
                format!("cf={}", text::shortened(other)),
                line_or_none,
            ));
        }
    }
    let number = |name: &'static str| {
        let word = get(name).unwrap_or("missing");
        word.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| {
                refused(
                    format!("{name}={}", text::shortened(word)),
                    "finite numbers c0 and c1",
                )
            })
    };
    let (intercept, slope) = (number("c0")?, number("c1")?);
    for name in ["c2", "c3", "c4"] {
        if get(name).is_some() && number(name)? != 0.0 {
            return Err(refused(
                format!("{name}={}", get(name).unwrap_or_default()),
                line_or_none,
            ));
        }
    }
    if slope == 0.0 {
        return Err(refused("c1=0".into(), "a slope that is not 0"));
    }
    let calibration = Calibration {
        slope,
        intercept,
        clip: get("zeroclip") == Some("true"),
        unit: text::shortened(get("vunit").unwrap_or("Gray Value")),
    };
    let changes = intercept != 0.0 || (slope - 1.0).abs() > 0.0;
    Ok(changes.then_some(calibration))
}
