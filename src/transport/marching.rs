//! A field in many small steps: oracle of the exact tick, and benchmark like for like with others.
//!
//! *Law*, as in [`exact`](super::exact), with no flux through the walls. [`Explicit`] takes
//! forward-Euler steps with the 7-point stencil (5 points in a section); a step is refused above
//! the limit below which no value can turn negative. [`Split`] takes one implicit step per axis, one after another
//! ("locally one-dimensional"), each with its share of the loss, by elimination along lines after
//! L. H. Thomas: positive for any step. Both are first order in time; the error of the second is
//! large where the step is not small against `edge^2 / D`.
//!
//! Lines are solved sixteen and more at a time. Planes and blocks of fixed size are shared by
//! threads; the bits are the same on any number of them and on every instruction set.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined by force is compiled for the instruction set of its caller"
)]

use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use pulp::{Arch, Simd, WithSimd};

use super::exact::Spread;
use super::exact::lanes::{LANES, Line, Real, ShufflesQuads, parts, width};
use super::exact::passes::{PAIR, gather, scatter};
use super::fault::TransportFault;
use crate::tissue::grid::Grid;

/// Bytes of a block that is swept along z: a part of the second cache level.
const BLOCK_BYTES: usize = 256 * 1024;

/// Forward-Euler steps.
#[derive(Debug, Clone)]
pub struct Explicit<T> {
    grid: Grid,
    arch: Arch,
    own: T,
    neighbour: T,
    step: T,
}

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

/// `D dt / edge^2` and `loss dt`, where all is in range.
fn numbers(grid: &Grid, spread: &Spread, dt_h: f64) -> Result<(f64, f64), TransportFault> {
    let allowed = "finite, above 0";
    for (name, value, least) in [
        ("edge of a site in um", grid.edge_um, f64::MIN_POSITIVE),
        ("step in h", dt_h, f64::MIN_POSITIVE),
        ("diffusivity in um2/h", spread.diffusivity_um2_per_h, 0.0),
        ("loss in 1/h", spread.loss_per_h, 0.0),
    ] {
        if !(value.is_finite() && value >= least) {
            return Err(TransportFault::Parameter {
                name,
                value,
                allowed: if least > 0.0 {
                    allowed
                } else {
                    "finite, at least 0"
                },
            });
        }
    }
    if grid.is_empty() {
        return Err(TransportFault::Size {
            sites: 0,
            most: usize::MAX,
        });
    }
    let exchange = spread.diffusivity_um2_per_h * dt_h / (grid.edge_um * grid.edge_um);
    Ok((exchange, spread.loss_per_h * dt_h))
}

fn length(grid: &Grid, what: &'static str, found: usize) -> Result<(), TransportFault> {
    if found == grid.len() {
        return Ok(());
    }
    Err(TransportFault::Length {
        what,
        found,
        expected: grid.len(),
    })
}

impl<T: Real> Explicit<T> {
    /// Steps of `dt_h` hours. Refused unless `2 axes D dt / edge^2 + loss dt` is at most 1.
    pub fn new(grid: Grid, spread: &Spread, dt_h: f64) -> Result<Self, TransportFault> {
        let (exchange, loss) = numbers(&grid, spread, dt_h)?;
        if 2.0 * grid.axes() as f64 * exchange + loss > 1.0 {
            return Err(TransportFault::Parameter {
                name: "step in h",
                value: dt_h,
                allowed: "at most 1 / (2 axes D / edge^2 + loss)",
            });
        }
        Ok(Self {
            grid,
            arch: Arch::new(),
            // Beyond a wall a site sees itself, which makes six neighbours everywhere.
            own: T::from_f64(1.0 - 6.0 * exchange - loss),
            neighbour: T::from_f64(exchange),
            step: T::from_f64(dt_h),
        })
    }

    /// The same steps without vector instructions: slower, with the same bits.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.arch = Arch::Scalar;
        self
    }

    /// One step from `before` to `after`, pM per site; `source_pm_per_h` per site or none.
    pub fn step(
        &self,
        before: &[T],
        source_pm_per_h: Option<&[T]>,
        after: &mut [T],
    ) -> Result<(), TransportFault> {
        length(&self.grid, "field before", before.len())?;
        length(&self.grid, "field after", after.len())?;
        let plane = self.grid.dims[0] * self.grid.dims[1];
        after
            .par_chunks_mut(plane)
            .enumerate()
            .for_each(|(z, after)| {
                self.arch.dispatch(Stencil {
                    law: self,
                    z,
                    before,
                    after,
                });
            });
        if let Some(source) = source_pm_per_h {
            length(&self.grid, "source", source.len())?;
            add_source(self.step, source, after, plane);
        }
        Ok(())
    }
}

fn add_source<T: Real>(step: T, source: &[T], field: &mut [T], piece: usize) {
    field
        .par_chunks_mut(piece)
        .zip(source.par_chunks(piece))
        .for_each(|(field, source)| {
            for (value, &made) in field.iter_mut().zip(source) {
                *value = *value + step * made;
            }
        });
}

/// One plane of an explicit step.
struct Stencil<'a, T> {
    law: &'a Explicit<T>,
    z: usize,
    before: &'a [T],
    after: &'a mut [T],
}

impl<T: Real> WithSimd for Stencil<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [nx, ny, nz] = self.law.grid.dims;
        let (own, neighbour) = (self.law.own, self.law.neighbour);
        let row = |y: usize, z: usize| {
            let start = (z * ny + y) * nx;
            &self.before[start..start + nx]
        };
        let z = self.z;
        for (y, after) in self.after.chunks_exact_mut(nx).enumerate() {
            let here = row(y, z);
            let (north, south) = (row(y.saturating_sub(1), z), row((y + 1).min(ny - 1), z));
            let (below, above) = (row(y, z.saturating_sub(1)), row(y, (z + 1).min(nz - 1)));
            let value = |x: usize, west: T, east: T| {
                let sides = (north[x] + south[x]) + (below[x] + above[x]);
                own * here[x] + neighbour * ((west + east) + sides)
            };
            let last = nx - 1;
            after[0] = value(0, here[0], here[last.min(1)]);
            if last == 0 {
                continue;
            }
            after[last] = value(last, here[last - 1], here[last]);
            let count = nx - 2;
            let (west, east) = (&here[..count], &here[2..]);
            let (north, south) = (&north[1..=count], &south[1..=count]);
            let (below, above) = (&below[1..=count], &above[1..=count]);
            let (here, after) = (&here[1..=count], &mut after[1..=count]);
            for x in 0..count {
                let sides = (north[x] + south[x]) + (below[x] + above[x]);
                after[x] = own * here[x] + neighbour * ((west[x] + east[x]) + sides);
            }
        }
    }
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
