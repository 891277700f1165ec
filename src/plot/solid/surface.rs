//! From a field to the closed surface at one of its levels.
//!
//! Naive surface nets, as M. Lysenko describes them (Smooth Voxel Terrain, Part 2, 0fps.net, 2012) after
//! S. Gibson's nets over binary images: a vertex in every cube of eight centres that the surface passes
//! through, at the mean of where it crosses the edges of the cube, and a quadrilateral across every edge that
//! it crosses. Around every edge of the net there are as many sides in one sense as in the other: it is closed.

use crate::numerics::parallel::prelude::*;

use crate::plot::solid::field::Field;
use crate::plot::solid::vector::{Vector, add, minus, times};

/// Triangles over vertices, counter-clockwise as seen from where the field is below the level.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Surface {
    /// Places in sites.
    pub(super) vertices: Vec<Vector>,
    pub(super) triangles: Vec<[u32; 3]>,
}

/// Level of every surface.
pub(super) const LEVEL: f32 = 0.5;

/// Corners of a cube: the bit of an axis says on which side they lie.
const CORNERS: usize = 8;

/// The surface at [`LEVEL`]; beyond the lattice there is nothing.
pub(super) fn surface(field: &Field) -> Surface {
    // One centre more on every side, where the field is 0.
    let wide = field.dims.map(|sites| sites + 2);
    let layer = wide[0] * wide[1];
    let lines: Vec<Line> = (0..wide[1] * wide[2])
        .into_par_iter()
        .map(|row| Line::of(field, row % wide[1], row / wide[1]))
        .collect();
    let mut vertex_of = vec![u32::MAX; layer * wide[2]];
    // Layers are searched apart; their vertices follow each other, and so do their numbers.
    let vertices: Vec<Vec<Vector>> = vertex_of
        .par_chunks_mut(layer)
        .enumerate()
        .map(|(z, numbers)| vertices(&lines, wide, z, numbers))
        .collect();
    let mut found = Surface::default();
    let mut firsts = Vec::with_capacity(vertices.len());
    for vertices in &vertices {
        firsts.push(found.vertices.len() as u32);
        found.vertices.extend_from_slice(vertices);
    }
    let net = Net {
        wide,
        lines: &lines,
        vertices: &found.vertices,
        vertex_of: &vertex_of,
        firsts: &firsts,
    };
    let triangles: Vec<Vec<[u32; 3]>> = (1..wide[2] - 1)
        .into_par_iter()
        .map(|z| net.triangles(z))
        .collect();
    found.triangles = triangles.concat();
    found
}

/// A row of centres, one more on either side.
struct Line {
    /// Values; none of a row in which there is nothing.
    values: Vec<f32>,
    /// True where a centre lies inside.
    inside: Vec<bool>,
    /// True where all do or none does.
    is_even: bool,
}

impl Line {
    fn of(field: &Field, y: usize, z: usize) -> Self {
        let dims = field.dims;
        let mut values = vec![0.0; dims[0] + 2];
        if y > 0 && y <= dims[1] && z > 0 && z <= dims[2] {
            let first = ((z - 1) * dims[1] + y - 1) * dims[0];
            values[1..=dims[0]].copy_from_slice(&field.values[first..first + dims[0]]);
        }
        let inside: Vec<bool> = values.iter().map(|&value| value > LEVEL).collect();
        Self {
            // Centres beyond the lattice lie outside: a row that is even is empty.
            is_even: !inside.contains(&true),
            inside,
            values,
        }
    }
}

/// Vertices of a layer of cubes, in their order; numbers count from 0 in each layer.
fn vertices(lines: &[Line], wide: [usize; 3], z: usize, numbers: &mut [u32]) -> Vec<Vector> {
    let mut found = Vec::new();
    if z + 1 == wide[2] {
        return found;
    }
    for y in 0..wide[1] - 1 {
        let rows: [&Line; 4] =
            std::array::from_fn(|row| &lines[(z + (row >> 1)) * wide[1] + y + (row & 1)]);
        if rows.iter().all(|row| row.is_even) {
            continue;
        }
        for x in 0..wide[0] - 1 {
            let is_in = |corner: usize| rows[corner >> 1].inside[x + (corner & 1)];
            let inside = (0..CORNERS).filter(|&corner| is_in(corner)).count();
            if inside == 0 || inside == CORNERS {
                continue;
            }
            let values: [f32; CORNERS] =
                std::array::from_fn(|corner| rows[corner >> 1].values[x + (corner & 1)]);
            numbers[y * wide[0] + x] = found.len() as u32;
            // The first centre lies half a site before the lattice.
            let corner = [x, y, z].map(|at| at as f32 - 0.5);
            found.push(add(corner, crossing(&values)));
        }
    }
    found
}

/// Mean of the places where the surface crosses the edges of a cube.
fn crossing(values: &[f32; CORNERS]) -> Vector {
    let (mut sum, mut count) = ([0.0_f32; 3], 0.0_f32);
    for axis in 0..3 {
        for corner in (0..CORNERS).filter(|corner| corner >> axis & 1 == 0) {
            let (from, to) = (values[corner], values[corner | 1 << axis]);
            if (from > LEVEL) != (to > LEVEL) {
                let mut place = [0, 1, 2].map(|bit| (corner >> bit & 1) as f32);
                place[axis] = (LEVEL - from) / (to - from);
                sum = add(sum, place);
                count += 1.0;
            }
        }
    }
    times(sum, 1.0 / count.max(1.0))
}

/// What triangles are laid over.
struct Net<'a> {
    wide: [usize; 3],
    lines: &'a [Line],
    vertices: &'a [Vector],
    /// Number of the vertex of each cube in its layer.
    vertex_of: &'a [u32],
    /// Number of the first vertex of each layer.
    firsts: &'a [u32],
}

impl Net<'_> {
    fn is_inside(&self, [x, y, z]: [usize; 3]) -> bool {
        self.lines[z * self.wide[1] + y].inside[x]
    }

    fn vertex(&self, [x, y, z]: [usize; 3]) -> u32 {
        self.firsts[z] + self.vertex_of[(z * self.wide[1] + y) * self.wide[0] + x]
    }

    /// Triangles across the edges that end at the centres of a layer.
    fn triangles(&self, z: usize) -> Vec<[u32; 3]> {
        let mut found = Vec::new();
        for y in 1..self.wide[1] - 1 {
            let is_even = |y: usize, z: usize| self.lines[z * self.wide[1] + y].is_even;
            let rows = [(y, z), (y - 1, z), (y + 1, z), (y, z - 1), (y, z + 1)];
            if rows.iter().all(|&(y, z)| is_even(y, z)) {
                continue;
            }
            let inside = rows.map(|(y, z)| &self.lines[z * self.wide[1] + y].inside[..]);
            let [row, others @ ..] = inside;
            for x in 1..self.wide[0] - 1 {
                // Most centres lie on the same side as all around them.
                let own = row[x];
                let is_crossed = others.iter().any(|other| other[x] != own);
                if own == row[x - 1] && own == row[x + 1] && !is_crossed {
                    continue;
                }
                // Edges that end at this centre lead out of the lattice or into it as well.
                for axis in 0..3 {
                    let at = [x, y, z];
                    for shift in [0, 1] {
                        // The edge before the first centre of a row, then the one behind each.
                        if shift == 0 && at[axis] != 1 {
                            continue;
                        }
                        let mut from = at;
                        from[axis] = from[axis] + shift - 1;
                        let mut to = from;
                        to[axis] += 1;
                        let starts_inside = self.is_inside(from);
                        if starts_inside != self.is_inside(to) {
                            found.extend(self.across(from, axis, starts_inside));
                        }
                    }
                }
            }
        }
        found
    }

    /// Two triangles between the four cubes around an edge.
    fn across(&self, from: [usize; 3], axis: usize, starts_inside: bool) -> [[u32; 3]; 2] {
        let (one, other) = ((axis + 1) % 3, (axis + 2) % 3);
        let corner = |back_one: usize, back_other: usize| {
            let mut at = from;
            at[one] -= back_one;
            at[other] -= back_other;
            self.vertex(at)
        };
        let mut around = [corner(1, 1), corner(0, 1), corner(0, 0), corner(1, 0)];
        if !starts_inside {
            around.reverse();
        }
        let [a, b, c, d] = around;
        let length = |one: u32, other: u32| {
            let apart = minus(self.vertices[one as usize], self.vertices[other as usize]);
            apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2]
        };
        // Along the shorter diagonal.
        if length(a, c) <= length(b, d) {
            [[a, b, c], [a, c, d]]
        } else {
            [[a, b, d], [b, c, d]]
        }
    }
}
