//! The three passes over the lattice: planes forward, blocks forward and back, planes back.
//!
//! The first and last pass transform along y, in planes of constant z. The middle pass takes
//! blocks of a few rows y over all z: along z into a copy that stays in the cache, then along x,
//! where the amplitudes are changed, and back. Pieces are planes and blocks of a size that
//! depends on the lattice alone, and no number is summed across pieces: the bits are the same on
//! any number of threads.

use std::marker::PhantomData;

use pulp::bytemuck::cast_slice;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::axis::{Axis, Four};
use super::lanes::{Arithmetic, LANES, Line, Real, ShufflesQuads, parts, width};

/// Lines that one complex transform takes.
pub(crate) const PAIR: usize = 2 * LANES;

/// Bytes of a block: a part of the second cache level, with room for what is read beside it.
const BLOCK_BYTES: usize = 256 * 1024;

/// Numbers between the rows of a block, so that its columns do not share one cache set.
const PADDING: usize = 16;

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

    /// Numbers of a block, and lines of a pair of groups.
    fn scratch(&self) -> (usize, usize) {
        let [nx, _, nz] = self.lengths();
        let block = (nx * self.rows + PADDING) * nz + nx;
        (block, 2 * nx.max(nz))
    }

    /// Bytes of working memory of each thread.
    pub(crate) fn scratch_bytes(&self) -> usize {
        let (block, longest) = self.scratch();
        let lines = (2 * longest).max(4 * self.axes[1].length);
        block * size_of::<T>() + lines * size_of::<Line<T>>()
    }

    /// Along y, plane by plane, from `source` into `target`. Gives `look` of each source plane.
    pub(crate) fn planes_forward<R: Send>(
        &self,
        source: &[T],
        target: &mut [T],
        look: impl Fn(&[T]) -> R + Sync,
    ) -> Vec<R> {
        let [nx, ny, _] = self.lengths();
        let axis = &self.axes[1];
        source
            .par_chunks(nx * ny)
            .zip(target.par_chunks_mut(nx * ny))
            .map_init(
                || vec![Line::ZERO; 4 * ny],
                |scratch, (from, to)| {
                    if ny == 1 {
                        to.copy_from_slice(from);
                    } else {
                        self.arch.dispatch(Columns {
                            axis,
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
        let axis = &self.axes[1];
        field
            .par_chunks_mut(nx * ny)
            .map_init(
                || vec![Line::ZERO; 4 * ny],
                |scratch, plane| {
                    if ny > 1 {
                        self.arch.dispatch(Columns {
                            axis,
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
            || Scratch::new(self),
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

/// Copies up to [`PAIR`] numbers of a row into two lines, with the sign changed or not.
#[inline(always)]
fn take<S: Simd, T: Real>(row: &[T], negative: bool, lines: &mut [Line<T>]) {
    let lines = &mut lines[..2];
    if row.len() == PAIR {
        let registers = T::registers::<S>(row);
        let parts = parts::<S, T>();
        for part in 0..parts {
            lines[0].put::<S>(part, registers[part]);
            lines[1].put::<S>(part, registers[parts + part]);
        }
    } else {
        let (first, second) = row.split_at(row.len().min(LANES));
        for (line, values) in lines.iter_mut().zip([first, second]) {
            line.0 = [T::ZERO; LANES];
            line.0[..values.len()].copy_from_slice(values);
        }
    }
    if negative {
        lines[0].negate();
        lines[1].negate();
    }
}

/// Copies two lines into up to [`PAIR`] numbers of a row, with the sign changed or not.
#[inline(always)]
fn give<S: Simd, T: Real>(lines: [&Line<T>; 2], negative: bool, row: &mut [T]) {
    if row.len() == PAIR {
        let parts = parts::<S, T>();
        let registers = T::registers_mut::<S>(row);
        for part in 0..parts {
            registers[part] = lines[0].get::<S>(part);
            registers[parts + part] = lines[1].get::<S>(part);
        }
    } else {
        let (first, second) = row.split_at_mut(row.len().min(LANES));
        for (line, values) in lines.into_iter().zip([first, second]) {
            let count = values.len();
            values.copy_from_slice(&line.0[..count]);
        }
    }
    if negative {
        for value in row {
            *value = value.negative();
        }
    }
}

/// The columns of one plane: forward from another plane, or back in place.
struct Columns<'a, T> {
    axis: &'a Axis<T>,
    width: usize,
    from: Option<&'a [T]>,
    to: &'a mut [T],
    scratch: &'a mut [Line<T>],
}

impl<T: Real> WithSimd for Columns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            axis, width, to, ..
        } = self;
        let (data, waves) = self.scratch.split_at_mut(2 * axis.length);
        for start in (0..width).step_by(PAIR) {
            let part = start..width.min(start + PAIR);
            let row = |y: usize| y * width + part.start..y * width + part.end;
            if let Some(from) = self.from {
                for y in 0..axis.length {
                    let at = 2 * axis.before[y];
                    take::<S, T>(
                        &from[row(y)],
                        axis.alternate && y % 2 == 1,
                        &mut data[at..at + 2],
                    );
                }
                axis.forward(simd, data, waves);
                for k in 0..axis.length {
                    give::<S, T>([&waves[2 * k], &waves[2 * k + 1]], false, &mut to[row(k)]);
                }
            } else {
                for k in 0..axis.length {
                    take::<S, T>(&to[row(k)], false, &mut waves[2 * k..2 * k + 2]);
                }
                axis.backward(simd, waves, data);
                for y in 0..axis.length {
                    let at = 2 * axis.after[y];
                    give::<S, T>(
                        [&data[at + 1], &data[at]],
                        axis.alternate && y % 2 == 1,
                        &mut to[row(y)],
                    );
                }
            }
        }
    }
}

/// Working memory of the middle pass.
struct Scratch<T> {
    /// The block, rows of constant z one after another, and a row for lanes that hold no line.
    block: Vec<T>,
    data: Vec<Line<T>>,
    waves: Vec<Line<T>>,
}

impl<T: Real> Scratch<T> {
    fn new(passes: &Passes<T>) -> Self {
        let (block, longest) = passes.scratch();
        Self {
            block: vec![T::ZERO; block],
            data: vec![Line::ZERO; longest],
            waves: vec![Line::ZERO; longest],
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
        let width = self.rows[0].len();
        let stride = width + PADDING;
        let Scratch { block, data, waves } = self.scratch;
        if B::FORWARD {
            for (z, row) in self.rows.iter().enumerate() {
                block[z * stride..z * stride + width].copy_from_slice(row);
            }
            for start in (0..width).step_by(PAIR) {
                let part = start..width.min(start + PAIR);
                for z in 0..along_z.length {
                    let at = 2 * along_z.before[z];
                    take::<S, T>(
                        &block[z * stride + part.start..z * stride + part.end],
                        along_z.alternate && z % 2 == 1,
                        &mut data[at..at + 2],
                    );
                }
                along_z.forward(simd, data, waves);
                for k in 0..along_z.length {
                    let row = k * stride + part.start..k * stride + part.end;
                    give::<S, T>([&waves[2 * k], &waves[2 * k + 1]], false, &mut block[row]);
                }
            }
        }
        let nx = along_x.length;
        let rows = width / nx;
        let lines = rows * along_z.length;
        let empty = stride * along_z.length;
        block[empty..empty + nx].fill(T::ZERO);
        for pair in 0..lines.div_ceil(PAIR) {
            let mut offsets = [empty; PAIR];
            for (lane, offset) in offsets.iter_mut().enumerate() {
                let line = pair * PAIR + lane;
                if line < lines {
                    *offset = line / rows * stride + line % rows * nx;
                }
            }
            if B::FORWARD {
                gather(
                    simd,
                    &along_x.before,
                    (block, &offsets),
                    data,
                    self.passes.quads,
                );
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
                scatter(simd, order, waves, (block, &offsets), self.passes.quads);
            }
        }
        if !B::BACKWARD {
            return;
        }
        for start in (0..width).step_by(PAIR) {
            let part = start..width.min(start + PAIR);
            for k in 0..along_z.length {
                let row = k * stride + part.start..k * stride + part.end;
                take::<S, T>(&block[row], false, &mut waves[2 * k..2 * k + 2]);
            }
            along_z.backward(simd, waves, data);
            for z in 0..along_z.length {
                let at = 2 * along_z.after[z];
                give::<S, T>(
                    [&data[at + 1], &data[at]],
                    along_z.alternate && z % 2 == 1,
                    &mut block[z * stride + part.start..z * stride + part.end],
                );
            }
        }
        for (z, row) in self.rows.iter_mut().enumerate() {
            row.copy_from_slice(&block[z * stride..z * stride + width]);
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
