//! Exact Euclidean distances on a lattice, squared, in sites.

use crate::numerics::parallel::prelude::*;

/// Further than any distance that is told apart.
const FAR: u32 = 1 << 30;
/// Its root.
const FURTHEST: usize = 1 << 15;

/// Squared distance, in sites, from the centre of each site of the mask to that of the nearest
/// site outside of it; 0 outside. `None` when no site lies outside. What is beyond the lattice
/// does not count as outside.
///
/// Three passes, one per axis (Saito and Toriwaki 1994, Pattern Recognit 27:1551).
pub(crate) fn squared(mask: &[bool], dims: [usize; 3]) -> Option<Vec<u32>> {
    let [nx, ny, nz] = dims;
    if mask.iter().all(|&inside| inside) {
        return None;
    }
    let mut in_plane = vec![0_u32; mask.len()];
    in_plane
        .par_chunks_mut(nx * ny)
        .zip(mask.par_chunks(nx * ny))
        .for_each(|(out, layer)| {
            for (row, sites) in out.chunks_exact_mut(nx).zip(layer.chunks_exact(nx)) {
                along_row(row, sites);
            }
            let mut column = vec![0_u32; ny];
            for x in 0..nx {
                for (y, entry) in column.iter_mut().enumerate() {
                    *entry = out[y * nx + x];
                }
                for y in 0..ny {
                    out[y * nx + x] = nearest(&column, y);
                }
            }
        });
    if nz == 1 {
        return Some(in_plane);
    }
    // By rows of y: each task needs whole columns along z and writes its own row of every layer,
    // so the result is laid out y, z, x and turned back.
    let mut turned = vec![0_u32; mask.len()];
    turned
        .par_chunks_mut(nx * nz)
        .enumerate()
        .for_each(|(y, out)| {
            let mut column = vec![0_u32; nz];
            for x in 0..nx {
                for (z, entry) in column.iter_mut().enumerate() {
                    *entry = in_plane[(z * ny + y) * nx + x];
                }
                for z in 0..nz {
                    out[z * nx + x] = nearest(&column, z);
                }
            }
        });
    in_plane
        .par_chunks_mut(nx * ny)
        .enumerate()
        .for_each(|(z, out)| {
            for (y, row) in out.chunks_exact_mut(nx).enumerate() {
                let from = (y * nz + z) * nx;
                row.copy_from_slice(&turned[from..from + nx]);
            }
        });
    Some(in_plane)
}

/// Squared distances within a row.
fn along_row(row: &mut [u32], sites: &[bool]) {
    let mut steps = FURTHEST;
    for (out, &inside) in row.iter_mut().zip(sites) {
        steps = if inside { (steps + 1).min(FURTHEST) } else { 0 };
        *out = (steps * steps) as u32;
    }
    steps = FURTHEST;
    for (out, &inside) in row.iter_mut().zip(sites).rev() {
        steps = if inside { (steps + 1).min(FURTHEST) } else { 0 };
        *out = (*out).min((steps * steps) as u32);
    }
}

/// Smallest `column[i] + (i - at)^2`, looking outwards until no further entry can be smaller.
fn nearest(column: &[u32], at: usize) -> u32 {
    let mut best = column[at].min(FAR);
    for step in 1..column.len() {
        let square = (step as u64).pow(2);
        if square >= u64::from(best) {
            break;
        }
        let square = square as u32;
        if at >= step {
            best = best.min(column[at - step] + square);
        }
        if at + step < column.len() {
            best = best.min(column[at + step] + square);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tissue::grid::Grid;

    #[test]
    fn distances_are_those_of_looking_everywhere() {
        for dims in [[7, 6, 5], [9, 8, 1], [1, 6, 7]] {
            let grid = Grid::cubic(dims, 1.0);
            let mask: Vec<bool> = (0..grid.len()).map(|i| i * i % 17 != 13).collect();
            let found = squared(&mask, dims).unwrap();
            for (site, &distance2) in found.iter().enumerate() {
                let expected = (0..grid.len())
                    .filter(|&other| !mask[other])
                    .map(|other| grid.distance2_um2(site, other) as u32)
                    .min()
                    .unwrap();
                assert_eq!(distance2, expected);
            }
        }
    }

    #[test]
    fn nothing_bounds_a_full_lattice() {
        assert_eq!(squared(&[true; 8], [2; 3]), None);
        assert_eq!(squared(&[false; 8], [2; 3]), Some(vec![0; 8]));
    }
}
