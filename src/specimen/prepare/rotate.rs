//! Turns bone so that its long axis lies along z, as cuts across a shaft ask for.
//!
//! The long axis is that along which the bone voxels spread most: the principal axis of the smallest moment
//! of inertia, as in `BoneJ`'s "Moments of Inertia" (Doube et al. 2010, Bone 47:1076). The turn is the smallest
//! one that brings it to z. Bone is interpolated linearly between eight voxels and cut at one half.

use nalgebra::{Matrix3, Rotation3, SymmetricEigen, Vector3};

use crate::numerics::parallel::prelude::*;

/// How much further bone spreads along its long axis than along the next, at least.
pub(crate) const LONGER: f64 = 1.1;

/// Bone on other axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Turned {
    /// True for bone, x fastest.
    pub bone: Vec<bool>,
    /// The box of the bone with at least a voxel to every side.
    pub dims: [usize; 3],
    /// Where the centre of its first voxel lay, in voxels from that of the first one before.
    pub first: [f64; 3],
    /// `axes[i]`: the new axis i in the old axes, unit vectors.
    pub axes: [[f64; 3]; 3],
    /// Angle of the turn, degrees.
    pub degrees: f64,
}

/// The long axis of bone (true) in a box of cubes.
///
/// # Errors
/// Bone does not spread further along one axis than along the others by [`LONGER`]: how much further it does.
pub(crate) fn long_axis(bone: &[bool], dims: [usize; 3]) -> Result<[f64; 3], f64> {
    let (mut count, mut sums, mut squares) = (0_u64, [0_u64; 3], [[0_u64; 3]; 3]);
    let [nx, ny, _] = dims;
    for (site, _) in bone.iter().enumerate().filter(|(_, bone)| **bone) {
        let at = [site % nx, site / nx % ny, site / nx / ny].map(|part| part as u64);
        count += 1;
        for i in 0..3 {
            sums[i] += at[i];
            for j in 0..3 {
                squares[i][j] += at[i] * at[j];
            }
        }
    }
    let count = (count as f64).max(1.0);
    let mean = sums.map(|sum| sum as f64 / count);
    // A voxel spreads by a twelfth itself.
    let spread = Matrix3::from_fn(|i, j| {
        let own = if i == j { 1.0 / 12.0 } else { 0.0 };
        squares[i][j] as f64 / count - mean[i] * mean[j] + own
    });
    let eigen = SymmetricEigen::new(spread);
    let mut order = [0, 1, 2];
    order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
    let [longest, next, _] = order.map(|i| eigen.eigenvalues[i].max(0.0).sqrt());
    if longest < LONGER * next {
        return Err(longest / next);
    }
    let axis = eigen.eigenvectors.column(order[0]);
    let sign = if axis[2] < 0.0 { -1.0 } else { 1.0 };
    Ok([0, 1, 2].map(|i| sign * axis[i]))
}

/// Turns bone (true) so that an axis, a unit vector, lies along z. `None` without bone, or where the turned
/// box would have more than `most` voxels.
pub(crate) fn turned(bone: &[bool], dims: [usize; 3], axis: [f64; 3], most: u64) -> Option<Turned> {
    let [nx, ny, nz] = dims;
    // An axis against z has no smallest turn: any half turn does.
    let turn = Rotation3::rotation_between(&Vector3::from(axis), &Vector3::z())
        .unwrap_or_else(|| Rotation3::from_axis_angle(&Vector3::x_axis(), std::f64::consts::PI));
    // About the centre of a voxel, so that no turn changes nothing.
    let middle = Vector3::new(nx / 2, ny / 2, nz / 2).map(|part| part as f64);
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for (site, _) in bone.iter().enumerate().filter(|(_, bone)| **bone) {
        let at = Vector3::new(site % nx, site / nx % ny, site / nx / ny).map(|part| part as f64);
        let to = turn * (at - middle);
        for k in 0..3 {
            low[k] = low[k].min(to[k]);
            high[k] = high[k].max(to[k]);
        }
    }
    if !low[0].is_finite() {
        return None;
    }
    // Rounding of a turn by nothing does not widen the box.
    let from = low.map(|low| (low + 1e-6).floor() - 1.0);
    let size = [0, 1, 2].map(|k| ((high[k] - 1e-6).ceil() + 2.0 - from[k]) as usize);
    if size
        .iter()
        .try_fold(1_u64, |all, &n| all.checked_mul(n as u64))?
        > most
    {
        return None;
    }
    let back = turn.inverse();
    let first = back * Vector3::from(from) + middle;
    let step = [0, 1, 2].map(|k| back * Vector3::ith(k, 1.0));
    let share = Share { bone, dims };
    let mut made = vec![false; size.iter().product()];
    made.par_chunks_mut(size[0] * size[1])
        .enumerate()
        .for_each(|(z, layer)| {
            for (at, bone) in layer.iter_mut().enumerate() {
                let [x, y] = [at % size[0], at / size[0]].map(|part| part as f64);
                *bone = share.at(first + step[0] * x + step[1] * y + step[2] * z as f64) > 0.5;
            }
        });
    Some(Turned {
        bone: made,
        dims: size,
        first: first.into(),
        axes: step.map(Into::into),
        degrees: turn.angle().to_degrees(),
    })
}

/// The share of bone at any place, linear between the centres of voxels; none beyond the box.
struct Share<'a> {
    bone: &'a [bool],
    dims: [usize; 3],
}

impl Share<'_> {
    fn at(&self, place: Vector3<f64>) -> f64 {
        let base = place.map(f64::floor);
        let part = place - base;
        let mut sum = 0.0;
        for corner in 0..8_u8 {
            let bit = |k: usize| f64::from(corner >> k & 1);
            let weight: f64 = (0..3)
                .map(|k| if bit(k) > 0.0 { part[k] } else { 1.0 - part[k] })
                .product();
            let at = [0, 1, 2].map(|k| base[k] + bit(k));
            let is_inside = (0..3).all(|k| at[k] >= 0.0 && at[k] < self.dims[k] as f64);
            if is_inside {
                let [x, y, z] = at.map(|part| part as usize);
                let site = (z * self.dims[1] + y) * self.dims[0] + x;
                sum += weight * f64::from(u8::from(self.bone[site]));
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ellipsoid of half axes 6, 8 and 20 whose long axis leans by 30 degrees.
    fn leaning() -> (Vec<bool>, [usize; 3]) {
        let dims = [56, 40, 52];
        let (sin, cos) = 30.0_f64.to_radians().sin_cos();
        let bone = (0..dims.iter().product())
            .map(|site: usize| {
                let x = (site % 56) as f64 - 27.5;
                let y = (site / 56 % 40) as f64 - 19.5;
                let z = (site / 56 / 40) as f64 - 25.5;
                let (along, across) = (x * sin + z * cos, x * cos - z * sin);
                (along / 20.0).powi(2) + (across / 6.0).powi(2) + (y / 8.0).powi(2) <= 1.0
            })
            .collect();
        (bone, dims)
    }

    #[test]
    fn a_leaning_ellipsoid_stands_upright() {
        let (bone, dims) = leaning();
        let axis = long_axis(&bone, dims).unwrap();
        assert!(
            (axis[0] - 0.5).abs() < 0.01 && axis[1].abs() < 0.01,
            "{axis:?}"
        );
        let found = turned(&bone, dims, axis, 1 << 20).unwrap();
        assert!((found.degrees - 30.0).abs() < 0.5, "{}", found.degrees);
        let upright = long_axis(&found.bone, found.dims).unwrap();
        assert!(upright[2] > 0.9999, "{upright:?}");
        let count = |bone: &[bool]| bone.iter().filter(|&&bone| bone).count() as f64;
        assert!((count(&found.bone) / count(&bone) - 1.0).abs() < 0.01);
        // Two half axes and the margin: 12, 16 and 40 with a voxel to either side; each end may round outwards.
        for (size, expected) in found.dims.into_iter().zip([14_usize, 18, 42]) {
            assert!(
                (expected..=expected + 2).contains(&size),
                "{:?}",
                found.dims
            );
        }
        // The first voxel and the axes lead back to where bone was.
        let place = |at: [usize; 3]| -> [usize; 3] {
            [0, 1, 2].map(|k| {
                let along: f64 = (0..3).map(|i| at[i] as f64 * found.axes[i][k]).sum();
                (found.first[k] + along).round() as usize
            })
        };
        let [nx, ny, nz] = found.dims;
        let tip = place([nx / 2, ny / 2, nz - 4]);
        assert!(
            bone[(tip[2] * dims[1] + tip[1]) * dims[0] + tip[0]],
            "{tip:?}"
        );
    }

    #[test]
    fn bone_that_stands_upright_is_not_changed_and_a_ball_has_no_long_axis() {
        let dims = [9, 9, 20];
        let at = |site: usize| [site % 9, site / 9 % 9, site / 81];
        let bone: Vec<bool> = (0..9 * 9 * 20)
            .map(|site| {
                let [x, y, z] = at(site);
                (3..6).contains(&x) && (3..6).contains(&y) && (2..18).contains(&z)
            })
            .collect();
        let found = turned(&bone, dims, long_axis(&bone, dims).unwrap(), 10_000).unwrap();
        assert_eq!(found.dims, [5, 5, 18]);
        assert_eq!(found.first.map(|part| part.round() as i64), [2, 2, 1]);
        let kept = found.bone.iter().filter(|&&bone| bone).count();
        assert_eq!(kept, 9 * 16);
        assert!(turned(&bone, dims, [0.0, 0.0, 1.0], 100).is_none());
        assert!(turned(&[false; 8], [2; 3], [0.0, 0.0, 1.0], 100).is_none());
        let cube: Vec<bool> = (0..729).map(|site| at(site)[2] < 9).collect();
        let ratio = long_axis(&cube, [9; 3]).unwrap_err();
        assert!((ratio - 1.0).abs() < 1e-9);
    }
}
