//! What helps to begin: first scenarios, examples, completions, manual pages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use crate::common::{howship, repository};

/// Exit code, standard output and standard error of the program in a folder.
fn said(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let output = howship().args(words).current_dir(folder).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_new_scenario_replaces_nothing_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = said(folder.path(), &["new", "mine"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("howship run mine.toml"), "{out}");
    let path = folder.path().join("mine.toml");
    let first = fs::read_to_string(&path).unwrap();
    // The same again is no change, what somebody wrote there stays.
    assert_eq!(said(folder.path(), &["new", "mine"]).0, Some(0));
    fs::write(&path, "# of mine\n").unwrap();
    let (code, _, error) = said(folder.path(), &["new", "mine"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("mine.toml exists") && error.contains("--force"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "# of mine\n");
    assert_eq!(said(folder.path(), &["new", "mine", "--force"]).0, Some(0));
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    assert_eq!(said(folder.path(), &["new", "../outside"]).0, Some(2));
    let scan = repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let words = [
        "new",
        "scanned",
        "--from",
        scan.to_str().unwrap(),
        "--labels",
        "1",
    ];
    assert_eq!(said(folder.path(), &words).0, Some(0));
    let (code, out, error) = said(folder.path(), &["check", "scanned.toml"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("48 x 48 x 48 sites of 19.5 um"), "{out}");
}

#[test]
fn examples_come_out_of_the_program_with_what_they_read() {
    let folder = tempfile::tempdir().unwrap();
    let (code, list, _) = said(folder.path(), &["examples"]);
    assert_eq!(code, Some(0));
    for name in [
        "vicious_cycle_2d",
        "zoledronate",
        "studies/small/anti_pthrp_dose",
        "trials/early_late",
    ] {
        assert!(
            list.lines().any(|line| line.trim_start().starts_with(name)),
            "{name}: {list}"
        );
    }
    let (code, text, _) = said(folder.path(), &["examples", "reference"]);
    assert_eq!(code, Some(0));
    let file = fs::read_to_string(repository("scenarios/reference.toml")).unwrap();
    assert_eq!(text.trim_end(), file.trim_end());
    let words = ["examples", "zoledronate", "--out", "here/mine.toml"];
    assert_eq!(said(folder.path(), &words).0, Some(0));
    let (code, out, error) = said(folder.path(), &["check", "here/mine.toml"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("zoledronate: 4 doses"), "{out}");
    // Everything, as in the repository; a file that is another stays.
    assert_eq!(
        said(folder.path(), &["examples", "--out", "all"]).0,
        Some(0)
    );
    let bone = "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz";
    assert_eq!(
        fs::read(folder.path().join("all").join(bone)).unwrap(),
        fs::read(repository(bone)).unwrap()
    );
    let changed = folder.path().join("all/scenarios/pc3.toml");
    fs::write(&changed, "# of mine\n").unwrap();
    let (code, _, error) = said(folder.path(), &["examples", "--out", "all"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("pc3.toml exists"), "{error}");
    assert_eq!(fs::read_to_string(changed).unwrap(), "# of mine\n");
    let (code, _, error) = said(folder.path(), &["examples", "nothing_of_this_name"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("no example"), "{error}");
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, _) = said(folder.path(), &["completions", shell]);
        assert_eq!(code, Some(0));
        assert!(script.contains("compare-scan"), "{shell}");
    }
    assert_eq!(said(folder.path(), &["man", "--out", "man1"]).0, Some(0));
    for page in ["howship.1", "howship-run.1", "howship-study-run.1"] {
        let text = fs::read_to_string(folder.path().join("man1").join(page)).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    let (code, help, _) = said(folder.path(), &["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("\nBegin:\n  new "), "{help}");
}

#[test]
fn a_new_scenario_says_how_its_scan_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("data")).unwrap();
    let header = "ObjectType = Image\nNDims = 3\nDimSize = 40 40 40\nElementSpacing = 0.02 0.02 0.02\n\
                  ElementType = MET_UCHAR\nElementDataFile = ../data/bone.raw\n";
    fs::create_dir(at.join("heads")).unwrap();
    fs::write(at.join("heads/bone.mhd"), header).unwrap();
    let voxels: Vec<u8> = (0..40 * 40 * 40).map(|at| u8::from(at % 40 < 12)).collect();
    fs::write(at.join("data/bone.raw"), voxels).unwrap();
    let words = ["new", "far", "--from", "heads/bone.mhd"];
    let (code, _, error) = said(at, &words);
    assert_eq!(code, Some(2));
    assert!(error.contains("--data-anywhere"), "{error}");
    let words = [&words[..], &["--data-anywhere", "--spacing", "19 um"]].concat();
    let (code, _, error) = said(at, &words);
    assert_eq!(code, Some(0), "{error}");
    let text = fs::read_to_string(at.join("far.toml")).unwrap();
    assert!(text.contains("\ndata_anywhere = true "), "{text}");
    let (code, out, error) = said(at, &["check", "far.toml"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("sites of 19 um"), "{out}");
    // Of synthetic bone nothing is read.
    for more in [&["--spacing", "20 um"][..], &["--data-anywhere"]] {
        let (code, _, error) = said(at, &[&["new", "none"], more].concat());
        assert_eq!(code, Some(2), "{more:?}");
        assert!(error.contains("--from"), "{more:?}: {error}");
    }
    assert!(!at.join("none.toml").exists());
}

#[test]
fn an_example_is_not_put_over_what_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let words = ["examples", "zoledronate", "--out", "vicious_cycle_2d.toml"];
    let (code, _, error) = said(at, &words);
    assert_eq!(code, Some(2));
    for word in [
        "vicious_cycle_2d.toml for scenarios/therapy/zoledronate.toml",
        "scenarios/vicious_cycle_2d.toml, which is read beside it",
    ] {
        assert!(error.contains(word), "{word} is not in {error}");
    }
    assert_eq!(fs::read_dir(at).unwrap().count(), 0);
    // Nor all of them, or manual pages, into a file.
    fs::write(at.join("mine"), "words").unwrap();
    for words in [["examples", "--out", "mine"], ["man", "--out", "mine"]] {
        let (code, _, error) = said(at, &words);
        assert_eq!(code, Some(2), "{words:?}");
        assert!(error.contains("mine is no folder"), "{error}");
    }
}
