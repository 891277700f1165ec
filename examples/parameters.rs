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
#[path = "parameters/weight.rs"]
mod weight;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => {
            eprintln!("error: unknown argument {other}; --check or nothing is allowed");
            return ExitCode::from(2);
        }
    };
    match write(root, check) {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path, check: bool) -> Result<String, String> {
    let fresh = document::document(root)?;
    let path = root.join(document::FILE);
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    if there == fresh {
        return Ok(format!("{} is up to date", document::FILE));
    }
    if check {
        return Err(format!("{} is stale: {}", document::FILE, document::MEND));
    }
    std::fs::write(&path, fresh).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(format!("wrote {}", document::FILE))
}
