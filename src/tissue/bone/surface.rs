//! The sites of marrow that touch bone.

use crate::numerics::parallel::prelude::*;

use super::Bone;
use crate::tissue::grid::Grid;

/// A marrow site that touches bone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurfaceSite {
    /// The site.
    pub site: u32,
    /// Faces that touch bone.
    pub faces: u8,
}

impl Bone {
    /// Marrow sites that touch bone, in order; `found` is filled anew.
    pub fn surface(&self, grid: &Grid, found: &mut Vec<SurfaceSite>) {
        let ny = grid.dims[1];
        let planes: Vec<Vec<SurfaceSite>> = (0..grid.dims[2])
            .into_par_iter()
            .map_init(
                || vec![0; grid.dims[0]],
                |faces, z| {
                    let mut found = Vec::new();
                    for row in z * ny..(z + 1) * ny {
                        self.row(grid, row, faces, &mut found);
                    }
                    found
                },
            )
            .collect();
        found.clear();
        for plane in planes {
            found.extend(plane);
        }
    }

    /// Surface sites of a row; the faces of the whole row are counted side by side.
    fn row(&self, grid: &Grid, row: usize, faces: &mut [u8], found: &mut Vec<SurfaceSite>) {
        let [nx, ny, nz] = grid.dims;
        let (y, z) = (row % ny, row / ny);
        let of = |row: usize| &self.solid[row * nx..(row + 1) * nx];
        let own = of(row);
        faces.fill(0);
        add(&mut faces[1..], &own[..nx - 1]);
        add(&mut faces[..nx - 1], &own[1..]);
        let beside = [
            (y > 0).then(|| row - 1),
            (y + 1 < ny).then(|| row + 1),
            (z > 0).then(|| row - ny),
            (z + 1 < nz).then(|| row + ny),
        ];
        for other in beside.into_iter().flatten() {
            add(faces, of(other));
        }
        for (x, (&faces, &solid)) in faces.iter().zip(own).enumerate() {
            if faces > 0 && !solid {
                found.push(SurfaceSite {
                    site: (row * nx + x) as u32,
                    faces,
                });
            }
        }
    }
}

fn add(faces: &mut [u8], solid: &[bool]) {
    for (faces, &solid) in faces.iter_mut().zip(solid) {
        *faces += u8::from(solid);
    }
}
