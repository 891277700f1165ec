//! What holds of every picture, whoever draws it, and each as it was seen to be right.

use crate::plot::area::Plot;
use crate::plot::canvas;
use crate::plot::chart::{Axis, Chart, Curve, Layer, Panel, Scale, Steps, Tone};
use crate::plot::dose_marks::DoseMark;
use crate::plot::drawing::{Frame, Mark, Text};
use crate::plot::legend::{self, CURVE, Entry, Key, curve_style};
use crate::plot::overlay::MOST_CURVES;
use crate::plot::page::{Page, lay_out};
use crate::plot::palette::{Palette, Style};
use crate::plot::panel::{LegendPlace, draw};
use crate::plot::quantities::of_curve;
use crate::plot::text::missing;
use crate::plot::ticks::{Ticks, read};

/// Parts of a note may be parted between the heading and the foot: none begins with a word that points to the one
/// before it.
fn parts_of_notes_stand_alone(name: &str, chart: &Chart) {
    const POINTING: [&str; 9] = [
        "they", "it", "its", "their", "what", "which", "that", "these", "those",
    ];
    for part in chart.note.split("; ") {
        let first = part.split(' ').next().unwrap_or_default().to_lowercase();
        assert!(!POINTING.contains(&&first[..]), "{name}: {part:?}");
    }
}

/// Holds a picture that is drawn of a small case to all that holds of pictures, and to its SVG as it was seen.
pub(crate) fn hold(name: &str, chart: &Chart) {
    let page = lay_out(chart);
    let first = chart.title.chars().next();
    assert!(
        first.is_some_and(|letter| !letter.is_lowercase()),
        "{name}: {}",
        chart.title
    );
    words_are_for_readers(name, &page);
    parts_of_notes_stand_alone(name, chart);
    quantities_have_their_colour(name, chart);
    hold_rules(name, chart);
    hold_page(name, &page);
}

/// Words of a picture that is too large for a snapshot.
pub(crate) fn hold_words(name: &str, chart: &Chart) {
    let page = lay_out(chart);
    words_are_for_readers(name, &page);
    parts_of_notes_stand_alone(name, chart);
    letters_are_in_the_font(name, &page);
}

/// A page by itself: its words, and its SVG.
pub(super) fn hold_page(name: &str, page: &Page) {
    hold_apart(name, page);
    letters_are_in_the_font(name, page);
    insta::assert_snapshot!(name, canvas::svg(page).unwrap());
}

/// What doses are stands above the plots, where their marks are, and in the form and colour of these.
fn doses_are_named_outside_of_plots(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    let panels: Vec<&Panel> = chart
        .panels
        .iter()
        .filter(|panel| panel.has_data())
        .collect();
    for panel in &panels {
        let inside = legend::entries(panel, &palette);
        let is_dose = |entry: &Entry| matches!(entry.key, Key::Dose(..));
        assert!(!inside.iter().any(is_dose), "{name}: a dose in a plot");
    }
    let said = legend::doses(&panels, &palette);
    for panel in &panels {
        for layer in &panel.layers {
            let Layer::Doses(doses) = layer else {
                continue;
            };
            let key = Key::Dose(DoseMark::of(doses, panel, &palette));
            let is_said = |entry: &Entry| entry.key == key && entry.label == doses.label;
            let is_silent = doses.times.is_empty() || doses.label.is_empty();
            assert!(is_silent || said.iter().any(is_said), "{name}: {doses:?}");
        }
    }
}

/// A logarithmic axis begins at its data or at a floor that it names, and has a tick above all data; what is
/// none or less stands at the tick of the foot. The last day of a run has a tick.
fn axes_say_where_they_end(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    for panel in chart.panels.iter().filter(|panel| panel.has_data()) {
        let plot = Plot::new(panel, &palette, SIZES[1], 0.0);
        let numbers = || panel.layers.iter().flat_map(|layer| layer.extent().y);
        if panel.y.scale == Scale::Log && panel.y.ticks.is_empty() {
            let (low, _) = plot.y.range();
            let least = numbers().filter(|&y| y > 0.0 && !plot.y.is_at_foot(y));
            let least = least.fold(f64::INFINITY, f64::min);
            let is_below = numbers().any(|y| y > 0.0 && plot.y.is_at_foot(y));
            assert!(
                is_below || low > least / 10.0,
                "{name}: {low} below {least}"
            );
            assert!(plot.y.reaches_top(), "{name}: {:?}", plot.y.ticks);
            for y in numbers().filter(|&y| plot.y.is_at_foot(y)) {
                let foot = plot.y.at(plot.y.ticks.labelled[0].at);
                assert_eq!(plot.y.at(y), foot, "{name}: {y} beside the foot");
            }
        }
        let days = panel.layers.iter().flat_map(|layer| layer.extent().x);
        let last = days.fold(0.0, f64::max);
        let is_of_run =
            panel.x.steps == Steps::Days && panel.x.ticks.is_empty() && panel.x.with_zero;
        if is_of_run && last >= 2.0 && last.fract() == 0.0 && panel.x.most.is_none() {
            let tick = plot.x.ticks.labelled.last();
            assert!(tick.is_some_and(|tick| tick.at >= last), "{name}: {tick:?}");
        }
    }
}

/// No name of a level stands right of a plot, which it would make narrower.
fn names_of_levels_stand_inside_or_below(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    for panel in chart.panels.iter().filter(|panel| panel.has_data()) {
        let drawing = draw(panel, &palette, SIZES[1], LegendPlace::Own);
        for layer in &panel.layers {
            if let Layer::Level(level) = layer {
                let mut texts = drawing.texts().filter(|text| text.words == level.label);
                let is_beside = |text: &Text| text.at.0 > SIZES[1].0;
                assert!(!texts.any(is_beside), "{name}: {:?}", level.label);
            }
        }
    }
}

/// What holds of a chart with its words, with gaps in its curves and with zeros too.
pub(crate) fn hold_rules(name: &str, chart: &Chart) {
    let charts = [
        (name.to_owned(), chart.clone()),
        (format!("{name} with gaps"), with(chart, f64::NAN)),
        (format!("{name} with zeros"), with(chart, 0.0)),
    ];
    for (name, chart) in &charts {
        let page = lay_out(chart);
        hold_apart(name, &page);
        no_curve_runs_through_words(name, &page);
        ticks_are_exact(name, chart);
        curves_are_told_apart(name, chart);
        gaps_are_gaps(name, chart);
        doses_are_named_outside_of_plots(name, chart);
        axes_say_where_they_end(name, chart);
        names_of_levels_stand_inside_or_below(name, chart);
    }
}

/// All words and marks stand on the page, and no words over others.
pub(super) fn hold_apart(name: &str, page: &Page) {
    let paper = Frame {
        left: 0.0,
        top: 0.0,
        right: page.width,
        bottom: page.height,
    };
    assert!(paper.holds(page.drawing.frame().unwrap()), "{name}");
    let texts: Vec<_> = page.drawing.texts().collect();
    assert!(texts.len() > 3, "{name}: {texts:?}");
    for (place, one) in texts.iter().enumerate() {
        for other in &texts[place + 1..] {
            let near = one.frame().grown(-0.4).overlaps(other.frame().grown(-0.4));
            assert!(!near, "{name}: {:?} over {:?}", one.words, other.words);
        }
    }
}

pub(super) fn letters_are_in_the_font(name: &str, page: &Page) {
    for text in page.drawing.texts() {
        let lacks = missing(&text.words, text.is_bold);
        assert_eq!(lacks, "", "{name}: {:?}", text.words);
    }
}

/// Keys and columns are no words: `bv_tv`, `tumour.division.rate`.
fn words_are_for_readers(name: &str, page: &Page) {
    for text in page.drawing.texts() {
        let is_key = |word: &str| {
            let parts: Vec<&str> = word.split('.').collect();
            word.contains('_')
                || parts.len() > 2
                    && parts
                        .iter()
                        .all(|part| part.chars().all(char::is_alphabetic) && !part.is_empty())
        };
        let keys: Vec<&str> = text.words.split(' ').filter(|word| is_key(word)).collect();
        assert!(keys.is_empty(), "{name}: {:?}", text.words);
    }
}

/// Legends and names of levels are clear of curves. A line of more than two ends is a curve.
fn no_curve_runs_through_words(name: &str, page: &Page) {
    for mark in &page.drawing.marks {
        let Mark::Line { points, .. } = mark else {
            continue;
        };
        if points.len() < 3 {
            continue;
        }
        for text in page.drawing.texts() {
            let frame = text.frame().grown(-0.4);
            let hits = points.windows(2).any(|pair| frame.meets(pair[0], pair[1]));
            assert!(!hits, "{name}: a curve through {:?}", text.words);
        }
    }
}

/// Sizes of plots on pages of one, two and three panels across, and of a small one.
const SIZES: [(f64, f64); 4] = [(440.0, 220.0), (205.0, 148.0), (130.0, 117.0), (60.0, 60.0)];

/// Labels of an axis differ, rise, and say where they stand to the last bit.
fn ticks_are_exact(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    for panel in chart.panels.iter().filter(|panel| panel.has_data()) {
        for size in SIZES {
            let plot = Plot::new(panel, &palette, size, 0.0);
            for (axis, made) in [(&panel.x, &plot.x), (&panel.y, &plot.y)] {
                let foot = usize::from(made.foot > 0.0);
                exact(name, axis, &made.ticks, foot);
            }
            if let Some(right) = &panel.right {
                exact(name, &Axis::default(), &plot.y.times(right.factor).ticks, 0);
            }
        }
    }
}

fn exact(name: &str, axis: &Axis, ticks: &Ticks, foot: usize) {
    let labels = || ticks.labelled.iter().map(|tick| tick.label.as_str());
    for (place, label) in labels().enumerate() {
        let is_new = labels().take(place).all(|other| other != label);
        assert!(
            is_new || label.is_empty(),
            "{name}, {}: {label} twice",
            axis.title
        );
    }
    let is_by_caller = !axis.ticks.is_empty() || matches!(axis.scale, Scale::Categories(_));
    if axis.is_hidden || is_by_caller {
        return;
    }
    let shown = &ticks.labelled[foot..];
    assert!(shown.len() >= 2, "{name}, {}: {ticks:?}", axis.title);
    for pair in shown.windows(2) {
        assert!(pair[0].at < pair[1].at, "{name}, {}: {pair:?}", axis.title);
    }
    for tick in shown {
        let said = read(&tick.label, ticks.power);
        assert_eq!(
            said.to_bits(),
            (tick.at + 0.0).to_bits(),
            "{name}, {}: {tick:?}",
            axis.title
        );
    }
}

fn curves(panel: &Panel) -> impl Iterator<Item = &Curve> {
    panel.layers.iter().filter_map(|layer| match layer {
        Layer::Curve(curve) if layer.has_data() => Some(curve),
        _ => None,
    })
}

/// A name has one style in all panels, two names of a panel have two that differ in grey print too, and a dash
/// that no legend explains is none.
fn curves_are_told_apart(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    let style = |curve: &Curve| curve_style(Some(palette.style(&curve.tone)), curve.is_solid);
    let has_line = |curve: &Curve| curve.points.iter().any(|point| point.1.is_finite());
    let mut known: Vec<(String, Style)> = Vec::new();
    for panel in &chart.panels {
        let is_named =
            |layer: &Layer| !matches!(layer, Layer::Level(level) if level.label.is_empty());
        // A density beside others has no axis of its own: the note says what is dashed.
        assert!(
            panel.y.is_hidden || panel.layers.iter().all(is_named),
            "{name}: a level without a name"
        );
        let mut here: Vec<(String, Style)> = Vec::new();
        for curve in curves(panel).filter(|curve| has_line(curve) && curve.tone != Tone::Behind) {
            let style = style(curve);
            assert!(
                !curve.label.is_empty() || style.dash.is_empty(),
                "{name}: a dash without a name, {:?}",
                panel.y.title
            );
            if !curve.label.is_empty() {
                here.push((curve.label.clone(), style));
            }
        }
        // So many have a colour of their own.
        for (place, one) in here.iter().take(MOST_CURVES).enumerate() {
            for other in here[..place].iter().filter(|other| other.0 != one.0) {
                let apart = (one.1.colour.lightness() - other.1.colour.lightness()).abs();
                // Thin lines of like lightness merge.
                assert!(
                    one.1.dash != other.1.dash || apart > 0.25,
                    "{name}: {one:?} {other:?}"
                );
            }
        }
        // A curve alone needs no dash.
        known.extend(here.into_iter().filter(|_| curves(panel).count() > 1));
    }
    for (place, one) in known.iter().enumerate() {
        let same = known[..place].iter().find(|other| other.0 == one.0);
        assert!(
            same.is_none_or(|other| other.1 == one.1),
            "{name}: {one:?} {same:?}"
        );
    }
}

/// What the law of colours names has its colour wherever it is a curve of its own.
fn quantities_have_their_colour(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    for curve in chart.panels.iter().flat_map(curves) {
        if let Some((colour, _)) = of_curve(&curve.label) {
            let drawn = palette.style(&curve.tone).colour;
            assert_eq!(drawn, colour, "{name}: {:?}", curve.label);
        }
    }
}

/// The chart with the middle of every curve, and of its band, made this number.
fn with(chart: &Chart, number: f64) -> Chart {
    let mut chart = chart.clone();
    for layer in chart.panels.iter_mut().flat_map(|panel| &mut panel.layers) {
        if let Layer::Curve(curve) = layer {
            let middle = curve.points.len() / 2;
            if let Some(point) = curve.points.get_mut(middle) {
                let at = point.0;
                point.1 = number;
                curve.band.retain(|band| band.0.to_bits() != at.to_bits());
            }
        }
    }
    chart
}

/// A line breaks where a curve has no number, and on a logarithmic axis at zeros, which stand at its foot.
fn gaps_are_gaps(name: &str, chart: &Chart) {
    let palette = Palette::new(chart);
    for panel in &chart.panels {
        let is_log = panel.y.scale == Scale::Log;
        for curve in curves(panel) {
            let alone = Panel {
                layers: vec![Layer::Curve(Curve {
                    label: String::new(),
                    ..curve.clone()
                })],
                title: String::new(),
                at_risk: Vec::new(),
                right: None,
                ..panel.clone()
            };
            let least = if is_log {
                panel.y.floor.unwrap_or(0.0)
            } else {
                f64::NEG_INFINITY
            };
            let is_drawn =
                |value: f64| value.is_finite() && (!is_log || value > 0.0 && value >= least);
            let runs = curve
                .points
                .chunk_by(|one, other| is_drawn(one.1) == is_drawn(other.1))
                .filter(|run| is_drawn(run[0].1));
            let style = curve_style(Some(palette.style(&curve.tone)), curve.is_solid);
            let drawing = draw(&alone, &palette, SIZES[0], LegendPlace::Own);
            let of_curve = |mark: &&Mark| {
                matches!(mark, Mark::Line { style: of, width, .. }
                    if *of == style && (*width - CURVE).abs() < 1e-9)
            };
            let lines = drawing.marks.iter().filter(of_curve).count();
            let dots = |is_open: bool| {
                let marks = drawing.marks.iter();
                marks
                    .filter(|mark| {
                        matches!(mark, Mark::Disc { colour, is_open: open, .. }
                            if *colour == style.colour && *open == is_open)
                    })
                    .count()
            };
            // A point between two gaps is a dot; one next to the foot of the axis is drawn down to it.
            let most = runs.clone().count();
            let least = runs.filter(|run| run.len() > 1).count();
            assert!(
                (least..=most).contains(&lines),
                "{name}: {lines} of {least} to {most}, {:?}",
                curve.label
            );
            let zeros = curve
                .points
                .iter()
                .any(|point| is_log && (0.0..least_shown(panel)).contains(&point.1));
            assert_eq!(dots(true) > 0, zeros, "{name}: rings of {:?}", curve.label);
            assert!(lines + dots(false) >= most, "{name}: {:?}", curve.label);
        }
    }
}

/// What stands at the foot of a logarithmic axis is less.
fn least_shown(panel: &Panel) -> f64 {
    panel.y.floor.unwrap_or(f64::MIN_POSITIVE)
}
