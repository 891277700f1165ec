//! Values below tables of paths.

use toml::Value;

use crate::layers::path::write_key;

/// A value of a study with its path in the scenario and in the study.
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) here: String,
    pub(super) value: Value,
}

/// All values below a table of paths; keys may be dotted, quoted or nested.
pub(super) fn entries(
    table: &toml::Table,
    here: &str,
    path: &str,
    is_one: fn(&Value) -> bool,
) -> Vec<Entry> {
    let mut found = Vec::new();
    for (key, value) in table {
        let quoted = write_key(key);
        let step = if key.contains(['.', '[']) {
            key.clone()
        } else {
            quoted.clone()
        };
        let here = format!("{here}.{quoted}");
        let path = if path.is_empty() {
            step
        } else {
            format!("{path}.{step}")
        };
        match value {
            Value::Table(inner) if !is_one(value) => {
                found.extend(entries(inner, &here, &path, is_one));
            }
            _ => found.push(Entry {
                path,
                here,
                value: value.clone(),
            }),
        }
    }
    found
}
