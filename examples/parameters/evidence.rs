//! What the comment behind a value says of it.
//!
//! A comment is a list of clauses, parted by `; `. A clause begins with its kind, `measured`, `derived`, `fitted` or
//! `design`, or with a key of docs/references.md, which means measured there, or derived where it is a model. Before the kind it may name the values of
//! the line that it is of: `rate: fitted to ...; half_max, hill: design`. A range stands in brackets, and what a design
//! value was before it was changed in parentheses: `design (was 60 pM)`.

use std::collections::BTreeSet;

/// References that are models: what they take is no measurement.
const MODELS: [&str; 10] = [
    "ABM2",
    "Ayati10",
    "Bishop24",
    "Froid",
    "Komarova03",
    "Lemaire04",
    "Lerebours16",
    "MRP19",
    "PetersonRiggs10",
    "Pivonka08",
];

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Measured,
    Derived,
    Fitted,
    Design,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Measured, Self::Derived, Self::Fitted, Self::Design];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Derived => "derived",
            Self::Fitted => "fitted",
            Self::Design => "design",
        }
    }
}

/// What is said of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) kind: Kind,
    /// The clause without its kind and its range.
    pub(crate) says: String,
    /// The range, without its brackets.
    pub(crate) range: Option<String>,
    /// What a design value was before.
    pub(crate) was: Option<String>,
}

/// The first word of a text: letters, digits, `_` and inner `-`.
fn first_word(text: &str) -> &str {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let end = text.find(|letter| !inside(letter)).unwrap_or(text.len());
    text[..end].trim_end_matches('-')
}

fn kind_of(text: &str, keys: &BTreeSet<String>) -> Option<Kind> {
    let word = first_word(text);
    Kind::ALL
        .into_iter()
        .find(|kind| kind.name() == word)
        .or_else(|| {
            let kind = if MODELS.contains(&word) {
                Kind::Derived
            } else {
                Kind::Measured
            };
            keys.contains(word).then_some(kind)
        })
}

/// Clauses of a comment: the names of the values that each is of, none for all, and its text.
fn clauses<'a>(comment: &'a str, keys: &BTreeSet<String>) -> Vec<(Vec<&'a str>, String)> {
    let is_name = |name: &&str| {
        let inside = |letter: char| letter.is_ascii_lowercase() || ".0123456789_".contains(letter);
        !name.is_empty() && name.chars().all(inside)
    };
    let mut found: Vec<(Vec<&str>, String)> = Vec::new();
    for piece in comment.split("; ") {
        if kind_of(piece, keys).is_none()
            && let Some((names, rest)) = piece.split_once(": ")
            && kind_of(rest, keys).is_some()
            && names.split(", ").all(|name| is_name(&name))
        {
            found.push((names.split(", ").collect(), rest.to_owned()));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str("; ");
            text.push_str(piece);
        } else {
            found.push((Vec::new(), piece.to_owned()));
        }
    }
    found
}

/// What stands between two marks, and the text without it.
fn cut_out(text: &str, open: &str, close: char) -> Option<(String, String)> {
    let from = text.rfind(open)?;
    let inner = &text[from + open.len()..];
    let to = inner.find(close)?;
    let rest = format!(
        "{}{}",
        text[..from].trim_end(),
        &inner[to + close.len_utf8()..]
    );
    Some((inner[..to].to_owned(), rest))
}

/// What a comment says of the value at a path.
pub(crate) fn evidence(
    path: &str,
    comment: &str,
    keys: &BTreeSet<String>,
) -> Result<Evidence, String> {
    let all = clauses(comment, keys);
    // The longest name that fits, so that `tgf_beta.to` goes before `to`.
    let fits = |names: &[&str]| {
        let fitting = names
            .iter()
            .filter(|name| path == **name || path.ends_with(&format!(".{name}")));
        fitting.map(|name| name.len()).max()
    };
    let own = all
        .iter()
        .filter_map(|(names, text)| Some((fits(names)?, text)));
    let own = own.max_by_key(|&(length, _)| length).map(|(_, text)| text);
    let of_all = all.iter().find(|(names, _)| names.is_empty());
    let clause = own.or_else(|| of_all.map(|(_, text)| text));
    let wanted =
        "it must begin with measured, derived, fitted, design or a key of docs/references.md";
    let text = clause
        .ok_or_else(|| format!("{path}: no clause of `{comment}` is of this value; {wanted}"))?;
    let kind = kind_of(text, keys)
        .ok_or_else(|| format!("{path}: found `{text}`, which has no kind; {wanted}"))?;
    let word = first_word(text);
    let named = kind.name() == word;
    let says = if named { &text[word.len()..] } else { text };
    let (range, says) = match cut_out(says, "[", ']') {
        Some((range, rest)) => (Some(range), rest),
        None => (None, says.to_owned()),
    };
    let (was, says) = match cut_out(&says, "(was ", ')') {
        Some((was, rest)) => (Some(was), rest),
        None => (None, says),
    };
    let says = says.trim_start_matches([':', ',', ' ']).trim().to_owned();
    let sourced = || {
        let words = says.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        words
            .clone()
            .any(|word| keys.contains(word) || word == "textbook")
    };
    if kind == Kind::Measured && !sourced() {
        return Err(format!(
            "{path}: `{text}` is said to be measured, and names neither a key of docs/references.md nor a textbook"
        ));
    }
    if kind == Kind::Fitted && says.is_empty() {
        return Err(format!(
            "{path}: `{text}` does not say what it was fitted to"
        ));
    }
    Ok(Evidence {
        kind,
        says,
        range,
        was,
    })
}
