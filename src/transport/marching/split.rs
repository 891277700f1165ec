//! The split implicit step: one tridiagonal sweep along each axis.

use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use pulp::{Arch, Simd, WithSimd};

use super::explicit::add_source;
use super::{BLOCK_BYTES, length, numbers};
use crate::tissue::grid::Grid;
use crate::transport::exact::Spread;
use crate::transport::exact::lanes::{LANES, Line, Real, ShufflesQuads, parts, width};
use crate::transport::exact::passes::{PAIR, gather, scatter};
use crate::transport::fault::TransportFault;

/// Implicit steps, axis by axis.
#[derive(Debug, Clone)]
pub struct Split<T> {
    grid: Grid,
    arch: Arch,
    quads: bool,
    /// Sites along x in their own order.
    order: Vec<usize>,
    step: T,
    axes: [Sweep<T>; 3],
}

/// Elimination along one axis.
#[derive(Debug, Clone)]
struct Sweep<T> {
    /// What a site takes from the one before, before division.
    before: T,
    /// Inverse of the pivot, per site.
    inverse: Vec<T>,
    /// What a site takes from the one after, on the way back.
    after: Vec<T>,
}

impl<T: Real> Sweep<T> {
    /// `(1 + loss - exchange * second difference) u = right`, no flux at both ends.
    fn new(length: usize, exchange: f64, loss: f64) -> Self {
        let mut inverse = Vec::with_capacity(length);
        let mut pivot_before = f64::INFINITY;
        for at in 0..length {
            let faces = f64::from(u8::from(at > 0)) + f64::from(u8::from(at + 1 < length));
            let pivot = 1.0 + loss + faces * exchange - exchange * exchange / pivot_before;
            inverse.push(1.0 / pivot);
            pivot_before = pivot;
        }
        Self {
            before: T::from_f64(exchange),
            after: inverse
                .iter()
                .map(|inverse| T::from_f64(exchange * inverse))
                .collect(),
            inverse: inverse.into_iter().map(T::from_f64).collect(),
        }
    }
}

impl<T: Real> Split<T> {
    /// Steps of `dt_h` hours, each axis with its equal share of the loss.
    pub fn new(grid: Grid, spread: &Spread, dt_h: f64) -> Result<Self, TransportFault> {
        let (exchange, loss) = numbers(&grid, spread, dt_h)?;
        let share = loss / grid.axes() as f64;
        let arch = Arch::new();
        Ok(Self {
            grid,
            arch,
            quads: arch.dispatch(ShufflesQuads(PhantomData::<T>)),
            order: (0..grid.dims[0]).collect(),
            step: T::from_f64(dt_h),
            axes: grid.dims.map(|length| Sweep::new(length, exchange, share)),
        })
    }

    /// The same steps without vector instructions: slower, with the same bits.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.arch = Arch::Scalar;
        self.quads = false;
        self
    }

    /// One step in place, pM per site; `source_pm_per_h` per site or none, added first.
    pub fn step(
        &self,
        source_pm_per_h: Option<&[T]>,
        field: &mut [T],
    ) -> Result<(), TransportFault> {
        length(&self.grid, "field", field.len())?;
        let [nx, ny, nz] = self.grid.dims;
        if let Some(source) = source_pm_per_h {
            length(&self.grid, "source", source.len())?;
            add_source(self.step, source, field, nx * ny);
        }
        field.par_chunks_mut(nx * ny).for_each_init(
            || (vec![T::ZERO; PAIR * (nx + LANES)], vec![Line::ZERO; 2 * nx]),
            |(rows, lines), plane| {
                self.arch.dispatch(Layer {
                    law: self,
                    plane,
                    rows,
                    lines,
                });
            },
        );
        if nz == 1 {
            return Ok(());
        }
        let width = (BLOCK_BYTES / size_of::<T>() / nz).clamp(1, nx * ny);
        let mut blocks: Vec<Vec<&mut [T]>> = (0..(nx * ny).div_ceil(width))
            .map(|_| Vec::with_capacity(nz))
            .collect();
        for plane in field.chunks_mut(nx * ny) {
            for (block, part) in blocks.iter_mut().zip(plane.chunks_mut(width)) {
                block.push(part);
            }
        }
        blocks.into_par_iter().for_each_init(
            || vec![T::ZERO; (width + LANES) * nz],
            |swept, rows| {
                self.arch.dispatch(Pillar {
                    sweep: &self.axes[2],
                    rows,
                    swept,
                });
            },
        );
        Ok(())
    }
}

/// One plane along x and y.
struct Layer<'a, T> {
    law: &'a Split<T>,
    plane: &'a mut [T],
    /// Copies of the rows that are solved together.
    rows: &'a mut [T],
    lines: &'a mut [Line<T>],
}

impl<T: Real> WithSimd for Layer<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            law,
            plane,
            rows,
            lines,
        } = self;
        let nx = law.grid.dims[0];
        let stride = nx + LANES;
        let offsets: [usize; PAIR] = std::array::from_fn(|lane| lane * stride);
        for part in plane.chunks_mut(PAIR * nx) {
            // A copy first: memory is read in one stream and not in as many as there are lanes.
            for (row, copy) in part.chunks_exact(nx).zip(rows.chunks_exact_mut(stride)) {
                copy[..nx].copy_from_slice(row);
            }
            along_lines(simd, law, (rows, &offsets), lines);
            for (row, copy) in part.chunks_exact_mut(nx).zip(rows.chunks_exact(stride)) {
                row.copy_from_slice(&copy[..nx]);
            }
        }
        let sweep = &law.axes[1];
        let width = width::<S, T>();
        let mut start = 0;
        while start + 8 * width <= nx {
            strip::<S, T, 8>(simd, sweep, plane, (start, nx));
            start += 8 * width;
        }
        while start + 2 * width <= nx {
            strip::<S, T, 2>(simd, sweep, plane, (start, nx));
            start += 2 * width;
        }
        if start < nx {
            narrow(sweep, plane, (start, nx));
        }
    }
}

/// `K` registers beside each other along y; what a row takes from the last stays in registers.
#[inline(always)]
fn strip<S: Simd, T: Real, const K: usize>(
    simd: S,
    sweep: &Sweep<T>,
    plane: &mut [T],
    (start, nx): (usize, usize),
) {
    let end = start + K * width::<S, T>();
    let share = T::splat(simd, sweep.before);
    let mut before = [T::splat(simd, T::ZERO); K];
    for (row, &inverse) in plane.chunks_exact_mut(nx).zip(&sweep.inverse) {
        let row = &mut T::registers_mut::<S>(&mut row[start..end])[..K];
        let inverse = T::splat(simd, inverse);
        for at in 0..K {
            let taken = T::times(simd, share, before[at]);
            before[at] = T::times(simd, T::plus(simd, row[at], taken), inverse);
            row[at] = before[at];
        }
    }
    let mut after = [T::splat(simd, T::ZERO); K];
    for (row, &share) in plane.chunks_exact_mut(nx).zip(&sweep.after).rev() {
        let row = &mut T::registers_mut::<S>(&mut row[start..end])[..K];
        let share = T::splat(simd, share);
        for at in 0..K {
            after[at] = T::plus(simd, row[at], T::times(simd, share, after[at]));
            row[at] = after[at];
        }
    }
}

/// The columns from `start` to the end of the rows, where they fill no registers.
#[inline(always)]
fn narrow<T: Real>(sweep: &Sweep<T>, plane: &mut [T], (start, nx): (usize, usize)) {
    let ny = sweep.inverse.len();
    for value in &mut plane[start..nx] {
        *value = (*value + sweep.before * T::ZERO) * sweep.inverse[0];
    }
    for y in 1..ny {
        let (done, rest) = plane.split_at_mut(y * nx);
        let before = &done[(y - 1) * nx + start..];
        for (value, &before) in rest[start..nx].iter_mut().zip(before) {
            *value = (*value + sweep.before * before) * sweep.inverse[y];
        }
    }
    for y in (0..ny - 1).rev() {
        let (rest, done) = plane.split_at_mut((y + 1) * nx);
        let after = &done[start..nx];
        for (value, &after) in rest[y * nx + start..].iter_mut().zip(after) {
            *value = *value + sweep.after[y] * after;
        }
    }
}

/// [`PAIR`] lines along x.
#[inline(always)]
fn along_lines<S: Simd, T: Real>(
    simd: S,
    law: &Split<T>,
    (plane, offsets): (&mut [T], &[usize; PAIR]),
    lines: &mut [Line<T>],
) {
    let sweep = &law.axes[0];
    let nx = sweep.inverse.len();
    let lines = &mut lines[..2 * nx];
    gather(simd, &law.order, (&*plane, offsets), lines, law.quads);
    let share = T::splat(simd, sweep.before);
    for part in 0..parts::<S, T>() {
        let mut before = [T::splat(simd, T::ZERO); 2];
        for (pair, &inverse) in lines.chunks_exact_mut(2).zip(&sweep.inverse) {
            let inverse = T::splat(simd, inverse);
            for (line, before) in pair.iter_mut().zip(&mut before) {
                let taken = T::times(simd, share, *before);
                *before = T::times(simd, T::plus(simd, line.get::<S>(part), taken), inverse);
                line.put::<S>(part, *before);
            }
        }
        let mut after = [T::splat(simd, T::ZERO); 2];
        for (pair, &share) in lines.chunks_exact_mut(2).zip(&sweep.after).rev() {
            let share = T::splat(simd, share);
            for (line, after) in pair.iter_mut().zip(&mut after) {
                let taken = T::times(simd, share, *after);
                *after = T::plus(simd, line.get::<S>(part), taken);
                line.put::<S>(part, *after);
            }
        }
    }
    scatter(simd, (&law.order, 0), lines, (plane, offsets), law.quads);
}

/// Some columns along z. The values on the way forward go to a copy that stays in the cache.
struct Pillar<'a, 'b, T> {
    sweep: &'a Sweep<T>,
    rows: Vec<&'b mut [T]>,
    swept: &'a mut [T],
}

impl<T: Real> WithSimd for Pillar<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        let (sweep, width) = (self.sweep, self.rows[0].len());
        let stride = width + LANES;
        for (z, row) in self.rows.iter().enumerate() {
            let (done, rest) = self.swept.split_at_mut(z * stride);
            let inverse = sweep.inverse[z];
            let out = &mut rest[..width];
            if z == 0 {
                for (out, &value) in out.iter_mut().zip(row.iter()) {
                    *out = value * inverse;
                }
            } else {
                let before = &done[(z - 1) * stride..][..width];
                for ((out, &value), &before) in out.iter_mut().zip(row.iter()).zip(before) {
                    *out = (value + sweep.before * before) * inverse;
                }
            }
        }
        let last = self.rows.len() - 1;
        self.rows[last].copy_from_slice(&self.swept[last * stride..][..width]);
        for z in (0..last).rev() {
            let (rest, done) = self.rows.split_at_mut(z + 1);
            let (row, after, share) = (&mut rest[z], &done[0], sweep.after[z]);
            let swept = &self.swept[z * stride..][..width];
            for ((out, &value), &after) in row.iter_mut().zip(swept).zip(after.iter()) {
                *out = value + share * after;
            }
        }
    }
}
