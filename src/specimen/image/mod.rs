//! Bone from images of scanners and of programs; then bone or marrow, one value per site.
//!
//! A header is never trusted: dimensions are checked against overflow, a cap and the length of
//! the file before anything is reserved, and packed data are read as they come.
//!
//! | ending | read |
//! |---|---|
//! | `.nii`, `.nii.gz` | `NIfTI`-1 and `NIfTI`-2, header and data in one file |
//! | `.mha`, `.mhd` | `MetaImage`, plain, zlib or as text, data local or in files of their own |
//! | `.nrrd`, `.nhdr` | NRRD, raw, gzip or ascii, data attached or in files of their own |
//! | `.tif`, `.tiff` | one file, a page per layer, with the metadata of `ImageJ`, OME and tifffile |
//! | `.isq`, `.aim` | Scanco: ISQ; AIM v020 and v030, plain and packed |
//! | `.vti` | VTK image data, as text, base64 or raw, plain or by zlib; what `howship export` writes |
//! | `.dcm`, or a folder of them | a DICOM series, unpacked, ordered by position |
//! | `.zarr` (a folder) | OME-Zarr 0.4 and 0.5, one channel, the finest level |
//! | a folder | single-page TIFFs, PNGs or BMPs, a file per layer, numbered without a gap, with a `SkyScan` log |
//!
//! Gzip and zlib (`.nii.gz`, packed `MetaImage` and NRRD, deflate in TIFF) carry a checksum, which is
//! verified to the end of the stream. Raw and text data, and LZW and `PackBits` in TIFF, carry none:
//! damage that leaves their length as it is cannot be seen.
//!
//! What a display would do to the values (inverted or coloured look-up tables) is set aside; what a
//! calibration says of them is applied.

mod binarise;
mod bone;
mod description;
mod error;
mod folder;
mod groups;
mod metaimage;
mod nifti;
mod nrrd;
mod ome;
mod otsu;
mod resample;
mod rule;
mod samples;
mod sense;
mod spacing;
mod text;
mod tiff;

mod blosc;
mod claim;
mod density;
mod dicom;
mod orientation;
mod pictures;
mod preparing;
mod scanco;
mod skyscan;
mod vti;
mod zarr;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

pub use binarise::{Segmentation, Segmented};
pub use bone::{BoneImage, BoneOptions, NativeBone};
use claim::{Claim, SAME_SIZE, Stated, same_size};
pub use density::Density;
pub use error::{ImageError, SUPPORTED};
pub use orientation::Orientation;
use orientation::{UNORIENTED, UPRIGHT, check_upright};
pub use otsu::otsu;
pub use resample::{bone_sites, resample};
pub use rule::Binarisation;
pub use samples::MOST_VOXELS;
pub use spacing::Spacing;

/// Voxel sizes that scans of bone have, um.
const SENSIBLE_UM: RangeInclusive<f64> = 0.05..=5000.0;

/// A grey image or a mask, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Voxels along x, y, z.
    pub dims: [usize; 3],
    /// Voxel size along x, y, z, um.
    pub spacing_um: [f64; 3],
    /// What stated the voxel size: a field, or "the user".
    pub spacing_from: &'static str,
    /// Where the image lies.
    pub orientation: Orientation,
    /// Values, x fastest, then y, then z; all finite. 32-bit and wider integers are rounded to
    /// `f32`.
    pub values: Vec<f32>,
    /// The file or folder that was read.
    pub source: PathBuf,
    /// `NIfTI`, `MetaImage`, `NRRD`, `TIFF` or another of the formats that are read.
    pub format: &'static str,
    /// How the values become density, where the file is calibrated.
    pub density: Option<Density>,
    /// What the file does not say and was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the image doubtful, a sentence each with its remedy.
    pub warnings: Vec<String>,
}

/// What the caller of [`read_with`] knows of the file, or allows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ReadOptions {
    /// Voxel size along x, y, z, um. It takes the place of what the file says, and is needed when
    /// the file says nothing.
    pub spacing_um: Option<[f64; 3]>,
    /// Whether a header may name a data file outside of its own folder.
    pub data_anywhere: bool,
}

/// Reads an image; the ending of the name says the format.
///
/// `spacing_um` is the voxel size along x, y, z. It takes the place of what the file says, and is
/// needed when the file says nothing.
///
/// # Errors
/// Those of [`read_with`].
pub fn read(path: &Path, spacing_um: Option<[f64; 3]>) -> Result<Image, ImageError> {
    read_with(
        path,
        &ReadOptions {
            spacing_um,
            ..ReadOptions::default()
        },
    )
}

/// Reads an image with what the caller knows or allows; the ending of the name says the format.
///
/// # Errors
/// The file is missing, of an unknown ending, no regular file, truncated or damaged; a field of its
/// header is not what it must be; it holds more than one image; it states no voxel size and none is
/// given; a voxel size is not from 0.05 to 5000 um; its data lie outside of the header's folder,
/// which is not allowed; a value is not finite.
pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    if let Some(given) = options.spacing_um
        && !given.iter().all(|size| SENSIBLE_UM.contains(size))
    {
        return Err(ImageError::BadSpacing {
            path: path.into(),
            found: given,
        });
    }
    let about = std::fs::metadata(path).map_err(|source| ImageError::io(path, source))?;
    if about.is_dir() {
        return if zarr::is_zarr(path) {
            zarr::read(path, options)
        } else if dicom::is_series(path)? {
            dicom::read_series(path, options)
        } else {
            pictures::read_folder(path, options)
        };
    }
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let ending = if name.ends_with(".nii.gz") {
        "nii.gz"
    } else {
        name.rsplit_once('.').map_or("", |(_, ending)| ending)
    };
    match ending {
        "nii" | "nii.gz" => nifti::read(path, options),
        "mha" | "mhd" => metaimage::read(path, options),
        "nrrd" | "nhdr" => nrrd::read(path, options),
        "tif" | "tiff" => tiff::read_file(path, options),
        "isq" => scanco::read_isq(path, options),
        "aim" => scanco::read_aim(path, options),
        "vti" => vti::read(path, options),
        "dcm" => dicom::read_file(path, options),
        other => Err(ImageError::UnknownExtension {
            path: path.into(),
            found: other.into(),
        }),
    }
}

/// Sizes for a message, without the noise of the last digits.
fn written(sizes: &[f64]) -> String {
    let parts: Vec<String> = sizes
        .iter()
        .map(|size| ((size * 1e6).round() / 1e6).to_string())
        .collect();
    parts.join(" x ")
}

/// Reads the data from `files` and puts the image together.
fn assembled(
    path: &Path,
    files: &[PathBuf],
    layout: &samples::Layout,
    mut stated: Stated,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    // A size that is missing is said before gigabytes are read.
    stated.clone().sizes(path, options)?;
    let (values, left) = samples::read(files, layout)?;
    if left > 0 {
        stated.warnings.push(format!(
            "the data go on for {left} bytes after what the header asks for, which are not read; \
             check the dimensions in the header"
        ));
    }
    image_of(path, values, layout, stated, options)
}

/// Puts the image together from its values.
fn image_of(
    path: &Path,
    values: Vec<f32>,
    layout: &samples::Layout,
    mut stated: Stated,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let (spacing_um, spacing_from) = stated.sizes(path, options)?;
    samples::check_finite(path, &values, layout.dims)?;
    let rounded = samples::rounded(&values, layout.sample, layout.slope);
    stated.warnings.extend(rounded);
    Ok(Image {
        dims: layout.dims,
        spacing_um,
        spacing_from,
        orientation: stated.orientation,
        values,
        source: path.into(),
        format: stated.format,
        density: None,
        assumed: stated.assumed,
        warnings: stated.warnings,
    })
}

impl Image {
    /// How the voxels of this image lie elsewhere than those of another one of the same size: its
    /// axes differ by more than a thousandth, or its first voxel by more than half a voxel. `None`
    /// where they lie alike, or where the two have no frame in common to tell.
    pub fn lies_elsewhere(&self, other: &Self) -> Option<String> {
        (self.orientation).lies_elsewhere(&other.orientation, other.spacing_um)
    }

    /// The part of `size` voxels whose first voxel is `start`.
    ///
    /// # Errors
    /// The part is empty or does not lie in the image.
    pub fn crop(&self, start: [usize; 3], size: [usize; 3]) -> Result<Self, ImageError> {
        let (values, orientation) = self.part(&self.values, start, size)?;
        Ok(Self {
            dims: size,
            values,
            orientation,
            source: self.source.clone(),
            assumed: self.assumed.clone(),
            warnings: self.warnings.clone(),
            ..*self
        })
    }

    /// A part of what has one entry per voxel, and where it lies.
    fn part<T: Copy>(
        &self,
        whole: &[T],
        start: [usize; 3],
        size: [usize; 3],
    ) -> Result<(Vec<T>, Orientation), ImageError> {
        let inside = (0..3).all(|axis| {
            size[axis] > 0
                && start[axis]
                    .checked_add(size[axis])
                    .is_some_and(|end| end <= self.dims[axis])
        });
        if !inside {
            return Err(ImageError::Crop {
                path: self.source.clone(),
                start,
                size,
                dims: self.dims,
            });
        }
        let mut part = Vec::with_capacity(size.iter().product());
        for z in start[2]..start[2] + size[2] {
            for y in start[1]..start[1] + size[1] {
                let row = (z * self.dims[1] + y) * self.dims[0] + start[0];
                part.extend_from_slice(&whole[row..row + size[0]]);
            }
        }
        let by_mm = [0, 1, 2].map(|axis| start[axis] as f64 * self.spacing_um[axis] * 1e-3);
        Ok((part, self.orientation.moved(by_mm)))
    }

    /// True when the voxels are cubes: sizes that differ by less than 0.1 %.
    ///
    /// The size along z of an image with one layer is not compared.
    pub fn is_isotropic(&self) -> bool {
        let axes = if self.dims[2] == 1 { 2 } else { 3 };
        let compared = &self.spacing_um[..axes];
        let smallest = compared.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = compared.iter().copied().fold(0.0, f64::max);
        largest - smallest < SAME_SIZE * smallest
    }

    /// The grey image on cubic sites of `edge_um`, each the mean over its volume ([`resample()`]).
    ///
    /// # Errors
    /// Those of [`resample()`].
    pub fn resample(&self, edge_um: f64) -> Result<Self, ImageError> {
        let (values, dims) = self.resampled(&self.values, edge_um)?;
        let mut spacing_um = [edge_um; 3];
        if self.dims[2] == 1 {
            spacing_um[2] = self.spacing_um[2];
        }
        Ok(Self {
            dims,
            spacing_um,
            values,
            orientation: self.orientation.moved(self.first_site_mm(edge_um)),
            source: self.source.clone(),
            assumed: self.assumed.clone(),
            warnings: self.warnings.clone(),
            ..*self
        })
    }

    fn resampled(
        &self,
        values: &[f32],
        edge_um: f64,
    ) -> Result<(Vec<f32>, [usize; 3]), ImageError> {
        resample(values, self.dims, self.spacing_um, edge_um).map_err(|reason| {
            ImageError::Resample {
                path: self.source.clone(),
                edge_um,
                dims: self.dims,
                spacing_um: self.spacing_um,
                reason,
            }
        })
    }

    /// From the centre of the first voxel to that of the first site, along the image axes.
    fn first_site_mm(&self, edge_um: f64) -> [f64; 3] {
        let mut by_mm = self.spacing_um.map(|size| (edge_um - size) * 0.5e-3);
        if self.dims[2] == 1 {
            by_mm[2] = 0.0;
        }
        by_mm
    }
}

#[cfg(test)]
mod tests;
