//! Bone in space: the surface of bone with what lives on it, in light, drawn without a graphics card.
//!
//! The surface of half bone is laid through a slightly smoothed field (`surface`), a buffer of depths says
//! which triangle a sample shows (`raster`), light comes from an open sky and one lamp (`sky`, `light`).
//! The tumour is a closed surface that one looks through; how dense it appears goes by the length of the way
//! through it, so that no order matters. What hides the lesion is cut away (`cut`).
//!
//! Volumes are those of the lattice and stand in words: a smoothed surface is for the eye.

mod bodies;
mod camera;
mod cut;
mod field;
mod figure;
#[cfg(feature = "cli")]
mod film;
mod light;
mod mesh;
mod raster;
mod scene;
mod sky;
mod still;
mod surface;
#[cfg(test)]
mod tests;
mod tissue;
mod vector;

pub(crate) use camera::{VIEWS, View};
pub(crate) use cut::Cutaway;
pub(crate) use figure::Words;
#[cfg(feature = "cli")]
pub(crate) use film::{apng, gif};
pub(crate) use scene::Image;
pub(crate) use still::png;
pub(crate) use tissue::{Body, SolidError, Tissue};

use crate::numerics::parallel::both;

use figure::{Figure, Shows};
use scene::{Scene, gain_colour, loss_colour};

/// A full turn as a film.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Frames.
    pub frames: u32,
    /// Pixels across.
    pub width: u32,
}

#[cfg(feature = "cli")]
impl Default for Turn {
    /// Frames enough to turn without jumps, small enough for a page or a mail.
    fn default() -> Self {
        Self {
            frames: 60,
            width: 320,
        }
    }
}

/// From where, and what is cut away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    /// View.
    pub view: View,
    /// Cut.
    pub cut: Cutaway,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            view: VIEWS[3].1,
            cut: Cutaway::Auto,
        }
    }
}

/// The tissue of one moment. `first` is the tissue of day 0, where it is known: it says where the cut lies.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
pub(crate) fn picture(
    tissue: &Tissue,
    first: Option<&Tissue>,
    look: Look,
    words: &Words,
) -> Result<Image, SolidError> {
    still(&scene(tissue, first, look)?, tissue, look, words)?
        .0
        .paste()
}

/// A page with the pictures that belong into it, which are not in it yet.
struct Sheet {
    figure: Figure,
    images: Vec<Image>,
}

impl Sheet {
    fn paste(self) -> Result<Image, SolidError> {
        self.figure.paste(&self.images)
    }
}

/// A scene as it is drawn, with what there is to see.
struct Side<'a> {
    image: Image,
    shows: Shows<'a>,
}

fn side<'a>(
    scene: &Scene,
    tissue: &'a Tissue,
    look: Look,
    size: [usize; 2],
) -> Result<Side<'a>, SolidError> {
    let (image, seen) = scene.draw(look.view, size, false)?;
    let shows = Shows {
        tissue,
        has_tumour: scene.has_tumour(),
        seen: Some(seen),
    };
    Ok(Side { image, shows })
}

/// One day, and the bodies of each kind that are to be seen.
fn still(
    scene: &Scene,
    tissue: &Tissue,
    look: Look,
    words: &Words,
) -> Result<(Sheet, [usize; 3]), SolidError> {
    let size = Figure::pixels(scene, look.view, true);
    let Side { image, shows } = side(scene, tissue, look, size)?;
    let sheet = Sheet {
        figure: Figure::single(scene, shows, look.view, words),
        images: vec![image],
    };
    Ok((sheet, shows.seen.unwrap_or_default()))
}

/// What is said of day 0, of a later day, and of both beside each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfBoth<'a> {
    /// Day 0.
    pub first: &'a Words,
    /// The later day.
    pub now: &'a Words,
    /// Both.
    pub change: &'a Words,
    /// The days, each with its figures behind a colon.
    pub names: [&'a str; 2],
}

/// Pictures of day 0, of a later day, and of both beside each other, for which surfaces are found once.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
pub(crate) fn pictures_of_both(
    first: &Tissue,
    tissue: &Tissue,
    look: Look,
    said: OfBoth<'_>,
) -> Result<[Image; 3], SolidError> {
    let mut after = scene(tissue, Some(first), look)?;
    let (now, seen) = still(&after, tissue, look, said.now)?;
    let (right, is_formed) = changed(&mut after, [first, tissue], look, true, Some(seen))?;
    // One after the other: a scene is as large as its surfaces, and drawing uses all threads.
    let removed = after.removed.clone();
    drop(after);
    let mut before = scene(first, Some(first), look)?;
    let (day_0, seen) = still(&before, first, look, said.first)?;
    let mut seen = Some(seen);
    if !before.removed.is_same_part(&removed) {
        before = Scene::of_another_day(first, removed)?;
        seen = None;
    }
    let (left, is_lost) = changed(&mut before, [first, tissue], look, false, seen)?;
    let change = pair(&before, [left, right], [is_lost, is_formed], look, said);
    drop(before);
    let ((day_0, now), change) = both(|| both(|| day_0.paste(), || now.paste()), || change.paste());
    Ok([day_0?, now?, change?])
}

/// Day 0 with what was lost since coloured on its surface, beside the tissue of a later day with what was formed.
/// A name is that of a day, with its figures behind a colon.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
#[cfg(feature = "cli")]
pub(crate) fn before_after(
    first: &Tissue,
    tissue: &Tissue,
    look: Look,
    change: &Words,
    names: [&str; 2],
) -> Result<Image, SolidError> {
    let mut after = scene(tissue, Some(first), look)?;
    let (right, is_formed) = changed(&mut after, [first, tissue], look, true, None)?;
    let removed = after.removed.clone();
    drop(after);
    let mut before = Scene::of_another_day(first, removed)?;
    let (left, is_lost) = changed(&mut before, [first, tissue], look, false, None)?;
    let said = OfBoth {
        first: change,
        now: change,
        change,
        names,
    };
    pair(&before, [left, right], [is_lost, is_formed], look, said).paste()
}

/// One of two sides, with bone that the other day lacks in colour, and whether there is such. `seen` are the bodies of
/// each kind that the picture of the day alone shows, where that was drawn.
fn changed<'a>(
    scene: &mut Scene,
    [first, now]: [&'a Tissue; 2],
    look: Look,
    is_after: bool,
    seen: Option<[usize; 3]>,
) -> Result<(Side<'a>, bool), SolidError> {
    let (own, other, colour) = if is_after {
        (now, first, gain_colour())
    } else {
        (first, now, loss_colour())
    };
    let is_there = scene.unlike(other, colour);
    let size = Figure::pixels(scene, look.view, false);
    let mut side = side(scene, own, look, size)?;
    // Fewer pixels show fewer bodies: counted as in the picture of the day alone.
    let seen = if let Some(seen) = seen {
        seen
    } else {
        let size = Figure::pixels(scene, look.view, true);
        scene.draw(look.view, size, false)?.1
    };
    side.shows.seen = Some(seen);
    Ok((side, is_there))
}

fn pair(
    scene: &Scene,
    [left, right]: [Side<'_>; 2],
    changes: [bool; 2],
    look: Look,
    said: OfBoth<'_>,
) -> Sheet {
    let shows = [left.shows, right.shows];
    Sheet {
        figure: Figure::pair(scene, shows, changes, look.view, said.change, said.names),
        images: vec![left.image, right.image],
    }
}

/// Bone of two days beside each other, coloured by one value of each site, 0 to 1; the labels are those of 0,
/// 1/3, 2/3 and 1. Without cells and tumour.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw, or a value is missing.
#[cfg(feature = "cli")]
pub(crate) fn strained(
    tissues: [&Tissue; 2],
    values: [&[f32]; 2],
    look: Look,
    words: &Words,
    names: [&str; 2],
    labels: [&str; 4],
) -> Result<Image, SolidError> {
    let [before, _] = tissues;
    let mut drawn = Vec::new();
    let mut figure = None;
    for (tissue, values) in tissues.into_iter().zip(values) {
        if values.len() != tissue.bone.len() {
            return Err(SolidError::Shape {
                what: "strained bone",
                found: values.len(),
                expected: tissue.bone.len(),
            });
        }
        let bare = Tissue {
            tumour: Vec::new(),
            bodies: Vec::new(),
            ..tissue.clone()
        };
        let mut scene = scene(&bare, Some(before), look)?;
        scene.strained(values);
        let figure =
            figure.get_or_insert_with(|| Figure::strained(&scene, look.view, words, names, labels));
        drawn.push(scene.draw(look.view, figure.size(), false)?.0);
    }
    match figure {
        Some(figure) => figure.paste(&drawn),
        None => Err(SolidError::NoBone(0.0)),
    }
}

/// A full turn about z, cut as from the first frame.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
#[cfg(feature = "cli")]
pub(crate) fn film(
    tissue: &Tissue,
    first: Option<&Tissue>,
    look: Look,
    words: &Words,
    turn: Turn,
) -> Result<Vec<Image>, SolidError> {
    let scene = scene(tissue, first, look)?;
    let shows = Shows {
        tissue,
        has_tumour: scene.has_tumour(),
        seen: None,
    };
    let figure = Figure::frame(&scene, shows, look.view, words, turn.width);
    (0..turn.frames)
        .map(|frame| {
            let share = f64::from(frame) / f64::from(turn.frames);
            let view = look.view.turned(360.0 * share);
            figure.paste(&[scene.draw(view, figure.size(), true)?.0])
        })
        .collect()
}

fn scene(tissue: &Tissue, first: Option<&Tissue>, look: Look) -> Result<Scene, SolidError> {
    if let Some(first) = first
        && first.dims != tissue.dims
    {
        return Err(SolidError::Shape {
            what: "the bone of day 0",
            found: first.bone.len(),
            expected: tissue.bone.len(),
        });
    }
    Scene::new(tissue, first, look.view, look.cut)
}
