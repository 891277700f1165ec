//! Rows of the table of runs that fit conditions, and columns by their names.

use std::io::Write;

use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::study::plan::Study;
use crate::study::store::Store;

/// What was asked of a table and is not there, or does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SelectError {
    /// A condition.
    #[error("--where: found \"{0}\", expected COLUMN=VALUE, or != < <= > >=")]
    Condition(String),
    /// A column.
    #[error("there is no column \"{name}\"; columns: {}", columns.join(", "))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        columns: Vec<String>,
    },
}

impl Refusal for SelectError {}

/// Which rows and columns of a table are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    conditions: Vec<Condition>,
    /// Places of the columns, in the order asked for.
    places: Vec<usize>,
    columns: Vec<String>,
}

impl Selection {
    /// The rows that fit all conditions such as `status!=done`, and columns by name; all columns where none
    /// is asked for.
    ///
    /// # Errors
    /// A condition that does not read; a column that is not there.
    pub(crate) fn new(
        conditions: &[String],
        asked: &[String],
        columns: Vec<String>,
    ) -> Result<Self, SelectError> {
        let conditions = conditions
            .iter()
            .map(|text| Condition::parse(text, &columns))
            .collect::<Result<_, _>>()?;
        let places = if asked.is_empty() {
            (0..columns.len()).collect()
        } else {
            asked
                .iter()
                .map(|name| place_of(name, &columns))
                .collect::<Result<_, _>>()?
        };
        Ok(Self {
            conditions,
            places,
            columns,
        })
    }

    /// The columns asked for, of a row or of the names.
    fn of<'a>(&self, cells: &'a [String]) -> Vec<&'a str> {
        self.places.iter().map(|&at| cells[at].as_str()).collect()
    }
}

impl Study {
    /// Gives the names of the columns and then each row that is asked for to `each`, which says by `false`
    /// that it takes no more.
    ///
    /// # Errors
    /// A result of the store that cannot be read.
    pub(crate) fn select(
        &self,
        store: &Store,
        asked: &Selection,
        mut each: impl FnMut(&[&str]) -> bool,
    ) -> Result<(), OutputError> {
        let mut goes_on = each(&asked.of(&asked.columns));
        for run in 0..self.header.runs {
            if !goes_on {
                break;
            }
            let cells = self.cells(&self.row(store, run)?);
            if asked.conditions.iter().all(|one| one.holds(&cells)) {
                goes_on = each(&asked.of(&cells));
            }
        }
        Ok(())
    }
}

/// Why rows did not get where they were to go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RowsError {
    /// They could not be read.
    #[error(transparent)]
    Store(#[from] OutputError),
    /// They could not be written.
    #[error(transparent)]
    To(#[from] std::io::Error),
}

impl Study {
    /// Writes the rows that are asked for as CSV, under the names of their columns.
    ///
    /// # Errors
    /// `RowsError`.
    pub(crate) fn write_rows(
        &self,
        store: &Store,
        asked: &Selection,
        to: impl Write,
    ) -> Result<(), RowsError> {
        let mut out = csv::Writer::from_writer(to);
        let mut written = Ok(());
        self.select(store, asked, |cells| {
            written = out.write_record(cells);
            written.is_ok()
        })?;
        written.map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => std::io::Error::other(format!("{other:?}")),
        })?;
        Ok(out.flush()?)
    }
}

/// A condition on a column.
#[derive(Debug, Clone)]
struct Condition {
    place: usize,
    test: fn(&str, &str) -> bool,
    value: String,
}

impl Condition {
    fn parse(text: &str, columns: &[String]) -> Result<Self, SelectError> {
        fn numbers(found: &str, asked: &str, holds: fn(f64, f64) -> bool) -> bool {
            match (found.parse(), asked.parse()) {
                (Ok(found), Ok(asked)) => holds(found, asked),
                _ => false,
            }
        }
        fn equal(found: &str, asked: &str) -> bool {
            found == asked || numbers(found, asked, |a, b| a.total_cmp(&b).is_eq())
        }
        type Test = fn(&str, &str) -> bool;
        const TESTS: [(&str, Test); 6] = [
            ("!=", |a, b| !equal(a, b)),
            ("<=", |a, b| numbers(a, b, |a, b| a <= b)),
            (">=", |a, b| numbers(a, b, |a, b| a >= b)),
            ("<", |a, b| numbers(a, b, |a, b| a < b)),
            (">", |a, b| numbers(a, b, |a, b| a > b)),
            ("=", equal),
        ];
        let found = TESTS.iter().find_map(|(sign, test)| {
            let (column, value) = text.split_once(sign)?;
            Some((column.trim(), value.trim(), *test))
        });
        let Some((name, value, test)) = found else {
            return Err(SelectError::Condition(text.to_owned()));
        };
        Ok(Self {
            place: place_of(name, columns)?,
            test,
            value: value.to_owned(),
        })
    }

    fn holds(&self, cells: &[String]) -> bool {
        (self.test)(&cells[self.place], &self.value)
    }
}

/// Place of a column, with or without its unit.
///
/// # Errors
/// [`SelectError::NoColumn`].
pub(crate) fn place_of(name: &str, columns: &[String]) -> Result<usize, SelectError> {
    let place = |is: &dyn Fn(&String) -> bool| columns.iter().position(is);
    place(&|column| column == name)
        .or_else(|| place(&|column| column.split(" [").next() == Some(name)))
        .ok_or_else(|| SelectError::NoColumn {
            name: name.to_owned(),
            columns: columns.to_vec(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_numbers_as_numbers_and_columns_go_without_their_unit() {
        let columns = ["run", "rate [/h]", "status"].map(str::to_owned).to_vec();
        let cells = ["7", "0.50", "done"].map(str::to_owned);
        let holds = |text: &str| Condition::parse(text, &columns).map(|one| one.holds(&cells));
        for (text, expected) in [
            ("run=7.0", true),
            ("run<10", true),
            ("run>=8", false),
            ("rate = 0.5", true),
            ("rate [/h]<=0.4", false),
            ("status!=done", false),
            ("status<5", false),
        ] {
            assert_eq!(holds(text), Ok(expected), "{text}");
        }
        assert_eq!(holds("run"), Err(SelectError::Condition("run".into())));
        assert!(matches!(holds("seed=1"), Err(SelectError::NoColumn { .. })));
        let asked = Selection::new(&[], &["status".into(), "rate".into()], columns).unwrap();
        assert_eq!(asked.of(&cells), ["done", "0.50"]);
    }
}
