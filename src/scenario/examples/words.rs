//! The list of examples in words.

use std::fmt::Write as _;

use super::{Kind, Takes, listed};
use crate::layers::diagnostic::Diagnostic;

/// All examples with what they are and how long they take, and how one gets at them.
///
/// # Errors
/// A shipped text that does not read or has no description.
pub(crate) fn listing() -> Result<String, Diagnostic> {
    let listed = listed()?;
    let mut text = String::new();
    for (kind, head) in [
        (Kind::Scenario, "Scenarios (howship run)"),
        (Kind::Study, "Studies (howship study run)"),
        (Kind::Trial, "Trials (howship trial run)"),
    ] {
        let of_kind = || listed.iter().filter(move |one| one.kind == kind);
        let width = of_kind().map(|one| one.name().len()).max().unwrap_or(0);
        let _ = writeln!(text, "{head}");
        for one in of_kind() {
            let takes = one.takes.map_or("not timed", Takes::words);
            let (name, description) = (one.name(), &one.description);
            let _ = writeln!(text, "  {name:width$}  {takes:9} {description}");
        }
        text.push('\n');
    }
    text += "Times are orders of magnitude on one core of a server; `howship check FILE` measures here.\n\
             Print one: howship examples NAME; copy it with what it reads: howship examples NAME --out NAME.toml;\n\
             copy all: howship examples --out FOLDER";
    Ok(text)
}
