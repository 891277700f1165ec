//! A response surface: a quadratic in two parameters, by least squares over the points of a design (Box
//! and Wilson 1951). What the other parameters do is scatter around it.

use nalgebra::{DMatrix, DVector};

/// Terms of a quadratic in two variables.
const TERMS: usize = 6;

/// A quadratic in two coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Surface {
    /// Of 1, u, v, u u, v v and u v.
    pub coefficients: [f64; TERMS],
    /// Share of the variance that it explains.
    pub explained: f64,
    /// The same where each point is compared with the surface of all others (Allen 1974); below zero
    /// where the mean would do better.
    pub predicted: f64,
    /// Standard deviation of the points from it, with the degrees of freedom that its terms leave.
    pub residual: f64,
    /// Points.
    pub points: usize,
}

fn terms(u: f64, v: f64) -> [f64; TERMS] {
    [1.0, u, v, u * u, v * v, u * v]
}

impl Surface {
    /// The surface through points (u, v, value); none where these are too few, lie on too few levels or
    /// do not differ.
    pub(crate) fn through(points: &[(f64, f64, f64)]) -> Option<Self> {
        let count = points.len();
        if count < 2 * TERMS {
            return None;
        }
        let design = DMatrix::from_fn(count, TERMS, |i, j| terms(points[i].0, points[i].1)[j]);
        let values = DVector::from_fn(count, |i, _| points[i].2);
        let parts = design.qr();
        let (q, r) = (parts.q(), parts.r());
        let size = r.diagonal().abs();
        if size.min() <= 1e-9 * size.max() {
            return None;
        }
        let turned = q.transpose() * &values;
        let solved = r.solve_upper_triangular(&turned)?;
        let fitted = &q * turned;
        let mean = values.mean();
        let whole: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let (mut left, mut left_out) = (0.0, 0.0);
        for (i, value) in values.iter().enumerate() {
            let off = value - fitted[i];
            let leverage = q.row(i).norm_squared();
            left += off * off;
            left_out += (off / (1.0 - leverage).max(1e-12)).powi(2);
        }
        let mut coefficients = [0.0; TERMS];
        coefficients.copy_from_slice(solved.as_slice());
        (whole > 0.0).then_some(Self {
            coefficients,
            explained: 1.0 - left / whole,
            predicted: 1.0 - left_out / whole,
            residual: (left / (count - TERMS) as f64).sqrt(),
            points: count,
        })
    }

    /// Its height.
    pub(crate) fn at(&self, u: f64, v: f64) -> f64 {
        let parts = self.coefficients.iter().zip(terms(u, v));
        parts.map(|(coefficient, term)| coefficient * term).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(f: impl Fn(f64, f64) -> f64) -> Vec<(f64, f64, f64)> {
        (0..25)
            .map(|i| (f64::from(i / 5) / 4.0, f64::from(i % 5) / 4.0))
            .map(|(u, v)| (u, v, f(u, v)))
            .collect()
    }

    #[test]
    fn a_quadratic_is_found_exactly() {
        let exact = |u: f64, v: f64| 3.0 - u + 2.0 * v + 0.5 * u * u - 4.0 * v * v + 7.0 * u * v;
        let surface = Surface::through(&lattice(exact)).unwrap();
        for (found, coefficient) in surface
            .coefficients
            .iter()
            .zip([3.0, -1.0, 2.0, 0.5, -4.0, 7.0])
        {
            assert!((found - coefficient).abs() < 1e-10, "{surface:?}");
        }
        assert!((surface.explained - 1.0).abs() < 1e-12);
        assert!((surface.predicted - 1.0).abs() < 1e-12);
        assert!(surface.residual < 1e-10);
        assert!((surface.at(0.3, 0.9) - exact(0.3, 0.9)).abs() < 1e-10);
    }

    #[test]
    fn what_is_left_out_is_as_without_the_point() {
        let rough = |u: f64, v: f64| (9.0 * u).sin() + v.exp();
        let points = lattice(rough);
        let surface = Surface::through(&points).unwrap();
        let mean = points.iter().map(|p| p.2).sum::<f64>() / 25.0;
        let (mut squares, mut whole) = (0.0, 0.0);
        for i in 0..25 {
            let mut others = points.clone();
            let (u, v, value) = others.remove(i);
            squares += (value - Surface::through(&others).unwrap().at(u, v)).powi(2);
            whole += (value - mean).powi(2);
        }
        assert!((surface.predicted - (1.0 - squares / whole)).abs() < 1e-9);
        assert!(surface.predicted < surface.explained);
    }

    #[test]
    fn points_that_do_not_span_a_quadratic_give_none() {
        let two_levels: Vec<(f64, f64, f64)> = lattice(|u, v| u + v)
            .into_iter()
            .map(|(u, v, value)| (u.round(), v, value))
            .collect();
        assert!(Surface::through(&two_levels).is_none());
        assert!(Surface::through(&lattice(|u, _| u)[..11]).is_none());
        assert!(Surface::through(&lattice(|_, _| 2.0)).is_none());
    }
}
