//! A forest plot: ratios of groups with their intervals on a logarithmic axis, the line of no effect, and beside them
//! how many each is of (Lewis and Clarke 2001).

use crate::plot::area::{GAP, LINE, Plot};
use crate::plot::drawing::{Align, Text};
use crate::plot::legend;
use crate::plot::palette::{GREY, INK};
use crate::plot::ratios::Forest;
use crate::plot::text::{DESCENT, SIZE, width, wrap};

/// Half the side of the square of the largest group, and of the smallest one that can be seen, points.
const HALF: [f64; 2] = [1.3, 4.2];
/// Between columns of numbers, points.
const APART: f64 = 12.0;

/// Squares with an area by the number of patients, a diamond for all of them; an interval that goes on beyond the
/// axis ends in an arrow.
pub(super) fn draw(plot: &mut Plot<'_>, forest: &Forest) {
    let colour = plot.palette.style(&forest.tone).colour;
    if let Some(x) = plot.across(1.0) {
        plot.drawing.rule((x, 0.0), (x, plot.high), 1.0, INK);
    }
    let most = forest.rows.iter().map(|row| row.weight).fold(0.0, f64::max);
    let (low_end, high_end) = plot.x.range();
    for (place, row) in forest.rows.iter().enumerate() {
        let (Some(x), Some(y)) = (plot.across(row.value), plot.down(place as f64)) else {
            continue;
        };
        let ends = [row.low.max(low_end), row.high.min(high_end)].map(|end| plot.across(end));
        if let [Some(low), Some(high)] = ends {
            plot.drawing.rule((low, y), (high, y), 1.1, INK);
            for (is_beyond, at, side) in [
                (row.low < low_end, low, -1.0),
                (row.high > high_end, high, 1.0),
            ] {
                if is_beyond {
                    let back = at - 5.0 * side;
                    let arrow = vec![(at, y), (back, y - 2.6), (back, y + 2.6)];
                    plot.drawing.area(arrow, INK, 1.0);
                } else {
                    plot.drawing.rule((at, y - 2.0), (at, y + 2.0), 1.1, INK);
                }
            }
        }
        if !(low_end..=high_end).contains(&row.value) {
            continue;
        }
        let half = HALF[0] + (HALF[1] - HALF[0]) * (row.weight / most.max(1.0)).sqrt();
        let corners = if row.is_whole {
            let far = 1.2 * half;
            vec![(x - far, y), (x, y - far), (x + far, y), (x, y + far)]
        } else {
            let half = 0.85 * half;
            vec![
                (x - half, y - half),
                (x + half, y - half),
                (x + half, y + half),
                (x - half, y + half),
            ]
        };
        plot.drawing.area(corners, colour, 1.0);
    }
    columns(plot, forest);
}

/// Columns of numbers right of the plot, with their heads above it.
fn columns(plot: &mut Plot<'_>, forest: &Forest) {
    let mut left = plot.wide + APART;
    for (column, head) in forest.heads.iter().enumerate() {
        let cells = || forest.rows.iter().map(|row| row.cells.get(column));
        let wide = |words: &str, is_bold| width(words, SIZE, is_bold);
        let widths = cells().flatten().map(|cell| wide(cell, false));
        let right = left + widths.fold(wide(head, true), f64::max);
        let head = Text::new(head.as_str(), (right, -3.0 - DESCENT * SIZE), Align::End);
        plot.drawing.text(Text {
            is_bold: true,
            ..head
        });
        for (place, cell) in cells().enumerate() {
            if let (Some(cell), Some(y)) = (cell, plot.down(place as f64)) {
                let at = (right, y + legend::DROP);
                plot.drawing.text(Text::new(cell.as_str(), at, Align::End));
            }
        }
        left = right + APART;
    }
}

/// Whom each side favours, below the axis; gives how far down.
pub(super) fn favours(plot: &mut Plot<'_>, forest: &Forest, base: f64) -> f64 {
    let Some(x) = plot.across(1.0) else {
        return base;
    };
    let sides = [
        (Align::End, x - GAP, x),
        (Align::Start, x + GAP, plot.wide - x),
    ];
    let mut below = base;
    for ((align, at, room), words) in sides.into_iter().zip(&forest.favours) {
        // Names may reach beyond the plot, where nothing stands below it.
        for (line, words) in wrap(words, SIZE, false, room.max(120.0))
            .into_iter()
            .enumerate()
        {
            let y = base + 2.0 + LINE * (line + 1) as f64;
            below = below.max(y);
            plot.drawing.text(Text {
                colour: GREY,
                ..Text::new(words, (at, y), align)
            });
        }
    }
    below
}
