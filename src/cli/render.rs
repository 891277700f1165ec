//! `howship render`: the bone of a run in space, on any of its days.

use clap::Args;

use super::Stop;
use super::reading::{DayArguments, file};
use crate::plot::solid::{Cutaway, Look, Turn, View};
use crate::run::day::find;
use crate::run::render::{Rendering, render as in_space};

/// Arguments of `howship render`.
#[derive(Debug, Args)]
pub(super) struct RenderArguments {
    #[command(flatten)]
    of: DayArguments,
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
}

pub(super) fn render(arguments: &RenderArguments) -> Result<(), Stop> {
    let of = &arguments.of;
    let endings = Rendering::endings(arguments.film);
    let out = file("--out", &of.out, endings, Some(of.force))?;
    let turn = arguments.film.then_some(Turn {
        frames: arguments.frames,
        width: arguments.width,
    });
    let rendering = Rendering::of(&out.ending(), turn, arguments.before_after);
    let look = Look {
        view: arguments.view,
        cut: arguments.cut,
    };
    of.how.go(|console| {
        let found = find(of.asked(), console)?;
        if arguments.film && !of.how.quiet {
            tell!("drawing {} frames", arguments.frames);
        }
        out.write(&in_space(&found, rendering, look)?)?;
        of.say_place();
        Ok(())
    })
}
