//! A number at every site of the tissue, such as a dose, in shades over its bone.

use std::path::{Path, PathBuf};

use crate::observe::picture::Shown;
use crate::output::OutputError;
use crate::plot::chart::{Chart, ColourScale, Form, Layer, Sign};
use crate::plot::colour::{INK, Shades, WHITE};
use crate::plot::map::{Cut, panels};
use crate::plot::map_lines::outlines;
use crate::plot::write;

/// A field over the tissue: `values` by cut and pixel in these shades with a colour bar in their unit, one
/// scale for all cuts, and bone outlined. A value that is not finite is left white.
pub(crate) fn field_chart(
    heading: &str,
    caption: &str,
    cuts: &[Cut],
    values: &[Vec<f64>],
    (what, shades): ([&str; 2], Shades),
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
    let key: Vec<Sign> = outlines
        .iter()
        .any(|lines| !lines.is_empty())
        .then(|| Sign {
            form: Form::Square,
            colour: WHITE,
            label: "bone, outlined".to_owned(),
        })
        .into_iter()
        .collect();
    let mut panels = panels(cuts, colours, &key);
    for (panel, lines) in panels.iter_mut().zip(outlines) {
        if let Some(Layer::Image(image)) = panel.layers.first_mut() {
            image.lines = lines;
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

/// Draws the dose over the tissue as `dose_map` in a folder, SVG and PNG.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub(crate) fn write_dose_map(
    folder: &Path,
    heading: &str,
    caption: &str,
    cuts: &[Cut],
    dose_gy: &[Vec<f64>],
) -> Result<Vec<PathBuf>, OutputError> {
    let scale = (["dose", "Gy"], Shades::Dose);
    let chart = field_chart(heading, caption, cuts, dose_gy, scale);
    write(folder, "dose_map", &chart)
}
