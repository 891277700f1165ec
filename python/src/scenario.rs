//! Scenarios: from a file, a text or values; edited, checked, described, run.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use howship::layers::diagnostic::Diagnostics;
use howship::numerics::parallel::on_threads;
use howship::run::error::RunError;
use howship::run::host::{Event, Host};
use howship::run::outlook::outlook;
use howship::run::start::{begin, usual_folder};
use howship::scenario::build::{Loaded, parse};
use howship::scenario::describe::{describe, source};
use howship::scenario::read::load;
use pyo3::prelude::*;

use crate::errors::{failed, refused, wrong};
use crate::heard::{Signal, heard};
use crate::simulation::Simulation;

/// A scenario that makes sense, with the text and the assignments that it came from.
#[pyclass(frozen, module = "howship._howship")]
pub struct Scenario {
    loaded: Loaded,
    name: String,
    text: String,
    sets: Vec<String>,
}

impl Scenario {
    fn read(name: String, text: String, sets: Vec<String>) -> Result<Self, Diagnostics> {
        Ok(Self {
            loaded: parse(&name, &text, &sets)?,
            name,
            text,
            sets,
        })
    }

    pub const fn loaded(&self) -> &Loaded {
        &self.loaded
    }
}

/// A program that is stopped by Python's signals.
struct Stoppable<'a>(&'a AtomicBool);

impl Host for Stoppable<'_> {
    fn hear(&self, _: &Event<'_>) {}

    fn stop(&self) -> &AtomicBool {
        self.0
    }

    fn stopped_by(&self) -> String {
        "SIGINT".to_owned()
    }
}

/// Does something on so many threads, or on all.
pub fn on<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    match threads {
        None => Ok(work()),
        Some(_) => on_threads(threads, work).map_err(|error| error.to_string()),
    }
}

#[pymethods]
impl Scenario {
    /// A scenario from a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, sets: Vec<String>) -> PyResult<Self> {
        let read = py.detach(|| {
            let layer = load(&path)?;
            Self::read(layer.name, layer.text, sets)
        });
        read.map_err(|found| wrong(py, &found))
    }

    /// A scenario from a text; messages name it by `name`, and files are taken from the folder of that.
    #[staticmethod]
    fn parse(py: Python<'_>, text: String, name: String, sets: Vec<String>) -> PyResult<Self> {
        let read = py.detach(|| Self::read(name, text, sets));
        read.map_err(|found| wrong(py, &found))
    }

    /// The same with further assignments, as of `--set`.
    fn set(&self, py: Python<'_>, more: Vec<String>) -> PyResult<Self> {
        let mut sets = self.sets.clone();
        sets.extend(more);
        let read = py.detach(|| Self::read(self.name.clone(), self.text.clone(), sets));
        read.map_err(|found| wrong(py, &found))
    }

    /// The value at a path as JSON; none where there is none.
    fn get(&self, path: &str) -> PyResult<Option<String>> {
        let value = self.loaded.tree.get(path);
        let text = value.map(|value| serde_json::to_string(&value));
        text.transpose().map_err(refused)
    }

    #[getter]
    fn name(&self) -> &str {
        &self.loaded.scenario.name
    }

    #[getter]
    fn description(&self) -> &str {
        &self.loaded.scenario.description
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.loaded.scenario.seed
    }

    /// Path, value as TOML writes it, and source, of every value.
    fn values(&self) -> Vec<(String, String, String)> {
        let leaves = self.loaded.tree.leaves().into_iter();
        leaves
            .map(|leaf| {
                let source = source(&leaf);
                (leaf.path, leaf.value, source)
            })
            .collect()
    }

    /// All values, those of the preset too, as TOML.
    fn to_toml(&self) -> String {
        self.loaded.tree.to_toml_with_sources()
    }

    fn describe(&self, markdown: bool) -> String {
        describe(&self.loaded, markdown)
    }

    /// What it would do, and warnings, a sentence each.
    fn check(&self, py: Python<'_>) -> PyResult<(Vec<String>, Vec<String>)> {
        let loaded = self.loaded.clone();
        match heard(py, Signal::AtOnce, move |_| outlook(&loaded))? {
            Ok(found) => Ok((found.lines, found.warnings)),
            Err(found) => Err(wrong(py, &found)),
        }
    }

    /// The simulation, ready for its first tick.
    fn build(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<Simulation> {
        let loaded = self.loaded.clone();
        let built = heard(py, Signal::AtOnce, move |_| {
            on(threads, || {
                loaded.build().map(|simulation| (loaded, simulation))
            })
        })?;
        match built.map_err(refused)? {
            Ok((loaded, simulation)) => Ok(Simulation::new(loaded, simulation, threads)),
            Err(found) => Err(wrong(py, &found)),
        }
    }

    /// Runs it into a folder, as `howship run` does, and says which.
    fn run_into(
        &self,
        py: Python<'_>,
        out: Option<PathBuf>,
        force: bool,
        threads: Option<usize>,
    ) -> PyResult<PathBuf> {
        let loaded = self.loaded.clone();
        let out = out.unwrap_or_else(|| usual_folder(&loaded));
        let folder = out.clone();
        let done = heard(py, Signal::AtItsEnd, move |stop| {
            on(threads, || begin(loaded, &out, force, &Stoppable(stop)))
        })?;
        match done.map_err(refused)? {
            Ok(()) => Ok(folder),
            Err(RunError::Scenario(found)) => Err(wrong(py, &found)),
            Err(error) => Err(failed(error)),
        }
    }
}
