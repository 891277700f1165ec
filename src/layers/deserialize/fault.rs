//! A fault of a value, with the path to it, and its explanation.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::layers::diagnostic::{Diagnostic, clip, suggestion};
use crate::layers::path::{self, Segment};
use crate::layers::source::SET;
use crate::layers::tree::Tree;

/// Letters of a key or value that a message repeats at most.
pub(super) const LONGEST_WORD: usize = 80;

/// What a type refused, and where in the tree.
#[derive(Debug)]
pub(crate) struct ValueFault {
    kind: Kind,
    /// The path, its last segment first.
    trail: Vec<Segment>,
    /// Whether the key is at fault and not its value.
    pub(super) on_key: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
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

impl ValueFault {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            trail: Vec::new(),
            on_key: false,
        }
    }

    pub(super) fn below(mut self, segment: Segment) -> Self {
        self.trail.push(segment);
        self
    }

    pub(super) fn below_key(self, key: &str) -> Self {
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

impl fmt::Display for ValueFault {
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

impl std::error::Error for ValueFault {}

impl de::Error for ValueFault {
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
