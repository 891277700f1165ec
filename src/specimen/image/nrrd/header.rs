//! The header of a file: its fields and where it ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::specimen::image::ImageError;
use crate::specimen::image::samples::{self};
use crate::specimen::image::text;

/// Longest header that is read, bytes.
const LONGEST_HEADER: u64 = 1 << 20;

pub(super) type Fields = BTreeMap<String, String>;

/// The text before the data.
pub(super) struct Header {
    /// Names in lower case.
    pub(super) fields: Fields,
    /// Names of data files, a line each, after `data file: LIST`.
    pub(super) lines: Vec<String>,
    /// Bytes.
    pub(super) length: u64,
}

/// The header. It ends with an empty line; where it lists data files, it ends with them.
pub(super) fn header(path: &Path) -> Result<Header, ImageError> {
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
