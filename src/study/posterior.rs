//! What a calibration found, as tables and pictures: particles, populations, the posterior of each
//! parameter and of each pair, and what the posterior predicts beside the data.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::numerics::quantity::Time;
use crate::output::table::{Table, quoted};
use crate::output::{OutputError, write_whole};
use crate::plot::chart;
use crate::plot::error_bars::{Value, measured_as};
use crate::plot::words;
use crate::statistics::quantile::weighted_quantile;
use crate::study::calibrate::{Calibration, Found};
use crate::study::data::{Datum, ErrorClass, source};
use crate::study::fit::{Particle, Population};
use crate::study::posterior_pictures::{
    Axis, Prediction, Said, Sample, Weighed, draw_densities, draw_pairs, draw_prediction, interval,
};
use crate::study::response::level;
use crate::study::store::Outcome;
use crate::study::words::axis;

/// Shares at the ends of the outer and the inner band, and of the median.
const SHARES: [f64; 5] = [0.025, 0.25, 0.5, 0.75, 0.975];

impl Calibration<'_> {
    /// Writes the table of particles or the best point, a summary, and the data with what the runs give.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn write(&self, found: &Found, folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
        let plots = folder.join("plots");
        std::fs::create_dir_all(&plots).map_err(|source| OutputError::Io {
            path: plots.clone(),
            source,
        })?;
        let mut written = Vec::new();
        let mut write = |name: &str, text: &str| {
            let path = folder.join(name);
            write_whole(&path, text.as_bytes())?;
            written.push(path);
            Ok::<(), OutputError>(())
        };
        let particles = match found {
            Found::Posterior(populations) => {
                write("populations.csv", &populations_csv(populations))?;
                let last = populations.last();
                last.map_or_else(Vec::new, |last| last.particles.clone())
            }
            Found::Best(best) => vec![Particle {
                at: best.at.clone(),
                distance: best.distance,
                weight: 1.0,
            }],
        };
        write("particles.csv", &self.particles_csv(&particles))?;
        write("fit.csv", &self.fit_csv(&particles))?;
        self.draw_predictions(&particles, &plots, &mut written)?;
        self.draw_posterior(&particles, &plots, &mut written)?;
        Ok(written)
    }

    fn heads(&self) -> Vec<String> {
        let factors = self.study.header.factors.iter();
        factors
            .map(|factor| match factor.unit() {
                "" => quoted(&factor.path),
                unit => quoted(&format!("{} [{unit}]", factor.path)),
            })
            .collect()
    }

    fn particles_csv(&self, particles: &[Particle]) -> String {
        let mut table = format!("weight,distance,{}\n", self.heads().join(","));
        for particle in particles {
            let mut cells = vec![particle.weight.to_string(), particle.distance.to_string()];
            let values = self.study.header.factors.iter().zip(&particle.at);
            cells.extend(values.map(|(factor, &x)| quoted(&factor.cell(&factor.value(x)))));
            table.push_str(&cells.join(","));
            table.push('\n');
        }
        table
    }

    /// Median and middle 95 % of each parameter.
    fn fit_csv(&self, particles: &[Particle]) -> String {
        let mut table = "parameter,median,low,high\n".to_owned();
        let factors = self.study.header.factors.iter();
        for (place, (name, factor)) in self.heads().iter().zip(factors).enumerate() {
            let along = particles.iter().map(|p| (p.at[place], p.weight));
            let cell = |x: f64| quoted(&factor.cell(&factor.value(x)));
            // One point has no interval.
            let only = (particles.len() == 1).then(|| particles[0].at[place]);
            let cells = if let Some(x) = only {
                [cell(x), String::new(), String::new()]
            } else {
                let [low, middle, high] = interval(along);
                [middle, low, high].map(cell)
            };
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{name},{}", cells.join(","));
        }
        table
    }

    /// Every kind of data, and the middle 50 and 95 % of the runs of the particles by their weight.
    fn draw_predictions(
        &self,
        particles: &[Particle],
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let mut runs = Vec::new();
        for particle in particles {
            let key = self.study.at(0, &particle.at).line.key;
            if let Outcome::Done(series) = self.store.outcome(&key)? {
                runs.push((series, particle.weight));
            }
        }
        let mut kinds: Vec<(&str, Option<Time>)> = Vec::new();
        for datum in self.data {
            let kind = (datum.column.as_str(), datum.relative_to);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for (column, relative_to) in kinds {
            let of_kind = |datum: &&Datum| {
                (datum.column.as_str(), datum.relative_to) == (column, relative_to)
            };
            let shown = words::column(column);
            let day = relative_to.map(|time| time.get() / 24.0);
            let (unit, factor) = match day {
                None => (shown.unit, shown.factor),
                Some(day) => (format!("% of day {day}"), 100.0),
            };
            let mut prediction = predict(&runs, column, relative_to);
            for value in prediction.quantiles.iter_mut().flatten() {
                *value *= factor;
            }
            let data: Vec<Value> = self
                .data
                .iter()
                .filter(of_kind)
                .map(|datum| {
                    let [value, error] = [datum.value, datum.error].map(|value| factor * value);
                    Value {
                        day: datum.time.get() / 24.0,
                        value,
                        error,
                        is_error_assumed: datum.error_class == ErrorClass::Design,
                    }
                })
                .collect();
            let name = match day {
                None => column.to_owned(),
                Some(day) => format!("{column}_of_d{day}"),
            };
            let path = plots.join(format!("fit_{name}.svg"));
            let axis = chart::Axis::linear(shown.title, unit).with_zero();
            let source = source(&self.fit.data);
            let said = Said {
                of: &self.study.of_scenario(),
                measured_as: measured_as(column, &source),
                source: &source,
            };
            draw_prediction(&path, axis, &prediction, &data, said)?;
            written.push(path);
        }
        Ok(())
    }

    /// The data in words.
    fn fitted_to(&self) -> String {
        let mut kinds: Vec<String> = Vec::new();
        for datum in self.data {
            let shown = words::column(&datum.column);
            let unit = match datum.relative_to {
                Some(time) => format!("% of day {}", time.get() / 24.0),
                None => shown.unit,
            };
            let said = match unit.as_str() {
                "" => shown.title,
                unit => format!("{} ({unit})", shown.title),
            };
            if !kinds.contains(&said) {
                kinds.push(said);
            }
        }
        let fitted_to = format!("fitted to {}", kinds.join(" and "));
        words::note([&self.study.of_scenario()[..], &fitted_to])
    }

    fn draw_posterior(
        &self,
        particles: &[Particle],
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        if particles.len() < 2 {
            return Ok(());
        }
        let axes: Vec<Axis> = self.study.header.factors.iter().map(axis).collect();
        let samples: Vec<Sample> = particles
            .iter()
            .map(|particle| Sample {
                at: particle.at.clone(),
                weight: particle.weight,
            })
            .collect();
        let fitted_to = self.fitted_to();
        let path = plots.join("marginals.svg");
        draw_densities(&path, &axes, &samples, &fitted_to)?;
        written.push(path);
        if axes.len() > 1 {
            let path = plots.join("pairs.svg");
            draw_pairs(&path, &axes, &samples, &fitted_to)?;
            written.push(path);
        }
        Ok(())
    }
}

fn populations_csv(populations: &[Population]) -> String {
    let mut table = "population,tolerance,runs,rejected_early,ticks_saved,effective_particles,\
                     weighed_by_errors\n"
        .to_owned();
    for (number, population) in populations.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{},{},{},{},{},{},{}",
            number + 1,
            population.tolerance,
            population.runs,
            population.rejected_early,
            population.ticks_saved,
            population.effective_particles(),
            population.is_weighed
        );
    }
    table
}

/// Weighted quantiles of a column over runs, at the times of the first.
fn predict(runs: &[(Table, f64)], column: &str, relative_to: Option<Time>) -> Prediction {
    let courses: Vec<(Vec<f64>, Vec<f64>, f64)> = runs
        .iter()
        .filter_map(|(table, weight)| {
            let days = table.column("time_d")?;
            let mut values = table.column(column)?;
            if let Some(time) = relative_to {
                let one = level(&days, &values, time.get() / 24.0)?;
                for value in &mut values {
                    *value /= one;
                }
            }
            Some((days, values, *weight))
        })
        .collect();
    let mut prediction = Prediction {
        days: courses
            .first()
            .map_or_else(Vec::new, |first| first.0.clone()),
        quantiles: Vec::new(),
        of: Weighed::of(courses.iter().map(|(_, _, weight)| *weight)),
    };
    for &day in &prediction.days {
        let mut at: Vec<(f64, f64)> = courses
            .iter()
            .filter_map(|(days, values, weight)| Some((level(days, values, day)?, *weight)))
            .collect();
        let whole: f64 = at.iter().map(|(_, weight)| weight).sum();
        for (_, weight) in &mut at {
            *weight /= whole;
        }
        let quantiles = SHARES.map(|share| weighted_quantile(&mut at, share));
        prediction.quantiles.push(quantiles);
    }
    prediction
}
