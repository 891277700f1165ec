//! The text of docs/parameters.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use howship::layers::tree::{Layer, Leaf, Tree};

use super::evidence::{Evidence, Kind, evidence};
use super::weight::{STUDY, TABLE, Weight, weights};

/// Where the text lies, from the root of the package.
pub(crate) const FILE: &str = "docs/parameters.md";
/// What mends a stale text.
pub(crate) const MEND: &str = "run `cargo run --example parameters` and commit docs/parameters.md";

/// Folders and files with values, by section, from the root of the package.
const SECTIONS: [(&str, &[&str]); 8] = [
    ("Presets", &["src/scenario/presets"]),
    ("Living bone", &["src/scenario/fragments/bone"]),
    ("Tumour lines", &["src/scenario/fragments/lines"]),
    ("Genotypes", &["src/scenario/fragments/genotypes"]),
    ("Immune cells", &["src/scenario/fragments/immune"]),
    (
        "Bone that feels its load",
        &["src/scenario/fragments/mechanostat"],
    ),
    ("Drugs", &["src/therapy/drugs"]),
    ("Radiation", &["src/therapy/radiobiology.toml"]),
];

/// Fits beside scenarios, which stand in the sources: where, what, to what.
const COHORT_FITS: [(&str, &str, &str); 2] = [
    (
        "src/patient/skeletal_events.rs",
        "`events.scale`, the factor on all hazards of skeletal-related events",
        "the median to the first event under placebo (Rosen03)",
    ),
    (
        "src/cohort/tissue.rs",
        "eight constants of the reduced tissue, the turnover of its bone among them",
        "five mean courses of three seeds of the lattice (`trials/lattice`)",
    ),
];

/// A value with what is said of it.
pub(crate) struct Parameter {
    pub(crate) file: String,
    pub(crate) path: String,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) evidence: Evidence,
}

/// Keys of docs/references.md.
pub(crate) fn reference_keys(root: &Path) -> Result<BTreeSet<String>, String> {
    let text = read(root, "docs/references.md")?;
    let key = |line: &str| {
        let rest = line.strip_prefix("| <a id=\"")?;
        rest.split_once('"').map(|(key, _)| key.to_owned())
    };
    Ok(text.lines().filter_map(key).collect())
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
}

/// TOML files of a folder in the order of their names, or the file itself.
fn files(root: &Path, place: &str) -> Result<Vec<String>, String> {
    if root.join(place).is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let entries = fs::read_dir(root.join(place)).map_err(|error| format!("{place}: {error}"))?;
    let mut found: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|ending| ending == "toml")
        })
        .map(|name| format!("{place}/{name}"))
        .collect();
    found.sort_unstable();
    Ok(found)
}

/// A value as TOML writes it, parted into number and unit.
fn parted(value: &str) -> (String, String) {
    let text = value.trim_matches('"');
    match text.split_once(' ') {
        Some((number, unit)) if number.parse::<f64>().is_ok() && !unit.contains(' ') => {
            (number.to_owned(), unit.to_owned())
        }
        _ => (text.to_owned(), String::new()),
    }
}

/// Every value of a file. The first that says nothing of its kind is an error.
pub(crate) fn parameters(
    root: &Path,
    file: &str,
    keys: &BTreeSet<String>,
) -> Result<Vec<Parameter>, String> {
    let layer = Layer {
        name: file.to_owned(),
        text: read(root, file)?,
    };
    let tree = Tree::parse(layer).map_err(|found| format!("{file}: {found:?}"))?;
    let parameter = |leaf: Leaf| {
        let comment = leaf.comment.as_deref().unwrap_or_default();
        let at = |said| format!("{file}:{}: {said}", leaf.line);
        let evidence = evidence(&leaf.path, comment, keys).map_err(at)?;
        let (value, unit) = parted(&leaf.value);
        Ok(Parameter {
            file: file.to_owned(),
            path: leaf.path,
            value,
            unit,
            evidence,
        })
    };
    tree.leaves().into_iter().map(parameter).collect()
}

/// All values by section.
pub(crate) fn sections(root: &Path) -> Result<Vec<(&'static str, Vec<Parameter>)>, String> {
    let keys = reference_keys(root)?;
    SECTIONS
        .into_iter()
        .map(|(title, places)| {
            let mut all = Vec::new();
            for place in places {
                for file in files(root, place)? {
                    all.extend(parameters(root, &file, &keys)?);
                }
            }
            Ok((title, all))
        })
        .collect()
}

/// The whole text.
pub(crate) fn document(root: &Path) -> Result<String, String> {
    let keys = reference_keys(root)?;
    let sections = sections(root)?;
    let weights = weights(root)?;
    let mut text = head(&sections, !weights.is_empty());
    for (title, parameters) in &sections {
        let mut by_file: BTreeMap<&str, Vec<&Parameter>> = BTreeMap::new();
        for parameter in parameters {
            by_file.entry(&parameter.file).or_default().push(parameter);
        }
        let _ = writeln!(text, "\n## {title}");
        for (file, parameters) in by_file {
            let _ = writeln!(text, "\n[{file}](../{file})\n");
            let weighed = file.ends_with("presets/mouse.toml") && !weights.is_empty();
            text.push_str(&table(&parameters, &keys, weighed.then_some(&weights)));
        }
    }
    Ok(text)
}

/// A line for each parameter that is chosen by `of`: what, where, and what `says` of it.
fn list(
    sections: &[(&str, Vec<Parameter>)],
    of: impl Fn(&Parameter) -> bool,
    says: impl Fn(&Parameter) -> String,
) -> (usize, String) {
    let chosen: Vec<String> = sections
        .iter()
        .flat_map(|(_, parameters)| parameters)
        .filter(|parameter| of(parameter))
        .map(|parameter| {
            let file = parameter.file.rsplit('/').next().unwrap_or_default();
            let (path, value, unit) = (&parameter.path, &parameter.value, &parameter.unit);
            let said = says(parameter);
            format!(
                "- {file}, `{path}` = {}: {said}\n",
                format!("{value} {unit}").trim()
            )
        })
        .collect();
    (chosen.len(), chosen.concat())
}

fn head(sections: &[(&str, Vec<Parameter>)], weighed: bool) -> String {
    let mut text = String::from(
        "# Parameters\n\n\
         Every value that comes with howship, with its unit, range, kind and reference, put together from the comments behind the\n\
         values by `cargo run --example parameters`; a test holds it fresh, and refuses a value that says nothing of its kind.\n\
         Constants of the body of a patient, of virtual trials and of strength stand in the sources (`src/patient`, `src/cohort`, `src/mechanics`) and\n\
         in `scenarios/reference.toml`, and are not listed here.\n\
         [references.md](references.md) says what was looked up.\n\n\
         - *measured*: the value of the reference, in its system;\n\
         - *derived*: computed from the reference, or taken from a published model;\n\
         - *fitted*: chosen so that the model shows what is named;\n\
         - *design*: a choice, within the range where there is one; where no source was found, it is said.\n\n",
    );
    let weight = if weighed {
        format!(
            "The last two columns of the mouse preset are elasticities of the bone lost and of the tumour cells in a section of mouse bone \
             ([study](../{STUDY}), [table](../{TABLE})):\nper cent more for each per cent that the value is raised, from 10 % up against \
             10 % down, with the 95 % interval over paired seeds; in bold where it excludes 0.\n\n"
        )
    } else {
        format!(
            "What weight a parameter has is asked by [a study](../{STUDY}) that moves one at a time by 10 % up and down; its head says how to run\n\
             it and where its table is put ({TABLE}), from which two columns here are filled. It has not been run.\n\n"
        )
    };
    text.push_str(&weight);
    text.push_str("| section | measured | derived | fitted | design | without a source found |\n|---|---|---|---|---|---|\n");
    for (title, parameters) in sections {
        let count = |wanted: &dyn Fn(&Evidence) -> bool| {
            let of = parameters.iter().filter(|one| wanted(&one.evidence));
            of.count()
        };
        let counts = Kind::ALL.map(|kind| count(&|one| one.kind == kind).to_string());
        let without = count(&|one| one.says.contains("no source found"));
        let _ = writeln!(text, "| {title} | {} | {without} |", counts.join(" | "));
    }
    let (fits, fitted) = list(
        sections,
        |one| one.evidence.kind == Kind::Fitted,
        |one| one.evidence.says.clone(),
    );
    let (changes, changed) = list(
        sections,
        |one| one.evidence.was.is_some(),
        |one| format!("was {}", one.evidence.was.as_deref().unwrap_or_default()),
    );
    let cohorts: Vec<String> = COHORT_FITS
        .iter()
        .map(|(file, what, to)| format!("- [{file}](../{file}), {what}: {to}\n"))
        .collect();
    let cohorts = cohorts.concat();
    let _ = write!(
        text,
        "\n## Fitted values\n\n\
         Of the presets, `howship validate` counts twelve values of nine parameters (`src/validate/fitted.rs`): one that both presets share\n\
         counts once, and osteoblasts that repeat the OPG of lining cells do not count. With these, and those of lines and drugs, {fits} lines:\n\n\
         {fitted}\nOf virtual trials besides:\n\n{cohorts}\n\
         ## Design values that were changed\n\n\
         {changes} values are called design but were changed while the presets were fitted to published findings, so that they are in part fitted\n\
         too:\n\n{changed}"
    );
    text
}

/// Keys of references in a text as links.
fn linked(text: &str, keys: &BTreeSet<String>) -> String {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let mut linked = String::new();
    let mut rest = text;
    while let Some(from) = rest.find(inside) {
        let end = rest[from..].find(|letter| !inside(letter));
        let to = end.map_or(rest.len(), |end| from + end);
        let word = &rest[from..to];
        linked.push_str(&rest[..from]);
        if keys.contains(word) {
            let _ = write!(linked, "[{word}](references.md#{word})");
        } else {
            linked.push_str(word);
        }
        rest = &rest[to..];
    }
    linked + rest
}

fn table(
    parameters: &[&Parameter],
    keys: &BTreeSet<String>,
    weights: Option<&BTreeMap<String, Weight>>,
) -> String {
    let (more, lines) = match weights {
        Some(_) => (" loss | tumour |", "---|---|"),
        None => ("", ""),
    };
    let mut text = format!(
        "| parameter | value | unit | range | kind | reference and remark |{more}\n|---|---|---|---|---|---|{lines}\n"
    );
    for Parameter {
        path,
        value,
        unit,
        evidence,
        ..
    } in parameters
    {
        let cell = |text: &str| text.replace('|', "\\|");
        let was = evidence.was.as_ref().map(|was| format!("was {was}"));
        let says = [Some(linked(&evidence.says, keys)), was];
        let says: Vec<String> = says
            .into_iter()
            .flatten()
            .filter(|one| !one.is_empty())
            .collect();
        let _ = write!(
            text,
            "| `{path}` | {} | {} | {} | {} | {} |",
            cell(value),
            cell(unit),
            cell(evidence.range.as_deref().unwrap_or_default()),
            evidence.kind.name(),
            cell(&says.join("; "))
        );
        if let Some(weights) = weights {
            let weight = weights.get(path);
            let said = |of: fn(&Weight) -> String| weight.map(of).unwrap_or_default();
            let loss = said(|weight| weight.loss.said());
            let tumour = said(|weight| weight.tumour.said());
            let _ = write!(text, " {loss} | {tumour} |");
        }
        text.push('\n');
    }
    text
}
