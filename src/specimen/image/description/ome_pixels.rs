//! What OME-XML says of voxels and pages.

use std::path::Path;

use super::{Described, SPLIT};
use crate::specimen::image::written;
use crate::specimen::image::{Claim, ImageError, ome, text};

pub(super) fn by_ome(
    path: &Path,
    ome: &ome::Ome,
    mut found: Described,
) -> Result<Described, ImageError> {
    found.writer = "OME-XML";
    if ome.elsewhere {
        return Err(ImageError::header(
            path,
            "OME-XML",
            "in a file of its own (BinaryOnly)",
            "all metadata in the TIFF; convert the set to one OME-TIFF",
        ));
    }
    let [x, y, layers, channels, times] = ome.sizes;
    if ome.images > 1 || channels > 1 || times > 1 {
        return Err(ImageError::Several {
            path: path.into(),
            found: format!(
                "OME-XML says {} images, SizeC {channels}, SizeT {times}",
                ome.images
            ),
            remedy: SPLIT,
        });
    }
    if ome.images == 0 {
        return Ok(found);
    }
    if ome.sizes[..3].contains(&0) {
        return Err(ImageError::header(
            path,
            "OME-XML's SizeX, SizeY, SizeZ",
            format!("{x} x {y} x {layers}"),
            "whole numbers above 0",
        ));
    }
    if let Some(words) = ome.out_of_order() {
        return Err(ImageError::header(
            path,
            "OME-XML's TiffData",
            text::shortened(&words),
            format!("each of the {layers} planes once, in the order of the pages; write it anew"),
        ));
    }
    found.images = Some(layers);
    found.plane = Some([x, y]);
    found.one_directory = true;
    let size = |axis: usize| -> Result<Option<f64>, String> {
        let Some((size, unit)) = &ome.physical[axis] else {
            return Ok(None);
        };
        let number: Option<f64> = size.trim().parse().ok();
        match (number, text::unit_um(unit)) {
            (Some(number), Some(unit_um)) => Ok(Some(number * unit_um)),
            _ => Err(format!(
                "OME-XML's PhysicalSize{} is {} {}",
                ["X", "Y", "Z"][axis],
                text::shortened(size),
                text::shortened(unit)
            )),
        }
    };
    match (size(0), size(1), size(2)) {
        (Ok(Some(x)), Ok(Some(y)), Ok(layer)) => {
            found.from = "OME-XML's PhysicalSize";
            found.claim = Claim::Um {
                plane: [x, y],
                layer,
            };
        }
        // Without sizes in the XML the tags may still have them.
        (Ok(None), Ok(None), Ok(None)) => {}
        (x, y, z) => {
            let looked = [x, y, z].into_iter().find_map(Result::err);
            found.claim = Claim::Nothing(looked.unwrap_or_else(|| {
                "OME-XML states PhysicalSize along some axes, not along x and y".into()
            }));
        }
    }
    if let Some(looked) = contradicted(&found.claim, &ome.positions) {
        found.claim = Claim::Nothing(looked);
    }
    Ok(found)
}

/// What the positions of the planes say against the size along z, or that of x where there is none.
///
/// Positions are those of a stage: they may be all the same, in no unit of length, and read to a percent.
fn contradicted(claim: &Claim, positions: &[[String; 3]]) -> Option<String> {
    let Claim::Um { plane, layer } = claim else {
        return None;
    };
    let size = layer.unwrap_or(plane[0]);
    let mut known: Vec<(u64, f64)> = positions
        .iter()
        .filter_map(|[z, at, unit]| {
            let at: f64 = at.trim().parse().ok()?;
            Some((z.trim().parse().ok()?, at * text::unit_um(unit)?))
        })
        .collect();
    known.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    known.dedup();
    let steps: Vec<(u64, f64)> = known
        .windows(2)
        .map(|pair| {
            let planes = (pair[1].0 - pair[0].0) as f64;
            (pair[1].0, (pair[1].1 - pair[0].1) / planes)
        })
        .collect();
    if steps.iter().all(|(_, step)| step.abs() <= 0.0) {
        return None;
    }
    let (first, last) = (known.first()?, known.last()?);
    let mean = (last.1 - first.1) / (last.0 - first.0) as f64;
    // One step that is off by half is a plane that is missing or stands elsewhere.
    let within = |ratio: f64, by: f64| (ratio - 1.0).abs() < by;
    let odd = steps
        .iter()
        .find(|(_, step)| !within(step * mean.signum() / size, 0.5));
    let off = (!within(mean.abs() / size, 0.01)).then_some((last.0, mean));
    let (z, step) = off.or(odd.copied())?;
    Some(format!(
        "OME-XML's PositionZ steps by {} um up to plane {z}, against {} of {} um",
        written(&[step]),
        if layer.is_some() {
            "PhysicalSizeZ"
        } else {
            "PhysicalSizeX, no PhysicalSizeZ,"
        },
        written(&[size])
    ))
}
