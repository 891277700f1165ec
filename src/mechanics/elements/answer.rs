//! What a loaded body answers: forces, energy, and the load at which it fails.

use std::sync::Arc;

use crate::numerics::parallel::prelude::*;
use crate::numerics::reduce::ordered_sum;

use super::body::Body;
use super::brick::DEGREES;
use super::conjugate::{Progress, forces};
use super::fine::Fine;
use super::level::TASK;
use super::load::{Applied, Load, Motion, STRAIN};
use crate::mechanics::rigidity::Voxels;

/// A body in balance under a load.
pub struct Answer {
    load: Load,
    applied: Applied,
    voxels: Voxels,
    /// Modulus of the stiffest voxel, MPa, which that of every other one is a part of.
    stiffest_mpa: f64,
    fine: Arc<Fine>,
    motion: Vec<[f64; 3]>,
    progress: Progress,
    left_out: usize,
    /// Force of the upper end, N (N mm of a torsion), at [`STRAIN`].
    force: f64,
}

impl Answer {
    pub(super) fn new(
        body: &Body<'_>,
        load: Load,
        applied: Applied,
        fine: Arc<Fine>,
        motion: Vec<[f64; 3]>,
        progress: Progress,
        left_out: usize,
    ) -> Self {
        let mut answer = Self {
            load,
            applied,
            voxels: body.voxels,
            stiffest_mpa: body.stiffest_mpa(),
            fine,
            motion,
            progress,
            left_out,
            force: 0.0,
        };
        answer.force = answer.reaction();
        answer
    }

    /// Work of the upper end against its forces over a unit of its motion.
    fn reaction(&self) -> f64 {
        let forces = forces(&self.fine, &self.motion);
        let nodes = &self.fine.nodes;
        let work = ordered_sum(nodes.len(), |node| {
            if nodes.held[node] == 0 {
                return 0.0;
            }
            let way = self
                .applied
                .per_unit(nodes.lattice.at(nodes.places[node] as usize));
            let free = |axis: usize| nodes.held[node] >> axis & 1 == 0;
            (0..3)
                .filter(|&axis| !free(axis))
                .map(|axis| way[axis] * forces[node][axis])
                .sum()
        });
        self.stiffest_mpa * work
    }

    /// Load over displacement of the upper end: N/mm, of a torsion N mm/rad.
    pub fn stiffness(&self) -> f64 {
        self.force / self.applied.by
    }

    /// Length between the ends, mm.
    pub fn length_mm(&self) -> f64 {
        let axis = self.load.axis.index();
        self.voxels.dims[axis] as f64 * self.voxels.spacing_mm[axis]
    }

    /// Area of the box across the axis, bone and marrow, mm2.
    pub fn gross_area_mm2(&self) -> f64 {
        let across = self.load.axis.in_cut();
        across
            .iter()
            .map(|&axis| self.voxels.dims[axis] as f64 * self.voxels.spacing_mm[axis])
            .product()
    }

    /// Apparent modulus of a compression, or shear modulus of a shear, MPa: stress on the gross area over the
    /// strain of the whole length. A torsion has none.
    pub fn apparent_modulus_mpa(&self) -> Option<f64> {
        (self.load.motion != Motion::Torsion)
            .then(|| self.stiffness() * self.length_mm() / self.gross_area_mm2())
    }

    /// The load that was asked for.
    pub const fn load(&self) -> Load {
        self.load
    }

    /// Iterations of conjugate gradients.
    pub const fn iterations(&self) -> usize {
        self.progress.iterations
    }

    /// What is left of the forces on free nodes, relative.
    pub const fn residual(&self) -> f64 {
        self.progress.residual
    }

    /// Voxels of bone that join both ends, on which the load rests.
    pub fn carrying(&self) -> usize {
        self.fine.sets.iter().filter(|&&set| set >> 7 == 1).count()
    }

    /// Voxels of bone that do not join both ends and were left out.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// Nodes of the bricks.
    pub fn nodes(&self) -> usize {
        self.fine.nodes.len()
    }

    /// Displacement of each node that is there, mm, at [`STRAIN`], with its place on the lattice of nodes, from
    /// the corner of the box.
    pub fn displacements_mm(&self) -> impl Iterator<Item = ([usize; 3], [f64; 3])> {
        let nodes = &self.fine.nodes;
        let places = nodes
            .places
            .iter()
            .map(|&place| nodes.lattice.at(place as usize));
        places.zip(self.motion.iter().copied())
    }

    /// Mean strain energy density of each carrying brick and its modulus, both MPa, at [`STRAIN`], with its
    /// place; in the order of the voxels.
    fn bricks(&self) -> Vec<([usize; 3], f64, f64)> {
        let (nodes, brick) = (&self.fine.nodes, &self.fine.brick);
        let lattice = nodes.lattice;
        let of = |node: usize| {
            if self.fine.sets[node] >> 7 == 0 {
                return None;
            }
            let place = nodes.places[node] as usize;
            let mut moves = [0.0; DEGREES];
            for corner in 0..8 {
                let number = nodes.number[lattice.corner(place, corner)] as usize;
                moves[3 * corner..3 * corner + 3].copy_from_slice(&self.motion[number]);
            }
            let mut energy = 0.0;
            for (row, &by) in brick.stiffness.iter().zip(&moves) {
                let force: f64 = row.iter().zip(&moves).map(|(&stiff, &by)| stiff * by).sum();
                energy += 0.5 * force * by;
            }
            let modulus = self
                .fine
                .moduli
                .as_ref()
                .map_or(1.0, |moduli| f64::from(moduli[place]));
            let modulus = modulus * self.stiffest_mpa;
            Some((
                lattice.at(place),
                modulus * energy / brick.volume_mm3,
                modulus,
            ))
        };
        let each = (0..nodes.len()).into_par_iter().with_min_len(TASK).map(of);
        each.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// Strain energy density of each voxel, mean over its volume, MPa (mJ/mm3), at [`STRAIN`]; zero where
    /// nothing carries. It goes with the square of the load.
    pub fn energy_density_mpa(&self) -> Vec<f32> {
        let [nx, ny, nz] = self.voxels.dims;
        let mut density = vec![0.0; nx * ny * nz];
        for ([x, y, z], energy, _) in self.bricks() {
            density[(z * ny + y) * nx + x] = energy as f32;
        }
        density
    }

    /// Strain energy of all bricks, mJ, at [`STRAIN`]: half of the work of the end.
    pub fn energy_mj(&self) -> f64 {
        let bricks = self.bricks();
        self.fine.brick.volume_mm3 * ordered_sum(bricks.len(), |brick| bricks[brick].1)
    }

    /// Load at which the body fails by this criterion: N, of a torsion N mm; infinite where no brick is strained.
    pub fn failure_load(&self, criterion: &Failure) -> f64 {
        let strains = self.bricks().into_iter();
        let mut strains: Vec<f64> = strains
            .map(|(_, energy, modulus)| (2.0 * energy / modulus).sqrt())
            .collect();
        strains.par_sort_unstable_by(f64::total_cmp);
        // The largest strain that may be passed: so many bricks lie above it.
        let above = (criterion.share * strains.len() as f64).floor() as usize;
        let at = strains[strains.len() - 1 - above.min(strains.len() - 1)];
        (self.force * criterion.strain / at).abs()
    }

    /// Load that strains the whole body so far, as if it stayed linear: N, of a torsion N mm.
    pub fn load_at_strain(&self, strain: f64) -> f64 {
        (self.force * strain / STRAIN).abs()
    }
}

/// When bone fails: where more than a share of it is strained beyond a critical strain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failure {
    /// Share of the volume of bone.
    pub share: f64,
    /// Effective strain, `sqrt(2 U / E)` of the strain energy density `U`.
    pub strain: f64,
}

impl Failure {
    /// 2 % of the bone beyond 7000 microstrain (Pistoia 2002).
    pub const PISTOIA: Self = Self {
        share: 0.02,
        strain: 0.007,
    };
}
