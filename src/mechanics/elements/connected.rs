//! Which bone carries: pieces joined by faces that reach from one end to the other.

use super::error::ElementsError;
use crate::mechanics::rigidity::{Axis, Voxels};

/// Voxels that carry.
#[derive(Debug, Clone)]
pub(super) struct Carrying {
    pub(super) is_in: Vec<bool>,
    pub(super) count: usize,
    pub(super) left_out: usize,
}

/// Neighbours that share a face.
fn faces(dims: [usize; 3], voxel: usize, mut each: impl FnMut(usize)) {
    let [nx, ny, nz] = dims;
    let (x, y, z) = (voxel % nx, voxel / nx % ny, voxel / (nx * ny));
    for (along, count, step) in [(x, nx, 1), (y, ny, nx), (z, nz, nx * ny)] {
        if along > 0 {
            each(voxel - step);
        }
        if along + 1 < count {
            each(voxel + step);
        }
    }
}

/// The voxels of pieces that begin among `starts` and are wanted; a piece is wanted where one of its voxels is.
fn pieces(
    dims: [usize; 3],
    bone: &(impl Fn(usize) -> bool + Sync),
    starts: impl Iterator<Item = usize>,
    is_wanted: impl Fn(usize) -> bool,
) -> Carrying {
    let total: usize = dims.iter().product();
    let mut seen = vec![false; total];
    let mut is_in = vec![false; total];
    let mut piece = Vec::new();
    let mut count = 0;
    for start in starts {
        if seen[start] || !bone(start) {
            continue;
        }
        piece.clear();
        piece.push(start);
        seen[start] = true;
        let (mut next, mut wanted) = (0, false);
        while let Some(&voxel) = piece.get(next) {
            next += 1;
            wanted |= is_wanted(voxel);
            faces(dims, voxel, |other| {
                if bone(other) && !seen[other] {
                    seen[other] = true;
                    piece.push(other);
                }
            });
        }
        if wanted {
            count += piece.len();
            for &voxel in &piece {
                is_in[voxel] = true;
            }
        }
    }
    let left_out = (0..total)
        .filter(|&voxel| bone(voxel) && !is_in[voxel])
        .count();
    Carrying {
        is_in,
        count,
        left_out,
    }
}

/// Bone that joins both ends along an axis.
pub(super) fn between_ends(
    voxels: Voxels,
    axis: Axis,
    bone: &(impl Fn(usize) -> bool + Sync),
) -> Result<Carrying, ElementsError> {
    let dims = voxels.dims;
    let [nx, ny, _] = dims;
    let slice = |voxel: usize| [voxel % nx, voxel / nx % ny, voxel / (nx * ny)][axis.index()];
    let total: usize = dims.iter().product();
    let last = dims[axis.index()] - 1;
    let in_slice = |number: usize| (0..total).filter(move |&voxel| slice(voxel) == number);
    let found = pieces(dims, bone, in_slice(0), |voxel| slice(voxel) == last);
    if found.count == 0 {
        let in_bone = |number| in_slice(number).filter(|&voxel| bone(voxel)).count();
        return Err(ElementsError::NoBone {
            axis,
            bone: found.left_out,
            lower: in_bone(0),
            upper: in_bone(last),
        });
    }
    Ok(found)
}

/// Bone that reaches a face of the box.
pub(super) fn at_faces(
    voxels: Voxels,
    bone: &(impl Fn(usize) -> bool + Sync),
) -> Result<Carrying, ElementsError> {
    let dims = voxels.dims;
    let total: usize = dims.iter().product();
    let [nx, ny, _] = dims;
    let is_face = |voxel: &usize| {
        let at = [voxel % nx, voxel / nx % ny, voxel / (nx * ny)];
        (0..3).any(|axis| at[axis] == 0 || at[axis] + 1 == dims[axis])
    };
    let found = pieces(dims, bone, (0..total).filter(is_face), |_| true);
    if found.count == 0 {
        return Err(ElementsError::Adrift {
            bone: found.left_out,
        });
    }
    Ok(found)
}
