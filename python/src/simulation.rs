//! A run on its way, stepped and read from Python.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use howship::observe::sites::{CellList, Numbers, field as site_field};
use howship::run::columns::columns;
use howship::run::day::Asked;
use howship::run::error::RunError;
use howship::run::export::{Wish, simulation_on};
use howship::run::host::Silent;
use howship::run::record::Record;
use howship::run::simulation::Simulation as Engine;
use howship::run::view::Values;
use howship::scenario::build::Loaded;
use howship::scenario::volumes::VolumeFormat;
use numpy::IntoPyArray;
use pyo3::prelude::*;

use crate::columns::Columns;
use crate::errors::{failed, refused, wrong};
use crate::heard::{Signal, heard};
use crate::scenario::on;

/// A run with what it records.
struct Run {
    loaded: Loaded,
    engine: Engine,
    record: Record,
    /// What went wrong; the state is then not to be used.
    fault: Option<String>,
}

/// What its threads share.
struct Shared {
    run: Mutex<Run>,
    /// Threads that wait to read, who come before the next tick.
    waiting: AtomicUsize,
}

/// A run on its way.
#[pyclass(frozen, module = "howship._howship")]
pub struct Simulation {
    shared: Arc<Shared>,
    threads: Option<usize>,
}

/// An array that is Python's own.
enum Copied {
    F32(Vec<f32>),
    F64(Vec<f64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U64(Vec<u64>),
    Bool(Vec<bool>),
}

impl Copied {
    fn numpy(self, py: Python<'_>) -> Bound<'_, PyAny> {
        match self {
            Self::F32(values) => values.into_pyarray(py).into_any(),
            Self::F64(values) => values.into_pyarray(py).into_any(),
            Self::U8(values) => values.into_pyarray(py).into_any(),
            Self::U16(values) => values.into_pyarray(py).into_any(),
            Self::U64(values) => values.into_pyarray(py).into_any(),
            Self::Bool(values) => values.into_pyarray(py).into_any(),
        }
    }
}

const BROKEN: &str = "an earlier tick broke off: build the simulation again";

impl Shared {
    /// Looks at the run between two ticks.
    fn look<T>(&self, at: impl FnOnce(&Run) -> T) -> Result<T, String> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let run = self.run.lock();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let run = run.map_err(|_| BROKEN.to_owned())?;
        match &run.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(at(&run)),
        }
    }

    /// Goes on to a tick, to the end, or until it is to stop.
    fn advance(&self, until: u32, stop: &AtomicBool) -> Result<(), String> {
        loop {
            while self.waiting.load(Ordering::SeqCst) > 0 {
                thread::yield_now();
            }
            let mut run = self.run.lock().map_err(|_| BROKEN.to_owned())?;
            if let Some(fault) = &run.fault {
                return Err(fault.clone());
            }
            if run.next(until, stop)? {
                return Ok(());
            }
        }
    }
}

impl Run {
    /// One tick, or what is due before the first; true where there is nothing more to do.
    fn next(&mut self, until: u32, stop: &AtomicBool) -> Result<bool, String> {
        let is_begun = self.engine.is_begun();
        let is_there = self.engine.is_done() || self.engine.state.tick >= until;
        if is_begun && (is_there || stop.load(Ordering::SeqCst)) {
            return Ok(true);
        }
        let done = if is_begun {
            self.engine.step()
        } else {
            self.engine.begin()
        };
        if let Err(fault) = done {
            let words = RunError::Fault(fault).to_string();
            self.fault = Some(words.clone());
            return Err(words);
        }
        self.record.take(&self.loaded, &self.engine);
        Ok(false)
    }
}

impl Simulation {
    pub fn new(loaded: Loaded, engine: Engine, threads: Option<usize>) -> Self {
        let record = Record::new(&loaded);
        Self {
            shared: Arc::new(Shared {
                run: Mutex::new(Run {
                    loaded,
                    engine,
                    record,
                    fault: None,
                }),
                waiting: AtomicUsize::new(0),
            }),
            threads,
        }
    }

    fn look<T: Send>(&self, py: Python<'_>, at: impl FnOnce(&Run) -> T + Send) -> PyResult<T> {
        py.detach(|| self.shared.look(at)).map_err(failed)
    }
}

#[pymethods]
impl Simulation {
    /// The run of a folder as it was on a day, the last that is there without one.
    #[staticmethod]
    fn on(
        py: Python<'_>,
        folder: PathBuf,
        day: Option<f64>,
        inputs: Option<PathBuf>,
    ) -> PyResult<Self> {
        let found = heard(py, Signal::AtOnce, move |_| {
            let asked = Asked {
                run: &folder,
                day,
                inputs: inputs.as_deref(),
            };
            let wish = Wish {
                format: VolumeFormat::Vti,
                fields: &[],
            };
            simulation_on(asked, wish, &Silent)
        })?;
        match found {
            Ok((loaded, engine)) => Ok(Self::new(loaded, engine, None)),
            Err(RunError::Scenario(found)) => Err(wrong(py, &found)),
            Err(error) => Err(failed(error)),
        }
    }

    /// Goes on to a tick, or to the end.
    fn advance(&self, py: Python<'_>, until: u32) -> PyResult<()> {
        let (shared, threads) = (Arc::clone(&self.shared), self.threads);
        let done = heard(py, Signal::AtOnce, move |stop| {
            on(threads, || shared.advance(until, stop))
        })?;
        done.map_err(refused)?.map_err(failed)
    }

    /// Ticks done, of the burn-in, in all, hours of a tick, and hours since day 0.
    fn clock(&self, py: Python<'_>) -> PyResult<(u32, u32, u32, f64, f64)> {
        self.look(py, |run| {
            let clock = run.engine.clock();
            (
                clock.tick,
                clock.burn_in_ticks,
                clock.last_tick,
                clock.tick_h,
                24.0 * run.engine.state.day(),
            )
        })
    }

    fn bv_tv(&self, py: Python<'_>) -> PyResult<f64> {
        self.look(py, |run| run.engine.view().bv_tv())
    }

    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        self.look(py, |run| run.engine.state.digest())
    }

    fn signals(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.look(py, |run| run.engine.model.signals.clone())
    }

    /// Sites along x, y, z and their edges, um.
    fn lattice(&self, py: Python<'_>) -> PyResult<([usize; 3], [f64; 3])> {
        self.look(py, |run| {
            let grid = &run.engine.model.grid;
            (grid.dims, [grid.edge_um, grid.edge_um, grid.depth_um])
        })
    }

    /// Names of fields with their units.
    fn fields(&self, py: Python<'_>) -> PyResult<Vec<(String, &'static str)>> {
        self.look(py, |run| {
            let view = run.engine.view();
            let fields = view.fields().into_iter();
            let mut all = vec![("tissue".to_owned(), "1")];
            all.extend(fields.map(|field| (field.name.into_owned(), field.unit)));
            all
        })
    }

    /// The values of a field, its unit, and hours since day 0.
    fn field<'py>(
        &self,
        py: Python<'py>,
        name: &str,
    ) -> PyResult<Option<(Bound<'py, PyAny>, &'static str, f64)>> {
        let found = self.look(py, |run| {
            let (view, engine) = (run.engine.view(), &run.engine);
            let at_h = 24.0 * engine.state.day();
            if let Some(field) = view.field(name) {
                let values = match field.values {
                    Values::F32(values) => Copied::F32(values.to_vec()),
                    Values::F64(values) => Copied::F64(values.to_vec()),
                    Values::U8(values) => Copied::U8(values.to_vec()),
                    Values::U16(values) => Copied::U16(values.to_vec()),
                    Values::U64(values) => Copied::U64(values.to_vec()),
                    Values::Bool(values) => Copied::Bool(values.to_vec()),
                    _ => return None,
                };
                return Some((values, field.unit, at_h));
            }
            let array = site_field(&engine.model, &engine.state, name)?;
            let values = match array.values {
                Numbers::U8(values) => Copied::U8(values.into_owned()),
                Numbers::U16(values) => Copied::U16(values.into_owned()),
                Numbers::U64(values) => Copied::U64(values.into_owned()),
                Numbers::F32(values) => Copied::F32(values.into_owned()),
            };
            Some((values, array.unit, at_h))
        })?;
        Ok(found.map(|(values, unit, at_h)| (values.numpy(py), unit, at_h)))
    }

    fn cells(&self, py: Python<'_>) -> PyResult<Columns> {
        self.look(py, |run| {
            Columns::of_cells(&CellList::of(&run.engine.model.grid, &run.engine.state))
        })
    }

    /// `series.csv` so far.
    fn series(&self, py: Python<'_>) -> PyResult<Columns> {
        self.look(py, |run| {
            let known = columns(&run.engine.model.signals);
            Columns::of(&run.record.series, "series.csv", &known)
        })
    }

    /// Names of the tables that there are, without `.csv`.
    fn tables(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.look(py, |run| {
            let mut names = vec!["series".to_owned(), "ledger".to_owned()];
            let parts = run.record.tables.written();
            let parts = parts.filter(|(file, _)| run.record.tables.get(file).is_some());
            names.extend(parts.map(|(file, _)| file.trim_end_matches(".csv").to_owned()));
            names
        })
    }

    /// A table that a part of the run keeps.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Option<Columns>> {
        self.look(py, |run| {
            let file = format!("{name}.csv");
            let table = match name {
                "series" => &run.record.series,
                "ledger" => &run.record.ledger,
                _ => run.record.tables.get(&file)?,
            };
            let known = columns(&run.engine.model.signals);
            Some(Columns::of(table, &file, &known))
        })
    }
}
