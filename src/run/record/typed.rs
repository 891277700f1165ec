//! The tables of a run as Parquet beside their CSV: typed columns, with units and descriptions in the metadata.

use std::path::{Path, PathBuf};

use super::{Record, parquet_of};
use crate::engine::column::About;
use crate::output::parquet::{Column, file as parquet};
use crate::output::sheet::Kind;
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::run::columns::{about, columns};
use crate::run::tables::files;

/// A table with the names of its columns, row by row; an empty cell is none.
struct Cells {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Cells {
    /// Of numbers; one that is none is an empty cell.
    fn of_numbers(table: &Table) -> Self {
        let cell = |value: &f64| {
            if value.is_nan() {
                String::new()
            } else {
                value.to_string()
            }
        };
        Self {
            names: table.columns.clone(),
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().map(cell).collect())
                .collect(),
        }
    }

    /// Of a text that a part wrote as CSV, without quotes.
    fn of_text(text: &str) -> Self {
        let row = |line: &str| line.split(',').map(str::to_owned).collect();
        let mut lines = text.lines();
        Self {
            names: lines.next().map(row).unwrap_or_default(),
            rows: lines.map(row).collect(),
        }
    }

    fn kind(&self, column: usize) -> Kind {
        let mut cells = self.rows.iter().map(|row| &row[column]);
        if cells.all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok()) {
            Kind::Number
        } else {
            Kind::Text
        }
    }

    fn bytes(
        self,
        path: &Path,
        file: &str,
        known: &[(&str, Vec<About>)],
    ) -> Result<Vec<u8>, OutputError> {
        let column = |(place, name): (usize, &String)| {
            let words = about(known, file, name);
            Column {
                name: name.clone(),
                kind: self.kind(place),
                unit: words.map_or_else(String::new, |words| words.unit.to_owned()),
                about: words.map_or_else(String::new, |words| words.about.clone()),
            }
        };
        let columns: Vec<Column> = self.names.iter().enumerate().map(column).collect();
        parquet(path, &columns, &[], self.rows.into_iter())
    }
}

impl Record {
    /// Writes all tables but that of digests as Parquet, and returns where.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(crate) fn write_typed(
        &self,
        folder: &Path,
        signals: &[String],
    ) -> Result<Vec<PathBuf>, OutputError> {
        let known = columns(signals);
        let mut all = vec![
            ("series.csv", Cells::of_numbers(&self.series)),
            ("ledger.csv", Cells::of_numbers(&self.ledger)),
        ];
        all.extend(files().filter_map(|file| {
            let numbers = self.tables.get(file).map(Cells::of_numbers);
            Some((
                file,
                numbers.or_else(|| self.tables.text(file).map(Cells::of_text))?,
            ))
        }));
        let mut written = Vec::new();
        for (file, cells) in all {
            let path = folder.join(parquet_of(file));
            write_whole(&path, &cells.bytes(&path, file, &known)?)?;
            written.push(path);
        }
        Ok(written)
    }
}
