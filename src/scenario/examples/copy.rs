//! Examples out of the program, with the files that they read.

use super::files::{FILES, is_text};
use crate::layers::diagnostic::Diagnostic;

/// A file to be written: its name from a folder on, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Name, with `/` between its parts.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Everything, as it lies in the repository.
pub fn all() -> Vec<Copied> {
    let files = FILES.iter();
    files
        .map(|&(name, bytes)| Copied {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        })
        .collect()
}

/// An example, given by its file, under a name of its own, and beside it what it reads: the scenario below it, the bone with its
/// licence, data. What its text says of where these lie is changed to where they are put.
///
/// # Errors
/// A name that a file has which the example reads.
pub fn one(example: &str, name: &str) -> Result<Vec<Copied>, Diagnostic> {
    let mut taken = Vec::new();
    take(example, name.to_owned(), &mut taken)?;
    Ok(taken.into_iter().map(|(_, copied)| copied).collect())
}

/// Files that are copied, each with its place in the repository.
type Files = Vec<(String, Copied)>;

fn take(file: &str, name: String, into: &mut Files) -> Result<(), Diagnostic> {
    let Some(&(_, bytes)) = FILES.iter().find(|(there, _)| *there == file) else {
        return Ok(());
    };
    if let Some((other, _)) = into.iter().find(|(_, one)| one.name == name) {
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
        into.push((file.to_owned(), Copied { name, bytes }));
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
    into.push((file.to_owned(), Copied { name, bytes }));
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
