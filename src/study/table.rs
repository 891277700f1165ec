//! The tables of a study: `runs.csv`, which depends on nothing but the study, and `telemetry.csv`.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::output::OutputError;
use crate::study::plan::{Line, Study};
use crate::study::store::{Outcome, Store};

/// One row of `runs.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The run.
    pub line: Line,
    /// `done`, `failed` or `missing`.
    pub status: &'static str,
    /// Responses in the order of their names; none where the series has none.
    pub responses: Vec<Option<f64>>,
    /// Why it failed.
    pub error: String,
}

impl Study {
    /// Row of a run, from what the store holds.
    ///
    /// # Errors
    /// A result that does not read.
    pub fn row(&self, store: &Store, run: u64) -> Result<Row, OutputError> {
        let line = self.run(run).line;
        let asked = &self.header.responses;
        let nothing = || vec![None; asked.len()];
        let (status, responses, error) = match store.outcome(&line.key)? {
            Outcome::Missing => ("missing", nothing(), String::new()),
            Outcome::Failed(reason) => ("failed", nothing(), reason),
            Outcome::Done(series) => (
                "done",
                asked.values().map(|one| one.of(&series)).collect(),
                String::new(),
            ),
        };
        Ok(Row {
            line,
            status,
            responses,
            error,
        })
    }

    /// Names of the columns of `runs.csv`; a parameter has its unit behind it.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> =
            ["run", "point", "arm", "replicate", "seed", "key", "status"]
                .map(str::to_owned)
                .to_vec();
        for factor in &self.header.factors {
            let unit = factor.unit();
            columns.push(if unit.is_empty() {
                factor.path.clone()
            } else {
                format!("{} [{unit}]", factor.path)
            });
        }
        columns.extend(self.header.responses.keys().cloned());
        columns.push("error".to_owned());
        columns
    }

    /// Cells of a row, in the order of [`Self::columns`].
    pub fn cells(&self, row: &Row) -> Vec<String> {
        let line = &row.line;
        let mut cells = vec![
            line.run.to_string(),
            line.point.to_string(),
            line.arm.clone(),
            line.replicate.to_string(),
            line.seed.to_string(),
            line.key.clone(),
            row.status.to_owned(),
        ];
        cells.extend(
            self.header
                .factors
                .iter()
                .zip(&line.values)
                .map(|(factor, value)| factor.cell(value)),
        );
        cells.extend(
            row.responses
                .iter()
                .map(|number| number.map_or_else(String::new, |number| number.to_string())),
        );
        cells.push(row.error.clone());
        cells
    }

    /// Writes `runs.csv` and `telemetry.csv` into a folder, row by row. Telemetry is of the runs of this
    /// study alone.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn write_tables(&self, store: &Store, folder: &Path) -> Result<(), OutputError> {
        let mut of_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let attempts = store.attempts()?;
        for (place, attempt) in attempts.iter().enumerate() {
            of_key.entry(attempt.key.clone()).or_default().push(place);
        }
        let mut runs = Sheet::create(&folder.join("runs.csv"))?;
        let mut telemetry = Sheet::create(&folder.join("telemetry.csv"))?;
        runs.row(&self.columns())?;
        telemetry.row(
            &[
                "run",
                "attempt",
                "state",
                "wall_s",
                "threads",
                "process_peak_mb",
                "host",
                "process",
                "ended_unix_s",
            ]
            .map(str::to_owned),
        )?;
        for run in 0..self.header.runs {
            let row = self.row(store, run)?;
            runs.row(&self.cells(&row))?;
            let places = of_key.get(&row.line.key).into_iter().flatten();
            for (number, &place) in places.enumerate() {
                let attempt = &attempts[place];
                let mut cells = vec![
                    run.to_string(),
                    (number + 1).to_string(),
                    attempt.state.clone(),
                ];
                cells.extend(attempt.cells.iter().cloned());
                cells.push(format!("{:.3}", attempt.ended));
                telemetry.row(&cells)?;
            }
        }
        runs.finish()?;
        telemetry.finish()
    }
}

/// A CSV that is written row by row and appears whole.
struct Sheet {
    path: std::path::PathBuf,
    out: csv::Writer<BufWriter<tempfile::NamedTempFile>>,
}

impl Sheet {
    fn create(path: &Path) -> Result<Self, OutputError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let file = crate::output::beside(folder)?;
        Ok(Self {
            path: path.to_path_buf(),
            out: csv::Writer::from_writer(BufWriter::new(file)),
        })
    }

    fn io(&self, source: std::io::Error) -> OutputError {
        OutputError::Io {
            path: self.path.clone(),
            source,
        }
    }

    fn row(&mut self, cells: &[String]) -> Result<(), OutputError> {
        let written = self.out.write_record(cells);
        written.map_err(|error| self.io(std::io::Error::other(error)))
    }

    fn finish(self) -> Result<(), OutputError> {
        let Self { path, out } = self;
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        let mut buffer = out
            .into_inner()
            .map_err(|error| io(std::io::Error::other(error.to_string())))?;
        buffer.flush().map_err(io)?;
        let file = buffer
            .into_inner()
            .map_err(|error| io(std::io::Error::other(error.to_string())))?;
        file.as_file().sync_all().map_err(io)?;
        file.persist(&path).map_err(|error| io(error.error))?;
        Ok(())
    }
}
