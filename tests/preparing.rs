//! What `howship specimen` does to a scan before it measures it.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use howship::specimen::image::{BoneOptions, read};
use howship::specimen::prepare::{Gaussian, Preparation};

use crate::common::load_file;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// The density of a voxel is 1603.51904 / 8192 x stored - 391.209015 mg HA/cm3, and the stored values are 20 x
/// (5 x + 11 y + 29 z) mod 200 + 10.
#[test]
fn a_calibrated_scan_is_cut_at_a_density_and_has_a_tmd() {
    let image = read(&data("readers/calibrated.isq"), None).unwrap();
    let options = |density: f64| BoneOptions {
        edge_um: Some(20.0),
        prepare: Preparation {
            density: Some(density),
            ..Preparation::default()
        },
        ..BoneOptions::default()
    };
    let bone = image.to_bone_with(&options(100.0)).unwrap();
    let slope = 1_603.519_04 / 8192.0;
    let densities: Vec<f64> = image
        .values
        .iter()
        .map(|&stored| slope * f64::from(stored) - 391.209_015)
        .filter(|&density| density > 100.0)
        .collect();
    let mean = densities.iter().sum::<f64>() / densities.len() as f64;
    assert!(
        (bone.tmd_mg_per_cm3.unwrap() - mean).abs() < 1e-6,
        "{:?} {mean}",
        bone.tmd_mg_per_cm3
    );
    let native = bone.native.as_ref().unwrap();
    assert_eq!(
        native.bone.iter().filter(|&&bone| bone).count(),
        densities.len()
    );
    assert!(
        bone.prepared[0].contains("100 mg HA/cm3"),
        "{:?}",
        bone.prepared
    );
    // A density that no voxel has, and one of an image that is not calibrated.
    assert!(image.to_bone_with(&options(1e5)).is_err());
    let plain = read(&data("formats/crop_i16.aim"), None).unwrap();
    let error = plain.to_bone_with(&options(100.0)).unwrap_err().to_string();
    assert!(error.contains("no calibration"), "{error}");
}

#[test]
fn steps_are_done_in_their_order_and_said() {
    let image = read(&data("formats/crop_i16.nii"), None).unwrap();
    let mut options = BoneOptions {
        part: Some([[2, 2, 2], [30, 28, 20]]),
        prepare: Preparation {
            gaussian: Some(Gaussian {
                sigma: 0.8,
                support: 1,
            }),
            largest: true,
            fill: true,
            ..Preparation::default()
        },
        ..BoneOptions::default()
    };
    options.by.threshold = Some(600.0);
    let bone = image.to_bone_with(&options).unwrap();
    let begin = [
        "grey values were smoothed",
        "the part of",
        "the largest piece",
        "closed pores",
    ];
    assert_eq!(bone.prepared.len(), begin.len());
    for (said, begin) in bone.prepared.iter().zip(begin) {
        assert!(said.starts_with(begin), "{said}");
    }
    // Smoothing takes specks: there is less bone outside of the largest piece than without.
    let mut rough = options.clone();
    rough.prepare.gaussian = None;
    rough.prepare.largest = false;
    let other = image.to_bone_with(&rough).unwrap();
    assert_ne!(bone.bone, other.bone);
    // Against its surroundings: a threshold of 0 takes about a half.
    let mut local = BoneOptions::default();
    local.by.threshold = Some(0.0);
    local.prepare.local_um = Some(200.0);
    let bone = image.to_bone_with(&local).unwrap();
    let share = bone.bone_voxels() as f64 / bone.bone.len() as f64;
    assert!((0.3..0.7).contains(&share), "{share}");
    for (wrong, words) in [
        (
            Preparation {
                local_um: Some(1.0),
                ..local.prepare
            },
            "a reach of 1",
        ),
        (
            Preparation {
                gaussian: Some(Gaussian {
                    sigma: 0.0,
                    support: 1,
                }),
                ..Preparation::default()
            },
            "above 0",
        ),
        (
            Preparation {
                density: Some(1.0),
                ..Preparation::default()
            },
            "one of them",
        ),
    ] {
        let mut options = local.clone();
        options.prepare = wrong;
        let error = image.to_bone_with(&options).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// A square tube of 4 voxels of wall around a cavity of 24 x 24, with bars of 2 x 2 through the cavity: the
/// thickness of the wall and its area by counting; corners of the cavity are rounded by a ball of 2 voxels.
#[test]
fn a_cortex_is_measured_by_the_program() {
    let (n, nz) = (40_usize, 12_usize);
    let mut voxels = Vec::new();
    for z in 0..nz {
        for y in 0..n {
            for x in 0..n {
                let within =
                    |from: usize| (from..n - from).contains(&x) && (from..n - from).contains(&y);
                let is_bar = within(8) && (19..21).contains(&x) && z % 6 < 2;
                voxels.push(u8::from(within(4) && !within(8) || is_bar));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tube.mha");
    let head = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {n} {n} {nz}\nElementSpacing = 0.1 0.1 0.1\n\
         ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    );
    fs::write(&path, [head.as_bytes(), &voxels].concat()).unwrap();
    let run = |more: &[&str]| {
        Command::cargo_bin("howship")
            .unwrap()
            .arg("specimen")
            .arg(&path)
            .args(more)
            .output()
            .unwrap()
    };
    let output = run(&["--json", "--cortex", "0.3 mm,0.2 mm"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |key: &str| {
        read[key]
            .as_f64()
            .unwrap_or_else(|| unreachable!("{key}: {read}"))
    };
    assert!((number("tt_ar_mm2") - 10.24).abs() < 0.02, "{read}");
    // 32^2 - 24^2 pixels, and what the ball leaves in the corners and at the roots of the bars.
    assert!((number("ct_ar_mm2") / 4.48 - 1.0).abs() < 0.05, "{read}");
    // Spheres in the edges of the tube reach up to its diagonal.
    assert!((0.38..0.52).contains(&number("ct_th_mm")), "{read}");
    assert!(number("ct_po").abs() < 0.02, "{read}");
    assert!(
        (number("cavity_bv_tv") / (2.0 * 4.0 * 24.0 / (24.0 * 24.0 * 12.0)) - 1.0).abs() < 0.2,
        "{read}"
    );
    assert!(
        read["prepared"][0]
            .as_str()
            .unwrap()
            .contains("the cortex is")
    );
    // Without it there is no word of a cortex, and a ball that leaves no cortex is refused.
    let plain: serde_json::Value = serde_json::from_slice(&run(&["--json"]).stdout).unwrap();
    assert!(plain.get("ct_th_mm").is_none() && plain["prepared"] == serde_json::json!([]));
    let refused = run(&["--cortex", "0.3 mm,2 mm"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no cortex left"));
    for wrong in [
        ["--cortex", "0.3 mm"],
        ["--crop", "1,2,3"],
        ["--gaussian", "0.8"],
        ["--cortex", "1 um,1 um"],
    ] {
        assert_eq!(run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    let part = run(&["--json", "--crop", "0,0,0,20,40,12"]);
    let part: serde_json::Value = serde_json::from_slice(&part.stdout).unwrap();
    assert_eq!(part["dims"], serde_json::json!([20, 40, 12]));
}

/// The keys of a scenario and the options of `howship specimen` that they are, with the sentence that
/// `describe` has of the first.
const STEPS: [(&str, &[&str], &str); 5] = [
    (
        "threshold = 600\ngaussian = { sigma = 0.8, support = 1 }",
        &["--threshold", "600", "--gaussian", "0.8,1"],
        "smoothed by a Gaussian of 0.8 voxels with a support of 1",
    ),
    (
        "threshold = 0\nlocal = \"200 um\"",
        &["--threshold", "0", "--local", "200 um"],
        "more than 0 above the mean of a cube that reaches 200 um",
    ),
    (
        "threshold = 600\nlargest = true\nfill_pores = true\ncrop = { start = [2, 2, 2], size = [30, 28, 20] }",
        &[
            "--threshold",
            "600",
            "--largest",
            "--fill-pores",
            "--crop",
            "2,2,2,30,28,20",
        ],
        "the largest piece is kept",
    ),
    (
        "threshold = 600\nlargest = true\nrotate = true",
        &["--threshold", "600", "--largest", "--rotate"],
        "turned until its long axis",
    ),
    ("", &[], ""),
];

#[test]
fn a_scenario_prepares_its_scan_as_specimen_does() {
    let folder = tempfile::tempdir().unwrap();
    let scan = data("formats/crop_i16.nii");
    for (keys, options, sentence) in STEPS {
        let file = folder.path().join("part.toml");
        let text = format!(
            "name = \"part\"\npreset = \"mouse\"\nrun = {{ duration = \"1 d\", burn_in = \"0 d\" }}\n\
             lattice = {{}}\n[specimen.image]\nfile = {:?}\n{keys}\n",
            scan.display().to_string()
        );
        fs::write(&file, text).unwrap();
        let loaded = load_file(&file, &[]).unwrap();
        let simulation = loaded.build().unwrap();
        let output = Command::cargo_bin("howship")
            .unwrap()
            .args(["specimen", "--json"])
            .arg(&scan)
            .args(options)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let solid = &simulation.state.bone.solid;
        let voxels = solid.iter().filter(|&&bone| bone).count();
        assert_eq!(read["bone_voxels"], serde_json::json!(voxels), "{keys}");
        assert_eq!(read["dims"], serde_json::json!(simulation.model.grid.dims));
        let report = simulation.report.as_ref().unwrap();
        assert_eq!(
            read["prepared"],
            serde_json::json!(report.prepared),
            "{keys}"
        );
        assert_eq!(report.prepared.is_empty(), keys.is_empty());
        // The same voxels, not as many.
        let image = loaded.scenario.specimen.image.as_ref().unwrap();
        let bone = image.bone_options(None);
        let bone = howship::specimen::image::read(&scan, None)
            .unwrap()
            .to_bone_with(&bone);
        assert!(bone.unwrap().bone == *solid);
        let words = howship::scenario::describe::describe(&loaded, false);
        assert!(words.contains(sentence), "{words}");
    }
}

/// What cannot be done is refused at its key.
#[test]
fn steps_that_a_scan_does_not_bear_are_refused_at_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let crop = data("formats/crop_i16.nii");
    let ball = folder.path().join("ball.mha");
    let voxels: Vec<u8> = (0..24 * 24 * 24)
        .map(|i| [i % 24, i / 24 % 24, i / 576].map(|at| (f64::from(at) - 11.5).powi(2)))
        .map(|away| u8::from(away.iter().sum::<f64>() < 64.0))
        .collect();
    let head = "ObjectType = Image\nNDims = 3\nDimSize = 24 24 24\nElementSpacing = 0.02 0.02 0.02\n\
                ElementType = MET_UCHAR\nElementDataFile = LOCAL\n";
    fs::write(&ball, [head.as_bytes(), &voxels].concat()).unwrap();
    for (scan, keys, key, words) in [
        (
            &crop,
            "density = 450",
            "specimen.image.density",
            "no calibration",
        ),
        (
            &crop,
            "local = \"200 um\"",
            "specimen.image.local",
            "no threshold",
        ),
        (
            &crop,
            "threshold = 600\ngaussian = { sigma = 0, support = 1 }",
            "specimen.image.gaussian",
            "above 0",
        ),
        (
            &ball,
            "rotate = true",
            "specimen.image.rotate",
            "1.000 times",
        ),
        (
            &ball,
            "rotate = true\ntumour = { labels = [1] }",
            "specimen.image.tumour",
            "turned",
        ),
    ] {
        let file = folder.path().join("part.toml");
        let text = format!(
            "name = \"part\"\npreset = \"mouse\"\nrun = {{ duration = \"1 d\", burn_in = \"0 d\" }}\n\
             lattice = {{}}\n[specimen.image]\nfile = {:?}\n{keys}\n",
            scan.display().to_string()
        );
        fs::write(&file, text).unwrap();
        let error = load_file(&file, &[])
            .and_then(|loaded| loaded.build().map(|_| ()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(key) && error.contains(words), "{error}");
    }
}
