//! What stands on a panel, kind by kind.

use crate::plot::area::Plot;
use crate::plot::chart::{BandOf, Bars, Curve, Discs, Interval, Points, Range, Words};
use crate::plot::drawing::{Align, Frame, Mark, Place, Text};
use crate::plot::legend::{self, BAND, CURVE, LEVEL, Obstacle, curve_style};
use crate::plot::palette::{GREY, INK, WHITE};
use crate::plot::text::SIZE;

/// Runs of points without a gap.
fn runs<T: Copy>(points: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut runs: Vec<Vec<T>> = vec![Vec::new()];
    for point in points {
        match (point, runs.last_mut()) {
            (Some(point), Some(run)) => run.push(point),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Corners of a curve that is constant between its points.
fn stepped(points: &[Place]) -> Vec<Place> {
    let mut corners: Vec<Place> = Vec::new();
    for &(x, y) in points {
        if let Some(&(_, before)) = corners.last() {
            corners.push((x, before));
        }
        corners.push((x, y));
    }
    corners
}

pub(super) fn range(plot: &mut Plot<'_>, range: &Range) {
    let (low, high) = plot.y.range();
    let ends = [range.low.max(low), range.high.min(high)];
    if ends[0] >= ends[1] {
        return;
    }
    if let (Some(bottom), Some(top)) = (plot.down(ends[0]), plot.down(ends[1])) {
        let frame = Frame {
            left: 0.0,
            right: plot.wide,
            top,
            bottom,
        };
        legend::range(&mut plot.drawing, frame);
    }
}

pub(super) fn band(plot: &mut Plot<'_>, curve: &Curve) {
    let style = curve_style(Some(plot.palette.style(&curve.tone)), curve.is_solid);
    let strength = if curve.band_strength > 0.0 {
        curve.band_strength
    } else {
        BAND
    };
    if curve.is_filled
        && let Some(foot) = plot.down(0.0)
    {
        let places = curve.points.iter().map(|&(x, y)| plot.place(x, y));
        for run in runs(places.collect::<Vec<_>>().into_iter()) {
            let mut outline = run.clone();
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                outline.extend([(last.0, foot), (first.0, foot)]);
            }
            plot.drawing.area(outline, style.colour, strength);
        }
    }
    let ends = curve.band.iter().map(|&(x, low, high)| {
        let (x, low, high) = (plot.across(x)?, plot.down(low)?, plot.down(high)?);
        Some((x, low, high))
    });
    for run in runs(ends.collect::<Vec<_>>().into_iter()) {
        let of = |end: fn(&(f64, f64, f64)) -> f64| -> Vec<Place> {
            let points: Vec<Place> = run.iter().map(|at| (at.0, end(at))).collect();
            if curve.is_stepped {
                stepped(&points)
            } else {
                points
            }
        };
        let (lower, upper) = (of(|at| at.1), of(|at| at.2));
        for (low, high) in lower.windows(2).zip(upper.windows(2)) {
            let corners = [low[0], low[1], high[0], high[1]];
            if let Some(frame) = Frame::around(&corners) {
                plot.obstacles.push(Obstacle::Box(frame));
            }
        }
        if curve.band_of == BandOf::Mean {
            for end in [&lower, &upper] {
                // In the dash of its curve: intervals of several curves cross.
                plot.drawing.line(end.clone(), BORDER, style);
            }
        }
        let outline = lower.into_iter().chain(upper.into_iter().rev());
        plot.drawing.area(outline.collect(), style.colour, strength);
    }
}

/// Width of the lines along an interval.
const BORDER: f64 = 0.45;

/// Width of the row that stands for what is at the foot of a logarithmic axis: thinner than a curve, which
/// has a value.
const AT_FOOT: f64 = 1.0;

/// Places of a curve on its axes, none at the foot of a logarithmic one: it goes down to the floor of the
/// axis where it leaves it, and what is constant between its points stays until there.
fn line(plot: &Plot<'_>, curve: &Curve) -> Vec<Option<Place>> {
    let mut line = Vec::with_capacity(curve.points.len());
    for (index, &(x, y)) in curve.points.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| curve.points[before]);
        let crossing = before
            .filter(|_| !curve.is_stepped)
            .and_then(|(from, low)| {
                let share = plot.y.through_floor(low, y)?;
                let floor = plot.high - plot.y.floor()?;
                Some((plot.across(from + share * (x - from))?, floor))
            });
        line.extend(crossing.map(Some));
        let is_at_foot = plot.y.is_at_foot(y);
        // What is constant between its points leaves and meets the floor upright: a level of one row is a bar there.
        let floor = || Some((plot.across(x)?, plot.high - plot.y.floor()?));
        let before = before.filter(|_| curve.is_stepped && y.is_finite());
        let from = before.map(|(_, value)| (value, plot.y.is_at_foot(value)));
        match from {
            Some((value, false)) if is_at_foot => {
                line.extend(plot.place(x, value).map(Some));
                line.extend(floor().map(Some));
            }
            Some((_, true)) if !is_at_foot => line.extend(floor().map(Some)),
            _ => {}
        }
        line.push(plot.place(x, y).filter(|_| !is_at_foot));
    }
    line
}

pub(super) fn curve(plot: &mut Plot<'_>, curve: &Curve) {
    let style = curve_style(Some(plot.palette.style(&curve.tone)), curve.is_solid);
    for run in runs(line(plot, curve).into_iter()) {
        let points = if curve.is_stepped {
            stepped(&run)
        } else {
            run.clone()
        };
        if let [alone] = points[..] {
            plot.drawing.disc(alone, 1.8, style.colour, false);
        }
        plot.obstacles.push(Obstacle::Line(points.clone()));
        plot.drawing.line(points, CURVE, style);
    }
    if curve.mark > 0.0 {
        for &(x, y) in curve.points.iter().filter(|at| !plot.y.is_at_foot(at.1)) {
            if let Some(place) = plot.place(x, y) {
                plot.drawing.disc(place, curve.mark, style.colour, false);
            }
        }
    }
    // What is none, or below the axis, is a row at its foot; the line breaks there.
    for run in runs(at_foot(plot, curve).into_iter()) {
        let ends = [run.first(), run.last()];
        if let [Some(&first), Some(&last)] = ends {
            plot.obstacles.push(Obstacle::Line(vec![first, last]));
            if last.0 - first.0 > 4.0 {
                let row = vec![(first.0 + 2.0, first.1), last];
                plot.drawing.line(row, AT_FOOT, style);
            }
            plot.drawing.disc(first, 2.0, style.colour, true);
            plot.obstacles.push(Obstacle::Box(around(first, 2.0)));
        }
    }
}

/// Places of a curve at the foot of a logarithmic axis; what is constant between its points stays there until
/// the next one.
fn at_foot(plot: &Plot<'_>, curve: &Curve) -> Vec<Option<Place>> {
    let mut row = Vec::with_capacity(curve.points.len());
    for (index, &(x, y)) in curve.points.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| curve.points[before].1);
        let is_at_foot = plot.y.is_at_foot(y);
        let lasts = before.filter(|&before| {
            curve.is_stepped && y.is_finite() && !is_at_foot && plot.y.is_at_foot(before)
        });
        row.extend(lasts.map(|before| plot.place(x, before)));
        row.push(plot.place(x, y).filter(|_| is_at_foot));
    }
    row
}

fn around((x, y): Place, by: f64) -> Frame {
    Frame {
        left: x - by,
        right: x + by,
        top: y - by,
        bottom: y + by,
    }
}

pub(super) fn points(plot: &mut Plot<'_>, points: &Points) {
    let colour = plot.palette.style(&points.tone).colour;
    for point in &points.points {
        let Some(place) = plot.place(point.x, point.y) else {
            continue;
        };
        let ends = [point.low, point.high].map(|end| plot.down(end));
        let bar = match ends {
            [Some(low), Some(high)] if low > high => Some((low - place.1, place.1 - high)),
            _ => None,
        };
        legend::point(&mut plot.drawing, place, bar, colour, points.are_assumed);
        let (down, up) = bar.unwrap_or((0.0, 0.0));
        let frame = Frame {
            left: place.0 - 3.0,
            right: place.0 + 3.0,
            top: place.1 - up.max(3.0),
            bottom: place.1 + down.max(3.0),
        };
        plot.obstacles.push(Obstacle::Box(frame));
    }
}

pub(super) fn discs(plot: &mut Plot<'_>, discs: &Discs) {
    let colour = plot.palette.style(&discs.tone).colour;
    for &(x, y, share) in &discs.discs {
        if let Some(at) = plot.place(x, y) {
            let radius = 0.7 + 3.3 * share.clamp(0.0, 1.0).sqrt();
            plot.drawing.marks.push(Mark::Disc {
                at,
                radius,
                colour,
                is_open: false,
                strength: 0.25 + 0.35 * share.clamp(0.0, 1.0),
            });
            plot.obstacles.push(Obstacle::Box(around(at, radius)));
        }
    }
}

pub(super) fn bars(plot: &mut Plot<'_>, bars: &Bars) {
    let colour = plot.palette.style(&bars.tone).colour;
    let Some(zero) = plot.across(0.0) else {
        return;
    };
    for (category, &(value, low, high)) in bars.bars.iter().enumerate() {
        let (Some(x), Some(middle)) = (plot.across(value), plot.down(category as f64)) else {
            continue;
        };
        let half = 0.32 * plot.high / bars.bars.len().max(1) as f64;
        let half = half.min(7.0);
        let frame = Frame {
            left: zero.min(x),
            right: zero.max(x),
            top: middle - half,
            bottom: middle + half,
        };
        plot.drawing.rectangle(frame, WHITE, 1.0);
        plot.drawing.rectangle(frame, colour, 0.65);
        plot.obstacles.push(Obstacle::Box(frame));
        if let (Some(low), Some(high)) = (plot.across(low), plot.across(high)) {
            plot.drawing.rule((low, middle), (high, middle), 1.1, INK);
            for end in [low, high] {
                plot.drawing
                    .rule((end, middle - 2.5), (end, middle + 2.5), 1.1, INK);
            }
            let line = vec![(low, middle), (high, middle)];
            plot.obstacles.push(Obstacle::Line(line));
        }
    }
    plot.drawing.rule((zero, 0.0), (zero, plot.high), 1.0, INK);
}

pub(super) fn interval(plot: &mut Plot<'_>, interval: &Interval) {
    let y = plot.high - 5.0;
    let ends = [interval.low, interval.high].map(|end| plot.across(end));
    if let [Some(low), Some(high)] = ends {
        plot.drawing.rule((low, y), (high, y), 1.8, INK);
    }
    if let Some(x) = plot.across(interval.middle) {
        plot.drawing.disc((x, y), 2.4, INK, false);
    }
}

pub(super) fn words(plot: &mut Plot<'_>, words: &Words) {
    let at = (0.5 * plot.wide, 0.5 * plot.high + 0.3 * words.size);
    plot.drawing.text(Text {
        size: words.size,
        ..Text::new(words.text.as_str(), at, Align::Middle)
    });
}

/// A dashed line across with its name, where neither a curve nor the legend stands; false where there is no
/// room for the name inside of the plot.
pub(super) fn level(plot: &mut Plot<'_>, label: &str, y: f64, legend: Option<Frame>) -> bool {
    plot.drawing
        .line(vec![(0.0, y), (plot.wide, y)], 0.8, LEVEL);
    if label.is_empty() {
        return true;
    }
    let places = [
        (Align::End, plot.wide - 2.0),
        (Align::Start, 3.0),
        (Align::Middle, 0.5 * plot.wide),
        (Align::Middle, 0.7 * plot.wide),
        (Align::Middle, 0.3 * plot.wide),
    ];
    let at = |align: Align, x: f64, base: f64| Text {
        colour: GREY,
        ..Text::new(label, (x, base), align)
    };
    let mut options = places
        .iter()
        .flat_map(|&(align, x)| [y - 2.6, y + 2.0 + 0.78 * SIZE].map(|base| at(align, x, base)));
    let room = Frame {
        left: 0.0,
        top: -1.0,
        right: plot.wide,
        bottom: plot.high,
    };
    let found = options.find(|text| {
        let frame = text.frame();
        let hits = |other: &Frame| frame.overlaps(*other);
        room.holds(frame)
            && !legend.as_ref().is_some_and(hits)
            && !plot.obstacles.iter().any(|obstacle| obstacle.meets(frame))
            && !plot.drawing.texts().any(|text| hits(&text.frame()))
    });
    let is_placed = found.is_some();
    if let Some(text) = found {
        plot.obstacles.push(Obstacle::Box(text.frame()));
        plot.drawing.text(text);
    }
    is_placed
}
