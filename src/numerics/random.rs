//! Addressed chance: a draw belongs to (seed, what for, when, who) and is never consumed.
//!
//! The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
//! 1, 2, 3"). Its key is the seed of the run; its counter is the address. Nothing has to be
//! stored between ticks, and no draw shifts another.
//!
//! The common draws ([`Draws::uniform`], [`Draws::below`], [`Draws::happens`]) are made here from
//! raw words, so that a new version of `rand` changes no result. [`Draws`] is also a generator of
//! `rand`, so that any distribution of `rand_distr` can be sampled from an address.

use std::convert::Infallible;

/// What a draw is for. Two processes never share a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Generation of synthetic bone.
    Geometry = 1,
    /// Placement of vessels, cells and colonies before the first tick.
    Seeding = 2,
    /// Opening of quiescent surface for remodelling.
    Activation = 3,
    /// Fusion of precursors into osteoclasts.
    Fusion = 4,
    /// Osteoclast rank in a contest, mode and motion.
    OsteoclastAct = 5,
    /// Osteoclast death.
    OsteoclastDeath = 6,
    /// Arrival of osteoblast precursors.
    Recruitment = 7,
    /// Osteoblast maturation, death and last fate.
    OsteoblastFate = 8,
    /// Tumour division and death.
    TumourFate = 9,
    /// Tumour motion.
    TumourMotion = 10,
    /// Properties of a site that never change (hashed once from its place).
    Site = 11,
    /// Arrival of tumour cells from the circulation.
    Colonisation = 12,
    /// Change of a daughter cell into another clone.
    Mutation = 13,
    /// Harm of a cell by a fraction of radiation.
    Radiotherapy = 20,
    /// Immune cells that leave vessels.
    ImmuneEntry = 30,
    /// Crawling of immune cells.
    ImmuneMotion = 31,
    /// Death, division, killing and return of immune cells.
    ImmuneFate = 32,
    /// Skeletal-related events of a patient.
    SkeletalEvent = 40,
    /// Patients of a virtual trial: their traits and their deaths.
    Cohort = 41,
    /// Designs of studies, their bootstrap and their calibration.
    Study = 90,
    /// Tests and examples.
    Test = 99,
}

/// The seed of a run, from which every draw is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    seed: u64,
}

impl Chance {
    /// Chance of a run with this seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// Draws for one `who` (cell id or site) at one `when` (tick or hour) for one purpose.
    pub fn at(self, stream: Stream, when: u32, who: u64) -> Draws {
        Draws {
            key: [self.seed as u32, (self.seed >> 32) as u32],
            address: [who as u32, (who >> 32) as u32, when, stream as u32],
            block: 0,
            words: [0; 4],
            used: 4,
        }
    }
}

/// A stream of draws at one address: a generator of `rand`, and the draws used most.
#[derive(Debug, Clone)]
pub struct Draws {
    key: [u32; 2],
    address: [u32; 4],
    block: u32,
    words: [u32; 4],
    used: usize,
}

impl Draws {
    /// Next raw word.
    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            // The purpose needs 7 bits; the block number of the stream takes the rest.
            let counter = [
                self.address[0],
                self.address[1],
                self.address[2],
                self.address[3] | (self.block << 7),
            ];
            self.words = philox4x32_10(counter, self.key);
            self.block += 1;
            self.used = 0;
        }
        let word = self.words[self.used];
        self.used += 1;
        word
    }

    /// Uniform in the open interval (0, 1), from one word.
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.word()) + 0.5) * (1.0 / 4_294_967_296.0)
    }

    /// Uniform integer in `0..bound` (`bound` at least 1), by multiplication of one word.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Number of events of a Poisson process of which `expected` come on average: waiting times are
    /// drawn until they exceed it.
    pub fn poisson(&mut self, expected: f64) -> u32 {
        let mut waited = -self.uniform().ln();
        let mut count = 0;
        while waited < expected {
            count += 1;
            waited -= self.uniform().ln();
        }
        count
    }

    /// Whole number whose mean is `expected`: its floor, or one more with the remaining share.
    pub fn round(&mut self, expected: f64) -> u32 {
        let floor = expected.floor();
        floor as u32 + u32::from(self.happens(expected - floor))
    }
}

impl rand::rand_core::TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.word());
        Ok(low | (u64::from(self.word()) << 32))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// The Philox4x32 bijection with ten rounds.
fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let first = u64::from(counter[0]) * 0xD251_1F53;
        let second = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
        key = [
            key[0].wrapping_add(0x9E37_79B9),
            key[1].wrapping_add(0xBB67_AE85),
        ];
    }
    counter
}

/// A new seed from a seed and an index (replicates, arms), by the same function as every draw.
pub fn derived_seed(seed: u64, index: u64) -> u64 {
    let mut draws = Chance::new(seed).at(Stream::Seeding, u32::MAX, index);
    let low = u64::from(draws.word());
    low | (u64::from(draws.word()) << 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with Random123 (`kat_vectors`).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(
            philox4x32_10([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32_10([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32_10(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn the_same_address_gives_the_same_draws_and_another_gives_others() {
        let chance = Chance::new(7);
        let draw = |stream, when, who| chance.at(stream, when, who).word();
        let here = draw(Stream::Fusion, 3, 11);
        assert_eq!(here, draw(Stream::Fusion, 3, 11));
        assert_ne!(here, draw(Stream::Activation, 3, 11));
        assert_ne!(here, draw(Stream::Fusion, 4, 11));
        assert_ne!(here, draw(Stream::Fusion, 3, 12));
        assert_ne!(here, Chance::new(8).at(Stream::Fusion, 3, 11).word());
    }

    /// Mean and variance of 100 000 uniforms lie within five standard errors of 1/2 and 1/12.
    #[test]
    fn uniforms_are_uniform() {
        let count = 100_000;
        let values: Vec<f64> = (0..count)
            .map(|who| Chance::new(1).at(Stream::Test, 0, who).uniform())
            .collect();
        let mean = values.iter().sum::<f64>() / count as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count as f64;
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0_f64).sqrt() / (count as f64).sqrt());
        assert!((variance - 1.0 / 12.0).abs() < 5.0 * 0.0745 / (count as f64).sqrt());
    }

    #[test]
    fn distributions_of_rand_distr_accept_an_address() {
        use rand_distr::{Distribution, StandardNormal};
        let sample =
            |who| -> f64 { StandardNormal.sample(&mut Chance::new(3).at(Stream::Test, 0, who)) };
        assert_eq!(sample(5).to_bits(), sample(5).to_bits());
        let mean = (0..10_000).map(sample).sum::<f64>() / 1e4;
        assert!(mean.abs() < 0.05);
    }

    /// Mean and variance of a Poisson number are its expectation; within five standard errors.
    #[test]
    fn poisson_numbers_have_their_mean_as_variance() {
        for (when, expected) in [(2, 0.05), (3, 0.9), (4, 12.0)] {
            let count = 20_000;
            let drawn: Vec<f64> = (0..count)
                .map(|who| {
                    let mut draws = Chance::new(9).at(Stream::Test, when, who);
                    f64::from(draws.poisson(expected))
                })
                .collect();
            let mean = drawn.iter().sum::<f64>() / count as f64;
            let variance = drawn.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / count as f64;
            let error = (expected / count as f64).sqrt();
            assert!(
                (mean - expected).abs() < 5.0 * error,
                "{mean} of {expected}"
            );
            let spread = (expected * (1.0 + 2.0 * expected) / count as f64).sqrt();
            assert!(
                (variance - expected).abs() < 5.0 * spread,
                "{variance} of {expected}"
            );
        }
        assert_eq!(Chance::new(9).at(Stream::Test, 5, 0).poisson(0.0), 0);
    }

    #[test]
    fn rounding_keeps_the_mean() {
        let total: u32 = (0..10_000)
            .map(|who| Chance::new(9).at(Stream::Test, 1, who).round(2.3))
            .sum();
        assert!((f64::from(total) / 1e4 - 2.3).abs() < 5.0 * 0.46 / 100.0);
    }
}
