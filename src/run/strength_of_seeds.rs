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
use crate::run::host::Host;
use crate::run::place::NewFile;
use crate::run::strength::{StrengthError, Strengths, strengths};
use crate::statistics::student::mean_and_half_width;

/// Means of the figures of several runs, and half the widths of their 95 % confidence intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct OfSeeds {
    titles: Vec<String>,
    columns: Vec<String>,
    /// By day, then by column: mean and half width; not a number where a run has none.
    days: Vec<Vec<(f64, f64)>>,
}

/// Runs, and what is asked of their strength.
#[derive(Debug, Clone, Copy)]
pub struct AskedStrength<'a> {
    /// Run folders or checkpoints.
    pub runs: &'a [PathBuf],
    /// Folder to which file names in the scenario refer, where it has moved.
    pub inputs: Option<&'a Path>,
    /// Days beside day 0; the last of the run without any.
    pub days: &'a [f64],
    /// How bone is loaded.
    pub loading: Loading,
    /// Axis of the load of the picture, where there is one.
    pub drawn: Option<Axis>,
}

/// Strength of one run, or of several and over their seeds.
#[derive(Debug)]
pub struct FoundStrength {
    /// Of each run.
    pub runs: Vec<Strengths>,
    /// Means, where there are several.
    pub of_seeds: Option<OfSeeds>,
}

impl AskedStrength<'_> {
    /// Refuses what does not go together, before anything is read.
    ///
    /// # Errors
    /// [`StrengthError::IdleModulus`], [`StrengthError::PictureOfSeveral`].
    pub fn check(&self) -> Result<(), StrengthError> {
        if self.loading.law == SiteLaw::Hernandez && self.loading.modulus.is_some() {
            return Err(StrengthError::IdleModulus);
        }
        if self.drawn.is_some() && self.runs.len() > 1 {
            return Err(StrengthError::PictureOfSeveral);
        }
        Ok(())
    }

    /// Finds the strength of each run, and the means over several, and gives the words of each to `say` as they come;
    /// or all of it at the end as one object.
    ///
    /// # Errors
    /// [`StrengthError`].
    pub fn find(
        &self,
        host: &dyn Host,
        is_json: bool,
        say: &dyn Fn(String),
    ) -> Result<FoundStrength, StrengthError> {
        let Self { inputs, days, .. } = *self;
        if self.runs.len() > 1 {
            check_seeds(self.runs, inputs)?;
        }
        let mut runs = Vec::new();
        for run in self.runs {
            let found = strengths(run, inputs, days, &self.loading, self.drawn, host)?;
            if !is_json {
                say(found.to_string());
            }
            runs.push(found);
        }
        let of_seeds = match &runs[..] {
            [_] => None,
            several => Some(OfSeeds::new(several)?),
        };
        let found = FoundStrength { runs, of_seeds };
        match &found.of_seeds {
            _ if is_json => say(found.json().to_string()),
            Some(means) => say(means.to_string()),
            None => {}
        }
        Ok(found)
    }
}

impl FoundStrength {
    /// A row per day.
    pub fn table(&self) -> Table {
        match (&self.of_seeds, &self.runs[..]) {
            (Some(means), _) => means.table(),
            (None, [one, ..]) => one.table(),
            (None, []) => Table::default(),
        }
    }

    /// The table as one object.
    pub fn json(&self) -> serde_json::Value {
        let Table { columns, rows } = self.table();
        serde_json::json!({ "columns": columns, "rows": rows })
    }

    /// Writes the table, and day 0 of the first run beside its last day, as [`Strengths::picture`].
    ///
    /// # Errors
    /// [`StrengthError::Solid`], [`StrengthError::Output`].
    pub fn write(
        &self,
        table: Option<&NewFile>,
        picture: Option<&NewFile>,
        (axis, look): (Axis, Look),
    ) -> Result<(), StrengthError> {
        if let Some(table) = table {
            table.write(self.table().to_csv().as_bytes())?;
        }
        if let (Some(picture), Some(run)) = (picture, self.runs.first()) {
            picture.write(&run.picture(axis, look)?)?;
        }
        Ok(())
    }
}

/// Refuses runs of which there is no mean over seeds, before any of them is loaded.
///
/// # Errors
/// A run that does not read; two of other scenarios, or of one scenario and one seed.
pub fn check_seeds(runs: &[PathBuf], inputs: Option<&Path>) -> Result<(), RunError> {
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
    pub fn new(runs: &[Strengths]) -> Result<Self, StrengthError> {
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
    pub fn table(&self) -> Table {
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
