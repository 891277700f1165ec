//! Writes docs/keys.md: every key of a scenario file, with its form and what it is.
//!
//! ```sh
//! cargo run --example keys            # rewrites docs/keys.md
//! cargo run --example keys -- --check # exits with 1 when it is stale
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "keys/document.rs"]
mod document;
#[path = "generated/mod.rs"]
mod generated;

use std::process::ExitCode;

fn main() -> ExitCode {
    generated::run(document::FILE, document::MEND, document::document)
}
