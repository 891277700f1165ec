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

use figure::Figure;
use scene::Scene;

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

/// The tissue of one moment. `before` is the tissue of day 0, where it is known: it says where the
/// lesion is.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
pub(crate) fn picture(
    tissue: &Tissue,
    before: Option<&Tissue>,
    look: Look,
    words: &Words,
) -> Result<Image, SolidError> {
    still(&scene(tissue, before, look)?, tissue, look, words)
}

fn still(scene: &Scene, tissue: &Tissue, look: Look, words: &Words) -> Result<Image, SolidError> {
    let figure = Figure::single(scene, tissue, look.view, words);
    figure.paste(&[scene.draw(look.view, figure.size(), false)?])
}

/// [`picture`] and [`before_after`] of one moment, for which its surfaces are found once.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
pub(crate) fn picture_and_change(
    tissue: &Tissue,
    before: &Tissue,
    look: Look,
    words: &Words,
    names: [&str; 2],
) -> Result<[Image; 2], SolidError> {
    let scene = scene(tissue, Some(before), look)?;
    let still = still(&scene, tissue, look, words)?;
    let change = change(&scene, [before, tissue], look, words, names)?;
    Ok([still, change])
}

/// Day 0 with what was lost since coloured on its surface, beside the tissue of a later day. A name is that of
/// a day, with its figures behind a colon.
///
/// # Errors
/// [`SolidError`] where there is nothing to draw.
#[cfg(feature = "cli")]
pub(crate) fn before_after(
    before: &Tissue,
    tissue: &Tissue,
    look: Look,
    words: &Words,
    names: [&str; 2],
) -> Result<Image, SolidError> {
    let after = scene(tissue, Some(before), look)?;
    change(&after, [before, tissue], look, words, names)
}

fn change(
    after: &Scene,
    [before, tissue]: [&Tissue; 2],
    look: Look,
    words: &Words,
    names: [&str; 2],
) -> Result<Image, SolidError> {
    let figure = Figure::pair(after, tissue, look.view, words, names);
    let size = figure.size();
    // One after the other: a scene is as large as its surfaces, and drawing uses all threads.
    let left = after.lost(before, tissue)?.draw(look.view, size, false)?;
    let right = after.draw(look.view, size, false)?;
    figure.paste(&[left, right])
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
        drawn.push(scene.draw(look.view, figure.size(), false)?);
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
    before: Option<&Tissue>,
    look: Look,
    words: &Words,
    turn: Turn,
) -> Result<Vec<Image>, SolidError> {
    let scene = scene(tissue, before, look)?;
    let figure = Figure::frame(&scene, tissue, look.view, words, turn.width);
    (0..turn.frames)
        .map(|frame| {
            let share = f64::from(frame) / f64::from(turn.frames);
            let view = look.view.turned(360.0 * share);
            figure.paste(&[scene.draw(view, figure.size(), true)?])
        })
        .collect()
}

fn scene(tissue: &Tissue, before: Option<&Tissue>, look: Look) -> Result<Scene, SolidError> {
    if let Some(before) = before
        && before.dims != tissue.dims
    {
        return Err(SolidError::Shape {
            what: "the bone of day 0",
            found: before.bone.len(),
            expected: tissue.bone.len(),
        });
    }
    Scene::new(
        tissue,
        before.map(|before| &before.bone[..]),
        look.view,
        look.cut,
    )
}
