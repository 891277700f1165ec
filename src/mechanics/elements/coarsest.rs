//! The last level, solved directly.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::level::Level;
use super::stencil::STENCIL;

/// Shares of the diagonal that are added to it, one after the other, until the matrix has a factor: where only
/// the axial component of the ends is held, a body can slide and turn.
const SHIFTS: [f64; 4] = [1e-9, 1e-7, 1e-5, 1e-3];

/// Factor of the operator on its free components.
#[derive(Debug, Clone)]
pub(super) struct Coarsest {
    /// Node and component of each unknown.
    free: Vec<(usize, usize)>,
    factor: Option<Cholesky<f64, Dyn>>,
}

impl Coarsest {
    pub(super) fn new(level: &Level) -> Self {
        let nodes = level.nodes();
        let mut unknown = vec![[usize::MAX; 3]; nodes.len()];
        let mut free = Vec::new();
        for (node, held) in nodes.held.iter().enumerate() {
            for component in (0..3).filter(|component| held >> component & 1 == 0) {
                unknown[node][component] = free.len();
                free.push((node, component));
            }
        }
        let mut matrix = DMatrix::<f64>::zeros(free.len(), free.len());
        let mut stencil = [0.0; STENCIL];
        for node in 0..nodes.len() {
            level.rows.stencil(node, &mut stencil);
            let rows = nodes.lattice.rows(nodes.places[node] as usize);
            for near in 0..27 {
                let Some(other) = nodes.found(rows[near / 3] + near % 3) else {
                    continue;
                };
                for entry in 0..9 {
                    let (i, j) = (unknown[node][entry % 3], unknown[other][entry / 3]);
                    if i != usize::MAX && j != usize::MAX {
                        // Half to either side, against the asymmetry of rounding.
                        let half = 0.5 * f64::from(stencil[9 * near + entry]);
                        matrix[(i, j)] += half;
                        matrix[(j, i)] += half;
                    }
                }
            }
        }
        let factor = SHIFTS.iter().find_map(|shift| {
            let mut shifted = matrix.clone();
            for i in 0..free.len() {
                shifted[(i, i)] *= 1.0 + shift;
            }
            shifted.cholesky()
        });
        Self { free, factor }
    }

    /// The motions that answer these forces.
    pub(super) fn solve(&self, forces: &[[f32; 3]], motion: &mut [[f32; 3]]) {
        motion.fill([0.0; 3]);
        let Some(factor) = &self.factor else { return };
        let force = |&(node, component): &(usize, usize)| f64::from(forces[node][component]);
        let mut vector = DVector::from_iterator(self.free.len(), self.free.iter().map(force));
        factor.solve_mut(&mut vector);
        for (&(node, component), &value) in self.free.iter().zip(vector.iter()) {
            motion[node][component] = value as f32;
        }
    }
}
