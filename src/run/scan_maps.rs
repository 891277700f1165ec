//! Maps of a scan as files: a volume for other programs, a picture of three cuts with a histogram, or a table
//! of it; and lesions in space.

use std::borrow::Cow;

use crate::observe::lesions::Lesions;
use crate::observe::maps::{Histogram, ThicknessMap};
use crate::observe::scanned::Scanned;
use crate::observe::sites::{Array, Frame, Numbers};
use crate::output::OutputError;
use crate::output::volume::{nifti, vtk};
use crate::plot::chart::{Axis, Chart, Curve, Layer, Panel};
use crate::plot::colour::Shades;
use crate::plot::field_map::field_chart;
use crate::plot::map::write_chart;
use crate::plot::solid::{Cutaway, Look, Tissue, Words, before_after, png};
use crate::run::place::NewFile;
use crate::run::scan::cut;
use crate::specimen::image::{BoneImage, Orientation};

/// Endings of the files that a map may be.
pub(crate) const ENDINGS: &[&str] = &["nii.gz", "vti", "png", "svg", "csv"];

/// Writes a map as the ending of the file says.
///
/// # Errors
/// [`OutputError`]: a map that the bone has not, more voxels along an axis than `NIfTI` can say, a file that
/// cannot be drawn or written.
pub(crate) fn write(
    scanned: &Scanned,
    map: ThicknessMap,
    file: &NewFile,
) -> Result<(), OutputError> {
    let bone = &scanned.bone;
    let Some(values) = map.of(bone) else {
        return Err(OutputError::Refused {
            path: file.path().to_path_buf(),
            reason: format!("no map {map}, because the cortex was not told apart (--cortex)"),
        });
    };
    match file.ending().as_str() {
        "csv" => file.write(Histogram::of(&values, bone.spacing_um).csv().as_bytes()),
        "png" | "svg" => write_chart(file.path(), &chart(scanned, map, &values)),
        _ => {
            let field = Array {
                name: map.name().to_owned(),
                unit: "mm",
                values: Numbers::F32(Cow::Borrowed(&values)),
                block: [1; 3],
            };
            write_volume(bone, &field, file)
        }
    }
}

/// Writes one value for each voxel, as `NIfTI` where the scan lies or as VTK image data.
///
/// # Errors
/// [`OutputError`].
pub(crate) fn write_volume(
    bone: &BoneImage,
    field: &Array<'_>,
    file: &NewFile,
) -> Result<(), OutputError> {
    let frame = Frame {
        dims: bone.dims,
        spacing_um: [bone.spacing_um, bone.spacing_um, bone.depth_um],
        day: 0.0,
    };
    if file.ending() == "vti" {
        return file.write(&vtk::vti(&frame, std::slice::from_ref(field)).concat());
    }
    let transform = transform(&bone.orientation, frame.spacing_um);
    let bytes = nifti::placed(&frame, field, transform).ok_or_else(|| OutputError::Refused {
        path: file.path().to_path_buf(),
        reason: format!(
            "NIfTI holds at most {} voxels along an axis, found {:?}",
            nifti::MOST,
            bone.dims
        ),
    })?;
    file.write(&bytes)
}

/// Rows of the transform that `NIfTI` has of an orientation: to the right and to the front, where LPS counts to
/// the left and to the back.
fn transform(orientation: &Orientation, spacing_um: [f64; 3]) -> [[f64; 4]; 3] {
    let is_lps = orientation.frame == "LPS";
    [0, 1, 2].map(|row| {
        let sign = if is_lps && row < 2 { -1.0 } else { 1.0 };
        let axis = |k: usize| sign * orientation.direction[row][k] * spacing_um[k] * 1e-3;
        [axis(0), axis(1), axis(2), sign * orientation.origin_mm[row]]
    })
}

/// Three cuts in the shades of the map with a colour bar, and how often each thickness occurs.
fn chart(scanned: &Scanned, map: ThicknessMap, values: &[f32]) -> Chart {
    let bone = &scanned.bone;
    let axes: &[[usize; 3]] = if bone.dims[2] == 1 {
        &[[0, 1, 2]]
    } else {
        &[[0, 1, 2], [0, 2, 1], [1, 2, 0]]
    };
    let cuts: Vec<_> = axes.iter().map(|&axes| cut(bone, axes)).collect();
    let shown: Vec<Vec<f64>> = axes
        .iter()
        .map(|&axes| values_of(bone, values, axes))
        .collect();
    let mean_mm = match map {
        ThicknessMap::TbTh => scanned.figures.tb_th_mm,
        ThicknessMap::TbSp => scanned.figures.tb_sp_mm,
        ThicknessMap::CtTh => scanned.cortical.and_then(|cortex| cortex.ct_th_mm),
    };
    let mean = mean_mm.map_or_else(|| "no mean".to_owned(), |mean| format!("mean {mean:.4} mm"));
    let heading = format!("Local {}", map.title());
    let caption = format!("{}, {}; {mean}", scanned.file.display(), scanned.region());
    let scale = ([map.title(), "mm"], Shades::Usual);
    let mut chart = field_chart(&heading, &caption, &cuts, &shown, scale, &[]);
    let width_mm = bone.spacing_um * 1e-3;
    let classes = Histogram::of(values, bone.spacing_um).shares();
    let ends =
        |(from, share): (f64, f64)| [(from, 100.0 * share), (from + width_mm, 100.0 * share)];
    let points = classes.into_iter().flat_map(ends).collect();
    chart.panels.push(Panel {
        title: "How often each thickness occurs".to_owned(),
        x: Axis::linear(map.title(), "mm"),
        y: Axis::linear("share of voxels", "%").with_zero(),
        layers: vec![Layer::Curve(Curve {
            points,
            is_filled: true,
            is_solid: true,
            ..Curve::default()
        })],
        aspect: 0.6,
        ..Panel::default()
    });
    chart
}

/// Values on the cut along the first two axes, in the middle of the third; none where there is no thickness.
fn values_of(bone: &BoneImage, values: &[f32], [a, b, fixed]: [usize; 3]) -> Vec<f64> {
    let mut shown = Vec::new();
    for j in 0..bone.dims[b] {
        for i in 0..bone.dims[a] {
            let mut at = [0; 3];
            (at[a], at[b], at[fixed]) = (i, j, bone.dims[fixed] / 2);
            let value = values[(at[2] * bone.dims[1] + at[1]) * bone.dims[0] + at[0]];
            shown.push(if value > 0.0 {
                f64::from(value)
            } else {
                f64::NAN
            });
        }
    }
    shown
}

/// Bone before, with what is lost in colour, beside bone after, as PNG.
///
/// # Errors
/// [`OutputError`]: nothing to draw, or a file that cannot be written.
pub(crate) fn write_lesions(
    before: &BoneImage,
    after: &BoneImage,
    lesions: &Lesions,
    file: &NewFile,
) -> Result<(), OutputError> {
    let tissue = |bone: &BoneImage| Tissue {
        day: f64::NAN,
        dims: bone.dims,
        edge_um: bone.spacing_um,
        bone: bone
            .bone
            .iter()
            .map(|&bone| f32::from(u8::from(bone)))
            .collect(),
        tumour: Vec::new(),
        counts: [0; 3],
        bodies: Vec::new(),
    };
    let words = Words {
        title: "Bone lost between two scans".to_owned(),
        caption: lesions.words(),
    };
    let names = [before, after].map(|bone| {
        let name = bone.source.file_name().unwrap_or(bone.source.as_os_str());
        name.to_string_lossy().into_owned()
    });
    let drawing = |error: crate::plot::solid::SolidError| OutputError::Drawing {
        path: file.path().to_path_buf(),
        message: error.to_string(),
    };
    let image = before_after(
        &tissue(before),
        &tissue(after),
        Look {
            cut: Cutaway::Lost,
            ..Look::default()
        },
        &words,
        [names[0].as_str(), names[1].as_str()],
    )
    .map_err(drawing)?;
    file.write(&png(&image).map_err(drawing)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;
    use crate::specimen::image::Binarisation;

    #[test]
    fn a_map_of_thickness_is_drawn_as_it_was_seen_to_be_right() {
        let dims = [12, 10, 8];
        let sites = 0..dims.iter().product::<usize>();
        let bone = BoneImage {
            dims,
            spacing_um: 20.0,
            depth_um: 20.0,
            bone: sites
                .map(|site| site % 12 < 3 || site / 12 % 10 > 7)
                .collect(),
            binarisation: Binarisation::Threshold(0.5),
            native: None,
            orientation: Orientation {
                origin_mm: [0.0; 3],
                direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
                frame: "file",
            },
            source: "scan.mha".into(),
            format: "MetaImage",
            is_part: false,
            prepared: Vec::new(),
            compartments: None,
            tmd_mg_per_cm3: None,
            assumed: Vec::new(),
            warnings: Vec::new(),
        };
        let scanned = Scanned::of("scan.mha".into(), bone);
        let map = ThicknessMap::TbTh;
        let values = map.of(&scanned.bone).unwrap();
        hold("scan_thickness", &chart(&scanned, map, &values));
    }
}
