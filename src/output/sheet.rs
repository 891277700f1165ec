//! Tables of words and numbers, as the CSV of studies, dissections and trials, read back by the kinds of their columns.

use std::path::Path;

use crate::numerics::files::read_text;
use crate::output::OutputError;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// `true` or `false`.
    Truth,
    /// Words.
    Text,
}

/// The cells of a column; an empty cell is none, but of words, where it is empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Whole numbers.
    Whole(Vec<Option<u64>>),
    /// Numbers; NaN of none.
    Number(Vec<f64>),
    /// `true` or `false`.
    Truth(Vec<Option<bool>>),
    /// Words.
    Text(Vec<String>),
}

impl Cells {
    const fn new(kind: Kind) -> Self {
        match kind {
            Kind::Whole => Self::Whole(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Truth => Self::Truth(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
        }
    }

    /// Adds a cell; what was expected where it is not of the kind.
    fn push(&mut self, cell: &str) -> Result<(), &'static str> {
        let is_none = cell.is_empty();
        match self {
            Self::Whole(cells) => match cell.parse() {
                Ok(number) => cells.push(Some(number)),
                Err(_) if is_none => cells.push(None),
                Err(_) => return Err("a whole number"),
            },
            Self::Number(cells) => match cell.parse() {
                Ok(number) => cells.push(number),
                Err(_) if is_none => cells.push(f64::NAN),
                Err(_) => return Err("a number"),
            },
            Self::Truth(cells) => match cell.parse() {
                Ok(truth) => cells.push(Some(truth)),
                Err(_) if is_none => cells.push(None),
                Err(_) => return Err("true or false"),
            },
            Self::Text(cells) => cells.push(cell.to_owned()),
        }
        Ok(())
    }
}

/// Reads a table: names of the columns, and their cells by the kind of each name.
///
/// # Errors
/// Names the file, the line and the column of a cell that is not of its kind, and a row that is too long or too short.
pub fn read(path: &Path, kind: &dyn Fn(&str) -> Kind) -> Result<Vec<(String, Cells)>, OutputError> {
    let text = read_text(path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    let wrong = |line: usize, message: String| OutputError::Table {
        path: path.to_path_buf(),
        line,
        message,
    };
    let line_of = |error: &csv::Error| {
        let position = error.position();
        position.map_or(1, |position| position.line() as usize)
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers();
    let heads = heads.map_err(|error| wrong(line_of(&error), error.to_string()))?;
    let mut columns: Vec<(String, Cells)> = heads
        .iter()
        .map(|name| (name.to_owned(), Cells::new(kind(name))))
        .collect();
    for row in reader.records() {
        let row = row.map_err(|error| wrong(line_of(&error), error.to_string()))?;
        let line = row
            .position()
            .map_or(1, |position| position.line() as usize);
        for ((name, cells), cell) in columns.iter_mut().zip(&row) {
            cells.push(cell).map_err(|expected| {
                wrong(
                    line,
                    format!("found \"{cell}\" under {name}, expected {expected}"),
                )
            })?;
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Kind {
        match name {
            "arm" => Kind::Text,
            "run" => Kind::Whole,
            "cold" => Kind::Truth,
            _ => Kind::Number,
        }
    }

    #[test]
    fn cells_are_of_the_kinds_of_their_columns_and_none_stays_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let text = "run,arm,cold,bone\n18446744073709551615,\"1, or 2\",true,0.1\n,,,\n";
        std::fs::write(&path, text).unwrap();
        let found = read(&path, &kind).unwrap();
        let [(_, run), (_, arm), (_, cold), (name, Cells::Number(bone))] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(run, &Cells::Whole(vec![Some(u64::MAX), None]));
        assert_eq!(arm, &Cells::Text(vec!["1, or 2".to_owned(), String::new()]));
        assert_eq!(cold, &Cells::Truth(vec![Some(true), None]));
        assert_eq!((name.as_str(), bone[0]), ("bone", 0.1));
        assert!(bone[1].is_nan());
    }

    #[test]
    fn a_cell_of_another_kind_and_a_short_row_are_named_by_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        for (text, words) in [
            (
                "run,arm\n1,a\n-1,b\n",
                "line 3: found \"-1\" under run, expected a whole number",
            ),
            (
                "bone,arm\nmuch,a\n",
                "line 2: found \"much\" under bone, expected a number",
            ),
            (
                "cold\nyes\n",
                "line 2: found \"yes\" under cold, expected true or false",
            ),
            ("run,arm\n1\n", "line 2"),
        ] {
            std::fs::write(&path, text).unwrap();
            let said = read(&path, &kind).unwrap_err().to_string();
            assert!(said.contains("runs.csv") && said.contains(words), "{said}");
        }
    }
}
