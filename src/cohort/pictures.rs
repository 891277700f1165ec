//! Pictures of a trial, as a clinical paper has them.

use std::path::{Path, PathBuf};

use crate::cohort::body::{RECORD_D, SEEN};
use crate::cohort::summary::{ArmSummary, Curves, Figure, Summary};
use crate::cohort::trial::Trial;
use crate::engine::parts::patient::columns::NORMAL_CALCIUM_MM;
use crate::output::OutputError;
use crate::patient::skeletal_events::Kind;
use crate::plot::chart::{AtRisk, Axis, Chart, Curve, Layer, Level, Panel, Range, Tone};
use crate::plot::drugs::of_arm;
use crate::plot::words::{self, heading, sentence};
use crate::plot::write as draw;
use crate::statistics::student::Z_975;
use crate::statistics::survival::{First, Incidence, KaplanMeier, aalen_johansen};

/// Points of a curve at most: steps that are nearer each other are left out of a picture.
const MOST_POINTS: usize = 400;

/// Draws all pictures of a trial, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write(
    folder: &Path,
    trial: &Trial,
    found: &Summary,
    curves: &Curves,
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, chart) in charts(trial, found, curves) {
        written.extend(draw(folder, name, &chart)?);
    }
    Ok(written)
}

/// What every picture of a trial says of its patients.
pub(super) const SIMULATED: &str =
    "simulated patients, the same in every arm; intervals and p values as of independent arms";

/// The pictures of [`write`] with their names.
fn charts(trial: &Trial, found: &Summary, curves: &Curves) -> [(&'static str, Chart); 4] {
    let name = words::whole(&heading(&trial.name, &trial.description));
    let what = if found.counts_hypercalcaemia {
        "first skeletal-related event or hypercalcaemia"
    } else {
        "first skeletal-related event"
    };
    let order = || {
        let arms = found.arms.iter().skip(1);
        arms.map(|arm| trial.label(&arm.arm).to_owned()).collect()
    };
    let chart = |title: String, note: &str, panels: Vec<Panel>| Chart {
        title,
        note: words::note([&name[..], SIMULATED, note]),
        panels,
        order: order(),
        ..Chart::default()
    };
    [
        (
            "event_free",
            chart(
                sentence(&format!("patients without a {what}")),
                "Kaplan-Meier, bands 95 %; deaths without an event are censored: read as risks, these curves \
                 overstate what the cumulative incidence says, in which death competes",
                vec![event_free(trial, found, curves)],
            ),
        ),
        (
            "survival",
            chart(
                "Survival".to_owned(),
                "Kaplan-Meier, bands 95 %",
                vec![survival(trial, found, curves)],
            ),
        ),
        (
            "incidence",
            chart(
                "Patients with each kind of first event".to_owned(),
                "share of all patients (Aalen and Johansen), from the days of the events, bands 95 %; death and other first events compete with \
                 each kind: a patient who died is not censored here, as in the curves without an event, but can \
                 have none any more; numbers at risk: patients alive without an event, in all panels",
                incidence(trial, found, curves),
            ),
        ),
        (
            "course",
            chart(
                "Bone markers, calcium and bone of the patients".to_owned(),
                "means of patients still followed, bands 95 %; numbers at risk: patients still followed, in all panels",
                course(trial, found, curves),
            ),
        ),
    ]
}

/// Ticks of a time axis: at most ten, in steps of 30 d, 90 d or years.
fn ticks(follow_up_d: f64) -> Vec<f64> {
    let step = [7.0, 30.0, 90.0, 180.0, 365.0, 1825.0]
        .into_iter()
        .find(|step| follow_up_d / step <= 10.0)
        .unwrap_or(3650.0);
    (0..=(follow_up_d / step).floor() as u32)
        .map(|number| f64::from(number) * step)
        .collect()
}

/// Ticks of a panel beside another are so many at most.
const FEW_TICKS: f64 = 6.0;

/// Ticks of [`axis_of_days`].
fn few_ticks(follow_up_d: f64) -> Vec<f64> {
    let all = ticks(follow_up_d);
    let step = (all.len() as f64 / FEW_TICKS).ceil().max(1.0) as usize;
    all.into_iter().step_by(step).collect()
}

/// An axis of days for one of two panels beside each other, with room for numbers of patients below its ticks.
pub(super) fn axis_of_days(follow_up_d: f64) -> Axis {
    let ticks = few_ticks(follow_up_d).into_iter();
    Axis {
        most: Some(follow_up_d),
        ticks: ticks.map(|tick| (tick, tick.to_string())).collect(),
        ..Axis::days().with_zero()
    }
}

/// Numbers of patients below the ticks of [`axis_of_days`], arm by arm; `number` gives that of an arm at a time.
fn numbers(trial: &Trial, found: &Summary, number: impl Fn(usize, f64) -> u64) -> Vec<AtRisk> {
    let arms = found.arms.iter().enumerate();
    arms.map(|(place, arm)| {
        let name = trial.label(&arm.arm).to_owned();
        let ticks = few_ticks(found.follow_up_d).into_iter();
        AtRisk {
            tone: of_arm(place, &name),
            numbers: ticks.map(|tick| (tick, number(place, tick))).collect(),
            name,
        }
    })
    .collect()
}

/// Patients still followed on the day of each tick, as below the curves of survival: records are weekly, and fall on other days.
pub(super) fn followed(trial: &Trial, found: &Summary, curves: &Curves) -> Vec<AtRisk> {
    numbers(trial, found, |arm, tick| {
        curves.arms[arm].survival.at_risk(tick) as u64
    })
}

/// The same numbers hold for all panels: they stand below the first one of the last row of two.
fn below_last_row(panels: &mut [Panel], at_risk: Vec<AtRisk>) {
    let last = panels.len().saturating_sub(1);
    if let Some(panel) = panels.get_mut(last - last % 2) {
        panel.at_risk = at_risk;
    }
}

/// A curve thinned to what a picture can show, from 1 at time 0, in per cent.
fn points(curve: &KaplanMeier, until_d: f64) -> Vec<(f64, f64, f64, f64)> {
    let mut all = vec![(0.0, 100.0, 100.0, 100.0)];
    let gap = until_d / MOST_POINTS as f64;
    let mut last = f64::NEG_INFINITY;
    for (place, step) in curve.steps.iter().enumerate() {
        if step.time - last >= gap || place + 1 == curve.steps.len() {
            last = step.time;
            all.push((
                step.time,
                100.0 * step.survival,
                100.0 * step.low,
                100.0 * step.high,
            ));
        }
    }
    if let Some(&(_, value, low, high)) = all.last() {
        all.push((until_d, value, low, high));
    }
    all
}

fn told(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => {
            let p = match figure.p {
                Some(p) if p < 0.001 => ", p < 0.001".to_owned(),
                Some(p) => format!(", p = {p:.3}"),
                None => String::new(),
            };
            format!("{value:.2} (95 % CI {low:.2} to {high:.2}{p})")
        }
        _ => "none".to_owned(),
    }
}

/// A curve by steps: time, value, low, high.
fn stepped(label: String, tone: Tone, points: &[(f64, f64, f64, f64)]) -> Layer {
    Layer::Curve(Curve {
        label,
        tone,
        points: points.iter().map(|&(x, y, ..)| (x, y)).collect(),
        band: points
            .iter()
            .map(|&(x, _, low, high)| (x, low, high))
            .collect(),
        is_stepped: true,
        ..Curve::default()
    })
}

fn panel(
    trial: &Trial,
    found: &Summary,
    y_title: &str,
    curves: &[&KaplanMeier],
    medians: impl Fn(usize) -> Figure,
    ratios: impl Fn(usize) -> Figure,
) -> Panel {
    let ticks = ticks(found.follow_up_d);
    let mut panel = Panel {
        x: Axis {
            most: Some(found.follow_up_d),
            ticks: ticks.iter().map(|tick| (*tick, tick.to_string())).collect(),
            ..Axis::days().with_zero()
        },
        y: Axis {
            most: Some(100.0),
            ..Axis::linear(y_title, "%").with_zero()
        },
        ..Panel::default()
    };
    for (place, (arm, curve)) in found.arms.iter().zip(curves).enumerate() {
        let name = trial.label(&arm.arm).to_owned();
        let median = medians(place).value.map_or_else(
            || "median not reached".to_owned(),
            |median| format!("median {median:.0} d"),
        );
        let label = if place == 0 {
            format!("{name}: {median}")
        } else {
            format!("{name}: {median}, HR {}", told(&ratios(place - 1)))
        };
        let points = points(curve, found.follow_up_d);
        panel
            .layers
            .push(stepped(label, of_arm(place, &name), &points));
        let number = |&tick: &f64| (tick, curve.at_risk(tick) as u64);
        panel.at_risk.push(AtRisk {
            tone: of_arm(place, &name),
            numbers: ticks.iter().map(number).collect(),
            name,
        });
    }
    panel
}

fn event_free(trial: &Trial, found: &Summary, curves: &Curves) -> Panel {
    let lines: Vec<&KaplanMeier> = curves.arms.iter().map(|arm| &arm.first).collect();
    panel(
        trial,
        found,
        "patients without an event",
        &lines,
        |arm| found.arms[arm].median_d,
        |arm| found.comparisons[arm].hazard_ratio,
    )
}

fn survival(trial: &Trial, found: &Summary, curves: &Curves) -> Panel {
    let lines: Vec<&KaplanMeier> = curves.arms.iter().map(|arm| &arm.survival).collect();
    panel(
        trial,
        found,
        "patients alive",
        &lines,
        |arm| found.arms[arm].survival_d,
        |arm| found.comparisons[arm].death_ratio,
    )
}

/// Incidence of each kind at the times of events and at both ends of the follow-up, thinned to what a picture can show.
fn risen(firsts: &[First], until_d: f64) -> Vec<(f64, Vec<Incidence>)> {
    let events = firsts.iter().filter(|first| first.kind.is_some());
    let mut days: Vec<f64> = events.map(|first| first.time).collect();
    days.sort_by(f64::total_cmp);
    days.dedup();
    let step = days.len().div_ceil(MOST_POINTS).max(1);
    let days: Vec<f64> = std::iter::once(0.0)
        .chain(
            days.into_iter()
                .rev()
                .step_by(step)
                .collect::<Vec<f64>>()
                .into_iter()
                .rev(),
        )
        .chain([until_d])
        .collect();
    let at = aalen_johansen(firsts, Kind::ALL.len() + 1, &days);
    days.into_iter().zip(at).collect()
}

fn incidence(trial: &Trial, found: &Summary, curves: &Curves) -> Vec<Panel> {
    let risen: Vec<Vec<(f64, Vec<Incidence>)>> = curves
        .arms
        .iter()
        .map(|arm| risen(&arm.firsts, found.follow_up_d))
        .collect();
    let kinds = Kind::ALL
        .iter()
        .map(|kind| format!("first event: {}", kind.name().replace('_', " ")));
    let mut panels: Vec<Panel> = kinds
        .chain(["death without an event".to_owned()])
        .enumerate()
        .map(|(place, title)| {
            let arms = found.arms.iter().zip(&risen).enumerate();
            let curve = |(arm_place, (arm, risen)): (usize, (&ArmSummary, &Vec<_>))| {
                let points: Vec<(f64, f64, f64, f64)> = risen
                    .iter()
                    .map(|(day, kinds): &(f64, Vec<Incidence>)| {
                        let (share, half) = (kinds[place].share, Z_975 * kinds[place].error);
                        (
                            *day,
                            100.0 * share,
                            100.0 * (share - half).max(0.0),
                            100.0 * (share + half),
                        )
                    })
                    .collect();
                let name = trial.label(&arm.arm).to_owned();
                stepped(name.clone(), of_arm(arm_place, &name), &points)
            };
            Panel {
                title,
                x: axis_of_days(found.follow_up_d),
                y: Axis::linear("cumulative incidence", "%").with_zero(),
                layers: arms.map(curve).collect(),
                ..Panel::default()
            }
        })
        .collect();
    panels.retain(Panel::has_data);
    let at_risk = |arm: usize, tick: f64| curves.arms[arm].first.at_risk(tick) as u64;
    below_last_row(&mut panels, numbers(trial, found, at_risk));
    panels
}

/// Markers, calcium and bone over time.
fn course(trial: &Trial, found: &Summary, curves: &Curves) -> Vec<Panel> {
    let panel = |y: Axis, name: &str, level: Option<f64>| {
        let factor = if name == "bone" { 100.0 } else { 1.0 };
        let health = level.map(|value| {
            Layer::Level(Level {
                label: "health".to_owned(),
                value,
            })
        });
        let arms = found.arms.iter().zip(&curves.arms).enumerate();
        let lines = arms.filter_map(|(place, (arm, lines))| {
            let column = SEEN.iter().position(|seen| *seen == name)?;
            let seen = lines.seen.iter().enumerate().filter(|(_, one)| one.0 > 1);
            let rows: Vec<(f64, f64, f64)> = seen
                .map(|(week, (_, means))| {
                    let (mean, half) = means[column];
                    (
                        f64::from(week as u32 * RECORD_D),
                        factor * mean,
                        factor * half,
                    )
                })
                .collect();
            let label = trial.label(&arm.arm).to_owned();
            Some(Layer::Curve(Curve {
                tone: of_arm(place, &label),
                label,
                points: rows.iter().map(|&(day, mean, _)| (day, mean)).collect(),
                band: rows
                    .iter()
                    .map(|&(day, mean, half)| (day, mean - half, mean + half))
                    .collect(),
                ..Curve::default()
            }))
        });
        let [low, high] = NORMAL_CALCIUM_MM;
        let normal = (name == "calcium_mm").then(|| {
            Layer::Range(Range {
                label: format!("hatched: normal range of calcium, {low} to {high} mM"),
                low,
                high,
            })
        });
        Panel {
            x: axis_of_days(found.follow_up_d),
            y,
            layers: normal.into_iter().chain(health).chain(lines).collect(),
            ..Panel::default()
        }
    };
    let mut panels = vec![
        panel(
            Axis::linear("CTX over its level in health", "").with_zero(),
            "ctx",
            Some(1.0),
        ),
        panel(
            Axis::linear("NTX over its level in health", "").with_zero(),
            "ntx",
            Some(1.0),
        ),
        panel(Axis::linear("total calcium", "mM"), "calcium_mm", None),
        panel(
            Axis::linear("bone in lesions", "% of intact").with_zero(),
            "bone",
            None,
        ),
    ];
    below_last_row(&mut panels, followed(trial, found, curves));
    panels
}

/// A trial of two arms whose figures are made up, small enough for a picture that is looked at.
#[cfg(test)]
pub(super) mod made_up {
    use super::*;
    use crate::cohort::summary::{ArmCurves, Comparison};
    use crate::statistics::survival::Followed;

    fn figure(value: f64) -> Figure {
        Figure {
            value: Some(value),
            low: Some(0.8 * value),
            high: Some(1.2 * value),
            p: Some(0.012),
        }
    }

    pub(in super::super) fn trial() -> Trial {
        let text = include_str!("../../trials/small/zoledronate_sre.toml");
        Trial::parse("zoledronate_sre.toml", text, None, None).unwrap()
    }

    pub(in super::super) fn found() -> Summary {
        let arm = |name: &str, median_d: f64| ArmSummary {
            arm: name.to_owned(),
            patients: 8,
            with_event: figure(0.4),
            with_event_without_hypercalcaemia: figure(0.35),
            median_d: figure(median_d),
            events_per_yr: figure(2.0),
            first: std::collections::BTreeMap::new(),
            counted: std::collections::BTreeMap::new(),
            all: std::collections::BTreeMap::new(),
            deaths: 3,
            left: 1,
            survival_d: Figure::NONE,
            progression_free_d: Figure::NONE,
            outcomes: [("pain_response", 0.5), ("pain_complete_response", 0.25)]
                .map(|(name, share)| (name.to_owned(), figure(share)))
                .into(),
        };
        Summary {
            version: String::new(),
            trial: "made up".to_owned(),
            seed: 1,
            patients: 8,
            follow_up_d: 180.0,
            counts_hypercalcaemia: true,
            arms: vec![arm("placebo", 90.0), arm("zoledronate", 130.0)],
            comparisons: vec![Comparison {
                arm: "zoledronate".to_owned(),
                control: "placebo".to_owned(),
                hazard_ratio: figure(0.73),
                log_rank: figure(4.0),
                multiple_event_ratio: figure(0.7),
                death_ratio: figure(0.95),
                progression_ratio: figure(1.0),
                outcomes: std::collections::BTreeMap::new(),
            }],
        }
    }

    pub(in super::super) fn curves() -> Curves {
        let days: Vec<f64> = (0..=6).map(|month| 30.0 * f64::from(month)).collect();
        let arm = |slower: f64| {
            let followed = |step: f64| -> Vec<Followed> {
                (1..=8)
                    .map(|patient| Followed {
                        time: (step * slower * f64::from(patient)).min(180.0),
                        event: patient % 3 != 0,
                    })
                    .collect()
            };
            let firsts: Vec<First> = (followed(24.0).iter().zip(0..))
                .map(|(one, place)| First {
                    time: one.time,
                    kind: one.event.then_some(place % (Kind::ALL.len() + 1)),
                })
                .collect();
            let means = |week: f64| {
                std::array::from_fn(|place| match SEEN[place] {
                    "calcium_mm" => (2.4 + 0.002 * week * slower, 0.01),
                    "felt_pain" => (4.0 - 0.05 * week * slower, 0.3),
                    "bone" => (0.6 - 0.01 * week / slower, 0.02),
                    _ => (1.5 / slower + 0.02 * week, 0.05),
                })
            };
            ArmCurves {
                first: KaplanMeier::of(&followed(24.0)),
                survival: KaplanMeier::of(&followed(40.0)),
                incidence: aalen_johansen(&firsts, Kind::ALL.len() + 1, &days),
                firsts,
                seen: (0..6_u32).map(|week| (8, means(f64::from(week)))).collect(),
            }
        };
        Curves {
            days: days.clone(),
            arms: vec![arm(1.0), arm(1.4)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    #[test]
    fn each_picture_of_a_trial_is_drawn_as_it_was_seen_to_be_right() {
        let (trial, found, curves) = (made_up::trial(), made_up::found(), made_up::curves());
        for (name, chart) in charts(&trial, &found, &curves) {
            hold(&format!("trial_{name}"), &chart);
        }
    }

    #[test]
    fn tables_of_patients_agree_on_the_day_of_each_tick_and_incidence_rises_on_the_days_of_events()
    {
        let (trial, found, curves) = (made_up::trial(), made_up::found(), made_up::curves());
        let charts = charts(&trial, &found, &curves);
        let of = |name: &str| &charts.iter().find(|chart| chart.0 == name).unwrap().1;
        let at_risk = |name: &str| {
            let panels = of(name).panels.iter();
            let panel = panels.rev().find(|panel| !panel.at_risk.is_empty());
            panel.unwrap().at_risk.clone()
        };
        let survival = at_risk("survival");
        for (row, arm) in at_risk("course").iter().zip(&survival) {
            for number in &row.numbers {
                assert!(
                    arm.numbers.contains(number),
                    "{number:?} of {:?}",
                    arm.numbers
                );
            }
        }
        let first = &curves.arms[0].firsts;
        let Layer::Curve(drawn) = &of("incidence").panels[0].layers[0] else {
            panic!("{charts:?}");
        };
        let days: Vec<f64> = drawn.points.iter().map(|point| point.0).collect();
        for event in first.iter().filter(|first| first.kind.is_some()) {
            assert!(days.contains(&event.time), "{} in {days:?}", event.time);
        }
        assert_eq!(days.last(), Some(&found.follow_up_d));
    }
}
