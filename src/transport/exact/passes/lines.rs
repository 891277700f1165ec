//! Lines of a field into vectors and back.

use pulp::Simd;
use pulp::bytemuck::cast_slice;

use super::PAIR;
use crate::transport::exact::lanes::{LANES, Line, Real, parts, width};

/// Copies a row. Rows are short, and a call for each would be felt.
#[inline(always)]
pub(super) fn copy<T: Real>(from: &[T], to: &mut [T]) {
    let (lines, rest) = from.as_chunks::<LANES>();
    let (to_lines, to_rest) = to.as_chunks_mut::<LANES>();
    for (to, from) in to_lines.iter_mut().zip(lines) {
        *to = *from;
    }
    to_rest[..rest.len()].copy_from_slice(rest);
}

/// Copies a row into a block, with zeros up to whole pairs of lines.
#[inline(always)]
pub(super) fn lay<T: Real>(row: &[T], block: &mut [T]) {
    copy(row, &mut block[..row.len()]);
    block[row.len()..].fill(T::ZERO);
}

/// Changes the sign of every other site.
#[inline(always)]
pub(super) fn negate<T: Real>(order: &[usize], data: &mut [Line<T>]) {
    for &at in order.iter().skip(1).step_by(2) {
        data[2 * at].negate();
        data[2 * at + 1].negate();
    }
}

/// Lines along x into lanes: site `x` of the lines that start at `offsets` to pair `order[x]`.
#[inline(always)]
pub(crate) fn gather<S: Simd, T: Real>(
    simd: S,
    order: &[usize],
    (block, offsets): (&[T], &[usize; PAIR]),
    data: &mut [Line<T>],
    quads: bool,
) {
    let width = width::<S, T>();
    let mut done = 0;
    if quads {
        done = order.len() / width * width;
        for x in (0..done).step_by(width) {
            for group in 0..PAIR / 4 {
                let row = |lane: usize| {
                    let start = offsets[4 * group + lane] + x;
                    T::registers::<S>(&block[start..start + width])[0]
                };
                let columns = T::shuffle(simd, [row(0), row(1), row(2), row(3)]);
                let columns: &[T] = cast_slice(&columns);
                let (half, lane) = (4 * group / LANES, 4 * group % LANES);
                for (at, column) in columns.chunks_exact(4).enumerate() {
                    let (step, quad) = (at / (width / 4), at % (width / 4));
                    data[2 * order[x + 4 * quad + step] + half].0[lane..lane + 4]
                        .copy_from_slice(column);
                }
            }
        }
    }
    for x in done..order.len() {
        for (lane, &offset) in offsets.iter().enumerate() {
            data[2 * order[x] + lane / LANES].0[lane % LANES] = block[offset + x];
        }
    }
}

/// Lanes back into lines along x: site `x` from pair `order[x]`, in which the first line stands
/// at `first`.
#[inline(always)]
pub(crate) fn scatter<S: Simd, T: Real>(
    simd: S,
    (order, first): (&[usize], usize),
    data: &[Line<T>],
    (block, offsets): (&mut [T], &[usize; PAIR]),
    quads: bool,
) {
    let width = width::<S, T>();
    let mut done = 0;
    if quads {
        done = order.len() / 4 * 4;
        for x in (0..done).step_by(4) {
            let places = [order[x], order[x + 1], order[x + 2], order[x + 3]];
            for half in 0..2 {
                for part in 0..parts::<S, T>() {
                    let column =
                        |step: usize| data[2 * places[step] + (first ^ half)].get::<S>(part);
                    let rows = T::shuffle(simd, [column(0), column(1), column(2), column(3)]);
                    let rows: &[T] = cast_slice(&rows);
                    for (at, row) in rows.chunks_exact(4).enumerate() {
                        let (step, quad) = (at / (width / 4), at % (width / 4));
                        let lane = half * LANES + part * width + 4 * quad + step;
                        let start = offsets[lane] + x;
                        block[start..start + 4].copy_from_slice(row);
                    }
                }
            }
        }
    }
    for x in done..order.len() {
        for (lane, &offset) in offsets.iter().enumerate() {
            block[offset + x] = data[2 * order[x] + (first ^ (lane / LANES))].0[lane % LANES];
        }
    }
}
