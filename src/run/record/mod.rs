//! What a run records on its way: rows, digests and moments for maps, and the files that they become.

mod digests;
mod moments;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::digests::{Prints, read_prints};
use self::moments::Moment;
pub use self::moments::frames;
use crate::biology::tumour::clones::PARENTAL;
use crate::engine::model::Model;
use crate::mechanics::follow_up;
use crate::numerics::reduce::ordered_sum;
use crate::observe::immune;
use crate::observe::radiation;
use crate::observe::series::{COLUMNS, columns, row};
use crate::observe::tumour::{COLONISATION, clone_columns, clones, colonisation};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::patient::bones::{self, Bones, events_csv};
use crate::patient::skeletal_events::Event;
use crate::patient::{self, Patient};
use crate::plot::curves::{
    PLASMA_MAX, write_clone_curves, write_curves, write_drug_curves, write_event_curves,
    write_immune_curves, write_patient_curves, write_radiation_curves, write_rigidity_curves,
};
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::therapy::irradiation::{FRACTION_COLUMNS, Fraction};
use crate::therapy::plan::{ConditionalCourse, Dates};
use crate::tissue::grid::Grid;

/// Rows of `digests.csv` in a run, about.
const MOST_PRINTS: f64 = 60.0;

/// Names of all tables that a run may write.
pub const TABLES: [&str; 13] = [
    "series.csv",
    "ledger.csv",
    "drugs.csv",
    "clones.csv",
    "colonisation.csv",
    "radiotherapy.csv",
    "immune.csv",
    "fractions.csv",
    "patient.csv",
    "events.csv",
    "rigidity.csv",
    "rigidity_cuts.csv",
    "digests.csv",
];

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
    /// Rows of `patient.csv`; without columns where no patient is followed.
    pub patient: Table,
    /// Rows of `radiotherapy.csv`; without columns where no radiation is given.
    pub radiotherapy: Table,
    /// Fractions, which become `fractions.csv`.
    pub fractions: Vec<Fraction>,
    /// What `events.csv` holds; none where no events are drawn.
    pub events: Option<Vec<Event>>,
    /// Rows of `rigidity.csv`; without columns where no rigidity is followed.
    pub rigidity: Table,
    /// Rows of `rigidity_cuts.csv`: every cut at day 0 and at the last reading.
    pub rigidity_cuts: Table,
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
            patient: Table {
                columns: patient_columns(scenario.patient.as_ref()),
                rows: Vec::new(),
            },
            events: scenario
                .patient
                .as_ref()
                .and_then(|patient| patient.skeletal_events.as_ref())
                .map(|_| Vec::new()),
            rigidity: Table {
                columns: match scenario.rigidity {
                    Some(_) => follow_up::COLUMNS.map(str::to_owned).to_vec(),
                    None => Vec::new(),
                },
                rows: Vec::new(),
            },
            immune: Table {
                columns: match scenario.immune {
                    Some(_) => immune::COLUMNS.map(str::to_owned).to_vec(),
                    None => Vec::new(),
                },
                rows: Vec::new(),
            },
            rigidity_cuts: Table {
                columns: match scenario.rigidity {
                    Some(_) => follow_up::CUT_COLUMNS.map(str::to_owned).to_vec(),
                    None => Vec::new(),
                },
                rows: Vec::new(),
            },
            radiotherapy: Table {
                columns: if scenario.radiotherapy.is_empty() {
                    Vec::new()
                } else {
                    radiation::COLUMNS.map(str::to_owned).to_vec()
                },
                rows: Vec::new(),
            },
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
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
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
            if !self.immune.columns.is_empty() {
                self.immune.rows.push(immune::row(model, state));
            }
            self.take_drugs(simulation);
            self.take_radiation(simulation);
            if let (Some(patient), Some(body)) = (&model.patient, &state.patient) {
                let mut row = patient.row(body, state.day());
                row.extend(state.bones.iter().flat_map(Bones::row));
                self.patient.rows.push(row);
            }
            // Some tens of digests say where two runs part ways; each costs as much as part of a tick.
            let rows = loaded.scenario.run.duration.get() / output.series_every.get();
            let turn = (rows / MOST_PRINTS).ceil().max(1.0) as usize;
            if (self.series.rows.len() - 1).is_multiple_of(turn) || is_last {
                self.print(simulation);
            }
        }
        self.take_rigidity(simulation);
        if let (Some(events), Some(bones)) = (&mut self.events, &state.bones) {
            let all = &bones.course.events.all;
            events.extend(all.iter().skip(events.len()).copied());
        }
        self.take_moments(loaded, simulation);
    }

    /// One row of `rigidity.csv` at every reading, and at the end.
    fn take_rigidity(&mut self, simulation: &Simulation) {
        let Simulation { model, state, .. } = simulation;
        let (Some(law), Some(findings)) = (&model.rigidity, &state.rigidity) else {
            return;
        };
        let mut findings = Cow::Borrowed(findings);
        if (findings.read_h - state.time_h).abs() > 1e-6 {
            if !simulation.is_done() {
                return;
            }
            // What could be read at day 0 can be read at the end.
            if let Ok(now) = law.read(&model.grid, &state.bone) {
                let last = findings.to_mut();
                (last.now, last.read_h) = (now, state.time_h);
            }
        }
        self.rigidity.rows.extend(law.row(&findings));
        self.rigidity_cuts.rows = law.cut_rows(&model.grid, &findings);
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

    /// One row of `radiotherapy.csv`. An arm may bring radiation that its past does not have.
    fn take_radiation(&mut self, simulation: &Simulation) {
        let Simulation { model, state, .. } = simulation;
        let table = &mut self.radiotherapy;
        if table.columns.is_empty() {
            if model.radiotherapy.is_none() {
                return;
            }
            table.columns = radiation::COLUMNS.map(str::to_owned).to_vec();
            let past = self.series.rows.len() - 1;
            let cells = COLUMNS.iter().position(|&name| name == "tumour_cells");
            table.rows = self.series.rows[..past]
                .iter()
                .map(|row| radiation::row_before(row[0], cells.map_or(0.0, |at| row[at])))
                .collect();
        }
        table.rows.push(radiation::row(model, state));
        self.fractions.clone_from(&state.radiation.fractions);
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
        for table in [
            &self.series,
            &self.ledger,
            &self.drugs,
            &self.clones,
            &self.colonisation,
            &self.patient,
            &self.radiotherapy,
            &self.rigidity,
            &self.rigidity_cuts,
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
        if self.series.columns != columns(&model.signals) {
            return Err("a series of other columns".to_owned());
        }
        let is_level = |peak: &f64| (0.0..=f64::MAX).contains(peak);
        if !self.peaks_mg_per_l.values().all(is_level) {
            return Err("a highest level of a drug that is none".to_owned());
        }
        let width = self.parts.len() + 1;
        if self.prints.iter().any(|row| row.digests.len() != width) {
            return Err(format!("a row of digests that is not {width} long"));
        }
        self.check_moments(&model.grid)?;
        Ok(())
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
            (&self.radiotherapy, "radiotherapy.csv"),
            (&self.immune, "immune.csv"),
        ] {
            if !table.columns.is_empty() {
                table.write_csv(&to(file))?;
            }
        }
        if !self.radiotherapy.columns.is_empty() {
            Table {
                columns: FRACTION_COLUMNS.map(str::to_owned).to_vec(),
                rows: self.fractions.iter().map(Fraction::row).collect(),
            }
            .write_csv(&to("fractions.csv"))?;
        }
        if !self.patient.columns.is_empty() {
            self.patient.write_csv(&to("patient.csv"))?;
        }
        if let Some(events) = &self.events {
            let text = events_csv(events);
            write_whole(&to("events.csv"), text.as_bytes())?;
        }
        if !self.rigidity.columns.is_empty() {
            self.rigidity.write_csv(&to("rigidity.csv"))?;
            self.rigidity_cuts.write_csv(&to("rigidity_cuts.csv"))?;
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
        loaded: &Loaded,
        grid: &Grid,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let title = &loaded.title()[..];
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
        if !self.patient.columns.is_empty() {
            written.extend(write_patient_curves(plots, title, &self.patient, &days)?);
            if self.events.is_some() {
                written.extend(write_event_curves(plots, title, &self.patient, &days)?);
            }
        }
        if !self.rigidity.columns.is_empty() {
            let days = dose_days(&self.drugs);
            written.extend(write_rigidity_curves(plots, title, &self.rigidity, &days)?);
        }
        if !self.radiotherapy.columns.is_empty() {
            written.extend(write_radiation_curves(
                plots,
                title,
                &self.radiotherapy,
                &days,
            )?);
        }
        if !self.immune.columns.is_empty() {
            let days = dose_days(&self.drugs);
            written.extend(write_immune_curves(plots, title, &self.immune, &days)?);
        }
        written.extend(self.write_moments(plots, title, loaded.scenario.output.film, grid)?);
        Ok(written)
    }
}

/// Columns of `patient.csv`; none where no patient is followed.
fn patient_columns(patient: Option<&Patient>) -> Vec<String> {
    let Some(patient) = patient else {
        return Vec::new();
    };
    let events = patient.skeletal_events.iter();
    patient::COLUMNS
        .into_iter()
        .chain(events.flat_map(|_| bones::COLUMNS))
        .map(str::to_owned)
        .collect()
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
