//! The three passes over the lattice: planes forward, blocks forward and back, planes back.
//!
//! The first and last pass transform along y, in planes of constant z. The middle pass takes
//! blocks of a few rows y over all z: along z into a copy that stays in the cache, then along x,
//! where the amplitudes are changed, and back. Pieces are planes and blocks of a size that
//! depends on the lattice alone, and no number is summed across pieces: the bits are the same on
//! any number of threads.

use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use pulp::bytemuck::cast_slice;
use pulp::{Arch, Simd, WithSimd};

use super::axis::{Axis, Four};
use super::lanes::{Arithmetic, LANES, Line, Real, ShufflesQuads, parts, width};

/// Lines that one complex transform takes.
pub(crate) const PAIR: usize = 2 * LANES;

/// Bytes of a block: a part of the second cache level, with room for what is read beside it.
const BLOCK_BYTES: usize = 256 * 1024;

/// Blocks the lattice is cut into at least, so that threads have something to share.
const BLOCKS: usize = 16;

/// The three axes with the shape of the passes.
#[derive(Debug, Clone)]
pub(crate) struct Passes<T> {
    /// Axes in their roles: along rows, across planes' rows, across planes. A section has its
    /// second axis in the third role, so that one block is the whole of it.
    pub(crate) axes: [Axis<T>; 3],
    /// Rows of a block.
    pub(crate) rows: usize,
    pub(crate) arch: Arch,
    /// Registers are shuffled in blocks of four by four.
    pub(crate) quads: bool,
}

/// What happens to the amplitudes between the transforms forward and back.
pub(crate) trait Between<T: Real>: Send {
    /// The amplitudes of the field are needed.
    const FORWARD: bool;
    /// A field is made of what comes out.
    const BACKWARD: bool;

    /// Register `part` of wave `k` of line group `group`, line 0 or 1 of the pair.
    fn change<S: Simd>(
        &mut self,
        arithmetic: Arithmetic<S, T>,
        at: Wave,
        value: T::Vector<S>,
    ) -> T::Vector<S>;
}

/// Which amplitude: pair of line groups, wave along x, line group of the pair, register.
#[derive(Clone, Copy)]
pub(crate) struct Wave {
    pub(crate) pair: usize,
    pub(crate) k: usize,
    pub(crate) line: usize,
    pub(crate) part: usize,
}

impl<T: Real> Passes<T> {
    pub(crate) fn new(axes: [Axis<T>; 3]) -> Self {
        let [nx, ny, nz] = [0, 1, 2].map(|axis: usize| axes[axis].length);
        let most = BLOCK_BYTES / size_of::<T>() / (nx * nz);
        let rows = most.min(ny.div_ceil(BLOCKS)).max(1);
        let mut passes = Self {
            axes,
            rows,
            arch: Arch::Scalar,
            quads: false,
        };
        passes.set(Arch::new());
        passes
    }

    /// The instruction set to use.
    pub(crate) fn set(&mut self, arch: Arch) {
        self.arch = arch;
        self.quads = arch.dispatch(ShufflesQuads(PhantomData::<T>));
    }

    fn lengths(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis: usize| self.axes[axis].length)
    }

    /// Rows y of each block.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<T> {
        let (ny, rows) = (self.axes[1].length, self.rows);
        (0..ny)
            .step_by(rows)
            .map(move |start| start..ny.min(start + rows))
    }

    /// Pairs of line groups in a block of `rows` rows.
    pub(crate) fn pairs(&self, rows: usize) -> usize {
        (rows * self.axes[2].length).div_ceil(PAIR)
    }

    /// Lines that hold the amplitudes of a block of `rows` rows: `[pair][k][2]`.
    pub(crate) fn block_lines(&self, rows: usize) -> usize {
        2 * self.pairs(rows) * self.axes[0].length
    }

    /// Working memory for blocks or, where they are larger, planes.
    fn scratch(&self) -> Scratch<T> {
        let [nx, ny, nz] = self.lengths();
        let block = stride(nx * self.rows) * nz + nx;
        let longest = 2 * nx.max(ny).max(nz);
        Scratch {
            block: vec![T::ZERO; block.max(stride(nx) * ny) + LANES],
            data: vec![Line::ZERO; longest],
            waves: vec![Line::ZERO; longest],
        }
    }

    /// Bytes of working memory of each thread.
    pub(crate) fn scratch_bytes(&self) -> usize {
        let scratch = self.scratch();
        size_of_val(scratch.block.as_slice())
            + size_of_val(scratch.data.as_slice())
            + size_of_val(scratch.waves.as_slice())
    }

    /// Along y, plane by plane, from `source` into `target`. Gives `look` of each source plane.
    pub(crate) fn planes_forward<R: Send>(
        &self,
        source: &[T],
        target: &mut [T],
        look: impl Fn(&[T]) -> R + Sync,
    ) -> Vec<R> {
        let [nx, ny, _] = self.lengths();
        source
            .par_chunks(nx * ny)
            .zip(target.par_chunks_mut(nx * ny))
            .map_init(
                || self.scratch(),
                |scratch, (from, to)| {
                    if ny == 1 {
                        to.copy_from_slice(from);
                    } else {
                        self.arch.dispatch(Plane {
                            axis: &self.axes[1],
                            width: nx,
                            from: Some(from),
                            to,
                            scratch,
                        });
                    }
                    look(from)
                },
            )
            .collect()
    }

    /// Back along y, plane by plane, in place. Gives `look` of each plane.
    pub(crate) fn planes_backward<R: Send>(
        &self,
        field: &mut [T],
        look: impl Fn(&mut [T]) -> R + Sync,
    ) -> Vec<R> {
        let [nx, ny, _] = self.lengths();
        field
            .par_chunks_mut(nx * ny)
            .map_init(
                || self.scratch(),
                |scratch, plane| {
                    if ny > 1 {
                        self.arch.dispatch(Plane {
                            axis: &self.axes[1],
                            width: nx,
                            from: None,
                            to: plane,
                            scratch,
                        });
                    }
                    look(plane)
                },
            )
            .collect()
    }

    /// The middle pass over `field`, in place, each block with its own `between`.
    pub(crate) fn blocks_through<B: Between<T>>(&self, field: &mut [T], between: Vec<B>) {
        let [nx, ny, nz] = self.lengths();
        let mut blocks: Vec<Vec<&mut [T]>> =
            self.blocks().map(|_| Vec::with_capacity(nz)).collect();
        for plane in field.chunks_mut(nx * ny) {
            for (block, rows) in blocks.iter_mut().zip(plane.chunks_mut(nx * self.rows)) {
                block.push(rows);
            }
        }
        blocks.into_par_iter().zip(between).for_each_init(
            || self.scratch(),
            |scratch, (rows, between)| {
                self.arch.dispatch(Through {
                    passes: self,
                    rows,
                    between,
                    scratch,
                });
            },
        );
    }
}

/// Numbers from row to row of a block: whole pairs of lines, and a line more, so that columns do
/// not share one set of the cache.
fn stride(width: usize) -> usize {
    width.next_multiple_of(PAIR) + LANES
}

/// Working memory of a thread.
struct Scratch<T> {
    /// Rows of a plane or block one after another, and a row for lanes that hold no line.
    block: Vec<T>,
    data: Vec<Line<T>>,
    waves: Vec<Line<T>>,
}

impl<T: Real> Scratch<T> {
    /// The block from where lines are aligned, and the lines.
    #[inline(always)]
    fn parts(&mut self) -> (&mut [T], &mut [Line<T>], &mut [Line<T>]) {
        let start = self.block.as_ptr().align_offset(align_of::<Line<T>>());
        let start = start.min(LANES);
        (&mut self.block[start..], &mut self.data, &mut self.waves)
    }
}

/// Copies a row. Rows are short, and a call for each would be felt.
#[inline(always)]
fn copy<T: Real>(from: &[T], to: &mut [T]) {
    let (lines, rest) = from.as_chunks::<LANES>();
    let (to_lines, to_rest) = to.as_chunks_mut::<LANES>();
    for (to, from) in to_lines.iter_mut().zip(lines) {
        *to = *from;
    }
    to_rest[..rest.len()].copy_from_slice(rest);
}

/// Copies a row into a block, with zeros up to whole pairs of lines.
#[inline(always)]
fn lay<T: Real>(row: &[T], block: &mut [T]) {
    copy(row, &mut block[..row.len()]);
    block[row.len()..].fill(T::ZERO);
}

/// The columns of a block, in place, to amplitudes.
#[inline(always)]
fn columns_forward<S: Simd, T: Real>(
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
fn columns_backward<S: Simd, T: Real>(
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
struct Plane<'a, T> {
    axis: &'a Axis<T>,
    width: usize,
    from: Option<&'a [T]>,
    to: &'a mut [T],
    scratch: &'a mut Scratch<T>,
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

/// One block: forward along z and x, the change, and back.
struct Through<'a, 'b, T, B> {
    passes: &'a Passes<T>,
    /// The rows of the block at each z, one after another.
    rows: Vec<&'b mut [T]>,
    between: B,
    scratch: &'a mut Scratch<T>,
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
fn change<S: Simd, T: Real, B: Between<T>>(
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

/// Changes the sign of every other site.
#[inline(always)]
fn negate<T: Real>(order: &[usize], data: &mut [Line<T>]) {
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
