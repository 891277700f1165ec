//! Measured values over the curves of a run, as a user asks for them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::Path;
use std::process::Output;

const SMALL: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "0 d"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 20
"#;

fn howship(folder: &Path, words: &str) -> Output {
    common::howship()
        .current_dir(folder)
        .args(words.split(' '))
        .output()
        .unwrap()
}

#[test]
fn measured_values_stand_over_the_columns_of_a_run_and_wrong_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("small.toml"), SMALL).unwrap();
    let run = howship(at, "run small.toml --out one --quiet");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let data = "time_d,column,value,error,relative_to_d\n1,bv_tv,0.9,0.05,0\n2,n_oc,3,1,\n\
                2,es_bs,0.2,0.1,\n";
    fs::write(at.join("mine.csv"), data).unwrap();
    let before = fs::read(at.join("one/run.json")).unwrap();
    // Without --out beside the run, whose own pictures are listed and stay as they are.
    let plot = howship(at, "plot one --data mine.csv");
    assert!(
        plot.status.success(),
        "{}",
        String::from_utf8_lossy(&plot.stderr)
    );
    let picture = fs::read_to_string(at.join("one-measured/measured.svg")).unwrap();
    // Words alone: a caption goes on from line to line.
    let picture = picture.lines().filter(|line| !line.starts_with('<'));
    let picture = picture.collect::<Vec<_>>().join(" ");
    for words in [
        "measured and simulated",
        "BV/TV (% of day 0)",
        "osteoclasts",
        "eroded surface, ES/BS (%)",
        "bars two standard errors",
        "Simulated: 1 of 1 points",
    ] {
        assert!(picture.contains(words), "{words} is not drawn");
    }
    assert!(at.join("one-measured/measured.png").exists());
    assert!(at.join("one-measured/bone_loss.svg").exists());
    assert!(!at.join("one/plots/measured.svg").exists());
    assert_eq!(fs::read(at.join("one/run.json")).unwrap(), before);
    let again = howship(at, "plot one --data mine.csv");
    assert_eq!(again.status.code(), Some(2));
    // As a calibration says it: file, line, what was found and what is allowed.
    for (line, words) in [
        ("1,bone,0.2,0.1,", "found \"bone\""),
        ("1,bv_tv,20,2,", "is it in percent?"),
        ("9,bv_tv,0.2,0.1,", "found day 9, expected 0 to 2"),
    ] {
        let text = format!("time_d,column,value,error,relative_to_d\n{line}\n");
        fs::write(at.join("wrong.csv"), text).unwrap();
        let refused = howship(at, "plot one --data wrong.csv --out two");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success());
        assert!(said.contains(words) && said.contains("wrong.csv"), "{said}");
        assert!(!at.join("two").exists());
    }
}
