//! Pictures one after another: GIF, and APNG where all colours are to be kept.

use crate::plot::moving::{self, Gif, Palette};
use crate::plot::solid::scene::Image;
use crate::plot::solid::still::said;
use crate::plot::solid::tissue::SolidError;

/// Time of a frame, hundredths of a second.
const DELAY: u16 = 8;

/// Frames of which the colours of a film are taken, at most.
const SAMPLES: usize = 12;

/// How coarsely colours are sought: 1 is slow and fine, 30 fast.
const SPEED: i32 = 10;

/// The colours of a whole film, found in some frames from all of it.
fn palette(frames: &[Image], size: (u16, u16)) -> Palette {
    let step = frames.len().div_ceil(SAMPLES).max(1);
    let samples = frames.iter().step_by(step);
    let most = usize::from(u16::MAX / size.1.max(1)).max(1);
    let pixels: Vec<u8> = samples
        .take(most)
        .flat_map(|image| image.pixels.iter().copied())
        .collect();
    let high = pixels.len() / (3 * usize::from(size.0).max(1));
    let sampled = gif::Frame::from_rgb_speed(size.0, high as u16, &pixels, SPEED);
    let colours = sampled.palette.unwrap_or_default();
    Palette::new(colours.as_chunks::<3>().0.to_vec())
}

/// Frames as a GIF that loops, of one palette; a frame holds what differs from the one before.
///
/// # Errors
/// What the encoder said; frames larger than a GIF can say.
pub(crate) fn gif(frames: &[Image]) -> Result<Vec<u8>, SolidError> {
    let Some(first) = frames.first() else {
        return Err(said("a film of no frames"));
    };
    let size = (u16::try_from(first.width), u16::try_from(first.height));
    let (Ok(width), Ok(height)) = size else {
        return Err(SolidError::Size(first.width, first.height));
    };
    let palette = palette(frames, (width, height));
    let mut bytes = Vec::new();
    let size = [u32::from(width), u32::from(height)];
    let mut film = Gif::new(&mut bytes, size, &palette, DELAY).map_err(said)?;
    for image in frames {
        film.add(palette.indexed(&image.pixels)).map_err(said)?;
    }
    drop(film);
    Ok(bytes)
}

/// Frames as a PNG that moves and loops.
///
/// # Errors
/// What the encoder said.
pub(crate) fn apng(frames: &[Image]) -> Result<Vec<u8>, SolidError> {
    let Some(first) = frames.first() else {
        return Err(said("a film of no frames"));
    };
    let mut bytes = Vec::new();
    let size = [first.width as u32, first.height as u32];
    let mut writer = moving::apng(&mut bytes, size, frames.len(), DELAY).map_err(said)?;
    for image in frames {
        writer.write_image_data(&image.pixels).map_err(said)?;
    }
    writer.finish().map_err(said)?;
    Ok(bytes)
}
