//! What is asked of runs that are there, alone or with arms: that they go on, or that an arm turns off from them.

use std::path::{Path, PathBuf};

use crate::run::compare::write_compared;
use crate::run::error::RunError;
use crate::run::group::{self, turn_off};
use crate::run::host::Host;
use crate::run::members::{is_group, members};
use crate::run::ours::{COMPARED, Listing, refuse_inside};
use crate::run::past::{control_of, unaltered};
use crate::run::resume;
use crate::scenario::arms::CONTROL;
use crate::scenario::file::Arm;

/// An arm that is to turn off from a run that is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fork {
    /// The run folder of the past, or the folder of its group.
    pub folder: PathBuf,
    /// Name of the arm.
    pub name: String,
    /// Its time, and what is other from then on.
    pub arm: Arm,
    /// Folder for the arm; in the group or beside the past without it.
    pub out: Option<PathBuf>,
    /// Folder to which file names in the scenario refer, where it has moved.
    pub inputs: Option<PathBuf>,
}

/// Runs an arm from its time on, and compares it with its past.
///
/// # Errors
/// What is wrong with the past, the arm or the folder; what stops the run.
pub(crate) fn fork(asked: &Fork, host: &dyn Host) -> Result<(), RunError> {
    let group = is_group(&asked.folder);
    let past = if group {
        asked.folder.join(CONTROL)
    } else {
        asked.folder.clone()
    };
    let out = asked.out.clone().unwrap_or_else(|| {
        let mut name = past.clone().into_os_string();
        name.push(format!("-{}", asked.name));
        if group {
            asked.folder.join(&asked.name)
        } else {
            PathBuf::from(name)
        }
    });
    // An arm of a group lies in it; anything else in a folder of ours is a stranger there.
    if !(group && out.parent() == Some(&asked.folder)) {
        refuse_inside(&out)?;
    }
    for folder in members(&asked.folder)? {
        unaltered(&folder)?;
    }
    let (control, manifest) = control_of(&past, asked.inputs.clone())?;
    let forked = control.forked(&asked.name, &asked.arm)?;
    if group && out.parent() == Some(&asked.folder) {
        Listing::add_folder(&asked.folder, &asked.name)?;
    }
    turn_off(&past, &control, &manifest, &forked, &out, host)?;
    let compared = out.join(COMPARED);
    let folders = if group {
        members(&asked.folder)?
    } else {
        vec![past, out]
    };
    write_compared(&folders, &compared, host)
}

/// Brings a run, or one with arms, to its end.
///
/// # Errors
/// As those of [`resume::go_on`] and [`group::go_on`].
pub(crate) fn go_on_any(folder: &Path, host: &dyn Host) -> Result<(), RunError> {
    if is_group(folder) {
        group::go_on(folder, host)
    } else {
        resume::go_on(folder, host)
    }
}
