//! Writes docs/columns.md: every column of the tables of a run, with its unit and what it holds.
//!
//! ```sh
//! cargo run --example columns            # rewrites docs/columns.md
//! cargo run --example columns -- --check # exits with 1 when it is stale
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "columns/document.rs"]
mod document;
#[path = "generated/mod.rs"]
mod generated;

use std::process::ExitCode;

fn main() -> ExitCode {
    generated::run(document::FILE, document::MEND, document::document)
}
