//! Folders of slices: which files are slices, in which order, and whether one is missing.
//!
//! The names of slices differ in one number, which runs without a gap.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ImageError;

/// Most names in a message.
const NAMED: usize = 5;

/// A name in parts: text and numbers.
struct Name {
    path: PathBuf,
    /// The text between the numbers, in lower case, without the ending.
    text: Vec<String>,
    numbers: Vec<u64>,
}

/// The files with one of these endings in their order, none where there is none, and what was left out.
///
/// # Errors
/// Names differ in more than one number; a number is missing or comes twice.
pub(super) fn slices(
    folder: &Path,
    endings: &[&str],
) -> Result<(Vec<PathBuf>, Vec<String>), ImageError> {
    let mut names = Vec::new();
    let mut left_out = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| ImageError::io(folder, source))? {
        let path = entry
            .map_err(|source| ImageError::io(folder, source))?
            .path();
        let is_slice = path.extension().is_some_and(|ending| {
            endings
                .iter()
                .any(|wanted| ending.eq_ignore_ascii_case(wanted))
        });
        // Names that start with a dot are leftovers of file managers.
        if !is_slice || name_of(&path).starts_with('.') {
            continue;
        }
        let name = parted(path);
        if is_no_slice(&name) {
            left_out.push(name_of(&name.path));
        } else {
            names.push(name);
        }
    }
    left_out.sort();
    let mut assumed = Vec::new();
    if !left_out.is_empty() {
        assumed.push(format!(
            "previews beside the slices are left out: {}",
            listed(&left_out)
        ));
    }
    names.sort_by(|one, other| {
        (&one.text, &one.numbers, &one.path).cmp(&(&other.text, &other.numbers, &other.path))
    });
    let refused = |reason: String| ImageError::Stack {
        path: folder.into(),
        reason,
    };
    let Some(first) = names.first() else {
        return Ok((Vec::new(), Vec::new()));
    };
    if names.len() > 1 {
        let mut series: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
        for name in &names {
            series
                .entry(&name.text)
                .or_default()
                .push(name_of(&name.path));
        }
        if series.len() > 1 {
            let examples: Vec<String> = series
                .values()
                .take(NAMED)
                .map(|files| format!("{} ({} files)", files[0], files.len()))
                .collect();
            return Err(refused(format!(
                "holds files whose names differ in more than a number: {}; expected the slices of one \
                 scan, without copies and other pictures",
                examples.join(", ")
            )));
        }
        let running = running(&names, first).map_err(refused)?;
        names.sort_by_key(|name| name.numbers[running]);
        without_gap(&names, running).map_err(refused)?;
    }
    Ok((names.into_iter().map(|name| name.path).collect(), assumed))
}

/// The last part of a path.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// At most [`NAMED`] names.
fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names[..names.len() - more].join(", ");
    if more > 0 {
        format!("{named} and {more} more")
    } else {
        named
    }
}

/// Takes a name apart.
fn parted(path: PathBuf) -> Name {
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let (mut text, mut numbers) = (vec![String::new()], Vec::new());
    let mut rest = stem.as_str();
    while let Some(c) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let (1.., Ok(number)) = (digits, rest[..digits].parse()) {
            numbers.push(number);
            text.push(String::new());
            rest = &rest[digits..];
        } else {
            // Digits too many for a number are text.
            let count = digits.max(c.len_utf8());
            if let Some(last) = text.last_mut() {
                last.push_str(&rest[..count]);
            }
            rest = &rest[count..];
        }
    }
    Name {
        path,
        text,
        numbers,
    }
}

/// True for the previews that scanners write beside their slices (`_spr` of `SkyScan`, thumbnails).
fn is_no_slice(name: &Name) -> bool {
    let stem = name.text.join("0");
    let last = name.text.last().map_or("", String::as_str);
    last == "_spr"
        || last.ends_with("_spr")
        || ["thumb", "preview"].iter().any(|word| stem.contains(word))
}

/// Which number of the names is that of the slice.
fn running(names: &[Name], first: &Name) -> Result<usize, String> {
    let varying: Vec<usize> = (0..first.numbers.len())
        .filter(|&at| {
            names
                .iter()
                .any(|name| name.numbers[at] != first.numbers[at])
        })
        .collect();
    match varying.as_slice() {
        [running] => Ok(*running),
        [] => Err(format!(
            "{} and {} have the same number; expected each slice once",
            name_of(&names[0].path),
            name_of(&names[1].path)
        )),
        [running, others @ ..] => {
            // Numbers that run side by side count the same slices.
            let apart = |name: &Name, at: usize| {
                i128::from(name.numbers[at]) - i128::from(name.numbers[*running])
            };
            let side_by_side = others
                .iter()
                .all(|&at| names.iter().all(|name| apart(name, at) == apart(first, at)));
            if side_by_side {
                Ok(*running)
            } else {
                Err(format!(
                    "the names differ in {} numbers ({}, {}); expected one series of slices, whose \
                     names differ in one number",
                    varying.len(),
                    name_of(&names[0].path),
                    names
                        .last()
                        .map_or_else(String::new, |name| name_of(&name.path))
                ))
            }
        }
    }
}

/// Refuses numbers that are missing or come twice.
fn without_gap(names: &[Name], running: usize) -> Result<(), String> {
    let mut missing = Vec::new();
    let mut count = 0_u64;
    for pair in names.windows(2) {
        let (one, other) = (pair[0].numbers[running], pair[1].numbers[running]);
        if one == other {
            return Err(format!(
                "{} and {} have the same number; expected each slice once",
                name_of(&pair[0].path),
                name_of(&pair[1].path)
            ));
        }
        count += other - one - 1;
        missing.extend((one + 1..other).take(NAMED.saturating_sub(missing.len())));
    }
    if count == 0 {
        return Ok(());
    }
    let numbers: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let more = count - missing.len() as u64;
    let and_more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let (first, last) = (&names[0].path, &names[names.len() - 1].path);
    Err(format!(
        "the slices from {} to {} are not complete: missing {}{and_more}; expected numbers without a \
         gap (rename the files if the scan is whole)",
        name_of(first),
        name_of(last),
        numbers.join(", ")
    ))
}

#[cfg(test)]
mod tests;
