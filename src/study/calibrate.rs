//! Calibration: which values of the parameters give series like the measured ones.

use std::path::Path;

use crate::layers::diagnostic::Diagnostics;
use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::study::batch::{Listener, Work, work_off_while};
use crate::study::data::{Datum, distance, hopeless_from_d, read_data_of};
use crate::study::file::{AcceptanceKernel, Fit, Method, read_calibration};
use crate::study::fit::{Best, Cma, FitError, Kernel, Population, Reach, Smc};
use crate::study::plan::Study;
use crate::study::store::{Outcome, Store};

/// What a calibration found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Populations, the last of which is the posterior.
    Posterior(Vec<Population>),
    /// The best point.
    Best(Best),
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Posterior(populations) => {
                let lines: Vec<String> = populations
                    .iter()
                    .zip(1..)
                    .map(|(population, number)| format!("population {number}: {population}"))
                    .collect();
                write!(f, "{}", lines.join("\n"))
            }
            Self::Best(best) => write!(
                f,
                "least distance {:.4} after {} runs",
                best.distance, best.runs
            ),
        }
    }
}

/// Distance, in standard errors of the data (root mean square), within which a run is near them. With
/// one datum, a run of the right parameters is further off with a chance of 0.3 %, with more of them
/// with less.
pub(crate) const NEAR: f64 = 3.0;

/// The run that came nearest to the data, and was not near.
#[derive(Debug, Clone, PartialEq)]
pub struct Miss {
    /// Its distance, in standard errors of the data.
    pub distance: f64,
    /// The datum from which it is furthest, and what the run has in its place.
    pub furthest: Option<(Datum, f64)>,
}

impl std::fmt::Display for Miss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "no run came near the data: the nearest is {:.3} standard errors away (root mean square; near is \
             within {NEAR})",
            self.distance
        )?;
        if let Some((datum, found)) = &self.furthest {
            write!(
                f,
                ". It is furthest from {} on day {}: measured {} with an error of {}, simulated {found:.6}",
                datum.column,
                datum.time.get() / 24.0,
                datum.value,
                datum.error
            )?;
        }
        write!(
            f,
            "\nThe tables are written, but say nothing of the parameters: look at the units of the data and \
             their errors, and at the ranges in [vary]"
        )
    }
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
    pub heard: &'a Listener<'a>,
}

/// Why a calibration ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The search found nothing or was stopped.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A file.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for CalibrationError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Fit(_) => false,
            Self::Output(error) => error.is_refusal(),
        }
    }
}

/// A study with its search and its data, out of its file.
#[derive(Debug)]
pub struct Opened {
    /// Base and parameters.
    pub study: Study,
    /// How to search.
    pub fit: Fit,
    /// What to come near to.
    pub data: Vec<Datum>,
}

/// Why a calibration cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The study file.
    #[error("{}", .0.render(false))]
    File(Diagnostics),
    /// The run in the middle of the ranges is none.
    #[error("the middle makes no sense: {0}")]
    Middle(String),
    /// The data.
    #[error(transparent)]
    Data(#[from] OutputError),
}

impl Refusal for OpenError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::File(_) | Self::Middle(_) => true,
            Self::Data(error) => error.is_refusal(),
        }
    }
}

/// Opens a study with a table `[fit]`, with its data.
///
/// # Errors
/// [`OpenError`].
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let (study, fit) = read_calibration(path).map_err(OpenError::File)?;
    let middle = vec![0.5; study.points.dimensions()];
    let first = study.at(0, &middle).loaded.map_err(OpenError::Middle)?;
    let signals = first.scenario.parameters().signal_names();
    let data = read_data_of(&fit.data, first.scenario.run.duration.get(), &signals)?;
    Ok(Opened { study, fit, data })
}

impl Opened {
    /// Its search over a store, with so many runs at once and with those again that failed before; `stop` is
    /// asked before every tick, `heard` is told of every run.
    pub fn over<'a>(
        &'a self,
        store: &'a Store,
        (jobs, retry_failed): (Option<usize>, bool),
        stop: &'a (dyn Fn() -> bool + Sync),
        heard: &'a Listener<'a>,
    ) -> Calibration<'a> {
        let Self { study, fit, data } = self;
        Calibration {
            study,
            fit,
            data,
            store,
            work: study.work(fit.particles as u64, jobs, retry_failed),
            stop,
            heard,
        }
    }
}

impl Calibration<'_> {
    /// Searches. Started again over the same store, it repeats nothing and ends in the same place.
    ///
    /// # Errors
    /// [`CalibrationError`].
    pub fn search(&self) -> Result<Found, CalibrationError> {
        let mut broken = None;
        let dimensions = self.study.points.dimensions();
        let mut distances = |batch: &[Vec<f64>], tolerance: f64| {
            self.distances(batch, tolerance)
                .map_err(|error| match error {
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
                kernel: match fit.kernel {
                    AcceptanceKernel::Uniform => Kernel::Uniform,
                    AcceptanceKernel::Normal => Kernel::Normal {
                        data: self.data.len(),
                    },
                },
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

    /// The nearest run, where no run is near the data: what was found is then no posterior of them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn miss(&self, found: &Found) -> Result<Option<Miss>, OutputError> {
        let nearest = match found {
            Found::Best(best) => Some((best.at.as_slice(), best.distance)),
            Found::Posterior(populations) => populations
                .iter()
                .flat_map(|population| &population.particles)
                .map(|particle| (particle.at.as_slice(), particle.distance))
                .min_by(|a, b| a.1.total_cmp(&b.1)),
        };
        let Some((at, distance)) = nearest.filter(|(_, distance)| *distance > NEAR) else {
            return Ok(None);
        };
        let furthest = match self.store.outcome(&self.study.at(0, at).line.key)? {
            Outcome::Done(series) => self
                .data
                .iter()
                .filter_map(|datum| Some((datum.clone(), datum.of(&series)?)))
                .max_by(|a, b| {
                    let off =
                        |(datum, found): &(Datum, f64)| ((found - datum.value) / datum.error).abs();
                    off(a).total_cmp(&off(b))
                }),
            _ => None,
        };
        Ok(Some(Miss { distance, furthest }))
    }

    /// A run that is further off than the tolerance may end early. What is said of it does not depend on
    /// whether it did, or how far an earlier search had run it.
    fn distances(
        &self,
        batch: &[Vec<f64>],
        tolerance: f64,
    ) -> Result<Vec<Reach>, CalibrationError> {
        let source = |place: u64| self.study.at(place, &batch[place as usize]);
        let places = 0..batch.len() as u64;
        let is_early = self.fit.early_rejection && tolerance.is_finite();
        let hopeless_from = |series: &_| {
            let from = hopeless_from_d(series, self.data, tolerance);
            from.filter(|_| is_early)
        };
        let summary = work_off_while(
            &source,
            places.clone(),
            self.store,
            self.work,
            (self.stop, self.heard),
            &|series| hopeless_from(series).is_some(),
        )?;
        if summary.stopped {
            return Err(FitError::Stopped.into());
        }
        places
            .map(|place| {
                let run = source(place);
                let (series, is_whole) = match self.store.outcome(&run.line.key)? {
                    Outcome::Done(series) => (Some(series), true),
                    Outcome::Failed(_) => (None, true),
                    Outcome::Missing | Outcome::Damaged(_) => {
                        (self.store.partial(&run.line.key)?, false)
                    }
                };
                let (Some(series), Ok(loaded)) = (series, run.loaded) else {
                    return Ok(Reach::Nowhere);
                };
                let [duration_h, tick_h] = {
                    let run = &loaded.scenario.run;
                    [run.duration, run.tick].map(crate::numerics::quantity::Time::get)
                };
                if let Some(day) = hopeless_from(&series) {
                    let ticks_saved = ((duration_h - 24.0 * day) / tick_h).round().max(0.0) as u64;
                    if ticks_saved > 0 {
                        return Ok(Reach::Beyond { ticks_saved });
                    }
                }
                let at = is_whole.then(|| distance(&series, self.data)).flatten();
                Ok(at.map_or(Reach::Nowhere, Reach::At))
            })
            .collect()
    }
}
