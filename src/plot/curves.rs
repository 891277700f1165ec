//! Curves of a run, of several runs, and of what a run follows beside its tissue: from tables to charts.

use std::path::{Path, PathBuf};

use crate::engine::picture::{Between, Curve as Asked, Drawn, Mark, Picture};
use crate::observe::picture::Shown;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::{
    self, Axis, Chart, Curve, Doses, Layer, Level, Point, Points, Range, RightAxis, Scale, Tone,
};
use crate::plot::map::colour;
use crate::plot::palette::style;
use crate::plot::words::{note, sentence, words};
use crate::plot::write;

/// Names of cells in legends, and what maps show of them. Osteoblast precursors are on maps with
/// osteoblasts; their curve has a colour of its own.
const CELLS: [(&str, Shown); 8] = [
    ("tumour cells", Shown::TumourDense),
    ("osteoclasts", Shown::Osteoclast),
    ("osteoblasts", Shown::Osteoblast),
    ("CD8 cells", Shown::Cd8),
    ("exhausted CD8 cells", Shown::Cd8Exhausted),
    ("regulatory T cells", Shown::Treg),
    ("myeloid suppressors", Shown::Myeloid),
    ("natural killer cells", Shown::NaturalKiller),
];

/// A curve with its band.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Least and greatest over the runs at each day, or an interval; empty for one run.
    pub(crate) band: Vec<(f64, f64, f64)>,
    /// Runs of which it is the mean, 1 for a run itself; 0 where the band is something else.
    pub(crate) runs: usize,
    /// Constant between its points.
    pub(crate) is_stepped: bool,
}

/// Times nearer than this are one, d.
const SLIP: f64 = 1e-6;

/// Figures of others, drawn as points with bars over the curves.
pub(crate) struct Published {
    /// Whose they are.
    pub(crate) label: String,
    /// Day, value, and half the length of the bar (0 for none).
    pub(crate) points: Vec<(f64, f64, f64)>,
}

impl Line {
    /// One column of all runs: the mean over runs at each day that all of them have, and its band.
    pub(crate) fn over(
        runs: &[Table],
        name: &str,
        label: &str,
        factor: impl Fn(&[f64]) -> f64,
    ) -> Option<Self> {
        let columns: Vec<(Vec<f64>, Vec<f64>)> = runs
            .iter()
            .map(|run| {
                let values = run.column(name)?;
                let factor = factor(&values);
                Some((
                    run.column("time_d")?,
                    values.iter().map(|v| v * factor).collect(),
                ))
            })
            .collect::<Option<_>>()?;
        let (days, _) = columns.first()?;
        let mut line = Self {
            label: label.to_owned(),
            points: vec![],
            band: vec![],
            runs: runs.len(),
            is_stepped: false,
        };
        for day in days {
            let at: Vec<f64> = columns
                .iter()
                .filter_map(|(days, values)| {
                    let place = days.iter().position(|other| (other - day).abs() < 1e-6)?;
                    values.get(place).copied()
                })
                .collect();
            if at.len() == columns.len() {
                line.points
                    .push((*day, at.iter().sum::<f64>() / at.len() as f64));
                if at.len() > 1 {
                    let least = at.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    line.band.push((*day, least, most));
                }
            }
        }
        Some(line)
    }

    /// Cells have the colour that they have on maps, bone resorbed and formed the same in every chart, all
    /// else that of its name.
    fn tone(&self) -> Tone {
        let bone = ["BV/TV", "resorbed", "formed"];
        if let Some(number) = bone.iter().position(|name| *name == self.label) {
            let colour = style(number).colour;
            return Tone::Own { colour, number };
        }
        let found = CELLS.iter().position(|(name, _)| *name == self.label);
        found.map_or_else(
            || Tone::Named(self.label.clone()),
            |number| Tone::Own {
                colour: colour(CELLS[number].1),
                number,
            },
        )
    }

    /// The curve in the colour and dash of a tone.
    pub(crate) fn curve(self, tone: Tone) -> Layer {
        Layer::Curve(Curve {
            label: self.label,
            tone,
            points: self.points,
            band: self.band,
            is_stepped: self.is_stepped,
            ..Curve::default()
        })
    }

    /// With jumps on the day of each dose, to the value of the row behind it: rows of a table stand before a
    /// dose of their own time.
    fn jumping(mut self, dose_days: &[f64]) -> Self {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, before)) = points.last() {
                let mut doses = dose_days.iter().copied();
                let dose = doses.find(|&dose| dose > from - SLIP && dose < day - SLIP);
                if let Some(dose) = dose {
                    points.extend((dose > from + SLIP).then_some((dose, before)));
                    points.push((dose, value));
                }
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }

    /// Constant between its points, with jumps on the day of the dose behind them: rows of a table stand
    /// before a dose of their own time. A jump without a dose is seen at the row that has it.
    fn stepped(mut self, dose_days: &[f64]) -> Self {
        self.is_stepped = true;
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, before)) = points.last()
                && before.total_cmp(&value).is_ne()
            {
                let mut doses = dose_days.iter().copied();
                let dose = doses.find(|&dose| dose > from - SLIP && dose < day - SLIP);
                points.extend(dose.map(|dose| (dose, value)));
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }
}

/// One pair of axes against time in days.
#[derive(Default)]
pub(crate) struct Panel<'a> {
    /// Title of the upright axis, with its unit in brackets at the end.
    pub(crate) y_label: &'a str,
    pub(crate) lines: Vec<Line>,
    pub(crate) published: Vec<Published>,
    pub(crate) logarithmic: bool,
    /// The axis need not hold zero: nothing that lives comes near it.
    pub(crate) is_free: bool,
    /// The axis counts.
    pub(crate) is_whole: bool,
    /// What the curves are compared with.
    pub(crate) extra: Vec<Layer>,
    /// What a reader has to know of it.
    pub(crate) notes: Vec<&'a str>,
    /// What is below it on a logarithmic axis is marked at the foot, as zeros are.
    pub(crate) floor: Option<f64>,
}

/// A title that ends in a unit in brackets, as an axis.
pub(crate) fn axis(label: &str) -> Axis {
    match label
        .strip_suffix(')')
        .and_then(|label| label.rsplit_once(" ("))
    {
        Some((title, unit)) => Axis::linear(title, unit),
        None => Axis::linear(label, ""),
    }
}

impl Panel<'_> {
    /// The panel as a chart has it, each curve in the colour of its label.
    fn chart(self) -> chart::Panel {
        let y = axis(self.y_label);
        let y = Axis {
            scale: if self.logarithmic {
                Scale::Log
            } else {
                Scale::Linear
            },
            with_zero: !self.is_free,
            is_whole: self.is_whole,
            floor: self.floor,
            ..y
        };
        let mut layers = self.extra;
        let is_alone = self.lines.len() == 1 && self.published.is_empty();
        for mut line in self.lines {
            let mut tone = line.tone();
            // The axis says it already: a colour and a dash would ask for a legend.
            if is_alone && y.title.ends_with(&line.label) {
                line.label.clear();
                if matches!(tone, Tone::Named(_)) {
                    tone = Tone::Ink;
                }
            }
            let mut layer = line.curve(tone);
            if let Layer::Curve(curve) = &mut layer {
                curve.is_solid = is_alone;
            }
            layers.push(layer);
        }
        for others in self.published {
            let end = |y: f64, bar: f64| if bar > 0.0 { y + bar } else { f64::NAN };
            let point = |(x, y, bar): (f64, f64, f64)| Point {
                x,
                y,
                low: if bar > 0.0 { y - bar } else { f64::NAN },
                high: end(y, bar),
            };
            layers.push(Layer::Points(Points {
                label: others.label.clone(),
                tone: Tone::Named(others.label),
                points: others.points.into_iter().map(point).collect(),
            }));
        }
        chart::Panel {
            x: Axis::days().with_zero(),
            y,
            layers,
            ..chart::Panel::default()
        }
    }
}

/// What a band is, where curves are means of several runs.
fn means(runs: usize) -> String {
    if runs > 1 {
        format!("mean of {runs} runs, band from least to greatest")
    } else {
        String::new()
    }
}

/// Marks doses on all panels; the legend of the first names them.
fn mark_doses(chart: &mut Chart, label: &str, days: &[f64]) {
    for (place, panel) in chart.panels.iter_mut().enumerate() {
        panel.layers.push(Layer::Doses(Doses {
            label: if place == 0 { label } else { "" }.to_owned(),
            tone: Tone::Reference,
            times: days.to_vec(),
            ..Doses::default()
        }));
    }
}

/// Panels with marks at doses, below a heading and a line that says what the picture is of.
pub(crate) fn panels_chart(
    [heading, of]: [&str; 2],
    panels: Vec<Panel<'_>>,
    dose_days: &[f64],
) -> Chart {
    let lines = panels.iter().flat_map(|panel| &panel.lines);
    let means = means(lines.map(|line| line.runs).max().unwrap_or_default());
    let said = panels.iter().flat_map(|panel| panel.notes.iter().copied());
    let mut said: Vec<&str> = [of, &means].into_iter().chain(said).collect();
    // What several curves have in common is said once.
    let mut seen: Vec<&str> = Vec::new();
    said.retain(|words| !seen.contains(words) && (seen.push(words), true).1);
    let mut chart = Chart {
        title: sentence(heading),
        note: note(said),
        panels: panels.into_iter().map(Panel::chart).collect(),
        ..Chart::default()
    };
    mark_doses(&mut chart, "dose", dose_days);
    chart
}

/// Bone volume in two units above what was resorbed and formed, with the difference between them shaded.
fn bone_loss(title: &str, runs: &[Table], dose_days: &[f64]) -> Option<Chart> {
    let line = |name: &str, label: &str, factor: f64| Line::over(runs, name, label, |_| factor);
    let bone = line("bv_tv", "BV/TV", 100.0)?;
    let seeds = bone.runs;
    let first = bone.points.first().map_or(0.0, |point| point.1);
    let mut panels = vec![chart::Panel {
        x: Axis::days().with_zero(),
        y: Axis::linear("BV/TV", "% of tissue").with_zero(),
        right: (first > 0.0).then(|| RightAxis {
            title: "BV/TV".to_owned(),
            unit: "% of day 0".to_owned(),
            factor: 100.0 / first,
        }),
        layers: vec![
            Line {
                label: String::new(),
                ..bone
            }
            .curve(Tone::Named("BV/TV".to_owned())),
        ],
        aspect: 0.42,
        ..chart::Panel::default()
    }];
    let resorbed = line("resorbed_mm3", "resorbed", 1.0);
    if let (Some(resorbed), Some(formed)) = (resorbed, line("formed_mm3", "formed", 1.0)) {
        let both = resorbed.points.iter().zip(&formed.points);
        let between = Layer::Curve(Curve {
            label: "net loss (or gain)".to_owned(),
            tone: Tone::Reference,
            band: both.map(|(one, other)| (one.0, one.1, other.1)).collect(),
            ..Curve::default()
        });
        let named = |line: Line| {
            let tone = line.tone();
            line.curve(tone)
        };
        panels.push(chart::Panel {
            x: Axis::days().with_zero(),
            title: "Bone resorbed and formed since day 0".to_owned(),
            y: Axis::linear("volume", "mm\u{b3}").with_zero(),
            layers: vec![between, named(resorbed), named(formed)],
            aspect: 0.26,
            ..chart::Panel::default()
        });
    }
    let mut chart = Chart {
        title: "Bone volume, and what was resorbed and formed".to_owned(),
        note: note([title, &means(seeds)]),
        panels,
        columns: 1,
        ..Chart::default()
    };
    mark_doses(&mut chart, "dose", dose_days);
    Some(chart)
}

/// Draws every set of curves, as SVG and PNG: of one run, or the mean of several (seeds) with the
/// band from the least to the greatest. Days of doses are marked on the time axis.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_curves(
    folder: &Path,
    title: &str,
    runs: &[Table],
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, chart) in curve_charts(title, runs, dose_days) {
        written.extend(write(folder, name, &chart)?);
    }
    Ok(written)
}

/// The pictures of [`write_curves`] with their names.
fn curve_charts(title: &str, runs: &[Table], dose_days: &[f64]) -> Vec<(&'static str, Chart)> {
    let line = |name: &str, label: &str, factor: f64| Line::over(runs, name, label, |_| factor);
    let panel = |y_label, logarithmic, lines: Vec<Option<Line>>| Panel {
        y_label,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
        ..Panel::default()
    };
    let pictures = [
        (
            "cells",
            "cells of the tumour and of bone",
            vec![
                panel(
                    "tumour cells",
                    true,
                    vec![line("tumour_cells", "tumour cells", 1.0)],
                ),
                panel(
                    "cells",
                    true,
                    vec![
                        line("n_oc", "osteoclasts", 1.0),
                        line("n_ob", "osteoblasts", 1.0),
                        line("n_precursor", "osteoblast precursors", 1.0),
                    ],
                ),
            ],
        ),
        (
            "signals",
            "signals between the cells, mean over marrow",
            vec![panel(
                "level (pM)",
                true,
                vec![
                    line("pthrp_pm", "PTHrP", 1.0),
                    line("rankl_free_pm", "free RANKL", 1.0),
                    line("opg_pm", "OPG", 1.0),
                    line("tgf_beta_pm", "TGF-\u{3b2}", 1.0),
                ],
            )],
        ),
        (
            "turnover",
            "bone resorbed and formed since day 0",
            vec![panel(
                "volume (mm\u{b3})",
                false,
                vec![
                    line("resorbed_mm3", "resorbed", 1.0),
                    line("formed_mm3", "formed", 1.0),
                ],
            )],
        ),
    ];
    let bone = bone_loss(title, runs, dose_days).map(|chart| ("bone_loss", chart));
    let others = pictures.into_iter().map(|(name, heading, panels)| {
        let chart = panels_chart([heading, title], panels, dose_days);
        (name, chart)
    });
    bone.into_iter().chain(others).collect()
}

/// Lines of a table as a picture asks for them.
fn lines(table: &Table, asked: &Asked, dose_days: &[f64]) -> Vec<Line> {
    let over = asked.over.and_then(|name| table.column(name));
    let of = |column: &str, label: &str| {
        let run = std::slice::from_ref(table);
        let mut line = Line::over(run, column, label, |_| 1.0)?;
        for (place, (_, value)) in line.points.iter_mut().enumerate() {
            if let Some(over) = &over {
                *value /= over[place].max(1.0);
            }
            *value *= asked.factor;
        }
        let is_there = !asked.is_left_out_when_zero || line.points.iter().any(|at| at.1 > 0.0);
        line = match asked.between {
            Between::Line => line,
            Between::Step => line.stepped(dose_days),
            Between::Jump => line.jumping(dose_days),
        };
        is_there.then_some(line)
    };
    if !asked.is_ending {
        return of(asked.column, asked.label).into_iter().collect();
    }
    let columns = table.columns.iter();
    columns
        .filter_map(|column| of(column, &words(column.strip_suffix(asked.column)?)))
        .collect()
}

/// The lowest power of ten that an axis shows of lines of which so many decades are asked; none where there
/// is no end to them.
fn floor(lines: &[Line], curves: &[Asked]) -> Option<f64> {
    let decades = curves.iter().filter_map(|curve| curve.decades);
    let decades = decades.reduce(f64::max)?;
    let values = lines.iter().flat_map(|line| &line.points);
    let highest = values.map(|point| point.1).fold(0.0, f64::max);
    (highest > 0.0).then(|| 10_f64.powf((highest.log10() - decades).ceil()))
}

/// Draws a picture of a table, as SVG and PNG, with marks at doses; nothing where the table has no column
/// of it.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_part(
    folder: &Path,
    title: &str,
    picture: &Picture,
    table: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    match part_chart(title, picture, table, dose_days) {
        Some(chart) => write(folder, picture.name, &chart),
        None => Ok(Vec::new()),
    }
}

/// The picture of [`write_part`].
fn part_chart(title: &str, picture: &Picture, table: &Table, dose_days: &[f64]) -> Option<Chart> {
    let marks = |marks: &[Mark]| -> Vec<Layer> {
        let marks = marks.iter().map(|mark| match *mark {
            Mark::Level { label, value } => Layer::Level(Level {
                label: label.to_owned(),
                value,
            }),
            Mark::Range { label, low, high } => Layer::Range(Range {
                label: label.to_owned(),
                low,
                high,
            }),
        });
        marks.collect()
    };
    if let Drawn::Clones(ending) = picture.drawn {
        return Some(clones_chart(title, (picture, ending), table, dose_days));
    }
    let panels: Vec<Panel<'_>> = picture
        .panels()
        .iter()
        .map(|panel| {
            let curves = panel.curves.iter();
            let lines: Vec<Line> = curves
                .flat_map(|curve| lines(table, curve, dose_days))
                .collect();
            Panel {
                y_label: panel.y_label,
                floor: floor(&lines, panel.curves),
                lines,
                published: Vec::new(),
                logarithmic: panel.is_logarithmic,
                is_free: panel.is_free,
                is_whole: panel.is_whole,
                extra: marks(panel.marks),
                notes: vec![panel.note],
            }
        })
        .filter(|panel| !panel.lines.is_empty())
        .collect();
    let heading = [picture.heading, title];
    (!panels.is_empty()).then(|| panels_chart(heading, panels, dose_days))
}

/// The cells of each clone, whose columns end so, and their shares; each clone has its colour and dash
/// in both panels.
fn clones_chart(
    title: &str,
    (picture, ending): (&Picture, &str),
    clones: &Table,
    dose_days: &[f64],
) -> Chart {
    let all: Vec<f64> = clones
        .rows
        .iter()
        .map(|row| {
            let counted = clones.columns.iter().zip(row);
            counted
                .filter(|(column, _)| column.ends_with(ending))
                .map(|(_, cells)| cells)
                .sum()
        })
        .collect();
    let mut shares = clones.clone();
    for (row, &whole) in shares.rows.iter_mut().zip(&all) {
        for (column, value) in shares.columns.iter().zip(row.iter_mut()) {
            if column.ends_with(ending) {
                *value *= 100.0 / whole.max(1.0);
            }
        }
    }
    // Each clone has the colour of its sites on maps.
    let tone = |number: usize| Tone::Own {
        colour: match u8::try_from(number) {
            Ok(clone) if clone > 0 => colour(Shown::Clone(clone)),
            _ => colour(Shown::TumourDense),
        },
        number,
    };
    let curves = |table: &Table| -> Vec<Layer> {
        let names = table.columns.iter().filter(|name| name.ends_with(ending));
        let curve = |(number, column): (usize, &String)| {
            let name = words(column.strip_suffix(ending)?);
            let line = Line::over(std::slice::from_ref(table), column, &name, |_| 1.0)?;
            let is_there = line.points.iter().any(|point| point.1 > 0.0);
            is_there.then(|| line.curve(tone(number)))
        };
        names.enumerate().filter_map(curve).collect()
    };
    let panel = |y: Axis, table: &Table| chart::Panel {
        x: Axis::days().with_zero(),
        y,
        layers: curves(table),
        ..chart::Panel::default()
    };
    let mut chart = Chart {
        title: sentence(picture.heading),
        note: title.to_owned(),
        panels: vec![
            panel(Axis::log("tumour cells", ""), clones),
            panel(
                Axis::linear("share of tumour cells", "%").with_zero(),
                &shares,
            ),
        ],
        ..Chart::default()
    };
    mark_doses(&mut chart, "dose", dose_days);
    chart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::parts::each::PICTURES;
    use crate::plot::held::hold;

    fn run(bone: [f64; 3]) -> Table {
        let rows = bone.iter().enumerate();
        Table {
            columns: ["time_d", "bv_tv", "resorbed_mm3", "formed_mm3"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows
                .map(|(day, &bone)| vec![day as f64, bone, 0.2 * day as f64, 0.1 * day as f64])
                .collect(),
        }
    }

    #[test]
    fn a_unit_in_brackets_is_the_unit_of_the_axis() {
        for (label, title, unit) in [
            ("BV/TV (% of day 0)", "BV/TV", "% of day 0"),
            ("tumour cells", "tumour cells", ""),
            ("pain, a proxy (0 to 10)", "pain, a proxy", "0 to 10"),
            ("share (a) of b", "share (a) of b", ""),
        ] {
            let axis = axis(label);
            assert_eq!((axis.title.as_str(), axis.unit.as_str()), (title, unit));
        }
    }

    #[test]
    fn what_a_dose_changes_steps_on_its_day_and_an_event_on_the_row_that_has_it() {
        let table = Table {
            columns: ["time_d", "isocentre_gy"].map(str::to_owned).to_vec(),
            rows: [(13.0, 0.0), (14.0, 0.0), (15.0, 8.0), (16.0, 8.0)]
                .map(|(day, gray)| vec![day, gray])
                .to_vec(),
        };
        let asked = Asked::new("isocentre_gy", "").stepped();
        let of = |dose_days: &[f64]| lines(&table, &asked, dose_days).remove(0);
        let dosed = of(&[14.0]);
        assert!(dosed.is_stepped);
        assert_eq!(
            dosed.points,
            [
                (13.0, 0.0),
                (14.0, 0.0),
                (14.0, 8.0),
                (15.0, 8.0),
                (16.0, 8.0)
            ]
        );
        assert_eq!(of(&[]).points.len(), 4);
        // The table of rows has doses of the day that follows, too: they are not of this jump.
        assert_eq!(of(&[15.0]).points.len(), 4);
    }

    #[test]
    fn what_a_fraction_changes_at_once_jumps_at_it_and_goes_on_from_there() {
        let table = Table {
            columns: ["time_d", "tumour_cells_sound"].map(str::to_owned).to_vec(),
            rows: [(13.0, 90.0), (14.0, 100.0), (15.0, 2.0), (16.0, 3.0)]
                .map(|(day, cells)| vec![day, cells])
                .to_vec(),
        };
        let asked = Asked::new("tumour_cells_sound", "").jumping();
        let of = |dose_days: &[f64]| lines(&table, &asked, dose_days).remove(0).points;
        let rest = [(15.0, 2.0), (16.0, 3.0)];
        let before = [(13.0, 90.0), (14.0, 100.0)];
        assert_eq!(of(&[14.0]), [&before[..], &[(14.0, 2.0)], &rest].concat());
        // At noon: it stays what it was until then.
        let noon = [(14.5, 100.0), (14.5, 2.0)];
        assert_eq!(of(&[14.5]), [&before[..], &noon, &rest].concat());
        assert_eq!(of(&[]).len(), 4);
    }

    #[test]
    fn a_level_far_below_the_highest_is_no_zero_and_stands_below_the_axis() {
        let table = Table {
            columns: ["time_d", "a_max"].map(str::to_owned).to_vec(),
            rows: [(0.0, 0.0), (1.0, 0.14), (2.0, 2e-5), (3.0, 4e-9)]
                .map(|(day, level)| vec![day, level])
                .to_vec(),
        };
        let asked = [Asked::of_each("_max").within_decades(6.0)];
        let found = lines(&table, &asked[0], &[]);
        assert_eq!(found[0].points[3].1.to_bits(), 4e-9_f64.to_bits());
        let floor = floor(&found, &asked).unwrap();
        assert!((floor / 1e-6 - 1.0).abs() < 1e-9, "{floor}");
    }

    #[test]
    fn a_curve_alone_that_its_axis_names_is_black_and_full_and_others_keep_their_dash() {
        let line = |label: &str| Line {
            label: label.to_owned(),
            points: vec![(0.0, 1.0)],
            band: Vec::new(),
            runs: 1,
            is_stepped: false,
        };
        let panel = |lines| Panel {
            y_label: "drug on bone (fmol)",
            lines,
            ..Panel::default()
        };
        let curves = |lines| -> Vec<(Tone, bool)> {
            let layers = panel(lines).chart().layers.into_iter();
            let curves = layers.map(|layer| match layer {
                Layer::Curve(curve) => (curve.tone, curve.is_solid),
                other => panic!("{other:?}"),
            });
            curves.collect()
        };
        assert_eq!(curves(vec![line("")]), [(Tone::Ink, true)]);
        let named = |name: &str| Tone::Named(name.to_owned());
        assert_eq!(curves(vec![line("a")]), [(named("a"), true)]);
        let two = curves(vec![line("a"), line("b")]);
        assert_eq!(two, [(named("a"), false), (named("b"), false)]);
    }

    #[test]
    fn bone_loss_has_two_units_and_what_was_lost_below() {
        let runs = [run([0.2, 0.18, 0.1]), run([0.3, 0.22, 0.2])];
        let chart = bone_loss("lesion", &runs, &[1.0]).unwrap();
        assert_eq!(
            chart.note,
            "lesion; mean of 2 runs, band from least to greatest"
        );
        let [bone, turnover] = &chart.panels[..] else {
            panic!("{chart:?}");
        };
        // Day 0 is 25 % of tissue, so that 25 on the left axis is 100 on the right one.
        let factor = bone.right.as_ref().unwrap().factor;
        assert!((factor - 4.0).abs() < 1e-12, "{factor}");
        let Layer::Curve(curve) = &bone.layers[0] else {
            panic!("{bone:?}");
        };
        assert!((curve.points[2].1 - 15.0).abs() < 1e-12);
        assert!((curve.band[2].1 - 10.0).abs() < 1e-12 && (curve.band[2].2 - 20.0).abs() < 1e-12);
        let Layer::Curve(between) = &turnover.layers[0] else {
            panic!("{turnover:?}");
        };
        assert_eq!(between.band[2], (2.0, 0.4, 0.2));
        let doses = |panel: &chart::Panel| match panel.layers.last() {
            Some(Layer::Doses(doses)) => (doses.label.clone(), doses.times.clone()),
            other => panic!("{other:?}"),
        };
        assert_eq!(doses(bone), ("dose".to_owned(), vec![1.0]));
        assert_eq!(doses(turnover), (String::new(), vec![1.0]));
        assert!(bone_loss("nothing", &[Table::default()], &[]).is_none());
    }

    /// Some rows of the columns, every week, each as a law of its name, its place and the day has it.
    fn weeks(columns: &[String], law: impl Fn(&str, f64, f64) -> f64) -> Table {
        let days = (0..9).map(|week| 7.0 * f64::from(week));
        let row = |day: f64| {
            let values = columns.iter().enumerate();
            let values = values.map(|(place, column)| law(column, place as f64, day));
            std::iter::once(day).chain(values).collect()
        };
        Table {
            columns: std::iter::once("time_d".to_owned())
                .chain(columns.iter().cloned())
                .collect(),
            rows: days.map(row).collect(),
        }
    }

    #[test]
    fn each_picture_of_a_run_is_drawn_as_it_was_seen_to_be_right() {
        let columns = [
            "bv_tv",
            "resorbed_mm3",
            "formed_mm3",
            "tumour_cells",
            "n_oc",
            "n_ob",
            "n_precursor",
            "pthrp_pm",
            "rankl_free_pm",
            "opg_pm",
            "tgf_beta_pm",
        ];
        let law = |column: &str, place: f64, day: f64| match column {
            "bv_tv" => 0.24 * (-day / 90.0).exp(),
            "resorbed_mm3" => 4e-3 * day,
            "formed_mm3" => 2.3e-3 * day,
            "tumour_cells" => 600.0 * (day / 12.0).exp(),
            _ => (4.0 - 0.3 * place) * (1.2 + (0.1 * day + place).sin()) * 10_f64.powf(0.4 * place),
        };
        let run = weeks(&columns.map(str::to_owned), law);
        let charts = curve_charts("a lesion; run of 56 days", &[run], &[14.0, 35.0]);
        assert_eq!(charts.len(), 4);
        for (name, chart) in charts {
            hold(&format!("run_{name}"), &chart);
        }
    }

    #[test]
    fn each_picture_of_a_part_is_drawn_as_it_was_seen_to_be_right() {
        let law = |column: &str, place: f64, day: f64| match column {
            "events" => (day / 18.0).floor(),
            "events_counted" => (day / 25.0).floor(),
            "n_exhausted" => 0.4 * day,
            _ if column.ends_with("_max") => 0.14 * (-day / (3.0 + 9.0 * place)).exp(),
            _ if column.ends_with("_gy") => {
                (1.0 + 0.8 * place) * if day < 15.0 { 0.0 } else { 8.0 }
            }
            _ if column.ends_with("_amol") => 8e6 * (day / 14.0).min(1.0),
            _ if column.starts_with("tumour_cells") => (place + 1.0) * 500.0 * (day / 20.0).exp(),
            _ if column.starts_with("n_") => 40.0 * (place + 1.0) * (1.3 + (0.1 * day).sin()),
            "calcium_mm" => 2.3 + 0.012 * day,
            "neutrophils_1e9_per_l" => 4.0 - 0.05 * day,
            "pain" => 9.0 * day / 56.0,
            _ => (0.95 - 0.05 * place) * (1.0 - 0.006 * day),
        };
        let mut drawn = Vec::new();
        for picture in PICTURES.iter().copied().flatten() {
            let asked = picture.panels().iter().flat_map(|panel| panel.curves);
            let columns = asked.flat_map(|curve| match (curve.is_ending, curve.over) {
                (true, _) => ["zoledronate", "anti_pthrp"]
                    .map(|drug| format!("{drug}{}", curve.column))
                    .to_vec(),
                (_, Some(over)) => vec![curve.column.to_owned(), over.to_owned()],
                _ => vec![curve.column.to_owned()],
            });
            let mut columns: Vec<String> = columns.collect();
            if let Drawn::Clones(ending) = picture.drawn {
                let clones = ["parental", "early", "late_outgrowth"];
                columns = clones.map(|clone| format!("{clone}{ending}")).to_vec();
            }
            let mut seen = Vec::new();
            columns.retain(|column| !seen.contains(column) && (seen.push(column.clone()), true).1);
            let table = weeks(&columns, law);
            let chart = part_chart("a lesion; run of 56 days", picture, &table, &[14.0]).unwrap();
            hold(&format!("part_{}", picture.name), &chart);
            drawn.push(picture.name);
        }
        assert_eq!(drawn.len(), 9, "{drawn:?}");
    }

    #[test]
    fn a_target_is_drawn_with_its_published_points_as_it_was_seen_to_be_right() {
        let table = weeks(&["bv_tv".to_owned()], |_, _, day| {
            20.0 * (-day / 70.0).exp()
        });
        let panel = Panel {
            y_label: "BV/TV (% of day 0)",
            lines: Line::over(&[table], "bv_tv", "simulated", |_| 5.0)
                .into_iter()
                .collect(),
            published: vec![Published {
                label: "Johnson 2011".to_owned(),
                points: vec![(7.0, 88.0, 6.0), (28.0, 61.0, 0.0)],
            }],
            ..Panel::default()
        };
        let chart = panels_chart(["bone in a lytic lesion", ""], vec![panel], &[]);
        hold("target", &chart);
    }
}
