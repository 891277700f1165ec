//! What a clinic would see of several arms: bone, tumour, CTX and calcium against time, with the doses
//! marked, as one picture and one table.

use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{PathElement, Polygon, Rectangle, TriangleMarker};
use plotters::prelude::{
    BLACK, BitMapBackend, Cartesian2d, ChartBuilder, ChartContext, Circle, Color, DrawingArea,
    DrawingBackend, IntoDrawingArea, LabelAreaPosition, LineSeries, RGBColor, SVGBackend, Text,
    TextStyle, WHITE,
};
use plotters::style::IntoFont;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::output::curves::{COLOURS, Line, use_embedded_font};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};

/// Width and height of the picture in points.
const SIZE: (u32, u32) = (1000, 760);

/// Share of a panel's height that a row of doses takes.
const DOSE_ROW: f64 = 0.045;

/// An arm: its runs, one for each seed.
#[derive(Debug, Clone)]
pub struct ClinicArm {
    /// Name.
    pub name: String,
    /// `series.csv` of each seed.
    pub series: Vec<Table>,
    /// `patient.csv` of each seed.
    pub patients: Vec<Table>,
    /// Days of doses, of all seeds.
    pub dose_days: Vec<f64>,
}

/// What is shown.
struct Quantity {
    name: &'static str,
    label: &'static str,
    /// Column of `series.csv`, else of `patient.csv`.
    in_series: bool,
    factor: f64,
    /// The axis begins at zero.
    from_zero: bool,
    /// Levels with a name.
    marks: &'static [(f64, &'static str)],
}

const SHOWN: [Quantity; 4] = [
    Quantity {
        name: "bv_tv",
        label: "bone volume, BV/TV (%)",
        in_series: true,
        factor: 100.0,
        from_zero: false,
        marks: &[],
    },
    Quantity {
        name: "tumour_cm3",
        label: "tumour in bone (cm\u{b3})",
        in_series: false,
        factor: 1.0,
        from_zero: true,
        marks: &[],
    },
    Quantity {
        name: "ctx",
        label: "serum CTX (over level in health)",
        in_series: false,
        factor: 1.0,
        from_zero: true,
        marks: &[(1.0, "health")],
    },
    Quantity {
        name: "calcium_mm",
        label: "corrected calcium (mM)",
        in_series: false,
        factor: 1.0,
        from_zero: false,
        marks: &[
            (2.15, "lower limit of normal"),
            (2.65, "upper limit of normal"),
            (2.9, "moderate hypercalcaemia"),
            (3.5, "severe hypercalcaemia"),
        ],
    },
];

impl Quantity {
    fn line(&self, arm: &ClinicArm) -> Option<Line> {
        let runs = if self.in_series {
            &arm.series
        } else {
            &arm.patients
        };
        let mut line = Line::over(runs, self.name, &arm.name, |_| self.factor)?;
        // The body is looked at before a tumour arrives on day 0.
        if self.name == "tumour_cm3" && line.points.first().is_some_and(|first| first.1 <= 0.0) {
            line.points.remove(0);
            line.band.drain(..1.min(line.band.len()));
        }
        Some(line)
    }
}

/// The table behind the picture: at each time that all runs have, the mean, the least and the greatest
/// over seeds of each quantity in each arm.
///
/// None where a run lacks a column.
pub fn clinic_table(arms: &[ClinicArm]) -> Option<Table> {
    let lines: Vec<Vec<Line>> = SHOWN
        .iter()
        .map(|quantity| arms.iter().map(|arm| quantity.line(arm)).collect())
        .collect::<Option<_>>()?;
    let all = || lines.iter().flatten();
    let mut days: Vec<f64> = all().next()?.points.iter().map(|point| point.0).collect();
    let has = |line: &Line, day: f64| line.points.iter().any(|point| same(point.0, day));
    // Tumour begins a row later, where it arrives on day 0.
    let is_tumour = |line: &Line| line.points.first().is_some_and(|first| first.0 > 0.0);
    days.retain(|&day| all().all(|line| has(line, day) || (day <= 0.0 && is_tumour(line))));
    let mut table = Table {
        columns: vec!["time_d".to_owned()],
        rows: days.iter().map(|&day| vec![day]).collect(),
    };
    for (quantity, lines) in SHOWN.iter().zip(&lines) {
        for (arm, line) in arms.iter().zip(lines) {
            for ending in ["", "_least", "_greatest"] {
                table
                    .columns
                    .push(format!("{}_{}{ending}", quantity.name, arm.name));
            }
            for row in &mut table.rows {
                let day = row[0];
                let point = line.points.iter().find(|point| same(point.0, day));
                let mean = point.map_or(0.0, |point| point.1);
                let band = line.band.iter().find(|band| same(band.0, day));
                let (least, greatest) = band.map_or((mean, mean), |&(_, low, high)| (low, high));
                row.extend([mean, least, greatest].map(|value| value / quantity.factor));
            }
        }
    }
    Some(table)
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// Draws the four panels, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_clinic(
    folder: &Path,
    title: &str,
    arms: &[ClinicArm],
) -> Result<Vec<PathBuf>, OutputError> {
    use_embedded_font();
    let svg = folder.join("clinic.svg");
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        draw(&area, title, arms, 1).map_err(|message| OutputError::Drawing {
            path: svg.clone(),
            message,
        })?;
    }
    write_whole(&svg, text.as_bytes())?;
    let png = folder.join("clinic.png");
    let (wide, high) = (SIZE.0 * 2, SIZE.1 * 2);
    let mut pixels = vec![255_u8; (wide * high * 3) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (wide, high)).into_drawing_area();
        draw(&area, title, arms, 2).map_err(|message| OutputError::Drawing {
            path: png.clone(),
            message,
        })?;
    }
    let bytes = crate::output::map::png_bytes(wide, high, &pixels, &png)?;
    write_whole(&png, &bytes)?;
    Ok(vec![svg, png])
}

fn colour(arm: usize) -> RGBColor {
    // The control is grey, as what is compared with.
    match arm {
        0 => COLOURS[4],
        other => COLOURS[(other - 1) % 4],
    }
}

fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    title: &str,
    arms: &[ClinicArm],
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let said = |error: &dyn std::fmt::Display| error.to_string();
    area.fill(&WHITE).map_err(|e| said(&e))?;
    let pixels = scale as i32;
    let words = |size: u32| TextStyle::from(("sans-serif", size * scale).into_font()).color(&BLACK);
    area.draw_text(
        &title.replace("cm3", "cm\u{b3}"),
        &words(17),
        (14 * pixels, 10 * pixels),
    )
    .map_err(|e| said(&e))?;
    let seeds = arms.first().map_or(0, |arm| arm.series.len());
    let what = if seeds > 1 {
        format!("mean of {seeds} seeds, band from least to greatest; triangles: doses")
    } else {
        "one seed; triangles: doses".to_owned()
    };
    area.draw_text(&what, &words(13), (14 * pixels, 36 * pixels))
        .map_err(|e| said(&e))?;
    let mut at = 14;
    for (index, arm) in arms.iter().enumerate() {
        let name = arm.name.replace('_', " ");
        let middle = 66 * pixels;
        area.draw(&PathElement::new(
            vec![(at * pixels, middle), ((at + 24) * pixels, middle)],
            colour(index).stroke_width(3 * scale),
        ))
        .map_err(|e| said(&e))?;
        mark(area, index, ((at + 12) * pixels, middle), scale).map_err(|e| said(&e))?;
        area.draw_text(&name, &words(14), ((at + 30) * pixels, 58 * pixels))
            .map_err(|e| said(&e))?;
        let style = words(14);
        let width = area
            .estimate_text_size(&name, &style)
            .map_err(|e| said(&e))?;
        at += 30 + width.0 as i32 / pixels + 26;
    }
    let (_, body) = area.split_vertically(80 * scale);
    for (quantity, part) in SHOWN.iter().zip(body.split_evenly((2, 2))) {
        panel(&part, quantity, arms, scale)?;
    }
    area.present().map_err(|e| said(&e))
}

/// A mark of an arm, which tells it from others in grey too.
fn mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    arm: usize,
    at: (i32, i32),
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    area.draw(&Circle::new(at, radius(arm, scale), style(arm, scale)))
        .map_err(|error| error.to_string())
}

fn radius(arm: usize, scale: u32) -> u32 {
    (3 + arm as u32 / 2) * scale
}

fn style(arm: usize, scale: u32) -> plotters::style::ShapeStyle {
    if arm.is_multiple_of(2) {
        colour(arm).filled()
    } else {
        colour(arm).stroke_width(scale)
    }
}

/// Ends of the upright axis that show all of the curves, and the last day.
fn ranges(quantity: &Quantity, lines: &[Line]) -> (f64, f64, f64) {
    let last = lines.iter().flat_map(|line| &line.points);
    let last = last.map(|point| point.0).fold(1e-9, f64::max);
    let means = lines
        .iter()
        .flat_map(|line| line.points.iter().map(|point| point.1));
    let bands = lines
        .iter()
        .flat_map(|line| line.band.iter().flat_map(|&(_, low, high)| [low, high]));
    let (mut low, mut high) = means
        .chain(bands)
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| {
            (a.min(y), b.max(y))
        });
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    // The first level above is shown, so that a reader sees how far away it is.
    let above = quantity.marks.iter().find(|mark| mark.0 > high);
    if let Some(&(level, _)) = above
        && level < high + 0.6 * (high - low).max(0.1 * high.abs())
    {
        high = level;
    }
    let span = (high - low).max(1e-9);
    low = if quantity.from_zero {
        low.min(0.0)
    } else {
        low - 0.05 * span
    };
    (last, low, high + 0.07 * span)
}

fn panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    quantity: &Quantity,
    arms: &[ClinicArm],
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let lines: Vec<Line> = arms.iter().filter_map(|arm| quantity.line(arm)).collect();
    let (last, least, high) = ranges(quantity, &lines);
    // Rows for the doses of each arm below the curves.
    let dosed: Vec<usize> = (0..arms.len())
        .filter(|&arm| !arms[arm].dose_days.is_empty())
        .collect();
    let rows = DOSE_ROW * (dosed.len() as f64 + 0.5);
    let low = least - rows / (1.0 - rows) * (high - least);
    let font = |size: u32| ("sans-serif", size * scale).into_font();
    let mut chart = ChartBuilder::on(area)
        .margin(8 * scale)
        .margin_right(18 * scale)
        .x_label_area_size(42 * scale)
        .y_label_area_size(64 * scale)
        .build_cartesian_2d(0.0..last, low..high)
        .map_err(|e| said(&e))?;
    let tick = move |value: &f64| {
        if *value < least - 1e-9 {
            return String::new();
        }
        let text = format!("{value:.2}");
        // Room to the axis, which has no tick marks: none shall stand at the rows of doses.
        format!("{}  ", text.trim_end_matches('0').trim_end_matches('.'))
    };
    chart
        .configure_mesh()
        .x_desc("time (d)")
        .y_desc(quantity.label)
        .axis_desc_style(font(15))
        .label_style(font(13))
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(232, 232, 232))
        .y_labels(7)
        .set_tick_mark_size(LabelAreaPosition::Left, 0)
        .y_label_formatter(&tick)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .draw()
        .map_err(|e| said(&e))?;
    levels(&mut chart, quantity, &lines, (last, least, high), scale)?;
    for (index, line) in lines.iter().enumerate() {
        curve(&mut chart, index, line, scale)?;
    }
    if !dosed.is_empty() {
        let strip = Rectangle::new([(0.0, low), (last, least)], WHITE.filled());
        chart.draw_series([strip]).map_err(|e| said(&e))?;
        let edge = PathElement::new(
            vec![(0.0, least), (last, least)],
            RGBColor(200, 200, 200).stroke_width(scale),
        );
        chart.draw_series([edge]).map_err(|e| said(&e))?;
    }
    for (row, &arm) in dosed.iter().enumerate() {
        let y = least - DOSE_ROW * (row as f64 + 0.75) * (high - low);
        let days = arms[arm].dose_days.iter().filter(|&&day| day <= last);
        chart
            .draw_series(
                days.map(|&day| TriangleMarker::new((day, y), 4 * scale, colour(arm).filled())),
            )
            .map_err(|e| said(&e))?;
    }
    Ok(())
}

type Chart<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// True where the curves leave more room at the right end than at the left one.
fn is_free_on_the_right(lines: &[Line], level: f64, last: f64) -> bool {
    let room = |is_there: &dyn Fn(f64) -> bool| {
        lines
            .iter()
            .flat_map(|line| &line.points)
            .filter(|point| is_there(point.0))
            .map(|point| (point.1 - level).abs())
            .fold(f64::INFINITY, f64::min)
    };
    room(&|day| day > 0.6 * last) > room(&|day| day < 0.4 * last)
}

/// Dashed lines at levels that have a name.
fn levels<DB: DrawingBackend>(
    chart: &mut Chart<'_, DB>,
    quantity: &Quantity,
    lines: &[Line],
    (last, low, high): (f64, f64, f64),
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    const DASHES: u32 = 60;
    let grey = RGBColor(120, 120, 120);
    for &(level, name) in quantity.marks {
        if !(low..high).contains(&level) {
            continue;
        }
        let step = last / f64::from(DASHES);
        let dashes = (0..DASHES).map(|dash| {
            let from = f64::from(dash) * step;
            PathElement::new(
                vec![(from, level), (from + 0.55 * step, level)],
                grey.stroke_width(scale),
            )
        });
        chart
            .draw_series(dashes)
            .map_err(|error| error.to_string())?;
        let words = TextStyle::from(("sans-serif", 12 * scale).into_font()).color(&grey);
        let (side, day) = if is_free_on_the_right(lines, level, last) {
            (HPos::Right, 0.995 * last)
        } else {
            (HPos::Left, 0.012 * last)
        };
        let words = words.pos(Pos::new(side, VPos::Bottom));
        chart
            .draw_series([Text::new(name, (day, level), words)])
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn curve<DB: DrawingBackend>(
    chart: &mut Chart<'_, DB>,
    arm: usize,
    line: &Line,
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let mut outline: Vec<(f64, f64)> = line.band.iter().map(|&(x, low, _)| (x, low)).collect();
    outline.extend(line.band.iter().rev().map(|&(x, _, most)| (x, most)));
    if !outline.is_empty() {
        chart
            .draw_series([Polygon::new(outline, colour(arm).mix(0.18))])
            .map_err(|e| said(&e))?;
    }
    let points = line.points.iter().copied();
    chart
        .draw_series(LineSeries::new(points, colour(arm).stroke_width(2 * scale)))
        .map_err(|e| said(&e))?;
    let gap = (line.points.len() / 7).max(1);
    let marks = line.points.iter().skip(arm * gap / 4).step_by(gap);
    chart
        .draw_series(marks.map(|&point| Circle::new(point, radius(arm, scale), style(arm, scale))))
        .map_err(|e| said(&e))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(name: &str, calcium: f64, seeds: usize) -> ClinicArm {
        let table = |columns: &[&str], value: f64| Table {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: (0..5)
                .map(|day| {
                    let mut row = vec![value; columns.len()];
                    row[0] = f64::from(day);
                    row
                })
                .collect(),
        };
        let patients = (0..seeds).map(|seed| {
            table(
                &["time_d", "tumour_cm3", "ctx", "calcium_mm"],
                calcium + seed as f64,
            )
        });
        ClinicArm {
            name: name.to_owned(),
            series: vec![table(&["time_d", "bv_tv"], 0.2); seeds],
            patients: patients.collect(),
            dose_days: vec![1.0, 3.0],
        }
    }

    #[test]
    fn the_table_has_means_and_ends_and_the_picture_its_words() {
        let arms = [arm("control", 2.0, 2), arm("denosumab", 1.0, 2)];
        let table = clinic_table(&arms).unwrap();
        assert_eq!(table.rows.len(), 5);
        let last = |name: &str| *table.column(name).unwrap().last().unwrap();
        assert!((last("calcium_mm_control") - 2.5).abs() < 1e-12);
        assert!((last("calcium_mm_control_least") - 2.0).abs() < 1e-12);
        assert!((last("ctx_denosumab_greatest") - 2.0).abs() < 1e-12);
        assert!((last("bv_tv_denosumab") - 0.2).abs() < 1e-12);
        let folder = tempfile::tempdir().unwrap();
        let written = write_clinic(folder.path(), "small", &arms).unwrap();
        let text = std::fs::read_to_string(&written[0]).unwrap();
        for words in [
            "corrected calcium (mM)",
            "denosumab",
            "mean of 2 seeds",
            "upper limit of normal",
            "time (d)",
        ] {
            assert!(text.contains(words), "{words}");
        }
        assert!(written[1].exists());
    }

    #[test]
    fn a_run_without_a_patient_has_no_table() {
        let mut one = arm("control", 2.0, 1);
        one.patients[0].columns[3] = "calcium".to_owned();
        assert!(clinic_table(&[one]).is_none());
    }
}
