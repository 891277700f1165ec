//! What a run records on its way: rows, digests and moments for maps, and the files that they become.

mod digests;
mod further;
mod moments;
#[cfg(feature = "parquet")]
mod typed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::digests::Prints;
#[cfg(feature = "cli")]
pub(crate) use self::digests::read_prints;
use self::further::Seen;
use self::moments::Moment;
pub(crate) use self::moments::frames;
use crate::engine::column::Entry;
use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::parts::part::Now;
use crate::numerics::parallel::both;
use crate::observe::books;
use crate::observe::series::{columns, row};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::patient::skeletal_events::SkeletalEvents;
use crate::plot::curves::{with_dormant, write_curves, write_part};
use crate::plot::happened::Happened;
use crate::run::schedule::Schedule;
use crate::run::simulation::Simulation;
pub use crate::run::tables::Tables;
use crate::run::tables::{files, in_step};
use crate::scenario::build::Loaded;
use crate::therapy::irradiation::{Fraction, Shape};
use crate::tissue::grid::Grid;

/// Rows of `digests.csv` in a run, about.
const MOST_PRINTS: f64 = 60.0;

/// Tables of the whole body: their pictures show no tissue.
const OF_BODY: [&str; 1] = ["patient.csv"];

/// Names of tables that a run may write beside those of its parts.
const TABLES: [&str; 3] = ["series.csv", "ledger.csv", "digests.csv"];

/// Names of all tables that a run may write.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().chain(files())
}

/// Names of the files that hold the tables of a run, those of its parts too.
pub(crate) fn table_files(loaded: &Loaded) -> Vec<String> {
    let csv = tables().map(str::to_owned);
    let typed = tables()
        .filter(|_| loaded.scenario.output.parquet)
        .map(parquet_of);
    csv.chain(typed).collect()
}

/// Name of the same table as Parquet.
fn parquet_of(file: &str) -> String {
    format!("{}.parquet", file.trim_end_matches(".csv"))
}

/// True when the present time is a multiple of an interval, h.
fn is_due(simulation: &Simulation, every_h: f64) -> bool {
    Schedule::EveryHours(every_h).is_due(&simulation.clock(), Duration::ZERO)
}

/// True when `series.csv` has a row of the present time.
pub(crate) fn has_row(loaded: &Loaded, simulation: &Simulation) -> bool {
    let every_h = loaded.scenario.output.series_every.get();
    simulation.is_past_burn_in() && (is_due(simulation, every_h) || simulation.is_done())
}

/// What a run has recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Rows of `series.csv`.
    pub series: Table,
    /// Rows of `ledger.csv`.
    pub ledger: Table,
    /// Fractions, for the map of their dose.
    pub fractions: Vec<Fraction>,
    /// What parts have put on record.
    pub tables: Tables,
    /// Highest levels of what parts watch since the row before.
    highest: BTreeMap<String, f64>,
    /// Names of the parts of the state.
    pub parts: Vec<String>,
    /// Rows of `digests.csv`.
    pub prints: Vec<Prints>,
    maps: Vec<Moment>,
    film: Vec<Moment>,
    /// The tissue of the last tick, where events are told; not saved, as the state is.
    #[serde(skip)]
    seen: Option<Seen>,
}

impl Record {
    /// An empty record.
    pub fn new(loaded: &Loaded) -> Self {
        let parameters = loaded.scenario.parameters();
        let signals = parameters.signal_names();
        Self {
            series: Table {
                columns: columns(&signals),
                rows: Vec::new(),
            },
            ledger: Table {
                columns: books::columns(&signals, !parameters.conversions.is_empty()),
                rows: Vec::new(),
            },
            tables: Tables::default(),
            highest: BTreeMap::new(),
            fractions: Vec::new(),
            parts: Vec::new(),
            prints: Vec::new(),
            maps: Vec::new(),
            film: Vec::new(),
            seen: None,
        }
    }

    /// Records what is due at this time; nothing before day 0.
    pub fn take(&mut self, loaded: &Loaded, simulation: &Simulation) {
        if !simulation.is_past_burn_in() {
            return;
        }
        let is_last = simulation.is_done();
        let output = &loaded.scenario.output;
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
        if has_row(loaded, simulation) {
            self.series.rows.push(row(model, state, scratch));
            self.ledger.rows.push(books::row(model, state));
            self.fractions.clone_from(&state.parts.radiation.fractions);
            // Some tens of digests say where two runs part ways; each costs as much as part of a tick.
            let rows = loaded.scenario.run.duration.get() / output.series_every.get();
            let turn = (rows / MOST_PRINTS).ceil().max(1.0) as usize;
            if (self.series.rows.len() - 1).is_multiple_of(turn) || is_last {
                self.print(simulation);
            }
        }
        each::watch(model, scratch, &mut self.highest);
        let has_row = has_row(loaded, simulation);
        for entry in self.entries(simulation, has_row) {
            self.tables.enter(entry, &self.series);
        }
        self.take_further(loaded, simulation, has_row);
        if has_row {
            self.highest.clear();
        }
        self.take_moments(loaded, simulation);
    }

    /// What is put on record by parts.
    fn entries(&self, simulation: &Simulation, has_row: bool) -> Vec<Entry> {
        let Simulation { model, state, .. } = simulation;
        let columns = |file: &str| {
            let table = self.tables.get(file);
            table.map_or(&[][..], |table| &table.columns)
        };
        each::record(&Now {
            model,
            state,
            has_row,
            is_last: simulation.is_done(),
            highest: &self.highest,
            columns: &columns,
        })
    }

    /// Values in a row of all tables.
    pub fn width(&self, simulation: &Simulation) -> usize {
        let entries = self.entries(simulation, true);
        let widths = entries.iter().map(|entry| match entry {
            Entry::Row { cells, .. } => cells.len(),
            Entry::Whole { .. } | Entry::Text { .. } => 0,
        });
        self.series.columns.len() + self.ledger.columns.len() + widths.sum::<usize>()
    }

    /// What pictures mark and name.
    fn happened(&self, loaded: &Loaded) -> Happened {
        let patient = loaded.scenario.patient.as_ref();
        let events = patient.and_then(|patient| patient.skeletal_events.as_ref());
        let mut happened = Happened {
            window_d: events.map(SkeletalEvents::window_d),
            ..Happened::read(
                self.tables.get("drugs.csv"),
                self.tables.get("fractions.csv"),
                self.tables.text("events.csv"),
            )
        };
        let is_even = |fraction: &Fraction| fraction.beam.shape == Shape::Everywhere;
        happened.is_even_dose = self.fractions.iter().all(is_even);
        happened
    }

    /// Checks that a record that was read back fits together.
    ///
    /// # Errors
    /// What is not in step.
    pub fn check(&self, model: &Model) -> Result<(), String> {
        let grid = &model.grid;
        for table in [&self.series, &self.ledger] {
            in_step(table)?;
        }
        self.tables.check()?;
        if self.series.columns != columns(&model.signals) {
            return Err("a series of other columns".to_owned());
        }
        let is_level = |peak: &f64| (0.0..=f64::MAX).contains(peak);
        if !self.highest.values().all(is_level) {
            return Err("a highest level of a drug that is none".to_owned());
        }
        let width = self.parts.len() + 1;
        if self.prints.iter().any(|row| row.digests.len() != width) {
            return Err(format!("a row of digests that is not {width} long"));
        }
        self.check_moments(grid)
    }

    /// Writes the tables, and returns where.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn write_tables(&self, folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
        let mut written = Vec::new();
        let mut to = |name: &str| {
            let path = folder.join(name);
            written.push(path.clone());
            path
        };
        self.series.write_csv(&to("series.csv"))?;
        self.ledger.write_csv(&to("ledger.csv"))?;
        for (file, text) in self.tables.written() {
            write_whole(&to(file), text.as_bytes())?;
        }
        write_whole(&to("digests.csv"), self.digests_csv().as_bytes())?;
        Ok(written)
    }

    /// Writes the curves, maps and the film, and returns where. Nothing of another run is in them: a run that is verified draws
    /// them again by itself.
    ///
    /// # Errors
    /// [`OutputError`] of a file that cannot be written or drawn.
    pub(crate) fn write_pictures(
        &self,
        plots: &Path,
        loaded: &Loaded,
        grid: &Grid,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let title = &loaded.subject_of_tissue(grid)[..];
        let of_body = &loaded.subject()[..];
        let happened = self.happened(loaded);
        let series = with_dormant(
            &self.series,
            self.tables.get("colonisation.csv"),
            self.tables.get("clones.csv"),
        );
        let series = std::slice::from_ref(&series);
        let curves = || {
            let mut written = write_curves(plots, title, series, None, &happened)?;
            for picture in each::PICTURES.iter().copied().flatten() {
                if let Some(table) = self.tables.get(picture.table) {
                    let is_of_body = OF_BODY.contains(&picture.table);
                    let title = if is_of_body { of_body } else { title };
                    written.extend(write_part(plots, title, picture, table, &happened)?);
                }
            }
            Ok::<_, OutputError>(written)
        };
        let film = loaded.scenario.output.film;
        let (curves, moments) = both(curves, || {
            self.write_moments(plots, title, film, grid, &happened.given)
        });
        let mut written = curves?;
        written.extend(moments?);
        Ok(written)
    }
}

/// Days of doses of any drug, by `drugs.csv`.
pub fn dose_days(drugs: &Table) -> Vec<f64> {
    Happened::read(Some(drugs), None, None).days()
}
