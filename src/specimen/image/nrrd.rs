//! NRRD (`.nrrd`, `.nhdr`): a text header, data behind it or in files of their own.
//!
//! Directions in `left-posterior-superior` are taken as they are; `right-anterior-superior` and
//! `left-anterior-superior` are turned to LPS. Lengths without a unit are mm where an anatomical
//! space is named (ITK and Slicer write no unit), and unknown elsewhere.
//!
//! Axes of lists (colours, vectors, times) are left out where they have size 1, and refused elsewhere.

mod data;
mod header;
mod space;

use std::path::Path;

use super::samples::{self, Layout, Packing};
use super::text;
use super::{Image, ImageError, ReadOptions, Stated, assembled};
use data::{big_endian, sample, skip};
use header::{Fields, header};
use space::{directions, placed};

/// Most axes that an NRRD file has.
const MOST_AXES: usize = 16;

/// The axes of the file that are axes of the image.
struct Axes {
    /// Their numbers in the file, two or three of them.
    kept: Vec<usize>,
    /// Axes of the file.
    count: usize,
    dims: [usize; 3],
}

/// Reads an NRRD file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let header = header(path)?;
    let get = |name: &str| header.fields.get(name).map(String::as_str);
    let mut assumed = Vec::new();
    let axes = axes(path, &header.fields, &mut assumed)?;
    let sample = sample(path, get("type"))?;
    let packing = match get("encoding").map(str::to_ascii_lowercase).as_deref() {
        Some("raw") => Packing::Raw,
        Some("gzip" | "gz") => Packing::Gzip,
        Some("ascii" | "text" | "txt") => Packing::Text,
        other => {
            return Err(ImageError::header(
                path,
                "encoding",
                text::shortened(other.unwrap_or("missing")),
                "raw, gzip or ascii",
            ));
        }
    };
    let data_name = get("data file");
    let files = match data_name {
        Some(name) => text::data_files(
            path,
            "data file",
            name,
            &header.lines,
            axes.dims[2],
            options,
        )?,
        None => vec![path.to_path_buf()],
    };
    let mut layout = Layout {
        dims: axes.dims,
        sample,
        big_endian: packing != Packing::Text && big_endian(path, get("endian"), sample)?,
        packing,
        file_offset: if data_name.is_none() {
            header.length
        } else {
            0
        },
        stream_offset: 0,
        slope: 1.0,
        intercept: 0.0,
    };
    skip(path, &header.fields, &files, &mut layout)?;
    let (claim, orientation) = placed(path, &header.fields, &axes, &mut assumed)?;
    let stated = Stated {
        format: "NRRD",
        claim,
        spacing_from: "space directions or spacings",
        orientation,
        assumed,
        warnings: Vec::new(),
    };
    assembled(path, &files, &layout, stated, options)
}

/// Tells the axes of the image from those of lists, by `kinds` and the directions.
fn axes(path: &Path, fields: &Fields, assumed: &mut Vec<String>) -> Result<Axes, ImageError> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    let dimension = get("dimension").unwrap_or("missing");
    let count = dimension
        .parse()
        .ok()
        .filter(|count| (2..=MOST_AXES).contains(count))
        .ok_or_else(|| {
            ImageError::header(path, "dimension", text::shortened(dimension), "2 or 3")
        })?;
    let sizes = text::dims(path, "sizes", get("sizes"), count)?;
    let kinds: Vec<String> = get("kinds")
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let vectors = match get("space directions") {
        Some(value) => directions(path, value, count)?,
        None => Vec::new(),
    };
    let spatial = ["domain", "space", "???", "none"];
    let in_space = |axis: usize| {
        kinds
            .get(axis)
            .is_none_or(|kind| spatial.contains(&kind.as_str()))
            && vectors.get(axis).is_none_or(Option::is_some)
    };
    for axis in (0..count).filter(|&axis| !in_space(axis)) {
        let kind = kinds.get(axis).map_or("none", String::as_str);
        if sizes[axis] != 1 {
            return Err(ImageError::header(
                path,
                "kinds",
                format!("{kind} along axis {axis}, of size {}", sizes[axis]),
                "domain or space for each axis of more than one voxel; write one element of the \
                 list to a file of its own",
            ));
        }
        assumed.push(format!("axis {axis} ({kind}) has size 1 and is left out"));
    }
    let mut kept: Vec<usize> = (0..count).filter(|&axis| in_space(axis)).collect();
    while kept.len() > 3 {
        let Some(single) = kept.iter().rposition(|&axis| sizes[axis] == 1) else {
            return Err(ImageError::header(
                path,
                "dimension",
                format!("{count} with sizes {sizes:?}"),
                "2 or 3 axes of more than one voxel",
            ));
        };
        kept.remove(single);
    }
    if kept.len() < 2 {
        return Err(ImageError::header(
            path,
            "dimension",
            format!("{count}, of which {} are axes of space", kept.len()),
            "2 or 3",
        ));
    }
    let size = |axis: usize| kept.get(axis).map_or(1, |&axis| sizes[axis]);
    let dims = samples::checked_dims(path, "sizes", [size(0), size(1), size(2)])?;
    Ok(Axes { kept, count, dims })
}
