//! Tables that optional features of a simulation put on record, by the names of their files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::column::{Before, Cell, Entry};
use crate::engine::parts::each;
use crate::output::table::Table;
use crate::run::further_columns::FURTHER;

/// Files that parts may put on record, in their order, and those that a scenario asks for beside them.
pub(crate) fn files() -> impl Iterator<Item = &'static str> {
    let parts = each::FILES.iter().copied().flatten().copied();
    parts.chain(FURTHER)
}

/// What is put on record by the names of its columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tables {
    tables: BTreeMap<String, Table>,
    texts: BTreeMap<String, String>,
}

impl Tables {
    /// A table by its file; none where nothing was put into it.
    pub fn get(&self, file: &str) -> Option<&Table> {
        self.tables.get(file)
    }

    /// A file of text.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// What files hold, in the order of their parts.
    pub fn written(&self) -> impl Iterator<Item = (&'static str, String)> {
        files().filter_map(|file| {
            let table = self.tables.get(file).map(Table::to_csv);
            Some((file, table.or_else(|| self.texts.get(file).cloned())?))
        })
    }

    /// Enters something; `series` has its row of this time already.
    pub(super) fn enter(&mut self, entry: Entry, series: &Table) {
        match entry {
            Entry::Row { table, cells } => {
                let table = self.tables.entry(table.to_owned()).or_default();
                let is_known = table
                    .columns
                    .iter()
                    .eq(cells.iter().map(|cell| &cell.column));
                if !is_known {
                    widen(table, &cells, series);
                }
                let mut row: Vec<f64> = cells.iter().map(|cell| cell.value).collect();
                row.resize(table.columns.len(), f64::NAN);
                table.rows.push(row);
            }
            Entry::Whole {
                table,
                columns,
                rows,
            } => {
                self.tables
                    .insert(table.to_owned(), Table { columns, rows });
            }
            Entry::Text { file, text } => {
                self.texts.insert(file.to_owned(), text);
            }
        }
    }

    /// Adds rows of these columns.
    pub(super) fn extend<const N: usize>(
        &mut self,
        file: &str,
        columns: &[&str; N],
        rows: impl Iterator<Item = [f64; N]>,
    ) {
        let table = self.tables.entry(file.to_owned()).or_default();
        if table.columns.is_empty() {
            table.columns = columns.map(str::to_owned).to_vec();
        }
        table.rows.extend(rows.map(Vec::from));
    }

    /// Checks that tables that were read back fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        let names = self.tables.keys().chain(self.texts.keys());
        for name in names {
            if !files().any(|file| file == name) {
                return Err(format!("a table {name:?}, which no run has"));
            }
        }
        self.tables.values().try_for_each(in_step)
    }
}

/// Every row has a value for every column.
pub(super) fn in_step(table: &Table) -> Result<(), String> {
    let width = table.columns.len();
    match table.rows.iter().find(|row| row.len() != width) {
        None => Ok(()),
        Some(row) => Err(format!(
            "a row of {} values under {width} columns",
            row.len()
        )),
    }
}

/// Gives a table the columns of these cells, as an arm may bring some that its past does not have;
/// those that it has already and the cells do not come last.
fn widen(table: &mut Table, cells: &[Cell], series: &Table) {
    let old = std::mem::take(&mut table.columns);
    let past = series.rows.len().saturating_sub(1);
    let mut rows = std::mem::take(&mut table.rows);
    if old.is_empty() {
        rows = vec![Vec::new(); past];
    }
    let place = |name: &str| old.iter().position(|known| known == name);
    let gone = old.iter().enumerate();
    let gone = gone.filter(|(_, name)| !cells.iter().any(|cell| cell.column == **name));
    let gone: Vec<usize> = gone.map(|(at, _)| at).collect();
    let of_series = |name: &str, row: usize| {
        let at = series.columns.iter().position(|known| known == name);
        at.map_or(f64::NAN, |at| series.rows[row][at])
    };
    table.rows = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let value = |cell: &Cell| match (place(&cell.column), cell.before) {
                (Some(at), _) => row[at],
                (None, Before::Is(value)) => value,
                (None, Before::Series(name)) => of_series(name, index),
            };
            let kept = gone.iter().map(|&at| row[at]);
            cells.iter().map(value).chain(kept).collect()
        })
        .collect();
    let names = cells.iter().map(|cell| cell.column.clone());
    table.columns = names
        .chain(gone.iter().map(|&at| old[at].clone()))
        .collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(rows: usize) -> Table {
        Table {
            columns: ["time_d", "tumour_cells"].map(str::to_owned).to_vec(),
            rows: (0..rows)
                .map(|day| vec![day as f64, 10.0 * day as f64])
                .collect(),
        }
    }

    fn row(names: &[(&str, f64, Before)]) -> Entry {
        Entry::Row {
            table: "rigidity.csv",
            cells: names
                .iter()
                .map(|&(name, value, before)| Cell {
                    column: name.to_owned(),
                    value,
                    before,
                })
                .collect(),
        }
    }

    const TIME: Before = Before::Series("time_d");

    #[test]
    fn a_table_that_comes_late_has_rows_for_its_past() {
        let mut tables = Tables::default();
        let cells = Before::Series("tumour_cells");
        let all = [
            ("time_d", 2.0, TIME),
            ("sound", 7.0, cells),
            ("factor", 0.5, Before::Is(1.0)),
        ];
        tables.enter(row(&all), &series(3));
        let table = tables.get("rigidity.csv").unwrap();
        assert_eq!(
            table.rows,
            [[0.0, 0.0, 1.0], [1.0, 10.0, 1.0], [2.0, 7.0, 0.5]]
        );
        tables.check().unwrap();
    }

    #[test]
    fn columns_that_come_late_are_filled_and_those_that_went_are_kept() {
        let mut tables = Tables::default();
        let zero = Before::Is(0.0);
        tables.enter(row(&[("time_d", 0.0, TIME), ("a", 1.0, zero)]), &series(1));
        tables.enter(
            row(&[("time_d", 1.0, TIME), ("b", 2.0, Before::Is(-1.0))]),
            &series(2),
        );
        let table = tables.get("rigidity.csv").unwrap();
        assert_eq!(table.columns, ["time_d", "b", "a"]);
        assert_eq!(table.rows[0], [0.0, -1.0, 1.0]);
        assert_eq!(table.rows[1][..2], [1.0, 2.0]);
        assert!(table.rows[1][2].is_nan());
        tables.check().unwrap();
    }

    #[test]
    fn a_file_that_no_part_writes_is_refused() {
        let mut tables = Tables::default();
        tables
            .texts
            .insert("../elsewhere".to_owned(), String::new());
        let said = tables.check().unwrap_err();
        assert!(said.contains("\"../elsewhere\""), "{said}");
    }
}
