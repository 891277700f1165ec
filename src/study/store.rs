//! The store of results: one series per key, so that work is done once whoever does it.
//!
//! ```text
//! results/ab/ab....csv     the series of a run
//! failed/ab/ab....txt      why a run gave none
//! partial/ab/ab....csv     the first rows of a run that a calibration gave up; never taken for a series
//! telemetry/HOST-PID.csv   what each attempt took
//! studies/NAME/            tables and pictures, made anew from the rest
//! ```
//!
//! Each file of the first three ends in a digest of its content and key ([`super::seal`]). What does not
//! fit it is [`Outcome::Damaged`], which is run again.

mod telemetry;

pub use self::telemetry::{Attempt, Cost, read_attempts};

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::numerics::name::{ALLOWED_DOTTED, is_dotted_name};
use crate::output::table::Table;
use crate::output::{OutputError, make_folder, write_new, write_whole};
use crate::run::sealed::is_half_written;
use crate::study::seal::{self, Found, sealed};

/// File that marks a folder as a store.
const MARK: &str = "howship-store";
/// What it says.
const MARKED: &str = "results of howship studies, by the digest of their content\nform 2\n";
/// Its folders.
const PARTS: [&str; 5] = ["results", "failed", "partial", "telemetry", "studies"];

/// A folder of results.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    telemetry: Mutex<Option<File>>,
    damage: Mutex<BTreeMap<PathBuf, String>>,
}

/// What the store says of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing yet.
    Missing,
    /// Why it failed.
    Failed(String),
    /// Its series.
    Done(Table),
    /// A file of this run is not what was written, and why; it counts for nothing.
    Damaged(String),
}

impl Store {
    /// Opens a store, and makes it where there is none.
    ///
    /// # Errors
    /// A folder that holds something else; the file system says no.
    pub fn open(folder: &Path) -> Result<Self, OutputError> {
        let io = |source| OutputError::Io {
            path: folder.to_path_buf(),
            source,
        };
        let mark = folder.join(MARK);
        let is_marked = || mark.symlink_metadata().is_ok();
        if !is_marked() {
            if let Some(found) = foreign(folder).map_err(io)? {
                // Another process may have made the store and written into it since the first look.
                if !is_marked() {
                    return Err(OutputError::Refused {
                        path: folder.to_path_buf(),
                        reason: format!(
                            "the folder holds other things ({found}) and is no store of results; \
                             choose another one with --store"
                        ),
                    });
                }
            }
            fs::create_dir_all(folder).map_err(io)?;
            match write_new(&mark, MARKED.as_bytes()) {
                // By another process.
                Ok(()) | Err(OutputError::Exists(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let is_plain = mark
            .symlink_metadata()
            .is_ok_and(|about| about.is_file() && about.len() < 4096);
        let says = if is_plain {
            fs::read(&mark).map_err(io)?
        } else {
            Vec::new()
        };
        if says != MARKED.as_bytes() {
            return Err(OutputError::Refused {
                path: folder.to_path_buf(),
                reason: format!(
                    "the store is of another version of howship ({MARK} does not say \"form 2\"): \
                     its results carry no digest that this one knows; choose another folder with \
                     --store"
                ),
            });
        }
        for part in PARTS {
            make_folder(&folder.join(part))?;
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            telemetry: Mutex::new(None),
            damage: Mutex::default(),
        })
    }

    /// Opens a store to read from.
    ///
    /// # Errors
    /// There is none.
    pub fn existing(folder: &Path) -> Result<Self, OutputError> {
        if !folder.join(MARK).exists() {
            return Err(OutputError::Refused {
                path: folder.to_path_buf(),
                reason: "there is no store of results here".to_owned(),
            });
        }
        Self::open(folder)
    }

    /// Folder of the tables and pictures of a study, by its name alone; [`super::plan::Study::tables_folder`] holds
    /// it against the study.
    ///
    /// # Errors
    /// [`OutputError::Io`], also for a name that is none.
    pub(crate) fn study_folder(&self, study: &str) -> Result<PathBuf, OutputError> {
        if !is_dotted_name(study) {
            return Err(OutputError::Io {
                path: self.folder.join("studies"),
                source: std::io::Error::new(
                    std::io::ErrorKind::InvalidInput,
                    format!("a study is called {study:?}: {ALLOWED_DOTTED}"),
                ),
            });
        }
        let folder = self.place_of_study(study);
        make_folder(&folder)?;
        Ok(folder)
    }

    /// Where the folder of a study is, or would be.
    pub(crate) fn place_of_study(&self, study: &str) -> PathBuf {
        self.folder.join("studies").join(study)
    }

    fn place(&self, part: &str, key: &str, ending: &str) -> PathBuf {
        let shelf = key.get(..2).unwrap_or("00");
        self.folder
            .join(part)
            .join(shelf)
            .join(format!("{key}.{ending}"))
    }

    /// A file of a run; damage is noted.
    fn read(&self, part: &str, key: &str, ending: &str) -> Result<Found, OutputError> {
        let path = self.place(part, key, ending);
        let found = seal::read(part, key, &path).map_err(|source| OutputError::Io {
            path: path.clone(),
            source,
        })?;
        if let Found::Damaged(why) = &found {
            self.note_damage(&path, why);
        }
        Ok(found)
    }

    fn note_damage(&self, path: &Path, why: &str) {
        let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        damage.insert(path.to_path_buf(), why.to_owned());
    }

    /// Files that were met so far and are not what was written, and why.
    pub fn damage(&self) -> BTreeMap<PathBuf, String> {
        let damage = self.damage.lock();
        damage.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is known of a run. Only what fits its digest counts.
    ///
    /// # Errors
    /// The file system says no.
    pub fn outcome(&self, key: &str) -> Result<Outcome, OutputError> {
        match self.read("results", key, "csv")? {
            Found::Content(text) => return self.table("results", key, &text),
            Found::Damaged(why) => return Ok(Outcome::Damaged(why)),
            Found::Nothing => {}
        }
        Ok(match self.read("failed", key, "txt")? {
            Found::Content(reason) => Outcome::Failed(reason.trim_end().to_owned()),
            Found::Damaged(why) => Outcome::Damaged(why),
            Found::Nothing => Outcome::Missing,
        })
    }

    /// A series; one that does not read was sealed by somebody else.
    fn table(&self, part: &str, key: &str, text: &str) -> Result<Outcome, OutputError> {
        let path = self.place(part, key, "csv");
        match Table::from_csv(text, &path) {
            Ok(series) => Ok(Outcome::Done(series)),
            Err(OutputError::Table { line, message, .. }) => {
                let why = format!("line {line}: {message}");
                self.note_damage(&path, &why);
                Ok(Outcome::Damaged(why))
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps the series of a run.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn keep(&self, key: &str, series: &Table) -> Result<(), OutputError> {
        self.write("results", key, "csv", &series.to_csv())?;
        // An earlier failure that did not come again (memory, a full disk) is over.
        let _ = fs::remove_file(self.place("failed", key, "txt"));
        let _ = fs::remove_file(self.place("partial", key, "csv"));
        Ok(())
    }

    fn write(&self, part: &str, key: &str, ending: &str, text: &str) -> Result<(), OutputError> {
        let path = self.place(part, key, ending);
        make_folder(path.parent().unwrap_or(&self.folder))?;
        write_whole(&path, sealed(part, key, text).as_bytes())
    }

    /// First rows of a run that was given up on the way; none where they are damaged.
    ///
    /// # Errors
    /// The file system says no.
    pub fn partial(&self, key: &str) -> Result<Option<Table>, OutputError> {
        let Found::Content(text) = self.read("partial", key, "csv")? else {
            return Ok(None);
        };
        Ok(match self.table("partial", key, &text)? {
            Outcome::Done(rows) => Some(rows),
            _ => None,
        })
    }

    /// Keeps the first rows of a run that was given up on the way, apart from whole series.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn keep_partial(&self, key: &str, series: &Table) -> Result<(), OutputError> {
        self.forget_damaged(key)?;
        self.write("partial", key, "csv", &series.to_csv())
    }

    /// Keeps why a run gave no series.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn keep_failure(&self, key: &str, reason: &str) -> Result<(), OutputError> {
        self.forget_damaged(key)?;
        let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        self.write("failed", key, "txt", &format!("{line}\n"))
    }

    /// A damaged series would hide what stands in another part.
    fn forget_damaged(&self, key: &str) -> Result<(), OutputError> {
        for (part, ending) in [("results", "csv"), ("failed", "txt")] {
            let path = self.place(part, key, ending);
            if let Found::Damaged(_) = self.read(part, key, ending)? {
                fs::remove_file(&path).map_err(|source| OutputError::Io { path, source })?;
            }
        }
        Ok(())
    }
}

/// The first thing in a folder without a mark that no process which makes a store, at the same moment
/// or before it was killed, leaves.
fn foreign(folder: &Path) -> std::io::Result<Option<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A file of another process may have got its name meanwhile.
        let kind = entry.file_type().ok();
        let is_ours = if name == MARK || is_half_written(&entry.path()) {
            kind.is_none_or(|kind| kind.is_file())
        } else {
            PARTS.contains(&name.as_str())
                && kind.is_some_and(|kind| kind.is_dir())
                && fs::read_dir(entry.path())?.next().is_none()
        };
        if !is_ours {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
