//! Cells as small bodies that lie on the surface of bone, as wide as the surface that they cover. Light is found once for each of them: they are as
//! small as the steps in which it is looked for, and far more than there is surface of bone.

use std::collections::BTreeMap;

use crate::numerics::parallel::prelude::*;

use crate::observe::volume::CellKind;
use crate::plot::solid::cut::Removed;
use crate::plot::solid::field::Field;
use crate::plot::solid::mesh::{Mesh, Point};
use crate::plot::solid::sky;
use crate::plot::solid::surface::LEVEL;
use crate::plot::solid::tissue::Body;
use crate::plot::solid::vector::{Vector, add, cross, dot, mix, times, unit};

/// A ball of triangles with radius 1.
struct Ball {
    points: Vec<Vector>,
    triangles: Vec<[u32; 3]>,
}

/// Faces of an octahedron, each parted into so many rows.
fn ball(rows: u32) -> Ball {
    let corners: [Vector; 6] = [
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [-1.0, 0.0, 0.0],
        [0.0, -1.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 0.0, -1.0],
    ];
    let (mut points, mut triangles) = (Vec::new(), Vec::new());
    // Faces share the points of their edges.
    let mut known: BTreeMap<[i32; 3], u32> = BTreeMap::new();
    for side in 0..8_usize {
        let (one, other) = (corners[side % 4], corners[(side + 1) % 4]);
        let face = if side < 4 {
            [one, other, corners[4]]
        } else {
            [other, one, corners[5]]
        };
        let mut of_face = Vec::new();
        for row in 0..=rows {
            for place in 0..=rows - row {
                let (b, c) = (place as f32 / rows as f32, row as f32 / rows as f32);
                let sum = add(
                    times(face[0], 1.0 - b - c),
                    add(times(face[1], b), times(face[2], c)),
                );
                let place = sum.map(|at| (at * rows as f32).round() as i32);
                of_face.push(*known.entry(place).or_insert_with(|| {
                    points.push(unit(sum));
                    points.len() as u32 - 1
                }));
            }
        }
        let start = |row: u32| row * (rows + 1) - row * (row.saturating_sub(1)) / 2;
        let mut triangle = |corners: [u32; 3]| {
            triangles.push(corners.map(|corner| of_face[corner as usize]));
        };
        for row in 0..rows {
            let (here, above) = (start(row), start(row + 1));
            for place in 0..rows - row {
                triangle([here + place, here + place + 1, above + place]);
                if place + 1 < rows - row {
                    triangle([here + place + 1, above + place + 1, above + place]);
                }
            }
        }
    }
    Ball { points, triangles }
}

/// Height of the body of one cell over its radius.
const fn height(kind: CellKind) -> f32 {
    match kind {
        CellKind::Osteoclast => 0.62,
        CellKind::Osteoblast => 0.85,
        CellKind::Precursor => 0.6,
    }
}

/// The place on the surface of bone nearest to a cell along the slope, and the direction out; the
/// place itself where no surface is near.
fn on_surface(bone: &Field, from: Vector) -> (Vector, Vector) {
    const NEAR: f32 = 3.0;
    let mut at = from;
    let mut out = [0.0, 0.0, 1.0];
    for _ in 0..5 {
        let slope = bone.slope(at);
        let steep = dot(slope, slope).sqrt();
        if steep < 1e-3 {
            return (from, out);
        }
        out = times(slope, -1.0 / steep);
        let step = ((bone.at(at) - LEVEL) / steep).clamp(-1.0, 1.0);
        at = add(at, times(out, step));
    }
    let moved = add(at, times(from, -1.0));
    if dot(moved, moved) > NEAR * NEAR {
        return (from, out);
    }
    (at, out)
}

/// A body on the surface of bone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stand {
    pub(super) kind: CellKind,
    /// Radius along the surface and height out of it, sites.
    radius: f32,
    high: f32,
    /// Where the surface is, and the direction out of it; the share of the sky that is open there.
    pub(super) at: Point,
}

/// The cells that a cut leaves, on the surface of bone. `bone` is smooth, and not cut; `solid` is what
/// darkens the sky.
pub(super) fn stands(
    cells: &[Body],
    edge_um: f64,
    bone: &Field,
    solid: &Field,
    removed: &Removed,
    colour: impl Fn(CellKind) -> Vector + Sync,
) -> Vec<Stand> {
    let stand = |cell: &Body| {
        let place = cell.at_um.map(|um| (um / edge_um) as f32);
        let (at, out) = on_surface(bone, place);
        let point = Point {
            at,
            normal: out,
            colour: colour(cell.kind),
            open: 1.0,
            gloss: 0.35,
            cap: 0.0,
        };
        Stand {
            kind: cell.kind,
            radius: (cell.covers_um(edge_um) / edge_um) as f32,
            // Cells side by side are no higher than one of them.
            high: height(cell.kind) * (cell.radius_um / edge_um) as f32,
            at: point,
        }
    };
    let mut stands: Vec<Stand> = cells.par_iter().map(stand).collect();
    stands.retain(|stand| removed.kept(stand.at.at) >= 0.0);
    let points: Vec<Point> = stands.iter().map(|stand| stand.at).collect();
    for (stand, open) in stands.iter_mut().zip(sky::shares(&points, solid)) {
        stand.at.open = open;
    }
    stands
}

/// The bodies of cells, and how many points and triangles each of them has.
pub(super) fn bodies(stands: &[Stand]) -> (Mesh, Vec<[usize; 2]>) {
    let (large, small) = (ball(5), ball(2));
    let form = |stand: &Stand| match stand.kind {
        CellKind::Osteoclast => &large,
        CellKind::Osteoblast | CellKind::Precursor => &small,
    };
    let forms = || stands.iter().map(form);
    let mut mesh = Mesh {
        points: Vec::with_capacity(forms().map(|form| form.points.len()).sum()),
        triangles: Vec::with_capacity(forms().map(|form| form.triangles.len()).sum()),
    };
    for stand in stands {
        let Point {
            at, normal: out, ..
        } = stand.at;
        let helper = if out[2].abs() < 0.8 {
            [0.0, 0.0, 1.0]
        } else {
            [1.0, 0.0, 0.0]
        };
        let one = unit(cross(helper, out));
        let other = cross(out, one);
        let (radius, high) = (stand.radius, stand.high);
        // A quarter of it lies below the surface, as one that digs or spreads.
        let centre = add(at, times(out, 0.35 * high));
        let first = mesh.points.len() as u32;
        let albedo = stand.at.colour;
        mesh.points.extend(form(stand).points.iter().map(|&point| {
            let across = |form: Vector, scale: [f32; 3]| {
                add(
                    add(
                        times(one, form[0] * scale[0]),
                        times(other, form[1] * scale[1]),
                    ),
                    times(out, form[2] * scale[2]),
                )
            };
            let normal = across(point, [1.0 / radius, 1.0 / radius, 1.0 / high]);
            // From the side that bone hides to the one that looks at the sky.
            let upward = 0.5 + 0.5 * point[2];
            Point {
                at: add(centre, across(point, [radius, radius, high])),
                normal: unit(normal),
                colour: mix(times(albedo, 0.8), albedo, upward),
                open: stand.at.open * (0.4 + 0.6 * upward),
                ..stand.at
            }
        }));
        let moved = form(stand).triangles.iter();
        mesh.triangles
            .extend(moved.map(|corners| corners.map(|corner| corner + first)));
    }
    let sizes = forms().map(|form| [form.points.len(), form.triangles.len()]);
    let sizes = sizes.collect();
    (mesh, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_is_closed_and_looks_outwards() {
        for rows in [1, 3, 5] {
            let ball = ball(rows);
            let mut area = 0.0_f32;
            for corners in &ball.triangles {
                let [a, b, c] = corners.map(|corner| ball.points[corner as usize]);
                let turn = cross(add(b, times(a, -1.0)), add(c, times(a, -1.0)));
                assert!(dot(turn, add(a, add(b, c))) > 0.0, "{corners:?}");
                area += 0.5 * dot(turn, turn).sqrt();
            }
            assert_eq!(ball.triangles.len(), 8 * (rows * rows) as usize);
            // Euler: as many edges as half of the sides of all triangles, each point once.
            assert_eq!(ball.points.len(), 4 * (rows * rows) as usize + 2);
            // An octahedron has 2 sqrt(3) / pi * 4 pi / 4 of the sphere's area; finer ones come near.
            let sphere = 4.0 * std::f32::consts::PI;
            assert!(
                area <= sphere && area >= 4.0 * 3.0_f32.sqrt() - 1e-3,
                "{area}"
            );
        }
    }
}
