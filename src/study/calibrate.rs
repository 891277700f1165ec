//! Calibration: which values of the parameters give series like the measured ones.

use std::path::Path;

use crate::numerics::quantity::Time;
use crate::observe::series::COLUMNS;
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::study::batch::{Event, Work, work_off};
use crate::study::file::{Fit, Method};
use crate::study::fit::{Best, Cma, FitError, Particle, Population, Smc};
use crate::study::pictures::{Curve, draw_curves};
use crate::study::plan::{Line, Study};
use crate::study::response::level;
use crate::study::sensitivity::interval;
use crate::study::store::{Outcome, Store};

/// A measured value of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// Time.
    pub time: Time,
    /// Column of `series.csv`.
    pub column: String,
    /// Value.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// Reads data: a CSV with the columns `time_d`, `column`, `value` and `error`.
///
/// # Errors
/// Names the file and the line of what does not fit.
pub fn read_data(path: &Path, duration_h: f64) -> Result<Vec<Datum>, OutputError> {
    let wrong = |line: u64, message: String| OutputError::Table {
        path: path.to_path_buf(),
        line: line as usize,
        message,
    };
    let broken = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(line, error.to_string())
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_path(path)
        .map_err(|error| broken(&error))?;
    let heads = reader.headers().map_err(|error| broken(&error))?;
    if heads != vec!["time_d", "column", "value", "error"] {
        return Err(wrong(
            1,
            "expected the columns time_d, column, value, error".to_owned(),
        ));
    }
    let mut data = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map_or(1, csv::Position::line);
        let number = |place: usize| {
            let text = record.get(place).unwrap_or_default();
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| wrong(line, format!("found \"{text}\", expected a number")))
        };
        let (day, value, error) = (number(0)?, number(2)?, number(3)?);
        let column = record.get(1).unwrap_or_default();
        if !COLUMNS.contains(&column) {
            let message = format!("found \"{column}\"; columns: {}", COLUMNS.join(", "));
            return Err(wrong(line, message));
        }
        if !(0.0..=duration_h / 24.0 + 1e-6).contains(&day) {
            let end = duration_h / 24.0;
            return Err(wrong(line, format!("found day {day}, expected 0 to {end}")));
        }
        if error <= 0.0 {
            let message = format!("found the error {error}, expected a number above zero");
            return Err(wrong(line, message));
        }
        data.push(Datum {
            time: Time::h(24.0 * day),
            column: column.to_owned(),
            value,
            error,
        });
    }
    if data.is_empty() {
        return Err(wrong(2, "there are no data".to_owned()));
    }
    Ok(data)
}

/// Root mean square of the differences between a series and data, each in units of its error.
pub fn distance(series: &Table, data: &[Datum]) -> Option<f64> {
    let days = series.column("time_d")?;
    let mut squares = 0.0;
    for datum in data {
        let values = series.column(&datum.column)?;
        let found = level(&days, &values, datum.time.get() / 24.0)?;
        squares += ((found - datum.value) / datum.error).powi(2);
    }
    let distance = (squares / data.len() as f64).sqrt();
    distance.is_finite().then_some(distance)
}

/// What a calibration found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Populations, the last of which is the posterior.
    Posterior(Vec<Population>),
    /// The best point.
    Best(Best),
}

/// A calibration on its way.
pub struct Calibration<'a> {
    /// Base and parameters.
    pub study: &'a Study,
    /// How to search.
    pub fit: &'a Fit,
    /// What to come near to.
    pub data: &'a [Datum],
    /// Where results are kept.
    pub store: &'a Store,
    /// How the runs are shared out; no result depends on it.
    pub work: Work,
    /// Asked whether to stop.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Told of every run.
    pub heard: &'a (dyn Fn(&Line, &Event) + Sync),
}

/// Why a calibration ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// The search found nothing or was stopped.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A file.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Calibration<'_> {
    /// Searches. Started again over the same store, it repeats nothing and ends in the same place.
    ///
    /// # Errors
    /// [`CalibrationError`].
    pub fn search(&self) -> Result<Found, CalibrationError> {
        let mut broken = None;
        let dimensions = self.study.points.dimensions();
        let mut distances = |batch: &[Vec<f64>]| {
            self.distances(batch).map_err(|error| match error {
                CalibrationError::Fit(error) => error,
                CalibrationError::Output(error) => {
                    broken = Some(error);
                    FitError::Stopped
                }
            })
        };
        let fit = self.fit;
        let found = match fit.method {
            Method::Abc => Smc {
                particles: fit.particles,
                populations: fit.populations,
                keep: fit.keep,
                most_runs: fit.runs,
                seed: self.study.header.seed,
            }
            .search(dimensions, &mut distances)
            .map(Found::Posterior),
            Method::Cma => Cma {
                most_runs: fit.runs,
                tolerance: 1e-4,
                seed: self.study.header.seed,
            }
            .search(dimensions, &mut distances)
            .map(Found::Best),
        };
        match broken {
            Some(error) => Err(error.into()),
            None => Ok(found?),
        }
    }

    fn distances(&self, batch: &[Vec<f64>]) -> Result<Vec<Option<f64>>, CalibrationError> {
        let source = |place: u64| self.study.at(place, &batch[place as usize]);
        let places = 0..batch.len() as u64;
        let summary = work_off(
            &source,
            places.clone(),
            self.store,
            self.work,
            self.stop,
            self.heard,
        )?;
        if summary.stopped {
            return Err(FitError::Stopped.into());
        }
        places
            .map(|place| {
                Ok(match self.store.outcome(&source(place).line.key)? {
                    Outcome::Done(series) => distance(&series, self.data),
                    Outcome::Failed(_) | Outcome::Missing => None,
                })
            })
            .collect()
    }

    /// Writes the table of particles or the best point, a summary, and the data with what the runs give.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn write(
        &self,
        found: &Found,
        folder: &Path,
    ) -> Result<Vec<std::path::PathBuf>, OutputError> {
        let plots = folder.join("plots");
        std::fs::create_dir_all(&plots).map_err(|source| OutputError::Io {
            path: plots.clone(),
            source,
        })?;
        let single;
        let particles: &[Particle] = match found {
            Found::Posterior(populations) => populations
                .last()
                .map_or(&[][..], |last| last.particles.as_slice()),
            Found::Best(best) => {
                single = [Particle {
                    at: best.at.clone(),
                    distance: best.distance,
                    weight: 1.0,
                }];
                &single
            }
        };
        let factors = &self.study.header.factors;
        let head: Vec<String> = factors
            .iter()
            .map(|factor| match factor.unit() {
                "" => factor.path.clone(),
                unit => format!("{} [{unit}]", factor.path),
            })
            .collect();
        let cell = |place: usize, x: f64| factors[place].cell(&factors[place].value(x));
        let mut table = format!("weight,distance,{}\n", head.join(","));
        for particle in particles {
            let cells: Vec<String> = (0..factors.len())
                .map(|place| cell(place, particle.at[place]))
                .collect();
            let Particle {
                weight, distance, ..
            } = particle;
            table.push_str(&format_row(
                &[weight.to_string(), distance.to_string()],
                &cells,
            ));
        }
        let mut summary = "parameter,median,low,high\n".to_owned();
        let whole = Population {
            tolerance: 0.0,
            particles: particles.to_vec(),
            runs: 0,
        };
        for (place, name) in head.iter().enumerate() {
            let at = [0.5, 0.025, 0.975].map(|share| cell(place, whole.quantile(place, share)));
            summary.push_str(&format_row(std::slice::from_ref(name), &at));
        }
        let mut written = vec![folder.join("particles.csv"), folder.join("fit.csv")];
        write_whole(&written[0], table.as_bytes())?;
        write_whole(&written[1], summary.as_bytes())?;
        self.draw_bands(particles, &plots, &mut written)?;
        self.draw_marginals(&whole, &plots, &mut written)?;
        Ok(written)
    }

    /// Every column of the data, and the middle 95 % of the runs of the particles.
    fn draw_bands(
        &self,
        particles: &[Particle],
        plots: &Path,
        written: &mut Vec<std::path::PathBuf>,
    ) -> Result<(), OutputError> {
        let mut tables = Vec::new();
        for particle in particles {
            let key = self.study.at(0, &particle.at).line.key;
            if let Outcome::Done(series) = self.store.outcome(&key)? {
                tables.push(series);
            }
        }
        let mut columns: Vec<&str> = self
            .data
            .iter()
            .map(|datum| datum.column.as_str())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        for column in columns {
            let data: Vec<&Datum> = self
                .data
                .iter()
                .filter(|datum| datum.column == column)
                .collect();
            let day = |datum: &Datum| datum.time.get() / 24.0;
            let mut curves = vec![Curve {
                label: "data, with two errors".to_owned(),
                points: data.iter().map(|datum| (day(datum), datum.value)).collect(),
                band: data
                    .iter()
                    .map(|datum| {
                        let two = 2.0 * datum.error;
                        (day(datum), datum.value - two, datum.value + two)
                    })
                    .collect(),
            }];
            let mut model = Curve {
                label: "runs: median and middle 95 %".to_owned(),
                points: Vec::new(),
                band: Vec::new(),
            };
            let days = tables.first().and_then(|table| table.column("time_d"));
            for day in days.unwrap_or_default() {
                let mut values: Vec<f64> = tables
                    .iter()
                    .filter_map(|table| {
                        level(&table.column("time_d")?, &table.column(column)?, day)
                    })
                    .collect();
                values.sort_by(f64::total_cmp);
                let (low, high) = interval(&values);
                let median = crate::study::sensitivity::quantile(&values, 0.5);
                model.points.push((day, median));
                model.band.push((day, low, high));
            }
            curves.push(model);
            let path = plots.join(format!("fit_{column}.svg"));
            draw_curves(
                &path,
                &format!("{column}: data and runs"),
                ["time (d)", column],
                &curves,
            )?;
            written.push(path);
        }
        Ok(())
    }

    /// Share of the weight below each place in the range of a parameter.
    fn draw_marginals(
        &self,
        whole: &Population,
        plots: &Path,
        written: &mut Vec<std::path::PathBuf>,
    ) -> Result<(), OutputError> {
        const STEPS: u32 = 40;
        if whole.particles.len() < 2 {
            return Ok(());
        }
        let curves: Vec<Curve> = self
            .study
            .header
            .factors
            .iter()
            .enumerate()
            .map(|(place, factor)| Curve {
                label: factor.path.clone(),
                points: (0..=STEPS)
                    .map(|step| {
                        let x = f64::from(step) / f64::from(STEPS);
                        let below = whole.particles.iter().filter(|p| p.at[place] <= x);
                        (x, below.map(|particle| particle.weight).sum())
                    })
                    .collect(),
                band: Vec::new(),
            })
            .collect();
        let path = plots.join("marginals.svg");
        draw_curves(
            &path,
            "Posterior of each parameter",
            ["place in its range", "share of the weight below"],
            &curves,
        )?;
        written.push(path);
        Ok(())
    }
}

fn format_row(first: &[String], rest: &[String]) -> String {
    let cells: Vec<&str> = first.iter().chain(rest).map(String::as_str).collect();
    format!("{}\n", cells.join(","))
}
