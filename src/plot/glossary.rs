//! Abbreviations that a picture uses, spelled out once below its title.

use crate::plot::chart::{Axis, Chart, Layer, Panel, Scale};

/// Abbreviations as pictures write them, with what they stand for.
const WORDS: [(&str, &str); 36] = [
    (
        "BV/TV",
        "bone volume over tissue volume, the bone volume fraction",
    ),
    ("N.Oc/BS", "number of osteoclasts over bone surface"),
    (
        "N.Ob/BS",
        "number of osteoblasts over bone surface, here mature ones",
    ),
    (
        "ES/BS",
        "eroded surface, resorbed and not yet refilled, over bone surface",
    ),
    (
        "OS/BS",
        "osteoid surface over bone surface, here osteoid with cells of the osteoblast lineage on it",
    ),
    ("Oc.S/BS", "osteoclast surface over bone surface"),
    ("BRs.R/BS", "bone resorption rate over bone surface"),
    ("BFR/BS", "bone formation rate over bone surface"),
    ("PTHrP", "parathyroid hormone-related protein"),
    ("PTH", "parathyroid hormone"),
    ("RANK", "the receptor through which RANKL acts"),
    ("RANKL", "the ligand of RANK, which makes osteoclasts"),
    ("OPG", "osteoprotegerin, which binds RANKL"),
    ("TGF-\u{3b2}", "transforming growth factor \u{3b2}"),
    ("IGF", "insulin-like growth factor"),
    ("BMP", "bone morphogenetic protein"),
    ("VEGF", "vascular endothelial growth factor"),
    (
        "CTX",
        "C-terminal cross-linking telopeptide of type I collagen, a marker of resorption",
    ),
    (
        "NTX",
        "N-terminal cross-linking telopeptide of type I collagen, a marker of resorption",
    ),
    (
        "TRAP5b",
        "tartrate-resistant acid phosphatase 5b, a marker of osteoclasts",
    ),
    (
        "BSAP",
        "bone-specific alkaline phosphatase, a marker of formation",
    ),
    (
        "P1NP",
        "N-terminal propeptide of collagen, a marker of formation",
    ),
    (
        "ALP",
        "alkaline phosphatase, here the part that comes from bone",
    ),
    ("BSP", "bone sialoprotein"),
    ("CEA", "carcinoembryonic antigen, a marker of tumour"),
    ("PD-L1", "programmed death ligand 1"),
    ("EGFR", "epidermal growth factor receptor"),
    ("ECOG", "Eastern Cooperative Oncology Group"),
    ("EA", "axial rigidity of a cut"),
    ("EI", "bending rigidity of a cut"),
    ("GJ", "torsional rigidity of a cut"),
    (
        "skeletal-related event",
        "fracture, radiation to bone, surgery to bone or compression of the spinal cord",
    ),
    (
        "skeletal-related events",
        "fracture, radiation to bone, surgery to bone and compression of the spinal cord",
    ),
    ("HR", "hazard ratio"),
    ("CI", "confidence interval"),
    (
        "biologically effective",
        "dose in Gy10, of the same effect in very small fractions where \u{3b1}/\u{3b2} is 10 Gy",
    ),
];

/// True where a word stands alone in a text: `RANK` is not in `RANKL`.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_letter = |letter: char| letter.is_alphanumeric();
        !text[..at].chars().next_back().is_some_and(is_letter)
            && !text[at + word.len()..]
                .chars()
                .next()
                .is_some_and(is_letter)
    })
}

/// The abbreviations of these texts and what they stand for; empty where there are none.
pub(super) fn spelled(texts: &[&str]) -> String {
    let used = WORDS
        .iter()
        .filter(|(word, _)| texts.iter().any(|text| holds(text, word)));
    let said: Vec<String> = used
        .map(|(word, means)| format!("{word}: {means}"))
        .collect();
    said.join("; ")
}

/// All words of a chart but those of its note.
fn words(chart: &Chart) -> Vec<&str> {
    let mut all = vec![chart.title.as_str(), chart.note.as_str()];
    let panels = chart.panels.iter().filter(|panel| panel.has_data());
    for panel in panels {
        all.extend(of_panel(panel));
    }
    all
}

fn of_axis(axis: &Axis) -> Vec<&str> {
    if axis.is_hidden {
        return Vec::new();
    }
    let mut all = vec![axis.title.as_str(), axis.unit.as_str()];
    if let Scale::Categories(names) = &axis.scale {
        all.extend(names.iter().map(String::as_str));
    }
    all.extend(axis.ticks.iter().map(|tick| tick.1.as_str()));
    all
}

fn of_panel(panel: &Panel) -> Vec<&str> {
    let mut all = vec![panel.title.as_str()];
    all.extend(of_axis(&panel.x));
    all.extend(of_axis(&panel.y));
    all.extend(panel.right.iter().map(|axis| axis.title.as_str()));
    all.extend(panel.at_risk.iter().map(|row| row.name.as_str()));
    for layer in &panel.layers {
        match layer {
            Layer::Curve(it) => all.push(&it.label),
            Layer::Points(it) => all.push(&it.label),
            Layer::Discs(it) => all.push(&it.label),
            Layer::Bars(it) => all.push(&it.label),
            Layer::Forest(it) => {
                all.extend(it.heads.iter().map(String::as_str));
                all.extend(it.favours.iter().map(String::as_str));
            }
            Layer::Heat(it) => all.push(&it.title),
            Layer::Doses(it) => all.push(&it.label),
            Layer::Level(it) => all.push(&it.label),
            Layer::Range(it) => all.push(&it.label),
            Layer::Interval(it) => all.push(&it.label),
            Layer::Words(it) => all.push(&it.text),
            Layer::Image(it) => {
                all.extend(it.key.iter().map(|sign| sign.label.as_str()));
                all.extend(it.scale.iter().map(|scale| scale.title.as_str()));
            }
        }
    }
    all
}

/// What the abbreviations of a chart stand for; empty where it has none.
pub(super) fn of_chart(chart: &Chart) -> String {
    spelled(&words(chart))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_is_spelled_where_it_stands_alone() {
        let of = |text: &str| spelled(&[text]);
        assert_eq!(
            of("PTHrP made by a cell"),
            "PTHrP: parathyroid hormone-related protein"
        );
        assert_eq!(of("level of PTH (pM)"), "PTH: parathyroid hormone");
        assert_eq!(
            of("free RANKL"),
            "RANKL: the ligand of RANK, which makes osteoclasts"
        );
        assert_eq!(of("cells in marrow"), "");
        assert_eq!(of("anti-PTHrP, BV/TV"), {
            let [bone, pthrp] =
                [WORDS[0], WORDS[8]].map(|(word, means)| format!("{word}: {means}"));
            format!("{bone}; {pthrp}")
        });
    }

    #[test]
    fn every_part_of_a_chart_is_looked_at() {
        let chart = Chart {
            panels: vec![Panel {
                y: Axis::linear("BV/TV", "%"),
                x: Axis::categories("", vec!["OPG".to_owned()]),
                layers: vec![Layer::Words(crate::plot::chart::Words {
                    text: "IGF".to_owned(),
                    size: 9.0,
                })],
                ..Panel::default()
            }],
            ..Chart::default()
        };
        let said = of_chart(&chart);
        for word in ["BV/TV: ", "OPG: ", "IGF: "] {
            assert!(said.contains(word), "{said}");
        }
    }
}
