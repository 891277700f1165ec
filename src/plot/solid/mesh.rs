//! Surfaces with what light needs to know of them at every vertex.

use crate::numerics::parallel::prelude::*;

use crate::plot::solid::cut::Removed;
use crate::plot::solid::field::Field;
use crate::plot::solid::surface::{LEVEL, Surface, surface};
use crate::plot::solid::vector::{Vector, add, dot, minus, mix, ramp, times, unit};

/// A vertex that light falls on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Place, sites.
    pub(super) at: Vector,
    /// Out of the body.
    pub(super) normal: Vector,
    /// Share of light that is thrown back, red, green and blue.
    pub(super) colour: Vector,
    /// Share of the sky that is open.
    pub(super) open: f32,
    /// How much it shines.
    pub(super) gloss: f32,
    /// Share of it that lies on a cut, or on the border of the lattice.
    pub(super) cap: f32,
}

/// Triangles over points.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Mesh {
    pub(super) points: Vec<Point>,
    pub(super) triangles: Vec<[u32; 3]>,
}

/// What is left of a field within the lattice and a cut. Both are planes of the field, so that its
/// surface closes on them.
pub(super) fn clipped(field: &Field, removed: &Removed) -> Field {
    let [x, y, _] = field.dims;
    let mut values = field.values.clone();
    values
        .par_chunks_mut(x)
        .enumerate()
        .for_each(|(row, line)| {
            let [y, z] = [row % y, row / y].map(|at| at as f32 + 0.5);
            for (column, value) in line.iter_mut().enumerate() {
                let kept = removed.kept([column as f32 + 0.5, y, z]);
                *value = value.min((LEVEL + kept).clamp(0.0, 1.0));
            }
        });
    Field::new(field.dims, values)
}

/// How far a place lies within the lattice, and the direction out.
fn border(dims: [usize; 3], place: Vector) -> (f32, Vector) {
    let mut nearest = (f32::INFINITY, [0.0; 3]);
    for axis in 0..3 {
        for (depth, sign) in [(place[axis], -1.0), (dims[axis] as f32 - place[axis], 1.0)] {
            if depth < nearest.0 {
                let mut out = [0.0; 3];
                out[axis] = sign;
                nearest = (depth, out);
            }
        }
    }
    nearest
}

/// The surface of a field within a cut. Normals are those of a smoother field, so that no step of
/// the lattice shows; on a cut they are those of its plane.
pub(super) fn mesh(field: &Field, smoother: &Field, removed: &Removed, colour: Vector) -> Mesh {
    let Surface {
        vertices,
        triangles,
    } = surface(&clipped(field, removed));
    let points = vertices
        .par_iter()
        .map(|&at| {
            let (mut depth, mut out) = border(field.dims, at);
            let kept = removed.kept(at);
            if kept < depth {
                (depth, out) = (kept, removed.outward(at));
            }
            let at = if depth < RIM {
                on_rim(field, at, depth, out)
            } else {
                at
            };
            if depth < RIM {
                depth = removed.kept(at).min(border(field.dims, at).0);
            }
            let normal = unit(times(smoother.slope(at), -1.0));
            // Well inside of the body and on a plane: a cap.
            let cap = ramp(0.6, 0.15, depth) * ramp(LEVEL + 0.02, LEVEL + 0.16, field.at(at));
            Point {
                at,
                normal: unit(mix(normal, out, cap)),
                colour,
                open: 1.0,
                gloss: 0.0,
                cap,
            }
        })
        .collect();
    Mesh { points, triangles }
}

/// Within this distance of a plane a vertex may lie where the surface meets it, sites.
const RIM: f32 = 0.5;

/// Where a vertex belongs on the line in which the surface and a plane meet, it is drawn onto that: nets
/// round such lines off, in teeth of the size of a site.
fn on_rim(field: &Field, at: Vector, depth: f32, out: Vector) -> Vector {
    let mut moved = add(at, times(out, depth));
    for _ in 0..3 {
        let slope = field.slope(moved);
        let along = add(slope, times(out, -dot(slope, out)));
        let steep = dot(along, along);
        // A surface that runs along the plane meets it nowhere near.
        if steep < 0.02 {
            return at;
        }
        let step = ((LEVEL - field.at(moved)) / steep).clamp(-1.5, 1.5);
        moved = add(moved, times(along, step));
    }
    let apart = minus(moved, at);
    if dot(apart, apart) < 0.64 { moved } else { at }
}

impl Mesh {
    /// Takes over the triangles of another.
    pub(super) fn join(&mut self, other: Self) {
        let first = self.points.len() as u32;
        self.points.extend(other.points);
        let moved = other.triangles.into_iter();
        self.triangles
            .extend(moved.map(|corners| corners.map(|corner| corner + first)));
    }
}

/// A place a little before a point.
pub(super) fn before(point: &Point, sites: f32) -> Vector {
    add(point.at, times(point.normal, sites))
}
