//! Addressed chance: a draw belongs to (seed, what for, when, who) and is never consumed.
//!
//! The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
//! 1, 2, 3"). Its key is the seed of the run; its counter is the address. Nothing has to be
//! stored between ticks, and no draw shifts another.
//!
//! The common draws ([`Draws::uniform`], [`Draws::below`], [`Draws::happens`]) are made here from
//! raw words, so that a new version of `rand` changes no result. [`Draws`] is also a generator of
//! `rand`, so that any distribution of `rand_distr` can be sampled from an address.

mod lanes;

use std::convert::Infallible;

use crate::numerics::elementary::ln;

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
    /// Clearing of dead tumour cells.
    Clearance = 15,
    /// Properties of a site that never change (hashed once from its place).
    Site = 11,
    /// Arrival of tumour cells from the circulation.
    Colonisation = 12,
    /// Change of a daughter cell into another clone.
    Mutation = 13,
    /// Formation on whole surface, and room that bone makes among tumour cells.
    Modelling = 14,
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

    /// Key of the generator.
    const fn key(self) -> [u32; 2] {
        [self.seed as u32, (self.seed >> 32) as u32]
    }

    /// The seed.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// Draws for one `who` (cell id or site) at one `when` (tick or hour) for one purpose.
    pub fn at(self, stream: Stream, when: u32, who: u64) -> Draws {
        Draws {
            key: self.key(),
            address: [who as u32, (who >> 32) as u32, when, stream as u32],
            block: 0,
            words: [0; 4],
            used: 4,
        }
    }
}

/// The uniform number of a raw word, in the open interval (0, 1).
#[inline]
pub fn uniform_of(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
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
        uniform_of(self.word())
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
        let mut waited = -ln(self.uniform());
        let mut count = 0;
        while waited < expected {
            count += 1;
            waited -= ln(self.uniform());
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

/// Multipliers of Philox4x32.
const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Steps of its key from round to round.
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// The Philox4x32 bijection with ten rounds.
fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let first = u64::from(counter[0]) * MULTIPLIERS[0];
        let second = u64::from(counter[2]) * MULTIPLIERS[1];
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
        key = [
            key[0].wrapping_add(KEY_STEPS[0]),
            key[1].wrapping_add(KEY_STEPS[1]),
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
mod tests;
