//! Tables for numpy and, by the Arrow C stream, for pandas, polars, pyarrow and DuckDB.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, RecordBatch, RecordBatchIterator,
    StringArray, UInt8Array, UInt64Array,
};
use arrow_schema::{Field, Schema};
use howship::engine::column::About;
use howship::observe::sites::{CELL_COLUMNS, CellList, KINDS};
use howship::output::sheet::Cells;
use howship::output::table::Table;
use howship::run::columns::about;
use numpy::IntoPyArray;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use crate::errors::refused;

/// Values of a column.
pub enum Values {
    F64(Vec<f64>),
    F32(Vec<f32>),
    U64(Vec<u64>),
    U8(Vec<u8>),
    Bool(Vec<bool>),
    Text(Vec<String>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::U8(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// As Arrow has them; a number that is none (NaN) is no value there.
    fn arrow(&self) -> ArrayRef {
        match self {
            Self::F64(values) => Arc::new(
                values
                    .iter()
                    .map(|&value| (!value.is_nan()).then_some(value))
                    .collect::<Float64Array>(),
            ),
            Self::F32(values) => Arc::new(
                values
                    .iter()
                    .map(|&value| (!value.is_nan()).then_some(value))
                    .collect::<Float32Array>(),
            ),
            Self::U64(values) => Arc::new(UInt64Array::from(values.clone())),
            Self::U8(values) => Arc::new(UInt8Array::from(values.clone())),
            Self::Bool(values) => Arc::new(BooleanArray::from(values.clone())),
            Self::Text(values) => Arc::new(StringArray::from(values.clone())),
        }
    }
}

fn or_nan(value: Option<u64>) -> f64 {
    value.map_or(f64::NAN, |value| value as f64)
}

/// A column.
pub struct Column {
    pub name: String,
    pub unit: String,
    pub about: String,
    pub values: Values,
}

/// A table, column by column.
#[pyclass(frozen, module = "howship._howship")]
pub struct Columns {
    pub columns: Vec<Column>,
}

#[pymethods]
impl Columns {
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|one| one.name.as_str()).collect()
    }

    fn units(&self) -> Vec<&str> {
        self.columns.iter().map(|one| one.unit.as_str()).collect()
    }

    fn abouts(&self) -> Vec<&str> {
        self.columns.iter().map(|one| one.about.as_str()).collect()
    }

    fn __len__(&self) -> usize {
        self.columns.first().map_or(0, |one| one.values.len())
    }

    /// A copy of the values of a column.
    fn values<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let found = self.columns.iter().find(|column| column.name == name);
        let column = found.ok_or_else(|| {
            PyKeyError::new_err(format!(
                "found the column {name:?}, expected one of {}",
                self.names().join(", ")
            ))
        })?;
        Ok(match &column.values {
            Values::F64(values) => values.clone().into_pyarray(py).into_any(),
            Values::F32(values) => values.clone().into_pyarray(py).into_any(),
            Values::U64(values) => values.clone().into_pyarray(py).into_any(),
            Values::U8(values) => values.clone().into_pyarray(py).into_any(),
            Values::Bool(values) => values.clone().into_pyarray(py).into_any(),
            Values::Text(values) => PyList::new(py, values)?.into_any(),
        })
    }

    /// The table as an Arrow C stream of one batch.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Those who ask for other types cast by themselves, as the protocol lets us say.
        drop(requested_schema);
        let arrays: Vec<ArrayRef> = self.columns.iter().map(|one| one.values.arrow()).collect();
        let fields = self.columns.iter().zip(&arrays).map(|(column, array)| {
            let mut facts = HashMap::new();
            for (key, fact) in [("unit", &column.unit), ("description", &column.about)] {
                if !fact.is_empty() {
                    facts.insert(key.to_owned(), fact.clone());
                }
            }
            Field::new(&column.name, array.data_type().clone(), true).with_metadata(facts)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(refused)?;
        let batches = RecordBatchIterator::new([Ok(batch)], schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(batches));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

impl Columns {
    /// A table of numbers, with units and words for the columns that are known.
    pub fn of(table: &Table, file: &str, known: &[(&str, Vec<About>)]) -> Self {
        let column = |(at, name): (usize, &String)| {
            let words = about(known, file, name);
            Column {
                name: name.clone(),
                unit: words.map_or_else(String::new, |about| about.unit.to_owned()),
                about: words.map_or_else(String::new, |about| about.about.clone()),
                values: Values::F64(table.rows.iter().map(|row| row[at]).collect()),
            }
        };
        Self {
            columns: table.columns.iter().enumerate().map(column).collect(),
        }
    }

    /// A table of words and numbers, with units for the columns that have one.
    pub fn of_sheet(sheet: Vec<(String, Cells)>, unit: &dyn Fn(&str) -> String) -> Self {
        let column = |(name, cells): (String, Cells)| Column {
            unit: unit(&name),
            about: String::new(),
            values: match cells {
                Cells::Number(values) => Values::F64(values),
                Cells::Text(values) => Values::Text(values),
                // A cell of none has no whole number that says so.
                Cells::Whole(values) => values.iter().copied().collect::<Option<_>>().map_or_else(
                    || Values::F64(values.iter().map(|value| or_nan(*value)).collect()),
                    Values::U64,
                ),
                Cells::Truth(values) => values.iter().copied().collect::<Option<_>>().map_or_else(
                    || {
                        Values::F64(
                            values
                                .iter()
                                .map(|value| or_nan(value.map(u64::from)))
                                .collect(),
                        )
                    },
                    Values::Bool,
                ),
            },
            name,
        };
        Self {
            columns: sheet.into_iter().map(column).collect(),
        }
    }

    /// A row per cell.
    pub fn of_cells(cells: &CellList) -> Self {
        let along = |axis: usize| Values::F32(cells.at_um.iter().map(|at| at[axis]).collect());
        let kinds = cells.kind.iter();
        let kinds = kinds.map(|&kind| KINDS[usize::from(kind)].to_owned());
        let truth = |values: &[u8]| Values::Bool(values.iter().map(|&value| value == 1).collect());
        let values = [
            Values::U64(cells.id.clone()),
            Values::Text(kinds.collect()),
            along(0),
            along(1),
            along(2),
            Values::U8(cells.clone.clone()),
            Values::F32(cells.age_h.clone()),
            truth(&cells.dormant),
            truth(&cells.doomed),
        ];
        let columns = CELL_COLUMNS.iter().zip(values);
        let columns = columns.map(|(&(name, unit, about), values)| Column {
            name: name.to_owned(),
            unit: unit.to_owned(),
            about: about.to_owned(),
            values,
        });
        Self {
            columns: columns.collect(),
        }
    }
}
