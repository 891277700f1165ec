//! Lists the targets of `howship validate`: every file of `src/validate/targets` is a module with a `TARGET`,
//! in the order of the names of the files. `src/validate/targets/mod.rs` takes the list in. And the files of
//! `scenarios`, `studies` and `trials`, which `src/scenario/examples` takes into the program.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    list_examples()?;
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/validate/targets");
    tell(&format!("cargo::rerun-if-changed={}", folder.display()));
    tell("cargo::rerun-if-changed=build.rs");
    let entries = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    files.sort_unstable();
    let (mut modules, mut targets) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str());
        match name.zip(file.extension()) {
            Some((name, ending)) if ending == "rs" && name != "mod" => {
                let path = file.display().to_string();
                modules.push(format!("#[path = {path:?}]\nmod {name};\n"));
                targets.push(format!("    {name}::TARGET,\n"));
            }
            _ => {}
        }
    }
    let (modules, targets) = (modules.concat(), targets.concat());
    let list = format!(
        "{modules}\n/// All targets, in the order of the names of their files.\n\
         pub const TARGETS: &[Target] = &[\n{targets}];\n"
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("targets.rs"), list)?;
    Ok(())
}

/// Name from the root on, and bytes, of each example and of what examples read.
fn list_examples() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut folders: Vec<PathBuf> = ["scenarios", "studies", "trials"]
        .map(|name| root.join(name))
        .into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        tell(&format!("cargo::rerun-if-changed={}", folder.display()));
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // The course that the reduced tissue of trials was compared with: a check of developers.
            let is_check = path.ends_with("trials/lattice");
            match path.is_dir() {
                true if !is_check => folders.push(path),
                false => files.push(path),
                true => {}
            }
        }
    }
    files.sort_unstable();
    let mut list = String::from("&[\n");
    for file in files {
        let name: Vec<_> = file
            .strip_prefix(&root)?
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        let (name, path) = (name.join("/"), file.display().to_string());
        writeln!(list, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("examples.rs"),
        list + "]\n",
    )?;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "what Cargo reads")]
fn tell(line: &str) {
    println!("{line}");
}
