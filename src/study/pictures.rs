//! Pictures of a study: bars, heat maps and curves with bands, as SVG and PNG.

use std::path::Path;

use crate::output::OutputError;
use crate::plot::chart::{self, Axis, Bars, Chart, Heat, Layer, Panel, Scale, Tone};
use crate::plot::curves::axis;
use crate::plot::ticks::short;
use crate::plot::words::note;
use crate::plot::write;

/// A bar with its interval.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
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
pub(crate) struct Curve {
    /// Its name.
    pub label: String,
    /// The curve.
    pub points: Vec<(f64, f64)>,
    /// Place, lower and upper end; empty without a band.
    pub band: Vec<(f64, f64, f64)>,
}

/// Curves over one pair of axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curves {
    /// Title.
    pub title: String,
    /// A sentence below it; empty for none.
    pub note: String,
    /// Axes across and up.
    pub axes: [Axis; 2],
    /// The curves.
    pub curves: Vec<Curve>,
}

/// A response over two parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatMap {
    /// Title.
    pub title: String,
    /// A sentence below it; empty for none.
    pub note: String,
    /// What the colours show, with its unit in brackets at the end.
    pub response: String,
    /// Names of the parameters across and up.
    pub axes: [String; 2],
    /// Their values.
    pub ticks: [Vec<String>; 2],
    /// Row by row from the bottom; none of a cell without a value.
    pub values: Vec<Option<f64>>,
}

/// Draws a chart as the SVG of this path, and as a PNG beside it.
pub(super) fn save(path: &Path, chart: &Chart) -> Result<(), OutputError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    write(folder, &name, chart).map(|_| ())
}

/// Least value over the greatest, below which an axis begins at zero.
pub(super) const NEAR: f64 = 0.4;

/// An upright axis over these values that begins at a round number below them, and the words that say so; without
/// words where 0 lies on it.
pub(super) fn begun(axis: Axis, values: impl Iterator<Item = f64>) -> (Axis, String) {
    let ends = values.filter(|value| value.is_finite()).fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, most), value| (least.min(value), most.max(value)),
    );
    let (least, most) = ends;
    if most < 0.0 && least.is_finite() {
        return (axis, "the upright axis ends below 0".to_owned());
    }
    if least.is_infinite() || least <= 0.0 {
        return (axis, String::new());
    }
    // Zero is near: beginning above it would gain little.
    if least < NEAR * most {
        return (axis.with_zero(), String::new());
    }
    let range = if most > least { most - least } else { least };
    let decade = 10_f64.powf(range.log10().floor());
    let step = if range < 5.0 * decade {
        0.5 * decade
    } else {
        decade
    };
    let low = step * (least / step).floor();
    if low <= 0.0 {
        return (axis.with_zero(), String::new());
    }
    let at = format!("{} {}", short(low), axis.unit);
    let axis = Axis {
        least: Some(low),
        ..axis
    };
    let said = format!("the upright axis begins at {}, not at 0", at.trim_end());
    (axis, said)
}

/// Draws bars below each other, the first on top, with the line of zero; `what` they are has its unit in
/// brackets at the end.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_bars(
    path: &Path,
    [title, note]: [&str; 2],
    what: &str,
    bars: &[Bar],
) -> Result<(), OutputError> {
    save(path, &bars_chart([title, note], what, bars))
}

fn bars_chart([title, note]: [&str; 2], what: &str, bars: &[Bar]) -> Chart {
    Chart {
        title: title.to_owned(),
        note: note.to_owned(),
        panels: vec![Panel {
            x: axis(what),
            y: Axis::categories("", bars.iter().map(|bar| bar.label.clone()).collect()),
            layers: vec![Layer::Bars(Bars {
                label: String::new(),
                tone: Tone::Named("bars".to_owned()),
                bars: bars
                    .iter()
                    .map(|bar| (bar.value, bar.low, bar.high))
                    .collect(),
            })],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Draws curves with their bands.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_curves(path: &Path, picture: &Curves) -> Result<(), OutputError> {
    save(path, &curves_chart(picture))
}

/// Values of curves and of their bands.
fn values_of(curves: &[Curve]) -> impl Iterator<Item = f64> {
    curves.iter().flat_map(|curve| {
        let bands = curve.band.iter().flat_map(|band| [band.1, band.2]);
        curve.points.iter().map(|point| point.1).chain(bands)
    })
}

fn curves_chart(picture: &Curves) -> Chart {
    let layer = |curve: &Curve| {
        Layer::Curve(chart::Curve {
            label: curve.label.clone(),
            tone: Tone::Named(curve.label.clone()),
            points: curve.points.clone(),
            band: curve.band.clone(),
            ..chart::Curve::default()
        })
    };
    let [x, y] = picture.axes.clone();
    let (y, begins) = match y.scale {
        Scale::Linear => begun(y, values_of(&picture.curves)),
        _ => (y, String::new()),
    };
    Chart {
        title: picture.title.clone(),
        note: note([&picture.note[..], &begins]),
        panels: vec![Panel {
            x,
            y,
            layers: picture.curves.iter().map(layer).collect(),
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Curves that are told apart on one pair of axes with their bands.
const TOGETHER: usize = 3;
/// Panels beside each other.
const ACROSS: usize = 3;

/// Draws few curves on one pair of axes; of more, each with its band on a panel of its own, all on one scale,
/// with the curves of the others in grey behind it.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_apart(path: &Path, picture: &Curves) -> Result<(), OutputError> {
    if picture.curves.len() <= TOGETHER {
        return draw_curves(path, picture);
    }
    save(path, &apart(picture))
}

fn apart(picture: &Curves) -> Chart {
    let values = || values_of(&picture.curves);
    let finite = || values().filter(|value| value.is_finite());
    let [x, y] = &picture.axes;
    let (y, begins) = begun(y.clone(), values());
    let y = Axis {
        least: if y.with_zero {
            Some(0.0)
        } else {
            y.least.or(finite().reduce(f64::min))
        },
        most: finite().reduce(f64::max),
        ..y
    };
    let panel = |(place, own): (usize, &Curve)| {
        let curve = |curve: &Curve| chart::Curve {
            points: curve.points.clone(),
            is_solid: true,
            ..chart::Curve::default()
        };
        let others = picture.curves.iter().enumerate();
        let others = others.filter(|(other, _)| *other != place);
        let mut layers: Vec<Layer> = others
            .map(|(_, other)| {
                Layer::Curve(chart::Curve {
                    tone: Tone::Behind,
                    ..curve(other)
                })
            })
            .collect();
        layers.push(Layer::Curve(chart::Curve {
            tone: Tone::Named("own".to_owned()),
            band: own.band.clone(),
            ..curve(own)
        }));
        Panel {
            title: own.label.clone(),
            x: x.clone(),
            y: y.clone(),
            layers,
            // Panels of a row that is not full stay as wide as the others: all have one scale.
            aspect: 0.9,
            ..Panel::default()
        }
    };
    let curves = picture.curves.iter().enumerate();
    Chart {
        title: picture.title.clone(),
        note: note([&picture.note[..], "grey: the other points", &begins]),
        panels: curves.map(panel).collect(),
        columns: ACROSS,
        ..Chart::default()
    }
}

/// Draws a heat map with its numbers and a colour bar.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn draw_heat_map(path: &Path, map: &HeatMap) -> Result<(), OutputError> {
    save(path, &heat_chart(map))
}

fn heat_chart(map: &HeatMap) -> Chart {
    let [across, up] = [map.ticks[0].len().max(1), map.ticks[1].len().max(1)];
    let ends = |count: usize| [-0.5, count as f64 - 0.5];
    let ([left, right], [low, high]) = (ends(across), ends(up));
    let names = |place: usize| map.ticks[place].iter().cloned();
    let Axis { title, unit, .. } = axis(&map.response);
    Chart {
        title: map.title.clone(),
        note: map.note.clone(),
        panels: vec![Panel {
            x: Axis::categories(map.axes[0].clone(), names(0).collect()),
            y: Axis {
                ticks: names(1)
                    .enumerate()
                    .map(|(row, name)| (row as f64, name))
                    .collect(),
                ..axis(&map.axes[1])
            },
            layers: vec![Layer::Heat(Heat {
                title,
                unit,
                columns: across,
                rows: up,
                values: map
                    .values
                    .iter()
                    .map(|value| value.unwrap_or(f64::NAN))
                    .collect(),
                extent: [left, right, low, high],
                with_numbers: true,
                ..Heat::default()
            })],
            aspect: (0.6 * up as f64 / across as f64).clamp(0.3, 0.9),
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    #[test]
    fn many_curves_stand_apart_on_one_scale_each_with_its_own_band_alone() {
        let curve = |place: u32| Curve {
            label: format!("{place} amol/h"),
            points: (0..4)
                .map(|day| (f64::from(day), f64::from(10 + place * day)))
                .collect(),
            band: vec![(0.0, 9.0, 11.0), (3.0, 8.0, 30.0 + f64::from(place))],
        };
        let picture = Curves {
            title: "BV/TV over time".to_owned(),
            note: String::new(),
            axes: [Axis::days(), Axis::linear("BV/TV", "%")],
            curves: (0..7).map(curve).collect(),
        };
        let chart = apart(&picture);
        assert_eq!(chart.panels.len(), 7);
        for (place, panel) in chart.panels.iter().enumerate() {
            assert_eq!((panel.y.least, panel.y.most), (Some(0.0), Some(36.0)));
            assert_eq!(panel.title, picture.curves[place].label);
            let banded: Vec<_> = panel
                .layers
                .iter()
                .filter_map(|layer| match layer {
                    Layer::Curve(curve) if !curve.band.is_empty() => Some(&curve.points),
                    _ => None,
                })
                .collect();
            assert_eq!(banded, [&picture.curves[place].points]);
            assert_eq!(panel.layers.len(), 7);
            // One of no fixed form would be drawn out over the rest of its row.
            assert!(panel.aspect > 0.0);
        }
    }

    #[test]
    fn an_axis_that_does_not_begin_at_zero_says_where_it_does() {
        let of = |values: &[f64]| {
            let (axis, said) = begun(Axis::linear("BV/TV", "%"), values.iter().copied());
            (axis.least, axis.with_zero, said)
        };
        assert_eq!(
            of(&[14.0, f64::NAN, 12.3]),
            (
                Some(12.0),
                false,
                "the upright axis begins at 12 %, not at 0".to_owned()
            )
        );
        assert_eq!(of(&[0.3, 14.0]), (None, true, String::new()));
        assert_eq!(of(&[-3.0, 14.0]), (None, false, String::new()));
        assert_eq!(
            of(&[-3.0, -2.0]).2,
            "the upright axis ends below 0".to_owned()
        );
        assert_eq!(of(&[]), (None, false, String::new()));
        assert_eq!(of(&[97.0]).0, Some(90.0));
        assert_eq!(of(&[97.4, 86.1]).0, Some(85.0));
    }

    fn curve_of(place: u32) -> Curve {
        let days = || (0..6).map(|week| 7.0 * f64::from(week));
        let law = |day: f64| 20.0 - 0.05 * f64::from(place + 1) * day;
        Curve {
            label: format!("{place} amol/h"),
            points: days().map(|day| (day, law(day))).collect(),
            band: days()
                .map(|day| (day, law(day) - 1.0, law(day) + 0.8))
                .collect(),
        }
    }

    #[test]
    fn each_picture_of_a_study_is_drawn_as_it_was_seen_to_be_right() {
        let spread = |count: u32| Curves {
            title: "BV/TV over time".to_owned(),
            note: "points: PTHrP made by a tumour cell".to_owned(),
            axes: [Axis::days(), Axis::linear("BV/TV", "%")],
            curves: (0..count).map(curve_of).collect(),
        };
        hold("study_spread_together", &curves_chart(&spread(3)));
        hold("study_spread_apart", &apart(&spread(5)));
        let replicates = Curves {
            title: "How many runs of one point a mean takes".to_owned(),
            axes: [
                Axis::linear("replicates", ""),
                Axis::log("half of the 95 % interval", "% of the mean"),
            ],
            curves: vec![Curve {
                label: "bone left".to_owned(),
                points: (2..14)
                    .map(|count| (f64::from(count), 40.0 / f64::from(count)))
                    .collect(),
                band: Vec::new(),
            }],
            ..spread(0)
        };
        hold("study_replicates", &curves_chart(&replicates));
        let bar = |label: &str, value: f64, half: f64| Bar {
            label: label.to_owned(),
            value,
            low: value - half,
            high: value + half,
        };
        let bars = |sign: f64, half: f64| {
            [
                bar(
                    "PTHrP made by a tumour cell, greatest factor by TGF-\u{3b2}",
                    0.71 * sign,
                    half,
                ),
                bar("division of tumour cells", 0.22, half),
                bar("half-life of OPG", -0.03 * sign, f64::NAN),
            ]
        };
        for (name, what, bars) in [
            (
                "sobol",
                "share of the variance between runs (total Sobol index)",
                bars(1.0, 0.12),
            ),
            (
                "morris",
                "mean size of the change over the parameter's range, \u{b5}* (%)",
                bars(1.0, f64::NAN),
            ),
            (
                "correlation",
                "how steadily it rises (1) or falls (\u{2212}1) with the parameter",
                bars(-1.0, 0.1),
            ),
        ] {
            let said = ["What decides bone left", "64 points"];
            hold(&format!("study_{name}"), &bars_chart(said, what, &bars));
        }
        let names = |names: [&str; 3]| names.map(str::to_owned).to_vec();
        let map = HeatMap {
            title: "Bone left over two parameters".to_owned(),
            note: "one run at each point".to_owned(),
            response: "bone left (% of day 0)".to_owned(),
            axes: [
                "PTHrP made by a tumour cell (amol/h)",
                "TGF-\u{3b2} in bone matrix (fmol/mm\u{b3})",
            ]
            .map(str::to_owned),
            ticks: [names(["0", "0.01", "0.02"]), names(["1", "10", "100"])],
            values: (0..9)
                .map(|cell| (cell != 4).then(|| 50.0 + 5.0 * f64::from(cell)))
                .collect(),
        };
        hold("study_heat_map", &heat_chart(&map));
    }
}
