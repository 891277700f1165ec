//! Drugs in the body against published levels, and drugs at work in a small tissue.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::Path;

use howship::biology::problem::Problems;
use howship::engine::fingerprint::{Field, fields};
use howship::engine::state::State;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::load;
use howship::therapy::catalogue::{fragment, names};
use howship::therapy::drug::Drug;
use howship::therapy::levels::Levels;
use howship::therapy::regimen::Course;
use howship::therapy::subject::Subject;
use howship::tissue::grid::Grid;

fn drug(name: &str) -> Drug {
    let text: toml::Table = toml::from_str(fragment(name).unwrap()).unwrap();
    text["drugs"][name].clone().try_into().unwrap()
}

fn near(found: f64, expected: f64, share: f64) {
    assert!(
        (found / expected - 1.0).abs() < share,
        "{found}, where {expected} is due"
    );
}

/// Levels in a man of 70 kg and 1.8 m2.
fn levels_of(name: &str, course: &str, days: u32) -> Levels {
    let course: Course = toml::from_str(&format!("drug = \"{name}\"\n{course}")).unwrap();
    let subject: Subject =
        toml::from_str("species = \"human\"\nmass = \"70 kg\"\nsurface = \"1.8 m2\"").unwrap();
    Levels::of(subject, course, days).unwrap()
}

/// Label of 120 mg every 4 weeks: trough 20.5 +- 13.5 ug/mL, peak about day 10, accumulation up to
/// 2.8-fold.
#[test]
fn denosumab_has_the_levels_of_its_label() {
    let levels = levels_of(
        "denosumab",
        "dose = \"120 mg\"\nroute = \"subcutaneous\"\ninterval = \"28 d\"",
        252,
    );
    let (day, peak) = levels.peak(0, 28);
    assert!((7.0..=14.0).contains(&day), "peak on day {day}");
    near(peak, 14.1, 0.03);
    let troughs: Vec<f64> = (1..=9).map(|dose| levels.trough(28 * dose)).collect();
    for (found, expected) in troughs.iter().zip([10.4, 16.0, 19.0, 20.6, 21.5]) {
        near(*found, expected, 0.03);
    }
    let steady = troughs[8];
    assert!((15.0..=26.0).contains(&steady), "trough {steady}");
    let accumulation = steady / troughs[0];
    assert!((1.8..=2.8).contains(&accumulation), "{accumulation}-fold");
}

#[test]
fn checkpoint_antibodies_have_the_troughs_of_their_labels() {
    let every = |dose: &str, days: u32| {
        format!(
            "dose = \"{dose}\"\nroute = \"intravenous\"\ninfusion = \"30 min\"\ninterval = \"{days} d\""
        )
    };
    let levels = levels_of("pembrolizumab", &every("200 mg", 21), 210);
    near(levels.trough(21), 12.7, 0.03);
    near(levels.trough(210), 29.4, 0.03);
    near(levels.peak(0, 1).1, 57.5, 0.03);
    near(
        levels_of("nivolumab", &every("240 mg", 14), 280).trough(280),
        54.7,
        0.03,
    );
    near(
        levels_of("ipilimumab", &every("1 mg/kg", 42), 252).trough(252),
        1.4,
        0.03,
    );
}

/// Latz 2006: half-lives 1.26 and 3.51 h; two exponentials by Prony from four equidistant levels.
#[test]
fn pemetrexed_has_its_half_lives_and_area() {
    let levels = levels_of(
        "pemetrexed",
        "dose = \"500 mg/m2\"\nroute = \"intravenous\"",
        3,
    );
    let (fast, slow) = levels.two_half_lives(1, 3);
    near(fast, 1.26, 0.03);
    near(slow, 3.51, 0.03);
    // 900 mg over a clearance of 91.6 mL/min, however it is given: over a day, the hours show it all.
    let infused = levels_of(
        "pemetrexed",
        "dose = \"500 mg/m2\"\nroute = \"intravenous\"\ninfusion = \"24 h\"",
        6,
    );
    near(infused.area(0, 6), 164.0, 0.01);
}

/// Label: half-life 48 h, accumulation about twofold, 175 ng/mL on average.
#[test]
fn gefitinib_accumulates_twofold() {
    let levels = levels_of(
        "gefitinib",
        "dose = \"250 mg\"\nroute = \"oral\"\ninterval = \"24 h\"",
        40,
    );
    near(levels.area(39, 40) / 24.0, 0.175, 0.03);
    near(levels.trough(40) / levels.trough(1), 2.2, 0.03);
    let (day, _) = levels.peak(0, 1);
    assert!((3.0..=7.0).contains(&(day * 24.0)), "{} h", day * 24.0);
    let once = levels_of("gefitinib", "dose = \"250 mg\"\nroute = \"oral\"", 20);
    near(
        24.0 * 4.0 * std::f64::consts::LN_2 / (once.trough(10) / once.trough(14)).ln(),
        48.0,
        0.03,
    );
}

/// Every value of a drug says where it comes from.
#[test]
fn every_value_of_a_drug_has_a_source() {
    for name in names() {
        for line in fragment(name).unwrap().lines() {
            if line.contains(" = ") && !line.starts_with('#') {
                let source = line
                    .rsplit_once('#')
                    .map_or("", |(_, source)| source.trim());
                assert!(source.len() > 3, "{name}: {line}");
            }
        }
        let mut problems = Problems::default();
        drug(name).check("drugs", &mut problems);
        assert!(problems.found.is_empty(), "{name}: {:?}", problems.found);
    }
}

const SMALL: &str = r#"
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

const ZOLEDRONATE: &str = r#"
[therapy.zol]
drug = "zoledronate"
dose = "0.1 mg/kg"
route = "intravenous"
start = "2 d"
"#;

fn simulation(more: &str, sets: &[&str]) -> Simulation {
    common::simulation(&format!("{SMALL}{more}"), sets)
}

fn run(more: &str, sets: &[&str]) -> State {
    common::ended(&format!("{SMALL}{more}"), sets).state
}

fn refusal(more: &str, sets: &[&str]) -> String {
    common::refusal(&format!("{SMALL}{more}"), sets)
}

/// Digests of all parts but those that count a drug before its first molecule: its empty body and its
/// dates.
fn tissue(state: &State) -> Vec<Field> {
    let mut found = fields(state).unwrap();
    let is_drug =
        |path: &str| path == "parts.drugs.bodies" || path.starts_with("parts.drugs.courses.");
    found.retain(|part| !is_drug(&part.path));
    found
}

#[test]
fn a_course_changes_nothing_before_its_first_molecule() {
    let digests = |more: &str| {
        let mut digests = Vec::new();
        let mut run = simulation(more, &[]);
        run.run(|now| digests.push((now.state.time_h, tissue(&now.state))))
            .unwrap();
        digests
    };
    let (without, with) = (digests(""), digests(ZOLEDRONATE));
    for (one, other) in without.iter().zip(&with) {
        if one.0 <= 48.0 {
            assert_eq!(one, other);
        } else {
            assert_ne!(one.1, other.1, "hour {}", one.0);
        }
    }
}

#[test]
fn what_zoledronate_binds_is_on_bone_in_cells_or_carried_away() {
    let mut simulation = simulation(ZOLEDRONATE, &["therapy.zol.start=0 d"]);
    let mut inside = 0.0_f32;
    simulation
        .run(|now| {
            let cells = &now.state.osteoclasts.drug_amol;
            inside = cells.iter().copied().fold(inside, f32::max);
        })
        .unwrap();
    let state = &simulation.state;
    let book = state.parts.drugs.on_bone;
    let on_bone: f64 = state
        .bone
        .drug_amol
        .iter()
        .map(|&amol| f64::from(amol))
        .sum();
    let cells = &state.osteoclasts.drug_amol;
    let in_cells: f64 = cells.iter().map(|&amol| f64::from(amol)).sum();
    assert!(book.bound > 0.0 && book.taken_up > in_cells && book.given_back > 0.0);
    near(on_bone + in_cells + book.carried_away, book.bound, 1e-4);
    // 0.61 of 2 ug over the skeleton of a mouse of 20 g.
    let load = 0.61 * 0.002 / 272.1 * 1e15 / (10e12 * 20.0 / 70_000.0);
    let highest = f64::from(inside) / 20_000.0 * 1e3;
    assert!(
        highest > 1.0 && load > 1.0,
        "{highest} uM at {load} amol/um2"
    );
}

#[test]
fn denosumab_leaves_a_mouse_alone_and_opg_fc_does_not() {
    let course = |drug: &str| {
        format!(
            "[therapy.a]\ndrug = \"{drug}\"\ndose = \"3 mg/kg\"\nroute = \"subcutaneous\"\n\
             interval = \"2 d\"\n"
        )
    };
    let (untreated, denosumab) = (run("", &[]), run(&course("denosumab"), &[]));
    assert_eq!(untreated.bone, denosumab.bone);
    assert_eq!(untreated.fields_pm, denosumab.fields_pm);
    assert_eq!(untreated.tumour, denosumab.tumour);
    assert!(denosumab.parts.drugs.bodies[0].plasma_mg_per_l > 1.0);
    let humanised = run(&course("denosumab"), &["subject.species=human"]);
    let opg_fc = run(&course("opg_fc"), &[]);
    for blocked in [humanised, opg_fc] {
        assert!(
            blocked.ledger.resorbed_um3 < 0.6 * untreated.ledger.resorbed_um3,
            "{} of {}",
            blocked.ledger.resorbed_um3,
            untreated.ledger.resorbed_um3
        );
    }
}

#[test]
fn gefitinib_kills_mutant_cells_alone() {
    let course = "[therapy.a]\ndrug = \"gefitinib\"\ndose = \"100 mg/kg\"\nroute = \"oral\"\n\
                  interval = \"1 d\"\n";
    let wild = run(course, &[]).tumour.len();
    let mutant = run(course, &["tumour.egfr_mutant=true"]).tumour.len();
    let untreated = run("", &[]).tumour.len();
    assert!(2 * mutant < wild, "{mutant} of {wild}");
    assert!(10 * wild > 7 * untreated, "{wild} of {untreated}");
}

#[test]
fn a_declared_drug_acts_by_its_modulators_alone() {
    let declared = r#"
[drugs.brake.pk]
molar_mass = "400 g/mol"
reference_mass = "20 g"
central = "10 mL"
clearance = "1 mL/h"
[tumour.division.lowered_by.brake]
to = 0.0
half_max = "1 nM"
[therapy.a]
drug = "brake"
dose = "1 mg"
route = "intravenous"
interval = "1 d"
"#;
    let (braked, free) = (run(declared, &[]), run("", &[]));
    assert!(braked.tumour.len() < 300, "{}", braked.tumour.len());
    assert!(free.tumour.len() > 400, "{}", free.tumour.len());
}

#[test]
fn antibodies_take_a_signal_from_the_cells() {
    let course = |drug: &str| {
        format!(
            "[therapy.a]\ndrug = \"{drug}\"\ndose = \"10 mg/kg\"\nroute = \"intraperitoneal\"\n\
             interval = \"3 d\"\n"
        )
    };
    let level = |state: &State| {
        state.fields_pm[0]
            .iter()
            .map(|&pm| f64::from(pm))
            .sum::<f64>()
    };
    let untreated = run("", &[]);
    // Less TGF-beta is felt, so less PTHrP per cell is made.
    let per_cell = |state: &State| level(state) / state.tumour.len() as f64;
    let anti = run(&course("anti_tgf_beta"), &[]);
    assert!(
        per_cell(&anti) < per_cell(&untreated),
        "{} of {}",
        per_cell(&anti),
        per_cell(&untreated)
    );
    // PTHrP is as high, but lining cells make more OPG, which it holds down.
    let opg = |state: &State| {
        state.fields_pm[2]
            .iter()
            .map(|&pm| f64::from(pm))
            .sum::<f64>()
    };
    let anti = run(&course("anti_pthrp"), &[]);
    assert!(
        opg(&anti) > opg(&untreated),
        "{} of {}",
        opg(&anti),
        opg(&untreated)
    );
}

/// Drugs in the body, drug on bone and in cells are saved: the run is resumed every six hours.
#[test]
fn a_treated_run_is_taken_up_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    let courses = format!(
        "{SMALL}{}[therapy.rankl]\ndrug = \"opg_fc\"\ndose = \"3 mg/kg\"\n\
         route = \"subcutaneous\"\nstart = \"1 d\"\n\
         [therapy.infused]\ndrug = \"pemetrexed\"\ndose = \"100 mg/kg\"\n\
         route = \"intravenous\"\ninfusion = \"3.5 h\"\nstart = \"30.5 h\"\n",
        ZOLEDRONATE.replace("2 d", "0 d")
    );
    fs::write(&path, courses).unwrap();
    let loaded = load(&path, &["run.duration=2 d".to_owned()]).unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    let mut checkpoints = Vec::new();
    simulation
        .run(|now| {
            record.take(&loaded, now);
            if now.state.time_h >= 0.0 && now.state.tick.is_multiple_of(6) {
                checkpoints.push(loaded.checkpoint(now, &record, 0.0).unwrap());
            }
        })
        .unwrap();
    assert_eq!(record.tables.get("drugs.csv").unwrap().rows.len(), 3);
    assert!(checkpoints.len() >= 8);
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
fn every_shipped_therapy_can_be_built() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/therapy");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let loaded = load(&path, &[]).unwrap();
        let grid = Grid::section(8, 8, 10.0, 50.0);
        let model = loaded.model(grid).unwrap();
        let is_treated = !model.parts.drugs.plan.is_empty() || model.parts.radiation.is_some();
        assert!(is_treated, "{}", path.display());
        count += 1;
    }
    assert!(count >= 8, "only {count} scenarios were found");
}

#[test]
fn what_cannot_be_given_is_refused_with_its_key() {
    for (sets, words) in [
        (
            vec!["therapy.zol.drug=zolendronate"],
            vec![
                "zolendronate",
                "zoledronate",
                "declare [drugs.zolendronate]",
            ],
        ),
        (
            vec!["therapy.zol.dose=4 mg/m2"],
            vec!["4 mg/m2", "subject.surface"],
        ),
        (vec!["therapy.zol.dose=4 pints"], vec!["4 pints", "mg/kg"]),
        (
            vec!["therapy.zol.start=7 d"],
            vec!["day 7", "day 6", "inside the run"],
        ),
        (
            vec!["therapy.zol.route=oral"],
            vec!["no absorption", "drugs.zoledronate.pk.absorption"],
        ),
        (
            vec!["therapy.zol.route=rectal"],
            vec!["rectal", "subcutaneous"],
        ),
        (vec!["subject.species=rat"], vec!["rat", "mouse"]),
        (
            vec!["drugs.zoledronate.neutralises.opg.kd=1 pM"],
            vec!["cannot bind", "pthrp"],
        ),
    ] {
        let said = refusal(ZOLEDRONATE, &sets);
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
    }
}
