//! Euler number and connectivity of bone on a lattice.
//!
//! A site of bone is a closed cube, so that bone is 26-connected and marrow 6-connected. The Euler number is
//! that of the union of the cubes: corners less edges plus faces less cubes, each counted once (Odgaard and
//! Gundersen 1993, Bone 14:173). The correction for edges takes half of what the union has in common with the
//! faces of the box, as in `BoneJ`'s `Connectivity`: `delta` is what the box adds to the Euler number of the
//! bone that it was cut from, and neighbouring boxes add up.

use crate::numerics::parallel::prelude::*;

/// Euler numbers of bone in a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Euler {
    /// Of the bone in the box, as if nothing were around it.
    pub(super) number: i64,
    /// With the correction for the faces of the box (delta chi).
    pub(super) delta: f64,
}

/// Euler numbers of bone (true) in a box; of a section, which has one layer, those in its plane.
pub(super) fn euler(bone: &[bool], dims: [usize; 3]) -> Euler {
    let [nx, ny, nz] = dims;
    if bone.is_empty() {
        return Euler {
            number: 0,
            delta: 0.0,
        };
    }
    let at = |x: usize, y: usize, z: usize| bone[(z * ny + y) * nx + x];
    let runs = [
        [(0, 0), (0, nz - 1), (ny - 1, 0), (ny - 1, nz - 1)]
            .map(|(y, z)| of_row(nx, |x| at(x, y, z))),
        [(0, 0), (0, nz - 1), (nx - 1, 0), (nx - 1, nz - 1)]
            .map(|(x, z)| of_row(ny, |y| at(x, y, z))),
        [(0, 0), (0, ny - 1), (nx - 1, 0), (nx - 1, ny - 1)]
            .map(|(x, y)| of_row(nz, |z| at(x, y, z))),
    ];
    let corners = (0..8)
        .filter(|c| {
            at(
                (c & 1) * (nx - 1),
                (c >> 1 & 1) * (ny - 1),
                (c >> 2) * (nz - 1),
            )
        })
        .count() as f64;
    if nz == 1 {
        let number = of_plane([nx, ny], |x, y| at(x, y, 0));
        // Each of the four edges and corners of the section was counted for both of its layers.
        let edges = runs[..2].iter().flatten().sum::<i64>() as f64 / 2.0;
        return Euler {
            number,
            delta: number as f64 - edges / 2.0 + corners / 8.0,
        };
    }
    let faces: i64 = [0, nz - 1]
        .map(|z| of_plane([nx, ny], |x, y| at(x, y, z)))
        .into_iter()
        .chain([0, ny - 1].map(|y| of_plane([nx, nz], |x, z| at(x, y, z))))
        .chain([0, nx - 1].map(|x| of_plane([ny, nz], |y, z| at(x, y, z))))
        .sum();
    let edges: i64 = runs.iter().flatten().sum();
    let number = of_box(bone, dims);
    Euler {
        number,
        // Of what lies within a face half counts, within an edge three quarters, and seven eighths of
        // a corner; faces and edges are counted here with their ends.
        delta: number as f64 - (faces as f64 / 2.0 - edges as f64 / 4.0 + corners / 8.0),
    }
}

/// Of the cubes of a box: corners of the lattice with the bits of the eight sites around each.
fn of_box(bone: &[bool], dims: [usize; 3]) -> i64 {
    let [nx, ny, nz] = dims;
    let table: Vec<i64> = (0..256).map(around_corner).collect();
    let layers: Vec<i64> = (0..nz + 1)
        .into_par_iter()
        .map(|z| {
            let mut sum = 0;
            for y in 0..=ny {
                let mut bits = 0_usize;
                // A row of four sites across x; outside of the box there is no bone.
                let rows = [(y, z), (y + 1, z), (y, z + 1), (y + 1, z + 1)].map(|(y, z)| {
                    ((1..=ny).contains(&y) && (1..=nz).contains(&z))
                        .then(|| ((z - 1) * ny + y - 1) * nx)
                });
                for x in 0..=nx {
                    bits = bits >> 1 & 0b0101_0101;
                    if x < nx {
                        for (row, start) in rows.iter().enumerate() {
                            if start.is_some_and(|start| bone[start + x]) {
                                bits |= 2 << (2 * row);
                            }
                        }
                    }
                    sum += table[bits];
                }
            }
            sum
        })
        .collect();
    layers.iter().sum::<i64>() / 8
}

/// Eight times what a corner of the lattice adds, of which these of the eight sites around it are bone:
/// itself, less half of each of its six edges, a quarter of its twelve faces, an eighth of its cubes.
fn around_corner(bits: usize) -> i64 {
    if bits == 0 {
        return 0;
    }
    let halves = [0x55, 0xaa, 0x33, 0xcc, 0x0f, 0xf0];
    let edges = halves.iter().filter(|&&half| bits & half != 0).count();
    let faces = (0..6)
        .flat_map(|one| (one + 1..6).map(move |other| halves[one] & halves[other]))
        .filter(|&pair| bits & pair != 0)
        .count();
    8 - 4 * edges as i64 + 2 * faces as i64 - i64::from(bits.count_ones())
}

/// Of the squares of a plane.
fn of_plane(dims: [usize; 2], at: impl Fn(usize, usize) -> bool) -> i64 {
    let [nx, ny] = dims;
    let mut sum = 0;
    for y in 0..=ny {
        for x in 0..=nx {
            let square = |x: usize, y: usize| {
                (1..=nx).contains(&x) && (1..=ny).contains(&y) && at(x - 1, y - 1)
            };
            let [a, b, c, d] = [
                square(x, y),
                square(x + 1, y),
                square(x, y + 1),
                square(x + 1, y + 1),
            ];
            let count = |of: &[bool]| of.iter().filter(|&&of| of).count() as i64;
            let edges = count(&[a || b, c || d, a || c, b || d]);
            sum += 4 * i64::from(a || b || c || d) - 2 * edges + count(&[a, b, c, d]);
        }
    }
    sum / 4
}

/// Of the pieces of a row: their number.
fn of_row(length: usize, at: impl Fn(usize) -> bool) -> i64 {
    (0..length)
        .filter(|&i| at(i) && (i == 0 || !at(i - 1)))
        .count() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dims: [usize; 3], is_bone: impl Fn([usize; 3]) -> bool) -> Euler {
        let [nx, ny, nz] = dims;
        let bone: Vec<bool> = (0..nx * ny * nz)
            .map(|i| is_bone([i % nx, i / nx % ny, i / nx / ny]))
            .collect();
        euler(&bone, dims)
    }

    fn is(found: Euler, number: i64, delta: f64) {
        assert_eq!(found.number, number);
        assert!((found.delta - delta).abs() < 1e-12, "{found:?}");
    }

    /// By definition: a ball has 1, a ring 0, a shell 2, two cubes that touch at a corner 1.
    #[test]
    fn solids_have_their_euler_numbers() {
        let inner = |[x, y, z]: [usize; 3]| [x, y, z].iter().all(|i| (1..4).contains(i));
        let middle = |p: [usize; 3]| p == [2, 2, 2];
        is(of([5; 3], inner), 1, 1.0);
        is(of([5; 3], |p| inner(p) && !middle(p)), 2, 2.0);
        let ring = |p: [usize; 3]| inner(p) && !(p[0] == 2 && p[1] == 2);
        is(of([5; 3], ring), 0, 0.0);
        let touching = |p: [usize; 3]| p == [1, 1, 1] || p == [2, 2, 2];
        is(of([5; 3], touching), 1, 1.0);
        // The hole in the middle and the missing corner touch at a point: marrow does not join them.
        is(of([5; 3], |p| !touching(p) && inner(p)), 2, 2.0);
        is(of([5; 3], |_| false), 0, 0.0);
    }

    /// A full box goes on on all sides and adds nothing; so do a plate and a rod that go through.
    #[test]
    fn what_goes_through_the_box_adds_nothing() {
        is(of([4, 5, 6], |_| true), 1, 0.0);
        is(of([4, 5, 6], |p| p[2] == 3), 1, 0.0);
        is(of([4, 5, 6], |p| p[0] == 1 && p[1] == 2), 1, 0.0);
        // The end of a rod is half a rod: two of them have the number of a piece.
        is(
            of([4, 5, 6], |p| p[0] == 1 && p[1] == 2 && p[2] < 4),
            1,
            0.5,
        );
        is(of([4, 5, 1], |p| p[0] == 1), 1, 0.0);
        is(of([4, 5, 1], |_| true), 1, 0.0);
        is(of([4, 5, 1], |p| p[0] == 1 && p[1] == 2), 1, 1.0);
    }

    /// What is around the box is no bone: empty layers change nothing.
    #[test]
    fn empty_layers_change_no_number() {
        let is_bone = |[x, y, z]: [usize; 3]| (x * x + 3 * y + 5 * z * y) % 7 < 3;
        let bare = of([9, 8, 10], is_bone);
        let padded = of([11, 10, 12], |[x, y, z]| {
            (1..10).contains(&x)
                && (1..9).contains(&y)
                && (1..11).contains(&z)
                && is_bone([x - 1, y - 1, z - 1])
        });
        assert_eq!(bare.number, padded.number);
        is(padded, bare.number, bare.number as f64);
    }
}
