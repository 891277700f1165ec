//! What a clinic decides on the way, what it gives by the kidney, and what it sees.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{loaded, recorded, refusal};
use howship::biology::problem::Problems;
use howship::engine::fingerprint::{Field, fields};
use howship::engine::state::State;
use howship::output::table::Table;
use howship::run::checkpoint::open;
use howship::run::record::{Record, dose_days};
use howship::scenario::build::Loaded;
use howship::therapy::catalogue::fragment;
use howship::therapy::drug::Drug;
use howship::therapy::plan::{DrugInBody, Therapy};
use howship::therapy::regimen::Course;
use howship::therapy::subject::Subject;

const MOUSE: &str = r#"
name = "small"
preset = "mouse"
seed = 3
[run]
duration = "6 d"
burn_in = "6 d"
[lattice]
size = [60, 60, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "150 um"
[inoculation]
cells = 300
[subject]
mass = "20 g"
"#;

const WAITING: &str = r#"
[therapy.zol]
drug = "zoledronate"
dose = "0.1 mg/kg"
route = "intravenous"
start_when = { tumour_cells_above = 400 }
interval = "1 d"
"#;

const HUMAN: &str = r#"
name = "patient"
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
[subject]
mass = "70 kg"
surface = "1.8 m2"
filtration = "90 mL/min"
[patient]
lattice = "skeleton"
health_window = "10 d"
"#;

const DENOSUMAB: &str = r#"
[therapy.denosumab]
drug = "denosumab"
dose = "120 mg"
route = "subcutaneous"
interval = "28 d"
"#;

/// Digests of all parts but those that count a drug before its first molecule: its empty body and its
/// dates.
fn tissue(state: &State) -> Vec<Field> {
    let mut found = fields(state).unwrap();
    let is_drug =
        |path: &str| path == "parts.drugs.bodies" || path.starts_with("parts.drugs.courses.");
    found.retain(|part| !is_drug(&part.path));
    found
}

/// A column of a table that a run has put on record.
fn column(record: &Record, table: &str, name: &str) -> Vec<f64> {
    record.tables.get(table).unwrap().column(name).unwrap()
}

/// The last value of a column of the patient.
fn last(record: &Record, name: &str) -> f64 {
    *column(record, "patient.csv", name).last().unwrap()
}

/// Time and tissue before every tick and after the last.
fn digests(loaded: &Loaded) -> Vec<(f64, Vec<Field>)> {
    let mut found = Vec::new();
    let mut simulation = loaded.build().unwrap();
    simulation
        .run(|now| found.push((now.state.time_h, tissue(&now.state))))
        .unwrap();
    found
}

#[test]
fn a_waiting_course_leaves_the_untreated_run_until_its_first_molecule() {
    let with = loaded(&format!("{MOUSE}{WAITING}"), &[]);
    let (record, simulation) = recorded(&with);
    let started_h = simulation.state.parts.drugs.courses.dates[0]
        .started_h
        .unwrap();
    assert!((24.0..=120.0).contains(&started_h), "hour {started_h}");
    assert!((started_h / 24.0).fract().abs() < 1e-12);
    let (treated, untreated) = (digests(&with), digests(&loaded(MOUSE, &[])));
    for (one, other) in untreated.iter().zip(&treated) {
        if one.0 <= started_h {
            assert_eq!(one, other);
        } else {
            assert_ne!(one.1, other.1, "hour {}", one.0);
        }
    }
    // It began on the first day on which there were more than 400 cells.
    let cells = record.series.column("tumour_cells").unwrap();
    let days = record.series.column("time_d").unwrap();
    let first = days
        .iter()
        .zip(&cells)
        .find(|&(_, &cells)| cells > 400.0)
        .unwrap();
    assert!((first.0 * 24.0 - started_h).abs() < 1e-9);
    // The table says so, and the doses follow a day apart.
    let started = column(&record, "drugs.csv", "zol_started_d");
    for (day, said) in days.iter().zip(started) {
        let expected = if day * 24.0 < started_h {
            -1.0
        } else {
            started_h / 24.0
        };
        assert!((said - expected).abs() < 1e-12, "day {day}: {said}");
    }
    let doses: Vec<f64> = (0..6)
        .map(f64::from)
        .filter(|day| day * 24.0 >= started_h - 1e-9)
        .collect();
    assert_eq!(dose_days(record.tables.get("drugs.csv").unwrap()), doses);
}

/// The date is in the state: the run is resumed every twelve hours, before and after the day.
#[test]
fn a_run_with_a_waiting_course_is_taken_up_where_it_was() {
    let with = loaded(
        &format!("{MOUSE}{WAITING}stop_when = {{ tumour_cells_above = 450 }}\n"),
        &[],
    );
    let mut simulation = with.build().unwrap();
    let mut record = Record::new(&with);
    let mut checkpoints = Vec::new();
    simulation
        .run(|now| {
            record.take(&with, now);
            if now.state.time_h >= 0.0 && now.state.tick.is_multiple_of(12) {
                checkpoints.push(with.checkpoint(now, &record, 0.0).unwrap());
            }
        })
        .unwrap();
    let dates = simulation.state.parts.drugs.courses.dates[0];
    assert!(dates.started_h < dates.stopped_h, "{dates:?}");
    assert!(checkpoints.len() >= 10);
    for bytes in &checkpoints {
        let mut taken_up = open(bytes).unwrap().restore().unwrap();
        while !taken_up.simulation.is_done() {
            taken_up.simulation.step().unwrap();
            taken_up.record.take(&taken_up.loaded, &taken_up.simulation);
        }
        assert_eq!(taken_up.simulation.state, simulation.state);
        assert_eq!(taken_up.record.tables, record.tables);
    }
}

#[test]
fn a_condition_waits_for_its_day_and_one_that_never_holds_gives_nothing() {
    let text = format!("{MOUSE}{WAITING}");
    let late = loaded(&text, &["therapy.zol.not_before=5 d"]);
    let (_, simulation) = recorded(&late);
    assert_eq!(
        simulation.state.parts.drugs.courses.dates[0].started_h,
        Some(120.0)
    );
    let never = loaded(
        &text,
        &["therapy.zol.start_when.tumour_cells_above=1000000"],
    );
    let (record, simulation) = recorded(&never);
    assert_eq!(
        simulation.state.parts.drugs.courses.dates[0].started_h,
        None
    );
    let (_, untreated) = recorded(&loaded(MOUSE, &[]));
    assert_eq!(tissue(&simulation.state), tissue(&untreated.state));
    let given = column(&record, "drugs.csv", "zoledronate_doses");
    assert!(given.iter().all(|&doses| doses == 0.0));
}

/// The share is of BV/TV on day 0.
#[test]
fn a_fall_of_bone_starts_a_course_on_the_day_on_which_it_is_reached() {
    let with = loaded(
        &format!("{MOUSE}{WAITING}"),
        &["therapy.zol.start_when={ bv_tv_falls = 0.004 }"],
    );
    let (record, simulation) = recorded(&with);
    let bv_tv = record.series.column("bv_tv").unwrap();
    let day = bv_tv
        .iter()
        .position(|&now| now <= bv_tv[0] * (1.0 - 0.004))
        .unwrap();
    let started_h = simulation.state.parts.drugs.courses.dates[0]
        .started_h
        .unwrap();
    assert!((started_h - 24.0 * day as f64).abs() < 1e-9, "{started_h}");
    assert!((simulation.state.parts.drugs.courses.bv_tv_day_0 - bv_tv[0]).abs() < 1e-15);
}

#[test]
fn calcium_of_the_patient_starts_a_course() {
    let text = format!("{HUMAN}{DENOSUMAB}start_when = {{ calcium_above = \"2.351 mM\" }}\n");
    let (record, simulation) = recorded(&loaded(&text, &[]));
    let calcium = column(&record, "patient.csv", "calcium_mm");
    let day = calcium.iter().position(|&now| now > 2.351).unwrap();
    let started_h = simulation.state.parts.drugs.courses.dates[0]
        .started_h
        .unwrap();
    assert!((started_h - 24.0 * day as f64).abs() < 1e-9, "{started_h}");
    let (untreated, _) = recorded(&loaded(HUMAN, &[]));
    let before = column(&untreated, "patient.csv", "calcium_mm");
    assert_eq!(calcium[..=day], before[..=day]);
    assert!(calcium.last() < before.last());
}

/// An arm may wait too; the day-0 bone is that of the past, and the control has no such course.
#[test]
fn an_arm_may_wait_for_a_condition() {
    let arms = r#"
[arms.waiting]
at = "2 d"
set = [
    "therapy.zol.drug = zoledronate",
    "therapy.zol.dose = 0.1 mg/kg",
    "therapy.zol.route = intravenous",
    "therapy.zol.start_when = { tumour_cells_above = 10 }",
]
"#;
    let control = loaded(&format!("{MOUSE}{arms}"), &[]);
    let (record, simulation) = recorded(&control.taking("waiting").unwrap());
    assert_eq!(
        simulation.state.parts.drugs.courses.dates[0].started_h,
        Some(72.0)
    );
    let started = column(&record, "drugs.csv", "zol_started_d");
    assert_eq!(started, [-1.0, -1.0, -1.0, 3.0, 3.0, 3.0, 3.0]);
}

#[test]
fn conditions_that_cannot_be_are_refused_with_place_and_remedy() {
    let waiting = format!("{MOUSE}{WAITING}");
    for (text, sets, words) in [
        (
            waiting.as_str(),
            vec!["therapy.zol.start_when={ calcium_above = \"2.9 mM\" }"],
            vec![
                "therapy.zol.start_when",
                "calcium_above 2.9 mM",
                "[patient]",
            ],
        ),
        (
            &waiting,
            vec!["therapy.zol.stop_when={ neutrophils_below = 1.0 }"],
            vec!["therapy.zol.stop_when", "neutrophils_below", "[patient]"],
        ),
        (
            &waiting,
            vec!["therapy.zol.start=1 d"],
            vec!["therapy.zol.start_when", "beside start", "one of them"],
        ),
        (
            &waiting,
            vec!["therapy.zol.start_when={ bv_tv_falls = -0.2 }"],
            vec!["bv_tv_falls", "-0.2", "0.2 for 20 %"],
        ),
        (
            &waiting,
            vec!["therapy.zol.start_when={ bv_tv_drops = 0.2 }"],
            vec!["bv_tv_drops", "bv_tv_falls"],
        ),
        (
            &waiting,
            vec!["therapy.zol.start_when={ bv_tv_falls = 0.2, bv_tv_rises = 0.1 }"],
            vec!["therapy.zol.start_when", "bv_tv_rises"],
        ),
        (
            &waiting,
            vec!["therapy.zol.not_before=9 d"],
            vec!["therapy.zol.not_before", "day 9", "inside the run"],
        ),
        (
            HUMAN,
            vec![
                "therapy.d={ drug = \"denosumab\", dose = \"120 mg\", route = \"subcutaneous\", \
                 start_when = { calcium_above = \"0 mM\" } }",
            ],
            vec!["calcium_above", "above zero"],
        ),
        (
            HUMAN,
            vec![
                "therapy.d={ drug = \"denosumab\", dose = \"120 mg\", route = \"subcutaneous\", \
                 start_when = { calcium_above = \"2.9\" } }",
            ],
            vec!["calcium_above", "unit"],
        ),
        (
            HUMAN,
            vec!["patient.toxicity.triggered_share=2"],
            vec!["patient.toxicity.triggered_share"],
        ),
    ] {
        let said = refusal(text, &sets);
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
    }
}

/// Dose by Calvert, cleared by filtration and 25 mL/min: the asked area is reached at any filtration.
#[test]
fn carboplatin_reaches_the_asked_area() {
    let text: toml::Table = toml::from_str(fragment("carboplatin").unwrap()).unwrap();
    let drug: Drug = text["drugs"]["carboplatin"].clone().try_into().unwrap();
    let course: Course = toml::from_str(
        "drug = \"carboplatin\"\ndose = \"AUC 5\"\nroute = \"intravenous\"\ninfusion = \"30 min\"",
    )
    .unwrap();
    for (filtration, mass) in [(30.0, 70.0), (60.0, 62.0), (90.0, 70.0), (120.0, 80.0)] {
        let subject: Subject = toml::from_str(&format!(
            "species = \"human\"\nmass = \"{mass} kg\"\nfiltration = \"{filtration} mL/min\""
        ))
        .unwrap();
        let therapy = Therapy {
            subject,
            drugs: BTreeMap::from([("carboplatin".to_owned(), drug.clone())]),
            courses: BTreeMap::from([("a".to_owned(), course.clone())]),
            duration_h: 120.0,
        };
        let mut problems = Problems::default();
        let plan = therapy.plan(&mut problems);
        assert!(problems.found.is_empty(), "{:?}", problems.found);
        let (mut body, mut area, mut levels) = (DrugInBody::default(), 0.0, Vec::new());
        for hour in 0..120 {
            let now = f64::from(hour);
            plan.advance(0, &mut body, now, now + 1.0).unwrap();
            area += body.plasma_mg_per_l;
            levels.push(body.amounts.central_mg);
        }
        // mg h/L to mg min/mL.
        let found = area * 60.0 / 1000.0;
        assert!((found / 5.0 - 1.0).abs() < 0.03, "{found} at {filtration}");
        let terminal = 4.0 * std::f64::consts::LN_2 / (levels[12] / levels[16]).ln();
        assert!(
            (1.9..=6.0).contains(&terminal),
            "{terminal} h at {filtration}"
        );
    }
    // Gaver 1988: total clearance 4.4 L/h, half-lives 1.6 and 3.0 h, mean time in the body 3.5 h.
    let system = {
        let mut system = drug.pk.system(None);
        system.clearance_l_per_h = 4.4;
        system
    };
    let volume = system.central_l + system.peripheral_l[0];
    assert!((volume / 4.4 / 3.5 - 1.0).abs() < 0.06, "{}", volume / 4.4);
    let out = (4.4 + system.exchange_l_per_h[0]) / system.central_l;
    let back = system.exchange_l_per_h[0] / system.peripheral_l[0];
    let sum = out + back;
    let product = 4.4 / system.central_l * back;
    let root = (sum * sum - 4.0 * product).sqrt();
    for (rate, half_life) in [(0.5 * (sum + root), 1.6), (0.5 * (sum - root), 3.0)] {
        let found = std::f64::consts::LN_2 / rate;
        assert!((found / half_life - 1.0).abs() < 0.03, "{found} h");
    }
}

#[test]
fn carboplatin_asks_for_the_kidney_and_for_man() {
    let course = "[therapy.c]\ndrug = \"carboplatin\"\ndose = \"AUC 5\"\nroute = \"intravenous\"\n";
    let said = refusal(&format!("{MOUSE}{course}"), &[]);
    assert!(
        said.contains("AUC 5 for a mouse") && said.contains("mg/kg"),
        "{said}"
    );
    let said = refusal(
        &format!("{MOUSE}{course}"),
        &["therapy.c.dose=40 mg/kg", "seed=4"],
    );
    assert!(said.contains("subject.filtration"), "{said}");
}

#[test]
fn markers_of_the_tumour_and_harm_are_in_the_table_of_the_patient() {
    let (untreated, _) = recorded(&loaded(HUMAN, &[]));
    let (treated, simulation) = recorded(&loaded(&format!("{HUMAN}{DENOSUMAB}"), &[]));
    for name in ["jaw_necrosis_probability", "hypocalcaemia_probability"] {
        assert!(last(&untreated, name).abs() < 1e-15);
        let probabilities = column(&treated, "patient.csv", name);
        assert!(probabilities.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(last(&treated, name) > 0.0 && last(&treated, name) < 0.1);
    }
    // Ten days of 1.1 % a year.
    let expected = 0.011 * 10.0 / 365.25;
    let jaw = last(&treated, "jaw_necrosis_probability");
    assert!((jaw / expected - 1.0).abs() < 1e-3, "{jaw}");
    // CEA is on its way to what the tumour makes.
    let tumour = last(&untreated, "tumour_cm3");
    let cea = last(&untreated, "cea");
    assert!(
        tumour > 0.0 && cea > 1.0 && cea < 1.0 + 0.1 * tumour,
        "{cea}"
    );
    assert!(last(&untreated, "bsp") > 1.0);
    let body = simulation.state.parts.patient.body.unwrap();
    assert!((body.harm.on_drug_h - 240.0).abs() < 1e-9);
}

/// Where the lattice is a lesion, antiresorptives reach the rest of the skeleton too: CTX falls below
/// its level in health and calcium with it, but the tissue is the same.
#[test]
fn the_rest_of_the_skeleton_answers_to_antiresorptives() {
    let text = HUMAN.replace(
        "lattice = \"skeleton\"",
        "lattice = \"lesion\"\nlesions = \"0.5 cm3\"",
    );
    let (untreated, _) = recorded(&loaded(&text, &[]));
    let (treated, _) = recorded(&loaded(&format!("{text}{DENOSUMAB}"), &[]));
    assert!((last(&untreated, "ctx") - 1.0).abs() < 0.1);
    assert!(
        (0.085..0.2).contains(&last(&treated, "ctx")),
        "{}",
        last(&treated, "ctx")
    );
    assert!(last(&treated, "calcium_mm") < last(&untreated, "calcium_mm"));
    assert!(last(&treated, "pth_pm") > last(&untreated, "pth_pm"));
    assert!(last(&treated, "calcium_residual") < 1e-9);
}

/// One command from a scenario with arms to what a clinic sees of them.
#[test]
fn arms_of_a_patient_become_the_picture_of_a_clinic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    let arms = r#"
[arms.denosumab]
at = "2 d"
set = [
    "therapy.denosumab.drug = denosumab",
    "therapy.denosumab.dose = 120 mg",
    "therapy.denosumab.route = subcutaneous",
    "therapy.denosumab.start = 2 d",
]
"#;
    fs::write(&path, format!("{HUMAN}{arms}")).unwrap();
    let howship = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_howship"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    for seed in ["5", "6"] {
        let out = format!("seed-{seed}");
        let arguments = [
            "run",
            "small.toml",
            "--quiet",
            "--seed",
            seed,
            "--out",
            &out,
        ];
        howship(&[&arguments[..], &["--set", "run.duration=4 d"]].concat());
    }
    let said = howship(&["compare", "seed-5", "seed-6", "--out", "both"]);
    assert!(said.contains("clinic.png"), "{said}");
    let table = Table::read_csv(&folder.path().join("both/clinic.csv")).unwrap();
    let column = |name: &str| table.column(name).unwrap();
    assert_eq!(column("time_d"), [0.0, 1.0, 2.0, 3.0, 4.0]);
    // The past is shared; after the dose CTX falls.
    assert_eq!(column("ctx_control")[..3], column("ctx_denosumab")[..3]);
    assert!(column("ctx_denosumab")[4] < column("ctx_control")[4]);
    let (least, greatest) = (
        column("bv_tv_control_least")[0],
        column("bv_tv_control_greatest")[0],
    );
    assert!(least <= greatest);
    let alone = Table::read_csv(&folder.path().join("seed-5/control/patient.csv")).unwrap();
    let ctx = alone.column("ctx").unwrap();
    assert!(
        column("ctx_control_least")[1] <= ctx[1] && ctx[1] <= column("ctx_control_greatest")[1]
    );
    assert!(Path::new(&folder.path().join("both/plots/clinic.svg")).exists());
}
