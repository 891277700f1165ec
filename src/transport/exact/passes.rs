//! The three passes over the lattice: planes forward, blocks forward and back, planes back.
//!
//! The first and last pass transform along y, in planes of constant z. The middle pass takes
//! blocks of a few rows y over all z: along z into a copy that stays in the cache, then along x,
//! where the amplitudes are changed, and back. Pieces are planes and blocks of a size that
//! depends on the lattice alone, and no number is summed across pieces: the bits are the same on
//! any number of threads.

mod lines;
mod plane;
mod through;

use std::marker::PhantomData;

use crate::numerics::parallel::prelude::*;
use pulp::{Arch, Simd};

use super::axis::Axis;
use super::lanes::{Arithmetic, LANES, Line, Real, ShufflesQuads};
pub(crate) use lines::{gather, scatter};
use plane::Plane;
use through::Through;

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

    /// Along y, plane by plane, from `source` into `target`. Gives `inspect` of each source plane.
    pub(crate) fn planes_forward<R: Send>(
        &self,
        source: &[T],
        target: &mut [T],
        inspect: impl Fn(&[T]) -> R + Sync,
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
                    inspect(from)
                },
            )
            .collect()
    }

    /// Back along y, plane by plane, in place. Gives `inspect` of each plane.
    pub(crate) fn planes_backward<R: Send>(
        &self,
        field: &mut [T],
        inspect: impl Fn(&mut [T]) -> R + Sync,
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
                    inspect(plane)
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
