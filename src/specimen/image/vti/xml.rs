//! The tags of an XML file with what follows each of them, as far as the appended data.

/// A tag, with the place of the text behind it.
#[derive(Debug)]
pub(super) struct Tag {
    /// Its name, with a stroke before it where it closes.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// From the byte behind the tag to that before the next one.
    pub(super) text: [usize; 2],
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The tags up to `AppendedData`, behind which may be anything.
pub(super) fn tags(bytes: &[u8]) -> Vec<Tag> {
    let find = |from: usize, byte: u8| {
        let rest = bytes.get(from..)?;
        rest.iter().position(|&b| b == byte).map(|at| from + at)
    };
    let mut all: Vec<Tag> = Vec::new();
    let mut from = 0;
    while let Some(start) = find(from, b'<') {
        let is_comment = bytes[start..].starts_with(b"<!--");
        let end = if is_comment {
            let rest = bytes[start..].windows(3).position(|three| three == b"-->");
            rest.map(|at| start + at + 2)
        } else {
            find(start, b'>')
        };
        let Some(end) = end else { break };
        if let Some(last) = all.last_mut() {
            last.text[1] = last.text[1].min(start);
        }
        let inner = String::from_utf8_lossy(&bytes[start + 1..end]);
        let inner = inner.trim_end_matches('/').trim();
        if !is_comment && !inner.starts_with(['?', '!']) {
            let (name, rest) = inner
                .split_once(|c: char| c.is_ascii_whitespace())
                .unwrap_or((inner, ""));
            all.push(Tag {
                name: name.to_owned(),
                attributes: attributes(rest),
                text: [end + 1, bytes.len()],
            });
            if name == "AppendedData" {
                break;
            }
        }
        from = end + 1;
    }
    all
}

/// Names and values: `a="1" b='2'`.
fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, more)) = after[1..].split_once(quote) else {
            break;
        };
        let value = value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        all.push((name.trim().to_owned(), value));
        rest = more;
    }
    all
}
