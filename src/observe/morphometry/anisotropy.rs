//! Degree of anisotropy by mean intercept length.
//!
//! The mean intercept length of a direction is twice the length of lines along it over the number of places
//! where they enter or leave bone (Whitehouse 1974, J Microsc 101:153). Over all parallel lines through a body
//! that number is, per length of line, the area of the surface as seen along them over the volume of it
//! (Cauchy; Crofton), so that `MIL(n) = 2 V / sum |n . a|` over the pieces `a` of the smooth surface
//! ([`super::smooth`]), with the area of each as its length: all lines at once, with no samples along them
//! and none of the steps of the lattice, which look the same from all sides. The tensor M of
//! `1 / MIL(n)^2 = n M n` is fitted to 1000 directions, spread evenly over a hemisphere and the same in every
//! run, by least squares (Harrigan and Mann 1984, J Mater Sci 19:761). The body is the largest sphere in the
//! box, since the corners of a box have directions of their own; a long box has several in a row. Of a region
//! that is given, such as a trabecular compartment, it is the region.

use std::f64::consts::PI;

use nalgebra::{Matrix3, Matrix6, SymmetricEigen, Vector6};

use super::smooth::{RIM, Smooth, cross, less};

/// Directions on a hemisphere.
const DIRECTIONS: usize = 1000;
/// Cells along the edges of the cube of directions: pieces of surface within one are added as vectors, which
/// changes their area by less than a thousandth (cosines within 1.2 degrees).
const CELLS: usize = 48;

/// Mean intercept lengths of bone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Intercepts {
    /// Along the three principal axes, sites, longest first.
    pub(super) mil: [f64; 3],
    /// The axes, unit vectors in x, y, z.
    pub(super) axes: [[f64; 3]; 3],
    /// Eigenvalues of the tensor, per squared site, smallest first.
    pub(super) eigenvalues: [f64; 3],
}

/// Mean intercept lengths of a smooth surface, or of what of it lies in a region (true); why there are none.
pub(super) fn intercepts(
    smooth: &Smooth,
    region: Option<&[bool]>,
) -> Result<Intercepts, &'static str> {
    let spheres = Spheres::in_box(smooth.dims());
    let body = match region {
        None => spheres.volume(),
        Some(region) => smooth.sites(|site| region[site]),
    };
    let layers = smooth.layers(
        || vec![[0.0; 3]; 3 * CELLS * CELLS],
        |cells, triangle| {
            let [a, b, c] = triangle.points;
            let is_in = match region {
                None => spheres.hold([0, 1, 2].map(|k| (a[k] + b[k] + c[k]) / 3.0)),
                Some(_) => smooth.lies_in(triangle, region),
            };
            if !is_in {
                return;
            }
            let area = cross(less(b, a), less(c, a)).map(|part| 0.5 * part);
            if let Some((cell, sign)) = cell(area) {
                for (sum, part) in cells[cell].iter_mut().zip(area) {
                    *sum += sign * part;
                }
            }
        },
    );
    let mut cells = vec![[0.0; 3]; 3 * CELLS * CELLS];
    for layer in layers {
        for (sum, part) in cells.iter_mut().flatten().zip(layer.into_iter().flatten()) {
            *sum += part;
        }
    }
    cells.retain(|cell| cell.iter().any(|part| part.abs() > 0.0));
    if cells.is_empty() {
        return Err("there is no surface of bone");
    }
    let inverse = |i: usize| {
        let n = direction(i);
        let seen: f64 = cells
            .iter()
            .map(|a| (a[0] * n[0] + a[1] * n[1] + a[2] * n[2]).abs())
            .sum();
        (n, seen / (2.0 * body))
    };
    let lengths: Vec<([f64; 3], f64)> = (0..DIRECTIONS).map(inverse).collect();
    principal(&fitted(&lengths).ok_or("the mean intercept lengths fit no tensor")?)
}

/// Spheres side by side, as large as the narrowest side of a box without its rim.
struct Spheres {
    dims: [usize; 3],
    /// Along each axis.
    counts: [usize; 3],
    radius: f64,
}

impl Spheres {
    fn in_box(dims: [usize; 3]) -> Self {
        let inner = dims.map(|n| n - 1 - 2 * RIM);
        let diameter = inner.into_iter().min().unwrap_or(1);
        Self {
            dims,
            counts: inner.map(|n| n / diameter),
            radius: diameter as f64 / 2.0,
        }
    }

    /// Whether a place lies in the sphere of its stretch of the box.
    fn hold(&self, place: [f64; 3]) -> bool {
        let away2: f64 = (0..3)
            .map(|k| {
                let stretch = (self.dims[k] - 1 - 2 * RIM) as f64 / self.counts[k] as f64;
                let at = place[k] - RIM as f64;
                (at - ((at / stretch).floor() + 0.5) * stretch).powi(2)
            })
            .sum();
        away2 <= self.radius * self.radius
    }

    fn volume(&self) -> f64 {
        let count: usize = self.counts.iter().product();
        count as f64 * 4.0 / 3.0 * PI * self.radius.powi(3)
    }
}

/// The cell of a direction and the sign that turns it to the half of directions that has cells.
fn cell(v: [f64; 3]) -> Option<(usize, f64)> {
    let axis = (0..3).max_by(|&i, &j| v[i].abs().total_cmp(&v[j].abs()))?;
    let largest = v[axis];
    if largest.abs() <= 0.0 {
        return None;
    }
    let [u, w] = [(axis + 1) % 3, (axis + 2) % 3].map(|other| {
        let share = 0.5 * (v[other] / largest + 1.0);
        ((share * CELLS as f64) as usize).min(CELLS - 1)
    });
    Some(((axis * CELLS + w) * CELLS + u, largest.signum()))
}

/// Unit vectors on a hemisphere along a Fibonacci spiral.
fn direction(i: usize) -> [f64; 3] {
    let golden = PI * (3.0 - 5.0_f64.sqrt());
    let z = 1.0 - (i as f64 + 0.5) / DIRECTIONS as f64;
    let (sin, cos) = (golden * i as f64).sin_cos();
    let across = (1.0 - z * z).sqrt();
    [across * cos, across * sin, z]
}

/// The tensor of `1 / MIL^2`, by least squares, from directions with `1 / MIL`.
fn fitted(lengths: &[([f64; 3], f64)]) -> Option<Matrix3<f64>> {
    let (mut normal, mut right) = (Matrix6::zeros(), Vector6::zeros());
    for &([x, y, z], inverse) in lengths {
        let terms = Vector6::new(x * x, y * y, z * z, 2.0 * x * y, 2.0 * x * z, 2.0 * y * z);
        normal += terms * terms.transpose();
        right += terms * (inverse * inverse);
    }
    let m = normal.cholesky()?.solve(&right);
    Some(Matrix3::new(
        m[0], m[3], m[4], m[3], m[1], m[5], m[4], m[5], m[2],
    ))
}

/// Lengths and axes of a tensor.
fn principal(tensor: &Matrix3<f64>) -> Result<Intercepts, &'static str> {
    let eigen = SymmetricEigen::new(*tensor);
    let mut order = [0, 1, 2];
    order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
    // An eigenvalue that is not above zero belongs to structures that go through the sphere: no line along
    // them crosses their surface.
    let floor = 1e-9 * eigen.eigenvalues[order[2]];
    let eigenvalues = order.map(|i| eigen.eigenvalues[i].max(floor));
    if !(floor.is_finite() && floor > 0.0) {
        return Err("the mean intercept lengths fit no tensor");
    }
    let axes = order.map(|i| {
        let axis = eigen.eigenvectors.column(i);
        // A direction has no sign: its largest part is positive.
        let largest = (0..3)
            .max_by(|&i, &j| axis[i].abs().total_cmp(&axis[j].abs()))
            .unwrap_or(0);
        let sign = axis[largest].signum();
        [0, 1, 2].map(|k| sign * axis[k])
    });
    Ok(Intercepts {
        mil: eigenvalues.map(|value| value.sqrt().recip()),
        axes,
        eigenvalues,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of an ellipsoid each, twice as long along z: MIL along z is twice that across.
    #[test]
    fn ellipsoids_have_the_anisotropy_of_their_axes() {
        let dims = [96, 96, 96];
        let bone: Vec<bool> = (0..96 * 96 * 96)
            .map(|i| {
                let [x, y, z] = [(i % 96) % 24, (i / 96 % 96) % 24, (i / 9216) % 48];
                let along =
                    |at: usize, half: f64, radius: f64| ((at as f64 + 0.5 - half) / radius).powi(2);
                along(x, 12.0, 10.0) + along(y, 12.0, 10.0) + along(z, 24.0, 20.0) <= 1.0
            })
            .collect();
        let found = intercepts(&Smooth::of(&bone, dims).unwrap(), None).unwrap();
        assert!(found.axes[0][2] > 0.999, "{found:?}");
        let ratio = found.mil[0] / found.mil[2];
        // The area of an ellipsoid of half axes a, a, 2 a is pi a^2 seen along z and 2 pi a^2 across; what the
        // tensor makes of the directions between, where the area is no ellipse, is 2 as well.
        assert!((ratio / 2.0 - 1.0).abs() < 0.05, "{ratio}");
        assert!((found.mil[1] / found.mil[2] - 1.0).abs() < 0.03);
    }

    /// The fit returns a tensor from its own lengths, to rounding.
    #[test]
    fn a_tensor_is_found_again() {
        let tensor = Matrix3::new(0.04, 0.01, 0.0, 0.01, 0.02, 0.003, 0.0, 0.003, 0.01);
        let lengths: Vec<([f64; 3], f64)> = (0..DIRECTIONS)
            .map(|i| {
                let n = direction(i);
                let v = nalgebra::Vector3::from(n);
                (n, (v.transpose() * tensor * v)[0].sqrt())
            })
            .collect();
        let found = fitted(&lengths).unwrap();
        assert!((found - tensor).abs().max() < 1e-9, "{found}");
    }

    /// Cells keep vectors whole: the sum over them of a vector and its opposite is twice its area.
    #[test]
    fn directions_have_their_cells() {
        for v in [
            [1.0, 0.2, -0.3],
            [-0.1, -2.0, 0.5],
            [0.3, 0.3, -0.3],
            [0.0, 0.0, 4.0],
        ] {
            let (one, sign) = cell(v).unwrap();
            let (other, opposite) = cell(v.map(|part: f64| -part)).unwrap();
            assert_eq!((one, sign.to_bits()), (other, (-opposite).to_bits()));
            assert!(one < 3 * CELLS * CELLS);
        }
        assert_eq!(cell([0.0; 3]), None);
        assert!(intercepts(&Smooth::of(&[true; 1728], [12; 3]).unwrap(), None).is_err());
    }
}
