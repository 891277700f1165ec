//! What a run records on its way: rows, digests and moments for maps, and the files that they become.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::biology::tumour::clones::PARENTAL;
use crate::engine::fingerprint::{Field, fields, whole};
use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::parts::part::Now;
use crate::engine::parts::radiation::supply::dose_gy;
use crate::numerics::files::read_text;
use crate::numerics::reduce::ordered_sum;
use crate::observe::picture::{Slice, slices};
use crate::observe::series::{columns, row};
use crate::observe::tumour::{COLONISATION, clone_columns, clones, colonisation};
use crate::observe::volume::Volume;
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::curves::{
    PLASMA_MAX, write_clone_curves, write_curves, write_drug_curves, write_part,
};
use crate::plot::film::write_film;
use crate::plot::map::{Cut, Frame, write_dose_map, write_maps};
use crate::plot::ticks::decimal;
use crate::run::simulation::Simulation;
use crate::run::solid;
use crate::run::tables::{Tables, files, in_step};
use crate::scenario::build::Loaded;
use crate::therapy::irradiation::Fraction;
use crate::therapy::plan::{ConditionalCourse, Dates};
use crate::tissue::grid::Grid;
use crate::tissue::population::OsteoblastStage;

/// Frames of the film at least, where there are as many ticks.
const FILM_FRAMES: f64 = 60.0;

/// Rows of `digests.csv` in a run, about.
const MOST_PRINTS: f64 = 60.0;

/// Names of tables that a run may write beside those of its parts.
const TABLES: [&str; 6] = [
    "series.csv",
    "ledger.csv",
    "drugs.csv",
    "clones.csv",
    "colonisation.csv",
    "digests.csv",
];

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
    /// Rows of `clones.csv`; without columns where the tumour has one clone.
    pub clones: Table,
    /// Rows of `colonisation.csv`; without columns where no cell comes from the circulation.
    pub colonisation: Table,
    /// Rows of `drugs.csv`; without columns where no drug is given.
    pub drugs: Table,
    /// Highest level of each drug in plasma since the last row of `drugs.csv`, mg/L.
    peaks_mg_per_l: BTreeMap<String, f64>,
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
        let mut ledger = vec!["time_d".to_owned()];
        for name in loaded.scenario.parameters().signal_names() {
            for entry in ["made", "released", "decayed", "leaked", "change"] {
                ledger.push(format!("{name}_{entry}_amol"));
            }
        }
        let scenario = &loaded.scenario;
        let mut names = vec![PARENTAL];
        names.extend(scenario.tumour.clones.keys().map(String::as_str));
        let arrivals = scenario.colonisation.iter().flat_map(|_| COLONISATION);
        Self {
            clones: Table {
                columns: clone_columns(&names),
                rows: Vec::new(),
            },
            colonisation: Table {
                columns: arrivals.map(str::to_owned).collect(),
                rows: Vec::new(),
            },
            series: Table {
                columns: columns(&scenario.parameters().signal_names()),
                rows: Vec::new(),
            },
            ledger: Table {
                columns: ledger,
                rows: Vec::new(),
            },
            drugs: Table {
                columns: if loaded.scenario.therapy.is_empty() {
                    Vec::new()
                } else {
                    let courses = loaded.scenario.therapy.iter();
                    drug_columns(
                        loaded.scenario.drugs.keys().map(String::as_str),
                        courses
                            .filter(|(_, course)| course.is_conditional())
                            .map(|(name, _)| name.as_str()),
                    )
                },
                rows: Vec::new(),
            },
            peaks_mg_per_l: BTreeMap::new(),
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
        for (agent, &peak) in model.plan.agents.iter().zip(&scratch.drug_peaks_mg_per_l) {
            let so_far = self.peaks_mg_per_l.entry(agent.name.clone()).or_default();
            *so_far = so_far.max(peak);
        }
        if has_row(loaded, simulation) {
            self.series.rows.push(row(model, state, scratch));
            let mut entries = vec![state.day()];
            for book in &state.ledger.total {
                entries.extend([
                    book.made,
                    book.released,
                    book.decayed,
                    book.leaked,
                    book.change,
                ]);
            }
            self.ledger.rows.push(entries);
            if !self.clones.columns.is_empty() {
                self.clones.rows.push(clones(model, state));
            }
            if !self.colonisation.columns.is_empty() {
                self.colonisation.rows.push(colonisation(state));
            }
            self.take_drugs(simulation);
            self.fractions.clone_from(&state.parts.radiation.fractions);
            // Some tens of digests say where two runs part ways; each costs as much as part of a tick.
            let rows = loaded.scenario.run.duration.get() / output.series_every.get();
            let turn = (rows / MOST_PRINTS).ceil().max(1.0) as usize;
            if (self.series.rows.len() - 1).is_multiple_of(turn) || is_last {
                self.print(simulation);
            }
        }
        self.take_parts(simulation, has_row(loaded, simulation));
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

    /// What parts put on record.
    fn take_parts(&mut self, simulation: &Simulation, has_row: bool) {
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
        each::watch(model, scratch, &mut self.highest);
        let columns = |file: &str| {
            self.tables
                .get(file)
                .map_or(&[][..], |table| &table.columns)
        };
        let entries = each::record(&Now {
            model,
            state,
            has_row,
            is_last: simulation.is_done(),
            highest: &self.highest,
            columns: &columns,
        });
        for entry in entries {
            self.tables.enter(entry, &self.series);
        }
        if has_row {
            self.highest.clear();
        }
    }

    /// One row of `drugs.csv`. An arm may bring drugs and courses that the rows of its past do not have.
    fn take_drugs(&mut self, simulation: &Simulation) {
        let Simulation { model, state, .. } = simulation;
        let plan = &model.plan;
        let table = &mut self.drugs;
        let agents = || plan.agents.iter().map(|agent| agent.name.as_str());
        let courses = || plan.conditional.iter().map(|entry| entry.name.as_str());
        let known = |table: &Table, name: &str, ending: &str| {
            table.columns.contains(&format!("{name}{ending}"))
        };
        let is_new = agents().any(|drug| !known(table, drug, PLASMA))
            || courses().any(|course| !known(table, course, STARTED));
        if !plan.is_empty() && is_new {
            let before = table.columns.clone();
            let names_of = |ending: &str| -> Vec<String> {
                let names = before.iter();
                let names = names.filter_map(|column| column.strip_suffix(ending));
                names.map(str::to_owned).collect()
            };
            let mut drugs: BTreeSet<String> = names_of(PLASMA).into_iter().collect();
            drugs.extend(agents().map(str::to_owned));
            let mut begun: BTreeSet<String> = names_of(STARTED).into_iter().collect();
            begun.extend(courses().map(str::to_owned));
            let columns = drug_columns(
                drugs.iter().map(String::as_str),
                begun.iter().map(String::as_str),
            );
            let past = self.series.rows.len() - 1;
            table.rows = (0..past)
                .map(|row| {
                    let value = |column: &String| {
                        let place = before.iter().position(|name| name == column);
                        place.map_or_else(|| missing(column), |place| table.rows[row][place])
                    };
                    let mut values: Vec<f64> = columns.iter().map(value).collect();
                    values[0] = self.series.rows[row][0];
                    values
                })
                .collect();
            table.columns = columns;
        }
        if table.columns.is_empty() {
            return;
        }
        let calendar = plan.calendar(&state.courses.dates);
        let bodies: BTreeMap<&str, [f64; 5]> = agents()
            .zip(&state.drugs)
            .enumerate()
            .map(|(drug, (name, body))| {
                let given = calendar
                    .iter()
                    .filter(|dose| dose.agent == drug && dose.time_h / 24.0 < state.day() - 1e-9);
                let doses = given.count() as f64;
                let peak = self.peaks_mg_per_l.get(name).copied();
                let values = [
                    body.plasma_mg_per_l,
                    peak.unwrap_or_default(),
                    body.site_pm,
                    body.given_mg,
                    doses,
                ];
                (name, values)
            })
            .collect();
        let now_h = state.time_h;
        let began = |entry: &ConditionalCourse, dates: &Dates| {
            entry.start_h(dates).filter(|&start_h| start_h <= now_h)
        };
        let dates: BTreeMap<&str, [Option<f64>; 2]> = courses()
            .zip(plan.conditional.iter().zip(&state.courses.dates))
            .map(|(name, (entry, dates))| (name, [began(entry, dates), dates.stopped_h]))
            .collect();
        let mut row = vec![state.day()];
        let names = table.columns.iter();
        for name in names.filter_map(|name| name.strip_suffix(PLASMA)) {
            // A drug that an arm left out is gone, and with it its count.
            row.extend(bodies.get(name).copied().unwrap_or_default());
        }
        let book = state.bone_drug;
        let on_bone = &state.bone.drug_amol;
        row.extend([
            ordered_sum(on_bone.len(), |site| f64::from(on_bone[site])),
            book.bound,
            book.taken_up,
            book.carried_away,
            book.given_back,
        ]);
        let names = table.columns.iter();
        for name in names.filter_map(|name| name.strip_suffix(STARTED)) {
            let dates = dates.get(name).copied().unwrap_or_default();
            row.extend(dates.map(|time_h| time_h.map_or(NOT_YET, |time_h| time_h / 24.0)));
        }
        table.rows.push(row);
        self.peaks_mg_per_l.clear();
    }

    /// Days of doses and fractions.
    fn marked_days(&self) -> Vec<f64> {
        let mut days = dose_days(&self.drugs);
        days.extend(self.fractions.iter().map(|fraction| fraction.time_h / 24.0));
        days
    }

    /// Holds a record that was read back against itself.
    ///
    /// # Errors
    /// What is not in step.
    pub fn check(&self, model: &Model) -> Result<(), String> {
        let grid = &model.grid;
        for table in [
            &self.series,
            &self.ledger,
            &self.drugs,
            &self.clones,
            &self.colonisation,
        ] {
            in_step(table)?;
        }
        self.tables.check()?;
        if self.series.columns != columns(&model.signals) {
            return Err("a series of other columns".to_owned());
        }
        let is_level = |peak: &f64| (0.0..=f64::MAX).contains(peak);
        let highest = self.peaks_mg_per_l.values().chain(self.highest.values());
        if !highest.copied().all(|peak| is_level(&peak)) {
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
        for (table, file) in [
            (&self.drugs, "drugs.csv"),
            (&self.clones, "clones.csv"),
            (&self.colonisation, "colonisation.csv"),
        ] {
            if !table.columns.is_empty() {
                table.write_csv(&to(file))?;
            }
        }
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
        if !self.drugs.columns.is_empty() {
            let days = dose_days(&self.drugs);
            written.extend(write_drug_curves(plots, title, &self.drugs, &days)?);
        }
        if !self.clones.columns.is_empty() {
            written.extend(write_clone_curves(plots, title, &self.clones, &days)?);
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

/// Ending of the columns of plasma levels, the first of each drug.
const PLASMA: &str = "_plasma_mg_per_l";

/// Endings of the columns with the days on which a course began and ended by a condition.
const STARTED: &str = "_started_d";
const STOPPED: &str = "_stopped_d";

/// The day of what has not happened yet: no day of a run lies before day 0.
const NOT_YET: f64 = -1.0;

/// What a column holds in the rows before it came.
fn missing(column: &str) -> f64 {
    if column.ends_with(STARTED) || column.ends_with(STOPPED) {
        NOT_YET
    } else {
        0.0
    }
}

/// Columns of `drugs.csv`: mean levels of the last tick, the highest level in plasma since the row
/// before, what was given until now, what lies on bone, and the days on which courses began and ended
/// by a condition.
fn drug_columns<'a>(
    drugs: impl Iterator<Item = &'a str>,
    courses: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut columns = vec!["time_d".to_owned()];
    for name in drugs {
        for entry in [PLASMA, PLASMA_MAX, "_site_pm", "_given_mg", DOSES] {
            columns.push(format!("{name}{entry}"));
        }
    }
    columns.extend(
        [
            "bone_drug_on_bone_amol",
            "bone_drug_bound_amol",
            "bone_drug_taken_up_amol",
            "bone_drug_carried_away_amol",
            "bone_drug_given_back_amol",
        ]
        .map(str::to_owned),
    );
    for name in courses {
        columns.extend([STARTED, STOPPED].map(|entry| format!("{name}{entry}")));
    }
    columns
}

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
        let columns = self.clones.columns.iter();
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
