//! Scenarios, studies and trials that come with howship, in the program itself: listed with what each is and
//! about how long it takes, and copied out with the files that they read.

mod copy;
mod files;
mod time;
mod words;

use crate::layers::diagnostic::Diagnostic;
use crate::layers::tree::{Layer, Tree};

use files::{FILES, is_text};

pub(crate) use copy::{all, copy, text};
pub(crate) use time::Takes;
pub(crate) use words::listing;

/// What an example is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `howship run`.
    Scenario,
    /// `howship study run`.
    Study,
    /// `howship trial run`.
    Trial,
}

/// An example in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// Its file, from the root of the repository on.
    pub file: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// A sentence.
    pub description: String,
    /// About how long it takes; none where nobody timed it.
    pub takes: Option<Takes>,
}

impl Example {
    /// By which it is asked for: the name of a scenario, and of others their file without its ending.
    pub(crate) fn name(&self) -> &'static str {
        let stem = self.file.trim_end_matches(".toml");
        match self.kind {
            Kind::Scenario => stem.rsplit('/').next().unwrap_or(stem),
            Kind::Study | Kind::Trial => stem,
        }
    }
}

/// All examples, by kind and then by file.
///
/// # Errors
/// A shipped text that does not read or has no description.
pub(crate) fn listed() -> Result<Vec<Example>, Diagnostic> {
    let mut found = Vec::new();
    for &(file, bytes) in FILES {
        let kind = match file.split('/').next() {
            _ if !is_text(file) => continue,
            Some("scenarios") => Kind::Scenario,
            Some("studies") => Kind::Study,
            _ => Kind::Trial,
        };
        let wrong = |what: &str| Diagnostic::new(what).in_file(file);
        let text =
            std::str::from_utf8(bytes).map_err(|_| wrong("found bytes that are no UTF-8"))?;
        let tree = Tree::parse(Layer {
            name: file.to_owned(),
            text: text.to_owned(),
        })?;
        let Some(toml::Value::String(description)) = tree.get("description") else {
            return Err(wrong("an example without a description"));
        };
        found.push(Example {
            file,
            kind,
            description,
            takes: time::of(file),
        });
    }
    Ok(found)
}

/// The example of a name: that of a scenario (`pc3`), or as much of the end of a file as is its alone
/// (`small/anti_pthrp_dose`).
///
/// # Errors
/// A name that none has, or several.
pub(crate) fn find(name: &str) -> Result<Example, Diagnostic> {
    let mut examples = listed()?;
    let asked = name.trim_end_matches(".toml");
    // The whole name of one may be the end of others: a trial is called as a scenario is.
    if let Some(at) = examples.iter().position(|example| example.name() == asked) {
        return Ok(examples.swap_remove(at));
    }
    let is_it = |example: &Example| {
        let stem = example.file.trim_end_matches(".toml");
        stem == asked || stem.ends_with(&format!("/{asked}"))
    };
    let meant: Vec<usize> = (0..examples.len())
        .filter(|&at| is_it(&examples[at]))
        .collect();
    match meant[..] {
        [at] => Ok(examples.swap_remove(at)),
        [] => Err(Diagnostic::new(format!("there is no example {name:?}"))
            .with_help("`howship examples` lists those that there are")),
        _ => {
            let files: Vec<&str> = meant.iter().map(|&at| examples[at].file).collect();
            Err(
                Diagnostic::new(format!("{name:?} may be one of several examples"))
                    .with_help(format!("give one of {}", files.join(", "))),
            )
        }
    }
}

#[cfg(test)]
mod tests;
