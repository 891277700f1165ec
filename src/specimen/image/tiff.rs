//! TIFF: one file with a page per layer, or a folder with a file per layer.
//!
//! The voxel size is that of the description ([`super::description`]: `ImageJ`, OME, tifffile), or of the
//! resolution tags in inches or centimetres. A file that states no size along z is taken to have that
//! of x, which is said.
//!
//! Photometric interpretations say how to show the values, not what they are: stored values are kept
//! under an inverted look-up table (`MinIsWhite`) and under a coloured one (palette).

mod directories;
mod layers;
mod pages;

use std::io::{BufReader, Seek};
use std::path::{Path, PathBuf};

use ::tiff::ColorType;
use ::tiff::decoder::{Decoder, Limits};

use super::description::{Described, described};
use super::samples::{self, Sample};
use super::skyscan::Log;
use super::{
    Claim, Image, ImageError, ReadOptions, Stated, UNORIENTED, folder, same_size, written,
};
use directories::{Plain, check_layers_of_page, description, directories, is_reduced, resolution};
use layers::{add_layers, calibrate};
use pages::add_page;

type Reader = Decoder<BufReader<Plain<std::fs::File>>>;

/// Longest description that is read, bytes; OME-XML describes every plane.
const DESCRIPTION: u64 = 1 << 26;
/// Photometric interpretations: 0 is white, 0 is black, an index of colours.
const MIN_IS_WHITE: u16 = 0;
const PALETTE: u16 = 3;

/// Where the first page lies, for stacks whose layers follow it without directories.
struct FirstPage {
    offset: u64,
    /// Unpacked, in strips that follow each other.
    plain: bool,
    big_endian: bool,
    sample: Option<Sample>,
}

/// The pages of a stack so far.
#[derive(Default)]
struct Pages {
    size: Option<(u32, u32)>,
    colour: Option<ColorType>,
    count: usize,
    values: Vec<f32>,
    first: Option<FirstPage>,
    /// Pages under an inverted look-up table, under a coloured one, and turned for display.
    white: usize,
    palette: usize,
    turned: usize,
    /// Reduced images and masks that are left out.
    left_out: usize,
    /// Pages with directories of their own, where reduced images are.
    nested: bool,
    /// Bytes after the last row of packed strips.
    left: u64,
}

/// Reads one file, a page per layer.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let mut pages = Pages::default();
    let found = add_file(path, &mut pages)?;
    if let Some(announced) = found.images.filter(|n| *n != pages.count as u64) {
        let (writer, count) = (found.writer, pages.count);
        if !(found.one_directory && count == 1 && announced > 1) {
            return Err(ImageError::Stack {
                path: path.into(),
                reason: format!("{writer} announces {announced} images, found {count} pages"),
            });
        }
        add_layers(path, announced, writer, &mut pages)?;
    }
    calibrate(path, &found, &mut pages, 0)?;
    finished(path, pages, found, options, Vec::new(), Vec::new())
}

/// Reads single-page files, a layer each, in their order; a log beside them may state the voxel size.
pub(super) fn read_slices(
    folder: &Path,
    files: &[PathBuf],
    assumed: Vec<String>,
    log: Option<&Log>,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let mut pages = Pages::default();
    let mut first: Option<(PathBuf, Described)> = None;
    let mut differing = None;
    for (layer, path) in files.iter().enumerate() {
        let from = pages.values.len();
        let found = add_file(path, &mut pages)?;
        if pages.count != layer + 1 {
            return Err(ImageError::Stack {
                path: path.clone(),
                reason: format!(
                    "holds {} pages, expected 1 in a file of a stack",
                    pages.count - layer
                ),
            });
        }
        calibrate(path, &found, &mut pages, from)?;
        let Some((before, of_first)) = &first else {
            first = Some((path.clone(), found));
            continue;
        };
        let name = |path: &Path| folder::name_of(path);
        if found.calibration.is_some() != of_first.calibration.is_some() {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!(
                    "{} and {} differ in ImageJ's calibration, expected all slices calibrated or none",
                    name(before),
                    name(path)
                ),
            });
        }
        if differing.is_none() && !found.claim.agrees(&of_first.claim) {
            differing = Some(format!(
                "{} states {}, {} states {}",
                name(before),
                in_words(&of_first.claim),
                name(path),
                in_words(&found.claim)
            ));
        }
    }
    let Some((_, mut found)) = first else {
        return Err(ImageError::Stack {
            path: folder.into(),
            reason: "the folder holds no slice".into(),
        });
    };
    let mut warnings = Vec::new();
    if let Some(differing) = differing {
        if options.spacing_um.is_none() {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!(
                    "the slices state different voxel sizes: {differing}; expected slices of one \
                     scan, or give the voxel size"
                ),
            });
        }
        warnings.push(format!(
            "the slices state different voxel sizes ({differing}); the one given is used"
        ));
        found.claim = Claim::Nothing(String::new());
    }
    if let Some(log) = log {
        let claim = log.claim();
        if matches!(found.claim, Claim::Um { .. }) && !plane_agrees(&found.claim, &claim) {
            let differing = format!(
                "{} states {}, the slices {}",
                log.name,
                in_words(&claim),
                in_words(&found.claim)
            );
            if options.spacing_um.is_none() {
                return Err(ImageError::Stack {
                    path: folder.into(),
                    reason: format!(
                        "log and slices state different voxel sizes: {differing}; correct one of them, \
                         or give the voxel size"
                    ),
                });
            }
            warnings.push(differing);
        }
        found.claim = claim;
        found.from = "the SkyScan log";
        found.assumed.clear();
    }
    finished(folder, pages, found, options, assumed, warnings)
}

/// Whether two claims say the same of the plane; slices state no more.
fn plane_agrees(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Um { plane: [x, y], .. }, Claim::Um { plane: [a, b], .. }) => {
            same_size(*x, *a) && same_size(*y, *b)
        }
        _ => false,
    }
}

fn in_words(claim: &Claim) -> String {
    match claim {
        Claim::Um { plane, layer } => {
            let sizes: Vec<f64> = plane.iter().chain(layer).copied().collect();
            format!("{} um", written(&sizes))
        }
        _ => "no voxel size".into(),
    }
}

/// Appends the pages of a file; what it says of itself.
fn add_file(path: &Path, pages: &mut Pages) -> Result<Described, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let (mut file, length) = samples::open(path)?;
    let directories = directories(path, &mut BufReader::new(&file), length)?;
    file.rewind()
        .map_err(|source| ImageError::io(path, source))?;
    let plain = Plain {
        file,
        at: 0,
        ones: directories.ones,
    };
    let mut decoder = Decoder::new(BufReader::new(plain)).map_err(damaged)?;
    let mut limits = Limits::default();
    limits.ifd_value_size = limits.ifd_value_size.min(length as usize);
    let most = length.saturating_mul(2600).min(1 << 32) as usize;
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    decoder = decoder.with_limits(limits);
    let (mut budget, mut found) = (length, None);
    loop {
        if is_reduced(&mut decoder).map_err(damaged)? {
            pages.left_out += 1;
        } else {
            check_layers_of_page(path, &mut decoder)?;
            if found.is_none() {
                let description = description(&mut decoder).map_err(damaged)?;
                let resolution = resolution(&mut decoder).map_err(damaged)?;
                found = Some(described(path, &description, resolution)?);
            }
            if let Some(pointer) = decoder.ifd_pointer() {
                let shown = directories.shown.get(&pointer.0);
                pages.white += usize::from(shown == Some(&MIN_IS_WHITE));
                pages.palette += usize::from(shown == Some(&PALETTE));
            }
            budget = add_page(path, &mut decoder, pages, budget)?;
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(damaged)?;
    }
    let found = found.ok_or_else(|| ImageError::Stack {
        path: path.into(),
        reason: "holds reduced images and masks only (NewSubfileType), expected an image".into(),
    })?;
    let (width, height) = pages.size.unwrap_or_default();
    if let Some(plane) = found.plane
        && plane != [u64::from(width), u64::from(height)]
    {
        return Err(ImageError::header(
            path,
            "OME-XML's SizeX, SizeY",
            format!("{} x {}", plane[0], plane[1]),
            format!("{width} x {height}, the size of the pages"),
        ));
    }
    Ok(found)
}

/// What was set aside or left out, a sentence each.
fn set_aside(pages: &Pages, found: &Described) -> Vec<String> {
    let of = |count: usize| {
        if count == pages.count {
            String::new()
        } else {
            format!(" in {count} of {} pages", pages.count)
        }
    };
    let mut said = Vec::new();
    if pages.white > 0 {
        said.push(format!(
            "the photometric interpretation is MinIsWhite{}, a display hint: stored values are kept",
            of(pages.white)
        ));
    }
    if pages.palette > 0 {
        said.push(format!(
            "the photometric interpretation is a palette{}, a display hint: stored values are kept",
            of(pages.palette)
        ));
    }
    if pages.turned > 0 {
        said.push(format!(
            "the orientation tag turns the picture{}, a display hint: rows are kept as stored",
            of(pages.turned)
        ));
    }
    if pages.left_out > 0 {
        said.push(format!(
            "pages that are reduced images or masks (NewSubfileType) are left out: {}",
            pages.left_out
        ));
    }
    if pages.nested {
        said.push("directories within directories (SubIFDs, reduced images) are left out".into());
    }
    if let Some(calibration) = &found.calibration {
        said.push(format!(
            "ImageJ's calibration is applied: value = {} + {} x stored{}, in {}",
            calibration.intercept,
            calibration.slope,
            if calibration.clip {
                ", 0 where that is below 0"
            } else {
                ""
            },
            calibration.unit
        ));
    }
    said
}

fn finished(
    path: &Path,
    pages: Pages,
    found: Described,
    options: &ReadOptions,
    mut assumed: Vec<String>,
    mut warnings: Vec<String>,
) -> Result<Image, ImageError> {
    let (width, height) = pages.size.unwrap_or_default();
    let dims = [width as usize, height as usize, pages.count];
    assumed.extend(set_aside(&pages, &found));
    // What the description leaves to assume is the voxel size.
    if options.spacing_um.is_none() {
        assumed.extend(found.assumed);
    }
    if pages.white > 0 && pages.white < pages.count {
        warnings.push(format!(
            "{} of {} pages are MinIsWhite and the others are not: stored values are kept, look whether \
             bone is bright in all of them",
            pages.white, pages.count
        ));
    }
    if pages.left > 0 {
        warnings.push(format!(
            "the packed strips go on for {} bytes after the last row, which are not read; check \
             ImageLength",
            pages.left
        ));
    }
    if let Some(sample) = pages.first.as_ref().and_then(|page| page.sample) {
        let slope = found.calibration.as_ref().map_or(1.0, |line| line.slope);
        warnings.extend(samples::rounded(&pages.values, sample, slope));
    }
    let mut stated = Stated {
        format: "TIFF",
        claim: found.claim,
        spacing_from: found.from,
        orientation: UNORIENTED,
        assumed,
        warnings,
    };
    let (spacing_um, spacing_from) = stated.sizes(path, options)?;
    samples::check_finite(path, &pages.values, dims)?;
    Ok(Image {
        dims,
        spacing_um,
        spacing_from,
        orientation: stated.orientation,
        values: pages.values,
        source: path.into(),
        format: stated.format,
        density: None,
        assumed: stated.assumed,
        warnings: stated.warnings,
    })
}
