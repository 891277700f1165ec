//! The store of results: one series per key, so that work is done once whoever does it.
//!
//! ```text
//! results/ab/ab....csv     the series of a run
//! failed/ab/ab....txt      why a run gave none
//! partial/ab/ab....csv     the first rows of a run that a calibration gave up; never taken for a series
//! telemetry/HOST-PID.csv   what each attempt took
//! studies/NAME/            tables and pictures, made anew from the rest
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::output::table::Table;
use crate::output::{OutputError, write_whole};

/// File that marks a folder as a store.
const MARK: &str = "howship-store";
/// Its folders.
const PARTS: [&str; 5] = ["results", "failed", "partial", "telemetry", "studies"];

/// A folder of results.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    telemetry: Mutex<Option<File>>,
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
}

/// What an attempt took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Wall time, s.
    pub wall_s: f64,
    /// Threads inside the run.
    pub threads: usize,
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
        if !mark.exists() {
            let is_foreign = fs::read_dir(folder)
                .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| !is_ours(&e))));
            if is_foreign {
                return Err(io(std::io::Error::other(
                    "the folder holds other things and is no store of results; \
                     choose another one with --store",
                )));
            }
            fs::create_dir_all(folder).map_err(io)?;
            write_whole(
                &mark,
                b"results of howship studies, by the digest of their content\n",
            )?;
        }
        for part in PARTS {
            fs::create_dir_all(folder.join(part)).map_err(io)?;
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            telemetry: Mutex::new(None),
        })
    }

    /// Opens a store to read from.
    ///
    /// # Errors
    /// There is none.
    pub fn existing(folder: &Path) -> Result<Self, OutputError> {
        if !folder.join(MARK).exists() {
            return Err(OutputError::Io {
                path: folder.to_path_buf(),
                source: std::io::Error::other("there is no store of results here"),
            });
        }
        Self::open(folder)
    }

    /// Folder of the tables and pictures of a study.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn study_folder(&self, study: &str) -> Result<PathBuf, OutputError> {
        let folder = self.folder.join("studies").join(study);
        make(&folder)?;
        Ok(folder)
    }

    fn place(&self, part: &str, key: &str, ending: &str) -> PathBuf {
        let shelf = key.get(..2).unwrap_or("00");
        self.folder
            .join(part)
            .join(shelf)
            .join(format!("{key}.{ending}"))
    }

    /// True when a run is done or has failed.
    pub fn has(&self, key: &str, failed_too: bool) -> bool {
        self.place("results", key, "csv").exists()
            || (failed_too && self.place("failed", key, "txt").exists())
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// A result that does not read.
    pub fn outcome(&self, key: &str) -> Result<Outcome, OutputError> {
        let result = self.place("results", key, "csv");
        if result.exists() {
            return Ok(Outcome::Done(Table::read_csv(&result)?));
        }
        Ok(match fs::read_to_string(self.place("failed", key, "txt")) {
            Ok(reason) => Outcome::Failed(reason.trim_end().to_owned()),
            Err(_) => Outcome::Missing,
        })
    }

    /// Keeps the series of a run.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn keep(&self, key: &str, series: &Table) -> Result<(), OutputError> {
        let path = self.place("results", key, "csv");
        make(path.parent().unwrap_or(&self.folder))?;
        series.write_csv(&path)?;
        // An earlier failure that did not come again (memory, a full disk) is over.
        let _ = fs::remove_file(self.place("failed", key, "txt"));
        let _ = fs::remove_file(self.place("partial", key, "csv"));
        Ok(())
    }

    /// First rows of a run that was given up on the way.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn partial(&self, key: &str) -> Result<Option<Table>, OutputError> {
        match Table::read_csv(&self.place("partial", key, "csv")) {
            Ok(rows) => Ok(Some(rows)),
            Err(OutputError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps the first rows of a run that was given up on the way, apart from whole series.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn keep_partial(&self, key: &str, series: &Table) -> Result<(), OutputError> {
        let path = self.place("partial", key, "csv");
        make(path.parent().unwrap_or(&self.folder))?;
        series.write_csv(&path)
    }

    /// Keeps why a run gave no series.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn keep_failure(&self, key: &str, reason: &str) -> Result<(), OutputError> {
        let path = self.place("failed", key, "txt");
        make(path.parent().unwrap_or(&self.folder))?;
        let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        write_whole(&path, format!("{line}\n").as_bytes())
    }

    /// Notes what an attempt of this process took.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn note(&self, key: &str, state: &str, cost: Cost) -> Result<(), OutputError> {
        self.note_attempt(&Attempt::now(key, state, cost))
    }

    /// Notes an attempt, in a file of this process.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn note_attempt(&self, attempt: &Attempt) -> Result<(), OutputError> {
        let name = format!("{}-{}.csv", host(), std::process::id());
        let path = self.folder.join("telemetry").join(name);
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        let mut open = self
            .telemetry
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(&path);
            *open = Some(file.map_err(io)?);
        }
        if let Some(file) = open.as_mut() {
            file.write_all(attempt.to_line().as_bytes()).map_err(io)?;
        }
        Ok(())
    }

    /// All attempts that were noted, oldest first; a line torn by a kill is left out.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn attempts(&self) -> Result<Vec<Attempt>, OutputError> {
        let folder = self.folder.join("telemetry");
        let io = |source| OutputError::Io {
            path: folder.clone(),
            source,
        };
        let mut attempts = Vec::new();
        for entry in fs::read_dir(&folder).map_err(io)? {
            let text = fs::read_to_string(entry.map_err(io)?.path()).map_err(io)?;
            attempts.extend(text.lines().filter_map(Attempt::parse));
        }
        attempts.sort_by(|a, b| a.ended.total_cmp(&b.ended).then(a.key.cmp(&b.key)));
        // Results that were taken in twice were made once.
        attempts.dedup();
        Ok(attempts)
    }
}

/// One attempt at a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Key of the run.
    #[serde(skip)]
    pub key: String,
    /// `done`, `failed`, `rejected` (given up by a calibration) or `stopped`.
    pub state: String,
    /// Wall time, s; threads; peak memory of the process, MB; host; process.
    pub cells: [String; 5],
    /// End, s since 1970.
    pub ended: f64,
}

impl Attempt {
    /// An attempt of this process that ends now.
    pub fn now(key: &str, state: &str, cost: Cost) -> Self {
        let since = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default();
        Self {
            key: key.to_owned(),
            state: state.to_owned(),
            cells: [
                format!("{:.6}", cost.wall_s),
                cost.threads.to_string(),
                peak_memory_mb().map_or_else(String::new, |mb| format!("{mb:.1}")),
                host(),
                std::process::id().to_string(),
            ],
            ended: (since.as_secs_f64() * 1e3).round() / 1e3,
        }
    }

    /// True when every cell stays in its place in a line.
    pub fn is_sound(&self) -> bool {
        let line = self.to_line();
        !line.trim_end_matches('\n').contains(['\n', '\r'])
            && Self::parse(line.trim_end_matches('\n')).as_ref() == Some(self)
    }

    fn to_line(&self) -> String {
        let Self {
            key,
            state,
            cells,
            ended,
        } = self;
        format!("{key},{state},{},{ended:.3}\n", cells.join(","))
    }

    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let [key, state, wall, threads, memory, host, process, ended] = cells.as_slice() else {
            return None;
        };
        let is_number = |text: &str| text.parse::<f64>().is_ok();
        let is_count = |text: &str| text.parse::<u32>().is_ok();
        if !(is_number(wall)
            && is_count(threads)
            && (memory.is_empty() || is_number(memory))
            && is_count(process))
        {
            return None;
        }
        Some(Self {
            key: (*key).to_owned(),
            state: (*state).to_owned(),
            cells: [wall, threads, memory, host, process].map(|cell| (*cell).to_owned()),
            ended: ended.parse().ok()?,
        })
    }
}

fn make(folder: &Path) -> Result<(), OutputError> {
    fs::create_dir_all(folder).map_err(|source| OutputError::Io {
        path: folder.to_path_buf(),
        source,
    })
}

/// What a process that made the store at the same moment, or was killed on the way, leaves.
fn is_ours(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name == MARK || name.starts_with(".tmp") || PARTS.contains(&&*name)
}

/// Name of the machine, as far as the system tells, fit for a file name.
fn host() -> String {
    let told = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = told
        .trim()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '.')
        .collect();
    if host.is_empty() {
        "host".to_owned()
    } else {
        host
    }
}

/// Greatest memory that this process has held, MB, where the system says so.
pub fn peak_memory_mb() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_keeps_results_and_failures_and_refuses_a_foreign_folder() {
        let base = tempfile::tempdir().unwrap();
        let store = Store::open(&base.path().join("s")).unwrap();
        let key = "abcd";
        assert_eq!(store.outcome(key).unwrap(), Outcome::Missing);
        store.keep_failure(key, "no\nroom").unwrap();
        assert_eq!(
            store.outcome(key).unwrap(),
            Outcome::Failed("no room".into())
        );
        assert!(store.has(key, true) && !store.has(key, false));
        let series = Table {
            columns: vec!["time_d".into()],
            rows: vec![vec![0.25]],
        };
        store.keep(key, &series).unwrap();
        assert_eq!(store.outcome(key).unwrap(), Outcome::Done(series.clone()));
        store.keep_partial("abce", &series).unwrap();
        assert_eq!(store.outcome("abce").unwrap(), Outcome::Missing);
        assert!(!store.has("abce", true));
        assert_eq!(store.partial("abce").unwrap(), Some(series));
        let cost = Cost {
            wall_s: 1.0,
            threads: 1,
        };
        store.note(key, "done", cost).unwrap();
        // One that took as long and ended in the same millisecond would be the same attempt.
        let longer = Cost {
            wall_s: 2.0,
            ..cost
        };
        store.note(key, "done", longer).unwrap();
        assert_eq!(store.attempts().unwrap().len(), 2);

        let foreign = base.path().join("thesis");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("chapter.tex"), "words").unwrap();
        assert!(Store::open(&foreign).is_err());
        assert!(!foreign.join(MARK).exists());
    }
}
