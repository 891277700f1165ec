//! A chart as data: what is shown, in numbers and words, before anything is drawn.
//!
//! A number that is not finite is a gap: lines break there, nothing is drawn, no axis reaches for it.

use crate::plot::colour::{Colour, Shades};
use crate::plot::ratios::Forest;
pub(crate) use crate::plot::tone::Tone;

/// A picture: a title and panels.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Chart {
    /// Title, above all panels.
    pub title: String,
    /// What is said of it, in parts behind `;`: the first ones stand below the title, where there is room in a heading
    /// of three lines, all others at the foot. Empty for none.
    pub note: String,
    /// Panels, row by row. One without data is not drawn.
    pub panels: Vec<Panel>,
    /// Panels beside each other at most; 0 lets the canvas choose.
    pub columns: usize,
    /// Names in the order of their colours. Names of [`Tone::Named`] that it lacks follow in the order in
    /// which they come up, so a caller that draws several pictures of one set of arms gives all of them
    /// here.
    pub order: Vec<String>,
    /// The panels are cells of a matrix, which its edges name: they have no letters.
    pub is_matrix: bool,
}

/// A pair of axes with what stands on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Panel {
    /// Title; empty for none.
    pub title: String,
    /// Axis across.
    pub x: Axis,
    /// Upright axis.
    pub y: Axis,
    /// A second upright axis, at the right, that shows the first one in other units.
    pub right: Option<RightAxis>,
    /// What is drawn, the first at the bottom.
    pub layers: Vec<Layer>,
    /// Rows of numbers below the axis across.
    pub at_risk: Vec<AtRisk>,
    /// Height of the plot over its width; 0 lets the canvas choose.
    pub aspect: f64,
    /// Width of the plot over that of the widest, so that pictures of unlike size have one scale; 0 for as
    /// wide as the widest.
    pub share: f64,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Axis {
    /// What it shows.
    pub title: String,
    /// Its unit, shown in brackets behind the title; empty for a number without one.
    pub unit: String,
    /// How numbers become places.
    pub scale: Scale,
    /// The axis begins or ends at zero, or holds it.
    pub with_zero: bool,
    /// The axis reaches at least down to here.
    pub least: Option<f64>,
    /// The axis reaches at least up to here, and no room is added above it.
    pub most: Option<f64>,
    /// What is below this on a logarithmic axis is marked at its foot, as zeros are, and named there. The axis
    /// goes down to it where something is.
    pub floor: Option<f64>,
    /// Ticks of the caller, minor ones without a label; empty lets the canvas choose.
    pub ticks: Vec<(f64, String)>,
    /// Where ticks may stand.
    pub steps: Steps,
    /// No ticks, labels or title.
    pub is_hidden: bool,
}

/// Where ticks of an axis may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Steps {
    /// Anywhere.
    #[default]
    Any,
    /// At whole numbers alone: the axis counts.
    Whole,
    /// At days of a run, in weeks or other steps of days, and at the last one.
    Days,
}

/// How numbers become places on an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Scale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal factors. Zeros, and what is below [`Axis::floor`], are marked at the foot of the axis; a number
    /// below zero is a gap.
    Log,
    /// Names at 0, 1, 2 and so on: from the left, or from the top.
    Categories(Vec<String>),
}

/// A second upright axis: the values of the first times a factor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RightAxis {
    /// What it shows.
    pub title: String,
    /// Its unit; empty for a number without one.
    pub unit: String,
    /// Its value over that of the first axis.
    pub factor: f64,
}

/// Something on a panel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layer {
    /// A curve, perhaps with a band.
    Curve(Curve),
    /// Points, perhaps with bars.
    Points(Points),
    /// Discs with an area each.
    Discs(Discs),
    /// Horizontal bars at the categories of the upright axis.
    Bars(Bars),
    /// Ratios with intervals at the categories of the upright axis.
    Forest(Forest),
    /// A field of colours with a colour bar.
    Heat(Heat),
    /// Marks above the plot, on its axis of time.
    Doses(Doses),
    /// A dashed line across at a value that has a name.
    Level(Level),
    /// A shaded range of values that has a name, such as what is normal.
    Range(Range),
    /// A bar along the axis across with a disc in it, at the foot of the plot.
    Interval(Interval),
    /// Words in the middle of the plot.
    Words(Words),
    /// A picture of sites.
    Image(Image),
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Curve {
    /// Its name in the legend; empty for none there.
    pub label: String,
    /// Its colour and dash.
    pub tone: Tone,
    /// Places and values; what is not finite is a gap.
    pub points: Vec<(f64, f64)>,
    /// Place, lower and upper end; empty without a band.
    pub band: Vec<(f64, f64, f64)>,
    /// How opaque the band is; 0 for the usual.
    pub band_strength: f64,
    /// Of what the band is.
    pub band_of: BandOf,
    /// Constant between its points, as a Kaplan-Meier curve is.
    pub is_stepped: bool,
    /// Shaded down to zero.
    pub is_filled: bool,
    /// A full line whatever the tone.
    pub is_solid: bool,
    /// Radius of marks at its points, where these are readings with nothing known between them; 0 for none.
    pub mark: f64,
}

/// Of what a band is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BandOf {
    /// Of all runs, or of what else is known of the values.
    #[default]
    Values,
    /// An interval of the mean: thin lines along both of its ends.
    Mean,
}

/// A point with a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Place.
    pub x: f64,
    /// Value.
    pub y: f64,
    /// Lower end of the bar; not finite for none.
    pub low: f64,
    /// Upper end of the bar; not finite for none.
    pub high: f64,
}

/// Points, with bars where they have ends.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Points {
    /// Name in the legend; empty for none there.
    pub label: String,
    /// Colour.
    pub tone: Tone,
    /// The points.
    pub points: Vec<Point>,
    /// Their bars are assumed, not measured: dashed and without caps.
    pub are_assumed: bool,
}

/// Discs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Discs {
    /// Name in the legend; empty for none there.
    pub label: String,
    /// Colour.
    pub tone: Tone,
    /// Place, value, and area over the largest area (0 to 1).
    pub discs: Vec<(f64, f64, f64)>,
}

/// Horizontal bars, one for each category.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Bars {
    /// Name in the legend; empty for none there.
    pub label: String,
    /// Colour.
    pub tone: Tone,
    /// Value, lower and upper end of its interval (not finite for none), by category from the top.
    pub bars: Vec<(f64, f64, f64)>,
}

/// A field of colours.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Heat {
    /// What the colours show, beside the colour bar.
    pub title: String,
    /// Its unit; empty for a number without one.
    pub unit: String,
    /// Cells across.
    pub columns: usize,
    /// Cells up.
    pub rows: usize,
    /// Row by row from the lowest value of the upright axis; not finite for a cell without a value.
    pub values: Vec<f64>,
    /// Left, right, lower and upper end of the field on its axes.
    pub extent: [f64; 4],
    /// Numbers are written into the cells where they fit.
    pub with_numbers: bool,
    /// Cells without a value are hatched: what was computed there is impossible.
    pub is_hatched: bool,
    /// Place, value on the upright axis, and a number shown in the same colours.
    pub discs: Vec<(f64, f64, f64)>,
}

/// Doses.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Doses {
    /// Name in the legend; empty for none there.
    pub label: String,
    /// Colour.
    pub tone: Tone,
    /// When.
    pub times: Vec<f64>,
    /// The form of its marks.
    pub number: usize,
    /// Marks are hollow: doses of the same drug in another arm.
    pub is_open: bool,
}

/// A value that has a name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Level {
    /// The name.
    pub label: String,
    /// The value.
    pub value: f64,
}

/// A range of values that has a name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Range {
    /// The name, in the legend.
    pub label: String,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// An interval on the axis across.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Interval {
    /// Name in the legend; empty for none there.
    pub label: String,
    /// Lower end.
    pub low: f64,
    /// What stands between them, such as a median.
    pub middle: f64,
    /// Upper end.
    pub high: f64,
}

/// Words in the middle of a plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Words {
    /// The words.
    pub text: String,
    /// Size, points at print width.
    pub size: f64,
}

/// A picture of sites, one colour each.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Image {
    /// Sites across.
    pub columns: usize,
    /// Sites up.
    pub rows: usize,
    /// Row by row from the lowest.
    pub colours: Vec<Colour>,
    /// Left, right, lower and upper end of the picture on its axes.
    pub extent: [f64; 4],
    /// What stands on sites and is drawn larger than these.
    pub dots: Vec<Dot>,
    /// Thin lines between two places on the axes.
    pub lines: Vec<([(f64, f64); 2], Colour)>,
    /// These have a dark edge, so that a grey print has them too.
    pub are_rims_edged: bool,
    /// Lines that are as wide as to be seen as surface, below the thin ones.
    pub rims: Vec<([(f64, f64); 2], Colour)>,
    /// Colours with their names, for the legend.
    pub key: Vec<Sign>,
    /// A bar below the picture: its length on the axis across, and what it says.
    pub bar: Option<(f64, String)>,
    /// A colour bar beside the picture.
    pub scale: Option<ColourScale>,
}

/// How something on a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// Its site in its colour.
    #[default]
    Square,
    /// Its site in its colour, with a dark line around all that hang together.
    Outlined,
    /// A line along the edges of its sites to bone.
    Rim,
    /// A dashed line around its sites.
    Dashes,
    /// A disc with a rim.
    Disc,
    /// A ring on white.
    Ring,
    /// A triangle with a rim, on its base.
    Triangle,
    /// A square with a rim, on a corner.
    Diamond,
    /// A triangle with a rim, on a corner.
    Wedge,
}

impl Form {
    /// True of what fills its sites.
    pub(crate) fn is_site(self) -> bool {
        matches!(
            self,
            Self::Square | Self::Outlined | Self::Rim | Self::Dashes
        )
    }
}

/// A colour of a picture with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sign {
    /// How it is drawn.
    pub form: Form,
    /// Its colour.
    pub colour: Colour,
    /// Its name.
    pub label: String,
}

/// What stands on a site of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dot {
    /// Its middle on the axes.
    pub at: (f64, f64),
    /// How it is drawn.
    pub form: Form,
    /// Its colour.
    pub colour: Colour,
}

/// What the shades of a picture mean, from the lightest to the darkest.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ColourScale {
    /// What they show.
    pub title: String,
    /// Its unit; empty for a number without one.
    pub unit: String,
    /// Value of the lightest.
    pub low: f64,
    /// Value of the darkest.
    pub high: f64,
    /// The shades.
    pub shades: Shades,
}

/// A row of numbers below the axis across.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct AtRisk {
    /// Whose numbers they are.
    pub name: String,
    /// The colour of the name.
    pub tone: Tone,
    /// Place on the axis and number.
    pub numbers: Vec<(f64, u64)>,
}

impl Axis {
    /// A linear axis.
    pub(crate) fn linear(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
            ..Self::default()
        }
    }

    /// A logarithmic axis.
    pub(crate) fn log(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            scale: Scale::Log,
            ..Self::linear(title, unit)
        }
    }

    /// An axis of time in days.
    pub(crate) fn days() -> Self {
        Self {
            steps: Steps::Days,
            ..Self::linear("time", "d")
        }
    }

    /// An axis of names.
    pub(crate) fn categories(title: impl Into<String>, names: Vec<String>) -> Self {
        Self {
            scale: Scale::Categories(names),
            ..Self::linear(title, "")
        }
    }

    /// An axis without ticks, labels and title.
    pub(crate) fn hidden() -> Self {
        Self {
            is_hidden: true,
            ..Self::default()
        }
    }

    /// The same with zero on it.
    #[must_use]
    pub(crate) fn with_zero(self) -> Self {
        Self {
            with_zero: true,
            ..self
        }
    }
}

/// Numbers of a layer on each axis.
pub(super) struct Extent {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
}

impl Layer {
    /// Numbers that the axes must reach; those of marks that only refer to data are left out.
    pub(super) fn extent(&self) -> Extent {
        let mut extent = Extent {
            x: Vec::new(),
            y: Vec::new(),
        };
        let Extent { x, y } = &mut extent;
        match self {
            Self::Curve(curve) => {
                // Time goes on also where there is nothing to show.
                for &(at, value) in &curve.points {
                    x.push(at);
                    y.push(value);
                }
                for &(at, low, high) in &curve.band {
                    if low.is_finite() && high.is_finite() {
                        x.push(at);
                        y.extend([low, high]);
                    }
                }
                if curve.is_filled {
                    y.push(0.0);
                }
            }
            Self::Points(points) => {
                for point in points.points.iter().filter(|point| point.y.is_finite()) {
                    x.push(point.x);
                    y.extend([point.y, point.low, point.high]);
                }
            }
            Self::Discs(discs) => {
                x.extend(discs.discs.iter().map(|disc| disc.0));
                y.extend(discs.discs.iter().map(|disc| disc.1));
            }
            Self::Bars(bars) => {
                x.push(0.0);
                x.extend(
                    bars.bars
                        .iter()
                        .flat_map(|&(value, low, high)| [value, low, high]),
                );
            }
            Self::Forest(forest) => x.extend(forest.reach()),
            Self::Heat(heat) => {
                x.extend([heat.extent[0], heat.extent[1]]);
                y.extend([heat.extent[2], heat.extent[3]]);
            }
            Self::Image(image) => {
                x.extend([image.extent[0], image.extent[1]]);
                y.extend([image.extent[2], image.extent[3]]);
            }
            Self::Interval(interval) => x.extend([interval.low, interval.high]),
            Self::Doses(_) | Self::Level(_) | Self::Range(_) | Self::Words(_) => {}
        }
        x.retain(|number| number.is_finite());
        y.retain(|number| number.is_finite());
        extent
    }

    /// True where there is something to see.
    pub(super) fn has_data(&self) -> bool {
        match self {
            Self::Doses(_) | Self::Level(_) | Self::Range(_) | Self::Interval(_) => false,
            Self::Words(_) => true,
            Self::Image(image) => !image.colours.is_empty(),
            Self::Bars(bars) => bars.bars.iter().any(|bar| bar.0.is_finite()),
            Self::Forest(forest) => forest.rows.iter().any(|row| row.value.is_finite()),
            Self::Heat(heat) => {
                let discs = heat.discs.iter().map(|disc| disc.2);
                let mut all = heat.values.iter().copied().chain(discs);
                all.any(f64::is_finite)
            }
            Self::Curve(curve) => {
                let values = curve.points.iter().map(|point| point.1);
                let ends = curve.band.iter().map(|band| band.1);
                values.chain(ends).any(f64::is_finite)
            }
            Self::Points(points) => points.points.iter().any(|point| point.y.is_finite()),
            Self::Discs(discs) => !discs.discs.is_empty(),
        }
    }

    /// Its name and tone, where a legend has them.
    pub(super) fn tone(&self) -> Option<&Tone> {
        match self {
            Self::Curve(Curve { tone, .. })
            | Self::Points(Points { tone, .. })
            | Self::Discs(Discs { tone, .. })
            | Self::Bars(Bars { tone, .. })
            | Self::Forest(Forest { tone, .. })
            | Self::Doses(Doses { tone, .. }) => Some(tone),
            _ => None,
        }
    }
}

impl Panel {
    /// True where there is something to see.
    pub(crate) fn has_data(&self) -> bool {
        self.layers.iter().any(Layer::has_data)
    }
}
