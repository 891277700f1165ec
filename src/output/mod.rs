//! Numbers in, files out. Files appear whole or not at all, and nothing is overwritten unasked.

#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub mod sheet;
pub mod table;
pub(crate) mod volume;

use std::path::{Path, PathBuf};

use crate::numerics::files::read_bytes;
use crate::numerics::refusal::Refusal;

// What helps where a folder is there: at the end of words, so that they can be had without it.
const REPLACE: &str = "; choose another folder with --out, or replace it with --force";
const ELSEWHERE: &str = ": choose another folder with --out";
const MOVE_AWAY: &str = ": move that away, or choose another folder with --out";
const ANOTHER: &str = "; choose another folder with --out";

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder is there already.
    #[error("{} exists already{}", .0.display(), REPLACE)]
    Exists(PathBuf),
    /// Something is there already that is never replaced by a folder.
    #[error("{} exists already, and {reason}{}", path.display(), ELSEWHERE)]
    NoFolder {
        /// The name.
        path: PathBuf,
        /// What it is.
        reason: &'static str,
    },
    /// The folder is there already, and what writes into it replaces nothing.
    #[error("{} exists already and is not empty{}", .0.display(), ELSEWHERE)]
    NotEmpty(PathBuf),
    /// The folder to be replaced holds what howship did not leave there.
    #[error("{} exists and holds what howship did not write: {found}; it is not replaced{}", path.display(), MOVE_AWAY)]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The first of what is not ours.
        found: String,
    },
    /// The folder is one that is never replaced.
    #[error("{} exists and is not replaced: {reason}{}", path.display(), ANOTHER)]
    Guarded {
        /// The folder.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What lies there is not written into or believed.
    #[error("{}: {reason}", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The folder that a run writes into is no longer the one in which it began.
    #[error("{} was removed or replaced while the run wrote into it: this run stops, and writes nothing into what lies there now", .0.display())]
    Lost(PathBuf),
    /// Another process writes into the folder.
    #[error("{} is being written by another howship: wait for it, or stop it", .0.display())]
    InUse(PathBuf),
    /// A table does not read.
    #[error("{}, line {line}: {message}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What was found and what is allowed.
        message: String,
    },
    /// A picture could not be drawn.
    #[error("{}: {message}", path.display())]
    Drawing {
        /// The file.
        path: PathBuf,
        /// What the plotter said.
        message: String,
    },
}

impl OutputError {
    /// What is wrong, without the options of the program that help; for programs that have none.
    pub fn without_options(&self) -> String {
        let mut words = self.to_string();
        let advice = match self {
            Self::Exists(_) => REPLACE,
            Self::NotEmpty(_) | Self::NoFolder { .. } => ELSEWHERE,
            Self::Foreign { .. } => MOVE_AWAY,
            Self::Guarded { .. } => ANOTHER,
            _ => "",
        };
        words.truncate(words.len() - advice.len());
        words
    }
}

impl Refusal for OutputError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Exists(_)
            | Self::NoFolder { .. }
            | Self::NotEmpty(_)
            | Self::Foreign { .. }
            | Self::Guarded { .. }
            | Self::InUse(_)
            | Self::Refused { .. }
            | Self::Table { .. } => true,
            Self::Io { .. } | Self::Drawing { .. } | Self::Lost(_) => false,
        }
    }
}

/// Writes a file beside its name and renames it, so that it appears whole.
///
/// # Errors
/// [`OutputError::Io`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    write_pieces(path, &[bytes])
}

/// The same for a file that is in pieces, one behind the other.
///
/// # Errors
/// [`OutputError::Io`].
pub(crate) fn write_pieces(path: &Path, pieces: &[impl AsRef<[u8]>]) -> Result<(), OutputError> {
    let io = |source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    };
    written_beside(path, pieces)?
        .persist(path)
        .map_err(|error| io(error.error))?;
    Ok(())
}

/// The same for a file of which there must be none.
///
/// # Errors
/// [`OutputError::Exists`] where there is anything of its name; [`OutputError::Io`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    match written_beside(path, &[bytes])?.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(OutputError::Exists(path.to_path_buf()))
        }
        Err(error) => Err(OutputError::Io {
            path: path.to_path_buf(),
            source: error.error,
        }),
    }
}

/// Writes files, by their paths in it, into a folder of which there must be none, and which appears whole.
///
/// # Errors
/// [`OutputError::Exists`] where there is anything of its name; [`OutputError::Io`].
pub fn write_new_folder(path: &Path, files: &[(String, Vec<u8>)]) -> Result<(), OutputError> {
    let io = |source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    };
    let around = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let folder = builder.tempdir_in(around).map_err(io)?;
    for (name, bytes) in files {
        let file = folder.path().join(name);
        if let Some(inner) = file.parent() {
            std::fs::create_dir_all(inner).map_err(io)?;
        }
        std::fs::write(&file, bytes).map_err(io)?;
    }
    if path.symlink_metadata().is_ok() {
        return Err(OutputError::Exists(path.to_path_buf()));
    }
    std::fs::rename(folder.path(), path).map_err(io)?;
    // Nothing of its old name is left to be removed.
    let _ = folder.keep();
    Ok(())
}

/// Makes a folder with those above it; one that is there already is taken where it is no link.
///
/// # Errors
/// [`OutputError::Refused`] for a link, through which files of others would be written;
/// [`OutputError::Io`].
pub fn make_folder(path: &Path) -> Result<(), OutputError> {
    refuse_link(path)?;
    std::fs::create_dir_all(path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })
}

/// Refuses a link in the place of a folder that is written into.
///
/// # Errors
/// [`OutputError::Refused`].
pub fn refuse_link(path: &Path) -> Result<(), OutputError> {
    if path
        .symlink_metadata()
        .is_ok_and(|found| found.is_symlink())
    {
        return Err(OutputError::Refused {
            path: path.to_path_buf(),
            reason: "it is a link, and what lies elsewhere is not written into: put a folder of \
                     its own in its place"
                .to_owned(),
        });
    }
    Ok(())
}

fn written_beside(
    path: &Path,
    pieces: &[impl AsRef<[u8]>],
) -> Result<tempfile::NamedTempFile, OutputError> {
    let io = |source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = beside(folder)?;
    for piece in pieces {
        std::io::Write::write_all(&mut file, piece.as_ref()).map_err(io)?;
    }
    file.as_file().sync_all().map_err(io)?;
    Ok(file)
}

/// A nameless file in a folder, to be written and then renamed.
///
/// # Errors
/// [`OutputError::Io`].
pub fn beside(folder: &Path) -> Result<tempfile::NamedTempFile, OutputError> {
    readable_by_umask(&mut tempfile::Builder::new())
        .tempfile_in(folder)
        .map_err(|source| OutputError::Io {
            path: folder.to_path_buf(),
            source,
        })
}

/// Lets a new file have the usual permissions, where a temporary one would be for its owner alone.
fn readable_by_umask<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// Digest of a file's bytes (BLAKE3, hexadecimal).
///
/// # Errors
/// [`OutputError::Io`].
pub fn digest(path: &Path) -> Result<String, OutputError> {
    let bytes = read_bytes(path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}
