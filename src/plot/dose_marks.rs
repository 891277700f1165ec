//! Marks of doses above a plot and in its legend: a form for each drug, strokes or a band where doses stand near each
//! other.

use crate::plot::chart::{Doses, Panel};
use crate::plot::drawing::{Drawing, Frame, Place};
use crate::plot::drugs::FORMS;
use crate::plot::palette::{Colour, Palette, WHITE};

/// How the doses of a row are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DoseMark {
    colour: Colour,
    form: usize,
    is_open: bool,
    close: Close,
}

/// How near each other the marks of doses stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    /// There is room for a mark with a form.
    Not,
    /// There is room for strokes.
    Strokes,
    /// Strokes would run into one.
    Band,
}

/// Marks of doses with a form, and strokes, need so much room, points.
const MARKS_APART: f64 = 5.6;
const TICKS_APART: f64 = 2.2;
/// Width of the narrowest plot of curves: a chart has one form of marks in all panels, and in its legend.
const NARROW: f64 = 180.0;

/// Half the width of a mark, and its height.
const HALF: f64 = 2.6;
const HIGH: f64 = 5.2;

impl Close {
    /// How near each other doses of these times stand on the axis of a panel.
    fn of(times: &[f64], panel: &Panel) -> Self {
        let places = panel.layers.iter().flat_map(|layer| layer.extent().x);
        let zero = panel.x.with_zero.then_some(0.0);
        let ends = places.chain(zero).chain(panel.x.most);
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        let mut times: Vec<f64> = times.to_vec();
        times.retain(|time| (low..=high).contains(time));
        times.sort_by(f64::total_cmp);
        let apart = times.windows(2).map(|pair| pair[1] - pair[0]);
        let least = apart
            .filter(|&apart| apart > 0.0)
            .fold(f64::INFINITY, f64::min);
        match NARROW * least / (high - low) {
            apart if apart < TICKS_APART => Self::Band,
            apart if apart < MARKS_APART => Self::Strokes,
            _ => Self::Not,
        }
    }
}

impl DoseMark {
    /// The mark of doses on a panel.
    pub(super) fn of(doses: &Doses, panel: &Panel, palette: &Palette) -> Self {
        Self {
            colour: palette.style(&doses.tone).colour,
            form: doses.number % FORMS,
            is_open: doses.is_open,
            close: Close::of(&doses.times, panel),
        }
    }

    /// Draws it in a legend, around a place.
    pub(super) fn key(self, drawing: &mut Drawing, (x, y): Place) {
        if self.close == Close::Band {
            let band = Frame {
                top: y - 2.0,
                bottom: y + 2.0,
                left: x - 5.0,
                right: x + 5.0,
            };
            drawing.rectangle(band, self.colour, 1.0);
        } else {
            self.draw(drawing, (x, y + 3.0));
        }
    }

    /// Draws it along a row: narrower where doses stand near each other, a band where marks would run into one.
    pub(super) fn row(self, drawing: &mut Drawing, places: &[f64], y: f64) {
        if self.close != Close::Band {
            for &place in places {
                self.draw(drawing, (place, y));
            }
            return;
        }
        let mut places = places.to_vec();
        places.sort_by(f64::total_cmp);
        for group in places.chunk_by(|one, other| other - one < TICKS_APART) {
            if let (Some(first), Some(last)) = (group.first(), group.last()) {
                let frame = Frame {
                    left: first - 0.8,
                    right: last + 0.8,
                    top: y - 5.2,
                    bottom: y - 1.2,
                };
                drawing.rectangle(frame, self.colour, 1.0);
            }
        }
    }

    /// A mark that stands on a place; where there is no room for a form, a stroke: plain, with a bar at its top, at
    /// its foot, or at both.
    fn draw(self, drawing: &mut Drawing, (x, y): Place) {
        if self.close != Close::Not {
            drawing.rule((x, y - HIGH), (x, y), 1.0, self.colour);
            let bars = [(1, y - HIGH), (2, y)];
            for (_, at) in bars.into_iter().filter(|(bit, _)| self.form & bit > 0) {
                drawing.rule((x - 1.1, at), (x + 1.1, at), 1.0, self.colour);
            }
            return;
        }
        let middle = (x, y - 0.5 * HIGH);
        let Some(outline) = outline(self.form) else {
            drawing.disc(middle, HALF, self.colour, self.is_open);
            return;
        };
        let place = |share: f64| -> Vec<Place> {
            let corners = outline.iter();
            let at = |&(right, down): &Place| {
                (
                    middle.0 + share * right * HALF,
                    middle.1 + share * down * HALF,
                )
            };
            corners.map(at).collect()
        };
        drawing.area(place(1.0), self.colour, 1.0);
        if self.is_open {
            drawing.area(place(0.5), WHITE, 1.0);
        }
    }
}

/// Corners of a form around its middle, in halves of its width; none of a disc.
fn outline(form: usize) -> Option<Vec<Place>> {
    /// Half the width of an arm of a cross.
    const ARM: f64 = 0.36;
    let plus = [
        (-ARM, -1.15),
        (ARM, -1.15),
        (ARM, -ARM),
        (1.15, -ARM),
        (1.15, ARM),
        (ARM, ARM),
        (ARM, 1.15),
        (-ARM, 1.15),
        (-ARM, ARM),
        (-1.15, ARM),
        (-1.15, -ARM),
        (-ARM, -ARM),
    ];
    Some(match form {
        0 => vec![(-1.0, -1.0), (1.0, -1.0), (0.0, 1.0)],
        1 => vec![(0.0, -1.23), (1.15, 0.0), (0.0, 1.23), (-1.15, 0.0)],
        2 => vec![(-0.81, -0.81), (0.81, -0.81), (0.81, 0.81), (-0.81, 0.81)],
        3 => vec![(-1.0, 1.0), (1.0, 1.0), (0.0, -1.0)],
        4 => return None,
        // An hourglass, upright and lying.
        5 => vec![
            (-1.0, -1.1),
            (1.0, -1.1),
            (0.2, 0.0),
            (1.0, 1.1),
            (-1.0, 1.1),
            (-0.2, 0.0),
        ],
        6 => plus.to_vec(),
        7 => vec![
            (-1.1, -1.0),
            (0.0, -0.2),
            (1.1, -1.0),
            (1.1, 1.0),
            (0.0, 0.2),
            (-1.1, 1.0),
        ],
        // The plus on its corner.
        _ => {
            let turn = std::f64::consts::FRAC_1_SQRT_2;
            plus.map(|(x, y)| (turn * (x - y), turn * (x + y))).to_vec()
        }
    })
}
