//! What the description and the resolution tags of a TIFF say: by `ImageJ`, SCIFIO, OME or tifffile.
//!
//! `ImageJ` (`ij.io.FileSaver`) writes a line for each property: a depth of one unit is not written, so
//! that a stack with `unit` and without `spacing` has layers one unit apart; `c0` and `c1` are a line
//! through the stored values where `cf` is 0. tifffile writes the shape as JSON. Resolutions that
//! programs write for print (72 per inch and such) are no voxel sizes.

use std::path::Path;

use super::{Claim, ImageError, ome, text};

/// Dots per inch that programs write for print or screen.
const PRINT: [f64; 19] = [
    1.0, 72.0, 75.0, 90.0, 96.0, 100.0, 120.0, 144.0, 150.0, 180.0, 200.0, 240.0, 300.0, 350.0,
    360.0, 400.0, 600.0, 1200.0, 2400.0,
];

/// The resolution tags.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Resolution {
    /// Pixels per unit along x and y.
    pub(super) per_unit: [Option<f64>; 2],
    /// 1 none, 2 inch, 3 cm.
    pub(super) unit: u16,
}

/// A line through the stored values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Calibration {
    /// Value = slope x stored + intercept.
    pub(super) slope: f64,
    /// See `slope`.
    pub(super) intercept: f64,
    /// Whether values below 0 become 0.
    pub(super) clip: bool,
    /// Unit of the values.
    pub(super) unit: String,
}

/// What a file says of the stack it holds.
#[derive(Debug)]
pub(super) struct Described {
    /// Who wrote the description, and how it calls an image.
    pub(super) writer: &'static str,
    /// Layers announced, which must be there.
    pub(super) images: Option<u64>,
    /// Whether the layers may follow each other behind one directory.
    pub(super) one_directory: bool,
    /// Pixels along x and y.
    pub(super) plane: Option<[u64; 2]>,
    pub(super) claim: Claim,
    /// The field that makes the claim.
    pub(super) from: &'static str,
    pub(super) calibration: Option<Calibration>,
    pub(super) assumed: Vec<String>,
}

const SPLIT: &str = "save one channel at one time point as a stack of its own (ImageJ: Image > \
                     Hyperstacks > Make Subset; where layers are called channels or frames, correct \
                     slices=, channels= and frames= in Image > Properties)";

/// Reads a description.
///
/// # Errors
/// It announces more than one channel, time point or image; its calibration is no straight line; its
/// sizes are no numbers.
pub(super) fn described(
    path: &Path,
    description: &str,
    resolution: Resolution,
) -> Result<Described, ImageError> {
    let plain = Described {
        writer: "the description",
        images: None,
        one_directory: false,
        plane: None,
        claim: by_tags(resolution),
        from: "resolution tags",
        calibration: None,
        assumed: Vec::new(),
    };
    if ome::is_ome(description) {
        by_ome(path, &ome::parse(description), plain)
    } else if is_imagej(description) {
        by_imagej(path, description, resolution, plain)
    } else if let Some(shape) = Shape::of(description) {
        by_shape(path, &shape, resolution, plain)
    } else {
        Ok(plain)
    }
}

/// The print resolution that a resolution is, per inch.
fn print_resolution(per_unit: f64, per_cm: bool) -> Option<f64> {
    let per_inch = if per_cm { per_unit * 2.54 } else { per_unit };
    let in_cm = per_inch / 2.54;
    PRINT.into_iter().find(|dpi| {
        let exact = dpi / 2.54;
        // Also when rounded to a whole number, or cut to one or two decimals, per cm.
        let cut = [
            exact.round(),
            (exact * 10.0).floor() / 10.0,
            (exact * 10.0).ceil() / 10.0,
            (exact * 100.0).floor() / 100.0,
            (exact * 100.0).ceil() / 100.0,
        ];
        (per_inch - dpi).abs() < 5e-4 * dpi
            || cut.iter().any(|cut| (in_cm - cut).abs() < 1e-6 * cut)
            || (per_cm && (per_unit - dpi).abs() < 1e-9 && *dpi < 2.0)
    })
}

/// The voxel size by resolution tags alone.
fn by_tags(resolution: Resolution) -> Claim {
    let [Some(x), Some(y)] = resolution.per_unit else {
        return Claim::Nothing(
            "neither resolution tags nor the size of a known writer are there".into(),
        );
    };
    match resolution.unit {
        2 => in_print_units(x, y, false),
        3 => in_print_units(x, y, true),
        _ => Claim::Nothing(format!(
            "resolution tags of {} and {} pixels without a unit",
            super::written(&[x]),
            super::written(&[y])
        )),
    }
}

/// The voxel size by pixels per inch or cm, unless they are for print.
fn in_print_units(x: f64, y: f64, per_cm: bool) -> Claim {
    let (unit, unit_um) = if per_cm {
        ("cm", 1e4)
    } else {
        ("inch", 25_400.0)
    };
    for per_unit in [x, y] {
        if let Some(dpi) = print_resolution(per_unit, per_cm) {
            let found = super::written(&[per_unit]);
            return Claim::Nothing(format!(
                "the resolution tags say {found} pixels per {unit}, which is what programs write for \
                 print or screen ({dpi} per inch)"
            ));
        }
    }
    Claim::Um {
        plane: [unit_um / x, unit_um / y],
        layer: None,
    }
}

fn is_imagej(description: &str) -> bool {
    description.starts_with("ImageJ=") || description.starts_with("SCIFIO=")
}

/// The value of a line `name=value`.
fn line<'a>(description: &'a str, name: &str) -> Option<&'a str> {
    description
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim_end_matches('\0').trim())
}

fn by_imagej(
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
                super::written(&[z_um])
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
fn calibration(path: &Path, description: &str) -> Result<Option<Calibration>, ImageError> {
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

fn by_ome(path: &Path, ome: &ome::Ome, mut found: Described) -> Result<Described, ImageError> {
    found.writer = "OME-XML";
    if ome.elsewhere {
        return Err(ImageError::header(
            path,
            "OME-XML",
            "in a file of its own (BinaryOnly)",
            "all metadata in the TIFF; convert the set to one OME-TIFF",
        ));
    }
    let [x, y, layers, channels, times] = ome.sizes;
    if ome.images > 1 || channels > 1 || times > 1 {
        return Err(ImageError::Several {
            path: path.into(),
            found: format!(
                "OME-XML says {} images, SizeC {channels}, SizeT {times}",
                ome.images
            ),
            remedy: SPLIT,
        });
    }
    if ome.images == 0 {
        return Ok(found);
    }
    if ome.sizes[..3].contains(&0) {
        return Err(ImageError::header(
            path,
            "OME-XML's SizeX, SizeY, SizeZ",
            format!("{x} x {y} x {layers}"),
            "whole numbers above 0",
        ));
    }
    if let Some(words) = ome.out_of_order() {
        return Err(ImageError::header(
            path,
            "OME-XML's TiffData",
            text::shortened(&words),
            format!("each of the {layers} planes once, in the order of the pages; write it anew"),
        ));
    }
    found.images = Some(layers);
    found.plane = Some([x, y]);
    found.one_directory = true;
    let size = |axis: usize| -> Result<Option<f64>, String> {
        let Some((size, unit)) = &ome.physical[axis] else {
            return Ok(None);
        };
        let number: Option<f64> = size.trim().parse().ok();
        match (number, text::unit_um(unit)) {
            (Some(number), Some(unit_um)) => Ok(Some(number * unit_um)),
            _ => Err(format!(
                "OME-XML's PhysicalSize{} is {} {}",
                ["X", "Y", "Z"][axis],
                text::shortened(size),
                text::shortened(unit)
            )),
        }
    };
    match (size(0), size(1), size(2)) {
        (Ok(Some(x)), Ok(Some(y)), Ok(layer)) => {
            found.from = "OME-XML's PhysicalSize";
            found.claim = Claim::Um {
                plane: [x, y],
                layer,
            };
        }
        // Without sizes in the XML the tags may still have them.
        (Ok(None), Ok(None), Ok(None)) => {}
        (x, y, z) => {
            let looked = [x, y, z].into_iter().find_map(Result::err);
            found.claim = Claim::Nothing(looked.unwrap_or_else(|| {
                "OME-XML states PhysicalSize along some axes, not along x and y".into()
            }));
        }
    }
    if let Some(looked) = contradicted(&found.claim, &ome.positions) {
        found.claim = Claim::Nothing(looked);
    }
    Ok(found)
}

/// What the positions of the planes say against the size along z, or that of x where there is none.
///
/// Positions are those of a stage: they may be all the same, in no unit of length, and read to a percent.
fn contradicted(claim: &Claim, positions: &[[String; 3]]) -> Option<String> {
    let Claim::Um { plane, layer } = claim else {
        return None;
    };
    let size = layer.unwrap_or(plane[0]);
    let mut known: Vec<(u64, f64)> = positions
        .iter()
        .filter_map(|[z, at, unit]| {
            let at: f64 = at.trim().parse().ok()?;
            Some((z.trim().parse().ok()?, at * text::unit_um(unit)?))
        })
        .collect();
    known.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    known.dedup();
    let steps: Vec<(u64, f64)> = known
        .windows(2)
        .map(|pair| {
            let planes = (pair[1].0 - pair[0].0) as f64;
            (pair[1].0, (pair[1].1 - pair[0].1) / planes)
        })
        .collect();
    if steps.iter().all(|(_, step)| step.abs() <= 0.0) {
        return None;
    }
    let (first, last) = (known.first()?, known.last()?);
    let mean = (last.1 - first.1) / (last.0 - first.0) as f64;
    // One step that is off by half is a plane that is missing or stands elsewhere.
    let within = |ratio: f64, by: f64| (ratio - 1.0).abs() < by;
    let odd = steps
        .iter()
        .find(|(_, step)| !within(step * mean.signum() / size, 0.5));
    let off = (!within(mean.abs() / size, 0.01)).then_some((last.0, mean));
    let (z, step) = off.or(odd.copied())?;
    Some(format!(
        "OME-XML's PositionZ steps by {} um up to plane {z}, against {} of {} um",
        super::written(&[step]),
        if layer.is_some() {
            "PhysicalSizeZ"
        } else {
            "PhysicalSizeX, no PhysicalSizeZ,"
        },
        super::written(&[size])
    ))
}

/// What tifffile writes: the shape, layers first, then rows and columns, and what its user adds.
struct Shape {
    sizes: Vec<u64>,
    axes: Option<String>,
    json: serde_json::Value,
}

impl Shape {
    fn of(description: &str) -> Option<Self> {
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

fn by_shape(
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

#[cfg(test)]
mod tests;
