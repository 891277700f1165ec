//! Who watches a run, and the loop that steps it, calls them and stops when asked to.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::engine::fault::Fault;
use crate::run::schedule::{Schedule, ScheduleError};
use crate::run::simulation::Simulation;
use crate::run::view::View;

/// Why an observer stops a run.
pub type Refusal = Box<dyn Error + Send + Sync>;

/// Something that watches a run and cannot change it: a writer of tables, of pictures, of checkpoints.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use howship::prelude::*;
///
/// /// BV/TV at the end of each day.
/// #[derive(Default)]
/// struct BoneVolume(Vec<(f64, f64)>);
///
/// impl Observer for BoneVolume {
///     fn schedule(&self) -> Schedule {
///         Schedule::EveryHours(24.0)
///     }
///
///     fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
///         self.0.push((view.day(), view.bv_tv()));
///         Ok(())
///     }
/// }
///
/// # const TEXT: &str = r#"
/// # name = "strip"
/// # preset = "mouse"
/// # [run]
/// # duration = "2 d"
/// # burn_in = "1 d"
/// # [lattice]
/// # size = [24, 24, 1]
/// # site = "10 um"
/// # section_thickness = "50 um"
/// # [specimen.slab]
/// # thickness = "80 um"
/// # "#;
/// let mut simulation = parse("strip.toml", TEXT, &[])?.build()?;
/// let mut bone = BoneVolume::default();
/// simulation.drive(&mut [&mut bone], &AtomicBool::new(false))?;
/// let days: Vec<f64> = bone.0.iter().map(|&(day, _)| day).collect();
/// assert_eq!(days, [-1.0, 0.0, 1.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer {
    /// When it is called. Asked once, when the loop begins.
    fn schedule(&self) -> Schedule;

    /// Sees the run, with all done that is due at this time.
    ///
    /// # Errors
    /// What makes it pointless to go on; the run stops.
    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal>;
}

/// How a loop over ticks ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The last tick is done.
    Done,
    /// It was asked to stop; another loop goes on from here.
    Stopped,
}

/// Why a loop over ticks failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// A schedule that no run can keep; no tick was done.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The state became one that must not be, and is not to be used.
    #[error("{fault}")]
    Fault {
        /// What went wrong.
        fault: Fault,
        /// Ticks done when the state was sound last.
        sound: u32,
    },
    /// An observer stopped the run. The state is sound.
    #[error("an observer stopped the run at tick {tick}: {refusal}")]
    Observer {
        /// Ticks done.
        tick: u32,
        /// What it said.
        refusal: Refusal,
    },
}

impl Simulation {
    /// Runs on to the end, through the burn-in first, or until `stop` is set. Observers are called in
    /// their order: before the first tick, and after every tick, where their schedule says so. The flag is
    /// looked at after them. A loop over a simulation that was stopped or restored goes on behind the last
    /// tick that was done, so that each asked tick is seen once.
    ///
    /// # Errors
    /// A [`DriveError`].
    pub fn drive(
        &mut self,
        observers: &mut [&mut dyn Observer],
        stop: &AtomicBool,
    ) -> Result<Ended, DriveError> {
        let clock = self.clock();
        let mut calls = Vec::with_capacity(observers.len());
        for observer in &*observers {
            let schedule = observer.schedule();
            schedule.check(&clock)?;
            // Not every machine has a clock: it is asked where a schedule counts wall time.
            let since = schedule.counts_wall_time().then(Instant::now);
            calls.push((schedule, since));
        }
        let mut call = |simulation: &Self| {
            let clock = simulation.clock();
            for (observer, (schedule, since)) in observers.iter_mut().zip(&mut calls) {
                let waited = since.map_or(Duration::ZERO, |since| since.elapsed());
                if schedule.is_due(&clock, waited) {
                    let view = View::of(simulation);
                    observer
                        .observe(&view)
                        .map_err(|refusal| DriveError::Observer {
                            tick: clock.tick,
                            refusal,
                        })?;
                    *since = since.map(|_| Instant::now());
                }
            }
            Ok::<(), DriveError>(())
        };
        if !self.is_begun() {
            let sound = self.state.tick;
            self.begin()
                .map_err(|fault| DriveError::Fault { fault, sound })?;
            call(self)?;
        }
        while !self.is_done() {
            if stop.load(Ordering::SeqCst) {
                return Ok(Ended::Stopped);
            }
            let sound = self.state.tick;
            self.step()
                .map_err(|fault| DriveError::Fault { fault, sound })?;
            call(self)?;
        }
        Ok(Ended::Done)
    }
}
