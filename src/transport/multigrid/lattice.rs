//! The coarser graphs where every site takes part: boxes again, of 2 x 2 x 2 nodes of the one before.
//!
//! Only conductances change when bone does, and every loop runs along rows. Sums are formed in the
//! order of the graphs ([`super::Hierarchy`]), so that both give the same bits.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use super::graph::pair;
use super::{SOFTENING, Work};
use crate::transport::checkerboard::{Board, Halves, Row, Stencil, set_row};

/// Nodes that one task works on.
const TASK: usize = 2048;

/// Directions of the neighbours, in the order -x +x -y +y -z +z.
const NEIGHBOURS: usize = 6;

/// Order in which the neighbours of a node are added up, on the first level and on those below: there
/// the lower ones are met first.
const ORDERS: [[usize; NEIGHBOURS]; 2] = [[0, 1, 2, 3, 4, 5], [0, 2, 4, 1, 3, 5]];

/// A coarse level that is a box.
#[derive(Debug, Clone)]
struct Layer {
    /// Its nodes, with their conductances.
    stencil: Stencil,
    order: &'static [usize; NEIGHBOURS],
    /// Sum of the conductances of a node, in its order.
    face_sum: Halves,
}

/// All levels below the lattice.
#[derive(Debug, Clone)]
pub(in crate::transport) struct Layers {
    layers: Vec<Layer>,
}

impl Layer {
    /// The level below this one.
    fn below(finer: &Stencil, depth: usize) -> Self {
        let dims = finer.board.dims.map(|nodes| nodes.div_ceil(2));
        let board = Board::with_task(dims, TASK);
        let faces = [board.zeros(), board.zeros(), board.zeros()];
        let mut layer = Self {
            stencil: Stencil::of_faces(board, faces),
            order: &ORDERS[usize::from(depth > 0)],
            face_sum: board.zeros(),
        };
        layer.lay(finer);
        layer
    }

    /// Takes over the conductances of the level above this one.
    fn lay(&mut self, finer: &Stencil) {
        let board = self.stencil.board;
        if let Some(stored) = self.stencil.stored_mut() {
            for (axis, halves) in stored.iter_mut().enumerate() {
                for (colour, half) in halves.iter_mut().enumerate() {
                    board.for_rows(half, |row, out| {
                        out.fill(0.0);
                        sum_faces(finer, &board, axis, (row, colour), out);
                    });
                }
            }
        }
        let ones = board.zeros().map(|half| vec![1.0; half.len()]);
        let mut sums = std::mem::take(&mut self.face_sum);
        for (colour, half) in sums.iter_mut().enumerate() {
            board.for_rows(half, |row, out| {
                let other = &ones[1 - colour];
                let own = [board.row(other, row); 2];
                self.set_from_sum((row, colour), other, own, out, |sum, _, _| sum);
            });
        }
        self.face_sum = sums;
    }

    /// Sets every value of a row from the sum over the edges of a node of conductance times the neighbour's
    /// value, and from what stands at its place in two other rows.
    #[inline(always)]
    fn set_from_sum(
        &self,
        (row, colour): (Row, usize),
        other: &[f32],
        [p, q]: [&[f32]; 2],
        out: &mut [f32],
        value: impl Fn(f32, f32, f32) -> f32,
    ) {
        let around = self.stencil.around_or_0(row, colour, other);
        let weights = self.stencil.weights_around(row, colour);
        let [i, j, k, l, m, n] = *self.order;
        let [a, b, c, d, e, f] = [
            around[i], around[j], around[k], around[l], around[m], around[n],
        ];
        let [s, t, u, v, w, x] = [
            weights[i], weights[j], weights[k], weights[l], weights[m], weights[n],
        ];
        set_row!(out; a, b, c, d, e, f, s, t, u, v, w, x, p, q; {
            let sum = s * a + t * b;
            let sum = (sum + u * c) + v * d;
            value((sum + w * e) + x * f, p, q)
        });
    }

    /// `b` of this level: sums of the residual of the red nodes of the level above it.
    fn restrict(&self, finer: &Board, red_residual: &[f32], b: &mut Halves) {
        let board = self.stencil.board;
        for (colour, half) in b.iter_mut().enumerate() {
            board.for_rows(half, |row, out| {
                out.fill(0.0);
                for child in finer.rows_below(&board, row) {
                    add_children(out, finer.row_at(red_residual, child), row.shift(colour));
                }
            });
        }
    }

    /// Sums of a vector of the level above this one over the children of every node.
    fn gather(&self, finer: &Board, from: &Halves, out: &mut Halves) {
        let board = self.stencil.board;
        for (colour, half) in out.iter_mut().enumerate() {
            board.for_rows(half, |row, out| {
                out.fill(0.0);
                for from in from {
                    for child in finer.rows_below(&board, row) {
                        add_children(out, finer.row_at(from, child), row.shift(colour));
                    }
                }
            });
        }
    }

    /// One Gauss-Seidel update of a colour.
    fn relax(&self, colour: usize, exchange: f32, work: &mut Work) {
        let board = self.stencil.board;
        let (b, inverse) = (&work.b[colour], &work.inverse[colour]);
        let (own, other) = pair(&mut work.x, colour);
        board.for_rows(own, |row, out| {
            let rows = [board.row(b, row), board.row(inverse, row)];
            self.set_from_sum((row, colour), other, rows, out, |sum, b, inverse| {
                (b + exchange * sum) * inverse
            });
        });
    }
}

/// Adds to every node what its child in a row of the finer level holds: one of each colour.
#[inline(always)]
fn add_children(out: &mut [f32], children: &[f32], shift: usize) {
    // The child of an odd end stands alone.
    let (pairs, end) = children.as_chunks::<2>();
    if shift == 0 {
        for (sum, &[child, _]) in out.iter_mut().zip(pairs) {
            *sum += child;
        }
        if let (Some(sum), [child]) = (out.get_mut(pairs.len()), end) {
            *sum += child;
        }
    } else {
        for (sum, &[_, child]) in out.iter_mut().zip(pairs) {
            *sum += child;
        }
    }
}

/// Values of the nodes above a row of the finer level, in the order of x: those of even places, and
/// those of odd ones.
fn parents<'a>(board: &Board, row: Row, x: &'a Halves) -> [&'a [f32]; 2] {
    board.halves_of_row(x, board.row_of(row))
}

/// Conductance of the edges along an axis of the nodes of a row: the sums of those of the faces in between.
fn sum_faces(
    finer: &Stencil,
    board: &Board,
    axis: usize,
    (row, colour): (Row, usize),
    out: &mut [f32],
) {
    let shift = row.shift(colour);
    let fine = finer.board;
    for child in fine.rows_below(board, row) {
        // The faces towards the next node are those of the children that lie on its side.
        let (y, z) = (child % fine.dims[1], child / fine.dims[1]);
        if (axis == 1 && y % 2 == 0) || (axis == 2 && z % 2 == 0) {
            continue;
        }
        let [even, odd] = finer.faces_of_row(axis, child);
        if axis > 0 {
            add_children(out, even, shift);
        }
        add_children(out, odd, shift);
    }
}

impl Layers {
    /// The levels below a lattice on which every site takes part.
    pub(super) fn new(stencil: &Stencil) -> Self {
        let mut layers: Vec<Layer> = Vec::new();
        loop {
            let finer = layers.last().map_or(stencil, |layer| &layer.stencil);
            if finer.board.dims == [1; 3] && !layers.is_empty() {
                return Self { layers };
            }
            let below = Layer::below(finer, layers.len());
            layers.push(below);
        }
    }

    /// Takes over other conductances of the same lattice.
    pub(super) fn lay(&mut self, stencil: &Stencil) {
        for depth in 0..self.layers.len() {
            let (above, below) = self.layers.split_at_mut(depth);
            let finer = above.last().map_or(stencil, |layer| &layer.stencil);
            below[0].lay(finer);
        }
    }

    pub(super) fn work(&self) -> Vec<Work> {
        let boards = self.layers.iter().map(|layer| layer.stencil.board);
        boards
            .map(|board| {
                let [red_residual, _] = board.zeros();
                Work {
                    inverse: board.zeros(),
                    b: board.zeros(),
                    x: board.zeros(),
                    red_residual,
                }
            })
            .collect()
    }

    fn finer<'a>(&'a self, lattice: &'a Board, depth: usize) -> &'a Board {
        match depth.checked_sub(1) {
            Some(above) => &self.layers[above].stencil.board,
            None => lattice,
        }
    }

    /// As [`super::Hierarchy::prepare`].
    pub(super) fn prepare(&self, lattice: &Board, exchange: f32, mass: &Halves, work: &mut [Work]) {
        let mut softened = exchange;
        for (depth, layer) in self.layers.iter().enumerate() {
            softened *= SOFTENING;
            // `x` holds the masses until the last level has gathered them.
            let (above, here) = work.split_at_mut(depth);
            let from = above.last().map_or(mass, |above| &above.x);
            layer.gather(self.finer(lattice, depth), from, &mut here[0].x);
            let Work { inverse, x, .. } = &mut here[0];
            let board = layer.stencil.board;
            for ((inverse, mass), sums) in inverse.iter_mut().zip(&*x).zip(&layer.face_sum) {
                board.for_rows(inverse, |row, out| {
                    let (mass, sum) = (board.row(mass, row), board.row(sums, row));
                    set_row!(out; mass, sum; {
                        // What has no mass is no node: the end of a row of odd length.
                        if mass > 0.0 {
                            1.0 / (softened * sum + mass)
                        } else {
                            0.0
                        }
                    });
                });
            }
        }
    }

    /// As [`super::Hierarchy::correct`].
    pub(super) fn correct(
        &self,
        lattice: &Board,
        exchange: f32,
        red_residual: &[f32],
        work: &mut [Work],
    ) {
        self.layers[0].restrict(lattice, red_residual, &mut work[0].b);
        let mut softened = exchange;
        for (depth, layer) in self.layers.iter().enumerate() {
            softened *= SOFTENING;
            let board = layer.stencil.board;
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            {
                let Work { inverse, b, x, .. } = &mut *here;
                board.for_rows(&mut x[0], |row, out| {
                    let (b, inverse) = (board.row(&b[0], row), board.row(&inverse[0], row));
                    set_row!(out; b, inverse; b * inverse);
                });
            }
            layer.relax(1, softened, here);
            if let Some(coarser) = self.layers.get(depth + 1) {
                // After red then black from 0, black is satisfied and red lacks what black gave.
                let Work {
                    x, red_residual, ..
                } = &mut *here;
                board.for_rows(red_residual, |row, out| {
                    let own = [board.row(&x[0], row); 2];
                    let value = |sum, _, _| sum * softened;
                    layer.set_from_sum((row, 0), &x[1], own, out, value);
                });
                coarser.restrict(&board, red_residual, &mut below[0].b);
            }
        }
        for (depth, layer) in self.layers.iter().enumerate().rev() {
            let board = layer.stencil.board;
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            if let Some(coarser) = self.layers.get(depth + 1) {
                let (above, from) = (&coarser.stencil.board, &below[0].x);
                let inverse = &here.inverse[0];
                board.for_rows(&mut here.x[0], |row, out| {
                    let mask = board.row(inverse, row);
                    over_children(parents(above, row, from), mask, out, |value, above| {
                        value + above
                    });
                });
            }
            layer.relax(1, softened, here);
            layer.relax(0, softened, here);
            softened /= SOFTENING;
        }
    }

    /// Gives every red site of the lattice the value of its node.
    pub(super) fn descend(&self, lattice: &Board, inverse: &[f32], work: &[Work], red: &mut [f32]) {
        let (above, from) = (&self.layers[0].stencil.board, &work[0].x);
        lattice.for_rows(red, |row, out| {
            let mask = lattice.row(inverse, row);
            over_children(parents(above, row, from), mask, out, |_, above| above);
        });
    }
}

/// Sets every red child in a row from its value and that of its node; what is no unknown keeps 0.
#[inline(always)]
fn over_children(
    [even, odd]: [&[f32]; 2],
    inverse: &[f32],
    out: &mut [f32],
    value: impl Fn(f32, f32) -> f32,
) {
    let set = |child: &mut f32, inverse: f32, above: f32| {
        *child = if inverse > 0.0 {
            value(*child, above)
        } else {
            *child
        };
    };
    let (pairs, end) = out.as_chunks_mut::<2>();
    let (inverses, last) = inverse.as_chunks::<2>();
    let above = even.iter().zip(odd);
    for ((children, inverse), (&even, &odd)) in pairs.iter_mut().zip(inverses).zip(above) {
        set(&mut children[0], inverse[0], even);
        set(&mut children[1], inverse[1], odd);
    }
    // The child of an odd end stands alone.
    if let ([child], [inverse], Some(&even)) = (end, last, even.get(pairs.len())) {
        set(child, *inverse, even);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::blocks::Walls;
    use crate::transport::multigrid::{Coarser, Hierarchy};

    fn value(site: usize) -> f32 {
        ((site * 7919) % 97) as f32 / 97.0
    }

    /// On lattices of odd and even sides, and on a section: what every red site gets has the same bits.
    #[test]
    fn boxes_give_the_bits_of_the_graphs() {
        for dims in [[12, 10, 8], [13, 7, 5], [9, 6, 1], [2, 2, 2], [5, 1, 1]] {
            let sites = dims[0] * dims[1] * dims[2];
            let solid: Vec<bool> = (0..sites).map(|site| site * site % 5 < 2).collect();
            let walls = Walls::Sites {
                solid: &solid,
                bone: 0.13,
            };
            let stencil = Stencil::new(dims, &walls);
            let board = stencil.board;
            let (mut mass, mut residual) = (board.zeros(), board.zeros());
            for site in 0..sites {
                let (colour, entry) = board.entry(site % dims[0], site / dims[0]);
                mass[colour][entry] = 0.1 + value(site);
                residual[colour][entry] = value(site + 1) - 0.5;
            }
            let found = [
                Coarser::Graphs(Hierarchy::new(&stencil, &walls)),
                Coarser::of_open(&stencil),
            ]
            .map(|coarser| {
                let mut work = coarser.work();
                coarser.prepare(&board, 3.0, &mass, &mut work);
                let mut red = board.zeros()[0].clone();
                match &coarser {
                    Coarser::Boxes(layers) => {
                        layers.correct(&board, 3.0, &residual[0], &mut work);
                        layers.descend(&board, &mass[0], &work, &mut red);
                    }
                    Coarser::Graphs(hierarchy) => {
                        hierarchy.correct(3.0, &residual[0], &mut work);
                        for (at, (value, &mass)) in red.iter_mut().zip(&mass[0]).enumerate() {
                            if mass > 0.0 {
                                *value = hierarchy.levels[0].above(at, &work[0].x);
                            }
                        }
                    }
                }
                red.iter()
                    .map(|value| value.to_bits())
                    .collect::<Vec<u32>>()
            });
            assert!(found[0].iter().any(|&bits| bits != 0), "{dims:?}");
            assert_eq!(found[0], found[1], "{dims:?}");
        }
    }
}
