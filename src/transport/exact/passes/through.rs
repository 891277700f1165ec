//! The pass along z there and back, with the change between.

use pulp::{Simd, WithSimd};

use super::lines::{copy, gather, lay, negate, scatter};
use super::plane::{columns_backward, columns_forward};
use super::{Between, PAIR, Passes, Scratch, Wave, stride};
use crate::transport::exact::axis::{Axis, Four};
use crate::transport::exact::lanes::{Arithmetic, Line, Real, parts};

/// One block: forward along z and x, the change, and back.
pub(super) struct Through<'a, 'b, T, B> {
    pub(super) passes: &'a Passes<T>,
    /// The rows of the block at each z, one after another.
    pub(super) rows: Vec<&'b mut [T]>,
    pub(super) between: B,
    pub(super) scratch: &'a mut Scratch<T>,
}

impl<T: Real, B: Between<T>> WithSimd for Through<'_, '_, T, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [along_x, _, along_z] = &self.passes.axes;
        let quads = self.passes.quads;
        let (nx, width) = (along_x.length, self.rows[0].len());
        let stride = stride(width);
        let empty = stride * along_z.length;
        let (block, data, waves) = self.scratch.parts();
        let block = &mut block[..empty + nx];
        block[empty..].fill(T::ZERO);
        if B::FORWARD {
            for (row, laid) in self.rows.iter().zip(block.chunks_exact_mut(stride)) {
                lay(row, laid);
            }
            let block = &mut block[..empty];
            columns_forward(simd, along_z, (block, stride), (data, waves));
        } else {
            block.fill(T::ZERO);
        }
        let rows = width / nx;
        let lines = rows * along_z.length;
        for pair in 0..lines.div_ceil(PAIR) {
            let mut offsets = [empty; PAIR];
            for (lane, offset) in offsets.iter_mut().enumerate() {
                let line = pair * PAIR + lane;
                if line < lines {
                    *offset = line / rows * stride + line % rows * nx;
                }
            }
            if B::FORWARD {
                gather(simd, &along_x.before, (block, &offsets), data, quads);
                if along_x.alternate {
                    negate(&along_x.before, data);
                }
                along_x.transform(simd, data);
            }
            change(simd, along_x, pair, &mut self.between, data, waves);
            if B::BACKWARD {
                along_x.transform(simd, waves);
                if along_x.alternate {
                    negate(&along_x.after, waves);
                }
                let order = (along_x.after.as_slice(), 1);
                scatter(simd, order, waves, (block, &offsets), quads);
            }
        }
        if !B::BACKWARD {
            return;
        }
        columns_backward(simd, along_z, (&mut block[..empty], stride), (data, waves));
        for (row, laid) in self.rows.iter_mut().zip(block.chunks_exact(stride)) {
            copy(&laid[..width], row);
        }
    }
}

/// The amplitudes along x out of `data`, through `between`, into the order of the way back.
#[inline(always)]
pub(super) fn change<S: Simd, T: Real, B: Between<T>>(
    simd: S,
    axis: &Axis<T>,
    pair: usize,
    between: &mut B,
    data: &[Line<T>],
    back: &mut [Line<T>],
) {
    let o = Arithmetic::<S, T>::new(simd);
    for part in 0..parts::<S, T>() {
        for k in axis.single() {
            let at = axis.place(k);
            for line in 0..2 {
                let wave = Wave {
                    pair,
                    k,
                    line,
                    part,
                };
                let value = between.change(o, wave, data[2 * k + line].get::<S>(part));
                back[2 * at + 1 - line].put::<S>(part, value);
            }
        }
        for k in axis.paired() {
            let mut four = if B::FORWARD {
                axis.split(o, data, k, part)
            } else {
                let zero = o.splat(T::ZERO);
                Four {
                    low: [zero; 2],
                    high: [zero; 2],
                }
            };
            for line in 0..2 {
                let wave = Wave {
                    pair,
                    k,
                    line,
                    part,
                };
                four.low[line] = between.change(o, wave, four.low[line]);
                let wave = Wave {
                    k: axis.length - k,
                    ..wave
                };
                four.high[line] = between.change(o, wave, four.high[line]);
            }
            if B::BACKWARD {
                axis.join(o, four, back, (k, part));
            }
        }
    }
}
