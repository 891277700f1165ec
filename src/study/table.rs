//! The tables of a study: `runs`, which depends on nothing but the study, and `telemetry`, as CSV and,
//! where the program was built with it, as Parquet.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use toml::Value;

use crate::output::OutputError;
#[cfg(feature = "parquet")]
use crate::output::parquet::{Column, Parts};
use crate::output::sheet::Kind;
use crate::study::factor::{Factor, Values};
use crate::study::plan::{Line, Study};
use crate::study::store::{Outcome, Store};

/// One row of `runs.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The run.
    pub line: Line,
    /// `done`, `failed`, `missing` or `damaged`.
    pub status: &'static str,
    /// Responses in the order of their names; none where the series has none.
    pub responses: Vec<Option<f64>>,
    /// Why it failed, or what is wrong with its file.
    pub error: String,
}

impl Study {
    /// Row of a run, from what the store holds.
    ///
    /// # Errors
    /// A result that does not read.
    pub fn row(&self, store: &Store, run: u64) -> Result<Row, OutputError> {
        let line = self.run(run).line;
        let outcome = store.outcome(&line.key)?;
        let responses = self.responses_of(&outcome);
        let (status, error) = match outcome {
            Outcome::Missing => ("missing", String::new()),
            Outcome::Failed(reason) => ("failed", reason),
            Outcome::Damaged(why) => ("damaged", why),
            Outcome::Done(_) => ("done", String::new()),
        };
        Ok(Row {
            line,
            status,
            responses,
            error,
        })
    }

    /// What a run answers, in the order of the names of responses; nothing where it has no series.
    pub(crate) fn responses_of(&self, outcome: &Outcome) -> Vec<Option<f64>> {
        let asked = self.header.responses.values();
        match outcome {
            Outcome::Done(series) => asked.map(|one| one.of(series)).collect(),
            _ => vec![None; asked.len()],
        }
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

    /// What the tables are of.
    #[cfg(feature = "parquet")]
    fn facts(&self) -> [(&'static str, String); 3] {
        [
            ("howship.study", self.header.study.clone()),
            ("howship.description", self.header.description.clone()),
            // A struct of texts and numbers does not fail to be written.
            (
                "howship.plan",
                serde_json::to_string(&self.header).unwrap_or_default(),
            ),
        ]
    }

    /// Kinds and units of [`Self::columns`], in their order.
    pub(crate) fn kinds(&self) -> Vec<(Kind, &str)> {
        let factors = self.header.factors.iter();
        let kinds = [
            Kind::Whole,
            Kind::Whole,
            Kind::Text,
            Kind::Whole,
            Kind::Whole,
        ]
        .into_iter()
        .chain([Kind::Text; 2])
        .map(|kind| (kind, ""))
        .chain(factors.map(|factor| (kind_of(factor), factor.unit())))
        .chain(self.header.responses.keys().map(|_| (Kind::Number, "")))
        .chain([(Kind::Text, "")]);
        kinds.collect()
    }

    /// What a column of a table of this study holds, with its unit: of `runs.csv`, `telemetry.csv` and those of analysis and
    /// calibration.
    pub fn kind(&self, file: &str, column: &str) -> (Kind, &str) {
        let names = match file {
            "runs.csv" => {
                let columns = self.columns();
                let mut known = columns.iter().zip(self.kinds());
                let found = known.find(|(name, _)| *name == column);
                return found.map_or((Kind::Number, ""), |(_, kind)| kind);
            }
            "telemetry.csv" => return kind_of_telemetry(column),
            "populations.csv" if column == "weighed_by_errors" => return (Kind::Truth, ""),
            "sensitivity.csv" => &["response", "arm", "parameter", "measure", "note"][..],
            "arms.csv" => &["response", "arm", "minus"],
            "replicates.csv" => &["response", "arm"],
            "fit.csv" => &["parameter"],
            _ => &[],
        };
        let kind = if names.contains(&column) {
            Kind::Text
        } else {
            Kind::Number
        };
        (kind, "")
    }

    #[cfg(feature = "parquet")]
    fn typed_columns(&self) -> Vec<Column> {
        self.columns()
            .into_iter()
            .zip(self.kinds())
            .map(|(name, (kind, unit))| Column {
                name,
                kind,
                unit: unit.to_owned(),
                about: String::new(),
            })
            .collect()
    }

    /// Writes `runs.csv` and `telemetry.csv` into a folder, row by row, and the same as Parquet into
    /// `runs/` and `telemetry/`. Telemetry is of the runs of this study alone.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn write_tables(&self, store: &Store, folder: &Path) -> Result<(), OutputError> {
        let mut of_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let attempts = store.attempts()?;
        for (place, attempt) in attempts.iter().enumerate() {
            of_key.entry(attempt.key.clone()).or_default().push(place);
        }
        let mut runs = Written {
            sheet: Sheet::create(&folder.join("runs.csv"), &self.columns())?,
            #[cfg(feature = "parquet")]
            parts: Parts::create(&folder.join("runs"), &self.typed_columns(), &self.facts())?,
        };
        let mut telemetry = Written {
            sheet: Sheet::create(&folder.join("telemetry.csv"), &TELEMETRY.map(str::to_owned))?,
            #[cfg(feature = "parquet")]
            parts: Parts::create(
                &folder.join("telemetry"),
                &telemetry_columns(),
                &self.facts(),
            )?,
        };
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

const TELEMETRY: [&str; 9] = [
    "run",
    "attempt",
    "state",
    "wall_s",
    "threads",
    "process_peak_mb",
    "host",
    "process",
    "ended_unix_s",
];

/// Kind and unit of a column of telemetry.
fn kind_of_telemetry(name: &str) -> (Kind, &'static str) {
    match name {
        "state" | "host" => (Kind::Text, ""),
        "wall_s" | "ended_unix_s" => (Kind::Number, "s"),
        "process_peak_mb" => (Kind::Number, "MB"),
        _ => (Kind::Whole, ""),
    }
}

#[cfg(feature = "parquet")]
fn telemetry_columns() -> Vec<Column> {
    TELEMETRY
        .map(|name| {
            let (kind, unit) = kind_of_telemetry(name);
            Column {
                name: name.to_owned(),
                kind,
                unit: unit.to_owned(),
                about: String::new(),
            }
        })
        .into()
}

/// What the cells of a parameter are.
fn kind_of(factor: &Factor) -> Kind {
    let values = match &factor.values {
        Values::Range { unit, whole, .. } => {
            let is_whole = *whole && unit.is_empty();
            return if is_whole { Kind::Whole } else { Kind::Number };
        }
        Values::Listed(values) => values,
    };
    if values.iter().all(Value::is_integer) {
        Kind::Whole
    } else if values.iter().all(Value::is_bool) {
        Kind::Truth
    } else if !factor.unit().is_empty()
        || values
            .iter()
            .all(|value| value.is_integer() || value.is_float())
    {
        Kind::Number
    } else {
        Kind::Text
    }
}

/// A table in its forms.
struct Written {
    sheet: Sheet,
    #[cfg(feature = "parquet")]
    parts: Parts,
}

impl Written {
    fn row(&mut self, cells: &[String]) -> Result<(), OutputError> {
        #[cfg(feature = "parquet")]
        self.parts.row(cells)?;
        self.sheet.row(cells)
    }

    fn finish(self) -> Result<(), OutputError> {
        #[cfg(feature = "parquet")]
        self.parts.finish()?;
        self.sheet.finish()
    }
}

/// A CSV that is written row by row and appears whole.
struct Sheet {
    path: std::path::PathBuf,
    out: csv::Writer<BufWriter<tempfile::NamedTempFile>>,
}

impl Sheet {
    fn create(path: &Path, columns: &[String]) -> Result<Self, OutputError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let file = crate::output::beside(folder)?;
        let mut sheet = Self {
            path: path.to_path_buf(),
            out: csv::Writer::from_writer(BufWriter::new(file)),
        };
        sheet.row(columns)?;
        Ok(sheet)
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
