//! Virtual trials as a user runs them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common;

use std::fs;
use std::path::Path;
use std::process::Output;

use howship::cohort::report::{Asked, TrialError, run_file};
use howship::cohort::run::{Results, run};
use howship::cohort::summary::{Summary, curves, summary};
use howship::cohort::trial::Trial;

const SMALL: &str = include_str!("../trials/small/zoledronate_sre.toml");

fn trial(text: &str, patients: u64) -> Trial {
    Trial::parse("trial.toml", text, Some(patients), None).unwrap()
}

fn results(trial: &Trial) -> Results {
    run(trial, &|| {}).unwrap()
}

fn command(arguments: &[&str]) -> Output {
    common::howship()
        .arg("trial")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn all_shipped_trials_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("trials");
    let mut read = 0;
    for folder in [root.clone(), root.join("small")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let trial = Trial::read(&path, None, None).unwrap();
                assert_eq!(
                    trial.name.replace("_small", ""),
                    path.file_stem().unwrap().to_str().unwrap()
                );
                read += 1;
            }
        }
    }
    assert!(read >= 12, "{read}");
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let trial = trial(SMALL, 40);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| results(&trial))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

/// The first patients of a larger trial are those of a smaller one, with the same fate.
#[test]
fn more_patients_change_none_of_those_before() {
    let (few, many) = (results(&trial(SMALL, 10)), results(&trial(SMALL, 25)));
    assert_eq!(few.people[..], many.people[..10]);
    assert_eq!(few.histories[..], many.histories[..10]);
}

/// Two arms without a drug are the same patients with the same random numbers: the ratio is 1 to the last bit.
#[test]
fn identical_arms_give_identical_events() {
    let text = SMALL.split("[arms.zoledronate").next().unwrap().to_owned() + "[arms.other]\n";
    let trial = trial(&text, 60);
    let results = results(&trial);
    let mut events = 0;
    for both in &results.histories {
        assert_eq!(both[0], both[1]);
        events += both[0].events.len();
    }
    assert!(events > 20, "{events}");
    let found = summary(&trial, &results);
    for ratio in [
        found.comparisons[0].hazard_ratio,
        found.comparisons[0].multiple_event_ratio,
        found.comparisons[0].death_ratio,
    ] {
        assert_eq!(ratio.value.map(f64::to_bits), Some(1.0_f64.to_bits()));
    }
}

/// Until the first molecule the arms do not differ, and after it no patient under zoledronate has more
/// resorption than the same one without.
#[test]
fn arms_share_their_random_numbers_until_the_first_molecule() {
    let later = SMALL.replace(
        "interval = \"21 d\"",
        "start = \"90 d\"\ninterval = \"21 d\"",
    );
    let trial = trial(&later, 40);
    let results = results(&trial);
    let mut differing = 0;
    for both in &results.histories {
        let (control, arm) = (&both[0], &both[1]);
        if control.end_d.min(arm.end_d) < 90.0 {
            assert!(control.end_d.to_bits() == arm.end_d.to_bits() && control.end == arm.end);
        }
        let before = |events: &[howship::patient::skeletal_events::Event]| {
            let early = events.iter().filter(|event| event.day < 90.0);
            early.copied().collect::<Vec<_>>()
        };
        assert_eq!(before(&control.events), before(&arm.events));
        for (week, (without, with)) in control.seen.iter().zip(&arm.seen).enumerate() {
            if week * 7 <= 90 {
                assert_eq!(without, with);
            } else if control.irradiated_d.is_empty() && arm.irradiated_d.is_empty() {
                assert!(with.resorption < without.resorption);
                differing += 1;
            }
        }
    }
    assert!(differing > 100, "{differing}");
}

/// What a drug spares bone defers death, but where bone that was not spared was irradiated; where nothing of bone multiplies
/// the hazard, arms die alike to the last bit.
#[test]
fn death_answers_to_what_bone_metastases_do() {
    let deaf =
        "\n[death]\nfracture = 1.0\ncord_compression = 1.0\nhypercalcaemia = 1.0\nbone = 0.0\n";
    for both in &results(&trial(&format!("{SMALL}{deaf}"), 80)).histories {
        assert_eq!(both[0].end_d.to_bits(), both[1].end_d.to_bits());
        assert_eq!(both[0].end, both[1].end);
    }
    let trial = trial(SMALL, 200);
    let results = results(&trial);
    let mut later = 0;
    for both in &results.histories {
        let is_irradiated = both.iter().any(|one| !one.irradiated_d.is_empty());
        assert!(is_irradiated || both[1].end_d >= both[0].end_d, "{both:?}");
        later += usize::from(both[1].end_d > both[0].end_d);
    }
    assert!(later > 20, "{later}");
    let ratio = summary(&trial, &results).comparisons[0].death_ratio;
    assert!(ratio.value.is_some_and(|value| value < 1.0), "{ratio:?}");
}

#[test]
fn numbers_at_risk_add_up() {
    let trial = trial(SMALL, 120);
    let results = results(&trial);
    let found = summary(&trial, &results);
    let lines = curves(&trial, &results);
    for (place, (arm, lines)) in found.arms.iter().zip(&lines.arms).enumerate() {
        // At every step: all patients, less those whose time was over before.
        for step in &lines.first.steps {
            let over = results.arm(place).filter(|history| {
                let time = history.events.first().map_or(history.end_d, |one| one.day);
                time < step.time
            });
            assert_eq!(step.at_risk as usize, 120 - over.count());
        }
        let events: u32 = lines.first.steps.iter().map(|step| step.events).sum();
        assert_eq!(events as usize, arm.first.values().sum::<usize>());
        let deaths: u32 = lines.survival.steps.iter().map(|step| step.events).sum();
        assert_eq!(deaths as usize, arm.deaths);
        assert_eq!(lines.first.at_risk(0.0), 120);
        // Every patient either has had one kind of event, or died without one, or has not.
        let last = lines.incidence.last().unwrap();
        let shares: f64 = last.iter().map(|kind| kind.share).sum();
        assert!(shares < 1.0 + 1e-9 && shares > 0.3, "{shares}");
        assert!(arm.counted.values().sum::<usize>() <= arm.all.values().sum::<usize>());
    }
}

/// Zoledronate and denosumab lower CTX within weeks, and the number of events.
#[test]
fn drugs_lower_resorption_and_events() {
    let denosumab = "\n[arms.denosumab.therapy.denosumab]\ndrug = \"denosumab\"\ndose = \"120 mg\"\nroute = \"subcutaneous\"\ninterval = \"28 d\"\n";
    let trial = trial(&format!("{SMALL}{denosumab}"), 200);
    let results = results(&trial);
    assert_eq!(results.arms, ["placebo", "denosumab", "zoledronate"]);
    let lines = curves(&trial, &results);
    let ctx = |arm: usize| lines.arms[arm].seen[8].1[0].0;
    assert!(
        ctx(1) < 0.5 && ctx(2) < 0.5 && ctx(0) > 1.0,
        "{} {}",
        ctx(1),
        ctx(2)
    );
    let found = summary(&trial, &results);
    let counted = |arm: usize| found.arms[arm].counted.values().sum::<usize>();
    assert!(counted(1) < counted(0) && counted(2) < counted(0));
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_remedy() {
    let refused = |from: &str, to: &str| {
        let text = SMALL.replace(from, to);
        assert_ne!(text, SMALL, "{from}");
        Trial::parse("trial.toml", &text, None, None)
            .unwrap_err()
            .render(false)
    };
    for (from, to, words) in [
        (
            "control = \"placebo\"",
            "control = \"none\"",
            &["no arm \"none\"", "placebo, zoledronate", "trial.toml:"][..],
        ),
        ("patients = 200", "patients = 0", &["found 0", "1000000"]),
        (
            "follow_up = \"180 d\"",
            "follow_up = \"12 h\"",
            &["found 0.5 d", "whole days"],
        ),
        (
            "follow_up = \"180 d\"",
            "follow_up = \"180\"",
            &["without a unit", "trial.toml:"],
        ),
        (
            "drug = \"zoledronate\"",
            "drug = \"zoledronat\"",
            &["no drug \"zoledronat\"", "denosumab"],
        ),
        (
            "drug = \"zoledronate\"",
            "drug = \"anti_pd_1\"",
            &["anti_pd_1 does not act in man", "human protein"],
        ),
        (
            "dose = \"4 mg\"",
            "dose = \"4 mg/m2\"",
            &[
                "traits.surface",
                "arms.zoledronate.therapy.zoledronate.dose",
            ],
        ),
        (
            "sigma = 0.8, least",
            "sigma = -0.8, least",
            &["traits.lesions.lognormal.sigma", "below zero"],
        ),
        (
            "high = 0.6",
            "high = 1.6",
            &["traits.section", "from 0 to 1"],
        ),
        (
            "load = { lognormal = { median = 1.0, sigma = 0.2 } }",
            "load = { fixed = 1e9 }",
            &["traits.load", "from 0 to 100"],
        ),
        (
            "death = { lognormal = { median = \"0.0037 /d\", sigma = 0.5 } }",
            "death = { fixed = \"2e5 /d\" }",
            &["traits.death", "2.000e5 /d", "from 0 to 1 /d"],
        ),
        (
            "turnover = { lognormal = { median = \"0.25 /yr\", sigma = 0.3 } }",
            "turnover = { fixed = \"1000 /yr\" }",
            &["traits.turnover", "to 100 /yr"],
        ),
        (
            "count_hypercalcaemia = true",
            "count_hypercalcemia = true",
            &["count_hypercalcaemia", "did you mean"],
        ),
        (
            "[arms.placebo]",
            "[tissue]\nrefill = 2\n[arms.placebo]",
            &["tissue.refill", "from 0 to 1"],
        ),
    ] {
        let said = refused(from, to);
        for word in words {
            assert!(said.contains(word), "{to}: {word} is not in\n{said}");
        }
    }
}

/// Lesions that turn over more than the skeleton stop the run with the patient and the remedy.
#[test]
fn lesions_larger_than_a_skeleton_are_refused() {
    let text = SMALL.replace(
        "lesions = { lognormal = { median = \"60 cm3\", sigma = 0.8, least = \"2 cm3\", most = \"400 cm3\" } }",
        "lesions = { fixed = \"90 L\" }",
    );
    let said = run(&trial(&text, 3), &|| {}).unwrap_err().to_string();
    assert!(
        said.contains("patient 0") && said.contains("traits.lesions"),
        "{said}"
    );
}

#[test]
fn the_command_leaves_tables_and_pictures_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("trial");
    let path = out.to_str().unwrap();
    let small = "trials/small/zoledronate_sre.toml";
    let arguments = [
        "run",
        small,
        "--out",
        path,
        "--patients",
        "30",
        "--threads",
        "2",
    ];
    let done = command(&arguments);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.contains("hazard ratio of the first event"), "{said}");
    for name in [
        "trial.toml",
        "patients.csv",
        "events.csv",
        "survival.csv",
        "incidence.csv",
        "course.csv",
        "summary.csv",
        "summary.json",
        "plots/event_free.png",
        "plots/survival.svg",
        "plots/incidence.svg",
        "plots/course.png",
        "plots/response.png",
        "plots/pain.svg",
        "plots/subgroups.png",
        "subgroups.csv",
        "covariates.csv",
        "combinations.csv",
    ] {
        assert!(fs::metadata(out.join(name)).unwrap().len() > 90, "{name}");
    }
    let rows = fs::read_to_string(out.join("patients.csv")).unwrap();
    assert_eq!(rows.lines().count(), 61);
    let text = fs::read_to_string(out.join("summary.json")).unwrap();
    let found: Summary = serde_json::from_str(&text).unwrap();
    assert_eq!((found.patients, found.arms.len()), (30, 2));
    // The trial that was written is the trial that was run.
    let again = folder.path().join("again");
    let resolved = out.join("trial.toml");
    let second = command(&[
        "run",
        resolved.to_str().unwrap(),
        "--out",
        again.to_str().unwrap(),
        "--threads",
        "1",
        "--quiet",
    ]);
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    for name in [
        "patients.csv",
        "events.csv",
        "summary.json",
        "plots/event_free.svg",
    ] {
        let [one, other] = [&out, &again].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(one == other, "{name} differs");
    }
    let refused = command(&arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    let forced = [&arguments[..], &["--force", "--quiet"]].concat();
    assert_eq!(command(&forced).status.code(), Some(0));
    // A folder that no trial left is kept even then.
    let thesis = folder.path().join("thesis");
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join("chapter.tex"), "words").unwrap();
    let kept = command(&["run", small, "--out", thesis.to_str().unwrap(), "--force"]);
    assert_eq!(kept.status.code(), Some(2));
    assert!(thesis.join("chapter.tex").exists());
}

#[test]
fn check_says_what_a_trial_would_do() {
    let said = command(&["check", "trials/zoledronate_sre.toml"]);
    assert_eq!(said.status.code(), Some(0));
    let words = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        words.contains("2000 patients per arm") && words.contains("placebo (control)"),
        "{words}"
    );
    let wrong = command(&["check", "trials/none.toml"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// A library runs a file into a folder; what goes wrong is typed, and nothing is said of options of the program.
#[test]
fn a_file_is_run_into_a_folder_by_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trial.toml");
    fs::write(&file, SMALL).unwrap();
    let out = folder.path().join("results");
    let asked = Asked {
        patients: Some(8),
        ..Asked::default()
    };
    let seen = std::sync::atomic::AtomicU32::new(0);
    let count = || {
        seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let found = run_file(&file, &out, asked, &count).unwrap();
    assert_eq!((found.patients, found.seed, seen.into_inner()), (8, 1, 8));
    let text = fs::read_to_string(out.join("summary.json")).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), found);
    let again = run_file(&file, &out, asked, &|| {}).unwrap_err();
    assert!(matches!(again, TrialError::Output(_)), "{again:?}");
    let said = again.to_string();
    assert!(
        said.contains("exists already") && !said.contains("--"),
        "{said}"
    );
    let replaced = Asked {
        seed: Some(2),
        replaces: true,
        ..asked
    };
    assert_eq!(run_file(&file, &out, replaced, &|| {}).unwrap().seed, 2);
    fs::write(out.join("chapter.tex"), "words").unwrap();
    let kept = run_file(&file, &out, replaced, &|| {})
        .unwrap_err()
        .to_string();
    assert!(
        kept.contains("chapter.tex") && !kept.contains("--"),
        "{kept}"
    );
    fs::write(&file, SMALL.replace("patients = 200", "patients = 0")).unwrap();
    let new = folder.path().join("new");
    let asked = Asked::default();
    let wrong = run_file(&file, &new, asked, &|| {}).unwrap_err();
    let TrialError::File(faults) = &wrong else {
        panic!("{wrong:?}");
    };
    assert!(faults.0[0].line().is_some_and(|line| line > 1));
    let huge = SMALL.replace("lesions = { lognormal = { median = \"60 cm3\", sigma = 0.8, least = \"2 cm3\", most = \"400 cm3\" } }", "lesions = { fixed = \"90 L\" }");
    assert_ne!(huge, SMALL);
    fs::write(&file, huge).unwrap();
    let patient = run_file(&file, &new, asked, &|| {}).unwrap_err();
    assert!(matches!(patient, TrialError::Patient(_)), "{patient:?}");
    assert!(!new.exists());
}

/// NTX that is given in its unit is that of day 0, falls as NTX over health does, and moves nothing else.
#[test]
fn urinary_ntx_is_a_trait_that_moves_nothing_else() {
    let asked = SMALL.replace(
        "[events]",
        "ntx = { lognormal = { median = 61.8, sigma = 0.906 } }\n\n[events]",
    );
    assert_ne!(asked, SMALL);
    let [without, with] = [SMALL, &asked].map(|text| results(&trial(text, 20)));
    assert_eq!(without.histories, with.histories);
    assert!(without.people.iter().all(|one| one.ntx(1.0, 1.0).is_none()));
    for (person, history) in with.people.iter().zip(with.arm(1)) {
        let (first, last) = (history.seen[0].ntx, history.seen.last().unwrap().ntx);
        let level = person.ntx(last, first).unwrap();
        let start = person.ntx(first, first).unwrap();
        assert!(start > 0.0 && (level / start - last / first).abs() < 1e-12);
    }
    let levels = |results: &Results| -> Vec<f64> {
        let people = results.people.iter();
        people.filter_map(|one| one.ntx_nmol_per_mmol).collect()
    };
    let mut all = levels(&results(&trial(&asked, 20)));
    all.sort_by(f64::total_cmp);
    assert!(all[0] < 61.8 && all[19] > 61.8, "{all:?}");
    let negative = asked.replace("median = 61.8", "median = -1.0");
    let said = Trial::parse("trial.toml", &negative, None, None)
        .unwrap_err()
        .render(false);
    assert!(said.contains("traits.ntx"), "{said}");
}
