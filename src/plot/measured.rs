//! Measured values over the curves of runs: a panel for each column that was measured.

use std::path::{Path, PathBuf};

use crate::output::OutputError;
use crate::plot::chart::{Axis, Chart, Layer, Level, Panel, Point, Points, Tone};
use crate::plot::curves::Line;
use crate::plot::error_bars::{BARS, ERRORS, Value, at, measured_as};
use crate::plot::overlay::Group;
use crate::plot::words::{Shown, column, note, sentence};
use crate::plot::write;

/// The measured values of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// Column of `series.csv`.
    pub column: String,
    /// Day whose value of the column counts as 1; none for values in the unit of the column.
    pub relative_to_d: Option<f64>,
    /// What was measured.
    pub values: Vec<Value>,
    /// The file that it stands in, and what this says of where it is from.
    pub source: String,
}

/// The curve of a group, over its value of a day where one is given. Each run is divided by its own.
fn line(group: &Group, measured: &Measured, factor: f64) -> Option<Line> {
    let day = measured.relative_to_d;
    let name = group.key();
    let Some(day) = day else {
        return Line::over(&group.series, &measured.column, &name, |_| factor);
    };
    let mut runs = group.series.clone();
    for run in &mut runs {
        let (days, values) = (run.column("time_d")?, run.column(&measured.column)?);
        let after = days.iter().position(|&other| other >= day - 1e-6)?;
        let whole = if after == 0 || (days[after] - day).abs() < 1e-6 {
            values[after]
        } else {
            let share = (day - days[after - 1]) / (days[after] - days[after - 1]);
            values[after - 1] + share * (values[after] - values[after - 1])
        };
        let at = run
            .columns
            .iter()
            .position(|column| *column == measured.column)?;
        for row in &mut run.rows {
            // Of nothing there is no share: a gap.
            row[at] = if whole == 0.0 {
                f64::NAN
            } else {
                row[at] / whole
            };
        }
    }
    Line::over(&runs, &measured.column, &name, |_| factor)
}

fn panel(groups: &[Group], measured: &Measured) -> Panel {
    let Shown {
        title,
        unit,
        factor,
    } = column(&measured.column);
    let (unit, factor) = match measured.relative_to_d {
        Some(day) => (format!("% of day {day}"), 100.0),
        None => (unit, factor),
    };
    let lines = groups.iter().enumerate();
    let lines = lines.filter_map(|(place, group)| {
        let line = line(group, measured, factor)?;
        Some((&group.label[..], line, group.tone(place)))
    });
    let lines: Vec<(&str, Line, Tone)> = lines.collect();
    let within = said(measured, &lines, factor);
    let curves = lines.into_iter().map(|(_, line, tone)| line.curve(tone));
    let mut layers: Vec<Layer> = curves.collect();
    if let Some(day) = measured.relative_to_d {
        layers.push(Layer::Level(Level {
            label: format!("day {day}"),
            value: factor,
        }));
    }
    let name = format!(
        "measured{}",
        measured_as(&measured.column, &measured.source)
    );
    let assumed = format!("{name}, error assumed");
    // No part of an error that is assumed is more likely than another.
    for (errors, label, are_assumed) in [
        (ERRORS, &name[..], false),
        (1.0, "", false),
        (ERRORS, &assumed[..], true),
    ] {
        let point = |at: &Value| Point {
            x: at.day,
            y: factor * at.value,
            low: factor * (at.value - errors * at.error),
            high: factor * (at.value + errors * at.error),
        };
        let values = measured.values.iter();
        let points: Vec<Point> = values
            .filter(|value| value.is_error_assumed == are_assumed)
            .map(point)
            .collect();
        if !points.is_empty() {
            layers.push(Layer::Points(Points {
                label: label.to_owned(),
                tone: Tone::Ink,
                points,
                are_assumed,
            }));
        }
    }
    Panel {
        title: within,
        x: Axis::days().with_zero(),
        y: Axis::linear(title, unit).with_zero(),
        layers,
        ..Panel::default()
    }
}

/// How many of the measured values a curve is near to: within two standard errors, within one, and of how many whose
/// day it reaches. An error that is assumed measures no distance.
fn near(measured: &Measured, line: &Line, factor: f64) -> [usize; 3] {
    let values = measured
        .values
        .iter()
        .filter(|value| !value.is_error_assumed);
    let known = values.filter_map(|value| Some((value, at(&line.points, value.day)?)));
    let known: Vec<(&Value, f64)> = known.collect();
    let within = |errors: f64| {
        let is_near = |(value, at): &&(&Value, f64)| {
            (factor * value.value - at).abs() <= factor * errors * value.error * (1.0 + 1e-9)
        };
        known.iter().filter(is_near).count()
    };
    [within(ERRORS), within(1.0), known.len()]
}

/// The same in words, of each curve.
fn said(measured: &Measured, lines: &[(&str, Line, Tone)], factor: f64) -> String {
    let assumed = measured
        .values
        .iter()
        .filter(|value| value.is_error_assumed);
    let assumed = assumed.count();
    if assumed == measured.values.len() {
        return "Errors assumed, so no score".to_owned();
    }
    let each = lines.iter().map(|(label, line, _)| {
        let [two, one, all] = near(measured, line, factor);
        let left = match assumed {
            0 => String::new(),
            count => format!(", {count} with an assumed error not counted"),
        };
        format!("{label}: {two} of {all} points within 2 SE, {one} within 1 SE{left}")
    });
    sentence(&each.collect::<Vec<_>>().join("; "))
}

/// Measured values with which every curve of several agrees: they decide nothing between these.
fn decides_nothing(groups: &[Group], measured: &Measured) -> bool {
    let lines = groups.iter().filter_map(|group| line(group, measured, 1.0));
    let near: Vec<[usize; 3]> = lines.map(|line| near(measured, &line, 1.0)).collect();
    near.len() > 1 && near.iter().all(|&[two, _, all]| two == all && all > 0)
}

/// The picture of measured values over the curves of groups of runs.
pub(crate) fn measured_chart(title: &str, groups: &[Group], measured: &[Measured]) -> Chart {
    let mut notes = vec![
        title.to_owned(),
        format!("points: measured, bars {BARS}, inner ones one (SE: standard error)"),
    ];
    let mut values = measured.iter().flat_map(|one| &one.values);
    if values.any(|value| value.is_error_assumed) {
        notes.push("dashed bars: two errors that are assumed, not measured".to_owned());
    }
    if groups.iter().any(|group| group.series.len() > 1) {
        notes.push("curves: mean of seeds, band from least to greatest".to_owned());
    }
    let open = measured.iter().filter(|one| decides_nothing(groups, one));
    let mut open: Vec<String> = open.map(|one| column(&one.column).title).collect();
    open.dedup();
    if !open.is_empty() {
        notes.push(format!(
            "{}: all curves lie within all bars, so that these data do not decide between them",
            open.join(" and ")
        ));
    }
    let mut sources: Vec<&str> = Vec::new();
    for source in measured.iter().map(|one| one.source.as_str()) {
        if !source.is_empty() && !sources.contains(&source) {
            sources.push(source);
        }
    }
    notes.extend(sources.iter().map(|source| format!("data: {source}")));
    let mut said: Vec<String> = Vec::new();
    for measured in measured {
        let title = column(&measured.column).title;
        if !said.contains(&title) {
            said.push(title);
        }
    }
    Chart {
        title: sentence(&format!("{}, measured and simulated", said.join(" and "))),
        note: note(notes.iter().map(String::as_str)),
        panels: measured
            .iter()
            .map(|measured| panel(groups, measured))
            .collect(),
        order: groups.iter().map(Group::key).collect(),
        ..Chart::default()
    }
}

/// Draws measured values over the curves of groups of runs as `measured` in a folder, SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_measured(
    folder: &Path,
    title: &str,
    groups: &[Group],
    measured: &[Measured],
) -> Result<Vec<PathBuf>, OutputError> {
    write(folder, "measured", &measured_chart(title, groups, measured))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::table::Table;
    use crate::plot::held::hold;

    #[test]
    fn points_stand_in_the_unit_of_the_curve_and_ratios_are_those_of_each_run() {
        let run = |bone: [f64; 3]| Table {
            columns: ["time_d", "bv_tv"].map(str::to_owned).to_vec(),
            rows: (0..3)
                .map(|day| vec![f64::from(day), bone[day as usize]])
                .collect(),
        };
        let groups = [Group {
            label: "base".to_owned(),
            series: vec![run([0.2, 0.1, 0.05]), run([0.4, 0.2, 0.2])],
            patients: Vec::new(),
            dose_days: Vec::new(),
        }];
        let value = |day, value, error| Value {
            day,
            value,
            error,
            is_error_assumed: false,
        };
        let measured = [
            Measured {
                column: "bv_tv".to_owned(),
                relative_to_d: None,
                values: vec![value(1.0, 0.15, 0.02)],
                source: "mice.csv: Johnson 2011".to_owned(),
            },
            Measured {
                column: "bv_tv".to_owned(),
                relative_to_d: Some(0.0),
                values: vec![value(2.0, 0.4, 0.1)],
                source: "mice.csv: Johnson 2011".to_owned(),
            },
        ];
        let chart = measured_chart("two seeds", &groups, &measured);
        let [plain, ratio] = &chart.panels[..] else {
            panic!("{chart:?}");
        };
        assert_eq!(
            (plain.y.title.as_str(), plain.y.unit.as_str()),
            ("BV/TV", "%")
        );
        let [
            Layer::Curve(curve),
            Layer::Points(points),
            Layer::Points(inner),
        ] = &plain.layers[..]
        else {
            panic!("{plain:?}");
        };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(curve.points[1].1, 15.0));
        let point = points.points[0];
        assert!(near(point.y, 15.0) && near(point.low, 11.0) && near(point.high, 19.0));
        assert!(near(inner.points[0].low, 13.0) && inner.label.is_empty());
        let Layer::Curve(curve) = &ratio.layers[0] else {
            panic!("{ratio:?}");
        };
        // 0.25 of one run and 0.5 of the other.
        assert!(near(curve.points[2].1, 37.5) && near(curve.band[2].2, 50.0));
        assert_eq!(ratio.y.unit, "% of day 0");
        assert!(plain.y.with_zero && ratio.y.with_zero);
        // The mean is 15 % on day 1, in 13 to 17; 37.5 % on day 2, in 30 to 50.
        for panel in [plain, ratio] {
            assert_eq!(
                panel.title,
                "Base: 1 of 1 points within 2 SE, 1 within 1 SE"
            );
        }
        assert_eq!(
            chart.note.matches("data: mice.csv: Johnson 2011").count(),
            1
        );
        // With one curve there is nothing to decide; with two there is, and nothing does.
        assert!(!chart.note.contains("decide"));
        let both = [
            groups[0].clone(),
            Group {
                label: "other".to_owned(),
                ..groups[0].clone()
            },
        ];
        assert!(
            measured_chart("two", &both, &measured)
                .note
                .contains("do not decide")
        );
        hold("measured", &chart);
        // An error that no one measured has another bar, and decides nothing.
        let mut assumed = measured.clone();
        assumed[1].values[0].is_error_assumed = true;
        let chart = measured_chart("two seeds", &groups, &assumed);
        assert!(chart.note.contains("assumed, not measured"));
        assert!(chart.panels[1].title.starts_with("Errors assumed"));
        let [.., Layer::Points(points)] = &chart.panels[1].layers[..] else {
            panic!("{chart:?}");
        };
        assert!(points.are_assumed && points.points.len() == 1);
        assert_eq!(points.label, "measured, error assumed");
        hold("measured_assumed", &chart);
        assumed[0].values.push(Value {
            is_error_assumed: true,
            ..value(2.0, 0.9, 0.1)
        });
        let chart = measured_chart("two", &groups, &assumed);
        let title = &chart.panels[0].title;
        assert!(
            title.contains("1 of 1 points")
                && title.ends_with("1 with an assumed error not counted")
        );
        let decides = |one: &[Measured]| measured_chart("two", &both, one).note.contains("decide");
        assert!(!decides(&assumed[1..]));
        let far = Measured {
            values: vec![value(1.0, 0.9, 0.1), value(9.0, 0.1, 0.1)],
            ..measured[0].clone()
        };
        // A value behind the end of the curve says nothing of it.
        let chart = measured_chart("two seeds", &groups, std::slice::from_ref(&far));
        assert!(chart.panels[0].title.starts_with("Base: 0 of 1"));
        assert!(!decides(std::slice::from_ref(&far)));
        assert_eq!(chart.title, "BV/TV, measured and simulated");
    }
}
