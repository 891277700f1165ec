//! The body around the lattice: it follows the tissue and never changes it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use crate::common::{recorded, refusal};
use howship::run::record::Record;
use howship::scenario::build::Loaded;

const SMALL: &str = r#"
name = "small"
preset = "human"
seed = 5
[run]
duration = "10 d"
burn_in = "60 d"
tick = "12 h"
[lattice]
size = [30, 30, 16]
site = "20 um"
[specimen.slab]
thickness = "160 um"
[lining.activation]
events = { rate = "3000 /mm2/yr" }
[inoculation]
cells = 2000
"#;

const PATIENT: &str = r#"
[patient]
lattice = "skeleton"
health_window = "10 d"
"#;

fn loaded(more: &str, sets: &[&str]) -> Loaded {
    common::loaded(&format!("{SMALL}{more}"), sets)
}

fn column(record: &Record, name: &str) -> Vec<f64> {
    record
        .tables
        .get("patient.csv")
        .unwrap()
        .column(name)
        .unwrap()
}

#[test]
fn the_tissue_does_not_feel_the_body_and_the_books_of_calcium_close() {
    let (_, bare) = recorded(&loaded("", &[]));
    let with = loaded(PATIENT, &[]);
    let (record, followed) = recorded(&with);
    let table = record.tables.get("patient.csv").unwrap();
    assert_eq!(
        table.columns.join(","),
        "time_d,calcium_mm,hypercalcaemia_grade,pth_pm,pthrp_pm,urine_calcium_mmol_per_d,excreted_share,\
         bone_calcium_mmol,calcium_residual,ctx,ntx,trap5b,bsap,p1np,neutrophils_1e9_per_l,cea,bsp,\
         hypocalcaemia_grade,jaw_necrosis_probability,hypocalcaemia_probability,tumour_cm3"
    );
    assert_eq!(table.rows.len(), record.series.rows.len());
    assert_eq!(bare.state.bone, followed.state.bone);
    assert_eq!(bare.state.tumour, followed.state.tumour);
    assert!(bare.state.parts.patient.body.is_none());
    // At day 0 the body is in health.
    assert!((column(&record, "calcium_mm")[0] - 2.35).abs() < 1e-12);
    assert!((column(&record, "ctx")[0] - 1.0).abs() < 1e-12);
    assert!(
        column(&record, "calcium_residual")
            .iter()
            .all(|&residual| residual < 1e-9)
    );
    // What bone gave is what bone lost, by the factor of the skeleton.
    let body = followed.state.parts.patient.body.unwrap();
    let patient = followed.model.parts.patient.as_ref().unwrap();
    let grid = &followed.model.grid;
    let lattice_um3 = grid.site_volume_um3() * grid.len() as f64;
    let (s, share) = patient.scale(&body, lattice_um3).unwrap();
    assert!((share - 1.0).abs() < 1e-12);
    let mut day_0 = with.build().unwrap();
    day_0.begin().unwrap();
    while day_0.state.time_h < -1e-9 {
        day_0.step().unwrap();
    }
    let freed = day_0.state.parts.patient.body.unwrap().last.calcium_fmol - body.last.calcium_fmol;
    let expected = s * freed * 1e-12;
    assert!(
        (body.pools.from_bone_mmol / expected - 1.0).abs() < 1e-9,
        "{} of {expected} mmol",
        body.pools.from_bone_mmol
    );
}

/// Without RANKL osteoclasts vanish, and with them the markers of resorption.
#[test]
fn markers_of_resorption_fall_with_the_osteoclasts() {
    let drug = r#"
[subject]
mass = "70 kg"
[therapy.denosumab]
drug = "denosumab"
dose = "120 mg"
route = "subcutaneous"
start = "0 d"
"#;
    let (treated, _) = recorded(&loaded(&format!("{PATIENT}{drug}"), &[]));
    let (untreated, _) = recorded(&loaded(PATIENT, &[]));
    let last = |record: &Record, name: &str| *column(record, name).last().unwrap();
    for name in ["ctx", "ntx", "trap5b", "calcium_mm"] {
        let (with, without) = (last(&treated, name), last(&untreated, name));
        println!("{name} {with} {without}");
        assert!(with < without, "{name}: {with}, without the drug {without}");
    }
}

#[test]
fn neutrophils_fall_and_come_back_after_docetaxel() {
    let drug = r#"
[subject]
surface = "1.8 m2"
mass = "70 kg"
[therapy.docetaxel]
drug = "docetaxel"
dose = "75 mg/m2"
route = "intravenous"
infusion = "1 h"
start = "0 d"
"#;
    let (record, _) = recorded(&loaded(&format!("{PATIENT}{drug}"), &["run.duration=25 d"]));
    let counts = column(&record, "neutrophils_1e9_per_l");
    let least = counts.iter().copied().fold(f64::INFINITY, f64::min);
    assert!((counts[0] - 5.05).abs() < 1e-9);
    assert!(least < 3.0, "{least}");
    assert!(*counts.last().unwrap() > least + 1.0);
}

#[test]
fn a_run_taken_up_in_the_middle_ends_in_the_same_body() {
    let with = loaded(PATIENT, &[]);
    let mut simulation = with.build().unwrap();
    let mut record = Record::new(&with);
    simulation.begin().unwrap();
    let mut saved = None;
    while !simulation.is_done() {
        simulation.step().unwrap();
        record.take(&with, &simulation);
        if saved.is_none() && simulation.state.time_h > 72.0 {
            saved = Some(with.checkpoint(&simulation, &record, 0.0).unwrap());
        }
    }
    let saved = saved.unwrap();
    let opened = howship::run::checkpoint::open(&saved).unwrap();
    let mut again = opened.restore().unwrap().simulation;
    while !again.is_done() {
        again.step().unwrap();
    }
    assert_eq!(
        again.state.parts.patient.body,
        simulation.state.parts.patient.body
    );
}

#[test]
fn what_cannot_be_a_patient_is_refused_by_name() {
    let said = |more: &str, sets: &[&str]| refusal(&format!("{SMALL}{more}"), sets);
    for (more, sets, words) in [
        (
            "[patient]\nlattice = \"lesion\"\n",
            vec![],
            ["patient.lesions", "20 cm3"],
        ),
        (
            PATIENT,
            vec!["subject.species=mouse"],
            ["mouse", "[patient]"],
        ),
        (PATIENT, vec!["run.burn_in=5 d"], ["health_window", "5 d"]),
        (
            PATIENT,
            vec!["patient.calcium.pth=-1 pM"],
            ["patient.calcium.pth", "below zero"],
        ),
        (PATIENT, vec!["patient.sex=\"f\""], ["sex", "patient"]),
    ] {
        let found = said(more, &sets);
        for word in words {
            assert!(found.contains(word), "no {word} in: {found}");
        }
    }
}
