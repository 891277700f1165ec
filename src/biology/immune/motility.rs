//! Motility: immune cells crawl by a random walk that prefers some sites.
//!
//! # Biology
//! T cells crawl at 2 to 5 um/min in tumours and faster in nodes, turn every few cell lengths, and
//! stay longer where they find antigen or a chemokine (Miller 2003, Boissonnas 2007).
//!
//! # Law
//! A walk of speed `v` that keeps its direction over the length `l` spreads in `n` dimensions with the
//! motility `D = v l / n`. On the lattice it makes `2 n D t / edge^2 = 2 v l t / edge^2` steps across
//! faces in a time `t`. A step from a site of weight `w1` to one of weight `w2` is made with the
//! probability `min(1, w2 / w1)` (Metropolis 1953), where the weight is `preference` with its
//! modulators at the site. So a uniform tissue is crossed as by plain diffusion, and where the walk has
//! come to rest a site holds cells in proportion to its weight, whatever its size.
//!
//! # Parameters
//! `cd8`, `treg`, `myeloid`, `nk`: speeds. `persistence`: the length `l`. `preference`: weight of a
//! site, raised by crowding with tumour cells or by a chemokine.
//!
//! # Limits
//! Cells do not hinder each other. In a section they do not move through its thickness.
//!
//! # References
//! Miller MJ et al. Proc Natl Acad Sci USA 2003;100:2604-2609. Boissonnas A et al. J Exp Med
//! 2007;204:345-356. Metropolis N et al. J Chem Phys 1953;21:1087-1092.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, Speed};

/// Steps of a walk at most in a step of the engine: more would take the time of a run.
pub const MOST_STEPS: f64 = 1000.0;

/// Parameters of motility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Motility {
    /// Speed of CD8 cells.
    pub cd8: Modulated<Speed>,
    /// Speed of regulatory T cells.
    pub treg: Modulated<Speed>,
    /// Speed of myeloid suppressors.
    pub myeloid: Modulated<Speed>,
    /// Speed of natural killer cells.
    pub nk: Modulated<Speed>,
    /// Length over which a cell keeps its direction.
    pub persistence: Length,
    /// Weight of a site for a cell that crawls.
    pub preference: Modulated<f64>,
}

impl Motility {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.not_negative("immune.motility.persistence", self.persistence.get(), "um");
        problems.positive("immune.motility.preference.rate", self.preference.rate, "");
        for name in self.preference.needs.keys() {
            problems.add(
                &format!("immune.motility.preference.needs.{name}"),
                "makes the weight of a site zero",
                "use raised_by or lowered_by",
            );
        }
        for (name, lower) in &self.preference.lowered_by {
            problems.positive(
                &format!("immune.motility.preference.lowered_by.{name}.to"),
                lower.to,
                "",
            );
        }
    }
}

/// Mean number of steps across faces of sites of `edge_um`.
///
/// ```
/// # use howship::biology::immune::motility::walk_steps;
/// // 3 um/min over 10 um, for an hour on sites of 10 um: 36 steps.
/// assert!((walk_steps(180.0, 10.0, 1.0, 10.0) - 36.0).abs() < 1e-12);
/// ```
pub fn walk_steps(speed_um_per_h: f64, persistence_um: f64, duration_h: f64, edge_um: f64) -> f64 {
    2.0 * speed_um_per_h * persistence_um * duration_h / (edge_um * edge_um)
}

/// True when a step from a site of one weight to one of another is made.
pub fn is_made(uniform: f64, from: f64, to: f64) -> bool {
    uniform * from < to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{Chance, Stream};

    /// A walk between two sites of weights 1 and 3 is at the second three quarters of its time.
    #[test]
    fn a_walk_at_rest_holds_sites_by_their_weights() {
        let weights = [1.0, 3.0];
        let mut draws = Chance::new(1).at(Stream::Test, 0, 1);
        let (mut at, mut in_second) = (0, 0);
        let count = 40_000;
        for _ in 0..count {
            let to = draws.below(2) as usize;
            if is_made(draws.uniform(), weights[at], weights[to]) {
                at = to;
            }
            in_second += at;
        }
        let share = in_second as f64 / f64::from(count);
        // Draws in a row depend on each other: ten standard errors of independent ones.
        let bound = 10.0 * (0.75 * 0.25 / f64::from(count)).sqrt();
        assert!((share - 0.75).abs() < bound, "{share}");
    }

    #[test]
    fn steps_halve_with_the_time_and_none_is_made_at_rest() {
        let whole = walk_steps(180.0, 10.0, 1.0, 20.0);
        assert!((2.0 * walk_steps(180.0, 10.0, 0.5, 20.0) - whole).abs() < 1e-12);
        assert!(walk_steps(0.0, 10.0, 1.0, 20.0).abs() < 1e-15);
    }
}
