//! The lattice in two colours: every neighbour of a red site is black.
//!
//! A vector over the lattice is kept as two arrays, one per colour, so that all sites of a colour
//! can be updated at once, in parallel and with contiguous loads. Row `r = z ny + y` of the lattice
//! gives one row in each array: its site at `x` lies in colour `(x + y + z) mod 2` at position
//! `x / 2`. Rows have one entry of padding at either end, which is always 0.
//!
//! Sites that are no unknown (closed bone, padding of an odd row) hold 0 in every vector.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use crate::numerics::parallel::prelude::*;

use pulp::{Arch, Simd, WithSimd};

use super::blocks::Walls;

/// A vector over the lattice: red half, black half.
pub(super) type Halves = [Vec<f32>; 2];

/// Sites of one colour that one task works on.
const TASK: usize = 32_768;

/// Layout of the two colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Board {
    pub(super) dims: [usize; 3],
    /// Positions in a row of one colour.
    pub(super) half: usize,
    /// Entries in a row of one colour, padding included.
    pub(super) stride: usize,
    /// Rows of the lattice.
    pub(super) rows: usize,
    /// Rows that one task works on.
    pub(super) task_rows: usize,
}

/// A row of the lattice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// `z ny + y`.
    pub(super) index: usize,
    y: usize,
    z: usize,
}

impl Row {
    /// Place in the lattice of the first site of a colour in this row: 0 or 1.
    pub(super) const fn shift(self, colour: usize) -> usize {
        ((self.y + self.z) & 1) ^ colour
    }

    /// Goes on to the next row of a lattice with `ny` rows in a layer.
    const fn advance(&mut self, ny: usize) {
        self.index += 1;
        self.y += 1;
        if self.y == ny {
            (self.y, self.z) = (0, self.z + 1);
        }
    }
}

/// The rows of one task, worked on with the widest registers that there are. No operation is fused with
/// another: results do not depend on the instruction set.
struct Rows<'a, F> {
    board: Board,
    task: usize,
    chunk: &'a mut [f32],
    work: F,
}

impl<F: FnMut(Row, &mut [f32])> WithSimd for Rows<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            board,
            task,
            chunk,
            mut work,
        } = self;
        let mut row = board.at(task * board.task_rows);
        for values in chunk.chunks_exact_mut(board.stride) {
            work(row, &mut values[1..=board.half]);
            row.advance(board.dims[1]);
        }
    }
}

/// So many values of a row from a place on.
#[inline(always)]
pub(super) fn lanes<const LANES: usize>(row: &[f32], from: usize) -> [f32; LANES] {
    let mut part = [0.0; LANES];
    part.copy_from_slice(&row[from..from + LANES]);
    part
}

/// `set_row!(out; a, b; a + b)` sets every value of a row from what stands at its place in the rows `a` and `b`.
///
/// Registers are filled side by side, the last of them reaching back over values that are set already, so that no
/// value is left over: rows are short. A macro, because a function of any number of rows holds them in an array of
/// arrays, which the compiler leaves in memory.
macro_rules! set_row {
    ($out:expr; $($row:ident),+; $value:expr) => {{
        let out: &mut [f32] = $out;
        let count = out.len();
        $(let $row: &[f32] = &$row[..count];)+
        if count >= 8 {
            set_row!(8, out, count; $($row),+; $value);
        } else if count >= 4 {
            set_row!(4, out, count; $($row),+; $value);
        } else {
            set_row!(1, out, count; $($row),+; $value);
        }
    }};
    ($lanes:literal, $out:ident, $count:ident; $($row:ident),+; $value:expr) => {{
        let mut at = 0;
        while at < $count {
            let from = at.min($count - $lanes);
            $(let $row = $crate::transport::checkerboard::lanes::<$lanes>($row, from);)+
            let mut set = [0.0; $lanes];
            for lane in 0..$lanes {
                $(let $row = $row[lane];)+
                set[lane] = $value;
            }
            $out[from..from + $lanes].copy_from_slice(&set);
            at += $lanes;
        }
    }};
}
pub(super) use set_row;

impl Board {
    pub(super) fn new(dims: [usize; 3]) -> Self {
        Self::with_task(dims, TASK)
    }

    /// A board of which one task works on so many sites of a colour.
    pub(super) fn with_task(dims: [usize; 3], task: usize) -> Self {
        let half = dims[0].div_ceil(2);
        Self {
            dims,
            half,
            stride: half + 2,
            rows: dims[1] * dims[2],
            task_rows: (task / half).max(1),
        }
    }

    pub(super) fn zeros(&self) -> Halves {
        let length = self.stride * self.rows;
        [vec![0.0; length], vec![0.0; length]]
    }

    /// Entries of one task in an array of one colour.
    pub(super) const fn task(&self) -> usize {
        self.task_rows * self.stride
    }

    /// Parity of the row: 0 when its first site is red.
    pub(super) const fn parity(&self, row: usize) -> usize {
        (row % self.dims[1] + row / self.dims[1]) & 1
    }

    /// Colour and entry of the site at `x` in `row`.
    pub(super) const fn entry(&self, x: usize, row: usize) -> (usize, usize) {
        let colour = (x + self.parity(row)) & 1;
        (colour, row * self.stride + 1 + x / 2)
    }

    /// Site of an entry that is not padding.
    pub(super) const fn site(&self, colour: usize, entry: usize) -> usize {
        let row = entry / self.stride;
        let shift = self.parity(row) ^ colour;
        row * self.dims[0] + 2 * (entry % self.stride - 1) + shift
    }

    /// The two halves of a row, padding left out: that of its even places, that of its odd ones.
    pub(super) fn halves_of_row<'a>(&self, vector: &'a Halves, row: usize) -> [&'a [f32]; 2] {
        let parity = self.parity(row);
        [parity, 1 - parity].map(|colour| self.row_at(&vector[colour], row))
    }

    /// First entry of a row, padding left out.
    const fn first(&self, row: usize) -> usize {
        row * self.stride + 1
    }

    /// The row of this index.
    const fn at(&self, index: usize) -> Row {
        Row {
            index,
            y: index % self.dims[1],
            z: index / self.dims[1],
        }
    }

    /// Works on every row of one colour in parallel; the row comes without its padding.
    pub(super) fn for_rows(&self, out: &mut [f32], work: impl Fn(Row, &mut [f32]) + Sync) {
        let (board, work, arch) = (*self, &work, Arch::new());
        out.par_chunks_mut(self.task())
            .enumerate()
            .for_each(|(task, chunk)| {
                arch.dispatch(Rows {
                    board,
                    task,
                    chunk,
                    work,
                });
            });
    }

    /// As [`Board::for_rows`], with the sum of what the rows return, in the order of the rows.
    pub(super) fn sum_rows(
        &self,
        out: &mut [f32],
        work: impl Fn(Row, &mut [f32]) -> f64 + Sync,
    ) -> f64 {
        let (board, work, arch) = (*self, &work, Arch::new());
        let parts: Vec<f64> = out
            .par_chunks_mut(self.task())
            .enumerate()
            .map(|(task, chunk)| {
                let mut sum = 0.0;
                let add = |row: Row, values: &mut [f32]| sum += work(row, values);
                arch.dispatch(Rows {
                    board,
                    task,
                    chunk,
                    work: add,
                });
                sum
            })
            .collect();
        parts.iter().sum()
    }

    /// The row of a colour, padding left out.
    #[inline(always)]
    pub(super) fn row<'a>(&self, array: &'a [f32], row: Row) -> &'a [f32] {
        self.row_at(array, row.index)
    }

    /// Rows of this board that lie in a row of the board of its blocks of 2 x 2 x 2, in order.
    pub(super) fn rows_below(&self, coarser: &Self, row: Row) -> impl Iterator<Item = usize> {
        debug_assert_eq!(coarser.dims, self.dims.map(|nodes| nodes.div_ceil(2)));
        let [_, ny, nz] = self.dims;
        let (y, z) = (2 * row.y, 2 * row.z);
        [(y, z), (y + 1, z), (y, z + 1), (y + 1, z + 1)]
            .into_iter()
            .filter(move |&(y, z)| y < ny && z < nz)
            .map(move |(y, z)| z * ny + y)
    }

    /// Row of this board in which a row of the board of its halved nodes lies.
    pub(super) const fn row_of(&self, finer: Row) -> usize {
        finer.z / 2 * self.dims[1] + finer.y / 2
    }

    /// The row of this index of a colour, padding left out.
    #[inline(always)]
    pub(super) fn row_at<'a>(&self, array: &'a [f32], index: usize) -> &'a [f32] {
        &array[self.first(index)..][..self.half]
    }
}

/// Conductance of the faces between sites, relative to marrow.
#[derive(Debug, Clone)]
enum Faces {
    /// Bone lets nothing through: a face is open (1) or closed (0). Needs no storage, because
    /// vectors are 0 where a site is closed.
    OpenOrClosed,
    /// Conductance of the face towards +x, +y, +z of each site.
    Stored(Box<[Halves; 3]>),
}

/// The finest operator without its diagonal: who exchanges with whom.
#[derive(Debug, Clone)]
pub(super) struct Stencil {
    pub(super) board: Board,
    faces: Faces,
    /// Sum of the conductances of a site; -1 where the site is no unknown.
    pub(super) face_sum: Halves,
    /// Stand in for the rows beyond the border: of a vector, and of the face sums.
    zeros: Vec<f32>,
    closed: Vec<f32>,
}

impl Stencil {
    /// The operator for these walls.
    pub(super) fn new(dims: [usize; 3], walls: &Walls<'_>) -> Self {
        let board = Board::new(dims);
        let mut stencil = Self {
            board,
            faces: if walls.all_or_nothing() {
                Faces::OpenOrClosed
            } else {
                Faces::Stored(Box::new([board.zeros(), board.zeros(), board.zeros()]))
            },
            // Padding too is no unknown.
            face_sum: board.zeros().map(|half| vec![-1.0; half.len()]),
            zeros: vec![0.0; board.half],
            closed: vec![-1.0; board.half],
        };
        stencil.lay(walls);
        stencil
    }

    /// Takes over other walls of the same kind on the same lattice.
    pub(super) fn lay(&mut self, walls: &Walls<'_>) {
        let board = self.board;
        let dims = board.dims;
        let steps = [1, dims[0], dims[0] * dims[1]];
        let set = |axis: usize, colour: usize, row: Row, out: &mut [f32]| {
            let shift = row.shift(colour);
            let Row { index, y, z } = row;
            if let Walls::Blocks { faces } = walls {
                // At the border they are 0.
                let faces = faces[axis][index * dims[0]..][..dims[0]].iter();
                for (value, &face) in out.iter_mut().zip(faces.skip(shift).step_by(2)) {
                    *value = face;
                }
                return;
            }
            for (i, value) in out.iter_mut().enumerate() {
                let x = 2 * i + shift;
                if x < dims[0] && [x, y, z][axis] + 1 < dims[axis] {
                    *value = walls.face(index * dims[0] + x, axis, steps[axis]);
                }
            }
        };
        if let Faces::Stored(stored) = &mut self.faces {
            for (axis, halves) in stored.iter_mut().enumerate() {
                for (colour, half) in halves.iter_mut().enumerate() {
                    board.for_rows(half, |row, out| set(axis, colour, row, out));
                }
            }
        }
        self.sum_faces(walls);
    }

    /// A stencil of stored conductances alone, towards +x, +y, +z of each node; without the sums of its
    /// faces.
    pub(super) fn of_faces(board: Board, faces: [Halves; 3]) -> Self {
        Self {
            board,
            faces: Faces::Stored(Box::new(faces)),
            face_sum: [Vec::new(), Vec::new()],
            zeros: vec![0.0; board.half],
            closed: Vec::new(),
        }
    }

    /// The stored conductances towards +x, +y, +z of each node, where there are any.
    pub(super) fn stored_mut(&mut self) -> Option<&mut [Halves; 3]> {
        match &mut self.faces {
            Faces::OpenOrClosed => None,
            Faces::Stored(stored) => Some(stored),
        }
    }

    /// Conductances of the faces of a row towards the next sites along an axis: those of its even places, and
    /// those of its odd ones.
    pub(super) fn faces_of_row(&self, axis: usize, row: usize) -> [&[f32]; 2] {
        match &self.faces {
            // Where faces are open or closed none is stored, and none is asked for.
            Faces::OpenOrClosed => [&self.zeros; 2],
            Faces::Stored(stored) => self.board.halves_of_row(&stored[axis], row),
        }
    }

    /// The six rows of the other colour around a row; 0 beyond the border.
    pub(super) fn around_or_0<'a>(
        &'a self,
        row: Row,
        colour: usize,
        other: &'a [f32],
    ) -> [&'a [f32]; 6] {
        self.around(row, colour, other, &self.zeros)
    }

    /// Conductances towards these six rows.
    pub(super) fn weights_around(&self, row: Row, colour: usize) -> [&[f32]; 6] {
        match &self.faces {
            Faces::OpenOrClosed => [&self.zeros; 6],
            Faces::Stored(stored) => self.weights(stored, row, colour),
        }
    }

    /// Adds up the faces of every site: neighbour sums of a vector of ones.
    fn sum_faces(&mut self, walls: &Walls<'_>) {
        let board = self.board;
        let nx = board.dims[0];
        let mut ones = board.zeros();
        for (colour, half) in ones.iter_mut().enumerate() {
            board.for_rows(half, |row, out| {
                let shift = row.shift(colour);
                for (i, value) in out.iter_mut().enumerate() {
                    let x = 2 * i + shift;
                    let known = x < nx && walls.open(row.index * nx + x);
                    *value = f32::from(u8::from(known));
                }
            });
        }
        let mut sums = std::mem::take(&mut self.face_sum);
        for (colour, half) in sums.iter_mut().enumerate() {
            board.for_rows(half, |row, out| {
                let one = board.row(&ones[colour], row);
                let rows = [one, one];
                self.set_from_sum(
                    (row, colour),
                    &ones[1 - colour],
                    rows,
                    out,
                    |sum, one, _| {
                        if one == 0.0 { -1.0 } else { sum }
                    },
                );
            });
        }
        self.face_sum = sums;
    }

    /// The six rows of the other colour around a row, in the order -x +x -y +y -z +z, with
    /// `beyond` in the place of those beyond the border.
    #[inline(always)]
    fn around<'a>(
        &self,
        row: Row,
        colour: usize,
        other: &'a [f32],
        beyond: &'a [f32],
    ) -> [&'a [f32]; 6] {
        let board = &self.board;
        let (half, [_, ny, nz]) = (board.half, board.dims);
        let Row { index, y, z } = row;
        let here = index * board.stride + row.shift(colour);
        let pick = |inside: bool, to: usize| {
            if inside {
                board.row_at(other, to)
            } else {
                &beyond[..half]
            }
        };
        [
            &other[here..][..half],
            &other[here + 1..][..half],
            pick(y > 0, index.wrapping_sub(1)),
            pick(y + 1 < ny, index + 1),
            pick(z > 0, index.wrapping_sub(ny)),
            pick(z + 1 < nz, index + ny),
        ]
    }

    /// Conductances towards the six rows of [`Stencil::around`].
    #[inline(always)]
    fn weights<'a>(&'a self, stored: &'a [Halves; 3], row: Row, colour: usize) -> [&'a [f32]; 6] {
        let board = &self.board;
        let (half, ny) = (board.half, board.dims[1]);
        let Row { index, y, z } = row;
        let here = index * board.stride + row.shift(colour);
        let lower = |axis: usize, inside: bool, back: usize| {
            if inside {
                board.row_at(&stored[axis][1 - colour], index - back)
            } else {
                &self.zeros[..half]
            }
        };
        let upper = |axis: usize| board.row(&stored[axis][colour], row);
        [
            &stored[0][1 - colour][here..][..half],
            upper(0),
            lower(1, y > 0, 1),
            upper(1),
            lower(2, z > 0, ny),
            upper(2),
        ]
    }

    /// Sets every value of a row from the sum over its faces of conductance times the neighbour's value, and
    /// from what stands at its place in two other rows. In the storage-free case the sum at a closed site is not
    /// 0; the caller masks it.
    #[inline(always)]
    pub(super) fn set_from_sum(
        &self,
        (row, colour): (Row, usize),
        other: &[f32],
        [p, q]: [&[f32]; 2],
        out: &mut [f32],
        value: impl Fn(f32, f32, f32) -> f32,
    ) {
        let [a, b, c, d, e, f] = self.around(row, colour, other, &self.zeros);
        match &self.faces {
            Faces::OpenOrClosed => {
                set_row!(out; a, b, c, d, e, f, p, q; {
                    value(((a + b) + (c + d)) + (e + f), p, q)
                });
            }
            Faces::Stored(stored) => {
                let [s, t, u, v, w, x] = self.weights(stored, row, colour);
                set_row!(out; a, b, c, d, e, f, s, t, u, v, w, x, p, q; {
                    let sum = ((s * a + t * b) + (u * c + v * d)) + (w * e + x * f);
                    value(sum, p, q)
                });
            }
        }
    }

    /// Sets every value of a row from the sum over its faces of conductance times (own value - neighbour's
    /// value), formed from differences so that smooth fields lose no digits, from its own value, and from what
    /// stands at its place in another row. The sum is not 0 at a closed site either.
    #[inline(always)]
    fn set_from_differences(
        &self,
        (row, colour): (Row, usize),
        vector: &Halves,
        other: &[f32],
        out: &mut [f32],
        value: impl Fn(f32, f32, f32) -> f32,
    ) {
        let (o, p) = (self.board.row(&vector[colour], row), other);
        let [a, b, c, d, e, f] = self.around(row, colour, &vector[1 - colour], &self.zeros);
        match &self.faces {
            Faces::OpenOrClosed => {
                let sums = self.around(row, colour, &self.face_sum[1 - colour], &self.closed);
                let [s, t, u, v, w, x] = sums;
                let step = |sum: f32, difference: f32| if sum >= 0.0 { difference } else { 0.0 };
                set_row!(out; a, b, c, d, e, f, s, t, u, v, w, x, o, p; {
                    let sum = ((step(s, o - a) + step(t, o - b))
                        + (step(u, o - c) + step(v, o - d)))
                        + (step(w, o - e) + step(x, o - f));
                    value(sum, o, p)
                });
            }
            Faces::Stored(stored) => {
                let [s, t, u, v, w, x] = self.weights(stored, row, colour);
                set_row!(out; a, b, c, d, e, f, s, t, u, v, w, x, o, p; {
                    let sum = ((s * (o - a) + t * (o - b)) + (u * (o - c) + v * (o - d)))
                        + (w * (o - e) + x * (o - f));
                    value(sum, o, p)
                });
            }
        }
    }

    /// `out = A vector`, where `rate` is what leaves a site other than to its neighbours; returns
    /// the product of `vector` and `out`.
    pub(super) fn apply(
        &self,
        exchange: f32,
        rate: &Halves,
        vector: &Halves,
        out: &mut Halves,
    ) -> f64 {
        let board = self.board;
        let mut product = 0.0;
        for (colour, half) in out.iter_mut().enumerate() {
            product += board.sum_rows(half, |row, out| {
                let rate = board.row(&rate[colour], row);
                self.set_from_differences((row, colour), vector, rate, out, |sum, own, rate| {
                    // Only an unknown has a rate, and every unknown has one.
                    let full = rate * own + exchange * sum;
                    if rate > 0.0 { full } else { 0.0 }
                });
                dot(board.row(&vector[colour], row), out)
            });
        }
        product
    }
}

/// Scalar product in double precision, in a fixed order.
#[inline(always)]
pub(super) fn dot(one: &[f32], other: &[f32]) -> f64 {
    const LANES: usize = 4;
    let mut lanes = [0.0_f64; LANES];
    let (one_chunks, other_chunks) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let mut tail = 0.0;
    for (a, b) in one_chunks.remainder().iter().zip(other_chunks.remainder()) {
        tail += f64::from(*a) * f64::from(*b);
    }
    for (a, b) in one_chunks.zip(other_chunks) {
        for lane in 0..LANES {
            lanes[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + tail
}

/// `out = addend + factor * out`, for one colour.
pub(super) fn scale_and_add(factor: f32, addend: &[f32], out: &mut [f32]) {
    out.par_chunks_mut(TASK)
        .zip(addend.par_chunks(TASK))
        .for_each(|(out, addend)| {
            for (value, &other) in out.iter_mut().zip(addend) {
                *value = other + factor * *value;
            }
        });
}

/// `out += factor * addend`, for one colour; returns the product of `out` with itself.
pub(super) fn add_scaled(factor: f32, addend: &[f32], out: &mut [f32]) -> f64 {
    let parts: Vec<f64> = out
        .par_chunks_mut(TASK)
        .zip(addend.par_chunks(TASK))
        .map(|(out, addend)| {
            for (value, &other) in out.iter_mut().zip(addend) {
                *value += factor * other;
            }
            dot(out, out)
        })
        .collect();
    parts.iter().sum()
}

/// As [`add_scaled`], without the product.
pub(super) fn add_only(factor: f32, addend: &[f32], out: &mut [f32]) {
    out.par_chunks_mut(TASK)
        .zip(addend.par_chunks(TASK))
        .for_each(|(out, addend)| {
            for (value, &other) in out.iter_mut().zip(addend) {
                *value += factor * other;
            }
        });
}

#[cfg(test)]
mod tests;
