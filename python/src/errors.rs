//! Errors of howship as exceptions of Python, in the same words.

use howship::layers::diagnostic::Diagnostics;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

pyo3::create_exception!(
    howship,
    HowshipError,
    PyException,
    "What howship refused, or what went wrong, in the words of the command line."
);
pyo3::create_exception!(
    howship,
    ScenarioError,
    HowshipError,
    "A scenario that makes no sense. The text shows the line, the key and the remedy; `diagnostics` has them apart."
);
pyo3::create_exception!(
    howship,
    RunError,
    HowshipError,
    "A run that came to no good end, or a run folder that cannot be used."
);

/// What was refused, in words.
pub fn refused(error: impl std::fmt::Display) -> PyErr {
    HowshipError::new_err(error.to_string())
}

/// What went wrong in a run.
pub fn failed(error: impl std::fmt::Display) -> PyErr {
    RunError::new_err(error.to_string())
}

/// What is wrong with a scenario, with the parts of each fault in `diagnostics`.
pub fn wrong(py: Python<'_>, found: &Diagnostics) -> PyErr {
    let error = ScenarioError::new_err(found.render(false));
    let parts = serde_json::to_string(found).unwrap_or_else(|_| "[]".to_owned());
    let parts = py
        .import("json")
        .and_then(|json| json.call_method1("loads", (parts,)))
        .and_then(|parts| error.value(py).setattr("diagnostics", parts));
    match parts {
        Ok(()) => error,
        Err(other) => other,
    }
}
