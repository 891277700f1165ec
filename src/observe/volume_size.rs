//! How large a volume of a lattice is in a record.

use crate::tissue::grid::Grid;

/// Sites of a volume at most: a picture shows no more, and a record stays small.
pub(crate) const MOST: usize = 1 << 21;

/// Cells of a volume at most.
pub(crate) const MOST_CELLS: usize = 200_000;

/// Bytes of a cell in a record, about.
const CELL_BYTES: usize = 17;

/// Sites of the lattice along each edge of a site of its volume.
pub(super) fn coarseness(grid: &Grid) -> usize {
    let sites = |by: usize| {
        grid.dims
            .map(|sites| sites.div_ceil(by))
            .iter()
            .product::<usize>()
    };
    (1..=grid.len()).find(|&by| sites(by) <= MOST).unwrap_or(1)
}

/// Bytes that a volume of a lattice takes in a record, with a cell on one of twenty sites.
pub(crate) fn bytes(grid: &Grid) -> f64 {
    if grid.is_section() {
        return 0.0;
    }
    let by = coarseness(grid);
    let sites: usize = grid.dims.map(|sites| sites.div_ceil(by)).iter().product();
    let cells = (grid.len() / 20).min(MOST_CELLS);
    (2 * sites + cells * CELL_BYTES) as f64
}
