//! Pictures of response, pain and subgroups, as a clinical paper has them.

use std::path::{Path, PathBuf};

use crate::cohort::body::{RECORD_D, SEEN};
use crate::cohort::figure::Figure;
use crate::cohort::outcomes::{Outcome, SHARES};
use crate::cohort::pain::Relief;
use crate::cohort::pictures::{SIMULATED, axis_of_days, followed};
use crate::cohort::subgroups::GroupRatios;
use crate::cohort::summary::{Curves, Summary};
use crate::cohort::trial::Trial;
use crate::output::OutputError;
use crate::plot::chart::{Axis, Bars, Chart, Curve, Layer, Level, Panel};
use crate::plot::drugs::of_arm;
use crate::plot::ratios::{Forest, Ratio};
use crate::plot::words::{self, heading};
use crate::plot::write as draw;

/// Points of a waterfall at most.
const MOST_POINTS: usize = 400;

/// Draws them, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(super) fn write(
    folder: &Path,
    trial: &Trial,
    told: (&Summary, &Curves),
    outcomes: &[Vec<Outcome>],
    subgroups: &[GroupRatios],
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (file, chart) in charts(trial, told, outcomes, subgroups) {
        written.extend(draw(folder, file, &chart)?);
    }
    Ok(written)
}

/// The pictures of [`write`] with their names.
fn charts(
    trial: &Trial,
    (found, curves): (&Summary, &Curves),
    outcomes: &[Vec<Outcome>],
    subgroups: &[GroupRatios],
) -> Vec<(&'static str, Chart)> {
    let name = words::whole(&heading(&trial.name, &trial.description));
    let arms = found.arms.iter().skip(1);
    let order: Vec<String> = arms.map(|arm| trial.label(&arm.arm).to_owned()).collect();
    let chart = |title: &str, note: &str, panels: Vec<Panel>, columns: usize| Chart {
        title: title.to_owned(),
        note: words::note([&name[..], SIMULATED, note]),
        panels,
        columns,
        order: order.clone(),
        ..Chart::default()
    };
    let mut charts = vec![
        (
            "response",
            chart(
                "Best change of the sum of diameters",
                &response_note(trial),
                vec![
                    waterfall(trial, found, outcomes, "in bone", |one| one.bone.change),
                    waterfall(trial, found, outcomes, "outside of bone", |one| {
                        one.outside.change
                    }),
                ],
                2,
            ),
        ),
        (
            "pain",
            chart(
                "Pain of the lesion that hurts, and who was relieved",
                "means of patients still followed, bands 95 %; a response is 2 points less, or no pain, at two visits in a row \
                 within 24 weeks, of patients with 2 points and more on day 0; complete: no pain (below half a point) at two visits in a row; pain that \
                 rises again later does not undo a response; intervals of Wilson; numbers at risk: patients still followed",
                vec![pain(trial, found, curves), relieved(trial, found, outcomes)],
                2,
            ),
        ),
    ];
    let panels: Vec<Panel> = found.arms[1..]
        .iter()
        .map(|arm| forest(trial, found, &arm.arm, subgroups))
        .collect();
    if !panels.is_empty() && !subgroups.is_empty() {
        let forest = chart(
            "Death in subgroups",
            "hazard of death over that of the control, 95 % intervals; deaths of the same patients in the arm, then in \
             the control; squares grow with the number of patients, the diamond is all of them; one factor at a time, \
             without correction for many looks",
            panels,
            1,
        );
        charts.push(("subgroups", forest));
    }
    charts
}

/// What the picture of response shows, with its units.
fn response_note(trial: &Trial) -> String {
    format!(
        "smallest sum of diameters up to progression, less that of day 0, in % of it, by scans every {} d with an error of {} %; patients of \
         each arm from the greatest rise to the greatest fall; a partial response is a fall by 30 % that the next scan confirms, progression \
         a rise by 20 % over the smallest sum, so that what shrank first and grew again lies below its line",
        trial.scans.interval.get() / 24.0,
        100.0 * trial.scans.error
    )
}

fn waterfall(
    trial: &Trial,
    found: &Summary,
    outcomes: &[Vec<Outcome>],
    title: &str,
    change: fn(&Outcome) -> Option<f64>,
) -> Panel {
    let mut layers: Vec<Layer> = [
        ("partial response", -30.0),
        ("progression of what never shrank", 20.0),
    ]
    .into_iter()
    .map(|(label, value)| {
        Layer::Level(Level {
            label: label.to_owned(),
            value,
        })
    })
    .collect();
    for (place, (arm, outcomes)) in found.arms.iter().zip(outcomes).enumerate() {
        let mut changes: Vec<f64> = outcomes.iter().filter_map(change).collect();
        changes.sort_by(|one, other| other.total_cmp(one));
        let count = changes.len();
        let step = count.div_ceil(MOST_POINTS).max(1);
        let share = |place: usize| 100.0 * place as f64 / count as f64;
        let label = trial.label(&arm.arm).to_owned();
        layers.push(Layer::Curve(Curve {
            tone: of_arm(place, &label),
            label,
            points: (changes.iter().enumerate().step_by(step))
                .map(|(place, change)| (share(place), 100.0 * change))
                .chain(changes.last().map(|change| (100.0, 100.0 * change)))
                .collect(),
            is_stepped: true,
            ..Curve::default()
        }));
    }
    Panel {
        title: title.to_owned(),
        x: Axis {
            most: Some(100.0),
            ..Axis::linear("patients with a scan", "%").with_zero()
        },
        y: Axis::linear("best change of the sum of diameters", "% of day 0"),
        layers,
        ..Panel::default()
    }
}

fn pain(trial: &Trial, found: &Summary, curves: &Curves) -> Panel {
    let column = SEEN.iter().position(|seen| *seen == "felt_pain");
    let arms = found.arms.iter().zip(&curves.arms).enumerate();
    let lines = arms.filter_map(|(place, (arm, lines))| {
        let column = column?;
        let seen = lines.seen.iter().enumerate().filter(|(_, one)| one.0 > 1);
        let rows: Vec<(f64, f64, f64)> = seen
            .map(|(week, (_, means))| {
                let (mean, half) = means[column];
                (f64::from(week as u32 * RECORD_D), mean, half)
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
    Panel {
        x: axis_of_days(found.follow_up_d),
        y: Axis::linear("pain that is felt, 0 to 10", "").with_zero(),
        layers: lines.collect(),
        at_risk: followed(trial, found, curves),
        ..Panel::default()
    }
}

/// Shares with a response of pain, complete and in all, by arm.
fn relieved(trial: &Trial, found: &Summary, outcomes: &[Vec<Outcome>]) -> Panel {
    let painful = |place: usize| {
        let patients = outcomes.get(place).into_iter().flatten();
        patients
            .filter(|one| one.pain != Relief::NotPainful)
            .count()
    };
    // Patients are the same in every arm, and so is their pain on day 0.
    let first = painful(0);
    let are_same = (0..found.arms.len()).all(|place| painful(place) == first);
    let names = SHARES.iter().map(|share| share.name);
    let shown: Vec<&str> = names.filter(|name| name.starts_with("pain")).collect();
    let mut categories = Vec::new();
    let mut layers = Vec::new();
    let rows = found.arms.len() * shown.len();
    for (place, arm) in found.arms.iter().enumerate() {
        let label = trial.label(&arm.arm).to_owned();
        let mut bars = vec![(f64::NAN, f64::NAN, f64::NAN); rows];
        for (number, name) in shown.iter().enumerate() {
            categories.push(if are_same {
                format!("{label}: {}", words_of(name))
            } else {
                format!("{label}, {} patients: {}", painful(place), words_of(name))
            });
            let share = arm.outcomes.get(*name);
            if let Some((value, low, high)) =
                share.and_then(|one| Some((one.value?, one.low?, one.high?)))
            {
                bars[place * shown.len() + number] = (100.0 * value, 100.0 * low, 100.0 * high);
            }
        }
        layers.push(Layer::Bars(Bars {
            label: String::new(),
            tone: of_arm(place, &label),
            bars,
        }));
    }
    Panel {
        x: Axis {
            most: Some(100.0),
            ..Axis::linear(
                if are_same {
                    format!(
                        "share that responded, of {first} patients of each arm with 2 points or more on day 0"
                    )
                } else {
                    "share that responded, of patients with 2 points or more on day 0".to_owned()
                },
                "%",
            )
            .with_zero()
        },
        y: Axis::categories("", categories),
        layers,
        ..Panel::default()
    }
}

fn words_of(name: &str) -> &str {
    match name {
        "pain_response" => "any response",
        "pain_complete_response" => "complete response",
        other => other,
    }
}

/// Hazard ratios of death of an arm by subgroup, and of all patients first.
fn forest(trial: &Trial, found: &Summary, arm: &str, subgroups: &[GroupRatios]) -> Panel {
    let [label, control] = [arm, &found.arms[0].arm[..]].map(|arm| trial.label(arm).to_owned());
    let row = |patients: u64, deaths: [usize; 2], ratio: Figure| {
        let ends = [ratio.value, ratio.low, ratio.high];
        let [value, low, high] = ends.map(|end| end.unwrap_or(f64::NAN));
        let said = if value.is_finite() {
            let [value, low, high] = [value, low, high].map(two_digits);
            format!("{value} ({low} to {high})")
        } else {
            "none".to_owned()
        };
        Ratio {
            value,
            low,
            high,
            weight: patients as f64,
            is_whole: false,
            cells: vec![
                patients.to_string(),
                deaths.map(|deaths| deaths.to_string()).join(" : "),
                said,
            ],
        }
    };
    let of = |name: &str| found.arms.iter().find(|one| one.arm == name);
    let all = found.comparisons.iter().find(|one| one.arm == arm);
    let first = all.zip(of(arm)).map(|(all, one)| {
        let deaths = [one.deaths, found.arms[0].deaths];
        let row = row(found.patients, deaths, all.death_ratio);
        (
            "All patients".to_owned(),
            Ratio {
                is_whole: true,
                ..row
            },
        )
    });
    let groups = subgroups.iter().filter(|row| row.arm == arm);
    let others = groups.map(|group| {
        (
            group.label.clone(),
            row(group.patients as u64, group.deaths, group.death),
        )
    });
    let (names, rows): (Vec<String>, Vec<Ratio>) = first.into_iter().chain(others).unzip();
    let forest = Forest {
        tone: of_arm(1, &label),
        rows,
        heads: ["patients", "deaths", "ratio (95 % CI)"]
            .map(str::to_owned)
            .to_vec(),
        favours: [
            format!("\u{2190} favours {label}"),
            format!("favours {control} \u{2192}"),
        ],
    };
    let [least, most] = [f64::min, f64::max].map(|of| forest.reach().fold(1.0, of));
    let ticks = [0.25, 0.5, 1.0, 2.0, 4.0].into_iter();
    let ticks = ticks.filter(|tick| (least..=most).contains(tick));
    Panel {
        title: label,
        x: Axis {
            ticks: ticks.map(|tick| (tick, tick.to_string())).collect(),
            ..Axis::log("hazard ratio of death", "")
        },
        y: Axis::categories("", names),
        layers: vec![Layer::Forest(forest)],
        ..Panel::default()
    }
}

/// A ratio to two digits behind the point, of three digits at most.
fn two_digits(ratio: f64) -> String {
    if ratio >= 10.0 {
        format!("{ratio:.0}")
    } else {
        format!("{ratio:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::pictures::made_up;
    use crate::cohort::response::{Best, Read};
    use crate::plot::held::hold;
    use crate::statistics::survival::Followed;

    #[test]
    fn response_pain_and_subgroups_are_drawn_as_they_were_seen_to_be_right() {
        let (trial, found, curves) = (made_up::trial(), made_up::found(), made_up::curves());
        let patient = |arm: f64, place: u32| {
            let read = |shift: f64| Read {
                best: Best::Stable,
                change: (place != 3).then(|| 0.3 - 0.12 * f64::from(place) - 0.1 * arm - shift),
                progression_d: None,
            };
            Outcome {
                bone: read(0.0),
                outside: read(0.05),
                pain: Relief::Partial,
                is_irradiated: false,
                progression: Followed {
                    time: 90.0,
                    event: false,
                },
            }
        };
        let outcomes: Vec<Vec<Outcome>> = [0.0, 1.0]
            .map(|arm| (0..8).map(|place| patient(arm, place)).collect())
            .to_vec();
        let ratio = |value: f64| Figure {
            value: Some(value),
            low: Some(0.7 * value),
            high: Some(1.4 * value),
            p: None,
        };
        let group = |label: &str, value: f64| GroupRatios {
            arm: "zoledronate".to_owned(),
            factor: String::new(),
            level: String::new(),
            label: label.to_owned(),
            patients: 4,
            deaths: [2, 3],
            death: if value > 0.0 {
                ratio(value)
            } else {
                Figure::NONE
            },
            first_event: Figure::NONE,
            response: Figure::NONE,
        };
        let groups = [
            group(
                "NTX above the median of 1.40 \u{d7} the level in health",
                0.8,
            ),
            group(
                "NTX up to the median of 1.40 \u{d7} the level in health",
                1.2,
            ),
            group("Calcium above the limit", 0.0),
        ];
        let charts = charts(&trial, (&found, &curves), &outcomes, &groups);
        assert_eq!(charts.len(), 3);
        let relieved = &charts[1].1.panels[1];
        assert_eq!(
            relieved.x.title,
            "share that responded, of 8 patients of each arm with 2 points or more on day 0"
        );
        for (name, chart) in charts {
            hold(&format!("trial_{name}"), &chart);
        }
    }
}
