//! `howship plot`: the curves of runs again, over each other, and over what was measured.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use crate::output::table::Table;
use crate::run::plot::{Drawing, ReadMeasured, draw, read};
use crate::study::measured::measured;

/// Arguments of `howship plot`.
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

pub(super) fn plot(arguments: &PlotArguments) -> Result<(), Stop> {
    let runs = read(&arguments.folders)?;
    for (folder, exit_state) in runs.iter().filter_map(|run| run.unfinished()) {
        say!(
            "note: {} is not over ({exit_state}): it is drawn as far as it came",
            folder.display()
        );
    }
    let read_data = arguments
        .data
        .as_ref()
        .map(|path| move |runs: &[&Table]| Ok(measured(path, runs)?));
    let drawing = Drawing {
        labels: &arguments.labels,
        out: arguments.out.as_deref(),
        force: arguments.force,
        measured: read_data.as_ref().map(|read| read as &ReadMeasured<'_>),
    };
    for path in draw(&runs, &drawing)? {
        say!("{}", path.display());
    }
    Ok(())
}
