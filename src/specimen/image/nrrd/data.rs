//! Type and place of the samples.

use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::header::Fields;
use crate::specimen::image::ImageError;
use crate::specimen::image::samples::{self, Layout, Packing, Sample};
use crate::specimen::image::text;

pub(super) fn sample(path: &Path, value: Option<&str>) -> Result<Sample, ImageError> {
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

pub(super) fn big_endian(
    path: &Path,
    value: Option<&str>,
    sample: Sample,
) -> Result<bool, ImageError> {
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
pub(super) fn skip(
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
