//! Places of nodes and cells of a level: boxes with a border of nothing, one place wide below and two above
//! (where a coarser level may reach one place further), so that no neighbour
//! needs to be looked for. The cell between eight nodes has the place of the lowest of them.

/// Number of a node that is not there: the entry behind the last node, whose motion is zero.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A box of cells with its border.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lattice {
    /// Cells along x, y, z.
    pub(super) cells: [usize; 3],
    /// Step to the next node along y.
    pub(super) row: usize,
    /// Step to the next node along z.
    pub(super) plane: usize,
}

impl Lattice {
    pub(super) const fn new(cells: [usize; 3]) -> Self {
        let row = cells[0] + 4;
        Self {
            cells,
            row,
            plane: row * (cells[1] + 4),
        }
    }

    /// Places, those of the border among them.
    pub(super) const fn len(&self) -> usize {
        self.plane * (self.cells[2] + 4)
    }

    /// Place of the node, or of the cell above it, at x, y, z.
    pub(super) const fn place(&self, at: [usize; 3]) -> usize {
        (at[2] + 1) * self.plane + (at[1] + 1) * self.row + at[0] + 1
    }

    /// Where a place lies that is no border.
    pub(super) const fn at(&self, place: usize) -> [usize; 3] {
        let rest = place % self.plane;
        [
            rest % self.row - 1,
            rest / self.row - 1,
            place / self.plane - 1,
        ]
    }

    /// Places of the first of three neighbours of each of nine rows around a node, in the order of z, then y.
    pub(super) const fn rows(&self, place: usize) -> [usize; 9] {
        let first = place - self.plane - self.row - 1;
        let (r, p) = (self.row, self.plane);
        [
            first,
            first + r,
            first + 2 * r,
            first + p,
            first + p + r,
            first + p + 2 * r,
            first + 2 * p,
            first + 2 * p + r,
            first + 2 * p + 2 * r,
        ]
    }

    /// Place of the cell in direction `octant` of a node: bit 0, 1, 2 set for the upper one along x, y, z. The
    /// node is corner `7 - octant` of it.
    pub(super) const fn cell(&self, place: usize, octant: usize) -> usize {
        let lower = 7 ^ octant;
        place - (lower & 1) - (lower >> 1 & 1) * self.row - (lower >> 2) * self.plane
    }

    /// Places of the corners of a cell.
    pub(super) const fn corner(&self, cell: usize, corner: usize) -> usize {
        cell + (corner & 1) + (corner >> 1 & 1) * self.row + (corner >> 2) * self.plane
    }
}

/// The nodes of a level that are there, numbered in the order of their places.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    pub(super) lattice: Lattice,
    /// Number at each place; the number of nodes where there is none.
    pub(super) number: Vec<u32>,
    /// Place of each.
    pub(super) places: Vec<u32>,
    /// Bits of the components in which each is held: 1, 2, 4 for x, y, z.
    pub(super) held: Vec<u8>,
}

impl Nodes {
    /// Numbers the nodes that are there.
    pub(super) fn new(
        lattice: Lattice,
        is_there: impl Fn(usize, [usize; 3]) -> bool,
        held: impl Fn([usize; 3]) -> u8,
    ) -> Self {
        let mut number = vec![NOWHERE; lattice.len()];
        let (mut places, mut bits) = (Vec::new(), Vec::new());
        let [nx, ny, nz] = lattice.cells;
        for z in 0..=nz {
            for y in 0..=ny {
                let row = lattice.place([0, y, z]);
                for x in 0..=nx {
                    if is_there(row + x, [x, y, z]) {
                        number[row + x] = places.len() as u32;
                        places.push((row + x) as u32);
                        bits.push(held([x, y, z]));
                    }
                }
            }
        }
        let none = places.len() as u32;
        for number in &mut number {
            *number = (*number).min(none);
        }
        places.shrink_to_fit();
        bits.shrink_to_fit();
        Self {
            lattice,
            number,
            places,
            held: bits,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Number of the node at a place, if there is one.
    pub(super) fn found(&self, place: usize) -> Option<usize> {
        let number = self.number[place] as usize;
        (number < self.len()).then_some(number)
    }
}
