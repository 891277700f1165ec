//! Strength of runs: of one, or of several of one scenario as means over their seeds with 95 % confidence intervals.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loading::Loading;
use crate::mechanics::rigidity::Axis;
use crate::output::table::Table;
use crate::plot::solid::Look;
use crate::run::apart::{values_of_tissue, words};
use crate::run::day::scenario_of;
use crate::run::error::RunError;
use crate::run::place::NewFiles;
use crate::run::screen::Console;
use crate::run::strength::{StrengthError, Strengths, strengths};
use crate::run::words::Weight;
use crate::statistics::student::mean_and_half_width;

/// Means of the figures of several runs, and half the widths of their 95 % confidence intervals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfSeeds {
    titles: Vec<String>,
    columns: Vec<String>,
    /// By day, then by column: mean and half width; not a number where a run has none.
    days: Vec<Vec<(f64, f64)>>,
}

/// Runs, and what is asked of their strength.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedStrength<'a> {
    /// Run folders or checkpoints.
    pub runs: &'a [PathBuf],
    /// Folder to which file names in the scenario refer, where it has moved.
    pub inputs: Option<&'a Path>,
    /// Days beside day 0; the last of the run without any.
    pub days: &'a [f64],
    /// How bone is loaded.
    pub loading: Loading,
    /// A table with a row per day.
    pub out: Option<&'a PathBuf>,
    /// Day 0 beside the last day.
    pub picture: Option<&'a PathBuf>,
    /// Axis of the load of the picture.
    pub axis: Axis,
    /// From where, and what is cut away in the picture.
    pub look: Look,
    /// Whether files are replaced.
    pub force: bool,
    /// Whether figures are told as one object.
    pub json: bool,
}

impl AskedStrength<'_> {
    /// Finds the strength of each run, and the means over several; shows each as it is found, or all of it at the end as
    /// one object, and writes the files.
    ///
    /// # Errors
    /// [`StrengthError`]; what does not go together is refused before anything is read.
    pub(crate) fn go(&self, console: &Console<'_>) -> Result<(), StrengthError> {
        self.check()?;
        let mut files = NewFiles::new(Some(self.force));
        let out = files.asked("--out", self.out, &["csv"])?;
        let picture = files.asked("--picture", self.picture, &["png"])?;
        files.check_force("--out or --picture")?;
        let (runs, table) = self.find(console)?;
        if let Some(out) = out {
            out.write(table.to_csv().as_bytes())?;
        }
        if let (Some(picture), Some(run)) = (picture, runs.first()) {
            picture.write(&run.picture(self.axis, self.look)?)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), StrengthError> {
        if self.loading.law == SiteLaw::Hernandez && self.loading.modulus.is_some() {
            return Err(StrengthError::IdleModulus);
        }
        if self.picture.is_some() && self.runs.len() > 1 {
            return Err(StrengthError::PictureOfSeveral);
        }
        Ok(())
    }

    /// The strength of each run, and a row per day: of the one, or of the means.
    fn find(&self, console: &Console<'_>) -> Result<(Vec<Strengths>, Table), StrengthError> {
        let &Self { inputs, days, .. } = self;
        if self.runs.len() > 1 {
            check_seeds(self.runs, inputs)?;
        }
        let show = |words: &dyn fmt::Display| {
            if !self.json {
                console.show(Weight::Answer, words);
            }
        };
        let drawn = self.picture.map(|_| self.axis);
        let mut runs = Vec::new();
        for run in self.runs {
            let found = strengths(run, inputs, days, &self.loading, drawn, console)?;
            show(&found);
            runs.push(found);
        }
        let table = if let [one] = &runs[..] {
            one.table()
        } else {
            let means = OfSeeds::new(&runs)?;
            show(&means);
            means.table()
        };
        if self.json {
            let Table { columns, rows } = &table;
            let object = serde_json::json!({ "columns": columns, "rows": rows });
            console.show(Weight::Answer, object);
        }
        Ok((runs, table))
    }
}

/// Refuses runs of which there is no mean over seeds, before any of them is loaded.
///
/// # Errors
/// A run that does not read; two of other scenarios, or of one scenario and one seed.
pub(crate) fn check_seeds(runs: &[PathBuf], inputs: Option<&Path>) -> Result<(), RunError> {
    let mut seen = Vec::new();
    for run in runs {
        let loaded = scenario_of(run, inputs)?;
        let (values, seed) = (values_of_tissue(&loaded), loaded.scenario.seed);
        for (other, other_values, other_seed) in &seen {
            let (one, two): (&PathBuf, &PathBuf) = (other, run);
            let differences = words(other_values, &values);
            if !differences.is_empty() {
                return Err(RunError::Refused(format!(
                    "{} and {} are runs of other scenarios ({differences}): means are over seeds of one scenario; give each \
                     scenario a call of its own",
                    one.display(),
                    two.display()
                )));
            }
            if seed == *other_seed {
                return Err(RunError::Refused(format!(
                    "{} and {} have the same seed {seed}: means are over seeds; give each once",
                    one.display(),
                    two.display()
                )));
            }
        }
        seen.push((run.clone(), values, seed));
    }
    Ok(())
}

impl OfSeeds {
    /// The means of runs whose readings are of the same days and axes.
    ///
    /// # Errors
    /// [`StrengthError::Unlike`].
    pub(crate) fn new(runs: &[Strengths]) -> Result<Self, StrengthError> {
        let tables: Vec<Table> = runs.iter().map(Strengths::table).collect();
        let titles: Vec<String> = runs.iter().map(|run| run.title.clone()).collect();
        let Some(first) = tables.first() else {
            return Ok(Self {
                titles,
                columns: Vec::new(),
                days: Vec::new(),
            });
        };
        let days =
            |table: &Table| -> Vec<u64> { table.rows.iter().map(|row| row[0].to_bits()).collect() };
        for (table, title) in tables.iter().zip(&titles) {
            if table.columns != first.columns || days(table) != days(first) {
                return Err(StrengthError::Unlike(titles[0].clone(), title.clone()));
            }
        }
        let of = |row: usize, column: usize| {
            let values: Vec<f64> = tables.iter().map(|table| table.rows[row][column]).collect();
            mean_and_half_width(&values)
        };
        Ok(Self {
            titles,
            columns: first.columns.clone(),
            days: (0..first.rows.len())
                .map(|row| {
                    (0..first.columns.len())
                        .map(|column| of(row, column))
                        .collect()
                })
                .collect(),
        })
    }

    /// A row per day: of each figure the mean and the ends of its 95 % confidence interval.
    pub(crate) fn table(&self) -> Table {
        let mut columns = vec!["time_d".to_owned()];
        for name in self.columns.iter().skip(1) {
            columns.extend(["", "_low95", "_high95"].map(|end| format!("{name}{end}")));
        }
        let rows = self.days.iter().map(|day| {
            let mut row = vec![day[0].0];
            for &(mean, half) in &day[1..] {
                row.extend([mean, mean - half, mean + half]);
            }
            row
        });
        Table {
            rows: rows.collect(),
            columns,
        }
    }
}

impl fmt::Display for OfSeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs, {} to {}: of day 0, mean and 95 % interval",
            self.titles.len(),
            self.titles.first().map_or("", String::as_str),
            self.titles.last().map_or("", String::as_str)
        )?;
        for day in &self.days {
            write!(f, "\nday {}", (day[0].0 * 100.0).round() / 100.0)?;
            let figures = self.columns.iter().zip(day);
            for (name, (mean, half)) in figures.filter(|(name, _)| name.ends_with("_ratio")) {
                let [low, high] = [mean - half, mean + half].map(|end| 100.0 * end);
                let name = name.trim_end_matches("_ratio").replace('_', " ");
                write!(
                    f,
                    "\n  {name}  {:.1} % ({low:.1} to {high:.1})",
                    100.0 * mean
                )?;
            }
        }
        Ok(())
    }
}
