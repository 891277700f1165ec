//! A scenario file with what lies under it (its preset, its base) and over it (`--set`).

use std::io::Read;
use std::path::{Path, PathBuf};

use super::fragments::{BONE, KINDS, LINE, preset_of_line};
use super::kind::Kind;
use crate::layers::diagnostic::{Diagnostic, clip, nearest};
use crate::layers::path::Segment;
use crate::layers::source::Place;
use crate::layers::tree::{LARGEST_LAYER, Layer, Tree, Value, too_large};
use crate::numerics::files::open_regular;

/// The presets that a help text may name; those that `preset` does not know are left out.
const PRESET_NAMES: [&str; 2] = ["human", "mouse"];

/// Files that extend each other in a row at most.
const DEEPEST_EXTENDS: usize = 16;

/// Keys that name files, relative to the file that says so.
const FILES: [&str; 1] = ["specimen.image.file"];

/// Reads a scenario file and stacks, from the lowest layer to the uppermost: the preset that the
/// top-level key `preset` names, the fragments that `line` and `genotype` name, the file that
/// `extends` names (relative to the file that says so) under which may lie another, the file itself,
/// and the assignments of `sets` in their order.
///
/// `preset` gives the embedded TOML of a preset by its name. The keys `preset`, `line`, `genotype`
/// and `extends` are not in the tree; [`Tree::preset`] and [`Tree::layers`] tell what they named.
/// Names of files in a base stand in the tree relative to the folder of `path`.
///
/// # Errors
/// A file that cannot be read, is no regular file, is larger than 4 MiB or not UTF-8; files that
/// extend each other in a circle, or more than 16 in a row; an unknown preset, line
/// or genotype; two different presets in the files; a line over another preset than that of the mouse;
/// all faults of [`Tree::parse`] and [`Tree::set`].
pub fn read_file(
    path: &Path,
    preset: impl Fn(&str) -> Option<&'static str>,
    sets: &[String],
) -> Result<Tree, Diagnostic> {
    read_layer(load(path)?, path, preset, sets)
}

/// The same, with a text in place of the file of this path. Files that it names are looked for where
/// those that the file names would be.
///
/// # Errors
/// Those of [`read_file`], but those of reading the file itself.
pub fn read_layer(
    layer: Layer,
    path: &Path,
    preset: impl Fn(&str) -> Option<&'static str>,
    sets: &[String],
) -> Result<Tree, Diagnostic> {
    let name = layer.name.clone();
    let mut files = vec![Tree::parse(layer)?];
    Kind::Scenario.expect(&files[0], &name)?;
    let mut chosen = take_text(&mut files[0], "preset")?;
    let mut paths = vec![path.to_path_buf()];
    while let Some((name, place)) = take_text(&mut files[paths.len() - 1], "extends")? {
        let (mut base, base_path) = read_base(&paths, &name, &place)?;
        let base_preset = take_text(&mut base, "preset")?;
        if let (Some((above, place)), Some((below, other))) = (&chosen, &base_preset)
            && above != below
        {
            return Err(clash(above, place, below, other));
        }
        chosen = chosen.or(base_preset);
        for key in FILES {
            base.move_file(key, &between(path, &base_path));
        }
        files.push(base);
        paths.push(base_path);
    }
    let (fragments, sets) = fragments(&mut files, chosen.as_ref(), sets)?;
    let mut layers = files.into_iter().rev();
    let mut tree = match chosen {
        Some((name, place)) => {
            let text = preset(&name).ok_or_else(|| unknown_preset(&name, &place, &preset))?;
            let mut tree = Tree::parse(Layer {
                name: format!("preset {name}"),
                text: text.to_owned(),
            })?;
            tree.set_preset(Some(name));
            for fragment in fragments {
                tree.overlay(Tree::parse(fragment)?);
            }
            tree
        }
        None => match layers.next() {
            Some(lowest) => lowest,
            None => return Err(Diagnostic::new("there is no file")),
        },
    };
    for layer in layers {
        tree.overlay(layer);
    }
    for set in sets {
        tree.set(&set)?;
        for key in ["preset", "extends"] {
            if tree.get(key).is_some() {
                let fault = Diagnostic::new(format!("`{key}` cannot be set on the command line"));
                return Err(tree
                    .point(fault, &[Segment::Key(key.to_owned())], true)
                    .with_help(format!(
                        "write `{key} = \"...\"` at the top of the scenario file"
                    )));
            }
        }
    }
    Ok(tree)
}

/// The fragments that the files (the upper go before the lower) or an assignment (before all of them)
/// name, and the assignments that are left.
fn fragments(
    files: &mut [Tree],
    preset: Option<&Named>,
    sets: &[String],
) -> Result<(Vec<Layer>, Vec<String>), Diagnostic> {
    let mut left = sets.to_vec();
    let mut found = Vec::new();
    for kind in KINDS {
        let mut named = None;
        for file in files.iter_mut() {
            let below = take_text(file, kind.key)?;
            named = named.or(below);
        }
        let mut others = Vec::new();
        for set in left {
            if set
                .split_once('=')
                .is_some_and(|(key, _)| key.trim() == kind.key)
            {
                let mut alone = Tree::parse(Layer {
                    name: "--set".to_owned(),
                    text: String::new(),
                })?;
                alone.set(&set)?;
                named = take_text(&mut alone, kind.key)?;
            } else {
                others.push(set);
            }
        }
        left = others;
        let Some((name, place)) = named else {
            continue;
        };
        let fault = |title: String, help: String| {
            Diagnostic::new(title)
                .at(&place.source, &place.value)
                .with_help(help)
        };
        let Some(text) = kind.text(&name) else {
            let (known, list) = (kind.names(), kind.names().join(", "));
            let help = match nearest(&name, &known) {
                Some(near) => format!("did you mean `{near}`? allowed: {list}"),
                None => format!("allowed: {list}"),
            };
            return Err(fault(
                format!("unknown {} `{}`", kind.key, clip(&name, 80)),
                help,
            ));
        };
        match preset.map(|(name, _)| name.as_str()) {
            None => {
                return Err(fault(
                    format!("{} `{name}` without a preset", kind.key),
                    "add preset = \"mouse\" above it: a fragment changes a preset".to_owned(),
                ));
            }
            Some(below)
                if kind.key == LINE.key && preset_of_line(&name) == "human" && below != "human" =>
            {
                return Err(fault(
                    format!("line `{name}` over the preset `{below}`"),
                    "it is a tumour of patients: use preset = \"human\"".to_owned(),
                ));
            }
            Some(below) if kind.key == LINE.key && below != preset_of_line(&name) => {
                return Err(fault(
                    format!("line `{name}` over the preset `{below}`"),
                    "lines were measured in mice: use preset = \"mouse\", or give the growth rate of \
                     a patient's tumour by tumour.division.rate"
                        .to_owned(),
                ));
            }
            Some(below) if kind.key == BONE.key && !name.ends_with(below) => {
                return Err(fault(
                    format!("bone `{name}` over the preset `{below}`"),
                    format!("name that of the preset: {}", kind.names().join(", ")),
                ));
            }
            Some(_) => {}
        }
        found.push(Layer {
            name: format!("{} {name}", kind.key),
            text: text.to_owned(),
        });
    }
    Ok((found, left))
}

/// A file beside a path that is not there, which it most likely means: with its ending, or spelt a little
/// otherwise.
fn meant(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let with_ending = path.with_file_name(format!("{name}.toml"));
    if with_ending.is_file() {
        return Some(with_ending);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let found = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = found.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|it| it == "toml"))
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(name, &names).map(|near| path.with_file_name(near))
}

/// Text of a file as a layer named by the path as typed.
///
/// # Errors
/// The file cannot be read, is larger than 4 MiB, or is not UTF-8.
pub fn load(path: &Path) -> Result<Layer, Diagnostic> {
    let name = path.display().to_string();
    let unreadable = |error: &std::io::Error| {
        Diagnostic::new(format!("cannot read `{name}`: {error}"))
            .in_file(&name)
            .with_help(match meant(path) {
                Some(near) if error.kind() == std::io::ErrorKind::NotFound => {
                    format!("did you mean `{}`?", near.display())
                }
                _ => "the path is taken from the folder in which the program was started; `howship examples --out .` puts the scenarios that come with howship there".to_owned(),
            })
    };
    let file = open_regular(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_LAYER as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() > LARGEST_LAYER {
        return Err(too_large(&name));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let sound = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let line = sound.matches('\n').count() + 1;
        Diagnostic::new(format!("line {line} is not UTF-8 text (byte {valid})"))
            .in_file(&name)
            .with_help("save the file as UTF-8; a scenario is TOML, not an image or an archive")
    })?;
    Ok(Layer { name, text })
}

type Named = (String, Place);

/// Takes a top-level text out of a file.
fn take_text(tree: &mut Tree, key: &str) -> Result<Option<Named>, Diagnostic> {
    let Some(node) = tree.find(&[Segment::Key(key.to_owned())]) else {
        return Ok(None);
    };
    let (Value::Text(text), Some(place)) = (&node.value, node.place()) else {
        let example = match key {
            "preset" => "human",
            "line" => "pc3",
            "genotype" => "opg_null",
            _ => "base.toml",
        };
        return Err(tree.error_at(
            key,
            &format!("`{key}` must be text in quotes"),
            &format!("write {key} = \"{example}\""),
        ));
    };
    let named = (text.clone(), place.clone());
    tree.remove(key);
    Ok(Some(named))
}

/// The file under the last of `paths`, which extend each other in this order.
fn read_base(paths: &[PathBuf], name: &str, place: &Place) -> Result<(Tree, PathBuf), Diagnostic> {
    let fault = |title: String, help: &str| {
        Diagnostic::new(title)
            .at(&place.source, &place.value)
            .with_help(help)
    };
    let path = &paths[paths.len() - 1];
    let base_path = beside(path, name);
    let mut said: Vec<String> = Vec::new();
    for known in paths {
        if said.is_empty() && !same_file(known, &base_path) {
            continue;
        }
        said.push(known.display().to_string());
    }
    match said.len() {
        0 => {}
        1 => {
            return Err(fault(
                "the file extends itself".to_owned(),
                "name another file, or delete the line",
            ));
        }
        _ => {
            return Err(fault(
                format!("{} extend each other in a circle", said.join(" and ")),
                "delete one of the `extends`: the lowest file extends none",
            ));
        }
    }
    if paths.len() > DEEPEST_EXTENDS {
        return Err(fault(
            format!("more than {DEEPEST_EXTENDS} files extend each other"),
            "write out what is needed in fewer files",
        ));
    }
    let layer = load(&base_path).map_err(|found| {
        fault(
            found.title().to_owned(),
            &format!("`extends` is taken from the folder of {}", path.display()),
        )
    })?;
    Ok((Tree::parse(layer)?, base_path))
}

/// The folder of one file as seen from that of another, where it lies in or beside it by its path.
fn between(path: &Path, other: &Path) -> PathBuf {
    let folder = |path: &Path| path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let (from, to) = (folder(path), folder(other));
    match to.strip_prefix(&from) {
        Ok(below) => below.to_path_buf(),
        Err(_) => to,
    }
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent()
        .map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn clash(above: &str, place: &Place, below: &str, other: &Place) -> Diagnostic {
    let (above, below) = (clip(above, 80), clip(below, 80));
    Diagnostic::new(format!("preset `{above}` over a base of preset `{below}`"))
        .at(&place.source, &place.value)
        .with_note(format!(
            "{}:{} says preset = \"{below}\"",
            other.source.name,
            other.line()
        ))
        .with_help("presets are never mixed: name the same in both, or in one of them only")
}

fn unknown_preset(
    name: &str,
    place: &Place,
    preset: &impl Fn(&str) -> Option<&'static str>,
) -> Diagnostic {
    let known: Vec<&str> = PRESET_NAMES
        .into_iter()
        .filter(|name| preset(name).is_some())
        .collect();
    let list = known.join(", ");
    let help = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`? presets: {list}"),
        None if known.is_empty() => "delete the line: there are no presets".to_owned(),
        None => format!("presets: {list}"),
    };
    Diagnostic::new(format!("unknown preset `{}`", clip(name, 80)))
        .at(&place.source, &place.value)
        .with_help(help)
}
