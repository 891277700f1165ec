//! Checkpoints: all that a run needs to go on, in one file that is whole or refused.
//!
//! | bytes | are |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 4 | [`FORMAT`], lowest byte first |
//! | 4 | length of the heading |
//! | | [`Heading`] (postcard) |
//! | | state, what the workspace carries over, and the record (postcard in zstd) |
//! | 32 | BLAKE3 of all bytes before |
//!
//! Reading takes no more memory than the file itself and [`most_raw_bytes`] for what is unpacked from
//! it, and as much again as the arrays of the lattice that the heading names ([`most_array_bytes`]).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::fingerprint::paths;
use crate::engine::state::State;
use crate::numerics::files::open_regular;
use crate::numerics::packed;
use crate::output::{OutputError, make_folder, refuse_link};
use crate::run::sealed::is_half_written;
use crate::scenario::restorable::{MOST_RECORD, MOST_SIGNALS, SITE_UM};
use crate::tissue::grid::Grid;
use crate::transport::MOST_SITES;

/// First bytes of a checkpoint.
pub const MAGIC: [u8; 8] = *b"\x89howship";
/// Number of the format.
pub const FORMAT: u32 = 11;
/// Bytes of a heading at most; it holds a scenario of at most 4 MiB.
pub const MOST_HEADING: usize = 8 << 20;
/// Bytes of a checkpoint at most.
pub const MOST_FILE: u64 = 64 << 30;
/// Folder of the checkpoints in a run folder.
pub const FOLDER: &str = "checkpoints";

/// With what the name of a checkpoint begins.
const TICK: &str = "tick-";
/// With what the name of the past of an arm begins.
const PAST: &str = "past-";
const FIXED: usize = MAGIC.len() + 8;
const SUM: usize = blake3::OUT_LEN;
/// Fast: what is left after packing is small.
const LEVEL: i32 = 1;
/// Largest window of zstd that is read, as a power of two; ours are far below.
const WINDOW_LOG: u32 = 24;

/// Bytes at most between zstd and the state, for a lattice of this many sites.
pub const fn most_raw_bytes(sites: usize, signals: u32) -> u64 {
    MOST_RECORD + most_array_bytes(sites, signals) as u64
}

/// Bytes at most of all arrays over the lattice together.
pub const fn most_array_bytes(sites: usize, signals: u32) -> usize {
    sites.saturating_mul(256 + 16 * signals as usize)
}

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// Version of howship that wrote it.
    pub version: String,
    /// The scenario with all its layers merged, as TOML.
    pub scenario: String,
    /// Folder to which file names in the scenario refer.
    pub inputs: String,
    /// What the bone is.
    pub specimen: String,
    /// Digest of the bone from which the run began.
    pub bone: String,
    /// The lattice.
    pub grid: Grid,
    /// Number of signals.
    pub signals: u32,
    /// Ticks done.
    pub tick: u32,
    /// Wall time that the run took until then, s.
    pub wall_s: f64,
    /// Bytes of the body before zstd.
    pub raw_bytes: u64,
}

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content<R> {
    /// Digest of the names of all parts of the state.
    layout: [u8; 32],
    /// The state.
    pub state: State,
    /// Share of RANK engaged, which cells that secrete still sense in the next tick.
    #[serde(with = "packed")]
    pub rank_occupancy: Vec<f32>,
    /// What the run has recorded.
    pub record: R,
}

/// The same, borrowed.
#[derive(Serialize)]
struct Lent<'a, R> {
    layout: [u8; 32],
    state: &'a State,
    #[serde(serialize_with = "packed::serialize")]
    rank_occupancy: &'a [f32],
    record: &'a R,
}

/// Why a checkpoint is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is something else.
    #[error("is no checkpoint: it does not begin with the mark of one")]
    Foreign,
    /// It is of another format.
    #[error("has format {found}; this howship reads format {FORMAT}")]
    Format {
        /// What was found.
        found: u32,
    },
    /// Its bytes are not those that were written.
    #[error("is torn or altered: the checksum of its {bytes} bytes does not fit")]
    Checksum {
        /// Length of the file.
        bytes: usize,
    },
    /// It was written by another version, whose results may differ.
    #[error("was written by howship {found}; this is {}, whose results may differ", env!("CARGO_PKG_VERSION"))]
    Version {
        /// What was found.
        found: String,
    },
    /// It asks for more than is allowed.
    #[error("asks for {found} {what}; at most {most} are allowed")]
    Bound {
        /// What it asks for.
        what: &'static str,
        /// What was found.
        found: u64,
        /// What is allowed.
        most: u64,
    },
    /// Its bytes are those that were written, and make no sense.
    #[error("makes no sense: {0}")]
    Sense(String),
    /// It cannot be written.
    #[error("cannot be written: {0}")]
    Unwritten(String),
}

fn layout(state: &State) -> Result<[u8; 32], CheckpointError> {
    let names = paths(state).map_err(|error| CheckpointError::Sense(error.to_string()))?;
    Ok(*blake3::hash(names.join("\n").as_bytes()).as_bytes())
}

/// Counts what passes.
struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// The bytes of a checkpoint; `raw_bytes` of the heading is filled in.
///
/// # Errors
/// When there is more of it than a reader would take.
pub fn write<R: Serialize>(
    mut heading: Heading,
    state: &State,
    rank_occupancy: &[f32],
    record: &R,
) -> Result<Vec<u8>, CheckpointError> {
    let unwritten = |error: &dyn std::fmt::Display| CheckpointError::Unwritten(error.to_string());
    let lent = Lent {
        layout: layout(state)?,
        state,
        rank_occupancy,
        record,
    };
    let zstd = zstd::stream::write::Encoder::new(Vec::new(), LEVEL)?;
    let counted = Counted { to: zstd, bytes: 0 };
    // Most numbers are written one by one.
    let buffered = BufWriter::with_capacity(1 << 16, counted);
    let counted = postcard::to_io(&lent, buffered)
        .map_err(|error| unwritten(&error))?
        .into_inner()
        .map_err(|error| unwritten(&error))?;
    heading.raw_bytes = counted.bytes;
    heading.check()?;
    let body = counted.to.finish()?;
    let head = postcard::to_stdvec(&heading).map_err(|error| unwritten(&error))?;
    if head.len() > MOST_HEADING {
        return Err(too_much(
            "bytes of heading",
            head.len() as u64,
            MOST_HEADING as u64,
        ));
    }
    let mut bytes = Vec::with_capacity(FIXED + head.len() + body.len() + SUM);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(&body);
    let sum = blake3::hash(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    Ok(bytes)
}

const fn too_much(what: &'static str, found: u64, most: u64) -> CheckpointError {
    CheckpointError::Bound { what, found, most }
}

impl Heading {
    fn check(&self) -> Result<(), CheckpointError> {
        let [x, y, z] = self.grid.dims.map(|n| n as u64);
        let sites = x.saturating_mul(y).saturating_mul(z);
        if sites == 0 || sites > MOST_SITES as u64 {
            return Err(too_much("sites", sites, MOST_SITES as u64));
        }
        for length in [self.grid.edge_um, self.grid.depth_um] {
            if !SITE_UM.contains(&length) {
                return Err(CheckpointError::Sense(format!(
                    "sites of {length} um, where {} to {} um are allowed",
                    SITE_UM.start(),
                    SITE_UM.end()
                )));
            }
        }
        if self.signals > MOST_SIGNALS {
            return Err(too_much(
                "signals",
                self.signals.into(),
                MOST_SIGNALS.into(),
            ));
        }
        let most = most_raw_bytes(sites as usize, self.signals);
        if self.raw_bytes > most {
            return Err(too_much("bytes", self.raw_bytes, most));
        }
        Ok(())
    }
}

/// A checkpoint whose bytes are those that were written: its heading, and its body still packed.
#[derive(Debug)]
pub struct Sealed<'a> {
    /// What it says of itself.
    pub heading: Heading,
    body: &'a [u8],
}

/// Checks the bytes of a checkpoint and reads its heading.
///
/// # Errors
/// A [`CheckpointError`] that says why it is refused.
pub fn open(bytes: &[u8]) -> Result<Sealed<'_>, CheckpointError> {
    let torn = || CheckpointError::Checksum { bytes: bytes.len() };
    let (mark, rest) = bytes
        .split_at_checked(MAGIC.len())
        .ok_or(CheckpointError::Foreign)?;
    if mark != MAGIC {
        return Err(CheckpointError::Foreign);
    }
    let (content, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(torn)?;
    if content.len() < FIXED || blake3::hash(content).as_bytes() != sum {
        return Err(torn());
    }
    let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(torn)?;
    let format = u32::from_le_bytes(*format);
    if format != FORMAT {
        return Err(CheckpointError::Format { found: format });
    }
    let (length, _) = rest.split_first_chunk::<4>().ok_or_else(torn)?;
    let length = u32::from_le_bytes(*length) as usize;
    let most = MOST_HEADING.min(content.len() - FIXED);
    if length > most {
        return Err(too_much("bytes of heading", length as u64, most as u64));
    }
    let (head, body) = content[FIXED..].split_at(length);
    let heading: Heading =
        postcard::from_bytes(head).map_err(|error| CheckpointError::Sense(error.to_string()))?;
    if heading.version != env!("CARGO_PKG_VERSION") {
        return Err(CheckpointError::Version {
            found: heading.version.chars().take(40).collect(),
        });
    }
    heading.check()?;
    Ok(Sealed { heading, body })
}

impl Sealed<'_> {
    /// Unpacks what the checkpoint holds. Whether the state fits its model is for
    /// [`crate::engine::restored`] to say.
    ///
    /// # Errors
    /// A [`CheckpointError`] that says why it is refused.
    pub fn unpack<R: DeserializeOwned>(&self) -> Result<Content<R>, CheckpointError> {
        let heading = &self.heading;
        let sense = |error: &dyn std::fmt::Display| CheckpointError::Sense(error.to_string());
        let mut zstd = zstd::stream::read::Decoder::with_buffer(self.body)?;
        zstd.window_log_max(WINDOW_LOG)?;
        let mut raw = Vec::new();
        zstd.take(heading.raw_bytes + 1)
            .read_to_end(&mut raw)
            .map_err(|error| sense(&error))?;
        if raw.len() as u64 != heading.raw_bytes {
            return Err(CheckpointError::Sense(format!(
                "its body has {} bytes or more, where {} are due",
                raw.len(),
                heading.raw_bytes
            )));
        }
        let sites = heading.grid.len();
        let most = most_array_bytes(sites, heading.signals);
        let (body, rest) = packed::within(sites, most, || {
            postcard::take_from_bytes::<Content<R>>(&raw)
        })
        .map_err(|error| sense(&error))?;
        if !rest.is_empty() {
            return Err(CheckpointError::Sense(format!(
                "{} bytes too many",
                rest.len()
            )));
        }
        if body.layout != layout(&body.state)? {
            return Err(CheckpointError::Sense(
                "its state has other parts than that of this howship".to_owned(),
            ));
        }
        if body.state.tick != heading.tick {
            return Err(CheckpointError::Sense(format!(
                "its state is of tick {}, its heading of {}",
                body.state.tick, heading.tick
            )));
        }
        Ok(body)
    }
}

/// The bytes of a file.
///
/// # Errors
/// What the file system says; a file beyond [`MOST_FILE`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let file = open_regular(path)?;
    let bytes = file.metadata()?.len();
    if bytes > MOST_FILE {
        return Err(too_much("bytes of file", bytes, MOST_FILE));
    }
    let mut read = Vec::with_capacity(bytes as usize);
    file.take(MOST_FILE).read_to_end(&mut read)?;
    Ok(read)
}

/// The checkpoints of a run folder. While it lives, no other process writes into that folder.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    lock: File,
}

/// Name of the file by which a process holds a run folder.
const LOCK: &str = "lock";

/// True for a file that lies in the folder of checkpoints and is, by its name and its first bytes, a
/// checkpoint, the beginning of one, or the lock.
pub fn is_our_file(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(name), Ok(metadata)) = (name, path.symlink_metadata()) else {
        return false;
    };
    if !metadata.is_file() {
        return false;
    }
    if name == LOCK {
        return metadata.len() == 0;
    }
    let number = [TICK, PAST].iter().find_map(|kind| name.strip_prefix(kind));
    let ending = number.map(|number| number.trim_start_matches(|c: char| c.is_ascii_digit()));
    let mut head = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut head));
    read.is_ok()
        && match ending {
            Some(".howship") => head == MAGIC,
            Some(".part") => MAGIC.starts_with(&head),
            _ => false,
        }
}

/// True where a path still leads to an open file.
fn leads_to(path: &Path, file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        match (path.symlink_metadata(), file.metadata()) {
            (Ok(there), Ok(held)) => there.dev() == held.dev() && there.ino() == held.ino(),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.is_file()
    }
}

impl Checkpoints {
    /// Takes hold of a run folder.
    ///
    /// # Errors
    /// [`OutputError::InUse`] when another process holds it.
    pub fn hold(run: &Path) -> Result<Self, OutputError> {
        make_folder(&run.join(FOLDER))?;
        Self::lock(run, true)
    }

    /// Takes hold of run folders that have been held before.
    ///
    /// # Errors
    /// [`OutputError::InUse`] when another process holds one of them.
    pub fn hold_all(runs: &[PathBuf]) -> Result<Vec<Self>, OutputError> {
        runs.iter()
            .filter(|run| {
                let lock = run.join(FOLDER).join(LOCK);
                lock.symlink_metadata().is_ok_and(|found| found.is_file())
            })
            .map(|run| Self::lock(run, false))
            .collect()
    }

    fn lock(run: &Path, create: bool) -> Result<Self, OutputError> {
        let folder = run.join(FOLDER);
        let lock = folder.join(LOCK);
        let io = |source| OutputError::Io {
            path: lock.clone(),
            source,
        };
        refuse_link(&folder)?;
        // A pipe would be waited for, and a link leads elsewhere.
        if let Ok(found) = lock.symlink_metadata()
            && !found.is_file()
        {
            return Err(OutputError::Refused {
                path: lock,
                reason: "it is no regular file, as which a run is held: remove it".to_owned(),
            });
        }
        let file = File::options()
            .create(create)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(io)?;
        // A file system without locks is no reason not to run.
        if matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
            return Err(OutputError::InUse(run.to_path_buf()));
        }
        let held = Self { folder, lock: file };
        // The folder may have gone between the opening and the lock.
        held.check()?;
        Ok(held)
    }

    /// Makes sure that the folder is still the one that was taken hold of: a lock on a file that
    /// was removed keeps nobody away from what lies there now.
    ///
    /// # Errors
    /// [`OutputError::Lost`].
    pub fn check(&self) -> Result<(), OutputError> {
        if leads_to(&self.folder.join(LOCK), &self.lock) {
            Ok(())
        } else {
            let run = self.folder.parent().unwrap_or(&self.folder);
            Err(OutputError::Lost(run.to_path_buf()))
        }
    }

    /// Writes a checkpoint beside its name, renames it when it lies on the disk, and removes those
    /// beyond the last `keep`.
    ///
    /// # Errors
    /// [`OutputError::Io`]; the earlier checkpoints are then as they were.
    pub fn save(&self, tick: u32, bytes: &[u8], keep: usize) -> Result<PathBuf, OutputError> {
        let path = self.write(TICK, tick, bytes)?;
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        let mut kept = 0;
        for (other, path) in list(&self.folder, TICK)? {
            // Those of later ticks are what a run left that was resumed from before them.
            if other > tick {
                std::fs::remove_file(path).map_err(io)?;
            } else {
                kept += 1;
                if kept > keep.max(1) {
                    std::fs::remove_file(path).map_err(io)?;
                }
            }
        }
        Ok(path)
    }

    /// Writes a checkpoint that stays: the past of an arm.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn save_past(&self, tick: u32, bytes: &[u8]) -> Result<PathBuf, OutputError> {
        self.write(PAST, tick, bytes)
    }

    fn write(&self, kind: &str, tick: u32, bytes: &[u8]) -> Result<PathBuf, OutputError> {
        self.check()?;
        let path = self.folder.join(format!("{kind}{tick}.howship"));
        let beside = self.folder.join(format!("{kind}{tick}.part"));
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        if let Err(error) = written.and_then(|()| std::fs::rename(&beside, &path)) {
            // What could not be written whole is in the way of what can.
            let _ = std::fs::remove_file(&beside);
            return Err(io(error));
        }
        sync_folder(&self.folder).map_err(io)?;
        Ok(path)
    }

    /// The checkpoints, the last first.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn list(&self) -> Result<Vec<(u32, PathBuf)>, OutputError> {
        list(&self.folder, TICK)
    }

    /// Removes what a process that was killed left half written.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn tidy(&self) -> Result<(), OutputError> {
        let run = self.folder.parent().unwrap_or(&self.folder);
        for folder in [run, &run.join("plots"), &self.folder] {
            for path in files(folder)? {
                let name = path.file_name().map(|name| name.to_string_lossy());
                let half = name.is_some_and(|name| {
                    is_half_written(&path)
                        || ([TICK, PAST].iter().any(|kind| name.starts_with(kind))
                            && name.ends_with(".part"))
                });
                if half {
                    std::fs::remove_file(&path).map_err(|source| OutputError::Io {
                        path: path.clone(),
                        source,
                    })?;
                }
            }
        }
        Ok(())
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let io = |source| OutputError::Io {
        path: folder.to_path_buf(),
        source,
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    Ok(found)
}

/// Digests of all checkpoints of a run folder, by their path in it.
///
/// # Errors
/// [`OutputError::Io`].
pub fn digests(run: &Path) -> Result<BTreeMap<String, String>, OutputError> {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        format!("{FOLDER}/{name}")
    };
    all(run)?
        .into_iter()
        .map(|(_, path)| Ok((name(&path), crate::output::digest(&path)?)))
        .collect()
}

/// All checkpoints of a run folder, pasts of arms included, the last first; none where there is no
/// folder.
///
/// # Errors
/// [`OutputError::Io`].
pub fn all(run: &Path) -> Result<Vec<(u32, PathBuf)>, OutputError> {
    let folder = run.join(FOLDER);
    let mut found = list(&folder, TICK)?;
    found.extend(list(&folder, PAST)?);
    found.sort_by_key(|&(tick, _)| std::cmp::Reverse(tick));
    Ok(found)
}

fn list(folder: &Path, kind: &str) -> Result<Vec<(u32, PathBuf)>, OutputError> {
    let tick = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(kind)?
            .strip_suffix(".howship")?
            .parse()
            .ok()
    };
    let mut found: Vec<(u32, PathBuf)> = files(folder)?
        .into_iter()
        .filter_map(|path| Some((tick(&path)?, path)))
        .collect();
    found.sort_by_key(|&(tick, _)| std::cmp::Reverse(tick));
    Ok(found)
}

/// Makes sure that the names in a folder outlast a loss of power.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
