//! A number at every site of the tissue, such as a dose, in shades over its bone.

use std::path::{Path, PathBuf};

use crate::observe::picture::Shown;
use crate::output::OutputError;
use crate::plot::chart::{Chart, ColourScale, Form, Layer, Sign};
use crate::plot::colour::{Colour, INK, Shades, WHITE};
use crate::plot::map::{Cut, panels};
use crate::plot::map_lines::{Ruled, outlines};
use crate::plot::quantities;
use crate::plot::write;

/// Sites with a line around them, on a field over tissue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marked {
    /// What they are.
    pub label: String,
    /// Colour of the line, which has dark edges.
    pub colour: Colour,
    /// True of the pixels that are such, by cut.
    pub cuts: Vec<Vec<bool>>,
    /// The line is dashed.
    pub is_dashed: bool,
}

impl Marked {
    /// All tumour of these cuts.
    fn tumour(cuts: &[Cut]) -> Self {
        let is_tumour = |kind: &Shown| {
            matches!(
                kind,
                Shown::TumourSparse
                    | Shown::TumourDense
                    | Shown::TumourDoomed
                    | Shown::TumourDormant
                    | Shown::Clone(_)
            )
        };
        let of = |cut: &Cut| cut.tissue.iter().map(is_tumour).collect();
        Self {
            label: "tumour, outlined".to_owned(),
            colour: quantities::TUMOUR_SPARSE,
            cuts: cuts.iter().map(of).collect(),
            is_dashed: false,
        }
    }

    /// Lines around the sites of a cut.
    fn lines(&self, cut: &Cut, at: usize) -> Vec<Ruled> {
        let Some(such) = self.cuts.get(at) else {
            return Vec::new();
        };
        let holder = |site: usize| u64::from(such.get(site) == Some(&true));
        let lines = outlines(cut, holder, |_| self.colour);
        if self.is_dashed {
            // As many dashes along each picture, whatever its size.
            let dash_um = DASH * cut.width.max(cut.height) as f64 * cut.pixel_um;
            return lines
                .into_iter()
                .flat_map(|line| dashes(line, dash_um))
                .collect();
        }
        lines
    }
}

/// Length of a dash, and of a gap, over the longer side of a cut.
const DASH: f64 = 0.02;

/// A line as dashes, with one at each of its ends.
fn dashes(([from, to], colour): Ruled, dash_um: f64) -> Vec<Ruled> {
    let long = (to.0 - from.0).hypot(to.1 - from.1);
    let gaps = (0.5 * (long / dash_um - 1.0)).round().max(0.0);
    let parts = 2.0 * gaps + 1.0;
    let at = |part: f64| {
        let share = part / parts;
        (
            from.0 + share * (to.0 - from.0),
            from.1 + share * (to.1 - from.1),
        )
    };
    let starts = (0..=gaps as usize).map(|gap| 2.0 * gap as f64);
    starts
        .map(|start| ([at(start), at(start + 1.0)], colour))
        .collect()
}

/// A field over the tissue: `values` by cut and pixel in these shades with a colour bar in their unit, one
/// scale for all cuts, and bone outlined; so is what is marked, where there is any of it. A value that is not finite is left white.
pub(crate) fn field_chart(
    heading: &str,
    caption: &str,
    cuts: &[Cut],
    values: &[Vec<f64>],
    (what, shades): ([&str; 2], Shades),
    marked: &[Marked],
) -> Chart {
    let finite = || {
        values
            .iter()
            .flatten()
            .copied()
            .filter(|value| value.is_finite())
    };
    let low = finite().fold(f64::INFINITY, f64::min).min(0.0);
    let most = finite().fold(low, f64::max);
    let high = if most > low { most } else { low + 1.0 };
    let shaded = |value: f64| {
        if value.is_finite() {
            shades.at((value - low) / (high - low))
        } else {
            WHITE
        }
    };
    let colours = |cut: usize| values[cut].iter().map(|&value| shaded(value)).collect();
    let is_bone = |cut: &Cut, at: usize| matches!(cut.tissue[at], Shown::Bone | Shown::Osteoid);
    // Where marrow is white, as in a map of bone alone, a white line around dark bone would not be seen.
    let is_marrow_white = |cut: &Cut, values: &[f64]| {
        let mut sites = values.iter().enumerate();
        !sites.any(|(at, value)| value.is_finite() && !is_bone(cut, at))
    };
    let outlines: Vec<_> = cuts
        .iter()
        .zip(values)
        .map(|(cut, values)| {
            let is_on_white = is_marrow_white(cut, values);
            outlines(
                cut,
                |at| u64::from(is_bone(cut, at)),
                |site| {
                    if !is_on_white && shaded(values[site]).lightness() < 0.6 {
                        WHITE
                    } else {
                        INK
                    }
                },
            )
        })
        .collect();
    let mut key: Vec<Sign> = outlines
        .iter()
        .any(|lines| !lines.is_empty())
        .then(|| Sign {
            form: Form::Square,
            colour: WHITE,
            label: "bone, outlined".to_owned(),
        })
        .into_iter()
        .collect();
    let around: Vec<Vec<Vec<Ruled>>> = marked
        .iter()
        .map(|marked| {
            let cuts = cuts.iter().enumerate();
            cuts.map(|(at, cut)| marked.lines(cut, at)).collect()
        })
        .collect();
    for (marked, cuts) in marked.iter().zip(&around) {
        if cuts.iter().any(|lines| !lines.is_empty()) {
            key.push(Sign {
                form: if marked.is_dashed {
                    Form::Dashes
                } else {
                    Form::Rim
                },
                colour: marked.colour,
                label: marked.label.clone(),
            });
        }
    }
    let mut panels = panels(cuts, colours, &key);
    for (at, (panel, lines)) in panels.iter_mut().zip(outlines).enumerate() {
        if let Some(Layer::Image(image)) = panel.layers.first_mut() {
            image.lines = lines;
            image.are_rims_edged = true;
            image.rims = around.iter().flat_map(|cuts| cuts[at].clone()).collect();
        }
    }
    if let Some(Layer::Image(image)) = panels.last_mut().and_then(|panel| panel.layers.first_mut())
    {
        image.scale = Some(ColourScale {
            title: what[0].to_owned(),
            unit: what[1].to_owned(),
            low,
            high,
            shades,
        });
    }
    Chart {
        title: heading.to_owned(),
        note: caption.to_owned(),
        columns: cuts.len(),
        panels,
        ..Chart::default()
    }
}

/// Draws the dose over the tissue as `dose_map` in a folder, SVG and PNG, with the outlines of the tumour and of the
/// field: pixels that get half of a fraction or more, by cut.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub(crate) fn write_dose_map(
    folder: &Path,
    heading: &str,
    caption: &str,
    cuts: &[Cut],
    dose_gy: &[Vec<f64>],
    field: Vec<Vec<bool>>,
) -> Result<Vec<PathBuf>, OutputError> {
    let chart = dose_chart([heading, caption], cuts, dose_gy, field);
    write(folder, "dose_map", &chart)
}

/// The picture of [`write_dose_map`].
pub(super) fn dose_chart(
    [heading, caption]: [&str; 2],
    cuts: &[Cut],
    dose_gy: &[Vec<f64>],
    field: Vec<Vec<bool>>,
) -> Chart {
    let scale = (["dose", "Gy"], Shades::Dose);
    let field = Marked {
        label: "field, dashed outline: target with its margin, half of the dose".to_owned(),
        colour: WHITE,
        cuts: field,
        is_dashed: true,
    };
    let marked = [Marked::tumour(cuts), field];
    field_chart(heading, caption, cuts, dose_gy, scale, &marked)
}
