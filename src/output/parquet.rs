//! Tables as Parquet, in parts of one folder: typed columns, zstd, and what they mean in the metadata of
//! each file. The bytes depend on the rows alone.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use tempfile::NamedTempFile;

use super::sheet::Kind;
use super::{OutputError, beside};

/// Rows of a group, which is held in memory until it is full.
const GROUP_ROWS: usize = 10_000;
/// Rows of a part.
const PART_ROWS: usize = 50 * GROUP_ROWS;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Unit of its numbers; empty without any.
    pub unit: String,
    /// What it holds; empty where its name says it.
    pub about: String,
}

type Writer = SerializedFileWriter<BufWriter<NamedTempFile>>;

/// A table that is written row by row, from the cells of a CSV; an empty cell is none.
pub(crate) struct Parts {
    folder: PathBuf,
    schema: TypePtr,
    properties: Arc<WriterProperties>,
    cells: Vec<Cells>,
    rows_of_group: usize,
    rows_of_part: usize,
    open: Option<Writer>,
    part: usize,
}

impl Parts {
    /// A table in a folder; `facts` go into the metadata of each part, beside the units.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn create(
        folder: &Path,
        columns: &[Column],
        facts: &[(&str, String)],
    ) -> Result<Self, OutputError> {
        fs::create_dir_all(folder).map_err(|source| OutputError::Io {
            path: folder.to_path_buf(),
            source,
        })?;
        let (schema, properties) = form(columns, facts).map_err(|error| refused(folder, error))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            schema,
            properties,
            cells: cells_of(columns),
            rows_of_group: 0,
            rows_of_part: 0,
            open: None,
            part: 0,
        })
    }

    fn path(&self, part: usize) -> PathBuf {
        self.folder.join(format!("part-{part:05}.parquet"))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// A cell that is not of its column's kind; the file cannot be written.
    pub(crate) fn row(&mut self, row: &[String]) -> Result<(), OutputError> {
        for (cells, cell) in self.cells.iter_mut().zip(row) {
            if !cells.push(cell) {
                return Err(OutputError::Table {
                    path: self.folder.clone(),
                    line: self.rows_of_part + self.rows_of_group + 1,
                    message: format!("found \"{cell}\" in a column of {}", cells.name()),
                });
            }
        }
        self.rows_of_group += 1;
        if self.rows_of_group == GROUP_ROWS {
            self.end_group()?;
            if self.rows_of_part == PART_ROWS {
                self.end_part()?;
            }
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), OutputError> {
        let folder = &self.folder;
        let failed = |error| refused(folder, error);
        let out = match &mut self.open {
            Some(out) => out,
            none => {
                let file = BufWriter::new(beside(folder)?);
                let (schema, properties) = (self.schema.clone(), self.properties.clone());
                none.insert(SerializedFileWriter::new(file, schema, properties).map_err(failed)?)
            }
        };
        write_group(out, &mut self.cells).map_err(failed)?;
        self.rows_of_part += self.rows_of_group;
        self.rows_of_group = 0;
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), OutputError> {
        let path = self.path(self.part);
        let io = |source| OutputError::Io {
            path: path.clone(),
            source,
        };
        if let Some(out) = self.open.take() {
            let mut buffer = out.into_inner().map_err(|error| refused(&path, error))?;
            buffer.flush().map_err(io)?;
            let file = buffer
                .into_inner()
                .map_err(|error| io(std::io::Error::other(error.to_string())))?;
            file.as_file().sync_all().map_err(io)?;
            file.persist(&path).map_err(|error| io(error.error))?;
            self.part += 1;
        }
        self.rows_of_part = 0;
        Ok(())
    }

    /// Ends the table; parts of a longer one that was here before are removed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn finish(mut self) -> Result<(), OutputError> {
        if self.rows_of_group > 0 || self.part == 0 && self.open.is_none() {
            self.end_group()?;
        }
        self.end_part()?;
        while fs::remove_file(self.path(self.part)).is_ok() {
            self.part += 1;
        }
        Ok(())
    }
}

/// Types of the columns, and what stands in the metadata.
fn form(
    columns: &[Column],
    facts: &[(&str, String)],
) -> Result<(TypePtr, Arc<WriterProperties>), ParquetError> {
    let fields = columns.iter().map(|column| {
        let physical = match column.kind {
            Kind::Whole => Physical::INT64,
            Kind::Number => Physical::DOUBLE,
            Kind::Truth => Physical::BOOLEAN,
            Kind::Text => Physical::BYTE_ARRAY,
        };
        let text = (column.kind == Kind::Text).then_some(LogicalType::String);
        Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(text)
            .build()
            .map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("howship")
        .with_fields(fields)
        .build()?;
    let said = |of: fn(&Column) -> &str| {
        let said = columns.iter().filter(|&column| !of(column).is_empty());
        said.map(|column| (column.name.clone(), of(column).into()))
            .collect::<serde_json::Map<String, serde_json::Value>>()
    };
    let units = said(|column| &column.unit);
    let abouts = said(|column| &column.about);
    let mut metadata = vec![
        KeyValue::new(
            "howship.version".into(),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
        KeyValue::new(
            "howship.units".into(),
            serde_json::Value::from(units).to_string(),
        ),
    ];
    if !abouts.is_empty() {
        metadata.push(KeyValue::new(
            "howship.descriptions".into(),
            serde_json::Value::from(abouts).to_string(),
        ));
    }
    metadata.extend(
        facts
            .iter()
            .map(|(name, fact)| KeyValue::new((*name).to_owned(), fact.clone())),
    );
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(format!("howship version {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(metadata))
        .build();
    Ok((Arc::new(schema), Arc::new(properties)))
}

fn cells_of(columns: &[Column]) -> Vec<Cells> {
    let kinds = columns.iter().map(|column| column.kind);
    kinds.map(Cells::new).collect()
}

fn write_group<W: Write + Send>(
    out: &mut SerializedFileWriter<W>,
    cells: &mut [Cells],
) -> Result<(), ParquetError> {
    let mut group = out.next_row_group()?;
    for cells in cells {
        if let Some(mut column) = group.next_column()? {
            cells.write(column.untyped())?;
            column.close()?;
        }
    }
    group.close()?;
    Ok(())
}

/// A table as the bytes of one file, named `path` where it is refused; an empty cell is none.
///
/// # Errors
/// A cell that is not of its column's kind.
pub(crate) fn file(
    path: &Path,
    columns: &[Column],
    facts: &[(&str, String)],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, OutputError> {
    let failed = |error| refused(path, error);
    let (schema, properties) = form(columns, facts).map_err(failed)?;
    let mut out = SerializedFileWriter::new(Vec::new(), schema, properties).map_err(failed)?;
    let mut cells = cells_of(columns);
    let mut held = 0;
    for (line, row) in rows.enumerate() {
        for (cells, cell) in cells.iter_mut().zip(&row) {
            if !cells.push(cell) {
                return Err(OutputError::Table {
                    path: path.to_path_buf(),
                    line: line + 1,
                    message: format!("found \"{cell}\" in a column of {}", cells.name()),
                });
            }
        }
        held += 1;
        if held == GROUP_ROWS {
            write_group(&mut out, &mut cells).map_err(failed)?;
            held = 0;
        }
    }
    if held > 0 {
        write_group(&mut out, &mut cells).map_err(failed)?;
    }
    out.into_inner().map_err(failed)
}

fn refused(path: &Path, error: ParquetError) -> OutputError {
    OutputError::Io {
        path: path.to_path_buf(),
        source: std::io::Error::other(error),
    }
}

/// Values of a column, and for each row whether there is one.
struct Cells {
    values: Values,
    there: Vec<i16>,
}

enum Values {
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Truth(Vec<bool>),
    Text(Vec<ByteArray>),
}

impl Cells {
    const fn new(kind: Kind) -> Self {
        Self {
            values: match kind {
                Kind::Whole => Values::Whole(Vec::new()),
                Kind::Number => Values::Number(Vec::new()),
                Kind::Truth => Values::Truth(Vec::new()),
                Kind::Text => Values::Text(Vec::new()),
            },
            there: Vec::new(),
        }
    }

    const fn name(&self) -> &'static str {
        match self.values {
            Values::Whole(_) => "whole numbers",
            Values::Number(_) => "numbers",
            Values::Truth(_) => "true and false",
            Values::Text(_) => "words",
        }
    }

    /// False for a cell of another kind.
    fn push(&mut self, cell: &str) -> bool {
        fn add<T: std::str::FromStr>(values: &mut Vec<T>, cell: &str) -> bool {
            cell.parse().map(|value| values.push(value)).is_ok()
        }
        let is_there = !cell.is_empty();
        self.there.push(i16::from(is_there));
        !is_there
            || match &mut self.values {
                Values::Whole(values) => add(values, cell),
                Values::Number(values) => add(values, cell),
                Values::Truth(values) => add(values, cell),
                Values::Text(values) => {
                    values.push(cell.into());
                    true
                }
            }
    }

    fn write(&mut self, out: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let there = Some(&self.there[..]);
        match (&mut self.values, out) {
            (Values::Whole(values), ColumnWriter::Int64ColumnWriter(out)) => {
                out.write_batch(values, there, None)?;
                values.clear();
            }
            (Values::Number(values), ColumnWriter::DoubleColumnWriter(out)) => {
                out.write_batch(values, there, None)?;
                values.clear();
            }
            (Values::Truth(values), ColumnWriter::BoolColumnWriter(out)) => {
                out.write_batch(values, there, None)?;
                values.clear();
            }
            (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(out)) => {
                out.write_batch(values, there, None)?;
                values.clear();
            }
            _ => return Err(ParquetError::General("columns out of order".to_owned())),
        }
        self.there.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    fn columns() -> Vec<Column> {
        let of = |name: &str, kind, unit: &str| Column {
            name: name.to_owned(),
            kind,
            unit: unit.to_owned(),
            about: String::new(),
        };
        vec![
            of("run", Kind::Whole, ""),
            of("rate [/d]", Kind::Number, "/d"),
            of("cold", Kind::Truth, ""),
            of("arm", Kind::Text, ""),
        ]
    }

    fn write(folder: &Path, rows: usize) {
        let facts = [("howship.study", "doses".to_owned())];
        let mut parts = Parts::create(folder, &columns(), &facts).unwrap();
        for run in 0..rows {
            let rate = if run == 1 {
                String::new()
            } else {
                (run as f64 / 3.0).to_string()
            };
            let cells = [
                run.to_string(),
                rate,
                (run % 2 == 0).to_string(),
                "a,b".into(),
            ];
            parts.row(&cells).unwrap();
        }
        parts.finish().unwrap();
    }

    #[test]
    fn rows_read_back_with_their_units_and_the_same_rows_are_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part-00000.parquet");
        write(folder.path(), 3);
        let bytes = fs::read(&part).unwrap();
        write(folder.path(), 3);
        assert_eq!(fs::read(&part).unwrap(), bytes);
        let reader = SerializedFileReader::new(fs::File::open(&part).unwrap()).unwrap();
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect();
        assert_eq!(
            rows[1],
            r#"{run: 1, rate [/d]: null, cold: false, arm: "a,b"}"#
        );
        assert!(rows[2].contains("0.6666666666666666"), "{}", rows[2]);
        let facts = reader
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .unwrap();
        let fact = |key: &str| {
            let found = facts.iter().find(|fact| fact.key == key).unwrap();
            found.value.clone().unwrap()
        };
        assert_eq!(fact("howship.units"), r#"{"rate [/d]":"/d"}"#);
        assert_eq!(fact("howship.study"), "doses");
    }

    #[test]
    fn a_long_table_has_parts_and_a_shorter_one_removes_them() {
        let folder = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        write(folder.path(), PART_ROWS + 1);
        assert_eq!(count(), 2);
        write(folder.path(), PART_ROWS);
        assert_eq!(count(), 1);
        write(folder.path(), 0);
        assert_eq!(count(), 1);
        let part = fs::File::open(folder.path().join("part-00000.parquet")).unwrap();
        let reader = SerializedFileReader::new(part).unwrap();
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn a_cell_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut parts = Parts::create(folder.path(), &columns(), &[]).unwrap();
        let cells = ["1.5", "1", "true", ""].map(str::to_owned);
        let error = parts.row(&cells).unwrap_err().to_string();
        assert!(
            error.contains("1.5") && error.contains("whole numbers"),
            "{error}"
        );
    }
}
