use super::*;

fn course(toml: &str) -> Course {
    toml::from_str(&format!(
        "drug = \"x\"\ndose = \"4 mg\"\nroute = \"intravenous\"\n{toml}"
    ))
    .unwrap()
}

fn times(toml: &str) -> (Vec<f64>, Problems) {
    let mut problems = Problems::default();
    let (times, _) = course(toml).doses("therapy.x", &Subject::default(), 2400.0, &mut problems);
    (times, problems)
}

#[test]
fn doses_fall_due_on_their_days() {
    assert_eq!(times("start = \"7 d\"").0, [168.0]);
    assert_eq!(times("interval = \"28 d\"").0, [0.0, 672.0, 1344.0, 2016.0]);
    assert_eq!(times("interval = \"28 d\"\nnumber = 2").0, [0.0, 672.0]);
    assert_eq!(
        times("interval = \"28 d\"\nstop = \"56 d\"").0,
        [0.0, 672.0]
    );
    assert_eq!(
        times("interval = \"28 d\"\nnumber = 3\nholidays = [{ from = \"20 d\", to = \"57 d\" }]").0,
        [0.0, 2016.0]
    );
}

#[test]
fn impossible_dates_are_named() {
    for (toml, path) in [
        ("start = \"1000 yr\"", "therapy.x.start"),
        ("start = \"100 d\"", "therapy.x.start"),
        ("interval = \"0 d\"", "therapy.x.interval"),
        ("number = 3", "therapy.x.interval"),
        ("interval = \"1 d\"\nnumber = 0", "therapy.x.number"),
        (
            "interval = \"1 d\"\nstart = \"5 d\"\nstop = \"5 d\"",
            "therapy.x.stop",
        ),
        (
            "infusion = \"2 d\"\ninterval = \"1 d\"\nnumber = 2",
            "therapy.x.infusion",
        ),
        (
            "holidays = [{ from = \"3 d\", to = \"2 d\" }]",
            "therapy.x.holidays[0]",
        ),
        (
            "holidays = [{ from = \"0 d\", to = \"200 d\" }]",
            "therapy.x",
        ),
        (
            "start = \"1 d\"\nstart_when = { bv_tv_falls = 0.1 }",
            "therapy.x.start_when",
        ),
        ("not_before = \"1 d\"", "therapy.x.not_before"),
        (
            "start_when = { bv_tv_falls = 0.1 }\nnot_before = \"100 d\"",
            "therapy.x.not_before",
        ),
        (
            "start_when = { bv_tv_falls = 2 }",
            "therapy.x.start_when.bv_tv_falls",
        ),
        (
            "stop_when = { tumour_cells_below = 5 }",
            "therapy.x.interval",
        ),
        (
            "interval = \"1 d\"\nstart_when = { bv_tv_falls = 0.1 }\nstop_when = { bv_tv_falls = 0.1 }",
            "therapy.x.stop_when",
        ),
    ] {
        let (_, problems) = times(toml);
        let found: Vec<&str> = problems.found.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(found, [path], "{toml}");
    }
}

#[test]
fn doses_by_body_size_need_that_size() {
    let man: Subject = toml::from_str(
        "species = \"human\"\nmass = \"70 kg\"\nsurface = \"1.8 m2\"\nfiltration = \"90 mL/min\"",
    )
    .unwrap();
    for (text, amount, key) in [
        ("4 mg", 4.0, ""),
        ("0.1 mg/kg", 7.0, "subject.mass"),
        ("75 mg/m2", 135.0, "subject.surface"),
        ("AUC 5", 575.0, "subject.filtration"),
    ] {
        let dose: Dose = text.parse().unwrap();
        let mut problems = Problems::default();
        let found = dose.milligrams("dose", &man, &mut problems).unwrap();
        assert!((found - amount).abs() < 1e-9, "{text}: {found}");
        assert_eq!(dose.to_string().parse::<Dose>().unwrap(), dose);
        dose.milligrams("dose", &Subject::default(), &mut problems);
        assert_eq!(problems.found.len(), usize::from(!key.is_empty()));
        assert!(problems.found.iter().all(|p| p.message.contains(key)));
    }
    for wrong in ["4", "4 pM", "mg", "nan mg", "4 mg/cm2", "AUC"] {
        let error = wrong.parse::<Dose>().unwrap_err().to_string();
        assert!(error.contains("mg/kg"), "{error}");
    }
}
