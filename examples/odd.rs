//! Writes docs/ODD.md, the description of the model after the ODD protocol, from the fragments in
//! docs/odd, the texts of the modules, the presets and the schema:
//!
//! ```sh
//! cargo run --example odd            # rewrites docs/ODD.md
//! cargo run --example odd -- --check # exits with 1 when it is stale
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "odd/document.rs"]
mod document;
#[path = "generated/mod.rs"]
mod generated;

use std::process::ExitCode;

fn main() -> ExitCode {
    generated::run(document::FILE, document::MEND, document::document)
}
