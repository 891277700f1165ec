//! An assignment `dotted.path=value` laid over a tree.

use std::ops::Range;
use std::sync::Arc;

use toml::de::DeValue;

use super::nesting::too_deep_at;
use super::node::{Node, Table, Value};
use super::reader::{Reader, syntax, too_deep, too_large};
use super::{DEEPEST_NESTING, LARGEST_LAYER, Tree};
use crate::layers::diagnostic::{Diagnostic, clip};
use crate::layers::path::{self, Segment};
use crate::layers::source::SET;
use crate::layers::source::{Place, Source, find_unquoted};

impl Tree {
    /// Lays `dotted.path=value` over the tree, as `--set` on the command line does.
    ///
    /// The value is read as TOML; if it is none it is taken as text, so that quotes may be left
    /// out (`tumour.division.rate=0.5 /d`). `lesion[1].cells=5` reaches into an array, whose
    /// element must exist. Whether the key is known shows only in [`Self::deserialize`].
    ///
    /// # Errors
    /// No `=`, no path before it, no value behind it, a value that begins as TOML (with a quote or
    /// a bracket) and is not, or an element that does not exist.
    pub fn set(&mut self, assignment: &str) -> Result<(), Diagnostic> {
        if assignment.len() > LARGEST_LAYER {
            return Err(too_large(SET));
        }
        let source = Arc::new(Source::new(SET.to_owned(), assignment.to_owned()));
        let text = source.text.as_str();
        let whole = 0..text.len();
        let form = "write --set path.of.key=value, such as --set tumour.division.rate=\"0.5 /d\"";
        let equals = find_unquoted(text, '=').ok_or_else(|| {
            Diagnostic::new("an assignment needs a `=`")
                .at(&source, &whole)
                .with_help(form)
        })?;
        let steps = path::parse(&text[..equals]).ok_or_else(|| {
            Diagnostic::new("what stands before `=` is no dotted path")
                .at(&source, &(0..equals))
                .with_help(form)
        })?;
        if steps.len() > DEEPEST_NESTING {
            return Err(too_deep().at(&source, &(0..equals)));
        }
        let value = assigned_value(&source, equals + 1, steps.len()).map_err(|fault| {
            if fault.help().is_some() {
                fault
            } else {
                fault.with_help(form)
            }
        })?;
        let place = |key: Option<Range<usize>>, value: Range<usize>| Place {
            source: Arc::clone(&source),
            key,
            value,
        };
        let (value, bytes) = value;
        let own_key = steps.last().map(|(_, key)| key.clone());
        let node = Node {
            value,
            places: vec![place(own_key, bytes)],
            rank: 0,
        };
        let segments: Vec<Segment> = steps.iter().map(|(segment, _)| segment.clone()).collect();
        self.lay(&segments, node, |step| {
            let bytes = &steps[step].1;
            place(Some(bytes.clone()), bytes.clone())
        })?;
        self.sources.push(source);
        Ok(())
    }

    /// Lays a value over the tree at a path, whose tables are made where they are not there; `place` says where the text of a
    /// step stands.
    ///
    /// # Errors
    /// An element of an array that does not exist.
    pub(super) fn lay(
        &mut self,
        steps: &[Segment],
        node: Node,
        place: impl Fn(usize) -> Place,
    ) -> Result<(), Diagnostic> {
        let split = steps
            .iter()
            .rposition(|segment| matches!(segment, Segment::Index(_)))
            .map_or(0, |last| last + 1);
        let mut target = &mut self.root;
        for (number, segment) in steps[..split].iter().enumerate() {
            target = target.child_mut(segment).ok_or_else(|| {
                let here = &steps[..=number];
                let place = place(number);
                Diagnostic::new(format!("there is no `{}`", clip(&path::write(here), 80)))
                    .at(&place.source, &place.value)
                    .with_path(here)
                    .with_help(
                        "an element of an array can be changed, not made: [0] is the first; \
                         set the whole array to make one",
                    )
            })?;
        }
        let mut upper = node;
        for (index, segment) in steps.iter().enumerate().skip(split).rev() {
            if let Segment::Key(key) = segment {
                upper = Node {
                    value: Value::Table(Table::from([(key.clone(), upper)])),
                    places: index.checked_sub(1).map(&place).into_iter().collect(),
                    rank: 0,
                };
            }
        }
        target.overlay(upper, self.next_rank);
        self.next_rank += 1;
        Ok(())
    }
}

/// The value of an assignment from byte `from` on, with its bytes.
fn assigned_value(
    source: &Arc<Source>,
    from: usize,
    depth: usize,
) -> Result<(Value, Range<usize>), Diagnostic> {
    let rest = &source.text[from..];
    let from = from + rest.len() - rest.trim_start().len();
    let text = rest.trim();
    let bytes = from..from + text.len();
    if text.is_empty() {
        return Err(Diagnostic::new("there is no value behind `=`").at(source, &(from..from)));
    }
    if let Some(at) = too_deep_at(text) {
        return Err(too_deep().at(source, &(from + at..from + at + 1)));
    }
    match DeValue::parse(text) {
        Ok(value) => {
            let reader = Reader {
                source,
                offset: from,
            };
            Ok((reader.value(&value, depth)?, bytes))
        }
        Err(error) if text.starts_with(['"', '\'', '[', '{']) => Err(syntax(source, from, &error)),
        Err(_) => Ok((Value::Text(text.to_owned()), bytes)),
    }
}
