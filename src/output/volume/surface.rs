//! The surface of solid sites as STL and PLY: the faces between a solid site and one that is not, or the
//! border, in two triangles each. It is closed, and its volume is that of the sites: nothing is smoothed, which
//! is for the program that opens it to do.

use crate::observe::sites::Frame;

/// Triangles over corners of sites, counter-clockwise as seen from outside of the bone.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Faces {
    /// Corners, um.
    pub corners: Vec<[f32; 3]>,
    /// Triangles.
    pub triangles: Vec<[u32; 3]>,
}

/// No corner yet.
const NONE: u32 = u32::MAX;

impl Faces {
    /// The faces of solid sites.
    pub(crate) fn of(frame: &Frame, solid: &[bool]) -> Self {
        let dims = frame.dims;
        let mut found = Self::default();
        // Corners of the layer of corners below a layer of sites, and of that above it.
        let (wide, deep) = (dims[0] + 1, dims[1] + 1);
        let mut layers = [vec![NONE; wide * deep], vec![NONE; wide * deep]];
        let site = |[x, y, z]: [usize; 3]| solid[(z * dims[1] + y) * dims[0] + x];
        for z in 0..dims[2] {
            if z > 0 {
                layers.swap(0, 1);
                layers[1].fill(NONE);
            }
            for y in 0..dims[1] {
                for x in 0..dims[0] {
                    let at = [x, y, z];
                    if !site(at) {
                        continue;
                    }
                    for axis in 0..3 {
                        for up in [false, true] {
                            let mut beyond = at;
                            beyond[axis] = if up {
                                at[axis] + 1
                            } else {
                                at[axis].wrapping_sub(1)
                            };
                            if beyond[axis] < dims[axis] && site(beyond) {
                                continue;
                            }
                            let quad = quad(at, axis, up).map(|corner| {
                                let slot = &mut layers[corner[2] - z][corner[1] * wide + corner[0]];
                                if *slot == NONE {
                                    *slot = found.corners.len() as u32;
                                    let place = |axis: usize| {
                                        (corner[axis] as f64 * frame.spacing_um[axis]) as f32
                                    };
                                    found.corners.push([place(0), place(1), place(2)]);
                                }
                                *slot
                            });
                            let [a, b, c, d] = quad;
                            found.triangles.extend([[a, b, c], [a, c, d]]);
                        }
                    }
                }
            }
        }
        found
    }

    /// As binary STL; lengths in um, of which the format says nothing.
    pub(crate) fn stl(&self) -> Vec<u8> {
        let mut bytes = b"howship, lengths in um".to_vec();
        bytes.resize(80, b' ');
        bytes.extend((self.triangles.len() as u32).to_le_bytes());
        for triangle in &self.triangles {
            let corners = triangle.map(|corner| self.corners[corner as usize]);
            for vector in [normal(corners)].iter().chain(&corners) {
                bytes.extend(vector.iter().flat_map(|at| at.to_le_bytes()));
            }
            bytes.extend([0, 0]);
        }
        bytes
    }

    /// As binary PLY; lengths in um.
    pub(crate) fn ply(&self) -> Vec<u8> {
        let mut bytes = format!(
            "ply\nformat binary_little_endian 1.0\ncomment howship, lengths in um\n\
             element vertex {}\nproperty float x\nproperty float y\nproperty float z\n\
             element face {}\nproperty list uchar int vertex_indices\nend_header\n",
            self.corners.len(),
            self.triangles.len()
        )
        .into_bytes();
        let places = self.corners.iter().flatten();
        bytes.extend(places.flat_map(|at| at.to_le_bytes()));
        for triangle in &self.triangles {
            bytes.push(3);
            bytes.extend(triangle.iter().flat_map(|corner| corner.to_le_bytes()));
        }
        bytes
    }
}

/// Corners of the face of a site across an axis, counter-clockwise from outside.
fn quad(at: [usize; 3], axis: usize, up: bool) -> [[usize; 3]; 4] {
    let (one, other) = ((axis + 1) % 3, (axis + 2) % 3);
    let corner = |a: usize, b: usize| {
        let mut corner = at;
        corner[axis] += usize::from(up);
        corner[one] += a;
        corner[other] += b;
        corner
    };
    if up {
        [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]
    } else {
        [corner(0, 0), corner(0, 1), corner(1, 1), corner(1, 0)]
    }
}

/// Unit vector out of a triangle that lies across an axis.
fn normal([a, b, c]: [[f32; 3]; 3]) -> [f32; 3] {
    let along = |to: [f32; 3]| [to[0] - a[0], to[1] - a[1], to[2] - a[2]];
    let (u, v) = (along(b), along(c));
    let cross = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    cross.map(|part| if part == 0.0 { 0.0 } else { part.signum() })
}
