//! Digests that results and plans carry, so that what was edited, cut or exchanged is seen.
//!
//! A digest shows accidents and careless hands. It is no secret: who makes a digest anew for what he
//! forged is not seen by it.

use std::path::Path;

/// Begins the last line of a sealed file.
const MARK: &str = "# blake3 ";
/// Bytes of a file of the store at most.
const LARGEST: u64 = 1 << 30;

/// Digest of several texts in their order, in hexadecimal; each counts with its length.
pub fn seal(parts: &[&str]) -> String {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

/// A content with its digest as the last line. `kind` and `key` say what it is, so that it is nothing
/// else under another name.
pub fn sealed(kind: &str, key: &str, content: &str) -> String {
    format!("{content}{MARK}{}\n", seal(&[kind, key, content]))
}

/// The content of a sealed text.
///
/// # Errors
/// Why it is not the content that was written under this kind and key.
pub(crate) fn unsealed<'a>(kind: &str, key: &str, text: &'a str) -> Result<&'a str, String> {
    let whole = text
        .strip_suffix('\n')
        .ok_or("it is cut: its last line has no end")?;
    let at = whole.rfind('\n').map_or(0, |end| end + 1);
    let digest = whole[at..]
        .strip_prefix(MARK)
        .ok_or("its last line is no digest")?;
    let content = &text[..at];
    if digest == seal(&[kind, key, content]) {
        Ok(content)
    } else {
        Err("it does not fit its digest: it was edited or belongs to another run".to_owned())
    }
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// The content that was sealed.
    Content(String),
    /// Something else, and what is wrong with it.
    Damaged(String),
}

/// Reads a sealed file.
///
/// # Errors
/// The file system says no.
pub fn read(kind: &str, key: &str, path: &Path) -> std::io::Result<Found> {
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    // A pipe would be waited for.
    if !about.is_file() {
        return Ok(Found::Damaged("it is no plain file".to_owned()));
    }
    if about.len() > LARGEST {
        return Ok(Found::Damaged(format!("it has {} bytes", about.len())));
    }
    let bytes = std::fs::read(path)?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Found::Damaged("it is no text".to_owned()));
    };
    Ok(match unsealed(kind, key, text) {
        Ok(content) => Found::Content(content.to_owned()),
        Err(why) => Found::Damaged(why),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_under_its_own_name_alone() {
        let text = sealed("results", "ab", "time_d\n0\n");
        assert_eq!(unsealed("results", "ab", &text), Ok("time_d\n0\n"));
        for (kind, key, text) in [
            ("results", "ac", text.clone()),
            ("partial", "ab", text.clone()),
            ("results", "ab", text.replace("\n0\n", "\n1\n")),
            ("results", "ab", text.replace("\n0\n", "\n")),
            ("results", "ab", text[..text.len() - 1].to_owned()),
            ("results", "ab", "time_d\n0\n".to_owned()),
            ("results", "ab", format!("{text}\n")),
            ("results", "ab", String::new()),
        ] {
            assert!(unsealed(kind, key, &text).is_err(), "{kind} {key} {text}");
        }
        // What moves from one part to the next is another text.
        assert_ne!(seal(&["ab", "c"]), seal(&["a", "bc"]));
    }
}
