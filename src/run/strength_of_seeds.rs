//! Strength of several runs of one scenario: means over their seeds with 95 % confidence intervals.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::output::table::Table;
use crate::run::apart::{values_of_tissue, words};
use crate::run::day::scenario_of;
use crate::run::error::RunError;
use crate::run::strength::Strengths;
use crate::statistics::student::mean_and_half_width;

/// Means of the figures of several runs, and half the widths of their 95 % confidence intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct OfSeeds {
    titles: Vec<String>,
    columns: Vec<String>,
    /// By day, then by column: mean and half width; not a number where a run has none.
    days: Vec<Vec<(f64, f64)>>,
}

/// Why there are no means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} and {1} do not have the same days and axes: give runs of one scenario, and the days by --days"
)]
pub struct Unlike(String, String);

impl crate::numerics::refusal::Refusal for Unlike {}

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
    /// [`Unlike`].
    pub fn new(runs: &[Strengths]) -> Result<Self, Unlike> {
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
                return Err(Unlike(titles[0].clone(), title.clone()));
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
