use super::*;
use crate::biology::cue::Brought;

fn compile(toml: &str) -> (CompiledRate, Problems) {
    let mut problems = Problems::default();
    let cues = CueTable::new(&["tgf_beta".into()], &BTreeMap::new(), &mut problems);
    let modulated: Modulated<Rate> = toml::from_str(toml).unwrap();
    let rate = modulated.compile("tumour.division", &cues, &mut problems);
    (rate, problems)
}

#[test]
fn modulators_multiply() {
    let (rate, problems) = compile(
        "rate = \"2 /h\"\nraised_by.tgf_beta = { fold = 3, half_max = \"20 pM\" }\n\
             lowered_by.tumour_packing = { to = 0, half_max = 0.5, hill = 2 }",
    );
    assert!(problems.found.is_empty(), "{:?}", problems.found);
    assert!((rate.at(|_| 0.0) - 2.0).abs() < 1e-12);
    // Cue 0 is TGF-beta at its half maximum, the packing is at its half maximum too.
    assert!((rate.at(|cue| if cue == 0 { 20.0 } else { 0.5 }) - 2.0 * 2.0 * 0.5).abs() < 1e-12);
}

#[test]
fn a_phenotype_scales_the_value_and_shifts_the_half_maximum() {
    let (rate, _) = compile(
        "rate = \"2 /h\"\nraised_by.tgf_beta = { fold = 3, half_max = \"20 pM\", hill = 4 }",
    );
    assert_eq!(rate.varied(1.0, |_| 1.0), rate);
    let double = rate.varied(0.5, |_| 2.0);
    assert!((double.at(|_| 10.0) - 0.5 * rate.at(|_| 20.0)).abs() < 1e-12);
    let deaf = rate.varied(1.0, |_| 0.0);
    assert!((deaf.at(|_| 1e9) - 2.0).abs() < 1e-12);
}

#[test]
fn a_need_stops_the_rate_where_the_cue_is_absent() {
    let (rate, _) = compile("rate = \"2 /h\"\nneeds.tgf_beta = { half_max = \"1 pM\" }");
    assert!(rate.at(|_| 0.0).abs() < 1e-12);
    assert!((rate.at(|_| 1e12) - 2.0).abs() < 1e-9);
}

#[test]
fn a_drug_hides_a_cue_from_the_rates_it_names_and_from_no_others() {
    let agents = crate::biology::cue::Agents {
        names: vec!["inhibitor".into()],
        inside: vec![],
        blocked: vec![crate::biology::cue::Blocked {
            key: "drugs.inhibitor.blocks.growth".into(),
            drug: "inhibitor".into(),
            cue: "tgf_beta".into(),
            on: vec!["tumour.division".into()],
            half_max_pm: 50.0,
            hill: 1.0,
            most: 0.9,
        }],
    };
    let mut problems = Problems::default();
    let signals = ["tgf_beta".into()];
    let cues = CueTable::with_agents(
        &signals,
        &BTreeMap::new(),
        &agents,
        Brought::default(),
        &mut problems,
    );
    let inhibitor = cues.find("inhibitor").unwrap();
    let modulated: Modulated<Rate> =
        toml::from_str("rate = \"1 /h\"\nneeds.tgf_beta = { half_max = \"10 pM\" }").unwrap();
    let at = |path: &str, drug_pm: f64| {
        let mut problems = Problems::default();
        let rate = modulated.compile(path, &cues, &mut problems);
        assert!(problems.found.is_empty(), "{:?}", problems.found);
        rate.at(|cue| if cue == inhibitor { drug_pm } else { 10.0 })
    };
    // Half effect of the drug leaves 0.55 of the cue: 5.5 / 15.5.
    assert!((at("tumour.division", 50.0) - 5.5 / 15.5).abs() < 1e-12);
    for (path, drug_pm) in [("tumour.division", 0.0), ("tumour.divisions", 50.0)] {
        assert_eq!(at(path, drug_pm).to_bits(), 0.5_f64.to_bits(), "{path}");
    }
}

#[test]
fn wrong_modulators_are_named_with_their_path() {
    let (_, problems) = compile(
        "rate = \"1 /h\"\nraised_by.il6 = { fold = 3, half_max = \"20 pM\" }\n\
             raised_by.tgf_beta = { fold = 0.5, half_max = \"20 um\" }\n\
             lowered_by.tumour_packing = { to = 2, half_max = 0.5 }",
    );
    let paths: Vec<&str> = problems
        .found
        .iter()
        .map(|found| found.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "tumour.division.raised_by.il6",
            "tumour.division.raised_by.tgf_beta.half_max",
            "tumour.division.raised_by.tgf_beta.fold",
            "tumour.division.lowered_by.tumour_packing.to",
        ]
    );
}
