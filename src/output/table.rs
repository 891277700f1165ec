//! Tables: a header and rows of numbers, as CSV.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::numerics::files::read_text;
use crate::output::{OutputError, write_whole};

/// Greatest number of a table that is read: no figure of a run comes near it, and its square and
/// differences are numbers too.
const MOST: f64 = 1e150;

/// A table of numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, one value per column.
    pub rows: Vec<Vec<f64>>,
}

impl Table {
    /// Values of a column.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().map(|row| row[at]).collect())
    }

    /// The table as CSV; numbers in the shortest form that reads back the same.
    pub fn to_csv(&self) -> String {
        let mut text = self.columns.join(",");
        text.push('\n');
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    /// Writes the table.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn write_csv(&self, path: &Path) -> Result<(), OutputError> {
        write_whole(path, self.to_csv().as_bytes())
    }

    /// Reads a table that may be missing; none where there is no such file.
    ///
    /// # Errors
    /// As [`Self::read_csv`].
    pub fn read_csv_if_there(path: &Path) -> Result<Option<Self>, OutputError> {
        path.exists().then(|| Self::read_csv(path)).transpose()
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Names the file and the line of what is not a number or not in step with the header.
    pub fn read_csv(path: &Path) -> Result<Self, OutputError> {
        let text = read_text(path).map_err(|source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        Self::from_csv(&text, path)
    }

    /// Reads a table from the text of a file.
    ///
    /// # Errors
    /// As [`Self::read_csv`].
    pub fn from_csv(text: &str, path: &Path) -> Result<Self, OutputError> {
        let wrong = |line: usize, message: String| OutputError::Table {
            path: path.to_path_buf(),
            line,
            message,
        };
        let mut lines = text.lines();
        let columns: Vec<String> = lines
            .next()
            .unwrap_or_default()
            .split(',')
            .map(str::to_owned)
            .collect();
        let mut rows = Vec::new();
        for (index, line) in lines.enumerate() {
            let row: Vec<f64> = line
                .split(',')
                .map(|cell| match cell.parse::<f64>() {
                    Ok(number) if number.is_nan() || number.abs() <= MOST => Ok(number),
                    Ok(_) => Err(wrong(
                        index + 2,
                        format!("found \"{cell}\", expected a number of at most {MOST:e}, or NaN for none"),
                    )),
                    Err(_) => Err(wrong(
                        index + 2,
                        format!("found \"{cell}\", expected a number"),
                    )),
                })
                .collect::<Result<_, _>>()?;
            if row.len() != columns.len() {
                return Err(wrong(
                    index + 2,
                    format!("{} values under {} columns", row.len(), columns.len()),
                ));
            }
            rows.push(row);
        }
        Ok(Self { columns, rows })
    }
}

/// A text as a cell of a CSV; names and paths may hold quotes and commas.
pub fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_back_to_the_last_bit() {
        let table = Table {
            columns: vec!["time_d".into(), "bv_tv".into()],
            rows: vec![vec![0.0, 0.1 + 0.2], vec![1.0, 1.0 / 3.0]],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("series.csv");
        table.write_csv(&path).unwrap();
        assert_eq!(Table::read_csv(&path).unwrap(), table);
    }

    #[test]
    fn numbers_without_end_are_named_by_their_line() {
        let path = Path::new("series.csv");
        for cell in ["inf", "-inf", "infinity", "1e999", "-1e999", "1e300"] {
            let text = format!("a,b\n1,2\n3,{cell}\n");
            let error = Table::from_csv(&text, path).unwrap_err().to_string();
            assert!(
                error.contains("series.csv, line 3") && error.contains(cell),
                "{error}"
            );
        }
        let table = Table::from_csv("a,b\n1,NaN\n-1e150,1e-320\n", path).unwrap();
        assert!(table.rows[0][1].is_nan());
        assert_eq!(table.rows[1], [-1e150, 1e-320]);
    }

    #[test]
    fn a_torn_row_is_named_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("series.csv");
        std::fs::write(&path, "a,b\n1,2\n3\n").unwrap();
        let error = Table::read_csv(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("1 values under 2"),
            "{error}"
        );
    }
}
