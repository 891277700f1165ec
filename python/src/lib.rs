//! howship for Python: the compiled half, which `python/howship` wraps.
//!
//! Long work goes on a thread of its own while the lock of the interpreter is free ([`heard`]); arrays are copied
//! once, between two ticks, so that no reader sees half a tick.

mod columns;
mod errors;
mod heard;
mod images;
mod many;
mod scenario;
mod simulation;

use std::path::PathBuf;

use howship::output::table::Table;
use howship::run::columns::columns;
use howship::run::folder::Manifest;
use pyo3::prelude::*;

use self::errors::{HowshipError, RunError, ScenarioError, refused};
use crate::columns::Columns;

/// As in the program: a run from Python takes the time of one from the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A table of numbers in a file.
#[pyfunction]
fn read_table(py: Python<'_>, path: PathBuf) -> PyResult<Columns> {
    let table = py.detach(|| Table::read_csv(&path)).map_err(refused)?;
    let file = many::file_of(&path);
    let signals = table.columns.iter();
    let signals: Vec<&str> = signals
        .filter_map(|name| name.strip_suffix("_pm"))
        .collect();
    Ok(Columns::of(&table, &file, &columns(&signals)))
}

/// `run.json` of a folder, as JSON.
#[pyfunction]
fn read_manifest(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
    let manifest = py.detach(|| Manifest::read(&folder)).map_err(refused)?;
    serde_json::to_string(&manifest).map_err(refused)
}

#[pymodule]
fn _howship(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("HowshipError", py.get_type::<HowshipError>())?;
    module.add("ScenarioError", py.get_type::<ScenarioError>())?;
    module.add("RunError", py.get_type::<RunError>())?;
    module.add_class::<Columns>()?;
    module.add_class::<scenario::Scenario>()?;
    module.add_class::<simulation::Simulation>()?;
    module.add_class::<many::Study>()?;
    module.add_class::<many::Trial>()?;
    module.add_function(wrap_pyfunction!(images::specimen, module)?)?;
    module.add_function(wrap_pyfunction!(many::dissect, module)?)?;
    module.add_function(wrap_pyfunction!(many::read_trial_table, module)?)?;
    module.add_function(wrap_pyfunction!(many::read_dissection_table, module)?)?;
    module.add_function(wrap_pyfunction!(read_table, module)?)?;
    module.add_function(wrap_pyfunction!(read_manifest, module)?)
}
