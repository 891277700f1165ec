//! The tissue of a run on a day: from what was kept, or run again to it.

#[cfg(feature = "cli")]
use std::cell::RefCell;
use std::path::{Path, PathBuf};

#[cfg(feature = "cli")]
use crate::observe::volume::Volume;
#[cfg(feature = "cli")]
use crate::plot::solid::SolidError;
use crate::run::checkpoint::{all, open, read_bytes};
use crate::run::error::RunError;
use crate::run::folder::Manifest;
use crate::run::host::{Event, Host};
use crate::run::members::{is_group, members};
#[cfg(feature = "cli")]
use crate::run::past::control_of;
use crate::run::past::prepare;
use crate::run::restore::Restored;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;

fn refused(words: impl std::fmt::Display) -> RunError {
    RunError::Refused(words.to_string())
}

/// The tissue of a run on a day.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub(crate) struct Found {
    /// Heading of its pictures.
    pub title: String,
    /// Day 0, where it is known.
    pub first: Option<Volume>,
    /// The tissue.
    pub volume: Volume,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// A run folder, or one of its checkpoints.
    pub run: &'a Path,
    /// Day of the run; the last that is there without it.
    pub day: Option<f64>,
    /// Folder to which file names in the scenario refer, where it has moved.
    pub inputs: Option<&'a Path>,
}

/// Checkpoints at a path, the last first.
fn checkpoints(path: &Path) -> Result<Vec<PathBuf>, RunError> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if is_group(path) {
        let runs = members(path)?;
        let names: Vec<String> = runs.iter().map(|it| it.display().to_string()).collect();
        return Err(refused(format_args!(
            "{} holds several runs: name one of {}",
            path.display(),
            names.join(", ")
        )));
    }
    if !path.join("run.json").exists() {
        return Err(refused(format_args!(
            "{} is neither a checkpoint nor a run folder: it has no run.json",
            path.display()
        )));
    }
    Ok(all(path)?.into_iter().map(|(_, file)| file).collect())
}

/// The scenario of a run folder or of a checkpoint.
///
/// # Errors
/// No run, or a scenario that does not read.
#[cfg(feature = "cli")]
pub(super) fn scenario_of(run: &Path, inputs: Option<&Path>) -> Result<Loaded, RunError> {
    checkpoints(run)?;
    if !run.is_file() {
        return control_of(run, inputs.map(Path::to_path_buf)).map(|(loaded, _)| loaded);
    }
    let loaded = read_bytes(run).and_then(|bytes| open(&bytes)?.scenario());
    loaded.map_err(|error| refused(format_args!("{} {error}", run.display())))
}

/// Looks through the checkpoints of a run, the last first, until `look` gives something; then at the run
/// before its first tick, by `begun`.
///
/// # Errors
/// No run; a checkpoint that was named and cannot be read, or lies behind the day; those of `look` and `begun`.
fn back_from_the_end<T>(
    asked: Asked<'_>,
    host: &dyn Host,
    mut look: impl FnMut(Restored) -> Result<Option<T>, RunError>,
    begun: impl FnOnce(Loaded, Simulation) -> Result<T, RunError>,
) -> Result<T, RunError> {
    let is_file = asked.run.is_file();
    for file in &checkpoints(asked.run)? {
        match read_bytes(file).and_then(|bytes| open(&bytes)?.restore()) {
            Ok(restored) => {
                if let Some(found) = look(restored)? {
                    return Ok(found);
                }
            }
            Err(error) if is_file => {
                return Err(refused(format_args!("{} {error}", file.display())));
            }
            Err(error) => host.hear(&Event::Unused(file, &error)),
        }
    }
    if is_file {
        return Err(refused(format_args!(
            "{} lies behind day {}: give the run folder, or a later day",
            asked.run.display(),
            asked.day.unwrap_or_default()
        )));
    }
    let manifest = Manifest::read(asked.run).map_err(refused)?;
    let (loaded, simulation) = prepare(asked.run, &manifest, asked.inputs.map(Path::to_path_buf))?;
    begun(loaded, simulation)
}

/// Says that a run is done again from its start, and does what is due there.
fn begin_again(host: &dyn Host, simulation: &mut Simulation, target: u32) -> Result<(), RunError> {
    host.hear(&Event::FromTheStart {
        day: day_of(target, simulation),
    });
    Ok(simulation.begin()?)
}

/// Steps to a tick; `pass` sees the simulation before each step and at the end.
fn step_to(
    host: &dyn Host,
    simulation: &mut Simulation,
    target: u32,
    mut pass: impl FnMut(&Simulation),
) -> Result<(), RunError> {
    let from = simulation.state.tick;
    loop {
        pass(simulation);
        if simulation.state.tick >= target {
            host.hear(&Event::Stepped);
            return Ok(());
        }
        simulation.step()?;
        host.hear(&Event::Towards {
            view: simulation.view(),
            done: u64::from(simulation.state.tick - from),
            total: u64::from(target - from),
        });
    }
}

/// Finds the tissue of the day that was asked for, or runs to it from the checkpoint before it, which
/// comes out the same.
///
/// # Errors
/// No run, a section, a day that the run has not; what stops the run on its way.
#[cfg(feature = "cli")]
pub(crate) fn find(asked: Asked<'_>, host: &dyn Host) -> Result<Found, RunError> {
    let first = RefCell::new(None);
    let mut title = None;
    back_from_the_end(
        asked,
        host,
        |restored| {
            let Restored {
                loaded,
                simulation,
                record,
                ..
            } = restored;
            let target = target(asked.day, &simulation)?;
            let title = title
                .get_or_insert_with(|| loaded.subject_of_tissue(&simulation.model.grid))
                .clone();
            let kept = record.volumes();
            let at_day = |day: f64| {
                let half_d = 0.5 * simulation.model.tick_h / 24.0;
                let mut kept = kept.iter();
                kept.find(|volume| (volume.day - day).abs() < half_d)
                    .map(|&volume| volume.clone())
            };
            let day_zero = first.take().or_else(|| at_day(0.0));
            if let Some(volume) = at_day(day_of(target, &simulation)) {
                return Ok(Some(Found {
                    title,
                    first: day_zero,
                    volume,
                }));
            }
            if simulation.state.tick <= target {
                return run_to(host, title, day_zero, simulation, target).map(Some);
            }
            first.replace(day_zero);
            Ok(None)
        },
        |loaded, mut simulation| {
            let target = target(asked.day, &simulation)?;
            begin_again(host, &mut simulation, target)?;
            let title = loaded.subject_of_tissue(&simulation.model.grid);
            run_to(host, title, first.take(), simulation, target)
        },
    )
}

/// The run as it is on a day: from a checkpoint of that day, or run again to it from the one before it,
/// which comes out the same. `check` sees the run before it is stepped.
///
/// # Errors
/// No run, a day that the run has not, what `check` says; what stops the run on its way.
pub(super) fn simulation_at(
    asked: Asked<'_>,
    host: &dyn Host,
    check: impl Fn(&Simulation) -> Result<(), RunError>,
) -> Result<(Loaded, Simulation), RunError> {
    let target = |simulation: &Simulation| {
        check(simulation)?;
        tick_of(asked.day, simulation)
    };
    back_from_the_end(
        asked,
        host,
        |restored| {
            let Restored {
                loaded,
                mut simulation,
                ..
            } = restored;
            let target = target(&simulation)?;
            if simulation.state.tick > target {
                return Ok(None);
            }
            step_to(host, &mut simulation, target, |_| {})?;
            Ok(Some((loaded, simulation)))
        },
        |loaded, mut simulation| {
            let target = target(&simulation)?;
            begin_again(host, &mut simulation, target)?;
            step_to(host, &mut simulation, target, |_| {})?;
            Ok((loaded, simulation))
        },
    )
}

fn day_of(tick: u32, simulation: &Simulation) -> f64 {
    let after = f64::from(tick) - f64::from(simulation.burn_in_ticks);
    after * simulation.model.tick_h / 24.0
}

/// The same of a lattice in space.
#[cfg(feature = "cli")]
fn target(asked: Option<f64>, simulation: &Simulation) -> Result<u32, RunError> {
    let grid = &simulation.model.grid;
    if grid.is_section() {
        return Err(refused(SolidError::Section(grid.dims[0], grid.dims[1])));
    }
    tick_of(asked, simulation)
}

/// The tick of a day from day 0 on; the present one where none was asked for.
pub(super) fn tick_of(asked: Option<f64>, simulation: &Simulation) -> Result<u32, RunError> {
    let per_day = 24.0 / simulation.model.tick_h;
    let last = f64::from(simulation.ticks) / per_day;
    let Some(asked) = asked else {
        return Ok(simulation.state.tick.max(simulation.burn_in_ticks));
    };
    if !(0.0..=last + 1e-9).contains(&asked) {
        return Err(refused(format_args!(
            "day {asked}: the run goes from day 0 to day {last}"
        )));
    }
    let ticks = asked * per_day;
    if (ticks - ticks.round()).abs() > 1e-6 {
        return Err(refused(format_args!(
            "day {asked} lies between ticks: those before and after it are at day {} and day {}",
            ticks.floor() / per_day,
            ticks.ceil() / per_day
        )));
    }
    Ok(simulation.burn_in_ticks + ticks.round() as u32)
}

/// Steps to a tick, and takes day 0 along where it passes.
#[cfg(feature = "cli")]
fn run_to(
    host: &dyn Host,
    title: String,
    mut first: Option<Volume>,
    mut simulation: Simulation,
    target: u32,
) -> Result<Found, RunError> {
    step_to(host, &mut simulation, target, |simulation| {
        if simulation.state.tick == simulation.burn_in_ticks {
            first = first
                .take()
                .or_else(|| Volume::of(&simulation.model, &simulation.state));
        }
    })?;
    let (x, y) = (simulation.model.grid.dims[0], simulation.model.grid.dims[1]);
    let volume = Volume::of(&simulation.model, &simulation.state)
        .ok_or_else(|| refused(SolidError::Section(x, y)))?;
    Ok(Found {
        title,
        first,
        volume,
    })
}
