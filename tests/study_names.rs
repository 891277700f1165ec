//! Two studies of one name in one store: the same one, widened, replaces its tables; another one is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const BASE: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "12 h"
burn_in = "0 d"
[lattice]
size = [16, 16, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 5
"#;

const STUDY: &str = r#"name = "doses"
description = "Cells that are put in"
base = "base.toml"
replicates = 1
[vary]
"inoculation.cells" = [5, 10]
[responses]
bone = { column = "bv_tv" }
"#;

/// Runs a subcommand of `study` on a study file with the shared store; gives the exit code and the errors.
fn study(folder: &Path, subcommand: &str, file: &str, text: &str) -> (Option<i32>, String) {
    fs::write(folder.join(file), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_howship"))
        .current_dir(folder)
        .args(["study", subcommand, file, "--store", "store"])
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Rows of the table under the head.
fn rows(folder: &Path) -> usize {
    let table = fs::read_to_string(folder.join("store/studies/doses/runs.csv")).unwrap();
    table.lines().count() - 1
}

#[test]
fn a_widened_study_replaces_its_tables_and_another_of_its_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("base.toml"), BASE).unwrap();
    assert_eq!(study(folder, "run", "study.toml", STUDY).0, Some(0));
    assert_eq!(rows(folder), 2);

    // More levels, replicates and arms, another question, and words: the same study.
    let wider = STUDY
        .replace("[5, 10]", "[5, 10, 15]")
        .replace("replicates = 1", "replicates = 2")
        .replace("Cells that are", "Tumour cells that are")
        + "cells = { column = \"tumour_cells\" }\n[arms.control]\n";
    assert_eq!(study(folder, "run", "study.toml", &wider).0, Some(0));
    assert_eq!(rows(folder), 6);
    let table = fs::read_to_string(folder.join("store/studies/doses/runs.csv")).unwrap();

    // Each differs from it in one thing, and says in which.
    fs::write(folder.join("other.toml"), BASE.replace("60 um", "70 um")).unwrap();
    let others = [
        (STUDY.replace("base.toml", "other.toml"), "base scenarios"),
        (
            STUDY
                .replace("inoculation.cells", "tumour.division.rate")
                .replace("[5, 10]", "[\"0.2 /d\"]"),
            "that one varies inoculation.cells, this one tumour.division.rate",
        ),
        (
            STUDY.to_owned() + "[arms.denosumab]\n",
            "that one has the arms control, this one denosumab",
        ),
        (
            STUDY.to_owned() + "[design]\nlatin_hypercube = { points = 2 }\n",
            "grid",
        ),
        (
            STUDY.replace("replicates", "seed = 7\nreplicates"),
            "the seed of that one is",
        ),
    ];
    for (text, difference) in &others {
        let text = text.replace("Cells that are", "Another thing that is");
        let before = fs::read_dir(folder.join("store/results")).unwrap().count();
        for subcommand in ["run", "collect", "analyse"] {
            let (code, said) = study(folder, subcommand, "other_study.toml", &text);
            assert_eq!(code, Some(2), "{text}{said}");
            for words in [
                *difference,
                "\"Tumour cells that are put in\"",
                "\"Another thing that is put in\"",
                "--store",
                "`name`",
            ] {
                assert!(said.contains(words), "{words}: {said}");
            }
        }
        // It is refused before it has computed anything.
        let after = fs::read_dir(folder.join("store/results")).unwrap().count();
        assert_eq!(before, after);
    }
    let kept = fs::read_to_string(folder.join("store/studies/doses/runs.csv")).unwrap();
    assert_eq!(kept, table);

    // Under another name it has the store, and results, in common.
    let renamed = others[2].0.replace("\"doses\"", "\"arms\"");
    assert_eq!(study(folder, "run", "arms.toml", &renamed).0, Some(0));
    assert!(folder.join("store/studies/arms/runs.csv").exists());
}

#[test]
fn a_damaged_identity_is_named_and_nothing_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("base.toml"), BASE).unwrap();
    assert_eq!(study(folder, "run", "study.toml", STUDY).0, Some(0));
    let identity = folder.join("store/studies/doses/study.json");
    let text = fs::read_to_string(&identity).unwrap();
    fs::write(&identity, text.replace("grid", "list")).unwrap();
    let (code, said) = study(folder, "run", "study.toml", STUDY);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("study.json") && said.contains("remove the file"),
        "{said}"
    );
    fs::remove_file(&identity).unwrap();
    assert_eq!(study(folder, "run", "study.toml", STUDY).0, Some(0));
}
