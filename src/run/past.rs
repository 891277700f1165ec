//! A run folder read again: its scenario, its simulation at the start or at a tick, and whether its
//! tables are those that the run left.

use std::path::{Path, PathBuf};

use crate::output::digest;
#[cfg(feature = "cli")]
use crate::output::table::Table;
use crate::run::checkpoint::{all, open, read_bytes};
use crate::run::error::RunError;
use crate::run::folder::{DONE, Manifest, SCENARIO};
use crate::run::host::{Event, Host};
use crate::run::record::Record;
use crate::run::simulation::Simulation;
#[cfg(feature = "cli")]
use crate::scenario::arms::CONTROL;
use crate::scenario::build::Loaded;
use crate::scenario::read::load;

/// The run, ready to be run again.
///
/// # Errors
/// A scenario that does not read or build, or a bone that is not that of the run.
pub(crate) fn prepare(
    path: &Path,
    manifest: &Manifest,
    inputs: Option<PathBuf>,
) -> Result<(Loaded, Simulation), RunError> {
    let loaded = read_back(path, manifest, inputs)?;
    let simulation = loaded
        .build()
        .map_err(|found| RunError::cannot_tell(found.render(false)))?;
    if simulation.bone != manifest.bone {
        return Err(RunError::OtherBone(manifest.specimen.clone()));
    }
    Ok((loaded, simulation))
}

/// The scenario of a run.
///
/// # Errors
/// It does not read.
pub(crate) fn read_back(
    path: &Path,
    manifest: &Manifest,
    inputs: Option<PathBuf>,
) -> Result<Loaded, RunError> {
    let layer = load(&path.join(SCENARIO)).map_err(|found| {
        RunError::cannot_tell(crate::layers::diagnostic::Diagnostics::from(found).render(false))
    })?;
    let inputs = inputs.unwrap_or_else(|| PathBuf::from(&manifest.inputs));
    Loaded::from_resolved(&layer.name, layer.text, inputs)
        .map_err(|found| RunError::cannot_tell(found.render(false)))
}

/// Scenario and manifest of a run folder.
///
/// # Errors
/// No manifest, or a scenario that does not read.
pub(crate) fn control_of(
    past: &Path,
    inputs: Option<PathBuf>,
) -> Result<(Loaded, Manifest), RunError> {
    let manifest = Manifest::read(past)
        .map_err(|error| RunError::Refused(format!("no run folder: {error}")))?;
    let control = read_back(past, &manifest, inputs)?;
    Ok((control, manifest))
}

/// `series.csv` of the control beside the folder of an arm, where that is over and as it was left; none of what is no
/// arm of it.
#[cfg(feature = "cli")]
pub(crate) fn control_beside(folder: &Path, loaded: &Loaded) -> Option<Table> {
    let arm = loaded.scenario.arm.as_ref()?;
    let past = folder.parent()?.join(CONTROL);
    let (control, manifest) = control_of(&past, None).ok()?;
    let is_its_own = control.scenario.arms.contains_key(arm)
        && control.scenario.name == loaded.scenario.name
        && control.scenario.seed == loaded.scenario.seed
        && manifest.exit_state == DONE;
    if !is_its_own || unaltered(&past).is_err() {
        return None;
    }
    Table::read_csv_if_there(&past.join("series.csv")).ok()?
}

/// A run as it was at a tick or before: from its last whole checkpoint, else from its start.
pub(super) fn past_at(
    past: &Path,
    control: &Loaded,
    manifest: &Manifest,
    tick: u32,
    host: &dyn Host,
) -> Result<(Simulation, Record), RunError> {
    let text = control.tree.to_toml();
    for (saved, file) in all(past)? {
        if saved > tick {
            continue;
        }
        let restored = read_bytes(&file).and_then(|bytes| open(&bytes)?.restore());
        match restored {
            Ok(restored) if restored.loaded.tree.to_toml() == text => {
                return Ok((restored.simulation, restored.record));
            }
            Ok(_) => host.hear(&Event::OtherScenario(&file)),
            Err(error) => host.hear(&Event::Unused(&file, &error)),
        }
    }
    let (loaded, mut simulation) = prepare(past, manifest, Some(control.folder.clone()))?;
    let mut record = Record::new(&loaded);
    simulation.begin()?;
    record.take(&loaded, &simulation);
    Ok((simulation, record))
}

/// The tables of runs that commands read again, beside the scenario.
const READ_AGAIN: [&str; 7] = [
    SCENARIO,
    "series.csv",
    "patient.csv",
    "drugs.csv",
    "fractions.csv",
    "colonisation.csv",
    "clones.csv",
];

/// Refuses a run that is over and whose scenario or tables are not those that its manifest names. A
/// folder without a manifest that reads names none.
///
/// # Errors
/// The first of them.
pub(crate) fn unaltered(folder: &Path) -> Result<(), RunError> {
    let Ok(manifest) = Manifest::read(folder) else {
        return Ok(());
    };
    if manifest.exit_state != DONE {
        return Ok(());
    }
    for name in READ_AGAIN {
        let path = folder.join(name);
        let is_there = path.symlink_metadata().is_ok();
        let what = match manifest.outputs.get(name) {
            None if is_there => "is not of the run",
            // Who needs it says so.
            Some(_) if !is_there && name == SCENARIO => continue,
            Some(_) if !is_there => "is missing since the run",
            Some(expected) if !digest(&path).is_ok_and(|now| now == *expected) => {
                "was altered since the run"
            }
            _ => continue,
        };
        return Err(RunError::Refused(format!(
            "{} {what}: run.json names another digest, so that it is not believed; put it \
             back, or run the scenario again (howship verify {} says more)",
            path.display(),
            folder.display()
        )));
    }
    Ok(())
}
