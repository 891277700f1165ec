//! Coarser graphs of the lattice, and one V-cycle over them.
//!
//! A coarse node is one connected piece of the marrow inside a block of 2 x 2 x 2 sites (then of
//! 2 x 2 x 2 blocks, and so on), so that no node mixes the two sides of a wall. Edges only join
//! pieces of neighbouring blocks, so the two colours of the lattice persist on every level. The
//! nodes of the last level are the compartments: pieces of marrow that nothing connects.
//!
//! Conductances of coarse edges are sums of the fine ones. With piecewise constant transfer such
//! sums are too stiff by 2 per level for smooth fields (the distance between centres doubles,
//! the area of a face is summed), hence [`SOFTENING`].
//!
//! One cycle smooths red, black going down and black, red going up (Gauss-Seidel), which makes it
//! a symmetric positive definite operator: a preconditioner for conjugate gradients.

use crate::numerics::parallel::prelude::*;

use super::blocks::Walls;
use super::checkerboard::{Halves, Stencil, dot};

/// Factor on the conductances per level.
const SOFTENING: f32 = 0.5;

/// Nodes that one task works on.
const TASK: usize = 16_384;

/// Items of consecutive owners: those of owner `i` are `item[start[i]..start[i + 1]]`.
#[derive(Debug, Clone)]
struct Lists {
    start: Vec<u32>,
    item: Vec<u32>,
}

impl Lists {
    fn new() -> Self {
        Self {
            start: vec![0],
            item: Vec::new(),
        }
    }

    fn close(&mut self) {
        self.start.push(self.item.len() as u32);
    }

    fn of(&self, owner: usize) -> &[u32] {
        &self.item[self.start[owner] as usize..self.start[owner + 1] as usize]
    }

    fn append(&mut self, other: &Self) {
        let offset = self.item.len() as u32;
        self.item.extend_from_slice(&other.item);
        self.start
            .extend(other.start[1..].iter().map(|&end| end + offset));
    }
}

/// Coarse nodes of one colour with their edges and children.
#[derive(Debug, Clone)]
struct Part {
    /// Neighbours, counted within the other colour.
    edges: Lists,
    weight: Vec<f32>,
    face_sum: Vec<f32>,
    /// Children of either colour on the finer level, counted within that colour.
    children: [Lists; 2],
}

impl Part {
    fn new() -> Self {
        Self {
            edges: Lists::new(),
            weight: Vec::new(),
            face_sum: Vec::new(),
            children: [Lists::new(), Lists::new()],
        }
    }

    fn nodes(&self) -> usize {
        self.face_sum.len()
    }

    /// Ends the node whose edges and children were pushed last.
    fn close(&mut self) {
        let from = self.edges.start[self.nodes()] as usize;
        self.face_sum.push(self.weight[from..].iter().sum());
        self.edges.close();
        self.children[0].close();
        self.children[1].close();
    }

    fn append(&mut self, other: &Self) {
        self.edges.append(&other.edges);
        self.weight.extend_from_slice(&other.weight);
        self.face_sum.extend_from_slice(&other.face_sum);
        for (mine, theirs) in self.children.iter_mut().zip(&other.children) {
            mine.append(theirs);
        }
    }

    /// Sum over the edges of a node of conductance times the neighbour's value.
    fn neighbour_sum(&self, node: usize, other: &[f32]) -> f32 {
        let range = self.edges.start[node] as usize..self.edges.start[node + 1] as usize;
        let mut sum = 0.0;
        for (&next, &weight) in self.edges.item[range.clone()]
            .iter()
            .zip(&self.weight[range])
        {
            sum += weight * other[next as usize];
        }
        sum
    }
}

/// Which nodes a block holds: `count` of them from `first`, within the colour of the block.
#[derive(Debug, Clone)]
struct Blocks {
    dims: [usize; 3],
    first: Vec<u32>,
    count: Vec<u32>,
}

impl Blocks {
    /// Numbers the nodes of each colour in the order of the blocks.
    fn number(dims: [usize; 3], count: Vec<u32>) -> Self {
        let mut next = [0_u32; 2];
        let first = count
            .iter()
            .enumerate()
            .map(|(block, &nodes)| {
                let counter = &mut next[colour_of(place(dims, block))];
                let first = *counter;
                *counter += nodes;
                first
            })
            .collect();
        Self { dims, first, count }
    }

    fn slab(&self) -> usize {
        self.dims[0] * self.dims[1]
    }
}

fn place(dims: [usize; 3], block: usize) -> [usize; 3] {
    let rest = block / dims[0];
    [block % dims[0], rest % dims[1], rest / dims[1]]
}

fn index(dims: [usize; 3], at: [usize; 3]) -> usize {
    (at[2] * dims[1] + at[1]) * dims[0] + at[0]
}

fn colour_of(at: [usize; 3]) -> usize {
    (at[0] + at[1] + at[2]) & 1
}

/// A coarse level: nodes of both colours, and who on the finer level belongs to whom.
#[derive(Debug, Clone)]
struct Level {
    parts: [Part; 2],
    /// Parent of every red node of the finer level: node, and colour in the lowest bit.
    parent_of_red: Vec<u32>,
}

impl Level {
    fn new(slabs: &[[Part; 2]], finer_reds: usize) -> Self {
        let mut parts = [Part::new(), Part::new()];
        for slab in slabs {
            parts[0].append(&slab[0]);
            parts[1].append(&slab[1]);
        }
        let mut parent_of_red = vec![0; finer_reds];
        for (colour, part) in parts.iter().enumerate() {
            for node in 0..part.nodes() {
                for &child in part.children[0].of(node) {
                    parent_of_red[child as usize] = (node as u32) << 1 | colour as u32;
                }
            }
        }
        Self {
            parts,
            parent_of_red,
        }
    }

    fn zeros(&self) -> Halves {
        [
            vec![0.0; self.parts[0].nodes()],
            vec![0.0; self.parts[1].nodes()],
        ]
    }

    /// `b` of this level: sums of the finer residual, which is 0 on black nodes.
    fn restrict(&self, red_residual: &[f32], b: &mut Halves) {
        for (part, b) in self.parts.iter().zip(b) {
            for_nodes(b, |node| {
                let children = part.children[0].of(node);
                children.iter().map(|&c| red_residual[c as usize]).sum()
            });
        }
    }

    /// Sums of a vector of the finer level over the children of every node.
    fn gather(&self, finer: &Halves, out: &mut Halves) {
        for (part, out) in self.parts.iter().zip(out) {
            for_nodes(out, |node| {
                let mut sum = 0.0;
                for (children, finer) in part.children.iter().zip(finer) {
                    for &child in children.of(node) {
                        sum += finer[child as usize];
                    }
                }
                sum
            });
        }
    }

    /// Value of the parent of a red node of the finer level.
    fn above(&self, red: usize, x: &Halves) -> f32 {
        let parent = self.parent_of_red[red];
        x[(parent & 1) as usize][(parent >> 1) as usize]
    }

    /// One Gauss-Seidel update of a colour.
    fn relax(&self, colour: usize, exchange: f32, work: &mut Work) {
        let (part, b, inverse) = (&self.parts[colour], &work.b[colour], &work.inverse[colour]);
        let (own, other) = pair(&mut work.x, colour);
        for_nodes(own, |node| {
            (b[node] + exchange * part.neighbour_sum(node, other)) * inverse[node]
        });
    }
}

/// Sets every entry, in parallel.
fn for_nodes(out: &mut [f32], value: impl Fn(usize) -> f32 + Sync) {
    out.par_chunks_mut(TASK)
        .enumerate()
        .for_each(|(task, chunk)| {
            for (i, entry) in chunk.iter_mut().enumerate() {
                *entry = value(task * TASK + i);
            }
        });
}

/// The half of this colour to write, the other to read.
pub(super) fn pair(halves: &mut Halves, colour: usize) -> (&mut Vec<f32>, &Vec<f32>) {
    let [red, black] = halves;
    if colour == 0 {
        (red, black)
    } else {
        (black, red)
    }
}

/// Vectors of one level while a signal is solved.
#[derive(Debug, Clone)]
pub(super) struct Work {
    inverse: Halves,
    b: Halves,
    x: Halves,
    red_residual: Vec<f32>,
}

/// Every level below the lattice.
#[derive(Debug, Clone)]
pub(super) struct Hierarchy {
    levels: Vec<Level>,
}

/// Compartments of the marrow: pieces that no open face connects.
#[derive(Debug, Clone)]
pub(super) struct Compartments {
    /// Per site.
    pub(super) role: Vec<Role>,
    /// Sites of every compartment but the largest.
    pub(super) others: Vec<Vec<u32>>,
}

/// How a site takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// In the largest compartment.
    Main,
    /// In a smaller compartment.
    Other,
    /// Closed bone: exchanges nothing.
    Closed,
}

impl Hierarchy {
    /// Coarser graphs of the lattice with these walls.
    pub(super) fn new(stencil: &Stencil, walls: &Walls<'_>) -> Self {
        let (level, mut blocks) = first_level(stencil, walls);
        let mut levels = vec![level];
        while blocks.dims != [1; 3] {
            let (level, coarser) = next_level(&levels[levels.len() - 1], &blocks);
            levels.push(level);
            blocks = coarser;
        }
        Self { levels }
    }

    pub(super) fn work(&self) -> Vec<Work> {
        self.levels
            .iter()
            .map(|level| Work {
                inverse: level.zeros(),
                b: level.zeros(),
                x: level.zeros(),
                red_residual: vec![0.0; level.parts[0].nodes()],
            })
            .collect()
    }

    /// Sets the diagonals of all levels: `exchange` per unit of conductance on the lattice, and
    /// `mass`, what else leaves each site.
    pub(super) fn prepare(&self, exchange: f32, mass: &Halves, work: &mut [Work]) {
        let mut softened = exchange;
        for (depth, level) in self.levels.iter().enumerate() {
            softened *= SOFTENING;
            // `x` holds the masses until the last level has gathered them.
            let (finer, here) = work.split_at_mut(depth);
            let finer = finer.last().map_or(mass, |finer| &finer.x);
            level.gather(finer, &mut here[0].x);
            let Work { inverse, x, .. } = &mut here[0];
            for ((part, inverse), mass) in level.parts.iter().zip(inverse).zip(&*x) {
                for_nodes(inverse, |node| {
                    1.0 / (softened * part.face_sum[node] + mass[node])
                });
            }
        }
    }

    /// Approximate solution on the first level for a residual of the lattice.
    fn correct(&self, exchange: f32, red_residual: &[f32], work: &mut [Work]) {
        self.levels[0].restrict(red_residual, &mut work[0].b);
        let mut softened = exchange;
        for (depth, level) in self.levels.iter().enumerate() {
            softened *= SOFTENING;
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            {
                let Work { inverse, b, x, .. } = &mut *here;
                for_nodes(&mut x[0], |node| b[0][node] * inverse[0][node]);
            }
            level.relax(1, softened, here);
            if let Some(coarser) = self.levels.get(depth + 1) {
                // After red then black from 0, black is satisfied and red lacks what black gave.
                let Work {
                    x, red_residual, ..
                } = &mut *here;
                for_nodes(red_residual, |node| {
                    softened * level.parts[0].neighbour_sum(node, &x[1])
                });
                coarser.restrict(red_residual, &mut below[0].b);
            }
        }
        for depth in (0..self.levels.len()).rev() {
            let level = &self.levels[depth];
            let (here, below) = work.split_at_mut(depth + 1);
            let here = &mut here[depth];
            if let Some(coarser) = self.levels.get(depth + 1) {
                let from = &below[0].x;
                add_to_nodes(&mut here.x[0], |node| coarser.above(node, from));
            }
            level.relax(1, softened, here);
            level.relax(0, softened, here);
            softened /= SOFTENING;
        }
    }

    /// Which sites hang together.
    pub(super) fn compartments(&self, stencil: &Stencil, solid: &[bool]) -> Compartments {
        let board = stencil.board;
        let last = &self.levels[self.levels.len() - 1];
        let mut label: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
        let mut next = 0;
        for (label, part) in label.iter_mut().zip(&last.parts) {
            label.extend(next..next + part.nodes() as u32);
            next += part.nodes() as u32;
        }
        for depth in (1..self.levels.len()).rev() {
            let mut finer: [Vec<u32>; 2] =
                [0, 1].map(|colour| vec![0; self.levels[depth - 1].parts[colour].nodes()]);
            for (part, label) in self.levels[depth].parts.iter().zip(&label) {
                for (node, &mark) in label.iter().enumerate() {
                    for (children, finer) in part.children.iter().zip(&mut finer) {
                        for &child in children.of(node) {
                            finer[child as usize] = mark;
                        }
                    }
                }
            }
            label = finer;
        }
        let mut size = vec![0_usize; next as usize];
        let first = &self.levels[0];
        for (part, label) in first.parts.iter().zip(&label) {
            for (node, &mark) in label.iter().enumerate() {
                size[mark as usize] += part.children[0].of(node).len();
                size[mark as usize] += part.children[1].of(node).len();
            }
        }
        let mut main = 0;
        for (mark, &sites) in size.iter().enumerate() {
            if sites > size[main] {
                main = mark;
            }
        }
        let mut role: Vec<Role> = solid
            .iter()
            .map(|&solid| if solid { Role::Closed } else { Role::Main })
            .collect();
        let mut others: Vec<Vec<u32>> = vec![Vec::new(); size.len()];
        for (part, label) in first.parts.iter().zip(&label) {
            for (node, &mark) in label.iter().enumerate() {
                if mark as usize == main {
                    continue;
                }
                for (colour, children) in part.children.iter().enumerate() {
                    for &entry in children.of(node) {
                        let site = board.site(colour, entry as usize);
                        role[site] = Role::Other;
                        others[mark as usize].push(site as u32);
                    }
                }
            }
        }
        others.retain(|sites| !sites.is_empty());
        Compartments { role, others }
    }
}

fn add_to_nodes(out: &mut [f32], value: impl Fn(usize) -> f32 + Sync) {
    out.par_chunks_mut(TASK)
        .enumerate()
        .for_each(|(task, chunk)| {
            for (i, entry) in chunk.iter_mut().enumerate() {
                *entry += value(task * TASK + i);
            }
        });
}

/// One V-cycle on the lattice: the black half of `x` approximates that of the solution for a
/// right-hand side that is `b` on black sites and 0 on red ones. Returns the product of `b` and it.
pub(super) fn cycle(
    fine: &Fine<'_>,
    hierarchy: &Hierarchy,
    b: &[f32],
    x: &mut Halves,
    red_residual: &mut [f32],
    work: &mut [Work],
) -> f64 {
    let Fine {
        stencil,
        exchange,
        inverse,
    } = *fine;
    let board = stencil.board;
    board.for_rows(&mut x[1], |row, out| {
        let (b, inverse) = (board.row(b, row), board.row(&inverse[1], row));
        for ((value, &b), &inverse) in out.iter_mut().zip(b).zip(inverse) {
            *value = b * inverse;
        }
    });
    board.for_rows(red_residual, |row, out| {
        stencil.neighbour_sum(row, 0, &x[1], out);
        for (value, &inverse) in out.iter_mut().zip(board.row(&inverse[0], row)) {
            *value = if inverse > 0.0 {
                exchange * *value
            } else {
                0.0
            };
        }
    });
    hierarchy.correct(exchange, red_residual, work);
    let (above, from) = (&hierarchy.levels[0], &work[0].x);
    board.for_rows(&mut x[0], |row, out| {
        let start = row.index * board.stride + 1;
        let inverse = board.row(&inverse[0], row);
        for (i, (value, &inverse)) in out.iter_mut().zip(inverse).enumerate() {
            *value = if inverse > 0.0 {
                above.above(start + i, from)
            } else {
                0.0
            };
        }
    });
    let [red, black] = x;
    board.sum_rows(black, |row, out| {
        stencil.neighbour_sum(row, 1, red, out);
        let b = board.row(b, row);
        let inverse = board.row(&inverse[1], row);
        for ((value, &b), &inverse) in out.iter_mut().zip(b).zip(inverse) {
            *value = (b + exchange * *value) * inverse;
        }
        dot(b, out)
    })
}

/// The operator on the lattice as the smoother needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fine<'a> {
    pub(super) stencil: &'a Stencil,
    /// Rate per unit of conductance.
    pub(super) exchange: f32,
    /// Inverse of the diagonal; 0 where a site is no unknown.
    pub(super) inverse: &'a Halves,
}

impl Fine<'_> {
    /// Red half that satisfies the red equations for right-hand side `b` (0 if none) and this
    /// black half.
    pub(super) fn red_for(&self, b: Option<&[f32]>, black: &[f32], red: &mut [f32]) {
        let board = self.stencil.board;
        board.for_rows(red, |row, out| {
            self.stencil.neighbour_sum(row, 0, black, out);
            let inverse = board.row(&self.inverse[0], row);
            match b {
                Some(b) => {
                    let b = board.row(b, row);
                    for ((value, &b), &inverse) in out.iter_mut().zip(b).zip(inverse) {
                        *value = (b + self.exchange * *value) * inverse;
                    }
                }
                None => {
                    for (value, &inverse) in out.iter_mut().zip(inverse) {
                        *value = self.exchange * *value * inverse;
                    }
                }
            }
        });
    }

    /// Black half of the operator on a vector whose red half satisfies the red equations; returns
    /// the product of the vector and it.
    pub(super) fn apply_to_black(&self, vector: &Halves, out: &mut [f32]) -> f64 {
        let board = self.stencil.board;
        board.sum_rows(out, |row, out| {
            self.stencil.neighbour_sum(row, 1, &vector[0], out);
            let own = board.row(&vector[1], row);
            let inverse = board.row(&self.inverse[1], row);
            for ((value, &own), &inverse) in out.iter_mut().zip(own).zip(inverse) {
                *value = if inverse > 0.0 {
                    own / inverse - self.exchange * *value
                } else {
                    0.0
                };
            }
            dot(own, out)
        })
    }

    /// What a red half of a right-hand side brings to the black equations once the red unknowns
    /// are eliminated; `scratch` is of the size of the red half.
    pub(super) fn eliminated(&self, b: &[f32], scratch: &mut [f32], out: &mut [f32]) {
        let board = self.stencil.board;
        board.for_rows(scratch, |row, out| {
            let (b, inverse) = (board.row(b, row), board.row(&self.inverse[0], row));
            for ((value, &b), &inverse) in out.iter_mut().zip(b).zip(inverse) {
                *value = b * inverse;
            }
        });
        board.for_rows(out, |row, out| {
            self.stencil.neighbour_sum(row, 1, scratch, out);
            for (value, &inverse) in out.iter_mut().zip(board.row(&self.inverse[1], row)) {
                *value = if inverse > 0.0 {
                    self.exchange * *value
                } else {
                    0.0
                };
            }
        });
    }
}

/// Connected pieces of the eight sites of a block, for each of the 256 sets of open sites.
struct Pieces {
    label: Vec<[u8; 8]>,
    count: Vec<u8>,
}

impl Pieces {
    fn new() -> Self {
        let mut label = vec![[u8::MAX; 8]; 256];
        let mut count = vec![0_u8; 256];
        for open in 0..256_usize {
            for seed in 0..8_usize {
                if open >> seed & 1 == 0 || label[open][seed] != u8::MAX {
                    continue;
                }
                let mut stack = vec![seed];
                label[open][seed] = count[open];
                while let Some(corner) = stack.pop() {
                    for next in [corner ^ 1, corner ^ 2, corner ^ 4] {
                        if open >> next & 1 == 1 && label[open][next] == u8::MAX {
                            label[open][next] = count[open];
                            stack.push(next);
                        }
                    }
                }
                count[open] += 1;
            }
        }
        Self { label, count }
    }
}

/// What the first level is built from.
struct Ground<'a> {
    stencil: &'a Stencil,
    walls: &'a Walls<'a>,
    pieces: Pieces,
    /// Set of open sites of each block.
    open: Vec<u8>,
}

impl Ground<'_> {
    /// Conductance of the face of a block's site that lies beyond `corner` along `axis`.
    fn face(&self, at: [usize; 3], corner: usize, axis: usize, upper: bool) -> f32 {
        let [nx, ny, _] = self.stencil.board.dims;
        let x = 2 * at[0] + (corner & 1);
        let y = 2 * at[1] + (corner >> 1 & 1);
        let z = 2 * at[2] + (corner >> 2);
        let site = (z * ny + y) * nx + x;
        let step = [1, nx, nx * ny][axis];
        let lower = if upper { site } else { site - step };
        self.walls.face(lower, axis, step)
    }

    /// Nodes of the blocks of one layer.
    fn slab(&self, blocks: &Blocks, z: usize) -> [Part; 2] {
        let board = self.stencil.board;
        let mut parts = [Part::new(), Part::new()];
        for block in z * blocks.slab()..(z + 1) * blocks.slab() {
            let at = place(blocks.dims, block);
            let set = usize::from(self.open[block]);
            let part = &mut parts[colour_of(at)];
            for piece in 0..self.pieces.count[set] {
                self.push_edges(blocks, block, piece, part);
                for corner in 0..8 {
                    if self.pieces.label[set][corner] == piece {
                        let row = (2 * at[2] + (corner >> 2)) * board.dims[1]
                            + 2 * at[1]
                            + (corner >> 1 & 1);
                        let (colour, entry) = board.entry(2 * at[0] + (corner & 1), row);
                        part.children[colour].item.push(entry as u32);
                    }
                }
                part.close();
            }
        }
        parts
    }

    fn push_edges(&self, blocks: &Blocks, block: usize, piece: u8, part: &mut Part) {
        let at = place(blocks.dims, block);
        let set = usize::from(self.open[block]);
        for axis in 0..3 {
            for upper in [false, true] {
                let mut to = at;
                if upper {
                    to[axis] += 1;
                } else {
                    to[axis] = to[axis].wrapping_sub(1);
                }
                if to[axis] >= blocks.dims[axis] {
                    continue;
                }
                let next = index(blocks.dims, to);
                let next_set = usize::from(self.open[next]);
                let first = blocks.first[next];
                if self.walls.all_or_nothing() && set == 255 && next_set == 255 {
                    part.edges.item.push(first);
                    part.weight.push(4.0);
                    continue;
                }
                // At most four pieces fit in a block.
                let mut sums = [0.0_f32; 4];
                for corner in 0..8_usize {
                    let mirror = corner ^ (1 << axis);
                    if (corner >> axis & 1 == 1) == upper
                        && self.pieces.label[set][corner] == piece
                        && next_set >> mirror & 1 == 1
                    {
                        let other = self.pieces.label[next_set][mirror];
                        sums[usize::from(other)] += self.face(at, corner, axis, upper);
                    }
                }
                for (other, &weight) in sums.iter().enumerate() {
                    if weight > 0.0 {
                        part.edges.item.push(first + other as u32);
                        part.weight.push(weight);
                    }
                }
            }
        }
    }
}

fn first_level(stencil: &Stencil, walls: &Walls<'_>) -> (Level, Blocks) {
    let [nx, ny, nz] = stencil.board.dims;
    let dims = [nx.div_ceil(2), ny.div_ceil(2), nz.div_ceil(2)];
    let pieces = Pieces::new();
    let mut open = vec![0_u8; dims[0] * dims[1] * dims[2]];
    open.par_chunks_mut(dims[0])
        .enumerate()
        .for_each(|(block_row, out)| {
            let (by, bz) = (block_row % dims[1], block_row / dims[1]);
            for pair in 0..4 {
                let (y, z) = (2 * by + (pair & 1), 2 * bz + (pair >> 1));
                if y >= ny || z >= nz {
                    continue;
                }
                for x in 0..nx {
                    if walls.open((z * ny + y) * nx + x) {
                        out[x / 2] |= 1 << (2 * pair + (x & 1));
                    }
                }
            }
        });
    let count = open
        .iter()
        .map(|&set| u32::from(pieces.count[usize::from(set)]))
        .collect();
    let blocks = Blocks::number(dims, count);
    let ground = Ground {
        stencil,
        walls,
        pieces,
        open,
    };
    let slabs: Vec<[Part; 2]> = (0..dims[2])
        .into_par_iter()
        .map(|z| ground.slab(&blocks, z))
        .collect();
    (Level::new(&slabs, stencil.face_sum[0].len()), blocks)
}

/// What a next level is built from: the nodes of a level and the coarse block each lies in.
struct Below<'a> {
    level: &'a Level,
    blocks: &'a Blocks,
    dims: [usize; 3],
    coarse_block: [Vec<u32>; 2],
}

impl Below<'_> {
    /// Nodes (colour, number) inside a coarse block, in a fixed order.
    fn members(&self, coarse: usize, out: &mut Vec<(usize, u32)>) {
        out.clear();
        let at = place(self.dims, coarse);
        for corner in 0..8 {
            let inner = [
                2 * at[0] + (corner & 1),
                2 * at[1] + (corner >> 1 & 1),
                2 * at[2] + (corner >> 2),
            ];
            if (0..3).all(|axis| inner[axis] < self.blocks.dims[axis]) {
                let block = index(self.blocks.dims, inner);
                let first = self.blocks.first[block];
                let colour = colour_of(inner);
                out.extend((first..first + self.blocks.count[block]).map(|node| (colour, node)));
            }
        }
    }

    /// Labels the connected pieces among `members`; returns their number.
    fn pieces(&self, coarse: usize, members: &[(usize, u32)], label: &mut Vec<u32>) -> u32 {
        label.clear();
        label.resize(members.len(), u32::MAX);
        let mut count = 0;
        let mut stack = Vec::new();
        for seed in 0..members.len() {
            if label[seed] != u32::MAX {
                continue;
            }
            label[seed] = count;
            stack.push(seed);
            while let Some(member) = stack.pop() {
                let (colour, node) = members[member];
                for &next in self.level.parts[colour].edges.of(node as usize) {
                    if self.coarse_block[1 - colour][next as usize] as usize != coarse {
                        continue;
                    }
                    let found = members.iter().position(|&m| m == (1 - colour, next));
                    if let Some(other) = found
                        && label[other] == u32::MAX
                    {
                        label[other] = count;
                        stack.push(other);
                    }
                }
            }
            count += 1;
        }
        count
    }

    /// Coarse nodes of one layer. `parent` counts within the colour of the coarse block.
    fn slab(&self, coarser: &Blocks, parent: &[Vec<u32>; 2], z: usize) -> [Part; 2] {
        let mut parts = [Part::new(), Part::new()];
        let (mut members, mut edges) = (Vec::new(), Vec::<(u32, f32)>::new());
        for coarse in z * coarser.slab()..(z + 1) * coarser.slab() {
            self.members(coarse, &mut members);
            let part = &mut parts[colour_of(place(self.dims, coarse))];
            let first = coarser.first[coarse];
            for piece in first..first + coarser.count[coarse] {
                edges.clear();
                for &(colour, node) in &members {
                    if parent[colour][node as usize] != piece {
                        continue;
                    }
                    part.children[colour].item.push(node);
                    let from = &self.level.parts[colour];
                    let start = from.edges.start[node as usize] as usize;
                    for (i, &next) in from.edges.of(node as usize).iter().enumerate() {
                        if self.coarse_block[1 - colour][next as usize] as usize == coarse {
                            continue;
                        }
                        let to = parent[1 - colour][next as usize];
                        let weight = from.weight[start + i];
                        match edges.iter_mut().find(|edge| edge.0 == to) {
                            Some(edge) => edge.1 += weight,
                            None => edges.push((to, weight)),
                        }
                    }
                }
                for &(to, weight) in &edges {
                    part.edges.item.push(to);
                    part.weight.push(weight);
                }
                part.close();
            }
        }
        parts
    }
}

/// Of a slab: pieces of each coarse block, and (colour, node, piece) of each member.
type Labelled = (Vec<u32>, Vec<(usize, u32, u32)>);

fn next_level(level: &Level, blocks: &Blocks) -> (Level, Blocks) {
    let dims = blocks.dims.map(|n| n.div_ceil(2));
    let total = dims[0] * dims[1] * dims[2];
    let mut coarse_block = [0, 1].map(|colour: usize| vec![0_u32; level.parts[colour].nodes()]);
    for block in 0..blocks.count.len() {
        let at = place(blocks.dims, block);
        let coarse = index(dims, at.map(|n| n / 2)) as u32;
        let first = blocks.first[block] as usize;
        coarse_block[colour_of(at)][first..first + blocks.count[block] as usize].fill(coarse);
    }
    let below = Below {
        level,
        blocks,
        dims,
        coarse_block,
    };
    let slab = dims[0] * dims[1];
    let labelled: Vec<Labelled> = (0..dims[2])
        .into_par_iter()
        .map(|z| {
            let (mut members, mut label) = (Vec::new(), Vec::new());
            let (mut count, mut pieces) = (Vec::new(), Vec::new());
            for coarse in z * slab..(z + 1) * slab {
                below.members(coarse, &mut members);
                count.push(below.pieces(coarse, &members, &mut label));
                for (&(colour, node), &piece) in members.iter().zip(&label) {
                    pieces.push((colour, node, piece));
                }
            }
            (count, pieces)
        })
        .collect();
    let mut count = Vec::with_capacity(total);
    for (slab_count, _) in &labelled {
        count.extend_from_slice(slab_count);
    }
    let coarser = Blocks::number(dims, count);
    let mut parent = [0, 1].map(|colour: usize| vec![0_u32; level.parts[colour].nodes()]);
    for (_, pieces) in &labelled {
        for &(colour, node, piece) in pieces {
            let coarse = below.coarse_block[colour][node as usize] as usize;
            parent[colour][node as usize] = coarser.first[coarse] + piece;
        }
    }
    let slabs: Vec<[Part; 2]> = (0..dims[2])
        .into_par_iter()
        .map(|z| below.slab(&coarser, &parent, z))
        .collect();
    (Level::new(&slabs, level.parts[0].nodes()), coarser)
}
