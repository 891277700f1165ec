//! The page as static files, with the simulator itself as a WebAssembly module in a Web Worker.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::numerics::refusal::Refusal;
use crate::output::{OutputError, write_whole};
use crate::run::folder::make;
use crate::view::assets::ASSETS;

/// Name of the module in the folder.
pub(crate) const MODULE: &str = "howship.wasm";

/// What tells the page that a Worker is its engine: `engine.js` looks for it.
const MARK: (&str, &str) = ("data-engine=\"server\"", "data-engine=\"worker\"");

/// First bytes of a WebAssembly module.
const MAGIC: &[u8] = b"\0asm";

/// Why a page was not exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ExportError {
    /// There is no module.
    #[error(
        "the page needs the simulator as a WebAssembly module\nhelp: build it with `bash wasm/build.sh` (Debian packages, \
         some minutes; with rustup: `rustup target add wasm32-unknown-unknown`), then give it: --module {MODULE}"
    )]
    NoModule,
    /// The file is no module.
    #[error(
        "{path}: found a file that is no WebAssembly module (its first bytes are not \\0asm)\nhelp: build one with `bash wasm/build.sh`"
    )]
    NotAModule {
        /// The file.
        path: PathBuf,
    },
    /// The module cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for ExportError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Output(error) => error.is_refusal(),
            Self::NoModule | Self::NotAModule { .. } | Self::Unreadable { .. } => true,
        }
    }
}

/// Writes the page into a new folder, and says how large it is and what is to be done with it.
///
/// # Errors
/// An [`ExportError`].
pub(crate) fn export(folder: &Path, module: Option<&Path>) -> Result<String, ExportError> {
    let path = module.ok_or(ExportError::NoModule)?;
    let module = std::fs::read(path).map_err(|source| ExportError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    if !module.starts_with(MAGIC) {
        return Err(ExportError::NotAModule {
            path: path.to_path_buf(),
        });
    }
    make(folder)?;
    let mut bytes = 0;
    for asset in ASSETS {
        let mut content = Vec::with_capacity(asset.bytes.len());
        if asset.name == "index.html" {
            let text = String::from_utf8_lossy(asset.bytes).replacen(MARK.0, MARK.1, 1);
            let _ = content.write_all(text.as_bytes());
        } else {
            content.extend_from_slice(asset.bytes);
        }
        let path = folder.join(asset.name);
        if let Some(parent) = path.parent() {
            crate::output::make_folder(parent)?;
        }
        write_whole(&path, &content)?;
        bytes += content.len() as u64;
    }
    write_whole(&folder.join(MODULE), &module)?;
    Ok(format!(
        "{}: the page, {:.2} MB; put the folder on any web server (a browser does not open it as a file)",
        folder.display(),
        (bytes + module.len() as u64) as f64 / 1e6
    ))
}
