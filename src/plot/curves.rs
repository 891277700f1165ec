//! Curves of a run, of several runs, and of what a run follows beside its tissue: from tables to charts.

use std::path::{Path, PathBuf};

use crate::engine::picture::{Between, Curve as Asked, Drawn, Events, Mark, Picture};
use crate::observe::picture::Shown;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::{
    self, Axis, Chart, Curve, Doses, Layer, Level, Point, Points, Range, RightAxis, Scale, Steps,
    Tone,
};
use crate::plot::happened::{Change, Given, Happened};
use crate::plot::histomorphometry::{self, with_turnover};
use crate::plot::map::colour;
use crate::plot::quantities::{of_others, of_quantity};
use crate::plot::ticks::short;
use crate::plot::words::{column as said_of, note, sentence, words};
use crate::plot::write;

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
    /// Its points are readings, with nothing known between them.
    pub(crate) is_marked: bool,
}

/// How the control is called behind the curves of an arm.
const BESIDE: &str = "the same in the control arm";

/// Radius of the mark of a reading, points.
const MARK: f64 = 1.9;

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
            is_marked: false,
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

    /// What the law of colours names has its colour in every chart, all else that of its name.
    fn tone(&self) -> Tone {
        of_quantity(&self.label).map_or_else(
            || Tone::Named(self.label.clone()),
            |(colour, number)| Tone::Own { colour, number },
        )
    }

    /// True where it has a value above zero.
    fn is_there(&self) -> bool {
        self.points.iter().any(|point| point.1 > 0.0)
    }

    /// The curve in the colour and dash of a tone.
    pub(crate) fn curve(self, tone: Tone) -> Layer {
        Layer::Curve(Curve {
            label: self.label,
            tone,
            points: self.points,
            band: self.band,
            is_stepped: self.is_stepped,
            mark: if self.is_marked { MARK } else { 0.0 },
            ..Curve::default()
        })
    }

    /// With what fractions changed of a column at once: rows of a table stand before a fraction of their own
    /// time. Of a mean over runs nothing is known between its rows.
    fn changed(mut self, column: &str, changes: &[Change]) -> Self {
        if self.runs > 1 {
            return self;
        }
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.points.len());
        for &(day, value) in &self.points {
            if let Some(&(from, mut now)) = points.last() {
                let of = |change: &&Change| {
                    let is_between = change.day > from - SLIP && change.day < day - SLIP;
                    change.column == column && is_between && change.by != 0.0
                };
                for change in changes.iter().filter(of) {
                    points.extend((change.day > from + SLIP).then_some((change.day, now)));
                    now += change.by;
                    points.push((change.day, now));
                }
            }
            points.push((day, value));
        }
        self.points = points;
        self
    }

    /// Each value from the row before on: it is of all the time between them.
    fn spanning(mut self) -> Self {
        let days: Vec<f64> = self.points.iter().map(|point| point.0).collect();
        let last = self.points.last().copied();
        if self.points.len() > 1 {
            self.points.remove(0);
            for (point, day) in self.points.iter_mut().zip(days) {
                point.0 = day;
            }
            self.points.extend(last);
        }
        self.is_stepped = true;
        self
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
    /// Title above the plot; empty for none.
    pub(crate) title: &'a str,
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
            steps: if self.is_whole {
                Steps::Whole
            } else {
                Steps::Any
            },
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
            title: self.title.to_owned(),
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

/// Marks doses on all panels.
fn mark_doses(chart: &mut Chart, given: &[Given]) {
    for panel in &mut chart.panels {
        for (number, given) in given.iter().enumerate() {
            panel.layers.push(Layer::Doses(Doses {
                label: given.label.clone(),
                tone: Tone::Reference,
                times: given.days.clone(),
                number,
            }));
        }
    }
}

/// Panels with marks at doses, below a heading and a line that says what the picture is of.
pub(crate) fn panels_chart(
    [heading, of]: [&str; 2],
    panels: Vec<Panel<'_>>,
    given: &[Given],
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
    colour_others(&mut chart);
    mark_doses(&mut chart, given);
    chart
}

/// Gives names that the law of colours does not know colours that mean none of its quantities, in the order in which
/// the names come up.
fn colour_others(chart: &mut Chart) {
    let mut names: Vec<String> = Vec::new();
    for layer in chart.panels.iter_mut().flat_map(|panel| &mut panel.layers) {
        let (Layer::Curve(Curve { tone, .. }) | Layer::Points(Points { tone, .. })) = layer else {
            continue;
        };
        if let Tone::Named(name) = tone {
            let place = names.iter().position(|other| other == name);
            let place = place.unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            let (colour, number) = of_others(place);
            *tone = Tone::Own { colour, number };
        }
    }
}

/// The curves of the control behind those of an arm, in grey.
fn behind(control: Option<&Table>, columns: &[&str], factor: f64) -> Vec<Layer> {
    let line = |name: &&str| {
        let line = Line::over(std::slice::from_ref(control?), name, BESIDE, |_| factor)?;
        line.is_there().then(|| line.curve(Tone::Behind))
    };
    columns.iter().filter_map(line).collect()
}

/// A band that is nowhere so wide a share of what it lies between is not seen.
const SEEN: f64 = 0.01;

/// From one curve up to another where the other is higher, and where it is lower, as bands: where the curves
/// cross, one ends and the other begins.
fn between(one: &[(f64, f64)], other: &[(f64, f64)]) -> [Vec<(f64, f64, f64)>; 2] {
    let mut bands = [Vec::new(), Vec::new()];
    let both: Vec<(f64, f64, f64)> = one
        .iter()
        .zip(other)
        .map(|(one, other)| (one.0, one.1, other.1))
        .collect();
    for (place, &(day, low, high)) in both.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| both[before]);
        let apart = high - low;
        if let Some((from, low_before, high_before)) = before {
            let apart_before = high_before - low_before;
            if apart * apart_before < 0.0 {
                let share = apart_before / (apart_before - apart);
                let value = low_before + share * (low - low_before);
                let crossing = (from + share * (day - from), value, value);
                for band in &mut bands {
                    band.push(crossing);
                }
            }
        }
        let is_higher = apart >= 0.0;
        for (band, is_of_it) in bands.iter_mut().zip([is_higher, apart <= 0.0]) {
            band.push(if is_of_it {
                (day, low, high)
            } else {
                (day, f64::NAN, f64::NAN)
            });
        }
    }
    let highest = both.iter().map(|at| at.1.max(at.2)).fold(0.0, f64::max);
    bands.map(|band| {
        let widest = band
            .iter()
            .map(|at| (at.1 - at.2).abs())
            .fold(0.0, f64::max);
        let is_there = widest > SEEN * highest;
        if is_there { band } else { Vec::new() }
    })
}

/// Bone volume in two units above what was resorbed and formed, with the difference between them shaded.
fn bone_loss(
    title: &str,
    runs: &[Table],
    control: Option<&Table>,
    given: &[Given],
) -> Option<Chart> {
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
        layers: behind(control, &["bv_tv"], 100.0)
            .into_iter()
            .chain([Line {
                label: String::new(),
                ..bone
            }
            .curve(Tone::Ink)])
            .collect(),
        aspect: 0.42,
        ..chart::Panel::default()
    }];
    let resorbed = line("resorbed_mm3", "resorbed", 1.0);
    if let (Some(resorbed), Some(formed)) = (resorbed, line("formed_mm3", "formed", 1.0)) {
        let net = between(&formed.points, &resorbed.points);
        let tones = [resorbed.tone(), formed.tone()];
        let bands = net.into_iter().zip(tones).zip(["net loss", "net gain"]);
        let bands = bands.filter(|((band, _), _)| !band.is_empty());
        let mut layers: Vec<Layer> = bands
            .map(|((band, tone), label)| {
                Layer::Curve(Curve {
                    label: label.to_owned(),
                    tone,
                    band,
                    band_strength: 0.3,
                    ..Curve::default()
                })
            })
            .collect();
        layers.extend([resorbed, formed].map(|line| {
            let tone = line.tone();
            line.curve(tone)
        }));
        panels.push(chart::Panel {
            x: Axis::days().with_zero(),
            title: "Bone resorbed and formed since day 0".to_owned(),
            y: Axis::linear("volume", "mm\u{b3}").with_zero(),
            layers,
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
    mark_doses(&mut chart, given);
    Some(chart)
}

/// Draws every set of curves, as SVG and PNG: of one run, or the mean of several (seeds) with the
/// band from the least to the greatest. Doses are marked above the plots. Of an arm its control stands behind bone
/// volume and cells.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_curves(
    folder: &Path,
    title: &str,
    runs: &[Table],
    control: Option<&Table>,
    happened: &Happened,
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, chart) in curve_charts(title, runs, control, happened) {
        written.extend(write(folder, name, &chart)?);
    }
    Ok(written)
}

/// Below this level of a signal, pM, an axis says so: no cell answers to less.
pub(crate) const SIGNAL_FLOOR_PM: f64 = 1e-3;

/// Names of what is resorbed and formed over bone surface and time.
const RESORBED: &str = "resorption, BRs.R/BS";
const FORMED: &str = "formation, BFR/BS";

/// Curves on one pair of axes at most, where a scenario has many signals.
const MOST_SIGNALS: usize = 4;

/// Columns of `series.csv` with the level of a signal in groups that are drawn together: RANKL with what binds
/// it, PTHrP with the factors of bone, and the others of a scenario.
pub(crate) fn signals(columns: &[String]) -> Vec<(&'static str, Vec<&str>)> {
    const RANKL: [&str; 3] = ["rankl_free_pm", "rankl_pm", "opg_pm"];
    const FACTORS: [&str; 4] = ["pthrp_pm", "tgf_beta_pm", "igf_pm", "bmp_pm"];
    let is_there = |name: &&str| columns.iter().any(|column| column == name);
    let known =
        |names: &[&'static str]| -> Vec<&str> { names.iter().copied().filter(is_there).collect() };
    let others: Vec<&str> = columns
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with("_pm") && !RANKL.contains(name) && !FACTORS.contains(name))
        .collect();
    let mut groups = vec![
        ("RANKL and what binds it", known(&RANKL)),
        ("PTHrP and factors of bone", known(&FACTORS)),
    ];
    groups.extend(
        others
            .chunks(MOST_SIGNALS)
            .map(|names| ("Further signals", names.to_vec())),
    );
    groups.retain(|(_, names)| !names.is_empty());
    groups
}

/// The pictures of [`write_curves`] with their names.
fn curve_charts(
    title: &str,
    runs: &[Table],
    control: Option<&Table>,
    happened: &Happened,
) -> Vec<(&'static str, Chart)> {
    let runs: Vec<Table> = runs.iter().map(with_turnover).collect();
    let runs = &runs[..];
    let line = |name: &str, label: &str, factor: f64| {
        let line = Line::over(runs, name, label, |_| factor)?;
        Some(line.changed(name, &happened.changes))
    };
    let panel = |y_label, logarithmic, lines: Vec<Option<Line>>| Panel {
        y_label,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
        ..Panel::default()
    };
    let columns = runs.first().map_or(&[][..], |run| &run.columns);
    let levels = signals(columns).into_iter().map(|(title, names)| {
        let of = |name: &str| line(name, &said_of(name).title, 1.0);
        Panel {
            title,
            floor: Some(SIGNAL_FLOOR_PM),
            notes: vec![TOTAL],
            ..panel("level (pM)", true, names.into_iter().map(of).collect())
        }
    });
    // Kinds of which there is no cell all along have neither a curve nor a place in the legend.
    let counted = |y_label, columns: &[(&str, &str)]| {
        let of = |&(name, label): &(&str, &str)| line(name, label, 1.0).filter(Line::is_there);
        let lines: Vec<Option<Line>> = columns.iter().map(of).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.0).collect();
        Panel {
            extra: behind(control, &names, 1.0),
            ..panel(y_label, true, lines)
        }
    };
    let cells = [
        counted(
            "tumour cells",
            &[
                ("tumour_cells", "tumour cells"),
                (DORMANT, "dormant tumour cells"),
            ],
        ),
        counted(
            "cells",
            &[
                ("n_oc", "osteoclasts"),
                ("n_ob", "osteoblasts"),
                ("n_precursor", "osteoblast precursors"),
            ],
        ),
    ];
    let pictures = [
        ("cells", "cells of the tumour and of bone", cells.into()),
        (
            "signals",
            "signals between the cells, mean over marrow",
            levels.collect(),
        ),
        (
            "turnover",
            "bone turnover in the simulated tissue: cells and surfaces of bone, resorption and formation",
            vec![
                panel(
                    "osteoclasts, N.Oc/BS (1/mm\u{b2})",
                    false,
                    vec![line("n_oc_per_bs_mm2", "", 1.0)],
                ),
                panel(
                    "mature osteoblasts, N.Ob/BS (1/mm\u{b2})",
                    false,
                    vec![line(histomorphometry::N_OB_BS, "", 1.0)],
                ),
                panel(
                    "share of bone surface (%)",
                    false,
                    vec![
                        line("es_bs", "eroded, ES/BS", 100.0),
                        line("os_bs", "osteoid, OS/BS", 100.0),
                        line("oc_s_bs", "osteoclasts, Oc.S/BS", 100.0),
                    ],
                ),
                Panel {
                    notes: vec![histomorphometry::RATES],
                    ..panel(
                        "rate (\u{b5}m\u{b3}/\u{b5}m\u{b2}/d)",
                        false,
                        vec![
                            line(histomorphometry::RESORPTION, RESORBED, 1.0),
                            line(histomorphometry::FORMATION, FORMED, 1.0),
                        ],
                    )
                },
            ],
        ),
    ];
    let bone = bone_loss(title, runs, control, &happened.given).map(|chart| ("bone_loss", chart));
    let others =
        pictures
            .into_iter()
            .filter_map(|(name, heading, mut panels): (_, _, Vec<Panel<'_>>)| {
                panels.retain(|panel| !panel.lines.is_empty());
                let is_drawn = name != "cells" || !panels.is_empty();
                let chart = || panels_chart([heading, title], panels, &happened.given);
                is_drawn.then(|| (name, chart()))
            });
    bone.into_iter().chain(others).collect()
}

/// Dormant tumour cells in a table with what [`with_dormant`] adds.
const DORMANT: &str = "dormant_cells";

/// A series with the dormant tumour cells that the tables of colonisation or of clones count beside it, in the same
/// rows; as it is where neither counts any.
pub(crate) fn with_dormant(
    series: &Table,
    colonisation: Option<&Table>,
    clones: Option<&Table>,
) -> Table {
    let of_clones = |table: &Table| {
        let of_clone: Vec<usize> = (0..table.columns.len())
            .filter(|&column| table.columns[column].ends_with("_dormant"))
            .collect();
        let sum = |row: &Vec<f64>| of_clone.iter().map(|&column| row[column]).sum();
        (!of_clone.is_empty()).then(|| table.rows.iter().map(sum).collect::<Vec<f64>>())
    };
    let counted = [
        colonisation.and_then(|table| Some((table, table.column(DORMANT)?))),
        clones.and_then(|table| Some((table, of_clones(table)?))),
    ];
    let found = counted.into_iter().flatten().find_map(|(table, counts)| {
        let days = table.column("time_d")?;
        (Some(&days) == series.column("time_d").as_ref()).then_some(counts)
    });
    let mut series = series.clone();
    if let Some(counts) = found {
        series.columns.push(DORMANT.to_owned());
        for (row, count) in series.rows.iter_mut().zip(counts) {
            row.push(count);
        }
    }
    series
}

/// What columns of signals hold.
const TOTAL: &str = "total: free and bound, by an antibody too";

/// Lines of a table as a picture asks for them.
fn lines(table: &Table, asked: &Asked, happened: &Happened) -> Vec<Line> {
    let over = asked.over.and_then(|name| table.column(name));
    let less = asked.less.and_then(|name| table.column(name));
    let dose_days = happened.days();
    let event_days: Vec<f64> = happened.events.iter().map(|event| event.0).collect();
    let of = |column: &str, label: &str| {
        let run = std::slice::from_ref(table);
        let mut line = Line::over(run, column, label, |_| 1.0)?;
        for (place, (_, value)) in line.points.iter_mut().enumerate() {
            if let Some(less) = &less {
                *value -= less[place];
            }
            if let Some(over) = &over {
                *value /= over[place].max(1.0);
            }
            *value *= asked.factor;
        }
        let is_there = !asked.is_left_out_when_zero || line.points.iter().any(|at| at.1 > 0.0);
        line = match asked.between {
            Between::Line if (over.is_some(), asked.factor) == (false, 1.0) => {
                line.changed(column, &happened.changes)
            }
            Between::Line => line,
            Between::Step => line.stepped(&[&dose_days[..], &event_days].concat()),
            Between::Jump => line.jumping(&dose_days),
            Between::Span => line.spanning(),
        };
        line.is_marked = asked.is_marked;
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
    if highest <= 0.0 {
        return None;
    }
    let floor = 10_f64.powf((highest.log10() - decades).ceil());
    // No line leads down through the decades to a value that holds since the row before: the axis reaches as far
    // as these do.
    if curves.iter().any(|curve| curve.between != Between::Span) {
        return Some(floor);
    }
    let values = lines.iter().flat_map(|line| &line.points);
    let shown = values.map(|point| point.1).filter(|&value| value >= floor);
    let lowest = shown.fold(f64::INFINITY, f64::min);
    Some(floor.max(10_f64.powf(lowest.log10().floor())))
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
    happened: &Happened,
) -> Result<Vec<PathBuf>, OutputError> {
    match part_chart(title, picture, table, happened) {
        Some(chart) => write(folder, picture.name, &chart),
        None => Ok(Vec::new()),
    }
}

/// The picture of [`write_part`].
fn part_chart(title: &str, picture: &Picture, table: &Table, happened: &Happened) -> Option<Chart> {
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
        return Some(clones_chart(
            title,
            (picture, ending),
            table,
            &happened.given,
        ));
    }
    let mut said = vec![title.to_owned()];
    let mut panels: Vec<Panel<'_>> = Vec::new();
    for panel in picture.panels() {
        let curves = panel.curves.iter();
        let mut lines: Vec<Line> = curves
            .flat_map(|curve| lines(table, curve, happened))
            .collect();
        if lines.is_empty() {
            continue;
        }
        if let (Some(words), Some(first)) = (panel.flat, flat(&lines)) {
            said.push(words.replace("{}", &short(first)));
            continue;
        }
        if panel.events == Events::Marked {
            lines = joined(lines);
        }
        let window = happened.window_d.map_or_else(|| "some".to_owned(), short);
        said.push(panel.note.replace("{window}", &window));
        if happened.is_even_dose {
            said.push(panel.even_dose.to_owned());
        }
        panels.push(Panel {
            y_label: panel.y_label,
            floor: floor(&lines, panel.curves),
            published: if panel.events == Events::Marked {
                events(&happened.events)
            } else {
                Vec::new()
            },
            lines,
            logarithmic: panel.is_logarithmic,
            is_free: panel.is_free,
            is_whole: panel.is_whole,
            extra: marks(panel.marks),
            ..Panel::default()
        });
    }
    let of = note(said.iter().map(String::as_str));
    let heading = [picture.heading, &of];
    (!panels.is_empty()).then(|| panels_chart(heading, panels, &happened.given))
}

/// The value that all lines keep to within a hundredth; none where one of them moves.
pub(crate) fn flat(lines: &[Line]) -> Option<f64> {
    let first = lines.first()?.points.first()?.1;
    let mut values = lines.iter().flat_map(|line| &line.points);
    let is_near = |value: f64| (value - first).abs() <= 0.01 * first.abs();
    values.all(|point| is_near(point.1)).then_some(first)
}

/// Lines with the same values as one, which has the names of all.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for line in lines {
        let same = |other: &&mut Line| other.points == line.points;
        match found.iter_mut().find(same) {
            Some(other) => other.label = format!("{} and {}", other.label, line.label),
            None => found.push(line),
        }
    }
    found
}

/// Events where they stand on the curve that counts them, by their kind.
fn events(events: &[(f64, String)]) -> Vec<Published> {
    let mut found: Vec<Published> = Vec::new();
    for (place, (day, kind)) in events.iter().enumerate() {
        let point = (*day, place as f64 + 1.0, 0.0);
        match found.iter_mut().find(|known| known.label == *kind) {
            Some(known) => known.points.push(point),
            None => found.push(Published {
                label: kind.clone(),
                points: vec![point],
            }),
        }
    }
    for kind in &mut found {
        let days: Vec<String> = kind
            .points
            .iter()
            .map(|at| format!("{:.0}", at.0))
            .collect();
        kind.label = match &days[..] {
            [day] => format!("{}, day {day}", kind.label),
            _ if days.len() <= 3 => format!("{}, days {}", kind.label, days.join(", ")),
            _ => format!("{}, {} times", kind.label, days.len()),
        };
    }
    found
}

/// The cells of each clone, whose columns end so, and their shares; each clone has its colour and dash
/// in both panels.
fn clones_chart(
    title: &str,
    (picture, ending): (&Picture, &str),
    clones: &Table,
    given: &[Given],
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
    mark_doses(&mut chart, given);
    chart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::parts::each::PICTURES;
    use crate::plot::held::hold;

    /// Doses of a drug on these days.
    fn given(days: &[f64]) -> Vec<Given> {
        vec![Given {
            label: "dose of zoledronate, 4 mg".to_owned(),
            days: days.to_vec(),
        }]
    }

    fn dosed(days: &[f64]) -> Happened {
        Happened {
            given: given(days),
            ..Happened::default()
        }
    }

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
        let of = |dose_days: &[f64]| lines(&table, &asked, &dosed(dose_days)).remove(0);
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
    fn a_dose_that_changes_a_value_at_once_is_drawn_on_its_time() {
        let table = Table {
            columns: ["time_d", "bone_drug_on_bone_amol"]
                .map(str::to_owned)
                .to_vec(),
            rows: [(13.0, 90.0), (14.0, 100.0), (15.0, 2.0), (16.0, 3.0)]
                .map(|(day, cells)| vec![day, cells])
                .to_vec(),
        };
        let asked = Asked::new("bone_drug_on_bone_amol", "").jumping();
        let of = |dose_days: &[f64]| lines(&table, &asked, &dosed(dose_days)).remove(0).points;
        let rest = [(15.0, 2.0), (16.0, 3.0)];
        let before = [(13.0, 90.0), (14.0, 100.0)];
        assert_eq!(of(&[14.0]), [&before[..], &[(14.0, 2.0)], &rest].concat());
        // At noon: it stays what it was until then.
        let noon = [(14.5, 100.0), (14.5, 2.0)];
        assert_eq!(of(&[14.5]), [&before[..], &noon, &rest].concat());
        assert_eq!(of(&[]).len(), 4);
    }

    #[test]
    fn a_fraction_takes_at_once_what_its_row_says_and_not_what_the_next_row_has() {
        let cells = [(13.0, 9000.0), (14.0, 9685.0), (15.0, 156.0)];
        let table = Table {
            columns: ["time_d", "tumour_cells_sound"].map(str::to_owned).to_vec(),
            rows: cells.map(|(day, cells)| vec![day, cells]).to_vec(),
        };
        let change = |day: f64, by: f64| Change {
            day,
            column: "tumour_cells_sound",
            by,
        };
        let of = |changes: Vec<Change>| {
            let happened = Happened {
                changes,
                ..Happened::default()
            };
            let asked = Asked::new("tumour_cells_sound", "");
            lines(&table, &asked, &happened).remove(0).points
        };
        let at_once = [cells[0], cells[1], (14.0, 123.0), cells[2]];
        assert_eq!(of(vec![change(14.0, -9562.0)]), at_once);
        let twice = of(vec![change(14.0, -9000.0), change(14.5, -600.0)]);
        assert_eq!(twice[2..5], [(14.0, 685.0), (14.5, 685.0), (14.5, 85.0)]);
        assert_eq!(of(Vec::new()), cells);
    }

    #[test]
    fn the_highest_since_the_row_before_is_drawn_from_that_row_on() {
        let table = Table {
            columns: ["time_d", "a_max"].map(str::to_owned).to_vec(),
            rows: [(0.0, 0.0), (1.0, 0.27), (2.0, 0.0), (3.0, 0.0)]
                .map(|(day, level)| vec![day, level])
                .to_vec(),
        };
        let asked = [Asked::of_each("_max").within_decades(6.0).spanning()];
        let found = lines(&table, &asked[0], &Happened::default());
        assert_eq!(
            found[0].points,
            [(0.0, 0.27), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
        );
        assert!(found[0].is_stepped);
        // Nothing is between its one value and none: no decades of nothing.
        let floor = floor(&found, &asked).unwrap();
        assert!((floor / 0.1 - 1.0).abs() < 1e-9, "{floor}");
    }

    #[test]
    fn bands_between_curves_change_where_these_cross() {
        let [loss, gain] = between(&[(0.0, 0.0), (2.0, 2.0)], &[(0.0, 2.0), (2.0, 0.0)]);
        assert_eq!(loss[..2], [(0.0, 0.0, 2.0), (1.0, 1.0, 1.0)]);
        assert_eq!(gain[1..], [(1.0, 1.0, 1.0), (2.0, 2.0, 0.0)]);
        // A run that loses all along has no gain to name.
        let [loss, gain] = between(&[(0.0, 0.0), (2.0, 1.0)], &[(0.0, 0.0), (2.0, 2.0)]);
        assert_eq!((loss.len(), gain.len()), (2, 0));
    }

    #[test]
    fn every_signal_of_a_scenario_has_a_curve() {
        let columns = [
            "time_d",
            "bv_tv",
            "pthrp_pm",
            "rankl_free_pm",
            "opg_pm",
            "tgf_beta_pm",
            "rankl_pm",
            "igf_pm",
            "bmp_pm",
            "a_pm",
            "b_pm",
            "c_pm",
            "d_pm",
            "e_pm",
        ];
        let columns = columns.map(str::to_owned);
        let groups = signals(&columns);
        let mut drawn: Vec<&str> = groups.iter().flat_map(|group| group.1.clone()).collect();
        let levels = columns.iter().filter(|name| name.ends_with("_pm"));
        let mut levels: Vec<&str> = levels.map(String::as_str).collect();
        drawn.sort_unstable();
        levels.sort_unstable();
        assert_eq!(drawn, levels);
        assert!(groups.iter().all(|group| group.1.len() <= MOST_SIGNALS));
    }

    #[test]
    fn a_panel_that_does_not_move_is_left_out_and_said() {
        use crate::engine::picture::Panel as Axes;
        const PANELS: &[Axes] = &[
            Axes::new("calcium (mM)", &[Asked::new("a", "")]),
            Axes::new("cells", &[Asked::new("b", "")]).unless_flat("cells stay at {}"),
        ];
        let picture = Picture {
            name: "body",
            heading: "body",
            table: "body.csv",
            drawn: Drawn::Panels(PANELS),
        };
        let of = |slope: f64| {
            let columns = ["a", "b"].map(str::to_owned);
            let table = weeks(&columns, |_, place, day| 5.0 + place * slope * day);
            part_chart("a run", &picture, &table, &Happened::default()).unwrap()
        };
        assert_eq!(
            (of(0.0).panels.len(), &of(0.0).note[..]),
            (1, "a run; cells stay at 5")
        );
        assert_eq!((of(0.1).panels.len(), &of(0.1).note[..]), (2, "a run"));
    }

    #[test]
    fn an_event_stands_where_it_happened_with_its_kind_and_equal_counts_are_one_curve() {
        let table = weeks(
            &["events", "events_counted"].map(str::to_owned),
            |_, _, day| f64::from(u8::from(day > 30.0)),
        );
        let happened = Happened {
            events: vec![(30.5, "surgery".to_owned())],
            window_d: Some(21.0),
            ..Happened::default()
        };
        let picture = PICTURES.iter().copied().flatten();
        let picture = picture
            .copied()
            .find(|picture| picture.name == "skeletal_events");
        let chart = part_chart("a run", &picture.unwrap(), &table, &happened).unwrap();
        assert!(
            chart.note.contains("more than 21 days after"),
            "{}",
            chart.note
        );
        let layers = &chart.panels[0].layers;
        let curves: Vec<&Curve> = layers
            .iter()
            .filter_map(|layer| match layer {
                Layer::Curve(curve) => Some(curve),
                _ => None,
            })
            .collect();
        assert_eq!(curves.len(), 1);
        assert_eq!(curves[0].label, "all and counted");
        assert!(curves[0].points.contains(&(30.5, 1.0)));
        let points = layers.iter().find_map(|layer| match layer {
            Layer::Points(points) => Some((&points.label[..], points.points[0].x)),
            _ => None,
        });
        assert_eq!(points, Some(("surgery, day 30", 30.5)));
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
        let found = lines(&table, &asked[0], &Happened::default());
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
            is_marked: false,
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
        let chart = bone_loss("lesion", &runs, None, &given(&[1.0])).unwrap();
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
        assert_eq!(between.label, "net loss");
        assert_eq!(between.band[2], (2.0, 0.2, 0.4));
        // No gain: its name is not in the legend.
        assert_eq!(turnover.layers.len(), 4);
        let doses = |panel: &chart::Panel| match panel.layers.last() {
            Some(Layer::Doses(doses)) => (doses.label.clone(), doses.times.clone()),
            other => panic!("{other:?}"),
        };
        for panel in [bone, turnover] {
            let said = "dose of zoledronate, 4 mg".to_owned();
            assert_eq!(doses(panel), (said, vec![1.0]));
        }
        assert!(bone_loss("nothing", &[Table::default()], None, &[]).is_none());
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
            "igf_pm",
            "bmp_pm",
            "rankl_pm",
            "bs_mm2",
            "es_bs",
            "os_bs",
            "oc_s_bs",
            "n_oc_per_bs_mm2",
        ];
        let law = |column: &str, place: f64, day: f64| match column {
            "bv_tv" => 0.24 * (-day / 90.0).exp(),
            "resorbed_mm3" => 4e-3 * day,
            "formed_mm3" => 2.3e-3 * day,
            "tumour_cells" => 600.0 * (day / 12.0).exp(),
            // It decays to nothing on the way.
            "tgf_beta_pm" if day > 20.0 && day < 50.0 => 10_f64.powf(-day),
            "bs_mm2" => 1.4,
            "n_oc_per_bs_mm2" => 40.0 + 0.2 * day,
            _ if column.ends_with("_bs") => 0.01 * place + 0.002 * day,
            _ => (4.0 - 0.3 * place) * (1.2 + (0.1 * day + place).sin()) * 10_f64.powf(0.4 * place),
        };
        let run = weeks(&columns.map(str::to_owned), law);
        let charts = curve_charts(
            "a lesion; run of 56 days",
            &[run],
            None,
            &dosed(&[14.0, 35.0]),
        );
        assert_eq!(charts.len(), 4);
        for (name, chart) in charts {
            hold(&format!("run_{name}"), &chart);
        }
    }

    #[test]
    fn an_arm_has_its_control_behind_it_dormant_cells_a_curve_and_kinds_without_cells_none() {
        let columns = ["bv_tv", "tumour_cells", "n_oc", "n_ob", "n_precursor"].map(str::to_owned);
        let of = |slope: f64| {
            weeks(&columns, |column, place, day| match column {
                "bv_tv" => 0.3 - slope * day,
                "n_precursor" => 0.0,
                _ => 20.0 * (place + 1.0) + slope * 1e3 * day,
            })
        };
        let colonisation = weeks(&[DORMANT.to_owned()], |_, _, day| 70.0 - day);
        let arm = with_dormant(&of(1e-3), Some(&colonisation), None);
        assert_eq!(with_dormant(&of(1e-3), None, None), of(1e-3));
        let control = of(4e-3);
        let charts = curve_charts("an arm", &[arm], Some(&control), &Happened::default());
        let of = |name: &str| &charts.iter().find(|chart| chart.0 == name).unwrap().1;
        let curves = |chart: &Chart| -> Vec<Vec<(String, bool)>> {
            let panels = chart.panels.iter().map(|panel| {
                let layers = panel.layers.iter();
                let curves = layers.filter_map(|layer| match layer {
                    Layer::Curve(curve) => Some((curve.label.clone(), curve.tone == Tone::Behind)),
                    _ => None,
                });
                curves.collect()
            });
            panels.collect()
        };
        let row = |label: &str, is_behind: bool| (label.to_owned(), is_behind);
        assert_eq!(
            curves(of("bone_loss")),
            [vec![row(BESIDE, true), row("", false)]]
        );
        assert_eq!(
            curves(of("cells")),
            [
                vec![
                    row(BESIDE, true),
                    row("tumour cells", false),
                    row("dormant tumour cells", false)
                ],
                vec![
                    row(BESIDE, true),
                    row(BESIDE, true),
                    row("osteoclasts", false),
                    row("osteoblasts", false)
                ],
            ]
        );
        hold("arm_bone_loss", of("bone_loss"));
        hold("arm_cells", of("cells"));
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
        let happened = Happened {
            events: vec![(17.5, "fracture".to_owned()), (36.5, "surgery".to_owned())],
            window_d: Some(21.0),
            is_even_dose: true,
            ..dosed(&[14.0])
        };
        let mut drawn = Vec::new();
        for picture in PICTURES.iter().copied().flatten() {
            let asked = picture.panels().iter().flat_map(|panel| panel.curves);
            let columns = asked.flat_map(|curve| -> Vec<String> {
                if curve.is_ending {
                    let drugs = ["zoledronate", "anti_pthrp"];
                    drugs.map(|drug| format!("{drug}{}", curve.column)).to_vec()
                } else {
                    let columns = [Some(curve.column), curve.over, curve.less];
                    columns.into_iter().flatten().map(str::to_owned).collect()
                }
            });
            let mut columns: Vec<String> = columns.collect();
            if let Drawn::Clones(ending) = picture.drawn {
                let clones = ["parental", "early", "late_outgrowth"];
                columns = clones.map(|clone| format!("{clone}{ending}")).to_vec();
            }
            let mut seen = Vec::new();
            columns.retain(|column| !seen.contains(column) && (seen.push(column.clone()), true).1);
            let table = weeks(&columns, law);
            let chart = part_chart("a lesion; run of 56 days", picture, &table, &happened).unwrap();
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
