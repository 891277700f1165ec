//! A run run again from its own manifest: does it come out the same?

use std::path::{Component, Path, PathBuf};
use std::time::Instant;

use crate::output::{digest, write_whole};
use crate::run::checkpoint::{all, digests, open, read_bytes};
use crate::run::error::RunError;
use crate::run::folder::{DONE, Manifest, RUNNING, RunFolder, SCENARIO, STOPPED};
use crate::run::host::{Event, Host};
use crate::run::members::{is_group, members};
use crate::run::ours::{Inventory, Listing, Why};
use crate::run::past::prepare;
use crate::run::record::{Record, read_prints};
use crate::run::session::{Opened, Session};

/// Runs the runs of a folder again, and tells what differs. `inputs` is the folder to which file names in
/// the scenario refer, where it has moved. Gives the first folder that is not the same, if one is; runs of a
/// group behind it are not run.
///
/// # Errors
/// [`RunError::CannotTell`].
pub(crate) fn verify(
    folder: &Path,
    inputs: Option<&Path>,
    host: &dyn Host,
) -> Result<Option<PathBuf>, RunError> {
    if !is_group(folder) {
        let equal = verify_run(folder, inputs, host)?;
        return Ok((!equal).then(|| folder.to_path_buf()));
    }
    // What lies around the runs.
    let mut found = Listing::altered(folder);
    found.extend(strangers(folder)?);
    if !found.is_empty() {
        host.hear(&Event::Altered(&found));
    }
    for member in members(folder)? {
        // What is missing is said.
        if (member.symlink_metadata().is_ok() || found.is_empty())
            && !verify_run(&member, inputs, host)?
        {
            return Ok(Some(member));
        }
    }
    Ok((!found.is_empty()).then(|| folder.to_path_buf()))
}

/// What lies in a folder and no list names, and lists that are not what was written.
fn strangers(path: &Path) -> Result<Vec<String>, RunError> {
    let found = Inventory::of(path).map_err(RunError::cannot_tell)?;
    let said = found
        .foreign
        .iter()
        .filter_map(|foreign| match foreign.why {
            Why::Unlisted => Some(format!("{} is not of the run", foreign.path)),
            Why::List => Some(format!("{} was altered since the run", foreign.path)),
            // Said by the digests that follow; what was written to give the folder away, and may have been edited,
            // says nothing of the run.
            Why::Changed => None,
        });
    Ok(said.collect())
}

fn verify_run(path: &Path, inputs: Option<&Path>, host: &dyn Host) -> Result<bool, RunError> {
    let manifest = Manifest::read(path).map_err(RunError::cannot_tell)?;
    let mut differences = altered(path, &manifest)?;
    differences.extend(strangers(path)?);
    differences.extend(other_checkpoints(path, &manifest));
    let (loaded, simulation) = prepare(path, &manifest, inputs.map(Path::to_path_buf))?;
    let again = tempfile::tempdir().map_err(RunError::cannot_tell)?;
    let folder = RunFolder::reopen(again.path()).map_err(RunError::cannot_tell)?;
    let last = simulation.burn_in_ticks + simulation.ticks;
    write_whole(
        &again.path().join(SCENARIO),
        loaded.tree.to_toml_with_sources().as_bytes(),
    )
    .map_err(RunError::cannot_tell)?;
    let opened = Opened {
        record: Record::new(&loaded),
        loaded,
        simulation,
        folder,
        checkpoints: None,
    };
    let repeated = Session::new(opened, 0.0, Instant::now(), host)
        .repeat()
        .map_err(RunError::cannot_tell)?;
    differences.extend(parting(path, again.path()));
    differences.extend(compare(&manifest, &repeated));
    if manifest.exit_state == DONE {
        differences.extend(other_final_state(path, last, &repeated.digest));
    }
    host.hear(&Event::Verified {
        folder: path,
        outputs: manifest.outputs.len(),
        digest: &manifest.digest,
        differences: &differences,
    });
    Ok(differences.is_empty())
}

/// Files that are no longer those that the run left.
fn altered(path: &Path, manifest: &Manifest) -> Result<Vec<String>, RunError> {
    let exit_state = &manifest.exit_state;
    if exit_state == RUNNING || exit_state.starts_with(STOPPED) {
        return Err(RunError::cannot_tell(format_args!(
            "the run is not over ({exit_state}); go on with: howship resume {}",
            path.display()
        )));
    }
    if manifest.version != env!("CARGO_PKG_VERSION") {
        return Err(RunError::cannot_tell(format_args!(
            "it was run by howship {}; this is {}, whose results may differ",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        )));
    }
    let mut found = Vec::new();
    for (name, expected) in &manifest.outputs {
        if !is_inside(path, name) {
            found.push(format!(
                "{name} in run.json is no file of the folder: it is not looked at"
            ));
            continue;
        }
        let now = digest(&path.join(name));
        if now.as_ref().is_ok_and(|now| now == expected) {
            continue;
        }
        let what = if now.is_ok() {
            "was altered"
        } else {
            "is missing"
        };
        if name == SCENARIO {
            return Err(RunError::cannot_tell(format_args!(
                "{} {what} since the run, so that nothing says what was run",
                path.join(name).display()
            )));
        }
        found.push(format!("{name} {what} since the run"));
    }
    if manifest.outputs.contains_key(SCENARIO) {
        Ok(found)
    } else {
        Err(RunError::cannot_tell(
            "run.json does not list scenario.toml",
        ))
    }
}

/// True for the path of a file in a folder that leads out of it neither by itself nor by a link; a file
/// that is missing counts as one.
fn is_inside(folder: &Path, name: &str) -> bool {
    let mut at = folder.to_path_buf();
    let mut parts = Path::new(name).components().peekable();
    if parts.peek().is_none() {
        return false;
    }
    for part in parts {
        let Component::Normal(part) = part else {
            return false;
        };
        at.push(part);
        if at.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return false;
        }
    }
    at.symlink_metadata().map_or(true, |found| found.is_file())
}

/// Checkpoints that are not those that the run kept.
fn other_checkpoints(path: &Path, manifest: &Manifest) -> Vec<String> {
    let is_done = manifest.exit_state == DONE;
    let kept = &manifest.checkpoints;
    let now = match digests(path) {
        Ok(now) => now,
        Err(error) => return vec![error.to_string()],
    };
    let mut found = Vec::new();
    for name in kept.keys().filter(|name| !now.contains_key(*name)) {
        found.push(format!("{name} is missing since the run"));
    }
    for (name, digest) in &now {
        match kept.get(name) {
            Some(expected) if expected == digest => {}
            Some(_) => found.push(format!("{name} was altered since the run")),
            None if is_done => found.push(format!("{name} is not of the run")),
            // What a run that failed leaves is for `resume` to judge.
            None => {}
        }
    }
    found
}

/// The final state that a run kept, where it is not the one that came out again.
fn other_final_state(path: &Path, tick: u32, digest: &str) -> Option<String> {
    let (_, file) = all(path).ok()?.into_iter().find(|&(at, _)| at == tick)?;
    let restored = read_bytes(&file).and_then(|bytes| open(&bytes)?.restore());
    match restored {
        Ok(restored) if restored.simulation.state.digest() == digest => None,
        Ok(_) => Some(format!("{} holds another state", file.display())),
        Err(error) => Some(format!("{} {error}", file.display())),
    }
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
    for (key, said, is) in [
        ("version", &one.version, &other.version),
        ("scenario", &one.scenario, &other.scenario),
        ("seed", &one.seed.to_string(), &other.seed.to_string()),
    ] {
        if said != is {
            found.push(format!("run.json says {key} {said}, and it is {is}"));
        }
    }
    // The words for an image hold its path, which may be another one today.
    let is_synthetic = [one, other]
        .iter()
        .any(|run| run.specimen.starts_with("synthetic"));
    if is_synthetic && one.specimen != other.specimen {
        found.push(format!(
            "run.json says specimen {}, and it is {}",
            one.specimen, other.specimen
        ));
    }
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
