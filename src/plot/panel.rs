//! One pair of axes with all that stands on it, at places from the left upper corner of its plot.

use crate::plot::area::{GAP, LINE, Plot, TICK};
use crate::plot::axis::BREAK;
use crate::plot::chart::{Layer, Panel, Scale};
use crate::plot::dose_marks::DoseMark;
use crate::plot::drawing::{Align, Drawing, Frame, Place, Text};
use crate::plot::fields;
use crate::plot::forest;
use crate::plot::layers;
use crate::plot::legend::{self, Entry, Key, Obstacle};
use crate::plot::palette::{GREY, GRID, INK, Palette, Style};
use crate::plot::text::{ASCENT, DESCENT, SIZE, width, wrap};
use crate::plot::ticks::decimal;

/// Height of a row of doses above a plot.
const DOSE_ROW: f64 = 8.0;
/// Names of categories are no wider.
const CATEGORY: f64 = 170.0;
/// Free between two names of several lines, points.
const BETWEEN_NAMES: f64 = 6.0;
/// Room for the legend that an axis may be drawn out for, as a share of it.
const MOST_HEADROOM: f64 = 0.3;

/// What the longest name of some categories takes upright.
pub(super) fn height_of_name(names: &[String]) -> f64 {
    let lines = |name: &String| wrap(name, SIZE, false, CATEGORY).len();
    let most = names.iter().map(lines).max().unwrap_or(1);
    // Lines of one name stand nearer each other than those of two.
    let apart = if most > 1 { BETWEEN_NAMES } else { 0.0 };
    LINE * (most as f64 - 1.0) + (ASCENT + DESCENT) * SIZE + apart
}

/// Where the legend of a panel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegendPlace {
    /// Inside of the plot where there is room, else below it.
    Own,
    /// Above all panels.
    Shared,
}

impl Plot<'_> {
    fn draw_layers(&mut self) {
        let panel = self.panel;
        for layer in &panel.layers {
            if let Layer::Range(range) = layer {
                layers::range(self, range);
            }
        }
        self.grid();
        self.foot();
        for layer in &panel.layers {
            if let Layer::Level(level) = layer
                && let Some(y) = self.down(level.value)
            {
                let line = vec![(0.0, y), (self.wide, y)];
                self.obstacles.push(Obstacle::Line(line));
            }
        }
        for layer in &panel.layers {
            match layer {
                Layer::Curve(curve) => layers::band(self, curve),
                Layer::Heat(heat) => fields::heat(self, heat),
                Layer::Image(image) => fields::image(self, image),
                _ => {}
            }
        }
        for layer in &panel.layers {
            match layer {
                Layer::Curve(curve) => layers::curve(self, curve),
                Layer::Points(points) => layers::points(self, points),
                Layer::Discs(discs) => layers::discs(self, discs),
                Layer::Bars(bars) => layers::bars(self, bars),
                Layer::Forest(forest) => forest::draw(self, forest),
                Layer::Interval(interval) => layers::interval(self, interval),
                Layer::Words(words) => layers::words(self, words),
                _ => {}
            }
        }
    }

    /// The axis is broken above the zeros.
    fn foot(&mut self) {
        if self.y.foot > 0.0 {
            let y = self.high - BREAK * self.y.foot;
            let line = vec![(0.0, y), (self.wide, y)];
            self.obstacles.push(Obstacle::Line(line.clone()));
            let dash: &[f64] = &[1.5, 1.5];
            self.drawing.line(line, 0.6, Style { colour: GREY, dash });
        }
    }

    fn grid(&mut self) {
        if self.is_filled() {
            return;
        }
        if self.y.is_categorical {
            for tick in &self.x.ticks.labelled.clone() {
                if let Some(x) = self.across(tick.at) {
                    self.drawing.rule((x, 0.0), (x, self.high), 0.6, GRID);
                }
            }
            return;
        }
        for tick in &self.y.ticks.labelled.clone() {
            if let Some(y) = self.down(tick.at) {
                self.drawing.rule((0.0, y), (self.wide, y), 0.6, GRID);
            }
        }
    }

    fn axes(&mut self) {
        let (wide, high) = (self.wide, self.high);
        let corners = [(0.0, 0.0), (0.0, high), (wide, high), (wide, 0.0)];
        self.drawing.rule(corners[0], corners[1], 0.8, INK);
        self.drawing.rule(corners[1], corners[2], 0.8, INK);
        let is_boxed = self.is_filled() || self.panel.x.is_hidden;
        if is_boxed || self.panel.right.is_some() {
            self.drawing.rule(corners[2], corners[3], 0.8, INK);
        }
        if is_boxed {
            self.drawing.rule(corners[3], corners[0], 0.8, INK);
        }
    }

    /// Labels and title of the upright axis.
    fn left(&mut self) {
        let axis = &self.panel.y;
        if axis.is_hidden {
            return;
        }
        let mut far = 0.0_f64;
        for tick in &self.y.ticks.labelled.clone() {
            let Some(y) = self.down(tick.at) else {
                continue;
            };
            if !self.y.is_categorical {
                self.drawing.rule((-TICK, y), (0.0, y), 0.8, INK);
            }
            let lines = if self.y.is_categorical {
                wrap(&tick.label, SIZE, false, CATEGORY)
            } else {
                vec![tick.label.clone()]
            };
            let first = y + legend::DROP - 0.5 * LINE * (lines.len() as f64 - 1.0);
            for (line, words) in lines.iter().enumerate() {
                far = far.max(width(words, SIZE, false));
                let at = (-TICK - GAP, first + LINE * line as f64);
                self.drawing.text(Text::new(words.as_str(), at, Align::End));
            }
        }
        for &minor in &self.y.ticks.minor.clone() {
            if let Some(y) = self.down(minor) {
                self.drawing.rule((-0.6 * TICK, y), (0.0, y), 0.5, INK);
            }
        }
        let words = self.y.title(&axis.title, &axis.unit);
        let right = -TICK - GAP - far - GAP - DESCENT * SIZE;
        let lines = wrap(&words, SIZE, false, self.high + 16.0);
        for (line, words) in lines.iter().rev().enumerate() {
            let at = (right - LINE * line as f64, 0.5 * self.high);
            self.drawing.text(Text {
                is_turned: true,
                ..Text::new(words.as_str(), at, Align::Middle)
            });
        }
    }

    /// Labels and title of the second upright axis.
    fn right(&mut self) {
        let Some(axis) = &self.panel.right else {
            return;
        };
        let other = self.y.times(axis.factor);
        let mut far = 0.0_f64;
        for tick in &other.ticks.labelled {
            let Some(at) = other.at(tick.at) else {
                continue;
            };
            let y = self.high - at;
            self.drawing
                .rule((self.wide, y), (self.wide + TICK, y), 0.8, INK);
            let at = (self.wide + TICK + GAP, y + legend::DROP);
            far = far.max(width(&tick.label, SIZE, false));
            self.drawing
                .text(Text::new(tick.label.as_str(), at, Align::Start));
        }
        let words = other.title(&axis.title, &axis.unit);
        let x = self.wide + TICK + GAP + far + GAP + ASCENT * SIZE;
        let lines = wrap(&words, SIZE, false, self.high + 16.0);
        for (line, words) in lines.iter().enumerate() {
            let at = (x + LINE * line as f64, 0.5 * self.high);
            self.drawing.text(Text {
                is_turned: true,
                ..Text::new(words.as_str(), at, Align::Middle)
            });
        }
    }

    /// Labels and title of the axis across, and the rows of numbers below it; gives how far down.
    fn bottom(&mut self) -> f64 {
        let axis = &self.panel.x;
        if axis.is_hidden {
            return fields::scale_bars(self);
        }
        let mut base = self.high + TICK + GAP + ASCENT * SIZE;
        let step = self.wide / self.x.ticks.labelled.len().max(1) as f64;
        let mut most = 1;
        for tick in &self.x.ticks.labelled.clone() {
            let Some(x) = self.across(tick.at) else {
                continue;
            };
            self.drawing
                .rule((x, self.high), (x, self.high + TICK), 0.8, INK);
            let lines = if self.x.is_categorical {
                wrap(&tick.label, SIZE, false, step - 4.0)
            } else {
                vec![tick.label.clone()]
            };
            most = most.max(lines.len());
            for (line, words) in lines.iter().enumerate() {
                let at = (x, base + LINE * line as f64);
                self.drawing
                    .text(Text::new(words.as_str(), at, Align::Middle));
            }
        }
        for &minor in &self.x.ticks.minor.clone() {
            if let Some(x) = self.across(minor) {
                let ends = [(x, self.high), (x, self.high + 0.6 * TICK)];
                self.drawing.rule(ends[0], ends[1], 0.5, INK);
            }
        }
        base += LINE * (most as f64 - 1.0);
        let words = self.x.title(&axis.title, &axis.unit);
        for words in wrap(&words, SIZE, false, self.wide + 20.0) {
            base += LINE + 1.0;
            let at = (0.5 * self.wide, base);
            self.drawing.text(Text::new(words, at, Align::Middle));
        }
        let panel = self.panel;
        for layer in &panel.layers {
            if let Layer::Forest(of) = layer {
                base = forest::favours(self, of, base);
            }
        }
        self.at_risk(base) + DESCENT * SIZE
    }

    fn at_risk(&mut self, mut base: f64) -> f64 {
        let panel = self.panel;
        if panel.at_risk.is_empty() {
            return base;
        }
        base += LINE + 4.0;
        // The numbers of the first column stand around the left edge of the plot.
        let numbers = panel.at_risk.iter().filter_map(|row| row.numbers.first());
        let half = numbers
            .map(|&(_, number)| 0.5 * width(&number.to_string(), SIZE, false) + 2.0)
            .fold(0.0, f64::max);
        let right = -half - TICK - GAP;
        let head = Text::new("Number at risk", (right, base), Align::End);
        self.drawing.text(Text {
            is_bold: true,
            ..head
        });
        for row in &panel.at_risk {
            let colour = self.palette.style(&row.tone).colour;
            let lines = wrap(&row.name, SIZE, false, CATEGORY);
            for (line, words) in lines.iter().enumerate() {
                base += LINE;
                let at = (right, base);
                self.drawing.text(Text {
                    colour,
                    ..Text::new(words.as_str(), at, Align::End)
                });
                if line > 0 {
                    continue;
                }
                for &(place, number) in &row.numbers {
                    if let Some(x) = self.across(place) {
                        let words = decimal(i64::try_from(number).unwrap_or(i64::MAX), 0);
                        self.drawing
                            .text(Text::new(words, (x, base), Align::Middle));
                    }
                }
            }
        }
        base
    }

    /// Rows of doses and the title above the plot.
    fn top(&mut self) {
        let panel = self.panel;
        let (low, high) = self.x.range();
        let mut rise = 2.0;
        for layer in &panel.layers {
            let Layer::Doses(doses) = layer else {
                continue;
            };
            let inside = doses.times.iter().filter(|&&at| at >= low && at <= high);
            let places: Vec<f64> = inside.filter_map(|&at| self.across(at)).collect();
            if !places.is_empty() {
                let mark = DoseMark::of(doses, panel, self.palette);
                mark.row(&mut self.drawing, &places, -rise);
                rise += DOSE_ROW;
            }
        }
        let lines = wrap(&panel.title, SIZE, true, self.wide);
        for words in lines.iter().rev() {
            let at = (0.0, -rise - DESCENT * SIZE - 1.0);
            self.drawing.text(Text {
                is_bold: true,
                ..Text::new(words.as_str(), at, Align::Start)
            });
            rise += LINE;
        }
    }

    /// Dashed lines at levels, with their names where no curve runs; gives those for which there is no room.
    fn levels(&mut self, legend: Option<Frame>) -> Vec<Entry> {
        let panel = self.panel;
        let mut left = Vec::new();
        for layer in &panel.layers {
            if let Layer::Level(level) = layer
                && let Some(y) = self.down(level.value)
                && (0.0..=self.high).contains(&y)
            {
                let is_named = layers::level(self, &level.label, y, legend);
                left.extend((!is_named).then(|| Entry {
                    key: Key::Level,
                    label: level.label.clone(),
                }));
            }
        }
        left
    }
}

/// Draws a panel whose plot has this size.
pub(super) fn draw(
    panel: &Panel,
    palette: &Palette,
    size: Place,
    legend_place: LegendPlace,
) -> Drawing {
    let entries = match legend_place {
        LegendPlace::Own => legend::entries(panel, palette),
        LegendPlace::Shared => Vec::new(),
    };
    let share = legend::height(&entries) / size.1;
    let can_grow = panel.y.most.is_none()
        && !matches!(panel.y.scale, Scale::Categories(_))
        && panel.right.is_none();
    let mut rooms = vec![0.0];
    if can_grow && share <= MOST_HEADROOM {
        rooms.push(share);
    }
    let mut found: Option<(Plot<'_>, Option<Place>)> = None;
    for room in rooms {
        let mut plot = Plot::new(panel, palette, size, room);
        plot.draw_layers();
        let place = if entries.is_empty() || plot.is_filled() {
            None
        } else {
            legend::free_place(&entries, size, &plot.obstacles)
        };
        let is_placed = place.is_some();
        if found.is_none() || is_placed {
            found = Some((plot, place));
        }
        if is_placed || entries.is_empty() {
            break;
        }
    }
    let Some((mut plot, place)) = found else {
        return Drawing::default();
    };
    finish(&mut plot, &entries, place);
    plot.drawing.size = size;
    plot.drawing
}

/// True of a picture that is narrower than the page, without a colour bar beside it.
fn has_room_beside(plot: &Plot<'_>) -> bool {
    let has_bar = |layer: &Layer| match layer {
        Layer::Heat(_) => true,
        Layer::Image(image) => image.scale.is_some(),
        _ => false,
    };
    plot.is_filled()
        && (0.01..0.9).contains(&plot.panel.share)
        && !plot.panel.layers.iter().any(has_bar)
}

fn finish(plot: &mut Plot<'_>, entries: &[Entry], place: Option<Place>) {
    let inside = place.map(|place| legend::column(entries, place));
    let mut unnamed = plot.levels(inside.as_ref().and_then(Drawing::frame));
    plot.axes();
    plot.left();
    plot.right();
    fields::colour_bars(plot);
    plot.top();
    let below = plot.bottom();
    // Names that have no room inside stand below: beside the plot they would make it narrower.
    let mut rest: Vec<Entry> = Vec::new();
    if let Some(inside) = inside {
        plot.drawing.place(inside, (0.0, 0.0));
    } else if !entries.is_empty() && has_room_beside(plot) {
        let beside = legend::column(entries, (plot.wide + 12.0, 0.0));
        plot.drawing.place(beside, (0.0, 0.0));
    } else {
        rest.extend_from_slice(entries);
    }
    rest.append(&mut unnamed);
    if !rest.is_empty() {
        let left = if plot.panel.at_risk.is_empty() {
            0.0
        } else {
            -TICK - GAP
        };
        let (rows, _) = legend::rows(&rest, (left, below + 4.0), plot.wide - left);
        plot.drawing.place(rows, (0.0, 0.0));
    }
}
