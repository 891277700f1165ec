//! Every therapy in a trial, and what it does to tumour, pain and death.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use howship::cohort::run::{Results, run};
use howship::cohort::summary::{Figure, Summary, summary};
use howship::cohort::trial::Trial;

const SMALL: &str = include_str!("../trials/small/zoledronate_sre.toml");
const SBRT: &str = include_str!("../trials/small/sbrt_conventional.toml");
const PEMBROLIZUMAB: &str = include_str!("../trials/small/pembrolizumab_denosumab.toml");
const GEFITINIB: &str = include_str!("../trials/small/gefitinib_egfr.toml");
const CHEMOTHERAPY: &str = include_str!("../trials/small/chemotherapy_zoledronate.toml");

fn ran(text: &str, patients: u64) -> (Trial, Results, Summary) {
    let trial = Trial::parse("trial.toml", text, Some(patients), None).unwrap();
    let results = run(&trial, &|| {}).unwrap();
    let found = summary(&trial, &results);
    (trial, results, found)
}

/// The file up to its arms, and these arms.
fn with_arms(text: &str, arms: &str) -> String {
    let head = text.split("[arms.").next().unwrap();
    format!("{head}{arms}")
}

fn share(found: &Summary, arm: &str, name: &str) -> f64 {
    let of = found.arms.iter().find(|one| one.arm == arm).unwrap();
    of.outcomes[name].value.unwrap()
}

fn death(found: &Summary, arm: &str) -> f64 {
    let of = found.comparisons.iter().find(|one| one.arm == arm).unwrap();
    of.death_ratio.value.unwrap()
}

fn is_one(figure: &Figure) -> bool {
    figure.value.map(f64::to_bits) == Some(1.0_f64.to_bits())
}

#[test]
fn equal_arms_give_exactly_one_whatever_is_given() {
    let gefitinib = GEFITINIB.split("[arms.gefitinib").nth(1).unwrap();
    let gefitinib = gefitinib.split("[arms").next().unwrap();
    let therapy = format!("[arms.NAME{gefitinib}");
    let radiation = "[arms.NAME.radiotherapy]\ndose = \"8 Gy\"\nfractions = 2\nstart = \"5 d\"\n";
    let arm = |name: &str| format!("{therapy}{radiation}").replace("NAME", name);
    let text = with_arms(GEFITINIB, &format!("{}{}", arm("supportive"), arm("same")));
    let (_, results, found) = ran(&text, 40);
    for both in &results.histories {
        assert_eq!(both[0], both[1]);
    }
    let one = &found.comparisons[0];
    for ratio in [&one.hazard_ratio, &one.death_ratio, &one.progression_ratio] {
        assert!(is_one(ratio), "{ratio:?}");
    }
    for (name, figure) in &one.outcomes {
        if name.ends_with("_ratio") {
            assert!(
                figure.value.is_none() || is_one(figure),
                "{name}: {figure:?}"
            );
        } else {
            assert_eq!(
                figure.value.map(f64::to_bits),
                Some(0.0_f64.to_bits()),
                "{name}"
            );
        }
    }
    let asked = &found.arms[0].outcomes;
    assert!(
        asked["response_soft"]
            .value
            .is_some_and(|share| share > 0.1),
        "{asked:?}"
    );
}

/// Mutant tumours answer to gefitinib and their patients live longer; those of wild type do neither.
#[test]
fn gefitinib_acts_by_the_state_of_egfr() {
    let of = |line: &str| {
        let lines = "[lines]\nadenocarcinoma = 0.5\nadenocarcinoma_egfr = 0.5\n";
        assert!(GEFITINIB.contains(lines));
        let text = GEFITINIB.replace(lines, "");
        ran(&format!("line = \"{line}\"\n{text}"), 150)
    };
    let (_, _, mutant) = of("adenocarcinoma_egfr");
    let (_, _, wild) = of("adenocarcinoma");
    let soft = |found: &Summary| share(found, "gefitinib", "response_soft");
    assert!(
        soft(&mutant) > 0.5 && soft(&wild) < 0.1,
        "{} {}",
        soft(&mutant),
        soft(&wild)
    );
    assert!(
        death(&mutant, "gefitinib") < 0.8,
        "{}",
        death(&mutant, "gefitinib")
    );
    assert!(
        (0.85..1.1).contains(&death(&wild, "gefitinib")),
        "{}",
        death(&wild, "gefitinib")
    );
}

#[test]
fn chemotherapy_defers_death_and_zoledronate_adds_to_bone_alone() {
    let (_, _, found) = ran(CHEMOTHERAPY, 200);
    assert!(
        death(&found, "chemotherapy") < 0.95,
        "{}",
        death(&found, "chemotherapy")
    );
    let soft = |arm: &str| share(&found, arm, "response_soft");
    assert!(soft("chemotherapy") > 0.1 && soft("supportive") < 0.02 && soft("zoledronate") < 0.02);
    assert!((soft("both") - soft("chemotherapy")).abs() < 0.02);
    let events = |arm: &str| {
        found
            .arms
            .iter()
            .find(|one| one.arm == arm)
            .unwrap()
            .with_event
            .value
            .unwrap()
    };
    assert!(
        events("both") < events("chemotherapy") && events("zoledronate") < events("supportive")
    );
}

/// Pembrolizumab helps those whose tumour shows PD-L1 more than those whose does not.
#[test]
fn pembrolizumab_acts_by_pd_l1_and_antigenicity() {
    let (_, results, found) = ran(PEMBROLIZUMAB, 200);
    assert!(share(&found, "pembrolizumab", "response_soft") > 0.05);
    assert!(share(&found, "denosumab", "response_soft") < 0.02);
    assert!(death(&found, "pembrolizumab") < 1.0);
    let arm = results
        .arms
        .iter()
        .position(|one| one == "pembrolizumab")
        .unwrap();
    let mut shrunk: BTreeMap<bool, Vec<f64>> = BTreeMap::new();
    for (ill, history) in results.ill.iter().zip(results.arm(arm)) {
        let volumes: Vec<f64> = history.seen.iter().map(|seen| seen.outside_cm3).collect();
        let least = volumes.iter().copied().fold(f64::INFINITY, f64::min);
        shrunk
            .entry(ill.pd_l1 >= 0.5)
            .or_default()
            .push(least / volumes[0]);
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    assert!(
        mean(&shrunk[&true]) < mean(&shrunk[&false]) - 0.03,
        "{shrunk:?}"
    );
}

/// Radiation relieves most and some wholly, spares the others nothing, and a high dose per fraction breaks bone.
#[test]
fn radiation_relieves_and_great_fractions_break() {
    let text = format!("{SBRT}\n[arms.none]\n");
    let (_, results, found) = ran(&text, 200);
    for arm in ["five_20", "single_8", "sbrt_24_2"] {
        let (any, all) = (
            share(&found, arm, "pain_response"),
            share(&found, arm, "pain_complete_response"),
        );
        assert!(any > 0.4 && all > 0.08 && all < any, "{arm}: {any} {all}");
    }
    let gone = |arm: &str| share(&found, arm, "pain_complete_response");
    assert!(
        gone("none") < 0.5 * gone("single_8"),
        "{} {}",
        gone("none"),
        gone("single_8")
    );
    let fractures =
        |arm: &str| found.arms.iter().find(|one| one.arm == arm).unwrap().all["fracture"];
    assert!(fractures("sbrt_24_1") > fractures("five_20"));
    // Tumour in the field falls, that of the other lesions stays: a third of all is in the field.
    let arm = |name: &str| results.arms.iter().position(|one| one == name).unwrap();
    let burden = |name: &str| {
        let seen = results
            .arm(arm(name))
            .filter_map(|one| Some(one.seen.get(12)?.in_bone_cm3));
        let all: Vec<f64> = seen.collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    assert!(
        burden("sbrt_24_2") < 0.85 * burden("none") && burden("sbrt_24_2") > 0.5 * burden("none")
    );
}

/// Bone comes back where the tumour is gone, and nowhere else.
#[test]
fn bone_that_was_lost_comes_back_after_radiation() {
    let arms = "[arms.placebo]\n[arms.all.radiotherapy]\nscheme = \"ten_30\"\nfield = \"whole\"\n";
    let (_, results, _) = ran(&with_arms(SMALL, arms), 60);
    let mut looked = 0;
    for both in &results.histories {
        let last = both.iter().map(|one| one.seen.len()).min().unwrap() - 1;
        if last >= 20 && both.iter().all(|one| one.irradiated_d.is_empty()) {
            let [without, with] =
                [0, 1].map(|arm: usize| [both[arm].seen[0].bone, both[arm].seen[last].bone]);
            assert!(
                with[1] > without[1] && without[1] < without[0],
                "{without:?} {with:?}"
            );
            looked += 1;
        }
    }
    assert!(looked > 5, "{looked}");
}

#[test]
fn every_drug_that_acts_in_man_is_taken() {
    for drug in [
        "carboplatin",
        "cisplatin",
        "docetaxel",
        "gefitinib",
        "galunisertib",
        "ipilimumab",
        "nivolumab",
        "pembrolizumab",
        "pemetrexed",
    ] {
        let route = if ["gefitinib", "galunisertib"].contains(&drug) {
            "oral"
        } else {
            "intravenous"
        };
        let dose =
            "[traits]\nsurface = { fixed = \"1.8 m2\" }\nfiltration = { fixed = \"90 mL/min\" }";
        let course = format!(
            "[arms.placebo.therapy.x]\ndrug = \"{drug}\"\ndose = \"100 mg\"\nroute = \"{route}\"\ninterval = \"21 d\"\n"
        );
        let text = with_arms(SMALL, &course).replace("[traits]", dose);
        let trial = Trial::parse("trial.toml", &text, Some(2), None);
        assert!(
            trial.is_ok(),
            "{drug}: {}",
            trial.unwrap_err().render(false)
        );
    }
}

#[test]
fn what_is_wrong_with_radiation_and_lines_is_named() {
    let refused = |arms: &str| {
        let text = with_arms(SMALL, arms);
        let found = Trial::parse("trial.toml", &text, None, None).unwrap_err();
        found.render(false)
    };
    for (arms, words) in [
        (
            "[arms.placebo.radiotherapy]\nscheme = \"twenty\"\n",
            &["no scheme \"twenty\"", "single_8", "trial.toml:"][..],
        ),
        (
            "[arms.placebo.radiotherapy]\ndose = \"800 Gy\"\n",
            &["found 800 Gy", "at most 100 Gy"],
        ),
        (
            "[arms.placebo.radiotherapy]\ndose = \"8 Gy\"\nfractions = 0\n",
            &["radiotherapy.fractions", "give 1 to 200"],
        ),
        (
            "[arms.placebo]\n[lines]\nsquamos = 1.0\n",
            &["no line \"squamos\"", "small_cell"],
        ),
        (
            "[arms.placebo]\n[lines]\nsquamous = 0.7\n",
            &["found shares [0.7]", "sum to 1"],
        ),
        (
            "[arms.placebo]\n[illness]\nlasting_pain = { fixed = 1.5 }\n",
            &["illness.lasting_pain", "from 0 to 1"],
        ),
        (
            "[arms.placebo]\n[scans]\ninterval = \"10 d\"\n",
            &["scans.interval", "whole weeks"],
        ),
    ] {
        let said = refused(arms);
        for word in words {
            assert!(said.contains(word), "{arms}: {word} is not in\n{said}");
        }
    }
}
