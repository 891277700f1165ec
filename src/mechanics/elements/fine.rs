//! The level of the bricks themselves: what a node feels follows from which of the eight sites around it are
//! bone, 256 cases in a table.

use super::brick::{Brick, DEGREES};
use super::lattice::Nodes;
use super::stencil::{STENCIL, Stencil, add, four, gathered, total};
use super::vector::Number;

/// Stencils for each set of the eight cells around a node, of unit modulus.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    sets: Vec<Stencil<T>>,
    /// Rows of each corner of the brick: its 24 columns of three, and one number more.
    corners: Vec<[T; 73]>,
}

/// Neighbour of `corner` of a brick that is its corner `other`.
pub(super) fn neighbour(corner: usize, other: usize) -> usize {
    let step = |bit: usize| 1 + (other >> bit & 1) - (corner >> bit & 1);
    9 * step(2) + 3 * step(1) + step(0)
}

impl<T: Number> Table<T> {
    fn new(brick: &Brick) -> Self {
        let value = |i: usize, j: usize| brick.stiffness[i][j];
        let sets = (0..256_usize).map(|set| {
            let mut sums = [0.0_f64; STENCIL];
            for octant in (0..8).filter(|octant| set >> octant & 1 == 1) {
                let corner = 7 ^ octant;
                for column in 0..DEGREES {
                    let first = 9 * neighbour(corner, column / 3) + 3 * (column % 3);
                    for row in 0..3 {
                        sums[first + row] += value(3 * corner + row, column);
                    }
                }
            }
            sums.map(T::of)
        });
        let corners = (0..8).map(|corner| {
            let mut rows = [T::default(); 73];
            for column in 0..DEGREES {
                for row in 0..3 {
                    rows[3 * column + row] = T::of(value(3 * corner + row, column));
                }
            }
            rows
        });
        Self {
            sets: sets.collect(),
            corners: corners.collect(),
        }
    }
}

/// All bricks, of one modulus or each of its own.
#[derive(Debug, Clone)]
pub(super) struct Fine {
    pub(super) nodes: Nodes,
    pub(super) brick: Brick,
    /// Which of the eight cells around each node are there.
    pub(super) sets: Vec<u8>,
    /// Modulus of each cell by its place against the stiffest, where there is more than one.
    pub(super) moduli: Option<Vec<f32>>,
    single: Table<f32>,
    double: Table<f64>,
}

/// A number format that the level of the bricks has a table of.
pub(super) trait InTable: Number {
    /// Its table.
    fn table(of: &Fine) -> &Table<Self>;
}

impl InTable for f32 {
    fn table(of: &Fine) -> &Table<Self> {
        &of.single
    }
}

impl InTable for f64 {
    fn table(of: &Fine) -> &Table<Self> {
        &of.double
    }
}

impl Fine {
    pub(super) fn new(nodes: Nodes, brick: Brick, sets: Vec<u8>, moduli: Option<Vec<f32>>) -> Self {
        Self {
            single: Table::new(&brick),
            double: Table::new(&brick),
            nodes,
            brick,
            sets,
            moduli,
        }
    }

    /// Whether there is a brick at a place.
    pub(super) fn has_cell(&self, place: usize) -> bool {
        self.nodes
            .found(place)
            .is_some_and(|node| self.sets[node] >> 7 == 1)
    }

    /// The stencil of a node with these cells around it, of unit modulus.
    pub(super) fn of_set(&self, set: usize) -> &Stencil<f32> {
        &self.single.sets[set]
    }

    /// Moduli of the eight cells around a node, by their octant.
    fn around(&self, moduli: &[f32], node: usize) -> [f32; 8] {
        let (set, place) = (self.sets[node], self.nodes.places[node] as usize);
        [0, 1, 2, 3, 4, 5, 6, 7].map(|octant| {
            if set >> octant & 1 == 1 {
                moduli[self.nodes.lattice.cell(place, octant)]
            } else {
                0.0
            }
        })
    }

    /// The modulus of all cells around a node, if they have but one.
    fn only(&self, node: usize, around: &[f32; 8]) -> Option<f32> {
        let set = self.sets[node];
        let one = around[set.trailing_zeros() as usize & 7];
        let alike =
            |octant: usize| set >> octant & 1 == 0 || around[octant].to_bits() == one.to_bits();
        (0..8).all(alike).then_some(one)
    }

    /// Product of the row of a node with all motions.
    #[inline]
    pub(super) fn row<T: InTable>(&self, node: usize, motion: &[[T; 3]]) -> [T; 3] {
        let table = T::table(self);
        let of_set = |node: usize| &table.sets[usize::from(self.sets[node])];
        let Some(moduli) = &self.moduli else {
            return gathered(of_set(node), &self.nodes, node, motion);
        };
        let around = self.around(moduli, node);
        if let Some(only) = self.only(node, &around) {
            let by = T::of(f64::from(only));
            return gathered(of_set(node), &self.nodes, node, motion).map(|value| value * by);
        }
        let place = self.nodes.places[node] as usize;
        let mut sums = [[T::default(); 4]; 3];
        for (octant, &modulus) in around.iter().enumerate() {
            if modulus > 0.0 {
                let cell = self.nodes.lattice.cell(place, octant);
                let by = T::of(f64::from(modulus));
                let rows = &table.corners[7 ^ octant];
                for corner in 0..8 {
                    let number = self.nodes.number[self.nodes.lattice.corner(cell, corner)];
                    let u = motion[number as usize];
                    for (column, sum) in sums.iter_mut().enumerate() {
                        add(sum, four(rows, 9 * corner + 3 * column), u[column] * by);
                    }
                }
            }
        }
        total(sums)
    }

    /// The stencil of a node.
    pub(super) fn stencil(&self, node: usize, out: &mut Stencil<f32>) {
        let table = &self.single;
        let Some(moduli) = &self.moduli else {
            out.copy_from_slice(&table.sets[usize::from(self.sets[node])]);
            return;
        };
        out.fill(0.0);
        for (octant, modulus) in self.around(moduli, node).into_iter().enumerate() {
            let corner = 7 ^ octant;
            for column in 0..DEGREES {
                let first = 9 * neighbour(corner, column / 3) + 3 * (column % 3);
                for row in 0..3 {
                    out[first + row] += modulus * table.corners[corner][3 * column + row];
                }
            }
        }
    }
}
