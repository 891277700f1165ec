//! Sites around a site: displacements in a fixed order, ready for one lattice.

use crate::tissue::grid::Grid;

/// Displacements in a fixed order, with what they are on the line of sites of one lattice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reach {
    by: Vec<[i32; 3]>,
    /// The same displacements as differences of index.
    steps: Vec<isize>,
    /// How far they lead along each axis.
    extent: [usize; 3],
}

impl Reach {
    /// These displacements, in their order.
    pub(crate) fn new(grid: &Grid, by: Vec<[i32; 3]>) -> Self {
        let [nx, ny, _] = grid.dims.map(|sites| sites as isize);
        let step = |&[dx, dy, dz]: &[i32; 3]| {
            let [dx, dy, dz] = [dx as isize, dy as isize, dz as isize];
            (dz * ny + dy) * nx + dx
        };
        let most = |axis: usize| by.iter().map(|by| by[axis].unsigned_abs()).max();
        Self {
            steps: by.iter().map(step).collect(),
            extent: [0, 1, 2].map(|axis| most(axis).unwrap_or(0) as usize),
            by,
        }
    }

    /// The same, by their distance; those as far apart keep their order.
    pub(crate) fn by_distance(grid: &Grid, mut by: Vec<[i32; 3]>) -> Self {
        by.sort_by_key(|step| step.iter().map(|along| along * along).sum::<i32>());
        Self::new(grid, by)
    }

    /// Number of displacements.
    pub(crate) const fn len(&self) -> usize {
        self.by.len()
    }

    /// True when there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// True of a place around which the sites of the reach and their neighbours all lie in the lattice.
    pub(crate) fn is_inner(&self, grid: &Grid, place: [usize; 3]) -> bool {
        let [x, y, z] = self.extent;
        let beyond = usize::from(!grid.is_section());
        grid.is_inner(place, [x + 1, y + 1, z + beyond])
    }

    /// The sites at these displacements from a site that lie inside the lattice, in their order.
    pub(crate) fn around(&self, grid: &Grid, site: usize) -> impl Iterator<Item = usize> + use<'_> {
        let (grid, place) = (*grid, grid.place(site));
        let is_inner = grid.is_inner(place, self.extent);
        self.by
            .iter()
            .zip(&self.steps)
            .filter_map(move |(&by, &step)| {
                if is_inner {
                    Some(site.wrapping_add_signed(step))
                } else {
                    grid.displaced(place, by)
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reach_is_the_displacements_that_stay_inside() {
        for grid in [
            Grid::cubic([7, 8, 9], 10.0),
            Grid::section(9, 8, 10.0, 50.0),
        ] {
            let by = grid.ball(25.0);
            let reach = Reach::new(&grid, by.clone());
            assert_eq!((reach.len(), reach.is_empty()), (by.len(), false));
            for site in 0..grid.len() {
                let expected: Vec<usize> =
                    by.iter().filter_map(|&by| grid.shifted(site, by)).collect();
                let found: Vec<usize> = reach.around(&grid, site).collect();
                assert_eq!(found, expected, "site {site}");
            }
        }
    }

    #[test]
    fn by_distance_the_site_comes_first() {
        let grid = Grid::cubic([9, 9, 9], 10.0);
        let reach = Reach::by_distance(&grid, grid.ball(20.0));
        let site = grid.index(4, 4, 4);
        let distances: Vec<f64> = reach
            .around(&grid, site)
            .map(|at| grid.distance2_um2(at, site))
            .collect();
        assert!(distances[0].abs() < 1e-12);
        assert!(distances.is_sorted(), "{distances:?}");
    }
}
