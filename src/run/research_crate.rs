//! RO-Crate 1.2 metadata of a folder of results: what its files are, what made them from what, and under which
//! licences (<https://w3id.org/ro/crate/1.2>). It is written when a folder is to be given away, and holds the day of that:
//! no run writes it by itself, so that folders of runs stay the same byte for byte.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::engine::column::About;
use crate::numerics::files::read_text;
use crate::output::{OutputError, digest, write_new, write_whole};
use crate::run::citation::{BONE, beside, first_level};
use crate::run::columns::columns;
use crate::run::error::RunError;
use crate::run::folder::Manifest;
use crate::run::ours::{LIST, Listing, entries};
use crate::run::past::read_back;
use crate::run::sealed::{DIGEST, METADATA, RUN_LIST};
use crate::scenario::build::Loaded;

/// The version of the specification.
const VERSION: &str = "https://w3id.org/ro/crate/1.2";
/// What holds the folder of a run while it is written.
const LOCK: &str = "checkpoints/lock";
/// The identity of a study in the folder of its tables.
const STUDY: &str = "study.json";

/// What is to be described.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// The folder of a run, of its arms, of a study's tables, of a trial, a dissection or pictures.
    pub folder: &'a Path,
    /// Licence of the results, as an SPDX identifier, an address or in words; said to be unstated without it.
    pub licence: Option<&'a str>,
    /// Who made them.
    pub authors: &'a [String],
    /// Day of publication, YYYY-MM-DD; today without it.
    pub date: Option<&'a str>,
    /// Replace metadata that are there.
    pub replace: bool,
}

/// What the folder holds, by its own list.
enum Held {
    Run(Box<Manifest>, Option<Box<Loaded>>),
    Other {
        kind: String,
        name: String,
        about: String,
        /// The file that says what was asked, where the folder has one.
        asked: Option<&'static str>,
    },
}

/// Files that say what was asked of the folder of a trial and of a dissection.
const ASKED: [&str; 2] = ["trial.toml", "scenario.toml"];

/// Name and description in a file that says what was asked; empty where it has none.
fn named(path: &Path) -> [String; 2] {
    let text = read_text(path).unwrap_or_default();
    let table: toml::Table = toml::from_str(&text).unwrap_or_default();
    ["name", "description"].map(|key| {
        let value = table.get(key).and_then(toml::Value::as_str);
        value.unwrap_or_default().to_owned()
    })
}

/// A day since 1970 as YYYY-MM-DD in the Gregorian calendar, counted in eras of 400 years from 1 March on.
fn date_of(days: u64) -> String {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{of_month:02}", year + 400 * era + carry)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number = |part: &str, digits: usize, most: u32| {
        part.len() == digits
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=most).contains(&part.parse().unwrap_or(0))
    };
    if !(number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31)) {
        return false;
    }
    let of = |part: &str| part.parse().unwrap_or(0_u32);
    let is_leap =
        of(year).is_multiple_of(4) && !of(year).is_multiple_of(100) || of(year).is_multiple_of(400);
    let last = match of(month) {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    of(day) <= last
}

fn format_of(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending {
        "csv" => "text/csv",
        "json" => "application/json",
        "jsonl" => "application/jsonl",
        "toml" => "application/toml",
        "svg" => "image/svg+xml",
        "png" | "apng" => "image/png",
        "gif" => "image/gif",
        "gz" => "application/gzip",
        "vti" | "vtp" | "pvd" => "application/xml",
        "parquet" => "application/vnd.apache.parquet",
        "md" => "text/markdown",
        _ => "application/octet-stream",
    }
}

/// Files of a folder and of those in it, by their paths in it; no links and no metadata of before.
fn files(
    folder: &Path,
    inside: &str,
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), OutputError> {
    for (name, path) in entries(folder)? {
        let name = format!("{inside}{name}");
        let kind = path.symlink_metadata().map_err(|source| OutputError::Io {
            path: path.clone(),
            source,
        })?;
        if kind.is_dir() {
            files(&path, &format!("{name}/"), found)?;
        } else if kind.is_file() && name != METADATA && !name.ends_with(LOCK) {
            found.push((name, path));
        }
    }
    Ok(())
}

fn held(folder: &Path) -> Result<Held, RunError> {
    if folder.join(RUN_LIST).is_file() {
        let manifest = Manifest::read(folder)?;
        let loaded = read_back(folder, &manifest, None).ok().map(Box::new);
        return Ok(Held::Run(Box::new(manifest), loaded));
    }
    if let Some((list, _)) = Listing::read(folder) {
        let asked = ASKED.into_iter().find(|name| folder.join(name).is_file());
        let [name, about] = asked.map_or_else(Default::default, |file| named(&folder.join(file)));
        return Ok(Held::Other {
            kind: list.kind,
            name,
            about,
            asked,
        });
    }
    if let Ok(text) = read_text(&folder.join(STUDY)) {
        // Its digest stands behind it.
        let mut parts = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let study = parts.next().and_then(Result::ok).unwrap_or_default();
        let about = study.get("description");
        return Ok(Held::Other {
            kind: "study".to_owned(),
            name: String::new(),
            asked: None,
            about: about.and_then(Value::as_str).unwrap_or_default().to_owned(),
        });
    }
    Err(RunError::Refused(format!(
        "{}: found neither {RUN_LIST} nor {LIST} nor {STUDY}, expected the folder of a run, of its arms, of a study's \
         tables, of a trial or of a dissection",
        folder.display()
    )))
}

/// The licence as an entity and a way to name it.
fn licence_of(said: &str) -> (Value, Value) {
    let is_name = |text: &str| {
        text.contains(|letter: char| letter.is_ascii_digit())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte))
            || ["MIT", "ISC"].contains(&text)
    };
    let id = if said.starts_with("http") {
        said.to_owned()
    } else if is_name(said) {
        format!("https://spdx.org/licenses/{said}")
    } else {
        return (Value::Null, said.into());
    };
    (
        json!({"@id": id, "@type": "CreativeWork", "name": said}),
        json!({"@id": id}),
    )
}

/// What a citation file says of a bone, added to it; the licence goes into the graph.
fn say_cited(bone: &mut Value, citation: &str, graph: &mut Vec<Value>) {
    let said = first_level(citation);
    let word = |key: &str| {
        said.get(key)
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
    };
    if let Some(title) = word("title") {
        let named = if bone["name"].is_null() {
            "name"
        } else {
            "alternateName"
        };
        bone[named] = title.into();
    }
    if let Some(note) = word("abstract") {
        bone["description"] = note.into();
    }
    if let Some(licence) = word("license") {
        let (entity, named) = licence_of(licence);
        if !entity.is_null() {
            graph.push(entity);
        }
        bone["license"] = named;
    }
    let of = word("url").or_else(|| word("repository"));
    if let Some(url) = of {
        bone["url"] = url.into();
    }
    if let Some(doi) = word("doi") {
        bone["citation"] = json!({"@id": format!("https://doi.org/{doi}")});
    }
}

/// The bone of a run: what it is, and what the citation file beside its image says.
fn bone_of_run(
    id: &str,
    manifest: &Manifest,
    loaded: Option<&Loaded>,
    graph: &mut Vec<Value>,
) -> Value {
    let mut bone = json!({
        "@id": id,
        "@type": "Dataset",
        "name": manifest.specimen,
        "description": "The bone from which the run began",
        "identifier": format!("blake3:{}", manifest.bone),
    });
    let image = loaded.and_then(|loaded| {
        let image = loaded.scenario.specimen.image.as_ref()?;
        Some(loaded.folder.join(&image.file))
    });
    if let Some(text) = image.as_deref().and_then(beside) {
        say_cited(&mut bone, &text, graph);
    }
    bone
}

/// The bones of a folder that is no run: of the runs in it, each once, or the one whose citation lies in it.
fn bones_inside(folder: &Path, listed: &[(String, PathBuf)], graph: &mut Vec<Value>) -> Vec<Value> {
    let mut bones: Vec<Value> = Vec::new();
    for (_, path) in listed {
        let is_list = path.file_name().is_some_and(|name| name == RUN_LIST);
        let Some(run) = path.parent().filter(|_| is_list) else {
            continue;
        };
        // A list that does not read is a file like any other here.
        let Ok(manifest) = Manifest::read(run) else {
            continue;
        };
        let of = format!("blake3:{}", manifest.bone);
        if bones.iter().any(|bone| bone["identifier"] == of) {
            continue;
        }
        let id = match bones.len() {
            0 => "#bone".to_owned(),
            some => format!("#bone-{}", some + 1),
        };
        let loaded = read_back(run, &manifest, None).ok();
        bones.push(bone_of_run(&id, &manifest, loaded.as_ref(), graph));
    }
    if bones.is_empty()
        && let Ok(text) = read_text(&folder.join(BONE))
    {
        let mut bone = json!({
            "@id": "#bone",
            "@type": "Dataset",
            "description": "The bone from which the runs began",
        });
        say_cited(&mut bone, &text, graph);
        bones.push(bone);
    }
    bones
}

/// The files of a folder, and what the columns of its tables hold.
fn described(
    listed: &[(String, PathBuf)],
    known: &[(&str, Vec<About>)],
) -> Result<Vec<Value>, OutputError> {
    let (mut all, mut variables) = (Vec::new(), Vec::new());
    for (name, path) in listed {
        let size = path.metadata().map_err(|source| OutputError::Io {
            path: path.clone(),
            source,
        })?;
        let mut file = json!({
            "@id": name,
            "@type": "File",
            "name": name,
            "encodingFormat": format_of(name),
            "contentSize": size.len().to_string(),
            "identifier": format!("blake3:{}", digest(path)?),
        });
        if let Some((_, columns)) = known.iter().find(|(file, _)| file == name) {
            let ids = columns.iter().map(|about| {
                let id = format!("#{name}/{}", about.name);
                variables.push(json!({
                    "@id": id,
                    "@type": "PropertyValue",
                    "name": about.name,
                    "unitText": if about.unit.is_empty() { "1" } else { about.unit },
                    "description": about.about,
                }));
                json!({"@id": id})
            });
            file["variableMeasured"] = ids.collect();
        }
        all.push(file);
    }
    all.extend(variables);
    Ok(all)
}

/// The folder as a whole: name and what it is.
fn root(described: Described<'_>, held: &Held, parts: &[Value], graph: &mut Vec<Value>) -> Value {
    let (name, about) = match held {
        Held::Run(manifest, loaded) => (
            format!("{}, seed {}", manifest.scenario, manifest.seed),
            loaded
                .as_ref()
                .map_or_else(String::new, |loaded| loaded.scenario.description.clone()),
        ),
        Held::Other {
            kind, name, about, ..
        } => {
            // A study's folder goes by its name.
            let of = described.folder.file_name().unwrap_or_default();
            let of = of.to_string_lossy();
            let name = if name.is_empty() { &of } else { name.as_str() };
            (format!("{kind} {name}"), about.clone())
        }
    };
    let today = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        date_of(since.unwrap_or_default().as_secs() / 86_400)
    };
    let mut root = json!({
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": if about.is_empty() { name.clone() } else { about },
        "datePublished": described.date.map_or_else(today, str::to_owned),
        "license": "not stated: ask who gave you these results",
        "hasPart": parts,
        "mentions": {"@id": "#made"},
    });
    if let Some(said) = described.licence {
        let (entity, named) = licence_of(said);
        graph.extend((!entity.is_null()).then_some(entity));
        root["license"] = named;
    }
    let authors = described.authors.iter().enumerate();
    let authors = authors.map(|(place, author)| {
        let id = format!("#author-{}", place + 1);
        graph.push(json!({"@id": id, "@type": "Person", "name": author}));
        json!({"@id": id})
    });
    let authors: Vec<Value> = authors.collect();
    if !authors.is_empty() {
        root["author"] = authors.into();
    }
    root
}

/// What made the files, from what.
fn making(
    folder: &Path,
    held: &Held,
    listed: &[(String, PathBuf)],
    parts: &[Value],
    graph: &mut Vec<Value>,
) {
    let version = match held {
        Held::Run(manifest, _) => manifest.version.as_str(),
        Held::Other { .. } => env!("CARGO_PKG_VERSION"),
    };
    graph.push(json!({
        "@id": "#howship",
        "@type": "SoftwareApplication",
        "name": "howship",
        "version": version,
        "license": "MIT OR Apache-2.0",
    }));
    let mut made = json!({
        "@id": "#made",
        "@type": "CreateAction",
        "name": "What made these files",
        "instrument": {"@id": "#howship"},
        "result": parts,
    });
    if let Held::Run(manifest, loaded) = held {
        let bone = bone_of_run("#bone", manifest, loaded.as_deref(), graph);
        graph.push(bone);
        made["object"] = json!([{"@id": "scenario.toml"}, {"@id": "#bone"}]);
        made["description"] = format!(
            "exit state: {}; digest of the final state: {}",
            manifest.exit_state, manifest.digest
        )
        .into();
    }
    if let Held::Other { asked, .. } = held {
        let bones = bones_inside(folder, listed, graph);
        let ids = bones.iter().map(|bone| json!({"@id": bone["@id"]}));
        let from: Vec<Value> = asked
            .map(|file| json!({"@id": file}))
            .into_iter()
            .chain(ids)
            .collect();
        if !from.is_empty() {
            made["object"] = from.into();
        }
        graph.extend(bones);
    }
    graph.push(made);
}

/// The metadata of a folder.
///
/// # Errors
/// A folder that is none of howship's, or cannot be read; a date that is none.
pub fn metadata(asked: Described<'_>) -> Result<Value, RunError> {
    if let Some(date) = asked.date.filter(|date| !is_date(date)) {
        return Err(RunError::Refused(format!(
            "found the date \"{date}\", expected a day of the calendar as YYYY-MM-DD"
        )));
    }
    let names = asked
        .authors
        .iter()
        .map(|author| ("author", author.as_str()));
    let licence = asked.licence.map(|licence| ("licence", licence));
    for (what, said) in names.chain(licence) {
        if said.trim().is_empty() || said.chars().any(char::is_control) {
            return Err(RunError::Refused(format!(
                "found the {what} {said:?}, expected a name of letters"
            )));
        }
    }
    for (place, author) in asked.authors.iter().enumerate() {
        if asked.authors[..place].contains(author) {
            return Err(RunError::Refused(format!(
                "found the author {author:?} twice: name each once"
            )));
        }
    }
    let held = held(asked.folder)?;
    let mut listed = Vec::new();
    files(asked.folder, "", &mut listed)?;
    let known = match &held {
        Held::Run(_, Some(loaded)) => columns(&loaded.scenario.parameters().signal_names()),
        _ => Vec::new(),
    };
    let parts: Vec<Value> = listed
        .iter()
        .map(|(name, _)| json!({"@id": name}))
        .collect();
    let mut graph = described(&listed, &known)?;
    let root = root(asked, &held, &parts, &mut graph);
    making(asked.folder, &held, &listed, &parts, &mut graph);
    let mut all = vec![
        json!({
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": VERSION},
            "about": {"@id": "./"},
            "identifier": DIGEST,
        }),
        root,
    ];
    for entity in graph {
        // A licence of both the results and the bone is one entity.
        if !all.iter().any(|known| known["@id"] == entity["@id"]) {
            all.push(entity);
        }
    }
    let mut found = json!({"@context": format!("{VERSION}/context"), "@graph": all});
    // The digest of all of it without the digest, by which the file is known again.
    let digest = blake3::hash(text_of(&found).as_bytes()).to_hex();
    found["@graph"][0]["identifier"] = format!("{DIGEST}{digest}").into();
    Ok(found)
}

/// The text of the file.
fn text_of(found: &Value) -> String {
    format!("{found:#}\n")
}

/// Writes the metadata of a folder into it, and says where.
///
/// # Errors
/// As [`metadata`]; metadata that are there, where they are not to be replaced.
pub fn write(asked: Described<'_>) -> Result<PathBuf, RunError> {
    let path = asked.folder.join(METADATA);
    if !asked.replace && path.symlink_metadata().is_ok() {
        return Err(RunError::Refused(format!(
            "{} exists already; replace it with --force",
            path.display()
        )));
    }
    let text = text_of(&metadata(asked)?);
    if asked.replace {
        write_whole(&path, text.as_bytes())?;
    } else {
        write_new(&path, text.as_bytes())?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (day, date) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_785, "2026-11-28"),
        ] {
            assert_eq!(date_of(day), date);
            assert!(is_date(date));
        }
        for wrong in [
            "2026-13-01",
            "26-01-01",
            "2026-1-1",
            "today",
            "2026-01-00",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
        ] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_licence_is_an_address_where_it_can_be() {
        assert_eq!(
            licence_of("CC-BY-4.0").1["@id"],
            "https://spdx.org/licenses/CC-BY-4.0"
        );
        assert_eq!(licence_of("MIT").1["@id"], "https://spdx.org/licenses/MIT");
        assert_eq!(licence_of("https://a.org/l").1["@id"], "https://a.org/l");
        assert_eq!(licence_of("ask me").1, "ask me");
    }
}
