use super::*;

#[derive(Deserialize)]
struct File {
    when: Condition,
}

fn read(text: &str) -> Result<Condition, toml::de::Error> {
    toml::from_str::<File>(&format!("when = {text}")).map(|file| file.when)
}

const FOUND: Findings = Findings {
    bv_tv: 0.16,
    bv_tv_day_0: 0.2,
    tumour_cells: 500,
    blood: Some(Blood {
        calcium_mm: 2.95,
        neutrophils: 0.9,
        ctx: 1.4,
        cea: 3.0,
    }),
};

#[test]
fn conditions_hold_on_their_side_of_the_limit() {
    for (text, holds) in [
        ("{ calcium_above = \"2.9 mM\" }", true),
        ("{ calcium_above = \"3 mM\" }", false),
        ("{ calcium_below = \"3 mM\" }", true),
        ("{ hypercalcaemia_grade = 2 }", true),
        ("{ hypercalcaemia_grade = 3 }", false),
        ("{ neutrophils_below = 1.0 }", true),
        ("{ ctx_above = 1.5 }", false),
        ("{ cea_above = 2.5 }", true),
        ("{ bv_tv_falls = 0.19 }", true),
        ("{ bv_tv_falls = 0.21 }", false),
        ("{ bv_tv_rises = 0.1 }", false),
        ("{ tumour_cells_above = 499 }", true),
        ("{ tumour_cells_above = 500 }", false),
        ("{ tumour_cells_below = 500 }", false),
    ] {
        let condition = read(text).unwrap();
        assert_eq!(condition.holds(&FOUND), holds, "{text}");
        let blind = Findings {
            blood: None,
            ..FOUND
        };
        assert!(
            !condition.needs_patient() || !condition.holds(&blind),
            "{text}"
        );
        assert!(text.contains(&condition.to_string().replace(' ', "")[..8]));
    }
}

#[test]
fn limits_that_make_no_sense_are_named() {
    for text in [
        "{ calcium_above = \"0 mM\" }",
        "{ hypercalcaemia_grade = 4 }",
        "{ bv_tv_falls = 20 }",
        "{ bv_tv_falls = -0.2 }",
        "{ ctx_above = 0 }",
        "{ tumour_cells_below = 0 }",
    ] {
        let mut problems = Problems::default();
        read(text).unwrap().check("start_when", &mut problems);
        assert_eq!(problems.found.len(), 1, "{text}");
        assert!(problems.found[0].path.starts_with("start_when."), "{text}");
    }
    for text in [
        "{ calcium = \"2.9 mM\" }",
        "{ tumour_cells_above = -3 }",
        "{ calcium_above = 2.9 }",
        "{ ctx_above = 1, cea_above = 2 }",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}
