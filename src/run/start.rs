//! A scenario run into a folder of its own, with its arms where it has some.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::output::write_whole;
use crate::run::checkpoint::Checkpoints;
use crate::run::error::RunError;
use crate::run::folder::{RunFolder, SCENARIO, make};
use crate::run::group;
use crate::run::host::{Event, Host};
use crate::run::members::ARMS;
use crate::run::ours::{COMPARED, Listing, Replacement};
use crate::run::record::Record;
use crate::run::session::{Opened, Session};
use crate::run::simulation::Simulation;
use crate::scenario::arms::CONTROL;
use crate::scenario::build::{Loaded, load};

/// Says that what was to be replaced is as it was.
fn kept(error: RunError, out: &Path, new: &Path) -> RunError {
    RunError::Unreplaced {
        error: Box::new(error),
        out: out.to_path_buf(),
        new: new.to_path_buf(),
    }
}

/// The folder of a run for which none is named: `runs/<name>-<seed>`, with the arm where it is one.
pub fn usual_folder(loaded: &Loaded) -> PathBuf {
    let scenario = &loaded.scenario;
    let arm = scenario.arm.as_ref().map(|arm| format!("-{arm}"));
    Path::new("runs").join(format!(
        "{}{}-{}",
        scenario.name,
        arm.unwrap_or_default(),
        scenario.seed
    ))
}

/// Runs a scenario file with values set in it, and with a seed in place of its own, into a folder; without a name
/// that of [`usual_folder`].
///
/// # Errors
/// As [`begin`].
pub fn begin_file(
    (scenario, sets, seed): (&Path, &[String], Option<u64>),
    out: Option<&Path>,
    force: bool,
    host: &dyn Host,
) -> Result<(), RunError> {
    let mut sets = sets.to_vec();
    sets.extend(seed.map(|seed| format!("seed={seed}")));
    let loaded = load(scenario, &sets)?;
    let out = out.map_or_else(|| usual_folder(&loaded), Path::to_path_buf);
    begin(loaded, &out, force, host)
}

/// Runs a scenario into a folder of its own.
///
/// `force` replaces the folder of an earlier run.
///
/// # Errors
/// What is wrong with the scenario or the folder; what stops the run.
pub fn begin(loaded: Loaded, out: &Path, force: bool, host: &dyn Host) -> Result<(), RunError> {
    let clock = Instant::now();
    let files = loaded.files();
    // Before the bone is made, and again when all that can be refused has been.
    Replacement::check(out, force, &files)?;
    let simulation = loaded.build_measured()?;
    host.hear(&Event::Notices(&loaded.notices()));
    if let Some(report) = &simulation.report {
        host.hear(&Event::Notices(&report.warnings));
    }
    if !force || out.symlink_metadata().is_err() {
        make(out)?;
        return into(loaded, simulation, out, clock, host);
    }
    let replacement = Replacement::begin(out, &files)?;
    let new = replacement.folder().to_path_buf();
    into(loaded, simulation, &new, clock, host).map_err(|error| kept(error, out, &new))?;
    replacement.place().map_err(|error| {
        if new.exists() {
            kept(error.into(), out, &new)
        } else {
            // It is in its place; what is left of the old one is named.
            error.into()
        }
    })?;
    host.hear(&Event::Replaced(out));
    Ok(())
}

/// Runs a scenario, and its arms, into an empty folder.
fn into(
    loaded: Loaded,
    simulation: Simulation,
    out: &Path,
    clock: Instant,
    host: &dyn Host,
) -> Result<(), RunError> {
    if loaded.scenario.arms.is_empty() || loaded.scenario.arm.is_some() {
        return start(loaded, simulation, RunFolder::reopen(out)?, clock, host);
    }
    let text = loaded.tree.to_toml_with_sources();
    write_whole(&out.join(SCENARIO), text.as_bytes())?;
    let mut folders = vec![CONTROL.to_owned(), COMPARED.to_owned()];
    folders.extend(loaded.scenario.arms.keys().cloned());
    Listing::write(out, ARMS, &folders)?;
    let control = RunFolder::create(&out.join(CONTROL))?;
    start(loaded, simulation, control, clock, host).map_err(|error| error.in_group(out))?;
    group::go_on(out, host)
}

/// A run from its start.
fn start(
    loaded: Loaded,
    simulation: Simulation,
    folder: RunFolder,
    clock: Instant,
    host: &dyn Host,
) -> Result<(), RunError> {
    let record = Record::new(&loaded);
    Session::new(
        opened(loaded, simulation, record, folder)?,
        0.0,
        clock,
        host,
    )
    .go()
}

/// A run in a new folder, with its scenario there.
fn opened(
    loaded: Loaded,
    simulation: Simulation,
    record: Record,
    folder: RunFolder,
) -> Result<Opened, RunError> {
    let checkpoints = Checkpoints::hold(&folder.path)?;
    write_whole(
        &folder.path.join(SCENARIO),
        loaded.tree.to_toml_with_sources().as_bytes(),
    )?;
    Ok(Opened {
        record,
        loaded,
        simulation,
        folder,
        checkpoints: Some(checkpoints),
    })
}

/// Leaves a run that another program stepped, with its record, in a folder of its own: with all its files where
/// it is done, else as one that was stopped, from which `howship resume` goes on. The host asks to stop.
///
/// # Errors
/// A folder of this name that is there; what cannot be written.
pub fn leave(
    loaded: Loaded,
    simulation: Simulation,
    record: Record,
    out: &Path,
    host: &dyn Host,
) -> Result<(), RunError> {
    make(out)?;
    let opened = opened(loaded, simulation, record, RunFolder::reopen(out)?)?;
    match Session::new(opened, 0.0, Instant::now(), host).go() {
        Err(RunError::Stopped(_)) => Ok(()),
        ended => ended,
    }
}
