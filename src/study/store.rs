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

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

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
    pub fn study_folder(&self, study: &str) -> Result<PathBuf, OutputError> {
        if !is_dotted_name(study) {
            return Err(OutputError::Io {
                path: self.folder.join("studies"),
                source: std::io::Error::new(
                    std::io::ErrorKind::InvalidInput,
                    format!("a study is called {study:?}: {ALLOWED_DOTTED}"),
                ),
            });
        }
        let folder = self.folder.join("studies").join(study);
        make_folder(&folder)?;
        Ok(folder)
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
    pub fn keep_partial(&self, key: &str, series: &Table) -> Result<(), OutputError> {
        self.forget_damaged(key)?;
        self.write("partial", key, "csv", &series.to_csv())
    }

    /// Keeps why a run gave no series.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn keep_failure(&self, key: &str, reason: &str) -> Result<(), OutputError> {
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
            let mut file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .map_err(io)?;
            // An earlier process of this number may have been killed in the middle of a line.
            if file.metadata().map_err(io)?.len() > 0 {
                file.write_all(b"\n").map_err(io)?;
            }
            *open = Some(file);
        }
        if let Some(file) = open.as_mut() {
            file.write_all(attempt.to_line().as_bytes()).map_err(io)?;
        }
        Ok(())
    }

    /// All attempts that were noted, oldest first. A line that was torn by a kill or does not read is
    /// left out, and noted as damage.
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
            let path = entry.map_err(io)?.path();
            // What attempts took decides no result: a file that cannot be read stops nothing.
            if !fs::metadata(&path).is_ok_and(|about| about.is_file()) {
                self.note_damage(&path, "it is no plain file");
                continue;
            }
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.note_damage(&path, &error.to_string());
                    continue;
                }
            };
            let (found, bad) = read_attempts(&bytes);
            attempts.extend(found);
            if bad > 0 {
                self.note_damage(&path, &format!("{bad} of its lines do not read"));
            }
        }
        attempts.sort_by(|a, b| a.ended.total_cmp(&b.ended).then(a.key.cmp(&b.key)));
        // Results that were taken in twice were made once.
        attempts.dedup();
        Ok(attempts)
    }
}

/// How an attempt may end.
const STATES: [&str; 4] = ["done", "failed", "rejected", "stopped"];

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
        let is_number = |text: &str| matches!(text.parse::<f64>(), Ok(number) if number.is_finite() && number >= 0.0);
        let is_count = |text: &str| text.parse::<u32>().is_ok();
        if !(STATES.contains(state)
            && is_number(wall)
            && is_number(ended)
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

/// The attempts of a file, and how many of its lines are none.
pub fn read_attempts(bytes: &[u8]) -> (Vec<Attempt>, usize) {
    let mut found = Vec::new();
    let mut bad = 0;
    for line in bytes.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line).ok().and_then(Attempt::parse) {
            Some(attempt) => found.push(attempt),
            None => bad += usize::from(!line.is_empty()),
        }
    }
    (found, bad)
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
        let series = Table {
            columns: vec!["time_d".into()],
            rows: vec![vec![0.25]],
        };
        store.keep(key, &series).unwrap();
        assert_eq!(store.outcome(key).unwrap(), Outcome::Done(series.clone()));
        store.keep_partial("abce", &series).unwrap();
        assert_eq!(store.outcome("abce").unwrap(), Outcome::Missing);
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
