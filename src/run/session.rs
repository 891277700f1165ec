//! A run on its way, begun or resumed: ticks, records, checkpoints, and its files at the end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::engine::fault::Fault;
use crate::numerics::parallel::threads;
use crate::numerics::quantity::Time;
use crate::observe::figures::SpecimenReport;
use crate::output::{OutputError, digest};
use crate::run::behind::{Behind, Failed};
use crate::run::checkpoint::{Checkpoints, digests, open, read_bytes};
use crate::run::error::{RunError, Stopped};
use crate::run::folder::{DONE, Manifest, RUNNING, RunFolder, SCENARIO, STOPPED};
use crate::run::host::{Event, Host, Kept, Outcome};
use crate::run::observer::{DriveError, Ended, Observer, Refusal};
use crate::run::record::{Record, table_files};
use crate::run::schedule::Schedule;
use crate::run::sealed::PLOTS;
use crate::run::simulation::Simulation;
use crate::run::view::View;
use crate::run::volume_names::FINAL;
use crate::run::volumes;
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// A run with the folder that it writes into.
pub(super) struct Session<'a> {
    pub(super) simulation: Simulation,
    pub(super) desk: Desk<'a>,
}

/// All of a run but its state: what is recorded, and where it is kept.
pub(super) struct Desk<'a> {
    pub(super) loaded: Loaded,
    record: RefCell<Record>,
    pub(super) folder: RunFolder,
    /// None where the run is only watched.
    checkpoints: Option<Checkpoints>,
    /// Volumes that are being written.
    behind: RefCell<Behind>,
    /// From the scan to day 0.
    report: RefCell<Option<SpecimenReport>>,
    /// Wall time that the run took before, s.
    before_s: f64,
    clock: Instant,
    host: &'a dyn Host,
}

/// What a run has when it begins or is resumed.
pub(super) struct Opened {
    pub(super) loaded: Loaded,
    pub(super) simulation: Simulation,
    pub(super) record: Record,
    pub(super) folder: RunFolder,
    pub(super) checkpoints: Option<Checkpoints>,
}

/// How the ticks ended.
enum End {
    Done,
    Stopped,
    Fault(Fault, u32),
    /// The folder is no longer that of the run.
    Lost(OutputError),
}

impl<'a> Session<'a> {
    /// A session that took so much wall time before, s, and again since `clock`.
    pub(super) fn new(opened: Opened, before_s: f64, clock: Instant, host: &'a dyn Host) -> Self {
        let Opened {
            loaded,
            mut simulation,
            record,
            folder,
            checkpoints,
        } = opened;
        Self {
            desk: Desk {
                loaded,
                record: RefCell::new(record),
                folder,
                checkpoints,
                behind: RefCell::default(),
                report: RefCell::new(simulation.report.take()),
                before_s,
                clock,
                host,
            },
            simulation,
        }
    }

    /// Goes on to the end, or until it is asked to stop.
    pub(super) fn go(mut self) -> Result<(), RunError> {
        self.desk.host.listen().map_err(RunError::Deaf)?;
        self.desk.manifest(&self.simulation, RUNNING.to_owned())?;
        match self.ticks()? {
            End::Lost(error) => Err(error.into()),
            End::Done => {
                self.simulation.scratch.let_go();
                match self.desk.save_final(&self.simulation) {
                    Err(lost @ OutputError::Lost(_)) => return Err(lost.into()),
                    Err(error) => self.desk.host.hear(&Event::NotKept(Kept::Final, &error)),
                    Ok(_) => {}
                }
                let Self { simulation, desk } = self;
                let courses = courses(&simulation);
                let last = desk.last(&simulation, DONE.to_owned())?;
                // Pictures take as much memory as the tissue, which they have in the record.
                drop(simulation);
                desk.finish(last)?;
                desk.host.hear(&Event::Done(Outcome {
                    courses: &courses,
                    record: &desk.record.borrow(),
                    report: desk.report.borrow().as_ref(),
                    folder: &desk.folder.path,
                }));
                Ok(())
            }
            End::Stopped => {
                let tick = self.simulation.state.tick;
                let by = self.desk.host.stopped_by();
                let saved = self.desk.save(&self.simulation)?;
                self.desk
                    .manifest(&self.simulation, format!("{STOPPED}{by} at tick {tick}"))?;
                Err(RunError::Stopped(Stopped {
                    by,
                    saved: Some((tick, saved, self.desk.folder.path)),
                    group: None,
                }))
            }
            End::Fault(fault, sound) => {
                // What was recorded is kept also when the run failed.
                let last = self.desk.last(&self.simulation, fault.to_string())?;
                self.desk.finish(last)?;
                Err(RunError::FaultIn {
                    fault,
                    saved: self.save_before(sound),
                    folder: self.desk.folder.path,
                })
            }
        }
    }

    /// Goes on to the end without checkpoints, and leaves its files.
    #[cfg(feature = "cli")]
    pub(super) fn repeat(mut self) -> Result<Manifest, RunError> {
        let exit_state = match self.ticks()? {
            End::Fault(fault, _) => fault.to_string(),
            End::Done | End::Stopped | End::Lost(_) => DONE.to_owned(),
        };
        let Self { simulation, desk } = self;
        let last = desk.last(&simulation, exit_state)?;
        drop(simulation);
        Ok(desk.finish(last)?)
    }

    fn ticks(&mut self) -> Result<End, RunError> {
        let Self { simulation, desk } = self;
        let host = desk.host;
        host.hear(&Event::Begun(simulation.clock().last_tick.into()));
        let ended = if desk.checkpoints.is_some() {
            let mut observers: [&mut dyn Observer; 7] = [
                &mut DayZero(desk),
                &mut Recording(desk),
                &mut Writing(desk),
                &mut Telling(host),
                &mut Saving(desk),
                &mut Past(desk),
                &mut Holding(desk),
            ];
            simulation.drive(&mut observers, host.stop())
        } else {
            let mut observers: [&mut dyn Observer; 3] =
                [&mut Recording(desk), &mut Writing(desk), &mut Telling(host)];
            simulation.drive(&mut observers, host.stop())
        };
        desk.settle();
        match ended {
            Ok(Ended::Done) => {
                host.hear(&Event::Stepped);
                Ok(End::Done)
            }
            Ok(Ended::Stopped) => Ok(End::Stopped),
            Err(DriveError::Fault { fault, sound }) => Ok(End::Fault(fault, sound)),
            Err(DriveError::Observer { refusal, .. }) => match refusal.downcast::<OutputError>() {
                Ok(error) => Ok(End::Lost(*error)),
                Err(other) => Err(RunError::Failed(other.to_string())),
            },
            Err(error @ DriveError::Schedule(_)) => Err(RunError::Failed(error.to_string())),
        }
    }

    /// Saves the state before a fault. It is found again from the last checkpoint, or from the start:
    /// a copy before every tick would cost every run what only a few need.
    fn save_before(&mut self, tick: u32) -> Result<PathBuf, String> {
        let mut listed = match &self.desk.checkpoints {
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
            let built = self.desk.loaded.build();
            let mut simulation = built.map_err(|found| found.render(false))?;
            simulation.begin().map_err(|fault| fault.to_string())?;
            simulation
        };
        while self.simulation.state.tick < tick {
            self.simulation.step().map_err(|fault| fault.to_string())?;
        }
        let saved = self.desk.save_state(&self.simulation);
        saved.map_err(|error| error.to_string())
    }
}

/// Measures the bone when day 0 begins, where the specimen was measured.
struct DayZero<'a>(&'a Desk<'a>);

impl Observer for DayZero<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::Days(vec![0.0])
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        if let Some(report) = self.0.report.borrow_mut().as_mut() {
            report.day0 = Some(view.simulation().figures());
        }
        Ok(())
    }
}

/// Takes the rows of tables, digests, and moments for maps and the film.
struct Recording<'a>(&'a Desk<'a>);

impl Observer for Recording<'_> {
    fn schedule(&self) -> Schedule {
        // Peaks of drugs are followed from tick to tick.
        Schedule::EveryTick
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        let mut record = self.0.record.borrow_mut();
        record.take(&self.0.loaded, view.simulation());
        Ok(())
    }
}

/// Writes volumes for other programs.
struct Writing<'a>(&'a Desk<'a>);

impl Observer for Writing<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::Days(self.0.loaded.volume_days())
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        let desk = self.0;
        desk.is_held()?;
        let run = &desk.folder.path;
        let day = view.day();
        let mut made = Vec::new();
        let refused = volumes::make(run, &desk.loaded, view.simulation(), &mut made);
        desk.hear_lost(refused.map_err(|error| (day, error)));
        let to = run.clone();
        let mut behind = desk.behind.borrow_mut();
        desk.hear_lost(behind.begin(run, day, move || volumes::write(&to, &made)));
        Ok(())
    }
}

/// Tells the program where the run is.
struct Telling<'a>(&'a dyn Host);

impl Observer for Telling<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::EveryTick
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        if view.tick() > 0 {
            self.0.hear(&Event::Tick(*view));
        }
        Ok(())
    }
}

/// Saves checkpoints.
struct Saving<'a>(&'a Desk<'a>);

impl Observer for Saving<'_> {
    fn schedule(&self) -> Schedule {
        let checkpoint = &self.0.loaded.scenario.checkpoint;
        let wall = Duration::try_from_secs_f64(checkpoint.every_wall_s()).unwrap_or(Duration::MAX);
        let mut all = vec![Schedule::Wall(wall)];
        all.extend(checkpoint.every.map(Time::get).map(Schedule::EveryHours));
        Schedule::Any(all)
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        if view.is_last() || view.tick() == 0 {
            return Ok(());
        }
        // A run of days is not lost to a disk that is full for an hour.
        if let Err(error) = self.0.save(view.simulation()) {
            let kept = Kept::Checkpoint(view.tick());
            self.0.host.hear(&Event::NotKept(kept, &error));
        }
        Ok(())
    }
}

/// Saves the states from which arms turn off.
struct Past<'a>(&'a Desk<'a>);

impl Observer for Past<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::Ticks(self.0.loaded.fork_ticks())
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        if !view.is_last()
            && let Err(error) = self.0.save_past(view.simulation())
        {
            self.0.host.hear(&Event::NotKept(Kept::Past, &error));
        }
        Ok(())
    }
}

/// Makes sure that what is written goes into the folder of this run.
struct Holding<'a>(&'a Desk<'a>);

impl Observer for Holding<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::EveryTick
    }

    fn observe(&mut self, _: &View<'_>) -> Result<(), Refusal> {
        Ok(self.0.is_held()?)
    }
}

impl Desk<'_> {
    fn wall_s(&self) -> f64 {
        self.before_s + self.clock.elapsed().as_secs_f64()
    }

    /// Milliseconds are read back as they are written.
    fn rounded_wall_s(&self) -> f64 {
        (1e3 * self.wall_s()).round() / 1e3
    }

    fn is_held(&self) -> Result<(), OutputError> {
        self.checkpoints.as_ref().map_or(Ok(()), Checkpoints::check)
    }

    /// Tells of volumes that are lost: a disk that is full costs the run no more than these files.
    fn hear_lost(&self, ended: Result<(), Failed>) {
        if let Err((day, error)) = ended {
            let kept = Kept::Volumes(day);
            self.host.hear(&Event::NotKept(kept, &error));
        }
    }

    /// Waits for the volumes that are being written: what goes on from a checkpoint writes none of before.
    fn settle(&self) {
        let ended = self.behind.borrow_mut().end();
        self.hear_lost(ended);
    }

    /// Saves all that the run needs to go on.
    fn save(&self, simulation: &Simulation) -> Result<PathBuf, OutputError> {
        self.is_held()?;
        self.record.borrow().write_tables(&self.folder.path)?;
        self.save_state(simulation)
    }

    fn save_state(&self, simulation: &Simulation) -> Result<PathBuf, OutputError> {
        let keep = self.loaded.scenario.checkpoint.keep;
        self.save_as(simulation, |checkpoints, tick, bytes| {
            checkpoints.save(tick, bytes, keep)
        })
    }

    /// Saves the final state, in place of the checkpoints before it.
    fn save_final(&self, simulation: &Simulation) -> Result<PathBuf, OutputError> {
        self.save_as(simulation, |checkpoints, tick, bytes| {
            checkpoints.save(tick, bytes, 1)
        })
    }

    fn save_past(&self, simulation: &Simulation) -> Result<PathBuf, OutputError> {
        self.save_as(simulation, Checkpoints::save_past)
    }

    fn save_as(
        &self,
        simulation: &Simulation,
        save: impl FnOnce(&Checkpoints, u32, &[u8]) -> Result<PathBuf, OutputError>,
    ) -> Result<PathBuf, OutputError> {
        self.settle();
        let tick = simulation.state.tick;
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
            .checkpoint(simulation, &self.record.borrow(), self.wall_s())
            .map_err(|error| failed(error.to_string()))?;
        save(checkpoints, tick, &bytes)
    }

    fn words(&self, simulation: &Simulation, exit_state: String) -> Manifest {
        Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.loaded.scenario.name.clone(),
            specimen: simulation.specimen.clone(),
            bone: simulation.bone.clone(),
            inputs: self.loaded.inputs(),
            seed: self.loaded.scenario.seed,
            threads: threads(),
            wall_s: self.rounded_wall_s(),
            seal: String::new(),
            checkpoints: BTreeMap::new(),
            digest: simulation.state.digest(),
            exit_state,
            warnings: self.loaded.notices(),
            specimen_report: self.report.borrow().clone(),
            outputs: BTreeMap::new(),
        }
    }

    /// Writes `run.json` of a run that is not over.
    fn manifest(&self, simulation: &Simulation, exit_state: String) -> Result<(), OutputError> {
        self.is_held()?;
        let mut words = self.words(simulation, exit_state);
        let scenario = self.folder.path.join(SCENARIO);
        words
            .outputs
            .insert(SCENARIO.to_owned(), digest(&scenario)?);
        // A run that is killed may have left them.
        let volume = self.loaded.scenario.output.final_volume;
        let volume = volume.then(|| FINAL.to_owned());
        let files = table_files(&self.loaded).into_iter().chain(volume);
        words
            .outputs
            .extend(files.map(|name| (name, String::new())));
        self.folder.write_manifest(&words)
    }

    /// What the files of a run that is over need of its state; what they hold of it in space is written.
    fn last(&self, simulation: &Simulation, exit_state: String) -> Result<Last, OutputError> {
        self.is_held()?;
        let written = volumes::write_final(&self.folder.path, &self.loaded, simulation);
        let volume = written.unwrap_or_else(|error| {
            let kept = Kept::Volumes(simulation.state.day());
            self.host.hear(&Event::NotKept(kept, &error));
            None
        });
        Ok(Last {
            words: self.words(simulation, exit_state),
            volume,
            grid: simulation.model.grid,
            #[cfg(feature = "parquet")]
            signals: simulation.model.signals.clone(),
        })
    }

    /// Writes all files of a run that is over.
    fn finish(&self, last: Last) -> Result<Manifest, OutputError> {
        let Last {
            mut words,
            volume,
            grid,
            #[cfg(feature = "parquet")]
            signals,
        } = last;
        let path = &self.folder.path;
        self.is_held()?;
        let record = self.record.borrow();
        let mut written = record.write_tables(path)?;
        #[cfg(feature = "parquet")]
        if self.loaded.scenario.output.parquet {
            written.extend(record.write_typed(path, &signals)?);
        }
        written.extend(record.write_pictures(&path.join(PLOTS), &self.loaded, &grid)?);
        written.extend(volume);
        if self.loaded.scenario.output.volumes.is_some() {
            written.extend(volumes::written(path)?);
        }
        written.push(path.join(SCENARIO));
        self.is_held()?;
        words.wall_s = self.rounded_wall_s();
        if words.exit_state == DONE {
            words.checkpoints = digests(path)?;
        }
        self.folder.finish(words, &written)
    }
}

/// What the files of a run that is over need of its state.
struct Last {
    words: Manifest,
    /// The tissue in space, where it was written.
    volume: Option<PathBuf>,
    grid: Grid,
    #[cfg(feature = "parquet")]
    signals: Vec<String>,
}

/// Courses that an event begins or ends, each with when it has.
fn courses(simulation: &Simulation) -> Vec<String> {
    let Simulation { model, state, .. } = simulation;
    let courses = model.parts.drugs.plan.conditional.iter();
    let mut said = Vec::new();
    for (entry, dates) in courses.zip(&state.parts.drugs.courses.dates) {
        for (event, condition, date) in [
            ("begun", entry.course.start_when, dates.started_h),
            ("ended", entry.course.stop_when, dates.stopped_h),
        ] {
            let Some(condition) = condition else {
                continue;
            };
            let day = match date {
                Some(time_h) => format!("has {event} on day {}", time_h / 24.0),
                None => format!("has not {event}"),
            };
            said.push(format!("course {} {day} ({condition})", entry.name));
        }
    }
    said
}
