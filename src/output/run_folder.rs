//! The run folder: everything that a run leaves, and a manifest that says how it came about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::numerics::files::open_regular;
use crate::observe::figures::SpecimenReport;
use crate::output::{OutputError, digest, write_whole};

/// A folder that a run writes into.
#[derive(Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
}

/// What `run.json` says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of howship.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// What the bone is.
    pub specimen: String,
    /// Digest of the bone from which the run began.
    pub bone: String,
    /// Folder to which file names in the scenario refer.
    pub inputs: String,
    /// Seed of all chance.
    pub seed: u64,
    /// Threads used; the results do not depend on them.
    pub threads: usize,
    /// Wall time, s.
    pub wall_s: f64,
    /// Digest of the final state.
    pub digest: String,
    /// `running`, `done`, the signal that stopped the run, or its fault.
    pub exit_state: String,
    /// Scan, lattice and day 0, and what was assumed; none in the files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen_report: Option<SpecimenReport>,
    /// Digest of every file, by its path in the folder.
    pub outputs: BTreeMap<String, String>,
}

impl RunFolder {
    /// Makes the folder.
    ///
    /// # Errors
    /// An existing folder is refused, unless `force` is given and it is empty or a run's.
    pub fn create(path: &Path, force: bool) -> Result<Self, OutputError> {
        let io = |source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        };
        if path.exists() {
            if !force {
                return Err(OutputError::Exists(path.to_path_buf()));
            }
            let empty = std::fs::read_dir(path).map_err(io)?.next().is_none();
            if !empty && !path.join("run.json").exists() && !path.join("scenario.toml").exists() {
                return Err(OutputError::NotARunFolder(path.to_path_buf()));
            }
            std::fs::remove_dir_all(path).map_err(io)?;
        }
        std::fs::create_dir_all(path.join("plots")).map_err(io)?;
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    /// The folder of a run that goes on.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn reopen(path: &Path) -> Result<Self, OutputError> {
        std::fs::create_dir_all(path.join("plots")).map_err(|source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    /// Writes `run.json`.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<(), OutputError> {
        let mut text = serde_json::to_string_pretty(manifest).unwrap_or_default();
        text.push('\n');
        write_whole(&self.path.join("run.json"), text.as_bytes())
    }

    /// Digests every file and writes `run.json`.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn finish(&self, mut manifest: Manifest) -> Result<Manifest, OutputError> {
        for folder in ["", "plots"] {
            let at = self.path.join(folder);
            let io = |source| OutputError::Io {
                path: at.clone(),
                source,
            };
            for entry in std::fs::read_dir(&at).map_err(io)? {
                let path = entry.map_err(io)?.path();
                if path.is_file()
                    && let Some(name) = path.file_name().and_then(|name| name.to_str())
                    && name != "run.json"
                    && !name.starts_with('.')
                {
                    let key = if folder.is_empty() {
                        name.to_owned()
                    } else {
                        format!("{folder}/{name}")
                    };
                    manifest.outputs.insert(key, digest(&path)?);
                }
            }
        }
        self.write_manifest(&manifest)?;
        Ok(manifest)
    }
}

impl Manifest {
    /// Reads the manifest of a run folder.
    ///
    /// # Errors
    /// [`OutputError::Io`] when there is none; [`OutputError::Table`] with the line that does not
    /// read.
    pub fn read(folder: &Path) -> Result<Self, OutputError> {
        const MOST: u64 = 64 << 20;
        let path = folder.join("run.json");
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        let file = open_regular(&path).map_err(io)?;
        let mut text = String::new();
        std::io::Read::read_to_string(&mut std::io::Read::take(file, MOST), &mut text)
            .map_err(io)?;
        serde_json::from_str(&text).map_err(|error| OutputError::Table {
            path: path.clone(),
            line: error.line(),
            message: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_folder_is_refused_and_a_foreign_one_even_when_forced() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("run");
        RunFolder::create(&path, false).unwrap();
        assert!(matches!(
            RunFolder::create(&path, false),
            Err(OutputError::Exists(_))
        ));
        let foreign = base.path().join("thesis");
        std::fs::create_dir(&foreign).unwrap();
        std::fs::write(foreign.join("chapter.tex"), "words").unwrap();
        assert!(matches!(
            RunFolder::create(&foreign, true),
            Err(OutputError::NotARunFolder(_))
        ));
        assert!(foreign.join("chapter.tex").exists());
    }
}
