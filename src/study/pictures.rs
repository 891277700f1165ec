//! Pictures of a study: bars, heat maps and curves with bands, as SVG.

use std::path::Path;

use plotters::element::{PathElement, Polygon};
use plotters::prelude::{
    BLACK, ChartBuilder, Color, IntoDrawingArea, LineSeries, RGBColor, Rectangle, SVGBackend,
    SeriesLabelPosition, TextStyle, WHITE,
};
use plotters::style::IntoFont;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::output::curves::{COLOURS, use_embedded_font};
use crate::output::{OutputError, write_whole};

/// A bar with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// Lower end of the interval; no number where there is none.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A curve with a band.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its name.
    pub label: String,
    /// The curve.
    pub points: Vec<(f64, f64)>,
    /// Place, lower and upper end; empty without a band.
    pub band: Vec<(f64, f64, f64)>,
}

/// A response over two parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Title.
    pub title: String,
    /// Names of the parameters across and up.
    pub axes: [String; 2],
    /// Their values.
    pub ticks: [Vec<String>; 2],
    /// Row by row from the bottom; none of a cell without a value.
    pub values: Vec<Option<f64>>,
}

pub(super) const WIDTH: u32 = 760;

/// Draws into an SVG of this size and writes it.
pub(super) fn save(
    path: &Path,
    size: (u32, u32),
    draw: impl FnOnce(SVGBackend<'_>) -> Result<(), String>,
) -> Result<(), OutputError> {
    use_embedded_font();
    let mut text = String::new();
    draw(SVGBackend::with_string(&mut text, size)).map_err(|message| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    })?;
    write_whole(path, text.as_bytes())
}

pub(super) fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Least and greatest of finite numbers, with zero-wide spans opened.
pub(super) fn span(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = numbers
        .filter(|number| number.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
    if low > high {
        return (0.0, 1.0);
    }
    if high - low > 1e-12 * high.abs().max(1e-300) {
        (low, high)
    } else {
        let room = if low.abs() > 0.0 {
            0.05 * low.abs()
        } else {
            0.5
        };
        (low - room, high + room)
    }
}

/// Draws bars below each other, the first on top.
///
/// # Errors
/// [`OutputError`].
pub fn draw_bars(path: &Path, title: &str, what: &str, bars: &[Bar]) -> Result<(), OutputError> {
    let ends = bars
        .iter()
        .flat_map(|bar| [0.0, bar.value, bar.low, bar.high]);
    let (low, high) = span(ends);
    let count = bars.len() as f64;
    save(path, (WIDTH, 110 + 26 * bars.len() as u32), |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 17))
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(300)
            .build_cartesian_2d(low..high + 0.02 * (high - low), 0.0..count)
            .map_err(said)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_desc(what)
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(225, 225, 225))
            .label_style(("sans-serif", 12))
            .draw()
            .map_err(said)?;
        for (place, bar) in bars.iter().enumerate() {
            let middle = count - place as f64 - 0.5;
            let value = if bar.value.is_finite() {
                bar.value
            } else {
                0.0
            };
            let corners = [(0.0, middle - 0.35), (value, middle + 0.35)];
            let interval = (bar.low.is_finite() && bar.high.is_finite())
                .then(|| PathElement::new(vec![(bar.low, middle), (bar.high, middle)], BLACK));
            chart
                .draw_series([Rectangle::new(corners, COLOURS[0].filled())])
                .map_err(said)?;
            chart.draw_series(interval).map_err(said)?;
            let style = TextStyle::from(("sans-serif", 12).into_font())
                .pos(Pos::new(HPos::Right, VPos::Center));
            let (x, y) = chart.backend_coord(&(low, middle));
            area.draw_text(&bar.label, &style, (x - 8, y))
                .map_err(said)?;
        }
        area.present().map_err(said)
    })
}

/// Draws curves with their bands.
///
/// # Errors
/// [`OutputError`].
pub fn draw_curves(
    path: &Path,
    title: &str,
    axes: [&str; 2],
    curves: &[Curve],
) -> Result<(), OutputError> {
    let (left, right) = span(
        curves
            .iter()
            .flat_map(|curve| curve.points.iter().map(|p| p.0)),
    );
    let (low, high) = span(curves.iter().flat_map(|curve| {
        let ends = curve.band.iter().flat_map(|&(_, low, high)| [low, high]);
        curve.points.iter().map(|point| point.1).chain(ends)
    }));
    let room = 0.05 * (high - low);
    save(path, (WIDTH, 460), |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 17))
            .margin(10)
            .margin_right(20)
            .x_label_area_size(44)
            .y_label_area_size(80)
            .build_cartesian_2d(left..right, low - room..high + room)
            .map_err(said)?;
        chart
            .configure_mesh()
            .x_desc(axes[0])
            .y_desc(axes[1])
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(225, 225, 225))
            .label_style(("sans-serif", 12))
            .draw()
            .map_err(said)?;
        for (place, curve) in curves.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            let lower = curve.band.iter().map(|&(x, low, _)| (x, low));
            let upper = curve.band.iter().rev().map(|&(x, _, high)| (x, high));
            let outline: Vec<(f64, f64)> = lower.chain(upper).collect();
            if !outline.is_empty() {
                chart
                    .draw_series([Polygon::new(outline, colour.mix(0.2))])
                    .map_err(said)?;
            }
            chart
                .draw_series(LineSeries::new(
                    curve.points.iter().copied(),
                    colour.stroke_width(2),
                ))
                .map_err(said)?
                .label(curve.label.as_str())
                .legend(move |(x, y)| {
                    PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(180, 180, 180))
            .label_font(("sans-serif", 12))
            .draw()
            .map_err(said)?;
        area.present().map_err(said)
    })
}

/// From light to dark, so that a grey print keeps the order.
pub(super) fn shade(share: f64) -> RGBColor {
    const LIGHT: [f64; 3] = [253.0, 231.0, 200.0];
    const DARK: [f64; 3] = [90.0, 15.0, 70.0];
    let mix = |place: usize| (LIGHT[place] + share * (DARK[place] - LIGHT[place])).round() as u8;
    RGBColor(mix(0), mix(1), mix(2))
}

/// Draws a heat map with its numbers.
///
/// # Errors
/// [`OutputError`].
pub fn draw_heat_map(path: &Path, map: &HeatMap) -> Result<(), OutputError> {
    let [across, up] = [map.ticks[0].len().max(1), map.ticks[1].len().max(1)];
    let (low, high) = span(map.values.iter().flatten().copied());
    let (left, top, bottom) = (150_i32, 46_i32, 64_i32);
    let cell = [
        (590 / across as i32).clamp(24, 110),
        (420 / up as i32).clamp(22, 70),
    ];
    let size = [cell[0] * across as i32, cell[1] * up as i32];
    let whole = (
        (left + size[0] + 30) as u32,
        (top + size[1] + bottom) as u32,
    );
    let style = |size: i32, h: HPos, v: VPos| {
        TextStyle::from(("sans-serif", size).into_font()).pos(Pos::new(h, v))
    };
    save(path, (whole.0.max(420), whole.1), |svg| {
        let area = svg.into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let title = style(17, HPos::Left, VPos::Top);
        area.draw_text(&map.title, &title, (14, 12)).map_err(said)?;
        for (place, value) in map.values.iter().enumerate() {
            let (column, row) = ((place % across) as i32, (place / across) as i32);
            let (x, y) = (left + column * cell[0], top + size[1] - (row + 1) * cell[1]);
            let share = value.map(|value| (value - low) / (high - low));
            let colour = share.map_or(RGBColor(235, 235, 235), shade);
            let corners = [(x, y), (x + cell[0], y + cell[1])];
            area.draw(&Rectangle::new(corners, colour.filled()))
                .map_err(said)?;
            let ink = if share.is_some_and(|share| share > 0.5) {
                WHITE
            } else {
                BLACK
            };
            let text = value.map_or_else(|| "none".to_owned(), short);
            let middle = (x + cell[0] / 2, y + cell[1] / 2);
            let style = style(11, HPos::Center, VPos::Center).color(&ink);
            area.draw_text(&text, &style, middle).map_err(said)?;
        }
        let below = style(11, HPos::Center, VPos::Top);
        for (column, tick) in map.ticks[0].iter().enumerate() {
            let x = left + column as i32 * cell[0] + cell[0] / 2;
            let at = (x, top + size[1] + 6);
            area.draw_text(&trim(tick), &below, at).map_err(said)?;
        }
        let beside = style(11, HPos::Right, VPos::Center);
        for (row, tick) in map.ticks[1].iter().enumerate() {
            let y = top + size[1] - row as i32 * cell[1] - cell[1] / 2;
            area.draw_text(&trim(tick), &beside, (left - 6, y))
                .map_err(said)?;
        }
        let axis = style(13, HPos::Center, VPos::Top);
        let at = (left + size[0] / 2, top + size[1] + 28);
        area.draw_text(&map.axes[0], &axis, at).map_err(said)?;
        let axis =
            style(13, HPos::Center, VPos::Top).transform(plotters::style::FontTransform::Rotate270);
        area.draw_text(&map.axes[1], &axis, (14, top + size[1] / 2))
            .map_err(said)?;
        area.present().map_err(said)
    })
}

/// A number in few letters.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-3..1e5).contains(&size) {
        format!("{value:.2e}")
    } else if size < 10.0 {
        format!("{value:.3}")
    } else {
        format!("{value:.0}")
    }
}

/// A tick without digits that no eye needs.
pub(super) fn trim(tick: &str) -> String {
    tick.parse().map_or_else(
        |_| tick.to_owned(),
        |number: f64| {
            let text = short(number);
            if text.contains('.') && !text.contains('e') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        },
    )
}
