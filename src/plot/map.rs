//! Maps of the tissue: a section as it is, a volume as three cuts through its middle.

use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::{
    BLACK, BitMapBackend, Color, DrawingArea, DrawingBackend, IntoDrawingArea, PathElement,
    RGBColor, Rectangle, SVGBackend, TextStyle,
};
use plotters::style::{FontStyle, IntoFont, register_font};

use crate::observe::picture::Shown;
use crate::output::{OutputError, write_whole};

/// Makes the embedded font known to the plotter.
fn use_embedded_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular: &[u8] = include_bytes!("../../assets/font/DejaVuSans.ttf");
        // A font that does not read would show at the first label, as a drawing error.
        let _ = register_font("sans-serif", FontStyle::Normal, regular);
    });
}

/// Kinds in the order of the legend.
const ALL: [Shown; 10] = [
    Shown::Bone,
    Shown::Osteoid,
    Shown::Marrow,
    Shown::Eroded,
    Shown::TumourSparse,
    Shown::TumourDense,
    Shown::Osteoblast,
    Shown::Osteoclast,
    Shown::Cd8,
    Shown::Cd8Exhausted,
];

/// Kinds that every legend has; the others stand in it where a pixel shows them.
const ALWAYS: usize = 8;

/// Colour; dark and light differ, so that a grey print stays readable.
const fn colour(kind: Shown) -> (u8, u8, u8) {
    match kind {
        Shown::Marrow => (250, 246, 240),
        Shown::Bone => (150, 140, 125),
        Shown::Osteoid => (205, 195, 150),
        Shown::Eroded => (255, 225, 150),
        Shown::TumourSparse => (225, 190, 215),
        Shown::TumourDense => (170, 90, 150),
        Shown::Osteoblast => (0, 114, 178),
        Shown::Osteoclast => (200, 50, 0),
        Shown::Cd8 => (0, 135, 95),
        Shown::Cd8Exhausted => (20, 30, 25),
    }
}

const fn label(kind: Shown) -> &'static str {
    match kind {
        Shown::Marrow => "marrow",
        Shown::Bone => "bone",
        Shown::Osteoid => "osteoid",
        Shown::Eroded => "eroded",
        Shown::TumourSparse => "tumour, sparse",
        Shown::TumourDense => "tumour, dense",
        Shown::Osteoblast => "osteoblast",
        Shown::Osteoclast => "osteoclast",
        Shown::Cd8 => "CD8 T cell",
        Shown::Cd8Exhausted => "CD8, exhausted",
    }
}

/// One cut through the tissue; pixels run along the first axis fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Where it lies, such as "z = 0.98 mm".
    pub name: String,
    /// Names of the axes across and down.
    pub axes: [&'static str; 2],
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Edge of a pixel, um.
    pub pixel_um: f64,
    /// What each pixel shows.
    pub tissue: Vec<Shown>,
}

/// All cuts of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Time, d.
    pub day: f64,
    /// Figures of the moment.
    pub caption: String,
    /// One cut of a section, three of a volume.
    pub cuts: Vec<Cut>,
}

const LEGEND: u32 = 170;
const TOP: u32 = 62;
const LEFT: u32 = 58;
const BOTTOM: u32 = 50;

/// Draws a frame by one of the ways to draw a picture.
///
/// # Errors
/// What the plotter said.
fn render<Drawn>(
    title: &str,
    frame: &Frame,
    draw: impl Fn(&Picture<'_>) -> Result<Drawn, String>,
) -> Result<Drawn, String> {
    let mut shown = frame.cuts.iter().flat_map(|cut| &cut.tissue);
    let has_cd8 = shown.any(|kind| matches!(kind, Shown::Cd8 | Shown::Cd8Exhausted));
    let kinds = if has_cd8 { ALL.len() } else { ALWAYS };
    let legend: Vec<_> = ALL[..kinds]
        .iter()
        .map(|&kind| (colour(kind), label(kind).to_owned()))
        .collect();
    draw(&Picture {
        heading: &format!("{title}, day {:.0}", frame.day),
        caption: &frame.caption,
        cuts: &frame.cuts,
        pixel_colour: &|cut, pixel| colour(frame.cuts[cut].tissue[pixel]),
        legend: &legend,
    })
}

/// What a picture of cuts shows.
struct Picture<'a> {
    heading: &'a str,
    caption: &'a str,
    cuts: &'a [Cut],
    pixel_colour: &'a dyn Fn(usize, usize) -> (u8, u8, u8),
    legend: &'a [((u8, u8, u8), String)],
}

impl Picture<'_> {
    /// Edge of a pixel of each cut, and the width and height of each.
    fn each(&self) -> Vec<(u32, u32, u32)> {
        let zoom = |cut: &Cut| (440 / cut.width.max(cut.height).max(1)).clamp(1, 6) as u32;
        let size = |cut| {
            let zoom = zoom(cut);
            (zoom, cut.width as u32 * zoom, cut.height as u32 * zoom)
        };
        self.cuts.iter().map(size).collect()
    }

    /// Width and height.
    fn size(&self) -> (u32, u32) {
        let each = self.each();
        let wide = each.iter().map(|(_, w, _)| w + LEFT + 12).sum::<u32>() + LEGEND;
        let high = TOP + each.iter().map(|(.., h)| *h).max().unwrap_or(0).max(240) + BOTTOM;
        (wide, high)
    }

    /// Width, height and RGB pixels.
    fn pixels(&self) -> Result<(u32, u32, Vec<u8>), String> {
        use_embedded_font();
        let (wide, high) = self.size();
        let mut pixels = vec![255_u8; (wide * high * 3) as usize];
        self.draw(&BitMapBackend::with_buffer(&mut pixels, (wide, high)).into_drawing_area())?;
        Ok((wide, high, pixels))
    }

    /// The text of an SVG.
    fn svg(&self) -> Result<String, String> {
        use_embedded_font();
        let mut text = String::new();
        self.draw(&SVGBackend::with_string(&mut text, self.size()).into_drawing_area())?;
        Ok(text)
    }

    fn draw<Backend: DrawingBackend>(
        &self,
        area: &DrawingArea<Backend, Shift>,
    ) -> Result<(), String> {
        let text = |size: i32| TextStyle::from(("sans-serif", size).into_font()).color(&BLACK);
        let said = |error: &dyn std::fmt::Display| error.to_string();
        area.draw_text(self.heading, &text(18), (12, 8))
            .map_err(|e| said(&e))?;
        area.draw_text(self.caption, &text(13), (12, 34))
            .map_err(|e| said(&e))?;
        let mut left = LEFT as i32;
        for (index, &(zoom, w, _)) in self.each().iter().enumerate() {
            self.draw_cut(area, index, zoom as i32, left)?;
            left += w as i32 + LEFT as i32 + 12;
        }
        let from = self.size().0 as i32 - LEGEND as i32 + 14;
        for (index, &((r, g, b), ref words)) in self.legend.iter().enumerate() {
            let y = TOP as i32 + 4 + 26 * index as i32;
            let corners = [(from, y), (from + 18, y + 16)];
            area.draw(&Rectangle::new(corners, RGBColor(r, g, b).filled()))
                .map_err(|e| said(&e))?;
            area.draw(&Rectangle::new(corners, BLACK))
                .map_err(|e| said(&e))?;
            area.draw_text(words, &text(13), (from + 26, y))
                .map_err(|e| said(&e))?;
        }
        area.present().map_err(|e| said(&e))
    }

    fn draw_cut<Backend: DrawingBackend>(
        &self,
        area: &DrawingArea<Backend, Shift>,
        index: usize,
        zoom: i32,
        left: i32,
    ) -> Result<(), String> {
        let cut = &self.cuts[index];
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let small = TextStyle::from(("sans-serif", 12).into_font()).color(&BLACK);
        let (w, h, top) = (
            cut.width as i32 * zoom,
            cut.height as i32 * zoom,
            TOP as i32,
        );
        for y in 0..cut.height {
            // The second axis points up.
            let row = top + (cut.height - 1 - y) as i32 * zoom;
            let mut x = 0;
            while x < cut.width {
                let colour = (self.pixel_colour)(index, y * cut.width + x);
                let alike = (x..cut.width)
                    .take_while(|&x| (self.pixel_colour)(index, y * cut.width + x) == colour)
                    .count();
                let (r, g, b) = colour;
                let corner = (left + x as i32 * zoom, row);
                let end = (corner.0 + alike as i32 * zoom, corner.1 + zoom);
                area.draw(&Rectangle::new([corner, end], RGBColor(r, g, b).filled()))
                    .map_err(|e| said(&e))?;
                x += alike;
            }
        }
        area.draw(&Rectangle::new(
            [(left, top), (left + w - 1, top + h - 1)],
            BLACK,
        ))
        .map_err(|e| said(&e))?;
        let (across, down) = (
            cut.width as f64 * cut.pixel_um / 1e3,
            cut.height as f64 * cut.pixel_um / 1e3,
        );
        let words = [
            ("0".to_owned(), (left - 3, top + h + 4)),
            (format!("{across:.2}"), (left + w - 28, top + h + 4)),
            (
                format!("{} (mm)   {}", cut.axes[0], cut.name),
                (left + w / 2 - 60, top + h + 22),
            ),
            (format!("{down:.2}"), (left - 34, top)),
            (cut.axes[1].to_owned(), (left - 34, top + h / 2 - 12)),
            ("(mm)".to_owned(), (left - 42, top + h / 2 + 4)),
        ];
        for (text, at) in words {
            area.draw_text(&text, &small, at).map_err(|e| said(&e))?;
        }
        let bar = (500.0 / cut.pixel_um) as i32 * zoom;
        if bar < w {
            let (from, y) = (left + w - bar - 8, top + h - 10);
            area.draw(&PathElement::new(
                vec![(from, y), (from + bar, y)],
                BLACK.stroke_width(3),
            ))
            .map_err(|e| said(&e))?;
            area.draw_text("500 \u{b5}m", &small, (from, y - 18))
                .map_err(|e| said(&e))?;
        }
        Ok(())
    }
}

/// [`Picture::pixels`] of a picture of any lifetime.
fn pixels(picture: &Picture<'_>) -> Result<(u32, u32, Vec<u8>), String> {
    picture.pixels()
}

/// [`Picture::svg`] of a picture of any lifetime.
fn svg(picture: &Picture<'_>) -> Result<String, String> {
    picture.svg()
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
    let mut writer = encoder.write_header().map_err(said)?;
    writer.write_image_data(pixels).map_err(said)?;
    writer.finish().map_err(said)?;
    Ok(bytes)
}

/// Least share of the largest dose in each band of a dose map, with its colour.
const DOSE_BANDS: [(f64, (u8, u8, u8)); 6] = [
    (0.95, (165, 15, 21)),
    (0.8, (222, 85, 40)),
    (0.5, (245, 150, 80)),
    (0.2, (250, 205, 150)),
    (0.05, (225, 230, 240)),
    (0.0, (250, 250, 250)),
];

/// Draws a dose map as PNG: `dose_gy` by cut and pixel in bands, bone as darker pixels.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub fn write_dose_map(
    path: &Path,
    heading: &str,
    caption: &str,
    cuts: &[Cut],
    dose_gy: &[Vec<f64>],
) -> Result<(), OutputError> {
    let most = dose_gy.iter().flatten().copied().fold(0.0, f64::max);
    let band = |dose: f64| {
        let found = DOSE_BANDS.iter().find(|(least, _)| dose >= least * most);
        found.map_or((255, 255, 255), |&(_, colour)| colour)
    };
    let darker = |value: u8| (f64::from(value) * 0.62) as u8;
    let mut legend: Vec<((u8, u8, u8), String)> = Vec::new();
    for (index, &(least, colour)) in DOSE_BANDS.iter().enumerate() {
        let words = if index + 1 == DOSE_BANDS.len() {
            format!("below {:.2} Gy", DOSE_BANDS[index - 1].0 * most)
        } else {
            format!("from {:.2} Gy ({:.0} %)", least * most, 100.0 * least)
        };
        legend.push((colour, words));
    }
    legend.push(((155, 155, 155), "darker: bone".to_owned()));
    let pixel_colour = |cut: usize, pixel: usize| {
        let (r, g, b) = band(dose_gy[cut][pixel]);
        match cuts[cut].tissue[pixel] {
            Shown::Bone | Shown::Osteoid => (darker(r), darker(g), darker(b)),
            _ => (r, g, b),
        }
    };
    let picture = Picture {
        heading,
        caption,
        cuts,
        pixel_colour: &pixel_colour,
        legend: &legend,
    };
    let (wide, high, pixels) = picture.pixels().map_err(|message| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    })?;
    write_whole(path, &png_bytes(wide, high, &pixels, path)?)
}

/// Draws a map as PNG, or as SVG where the name ends so.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub fn write_map(path: &Path, title: &str, frame: &Frame) -> Result<(), OutputError> {
    let drawing = |message: String| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    };
    let is_svg = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    if is_svg {
        let text = render(title, frame, svg).map_err(drawing)?;
        return write_whole(path, text.as_bytes());
    }
    let (wide, high, pixels) = render(title, frame, pixels).map_err(drawing)?;
    write_whole(path, &png_bytes(wide, high, &pixels, path)?)
}

/// Draws the frames as a film that loops.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub fn write_gif(path: &Path, title: &str, frames: &[Frame]) -> Result<(), OutputError> {
    let drawing = |message: String| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    };
    let mut bytes = Vec::new();
    let mut encoder: Option<gif::Encoder<&mut Vec<u8>>> = None;
    let mut pending = Some(&mut bytes);
    for frame in frames {
        let (wide, high, mut pixels) = render(title, frame, pixels).map_err(drawing)?;
        if encoder.is_none()
            && let Some(target) = pending.take()
        {
            let mut fresh = gif::Encoder::new(target, wide as u16, high as u16, &[])
                .map_err(|error| drawing(error.to_string()))?;
            fresh
                .set_repeat(gif::Repeat::Infinite)
                .map_err(|error| drawing(error.to_string()))?;
            encoder = Some(fresh);
        }
        // Colours rounded to 5 bits: few enough for one palette a frame, whatever the letters' rims.
        for value in &mut pixels {
            *value = (*value & 0xF8) | (*value >> 5);
        }
        let mut picture = gif::Frame::from_rgb_speed(wide as u16, high as u16, &pixels, 20);
        picture.delay = 25;
        if let Some(encoder) = &mut encoder {
            encoder
                .write_frame(&picture)
                .map_err(|error| drawing(error.to_string()))?;
        }
    }
    drop(encoder);
    write_whole(path, &bytes)
}
