//! Examples out of the program, with the files that they read.

use std::path::{Path, PathBuf};

use super::files::{FILES, is_text};
use super::{Kind, find};
use crate::layers::diagnostic::Diagnostic;
use crate::numerics::refusal::Refusal;

/// Files to be written: the name of each from a folder on, with `/` between its parts, and what it holds.
pub(crate) type Copied = Vec<(String, Vec<u8>)>;

/// Why an example is not copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CopyError {
    /// No example, or several.
    #[error(transparent)]
    Name(#[from] Diagnostic),
    /// The file that it would be copied to.
    #[error("--out {}: {reason}", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Refusal for CopyError {}

/// Everything, as it lies in the repository.
pub(crate) fn all() -> Copied {
    let files = FILES.iter();
    files
        .map(|&(name, bytes)| (name.to_owned(), bytes.to_vec()))
        .collect()
}

/// The text of the example of a name.
///
/// # Errors
/// [`CopyError::Name`].
pub(crate) fn text(name: &str) -> Result<String, CopyError> {
    let file = find(name)?.file;
    let found = FILES.iter().find(|(there, _)| *there == file);
    let bytes = found.map_or(&[][..], |&(_, bytes)| bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// The example of a name under that of a file, with what it reads, for the folder of that file; and the command that
/// runs it.
///
/// # Errors
/// [`CopyError`].
pub(crate) fn copy(name: &str, file: &Path) -> Result<(Copied, &'static str), CopyError> {
    let example = find(name)?;
    let wrong = |reason: &str| CopyError::Place {
        path: file.to_path_buf(),
        reason: reason.to_owned(),
    };
    let own = file.file_name().and_then(|own| own.to_str());
    let own = own.ok_or_else(|| wrong("found no name of a file"))?;
    if file.extension().is_none_or(|ending| ending != "toml") {
        return Err(wrong("found another ending, expected .toml"));
    }
    let copied = one(example.file, own).map_err(|error| wrong(&error.to_string()))?;
    let runs = match example.kind {
        Kind::Scenario => "run",
        Kind::Study => "study check",
        Kind::Trial => "trial run",
    };
    Ok((copied, runs))
}

/// An example, given by its file, under a name of its own, and beside it what it reads: the scenario below it, the bone with its
/// licence, data. What its text says of where these lie is changed to where they are put.
///
/// # Errors
/// A name that a file has which the example reads.
pub(crate) fn one(example: &str, name: &str) -> Result<Copied, Diagnostic> {
    let mut taken = Vec::new();
    take(example, name.to_owned(), &mut taken)?;
    Ok(taken.into_iter().map(|(_, copied)| copied).collect())
}

/// Files that are copied, each with its place in the repository.
type Files = Vec<(String, (String, Vec<u8>))>;

fn take(file: &str, name: String, into: &mut Files) -> Result<(), Diagnostic> {
    let Some(&(_, bytes)) = FILES.iter().find(|(there, _)| *there == file) else {
        return Ok(());
    };
    if let Some((other, _)) = into.iter().find(|(_, one)| one.0 == name) {
        if other == file {
            return Ok(());
        }
        return Err(Diagnostic::new(format!(
            "found the name {name} for {other}, and for {file}, which is read beside it"
        ))
        .with_help("choose another name"));
    }
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| is_text(file)) else {
        let bytes = bytes.to_vec();
        into.push((file.to_owned(), (name, bytes)));
        return Ok(());
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut written, mut needed) = (String::with_capacity(text.len()), Vec::new());
    for line in text.split_inclusive('\n') {
        // Every second piece stands between quotes.
        for (at, piece) in line.split('"').enumerate() {
            if at > 0 {
                written.push('"');
            }
            let read = (at % 2 == 1 && !line.starts_with('#')).then(|| below(folder, piece));
            match read.filter(|read| FILES.iter().any(|(there, _)| there == read)) {
                Some(read) => {
                    let beside = beside(&read);
                    written += &beside;
                    needed.push((read, beside));
                }
                None => written += piece,
            }
        }
    }
    let bytes = written.into_bytes();
    into.push((file.to_owned(), (name, bytes)));
    for (read, beside) in needed {
        if is_text(&read) {
            take(&read, beside, into)?;
            continue;
        }
        // A bone travels with its licence and what is to be said of it.
        let folder = read.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (there, _) in FILES {
            if there.rsplit_once('/').map_or("", |(folder, _)| folder) == folder {
                take(there, self::beside(there), into)?;
            }
        }
    }
    Ok(())
}

/// Where a file is that another in `folder` names so.
fn below(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in name.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Where it is put: scenarios beside the example, images and data in their folder there.
fn beside(file: &str) -> String {
    let place = if is_text(file) {
        file.rsplit_once('/')
    } else {
        file.split_once('/')
    };
    place.map_or(file, |(_, name)| name).to_owned()
}
