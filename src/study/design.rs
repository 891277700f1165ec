//! Where the points of a study lie, in the unit cube. Each point is found from its index alone, so that
//! a design takes no memory however many points it has.
//!
//! References: `McKay` 1979 (Latin hypercube); Burley 2020 (Owen scrambling of Sobol points by hashes);
//! Morris 1991; Saltelli 2010 (radial sampling for first and total indices).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numerics::random::{Chance, Draws, Stream};

/// Points that the scrambled Sobol sequence has.
pub(crate) const MOST_SOBOL: u64 = 1 << 16;
/// Dimensions that it has.
pub(crate) const MOST_DIMENSIONS: usize = 256;

/// How the points are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Design {
    /// Every level of every parameter with every other.
    Grid,
    /// The values of all parameters side by side: the first of each, the second of each, ...
    List,
    /// One point in each of `points` strata of every parameter.
    LatinHypercube {
        /// Points.
        points: u32,
    },
    /// Owen-scrambled Sobol points; best as a power of two.
    Sobol {
        /// Points.
        points: u32,
    },
    /// Trajectories that change one parameter at a time.
    Morris {
        /// Trajectories.
        trajectories: u32,
        /// Levels of each parameter; even.
        #[serde(default = "four")]
        levels: u32,
    },
    /// Two Sobol samples, and the first with each column of the second in turn.
    Saltelli {
        /// Points of each sample; best as a power of two.
        points: u32,
    },
}

const fn four() -> u32 {
    4
}

/// A design over so many parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The design.
    pub design: Design,
    /// Seed of its chance.
    pub seed: u64,
    /// Levels of each parameter.
    pub levels: Vec<Levels>,
}

/// Levels of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Levels {
    /// Values that are listed; a coordinate falls into one of as many equal parts.
    Listed(u32),
    /// A range, in so many steps from end to end.
    Range(u32),
}

impl Levels {
    const fn count(self) -> u32 {
        match self {
            Self::Listed(count) | Self::Range(count) => count,
        }
    }

    fn coordinate(self, level: u32) -> f64 {
        match self {
            Self::Listed(count) => (f64::from(level) + 0.5) / f64::from(count),
            Self::Range(count) => f64::from(level) / f64::from(count.max(2) - 1),
        }
    }
}

impl Points {
    /// Number of parameters.
    pub const fn dimensions(&self) -> usize {
        self.levels.len()
    }

    /// Number of points; saturates.
    pub fn count(&self) -> u64 {
        let dimensions = self.dimensions() as u64;
        match self.design {
            Design::Grid => self.levels.iter().fold(1, |all: u64, levels| {
                all.saturating_mul(u64::from(levels.count()))
            }),
            Design::List => self
                .levels
                .first()
                .map_or(1, |levels| u64::from(levels.count())),
            Design::LatinHypercube { points } | Design::Sobol { points } => u64::from(points),
            Design::Morris { trajectories, .. } => u64::from(trajectories) * (dimensions + 1),
            Design::Saltelli { points } => u64::from(points) * (dimensions + 2),
        }
    }

    /// Coordinates of a point, each from 0 to 1.
    pub fn at(&self, index: u64) -> Vec<f64> {
        let dimensions = self.dimensions();
        match self.design {
            Design::Grid => {
                // The last parameter runs fastest.
                let mut rest = index;
                let mut point = vec![0.0; dimensions];
                for (place, levels) in self.levels.iter().enumerate().rev() {
                    let count = u64::from(levels.count()).max(1);
                    point[place] = levels.coordinate((rest % count) as u32);
                    rest /= count;
                }
                point
            }
            Design::List => self
                .levels
                .iter()
                .map(|levels| levels.coordinate(index as u32))
                .collect(),
            Design::LatinHypercube { points } => (0..dimensions)
                .map(|dimension| {
                    let mut draws = self.draws(1, dimension as u64);
                    let stratum = permuted(index as u32, points, draws.word());
                    let inside = self.draws(2 + dimension as u32, index).uniform();
                    (f64::from(stratum) + inside) / f64::from(points)
                })
                .collect(),
            Design::Sobol { .. } => (0..dimensions)
                .map(|dimension| self.sobol(index, dimension))
                .collect(),
            Design::Morris { levels, .. } => self.morris(index, levels),
            Design::Saltelli { .. } => {
                let block = dimensions as u64 + 2;
                let (base, turn) = (index / block, (index % block) as usize);
                (0..dimensions)
                    .map(|dimension| {
                        // Turn 0 is the first sample, 1 to d take one column of the second, d+1 all.
                        let second = turn == dimension + 1 || turn == dimensions + 1;
                        self.sobol(base, dimension + if second { dimensions } else { 0 })
                    })
                    .collect()
            }
        }
    }

    /// The parameter that each step of a Morris trajectory changes.
    pub fn morris_order(&self, trajectory: u64) -> Vec<usize> {
        let mut draws = self.draws(0, trajectory);
        let mut order: Vec<usize> = (0..self.dimensions()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, draws.below(last as u32 + 1) as usize);
        }
        order
    }

    fn morris(&self, index: u64, levels: u32) -> Vec<f64> {
        let dimensions = self.dimensions() as u64;
        let (trajectory, step) = (index / (dimensions + 1), index % (dimensions + 1));
        let order = self.morris_order(trajectory);
        let mut draws = self.draws(1, trajectory);
        let half = (levels / 2).max(1);
        let ends: Vec<(u32, u32)> = (0..dimensions)
            .map(|_| {
                let low = draws.below(half);
                if draws.happens(0.5) {
                    (low, low + half)
                } else {
                    (low + half, low)
                }
            })
            .collect();
        let mut level: Vec<u32> = ends.iter().map(|end| end.0).collect();
        for &changed in &order[..step as usize] {
            level[changed] = ends[changed].1;
        }
        level
            .iter()
            .map(|&level| f64::from(level) / f64::from(levels.max(2) - 1))
            .collect()
    }

    fn sobol(&self, index: u64, dimension: usize) -> f64 {
        let seed = self.draws(0, 0).word();
        f64::from(sobol_burley::sample(index as u32, dimension as u32, seed))
    }

    fn draws(&self, purpose: u32, who: u64) -> Draws {
        Chance::new(self.seed).at(Stream::Study, purpose, who)
    }
}

/// The place of `index` in a permutation of `0..length` that `seed` chooses, without a table (Kensler
/// 2013, "Correlated multi-jittered sampling": a hash on the next power of two, walked until inside).
fn permuted(index: u32, length: u32, seed: u32) -> u32 {
    let mask = length.next_power_of_two().max(2) - 1;
    let mut at = index;
    loop {
        at ^= seed;
        at = at.wrapping_mul(0xe170_893d);
        at ^= seed >> 16;
        at ^= (at & mask) >> 4;
        at ^= seed >> 8;
        at = at.wrapping_mul(0x0929_eb3f);
        at ^= seed >> 23;
        at ^= (at & mask) >> 1;
        at = at.wrapping_mul(1 | seed >> 27);
        at = at.wrapping_mul(0x6935_fa69);
        at ^= (at & mask) >> 11;
        at = at.wrapping_mul(0x74dc_b303);
        at ^= (at & mask) >> 2;
        at = at.wrapping_mul(0x9e50_1cc3);
        at ^= (at & mask) >> 2;
        at = at.wrapping_mul(0xc860_a3df);
        at &= mask;
        at ^= at >> 5;
        if at < length {
            return ((u64::from(at) + u64::from(seed)) % u64::from(length)) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(design: Design, levels: &[Levels]) -> Points {
        Points {
            design,
            seed: 7,
            levels: levels.to_vec(),
        }
    }

    #[test]
    fn a_grid_meets_every_pair_once_and_both_ends() {
        let grid = points(Design::Grid, &[Levels::Range(3), Levels::Listed(2)]);
        let all: Vec<Vec<f64>> = (0..grid.count()).map(|i| grid.at(i)).collect();
        assert_eq!(
            all,
            [
                [0.0, 0.25],
                [0.0, 0.75],
                [0.5, 0.25],
                [0.5, 0.75],
                [1.0, 0.25],
                [1.0, 0.75]
            ]
        );
    }

    #[test]
    fn a_latin_hypercube_and_a_sobol_sample_have_one_point_per_stratum() {
        let five = [Levels::Range(2); 5];
        for (count, design) in [
            (37, Design::LatinHypercube { points: 37 }),
            (64, Design::Sobol { points: 64 }),
        ] {
            let sample = points(design, &five);
            for dimension in 0..5 {
                let mut strata: Vec<u32> = (0..count)
                    .map(|i| (sample.at(i)[dimension] * count as f64) as u32)
                    .collect();
                strata.sort_unstable();
                assert_eq!(strata, (0..count as u32).collect::<Vec<_>>(), "{design:?}");
            }
        }
    }

    #[test]
    fn a_permutation_misses_no_place() {
        for length in [1, 2, 3, 10, 100, 1000] {
            let mut places: Vec<u32> = (0..length).map(|i| permuted(i, length, 99)).collect();
            places.sort_unstable();
            assert_eq!(places, (0..length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_trajectory_changes_one_parameter_at_a_time_by_the_same_step() {
        let morris = points(
            Design::Morris {
                trajectories: 9,
                levels: 4,
            },
            &[Levels::Range(2); 3],
        );
        assert_eq!(morris.count(), 36);
        for trajectory in 0..9 {
            for (step, changed) in morris.morris_order(trajectory).into_iter().enumerate() {
                let (one, next) = (
                    morris.at(trajectory * 4 + step as u64),
                    morris.at(trajectory * 4 + step as u64 + 1),
                );
                for dimension in 0..3 {
                    let moved = (next[dimension] - one[dimension]).abs();
                    let expected = if dimension == changed { 2.0 / 3.0 } else { 0.0 };
                    assert!((moved - expected).abs() < 1e-12);
                    assert!((0.0..=1.0).contains(&next[dimension]));
                }
            }
        }
    }

    #[test]
    fn the_turns_of_saltelli_take_one_column_of_the_second_sample() {
        let saltelli = points(Design::Saltelli { points: 8 }, &[Levels::Range(2); 3]);
        assert_eq!(saltelli.count(), 40);
        let (first, second) = (saltelli.at(5), saltelli.at(9));
        for turn in 0..3 {
            let mixed = saltelli.at(6 + turn as u64);
            for dimension in 0..3 {
                let from = if dimension == turn { &second } else { &first };
                assert_eq!(mixed[dimension].to_bits(), from[dimension].to_bits());
            }
        }
        assert_ne!(first, second);
    }
}
