//! A table inside of one tree laid over another, as if it were a file of its own.

use std::sync::Arc;

use super::Tree;
use super::node::{Node, Value};
use crate::layers::diagnostic::Diagnostic;
use crate::layers::path::{self, Segment};
use crate::layers::source::{Place, Source};

/// Copies of the sources of what is lifted: a table that stands in the same file as what it lies over is still above it.
struct Copies(Vec<(Arc<Source>, Arc<Source>)>);

impl Copies {
    fn of(&mut self, place: &Place) -> Place {
        let mut known = self.0.iter();
        let known = known.position(|(source, _)| Arc::ptr_eq(source, &place.source));
        let at = known.unwrap_or_else(|| {
            let (name, text) = (place.source.name.clone(), place.source.text.clone());
            let copy = Arc::new(Source::new(name, text));
            self.0.push((Arc::clone(&place.source), copy));
            self.0.len() - 1
        });
        Place {
            source: Arc::clone(&self.0[at].1),
            ..place.clone()
        }
    }

    fn node(&mut self, node: &Node) -> Node {
        let value = match &node.value {
            Value::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect()),
            other => other.clone(),
        };
        Node {
            value,
            places: node.places.iter().map(|place| self.of(place)).collect(),
            rank: 0,
        }
    }
}

/// The steps that a key of a lifted table leads: several where it is a dotted path in quotes.
fn steps_of(key: &str) -> Vec<Segment> {
    let parsed = Some(key)
        .filter(|key| key.contains(['.', '[']))
        .and_then(path::parse);
    parsed.map_or_else(
        || vec![Segment::Key(key.to_owned())],
        |steps| steps.into_iter().map(|(segment, _)| segment).collect(),
    )
}

/// Values below a table, each with the path that its keys lead.
pub(super) fn values<'a>(
    node: &'a Node,
    trail: &mut Vec<Segment>,
    found: &mut Vec<(Vec<Segment>, &'a Node)>,
) {
    match &node.value {
        Value::Table(table) if !table.is_empty() => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(_, node)| node.rank);
            for (key, child) in entries {
                let length = trail.len();
                trail.extend(steps_of(key));
                values(child, trail, found);
                trail.truncate(length);
            }
        }
        _ => found.push((trail.clone(), node)),
    }
}

impl Tree {
    /// Values below the table at a path of keys, but those below some of its own keys; a key may be a dotted path in quotes.
    fn below(&self, table: &[Segment], without: &[&str]) -> Vec<(Vec<Segment>, &Node)> {
        let mut found = Vec::new();
        if let Some(node) = self.find(table) {
            values(node, &mut Vec::new(), &mut found);
        }
        found.retain(|(steps, _)| {
            !steps.is_empty() && !matches!(steps.first(), Some(Segment::Key(key)) if without.contains(&key.as_str()))
        });
        found
    }

    /// Values below a table of paths, as `path = value`.
    pub(crate) fn said_below(&self, table: &[Segment], without: &[&str]) -> Vec<String> {
        let found = self.below(table, without).into_iter();
        found
            .map(|(steps, node)| format!("{} = {}", path::write(&steps), node.to_toml()))
            .collect()
    }

    /// Lays the table of another tree at a path over this one, but some of its own keys. Its values keep their lines.
    ///
    /// # Errors
    /// A path to an element of an array that does not exist.
    pub(crate) fn lay_table(
        &mut self,
        from: &Self,
        table: &[Segment],
        without: &[&str],
    ) -> Result<(), Diagnostic> {
        let mut copies = Copies(Vec::new());
        for (steps, node) in from.below(table, without) {
            let node = copies.node(node);
            let Some(place) = node.places.last().cloned() else {
                continue;
            };
            self.lay(&steps, node, |_| place.clone())?;
        }
        self.sources
            .extend(copies.0.into_iter().map(|(_, copy)| copy));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::tree::Layer;

    fn tree(name: &str, text: &str) -> Tree {
        let layer = Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        Tree::parse(layer).unwrap()
    }

    fn arm() -> [Segment; 2] {
        ["arms", "a"].map(|key| Segment::Key(key.to_owned()))
    }

    #[test]
    fn a_table_is_laid_over_a_tree_with_its_lines() {
        let whole = tree(
            "file.toml",
            "a.b = 1\na.d = 4\nlist = [{ c = 1 }, { c = 2 }]\n[arms.a]\nat = 7\na.b = 2\n\"list[1].c\" = 3\n\"a.e\" = 5\n[arms.a.new]\nx = { y = 6 }\n",
        );
        assert_eq!(
            whole.said_below(&arm(), &["at"]),
            ["a.b = 2", "list[1].c = 3", "a.e = 5", "new.x.y = 6"]
        );
        let mut base = whole.clone();
        base.remove("arms");
        base.lay_table(&whole, &arm(), &["at"]).unwrap();
        let expected = tree(
            "other",
            "a = { b = 2, d = 4, e = 5 }\nlist = [{ c = 1 }, { c = 3 }]\nnew.x.y = 6\n",
        );
        assert_eq!(base.to_toml(), expected.to_toml());
        let said = base.error_at("new.x.y", "too much", "less").to_string();
        assert!(said.contains("file.toml:10"), "{said}");
        let said = base.error_at("a.b", "too much", "less").to_string();
        assert!(said.contains("file.toml:6"), "{said}");
    }

    #[test]
    fn a_choice_of_an_arm_is_above_that_of_its_file() {
        let whole = tree(
            "file.toml",
            "[shape.box]\nx = 1\n[arms.a.shape.sphere]\nr = 2\n",
        );
        let mut base = whole.clone();
        base.remove("arms");
        base.lay_table(&whole, &arm(), &["at"]).unwrap();
        base.keep_uppermost_choice("shape");
        assert_eq!(base.to_toml(), tree("", "shape.sphere.r = 2").to_toml());
    }

    #[test]
    fn an_element_that_is_not_there_is_shown_on_its_line() {
        let whole = tree(
            "file.toml",
            "list = [{ c = 1 }]\n[arms.a]\n\"list[3].c\" = 3\n",
        );
        let mut base = whole.clone();
        let fault = base.lay_table(&whole, &arm(), &["at"]).unwrap_err();
        let said = fault.to_string();
        assert!(
            said.contains("file.toml:3") && said.contains("list[3]"),
            "{said}"
        );
    }
}
