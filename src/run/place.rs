//! A single file that is asked for by its name: whether it may be written, before any work is done.

use std::path::{Path, PathBuf};

use crate::output::{OutputError, write_new, write_new_folder, write_whole};
use crate::run::ours::refuse_inside;

/// Why a file cannot be written under the name that was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// The name says another kind of file.
    #[error("{}: found the ending \"{found}\", expected .{}", path.display(), expected.join(" or ."))]
    Ending {
        /// The file.
        path: PathBuf,
        /// What follows the last point of its name.
        found: String,
        /// Endings that are possible.
        expected: &'static [&'static str],
    },
    /// Its folder is not there.
    #[error("{}: there is no folder {}; make it, or name a file in one that is there", path.display(), folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// There is a file of this name.
    #[error("{} exists already: choose another name", .0.display())]
    Exists(PathBuf),
    /// There is something of the name of a folder.
    #[error("{} exists already, and a folder is not replaced: remove it, or choose another name", .0.display())]
    FolderExists(PathBuf),
    /// What has this name can be replaced by no file.
    #[error("{} is a folder, or no regular file: give the name of a file", .0.display())]
    NoFile(PathBuf),
    /// Two files are asked for under this name.
    #[error("{}: {other} names the same file: give each a name of its own", path.display())]
    Same {
        /// The file.
        path: PathBuf,
        /// What else asks for it.
        other: String,
    },
    /// It is read, or lies in a folder that is.
    #[error("{}: {}, which is read, would not stay as it is: name a file elsewhere", path.display(), read.display())]
    IsRead {
        /// The file.
        path: PathBuf,
        /// The file or folder that is read.
        read: PathBuf,
    },
    /// It lies in a folder that howship wrote.
    #[error(transparent)]
    Inside(#[from] OutputError),
}

/// The name of a file that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    path: PathBuf,
    replace: bool,
}

impl NewFile {
    /// Takes a name with one of these endings, in small letters, or any where there are none: its folder is
    /// there and none of ours, and the file is not there, or a regular file where it may be replaced.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn at(
        path: &Path,
        endings: &'static [&'static str],
        replace: bool,
    ) -> Result<Self, PlaceError> {
        check(path, endings)?;
        match path.symlink_metadata() {
            Err(_) => {}
            Ok(found) if !found.is_file() => return Err(PlaceError::NoFile(path.to_path_buf())),
            Ok(_) if replace => {}
            Ok(_) => return Err(PlaceError::Exists(path.to_path_buf())),
        }
        Ok(Self {
            path: path.to_path_buf(),
            replace,
        })
    }

    /// What follows the last point of the name, in small letters.
    pub fn ending(&self) -> String {
        ending(&self.path)
    }

    /// The name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file whole. What came there since it was asked for stays, where nothing is replaced.
    ///
    /// # Errors
    /// [`OutputError::Exists`], [`OutputError::Io`].
    pub fn write(&self, bytes: &[u8]) -> Result<(), OutputError> {
        if self.replace {
            write_whole(&self.path, bytes)
        } else {
            write_new(&self.path, bytes)
        }
    }
}

/// The name of a folder that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFolder {
    path: PathBuf,
}

impl NewFolder {
    /// Takes a name with one of these endings: the folder around it is there and none of ours, and there is
    /// nothing of this name.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn at(path: &Path, endings: &'static [&'static str]) -> Result<Self, PlaceError> {
        check(path, endings)?;
        if path.symlink_metadata().is_ok() {
            return Err(PlaceError::FolderExists(path.to_path_buf()));
        }
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    /// The name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder with these files, by their paths in it; it appears whole.
    ///
    /// # Errors
    /// [`OutputError::Exists`], [`OutputError::Io`].
    pub fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), OutputError> {
        write_new_folder(&self.path, files)
    }
}

/// Refuses files to be written that are one file, or that are read: with what asks for each of them.
///
/// # Errors
/// What asks for the file, and [`PlaceError::Same`] or [`PlaceError::IsRead`].
pub fn apart<'a>(
    written: &[(&'a str, &NewFile)],
    read: &[&Path],
) -> Result<(), (&'a str, PlaceError)> {
    let read: Vec<(PathBuf, &Path)> = read.iter().map(|&path| (real(path), path)).collect();
    let mut seen: Vec<(PathBuf, &str)> = Vec::new();
    for &(asked_by, file) in written {
        let path = file.path.clone();
        let real = real(&path);
        if let Some((_, other)) = seen.iter().find(|(other, _)| *other == real) {
            let other = (*other).to_owned();
            return Err((asked_by, PlaceError::Same { path, other }));
        }
        // Slices of a folder, too: a file that is put among them is one of them next time.
        if let Some((_, read)) = read.iter().find(|(read, _)| real.starts_with(read)) {
            let read = read.to_path_buf();
            return Err((asked_by, PlaceError::IsRead { path, read }));
        }
        seen.push((real, asked_by));
    }
    Ok(())
}

/// A path without links and dots, as far as it is there: the folder of a file that is not.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let folder = path.parent().filter(|at| !at.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        folder.map_or_else(
            |_| path.to_path_buf(),
            |folder| folder.join(path.file_name().unwrap_or_default()),
        )
    })
}

/// Whether something may be made under a name, whatever lies there.
fn check(path: &Path, endings: &'static [&'static str]) -> Result<(), PlaceError> {
    let found = ending(path);
    if !endings.is_empty() && !endings.contains(&found.as_str()) {
        return Err(PlaceError::Ending {
            path: path.to_path_buf(),
            found,
            expected: endings,
        });
    }
    let folder = path.parent().filter(|at| !at.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(PlaceError::NoFolder {
            path: path.to_path_buf(),
            folder: folder.to_path_buf(),
        });
    }
    Ok(refuse_inside(path)?)
}

fn ending(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().to_lowercase();
    if name.ends_with(".nii.gz") {
        return "nii.gz".to_owned();
    }
    let ending = path.extension().unwrap_or_default();
    ending.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_replaced_only_where_that_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cuts.CSV");
        let at = |replace| NewFile::at(&path, &["csv"], replace);
        let new = at(false).unwrap();
        assert_eq!(new.ending(), "csv");
        new.write(b"one").unwrap();
        assert!(matches!(new.write(b"two"), Err(OutputError::Exists(_))));
        assert!(matches!(at(false), Err(PlaceError::Exists(_))));
        at(true).unwrap().write(b"three").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
    }

    #[test]
    fn files_are_each_their_own_and_none_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |name: &str| folder.path().join(name);
        std::fs::create_dir(inside("slices")).unwrap();
        std::fs::write(inside("scan.nii.gz"), b"scan").unwrap();
        let at = |name: &str| NewFile::at(&inside(name), &[], true).unwrap();
        let read = [inside("scan.nii.gz"), inside("slices")];
        let read: Vec<&Path> = read.iter().map(PathBuf::as_path).collect();
        let (one, other) = (at("a.csv"), at("b.csv"));
        apart(&[("--slices", &one), ("--lesions", &other)], &read).unwrap();
        // By another way to the same file.
        let again = at("slices/../a.csv");
        let (asked_by, error) = apart(&[("--slices", &one), ("--map", &again)], &read).unwrap_err();
        assert_eq!(asked_by, "--map");
        assert!(error.to_string().contains("--slices names the same file"));
        for name in ["scan.nii.gz", "slices/../scan.nii.gz", "slices/new.png"] {
            let (_, error) = apart(&[("--map", &at(name))], &read).unwrap_err();
            assert!(matches!(error, PlaceError::IsRead { .. }), "{error}");
        }
    }

    #[test]
    fn a_name_that_no_file_can_have_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &Path, endings| NewFile::at(path, endings, true);
        let found = at(folder.path(), &[]);
        assert!(matches!(found, Err(PlaceError::NoFile(_))));
        let found = at(&folder.path().join("none/a.png"), &[]);
        assert!(matches!(found, Err(PlaceError::NoFolder { .. })));
        let found = at(&folder.path().join("a.bmp"), &["png", "svg"]).unwrap_err();
        let words = found.to_string();
        assert!(words.ends_with("the ending \"bmp\", expected .png or .svg"));
    }
}
