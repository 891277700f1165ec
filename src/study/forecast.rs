//! What a study will take: memory of a run, runs at once, and time, from the first ticks of its first run.

#[cfg(feature = "cli")]
use std::time::Instant;

#[cfg(feature = "cli")]
use crate::engine::fault::Fault;
#[cfg(feature = "cli")]
use crate::layers::diagnostic::Diagnostics;
#[cfg(feature = "cli")]
use crate::numerics::parallel::{ThreadsError, on_threads};
#[cfg(feature = "cli")]
use crate::numerics::refusal::Refusal;
use crate::run::memory::machine_bytes;
#[cfg(feature = "cli")]
use crate::run::outlook::bytes;
#[cfg(feature = "cli")]
use crate::run::span::span;
use crate::study::batch::Work;
use crate::study::plan::Study;

/// Wall time that the first run is given, s.
#[cfg(feature = "cli")]
const TRIAL_S: f64 = 2.0;

/// What a study will take.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Forecast {
    /// Memory of a run, bytes.
    pub run_bytes: u64,
    /// How runs go at once.
    pub work: Work,
    /// Time of a run on one thread, s.
    pub run_s: f64,
    /// Share of the first run from which this was found.
    pub share: f64,
    /// Time of the study, h.
    pub hours: f64,
}

#[cfg(feature = "cli")]
impl std::fmt::Display for Forecast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Work { jobs, threads, .. } = self.work;
        write!(
            f,
            "memory    about {}, {jobs} runs at once on {threads} threads each\n\
             time      about {}: {:.1} s a run on one thread, {}",
            bytes(self.run_bytes as f64 * jobs as f64),
            span(3600.0 * self.hours),
            self.run_s,
            if self.share >= 1.0 {
                "as run 0 took".to_owned()
            } else {
                format!(
                    "from the first {:.0} % of run 0 (later ticks have more cells)",
                    100.0 * self.share
                )
            }
        )
    }
}

/// Why there is no forecast.
#[cfg(feature = "cli")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ForecastError {
    /// The first run is none.
    #[error("run 0 makes no sense: {0}")]
    NoRun(String),
    /// It cannot be built.
    #[error("{}", .0.render(false))]
    NotBuilt(Diagnostics),
    /// It stopped.
    #[error("run 0 stopped: {0}")]
    Stopped(Fault),
    /// There is no thread to try it on.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

#[cfg(feature = "cli")]
impl Refusal for ForecastError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Stopped(_))
    }
}

impl Study {
    /// Bytes that a run takes, from the first; 0 where that cannot be built.
    pub(crate) fn run_bytes(&self) -> u64 {
        let first = self.run(0).loaded.ok();
        first
            .and_then(|loaded| loaded.needed_bytes().ok())
            .unwrap_or(0)
    }

    /// How so many runs are shared out over this machine.
    pub(crate) fn work(&self, runs: u64, jobs: Option<usize>, retry_failed: bool) -> Work {
        Work {
            retry_failed,
            ..Work::share(runs, jobs, self.run_bytes(), machine_bytes())
        }
    }

    /// Runs the first ticks of the first run on one thread.
    ///
    /// # Errors
    /// `ForecastError`.
    #[cfg(feature = "cli")]
    pub(crate) fn forecast(&self, jobs: Option<usize>) -> Result<Forecast, ForecastError> {
        on_threads(Some(1), || self.tried(jobs))?
    }

    #[cfg(feature = "cli")]
    fn tried(&self, jobs: Option<usize>) -> Result<Forecast, ForecastError> {
        let loaded = self.run(0).loaded.map_err(ForecastError::NoRun)?;
        let mut simulation = loaded.build().map_err(ForecastError::NotBuilt)?;
        let run_bytes = loaded.memory_bytes(&simulation.model.grid);
        let ticks = simulation.burn_in_ticks + simulation.ticks;
        let clock = Instant::now();
        simulation.begin().map_err(ForecastError::Stopped)?;
        while !simulation.is_done() && clock.elapsed().as_secs_f64() < TRIAL_S {
            simulation.step().map_err(ForecastError::Stopped)?;
        }
        let share = f64::from(simulation.state.tick) / f64::from(ticks);
        let run_s = clock.elapsed().as_secs_f64() / share.max(1e-9);
        let runs = self.header.runs;
        let work = Work::share(runs, jobs, run_bytes, machine_bytes());
        Ok(Forecast {
            run_bytes,
            work,
            run_s,
            share,
            hours: run_s * runs as f64 / (work.jobs * work.threads) as f64 / 3600.0,
        })
    }
}
