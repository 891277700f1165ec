//! A film of the tissue with a curve that grows beside it, as GIF or, where the name ends in `.png` or
//! `.apng`, as animated PNG.

use std::collections::BTreeMap;
use std::path::Path;

use crate::numerics::parallel::both;
use crate::numerics::parallel::prelude::*;

use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::canvas::{Bitmap, bitmap_of};
use crate::plot::chart::{Axis, Chart, Curve, Form, Layer, Panel, Point, Points, Sign, Tone};
use crate::plot::happened::Given;
use crate::plot::map::{Frame, columns, day_words, key, note, pale, tissue};
use crate::plot::moving::{self, Gif, MOST_COLOURS, Palette};
use crate::plot::page::{Page, lay_out};
use crate::plot::palette::Colour;
use crate::plot::words::{self, sentence};

/// Pixels of a point of the page.
const PIXELS: f64 = 1.6;
/// A film of any length lasts about so long, s.
const LASTS_S: f64 = 10.0;
/// Time of a frame at most and at least, hundredths of a second.
const DELAY: [f64; 2] = [25.0, 6.0];
/// Time of the last frame, on which a film is looked at longest, hundredths of a second.
const LAST: u16 = 200;

/// Bone volume against time up to a day, on the axes of the whole course, below marks of its doses.
fn curve(series: &Table, given: &[Given], day: f64, aspect: f64) -> Option<Panel> {
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
    let mut grown = all.clone();
    grown.retain(|point| point.0 <= day + 1e-6);
    let now = grown.last().copied()?;
    let marks = given.iter().map(|given| Layer::Doses(given.marks()));
    let bone = Layer::Curve(Curve {
        tone: Tone::Ink,
        points: grown,
        ..Curve::default()
    });
    let end = Layer::Points(Points {
        tone: Tone::Ink,
        points: vec![Point {
            x: now.0,
            y: now.1,
            low: f64::NAN,
            high: f64::NAN,
        }],
        ..Points::default()
    });
    Some(Panel {
        x: Axis {
            most: all.last().map(|point| point.0),
            ..Axis::days().with_zero()
        },
        y: Axis {
            most: Some(1.05 * high),
            ..Axis::linear("BV/TV", "% of tissue").with_zero()
        },
        layers: marks.chain([bone, end]).collect(),
        aspect,
        ..Panel::default()
    })
}

/// The picture of a frame: the tissue, and beside a section or below a volume the curve.
fn chart(title: &str, frame: &Frame, series: &Table, given: &[Given], key: &[Sign]) -> Chart {
    // Lines as thin as those around and through cells would blur at so few pixels.
    let plain = key.iter().map(|sign| Sign {
        form: match sign.form {
            Form::Outlined => Form::Square,
            form => form,
        },
        ..sign.clone()
    });
    let key = &plain.collect::<Vec<Sign>>()[..];
    let mut panels = tissue(frame, key);
    let aspect = if panels.len() == 1 {
        // Beside the curve it is as wide as that.
        panels[0].share = 0.0;
        panels[0].aspect
    } else {
        0.0
    };
    panels.extend(curve(series, given, frame.day, aspect));
    Chart {
        // Whole days: tenths would flicker.
        title: sentence(&day_words((frame.day + 1e-6).floor())),
        note: words::note([title, &note(frame, key)]),
        columns: columns(frame, key).max(2),
        panels,
        ..Chart::default()
    }
}

/// Colours of the tissue, and where immune cells stand on paler ones also these.
fn colours(key: &[Sign]) -> Vec<[u8; 3]> {
    let bytes = |Colour(red, green, blue): Colour| [red, green, blue];
    let full = key.iter().map(|sign| bytes(sign.colour));
    let has_immune = key.iter().any(|sign| !sign.form.is_site());
    let paled = key.iter().filter(|sign| has_immune && sign.form.is_site());
    full.chain(paled.map(|sign| bytes(pale(sign.colour))))
        .collect()
}

/// Frames that are drawn at once.
const TOGETHER: usize = 8;

/// Draws the frames as a film that loops, with the bone volume of `series.csv` growing beside them; `given`
/// are the doses and fractions, whose marks are those of the other pictures.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub(crate) fn write_film(
    path: &Path,
    title: &str,
    frames: &[Frame],
    series: &Table,
    given: &[Given],
) -> Result<(), OutputError> {
    let drawing = |message: String| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    };
    let [most, least] = DELAY;
    let delay = (100.0 * LASTS_S / frames.len().max(1) as f64)
        .clamp(least, most)
        .round() as u16;
    let is_png = path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("png") || ending.eq_ignore_ascii_case("apng")
    });
    let film = Film::new(title, frames, series, given);
    let bytes = if is_png {
        film.apng(delay)
    } else {
        film.gif(delay)
    };
    write_whole(path, &bytes.map_err(drawing)?)
}

/// Frames that are laid out and not drawn yet.
struct Film {
    pages: Vec<Page>,
    /// Pixels across and down of all frames.
    size: [u32; 2],
    /// Pixels down to the longest heading.
    head: usize,
    /// Colours of the tissue.
    tissue: Vec<[u8; 3]>,
}

impl Film {
    fn new(title: &str, frames: &[Frame], series: &Table, given: &[Given]) -> Self {
        let key = key(frames.iter());
        let pages: Vec<Page> = frames
            .par_iter()
            .map(|frame| lay_out(&chart(title, frame, series, given, &key)))
            .collect();
        let most = |length: fn(&Page) -> f64| {
            let longest = pages.iter().map(length).fold(0.0, f64::max);
            (longest * PIXELS).ceil() as u32
        };
        // Headings and captions of unlike length: all that is below the heading stands where it does on all pages.
        let head = most(|page| page.head);
        let height = head + most(|page| page.height - page.head);
        Self {
            size: [most(|page| page.width).max(1), height.max(1)],
            head: head as usize,
            pages,
            tissue: colours(&key),
        }
    }

    fn drawn(&self, page: &Page) -> Result<Vec<u8>, String> {
        let head = (page.head * PIXELS).round() as usize;
        Ok(padded(
            &bitmap_of(page, PIXELS)?,
            self.size,
            head,
            self.head.saturating_sub(head),
        ))
    }

    /// The first frame, the last and the one between them, by their numbers.
    fn samples(&self) -> Result<BTreeMap<usize, Vec<u8>>, String> {
        let last = self.pages.len().saturating_sub(1);
        let pages = [0, last / 2, last].into_iter();
        let pages = pages.filter_map(|number| Some((number, self.pages.get(number)?)));
        pages
            .map(|(number, page)| Ok((number, self.drawn(page)?)))
            .collect()
    }

    /// The colours of the tissue, so that none is tinted, and the most frequent ones of these frames.
    fn palette(&self, samples: &BTreeMap<usize, Vec<u8>>) -> Palette {
        let mut counts: BTreeMap<[u8; 3], u64> = BTreeMap::new();
        for pixels in samples.values() {
            // Pixels side by side have mostly one colour: counted as one run.
            for run in pixels.as_chunks::<3>().0.chunk_by(|one, next| one == next) {
                *counts.entry(run[0]).or_default() += run.len() as u64;
            }
        }
        let mut all: Vec<([u8; 3], u64)> = counts.into_iter().collect();
        all.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
        let mut colours = self.tissue.clone();
        for (colour, _) in all {
            if colours.len() >= MOST_COLOURS {
                break;
            }
            if !colours.contains(&colour) {
                colours.push(colour);
            }
        }
        Palette::new(colours)
    }

    fn gif(&self, delay: u16) -> Result<Vec<u8>, String> {
        let samples = self.samples()?;
        let palette = self.palette(&samples);
        let mut bytes = Vec::new();
        let mut film = Gif::new(&mut bytes, self.size, &palette, delay)?;
        let numbered: Vec<(usize, &Page)> = self.pages.iter().enumerate().collect();
        let draw = |pages: &[(usize, &Page)]| -> Result<Vec<Vec<u8>>, String> {
            let indexed = pages
                .par_iter()
                .map(|(number, page)| match samples.get(number) {
                    Some(pixels) => Ok(palette.indexed(pixels)),
                    None => Ok(palette.indexed(&self.drawn(page)?)),
                });
            indexed.collect()
        };
        let (last, mut packed) = (self.pages.len(), 0);
        let mut add = |frames: Vec<Vec<u8>>| {
            let mut frames = frames.into_iter();
            frames.try_for_each(|pixels| {
                packed += 1;
                if packed == last {
                    film.delay = LAST.max(delay);
                }
                film.add(pixels)
            })
        };
        // Frames are packed one after another, beside the drawing of the next ones.
        let mut before = Vec::new();
        for pages in numbered.chunks(TOGETHER) {
            let (frames, added) = both(|| draw(pages), || add(std::mem::take(&mut before)));
            added?;
            before = frames?;
        }
        add(before)?;
        drop(film);
        Ok(bytes)
    }

    fn apng(&self, delay: u16) -> Result<Vec<u8>, String> {
        let said = |error: png::EncodingError| error.to_string();
        let mut bytes = Vec::new();
        let mut writer = moving::apng(&mut bytes, self.size, self.pages.len(), delay)?;
        for (number, page) in self.pages.iter().enumerate() {
            if number + 1 == self.pages.len() {
                writer.set_frame_delay(LAST.max(delay), 100).map_err(said)?;
            }
            writer.write_image_data(&self.drawn(page)?).map_err(said)?;
        }
        writer.finish().map_err(said)?;
        Ok(bytes)
    }
}

/// The pixels of a picture, with paper at its right, below its heading of so many rows, and at its foot up to a size:
/// a heading or a caption that takes a line more leaves title and tissue where they are.
fn padded(picture: &Bitmap, [width, height]: [u32; 2], head: usize, more: usize) -> Vec<u8> {
    let row_bytes = 3 * width as usize;
    let mut pixels = vec![255; row_bytes * height as usize];
    let rows = picture.pixels.chunks(3 * picture.width as usize);
    for (row, from) in rows.enumerate() {
        let to = if row < head { row } else { row + more };
        let first = row_bytes * to;
        if let Some(place) = pixels.get_mut(first..first + from.len()) {
            place.copy_from_slice(from);
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::picture::Shown;
    use crate::plot::held::hold;
    use crate::plot::map::Cut;

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
                ..Cut::default()
            }],
            ..Frame::default()
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

    fn dose() -> Given {
        Given {
            drug: Some("zoledronate".to_owned()),
            label: "dose of zoledronate, 4 mg".to_owned(),
            days: vec![2.0],
        }
    }

    #[test]
    fn a_film_has_the_colours_of_the_map_in_every_frame_and_as_many_frames() {
        let folder = tempfile::tempdir().unwrap();
        let frames: Vec<Frame> = (0..5).map(frame).collect();
        let path = folder.path().join("map.gif");
        write_film(&path, "film", &frames, &series(), &[dose()]).unwrap();
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
        let (mut count, mut delay) = (0, 0);
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            count += 1;
            delay = frame.delay;
        }
        assert_eq!((count, delay), (5, LAST));
        let path = folder.path().join("map.apng");
        write_film(&path, "film", &frames, &series(), &[dose()]).unwrap();
        let decoder =
            png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
        let reader = decoder.read_info().unwrap();
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
    }

    #[test]
    fn the_curve_grows_on_axes_that_stay() {
        let [first, last] = [0.0, 4.0].map(|day| curve(&series(), &[dose()], day, 1.0).unwrap());
        assert_eq!((&first.x, &first.y), (&last.x, &last.y));
        let marks = Layer::Doses(dose().marks());
        assert!(first.layers.contains(&marks) && last.layers.contains(&marks));
        let points = |panel: &Panel| match &panel.layers[1] {
            Layer::Curve(curve) => curve.points.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((points(&first), points(&last)), (1, 5));
    }

    #[test]
    fn a_frame_is_drawn_as_it_was_seen_to_be_right() {
        let frames: Vec<Frame> = (0..5).map(frame).collect();
        let chart = chart(
            "a lesion; run of 4 days",
            &frames[3],
            &series(),
            &[dose()],
            &key(frames.iter()),
        );
        hold("film_frame", &chart);
    }

    #[test]
    fn title_and_tissue_stay_where_they_are_when_a_caption_takes_a_line_more() {
        let picture = |height: u32| Bitmap {
            width: 2,
            height,
            pixels: (0..height).flat_map(|row| [row as u8; 6]).collect(),
        };
        // A head of two rows and of three, above three rows of tissue; then a caption of a row more.
        let rows = |pixels: Vec<u8>| -> Vec<u8> { pixels.chunks(6).map(|row| row[0]).collect() };
        assert_eq!(
            rows(padded(&picture(5), [2, 6], 2, 1)),
            [0, 1, 255, 2, 3, 4]
        );
        assert_eq!(rows(padded(&picture(6), [2, 6], 3, 0)), [0, 1, 2, 3, 4, 5]);
        assert_eq!(
            rows(padded(&picture(5), [2, 6], 3, 0)),
            [0, 1, 2, 3, 4, 255]
        );
    }
}
