//! The passes along x and y of one plane.

use pulp::{Simd, WithSimd};

use super::lines::{copy, lay};
use super::{PAIR, Scratch, stride};
use crate::transport::exact::axis::Axis;
use crate::transport::exact::lanes::{LANES, Line, Real, parts};

/// The columns of a block, in place, to amplitudes.
#[inline(always)]
pub(super) fn columns_forward<S: Simd, T: Real>(
    simd: S,
    axis: &Axis<T>,
    (block, stride): (&mut [T], usize),
    (data, waves): (&mut [Line<T>], &mut [Line<T>]),
) {
    let parts = parts::<S, T>();
    for start in (0..stride - LANES).step_by(PAIR) {
        for (row, (&at, site)) in block
            .chunks_exact(stride)
            .zip(axis.before.iter().zip(0_usize..))
        {
            let row = &T::registers::<S>(&row[start..start + PAIR])[..2 * parts];
            let lines = &mut data[2 * at..2 * at + 2];
            for part in 0..parts {
                lines[0].put::<S>(part, row[part]);
                lines[1].put::<S>(part, row[parts + part]);
            }
            if axis.alternate && site % 2 == 1 {
                lines[0].negate();
                lines[1].negate();
            }
        }
        axis.forward(simd, data, waves);
        for (row, lines) in block
            .chunks_exact_mut(stride)
            .zip(waves.chunks_exact(2))
            .take(axis.length)
        {
            let row = &mut T::registers_mut::<S>(&mut row[start..start + PAIR])[..2 * parts];
            for part in 0..parts {
                row[part] = lines[0].get::<S>(part);
                row[parts + part] = lines[1].get::<S>(part);
            }
        }
    }
}

/// The amplitudes in the columns of a block, in place, to values.
#[inline(always)]
pub(super) fn columns_backward<S: Simd, T: Real>(
    simd: S,
    axis: &Axis<T>,
    (block, stride): (&mut [T], usize),
    (data, waves): (&mut [Line<T>], &mut [Line<T>]),
) {
    let parts = parts::<S, T>();
    for start in (0..stride - LANES).step_by(PAIR) {
        for (row, lines) in block
            .chunks_exact(stride)
            .zip(waves.chunks_exact_mut(2))
            .take(axis.length)
        {
            let row = &T::registers::<S>(&row[start..start + PAIR])[..2 * parts];
            for part in 0..parts {
                lines[0].put::<S>(part, row[part]);
                lines[1].put::<S>(part, row[parts + part]);
            }
        }
        axis.backward(simd, waves, data);
        for (row, (&at, site)) in block
            .chunks_exact_mut(stride)
            .zip(axis.after.iter().zip(0_usize..))
        {
            let lines = &mut data[2 * at..2 * at + 2];
            if axis.alternate && site % 2 == 1 {
                lines[0].negate();
                lines[1].negate();
            }
            let row = &mut T::registers_mut::<S>(&mut row[start..start + PAIR])[..2 * parts];
            for part in 0..parts {
                row[part] = lines[1].get::<S>(part);
                row[parts + part] = lines[0].get::<S>(part);
            }
        }
    }
}

/// The columns of one plane: forward from another plane, or back in place. Planes go through a
/// copy: memory is read and written in one stream.
pub(super) struct Plane<'a, T> {
    pub(super) axis: &'a Axis<T>,
    pub(super) width: usize,
    pub(super) from: Option<&'a [T]>,
    pub(super) to: &'a mut [T],
    pub(super) scratch: &'a mut Scratch<T>,
}

impl<T: Real> WithSimd for Plane<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (block, data, waves) = self.scratch.parts();
        let stride = stride(self.width);
        let block = &mut block[..stride * self.axis.length];
        let rows = self.from.unwrap_or(&*self.to).chunks_exact(self.width);
        for (row, laid) in rows.zip(block.chunks_exact_mut(stride)) {
            lay(row, laid);
        }
        if self.from.is_some() {
            columns_forward(simd, self.axis, (block, stride), (data, waves));
        } else {
            columns_backward(simd, self.axis, (block, stride), (data, waves));
        }
        let rows = self.to.chunks_exact_mut(self.width);
        for (row, laid) in rows.zip(block.chunks_exact(stride)) {
            copy(&laid[..self.width], row);
        }
    }
}
