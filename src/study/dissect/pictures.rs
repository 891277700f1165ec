//! Pictures of a dissection: losses by link, the gain over time, the map.

use std::path::Path;

use crate::output::OutputError;
use crate::plot::chart::{Axis, Bars, Chart, Curve, Heat, Layer, Panel, Tone};
use crate::plot::words::{note, of_run, parameter, unit};
use crate::plot::write;
use crate::statistics::estimate::Estimate;
use crate::study::dissect::links::{Action, LINKS};
use crate::study::dissect::map::Map;
use crate::study::dissect::runs::Course;
use crate::study::dissect::tables::{against, over};
use crate::study::dissect::{Dissection, Role};

const PERCENT: fn(&Course) -> f64 = |course| 100.0 * course.loss;

fn bar(one: Estimate) -> (f64, f64, f64) {
    (one.value, one.low, one.high)
}

/// Draws all pictures.
pub(super) fn draw(found: &Dissection<'_>, folder: &Path) -> Result<(), OutputError> {
    write(folder, "losses", &losses(found))?;
    write(folder, "differences", &differences(found))?;
    if let Some(chart) = gain(found) {
        write(folder, "gain", &chart)?;
    }
    if let Some(map) = &found.plan.asked.map {
        write(folder, "map", &map_of(found, map))?;
    }
    Ok(())
}

/// What was taken apart, and what else a reader has to know.
fn noted(found: &Dissection<'_>, said: &str) -> String {
    let scenario = &found.plan.loaded.scenario;
    let days = scenario.run.duration.get() / 24.0;
    let of = of_run(&scenario.name, &scenario.description, None, days);
    note([&of[..], said])
}

fn seeds(found: &Dissection<'_>) -> String {
    match found.plan.asked.seeds {
        1 => "one seed".to_owned(),
        seeds => format!("mean and 95 % interval over {seeds} seeds"),
    }
}

/// Losses of the links under an action, the highest first.
fn losses_of(
    found: &Dissection<'_>,
    action: Action,
    figure: &dyn Fn(&[Course]) -> Estimate,
) -> Vec<(String, Estimate)> {
    let links = LINKS.iter().filter_map(|link| {
        let courses = found.of(Role::Link(link.name, action.name()))?;
        let words = link.words.replace("TGF-beta", "TGF-\u{3b2}");
        Some((words, figure(courses)))
    });
    let mut bars: Vec<_> = links.collect();
    bars.sort_by(|one, other| other.1.value.total_cmp(&one.1.value));
    bars
}

/// A panel for each action, on one scale: bars fall from the link that leaves the most loss to that which
/// leaves the least, below `first`.
fn waterfall(
    found: &Dissection<'_>,
    first: Option<Estimate>,
    axis: &Axis,
    figure: &dyn Fn(&[Course]) -> Estimate,
) -> Vec<Panel> {
    let actions = Action::ALL.map(|action| losses_of(found, action, figure));
    let all = actions.iter().flatten().map(|(_, one)| *one).chain(first);
    let ends = all.flat_map(|one| [0.0, one.value, one.low, one.high]);
    let ends = ends.filter(|end| end.is_finite());
    let [least, most] = ends.fold([0.0, 0.0_f64], |[least, most]: [f64; 2], end| {
        [least.min(end), most.max(end)]
    });
    let panel = |(action, links): (Action, Vec<(String, Estimate)>)| {
        let none = (f64::NAN, f64::NAN, f64::NAN);
        let (mut names, mut bars) = (Vec::new(), Vec::new());
        let mut layers = Vec::new();
        if let Some(first) = first {
            names.push("full loop".to_owned());
            bars.push(none);
            let mut full = vec![none; links.len() + 1];
            full[0] = bar(first);
            layers.push(Layer::Bars(Bars {
                label: String::new(),
                tone: Tone::Reference,
                bars: full,
            }));
        }
        for (name, one) in links {
            names.push(name);
            bars.push(bar(one));
        }
        layers.push(Layer::Bars(Bars {
            label: String::new(),
            tone: Tone::Named("links".to_owned()),
            bars,
        }));
        Panel {
            title: format!("each link {}", words(action)),
            x: Axis {
                least: Some(1.02 * least),
                most: (most > 0.0).then_some(1.02 * most),
                ..axis.clone()
            },
            y: Axis::categories("", names),
            layers,
            ..Panel::default()
        }
    };
    Action::ALL.into_iter().zip(actions).map(panel).collect()
}

/// Bone lost with each link cut, halved and doubled.
fn losses(found: &Dissection<'_>) -> Chart {
    let full = found.of(Role::Full).map(|courses| over(courses, PERCENT));
    let axis = Axis::linear("bone lost", "%").with_zero();
    Chart {
        title: "Bone lost with each link of the cycle cut, halved and doubled".to_owned(),
        note: noted(found, &seeds(found)),
        panels: waterfall(found, full, &axis, &|courses| over(courses, PERCENT)),
        columns: 1,
        ..Chart::default()
    }
}

/// The same less the full loop, seed by seed.
fn differences(found: &Dissection<'_>) -> Chart {
    let full = found.of(Role::Full).unwrap_or_default();
    let axis = Axis::linear("bone lost less that of the full loop", "points").with_zero();
    let figure = |courses: &[Course]| against(full, courses, PERCENT);
    Chart {
        title: "What each link of the cycle does to the bone lost".to_owned(),
        note: noted(
            found,
            &note([&seeds(found)[..], "differences are of the same seed"]),
        ),
        panels: waterfall(found, None, &axis, &figure),
        columns: 1,
        ..Chart::default()
    }
}

const fn words(action: Action) -> &'static str {
    match action {
        Action::Cut => "cut",
        Action::Half => "halved",
        Action::Double => "doubled",
    }
}

/// The gain, and the levels that it comes from.
fn gain(found: &Dissection<'_>) -> Option<Chart> {
    let gains = found.gain();
    if gains.is_empty() {
        return None;
    }
    let gain = Panel {
        x: Axis::days(),
        y: Axis::linear("gain of the loop", "").with_zero(),
        layers: vec![Layer::Curve(Curve {
            label: String::new(),
            tone: Tone::Ink,
            points: gains.iter().map(|one| (one.day, one.gain.value)).collect(),
            band: gains
                .iter()
                .map(|one| (one.day, one.gain.low, one.gain.high))
                .collect(),
            ..Curve::default()
        })],
        ..Panel::default()
    };
    let curve = |place: usize, label: &str, tone: Tone| {
        Layer::Curve(Curve {
            label: label.to_owned(),
            tone,
            points: gains
                .iter()
                .map(|one| (one.day, one.levels_pm[place]))
                .collect(),
            ..Curve::default()
        })
    };
    let named = |name: &str| Tone::Named(name.to_owned());
    let levels = Panel {
        x: Axis::days(),
        y: Axis::linear("TGF-\u{3b2}, mean of the week until then", "pM").with_zero(),
        layers: vec![
            curve(0, "full loop", Tone::Reference),
            curve(1, "half sensed", named("half sensed")),
            curve(2, "twice sensed", named("twice sensed")),
        ],
        ..Panel::default()
    };
    Some(Chart {
        title: "Gain of the loop".to_owned(),
        note: noted(
            found,
            &format!(
                "gain: pM of TGF-\u{3b2} that come back for one more that is sensed; {}",
                seeds(found)
            ),
        ),
        panels: vec![gain, levels],
        columns: 2,
        ..Chart::default()
    })
}

/// Loss and tumour over the two parameters.
fn map_of(found: &Dissection<'_>, map: &Map) -> Chart {
    let names = |axis: usize| -> Vec<String> {
        let axis = &map.axes[axis];
        (0..map.steps)
            .map(|place| axis.cell(&map.value(axis, place)))
            .collect()
    };
    let title = |axis: usize| parameter(&map.axes[axis].path);
    let unit = |axis: usize| unit(map.axes[axis].unit());
    let most = f64::from(map.steps) - 0.5;
    let panel = |title_of: &str, unit_of: &str, figure: fn(&Course) -> f64| Panel {
        x: Axis {
            unit: unit(0),
            ..Axis::categories(title(0), names(0))
        },
        y: Axis {
            ticks: names(1)
                .into_iter()
                .enumerate()
                .map(|(row, name)| (row as f64, name))
                .collect(),
            ..Axis::linear(title(1), unit(1))
        },
        layers: vec![Layer::Heat(Heat {
            title: title_of.to_owned(),
            unit: unit_of.to_owned(),
            columns: map.steps as usize,
            rows: map.steps as usize,
            values: (0..map.points())
                .map(|point| {
                    let courses = found.of(Role::Point(point));
                    courses.map_or(f64::NAN, |courses| over(courses, figure).value)
                })
                .collect(),
            extent: [-0.5, most, -0.5, most],
            with_numbers: true,
            ..Heat::default()
        })],
        aspect: 0.6,
        ..Panel::default()
    };
    Chart {
        title: "Where the loop turns".to_owned(),
        note: noted(
            found,
            &seeds(found).replace("mean and 95 % interval", "mean"),
        ),
        panels: vec![
            panel("bone lost", "%", PERCENT),
            panel("tumour cells", "", |course| course.tumour),
        ],
        columns: 1,
        ..Chart::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;
    use crate::scenario::build::parse;
    use crate::study::dissect::{Asked, Plan};

    /// Courses of two seeds, some of which lose more bone than others.
    fn courses(place: usize) -> Vec<Course> {
        let days: Vec<f64> = (0..5).map(|week| 7.0 * f64::from(week)).collect();
        let of = |seed: f64| Course {
            tgf_beta_pm: days
                .iter()
                .map(|day| 3.0 + 0.1 * day + 0.3 * place as f64 + seed)
                .collect(),
            days: days.clone(),
            loss: 0.05 + 0.02 * ((5 * place) % 17) as f64 + 0.01 * seed,
            tumour: 900.0 + 40.0 * place as f64,
            osteoclasts: 20.0,
        };
        vec![of(0.0), of(1.0)]
    }

    #[test]
    fn each_picture_of_a_dissection_is_drawn_as_it_was_seen_to_be_right() {
        let text = include_str!("../../../scenarios/vicious_cycle_2d.toml");
        let small = ["lattice.size=[60, 60, 1]", "inoculation.cells=20"].map(str::to_owned);
        let loaded = parse("vicious_cycle_2d.toml", text, &small).unwrap();
        let axes = [
            "signals.tgf_beta.half_life=2 min..120 min log",
            "tumour.division.rate=0.1 /d..1 /d",
        ];
        let map = Map::of(&loaded, axes, 3).unwrap();
        let asked = Asked {
            seeds: 2,
            map: Some(map.clone()),
            threads: None,
        };
        let plan = Plan::new(&loaded, asked).unwrap();
        let found = Dissection {
            courses: (0..plan.variants.len()).map(courses).collect(),
            highest: std::collections::BTreeMap::new(),
            plan,
        };
        hold("dissect_losses", &losses(&found));
        hold("dissect_differences", &differences(&found));
        hold("dissect_gain", &gain(&found).unwrap());
        hold("dissect_map", &map_of(&found, &map));
    }
}
