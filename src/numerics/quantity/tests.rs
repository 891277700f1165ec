use super::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

#[test]
fn text_becomes_canonical_units() {
    assert!(close(Dimension::Time.parse("12 d").unwrap(), 288.0));
    assert!(close(
        Dimension::Concentration.parse("0.1nM").unwrap(),
        100.0
    ));
    assert!(close(
        Dimension::Secretion.parse("0.0126 amol/h").unwrap(),
        0.0126
    ));
    assert!(close(
        Dimension::Secretion.parse("3.5e-24 mol/s").unwrap(),
        0.0126
    ));
    assert!(close(Dimension::Length.parse("10 \u{b5}m").unwrap(), 10.0));
    assert!(close(
        Dimension::Diffusivity.parse("13 um2/s").unwrap(),
        46_800.0
    ));
    assert!(close(
        Dimension::Diffusivity.parse("13 um\u{b2}/s").unwrap(),
        46_800.0
    ));
    assert!(close(Dimension::Rate.parse("0.5 /d").unwrap(), 0.5 / 24.0));
    assert!(close(
        Dimension::Rate.parse("0.5 per d").unwrap(),
        0.5 / 24.0
    ));
    assert!(close(
        Dimension::SurfaceRate.parse("30 /mm2/yr").unwrap(),
        30.0 / 8766.0
    ));
    assert!(close(Dimension::Length.parse("1e1 um").unwrap(), 10.0));
}

#[test]
fn errors_name_what_was_found_and_what_is_allowed() {
    let wrong = Dimension::Time.parse("12 parsec").unwrap_err().to_string();
    assert!(wrong.contains("parsec") && wrong.contains("wk") && wrong.contains("12 d"));
    let missing = Dimension::Length.parse("10").unwrap_err().to_string();
    assert!(missing.contains("without a unit") && missing.contains("10 um"));
    let nothing = Dimension::Concentration
        .parse("pM")
        .unwrap_err()
        .to_string();
    assert!(nothing.contains("100 pM"));
    assert!(
        Dimension::Time
            .parse("inf d")
            .unwrap_err()
            .to_string()
            .contains("finite")
    );
    assert!(
        Dimension::Time
            .parse("nan d")
            .unwrap_err()
            .to_string()
            .contains("finite")
    );
    assert!(Dimension::Number.parse("0.5 pM").is_err());
}

#[test]
fn a_bare_number_in_a_file_is_refused() {
    #[derive(Debug, serde::Deserialize)]
    struct File {
        #[expect(dead_code, reason = "only its reading matters")]
        life: Time,
    }
    let error = toml::from_str::<File>("life = 14").unwrap_err().to_string();
    assert!(error.contains("without a unit"), "{error}");
    assert!(toml::from_str::<File>("life = \"14 d\"").is_ok());
}

#[test]
fn what_is_written_reads_back() {
    let value: Concentration = "2.5 nM".parse().unwrap();
    assert_eq!(value.to_string().parse::<Concentration>().unwrap(), value);
}
