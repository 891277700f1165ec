//! Layers of TOML merged into one tree whose values remember where they come from.

mod assignment;
mod lifted;
mod nesting;
mod node;
mod origins;
mod reader;

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::de::DeTable;

use super::deserialize;
use super::diagnostic::Diagnostic;
use super::path::{self, Segment, Step};
pub use super::source::SET;
use super::source::Source;
pub(crate) use nesting::too_deep_at;
pub(crate) use node::{Node, Table, Value};
pub(crate) use reader::too_large;
use reader::{Reader, syntax, too_deep};

/// Bytes of a layer at most.
pub const LARGEST_LAYER: usize = 4 << 20;

/// Tables and arrays inside each other at most.
pub const DEEPEST_NESTING: usize = 64;

/// One text of TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// File path as typed, "preset human", or "--set".
    pub name: String,
    /// The TOML.
    pub text: String,
}

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name of the layer.
    pub layer: String,
    /// Line of the key, counted from 1.
    pub line: usize,
}

/// A value that is no table, with its path and origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Dotted path, such as `lesion[1].cells`.
    pub path: String,
    /// The value as TOML writes it.
    pub value: String,
    /// Name of the layer that sets it.
    pub layer: String,
    /// Line of the key in that layer, counted from 1.
    pub line: usize,
    /// The comment behind the value, else the comment lines right above its key.
    pub comment: Option<String>,
}

/// Merged layers. Tables merge key by key; values and arrays of an upper layer replace those of
/// a lower one.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) root: Node,
    sources: Vec<Arc<Source>>,
    preset: Option<String>,
    next_rank: usize,
}

impl Tree {
    /// Reads one layer.
    ///
    /// # Errors
    /// The first fault of syntax; a key that stands twice; a number that does not fit, is infinite
    /// or none; more than [`LARGEST_LAYER`] bytes; nesting deeper than [`DEEPEST_NESTING`].
    pub fn parse(layer: Layer) -> Result<Self, Diagnostic> {
        if layer.text.len() > LARGEST_LAYER {
            return Err(too_large(&layer.name));
        }
        let source = Arc::new(Source::new(layer.name, layer.text));
        if let Some(at) = too_deep_at(&source.text) {
            return Err(too_deep().at(&source, &(at..at + 1)));
        }
        let table = DeTable::parse(&source.text).map_err(|error| syntax(&source, 0, &error))?;
        let reader = Reader {
            source: &source,
            offset: 0,
        };
        let value = reader.table(table.get_ref(), 0)?;
        let root = Node {
            value,
            places: Vec::new(),
            rank: 0,
        };
        Ok(Self {
            root,
            next_rank: source.text.len() + 1,
            sources: vec![source],
            preset: None,
        })
    }

    /// Lays an upper tree over this one.
    pub fn overlay(&mut self, upper: Self) {
        self.root.overlay(upper.root, self.next_rank);
        self.next_rank += upper.next_rank;
        self.sources.extend(upper.sources);
        self.preset = self.preset.take().or(upper.preset);
    }

    /// The value at a path; `None` where there is none.
    pub fn get(&self, path: &str) -> Option<toml::Value> {
        self.node(path).map(Node::to_toml)
    }

    /// Takes away the value at a path; whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        let Some(steps) = path::parse(path) else {
            return false;
        };
        let Some(((last, _), parents)) = steps.split_last() else {
            return false;
        };
        let mut target = &mut self.root;
        for (segment, _) in parents {
            match target.child_mut(segment) {
                Some(child) => target = child,
                None => return false,
            }
        }
        match (&mut target.value, last) {
            (Value::Table(table), Segment::Key(key)) => table.remove(key).is_some(),
            (Value::Array(items), Segment::Index(index)) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        }
    }

    /// Puts a folder before the name of a file at a path, where there is one that is not absolute.
    pub(crate) fn move_file(&mut self, path: &str, folder: &Path) {
        if let Some(steps) = path::parse(path)
            && let Some(node) = find_mut(&mut self.root, &steps)
            && let Value::Text(text) = &mut node.value
            && let Some(moved) = folder.join(&*text).to_str()
        {
            moved.clone_into(text);
        }
    }

    /// In a table that chooses one of several variants, drops the choices of lower layers where
    /// an upper layer makes another one. Without it a `[shape.box]` laid over a `[shape.sphere]`
    /// would leave both.
    pub fn keep_uppermost_choice(&mut self, path: &str) {
        let sources = self.sources.clone();
        let height = |node: &Node| {
            let top = node.places.last();
            top.and_then(|top| sources.iter().position(|one| Arc::ptr_eq(one, &top.source)))
        };
        if let Some(steps) = path::parse(path)
            && let Some(node) = find_mut(&mut self.root, &steps)
            && let Value::Table(table) = &mut node.value
        {
            let highest = table.values().map(height).max().flatten();
            table.retain(|_, node| height(node) == highest);
        }
    }

    /// Turns the tree into a typed value.
    ///
    /// Structs should deny unknown fields, and enums be externally tagged: what serde buffers
    /// (`flatten`, `untagged`, `tag`) loses its place.
    ///
    /// # Errors
    /// The first key that is unknown, missing or of the wrong type, and whatever the type itself
    /// refuses (a wrong unit), on the line of the layer that set it.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        T::deserialize(deserialize::NodeReader(&self.root)).map_err(|fault| fault.explain(self))
    }

    /// The merged tree as TOML that stands alone, keys in alphabetical order: trees with the same
    /// values give the same text.
    pub fn to_toml(&self) -> String {
        match self.root.to_toml() {
            toml::Value::Table(table) => table.to_string(),
            other => other.to_string(),
        }
    }

    /// Names of the layers, the lowest first.
    pub fn layers(&self) -> Vec<&str> {
        self.sources
            .iter()
            .map(|source| source.name.as_str())
            .collect()
    }

    /// Names of the layers in one line, the lowest first.
    pub fn layer_names(&self) -> String {
        let mut names = self.layers();
        names.dedup();
        names.join(", ")
    }

    /// Name of the preset at the bottom, if there is one.
    pub fn preset(&self) -> Option<&str> {
        self.preset.as_deref()
    }

    pub(crate) fn set_preset(&mut self, name: Option<String>) {
        self.preset = name;
    }

    pub(crate) fn find(&self, segments: &[Segment]) -> Option<&Node> {
        segments
            .iter()
            .try_fold(&self.root, |node, segment| node.child(segment))
    }

    fn node(&self, path: &str) -> Option<&Node> {
        let steps = path::parse(path)?;
        steps
            .iter()
            .try_fold(&self.root, |node, (segment, _)| node.child(segment))
    }
}

fn find_mut<'a>(root: &'a mut Node, steps: &[Step]) -> Option<&'a mut Node> {
    steps
        .iter()
        .try_fold(root, |node, (segment, _)| node.child_mut(segment))
}
