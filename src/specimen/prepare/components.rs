//! Pieces of bone and of marrow: the largest bone, and pores that are closed on all sides.

/// How voxels touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// By faces, as marrow does.
    Faces,
    /// By faces, edges and corners, as bone does.
    Corners,
}

/// Calls `found` for each piece of the mask, in the order of its first voxel, with its voxels.
pub(crate) fn pieces(
    mask: &[bool],
    dims: [usize; 3],
    touch: Touch,
    mut found: impl FnMut(&[usize]),
) {
    let [nx, ny, nz] = dims;
    let mut left = mask.to_vec();
    let mut piece = Vec::new();
    for start in 0..left.len() {
        if !left[start] {
            continue;
        }
        left[start] = false;
        piece.clear();
        piece.push(start);
        let mut next = 0;
        while next < piece.len() {
            let site = piece[next];
            next += 1;
            let [x, y, z] = [site % nx, site / nx % ny, site / nx / ny];
            for k in z.saturating_sub(1)..(z + 2).min(nz) {
                for j in y.saturating_sub(1)..(y + 2).min(ny) {
                    for i in x.saturating_sub(1)..(x + 2).min(nx) {
                        let steps = x.abs_diff(i) + y.abs_diff(j) + z.abs_diff(k);
                        let other = (k * ny + j) * nx + i;
                        if left[other] && (touch == Touch::Corners || steps == 1) {
                            left[other] = false;
                            piece.push(other);
                        }
                    }
                }
            }
        }
        found(&piece);
    }
}

/// The largest piece alone, and how many others were taken away with how many voxels; of two as large the
/// first.
pub(crate) fn largest(mask: &[bool], dims: [usize; 3], touch: Touch) -> (Vec<bool>, [usize; 2]) {
    let (mut best, mut count, mut total): (Vec<usize>, usize, usize) = (Vec::new(), 0, 0);
    pieces(mask, dims, touch, |piece| {
        count += 1;
        total += piece.len();
        if piece.len() > best.len() {
            best = piece.to_vec();
        }
    });
    let mut kept = vec![false; mask.len()];
    for &site in &best {
        kept[site] = true;
    }
    (kept, [count.saturating_sub(1), total - best.len()])
}

/// Fills the pieces of marrow that touch no face of the box; how many there were, with how many voxels.
pub(crate) fn fill_closed(bone: &mut [bool], dims: [usize; 3]) -> [usize; 2] {
    let marrow: Vec<bool> = bone.iter().map(|&bone| !bone).collect();
    let [nx, ny, nz] = dims;
    let at_face = |site: usize| {
        let [x, y, z] = [site % nx, site / nx % ny, site / nx / ny];
        let in_plane = x == 0 || y == 0 || x + 1 == nx || y + 1 == ny;
        in_plane || (nz > 1 && (z == 0 || z + 1 == nz))
    };
    let mut filled = [0; 2];
    pieces(&marrow, dims, Touch::Faces, |piece| {
        if !piece.iter().any(|&site| at_face(site)) {
            filled[0] += 1;
            filled[1] += piece.len();
            for &site in piece {
                bone[site] = true;
            }
        }
    });
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bone_touches_at_corners_and_marrow_by_faces() {
        let dims = [5, 5, 5];
        let at = |x: usize, y: usize, z: usize| (z * 5 + y) * 5 + x;
        let mut bone = vec![false; 125];
        for site in [at(1, 1, 1), at(2, 2, 2), at(4, 4, 4)] {
            bone[site] = true;
        }
        let (kept, others) = largest(&bone, dims, Touch::Corners);
        assert_eq!(others, [1, 1]);
        assert!(kept[at(1, 1, 1)] && kept[at(2, 2, 2)] && !kept[at(4, 4, 4)]);
        assert_eq!(largest(&bone, dims, Touch::Faces).1, [2, 2]);
        // A pore within a block is filled, one that meets a face or lies open to one is not.
        let mut block = vec![true; 125];
        for site in [at(2, 2, 2), at(0, 1, 1), at(3, 3, 3), at(3, 3, 4)] {
            block[site] = false;
        }
        assert_eq!(fill_closed(&mut block, dims), [1, 1]);
        assert!(block[at(2, 2, 2)] && !block[at(0, 1, 1)] && !block[at(3, 3, 3)]);
    }
}
