//! A run on its way, begun or taken up again: ticks, records, checkpoints, and its files at the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::Stop;
use super::progress::Progress;
use super::reading::{say_assumed, say_stages};
use super::signals::Signals;
use crate::engine::fault::Fault;
use crate::numerics::quantity::Time;
use crate::output::{OutputError, digest};
use crate::run::checkpoint::{Checkpoints, digests, open, read_bytes};
pub(super) use crate::run::folder::DONE;
use crate::run::folder::{Manifest, RunFolder};
use crate::run::record::{Record, tables};
use crate::run::sealed::PLOTS;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::therapy::condition::Condition;

/// What `run.json` says while a run goes on.
pub(super) const RUNNING: &str = "running";
/// The file with the scenario of a run.
pub(super) const SCENARIO: &str = "scenario.toml";
/// With what it begins when a signal stopped the run.
pub(super) const STOPPED: &str = "stopped by ";

/// A run with the folder that it writes into.
pub(super) struct Session {
    pub(super) loaded: Loaded,
    pub(super) simulation: Simulation,
    pub(super) record: Record,
    pub(super) folder: RunFolder,
    /// None where the run is only watched.
    pub(super) checkpoints: Option<Checkpoints>,
    /// True when the state is that of a checkpoint, and recorded.
    pub(super) taken_up: bool,
    /// Wall time that the run took before, s.
    pub(super) before_s: f64,
    pub(super) clock: Instant,
    pub(super) quiet: bool,
}

/// How the ticks ended.
enum End {
    Done,
    Signal(&'static str, u8),
    Fault(Fault, u32),
    /// The folder is no longer that of the run.
    Lost(OutputError),
}

impl Session {
    /// Goes on to the end, or to the first signal.
    pub(super) fn go(mut self) -> Result<(), Stop> {
        let signals = Signals::listen()
            .map_err(|error| Stop::Failed(format!("error: signals cannot be heard: {error}")))?;
        self.manifest(RUNNING.to_owned())?;
        let end = self.ticks(Some(&signals));
        let out = self.folder.path.clone();
        match end {
            End::Lost(error) => Err(error.into()),
            End::Done => {
                match self.save_final() {
                    Err(lost @ OutputError::Lost(_)) => return Err(lost.into()),
                    Err(error) => tell!("warning: the final state is not kept: {error}"),
                    Ok(_) => {}
                }
                self.finish(DONE.to_owned())?;
                self.report();
                Ok(())
            }
            End::Signal(name, code) => {
                let tick = self.simulation.state.tick;
                let saved = self.save()?;
                self.manifest(format!("{STOPPED}{name} at tick {tick}"))?;
                Err(Stop::Signal(
                    code,
                    format!(
                        "stopped by {name} at tick {tick}, saved in {}\ngo on with: howship resume {}",
                        saved.display(),
                        out.display()
                    ),
                ))
            }
            End::Fault(fault, before) => {
                // What was recorded is kept also when the run failed.
                self.finish(fault.to_string())?;
                let saved = match self.save_before(before) {
                    Ok(path) => format!("the state before it is saved in {}", path.display()),
                    Err(reason) => format!("the state before it could not be saved: {reason}"),
                };
                Err(Stop::Failed(format!(
                    "error: the run stopped: {fault}\nwhat was recorded until then lies in {}\n{saved}",
                    out.display()
                )))
            }
        }
    }

    /// Goes on to the end without a word and without checkpoints, and leaves its files.
    pub(super) fn repeat(mut self) -> Result<Manifest, Stop> {
        let exit_state = match self.ticks(None) {
            End::Fault(fault, _) => fault.to_string(),
            End::Done | End::Signal(..) | End::Lost(_) => DONE.to_owned(),
        };
        Ok(self.finish(exit_state)?)
    }

    fn ticks(&mut self, signals: Option<&Signals>) -> End {
        let simulation = &self.simulation;
        let total = u64::from(simulation.burn_in_ticks) + u64::from(simulation.ticks);
        let mut progress = Progress::new(total, self.quiet);
        if !self.taken_up {
            if let Err(fault) = self.simulation.begin() {
                return End::Fault(fault, 0);
            }
            self.measure_day0();
            self.record.take(&self.loaded, &self.simulation);
        }
        let checkpoint = self.loaded.scenario.checkpoint.clone();
        let every_h = checkpoint.every.map_or(f64::INFINITY, Time::get);
        let forks = self.loaded.fork_ticks();
        let mut saved_at = Instant::now();
        while !self.simulation.is_done() {
            if forks.contains(&self.simulation.state.tick)
                && self.checkpoints.is_some()
                && let Err(error) = self.save_past()
            {
                tell!("warning: the past of an arm is not kept, it will be run again: {error}");
            }
            if let Some((name, code)) = signals.and_then(Signals::caught) {
                return End::Signal(name, code);
            }
            if let Err(lost) = self.is_held() {
                return End::Lost(lost);
            }
            let before = self.simulation.state.tick;
            if let Err(fault) = self.simulation.step() {
                return End::Fault(fault, before);
            }
            self.measure_day0();
            self.record.take(&self.loaded, &self.simulation);
            let state = &self.simulation.state;
            if state.tick == self.simulation.burn_in_ticks {
                progress.begin_anew();
            }
            progress.at(u64::from(state.tick), || {
                format!(
                    "day {:.0}, BV/TV {:.2} %, {} tumour cells, {} osteoclasts",
                    state.day(),
                    100.0 * state.bv_tv(&self.simulation.model),
                    state.tumour.len(),
                    state.osteoclasts.len()
                )
            });
            let tick_h = self.simulation.model.tick_h;
            let turn = |tick: u32| (f64::from(tick) * tick_h / every_h + 1e-9).floor();
            let is_due = saved_at.elapsed().as_secs_f64() >= checkpoint.every_wall_s()
                || turn(before) < turn(before + 1);
            if is_due && self.checkpoints.is_some() && !self.simulation.is_done() {
                // A run of days is not lost to a disk that is full for an hour.
                if let Err(error) = self.save() {
                    tell!("warning: no checkpoint at tick {}: {error}", before + 1);
                }
                saved_at = Instant::now();
            }
        }
        progress.finish();
        End::Done
    }

    /// Measures the bone when day 0 begins; not where a run is only watched.
    fn measure_day0(&mut self) {
        let begins = self.simulation.state.tick == self.simulation.burn_in_ticks;
        if begins && self.checkpoints.is_some() && self.simulation.report.is_some() {
            let figures = self.simulation.figures();
            if let Some(report) = &mut self.simulation.report {
                report.day0 = Some(figures);
            }
        }
    }

    fn wall_s(&self) -> f64 {
        self.before_s + self.clock.elapsed().as_secs_f64()
    }

    /// Makes sure that what is written goes into the folder of this run.
    fn is_held(&self) -> Result<(), OutputError> {
        self.checkpoints.as_ref().map_or(Ok(()), Checkpoints::check)
    }

    /// Saves all that the run needs to go on.
    fn save(&self) -> Result<PathBuf, OutputError> {
        self.is_held()?;
        self.record.write_tables(&self.folder.path)?;
        self.save_state()
    }

    fn save_state(&self) -> Result<PathBuf, OutputError> {
        let keep = self.loaded.scenario.checkpoint.keep;
        self.save_as(|checkpoints, tick, bytes| checkpoints.save(tick, bytes, keep))
    }

    /// Saves the final state, in place of the checkpoints before it.
    fn save_final(&self) -> Result<PathBuf, OutputError> {
        self.save_as(|checkpoints, tick, bytes| checkpoints.save(tick, bytes, 1))
    }

    fn save_past(&self) -> Result<PathBuf, OutputError> {
        self.save_as(Checkpoints::save_past)
    }

    fn save_as(
        &self,
        save: impl FnOnce(&Checkpoints, u32, &[u8]) -> Result<PathBuf, OutputError>,
    ) -> Result<PathBuf, OutputError> {
        let tick = self.simulation.state.tick;
        let failed = |message: String| OutputError::Io {
            path: self
                .folder
                .path
                .join(format!("checkpoints/tick-{tick}.howship")),
            source: std::io::Error::other(message),
        };
        let Some(checkpoints) = &self.checkpoints else {
            return Err(failed("this run saves nothing".to_owned()));
        };
        let bytes = self
            .loaded
            .checkpoint(&self.simulation, &self.record, self.wall_s())
            .map_err(|error| failed(error.to_string()))?;
        save(checkpoints, tick, &bytes)
    }

    /// Saves the state before a fault. It is found again from the last checkpoint, or from the start:
    /// a copy before every tick would cost every run what only a few need.
    fn save_before(&mut self, tick: u32) -> Result<PathBuf, String> {
        let mut listed = match &self.checkpoints {
            Some(checkpoints) => checkpoints.list().map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        listed.retain(|&(saved, _)| saved <= tick);
        let last = listed.iter().find_map(|(_, path)| {
            let bytes = read_bytes(path).ok()?;
            Some(open(&bytes).ok()?.restore().ok()?.simulation)
        });
        self.simulation = if let Some(simulation) = last {
            simulation
        } else {
            let mut simulation = self.loaded.build().map_err(|found| found.render(false))?;
            simulation.begin().map_err(|fault| fault.to_string())?;
            simulation
        };
        while self.simulation.state.tick < tick {
            self.simulation.step().map_err(|fault| fault.to_string())?;
        }
        self.save_state().map_err(|error| error.to_string())
    }

    fn words(&self, exit_state: String) -> Manifest {
        Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.loaded.scenario.name.clone(),
            specimen: self.simulation.specimen.clone(),
            bone: self.simulation.bone.clone(),
            inputs: self.loaded.inputs(),
            seed: self.loaded.scenario.seed,
            threads: threads_in_use(),
            // Milliseconds are read back as they are written.
            wall_s: (1e3 * self.wall_s()).round() / 1e3,
            seal: String::new(),
            checkpoints: BTreeMap::new(),
            digest: self.simulation.state.digest(),
            exit_state,
            warnings: self.loaded.notices(),
            specimen_report: self.simulation.report.clone(),
            outputs: BTreeMap::new(),
        }
    }

    /// Writes `run.json` of a run that is not over.
    fn manifest(&self, exit_state: String) -> Result<(), OutputError> {
        self.is_held()?;
        let mut words = self.words(exit_state);
        let scenario = self.folder.path.join(SCENARIO);
        words
            .outputs
            .insert(SCENARIO.to_owned(), digest(&scenario)?);
        let tables = tables().map(|name| (name.to_owned(), String::new()));
        words.outputs.extend(tables);
        self.folder.write_manifest(&words)
    }

    /// Writes all files of a run that is over.
    fn finish(&self, exit_state: String) -> Result<Manifest, OutputError> {
        let scenario = &self.loaded.scenario;
        let mut title = scenario.name.replace('_', " ");
        if let Some(arm) = &scenario.arm {
            title = format!("{title}, {arm}");
        }
        let grid = &self.simulation.model.grid;
        let path = &self.folder.path;
        self.is_held()?;
        let mut written = self.record.write_tables(path)?;
        written.extend(
            self.record
                .write_pictures(&path.join(PLOTS), &title, grid)?,
        );
        written.push(path.join(SCENARIO));
        self.is_held()?;
        let mut words = self.words(exit_state);
        if words.exit_state == DONE {
            words.checkpoints = digests(path)?;
        }
        self.folder.finish(words, &written)
    }

    fn report(&self) {
        if self.quiet {
            return;
        }
        if let Some(report) = &self.simulation.report {
            let day0 = report.day0.as_ref().map(|figures| (figures, ""));
            say_stages(report, day0);
            say_assumed(&report.assumed);
        }
        let ends = |name: &str| {
            let values = self.record.series.column(name)?;
            Some((*values.first()?, *values.last()?))
        };
        if let (Some(bone), Some(tumour), Some(osteoclasts)) =
            (ends("bv_tv"), ends("tumour_cells"), ends("n_oc"))
        {
            say!(
                "BV/TV {:.2} -> {:.2} % ({:+.1} %), tumour cells {} -> {}, osteoclasts {} -> {}",
                100.0 * bone.0,
                100.0 * bone.1,
                100.0 * (bone.1 / bone.0 - 1.0),
                tumour.0,
                tumour.1,
                osteoclasts.0,
                osteoclasts.1
            );
        }
        let Simulation { model, state, .. } = &self.simulation;
        let plan = &model.parts.drugs.plan;
        let dates = &state.parts.drugs.courses.dates;
        let courses = plan.conditional.iter().zip(dates);
        for (entry, dates) in courses {
            let said = |event: &str, condition: Option<Condition>, date: Option<f64>| {
                if let Some(condition) = condition {
                    let day = match date {
                        Some(time_h) => format!("has {event} on day {}", time_h / 24.0),
                        None => format!("has not {event}"),
                    };
                    say!("course {} {day} ({condition})", entry.name);
                }
            };
            said("begun", entry.course.start_when, dates.started_h);
            said("ended", entry.course.stop_when, dates.stopped_h);
        }
        say!("results in {}", self.folder.path.display());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "reported in run.json, no result depends on it"
)]
fn threads_in_use() -> usize {
    rayon::current_num_threads()
}
