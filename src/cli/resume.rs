//! `howship resume`: a run that was stopped or killed goes on from its last whole checkpoint.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::Stop;
use super::arms;
use super::run::on_threads;
use super::session::{DONE, Session};
use crate::numerics::files::read_text;
use crate::output::{refuse_link, write_whole};
use crate::run::checkpoint::{Checkpoints, FOLDER, all, open, read_bytes};
use crate::run::folder::{Manifest, RunFolder};
use crate::run::restore::Restored;
use crate::run::sealed::PLOTS;

/// Arguments of `howship resume`.
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// The run folder.
    folder: PathBuf,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

pub(super) fn resume(arguments: &ResumeArguments) -> Result<(), Stop> {
    on_threads(arguments.threads, || {
        if arms::is_group(&arguments.folder) {
            arms::go_on(&arguments.folder, arguments.quiet)
        } else {
            go_on(&arguments.folder, arguments.quiet)
        }
    })
}

/// Takes one run up again.
pub(super) fn go_on(path: &Path, quiet: bool) -> Result<(), Stop> {
    let clock = Instant::now();
    if !path.join("run.json").exists() && !path.join(FOLDER).is_dir() {
        return Err(Stop::Request(format!(
            "error: {} has neither run.json nor {FOLDER}: it is not a run folder",
            path.display()
        )));
    }
    // A run.json that does not read says as little as none.
    if Manifest::read(path).is_ok_and(|manifest| manifest.exit_state == DONE) {
        if !quiet {
            say!("{} is done already", path.display());
        }
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
    } = last_whole(path, &checkpoints)?;
    simulation.report = Manifest::read(path)
        .ok()
        .and_then(|manifest| manifest.specimen_report);
    let scenario = path.join("scenario.toml");
    let text = loaded.tree.to_toml_with_sources();
    match read_text(&scenario) {
        Ok(found) if found == text => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            write_whole(&scenario, text.as_bytes())?;
        }
        Ok(_) | Err(_) => {
            return Err(Stop::Request(format!(
                "error: {} is no longer the scenario with which the run began: put it back or \
                 remove it, or run the changed one into a folder of its own",
                scenario.display()
            )));
        }
    }
    if !quiet {
        tell!(
            "going on at tick {} (day {:.2})",
            simulation.state.tick,
            simulation.state.day()
        );
    }
    let folder = RunFolder::reopen(path)?;
    // Rows behind the checkpoint will be written again.
    record.write_tables(path)?;
    Session {
        loaded,
        simulation,
        record,
        folder,
        checkpoints: Some(checkpoints),
        taken_up: true,
        before_s: wall_s,
        clock,
        quiet,
    }
    .go()
}

/// The run as its last whole checkpoint has it; those that are not whole are named.
fn last_whole(path: &Path, checkpoints: &Checkpoints) -> Result<Restored, Stop> {
    for (_, file) in checkpoints.list()? {
        let restored = read_bytes(&file).and_then(|bytes| open(&bytes)?.restore());
        match restored {
            Ok(restored) => return Ok(restored),
            Err(error) => tell!(
                "warning: {} {error}; the one before it is tried",
                file.display()
            ),
        }
    }
    Err(none_whole(path))
}

fn none_whole(path: &Path) -> Stop {
    Stop::Request(format!(
        "error: {} has no whole checkpoint: run its scenario.toml anew",
        path.join(FOLDER).display()
    ))
}
