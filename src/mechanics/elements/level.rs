//! One level: its operator, its inverse blocks, and the coarser level that follows from it exactly.

use std::sync::Arc;

use crate::numerics::parallel::prelude::*;
use crate::numerics::reduce::ordered_sum;

use super::block::{Block, inverse, product};
use super::fine::Fine;
use super::held::Held;
use super::kinds::Kinds;
use super::lattice::{Lattice, Nodes};
use super::stencil::{STENCIL, Stencil, gathered};

/// Nodes that one task works on.
pub(super) const TASK: usize = 1024;
/// Multiplications by which the largest eigenvalue of a level is found.
const POWERS: usize = 12;
/// What is added to it, as these come from below.
const ABOVE: f64 = 1.15;
/// Place of the node's own block in a stencil.
const OWN: usize = 9 * 13;

/// The operator of a level.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    /// Bricks.
    Fine(Arc<Fine>),
    /// Blocks of bricks by their kind.
    Kinds(Kinds),
    /// A stencil for each node.
    Stored(Nodes, Vec<Stencil<f32>>),
}

/// Inverse blocks of the nodes.
#[derive(Debug, Clone)]
enum Inverses {
    /// By the cells around a node and what is held: at `8 set + held`.
    Table(Vec<Block>),
    /// Of each node.
    Each(Vec<Block>),
}

/// One level.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) rows: Rows,
    inverses: Inverses,
    /// Largest eigenvalue of the operator against its blocks, or above it.
    pub(super) largest: f32,
}

impl Rows {
    pub(super) fn nodes(&self) -> &Nodes {
        match self {
            Self::Fine(fine) => &fine.nodes,
            Self::Kinds(kinds) => &kinds.nodes,
            Self::Stored(nodes, _) => nodes,
        }
    }

    /// The stencil of a node.
    pub(super) fn stencil(&self, node: usize, out: &mut Stencil<f32>) {
        match self {
            Self::Fine(fine) => fine.stencil(node, out),
            Self::Kinds(kinds) => kinds.stencil(node, out),
            Self::Stored(_, stencils) => out.copy_from_slice(&stencils[node]),
        }
    }
}

/// Something for each node.
fn for_nodes<T: Send>(count: usize, each: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    (0..count)
        .into_par_iter()
        .with_min_len(TASK)
        .map(each)
        .collect()
}

impl Level {
    /// The level of the bricks.
    pub(super) fn finest(fine: Arc<Fine>) -> Self {
        let largest = fine.brick.largest_eigenvalue() as f32;
        let inverses = if fine.moduli.is_some() {
            Inverses::Each(for_nodes(fine.nodes.len(), |node| {
                let mut stencil = [0.0; STENCIL];
                fine.stencil(node, &mut stencil);
                inverse(&stencil, OWN, fine.nodes.held[node])
            }))
        } else {
            let entry = |entry: usize| inverse(fine.of_set(entry / 8), OWN, (entry % 8) as u8);
            Inverses::Table((0..256 * 8).map(entry).collect())
        };
        Self {
            rows: Rows::Fine(fine),
            inverses,
            largest,
        }
    }

    fn coarse(mut rows: Rows) -> Self {
        let own = |node: usize| {
            let mut stencil = [0.0; STENCIL];
            rows.stencil(node, &mut stencil);
            let mut block = [0.0; 9];
            block.copy_from_slice(&stencil[OWN..OWN + 9]);
            block
        };
        let blocks = for_nodes(rows.nodes().len(), own);
        // Where nothing that is free depends on a component, it is held.
        let mut held = rows.nodes().held.clone();
        for (held, block) in held.iter_mut().zip(&blocks) {
            for axis in (0..3).filter(|axis| block[4 * axis] <= 0.0) {
                *held |= 1 << axis;
            }
        }
        let inverses = for_nodes(blocks.len(), |node| inverse(&blocks[node], 0, held[node]));
        match &mut rows {
            Rows::Fine(_) => {}
            Rows::Kinds(kinds) => kinds.nodes.held = held,
            Rows::Stored(nodes, _) => nodes.held = held,
        }
        let mut level = Self {
            rows,
            inverses: Inverses::Each(inverses),
            largest: 0.0,
        };
        level.largest = level.by_powers() as f32;
        level
    }

    pub(super) fn nodes(&self) -> &Nodes {
        self.rows.nodes()
    }

    /// Product of the row of a node with all motions.
    #[inline]
    pub(super) fn row(&self, node: usize, motion: &[[f32; 3]]) -> [f32; 3] {
        match &self.rows {
            Rows::Fine(fine) => fine.row(node, motion),
            Rows::Kinds(kinds) => kinds.row(node, motion),
            Rows::Stored(nodes, stencils) => gathered(&stencils[node], nodes, node, motion),
        }
    }

    /// Product of the inverse block of a node.
    #[inline]
    pub(super) fn relaxed(&self, node: usize, residual: [f32; 3]) -> [f32; 3] {
        let block = match (&self.inverses, &self.rows) {
            (Inverses::Table(table), Rows::Fine(fine)) => {
                &table[8 * usize::from(fine.sets[node]) + usize::from(fine.nodes.held[node])]
            }
            (Inverses::Table(each) | Inverses::Each(each), _) => &each[node],
        };
        product(block, residual)
    }

    /// Estimate of the largest eigenvalue from powers of the operator.
    fn by_powers(&self) -> f64 {
        let count = self.nodes().len();
        let held = &self.nodes().held;
        // A start in which every wave has a part, the same in every run.
        let start = |node: usize| {
            let number = |axis: u64| {
                let mixed = (3 * node as u64 + axis + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                (mixed >> 40) as f32 / 16_777_216.0 - 0.5
            };
            let free = |axis: u8| f32::from(u8::from(held[node] >> axis & 1 == 0));
            [
                free(0) * number(0),
                free(1) * number(1),
                free(2) * number(2),
            ]
        };
        let mut v = for_nodes(count, start);
        v.push([0.0; 3]);
        let norm = |v: &[[f32; 3]]| {
            let of = |node: usize| {
                v[node]
                    .iter()
                    .map(|&part| f64::from(part) * f64::from(part))
            };
            ordered_sum(count, |node| of(node).sum()).sqrt()
        };
        let mut largest = 0.0;
        for _ in 0..POWERS {
            let before = norm(&v);
            if before <= 0.0 {
                return 1.0;
            }
            let scale = (1.0 / before) as f32;
            v = for_nodes(count, |node| {
                self.relaxed(node, self.row(node, &v))
                    .map(|part| scale * part)
            });
            v.push([0.0; 3]);
            largest = norm(&v);
        }
        ABOVE * largest
    }

    /// The next coarser level.
    pub(super) fn coarser(&self, held: &Held) -> Self {
        let nodes = coarse_nodes(self.nodes(), &held.coarser());
        let rows = match &self.rows {
            Rows::Fine(fine) if fine.moduli.is_none() => Rows::Kinds(Kinds::new(fine, held, nodes)),
            rows => {
                let stencils = for_nodes(nodes.len(), |node| galerkin(rows, &nodes, node));
                Rows::Stored(nodes, stencils)
            }
        };
        Self::coarse(rows)
    }
}

/// Nodes of twice the distance on which something free depends.
fn coarse_nodes(fine: &Nodes, held: &Held) -> Nodes {
    let lattice = Lattice::new(fine.lattice.cells.map(|cells| cells.div_ceil(2)));
    let mut is_needed = vec![false; lattice.len()];
    for (&place, _) in fine
        .places
        .iter()
        .zip(&fine.held)
        .filter(|(_, held)| **held != 7)
    {
        let at = fine.lattice.at(place as usize);
        let base = lattice.place(at.map(|along| along / 2));
        for corner in 0..8 {
            if (0..3).all(|axis| at[axis] & 1 >= corner >> axis & 1) {
                is_needed[lattice.corner(base, corner)] = true;
            }
        }
    }
    Nodes::new(
        lattice,
        |place, at| is_needed[place] && held.at(at) != 7,
        |at| held.at(at),
    )
}

/// Weights of coarse nodes -1, 0, 1 at fine nodes -2 to 2 around the fine node of coarse node 0.
const WEIGHTS: [[f64; 3]; 5] = [
    [1.0, 0.0, 0.0],
    [0.5, 0.5, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.5, 0.5],
    [0.0, 0.0, 1.0],
];

/// The stencil of a coarse node: `P^T A P` with the trilinear `P` that moves nothing that is held.
fn galerkin(fine: &Rows, coarse: &Nodes, node: usize) -> Stencil<f32> {
    let nodes = fine.nodes();
    let at = coarse.lattice.at(coarse.places[node] as usize);
    let middle = nodes.lattice.place(at.map(|along| 2 * along));
    let step = |steps: usize| {
        (steps / 9) * nodes.lattice.plane + (steps / 3 % 3) * nodes.lattice.row + steps % 3
    };
    let first = middle - step(13);
    // Rows of the fine nodes that the coarse node moves, over the 5 x 5 x 5 fine nodes that these pull at.
    let mut pulls = [[0.0_f64; 9]; 125];
    let mut stencil = [0.0; STENCIL];
    for around in 0..27 {
        let Some(number) = nodes.found(first + step(around)) else {
            continue;
        };
        let [x, y, z] = [around % 3, around / 3 % 3, around / 9];
        let half = |along: usize| if along == 1 { 1.0 } else { 0.5 };
        let weight = half(x) * half(y) * half(z);
        fine.stencil(number, &mut stencil);
        for near in 0..27 {
            let to = (z + near / 9) * 25 + (y + near / 3 % 3) * 5 + x + near % 3;
            for entry in (0..9).filter(|entry| nodes.held[number] >> (entry % 3) & 1 == 0) {
                pulls[to][entry] += weight * f64::from(stencil[9 * near + entry]);
            }
        }
    }
    let mut out = [0.0_f64; STENCIL];
    for (from, pulls) in pulls.iter().enumerate() {
        let [x, y, z] = [from % 5, from / 5 % 5, from / 25];
        if pulls.iter().all(|&pull| pull == 0.0) {
            continue;
        }
        let place = middle + z * nodes.lattice.plane + y * nodes.lattice.row + x;
        let place = place - 2 * (nodes.lattice.plane + nodes.lattice.row + 1);
        let Some(number) = nodes.found(place) else {
            continue;
        };
        for to in 0..27 {
            let weight = WEIGHTS[x][to % 3] * WEIGHTS[y][to / 3 % 3] * WEIGHTS[z][to / 9];
            if weight > 0.0 {
                for entry in (0..9).filter(|entry| nodes.held[number] >> (entry / 3) & 1 == 0) {
                    out[9 * to + entry] += weight * pulls[entry];
                }
            }
        }
    }
    out.map(|value| value as f32)
}
