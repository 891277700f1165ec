//! The tissue of a day in space, as the bytes of a picture or a film.

use crate::numerics::refusal::Refusal;
use crate::plot::solid::{
    Look, SolidError, Tissue, Turn, apng, before_after, film, gif, picture as still, png,
};
use crate::run::day::Found;
use crate::run::solid::{day, sides, tissue, words};

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// The day, as PNG.
    Day,
    /// Day 0 beside it, as PNG.
    BeforeAfter,
    /// A full turn as GIF.
    Gif(Turn),
    /// A full turn as APNG.
    Apng(Turn),
}

impl Rendering {
    /// Endings of files of a film, or of a still picture.
    pub const fn endings(is_film: bool) -> &'static [&'static str] {
        if is_film {
            &["gif", "png", "apng"]
        } else {
            &["png"]
        }
    }

    /// What is drawn into a file of this ending: a film of a turn, or the day, by itself or beside day 0.
    pub fn of(ending: &str, film: Option<Turn>, is_beside: bool) -> Self {
        match (film, ending) {
            (Some(turn), "gif") => Self::Gif(turn),
            (Some(turn), _) => Self::Apng(turn),
            (None, _) if is_beside => Self::BeforeAfter,
            (None, _) => Self::Day,
        }
    }
}

/// Why nothing is drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The volume of day 0 was not kept.
    #[error("no checkpoint holds the bone of day 0, beside which a day is drawn")]
    NoDayZero,
    /// Day 0 beside itself.
    #[error("found day {0}, expected a day after day 0, beside which it is drawn")]
    NotLater(String),
    /// The drawing.
    #[error(transparent)]
    Solid(#[from] SolidError),
}

impl Refusal for RenderError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Solid(SolidError::Drawing(_)))
    }
}

/// Draws the tissue that was found.
///
/// # Errors
/// [`RenderError`].
pub fn render(found: &Found, rendering: Rendering, look: Look) -> Result<Vec<u8>, RenderError> {
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
            png(&before_after(before, &now, look, &said, names)?)?
        }
    };
    Ok(bytes)
}
