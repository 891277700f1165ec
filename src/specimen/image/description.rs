//! What the description and the resolution tags of a TIFF say: by `ImageJ`, SCIFIO, OME or tifffile.
//!
//! `ImageJ` (`ij.io.FileSaver`) writes a line for each property: a depth of one unit is not written, so
//! that a stack with `unit` and without `spacing` has layers one unit apart; `c0` and `c1` are a line
//! through the stored values where `cf` is 0. tifffile writes the shape as JSON. Resolutions that
//! programs write for print (72 per inch and such) are no voxel sizes.

mod imagej;
mod ome_pixels;
mod shape;

use std::path::Path;

use super::{Claim, ImageError, ome};
use imagej::{by_imagej, is_imagej};
use ome_pixels::by_ome;
use shape::{Shape, by_shape};

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

#[cfg(test)]
mod tests;
