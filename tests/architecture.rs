//! Who may use whom: chapters in the import line of ARCHITECTURE.md, and files without circles.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module by its path below the crate: `["engine", "tick"]`.
type Module = Vec<String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of `src` by their modules, without `lib.rs`, `prelude.rs`, `main.rs` and unit tests.
fn modules() -> BTreeMap<Module, PathBuf> {
    let mut found = BTreeMap::new();
    let src = root().join("src");
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&src).unwrap().with_extension("");
            let mut module: Module = inner
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if path.extension().is_none_or(|ending| ending != "rs")
                || module == ["lib"]
                || module == ["prelude"]
                || module == ["main"]
                || module.last().unwrap() == "tests"
            {
                continue;
            }
            if module.last().unwrap() == "mod" {
                module.pop();
            }
            found.insert(module, path);
        }
    }
    found
}

/// Code without comments and without its tests.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines()
        .map(|line| line.split("//").next().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

/// All paths that the tree of a `use` names: `a::{b, c::d}` names `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<Module> {
    let (mut depth, mut from) = (0_u32, 0);
    let mut branches = Vec::new();
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(&tree[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&tree[from..]);
    let mut paths = Vec::new();
    for branch in branches {
        let branch = branch.trim();
        let (stem, inner) = match branch.split_once('{') {
            Some((stem, inner)) => (stem, inner.rsplit_once('}').map(|(inner, _)| inner)),
            None => (branch, None),
        };
        let stem: Module = stem
            .split(" as ")
            .next()
            .unwrap()
            .split("::")
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        match inner {
            None if stem.is_empty() => {}
            None => paths.push(stem),
            Some(inner) => paths.extend(
                expanded(inner)
                    .into_iter()
                    .map(|path| stem.iter().cloned().chain(path).collect()),
            ),
        }
    }
    paths
}

/// Paths that code names: its imports and re-exports, and `crate::` and `super::` inside it.
fn named(code: &str) -> Vec<Module> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let starts_line = rest[..at]
            .rsplit('\n')
            .next()
            .is_some_and(|before| before.trim().is_empty() || before.trim().starts_with("pub"));
        let tree = &rest[at + 4..];
        let end = tree.find(';').unwrap_or(tree.len());
        if starts_line {
            paths.extend(expanded(&tree[..end]));
        }
        rest = &tree[end.min(tree.len())..];
    }
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let path = code[at..]
                .split(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)))
                .next()
                .unwrap();
            paths.push(
                path.split("::")
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect(),
            );
        }
    }
    paths
}

/// The file that a path leads to, as seen from a module; none outside of the crate.
fn target(files: &BTreeMap<Module, PathBuf>, module: &Module, path: &Module) -> Option<Module> {
    let mut steps = path.as_slice();
    let mut at = module.clone();
    match steps.first()?.as_str() {
        "crate" => {
            at.clear();
            steps = &steps[1..];
        }
        "self" => steps = &steps[1..],
        "super" => {
            while steps.first().is_some_and(|step| step == "super") {
                at.pop();
                steps = &steps[1..];
            }
        }
        child => {
            at.push(child.to_owned());
            if !files.contains_key(&at) {
                return None;
            }
            at.pop();
        }
    }
    at.extend(steps.iter().cloned());
    while !at.is_empty() && !files.contains_key(&at) {
        at.pop();
    }
    (!at.is_empty()).then_some(at)
}

/// Which file uses which. A door (`mod.rs`) that opens the files of its own room does not count.
fn uses() -> BTreeMap<Module, BTreeSet<Module>> {
    let files = modules();
    files
        .iter()
        .map(|(module, path)| {
            let targets = named(&code_of(path))
                .iter()
                .filter_map(|path| target(&files, module, path))
                .filter(|target| !target.starts_with(module))
                .collect();
            (module.clone(), targets)
        })
        .collect()
}

fn import_line() -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("`numerics "))
        .unwrap();
    let order: Vec<String> = line
        .trim_matches('`')
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert!(
        order.len() >= 10,
        "the import line was not found whole: {line}"
    );
    order
}

#[test]
fn imports_follow_the_line() {
    let order = import_line();
    let place = |module: &Module| order.iter().position(|chapter| *chapter == module[0]);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (module, targets) in uses() {
        let Some(at) = place(&module) else {
            wrong.push(format!("{} is no chapter of the line", module[0]));
            continue;
        };
        seen.insert(at);
        for target in targets {
            if place(&target).is_some_and(|other| other > at) {
                wrong.push(format!("{} uses {}", module.join("::"), target.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        seen.len(),
        order.len(),
        "a chapter of the line is not there"
    );
}

#[test]
fn the_root_page_names_every_chapter_in_the_order_of_the_line() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let named: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("//!"))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    let order = import_line();
    let named: Vec<&&str> = named
        .iter()
        .filter(|name| order.iter().any(|chapter| chapter == *name))
        .take(order.len())
        .collect();
    assert!(
        named
            .iter()
            .map(|name| **name)
            .eq(order.iter().map(String::as_str)),
        "{named:?}"
    );
}

/// Files that reach each other, as sets: what can be reached from a file and reaches it.
fn circles(uses: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Vec<String>> {
    let reached = |from: &Module| {
        let mut found = BTreeSet::new();
        let mut waiting = vec![from.clone()];
        while let Some(module) = waiting.pop() {
            for target in uses.get(&module).into_iter().flatten() {
                if found.insert(target.clone()) {
                    waiting.push(target.clone());
                }
            }
        }
        found
    };
    let reach: BTreeMap<&Module, BTreeSet<Module>> = uses
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    reach
        .iter()
        .filter(|(module, found)| found.contains(**module))
        .map(|(module, found)| {
            found
                .iter()
                .filter(|other| reach.get(other).is_some_and(|back| back.contains(*module)))
                .map(|module| module.join("/"))
                .collect()
        })
        .collect()
}

/// Circles that are one thought in two files stand in ARCHITECTURE.md as `a.rs` and `b.rs`.
#[test]
fn files_use_each_other_in_circles_only_where_architecture_says_so() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let allowed: BTreeSet<Vec<String>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("- Circle: "))
        .map(|line| {
            let mut files: Vec<String> = line
                .split('`')
                .skip(1)
                .step_by(2)
                .map(|file| file.trim_end_matches(".rs").to_owned())
                .collect();
            files.sort();
            files
        })
        .collect();
    assert_eq!(circles(&uses()), allowed);
}

/// Arguments, words and exit codes: what computes, decides, reads or writes has a chapter of its own.
#[test]
fn the_program_around_the_library_stays_below_2000_lines() {
    let src = root().join("src");
    let program = fs::read_dir(src.join("cli"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .chain([src.join("main.rs")]);
    let lines: usize = program
        .map(|path| fs::read_to_string(path).unwrap().lines().count())
        .sum();
    assert!((1000..2000).contains(&lines), "{lines} lines");
}

#[test]
fn a_circle_is_found_and_a_tree_of_uses_is_read_whole() {
    let set = |names: &[&str]| names.iter().map(|name| vec![(*name).to_owned()]).collect();
    let uses: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::from([
        (vec!["a".to_owned()], set(&["b"])),
        (vec!["b".to_owned()], set(&["c"])),
        (vec!["c".to_owned()], set(&["b", "d"])),
        (vec!["d".to_owned()], set(&[])),
    ]);
    let found = circles(&uses);
    assert_eq!(
        found,
        BTreeSet::from([vec!["b".to_owned(), "c".to_owned()]])
    );
    let paths: Vec<String> = named("pub use crate::{a, b::{c, d as e}};\nlet x = super::f::g();")
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(
        paths,
        [
            "crate::a",
            "crate::b::c",
            "crate::b::d",
            "crate",
            "super::f::g"
        ]
    );
}

#[test]
fn every_file_of_tests_is_in_one_suite_and_every_suite_is_built() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
        let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        files.map(name).collect()
    };
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut listed = Vec::new();
    for suite in names("tests/suites") {
        let path = format!("tests/suites/{suite}.rs");
        let target = format!("[[test]]\nname = \"{suite}\"\npath = \"{path}\"\n");
        assert!(manifest.contains(&target), "{path} is not built");
        let text = fs::read_to_string(root().join(path)).unwrap();
        let modules = text
            .lines()
            .filter_map(|line| line.strip_prefix("#[path = \"../"));
        let files = modules.filter_map(|rest| rest.strip_suffix(".rs\"]"));
        listed.extend(
            files
                .filter(|name| *name != "common/mod")
                .map(str::to_owned),
        );
    }
    listed.sort_unstable();
    assert!(listed.iter().eq(&names("tests")), "{listed:?}");
}

/// Public modules, by `pub mod` all the way from the root.
fn public_modules() -> BTreeSet<Module> {
    let files = modules();
    let mut found = BTreeSet::new();
    let mut waiting = vec![(Module::new(), root().join("src/lib.rs"))];
    while let Some((module, path)) = waiting.pop() {
        let code = code_of(&path);
        let names = code.lines().filter_map(|line| {
            let name = line.trim().strip_prefix("pub mod ")?;
            name.strip_suffix(';')
        });
        for name in names {
            let mut child = module.clone();
            child.push(name.to_owned());
            if let Some(path) = files.get(&child) {
                waiting.push((child.clone(), path.clone()));
                found.insert(child);
            }
        }
    }
    found
}

/// Files below a folder whose names end so.
fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    found
}

/// What users of the library say: tests, examples, measurements, bindings, the book, and examples in docstrings.
fn words_of_users() -> Vec<String> {
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
    let folders = ["tests", "examples", "benches", "python/src", "wasm/src"];
    let code = folders.iter().flat_map(|folder| files_below(folder, "rs"));
    let book = files_below("docs", "md").into_iter();
    let book = book.chain([root().join("README.md")]);
    let docstrings = files_below("src", "rs").into_iter().map(|path| {
        let text = read(&path);
        let lines = text.lines().map(str::trim_start);
        let said = lines.filter_map(|line| {
            let outer = line.strip_prefix("///");
            outer.or_else(|| line.strip_prefix("//!"))
        });
        said.collect::<Vec<_>>().join("\n")
    });
    code.map(|path| code_of(&path))
        .chain(book.map(|path| read(&path)))
        .chain(docstrings)
        .collect()
}

/// Paths below `howship::` that a text names.
fn named_from_outside(text: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("howship::") {
        let tree = &text[at..];
        let end = if text[..at].ends_with("use ") {
            tree.find(';')
        } else {
            tree.find(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)))
        };
        found.extend(expanded(&tree[..end.unwrap_or(tree.len())]));
    }
    found
}

/// Public modules that no user names, and why they are public.
const UNNAMED: [(&str, &[&str]); 6] = [
    (
        "parameters of a scenario, by its fields",
        &[
            "biology::conversion",
            "biology::osteoblast::maturation",
            "biology::osteoclast::apoptosis",
            "biology::parameters",
            "biology::tumour::clones",
            "mechanics::follow_up",
            "mechanics::mechanostat",
            "patient::bones",
            "patient::markers",
            "patient::neutrophils",
            "therapy::condition",
            "therapy::pharmacokinetics",
        ],
    ),
    (
        "what a model, a state and a workspace hold, by their fields",
        &[
            "biology::surroundings",
            "engine::parts::clones",
            "engine::parts::colonisation",
            "engine::parts::drugs",
            "engine::parts::mechanostat",
            "engine::parts::patient",
            "engine::parts::rigidity",
            "engine::parts::strength",
            "engine::scratch",
            "tissue::ledger",
            "tissue::space",
        ],
    ),
    (
        "what a measured scan, a checkpoint and a study are read into",
        &[
            "observe::figures",
            "observe::lesions",
            "observe::losses",
            "run::restore",
            "statistics::estimate",
            "study::factor",
            "study::fit",
            "study::table",
            "study::tally",
        ],
    ),
    (
        "bone of an image under load, for programs that measure it",
        &[
            "mechanics::assessment",
            "mechanics::loaded",
            "mechanics::measured",
            "mechanics::strength",
        ],
    ),
    (
        "who watches a run, and when; the prelude exports their types",
        &["run::observer", "run::schedule"],
    ),
    ("whether an error refuses a request", &["numerics::refusal"]),
];

#[test]
fn every_public_module_is_named_by_a_user_or_has_a_reason() {
    let mut named = BTreeSet::new();
    for text in words_of_users() {
        for path in named_from_outside(&text) {
            for end in 2..=path.len() {
                named.insert(path[1..end].to_vec());
            }
        }
    }
    let unnamed: BTreeSet<String> = public_modules()
        .difference(&named)
        .map(|module| module.join("::"))
        .collect();
    let listed: BTreeSet<String> = UNNAMED
        .iter()
        .flat_map(|(_, modules)| modules.iter().map(|module| (*module).to_owned()))
        .collect();
    let without_reason: Vec<_> = unnamed.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&unnamed).collect();
    assert!(
        without_reason.is_empty() && stale.is_empty(),
        "public and named by nobody: {without_reason:?}; listed, and private or named: {stale:?}"
    );
}
