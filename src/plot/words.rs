//! Words of pictures for what tables and scenarios call by a key: columns of `series.csv`, parameters by
//! their path, units.

use crate::biology::words::{OPTIONAL, RATES};

/// A column of `series.csv` as an axis shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// Title.
    pub title: String,
    /// Unit of what is shown; empty for a number without one.
    pub unit: String,
    /// What is shown over what the table holds.
    pub factor: f64,
}

/// Columns whose name does not say what they hold: title, unit and factor.
const COLUMNS: [(&str, &str, &str, f64); 18] = [
    ("bv_tv", "BV/TV", "%", 100.0),
    ("bone_volume_mm3", "bone volume", "mm\u{b3}", 1.0),
    ("es_bs", "eroded surface, ES/BS", "%", 100.0),
    ("os_bs", "osteoid surface, OS/BS", "%", 100.0),
    ("oc_s_bs", "osteoclast surface, Oc.S/BS", "%", 100.0),
    ("n_oc", "osteoclasts", "", 1.0),
    (
        "n_oc_per_mm3",
        "osteoclasts per tissue volume",
        "1/mm\u{b3}",
        1.0,
    ),
    (
        "n_oc_per_bs_mm2",
        "osteoclasts per bone surface",
        "1/mm\u{b2}",
        1.0,
    ),
    ("n_ob", "osteoblasts", "", 1.0),
    ("n_precursor", "osteoblast precursors", "", 1.0),
    ("rankl_free_pm", "free RANKL", "pM", 1.0),
    ("rankl_pm", "total RANKL", "pM", 1.0),
    ("pthrp_pm", "total PTHrP", "pM", 1.0),
    ("bs_mm2", "bone surface", "mm\u{b2}", 1.0),
    ("resorbed_mm3", "bone resorbed", "mm\u{b3}", 1.0),
    ("formed_mm3", "bone formed", "mm\u{b3}", 1.0),
    ("owed_mm3", "bone dug and not yet refilled", "mm\u{b3}", 1.0),
    ("calcium_released_fmol", "calcium set free", "fmol", 1.0),
];

/// Endings of columns that are units.
const ENDINGS: [(&str, &str); 3] = [("_mm3", "mm\u{b3}"), ("_fmol", "fmol"), ("_pm", "pM")];

/// Keys that are abbreviations, as they are written.
const SIGNALS: [(&str, &str); 10] = [
    ("pthrp", "PTHrP"),
    ("pth", "PTH"),
    ("pth1r", "PTH1R"),
    ("rank", "RANK"),
    ("rankl", "RANKL"),
    ("opg", "OPG"),
    ("tgf_beta", "TGF-\u{3b2}"),
    ("igf", "IGF"),
    ("bmp", "BMP"),
    ("vegf", "VEGF"),
];

/// Cells as one of them.
const ONE: [(&str, &str); 4] = [
    ("tumour", "a tumour cell"),
    ("lining", "a lining cell"),
    ("precursor", "a precursor"),
    ("osteoblast", "an osteoblast"),
];

fn found<'a>(list: &[(&str, &'a str)], key: &str) -> Option<&'a str> {
    list.iter().find(|row| row.0 == key).map(|row| row.1)
}

/// A key as words: abbreviations as they are written, what acts against something behind `anti-`, else with spaces.
pub(crate) fn words(key: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = key;
    let mut is_against = false;
    while !rest.is_empty() {
        // Names of signals may hold an underscore themselves.
        let known = SIGNALS.iter().filter_map(|&(name, said)| {
            let behind = rest.strip_prefix(name)?;
            let behind = behind
                .strip_prefix('_')
                .or(behind.is_empty().then_some(""))?;
            Some((name.len(), said, behind))
        });
        let plain = rest.split_once('_').unwrap_or((rest, ""));
        let (said, behind) = known
            .max_by_key(|known| known.0)
            .map_or(plain, |(_, said, behind)| (said, behind));
        let is_anti = said == "anti" && !behind.is_empty();
        if !is_anti {
            let against = if is_against { "anti-" } else { "" };
            parts.push(format!("{against}{said}"));
        }
        is_against = is_anti;
        rest = behind;
    }
    parts.join(" ")
}

/// A value against that of day 0, in words that leave no doubt whether of a share in percent a part is meant or percentage
/// points; empty where there was none of it.
pub(crate) fn change(now: f64, first: f64) -> String {
    let percent = (1000.0 * (now / first - 1.0)).round() / 10.0;
    if first <= 0.0 || !percent.is_finite() {
        String::new()
    } else if percent == 0.0 {
        "as on day 0".to_owned()
    } else if percent < 0.0 {
        format!("lower by {:.1} % of its value on day 0", -percent)
    } else {
        format!("higher by {percent:.1} % of its value on day 0")
    }
}

/// Heading of the pictures of a scenario or a trial: what it says of itself, else its name.
pub(crate) fn heading(name: &str, description: &str) -> String {
    let said = description.trim().trim_end_matches('.');
    let said = if said.is_empty() {
        name.replace('_', " ")
    } else {
        said.to_owned()
    };
    said.replace("cm3", "cm\u{b3}")
        .replace("mm3", "mm\u{b3}")
        .replace("TGF-beta", "TGF-\u{3b2}")
}

/// A number of days in words.
pub(crate) fn days_of(days: f64) -> String {
    match format!("{}", (100.0 * days).round() / 100.0).as_str() {
        "1" => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// What a run is of, for the line below the title of its pictures: its arm, its heading without the days that it
/// names by itself, as in "a lesion, 28 days", and the days that were run. What the description says of a
/// scenario with arms is not of this arm alone, so that the arm stands before it.
pub(crate) fn of_run(name: &str, description: &str, arm: Option<&str>, days: f64) -> String {
    let days = days_of(days);
    let said = whole(&without_days(&heading(name, description)));
    match arm {
        Some(arm) => format!("Arm: {arm}; run of {days}; scenario with arms: {said}"),
        None => format!("{said}; run of {days}"),
    }
}

/// What runs of many parameters are of: the scenario without the days that it names, and the species of its host
/// where it does not say it.
pub(crate) fn of_scenario(name: &str, description: &str, species: &str) -> String {
    let said = whole(&without_days(&heading(name, description)));
    let is_said = |word: &str| {
        let mut words = said.split(|letter: char| !letter.is_alphanumeric());
        words.any(|other| other.eq_ignore_ascii_case(word))
    };
    let names: &[&str] = match species {
        "mouse" => &["mouse", "mice", "murine"],
        "human" => &["human", "man", "patient", "patients"],
        _ => &[],
    };
    if species.is_empty() || names.iter().any(|name| is_said(name)) {
        said
    } else {
        note([&said[..], &format!("host: {species}")])
    }
}

/// A heading without the parts between commas that are nothing but a number of days: what was run may be
/// longer or shorter than what the scenario says of itself.
pub(crate) fn without_days(heading: &str) -> String {
    let mut kept = String::new();
    for (place, part) in heading.split(", ").enumerate() {
        let (head, rest) = match part.find([':', ';']) {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        let days = head.strip_suffix(" days").or(head.strip_suffix(" d"));
        let is_days = days.is_some_and(|days| days.parse::<f64>().is_ok());
        if is_days && place > 0 {
            kept.push_str(rest);
        } else {
            if place > 0 {
                kept.push_str(", ");
            }
            kept.push_str(part);
        }
    }
    kept
}

/// Words with a capital letter at their beginning.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// Words that stay together where a note is parted between the heading and the foot of a picture: what separates parts
/// is not broken in them.
pub(crate) fn whole(words: &str) -> String {
    words.replace("; ", ";\u{a0}")
}

/// Names as a list that is one part of a note: where one of them has a comma, semicolons stand between them.
pub(crate) fn list(names: &[String]) -> String {
    if names.iter().any(|name| name.contains(',')) {
        return whole(&names.join("; "));
    }
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Parts of a note with what separates them, empty ones left out.
pub(crate) fn note<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

/// A column of `series.csv` in words, by its name and the unit at the end of it.
pub(crate) fn column(name: &str) -> Shown {
    if let Some(&(_, title, unit, factor)) = COLUMNS.iter().find(|row| row.0 == name) {
        return Shown {
            title: title.to_owned(),
            unit: unit.to_owned(),
            factor,
        };
    }
    let ending = ENDINGS
        .iter()
        .find_map(|(ending, unit)| Some((name.strip_suffix(ending)?, *unit)));
    let (name, unit) = ending.unwrap_or((name, ""));
    Shown {
        title: words(name),
        unit: unit.to_owned(),
        factor: 1.0,
    }
}

/// A unit as it is printed: `um3/h` with its letter and power raised, `/mm2/d` over 1.
pub(crate) fn unit(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let is_micro = letter == 'u'
            && !before.is_alphanumeric()
            && letters.peek().is_some_and(|next| next.is_alphabetic());
        out.push(match letter {
            'u' if is_micro => '\u{b5}',
            '2' if before.is_alphabetic() => '\u{b2}',
            '3' if before.is_alphabetic() => '\u{b3}',
            other => other,
        });
        before = letter;
    }
    match out.strip_prefix('/') {
        Some(below) if below.contains('/') => format!("1/({})", below.replace('/', " ")),
        Some(below) => format!("1/{below}"),
        None => out,
    }
}

/// A parameter of a scenario in words, by its dotted path: what it is a number of.
pub(crate) fn parameter(path: &str) -> String {
    let base = path.strip_suffix(".rate").unwrap_or(path);
    let mut rates = RATES.iter().chain(&OPTIONAL);
    let known = rates.find(|rate| rate.path == base);
    if let Some(known) = known.map(|rate| rate.title) {
        return known.to_owned();
    }
    for (key, said) in [
        (
            "raised_by",
            [
                ("fold", "greatest factor by"),
                ("half_max", "half effect of"),
                ("hill", "Hill exponent of"),
            ],
        ),
        (
            "lowered_by",
            [
                ("to", "least share left by"),
                ("half_max", "half effect of"),
                ("hill", "Hill exponent of"),
            ],
        ),
    ] {
        let Some((what, how)) = path.split_once(&format!(".{key}.")) else {
            continue;
        };
        if let Some((by, last)) = how.split_once('.')
            && let Some(said) = found(&said, last)
        {
            return format!("{}, {said} {}", parameter(what), words(by));
        }
    }
    let parts: Vec<&str> = base.split('.').collect();
    match parts[..] {
        [cell, "secretion", signal] if found(&ONE, cell).is_some() => {
            let cell = found(&ONE, cell).unwrap_or(cell);
            format!("{} made by {cell}", words(signal))
        }
        ["signals", signal, "half_life"] => format!("half-life of {}", words(signal)),
        ["signals", signal, "diffusivity"] => format!("diffusivity of {}", words(signal)),
        ["signals", signal, "matrix_content"] => format!("{} in bone matrix", words(signal)),
        ["signals", signal, "active_fraction"] => {
            format!("active share of {} set free", words(signal))
        }
        _ => {
            let parts: Vec<String> = parts.iter().map(|part| words(part)).collect();
            parts.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_under_many_runs_is_said_with_its_host_once() {
        let of = |said: &str| of_scenario("a_lesion", said, "mouse");
        assert_eq!(of("A lytic lesion, 28 days"), "A lytic lesion; host: mouse");
        assert_eq!(
            of("A lesion in a section of mouse bone."),
            "A lesion in a section of mouse bone"
        );
        assert_eq!(of_scenario("a_lesion", "", ""), "a lesion");
        assert_eq!(
            of_scenario("", "A lesion in man", "human"),
            "A lesion in man"
        );
    }

    #[test]
    fn a_description_and_a_list_are_one_part_of_a_note() {
        let said = "Chemotherapy once a week; some cells resist; they grow";
        for of in [
            of_run("name", said, None, 7.0),
            of_run("name", said, Some("a"), 7.0),
            note([&of_scenario("name", said, "mouse")[..], "64 points"]),
        ] {
            let parts: Vec<&str> = of.split("; ").collect();
            let is_whole = |part: &&str| part.ends_with("resist;\u{a0}they grow");
            assert!(parts.iter().any(is_whole), "{parts:?}");
        }
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
        assert_eq!(list(&names(&["a", "b", "c"])), "a, b and c");
        assert_eq!(list(&names(&["a", "b, at most"])), "a;\u{a0}b, at most");
        assert_eq!(list(&names(&["a"])), "a");
        assert_eq!(list(&[]), "");
    }

    #[test]
    fn a_heading_is_the_description_or_the_name() {
        assert_eq!(heading("patient_arms", ""), "patient arms");
        let said = "A lesion of 50 cm3 under anti-TGF-beta.";
        assert_eq!(
            heading("any", said),
            "A lesion of 50 cm\u{b3} under anti-TGF-\u{3b2}"
        );
    }

    #[test]
    fn a_run_is_named_by_the_days_that_were_run_and_not_by_those_of_its_description() {
        for (said, days, of) in [
            ("A lesion, 28 days", 2.0, "A lesion; run of 2 days"),
            (
                "Healthy bone, 360 days: nothing is lost.",
                360.0,
                "Healthy bone: nothing is lost; run of 360 days",
            ),
            (
                "Immune cells, 28 days, untreated",
                28.0,
                "Immune cells, untreated; run of 28 days",
            ),
            (
                "Cells seed bone over 28 days, sleep and grow, 1.5 d",
                0.25,
                "Cells seed bone over 28 days, sleep and grow; run of 0.25 days",
            ),
            ("28 days", 7.0, "28 days; run of 7 days"),
        ] {
            assert_eq!(of_run("name", said, None, days), of);
        }
        assert_eq!(
            of_run("patient_arms", "", Some("control, no drug"), 240.0),
            "Arm: control, no drug; run of 240 days; scenario with arms: patient arms"
        );
    }

    #[test]
    fn abbreviations_in_a_key_are_written_as_they_are() {
        for (key, said) in [
            ("no_bmp", "no BMP"),
            (
                "anti_pthrp_when_calcium_rises",
                "anti-PTHrP when calcium rises",
            ),
            ("anti_tgf_beta", "anti-TGF-\u{3b2}"),
            ("tgf_beta", "TGF-\u{3b2}"),
            ("rankl", "RANKL"),
            ("late_outgrowth", "late outgrowth"),
            ("early", "early"),
            ("", ""),
        ] {
            assert_eq!(words(key), said);
        }
    }

    #[test]
    fn a_change_is_less_or_more_and_one_that_rounds_to_nothing_has_no_sign() {
        assert_eq!(change(0.733, 1.0), "lower by 26.7 % of its value on day 0");
        assert_eq!(change(1.1, 1.0), "higher by 10.0 % of its value on day 0");
        for same in [1.0, 0.9996, 1.0004] {
            assert_eq!(change(same, 1.0), "as on day 0");
        }
        assert_eq!(change(0.1, 0.0), "");
    }

    #[test]
    fn columns_units_and_parameters_are_words() {
        let bone = column("bv_tv");
        assert_eq!((bone.title.as_str(), bone.unit.as_str()), ("BV/TV", "%"));
        let level = column("il_6_pm");
        assert_eq!((level.title.as_str(), level.unit.as_str()), ("il 6", "pM"));
        assert_eq!(column("tgf_beta_pm").title, "TGF-\u{3b2}");
        assert_eq!(words("anti_tgf_beta"), "anti-TGF-\u{3b2}");
        assert_eq!(
            words("anti_sclerostin_antibody"),
            "anti-sclerostin antibody"
        );
        for (text, printed) in [
            ("um3/h", "\u{b5}m\u{b3}/h"),
            ("um", "\u{b5}m"),
            ("/mm2/d", "1/(mm\u{b2} d)"),
            ("/d", "1/d"),
            ("amol/h", "amol/h"),
            ("mM", "mM"),
            ("", ""),
        ] {
            assert_eq!(unit(text), printed);
        }
        for (path, said) in [
            ("tumour.division.rate", "division of tumour cells"),
            ("tumour.secretion.pthrp.rate", "PTHrP made by a tumour cell"),
            (
                "tumour.secretion.pthrp.raised_by.tgf_beta.fold",
                "PTHrP made by a tumour cell, greatest factor by TGF-\u{3b2}",
            ),
            (
                "tumour.division.lowered_by.vessel_distance.half_max",
                "division of tumour cells, half effect of vessel distance",
            ),
            ("signals.opg.half_life", "half-life of OPG"),
            ("vessels.spacing", "vessels, spacing"),
        ] {
            assert_eq!(parameter(path), said);
        }
    }
}
