//! A run beside a follow-up scan: scans that are made of the run itself have the losses that they must have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::float_cmp,
    reason = "volumes are whole numbers of sites, and shares of equal sets are 0 and 1"
)]

use std::fs;
use std::path::{Path, PathBuf};

use howship::run::compare_scan::{ComparedScan, FollowUpScan, compare_scan};
use howship::run::day::Asked;
use howship::run::error::RunError;
use howship::run::export::{Exported, Wish, export, simulation_on};
use howship::run::host::Silent;
use howship::run::start::begin;
use howship::scenario::volumes::VolumeFormat;
use howship::specimen::image::{ReadOptions, Segmentation};

use crate::common::{Bench, load_file, repository};

/// A part of the scan at 39 um, with many units that resorb and a tumour.
const SCENARIO: &str = r#"name = "part"
preset = "mouse"
seed = 5
run = { duration = "4 d", burn_in = "0 d", tick = "6 h" }
lattice = {}
inoculation = { cells = 200 }
lining.activation.events.rate = "20000 /mm2/yr"
output.film = "none"
"#;

/// A run of it in a folder.
fn run(bench: &Path) -> PathBuf {
    let scan = repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let image = format!(
        "[specimen.image]\nfile = {:?}\ncrop = {{ start = [40, 40, 40], size = [26, 24, 22] }}\n",
        scan.display().to_string()
    );
    let file = bench.join("part.toml");
    fs::write(&file, format!("{SCENARIO}{image}")).unwrap();
    let out = bench.join("run");
    begin(load_file(&file, &[]).unwrap(), &out, false, &Silent).unwrap();
    out
}

fn asked(run: &Path, day: Option<f64>) -> Asked<'_> {
    Asked {
        run,
        day,
        inputs: None,
    }
}

/// A scan that shows what the run has on a day.
fn scan_of(run: &Path, day: f64, file: &Path) {
    let wish = Wish {
        format: VolumeFormat::Nifti,
        fields: &["bone_solid".to_owned()],
    };
    let (_, simulation) = simulation_on(asked(run, Some(day)), wish, &Silent).unwrap();
    let Exported::File(bytes) = export("part", &simulation, wish).unwrap() else {
        unreachable!("a NIfTI is a file");
    };
    fs::write(file, bytes).unwrap();
}

fn compared(run: &Path, file: &Path, labels: &[u32]) -> Result<ComparedScan, RunError> {
    let scan = FollowUpScan {
        file,
        reading: ReadOptions::default(),
        by: Segmentation {
            threshold: None,
            labels: labels.to_vec(),
        },
    };
    compare_scan(asked(run, None), &scan, &Silent)
}

#[test]
fn scans_that_the_run_itself_would_give_have_its_losses() {
    let bench = tempfile::tempdir().unwrap();
    let run = run(bench.path());
    let [last, first] = ["last.nii.gz", "first.nii.gz"].map(|name| bench.path().join(name));
    scan_of(&run, 4.0, &last);
    scan_of(&run, 0.0, &first);

    let same = compared(&run, &last, &[]).unwrap();
    assert_eq!(same.day, 4.0);
    assert_eq!(same.losses.run_mm3, same.losses.scan_mm3);
    assert!(same.losses.lost.both_mm3 > 0.0, "{same}");
    assert_eq!(same.losses.lost.run_only_mm3, 0.0);
    assert_eq!(same.losses.lost.dice, Some(1.0));
    assert_eq!(same.losses.lost_surface.unwrap().greatest_um, 0.0);
    let by_chance = same.losses.lost.dice_by_chance.unwrap();
    assert!(by_chance > 0.0 && by_chance < 0.5, "{same}");

    // The scan of before, on its own voxels, of which the part of the run is taken.
    let scan = repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let before = compared(&run, &scan, &[]).unwrap();
    assert_eq!(before.losses.scan_mm3, before.losses.before_mm3);
    assert_eq!(before.losses.lost.both_mm3, 0.0);
    assert_eq!(before.losses.lost.run_only_mm3, same.losses.lost.both_mm3);
    assert_eq!(before.losses.lost.dice, Some(0.0));
    assert_eq!(before.losses.lost_surface, None);

    let none = compared(&run, &first, &[]).unwrap();
    assert!(none.losses.run_mm3 < none.losses.scan_mm3);
    let picture = bench.path().join("losses.png");
    same.write_picture(&picture).unwrap();
    assert!(fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_scan_on_other_sites_is_refused_and_the_command_says_all_of_it() {
    let bench = Bench::new(&[]);
    let run = run(bench.folder());
    let shrew = repository("scenarios/specimens/shrew/shrew_seg.nii.gz");
    let refused = compared(&run, &shrew, &[]).unwrap_err().to_string();
    assert!(
        refused.contains("shrew_seg.nii.gz") && refused.contains("um"),
        "{refused}"
    );
    scan_of(&run, 2.0, &bench.path("day_2.nii.gz"));
    let words = "compare-scan run --scan day_2.nii.gz --day 4";
    let said = bench.done(words);
    for word in [
        "on day 4",
        "lost ",
        "Dice 0.",
        "by chance",
        "surfaces  of what was lost",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let said = bench.done(&format!("{words} --json --quiet"));
    let found: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let lost = &found["losses"]["lost"];
    assert!(lost["both_mm3"].as_f64().unwrap() > 0.0, "{said}");
    // What the scan of an earlier day has lost, the run has lost too or filled again.
    assert!(lost["run_only_mm3"].as_f64().unwrap() > 0.0, "{said}");
    bench.refused("compare-scan run --scan day_2.nii.gz --labels 9", &["9"]);
}
