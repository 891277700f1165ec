//! The curves of run folders again. Runs that differ in the seed alone are one curve with a band; unlike
//! ones are curves of their own over each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::output::make_folder;
use crate::output::table::Table;
use crate::plot::curves::{with_dormant, write_curves};
use crate::plot::happened::Happened;
use crate::plot::measured::{Measured, write_measured};
use crate::plot::overlay::{Group, MOST_CURVES, write_overlay, write_overlay_table};
use crate::plot::words::{days_of, heading, note, whole, without_days, words};
use crate::run::apart::{Difference, apart, values_of};
use crate::run::error::RunError;
use crate::run::folder::DONE;
use crate::run::members::members;
use crate::run::ours::{Listing, Replacement, is_ours};
use crate::run::past::{control_beside, control_of, unaltered};
use crate::run::sealed::PLOTS;
use crate::scenario::arms::CONTROL;

/// The table beside the pictures.
const TABLE: &str = "curves.csv";

/// Letters of a label that is put together from what differs; what is longer is called by its folder.
const LONGEST_LABEL: usize = 60;

/// Differences that such a label names at most.
const MOST_NAMED: usize = 2;

/// Reads what was measured of the columns of these series.
pub(crate) type ReadMeasured<'a> = dyn Fn(&[&Table]) -> Result<Vec<Measured>, RunError> + 'a;

/// How runs are drawn.
pub(crate) struct Drawing<'a> {
    /// Names of curves: one for each, or one for each folder, which then is a curve of its own.
    pub labels: &'a [String],
    /// New or empty folder for the pictures; without it one run is drawn into its own, several into one
    /// beside the first.
    pub out: Option<&'a Path>,
    /// Replaces the folder of an earlier plot.
    pub force: bool,
    /// Reads what was measured, to be drawn over the curves of these runs.
    pub measured: Option<&'a ReadMeasured<'a>>,
}

fn refused(words: impl std::fmt::Display) -> RunError {
    RunError::Refused(words.to_string())
}

/// A run that is drawn.
pub(crate) struct Run {
    folder: PathBuf,
    series: Table,
    /// The series with dormant tumour cells, where another table counts them.
    counted: Table,
    /// The series of the control of an arm, beside it.
    control: Option<Table>,
    patient: Option<Table>,
    happened: Happened,
    /// What was run; or why nothing says that.
    known: Result<Known, String>,
}

/// What was run.
struct Known {
    /// What its pictures are of.
    subject: String,
    /// The piece of tissue that was simulated.
    sampled: String,
    name: String,
    description: String,
    arm: Option<String>,
    seed: u64,
    /// Days that are run.
    days: f64,
    exit_state: String,
    /// Every value but the seed, and what else decides.
    values: BTreeMap<String, String>,
}

/// Reads runs; the folder of a run with arms stands for all that it holds.
///
/// # Errors
/// A folder that is none of a run, was altered since, or was given twice.
pub(crate) fn read(asked: &[PathBuf]) -> Result<Vec<Run>, RunError> {
    let mut folders = Vec::new();
    for folder in asked {
        folders.extend(members(folder)?);
    }
    let mut seen = BTreeSet::new();
    for folder in &folders {
        let place = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if !seen.insert(place) {
            return Err(refused(format_args!(
                "{} was given twice: a run counts once",
                folder.display()
            )));
        }
    }
    folders.iter().map(|folder| Run::read(folder)).collect()
}

/// Draws runs, and gives what was written.
///
/// # Errors
/// Labels, or a folder, that will not do; pictures that cannot be drawn or written.
pub(crate) fn draw(runs: &[Run], drawing: &Drawing<'_>) -> Result<Vec<PathBuf>, RunError> {
    if let ([run], [] | [_]) = (runs, drawing.labels) {
        return again(run, drawing);
    }
    overlaid(runs, drawing)
}

/// One run: its own curves.
fn again(run: &Run, drawing: &Drawing<'_>) -> Result<Vec<PathBuf>, RunError> {
    let title = match (drawing.labels, &run.known) {
        ([label], _) => {
            check_labels(std::slice::from_ref(label))?;
            whole(label)
        }
        (_, Ok(known)) => known.subject.clone(),
        (_, Err(_)) => folder_name(&run.folder).replace('_', " "),
    };
    let runs = std::slice::from_ref(&run.counted);
    // Its own pictures are listed with their digests: what others measured stands beside the run.
    let beside = drawing.measured.as_ref().map(|_| {
        let name = called_after(std::slice::from_ref(run));
        name.with_file_name(format!("{}-measured", folder_name(&name)))
    });
    if let Some(out) = drawing.out.or(beside.as_deref()) {
        let measured = measured(drawing, std::slice::from_ref(run))?;
        // The title says of what, and the name of the curve stands in the legend and above each panel.
        let name = drawing.labels.first().map_or("simulated", |label| label);
        let group = of_runs(&[run], name.to_owned());
        return into_new(out, drawing.force, |folder| {
            let control = run.control.as_ref();
            let mut written = write_curves(folder, &title, runs, control, &run.happened)?;
            if !measured.is_empty() {
                written.extend(write_measured(folder, &title, &[group], &measured)?);
            }
            Ok(written)
        });
    }
    if drawing.force {
        return Err(refused(
            "--force replaces the folder of an earlier plot, and the curves of one run are drawn into its own plots/: give \
             --out, or leave it out",
        ));
    }
    let plots = run.folder.join(PLOTS);
    make_folder(&plots)?;
    // As the run left them, without its control.
    Ok(write_curves(&plots, &title, runs, None, &run.happened)?)
}

/// Refuses a folder that is not new or empty; with `--force`, one that holds anything but what an
/// earlier plot left.
fn check_place(out: &Path, force: bool) -> Result<(), RunError> {
    let is_empty = std::fs::read_dir(out).is_ok_and(|mut inside| inside.next().is_none());
    Ok(Replacement::check(out, force || is_empty, &[])?)
}

/// Draws into a folder of its own, which appears whole and lists what it holds.
fn into_new(
    out: &Path,
    force: bool,
    draw: impl FnOnce(&Path) -> Result<Vec<PathBuf>, RunError>,
) -> Result<Vec<PathBuf>, RunError> {
    check_place(out, force)?;
    let replacement = Replacement::begin(out, &[])?;
    let new = replacement.folder().to_path_buf();
    let written = draw(&new)?;
    Listing::write(&new, "plot", &[])?;
    replacement.place()?;
    let written = written.iter();
    Ok(written
        .map(|path| out.join(path.strip_prefix(&new).unwrap_or(path)))
        .collect())
}

/// Several runs: a curve for each group.
fn overlaid(runs: &[Run], drawing: &Drawing<'_>) -> Result<Vec<PathBuf>, RunError> {
    let labels = drawing.labels;
    check_labels(labels)?;
    let each: Vec<Vec<&Run>> = runs.iter().map(|run| vec![run]).collect();
    let (grouped, names) = if labels.len() == runs.len() {
        (each, labels.to_vec())
    } else {
        let grouped = group(runs)?;
        let names = told(&grouped);
        if labels.is_empty() {
            (grouped, names)
        } else if labels.len() == grouped.len() {
            (grouped, labels.to_vec())
        } else {
            return Err(RunError::Labels(format!(
                "{} labels for {} curve(s) of {} runs: give one for each curve, in this order: {}; \
                 or one for each of the {} run folders",
                labels.len(),
                grouped.len(),
                runs.len(),
                names.join("; "),
                runs.len()
            )));
        }
    };
    if grouped.len() > MOST_CURVES {
        return Err(refused(format_args!(
            "{} unlike curves, and {MOST_CURVES} at most have a colour of their own: plot fewer runs \
             at once",
            grouped.len()
        )));
    }
    let out = match drawing.out {
        Some(out) => out.to_path_buf(),
        None => called_after(runs),
    };
    check_place(&out, drawing.force)?;
    let title = title(&grouped, &names);
    let groups: Vec<Group> = grouped
        .iter()
        .zip(names)
        .map(|(runs, label)| of_runs(runs, label))
        .collect();
    let measured = measured(drawing, runs)?;
    into_new(&out, drawing.force, |folder| {
        let table = folder.join(TABLE);
        write_overlay_table(&table, &groups)?;
        let mut written = vec![table];
        written.extend(write_overlay(folder, &title, &groups)?);
        if !measured.is_empty() {
            written.extend(write_measured(folder, &title, &groups, &measured)?);
        }
        Ok(written)
    })
}

fn measured(drawing: &Drawing<'_>, runs: &[Run]) -> Result<Vec<Measured>, RunError> {
    let series: Vec<&Table> = runs.iter().map(|run| &run.series).collect();
    drawing
        .measured
        .map_or(Ok(Vec::new()), |read| read(&series))
}

fn of_runs(runs: &[&Run], label: String) -> Group {
    let patients: Option<Vec<Table>> = runs.iter().map(|run| run.patient.clone()).collect();
    let mut dose_days: Vec<f64> = runs.iter().flat_map(|run| run.happened.days()).collect();
    dose_days.sort_by(f64::total_cmp);
    dose_days.dedup();
    Group {
        label,
        series: runs.iter().map(|run| run.series.clone()).collect(),
        patients: patients.unwrap_or_default(),
        dose_days,
    }
}

fn folder_name(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A folder for several runs, beside the first of them.
fn called_after(runs: &[Run]) -> PathBuf {
    let names: Vec<String> = runs.iter().map(|run| folder_name(&run.folder)).collect();
    let name = match &names[..] {
        [only] => only.clone(),
        [first, second] => format!("{first}-and-{second}"),
        [first, others @ ..] => format!("{first}-and-{}-more", others.len()),
        [] => String::new(),
    };
    let mut beside = runs.first().and_then(|run| run.folder.parent());
    let mut name = name;
    // A folder of runs with arms holds what it lists and nothing else: beside it.
    while let Some(group) = beside.filter(|group| is_ours(group)) {
        name = format!("{}-{name}", folder_name(group));
        beside = group.parent();
    }
    match beside {
        Some(beside) => beside.join(name),
        None => PathBuf::from(name),
    }
}

fn check_labels(labels: &[String]) -> Result<(), RunError> {
    for (index, label) in labels.iter().enumerate() {
        if label.trim().is_empty() || label.chars().any(char::is_control) {
            return Err(RunError::Labels(format!(
                "label {label:?}: give a name of letters that can be drawn"
            )));
        }
        if labels[..index].contains(label) {
            return Err(RunError::Labels(format!(
                "label {label:?} was given twice: curves have names of their own"
            )));
        }
    }
    Ok(())
}

impl Run {
    /// Says of a run that is not over how it stands.
    pub(crate) fn unfinished(&self) -> Option<String> {
        let state = &self.known.as_ref().ok()?.exit_state;
        let folder = self.folder.display();
        (state != DONE)
            .then(|| format!("{folder} is not over ({state}): it is drawn as far as it came"))
    }

    fn read(folder: &Path) -> Result<Self, RunError> {
        if !folder.exists() {
            return Err(refused(format_args!(
                "there is no folder {}: name that of a run (--out, or runs/ below where it was started)",
                folder.display()
            )));
        }
        unaltered(folder)?;
        let read = |name: &str| Table::read_csv_if_there(&folder.join(name));
        let Some(series) = read("series.csv")? else {
            return Err(refused(format_args!(
                "{} has no series.csv: it is not a run folder",
                folder.display()
            )));
        };
        let [drugs, fractions] = ["drugs.csv", "fractions.csv"].map(read);
        let [colonisation, clones] = ["colonisation.csv", "clones.csv"].map(read);
        let loaded = control_of(folder, None).ok();
        Ok(Self {
            folder: folder.to_path_buf(),
            counted: with_dormant(&series, colonisation?.as_ref(), clones?.as_ref()),
            control: loaded.and_then(|(loaded, _)| control_beside(folder, &loaded)),
            series,
            patient: read("patient.csv")?,
            happened: Happened::read(drugs?.as_ref(), fractions?.as_ref(), None),
            known: known(folder),
        })
    }
}

/// What was run in a folder; the reason where nothing says it.
fn known(folder: &Path) -> Result<Known, String> {
    let (loaded, manifest) = control_of(folder, None).map_err(|error| error.to_string())?;
    let sampled = manifest.sampled(&loaded);
    let mut values = values_of(&loaded);
    values.insert("howship version".to_owned(), manifest.version);
    // Synthetic bone is grown from the seed; that of an image may differ under one file name.
    if loaded.tree.get("specimen.image").is_some() {
        values.insert("bone".to_owned(), manifest.bone);
    }
    Ok(Known {
        subject: note([&sampled[..], &loaded.subject()]),
        sampled,
        name: loaded.scenario.name,
        description: loaded.scenario.description,
        arm: loaded.scenario.arm,
        seed: loaded.scenario.seed,
        days: loaded.scenario.run.duration.get() / 24.0,
        exit_state: manifest.exit_state,
        values,
    })
}

/// Runs by what was run, in the order in which they were given.
fn group(runs: &[Run]) -> Result<Vec<Vec<&Run>>, RunError> {
    let mut groups: Vec<(&Known, Vec<&Run>)> = Vec::new();
    for run in runs {
        let known = run.known.as_ref().map_err(|reason| {
            let reason = reason.trim();
            RunError::Labels(format!(
                "{reason}\nerror: {} does not say what was run, so that nothing tells its curve from \
                 those of the other runs; give a label for each of the {} run folders",
                run.folder.display(),
                runs.len()
            ))
        })?;
        let Some((_, alike)) = groups
            .iter_mut()
            .find(|(other, _)| other.values == known.values)
        else {
            groups.push((known, vec![run]));
            continue;
        };
        let same = |other: &&&Run| other.known.as_ref().is_ok_and(|it| it.seed == known.seed);
        if let Some(other) = alike.iter().find(same) {
            return Err(RunError::Labels(format!(
                "{} and {} are the same scenario with the same seed {}: a run counts once; give a \
                 label for each of the {} run folders to draw them over each other",
                other.folder.display(),
                run.folder.display(),
                known.seed,
                runs.len()
            )));
        }
        alike.push(run);
    }
    Ok(groups.into_iter().map(|(_, runs)| runs).collect())
}

/// Names of the curves from what sets them apart: name of the scenario and arm, else values, else the
/// folder of the first run.
fn told(groups: &[Vec<&Run>]) -> Vec<String> {
    let of_folder = |group: &Vec<&Run>| {
        group
            .first()
            .map_or_else(String::new, |run| folder_name(&run.folder))
    };
    let known: Option<Vec<&Known>> = groups.iter().map(|group| known_of(group)).collect();
    let folders: Vec<String> = groups.iter().map(of_folder).collect();
    let Some(known) = known else {
        return folders;
    };
    let names: Vec<String> = known
        .iter()
        .map(|known| {
            let arm = known.arm.clone();
            if known.values.keys().any(|path| path.starts_with("arms.")) {
                let arm = arm.unwrap_or_else(|| CONTROL.to_owned());
                format!("{}, {}", words(&known.name), words(&arm))
            } else {
                words(&known.name)
            }
        })
        .collect();
    if is_unique(&names) {
        return names;
    }
    let values: Vec<&BTreeMap<String, String>> = known.iter().map(|known| &known.values).collect();
    let mut found = apart(&values);
    let is_said = ["name", "description", "arm"];
    found.retain(|it| !matches!(it, Difference::Value(path) | Difference::Presence(path) if is_said.contains(&path.as_str())));
    let same_name = names.iter().all(|name| *name == names[0]);
    let labels: Vec<String> = known
        .iter()
        .zip(&names)
        .map(|(known, name)| {
            let said = found.iter().take(MOST_NAMED);
            let mut parts: Vec<String> = said.map(|it| it.of(&known.values)).collect();
            if !same_name {
                parts.insert(0, name.clone());
            }
            if found.len() > MOST_NAMED {
                parts.push(format!("{} more", found.len() - MOST_NAMED));
            }
            parts.join(", ")
        })
        .collect();
    let fits = |label: &String| !label.is_empty() && label.chars().count() <= LONGEST_LABEL;
    if labels.iter().all(fits) && is_unique(&labels) {
        labels
    } else if is_unique(&folders) {
        folders
    } else {
        let paths = groups.iter().map(|group| group.first());
        paths
            .map(|run| run.map_or_else(String::new, |run| run.folder.display().to_string()))
            .collect()
    }
}

fn known_of<'a>(group: &[&'a Run]) -> Option<&'a Known> {
    group.first()?.known.as_ref().ok()
}

fn is_unique(names: &[String]) -> bool {
    let mut seen = BTreeSet::new();
    names.iter().all(|name| seen.insert(name))
}

/// Scenarios that a line below a title names at most.
const MOST_SCENARIOS: usize = 3;

/// What all pictures are of: the scenario under all of them, or that of each curve behind its name where these are few, with
/// the days that were run.
fn title(groups: &[Vec<&Run>], names: &[String]) -> String {
    let runs = groups.iter().flatten();
    let mut all = runs.filter_map(|run| run.known.as_ref().ok());
    let first = all.next().map(|known| &known.sampled[..]);
    let first = first.filter(|first| all.all(|known| known.sampled == *first));
    let known = groups.iter().map(|runs| {
        let known = runs.iter().filter_map(|run| run.known.as_ref().ok());
        known.map(Said::of).collect()
    });
    let said = said_of(
        &known.collect::<Vec<_>>(),
        names,
        groups.iter().map(Vec::len).sum(),
    );
    note([first.unwrap_or_default(), &said])
}

/// What a run says of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Said<'a> {
    name: &'a str,
    description: &'a str,
    days: f64,
}

impl<'a> Said<'a> {
    fn of(known: &'a Known) -> Self {
        Self {
            name: &known.name,
            description: &known.description,
            days: known.days,
        }
    }
}

/// Days in words, from the fewest to the most.
fn days_said<'a>(runs: impl Iterator<Item = &'a Said<'a>>) -> String {
    let mut days: Vec<f64> = runs.map(|run| (100.0 * run.days).round() / 100.0).collect();
    days.sort_by(f64::total_cmp);
    days.dedup();
    match &days[..] {
        [one] => format!("run of {}", days_of(*one)),
        [fewest, .., most] => format!("runs of {fewest} to {}", days_of(*most)),
        [] => String::new(),
    }
}

fn said_of(known: &[Vec<Said<'_>>], names: &[String], runs: usize) -> String {
    let mut found: Vec<Said<'_>> = Vec::new();
    for run in known.iter().flatten() {
        if !found.iter().any(|other| other.name == run.name) {
            found.push(*run);
        }
    }
    let of = |run: &Said<'_>| without_days(&heading(run.name, run.description));
    match &found[..] {
        [] => format!("{runs} runs"),
        [one] => note([&whole(&of(one))[..], &days_said(known.iter().flatten())]),
        found if found.len() > MOST_SCENARIOS => {
            format!("{runs} runs of {} scenarios", found.len())
        }
        found => {
            let each = found.iter().map(|scenario| {
                let is_of = |runs: &[Said<'_>]| runs.iter().any(|run| run.name == scenario.name);
                let labels = known.iter().zip(names).filter(|(runs, _)| is_of(runs));
                let labels: Vec<&str> = labels.map(|(_, name)| name.as_str()).collect();
                let own = known.iter().flatten();
                let days = days_said(own.filter(|run| run.name == scenario.name));
                // What stands between separates the parts of a note: each belongs to its curve.
                format!(
                    "{}: {} ({days})",
                    labels.join(" and "),
                    whole(&of(scenario))
                )
            });
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_scenarios_is_said_behind_the_name_of_its_curve_with_its_days() {
        let said = |name, description, days| Said {
            name,
            description,
            days,
        };
        let lesion = said("lesion", "A lytic lesion, 28 days", 28.0);
        let healthy = said("healthy", "Healthy bone; no tumour", 14.0);
        let names = ["tumour", "none"].map(str::to_owned);
        assert_eq!(
            said_of(&[vec![lesion, lesion], vec![healthy]], &names, 3),
            "tumour: A lytic lesion (run of 28 days); none: Healthy bone;\u{a0}no tumour (run of 14 days)"
        );
        let short = said("lesion", "A lytic lesion, 28 days", 7.0);
        assert_eq!(
            said_of(&[vec![lesion], vec![short]], &names, 2),
            "A lytic lesion; runs of 7 to 28 days"
        );
        assert_eq!(
            said_of(&[vec![lesion], vec![lesion]], &names, 2),
            "A lytic lesion; run of 28 days"
        );
        assert_eq!(said_of(&[Vec::new(), Vec::new()], &names, 2), "2 runs");
    }
}
