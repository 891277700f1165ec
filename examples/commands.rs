//! Writes docs/commands.md: every command with its arguments and options.
//!
//! ```sh
//! cargo run --example commands            # rewrites docs/commands.md
//! cargo run --example commands -- --check # exits with 1 when it is stale
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "commands/document.rs"]
mod document;
#[path = "generated/mod.rs"]
mod generated;

use std::process::ExitCode;

fn main() -> ExitCode {
    generated::run(document::FILE, document::MEND, document::document)
}
