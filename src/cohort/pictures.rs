//! Pictures of a trial, as a clinical paper has them.

use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::element::{PathElement, Polygon};
use plotters::prelude::{
    BLACK, BitMapBackend, ChartBuilder, Color, DrawingArea, DrawingBackend, IntoDrawingArea,
    LineSeries, RGBColor, SVGBackend, SeriesLabelPosition, TextStyle, WHITE,
};
use plotters::style::IntoFont;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::cohort::body::{RECORD_D, SEEN};
use crate::cohort::summary::{Curves, Figure, Summary};
use crate::cohort::trial::Trial;
use crate::output::curves::{COLOURS, Line, Panel, use_embedded_font, write_picture};
use crate::output::map::png_bytes;
use crate::output::{OutputError, write_whole};
use crate::patient::skeletal_events::Kind;
use crate::statistics::survival::KaplanMeier;

/// Points of a curve at most: steps that are nearer each other are left out of a picture.
const MOST_POINTS: usize = 400;

/// A curve by steps with its band.
struct Stepped {
    label: String,
    /// Time, value, low, high.
    points: Vec<(f64, f64, f64, f64)>,
    /// Numbers below the axis, at the ticks; empty for none.
    numbers: Vec<String>,
    /// Name in front of the numbers.
    name: String,
}

/// A panel of stepped curves.
struct Steps {
    heading: String,
    y_label: String,
    /// Greatest value of the upright axis.
    top: f64,
    ticks: Vec<f64>,
    curves: Vec<Stepped>,
    legend: SeriesLabelPosition,
}

/// Draws all pictures of a trial, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write(
    folder: &Path,
    trial: &Trial,
    found: &Summary,
    curves: &Curves,
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, panel) in [
        ("event_free", event_free(trial, found, curves)),
        ("survival", survival(trial, found, curves)),
    ] {
        written.extend(save(
            folder,
            name,
            (820, 560),
            std::slice::from_ref(&panel),
            1,
        )?);
    }
    let panels = incidence(trial, found, curves);
    written.extend(save(folder, "incidence", (1200, 760), &panels, 3)?);
    written.extend(course(folder, trial, found, curves)?);
    Ok(written)
}

/// Ticks of a time axis: at most ten, in steps of 30 d, 90 d or years.
fn ticks(follow_up_d: f64) -> Vec<f64> {
    let step = [7.0, 30.0, 90.0, 180.0, 365.0, 1825.0]
        .into_iter()
        .find(|step| follow_up_d / step <= 10.0)
        .unwrap_or(3650.0);
    (0..=(follow_up_d / step).floor() as u32)
        .map(|number| f64::from(number) * step)
        .collect()
}

/// A curve thinned to what a picture can show, from 1 at time 0, in per cent.
fn points(curve: &KaplanMeier, until_d: f64) -> Vec<(f64, f64, f64, f64)> {
    let mut all = vec![(0.0, 100.0, 100.0, 100.0)];
    let gap = until_d / MOST_POINTS as f64;
    let mut last = f64::NEG_INFINITY;
    for (place, step) in curve.steps.iter().enumerate() {
        if step.time - last >= gap || place + 1 == curve.steps.len() {
            last = step.time;
            all.push((
                step.time,
                100.0 * step.survival,
                100.0 * step.low,
                100.0 * step.high,
            ));
        }
    }
    if let Some(&(_, value, low, high)) = all.last() {
        all.push((until_d, value, low, high));
    }
    all
}

fn told(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => {
            let p = match figure.p {
                Some(p) if p < 0.001 => ", p < 0.001".to_owned(),
                Some(p) => format!(", p = {p:.3}"),
                None => String::new(),
            };
            format!("{value:.2} (95 % CI {low:.2} to {high:.2}{p})")
        }
        _ => "none".to_owned(),
    }
}

fn panel(
    trial: &Trial,
    found: &Summary,
    heading: String,
    y_label: &str,
    curves: &[&KaplanMeier],
    medians: impl Fn(usize) -> Figure,
    ratios: impl Fn(usize) -> Figure,
) -> Steps {
    let ticks = ticks(found.follow_up_d);
    let curves = found
        .arms
        .iter()
        .zip(curves)
        .enumerate()
        .map(|(place, (arm, curve))| {
            let name = trial.label(&arm.arm).to_owned();
            let median = medians(place).value.map_or_else(
                || "median not reached".to_owned(),
                |median| format!("median {median:.0} d"),
            );
            let label = if place == 0 {
                format!("{name}: {median}")
            } else {
                format!("{name}: {median}, HR {}", told(&ratios(place - 1)))
            };
            Stepped {
                label,
                points: points(curve, found.follow_up_d),
                numbers: ticks
                    .iter()
                    .map(|&tick| curve.at_risk(tick).to_string())
                    .collect(),
                name,
            }
        })
        .collect();
    Steps {
        heading,
        y_label: y_label.to_owned(),
        top: 100.0,
        ticks,
        curves,
        legend: SeriesLabelPosition::UpperRight,
    }
}

fn event_free(trial: &Trial, found: &Summary, curves: &Curves) -> Steps {
    let lines: Vec<&KaplanMeier> = curves.arms.iter().map(|arm| &arm.first).collect();
    let what = if found.counts_hypercalcaemia {
        "first skeletal-related event or hypercalcaemia"
    } else {
        "first skeletal-related event"
    };
    panel(
        trial,
        found,
        format!("{}: {what}", trial.name.replace('_', " ")),
        "patients without an event (%)",
        &lines,
        |arm| found.arms[arm].median_d,
        |arm| found.comparisons[arm].hazard_ratio,
    )
}

fn survival(trial: &Trial, found: &Summary, curves: &Curves) -> Steps {
    let lines: Vec<&KaplanMeier> = curves.arms.iter().map(|arm| &arm.survival).collect();
    panel(
        trial,
        found,
        format!("{}: survival", trial.name.replace('_', " ")),
        "patients alive (%)",
        &lines,
        |arm| found.arms[arm].survival_d,
        |arm| found.comparisons[arm].death_ratio,
    )
}

fn incidence(trial: &Trial, found: &Summary, curves: &Curves) -> Vec<Steps> {
    const Z: f64 = 1.96;
    let names = Kind::ALL.iter().map(|kind| kind.name().replace('_', " "));
    let names: Vec<String> = names.chain(["death without an event".to_owned()]).collect();
    names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let lines: Vec<Stepped> = found
                .arms
                .iter()
                .zip(&curves.arms)
                .map(|(arm, lines)| Stepped {
                    label: trial.label(&arm.arm).to_owned(),
                    points: curves
                        .days
                        .iter()
                        .zip(&lines.incidence)
                        .map(|(&day, kinds)| {
                            let (share, half) = (kinds[place].share, Z * kinds[place].error);
                            (
                                day,
                                100.0 * share,
                                100.0 * (share - half).max(0.0),
                                100.0 * (share + half),
                            )
                        })
                        .collect(),
                    numbers: Vec::new(),
                    name: String::new(),
                })
                .collect();
            let most = lines
                .iter()
                .flat_map(|line| &line.points)
                .map(|point| point.3)
                .fold(1.0, f64::max);
            Steps {
                heading: format!("first event: {name}").replace("first event: death", "death"),
                y_label: "cumulative incidence (%)".to_owned(),
                top: 1.25 * most,
                ticks: ticks(found.follow_up_d),
                curves: lines,
                legend: SeriesLabelPosition::UpperLeft,
            }
        })
        .collect()
}

/// Markers, calcium and bone over time.
fn course(
    folder: &Path,
    trial: &Trial,
    found: &Summary,
    curves: &Curves,
) -> Result<Vec<PathBuf>, OutputError> {
    let panel = |y_label, name: &str| Panel {
        y_label,
        lines: found
            .arms
            .iter()
            .zip(&curves.arms)
            .filter_map(|(arm, lines)| {
                let column = SEEN.iter().position(|seen| *seen == name)?;
                let seen = lines.seen.iter().enumerate().filter(|(_, one)| one.0 > 1);
                let rows: Vec<(f64, f64, f64)> = seen
                    .map(|(week, (_, means))| {
                        let (mean, half) = means[column];
                        (f64::from(week as u32 * RECORD_D), mean, half)
                    })
                    .collect();
                Some(Line {
                    label: trial.label(&arm.arm).to_owned(),
                    points: rows.iter().map(|&(day, mean, _)| (day, mean)).collect(),
                    band: rows
                        .iter()
                        .map(|&(day, mean, half)| (day, mean - half, mean + half))
                        .collect(),
                })
            })
            .collect(),
        published: Vec::new(),
        logarithmic: false,
    };
    let heading = format!(
        "{}: means of patients still followed, with 95 % intervals",
        trial.name.replace('_', " ")
    );
    write_picture(
        folder,
        "course",
        &heading,
        &[
            panel("CTX over its level in health", "ctx"),
            panel("NTX over its level in health", "ntx"),
            panel("total calcium (mM)", "calcium_mm"),
            panel("bone in lesions over that before", "bone"),
        ],
        &[],
    )
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Draws panels in columns, as SVG and PNG.
fn save(
    folder: &Path,
    name: &str,
    (width, height): (u32, u32),
    panels: &[Steps],
    columns: usize,
) -> Result<Vec<PathBuf>, OutputError> {
    use_embedded_font();
    let wrong = |path: &Path| {
        let path = path.to_path_buf();
        move |message| OutputError::Drawing { path, message }
    };
    let svg = folder.join(format!("{name}.svg"));
    let mut text = String::new();
    draw(
        &SVGBackend::with_string(&mut text, (width, height)).into_drawing_area(),
        panels,
        columns,
        1,
    )
    .map_err(wrong(&svg))?;
    write_whole(&svg, text.as_bytes())?;
    let png = folder.join(format!("{name}.png"));
    let (wide, high) = (2 * width, 2 * height);
    let mut pixels = vec![255_u8; (wide * high * 3) as usize];
    draw(
        &BitMapBackend::with_buffer(&mut pixels, (wide, high)).into_drawing_area(),
        panels,
        columns,
        2,
    )
    .map_err(wrong(&png))?;
    write_whole(&png, &png_bytes(wide, high, &pixels, &png)?)?;
    Ok(vec![svg, png])
}

fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panels: &[Steps],
    columns: usize,
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    area.fill(&WHITE).map_err(said)?;
    let rows = panels.len().div_ceil(columns);
    for (place, panel) in area.split_evenly((rows, columns)).iter().zip(panels) {
        draw_panel(place, panel, scale)?;
    }
    area.present().map_err(said)
}

fn draw_panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panel: &Steps,
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let font = |size: u32| ("sans-serif", size * scale);
    let with_numbers = panel.curves.iter().any(|curve| !curve.numbers.is_empty());
    let below = if with_numbers {
        36 + 18 * panel.curves.len() as u32
    } else {
        0
    };
    let (_, height) = area.dim_in_pixel();
    let (chart_area, numbers) = area.split_vertically(height - below * scale);
    let left = if with_numbers { 120 } else { 60 };
    let most_x = panel
        .curves
        .iter()
        .filter_map(|curve| curve.points.last())
        .map(|point| point.0)
        .fold(1e-9, f64::max);
    let mut chart = ChartBuilder::on(&chart_area)
        .caption(&panel.heading, font(15))
        .margin(8 * scale)
        .margin_right(24 * scale)
        .x_label_area_size(40 * scale)
        .y_label_area_size(left * scale)
        .build_cartesian_2d(0.0..most_x, 0.0..panel.top)
        .map_err(said)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_desc(panel.y_label.as_str())
        .y_label_formatter(&|value| {
            if panel.top > 12.0 {
                format!("{value:.0}")
            } else {
                format!("{value:.1}")
            }
        })
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .axis_style(BLACK.stroke_width(scale))
        .label_style(font(12))
        .axis_desc_style(font(13))
        .draw()
        .map_err(said)?;
    for (place, curve) in panel.curves.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let of = |value: fn(&(f64, f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
            stepped(curve.points.iter().map(|point| (point.0, value(point))))
        };
        let mut outline = of(|point| point.2);
        outline.extend(of(|point| point.3).into_iter().rev());
        chart
            .draw_series([Polygon::new(outline, colour.mix(0.18))])
            .map_err(said)?;
        chart
            .draw_series(LineSeries::new(
                of(|point| point.1),
                colour.stroke_width(2 * scale),
            ))
            .map_err(said)?
            .label(curve.label.as_str())
            .legend(move |(x, y)| {
                PathElement::new(
                    vec![(x, y), (x + 18 * scale as i32, y)],
                    colour.stroke_width(2 * scale),
                )
            });
    }
    chart
        .configure_series_labels()
        .position(panel.legend.clone())
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(180, 180, 180))
        .label_font(font(12))
        .legend_area_size(24 * scale)
        .margin(6 * scale)
        .draw()
        .map_err(said)?;
    let (from_x, from_y) = chart_area.get_pixel_range();
    let (_, bottom) = chart.backend_coord(&(0.0, 0.0));
    let x_of = |tick: f64| chart.backend_coord(&(tick, 0.0)).0 - from_x.start;
    let ticks: Vec<(f64, i32)> = panel
        .ticks
        .iter()
        .filter(|&&tick| tick <= most_x)
        .map(|&tick| (tick, x_of(tick)))
        .collect();
    let ends = [x_of(0.0), x_of(most_x)];
    draw_time_axis(&chart_area, ends, bottom - from_y.start, &ticks, scale)?;
    if with_numbers {
        draw_numbers(&numbers, panel, &ticks, scale)?;
    }
    Ok(())
}

fn style(size: u32, scale: u32, h: HPos) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", size * scale).into_font()).pos(Pos::new(h, VPos::Top))
}

/// The axis of time, with a tick above each column of numbers.
fn draw_time_axis<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    [left, right]: [i32; 2],
    y: i32,
    ticks: &[(f64, i32)],
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let line = |from, to| PathElement::new(vec![from, to], BLACK.stroke_width(scale));
    let down = |points: u32| y + (points * scale) as i32;
    area.draw(&line((left, y), (right, y))).map_err(said)?;
    for &(tick, x) in ticks {
        area.draw(&line((x, y), (x, down(5)))).map_err(said)?;
        let words = tick.to_string();
        area.draw_text(&words, &style(12, scale, HPos::Center), (x, down(8)))
            .map_err(said)?;
    }
    let middle = i32::midpoint(left, right);
    area.draw_text(
        "time (d)",
        &style(13, scale, HPos::Center),
        (middle, down(24)),
    )
    .map_err(said)
}

/// Numbers at risk below the axis.
fn draw_numbers<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panel: &Steps,
    ticks: &[(f64, i32)],
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let line = |number: usize| ((18 * number + 2) as u32 * scale) as i32;
    let left = 10 * scale as i32;
    let words = style(12, scale, HPos::Left);
    area.draw_text("Number at risk", &words, (left, line(0)))
        .map_err(said)?;
    for (place, curve) in panel.curves.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let row = line(place + 1);
        area.draw_text(&curve.name, &words.color(&colour), (left, row))
            .map_err(said)?;
        for (&(_, x), number) in ticks.iter().zip(&curve.numbers) {
            area.draw_text(number, &style(12, scale, HPos::Center), (x, row))
                .map_err(said)?;
        }
    }
    Ok(())
}

/// Corners of a curve that is constant between its points.
fn stepped(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (x, y) in points {
        if let Some(&(_, before)) = corners.last() {
            corners.push((x, before));
        }
        corners.push((x, y));
    }
    corners
}
