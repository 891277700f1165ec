//! From a field to the closed surface at one of its levels.
//!
//! Naive surface nets, as M. Lysenko describes them (Smooth Voxel Terrain, Part 2, 0fps.net, 2012) after
//! S. Gibson's nets over binary images: a vertex in every cube of eight centres that the surface passes
//! through, at the mean of where it crosses the edges of the cube, and a quadrilateral across every edge that
//! it crosses. Around every edge of the net there are as many sides in one sense as in the other: it is closed.

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
    let dims = field.dims;
    // One centre more on every side, where the field is 0.
    let wide = dims.map(|sites| sites + 2);
    let value = |at: [usize; 3]| {
        for axis in 0..3 {
            if at[axis] == 0 || at[axis] > dims[axis] {
                return 0.0;
            }
        }
        field.values[((at[2] - 1) * dims[1] + at[1] - 1) * dims[0] + at[0] - 1]
    };
    let index = |at: [usize; 3]| (at[2] * wide[1] + at[1]) * wide[0] + at[0];
    let mut vertex_of = vec![u32::MAX; wide[0] * wide[1] * wide[2]];
    let mut found = Surface::default();
    for z in 0..wide[2] - 1 {
        for y in 0..wide[1] - 1 {
            for x in 0..wide[0] - 1 {
                let mut values = [0.0_f32; CORNERS];
                let mut inside = 0_usize;
                for (corner, slot) in values.iter_mut().enumerate() {
                    let at = [x + (corner & 1), y + (corner >> 1 & 1), z + (corner >> 2)];
                    *slot = value(at);
                    inside += usize::from(*slot > LEVEL);
                }
                if inside == 0 || inside == CORNERS {
                    continue;
                }
                vertex_of[index([x, y, z])] = found.vertices.len() as u32;
                let within = crossing(&values);
                // The first centre lies half a site before the lattice.
                let corner = [x, y, z].map(|at| at as f32 - 0.5);
                found.vertices.push(add(corner, within));
            }
        }
    }
    for z in 1..wide[2] - 1 {
        for y in 1..wide[1] - 1 {
            for x in 1..wide[0] - 1 {
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
                        let (start, end) = (value(from) > LEVEL, value(to) > LEVEL);
                        if start != end {
                            found.across(&vertex_of, &index, from, axis, start);
                        }
                    }
                }
            }
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

impl Surface {
    /// Two triangles between the four cubes around an edge.
    fn across(
        &mut self,
        vertex_of: &[u32],
        index: &impl Fn([usize; 3]) -> usize,
        from: [usize; 3],
        axis: usize,
        starts_inside: bool,
    ) {
        let (one, other) = ((axis + 1) % 3, (axis + 2) % 3);
        let corner = |back_one: usize, back_other: usize| {
            let mut at = from;
            at[one] -= back_one;
            at[other] -= back_other;
            vertex_of[index(at)]
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
            self.triangles.extend([[a, b, c], [a, c, d]]);
        } else {
            self.triangles.extend([[a, b, d], [b, c, d]]);
        }
    }
}
