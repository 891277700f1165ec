//! Writes docs/parameters.md: every value that comes with howship, with its unit, range, kind and reference, from the
//! comments behind the values.
//!
//! ```sh
//! cargo run --example parameters            # rewrites docs/parameters.md
//! cargo run --example parameters -- --check # exits with 1 when it is stale, or a value says nothing of its kind
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "parameters/document.rs"]
mod document;
#[path = "parameters/evidence.rs"]
mod evidence;
#[path = "generated/mod.rs"]
mod generated;
#[path = "parameters/weight.rs"]
mod weight;

use std::process::ExitCode;

fn main() -> ExitCode {
    generated::run(document::FILE, document::MEND, document::document)
}
