//! Where the values of a tree were written.

use super::node::{Node, Value};
use super::{Leaf, Origin, Tree};
use crate::layers::diagnostic::Diagnostic;
use crate::layers::path::{self, Segment};
use crate::layers::source::SET;
use crate::layers::source::Source;

impl Tree {
    /// Where the value at a path was written; for a table, the uppermost layer that is a text.
    pub fn origin(&self, path: &str) -> Option<Origin> {
        self.node(path).and_then(Node::place).map(|place| Origin {
            layer: place.source.name.clone(),
            line: place.line(),
        })
    }

    /// All values that are no tables, in the order of the lowest layer, then of the next.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        collect(&self.root, &mut Vec::new(), &mut leaves);
        leaves
    }

    /// A fault found later, in a value that could be read (a negative life, a tumour outside the
    /// lattice), on the line of that value. Where no layer sets the path it points at the table
    /// that would hold it.
    pub fn error_at(&self, path: &str, message: &str, help: &str) -> Diagnostic {
        let segments: Vec<Segment> = path::parse(path)
            .unwrap_or_default()
            .into_iter()
            .map(|(segment, _)| segment)
            .collect();
        let fault = self.point(Diagnostic::new(message), &segments, false);
        let fault = if self.find(&segments).is_some() {
            fault
        } else {
            fault.with_note(format!("`{path}` is set nowhere, so it has its default"))
        };
        let fault = if segments.is_empty() {
            fault
        } else {
            fault.with_path(&segments)
        };
        fault.with_help(help)
    }

    /// A fault of the name of a key, on the line of the key.
    pub(crate) fn error_at_key(&self, path: &str, message: &str, help: &str) -> Diagnostic {
        let segments: Vec<Segment> = path::parse(path)
            .unwrap_or_default()
            .into_iter()
            .map(|(segment, _)| segment)
            .collect();
        self.point(Diagnostic::new(message), &segments, true)
            .with_path(&segments)
            .with_help(help)
    }

    /// Points a fault at the value (or the key) at a path, or at the nearest table around it.
    pub(crate) fn point(&self, fault: Diagnostic, segments: &[Segment], key: bool) -> Diagnostic {
        for length in (0..=segments.len()).rev() {
            let place = self.find(&segments[..length]).and_then(|node| {
                // A key that one layer misspells is shown there, also where it holds a table.
                if key && length == segments.len() {
                    node.places.last()
                } else {
                    node.place()
                }
            });
            if let Some(place) = place {
                let bytes = place.key.as_ref().filter(|_| key).unwrap_or(&place.value);
                return fault.at(&place.source, bytes);
            }
        }
        match self.topmost_text() {
            Some(source) => fault.at(source, &(0..0)),
            None => fault,
        }
    }

    /// The uppermost layer that can be edited.
    pub(crate) fn topmost_text(&self) -> Option<&Source> {
        self.sources
            .iter()
            .rev()
            .find(|source| source.name != SET)
            .map(AsRef::as_ref)
    }
}

pub(super) fn collect(node: &Node, trail: &mut Vec<Segment>, leaves: &mut Vec<Leaf>) {
    match &node.value {
        Value::Table(table) if !table.is_empty() || trail.is_empty() => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(_, node)| node.rank);
            for (key, child) in entries {
                trail.push(Segment::Key(key.clone()));
                collect(child, trail, leaves);
                trail.pop();
            }
        }
        Value::Array(items)
            if items
                .iter()
                .any(|item| matches!(item.value, Value::Table(_))) =>
        {
            for (index, child) in items.iter().enumerate() {
                trail.push(Segment::Index(index));
                collect(child, trail, leaves);
                trail.pop();
            }
        }
        _ => {
            if let Some(place) = node.place() {
                leaves.push(Leaf {
                    path: path::write(trail),
                    value: node.to_toml().to_string(),
                    layer: place.source.name.clone(),
                    line: place.line(),
                    comment: if place.is_assignment() {
                        None
                    } else {
                        place.source.comment(place.start(), place.value.end)
                    },
                });
            }
        }
    }
}
