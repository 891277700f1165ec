//! The rules of a scenario as plain sentences, in the words and units of its files.

use std::collections::BTreeMap;

use crate::biology::words::{OPTIONAL, RATES};
use crate::engine::parts::each;
use crate::layers::tree::Leaf;
use crate::scenario::preparing::preparing;

/// Lineages that secrete.
const SECRETING: [(&str, &str); 6] = [
    ("tumour", "Each tumour cell"),
    ("lining", "Each lining cell"),
    ("precursor", "Each precursor"),
    ("osteoblast", "Each osteoblast"),
    ("osteocyte", "Each osteocyte"),
    ("stroma", "Each cell of the stroma"),
];

/// Converts besides them.
const RESORBING: (&str, &str) = ("osteoclast", "Each osteoclast, while it resorbs,");

/// One sentence per rule and signal, from the leaves of a merged scenario.
pub fn sentences(leaves: &[Leaf]) -> Vec<String> {
    let values: BTreeMap<&str, &str> = leaves
        .iter()
        .map(|leaf| (leaf.path.as_str(), plain(&leaf.value)))
        .collect();
    let mut said = preparing(&values);
    let of_parts = each::RULES.iter().copied().flatten().copied();
    let rates = RATES.iter().chain(&OPTIONAL);
    let of_lineages = rates.map(|rate| (rate.path, rate.sentence));
    for (path, start) in of_lineages.chain(of_parts) {
        let rate = values
            .get(format!("{path}.rate").as_str())
            .or_else(|| values.get(path));
        if let Some(rate) = rate {
            said.push(format!("{start} {rate}{}.", modulators(&values, path)));
        }
    }
    let of_parts = each::SECRETING.iter().copied().flatten();
    for &(lineage, start) in SECRETING.iter().chain(of_parts) {
        let prefix = format!("{lineage}.secretion.");
        for (path, rate) in &values {
            let signal = path
                .strip_prefix(prefix.as_str())
                .and_then(|rest| rest.strip_suffix(".rate"));
            if let Some(signal) = signal {
                let more = modulators(&values, &format!("{prefix}{signal}"));
                said.push(format!("{start} secretes {rate} of {signal}{more}."));
            }
        }
    }
    for (path, diffusivity) in &values {
        let signal = path
            .strip_prefix("signals.")
            .and_then(|rest| rest.strip_suffix(".diffusivity"));
        if let Some(signal) = signal {
            said.push(spread(&values, signal, diffusivity));
        }
    }
    said.extend(conversions(&values));
    said.extend(each::sentences(&values));
    said
}

fn spread(values: &BTreeMap<&str, &str>, signal: &str, diffusivity: &str) -> String {
    let get = |key: &str| values.get(format!("signals.{signal}.{key}").as_str());
    let mut text = format!("{signal} spreads with {diffusivity}");
    if let Some(half_life) = get("half_life") {
        text = format!("{text} and half of it is lost in {half_life}");
    }
    if let Some(content) = get("matrix_content") {
        text = format!("{text}; bone holds {content}");
        text += match get("matrix_release") {
            Some(&"false") => ", which resorption does not set free",
            _ => ", which resorption sets free",
        };
        if let (Some(form), Some(share)) = (get("inactive_form"), get("active_fraction")) {
            text = format!("{text}, a share of {share} as it is and the rest as {form}");
        }
    }
    text + "."
}

/// Who turns a signal into another, or takes it up.
fn conversions(values: &BTreeMap<&str, &str>) -> Vec<String> {
    let mut said = Vec::new();
    for (path, from) in values {
        let name = path
            .strip_prefix("conversions.")
            .and_then(|rest| rest.strip_suffix(".from"));
        let Some(name) = name else {
            continue;
        };
        let prefix = format!("conversions.{name}");
        let get = |key: &str| values.get(format!("{prefix}.{key}").as_str());
        let end = match get("to") {
            Some(to) => format!("into {to}"),
            None => "and takes it in".to_owned(),
        };
        if let Some(rate) = get("everywhere") {
            said.push(match get("to") {
                Some(to) => format!("In marrow {from} turns into {to} at {rate}."),
                None => format!("In marrow {from} is taken up at {rate}."),
            });
        }
        for (lineage, start) in SECRETING.iter().chain(&[RESORBING]) {
            if let Some(rate) = get(&format!("{lineage}.rate")) {
                let more = modulators(values, &format!("{prefix}.{lineage}"));
                let turns = if get("to").is_some() {
                    "turns"
                } else {
                    "clears"
                };
                said.push(format!(
                    "{start} {turns} the {from} in {rate} of fluid {end}{more}."
                ));
            }
        }
    }
    said
}

/// What raises, lowers or gates the rate at a path.
fn modulators(values: &BTreeMap<&str, &str>, path: &str) -> String {
    let mut text = String::new();
    for (kind, size) in [("raised_by", "fold"), ("lowered_by", "to"), ("needs", "")] {
        let prefix = format!("{path}.{kind}.");
        for (found, half) in values {
            let cue = found
                .strip_prefix(prefix.as_str())
                .and_then(|rest| rest.strip_suffix(".half_max"));
            let Some(cue) = cue else {
                continue;
            };
            let of = |key: &str| values.get(format!("{prefix}{cue}.{key}").as_str());
            let size = of(size).copied().unwrap_or_default();
            let effect = match kind {
                "raised_by" => format!("{cue} raises it up to {size}-fold"),
                "lowered_by" => format!("{cue} lowers it down to {size} of it"),
                _ => format!("it needs {cue}"),
            };
            let steepness = match of("hill") {
                Some(&"1" | &"1.0") | None => String::new(),
                Some(hill) => format!(", Hill exponent {hill}"),
            };
            text = format!("{text}; {effect} (half at {half}{steepness})");
        }
    }
    text
}

fn plain(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(path: &str, value: &str) -> Leaf {
        Leaf {
            path: path.into(),
            value: value.into(),
            layer: "test".into(),
            line: 1,
            comment: None,
        }
    }

    #[test]
    fn a_rule_is_said_with_all_its_modulators() {
        let said = sentences(&[
            leaf("tumour.division.rate", "\"1.0 /d\""),
            leaf("tumour.division.raised_by.igf.fold", "1.5"),
            leaf("tumour.division.raised_by.igf.half_max", "\"2 nM\""),
            leaf("tumour.division.needs.tgf_beta.half_max", "\"10 pM\""),
            leaf("tumour.division.needs.tgf_beta.hill", "2"),
        ]);
        assert_eq!(
            said,
            [
                "Tumour cells divide at 1.0 /d; igf raises it up to 1.5-fold (half at 2 nM); it needs \
              tgf_beta (half at 10 pM, Hill exponent 2)."
            ]
        );
    }

    #[test]
    fn clones_are_said_by_how_they_differ_and_arise() {
        let said = sentences(&[
            leaf("tumour.clones.loud.share", "0.1"),
            leaf("tumour.clones.loud.division", "0.9"),
            leaf("tumour.clones.loud.secretion.pthrp", "3.0"),
            leaf("tumour.mutation.parental.loud", "0.001"),
        ]);
        assert_eq!(
            said,
            [
                "A share of 0.1 of the tumour cells that settle is of clone loud.",
                "At a division of clone parental, one daughter is of clone loud with probability 0.001.",
                "Cells of clone loud have the parental rates times: division 0.9, secretion.pthrp 3.0.",
            ]
        );
    }

    #[test]
    fn radiation_is_said_with_its_field_and_law() {
        let said = sentences(&[
            leaf("radiotherapy.sbrt.dose", "\"9 Gy\""),
            leaf("radiotherapy.sbrt.fractions", "3"),
            leaf("radiotherapy.sbrt.start", "\"14 d\""),
            leaf("radiotherapy.sbrt.law", "\"linear_quadratic_linear\""),
            leaf("radiotherapy.sbrt.transition", "\"10 Gy\""),
            leaf("radiotherapy.sbrt.field", "\"tumour\""),
            leaf("radiotherapy.sbrt.margin", "\"100 um\""),
            leaf("radiobiology.tumour.alpha", "\"0.3 /Gy\""),
            leaf("radiobiology.tumour.alpha_beta", "\"10 Gy\""),
        ]);
        assert_eq!(
            said,
            [
                "Radiation \"sbrt\" gives 3 fractions of 9 Gy from 14 d on, 1 d apart, to the sphere \
                 around all tumour cells and 100 um around it; survival is linear-quadratic-linear, \
                 linear above 10 Gy.",
                "Tumour cells answer to radiation with alpha 0.3 /Gy and alpha/beta 10 Gy.",
            ]
        );
    }

    #[test]
    fn courses_are_said_with_their_dates_and_conditions() {
        let said = sentences(&[
            leaf("therapy.bone.drug", "\"denosumab\""),
            leaf("therapy.bone.dose", "\"120 mg\""),
            leaf("therapy.bone.route", "\"subcutaneous\""),
            leaf("therapy.bone.start_when.calcium_above", "\"2.9 mM\""),
            leaf("therapy.bone.not_before", "\"10 d\""),
            leaf("therapy.bone.interval", "\"28 d\""),
            leaf("therapy.bone.stop_when.bv_tv_rises", "0.1"),
            leaf("therapy.tumour.drug", "\"gefitinib\""),
            leaf("therapy.tumour.dose", "\"250 mg\""),
            leaf("therapy.tumour.route", "\"oral\""),
            leaf("therapy.tumour.stop_when.tumour_cells_below", "5"),
        ]);
        assert_eq!(
            said,
            [
                "Course bone gives 120 mg of denosumab, subcutaneous, from the day on which calcium is \
                 above 2.9 mM, not before 10 d, every 28 d, until the day on which BV/TV rises by 0.1 \
                 of day 0.",
                "Course tumour gives 250 mg of gefitinib, oral, from day 0 on, once, until the day on \
                 which there are fewer than 5 tumour cells.",
            ]
        );
    }

    #[test]
    fn a_cut_release_is_said() {
        let said = sentences(&[
            leaf("signals.tgf_beta.diffusivity", "\"3 um2/s\""),
            leaf("signals.tgf_beta.matrix_content", "\"22.8 nM\""),
            leaf("signals.tgf_beta.matrix_release", "false"),
        ]);
        assert!(said[0].contains("does not set free"), "{said:?}");
    }

    #[test]
    fn what_is_followed_beside_the_tissue_is_said() {
        let said = sentences(&[
            leaf("rigidity.axis", "\"x\""),
            leaf("patient.skeletal_events.fracture", "\"0.001 /d\""),
        ]);
        assert_eq!(
            said,
            [
                "Every 7 d the rigidity of all cuts across x is compared with day 0; tissue does not feel it.",
                "Bone as strong as on day 0 breaks at 0.001 /d, weaker bone sooner.",
            ]
        );
    }
}
