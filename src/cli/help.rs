//! The list of commands in groups, for `howship --help`.

use std::fmt::Write as _;

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

/// A command whose help lists the commands below it in groups.
pub(super) fn grouped(command: clap::Command) -> clap::Command {
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
