//! The lattice: a box of sites of one size. A section is a box with one layer.

use serde::{Deserialize, Serialize};

/// Steps to the 26 near neighbours in the order of their index, each with the number of axes along
/// which it leads.
const NEAR: [([isize; 3], usize); MOST_NEIGHBOURS] = {
    let mut near = [([0; 3], 0); MOST_NEIGHBOURS];
    let (mut number, mut count) = (0, 0);
    while number < 27 {
        let step = [number % 3 - 1, number / 3 % 3 - 1, number / 9 - 1];
        let axes = step[0] * step[0] + step[1] * step[1] + step[2] * step[2];
        if axes > 0 {
            near[count] = (step, axes as usize);
            count += 1;
        }
        number += 1;
    }
    near
};

/// Near neighbours of a site at most.
pub const MOST_NEIGHBOURS: usize = 26;

/// The near neighbours of any site of a lattice, where they are asked for again and again: those of
/// [`Grid::near_neighbours`], in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    /// Steps over the lattice from a site on no border.
    steps: [isize; MOST_NEIGHBOURS],
    count: usize,
}

/// The near neighbours of one site.
#[derive(Debug, Clone, Copy)]
pub struct Near {
    sites: [usize; MOST_NEIGHBOURS],
    count: usize,
}

impl Near {
    /// The sites, in the order of their index.
    pub fn as_slice(&self) -> &[usize] {
        &self.sites[..self.count]
    }
}

impl Neighbours {
    /// Of this lattice.
    pub fn new(grid: &Grid) -> Self {
        let [nx, ny, _] = grid.dims.map(|sites| sites as isize);
        let mut found = Self {
            steps: [0; MOST_NEIGHBOURS],
            count: 0,
        };
        for ([dx, dy, dz], _) in NEAR {
            if dz == 0 || !grid.is_section() {
                found.steps[found.count] = (dz * ny + dy) * nx + dx;
                found.count += 1;
            }
        }
        found
    }

    /// Of this site.
    pub fn sites(&self, grid: &Grid, site: usize) -> Near {
        let mut near = Near {
            sites: [0; MOST_NEIGHBOURS],
            count: 0,
        };
        let beyond = usize::from(!grid.is_section());
        if grid.is_inner(grid.place(site), [1, 1, beyond]) {
            near.sites = self.steps.map(|step| site.wrapping_add_signed(step));
            near.count = self.count;
        } else {
            for (other, _) in grid.near_neighbours(site) {
                near.sites[near.count] = other;
                near.count += 1;
            }
        }
        near
    }
}

/// A regular box of sites. Arrays over it run x fastest, then y, then z.
///
/// `edge_um` is the edge of a site in the plane and, with more than one layer, along z. With one
/// layer the lattice is a section of thickness `depth_um`: nothing moves or spreads along z, and
/// volumes are those of the section.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Sites along x, y, z; each at least 1.
    pub dims: [usize; 3],
    /// Edge of a site, um.
    pub edge_um: f64,
    /// Extent of a site along z, um: the edge in 3-D, the section thickness in 2-D.
    pub depth_um: f64,
}

impl Grid {
    /// A 3-D lattice of cubic sites.
    pub const fn cubic(dims: [usize; 3], edge_um: f64) -> Self {
        Self {
            dims,
            edge_um,
            depth_um: edge_um,
        }
    }

    /// A section: one layer of the given thickness.
    pub const fn section(nx: usize, ny: usize, edge_um: f64, thickness_um: f64) -> Self {
        Self {
            dims: [nx, ny, 1],
            edge_um,
            depth_um: thickness_um,
        }
    }

    /// Number of sites.
    pub const fn len(&self) -> usize {
        self.dims[0] * self.dims[1] * self.dims[2]
    }

    /// True when there is no site.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True for a section.
    pub const fn is_section(&self) -> bool {
        self.dims[2] == 1
    }

    /// Number of axes along which things move: 2 or 3.
    pub const fn axes(&self) -> usize {
        if self.is_section() { 2 } else { 3 }
    }

    /// Index of the site at (x, y, z).
    pub const fn index(&self, x: usize, y: usize, z: usize) -> usize {
        (z * self.dims[1] + y) * self.dims[0] + x
    }

    /// Place (x, y, z) of a site.
    pub const fn place(&self, site: usize) -> [usize; 3] {
        let x = site % self.dims[0];
        let rest = site / self.dims[0];
        [x, rest % self.dims[1], rest / self.dims[1]]
    }

    /// Volume of a site, um3.
    pub const fn site_volume_um3(&self) -> f64 {
        self.edge_um * self.edge_um * self.depth_um
    }

    /// Volume of the whole lattice, mm3.
    pub fn volume_mm3(&self) -> f64 {
        self.site_volume_um3() * self.len() as f64 * 1e-9
    }

    /// Area of the face of a site across an in-plane axis (and across any axis in 3-D), um2.
    pub const fn face_area_um2(&self) -> f64 {
        self.edge_um * self.depth_um
    }

    /// The site displaced by (dx, dy, dz), or `None` outside the lattice.
    pub fn shifted(&self, site: usize, by: [i32; 3]) -> Option<usize> {
        self.displaced(self.place(site), by)
    }

    /// True of a place that lies at least so many sites away from every border along each axis. A section has
    /// no border along z for what leads nowhere along it.
    pub(crate) fn is_inner(&self, place: [usize; 3], margin: [usize; 3]) -> bool {
        (0..3)
            .all(|axis| place[axis] >= margin[axis] && place[axis] + margin[axis] < self.dims[axis])
    }

    pub(crate) fn displaced(&self, place: [usize; 3], by: [i32; 3]) -> Option<usize> {
        // Below 0 wraps to far beyond the border.
        let at = |axis: usize| place[axis].wrapping_add_signed(by[axis] as isize);
        let [x, y, z] = [at(0), at(1), at(2)];
        let [nx, ny, nz] = self.dims;
        (x < nx && y < ny && z < nz).then(|| self.index(x, y, z))
    }

    /// The sites that share a face with `site`, in the fixed order -x +x -y +y -z +z.
    pub fn face_neighbours(&self, site: usize) -> impl Iterator<Item = usize> + use<> {
        let [nx, ny, nz] = self.dims;
        let [x, y, z] = self.place(site);
        let plane = nx * ny;
        [
            (x > 0).then(|| site - 1),
            (x + 1 < nx).then(|| site + 1),
            (y > 0).then(|| site - nx),
            (y + 1 < ny).then(|| site + nx),
            (z > 0).then(|| site - plane),
            (z + 1 < nz).then(|| site + plane),
        ]
        .into_iter()
        .flatten()
    }

    /// [`Self::face_neighbours`], without a look at the border for a site that is known to lie inside.
    pub(crate) fn faces(&self, site: usize, is_inner: bool) -> impl Iterator<Item = usize> + use<> {
        let (line, plane) = (self.dims[0], self.dims[0] * self.dims[1]);
        let mut found = [0; 6];
        let mut count = 0;
        if is_inner {
            found = [site - 1, site + 1, site - line, site + line, 0, 0];
            count = 4;
            if !self.is_section() {
                (found[4], found[5], count) = (site - plane, site + plane, 6);
            }
        } else {
            for other in self.face_neighbours(site) {
                found[count] = other;
                count += 1;
            }
        }
        found.into_iter().take(count)
    }

    /// The sites that share a face, an edge or a corner with `site`, in the order of their index,
    /// each with the number of axes along which it lies apart: 1, 2 or 3.
    pub fn near_neighbours(&self, site: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let [x, y, z] = self.place(site);
        let [nx, ny, nz] = self.dims;
        let within = |at: usize, count: usize| at > 0 && at + 1 < count;
        let interior = within(x, nx) && within(y, ny) && within(z, nz);
        let (line, plane) = (nx as isize, (nx * ny) as isize);
        NEAR.iter().filter_map(move |&([dx, dy, dz], axes)| {
            // Below 0 wraps to far beyond the border.
            let inside = interior
                || (x.wrapping_add_signed(dx) < nx
                    && y.wrapping_add_signed(dy) < ny
                    && z.wrapping_add_signed(dz) < nz);
            inside.then(|| {
                let step = dz * plane + dy * line + dx;
                (site.wrapping_add_signed(step), axes)
            })
        })
    }

    /// Sites of the box around a site that holds the ball of this radius, in the order of their index.
    pub fn box_around(&self, site: usize, radius_um: f64) -> impl Iterator<Item = usize> + use<> {
        let grid = *self;
        let place = self.place(site);
        let [xs, ys, zs] = [0, 1, 2].map(|axis| {
            let edge_um = if axis == 2 {
                self.depth_um
            } else {
                self.edge_um
            };
            // One more than asked for, against round-off.
            let reach = (radius_um / edge_um) as usize + 1;
            let end = place[axis].saturating_add(reach + 1).min(self.dims[axis]);
            place[axis].saturating_sub(reach)..end
        });
        zs.flat_map(move |z| {
            let xs = xs.clone();
            ys.clone()
                .flat_map(move |y| xs.clone().map(move |x| grid.index(x, y, z)))
        })
    }

    /// Squared distance between two sites, um2.
    pub fn distance2_um2(&self, one: usize, other: usize) -> f64 {
        let (a, b) = (self.place(one), self.place(other));
        self.length2_um2([0, 1, 2].map(|axis| a[axis] as f64 - b[axis] as f64))
    }

    /// Squared length of so many sites along each axis, um2.
    pub(crate) fn length2_um2(&self, by: [f64; 3]) -> f64 {
        let mut sum = 0.0;
        for (axis, by) in by.into_iter().enumerate() {
            let edge = if axis == 2 {
                self.depth_um
            } else {
                self.edge_um
            };
            let difference = by * edge;
            sum += difference * difference;
        }
        sum
    }

    /// Sites whose centre lies within `radius_um` of the centre of `site`, as displacements.
    pub fn ball(&self, radius_um: f64) -> Vec<[i32; 3]> {
        let reach = (radius_um / self.edge_um).floor() as i32;
        let reach_z = if self.is_section() { 0 } else { reach };
        let mut steps = Vec::new();
        for dz in -reach_z..=reach_z {
            for dy in -reach..=reach {
                for dx in -reach..=reach {
                    let squared = f64::from(dx * dx + dy * dy + dz * dz);
                    if squared * self.edge_um * self.edge_um <= radius_um * radius_um {
                        steps.push([dx, dy, dz]);
                    }
                }
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_and_place_are_inverse() {
        let grid = Grid::cubic([5, 4, 3], 10.0);
        for site in 0..grid.len() {
            let [x, y, z] = grid.place(site);
            assert_eq!(grid.index(x, y, z), site);
        }
        assert_eq!(grid.len(), 60);
    }

    #[test]
    fn neighbours_are_those_of_the_lattice() {
        for grid in [
            Grid::cubic([5, 4, 3], 10.0),
            Grid::section(5, 4, 10.0, 50.0),
        ] {
            let neighbours = Neighbours::new(&grid);
            for site in 0..grid.len() {
                let expected: Vec<usize> = grid.near_neighbours(site).map(|(at, _)| at).collect();
                assert_eq!(neighbours.sites(&grid, site).as_slice(), expected);
            }
        }
    }

    #[test]
    fn corners_have_fewer_neighbours() {
        let grid = Grid::cubic([5, 4, 3], 10.0);
        assert_eq!(grid.face_neighbours(0).count(), 3);
        assert_eq!(grid.near_neighbours(0).count(), 7);
        let section = Grid::section(5, 5, 10.0, 50.0);
        assert_eq!(section.near_neighbours(12).count(), 8);
        assert!((section.site_volume_um3() - 5000.0).abs() < 1e-9);
    }

    #[test]
    fn the_box_around_a_site_holds_its_ball() {
        for grid in [
            Grid::cubic([7, 6, 5], 10.0),
            Grid::section(7, 6, 10.0, 35.0),
        ] {
            for (site, radius_um) in [(0, 20.0), (grid.len() / 2, 20.0), (grid.len() - 1, 1e9)] {
                let near = |&at: &usize| grid.distance2_um2(at, site) <= radius_um * radius_um;
                let ball: Vec<usize> = (0..grid.len()).filter(near).collect();
                let near_in_box: Vec<usize> =
                    grid.box_around(site, radius_um).filter(near).collect();
                assert_eq!(near_in_box, ball);
            }
        }
    }

    #[test]
    fn a_ball_of_one_edge_is_the_site_and_its_faces() {
        assert_eq!(Grid::cubic([9, 9, 9], 10.0).ball(10.0).len(), 7);
        assert_eq!(Grid::section(9, 9, 10.0, 50.0).ball(10.0).len(), 5);
    }
}
