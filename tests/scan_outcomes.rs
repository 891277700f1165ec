//! Files that `howship specimen` makes beside its table: slices, maps of thickness, lesions since a scan before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use howship::output::table::Table;
use howship::specimen::image::read;
use serde_json::Value;

const N: usize = 40;
const NZ: usize = 12;

/// A square tube of 4 voxels of wall, with bars across its cavity.
fn tube(at: [usize; 3]) -> bool {
    let [x, y, z] = at;
    let within = |from: usize| (from..N - from).contains(&x) && (from..N - from).contains(&y);
    within(4) && !within(8) || within(8) && (19..21).contains(&x) && z % 6 < 2
}

/// Writes voxels of 0.1 mm as `MetaImage`.
fn write(path: &Path, value: impl Fn([usize; 3]) -> u8) {
    let voxels: Vec<u8> = (0..N * N * NZ)
        .map(|site| value([site % N, site / N % N, site / N / N]))
        .collect();
    let head = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {N} {N} {NZ}\nElementSpacing = 0.1 0.1 0.1\nOffset = 5 -3 2\n\
         ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    );
    fs::write(path, [head.as_bytes(), &voxels].concat()).unwrap();
}

fn specimen(folder: &Path, words: &[&str]) -> Output {
    Command::cargo_bin("howship")
        .unwrap()
        .current_dir(folder)
        .arg("specimen")
        .args(words)
        .output()
        .unwrap()
}

fn json(folder: &Path, words: &[&str]) -> Value {
    let output = specimen(folder, &[&["--json"], words].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(folder: &Path, words: &[&str]) -> String {
    let output = specimen(folder, words);
    assert_eq!(output.status.code(), Some(2), "{words:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn slices_add_up_to_the_table() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("tube.mha"), |at| u8::from(tube(at)));
    let whole = json(folder.path(), &["tube.mha", "--slices", "slices.csv"]);
    let table = Table::read_csv(&folder.path().join("slices.csv")).unwrap();
    assert_eq!(table.rows.len(), NZ);
    let sum = |name: &str| table.column(name).unwrap().iter().sum::<f64>();
    let voxels = sum("bone_area_mm2") / 0.01;
    assert!((voxels - whole["bone_voxels"].as_f64().unwrap()).abs() < 1e-6);
    let z = table.column("z_mm").unwrap();
    assert!((z[0] - 0.05).abs() < 1e-12 && (z[11] - 1.15).abs() < 1e-12);
    // A square ring of 32 and 24 voxels without a bar: its moments are alike, (32^4 - 24^4) / 12.
    let moment = (3.2_f64.powi(4) - 2.4_f64.powi(4)) / 12.0;
    for name in ["i_min_mm4", "i_max_mm4"] {
        assert!((table.column(name).unwrap()[2] - moment).abs() < 1e-9);
    }
    assert!(table.column("i_max_mm4").unwrap()[0] > moment);
    // Outline of 4 (32 + 24) edges, whose corners marching squares cut off.
    let outline = table.column("bone_perimeter_mm").unwrap()[2];
    let corners = 8.0 * (1.0 - 0.5_f64.sqrt());
    assert!(
        (outline - (4.0 * 56.0 - corners) * 0.1).abs() < 1e-6,
        "{outline}"
    );
    // With a cortex the columns of its areas have the means of the table.
    let words = [
        "tube.mha",
        "--cortex",
        "0.3 mm,0.2 mm",
        "--slices",
        "cortex.csv",
    ];
    let parted = json(folder.path(), &words);
    let table = Table::read_csv(&folder.path().join("cortex.csv")).unwrap();
    for name in ["ct_ar_mm2", "tt_ar_mm2", "ma_ar_mm2"] {
        let mean = table.column(name).unwrap().iter().sum::<f64>() / NZ as f64;
        assert!(
            (mean - parted[name].as_f64().unwrap()).abs() < 1e-9,
            "{name}"
        );
    }
    // The table is that of the compartment, and the whole stands beside it.
    assert_eq!(parted["region"], "trabecular compartment");
    assert_eq!(whole["region"], "whole image");
    for (name, other) in [
        ("bv_tv", "cavity_bv_tv"),
        ("tb_th_mm", "cavity_tb_th_mm"),
        ("tb_sp_mm", "cavity_tb_sp_mm"),
    ] {
        assert_eq!(parted[name], parted[other], "{name}");
        assert_eq!(parted["whole"][name], whole[name], "{name}");
        assert_ne!(parted[name], whole[name], "{name}");
    }
    assert!(whole.get("whole").is_none());
    assert!(
        refused(folder.path(), &["tube.mha", "--slices", "slices.csv"]).contains("exists already")
    );
}

#[test]
fn maps_hold_the_thickness_whose_mean_the_table_has() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("tube.mha"), |at| u8::from(tube(at)));
    let words = [
        "tube.mha",
        "--map",
        "tb_th=thickness.nii.gz",
        "--map",
        "tb_sp=separation.vti",
        "--map",
        "tb_th=thickness.csv",
        "--map",
        "tb_th=thickness.png",
        "--map",
        "tb_sp=separation.svg",
    ];
    let found = json(folder.path(), &words);
    let mean = |name: &str| {
        let image = read(&folder.path().join(name), None).unwrap();
        assert_eq!(image.dims, [N, N, NZ]);
        assert!((image.spacing_um[0] - 100.0).abs() < 1e-3);
        let there: Vec<f64> = image
            .values
            .iter()
            .map(|&v| f64::from(v))
            .filter(|v| *v > 0.0)
            .collect();
        let orientation = image.orientation;
        (
            there.iter().sum::<f64>() / there.len() as f64,
            there.len(),
            orientation,
        )
    };
    let (thickness, count, place) = mean("thickness.nii.gz");
    assert!((thickness - found["tb_th_mm"].as_f64().unwrap()).abs() < 1e-6);
    assert_eq!(count as u64, found["bone_voxels"].as_u64().unwrap());
    // The map lies where the scan lies.
    let scan = read(&folder.path().join("tube.mha"), None)
        .unwrap()
        .orientation;
    assert_eq!(place.frame, scan.frame);
    for axis in 0..3 {
        assert!((place.origin_mm[axis] - scan.origin_mm[axis]).abs() < 1e-5);
        for row in 0..3 {
            assert!((place.direction[row][axis] - scan.direction[row][axis]).abs() < 1e-6);
        }
    }
    let (separation, ..) = mean("separation.vti");
    assert!((separation - found["tb_sp_mm"].as_f64().unwrap()).abs() < 1e-6);
    let histogram = Table::read_csv(&folder.path().join("thickness.csv")).unwrap();
    assert!((histogram.column("share").unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(
        histogram.column("sites").unwrap().iter().sum::<f64>() as u64,
        count as u64
    );
    let picture = fs::read(folder.path().join("thickness.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000);
    let drawn = fs::read_to_string(folder.path().join("separation.svg")).unwrap();
    for words in ["trabecular separation", "mm", "How often"] {
        assert!(drawn.contains(words), "{words}");
    }
    let said = refused(folder.path(), &["tube.mha", "--map", "ct_th=ct.nii.gz"]);
    assert!(said.contains("needs --cortex"), "{said}");
    let said = refused(folder.path(), &["tube.mha", "--map", "tbth=a.nii.gz"]);
    assert!(said.contains("tb_th, tb_sp, ct_th"), "{said}");
    let said = refused(folder.path(), &["tube.mha", "--map", "tb_th=a.stl"]);
    assert!(said.contains("\"stl\"") && said.contains(".vti"), "{said}");
    let said = refused(
        folder.path(),
        &["tube.mha", "tube.mha", "--map", "tb_th=a.csv"],
    );
    assert!(said.contains("one image, found 2"), "{said}");
}

/// Two pits in the outer wall, 2 and 3 voxels deep, and a bar that is gone.
#[test]
fn lesions_are_told_against_the_scan_before() {
    let folder = tempfile::tempdir().unwrap();
    let pit = |[x, y, z]: [usize; 3]| {
        (4..6).contains(&x) && (10..14).contains(&y) && (2..6).contains(&z)
            || (33..36).contains(&x) && (20..24).contains(&y) && (2..6).contains(&z)
    };
    let grey = |is_bone: bool, at: [usize; 3]| {
        if is_bone {
            180 + ((3 * at[0] + at[1]) % 40) as u8
        } else {
            20 + ((at[0] + 3 * at[1]) % 30) as u8
        }
    };
    write(&folder.path().join("before.mha"), |at| grey(tube(at), at));
    write(&folder.path().join("after.mha"), |at| {
        grey(tube(at) && !pit(at), at)
    });
    let words = [
        "after.mha",
        "--before",
        "before.mha",
        "--lesions",
        "pits.csv",
        "--picture",
        "lost.png",
    ];
    let found = json(folder.path(), &words);
    let lesions = &found["lesions"];
    assert_eq!(lesions["number"], 2);
    assert_eq!(lesions["shallow"], 0);
    for (at, voxels, depth, mouth) in [(0, 48.0, 300.0, 16e4), (1, 32.0, 200.0, 16e4)] {
        let one = &lesions["each"][at];
        let close = |key: &str, value: f64| (one[key].as_f64().unwrap() / value - 1.0).abs() < 1e-9;
        assert!(close("volume_mm3", voxels * 1e-3), "{one}");
        assert!(close("depth_um", depth), "{one}");
        assert!(close("mouth_um2", mouth), "{one}");
    }
    let said = found["assumed"].to_string();
    assert!(
        said.contains("both scans were cut at that of Otsu on the scan before"),
        "{said}"
    );
    let table = Table::read_csv(&folder.path().join("pits.csv")).unwrap();
    assert_eq!(table.rows.len(), 2);
    assert!(
        fs::read(folder.path().join("lost.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    // Only what is deeper counts, and a scan against itself has lost nothing.
    let words = [
        "after.mha",
        "--before",
        "before.mha",
        "--least-depth",
        "0.25 mm",
        "--threshold",
        "100",
    ];
    let deeper = &json(folder.path(), &words)["lesions"];
    assert_eq!(
        (&deeper["number"], &deeper["shallow"]),
        (&1.into(), &1.into())
    );
    let words = [
        "before.mha",
        "--before",
        "before.mha",
        "--lesions",
        "none.nii.gz",
    ];
    assert_eq!(json(folder.path(), &words)["lesions"]["number"], 0);
    let words = [
        "after.mha",
        "--before",
        "before.mha",
        "--lesions",
        "labels.nii.gz",
        "--threshold",
        "100",
    ];
    json(folder.path(), &words);
    let labels = read(&folder.path().join("labels.nii.gz"), None).unwrap();
    let of = |label: f32| {
        labels
            .values
            .iter()
            .filter(|&&value| (value - label).abs() < 0.5)
            .count()
    };
    assert_eq!([of(1.0), of(2.0)], [48, 32]);
    // Another place, another size.
    let text = fs::read(folder.path().join("before.mha")).unwrap();
    let moved = String::from_utf8_lossy(&text[..120]).into_owned();
    let at = moved.find("Offset = 5").unwrap();
    let mut other = text.clone();
    other[at + 9] = b'6';
    fs::write(folder.path().join("moved.mha"), other).unwrap();
    let said = refused(folder.path(), &["after.mha", "--before", "moved.mha"]);
    assert!(said.contains("more than half a voxel"), "{said}");
    let said = refused(
        folder.path(),
        &["after.mha", "--before", "before.mha", "--rotate"],
    );
    assert!(said.contains("its own axis"), "{said}");
    let crop = ["after.mha", "--least-depth", "1 mm"];
    assert!(refused(folder.path(), &crop).contains("--before"));
}

/// Options that would do nothing, files that would be one file, and files that would replace what is read.
#[test]
fn what_would_be_lost_in_silence_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(&at.join("tube.mha"), |at| u8::from(tube(at)));
    fs::create_dir(at.join("slices")).unwrap();
    json(at, &["tube.mha", "--map", "tb_th=scan.nii.gz"]);
    let scan = fs::read(at.join("scan.nii.gz")).unwrap();
    for (words, said) in [
        (
            &["tube.mha", "--force"][..],
            "--force replaces files, and none is asked for",
        ),
        (&["tube.mha", "--fe", "--force"], "--force"),
        (&["tube.mha", "--fe", "--slices", "a.csv"], "--slices"),
        (&["tube.mha", "--fe", "--map", "tb_th=a.csv"], "--map"),
        (&["tube.mha", "--fe", "--before", "tube.mha"], "--before"),
        (
            &["tube.mha", "--fe", "--cortex", "0.3 mm,0.2 mm"],
            "--cortex",
        ),
        (
            &["tube.mha", "--fe", "--materials", "1=1 GPa", "--rotate"],
            "--rotate",
        ),
        (
            &["tube.mha", "--fe", "--law", "kopperdahl", "--rotate"],
            "--rotate",
        ),
        (
            &["tube.mha", "--slices", "a.csv", "--map", "tb_th=./a.csv"],
            "--map ./a.csv: --slices names the same file",
        ),
        (
            &["tube.mha", "--map", "tb_th=a.png", "--picture", "a.png"],
            "--map a.png: --picture names the same file",
        ),
        (
            &[
                "tube.mha",
                "--map",
                "tb_th=a.vti",
                "--map",
                "tb_sp=a.vti",
                "--force",
            ],
            "--map names the same file",
        ),
        (
            &[
                "scan.nii.gz",
                "--map",
                "tb_th=slices/../scan.nii.gz",
                "--force",
            ],
            "scan.nii.gz, which is read",
        ),
        (
            &[
                "tube.mha",
                "--before",
                "scan.nii.gz",
                "--lesions",
                "scan.nii.gz",
                "--force",
            ],
            "scan.nii.gz, which is read",
        ),
        (
            &["slices", "--picture", "slices/a.png"],
            "slices, which is read",
        ),
        (
            &["tube.mha", "--before", "tube.mha", "--csv"],
            "--csv has no columns of lesions",
        ),
    ] {
        let found = refused(at, words);
        assert!(found.contains(said), "{words:?}: {found}");
    }
    assert_eq!(fs::read(at.join("scan.nii.gz")).unwrap(), scan);
    assert_eq!(fs::read_dir(at).unwrap().count(), 3);
}
