//! The text of docs/commands.md.

use std::fmt::Write as _;
use std::path::Path;

use howship::cli;

/// Where the text lies, from the root of the package.
pub(crate) const FILE: &str = "docs/commands.md";
/// What mends a stale text.
pub(crate) const MEND: &str = "run `cargo run --example commands` and commit docs/commands.md";

const HEAD: &str = "\
# Every command

Made by `cargo run --example commands` from the arguments that the program reads; `howship COMMAND --help` says the same. An
option in capitals takes a value: `--out PATH`. Exit codes: 0 done, 1 the run failed, 2 the request was wrong, 129, 130 or 143
stopped by a signal.
";

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// A command, and those below it.
fn section(text: &mut String, command: &clap::Command, depth: usize) {
    let name = command
        .get_bin_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{} {name}\n", "#".repeat(depth.min(4)));
    let about = command.get_long_about().or_else(|| command.get_about());
    let _ = writeln!(
        text,
        "{}",
        one_line(&about.map(ToString::to_string).unwrap_or_default())
    );
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(
        text,
        "\n```text\n{}\n```",
        usage.trim_start_matches("Usage: ")
    );
    let shown = |arg: &&clap::Arg| {
        !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")
    };
    let mut rows = String::new();
    for arg in command.get_arguments().filter(shown) {
        let help = arg.get_long_help().or_else(|| arg.get_help());
        let mut says = one_line(&help.map(ToString::to_string).unwrap_or_default());
        if !says.ends_with('.') {
            says.push('.');
        }
        let values: Vec<String> = (arg.get_possible_values().iter())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        if arg.get_action().takes_values() && !values.is_empty() {
            let _ = write!(says, " One of {}.", values.join(", "));
        }
        let defaults: Vec<String> = (arg.get_default_values().iter())
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        if arg.get_action().takes_values() && !defaults.is_empty() {
            let _ = write!(says, " Without it {}.", defaults.join(", "));
        }
        let _ = writeln!(
            rows,
            "| `{}` | {says} |",
            arg.to_string().replace('|', "\\|")
        );
    }
    if !rows.is_empty() {
        let _ = write!(text, "\n| argument | says |\n|---|---|\n{rows}");
    }
    for below in command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
    {
        section(text, below, depth + 1);
    }
}

/// The text.
#[allow(clippy::unnecessary_wraps, reason = "as the other documents")]
pub(crate) fn document(_: &Path) -> Result<String, String> {
    let mut text = HEAD.to_owned();
    let mut command = cli::command().term_width(0);
    command.build();
    for (heading, names) in cli::GROUPS {
        let _ = writeln!(text, "\n## {heading}");
        for below in names.iter().filter(|name| **name != "help") {
            if let Some(below) = command.find_subcommand(below) {
                section(&mut text, below, 3);
            }
        }
    }
    Ok(text)
}
