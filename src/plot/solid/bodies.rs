//! Cells as small bodies that lie on the surface of bone.

use crate::observe::volume::CellKind;
use crate::plot::solid::cut::Removed;
use crate::plot::solid::field::Field;
use crate::plot::solid::mesh::{Mesh, Point};
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
    for side in 0..8_usize {
        let (one, other) = (corners[side % 4], corners[(side + 1) % 4]);
        let face = if side < 4 {
            [one, other, corners[4]]
        } else {
            [other, one, corners[5]]
        };
        let first = points.len() as u32;
        for row in 0..=rows {
            for place in 0..=rows - row {
                let (b, c) = (place as f32 / rows as f32, row as f32 / rows as f32);
                let sum = add(
                    times(face[0], 1.0 - b - c),
                    add(times(face[1], b), times(face[2], c)),
                );
                points.push(unit(sum));
            }
        }
        let start = |row: u32| first + row * (rows + 1) - row * (row.saturating_sub(1)) / 2;
        for row in 0..rows {
            let (here, above) = (start(row), start(row + 1));
            for place in 0..rows - row {
                triangles.push([here + place, here + place + 1, above + place]);
                if place + 1 < rows - row {
                    triangles.push([here + place + 1, above + place + 1, above + place]);
                }
            }
        }
    }
    Ball { points, triangles }
}

/// Height of a body over its radius.
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

/// The cells that a cut leaves, on the surface of bone. `bone` is smooth, and not cut.
pub(super) fn bodies(
    cells: &[Body],
    edge_um: f64,
    bone: &Field,
    removed: &Removed,
    colour: impl Fn(CellKind) -> Vector,
) -> Mesh {
    let (large, small) = (ball(5), ball(3));
    let mut mesh = Mesh::default();
    for cell in cells {
        let place = cell.at_um.map(|um| (um / edge_um) as f32);
        let (at, out) = on_surface(bone, place);
        if removed.kept(at) < 0.0 {
            continue;
        }
        let radius = (cell.radius_um / edge_um) as f32;
        let form = if cell.kind == CellKind::Osteoclast {
            &large
        } else {
            &small
        };
        let helper = if out[2].abs() < 0.8 {
            [0.0, 0.0, 1.0]
        } else {
            [1.0, 0.0, 0.0]
        };
        let one = unit(cross(helper, out));
        let other = cross(out, one);
        let high = radius * height(cell.kind);
        // A quarter of it lies below the surface, as one that digs or spreads.
        let centre = add(at, times(out, 0.35 * high));
        let first = mesh.points.len() as u32;
        let albedo = colour(cell.kind);
        mesh.points.extend(form.points.iter().map(|&point| {
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
            Point {
                at: add(centre, across(point, [radius, radius, high])),
                normal: unit(normal),
                colour: mix(times(albedo, 0.8), albedo, 0.5 + 0.5 * point[2]),
                open: 1.0,
                gloss: 0.35,
                cap: 0.0,
            }
        }));
        let moved = form.triangles.iter();
        mesh.triangles
            .extend(moved.map(|corners| corners.map(|corner| corner + first)));
    }
    mesh
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
            // An octahedron has 2 sqrt(3) / pi * 4 pi / 4 of the sphere's area; finer ones come near.
            let sphere = 4.0 * std::f32::consts::PI;
            assert!(
                area <= sphere && area >= 4.0 * 3.0_f32.sqrt() - 1e-3,
                "{area}"
            );
        }
    }
}
