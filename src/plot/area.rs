//! The plot of a panel on its way into a drawing: its axes, what has been drawn, and what a legend may not cover.

use crate::plot::axis::{Projection, Wish};
use crate::plot::chart::{Layer, Panel, Scale};
use crate::plot::drawing::{Drawing, Place};
use crate::plot::legend::Obstacle;
use crate::plot::palette::Palette;
use crate::plot::text::{LEADING, SIZE};

/// Length of ticks.
pub(super) const TICK: f64 = 3.0;
/// Between ticks, labels and titles.
pub(super) const GAP: f64 = 3.0;
/// Height of a line.
pub(super) const LINE: f64 = LEADING * SIZE;

/// A panel on its way into a drawing.
pub(super) struct Plot<'a> {
    pub(super) panel: &'a Panel,
    pub(super) palette: &'a Palette,
    /// Size of the plot, points.
    pub(super) wide: f64,
    pub(super) high: f64,
    pub(super) x: Projection,
    pub(super) y: Projection,
    pub(super) drawing: Drawing,
    pub(super) obstacles: Vec<Obstacle>,
}

impl<'a> Plot<'a> {
    pub(super) fn new(panel: &'a Panel, palette: &'a Palette, size: Place, headroom: f64) -> Self {
        let (wide, high) = size;
        let extents: Vec<_> = panel.layers.iter().map(Layer::extent).collect();
        let xs: Vec<f64> = extents.iter().flat_map(|extent| extent.x.clone()).collect();
        let mut ys: Vec<f64> = extents.into_iter().flat_map(|extent| extent.y).collect();
        reach_levels(panel, &mut ys);
        let fills = panel.layers.iter().any(is_field);
        let points = |layer: &Layer| {
            matches!(
                layer,
                Layer::Points(_) | Layer::Discs(_) | Layer::Bars(_) | Layer::Forest(_)
            )
        };
        let x = Projection::new(
            &panel.x,
            &xs,
            Wish {
                length: wide,
                is_padded: panel.layers.iter().any(points) && !fills && !lie_within_curves(panel),
                ..Wish::default()
            },
        );
        let y = Projection::new(
            &panel.y,
            &ys,
            Wish {
                length: high,
                is_upright: true,
                is_padded: !fills,
                headroom,
            },
        );
        Self {
            panel,
            palette,
            wide,
            high,
            x,
            y,
            drawing: Drawing::default(),
            obstacles: Vec::new(),
        }
    }

    /// Place of a point; none of a gap.
    pub(super) fn place(&self, x: f64, y: f64) -> Option<Place> {
        Some((self.across(x)?, self.down(y)?))
    }

    pub(super) fn across(&self, x: f64) -> Option<f64> {
        self.x.at(x)
    }

    /// Distance below the upper edge; categories are counted from there.
    pub(super) fn down(&self, y: f64) -> Option<f64> {
        let at = self.y.at(y)?;
        Some(if self.y.is_categorical {
            at
        } else {
            self.high - at
        })
    }

    /// True where colours fill the plot.
    pub(super) fn is_filled(&self) -> bool {
        self.panel.layers.iter().any(is_field)
    }
}

/// True where curves go on to both sides of all points: the axis needs no room beyond these.
fn lie_within_curves(panel: &Panel) -> bool {
    let ends = |is_curve: bool| {
        let layers = panel.layers.iter();
        let of = layers.filter(|layer| matches!(layer, Layer::Curve(_)) == is_curve);
        let places = of.flat_map(|layer| layer.extent().x);
        places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        })
    };
    let (curves, points) = (ends(true), ends(false));
    curves.0 < points.0 && points.1 < curves.1
}

/// True of what fills the plot with colours.
fn is_field(layer: &Layer) -> bool {
    matches!(layer, Layer::Heat(_) | Layer::Image(_))
}

/// The first level above and below the data comes onto the axis where it is near, so that a reader sees
/// how far away it is.
fn reach_levels(panel: &Panel, ys: &mut Vec<f64>) {
    if panel.y.scale != Scale::Linear {
        return;
    }
    let ends = ys
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &y| {
            (a.min(y), b.max(y))
        });
    let levels = panel.layers.iter().flat_map(|layer| match layer {
        Layer::Level(level) => vec![level.value],
        // Data inside of a range want both of its ends.
        Layer::Range(range) if range.low < ends.1 && range.high > ends.0 => {
            ys.extend(
                [range.low, range.high]
                    .into_iter()
                    .filter(|end| end.is_finite()),
            );
            vec![range.low, range.high]
        }
        Layer::Range(range) => vec![range.low, range.high],
        _ => Vec::new(),
    });
    let levels: Vec<f64> = levels.filter(|level| level.is_finite()).collect();
    let reach = 0.6 * (ends.1 - ends.0).max(0.1 * ends.1.abs());
    let above = levels.iter().copied().filter(|&level| level > ends.1);
    let above = above.fold(f64::INFINITY, f64::min);
    if above < ends.1 + reach {
        ys.push(above);
    }
    let below = levels.iter().copied().filter(|&level| level < ends.0);
    let below = below.fold(f64::NEG_INFINITY, f64::max);
    if below > ends.0 - reach {
        ys.push(below);
    }
}
