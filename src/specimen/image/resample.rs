//! Means over cubic sites, and which of them are bone.

use crate::numerics::parallel::prelude::*;

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
mod tests;
