//! The text of a layer, with its lines.

use std::ops::Range;
use std::sync::Arc;

/// Name of the layer that a `--set` on the command line makes.
pub const SET: &str = "--set";

/// A text with a name, shared by all values read from it.
#[derive(Debug)]
pub(crate) struct Source {
    /// File path as typed, "preset human", or "--set".
    pub(crate) name: String,
    /// All of it.
    pub(crate) text: String,
    line_starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(name: String, text: String) -> Self {
        // A byte order mark would shift the columns of line 1.
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            name,
            text,
            line_starts,
        }
    }

    /// The line that holds a byte, counted from 1.
    pub(crate) fn line(&self, byte: usize) -> usize {
        self.line_starts
            .partition_point(|&start| start <= byte)
            .max(1)
    }

    /// First byte of a line counted from 1.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        self.line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(self.text.len())
    }

    /// Text of a line counted from 1, without its end; empty where there is none.
    pub(crate) fn line_text(&self, line: usize) -> &str {
        let start = self.line_start(line);
        let end = self.line_start(line + 1);
        self.text
            .get(start..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The comment that explains the value whose key starts at `key` and which ends at
    /// `value_end`: the one at the end of its line, else the comment lines right above.
    pub(crate) fn comment(&self, key: usize, value_end: usize) -> Option<String> {
        let last = self.line(value_end);
        let tail = self
            .text
            .get(value_end..self.line_start(last + 1))
            .and_then(|rest| find_unquoted(rest, '#').map(|at| &rest[at..]))
            .map(clean);
        if let Some(comment) = tail.filter(|comment| !comment.is_empty()) {
            return Some(comment);
        }
        let line = self.line(key);
        let mut above: Vec<String> = (1..line)
            .rev()
            .map(|number| self.line_text(number).trim())
            .take_while(|text| text.starts_with('#') && !text.starts_with("#:"))
            .map(clean)
            .collect();
        above.reverse();
        above.retain(|text| !text.is_empty());
        (!above.is_empty()).then(|| above.join(" "))
    }
}

fn clean(comment: &str) -> String {
    comment.trim().trim_start_matches('#').trim().to_owned()
}

/// Where a letter first stands outside quotes, in a text that starts outside of them.
pub(crate) fn find_unquoted(text: &str, wanted: char) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some('"') if letter == '\\' => escaped = true,
            Some(open) if open == letter => quote = None,
            None if letter == wanted => return Some(at),
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            _ => {}
        }
    }
    None
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The text.
    pub(crate) source: Arc<Source>,
    /// Bytes of its key; none for an element of an array.
    pub(crate) key: Option<Range<usize>>,
    /// Bytes of the value; of the header where it is a table.
    pub(crate) value: Range<usize>,
}

impl Place {
    /// The line of its key, counted from 1.
    pub(crate) fn line(&self) -> usize {
        self.source.line(self.start())
    }

    /// First byte of its key, or of the value where it has none.
    pub(crate) fn start(&self) -> usize {
        self.key.as_ref().unwrap_or(&self.value).start
    }

    /// Whether it comes from the command line and not from a text that can be edited.
    pub(crate) fn is_assignment(&self) -> bool {
        self.source.name == SET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let source = Source::new("x".into(), "\u{feff}ab\r\nc\n".into());
        assert_eq!((source.line(0), source.line(3), source.line(4)), (1, 1, 2));
        assert_eq!(source.line_text(1), "ab");
        assert_eq!(source.line_text(2), "c");
        assert_eq!(source.line_text(3), "");
        assert_eq!(source.line_text(9), "");
    }

    #[test]
    fn a_letter_in_quotes_does_not_count() {
        assert_eq!(find_unquoted(r#"a."x=y"=3"#, '='), Some(7));
        assert_eq!(find_unquoted(r#""\"=" '=' ="#, '='), Some(10));
        assert_eq!(find_unquoted("a.b", '='), None);
    }

    #[test]
    fn a_comment_is_found_behind_and_above() {
        let text = "# one\n#\n# two\na = \"#x\" # three\n#: no\n# four\nb = { c = '#', d = \"\\\"#\" } # five\ne = 1\n";
        let source = Source::new("x".into(), text.into());
        let comment = |key: &str, value: &str| {
            let at = text.find(key).unwrap();
            let end = at + text[at..].find(value).unwrap() + value.len();
            source.comment(at, end)
        };
        assert_eq!(comment("a =", "\"#x\"").as_deref(), Some("three"));
        assert_eq!(comment("a =", "= ").as_deref(), Some("three"));
        assert_eq!(comment("c =", "'#'").as_deref(), Some("five"));
        assert_eq!(comment("e =", "1"), None);
        let above = Source::new("x".into(), "z = 0\n# one\n#\n# two\na = 1\n".into());
        assert_eq!(above.comment(20, 25).as_deref(), Some("one two"));
    }
}
