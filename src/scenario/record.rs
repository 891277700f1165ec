//! What a run records on its way: rows, digests and moments for maps, and the files that they become.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::biology::tumour::clones::PARENTAL;
use crate::engine::parts::{Part, parts};
use crate::observe::immune;
use crate::observe::picture::{Slice, slices};
use crate::observe::series::{COLUMNS, row};
use crate::observe::tumour::{COLONISATION, clone_columns, clones, colonisation};
use crate::output::curves::{
    write_clone_curves, write_curves, write_drug_curves, write_immune_curves, write_patient_curves,
};
use crate::output::map::{Cut, Frame, write_gif, write_map};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::patient;
use crate::scenario::build::{Loaded, Simulation};
use crate::tissue::grid::Grid;

/// Frames of the film.
const FILM_FRAMES: f64 = 24.0;

/// Rows of `digests.csv` in a run, about.
const MOST_PRINTS: f64 = 60.0;

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
}

/// True when the present time is a multiple of an interval, h.
fn is_due(simulation: &Simulation, every_h: f64) -> bool {
    let turns = simulation.state.time_h / every_h;
    (turns - turns.round()).abs() * every_h < 0.5 * simulation.model.tick_h
}

/// True when `series.csv` has a row of the present time.
pub fn has_row(loaded: &Loaded, simulation: &Simulation) -> bool {
    let every_h = loaded.scenario.output.series_every.get().clamp(1e-3, 24.0);
    simulation.is_past_burn_in() && (is_due(simulation, every_h) || simulation.is_done())
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
    /// Rows of `patient.csv`; without columns where no patient is followed.
    pub patient: Table,
    /// Rows of `immune.csv`; without columns where there are no immune cells.
    pub immune: Table,
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
                columns: COLUMNS.iter().map(|&name| name.to_owned()).collect(),
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
                    drug_columns(loaded.scenario.drugs.keys().map(String::as_str))
                },
                rows: Vec::new(),
            },
            patient: Table {
                columns: match loaded.scenario.patient {
                    Some(_) => patient::COLUMNS.map(str::to_owned).to_vec(),
                    None => Vec::new(),
                },
                rows: Vec::new(),
            },
            immune: Table {
                columns: match loaded.scenario.immune {
                    Some(_) => immune::COLUMNS.map(str::to_owned).to_vec(),
                    None => Vec::new(),
                },
                rows: Vec::new(),
            },
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
        let film_every_h = if output.film_every.get() > 0.0 {
            output.film_every.get()
        } else {
            let duration_h = loaded.scenario.run.duration.get();
            (duration_h / FILM_FRAMES / 24.0).ceil().max(1.0) * 24.0
        };
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
        let due = |every: f64| is_due(simulation, every);
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
            if !self.immune.columns.is_empty() {
                self.immune.rows.push(immune::row(model, state));
            }
            self.take_drugs(simulation);
            if let (Some(patient), Some(body)) = (&model.patient, &state.patient) {
                self.patient.rows.push(patient.row(body, state.day()));
            }
            // Some tens of digests say where two runs part ways; each costs as much as part of a tick.
            let rows =
                loaded.scenario.run.duration.get() / output.series_every.get().clamp(1e-3, 24.0);
            let turn = (rows / MOST_PRINTS).ceil().max(1.0) as usize;
            if (self.series.rows.len() - 1).is_multiple_of(turn) || is_last {
                self.print(simulation);
            }
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
                self.maps.push(moment.clone());
            }
            if film {
                self.film.push(moment);
            }
        }
    }

    /// One row of `drugs.csv`. An arm may bring drugs that the rows of its past do not have.
    fn take_drugs(&mut self, simulation: &Simulation) {
        let Simulation { model, state, .. } = simulation;
        let table = &mut self.drugs;
        let agents = || model.plan.agents.iter().map(|agent| agent.name.as_str());
        let known = |table: &Table, drug: &str| table.columns.contains(&format!("{drug}{PLASMA}"));
        if !model.plan.doses.is_empty() && agents().any(|drug| !known(table, drug)) {
            let mut names: BTreeSet<&str> = agents().collect();
            let before = table.columns.clone();
            names.extend(
                before
                    .iter()
                    .filter_map(|column| column.strip_suffix(PLASMA)),
            );
            let columns = drug_columns(names.into_iter());
            let past = self.series.rows.len() - 1;
            table.rows = (0..past)
                .map(|row| {
                    let value = |column: &String| {
                        let place = before.iter().position(|name| name == column);
                        place.map_or(0.0, |place| table.rows[row][place])
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
        let bodies: BTreeMap<&str, [f64; 4]> = agents()
            .zip(&state.drugs)
            .enumerate()
            .map(|(drug, (name, body))| {
                let given = model
                    .plan
                    .days(drug)
                    .filter(|&day| day < state.day() - 1e-9);
                let doses = given.count() as f64;
                (
                    name,
                    [body.plasma_mg_per_l, body.site_pm, body.given_mg, doses],
                )
            })
            .collect();
        let mut row = vec![state.day()];
        for name in table
            .columns
            .iter()
            .filter_map(|name| name.strip_suffix(PLASMA))
        {
            // A drug that an arm left out is gone, and with it its count.
            row.extend(bodies.get(name).copied().unwrap_or_default());
        }
        let book = state.bone_drug;
        row.extend([book.bound, book.taken_up, book.carried_away]);
        table.rows.push(row);
    }

    /// Holds a record that was read back against itself.
    ///
    /// # Errors
    /// What is not in step.
    pub fn check(&self, grid: &Grid) -> Result<(), String> {
        for table in [
            &self.series,
            &self.ledger,
            &self.drugs,
            &self.clones,
            &self.colonisation,
            &self.patient,
            &self.immune,
        ] {
            if let Some(row) = table
                .rows
                .iter()
                .find(|row| row.len() != table.columns.len())
            {
                return Err(format!(
                    "a row of {} values under {} columns",
                    row.len(),
                    table.columns.len()
                ));
            }
        }
        if self.series.columns != COLUMNS {
            return Err("a series of other columns".to_owned());
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
        Ok(())
    }

    fn print(&mut self, simulation: &Simulation) {
        // A state is a struct, and hashing writes to memory: neither fails.
        let found = parts(&simulation.state).unwrap_or_default();
        if self.parts.is_empty() {
            self.parts = found.iter().map(|part| part.path.clone()).collect();
        }
        let mut whole = blake3::Hasher::new();
        for part in &found {
            whole.update(part.digest.as_bytes());
        }
        let mut digests = vec![whole.finalize().to_hex()[..2 * PART_DIGITS].to_owned()];
        digests.extend(
            found
                .iter()
                .map(|Part { digest, .. }| digest.to_hex()[..PART_DIGITS].to_owned()),
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
        Moment {
            day: state.day(),
            caption: format!(
                "BV/TV {:.1} % ({:+.1} % of day 0), {} osteoclasts, {} osteoblasts, {} tumour cells",
                100.0 * bv_tv,
                100.0 * (bv_tv / start - 1.0),
                state.osteoclasts.len(),
                state.osteoblasts.len(),
                state.tumour.len()
            ),
            slices: slices(model, state),
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

    /// Writes the tables.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn write_tables(&self, folder: &Path) -> Result<(), OutputError> {
        self.series.write_csv(&folder.join("series.csv"))?;
        self.ledger.write_csv(&folder.join("ledger.csv"))?;
        for (table, file) in [
            (&self.drugs, "drugs.csv"),
            (&self.clones, "clones.csv"),
            (&self.colonisation, "colonisation.csv"),
            (&self.immune, "immune.csv"),
        ] {
            if !table.columns.is_empty() {
                table.write_csv(&folder.join(file))?;
            }
        }
        if !self.patient.columns.is_empty() {
            self.patient.write_csv(&folder.join("patient.csv"))?;
        }
        write_whole(&folder.join("digests.csv"), self.digests_csv().as_bytes())
    }

    /// Writes the curves, maps and the film.
    ///
    /// # Errors
    /// [`OutputError`] of a file that cannot be written or drawn.
    pub fn write_pictures(
        &self,
        plots: &Path,
        title: &str,
        grid: &Grid,
    ) -> Result<(), OutputError> {
        write_curves(
            plots,
            title,
            std::slice::from_ref(&self.series),
            &dose_days(&self.drugs),
        )?;
        if !self.drugs.columns.is_empty() {
            write_drug_curves(plots, title, &self.drugs)?;
        }
        if !self.clones.columns.is_empty() {
            write_clone_curves(plots, title, &self.clones, &dose_days(&self.drugs))?;
        }
        if !self.patient.columns.is_empty() {
            let days = dose_days(&self.drugs);
            write_patient_curves(plots, title, &self.patient, &days)?;
        }
        if !self.immune.columns.is_empty() {
            let days = dose_days(&self.drugs);
            write_immune_curves(plots, title, &self.immune, &days)?;
        }
        for moment in &self.maps {
            write_map(
                &plots.join(format!("map_d{:.0}.png", moment.day)),
                title,
                &moment.frame(grid),
            )?;
        }
        let film: Vec<Frame> = self.film.iter().map(|moment| moment.frame(grid)).collect();
        write_gif(&plots.join("map.gif"), title, &film)
    }
}

/// Ending of the columns that count doses.
const DOSES: &str = "_doses";

/// Ending of the columns of plasma levels, the first of each drug.
const PLASMA: &str = "_plasma_mg_per_l";

/// Columns of `drugs.csv`: mean levels of the last tick, and what was given until now.
fn drug_columns<'a>(drugs: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut columns = vec!["time_d".to_owned()];
    for name in drugs {
        for entry in [PLASMA, "_site_pm", "_given_mg", DOSES] {
            columns.push(format!("{name}{entry}"));
        }
    }
    columns.extend(
        [
            "bone_drug_bound_amol",
            "bone_drug_taken_up_amol",
            "bone_drug_carried_away_amol",
        ]
        .map(str::to_owned),
    );
    columns
}

/// Days of doses as the rows show them: the row before the count rises.
fn dose_days(drugs: &Table) -> Vec<f64> {
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

impl Moment {
    fn frame(&self, grid: &Grid) -> Frame {
        const NAMES: [&str; 3] = ["x", "y", "z"];
        let cuts = self
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
            day: self.day,
            caption: self.caption.clone(),
            cuts,
        }
    }
}

/// Reads `digests.csv`: names of the parts, and the rows.
///
/// # Errors
/// [`OutputError`] that names the file and the line of what does not read.
pub fn read_prints(path: &Path) -> Result<(Vec<String>, Vec<Prints>), OutputError> {
    let text = std::fs::read_to_string(path).map_err(|source| OutputError::Io {
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
