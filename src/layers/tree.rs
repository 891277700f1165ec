//! Layers of TOML merged into one tree whose values remember where they come from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::deserialize;
use super::diagnostic::{Diagnostic, clip};
use super::path::{self, Segment, Step};
pub use super::source::SET;
use super::source::{Place, Source, find_unquoted};

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

pub(crate) type Table = BTreeMap<String, Node>;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// From the lowest layer to the uppermost; several only for a table.
    pub(crate) places: Vec<Place>,
    /// Order among its neighbours: that of the lowest layer, then that of the next.
    rank: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date(toml::value::Datetime),
    Array(Vec<Node>),
    Table(Table),
}

impl Node {
    fn child(&self, segment: &Segment) -> Option<&Self> {
        match (&self.value, segment) {
            (Value::Table(table), Segment::Key(key)) => table.get(key),
            (Value::Array(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    fn child_mut(&mut self, segment: &Segment) -> Option<&mut Self> {
        match (&mut self.value, segment) {
            (Value::Table(table), Segment::Key(key)) => table.get_mut(key),
            (Value::Array(items), Segment::Index(index)) => items.get_mut(*index),
            _ => None,
        }
    }

    /// Where it was written last; for a table, the uppermost text that can be edited.
    pub(crate) fn place(&self) -> Option<&Place> {
        let edited = self
            .places
            .iter()
            .rev()
            .find(|place| !place.is_assignment());
        match self.value {
            Value::Table(_) => edited.or(self.places.last()),
            _ => self.places.last(),
        }
    }

    pub(super) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Integer(number) => toml::Value::Integer(*number),
            Value::Float(number) => toml::Value::Float(*number),
            Value::Boolean(yes) => toml::Value::Boolean(*yes),
            Value::Date(date) => toml::Value::Datetime(*date),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect()),
            Value::Table(table) => toml::Value::Table(
                table
                    .iter()
                    .map(|(key, node)| (key.clone(), node.to_toml()))
                    .collect(),
            ),
        }
    }

    fn overlay(&mut self, upper: Self, shift: usize) {
        let Self { value, places, .. } = upper;
        match (&mut self.value, value) {
            (Value::Table(lower), Value::Table(upper)) => {
                for (key, mut node) in upper {
                    if let Some(below) = lower.get_mut(&key) {
                        below.overlay(node, shift);
                    } else {
                        node.rank += shift;
                        lower.insert(key, node);
                    }
                }
                self.places.extend(places);
            }
            (below, value) => {
                *below = value;
                self.places = places;
            }
        }
    }
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
        let split = steps
            .iter()
            .rposition(|(segment, _)| matches!(segment, Segment::Index(_)))
            .map_or(0, |last| last + 1);
        let mut target = &mut self.root;
        for (number, (segment, bytes)) in steps[..split].iter().enumerate() {
            target = target.child_mut(segment).ok_or_else(|| {
                let here: Vec<Segment> = steps[..=number]
                    .iter()
                    .map(|(segment, _)| segment.clone())
                    .collect();
                Diagnostic::new(format!("there is no `{}`", clip(&path::write(&here), 80)))
                    .at(&source, bytes)
                    .with_path(&here)
                    .with_help(
                        "an element of an array can be changed, not made: [0] is the first; \
                         set the whole array to make one",
                    )
            })?;
        }
        let place = |key: Option<Range<usize>>, value: Range<usize>| Place {
            source: Arc::clone(&source),
            key,
            value,
        };
        let (mut value, bytes) = value;
        let own_key = steps.last().map(|(_, key)| key.clone());
        let mut places = vec![place(own_key, bytes)];
        for (index, (segment, _)) in steps.iter().enumerate().skip(split).rev() {
            if let Segment::Key(key) = segment {
                let node = Node {
                    value,
                    places,
                    rank: 0,
                };
                value = Value::Table(Table::from([(key.clone(), node)]));
                places = index
                    .checked_sub(1)
                    .and_then(|parent| steps.get(parent))
                    .map(|(_, key)| place(Some(key.clone()), key.clone()))
                    .into_iter()
                    .collect();
            }
        }
        let upper = Node {
            value,
            places,
            rank: 0,
        };
        target.overlay(upper, self.next_rank);
        self.next_rank += 1;
        self.sources.push(source);
        Ok(())
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

    /// Names of the layers, the lowest first.
    pub fn layers(&self) -> Vec<&str> {
        self.sources
            .iter()
            .map(|source| source.name.as_str())
            .collect()
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

fn find_mut<'a>(root: &'a mut Node, steps: &[Step]) -> Option<&'a mut Node> {
    steps
        .iter()
        .try_fold(root, |node, (segment, _)| node.child_mut(segment))
}

fn collect(node: &Node, trail: &mut Vec<Segment>, leaves: &mut Vec<Leaf>) {
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

/// Turns parsed TOML into nodes.
struct Reader<'a> {
    source: &'a Arc<Source>,
    /// Bytes of the text before the parsed part.
    offset: usize,
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>, depth: usize) -> Result<Value, Diagnostic> {
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

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Value, Diagnostic> {
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

fn too_deep() -> Diagnostic {
    Diagnostic::new(format!("nested deeper than {DEEPEST_NESTING} levels"))
        .with_help("no scenario needs that; shorten the dotted key, or close a bracket")
}

/// A fault of syntax in the part of a text that starts at byte `offset`.
fn syntax(source: &Source, offset: usize, error: &toml::de::Error) -> Diagnostic {
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
