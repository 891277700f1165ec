//! The text of docs/keys.md.

use std::fmt::Write as _;
use std::path::Path;

use howship::cohort::trial::trial_schema;
use howship::scenario::file::Scenario;
use howship::scenario::schema::json_schema;
use howship::study::schema::study_schema;
use serde_json::Value;

/// Where the text lies, from the root of the package.
pub(crate) const FILE: &str = "docs/keys.md";
/// What mends a stale text.
pub(crate) const MEND: &str = "run `cargo run --example keys` and commit docs/keys.md";

const HEAD: &str = "\
# Every key of a scenario, a study and a trial

Made by `cargo run --example keys` from the schemas that `howship schema`, `howship schema study` and `howship schema trial` print for
editors. First the scenario, then [the study](#keys-of-a-study) and [the trial](#keys-of-a-trial). Values, ranges and sources stand in
[parameters.md](parameters.md); a file with every key and its value is [shown here](reference.md).

`<name>` is a name that you choose, or that of a signal or a cue. A **quantity** is a number with its unit in quotes: `\"28 d\"`,
`\"10 um\"`. A **rate** is a quantity (`\"0.5 /d\"`), or a table with `rate` and what changes it:

```toml
rate = \"0.5 /d\"
raised_by.tgf_beta = { fold = 1.5, half_max = \"10 pM\", hill = 1 }
lowered_by.vessel_distance = { to = 0.3, half_max = \"157 um\", hill = 4 }
needs.rank_occupancy = { half_max = 0.3, hill = 2 }
```

`raised_by` multiplies it by up to `fold`, `lowered_by` by down to `to`, and without a cue that it `needs` it is zero.
";

/// Deepest key: tables do not hold themselves, so that this is a guard alone.
const DEEPEST: usize = 9;

fn resolved<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        match root.pointer(name.trim_start_matches('#')) {
            Some(found) => schema = found,
            None => break,
        }
    }
    schema
}

fn says(root: &Value, schema: &Value) -> String {
    let own = schema.get("description");
    let own = own.or_else(|| resolved(root, schema).get("description"));
    let words: Vec<&str> = own
        .and_then(Value::as_str)
        .unwrap_or("")
        .split_whitespace()
        .collect();
    words.join(" ").replace('|', "\\|")
}

/// The variants of a schema: what stands in `anyOf` or `oneOf`, without null.
fn variants<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let listed = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    let Some(listed) = listed.and_then(Value::as_array) else {
        return vec![schema];
    };
    let all = listed.iter().map(|one| resolved(root, one));
    all.filter(|one| one.get("type").and_then(Value::as_str) != Some("null"))
        .collect()
}

/// The form of a value in a few words; empty for a table, whose keys follow.
fn form(root: &Value, schema: &Value) -> String {
    let schema = resolved(root, schema);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    if let Some(word) = schema.get("const") {
        return format!("`{word}`");
    }
    if is_rate(schema) {
        return "rate".to_owned();
    }
    let found = variants(root, schema);
    if let [one] = found[..]
        && !std::ptr::eq(one, schema)
    {
        return form(root, one);
    }
    if found.len() > 1 {
        let mut forms: Vec<String> = Vec::new();
        for one in found {
            let form = form(root, one);
            let form = if form.is_empty() {
                "table".to_owned()
            } else {
                form
            };
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        return forms.join(" or ");
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or(""),
        _ => found
            .first()
            .and_then(|one| one.get("type"))
            .and_then(Value::as_str)
            .unwrap_or(""),
    };
    match kind {
        "string" if schema.get("pattern").is_some() => "quantity".to_owned(),
        "string" => "text".to_owned(),
        "number" => "number".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true`, `false`".to_owned(),
        "array" => {
            let of = schema
                .get("items")
                .map(|items| form(root, items))
                .unwrap_or_default();
            if of.is_empty() {
                "list".to_owned()
            } else {
                format!("list of {of}")
            }
        }
        _ => String::new(),
    }
}

/// True for what cues raise and lower.
fn is_rate(schema: &Value) -> bool {
    schema.pointer("/properties/raised_by").is_some()
        && schema.pointer("/properties/rate").is_some()
}

/// Rows of a key and of those below it.
fn rows(root: &Value, path: &str, schema: &Value, depth: usize, text: &mut String) {
    let about = says(root, schema);
    let mut form = form(root, schema);
    if form.is_empty() {
        "table".clone_into(&mut form);
    }
    let inner = resolved(root, schema);
    if let Some(default) = schema
        .get("default")
        .filter(|it| !it.is_object() && !it.is_null())
    {
        let _ = write!(form, "; `{default}` without it");
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| `{path}` | {form} | {about} |");
    if depth >= DEEPEST || is_rate(inner) {
        return;
    }
    for one in variants(root, inner) {
        if let Some(keys) = one.get("properties").and_then(Value::as_object) {
            for (key, below) in keys {
                rows(root, &format!("{path}.{key}"), below, depth + 1, text);
            }
        }
        if let Some(below) = one.get("additionalProperties").filter(|it| it.is_object()) {
            rows(root, &format!("{path}.<name>"), below, depth + 1, text);
        }
    }
}

const STUDY: &str = "
# Keys of a study

`howship study run FILE`; [Studies](studies.md) says how they are used together. Paths of the scenario stand below `set`, `vary` and `arms`.
";

const TRIAL: &str = "
# Keys of a trial

`howship trial run FILE`; [Virtual trials](trials.md) says what they do together. Courses below `arms.<name>.therapy` are those of a scenario.
";

/// A section for each key of the first level.
fn sections(root: &Value, before: &str, text: &mut String) -> Result<(), String> {
    let keys = root
        .get("properties")
        .and_then(Value::as_object)
        .ok_or("has no keys")?;
    for (key, schema) in keys {
        let _ = write!(
            text,
            "\n## {before}{key}\n\n| key | form | is |\n|---|---|---|\n"
        );
        rows(root, key, schema, 0, text);
    }
    Ok(())
}

/// The text; a schema without keys is a problem.
pub(crate) fn document(_: &Path) -> Result<String, String> {
    let mut text = HEAD.to_owned();
    sections(&json_schema::<Scenario>("howship scenario"), "", &mut text)?;
    text.push_str(STUDY);
    sections(&study_schema(), "study: ", &mut text)?;
    text.push_str(TRIAL);
    sections(&trial_schema(), "trial: ", &mut text)?;
    Ok(text)
}
