//! `MetaImage` (`.mha`, `.mhd`): a text header, data behind it or in a file of their own.
//!
//! The format has no frame of its own; ITK writes LPS, and so it is read. `TransformMatrix` holds
//! one row per image axis, so it is transposed on reading. Lengths are mm (`DistanceUnits` may say
//! otherwise).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::samples::{self, Layout, Packing, Sample};
use super::text::{self, numbers};
use super::{Image, ImageError, Orientation, ReadOptions, Stated, assembled};

/// Longest header that is read, bytes.
const LONGEST_HEADER: u64 = 1 << 20;

type Fields = BTreeMap<String, String>;

/// Reads a `MetaImage` file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (fields, header_length) = fields(path)?;
    let get = |name: &str| fields.get(name).map(String::as_str);
    check(path, &fields)?;
    let dims = text::dims(path, "DimSize", get("DimSize"))?;
    let sample = sample(path, get("ElementType"))?;
    let big_endian = flag(path, &fields, "ElementByteOrderMSB")?
        .or(flag(path, &fields, "BinaryDataByteOrderMSB")?)
        .unwrap_or(false);
    let packing = if flag(path, &fields, "CompressedData")? == Some(true) {
        Packing::Zlib
    } else {
        Packing::Raw
    };
    let unit_mm = match get("DistanceUnits") {
        None | Some("mm" | "?") => 1.0,
        Some("um") => 1e-3,
        Some("cm") => 10.0,
        Some(other) => {
            return Err(ImageError::header(
                path,
                "DistanceUnits",
                other,
                "mm, um or cm",
            ));
        }
    };
    let orientation = orientation(path, &fields, unit_mm)?;
    let sizes = match (
        options.spacing_um,
        get("ElementSpacing").or(get("ElementSize")),
    ) {
        (Some(given), _) => given,
        (None, None) => {
            return Err(ImageError::MissingSpacing {
                path: path.into(),
                looked: "neither ElementSpacing nor ElementSize is there".into(),
            });
        }
        (None, Some(value)) => {
            text::sizes(path, "ElementSpacing", value)?.map(|size| size * unit_mm * 1e3)
        }
    };
    let data_name = get("ElementDataFile").unwrap_or("LOCAL");
    let local = data_name.eq_ignore_ascii_case("LOCAL");
    let data = if local {
        path.to_path_buf()
    } else {
        text::data_file(path, "ElementDataFile", data_name)?
    };
    let mut layout = Layout {
        dims,
        sample,
        big_endian,
        packing,
        file_offset: if local { header_length } else { 0 },
        stream_offset: 0,
        slope: 1.0,
        intercept: 0.0,
    };
    layout.file_offset = header_size(path, get("HeaderSize"), &data, &layout)?;
    let stated = Stated {
        format: "MetaImage",
        spacing_um: sizes,
        spacing_from: "ElementSpacing",
        orientation,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    assembled(path, &data, &layout, stated)
}

/// The header's fields and its length in bytes. It ends with the line `ElementDataFile`.
fn fields(path: &Path) -> Result<(Fields, u64), ImageError> {
    let (file, _) = samples::open(path)?;
    let mut reader = BufReader::new(file.take(LONGEST_HEADER));
    let mut fields = Fields::new();
    let mut length = 0;
    loop {
        let mut line = Vec::new();
        let count = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| ImageError::io(path, source))?;
        if count == 0 {
            return Err(ImageError::header(
                path,
                "ElementDataFile",
                "missing",
                "LOCAL or the name of the data file, as the last line of the header",
            ));
        }
        length += count as u64;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
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
        fields.insert(name, value);
        if last {
            return Ok((fields, length));
        }
    }
}

/// Refuses what is not a three-dimensional image of numbers in binary.
fn check(path: &Path, fields: &Fields) -> Result<(), ImageError> {
    let demands: [(&'static str, &str, bool); 4] = [
        ("ObjectType", "Image", false),
        ("NDims", "3", true),
        ("BinaryData", "True", false),
        ("ElementNumberOfChannels", "1", false),
    ];
    for (name, demand, needed) in demands {
        match fields.get(name) {
            None if needed => return Err(ImageError::header(path, name, "missing", demand)),
            Some(value) if !value.eq_ignore_ascii_case(demand) => {
                return Err(ImageError::header(
                    path,
                    name,
                    text::shortened(value),
                    demand,
                ));
            }
            _ => {}
        }
    }
    Ok(())
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

fn orientation(path: &Path, fields: &Fields, unit_mm: f64) -> Result<Orientation, ImageError> {
    let first = |names: [&'static str; 3]| {
        names
            .into_iter()
            .find_map(|name| fields.get(name).map(|value| (name, value.as_str())))
    };
    let mut orientation = Orientation {
        origin_mm: [0.0; 3],
        direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        frame: "LPS",
    };
    if let Some((name, value)) = first(["Offset", "Position", "Origin"]) {
        let offset: [f64; 3] = numbers(path, name, value)?;
        orientation.origin_mm = offset.map(|part| part * unit_mm);
    }
    if let Some((name, value)) = first(["TransformMatrix", "Rotation", "Orientation"]) {
        let matrix: [f64; 9] = numbers(path, name, value)?;
        orientation.direction =
            [0, 1, 2].map(|row| [0, 1, 2].map(|axis: usize| matrix[3 * axis + row]));
    }
    Ok(orientation)
}

/// Bytes before the data: those of the header, or as `HeaderSize` says (-1: the data end the file).
fn header_size(
    path: &Path,
    value: Option<&str>,
    data: &Path,
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
            "bytes to skip, or -1 with unpacked data",
        )
    };
    let skip: i64 = value.parse().map_err(|_| refused())?;
    if let Ok(skip) = u64::try_from(skip) {
        // MetaIO's own zero means "no header before the data".
        return Ok(if skip == 0 { layout.file_offset } else { skip });
    }
    if skip != -1 || layout.packing != Packing::Raw {
        return Err(refused());
    }
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
