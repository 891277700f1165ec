//! The first coarser level of bricks of one modulus. An element of it is a block of 2 x 2 x 2 sites, of which
//! each is bone or not: 256 kinds, and some more where nodes inside of it are held. A number per element says
//! which.

use std::collections::BTreeMap;

use nalgebra::SMatrix;

use super::brick::DEGREES;
use super::fine::{Fine, neighbour};
use super::held::Held;
use super::lattice::Nodes;
use super::stencil::{Stencil, add, four, total};

type Matrix = SMatrix<f64, DEGREES, DEGREES>;

/// Weights of the corners of a block at a node inside of it, whose place is 0, 1 or 2 along each axis.
pub(super) fn weight(at: [usize; 3], corner: usize) -> f64 {
    let along = |axis: usize| {
        let upper = 0.5 * at[axis] as f64;
        if corner >> axis & 1 == 1 {
            upper
        } else {
            1.0 - upper
        }
    };
    along(0) * along(1) * along(2)
}

/// Elements of a level by their kind.
#[derive(Debug, Clone)]
pub(super) struct Kinds {
    pub(super) nodes: Nodes,
    /// Kind of the element at each place; 0 is nothing.
    of: Vec<u16>,
    /// Of each kind the rows of each corner: 24 columns of three, and one number more.
    rows: Vec<[[f32; 73]; 8]>,
}

/// Stiffness of a block: of the bricks in `set`, where each node of it moves as the corners say but in what is
/// held.
fn element(fine: &Fine, set: usize, held: impl Fn([usize; 3]) -> u8) -> [[f32; 73]; 8] {
    let brick = Matrix::from_fn(|i, j| fine.brick.stiffness[i][j]);
    let mut sum = Matrix::zeros();
    for child in (0..8).filter(|child| set >> child & 1 == 1) {
        let mut motion = Matrix::zeros();
        for corner in 0..8 {
            let at = [0, 1, 2].map(|axis| (child >> axis & 1) + (corner >> axis & 1));
            let held = held(at);
            for coarse in 0..8 {
                for component in (0..3).filter(|component| held >> component & 1 == 0) {
                    motion[(3 * corner + component, 3 * coarse + component)] = weight(at, coarse);
                }
            }
        }
        sum += motion.transpose() * brick * motion;
    }
    let mut rows = [[0.0; 73]; 8];
    for (corner, rows) in rows.iter_mut().enumerate() {
        for column in 0..DEGREES {
            for row in 0..3 {
                rows[3 * column + row] = sum[(3 * corner + row, column)] as f32;
            }
        }
    }
    rows
}

impl Kinds {
    /// The blocks of the level of the bricks, on nodes of twice their distance.
    pub(super) fn new(fine: &Fine, held: &Held, nodes: Nodes) -> Self {
        let mut of = vec![0_u16; nodes.lattice.len()];
        let mut rows = vec![[[0.0; 73]; 8]];
        let mut known = BTreeMap::new();
        let [nx, ny, nz] = nodes.lattice.cells;
        for z in 0..nz {
            for y in 0..ny {
                for x in 0..nx {
                    let below = fine.nodes.lattice.place([2 * x, 2 * y, 2 * z]);
                    let has = |child: usize| {
                        usize::from(fine.has_cell(fine.nodes.lattice.corner(below, child)))
                    };
                    let set = (0..8).fold(0, |set, child| set | has(child) << child);
                    if set == 0 {
                        continue;
                    }
                    let kind = known
                        .entry((set, held.class([x, y, z])))
                        .or_insert_with(|| {
                            let at = |at: [usize; 3]| {
                                held.at([2 * x + at[0], 2 * y + at[1], 2 * z + at[2]])
                            };
                            rows.push(element(fine, set, at));
                            (rows.len() - 1) as u16
                        });
                    of[nodes.lattice.place([x, y, z])] = *kind;
                }
            }
        }
        Self { nodes, of, rows }
    }

    /// Product of the row of a node with all motions.
    #[inline]
    pub(super) fn row(&self, node: usize, motion: &[[f32; 3]]) -> [f32; 3] {
        let (nodes, place) = (&self.nodes, self.nodes.places[node] as usize);
        let mut near = [[0.0_f32; 3]; 27];
        for (row, first) in nodes.lattice.rows(place).into_iter().enumerate() {
            for (step, &number) in nodes.number[first..first + 3].iter().enumerate() {
                near[3 * row + step] = motion[number as usize];
            }
        }
        let mut sums = [[0.0_f32; 4]; 3];
        for octant in 0..8 {
            let kind = self.of[nodes.lattice.cell(place, octant)];
            if kind == 0 {
                continue;
            }
            let own = 7 ^ octant;
            let rows = &self.rows[usize::from(kind)][own];
            for corner in 0..8 {
                let u = near[neighbour(own, corner)];
                for (column, sum) in sums.iter_mut().enumerate() {
                    add(sum, four(rows, 9 * corner + 3 * column), u[column]);
                }
            }
        }
        total(sums)
    }

    /// The stencil of a node.
    pub(super) fn stencil(&self, node: usize, out: &mut Stencil<f32>) {
        let place = self.nodes.places[node] as usize;
        out.fill(0.0);
        for octant in 0..8 {
            let kind = usize::from(self.of[self.nodes.lattice.cell(place, octant)]);
            let own = 7 ^ octant;
            for column in 0..DEGREES {
                let first = 9 * neighbour(own, column / 3) + 3 * (column % 3);
                for row in 0..3 {
                    out[first + row] += self.rows[kind][own][3 * column + row];
                }
            }
        }
    }
}
