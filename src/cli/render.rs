//! `howship render`: the bone of a run in space, on any of its days.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::file;
use super::run::How;
use crate::plot::solid::{Cutaway, Look, Turn, View};
use crate::run::day::{Asked, find};
use crate::run::render::{Rendering, render as in_space};

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
    #[command(flatten)]
    how: How,
}

pub(super) fn render(arguments: &RenderArguments) -> Result<(), Stop> {
    let (film, still): (&[&str], &[&str]) = (&["gif", "png", "apng"], &["png"]);
    let endings = if arguments.film { film } else { still };
    let out = file("--out", &arguments.out, endings, Some(arguments.force))?;
    let turn = Turn {
        frames: arguments.frames,
        width: arguments.width,
    };
    let rendering = match (arguments.film, &out.ending()[..]) {
        (true, "gif") => Rendering::Gif(turn),
        (true, _) => Rendering::Apng(turn),
        (false, _) if arguments.before_after => Rendering::BeforeAfter,
        (false, _) => Rendering::Day,
    };
    let quiet = arguments.how.quiet;
    arguments.how.go(|console| {
        let asked = Asked {
            run: &arguments.run,
            day: arguments.day,
            inputs: arguments.inputs.as_deref(),
        };
        let found = find(asked, console)?;
        if arguments.film && !quiet {
            tell!("drawing {} frames", arguments.frames);
        }
        let look = Look {
            view: arguments.view,
            cut: arguments.cut,
        };
        out.write(&in_space(&found, rendering, look)?)?;
        if !quiet {
            say!("{}", arguments.out.display());
        }
        Ok(())
    })
}
