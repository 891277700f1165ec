//! What fills a plot with colours: heat maps and pictures of sites, with their colour and scale bars.

use crate::plot::area::{GAP, LINE, Plot, TICK};
use crate::plot::axis::{Projection, Wish};
use crate::plot::chart::{Axis, ColourScale, Heat, Image, Layer};
use crate::plot::drawing::{Align, Frame, Mark, Text};
use crate::plot::legend;
use crate::plot::palette::{EMPTY, GREY, INK, WHITE, shade};
use crate::plot::text::{ASCENT, SIZE, width, wrap};
use crate::plot::ticks::{opened, short};

/// Radius of a disc on a picture of sites at least, points.
const SEEN: f64 = 1.0;
/// What a line along a surface has of a dark edge, both sides together, points.
const EDGE: f64 = 0.5;
/// What a form on a picture of sites takes beyond its radius, points, and a third of that.
const RIM: f64 = 0.9;

/// Ends of the colours of a heat map.
fn heat_range(heat: &Heat) -> (f64, f64) {
    let discs = heat.discs.iter().map(|disc| disc.2);
    let finite = heat.values.iter().copied().chain(discs);
    let (low, high) = finite
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high {
        (0.0, 1.0)
    } else {
        opened(low, high)
    }
}

pub(super) fn heat(plot: &mut Plot<'_>, heat: &Heat) {
    let (low, high) = heat_range(heat);
    let share = |value: f64| (value - low) / (high - low);
    let [left, right, bottom, top] = heat.extent;
    let across = |column: usize| left + (right - left) * column as f64 / heat.columns as f64;
    let up = |row: usize| bottom + (top - bottom) * row as f64 / heat.rows as f64;
    for (place, &value) in heat.values.iter().enumerate() {
        let (column, row) = (place % heat.columns, place / heat.columns);
        let corners = [
            plot.place(across(column), up(row)),
            plot.place(across(column + 1), up(row + 1)),
        ];
        let [Some(one), Some(other)] = corners else {
            continue;
        };
        let Some(frame) = Frame::around(&[one, other]) else {
            continue;
        };
        let colour = if value.is_finite() {
            shade(share(value))
        } else {
            EMPTY
        };
        plot.drawing.rectangle(frame, colour, 1.0);
        if heat.is_hatched && !value.is_finite() {
            let ends = [(frame.left, frame.bottom), (frame.right, frame.top)];
            plot.drawing.rule(ends[0], ends[1], 0.5, GREY);
            continue;
        }
        let text = short(value);
        let (wide, tall) = (frame.right - frame.left, frame.bottom - frame.top);
        if heat.with_numbers && width(&text, SIZE, false) + 3.0 < wide && 1.4 * SIZE < tall {
            let middle = (
                0.5 * (frame.left + frame.right),
                0.5 * (frame.top + frame.bottom) + legend::DROP,
            );
            let colour = if colour.lightness() < 0.5 { WHITE } else { INK };
            plot.drawing.text(Text {
                colour,
                ..Text::new(text, middle, Align::Middle)
            });
        }
    }
    for &(x, y, value) in &heat.discs {
        if let Some(at) = plot.place(x, y) {
            plot.drawing.disc(at, 3.6, INK, false);
            plot.drawing.disc(at, 2.9, shade(share(value)), false);
        }
    }
}

pub(super) fn image(plot: &mut Plot<'_>, image: &Image) {
    let [left, right, bottom, top] = image.extent;
    let corners = [plot.place(left, top), plot.place(right, bottom)];
    let [Some((left, top)), Some((right, bottom))] = corners else {
        return;
    };
    let frame = Frame {
        left,
        top,
        right,
        bottom,
    };
    let rows = image.colours.chunks(image.columns.max(1)).rev();
    plot.drawing.marks.push(Mark::Image {
        frame,
        columns: image.columns,
        colours: rows.flatten().copied().collect(),
    });
    let site = (right - left) / image.columns.max(1) as f64;
    let widths = [(0.7 * site).clamp(0.6, 1.4), (0.35 * site).clamp(0.3, 0.7)];
    // A dark edge on both sides: the colours of surfaces are as light as what lies beside them.
    let edged = image.rims.iter().filter(|_| image.are_rims_edged);
    for &([from, to], _) in edged {
        if let (Some(from), Some(to)) = (plot.place(from.0, from.1), plot.place(to.0, to.1)) {
            plot.drawing.rule(from, to, widths[0] + EDGE, INK);
        }
    }
    for (lines, width) in [&image.rims, &image.lines].into_iter().zip(widths) {
        for &([from, to], colour) in lines {
            if let (Some(from), Some(to)) = (plot.place(from.0, from.1), plot.place(to.0, to.1)) {
                plot.drawing.rule(from, to, width, colour);
            }
        }
    }
    // As large as to cover the corners of its site, and to be seen.
    let radius = (0.72 * site).max(SEEN);
    for dot in &image.dots {
        if let Some((x, y)) = plot.place(dot.at.0, dot.at.1) {
            // None reaches across the frame.
            let far = 1.5 * radius + RIM;
            let at = (
                x.clamp(left + far, (right - far).max(left + far)),
                y.clamp(top + far, (bottom - far).max(top + far)),
            );
            legend::dot(&mut plot.drawing, at, radius, dot.form, dot.colour);
        }
    }
}

/// Bars of length below a picture, clear of it; gives how far down they reach.
pub(super) fn scale_bars(plot: &mut Plot<'_>) -> f64 {
    let panel = plot.panel;
    let mut below = plot.high;
    for layer in &panel.layers {
        let Layer::Image(Image {
            bar: Some((length, label)),
            extent,
            ..
        }) = layer
        else {
            continue;
        };
        let ends = [plot.across(extent[0]), plot.across(extent[0] + length)];
        if let [Some(from), Some(to)] = ends {
            let y = plot.high + 2.0 * GAP;
            plot.drawing.rule((from, y), (to, y), 2.0, INK);
            let at = (to + 2.0 * GAP, y + legend::DROP);
            plot.drawing
                .text(Text::new(label.as_str(), at, Align::Start));
            below = y + 0.5 * LINE;
        }
    }
    below
}

/// Colour bars at the right.
pub(super) fn colour_bars(plot: &mut Plot<'_>) {
    let panel = plot.panel;
    for layer in &panel.layers {
        match layer {
            Layer::Heat(heat) => {
                let (low, high) = heat_range(heat);
                let scale = ColourScale {
                    title: heat.title.clone(),
                    unit: heat.unit.clone(),
                    low,
                    high,
                    ..ColourScale::default()
                };
                colour_bar(plot, &scale);
            }
            Layer::Image(Image {
                scale: Some(scale), ..
            }) => colour_bar(plot, scale),
            _ => {}
        }
    }
}

fn colour_bar(plot: &mut Plot<'_>, scale: &ColourScale) {
    const BAR: f64 = 10.0;
    const STEPS: u32 = 64;
    let left = plot.wide + 12.0;
    let axis = Axis::linear(scale.title.clone(), scale.unit.clone());
    let wish = Wish {
        length: plot.high,
        is_upright: true,
        ..Wish::default()
    };
    let places = Projection::new(&axis, &[scale.low, scale.high], wish);
    for step in 0..STEPS {
        let edge = |step: u32| plot.high * (1.0 - f64::from(step) / f64::from(STEPS));
        let frame = Frame {
            left,
            right: left + BAR,
            top: edge(step + 1),
            bottom: edge(step),
        };
        let share = (f64::from(step) + 0.5) / f64::from(STEPS);
        plot.drawing.rectangle(frame, scale.shades.at(share), 1.0);
    }
    let mut far = 0.0_f64;
    for tick in &places.ticks.labelled {
        let Some(at) = places.at(tick.at) else {
            continue;
        };
        let (x, y) = (left + BAR, plot.high - at);
        plot.drawing.rule((x, y), (x + TICK, y), 0.8, INK);
        far = far.max(width(&tick.label, SIZE, false));
        let at = (x + TICK + GAP, y + legend::DROP);
        plot.drawing
            .text(Text::new(tick.label.as_str(), at, Align::Start));
    }
    let words = places.title(&scale.title, &scale.unit);
    let x = left + BAR + TICK + GAP + far + GAP + ASCENT * SIZE;
    let lines = wrap(&words, SIZE, false, plot.high + 16.0);
    for (line, words) in lines.iter().enumerate() {
        let at = (x + LINE * line as f64, 0.5 * plot.high);
        plot.drawing.text(Text {
            is_turned: true,
            ..Text::new(words.as_str(), at, Align::Middle)
        });
    }
}
