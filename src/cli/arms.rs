//! `howship fork`, `howship compare`, and runs whose scenario has arms: several futures from one past.
//!
//! A scenario with arms becomes a folder with a run folder for the control and one for each arm, and
//! `compared/` with what sets them apart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::Stop;
use super::plot::differences;
use super::resume;
use super::run::on_threads;
use super::session::{DONE, SCENARIO, Session};
use super::signals::Signals;
use super::verify::{prepare, read_back};
use crate::layers::diagnostic::Diagnostics;
use crate::numerics::quantity::Time;
use crate::output::table::Table;
use crate::output::{digest, refuse_link, write_whole};
use crate::plot::arms::{ArmRuns, table, write_arms};
use crate::plot::clinic::{ClinicArm, clinic_table, write_clinic};
use crate::run::checkpoint::{Checkpoints, FOLDER, all, open, read_bytes};
use crate::run::folder::{Manifest, RunFolder};
use crate::run::ours::{self, COMPARED, Listing, Replacement, refuse_inside};
use crate::run::record::{Record, dose_days};
use crate::run::restore::Restored;
use crate::run::sealed::PLOTS;
use crate::run::simulation::Simulation;
use crate::scenario::arms::CONTROL;
use crate::scenario::build::Loaded;
use crate::scenario::file::Arm;

/// Kind of the folder of a run with arms.
pub(super) const ARMS: &str = "arms";

/// Arguments of `howship fork`.
#[derive(Debug, Args)]
pub(super) struct ForkArguments {
    /// The run folder of the past.
    folder: PathBuf,
    /// Time of the turn, as in --at "14 d".
    #[arg(long)]
    at: String,
    /// Name of the new arm.
    #[arg(long)]
    arm: String,
    /// Set a value from the turn on, as in --set tumour.division.rate="0.1 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Folder for the arm; <RUN FOLDER>-<ARM> without it.
    #[arg(long)]
    out: Option<PathBuf>,
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

/// Arguments of `howship compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// Run folders of the control and its arms, of one seed or of the same seeds each; folders of
    /// runs with arms stand for all that they hold.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the table and the picture.
    #[arg(long)]
    out: PathBuf,
}

fn wrong(found: impl Into<Diagnostics>) -> Stop {
    Stop::Request(found.into().render(false))
}

pub(super) fn fork(arguments: &ForkArguments) -> Result<(), Stop> {
    on_threads(arguments.threads, || fork_on_pool(arguments))
}

fn fork_on_pool(arguments: &ForkArguments) -> Result<(), Stop> {
    let group = is_group(&arguments.folder);
    let past = if group {
        arguments.folder.join(CONTROL)
    } else {
        arguments.folder.clone()
    };
    let at: Time = arguments
        .at
        .parse()
        .map_err(|error| Stop::Request(format!("error: --at {}: {error}", arguments.at)))?;
    let out = arguments.out.clone().unwrap_or_else(|| {
        let mut name = past.clone().into_os_string();
        name.push(format!("-{}", arguments.arm));
        if group {
            arguments.folder.join(&arguments.arm)
        } else {
            PathBuf::from(name)
        }
    });
    // An arm of a group lies in it; anything else in a folder of ours is a stranger there.
    if !(group && out.parent() == Some(&arguments.folder)) {
        refuse_inside(&out)?;
    }
    for folder in members(&arguments.folder)? {
        unaltered(&folder)?;
    }
    let (control, manifest) = control_of(&past, arguments.inputs.clone())?;
    let arm = Arm {
        at,
        set: arguments.sets.clone(),
    };
    let forked = control.forked(&arguments.arm, &arm).map_err(wrong)?;
    if group && out.parent() == Some(&arguments.folder) {
        Listing::add_folder(&arguments.folder, &arguments.arm)?;
    }
    turn_off(&past, &control, &manifest, &forked, &out, arguments.quiet)?;
    let compared = out.join(COMPARED);
    let folders = if group {
        members(&arguments.folder)?
    } else {
        vec![past, out]
    };
    write_compared(&folders, &compared, arguments.quiet)
}

pub(super) fn control_of(past: &Path, inputs: Option<PathBuf>) -> Result<(Loaded, Manifest), Stop> {
    let manifest = Manifest::read(past)
        .map_err(|error| Stop::Request(format!("error: no run folder: {error}")))?;
    let control = read_back(past, &manifest, inputs)?;
    Ok((control, manifest))
}

/// Runs an arm from its turn on, into a folder of its own.
fn turn_off(
    past: &Path,
    control: &Loaded,
    manifest: &Manifest,
    forked: &Loaded,
    out: &Path,
    quiet: bool,
) -> Result<(), Stop> {
    let clock = Instant::now();
    let tick = forked
        .scenario
        .arm
        .as_ref()
        .and_then(|name| forked.scenario.arms.get(name))
        .map_or(0, |arm| control.fork_tick(arm.at));
    if out.exists() {
        // Before the past is run again.
        return Err(crate::output::OutputError::Exists(out.to_path_buf()).into());
    }
    let (mut simulation, mut record) = past_at(past, control, manifest, tick)?;
    let signals = Signals::listen()
        .map_err(|error| Stop::Failed(format!("error: signals cannot be heard: {error}")))?;
    while simulation.state.tick < tick {
        if let Some((name, code)) = signals.caught() {
            let message = format!("stopped by {name} before the turn: nothing is written yet");
            return Err(Stop::Signal(code, message));
        }
        simulation
            .step()
            .map_err(|fault| Stop::Failed(format!("error: the run stopped: {fault}")))?;
        record.take(control, &simulation);
    }
    let failed = |reason: String| Stop::Failed(format!("error: {}: {reason}", out.display()));
    let bytes = forked
        .checkpoint(&simulation, &record, 0.0)
        .map_err(|error| failed(error.to_string()))?;
    drop(simulation);
    // As it will be read when it is taken up: what does not fit is found before a folder is made.
    let Restored {
        loaded,
        mut simulation,
        record,
        ..
    } = open(&bytes)
        .and_then(|sealed| sealed.restore())
        .map_err(|error| Stop::Request(format!("error: the arm {error}")))?;
    simulation.report.clone_from(&manifest.specimen_report);
    let folder = RunFolder::create(out)?;
    let checkpoints = Checkpoints::hold(out)?;
    let text = loaded.tree.to_toml_with_sources();
    write_whole(&out.join(SCENARIO), text.as_bytes())?;
    checkpoints.save(tick, &bytes, loaded.scenario.checkpoint.keep)?;
    Session {
        loaded,
        simulation,
        record,
        folder,
        checkpoints: Some(checkpoints),
        taken_up: true,
        before_s: 0.0,
        clock,
        quiet,
    }
    .go()
}

/// A run as it was at a tick or before: from its last whole checkpoint, else from its start.
fn past_at(
    past: &Path,
    control: &Loaded,
    manifest: &Manifest,
    tick: u32,
) -> Result<(Simulation, Record), Stop> {
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
            Ok(_) => tell!(
                "warning: {} is of another scenario than scenario.toml; the one before it is tried",
                file.display()
            ),
            Err(error) => tell!(
                "warning: {} {error}; the one before it is tried",
                file.display()
            ),
        }
    }
    let (loaded, mut simulation) = prepare(past, manifest, Some(control.folder.clone()))?;
    let mut record = Record::new(&loaded);
    simulation
        .begin()
        .map_err(|fault| Stop::Failed(format!("error: the run stopped: {fault}")))?;
    record.take(&loaded, &simulation);
    Ok((simulation, record))
}

/// True for the folder of a run with arms.
pub(super) fn is_group(folder: &Path) -> bool {
    // Also where the control was taken out of it.
    folder.join(CONTROL).is_dir()
        || Listing::read(folder).is_some_and(|(list, _)| list.kind == ARMS)
}

/// The run folders that a folder stands for: itself, or the control and the arms in it.
pub(super) fn members(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    if !is_group(folder) {
        return Ok(vec![folder.to_path_buf()]);
    }
    let io = |error: std::io::Error| Stop::Failed(format!("error: {}: {error}", folder.display()));
    let mut arms = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.join("run.json").exists() && !path.ends_with(CONTROL) {
            arms.push(path);
        }
    }
    arms.sort();
    arms.insert(0, folder.join(CONTROL));
    Ok(arms)
}

/// Says how to go on with the arms when the control was stopped.
pub(super) fn then(stop: Stop, group: &Path) -> Stop {
    match stop {
        Stop::Signal(code, message) => Stop::Signal(
            code,
            format!(
                "{message}\nor with its arms too: howship resume {}",
                group.display()
            ),
        ),
        other => other,
    }
}

/// Brings a run with arms to its end: the control, then every arm, then what sets them apart.
pub(super) fn go_on(group: &Path, quiet: bool) -> Result<(), Stop> {
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
        resume::go_on(&past, quiet).map_err(|stop| then(stop, group))?;
    }
    let (control, manifest) = control_of(&past, None)?;
    for name in control.scenario.arms.keys() {
        let out = group.join(name);
        if is_done(&out) {
            continue;
        }
        if !quiet {
            tell!("arm {name}");
        }
        let is_begun = all(&out)?.iter().any(|_| true);
        if is_begun {
            resume::go_on(&out, quiet)
        } else {
            // What was killed before its first checkpoint holds nothing yet.
            if out.symlink_metadata().is_ok() {
                ours::remove(&out)?;
            }
            let forked = control.taking(name).map_err(wrong)?;
            turn_off(&past, &control, &manifest, &forked, &out, quiet)
        }
        .map_err(|stop| then(stop, group))?;
    }
    write_compared(&members(group)?, &group.join(COMPARED), quiet)
}

pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Stop> {
    let out = &arguments.out;
    let is_empty = std::fs::read_dir(out).is_ok_and(|mut inside| inside.next().is_none());
    if out.symlink_metadata().is_ok() && !is_empty {
        return Err(crate::output::OutputError::NotEmpty(out.clone()).into());
    }
    refuse_inside(out)?;
    let mut folders = Vec::new();
    for folder in &arguments.folders {
        folders.extend(members(folder)?);
    }
    write_compared(&folders, &arguments.out, false)
}

fn write_compared(folders: &[PathBuf], out: &Path, quiet: bool) -> Result<(), Stop> {
    let Gathered {
        title,
        description,
        arms,
        clinic,
    } = gather(folders)?;
    let together = table(&arms).ok_or_else(|| {
        Stop::Request("error: a series.csv has not the columns of a run of this howship".to_owned())
    })?;
    // What an earlier comparison of the same arms left is replaced when the new one is whole.
    let replacement = Replacement::begin(out, &[])?;
    let new = replacement.folder().to_path_buf();
    let plots = new.join(PLOTS);
    std::fs::create_dir_all(&plots)
        .map_err(|error| Stop::Failed(format!("error: {}: {error}", plots.display())))?;
    together.write_csv(&new.join("arms.csv"))?;
    let mut pictures = write_arms(&plots, &title, &arms)?;
    if let Some(together) = clinic_table(&clinic) {
        together.write_csv(&new.join("clinic.csv"))?;
        pictures.extend(write_clinic(&plots, &description, &clinic)?);
    }
    Listing::write(&new, "compared", &[])?;
    replacement.place()?;
    let path = out.join("arms.csv");
    if !quiet {
        for arm in &arms[1..] {
            say!("{}", sentence(&together, &arms[0].name, &arm.name));
        }
        say!("{}", path.display());
        for picture in pictures {
            let picture = picture.strip_prefix(&new).unwrap_or(&picture);
            say!("{}", out.join(picture).display());
        }
    }
    Ok(())
}

/// The difference at the last common time.
fn sentence(table: &Table, control: &str, arm: &str) -> String {
    let last = |name: &str| table.column(name).and_then(|values| values.last().copied());
    let head = format!("bv_tv_{arm}_minus_{control}");
    let points = |value: f64| format!("{:+.2}", 100.0 * value);
    let interval = last(&format!("{head}_low95"))
        .zip(last(&format!("{head}_high95")))
        .map_or_else(String::new, |(low, high)| {
            format!(" (95 % interval {} to {})", points(low), points(high))
        });
    match (last("time_d"), last(&head)) {
        (Some(day), Some(mean)) => format!(
            "{arm} minus {control} on day {day:.1}: BV/TV {} points{interval}",
            points(mean)
        ),
        _ => format!("{arm} and {control} have no time in common"),
    }
}

/// Runs by arm, all with the same seeds, the control first.
struct Gathered {
    title: String,
    /// What the scenario shows; its name where it does not say.
    description: String,
    arms: Vec<ArmRuns>,
    /// What a clinic sees of them; empty where a run follows no patient.
    clinic: Vec<ClinicArm>,
}

/// The tables of one run.
struct Tables {
    series: Table,
    patient: Option<Table>,
    dose_days: Vec<f64>,
}

/// The tables of runs that commands read again, beside the scenario.
const READ_AGAIN: [&str; 5] = [
    SCENARIO,
    "series.csv",
    "patient.csv",
    "drugs.csv",
    "fractions.csv",
];

/// Refuses a run that is over and whose scenario or tables are not those that its manifest names. A
/// folder without a manifest that reads names none.
pub(super) fn unaltered(folder: &Path) -> Result<(), Stop> {
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
        return Err(Stop::Request(format!(
            "error: {} {what}: run.json names another digest, so that it is not believed; put it \
             back, or run the scenario again (howship verify {} says more)",
            path.display(),
            folder.display()
        )));
    }
    Ok(())
}

impl Tables {
    fn read(folder: &Path) -> Result<Self, Stop> {
        unaltered(folder)?;
        let read = |name: &str| -> Result<Option<Table>, Stop> {
            let path = folder.join(name);
            Ok(if path.exists() {
                Some(Table::read_csv(&path)?)
            } else {
                None
            })
        };
        Ok(Self {
            series: Table::read_csv(&folder.join("series.csv"))?,
            patient: read("patient.csv")?,
            dose_days: read("drugs.csv")?.map_or_else(Vec::new, |drugs| dose_days(&drugs)),
        })
    }
}

/// What a clinic sees, where all runs follow a patient.
fn clinic(arms: &[(String, BTreeMap<u64, Tables>)]) -> Vec<ClinicArm> {
    let arm = |(name, runs): &(String, BTreeMap<u64, Tables>)| {
        let patients: Option<Vec<Table>> = runs.values().map(|run| run.patient.clone()).collect();
        let mut days: Vec<f64> = runs
            .values()
            .flat_map(|run| run.dose_days.iter().copied())
            .collect();
        days.sort_by(f64::total_cmp);
        days.dedup();
        Some(ClinicArm {
            name: name.clone(),
            series: runs.values().map(|run| run.series.clone()).collect(),
            patients: patients?,
            dose_days: days,
        })
    };
    arms.iter()
        .map(arm)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn gather(folders: &[PathBuf]) -> Result<Gathered, Stop> {
    let (mut title, mut description) = (String::new(), String::new());
    let mut shared: Option<(String, PathBuf)> = None;
    let mut found: BTreeMap<String, BTreeMap<u64, Tables>> = BTreeMap::new();
    let mut meant: BTreeMap<String, Option<Arm>> = BTreeMap::new();
    for folder in folders {
        let (loaded, _) = control_of(folder, None)?;
        let mut tree = loaded.tree.clone();
        for own in ["arm", "arms", "seed"] {
            tree.remove(own);
        }
        let text = tree.to_toml();
        let (first, of) = shared.get_or_insert_with(|| (text.clone(), folder.clone()));
        if *first != text {
            let (other, _) = control_of(of, None)?;
            return Err(Stop::Request(format!(
                "error: {} and {} have not the same past: beside the seed and the arm their scenarios \
                 differ: {}\nhelp: draw unlike runs over each other with `howship plot {} {} --label \
                 NAME --label NAME --out DIR`, or make the change an arm of one past ([arms] in the \
                 scenario, or howship fork)",
                of.display(),
                folder.display(),
                differences(&other, &loaded),
                of.display(),
                folder.display()
            )));
        }
        title = loaded.scenario.name.replace('_', " ");
        description.clone_from(&loaded.scenario.description);
        if description.is_empty() {
            description.clone_from(&title);
        }
        let arm = loaded.scenario.arm.unwrap_or_else(|| CONTROL.to_owned());
        let means = loaded.scenario.arms.get(&arm).cloned();
        if *meant.entry(arm.clone()).or_insert_with(|| means.clone()) != means {
            return Err(Stop::Request(format!(
                "error: {}: arm {arm} is another than that of the runs before it",
                folder.display()
            )));
        }
        let tables = Tables::read(folder)?;
        let seed = loaded.scenario.seed;
        if found
            .entry(arm.clone())
            .or_default()
            .insert(seed, tables)
            .is_some()
        {
            return Err(Stop::Request(format!(
                "error: {}: a run of arm {arm} with seed {seed} was given already",
                folder.display()
            )));
        }
    }
    let Some(control) = found.remove(CONTROL) else {
        return Err(Stop::Request(
            "error: no run is the control: give the folder of a run without an arm".to_owned(),
        ));
    };
    let seeds: Vec<u64> = control.keys().copied().collect();
    for (arm, runs) in &found {
        if !runs.keys().eq(&seeds) {
            return Err(Stop::Request(format!(
                "error: arm {arm} has the seeds {:?}, the control {seeds:?}: differences are paired \
                 by seed",
                runs.keys().collect::<Vec<_>>()
            )));
        }
    }
    let mut all = vec![(CONTROL.to_owned(), control)];
    all.extend(found);
    let clinic = clinic(&all);
    let runs = |(name, runs): (String, BTreeMap<u64, Tables>)| ArmRuns {
        name,
        runs: runs.into_values().map(|run| run.series).collect(),
    };
    Ok(Gathered {
        title,
        description,
        arms: all.into_iter().map(runs).collect(),
        clinic,
    })
}
