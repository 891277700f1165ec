//! `MetaImage` (`.mha`, `.mhd`): a text header, data behind it or in a file of their own.
//!
//! The format has no frame of its own; ITK writes LPS, and so it is read. `TransformMatrix` holds
//! one row per image axis, so it is transposed on reading. Lengths are mm (`DistanceUnits` may say
//! otherwise).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::samples::{self, Layout, Packing, Sample};
use super::text::{self, numbers};
use super::{
    Claim, Image, ImageError, Orientation, ReadOptions, Stated, UPRIGHT, assembled, check_upright,
    nifti,
};

/// Longest header that is read, bytes.
const LONGEST_HEADER: u64 = 1 << 20;

type Fields = BTreeMap<String, String>;

/// The text before the data.
struct Header {
    fields: Fields,
    /// Names of data files, a line each, after `ElementDataFile = LIST`.
    lines: Vec<String>,
    /// Bytes.
    length: u64,
}

/// Reads a `MetaImage` file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let header = header(path)?;
    let fields = &header.fields;
    let get = |name: &str| fields.get(name).map(String::as_str);
    let mut assumed = Vec::new();
    let (axes, dims) = checked(path, fields)?;
    let sample = sample(path, get("ElementType"))?;
    let orders = [
        flag(path, fields, "ElementByteOrderMSB")?,
        flag(path, fields, "BinaryDataByteOrderMSB")?,
    ];
    if let [Some(one), Some(other)] = orders
        && one != other
    {
        return Err(ImageError::header(
            path,
            "BinaryDataByteOrderMSB",
            format!("{other} beside ElementByteOrderMSB = {one}"),
            "the same order in both, or one of them",
        ));
    }
    let big_endian = orders[0].or(orders[1]).unwrap_or(false);
    let is_text = flag(path, fields, "BinaryData")? == Some(false);
    let packing = match (is_text, flag(path, fields, "CompressedData")? == Some(true)) {
        (true, true) => {
            return Err(ImageError::header(
                path,
                "CompressedData",
                "True",
                "False with BinaryData = False",
            ));
        }
        (true, false) => Packing::Text,
        (false, true) => Packing::Zlib,
        (false, false) => Packing::Raw,
    };
    let unit_um = match get("DistanceUnits") {
        None | Some("?") => {
            assumed.push("lengths of a MetaImage without DistanceUnits are mm".into());
            1e3
        }
        Some(unit) => text::unit_um(unit).ok_or_else(|| {
            ImageError::header(
                path,
                "DistanceUnits",
                text::shortened(unit),
                "nm, um, mm, cm or m",
            )
        })?,
    };
    let data_name = get("ElementDataFile").unwrap_or("LOCAL");
    let local = data_name.eq_ignore_ascii_case("LOCAL");
    let files = if local {
        vec![path.to_path_buf()]
    } else {
        text::data_files(
            path,
            "ElementDataFile",
            data_name,
            &header.lines,
            dims[2],
            options,
        )?
    };
    let (slope, intercept) = intensity(path, fields, &mut assumed)?;
    let mut layout = Layout {
        dims,
        sample,
        big_endian,
        packing,
        file_offset: if local { header.length } else { 0 },
        stream_offset: 0,
        slope,
        intercept,
    };
    layout.file_offset = header_size(path, get("HeaderSize"), &files, &layout)?;
    let stated = Stated {
        format: "MetaImage",
        claim: claim(path, fields, axes, unit_um)?,
        spacing_from: "ElementSpacing",
        orientation: orientation(path, fields, axes, unit_um * 1e-3)?,
        assumed,
        warnings: Vec::new(),
    };
    assembled(path, &files, &layout, stated, options)
}

/// The header. It ends with the line `ElementDataFile`; where that lists files, it ends with them.
fn header(path: &Path) -> Result<Header, ImageError> {
    let (file, _) = samples::open(path)?;
    let mut reader = BufReader::new(file.take(LONGEST_HEADER));
    let mut header = Header {
        fields: Fields::new(),
        lines: Vec::new(),
        length: 0,
    };
    let mut listing = false;
    loop {
        let mut line = Vec::new();
        let count = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| ImageError::io(path, source))?;
        if count == 0 && listing {
            return Ok(header);
        }
        if count == 0 {
            return Err(ImageError::header(
                path,
                "ElementDataFile",
                "missing",
                "LOCAL or the name of the data file, as the last line of the header",
            ));
        }
        header.length += count as u64;
        let line = text::decoded(line);
        if line.trim().is_empty() {
            continue;
        }
        if listing {
            header.lines.push(line.trim().to_owned());
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(ImageError::header(
                path,
                "header",
                format!("the line \"{}\"", text::shortened(line.trim())),
                "lines of the form Name = value",
            ));
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let last = name == "ElementDataFile";
        listing = last && value.split_whitespace().next() == Some("LIST");
        text::insert_once(path, &mut header.fields, name, value)?;
        if last && !listing {
            return Ok(header);
        }
    }
}

/// Refuses what is not an image of two or three dimensions with one channel; its axes and voxels.
fn checked(path: &Path, fields: &Fields) -> Result<(usize, [usize; 3]), ImageError> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    if let Some(kind) = get("ObjectType")
        && !kind.eq_ignore_ascii_case("Image")
    {
        return Err(ImageError::header(
            path,
            "ObjectType",
            text::shortened(kind),
            "Image",
        ));
    }
    match get("ElementNumberOfChannels") {
        None | Some("1") => {}
        Some(channels) => {
            return Err(ImageError::header(
                path,
                "ElementNumberOfChannels",
                text::shortened(channels),
                "1; write one channel to a file of its own",
            ));
        }
    }
    let found = get("NDims").unwrap_or("missing");
    let axes: usize = match found {
        "2" => 2,
        "3" => 3,
        "4" => 4,
        _ => {
            return Err(ImageError::header(
                path,
                "NDims",
                text::shortened(found),
                "2 or 3",
            ));
        }
    };
    let sizes = text::dims(path, "DimSize", get("DimSize"), axes)?;
    if sizes.get(3).is_some_and(|&times| times != 1) {
        return Err(ImageError::Several {
            path: path.into(),
            found: format!("DimSize is {sizes:?}: {} volumes", sizes[3]),
            remedy: "write one of them to a file of its own",
        });
    }
    let layers = sizes.get(2).copied().unwrap_or(1);
    let dims = samples::checked_dims(path, "DimSize", [sizes[0], sizes[1], layers])?;
    Ok((axes, dims))
}

/// What `ElementSpacing`, or else `ElementSize`, says.
fn claim(path: &Path, fields: &Fields, axes: usize, unit_um: f64) -> Result<Claim, ImageError> {
    let Some(value) = fields
        .get("ElementSpacing")
        .or_else(|| fields.get("ElementSize"))
    else {
        return Ok(Claim::Nothing(
            "neither ElementSpacing nor ElementSize is there".into(),
        ));
    };
    let sizes = numbers(path, "ElementSpacing", value, axes)?;
    if !sizes.iter().all(|size| *size > 0.0) {
        return Err(ImageError::header(
            path,
            "ElementSpacing",
            text::shortened(value),
            format!("{axes} numbers above 0"),
        ));
    }
    Ok(Claim::Um {
        plane: [sizes[0] * unit_um, sizes[1] * unit_um],
        layer: sizes.get(2).map(|size| size * unit_um),
    })
}

/// Slope and intercept of the values.
fn intensity(
    path: &Path,
    fields: &Fields,
    assumed: &mut Vec<String>,
) -> Result<(f64, f64), ImageError> {
    let number = |name: &'static str, usual: f64| match fields.get(name) {
        None => Ok(usual),
        Some(value) => numbers(path, name, value, 1).map(|read| read[0]),
    };
    let slope = number("ElementToIntensityFunctionSlope", 1.0)?;
    let intercept = number("ElementToIntensityFunctionOffset", 0.0)?;
    if slope == 0.0 {
        return Err(ImageError::header(
            path,
            "ElementToIntensityFunctionSlope",
            "0",
            "a number that is not 0",
        ));
    }
    if (slope, intercept) != (1.0, 0.0) {
        assumed.push(format!(
            "ElementToIntensityFunction is applied: value = {intercept} + {slope} x stored"
        ));
    }
    Ok((slope, intercept))
}

fn sample(path: &Path, value: Option<&str>) -> Result<Sample, ImageError> {
    Ok(match value {
        Some("MET_UCHAR") => Sample::U8,
        Some("MET_CHAR") => Sample::I8,
        Some("MET_USHORT") => Sample::U16,
        Some("MET_SHORT") => Sample::I16,
        Some("MET_UINT") => Sample::U32,
        Some("MET_INT") => Sample::I32,
        Some("MET_ULONG_LONG") => Sample::U64,
        Some("MET_LONG_LONG") => Sample::I64,
        Some("MET_FLOAT") => Sample::F32,
        Some("MET_DOUBLE") => Sample::F64,
        other => {
            return Err(ImageError::header(
                path,
                "ElementType",
                other.map_or_else(|| "missing".into(), text::shortened),
                "MET_UCHAR, MET_CHAR, MET_USHORT, MET_SHORT, MET_UINT, MET_INT, MET_ULONG_LONG, \
                 MET_LONG_LONG, MET_FLOAT or MET_DOUBLE",
            ));
        }
    })
}

fn flag(path: &Path, fields: &Fields, name: &'static str) -> Result<Option<bool>, ImageError> {
    match fields.get(name) {
        None => Ok(None),
        Some(value) if value.eq_ignore_ascii_case("true") || value == "1" => Ok(Some(true)),
        Some(value) if value.eq_ignore_ascii_case("false") || value == "0" => Ok(Some(false)),
        Some(value) => Err(ImageError::header(
            path,
            name,
            text::shortened(value),
            "True or False",
        )),
    }
}

fn orientation(
    path: &Path,
    fields: &Fields,
    axes: usize,
    unit_mm: f64,
) -> Result<Orientation, ImageError> {
    let used = axes.min(3);
    let offset = one_of(path, fields, ["Offset", "Position", "Origin"], axes)?;
    let names = ["TransformMatrix", "Rotation", "Orientation"];
    let matrix = one_of(path, fields, names, axes * axes)?;
    let mut orientation = Orientation {
        origin_mm: [0.0; 3],
        direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        frame: "LPS",
    };
    if let Some((_, offset)) = offset {
        for (part, stated) in orientation.origin_mm.iter_mut().zip(&offset[..used]) {
            *part = stated * unit_mm;
        }
    }
    if let Some((name, matrix)) = matrix {
        let column = |axis: usize| {
            [0, 1, 2].map(|row| {
                if row < used {
                    matrix[axes * axis + row]
                } else {
                    0.0
                }
            })
        };
        let (first, second) = (column(0), column(1));
        let third = if used == 3 {
            column(2)
        } else {
            nifti::cross(first, second)
        };
        orientation.direction = [0, 1, 2].map(|row| [first[row], second[row], third[row]]);
        for axis in [first, second, third] {
            let length = axis.iter().map(|part| part * part).sum::<f64>().sqrt();
            if (length - 1.0).abs() > UPRIGHT {
                return Err(ImageError::header(
                    path,
                    name,
                    format!("{axis:?} along one axis, of the length {length}"),
                    format!(
                        "directions of the length 1 (within {UPRIGHT}); sizes are ElementSpacing"
                    ),
                ));
            }
        }
        check_upright(path, name, orientation.direction)?;
    }
    Ok(orientation)
}

/// The numbers of the first of three names for one thing, which the others must not contradict.
fn one_of(
    path: &Path,
    fields: &Fields,
    names: [&'static str; 3],
    count: usize,
) -> Result<Option<(&'static str, Vec<f64>)>, ImageError> {
    let mut found: Option<(&'static str, Vec<f64>)> = None;
    for name in names {
        let Some(value) = fields.get(name) else {
            continue;
        };
        let read = numbers(path, name, value, count)?;
        match &found {
            None => found = Some((name, read)),
            Some((before, its)) if *its != read => {
                return Err(ImageError::header(
                    path,
                    name,
                    format!("{read:?} beside {before} = {its:?}"),
                    "the same numbers in both, or one of them",
                ));
            }
            Some(_) => {}
        }
    }
    Ok(found)
}

/// Bytes before the data: those of the header, or as `HeaderSize` says (-1: the data end the file).
fn header_size(
    path: &Path,
    value: Option<&str>,
    files: &[PathBuf],
    layout: &Layout,
) -> Result<u64, ImageError> {
    let Some(value) = value else {
        return Ok(layout.file_offset);
    };
    let refused = || {
        ImageError::header(
            path,
            "HeaderSize",
            text::shortened(value),
            "bytes to skip, or -1 with unpacked data in one file",
        )
    };
    let skip: i64 = value.parse().map_err(|_| refused())?;
    if let Ok(skip) = u64::try_from(skip) {
        // MetaIO's own zero means "no header before the data".
        return Ok(if skip == 0 { layout.file_offset } else { skip });
    }
    let ([data], -1, Packing::Raw) = (files, skip, layout.packing) else {
        return Err(refused());
    };
    let needed = layout.dims.iter().product::<usize>() as u64 * layout.sample.bytes() as u64;
    let (_, length) = samples::open(data)?;
    length
        .checked_sub(needed)
        .ok_or_else(|| ImageError::Truncated {
            path: data.into(),
            expected: needed,
            found: length,
        })
}
