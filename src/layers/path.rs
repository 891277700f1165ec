//! Dotted paths: `tumour.secretion.pthrp.rate`, `lesion[1].cells`, `signals."il 6".half_life`.

use std::fmt::Write as _;
use std::ops::Range;

use toml::de::DeValue;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A key of a table.
    Key(String),
    /// An element of an array, counted from 0.
    Index(usize),
}

/// A segment and the bytes of the path text that name it.
pub(crate) type Step = (Segment, Range<usize>);

/// Reads a dotted path; `None` where the text is not one.
pub(crate) fn parse(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut at = skip_space(text, 0);
    loop {
        let end = key_end(text, at)?;
        steps.push((Segment::Key(key(&text[at..end])?), at..end));
        at = skip_space(text, end);
        while text[at..].starts_with('[') {
            let close = at + text[at..].find(']')?;
            let index = text[at + 1..close].trim().parse().ok()?;
            steps.push((Segment::Index(index), at..close + 1));
            at = skip_space(text, close + 1);
        }
        if at == text.len() {
            return Some(steps);
        }
        at = skip_space(text, at + text[at..].strip_prefix('.').map(|_| 1)?);
    }
}

/// Writes a path so that [`parse`] reads it back.
pub(crate) fn write(segments: &[Segment]) -> String {
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&write_key(key));
            }
            Segment::Index(index) => {
                // Writing to a string cannot fail.
                let _ = write!(text, "[{index}]");
            }
        }
    }
    text
}

/// A key as TOML writes it: bare where that is possible, else in quotes.
pub(crate) fn write_key(key: &str) -> String {
    if !key.is_empty() && key.chars().all(is_bare) {
        key.to_owned()
    } else {
        // On one line, which TOML's own writer breaks at the end of a line in the key. A text does not
        // fail to be written.
        serde_json::to_string(key)
            .unwrap_or_default()
            .replace('\u{7f}', "\\u007f")
    }
}

fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

fn skip_space(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

fn key_end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let quote = rest.chars().next()?;
    if quote == '"' || quote == '\'' {
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if letter == '\\' && quote == '"' {
                escaped = true;
            } else if letter == quote {
                return Some(start + at + 1);
            }
        }
        return None;
    }
    let length = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
    (length > 0).then_some(start + length)
}

fn key(text: &str) -> Option<String> {
    if !text.starts_with(['"', '\'']) {
        return Some(text.to_owned());
    }
    match DeValue::parse(text).ok()?.into_inner() {
        DeValue::String(key) => Some(key.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(text: &str) -> Option<Vec<Segment>> {
        parse(text).map(|steps| steps.into_iter().map(|(segment, _)| segment).collect())
    }

    #[test]
    fn what_is_written_reads_back() {
        for path in [
            "a",
            "a.b-c.d_1",
            "lesion[1].cells",
            "a[0][12].b",
            r#"a."il 6\"".b"#,
            r#""""#,
            "\"a\\u000ab\".c",
        ] {
            let read = segments(path).unwrap();
            assert_eq!(segments(&write(&read)).unwrap(), read, "{path}");
        }
        assert_eq!(
            write(&segments("lesion[1].'il 6'").unwrap()),
            r#"lesion[1]."il 6""#
        );
    }

    #[test]
    fn steps_know_their_bytes() {
        let text = "a . \"b c\"[3]";
        let bytes: Vec<_> = parse(text)
            .unwrap()
            .into_iter()
            .map(|(_, at)| &text[at])
            .collect();
        assert_eq!(bytes, ["a", "\"b c\"", "[3]"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "", ".", "a.", "a..b", "a b", "a[", "a[x]", "[1]", "\"a", "a[-1]", "a]",
        ] {
            assert_eq!(segments(text), None, "{text}");
        }
    }
}
