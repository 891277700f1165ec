//! Bone volume above what was resorbed and formed, and the control behind an arm.

use crate::output::table::Table;
use crate::plot::chart::{self, Axis, Chart, Curve, Layer, RightAxis, Tone};
use crate::plot::curves::line::Line;
use crate::plot::curves::panels::{mark_doses, means};
use crate::plot::happened::Given;
use crate::plot::words::note;

/// How the control is called behind the curves of an arm.
pub(super) const BESIDE: &str = "the same in the control arm";

/// The curves of the control behind those of an arm, in grey.
pub(super) fn behind(control: Option<&Table>, columns: &[&str], factor: f64) -> Vec<Layer> {
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
pub(super) fn between(one: &[(f64, f64)], other: &[(f64, f64)]) -> [Vec<(f64, f64, f64)>; 2] {
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
pub(super) fn bone_loss(
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
