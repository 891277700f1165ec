//! Whatever is cited stands in docs/references.md: keys such as `Doe20`, and names with a year such as "Doe and Roe 2020".

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// Words that stand before a year and are no authors.
const NO_AUTHORS: [&str; 13] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "NIMH",
];
/// Beginnings of names of types that end in two digits.
const TYPES: [&str; 6] = ["Int", "UInt", "Float", "AArch", "Atomic", "MyFloat"];

struct Reference {
    key: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Letters without the marks that names of authors have here.
fn plain(text: &str) -> String {
    text.replace(['é', 'è'], "e").replace('ø', "o")
}

fn references() -> Vec<Reference> {
    let text = fs::read_to_string(root().join("docs/references.md")).unwrap();
    let row = |line: &str| {
        let (key, rest) = line.strip_prefix("| <a id=\"")?.split_once('"')?;
        let (_, rest) = rest.split_once(" | ")?;
        let (text, looked_up) = rest.trim_end_matches(" |").rsplit_once(" | ")?;
        assert!(
            !looked_up.is_empty(),
            "{key} does not say whether it was looked up"
        );
        Some(Reference {
            key: key.to_owned(),
            text: plain(text),
        })
    };
    text.lines().filter_map(row).collect()
}

/// Comments of a file, or all of a document, in one line.
fn prose(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mark = match path.extension().and_then(|ending| ending.to_str()) {
        Some("rs") => "//",
        Some("toml") => "#",
        _ => return plain(&text.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    let comment = |line: &str| line.split_once(mark).map(|(_, rest)| rest.to_owned());
    let lines = text.lines().filter_map(comment);
    let comments: Vec<String> = lines
        .map(|line| line.trim_start_matches(['/', '!', '#']).trim().to_owned())
        .collect();
    plain(&comments.join(" "))
}

fn files() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders: Vec<PathBuf> = ["src", "scenarios", "studies", "trials", "docs"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            // References are what is asked, and what is generated says what its sources say.
            if ["references.md", "parameters.md", "ODD.md", "pictures"].contains(&name) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if [".rs", ".toml", ".md"]
                .iter()
                .any(|ending| name.ends_with(ending))
            {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}

/// A capital, then letters and hyphens of which one is small.
fn is_name(word: &str) -> bool {
    let letters = word
        .chars()
        .all(|letter| letter.is_ascii_alphabetic() || letter == '-');
    letters
        && word.len() > 2
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word.ends_with(|letter: char| letter.is_ascii_lowercase())
}

/// The year that a word is; not that of a volume, `2003;98`.
fn year(word: &str) -> Option<&str> {
    let word = word.trim_start_matches('(');
    let (digits, behind) = word.split_at_checked(4)?;
    let is_year = digits.starts_with("19") || digits.starts_with("20");
    let number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let volume = behind.contains(|letter: char| letter.is_ascii_alphanumeric());
    (is_year && number && !volume).then_some(digits)
}

/// Names before a year, up to three that are joined by commas, `and` or `et al.`; none where no name stands there.
fn authors(words: &[&str]) -> Vec<String> {
    let bare = |word: &str| {
        word.trim_matches(|letter: char| !letter.is_ascii_alphabetic())
            .to_owned()
    };
    let mut names = Vec::new();
    let mut rest = words;
    if let [before @ .., "et", "al." | "al.,"] = rest {
        rest = before;
    }
    while let [before @ .., word] = rest {
        let name = bare(word);
        let joined = names.is_empty() || word.ends_with(',') || rest.len() < words.len();
        if !is_name(&name) || !joined || names.len() == 3 {
            break;
        }
        names.push(name);
        let before = match before {
            [before @ .., "Van"] => before,
            _ => before,
        };
        rest = match before {
            [before @ .., "and"] => before,
            [.., last] if last.ends_with(',') => before,
            _ => break,
        };
    }
    names
}

/// What a text cites and nothing in the list answers to.
fn unresolved(text: &str, references: &[Reference]) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let mut missing = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(year) = year(word) {
            let names = authors(&words[at.saturating_sub(8)..at]);
            let known = |name: &String| {
                let of_name = |one: &&Reference| one.text.starts_with(name.as_str());
                let mut of_name = references.iter().filter(of_name);
                of_name.any(|one| one.text.contains(year))
            };
            let is_author = |name: &&String| !NO_AUTHORS.contains(&name.as_str());
            if names.iter().any(|name| is_author(&name)) && !names.iter().any(known) {
                missing.push(format!("{} {year}", names[0]));
            }
        }
        for token in word.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            let Some(end) = token.len().checked_sub(2) else {
                continue;
            };
            let Some((name, digits)) = token.split_at_checked(end) else {
                continue;
            };
            let is_key = is_name(name)
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !TYPES.iter().any(|one| name.starts_with(one));
            if is_key && !references.iter().any(|one| one.key == token) {
                missing.push(token.to_owned());
            }
        }
    }
    missing
}

#[test]
fn every_citation_resolves() {
    let references = references();
    assert!(references.len() > 100);
    let mut missing = Vec::new();
    for path in files() {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        for citation in unresolved(&prose(&path), &references) {
            missing.push(format!("{shown}: {citation}"));
        }
    }
    assert!(
        missing.is_empty(),
        "not in docs/references.md:\n{}",
        missing.join("\n")
    );
}

#[test]
fn a_citation_that_stands_nowhere_is_found() {
    let list = [
        ("Doe20", "Doe J, Roe R. J Nothing 2020;1:1"),
        ("Zoe19", "Zoe-Poe A et al. 2019"),
    ];
    let list = list.map(|(key, text)| Reference {
        key: key.to_owned(),
        text: text.to_owned(),
    });
    let said = |text: &str| unresolved(text, &list);
    for known in [
        "as Doe 2020 has it",
        "(Doe and Roe 2020; Zoe-Poe 2019)",
        "Doe et al. 2020.",
        "Doe20, Zoe19: a UInt64 in November 2026",
        "Doe, Roe and Foe 2020",
        "Doe and Van Foe 2020",
        "J Anything 2019;3:4, Anything 2019:5",
    ] {
        assert_eq!(said(known), Vec::<String>::new(), "{known}");
    }
    assert_eq!(said("as Foe 2020 has it"), ["Foe 2020"]);
    assert_eq!(said("(Doe 2021)"), ["Doe 2021"]);
    assert_eq!(said("Foe and Doe 2019; Foe20"), ["Doe 2019", "Foe20"]);
    assert_eq!(said("Foe et al. (2020)"), ["Foe 2020"]);
}
