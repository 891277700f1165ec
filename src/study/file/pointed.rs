//! Faults of the scenario under a study, shown on the line of the study that sets the value.

use toml::Value;

use super::entries::{Entry, entries};
use super::{Reader, overlap, steps};
use crate::layers::diagnostic::Diagnostic;
use crate::layers::path;
use crate::layers::tree::SET;

/// True for values that are one though they are tables: ranges and shares.
pub(super) fn is_range(value: &Value) -> bool {
    let asks = |table: &toml::Table| {
        ["from", "to", "relative"]
            .iter()
            .any(|key| table.contains_key(*key))
    };
    value.as_table().is_some_and(asks)
}

impl Reader {
    /// A fault of a value that the table `key` of the study lays over the scenario, on the line of that value; any other fault
    /// as it is.
    pub(super) fn pointed(&self, key: &str, fault: Diagnostic) -> Diagnostic {
        if fault.file() != Some(SET) {
            return fault;
        }
        let table = self.tree.get(key);
        let table = table.as_ref().and_then(Value::as_table);
        let all = table.map_or_else(Vec::new, |table| entries(table, key, "", is_range));
        let said = fault.key_path().unwrap_or_default();
        let is_it = |entry: &&Entry| !said.is_empty() && overlap(&entry.path, said);
        let longest = all
            .iter()
            .filter(is_it)
            .max_by_key(|entry| steps(&entry.path).len());
        let here = longest.map_or(key, |entry| entry.here.as_str());
        let mut shown = self
            .tree
            .error_at(here, fault.title(), fault.help().unwrap_or_default());
        for note in fault.notes() {
            shown = shown.with_note(note.clone());
        }
        if !said.is_empty() && !fault.title().contains(said) {
            let segments: Vec<path::Segment> = steps(said);
            shown = shown.with_note(format!("of `{}`", path::write(&segments)));
        }
        shown
    }
}
