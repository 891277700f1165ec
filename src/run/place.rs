//! Files that are asked for by their names: whether they may be written, before any work is done.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::numerics::refusal::Refusal;
use crate::output::{OutputError, make_folder, write_new, write_new_folder, write_whole};
use crate::run::ours::refuse_inside;

/// Why a file cannot be written under the name that was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PlaceError {
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
    /// A file of this name holds something else.
    #[error("{} exists already, and is another: choose another name, or replace it with --force", .0.display())]
    ExistsOther(PathBuf),
    /// What has this name is no folder.
    #[error("{} is no folder: give the name of one", .0.display())]
    NotAFolder(PathBuf),
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

impl Refusal for PlaceError {}

/// Why a file cannot be had under the name that an option gives.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OptionError {
    /// The name.
    #[error("{option} {error}{}", with_force(.error, *.has_force))]
    Place {
        /// The option.
        option: &'static str,
        /// What is wrong with the name that it gives.
        error: PlaceError,
        /// Whether there is an option that replaces the file.
        has_force: bool,
    },
    /// Nothing is asked for that could be replaced.
    #[error("--force replaces files, and none is asked for: give {0}, or leave it out")]
    IdleForce(&'static str),
}

impl Refusal for OptionError {}

const fn with_force(error: &PlaceError, has_force: bool) -> &'static str {
    match error {
        PlaceError::Exists(_) if has_force => ", or replace it with --force",
        _ => "",
    }
}

/// Files that options ask for.
#[derive(Debug)]
pub(crate) struct NewFiles {
    /// Whether files are replaced; none where there is no option for it.
    force: Option<bool>,
    files: Vec<(&'static str, NewFile)>,
}

impl NewFiles {
    /// No files yet; those to come are replaced where there is a `force` that is set.
    pub(crate) const fn new(force: Option<bool>) -> Self {
        Self {
            force,
            files: Vec::new(),
        }
    }

    /// The file that an option names, with one of these endings, or any where there are none.
    ///
    /// # Errors
    /// [`OptionError::Place`].
    pub(crate) fn file(
        &mut self,
        option: &'static str,
        path: &Path,
        endings: &'static [&'static str],
    ) -> Result<NewFile, OptionError> {
        let found = NewFile::at(path, endings, self.force.unwrap_or(false));
        let found = found.map_err(|error| OptionError::Place {
            option,
            error,
            has_force: self.force.is_some(),
        })?;
        self.files.push((option, found.clone()));
        Ok(found)
    }

    /// The same of an option that may be left out.
    ///
    /// # Errors
    /// [`OptionError::Place`].
    pub(crate) fn asked(
        &mut self,
        option: &'static str,
        path: Option<&PathBuf>,
        endings: &'static [&'static str],
    ) -> Result<Option<NewFile>, OptionError> {
        path.map(|path| self.file(option, path, endings))
            .transpose()
    }

    /// Refuses a wish to replace files where none is asked for; `options` would.
    ///
    /// # Errors
    /// [`OptionError::IdleForce`].
    pub(crate) fn check_force(&self, options: &'static str) -> Result<(), OptionError> {
        if self.force == Some(true) && self.files.is_empty() {
            return Err(OptionError::IdleForce(options));
        }
        Ok(())
    }

    /// Refuses files that are one file, or that are read.
    ///
    /// # Errors
    /// [`OptionError::Place`] of [`PlaceError::Same`] or [`PlaceError::IsRead`].
    pub(crate) fn check_apart(&self, read: &[&Path]) -> Result<(), OptionError> {
        let read: Vec<(PathBuf, &Path)> = read.iter().map(|&path| (real(path), path)).collect();
        let mut seen: Vec<(PathBuf, &str)> = Vec::new();
        for (option, file) in &self.files {
            let path = file.path.clone();
            let wrong = |error| OptionError::Place {
                option,
                error,
                has_force: false,
            };
            let real = real(&path);
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == real) {
                let other = (*other).to_owned();
                return Err(wrong(PlaceError::Same { path, other }));
            }
            // Slices of a folder, too: a file that is put among them is one of them next time.
            if let Some((_, read)) = read.iter().find(|(read, _)| real.starts_with(read)) {
                let read = read.to_path_buf();
                return Err(wrong(PlaceError::IsRead { path, read }));
            }
            seen.push((real, option));
        }
        Ok(())
    }
}

/// Writes files, by their paths in it, into a folder that may be there, and says how many. Where one of them stands
/// in the way nothing is written; one that holds the same already is left.
///
/// # Errors
/// [`PlaceError`].
pub(crate) fn write_all(
    folder: &Path,
    files: Vec<(String, Vec<u8>)>,
    replace: bool,
) -> Result<usize, WriteError> {
    if folder.exists() && !folder.is_dir() {
        return Err(PlaceError::NotAFolder(folder.to_path_buf()).into());
    }
    let mut places = Vec::new();
    let mut parents = BTreeSet::new();
    for (name, bytes) in files {
        let path = folder.join(&name);
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        if !replace && path.symlink_metadata().is_ok() {
            return Err(PlaceError::ExistsOther(path).into());
        }
        parents.extend(
            path.parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .map(Path::to_path_buf),
        );
        places.push((path, bytes));
    }
    for parent in parents {
        make_folder(&parent)?;
    }
    let count = places.len();
    for (path, bytes) in places {
        NewFile::at(&path, &[], replace)?.write(&bytes)?;
    }
    Ok(count)
}

/// Why files were not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WriteError {
    /// The name of one.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The file system.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for WriteError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Place(_) => true,
            Self::Output(error) => error.is_refusal(),
        }
    }
}

/// The name of a file that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewFile {
    path: PathBuf,
    replace: bool,
}

impl NewFile {
    /// Takes a name with one of these endings, in small letters, or any where there are none: its folder is
    /// there and none of ours, and the file is not there, or a regular file where it may be replaced.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub(crate) fn at(
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
    pub(crate) fn ending(&self) -> String {
        ending(&self.path)
    }

    /// The name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file whole. What came there since it was asked for stays, where nothing is replaced.
    ///
    /// # Errors
    /// [`OutputError::Exists`], [`OutputError::Io`].
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), OutputError> {
        if self.replace {
            write_whole(&self.path, bytes)
        } else {
            write_new(&self.path, bytes)
        }
    }
}

/// The name of a folder that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewFolder {
    path: PathBuf,
}

impl NewFolder {
    /// Takes a name with one of these endings: the folder around it is there and none of ours, and there is
    /// nothing of this name.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub(crate) fn at(path: &Path, endings: &'static [&'static str]) -> Result<Self, PlaceError> {
        check(path, endings)?;
        if path.symlink_metadata().is_ok() {
            return Err(PlaceError::FolderExists(path.to_path_buf()));
        }
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    /// The name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder with these files, by their paths in it; it appears whole.
    ///
    /// # Errors
    /// [`OutputError::Exists`], [`OutputError::Io`].
    pub(crate) fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), OutputError> {
        write_new_folder(&self.path, files)
    }
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
        let read = [inside("scan.nii.gz"), inside("slices")];
        let read: Vec<&Path> = read.iter().map(PathBuf::as_path).collect();
        let check = |names: &[(&'static str, &str)]| {
            let mut files = NewFiles::new(Some(true));
            for (option, name) in names {
                files.file(option, &inside(name), &[]).unwrap();
            }
            files.check_apart(&read)
        };
        check(&[("--slices", "a.csv"), ("--lesions", "b.csv")]).unwrap();
        // By another way to the same file.
        let error = check(&[("--slices", "a.csv"), ("--map", "slices/../a.csv")]).unwrap_err();
        let words = error.to_string();
        assert!(words.starts_with("--map "), "{words}");
        assert!(words.contains("--slices names the same file"), "{words}");
        for name in ["scan.nii.gz", "slices/../scan.nii.gz", "slices/new.png"] {
            let error = check(&[("--map", name)]).unwrap_err();
            let is_read = matches!(
                &error,
                OptionError::Place {
                    error: PlaceError::IsRead { .. },
                    ..
                }
            );
            assert!(is_read, "{error}");
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
