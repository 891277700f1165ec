//! A scenario in words: its rules in sentences, its parameters as a table of path, value and source.

use std::fmt::Write as _;

use crate::layers::tree::{Leaf, SET, Tree};
use crate::scenario::build::Loaded;
use crate::scenario::sentences::sentences;
use crate::scenario::silent::silent_couplings;

/// Name, layers, rules in sentences and every value with its source, as text or as Markdown, without the
/// end of its last line.
pub fn describe(loaded: &Loaded, markdown: bool) -> String {
    let leaves = loaded.tree.leaves();
    let bullet = if markdown { "- " } else { "" };
    let mut rules = sentences(&leaves);
    let silent = silent_couplings(loaded).into_iter();
    rules.extend(silent.map(|said| format!("Silent: {said}.")));
    let rules = rules.join(&format!("\n{bullet}"));
    let table = if markdown {
        markdown_table(&leaves)
    } else {
        text_table(&leaves)
    };
    format!(
        "{}: {}\nLayers, the lowest first: {}.\n\n{bullet}{rules}\n\n{}",
        loaded.scenario.name,
        loaded.scenario.description,
        loaded.tree.layer_names(),
        table.trim_end()
    )
}

/// Where a value comes from: the comment that gives its source, else the layer and line.
pub fn source(leaf: &Leaf) -> String {
    match &leaf.comment {
        Some(comment) => comment.clone(),
        None if leaf.layer == SET => SET.to_owned(),
        None => format!("{}:{}", leaf.layer, leaf.line),
    }
}

/// The comment on the value at a path; `None` where there is no value or no comment.
pub fn comment(tree: &Tree, path: &str) -> Option<String> {
    tree.leaves()
        .into_iter()
        .find(|leaf| leaf.path == path)
        .and_then(|leaf| leaf.comment)
}

/// Leaves as text in aligned columns, one line each, under a line of headings.
pub fn text_table(leaves: &[Leaf]) -> String {
    let rows: Vec<[String; 3]> = std::iter::once(HEADINGS.map(str::to_owned))
        .chain(
            leaves
                .iter()
                .map(|leaf| cells(leaf).map(|cell| one_line(&cell))),
        )
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
            .min(WIDEST_COLUMN)
    };
    let (path_width, value_width) = (width(0), width(1));
    rows.iter()
        .fold(String::new(), |mut text, [path, value, source]| {
            let line = format!("{path:path_width$}  {value:value_width$}  {source}");
            text.push_str(line.trim_end());
            text.push('\n');
            text
        })
}

/// Leaves as a table in Markdown.
pub fn markdown_table(leaves: &[Leaf]) -> String {
    let mut text = format!("| {} |\n|---|---|---|\n", HEADINGS.join(" | "));
    for leaf in leaves {
        let [path, value, source] =
            cells(leaf).map(|cell| one_line(&cell).replace('\\', "\\\\").replace('|', "\\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{path}` | {value} | {source} |");
    }
    text
}

const HEADINGS: [&str; 3] = ["path", "value", "source"];

/// A longer cell runs over, so that one long array does not push all sources out of sight.
const WIDEST_COLUMN: usize = 60;

fn cells(leaf: &Leaf) -> [String; 3] {
    [
        leaf.path.clone(),
        without_quotes(&leaf.value).to_owned(),
        source(leaf),
    ]
}

/// A plain text without its quotes; anything else as it is.
fn without_quotes(value: &str) -> &str {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner
        .filter(|inner| !inner.contains(['"', '\\']))
        .unwrap_or(value)
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
