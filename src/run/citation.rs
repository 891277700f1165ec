//! What says who made the image of a bone and under which licence it may be used: a citation file
//! (<https://citation-file-format.github.io>) beside the image, which goes with results that are of no single run.

use std::path::Path;

use serde_json::{Map, Value};

use crate::numerics::files::read_text;
use crate::output::{OutputError, write_whole};

/// The citation file beside an image.
const CITATION: &str = "CITATION.cff";
/// Its copy in a folder of results.
pub(super) const BONE: &str = "bone.cff";

/// The citation beside an image; none where there is no such file, or none that reads.
pub(super) fn beside(image: &Path) -> Option<String> {
    read_text(&image.parent()?.join(CITATION)).ok()
}

/// Puts the citation of the bone, where its image has one, into a folder of results, and says whether it did.
///
/// # Errors
/// The file system says no.
pub(crate) fn leave(image: Option<&Path>, folder: &Path) -> Result<bool, OutputError> {
    let Some(text) = image.and_then(beside) else {
        return Ok(false);
    };
    write_whole(&folder.join(BONE), text.as_bytes())?;
    Ok(true)
}

/// Values of the first level of a citation file: plain text of YAML, in quotes or not, or a list of such.
pub(super) fn first_level(text: &str) -> Map<String, Value> {
    let bare = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    let mut found = Map::new();
    let mut last = String::new();
    for line in text.lines() {
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some(Value::String(known)) = found.get_mut(&last)
                && !item.contains(':')
            {
                if !known.is_empty() {
                    known.push_str(" OR ");
                }
                known.push_str(&bare(item));
            }
        } else if let Some((key, value)) = line.split_once(':')
            && !line.starts_with([' ', '#', '-'])
        {
            key.clone_into(&mut last);
            found.insert(last.clone(), bare(value).into());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_gives_its_first_level() {
        let said = first_level(
            "cff-version: 1.2.0\ntitle: \"A bone: scanned\"\nlicense:\n  - MIT\n  - CC0-1.0\nauthors:\n  - name: Somebody\n    url: https://no\ndoi: 10.1/2\n",
        );
        assert_eq!(said["title"], "A bone: scanned");
        assert_eq!(said["license"], "MIT OR CC0-1.0");
        assert_eq!(said["doi"], "10.1/2");
        assert!(said.get("url").is_none());
    }
}
