//! The merged scenario as a run leaves it: TOML that stands alone, with the sources of its values.

use std::fmt::Write as _;

use super::tree::{LARGEST_LAYER, Node, SET, Tree, Value};
use super::path::write_key;
use crate::observe::series::COLUMNS;
use crate::output::checkpoint::{MOST_RECORD, MOST_SIGNALS, SITE_UM};
use crate::scenario::build::Loaded;
use super::diagnostic::{Diagnostic, Diagnostics};
use crate::tissue::grid::Grid;

impl Tree {
    /// The values of [`Tree::to_toml`], each with the comment that explains it and with the layer and
    /// line that set it. Read again and written again it is the same text.
    pub fn to_toml_with_sources(&self) -> String {
        let mut text = String::new();
        write_table(&mut text, &self.root, "");
        text
    }
}

fn write_table(text: &mut String, node: &Node, path: &str) {
    let Value::Table(table) = &node.value else {
        return;
    };
    let is_table = |node: &Node| matches!(node.value, Value::Table(_));
    if !path.is_empty() && (table.is_empty() || table.values().any(|child| !is_table(child))) {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[{path}]");
    }
    for (key, child) in table.iter().filter(|(_, child)| !is_table(child)) {
        let _ = write!(text, "{} = {}", write_key(key), child.to_toml());
        match source(child) {
            Some(source) => {
                let _ = writeln!(text, " # {source}");
            }
            None => text.push('\n'),
        }
    }
    for (key, child) in table.iter().filter(|(_, child)| is_table(child)) {
        let key = write_key(key);
        if path.is_empty() {
            write_table(text, child, &key);
        } else {
            write_table(text, child, &format!("{path}.{key}"));
        }
    }
}

/// What explains a value, and in brackets where it was set.
fn source(node: &Node) -> Option<String> {
    let place = node.place()?;
    if place.is_assignment() {
        return Some(format!("[{SET}]"));
    }
    let comment = place.source.comment(place.start(), place.value.end);
    // The name of a file, without the folders of the machine that it lies on.
    let name = &place.source.name;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let origin = format!("[{name}, line {}]", place.line());
    Some(match comment {
        Some(comment) if has_origin(&comment) => comment,
        Some(comment) => format!("{comment} {origin}"),
        None => origin,
    })
}

/// True for a comment that says already where its value was set first.
fn has_origin(comment: &str) -> bool {
    let Some((_, last)) = comment.rsplit_once('[') else {
        return false;
    };
    let Some(last) = last.strip_suffix(']') else {
        return false;
    };
    let line = last.rsplit_once(", line ").map(|(_, line)| line);
    last == SET || line.is_some_and(|line| line.parse::<u32>().is_ok())
}

impl Loaded {
    /// Holds a scenario against what the readers of checkpoints and of run folders take: what could
    /// not be taken up again is not begun.
    pub(super) fn check_restorable(&self, found: &mut Diagnostics) {
        let signals = self.scenario.signals.len();
        if signals > MOST_SIGNALS as usize {
            found.push(self.error(
                "signals",
                &format!("found {signals} signals"),
                &format!("give at most {MOST_SIGNALS}, those of the preset included"),
            ));
        }
        if let Some(thickness) = self.scenario.lattice.section_thickness
            && !SITE_UM.contains(&thickness.get())
        {
            found.push(self.error(
                "lattice.section_thickness",
                &format!("found {thickness}"),
                &format!("give {} um to {} um", SITE_UM.start(), SITE_UM.end()),
            ));
        }
        let bytes = self.tree.to_toml_with_sources().len();
        if bytes > LARGEST_LAYER {
            found.push(
                Diagnostic::new(format!(
                    "the scenario with all its layers merged has {bytes} bytes, and could not be \
                     read again"
                ))
                .with_help(format!("stay below {LARGEST_LAYER} bytes (4 MiB) in all")),
            );
        }
    }

    /// Refuses a run whose record would be more than a checkpoint holds.
    pub(super) fn check_record(&self, grid: &Grid) -> Result<(), Diagnostic> {
        let scenario = &self.scenario;
        let (output, run) = (&scenario.output, &scenario.run);
        let times = |every_h: f64| run.duration.get() / every_h.max(run.tick.get()) + 2.0;
        let per_signal = 5 * scenario.signals.len();
        let per_drug = 6 * (scenario.drugs.len() + scenario.therapy.len());
        let per_clone = 8 * scenario.tumour.clones.len();
        // Columns of all other tables are fewer than a hundred.
        let columns = COLUMNS.len() + per_signal + per_drug + per_clone + 100;
        let rows = times(output.series_every.get().min(24.0)) * columns as f64 * 8.0;
        let [x, y, z] = grid.dims;
        let pixels = if grid.is_section() {
            x * y
        } else {
            x * y + y * z + x * z
        };
        let frames = if output.film_every.get() > 0.0 {
            times(output.film_every.get())
        } else {
            30.0
        };
        let maps = (frames + output.map_days.len() as f64) * (pixels as f64 + 200.0);
        let bytes = rows + maps;
        if bytes <= MOST_RECORD as f64 {
            return Ok(());
        }
        Err(self.error(
            "output",
            &format!(
                "its rows and pictures would take {:.1} GB, and a checkpoint holds {:.1} GB of them",
                bytes / 1e9,
                MOST_RECORD as f64 / 1e9
            ),
            "give a longer output.series_every or output.film_every",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::build::{MOUSE, load};
    use super::tree::Layer;

    fn tree(name: &str, text: &str) -> Tree {
        Tree::parse(Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        })
        .unwrap()
    }

    #[test]
    fn values_keep_what_explains_them_and_are_the_same_when_read_again() {
        let mut merged = tree("preset mouse", MOUSE);
        merged.overlay(tree(
            "/home/me/a.toml",
            "# by the weight of mice\nodd.\"a b\" = 'x # y'\nmany = [1, 2] # two\n[empty]\n\
             [[list]]\na = 1\n[[list]]\nlines = \"\"\"one\ntwo\"\"\"\n",
        ));
        merged.set("many=[3]").unwrap();
        let text = merged.to_toml_with_sources();
        for line in [
            "\"a b\" = \"x # y\" # by the weight of mice [a.toml, line 2]",
            "many = [3] # [--set]",
            "[empty]",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("/home/me") && text.contains("[preset mouse, line "));
        let again = tree("scenario.toml", &text);
        assert_eq!(again.to_toml(), merged.to_toml());
        assert_eq!(again.to_toml_with_sources(), text);
    }

    #[test]
    fn what_explains_a_value_is_kept_through_a_run() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let loaded = load(&root.join("scenarios/vicious_cycle_2d.toml"), &[]).unwrap();
        let again = tree("scenario.toml", &loaded.tree.to_toml_with_sources());
        let leaves = |tree: &Tree| -> Vec<(String, String, Option<String>)> {
            let mut all: Vec<_> = tree
                .leaves()
                .into_iter()
                .map(|leaf| (leaf.path, leaf.value, leaf.comment))
                .collect();
            all.sort();
            all
        };
        let (before, after) = (leaves(&loaded.tree), leaves(&again));
        assert_eq!(before.len(), after.len());
        assert!(before.len() > 100);
        for (one, other) in before.iter().zip(&after) {
            assert_eq!((&one.0, &one.1), (&other.0, &other.1));
            let (comment, kept) = (one.2.as_deref().unwrap_or(""), other.2.as_deref().unwrap());
            assert!(kept.starts_with(comment), "{}: {kept}", one.0);
        }
    }
}
