//! The merged scenario as a run leaves it: TOML that stands alone, with the sources of its values.

use std::fmt::Write as _;

use super::path::write_key;
use super::source::SET;
use super::tree::{Node, Tree, Value};

impl Tree {
    /// The values of [`Tree::to_toml`], each with the comment that explains it and with the layer and
    /// line that set it. Read again and written again it is the same text.
    pub fn to_toml_with_sources(&self) -> String {
        let mut text = String::new();
        write_table(&mut text, &self.root, "");
        text
    }
}

fn write_table(text: &mut String, node: &Node, path: &str) {
    let Value::Table(table) = &node.value else {
        return;
    };
    let is_table = |node: &Node| matches!(node.value, Value::Table(_));
    if !path.is_empty() && (table.is_empty() || table.values().any(|child| !is_table(child))) {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[{path}]");
    }
    for (key, child) in table.iter().filter(|(_, child)| !is_table(child)) {
        let _ = write!(text, "{} = {}", write_key(key), child.to_toml());
        match source(child) {
            Some(source) => {
                let _ = writeln!(text, " # {source}");
            }
            None => text.push('\n'),
        }
    }
    for (key, child) in table.iter().filter(|(_, child)| is_table(child)) {
        let key = write_key(key);
        if path.is_empty() {
            write_table(text, child, &key);
        } else {
            write_table(text, child, &format!("{path}.{key}"));
        }
    }
}

/// What explains a value, and in brackets where it was set.
fn source(node: &Node) -> Option<String> {
    let place = node.place()?;
    if place.is_assignment() {
        return Some(format!("[{SET}]"));
    }
    let comment = place.source.comment(place.start(), place.value.end);
    // The name of a file, without the folders of the machine that it lies on.
    let name = &place.source.name;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let origin = format!("[{name}, line {}]", place.line());
    Some(match comment {
        Some(comment) if has_origin(&comment) => comment,
        Some(comment) => format!("{comment} {origin}"),
        None => origin,
    })
}

/// True for a comment that says already where its value was set first.
fn has_origin(comment: &str) -> bool {
    let Some((_, last)) = comment.rsplit_once('[') else {
        return false;
    };
    let Some(last) = last.strip_suffix(']') else {
        return false;
    };
    let line = last.rsplit_once(", line ").map(|(_, line)| line);
    last == SET || line.is_some_and(|line| line.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::tree::Layer;

    const MOUSE: &str = include_str!("../scenario/presets/mouse.toml");

    fn tree(name: &str, text: &str) -> Tree {
        Tree::parse(Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        })
        .unwrap()
    }

    #[test]
    fn values_keep_what_explains_them_and_are_the_same_when_read_again() {
        let mut merged = tree("preset mouse", MOUSE);
        merged.overlay(tree(
            "/home/me/a.toml",
            "# by the weight of mice\nodd.\"a b\" = 'x # y'\nmany = [1, 2] # two\n[empty]\n\
             [[list]]\na = 1\n[[list]]\nlines = \"\"\"one\ntwo\"\"\"\n",
        ));
        merged.set("many=[3]").unwrap();
        let text = merged.to_toml_with_sources();
        for line in [
            "\"a b\" = \"x # y\" # by the weight of mice [a.toml, line 2]",
            "many = [3] # [--set]",
            "[empty]",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("/home/me") && text.contains("[preset mouse, line "));
        let again = tree("scenario.toml", &text);
        assert_eq!(again.to_toml(), merged.to_toml());
        assert_eq!(again.to_toml_with_sources(), text);
    }
}
