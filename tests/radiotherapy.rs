//! Radiation: its laws against published figures, and cells in a field against the laws.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use crate::common::try_load;
use howship::engine::parts::radiation::supply::dose_gy;
use howship::engine::state::State;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;
use howship::therapy::irradiation::{Beam, Shape};
use howship::therapy::radiotherapy::{Law, Sensitivity, bed_gy, eqd2_gy};

const BENT: Law = Law::LinearQuadraticLinear {
    transition_gy: 10.0,
};

fn tumour(alpha: f64) -> Sensitivity {
    toml::from_str(&format!("alpha = \"{alpha} /Gy\"\nalpha_beta = \"10 Gy\"")).unwrap()
}

/// Target A29: seven schemes by the linear-quadratic law, against exact arithmetic within 1e-3 and
/// the printed figures within half of their last digit.
#[test]
fn seven_schemes_have_their_published_doses_and_survival() {
    for (fractions, dose, printed) in [
        (1, 8.0, [14.4, 12.0, 29.3, 1.3e-2, 5.6e-2]),
        (5, 4.0, [28.0, 23.3, 46.7, 2.2e-4, 3.7e-3]),
        (10, 3.0, [39.0, 32.5, 60.0, 8.3e-6, 4.1e-4]),
        (5, 6.0, [48.0, 40.0, 90.0, 5.6e-7, 6.8e-5]),
        (3, 9.0, [51.3, 42.8, 108.0, 2.1e-7, 3.5e-5]),
        (2, 12.0, [52.8, 44.0, 120.0, 1.3e-7, 2.6e-5]),
        (1, 24.0, [81.6, 68.0, 216.0, 2.3e-11, 8.2e-8]),
    ] {
        let law = Law::LinearQuadratic;
        let bed = bed_gy(law, fractions, dose, 10.0);
        let left = |alpha| tumour(alpha).survival(law, dose).powi(fractions as i32);
        let found = [
            bed,
            eqd2_gy(bed, 10.0),
            bed_gy(law, fractions, dose, 3.0),
            left(0.3),
            left(0.2),
        ];
        // exp(-n (alpha d + beta d^2)) with beta = alpha / 10 Gy, written out.
        let count = f64::from(fractions);
        let exact = |alpha: f64| (-count * (alpha * dose + alpha / 10.0 * dose * dose)).exp();
        for (found, exact) in found[3..].iter().zip([exact(0.3), exact(0.2)]) {
            assert!((found / exact - 1.0).abs() < 1e-3, "{found} of {exact}");
        }
        for (column, (found, printed)) in found.iter().zip(printed).enumerate() {
            let half_digit = if column < 3 {
                if printed >= 100.0 { 0.5 } else { 0.05 }
            } else {
                0.05 * 10_f64.powf(f64::log10(printed).floor())
            };
            assert!(
                (found - printed).abs() <= half_digit * (1.0 + 1e-9),
                "{fractions} x {dose} Gy, column {column}: {found} of {printed}"
            );
        }
    }
    let bent = tumour(0.3).survival(BENT, 24.0);
    assert!((8e-9 / 3.0..3.0 * 8e-9).contains(&bent), "{bent}");
    assert!((bent / (-18.6_f64).exp() - 1.0).abs() < 1e-12);
}

#[test]
fn a_border_falls_from_80_to_20_percent_over_its_penumbra() {
    let beam = Beam {
        shape: Shape::Box {
            centre_um: [500.0; 3],
            half_um: [200.0, 300.0, f64::INFINITY],
        },
        penumbra_um: 50.0,
    };
    let at = |x: f64, y: f64| beam.share([x, y, 500.0]);
    assert!((at(500.0, 500.0) - 1.0).abs() < 1e-12);
    for (x, y, share) in [
        (700.0, 500.0, 0.5),
        (675.0, 500.0, 0.8),
        (725.0, 500.0, 0.2),
        (500.0, 200.0, 0.5),
        (700.0, 800.0, 0.25),
        (1500.0, 500.0, 0.0),
    ] {
        assert!((at(x, y) - share).abs() < 1e-4, "{} at {x}, {y}", at(x, y));
    }
    let sharp = Beam {
        shape: Shape::Sphere {
            centre_um: [500.0; 3],
            radius_um: 100.0,
        },
        penumbra_um: 0.0,
    };
    let shares = [0.0, 99.0, 101.0].map(|at| sharp.share([500.0, 500.0 + at, 500.0]));
    for (found, due) in shares.into_iter().zip([1.0, 1.0, 0.0]) {
        assert!((found - due).abs() < 1e-12);
    }
}

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 5
[run]
duration = "4 d"
burn_in = "4 d"
[lattice]
size = [80, 80, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "150 um"
[inoculation]
cells = 400
"#;

const EIGHT: &str = r#"
[radiotherapy.a]
dose = "8 Gy"
start = "1 d"
law = "linear_quadratic"
"#;

fn loading(more: &str, sets: &[&str]) -> Result<Loaded, String> {
    try_load(&format!("{SMALL}{more}"), sets).map_err(|found| found.render(false))
}

fn simulation(more: &str, sets: &[&str]) -> Simulation {
    loading(more, sets).unwrap().build().unwrap()
}

fn run(more: &str, sets: &[&str]) -> State {
    let mut simulation = simulation(more, sets);
    simulation.run(|_| {}).unwrap();
    simulation.state
}

/// The state after the first tick of a dense tumour that is irradiated at day 0.
fn first_tick(more: &str, sets: &[&str]) -> State {
    let mut all = vec![
        "run.duration=1 d",
        "run.burn_in=0 d",
        "inoculation.cells=6000",
        "radiotherapy.a.start=0 d",
    ];
    all.extend(sets);
    let mut simulation = simulation(&format!("{EIGHT}{more}"), &all);
    simulation.begin().unwrap();
    simulation.step().unwrap();
    simulation.state
}

/// Number of sound cells of 6000 in an even field, within four standard deviations of its binomial.
#[test]
fn survival_in_a_field_is_that_of_the_law() {
    let held = |found: f64, survival: f64| {
        let spread = (6000.0 * survival * (1.0 - survival)).sqrt();
        assert!(
            (found - 6000.0 * survival).abs() < 4.0 * spread,
            "{found} sound of {} due",
            6000.0 * survival
        );
    };
    for dose in [1.0, 2.0, 4.0, 8.0] {
        let state = first_tick("", &[&format!("radiotherapy.a.dose={dose} Gy")]);
        let [fraction] = &state.parts.radiation.fractions[..] else {
            unreachable!("one fraction is due");
        };
        assert_eq!(fraction.sound, 6000);
        assert!((fraction.mean_gy - dose).abs() < 1e-12);
        let survival = (-(0.3 * dose + 0.03 * dose * dose)).exp();
        assert!((fraction.expected_survival / survival - 1.0).abs() < 1e-12);
        held((fraction.sound - fraction.doomed) as f64, survival);
    }
    // Two fractions in one tick do not share their random numbers.
    let second = EIGHT
        .replace("[radiotherapy.a]", "[radiotherapy.b]")
        .replace("1 d", "0 d");
    let state = first_tick(
        &second,
        &["radiotherapy.a.dose=2 Gy", "radiotherapy.b.dose=2 Gy"],
    );
    let survival = (-2.0 * (0.6_f64 + 0.12)).exp();
    let doomed: u64 = state
        .parts
        .radiation
        .fractions
        .iter()
        .map(|f| f.doomed)
        .sum();
    assert_eq!(state.parts.radiation.fractions.len(), 2);
    held(6000.0 - doomed as f64, survival);
}

#[test]
fn clones_answer_by_their_factor() {
    let state = first_tick(
        "[tumour.clones.hard]\nshare = 0.5\nradiosensitivity = 0.0\n",
        &["radiotherapy.a.dose=30 Gy"],
    );
    let doomed = |clone: u8| {
        let cells = &state.tumour;
        let of = (0..cells.len()).filter(|&cell| cells.clone[cell] == clone);
        of.clone().filter(|&cell| cells.doomed[cell] > 0).count() as f64 / of.count() as f64
    };
    assert!(doomed(0) > 0.99 && doomed(1) < 1e-9);
}

#[test]
fn a_sharp_field_spares_what_lies_outside() {
    let field = "field = \"box\"\ncentre = [\"250 um\", \"400 um\", \"25 um\"]\n\
                 size = [\"300 um\", \"2 mm\", \"50 um\"]\n";
    let state = first_tick(field, &["radiotherapy.a.dose=60 Gy"]);
    let (mut inside, mut outside) = (0, 0);
    for (&site, &doomed) in state.tumour.site.iter().zip(&state.tumour.doomed) {
        // Cells have moved for one tick since: those near the border are left out.
        let x = f64::from(site % 80) * 10.0 + 5.0;
        if (150.0..350.0).contains(&x) {
            inside += 1;
            assert!(doomed > 0, "a sound cell at {x} um");
        } else if !(60.0..440.0).contains(&x) {
            outside += 1;
            assert_eq!(doomed, 0, "a doomed cell at {x} um");
        }
    }
    assert!(inside > 1000 && outside > 1000, "{inside}, {outside}");
}

/// A sphere in a volume: sites within its radius get the whole dose, the others none.
#[test]
fn a_sphere_in_a_volume_has_its_place_along_every_axis() {
    let volume = SMALL
        .replace("[80, 80, 1]", "[24, 24, 24]")
        .replace(
            "site = \"10 um\"\nsection_thickness = \"50 um\"",
            "site = \"20 um\"",
        )
        .replace(
            "duration = \"4 d\"\nburn_in = \"4 d\"",
            "duration = \"1 d\"\nburn_in = \"0 d\"",
        )
        .replace("cells = 400", "cells = 12000")
        .replace("150 um", "80 um");
    let course = EIGHT.replace("8 Gy", "60 Gy").replace("1 d", "0 d")
        + "field = \"sphere\"\ncentre = [\"200 um\", \"240 um\", \"140 um\"]\nradius = \"80 um\"\n\
           margin = \"20 um\"\n";
    let mut simulation = common::simulation(&(volume + &course), &[]);
    simulation.begin().unwrap();
    simulation.step().unwrap();
    let state = &simulation.state;
    let fraction = &state.parts.radiation.fractions[0];
    let (mut inside, mut outside) = (0, 0);
    for (&site, &doomed) in state.tumour.site.iter().zip(&state.tumour.doomed) {
        let place = simulation.model.grid.place(site as usize);
        let squared: f64 = place
            .iter()
            .zip([200.0, 240.0, 140.0])
            .map(|(&at, centre)| ((at as f64 + 0.5) * 20.0 - centre).powi(2))
            .sum();
        let distance = squared.sqrt();
        let dose = dose_gy(&simulation.model.grid, fraction, site as usize);
        if distance <= 100.0 {
            assert!((dose - 60.0).abs() < 1e-12);
        } else {
            assert!(dose.abs() < 1e-12);
        }
        // Cells have moved for one tick since: those near the border are left out.
        if distance < 60.0 {
            inside += 1;
            assert!(doomed > 0, "a sound cell at {distance} um");
        } else if distance > 160.0 {
            outside += 1;
            assert_eq!(doomed, 0, "a doomed cell at {distance} um");
        }
    }
    assert!(inside > 100 && outside > 1000, "{inside}, {outside}");
}

#[test]
fn a_field_around_the_tumour_covers_it_and_stays() {
    let course = r#"
[radiotherapy.a]
dose = "4 Gy"
fractions = 3
start = "1 d"
law = "linear_quadratic"
field = "tumour"
margin = "60 um"
penumbra = "40 um"
"#;
    let state = run(course, &[]);
    let fractions = &state.parts.radiation.fractions;
    let days: Vec<f64> = fractions.iter().map(|f| f.time_h / 24.0).collect();
    assert_eq!(days, [1.0, 2.0, 3.0]);
    assert!(fractions.iter().all(|f| f.beam == fractions[0].beam));
    // 60 um inside of the border of a field of 40 um from 80 to 20 %: at least 98 % of the dose.
    assert!(
        fractions[0].mean_gy > 0.98 * 4.0,
        "{}",
        fractions[0].mean_gy
    );
    let weekly = run(
        course,
        &[
            "radiotherapy.a.weekdays_only=true",
            "run.duration=9 d",
            "radiotherapy.a.fractions=6",
        ],
    );
    let days: Vec<f64> = weekly
        .parts
        .radiation
        .fractions
        .iter()
        .map(|f| f.time_h / 24.0)
        .collect();
    assert_eq!(days, [1.0, 2.0, 3.0, 4.0, 5.0, 8.0]);
}

/// Doomed cells die over days as they try to divide, not at once, and none is left out.
#[test]
fn doomed_cells_die_when_they_divide() {
    let sets = [
        "run.duration=8 d",
        "radiotherapy.a.dose=40 Gy",
        "radiobiology.abortive_divisions=0",
    ];
    let mut simulation = simulation(EIGHT, &sets);
    let mut numbers = Vec::new();
    simulation
        .run(|now| {
            if now.state.time_h >= 24.0 {
                let deaths = now.state.parts.radiation.tumour_deaths;
                numbers.push((now.state.tumour.len() as f64, deaths));
            }
        })
        .unwrap();
    let (before, _) = numbers[0];
    assert!(numbers[1].0 > 0.9 * before, "{} of {before}", numbers[1].0);
    assert!(numbers.windows(2).all(|pair| pair[1].0 <= pair[0].0));
    let at = |day: usize| numbers[24 * day].0 / before;
    assert!(at(1) > 0.4 && at(1) < 0.9, "{} after a day", at(1));
    assert!(at(7) < 0.25, "{} after a week", at(7));
    let (left, deaths) = *numbers.last().unwrap();
    assert!(deaths as f64 <= before - left && deaths > 0);
    // With divisions left the colony lasts longer.
    let slow = run(
        EIGHT,
        &[sets[0], sets[1], "radiobiology.abortive_divisions=2"],
    );
    assert!(slow.tumour.len() as f64 > left);
    assert!(
        slow.tumour
            .doomed
            .iter()
            .all(|&left| (1..=3).contains(&left))
    );
}

#[test]
fn cells_on_bone_are_killed_by_their_kind_and_come_back_slowly() {
    let sets = [
        "run.duration=6 d",
        "run.burn_in=14 d",
        "specimen.trabecular.bv_tv=0.14",
        "specimen.trabecular.tb_th=50 um",
        "specimen.trabecular.tb_sp=200 um",
    ];
    let (free, hit) = (run("", &sets), run(EIGHT, &sets));
    let [fraction] = &hit.parts.radiation.fractions[..] else {
        unreachable!("one fraction is due");
    };
    assert!(fraction.precursors_killed > 20, "{fraction:?}");
    let (free, hit) = (free.osteoblasts.len(), hit.osteoblasts.len());
    assert!(2 * hit < free, "{hit} of {free}");
    let law = Law::LinearQuadratic;
    let biology = simulation(EIGHT, &[])
        .model
        .parts
        .radiation
        .unwrap()
        .biology;
    let left = [biology.precursor, biology.osteoblast, biology.osteoclast]
        .map(|cell| cell.survival(law, 8.0));
    assert!(
        left[0] < left[1] && left[1] < left[2] && left[2] > 0.5,
        "{left:?}"
    );
    assert!((biology.lymphocyte.survival(law, 2.0) - 0.5).abs() < 1e-3);
}

#[test]
fn nothing_changes_before_the_first_fraction() {
    let digests = |more: &str| {
        let mut digests = Vec::new();
        simulation(more, &[])
            .run(|now| digests.push((now.state.time_h, now.state.digest())))
            .unwrap();
        digests
    };
    for (one, other) in digests("").iter().zip(&digests(EIGHT)) {
        if one.0 <= 24.0 {
            assert_eq!(one, other);
        } else {
            assert_ne!(one.1, other.1, "hour {}", one.0);
        }
    }
}

const THREE: &str = r#"
[radiotherapy.a]
dose = "3 Gy"
fractions = 3
start = "6 h"
interval = "12 h"
law = "linear_quadratic_linear"
transition = "2 Gy"
field = "tumour"
margin = "50 um"
penumbra = "50 um"
"#;

#[test]
fn a_run_is_taken_up_between_fractions() {
    let loaded = loading(THREE, &["run.duration=2 d"]).unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    let mut checkpoints = Vec::new();
    simulation
        .run(|now| {
            record.take(&loaded, now);
            if now.state.time_h >= 0.0 && now.state.tick.is_multiple_of(9) {
                checkpoints.push(loaded.checkpoint(now, &record, 0.0).unwrap());
            }
        })
        .unwrap();
    assert_eq!(record.fractions.len(), 3);
    assert_eq!(record.tables.get("radiotherapy.csv").unwrap().rows.len(), 3);
    assert!(checkpoints.len() >= 5);
    for bytes in &checkpoints {
        let mut taken_up = open(bytes).unwrap().restore().unwrap();
        while !taken_up.simulation.is_done() {
            taken_up.simulation.step().unwrap();
            taken_up.record.take(&taken_up.loaded, &taken_up.simulation);
        }
        assert_eq!(taken_up.simulation.state, simulation.state);
        assert_eq!(taken_up.record, record);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let digests = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| run(THREE, &["run.duration=2 d"]).digest())
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]));
}

#[test]
fn an_arm_brings_radiation_and_shares_its_past() {
    let arm = "[arms.treated]\nat = \"1 d\"\nset = [\n\"radiotherapy.a.dose = 8 Gy\",\n\
               \"radiotherapy.a.start = 2 d\",\n\"radiotherapy.a.law = linear_quadratic\",\n]\n";
    let loaded = loading(arm, &[]).unwrap().taking("treated").unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    simulation.run(|now| record.take(&loaded, now)).unwrap();
    let whole = EIGHT.replace("start = \"1 d\"", "start = \"2 d\"");
    assert_eq!(simulation.state.digest(), run(&whole, &[]).digest());
    let fractions = record
        .tables
        .get("radiotherapy.csv")
        .unwrap()
        .column("fractions")
        .unwrap();
    assert_eq!(fractions.len(), record.series.rows.len());
    assert_eq!(fractions.iter().filter(|&&n| n > 0.5).count(), 2);
    let strength = record
        .tables
        .get("radiotherapy.csv")
        .unwrap()
        .column("strength_factor")
        .unwrap();
    // 0 before the arm; then two days of 30 have acted, of 29.3 Gy (8 Gy by an alpha/beta of 3 Gy).
    let acting = 29.333_333 * (1.0 - (-2.0_f64 / 30.0).exp());
    let expected = 1.0 - 0.3 / (1.0 + (100.0 / acting).powi(2));
    assert!((strength[0] - 1.0).abs() < 1e-12);
    assert!(
        (strength[4] - expected).abs() < 1e-6,
        "{} {expected}",
        strength[4]
    );
    let early = loading(&arm.replace("start = 2 d", "start = 0 d"), &[]).unwrap_err();
    assert!(early.contains("radiotherapy.a starts at 0 h"), "{early}");
}

#[test]
fn a_fraction_without_a_tumour_is_not_given() {
    let sets = ["inoculation.time=3 d", "radiotherapy.a.field=tumour"];
    let state = run(EIGHT, &sets);
    assert_eq!(state.parts.radiation.without_target, 1);
    assert!(state.parts.radiation.fractions.is_empty());
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    for (sets, place, word) in [
        (&["start=9 d"][..], "radiotherapy.a.start", "inside the run"),
        (&["fractions=0"], "radiotherapy.a.fractions", "1 to"),
        (
            &["fractions=9"],
            "radiotherapy.a.fractions",
            "fewer fractions",
        ),
        (
            &["interval=0 d", "fractions=2"],
            "radiotherapy.a.interval",
            "give 1 h to 3650 d",
        ),
        (&["dose=0 Gy"], "radiotherapy.a.dose", "above zero"),
        (&["dose=8"], "radiotherapy.a.dose", "cGy"),
        (&["law=quadratic"], "radiotherapy.a.law", "linear_quadratic"),
        (
            &["law=linear_quadratic_linear"],
            "radiotherapy.a.transition",
            "10 Gy",
        ),
        (
            &["transition=10 Gy"],
            "radiotherapy.a.transition",
            "linear_quadratic_linear",
        ),
        (&["margin=1 mm"], "radiotherapy.a.margin", "remove"),
        (&["field=sphere"], "radiotherapy.a.centre", "is missing"),
        (
            &[
                "field=sphere",
                "radius=100 um",
                "centre=[\"5 mm\", \"0 mm\", \"0 mm\"]",
            ],
            "radiotherapy.a.centre",
            "outside of the lattice",
        ),
        (&["dosis=8 Gy"], "radiotherapy.a", "dosis"),
    ] {
        let sets: Vec<String> = sets
            .iter()
            .map(|set| format!("radiotherapy.a.{set}"))
            .collect();
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let said = match loading(EIGHT, &sets) {
            Err(said) => said,
            Ok(loaded) => loaded.build().unwrap_err().render(false),
        };
        assert!(
            said.contains(place) && said.contains(word),
            "{sets:?}: {said}"
        );
    }
    for (set, word) in [
        ("radiobiology.tumour.alpha=-1 /Gy", "below zero"),
        ("radiobiology.strength.most=2", "from 0 to 1"),
        ("radiobiology.osteoblast.alpha_beta=0 Gy", "above zero"),
    ] {
        let said = simulation_refusal(set);
        assert!(said.contains(word), "{said}");
    }
}

fn simulation_refusal(set: &str) -> String {
    match loading(EIGHT, &[set]) {
        Err(said) => said,
        Ok(loaded) => loaded.build().unwrap_err().render(false),
    }
}

#[test]
fn every_value_of_the_radiobiology_has_a_source() {
    for line in howship::therapy::catalogue::RADIOBIOLOGY.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            let source = line.split_once('#').map_or("", |(_, source)| source);
            assert!(source.len() > 8, "{line}");
        }
    }
}
