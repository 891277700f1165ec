//! A run that was stopped or killed goes on from its last whole checkpoint.

use std::path::Path;
use std::time::Instant;

use crate::numerics::files::read_text;
use crate::output::{refuse_link, write_whole};
use crate::run::checkpoint::{Checkpoints, FOLDER, all, open, read_bytes};
use crate::run::error::RunError;
use crate::run::folder::{DONE, Manifest, RunFolder, SCENARIO};
use crate::run::host::{Event, Host};
use crate::run::restore::Restored;
use crate::run::sealed::PLOTS;
use crate::run::session::{Opened, Session};

/// Takes one run up again.
///
/// # Errors
/// No run folder, no whole checkpoint, another scenario than that of the run; what stops the run.
pub(crate) fn go_on(path: &Path, host: &dyn Host) -> Result<(), RunError> {
    let clock = Instant::now();
    if !path.join("run.json").exists() && !path.join(FOLDER).is_dir() {
        return Err(RunError::Refused(format!(
            "{} has neither run.json nor {FOLDER}: it is not a run folder",
            path.display()
        )));
    }
    // A run.json that does not read says as little as none.
    if Manifest::read(path).is_ok_and(|manifest| manifest.exit_state == DONE) {
        host.hear(&Event::DoneAlready(path));
        return Ok(());
    }
    for inner in [FOLDER, PLOTS] {
        refuse_link(&path.join(inner))?;
    }
    if all(path)?.is_empty() {
        return Err(none_whole(path));
    }
    let checkpoints = Checkpoints::hold(path)?;
    checkpoints.tidy()?;
    let Restored {
        loaded,
        mut simulation,
        record,
        wall_s,
    } = last_whole(path, &checkpoints, host)?;
    simulation.report = Manifest::read(path)
        .ok()
        .and_then(|manifest| manifest.specimen_report);
    let scenario = path.join(SCENARIO);
    let text = loaded.tree.to_toml_with_sources();
    match read_text(&scenario) {
        Ok(found) if found == text => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            write_whole(&scenario, text.as_bytes())?;
        }
        Ok(_) | Err(_) => {
            return Err(RunError::Refused(format!(
                "{} is no longer the scenario with which the run began: put it back or \
                 remove it, or run the changed one into a folder of its own",
                scenario.display()
            )));
        }
    }
    host.hear(&Event::GoingOn(simulation.view()));
    let folder = RunFolder::reopen(path)?;
    // Rows behind the checkpoint will be written again.
    record.write_tables(path)?;
    let opened = Opened {
        loaded,
        simulation,
        record,
        folder,
        checkpoints: Some(checkpoints),
    };
    Session::new(opened, wall_s, clock, host).go()
}

/// The run as its last whole checkpoint has it; those that are not whole are named.
fn last_whole(
    path: &Path,
    checkpoints: &Checkpoints,
    host: &dyn Host,
) -> Result<Restored, RunError> {
    for (_, file) in checkpoints.list()? {
        let restored = read_bytes(&file).and_then(|bytes| open(&bytes)?.restore());
        match restored {
            Ok(restored) => return Ok(restored),
            Err(error) => host.hear(&Event::Unused(&file, &error)),
        }
    }
    Err(none_whole(path))
}

fn none_whole(path: &Path) -> RunError {
    RunError::Refused(format!(
        "{} has no whole checkpoint: run its scenario.toml anew",
        path.join(FOLDER).display()
    ))
}
