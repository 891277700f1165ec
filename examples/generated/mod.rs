//! A document that a program of this folder puts together: rewritten, or with `--check` compared.

use std::path::Path;
use std::process::ExitCode;

/// Runs the program for a file of the repository, from its text of now and what mends it when it is stale.
pub(crate) fn run(
    file: &str,
    mend: &str,
    document: fn(&Path) -> Result<String, String>,
) -> ExitCode {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => {
            eprintln!("error: unknown argument {other}; --check or nothing is allowed");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = document(root).and_then(|fresh| write(&root.join(file), fresh, check));
    match written {
        Ok(done) => {
            println!("{file}: {done}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {file} {problem}: {mend}");
            ExitCode::FAILURE
        }
    }
}

fn write(path: &Path, fresh: String, check: bool) -> Result<&'static str, String> {
    let there = std::fs::read_to_string(path).unwrap_or_default();
    if there == fresh {
        return Ok("is up to date");
    }
    if check {
        return Err("is stale".to_owned());
    }
    std::fs::write(path, fresh).map_err(|error| format!("cannot be written ({error})"))?;
    Ok("written")
}
