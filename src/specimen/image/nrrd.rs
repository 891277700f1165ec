//! NRRD (`.nrrd`, `.nhdr`): a text header, data behind it or in a file of their own.
//!
//! Directions in `left-posterior-superior` are taken as they are; `right-anterior-superior` and
//! `left-anterior-superior` are turned to LPS. Lengths without a unit are mm where an anatomical
//! space is named (ITK and Slicer write no unit), and unknown elsewhere.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::samples::{self, Layout, Packing, Sample};
use super::text;
use super::{Image, ImageError, Orientation, ReadOptions, Stated, UNORIENTED, assembled};

/// Longest header that is read, bytes.
const LONGEST_HEADER: u64 = 1 << 20;

type Fields = BTreeMap<String, String>;

/// Reads an NRRD file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (fields, header_length) = fields(path)?;
    let get = |name: &str| fields.get(name).map(String::as_str);
    match get("dimension") {
        Some("3") => {}
        other => {
            return Err(ImageError::header(
                path,
                "dimension",
                other.map_or_else(|| "missing".into(), text::shortened),
                "3",
            ));
        }
    }
    check_kinds(path, get("kinds"))?;
    let sample = sample(path, get("type"))?;
    let data_name = get("data file").or(get("datafile"));
    let data = match data_name {
        Some(name) => text::data_file(path, "data file", name)?,
        None => path.to_path_buf(),
    };
    let packing = match get("encoding").map(str::to_ascii_lowercase).as_deref() {
        Some("raw") => Packing::Raw,
        Some("gzip" | "gz") => Packing::Gzip,
        other => {
            return Err(ImageError::header(
                path,
                "encoding",
                text::shortened(other.unwrap_or("missing")),
                "raw or gzip",
            ));
        }
    };
    let mut layout = Layout {
        dims: text::dims(path, "sizes", get("sizes"))?,
        sample,
        big_endian: big_endian(path, get("endian"), sample)?,
        packing,
        file_offset: if data_name.is_none() {
            header_length
        } else {
            0
        },
        stream_offset: 0,
        slope: 1.0,
        intercept: 0.0,
    };
    skip_bytes(path, &fields, &data, &mut layout)?;
    let space = space(get("space"));
    let vectors = get("space directions")
        .map(|value| directions(path, value))
        .transpose()?;
    let steps = vectors.map(|axes| axes.map(|axis| axis.iter().map(|p| p * p).sum::<f64>().sqrt()));
    let unit_um = unit(path, &fields, space.is_some())?;
    let sizes = match options.spacing_um {
        Some(given) => given,
        None => stated_spacing(path, get("spacings"), steps, unit_um)?,
    };
    let orientation = match (vectors, steps) {
        (Some(vectors), Some(steps)) => {
            let origin = get("space origin")
                .map(|value| vector(path, "space origin", value))
                .transpose()?
                .unwrap_or([0.0; 3]);
            let (flips, frame) = space.unwrap_or(([1.0; 3], "file"));
            let unit_mm = unit_um.unwrap_or(1e3) * 1e-3;
            Orientation {
                // Adding zero turns a negated zero into a plain one.
                origin_mm: [0, 1, 2].map(|row| origin[row] * flips[row] * unit_mm + 0.0),
                direction: [0, 1, 2].map(|row| {
                    [0, 1, 2].map(|axis: usize| vectors[axis][row] * flips[row] / steps[axis] + 0.0)
                }),
                frame,
            }
        }
        _ => UNORIENTED,
    };
    let stated = Stated {
        format: "NRRD",
        spacing_um: sizes,
        spacing_from: "space directions or spacings",
        orientation,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    assembled(path, &data, &layout, stated)
}

/// The header's fields (names in lower case) and its length in bytes. It ends with an empty line.
fn fields(path: &Path) -> Result<(Fields, u64), ImageError> {
    let (file, _) = samples::open(path)?;
    let mut reader = BufReader::new(file.take(LONGEST_HEADER));
    let mut fields = Fields::new();
    let mut length = 0;
    let mut first = true;
    loop {
        let mut line = Vec::new();
        let count = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| ImageError::io(path, source))?;
        length += count as u64;
        let line = String::from_utf8_lossy(&line);
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
            return Ok((fields, length));
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
        fields.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
    }
}

/// Refuses axes that are no axes of space (colours, vectors, lists).
fn check_kinds(path: &Path, value: Option<&str>) -> Result<(), ImageError> {
    let Some(value) = value else {
        return Ok(());
    };
    let spatial = ["domain", "space", "???", "none"];
    if value
        .split_whitespace()
        .all(|kind| spatial.contains(&kind.to_ascii_lowercase().as_str()))
    {
        Ok(())
    } else {
        Err(ImageError::header(
            path,
            "kinds",
            text::shortened(value),
            "domain or space for each of the 3 axes",
        ))
    }
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
fn skip_bytes(
    path: &Path,
    fields: &Fields,
    data: &Path,
    layout: &mut Layout,
) -> Result<(), ImageError> {
    let number = |names: [&str; 2], field: &'static str| -> Result<i64, ImageError> {
        let Some(value) = names.iter().find_map(|name| fields.get(*name)) else {
            return Ok(0);
        };
        value
            .parse()
            .map_err(|_| ImageError::header(path, field, text::shortened(value), "a whole number"))
    };
    let lines = number(["line skip", "lineskip"], "line skip")?;
    if lines != 0 {
        return Err(ImageError::header(
            path,
            "line skip",
            lines.to_string(),
            "0 (skip by \"byte skip\")",
        ));
    }
    let bytes = number(["byte skip", "byteskip"], "byte skip")?;
    let refused = || {
        ImageError::header(
            path,
            "byte skip",
            bytes.to_string(),
            "0 or more, or -1 with raw encoding",
        )
    };
    match (u64::try_from(bytes), layout.packing) {
        (Ok(bytes), Packing::Raw) => {
            layout.file_offset = layout.file_offset.checked_add(bytes).ok_or_else(refused)?;
        }
        (Ok(bytes), _) => layout.stream_offset = bytes,
        (Err(_), Packing::Raw) if bytes == -1 => {
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
        _ => return Err(refused()),
    }
    Ok(())
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

/// A vector of the form (x,y,z).
fn vector(path: &Path, field: &'static str, value: &str) -> Result<[f64; 3], ImageError> {
    value
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|inner| {
            let parts: Option<Vec<f64>> = inner
                .split(',')
                .map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite()))
                .collect();
            parts?.try_into().ok()
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

/// One vector per axis of the image, none of length 0.
fn directions(path: &Path, value: &str) -> Result<[[f64; 3]; 3], ImageError> {
    let mut axes = Vec::new();
    for part in value.split_inclusive(')') {
        if !part.trim().is_empty() {
            axes.push(vector(path, "space directions", part)?);
        }
    }
    axes.try_into()
        .ok()
        .filter(|axes: &[[f64; 3]; 3]| {
            axes.iter().all(|axis| {
                let squared: f64 = axis.iter().map(|p| p * p).sum();
                squared > 0.0 && squared.is_finite()
            })
        })
        .ok_or_else(|| {
            ImageError::header(
                path,
                "space directions",
                text::shortened(value),
                "3 vectors that are not zero",
            )
        })
}

/// The unit of lengths in um; `None` when it is not known.
fn unit(path: &Path, fields: &Fields, anatomical: bool) -> Result<Option<f64>, ImageError> {
    let Some(value) = fields.get("space units").or_else(|| fields.get("units")) else {
        return Ok(anatomical.then_some(1e3));
    };
    let names: Vec<&str> = value
        .split('"')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let names = if value.contains('"') {
        names
    } else {
        value.split_whitespace().collect()
    };
    if names.is_empty() || names.iter().any(|name| *name != names[0]) {
        return Err(ImageError::header(
            path,
            "space units",
            text::shortened(value),
            "the same unit for each axis",
        ));
    }
    text::unit_um(names[0]).map(Some).ok_or_else(|| {
        ImageError::header(
            path,
            "space units",
            text::shortened(value),
            "nm, um, mm, cm or m",
        )
    })
}

fn stated_spacing(
    path: &Path,
    spacings: Option<&str>,
    steps: Option<[f64; 3]>,
    unit_um: Option<f64>,
) -> Result<[f64; 3], ImageError> {
    let missing = |looked: &str| ImageError::MissingSpacing {
        path: path.into(),
        looked: looked.into(),
    };
    let sizes = match (steps, spacings) {
        (Some(steps), _) => steps,
        (None, Some(value)) => text::sizes(path, "spacings", value)?,
        (None, None) => {
            return Err(missing("neither space directions nor spacings are there"));
        }
    };
    let unit_um = unit_um.ok_or_else(|| {
        missing(
            "there are sizes, but neither a unit nor an anatomical space, so their unit is unknown",
        )
    })?;
    Ok(sizes.map(|size| size * unit_um))
}
