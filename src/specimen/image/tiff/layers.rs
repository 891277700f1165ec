//! Layers without directories of their own, and `ImageJ`'s calibration.

use std::path::Path;

use ::tiff::ColorType;

use super::Pages;
use crate::specimen::image::ImageError;
use crate::specimen::image::description::Described;
use crate::specimen::image::samples::{self, Layout, Sample};

/// Reads the layers that follow the first page without directories of their own: so `ImageJ` writes
/// stacks of more than 4 GB, and tifffile what it calls truncated.
pub(super) fn add_layers(
    path: &Path,
    announced: u64,
    writer: &str,
    pages: &mut Pages,
) -> Result<(), ImageError> {
    let (width, height) = pages.size.unwrap_or_default();
    let whole_bytes = pages.colour != Some(ColorType::Gray(1));
    let (Some(first), true) = (pages.first.as_ref().filter(|page| page.plain), whole_bytes) else {
        return Err(ImageError::Stack {
            path: path.into(),
            reason: format!("{writer} announces {announced} images, found 1 page"),
        });
    };
    let sample = first.sample.ok_or_else(|| {
        ImageError::header(
            path,
            "BitsPerSample",
            "16-bit floating point",
            "another type in a stack of one directory",
        )
    })?;
    let dims = [u64::from(width), u64::from(height), announced];
    let dims = samples::checked_dims(path, "ImageWidth, ImageLength, images", dims)?;
    let layout = Layout {
        big_endian: first.big_endian,
        file_offset: first.offset,
        ..Layout::plain(dims, sample)
    };
    // Free the first page: it is read again.
    pages.values = Vec::new();
    // What follows after the layers is metadata.
    let (values, _) = samples::read(&[path.to_path_buf()], &layout)?;
    pages.values = values;
    pages.count = layout.dims[2];
    // The one directory speaks for every layer.
    for said in [&mut pages.white, &mut pages.palette, &mut pages.turned] {
        *said *= pages.count;
    }
    Ok(())
}

/// Applies `ImageJ`'s calibration to the values from a place on.
///
/// `ImageJ` calibrates images of 8 and 16 bits, of which it takes signed ones as unsigned with 32768
/// added; so that only the calibration which takes that off again is clear for them.
pub(super) fn calibrate(
    path: &Path,
    found: &Described,
    pages: &mut Pages,
    from: usize,
) -> Result<(), ImageError> {
    let Some(calibration) = &found.calibration else {
        return Ok(());
    };
    let sample = pages.first.as_ref().and_then(|page| page.sample);
    let (slope, intercept) = (calibration.slope, calibration.intercept);
    match sample {
        Some(Sample::U8 | Sample::U16) => {}
        Some(Sample::I16) if (slope - 1.0).abs() <= 0.0 && (intercept + 32768.0).abs() <= 0.0 => {
            return Ok(());
        }
        _ => {
            return Err(ImageError::header(
                path,
                "ImageJ's calibration",
                format!("c0={intercept}, c1={slope} on signed or 32-bit samples"),
                "unsigned samples of 8 or 16 bits, which ImageJ calibrates; save calibrated values \
                 (32-bit) without c0 and c1",
            ));
        }
    }
    for value in &mut pages.values[from..] {
        let calibrated = slope * f64::from(*value) + intercept;
        *value = if calibration.clip {
            calibrated.max(0.0)
        } else {
            calibrated
        } as f32;
    }
    Ok(())
}
