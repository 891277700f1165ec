//! A film of the tissue with a curve that grows beside it, as GIF or, where the name ends in `.png` or
//! `.apng`, as animated PNG.

use std::collections::BTreeMap;
use std::path::Path;

use crate::numerics::parallel::prelude::*;

use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::canvas::{Bitmap, bitmap_of};
use crate::plot::chart::{Axis, Chart, Curve, Layer, Panel, Point, Points, Sign, Tone};
use crate::plot::map::{Frame, day_words, key, note, tissue};
use crate::plot::page::lay_out;
use crate::plot::words::{self, sentence};

/// Pixels of a point of the page.
const PIXELS: f64 = 1.6;
/// A film of any length lasts about so long, s.
const LASTS_S: f64 = 10.0;
/// Time of a frame at most and at least, hundredths of a second.
const DELAY: [f64; 2] = [25.0, 6.0];

/// Bone volume against time up to a day, on the axes of the whole course.
fn curve(series: &Table, day: f64, aspect: f64) -> Option<Panel> {
    let (days, bone) = (series.column("time_d")?, series.column("bv_tv")?);
    let all: Vec<(f64, f64)> = days
        .into_iter()
        .zip(bone)
        .map(|(d, b)| (d, 100.0 * b))
        .collect();
    let values = || {
        all.iter()
            .map(|point| point.1)
            .filter(|value| value.is_finite())
    };
    let high = values().fold(0.0, f64::max);
    let tone = || Tone::Named("BV/TV".to_owned());
    let mut grown = all.clone();
    grown.retain(|point| point.0 <= day + 1e-6);
    let now = grown.last().copied()?;
    Some(Panel {
        x: Axis {
            most: all.last().map(|point| point.0),
            ..Axis::days().from_zero()
        },
        y: Axis {
            most: Some(1.05 * high),
            ..Axis::linear("BV/TV", "% of tissue").from_zero()
        },
        layers: vec![
            Layer::Curve(Curve {
                tone: tone(),
                points: grown,
                ..Curve::default()
            }),
            Layer::Points(Points {
                tone: tone(),
                points: vec![Point {
                    x: now.0,
                    y: now.1,
                    low: f64::NAN,
                    high: f64::NAN,
                }],
                ..Points::default()
            }),
        ],
        aspect,
        ..Panel::default()
    })
}

/// The picture of a frame: the tissue, and beside a section or below a volume the curve.
fn chart(title: &str, frame: &Frame, series: &Table, key: &[Sign]) -> Chart {
    let mut panels = tissue(frame, key);
    let cuts = panels.len();
    let aspect = if cuts == 1 {
        // Beside the curve it is as wide as that.
        panels[0].share = 0.0;
        panels[0].aspect
    } else {
        0.0
    };
    panels.extend(curve(series, frame.day, aspect));
    Chart {
        // Whole days: tenths would flicker.
        title: sentence(&day_words((frame.day + 1e-6).floor())),
        note: words::note([title, &note(frame)]),
        columns: cuts.max(2),
        panels,
        ..Chart::default()
    }
}

/// Draws the frames as a film that loops, with the bone volume of `series.csv` growing beside them.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub fn write_film(
    path: &Path,
    title: &str,
    frames: &[Frame],
    series: &Table,
) -> Result<(), OutputError> {
    let drawing = |message: String| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    };
    let key = key(frames.iter());
    let pictures: Vec<Bitmap> = frames
        .par_iter()
        .map(|frame| bitmap_of(&lay_out(&chart(title, frame, series, &key)), PIXELS))
        .collect::<Result<_, _>>()
        .map_err(drawing)?;
    let [most, least] = DELAY;
    let delay = (100.0 * LASTS_S / frames.len().max(1) as f64)
        .clamp(least, most)
        .round() as u16;
    let is_png = path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("png") || ending.eq_ignore_ascii_case("apng")
    });
    let bytes = if is_png {
        apng(&pictures, delay)
    } else {
        gif(&pictures, delay)
    };
    write_whole(path, &bytes.map_err(drawing)?)
}

/// Size of all frames: captions of unlike length may give pages of unlike height.
fn common(pictures: &[Bitmap]) -> (u32, u32) {
    let width = pictures.iter().map(|picture| picture.width).max();
    let height = pictures.iter().map(|picture| picture.height).max();
    (width.unwrap_or(1), height.unwrap_or(1))
}

/// The pixels of a picture, with paper above and right of it up to a size: a caption that takes a line
/// more leaves the tissue where it is.
fn padded(picture: &Bitmap, (width, height): (u32, u32)) -> Vec<u8> {
    let mut pixels = vec![255; 3 * width as usize * height as usize];
    let rows = picture.pixels.chunks(3 * picture.width as usize);
    let above = (height - picture.height) as usize;
    for (from, to) in rows.zip(pixels.chunks_mut(3 * width as usize).skip(above)) {
        to[..from.len()].copy_from_slice(from);
    }
    pixels
}

/// The most frequent colours of all frames, 256 at most: those of tissue are among them, so that none is
/// tinted.
fn palette(pictures: &[Bitmap]) -> Vec<[u8; 3]> {
    let counts: Vec<BTreeMap<[u8; 3], u64>> = pictures
        .par_iter()
        .map(|picture| {
            let mut counts = BTreeMap::new();
            // Pixels side by side have mostly one colour: counted as one run.
            let pixels = picture.pixels.as_chunks::<3>().0;
            for run in pixels.chunk_by(|one, next| one == next) {
                *counts.entry(run[0]).or_default() += run.len() as u64;
            }
            counts
        })
        .collect();
    let mut all: BTreeMap<[u8; 3], u64> = BTreeMap::new();
    for (colour, count) in counts.into_iter().flatten() {
        *all.entry(colour).or_default() += count;
    }
    let mut all: Vec<([u8; 3], u64)> = all.into_iter().collect();
    all.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
    all.truncate(256);
    all.into_iter().map(|(colour, _)| colour).collect()
}

/// Places of pixels in a palette: of the nearest colour.
fn indexed(pixels: &[u8], palette: &[[u8; 3]]) -> Vec<u8> {
    let mut known: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    for (place, &colour) in palette.iter().enumerate() {
        known.entry(colour).or_insert(place as u8);
    }
    let mut last = ([0; 3], None);
    let mut places = Vec::with_capacity(pixels.len() / 3);
    for pixel in pixels.chunks_exact(3) {
        let colour = [pixel[0], pixel[1], pixel[2]];
        let place = match last {
            (other, Some(place)) if other == colour => place,
            _ => *known.entry(colour).or_insert_with(|| {
                let apart = |other: &[u8; 3]| -> i32 {
                    let channels = other.iter().zip(colour);
                    channels
                        .map(|(&a, b)| (i32::from(a) - i32::from(b)).pow(2))
                        .sum()
                };
                let nearest = (0..palette.len()).min_by_key(|&place| apart(&palette[place]));
                nearest.unwrap_or(0) as u8
            }),
        };
        last = (colour, Some(place));
        places.push(place);
    }
    places
}

fn gif(pictures: &[Bitmap], delay: u16) -> Result<Vec<u8>, String> {
    let size = common(pictures);
    let [width, height] = [size.0, size.1].map(u16::try_from);
    let (Ok(width), Ok(height)) = (width, height) else {
        return Err(format!(
            "{} x {} pixels, where a GIF has 65535 at most",
            size.0, size.1
        ));
    };
    let palette = palette(pictures);
    let frames: Vec<Vec<u8>> = pictures
        .par_iter()
        .map(|picture| indexed(&padded(picture, size), &palette))
        .collect();
    let said = |error: gif::EncodingError| error.to_string();
    let mut bytes = Vec::new();
    {
        let mut encoder =
            gif::Encoder::new(&mut bytes, width, height, &palette.concat()).map_err(said)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(said)?;
        for (at, pixels) in frames.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &frames[before]);
            let [left, top, right, bottom] = changed(before, pixels, usize::from(width));
            let rows = pixels[top * usize::from(width)..bottom * usize::from(width)]
                .chunks(usize::from(width));
            let frame = gif::Frame {
                left: left as u16,
                top: top as u16,
                width: (right - left) as u16,
                height: (bottom - top) as u16,
                delay,
                dispose: gif::DisposalMethod::Keep,
                buffer: rows
                    .flat_map(|row| row[left..right].iter().copied())
                    .collect(),
                ..gif::Frame::default()
            };
            encoder.write_frame(&frame).map_err(said)?;
        }
    }
    Ok(bytes)
}

/// Left, upper, right and lower end of what differs from the frame before: a pixel where nothing does.
fn changed(before: Option<&Vec<u8>>, now: &[u8], width: usize) -> [usize; 4] {
    let height = now.len() / width;
    let Some(before) = before else {
        return [0, 0, width, height];
    };
    let mut ends = [width, height, 0, 0];
    for (at, _) in now
        .iter()
        .zip(before)
        .enumerate()
        .filter(|(_, (a, b))| a != b)
    {
        let (x, y) = (at % width, at / width);
        ends = [
            ends[0].min(x),
            ends[1].min(y),
            ends[2].max(x + 1),
            ends[3].max(y + 1),
        ];
    }
    if ends[2] == 0 { [0, 0, 1, 1] } else { ends }
}

fn apng(pictures: &[Bitmap], delay: u16) -> Result<Vec<u8>, String> {
    let size = common(pictures);
    let said = |error: png::EncodingError| error.to_string();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .set_animated(pictures.len().max(1) as u32, 0)
        .map_err(said)?;
    encoder.set_frame_delay(delay, 100).map_err(said)?;
    let mut writer = encoder.write_header().map_err(said)?;
    for picture in pictures {
        writer
            .write_image_data(&padded(picture, size))
            .map_err(said)?;
    }
    writer.finish().map_err(said)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::picture::Shown;
    use crate::plot::map::Cut;
    use crate::plot::palette::Colour;

    fn frame(day: u32) -> Frame {
        let tissue = (0..400).map(|site| match site {
            site if site < 20 * day as usize => Shown::TumourDense,
            site if site % 7 == 0 => Shown::Bone,
            _ => Shown::Marrow,
        });
        Frame {
            day: f64::from(day),
            caption: "small".to_owned(),
            cuts: vec![Cut {
                name: String::new(),
                axes: ["x", "y"],
                width: 20,
                height: 20,
                pixel_um: 10.0,
                tissue: tissue.collect(),
            }],
            clones: Vec::new(),
        }
    }

    fn series() -> Table {
        Table {
            columns: ["time_d", "bv_tv"].map(str::to_owned).to_vec(),
            rows: (0..5)
                .map(|day| vec![f64::from(day), 0.2 - 0.01 * f64::from(day)])
                .collect(),
        }
    }

    #[test]
    fn a_film_has_the_colours_of_the_map_in_every_frame_and_as_many_frames() {
        let folder = tempfile::tempdir().unwrap();
        let frames: Vec<Frame> = (0..5).map(frame).collect();
        let path = folder.path().join("map.gif");
        write_film(&path, "film", &frames, &series()).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::Indexed);
        let mut decoder = options
            .read_info(std::fs::File::open(&path).unwrap())
            .unwrap();
        let palette = decoder.global_palette().unwrap().to_vec();
        for sign in key(frames.iter()) {
            let Colour(r, g, b) = sign.colour;
            assert!(
                palette.chunks(3).any(|entry| entry == [r, g, b]),
                "{} is tinted",
                sign.label
            );
        }
        let mut count = 0;
        while decoder.read_next_frame().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, 5);
        let path = folder.path().join("map.apng");
        write_film(&path, "film", &frames, &series()).unwrap();
        let decoder =
            png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
        let reader = decoder.read_info().unwrap();
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
    }

    #[test]
    fn the_curve_grows_on_axes_that_stay() {
        let [first, last] = [0.0, 4.0].map(|day| curve(&series(), day, 1.0).unwrap());
        assert_eq!((&first.x, &first.y), (&last.x, &last.y));
        let points = |panel: &Panel| match &panel.layers[0] {
            Layer::Curve(curve) => curve.points.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((points(&first), points(&last)), (1, 5));
    }
}
