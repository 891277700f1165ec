//! Colours and dashes: distinct for colour-blind eyes, and in grey print by dash.

use std::collections::BTreeMap;

use crate::plot::chart::{Chart, Curve, Layer, Tone};
pub(crate) use crate::plot::colour::{Colour, shade};
pub(super) use crate::plot::colour::{EMPTY, GREY, GRID, INK, WHITE};

/// Colours that stay apart for colour-blind readers (Okabe and Ito 2008, the yellow left out as too
/// light for a line, the orange darkened, and a brown and a violet of other lightness added).
const COLOURS: [Colour; 8] = [
    Colour(0, 114, 178),
    Colour(213, 94, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(86, 180, 233),
    Colour(112, 66, 20),
    Colour(230, 159, 0),
    Colour(88, 40, 140),
];

/// Grey of what stands behind another.
const BEHIND: Colour = Colour(190, 190, 190);

/// Lengths of lines and gaps in points: as many as colours, since colours merge in grey print.
const DASHES: [&[f64]; 8] = [
    &[],
    &[6.0, 2.4],
    &[1.3, 1.9],
    &[7.0, 2.0, 1.3, 2.0],
    &[13.0, 3.0],
    &[7.0, 2.0, 1.3, 2.0, 1.3, 2.0],
    &[3.2, 1.6],
    &[13.0, 2.0, 3.2, 2.0],
];

/// How a series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Colour.
    pub colour: Colour,
    /// Lengths of lines and gaps in points at print width; none for a full line.
    pub dash: &'static [f64],
}

/// Number of styles that differ.
#[cfg(test)]
const DISTINCT: usize = COLOURS.len() * DASHES.len();

/// The style of the series with this number; they repeat after all colours with all dashes.
pub(crate) fn style(number: usize) -> Style {
    let round = number / COLOURS.len();
    Style {
        colour: COLOURS[number % COLOURS.len()],
        dash: DASHES[(number + round) % DASHES.len()],
    }
}

/// Styles of all names of a chart.
pub(super) struct Palette {
    numbers: BTreeMap<String, usize>,
}

impl Palette {
    pub(super) fn new(chart: &Chart) -> Self {
        let mut numbers = BTreeMap::new();
        let layers = chart.panels.iter().flat_map(|panel| &panel.layers);
        let named = layers.filter_map(|layer| match layer.tone() {
            Some(Tone::Named(name)) => Some(name),
            _ => None,
        });
        // The grey of a control is a full line, and the first colour would be one too.
        let has_control = chart.panels.iter().flat_map(|panel| &panel.layers).any(|layer| {
            matches!(layer, Layer::Curve(Curve { tone: Tone::Reference, points, .. }) if !points.is_empty())
        });
        for name in chart.order.iter().chain(named) {
            let next = numbers.len() + usize::from(has_control);
            numbers.entry(name.clone()).or_insert(next);
        }
        Self { numbers }
    }

    pub(super) fn style(&self, tone: &Tone) -> Style {
        match tone {
            Tone::Named(name) => style(self.numbers.get(name).copied().unwrap_or(0)),
            Tone::Own { colour, number } => Style {
                colour: *colour,
                dash: style(*number).dash,
            },
            Tone::Reference => Style {
                colour: Colour(90, 90, 90),
                dash: &[],
            },
            Tone::Behind => Style {
                colour: BEHIND,
                dash: &[],
            },
            Tone::Ink => Style {
                colour: INK,
                dash: &[],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::picture::Shown;
    use crate::plot::chart::Panel;
    use crate::plot::map;

    #[test]
    fn all_styles_differ_and_neighbours_differ_in_grey() {
        let all: Vec<Style> = (0..DISTINCT).map(style).collect();
        for (place, one) in all.iter().enumerate() {
            for other in &all[place + 1..] {
                assert!(one != other);
            }
        }
        // In grey print: by dash.
        for (place, one) in all[..8].iter().enumerate() {
            for other in &all[place + 1..8] {
                assert!(one.dash != other.dash, "{one:?} {other:?}");
            }
        }
    }

    /// A colour as a dichromat sees it (Viénot, Brettel and Mollon 1999), in linear light.
    fn seen(colour: Colour, is_protan: bool) -> [f64; 3] {
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        let Colour(r, g, b) = colour;
        let rgb = [linear(r), linear(g), linear(b)];
        let rows = if is_protan {
            [
                [0.1124, 0.8876, 0.0],
                [0.1124, 0.8876, 0.0],
                [0.0040, -0.0040, 1.0],
            ]
        } else {
            [
                [0.2928, 0.7072, 0.0],
                [0.2928, 0.7072, 0.0],
                [-0.0223, 0.0223, 1.0],
            ]
        };
        rows.map(|row: [f64; 3]| {
            let sum: f64 = row.iter().zip(rgb).map(|(a, b)| a * b).sum();
            sum.max(0.0).powf(1.0 / 2.2)
        })
    }

    #[test]
    fn colours_stay_apart_for_colour_blind_eyes() {
        for is_protan in [true, false] {
            for (place, one) in COLOURS.iter().enumerate() {
                for (other_place, other) in COLOURS.iter().enumerate().skip(place + 1) {
                    let [a, b] = [seen(*one, is_protan), seen(*other, is_protan)];
                    let apart = (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt();
                    let same_dash = style(place).dash == style(other_place).dash;
                    assert!(
                        apart > 0.2 || (!same_dash && apart > 0.06),
                        "{one:?} {other:?} {apart}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_fills_maps_stays_apart_for_colour_blind_eyes() {
        let kinds = [
            Shown::Bone,
            Shown::Osteoid,
            Shown::Marrow,
            Shown::Eroded,
            Shown::TumourSparse,
            Shown::TumourDense,
            Shown::TumourDoomed,
            Shown::TumourDormant,
            Shown::TumourDead,
            Shown::Osteoblast,
            Shown::Osteoclast,
        ];
        for is_protan in [true, false] {
            for (place, &one) in kinds.iter().enumerate() {
                for &other in &kinds[place + 1..] {
                    let [a, b] = [one, other].map(|kind| seen(map::colour(kind), is_protan));
                    let apart = (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt();
                    assert!(apart > 0.15, "{one:?} {other:?} {apart}");
                }
            }
        }
    }

    #[test]
    fn a_name_keeps_its_style_in_every_panel_and_in_every_picture_with_the_same_order() {
        let curve = |name: &str| {
            Layer::Curve(Curve {
                label: name.to_owned(),
                tone: Tone::Named(name.to_owned()),
                points: vec![(0.0, 1.0)],
                ..Curve::default()
            })
        };
        let chart = |panels: Vec<Vec<&str>>| Chart {
            order: ["a", "b", "c"].map(str::to_owned).to_vec(),
            panels: panels
                .into_iter()
                .map(|names| Panel {
                    layers: names.into_iter().map(curve).collect(),
                    ..Panel::default()
                })
                .collect(),
            ..Chart::default()
        };
        let one = Palette::new(&chart(vec![vec!["c", "b"], vec!["a"]]));
        let other = Palette::new(&chart(vec![vec!["c", "new"]]));
        for (place, name) in ["a", "b", "c"].iter().enumerate() {
            let tone = Tone::Named((*name).to_owned());
            assert_eq!(one.style(&tone), style(place));
            assert_eq!(other.style(&tone), style(place));
        }
        assert_eq!(other.style(&Tone::Named("new".to_owned())), style(3));
    }
}
