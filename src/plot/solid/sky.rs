//! How much light reaches a point: of the sky around it, and of the lamp.

use crate::numerics::parallel::prelude::*;

use crate::plot::solid::field::Field;
use crate::plot::solid::mesh::{Mesh, Point, before};
use crate::plot::solid::surface::LEVEL;
use crate::plot::solid::vector::{Vector, add, dot, times, unit};

/// Directions over the whole sphere, about as many in every part of it.
const DIRECTIONS: usize = 36;

/// Distances at which a ray to the sky is looked at, sites.
const STEPS: [f32; 9] = [0.6, 1.4, 2.3, 3.4, 4.7, 6.3, 8.3, 10.8, 14.0];

/// Beyond this distance nothing darkens, sites.
const REACH: f32 = 16.0;

/// Points spread over a sphere along a spiral of the golden angle.
fn directions() -> Vec<Vector> {
    let turn = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    (0..DIRECTIONS)
        .map(|index| {
            let z = 1.0 - (2.0 * index as f64 + 1.0) / DIRECTIONS as f64;
            let (flat, angle) = ((1.0 - z * z).sqrt(), turn * index as f64);
            [
                (flat * angle.cos()) as f32,
                (flat * angle.sin()) as f32,
                z as f32,
            ]
        })
        .collect()
}

/// Which sites are solid: a byte each, so that rays find most of them in the cache.
struct Mask {
    dims: [usize; 3],
    /// The same, to compare places with.
    ends: Vector,
    solid: Vec<bool>,
}

impl Mask {
    fn of(field: &Field) -> Self {
        Self {
            dims: field.dims,
            ends: field.dims.map(|sites| sites as f32),
            solid: field.values.iter().map(|&value| value > LEVEL).collect(),
        }
    }

    /// True of a place in a solid site; none outside of the lattice.
    fn at(&self, place: Vector) -> Option<bool> {
        let is_inside = |axis: usize| place[axis] >= 0.0 && place[axis] < self.ends[axis];
        if !(is_inside(0) && is_inside(1) && is_inside(2)) {
            return None;
        }
        let [x, y, z] = place.map(|at| at as usize);
        let site = (z * self.dims[1] + y) * self.dims[0] + x;
        self.solid.get(site).copied()
    }
}

/// Finds for every point the share of the sky that is open: rays weighted by the cosine to the normal;
/// what blocks a ray darkens the less the farther it is.
pub(super) fn open(mesh: &mut Mesh, solid: &Field) {
    let (all, mask) = (directions(), Mask::of(solid));
    mesh.points
        .par_iter_mut()
        .for_each(|point| point.open = share_of(point, &mask, &all));
}

/// The share of the sky that is open to each of some points.
pub(super) fn shares(points: &[Point], solid: &Field) -> Vec<f32> {
    let (all, mask) = (directions(), Mask::of(solid));
    let points = points.par_iter();
    points.map(|point| share_of(point, &mask, &all)).collect()
}

fn share_of(point: &Point, mask: &Mask, all: &[Vector]) -> f32 {
    let from = before(point, 0.9);
    let (mut seen, mut weights) = (0.0_f32, 0.0_f32);
    for &direction in all {
        let weight = dot(direction, point.normal);
        if weight < 0.08 {
            continue;
        }
        let blocked = STEPS.iter().find(|&&step| {
            let place = add(from, times(direction, step));
            mask.at(place) == Some(true)
        });
        seen += weight * blocked.map_or(1.0, |&step| 0.8 * step / REACH);
        weights += weight;
    }
    if weights > 0.0 { seen / weights } else { 1.0 }
}

/// Share of the lamp that reaches every point; the lamp is as wide as its directions lie apart.
pub(super) fn lamp(
    points: &[Point],
    solid: &Field,
    toward: Vector,
    aside: [Vector; 2],
) -> Vec<f32> {
    const WIDTH: f32 = 0.16;
    const FAR: f32 = 60.0;
    let spread = [(1.0, 0.3), (-0.3, 1.0), (-1.0, -0.3), (0.3, -1.0)];
    let rays = spread.map(|(one, other)| {
        let off = add(times(aside[0], WIDTH * one), times(aside[1], WIDTH * other));
        unit(add(toward, off))
    });
    let mask = Mask::of(solid);
    points
        .par_iter()
        .map(|point| {
            if dot(point.normal, toward) <= -0.3 {
                return 0.0;
            }
            let from = before(point, 1.1);
            let mut lit = 0.0_f32;
            for ray in rays {
                let mut distance = 0.4_f32;
                let mut share = 1.0_f32;
                while distance < FAR {
                    match mask.at(add(from, times(ray, distance))) {
                        None => break,
                        Some(true) => {
                            // Shadows of what is far are soft and not quite dark.
                            share = (distance / FAR).min(1.0) * 0.5;
                            break;
                        }
                        Some(false) => distance += 0.8 + 0.03 * distance,
                    }
                }
                lit += 0.25 * share;
            }
            lit
        })
        .collect()
}
