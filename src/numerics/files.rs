//! Opening of files that are read: regular ones alone.

use std::fs::File;
#[cfg(feature = "checkpoints")]
use std::io::Read as _;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Opens a regular file.
///
/// # Errors
/// What the file system says; a folder, a pipe or a device, of which reading could wait or go on
/// for ever.
pub(crate) fn open_regular(path: &Path) -> Result<File> {
    // Looked at first: opening a pipe would wait for a writer.
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        let found = if about.is_dir() {
            "it is a directory; expected a regular file"
        } else {
            "it is no regular file (a pipe or a device), which could be waited for without end"
        };
        return Err(Error::new(ErrorKind::InvalidInput, found));
    }
    File::open(path)
}

/// The text of a regular file.
///
/// # Errors
/// Those of [`open_regular`]; text that is not UTF-8.
#[cfg(feature = "checkpoints")]
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    open_regular(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// The bytes of a regular file.
///
/// # Errors
/// Those of [`open_regular`].
#[cfg(feature = "checkpoints")]
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_and_folders_and_devices_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "words").unwrap();
        assert_eq!(read_text(&path).unwrap(), "words");
        assert_eq!(read_bytes(&path).unwrap(), b"words");
        for no_file in [folder.path(), Path::new("/dev/zero")] {
            if no_file.exists() {
                let error = open_regular(no_file).unwrap_err();
                assert!(error.to_string().contains("regular file"), "{error}");
            }
        }
        assert!(open_regular(&folder.path().join("none")).is_err());
    }
}
