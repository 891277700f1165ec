//! What can be wrong with an image, said with file and field.

use std::path::{Path, PathBuf};

use super::rule::listed;

use crate::numerics::refusal::Refusal;

/// Endings of file names that [`read`](super::read) understands.
pub const SUPPORTED: &str = ".nii, .nii.gz, .mha, .mhd, .nrrd, .nhdr, .tif, .tiff, .isq, .aim, .vti, .dcm, a folder .zarr, or a folder of \
     DICOM files or of TIFF, PNG or BMP slices";

/// Why an image could not be read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file could not be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The ending of the name says no format that is read.
    #[error("{}: found the ending \"{found}\", expected {SUPPORTED}", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
        /// Its ending.
        found: String,
    },
    /// The path is neither a file nor a folder (a pipe or a device).
    #[error("{}: is neither a regular file nor a folder", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The header names a data file that is not there.
    #[error("{}: {field} names the data file {}, which does not exist", path.display(), data.display())]
    MissingDataFile {
        /// The header file.
        path: PathBuf,
        /// The field that names the data file.
        field: &'static str,
        /// The data file.
        data: PathBuf,
    },
    /// A field of the header is missing, or is not what it must be.
    #[error("{}: {field} is {found}, expected {allowed}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        allowed: String,
    },
    /// More voxels than are read, or than the file could hold.
    #[error("{}: {field} asks for {} voxels, but {reason}", path.display(), dims.map(|n| n.to_string()).join(" x "))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The field that holds the dimensions.
        field: &'static str,
        /// The dimensions.
        dims: [u64; 3],
        /// Why these cannot be.
        reason: String,
    },
    /// The data end early.
    #[error("{}: the data end early: expected {expected} bytes, found {found}", path.display())]
    Truncated {
        /// The file that holds the data.
        path: PathBuf,
        /// Bytes asked for by the header.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The data cannot be decoded.
    #[error("{}: cannot be decoded: {reason}", path.display())]
    Damaged {
        /// The file that holds the data.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// The file states no voxel size, and none was given.
    #[error("{}: no voxel size ({looked}); give the voxel size: --spacing \"20 um\", in a scenario spacing = \"20 um\" under [specimen.image], in Python spacing_um=20", path.display())]
    MissingSpacing {
        /// The file.
        path: PathBuf,
        /// Where it was looked for and what was found there.
        looked: String,
    },
    /// The voxel size given is no voxel size of a scan.
    #[error("{}: the voxel size given is {} um, expected 0.05 to 5000 um along each axis{}", path.display(), found.map(|s| s.to_string()).join(" x "), unit_mistake(found))]
    BadSpacing {
        /// The file.
        path: PathBuf,
        /// What was given, along x, y, z.
        found: [f64; 3],
    },
    /// The voxel size that the file states is none of a scan.
    #[error("{}: {from} states voxels of {} um, expected 0.05 to 5000 um along each axis{}; correct the file or give the voxel size", path.display(), found.map(|s| s.to_string()).join(" x "), unit_mistake(found))]
    ImplausibleSize {
        /// The file.
        path: PathBuf,
        /// The field.
        from: &'static str,
        /// Voxel size along x, y, z, um.
        found: [f64; 3],
    },
    /// The header names a data file outside of its own folder.
    #[error("{}: {field} names the data file {}, which lies outside of the header's folder, expected a file in it (--data-anywhere, or data_anywhere = true in a scenario, allows it)", path.display(), data.display())]
    OutsideFolder {
        /// The header file.
        path: PathBuf,
        /// The field that names the data file.
        field: &'static str,
        /// The data file.
        data: PathBuf,
    },
    /// The file holds several images, of which none is chosen.
    #[error("{}: {found}, expected one image of one channel at one time; {remedy}", path.display())]
    Several {
        /// The file.
        path: PathBuf,
        /// What was found, and in which field.
        found: String,
        /// How to make one image of it.
        remedy: &'static str,
    },
    /// The voxels are not cubes, and no resampling was asked for.
    #[error("{}: the voxels are {} um, expected cubes (sizes within 0.1 %); give the edge of the cubic sites to which it is resampled, such as 20 um (--edge, or lattice.site in a scenario)", path.display(), spacing_um.map(|s| s.to_string()).join(" x "))]
    Anisotropic {
        /// The file.
        path: PathBuf,
        /// Voxel size along x, y, z, um.
        spacing_um: [f64; 3],
    },
    /// Every voxel has the same value.
    #[error("{}: every voxel is {value}, so bone and marrow cannot be told apart", path.display())]
    Constant {
        /// The file.
        path: PathBuf,
        /// The value.
        value: f32,
    },
    /// A value is infinite or not a number.
    #[error("{}: the voxel at x {}, y {}, z {} is {value}, expected finite values", path.display(), at[0], at[1], at[2])]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Place of the first such voxel.
        at: [usize; 3],
        /// Its value.
        value: f32,
    },
    /// The threshold lies outside the values, so all or no voxels would be bone.
    #[error("{}: the threshold is {threshold}, expected one from {lowest} to below {highest}, the range of the values", path.display())]
    Threshold {
        /// The file.
        path: PathBuf,
        /// The threshold.
        threshold: f32,
        /// Smallest value of the image.
        lowest: f32,
        /// Largest value of the image.
        highest: f32,
    },
    /// Few whole values, as labels are, and nothing says which of them are bone.
    #[error("{}: the image holds the {} values {}, as a map of labels does; say which of them are bone, such as \"1,2\" (--labels, or labels = [1, 2] under [specimen.image]), or give a threshold if they are grey levels", path.display(), found.len(), listed(found))]
    LabelMap {
        /// The file.
        path: PathBuf,
        /// The values.
        found: Vec<f32>,
    },
    /// A value that is no label, where labels are given.
    #[error("{}: found the value {value}, which is no label (0, 1, 2, ...); give a threshold instead of labels", path.display())]
    NoLabel {
        /// The file.
        path: PathBuf,
        /// The value.
        value: f32,
    },
    /// A label that the image does not hold.
    #[error("{}: the label {label} is not in the image, which holds {known}", path.display())]
    AbsentLabel {
        /// The file.
        path: PathBuf,
        /// The label.
        label: u32,
        /// What the image holds.
        known: String,
    },
    /// Two ways to tell bone from marrow at once.
    #[error("{}: the threshold {threshold} and the labels {} were both given; a threshold cuts grey values, labels name them: leave out one", path.display(), listed(labels))]
    ThresholdAndLabels {
        /// The file.
        path: PathBuf,
        /// The threshold.
        threshold: f32,
        /// The labels.
        labels: Vec<u32>,
    },
    /// All bone, or no bone.
    #[error("{}: {what}, so that there is nothing to tell apart", path.display())]
    OneKind {
        /// The file.
        path: PathBuf,
        /// What holds what.
        what: String,
    },
    /// A crop that does not lie in the image, or is empty.
    #[error("{}: a crop of {size:?} voxels from {start:?} does not lie in the image of {dims:?} voxels", path.display())]
    Crop {
        /// The file.
        path: PathBuf,
        /// First voxel of the crop.
        start: [usize; 3],
        /// Voxels of the crop.
        size: [usize; 3],
        /// Voxels of the image.
        dims: [usize; 3],
    },
    /// Sites that are not a length, too many, or larger than the image.
    #[error("{}: sites of {edge_um} um cannot be made from {dims:?} voxels of {} um: {reason}", path.display(), spacing_um.map(|s| s.to_string()).join(" x "))]
    Resample {
        /// The file.
        path: PathBuf,
        /// Edge of a site, um.
        edge_um: f64,
        /// Voxels of the image.
        dims: [usize; 3],
        /// Voxel size, um.
        spacing_um: [f64; 3],
        /// What is wrong.
        reason: &'static str,
    },
    /// A step of preparing that makes no sense.
    #[error("{}: found {found}, expected {allowed}", path.display())]
    Prepare {
        /// The file.
        path: PathBuf,
        /// The step, as its key under `[specimen.image]` is called.
        step: &'static str,
        /// What was asked for.
        found: String,
        /// What may be asked for.
        allowed: String,
    },
    /// A file of a TIFF stack differs from the first, or the stack has none.
    #[error("{}: {reason}", path.display())]
    Stack {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Refusal for ImageError {}

/// The mistake of a unit that would explain a voxel size.
fn unit_mistake(um: &[f64; 3]) -> &'static str {
    let would_be = |factor: f64| {
        um.iter()
            .all(|size| super::SENSIBLE_UM.contains(&(size * factor)))
    };
    if would_be(1e-3) {
        " (were micrometres written as millimetres?)"
    } else if would_be(1e3) {
        " (were millimetres written as micrometres?)"
    } else if would_be(1e-6) {
        " (were micrometres written as metres?)"
    } else if would_be(1e6) {
        " (were metres written as micrometres?)"
    } else {
        ""
    }
}

impl ImageError {
    /// A header field that is not what it must be.
    pub(super) fn header(
        path: &Path,
        field: &'static str,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Header {
            path: path.into(),
            field,
            found: found.into(),
            allowed: allowed.into(),
        }
    }

    /// A failed system call.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.into(),
            source,
        }
    }
}
