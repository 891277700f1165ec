//! The trilinear brick: stiffness and strain of one element with eight nodes.

use nalgebra::{Matrix3, SMatrix};

/// Degrees of freedom of a brick: three at each of eight corners. Corner `c` lies at the upper end along x, y
/// or z where bit 0, 1 or 2 of `c` is set.
pub(super) const DEGREES: usize = 24;

/// A square matrix over the degrees of freedom of a brick, row by row.
pub(super) type ElementMatrix = [[f64; DEGREES]; DEGREES];

/// Places of the two Gauss points on -1 to 1, for which a trilinear box is integrated exactly.
const GAUSS: f64 = 0.577_350_269_189_625_8;

/// A brick of unit modulus (1 MPa).
#[derive(Debug, Clone)]
pub(super) struct Brick {
    /// Stiffness, N/mm.
    pub(super) stiffness: ElementMatrix,
    /// Volume, mm3.
    pub(super) volume_mm3: f64,
    /// Strains at the centre.
    centre: Strains,
}

/// Strains of a unit motion of each degree of freedom.
type Strains = [[f64; DEGREES]; 6];

/// Strains of a unit motion of each degree of freedom at a point in -1 to 1: xx, yy, zz, yz, zx, xy (shear as
/// angles).
fn strains(at: [f64; 3], size_mm: [f64; 3]) -> Strains {
    let mut strains = [[0.0; DEGREES]; 6];
    for corner in 0..8 {
        let end = [0, 1, 2].map(|axis| if corner >> axis & 1 == 1 { 1.0 } else { -1.0 });
        let along = |axis: usize| 0.5 * (1.0 + end[axis] * at[axis]);
        let slope = |axis: usize| {
            let [one, other] = [(axis + 1) % 3, (axis + 2) % 3];
            end[axis] / size_mm[axis] * along(one) * along(other)
        };
        let [x, y, z] = [slope(0), slope(1), slope(2)];
        let first = 3 * corner;
        strains[0][first] = x;
        strains[1][first + 1] = y;
        strains[2][first + 2] = z;
        (strains[3][first + 1], strains[3][first + 2]) = (z, y);
        (strains[4][first], strains[4][first + 2]) = (z, x);
        (strains[5][first], strains[5][first + 1]) = (y, x);
    }
    strains
}

fn dot(one: &[f64; DEGREES], other: &[f64; DEGREES]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

impl Brick {
    /// A brick of this size and Poisson's ratio.
    pub(super) fn new(size_mm: [f64; 3], poisson: f64) -> Self {
        let volume_mm3: f64 = size_mm.iter().product();
        let shear = 0.5 / (1.0 + poisson);
        let lame = poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson));
        let mut stiffness = [[0.0; DEGREES]; DEGREES];
        for point in 0..8 {
            let at = [0, 1, 2].map(|axis| {
                if point >> axis & 1 == 1 {
                    GAUSS
                } else {
                    -GAUSS
                }
            });
            let strains = strains(at, size_mm);
            for (row, out) in stiffness.iter_mut().enumerate() {
                let of = |strain: usize| strains[strain][row];
                let trace = lame * (of(0) + of(1) + of(2));
                let stress = [
                    trace + 2.0 * shear * of(0),
                    trace + 2.0 * shear * of(1),
                    trace + 2.0 * shear * of(2),
                    shear * of(3),
                    shear * of(4),
                    shear * of(5),
                ];
                for (column, value) in out.iter_mut().enumerate() {
                    let work: f64 = (0..6).map(|i| stress[i] * strains[i][column]).sum();
                    *value += 0.125 * volume_mm3 * work;
                }
            }
        }
        Self {
            stiffness,
            volume_mm3,
            centre: strains([0.0; 3], size_mm),
        }
    }

    /// Strain energy of a motion, mJ.
    pub(super) fn energy_mj(&self, motion: &[f64; DEGREES]) -> f64 {
        let forces = self.stiffness.iter().map(|row| dot(row, motion));
        0.5 * forces
            .zip(motion)
            .map(|(force, by)| force * by)
            .sum::<f64>()
    }

    /// Largest and smallest principal strain at the centre.
    pub(super) fn principal_strains(&self, motion: &[f64; DEGREES]) -> [f64; 2] {
        let [xx, yy, zz, yz, zx, xy] = self.centre.map(|row| dot(&row, motion));
        let (yz, zx, xy) = (0.5 * yz, 0.5 * zx, 0.5 * xy);
        let principal = Matrix3::new(xx, xy, zx, xy, yy, yz, zx, yz, zz).symmetric_eigenvalues();
        [principal.max(), principal.min()]
    }

    /// The largest eigenvalue of the stiffness against its own 3 x 3 diagonal blocks. No body of such bricks,
    /// of whatever shape and moduli and however it is held, has a larger one: both sides are sums over bricks.
    pub(super) fn largest_eigenvalue(&self) -> f64 {
        let mut scaled = SMatrix::<f64, DEGREES, DEGREES>::from_fn(|i, j| self.stiffness[i][j]);
        // Diagonal blocks D = L L^T; the eigenvalues are those of L^-1 K L^-T.
        let mut inverse = SMatrix::<f64, DEGREES, DEGREES>::zeros();
        for corner in 0..8 {
            let block = scaled
                .fixed_view::<3, 3>(3 * corner, 3 * corner)
                .into_owned();
            let lower = block.cholesky().map(|cholesky| cholesky.l());
            let lower = lower.and_then(nalgebra::Matrix::try_inverse);
            let Some(lower) = lower else { return 8.0 };
            inverse
                .fixed_view_mut::<3, 3>(3 * corner, 3 * corner)
                .copy_from(&lower);
        }
        scaled = inverse * scaled * inverse.transpose();
        scaled.symmetric_eigenvalues().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_and_turning_a_brick_costs_nothing_and_stretching_what_hooke_says() {
        let size = [0.5, 0.2, 0.3];
        let brick = Brick::new(size, 0.3);
        let moves = |motion: &dyn Fn([f64; 3]) -> [f64; 3]| {
            let mut u = [0.0; DEGREES];
            for corner in 0..8 {
                let at = [0, 1, 2].map(|axis| size[axis] * f64::from(corner >> axis & 1));
                u[3 * corner as usize..][..3].copy_from_slice(&motion(at));
            }
            u
        };
        let energy = |motion: &dyn Fn([f64; 3]) -> [f64; 3]| brick.energy_mj(&moves(motion));
        assert!(energy(&|_| [1.0, -2.0, 0.5]).abs() < 1e-14);
        assert!(
            energy(&|[x, y, z]| [0.1 * y - 0.2 * z, 0.3 * z - 0.1 * x, 0.2 * x - 0.3 * y]).abs()
                < 1e-14
        );
        // One strain and no stress across: u = E e^2 V / 2.
        let e = 0.01;
        let stretched = energy(&|[x, y, z]| [-0.3 * e * x, -0.3 * e * y, e * z]);
        assert!((stretched / (0.5 * e * e * 0.03) - 1.0).abs() < 1e-12);
        let sheared = energy(&|[_, y, _]| [e * y, 0.0, 0.0]);
        assert!((sheared / (0.5 / 2.6 * e * e * 0.03) - 1.0).abs() < 1e-12);
        let [most, least] = brick.principal_strains(&moves(&|[_, y, _]| [e * y, 0.0, 0.0]));
        assert!((most - 0.5 * e).abs() < 1e-15 && (least + 0.5 * e).abs() < 1e-15);
    }
}
