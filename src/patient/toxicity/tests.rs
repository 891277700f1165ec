use super::*;

const USUAL: f64 = 2.25;

/// Doses every four weeks for so many days; the harm after each day.
fn followed(law: &Toxicity, drug: &str, days: u32) -> Harm {
    let mut harm = Harm::default();
    for day in 1..=days {
        let ago_h = f64::from((day - 1) % 28 + 1) * 24.0;
        let doses = [LastDose { drug, ago_h }];
        law.advance(&mut harm, &doses, f64::from(day) * 24.0, 24.0, USUAL);
    }
    harm
}

/// 1.1 and 3.7 % per patient-year; 13 months are those of the trials, with 1.8 and 1.3 % of patients.
#[test]
fn the_jaw_has_the_incidences_of_the_trials() {
    let law = Toxicity::default();
    let denosumab = &law.drugs["denosumab"];
    let year = YEAR_H;
    assert!((denosumab.jaw_hazard(0.0, year) - 0.011).abs() < 1e-12);
    assert!((denosumab.jaw_hazard(year, 2.0 * year) - 0.037).abs() < 1e-12);
    assert!((denosumab.jaw_hazard(0.0, 3.0 * year) - 0.094).abs() < 1e-12);
    for (drug, low, high) in [("denosumab", 0.013, 0.020), ("zoledronate", 0.009, 0.015)] {
        let found = probability(followed(&law, drug, 400).jaw);
        assert!((low..high).contains(&found), "{drug} {found}");
    }
}

#[test]
fn hypocalcaemia_comes_early_and_reaches_the_shares_of_the_trials_in_a_year() {
    let law = Toxicity::default();
    for (drug, share) in [("denosumab", 0.096), ("zoledronate", 0.050)] {
        let year = probability(law.drugs[drug].hypocalcaemia_hazard(0.0, YEAR_H, law.settles));
        assert!((year - share).abs() < 1e-12, "{drug} {year}");
        let half = probability(followed(&law, drug, 182).hypocalcaemia);
        assert!(half > 0.8 * share && half < share, "{drug} {half}");
    }
    let weak = Toxicity {
        low_vitamin_d: true,
        ..Toxicity::default()
    };
    let ratio = followed(&weak, "denosumab", 90).hypocalcaemia
        / followed(&law, "denosumab", 90).hypocalcaemia;
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
    assert!((law.frailty(2.15) - 2.0).abs() < 1e-9);
    assert!((law.frailty(2.35) - 0.5).abs() < 1e-9);
}

/// The mean over time in and out of the window is that of the trials, with the share of triggers.
#[test]
fn an_extraction_multiplies_the_hazard_and_the_average_stays() {
    let with = Toxicity {
        extractions: Some(vec![Moment::h(2400.0)]),
        ..Toxicity::default()
    };
    let (alone, open) = (with.mouth(0.0), with.mouth(2400.0));
    assert!((open / alone - 15.0).abs() < 1e-9);
    assert!((with.mouth(2400.0 + 180.0 * 24.0) - alone).abs() < 1e-12);
    let behind = 0.81 / (0.81 + 15.0 * 0.19);
    assert!((behind * open + (1.0 - behind) * alone - 1.0).abs() < 1e-12);
    assert!((behind * open - 0.81).abs() < 1e-12);
}

#[test]
fn harm_stops_when_the_drug_no_longer_acts_and_an_unknown_drug_does_none() {
    let law = Toxicity::default();
    let mut harm = Harm::default();
    let ago = |drug, days: f64| {
        [LastDose {
            drug,
            ago_h: days * 24.0,
        }]
    };
    law.advance(&mut harm, &ago("denosumab", 181.0), 0.0, 24.0, USUAL);
    law.advance(&mut harm, &ago("gefitinib", 1.0), 0.0, 24.0, USUAL);
    assert_eq!(harm, Harm::default());
    law.advance(&mut harm, &ago("zoledronate", 181.0), 0.0, 24.0, USUAL);
    assert!(harm.jaw > 0.0 && harm.makes_sense());
    assert_eq!(
        [2.2, 2.1, 1.9, 1.7, 1.4].map(hypocalcaemia_grade),
        [0, 1, 2, 3, 4]
    );
}

#[test]
fn what_makes_no_sense_is_named() {
    let mut problems = Problems::default();
    let law = Toxicity {
        triggered_share: 1.0,
        fold: 0.0,
        ..Toxicity::default()
    };
    law.check("t", &mut problems);
    let found: Vec<&str> = problems.found.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(found, ["t.triggered_share", "t.fold"]);
}
