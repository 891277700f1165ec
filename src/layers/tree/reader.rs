//! Parsed TOML to nodes, and faults of its syntax.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Table, Value};
use super::{DEEPEST_NESTING, LARGEST_LAYER};
use crate::layers::diagnostic::{Diagnostic, clip};
use crate::layers::source::{Place, Source};

/// Turns parsed TOML into nodes.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Arc<Source>,
    /// Bytes of the text before the parsed part.
    pub(super) offset: usize,
}

impl Reader<'_> {
    pub(super) fn table(&self, table: &DeTable<'_>, depth: usize) -> Result<Value, Diagnostic> {
        let mut nodes = Table::new();
        for (key, value) in table {
            let node = Node {
                value: self.value(value, depth + 1)?,
                places: vec![Place {
                    source: Arc::clone(self.source),
                    key: Some(self.shift(&key.span())),
                    value: self.shift(&value.span()),
                }],
                rank: key.span().start,
            };
            nodes.insert(key.get_ref().as_ref().to_owned(), node);
        }
        Ok(Value::Table(nodes))
    }

    pub(super) fn value(
        &self,
        value: &Spanned<DeValue<'_>>,
        depth: usize,
    ) -> Result<Value, Diagnostic> {
        let bytes = self.shift(&value.span());
        if depth > DEEPEST_NESTING {
            return Err(too_deep().at(self.source, &bytes));
        }
        Ok(match value.get_ref() {
            DeValue::String(text) => Value::Text(text.as_ref().to_owned()),
            DeValue::Boolean(yes) => Value::Boolean(*yes),
            DeValue::Datetime(date) => Value::Date(*date),
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix());
                Value::Integer(read.map_err(|_| {
                    let written = clip(&number.to_string(), 80);
                    Diagnostic::new(format!(
                        "the whole number {written} does not fit in 64 bits"
                    ))
                    .at(self.source, &bytes)
                    .with_help(format!(
                        "whole numbers, seeds too, run from {} to {}",
                        i64::MIN,
                        i64::MAX
                    ))
                })?)
            }
            DeValue::Float(number) => {
                let read = number.as_str().parse().unwrap_or(f64::NAN);
                if !f64::is_finite(read) {
                    let written = clip(number.as_str(), 80);
                    return Err(Diagnostic::new(format!("{written} is not a finite number"))
                        .at(self.source, &bytes)
                        .with_help("a scenario holds finite numbers only, below 1.8e308"));
                }
                Value::Float(read)
            }
            DeValue::Array(items) => {
                let nodes: Result<Vec<Node>, Diagnostic> = items
                    .iter()
                    .enumerate()
                    .map(|(rank, item)| {
                        Ok(Node {
                            value: self.value(item, depth + 1)?,
                            places: vec![Place {
                                source: Arc::clone(self.source),
                                key: None,
                                value: self.shift(&item.span()),
                            }],
                            rank,
                        })
                    })
                    .collect();
                Value::Array(nodes?)
            }
            DeValue::Table(table) => self.table(table, depth)?,
        })
    }

    fn shift(&self, bytes: &Range<usize>) -> Range<usize> {
        bytes.start + self.offset..bytes.end + self.offset
    }
}

pub(crate) fn too_large(name: &str) -> Diagnostic {
    Diagnostic::new(format!("larger than {} MiB", LARGEST_LAYER >> 20))
        .in_file(name)
        .with_help("a scenario holds parameters; images and tables belong in files that it names")
}

pub(super) fn too_deep() -> Diagnostic {
    Diagnostic::new(format!("nested deeper than {DEEPEST_NESTING} levels"))
        .with_help("no scenario needs that; shorten the dotted key, or close a bracket")
}

/// A fault of syntax in the part of a text that starts at byte `offset`.
pub(super) fn syntax(source: &Source, offset: usize, error: &toml::de::Error) -> Diagnostic {
    let message = error.message();
    let span = error.span().unwrap_or(0..0);
    let bytes = span.start + offset..span.end + offset;
    let found = source.text.get(bytes.clone()).unwrap_or("").trim();
    if message.contains("recursion") || message.contains("recurse") {
        return too_deep().at(source, &bytes);
    }
    let line = source.line_text(source.line(bytes.start));
    let key = line.split('=').next().unwrap_or("").trim();
    let (title, help) = if message.starts_with("duplicate key") {
        (
            format!("the key `{}` stands twice in its table", clip(found, 80)),
            "keep one of the two; each table has one header".to_owned(),
        )
    } else if message.contains("must be quoted") && found.is_empty() {
        (
            format!("`{}` has no value", clip(key, 80)),
            "write one behind the `=`, or delete the line".to_owned(),
        )
    } else if message.contains("must be quoted") {
        let value = clip(found, 80);
        (
            format!("`{value}` is not in quotes"),
            format!(
                "text and quantities stand in quotes: {} = \"{value}\"",
                clip(key, 80)
            ),
        )
    } else {
        (
            format!("this is not TOML: {message}"),
            "each line is `key = value`, a `[table]` header, or a `# comment`".to_owned(),
        )
    };
    Diagnostic::new(title).at(source, &bytes).with_help(help)
}
