//! Several futures from one past: a run with arms, and arms that turn off from a run that is there.
//!
//! A scenario with arms becomes a folder with a run folder for the control and one for each arm, and
//! `compared/` with what sets them apart.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::output::{OutputError, refuse_link, write_whole};
use crate::run::checkpoint::{Checkpoints, FOLDER, all, open};
use crate::run::compare::write_compared;
use crate::run::error::{RunError, Stopped};
use crate::run::folder::{DONE, Manifest, RunFolder, SCENARIO};
use crate::run::host::{Event, Host};
use crate::run::members::members;
use crate::run::ours::{self, COMPARED};
use crate::run::past::{control_of, past_at, unaltered};
use crate::run::restore::Restored;
use crate::run::resume;
use crate::run::sealed::PLOTS;
use crate::run::session::{Opened, Session};
use crate::scenario::arms::CONTROL;
use crate::scenario::build::Loaded;

/// Runs an arm from its turn on, into a folder of its own.
pub(super) fn turn_off(
    past: &Path,
    control: &Loaded,
    manifest: &Manifest,
    forked: &Loaded,
    out: &Path,
    host: &dyn Host,
) -> Result<(), RunError> {
    let clock = Instant::now();
    let tick = forked
        .scenario
        .arm
        .as_ref()
        .and_then(|name| forked.scenario.arms.get(name))
        .map_or(0, |arm| control.fork_tick(arm.at));
    if out.exists() {
        // Before the past is run again.
        return Err(OutputError::Exists(out.to_path_buf()).into());
    }
    let (mut simulation, mut record) = past_at(past, control, manifest, tick, host)?;
    host.listen().map_err(RunError::Deaf)?;
    while simulation.state.tick < tick {
        if host.stop().load(Ordering::SeqCst) {
            return Err(RunError::Stopped(Stopped {
                by: host.stopped_by(),
                saved: None,
                group: None,
            }));
        }
        simulation.step()?;
        record.take(control, &simulation);
    }
    let failed = |reason: String| RunError::Failed(format!("{}: {reason}", out.display()));
    let bytes = forked
        .checkpoint(&simulation, &record, 0.0)
        .map_err(|error| failed(error.to_string()))?;
    drop(simulation);
    // As it will be read when it is resumed: what does not fit is found before a folder is made.
    let Restored {
        loaded,
        mut simulation,
        record,
        ..
    } = open(&bytes)
        .and_then(|sealed| sealed.restore())
        .map_err(|error| RunError::Refused(format!("the arm {error}")))?;
    simulation.report.clone_from(&manifest.specimen_report);
    let folder = RunFolder::create(out)?;
    let checkpoints = Checkpoints::hold(out)?;
    let text = loaded.tree.to_toml_with_sources();
    write_whole(&out.join(SCENARIO), text.as_bytes())?;
    checkpoints.save(tick, &bytes, loaded.scenario.checkpoint.keep)?;
    let opened = Opened {
        loaded,
        simulation,
        record,
        folder,
        checkpoints: Some(checkpoints),
    };
    Session::new(opened, 0.0, clock, host).go()
}

/// Brings a run with arms to its end: the control, then every arm, then what sets them apart.
///
/// # Errors
/// Those of each of its runs.
pub(crate) fn go_on(group: &Path, host: &dyn Host) -> Result<(), RunError> {
    let past = group.join(CONTROL);
    for folder in members(group)? {
        for inner in [PLOTS, FOLDER] {
            refuse_link(&folder.join(inner))?;
        }
        unaltered(&folder)?;
    }
    refuse_link(&group.join(COMPARED))?;
    let is_done =
        |path: &Path| Manifest::read(path).is_ok_and(|manifest| manifest.exit_state == DONE);
    if !is_done(&past) {
        resume::go_on(&past, host).map_err(|error| error.in_group(group))?;
    }
    let (control, manifest) = control_of(&past, None)?;
    for name in control.scenario.arms.keys() {
        let out = group.join(name);
        if is_done(&out) {
            continue;
        }
        host.hear(&Event::Arm(name));
        let is_begun = all(&out)?.iter().any(|_| true);
        if is_begun {
            resume::go_on(&out, host)
        } else {
            // What was killed before its first checkpoint holds nothing yet.
            if out.symlink_metadata().is_ok() {
                ours::remove(&out)?;
            }
            let forked = control.taking(name)?;
            turn_off(&past, &control, &manifest, &forked, &out, host)
        }
        .map_err(|error| error.in_group(group))?;
    }
    write_compared(&members(group)?, &group.join(COMPARED), host)
}
