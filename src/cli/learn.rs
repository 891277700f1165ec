//! What helps to begin: scenarios to start from, and the program's own words for shells and manuals.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::Shell;

use super::reading::{ReadingArguments, label, warn};
use super::{Stop, command};
use crate::output::make_folder;
use crate::run::place::NewFile;
use crate::scenario::examples::{self, Copied, Kind, Takes};
use crate::scenario::new::{Taken, over_scan, synthetic};

/// Arguments of `howship new`.
#[derive(Debug, Args)]
pub(super) struct NewArguments {
    /// Name of the scenario; the file is NAME.toml in this folder.
    name: String,
    /// A scan of your own (NIfTI, TIFF, a folder of slices, ...); synthetic mouse bone without it.
    #[arg(long, value_name = "SCAN")]
    from: Option<PathBuf>,
    /// Whose bone the scan is of: human or mouse.
    #[arg(long, value_name = "NAME", default_value = "human", requires = "from")]
    preset: String,
    /// Grey value above which a voxel is bone; Otsu's without it.
    #[arg(long, requires = "from")]
    threshold: Option<f32>,
    /// Labels that are bone, of an image of labels: "1,2".
    #[arg(long, value_delimiter = ',', value_parser = label, requires = "from")]
    labels: Vec<u32>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Replace NAME.toml.
    #[arg(long)]
    force: bool,
}

pub(super) fn new(arguments: &NewArguments) -> Result<(), Stop> {
    let name = &arguments.name;
    if arguments.from.is_none() && arguments.reading.are_asked() {
        return Err(Stop::wrong(
            "--spacing and --data-anywhere say how a scan is read, and none is given: give it by --from, or leave them out",
        ));
    }
    let (text, warnings) = match &arguments.from {
        None => (synthetic(name)?, Vec::new()),
        Some(scan) => over_scan(
            name,
            scan,
            &Taken {
                preset: &arguments.preset,
                threshold: arguments.threshold,
                labels: &arguments.labels,
                reading: arguments.reading.options(),
            },
        )?,
    };
    warn(&warnings);
    let file = format!("{name}.toml");
    write_all(
        Path::new(""),
        vec![Copied {
            name: file.clone(),
            bytes: text.into_bytes(),
        }],
        arguments.force,
    )?;
    say!("{file}\nnext: howship check {file}, then howship run {file}");
    Ok(())
}

/// Arguments of `howship examples`.
#[derive(Debug, Args)]
pub(super) struct ExamplesArguments {
    /// The example to copy or to print; all without it.
    name: Option<String>,
    /// Copy the example to this file, and beside it what it reads; without a name copy all of them into this folder.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Replace files that are there.
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn examples(arguments: &ExamplesArguments) -> Result<(), Stop> {
    match (&arguments.name, &arguments.out) {
        (None, None) => list()?,
        (Some(name), None) => {
            let file = examples::find(name).map_err(Stop::wrong)?.file;
            let found = examples::all().into_iter().find(|one| one.name == file);
            let bytes = found.map_or_else(Vec::new, |one| one.bytes);
            say!("{}", String::from_utf8_lossy(&bytes).trim_end());
        }
        (None, Some(folder)) => {
            let written = write_all(folder, examples::all(), arguments.force)?;
            say!(
                "{}: {written} files of scenarios, studies and trials",
                folder.display()
            );
        }
        (Some(name), Some(file)) => {
            let example = examples::find(name).map_err(Stop::wrong)?;
            let told = |what: &str| Stop::wrong(format_args!("--out {}: {what}", file.display()));
            let own = file.file_name().and_then(|own| own.to_str());
            let own = own.ok_or_else(|| told("found no name of a file"))?;
            if file.extension().is_none_or(|ending| ending != "toml") {
                return Err(told("found another ending, expected .toml"));
            }
            let folder = file.parent().unwrap_or(Path::new(""));
            let copied =
                examples::one(example.file, own).map_err(|error| told(&error.to_string()))?;
            write_all(folder, copied, arguments.force)?;
            let verb = match example.kind {
                Kind::Scenario => "run",
                Kind::Study => "study check",
                Kind::Trial => "trial run",
            };
            say!("{0}\nnext: howship {verb} {0}", file.display());
        }
    }
    Ok(())
}

/// All examples with what they are and how long they take.
fn list() -> Result<(), Stop> {
    let listed = examples::listed().map_err(Stop::failed)?;
    for (kind, head) in [
        (Kind::Scenario, "Scenarios (howship run)"),
        (Kind::Study, "Studies (howship study run)"),
        (Kind::Trial, "Trials (howship trial run)"),
    ] {
        let of_kind = || listed.iter().filter(move |one| one.kind == kind);
        let width = of_kind().map(|one| one.name().len()).max().unwrap_or(0);
        say!("{head}");
        for one in of_kind() {
            say!(
                "  {:width$}  {:9} {}",
                one.name(),
                one.takes.map_or("not timed", Takes::words),
                one.description
            );
        }
        say!();
    }
    say!(
        "Times are orders of magnitude on one core of a server; `howship check FILE` measures here.\n\
         Print one: howship examples NAME; copy it with what it reads: howship examples NAME --out NAME.toml;\n\
         copy all: howship examples --out FOLDER"
    );
    Ok(())
}

/// Writes files below a folder; nothing is written where one of them stands in the way. One that holds the same
/// already is left.
fn write_all(folder: &Path, files: Vec<Copied>, force: bool) -> Result<usize, Stop> {
    if folder.exists() && !folder.is_dir() {
        return Err(Stop::wrong(format_args!(
            "{} is no folder: give the name of one",
            folder.display()
        )));
    }
    let mut places = Vec::new();
    let mut parents = std::collections::BTreeSet::new();
    for file in files {
        let path = folder.join(&file.name);
        if std::fs::read(&path).is_ok_and(|there| there == file.bytes) {
            continue;
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(Stop::wrong(format_args!(
                "{} exists already, and is another: choose another name, or replace it with --force",
                path.display()
            )));
        }
        parents.extend(
            path.parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .map(Path::to_path_buf),
        );
        places.push((path, file.bytes));
    }
    for parent in parents {
        make_folder(&parent)?;
    }
    let count = places.len();
    for (path, bytes) in places {
        let place = NewFile::at(&path, &[], force).map_err(Stop::wrong)?;
        place.write(&bytes)?;
    }
    Ok(count)
}

/// Arguments of `howship completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments) {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "howship", &mut script);
    say!("{}", String::from_utf8_lossy(&script).trim_end());
}

/// Arguments of `howship man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Folder for the pages, one for each command.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Replace pages that are there.
    #[arg(long)]
    force: bool,
}

pub(super) fn man(arguments: &ManArguments) -> Result<(), Stop> {
    let mut all = command().disable_help_subcommand(true);
    // Gives the commands below their full names, as in `howship study run`.
    all.build();
    let mut pages = Vec::new();
    page(&all, &mut pages).map_err(Stop::failed)?;
    let written = write_all(&arguments.out, pages, arguments.force)?;
    say!("{}: {written} pages", arguments.out.display());
    Ok(())
}

/// The page of a command and those of the commands below it.
fn page(command: &clap::Command, pages: &mut Vec<Copied>) -> std::io::Result<()> {
    for below in command.get_subcommands() {
        page(below, pages)?;
    }
    let man = clap_mangen::Man::new(command.clone());
    let mut bytes = Vec::new();
    man.render(&mut bytes)?;
    pages.push(Copied {
        name: man.get_filename(),
        bytes,
    });
    Ok(())
}
