//! docs/parameters.md says what the values and their comments say now, and every value says its kind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "../examples/parameters/document.rs"]
mod document;
#[path = "../examples/parameters/evidence.rs"]
mod evidence;
#[path = "../examples/parameters/weight.rs"]
mod weight;

use crate::common::assert_fresh;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use evidence::Kind;
use howship::scenario::build::load;
use howship::study::file::read_study;
use howship::validate::fitted::FITTED;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_table_of_parameters_is_fresh() {
    let fresh = document::document(root()).unwrap();
    assert_fresh(document::FILE, &fresh, document::MEND);
}

#[test]
fn every_value_of_both_presets_has_a_row() {
    let text = document::document(root()).unwrap();
    for name in ["healthy_mouse.toml", "healthy_human.toml"] {
        let loaded = load(&root().join("scenarios").join(name), &[]).unwrap();
        let of_preset = |layer: &str| layer.starts_with("preset");
        let leaves = loaded.tree.leaves();
        let leaves: Vec<_> = leaves
            .iter()
            .filter(|leaf| of_preset(&leaf.layer))
            .collect();
        assert!(leaves.len() > 100, "{}", leaves.len());
        for leaf in leaves {
            assert!(
                text.contains(&format!("| `{}` |", leaf.path)),
                "{}",
                leaf.path
            );
        }
    }
}

#[test]
fn what_is_counted_as_fitted_is_called_so_and_nothing_else_of_the_presets_is() {
    let sections = document::sections(root()).unwrap();
    let (_, presets) = &sections[0];
    let of = |preset: &str| -> BTreeSet<&str> {
        let fitted = presets
            .iter()
            .filter(|one| one.evidence.kind == Kind::Fitted);
        let here = fitted.filter(|one| one.file.ends_with(&format!("{preset}.toml")));
        here.map(|one| one.path.as_str()).collect()
    };
    for preset in ["human", "mouse"] {
        let counted = FITTED.iter();
        let mut counted: BTreeSet<&str> = counted
            .filter(|one| one.preset.is_none_or(|only| only == preset))
            .map(|one| one.path)
            .collect();
        if preset == "human" {
            // Osteoblasts repeat the OPG of lining cells.
            counted.insert("osteoblast.secretion.opg.lowered_by.pth1r.half_max");
        }
        assert_eq!(of(preset), counted, "{preset}");
    }
}

#[test]
fn a_comment_without_a_kind_or_a_source_is_refused() {
    let keys: BTreeSet<String> = ["Doe20", "Roe-Poe19"].map(str::to_owned).into();
    let read = |comment: &str| evidence::evidence("a.b.rate", comment, &keys);
    let kind = |comment: &str| read(comment).unwrap().kind;
    assert_eq!(kind("Doe20 [1 to 2]"), Kind::Measured);
    assert_eq!(kind("measured: in mice (Roe-Poe19)"), Kind::Measured);
    assert_eq!(kind("derived: twice that of Doe20"), Kind::Derived);
    assert_eq!(
        kind("rate: fitted to a figure; half_max: design"),
        Kind::Fitted
    );
    assert_eq!(
        kind("half_max: fitted to a figure; b.rate: design"),
        Kind::Design
    );
    let two = "rate: fitted to a figure; b.rate: derived: twice; half_max: design";
    assert_eq!(kind(two), Kind::Derived);
    let full = read("design (was 3), a choice; of two [1 to 2 /d]").unwrap();
    assert_eq!(full.says, "a choice; of two");
    assert_eq!(full.range.as_deref(), Some("1 to 2 /d"));
    assert_eq!(full.was.as_deref(), Some("3"));
    for wrong in [
        "",
        "about twice",
        "measured: in mice",
        "measured: Nobody99",
        "fitted",
        "half_max: design",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_study_of_weight_moves_values_of_the_mouse_by_a_tenth() {
    let path = root().join(weight::STUDY);
    let text = fs::read_to_string(&path).unwrap();
    let study = read_study(&path).unwrap_or_else(|found| panic!("{}", found.render(false)));
    let sections = document::sections(root()).unwrap();
    let mouse = |path: &str| {
        let of_path = sections[0]
            .1
            .iter()
            .find(|one| one.path == path && one.file.ends_with("mouse.toml"));
        of_path
            .unwrap_or_else(|| panic!("{path} is none of the preset"))
            .value
            .parse::<f64>()
            .unwrap()
    };
    let mut moved = 0;
    for arm in &study.header.arms {
        let (parameter, way) = arm.name.rsplit_once('-').unwrap();
        let head = format!("[arms.\"{}\"]", arm.name);
        let line = text
            .lines()
            .skip_while(|line| *line != head)
            .nth(1)
            .unwrap();
        let (path, value) = line.split_once(" = ").unwrap();
        assert_eq!(path.trim_matches('"'), parameter);
        let value: f64 = value
            .trim_matches('"')
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let factor = if way == "up" { 1.1 } else { 0.9 };
        let wanted = factor * mouse(parameter);
        assert!(
            (value - wanted).abs() < 1e-9 * wanted.abs(),
            "{}: {value} for {wanted}",
            arm.name
        );
        moved += 1;
    }
    assert!(moved > 60, "{moved}");
}
