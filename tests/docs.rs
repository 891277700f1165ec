//! The documents hold: every command is one that the program takes, every listing of TOML reads, no link inside is dead, and
//! the site has every page.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "../examples/commands/document.rs"]
mod commands;
#[path = "../examples/keys/document.rs"]
mod keys;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use howship::cli;

use crate::common::pages::{Block, Page, commands_of, documents, page, site};
use crate::common::{assert_fresh, repository};

#[test]
fn every_command_in_the_documents_is_one_that_the_program_takes() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in documents() {
        for block in page
            .blocks
            .iter()
            .filter(|block| ["sh", "bash", "console"].contains(&block.language()))
        {
            for words in commands_of(&block.text) {
                seen += 1;
                if let Err(error) = cli::command().try_get_matches_from(&words)
                    && !matches!(
                        error.kind(),
                        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                    )
                {
                    wrong.push(format!("{}:{}: {words:?}: {error}", page.file, block.line));
                }
                let shipped = words.iter().filter(|word| {
                    let folder = word.split('/').next().unwrap_or("");
                    ["scenarios", "studies", "trials"].contains(&folder)
                        && !word.contains(['*', '$', '<'])
                });
                for file in shipped.filter(|file| !repository(file).exists()) {
                    wrong.push(format!("{}:{}: there is no {file}", page.file, block.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "only {seen} commands were looked at");
}

#[test]
fn every_listing_of_toml_reads() {
    let mut wrong = Vec::new();
    for page in documents() {
        for block in page
            .blocks
            .iter()
            .filter(|block| block.language() == "toml" && !block.text.starts_with("{{#include"))
        {
            if let Err(error) = block.text.parse::<toml::Table>() {
                wrong.push(format!("{}:{}: {error}", page.file, block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Text without what stands in backticks.
fn without_code(line: &str) -> String {
    let pieces = line.split('`').enumerate();
    pieces
        .filter(|(at, _)| at % 2 == 0)
        .map(|(_, piece)| piece)
        .collect::<Vec<_>>()
        .join("`")
}

/// Targets of links and pictures in a line.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let found = line.split("](").skip(1);
    found
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned()))
        .collect()
}

/// The anchors of a page: those that it names, and those that mdBook and GitHub make of headings.
fn anchors(page: &Page) -> BTreeSet<String> {
    let (mut found, mut counts) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
    for (_, line) in &page.prose {
        let named = line.split("<a id=\"").skip(1);
        found.extend(named.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let plain = heading.trim().to_lowercase();
        let kept = plain
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let count = counts.entry(anchor.clone()).or_default();
        found.insert(if *count == 0 {
            anchor
        } else {
            format!("{anchor}-{count}")
        });
        *count += 1;
    }
    found
}

#[test]
fn no_link_inside_is_dead() {
    let all = documents();
    let known: BTreeMap<PathBuf, BTreeSet<String>> = all
        .iter()
        .map(|page| {
            (
                repository(&page.file).canonicalize().unwrap(),
                anchors(page),
            )
        })
        .collect();
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in &all {
        let own = repository(&page.file).canonicalize().unwrap();
        for (line, text) in &page.prose {
            for target in targets(text) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                seen += 1;
                let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
                let path = if file.is_empty() {
                    own.clone()
                } else {
                    own.parent().unwrap().join(file)
                };
                let Ok(path) = path.canonicalize() else {
                    wrong.push(format!("{}:{line}: there is no {file}", page.file));
                    continue;
                };
                if !anchor.is_empty() && !known.get(&path).is_some_and(|all| all.contains(anchor)) {
                    wrong.push(format!(
                        "{}:{line}: {target} has no such heading",
                        page.file
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "only {seen} links were looked at");
}

#[test]
fn the_site_lists_every_page_and_what_pages_take_in_is_there() {
    let summary = page("docs/SUMMARY.md");
    let mut listed: Vec<String> = summary
        .prose
        .iter()
        .flat_map(|(_, line)| targets(line))
        .collect();
    listed.push("SUMMARY.md".to_owned());
    listed.sort_unstable();
    let there: Vec<String> = site()
        .iter()
        .map(|file| file.trim_start_matches("docs/").to_owned())
        .collect();
    assert_eq!(listed, there);
    let mut taken = 0;
    for page in documents() {
        let blocks = page.blocks.iter().flat_map(|block| block.text.lines());
        for line in blocks.chain(page.prose.iter().map(|(_, line)| &**line)) {
            if let Some((_, rest)) = line.split_once("{{#include ") {
                let file = rest.split("}}").next().unwrap();
                assert!(
                    repository("docs").join(file).is_file(),
                    "{}: there is no {file}",
                    page.file
                );
                taken += 1;
            }
        }
    }
    assert!(taken >= 4, "{taken}");
}

#[test]
fn the_lesson_that_teachers_begin_with_reads() {
    let page = page("docs/teach.md");
    let is_it = |block: &&Block| block.info.iter().any(|word| word == "file=lesson.toml");
    let block = page.blocks.iter().find(is_it).unwrap();
    let lesson = howship::view::lesson::read("lesson.toml", &block.text).unwrap();
    assert_eq!(lesson.predictions.len(), 2);
}

/// Numbers of lessons and files of a release are those that there are.
#[test]
fn what_documents_count_is_there() {
    let count = [
        "none", "one", "two", "three", "four", "five", "six", "seven",
    ][howship::view::catalogue::LESSONS.len()];
    for file in ["README.md", "docs/index.md", "docs/teach.md"] {
        let text = fs::read_to_string(repository(file)).unwrap().to_lowercase();
        assert!(text.contains(&format!("{count} lessons")), "{file}");
    }
    let text = |file: &str| fs::read_to_string(repository(file)).unwrap();
    let (workflow, install) = (
        text(".github/workflows/release.yml"),
        text("docs/install.md"),
    );
    let targets = workflow.lines().filter_map(|line| {
        let (_, target) = line
            .trim()
            .strip_prefix("- { os: ")?
            .split_once("target: ")?;
        Some(target.trim_end_matches(" }"))
    });
    let mut seen = 0;
    for target in targets {
        assert!(
            install.contains(&format!("howship-VERSION-{target}.")),
            "{target}"
        );
        seen += 1;
    }
    assert_eq!(seen, install.matches("`howship-VERSION-").count());
    assert!(seen >= 5, "{seen}");
}

#[test]
fn what_is_made_of_the_code_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_fresh(
        commands::FILE,
        &commands::document(root).unwrap(),
        commands::MEND,
    );
    assert_fresh(keys::FILE, &keys::document(root).unwrap(), keys::MEND);
}

#[test]
fn every_command_stands_in_a_group_of_the_help() {
    let mut grouped: Vec<&str> = cli::GROUPS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    grouped.sort_unstable();
    let command = cli::command();
    let mut there: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    there.push("help");
    there.sort_unstable();
    assert_eq!(grouped, there);
}
