//! The arguments of the program as a whole: commands in groups, and values that begin with a hyphen.

use std::any::TypeId;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::Arguments;

/// Headings of `howship --help`, each with its commands.
pub const GROUPS: [(&str, &[&str]); 6] = [
    ("Begin", &["new", "examples", "view", "check", "describe"]),
    ("Run", &["run", "resume", "fork", "compare", "verify"]),
    (
        "Look at a run",
        &[
            "plot",
            "render",
            "export",
            "strength",
            "compare-scan",
            "crate",
        ],
    ),
    ("Bone and scans", &["specimen", "rigidity", "mirels"]),
    ("Many runs", &["study", "dissect", "trial", "validate"]),
    (
        "For editors and shells",
        &["schema", "completions", "man", "help"],
    ),
];

/// The arguments of the program, where `--threshold -500` is a value and no flag; for manuals and
/// completions too.
pub fn command() -> clap::Command {
    grouped(take_negatives(Arguments::command()))
}

/// Lets options take values that begin with a hyphen: numbers anything, so that what is wrong with
/// it is said by name; names of files and words negative numbers alone, so that a value that was
/// forgotten does not swallow the next option.
fn take_negatives(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|option| {
        if option.is_positional() || !option.get_action().takes_values() {
            return option;
        }
        let kind = option.get_value_parser().type_id();
        let is_text = kind == TypeId::of::<PathBuf>() || kind == TypeId::of::<String>();
        if is_text {
            option.allow_negative_numbers(true)
        } else {
            option.allow_hyphen_values(true)
        }
    });
    command.mut_subcommands(take_negatives)
}

/// A command whose help lists the commands below it in groups.
fn grouped(command: clap::Command) -> clap::Command {
    let mut list = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(list, "\n{heading}:");
        for name in names {
            let said = match command.find_subcommand(name) {
                Some(below) => below.get_about().map(ToString::to_string),
                None if *name == "help" => Some("Say more of a command".to_owned()),
                // A command of a feature that was left out.
                None => continue,
            };
            let _ = writeln!(list, "  {name:13} {}", said.unwrap_or_default());
        }
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{list}\nOptions:\n{{options}}{{after-help}}\n"
    ))
}
