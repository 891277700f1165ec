//! Measured values over the curves of runs: a panel for each column that was measured.

use std::path::{Path, PathBuf};

use crate::output::OutputError;
use crate::plot::chart::{Axis, Chart, Curve, Layer, Level, Panel, Point, Points, Tone};
use crate::plot::curves::Line;
use crate::plot::error_bars::{BARS, ERRORS, at};
use crate::plot::overlay::Group;
use crate::plot::words::{Shown, column, note, sentence};
use crate::plot::write;

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Value {
    /// Time, d.
    pub day: f64,
    /// Value in the unit of the column; a plain ratio where the column is relative to a day.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub error: f64,
}

/// The measured values of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// Column of `series.csv`.
    pub column: String,
    /// Day whose value of the column counts as 1; none for values in the unit of the column.
    pub relative_to_d: Option<f64>,
    /// What was measured.
    pub values: Vec<Value>,
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
    let mut layers: Vec<Layer> = groups
        .iter()
        .filter_map(|group| Some(line(group, measured, factor)?.curve(Tone::Named(group.key()))))
        .collect();
    if let Some(day) = measured.relative_to_d {
        layers.push(Layer::Level(Level {
            label: format!("day {day}"),
            value: factor,
        }));
    }
    let point = |at: &Value| Point {
        x: at.day,
        y: factor * at.value,
        low: factor * (at.value - ERRORS * at.error),
        high: factor * (at.value + ERRORS * at.error),
    };
    layers.push(Layer::Points(Points {
        label: "measured".to_owned(),
        tone: Tone::Ink,
        points: measured.values.iter().map(point).collect(),
    }));
    Panel {
        title: held(&layers),
        x: Axis::days().with_zero(),
        y: Axis::linear(title, unit),
        layers,
        ..Panel::default()
    }
}

/// How many of the measured values have each curve within their bars: where that is all of them, data do not
/// tell the curves apart.
fn held(layers: &[Layer]) -> String {
    let points = layers.iter().find_map(|layer| match layer {
        Layer::Points(points) => Some(&points.points),
        _ => None,
    });
    let curves = layers.iter().filter_map(|layer| match layer {
        Layer::Curve(curve) => Some(curve),
        _ => None,
    });
    let within = |curve: &Curve| {
        let points = points.into_iter().flatten();
        let known = points.filter_map(|point| Some((point, at(&curve.points, point.x)?)));
        let known: Vec<_> = known.collect();
        let inside = known
            .iter()
            .filter(|(point, value)| (point.low..=point.high).contains(value));
        (inside.count(), known.len())
    };
    let said = curves.map(|curve| {
        let (inside, known) = within(curve);
        format!("{inside} of {known} with {}", curve.label)
    });
    format!(
        "Bars that hold the curve: {}",
        said.collect::<Vec<_>>().join(", ")
    )
}

/// The picture of measured values over the curves of groups of runs.
pub(crate) fn measured_chart(title: &str, groups: &[Group], measured: &[Measured]) -> Chart {
    let mut notes = vec![title.to_owned(), format!("points: measured, bars {BARS}")];
    if groups.iter().any(|group| group.series.len() > 1) {
        notes.push("curves: mean of seeds, band from least to greatest".to_owned());
    }
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
        let value = |day, value, error| Value { day, value, error };
        let measured = [
            Measured {
                column: "bv_tv".to_owned(),
                relative_to_d: None,
                values: vec![value(1.0, 0.15, 0.02)],
            },
            Measured {
                column: "bv_tv".to_owned(),
                relative_to_d: Some(0.0),
                values: vec![value(2.0, 0.4, 0.1)],
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
        let (Layer::Curve(curve), Some(Layer::Points(points))) =
            (&plain.layers[0], plain.layers.last())
        else {
            panic!("{plain:?}");
        };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(curve.points[1].1, 15.0));
        let point = points.points[0];
        assert!(near(point.y, 15.0) && near(point.low, 11.0) && near(point.high, 19.0));
        let Layer::Curve(curve) = &ratio.layers[0] else {
            panic!("{ratio:?}");
        };
        // 0.25 of one run and 0.5 of the other.
        assert!(near(curve.points[2].1, 37.5) && near(curve.band[2].2, 50.0));
        assert_eq!(ratio.y.unit, "% of day 0");
        // The mean is 15 % on day 1, in 11 to 19; 37.5 % on day 2, in 20 to 60.
        for panel in [plain, ratio] {
            assert_eq!(
                panel.title,
                "Bars that hold the curve: 1 of 1 with base (2 seeds)"
            );
        }
        hold("measured", &chart);
        let far = Measured {
            values: vec![value(1.0, 0.9, 0.1), value(9.0, 0.1, 0.1)],
            ..measured[0].clone()
        };
        // A value behind the end of the curve says nothing of it.
        let chart = measured_chart("two seeds", &groups, &[far]);
        assert!(
            chart.panels[0]
                .title
                .ends_with("0 of 1 with base (2 seeds)")
        );
        assert_eq!(chart.title, "BV/TV, measured and simulated");
    }
}
