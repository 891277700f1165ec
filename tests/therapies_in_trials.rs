//! Every therapy in a trial, and what it does to tumour, pain and death.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use howship::cohort::report::{Asked, run_file};
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
            &["found 800 Gy", "up to 100 Gy"],
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

/// The row of a table that begins with these cells, as its cells by the names of the head.
fn row<'a>(table: &'a str, begins: &str) -> BTreeMap<&'a str, &'a str> {
    let mut lines = table.lines();
    let names = lines.next().unwrap().split(',');
    let row = lines.find(|line| line.starts_with(begins)).unwrap();
    names.zip(row.split(',')).collect()
}

/// Bliss independence is told under an untreated control alone; the better of the two is the one with the lower hazard ratio, or with more
/// responses.
#[test]
fn a_combination_is_compared_as_its_outcome_asks() {
    let folder = tempfile::tempdir().unwrap();
    let combined = |text: &str, name: &str| {
        let file = folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, text).unwrap();
        let asked = Asked {
            patients: Some(60),
            ..Asked::default()
        };
        let out = folder.path().join(name);
        let found = run_file(&file, &out, asked, &|| {}).unwrap();
        let table = std::fs::read_to_string(out.join("combinations.csv")).unwrap();
        (found, table)
    };
    let (found, table) = combined(CHEMOTHERAPY, "untreated");
    let begins = "both,chemotherapy,zoledronate,";
    let response = row(&table, &format!("{begins}response_soft,"));
    assert!(response["bliss"].parse::<f64>().is_ok() && response["without_bliss"].is_empty());
    let of = |arm: &str, name: &str| share(&found, arm, name);
    let number = |row: &BTreeMap<&str, &str>, name: &str| row[name].parse::<f64>().unwrap();
    for (name, better) in [
        ("response_soft", f64::max as fn(f64, f64) -> f64),
        ("radiation_of_painful_lesion", f64::min),
    ] {
        let expected = better(of("chemotherapy", name), of("zoledronate", name));
        let told = row(&table, &format!("{begins}{name},"));
        assert!(
            (number(&told, "better") - expected).abs() < 1e-12,
            "{told:?}"
        );
    }
    let hazard = row(&table, &format!("{begins}death,"));
    let least = death(&found, "chemotherapy").min(death(&found, "zoledronate"));
    assert!(
        (number(&hazard, "better") - least).abs() < 1e-9,
        "{hazard:?}"
    );
    assert!((number(&hazard, "found") - death(&found, "both")).abs() < 1e-9);
    assert_eq!((hazard["scale"], hazard["bliss"]), ("hazard_ratio", ""));
    let treated = CHEMOTHERAPY.replace("control = \"supportive\"", "control = \"zoledronate\"");
    assert_ne!(treated, CHEMOTHERAPY);
    let (_, table) = combined(&treated, "treated");
    let response = row(&table, "both,zoledronate,chemotherapy,response_soft,");
    assert_eq!(
        (response["bliss"], response["without_bliss"]),
        ("", "the control is treated")
    );
    assert!(response["better"].parse::<f64>().is_ok());
    let outline = |text: &str| {
        let trial = Trial::parse("trial.toml", text, None, None).unwrap();
        trial.outline()
    };
    assert!(outline(CHEMOTHERAPY).contains("and with Bliss independence"));
    assert!(outline(&treated).contains("needs an untreated control"));
}

/// What blocks the receptor of TGF-beta on tumour cells leaves it to CD8 cells, which it holds back in the fluid of the marrow.
#[test]
fn a_drug_that_tumour_cells_alone_feel_frees_no_cd8_cells() {
    // Growth of the tumour and its PTHrP hear nothing of TGF-beta: what is left of the blocker is what CD8 cells feel.
    let deaf = "[tissue]\ngrowth_by_factors = \"0 /d\"\nlink = 1.0\n";
    let arm = |name: &str, more: &str| {
        let antibody = format!(
            "[arms.{name}.therapy.pembrolizumab]\ndrug = \"pembrolizumab\"\ndose = \"200 mg\"\nroute = \"intravenous\"\ninterval = \"21 d\"\n"
        );
        format!("{antibody}{more}")
    };
    let blocker = "[arms.blocked.therapy.galunisertib]\ndrug = \"galunisertib\"\ndose = \"300 mg\"\nroute = \"oral\"\ninterval = \"12 h\"\nstop = \"60 d\"\n";
    let arms = format!("{deaf}{}{}", arm("alone", ""), arm("blocked", blocker));
    let text = with_arms(SMALL, &arms)
        .replace("control = \"placebo\"", "control = \"alone\"")
        .replace("follow_up = \"180 d\"", "follow_up = \"70 d\"");
    let (_, results, _) = ran(&text, 20);
    for both in &results.histories {
        assert_eq!(both[0], both[1]);
    }
}

/// Which file, line and key, as of everything else in a trial.
#[test]
fn what_is_wrong_with_a_course_is_shown_on_its_line() {
    let head = SMALL.split("[arms.").next().unwrap();
    let first = head.lines().count() + 1;
    let whole = "[arms.placebo]\n[arms.placebo.radiotherapy]\n";
    for (arms, line, words) in [
        (
            format!("{whole}dose = \"8 Gy\"\nfracions = 2\n"),
            3,
            &["unknown key `fracions`", "did you mean `fractions`"][..],
        ),
        (
            format!("{whole}dosse = \"8 Gy\"\nfractions = 2\n"),
            2,
            &["radiotherapy.dosse", "did you mean `dose`", "weekdays_only"],
        ),
        (
            format!("{whole}dose = \"8\"\n"),
            2,
            &["radiotherapy.dose", "without a unit"],
        ),
        (
            format!("{whole}dose = \"8 Gy\"\nfield = \"tumor\"\n"),
            3,
            &["radiotherapy.field", "`tumour`"],
        ),
        (
            "[arms.placebo.radiotherapy.spine]\ndose = \"8 Gy\"\nweekdays_only = 1\n".to_owned(),
            3,
            &["radiotherapy.spine.weekdays_only", "true or false"],
        ),
        (
            "[arms.placebo.radiotherapy.spine]\ndose = \"8 Gy\"\nbeam = 1\n".to_owned(),
            3,
            &["unknown key `beam`", "radiotherapy.spine"],
        ),
        (
            format!("{whole}dose = \"8 Gy\"\nfractions = 3\nstart = \"179 d\"\n"),
            3,
            &[
                "radiotherapy.fractions",
                "fraction 2 of 3",
                "trial to day 180",
            ],
        ),
        (
            format!("{whole}dose = \"8 Gy\"\nlaw = \"linear_quadratic\"\ntransition = \"9 Gy\"\n"),
            4,
            &["radiotherapy.transition", "no transition"],
        ),
    ] {
        let text = format!("{head}{arms}");
        let found = Trial::parse("trial.toml", &text, None, None).unwrap_err();
        let said = found.render(false);
        let place = format!(
            "trial.toml:{}:",
            first + line - 1 + usize::from(arms.starts_with("[arms.placebo]"))
        );
        assert!(said.contains(&place), "{place} is not in\n{said}");
        for word in words {
            assert!(said.contains(word), "{arms}: {word} is not in\n{said}");
        }
    }
}

#[test]
fn what_the_illness_and_death_may_not_be_is_named_with_line_and_key() {
    for (more, words) in [
        (
            "[death]\nperformance = 0.0\n",
            &["death.performance", "from 0.01 to 100"][..],
        ),
        (
            "[death]\nn = [1.0, 1.0, -1.0, 1.0]\n",
            &["death.n[2]", "from 0 to 1000"],
        ),
        (
            "[death]\nbone_half = \"0 cm3\"\n",
            &["death.bone_half", "found 0 cm3"],
        ),
        (
            "[death]\ncytotoxic = \"3 /d\"\n",
            &["death.cytotoxic", "found 3 /d"],
        ),
        (
            "[lines]\nsquamous = 0.0\nsmall_cell = 0.0\n",
            &["lines", "found shares [0.0, 0.0]"],
        ),
        (
            "[scans]\ngone = 0.4\n",
            &["scans.gone", "0.450", "soft.stroma"],
        ),
        (
            "[radiation]\npalliation = { dose = \"4 Gy\", fractions = 5 }\n",
            &["radiation.palliation.fractions", "one fraction"],
        ),
    ] {
        let text = format!("{SMALL}\n{more}");
        let line = text.lines().count() - more.lines().count() + 2;
        let said = Trial::parse("trial.toml", &text, None, None)
            .unwrap_err()
            .render(false);
        let places = [
            format!("trial.toml:{line}:"),
            format!("trial.toml:{}:", line - 1),
        ];
        assert!(
            places.iter().any(|place| said.contains(place)),
            "{places:?}\n{said}"
        );
        for word in words {
            assert!(said.contains(word), "{more}: {word} is not in\n{said}");
        }
    }
    let text =
        format!("line = \"squamous\"\n{SMALL}\n[illness]\ndoubling = {{ fixed = \"90 d\" }}\n");
    let said = Trial::parse("trial.toml", &text, None, None)
        .unwrap_err()
        .render(false);
    assert!(
        said.contains("illness.doubling") && said.contains("name no line"),
        "{said}"
    );
    let text = format!("line = \"squamos\"\n{SMALL}");
    let said = Trial::parse("trial.toml", &text, None, None)
        .unwrap_err()
        .render(false);
    assert!(
        said.contains("trial.toml:1:") && said.contains("no line \"squamos\""),
        "{said}"
    );
}
