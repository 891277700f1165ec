//! `howship render`: the bone of a run in space, on any of its days.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::progress::Progress;
use super::run::on_threads;
use crate::observe::volume::Volume;
use crate::output::{OutputError, write_new, write_whole};
use crate::plot::solid::{
    Cut, FRAMES, Look, SolidError, Tissue, View, apng, before_after, film, gif, picture, png,
};
use crate::run::checkpoint::{all, open, read_bytes};
use crate::run::folder::Manifest;
use crate::run::members::{is_group, members};
use crate::run::ours::refuse_inside;
use crate::run::past::prepare;
use crate::run::restore::Restored;
use crate::run::simulation::Simulation;
use crate::run::solid::{day, sides, tissue, words};

/// Arguments of `howship render`.
#[derive(Debug, Args)]
pub(super) struct RenderArguments {
    /// A run folder, or one of its checkpoints.
    run: PathBuf,
    /// Day of the run. A day of which no volume was kept is run again from the checkpoint before it,
    /// which comes out the same. Without it the last day that is there.
    #[arg(long, value_name = "N")]
    day: Option<f64>,
    /// front, side, top, isometric, or AZIMUTH,ELEVATION in degrees, as in 30,25.
    #[arg(long, default_value = "isometric")]
    view: View,
    /// What is cut away: auto (the octant before the lesion, where more than half of what was lost
    /// would be hidden), none, octant, octant=X,Y,Z, or a plane as in x=0.9; places in mm.
    #[arg(long, default_value = "auto")]
    cut: Cut,
    /// Day 0, with what was lost since coloured on its surface, beside the day.
    #[arg(long, conflicts_with = "film")]
    before_after: bool,
    /// A full turn: GIF where the name ends in .gif, APNG where it ends in .png or .apng.
    #[arg(long)]
    film: bool,
    /// File for the picture (.png) or the film.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace that file.
    #[arg(long)]
    force: bool,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    /// Threads; pictures are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
}

fn refused(words: impl std::fmt::Display) -> Stop {
    Stop::Request(format!("error: {words}"))
}

impl From<SolidError> for Stop {
    fn from(error: SolidError) -> Self {
        match error {
            SolidError::Drawing(_) => Self::Failed(format!("error: {error}")),
            _ => refused(error),
        }
    }
}

/// What is made of a film or a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Png,
    Apng,
    Gif,
}

pub(super) fn render(arguments: &RenderArguments) -> Result<(), Stop> {
    let form = form(arguments)?;
    check_place(&arguments.out, arguments.force)?;
    on_threads(arguments.threads, || {
        let bytes = draw(arguments, form)?;
        if arguments.force {
            write_whole(&arguments.out, &bytes)?;
        } else {
            write_new(&arguments.out, &bytes)?;
        }
        if !arguments.quiet {
            say!("{}", arguments.out.display());
        }
        Ok(())
    })
}

/// The form that the name of the file asks for.
fn form(arguments: &RenderArguments) -> Result<Form, Stop> {
    let ending = arguments.out.extension().unwrap_or_default();
    let ending = ending.to_string_lossy().to_lowercase();
    match (arguments.film, &ending[..]) {
        (false, "png") => Ok(Form::Png),
        (true, "gif") => Ok(Form::Gif),
        (true, "png" | "apng") => Ok(Form::Apng),
        (is_film, _) => Err(refused(format_args!(
            "--out {}: found the ending \"{ending}\", expected {}",
            arguments.out.display(),
            if is_film {
                ".gif, .png or .apng for a film"
            } else {
                ".png for a picture (.gif with --film)"
            }
        ))),
    }
}

/// Before anything is run: a file that could not be written at the end.
fn check_place(out: &Path, force: bool) -> Result<(), Stop> {
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !parent.is_dir() {
        return Err(refused(format_args!(
            "--out {}: there is no folder {}",
            out.display(),
            parent.display()
        )));
    }
    refuse_inside(out)?;
    match out.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(found) if !found.is_file() => Err(OutputError::Refused {
            path: out.to_path_buf(),
            reason: "it is no regular file: choose another name with --out".to_owned(),
        }
        .into()),
        Ok(_) if force => Ok(()),
        Ok(_) => Err(refused(format_args!(
            "{} exists already; choose another name with --out, or replace it with --force",
            out.display()
        ))),
    }
}

fn draw(arguments: &RenderArguments, form: Form) -> Result<Vec<u8>, Stop> {
    let Found {
        title,
        first,
        volume,
    } = find(arguments)?;
    let look = Look {
        view: arguments.view,
        cut: arguments.cut,
    };
    let now = tissue(&volume);
    let before: Option<Tissue> = first.as_ref().map(tissue);
    let said = words(&title, &volume, first.as_ref());
    if arguments.before_after {
        let (Some(first), Some(before)) = (&first, &before) else {
            return Err(refused(
                "--before-after: no checkpoint holds the bone of day 0, beside which a day is drawn",
            ));
        };
        if volume.day <= first.day {
            return Err(refused(format_args!(
                "--before-after: found day {}, expected a day after day 0",
                day(&volume)
            )));
        }
        let names = sides(first, &volume);
        let names = [&names[0][..], &names[1][..]];
        let image = before_after(before, &now, look, &said, names)?;
        return Ok(png(&image)?);
    }
    if arguments.film {
        if !arguments.quiet {
            tell!("drawing {FRAMES} frames");
        }
        let frames = film(&now, before.as_ref(), look, &said)?;
        return Ok(if form == Form::Gif {
            gif(&frames)?
        } else {
            apng(&frames)?
        });
    }
    let image = picture(&now, before.as_ref(), look, &said)?;
    Ok(png(&image)?)
}

/// What is drawn.
struct Found {
    title: String,
    /// Day 0, where it is known.
    first: Option<Volume>,
    volume: Volume,
}

/// Checkpoints at a path, the last first.
fn checkpoints(path: &Path) -> Result<Vec<PathBuf>, Stop> {
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

/// Finds the volume of the day that was asked for, or runs to it.
fn find(arguments: &RenderArguments) -> Result<Found, Stop> {
    let is_file = arguments.run.is_file();
    let files = checkpoints(&arguments.run)?;
    let mut first = None;
    let mut title = None;
    for file in &files {
        let restored = match read_bytes(file).and_then(|bytes| open(&bytes)?.restore()) {
            Ok(restored) => restored,
            Err(error) if is_file => {
                return Err(refused(format_args!("{} {error}", file.display())));
            }
            Err(error) => {
                tell!("warning: {} {error}; another is tried", file.display());
                continue;
            }
        };
        let Restored {
            loaded,
            simulation,
            record,
            ..
        } = restored;
        let target = target(arguments.day, &simulation)?;
        let title = title.get_or_insert_with(|| loaded.title()).clone();
        let kept = record.volumes();
        let at_day = |day: f64| {
            let half_d = 0.5 * simulation.model.tick_h / 24.0;
            kept.iter().find(|volume| (volume.day - day).abs() < half_d)
        };
        first = first.or_else(|| at_day(0.0).map(|&volume| volume.clone()));
        if let Some(&volume) = at_day(day_of(target, &simulation)) {
            return Ok(Found {
                title,
                first,
                volume: volume.clone(),
            });
        }
        if simulation.state.tick <= target {
            return run_to(arguments, title, first, simulation, target);
        }
    }
    if is_file {
        return Err(refused(format_args!(
            "{} lies behind day {}: give the run folder, or a later day",
            arguments.run.display(),
            arguments.day.unwrap_or_default()
        )));
    }
    from_the_start(arguments, first)
}

/// A day before all checkpoints.
fn from_the_start(arguments: &RenderArguments, first: Option<Volume>) -> Result<Found, Stop> {
    let manifest = Manifest::read(&arguments.run).map_err(refused)?;
    let (loaded, mut simulation) = prepare(&arguments.run, &manifest, arguments.inputs.clone())?;
    let target = target(arguments.day, &simulation)?;
    if !arguments.quiet {
        tell!(
            "no checkpoint lies before day {}: it is run again from the start",
            day_of(target, &simulation)
        );
    }
    simulation
        .begin()
        .map_err(|fault| Stop::Failed(format!("error: {fault}")))?;
    run_to(arguments, loaded.title(), first, simulation, target)
}

fn day_of(tick: u32, simulation: &Simulation) -> f64 {
    let after = f64::from(tick) - f64::from(simulation.burn_in_ticks);
    after * simulation.model.tick_h / 24.0
}

/// The tick of a day; the present one where none was asked for.
fn target(asked: Option<f64>, simulation: &Simulation) -> Result<u32, Stop> {
    let grid = &simulation.model.grid;
    if grid.is_section() {
        return Err(SolidError::Section(grid.dims[0], grid.dims[1]).into());
    }
    let per_day = 24.0 / simulation.model.tick_h;
    let last = f64::from(simulation.ticks) / per_day;
    let Some(asked) = asked else {
        return Ok(simulation.state.tick.max(simulation.burn_in_ticks));
    };
    if !(0.0..=last + 1e-9).contains(&asked) {
        return Err(refused(format_args!(
            "--day {asked}: the run goes from day 0 to day {last}"
        )));
    }
    let ticks = asked * per_day;
    if (ticks - ticks.round()).abs() > 1e-6 {
        return Err(refused(format_args!(
            "--day {asked} lies between ticks: those before and after it are at day {} and day {}",
            ticks.floor() / per_day,
            ticks.ceil() / per_day
        )));
    }
    Ok(simulation.burn_in_ticks + ticks.round() as u32)
}

/// Steps to a tick, and takes day 0 along where it passes.
fn run_to(
    arguments: &RenderArguments,
    title: String,
    mut first: Option<Volume>,
    mut simulation: Simulation,
    target: u32,
) -> Result<Found, Stop> {
    let from = simulation.state.tick;
    let mut progress = Progress::new(u64::from(target - from), arguments.quiet);
    loop {
        let state = &simulation.state;
        if state.tick == simulation.burn_in_ticks {
            first = first.or_else(|| Volume::of(&simulation.model, state));
        }
        if state.tick >= target {
            break;
        }
        simulation
            .step()
            .map_err(|fault| Stop::Failed(format!("error: the run stopped on the way: {fault}")))?;
        let state = &simulation.state;
        progress.at(u64::from(state.tick - from), || {
            format!("running to the day: day {:.0}", state.day())
        });
    }
    progress.finish();
    let (x, y) = (simulation.model.grid.dims[0], simulation.model.grid.dims[1]);
    let volume =
        Volume::of(&simulation.model, &simulation.state).ok_or(SolidError::Section(x, y))?;
    Ok(Found {
        title,
        first,
        volume,
    })
}
