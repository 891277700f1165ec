//! Means over cubic sites.

use rayon::prelude::*;

use super::MOST_VOXELS;

/// Ratios of sizes this close to a whole number are that number.
const WHOLE: f64 = 1e-6;

/// Means of a volume over cubic sites of `edge_um`, each weighted by overlap; and the sites
/// along x, y, z.
///
/// `values` are `dims[0] x dims[1] x dims[2]`, x fastest, of voxel size `spacing_um`. The first
/// site begins at the corner of the first voxel; sites that would reach over the far faces are
/// left out. A volume with one layer keeps its layer. Bone shares keep exact halves when the
/// edge is a whole number of voxels.
///
/// # Errors
/// Says what is wrong: an edge that is not finite and above 0, or longer than the volume; more
/// sites than [`MOST_VOXELS`]; values that do not fill the volume.
pub fn resample(
    values: &[f32],
    dims: [usize; 3],
    spacing_um: [f64; 3],
    edge_um: f64,
) -> Result<(Vec<f32>, [usize; 3]), &'static str> {
    if !(edge_um.is_finite() && edge_um > 0.0) {
        return Err("the edge is not a finite number above 0");
    }
    if values.is_empty() || values.len() != dims.iter().product::<usize>() {
        return Err("the values do not fill the volume");
    }
    let ratios: [f64; 3] = std::array::from_fn(|axis| {
        let ratio = if axis == 2 && dims[2] == 1 {
            1.0
        } else {
            edge_um / spacing_um[axis]
        };
        let whole = ratio.round();
        if (ratio - whole).abs() < WHOLE * ratio {
            whole
        } else {
            ratio
        }
    });
    let sites = [0, 1, 2].map(|axis| (dims[axis] as f64 / ratios[axis] + WHOLE).floor());
    if !sites.iter().all(|&n| n >= 1.0) {
        return Err("the edge is longer than the volume");
    }
    if sites.iter().product::<f64>() > MOST_VOXELS as f64 {
        return Err("there would be too many sites");
    }
    let sites = sites.map(|n| n as usize);
    let [along_x, along_y, along_z] =
        [0, 1, 2].map(|axis| overlaps(sites[axis], ratios[axis], dims[axis]));
    let layers: Vec<Vec<f64>> = (0..dims[2])
        .into_par_iter()
        .map(|z| {
            let layer = &values[z * dims[0] * dims[1]..(z + 1) * dims[0] * dims[1]];
            let mut means = vec![0.0; sites[0] * sites[1]];
            for (y, rows) in along_y.iter().enumerate() {
                for (x, columns) in along_x.iter().enumerate() {
                    let mut sum = 0.0;
                    for &(row, height) in rows {
                        for &(column, width) in columns {
                            sum += height * width * f64::from(layer[row * dims[0] + column]);
                        }
                    }
                    means[y * sites[0] + x] = sum;
                }
            }
            means
        })
        .collect();
    // In voxels: exact for whole ratios, so that half a site is one half.
    let volume = ratios[0] * ratios[1] * ratios[2];
    let mut means = vec![0.0_f32; sites.iter().product()];
    means
        .par_chunks_mut(sites[0] * sites[1])
        .zip(&along_z)
        .for_each(|(out, depths)| {
            for (at, mean) in out.iter_mut().enumerate() {
                let sum: f64 = depths
                    .iter()
                    .map(|&(layer, depth)| depth * layers[layer][at])
                    .sum();
                *mean = (sum / volume) as f32;
            }
        });
    Ok((means, sites))
}

/// For each site, the voxels it overlaps and by how much, in voxels.
fn overlaps(sites: usize, ratio: f64, voxels: usize) -> Vec<Vec<(usize, f64)>> {
    (0..sites)
        .map(|site| {
            let (start, end) = (site as f64 * ratio, (site + 1) as f64 * ratio);
            let first = (start as usize).min(voxels - 1);
            (first..voxels)
                .map(|voxel| {
                    let low = start.max(voxel as f64);
                    let high = end.min((voxel + 1) as f64);
                    (voxel, high - low)
                })
                .skip_while(|(_, overlap)| *overlap <= 0.0)
                .take_while(|(_, overlap)| *overlap > 0.0)
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_ratio_averages_blocks_and_drops_the_rest() {
        let values: Vec<f32> = (0..5 * 4 * 2).map(|i| i as f32).collect();
        let (means, sites) = resample(&values, [5, 4, 2], [4.1; 3], 8.2).unwrap();
        assert_eq!(sites, [2, 2, 1]);
        // (0 + 1 + 5 + 6 + 20 + 21 + 25 + 26) / 8, then two further along x, then two rows on.
        assert_eq!(means, [13.0, 15.0, 23.0, 25.0]);
    }

    #[test]
    fn a_broken_ratio_weights_by_overlap() {
        let (means, sites) =
            resample(&[0.0, 3.0, 6.0], [3, 1, 1], [10.0, 15.0, 7.0], 15.0).unwrap();
        assert_eq!(sites, [2, 1, 1]);
        // (1 x 0 + 1/2 x 3) / 1.5 and (1/2 x 3 + 1 x 6) / 1.5.
        assert_eq!(means, [1.0, 5.0]);
    }

    #[test]
    fn smaller_sites_repeat_the_voxel() {
        let (means, sites) = resample(&[1.0, 2.0], [2, 1, 1], [10.0, 10.0, 10.0], 5.0).unwrap();
        assert_eq!(sites, [4, 2, 1]);
        assert_eq!(means, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn impossible_edges_are_refused() {
        for edge in [0.0, -1.0, f64::NAN, f64::INFINITY, 41.0, 1e-9] {
            assert!(
                resample(&[1.0; 8], [2; 3], [10.0; 3], edge).is_err(),
                "{edge}"
            );
        }
    }

    #[test]
    fn the_mean_is_kept_on_any_number_of_threads() {
        let values: Vec<f32> = (0..12 * 12 * 12).map(|i| (i * i % 97) as f32).collect();
        let on = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| resample(&values, [12; 3], [1.0; 3], 1.5).unwrap().0)
        };
        let (one, three) = (on(1), on(3));
        assert_eq!(one, three);
        let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
        assert!((mean(&one) - mean(&values)).abs() < 1e-4);
    }
}
