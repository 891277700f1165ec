//! Death of osteoclasts: nucleus by nucleus of age, and whole when RANKL is withdrawn.
//!
//! # Biology
//! Osteoclasts live about two weeks (14 +- 2.3 d, cut to 7 to 21 d, in Bishop 2024), but they are
//! syncytia whose nuclei come and go one by one (Jacome-Galarza 2019); without RANKL and M-CSF half
//! are gone in one to two days.
//!
//! # Law
//! Each nucleus draws a life from a normal distribution cut to `life_min..life_max`; its age
//! advances with `ageing` of its cell (1 without modulators). A cell with fewer than `nuclei_least`
//! nuclei is no osteoclast any more and dies: three are what a count of TRAP-positive multinucleated
//! cells asks for. Besides, a cell dies with the hazard `withdrawal`, which
//! `lowered_by.rank_occupancy` makes small where RANK is engaged.
//!
//! # Limits
//! Fission and recycling through osteomorphs (McDonald 2021) are not modelled.
//!
//! # References
//! Bishop 2024; Jacome-Galarza 2019; McDonald 2021.

use rand_distr::{Distribution, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Rate, Time};
use crate::numerics::random::Draws;

/// Parameters of death.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apoptosis {
    /// Fewest nuclei with which a cell is an osteoclast.
    pub nuclei_least: u16,
    /// Mean life of a nucleus.
    pub life: Time,
    /// Standard deviation of the life of a nucleus.
    pub life_sd: Time,
    /// Shortest life of a nucleus.
    pub life_min: Time,
    /// Longest life of a nucleus.
    pub life_max: Time,
    /// Speed at which age advances; 1 is the clock.
    pub ageing: Modulated<f64>,
    /// Hazard of death where RANK is not engaged.
    pub withdrawal: Modulated<Rate>,
}

impl Apoptosis {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let at = |key: &str| format!("osteoclast.apoptosis.{key}");
        problems.positive(&at("life"), self.life.get(), "h");
        problems.not_negative(&at("life_sd"), self.life_sd.get(), "h");
        problems.positive(&at("life_min"), self.life_min.get(), "h");
        if self.life_min > self.life || self.life > self.life_max {
            problems.add(
                &at("life"),
                format!(
                    "found {} d outside life_min..life_max = {}..{} d",
                    self.life.get() / 24.0,
                    self.life_min.get() / 24.0,
                    self.life_max.get() / 24.0
                ),
                "give a mean life between its ends",
            );
        }
    }

    /// Draws the life of a nucleus, h.
    pub fn draw_life_h(&self, draws: &mut Draws) -> f64 {
        // A draw outside the ends is drawn again; the ends lie on both sides of the mean, so that
        // some draw comes to lie between them.
        for _ in 0..64 {
            let normal: f64 = StandardNormal.sample(draws);
            let life = self.life.get() + self.life_sd.get() * normal;
            if life >= self.life_min.get() && life <= self.life_max.get() {
                return life;
            }
        }
        self.life.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{Chance, Stream};

    #[test]
    fn lives_have_the_published_mean_and_stay_between_their_ends() {
        let apoptosis = Apoptosis {
            nuclei_least: 3,
            life: Time::h(336.0),
            life_sd: Time::h(55.2),
            life_min: Time::h(168.0),
            life_max: Time::h(504.0),
            ageing: Modulated::constant(1.0),
            withdrawal: Modulated::constant(Rate::per_h(0.0)),
        };
        let lives: Vec<f64> = (0..4000)
            .map(|id| apoptosis.draw_life_h(&mut Chance::new(1).at(Stream::Test, 0, id)))
            .collect();
        let mean = lives.iter().sum::<f64>() / 4000.0;
        assert!(
            (mean - 336.0).abs() < 5.0 * 55.2 / 4000.0_f64.sqrt(),
            "{mean}"
        );
        assert!(lives.iter().all(|life| (168.0..=504.0).contains(life)));
    }
}
