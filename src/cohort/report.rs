//! Files of a trial, and the way from a trial file to a folder with its results.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cohort::body::{CohortError, RECORD_D, SEEN};
use crate::cohort::combination::combinations;
use crate::cohort::outcome_pictures;
use crate::cohort::outcomes::outcomes;
use crate::cohort::pictures;
use crate::cohort::run::{Results, run_while};
use crate::cohort::subgroups::{covariates, groups, subgroups};
use crate::cohort::summary::{Curves, Figure, Summary, curves, summary};
use crate::cohort::tables::{self, option};
use crate::cohort::trial::Trial;
use crate::layers::diagnostic::Diagnostics;
use crate::numerics::refusal::Refusal;
use crate::output::sheet;
use crate::output::{OutputError, write_whole};
use crate::patient::skeletal_events::Kind;
use crate::run::ours::{Listing, Replacement};
use crate::run::sealed::PLOTS;
#[cfg(feature = "cli")]
use crate::run::{error::RunError, screen::Console, words::Weight};

/// Why a trial leaves no folder. It says what is wrong without words of the command line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// The trial file: all that is wrong with it.
    #[error(transparent)]
    File(#[from] Diagnostics),
    /// A patient.
    #[error(transparent)]
    Patient(#[from] CohortError),
    /// The folder, or a file in it.
    #[error("{}", .0.without_options())]
    Output(#[from] OutputError),
}

impl Refusal for TrialError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::File(error) => error.is_refusal(),
            Self::Patient(_) => false,
            Self::Output(error) => error.is_refusal(),
        }
    }
}

/// What may be asked of [`run_file`] beside the file and the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Patients per arm, instead of those of the file; the first are the same ones.
    pub patients: Option<u64>,
    /// Seed of all chance, instead of the file's.
    pub seed: Option<u64>,
    /// True where the folder of an earlier trial may be replaced; what no trial left is never.
    pub replaces: bool,
}

/// Reads a trial file and runs it into a folder of its own, with all tables and pictures. `seen` is called after each patient,
/// from any thread.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("trial.toml");
/// # std::fs::write(&file, include_str!("../../trials/small/zoledronate_sre.toml"))?;
/// use howship::cohort::report::{Asked, run_file};
///
/// let asked = Asked { patients: Some(10), ..Asked::default() };
/// let out = folder.path().join("results");
/// let found = run_file(&file, &out, asked, &|| {})?;
/// assert_eq!(found.arms.len(), 2);
/// assert!(out.join("summary.json").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrialError`]; the folder is then as it was.
pub fn run_file(
    file: &Path,
    out: &Path,
    asked: Asked,
    seen: &(impl Fn() + Sync),
) -> Result<Summary, TrialError> {
    let trial = Trial::read(file, asked.patients, asked.seed)?;
    run_into(out, &trial, (file, asked.replaces), &|| false, seen)
}

/// Runs a trial, read from `file`, into a folder of its own. `replaces` allows to replace the folder of an earlier
/// trial. `stop` is asked before each patient, and `seen` called after each, from any thread.
///
/// # Errors
/// [`TrialError`]; the folder is then as it was.
pub fn run_into(
    out: &Path,
    trial: &Trial,
    (file, replaces): (&Path, bool),
    stop: &(dyn Fn() -> bool + Sync),
    seen: &(impl Fn() + Sync),
) -> Result<Summary, TrialError> {
    let inputs = [file.to_path_buf()];
    Replacement::check(out, replaces, &inputs)?;
    Replacement::try_place(out)?;
    let results = run_while(trial, stop, seen)?;
    // Again: whatever came there meanwhile stays.
    Replacement::check(out, replaces, &inputs)?;
    let replacement = Replacement::begin(out, &inputs)?;
    let (found, _) = write(replacement.folder(), trial, &results)?;
    replacement.place()?;
    Ok(found)
}

/// Reads a trial file and runs it into a folder, as [`run_file`]; a console shows where it is, and what was found.
///
/// # Errors
/// As [`run_file`]; of a folder the error says which option helps.
#[cfg(feature = "cli")]
pub(crate) fn shown(
    file: &Path,
    out: &Path,
    asked: Asked,
    console: &Console<'_>,
) -> Result<(), RunError> {
    let told = |error| match error {
        TrialError::File(error) => RunError::Scenario(error),
        TrialError::Output(error) => RunError::Output(error),
        TrialError::Patient(error) => RunError::Failed(error.to_string()),
    };
    let trial = Trial::read(file, asked.patients, asked.seed).map_err(RunError::Scenario)?;
    let counter = console.counter(trial.patients, "patients");
    let seen = || counter.one(None);
    let found = run_into(out, &trial, (file, asked.replaces), &|| false, &seen).map_err(told)?;
    counter.finish();
    let words = format!("{found}\nresults in {}", out.display());
    console.show(Weight::Result, words);
    Ok(())
}

/// What a column of a table of a trial holds.
pub fn kind(column: &str) -> sheet::Kind {
    tables::kind(column)
}

/// Writes tables and pictures of a trial into an empty folder, and the list of them; the same bytes
/// for the same trial.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write(
    folder: &Path,
    trial: &Trial,
    results: &Results,
) -> Result<(Summary, Vec<PathBuf>), OutputError> {
    let pictured = folder.join(PLOTS);
    std::fs::create_dir_all(&pictured).map_err(|source| OutputError::Io {
        path: pictured.clone(),
        source,
    })?;
    let found = summary(trial, results);
    let lines = curves(trial, results);
    let outcomes = outcomes(trial, results);
    let groups = groups(trial, results);
    let by_group = subgroups(results, &groups, &outcomes);
    let unwritten = |name: &str, said: String| OutputError::Io {
        path: folder.join(name),
        source: std::io::Error::other(said),
    };
    let resolved =
        toml::to_string(trial).map_err(|error| unwritten("trial.toml", error.to_string()))?;
    for (name, text) in [
        ("trial.toml", resolved),
        ("patients.csv", tables::patients(results, &outcomes)),
        ("subgroups.csv", tables::groups(&by_group)),
        (
            "covariates.csv",
            tables::groups(&covariates(results, &groups, &outcomes)),
        ),
        (
            "combinations.csv",
            tables::combinations(&combinations(trial, results, &outcomes)),
        ),
        ("events.csv", events(results)),
        ("survival.csv", survival(results, &lines)),
        ("incidence.csv", incidence(results, &lines)),
        ("course.csv", course(results, &lines)),
        ("summary.csv", figures(&found)),
    ] {
        write_whole(&folder.join(name), text.as_bytes())?;
    }
    let mut plots = pictures::write(&pictured, trial, &found, &lines)?;
    let told = (&found, &lines);
    plots.extend(outcome_pictures::write(
        &pictured, trial, told, &outcomes, &by_group,
    )?);
    let mut text = serde_json::to_string_pretty(&found)
        .map_err(|error| unwritten("summary.json", error.to_string()))?;
    text.push('\n');
    write_whole(&folder.join("summary.json"), text.as_bytes())?;
    Listing::write(folder, "trial", &[])?;
    Ok((found, plots))
}

fn events(results: &Results) -> String {
    let mut text = "arm,patient,day,event,counted\n".to_owned();
    for (arm, name) in results.arms.iter().enumerate() {
        for (person, history) in results.people.iter().zip(results.arm(arm)) {
            for event in &history.events {
                let _ = writeln!(
                    text,
                    "{name},{},{},{},{}",
                    person.number,
                    event.day,
                    event.kind.name(),
                    u8::from(event.counted)
                );
            }
        }
    }
    text
}

fn survival(results: &Results, lines: &Curves) -> String {
    let mut text = "arm,curve,time_d,at_risk,events,share,low,high\n".to_owned();
    for (name, arm) in results.arms.iter().zip(&lines.arms) {
        for (what, curve) in [("event_free", &arm.first), ("alive", &arm.survival)] {
            let _ = writeln!(text, "{name},{what},0,{},0,1,1,1", curve.at_risk(0.0));
            for step in &curve.steps {
                let _ = writeln!(
                    text,
                    "{name},{what},{},{},{},{},{},{}",
                    step.time, step.at_risk, step.events, step.survival, step.low, step.high
                );
            }
        }
    }
    text
}

fn incidence(results: &Results, lines: &Curves) -> String {
    let mut text = "arm,event,time_d,share,standard_error\n".to_owned();
    let kinds = Kind::ALL.iter().map(|kind| kind.name());
    let kinds: Vec<&str> = kinds.chain(["death"]).collect();
    for (name, arm) in results.arms.iter().zip(&lines.arms) {
        for (place, kind) in kinds.iter().enumerate() {
            for (day, at) in lines.days.iter().zip(&arm.incidence) {
                let _ = writeln!(
                    text,
                    "{name},{kind},{day},{},{}",
                    at[place].share, at[place].error
                );
            }
        }
    }
    text
}

fn course(results: &Results, lines: &Curves) -> String {
    let columns: Vec<String> = SEEN
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}_half_width")])
        .collect();
    let mut text = format!("arm,time_d,followed,{}\n", columns.join(","));
    for (name, arm) in results.arms.iter().zip(&lines.arms) {
        for (week, (followed, means)) in arm.seen.iter().enumerate().filter(|(_, one)| one.0 > 1) {
            let cells: Vec<String> = means
                .iter()
                .flat_map(|(mean, half)| [mean.to_string(), half.to_string()])
                .collect();
            let _ = writeln!(
                text,
                "{name},{},{followed},{}",
                week * RECORD_D as usize,
                cells.join(",")
            );
        }
    }
    text
}

fn figures(found: &Summary) -> String {
    let mut text = "arm,against,figure,value,low,high,p\n".to_owned();
    let mut line = |arm: &str, against: &str, name: &str, figure: &Figure| {
        let _ = writeln!(
            text,
            "{arm},{against},{name},{},{},{},{}",
            option(figure.value),
            option(figure.low),
            option(figure.high),
            option(figure.p)
        );
    };
    for arm in &found.arms {
        line(&arm.arm, "", "share_with_event", &arm.with_event);
        line(
            &arm.arm,
            "",
            "share_with_event_without_hypercalcaemia",
            &arm.with_event_without_hypercalcaemia,
        );
        line(&arm.arm, "", "median_to_first_event_d", &arm.median_d);
        line(&arm.arm, "", "events_per_patient_year", &arm.events_per_yr);
        line(&arm.arm, "", "median_survival_d", &arm.survival_d);
        line(
            &arm.arm,
            "",
            "median_progression_free_d",
            &arm.progression_free_d,
        );
        for (name, figure) in &arm.outcomes {
            line(&arm.arm, "", name, figure);
        }
    }
    for one in &found.comparisons {
        for (name, figure) in [
            ("hazard_ratio_first_event", &one.hazard_ratio),
            ("log_rank_chi_square", &one.log_rank),
            ("multiple_event_ratio", &one.multiple_event_ratio),
            ("hazard_ratio_death", &one.death_ratio),
            ("hazard_ratio_progression", &one.progression_ratio),
        ] {
            line(&one.arm, &one.control, name, figure);
        }
        for (name, figure) in &one.outcomes {
            line(&one.arm, &one.control, name, figure);
        }
    }
    text
}
