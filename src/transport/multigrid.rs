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

mod compartments;
mod cycle;
mod first;
mod graph;
mod lattice;
mod next;

use super::blocks::Walls;
use super::checkerboard::{Board, Halves, Stencil};
pub(super) use compartments::{Compartments, Role};
pub(super) use cycle::{Fine, cycle};
use first::first_level;
use graph::{Level, for_nodes};
use lattice::Layers;
use next::next_level;

/// Factor on the conductances per level.
const SOFTENING: f32 = 0.5;

/// Nodes that one task works on.
const TASK: usize = 2048;

/// Vectors of one level while a signal is solved.
#[derive(Debug, Clone)]
pub(in crate::transport) struct Work {
    inverse: Halves,
    b: Halves,
    x: Halves,
    red_residual: Vec<f32>,
}

/// All levels below the lattice: as boxes where every site takes part, else as graphs.
#[derive(Debug, Clone)]
pub(super) enum Coarser {
    /// Boxes.
    Boxes(Layers),
    /// Graphs.
    Graphs(Hierarchy),
}

impl Coarser {
    /// Coarser levels of a lattice of which every site takes part.
    pub(super) fn of_open(stencil: &Stencil) -> Self {
        Self::Boxes(Layers::new(stencil))
    }

    /// Takes over other conductances of the same lattice; false of graphs, which are formed anew.
    pub(super) fn lay(&mut self, stencil: &Stencil) -> bool {
        match self {
            Self::Boxes(layers) => {
                layers.lay(stencil);
                true
            }
            Self::Graphs(_) => false,
        }
    }

    pub(super) fn work(&self) -> Vec<Work> {
        match self {
            Self::Boxes(layers) => layers.work(),
            Self::Graphs(hierarchy) => hierarchy.work(),
        }
    }

    /// Sets the diagonals of all levels: `exchange` per unit of conductance on the lattice, and
    /// `mass`, what else leaves each site.
    pub(super) fn prepare(&self, lattice: &Board, exchange: f32, mass: &Halves, work: &mut [Work]) {
        match self {
            Self::Boxes(layers) => layers.prepare(lattice, exchange, mass, work),
            Self::Graphs(hierarchy) => hierarchy.prepare(exchange, mass, work),
        }
    }
}

/// Every level below the lattice.
#[derive(Debug, Clone)]
pub(super) struct Hierarchy {
    levels: Vec<Level>,
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

    fn work(&self) -> Vec<Work> {
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

    /// As [`Coarser::prepare`].
    fn prepare(&self, exchange: f32, mass: &Halves, work: &mut [Work]) {
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
}
