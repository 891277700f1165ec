//! What attempts at runs took: a file of each process, which decides no result.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use super::Store;
use crate::output::OutputError;

/// What an attempt took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Wall time, s.
    pub wall_s: f64,
    /// Threads inside the run.
    pub threads: usize,
}

impl Store {
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
    pub(crate) fn note_attempt(&self, attempt: &Attempt) -> Result<(), OutputError> {
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
    pub(crate) fn is_sound(&self) -> bool {
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
pub(crate) fn peak_memory_mb() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
