//! NRRD (`.nrrd`, `.nhdr`): a text header, data behind it or in files of their own.
//!
//! Directions in `left-posterior-superior` are taken as they are; `right-anterior-superior` and
//! `left-anterior-superior` are turned to LPS. Lengths without a unit are mm where an anatomical
//! space is named (ITK and Slicer write no unit), and unknown elsewhere.
//!
//! Axes of lists (colours, vectors, times) are left out where they have size 1, and refused elsewhere.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::samples::{self, Layout, Packing, Sample};
use super::text;
use super::{
    Claim, Image, ImageError, Orientation, ReadOptions, Stated, UNORIENTED, assembled,
    check_upright, nifti, same_size,
};

/// Longest header that is read, bytes.
const LONGEST_HEADER: u64 = 1 << 20;
/// Most axes that an NRRD file has.
const MOST_AXES: usize = 16;

type Fields = BTreeMap<String, String>;

/// The text before the data.
struct Header {
    /// Names in lower case.
    fields: Fields,
    /// Names of data files, a line each, after `data file: LIST`.
    lines: Vec<String>,
    /// Bytes.
    length: u64,
}

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

/// The header. It ends with an empty line; where it lists data files, it ends with them.
fn header(path: &Path) -> Result<Header, ImageError> {
    let (file, _) = samples::open(path)?;
    let mut reader = BufReader::new(file.take(LONGEST_HEADER));
    let mut header = Header {
        fields: Fields::new(),
        lines: Vec::new(),
        length: 0,
    };
    let (mut first, mut listing) = (true, false);
    loop {
        let mut line = Vec::new();
        let count = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| ImageError::io(path, source))?;
        header.length += count as u64;
        let line = text::decoded(line);
        let line = line.trim();
        if first {
            if !line.starts_with("NRRD000") {
                return Err(ImageError::header(
                    path,
                    "magic",
                    format!("\"{}\"", text::shortened(line)),
                    "NRRD0001 to NRRD0005",
                ));
            }
            first = false;
            continue;
        }
        // A detached header may simply end.
        if line.is_empty() {
            return Ok(header);
        }
        if listing {
            header.lines.push(line.to_owned());
            continue;
        }
        // Lines of the form key:=value are free notes.
        if line.starts_with('#') || line.contains(":=") {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(ImageError::header(
                path,
                "header",
                format!("the line \"{}\"", text::shortened(line)),
                "lines of the form \"field: value\"",
            ));
        };
        let value = value.trim().to_owned();
        let name = match name.trim().to_ascii_lowercase().as_str() {
            "datafile" => "data file".to_owned(),
            "lineskip" => "line skip".to_owned(),
            "byteskip" => "byte skip".to_owned(),
            name => name.to_owned(),
        };
        listing = name == "data file" && value.split_whitespace().next() == Some("LIST");
        text::insert_once(path, &mut header.fields, name, value)?;
    }
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

fn sample(path: &Path, value: Option<&str>) -> Result<Sample, ImageError> {
    let found = value.unwrap_or("missing").to_ascii_lowercase();
    Ok(match found.as_str() {
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => Sample::U8,
        "signed char" | "int8" | "int8_t" => Sample::I8,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Sample::U16,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
            Sample::I16
        }
        "uint" | "unsigned int" | "uint32" | "uint32_t" => Sample::U32,
        "int" | "signed int" | "int32" | "int32_t" => Sample::I32,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => {
            Sample::U64
        }
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => Sample::I64,
        "float" => Sample::F32,
        "double" => Sample::F64,
        _ => {
            return Err(ImageError::header(
                path,
                "type",
                text::shortened(&found),
                "uint8, int8, uint16, int16, uint32, int32, uint64, int64, float or double \
                 (or their C names)",
            ));
        }
    })
}

fn big_endian(path: &Path, value: Option<&str>, sample: Sample) -> Result<bool, ImageError> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        Some("little") => Ok(false),
        Some("big") => Ok(true),
        None if sample.bytes() == 1 => Ok(false),
        other => Err(ImageError::header(
            path,
            "endian",
            text::shortened(other.unwrap_or("missing")),
            "little or big",
        )),
    }
}

/// Applies `line skip` and `byte skip` (-1: unpacked data end the file).
fn skip(
    path: &Path,
    fields: &Fields,
    files: &[PathBuf],
    layout: &mut Layout,
) -> Result<(), ImageError> {
    let number = |field: &'static str| -> Result<i64, ImageError> {
        let Some(value) = fields.get(field) else {
            return Ok(0);
        };
        value
            .parse()
            .map_err(|_| ImageError::header(path, field, text::shortened(value), "a whole number"))
    };
    let lines = number("line skip")?;
    let bytes = number("byte skip")?;
    let refused = |field: &'static str, found: i64, allowed: &str| {
        ImageError::header(path, field, found.to_string(), allowed)
    };
    if lines != 0 {
        let [data] = files else {
            return Err(refused(
                "line skip",
                lines,
                "0 with more than one data file",
            ));
        };
        let count = u64::try_from(lines).map_err(|_| refused("line skip", lines, "0 or more"))?;
        layout.file_offset += line_bytes(data, layout.file_offset, count)?;
    }
    let skip = || refused("byte skip", bytes, "0 or more, or -1 with raw encoding");
    match (u64::try_from(bytes), layout.packing) {
        (Ok(bytes), Packing::Raw | Packing::Text) => {
            layout.file_offset = layout.file_offset.checked_add(bytes).ok_or_else(skip)?;
        }
        (Ok(bytes), _) => layout.stream_offset = bytes,
        (Err(_), Packing::Raw) if bytes == -1 => {
            let [data] = files else {
                return Err(refused(
                    "byte skip",
                    bytes,
                    "0 with more than one data file",
                ));
            };
            let needed =
                layout.dims.iter().product::<usize>() as u64 * layout.sample.bytes() as u64;
            let (_, length) = samples::open(data)?;
            layout.file_offset =
                length
                    .checked_sub(needed)
                    .ok_or_else(|| ImageError::Truncated {
                        path: data.into(),
                        expected: needed,
                        found: length,
                    })?;
        }
        _ => return Err(skip()),
    }
    Ok(())
}

/// The length of so many lines of a file from a place on.
fn line_bytes(data: &Path, from: u64, lines: u64) -> Result<u64, ImageError> {
    let io = |source| ImageError::io(data, source);
    let (mut file, _) = samples::open(data)?;
    file.seek(SeekFrom::Start(from)).map_err(io)?;
    let mut reader = BufReader::new(file);
    let mut length = 0;
    for _ in 0..lines {
        let count = reader.skip_until(b'\n').map_err(io)?;
        if count == 0 {
            return Err(ImageError::Truncated {
                path: data.into(),
                expected: lines,
                found: 0,
            });
        }
        length += count as u64;
    }
    Ok(length)
}

/// Signs that turn the space to LPS, and the name of the frame; `None` for other spaces.
fn space(value: Option<&str>) -> Option<([f64; 3], &'static str)> {
    match value?.to_ascii_lowercase().as_str() {
        "left-posterior-superior" | "lps" => Some(([1.0, 1.0, 1.0], "LPS")),
        "right-anterior-superior" | "ras" => Some(([-1.0, -1.0, 1.0], "LPS")),
        "left-anterior-superior" | "las" => Some(([1.0, -1.0, 1.0], "LPS")),
        _ => None,
    }
}

/// A vector of the form (x,y,z), or (x,y) in a plane. Parts that are no numbers are NaN.
fn vector(path: &Path, field: &'static str, value: &str) -> Result<[f64; 3], ImageError> {
    value
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|inner| {
            let parts: Option<Vec<f64>> = inner
                .split(',')
                .map(|part| part.trim().parse().ok().filter(|n: &f64| !n.is_infinite()))
                .collect();
            match parts?.as_slice() {
                [x, y, z] => Some([*x, *y, *z]),
                [x, y] => Some([*x, *y, 0.0]),
                _ => None,
            }
        })
        .ok_or_else(|| {
            ImageError::header(
                path,
                field,
                text::shortened(value),
                "vectors of 3 finite numbers such as (0.02,0,0)",
            )
        })
}

/// One vector per axis of the file, none of length 0; `None` for axes that are none of space.
fn directions(path: &Path, value: &str, count: usize) -> Result<Vec<Option<[f64; 3]>>, ImageError> {
    let refused = || {
        ImageError::header(
            path,
            "space directions",
            text::shortened(value),
            format!("{count} vectors that are not zero, or none for axes of lists"),
        )
    };
    let mut axes = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let end = if let Some(after) = rest.strip_prefix("none") {
            rest = after.trim_start();
            axes.push(None);
            continue;
        } else {
            rest.find(')').ok_or_else(refused)? + 1
        };
        let axis = vector(path, "space directions", &rest[..end])?;
        rest = rest[end..].trim_start();
        let squared: f64 = axis.iter().map(|part| part * part).sum();
        // Not a number in every part: the form of older writers for "none".
        if axis.iter().all(|part| part.is_nan()) {
            axes.push(None);
        } else if squared > 0.0 && squared.is_finite() {
            axes.push(Some(axis));
        } else {
            return Err(refused());
        }
    }
    if axes.len() == count {
        Ok(axes)
    } else {
        Err(refused())
    }
}

/// What is claimed of the voxel size, and where the image lies.
fn placed(
    path: &Path,
    fields: &Fields,
    axes: &Axes,
    assumed: &mut Vec<String>,
) -> Result<(Claim, Orientation), ImageError> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    let space_name = get("space");
    let space = space(space_name);
    let vectors: Vec<[f64; 3]> = match get("space directions") {
        None => Vec::new(),
        Some(value) => {
            let all = directions(path, value, axes.count)?;
            axes.kept.iter().filter_map(|&axis| all[axis]).collect()
        }
    };
    let unit_um = match (unit(path, fields, axes, !vectors.is_empty())?, space_name) {
        (Unit::Missing, Some(name)) if space.is_some() => {
            assumed.push(format!("lengths without a unit in the space {name} are mm"));
            Unit::Um(1e3)
        }
        (unit, _) => unit,
    };
    let spaced = spacings(path, get("spacings"), axes)?;
    let sizes = if vectors.is_empty() {
        spaced
    } else {
        let length = |axis: &[f64; 3]| axis.iter().map(|part| part * part).sum::<f64>().sqrt();
        let lengths: Vec<f64> = vectors.iter().map(length).collect();
        if let Some(spaced) = spaced {
            let per_axis = unit(path, fields, axes, false)?;
            check_same(path, (&spaced, &per_axis), (&lengths, &unit_um))?;
        }
        Some(lengths)
    };
    let claim = match (sizes, &unit_um) {
        (None, _) => Claim::Nothing("neither space directions nor spacings give a size".into()),
        (Some(sizes), Unit::Um(unit)) => Claim::Um {
            plane: [sizes[0] * unit, sizes[1] * unit],
            layer: sizes.get(2).map(|size| size * unit),
        },
        (Some(sizes), Unit::Missing) => Claim::Unitless {
            sizes: [0, 1, 2].map(|axis| sizes.get(axis).copied().unwrap_or(sizes[0])),
            looked: format!(
                "there are sizes, {sizes:?}, but neither a unit nor an anatomical space, so their \
                 unit is unknown"
            ),
        },
        (Some(sizes), Unit::Unknown(name)) => Claim::Unitless {
            sizes: [0, 1, 2].map(|axis| sizes.get(axis).copied().unwrap_or(sizes[0])),
            looked: format!(
                "there are sizes, {sizes:?}, in the unit \"{}\", expected nm, um, mm, cm, m or inch",
                text::shortened(name)
            ),
        },
    };
    let [first, second, rest @ ..] = vectors.as_slice() else {
        return Ok((claim, UNORIENTED));
    };
    let third = rest
        .first()
        .copied()
        .unwrap_or_else(|| nifti::cross(*first, *second));
    let vectors = [*first, *second, third];
    let steps = vectors.map(|axis| axis.iter().map(|p| p * p).sum::<f64>().sqrt());
    let origin = match get("space origin") {
        None => [0.0; 3],
        Some(value) => vector(path, "space origin", value)?,
    };
    if !steps.iter().all(|step| *step > 0.0) || !origin.iter().all(|part| part.is_finite()) {
        return Err(ImageError::header(
            path,
            "space directions, space origin",
            format!("{vectors:?}, {origin:?}"),
            "vectors in different directions, and a finite origin",
        ));
    }
    let (flips, frame) = space.unwrap_or(([1.0; 3], "file"));
    let unit_mm = match unit_um {
        Unit::Um(unit) => unit * 1e-3,
        _ => 1.0,
    };
    let orientation = Orientation {
        // Adding zero turns a negated zero into a plain one.
        origin_mm: [0, 1, 2].map(|row| origin[row] * flips[row] * unit_mm + 0.0),
        direction: [0, 1, 2].map(|row| {
            [0, 1, 2].map(|axis: usize| vectors[axis][row] * flips[row] / steps[axis] + 0.0)
        }),
        frame,
    };
    check_upright(path, "space directions", orientation.direction)?;
    Ok((claim, orientation))
}

/// The unit of lengths.
enum Unit<'a> {
    /// In um.
    Um(f64),
    Missing,
    /// One that is no length.
    Unknown(&'a str),
}

/// Refuses `spacings` beside `space directions` of other lengths; the format has one or the other.
fn check_same(
    path: &Path,
    (spaced, unit): (&[f64], &Unit<'_>),
    (lengths, its): (&[f64], &Unit<'_>),
) -> Result<(), ImageError> {
    let um = |unit: &Unit<'_>| match unit {
        Unit::Um(um) => *um,
        _ => 1.0,
    };
    let mut pairs = spaced.iter().zip(lengths);
    if pairs.all(|(one, other)| same_size(one * um(unit), other * um(its))) {
        return Ok(());
    }
    Err(ImageError::header(
        path,
        "spacings",
        format!("{spaced:?} beside space directions of the lengths {lengths:?}"),
        "one of the two fields, or the same sizes in both",
    ))
}

/// The unit by `space units` (one per axis of space) or `units` (one per axis of the file), of which the
/// first belongs to directions and the second to spacings.
fn unit<'a>(
    path: &Path,
    fields: &'a Fields,
    axes: &Axes,
    of_space: bool,
) -> Result<Unit<'a>, ImageError> {
    let get = |name: &str| fields.get(name);
    let (field, value, per_axis) = match (get("space units"), get("units")) {
        (Some(value), None) => ("space units", value, false),
        (Some(value), Some(_)) if of_space => ("space units", value, false),
        (_, Some(value)) => ("units", value, true),
        (None, None) => return Ok(Unit::Missing),
    };
    let names: Vec<&str> = if value.contains('"') {
        value.split('"').skip(1).step_by(2).map(str::trim).collect()
    } else {
        value.split_whitespace().collect()
    };
    let names: Vec<&str> = if per_axis && names.len() == axes.count {
        axes.kept.iter().map(|&axis| names[axis]).collect()
    } else {
        names
    };
    let meant: Vec<&str> = names
        .into_iter()
        .filter(|name| !matches!(*name, "" | "???" | "none"))
        .collect();
    let Some(first) = meant.first() else {
        return Ok(Unit::Missing);
    };
    if meant
        .iter()
        .any(|name| name != first && text::unit_um(name) != text::unit_um(first))
    {
        return Err(ImageError::header(
            path,
            field,
            text::shortened(value),
            "the same unit for each axis",
        ));
    }
    Ok(text::unit_um(first).map_or(Unit::Unknown(first), Unit::Um))
}

/// The sizes along the axes of the image; `None` where they are missing or no numbers.
fn spacings(path: &Path, value: Option<&str>, axes: &Axes) -> Result<Option<Vec<f64>>, ImageError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let refused = || {
        ImageError::header(
            path,
            "spacings",
            text::shortened(value),
            format!("{} numbers above 0, or NaN for axes of lists", axes.count),
        )
    };
    let all: Option<Vec<f64>> = value
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    let all = all
        .filter(|all| all.len() == axes.count)
        .ok_or_else(refused)?;
    let kept: Vec<f64> = axes.kept.iter().map(|&axis| all[axis]).collect();
    if kept.iter().any(|size| size.is_nan()) {
        return Ok(None);
    }
    if kept.iter().all(|size| *size > 0.0 && size.is_finite()) {
        Ok(Some(kept))
    } else {
        Err(refused())
    }
}
