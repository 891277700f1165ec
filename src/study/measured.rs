//! The curves of runs with measured values over them, from a file as calibrations read it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::error_bars::Value;
use crate::plot::measured::Measured;
use crate::run::error::RunError;
use crate::run::plot::{Drawing, ReadMeasured, Run, draw, read};
use crate::run::screen::Screen;
use crate::study::data::{ErrorClass, read_data_of, source};

/// Curves that are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedCurves<'a> {
    /// Run folders, or those of runs with arms.
    pub folders: &'a [PathBuf],
    /// Names of curves.
    pub labels: &'a [String],
    /// Measured values.
    pub data: Option<&'a Path>,
    /// Folder for the pictures.
    pub out: Option<&'a Path>,
    /// Whether the folder of an earlier plot is replaced.
    pub force: bool,
}

impl AskedCurves<'_> {
    /// Draws them, and shows where the pictures are.
    ///
    /// # Errors
    /// A folder that is none of a run, labels or data that do not go with the runs, pictures that cannot be written.
    pub(crate) fn go(&self, screen: &dyn Screen) -> Result<(), RunError> {
        let runs = read(self.folders)?;
        for note in runs.iter().filter_map(Run::unfinished) {
            screen.say(format_args!("note: {note}"));
        }
        let data = self.data;
        let measured = data.map(|path| move |runs: &[&Table]| Ok(measured(path, runs)?));
        let drawing = Drawing {
            labels: self.labels,
            out: self.out,
            force: self.force,
            measured: measured.as_ref().map(|read| read as &ReadMeasured<'_>),
        };
        screen.say_files(&draw(&runs, &drawing)?);
        Ok(())
    }
}

/// What a file holds, by column and the day that it is relative to, in the order of its times. `series`
/// are those of the runs: values are of their signals and none lies behind their last day.
///
/// # Errors
/// [`OutputError::Table`]: what in the file does not read, or is of no such run.
fn measured(path: &Path, series: &[&Table]) -> Result<Vec<Measured>, OutputError> {
    let days = series.iter().filter_map(|table| table.column("time_d"));
    let last_d = days.flatten().fold(0.0, f64::max);
    let columns = series.iter().flat_map(|table| &table.columns);
    let signals: BTreeSet<&str> = columns
        .filter_map(|column| column.strip_suffix("_pm"))
        .collect();
    let signals: Vec<String> = signals.into_iter().map(str::to_owned).collect();
    let source = source(path);
    let mut found: Vec<Measured> = Vec::new();
    for datum in read_data_of(path, 24.0 * last_d, &signals)? {
        let relative_to_d = datum.relative_to.map(|time| time.get() / 24.0);
        let value = Value {
            day: datum.time.get() / 24.0,
            value: datum.value,
            error: datum.error,
            is_error_assumed: datum.error_class == ErrorClass::Design,
        };
        let same = |other: &&mut Measured| {
            other.column == datum.column && other.relative_to_d == relative_to_d
        };
        match found.iter_mut().find(same) {
            Some(measured) => measured.values.push(value),
            None => found.push(Measured {
                column: datum.column,
                relative_to_d,
                values: vec![value],
                source: source.clone(),
            }),
        }
    }
    Ok(found)
}
