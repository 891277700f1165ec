//! What a loaded body answers: forces, energy, and the load at which it fails.

use std::sync::Arc;

use crate::numerics::parallel::prelude::*;
use crate::numerics::reduce::ordered_sum;

use super::brick::DEGREES;
use super::conjugate::{Progress, forces};
use super::fine::Fine;
use super::level::TASK;
use super::load::{Applied, Load, Motion, STRAIN};
use crate::mechanics::rigidity::Voxels;

/// Bricks that are in balance under what is applied.
pub(super) struct Whole {
    pub(super) fine: Arc<Fine>,
    pub(super) motion: Vec<[f64; 3]>,
    pub(super) applied: Applied,
}

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
        voxels: Voxels,
        stiffest_mpa: f64,
        load: Load,
        whole: Whole,
        progress: Progress,
        left_out: usize,
    ) -> Self {
        let Whole {
            fine,
            motion,
            applied,
        } = whole;
        let mut answer = Self {
            load,
            applied,
            voxels,
            stiffest_mpa,
            fine,
            motion,
            progress,
            left_out,
            force: 0.0,
        };
        answer.force = answer.reaction();
        answer
    }

    /// Work of the held nodes against their forces, over the motion of the end.
    fn reaction(&self) -> f64 {
        let forces = forces(&self.fine, &self.motion);
        let nodes = &self.fine.nodes;
        let work = ordered_sum(nodes.len(), |node| {
            let of = |axis: usize| self.motion[node][axis] * forces[node][axis];
            let held = (0..3).filter(|axis| nodes.held[node] >> axis & 1 == 1);
            held.map(of).sum()
        });
        self.stiffest_mpa * work / self.applied.by
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

    /// Something of each carrying brick, from its place and the motion of its corners, in the order of the
    /// voxels.
    fn of_bricks<T: Send>(&self, of: impl Fn(usize, &[f64; DEGREES]) -> T + Sync + Send) -> Vec<T> {
        let nodes = &self.fine.nodes;
        let of_node = |node: usize| {
            if self.fine.sets[node] >> 7 == 0 {
                return None;
            }
            let place = nodes.places[node] as usize;
            let mut moves = [0.0; DEGREES];
            for corner in 0..8 {
                let number = nodes.number[nodes.lattice.corner(place, corner)] as usize;
                moves[3 * corner..3 * corner + 3].copy_from_slice(&self.motion[number]);
            }
            Some(of(place, &moves))
        };
        let each = (0..nodes.len())
            .into_par_iter()
            .with_min_len(TASK)
            .map(of_node);
        each.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// Modulus of a brick, MPa.
    fn modulus_mpa(&self, place: usize) -> f64 {
        let share = self
            .fine
            .moduli
            .as_ref()
            .map_or(1.0, |moduli| f64::from(moduli[place]));
        share * self.stiffest_mpa
    }

    /// Strain energy density of each voxel, mean over its volume, MPa (mJ/mm3), at [`STRAIN`]; zero where
    /// nothing carries. It goes with the square of the load.
    pub fn energy_density_mpa(&self) -> Vec<f32> {
        let brick = &self.fine.brick;
        let bricks = self.of_bricks(|place, moves| {
            let energy = self.modulus_mpa(place) * brick.energy_mj(moves) / brick.volume_mm3;
            (self.fine.nodes.lattice.at(place), energy as f32)
        });
        let [nx, ny, nz] = self.voxels.dims;
        let mut density = vec![0.0; nx * ny * nz];
        for ([x, y, z], energy) in bricks {
            density[(z * ny + y) * nx + x] = energy;
        }
        density
    }

    /// Strain energy of all bricks, mJ, at [`STRAIN`]: half of the work of the end.
    pub fn energy_mj(&self) -> f64 {
        let of = |place, moves: &[f64; DEGREES]| {
            self.modulus_mpa(place) * self.fine.brick.energy_mj(moves)
        };
        let bricks = self.of_bricks(of);
        ordered_sum(bricks.len(), |brick| bricks[brick])
    }

    /// Load at which the body fails by this criterion: N, of a torsion N mm.
    pub fn failure_load(&self, criterion: &Failure) -> f64 {
        let brick = &self.fine.brick;
        // By how much each brick has used up what it can bear.
        let mut used = self.of_bricks(|_, moves| match criterion.bears {
            Bears::Effective(strain) => {
                (2.0 * brick.energy_mj(moves) / brick.volume_mm3).sqrt() / strain
            }
            Bears::Principal {
                tension,
                compression,
            } => {
                let [most, least] = brick.principal_strains(moves);
                (most / tension).max(-least / compression)
            }
        });
        used.par_sort_unstable_by(f64::total_cmp);
        // So many bricks may lie above.
        let above = (criterion.share * used.len() as f64).floor() as usize;
        let last = used.len() - 1;
        (self.force / used[last - above.min(last)]).abs()
    }

    /// Load that strains the whole body so far, as if it stayed linear: N, of a torsion N mm.
    pub fn load_at_strain(&self, strain: f64) -> f64 {
        (self.force * strain / STRAIN).abs()
    }
}

/// What bone bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bears {
    /// An effective strain: `sqrt(2 U / E)` of the strain energy density `U`, mean over the brick.
    Effective(f64),
    /// Principal strains at the centre of the brick, both above zero.
    Principal {
        /// In tension.
        tension: f64,
        /// In compression.
        compression: f64,
    },
}

/// When bone fails: where more than a share of it is strained beyond what it bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failure {
    /// Share of the volume of bone.
    pub share: f64,
    /// What it bears.
    pub bears: Bears,
}

/// Effective strain at which bone fails (Pistoia 2002).
pub const CRITICAL_STRAIN: f64 = 0.007;

impl Failure {
    /// 2 % of the bone beyond 7000 microstrain (Pistoia 2002).
    pub const PISTOIA: Self = Self {
        share: 0.02,
        bears: Bears::Effective(CRITICAL_STRAIN),
    };
    /// 2 % of the bone beyond the yield strains of trabecular tissue, 0.41 % in tension and 0.83 % in
    /// compression (Bayraktar 2004).
    pub const YIELD: Self = Self {
        share: 0.02,
        bears: Bears::Principal {
            tension: 0.0041,
            compression: 0.0083,
        },
    };
}
