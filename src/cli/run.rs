//! `howship run`, and what is done with the folders of runs: `resume`, `verify`, `fork`, `compare`, `plot`, `crate`.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::terminal::TERMINAL;
use crate::numerics::parallel::on_threads;
use crate::numerics::quantity::Time;
use crate::run::compare::compare as compared;
use crate::run::fork::{Fork, fork as turned, go_on_any};
use crate::run::research_crate::{Described, write};
use crate::run::screen::Console;
use crate::run::start::begin_file;
use crate::run::verify::verify as verified;
use crate::scenario::file::Arm;
use crate::study::measured::AskedCurves;

/// A scenario with values set in it.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// The scenario file.
    pub(super) scenario: PathBuf,
    /// Set a value by its dotted path, as in --set tumour.division.rate="0.5 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
}

/// Run a scenario; leaves curves, maps and tables in a folder of its own.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    of: ScenarioArguments,
    /// Folder for the results; runs/<name>-<seed> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of all chance, instead of the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    how: How,
    /// Replace the folder of an earlier run.
    #[arg(long)]
    force: bool,
}

/// How a run is done.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    pub(super) quiet: bool,
}

impl How {
    /// Does something on the threads that were asked for.
    pub(super) fn go(
        &self,
        work: impl FnOnce(&Console<'_>) -> Result<(), Stop> + Send,
    ) -> Result<(), Stop> {
        on_threads(self.threads, || work(&Console::new(TERMINAL, self.quiet)))?
    }
}

/// How what was run is run again.
#[derive(Debug, Args)]
pub(super) struct Again {
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    pub(super) inputs: Option<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
}

pub(super) fn run(it: &RunArguments) -> Result<(), Stop> {
    let (scenario, sets, out) = (&it.of.scenario, &it.of.sets, it.out.as_deref());
    it.how.go(|console| {
        let asked = (scenario.as_path(), sets.as_slice(), it.seed);
        Ok(begin_file(asked, out, it.force, console)?)
    })
}

/// Go on with a run that was stopped or killed, from its last whole checkpoint; it ends in the
/// same bytes as a run that was not.
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// The run folder.
    folder: PathBuf,
    #[command(flatten)]
    how: How,
}

pub(super) fn resume(it: &ResumeArguments) -> Result<(), Stop> {
    (it.how).go(|console| Ok(go_on_any(&it.folder, console)?))
}

/// Run a run again from its own manifest and compare: exit 0 equal, 1 different, 2 cannot tell.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The run folder.
    folder: PathBuf,
    #[command(flatten)]
    again: Again,
}

pub(super) fn verify(it: &VerifyArguments) -> Result<(), Stop> {
    it.again.how.go(|console| {
        let other = verified(&it.folder, it.again.inputs.as_deref(), console)?;
        other.map_or(Ok(()), |other| {
            Err(Stop(1, format!("{} is different", other.display())))
        })
    })
}

/// Go on with a run from a time with other values, and with the same random numbers until they make
/// the first difference.
#[derive(Debug, Args)]
pub(super) struct ForkArguments {
    /// The run folder of the past.
    folder: PathBuf,
    /// Time of the turn, as in --at "14 d".
    #[arg(long)]
    at: Time,
    /// Name of the new arm.
    #[arg(long)]
    arm: String,
    /// Set a value from the turn on, as in --set tumour.division.rate="0.1 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Folder for the arm; <RUN FOLDER>-<ARM> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    again: Again,
}

pub(super) fn fork(it: &ForkArguments) -> Result<(), Stop> {
    let asked = Fork {
        folder: it.folder.clone(),
        name: it.arm.clone(),
        arm: Arm {
            at: it.at,
            set: it.sets.clone(),
        },
        out: it.out.clone(),
        inputs: it.again.inputs.clone(),
    };
    (it.again.how).go(|console| Ok(turned(&asked, console)?))
}

/// Compare the arms of one past, seed by seed: a table with paired differences, and a picture.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// Run folders of the control and its arms, of one seed or of the same seeds each; folders of
    /// runs with arms stand for all that they hold.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the table and the picture.
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn compare(it: &CompareArguments) -> Result<(), Stop> {
    let console = Console::new(TERMINAL, false);
    Ok(compared(&it.folders, &it.out, &console)?)
}

/// Draw the curves of a run folder again, or of several over each other: seeds of one scenario as a
/// mean with its band, unlike runs as curves of their own.
#[derive(Debug, Args)]
pub(super) struct PlotArguments {
    /// The run folders. Runs whose scenarios are the same but for the seed become one curve, their
    /// mean with the band from the least to the greatest; others become curves of their own. The
    /// folder of a run with arms stands for its control and its arms.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Name of a curve, in the order of the folders: one for each curve, or one for each folder,
    /// which then is a curve of its own. Without it curves are called by what sets them apart.
    #[arg(long = "label", value_name = "NAME")]
    labels: Vec<String>,
    /// Measured values, drawn as points with their errors over the curves of their columns, as the picture
    /// `measured`: a CSV as calibrations read it (`time_d`, `column`, `value`, `error`; `relative_to_d` where values
    /// are ratios), in the units of series.csv.
    #[arg(long, value_name = "CSV")]
    data: Option<PathBuf>,
    /// New or empty folder for the pictures and for curves.csv, the table behind them. Without it one run is drawn
    /// into its own plots/ (with --data, into a new folder beside it), several into a new folder beside the first (beside its group, for an arm) that is called after them.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Replace the folder of an earlier plot, where it holds nothing else.
    #[arg(long)]
    force: bool,
}

pub(super) fn plot(it: &PlotArguments) -> Result<(), Stop> {
    let asked = AskedCurves {
        folders: &it.folders,
        labels: &it.labels,
        data: it.data.as_deref(),
        out: it.out.as_deref(),
        force: it.force,
    };
    Ok(asked.go(TERMINAL)?)
}

/// Describe a folder of results for an archive: RO-Crate metadata with files, digests, units, bone and licences.
#[derive(Debug, Args)]
pub(super) struct CrateArguments {
    /// The folder of a run, of its arms, of a study's tables, of a trial or of a dissection.
    folder: PathBuf,
    /// Licence of the results: an SPDX identifier such as CC-BY-4.0, an address, or words.
    #[arg(long, value_name = "NAME")]
    licence: Option<String>,
    /// Who made them; several times for several.
    #[arg(long = "author", value_name = "NAME")]
    authors: Vec<String>,
    /// Day of publication, YYYY-MM-DD; today without it.
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Replace metadata that are there.
    #[arg(long)]
    force: bool,
}

pub(super) fn research_crate(it: &CrateArguments) -> Result<(), Stop> {
    let path = write(Described {
        folder: &it.folder,
        licence: it.licence.as_deref(),
        authors: &it.authors,
        date: it.date.as_deref(),
        replace: it.force,
    })?;
    TERMINAL.say_files(&[path]);
    Ok(())
}
