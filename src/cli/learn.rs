//! What helps to begin: scenarios to start from, and the program's own words for shells and manuals.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::Shell;

use super::bone::{ReadingArguments, label};
use super::terminal::{TERMINAL, say};
use super::{Stop, command};
use crate::run::place::write_all;
use crate::scenario::examples;
use crate::scenario::new::{Taken, first};

/// Write a first scenario with comments, over synthetic bone or over a scan of your own.
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

pub(super) fn new(it: &NewArguments) -> Result<(), Stop> {
    let taken = Taken {
        preset: &it.preset,
        threshold: it.threshold,
        labels: &it.labels,
        reading: it.reading.options(),
    };
    let (text, warnings) = first(&it.name, it.from.as_deref(), &taken)?;
    TERMINAL.warn(&warnings);
    let file = format!("{}.toml", it.name);
    let files = vec![(file.clone(), text.into_bytes())];
    write_all(Path::new(""), files, it.force)?;
    say!("{file}\nnext: howship check {file}, then howship run {file}");
    Ok(())
}

/// List the scenarios, studies and trials that come with howship, and copy them out.
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

pub(super) fn examples(it: &ExamplesArguments) -> Result<(), Stop> {
    match (&it.name, &it.out) {
        (None, None) => say!("{}", examples::listing().map_err(Stop::failed)?),
        (Some(name), None) => say!("{}", examples::text(name)?.trim_end()),
        (None, Some(folder)) => {
            let written = write_all(folder, examples::all(), it.force)?;
            let folder = folder.display();
            say!("{folder}: {written} files of scenarios, studies and trials");
        }
        (Some(name), Some(file)) => {
            let (copied, runs) = examples::copy(name, file)?;
            let folder = file.parent().unwrap_or(Path::new(""));
            write_all(folder, copied, it.force)?;
            say!("{0}\nnext: howship {runs} {0}", file.display());
        }
    }
    Ok(())
}

/// Print what lets a shell complete commands and options.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn completions(it: &CompletionsArguments) {
    let mut script = Vec::new();
    clap_complete::generate(it.shell, &mut command(), "howship", &mut script);
    say!("{}", String::from_utf8_lossy(&script).trim_end());
}

/// Write manual pages.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Folder for the pages, one for each command.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Replace pages that are there.
    #[arg(long)]
    force: bool,
}

pub(super) fn man(it: &ManArguments) -> Result<(), Stop> {
    let mut all = command().disable_help_subcommand(true);
    // Gives the commands below their full names, as in `howship study run`.
    all.build();
    let mut pages = Vec::new();
    page(&all, &mut pages).map_err(Stop::failed)?;
    let written = write_all(&it.out, pages, it.force)?;
    say!("{}: {written} pages", it.out.display());
    Ok(())
}

/// The page of a command and those of the commands below it.
fn page(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for below in command.get_subcommands() {
        page(below, pages)?;
    }
    let man = clap_mangen::Man::new(command.clone());
    let mut bytes = Vec::new();
    man.render(&mut bytes)?;
    pages.push((man.get_filename(), bytes));
    Ok(())
}
