//! Lists the targets of `howship validate`: every file of `src/validate/targets` is a module with a `TARGET`,
//! in the order of the names of the files. `src/validate/targets/mod.rs` takes the list in.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
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

#[allow(clippy::print_stdout, reason = "what Cargo reads")]
fn tell(line: &str) {
    println!("{line}");
}
