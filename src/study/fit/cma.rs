//! Covariance matrix adaptation (Hansen 2016, "The CMA evolution strategy: a tutorial").

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::{Distances, FitError, Reach, normal};
use crate::numerics::random::{Chance, Stream};

/// Covariance matrix adaptation in the unit cube.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cma {
    /// Runs in all, at most.
    pub most_runs: usize,
    /// Stop when a standard deviation of the search, as a share of the range, is below this.
    pub tolerance: f64,
    /// Seed.
    pub seed: u64,
}

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// The point of the least distance.
    pub at: Vec<f64>,
    /// Its distance.
    pub distance: f64,
    /// Runs that it took.
    pub runs: usize,
    /// Least distance after each generation.
    pub history: Vec<f64>,
}

impl Cma {
    /// Searches from the middle of the cube. Points outside are run at the border, and their distance
    /// is raised by how far outside they were.
    ///
    /// # Errors
    /// [`FitError`].
    pub fn search(&self, n: usize, distances: &mut Distances<'_>) -> Result<Best, FitError> {
        const MOST_TURNS: usize = 1000;
        let size = n as f64;
        let lambda = 4 + (3.0 * size.ln()) as usize;
        let mu = lambda / 2;
        let raw: Vec<f64> = (0..mu)
            .map(|i| f64::midpoint(lambda as f64, 1.0).ln() - (i as f64 + 1.0).ln())
            .collect();
        let whole: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.iter().map(|w| w / whole).collect();
        let mu_eff = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        let c_sigma = (mu_eff + 2.0) / (size + mu_eff + 5.0);
        let d_sigma = 1.0 + 2.0 * (((mu_eff - 1.0) / (size + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma;
        let c_c = (4.0 + mu_eff / size) / (size + 4.0 + 2.0 * mu_eff / size);
        let c_1 = 2.0 / ((size + 1.3).powi(2) + mu_eff);
        let c_mu =
            (1.0 - c_1).min(2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((size + 2.0).powi(2) + mu_eff));
        let chi = size.sqrt() * (1.0 - 1.0 / (4.0 * size) + 1.0 / (21.0 * size * size));
        let mut mean = DVector::from_element(n, 0.5);
        let mut sigma = 0.3;
        let mut covariance = DMatrix::<f64>::identity(n, n);
        let mut path_c = DVector::<f64>::zeros(n);
        let mut path_s = DVector::<f64>::zeros(n);
        let mut best = Best {
            at: mean.as_slice().to_vec(),
            distance: f64::INFINITY,
            runs: 0,
            history: Vec::new(),
        };
        for generation in 0_u32.. {
            if best.runs + lambda > self.most_runs {
                break;
            }
            // A covariance that has no eigenvectors is no longer one of numbers: the search is over.
            let Some(eigen) = SymmetricEigen::try_new(covariance.clone(), f64::EPSILON, MOST_TURNS)
            else {
                break;
            };
            let vectors = eigen.eigenvectors;
            let scales = eigen.eigenvalues.map(|value| value.max(1e-20).sqrt());
            let steps: Vec<DVector<f64>> = (0..lambda)
                .map(|child| {
                    let mut draws =
                        Chance::new(self.seed).at(Stream::Study, generation, child as u64);
                    &vectors * scales.map(|scale| scale * normal(&mut draws))
                })
                .collect();
            let (mut batch, mut outside) = (Vec::new(), Vec::new());
            for step in &steps {
                let free = &mean + step * sigma;
                let inside = free.map(|x| x.clamp(0.0, 1.0));
                outside.push((free - &inside).norm_squared());
                batch.push(inside.as_slice().to_vec());
            }
            let found = distances(&batch, f64::INFINITY)?;
            best.runs += batch.len();
            if found.iter().all(|reach| *reach == Reach::Nowhere) {
                return Err(FitError::NoResult(found.len()));
            }
            let mut order: Vec<(f64, usize)> = found
                .iter()
                .zip(&outside)
                .map(|(reach, far)| {
                    let raised = |d: f64| d + (d.abs() + 1.0) * far;
                    reach.distance().map_or(f64::INFINITY, raised)
                })
                .zip(0..)
                .collect();
            for (at, reach) in batch.iter().zip(&found) {
                if let Some(distance) = reach.distance().filter(|&d| d < best.distance) {
                    best.distance = distance;
                    best.at.clone_from(at);
                }
            }
            best.history.push(best.distance);
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let chosen: Vec<&DVector<f64>> =
                order[..mu].iter().map(|&(_, at)| &steps[at]).collect();
            let mut step = DVector::<f64>::zeros(n);
            for (&weight, y) in weights.iter().zip(&chosen) {
                step += *y * weight;
            }
            mean += &step * sigma;
            // C^(-1/2) y, by its eigenvectors.
            let white = &vectors * (vectors.transpose() * &step).component_div(&scales);
            let gain = (c_sigma * (2.0 - c_sigma) * mu_eff).sqrt();
            path_s = path_s * (1.0 - c_sigma) + white * gain;
            let length = path_s.norm();
            let settled = 1.0 - (1.0 - c_sigma).powf(2.0 * (f64::from(generation) + 1.0));
            let is_steady = length / settled.sqrt() < (1.4 + 2.0 / (size + 1.0)) * chi;
            let (gain, lost) = if is_steady {
                ((c_c * (2.0 - c_c) * mu_eff).sqrt(), 0.0)
            } else {
                (0.0, c_1 * c_c * (2.0 - c_c))
            };
            path_c = path_c * (1.0 - c_c) + &step * gain;
            covariance *= 1.0 - c_1 - c_mu + lost;
            covariance += &path_c * path_c.transpose() * c_1;
            for (&weight, y) in weights.iter().zip(&chosen) {
                covariance += *y * y.transpose() * (c_mu * weight);
            }
            sigma *= ((c_sigma / d_sigma) * (length / chi - 1.0)).min(1.0).exp();
            let widest = covariance.diagonal().max().max(0.0).sqrt();
            if sigma * widest < self.tolerance {
                break;
            }
        }
        Ok(best)
    }
}
