//! The picture of a bone image: three cuts through its middle.

use crate::observe::picture::Shown;
use crate::observe::scanned::Scanned;
use crate::plot::map::{Cut, Frame};
use crate::specimen::image::BoneImage;

/// Three cuts through the middle, as a map draws them.
pub(crate) fn frame(scanned: &Scanned) -> Frame {
    let (bone, figures) = (&scanned.bone, &scanned.figures);
    Frame {
        day: f64::NAN,
        caption: format!(
            "BV/TV {:.2} %, {}",
            100.0 * figures.bv_tv,
            bone.binarisation
        ),
        cuts: [[0, 1, 2], [0, 2, 1], [1, 2, 0]]
            .map(|axes| cut(bone, axes))
            .into(),
        ..Frame::default()
    }
}

/// The cut along the first two axes, in the middle of the third.
pub(super) fn cut(bone: &BoneImage, [a, b, fixed]: [usize; 3]) -> Cut {
    let names = ["x", "y", "z"];
    let layer = bone.dims[fixed] / 2;
    let mut tissue = Vec::new();
    for j in 0..bone.dims[b] {
        for i in 0..bone.dims[a] {
            let mut at = [0; 3];
            (at[a], at[b], at[fixed]) = (i, j, layer);
            let site = (at[2] * bone.dims[1] + at[1]) * bone.dims[0] + at[0];
            tissue.push(if bone.bone[site] {
                Shown::Bone
            } else {
                Shown::Marrow
            });
        }
    }
    Cut {
        name: format!(
            "at {} = {:.2} mm",
            names[fixed],
            (layer as f64 + 0.5) * bone.spacing_um / 1e3
        ),
        axes: [names[a], names[b]],
        width: bone.dims[a],
        height: bone.dims[b],
        pixel_um: bone.spacing_um,
        is_scan: true,
        tissue,
        crossed_um: [a, b].map(|axis| Some(((bone.dims[axis] / 2) as f64 + 0.5) * bone.spacing_um)),
        ..Cut::default()
    }
}
