//! The tissue of a day in space, as the bytes of a picture or a film.

use std::path::Path;

use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::plot::solid::{
    Look, SolidError, Tissue, Turn, apng, before_after, film, gif, picture as still, png,
};
use crate::run::day::{Asked, Found, find};
use crate::run::error::RunError;
use crate::run::place::{NewFiles, OptionError};
use crate::run::screen::Console;
use crate::run::solid::{day, sides, tissue, words, words_of_both};
use crate::run::words::Weight;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rendering {
    /// The day, as PNG.
    Day,
    /// Day 0 beside it, as PNG.
    BeforeAfter,
    /// A full turn as GIF.
    Gif(Turn),
    /// A full turn as APNG.
    Apng(Turn),
}

/// A picture, or a film, that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RenderRequest<'a> {
    /// The day of the run.
    pub day: Asked<'a>,
    /// The file.
    pub out: &'a Path,
    /// Replaces it.
    pub force: bool,
    /// From where, and what is cut away.
    pub look: Look,
    /// A film in place of a picture.
    pub film: Option<Turn>,
    /// Day 0 beside the day.
    pub beside: bool,
}

impl RenderRequest<'_> {
    /// Draws it, and shows where the file is.
    ///
    /// # Errors
    /// [`RenderError`].
    pub(crate) fn go(&self, console: &Console<'_>) -> Result<(), RenderError> {
        let endings: &[&str] = match self.film {
            Some(_) => &["gif", "png", "apng"],
            None => &["png"],
        };
        let mut files = NewFiles::new(Some(self.force));
        let out = files.file("--out", self.out, endings)?;
        let rendering = match self.film {
            Some(turn) if out.ending() == "gif" => Rendering::Gif(turn),
            Some(turn) => Rendering::Apng(turn),
            None if self.beside => Rendering::BeforeAfter,
            None => Rendering::Day,
        };
        let found = find(self.day, console)?;
        if let Some(turn) = self.film {
            let words = format!("drawing {} frames", turn.frames);
            console.show(Weight::Note, words);
        }
        out.write(&render(&found, rendering, self.look)?)?;
        console.show_place(self.out);
        Ok(())
    }
}

/// Why nothing is drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RenderError {
    /// The volume of day 0 was not kept.
    #[error("no checkpoint holds the bone of day 0, beside which a day is drawn")]
    NoDayZero,
    /// Day 0 beside itself.
    #[error("found day {0}, expected a day after day 0, beside which it is drawn")]
    NotLater(String),
    /// The drawing.
    #[error(transparent)]
    Solid(#[from] SolidError),
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The file that is to be written.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// A file that was not.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for RenderError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Run(error) => error.is_refusal(),
            Self::Output(error) => error.is_refusal(),
            Self::Solid(SolidError::Drawing(_)) => false,
            Self::NoDayZero | Self::NotLater(_) | Self::Solid(_) | Self::Option(_) => true,
        }
    }

    fn is_stop(&self) -> bool {
        matches!(self, Self::Run(error) if error.is_stop())
    }
}

/// Draws the tissue that was found.
fn render(found: &Found, rendering: Rendering, look: Look) -> Result<Vec<u8>, RenderError> {
    let Found {
        title,
        first,
        volume,
    } = found;
    let now = tissue(volume);
    let before: Option<Tissue> = first.as_ref().map(tissue);
    let said = words(title, volume, first.as_ref());
    let turning = |turn| film(&now, before.as_ref(), look, &said, turn);
    let bytes = match rendering {
        Rendering::Day => png(&still(&now, before.as_ref(), look, &said)?)?,
        Rendering::Gif(turn) => gif(&turning(turn)?)?,
        Rendering::Apng(turn) => apng(&turning(turn)?)?,
        Rendering::BeforeAfter => {
            let (Some(first), Some(before)) = (first, &before) else {
                return Err(RenderError::NoDayZero);
            };
            if volume.day <= first.day {
                return Err(RenderError::NotLater(day(volume)));
            }
            let names = sides(first, volume);
            let names = [&names[0][..], &names[1][..]];
            let said = words_of_both(title, first, volume);
            png(&before_after(before, &now, look, &said, names)?)?
        }
    };
    Ok(bytes)
}
