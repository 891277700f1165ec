//! VTK image data (`.vti`): an XML file whose arrays are text, base64 or appended, plain or packed by zlib or
//! LZ4.
//!
//! Kitware, VTK file formats (docs.vtk.org). VTK has no unit of length: the sizes are taken as mm, as most
//! programs write them, unless the file is one of howship's, which says that they are um. Of several arrays
//! `bone_matrix`, `bone_solid` or `bone` is read, or the one that the file names as its scalars.

mod arrays;
mod xml;

use std::io::Read as _;
use std::path::Path;

use super::samples::{self, Layout, Sample};
use super::{
    Claim, Image, ImageError, Orientation, ReadOptions, Stated, check_upright, image_of, text,
};
use arrays::{Array, Encoding, data};
use xml::{Tag, tags};

/// The instruction by which howship's own files say their unit.
const IN_UM: &str = "<?howship lengths in um?>";

/// What the file says before its data.
struct Header<'a> {
    file: &'a Tag,
    image: &'a Tag,
    array: Array<'a>,
    /// Points or cells along the axes.
    dims: [usize; 3],
    is_cells: bool,
    assumed: Vec<String>,
}

/// Reads a VTI file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (mut file, length) = samples::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref()
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(|source| ImageError::io(path, source))?;
    let found = tags(&bytes);
    let header = header(path, &found)?;
    let sample = sample(path, &header.array)?;
    let layout = Layout {
        big_endian: header.file.get("byte_order") == Some("BigEndian"),
        ..Layout::plain(header.dims, sample)
    };
    let encoding = Encoding::of(path, header.file, &found)?;
    let values = data(path, &bytes, &header.array, &encoding, &layout)?;
    let numbers = |name: &'static str, usual: &str, count: usize| {
        text::numbers(path, name, header.image.get(name).unwrap_or(usual), count)
    };
    let sizes = numbers("Spacing", "1 1 1", 3)?;
    if !sizes.iter().all(|size| *size > 0.0) {
        return Err(ImageError::header(
            path,
            "Spacing",
            format!("{sizes:?}"),
            "3 numbers above 0",
        ));
    }
    let start = bytes.len().min(1 << 12);
    let in_um = String::from_utf8_lossy(&bytes[..start]).contains(IN_UM);
    let mut assumed = header.assumed;
    if !in_um && options.spacing_um.is_none() {
        assumed.push("lengths of a VTI have no unit and are taken as mm".into());
    }
    let unit_mm = if in_um { 1e-3 } else { 1.0 };
    let mut origin = numbers("Origin", "0 0 0", 3)?;
    let direction = numbers("Direction", "1 0 0 0 1 0 0 0 1", 9)?;
    let rows = [0, 1, 2].map(|row| [0, 1, 2].map(|axis| direction[3 * row + axis]));
    check_upright(path, "Direction", rows)?;
    if header.is_cells {
        // From the corner of the first cell to its centre.
        for (row, part) in origin.iter_mut().enumerate() {
            *part += (0..3)
                .map(|axis| rows[row][axis] * sizes[axis] / 2.0)
                .sum::<f64>();
        }
    }
    let um = |axis: usize| sizes[axis] * unit_mm * 1e3;
    let stated = Stated {
        format: "VTI",
        claim: Claim::Um {
            plane: [um(0), um(1)],
            layer: Some(um(2)),
        },
        spacing_from: "Spacing",
        orientation: Orientation {
            origin_mm: [0, 1, 2].map(|row| origin[row] * unit_mm),
            direction: rows,
            frame: "file",
        },
        assumed,
        warnings: Vec::new(),
    };
    image_of(path, values, &layout, stated, options)
}

fn header<'a>(path: &Path, tags: &'a [Tag]) -> Result<Header<'a>, ImageError> {
    let first = |name: &'static str| {
        tags.iter().find(|tag| tag.name == name).ok_or_else(|| {
            ImageError::header(
                path,
                name,
                "missing",
                "the element of a VTK image data file",
            )
        })
    };
    let file = first("VTKFile")?;
    if file.get("type") != Some("ImageData") {
        return Err(ImageError::header(
            path,
            "VTKFile type",
            format!(
                "\"{}\"",
                text::shortened(file.get("type").unwrap_or_default())
            ),
            "\"ImageData\"",
        ));
    }
    let image = first("ImageData")?;
    let whole = extent(path, image.get("WholeExtent"))?;
    let pieces: Vec<&Tag> = tags.iter().filter(|tag| tag.name == "Piece").collect();
    let [piece] = pieces.as_slice() else {
        return Err(ImageError::header(
            path,
            "Piece",
            format!("{} elements", pieces.len()),
            "1, with the whole extent",
        ));
    };
    if extent(path, piece.get("Extent").or(image.get("WholeExtent")))? != whole {
        return Err(ImageError::header(
            path,
            "Piece Extent",
            text::shortened(piece.get("Extent").unwrap_or_default()),
            "the WholeExtent",
        ));
    }
    let (array, is_cells, assumed) = chosen(path, tags)?;
    let points = [0, 1, 2].map(|axis| whole[2 * axis + 1].abs_diff(whole[2 * axis]));
    // A layer of points has no cells across: VTK then counts one.
    let sizes = points.map(|n| {
        if is_cells {
            n.max(1)
        } else {
            n.saturating_add(1)
        }
    });
    Ok(Header {
        file,
        image,
        array,
        dims: samples::checked_dims(path, "WholeExtent", sizes)?,
        is_cells,
        assumed,
    })
}

/// First and last point along each axis.
fn extent(path: &Path, value: Option<&str>) -> Result<[i64; 6], ImageError> {
    let found = value.unwrap_or("missing");
    let numbers: Option<Vec<i64>> = found
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    numbers
        .and_then(|numbers| <[i64; 6]>::try_from(numbers).ok())
        .filter(|e| (0..3).all(|axis| e[2 * axis] <= e[2 * axis + 1]))
        .ok_or_else(|| {
            ImageError::header(
                path,
                "WholeExtent",
                text::shortened(found),
                "6 whole numbers, first and last along each axis",
            )
        })
}

/// The array that is read, whether it belongs to cells, and what was assumed.
fn chosen<'a>(path: &Path, tags: &'a [Tag]) -> Result<(Array<'a>, bool, Vec<String>), ImageError> {
    let mut place = "";
    let mut scalars = None;
    let mut all: Vec<(Array<'a>, bool)> = Vec::new();
    for tag in tags {
        match tag.name.as_str() {
            "PointData" | "CellData" | "FieldData" => {
                place = &tag.name;
                scalars = scalars.or(tag.get("Scalars"));
            }
            "/PointData" | "/CellData" | "/FieldData" => place = "",
            "DataArray" if matches!(place, "PointData" | "CellData") => {
                all.push((Array::of(tag), place == "CellData"));
            }
            _ => {}
        }
    }
    let names: Vec<&str> = all.iter().map(|(array, _)| array.name).collect();
    let named = |wanted: &str| names.iter().position(|name| *name == wanted);
    let at = match names.as_slice() {
        [_] => Some(0),
        _ => ["bone_matrix", "bone_solid", "bone"]
            .into_iter()
            .find_map(named)
            .or_else(|| scalars.and_then(named)),
    };
    let Some(at) = at else {
        return Err(ImageError::header(
            path,
            "DataArray",
            if names.is_empty() {
                "missing".to_owned()
            } else {
                format!("the arrays {}", text::shortened(&names.join(", ")))
            },
            "one array of points or cells, or one called bone_matrix, bone_solid or bone, or named by Scalars",
        ));
    };
    let mut assumed = Vec::new();
    if names.len() > 1 {
        assumed.push(format!(
            "of the arrays {} the one called {} is read",
            text::shortened(&names.join(", ")),
            names[at]
        ));
    }
    let (array, is_cells) = all.swap_remove(at);
    Ok((array, is_cells, assumed))
}

fn sample(path: &Path, array: &Array<'_>) -> Result<Sample, ImageError> {
    if array.components != "1" {
        return Err(ImageError::header(
            path,
            "NumberOfComponents",
            text::shortened(array.components),
            "1; write one component to an array of its own",
        ));
    }
    Ok(match array.kind {
        "UInt8" => Sample::U8,
        "Int8" => Sample::I8,
        "UInt16" => Sample::U16,
        "Int16" => Sample::I16,
        "UInt32" => Sample::U32,
        "Int32" => Sample::I32,
        "UInt64" => Sample::U64,
        "Int64" => Sample::I64,
        "Float32" => Sample::F32,
        "Float64" => Sample::F64,
        other => {
            return Err(ImageError::header(
                path,
                "DataArray type",
                format!("\"{}\"", text::shortened(other)),
                "Int8 to Int64, UInt8 to UInt64, Float32 or Float64",
            ));
        }
    })
}
