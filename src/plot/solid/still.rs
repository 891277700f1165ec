//! A picture as PNG.

use crate::plot::pack;
use crate::plot::solid::scene::Image;
use crate::plot::solid::tissue::SolidError;

pub(super) fn said(error: impl std::fmt::Display) -> SolidError {
    SolidError::Drawing(error.to_string())
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
    pack(&mut encoder);
    Ok(encoder)
}

/// A picture as PNG.
///
/// # Errors
/// What the encoder said.
pub(crate) fn png(image: &Image) -> Result<Vec<u8>, SolidError> {
    let mut bytes = Vec::new();
    let mut writer = encoder(&mut bytes, image)?.write_header().map_err(said)?;
    writer.write_image_data(&image.pixels).map_err(said)?;
    writer.finish().map_err(said)?;
    Ok(bytes)
}
