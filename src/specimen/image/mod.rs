//! Bone from images: `NIfTI`, `MetaImage`, NRRD, TIFF; then bone or marrow, one value per site.
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
//! | a folder | single-page TIFFs, a file per layer, numbered without a gap |
//!
//! Gzip and zlib (`.nii.gz`, packed `MetaImage` and NRRD, deflate in TIFF) carry a checksum, which is
//! verified to the end of the stream. Raw and text data, and LZW and `PackBits` in TIFF, carry none:
//! damage that leaves their length as it is cannot be seen.
//!
//! What a display would do to the values (inverted or coloured look-up tables) is set aside; what a
//! calibration says of them is applied.

mod description;
mod error;
mod folder;
mod metaimage;
mod nifti;
mod nrrd;
mod ome;
mod resample;
mod samples;
mod text;
mod tiff;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

pub use error::{ImageError, SUPPORTED};
pub use resample::resample;
pub use samples::MOST_VOXELS;

/// Relative difference of voxel sizes below which voxels are cubes.
const SAME_SIZE: f64 = 1e-3;
/// Voxel sizes that scans of bone have, um.
const SENSIBLE_UM: RangeInclusive<f64> = 0.05..=5000.0;

/// Where the image lies.
///
/// A file without an orientation has the origin 0, the unit matrix and the frame "file".
#[derive(Debug, Clone, PartialEq)]
pub struct Orientation {
    /// Centre of the first voxel, mm.
    pub origin_mm: [f64; 3],
    /// `direction[row][axis]`: part along frame axis `row` of the unit vector of image axis `axis`.
    pub direction: [[f64; 3]; 3],
    /// "LPS" (x to the patient's left, y to the back, z up, as in DICOM and ITK) or "file".
    ///
    /// Files in RAS (`NIfTI`; some NRRD) are turned to LPS: the first two rows of the direction and
    /// the first two parts of the origin change sign. The voxels stay in the order of the file.
    pub frame: &'static str,
}

impl Orientation {
    /// The orientation of a part or a resampling, whose first voxel lies `by_mm` further along
    /// the image axes.
    fn moved(&self, by_mm: [f64; 3]) -> Self {
        let mut moved = self.clone();
        for row in 0..3 {
            for (part, by) in self.direction[row].iter().zip(&by_mm) {
                moved.origin_mm[row] += part * by;
            }
        }
        moved
    }
}

const UNORIENTED: Orientation = Orientation {
    origin_mm: [0.0; 3],
    direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    frame: "file",
};

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
    /// `NIfTI`, `MetaImage`, `NRRD` or `TIFF`.
    pub format: &'static str,
    /// What the file does not say and was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the image doubtful, a sentence each with its remedy.
    pub warnings: Vec<String>,
}

/// Which rule told bone from marrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Binarisation {
    /// The data hold two values; the larger one is bone.
    Mask {
        /// The larger value.
        larger: f32,
    },
    /// Above a threshold that was given.
    Threshold(f32),
    /// Above the threshold of Otsu (1979).
    Otsu(f32),
}

impl fmt::Display for Binarisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mask { larger } => write!(
                f,
                "the image holds two values, and bone is the larger one, {larger}"
            ),
            Self::Threshold(value) => {
                write!(f, "bone is above {value}, the threshold that was given")
            }
            Self::Otsu(value) => write!(f, "bone is above {value}, the threshold of Otsu"),
        }
    }
}

/// Bone or marrow on cubic voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct BoneImage {
    /// Voxels along x, y, z.
    pub dims: [usize; 3],
    /// Edge of a voxel, um.
    pub spacing_um: f64,
    /// True for bone, x fastest, then y, then z.
    pub bone: Vec<bool>,
    /// Which rule told bone from marrow.
    pub binarisation: Binarisation,
    /// Voxel size of the image before resampling, um; `None` when it was not resampled.
    pub resampled_from_um: Option<[f64; 3]>,
    /// Where the image lies.
    pub orientation: Orientation,
    /// The file or folder that was read.
    pub source: PathBuf,
    /// `NIfTI`, `MetaImage`, `NRRD` or `TIFF`.
    pub format: &'static str,
}

impl BoneImage {
    /// Number of bone voxels.
    pub fn bone_voxels(&self) -> usize {
        self.bone.iter().filter(|&&bone| bone).count()
    }
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
        return tiff::read_folder(path, options);
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
        other => Err(ImageError::UnknownExtension {
            path: path.into(),
            found: other.into(),
        }),
    }
}

/// What a file says of its voxel size.
#[derive(Debug, Clone, PartialEq)]
enum Claim {
    /// A size in the plane, and along z where the file states one, um.
    Um {
        /// Along x and y.
        plane: [f64; 2],
        /// Along z.
        layer: Option<f64>,
    },
    /// Sizes along x, y and z in a unit that is not known.
    Unitless {
        /// The sizes.
        sizes: [f64; 3],
        /// What was found, for a message.
        looked: String,
    },
    /// Nothing that could be a size; what was found.
    Nothing(String),
}

impl Claim {
    /// Whether another claim says the same within 0.1 %.
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Um { plane, layer },
                Self::Um {
                    plane: others,
                    layer: its,
                },
            ) => {
                same_size(plane[0], others[0])
                    && same_size(plane[1], others[1])
                    && match (layer, its) {
                        (Some(one), Some(other)) => same_size(*one, *other),
                        (one, other) => one.is_none() && other.is_none(),
                    }
            }
            (Self::Um { .. }, _) | (_, Self::Um { .. }) => false,
            _ => true,
        }
    }
}

/// Within 0.1 %.
fn same_size(one: f64, other: f64) -> bool {
    (one - other).abs() < SAME_SIZE * other.abs()
}

/// Sizes for a message, without the noise of the last digits.
fn written(sizes: &[f64]) -> String {
    let parts: Vec<String> = sizes
        .iter()
        .map(|size| ((size * 1e6).round() / 1e6).to_string())
        .collect();
    parts.join(" x ")
}

/// What a header states besides the layout of the data.
struct Stated {
    format: &'static str,
    claim: Claim,
    /// The field that makes the claim.
    spacing_from: &'static str,
    orientation: Orientation,
    assumed: Vec<String>,
    warnings: Vec<String>,
}

impl Stated {
    /// The voxel size by what is given and what is claimed, and what stated it.
    ///
    /// # Errors
    /// Neither is there; or the claim is no voxel size of a scan.
    fn sizes(
        &mut self,
        path: &Path,
        options: &ReadOptions,
    ) -> Result<([f64; 3], &'static str), ImageError> {
        let from = self.spacing_from;
        if let Some(given) = options.spacing_um {
            self.warn_of_contradiction(given);
            return Ok((given, "the user"));
        }
        let missing = |looked: &String| ImageError::MissingSpacing {
            path: path.into(),
            looked: looked.clone(),
        };
        let sizes = match &self.claim {
            Claim::Nothing(looked) | Claim::Unitless { looked, .. } => return Err(missing(looked)),
            Claim::Um {
                plane: [x, y],
                layer: Some(z),
            } => [*x, *y, *z],
            Claim::Um {
                plane: [x, y],
                layer: None,
            } => {
                self.assumed.push(format!(
                    "no voxel size along z is stated: it is taken equal to that along x, {} um",
                    written(&[*x])
                ));
                [*x, *y, *x]
            }
        };
        if sizes.iter().all(|size| SENSIBLE_UM.contains(size)) {
            Ok((sizes, from))
        } else {
            Err(ImageError::ImplausibleSize {
                path: path.into(),
                from,
                found: sizes,
            })
        }
    }

    /// Says so when the file states another voxel size than the one given.
    fn warn_of_contradiction(&mut self, given: [f64; 3]) {
        let from = self.spacing_from;
        match &self.claim {
            Claim::Um { plane, layer } => {
                let stated: Vec<f64> = plane.iter().chain(layer).copied().collect();
                if !given.iter().zip(&stated).all(|(a, b)| same_size(*a, *b)) {
                    self.warnings.push(format!(
                        "{from} states a voxel size of {} um, but {} um was given and is used",
                        written(&stated),
                        written(&given)
                    ));
                }
            }
            // Ones are what programs write that know no size.
            Claim::Unitless { sizes, .. }
                if sizes.iter().any(|size| !same_size(*size, 1.0))
                    && sizes.iter().all(|size| size.is_finite() && *size > 0.0)
                    && !(1..3)
                        .all(|axis| same_size(given[axis] / given[0], sizes[axis] / sizes[0])) =>
            {
                self.warnings.push(format!(
                    "{from} states voxels of the proportions {}, but {} um was given and is used",
                    written(sizes),
                    written(&given)
                ));
            }
            _ => {}
        }
    }
}

/// Reads the data from `files` and puts the image together.
fn assembled(
    path: &Path,
    files: &[PathBuf],
    layout: &samples::Layout,
    mut stated: Stated,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let (spacing_um, spacing_from) = stated.sizes(path, options)?;
    let (values, left) = samples::read(files, layout)?;
    if left > 0 {
        stated.warnings.push(format!(
            "the data go on for {left} bytes after what the header asks for, which are not read; \
             check the dimensions in the header"
        ));
    }
    Ok(Image {
        dims: layout.dims,
        spacing_um,
        spacing_from,
        orientation: stated.orientation,
        values,
        source: path.into(),
        format: stated.format,
        assumed: stated.assumed,
        warnings: stated.warnings,
    })
}

impl Image {
    /// The part of `size` voxels whose first voxel is `start`.
    ///
    /// # Errors
    /// The part is empty or does not lie in the image.
    pub fn crop(&self, start: [usize; 3], size: [usize; 3]) -> Result<Self, ImageError> {
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
        let mut values = Vec::with_capacity(size.iter().product());
        for z in start[2]..start[2] + size[2] {
            for y in start[1]..start[1] + size[1] {
                let row = (z * self.dims[1] + y) * self.dims[0] + start[0];
                values.extend_from_slice(&self.values[row..row + size[0]]);
            }
        }
        let by_mm = [0, 1, 2].map(|axis| start[axis] as f64 * self.spacing_um[axis] * 1e-3);
        Ok(Self {
            dims: size,
            values,
            orientation: self.orientation.moved(by_mm),
            source: self.source.clone(),
            assumed: self.assumed.clone(),
            warnings: self.warnings.clone(),
            ..*self
        })
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

    /// Tells bone (true) from marrow, and by which rule.
    ///
    /// Two-valued data are a mask whose larger value is bone, whatever `threshold` says. Other
    /// data are bone above `threshold`, or above Otsu's threshold when none is given.
    ///
    /// # Errors
    /// Every voxel has the same value; the threshold leaves no bone or no marrow; a value is not
    /// finite.
    pub fn binarise(
        &self,
        threshold: Option<f32>,
    ) -> Result<(Vec<bool>, Binarisation), ImageError> {
        samples::check_finite(&self.source, &self.values, self.dims)?;
        let mut lowest = f32::INFINITY;
        let mut highest = f32::NEG_INFINITY;
        for &value in &self.values {
            lowest = lowest.min(value);
            highest = highest.max(value);
        }
        let range = lowest..highest;
        if range.is_empty() {
            return Err(ImageError::Constant {
                path: self.source.clone(),
                value: lowest,
            });
        }
        // No value lies strictly between the two ends.
        let two_valued = self
            .values
            .iter()
            .all(|&value| value <= lowest || value >= highest);
        let rule = if two_valued {
            Binarisation::Mask { larger: highest }
        } else {
            match threshold {
                Some(given) => Binarisation::Threshold(given),
                // Not constant, so there is one.
                None => Binarisation::Otsu(otsu(&self.values).unwrap_or(lowest)),
            }
        };
        let above = match rule {
            Binarisation::Mask { .. } => lowest,
            Binarisation::Threshold(value) | Binarisation::Otsu(value) => value,
        };
        if !range.contains(&above) {
            return Err(ImageError::Threshold {
                path: self.source.clone(),
                threshold: above,
                lowest,
                highest,
            });
        }
        let bone = self.values.iter().map(|&value| value > above).collect();
        Ok((bone, rule))
    }

    /// Bone on cubic voxels: [`Image::binarise`], then resampled when `edge_um` asks for it.
    ///
    /// A site of `edge_um` is bone when at least half of its volume is; sites that would reach
    /// over the far faces of the image are dropped. An edge within 0.1 % of cubic voxels asks for
    /// nothing. An image with one layer keeps its layer.
    ///
    /// # Errors
    /// Those of [`Image::binarise`] and [`resample()`]; voxels that are not cubes, without
    /// `edge_um`.
    pub fn to_bone(
        &self,
        threshold: Option<f32>,
        edge_um: Option<f64>,
    ) -> Result<BoneImage, ImageError> {
        let (bone, binarisation) = self.binarise(threshold)?;
        let as_it_is = BoneImage {
            dims: self.dims,
            spacing_um: self.spacing_um[0],
            bone,
            binarisation,
            resampled_from_um: None,
            orientation: self.orientation.clone(),
            source: self.source.clone(),
            format: self.format,
        };
        let isotropic = self.is_isotropic();
        let Some(edge_um) = edge_um else {
            return if isotropic {
                Ok(as_it_is)
            } else {
                Err(ImageError::Anisotropic {
                    path: self.source.clone(),
                    spacing_um: self.spacing_um,
                })
            };
        };
        if isotropic && (edge_um - self.spacing_um[0]).abs() < SAME_SIZE * self.spacing_um[0] {
            return Ok(as_it_is);
        }
        let share: Vec<f32> = as_it_is
            .bone
            .iter()
            .map(|&bone| f32::from(u8::from(bone)))
            .collect();
        let (share, dims) = self.resampled(&share, edge_um)?;
        Ok(BoneImage {
            dims,
            spacing_um: edge_um,
            bone: share.iter().map(|&share| share >= 0.5).collect(),
            resampled_from_um: Some(self.spacing_um),
            orientation: self.orientation.moved(self.first_site_mm(edge_um)),
            ..as_it_is
        })
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

/// Otsu's threshold: the centre of the bin, of 256 over the range of the values, that separates
/// them into two classes of the largest variance between them. `None` when all are equal, or one
/// is not finite.
///
/// Source: Otsu 1979, IEEE Trans Syst Man Cybern 9:62.
pub fn otsu(values: &[f32]) -> Option<f32> {
    const BINS: usize = 256;
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (start, width) = (f64::from(lowest), f64::from(highest) - f64::from(lowest));
    // Also false when there are no values.
    if !(width.is_finite() && width > 0.0) {
        return None;
    }
    let mut counts = [0_u64; BINS];
    for &value in values {
        let bin = ((f64::from(value) - start) / width * BINS as f64) as usize;
        counts[bin.min(BINS - 1)] += 1;
    }
    let centre = |bin: usize| start + (bin as f64 + 0.5) * width / BINS as f64;
    let total = values.len() as f64;
    let moment: f64 = (0..BINS).map(|bin| counts[bin] as f64 * centre(bin)).sum();
    let (mut below, mut moment_below) = (0.0, 0.0);
    let mut best = (f64::NEG_INFINITY, 0);
    for (bin, &count) in counts.iter().enumerate().take(BINS - 1) {
        below += count as f64;
        moment_below += count as f64 * centre(bin);
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let difference = moment_below / below - (moment - moment_below) / above;
        let between = below * above * difference * difference;
        if between > best.0 {
            best = (between, bin);
        }
    }
    Some(centre(best.1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(dims: [usize; 3], spacing_um: [f64; 3], values: Vec<f32>) -> Image {
        Image {
            dims,
            spacing_um,
            spacing_from: "test",
            orientation: UNORIENTED,
            values,
            source: "test.nii".into(),
            format: "NIfTI",
            assumed: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn two_values_are_a_mask_whatever_they_are() {
        let (bone, rule) = image([4, 1, 1], [1.0; 3], vec![-3.0, 7.5, 7.5, -3.0])
            .binarise(Some(100.0))
            .unwrap();
        assert_eq!(bone, [false, true, true, false]);
        assert_eq!(rule, Binarisation::Mask { larger: 7.5 });
        assert!(rule.to_string().contains("7.5"));
    }

    #[test]
    fn grey_values_take_the_threshold_given_and_equal_is_not_bone() {
        let grey = image([4, 1, 1], [1.0; 3], vec![1.0, 2.0, 3.0, 4.0]);
        let (bone, rule) = grey.binarise(Some(2.0)).unwrap();
        assert_eq!(bone, [false, false, true, true]);
        assert_eq!(rule, Binarisation::Threshold(2.0));
        for outside in [0.5, 4.0, f32::NAN] {
            let error = grey.binarise(Some(outside)).unwrap_err();
            assert!(matches!(error, ImageError::Threshold { .. }), "{error}");
        }
    }

    #[test]
    fn a_constant_image_has_no_bone_and_no_marrow() {
        let error = image([2, 1, 1], [1.0; 3], vec![5.0, 5.0])
            .binarise(Some(1.0))
            .unwrap_err();
        assert!(error.to_string().contains("every voxel is 5"), "{error}");
        assert_eq!(otsu(&[5.0, 5.0]), None);
        assert_eq!(otsu(&[]), None);
        assert_eq!(otsu(&[1.0, f32::NAN]), None);
    }

    /// Two groups of values, 0 to 3 and 252 to 255, and 256 bins over 0..255: the bins are
    /// 255/256 wide, 3 falls in bin 3, and every bin from there to the upper group separates
    /// equally well; the first is taken, with its centre at 3.5 x 255/256.
    #[test]
    fn otsu_separates_two_groups() {
        let values: Vec<f32> = (0..400)
            .map(|i| (i % 4) as f32 + if i % 8 < 4 { 0.0 } else { 252.0 })
            .collect();
        let threshold = otsu(&values).unwrap();
        assert!(
            (threshold - 3.5 * 255.0 / 256.0).abs() < 1e-5,
            "{threshold}"
        );
    }

    #[test]
    fn voxels_that_are_not_cubes_are_refused_unless_resampled() {
        let mask: Vec<f32> = (0..64).map(|i| (i % 2) as f32).collect();
        let long = image([4, 4, 4], [10.0, 10.0, 20.0], mask.clone());
        assert!(!long.is_isotropic());
        assert!(matches!(
            long.to_bone(None, None),
            Err(ImageError::Anisotropic { .. })
        ));
        assert_eq!(long.to_bone(None, Some(20.0)).unwrap().dims, [2, 2, 4]);
        assert!(image([4, 4, 4], [10.0, 10.0, 10.005], mask.clone()).is_isotropic());
        assert!(!image([4, 4, 4], [10.0, 10.0, 10.02], mask).is_isotropic());
    }

    #[test]
    fn half_bone_is_bone() {
        let columns: Vec<f32> = (0..64).map(|i| (i % 2) as f32).collect();
        let bone = image([4, 4, 4], [10.0; 3], columns)
            .to_bone(None, Some(20.0))
            .unwrap();
        assert_eq!(bone.bone, [true; 8]);
        // The first site is the mean of eight voxels: its centre lies 5 um further.
        assert_eq!(bone.orientation, UNORIENTED.moved([0.005; 3]));
    }

    #[test]
    fn a_crop_keeps_its_voxels_and_its_place() {
        let mut whole = image(
            [4, 3, 2],
            [10.0, 20.0, 30.0],
            (0..24_u8).map(f32::from).collect(),
        );
        whole.orientation.direction[0][0] = -1.0;
        let part = whole.crop([1, 1, 1], [2, 2, 1]).unwrap();
        assert_eq!(part.values, [17.0, 18.0, 21.0, 22.0]);
        let origin = part
            .orientation
            .origin_mm
            .map(|part| (part * 1e6).round() as i32);
        assert_eq!(origin, [-10_000, 20_000, 30_000]);
        assert!(whole.crop([3, 0, 0], [2, 1, 1]).is_err());
        assert!(whole.crop([0, 0, 0], [0, 1, 1]).is_err());
        assert!(whole.crop([usize::MAX, 0, 0], [1, 1, 1]).is_err());
    }
}
