//! Columns of tables: name, unit, what it is and how its value is found stand together.

/// What a column holds in rows from before it came, as where an arm brings a drug.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Before {
    /// Always this.
    Is(f64),
    /// What a column of `series.csv` holds at that time.
    Series(&'static str),
}

/// A column over rows made of an `S`.
#[derive(Debug, Clone, Copy)]
pub struct Column<S: ?Sized> {
    /// Its name, or what follows the name of a drug, a course or a clone.
    pub name: &'static str,
    /// Its unit; nothing for counts, shares and ratios.
    pub unit: &'static str,
    /// What it holds.
    pub about: &'static str,
    /// Its value.
    pub value: fn(&S) -> f64,
    /// What it holds in rows from before it came.
    pub before: Before,
}

impl<S: ?Sized> Column<S> {
    /// A column that holds 0 in rows from before it came.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        about: &'static str,
        value: fn(&S) -> f64,
    ) -> Self {
        Self {
            name,
            unit,
            about,
            value,
            before: Before::Is(0.0),
        }
    }

    /// The same with something else in rows from before it came.
    #[must_use]
    pub const fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }
}

/// A column in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name, or what follows the name of a drug, a course or a clone.
    pub name: String,
    /// Its unit; nothing for counts, shares and ratios.
    pub unit: &'static str,
    /// What it holds.
    pub about: String,
}

impl<S: ?Sized> From<&Column<S>> for About {
    fn from(column: &Column<S>) -> Self {
        Self {
            name: column.name.to_owned(),
            unit: column.unit,
            about: column.about.to_owned(),
        }
    }
}

/// A value under its column.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Name of the column.
    pub column: String,
    /// Value.
    pub value: f64,
    /// What the column holds in rows from before it came.
    pub before: Before,
}

/// What is put on record at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A further row of a table.
    Row {
        /// File of the table.
        table: &'static str,
        /// Values in the order of the columns.
        cells: Vec<Cell>,
    },
    /// A whole table, in place of what there was of it.
    Whole {
        /// File of the table.
        table: &'static str,
        /// Names of its columns.
        columns: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<f64>>,
    },
    /// A file of text, in place of what there was of it.
    Text {
        /// The file.
        file: &'static str,
        /// What it holds.
        text: String,
    },
}

/// Names of columns.
pub fn names<S>(columns: &[Column<S>]) -> Vec<String> {
    columns
        .iter()
        .map(|column| column.name.to_owned())
        .collect()
}

/// Columns in words.
pub fn abouts<S>(columns: &[Column<S>]) -> Vec<About> {
    columns.iter().map(About::from).collect()
}

/// Values in the order of their columns.
pub fn values<S>(columns: &[Column<S>], of: &S) -> Vec<f64> {
    columns.iter().map(|column| (column.value)(of)).collect()
}

/// Values under their columns.
pub fn cells<'a, S>(columns: &'a [Column<S>], of: &'a S) -> impl Iterator<Item = Cell> + 'a {
    cells_of("", columns, of)
}

/// Values under columns that have the name of what they belong to in front.
pub fn cells_of<'a, S>(
    owner: &'a str,
    columns: &'a [Column<S>],
    of: &'a S,
) -> impl Iterator<Item = Cell> + 'a {
    columns.iter().map(move |column| Cell {
        column: format!("{owner}{}", column.name),
        value: (column.value)(of),
        before: column.before,
    })
}

/// A whole table.
pub fn whole<S>(
    table: &'static str,
    columns: &[Column<S>],
    rows: impl Iterator<Item = S>,
) -> Entry {
    Entry::Whole {
        table,
        columns: names(columns),
        rows: rows.map(|row| values(columns, &row)).collect(),
    }
}
