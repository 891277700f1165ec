//! Searches in the unit cube, for calibration: approximate Bayesian computation by sequential Monte
//! Carlo, and covariance matrix adaptation. Both ask for whole batches of points, which may be worked
//! off in any order and on any number of threads, and both depend on nothing but their seed: a search
//! that was killed goes on when it is started again over a store that holds the results.
//!
//! The populations of the sequential search come nearer to the data until their tolerance is as wide as
//! the errors of the data let a good run be. From there on a particle counts by the density of its
//! differences under normal errors ([`Kernel::Normal`]), so that the last population is the posterior
//! under these errors, not one that follows the data closer than they are known.
//!
//! References: Toni 2009 (ABC-SMC), Beaumont 2009 (kernel of twice the weighted variance), Wilkinson
//! 2013 (errors of the data as the kernel of acceptance), Hansen 2016 ("The CMA evolution strategy: a
//! tutorial").

mod cma;
mod smc;

pub use self::cma::{Best, Cma};
pub use self::smc::{Kernel, Particle, Population, Smc};

use crate::numerics::random::Draws;

/// Why a search ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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

/// A standard normal number (Box and Muller 1958).
fn normal(draws: &mut Draws) -> f64 {
    let (one, two) = (draws.uniform(), draws.uniform());
    (-2.0 * one.ln()).sqrt() * (2.0 * std::f64::consts::PI * two).cos()
}

#[cfg(test)]
mod tests;
