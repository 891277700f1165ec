//! Searches in the unit cube, for calibration: approximate Bayesian computation by sequential Monte
//! Carlo, and covariance matrix adaptation. Both ask for whole batches of points, which may be worked
//! off in any order and on any number of threads, and both depend on nothing but their seed: a search
//! that was killed is taken up by starting it again over a store that holds the results.
//!
//! References: Toni 2009 (ABC-SMC), Beaumont 2009 (kernel of twice the weighted variance), Hansen 2016
//! ("The CMA evolution strategy: a tutorial").

use crate::numerics::random::{Chance, Draws, Stream};
use crate::study::sensitivity::quantile;

/// Why a search ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// All points of a batch failed.
    #[error("none of {0} runs in a row gave a result")]
    NoResult(usize),
    /// The work was stopped.
    #[error("stopped")]
    Stopped,
}

/// Distances of a batch of points from the data; none of a point that failed.
pub type Distances<'a> = dyn FnMut(&[Vec<f64>]) -> Result<Vec<Option<f64>>, FitError> + 'a;

/// A sequential Monte Carlo search under a uniform prior on the unit cube.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smc {
    /// Particles of a population.
    pub particles: usize,
    /// Populations, at most.
    pub populations: usize,
    /// Share of a population that the next tolerance would still take.
    pub keep: f64,
    /// Runs in all, at most.
    pub most_runs: usize,
    /// Seed.
    pub seed: u64,
}

/// One particle.
#[derive(Debug, Clone, PartialEq)]
pub struct Particle {
    /// Where it lies.
    pub at: Vec<f64>,
    /// Its distance from the data.
    pub distance: f64,
    /// Its weight; those of a population add up to 1.
    pub weight: f64,
}

/// Particles within one tolerance.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Greatest distance that was taken.
    pub tolerance: f64,
    /// The particles.
    pub particles: Vec<Particle>,
    /// Runs that it took.
    pub runs: usize,
}

impl Smc {
    /// Searches; the last population is the posterior. A population that would take more runs than are
    /// left is not begun or not finished, and then not returned.
    ///
    /// # Errors
    /// [`FitError`].
    pub fn search(
        &self,
        dimensions: usize,
        distances: &mut Distances<'_>,
    ) -> Result<Vec<Population>, FitError> {
        let mut populations: Vec<Population> = Vec::new();
        let mut tolerance = f64::INFINITY;
        let mut left = self.most_runs;
        for turn in 0..self.populations as u32 {
            let before = populations.last();
            let Some(next) =
                self.population(dimensions, turn, tolerance, before, left, distances)?
            else {
                break;
            };
            left = left.saturating_sub(next.runs);
            let mut sorted: Vec<f64> = next.particles.iter().map(|p| p.distance).collect();
            sorted.sort_by(f64::total_cmp);
            let lower = quantile(&sorted, self.keep);
            let is_stuck = lower >= tolerance;
            tolerance = lower;
            populations.push(next);
            if is_stuck || tolerance <= 0.0 {
                break;
            }
        }
        Ok(populations)
    }

    fn population(
        &self,
        dimensions: usize,
        turn: u32,
        tolerance: f64,
        before: Option<&Population>,
        most_runs: usize,
        distances: &mut Distances<'_>,
    ) -> Result<Option<Population>, FitError> {
        let widths = before.map(|before| before.kernel(dimensions));
        let mut taken: Vec<Particle> = Vec::new();
        let mut tried = 0;
        while taken.len() < self.particles {
            // The size of a batch must not depend on the machine.
            if tried + self.particles > most_runs {
                return Ok(None);
            }
            let batch: Vec<Vec<f64>> = (0..self.particles)
                .map(|place| {
                    let mut draws =
                        Chance::new(self.seed).at(Stream::Study, turn, (tried + place) as u64);
                    match (before, &widths) {
                        (Some(before), Some(widths)) => before.propose(widths, &mut draws),
                        _ => (0..dimensions).map(|_| draws.uniform()).collect(),
                    }
                })
                .collect();
            tried += batch.len();
            let found = distances(&batch)?;
            if found.iter().all(Option::is_none) {
                return Err(FitError::NoResult(found.len()));
            }
            for (at, distance) in batch.into_iter().zip(found) {
                if let Some(distance) = distance.filter(|&distance| distance <= tolerance)
                    && taken.len() < self.particles
                {
                    let weight = match (before, &widths) {
                        (Some(before), Some(widths)) => 1.0 / before.density(&at, widths),
                        _ => 1.0,
                    };
                    taken.push(Particle {
                        at,
                        distance,
                        weight,
                    });
                }
            }
        }
        let whole: f64 = taken.iter().map(|particle| particle.weight).sum();
        for particle in &mut taken {
            particle.weight /= whole;
        }
        let tolerance = taken
            .iter()
            .map(|particle| particle.distance)
            .fold(0.0, f64::max);
        Ok(Some(Population {
            tolerance,
            particles: taken,
            runs: tried,
        }))
    }
}

impl Population {
    /// Weighted mean and variance along a dimension.
    pub fn moments(&self, dimension: usize) -> (f64, f64) {
        let of = |particle: &Particle| (particle.at[dimension], particle.weight);
        let mean: f64 = self.particles.iter().map(of).map(|(x, w)| w * x).sum();
        let variance = self
            .particles
            .iter()
            .map(of)
            .map(|(x, w)| w * (x - mean).powi(2))
            .sum();
        (mean, variance)
    }

    /// Weighted quantile along a dimension.
    pub fn quantile(&self, dimension: usize, share: f64) -> f64 {
        let mut sorted: Vec<(f64, f64)> = self
            .particles
            .iter()
            .map(|particle| (particle.at[dimension], particle.weight))
            .collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        for &(x, weight) in &sorted {
            sum += weight;
            if sum >= share - 1e-12 {
                return x;
            }
        }
        sorted.last().map_or(f64::NAN, |last| last.0)
    }

    /// Width of the kernel along each dimension.
    fn kernel(&self, dimensions: usize) -> Vec<f64> {
        (0..dimensions)
            .map(|dimension| (2.0 * self.moments(dimension).1).sqrt().max(1e-9))
            .collect()
    }

    /// A particle by its weight, moved by the kernel, inside the prior.
    fn propose(&self, widths: &[f64], draws: &mut Draws) -> Vec<f64> {
        const TRIES: u32 = 1000;
        let mut nearest = Vec::new();
        for _ in 0..TRIES {
            let mut share = draws.uniform();
            let chosen = self
                .particles
                .iter()
                .find(|particle| {
                    share -= particle.weight;
                    share <= 0.0
                })
                .or(self.particles.last());
            let Some(chosen) = chosen else {
                break;
            };
            nearest.clone_from(&chosen.at);
            let moved: Vec<f64> = chosen
                .at
                .iter()
                .zip(widths)
                .map(|(x, width)| x + width * normal(draws))
                .collect();
            if moved.iter().all(|x| (0.0..=1.0).contains(x)) {
                return moved;
            }
        }
        nearest
    }

    /// Density of a proposal, apart from a factor that all share.
    fn density(&self, at: &[f64], widths: &[f64]) -> f64 {
        self.particles
            .iter()
            .map(|particle| {
                let squares: f64 = at
                    .iter()
                    .zip(&particle.at)
                    .zip(widths)
                    .map(|((x, y), width)| ((x - y) / width).powi(2))
                    .sum();
                particle.weight * (-0.5 * squares).exp()
            })
            .sum::<f64>()
            .max(1e-300)
    }
}

/// A standard normal number (Box and Muller 1958).
fn normal(draws: &mut Draws) -> f64 {
    let (one, two) = (draws.uniform(), draws.uniform());
    (-2.0 * one.ln()).sqrt() * (2.0 * std::f64::consts::PI * two).cos()
}

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
    #[expect(clippy::too_many_lines, reason = "one generation, as in the tutorial")]
    pub fn search(&self, n: usize, distances: &mut Distances<'_>) -> Result<Best, FitError> {
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
        let mut mean = vec![0.5; n];
        let mut sigma = 0.3;
        let mut covariance = identity(n);
        let (mut path_c, mut path_s) = (vec![0.0; n], vec![0.0; n]);
        let mut best = Best {
            at: mean.clone(),
            distance: f64::INFINITY,
            runs: 0,
            history: Vec::new(),
        };
        for generation in 0_u32.. {
            if best.runs + lambda > self.most_runs {
                break;
            }
            let (vectors, values) = eigen(covariance.clone());
            let scales: Vec<f64> = values.iter().map(|value| value.max(1e-20).sqrt()).collect();
            let steps: Vec<Vec<f64>> = (0..lambda)
                .map(|child| {
                    let mut draws =
                        Chance::new(self.seed).at(Stream::Study, generation, child as u64);
                    let z: Vec<f64> = scales.iter().map(|s| s * normal(&mut draws)).collect();
                    times(&vectors, &z)
                })
                .collect();
            let (mut batch, mut outside) = (Vec::new(), Vec::new());
            for step in &steps {
                let free: Vec<f64> = mean.iter().zip(step).map(|(m, y)| m + sigma * y).collect();
                let inside: Vec<f64> = free.iter().map(|x| x.clamp(0.0, 1.0)).collect();
                let far: f64 = free.iter().zip(&inside).map(|(a, b)| (a - b).powi(2)).sum();
                batch.push(inside);
                outside.push(far);
            }
            let found = distances(&batch)?;
            best.runs += batch.len();
            if found.iter().all(Option::is_none) {
                return Err(FitError::NoResult(found.len()));
            }
            let mut order: Vec<(f64, usize)> = found
                .iter()
                .zip(&outside)
                .map(|(distance, far)| {
                    distance.map_or(f64::INFINITY, |d| d + (d.abs() + 1.0) * far)
                })
                .zip(0..)
                .collect();
            for (at, distance) in batch.iter().zip(&found) {
                if let Some(distance) = distance.filter(|&distance| distance < best.distance) {
                    best.distance = distance;
                    best.at.clone_from(at);
                }
            }
            best.history.push(best.distance);
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let chosen: Vec<&Vec<f64>> = order[..mu].iter().map(|&(_, at)| &steps[at]).collect();
            let mut step = vec![0.0; n];
            for (weight, y) in weights.iter().zip(&chosen) {
                for (sum, y) in step.iter_mut().zip(*y) {
                    *sum += weight * y;
                }
            }
            for (m, y) in mean.iter_mut().zip(&step) {
                *m += sigma * y;
            }
            // C^(-1/2) y, by its eigenvectors.
            let turned: Vec<f64> = (0..n)
                .map(|i| (0..n).map(|j| vectors[j][i] * step[j]).sum::<f64>() / scales[i])
                .collect();
            let white = times(&vectors, &turned);
            let gain = (c_sigma * (2.0 - c_sigma) * mu_eff).sqrt();
            for (path, y) in path_s.iter_mut().zip(&white) {
                *path = (1.0 - c_sigma) * *path + gain * y;
            }
            let length = path_s.iter().map(|p| p * p).sum::<f64>().sqrt();
            let settled = 1.0 - (1.0 - c_sigma).powf(2.0 * (f64::from(generation) + 1.0));
            let is_steady = length / settled.sqrt() < (1.4 + 2.0 / (size + 1.0)) * chi;
            let gain = if is_steady {
                (c_c * (2.0 - c_c) * mu_eff).sqrt()
            } else {
                0.0
            };
            for (path, y) in path_c.iter_mut().zip(&step) {
                *path = (1.0 - c_c) * *path + gain * y;
            }
            let lost = if is_steady {
                0.0
            } else {
                c_1 * c_c * (2.0 - c_c)
            };
            for i in 0..n {
                for j in 0..n {
                    let rank_mu: f64 = weights
                        .iter()
                        .zip(&chosen)
                        .map(|(w, y)| w * y[i] * y[j])
                        .sum();
                    covariance[i][j] = (1.0 - c_1 - c_mu + lost) * covariance[i][j]
                        + c_1 * path_c[i] * path_c[j]
                        + c_mu * rank_mu;
                }
            }
            sigma *= ((c_sigma / d_sigma) * (length / chi - 1.0)).min(1.0).exp();
            let widest = (0..n).map(|i| covariance[i][i]).fold(0.0, f64::max).sqrt();
            if sigma * widest < self.tolerance {
                break;
            }
        }
        Ok(best)
    }
}

fn identity(n: usize) -> Vec<Vec<f64>> {
    (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect()
}

fn times(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix
        .iter()
        .map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
        .collect()
}

/// Eigenvectors (as columns) and eigenvalues of a symmetric matrix, by rotations (Jacobi 1846).
fn eigen(mut a: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, Vec<f64>) {
    const SWEEPS: usize = 30;
    let n = a.len();
    let mut vectors = identity(n);
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i][j].powi(2))
            .sum();
        let on: f64 = (0..n).map(|i| a[i][i].powi(2)).sum();
        if off <= 1e-30 * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in &mut a {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (above, below) = a.split_at_mut(q);
                for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
                for row in &mut vectors {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
            }
        }
    }
    let values = (0..n).map(|i| a[i][i]).collect();
    (vectors, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean m of normal data of deviation 1 with a prior that is uniform on -5 to 5: the posterior of m
    /// is normal, around the mean of the data, with deviation 1 / sqrt(n).
    #[test]
    fn a_conjugate_posterior_is_recovered() {
        const DATA: f64 = 1.3;
        const COUNT: f64 = 16.0;
        let smc = Smc {
            particles: 400,
            populations: 7,
            keep: 0.5,
            most_runs: 100_000,
            seed: 5,
        };
        let mut turn = 0_u32;
        let mut distances = |batch: &[Vec<f64>]| {
            turn += 1;
            let one = |(place, at): (usize, &Vec<f64>)| {
                let mut draws = Chance::new(11).at(Stream::Test, turn, place as u64);
                // The mean of 16 draws is a sufficient statistic, and can be drawn at once.
                let mean = 10.0 * at[0] - 5.0 + normal(&mut draws) / COUNT.sqrt();
                Some((mean - DATA).abs())
            };
            Ok(batch
                .iter()
                .enumerate()
                .map(|(place, at)| one((place, at)))
                .collect())
        };
        let populations = smc.search(1, &mut distances).unwrap();
        let last = populations.last().unwrap();
        assert!(last.tolerance < 0.1, "{}", last.tolerance);
        let (mean, variance) = last.moments(0);
        let (mean, deviation) = (10.0 * mean - 5.0, 10.0 * variance.sqrt());
        assert!((mean - DATA).abs() < 0.05, "{mean}");
        assert!((deviation / 0.25 - 1.0).abs() < 0.15, "{deviation}");
        let low = 10.0 * last.quantile(0, 0.025) - 5.0;
        assert!((low - (DATA - 1.96 * 0.25)).abs() < 0.12, "{low}");
        for pair in populations.windows(2) {
            assert!(pair[1].tolerance <= pair[0].tolerance);
        }
    }

    #[test]
    fn a_search_ends_with_its_runs_and_with_failures() {
        let smc = Smc {
            particles: 10,
            populations: 50,
            keep: 0.5,
            most_runs: 35,
            seed: 5,
        };
        let found = smc
            .search(1, &mut |batch| {
                Ok(batch.iter().map(|at| Some(at[0])).collect())
            })
            .unwrap();
        assert!(!found.is_empty() && found.iter().map(|p| p.runs).sum::<usize>() <= 35);
        let none = smc.search(1, &mut |batch| Ok(vec![None; batch.len()]));
        assert_eq!(none, Err(FitError::NoResult(10)));
    }

    #[test]
    fn a_turned_and_stretched_valley_is_searched_to_its_bottom() {
        let cma = Cma {
            most_runs: 4000,
            tolerance: 1e-9,
            seed: 2,
        };
        let goal = [0.2, 0.9, 0.5, 0.31, 0.77];
        let best = cma
            .search(5, &mut |batch| {
                let one = |at: &Vec<f64>| {
                    let d: Vec<f64> = at.iter().zip(goal).map(|(x, g)| x - g).collect();
                    let along: f64 = d.iter().sum();
                    Some(d.iter().map(|d| d * d).sum::<f64>() + 100.0 * along * along)
                };
                Ok(batch.iter().map(one).collect())
            })
            .unwrap();
        assert!(best.distance < 1e-10, "{best:?}");
        assert!(best.history.windows(2).all(|pair| pair[1] <= pair[0]));
    }

    #[test]
    fn a_minimum_on_the_border_is_found() {
        let cma = Cma {
            most_runs: 2000,
            tolerance: 1e-7,
            seed: 3,
        };
        let best = cma
            .search(2, &mut |batch| {
                Ok(batch
                    .iter()
                    .map(|at| Some((at[0] + 0.5).powi(2) + (at[1] - 0.3).powi(2)))
                    .collect())
            })
            .unwrap();
        assert!(
            best.at[0] < 1e-6 && (best.at[1] - 0.3).abs() < 1e-3,
            "{best:?}"
        );
    }

    #[test]
    fn eigenvectors_put_a_matrix_together_again() {
        let a = vec![
            vec![4.0, 1.0, -2.0],
            vec![1.0, 3.0, 0.5],
            vec![-2.0, 0.5, 1.0],
        ];
        let (vectors, values) = eigen(a.clone());
        for i in 0..3 {
            for j in 0..3 {
                let sum: f64 = (0..3)
                    .map(|k| vectors[i][k] * values[k] * vectors[j][k])
                    .sum();
                assert!((sum - a[i][j]).abs() < 1e-12);
            }
        }
    }
}
