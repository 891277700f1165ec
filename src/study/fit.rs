//! Searches in the unit cube, for calibration: approximate Bayesian computation by sequential Monte
//! Carlo, and covariance matrix adaptation. Both ask for whole batches of points, which may be worked
//! off in any order and on any number of threads, and both depend on nothing but their seed: a search
//! that was killed is taken up by starting it again over a store that holds the results.
//!
//! The populations of the sequential search come nearer to the data until their tolerance is as wide as
//! the errors of the data let a good run be. From there on a particle counts by the density of its
//! differences under normal errors ([`Kernel::Normal`]), so that the last population is the posterior
//! under these errors, not one that follows the data closer than they are known.
//!
//! References: Toni 2009 (ABC-SMC), Beaumont 2009 (kernel of twice the weighted variance), Wilkinson
//! 2013 (errors of the data as the kernel of acceptance), Hansen 2016 ("The CMA evolution strategy: a
//! tutorial").

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::numerics::random::{Chance, Draws, Stream};
use crate::statistics::quantile::{bounded_quantile, quantile};

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

/// How near a run came to the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// It went to its end, at this distance.
    At(f64),
    /// It was further off than the tolerance before its end, and was spared the rest.
    Beyond {
        /// Ticks that were not run.
        ticks_saved: u64,
    },
    /// It failed.
    Nowhere,
}

impl Reach {
    const fn distance(self) -> Option<f64> {
        match self {
            Self::At(distance) => Some(distance),
            Self::Beyond { .. } | Self::Nowhere => None,
        }
    }
}

/// How near a batch of points comes to the data, one answer per point. A point that is further off than
/// the tolerance may be given up on the way.
pub type Distances<'a> = dyn FnMut(&[Vec<f64>], f64) -> Result<Vec<Reach>, FitError> + 'a;

/// What a distance within the tolerance is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// All distances are worth the same, and the tolerance falls as long as there are runs.
    Uniform,
    /// The density of normal errors: exp(-n d^2 / 2), where the distance d is a root mean square over n
    /// data in units of their errors.
    Normal {
        /// Number of data.
        data: usize,
    },
}

impl Kernel {
    /// Squared distance, above the least one, to which a tolerance is lowered at most: 95 % of runs of
    /// the right parameters are nearer.
    fn room(self) -> f64 {
        match self {
            Self::Uniform => 0.0,
            Self::Normal { data } => chi_square_95(data) / data.max(1) as f64,
        }
    }
}

/// 95 % point of the chi-square distribution (Wilson and Hilferty 1931; within 3 % at 1 degree of
/// freedom, 1 % from 3 on).
fn chi_square_95(freedom: usize) -> f64 {
    const Z: f64 = 1.644_853_626_951_472_7;
    let n = freedom.max(1) as f64;
    let part = 2.0 / (9.0 * n);
    n * (1.0 - part + Z * part.sqrt()).powi(3)
}

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
    /// What a distance is worth.
    pub kernel: Kernel,
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
    /// Runs of these that were given up on the way.
    pub rejected_early: usize,
    /// Ticks that these were spared.
    pub ticks_saved: u64,
    /// True when the weights hold the density of the errors.
    pub is_weighed: bool,
}

impl std::fmt::Display for Population {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "tolerance {:.4}, {} runs, {} of them ended early, {} ticks saved",
            self.tolerance, self.runs, self.rejected_early, self.ticks_saved
        )?;
        if self.is_weighed {
            write!(f, ", {:.0} effective particles", self.effective_particles())?;
        }
        Ok(())
    }
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
        let mut least = f64::INFINITY;
        let mut left = self.most_runs;
        let room = self.kernel.room();
        for turn in 0..self.populations as u32 {
            let before = populations.last();
            let Some(mut next) =
                self.population(dimensions, turn, tolerance, before, left, distances)?
            else {
                break;
            };
            left = left.saturating_sub(next.runs);
            let mut sorted: Vec<f64> = next.particles.iter().map(|p| p.distance).collect();
            sorted.sort_by(f64::total_cmp);
            least = sorted.first().map_or(least, |&first| least.min(first));
            // A nearer run that turns up lowers the floor a little: this is no reason to begin anew.
            let is_settled = room > 0.0 && tolerance * tolerance - least * least <= 1.5 * room;
            if is_settled {
                let is_second = before.is_some_and(|before| before.is_weighed);
                next.weigh(self.kernel);
                populations.push(next);
                // The first such population proposes the second, which so lies where the weight is.
                if is_second {
                    break;
                }
                continue;
            }
            let lower = quantile(&sorted, self.keep).max((least * least + room).sqrt());
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
        let (mut tried, mut rejected_early, mut ticks_saved) = (0, 0, 0);
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
            let found = distances(&batch, tolerance)?;
            if found.iter().all(|reach| *reach == Reach::Nowhere) {
                return Err(FitError::NoResult(found.len()));
            }
            for (at, reach) in batch.into_iter().zip(found) {
                if let Reach::Beyond { ticks_saved: saved } = reach {
                    rejected_early += 1;
                    ticks_saved += saved;
                }
                let near = reach.distance().filter(|&distance| distance <= tolerance);
                if let Some(distance) = near
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
        share_out(&mut taken);
        let tolerance = taken
            .iter()
            .map(|particle| particle.distance)
            .fold(0.0, f64::max);
        Ok(Some(Population {
            tolerance,
            particles: taken,
            runs: tried,
            rejected_early,
            ticks_saved,
            is_weighed: false,
        }))
    }
}

/// Makes weights add up to 1.
fn share_out(particles: &mut [Particle]) {
    let whole: f64 = particles.iter().map(|particle| particle.weight).sum();
    for particle in particles {
        particle.weight /= whole;
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

    /// Quantile of the posterior along a dimension; few effective particles give wide intervals.
    pub fn quantile(&self, dimension: usize, share: f64) -> f64 {
        let of = |particle: &Particle| (particle.at[dimension], particle.weight);
        bounded_quantile(
            &mut self.particles.iter().map(of).collect::<Vec<_>>(),
            share,
        )
    }

    /// Particles of equal weight that would say as much.
    pub fn effective_particles(&self) -> f64 {
        let squares: f64 = self.particles.iter().map(|p| p.weight * p.weight).sum();
        1.0 / squares
    }

    /// Multiplies the weights by what the distances are worth.
    fn weigh(&mut self, kernel: Kernel) {
        let Kernel::Normal { data } = kernel else {
            return;
        };
        let least = self.particles.iter().map(|p| p.distance);
        let least = least.fold(f64::INFINITY, f64::min);
        for particle in &mut self.particles {
            let over = particle.distance.powi(2) - least * least;
            particle.weight *= (-0.5 * data as f64 * over).exp();
        }
        share_out(&mut self.particles);
        self.is_weighed = true;
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
            kernel: Kernel::Uniform,
            seed: 5,
        };
        let mut turn = 0_u32;
        let mut distances = |batch: &[Vec<f64>], _: f64| {
            turn += 1;
            let one = |(place, at): (usize, &Vec<f64>)| {
                let mut draws = Chance::new(11).at(Stream::Test, turn, place as u64);
                // The mean of 16 draws is a sufficient statistic, and can be drawn at once.
                let mean = 10.0 * at[0] - 5.0 + normal(&mut draws) / COUNT.sqrt();
                Reach::At((mean - DATA).abs())
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

    /// Four data of error 1 around an unknown level, under a flat prior: the posterior is normal around
    /// their mean with deviation 1/2, however well or badly they agree with each other.
    #[test]
    fn errors_of_the_data_decide_the_width_of_a_posterior() {
        for data in [[1.2, 0.7, 1.9, 1.0], [3.9, -1.6, 2.8, -0.3]] {
            let smc = Smc {
                particles: 400,
                populations: 20,
                keep: 0.5,
                most_runs: 100_000,
                kernel: Kernel::Normal { data: 4 },
                seed: 3,
            };
            let one = |at: &Vec<f64>| {
                let level = 20.0 * at[0] - 10.0;
                let squares: f64 = data.iter().map(|y| (level - y).powi(2)).sum();
                Reach::At((squares / 4.0).sqrt())
            };
            let populations = smc
                .search(1, &mut |batch, _| Ok(batch.iter().map(one).collect()))
                .unwrap();
            assert!(populations.len() < 12, "{}", populations.len());
            let last = populations.last().unwrap();
            assert!(last.is_weighed);
            assert!(
                last.effective_particles() > 100.0,
                "{}",
                last.effective_particles()
            );
            let mean = data.iter().sum::<f64>() / 4.0;
            for (share, z) in [(0.025, -1.96), (0.5, 0.0), (0.975, 1.96)] {
                let found = 20.0 * last.quantile(0, share) - 10.0;
                assert!((found - (mean + 0.5 * z)).abs() < 0.15, "{share}: {found}");
            }
        }
    }

    #[test]
    fn a_search_ends_with_its_runs_and_with_failures() {
        let smc = Smc {
            particles: 10,
            populations: 50,
            keep: 0.5,
            most_runs: 35,
            kernel: Kernel::Uniform,
            seed: 5,
        };
        let found = smc
            .search(1, &mut |batch, _| {
                Ok(batch.iter().map(|at| Reach::At(at[0])).collect())
            })
            .unwrap();
        assert!(!found.is_empty() && found.iter().map(|p| p.runs).sum::<usize>() <= 35);
        let none = smc.search(1, &mut |batch, _| Ok(vec![Reach::Nowhere; batch.len()]));
        assert_eq!(none, Err(FitError::NoResult(10)));
    }

    #[test]
    fn points_of_the_chi_square_distribution_are_those_of_the_tables() {
        for (freedom, table, slip) in [
            (1, 3.841, 0.03),
            (3, 7.815, 1e-2),
            (8, 15.507, 2e-3),
            (30, 43.773, 1e-3),
        ] {
            assert!(
                (chi_square_95(freedom) / table - 1.0).abs() < slip,
                "{freedom}"
            );
        }
    }

    #[test]
    fn what_was_given_up_early_changes_no_particle() {
        for kernel in [Kernel::Uniform, Kernel::Normal { data: 2 }] {
            let smc = Smc {
                particles: 50,
                populations: 6,
                keep: 0.4,
                most_runs: 4000,
                kernel,
                seed: 8,
            };
            let distance = |at: &[f64]| 9.0 * (at[0] - 0.3).hypot(at[1] - 0.6);
            let search = |is_early: bool| {
                let one = |at: &Vec<f64>, tolerance: f64| match distance(at) {
                    far if is_early && far > tolerance => Reach::Beyond { ticks_saved: 7 },
                    near => Reach::At(near),
                };
                smc.search(2, &mut |batch, tolerance| {
                    Ok(batch.iter().map(|at| one(at, tolerance)).collect())
                })
                .unwrap()
            };
            let (with, without) = (search(true), search(false));
            assert_eq!(with.len(), without.len());
            for (with, without) in with.iter().zip(&without) {
                assert_eq!(with.particles, without.particles);
                assert_eq!(with.runs, without.runs);
                assert_eq!(with.ticks_saved, 7 * with.rejected_early as u64);
            }
            assert!(with.iter().any(|population| population.rejected_early > 0));
        }
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
            .search(5, &mut |batch, _| {
                let one = |at: &Vec<f64>| {
                    let d: Vec<f64> = at.iter().zip(goal).map(|(x, g)| x - g).collect();
                    let along: f64 = d.iter().sum();
                    Reach::At(d.iter().map(|d| d * d).sum::<f64>() + 100.0 * along * along)
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
            .search(2, &mut |batch, _| {
                Ok(batch
                    .iter()
                    .map(|at| Reach::At((at[0] + 0.5).powi(2) + (at[1] - 0.3).powi(2)))
                    .collect())
            })
            .unwrap();
        assert!(
            best.at[0] < 1e-6 && (best.at[1] - 0.3).abs() < 1e-3,
            "{best:?}"
        );
    }
}
