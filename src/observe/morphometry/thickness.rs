//! Local thickness: at each site, the diameter of the largest sphere that lies in the mask and
//! covers the site (Hildebrand and Rüegsegger 1997, J Microsc 185:67).
//!
//! A sphere is centred on a site and reaches to the centre of the nearest site outside of the
//! mask, which it covers too. So the covered set hangs over the mask by half a site. As in
//! `BoneJ`'s cleaning, sites at the edge of the covered set take the mean of their neighbours that
//! are not at its edge, and then what lies outside of the mask is cut off.

use crate::numerics::parallel::prelude::*;

use crate::numerics::distance;

/// Local thickness at each site of the mask, um; 0 outside of it.
///
/// `mask` holds one value per site, x fastest; the edge of a site is `spacing_um`. With one layer
/// the spheres are circles. When every site is in the mask nothing bounds it, and every value is
/// infinite.
pub fn local_thickness(mask: &[bool], dims: [usize; 3], spacing_um: f64) -> Vec<f32> {
    match in_voxels(mask, dims) {
        None => vec![f32::INFINITY; mask.len()],
        Some(mut thickness) => {
            for value in &mut thickness {
                *value = (f64::from(*value) * spacing_um) as f32;
            }
            thickness
        }
    }
}

/// The local thickness in sites; `None` when every site is in the mask.
pub(super) fn in_voxels(mask: &[bool], dims: [usize; 3]) -> Option<Vec<f32>> {
    let distance2 = distance::squared(mask, dims)?;
    let spheres = ridge(&distance2, dims);
    let covered2 = cover(&spheres, dims);
    Some(cleaned(&covered2, mask, dims))
}

/// A sphere: squared radius and centre, in sites.
#[derive(Debug, Clone, Copy)]
struct Sphere {
    radius2: u32,
    centre: [usize; 3],
}

/// The spheres that no sphere of a neighbouring site covers, largest first.
fn ridge(distance2: &[u32], dims: [usize; 3]) -> Vec<Sphere> {
    let largest = distance2.iter().copied().max().unwrap_or(0) as usize;
    let mut occurs = vec![false; largest + 1];
    for &radius2 in distance2 {
        occurs[radius2 as usize] = true;
    }
    let covering: Vec<[u32; 3]> = occurs
        .into_par_iter()
        .enumerate()
        .map(|(radius2, occurs)| {
            if occurs {
                covering_radii2(radius2 as u32)
            } else {
                [u32::MAX; 3]
            }
        })
        .collect();
    let layers: Vec<Vec<Sphere>> = (0..dims[2])
        .into_par_iter()
        .map(|z| ridge_of_layer(distance2, dims, z, &covering))
        .collect();
    let mut spheres = layers.concat();
    spheres.sort_by_key(|sphere| std::cmp::Reverse(sphere.radius2));
    spheres
}

fn ridge_of_layer(
    distance2: &[u32],
    dims: [usize; 3],
    z: usize,
    covering: &[[u32; 3]],
) -> Vec<Sphere> {
    let [nx, ny, _] = dims;
    let mut spheres = Vec::new();
    for y in 0..ny {
        for x in 0..nx {
            let radius2 = distance2[(z * ny + y) * nx + x];
            if radius2 == 0 {
                continue;
            }
            let needed = covering[radius2 as usize];
            let covered = neighbours(dims, [x, y, z])
                .any(|(site, shifts)| distance2[site] >= needed[shifts - 1]);
            if !covered {
                spheres.push(Sphere {
                    radius2,
                    centre: [x, y, z],
                });
            }
        }
    }
    spheres
}

/// The up to 26 neighbours of a place: their sites, and along how many axes they are shifted.
fn neighbours(dims: [usize; 3], place: [usize; 3]) -> impl Iterator<Item = (usize, usize)> {
    let range = move |axis: usize| place[axis].saturating_sub(1)..(place[axis] + 2).min(dims[axis]);
    range(2).flat_map(move |z| {
        range(1).flat_map(move |y| {
            range(0).filter_map(move |x| {
                let shifts = usize::from(x != place[0])
                    + usize::from(y != place[1])
                    + usize::from(z != place[2]);
                (shifts > 0).then_some(((z * dims[1] + y) * dims[0] + x, shifts))
            })
        })
    })
}

/// Smallest squared radii of spheres shifted by one site along 1, 2 and 3 axes that cover every
/// site of a sphere of this squared radius.
fn covering_radii2(radius2: u32) -> [u32; 3] {
    let mut needed = [0; 3];
    let radius = radius2.isqrt();
    for k in 0..=radius {
        let rest = radius2 - k * k;
        for j in 0..=rest.isqrt() {
            let i = (rest - j * j).isqrt();
            // The far side of the sphere: each shift adds (n + 1)^2 - n^2.
            let at = i * i + j * j + k * k;
            let shifted = [
                at + 2 * i + 1,
                at + 2 * (i + j) + 2,
                at + 2 * (i + j + k) + 3,
            ];
            for (most, reach) in needed.iter_mut().zip(shifted) {
                *most = reach.max(*most);
            }
        }
    }
    needed
}

/// At each site, the largest squared radius of the spheres that cover it; 0 where none does.
///
/// Spheres come largest first, so the first to reach a site is its largest. Each row remembers
/// the next site without a sphere, and covered stretches are skipped.
fn cover(spheres: &[Sphere], dims: [usize; 3]) -> Vec<u32> {
    let [nx, ny, nz] = dims;
    let largest = spheres.first().map_or(0, |sphere| sphere.radius2);
    let roots: Vec<usize> = (0..=largest).map(|n| n.isqrt() as usize).collect();
    let mut covered2 = vec![0_u32; nx * ny * nz];
    covered2
        .par_chunks_mut(nx * ny)
        .enumerate()
        .for_each(|(z, layer)| {
            let mut free: Vec<usize> = (0..ny * (nx + 1)).collect();
            for sphere in spheres {
                let [x, y, centre_z] = sphere.centre;
                let away = z.abs_diff(centre_z) as u64;
                if away * away > u64::from(sphere.radius2) {
                    continue;
                }
                let disc2 = sphere.radius2 as usize - (away * away) as usize;
                let reach = roots[disc2];
                for row in y.saturating_sub(reach)..(y + reach + 1).min(ny) {
                    let half = roots[disc2 - y.abs_diff(row).pow(2)];
                    let end = (x + half + 1).min(nx);
                    let start = row * (nx + 1);
                    let mut at = next_free(&mut free, start + x.saturating_sub(half));
                    while at < start + end {
                        layer[row * nx + at - start] = sphere.radius2;
                        free[at] = at + 1;
                        at = next_free(&mut free, at + 1);
                    }
                }
            }
        });
    covered2
}

/// The first entry from `at` on that points to itself; halves the path on the way.
fn next_free(free: &mut [usize], mut at: usize) -> usize {
    while free[at] != at {
        free[at] = free[free[at]];
        at = free[at];
    }
    at
}

/// Diameters, smoothed at the edge of the covered set, cut off outside of the mask.
fn cleaned(covered2: &[u32], mask: &[bool], dims: [usize; 3]) -> Vec<f32> {
    let [nx, ny, _] = dims;
    // Negative at the edge, and 0 where nothing is covered.
    let mut marked = vec![0.0_f32; covered2.len()];
    marked
        .par_chunks_mut(nx * ny)
        .enumerate()
        .for_each(|(z, layer)| {
            for (at, mark) in layer.iter_mut().enumerate() {
                let radius2 = covered2[z * nx * ny + at];
                if radius2 > 0 {
                    let diameter = (2.0 * f64::from(radius2).sqrt()) as f32;
                    let at_edge = neighbours(dims, [at % nx, at / nx, z])
                        .any(|(site, _)| covered2[site] == 0);
                    *mark = if at_edge { -diameter } else { diameter };
                }
            }
        });
    let mut thickness = vec![0.0_f32; covered2.len()];
    thickness
        .par_chunks_mut(nx * ny)
        .enumerate()
        .for_each(|(z, layer)| {
            for (at, out) in layer.iter_mut().enumerate() {
                let site = z * nx * ny + at;
                if !mask[site] {
                    continue;
                }
                let own = marked[site];
                *out = if own >= 0.0 {
                    own
                } else {
                    let (mut sum, mut count) = (0.0, 0.0);
                    for (neighbour, _) in neighbours(dims, [at % nx, at / nx, z]) {
                        if marked[neighbour] > 0.0 {
                            sum += f64::from(marked[neighbour]);
                            count += 1.0;
                        }
                    }
                    if count > 0.0 {
                        (sum / count) as f32
                    } else {
                        -own
                    }
                };
            }
        });
    thickness
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tissue::grid::Grid;

    /// Every sphere of every site, without a ridge and without skipping.
    #[test]
    fn the_ridge_covers_what_all_spheres_cover() {
        for dims in [[14, 13, 12], [25, 21, 1]] {
            let grid = Grid::cubic(dims, 1.0);
            let mask: Vec<bool> = (0..grid.len())
                .map(|site| {
                    let [x, y, z] = grid.place(site);
                    (x as i32 - 5).pow(2) + (y as i32 - 6).pow(2) + (z as i32 - 4).pow(2) < 30
                        || (x + 2 * y + z) % 11 < 5
                })
                .collect();
            let distance2 = distance::squared(&mask, dims).unwrap();
            let mut expected = vec![0; grid.len()];
            for (centre, &radius2) in distance2.iter().enumerate() {
                for (site, most) in expected.iter_mut().enumerate() {
                    if grid.distance2_um2(centre, site) <= f64::from(radius2) {
                        *most = radius2.max(*most);
                    }
                }
            }
            let spheres = ridge(&distance2, dims);
            assert!(spheres.len() < mask.iter().filter(|&&inside| inside).count());
            assert_eq!(cover(&spheres, dims), expected);
        }
    }

    /// A plate of 4 sites is 4 thick: its spheres reach 2 sites from the inner layers.
    #[test]
    fn a_plate_is_as_thick_as_it_is() {
        let dims = [8, 8, 12];
        let mask: Vec<bool> = (0..768).map(|i| (4..8).contains(&(i / 64))).collect();
        let thickness = local_thickness(&mask, dims, 10.0);
        for (&inside, &value) in mask.iter().zip(&thickness) {
            assert!((value - if inside { 40.0 } else { 0.0 }).abs() < 1e-4);
        }
    }

    #[test]
    fn nothing_bounds_a_full_mask() {
        assert_eq!(local_thickness(&[true; 8], [2; 3], 1.0), [f32::INFINITY; 8]);
        assert_eq!(local_thickness(&[false; 8], [2; 3], 1.0), [0.0; 8]);
    }
}
