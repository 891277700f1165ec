//! In what scenarios differ, in a few words.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::build::Loaded;

/// Every value of a scenario but its seed, by path, as it is written without quotes.
pub(super) fn values_of(loaded: &Loaded) -> BTreeMap<String, String> {
    let leaves = loaded.tree.leaves().into_iter();
    leaves
        .filter(|leaf| leaf.path != "seed")
        .map(|leaf| (leaf.path, leaf.value.trim_matches('"').to_owned()))
        .collect()
}

/// Values by which the tissue of a run goes, but for its seed: what it is called and what is written of it are none, nor are
/// arms that it does not take.
#[cfg(feature = "cli")]
pub(super) fn values_of_tissue(loaded: &Loaded) -> BTreeMap<String, String> {
    let mut values = values_of(loaded);
    let arm = loaded
        .scenario
        .arm
        .as_ref()
        .map(|arm| format!("arms.{arm}."));
    values.retain(|path, _| {
        let is_said = ["name", "description"].contains(&path.as_str());
        let is_written = path.starts_with("output.") || path.starts_with("checkpoint.");
        let is_other_arm =
            path.starts_with("arms.") && !arm.as_ref().is_some_and(|arm| path.starts_with(arm));
        !(is_said || is_written || is_other_arm)
    });
    values
}

/// What sets two scenarios apart but for the seed and arms, in a few words.
pub(super) fn differences(one: &Loaded, other: &Loaded) -> String {
    let values = |loaded: &Loaded| {
        let mut values = values_of(loaded);
        values.retain(|path, _| path != "arm" && !path.starts_with("arms."));
        values
    };
    words(&values(one), &values(other))
}

/// The first three values that set two scenarios apart, and how many more; nothing where none do.
pub(super) fn words(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> String {
    let found = apart(&[one, other]);
    let named: Vec<String> = found
        .iter()
        .take(3)
        .map(|difference| format!("{} against {}", difference.of(one), difference.of(other)))
        .collect();
    match found.len().saturating_sub(named.len()) {
        0 => named.join("; "),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

/// In what scenarios differ.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// In this value.
    Value(String),
    /// Some have this value or table, others do not.
    Presence(String),
}

impl Difference {
    /// What a scenario says there.
    pub(super) fn of(&self, values: &BTreeMap<String, String>) -> String {
        match self {
            Self::Value(path) => match values.get(path) {
                Some(value) => format!("{path} = {value}"),
                None => format!("no {path}"),
            },
            Self::Presence(path) if has(values, path) => format!("with {path}"),
            Self::Presence(path) => format!("without {path}"),
        }
    }
}

/// True when a scenario has a value at a path or below it.
fn has(values: &BTreeMap<String, String>, path: &str) -> bool {
    let below = |other: &String| {
        other
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    values
        .range(path.to_owned()..)
        .take_while(|(other, _)| other.starts_with(path))
        .any(|(other, _)| below(other))
}

/// All in which scenarios differ.
pub(super) fn apart(all: &[&BTreeMap<String, String>]) -> Vec<Difference> {
    let paths: BTreeSet<&String> = all.iter().flat_map(|values| values.keys()).collect();
    let mut found = BTreeSet::new();
    for path in paths {
        let first = all.first().and_then(|values| values.get(path));
        if all.iter().all(|values| values.get(path) == first) {
            continue;
        }
        match all.iter().find(|values| !values.contains_key(path)) {
            None => found.insert(Difference::Value(path.clone())),
            Some(without) => {
                // The uppermost table that is not there.
                let ends = path.match_indices('.').map(|(end, _)| end);
                let missing = ends
                    .chain([path.len()])
                    .map(|end| &path[..end])
                    .find(|above| !has(without, above));
                found.insert(Difference::Presence(missing.unwrap_or(path).to_owned()))
            }
        };
    }
    found.into_iter().collect()
}
