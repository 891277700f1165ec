//! Many runs: studies, virtual trials, and the cycle taken apart. Their tables are read from the folders that they leave.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use howship::cohort::report::{kind as kind_of_trial, run_into};
use howship::cohort::trial::Trial as Followed;
use howship::output::sheet::Kind;
use howship::study::batch::Event;
use howship::study::dissect::map::Map;
use howship::study::dissect::{Asked, DissectError, Plan, check_place, kind as kind_of_dissection};
use howship::study::plan::Study as Planned;
use howship::study::store::Store;
use pyo3::prelude::*;

use crate::columns::Columns;
use crate::errors::{failed, refused, wrong};
use crate::heard::{Signal, counted, heard};
use crate::scenario::{Scenario, on};

/// A study that is ready to run.
#[pyclass(frozen, module = "howship._howship")]
pub struct Study(Arc<Planned>);

#[pymethods]
impl Study {
    /// A study from its file or its plan.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let read = heard(py, Signal::AtOnce, move |_| Planned::open(&path))?;
        let read = read.map_err(|found| wrong(py, &found))?;
        Ok(Self(Arc::new(read)))
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.header.study
    }

    #[getter]
    fn description(&self) -> &str {
        &self.0.header.description
    }

    #[getter]
    fn runs(&self) -> u64 {
        self.0.header.runs
    }

    fn outline(&self) -> String {
        self.0.outline()
    }

    /// Runs what the store does not hold, and writes the tables.
    fn run(
        &self,
        py: Python<'_>,
        store: PathBuf,
        jobs: Option<usize>,
        retry_failed: bool,
        callback: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let study = Arc::clone(&self.0);
        let done = counted(py, callback.as_ref(), move |stop, progress| {
            let store = Store::open(&store)?;
            // Before the work: tables of another study of this name stay.
            let folder = study.tables_folder(&store)?;
            let runs = study.header.runs;
            progress.total.store(runs, Ordering::SeqCst);
            let asked = || stop.load(Ordering::SeqCst);
            let count = |_: u64, _: &Event| {
                progress.done.fetch_add(1, Ordering::SeqCst);
            };
            let whole = (0..runs, runs);
            let shared = (jobs, retry_failed);
            study.work_off(whole, &store, shared, &asked, &count)?;
            study.write_tables(&store, &folder)
        })?;
        done.map(drop).map_err(failed)
    }

    /// Runs that are done, that failed, of which nothing is there, and whose file is not what was written.
    fn tally(&self, py: Python<'_>, store: PathBuf) -> PyResult<(u64, u64, u64, u64)> {
        let found = py.detach(|| self.0.tally(&Store::existing(&store)?));
        let found = found.map_err(failed)?;
        Ok((found.done, found.failed, found.missing, found.damaged))
    }

    /// The folder of its tables in a store.
    fn folder(&self, py: Python<'_>, store: PathBuf) -> PyResult<PathBuf> {
        let found = py.detach(|| self.0.tables_folder(&Store::existing(&store)?));
        found.map_err(failed)
    }

    /// Writes what the runs say, as `howship study analyse` does, and what a reader must know where runs are missing.
    fn analyse(&self, py: Python<'_>, store: PathBuf) -> PyResult<(Vec<PathBuf>, Option<String>)> {
        let study = Arc::clone(&self.0);
        let done = heard(py, Signal::AtOnce, move |_| {
            let store = Store::existing(&store)?;
            let folder = study.tables_folder(&store)?;
            study
                .analyse(&store, &folder, None)
                .map(|(written, tally)| (written, tally.gaps()))
        })?;
        done.map_err(failed)
    }

    /// A table of the study.
    fn table(&self, py: Python<'_>, path: PathBuf) -> PyResult<Columns> {
        let file = file_of(&path);
        let kind = |column: &str| self.0.kind(&file, column).0;
        let unit = |column: &str| self.0.kind(&file, column).1.to_owned();
        read(py, &path, &kind, &unit)
    }
}

pub(crate) fn file_of(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A table of words and numbers in a file.
fn read(
    py: Python<'_>,
    path: &std::path::Path,
    kind: &(dyn Fn(&str) -> Kind + Sync),
    unit: &(dyn Fn(&str) -> String + Sync),
) -> PyResult<Columns> {
    let cells = py.detach(|| howship::output::sheet::read(path, &|column| kind(column)));
    Ok(Columns::of_sheet(cells.map_err(refused)?, unit))
}

/// A virtual trial.
#[pyclass(frozen, module = "howship._howship")]
pub struct Trial {
    trial: Followed,
    file: PathBuf,
}

#[pymethods]
impl Trial {
    #[staticmethod]
    fn load(
        py: Python<'_>,
        path: PathBuf,
        patients: Option<u64>,
        seed: Option<u64>,
    ) -> PyResult<Self> {
        let read = py.detach(|| Followed::read(&path, patients, seed));
        Ok(Self {
            trial: read.map_err(|found| wrong(py, &found))?,
            file: path,
        })
    }

    #[getter]
    fn name(&self) -> &str {
        &self.trial.name
    }

    #[getter]
    fn description(&self) -> &str {
        &self.trial.description
    }

    #[getter]
    fn patients(&self) -> u64 {
        self.trial.patients
    }

    #[getter]
    fn arms(&self) -> Vec<&str> {
        let control = &self.trial.control;
        let others = self.trial.arms.keys().filter(|name| *name != control);
        let names = std::iter::once(control).chain(others);
        names.map(String::as_str).collect()
    }

    fn outline(&self) -> String {
        self.trial.outline()
    }

    /// Follows all patients and writes the folder.
    fn run(
        &self,
        py: Python<'_>,
        out: PathBuf,
        force: bool,
        threads: Option<usize>,
        callback: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (trial, file) = (self.trial.clone(), self.file.clone());
        let done = counted(py, callback.as_ref(), move |stop, progress| {
            progress.total.store(trial.patients, Ordering::SeqCst);
            let asked = || stop.load(Ordering::SeqCst);
            let count = || {
                progress.done.fetch_add(1, Ordering::SeqCst);
            };
            on(threads, || {
                run_into(&out, &trial, (&file, force), &asked, &count)
            })
        })?;
        done.map_err(refused)?.map(drop).map_err(failed)
    }
}

/// A table in the folder of a trial.
#[pyfunction]
pub fn read_trial_table(py: Python<'_>, path: PathBuf) -> PyResult<Columns> {
    read(py, &path, &kind_of_trial, &|_| String::new())
}

/// A table in the folder of a dissection.
#[pyfunction]
pub fn read_dissection_table(py: Python<'_>, path: PathBuf) -> PyResult<Columns> {
    let file = file_of(&path);
    let kind = |column: &str| kind_of_dissection(&file, column);
    read(py, &path, &kind, &|_| String::new())
}

/// Takes the cycle of a scenario apart into a folder.
#[pyfunction]
pub fn dissect(
    py: Python<'_>,
    scenario: &Scenario,
    out: PathBuf,
    seeds: u64,
    map: Option<([String; 2], u32)>,
    threads: Option<usize>,
    callback: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let loaded = scenario.loaded().clone();
    let done = counted(py, callback.as_ref(), move |stop, progress| {
        check_place(&out)?;
        let map = match &map {
            Some(([across, up], steps)) => Some(Map::of(&loaded, [across, up], *steps)?),
            None => None,
        };
        let asked = Asked {
            seeds,
            map,
            threads,
        };
        let plan = Plan::new(&loaded, asked)?;
        progress.total.store(plan.runs(), Ordering::SeqCst);
        let asked = || stop.load(Ordering::SeqCst);
        let count = || {
            progress.done.fetch_add(1, Ordering::SeqCst);
        };
        plan.run(&asked, &count)?.write(&out)
    })?;
    match done {
        Ok(()) => Ok(()),
        Err(DissectError::Scenario(found)) => Err(wrong(py, &found)),
        Err(error) => Err(failed(error)),
    }
}
