//! Legends: what is there, with its own marks, clear of the data where there is room.

use crate::plot::chart::{BandOf, Form, Layer, Panel};
use crate::plot::dose_marks::DoseMark;
use crate::plot::drawing::{Align, Drawing, Frame, Place, Text};
use crate::plot::palette::{Colour, GREY, INK, Palette, Style, WHITE};
use crate::plot::text::{LEADING, SIZE, width, wrap};

/// What stands in front of a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// A line, with its band where it has one.
    Line(Style, Option<f64>),
    /// Its colour, whether some have bars, and whether these are assumed.
    Point(Colour, bool, bool),
    Disc(Colour),
    /// What stands on the sites of a picture.
    Dot(Form, Colour),
    Patch(Colour, f64),
    /// A colour of a picture, with a rim: it may be as light as paper.
    Swatch(Colour),
    /// The same of what is hatched there.
    Hatched(Colour),
    /// A line along a surface.
    Rim(Colour),
    /// A dashed line around something.
    Dashes(Colour),
    /// A range of values.
    Range,
    Dose(DoseMark),
    Interval,
    /// A value whose name has no room beside its line.
    Level,
}

/// A line of a legend.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) label: String,
}

/// Width of a key, points.
const KEY: f64 = 20.0;
/// Between a key and its name.
const GAP: f64 = 5.0;
/// Between entries beside each other.
const BETWEEN: f64 = 14.0;
/// Height of a line.
const LINE: f64 = LEADING * SIZE;
/// Kept free around a legend.
const CLEAR: f64 = 4.0;

/// Usual strength of a band.
pub(super) const BAND: f64 = 0.2;

/// Entries of doses: they stand outside of the plots, where their marks are.
pub(super) fn doses(panels: &[&Panel], palette: &Palette) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let layers = panels
        .iter()
        .flat_map(|&panel| panel.layers.iter().map(move |layer| (panel, layer)));
    for (panel, layer) in layers {
        let Layer::Doses(doses) = layer else {
            continue;
        };
        let entry = Entry {
            key: Key::Dose(DoseMark::of(doses, panel, palette)),
            label: doses.label.clone(),
        };
        let is_seen = !doses.times.is_empty() && !entry.label.is_empty();
        if is_seen && !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}

/// Entries of all layers but doses that have data and a name.
pub(super) fn entries(panel: &Panel, palette: &Palette) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    for layer in &panel.layers {
        let style = layer.tone().map(|tone| palette.style(tone));
        let colour = style.map_or(GREY, |style| style.colour);
        let (key, label) = match layer {
            Layer::Curve(curve) if layer.has_data() => {
                let has_band = curve.is_filled || !curve.band.is_empty();
                // An interval beside bands has the entry of these: its panel says what its border means.
                let strength = if curve.band_strength > 0.0 && curve.band_of == BandOf::Values {
                    curve.band_strength
                } else {
                    BAND
                };
                let style = curve_style(style, curve.is_solid);
                let has_line = curve.points.iter().any(|point| point.1.is_finite());
                let key = if has_line {
                    Key::Line(style, has_band.then_some(strength))
                } else {
                    Key::Patch(colour, strength)
                };
                (key, &curve.label)
            }
            Layer::Points(points) if layer.has_data() => {
                let has_bars = points.points.iter().any(|point| point.low.is_finite());
                (
                    Key::Point(colour, has_bars, points.are_assumed),
                    &points.label,
                )
            }
            Layer::Discs(discs) if layer.has_data() => (Key::Disc(colour), &discs.label),
            Layer::Bars(bars) if layer.has_data() => (Key::Patch(colour, 1.0), &bars.label),
            Layer::Image(image) => {
                let entries = image.key.iter().map(|sign| Entry {
                    key: match sign.form {
                        Form::Rim => Key::Rim(sign.colour),
                        Form::Dashes => Key::Dashes(sign.colour),
                        Form::Outlined => Key::Hatched(sign.colour),
                        form if form.is_site() => Key::Swatch(sign.colour),
                        form => Key::Dot(form, sign.colour),
                    },
                    label: sign.label.clone(),
                });
                found.extend(entries);
                continue;
            }
            Layer::Range(range) => (Key::Range, &range.label),
            Layer::Interval(interval) => (Key::Interval, &interval.label),
            _ => continue,
        };
        let entry = Entry {
            key,
            label: label.clone(),
        };
        if !entry.label.is_empty() && !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}

/// The style of the line at a level.
pub(super) const LEVEL: Style = Style {
    colour: GREY,
    dash: &[4.0, 2.5],
};

/// Strength of a range of values.
const RANGE: f64 = 0.07;

/// A range of values: hatched and bordered, so that it is no band of a curve.
pub(super) fn range(drawing: &mut Drawing, frame: Frame) {
    const LINES: Colour = Colour(205, 205, 205);
    drawing.rectangle(frame, GREY, RANGE);
    hatch(drawing, frame, 7.0, LINES);
    for y in [frame.top, frame.bottom] {
        drawing.rule((frame.left, y), (frame.right, y), 0.6, LINES);
    }
}

/// Slanted lines through a frame, so far apart across.
fn hatch(drawing: &mut Drawing, frame: Frame, apart: f64, colour: Colour) {
    let high = frame.bottom - frame.top;
    let steps = ((frame.right - frame.left + high) / apart).floor() as usize;
    for step in 1..=steps {
        // From the lower end to the upper one, within the frame.
        let foot = frame.left - high + apart * step as f64;
        let from = (frame.left - foot).max(0.0);
        let to = (frame.right - foot).min(high);
        if to > from {
            let at = |up: f64| (foot + up, frame.bottom - up);
            drawing.rule(at(from), at(to), 0.4, colour);
        }
    }
}

pub(super) fn curve_style(style: Option<Style>, is_solid: bool) -> Style {
    let style = style.unwrap_or(Style {
        colour: INK,
        dash: &[],
    });
    if is_solid {
        Style { dash: &[], ..style }
    } else {
        style
    }
}

/// Width of what stands in front of a name.
fn key_width(key: &Key) -> f64 {
    match key {
        Key::Swatch(_) | Key::Hatched(_) | Key::Dot(..) => 0.5 * KEY,
        _ => KEY,
    }
}

/// Size of a legend with one entry a line.
fn size(entries: &[Entry]) -> (f64, f64) {
    let wide = |entry: &Entry| key_width(&entry.key) + GAP + width(&entry.label, SIZE, false);
    let wide = entries.iter().map(wide).fold(0.0, f64::max);
    (wide, LINE * entries.len() as f64)
}

/// Height of a legend with one entry a line and what is kept free around it.
pub(super) fn height(entries: &[Entry]) -> f64 {
    size(entries).1 + 2.0 * CLEAR
}

/// What a legend may not cover.
#[derive(Debug, Clone)]
pub(super) enum Obstacle {
    Line(Vec<Place>),
    Box(Frame),
}

impl Obstacle {
    pub(super) fn meets(&self, frame: Frame) -> bool {
        match self {
            Self::Line(points) => points.windows(2).any(|pair| frame.meets(pair[0], pair[1])),
            Self::Box(other) => frame.overlaps(*other),
        }
    }
}

/// A place for the legend inside of a plot of this size that covers nothing: its left upper corner.
pub(super) fn free_place(
    entries: &[Entry],
    (wide, high): (f64, f64),
    obstacles: &[Obstacle],
) -> Option<Place> {
    const STEPS: u32 = 10;
    let size = size(entries);
    let room = (wide - size.0 - 2.0 * CLEAR, high - size.1 - 2.0 * CLEAR);
    if room.0 < 0.0 || room.1 < 0.0 {
        return None;
    }
    let shares = || (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
    // Corners first, then along the upper and lower edge, then along the right and left one.
    let corners = [(1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let across = [0.0, 1.0].into_iter();
    let across = across.flat_map(|down| shares().rev().map(move |right| (right, down)));
    let along = [1.0, 0.0].into_iter();
    let along = along.flat_map(|right| shares().map(move |down| (right, down)));
    corners
        .into_iter()
        .chain(across)
        .chain(along)
        .map(|(right, down)| (CLEAR + right * room.0, CLEAR + down * room.1))
        .find(|&(left, top)| {
            let frame = Frame {
                left,
                top,
                right: left + size.0,
                bottom: top + size.1,
            };
            let frame = frame.grown(CLEAR);
            !obstacles.iter().any(|obstacle| obstacle.meets(frame))
        })
}

/// A legend with one entry a line.
pub(super) fn column(entries: &[Entry], (left, top): Place) -> Drawing {
    let mut drawing = Drawing::default();
    for (line, entry) in entries.iter().enumerate() {
        let middle = top + (line as f64 + 0.5) * LINE;
        draw(&mut drawing, entry, (left, middle));
    }
    drawing
}

/// A legend with entries beside each other, in rows no wider than asked, and its height.
pub(super) fn rows(entries: &[Entry], (left, top): Place, most: f64) -> (Drawing, f64) {
    let mut drawing = Drawing::default();
    let (mut x, mut line) = (0.0, 0.0);
    for entry in entries {
        let key = key_width(&entry.key);
        let mut lines = wrap(&entry.label, SIZE, false, most - key - GAP);
        let widths = lines.iter().map(|line| width(line, SIZE, false));
        let wide = key + GAP + widths.fold(0.0, f64::max);
        if x > 0.0 && x + wide > most {
            x = 0.0;
            line += 1.0;
        }
        let first = lines.first().cloned().unwrap_or_default();
        let middle = top + (line + 0.5) * LINE;
        let entry = Entry {
            label: first,
            ..entry.clone()
        };
        draw(&mut drawing, &entry, (left + x, middle));
        for words in lines.drain(1.min(lines.len())..) {
            line += 1.0;
            let at = (left + x + key + GAP, top + (line + 0.5) * LINE + DROP);
            drawing.text(Text::new(words, at, Align::Start));
        }
        x += wide + BETWEEN;
    }
    (drawing, (line + 1.0) * LINE)
}

/// From the middle of a line of words down to where they stand.
pub(super) const DROP: f64 = 0.27 * SIZE;

fn draw(drawing: &mut Drawing, entry: &Entry, (left, middle): Place) {
    let ends = [(left, middle), (left + KEY, middle)];
    let patch = Frame {
        left,
        right: left + KEY,
        top: middle - 4.0,
        bottom: middle + 4.0,
    };
    let centre = (left + 0.5 * KEY, middle);
    match entry.key {
        Key::Line(style, band) => {
            if let Some(strength) = band {
                drawing.rectangle(patch, style.colour, strength);
            }
            drawing.line(ends.to_vec(), CURVE, style);
        }
        Key::Point(colour, has_bars, are_assumed) => {
            let bar = has_bars.then_some((5.0, 5.0));
            point(drawing, centre, bar, colour, are_assumed);
        }
        Key::Disc(colour) => drawing.disc(centre, 2.6, colour, false),
        Key::Patch(colour, strength) => drawing.rectangle(patch, colour, strength),
        Key::Swatch(colour) | Key::Hatched(colour) => {
            let patch = Frame {
                right: left + 0.5 * KEY,
                ..patch
            };
            drawing.rectangle(patch.grown(0.5), INK, 1.0);
            drawing.rectangle(patch, colour, 1.0);
            if matches!(entry.key, Key::Hatched(_)) {
                hatch(drawing, patch, 3.0, INK);
            }
        }
        Key::Rim(colour) => {
            drawing.rule(ends[0], ends[1], CURVE + 0.8, INK);
            drawing.rule(ends[0], ends[1], CURVE, colour);
        }
        Key::Dashes(colour) => {
            let at = |share: f64| {
                let [from, to] = ends;
                (
                    from.0 + share * (to.0 - from.0),
                    from.1 + share * (to.1 - from.1),
                )
            };
            for start in [0.0, 0.4, 0.8] {
                drawing.rule(at(start), at(start + 0.2), CURVE + 0.8, INK);
                drawing.rule(at(start), at(start + 0.2), CURVE, colour);
            }
        }
        Key::Range => range(drawing, patch),
        Key::Dot(form, colour) => dot(drawing, (left + 0.25 * KEY, middle), 2.6, form, colour),
        Key::Dose(mark) => mark.key(drawing, centre),
        Key::Level => drawing.line(ends.to_vec(), 0.8, LEVEL),
        Key::Interval => {
            drawing.rule(ends[0], ends[1], 1.8, INK);
            drawing.disc(centre, 2.4, INK, false);
        }
    }
    let at = (left + key_width(&entry.key) + GAP, middle + DROP);
    drawing.text(Text::new(entry.label.clone(), at, Align::Start));
}

/// Width of a curve.
pub(super) const CURVE: f64 = 1.4;

/// A point with its bar: lengths down and up, with caps; one that is assumed is dashed and has none.
pub(super) fn point(
    drawing: &mut Drawing,
    (x, y): Place,
    bar: Option<(f64, f64)>,
    colour: Colour,
    is_assumed: bool,
) {
    const CAP: f64 = 2.2;
    if let Some((down, up)) = bar
        && is_assumed
    {
        let dash: &[f64] = &[1.6, 1.2];
        let style = Style { colour, dash };
        drawing.line(vec![(x, y + down), (x, y - up)], 0.9, style);
    } else if let Some((down, up)) = bar {
        drawing.rule((x, y + down), (x, y - up), 0.9, colour);
        for end in [y + down, y - up] {
            drawing.rule((x - CAP, end), (x + CAP, end), 0.9, colour);
        }
    }
    drawing.disc((x, y), 2.4, colour, false);
}

/// Corners of a form around a place; none of what is round.
fn corners(form: Form, (x, y): Place, radius: f64) -> Option<Vec<Place>> {
    // Of a triangle as large as the disc, its middle is two thirds down.
    let (wide, high) = (1.25 * radius, 0.75 * radius);
    match form {
        Form::Triangle => Some(vec![
            (x, y - 2.0 * high),
            (x + wide, y + high),
            (x - wide, y + high),
        ]),
        Form::Wedge => Some(vec![
            (x, y + 2.0 * high),
            (x - wide, y - high),
            (x + wide, y - high),
        ]),
        Form::Diamond => {
            let far = 1.25 * radius;
            Some(vec![(x, y - far), (x + far, y), (x, y + far), (x - far, y)])
        }
        Form::Square | Form::Outlined | Form::Rim | Form::Dashes | Form::Disc | Form::Ring => None,
    }
}

/// A form with a rim that its ground does not swallow, or a ring on white.
pub(super) fn dot(drawing: &mut Drawing, at: Place, radius: f64, form: Form, colour: Colour) {
    const RIM: f64 = 0.35;
    if form == Form::Ring {
        drawing.disc(at, radius + RIM, WHITE, false);
        drawing.disc(at, radius, colour, true);
        return;
    }
    let rim = if colour.lightness() > 0.6 { INK } else { WHITE };
    let sizes = [1.6 * RIM, 0.0].map(|more| corners(form, at, radius + more));
    if let [Some(outer), Some(inner)] = sizes {
        drawing.area(outer, rim, 1.0);
        drawing.area(inner, colour, 1.0);
    } else {
        drawing.disc(at, radius + RIM, rim, false);
        drawing.disc(at, radius, colour, false);
    }
}
