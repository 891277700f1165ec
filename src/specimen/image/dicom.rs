//! DICOM: a series of slices that are not packed, from a folder, or one slice from a file.
//!
//! NEMA PS3.5 (encoding) and PS3.3 (image plane, CT image). Slices are ordered by their position along the
//! normal of their plane, never by their names. Refused by name: packed pixels, more than one series, slices
//! that are missing or come twice, positions that lie aslant to the slices (a tilted gantry), several frames
//! in a file.

mod elements;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::folder::name_of;
use super::nifti::cross;
use super::samples::{self, Layout, Sample};
use super::{Claim, Image, ImageError, Orientation, ReadOptions, Stated, image_of};
use elements::{Dataset, is_dicom};

/// Most files of a series.
const MOST_FILES: usize = 1 << 16;
/// Most that a step between slices may differ from the others, or a slice be shifted aside, in steps.
const UNEVEN: f64 = 0.02;

/// A slice.
struct Slice {
    path: PathBuf,
    series: String,
    size: [u64; 2],
    /// Between columns, and between rows, mm.
    spacing_mm: Option<[f64; 2]>,
    position_mm: Option<[f64; 3]>,
    /// Along a row, and down a column.
    axes: Option<[[f64; 3]; 2]>,
    thickness_mm: Option<f64>,
    is_inverted: bool,
    unit: String,
    values: Vec<f32>,
    slope: f64,
    sample: Sample,
}

/// Whether a folder holds DICOM files: by what they hold, since their names may have any ending.
pub(super) fn is_series(folder: &Path) -> Result<bool, ImageError> {
    Ok(files(folder)?.iter().any(|path| {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        !matches!(
            ending.as_deref(),
            Some("tif" | "tiff" | "png" | "bmp" | "log" | "txt")
        ) && is_dicom(path)
    }))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, ImageError> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| ImageError::io(folder, source))? {
        let path = entry
            .map_err(|source| ImageError::io(folder, source))?
            .path();
        if path.is_file() && !name_of(&path).starts_with('.') {
            all.push(path);
        }
        if all.len() > MOST_FILES {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!(
                    "holds more than {MOST_FILES} files; put the slices of one scan into a folder of their own"
                ),
            });
        }
    }
    all.sort();
    Ok(all)
}

/// Reads one file: a slice.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let slice = slice(path)?;
    together(path, vec![slice], Vec::new(), options)
}

/// Reads the series of a folder.
pub(super) fn read_series(folder: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (mut slices, mut others) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        if name_of(&path) == "DICOMDIR" || !is_dicom(&path) {
            others.push(name_of(&path));
        } else {
            slices.push(slice(&path)?);
        }
    }
    let mut assumed = Vec::new();
    if !others.is_empty() {
        let named: Vec<String> = others.iter().take(5).cloned().collect();
        assumed.push(format!(
            "files that are no DICOM images are left out: {} ({})",
            named.join(", "),
            others.len()
        ));
    }
    together(folder, slices, assumed, options)
}

/// Reads a slice.
fn slice(path: &Path) -> Result<Slice, ImageError> {
    let data = Dataset::read(path)?;
    let missing = |name: &'static str, allowed: &str| {
        ImageError::header(path, name, "missing or no number", allowed)
    };
    let whole =
        |tag: u32, name: &'static str| data.short(tag).ok_or_else(|| missing(name, "a number"));
    let rows = whole(0x0028_0010, "Rows")?;
    let columns = whole(0x0028_0011, "Columns")?;
    let must_be = |tag: u32, name: &'static str, allowed: u16| match data.short(tag) {
        Some(found) if found != allowed => Err(ImageError::header(
            path,
            name,
            found.to_string(),
            allowed.to_string(),
        )),
        _ => Ok(()),
    };
    must_be(0x0028_0002, "SamplesPerPixel", 1)?;
    if let Some(frames) = data.text(0x0028_0008).filter(|frames| frames != "1") {
        return Err(ImageError::Several {
            path: path.into(),
            found: format!("NumberOfFrames is {frames}"),
            remedy: "write each frame to a file of its own, or the volume to NIfTI",
        });
    }
    let [allocated, stored, high] = [
        whole(0x0028_0100, "BitsAllocated")?,
        whole(0x0028_0101, "BitsStored")?,
        whole(0x0028_0102, "HighBit")?,
    ];
    let is_signed = data.short(0x0028_0103) == Some(1);
    let sample = match (allocated, is_signed) {
        (8, false) => Sample::U8,
        (8, true) => Sample::I8,
        (16, false) => Sample::U16,
        (16, true) => Sample::I16,
        (32, false) => Sample::U32,
        (32, true) => Sample::I32,
        _ => {
            return Err(ImageError::header(
                path,
                "BitsAllocated",
                allocated.to_string(),
                "8, 16 or 32",
            ));
        }
    };
    if !(1..=allocated).contains(&stored) || high != stored - 1 {
        return Err(ImageError::header(
            path,
            "BitsStored, HighBit",
            format!("{stored}, {high} of {allocated} bits"),
            "stored bits from the lowest one on",
        ));
    }
    let number = |tag: u32, usual: f64, name: &'static str| match data.numbers(tag) {
        None => Ok(usual),
        Some(numbers) => match numbers.as_deref() {
            Some([one]) => Ok(*one),
            _ => Err(missing(name, "a number")),
        },
    };
    let slope = number(0x0028_1053, 1.0, "RescaleSlope")?;
    let intercept = number(0x0028_1052, 0.0, "RescaleIntercept")?;
    if slope == 0.0 {
        return Err(ImageError::header(
            path,
            "RescaleSlope",
            "0",
            "a number that is not 0",
        ));
    }
    let dims = [usize::from(columns), usize::from(rows), 1];
    samples::checked_dims(path, "Columns, Rows", dims.map(|n| n as u64))?;
    let layout = Layout::plain(dims, sample);
    let pixels = data.pixels(path)?;
    let mut values = samples::from_stream(path, &mut &pixels[..], &layout)?;
    for value in &mut values {
        *value = (slope * meant(f64::from(*value), stored, is_signed) + intercept) as f32;
    }
    let vector = |tag: u32, name: &'static str, count: usize| match data.numbers(tag) {
        None => Ok(None),
        Some(numbers) => numbers
            .filter(|numbers| numbers.len() == count)
            .map(Some)
            .ok_or_else(|| missing(name, &format!("{count} finite numbers"))),
    };
    let spacing = vector(0x0028_0030, "PixelSpacing", 2)?;
    let position = vector(0x0020_0032, "ImagePositionPatient", 3)?;
    let axes = vector(0x0020_0037, "ImageOrientationPatient", 6)?;
    Ok(Slice {
        path: path.into(),
        series: data.text(0x0020_000e).unwrap_or_default(),
        size: [u64::from(columns), u64::from(rows)],
        // Rows first: the distance down a column.
        spacing_mm: spacing.map(|pair| [pair[1], pair[0]]),
        position_mm: position.map(|p| [p[0], p[1], p[2]]),
        axes: axes.map(|a| [[a[0], a[1], a[2]], [a[3], a[4], a[5]]]),
        thickness_mm: vector(0x0018_0050, "SliceThickness", 1)?.map(|one| one[0]),
        is_inverted: data.text(0x0028_0004).as_deref() == Some("MONOCHROME1"),
        unit: data.text(0x0028_1054).unwrap_or_default(),
        values,
        slope,
        sample,
    })
}

/// A stored number without the bits above those that count, which may hold anything.
fn meant(value: f64, stored: u16, is_signed: bool) -> f64 {
    let range = (1_u64 << stored) as f64;
    let low = value.rem_euclid(range);
    if is_signed && low >= range / 2.0 {
        low - range
    } else {
        low
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Puts slices together, in the order of their positions.
fn together(
    path: &Path,
    mut slices: Vec<Slice>,
    mut assumed: Vec<String>,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let stack = |reason: String| ImageError::Stack {
        path: path.into(),
        reason,
    };
    let Some(first) = slices.first() else {
        return Err(stack("holds no DICOM image".to_owned()));
    };
    check_alike(&slices).map_err(stack)?;
    let axes = first.axes.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    let is_upright = axes
        .iter()
        .all(|axis| (dot(*axis, *axis) - 1.0).abs() < 1e-3)
        && dot(axes[0], axes[1]).abs() < 1e-3;
    if !is_upright {
        return Err(ImageError::header(
            &first.path,
            "ImageOrientationPatient",
            format!("{axes:?}"),
            "two directions of the length 1 at a right angle",
        ));
    }
    let normal = cross(axes[0], axes[1]);
    let step_mm = ordered(&mut slices, normal, axes).map_err(stack)?;
    let mut warnings = Vec::new();
    let aslant = axes.iter().chain([&normal]).any(|axis| {
        let largest = axis.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        largest < 0.999
    });
    if aslant {
        warnings.push(format!(
            "the slices lie obliquely in the body (ImageOrientationPatient {axes:?}): x, y and z are those of \
             the slices, not of the body"
        ));
    }
    let first = &slices[0];
    if first.is_inverted {
        assumed.push(
            "the photometric interpretation is MONOCHROME1, a display hint: stored values are kept"
                .into(),
        );
    }
    if slices
        .iter()
        .any(|slice| slice.slope.to_bits() != 1.0_f64.to_bits())
        || !first.unit.is_empty()
    {
        assumed.push(format!(
            "RescaleSlope and RescaleIntercept of each slice are applied{}",
            if first.unit.is_empty() {
                String::new()
            } else {
                format!(": values are in {}", first.unit)
            }
        ));
    }
    let layer = step_mm.or_else(|| {
        let thickness = first.thickness_mm.filter(|&mm| mm > 0.0)?;
        assumed.push(format!(
            "of one slice the size along z is SliceThickness, {thickness} mm"
        ));
        Some(thickness)
    });
    let claim = first.spacing_mm.map_or_else(
        || Claim::Nothing("PixelSpacing is missing".into()),
        |[x, y]| Claim::Um {
            plane: [x * 1e3, y * 1e3],
            layer: layer.map(|mm| mm * 1e3),
        },
    );
    let stated = Stated {
        format: "DICOM",
        claim,
        spacing_from: "PixelSpacing, ImagePositionPatient",
        orientation: Orientation {
            origin_mm: first.position_mm.unwrap_or_default(),
            direction: [0, 1, 2].map(|row| [axes[0][row], axes[1][row], normal[row]]),
            frame: "LPS",
        },
        assumed,
        warnings,
    };
    let dims = [first.size[0], first.size[1], slices.len() as u64];
    let dims = samples::checked_dims(path, "Columns, Rows", dims)?;
    let layout = Layout {
        slope: first.slope,
        ..Layout::plain(dims, first.sample)
    };
    let values = slices.into_iter().flat_map(|slice| slice.values).collect();
    image_of(path, values, &layout, stated, options)
}

/// Refuses slices that are not those of one scan.
fn check_alike(slices: &[Slice]) -> Result<(), String> {
    let first = &slices[0];
    let series: BTreeSet<&str> = slices.iter().map(|slice| slice.series.as_str()).collect();
    if series.len() > 1 {
        let named: Vec<&str> = series.iter().copied().take(3).collect();
        return Err(format!(
            "holds the slices of {} series ({}), expected one; put each into a folder of its own",
            series.len(),
            named.join(", ")
        ));
    }
    for slice in slices {
        let differs = if slice.size != first.size {
            Some((
                "Columns, Rows",
                format!("{:?}", slice.size),
                format!("{:?}", first.size),
            ))
        } else if slice.spacing_mm != first.spacing_mm {
            let (a, b) = (slice.spacing_mm, first.spacing_mm);
            Some(("PixelSpacing", format!("{a:?}"), format!("{b:?}")))
        } else if !same_axes(slice.axes, first.axes) {
            let (a, b) = (slice.axes, first.axes);
            Some((
                "ImageOrientationPatient",
                format!("{a:?}"),
                format!("{b:?}"),
            ))
        } else if slice.unit != first.unit || slice.is_inverted != first.is_inverted {
            Some(("RescaleType", slice.unit.clone(), first.unit.clone()))
        } else {
            None
        };
        if let Some((name, found, before)) = differs {
            return Err(format!(
                "{} of {} is {found}, that of {} {before}; expected the slices of one scan",
                name,
                name_of(&slice.path),
                name_of(&first.path)
            ));
        }
    }
    Ok(())
}

fn same_axes(one: Option<[[f64; 3]; 2]>, other: Option<[[f64; 3]; 2]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let pairs = one.iter().flatten().zip(other.iter().flatten());
            pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-3)
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Orders slices along their normal; the step between them, mm.
fn ordered(
    slices: &mut [Slice],
    normal: [f64; 3],
    axes: [[f64; 3]; 2],
) -> Result<Option<f64>, String> {
    if slices.len() == 1 {
        return Ok(None);
    }
    if let Some(slice) = slices.iter().find(|slice| slice.position_mm.is_none()) {
        return Err(format!(
            "{} has no ImagePositionPatient, by which slices are ordered",
            name_of(&slice.path)
        ));
    }
    let place = |slice: &Slice| dot(slice.position_mm.unwrap_or_default(), normal);
    slices.sort_by(|one, other| place(one).total_cmp(&place(other)));
    let steps: Vec<f64> = slices
        .windows(2)
        .map(|pair| place(&pair[1]) - place(&pair[0]))
        .collect();
    let mut sorted = steps.clone();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[sorted.len() / 2];
    for (pair, step) in slices.windows(2).zip(&steps) {
        let names = format!("{} and {}", name_of(&pair[0].path), name_of(&pair[1].path));
        if *step <= UNEVEN * usual || usual <= 0.0 {
            return Err(format!(
                "{names} lie at the same position, {:.4} mm along the normal; expected each slice once",
                place(&pair[0])
            ));
        }
        if (step / usual - 1.0).abs() > UNEVEN {
            return Err(format!(
                "{names} are {step:.4} mm apart, the others {usual:.4} mm: a slice is missing, or the steps are \
                 uneven; expected even steps"
            ));
        }
        let [from, to] = [&pair[0], &pair[1]].map(|slice| slice.position_mm.unwrap_or_default());
        let moved = [0, 1, 2].map(|row| to[row] - from[row]);
        if axes
            .iter()
            .any(|axis| dot(moved, *axis).abs() > UNEVEN * usual)
        {
            return Err(format!(
                "{names} are shifted aside against each other, as under a tilted gantry; expected positions \
                 upright on the slices: resample the scan"
            ));
        }
    }
    Ok(Some(steps.iter().sum::<f64>() / steps.len() as f64))
}
