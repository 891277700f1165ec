//! Numbers to pictures: a chart as data, and one canvas that draws it as SVG and PNG.
//!
//! A caller says in a [`chart::Chart`] what is shown; the canvas chooses ticks ([`ticks`]), colours and dashes
//! ([`palette`]), and places words and legends so that none covers another or the data. It takes tables of
//! numbers and knows no run, study or trial.
//!
//! A page is 510 points (180 mm) wide, words are 9 points high at that width; a PNG has three pixels a
//! point.

mod area;
pub(crate) mod arms;
mod axis;
mod canvas;
pub(crate) mod chart;
pub(crate) mod clinic;
pub(crate) mod colour;
pub(crate) mod curves;
mod dose_marks;
mod drawing;
pub(crate) mod drugs;
pub(crate) mod error_bars;
pub(crate) mod field_map;
mod fields;
pub(crate) mod film;
mod forest;
mod glossary;
pub(crate) mod happened;
mod heading;
#[cfg(test)]
pub(crate) mod held;
mod histomorphometry;
mod layers;
mod legend;
pub(crate) mod losses;
pub(crate) mod map;
mod map_cut;
mod map_lines;
#[cfg(feature = "cli")]
pub(crate) mod measured;
mod moving;
#[cfg(feature = "cli")]
pub(crate) mod overlay;
mod page;
pub(crate) mod palette;
mod panel;
mod quantities;
pub(crate) mod ratios;
pub(crate) mod solid;
mod spoken;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod ticks;
mod tone;
pub(crate) mod words;

use std::path::{Path, PathBuf};

use crate::numerics::parallel::both;
use crate::output::{OutputError, write_whole};
use crate::plot::chart::Chart;

/// Draws a chart as `NAME.svg` and `NAME.png` in a folder, and says which files it wrote.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write(folder: &Path, name: &str, chart: &Chart) -> Result<Vec<PathBuf>, OutputError> {
    let page = page::lay_out(chart);
    let wrong = |path: &Path| {
        let path = path.to_path_buf();
        move |message| OutputError::Drawing { path, message }
    };
    let [svg, png] = ["svg", "png"].map(|ending| folder.join(format!("{name}.{ending}")));
    let (text, bytes) = both(
        || canvas::svg(&page).map_err(wrong(&svg)),
        || {
            let picture = canvas::bitmap(&page).map_err(wrong(&png))?;
            png_bytes(picture.width, picture.height, &picture.pixels, &png)
        },
    );
    write_whole(&svg, text?.as_bytes())?;
    write_whole(&png, &bytes?)?;
    Ok(vec![svg, png])
}

/// RGB pixels as a PNG file.
pub(crate) fn png_bytes(
    wide: u32,
    high: u32,
    pixels: &[u8],
    path: &Path,
) -> Result<Vec<u8>, OutputError> {
    let said = |error: png::EncodingError| OutputError::Drawing {
        path: path.to_path_buf(),
        message: error.to_string(),
    };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, wide, high);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    pack(&mut encoder);
    let mut writer = encoder.write_header().map_err(said)?;
    writer.write_image_data(pixels).map_err(said)?;
    writer.finish().map_err(said)?;
    Ok(bytes)
}

/// How pictures are packed: plain areas and equal rows of cells pack smaller without a filter than with one for
/// each row, and in half the time at this level.
fn pack<W: std::io::Write>(encoder: &mut png::Encoder<'_, W>) {
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(4));
}
