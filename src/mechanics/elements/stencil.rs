//! The 27 blocks of 3 x 3 by which a node pulls at its neighbours, and what is gathered with them.

use super::lattice::Nodes;
use super::vector::Number;

/// Numbers of a stencil: 27 blocks column by column, and one that lets the last column be read as four.
pub(super) const STENCIL: usize = 244;

/// Block of neighbour `n`, column `c`, row `r` at `9 n + 3 c + r`.
pub(super) type Stencil<T> = [T; STENCIL];

/// Adds `column` times `by`; the fourth lane is without meaning.
#[inline]
pub(super) fn add<T: Number>(to: &mut [T; 4], column: [T; 4], by: T) {
    for (to, lane) in to.iter_mut().zip(column) {
        *to = *to + lane * by;
    }
}

/// Four numbers from here on.
#[inline]
pub(super) fn four<T: Number>(of: &[T], from: usize) -> [T; 4] {
    let four = &of[from..from + 4];
    [four[0], four[1], four[2], four[3]]
}

/// Product of the row of a node with all motions.
#[inline]
pub(super) fn gathered<T: Number>(
    stencil: &Stencil<T>,
    nodes: &Nodes,
    node: usize,
    motion: &[[T; 3]],
) -> [T; 3] {
    let mut sums = [[T::default(); 4]; 3];
    let rows = nodes.lattice.rows(nodes.places[node] as usize);
    for (row, &first) in rows.iter().enumerate() {
        let numbers = &nodes.number[first..first + 3];
        for (step, &number) in numbers.iter().enumerate() {
            let u = motion[number as usize];
            let block = 9 * (3 * row + step);
            for (column, sum) in sums.iter_mut().enumerate() {
                add(sum, four(stencil, block + 3 * column), u[column]);
            }
        }
    }
    total(sums)
}

/// The three lanes of three sums.
#[inline]
pub(super) fn total<T: Number>(sums: [[T; 4]; 3]) -> [T; 3] {
    [0, 1, 2].map(|lane| sums[0][lane] + sums[1][lane] + sums[2][lane])
}
