//! Panels of curves against time as a chart, with the marks of doses.

use crate::plot::chart::{self, Axis, Chart, Curve, Layer, Point, Points, Scale, Steps, Tone};
use crate::plot::curves::line::Line;
use crate::plot::drugs::look;
use crate::plot::happened::Given;
use crate::plot::quantities::of_others;
use crate::plot::words::{note, sentence, words};

/// Figures of others, drawn as points with bars over the curves.
pub(crate) struct Published {
    /// Whose they are.
    pub(crate) label: String,
    /// Day, value, and half the length of the bar (0 for none).
    pub(crate) points: Vec<(f64, f64, f64)>,
}

/// One pair of axes against time in days.
#[derive(Default)]
pub(crate) struct Panel<'a> {
    /// Title above the plot; empty for none.
    pub(crate) title: String,
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
    /// The drug that it is of, as pictures call it: its colour, and its doses alone; all doses without it.
    pub(crate) drug: Option<String>,
    /// Doses of these drugs, by the names of their columns, are marked and no others; all without it.
    pub(crate) given: Option<Vec<String>>,
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
    pub(super) fn chart(self) -> chart::Panel {
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
            if let Some(drug) = &self.drug {
                line.label.clear();
                tone = Tone::Own {
                    colour: look(drug).colour,
                    number: 0,
                };
            }
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
                are_assumed: false,
            }));
        }
        chart::Panel {
            title: self.title,
            x: Axis::days().with_zero(),
            y,
            layers,
            ..chart::Panel::default()
        }
    }
}

/// What a band is, where curves are means of several runs.
pub(super) fn means(runs: usize) -> String {
    if runs > 1 {
        format!("mean of {runs} runs, band from least to greatest")
    } else {
        String::new()
    }
}

/// Marks doses on all panels.
pub(super) fn mark_doses(chart: &mut Chart, given: &[Given]) {
    for panel in &mut chart.panels {
        panel
            .layers
            .extend(given.iter().map(|given| Layer::Doses(given.marks())));
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
        ..Chart::default()
    };
    let of: Vec<(Option<String>, Option<Vec<String>>)> = panels
        .iter()
        .map(|panel| (panel.drug.clone(), panel.given.clone()))
        .collect();
    chart.panels = panels.into_iter().map(Panel::chart).collect();
    colour_others(&mut chart);
    for (panel, (drug, some)) in chart.panels.iter_mut().zip(of) {
        let is_of = |given: &Given| given.drug.as_deref().map(words) == drug;
        let is_some = |given: &Given| {
            let name = given.drug.as_ref();
            some.as_ref()
                .is_none_or(|some| name.is_some_and(|name| some.contains(name)))
        };
        let is_marked = |given: &&Given| is_some(given) && (drug.is_none() || is_of(given));
        let marks = given.iter().filter(is_marked).map(Given::marks);
        panel.layers.extend(marks.map(Layer::Doses));
    }
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
