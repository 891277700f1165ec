//! A drawing into SVG and PNG by the backends of plotters, from the same places.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plotters::prelude::{
    BitMapBackend, Color, DrawingBackend, RGBAColor, RGBColor, SVGBackend, ShapeStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, TextStyle};

use crate::plot::drawing::{Align, Drawing, Mark, Place, Text};
use crate::plot::page::Page;
use crate::plot::palette::{Colour, WHITE};
use crate::plot::text::{FAMILIES, outlines};

/// Steps of a point in an SVG, whose backend has whole numbers for places.
const FINE: f64 = 10.0;
/// Pixels of a point in a PNG: 1530 across a page of two columns.
pub(super) const PIXELS: f64 = 3.0;
/// Lines and areas of a PNG are drawn at so many times its size and then averaged.
const OVER: usize = 2;

fn rgb(Colour(red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn filled(colour: RGBAColor) -> ShapeStyle {
    ShapeStyle {
        color: colour,
        filled: true,
        stroke_width: 0,
    }
}

/// Points of a page along each side at most.
const LONGEST: f64 = 20_000.0;

/// Refuses a page that is none.
fn check(page: &Page) -> Result<(), String> {
    if [page.width, page.height]
        .iter()
        .all(|length| (1.0..=LONGEST).contains(length))
    {
        return Ok(());
    }
    Err(format!(
        "a page of {} x {} points, where 1 to {LONGEST} are allowed",
        page.width, page.height
    ))
}

/// The step nearest to a place, as far as the backends can count beyond the page.
fn step(at: f64) -> i32 {
    at.round().clamp(-1e7, 1e7) as i32
}

/// Parts of a line that a dash leaves.
fn dashed(points: &[Place], dash: &[f64]) -> Vec<Vec<Place>> {
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let mut parts = Vec::new();
    let mut part: Vec<Place> = points.first().copied().into_iter().collect();
    let (mut phase, mut left) = (0, dash[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            );
            length -= left;
            if phase % 2 == 0 {
                part.push(from);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![from];
            }
            phase = (phase + 1) % dash.len();
            left = dash[phase];
        }
        left -= length;
        if phase % 2 == 0 {
            part.push(to);
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    parts
}

/// Draws everything but words: `unit` steps a point.
fn draw_shapes<DB: DrawingBackend>(
    backend: &mut DB,
    drawing: &Drawing,
    unit: f64,
    stroke: impl Fn(&mut DB, &[Place], f64, RGBAColor) -> Result<(), String>,
) -> Result<(), String> {
    let at = |(x, y): Place| (step(x * unit), step(y * unit));
    for mark in &drawing.marks {
        match mark {
            Mark::Line {
                points,
                width,
                style,
            } => {
                for part in dashed(points, style.dash) {
                    stroke(backend, &part, *width, rgb(style.colour).to_rgba())?;
                }
            }
            Mark::Area {
                points,
                colour,
                strength,
            } => {
                let style = filled(rgb(*colour).mix(*strength));
                backend
                    .fill_polygon(points.iter().map(|&point| at(point)), &style)
                    .map_err(said)?;
            }
            Mark::Disc {
                at: centre,
                radius,
                colour,
                is_open,
                strength,
            } => {
                let steps = |length: f64| (length * unit).round().max(1.0) as u32;
                let style = filled(rgb(*colour).mix(*strength));
                backend
                    .draw_circle(at(*centre), steps(*radius), &style, true)
                    .map_err(said)?;
                if *is_open {
                    let inner = filled(rgb(WHITE).to_rgba());
                    backend
                        .draw_circle(at(*centre), steps(radius - 0.9), &inner, true)
                        .map_err(said)?;
                }
            }
            Mark::Image { .. } | Mark::Text(_) => {}
        }
    }
    Ok(())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The page as an SVG.
///
/// # Errors
/// What the plotter said.
pub(super) fn svg(page: &Page) -> Result<String, String> {
    check(page)?;
    let size = [page.width, page.height].map(|length| (length * FINE).round() as u32);
    let at = |(x, y): Place| (step(x * FINE), step(y * FINE));
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, (size[0], size[1]));
        let paper = filled(rgb(WHITE).to_rgba());
        let corner = (size[0] as i32, size[1] as i32);
        backend
            .draw_rect((0, 0), corner, &paper, true)
            .map_err(said)?;
        draw_shapes(
            &mut backend,
            &page.drawing,
            FINE,
            |backend, points, width, color| {
                let style = ShapeStyle {
                    color,
                    filled: false,
                    stroke_width: (width * FINE).round() as u32,
                };
                let points = points.iter().map(|&point| at(point));
                backend.draw_path(points, &style).map_err(said)
            },
        )?;
        for text in page.drawing.texts() {
            write_words(&mut backend, text)?;
        }
        backend.present().map_err(said)?;
    }
    // The backend counts in steps: the picture is as large as its page.
    let steps = format!("width=\"{}\" height=\"{}\"", size[0], size[1]);
    let points = format!("width=\"{}pt\" height=\"{}pt\"", page.width, page.height);
    let text = text.replacen(&steps, &points, 1);
    let images = images(&page.drawing);
    // Behind all that stands on the paper, whose rectangle is the first.
    let paper = text.find("<rect").and_then(|at| {
        let end = text[at..].find("/>")?;
        Some(at + end + 2)
    });
    match paper {
        Some(end) if !images.is_empty() => {
            Ok(format!("{}\n{images}{}", &text[..end], &text[end..]))
        }
        _ => Ok(text),
    }
}

/// Images of a drawing as one path a colour: a rectangle for each run of equal cells in a row.
fn images(drawing: &Drawing) -> String {
    let mut text = String::new();
    for mark in &drawing.marks {
        let Mark::Image {
            frame,
            columns,
            colours,
        } = mark
        else {
            continue;
        };
        let rows = colours.len() / (*columns).max(1);
        let edge = |from: f64, to: f64, at: usize, of: usize| {
            step((from + (to - from) * at as f64 / of as f64) * FINE)
        };
        let mut paths: BTreeMap<Colour, String> = BTreeMap::new();
        for (row, line) in colours.chunks((*columns).max(1)).enumerate() {
            let [top, bottom] = [row, row + 1].map(|row| edge(frame.top, frame.bottom, row, rows));
            let mut from = 0;
            for run in line.chunk_by(|one, other| one == other) {
                let [left, right] =
                    [from, from + run.len()].map(|at| edge(frame.left, frame.right, at, *columns));
                from += run.len();
                let path = paths.entry(run[0]).or_default();
                // Writing to a string cannot fail.
                let _ = write!(path, "M{left} {top}H{right}V{bottom}H{left}Z");
            }
        }
        for (Colour(red, green, blue), path) in paths {
            let _ = writeln!(
                text,
                "<path fill=\"#{red:02X}{green:02X}{blue:02X}\" shape-rendering=\"crispEdges\" d=\"{path}\"/>"
            );
        }
    }
    text
}

/// The backend sets the top of letters, 0.76 em above the line on which they stand, at a place.
const TOP: f64 = 0.76;
/// The backend divides sizes by this.
const EM: f64 = 1.24;

fn write_words(backend: &mut SVGBackend<'_>, text: &Text) -> Result<(), String> {
    let style = if text.is_bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    let turn = if text.is_turned {
        FontTransform::Rotate270
    } else {
        FontTransform::None
    };
    let font = FontDesc::new(FontFamily::Name(FAMILIES), text.size * FINE * EM, style);
    let side = match text.align {
        Align::Start => HPos::Left,
        Align::Middle => HPos::Center,
        Align::End => HPos::Right,
    };
    let ink = rgb(text.colour);
    let style = TextStyle::from(font.transform(turn))
        .color(&ink)
        .pos(Pos::new(side, VPos::Top));
    let rise = TOP * text.size;
    let (x, y) = if text.is_turned {
        (text.at.0 - rise, text.at.1)
    } else {
        (text.at.0, text.at.1 - rise)
    };
    let at = (step(x * FINE), step(y * FINE));
    backend.draw_text(&text.words, &style, at).map_err(said)
}

/// A picture in pixels.
pub(super) struct Bitmap {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green and blue, row by row.
    pub(super) pixels: Vec<u8>,
}

/// The page in pixels.
///
/// # Errors
/// What the plotter said.
pub(super) fn bitmap(page: &Page) -> Result<Bitmap, String> {
    bitmap_of(page, PIXELS)
}

/// The page with so many pixels a point.
///
/// # Errors
/// What the plotter said.
pub(super) fn bitmap_of(page: &Page, pixels: f64) -> Result<Bitmap, String> {
    check(page)?;
    let size = [page.width, page.height].map(|length| (length * pixels).round() as usize);
    let large = size.map(|length| length * OVER);
    let mut fine = vec![255_u8; 3 * large[0] * large[1]];
    let unit = pixels * OVER as f64;
    paint(&mut fine, large, &page.drawing, unit);
    {
        let size = (large[0] as u32, large[1] as u32);
        let mut backend = BitMapBackend::with_buffer(&mut fine, size);
        draw_shapes(
            &mut backend,
            &page.drawing,
            unit,
            |backend, points, width, colour| stroke(backend, points, width, colour, unit),
        )?;
        backend.present().map_err(said)?;
    }
    let mut picture = Bitmap {
        width: size[0] as u32,
        height: size[1] as u32,
        pixels: vec![255; 3 * size[0] * size[1]],
    };
    halve(&fine, &mut picture.pixels, size[0]);
    for text in page.drawing.texts() {
        picture.write(text, pixels);
    }
    Ok(picture)
}

/// Pixels as the means of [`OVER`] by [`OVER`] others each, rounded; a row has so many.
fn halve(fine: &[u8], pixels: &mut [u8], wide: usize) {
    const AREA: u16 = (OVER * OVER) as u16;
    let row = 3 * wide.max(1);
    for (to, from) in pixels
        .chunks_exact_mut(row)
        .zip(fine.chunks_exact(OVER * OVER * row))
    {
        let (upper, lower) = from.split_at(OVER * row);
        let blocks = upper.as_chunks::<{ 3 * OVER }>().0;
        let blocks = blocks.iter().zip(lower.as_chunks::<{ 3 * OVER }>().0);
        for (pixel, (upper, lower)) in to.as_chunks_mut::<3>().0.iter_mut().zip(blocks) {
            for (channel, mean) in pixel.iter_mut().enumerate() {
                let at =
                    |line: &[u8; 3 * OVER]| u16::from(line[channel]) + u16::from(line[channel + 3]);
                *mean = ((at(upper) + at(lower) + AREA / 2) / AREA) as u8;
            }
        }
    }
}

/// Paints the images of a drawing: each pixel has the colour of the cell below its middle.
fn paint(pixels: &mut [u8], size: [usize; 2], drawing: &Drawing, unit: f64) {
    for mark in &drawing.marks {
        let Mark::Image {
            frame,
            columns,
            colours,
        } = mark
        else {
            continue;
        };
        let columns = (*columns).max(1);
        let rows = (colours.len() / columns).max(1);
        let ends = |from: f64, to: f64, most: usize| {
            let end = |at: f64| (at * unit).round().clamp(0.0, most as f64) as usize;
            end(from)..end(to)
        };
        let cell = |at: usize, from: f64, to: f64, count: usize| {
            let share = ((at as f64 + 0.5) / unit - from) / (to - from);
            ((share * count as f64) as usize).min(count - 1)
        };
        let across = ends(frame.left, frame.right, size[0]);
        let cells: Vec<usize> = across
            .clone()
            .map(|x| cell(x, frame.left, frame.right, columns))
            .collect();
        let bytes = 3 * across.start..3 * across.end;
        let mut above = None;
        for y in ends(frame.top, frame.bottom, size[1]) {
            let row = cell(y, frame.top, frame.bottom, rows);
            let line = 3 * y * size[0];
            // Rows of pixels through one row of cells are alike.
            if above == Some(row) {
                let before = line - 3 * size[0];
                let alike = before + bytes.start..before + bytes.end;
                pixels.copy_within(alike, line + bytes.start);
                continue;
            }
            above = Some(row);
            let pixels = &mut pixels[line + bytes.start..line + bytes.end];
            for (pixel, column) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(&cells) {
                if let Some(&Colour(red, green, blue)) = colours.get(row * columns + column) {
                    *pixel = [red, green, blue];
                }
            }
        }
    }
}

/// A line as quadrilaterals with round joints: a polygon of the whole would show its own crossings.
fn stroke(
    backend: &mut BitMapBackend<'_>,
    points: &[Place],
    width: f64,
    colour: RGBAColor,
    unit: f64,
) -> Result<(), String> {
    let style = filled(colour);
    let half = 0.5 * width * unit;
    let at = |x: f64, y: f64| (step(x), step(y));
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|(x, y)| (x * unit, y * unit));
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        if length < 1e-9 {
            continue;
        }
        let aside = (
            half * (from.1 - to.1) / length,
            half * (to.0 - from.0) / length,
        );
        let (is_upright, is_level) = ((from.0 - to.0).abs() < 1e-9, (from.1 - to.1).abs() < 1e-9);
        if is_upright || is_level {
            // Half of the width on either side, to the pixel: rounding of both edges would widen it.
            let corner = at(from.0 - aside.0.abs(), from.1 - aside.1.abs());
            let wide = (2.0 * half).round().max(1.0) as i32 - 1;
            let end = if is_upright {
                (corner.0 + wide, to.1.round() as i32)
            } else {
                (to.0.round() as i32, corner.1 + wide)
            };
            let [low, high] = [
                (corner.0.min(end.0), corner.1.min(end.1)),
                (corner.0.max(end.0), corner.1.max(end.1)),
            ];
            backend.draw_rect(low, high, &style, true).map_err(said)?;
        } else {
            let corners = [
                at(from.0 + aside.0, from.1 + aside.1),
                at(to.0 + aside.0, to.1 + aside.1),
                at(to.0 - aside.0, to.1 - aside.1),
                at(from.0 - aside.0, from.1 - aside.1),
            ];
            backend.fill_polygon(corners, &style).map_err(said)?;
        }
    }
    if half > 2.5 {
        for three in points.windows(3) {
            let [before, (x, y), after] = [three[0], three[1], three[2]];
            let turn = (x - before.0) * (after.1 - y) - (y - before.1) * (after.0 - x);
            // Where a line goes straight on there is no joint to fill.
            if turn.abs() < 1e-6 {
                continue;
            }
            let radius = (half - 1.0).floor() as u32;
            backend
                .draw_circle(at(x * unit, y * unit), radius, &style, true)
                .map_err(said)?;
        }
    }
    Ok(())
}

impl Bitmap {
    /// Writes words, letter by letter at their exact places.
    fn write(&mut self, text: &Text, pixels: f64) {
        let (x, y) = (text.at.0 * pixels, text.at.1 * pixels);
        let size = text.size * pixels;
        let before = text.before() * pixels;
        // A turned text is written along the axis across, and its pixels are turned.
        let start = if text.is_turned {
            (-before, 0.0)
        } else {
            (x - before, y.round())
        };
        let pivot = (x.round() as i32, y.round() as i32);
        for glyph in outlines(&text.words, size, text.is_bold, start.0, start.1) {
            let corner = glyph.px_bounds().min;
            glyph.draw(|right, down, share| {
                let column = corner.x as i32 + right as i32;
                let row = corner.y as i32 + down as i32;
                let at = if text.is_turned {
                    (pivot.0 + row, pivot.1 - 1 - column)
                } else {
                    (column, row)
                };
                self.blend(at, text.colour, share);
            });
        }
    }

    fn blend(&mut self, (x, y): (i32, i32), Colour(red, green, blue): Colour, share: f32) {
        let inside = |value: i32, most: u32| u32::try_from(value).is_ok_and(|value| value < most);
        if !inside(x, self.width) || !inside(y, self.height) {
            return;
        }
        let at = 3 * (y as usize * self.width as usize + x as usize);
        for (pixel, ink) in self.pixels[at..at + 3].iter_mut().zip([red, green, blue]) {
            let (paper, ink) = (f32::from(*pixel), f32::from(ink));
            *pixel = (paper + share.clamp(0.0, 1.0) * (ink - paper)).round() as u8;
        }
    }
}
