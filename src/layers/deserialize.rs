//! Serde over a tree: an error keeps the path on which it arose.

use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::diagnostic::{Diagnostic, clip, suggestion};
use super::path::{self, Segment};
use super::source::SET;
use super::tree::{Node, Table, Tree, Value};
use crate::numerics::quantity::Dimension;

/// Letters of a key or value that a message repeats at most.
const LONGEST_WORD: usize = 80;

/// What a type refused, and where in the tree.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: Kind,
    /// The path, its last segment first.
    trail: Vec<Segment>,
    /// Whether the key is at fault and not its value.
    on_key: bool,
}

#[derive(Debug)]
enum Kind {
    UnknownKey {
        key: String,
        allowed: &'static [&'static str],
    },
    MissingKey(&'static str),
    UnknownVariant {
        found: String,
        allowed: &'static [&'static str],
    },
    /// A table that must name exactly one variant names none or several.
    Choice {
        found: Vec<String>,
        allowed: &'static [&'static str],
    },
    WrongType {
        found: String,
        expected: String,
        help: String,
    },
    Refused(String),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            trail: Vec::new(),
            on_key: false,
        }
    }

    fn below(mut self, segment: Segment) -> Self {
        self.trail.push(segment);
        self
    }

    fn below_key(self, key: &str) -> Self {
        self.below(Segment::Key(key.to_owned()))
    }

    /// The fault as a user reads it.
    pub(crate) fn explain(mut self, tree: &Tree) -> Diagnostic {
        self.trail.reverse();
        let segments = self.trail;
        let (title, help) = self.kind.words(tree, &segments, self.on_key);
        let mut fault = tree.point(Diagnostic::new(title), &segments, self.on_key);
        if let Kind::MissingKey(key) = self.kind {
            let mut full = segments;
            full.push(Segment::Key(key.to_owned()));
            fault = fault.with_path(&full);
            let mut names: Vec<&str> = tree
                .layers()
                .into_iter()
                .filter(|name| *name != SET)
                .collect();
            names.dedup();
            if names.len() > 1 {
                fault = fault.with_note(format!("none of {} sets it", names.join(", ")));
            }
        } else {
            if let Kind::Choice { found, .. } = &self.kind {
                for key in found {
                    let mut full = segments.clone();
                    full.push(Segment::Key(key.clone()));
                    if let Some(origin) = tree.origin(&path::write(&full)) {
                        let key = clip(key, LONGEST_WORD);
                        fault =
                            fault.with_note(format!("`{key}`: {}:{}", origin.layer, origin.line));
                    }
                }
            }
            fault = fault.with_path(&segments);
        }
        fault.with_help(help)
    }
}

impl Kind {
    /// Title and help.
    fn words(&self, tree: &Tree, segments: &[Segment], on_key: bool) -> (String, String) {
        let holder = |segments: &[Segment]| match clip(&path::write(segments), LONGEST_WORD) {
            path if path.is_empty() => String::new(),
            path => format!(" in `{path}`"),
        };
        let parent = &segments[..segments.len() - usize::from(on_key && !segments.is_empty())];
        let prefix = match clip(&path::write(segments), LONGEST_WORD) {
            path if path.is_empty() => String::new(),
            path => format!("`{path}`: "),
        };
        match self {
            Self::UnknownKey { key, allowed } => (
                format!(
                    "unknown key `{}`{}",
                    clip(key, LONGEST_WORD),
                    holder(parent)
                ),
                suggestion(key, allowed),
            ),
            Self::MissingKey(key) => (
                format!("missing key `{key}`{}", holder(segments)),
                missing_help(key, tree, segments),
            ),
            Self::UnknownVariant { found, allowed } => (
                format!(
                    "unknown choice `{}`{}",
                    clip(found, LONGEST_WORD),
                    holder(parent)
                ),
                suggestion(found, allowed),
            ),
            Self::Choice { found, allowed } => (
                format!(
                    "{prefix}found {}, expected exactly one of {}",
                    if found.is_empty() {
                        "none".to_owned()
                    } else {
                        found.join(" and ")
                    },
                    allowed.join(", ")
                ),
                format!("choose one of {}", allowed.join(", ")),
            ),
            Self::WrongType {
                found,
                expected,
                help,
            } => (
                format!("{prefix}found {found}, expected {expected}"),
                help.clone(),
            ),
            Self::Refused(message) => {
                let (message, help) = split_remedy(message);
                (format!("{prefix}{message}"), help)
            }
        }
    }
}

/// Parts what a type says of a value it refuses from the remedy at the end: `...; units: h, d`,
/// `... (units: h, d)`, `...; write ...`.
fn split_remedy(message: &str) -> (&str, String) {
    if let Some((what, units)) = message.rsplit_once(" (units: ")
        && let Some(units) = units.strip_suffix(')')
    {
        return (
            what,
            format!("write the unit too, all in quotes; units: {units}"),
        );
    }
    match message.rsplit_once("; ") {
        Some((what, help))
            if ["units: ", "write ", "allowed: "]
                .iter()
                .any(|word| help.starts_with(word)) =>
        {
            (what, help.to_owned())
        }
        _ => (message, String::new()),
    }
}

fn missing_help(key: &str, tree: &Tree, segments: &[Segment]) -> String {
    let key = path::write_key(key);
    if segments.is_empty() {
        return match tree.topmost_text() {
            Some(source) => {
                format!("add `{key} = ...` or `[{key}]` to {}", source.name)
            }
            None => format!("add `{key} = ...`"),
        };
    }
    let keys: Vec<Segment> = segments
        .iter()
        .filter(|one| matches!(one, Segment::Key(_)))
        .cloned()
        .collect();
    let name = clip(&path::write(&keys), LONGEST_WORD);
    if let Some(Segment::Index(_)) = segments.last() {
        format!("add `{key} = ...` to this [[{name}]]")
    } else {
        format!("add `{key} = ...` to [{name}]")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::UnknownKey { key, .. } => write!(f, "unknown key `{key}`"),
            Kind::MissingKey(key) => write!(f, "missing key `{key}`"),
            Kind::UnknownVariant { found, .. } => write!(f, "unknown choice `{found}`"),
            Kind::Choice { allowed, .. } => {
                write!(f, "expected exactly one of {}", allowed.join(", "))
            }
            Kind::WrongType {
                found, expected, ..
            } => write!(f, "found {found}, expected {expected}"),
            Kind::Refused(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Kind::Refused(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::new(Kind::WrongType {
            help: type_help(found, &expected),
            found: found_words(found),
            expected: expected_words(&expected),
        })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let expected = expected_words(&expected.to_string());
        Self::new(Kind::WrongType {
            found: format!("{length} element{}", if length == 1 { "" } else { "s" }),
            help: format!("write {expected}"),
            expected,
        })
    }

    fn unknown_variant(found: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownVariant {
            found: found.to_owned(),
            allowed,
        })
    }

    fn unknown_field(key: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownKey {
            key: key.to_owned(),
            allowed,
        })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Kind::MissingKey(key))
    }
}

fn found_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(yes) => format!("`{yes}`"),
        Unexpected::Unsigned(number) => format!("the whole number {number}"),
        Unexpected::Signed(number) => format!("the whole number {number}"),
        Unexpected::Float(number) => format!("the number {number:?}"),
        Unexpected::Str(text) => format!("the text {:?}", clip(text, LONGEST_WORD)),
        Unexpected::Map => "a table".to_owned(),
        Unexpected::Seq => "an array".to_owned(),
        Unexpected::Other(other) => other.to_owned(),
        other => other.to_string(),
    }
}

/// Serde names Rust types; a user knows those of TOML.
fn expected_words(expected: &str) -> String {
    match expected {
        "a boolean" => "true or false".to_owned(),
        "a string" | "string" | "str" => "text in quotes".to_owned(),
        "f64" | "f32" => "a number".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => {
            format!("a whole number from 0 to {}", whole_number_limit(expected))
        }
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "a table".to_owned(),
        other if other.starts_with("struct ") => "a table".to_owned(),
        other => other.to_owned(),
    }
}

fn whole_number_limit(type_name: &str) -> u64 {
    match type_name {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        // The largest that TOML itself can hold.
        _ => i64::MAX as u64,
    }
}

fn type_help(found: Unexpected<'_>, expected: &str) -> String {
    let wanted = expected_words(expected);
    let numeric = wanted == "a number" || wanted.starts_with("a whole number");
    match found {
        Unexpected::Str(text) if numeric && text.trim().parse::<f64>().is_ok() => {
            format!("write {} without quotes", clip(text.trim(), LONGEST_WORD))
        }
        Unexpected::Str("true" | "false") if wanted == "true or false" => {
            "write it without quotes".to_owned()
        }
        Unexpected::Float(number) if numeric && number.fract() == 0.0 && number.abs() < 9e15 => {
            format!("write {number:.0} without a decimal point")
        }
        Unexpected::Signed(number) if wanted == "text in quotes" => format!("write \"{number}\""),
        Unexpected::Float(number) if wanted == "text in quotes" => format!("write \"{number:?}\""),
        Unexpected::Seq if expected.starts_with("struct ") => {
            "write a table: `{ key = value }`, or a `[header]` of its own".to_owned()
        }
        _ => format!("write {wanted}"),
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
pub(crate) struct NodeReader<'a>(pub(crate) &'a Node);

impl<'a> NodeReader<'a> {
    /// The value as serde names it in a message.
    fn unexpected(self) -> Unexpected<'a> {
        match &self.0.value {
            Value::Text(text) => Unexpected::Str(text),
            Value::Integer(number) => Unexpected::Signed(*number),
            Value::Float(number) => Unexpected::Float(*number),
            Value::Boolean(yes) => Unexpected::Bool(*yes),
            Value::Date(_) => Unexpected::Other("a date"),
            Value::Array(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for NodeReader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(yes) => visitor.visit_bool(*yes),
            Value::Date(_) => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
            Value::Array(items) => {
                let mut left = Elements { items, next: 0 };
                let value = visitor.visit_seq(&mut left)?;
                if left.next == items.len() {
                    Ok(value)
                } else {
                    let expected = format!("{} elements", left.next);
                    Err(de::Error::invalid_length(items.len(), &expected.as_str()))
                }
            }
            Value::Table(table) => visitor.visit_map(Entries::new(table)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Table(table) => visitor.visit_map(Entries::new(table)),
            // A derived struct would take an array by position.
            _ => Err(de::Error::invalid_type(self.unexpected(), &"struct ")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (variant, content) = match &self.0.value {
            Value::Text(text) => (text.as_str(), None),
            Value::Table(table) => {
                let (variant, content) = chosen(table, variants)?;
                (variant, Some(NodeReader(content)))
            }
            _ => {
                let expected = format!("one of {}", variants.join(", "));
                return Err(de::Error::invalid_type(
                    self.unexpected(),
                    &expected.as_str(),
                ));
            }
        };
        visitor.visit_enum(Choice { variant, content })
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    /// A bare number of any key is bounded, so that no product of some of them is infinite.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = match &self.0.value {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            _ => 0.0,
        };
        let most = Dimension::Number.most();
        if number.abs() > most {
            return Err(Fault::new(Kind::Refused(format!(
                "found {number:e}; write a number of at most {most:e}"
            ))));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The one variant that a table names.
fn chosen<'a>(
    table: &'a Table,
    variants: &'static [&'static str],
) -> Result<(&'a str, &'a Node), Fault> {
    let mut entries = table.iter();
    if let (Some((key, node)), None) = (entries.next(), entries.next()) {
        return Ok((key, node));
    }
    let known = table
        .keys()
        .filter(|key| variants.contains(&key.as_str()))
        .count();
    let stranger = table.keys().find(|key| !variants.contains(&key.as_str()));
    if let (1, Some(key)) = (known, stranger) {
        let mut fault = <Fault as de::Error>::unknown_field(key, variants).below_key(key);
        fault.on_key = true;
        return Err(fault);
    }
    Err(Fault::new(Kind::Choice {
        found: table
            .keys()
            .take(10)
            .map(|key| clip(key, LONGEST_WORD))
            .collect(),
        allowed: variants,
    }))
}

struct Elements<'a> {
    items: &'a [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(item) = self.items.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(NodeReader(item))
            .map(Some)
            .map_err(|fault| fault.below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'a> {
    left: std::collections::btree_map::Iter<'a, String, Node>,
    current: Option<(&'a str, &'a Node)>,
}

impl<'a> Entries<'a> {
    fn new(table: &'a Table) -> Self {
        Self {
            left: table.iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some((key, node)) = self.left.next() else {
            return Ok(None);
        };
        self.current = Some((key, node));
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
            .map_err(|mut fault: Fault| {
                fault.on_key = true;
                fault.below_key(key)
            })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((key, node)) = self.current.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(NodeReader(node))
            .map_err(|fault| fault.below_key(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A variant and, where it is written as a table, what it holds.
struct Choice<'a> {
    variant: &'a str,
    content: Option<NodeReader<'a>>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name: de::value::StrDeserializer<'_, Fault> = self.variant.into_deserializer();
        match seed.deserialize(name) {
            Ok(value) => Ok((value, self)),
            Err(mut fault) if self.content.is_some() => {
                fault.on_key = true;
                Err(fault.below_key(self.variant))
            }
            Err(fault) => Err(fault),
        }
    }
}

impl<'de> Choice<'de> {
    fn content(&self) -> Result<NodeReader<'de>, Fault> {
        self.content.ok_or_else(|| {
            let variant = clip(self.variant, LONGEST_WORD);
            Fault::new(Kind::WrongType {
                found: format!("the bare word {variant:?}"),
                expected: format!("`{variant}` with its values"),
                help: format!("write a table: {} = {{ ... }}", path::write_key(&variant)),
            })
        })
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content.map(|content| &content.0.value) {
            None => Ok(()),
            Some(Value::Table(table)) if table.is_empty() => Ok(()),
            Some(_) => Err(Fault::new(Kind::WrongType {
                found: "values".to_owned(),
                expected: "none".to_owned(),
                help: format!("`{0}` takes no values: write \"{0}\"", self.variant),
            })
            .below_key(self.variant)),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        let content = self.content()?;
        seed.deserialize(content)
            .map_err(|fault| fault.below_key(self.variant))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        let content = self.content()?;
        content
            .deserialize_seq(visitor)
            .map_err(|fault| fault.below_key(self.variant))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let content = self.content()?;
        content
            .deserialize_struct("", fields, visitor)
            .map_err(|fault| fault.below_key(self.variant))
    }
}
