//! Approximate Bayesian computation by sequential Monte Carlo (Toni 2009; Beaumont 2009; Wilkinson 2013).

use super::{Distances, FitError, Reach, normal};
use crate::numerics::random::{Chance, Draws, Stream};
use crate::statistics::quantile::{bounded_quantile, quantile};

/// The kernel of acceptance: the weight of a distance within the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// All distances have the same weight, and the tolerance falls as long as there are runs.
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
pub(super) fn chi_square_95(freedom: usize) -> f64 {
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
    /// The weight of a distance.
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
    pub(crate) fn moments(&self, dimension: usize) -> (f64, f64) {
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

    /// Multiplies the weights by the kernel of the distances.
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
