//! Prints the digest of a short run: the same with all features, on any number of threads, and with none
//! (`.ci/run` compares).

use howship::prelude::*;

const LESION: &str = r#"
name = "lesion"
preset = "mouse"
seed = 11
[run]
duration = "3 d"
burn_in = "2 d"
[lattice]
size = [24, 24, 24]
site = "10 um"
[specimen.slab]
thickness = "80 um"
[inoculation]
cells = 120
[immune]
"#;

#[expect(clippy::print_stdout, reason = "its purpose")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut simulation = parse("lesion.toml", LESION, &[])?.build()?;
    simulation.run(|_| {})?;
    println!("{}", simulation.state.digest());
    Ok(())
}
