//! `howship render`: the bone of a run in space, on any of its days.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::console::Console;
use super::run::on_threads;
use crate::output::{OutputError, write_new, write_whole};
use crate::plot::solid::{
    Cutaway, Look, SolidError, Tissue, Turn, View, apng, before_after, film, gif, picture, png,
};
use crate::run::day::{Asked, Found, find};
use crate::run::ours::refuse_inside;
use crate::run::solid::{day, sides, tissue, words};

/// Arguments of `howship render`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command"
)]
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
    cut: Cutaway,
    /// Day 0, with what was lost since coloured on its surface, beside the day.
    #[arg(long, conflicts_with = "film")]
    before_after: bool,
    /// A full turn: GIF where the name ends in .gif, APNG where it ends in .png or .apng.
    #[arg(long)]
    film: bool,
    /// Frames of the film.
    #[arg(long, value_name = "N", default_value_t = Turn::default().frames,
          value_parser = clap::value_parser!(u32).range(12..=720), requires = "film")]
    frames: u32,
    /// Pixels of the film across.
    #[arg(long, value_name = "PIXELS", default_value_t = Turn::default().width,
          value_parser = clap::value_parser!(u32).range(190..=1200), requires = "film")]
    width: u32,
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
    let asked = Asked {
        run: &arguments.run,
        day: arguments.day,
        inputs: arguments.inputs.as_deref(),
    };
    let Found {
        title,
        first,
        volume,
    } = find(asked, &Console::new(arguments.quiet))?;
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
            tell!("drawing {} frames", arguments.frames);
        }
        let turn = Turn {
            frames: arguments.frames,
            width: arguments.width,
        };
        let frames = film(&now, before.as_ref(), look, &said, turn)?;
        return Ok(if form == Form::Gif {
            gif(&frames)?
        } else {
            apng(&frames)?
        });
    }
    let image = picture(&now, before.as_ref(), look, &said)?;
    Ok(png(&image)?)
}
