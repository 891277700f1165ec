//! The run folder: everything that a run leaves, and a manifest that says how it came about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::observe::figures::SpecimenReport;
use crate::output::{OutputError, digest, make_folder, write_whole};
use crate::run::sealed::{PLOTS, RUN_LIST, is_sealed, read_list, sealed};
#[cfg(any(feature = "cli", feature = "plots"))]
use crate::scenario::build::Loaded;

/// What a manifest says of a run that came to its end.
pub const DONE: &str = "done";
/// What it says while a run goes on.
pub const RUNNING: &str = "running";
/// With what it begins when a run was asked to stop.
pub const STOPPED: &str = "stopped by ";
/// The file with the scenario of a run.
pub const SCENARIO: &str = "scenario.toml";

/// A folder that a run writes into.
#[derive(Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
}

/// What `run.json` says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Digest of `run.json` itself, with nothing in this place.
    pub seal: String,
    /// Digest of every checkpoint that a run that is done keeps, by its path in the folder.
    pub checkpoints: BTreeMap<String, String>,
    /// Digest of the final state.
    pub digest: String,
    /// `running`, `done`, the signal that stopped the run, or its fault.
    pub exit_state: String,
    /// What the scenario tells that a reader may not expect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Scan, lattice and day 0, and what was assumed; none in the files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen_report: Option<SpecimenReport>,
    /// Digest of every file, by its path in the folder; nothing for one that is yet to be written.
    pub outputs: BTreeMap<String, String>,
}

impl Manifest {
    /// The piece of tissue that was simulated; empty in folders of older versions.
    #[cfg(any(feature = "cli", feature = "plots"))]
    pub(crate) fn sampled(&self, loaded: &Loaded) -> String {
        let report = self.specimen_report.as_ref();
        report.map_or_else(String::new, |report| loaded.sampled(&report.grid()))
    }
}

/// Makes a new folder.
///
/// # Errors
/// [`OutputError::Exists`] where there is anything of its name.
pub fn make(path: &Path) -> Result<(), OutputError> {
    let io = |source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    };
    // Also a link that leads nowhere.
    if path.symlink_metadata().is_ok() {
        return Err(OutputError::Exists(path.to_path_buf()));
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
        std::fs::create_dir_all(parent).map_err(io)?;
    }
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(OutputError::Exists(path.to_path_buf()))
        }
        made => made.map_err(io),
    }
}

impl RunFolder {
    /// Makes the folder.
    ///
    /// # Errors
    /// [`OutputError::Exists`] where there is anything of its name.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        make(path)?;
        Self::reopen(path)
    }

    /// The folder of a run that goes on.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn reopen(path: &Path) -> Result<Self, OutputError> {
        make_folder(&path.join(PLOTS))?;
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    /// Writes `run.json`, and its seal.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<(), OutputError> {
        let manifest = Manifest {
            seal: String::new(),
            ..manifest.clone()
        };
        let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        text.push('\n');
        write_whole(&self.path.join(RUN_LIST), sealed(&text).as_bytes())
    }

    /// Digests the files that the run wrote, and no others, and writes `run.json`.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn finish(
        &self,
        mut manifest: Manifest,
        written: &[PathBuf],
    ) -> Result<Manifest, OutputError> {
        for path in written {
            let name = path.strip_prefix(&self.path).unwrap_or(path);
            let name = name.to_string_lossy().into_owned();
            manifest.outputs.insert(name, digest(path)?);
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
        Self::read_sealed(folder).map(|(manifest, _)| manifest)
    }

    /// The same, and whether it is byte by byte what was written.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_sealed(folder: &Path) -> Result<(Self, bool), OutputError> {
        let path = folder.join(RUN_LIST);
        let text = read_list(&path)?;
        let manifest = serde_json::from_str(&text).map_err(|error| OutputError::Table {
            path,
            line: error.line(),
            message: error.to_string(),
        })?;
        Ok((manifest, is_sealed(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_has_the_name_of_a_new_folder_is_left_alone() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("run");
        RunFolder::create(&path).unwrap();
        let file = base.path().join("file");
        std::fs::write(&file, "words").unwrap();
        for taken in [&path, &file] {
            let refused = RunFolder::create(taken);
            assert!(matches!(refused, Err(OutputError::Exists(_))));
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "words");
    }
}
