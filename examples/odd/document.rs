//! The text of docs/ODD.md.
//!
//! Elements 1 to 6 are written by hand in docs/odd. Element 7 is put together from the `//!` texts
//! of the engine, the biology and the transport, and from the presets and the schema of a scenario,
//! so that a law or a parameter is described where it stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use howship::layers::tree::{Layer, Leaf, Tree};
use howship::scenario::build::preset;
use howship::scenario::describe::source;
use howship::scenario::file::Scenario;
use howship::scenario::fragments::immune;
use howship::scenario::schema::json_schema;
use howship::scenario::sentences::sentences;
use serde_json::Value;

/// Where the text lies, from the root of the package.
pub(crate) const FILE: &str = "docs/ODD.md";
/// What mends a stale text.
pub(crate) const MEND: &str = "run `cargo run --example odd` and commit docs/ODD.md";

/// Fragments written by hand, in order.
const FRAGMENTS: [&str; 8] = [
    "0_head",
    "1_purpose",
    "2_entities",
    "3_process",
    "4_concepts",
    "5_initialisation",
    "6_input",
    "7_submodels",
];

/// Folders of submodels, with a title and the files that come first; the others follow by name.
const SUBMODELS: [(&str, &str, &[&str]); 5] = [
    (
        "engine",
        "The tick",
        &[
            "mod",
            "tick",
            "secrete",
            "propose",
            "osteoclasts",
            "commit",
            "seeding",
            "day_zero",
        ],
    ),
    (
        "transport",
        "Signals",
        &["mod", "diffusion", "blocks", "binding"],
    ),
    ("biology", "Cells", &["mod", "cue", "rate", "signal"]),
    (
        "therapy",
        "Therapy",
        &[
            "mod",
            "subject",
            "regimen",
            "pharmacokinetics",
            "drug",
            "plan",
            "radiotherapy",
            "irradiation",
        ],
    ),
    (
        "mechanics",
        "Mechanics",
        &["mod", "rigidity", "density_laws", "mirels"],
    ),
];

const PRESETS: [&str; 2] = ["mouse", "human"];

/// The whole text.
pub(crate) fn document(root: &Path) -> Result<String, String> {
    let mut text = String::new();
    for fragment in FRAGMENTS {
        let path = root.join("docs/odd").join(format!("{fragment}.md"));
        text += read(&path)?.trim_end();
        text += "\n\n";
    }
    for (number, (folder, title, first)) in (1..).zip(SUBMODELS) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "### 7.{number} {title}\n");
        text += &module_texts(&root.join("src").join(folder), folder, first)?;
    }
    let presets = presets()?;
    let schema = json_schema::<Scenario>("howship scenario");
    let _ = writeln!(
        text,
        "### 7.{} The rules of the preset `mouse` in sentences\n",
        SUBMODELS.len() + 1
    );
    for sentence in sentences(&presets[0].1) {
        let _ = writeln!(text, "- {sentence}");
    }
    let _ = writeln!(
        text,
        "\n### 7.{} Parameters of the presets\n",
        SUBMODELS.len() + 2
    );
    text += &preset_table(&presets, &schema);
    let _ = writeln!(
        text,
        "\n### 7.{} Keys that no preset sets\n",
        SUBMODELS.len() + 3
    );
    text += &other_keys(&presets, &schema);
    Ok(text)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

// Module texts

/// The texts of all modules of a folder: its own, its files, its folders; tests describe no model.
fn module_texts(folder: &Path, name: &str, first: &[&str]) -> Result<String, String> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && path.file_name().is_none_or(|name| name != "tests.rs")
        {
            files.push(path);
        }
    }
    let place = |path: &PathBuf| {
        let stem = stem(path);
        let place = first.iter().position(|known| *known == stem);
        (place.unwrap_or(first.len()), stem)
    };
    files.sort_by_key(place);
    folders.sort();
    let mut text = String::new();
    for path in files {
        let stem = stem(&path);
        let title = match stem.as_str() {
            "mod" => name.to_owned(),
            stem => format!("{name}/{stem}"),
        };
        let words = module_text(&read(&path)?);
        if words.is_empty() {
            return Err(format!("{} has no text of its own", path.display()));
        }
        let _ = writeln!(text, "#### `{title}`\n\n{words}\n");
    }
    for path in folders {
        text += &module_texts(&path, &format!("{name}/{}", stem(&path)), &["mod"])?;
    }
    Ok(text)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The `//!` text of a file as Markdown under a heading of level 4.
fn module_text(code: &str) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in code.lines().map_while(|line| line.strip_prefix("//!")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with("```") {
            text += line;
        } else if let Some(heading) = line.strip_prefix("# ") {
            let _ = writeln!(text, "##### {heading}");
        } else {
            text += &without_code_links(line);
        }
        text.push('\n');
    }
    text.trim().to_owned()
}

/// Links to items of the code say nothing outside of its documentation: only their words stay.
fn without_code_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("[`") {
        let Some(length) = rest[start..].find("`]") else {
            break;
        };
        text += &rest[..start];
        text += &rest[start + 1..=start + length];
        rest = &rest[start + length + 2..];
        if rest.starts_with('(')
            && let Some(end) = rest.find(')')
        {
            rest = &rest[end + 1..];
        }
    }
    text + rest
}

// Parameters

/// The leaves of both presets.
fn presets() -> Result<Vec<(&'static str, Vec<Leaf>)>, String> {
    PRESETS
        .into_iter()
        .map(|name| {
            let text = preset(name).ok_or_else(|| format!("there is no preset {name}"))?;
            let layer = Layer {
                name: format!("preset {name}"),
                text: format!("{text}\n{}", immune(name).unwrap_or_default()),
            };
            let tree = Tree::parse(layer).map_err(|error| error.render(false))?;
            Ok((name, tree.leaves()))
        })
        .collect()
}

/// One row per key that a preset sets.
fn preset_table(presets: &[(&str, Vec<Leaf>)], schema: &Value) -> String {
    let mut keys: Vec<&str> = Vec::new();
    let mut found: BTreeMap<&str, [Option<&Leaf>; 2]> = BTreeMap::new();
    for (which, (_, leaves)) in presets.iter().enumerate() {
        for leaf in leaves {
            found.entry(&leaf.path).or_insert_with(|| {
                keys.push(&leaf.path);
                [None; 2]
            })[which] = Some(leaf);
        }
    }
    let mut text = format!(
        "| key | meaning | unit | {} | source |\n|---|---|---|---|---|---|\n",
        PRESETS.join(" | ")
    );
    for key in keys {
        let leaves = found[key];
        let parts = leaves.map(|leaf| leaf.map(|leaf| number_and_unit(&leaf.value)));
        let units: Vec<&str> = parts.iter().flatten().map(|(_, unit)| *unit).collect();
        let alike = units.windows(2).all(|pair| pair[0] == pair[1]);
        let values = parts.map(|part| match part {
            None => "-".to_owned(),
            Some((number, unit)) if !alike && !unit.is_empty() => format!("{number} {unit}"),
            Some((number, _)) => number.to_owned(),
        });
        let unit = if alike {
            units.first().copied().unwrap_or_default()
        } else {
            "as given"
        };
        let sources = leaves.map(|leaf| leaf.map(source));
        let said = match &sources {
            [Some(mouse), Some(human)] if mouse == human => mouse.clone(),
            [Some(mouse), Some(human)] => format!("mouse: {mouse}; human: {human}"),
            [mouse, human] => mouse.clone().or(human.clone()).unwrap_or_default(),
        };
        let _ = writeln!(
            text,
            "| `{key}` | {} | {unit} | {} | {} | {} |",
            cell(&meaning(schema, key)),
            cell(&values[0]),
            cell(&values[1]),
            cell(&said)
        );
    }
    text
}

/// A value as TOML writes it, parted into its number and its unit.
fn number_and_unit(value: &str) -> (&str, &str) {
    let plain = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    match plain.split_once(' ') {
        Some((number, unit)) if number.parse::<f64>().is_ok() => (number, unit),
        _ => (plain, ""),
    }
}

/// What the schema says about a key. The rate of a rule says what its rule says.
fn meaning(schema: &Value, key: &str) -> String {
    let mut at = schema;
    let mut said = Vec::new();
    for segment in key.split('.') {
        let inside = &resolved(schema, at);
        let next = inside["properties"]
            .get(segment)
            .or_else(|| inside.get("additionalProperties"));
        let Some(next) = next else {
            return String::new();
        };
        at = next;
        said.push(next["description"].as_str());
    }
    said.into_iter()
        .rev()
        .skip(usize::from(is_rate(key)))
        .flatten()
        .next()
        .map(one_line)
        .unwrap_or_default()
}

/// True for the basal value of a rule.
fn is_rate(key: &str) -> bool {
    key.rsplit('.').next() == Some("rate")
}

/// A schema without reference and without the choice of nothing.
fn resolved<'a>(schema: &'a Value, at: &'a Value) -> &'a Value {
    let at = at["anyOf"]
        .as_array()
        .and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"))
        .unwrap_or(at);
    match at["$ref"].as_str() {
        Some(reference) => &schema["$defs"][reference.trim_start_matches("#/$defs/")],
        None => at,
    }
}

/// One row per key that a scenario may hold and no preset sets.
fn other_keys(presets: &[(&str, Vec<Leaf>)], schema: &Value) -> String {
    let mut rows = Vec::new();
    walk(schema, schema, "", &mut rows);
    // Any rate takes modulators, whether a preset gives it some or not.
    if let Some(modulated) = schema["$defs"].get("Modulated") {
        let mut modulators = Vec::new();
        walk(schema, modulated, "<any rate>", &mut modulators);
        modulators.retain(|row: &Row| !is_rate(&row.key));
        rows.append(&mut modulators);
    }
    let mut text = "| key | meaning | kind | default |\n|---|---|---|---|\n".to_owned();
    let set = |pattern: &str| {
        presets
            .iter()
            .flat_map(|(_, leaves)| leaves)
            .any(|leaf| stands_for(pattern, &leaf.path))
    };
    for row in rows.iter().filter(|row| !set(&row.key)) {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            row.key,
            cell(&row.meaning),
            cell(&row.kind),
            cell(&row.default)
        );
    }
    text
}

struct Row {
    key: String,
    meaning: String,
    kind: String,
    default: String,
}

/// True when the pattern, with `<name>` for any name, is the key or a table above it.
fn stands_for(pattern: &str, key: &str) -> bool {
    let mut names = key.split('.');
    pattern
        .split('.')
        .all(|wanted| match (wanted, names.next()) {
            (_, None) => false,
            ("<name>", Some(_)) => true,
            (wanted, Some(name)) => wanted == name,
        })
}

/// Gathers all keys below a table of the schema. A rate with modulators is one key.
fn walk(schema: &Value, table: &Value, path: &str, rows: &mut Vec<Row>) {
    let inside = resolved(schema, table);
    let named = inside["properties"].as_object().into_iter().flatten();
    let any = inside
        .get("additionalProperties")
        .filter(|inner| inner.is_object());
    let any = any.map(|inner| ("<name>", inner));
    let named = named.map(|(key, inner)| (key.as_str(), inner));
    for (key, inner) in named.chain(any) {
        let key = if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        };
        let below = resolved(schema, inner);
        let is_rule = below["properties"].get("raised_by").is_some();
        let is_table = below["properties"].is_object() || below["additionalProperties"].is_object();
        if is_table && !is_rule {
            walk(schema, inner, &key, rows);
            continue;
        }
        let said = inner["description"]
            .as_str()
            .or_else(|| table["description"].as_str())
            .unwrap_or_default();
        rows.push(Row {
            key,
            meaning: one_line(said),
            kind: if is_rule {
                "a rate with modulators".to_owned()
            } else {
                kind(schema, inner)
            },
            default: match &inner["default"] {
                Value::Null => "none".to_owned(),
                Value::String(text) if text.is_empty() => "empty".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
        });
    }
}

/// What may be written for a value.
fn kind(schema: &Value, at: &Value) -> String {
    let inside = resolved(schema, at);
    if let Some(choices) = inside["oneOf"].as_array().or(inside["enum"].as_array()) {
        let names: Vec<&str> = choices
            .iter()
            .filter_map(|choice| choice["const"].as_str().or_else(|| choice.as_str()))
            .collect();
        return format!("one of {}", names.join(", "));
    }
    if inside.get("pattern").is_some()
        || inside["type"].as_array().is_some_and(|all| {
            all.contains(&"string".into())
                && (all.contains(&"number".into()) || all.contains(&"array".into()))
        })
    {
        return one_line(inside["description"].as_str().unwrap_or("a quantity"));
    }
    let kinds: Vec<&str> = match &inside["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    match kinds.iter().find(|kind| **kind != "null") {
        Some(&"array") => match inside["maxItems"].as_u64() {
            Some(count) => format!("{count} values, each {}", kind(schema, &inside["items"])),
            None => format!("a list, each {}", kind(schema, &inside["items"])),
        },
        Some(&"string") => "text".to_owned(),
        Some(&"boolean") => "true or false".to_owned(),
        Some(&"integer") => "a whole number".to_owned(),
        Some(&"number") => "a number".to_owned(),
        _ => "a value".to_owned(),
    }
}

/// The first paragraph of a description, in one line.
fn one_line(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}
