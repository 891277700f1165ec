//! The keys of an arm in a tree: its own, and those of the scenario that it changes.

use std::borrow::Cow;

use crate::layers::path::{self, Segment};
use crate::layers::tree::Tree;

/// Keys of an arm that are no keys of a scenario.
pub(super) const OWN: [&str; 2] = ["at", "set"];

/// The path of an arm's table.
pub(super) fn table_of(name: &str) -> [Segment; 2] {
    ["arms", name].map(|key| Segment::Key(key.to_owned()))
}

/// A tree whose arms hold their own keys alone: what they change is read where it holds, over the scenario.
pub(super) fn without_changes_of_arms(tree: &Tree) -> Cow<'_, Tree> {
    let Some(toml::Value::Table(arms)) = tree.get("arms") else {
        return Cow::Borrowed(tree);
    };
    let mut tree = Cow::Borrowed(tree);
    for (name, arm) in &arms {
        let keys = arm.as_table().into_iter().flat_map(toml::Table::keys);
        for key in keys.filter(|key| !OWN.contains(&key.as_str())) {
            let [arms, name] = table_of(name);
            let path = path::write(&[arms, name, Segment::Key(key.clone())]);
            tree.to_mut().remove(&path);
        }
    }
    tree
}

/// What an arm changes by keys of its table, as assignments.
pub(super) fn changes_by_keys(tree: &Tree, name: &str) -> Vec<String> {
    tree.said_below(&table_of(name), &OWN)
}

/// The path of the list of assignments of an arm.
pub(super) fn list_of(name: &str) -> String {
    let [arms, name] = table_of(name);
    path::write(&[arms, name, Segment::Key("set".to_owned())])
}
