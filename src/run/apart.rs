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

/// What sets two scenarios apart but for the seed and arms, in a few words.
pub(super) fn differences(one: &Loaded, other: &Loaded) -> String {
    let [one, other] = [one, other].map(|loaded| {
        let mut values = values_of(loaded);
        values.retain(|path, _| path != "arm" && !path.starts_with("arms."));
        values
    });
    let all = [&one, &other];
    let found = apart(&all);
    let named: Vec<String> = found
        .iter()
        .take(3)
        .map(|difference| format!("{} against {}", difference.of(&one), difference.of(&other)))
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
