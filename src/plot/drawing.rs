//! What is to be drawn, as lines, areas, discs and words at places in points at print width, from the left
//! upper corner.

use crate::plot::palette::{Colour, INK, Style};
use crate::plot::text::{ASCENT, DESCENT, SIZE, width};

/// A place: right of the left edge, below the upper one.
pub(super) type Place = (f64, f64);

/// A rectangle with its sides along the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub(super) fn holds(self, other: Self) -> bool {
        self.left <= other.left
            && self.right >= other.right
            && self.top <= other.top
            && self.bottom >= other.bottom
    }

    pub(super) fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    pub(super) fn joined(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) fn around(points: &[Place]) -> Option<Self> {
        let mut frames = points.iter().map(|&(x, y)| Self {
            left: x,
            top: y,
            right: x,
            bottom: y,
        });
        let first = frames.next()?;
        Some(frames.fold(first, Self::joined))
    }

    /// True where a straight line between two places meets it.
    pub(super) fn meets(self, from: Place, to: Place) -> bool {
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (at, delta, low, high) in [
            (from.0, to.0 - from.0, self.left, self.right),
            (from.1, to.1 - from.1, self.top, self.bottom),
        ] {
            if delta == 0.0 {
                if at < low || at > high {
                    return false;
                }
            } else {
                let (one, other) = ((low - at) / delta, (high - at) / delta);
                enters = enters.max(one.min(other));
                leaves = leaves.min(one.max(other));
            }
        }
        enters <= leaves
    }
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

/// Words on one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) words: String,
    /// On the base line.
    pub(super) at: Place,
    pub(super) align: Align,
    pub(super) size: f64,
    pub(super) is_bold: bool,
    /// Read from below to above.
    pub(super) is_turned: bool,
    pub(super) colour: Colour,
}

impl Text {
    pub(super) fn new(words: impl Into<String>, at: Place, align: Align) -> Self {
        Self {
            words: words.into(),
            at,
            align,
            size: SIZE,
            is_bold: false,
            is_turned: false,
            colour: INK,
        }
    }

    /// How far left of its place (below it, where turned) the text begins.
    pub(super) fn before(&self) -> f64 {
        let long = width(&self.words, self.size, self.is_bold);
        match self.align {
            Align::Start => 0.0,
            Align::Middle => 0.5 * long,
            Align::End => long,
        }
    }

    pub(super) fn frame(&self) -> Frame {
        let long = width(&self.words, self.size, self.is_bold);
        let (x, y) = self.at;
        let (up, down) = (ASCENT * self.size, DESCENT * self.size);
        if self.is_turned {
            Frame {
                left: x - up,
                right: x + down,
                top: y + self.before() - long,
                bottom: y + self.before(),
            }
        } else {
            Frame {
                left: x - self.before(),
                right: x - self.before() + long,
                top: y - up,
                bottom: y + down,
            }
        }
    }
}

/// A part of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line through places.
    Line {
        points: Vec<Place>,
        width: f64,
        style: Style,
    },
    /// A filled polygon.
    Area {
        points: Vec<Place>,
        colour: Colour,
        strength: f64,
    },
    /// A disc, or a ring of white.
    Disc {
        at: Place,
        radius: f64,
        colour: Colour,
        is_open: bool,
        strength: f64,
    },
    /// Cells of colour, row by row from the top.
    Image {
        frame: Frame,
        columns: usize,
        colours: Vec<Colour>,
    },
    /// Words.
    Text(Text),
}

impl Mark {
    /// The rectangle around it.
    pub(super) fn frame(&self) -> Option<Frame> {
        match self {
            Self::Line { points, width, .. } => {
                Frame::around(points).map(|frame| frame.grown(0.5 * width))
            }
            Self::Area { points, .. } => Frame::around(points),
            Self::Disc { at, radius, .. } => {
                Frame::around(&[*at]).map(|frame| frame.grown(*radius))
            }
            Self::Image { frame, .. } => Some(*frame),
            Self::Text(text) => Some(text.frame()),
        }
    }
}

/// Marks, the first at the bottom; images are below and words above all others.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Drawing {
    pub(super) marks: Vec<Mark>,
    /// Size of the plot at its left upper corner, where it has one.
    pub(super) size: Place,
}

impl Drawing {
    pub(super) fn line(&mut self, points: Vec<Place>, width: f64, style: Style) {
        if points.len() > 1 {
            self.marks.push(Mark::Line {
                points,
                width,
                style,
            });
        }
    }

    /// A full line.
    pub(super) fn rule(&mut self, from: Place, to: Place, width: f64, colour: Colour) {
        self.line(vec![from, to], width, Style { colour, dash: &[] });
    }

    pub(super) fn area(&mut self, points: Vec<Place>, colour: Colour, strength: f64) {
        if points.len() > 2 {
            self.marks.push(Mark::Area {
                points,
                colour,
                strength,
            });
        }
    }

    pub(super) fn rectangle(&mut self, frame: Frame, colour: Colour, strength: f64) {
        let points = vec![
            (frame.left, frame.top),
            (frame.right, frame.top),
            (frame.right, frame.bottom),
            (frame.left, frame.bottom),
        ];
        self.area(points, colour, strength);
    }

    pub(super) fn disc(&mut self, at: Place, radius: f64, colour: Colour, is_open: bool) {
        self.marks.push(Mark::Disc {
            at,
            radius,
            colour,
            is_open,
            strength: 1.0,
        });
    }

    pub(super) fn text(&mut self, text: Text) {
        if !text.words.is_empty() {
            self.marks.push(Mark::Text(text));
        }
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some(text),
            _ => None,
        })
    }

    /// The rectangle around all marks.
    pub(super) fn frame(&self) -> Option<Frame> {
        self.marks
            .iter()
            .filter_map(Mark::frame)
            .reduce(Frame::joined)
    }

    /// Takes over the marks of another drawing, moved.
    pub(super) fn place(&mut self, other: Self, (dx, dy): Place) {
        let moved = |at: Place| (at.0 + dx, at.1 + dy);
        self.marks.extend(other.marks.into_iter().map(|mut mark| {
            match &mut mark {
                Mark::Line { points, .. } | Mark::Area { points, .. } => {
                    for point in points {
                        *point = moved(*point);
                    }
                }
                Mark::Disc { at, .. } | Mark::Text(Text { at, .. }) => *at = moved(*at),
                Mark::Image { frame, .. } => {
                    (frame.left, frame.top) = moved((frame.left, frame.top));
                    (frame.right, frame.bottom) = moved((frame.right, frame.bottom));
                }
            }
            mark
        }));
    }
}
