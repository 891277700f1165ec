//! Ellipsoid factor: how rod-like (towards 1) or plate-like (towards -1) bone is, site by site.
//!
//! Doube 2015 (Front Endocrinol 6:15): around seeds on the middle of the bone the largest ellipsoids are found
//! that lie in it, each bone site takes the largest of those that hold it, with semi-axes a <= b <= c, and
//! `EF = a / b - b / c`. Unlike the structure model index it does not depend on how the surface bends.
//!
//! Doube grows ellipsoids by chance; here each is found from what is seen from its seed along fixed
//! directions, so that no run differs. The shortest axis points to the nearest surface; the next one to the
//! nearest in the plane across it, each turned by a few degrees to where the axis that follows may be
//! longest. Ellipsoids lie in the image: what it cuts off is shorter.

use std::f64::consts::PI;

use nalgebra::Vector3;
use serde::Serialize;

use super::thickness::middles;
use crate::numerics::parallel::prelude::*;

/// Directions along which a seed looks.
const RAYS: usize = 400;
/// Seeds at most; of more every so-many-th is taken.
const SEEDS: usize = 2000;
/// Step along a direction, sites.
const STEP: f64 = 0.5;
/// What an axis gives up of its length so that it may turn: a surface of steps is not seen at its nearest.
const SLACK: f64 = 0.93;
/// Turns that are tried, degrees.
const TURNS: [f64; 9] = [0.0, -12.0, -9.0, -6.0, -3.0, 3.0, 6.0, 9.0, 12.0];

/// Ellipsoid factors of bone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EllipsoidFactor {
    /// Mean over the sites of bone that an ellipsoid holds.
    pub ef: f64,
    /// Its standard deviation over them.
    pub ef_sd: f64,
    /// Share of the bone that an ellipsoid holds.
    pub ef_filled_share: f64,
}

/// An ellipsoid about a site.
#[derive(Debug, Clone, Copy)]
struct Ellipsoid {
    centre: Vector3<f64>,
    axes: [Vector3<f64>; 3],
    /// Semi-axes in the order of the axes, shortest first.
    lengths: [f64; 3],
}

impl Ellipsoid {
    fn factor(&self) -> f64 {
        let [a, b, c] = self.lengths;
        a / b - b / c
    }

    fn volume(&self) -> f64 {
        self.lengths.iter().product()
    }
}

/// Ellipsoid factors of bone (true) in a box, x fastest; `None` without bone, of a section, and of a box
/// that is all bone.
pub fn ellipsoid_factor(bone: &[bool], dims: [usize; 3]) -> Option<EllipsoidFactor> {
    if dims[2] == 1 {
        return None;
    }
    let seeds = middles(bone, dims)?;
    let every = seeds.len().div_ceil(SEEDS).max(1);
    let taken: Vec<[usize; 3]> = seeds.into_iter().step_by(every).collect();
    let rays: Vec<Vector3<f64>> = (0..RAYS).map(ray).collect();
    let sight = Sight { bone, dims };
    let mut found: Vec<Ellipsoid> = taken
        .par_iter()
        .map(|&seed| around(&sight, seed, &rays))
        .collect();
    // The largest first; of two as large the one of the earlier seed.
    found.sort_by(|one, other| other.volume().total_cmp(&one.volume()));
    let mut factors = vec![f32::NAN; bone.len()];
    for ellipsoid in &found {
        fill(ellipsoid, bone, dims, &mut factors);
    }
    let held: Vec<f64> = factors
        .iter()
        .filter(|value| !value.is_nan())
        .map(|&value| f64::from(value))
        .collect();
    let all = bone.iter().filter(|&&bone| bone).count() as f64;
    let count = held.len() as f64;
    let mean = held.iter().sum::<f64>() / count;
    let variance = held.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (count > 0.0).then(|| EllipsoidFactor {
        ef: mean,
        ef_sd: variance.sqrt(),
        ef_filled_share: count / all,
    })
}

/// Unit vectors on a sphere along a Fibonacci spiral.
fn ray(i: usize) -> Vector3<f64> {
    let z = 1.0 - (2 * i + 1) as f64 / RAYS as f64;
    let (sin, cos) = (PI * (3.0 - 5.0_f64.sqrt()) * i as f64).sin_cos();
    let across = (1.0 - z * z).sqrt();
    Vector3::new(across * cos, across * sin, z)
}

/// Bone that is looked at.
struct Sight<'a> {
    bone: &'a [bool],
    dims: [usize; 3],
}

impl Sight<'_> {
    /// Where bone ends along a direction, or the image.
    fn end(&self, from: Vector3<f64>, along: &Vector3<f64>) -> Vector3<f64> {
        let mut away = STEP;
        while self.is_bone(from + along * away) {
            away += STEP;
        }
        along * (away - 0.5 * STEP)
    }

    fn is_bone(&self, place: Vector3<f64>) -> bool {
        let at = place.map(f64::round);
        let is_in = (0..3).all(|k| at[k] >= 0.0 && at[k] < self.dims[k] as f64);
        is_in && {
            let [x, y, z] = [0, 1, 2].map(|k| at[k] as usize);
            self.bone[(z * self.dims[1] + y) * self.dims[0] + x]
        }
    }
}

/// The ellipsoid about a seed.
fn around(sight: &Sight<'_>, seed: [usize; 3], rays: &[Vector3<f64>]) -> Ellipsoid {
    let centre = Vector3::from(seed.map(|at| at as f64));
    let ends: Vec<Vector3<f64>> = rays.iter().map(|ray| sight.end(centre, ray)).collect();
    let nearest = nearest(&ends);
    let a = SLACK * nearest.norm();
    let about = nearest.normalize();
    // What lies beside the shortest axis limits the others as if it lay in the plane across it.
    let across = |axis: &Vector3<f64>| -> Vec<Vector3<f64>> {
        let flat = |end: &Vector3<f64>| {
            let along = end.dot(axis) / a;
            let left = 1.0 - along * along;
            (left > 1e-9).then(|| (end - axis * (along * a)) / left.sqrt())
        };
        ends.iter().filter_map(flat).collect()
    };
    let first = turned(&about, &aside(&about))
        .max_by(|one, other| shortest(&across(one)).total_cmp(&shortest(&across(other))))
        .unwrap_or(about);
    let plane = across(&first);
    let second_end = self::nearest(&plane);
    let b = (SLACK * second_end.norm()).max(a);
    let second = second_end.normalize();
    let other = first.cross(&second);
    let third_of = |degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (v, u) = (second * cos + other * sin, other * cos - second * sin);
        let limit = |end: &Vector3<f64>| {
            let left = 1.0 - (end.dot(&v) / b).powi(2);
            (left > 1e-9).then(|| end.dot(&u).abs() / left.sqrt())
        };
        let c = plane.iter().filter_map(limit).fold(f64::INFINITY, f64::min);
        (c, v, u)
    };
    let (c, v, u) = TURNS
        .map(third_of)
        .into_iter()
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .unwrap_or((b, second, other));
    let longest = sight.dims.iter().sum::<usize>() as f64;
    Ellipsoid {
        centre,
        axes: [first, v, u],
        lengths: [a, b, c.clamp(b, longest)],
    }
}

fn nearest(ends: &[Vector3<f64>]) -> Vector3<f64> {
    let least = ends
        .iter()
        .min_by(|one, other| one.norm_squared().total_cmp(&other.norm_squared()));
    least.copied().unwrap_or_else(Vector3::x)
}

fn shortest(ends: &[Vector3<f64>]) -> f64 {
    nearest(ends).norm()
}

/// Two directions across an axis.
fn aside(axis: &Vector3<f64>) -> [Vector3<f64>; 2] {
    let least = (0..3)
        .min_by(|&i, &j| axis[i].abs().total_cmp(&axis[j].abs()))
        .unwrap_or(0);
    let one = axis.cross(&Vector3::ith(least, 1.0)).normalize();
    [one, axis.cross(&one)]
}

/// An axis and those that lie a few degrees from it.
fn turned<'a>(
    axis: &'a Vector3<f64>,
    [one, other]: &'a [Vector3<f64>; 2],
) -> impl Iterator<Item = Vector3<f64>> + 'a {
    let ring = [4.0_f64, 8.0].into_iter().flat_map(move |degrees| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (0..8).map(move |step| {
            let (up, across) = (PI * f64::from(step) / 4.0).sin_cos();
            axis * cos + (one * across + other * up) * sin
        })
    });
    std::iter::once(*axis).chain(ring)
}

/// Gives the sites of bone that an ellipsoid holds its factor, where they have none.
fn fill(of: &Ellipsoid, bone: &[bool], dims: [usize; 3], factors: &mut [f32]) {
    let reach = [0, 1, 2].map(|k| {
        let parts = of.axes.iter().zip(of.lengths);
        parts
            .map(|(axis, length)| (axis[k] * length).powi(2))
            .sum::<f64>()
            .sqrt()
    });
    let range = |k: usize| {
        let low = (of.centre[k] - reach[k]).ceil().max(0.0) as usize;
        let high = (of.centre[k] + reach[k]).floor().max(-1.0) + 1.0;
        low..(high as usize).min(dims[k])
    };
    let factor = of.factor() as f32;
    for z in range(2) {
        for y in range(1) {
            for x in range(0) {
                let site = (z * dims[1] + y) * dims[0] + x;
                if !bone[site] || !factors[site].is_nan() {
                    continue;
                }
                let at = Vector3::new(x, y, z).map(|part| part as f64) - of.centre;
                let away: f64 = (0..3)
                    .map(|k| (at.dot(&of.axes[k]) / of.lengths[k]).powi(2))
                    .sum();
                if away <= 1.0 {
                    factors[site] = factor;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dims: [usize; 3], is_bone: impl Fn([f64; 3]) -> bool) -> EllipsoidFactor {
        let bone: Vec<bool> = (0..dims.iter().product())
            .map(|i| {
                let at = [i % dims[0], i / dims[0] % dims[1], i / dims[0] / dims[1]];
                is_bone([0, 1, 2].map(|k| at[k] as f64 + 0.5 - dims[k] as f64 / 2.0))
            })
            .collect();
        ellipsoid_factor(&bone, dims).unwrap()
    }

    /// A rod of radius r through a box of length 2 L has semi-axes r, r, L at its middle, and so EF = 1 - r / L
    /// at most; a plate of half thickness t and half width L has t / L - 1 at least. Away from the middle the
    /// ends of the box are nearer: the mean lies between half of it and it.
    #[test]
    fn rods_are_above_and_plates_below_zero() {
        for tilt in [0.0, 0.2] {
            let rod = of([40, 40, 80], |[x, y, z]| (x - tilt * z).hypot(y) <= 6.0);
            assert!((0.4..0.86).contains(&rod.ef), "{tilt} {rod:?}");
            assert!(rod.ef_filled_share > 0.75, "{rod:?}");
            let plate = of([64, 64, 40], |[x, _, z]| (z - tilt * x).abs() <= 4.0);
            assert!((-0.88..-0.4).contains(&plate.ef), "{tilt} {plate:?}");
        }
    }

    /// Of an ellipsoid the largest is itself: EF = a / b - b / c, with what a surface of steps leaves (half a
    /// site of the shortest axis, 1 / 16 of 8, in each of the two ratios).
    #[test]
    fn ellipsoids_have_their_own_factor() {
        for [a, b, c] in [
            [10.0, 10.0, 10.0],
            [8.0, 8.0, 20.0],
            [8.0, 18.0, 18.0],
            [8.0, 12.0, 24.0],
        ] {
            let found = of([44, 44, 56], |[x, y, z]| {
                (x / a).powi(2) + (y / b).powi(2) + (z / c).powi(2) <= 1.0
            });
            let expected: f64 = a / b - b / c;
            assert!((found.ef - expected).abs() < 0.125, "{found:?} {expected}");
        }
    }

    #[test]
    fn what_has_no_ellipsoid_has_no_factor() {
        assert_eq!(ellipsoid_factor(&[true; 27], [3; 3]), None);
        assert_eq!(ellipsoid_factor(&[false; 27], [3; 3]), None);
        assert_eq!(
            ellipsoid_factor(&[true, false, true, true], [2, 2, 1]),
            None
        );
    }
}
