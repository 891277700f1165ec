//! `howship verify`: runs a run again from its own manifest, and says whether it comes out the same.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::Stop;
use super::arms;
use super::run::on_threads;
use super::session::{RUNNING, STOPPED, Session};
use crate::output::run_folder::{Manifest, RunFolder};
use crate::output::{digest, write_whole};
use crate::scenario::build::{Loaded, Simulation};
use crate::scenario::read::load;
use crate::scenario::record::{Record, read_prints};

/// Arguments of `howship verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The run folder.
    folder: PathBuf,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Stop> {
    on_threads(arguments.threads, || {
        for folder in arms::members(&arguments.folder)? {
            verify_on_pool(&folder, arguments)?;
        }
        Ok(())
    })
}

fn cannot_tell(reason: impl std::fmt::Display) -> Stop {
    Stop::Request(format!("cannot tell: {reason}"))
}

fn verify_on_pool(path: &Path, arguments: &VerifyArguments) -> Result<(), Stop> {
    let manifest = Manifest::read(path).map_err(cannot_tell)?;
    let mut differences = altered(path, &manifest)?;
    let (loaded, simulation) = prepare(path, &manifest, arguments.inputs.clone())?;
    let again = tempfile::tempdir().map_err(cannot_tell)?;
    let folder = RunFolder::reopen(again.path()).map_err(cannot_tell)?;
    write_whole(
        &again.path().join("scenario.toml"),
        loaded.tree.to_toml().as_bytes(),
    )
    .map_err(cannot_tell)?;
    let repeated = Session {
        record: Record::new(&loaded),
        loaded,
        simulation,
        folder,
        checkpoints: None,
        taken_up: false,
        before_s: 0.0,
        clock: Instant::now(),
        quiet: arguments.quiet,
    }
    .repeat()
    .map_err(|stop| match stop {
        Stop::Request(reason) | Stop::Failed(reason) | Stop::Signal(_, reason) => {
            cannot_tell(reason)
        }
    })?;
    differences.extend(parting(path, again.path()));
    differences.extend(compare(&manifest, &repeated));
    if differences.is_empty() {
        say!(
            "equal: {} outputs and the state {}",
            manifest.outputs.len(),
            manifest.digest
        );
        return Ok(());
    }
    for difference in &differences {
        say!("{difference}");
    }
    Err(Stop::Failed(format!("{} is different", path.display())))
}

/// Files that are no longer those that the run left.
fn altered(path: &Path, manifest: &Manifest) -> Result<Vec<String>, Stop> {
    let exit_state = &manifest.exit_state;
    if exit_state == RUNNING || exit_state.starts_with(STOPPED) {
        return Err(cannot_tell(format_args!(
            "the run is not over ({exit_state}); go on with: howship resume {}",
            path.display()
        )));
    }
    if manifest.version != env!("CARGO_PKG_VERSION") {
        return Err(cannot_tell(format_args!(
            "it was run by howship {}; this is {}, whose results may differ",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        )));
    }
    let mut found = Vec::new();
    for (name, expected) in &manifest.outputs {
        let now = digest(&path.join(name));
        if now.as_ref().is_ok_and(|now| now == expected) {
            continue;
        }
        let what = if now.is_ok() {
            "was altered"
        } else {
            "is missing"
        };
        if name == "scenario.toml" {
            return Err(cannot_tell(format_args!(
                "{} {what} since the run, so that nothing says what was run",
                path.join(name).display()
            )));
        }
        found.push(format!("{name} {what} since the run"));
    }
    if manifest.outputs.contains_key("scenario.toml") {
        Ok(found)
    } else {
        Err(cannot_tell("run.json does not list scenario.toml"))
    }
}

/// The run, ready to be run again.
pub(super) fn prepare(
    path: &Path,
    manifest: &Manifest,
    inputs: Option<PathBuf>,
) -> Result<(Loaded, Simulation), Stop> {
    let loaded = read_back(path, manifest, inputs)?;
    let simulation = loaded
        .build()
        .map_err(|found| cannot_tell(found.render(false)))?;
    if simulation.bone != manifest.bone {
        return Err(cannot_tell(format_args!(
            "the bone is not that of the run ({}); name the folder of its image with --inputs",
            manifest.specimen
        )));
    }
    Ok((loaded, simulation))
}

/// The scenario of a run.
pub(super) fn read_back(
    path: &Path,
    manifest: &Manifest,
    inputs: Option<PathBuf>,
) -> Result<Loaded, Stop> {
    let layer = load(&path.join("scenario.toml")).map_err(|found| {
        cannot_tell(crate::layers::diagnostic::Diagnostics::from(found).render(false))
    })?;
    let inputs = inputs.unwrap_or_else(|| PathBuf::from(&manifest.inputs));
    Loaded::from_resolved(&layer.name, layer.text, inputs)
        .map_err(|found| cannot_tell(found.render(false)))
}

/// Where two runs part ways: the first tick of which a digest differs, and the parts of the state.
fn parting(one: &Path, other: &Path) -> Option<String> {
    // A table that does not read was altered, which is said already.
    let (parts, first) = read_prints(&one.join("digests.csv")).ok()?;
    let (_, second) = read_prints(&other.join("digests.csv")).ok()?;
    let mut last_equal = None;
    for (a, b) in first.iter().zip(&second) {
        if a == b {
            last_equal = Some(a.tick);
            continue;
        }
        let differing: Vec<&str> = parts
            .iter()
            .zip(a.digests.iter().zip(&b.digests).skip(1))
            .filter(|(_, (a, b))| a != b)
            .map(|(part, _)| part.as_str())
            .collect();
        let after = last_equal.map_or_else(String::new, |tick| format!(", equal at tick {tick}"));
        return Some(format!(
            "the state differs at tick {}{after}: {}",
            a.tick,
            differing.join(", ")
        ));
    }
    None
}

fn compare(one: &Manifest, other: &Manifest) -> Vec<String> {
    let mut found = Vec::new();
    if one.exit_state != other.exit_state {
        found.push(format!(
            "it ended with \"{}\", again with \"{}\"",
            one.exit_state, other.exit_state
        ));
    }
    if one.digest != other.digest {
        found.push(format!(
            "the last state has digest {}, again {}",
            one.digest, other.digest
        ));
    }
    for (name, digest) in &one.outputs {
        match other.outputs.get(name) {
            Some(again) if again == digest => {}
            Some(_) => found.push(format!("{name} comes out differently")),
            None => found.push(format!("{name} does not come out again")),
        }
    }
    for name in other.outputs.keys() {
        if !one.outputs.contains_key(name) {
            found.push(format!("{name} comes out, and is not in run.json"));
        }
    }
    found
}
