//! What howship wrote into a folder, and nothing else: a folder is replaced only where the list that
//! howship left in it (`run.json`, `folder.json`) names all that it holds, and only by a folder that
//! is done, moved into its place.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::output::{OutputError, digest, write_whole};
use crate::run::checkpoint::{Checkpoints, FOLDER, is_our_file};
use crate::run::folder::{DONE, Manifest};
use crate::run::sealed::{
    METADATA, PLOTS, RUN_LIST, is_description, is_half_written, is_sealed, read_list, sealed,
};
use crate::run::volume_names::{VOLUMES, is_ours as is_volume};

/// The list of a folder that is no run's.
pub(crate) const LIST: &str = "folder.json";
/// Folder of what sets arms apart.
pub(crate) const COMPARED: &str = "compared";
/// Strangers' files that a message names.
const NAMED: usize = 3;
/// What `folder.json` says: files of a folder that holds no run of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// Version of howship.
    pub(crate) version: String,
    /// What the folder is, such as `trial`.
    pub(crate) kind: String,
    /// Digest of this list.
    pub(crate) seal: String,
    /// Folders with lists of their own.
    pub(crate) folders: Vec<String>,
    /// Digest of every file, by its path in the folder.
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Listing {
    /// Lists all files of a folder that howship alone has written into, but those of `folders`.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn write(folder: &Path, kind: &str, folders: &[String]) -> Result<(), OutputError> {
        let mut outputs = BTreeMap::new();
        for (name, path) in entries(folder)? {
            if name == LIST || folders.contains(&name) {
                continue;
            }
            if path.is_dir() {
                for (inner, path) in entries(&path)? {
                    outputs.insert(format!("{name}/{inner}"), digest(&path)?);
                }
            } else {
                outputs.insert(name, digest(&path)?);
            }
        }
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: kind.to_owned(),
            seal: String::new(),
            folders: folders.to_vec(),
            outputs,
        }
        .save(folder)
    }

    fn save(&self, folder: &Path) -> Result<(), OutputError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        write_whole(&folder.join(LIST), sealed(&text).as_bytes())
    }

    /// What the list of a folder says and whether it is sealed; none where it does not read.
    pub(crate) fn read(folder: &Path) -> Option<(Self, bool)> {
        let text = read_list(&folder.join(LIST)).ok()?;
        let list = serde_json::from_str(&text).ok()?;
        Some((list, is_sealed(&text)))
    }

    /// In what the files of a folder are no longer those that it lists, those of inner folders with
    /// such lists included. Runs speak for themselves, and what no list names is for [`Inventory`].
    #[cfg(feature = "cli")]
    pub(crate) fn altered(folder: &Path) -> Vec<String> {
        let Some((list, _)) = Self::read(folder) else {
            return Vec::new();
        };
        let is_plain = |name: &str| {
            let parts = || Path::new(name).components();
            parts().next().is_some() && parts().all(|part| matches!(part, Component::Normal(_)))
        };
        let mut found = Vec::new();
        for (name, expected) in &list.outputs {
            let path = folder.join(name);
            if !is_plain(name) {
                found.push(format!(
                    "{name} in {LIST} is no file of the folder: it is not looked at"
                ));
            } else if path.symlink_metadata().is_err() {
                found.push(format!("{name} is missing since it was written"));
            } else if !digest(&path).is_ok_and(|now| now == *expected) {
                found.push(format!("{name} was altered since it was written"));
            }
        }
        for name in &list.folders {
            let inner = folder.join(name);
            if !is_plain(name) {
                found.push(format!(
                    "{name} in {LIST} is no folder of the folder: it is not looked at"
                ));
            } else if !inner.symlink_metadata().is_ok_and(|about| about.is_dir()) {
                found.push(format!(
                    "{name} is missing: it was removed, or is yet to be made (howship resume {})",
                    folder.display()
                ));
            } else {
                let inside = Self::altered(&inner);
                found.extend(inside.into_iter().map(|what| format!("{name}/{what}")));
            }
        }
        found
    }

    /// Adds a folder with a list of its own, where the list is as it was written.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    #[cfg(feature = "cli")]
    pub(crate) fn add_folder(folder: &Path, name: &str) -> Result<(), OutputError> {
        let text = read_list(&folder.join(LIST))?;
        if let (true, Ok(mut list)) = (is_sealed(&text), serde_json::from_str::<Self>(&text))
            && !list.folders.iter().any(|known| known == name)
        {
            list.folders.push(name.to_owned());
            list.seal.clear();
            list.save(folder)?;
        }
        Ok(())
    }
}

/// Names and paths of what is in a folder, in order.
pub(super) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, OutputError> {
    let io = |source| OutputError::Io {
        path: folder.to_path_buf(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        found.push((name, entry.path()));
    }
    found.sort();
    Ok(found)
}

/// Why something is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No list names it.
    Unlisted,
    /// It is no longer what was written.
    Changed,
    /// The list itself does not read, or is not what was written.
    List,
}

/// Something in a folder that no run of howship left there as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// Path in the folder.
    pub(crate) path: String,
    /// Why it is not ours.
    pub(crate) why: Why,
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = &self.path;
        match self.why {
            Why::Unlisted => write!(to, "{path}"),
            Why::Changed => write!(to, "{path} (changed since it was written)"),
            Why::List => write!(to, "{path} (not as it was written)"),
        }
    }
}

/// All that a folder holds: what is ours, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    files: Vec<PathBuf>,
    /// The outermost first.
    folders: Vec<PathBuf>,
    /// What is not ours.
    pub(crate) foreign: Vec<Foreign>,
}

/// What a list allows to lie beside it.
struct Allowed {
    outputs: BTreeMap<String, String>,
    folders: Vec<String>,
    is_run: bool,
    /// A run that is not over may have been killed in the midst of a file.
    is_open: bool,
}

impl Allowed {
    /// The list of a folder: where it lies, what it allows where it reads, and whether it is sealed.
    fn read(folder: &Path) -> Option<(PathBuf, Option<Self>, bool)> {
        let place = |name: &str| {
            let path = folder.join(name);
            path.symlink_metadata().is_ok().then_some(path)
        };
        let (list, is_run) = match place(RUN_LIST) {
            Some(list) => (list, true),
            None => (place(LIST)?, false),
        };
        let text = read_list(&list).unwrap_or_default();
        let allowed = if is_run {
            serde_json::from_str(&text).ok().map(|list: Manifest| Self {
                is_open: list.exit_state != DONE,
                outputs: list.outputs,
                folders: vec![COMPARED.to_owned()],
                is_run,
            })
        } else {
            serde_json::from_str(&text).ok().map(|list: Listing| Self {
                is_open: false,
                outputs: list.outputs,
                folders: list.folders,
                is_run,
            })
        };
        Some((list, allowed, is_sealed(&text)))
    }

    /// True where a folder without a list of its own holds listed files.
    fn holds(&self, name: &str) -> bool {
        let head = format!("{name}/");
        (self.is_run && name == PLOTS) || self.outputs.keys().any(|path| path.starts_with(&head))
    }
}

impl Inventory {
    /// Looks through a folder.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn of(folder: &Path) -> Result<Self, OutputError> {
        let mut found = Self::default();
        found.look(folder, folder)?;
        Ok(found)
    }

    fn strange(&mut self, root: &Path, path: &Path, why: Why) {
        let path = path.strip_prefix(root).unwrap_or(path);
        self.foreign.push(Foreign {
            path: path.display().to_string(),
            why,
        });
    }

    fn look(&mut self, root: &Path, folder: &Path) -> Result<(), OutputError> {
        self.folders.push(folder.to_path_buf());
        let inside = entries(folder)?;
        let Some((list, allowed, is_sealed)) = Allowed::read(folder) else {
            for (_, path) in inside {
                self.strange(root, &path, Why::Unlisted);
            }
            return Ok(());
        };
        if !is_sealed {
            self.strange(root, &list, Why::List);
        }
        let Some(allowed) = allowed else {
            return Ok(());
        };
        for (name, path) in inside {
            let is_dir = path
                .symlink_metadata()
                .is_ok_and(|metadata| metadata.is_dir());
            if path == list {
                self.files.push(path);
            } else if name == METADATA && is_description(&path) {
                // Written into a folder that was done, at a wish: no list names it.
                self.files.push(path);
            } else if name == METADATA {
                self.strange(root, &path, Why::Changed);
            } else if is_dir && allowed.is_run && name == FOLDER {
                self.look_at_checkpoints(root, &path)?;
            } else if is_dir && allowed.is_run && name == VOLUMES {
                self.look_at_volumes(root, &path, &name, &allowed)?;
            } else if is_dir && allowed.folders.contains(&name) {
                self.look(root, &path)?;
            } else if is_dir && allowed.holds(&name) {
                self.folders.push(path.clone());
                for (inner, path) in entries(&path)? {
                    self.take(root, path, &format!("{name}/{inner}"), &allowed);
                }
            } else {
                self.take(root, path, &name, &allowed);
            }
        }
        Ok(())
    }

    fn take(&mut self, root: &Path, path: PathBuf, name: &str, allowed: &Allowed) {
        let is_file = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_file());
        match allowed.outputs.get(name) {
            Some(expected) if is_file => {
                // Pictures are drawn again by `howship plot`; a run that goes on has no digests yet.
                let is_same = expected.is_empty()
                    || name.starts_with("plots/")
                    || digest(&path).is_ok_and(|now| now == *expected);
                if !is_same {
                    self.strange(root, &path, Why::Changed);
                }
                self.files.push(path);
            }
            None if is_file && allowed.is_open && (is_half_written(&path) || is_volume(name)) => {
                self.files.push(path);
            }
            _ => self.strange(root, &path, Why::Unlisted),
        }
    }

    /// Looks at volumes, of which a zarr is folders in folders.
    fn look_at_volumes(
        &mut self,
        root: &Path,
        folder: &Path,
        name: &str,
        allowed: &Allowed,
    ) -> Result<(), OutputError> {
        self.folders.push(folder.to_path_buf());
        for (inner, path) in entries(folder)? {
            let name = format!("{name}/{inner}");
            if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                self.look_at_volumes(root, &path, &name, allowed)?;
            } else {
                self.take(root, path, &name, allowed);
            }
        }
        Ok(())
    }

    fn look_at_checkpoints(&mut self, root: &Path, folder: &Path) -> Result<(), OutputError> {
        self.folders.push(folder.to_path_buf());
        for (_, path) in entries(folder)? {
            if is_our_file(&path) {
                self.files.push(path);
            } else {
                self.strange(root, &path, Why::Unlisted);
            }
        }
        Ok(())
    }

    /// Removes what is ours. Where more lies there, that stays, with the folders that hold it.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    fn remove(self) -> Result<(), OutputError> {
        let io = |path: &Path, source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        };
        for path in &self.files {
            std::fs::remove_file(path).map_err(|source| io(path, source))?;
        }
        for path in self.folders.iter().rev() {
            std::fs::remove_dir(path).map_err(|source| io(path, source))?;
        }
        Ok(())
    }

    fn refuse_foreign(&self, path: &Path) -> Result<(), OutputError> {
        if self.foreign.is_empty() {
            return Ok(());
        }
        let mut words: Vec<String> = self
            .foreign
            .iter()
            .take(NAMED)
            .map(ToString::to_string)
            .collect();
        if self.foreign.len() > NAMED {
            words.push(format!("{} more", self.foreign.len() - NAMED));
        }
        Err(OutputError::Foreign {
            path: path.to_path_buf(),
            found: words.join(", "),
        })
    }
}

/// Removes a folder that holds nothing but what howship wrote.
///
/// # Errors
/// [`OutputError::Foreign`]; nothing is removed then.
pub(crate) fn remove(folder: &Path) -> Result<(), OutputError> {
    let found = Inventory::of(folder)?;
    found.refuse_foreign(folder)?;
    found.remove()
}

/// The innermost folder around a place that is a run's or a list's of ours.
fn around(place: &Path) -> Option<PathBuf> {
    // What is there of the way decides, wherever links lead.
    let absolute = std::path::absolute(place).ok()?;
    let there = if absolute.file_name().is_some() {
        let mut above = absolute.ancestors().skip(1);
        above.find_map(|above| above.canonicalize().ok())?
    } else {
        // `run/..` is the folder around the run, and lies in what is around that.
        absolute.canonicalize().ok()?.parent()?.to_path_buf()
    };
    there
        .ancestors()
        .find(|above| is_ours(above))
        .map(Path::to_path_buf)
}

/// True for the folder of a run, or for one with a list of ours.
pub(crate) fn is_ours(folder: &Path) -> bool {
    Manifest::read(folder).is_ok() || Listing::read(folder).is_some()
}

/// Refuses a place inside a folder of ours, which would no longer hold what its list says and nothing
/// else.
///
/// # Errors
/// [`OutputError::Refused`].
pub(crate) fn refuse_inside(out: &Path) -> Result<(), OutputError> {
    match around(out) {
        None => Ok(()),
        Some(folder) => Err(OutputError::Refused {
            path: out.to_path_buf(),
            reason: format!(
                "it lies in {}, which howship wrote, and which is to hold nothing else: choose \
                 another place",
                folder.display()
            ),
        }),
    }
}

/// A new folder on its way into the place of an old one.
#[derive(Debug)]
pub(crate) struct Replacement {
    old: PathBuf,
    new: PathBuf,
    /// Whether there is anything to replace.
    was_there: bool,
    /// So that no run goes on in the old folder meanwhile.
    held: Vec<Checkpoints>,
}

/// Checks that the folder that is to be replaced is nothing that it must not be: a link, no folder, the
/// place of what is in use, or a folder with anything that howship did not write. What is returned
/// keeps runs from going on in it.
fn check(old: &Path, inputs: &[PathBuf]) -> Result<Vec<Checkpoints>, OutputError> {
    let guarded = |reason: String| OutputError::Guarded {
        path: old.to_path_buf(),
        reason,
    };
    let io = |source| OutputError::Io {
        path: old.to_path_buf(),
        source,
    };
    if let Some(reason) = never_replaced(old)? {
        return Err(guarded(reason.to_owned()));
    }
    let canonical = old.canonicalize().map_err(io)?;
    if canonical.parent().is_none() {
        return Err(guarded("it is the root of all folders".to_owned()));
    }
    let places = [
        (std::env::current_dir().ok(), "the current folder"),
        (std::env::home_dir(), "the home folder"),
    ];
    for (place, name) in places {
        if let Some(place) = place.and_then(|place| place.canonicalize().ok())
            && place.starts_with(&canonical)
        {
            return Err(guarded(format!("{name} is or lies in it")));
        }
    }
    for input in inputs {
        if let Ok(place) = input.canonicalize()
            && place.starts_with(&canonical)
        {
            return Err(guarded(format!(
                "{}, which the run reads, lies in it",
                input.display()
            )));
        }
    }
    // A run that goes on is told from its lock: its files come and go while they are looked at.
    let mut runs = vec![old.to_path_buf()];
    runs.extend(entries(old)?.into_iter().map(|(_, path)| path));
    let held = Checkpoints::hold_all(&runs)?;
    Inventory::of(old)?.refuse_foreign(old)?;
    Ok(held)
}

/// What is never replaced: a link, and what is no folder.
fn never_replaced(old: &Path) -> Result<Option<&'static str>, OutputError> {
    let metadata = old.symlink_metadata().map_err(|source| OutputError::Io {
        path: old.to_path_buf(),
        source,
    })?;
    Ok(if metadata.is_symlink() {
        Some("it is a link")
    } else if metadata.is_dir() {
        None
    } else {
        Some("it is no folder")
    })
}

/// The folder around a folder, which is made where it is not there.
fn parent_of(out: &Path) -> Result<PathBuf, OutputError> {
    let parent = out
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|source| OutputError::Io {
        path: out.to_path_buf(),
        source,
    })?;
    Ok(parent.to_path_buf())
}

/// A hidden name beside a folder.
fn beside(folder: &Path, what: &str, turn: u32) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".{what}-{}", std::process::id()));
    if turn > 0 {
        name.push(format!("-{turn}"));
    }
    folder.with_file_name(name)
}

impl Replacement {
    /// Says whether a folder may be written, without touching it: it is not there; or it may be
    /// replaced, and holds nothing but what howship wrote.
    ///
    /// # Errors
    /// [`OutputError::Refused`] inside another folder of ours; [`OutputError::NoFolder`] and [`OutputError::Exists`]
    /// without `force`, else [`OutputError::Foreign`], [`OutputError::Guarded`], and [`OutputError::InUse`] where a
    /// run goes on in it.
    pub(crate) fn check(out: &Path, force: bool, inputs: &[PathBuf]) -> Result<(), OutputError> {
        refuse_inside(out)?;
        if out.symlink_metadata().is_err() {
            return Ok(());
        }
        if !force {
            let path = out.to_path_buf();
            return Err(match never_replaced(out)? {
                Some(reason) => OutputError::NoFolder { path, reason },
                None => OutputError::Exists(path),
            });
        }
        check(out, inputs).map(drop)
    }

    /// Makes sure that a folder can be made beside a place, before work is put into what it will hold.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn try_place(out: &Path) -> Result<(), OutputError> {
        crate::output::beside(&parent_of(out)?).map(drop)
    }

    /// Makes a folder beside the place that it will have; what lies there stays until [`Self::place`].
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub(crate) fn begin(out: &Path, inputs: &[PathBuf]) -> Result<Self, OutputError> {
        let was_there = out.symlink_metadata().is_ok();
        let held = if was_there {
            check(out, inputs)?
        } else {
            Vec::new()
        };
        let io = |path: &Path, source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        };
        parent_of(out)?;
        // A name with a trailing `..` has no neighbour.
        if !matches!(out.components().next_back(), Some(Component::Normal(_))) {
            return Err(OutputError::Guarded {
                path: out.to_path_buf(),
                reason: "it has no name of its own".to_owned(),
            });
        }
        let mut turn = 0;
        let new = loop {
            let new = beside(out, "new", turn);
            match std::fs::create_dir(&new) {
                Ok(()) => break new,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && turn < 99 => {
                    turn += 1;
                }
                Err(error) => return Err(io(&new, error)),
            }
        };
        Ok(Self {
            old: out.to_path_buf(),
            new,
            was_there,
            held,
        })
    }

    /// The new folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.new
    }

    /// Moves the new folder into its place, and removes the old one.
    ///
    /// # Errors
    /// Where anything came into the old folder meanwhile: both folders then stay as they are.
    pub(crate) fn place(self) -> Result<(), OutputError> {
        let io = |path: &Path, source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        };
        let Self {
            old,
            new,
            was_there,
            held,
        } = self;
        let mut gone = None;
        if let Ok(metadata) = old.symlink_metadata() {
            if !was_there || !metadata.is_dir() {
                return Err(OutputError::Exists(old));
            }
            // The locks are ours already.
            Inventory::of(&old)?.refuse_foreign(&old)?;
            let away = beside(&old, "old", 0);
            std::fs::rename(&old, &away).map_err(|source| io(&old, source))?;
            gone = Some(away);
        }
        if let Err(error) = std::fs::rename(&new, &old) {
            if let Some(away) = &gone {
                // What was there before is worth more than the order of names.
                let _ = std::fs::rename(away, &old);
            }
            return Err(io(&old, error));
        }
        drop(held);
        gone.map_or(Ok(()), |away| remove(&away))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_in_between_keeps_both_folders() {
        let base = tempfile::tempdir().unwrap();
        let out = base.path().join("trial");
        let fill = |replacement: &Replacement, words: &str| {
            std::fs::write(replacement.folder().join("a.csv"), words).unwrap();
            Listing::write(replacement.folder(), "trial", &[]).unwrap();
        };
        let first = Replacement::begin(&out, &[]).unwrap();
        fill(&first, "one");
        first.place().unwrap();
        let second = Replacement::begin(&out, &[]).unwrap();
        fill(&second, "two");
        let new = second.folder().to_path_buf();
        std::fs::write(out.join(".notes"), "mine").unwrap();
        let refused = second.place().unwrap_err();
        assert!(refused.to_string().contains(".notes"), "{refused}");
        assert_eq!(std::fs::read_to_string(out.join("a.csv")).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(new.join("a.csv")).unwrap(), "two");
        std::fs::remove_file(out.join(".notes")).unwrap();
        let third = Replacement::begin(&out, &[]).unwrap();
        fill(&third, "three");
        third.place().unwrap();
        assert_eq!(std::fs::read_to_string(out.join("a.csv")).unwrap(), "three");
        let left: Vec<_> = entries(base.path()).unwrap();
        assert_eq!(
            left.len(),
            2,
            "the folder, and the second that found no place: {left:?}"
        );
    }
}
