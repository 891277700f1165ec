//! Torsional rigidity of a cut by Saint-Venant's problem, for sections of any shape and material.
//!
//! # Law
//! A bar that is twisted by one radian per length warps: its points move along the axis by `psi(x, y)`. With
//! `g = grad psi + (-y, x)` the shear is `G g`, it is in equilibrium, `div(G g) = 0`, and no traction leaves
//! the section, also not into holes. Then `GJ` is the integral of `G |g|^2` over the section
//! (Timoshenko and Goodier, Theory of Elasticity, ch. 11). Of a circular section it is the polar form; of all
//! others it is less: of a tube that is slit from end to end, by the square of its thickness over its radius.
//!
//! Solved on the voxels of a cut: a value at each, `G` between two as their harmonic mean and nothing towards
//! empty ones, by conjugate gradients; a difference at the surface stands for the half voxel behind it too. Pieces that do not touch turn each about itself.
//!
//! # Limits
//! Steps of voxels at the surface, as in the other rigidities; walls of one voxel carry no shear flow across.
//!
//! # References
//! Saint-Venant 1855.

use crate::numerics::parallel::prelude::*;

use super::rigidity::{Axis, Voxels};

/// Change of the residual at which the solution stands.
const CONVERGED: f64 = 1e-9;

/// A cut in voxels.
struct Section {
    size: [usize; 2],
    /// Edges of a voxel, mm.
    edge: [f64; 2],
    /// Shear modulus, MPa.
    shear: Vec<f64>,
}

/// Torsional rigidity of each cut across an axis, N mm2; 0 of a cut without material. `modulus_mpa` gives
/// the modulus of a voxel by its index, MPa.
pub(crate) fn saint_venant(
    voxels: Voxels,
    axis: Axis,
    poisson: f64,
    modulus_mpa: impl Fn(usize) -> f64 + Sync,
) -> Vec<f64> {
    let Voxels { dims, spacing_mm } = voxels;
    let [first, second] = axis.in_cut();
    let stride = [1, dims[0], dims[0] * dims[1]];
    (0..dims[axis.index()])
        .into_par_iter()
        .map(|number| {
            let base = number * stride[axis.index()];
            let site = |i: usize| {
                base + i % dims[first] * stride[first] + i / dims[first] * stride[second]
            };
            let shear = (0..dims[first] * dims[second])
                .map(|i| modulus_mpa(site(i)) / (2.0 * (1.0 + poisson)))
                .collect();
            let section = Section {
                size: [dims[first], dims[second]],
                edge: [spacing_mm[first], spacing_mm[second]],
                shear,
            };
            section.rigidity()
        })
        .collect()
}

/// A face between two voxels that hold material.
struct Face {
    from: usize,
    to: usize,
    /// Shear modulus over the squared distance of the centres, times the area for which the face stands: that of a
    /// voxel, and half of one more at the surface.
    weight: f64,
    /// What the turning adds to the difference of the values.
    turned: f64,
}

impl Section {
    fn faces(&self) -> Vec<Face> {
        let ([nx, ny], [dx, dy]) = (self.size, self.edge);
        let mut faces = Vec::new();
        for y in 0..ny {
            for x in 0..nx {
                let from = y * nx + x;
                let own = self.shear[from];
                // Places from the middle of the box: any other axis of turning gives the same.
                let place =
                    |at: usize, n: usize, edge: f64| (at as f64 + 0.5 - n as f64 / 2.0) * edge;
                for (at, size, stride, step, arm) in [
                    (x, nx, 1, dx, -place(y, ny, dy)),
                    (y, ny, nx, dy, place(x, nx, dx)),
                ] {
                    let to = from + stride;
                    if at + 1 == size || own <= 0.0 || self.shear[to] <= 0.0 {
                        continue;
                    }
                    let other = self.shear[to];
                    // Half of a voxel at the surface belongs to no other face.
                    let is_first = at == 0 || self.shear[from - stride] <= 0.0;
                    let is_last = at + 2 == size || self.shear[to + stride] <= 0.0;
                    let half = |is_end: bool| if is_end { 0.5 } else { 0.0 };
                    let length = 1.0 + half(is_first) + half(is_last);
                    faces.push(Face {
                        from,
                        to,
                        weight: length * 2.0 * own * other / (own + other) * dx * dy
                            / (step * step),
                        turned: arm * step,
                    });
                }
            }
        }
        faces
    }

    /// Half of the energy of the least warping for a unit of twist, doubled: `GJ`.
    fn rigidity(&self) -> f64 {
        let faces = self.faces();
        if faces.is_empty() {
            return 0.0;
        }
        let count = self.shear.len();
        let mut diagonal = vec![0.0; count];
        let mut residual = vec![0.0; count];
        for face in &faces {
            diagonal[face.from] += face.weight;
            diagonal[face.to] += face.weight;
            let flow = face.weight * face.turned;
            residual[face.from] += flow;
            residual[face.to] -= flow;
        }
        let scaled = |of: &[f64]| -> Vec<f64> {
            of.iter()
                .zip(&diagonal)
                .map(|(value, scale)| if *scale > 0.0 { value / scale } else { 0.0 })
                .collect()
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut psi = vec![0.0; count];
        let mut search = scaled(&residual);
        let mut size = dot(&residual, &search);
        let enough = CONVERGED * CONVERGED * size;
        // As many turns as unknowns end it in exact arithmetic.
        for _ in 0..count {
            if size <= enough {
                break;
            }
            let mut acted = vec![0.0; count];
            for face in &faces {
                let flow = face.weight * (search[face.from] - search[face.to]);
                acted[face.from] += flow;
                acted[face.to] -= flow;
            }
            let curvature = dot(&search, &acted);
            if curvature <= 0.0 {
                break;
            }
            let length = size / curvature;
            for at in 0..count {
                psi[at] += length * search[at];
                residual[at] -= length * acted[at];
            }
            let next = scaled(&residual);
            let now = dot(&residual, &next);
            let keep = now / size;
            for (own, new) in search.iter_mut().zip(next) {
                *own = new + keep * *own;
            }
            size = now;
        }
        faces
            .iter()
            .map(|face| face.weight * (psi[face.to] - psi[face.from] + face.turned).powi(2))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// GJ / G of a section drawn on `n` voxels to a length of 1.
    fn constant(n: usize, is_inside: impl Fn(f64, f64) -> bool + Sync) -> f64 {
        let voxels = Voxels {
            dims: [n, n, 1],
            spacing_mm: [1.0 / n as f64, 1.0 / n as f64, 1.0],
        };
        // E = 2 (1 + nu): G = 1.
        let found = saint_venant(voxels, Axis::Z, 0.3, |site| {
            let place = |at: usize| (at as f64 + 0.5) / n as f64 - 0.5;
            if is_inside(place(site % n), place(site / n)) {
                2.6
            } else {
                0.0
            }
        });
        found[0]
    }

    /// Timoshenko and Goodier: a square 0.1406 a^4, an ellipse pi a^3 b^3 / (a^2 + b^2), a circle pi r^4 / 2, a
    /// tube pi (R^4 - r^4) / 2. Corners of steps carry no shear: a surface that lies a quarter of a voxel
    /// deeper changes a constant by its slope times that.
    #[test]
    fn sections_have_the_constants_of_the_textbook() {
        for n in [40, 80] {
            let deeper = 0.25 / n as f64;
            let close = |found: f64, expected: f64, slope: f64| {
                assert!(
                    (found / expected - 1.0).abs() < slope * deeper,
                    "{n}: {found} {expected}"
                );
            };
            // Whole voxels: no steps, and differences of the second order.
            let square = constant(n, |_, _| true);
            let off = (square / 0.140_577 - 1.0).abs();
            assert!(off < 4.0 / (n * n) as f64, "{square}");
            let r = 0.2_f64.sqrt();
            let circle = constant(n, |x, y| x * x + y * y < 0.2);
            close(circle, PI * r.powi(4) / 2.0, 4.0 / r);
            let (a, b) = (0.48_f64, 0.24_f64);
            let ellipse = constant(n, |x, y| (x / a).powi(2) + (y / b).powi(2) < 1.0);
            let sum2 = a * a + b * b;
            let slope = (a + b) * (3.0 / (a * b) - 2.0 / sum2);
            close(ellipse, PI * (a * b).powi(3) / sum2, slope);
            let (outer, inner) = (0.48_f64, 0.32_f64);
            let tube = constant(n, |x, y| (inner..outer).contains(&x.hypot(y)));
            let fourth = outer.powi(4) - inner.powi(4);
            let slope = 4.0 * (outer.powi(3) + inner.powi(3)) / fourth;
            close(tube, PI * fourth / 2.0, slope);
        }
    }

    /// A tube that is slit loses nearly all: 2 pi r t^3 / 3 for pi (R^4 - r^4) / 2.
    #[test]
    fn a_slit_tube_turns_easily() {
        let tube = |x: f64, y: f64| (0.16..0.2304).contains(&(x * x + y * y));
        let whole = constant(120, tube);
        let slit = constant(120, |x, y| tube(x, y) && !(x > 0.0 && y.abs() < 0.01));
        // t = 0.08, r = 0.44.
        let expected = 2.0 * PI * 0.44 * 0.08_f64.powi(3) / 3.0;
        assert!((0.7..1.3).contains(&(slit / expected)), "{slit} {expected}");
        assert!(slit < 0.05 * whole);
    }

    /// Two pieces turn each about itself, and nothing has no rigidity.
    #[test]
    fn pieces_add_up() {
        let one = constant(40, |x, y| (-0.4..-0.1).contains(&x) && y.abs() < 0.15);
        let two = constant(40, |x, y| (0.1..0.4).contains(&x.abs()) && y.abs() < 0.15);
        assert!((two / one - 2.0).abs() < 1e-6, "{one} {two}");
        assert!(constant(4, |_, _| false).abs() < 1e-12);
    }
}
