//! Files as people have them, through the program: read right, or refused, or said to be doubtful.
//!
//! `tests/data/field/cases.json` says what is right of each.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::repository;
use serde_json::Value;

fn field(name: &str) -> PathBuf {
    repository("tests/data/field").join(name)
}

fn howship(words: &[&str]) -> Output {
    common::howship().args(words).output().unwrap()
}

fn specimen(path: &Path, words: &[&str]) -> Output {
    let mut all = vec!["specimen", path.to_str().unwrap(), "--json"];
    all.extend(words);
    howship(&all)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list(object: &Value, key: &str) -> Vec<String> {
    let words = object[key].as_array().unwrap().iter();
    words
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_file_is_read_right_or_refused_or_warned_of() {
    let text = fs::read_to_string(field("cases.json")).unwrap();
    let cases: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() >= 12);
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let words: Vec<&str> = case["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_str().unwrap())
            .collect();
        let output = specimen(&field(case["path"].as_str().unwrap()), &words);
        let right = &case["right"];
        let errors = said(&output);
        if right["refuse"].as_bool() == Some(true) {
            let refused = output.status.code() == Some(2) && errors.starts_with("error: ");
            let warned = output.status.success()
                && errors.contains("warning")
                && !list(&json(&output), "warnings").is_empty();
            if !refused && !warned {
                wrong.push(format!("{name}: neither refused nor warned of: {errors}"));
            }
            continue;
        }
        if !output.status.success() {
            wrong.push(format!("{name}: {errors}"));
            continue;
        }
        let read = json(&output);
        let bv = read["bv_tv"].as_f64().unwrap();
        let um = read["spacing_um"].as_f64().unwrap();
        if (bv - right["bv"].as_f64().unwrap()).abs() > 1e-6
            || read["dims"] != right["dims"]
            || (um - right["um"].as_f64().unwrap()).abs() > 1e-6
        {
            wrong.push(format!("{name}: {read}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A `NIfTI` of floats: dimensions, voxel size in mm, and values.
fn nifti(path: &Path, dims: [usize; 3], mm: [f32; 3], unit: u8, values: &[f32]) {
    let mut bytes = vec![0_u8; 352];
    bytes[..4].copy_from_slice(&348_i32.to_le_bytes());
    bytes[40..42].copy_from_slice(&3_i16.to_le_bytes());
    for (axis, &count) in dims.iter().enumerate() {
        bytes[42 + 2 * axis..44 + 2 * axis].copy_from_slice(&(count as i16).to_le_bytes());
    }
    for axis in 3..7 {
        bytes[42 + 2 * axis..44 + 2 * axis].copy_from_slice(&1_i16.to_le_bytes());
    }
    bytes[70..72].copy_from_slice(&16_i16.to_le_bytes());
    bytes[72..74].copy_from_slice(&32_i16.to_le_bytes());
    bytes[76..80].copy_from_slice(&1.0_f32.to_le_bytes());
    for (axis, size) in mm.iter().enumerate() {
        bytes[80 + 4 * axis..84 + 4 * axis].copy_from_slice(&size.to_le_bytes());
    }
    bytes[108..112].copy_from_slice(&352.0_f32.to_le_bytes());
    bytes[112..116].copy_from_slice(&1.0_f32.to_le_bytes());
    bytes[123] = unit;
    bytes[344..348].copy_from_slice(b"n+1\0");
    for value in values {
        bytes.extend(value.to_le_bytes());
    }
    fs::write(path, bytes).unwrap();
}

const MM: u8 = 2;

/// Marrow of grey 40 to 59 and plates of bone, four voxels thick, of grey 150 to 169.
fn grey(dims: [usize; 3]) -> Vec<f32> {
    (0..dims.iter().product())
        .map(|i: usize| {
            let bone = i / dims[0] % dims[1] % 12 < 4;
            (i * 7919 % 20) as f32 + if bone { 150.0 } else { 40.0 }
        })
        .collect()
}

#[test]
fn hot_voxels_and_padding_are_warned_of_on_stderr_and_in_json_and_settled_by_a_threshold() {
    let folder = tempfile::tempdir().unwrap();
    let dims = [24, 24, 24];
    let clean = folder.path().join("clean.nii");
    nifti(&clean, dims, [0.02; 3], MM, &grey(dims));
    let output = specimen(&clean, &[]);
    assert_eq!(said(&output), "");
    let read = json(&output);
    assert_eq!(list(&read, "warnings"), [""; 0]);
    assert!(
        list(&read, "assumed")
            .iter()
            .any(|s| s.contains("no threshold was given"))
    );
    assert_eq!(read["threshold_automatic"], true);
    let mut hot = grey(dims);
    hot[5000] = 30_000.0;
    let mut padded = grey(dims);
    for (at, value) in padded.iter_mut().enumerate() {
        if at % 24 < 5 {
            *value = -2000.0;
        }
    }
    for (name, values, words) in [
        ("hot", hot, "far from the rest"),
        ("padded", padded, "padding"),
    ] {
        let path = folder.path().join(format!("{name}.nii"));
        nifti(&path, dims, [0.02; 3], MM, &values);
        let output = specimen(&path, &[]);
        let errors = said(&output);
        for part in ["warning: ", words, "--threshold", "specimen.image"] {
            assert!(errors.contains(part), "{name}: {part}: {errors}");
        }
        assert!(
            list(&json(&output), "warnings")
                .iter()
                .any(|s| s.contains(words)),
            "{name}"
        );
        let given = specimen(&path, &["--threshold", "100"]);
        assert_eq!(said(&given), "", "{name}");
        assert_eq!(json(&given)["threshold_automatic"], false);
    }
}

#[test]
fn a_map_of_labels_asks_which_are_bone() {
    let path = field("labels_mostly_one.nii");
    let refused = specimen(&path, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("--labels"), "{}", said(&refused));
    // Both labels of bone are 94.8 % of it, one of them 75.6 %.
    let both = json(&specimen(&path, &["--labels", "1, 2"]));
    assert!((both["bv_tv"].as_f64().unwrap() - 0.947_510_822_510_822_5).abs() < 1e-9);
    let one = json(&specimen(&path, &["--labels", "1"]));
    assert!((one["bv_tv"].as_f64().unwrap() - 0.756_493_506_493_506_5).abs() < 1e-9);
    for (words, expected) in [
        (
            vec!["--labels", "1,7"],
            "label 7 is not in the image, which holds 0, 1, 2",
        ),
        (vec!["--labels", "1", "--threshold", "0.5"], "leave out one"),
        (vec!["--labels", "-1"], "--labels"),
        (vec!["--labels", "0,1,2"], "nothing to tell apart"),
    ] {
        let output = specimen(&path, &words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(
            said(&output).contains(expected),
            "{words:?}: {}",
            said(&output)
        );
    }
    let rigidity = |words: &[&str]| {
        let mut all = vec!["rigidity", path.to_str().unwrap()];
        all.extend(words);
        howship(&all)
    };
    let asks = rigidity(&[]);
    assert_eq!(asks.status.code(), Some(2));
    assert!(said(&asks).contains("--include"), "{}", said(&asks));
    assert!(rigidity(&["--include", "1,2"]).status.success());
    assert_eq!(rigidity(&["--include", "7"]).status.code(), Some(2));
}

#[test]
fn three_voxel_sizes_are_taken_and_resampled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unitless.nii");
    let dims = [24, 24, 12];
    nifti(&path, dims, [0.02, 0.02, 0.04], 0, &grey(dims));
    let three = ["--spacing", "20 um, 20 um, 40 um"];
    let bare = specimen(&path, &three);
    assert_eq!(bare.status.code(), Some(2));
    assert!(said(&bare).contains("--edge"), "{}", said(&bare));
    let read = json(&specimen(&path, &[three[0], three[1], "--edge", "20 um"]));
    assert_eq!(read["dims"], serde_json::json!([24, 24, 24]));
    assert_eq!(read["native"]["dims"], serde_json::json!([24, 24, 12]));
    assert_eq!(
        read["native"]["spacing_um"],
        serde_json::json!([20.0, 20.0, 40.0])
    );
    assert!(read["native"]["tb_th_mm"].is_null());
    assert!(
        read["native"]["tb_th_left_out"]
            .as_str()
            .unwrap()
            .contains("cubes")
    );
    assert_eq!(read["native"]["bv_tv"], read["bv_tv"]);
    assert!(
        list(&read, "assumed")
            .iter()
            .any(|s| s.contains("resampled"))
    );
    for (size, expected) in [
        ("-5", "without a unit"),
        ("-5 um", "below zero"),
        ("1 um, 2 um", "one length or three"),
    ] {
        let output = specimen(&path, &["--spacing", size]);
        assert_eq!(output.status.code(), Some(2));
        let errors = said(&output);
        assert!(
            errors.contains(expected) && errors.contains("--spacing"),
            "{errors}"
        );
    }
    // Rigidity needs no cubes; labels that state no size have that of the volume.
    let output = howship(&[
        "rigidity",
        path.to_str().unwrap(),
        "--law",
        "tissue",
        three[0],
        three[1],
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let sized = folder.path().join("sized.nii");
    nifti(&sized, dims, [0.02, 0.02, 0.04], MM, &grey(dims));
    let labels = folder.path().join("labels.nii");
    nifti(
        &labels,
        dims,
        [0.02, 0.02, 0.04],
        0,
        &vec![1.0; 24 * 24 * 12],
    );
    let output = howship(&[
        "rigidity",
        sized.to_str().unwrap(),
        "--law",
        "tissue",
        "--labels",
        labels.to_str().unwrap(),
        "--include",
        "1",
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        words.contains("labels of") && words.contains("voxel size of the volume"),
        "{words}"
    );
}

#[test]
fn a_length_in_the_wrong_unit_and_a_picture_that_cannot_be_drawn_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mm.nii");
    let dims = [24, 24, 24];
    // Micrometres written as millimetres, below what any reader refuses.
    nifti(&path, dims, [1.0; 3], MM, &grey(dims));
    let output = specimen(&path, &[]);
    if output.status.success() {
        assert!(said(&output).contains("--spacing"), "{}", said(&output));
    } else {
        assert_eq!(output.status.code(), Some(2));
    }
    let right = ["--spacing", "20 um"];
    let drawn = |name: &str, more: &[&str]| {
        let picture = folder.path().join(name);
        let mut words = vec!["--picture", picture.to_str().unwrap()];
        words.extend(right);
        words.extend(more);
        (specimen(&path, &words), picture)
    };
    let (output, svg) = drawn("cuts.svg", &[]);
    assert!(output.status.success(), "{}", said(&output));
    let text = fs::read_to_string(&svg).unwrap();
    assert!(text.starts_with("<svg") && text.contains("BV/TV"));
    let (output, png) = drawn("cuts.png", &[]);
    assert!(output.status.success());
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let (output, _) = drawn("cuts.bmp", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains(".png or .svg"), "{}", said(&output));
    for (name, words) in [
        ("none/cuts.svg", "there is no folder"),
        ("f.svg", "is a folder"),
    ] {
        fs::create_dir_all(folder.path().join("f.svg")).unwrap();
        let (output, _) = drawn(name, &["--force"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "measured before it was checked");
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    fs::write(&png, "mine").unwrap();
    let (output, _) = drawn("cuts.png", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("--force"), "{}", said(&output));
    assert_eq!(fs::read(&png).unwrap(), b"mine");
    assert!(drawn("cuts.png", &["--force"]).0.status.success());
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
}

fn scenario(folder: &Path, image: &str, more: &str) -> PathBuf {
    let path = folder.join("scan.toml");
    let more = if more.is_empty() {
        "lattice = {}"
    } else {
        more
    };
    let text = format!(
        "name = \"scan\"\npreset = \"mouse\"\nseed = 1\n{more}\n[run]\nduration = \"1 d\"\n\
         burn_in = \"1 d\"\n[specimen.image]\n{image}\n"
    );
    fs::write(&path, text).unwrap();
    path
}

fn check(path: &Path) -> Output {
    howship(&["check", path.to_str().unwrap()])
}

#[test]
fn a_scenario_says_scan_lattice_and_day_0_and_what_was_assumed() {
    let folder = tempfile::tempdir().unwrap();
    let dims = [30, 30, 30];
    nifti(
        &folder.path().join("scan.nii"),
        dims,
        [0.01; 3],
        0,
        &grey(dims),
    );
    let image = "file = \"scan.nii\"\nspacing = [\"10 um\", \"10 um\", \"10 um\"]\n\
                 crop = { start = [2, 2, 2], size = [24, 24, 24] }";
    let path = scenario(folder.path(), image, "lattice.site = \"12 um\"");
    let output = check(&path);
    assert!(output.status.success(), "{}", said(&output));
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "scan      24 x 24 x 24 of 10 um, BV/TV 0.3333, Tb.Th 0.0400 mm",
        "sites     20 x 20 x 20 of 12 um, BV/TV 0.3334",
        "day 0     20 x 20 x 20",
        "no threshold was given: Otsu's, 59, found on the whole image",
        "resampled",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(
        said(&output).contains("warning: 3.8 voxels per Tb.Th"),
        "{}",
        said(&output)
    );
    let out = folder.path().join("out");
    let output = howship(&[
        "run",
        path.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("warning: 3.8 voxels"),
        "{}",
        said(&output)
    );
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    let report = &manifest["specimen_report"];
    for stage in ["scan", "lattice", "day0"] {
        assert!(
            report[stage]["bv_tv"].as_f64().unwrap() > 0.3,
            "{stage}: {report}"
        );
        assert!(
            report[stage]["tb_th_mm"].as_f64().unwrap() > 0.03,
            "{stage}: {report}"
        );
    }
    assert_eq!(report["threshold_automatic"], true);
    assert!(!list(report, "assumed").is_empty() && !list(report, "warnings").is_empty());
    // Day 0 is the first row of the series.
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    let first: f64 = series
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (first - report["day0"]["bv_tv"].as_f64().unwrap()).abs() < 1e-9,
        "{first}"
    );
}

#[test]
fn what_a_scenario_says_wrongly_of_its_image_is_refused_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let labels = field("labels_mostly_one.nii");
    let labels = format!("file = {:?}", labels.to_str().unwrap());
    for (image, key) in [
        (labels.clone(), "labels = [1, 2]"),
        (format!("{labels}\nlabels = [7]"), "specimen.image.labels"),
        (
            format!("{labels}\nlabels = [1]\nthreshold = 0.5"),
            "specimen.image.labels",
        ),
        (
            format!("{labels}\nthreshold = 99"),
            "specimen.image.threshold",
        ),
        (
            format!("{labels}\nlabels = [1]\nspacing = [\"1 um\", \"2 um\"]"),
            "specimen.image.spacing",
        ),
        (
            format!("{labels}\nlabels = [1]\nspacing = \"-5 um\""),
            "below zero",
        ),
        (
            format!("{labels}\nlabels = [2]\ncrop = {{ start = [0, 0, 0], size = [99, 1, 1] }}"),
            "specimen.image.crop",
        ),
    ] {
        let output = check(&scenario(folder.path(), &image, ""));
        assert_eq!(output.status.code(), Some(2), "{image}");
        assert!(said(&output).contains(key), "{image}: {}", said(&output));
    }
    let good = scenario(folder.path(), &format!("{labels}\nlabels = [1]"), "");
    assert!(check(&good).status.success(), "{}", said(&check(&good)));
    let thick = scenario(
        folder.path(),
        &format!("{labels}\nlabels = [1]"),
        "lattice.section_thickness = \"50 um\"",
    );
    let output = check(&thick);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("14 layers"), "{}", said(&output));
}

/// One layer is a section: of the thickness that is given, or of the voxel, and that is said.
#[test]
fn an_image_of_one_layer_says_how_thick_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let dims = [40, 40, 1];
    nifti(
        &folder.path().join("flat.nii"),
        dims,
        [0.01, 0.01, 0.03],
        MM,
        &grey(dims),
    );
    let said_of = |more: &str| {
        let output = check(&scenario(folder.path(), "file = \"flat.nii\"", more));
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let alone = said_of("");
    assert!(
        alone.contains("a section 30") && alone.contains("lattice.section_thickness"),
        "{alone}"
    );
    assert!(alone.contains("10 x 10 x 30"), "{alone}");
    let given = said_of("lattice.section_thickness = \"50 um\"");
    assert!(
        !given.contains("a section 30") && given.contains("10 x 10 x 50 um"),
        "{given}"
    );
}

#[test]
fn plates_that_sites_lose_are_told_with_figures() {
    let output = check(&field("thin.toml"));
    assert!(output.status.success(), "{}", said(&output));
    let errors = said(&output);
    for part in ["warning: ", "0.1540", "0.1000", "-35.1 %", "lattice.site"] {
        assert!(errors.contains(part), "{part}: {errors}");
    }
    let plates = field("thin_plates.nii");
    let read = json(&specimen(&plates, &["--edge", "25 um"]));
    assert!((read["native"]["bv_tv"].as_f64().unwrap() - 0.154).abs() < 1e-9);
    assert!((read["bv_tv"].as_f64().unwrap() - 0.1).abs() < 1e-9);
    assert!(list(&read, "warnings").iter().any(|s| s.contains("0.1540")));
}

/// Real trabeculae that span two sites keep their volume to 1 %, and hang together as before.
#[test]
fn real_bone_keeps_its_volume_on_coarser_sites() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/specimens");
    for (file, edges) in [
        (
            "lhdl3155/lhdl3155_seg_c128.nii.gz",
            vec!["25 um", "39 um", "58.5 um"],
        ),
        (
            "shrew/shrew_seg.nii.gz",
            vec!["8.2 um", "16.4 um", "24.6 um"],
        ),
    ] {
        for edge in edges {
            let read = json(&specimen(&root.join(file), &["--edge", edge]));
            let kept =
                read["bv_tv"].as_f64().unwrap() / read["native_covered_bv_tv"].as_f64().unwrap();
            assert!((kept - 1.0).abs() < 1e-3, "{file} {edge}: {kept}");
        }
    }
}

#[test]
fn the_preset_of_another_species_is_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/specimens");
    let human = root.join("lhdl3155/lhdl3155_seg_c128.nii.gz");
    let folder = tempfile::tempdir().unwrap();
    let image = format!(
        "file = {:?}\ncrop = {{ start = [30, 30, 30], size = [48, 48, 48] }}",
        human.to_str().unwrap()
    );
    let output = check(&scenario(folder.path(), &image, ""));
    assert!(output.status.success(), "{}", said(&output));
    let errors = said(&output);
    assert!(
        errors.contains("trabeculae of a mouse have 30 to 90 um"),
        "{errors}"
    );
}

/// A pipe would wait for a writer, a device never ends.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_wherever_a_file_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.toml");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let base = folder.path().join("over.toml");
    fs::write(&base, "extends = \"pipe.toml\"\nname = \"over\"\n").unwrap();
    let image = folder.path().join("pipe.nii");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&image)
            .status()
            .unwrap()
            .success()
    );
    let pipe = pipe.to_str().unwrap();
    for words in [
        vec!["check", pipe],
        vec!["check", base.to_str().unwrap()],
        vec!["check", "/dev/zero"],
        vec!["specimen", image.to_str().unwrap()],
        vec!["study", "plan", pipe],
        vec!["study", "calibrate", pipe],
        vec!["trial", "run", pipe],
        vec!["study", "analyse", pipe],
    ] {
        let output = assert_cmd::Command::from_std(common::howship())
            .args(&words)
            .timeout(std::time::Duration::from_secs(60))
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(2),
            "{words:?}: {}",
            said(&output)
        );
    }
}
