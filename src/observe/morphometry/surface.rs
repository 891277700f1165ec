//! Area of the surface between bone and not bone by marching cubes (Lorensen and Cline 1987).
//!
//! A cell spans the centres of eight sites; the surface crosses its edges half way. Bone that
//! touches across the diagonal of a face is joined, so that the surface is that of 26-connected
//! bone. A piece of surface with more than three corners is a fan of triangles from the corner
//! that gives the largest area, which is the area of the published tables. The faces of the
//! lattice are no surface, because no cell crosses them.

use crate::numerics::parallel::prelude::*;

/// The corners of the six faces of a cell, in order around the face. Corner numbers are
/// x + 2 y + 4 z.
const FACES: [[usize; 4]; 6] = [
    [0, 2, 6, 4],
    [1, 3, 7, 5],
    [0, 1, 5, 4],
    [2, 3, 7, 6],
    [0, 1, 3, 2],
    [4, 5, 7, 6],
];

/// Area of the bone surface in squared edges of a site; with one layer, its length in edges.
pub(super) fn area(bone: &[bool], dims: [usize; 3]) -> f64 {
    area_of(&configurations(bone, None, dims), dims)
}

/// The same in the cells whose corners all lie in a region (true).
pub(super) fn area_within(bone: &[bool], region: &[bool], dims: [usize; 3]) -> f64 {
    area_of(&configurations(bone, Some(region), dims), dims)
}

fn area_of(counts: &[u64; 256], dims: [usize; 3]) -> f64 {
    if dims[2] == 1 {
        // In a section a cell is a square: corners 4 to 7 are empty.
        let half_diagonal = 0.5_f64.sqrt();
        return (0..16)
            .map(|corners: usize| {
                let length = match corners {
                    0 | 15 => 0.0,
                    3 | 5 | 10 | 12 => 1.0,
                    6 | 9 => 2.0 * half_diagonal,
                    _ => half_diagonal,
                };
                counts[corners] as f64 * length
            })
            .sum();
    }
    (0..256)
        .map(|corners| {
            if counts[corners] == 0 {
                0.0
            } else {
                counts[corners] as f64 * area_in_cell(corners)
            }
        })
        .sum()
}

/// Number of cells for each set of bone corners (bit c for corner c).
fn configurations(bone: &[bool], region: Option<&[bool]>, dims: [usize; 3]) -> [u64; 256] {
    let [nx, ny, nz] = dims;
    let mut counts = [0; 256];
    if nx < 2 || ny < 2 || nz < 1 {
        return counts;
    }
    let above = usize::from(nz > 1);
    let layers: Vec<[u64; 256]> = (0..nz - above)
        .into_par_iter()
        .map(|z| {
            let mut counts = [0; 256];
            for y in 0..ny - 1 {
                for x in 0..nx - 1 {
                    let (mut corners, mut inside) = (0, true);
                    for corner in 0..4 << above {
                        let (i, j, k) = (corner & 1, corner >> 1 & 1, corner >> 2);
                        let site = ((z + k) * ny + y + j) * nx + x + i;
                        corners |= usize::from(bone[site]) << corner;
                        inside &= region.is_none_or(|region| region[site]);
                    }
                    counts[corners] += u64::from(inside);
                }
            }
            counts
        })
        .collect();
    for layer in &layers {
        for (total, count) in counts.iter_mut().zip(layer) {
            *total += count;
        }
    }
    counts
}

/// Area of the surface in a cell with these bone corners.
fn area_in_cell(corners: usize) -> f64 {
    loops(corners).iter().map(|around| fan(around)).sum()
}

/// The edge between two corners, as an index without order.
fn edge(one: usize, other: usize) -> usize {
    one.min(other) * 8 + one.max(other)
}

/// The two corners of an edge.
pub(super) fn edge_corners(edge: usize) -> [usize; 2] {
    [edge / 8, edge % 8]
}

/// The closed lines along which the surface crosses the faces of a cell, as edges in order.
pub(super) fn loops(corners: usize) -> Vec<Vec<usize>> {
    let is_bone = |corner: usize| corners >> corner & 1 == 1;
    let mut lines: Vec<[usize; 2]> = Vec::new();
    for face in FACES {
        let crossed: Vec<usize> = (0..4)
            .filter(|&i| is_bone(face[i]) != is_bone(face[(i + 1) % 4]))
            .map(|i| edge(face[i], face[(i + 1) % 4]))
            .collect();
        if crossed.len() == 2 {
            lines.push([crossed[0], crossed[1]]);
        } else if crossed.len() == 4 {
            // Two bone corners across the diagonal are joined: each marrow corner is cut off.
            for i in (0..4).filter(|&i| !is_bone(face[i])) {
                let before = edge(face[(i + 3) % 4], face[i]);
                lines.push([before, edge(face[i], face[(i + 1) % 4])]);
            }
        }
    }
    let mut closed = Vec::new();
    while let Some([start, mut end]) = lines.pop() {
        let mut around = vec![start];
        while end != start {
            around.push(end);
            let Some(next) = lines.iter().position(|line| line.contains(&end)) else {
                break;
            };
            let line = lines.swap_remove(next);
            end = if line[0] == end { line[1] } else { line[0] };
        }
        closed.push(around);
    }
    closed
}

/// Area of the largest fan of triangles on the middles of these edges.
fn fan(around: &[usize]) -> f64 {
    let points: Vec<[f64; 3]> = around
        .iter()
        .map(|&edge| {
            let [one, other] = edge_corners(edge);
            [0, 1, 2].map(|axis| ((one >> axis & 1) + (other >> axis & 1)) as f64 / 2.0)
        })
        .collect();
    fan_of(&points)
        .map(|[a, b, c]| triangle(points[a], points[b], points[c]))
        .sum()
}

/// The triangles of the fan on these points that has the largest area.
pub(super) fn fan_of(points: &[[f64; 3]]) -> impl Iterator<Item = [usize; 3]> {
    let count = points.len();
    let from = move |apex: usize| {
        (1..count.saturating_sub(1))
            .map(move |i| [apex, (apex + i) % count, (apex + i + 1) % count])
    };
    let (mut best, mut largest) = (0, f64::NEG_INFINITY);
    for apex in 0..count {
        let area = from(apex)
            .map(|[a, b, c]| triangle(points[a], points[b], points[c]))
            .sum();
        if area > largest {
            (best, largest) = (apex, area);
        }
    }
    from(best)
}

fn triangle(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    let u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    let v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    let cross = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    0.5 * cross.iter().map(|part| part * part).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn cells_have_the_areas_of_their_solids() {
        let corner = 3.0_f64.sqrt() / 8.0;
        assert!(close(area_in_cell(0), 0.0) && close(area_in_cell(255), 0.0));
        // One corner: an equilateral triangle of side sqrt(1/2).
        assert!(close(area_in_cell(1), corner) && close(area_in_cell(254), corner));
        // An edge: a rectangle of 1 x sqrt(1/2). A face: a unit square.
        assert!(close(area_in_cell(3), 0.5_f64.sqrt()));
        assert!(close(area_in_cell(15), 1.0));
        // A corner and its three neighbours: a regular hexagon of side sqrt(1/2).
        assert!(close(area_in_cell(0b1_0111), 0.75 * 3.0_f64.sqrt()));
        // Corners across the cell are apart; all four marrow corners apart are cut off.
        assert!(close(area_in_cell(0b1000_0001), 2.0 * corner));
        assert!(close(area_in_cell(0b0110_1001), 4.0 * corner));
    }

    /// A single site: eight corner pieces, an octahedron of edge sqrt(1/2).
    #[test]
    fn a_single_site_is_an_octahedron() {
        let mut bone = [false; 27];
        bone[13] = true;
        assert!(close(area(&bone, [3; 3]), 3.0_f64.sqrt()));
        let section = &bone[9..18];
        assert!(close(area(section, [3, 3, 1]), 2.0 * 2.0_f64.sqrt()));
    }

    #[test]
    fn the_faces_of_the_lattice_are_no_surface() {
        assert!(close(area(&[true; 27], [3; 3]), 0.0));
        let half: Vec<bool> = (0..64).map(|i| i >= 32).collect();
        assert!(close(area(&half, [4; 3]), 9.0));
    }
}
