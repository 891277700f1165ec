//! Courses of radiation and its biology as sentences.

use crate::engine::parts::part::Values;

/// What radiation is given, and what it does.
pub(super) fn sentences(values: &Values<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (path, dose) in values {
        let name = path
            .strip_prefix("radiotherapy.")
            .and_then(|rest| rest.strip_suffix(".dose"));
        let Some(name) = name else {
            continue;
        };
        let get = |key: &str| values.get(format!("radiotherapy.{name}.{key}").as_str());
        let or = |key: &str, other: &'static str| get(key).copied().unwrap_or(other);
        let mut text = format!(
            "Radiation \"{name}\" gives {dose} at {}",
            or("start", "0 d")
        );
        if !matches!(or("fractions", "1"), "1") {
            text = format!(
                "Radiation \"{name}\" gives {} fractions of {dose} from {} on, {} apart",
                or("fractions", "1"),
                or("start", "0 d"),
                or("interval", "1 d")
            );
            if or("weekdays_only", "false") == "true" {
                text += " and none on the last two days of a week";
            }
        }
        text += match or("field", "whole") {
            "tumour" => ", to the sphere around all tumour cells",
            "sphere" => ", to a sphere",
            "box" => ", to a box",
            _ => ", to the whole lattice",
        };
        if let Some(margin) = get("margin") {
            text = format!("{text} and {margin} around it");
        }
        if let Some(penumbra) = get("penumbra") {
            text = format!("{text}, with a border of {penumbra} from 80 to 20 %");
        }
        text += match (or("law", ""), get("transition")) {
            ("linear_quadratic_linear", Some(_)) => "; survival is linear-quadratic-linear",
            _ => "; survival is linear-quadratic",
        };
        if let Some(transition) = get("transition") {
            text = format!("{text}, linear above {transition}");
        }
        said.push(text + ".");
    }
    for (key, cells) in [
        ("tumour", "Tumour cells"),
        ("precursor", "Precursors of osteoblasts"),
        ("osteoblast", "Osteoblasts"),
        ("osteoclast", "Osteoclasts"),
        ("osteoblast_progenitor", "Progenitors of osteoblasts"),
        ("osteoclast_progenitor", "Progenitors of osteoclasts"),
    ] {
        let get = |name: &str| values.get(format!("radiobiology.{key}.{name}").as_str());
        let Some(alpha) = get("alpha") else {
            continue;
        };
        let mut text = format!("{cells} answer to radiation with alpha {alpha}");
        if let Some(ratio) = get("alpha_beta") {
            text = format!("{text} and alpha/beta {ratio}");
        }
        if let Some(recovery) = get("recovery") {
            text = format!("{text} and recover in {recovery}");
        }
        said.push(text + ".");
    }
    if let Some(divisions) = values.get("radiobiology.abortive_divisions") {
        said.push(format!(
            "A doomed tumour cell dies when it tries to divide, after 0 to {divisions} divisions."
        ));
    }
    said
}
