//! Pictures one after another: GIF, and APNG where all colours are to be kept.

use crate::plot::solid::scene::Image;
use crate::plot::solid::tissue::SolidError;

/// Time of a frame, hundredths of a second.
const DELAY: u16 = 8;

fn said(error: impl std::fmt::Display) -> SolidError {
    SolidError::Drawing(error.to_string())
}

/// Frames as a GIF that loops, with 256 colours to a frame.
///
/// # Errors
/// What the encoder said; frames larger than a GIF can say.
pub fn gif(frames: &[Image]) -> Result<Vec<u8>, SolidError> {
    let Some(first) = frames.first() else {
        return Err(said("a film of no frames"));
    };
    let size = (u16::try_from(first.width), u16::try_from(first.height));
    let (Ok(width), Ok(height)) = size else {
        return Err(SolidError::Size(first.width, first.height));
    };
    let mut bytes = Vec::new();
    {
        let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[]).map_err(said)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(said)?;
        for image in frames {
            let mut frame = gif::Frame::from_rgb_speed(width, height, &image.pixels, 15);
            frame.delay = DELAY;
            encoder.write_frame(&frame).map_err(said)?;
        }
    }
    Ok(bytes)
}

/// An encoder of PNG with three bytes a pixel.
fn encoder<'a>(
    bytes: &'a mut Vec<u8>,
    image: &Image,
) -> Result<png::Encoder<'a, &'a mut Vec<u8>>, SolidError> {
    let size = (u32::try_from(image.width), u32::try_from(image.height));
    let (Ok(width), Ok(height)) = size else {
        return Err(SolidError::Size(image.width, image.height));
    };
    let mut encoder = png::Encoder::new(bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    Ok(encoder)
}

/// Frames as a PNG that moves and loops (PNG, third edition, 2025: APNG).
///
/// # Errors
/// What the encoder said.
pub fn apng(frames: &[Image]) -> Result<Vec<u8>, SolidError> {
    let Some(first) = frames.first() else {
        return Err(said("a film of no frames"));
    };
    let mut bytes = Vec::new();
    let mut encoder = encoder(&mut bytes, first)?;
    encoder.set_animated(frames.len() as u32, 0).map_err(said)?;
    encoder.set_frame_delay(DELAY, 100).map_err(said)?;
    let mut writer = encoder.write_header().map_err(said)?;
    for image in frames {
        writer.write_image_data(&image.pixels).map_err(said)?;
    }
    writer.finish().map_err(said)?;
    Ok(bytes)
}

/// A picture as PNG.
///
/// # Errors
/// What the encoder said.
pub fn png(image: &Image) -> Result<Vec<u8>, SolidError> {
    let mut bytes = Vec::new();
    let mut writer = encoder(&mut bytes, image)?.write_header().map_err(said)?;
    writer.write_image_data(&image.pixels).map_err(said)?;
    writer.finish().map_err(said)?;
    Ok(bytes)
}
