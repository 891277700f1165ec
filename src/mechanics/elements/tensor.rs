//! Apparent stiffness in all directions: six strains of the whole box.

use std::sync::Arc;

use nalgebra::Matrix6;

use super::body::{Body, start};
use super::conjugate::{forces, relax};
use super::connected::at_faces;
use super::cycle::Hierarchy;
use super::error::ElementsError;
use super::load::Applied;
use super::precision::Precision;
use crate::numerics::reduce::ordered_sum;

/// Apparent stiffness, MPa, in the axes of the image: stresses (rows) of strains (columns) xx, yy, zz, yz, zx,
/// xy, shear as angles.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Symmetric.
    pub stiffness_mpa: [[f64; 6]; 6],
    /// Iterations of each strain.
    pub iterations: [usize; 6],
    /// Voxels of bone that reach a face, directly or by others.
    pub carrying: usize,
    /// Voxels of bone that do not and were left out.
    pub left_out: usize,
}

/// Engineering constants of a stiffness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orthotropic {
    /// Moduli along x, y, z, MPa.
    pub e_mpa: [f64; 3],
    /// Shear moduli yz, zx, xy, MPa.
    pub g_mpa: [f64; 3],
    /// Poisson's ratios yz, zx, xy: strain of the second over that of the first, under a stress along the first.
    pub poisson: [f64; 3],
    /// Size of what an orthotropic material in these axes has not, over that of the whole stiffness.
    pub beyond: f64,
}

impl Body<'_> {
    /// Apparent stiffness by six uniform strains, to which all faces of the box are held. Faces that are held
    /// make a small box too stiff: it is an upper bound (Hazanov and Huet 1994).
    ///
    /// # Errors
    /// [`ElementsError`].
    pub fn tensor(&self, precision: &Precision) -> Result<Tensor, ElementsError> {
        self.check(precision)?;
        let carrying = at_faces(self.voxels, &|voxel| self.is_there(voxel))?;
        let unit = |strain: usize| {
            let mut strains = [0.0; 6];
            strains[strain] = 1.0;
            Applied::strained(self.voxels, strains)
        };
        let applied = [0, 1, 2, 3, 4, 5].map(unit);
        let held = &applied[0].held;
        let fine = Arc::new(self.fine(&carrying, held));
        let hierarchy = Hierarchy::new(Arc::clone(&fine), held);
        let volume_mm3 = fine.brick.volume_mm3 * self.voxels.dims.iter().product::<usize>() as f64;
        let nodes = &fine.nodes;
        let (mut iterations, mut columns) = ([0; 6], [[0.0; 6]; 6]);
        for (strain, column) in columns.iter_mut().enumerate() {
            let mut motion = start(&fine, &applied[strain]);
            iterations[strain] = relax(&fine, &hierarchy, &mut motion, precision)?.iterations;
            let forces = forces(&fine, &motion);
            for (stress, value) in column.iter_mut().enumerate() {
                let work = ordered_sum(nodes.len(), |node| {
                    if nodes.held[node] == 0 {
                        return 0.0;
                    }
                    let at = nodes.lattice.at(nodes.places[node] as usize);
                    let by = applied[stress].displacement(at);
                    (0..3).map(|axis| by[axis] * forces[node][axis]).sum()
                });
                *value = self.stiffest_mpa() * work / volume_mm3;
            }
        }
        let even = |i: usize, j: usize| 0.5 * (columns[i][j] + columns[j][i]);
        Ok(Tensor {
            stiffness_mpa: [0, 1, 2, 3, 4, 5].map(|i| [0, 1, 2, 3, 4, 5].map(|j| even(i, j))),
            iterations,
            carrying: carrying.count,
            left_out: carrying.left_out,
        })
    }
}

impl Tensor {
    /// Engineering constants in the axes of the image; nothing where some direction has no stiffness.
    pub fn orthotropic(&self) -> Option<Orthotropic> {
        let c = Matrix6::from_fn(|i, j| self.stiffness_mpa[i][j]);
        let s = c.try_inverse()?;
        let beyond = Matrix6::from_fn(|i, j| {
            if i == j || i < 3 && j < 3 {
                0.0
            } else {
                c[(i, j)]
            }
        });
        let found = Orthotropic {
            e_mpa: [0, 1, 2].map(|i| 1.0 / s[(i, i)]),
            g_mpa: [3, 4, 5].map(|i| 1.0 / s[(i, i)]),
            poisson: [(1, 2), (2, 0), (0, 1)].map(|(i, j)| -s[(i, j)] / s[(i, i)]),
            beyond: beyond.norm() / c.norm(),
        };
        let stiff = found.e_mpa.iter().chain(&found.g_mpa);
        stiff
            .into_iter()
            .all(|modulus| modulus.is_finite() && *modulus > 0.0)
            .then_some(found)
    }
}
