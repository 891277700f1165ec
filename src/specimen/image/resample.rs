//! Means over cubic sites, and which of them are bone.

use rayon::prelude::*;

use super::MOST_VOXELS;

/// Ratios of sizes this close to a whole number are that number.
const WHOLE: f64 = 1e-6;
/// Sites that a voxel becomes at most, on the mean: edges of a quarter of its own.
const MOST_FINER: f64 = 64.0;
/// Sites that are made all the same.
const FINER_ANYWAY: f64 = 16_777_216.0;

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
    let wanted = sites.iter().product::<f64>();
    if wanted > MOST_VOXELS as f64 {
        return Err("there would be too many sites");
    }
    // Voxels of very unlike sizes would be cut into sites without number and without information.
    if wanted > MOST_FINER * values.len() as f64 + FINER_ANYWAY {
        return Err("each voxel would become more than 64 sites; give a longer edge");
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

/// Shares this close to one half are one half.
const HALF: f32 = 1e-6;

/// Share from which a site is the inside of a structure; one that spans two sites has such sites.
const INSIDE: f32 = 0.9;

/// Part of the bone that may lie away from all insides where structures span two sites.
const MOST_THIN: f64 = 0.02;

/// Which sites are bone, from the share of each that is.
///
/// A site is bone where more than half of it is. Where exactly half is, the side decides on which
/// the bone lies: it is bone if more of the neighbours further along z, y and x (weighted 4, 2, 1)
/// is bone than of those before, or as much. This is where a lattice shifted by next to nothing
/// would put it, so that of the two faces of a plate one gains what the other loses, where a rule
/// for all would thicken or thin everything by half a site.
///
/// Where structures span two sites (at least 98 % of the bone lies in sites that are bone to 90 %
/// and in their 26 neighbours), what is then missing or too much of the volume is made good on
/// sites that share a face with such an inside, those nearest to one half first, then those of
/// lower index: the volume is kept to one site, nothing breaks and nothing is made up. Where they
/// do not, nothing is made good: no site could be found that is bone.
pub fn bone_sites(share: &[f32], dims: [usize; 3]) -> Vec<bool> {
    let is_tie = |share: f32| (share - 0.5).abs() <= HALF;
    let mut bone: Vec<bool> = (0..share.len())
        .map(|site| {
            if is_tie(share[site]) {
                lean(share, dims, site) >= 0.0
            } else {
                share[site] > 0.5
            }
        })
        .collect();
    let volume: f64 = share.iter().map(|&share| f64::from(share)).sum();
    let wanted = volume.round() as usize;
    let now = bone.iter().filter(|&&bone| bone).count();
    let (amiss, is_excess) = (now.abs_diff(wanted), now > wanted);
    let inside: Vec<bool> = share.iter().map(|&share| share >= INSIDE).collect();
    if amiss == 0 || thin_share(share, &inside, dims) > MOST_THIN * volume {
        return bone;
    }
    // Share, lean and site; a tie is one half.
    let mut next: Vec<(f32, f64, usize)> = (0..share.len())
        .filter(|&site| bone[site] == is_excess && share[site] > 0.0 && !inside[site])
        .filter(|&site| faces(dims, site).any(|(_, beside)| inside[beside]))
        .map(|site| {
            let own = if is_tie(share[site]) {
                0.5
            } else {
                share[site]
            };
            (own, lean(share, dims, site), site)
        })
        .collect();
    next.sort_by(|one, other| {
        let order = one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1));
        // What is too much leaves from below, what is missing comes from above.
        let order = if is_excess { order } else { order.reverse() };
        order.then(one.2.cmp(&other.2))
    });
    for &(.., site) in next.iter().take(amiss) {
        bone[site] = !is_excess;
    }
    bone
}

/// Neighbours that share a face, with the axis along which they lie: 2 x axis, plus 1 further on.
fn faces(dims: [usize; 3], site: usize) -> impl Iterator<Item = (usize, usize)> {
    let steps = [1, dims[0], dims[0] * dims[1]];
    (0..3).flat_map(move |axis| {
        let at = site / steps[axis] % dims[axis];
        let before = (at > 0).then(|| (2 * axis, site - steps[axis]));
        let after = (at + 1 < dims[axis]).then(|| (2 * axis + 1, site + steps[axis]));
        before.into_iter().chain(after)
    })
}

/// Above zero where more of what lies further along is bone than of what lies before. Beyond the
/// faces of the volume it goes on as it is.
fn lean(share: &[f32], dims: [usize; 3], site: usize) -> f64 {
    let own = f64::from(share[site]);
    faces(dims, site)
        .map(|(side, beside)| {
            let weight = f64::from(1_u8 << (side / 2));
            let more = weight * (f64::from(share[beside]) - own);
            if side % 2 == 1 { more } else { -more }
        })
        .sum()
}

/// Bone, in sites, that lies neither inside of structures nor in the 26 neighbours of such sites.
fn thin_share(share: &[f32], inside: &[bool], dims: [usize; 3]) -> f64 {
    let mut near = inside.to_vec();
    // Along one axis after the other reaches all 26.
    for axis in 0..3 {
        let before = near.clone();
        for (site, near) in near.iter_mut().enumerate() {
            *near =
                *near || faces(dims, site).any(|(side, beside)| side / 2 == axis && before[beside]);
        }
    }
    let thin = share.iter().zip(&near).filter(|&(_, &near)| !near);
    thin.map(|(&share, _)| f64::from(share)).sum()
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

    /// Balls and a plate in a cube of 60 voxels; structures span two sites and more.
    fn shapes() -> Vec<f32> {
        let mut values = vec![0.0; 60 * 60 * 60];
        for (at, value) in values.iter_mut().enumerate() {
            let [x, y, z] = [at % 60, at / 60 % 60, at / 3600];
            let ball = |c: [usize; 3], r2: usize| {
                x.abs_diff(c[0]).pow(2) + y.abs_diff(c[1]).pow(2) + z.abs_diff(c[2]).pow(2) < r2
            };
            let is_bone = ball([20, 20, 20], 150)
                || ball([41, 38, 17], 90)
                || (41..46).contains(&z)
                || (15..20).contains(&x);
            *value = f32::from(u8::from(is_bone));
        }
        values
    }

    #[test]
    fn the_volume_is_kept_where_structures_span_two_sites() {
        let values = shapes();
        for edge in [1.25, 1.5, 2.0, 2.4, 2.5, 3.0] {
            let (share, dims) = resample(&values, [60; 3], [1.0; 3], edge).unwrap();
            let volume: f64 = share.iter().map(|&share| f64::from(share)).sum();
            let bone = bone_sites(&share, dims);
            let kept = bone.iter().filter(|&&bone| bone).count() as f64 / volume;
            assert!((kept - 1.0).abs() < 1e-3, "{edge}: {kept}");
            for (site, &share) in share.iter().enumerate() {
                assert!(bone[site] || share < INSIDE, "{edge}: {share} is not bone");
                assert!(!bone[site] || share > 0.0, "{edge}: {share} is bone");
            }
        }
    }

    /// A plate of two sites, half a site off the lattice: bone that lies further along counts.
    #[test]
    fn of_a_plate_between_sites_one_face_is_taken() {
        let share = [0.0, 0.5, 1.0, 0.5, 0.0, 0.0];
        for dims in [[6, 1, 1], [1, 6, 1], [1, 1, 6]] {
            let bone = bone_sites(&share, dims);
            assert_eq!(bone, [false, true, true, false, false, false]);
        }
    }

    /// What is thinner than a site is neither broken into pieces nor made up.
    #[test]
    fn plates_thinner_than_half_a_site_are_lost_and_not_invented() {
        let plates = [0.4_f32, 0.0, 0.0].repeat(48);
        assert_eq!(bone_sites(&plates, [3, 6, 8]), [false; 144]);
        let halves = [0.5_f32, 0.0, 0.0].repeat(48);
        let bone = bone_sites(&halves, [3, 6, 8]);
        assert!(
            bone.chunks(3)
                .all(|row| row[0] == bone[0] && !row[1] && !row[2])
        );
    }

    #[test]
    fn impossible_edges_are_refused() {
        // Ten by ten by ten voxels, each of them 50^3 sites.
        assert!(resample(&[1.0; 1000], [10; 3], [10.0; 3], 0.2).is_err());
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
