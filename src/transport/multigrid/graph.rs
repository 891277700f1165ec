//! A level of the hierarchy: coarse nodes of both colours, their edges, and what lies below them.

use crate::numerics::parallel::prelude::*;

use super::{TASK, Work};
use crate::transport::checkerboard::Halves;

/// Items of consecutive owners: those of owner `i` are `item[start[i]..start[i + 1]]`.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    pub(super) start: Vec<u32>,
    pub(super) item: Vec<u32>,
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

    pub(super) fn of(&self, owner: usize) -> &[u32] {
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
pub(super) struct Part {
    /// Neighbours, counted within the other colour.
    pub(super) edges: Lists,
    pub(super) weight: Vec<f32>,
    pub(super) face_sum: Vec<f32>,
    /// Children of either colour on the finer level, counted within that colour.
    pub(super) children: [Lists; 2],
}

impl Part {
    pub(super) fn new() -> Self {
        Self {
            edges: Lists::new(),
            weight: Vec::new(),
            face_sum: Vec::new(),
            children: [Lists::new(), Lists::new()],
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.face_sum.len()
    }

    /// Ends the node whose edges and children were pushed last.
    pub(super) fn close(&mut self) {
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
    pub(super) fn neighbour_sum(&self, node: usize, other: &[f32]) -> f32 {
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
pub(super) struct Blocks {
    pub(super) dims: [usize; 3],
    pub(super) first: Vec<u32>,
    pub(super) count: Vec<u32>,
}

impl Blocks {
    /// Numbers the nodes of each colour in the order of the blocks.
    pub(super) fn number(dims: [usize; 3], count: Vec<u32>) -> Self {
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

    pub(super) fn slab(&self) -> usize {
        self.dims[0] * self.dims[1]
    }
}

pub(super) fn place(dims: [usize; 3], block: usize) -> [usize; 3] {
    let rest = block / dims[0];
    [block % dims[0], rest % dims[1], rest / dims[1]]
}

pub(super) fn index(dims: [usize; 3], at: [usize; 3]) -> usize {
    (at[2] * dims[1] + at[1]) * dims[0] + at[0]
}

pub(super) fn colour_of(at: [usize; 3]) -> usize {
    (at[0] + at[1] + at[2]) & 1
}

/// A coarse level: nodes of both colours, and who on the finer level belongs to whom.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) parts: [Part; 2],
    /// Parent of every red node of the finer level: node, and colour in the lowest bit.
    parent_of_red: Vec<u32>,
}

impl Level {
    pub(super) fn new(slabs: &[[Part; 2]], finer_reds: usize) -> Self {
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

    pub(super) fn zeros(&self) -> Halves {
        [
            vec![0.0; self.parts[0].nodes()],
            vec![0.0; self.parts[1].nodes()],
        ]
    }

    /// `b` of this level: sums of the finer residual, which is 0 on black nodes.
    pub(super) fn restrict(&self, red_residual: &[f32], b: &mut Halves) {
        for (part, b) in self.parts.iter().zip(b) {
            for_nodes(b, |node| {
                let children = part.children[0].of(node);
                children.iter().map(|&c| red_residual[c as usize]).sum()
            });
        }
    }

    /// Sums of a vector of the finer level over the children of every node.
    pub(super) fn gather(&self, finer: &Halves, out: &mut Halves) {
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
    pub(super) fn above(&self, red: usize, x: &Halves) -> f32 {
        let parent = self.parent_of_red[red];
        x[(parent & 1) as usize][(parent >> 1) as usize]
    }

    /// One Gauss-Seidel update of a colour.
    pub(super) fn relax(&self, colour: usize, exchange: f32, work: &mut Work) {
        let (part, b, inverse) = (&self.parts[colour], &work.b[colour], &work.inverse[colour]);
        let (own, other) = pair(&mut work.x, colour);
        for_nodes(own, |node| {
            (b[node] + exchange * part.neighbour_sum(node, other)) * inverse[node]
        });
    }
}

/// Sets every entry, in parallel.
pub(super) fn for_nodes(out: &mut [f32], value: impl Fn(usize) -> f32 + Sync) {
    out.par_chunks_mut(TASK)
        .enumerate()
        .for_each(|(task, chunk)| {
            for (i, entry) in chunk.iter_mut().enumerate() {
                *entry = value(task * TASK + i);
            }
        });
}

/// The half of this colour to write, the other to read.
pub(in crate::transport) fn pair(halves: &mut Halves, colour: usize) -> (&mut Vec<f32>, &Vec<f32>) {
    let [red, black] = halves;
    if colour == 0 {
        (red, black)
    } else {
        (black, red)
    }
}
