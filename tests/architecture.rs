//! A module uses only what stands before it in the import line of ARCHITECTURE.md.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_follow_the_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("`numerics "))
        .unwrap();
    let order: Vec<&str> = line.trim_matches('`').split_whitespace().collect();
    assert!(
        order.len() >= 10,
        "the import line was not found whole: {line}"
    );
    let mut wrong = Vec::new();
    for (place, module) in order.iter().enumerate() {
        let mut files = Vec::new();
        sources(&root.join("src").join(module), &mut files);
        assert!(!files.is_empty(), "{module} has no sources");
        for file in files {
            let code = fs::read_to_string(&file).unwrap();
            for later in &order[place + 1..] {
                if code.contains(&format!("crate::{later}::")) {
                    wrong.push(format!("{} uses {later}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
