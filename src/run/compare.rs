//! Arms of one past compared, seed by seed: a table with paired differences, and pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::output::table::Table;
use crate::plot::arms::{ArmRuns, table, write_arms};
use crate::plot::clinic::{ClinicArm, clinic_table, write_clinic};
use crate::plot::happened::{Dose, doses};
use crate::plot::words::{note, of_run};
use crate::run::apart::differences;
use crate::run::error::RunError;
use crate::run::host::{Event, Host};
use crate::run::ours::{Listing, Replacement};
use crate::run::past::{control_of, unaltered};
use crate::run::sealed::PLOTS;
use crate::scenario::arms::CONTROL;
use crate::scenario::file::Arm;
#[cfg(feature = "cli")]
use crate::{output::OutputError, run::members::members, run::ours::refuse_inside};

/// Compares runs, or all runs of groups, into a new or empty folder.
///
/// # Errors
/// Runs that have not one past, or not the same seeds; a folder that holds something.
#[cfg(feature = "cli")]
pub(crate) fn compare(asked: &[PathBuf], out: &Path, host: &dyn Host) -> Result<(), RunError> {
    let is_empty = std::fs::read_dir(out).is_ok_and(|mut inside| inside.next().is_none());
    if out.symlink_metadata().is_ok() && !is_empty {
        return Err(OutputError::NotEmpty(out.to_path_buf()).into());
    }
    refuse_inside(out)?;
    let mut folders = Vec::new();
    for folder in asked {
        folders.extend(members(folder)?);
    }
    write_compared(&folders, out, host)
}

pub(super) fn write_compared(
    folders: &[PathBuf],
    out: &Path,
    host: &dyn Host,
) -> Result<(), RunError> {
    let Gathered {
        title,
        arms,
        clinic,
    } = gather(folders)?;
    let together = table(&arms).ok_or_else(|| {
        RunError::Refused("a series.csv has not the columns of a run of this howship".to_owned())
    })?;
    // What an earlier comparison of the same arms left is replaced when the new one is whole.
    let replacement = Replacement::begin(out, &[])?;
    let new = replacement.folder().to_path_buf();
    let plots = new.join(PLOTS);
    std::fs::create_dir_all(&plots)
        .map_err(|error| RunError::Failed(format!("{}: {error}", plots.display())))?;
    together.write_csv(&new.join("arms.csv"))?;
    let mut pictures = write_arms(&plots, &title, &arms)?;
    if let Some(together) = clinic_table(&clinic) {
        together.write_csv(&new.join("clinic.csv"))?;
        pictures.extend(write_clinic(&plots, &title, &clinic)?);
    }
    Listing::write(&new, "compared", &[])?;
    replacement.place()?;
    let differences: Vec<String> = arms[1..]
        .iter()
        .map(|arm| sentence(&together, &arms[0].name, &arm.name))
        .collect();
    let mut files = vec![out.join("arms.csv")];
    let pictures = pictures.iter();
    files.extend(pictures.map(|picture| out.join(picture.strip_prefix(&new).unwrap_or(picture))));
    host.hear(&Event::Compared {
        differences: &differences,
        files: &files,
    });
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
    arms: Vec<ArmRuns>,
    /// What a clinic sees of them; empty where a run follows no patient.
    clinic: Vec<ClinicArm>,
}

/// The tables of one run.
struct Tables {
    series: Table,
    patient: Option<Table>,
    doses: BTreeMap<String, Vec<Dose>>,
}

impl Tables {
    fn read(folder: &Path) -> Result<Self, RunError> {
        unaltered(folder)?;
        let read = |name: &str| Table::read_csv_if_there(&folder.join(name));
        Ok(Self {
            series: Table::read_csv(&folder.join("series.csv"))?,
            patient: read("patient.csv")?,
            doses: read("drugs.csv")?.map_or_else(BTreeMap::new, |drugs| doses(&drugs)),
        })
    }
}

/// What a clinic sees, where all runs follow a patient.
fn clinic(arms: &[(String, BTreeMap<u64, Tables>)]) -> Vec<ClinicArm> {
    let arm = |(name, runs): &(String, BTreeMap<u64, Tables>)| {
        let patients: Option<Vec<Table>> = runs.values().map(|run| run.patient.clone()).collect();
        let mut doses: BTreeMap<String, Vec<Dose>> = BTreeMap::new();
        for (drug, days) in runs.values().flat_map(|run| &run.doses) {
            doses.entry(drug.clone()).or_default().extend(days);
        }
        for doses in doses.values_mut() {
            doses.sort_by(|one, other| one.day.total_cmp(&other.day));
            doses.dedup();
        }
        Some(ClinicArm {
            name: name.clone(),
            series: runs.values().map(|run| run.series.clone()).collect(),
            patients: patients?,
            doses,
        })
    };
    arms.iter()
        .map(arm)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn gather(folders: &[PathBuf]) -> Result<Gathered, RunError> {
    let mut title = String::new();
    let mut shared: Option<(String, PathBuf)> = None;
    let mut found: BTreeMap<String, BTreeMap<u64, Tables>> = BTreeMap::new();
    let mut meant: BTreeMap<String, Option<Arm>> = BTreeMap::new();
    for folder in folders {
        let (loaded, manifest) = control_of(folder, None)?;
        let mut tree = loaded.tree.clone();
        for own in ["arm", "arms", "seed"] {
            tree.remove(own);
        }
        let text = tree.to_toml();
        let (first, of) = shared.get_or_insert_with(|| (text.clone(), folder.clone()));
        if *first != text {
            let (other, _) = control_of(of, None)?;
            return Err(RunError::OtherPast {
                first: of.clone(),
                other: folder.clone(),
                differences: differences(&other, &loaded),
            });
        }
        let scenario = &loaded.scenario;
        let days = scenario.run.duration.get() / 24.0;
        let of = of_run(&scenario.name, &scenario.description, None, days);
        title = note([&manifest.sampled(&loaded)[..], &of]);
        let arm = loaded.scenario.arm.unwrap_or_else(|| CONTROL.to_owned());
        let means = loaded.scenario.arms.get(&arm).cloned();
        if *meant.entry(arm.clone()).or_insert_with(|| means.clone()) != means {
            return Err(RunError::Refused(format!(
                "{}: arm {arm} is another than that of the runs before it",
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
            return Err(RunError::Refused(format!(
                "{}: a run of arm {arm} with seed {seed} was given already",
                folder.display()
            )));
        }
    }
    let Some(control) = found.remove(CONTROL) else {
        return Err(RunError::Refused(
            "no run is the control: give the folder of a run without an arm".to_owned(),
        ));
    };
    let seeds: Vec<u64> = control.keys().copied().collect();
    for (arm, runs) in &found {
        if !runs.keys().eq(&seeds) {
            return Err(RunError::Refused(format!(
                "arm {arm} has the seeds {:?}, the control {seeds:?}: differences are paired \
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
        arms: all.into_iter().map(runs).collect(),
        clinic,
    })
}
