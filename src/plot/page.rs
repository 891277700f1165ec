//! From a chart to a drawing: the title, the panels in their grid, and the legend that they share.

use crate::plot::chart::{Chart, Panel, Scale};
use crate::plot::drawing::{Align, Drawing, Frame, Text};
use crate::plot::glossary;
use crate::plot::heading::Heading;
use crate::plot::legend::{self, Entry};
use crate::plot::palette::Palette;
use crate::plot::panel::{LegendPlace, draw, height_of_name};
use crate::plot::spoken::{self, LETTERS};
use crate::plot::text::{DESCENT, LEADING, SIZE, width};

/// Width of a page, points: two columns of a journal, 180 mm.
pub(super) const WIDTH: f64 = 510.0;
/// Kept free at the edges: 24 pixels of a PNG.
pub(super) const EDGE: f64 = 8.0;
/// Between panels.
const BETWEEN: f64 = 14.0;
/// Height of a row of bars.
const BAR: f64 = 22.0;

/// A drawing with its size in points.
pub(super) struct Page {
    pub(super) drawing: Drawing,
    pub(super) width: f64,
    pub(super) height: f64,
    /// How far down the heading reaches.
    pub(super) head: f64,
}

/// A panel that has been given its place in the grid.
struct Cell {
    column: usize,
    /// Columns that it takes.
    span: usize,
    row: usize,
    drawing: Drawing,
}

/// Columns of a page: what words take left and right of each plot, and the width of the plots.
struct Columns {
    aside: Vec<[f64; 2]>,
    wide: Vec<f64>,
}

impl Columns {
    /// Width of a plot that takes several columns, words between them included.
    fn width(&self, column: usize, span: usize) -> f64 {
        let inner = (column..column + span - 1)
            .map(|at| self.aside[at][1] + BETWEEN + self.aside[at + 1][0]);
        let wide: f64 = self.wide[column..column + span].iter().sum();
        wide + inner.sum::<f64>()
    }
}

/// Lays a chart out.
pub(super) fn lay_out(chart: &Chart) -> Page {
    let palette = Palette::new(chart);
    let panels: Vec<&Panel> = chart.panels.iter().filter(|p| p.has_data()).collect();
    let columns = match (chart.columns, panels.len()) {
        (0, count) => count.clamp(1, 2),
        (asked, count) => asked.min(count.max(1)),
    };
    let shared = shared_legend(&panels, &palette);
    let mut drawing = Drawing::default();
    let wide = WIDTH - 2.0 * EDGE;
    let spelled = glossary::of_chart(chart);
    let heading = Heading::new(&chart.title, &chart.note, &spelled, wide);
    let heading = heading.saying(&spoken::of_panels(&panels, &palette));
    let head = heading.head(&mut drawing, EDGE, wide);
    let mut top = head;
    let mut above: Vec<Entry> = shared.iter().flatten().cloned().collect();
    above.extend(legend::doses(&panels, &palette));
    if !above.is_empty() {
        let (rows, height) = legend::rows(&above, (EDGE, top), wide);
        drawing.place(rows, (0.0, 0.0));
        top += height + 8.0;
    }
    let place = if shared.is_some() {
        LegendPlace::Shared
    } else {
        LegendPlace::Own
    };
    let mut cells = fit(&panels, columns, &palette, place);
    if !chart.is_matrix {
        letter(&mut cells, columns);
    }
    let bottom = place_cells(&mut drawing, cells, columns, top);
    let bottom = heading.foot(&mut drawing, [EDGE, bottom, wide]);
    Page {
        drawing,
        width: WIDTH,
        height: (bottom + EDGE).ceil(),
        head,
    }
}

/// The legend of all panels where there are several and one of them has all that the others have.
fn shared_legend(panels: &[&Panel], palette: &Palette) -> Option<Vec<Entry>> {
    let all: Vec<Vec<Entry>> = panels
        .iter()
        .map(|panel| legend::entries(panel, palette))
        .collect();
    let longest = all.iter().max_by_key(|entries| entries.len())?;
    let others = all.iter().flatten();
    let several = all.iter().filter(|entries| !entries.is_empty()).count() > 1;
    let holds_all = others.into_iter().all(|entry| longest.contains(entry));
    (several && holds_all).then(|| longest.clone())
}

/// Height of a plot of this width.
fn height(panel: &Panel, wide: f64, columns: usize) -> f64 {
    if let Scale::Categories(names) = &panel.y.scale {
        // A name of several lines has room for all of them.
        let least = height_of_name(names) * names.len() as f64;
        let high = if panel.aspect > 0.0 {
            panel.aspect * wide
        } else {
            BAR * names.len() as f64
        };
        return high.max(least);
    }
    if panel.aspect > 0.0 {
        return panel.aspect * wide;
    }
    match columns {
        1 => 0.5 * wide,
        2 => 0.72 * wide,
        _ => 0.9 * wide,
    }
}

/// Margins of a drawing around a plot: left, top, right, bottom.
fn margins(drawing: &Drawing) -> [f64; 4] {
    let (wide, high) = drawing.size;
    let frame = drawing.frame().unwrap_or(Frame {
        left: 0.0,
        top: 0.0,
        right: wide,
        bottom: high,
    });
    [
        (-frame.left).max(0.0),
        (-frame.top).max(0.0),
        (frame.right - wide).max(0.0),
        (frame.bottom - high).max(0.0),
    ]
}

/// Columns that a panel takes: the last one of a row that is not full takes the rest, so that no hole is
/// left. A panel of fixed form is not drawn out.
fn span(panels: &[&Panel], index: usize, columns: usize) -> usize {
    let is_last = index + 1 == panels.len();
    if is_last && panels[index].aspect == 0.0 {
        columns - index % columns
    } else {
        1
    }
}

/// Width of the plots of each column over that of the widest.
fn shares(panels: &[&Panel], columns: usize) -> Vec<f64> {
    let mut shares = vec![0.0_f64; columns];
    for (index, panel) in panels.iter().enumerate() {
        let share = if panel.share > 0.0 { panel.share } else { 1.0 };
        if span(panels, index, columns) == 1 {
            let most = &mut shares[index % columns];
            *most = most.max(share.min(1.0));
        }
    }
    for share in &mut shares {
        if *share == 0.0 {
            *share = 1.0;
        }
    }
    shares
}

/// Draws all panels with plots as wide as the words beside them allow, alike in each column.
fn fit(panels: &[&Panel], columns: usize, palette: &Palette, place: LegendPlace) -> Vec<Cell> {
    // What words take depends on the ticks, and these on the size: the third round changes nothing as a
    // rule. Where it does, no plot is made wider again.
    const ROUNDS: usize = 3;
    const MOST: usize = 10;
    let room = WIDTH - 2.0 * EDGE - BETWEEN * (columns as f64 - 1.0);
    let shares = shares(panels, columns);
    let mut aside = vec![[25.0_f64; 2]; columns];
    let mut cells = Vec::new();
    for round in 0..=MOST {
        let words: f64 = aside.iter().flatten().sum();
        // One plot that is to be narrower than the page leaves the rest free.
        let unit = ((room - words) / shares.iter().sum::<f64>().max(1.0)).max(40.0);
        let geometry = Columns {
            aside,
            wide: shares.iter().map(|share| share * unit).collect(),
        };
        cells = panels
            .iter()
            .enumerate()
            .map(|(index, &panel)| {
                let (column, span) = (index % columns, span(panels, index, columns));
                let wide = if panel.share > 0.0 && span == 1 {
                    unit * panel.share.min(1.0)
                } else {
                    geometry.width(column, span)
                };
                let high = if span == 1 {
                    height(panel, wide, columns)
                } else {
                    height(panel, geometry.wide[column], columns)
                };
                Cell {
                    column,
                    span,
                    row: index / columns,
                    drawing: draw(panel, palette, (wide, high), place),
                }
            })
            .collect();
        let taken = asides(&cells, columns);
        let long: f64 = taken.iter().flatten().chain(&geometry.wide).sum();
        if round >= ROUNDS && long <= room + 0.01 {
            break;
        }
        aside = if round < ROUNDS {
            taken
        } else {
            let widest = |(a, b): (&[f64; 2], &[f64; 2])| [a[0].max(b[0]), a[1].max(b[1])];
            taken.iter().zip(&geometry.aside).map(widest).collect()
        };
    }
    cells
}

/// What words take left and right of the plots of each column.
fn asides(cells: &[Cell], columns: usize) -> Vec<[f64; 2]> {
    let mut aside = vec![[0.0_f64; 2]; columns];
    for cell in cells {
        let [left, _, right, _] = margins(&cell.drawing);
        let first = &mut aside[cell.column][0];
        *first = first.max(left);
        let last = &mut aside[cell.column + cell.span - 1][1];
        *last = last.max(right);
    }
    aside
}

/// Writes a letter at the left upper corner of each of several panels, left of its plot and beside its title where
/// there is room, else above it.
fn letter(cells: &mut [Cell], columns: usize) {
    /// From the letter to what stands beside it.
    const GAP: f64 = 4.0;
    if !(2..=LETTERS.count()).contains(&cells.len()) {
        return;
    }
    let aside = asides(cells, columns);
    for (cell, letter) in cells.iter_mut().zip(LETTERS) {
        let letter = letter.to_string();
        let left = -aside[cell.column][0];
        let mut text = Text {
            is_bold: true,
            ..Text::new(letter.as_str(), (left, -DESCENT * SIZE - 3.0), Align::Start)
        };
        let end = left + width(&letter, SIZE, true) + GAP;
        let is_taken = |text: &Text| {
            let frame = Frame {
                right: end,
                ..text.frame()
            };
            let mut marks = cell.drawing.marks.iter();
            marks.any(|mark| mark.frame().is_some_and(|other| frame.overlaps(other)))
        };
        while is_taken(&text) {
            text.at.1 -= 0.25 * LEADING * SIZE;
        }
        cell.drawing.text(text);
    }
}

/// Places the panels below `top`; gives how far down they reach.
fn place_cells(drawing: &mut Drawing, cells: Vec<Cell>, columns: usize, top: f64) -> f64 {
    let rows = cells.iter().map(|cell| cell.row + 1).max().unwrap_or(0);
    let aside = asides(&cells, columns);
    let mut around = vec![[0.0_f64; 3]; rows];
    let mut wide = vec![0.0_f64; columns];
    for cell in &cells {
        let size = cell.drawing.size;
        if cell.span == 1 {
            wide[cell.column] = wide[cell.column].max(size.0);
        }
        let [_, above, _, below] = margins(&cell.drawing);
        let down = &mut around[cell.row];
        *down = [down[0].max(above), down[1].max(size.1), down[2].max(below)];
    }
    let mut lefts = Vec::new();
    let mut left = EDGE;
    for ([before, behind], wide) in aside.iter().zip(&wide) {
        left += before;
        lefts.push(left);
        left += wide + behind + BETWEEN;
    }
    let mut tops = Vec::new();
    let mut bottom = top;
    for (row, [above, high, below]) in around.iter().enumerate() {
        bottom += above + if row > 0 { BETWEEN } else { 0.0 };
        tops.push(bottom);
        bottom += high + below;
    }
    for cell in cells {
        let at = (lefts[cell.column], tops[cell.row]);
        drawing.place(cell.drawing, at);
    }
    bottom
}
