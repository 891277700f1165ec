//! Pictures over parameters: densities and pairs of a posterior, what it predicts, and response surfaces,
//! as SVG.

use std::cmp::Ordering;
use std::path::Path;

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon};
use plotters::prelude::{
    BLACK, ChartBuilder, Color, DrawingArea, IntoDrawingArea, LineSeries, RGBColor, Rectangle,
    SVGBackend, SeriesLabelPosition, TextStyle, WHITE,
};
use plotters::style::IntoFont;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::output::OutputError;
use crate::output::curves::COLOURS;
use crate::statistics::quantile::{bounded_quantile, weighted_quantile};
use crate::study::pictures::{WIDTH, said, save, shade, short, span};
use crate::study::surface::Surface;

/// A parameter over its coordinate from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its path.
    pub name: String,
    /// Unit of its ticks; empty without one.
    pub unit: String,
    /// Coordinates and what stands there.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    fn label(&self) -> String {
        match self.unit.as_str() {
            "" => self.name.clone(),
            unit => format!("{} ({unit})", self.name),
        }
    }
}

/// A particle.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Coordinates from 0 to 1.
    pub at: Vec<f64>,
    /// Weight; all add up to 1.
    pub weight: f64,
}

/// What a posterior says of a column over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Days.
    pub days: Vec<f64>,
    /// At each day: ends of the outer band, of the inner one, and between them the median.
    pub quantiles: Vec<[f64; 5]>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const GREY: RGBColor = RGBColor(150, 150, 150);

/// Draws bands of a prediction with the data over them.
///
/// # Errors
/// [`OutputError`].
pub fn draw_prediction(
    path: &Path,
    what: &str,
    prediction: &Prediction,
    data: &[(f64, f64, f64)],
) -> Result<(), OutputError> {
    let days = prediction.days.iter().copied();
    let (left, right) = span(days.chain(data.iter().map(|datum| datum.0)));
    let bars = data
        .iter()
        .flat_map(|&(_, value, error)| [value - 2.0 * error, value + 2.0 * error]);
    let (low, high) = span(prediction.quantiles.iter().flatten().copied().chain(bars));
    let room = 0.05 * (high - low);
    // The legend stands where the courses are lower.
    let highest = |is_left: bool| {
        let middle = f64::midpoint(left, right);
        let courses = prediction.days.iter().zip(&prediction.quantiles);
        let tops = courses.map(|(&day, at)| (day, at[4]));
        tops.chain(data.iter().map(|datum| (datum.0, datum.1 + 2.0 * datum.2)))
            .filter(|&(day, _)| (day < middle) == is_left)
            .map(|(_, top)| top)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let corner = if highest(true) < highest(false) {
        SeriesLabelPosition::UpperLeft
    } else {
        SeriesLabelPosition::UpperRight
    };
    let wide = 0.02 * (right - left);
    let course = |place: usize| {
        let values = prediction.quantiles.iter().map(move |at| at[place]);
        prediction.days.iter().copied().zip(values)
    };
    save(path, (WIDTH, 460), |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(format!("{what}: data and posterior"), ("sans-serif", 17))
            .margin(10)
            .margin_right(20)
            .x_label_area_size(44)
            .y_label_area_size(80)
            .build_cartesian_2d(left - wide..right + wide, low - room..high + 4.0 * room)
            .map_err(said)?;
        chart
            .configure_mesh()
            .x_desc("time (d)")
            .y_desc(what)
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(225, 225, 225))
            .label_style(("sans-serif", 12))
            .draw()
            .map_err(said)?;
        let colour = COLOURS[0];
        for (outer, inner, strength, label) in [
            (0, 4, 0.2, "runs, middle 95 %"),
            (1, 3, 0.45, "runs, middle 50 %"),
        ] {
            let upper: Vec<(f64, f64)> = course(inner).collect();
            let outline: Vec<(f64, f64)> = course(outer).chain(upper.into_iter().rev()).collect();
            let fill = colour.mix(strength).filled();
            chart
                .draw_series((!outline.is_empty()).then(|| Polygon::new(outline, fill)))
                .map_err(said)?
                .label(label)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], fill));
        }
        chart
            .draw_series(LineSeries::new(course(2), colour.stroke_width(2)))
            .map_err(said)?
            .label("runs, median")
            .legend(move |(x, y)| {
                PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2))
            });
        let ink = COLOURS[1];
        for &(day, value, error) in data {
            let ends = [value - 2.0 * error, value + 2.0 * error];
            let bar = vec![(day, ends[0]), (day, ends[1])];
            chart
                .draw_series([PathElement::new(bar, ink.stroke_width(2))])
                .map_err(said)?;
            let caps = ends.map(|end| {
                let cap = vec![(day - 0.25 * wide, end), (day + 0.25 * wide, end)];
                PathElement::new(cap, ink.stroke_width(2))
            });
            chart.draw_series(caps).map_err(said)?;
        }
        let points = data
            .iter()
            .map(|&(day, value, _)| Circle::new((day, value), 5, ink.filled()));
        chart
            .draw_series(points)
            .map_err(said)?
            .label("data, two standard errors to either side")
            .legend(move |(x, y)| Circle::new((x + 9, y), 5, ink.filled()));
        chart
            .configure_series_labels()
            .position(corner)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(180, 180, 180))
            .label_font(("sans-serif", 12))
            .draw()
            .map_err(said)?;
        area.present().map_err(said)
    })
}

/// Posterior density over prior density along a coordinate: normal kernels of Silverman's width,
/// folded back at both ends of the range.
fn density(samples: &[Sample], dimension: usize) -> Vec<(f64, f64)> {
    const STEPS: u32 = 120;
    let mut along: Vec<(f64, f64)> = samples
        .iter()
        .map(|s| (s.at[dimension], s.weight))
        .collect();
    let effective = 1.0 / along.iter().map(|(_, weight)| weight * weight).sum::<f64>();
    let [low, high] = [0.25, 0.75].map(|share| weighted_quantile(&mut along, share));
    let mean: f64 = along.iter().map(|(x, weight)| x * weight).sum();
    let variance: f64 = along.iter().map(|(x, w)| w * (x - mean).powi(2)).sum();
    let spread = variance.sqrt().min((high - low) / 1.34);
    let width = (0.9 * spread * effective.powf(-0.2)).max(0.005);
    (0..=STEPS)
        .map(|step| {
            let x = f64::from(step) / f64::from(STEPS);
            let of = |y: f64| (-0.5 * ((x - y) / width).powi(2)).exp();
            let sum: f64 = along
                .iter()
                .map(|&(y, weight)| weight * (of(y) + of(-y) + of(2.0 - y)))
                .sum();
            (x, sum / (width * (2.0 * std::f64::consts::PI).sqrt()))
        })
        .collect()
}

fn style(size: i32, h: HPos, v: VPos) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", size).into_font()).pos(Pos::new(h, v))
}

/// A square or rectangle of the picture, from the left upper corner.
#[derive(Clone, Copy)]
struct Frame {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

impl Frame {
    fn across(self, share: f64) -> i32 {
        self.x + (share * f64::from(self.width)).round() as i32
    }

    fn up(self, share: f64) -> i32 {
        self.y + self.height - (share * f64::from(self.height)).round() as i32
    }

    fn outline(self, area: &Area<'_>) -> Result<(), String> {
        let corners = [
            (self.x, self.y),
            (self.x + self.width, self.y + self.height),
        ];
        area.draw(&Rectangle::new(corners, GREY)).map_err(said)
    }

    /// A density with its median and middle 95 %, and the prior as a dashed line.
    /// `room` is the height of the frame in that of the curve; gives back the height of the frame.
    fn density(
        self,
        area: &Area<'_>,
        samples: &[Sample],
        dimension: usize,
        room: f64,
    ) -> Result<f64, String> {
        let curve = density(samples, dimension);
        let most = room * curve.iter().map(|at| at.1).fold(1.0, f64::max);
        let place = |&(x, y): &(f64, f64)| (self.across(x), self.up(y / most));
        let top: Vec<(i32, i32)> = curve.iter().map(place).collect();
        let mut outline = top.clone();
        outline.extend([
            (self.across(1.0), self.up(0.0)),
            (self.across(0.0), self.up(0.0)),
        ]);
        area.draw(&Polygon::new(outline, COLOURS[0].mix(0.25)))
            .map_err(said)?;
        area.draw(&PathElement::new(top, COLOURS[0].stroke_width(2)))
            .map_err(said)?;
        for dash in 0..20 {
            let ends = [f64::from(dash) / 20.0, (f64::from(dash) + 0.5) / 20.0];
            let line = ends.map(|x| (self.across(x), self.up(1.0 / most)));
            area.draw(&PathElement::new(line.to_vec(), GREY))
                .map_err(said)?;
        }
        let mut along: Vec<(f64, f64)> = samples
            .iter()
            .map(|s| (s.at[dimension], s.weight))
            .collect();
        let [low, median, high] =
            [0.025, 0.5, 0.975].map(|share| bounded_quantile(&mut along, share));
        let bar = [low, high].map(|x| (self.across(x), self.up(0.0) - 4));
        area.draw(&PathElement::new(bar.to_vec(), BLACK.stroke_width(3)))
            .map_err(said)?;
        let middle = (self.across(median), self.up(0.0) - 4);
        area.draw(&Circle::new(middle, 4, BLACK.filled()))
            .map_err(said)?;
        self.outline(area)?;
        Ok(most)
    }

    fn ticks_below(self, area: &Area<'_>, axis: &Axis) -> Result<(), String> {
        for (x, text) in &axis.ticks {
            let h = side(*x, [HPos::Left, HPos::Center, HPos::Right]);
            let at = (self.across(*x), self.y + self.height + 4);
            area.draw_text(text, &style(11, h, VPos::Top), at)
                .map_err(said)?;
        }
        Ok(())
    }
}

/// At the ends of an axis texts lean inwards, so that they stay apart from those of the next one.
fn side<T: Copy>(x: f64, [first, middle, last]: [T; 3]) -> T {
    if x < 0.25 {
        first
    } else if x > 0.75 {
        last
    } else {
        middle
    }
}

/// Draws the density of each parameter over its prior, with the median and the middle 95 %.
///
/// # Errors
/// [`OutputError`].
pub fn draw_densities(path: &Path, axes: &[Axis], samples: &[Sample]) -> Result<(), OutputError> {
    const CELL: (i32, i32) = (330, 230);
    let across = axes.len().clamp(1, 3);
    let down = axes.len().div_ceil(across).max(1);
    let size = (
        (CELL.0 * across as i32 + 20) as u32,
        (CELL.1 * down as i32 + 50) as u32,
    );
    save(path, size, |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let title = "Posterior over prior density: median, middle 95 %; dashed: prior";
        area.draw_text(title, &style(15, HPos::Left, VPos::Top), (14, 12))
            .map_err(said)?;
        for (place, axis) in axes.iter().enumerate() {
            let (column, row) = ((place % across) as i32, (place / across) as i32);
            let frame = Frame {
                x: 48 + CELL.0 * column,
                y: 66 + CELL.1 * row,
                width: CELL.0 - 60,
                height: CELL.1 - 66,
            };
            let most = frame.density(&area, samples, place, 1.1)?;
            frame.ticks_below(&area, axis)?;
            let above = style(11, HPos::Left, VPos::Bottom);
            area.draw_text(&axis.label(), &above, (frame.x, frame.y - 4))
                .map_err(said)?;
            for height in [0.0, 1.0, most / 1.1] {
                // Two texts at one height cannot be read.
                if height > 1.0 && height < 1.15 {
                    continue;
                }
                let at = (frame.x - 5, frame.up(height / most));
                area.draw_text(
                    &short_level(height),
                    &style(11, HPos::Right, VPos::Center),
                    at,
                )
                .map_err(said)?;
            }
        }
        area.present().map_err(said)
    })
}

fn short_level(height: f64) -> String {
    if height.fract() == 0.0 {
        format!("{height:.0}")
    } else {
        format!("{height:.1}")
    }
}

/// Draws every parameter against every other: below the diagonal the particles, larger by their weight,
/// on it the densities, above it the weighted correlation.
///
/// # Errors
/// [`OutputError`].
pub fn draw_pairs(path: &Path, axes: &[Axis], samples: &[Sample]) -> Result<(), OutputError> {
    const GAP: i32 = 10;
    const LEFT: i32 = 76;
    const TOP: i32 = 52;
    let count = axes.len() as i32;
    let cell = (720 / count).clamp(120, 230);
    let whole = count * (cell + GAP);
    let size = ((LEFT + whole + 10) as u32, (TOP + whole + 46) as u32);
    let heaviest = samples.iter().map(|s| s.weight).fold(0.0, f64::max);
    save(path, size, |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let title = "Posterior, pair by pair: area by weight; above: weighted correlation";
        area.draw_text(title, &style(15, HPos::Left, VPos::Top), (14, 10))
            .map_err(said)?;
        for row in 0..axes.len() {
            for column in 0..axes.len() {
                let frame = Frame {
                    x: LEFT + column as i32 * (cell + GAP),
                    y: TOP + row as i32 * (cell + GAP),
                    width: cell,
                    height: cell,
                };
                match column.cmp(&row) {
                    Ordering::Equal => {
                        frame.density(&area, samples, row, 1.4)?;
                        for (line, text) in named(&axes[row], cell).iter().enumerate() {
                            let at = (frame.x + 6, frame.y + 5 + 13 * line as i32);
                            area.draw_text(text, &style(11, HPos::Left, VPos::Top), at)
                                .map_err(said)?;
                        }
                    }
                    Ordering::Less => {
                        for sample in samples {
                            let at = (frame.across(sample.at[column]), frame.up(sample.at[row]));
                            let share = sample.weight / heaviest;
                            let radius = (1.0 + 6.0 * share.sqrt()).round() as i32;
                            let colour = COLOURS[0].mix(0.2 + 0.4 * share);
                            area.draw(&Circle::new(at, radius, colour.filled()))
                                .map_err(said)?;
                        }
                        frame.outline(&area)?;
                    }
                    Ordering::Greater => {
                        let value = correlation(samples, column, row);
                        let size = 14 + (14.0 * value.abs()) as i32;
                        let middle = (frame.across(0.5), frame.up(0.5));
                        let ink = style(size, HPos::Center, VPos::Center);
                        area.draw_text(&format!("{value:.2}"), &ink, middle)
                            .map_err(said)?;
                        frame.outline(&area)?;
                    }
                }
                if row + 1 == axes.len() {
                    frame.ticks_below(&area, &axes[column])?;
                }
                if column == 0 && row > 0 {
                    for (x, text) in &axes[row].ticks {
                        let v = side(*x, [VPos::Bottom, VPos::Center, VPos::Top]);
                        let at = (frame.x - 5, frame.up(*x));
                        area.draw_text(text, &style(11, HPos::Right, v), at)
                            .map_err(said)?;
                    }
                }
            }
        }
        area.present().map_err(said)
    })
}

/// Draws a surface over two parameters, with its points in the same colours and a scale.
///
/// # Errors
/// [`OutputError`].
pub fn draw_surface(
    path: &Path,
    title: &str,
    axes: &[Axis; 2],
    surface: &Surface,
    points: &[(f64, f64, f64)],
) -> Result<(), OutputError> {
    const CELLS: u32 = 44;
    let frame = Frame {
        x: 110,
        y: 50,
        width: 440,
        height: 440,
    };
    let scale = Frame {
        x: 590,
        y: 50,
        width: 22,
        height: 440,
    };
    let middle = |cell: u32| (f64::from(cell) + 0.5) / f64::from(CELLS);
    let cells = || (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (column, row)));
    let heights = cells().map(|(u, v)| surface.at(middle(u), middle(v)));
    let (low, high) = span(heights.chain(points.iter().map(|point| point.2)));
    let colour = |value: f64| shade(((value - low) / (high - low)).clamp(0.0, 1.0));
    save(path, (WIDTH, 570), |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        area.draw_text(title, &style(15, HPos::Left, VPos::Top), (14, 14))
            .map_err(said)?;
        let edge = |cell: u32| f64::from(cell) / f64::from(CELLS);
        for (u, v) in cells() {
            let corners = [
                (frame.across(edge(u)), frame.up(edge(v + 1))),
                (frame.across(edge(u + 1)), frame.up(edge(v))),
            ];
            let fill = colour(surface.at(middle(u), middle(v)));
            area.draw(&Rectangle::new(corners, fill.filled()))
                .map_err(said)?;
        }
        for &(u, v, value) in points {
            let at = (frame.across(u), frame.up(v));
            area.draw(&Circle::new(at, 5, colour(value).filled()))
                .map_err(said)?;
            area.draw(&Circle::new(at, 5, BLACK)).map_err(said)?;
        }
        frame.outline(&area)?;
        frame.ticks_below(&area, &axes[0])?;
        let beside = style(11, HPos::Right, VPos::Center);
        for (v, text) in &axes[1].ticks {
            area.draw_text(text, &beside, (frame.x - 6, frame.up(*v)))
                .map_err(said)?;
        }
        let below = style(13, HPos::Center, VPos::Top);
        area.draw_text(
            &axes[0].label(),
            &below,
            (frame.across(0.5), frame.y + frame.height + 26),
        )
        .map_err(said)?;
        let turned = below.transform(plotters::style::FontTransform::Rotate270);
        area.draw_text(&axes[1].label(), &turned, (16, frame.up(0.5)))
            .map_err(said)?;
        for (u, v) in cells().filter(|&(u, _)| u == 0) {
            let corners = [
                (scale.across(edge(u)), scale.up(edge(v + 1))),
                (scale.across(1.0), scale.up(edge(v))),
            ];
            area.draw(&Rectangle::new(corners, shade(middle(v)).filled()))
                .map_err(said)?;
        }
        scale.outline(&area)?;
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let at = (scale.x + scale.width + 6, scale.up(share));
            let text = short(low + share * (high - low));
            area.draw_text(&text, &style(11, HPos::Left, VPos::Center), at)
                .map_err(said)?;
        }
        let note = "colour: the response; discs: runs, all parameters varied";
        area.draw_text(note, &style(11, HPos::Left, VPos::Top), (frame.x, 546))
            .map_err(said)?;
        area.present().map_err(said)
    })
}

/// The name of a parameter in lines that fit a cell, and its unit.
fn named(axis: &Axis, cell: i32) -> Vec<String> {
    let most = (cell / 7).max(8) as usize;
    let mut lines: Vec<String> = vec![String::new()];
    let parts = axis.name.split_inclusive('.');
    let unit = (!axis.unit.is_empty()).then(|| format!(" ({})", axis.unit));
    for part in parts.chain(unit.as_deref()) {
        if let Some(line) = lines.last_mut()
            && (line.is_empty() || line.chars().count() + part.chars().count() <= most)
        {
            line.push_str(part);
        } else {
            lines.push(part.trim_start().to_owned());
        }
    }
    lines
}

fn correlation(samples: &[Sample], one: usize, other: usize) -> f64 {
    let mean = |dimension: usize| -> f64 {
        let parts = samples.iter().map(|s| s.weight * s.at[dimension]);
        parts.sum()
    };
    let [first, second] = [mean(one), mean(other)];
    let moment = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        let parts = samples
            .iter()
            .map(|s| s.weight * f(s.at[one] - first, s.at[other] - second));
        parts.sum()
    };
    moment(&|a, b| a * b) / (moment(&|a, _| a * a) * moment(&|_, b| b * b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Vec<Sample> {
        (0..100)
            .map(|i| {
                let x = (f64::from(i) + 0.5) / 100.0;
                Sample {
                    at: vec![x, 1.0 - x],
                    weight: 0.01,
                }
            })
            .collect()
    }

    #[test]
    fn an_even_sample_has_the_density_of_the_prior_up_to_both_ends() {
        for (x, height) in density(&line(), 0) {
            assert!((height - 1.0).abs() < 0.02, "{x}: {height}");
        }
    }

    #[test]
    fn a_falling_line_has_correlation_minus_one() {
        assert!((correlation(&line(), 0, 1) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn long_names_are_broken_at_their_dots() {
        let axis = Axis {
            name: "tumour.secretion.pthrp.rate".into(),
            unit: "amol/h".into(),
            ticks: Vec::new(),
        };
        assert_eq!(
            named(&axis, 120),
            ["tumour.secretion.", "pthrp.rate", "(amol/h)"]
        );
    }
}
