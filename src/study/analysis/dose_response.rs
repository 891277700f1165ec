//! The response over a single parameter: every run, and mean with least and greatest at each value.

use std::path::{Path, PathBuf};

use super::{Responses, named};
use crate::output::OutputError;
use crate::plot::chart::{Axis, Chart, Curve, Discs, Layer, Panel, Point, Points, Scale, Tone};
use crate::plot::drugs::of_arm;
use crate::plot::words::note;
use crate::statistics::estimate::mean_and_deviation;
use crate::study::factor::Factor;
use crate::study::pictures::{NEAR, begun, save};
use crate::study::plan::Study;
use crate::study::words;

/// Numbers whose greatest is so many times their least above zero stand on a logarithmic axis; with a zero among them,
/// which such an axis has no place for, at equal steps.
const FAR: f64 = 50.0;

/// The responses of an arm: of each value of the parameter, those of its runs.
struct Arm {
    name: String,
    responses: Vec<(f64, Vec<f64>)>,
}

/// An axis over numbers, and the place of each on it.
fn over(title: String, unit: String, values: &[f64]) -> (Axis, Vec<f64>) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let least = sorted.iter().copied().find(|&value| value > 0.0);
    let (first, most) = (sorted.first().copied(), sorted.last().copied());
    let is_far = least
        .zip(most)
        .is_some_and(|(least, most)| most >= FAR * least);
    match first {
        Some(first) if is_far && first > 0.0 => (Axis::log(title, unit), values.to_vec()),
        Some(_) if is_far => {
            let ticks = sorted.iter().enumerate();
            let ticks = ticks.map(|(place, value)| (place as f64, words::cell(&value.to_string())));
            let axis = Axis {
                ticks: ticks.collect(),
                ..Axis::linear(title, unit)
            };
            let place = |value: &f64| sorted.partition_point(|other| other < value) as f64;
            (axis, values.iter().map(place).collect())
        }
        _ => (Axis::linear(title, unit), values.to_vec()),
    }
}

/// The layers of an arm in its tone: a line through the means, all runs, and intervals over the runs of a value.
fn layers(arm: &Arm, tone: &Tone, replicates: u32) -> Vec<Layer> {
    let known = arm.responses.iter().filter(|(_, runs)| !runs.is_empty());
    let mut means: Vec<Point> = known
        .map(|(x, runs)| {
            let end = |of: fn(f64, f64) -> f64| runs.iter().copied().reduce(of).unwrap_or(f64::NAN);
            let (low, high) = if runs.len() > 1 {
                (end(f64::min), end(f64::max))
            } else {
                (f64::NAN, f64::NAN)
            };
            Point {
                x: *x,
                y: mean_and_deviation(runs).0,
                low,
                high,
            }
        })
        .collect();
    means.sort_by(|one, other| one.x.total_cmp(&other.x));
    let mut layers = vec![Layer::Curve(Curve {
        label: arm.name.clone(),
        tone: tone.clone(),
        points: means.iter().map(|point| (point.x, point.y)).collect(),
        is_solid: arm.name.is_empty(),
        ..Curve::default()
    })];
    layers.push(Layer::Points(Points {
        tone: tone.clone(),
        points: means,
        ..Points::default()
    }));
    if replicates > 1 {
        let all = arm.responses.iter();
        let all = all.flat_map(|(x, runs)| runs.iter().map(|&run| (*x, run, 0.2)));
        layers.push(Layer::Discs(Discs {
            tone: tone.clone(),
            discs: all.collect(),
            ..Discs::default()
        }));
    }
    layers
}

fn chart(title: String, said: &[&str], [x, y]: [Axis; 2], arms: &[Arm], replicates: u32) -> Chart {
    let tone = |place: usize, arm: &Arm| match &arm.name[..] {
        "" => Tone::Named("runs".to_owned()),
        name => of_arm(place, name),
    };
    let of_arms = arms.iter().enumerate();
    Chart {
        title,
        note: note(said.iter().copied()),
        panels: vec![Panel {
            x,
            y,
            layers: of_arms
                .flat_map(|(place, arm)| layers(arm, &tone(place, arm), replicates))
                .collect(),
            ..Panel::default()
        }],
        order: arms.iter().skip(1).map(|arm| arm.name.clone()).collect(),
        ..Chart::default()
    }
}

/// Which end of the values is that of the scenario, in words; empty where it is none of them.
fn value_of_scenario(values: &[f64], own: f64, unit: &str) -> String {
    let is_own = |value: f64| (value - own).abs() <= 1e-9 * own.abs();
    if !values.iter().copied().any(is_own) {
        return String::new();
    }
    let end = [f64::min, f64::max].map(|of| values.iter().copied().reduce(of));
    let place = match end {
        [Some(least), _] if is_own(least) => "lowest value, ",
        [_, Some(most)] if is_own(most) => "highest value, ",
        _ => "",
    };
    let at = format!("{} {unit}", words::cell(&own.to_string()));
    format!(
        "{place}{}: that of the scenario itself, unchanged",
        at.trim_end()
    )
}

impl Study {
    /// True where a single parameter is varied, so that responses are drawn over it.
    pub(super) fn has_one_parameter(&self) -> bool {
        self.points.dimensions() == 1
    }

    /// Which of the values the scenario itself has, in words; empty where it has none of them.
    fn unchanged(&self, factor: &Factor, values: &[f64]) -> String {
        let base: toml::Table = self.header.base.parse().unwrap_or_default();
        let mut found = Some(toml::Value::Table(base));
        for key in factor.path.split('.') {
            found = found.and_then(|table| table.get(key).cloned());
        }
        let own = found.and_then(|value| factor.cell(&value).parse::<f64>().ok());
        let unit = crate::plot::words::unit(factor.unit());
        own.map_or_else(String::new, |own| value_of_scenario(values, own, &unit))
    }

    /// Each response over the only parameter, where its values are numbers.
    pub(super) fn draw_dose_responses(
        &self,
        all: &Responses,
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let [factor] = &self.header.factors[..] else {
            return Ok(());
        };
        let values = (0..self.points.count()).map(|point| {
            let value = self.values(point).pop()?;
            factor.cell(&value).parse::<f64>().ok()
        });
        let Some(values) = values.collect::<Option<Vec<f64>>>() else {
            return Ok(());
        };
        let title = crate::plot::words::parameter(&factor.path);
        let unit = crate::plot::words::unit(factor.unit());
        let (x, places) = over(title, unit, &values);
        let unchanged = self.unchanged(factor, &values);
        let replicates = self.header.replicates;
        for (response, name) in all.names.iter().enumerate() {
            let definition = &self.header.responses[name];
            let shown = words::response(definition);
            let arms: Vec<Arm> = (0..self.arms())
                .map(|arm| Arm {
                    name: words::arm(self.arm_name(arm)),
                    responses: (0..)
                        .zip(&places)
                        .map(|(point, &place)| {
                            let runs = self.replicates_of(all, response, point, arm);
                            (place, runs.iter().map(|run| shown.factor * run).collect())
                        })
                        .collect(),
                })
                .collect();
            let runs = || {
                arms.iter()
                    .flat_map(|arm| &arm.responses)
                    .flat_map(|at| &at.1)
            };
            let [least, most] = [f64::min, f64::max].map(|of| runs().copied().reduce(of));
            // Where all lies far above zero, an axis from there would hide how it changes.
            let is_near_zero = least
                .zip(most)
                .is_some_and(|(least, most)| least < NEAR * most);
            let y = Axis::linear(shown.title.clone(), shown.unit.clone());
            let (y, begins) = if definition.is_never_negative() && is_near_zero {
                (y.with_zero(), String::new())
            } else {
                begun(y, runs().copied())
            };
            let seeds = match replicates {
                1 => "points: one run at each value".to_owned(),
                count => format!(
                    "small discs: all runs; points: means over {count} seeds, bars from the least to the greatest"
                ),
            };
            let of = self.of_scenario();
            let mut said = vec![
                &of[..],
                &seeds[..],
                "nothing is known between the values that a line joins",
            ];
            said.push(&begins);
            said.push(&unchanged);
            if x.scale == Scale::Linear && !x.ticks.is_empty() {
                said.push("the axis across has equal steps from value to value");
            }
            let chart = chart(
                words::heading(name, "", &shown),
                &said,
                [x.clone(), y],
                &arms,
                replicates,
            );
            let path = plots.join(format!("dose_response_{}.svg", named(name, "")));
            save(&path, &chart)?;
            written.push(path);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    #[test]
    fn numbers_far_from_each_other_stand_on_factors_or_with_a_zero_at_equal_steps() {
        let of = |values: &[f64]| over("dose".to_owned(), "mg".to_owned(), values);
        assert_eq!(of(&[1.0, 0.5, 0.0]).1, [1.0, 0.5, 0.0]);
        assert_eq!(of(&[1.0, 100.0]).0.scale, Scale::Log);
        let (axis, places) = of(&[100.0, 0.0, 1.0]);
        assert_eq!((axis.scale, places), (Scale::Linear, vec![2.0, 0.0, 1.0]));
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(labels, ["0", "1", "100"]);
    }

    #[test]
    fn the_end_that_the_scenario_itself_has_is_said() {
        let of = |own| value_of_scenario(&[0.036, 0.018, 0.0], own, "amol/h");
        let unchanged = ": that of the scenario itself, unchanged";
        assert_eq!(of(0.036), format!("highest value, 0.036 amol/h{unchanged}"));
        assert_eq!(of(0.018), format!("0.018 amol/h{unchanged}"));
        assert_eq!(of(0.0), format!("lowest value, 0 amol/h{unchanged}"));
        assert_eq!(of(0.02), "");
    }

    #[test]
    fn a_response_over_its_only_parameter_is_drawn_as_it_was_seen_to_be_right() {
        let values = [0.0, 0.25, 0.5, 1.0];
        let arm = |name: &str, slope: f64| Arm {
            name: name.to_owned(),
            responses: values
                .map(|x| {
                    (
                        x,
                        [-4.0, 0.0, 5.0]
                            .map(|seed| 100.0 - slope * x + seed)
                            .to_vec(),
                    )
                })
                .to_vec(),
        };
        let draw = |name: &str, arms: &[Arm]| {
            let axes = [
                over(
                    "PTHrP made by a tumour cell".to_owned(),
                    "amol/h".to_owned(),
                    &values,
                )
                .0,
                Axis::linear("BV/TV on day 7", "% of day 0").with_zero(),
            ];
            let chart = chart("Bone left".to_owned(), &["three seeds"], axes, arms, 3);
            let Layer::Points(points) = &chart.panels[0].layers[1] else {
                panic!("{chart:?}");
            };
            let first = points.points[0];
            assert_eq!((first.low, first.high), (96.0, 105.0));
            hold(name, &chart);
        };
        draw("study_dose_response", &[arm("", 40.0)]);
        draw(
            "study_dose_response_of_arms",
            &[arm("control", 40.0), arm("zoledronate", 10.0)],
        );
    }
}
