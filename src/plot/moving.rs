//! Pictures one after another as a GIF or an animated PNG, written frame by frame: no film lies in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::plot::pack;

/// Places of a palette for colours; one more says that a pixel stays as it was.
pub(super) const MOST_COLOURS: usize = 255;

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Slots of colours that were looked up.
const SLOTS: usize = 1 << 12;

/// The slot of a colour, by the high bits of a product that mixes all of its bits (Fibonacci hashing).
fn slot([red, green, blue]: [u8; 3]) -> usize {
    let number = u32::from_le_bytes([red, green, blue, 0]);
    (number.wrapping_mul(0x9E37_79B1) >> 20) as usize
}

/// The colours of a film.
pub(super) struct Palette {
    colours: Vec<[u8; 3]>,
    places: BTreeMap<[u8; 3], u8>,
}

impl Palette {
    /// A palette of these colours, the first [`MOST_COLOURS`] of them.
    pub(super) fn new(mut colours: Vec<[u8; 3]>) -> Self {
        colours.truncate(MOST_COLOURS);
        let mut places = BTreeMap::new();
        for (place, &colour) in colours.iter().enumerate() {
            places.entry(colour).or_insert(place as u8);
        }
        Self { colours, places }
    }

    /// Places of pixels: of the nearest colour.
    pub(super) fn indexed(&self, pixels: &[u8]) -> Vec<u8> {
        // The last colour that fell on each slot, with its place: pictures have few colours.
        let mut known: Vec<Option<([u8; 3], u8)>> = vec![None; SLOTS];
        let mut places = Vec::with_capacity(pixels.len() / 3);
        // Pixels side by side have mostly one colour: looked up as one run.
        for run in pixels.as_chunks::<3>().0.chunk_by(|one, next| one == next) {
            let colour = run[0];
            let slot = &mut known[slot(colour)];
            let place = match *slot {
                Some((other, place)) if other == colour => place,
                _ => {
                    let exact = self.places.get(&colour).copied();
                    let place = exact.unwrap_or_else(|| self.nearest(colour));
                    *slot = Some((colour, place));
                    place
                }
            };
            places.resize(places.len() + run.len(), place);
        }
        places
    }

    fn nearest(&self, colour: [u8; 3]) -> u8 {
        let apart = |other: &[u8; 3]| -> i32 {
            let channels = other.iter().zip(colour);
            channels
                .map(|(&a, b)| (i32::from(a) - i32::from(b)).pow(2))
                .sum()
        };
        let places = 0..self.colours.len();
        let nearest = places.min_by_key(|&place| apart(&self.colours[place]));
        nearest.unwrap_or(0) as u8
    }
}

/// A GIF that loops. Of a frame only what differs from the one before is kept.
pub(super) struct Gif<'a> {
    encoder: gif::Encoder<&'a mut Vec<u8>>,
    before: Vec<u8>,
    width: u16,
    /// Time of the frames that come next, hundredths of a second.
    pub(super) delay: u16,
    unchanged: u8,
}

impl<'a> Gif<'a> {
    /// Begins a film of so many pixels; `delay` in hundredths of a second.
    ///
    /// # Errors
    /// A size that a GIF cannot say; what the encoder said.
    pub(super) fn new(
        bytes: &'a mut Vec<u8>,
        [width, height]: [u32; 2],
        palette: &Palette,
        delay: u16,
    ) -> Result<Self, String> {
        let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(format!(
                "{width} x {height} pixels, where a GIF has 65535 at most"
            ));
        };
        let unchanged = palette.colours.len() as u8;
        let mut colours = palette.colours.concat();
        colours.extend([255; 3]);
        let mut encoder = gif::Encoder::new(bytes, width, height, &colours).map_err(said)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(said)?;
        Ok(Self {
            encoder,
            before: Vec::new(),
            width,
            delay,
            unchanged,
        })
    }

    /// Adds a frame, as places in the palette.
    ///
    /// # Errors
    /// What the encoder said.
    pub(super) fn add(&mut self, pixels: Vec<u8>) -> Result<(), String> {
        let wide = usize::from(self.width);
        let [left, top, right, bottom] = changed(&self.before, &pixels, wide);
        let mut buffer = Vec::with_capacity((right - left) * (bottom - top));
        for row in top..bottom {
            let at = row * wide + left..row * wide + right;
            match self.before.get(at.clone()) {
                Some(before) => {
                    let pairs = pixels[at].iter().zip(before);
                    buffer.extend(pairs.map(
                        |(&now, &before)| {
                            if now == before { self.unchanged } else { now }
                        },
                    ));
                }
                None => buffer.extend_from_slice(&pixels[at]),
            }
        }
        let frame = gif::Frame {
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            delay: self.delay,
            dispose: gif::DisposalMethod::Keep,
            transparent: Some(self.unchanged),
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        };
        self.before = pixels;
        self.encoder.write_frame(&frame).map_err(said)
    }
}

/// Left, upper, right and lower end of what differs from the frame before: a pixel where nothing does.
fn changed(before: &[u8], now: &[u8], width: usize) -> [usize; 4] {
    let height = now.len() / width;
    if before.is_empty() {
        return [0, 0, width, height];
    }
    let mut ends = [width, height, 0, 0];
    let pairs = now.iter().zip(before).enumerate();
    for (at, _) in pairs.filter(|(_, (a, b))| a != b) {
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

/// Begins an animated PNG that loops (PNG, third edition, 2025: APNG) of so many frames and pixels; each frame
/// is written by `write_image_data`.
///
/// # Errors
/// What the encoder said.
pub(super) fn apng(
    bytes: &mut Vec<u8>,
    [width, height]: [u32; 2],
    frames: usize,
    delay: u16,
) -> Result<png::Writer<&mut Vec<u8>>, String> {
    let mut encoder = png::Encoder::new(bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    pack(&mut encoder);
    encoder
        .set_animated(frames.max(1) as u32, 0)
        .map_err(said)?;
    encoder.set_frame_delay(delay, 100).map_err(said)?;
    encoder.write_header().map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_read_back_as_it_was_drawn_and_what_stays_costs_nothing() {
        let palette = Palette::new(vec![[255; 3], [200, 0, 0], [0, 0, 200]]);
        // One pixel moves along the upper row of four by two.
        let pictures: Vec<Vec<u8>> = (0..4)
            .map(|at| {
                let mut pixels = [255_u8, 255, 255].repeat(8);
                pixels[3 * at..3 * at + 3].copy_from_slice(&[200, 0, 0]);
                pixels
            })
            .collect();
        let mut bytes = Vec::new();
        let mut film = Gif::new(&mut bytes, [4, 2], &palette, 8).unwrap();
        for pixels in &pictures {
            film.add(palette.indexed(pixels)).unwrap();
        }
        drop(film);
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&bytes[..]).unwrap();
        let mut screen = vec![0_u8; 24];
        let mut count = 0;
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            if count > 0 {
                assert_eq!((frame.width, frame.height), (2, 1), "frame {count}");
            }
            let wide = usize::from(frame.width);
            for (at, pixel) in frame.buffer.chunks(4).enumerate() {
                let (x, y) = (
                    usize::from(frame.left) + at % wide,
                    usize::from(frame.top) + at / wide,
                );
                if pixel[3] > 0 {
                    screen[3 * (4 * y + x)..][..3].copy_from_slice(&pixel[..3]);
                }
            }
            assert_eq!(screen, pictures[count], "frame {count}");
            count += 1;
        }
        assert_eq!(count, 4);
    }

    #[test]
    fn a_colour_that_is_not_there_is_the_nearest_one() {
        let palette = Palette::new(vec![[0, 0, 0], [250, 250, 250], [250, 0, 0]]);
        let pixels = [[255, 255, 255], [200, 30, 30], [250, 0, 0], [9, 9, 9]];
        assert_eq!(palette.indexed(&pixels.concat()), [1, 2, 2, 0]);
        let many = Palette::new((0..=255).map(|grey| [grey; 3]).collect());
        assert_eq!(many.colours.len(), MOST_COLOURS);
    }
}
