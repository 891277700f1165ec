//! Folders of slices, a picture each: TIFF, PNG or BMP, with the voxel size of a `SkyScan` log where one lies
//! beside them.
//!
//! PNG and BMP say how to show the values, not what they are: stored grey values are kept, and those of a
//! palette too. Colours are refused unless all three are the same.

mod bmp;
#[cfg(feature = "plots")]
mod png;

use std::path::{Path, PathBuf};

use super::folder::{name_of, slices};
use super::samples::{self, Layout, Sample};
use super::skyscan::{Log, beside};
use super::{
    Claim, Image, ImageError, MOST_VOXELS, ReadOptions, Stated, UNORIENTED, image_of, tiff,
};

/// Kinds of slices, with the endings of their names.
const KINDS: [(&str, &[&str]); 3] = [
    ("TIFF", &["tif", "tiff"]),
    ("PNG", &["png"]),
    ("BMP", &["bmp"]),
];

/// The grey values of a picture.
struct Picture {
    size: [usize; 2],
    sample: Sample,
    values: Vec<f32>,
    /// An index of colours stands for each value.
    is_palette: bool,
}

/// Reads a folder of slices.
pub(super) fn read_folder(folder: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let mut found = Vec::new();
    for (kind, endings) in KINDS {
        let (files, assumed) = slices(folder, endings)?;
        if !files.is_empty() {
            found.push((kind, files, assumed));
        }
    }
    let stack = |reason: String| ImageError::Stack {
        path: folder.into(),
        reason,
    };
    let log = beside(folder)?;
    match found.as_slice() {
        [] => Err(stack(
            "the folder holds no .tif, .tiff, .png or .bmp file, no DICOM image and no OME-Zarr"
                .into(),
        )),
        [("TIFF", files, assumed)] => {
            tiff::read_slices(folder, files, assumed.clone(), log.as_ref(), options)
        }
        [(kind, files, assumed)] => {
            together(folder, kind, files, assumed.clone(), log.as_ref(), options)
        }
        several => {
            let counts: Vec<String> = several
                .iter()
                .map(|(kind, files, _)| format!("{} {kind}", files.len()))
                .collect();
            Err(stack(format!(
                "holds slices of several kinds ({}), expected one",
                counts.join(", ")
            )))
        }
    }
}

fn together(
    folder: &Path,
    kind: &'static str,
    files: &[PathBuf],
    mut assumed: Vec<String>,
    log: Option<&Log>,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let mut whole: Option<Picture> = None;
    for path in files {
        let picture = match kind {
            "BMP" => bmp::read(path)?,
            #[cfg(feature = "plots")]
            "PNG" => png::read(path)?,
            _ => {
                return Err(ImageError::Stack {
                    path: folder.into(),
                    reason: format!("holds {kind} slices, which this build does not read"),
                });
            }
        };
        let Some(whole) = &mut whole else {
            whole = Some(picture);
            continue;
        };
        if (picture.size, picture.sample) != (whole.size, whole.sample) {
            return Err(ImageError::Stack {
                path: path.clone(),
                reason: format!(
                    "is {} x {} of the type {:?}, those before are {} x {} of {:?}",
                    picture.size[0],
                    picture.size[1],
                    picture.sample,
                    whole.size[0],
                    whole.size[1],
                    whole.sample
                ),
            });
        }
        if (whole.values.len() + picture.values.len()) as u64 > MOST_VOXELS {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!("holds more than {MOST_VOXELS} voxels"),
            });
        }
        whole.is_palette |= picture.is_palette;
        whole.values.extend(picture.values);
    }
    let Some(whole) = whole else {
        return Err(ImageError::Stack {
            path: folder.into(),
            reason: "the folder holds no slice".into(),
        });
    };
    if whole.is_palette {
        assumed.push("the slices have a palette, a display hint: stored values are kept".into());
    }
    let claim = log.map_or_else(
        || {
            let files = files.first().map(|path| name_of(path)).unwrap_or_default();
            Claim::Nothing(format!(
                "{kind} slices such as {files} state none, and no SkyScan log lies beside them"
            ))
        },
        Log::claim,
    );
    let stated = Stated {
        format: kind,
        claim,
        spacing_from: "the SkyScan log",
        orientation: UNORIENTED,
        assumed,
        warnings: Vec::new(),
    };
    let dims = [whole.size[0], whole.size[1], files.len()];
    let layout = Layout::plain(dims, whole.sample);
    image_of(folder, whole.values, &layout, stated, options)
}

/// Refuses a picture that its file cannot hold, or that is too large.
fn checked(path: &Path, width: u64, height: u64) -> Result<[usize; 2], ImageError> {
    let [width, height, _] = samples::checked_dims(path, "width, height", [width, height, 1])?;
    Ok([width, height])
}

/// One of three colours, which must be the same.
fn grey(path: &Path, colours: &[u8]) -> Result<f32, ImageError> {
    if colours.iter().all(|colour| *colour == colours[0]) {
        Ok(f32::from(colours[0]))
    } else {
        Err(ImageError::header(
            path,
            "the pixels",
            format!("the colour {colours:?}"),
            "grey values; write the picture as grey of 8 or 16 bits",
        ))
    }
}
