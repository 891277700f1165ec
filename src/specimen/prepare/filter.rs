//! What is done to grey values before they are cut.

use crate::numerics::parallel::prelude::*;

/// A Gaussian of a standard deviation, cut off at a support, voxels, and scaled to the sum 1; beyond the
/// image lies what lies at its face. Scanco's scripts use 0.8 and 1 (Bouxsein et al. 2010).
pub(crate) fn gaussian(values: &[f32], dims: [usize; 3], sigma: f64, support: usize) -> Vec<f32> {
    let weights: Vec<f64> = (0..=2 * support)
        .map(|i| (-(i as f64 - support as f64).powi(2) / (2.0 * sigma * sigma)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
    let weighted = |row: &[f64], out: &mut [f64]| {
        let last = row.len() - 1;
        for (at, out) in out.iter_mut().enumerate() {
            let near = (0..weights.len()).map(|k| (at + k).saturating_sub(support).min(last));
            *out = near
                .zip(&weights)
                .map(|(at, weight)| weight * row[at])
                .sum();
        }
    };
    along_axes(values, dims, &weighted)
}

/// The mean over a cube of `2 reach + 1` voxels about each voxel, of what of it lies in the image.
pub(crate) fn box_mean(values: &[f32], dims: [usize; 3], reach: usize) -> Vec<f32> {
    let mean = |row: &[f64], out: &mut [f64]| {
        let mut sums = vec![0.0; row.len() + 1];
        for (i, value) in row.iter().enumerate() {
            sums[i + 1] = sums[i] + value;
        }
        for (at, out) in out.iter_mut().enumerate() {
            let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(row.len()));
            *out = (sums[to] - sums[from]) / (to - from) as f64;
        }
    };
    along_axes(values, dims, &mean)
}

/// Does something to every row along x, then along y, then along z.
fn along_axes(
    values: &[f32],
    dims: [usize; 3],
    act: &(impl Fn(&[f64], &mut [f64]) + Sync),
) -> Vec<f32> {
    let [nx, ny, nz] = dims;
    let mut all = values.to_vec();
    all.par_chunks_mut(nx * ny).for_each(|layer| {
        let (mut row, mut out) = (vec![0.0; nx], vec![0.0; nx]);
        for line in layer.chunks_exact_mut(nx) {
            for (to, from) in row.iter_mut().zip(line.iter()) {
                *to = f64::from(*from);
            }
            act(&row, &mut out);
            for (to, from) in line.iter_mut().zip(&out) {
                *to = *from as f32;
            }
        }
        let (mut row, mut out) = (vec![0.0; ny], vec![0.0; ny]);
        for x in 0..nx {
            for (y, to) in row.iter_mut().enumerate() {
                *to = f64::from(layer[y * nx + x]);
            }
            act(&row, &mut out);
            for (y, from) in out.iter().enumerate() {
                layer[y * nx + x] = *from as f32;
            }
        }
    });
    // Rows of x and z, a task each, then back to their layers.
    let planes: Vec<Vec<f32>> = (0..ny)
        .into_par_iter()
        .map(|y| {
            let (mut row, mut out) = (vec![0.0; nz], vec![0.0; nz]);
            let mut plane = vec![0.0; nx * nz];
            for x in 0..nx {
                for (z, to) in row.iter_mut().enumerate() {
                    *to = f64::from(all[(z * ny + y) * nx + x]);
                }
                act(&row, &mut out);
                for (z, from) in out.iter().enumerate() {
                    plane[z * nx + x] = *from as f32;
                }
            }
            plane
        })
        .collect();
    for (y, plane) in planes.iter().enumerate() {
        for z in 0..nz {
            let to = (z * ny + y) * nx;
            all[to..to + nx].copy_from_slice(&plane[z * nx..(z + 1) * nx]);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A single voxel becomes the product of three rows of weights; a ramp stays a ramp away from its ends.
    #[test]
    fn a_point_becomes_the_gaussian() {
        let dims = [9, 7, 5];
        let mut point = vec![0.0_f32; 9 * 7 * 5];
        point[(2 * 7 + 3) * 9 + 4] = 1000.0;
        let found = gaussian(&point, dims, 0.8, 1);
        let side = (-1.0_f64 / 1.28).exp();
        let weights = [side, 1.0, side].map(|w| w / (1.0 + 2.0 * side));
        for (z, y, x) in [(2, 3, 4), (2, 3, 5), (1, 4, 3), (2, 3, 6)] {
            let near = [x as i64 - 4, y as i64 - 3, z as i64 - 2];
            let expected: f64 = near
                .iter()
                .map(|&d| {
                    if d.abs() > 1 {
                        0.0
                    } else {
                        weights[(d + 1) as usize]
                    }
                })
                .product::<f64>()
                * 1000.0;
            let value = f64::from(found[(z * 7 + y) * 9 + x]);
            assert!((value - expected).abs() < 1e-3, "{value} {expected}");
        }
        let total: f64 = found.iter().map(|&v| f64::from(v)).sum();
        assert!((total - 1000.0).abs() < 1e-2);
    }

    #[test]
    fn box_means_are_those_of_what_lies_in_the_image() {
        let dims = [4, 3, 3];
        let values: Vec<f32> = (0..36_u8).map(f32::from).collect();
        let found = box_mean(&values, dims, 1);
        for (at, [xs, ys, zs]) in [
            (0, [0..2_usize, 0..2, 0..2]),
            ((3 + 1) * 4 + 2, [1..4, 0..3, 0..3]),
        ] {
            let mut all = Vec::new();
            for z in zs {
                for y in ys.clone() {
                    all.extend(xs.clone().map(|x| ((z * 3 + y) * 4 + x) as f64));
                }
            }
            let expected = all.iter().sum::<f64>() / all.len() as f64;
            assert!((f64::from(found[at]) - expected).abs() < 1e-4);
        }
    }
}
