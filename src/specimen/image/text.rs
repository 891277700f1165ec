//! Fields of text headers (`MetaImage`, NRRD).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::{ImageError, ReadOptions};

/// Text of a header. Bytes that are not UTF-8 are read as Latin-1, in which old programs write the
/// micro sign.
pub(super) fn decoded(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        error
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect()
    })
}

/// At most 80 characters of what was found, for a message.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        None => text.into(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// Keeps a field of a header, which stands there once, or again with the same value.
///
/// # Errors
/// It was there with another value: programs differ in which of the two they take.
pub(super) fn insert_once(
    path: &Path,
    fields: &mut BTreeMap<String, String>,
    name: String,
    value: String,
) -> Result<(), ImageError> {
    match fields.get(&name) {
        Some(before) if !before.split_whitespace().eq(value.split_whitespace()) => {
            Err(ImageError::header(
                path,
                "header",
                format!(
                    "the field \"{}\" twice, with \"{}\" and \"{}\"",
                    shortened(&name),
                    shortened(before),
                    shortened(&value)
                ),
                "each field once",
            ))
        }
        _ => {
            fields.insert(name, value);
            Ok(())
        }
    }
}

/// Exactly `count` finite numbers, separated by spaces.
pub(super) fn numbers(
    path: &Path,
    field: &'static str,
    value: &str,
    count: usize,
) -> Result<Vec<f64>, ImageError> {
    let read: Option<Vec<f64>> = value
        .split_whitespace()
        .map(|word| word.parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    read.filter(|read| read.len() == count).ok_or_else(|| {
        ImageError::header(
            path,
            field,
            shortened(value),
            format!("{count} finite numbers"),
        )
    })
}

/// Sizes in voxels, `axes` of them.
pub(super) fn dims(
    path: &Path,
    field: &'static str,
    value: Option<&str>,
    axes: usize,
) -> Result<Vec<u64>, ImageError> {
    let found = value.unwrap_or("missing");
    let read: Option<Vec<u64>> = found
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    read.filter(|read| read.len() == axes).ok_or_else(|| {
        ImageError::header(
            path,
            field,
            shortened(found),
            format!("{axes} numbers of voxels"),
        )
    })
}

/// The data files a header names, relative to its folder: one, a list (`LIST`, then a name in each
/// of `lines`), or a pattern with the first number, the last and the step (`slice%03d.raw 1 14 1`).
///
/// `layers` is the most files that there can be.
pub(super) fn data_files(
    path: &Path,
    field: &'static str,
    value: &str,
    lines: &[String],
    layers: usize,
    options: &ReadOptions,
) -> Result<Vec<PathBuf>, ImageError> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let names = match words.as_slice() {
        ["LIST", dimension @ ..] => {
            if !(dimension.is_empty() || dimension == ["2"] || dimension == ["2D"]) {
                return Err(ImageError::header(
                    path,
                    field,
                    shortened(value),
                    "LIST of files with a layer each",
                ));
            }
            lines.to_vec()
        }
        [pattern, numbers @ ..] if pattern.contains('%') => counted(pattern, numbers, layers)
            .ok_or_else(|| {
                ImageError::header(
                    path,
                    field,
                    shortened(value),
                    format!(
                        "a pattern with one %d, the first number, the last and the step, such as \
                         slice%03d.raw 1 {layers} 1, of at most {layers} files"
                    ),
                )
            })?,
        _ => vec![value.to_owned()],
    };
    if names.is_empty() || names.len() > layers || !layers.is_multiple_of(names.len()) {
        return Err(ImageError::header(
            path,
            field,
            format!("{} files", names.len()),
            format!("as many as there are layers, {layers}"),
        ));
    }
    let files: Vec<PathBuf> = names
        .iter()
        .map(|name| data_file(path, field, name, options))
        .collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    for file in &files {
        let real = file.canonicalize().unwrap_or_else(|_| file.clone());
        if !seen.insert(real) {
            return Err(ImageError::header(
                path,
                field,
                format!("a list with {} twice", file.display()),
                "each file once",
            ));
        }
    }
    Ok(files)
}

/// The names that a pattern with one `%d` stands for.
fn counted(pattern: &str, numbers: &[&str], most: usize) -> Option<Vec<String>> {
    let (before, rest) = pattern.split_once('%')?;
    let (form, after) = rest.split_once('d')?;
    if !form.bytes().all(|byte| byte.is_ascii_digit()) || after.contains('%') {
        return None;
    }
    let width: usize = if form.is_empty() {
        0
    } else {
        form.parse().ok()?
    };
    let read: Option<Vec<u64>> = numbers.iter().map(|word| word.parse().ok()).collect();
    // The last number, where there are four, says how many axes a file has.
    let (first, last, step) = match read?.as_slice() {
        [first, last, step] | [first, last, step, 2] => (*first, *last, *step),
        _ => return None,
    };
    let count = last.checked_sub(first)?.checked_div(step)?.checked_add(1)?;
    if count > most as u64 || width > 20 {
        return None;
    }
    let zeros = form.starts_with('0');
    Some(
        (0..count)
            .map(|i| {
                let number = first + i * step;
                if zeros {
                    format!("{before}{number:0width$}{after}")
                } else {
                    format!("{before}{number:width$}{after}")
                }
            })
            .collect(),
    )
}

/// A data file, which lies in the header's folder unless others are allowed.
fn data_file(
    path: &Path,
    field: &'static str,
    name: &str,
    options: &ReadOptions,
) -> Result<PathBuf, ImageError> {
    if name.is_empty() || name.contains('\0') {
        return Err(ImageError::header(
            path,
            field,
            format!("\"{}\"", shortened(name)),
            "the name of a data file",
        ));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let data = folder.join(name);
    if !options.data_anywhere {
        let outside = || ImageError::OutsideFolder {
            path: path.into(),
            field,
            data: data.clone(),
        };
        if !lies_in(folder, name, &data) {
            return Err(outside());
        }
    }
    if data.exists() {
        Ok(data)
    } else {
        Err(ImageError::MissingDataFile {
            path: path.into(),
            field,
            data,
        })
    }
}

/// Whether a data file lies in a folder or below it, all links followed: however it is named.
///
/// Of a file that is not there its folder counts, and of a folder that is not there either the name.
fn lies_in(folder: &Path, name: &str, data: &Path) -> bool {
    let real = data.canonicalize().or_else(|error| {
        // A link that leads nowhere is no missing file.
        if data.is_symlink() {
            return Err(error);
        }
        data.parent().unwrap_or(folder).canonicalize()
    });
    if let (Ok(folder), Ok(real)) = (folder.canonicalize(), real) {
        return real.starts_with(folder);
    }
    let mut depth = 0_usize;
    Path::new(name).components().all(|part| match part {
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::CurDir => true,
        Component::ParentDir => depth.checked_sub(1).is_some_and(|less| {
            depth = less;
            true
        }),
        Component::RootDir | Component::Prefix(_) => false,
    })
}

/// A unit of length in um, in singular or plural, long or short.
pub(super) fn unit_um(name: &str) -> Option<f64> {
    let name = name.trim().trim_matches('"').trim().to_lowercase();
    let long = name.strip_suffix('s').unwrap_or(&name);
    match name.as_str() {
        "nm" => return Some(1e-3),
        // ImageJ writes the micro sign as an escape in TIFF descriptions.
        "um" | "\u{b5}m" | "\u{3bc}m" | "\\u00b5m" | "\u{b5}" | "\u{3bc}" => return Some(1.0),
        "mm" => return Some(1e3),
        "cm" => return Some(1e4),
        "dm" => return Some(1e5),
        "m" => return Some(1e6),
        "in" | "inches" => return Some(25_400.0),
        _ => {}
    }
    match long {
        "nanometer" | "nanometre" => Some(1e-3),
        "micron" | "micrometer" | "micrometre" => Some(1.0),
        "millimeter" | "millimetre" => Some(1e3),
        "centimeter" | "centimetre" => Some(1e4),
        "meter" | "metre" => Some(1e6),
        "inch" => Some(25_400.0),
        _ => None,
    }
}
