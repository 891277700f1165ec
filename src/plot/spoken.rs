//! What panels say of themselves at the foot of a picture: what marks at the foot of a logarithmic axis are, and
//! which panels with one quantity have scales of their own.

use crate::plot::area::Plot;
use crate::plot::chart::{Panel, Scale};
use crate::plot::drawing::Place;
use crate::plot::palette::Palette;
use crate::plot::words::note;

/// A plot as large as this tells the ends of axes.
const SIZE: Place = (205.0, 148.0);
/// Ends of axes that differ by less than this share of their length look alike.
const ALIKE: f64 = 0.02;
/// Letters of panels.
pub(super) const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// What has to be said of these panels.
pub(super) fn of_panels(panels: &[&Panel], palette: &Palette) -> String {
    let plots: Vec<Plot<'_>> = panels
        .iter()
        .map(|panel| Plot::new(panel, palette, SIZE, 0.0))
        .collect();
    note([&foot(&plots)[..], &scales(&plots)])
}

/// What stands below the broken end of a logarithmic axis.
fn foot(plots: &[Plot<'_>]) -> String {
    let mut feet = plots.iter().filter(|plot| plot.y.foot > 0.0).peekable();
    if feet.peek().is_none() {
        return String::new();
    }
    let of = if feet.any(|plot| plot.y.is_below()) {
        "0, or less than the axis reaches"
    } else {
        "0"
    };
    format!("rings and lines below the dashed line of a logarithmic axis: {of}")
}

/// Panels whose upright axes show one quantity on unlike scales.
fn scales(plots: &[Plot<'_>]) -> String {
    let is_shown = |plot: &&Plot<'_>| {
        let axis = &plot.panel.y;
        !axis.is_hidden && !axis.title.is_empty() && !matches!(axis.scale, Scale::Categories(_))
    };
    let mut unlike: Vec<char> = Vec::new();
    for (plot, letter) in plots.iter().zip(LETTERS).filter(|(plot, _)| is_shown(plot)) {
        let same = |other: &&Plot<'_>| {
            let (one, other) = (&plot.panel.y, &other.panel.y);
            (&one.title, &one.unit, &one.scale) == (&other.title, &other.unit, &other.scale)
        };
        let (low, high) = plot.y.range();
        let differs = |other: &Plot<'_>| {
            let (from, to) = other.y.range();
            let long = (high - low).abs().max((to - from).abs());
            (from - low).abs().max((to - high).abs()) > ALIKE * long
        };
        if plots.iter().filter(is_shown).filter(same).any(differs) {
            unlike.push(letter);
        }
    }
    match &unlike[..] {
        [] => String::new(),
        [from, .., to] if unlike.len() > 2 && unlike.iter().copied().eq(*from..=*to) => {
            format!("upright axes of {from} to {to} have scales of their own")
        }
        letters => {
            let letters: Vec<String> = letters.iter().map(char::to_string).collect();
            format!(
                "upright axes of {} have scales of their own",
                letters.join(" and ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::{Axis, Chart, Curve, Layer};

    fn said(panels: &[(Axis, f64)]) -> String {
        let panels: Vec<Panel> = panels
            .iter()
            .map(|(y, most)| Panel {
                y: y.clone(),
                layers: vec![Layer::Curve(Curve {
                    points: vec![(0.0, 0.0), (1.0, *most)],
                    ..Curve::default()
                })],
                ..Panel::default()
            })
            .collect();
        let chart = Chart {
            panels: panels.clone(),
            ..Chart::default()
        };
        let panels: Vec<&Panel> = panels.iter().collect();
        of_panels(&panels, &Palette::new(&chart))
    }

    #[test]
    fn panels_with_one_quantity_on_unlike_scales_are_named() {
        let share = || Axis::linear("cumulative incidence", "%");
        let other = Axis::linear("calcium", "mM");
        assert_eq!(said(&[(share(), 5.0), (share(), 5.0)]), "");
        assert_eq!(said(&[(share(), 5.0), (other.clone(), 50.0)]), "");
        assert_eq!(
            said(&[(share(), 5.0), (other, 2.0), (share(), 50.0)]),
            "upright axes of a and c have scales of their own"
        );
        assert_eq!(
            said(&[(share(), 5.0), (share(), 7.0), (share(), 50.0)]),
            "upright axes of a to c have scales of their own"
        );
    }

    #[test]
    fn zeros_and_less_at_the_foot_of_a_log_axis_are_said() {
        let zeros = "rings and lines below the dashed line of a logarithmic axis: 0";
        assert_eq!(said(&[(Axis::log("level", "mM"), 5.0)]), zeros);
        let low = Axis {
            floor: Some(10.0),
            ..Axis::log("level", "mM")
        };
        assert_eq!(
            said(&[(low, 5.0)]),
            format!("{zeros}, or less than the axis reaches")
        );
    }
}
