//! Sliders and switches: values of a scenario with unit, range, what they are and where they come from.
//!
//! The list says which values are offered; all else is read: the value and its unit from the scenario, what it
//! is from the schema, its source from the comment behind it, and its range from the brackets there, as in
//! `# design [0.1 to 0.3]`. Where a comment gives none, a slider goes from a fifth to five times the value.

use serde::Serialize;
use serde_json::Value;

use crate::layers::tree::Leaf;
use crate::numerics::quantity::Dimension;
use crate::scenario::build::Loaded;
use crate::scenario::describe::source;
use crate::scenario::file::Scenario;
use crate::scenario::schema::json_schema;

/// When a value may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At any time: a change parts the runs.
    Anytime,
    /// For a new run.
    Start,
}

/// Values on the page: path, title, group, and when they may be changed.
const OFFERED: [(&str, &str, &str, When); 17] = [
    (
        "inoculation.cells",
        "Tumour cells at the start",
        "At the start",
        When::Start,
    ),
    (
        "specimen.trabecular.bv_tv",
        "Bone volume, BV/TV",
        "At the start",
        When::Start,
    ),
    (
        "specimen.trabecular.tb_sp",
        "Space between trabeculae",
        "At the start",
        When::Start,
    ),
    (
        "run.duration",
        "Length of the run",
        "At the start",
        When::Start,
    ),
    (
        "tumour.division.rate",
        "Division of tumour cells",
        "Tumour",
        When::Anytime,
    ),
    (
        "tumour.division.raised_by.tgf_beta.fold",
        "Division raised by TGF-\u{3b2}, at most times",
        "Tumour",
        When::Anytime,
    ),
    (
        "tumour.division.raised_by.igf.fold",
        "Division raised by IGF, at most times",
        "Tumour",
        When::Anytime,
    ),
    (
        "tumour.death.rate",
        "Death of tumour cells",
        "Tumour",
        When::Anytime,
    ),
    (
        "tumour.secretion.pthrp.rate",
        "PTHrP made by a tumour cell",
        "The loop",
        When::Anytime,
    ),
    (
        "tumour.secretion.pthrp.raised_by.tgf_beta.fold",
        "PTHrP raised by TGF-\u{3b2}, at most times",
        "The loop",
        When::Anytime,
    ),
    (
        "signals.tgf_beta.active_fraction",
        "Share of TGF-\u{3b2} that is active when set free",
        "The loop",
        When::Anytime,
    ),
    (
        "signals.igf.active_fraction",
        "Share of IGF that is active when set free",
        "The loop",
        When::Anytime,
    ),
    (
        "osteoclast.fusion.formation.rate",
        "Formation of osteoclasts",
        "Bone cells",
        When::Anytime,
    ),
    (
        "osteoclast.resorption.volume.rate",
        "Bone resorbed by an osteoclast",
        "Bone cells",
        When::Anytime,
    ),
    (
        "osteoclast.apoptosis.life",
        "Life of an osteoclast",
        "Bone cells",
        When::Anytime,
    ),
    (
        "precursor.recruitment.arrival.rate",
        "Arrival of osteoblast precursors",
        "Bone cells",
        When::Anytime,
    ),
    (
        "osteoblast.formation.apposition.rate",
        "Osteoid laid by an osteoblast",
        "Bone cells",
        When::Anytime,
    ),
];

/// A slider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    /// Path in the scenario.
    pub path: String,
    /// Title.
    pub title: String,
    /// What it is, in a line.
    pub about: String,
    /// Under which heading it stands.
    pub group: &'static str,
    /// Value, in `unit`.
    pub value: f64,
    /// Unit as in the scenario; nothing for a plain number.
    pub unit: String,
    /// Least value of the slider.
    pub least: f64,
    /// Greatest value of the slider.
    pub most: f64,
    /// True where only whole numbers make sense.
    pub whole: bool,
    /// True where equal steps are to be equal ratios.
    pub log: bool,
    /// Where the value comes from.
    pub source: String,
    /// When it may be changed.
    pub when: When,
}

/// A therapy, or a cut of the loop, that can be switched on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Therapy {
    /// Key of its switch.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What is set; `{day}` stands for the day on which it begins.
    pub set: Vec<&'static str>,
    /// Course that ends where it is switched off again; none where there is nothing to end.
    pub course: Option<&'static str>,
    /// Dose and interval, as the shipped scenario has them.
    pub dose: &'static str,
}

macro_rules! course {
    ($drug:literal, $dose:literal, $route:literal, $every:literal) => {
        vec![
            "subject.mass=20 g",
            concat!("therapy.", $drug, ".drug=", $drug),
            concat!("therapy.", $drug, ".dose=", $dose),
            concat!("therapy.", $drug, ".route=", $route),
            concat!("therapy.", $drug, ".interval=", $every),
            concat!("therapy.", $drug, ".start={day} d"),
        ]
    };
}

/// Therapies for mice, in the doses of the shipped scenarios.
fn for_mice() -> Vec<Therapy> {
    let drug = |name, title, about, dose, set| Therapy {
        name,
        title,
        about,
        set,
        course: Some(name),
        dose,
    };
    let cut = |name, title, about, set| Therapy {
        name,
        title,
        about,
        set: vec![set],
        course: None,
        dose: "from this day on",
    };
    vec![
        drug(
            "anti_pthrp",
            "Antibody against PTHrP",
            "Binds the PTHrP that tumour cells secrete.",
            "10 mg/kg twice a week",
            course!("anti_pthrp", "10 mg/kg", "intraperitoneal", "84 h"),
        ),
        drug(
            "opg_fc",
            "OPG-Fc",
            "A decoy for RANKL, as denosumab is in man: osteoclasts form no more.",
            "3 mg/kg three times a week",
            course!("opg_fc", "3 mg/kg", "subcutaneous", "56 h"),
        ),
        drug(
            "zoledronate",
            "Zoledronate",
            "A bisphosphonate: binds to bone and kills the osteoclasts that dig it up.",
            "0.1 mg/kg once a week",
            course!("zoledronate", "0.1 mg/kg", "intravenous", "7 d"),
        ),
        drug(
            "anti_tgf_beta",
            "Antibody against TGF-\u{3b2}",
            "Binds the TGF-\u{3b2} that resorption sets free.",
            "10 mg/kg three times a week",
            course!("anti_tgf_beta", "10 mg/kg", "intraperitoneal", "56 h"),
        ),
        drug(
            "docetaxel",
            "Docetaxel",
            "Chemotherapy: kills dividing cells.",
            "10 mg/kg once a week",
            course!("docetaxel", "10 mg/kg", "intravenous", "7 d"),
        ),
        cut(
            "cut_pthrp",
            "Cut the loop: no PTHrP",
            "Tumour cells make no PTHrP any more, as if the gene were lost.",
            "tumour.secretion.pthrp.rate=0 amol/h",
        ),
        cut(
            "cut_tgf_beta",
            "Cut the loop: no TGF-\u{3b2} from bone",
            "Resorption sets no TGF-\u{3b2} free any more.",
            "signals.tgf_beta.matrix_release=false",
        ),
    ]
}

/// Therapies of a scenario: none for man, whose doses the page does not know.
pub(crate) fn therapies(loaded: &Loaded) -> Vec<Therapy> {
    if loaded.scenario.subject.species != crate::therapy::subject::Species::Mouse {
        return Vec::new();
    }
    let known = |therapy: &Therapy| !loaded.scenario.therapy.contains_key(therapy.name);
    for_mice().into_iter().filter(known).collect()
}

/// The sliders of a scenario.
pub(crate) fn controls(loaded: &Loaded) -> Vec<Control> {
    let leaves = loaded.tree.leaves();
    let schema = json_schema::<Scenario>("howship scenario");
    let offered = OFFERED.iter().filter_map(|&(path, title, group, when)| {
        let leaf = leaves.iter().find(|leaf| leaf.path == path)?;
        control(leaf, title, group, when, &schema)
    });
    offered.collect()
}

fn control(
    leaf: &Leaf,
    title: &str,
    group: &'static str,
    when: When,
    schema: &Value,
) -> Option<Control> {
    let (value, unit) = number_and_unit(leaf.value.trim_matches('"'))?;
    let comment = leaf.comment.as_deref().unwrap_or("");
    let range = bracketed(comment, &unit).filter(|(least, most)| {
        // A range of something else in the same comment does not hold the value.
        (*least..=*most).contains(&value) && least < most
    });
    let whole = unit.is_empty() && value.fract() == 0.0 && value >= 10.0;
    let (mut least, mut most) = range.unwrap_or((value / 5.0, value * 5.0));
    if leaf.path.ends_with("fraction") || leaf.path.ends_with("bv_tv") {
        (least, most) = if leaf.path.ends_with("bv_tv") {
            (0.05, 0.35)
        } else {
            (0.0, 1.0)
        };
    }
    if leaf.path.rsplit('.').next() == Some("fold") {
        least = 1.0;
    }
    if most <= least {
        return None;
    }
    Some(Control {
        path: leaf.path.clone(),
        title: title.to_owned(),
        about: about(schema, &leaf.path).unwrap_or_default(),
        group,
        value,
        unit,
        least,
        most,
        whole,
        log: least > 0.0 && most / least > 8.0,
        source: source(leaf),
        when,
    })
}

/// `0.4 /d` as 0.4 and `/d`.
fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    Some((number.parse().ok()?, unit.trim().to_owned()))
}

/// The first range in brackets of a comment, `[0.1 to 0.3]` or `[10 to 25 um]`, in a unit.
fn bracketed(comment: &str, unit: &str) -> Option<(f64, f64)> {
    comment.split('[').skip(1).find_map(|rest| {
        let inner = rest.split(']').next()?;
        let inner = inner.split(';').next()?;
        let (least, most) = inner.split_once(" to ")?;
        let (least, _) = number_and_unit(least)?;
        let (most, of) = number_and_unit(most)?;
        if of.is_empty() || of == unit {
            return Some((least, most));
        }
        let factor = Dimension::conversion(&of, unit)?;
        Some((least * factor, most * factor))
    })
}

/// What the schema says of the value at a path, up to its first full stop.
fn about(schema: &Value, path: &str) -> Option<String> {
    let mut here = schema;
    let mut said = None;
    for key in path.split('.') {
        here = child(schema, here, key, 0)?;
        if let Some(text) = here.get("description").and_then(Value::as_str) {
            said = Some(text);
        }
    }
    let text = said?.replace('\n', " ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    Some(text[..end].to_owned())
}

/// What stands under a key of a schema, behind references and choices.
fn child<'a>(root: &'a Value, schema: &'a Value, key: &str, depth: usize) -> Option<&'a Value> {
    if depth > 8 {
        return None;
    }
    if let Some(found) = schema.get("properties").and_then(|all| all.get(key)) {
        return Some(found);
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(name.strip_prefix('#')?)?;
        return child(root, target, key, depth + 1);
    }
    let choices = ["anyOf", "oneOf", "allOf"].into_iter();
    let mut all = choices
        .filter_map(|choice| schema.get(choice)?.as_array())
        .flatten();
    let found = all.find_map(|one| child(root, one, key, depth + 1));
    found.or_else(|| {
        schema
            .get("additionalProperties")
            .filter(|more| more.is_object())
    })
}

/// Beginnings of paths that a page may set: values of the model, none of which names a file.
const SETTABLE: [&str; 13] = [
    "tumour.",
    "osteoclast.",
    "osteoblast.",
    "precursor.",
    "lining.",
    "mineralisation.",
    "signals.",
    "cues.",
    "therapy.",
    "radiotherapy.",
    "subject.mass",
    "inoculation.cells",
    "specimen.trabecular.",
];

/// True for a `path=value` that a page may set. A path of another form, as with quotes or brackets, is none.
pub(crate) fn is_settable(set: &str) -> bool {
    let Some((path, _)) = set.split_once('=') else {
        return false;
    };
    let path = path.trim();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    let within = |prefix: &&str| path.starts_with(*prefix);
    path.chars().all(plain) && (path == "run.duration" || SETTABLE.iter().any(within))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::catalogue::Catalogue;

    #[test]
    fn every_slider_has_its_value_in_its_range_what_it_is_and_a_source() {
        let loaded = Catalogue::shipped()
            .unwrap()
            .load("vicious_cycle_2d", &[])
            .unwrap();
        let controls = controls(&loaded);
        let found: Vec<&str> = controls.iter().map(|one| &*one.path).collect();
        let missing: Vec<&str> = OFFERED
            .iter()
            .map(|offered| offered.0)
            .filter(|path| !found.contains(path))
            .collect();
        assert_eq!(missing, [""; 0]);
        for one in controls {
            assert!((one.least..=one.most).contains(&one.value), "{one:?}");
            assert!(!one.about.is_empty() && !one.source.is_empty(), "{one:?}");
        }
    }

    #[test]
    fn ranges_are_read_from_comments_in_the_unit_of_the_value() {
        assert_eq!(
            bracketed("design [0.1 to 0.3]; more", "/d"),
            Some((0.1, 0.3))
        );
        assert_eq!(bracketed("design [10 to 25 um]", "um"), Some((10.0, 25.0)));
        assert_eq!(bracketed("x [1 to 12 h]", "d"), Some((1.0 / 24.0, 0.5)));
        assert_eq!(
            bracketed("Roe 2001 [1.2 to 2; 1 to 13 nM]", ""),
            Some((1.2, 2.0))
        );
        assert_eq!(bracketed("a textbook", "um"), None);
    }

    #[test]
    fn a_page_sets_values_of_the_model_and_names_no_file() {
        for good in [
            "tumour.death.rate=0.1 /d",
            "therapy.x.start=3 d",
            "run.duration=7 d",
        ] {
            assert!(is_settable(good), "{good}");
        }
        for bad in [
            "specimen.image.file=/etc/passwd",
            "specimen={ image = { file = \"x\" } }",
            "output.volumes.every=1 d",
            "lattice.size=[9999,9999,1]",
            "\"tumour\".x=1",
            "extends=x",
            "tumour",
        ] {
            assert!(!is_settable(bad), "{bad}");
        }
    }

    #[test]
    fn every_therapy_can_be_switched_on_at_a_day() {
        let catalogue = Catalogue::shipped().unwrap();
        let loaded = catalogue.load("vicious_cycle_2d", &[]).unwrap();
        let all = therapies(&loaded);
        assert!(all.len() >= 5);
        for therapy in all {
            let set = therapy.set.iter().map(|set| set.replace("{day}", "7"));
            let arm = crate::scenario::file::Arm {
                at: crate::numerics::quantity::Time::h(7.0 * 24.0),
                set: set.collect(),
            };
            assert!(arm.set.iter().all(|set| is_settable(set)), "{arm:?}");
            loaded
                .forked("with", &arm)
                .unwrap_or_else(|found| panic!("{}: {}", therapy.name, found.render(false)));
        }
    }
}
