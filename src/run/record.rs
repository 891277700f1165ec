//! What a run records on its way: rows, digests and moments for maps, and the files that they become.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::column::Entry;
use crate::engine::fingerprint::{Field, fields, whole};
use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::parts::part::Now;
use crate::engine::parts::radiation::supply::dose_gy;
use crate::numerics::files::read_text;
use crate::observe::books;
use crate::observe::picture::{Slice, slices};
use crate::observe::series::{columns, row};
use crate::observe::tumour::{CLONES, clones};
use crate::observe::volume::Volume;
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::curves::{write_clone_curves, write_curves, write_part};
use crate::plot::film::write_film;
use crate::plot::map::{Cut, Frame, write_dose_map, write_maps};
use crate::plot::ticks::decimal;
use crate::run::simulation::Simulation;
use crate::run::solid;
use crate::run::tables::{Tables, files, in_step};
use crate::scenario::build::Loaded;
use crate::therapy::irradiation::Fraction;
use crate::tissue::grid::Grid;
use crate::tissue::population::OsteoblastStage;

/// Frames of the film at least, where there are as many ticks.
const FILM_FRAMES: f64 = 60.0;

/// Rows of `digests.csv` in a run, about.
const MOST_PRINTS: f64 = 60.0;

/// Names of tables that a run may write beside those of its parts.
const TABLES: [&str; 3] = ["series.csv", "ledger.csv", "digests.csv"];

/// Names of all tables that a run may write.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().chain(files())
}

/// Hexadecimal digits that are kept of the digest of a part.
const PART_DIGITS: usize = 8;

/// Digests of all parts of the state at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// Tick.
    pub tick: u32,
    /// Digest of the whole, then of each part.
    pub digests: Vec<String>,
}

/// A map yet to be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Moment {
    day: f64,
    caption: String,
    slices: Vec<Slice>,
    /// What a picture in space shows; none of a section, nor of a frame of the film.
    volume: Option<Volume>,
}

/// True when the present time is a multiple of an interval, h.
fn is_due(simulation: &Simulation, every_h: f64) -> bool {
    let turns = simulation.state.time_h / every_h;
    (turns - turns.round()).abs() * every_h < 0.5 * simulation.model.tick_h
}

/// True when `series.csv` has a row of the present time.
pub fn has_row(loaded: &Loaded, simulation: &Simulation) -> bool {
    let every_h = loaded.scenario.output.series_every.get();
    simulation.is_past_burn_in() && (is_due(simulation, every_h) || simulation.is_done())
}

/// A count with its thousands set apart.
fn count(number: usize) -> String {
    decimal(i64::try_from(number).unwrap_or(i64::MAX), 0)
}

/// Hours of a day.
const DAY_H: f64 = 24.0;

/// Time between frames of the film, h.
fn film_every_h(loaded: &Loaded) -> f64 {
    let asked_h = loaded.scenario.output.film_every.get();
    if asked_h > 0.0 {
        return asked_h;
    }
    let run = &loaded.scenario.run;
    let most_h = run.duration.get() / FILM_FRAMES + 1e-9;
    if most_h >= DAY_H {
        return (most_h / DAY_H).floor() * DAY_H;
    }
    // Whole parts of a day, so that frames come at the same hours of each.
    let parts = (1..=24).map(|parts| DAY_H / f64::from(parts));
    let is_ticks = |every_h: &f64| {
        let ticks = every_h / run.tick.get();
        ticks > 0.5 && (ticks - ticks.round()).abs() < 1e-9
    };
    let mut fitting = parts.filter(is_ticks);
    fitting
        .find(|&every_h| every_h <= most_h)
        .unwrap_or(run.tick.get())
}

/// Frames that the film of a run will have.
pub fn frames(loaded: &Loaded) -> f64 {
    (loaded.scenario.run.duration.get() / film_every_h(loaded)).ceil() + 1.0
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
}

impl Record {
    /// An empty record.
    pub fn new(loaded: &Loaded) -> Self {
        let signals = loaded.scenario.parameters().signal_names();
        Self {
            series: Table {
                columns: columns(&signals),
                rows: Vec::new(),
            },
            ledger: Table {
                columns: books::columns(&signals),
                rows: Vec::new(),
            },
            tables: Tables::default(),
            highest: BTreeMap::new(),
            fractions: Vec::new(),
            parts: Vec::new(),
            prints: Vec::new(),
            maps: Vec::new(),
            film: Vec::new(),
        }
    }

    /// Records what is due at this time; nothing before day 0.
    pub fn take(&mut self, loaded: &Loaded, simulation: &Simulation) {
        if !simulation.is_past_burn_in() {
            return;
        }
        let is_last = simulation.is_done();
        let output = &loaded.scenario.output;
        let film_every_h = film_every_h(loaded);
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
        let due = |every: f64| is_due(simulation, every);
        if has_row(loaded, simulation) {
            self.series.rows.push(row(model, state, scratch));
            self.ledger.rows.push(books::row(state));
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
        if has_row {
            self.highest.clear();
        }
        let asked = output
            .map_days
            .iter()
            .any(|day| (day * 24.0 - state.time_h).abs() < 0.5 * model.tick_h);
        let film = due(film_every_h) || is_last;
        let map = asked || is_last || state.time_h.abs() < 1e-9;
        if film || map {
            let moment = self.moment(simulation);
            if map {
                self.maps.push(Moment {
                    volume: Volume::of(model, state),
                    ..moment.clone()
                });
            }
            if film {
                self.film.push(moment);
            }
        }
    }

    /// What is put on record of the clones and by parts.
    fn entries(&self, simulation: &Simulation, has_row: bool) -> Vec<Entry> {
        let Simulation { model, state, .. } = simulation;
        let columns = |file: &str| {
            let table = self.tables.get(file);
            table.map_or(&[][..], |table| &table.columns)
        };
        let clones = has_row.then(|| clones(model, state)).flatten();
        let clones = clones.map(|cells| Entry::Row {
            table: CLONES,
            cells,
        });
        let of_parts = each::record(&Now {
            model,
            state,
            has_row,
            is_last: simulation.is_done(),
            highest: &self.highest,
            columns: &columns,
        });
        clones.into_iter().chain(of_parts).collect()
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

    /// Days of doses and fractions.
    fn marked_days(&self) -> Vec<f64> {
        let drugs = self.tables.get("drugs.csv");
        let mut days = drugs.map_or_else(Vec::new, dose_days);
        days.extend(self.fractions.iter().map(|fraction| fraction.time_h / 24.0));
        days
    }

    /// Holds a record that was read back against itself.
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
        for slice in self.maps.iter().chain(&self.film).flat_map(|at| &at.slices) {
            let [a, b] = slice.axes;
            let fits = a.max(b).max(slice.fixed) < 3
                && slice.layer < grid.dims[slice.fixed]
                && slice.shown.len() == grid.dims[a] * grid.dims[b];
            if !fits {
                return Err("a map that does not fit the lattice".to_owned());
            }
        }
        for moment in self.maps.iter().chain(&self.film) {
            if let Some(volume) = &moment.volume {
                volume.check(grid)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, simulation: &Simulation) {
        // A state is a struct, and hashing writes to memory: neither fails.
        let found = fields(&simulation.state).unwrap_or_default();
        if self.parts.is_empty() {
            self.parts = found.iter().map(|part| part.path.clone()).collect();
        }
        let mut digests = vec![whole(&found).to_hex()[..2 * PART_DIGITS].to_owned()];
        digests.extend(
            found
                .iter()
                .map(|Field { digest, .. }| digest.to_hex()[..PART_DIGITS].to_owned()),
        );
        self.prints.push(Prints {
            tick: simulation.state.tick,
            digests,
        });
    }

    fn moment(&self, simulation: &Simulation) -> Moment {
        let Simulation { model, state, .. } = simulation;
        let bv_tv = state.bv_tv(model);
        let start = self.series.rows.first().map_or(bv_tv, |row| row[1]);
        let stages = state.osteoblasts.stage.iter();
        let mature = stages
            .filter(|&&stage| stage == OsteoblastStage::Mature)
            .count();
        Moment {
            day: state.day(),
            caption: format!(
                "BV/TV {:.1} % ({:+.1} % of day 0); osteoclasts {}, osteoblasts {}, precursors {}, tumour \
                 cells {}",
                100.0 * bv_tv,
                100.0 * (bv_tv / start - 1.0),
                count(state.osteoclasts.len()),
                count(mature),
                count(state.osteoblasts.len() - mature),
                count(state.tumour.len())
            )
            .replace('-', "\u{2212}"),
            slices: slices(model, state),
            volume: None,
        }
    }

    /// `digests.csv`: tick, digest of the state, digests of its parts.
    fn digests_csv(&self) -> String {
        let mut text = format!("tick,state,{}\n", self.parts.join(","));
        for prints in &self.prints {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{}", prints.tick, prints.digests.join(","));
        }
        text
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

    /// Writes the curves, maps and the film, and returns where.
    ///
    /// # Errors
    /// [`OutputError`] of a file that cannot be written or drawn.
    pub fn write_pictures(
        &self,
        plots: &Path,
        title: &str,
        grid: &Grid,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let days = self.marked_days();
        let series = std::slice::from_ref(&self.series);
        let mut written = write_curves(plots, title, series, &days)?;
        if let Some(clones) = self.tables.get(CLONES) {
            written.extend(write_clone_curves(plots, title, clones, &days)?);
        }
        for picture in each::PICTURES.iter().copied().flatten() {
            if let Some(table) = self.tables.get(picture.table) {
                written.extend(write_part(plots, title, picture, table, &days)?);
            }
        }
        for moment in &self.maps {
            written.extend(write_maps(plots, title, &self.frame(moment, grid))?);
        }
        written.extend(solid::pictures(plots, title, &self.volumes())?);
        written.extend(self.write_dose_map(plots, title, grid)?);
        let film: Vec<Frame> = self
            .film
            .iter()
            .map(|moment| self.frame(moment, grid))
            .collect();
        let path = plots.join("map.gif");
        write_film(&path, title, &film, &self.series)?;
        written.push(path);
        Ok(written)
    }
}

impl Record {
    /// Volumes of the days of maps, of a lattice in space: day 0 is the first of them.
    pub fn volumes(&self) -> Vec<&Volume> {
        let moments = self.maps.iter();
        moments
            .filter_map(|moment| moment.volume.as_ref())
            .collect()
    }

    /// Draws the sum of all fractions over the last map.
    fn write_dose_map(
        &self,
        plots: &Path,
        title: &str,
        grid: &Grid,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let (Some(moment), Some(last)) = (self.maps.last(), self.fractions.last()) else {
            return Ok(Vec::new());
        };
        let dose_gy: Vec<Vec<f64>> = moment
            .slices
            .iter()
            .map(|slice| {
                let sites = slice.shown.len();
                let width = grid.dims[slice.axes[0]];
                let site = |pixel: usize| {
                    let mut at = [0; 3];
                    at[slice.axes[0]] = pixel % width;
                    at[slice.axes[1]] = pixel / width;
                    at[slice.fixed] = slice.layer;
                    grid.index(at[0], at[1], at[2])
                };
                let total = |pixel: usize| {
                    let doses = self.fractions.iter();
                    doses.fold(0.0, |sum, fraction| {
                        sum + dose_gy(grid, fraction, site(pixel))
                    })
                };
                (0..sites).map(total).collect()
            })
            .collect();
        let caption = format!(
            "{} fraction{}, the last on day {:.1}, of {} Gy at the isocentre; tissue of day {:.0}",
            self.fractions.len(),
            if self.fractions.len() == 1 { "" } else { "s" },
            last.time_h / 24.0,
            last.dose_gy,
            moment.day
        );
        write_dose_map(
            plots,
            &format!("{title}: dose of all fractions"),
            &caption,
            &self.frame(moment, grid).cuts,
            &dose_gy,
        )
    }
}

/// Ending of the columns that count doses.
const DOSES: &str = "_doses";

/// Days of doses as the rows show them: the row before the count rises.
pub fn dose_days(drugs: &Table) -> Vec<f64> {
    let counts: Vec<usize> = (0..drugs.columns.len())
        .filter(|&column| drugs.columns[column].ends_with(DOSES))
        .collect();
    drugs
        .rows
        .windows(2)
        .filter(|pair| counts.iter().any(|&at| pair[1][at] > pair[0][at]))
        .map(|pair| pair[0][0])
        .collect()
}

impl Record {
    fn frame(&self, moment: &Moment, grid: &Grid) -> Frame {
        const NAMES: [&str; 3] = ["x", "y", "z"];
        let clones = self.tables.get(CLONES);
        let columns = clones.iter().flat_map(|table| &table.columns);
        let clones = columns.filter_map(|column| column.strip_suffix("_cells"));
        let cuts = moment
            .slices
            .iter()
            .map(|slice| Cut {
                name: if grid.is_section() {
                    String::new()
                } else {
                    format!(
                        "at {} = {:.2} mm",
                        NAMES[slice.fixed],
                        (slice.layer as f64 + 0.5) * grid.edge_um / 1e3
                    )
                },
                axes: [NAMES[slice.axes[0]], NAMES[slice.axes[1]]],
                width: grid.dims[slice.axes[0]],
                height: grid.dims[slice.axes[1]],
                pixel_um: grid.edge_um,
                tissue: slice.shown.clone(),
            })
            .collect();
        Frame {
            day: moment.day,
            caption: moment.caption.clone(),
            cuts,
            clones: clones.map(str::to_owned).collect(),
        }
    }
}

/// Reads `digests.csv`: names of the parts, and the rows.
///
/// # Errors
/// [`OutputError`] that names the file and the line of what does not read.
pub fn read_prints(path: &Path) -> Result<(Vec<String>, Vec<Prints>), OutputError> {
    let text = read_text(path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    let wrong = |line: usize, message: String| OutputError::Table {
        path: path.to_path_buf(),
        line,
        message,
    };
    let mut lines = text.lines();
    let heads: Vec<String> = lines
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned)
        .collect();
    if heads.len() < 2 || heads[0] != "tick" || heads[1] != "state" {
        return Err(wrong(
            1,
            "expected the columns tick, state and parts".to_owned(),
        ));
    }
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        let mut cells = line.split(',');
        let tick = cells.next().unwrap_or_default();
        let tick = tick
            .parse()
            .map_err(|_| wrong(index + 2, format!("found \"{tick}\", expected a tick")))?;
        let digests: Vec<String> = cells.map(str::to_owned).collect();
        if digests.len() + 1 != heads.len() {
            return Err(wrong(
                index + 2,
                format!("{} values under {} columns", digests.len() + 1, heads.len()),
            ));
        }
        rows.push(Prints { tick, digests });
    }
    Ok((heads[2..].to_vec(), rows))
}
